//! The null sessions that are stuck, or were: what holds them, whose they are, what they cost.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::{Cause, Limit, NullSessions, Session};
use super::super::servers::ServerPart;
use super::super::slots;
use super::{CLIENTS, part, place, share};
use crate::finding::{self, Digits, Plain, Span, count, list};
use crate::ledger::{self, By, Stuck, Verdict};
use crate::net::Host;
use crate::session::Party;

/// Calls that the answer names; the sessions that hang in others are counted.
const CALLS: usize = 3;

/// How many are or were stuck, whose they are, and what they cost; nothing if none is known to be.
pub(super) fn sentences(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let (stuck, denied) = (server.stuck().count(), server.denied().count());
    let mut sentences = Vec::new();
    if stuck > 0 {
        sentences.push(format!(
            "{} to {} never closed: {}.",
            count(stuck, "null session"),
            share(server, server.stuck()),
            list(&held(report, server))
        ));
    }
    if denied > 0 {
        let (was, each) = if denied == 1 { ("was", "it holds") } else { ("were", "each holds") };
        sentences.push(format!(
            "{} {was} denied by {}, but {each} a slot while its connection stays open.",
            count(denied, "null session"),
            server.address()
        ));
    }
    sentences.extend(were_stuck(server));
    sentences.extend(clients(server));
    if stuck > 0 || denied > 0 {
        sentences.push(cost(report, server, stuck.saturating_add(denied)));
    }
    sentences.extend(were_null(server));
    sentences
}

/// What gives the slots back, if there are any. What was denied is no session that the server could delete.
pub(super) fn remedy(server: &ServerPart<'_>) -> Option<&'static str> {
    Some(match (server.stuck().count(), server.denied().count()) {
        (0, 0) => return None,
        (0, 1) => {
            "The slot comes back when the client closes the connection; what to look for there is under What to do."
        }
        (0, _) => {
            "The slots come back when the clients close the connections; what to look for there is under What to do."
        }
        (1, 0) => "How to free the slot now and how to prevent more is under What to do.",
        _ => "How to free the slots now and how to prevent more is under What to do.",
    })
}

/// What the limit rests on, where the user did not give it: `The limit of 10 is a guess: …`.
pub(super) fn limit(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<String> {
    // Where no slot is told of, its number is of no interest.
    server.stuck().chain(server.denied()).next()?;
    let limit = limit_of(report, server)?;
    let why = limit.why.as_deref()?;
    Some(match limit.from {
        "guess" => format!("The limit of {} is a guess: {why}.", limit.slots),
        _ => format!(
            "The server has {}: {why}.",
            count(usize::try_from(limit.slots).unwrap_or(usize::MAX), "slot")
        ),
    })
}

fn limit_of(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<Limit> {
    let row = server.row.and_then(|row| report.ledger.server(row))?;
    Limit::of(report.ledger, row, report.options.limit)
}

/// What holds the stuck sessions: `1 holds a printer handle`, `1 waits for an answer to OpenPrinterEx`.
fn held(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let whole = server.stuck().count();
    // Printer handles, notification channels alone, sealed calls, a pipe and nothing that is known beside it.
    let [mut printers, mut channels, mut sealed, mut pipes] = [0_usize; 4];
    for row in server.null_sessions(Verdict::Leaked).filter_map(|session| report.ledger.session(session.id)) {
        let held = || finding::held_handles(report.ledger, row);
        let number = if held().any(|handle| !handle.is_back_channel()) {
            &mut printers
        } else if held().next().is_some() {
            &mut channels
        } else if finding::held_pipes(report.ledger, row).any(|pipe| pipe.sealed.is_some()) {
            &mut sealed
        } else {
            &mut pipes
        };
        *number = number.saturating_add(1);
    }
    let mut parts = vec![
        part(printers, whole, "holds a printer handle", "hold printer handles"),
        part(channels, whole, "holds a notification channel", "hold notification channels"),
        part(pipes, whole, "holds an open pipe but no handle", "hold open pipes but no handles"),
        part(
            sealed,
            whole,
            "holds a pipe whose calls are sealed, so what else it holds cannot be seen",
            "hold pipes whose calls are sealed, so what else they hold cannot be seen",
        ),
    ];
    let calls = unanswered(report, server);
    parts.extend(calls.iter().take(CALLS).map(|(call, number)| {
        let one = format!("waits for an answer to {call}");
        part(*number, whole, &one, &format!("wait for an answer to {call}"))
    }));
    let rest = calls.iter().skip(CALLS).fold(0_usize, |sum, (_, number)| sum.saturating_add(*number));
    parts.push(part(rest, whole, "waits for an answer to another call", "wait for answers to other calls"));
    let lingering = server.null_sessions(Verdict::Lingering).count();
    parts.push(part(lingering, whole, "holds nothing but stays open", "hold nothing but stay open"));
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

/// Whose they are: `2 come from 192.168.1.21 (WS-21) and 1 from 192.168.1.30.`
fn clients(server: &ServerPart<'_>) -> Option<String> {
    let now = || server.stuck().chain(server.denied());
    let mut clients: BTreeMap<(Host, Option<String>), usize> = BTreeMap::new();
    for session in now().chain(server.were_stuck()) {
        let name = session.client_name.map(|name| Plain::name(name).to_string());
        let number = clients.entry((session.client.host(), name)).or_default();
        *number = number.saturating_add(1);
    }
    let whole = clients.values().fold(0_usize, |sum, number| sum.saturating_add(*number));
    let mut clients: Vec<_> = clients.into_iter().collect();
    clients.sort_by_key(|(_, number)| core::cmp::Reverse(*number));
    let (told, rest) = clients.split_at(clients.len().min(CLIENTS));
    let who = |(host, name): &(Host, Option<String>)| match name {
        Some(name) => format!("{host} ({name})"),
        None => host.to_string(),
    };
    let (come, comes) = if now().next().is_some() { ("come", "comes") } else { ("came", "came") };
    if let ([(client, _)], []) = (told, rest) {
        let they = if whole == 1 { format!("It {comes}") } else { format!("They {come}") };
        return Some(format!("{they} from {}.", who(client)));
    }
    let mut parts: Vec<String> =
        told.iter().map(|(client, number)| format!("{} from {}", Digits(*number), who(client))).collect();
    if !rest.is_empty() {
        let number = rest.iter().fold(0_usize, |sum, (_, number)| sum.saturating_add(*number));
        parts.push(format!("{} from {}", Digits(number), count(rest.len(), "other client")));
    }
    // The verb stands after the first number.
    let first = told.first().map_or(0, |(_, number)| *number);
    let verb = if first == 1 { comes } else { come };
    (!parts.is_empty()).then(|| format!("{}.", list(&parts).replacen(" from", &format!(" {verb} from"), 1)))
}

/// The calls that hang, the most frequent first.
fn unanswered(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<(String, usize)> {
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for session in server.null_sessions(Verdict::Hung) {
        let Some(row) = report.ledger.session(session.id) else { continue };
        let end = report.end.unwrap_or_default();
        let call = finding::hung_call(report.ledger, row, end, report.grace_seconds);
        let name = match call {
            Some((_, call)) => {
                let name = call.name();
                name.strip_prefix("Rpc").unwrap_or(&name).to_owned()
            }
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

/// What it costs: `They take 2 of 10 slots on 192.168.1.10:139; 10 are in use in all.`
fn cost(report: &NullSessions<'_>, server: &ServerPart<'_>, stuck: usize) -> String {
    let they = if stuck == 1 { "It takes" } else { "They take" };
    let number = u64::try_from(stuck).unwrap_or(u64::MAX);
    let limit = limit_of(report, server);
    let slots = match limit.as_ref().filter(|limit| limit.slots >= number) {
        Some(limit) => format!("{} of {} connection slots", Digits(stuck), limit.slots),
        None => count(stuck, "connection slot"),
    };
    let row = server.row.and_then(|row| report.ledger.server(row));
    let in_use = row.map(|row| row.slots.now).unwrap_or_default();
    let in_use = limit.map_or(in_use, |limit| limit.bound(in_use));
    let in_all = if in_use.low > number || in_use.high > in_use.low {
        format!("; {} are in use in all", slots::in_use(in_use))
    } else {
        String::new()
    };
    format!("{they} {slots} on {}{in_all}.", server.address())
}

/// The null sessions that were stuck and are not any more, or perhaps not: `2 null sessions to … were stuck and have
/// ended: …`.
fn were_stuck(server: &ServerPart<'_>) -> Option<String> {
    let sessions: Vec<&Session<'_>> = server.were_stuck().collect();
    // For how long is as doubtful as the rest where the verdict is.
    let held = sessions.iter().filter(|session| session.verdict != Verdict::Unknown);
    let longest = held.map(|session| session.held_seconds).reduce(f64::max);
    let whole = sessions.len();
    let of = |verdict: Verdict, ended: bool| {
        let of = sessions.iter().filter(|session| session.verdict == verdict);
        of.filter(|session| session.closed.is_some() == ended).count()
    };
    let waited = "waited too long for an answer";
    let denied = of(Verdict::Denied, true);
    let parts = [
        part(
            of(Verdict::WasLeaked, true),
            whole,
            "left a pipe or handle open and unused",
            "left pipes or handles open and unused",
        ),
        part(of(Verdict::WasHung, true), whole, waited, waited),
        part(denied, whole, "had been denied", "had been denied"),
        part(of(Verdict::Unknown, true), whole, "held what is not known", "held what is not known"),
        part(of(Verdict::Unknown, false), whole, "may have ended since", "may have ended since"),
        part(of(Verdict::Open, false), whole, "is in use again", "are in use again"),
    ];
    let (was, have, it, held) = match sessions.len() {
        0 => return None,
        1 => ("was", "has", "It", "held its slot for"),
        _ => ("were", "have", "They", "held their slots for up to"),
    };
    let all_ended = sessions.iter().all(|session| session.closed.is_some());
    let end = if all_ended { format!(" and {have} ended") } else { String::new() };
    let by: BTreeSet<&str> = sessions.iter().filter_map(|session| ended_by(session)).collect();
    let by: Vec<String> = by.into_iter().map(str::to_owned).collect();
    let told = [
        longest.map(|longest| format!("{held} {}", Span::seconds(longest))),
        (!by.is_empty()).then(|| format!("{was} ended by {}", list(&by))),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    let told = if told.is_empty() { String::new() } else { format!(" {it} {}.", list(&told)) };
    let null = count(sessions.len(), "null session");
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Some(format!(
        "{null} to {} {was} stuck{end}: {}.{told}",
        place(server, server.were_stuck()),
        list(&parts)
    ))
}

/// The sessions that were stuck while they were null: `1 null session was stuck until it was reauthenticated as alice.`
fn were_null(server: &ServerPart<'_>) -> Option<String> {
    let sessions: Vec<&&Session<'_>> =
        server.sessions.iter().filter(|session| session.null_until.is_some()).collect();
    let [first, others @ ..] = sessions.as_slice() else { return None };
    let certain = sessions.iter().any(|session| session.stuck == Stuck::Yes);
    let (it, was) = match (others, certain) {
        ([], true) => ("it was", "was"),
        (_, true) => ("they were", "were"),
        ([], false) => ("it was", "may have been"),
        (_, false) => ("they were", "may have been"),
    };
    let account = first.who.account.filter(|account| others.is_empty() && !account.is_empty());
    let account = account.map(|account| format!(" as {}", Plain::name(account))).unwrap_or_default();
    let null = count(sessions.len(), "null session");
    Some(format!("{null} to {} {was} stuck until {it} reauthenticated{account}.", server.address()))
}

/// Who or what ended a session, in words.
fn ended_by(session: &Session<'_>) -> Option<&'static str> {
    let closed = session.closed.as_ref()?;
    Some(match (&closed.cause, closed.side) {
        (Some(Cause::Session(ledger::Cause::SessionDelete { .. })), _) => {
            "an administrator (NetrSessionDel, as net session /delete calls it)"
        }
        (Some(Cause::Session(ledger::Cause::Autodisconnect)), _) => {
            "the server, probably by its autodisconnect"
        }
        (Some(Cause::Session(ledger::Cause::Reboot)), _) => {
            "the server, which dropped several clients at once"
        }
        (Some(Cause::Session(ledger::Cause::Superseded)), _) => "another session setup on its connection",
        (_, Some(Party::Client)) if closed.by == By::OwnClose.as_str() => "the client's logoff",
        (_, Some(Party::Client)) => "the client",
        (_, Some(Party::Server)) => "the server",
        (_, None) => return None,
    })
}
