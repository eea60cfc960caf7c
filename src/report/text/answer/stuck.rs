//! The null sessions that are stuck, or were: what holds them, whose they are, what they cost.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::{EndingCause, Limit, NullSessions, SessionReport, System};
use super::super::servers::ServerPart;
use super::super::slots;
use super::{CLIENTS, client, held, part, place, share};
use crate::finding::{Digits, Plain, Span, count, list};
use crate::ledger::{self, SessionEnd, SessionRowId, Stuck, Verdict};
use crate::net::Host;
use crate::session::Party;

/// How many are or were stuck, whose they are, and what they cost; nothing if none is known to be.
pub(super) fn sentences(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let (stuck, denied) = (server.stuck().count(), server.denied().count());
    let mut sentences = Vec::new();
    if stuck > 0 {
        sentences.push(format!(
            "{} to {} never closed: {}.",
            count(stuck, "null session"),
            share(server, server.stuck()),
            list(&held::parts(report, server))
        ));
    }
    if denied > 0 {
        let (was, each) = if denied == 1 { ("was", "it holds") } else { ("were", "each holds") };
        sentences.push(format!(
            "{} {was} denied by {}, but {}.",
            count(denied, "null session"),
            server.address(),
            if no_limit(report, server).is_none() {
                format!("{each} a slot while its connection stays open")
            } else if denied == 1 {
                "its connection stays open".to_owned()
            } else {
                "their connections stay open".to_owned()
            }
        ));
    }
    sentences.extend(were_stuck(server));
    sentences.extend(clients(server));
    sentences.extend(cause(report, server));
    if stuck > 0 || denied > 0 {
        sentences.push(cost(report, server, stuck.saturating_add(denied)));
    }
    sentences.extend(were_null(server));
    sentences
}

/// Where it stands how to get the slots back, if there are any to get back. What was denied is no session that the server
/// could delete.
pub(super) fn remedy(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<&'static str> {
    let limited = no_limit(report, server).is_none();
    Some(match (server.stuck().count(), server.denied().count()) {
        (0, 0) => return None,
        (0, _) if !limited => return None,
        (0, 1) => {
            "The slot comes back when the client closes the connection: see \"What to do\" for what to look for there."
        }
        (0, _) => {
            "The slots come back when the clients close the connections: see \"What to do\" for what to look for there."
        }
        (1, 0) if limited => "See \"What to do\" for how to free the slot now and how to prevent more.",
        (_, _) if limited => "See \"What to do\" for how to free the slots now and how to prevent more.",
        (1, 0) => "See \"What to do\" for how to end the session now and how to prevent more.",
        _ => "See \"What to do\" for how to end the sessions now and how to prevent more.",
    })
}

/// What the limit rests on, where the user did not give it: `The limit of 10 is a guess: …`.
pub(super) fn limit(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<String> {
    // Where no slot is told of, its number is of no interest.
    let refused = server.refusals.iter().any(|refusal| refusal.is_for_slots());
    if !refused && server.stuck().chain(server.denied()).next().is_none() {
        return None;
    }
    limit_of(report, server)?.sentence()
}

/// Why the server has no limit of slots, unless it refused somebody for want of one all the same.
fn no_limit(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<String> {
    let row = server.row.and_then(|row| report.ledger.server(row))?;
    let refused = server.refusals.iter().any(|refusal| refusal.is_for_slots());
    Limit::none(report.ledger, row, report.options.limit).filter(|_| !refused)
}

/// What the server runs, where the version in its NTLM challenge tells it and the limit does not rest on that.
pub(super) fn system(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<String> {
    let row = server.row.and_then(|row| report.ledger.server(row))?;
    let system = System::of(report.ledger, row).filter(|system| system.version.is_some())?;
    let is_guess = limit_of(report, server).is_some_and(|limit| limit.from == "guess");
    let is_told = is_guess && server.stuck().chain(server.denied()).next().is_some();
    (!is_told).then(|| format!("The server seems to be {}.", system.phrase()))
}

fn limit_of(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<Limit> {
    let row = server.row.and_then(|row| report.ledger.server(row))?;
    Limit::of(report.ledger, row, report.options.limit)
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
    let is_there = now().next().is_some() || server.were_stuck().all(|session| session.closed.is_none());
    let (come, comes) = if is_there { ("come", "comes") } else { ("came", "came") };
    if let ([(client, _)], []) = (told, rest) {
        let they = if whole == 1 { format!("It {comes}") } else { format!("They {come}") };
        return Some(format!("{they} from {}{}.", who(client), connection_of_all(server)));
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

/// The cause that KB 328459 gives, where both its conditions hold: `Both conditions of KB 328459 hold for WS21: it uses a
/// printer of the server and shares one itself.`
fn cause(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Option<String> {
    let shown: BTreeSet<SessionRowId> = report
        .findings
        .iter()
        .filter(|finding| finding.both_conditions)
        .flat_map(|finding| finding.sessions.iter().copied())
        .collect();
    let clients: BTreeSet<String> =
        server.troubled().filter(|session| shown.contains(&session.id)).map(client).collect();
    let number = clients.len();
    let left = number.saturating_sub(CLIENTS);
    let more = (left > 0).then(|| count(left, "other client"));
    let names: Vec<String> = clients.into_iter().take(CLIENTS).chain(more).collect();
    let it = if number == 1 { "it" } else { "each" };
    (number > 0).then(|| {
        format!("Both conditions of KB 328459 hold for {}: {it} uses a printer of the server and shares one itself.", list(&names))
    })
}

/// That several sessions are on one TCP connection, as SMB allows: `, all on one TCP connection (port 1026)`.
fn connection_of_all(server: &ServerPart<'_>) -> String {
    let sessions = server.stuck().chain(server.denied()).chain(server.were_stuck());
    let ends: Vec<_> = sessions.map(|session| session.client).collect();
    match ends.as_slice() {
        [first, others @ ..] if !others.is_empty() && others.iter().all(|end| end == first) => {
            format!(", all on one TCP connection (port {})", first.port)
        }
        _ => String::new(),
    }
}

/// What it costs: `They take 2 of 10 slots on 192.168.1.10:139; 10 are in use in all.`
fn cost(report: &NullSessions<'_>, server: &ServerPart<'_>, stuck: usize) -> String {
    let they = if stuck == 1 { "It takes" } else { "They take" };
    if let Some(why) = no_limit(report, server) {
        let they = if stuck == 1 { "It" } else { "They" };
        return format!("{they} cannot use up the server's slots: {why}.");
    }
    let number = u64::try_from(stuck).unwrap_or(u64::MAX);
    let limit = limit_of(report, server);
    let slots = match limit.as_ref().filter(|limit| limit.slots >= number) {
        Some(limit) if !limit.of_client_edition => {
            format!("{} of {} connection slots", Digits(stuck), limit.slots)
        }
        _ => count(stuck, "connection slot"),
    };
    let row = server.row.and_then(|row| report.ledger.server(row));
    let in_use = row.map(|row| row.slots.now).unwrap_or_default();
    let in_use = limit.map_or(in_use, |limit| limit.bound(in_use));
    let in_all = if in_use.low > number || in_use.high > in_use.low {
        let why = if in_use.high > in_use.low { " (some may be one user's, or may have ended)" } else { "" };
        format!("; {} are in use in all{why}", slots::in_use(in_use))
    } else {
        String::new()
    };
    format!("{they} {slots} on {}{in_all}.", server.address())
}

/// The null sessions that were stuck and are not any more, or perhaps not: `2 null sessions to … were stuck and have
/// ended: …`.
fn were_stuck(server: &ServerPart<'_>) -> Option<String> {
    let sessions: Vec<&SessionReport<'_>> = server.were_stuck().collect();
    // For how long is as doubtful as the rest where the verdict is.
    let held = sessions.iter().filter(|session| session.verdict != Verdict::Unknown);
    let longest = held.map(|session| session.held).max();
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
            "held an open pipe or handle without using it",
            "held open pipes or handles without using them",
        ),
        part(of(Verdict::WasHung, true), whole, waited, waited),
        part(denied, whole, "had been denied", "had been denied"),
        part(of(Verdict::Unknown, true), whole, "held what is not known", "held what is not known"),
        part(of(Verdict::Unknown, false), whole, "may have ended since", "may have ended since"),
        part(of(Verdict::Open, false), whole, "is in use again", "are in use again"),
    ];
    let still = sessions.iter().all(|session| session.closed.is_none());
    let (was, have, it, held) = match sessions.len() {
        0 => return None,
        1 if still => ("was", "has", "It", "has held its slot for"),
        _ if still => ("were", "have", "They", "have held their slots for up to"),
        1 => ("was", "has", "It", "held its slot for"),
        _ => ("were", "have", "They", "held their slots for up to"),
    };
    let all_ended = sessions.iter().all(|session| session.closed.is_some());
    let end = if all_ended { format!(" and {have} ended") } else { String::new() };
    let by: BTreeSet<&str> = sessions.iter().filter_map(|session| ended_by(session)).collect();
    let by: Vec<String> = by.into_iter().map(str::to_owned).collect();
    let told = [
        longest.map(|longest| format!("{held} {}", Span::from(longest))),
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
    let sessions: Vec<&&SessionReport<'_>> =
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
fn ended_by(session: &SessionReport<'_>) -> Option<&'static str> {
    let closed = session.closed.as_ref()?;
    Some(match (&closed.cause, closed.side) {
        (Some(EndingCause::Session(ledger::Cause::SessionDelete { .. })), _) => {
            "an administrator (NetrSessionDel, as net session /delete calls it)"
        }
        (Some(EndingCause::Session(ledger::Cause::Autodisconnect)), _) => {
            "the server, probably by its autodisconnect"
        }
        (Some(EndingCause::Session(ledger::Cause::Reboot)), _) => {
            "the server, which dropped several clients at once"
        }
        (Some(EndingCause::Session(ledger::Cause::Superseded)), _) => {
            "another session setup on its connection"
        }
        (_, Some(Party::Client)) if closed.by == SessionEnd::OwnClose.as_str() => "the client's logoff",
        (_, Some(Party::Client)) => "the client",
        (_, Some(Party::Server)) => "the server",
        (_, None) => return None,
    })
}
