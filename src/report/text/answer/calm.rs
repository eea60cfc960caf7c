//! The null sessions that are not stuck, or not known to be, and those that may be null.

use core::time::Duration;

use super::super::super::{NullSessions, SessionReport};
use super::super::servers::ServerPart;
use super::{part, place};
use crate::finding::{Digits, Plain, list};
use crate::ledger::{SessionEnd, Stuck, Verdict};

/// The answer for a server on which no null session is known to be stuck.
pub(super) fn sentences(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let null: Vec<&SessionReport<'_>> =
        server.sessions.iter().copied().filter(|session| session.is_null()).collect();
    let possibly = possibly_null(server);
    let mut sentences = Vec::new();
    if !null.is_empty() {
        let grace = report.grace;
        let doubt = |session: &SessionReport<'_>| {
            session.stuck == Stuck::Maybe || (session.verdict == Verdict::Open && is_young(session, grace))
        };
        let known = if null.iter().any(|session| doubt(session)) { "known to be stuck" } else { "stuck" };
        let to = place(server, null.iter().copied());
        let whose = match null.len() {
            1 => format!("The only null session to {to} is not {known}"),
            2 => format!("Neither of the 2 null sessions to {to} is {known}"),
            number => format!("None of the {} null sessions to {to} is {known}", Digits(number)),
        };
        let told = match null.as_slice() {
            [one] if one.verdict == Verdict::Unknown => Plain::sentence(&one.why).to_string(),
            _ => list(&parts(report, server, null.len())),
        };
        sentences.push(format!("{whose}: {told}."));
    } else if possibly.is_none() {
        sentences.push(format!("No null session to {} was seen.", server.address()));
    }
    sentences.extend(possibly);
    sentences
}

/// Beside those that are stuck: the other null sessions, and those that may be null.
pub(super) fn others(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let parts = parts(report, server, 0);
    let others = match parts.as_slice() {
        [] => None,
        [one] if one.starts_with("1 ") => Some(one.replacen("1 ", "1 other null session ", 1)),
        _ => Some(format!("Of the other null sessions, {}", list(&parts))),
    };
    others.map(|others| format!("{others}.")).into_iter().chain(possibly_null(server)).collect()
}

/// What would tell more of the sessions that are too young to judge.
pub(super) fn too_young(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<String> {
    let grace = report.grace;
    let mut open = server.null_sessions(Verdict::Open).filter(|session| session.stuck != Stuck::Yes);
    open.any(|session| is_young(session, grace)).then(|| {
        format!(
            "A session younger than {} s cannot be judged: capture for longer, or give --until TIME if you know \
             that nothing more was sent up to then.",
            grace.as_secs_f64()
        )
    })
}

/// True for an open session that nobody can judge yet; an older one is open because it is used.
fn is_young(session: &SessionReport<'_>, grace: Duration) -> bool {
    session.age <= grace
}

/// The null sessions that are not stuck, or not known to be: `3 ended cleanly`.
fn parts(report: &NullSessions<'_>, server: &ServerPart<'_>, whole: usize) -> Vec<String> {
    let of = |verdict: Verdict| server.null_sessions(verdict).filter(|session| session.stuck != Stuck::Yes);
    let open =
        |young: bool| of(Verdict::Open).filter(|session| is_young(session, report.grace) == young).count();
    let denied =
        |ended: bool| of(Verdict::Denied).filter(|session| session.closed.is_some() == ended).count();
    let closed = |anew: bool| {
        let by = |session: &&SessionReport<'_>| session.closed.as_ref().map(|closed| closed.by);
        of(Verdict::Closed)
            .filter(|session| (by(session) == Some(SessionEnd::Reconnected.as_str())) == anew)
            .count()
    };
    // Those that are told of before are none of the others.
    let still_denied = if server.denied().next().is_some() { 0 } else { denied(false) };
    let run_down = "ended without closing every handle";
    let unused = "stayed open unused for too long, then ended";
    let parts = [
        (of(Verdict::Unknown).count(), "cannot be judged", "cannot be judged"),
        (of(Verdict::WasLingering).count(), unused, unused),
        (open(true), "is too young to judge", "are too young to judge"),
        (open(false), "is in use", "are in use"),
        (of(Verdict::Abandoned).count(), run_down, run_down),
        (closed(false), "ended cleanly", "ended cleanly"),
        (
            closed(true),
            "was replaced by another session of its client",
            "were replaced by other sessions of their clients",
        ),
        (
            still_denied,
            "was denied and holds a slot while its connection stays open",
            "were denied and hold slots while their connections stay open",
        ),
        (denied(true), "was denied and has ended", "were denied and have ended"),
    ];
    parts.into_iter().filter_map(|(number, one, several)| part(number, whole, one, several)).collect()
}

fn possibly_null(server: &ServerPart<'_>) -> Option<String> {
    let possible = || server.sessions.iter().filter(|session| session.possibly_null);
    let number = possible().count();
    let stuck = possible().filter(|session| session.stuck == Stuck::Yes).count();
    let maybe = possible().filter(|session| session.stuck == Stuck::Maybe).count();
    let to = server.address();
    let more = match number {
        0 => return None,
        1 => {
            let from = possible().next().map(|session| format!(" from {}", session.client));
            format!(
                "The session{} to {to} may be a null session: nothing in the capture says whose it is",
                from.unwrap_or_default()
            )
        }
        _ => format!(
            "{number} sessions to {to} may be null sessions: nothing in the capture says whose they are"
        ),
    };
    let stuck = match (number, stuck, maybe) {
        (_, 0, 0) => String::new(),
        (1, 1, _) => ", and it is stuck".to_owned(),
        (1, _, _) => ", and it may be stuck".to_owned(),
        (_, stuck, 0) => format!("; {stuck} of them {} stuck", if stuck == 1 { "is" } else { "are" }),
        (_, stuck, maybe) => format!("; {} of them may be stuck", stuck.saturating_add(maybe)),
    };
    Some(format!("{more}{stuck}."))
}
