//! A client that opens the same printer, or the spooler's pipe, over and over (KB 154541).

use std::collections::BTreeMap;

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Plain, Span, count};
use super::{Finding, Rule, Severity};
use crate::capture::Origin;
use crate::ledger::{Ledger, Open, ServerRow, SessionRow};
use crate::net::Host;
use crate::rprn;

/// Seconds in which a loop is looked for, and how often one printer is opened in them. A program that prints opens its
/// printer some five times.
const WINDOW: f64 = 60.0;
const OFTEN: usize = 20;
/// Refused calls of one pipe that are counted.
const MOST: u64 = 10_000;

pub(super) const ADVICE: &[Part] = &[Part::Say(
    "A program on the client opens the printer again and again, each time with a call to the server's spooler and \
        often with a pipe and a session of its own; at each opening the client's spooler asks for the printer's \
        state. Find the program: it stops when the program is closed. Typical are status monitors of printer \
        drivers, and applications that poll their printers. Update or stop it, or let the client print to a local \
        port that leads to the printer's share instead of a printer connection.",
)];

const RULE: Rule = Rule {
    name: "spooler_loop",
    severity: Severity::Warning,
    source: "Microsoft KB 154541",
    refuted_by: "several users of one computer (a terminal server) who print at the same time",
};

/// What a client opens over and over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What<'a> {
    Printer(&'a str),
    /// Printers that the server refuses to open.
    Refused,
    /// The spooler's pipe, whatever is done on it.
    Pipe,
}

/// When something was opened by a client, and in which session.
type Openings<'a> = BTreeMap<What<'a>, Vec<(Origin, SessionRow)>>;

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut clients: BTreeMap<(Option<ServerRow>, Host), Openings<'_>> = BTreeMap::new();
    for (row, session) in scene.ledger.sessions() {
        for open in scene.ledger.opens_of(session) {
            let openings = clients.entry((session.server_row, session.client.host())).or_default();
            add(openings, scene.ledger, open, row);
        }
    }
    clients.values().flat_map(|openings| of_client(scene, openings)).collect()
}

/// Printers are told of one by one; what was refused, and pipes alone, only where nothing surer is told.
fn of_client(scene: &Scene<'_>, openings: &Openings<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for (what, times) in openings {
        if found.is_empty() || matches!(what, What::Printer(_)) {
            found.extend(finding(scene, *what, times));
        }
    }
    found
}

fn add<'a>(openings: &mut Openings<'a>, ledger: &'a Ledger, open: &'a Open, row: SessionRow) {
    let mut opened = |what, at| openings.entry(what).or_default().push((at, row));
    if let Some(at) = open.opened.filter(|_| scene::leads_to_spooler(open)) {
        opened(What::Pipe, at);
    }
    let mut told = 0_u64;
    for handle in
        ledger.handles(open).filter(|handle| handle.opened_by.is_some_and(|by| rprn::opens_printer(by.1)))
    {
        told = told.saturating_add(1);
        if let Some((printer, at)) = handle.object.as_deref().zip(handle.opened) {
            opened(What::Printer(printer), at);
        }
    }
    for call in open.waiting.values().filter(|call| call.opens_printer()) {
        told = told.saturating_add(1);
        if let Some(printer) = call.object.as_deref() {
            opened(What::Printer(printer), call.sent);
        }
    }
    // Of calls that were refused only the number is kept: within the window if the pipe was used no longer.
    let calls = open.calls.iter().filter(|((interface, opnum), _)| is_opening(*interface, *opnum));
    let calls = calls.fold(0_u64, |sum, (_, number)| sum.saturating_add(*number));
    let refused = calls.saturating_sub(told);
    if refused > 0 && open.used.last.time.seconds_since(open.used.first.time) <= WINDOW {
        opened(What::Refused, open.used.first);
        (1..refused.min(MOST)).for_each(|_| opened(What::Refused, open.used.last));
    }
}

fn is_opening(interface: Option<&str>, opnum: u16) -> bool {
    let spooler = interface.and_then(rprn::Interface::of);
    let procedure = spooler.and_then(|spooler| spooler.procedure(opnum));
    procedure.is_some_and(|procedure| rprn::opens_printer(procedure.name))
}

fn finding(scene: &Scene<'_>, what: What<'_>, times: &[(Origin, SessionRow)]) -> Option<Finding> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let (first, last) = busiest(&times)?;
    let among: Vec<(Origin, SessionRow)> =
        times.into_iter().filter(|(at, _)| (first..=last).contains(at)).collect();
    let mut rows: Vec<SessionRow> = among.iter().map(|(_, row)| *row).collect();
    rows.sort_unstable();
    rows.dedup();
    let group: Vec<Judged<'_>> = rows.iter().filter_map(|row| scene.judged(*row)).collect();
    let session = group.first()?.session;
    let opened = match what {
        What::Printer(printer) => format!("opened {}", Plain::name(printer)),
        What::Refused => "tried in vain to open printers".to_owned(),
        What::Pipe => r"opened \PIPE\spoolss".to_owned(),
    };
    let text = format!(
        "Client {}{} {opened} on server {} {} within {}, in {}",
        session.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, session)),
        scene.servers(&group),
        count(among.len(), "time"),
        Span::between(first.time, last.time),
        count(group.len(), "session"),
    );
    RULE.finding(&group, vec![first, last], text)
}

/// The first and the last opening of the window with the most, if those are too many.
fn busiest(times: &[(Origin, SessionRow)]) -> Option<(Origin, Origin)> {
    let mut start = 0_usize;
    let mut most: Option<(usize, Origin, Origin)> = None;
    for (place, (last, _)) in times.iter().enumerate() {
        while times.get(start).is_some_and(|(first, _)| last.time.seconds_since(first.time) > WINDOW) {
            start = start.saturating_add(1);
        }
        let number = place.saturating_sub(start).saturating_add(1);
        let (first, _) = times.get(start)?;
        if number >= OFTEN && most.is_none_or(|(before, ..)| before < number) {
            most = Some((number, *first, *last));
        }
    }
    most.map(|(_, first, last)| (first, last))
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::super::testing::{Made, rules};

    fn opened_every(seconds: f64, times: u16, printers: u16) -> Vec<&'static str> {
        let mut made = Made::new();
        made.user_session(1);
        for time in 0..times {
            made.printer = format!(r"\\PRNSRV\lp{}", time % printers);
            made.handle(1);
            made.close_handle(1);
            made.wait(seconds);
        }
        rules(&all(&made.ended_after(0.0), 90.0))
    }

    #[test]
    fn it_fires_on_one_printer_opened_over_and_over() {
        assert_eq!(opened_every(1.0, 20, 1), ["spooler_loop"]);
    }

    #[test]
    fn it_fires_on_printers_that_are_refused_and_on_pipes_alone() {
        let mut made = Made::new();
        made.user_session(1);
        for _ in 0..20 {
            made.call(1, 69, "RpcOpenPrinterEx");
            made.answer(1);
            made.wait(2.0);
        }
        assert_eq!(rules(&all(&made.ended_after(0.0), 90.0)), ["spooler_loop"]);

        let pipes = |clients| {
            let mut made = Made::new();
            for client in 1..=clients {
                made.user_session(client);
                made.close_all(client);
            }
            rules(&all(&made.ended_after(0.0), 90.0))
        };
        assert_eq!(pipes(20), ["spooler_loop"]);
        assert_eq!(pipes(19), [""; 0]);
    }

    #[test]
    fn it_does_not_fire_on_many_printers_or_on_one_now_and_then() {
        assert_eq!(opened_every(1.0, 20, 20), [""; 0]);
        assert_eq!(opened_every(10.0, 40, 1), [""; 0]);
        assert_eq!(opened_every(1.0, 19, 1), [""; 0]);
    }
}
