//! The table of a server's sessions.

use core::fmt::{self, Write};
use core::time::Duration;

use super::super::{NullSessions, SessionReport, worst_of_each};
use super::layout::{self, Column};
use super::servers::ServerPart;
use super::{ROWS, ROWS_OF_EACH, When, clients};
use crate::finding::{self, Digits, Plain, Span, count};
use crate::ledger::{self, Verdict};

/// Columns of a time of the day.
const TIME: usize = 8;

/// Writes the table of a server's sessions, the worst first; of many, the worst of each verdict and the clients of all.
pub(super) fn of_server(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    server: &ServerPart<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    if server.sessions.is_empty() {
        return Ok(());
    }
    let with_who = server.sessions.iter().any(|session| !session.is_null());
    let mut columns = vec![Column { title: "VERDICT", least: 9 }];
    if with_who {
        columns.push(Column { title: "WHO", least: 7 });
    }
    columns.extend([
        Column { title: "CLIENT", least: 12 },
        Column { title: "SINCE", least: 10 },
        Column { title: "AGE", least: 6 },
        Column { title: "IDLE", least: 6 },
        Column { title: "PIPE", least: 6 },
        Column { title: "HOLDS", least: 5 },
    ]);
    let shown = worst_of_each(&server.sessions, ROWS, ROWS_OF_EACH);
    let start = |session: &SessionReport<'_>| session.opened.unwrap_or(session.first_seen).time;
    let date = when.date_width(shown.iter().map(|session| start(session)));
    let since = |session: &SessionReport<'_>| {
        let (told, width) = (when.second(start(session)), date.saturating_add(TIME));
        format!("{told:>width$}")
    };
    let rows: Vec<Vec<String>> =
        shown.iter().map(|session| row(report, session, since(session), with_who)).collect();
    layout::table(out, &columns, &rows, width)?;
    let left = server.sessions.len().saturating_sub(shown.len());
    if left > 0 {
        let text = format!("{} more; the next table counts all of them by client", Digits(left));
        layout::paragraph(out, "and ", 4, &text, width)?;
    }
    if server.sessions.iter().any(|session| session.possibly_null) {
        let text = "the capture does not show its credentials, and nothing else shows a user or a guest";
        layout::paragraph(out, "null?  ", 7, text, width)?;
    }
    writeln!(out)?;
    if left > 0 { clients::of_server(out, server, when, width) } else { Ok(()) }
}

fn row(report: &NullSessions<'_>, session: &SessionReport<'_>, since: String, with_who: bool) -> Vec<String> {
    let age = Span::from(session.age);
    let mut cells = vec![session.verdict.to_string()];
    if with_who {
        cells.push(if session.possibly_null { "null?".to_owned() } else { session.who.kind.to_string() });
    }
    cells.extend([
        session.client.to_string(),
        since,
        // Without its set-up, the age is at least that.
        if session.opened.is_some() || session.verdict == Verdict::Denied {
            age.to_string()
        } else {
            format!(">{age}")
        },
        unused_for(report, session).map_or_else(|| "-".to_owned(), |idle| Span::from(idle).to_string()),
        pipes(report, session),
        holds(report, session),
    ]);
    cells
}

/// For how long what a session holds was not used, if that is why it leaked; else for how long it was not used itself.
pub(super) fn unused_for(report: &NullSessions<'_>, session: &SessionReport<'_>) -> Option<Duration> {
    let ledger = report.ledger;
    let row = ledger.session(session.id).filter(|_| session.verdict == Verdict::Leaked);
    let held = row.and_then(|row| {
        let handles = finding::held_handles(ledger, row).map(|handle| handle.used.last);
        let pipes = finding::held_pipes(ledger, row).map(|pipe| pipe.used.last);
        handles.chain(pipes).min()
    });
    let end = report.end.unwrap_or_default();
    held.map(|last| ledger.time_until(end, last)).or(session.idle)
}

/// The names of the pipes that are held, else of those that were opened.
fn pipes(report: &NullSessions<'_>, session: &SessionReport<'_>) -> String {
    let Some(row) = report.ledger.session(session.id) else { return String::new() };
    let pipes = || report.ledger.opens_of(row).filter(|open| open.holds());
    let any_held = pipes().any(|open| open.closed.is_none());
    let shown = pipes().filter(|open| open.closed.is_none() || !any_held);
    // A pipe whose opening was not seen, or whose name cannot be read, is called by what is spoken on it.
    let name = |open: &ledger::Open| match (open.readable_name(), open.interface()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(interface)) => format!("{interface}?"),
        (None, None) => "?".to_owned(),
    };
    let mut names: Vec<String> = shown.map(name).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] => "-".to_owned(),
        [one] => Plain::name(one).to_string(),
        [first, rest @ ..] => format!("{} +{}", Plain::name(first), rest.len()),
    }
}

/// What the session holds, in a few words.
pub(super) fn holds(report: &NullSessions<'_>, session: &SessionReport<'_>) -> String {
    let ledger = report.ledger;
    let Some(row) = ledger.session(session.id) else { return String::new() };
    match session.verdict {
        Verdict::Closed => return "-".to_owned(),
        Verdict::Denied
        | Verdict::WasHung
        | Verdict::WasLeaked
        | Verdict::WasLingering
        | Verdict::Unknown => return Plain::sentence(&session.why).to_string(),
        Verdict::Abandoned => {
            let number = usize::try_from(row.handles_run_down).unwrap_or(usize::MAX);
            return format!("{} run down", count(number, "handle"));
        }
        Verdict::Hung => {
            if let Some((_, call)) =
                finding::hung_call(ledger, row, report.end.unwrap_or_default(), report.grace)
            {
                let object = call.object.as_deref().map(|name| format!(" {}", Plain::name(name)));
                return format!("{}{}, unanswered", call.name(), object.unwrap_or_default());
            }
            if let Some(request) = row.waiting.iter().min_by_key(|request| request.sent) {
                return format!("{}, unanswered", request.command);
            }
        }
        Verdict::Leaked | Verdict::Lingering | Verdict::Open => {}
    }
    let mut handles = finding::held_handles(ledger, row);
    if let Some(first) = handles.next() {
        let object = first.object.as_deref().map(|name| format!(" on {}", Plain::name(name)));
        let what = first.short_noun();
        let first = format!("{what} {}{}", handle(&first.handle.0), object.unwrap_or_default());
        return match handles.count() {
            0 => first,
            more => format!("{first}, and {more} more"),
        };
    }
    let pipes: Vec<&ledger::Open> = finding::held_pipes(ledger, row).collect();
    let held = match pipes.as_slice() {
        [] => return "nothing".to_owned(),
        [pipe] if pipe.sealed.is_some() => {
            "an open pipe whose calls are sealed: its handles cannot be seen".to_owned()
        }
        // Before it was captured, it may have been given one.
        [pipe] if pipe.opened.is_none() => "an open pipe, no handle seen".to_owned(),
        [_] => "an open pipe, no handle".to_owned(),
        _ => format!("{} open pipes, no handle", pipes.len()),
    };
    let failed = pipes.iter().find_map(|pipe| pipe.failed.as_deref()).map(finding::failure);
    match finding::unanswered(&pipes).or(failed) {
        Some(call) => format!("{held}; {call}"),
        None => held,
    }
}

/// The first digits of a handle's UUID, which come after its attributes: enough to tell it from others.
pub(super) fn handle(bytes: &[u8; 20]) -> String {
    let [_, _, _, _, a, b, c, ..] = bytes;
    format!("{a:02x}{b:02x}{c:02x}…")
}
