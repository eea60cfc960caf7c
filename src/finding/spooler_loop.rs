//! A client that opens the same printer over and over (KB 154541).

use core::net::IpAddr;
use std::collections::BTreeMap;

use super::scene::{self, Judged, Scene};
use super::words::{Plain, Span, count};
use super::{Finding, Rule, Severity};
use crate::capture::Origin;
use crate::ledger::{Handle, ServerRow, SessionRow};

/// Seconds in which a loop is looked for, and how often one printer is opened in them. A program that prints opens its
/// printer some five times.
const WINDOW: f64 = 60.0;
const OFTEN: usize = 20;

const RULE: Rule = Rule {
    name: "spooler_loop",
    severity: Severity::Warning,
    advice: concat!(
        "A program on the client opens the printer again and again, each time with a call to the server's spooler and ",
        "often with a pipe and a session of its own; at each opening the client's spooler asks for the printer's ",
        "state. Find the program: it stops when the program is closed. Typical are status monitors of printer ",
        "drivers, and applications that poll their printers. Update or stop it, or let the client print to a local ",
        "port that leads to the printer's share instead of a printer connection.\n",
    ),
    source: "Microsoft KB 154541",
    refuted_by: "several users of one computer (a terminal server) who print at the same time",
};

/// When a printer was opened by a client, and where.
type Openings<'a> = BTreeMap<(Option<ServerRow>, IpAddr, &'a str), Vec<(Origin, SessionRow)>>;

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut openings = Openings::new();
    for (row, session) in scene.ledger.sessions() {
        let opens = scene.ledger.opens_of(session);
        for handle in opens.flat_map(|open| scene.ledger.handles(open)).filter(|handle| opens_printer(handle))
        {
            let (Some(opened), Some(printer)) = (handle.opened, handle.object.as_deref()) else { continue };
            let key = (session.server_row, session.client.ip(), printer);
            openings.entry(key).or_default().push((opened, row));
        }
    }
    openings.iter().filter_map(|((_, _, printer), times)| finding(scene, printer, times)).collect()
}

/// True if a handle came from a call that opens a printer, not from one that opens what belongs to it.
fn opens_printer(handle: &Handle) -> bool {
    handle.opened_by.is_some_and(|(_, procedure)| procedure.contains("OpenPrinter"))
}

fn finding(scene: &Scene<'_>, printer: &str, times: &[(Origin, SessionRow)]) -> Option<Finding> {
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
    let text = format!(
        "Client {}{} opened {} on server {} {} within {}, in {}",
        session.client.ip(),
        scene::in_brackets(scene::client_name(scene.ledger, session)),
        Plain::name(printer),
        session.server,
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
    fn it_does_not_fire_on_many_printers_or_on_one_now_and_then() {
        assert_eq!(opened_every(1.0, 20, 20), [""; 0]);
        assert_eq!(opened_every(10.0, 40, 1), [""; 0]);
        assert_eq!(opened_every(1.0, 19, 1), [""; 0]);
    }
}
