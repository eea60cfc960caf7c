//! A client that opens the same printer, or the spooler's pipe, over and over (KB 154541).

use core::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::advice::Part;
use super::names::{Names, address};
use super::scene::{self, Judged, Scene};
use super::words::{Span, count, names};
use super::{Finding, Rule, Severity, alike};
use crate::capture::Origin;
use crate::interface::ObjectKind;
use crate::ledger::{Ledger, Open, ServerRowId, Session, SessionRowId};
use crate::net::Host;

/// Seconds in which a loop is looked for, and how often one printer is opened in them. A program that prints opens its
/// printer some five times.
const WINDOW: f64 = 60.0;
const OFTEN: usize = 20;
/// Refused calls of one pipe for a printer that are counted.
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A printer, by its name in capitals; without the server's, of which a server may have several.
    Printer(String),
    /// The spooler's pipe, to open no printer on it.
    Pipe,
}

/// What was opened by a client.
#[derive(Default)]
struct Opened<'a> {
    /// Its name, as it was first seen.
    name: &'a str,
    /// False if the server refused each time.
    granted: bool,
    /// When, and in which session.
    times: Vec<(Origin, SessionRowId)>,
}

type Openings<'a> = BTreeMap<What, Opened<'a>>;

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut clients: BTreeMap<(Option<ServerRowId>, Host), Openings<'_>> = BTreeMap::new();
    for (row, session) in scene.ledger.sessions() {
        for open in scene.ledger.opens_of(session) {
            let openings = clients.entry((session.server_row, session.client.host())).or_default();
            add(openings, scene.ledger, session, open, row);
        }
    }
    alike::fold(scene, clients.values().filter_map(|openings| finding(scene, openings)).collect())
}

fn add<'a>(
    openings: &mut Openings<'a>,
    ledger: &'a Ledger,
    session: &'a Session,
    open: &'a Open,
    row: SessionRowId,
) {
    let server = OnceCell::new();
    let mut opened = |printer: &'a str, granted, at| {
        let printer_there = within_server(ledger, session, &server, printer);
        let opened = openings.entry(What::Printer(printer_there.to_uppercase())).or_default();
        opened.name = if opened.name.is_empty() { printer } else { opened.name };
        opened.granted |= granted;
        opened.times.push((at, row));
    };
    for handle in ledger.handles(open) {
        if let (Some(printer), Some(at)) = (handle.object.as_deref(), handle.opened)
            && handle.stands_for == Some(ObjectKind::Printer)
        {
            opened(printer, true, at);
        }
    }
    for call in open.waiting.values().filter(|call| call.opens_printer()) {
        if let Some(printer) = call.object.as_deref() {
            opened(printer, true, call.sent);
        }
    }
    // When each of several refusals came is not kept: they count if all lie within the window.
    for refused in open.refused_printers.values() {
        opened(&refused.name, false, refused.first);
        if refused.last.time.seconds_since(refused.first.time) <= WINDOW {
            (1..refused.times.min(MOST)).for_each(|_| opened(&refused.name, false, refused.last));
        }
    }
    // Many different printers, each on a pipe of its own, are a folder of printers that somebody looks at.
    let opens_printer = open.calls.keys().any(|call| call.grants() == Some(ObjectKind::Printer));
    if let Some(at) = open.opened.filter(|_| scene::leads_to_spooler(open) && !opens_printer) {
        openings.entry(What::Pipe).or_default().times.push((at, row));
    }
}

/// What is opened, without the name by which the client calls the server; all of it, if that is another's.
fn within_server<'a>(
    ledger: &Ledger,
    session: &Session,
    server: &OnceCell<Names>,
    object: &'a str,
) -> &'a str {
    let Some(unc) = object.strip_prefix(r"\\") else { return object };
    let (host, printer) = unc.split_once('\\').unwrap_or((unc, ""));
    let is_own = match address(host) {
        Some(address) => address == session.server.host() || address.is_loopback(),
        None => server.get_or_init(|| Names::of_server(ledger, session)).contains(host),
    };
    if is_own { printer } else { object }
}

/// What a client opened too often; pipes alone are told of only where no printer is.
fn finding(scene: &Scene<'_>, openings: &Openings<'_>) -> Option<Finding> {
    let mut printers: Vec<&str> = Vec::new();
    let mut granted = false;
    let mut among: Vec<(Origin, SessionRowId)> = Vec::new();
    for (what, opened) in openings {
        let mut times = opened.times.clone();
        times.sort_unstable();
        let is_pipe = *what == What::Pipe;
        let Some((first, last)) = busiest(&times).filter(|_| !is_pipe || printers.is_empty()) else {
            continue;
        };
        printers.extend(Some(opened.name).filter(|_| !is_pipe));
        granted |= is_pipe || opened.granted;
        among.extend(times.into_iter().filter(|(at, _)| (first..=last).contains(at)));
    }
    among.sort_unstable();
    let ((first, _), (last, _)) = (among.first().copied()?, among.last().copied()?);
    let rows: BTreeSet<SessionRowId> = among.iter().map(|(_, row)| *row).collect();
    let group: Vec<Judged<'_>> = rows.into_iter().filter_map(|row| scene.judged(row)).collect();
    let session = group.first()?.session;
    let text = format!(
        "Client {}{} {} {} on server {} {} within {}, in {}",
        session.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, session)),
        if granted { "opened" } else { "tried in vain to open" },
        if printers.is_empty() { r"\PIPE\spoolss".to_owned() } else { names(&printers) },
        scene.servers(&group),
        count(among.len(), "time"),
        Span::between(first.time, last.time),
        count(group.len(), "session"),
    );
    RULE.finding(&group, vec![first, last], text)
}

/// The first and the last opening of the window with the most, if those are too many.
fn busiest(times: &[(Origin, SessionRowId)]) -> Option<(Origin, Origin)> {
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
    use super::super::testing::{Made, found_by};

    fn opened_every(seconds: f64, times: u16, printers: u16) -> usize {
        let mut made = Made::new();
        made.user_session(1);
        for time in 0..times {
            made.printer = format!(r"\\PRNSRV\lp{}", time % printers);
            made.handle(1);
            made.close_handle(1);
            made.wait(seconds);
        }
        found_by("spooler_loop", &made.ended_after(0.0), 90.0).len()
    }

    #[test]
    fn it_fires_on_one_printer_opened_over_and_over() {
        assert_eq!(opened_every(1.0, 20, 1), 1);
    }

    #[test]
    fn it_fires_on_printers_that_are_refused_and_on_pipes_alone() {
        let mut made = Made::new();
        made.user_session(1);
        for _ in 0..20 {
            made.call(1, 69);
            made.answer_with(1, 1801);
            made.wait(2.0);
        }
        let findings = found_by("spooler_loop", &made.ended_after(0.0), 90.0);
        assert_eq!(findings.len(), 1);
        // The name is told as it was on the wire.
        assert!(findings[0].text.contains(r"in vain to open \\PRNSRV\lp1 on"), "{}", findings[0].text);

        let pipes = |clients| {
            let mut made = Made::new();
            for client in 1..=clients {
                made.user_session(client);
                made.close_all(client);
            }
            found_by("spooler_loop", &made.ended_after(0.0), 90.0).len()
        };
        assert_eq!(pipes(20), 1);
        assert_eq!(pipes(19), 0);
    }

    #[test]
    fn a_printer_under_several_names_of_its_server_is_one() {
        let opened = |names: [&str; 2]| {
            let mut made = Made::new();
            made.user_session(1);
            for time in 0..20 {
                made.printer = names[time % 2].to_owned();
                made.handle(1);
                made.close_handle(1);
                made.wait(1.0);
            }
            found_by("spooler_loop", &made.ended_after(0.0), 90.0).len()
        };
        for other in [r"\\192.168.1.10\LP1", r"\\prnsrv.office.local\lp1", "lp1"] {
            assert_eq!(opened([r"\\PRNSRV\lp1", other]), 1, "{other}");
        }
        for other in [r"\\OTHER\lp1", r"\\192.168.1.11\lp1", r"\\PRNSRV\lp2", r"\\PRNSRV"] {
            assert_eq!(opened([r"\\PRNSRV\lp1", other]), 0, "{other}");
        }
    }

    #[test]
    fn it_does_not_fire_on_many_printers_or_on_one_now_and_then() {
        assert_eq!(opened_every(1.0, 20, 20), 0);
        assert_eq!(opened_every(10.0, 40, 1), 0);
        assert_eq!(opened_every(1.0, 19, 1), 0);
    }
}
