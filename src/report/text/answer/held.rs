//! What holds the null sessions that are stuck.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::NullSessions;
use super::super::servers::ServerPart;
use super::{object, part};
use crate::finding;
use crate::ledger::{CallFailure, Stage, Verdict};

/// Calls that the answer names; the sessions that hang in others are counted.
const CALLS: usize = 3;

/// What holds the stuck sessions: `1 holds a printer handle`, `1 waits for an answer to OpenPrinterEx`.
pub(super) fn parts(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let whole = server.stuck().count();
    // By the first kind of handle, channels last; sealed calls; a pipe and nothing that is known beside it.
    let mut handles: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    let [mut sealed, mut pipes] = [0_usize; 2];
    for row in server.null_sessions(Verdict::Leaked).filter_map(|session| report.ledger.session(session.id)) {
        let held = finding::held_handles(report.ledger, row);
        let held = held.min_by_key(|handle| (handle.is_back_channel(), handle.stands_for));
        let number = if let Some(handle) = held {
            handles.entry((handle.is_back_channel(), handle.noun())).or_default()
        } else if finding::held_pipes(report.ledger, row).any(|pipe| pipe.sealed.is_some()) {
            &mut sealed
        } else {
            &mut pipes
        };
        *number = number.saturating_add(1);
    }
    let call = call_on_pipes(report, server);
    let mut parts: Vec<Option<String>> =
        handles.into_iter().map(|((_, noun), number)| holds(noun, number, whole)).collect();
    parts.extend([
        part(
            pipes,
            whole,
            &format!("holds an open pipe but no handle{call}"),
            &format!("hold open pipes but no handles{call}"),
        ),
        part(
            sealed,
            whole,
            "holds a pipe whose calls are sealed, so what else it holds cannot be seen",
            "hold pipes whose calls are sealed, so what else they hold cannot be seen",
        ),
    ]);
    let calls = unanswered(report, server);
    parts.extend(calls.iter().take(CALLS).map(|(call, number)| {
        let one = format!("waits for an answer to {call}");
        part(*number, whole, &one, &format!("wait for an answer to {call}"))
    }));
    let rest = calls.iter().skip(CALLS).fold(0_usize, |sum, (_, number)| sum.saturating_add(*number));
    parts.push(part(rest, whole, "waits for an answer to another call", "wait for answers to other calls"));
    let lingering = server.null_sessions(Verdict::Lingering).count();
    let denied = denied_before(server);
    parts.push(part(
        lingering,
        whole,
        &format!("stays open although it holds nothing{denied}"),
        &format!("stay open although they hold nothing{denied}"),
    ));
    // Whatever it is, it is stuck.
    let unknown = server.stuck().filter(|session| session.verdict == Verdict::Unknown).count();
    parts.push(part(
        unknown,
        whole,
        "is stuck, but what it holds is not known",
        "are stuck, but what they hold is not known",
    ));
    parts.into_iter().flatten().collect()
}

/// `holds a printer handle`.
fn holds(noun: &str, number: usize, whole: usize) -> Option<String> {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    part(number, whole, &format!("holds {article} {noun}"), &format!("hold {noun}s"))
}

/// What came of the calls on pipes that are all that their sessions hold, if the same came of each:
/// `, and OpenPrinterEx was cancelled`.
fn call_on_pipes(report: &NullSessions<'_>, server: &ServerPart<'_>) -> String {
    let rows = server.null_sessions(Verdict::Leaked).filter_map(|session| report.ledger.session(session.id));
    let alone = rows.filter(|row| finding::held_handles(report.ledger, row).next().is_none());
    let pipes = alone.flat_map(|row| finding::held_pipes(report.ledger, row));
    let outcomes: BTreeSet<Option<(String, &str)>> = pipes
        .filter(|pipe| pipe.sealed.is_none())
        .map(|pipe| {
            let waiting = pipe.waiting.values().find(|call| !call.waits_by_design);
            let (call, outcome) = match (waiting, pipe.failed.as_deref()) {
                (Some(call), _) => (call, "was never answered"),
                (None, Some(failed)) if failed.how == CallFailure::Cancelled => {
                    (&failed.call, "was cancelled")
                }
                (None, Some(failed)) => (&failed.call, "failed"),
                (None, None) => return None,
            };
            Some((short(&call.name()).to_owned(), outcome))
        })
        .collect();
    match outcomes.first() {
        Some(Some((call, outcome))) if outcomes.len() == 1 => format!(", and {call} {outcome}"),
        _ => String::new(),
    }
}

/// What the server denied the sessions that hold nothing, if it is the same for each: `; the server denied access to
/// \\\\PRNSRV\\IPC$`.
fn denied_before(server: &ServerPart<'_>) -> String {
    let denials: BTreeMap<_, _> = server.denials.iter().map(|denial| (denial.client, denial)).collect();
    let lingering = server.null_sessions(Verdict::Lingering);
    let denied: BTreeSet<Option<(Stage, &str)>> = lingering
        .map(|session| denials.get(&session.client).map(|denial| (denial.what, denial.name.unwrap_or(""))))
        .collect();
    match denied.first() {
        Some(Some((stage, name))) if denied.len() == 1 => {
            let what = match stage {
                Stage::Pipe => "the pipe ",
                Stage::Printer => "the printer ",
                _ => "",
            };
            let name =
                if name.is_empty() { stage.as_str().to_owned() } else { object(*stage, name).to_string() };
            format!("; the server denied access to {what}{name}")
        }
        _ => String::new(),
    }
}

/// The calls that hang, the most frequent first.
fn unanswered(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<(String, usize)> {
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for session in server.null_sessions(Verdict::Hung) {
        let Some(row) = report.ledger.session(session.id) else { continue };
        let end = report.end.unwrap_or_default();
        let call = finding::hung_call(report.ledger, row, end, report.grace);
        let name = match call {
            Some((_, call)) => short(&call.name()).to_owned(),
            None => row
                .waiting
                .iter()
                .min_by_key(|request| request.sent)
                .map_or("a request", |request| request.command)
                .to_owned(),
        };
        let times = calls.entry(name).or_default();
        *times = times.saturating_add(1);
    }
    let mut calls: Vec<_> = calls.into_iter().collect();
    calls.sort_by_key(|(_, times)| core::cmp::Reverse(*times));
    calls
}

/// `OpenPrinterEx`: a call without the prefix of its specification.
fn short(call: &str) -> &str {
    call.strip_prefix("Rpc").unwrap_or(call)
}
