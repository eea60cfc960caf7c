//! The answer in a few sentences: how many null sessions never closed, what holds them, what that costs.

use core::fmt::{self, Write};
use std::collections::{BTreeMap, BTreeSet};

use super::super::{Cause, Limit, NullSessions, Outcome, Refusal, Session};
use super::When;
use super::layout::paragraph;
use super::servers::ServerPart;
use super::slots;
use crate::auth::Who;
use crate::finding::{self, Digits, Plain, Span, count, list};
use crate::ledger::{self, By, Stage, Stuck, Verdict};
use crate::net::Host;
use crate::session::{Party, is_ipc};

/// Clients that the answer names; more are counted.
const CLIENTS: usize = 3;
/// Refusals that are listed for a server; more are counted.
const REFUSALS: usize = 5;
/// Calls that the answer names; the sessions that hang in others are counted.
const CALLS: usize = 3;

/// Writes the answer over all servers, where it is not that of one server alone.
pub(super) fn overall(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    servers: &[ServerPart<'_>],
    width: usize,
) -> fmt::Result {
    let Some(text) = over_all(report, servers) else { return Ok(()) };
    paragraph(out, "", 0, &text, width)?;
    writeln!(out)
}

/// The answer over all servers, where it is not that of one server alone.
pub(super) fn over_all(report: &NullSessions<'_>, servers: &[ServerPart<'_>]) -> Option<String> {
    match servers {
        [] => return Some(nothing(report)),
        [_] => return None,
        _ => {}
    }
    let sum = |number: fn(&ServerPart<'_>) -> usize| {
        servers.iter().map(number).fold(0_usize, |sum, number| sum.saturating_add(number))
    };
    let kinds = [
        sum(|server| server.stuck().count()),
        sum(|server| server.denied().count()),
        sum(|server| server.were_stuck().count()),
    ];
    let total = kinds.iter().fold(0_usize, |sum, number| sum.saturating_add(*number));
    let troubled = servers.iter().filter(|server| server.troubled().next().is_some()).count();
    let to = format!("{} to {}", count(total, "null session"), count(troubled, "server"));
    let mut text = match kinds {
        [0, 0, 0] => {
            let known = if report.outcome() == Outcome::CannotTell { "is known to be" } else { "is or was" };
            format!("No null session {known} stuck on any of {} servers.", servers.len())
        }
        [_, 0, 0] => format!("{to} never closed."),
        _ => {
            let [stuck, denied, were] = kinds;
            let told = [
                part(stuck, 0, "never closed", "never closed"),
                part(
                    denied,
                    0,
                    "was denied and still holds its slot",
                    "were denied and still hold their slots",
                ),
                part(were, 0, "was stuck before", "were stuck before"),
            ];
            let told: Vec<String> = told.into_iter().flatten().collect();
            let are = if total == 1 { "is or was" } else { "are or were" };
            format!("{to} {are} stuck: {}.", list(&told))
        }
    };
    let refused =
        servers.iter().filter(|server| server.refusals.iter().any(|refusal| refusal.is_for_slots()));
    match refused.count() {
        0 => {}
        refused => {
            let _ = write!(text, " {} turned clients away for want of slots.", count(refused, "server"));
        }
    }
    Some(text)
}

/// Nothing to tell of: what was looked at.
fn nothing(report: &NullSessions<'_>) -> String {
    let packets =
        report.captures.iter().map(|capture| usize::try_from(capture.packets).unwrap_or(usize::MAX));
    let packets = count(packets.fold(0, usize::saturating_add), "packet");
    let mut identities: BTreeMap<Who, usize> = BTreeMap::new();
    // A set-up that was denied, or has no answer, is no session.
    let sessions = report.ledger.sessions().map(|(_, session)| session);
    for session in sessions.filter(|session| session.denied.is_none() && !session.unanswered) {
        let number = identities.entry(session.identity.who).or_default();
        *number = number.saturating_add(1);
    }
    let sessions = identities.values().fold(0_usize, |sum, number| sum.saturating_add(*number));
    let who: Vec<String> = identities.iter().map(|(who, number)| format!("{number} {who}")).collect();
    // Of those that are not kept, only what they come to is known.
    let kept = if report.losses.ledger.sessions_aggregated.is_empty() { "" } else { " that are kept" };
    match (report.ledger.connections().count(), sessions) {
        (0, 0) if report.outcome() == Outcome::Clear => {
            format!("No null session: no SMB connection in {packets}.")
        }
        (0, 0) => format!("No SMB connection could be read in {packets}."),
        (connections, 0) => {
            format!(
                "No null session: {} in {packets}, none with a session.",
                count(connections, "SMB connection")
            )
        }
        _ => format!(
            "No null session among {}{kept} ({}) in {packets}.",
            count(sessions, "SMB session"),
            who.join(", ")
        ),
    }
}

/// Writes the answer for one server.
pub(super) fn of_server(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    server: &ServerPart<'_>,
    width: usize,
) -> fmt::Result {
    paragraph(out, "", 0, &for_server(report, server), width)?;
    writeln!(out)
}

/// The answer for one server.
pub(super) fn for_server(report: &NullSessions<'_>, server: &ServerPart<'_>) -> String {
    let (stuck, denied_open) = (server.stuck().count(), server.denied().count());
    let mut sentences = Vec::new();
    if stuck > 0 {
        sentences.push(format!(
            "{} to {} never closed: {}.",
            count(stuck, "null session"),
            share(server),
            list(&held(report, server))
        ));
    }
    if denied_open > 0 {
        let (was, holds) = match denied_open {
            1 => ("was", "holds its slot while its connection lasts"),
            _ => ("were", "hold their slots while their connections last"),
        };
        let denied = count(denied_open, "null session");
        sentences.push(format!("{denied} {was} denied by {} but {holds}.", server.address()));
    }
    if stuck > 0 || denied_open > 0 {
        sentences.extend(cost(report, server, stuck.saturating_add(denied_open)));
    }
    sentences.extend(were_stuck(server));
    sentences.extend(were_null(server));
    if sentences.is_empty() {
        calm(server, &mut sentences);
    } else {
        let others = others(server, 0);
        sentences
            .extend((!others.is_empty()).then(|| format!("Of the other null sessions, {}.", list(&others))));
        sentences.extend(possibly_null(server));
        sentences.extend(refused(server));
    }
    sentences.extend(denied(server));
    if !report.findings.is_empty() {
        sentences.extend(remedy(stuck, denied_open).map(str::to_owned));
    }
    sentences.join(" ")
}

/// What gives the slots back. What was denied is no session that the server could delete.
const fn remedy(stuck: usize, denied: usize) -> Option<&'static str> {
    Some(match (stuck, denied) {
        (0, 0) => return None,
        (0, 1) => {
            "The slot comes back when the client closes the connection; What to do tells what to look for there."
        }
        (0, _) => {
            "The slots come back when the clients close the connections; What to do tells what to look for there."
        }
        (1, 0) => {
            r"To free the slot now, run net session \\CLIENT /delete on the server; What to do tells how to prevent more."
        }
        _ => {
            r"To free the slots now, run net session \\CLIENT /delete on the server; What to do tells how to prevent more."
        }
    })
}

/// The answer for a server on which no null session is known to be stuck.
fn calm(server: &ServerPart<'_>, sentences: &mut Vec<String>) {
    let refused = refused(server);
    let null: Vec<&Session<'_>> =
        server.sessions.iter().copied().filter(|session| session.is_null()).collect();
    let all_denied = null.iter().all(|session| session.verdict == Verdict::Denied);
    let whose = refused.is_some() && all_denied && !null.is_empty();
    let possibly = possibly_null(server);
    sentences.extend(refused);
    if whose {
        let held = null.iter().filter(|session| session.closed.is_none()).count();
        let hold = if held == 1 {
            "holds its slot until its connection ends"
        } else {
            "hold their slots until their connections end"
        };
        sentences.extend((held > 0).then(|| format!("{} {hold}.", count(held, "denied null session"))));
    } else if !null.is_empty() {
        let doubt = null.iter().any(|session| session.stuck == Stuck::Maybe);
        let stuck = match (doubt, null.len()) {
            (true, 1) => "not known to be stuck",
            (true, _) => "none of them known to be stuck",
            (false, 1) => "not stuck",
            (false, _) => "none of them stuck",
        };
        let others = match null.as_slice() {
            [one] if one.verdict == Verdict::Unknown => Plain::sentence(&one.why).to_string(),
            _ => list(&others(server, null.len())),
        };
        sentences.push(format!(
            "{} to {}, {stuck}: {others}.",
            count(null.len(), "null session"),
            place(server)
        ));
    } else if possibly.is_none() {
        sentences.push(format!("No null session to {} was seen.", server.address()));
    }
    sentences.extend(possibly);
}

/// `\\PRNSRV\IPC$ on 192.168.1.10:139`.
fn place(server: &ServerPart<'_>) -> String {
    let (share, address) = (share(server), server.address());
    if share == address { address } else { format!("{share} on {address}") }
}

/// So many of the `whole` of a sentence, and what they do or did: `2 hold pipes`, `it holds a pipe` of one that is the
/// whole, `all hold pipes` of several that are.
fn part(number: usize, whole: usize, one: &str, several: &str) -> Option<String> {
    match number {
        0 => None,
        1 if whole == 1 => Some(format!("it {one}")),
        1 => Some(format!("1 {one}")),
        _ if number == whole => Some(format!("all {several}")),
        _ => Some(format!("{} {several}", Digits(number))),
    }
}

/// `\\PRNSRV\IPC$`, as most of the null sessions name it, or the address.
fn share(server: &ServerPart<'_>) -> String {
    let mut paths: BTreeMap<&str, usize> = BTreeMap::new();
    for session in server.sessions.iter().filter(|session| session.is_null()) {
        for path in session.trees.iter().filter_map(|tree| tree.path).filter(|path| is_ipc(path)) {
            let times = paths.entry(path).or_default();
            *times = times.saturating_add(1);
        }
    }
    let most = paths.into_iter().max_by_key(|(_, times)| *times).map(|(path, _)| path);
    most.map_or_else(|| server.address(), |path| Plain::name(path).to_string())
}

/// What holds the stuck sessions: `1 holds a printer handle`, `1 waits for an answer to OpenPrinterEx`.
fn held(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let (with_handle, pipe_alone): (Vec<&Session<'_>>, Vec<_>) =
        server.null_sessions(Verdict::Leaked).partition(|session| {
            let row = report.ledger.session(session.id);
            row.is_some_and(|row| finding::held_handles(report.ledger, row).next().is_some())
        });
    let whole = server.stuck().count();
    let (sealed, pipe_alone): (Vec<_>, Vec<_>) = pipe_alone.into_iter().partition(|session| {
        let row = report.ledger.session(session.id);
        row.is_some_and(|row| finding::held_pipes(report.ledger, row).any(|pipe| pipe.sealed.is_some()))
    });
    let mut parts = vec![
        part(with_handle.len(), whole, "holds a printer handle", "hold printer handles"),
        part(pipe_alone.len(), whole, "holds a pipe and no handle", "hold pipes and no handles"),
        part(sealed.len(), whole, "holds a pipe whose calls are sealed", "hold pipes whose calls are sealed"),
    ];
    let calls = unanswered(report, server);
    parts.extend(calls.iter().take(CALLS).map(|(call, number)| {
        let one = format!("waits for an answer to {call}");
        part(*number, whole, &one, &format!("wait for an answer to {call}"))
    }));
    let rest = calls.iter().skip(CALLS).fold(0_usize, |sum, (_, number)| sum.saturating_add(*number));
    parts.push(part(rest, whole, "waits for an answer to another call", "wait for answers to other calls"));
    let lingering = server.null_sessions(Verdict::Lingering).count();
    parts.push(part(lingering, whole, "stays and holds nothing", "stay and hold nothing"));
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

/// Whose the stuck sessions are: `They come from 192.168.1.21 (WS-21) with 2 and 192.168.1.30 with 1.`
fn clients(server: &ServerPart<'_>) -> String {
    let mut clients: BTreeMap<(Host, Option<String>), usize> = BTreeMap::new();
    for session in server.stuck().chain(server.denied()) {
        let name = session.client_name.map(|name| Plain::name(name).to_string());
        let number = clients.entry((session.client.host(), name)).or_default();
        *number = number.saturating_add(1);
    }
    let mut clients: Vec<_> = clients.into_iter().collect();
    clients.sort_by_key(|(_, number)| core::cmp::Reverse(*number));
    let (shown, rest) = clients.split_at(clients.len().min(CLIENTS));
    let with = |number: &usize| {
        if clients.len() == 1 { String::new() } else { format!(" with {}", Digits(*number)) }
    };
    let mut parts: Vec<String> = shown
        .iter()
        .map(|((ip, name), number)| {
            let name = name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            format!("{ip}{name}{}", with(number))
        })
        .collect();
    if !rest.is_empty() {
        let number = rest.iter().fold(0_usize, |sum, (_, number)| sum.saturating_add(*number));
        parts.push(format!("{}{}", count(rest.len(), "other client"), with(&number)));
    }
    let comes =
        if server.stuck().chain(server.denied()).count() == 1 { "It comes from" } else { "They come from" };
    format!("{comes} {}.", list(&parts))
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

/// What it costs: `They take 2 of 10 slots on 192.168.1.10:139.`
fn cost(report: &NullSessions<'_>, server: &ServerPart<'_>, stuck: usize) -> Vec<String> {
    let row = server.row.and_then(|row| report.ledger.server(row));
    let they = if stuck == 1 { "It takes" } else { "They take" };
    let limit = row.and_then(|row| Limit::of(report.ledger, row, report.options.limit));
    let taken = match &limit {
        Some(limit) => format!("{they} {} of {} slots on {}", Digits(stuck), limit.slots, server.address()),
        None => format!("{they} {} on {}", count(stuck, "slot"), server.address()),
    };
    let source = limit.map(|limit| limit.to_string()).filter(|text| !text.is_empty());
    let taken = source.map_or_else(|| format!("{taken}."), |source| format!("{taken} {source}."));
    let mut sentences = vec![taken, clients(server)];
    let in_use = row.map(|row| row.slots.now).unwrap_or_default();
    if in_use.low > u64::try_from(stuck).unwrap_or(u64::MAX) || in_use.high > in_use.low {
        sentences.push(format!("In all, {} slots are in use there at the end.", slots::in_use(in_use)));
    }
    sentences
}

/// The null sessions that are not stuck, or not known to be: `3 ended and left no handle open`.
fn others(server: &ServerPart<'_>, whole: usize) -> Vec<String> {
    let verdicts = [
        (Verdict::Unknown, "cannot be judged", "cannot be judged"),
        (Verdict::WasLingering, "stayed unused too long but ended", "stayed unused too long but ended"),
        (Verdict::Open, "is too young to judge", "are too young to judge"),
        (Verdict::Abandoned, "ended without closing its handles", "ended without closing their handles"),
        (Verdict::Closed, "ended and left no handle open", "ended and left no handle open"),
    ];
    let of = |verdict: Verdict| server.null_sessions(verdict).filter(|session| session.stuck != Stuck::Yes);
    let number =
        |ended: bool| of(Verdict::Denied).filter(|session| session.closed.is_some() == ended).count();
    let parts =
        verdicts.into_iter().map(|(verdict, one, several)| part(of(verdict).count(), whole, one, several));
    let denied = [
        part(
            number(false),
            whole,
            "was denied and holds a slot until its connection ends",
            "were denied and hold slots until their connections end",
        ),
        part(number(true), whole, "was denied and has ended", "were denied and have ended"),
    ];
    parts.chain(denied).flatten().collect()
}

fn possibly_null(server: &ServerPart<'_>) -> Option<String> {
    let possible = || server.sessions.iter().filter(|session| session.possibly_null);
    let number = possible().count();
    let stuck = possible().filter(|session| session.stuck == Stuck::Yes).count();
    let maybe = possible().filter(|session| session.stuck == Stuck::Maybe).count();
    let to = server.address();
    let more = match number {
        0 => return None,
        1 => format!("1 session to {to} may be a null session: nothing in the capture says whose it is"),
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

/// `192.168.1.10:139 refused 1 client (error 71); null sessions of WS21 that it had denied held 8 of the 10 slots in use.`
fn refused(server: &ServerPart<'_>) -> Option<String> {
    let first = server.refusals.first()?;
    let clients: BTreeSet<_> = server.refusals.iter().map(|refusal| refusal.client.host()).collect();
    let times = match server.refusals.len() {
        number if number > clients.len() => format!(" {} times", Digits(number)),
        _ => String::new(),
    };
    let why = first.win32.map_or_else(|| first.status_name.clone(), |error| format!("error {error}"));
    let held = server.refusals.iter().filter(|refusal| refusal.is_for_slots());
    let held = held.max_by_key(|refusal| refusal.slots_in_use.of_null_sessions());
    let held = held.and_then(|refusal| null_holders(server, refusal)).unwrap_or_default();
    Some(format!("{} refused {}{times} ({why}){held}.", server.address(), count(clients.len(), "client")))
}

/// How many slots null sessions held at a refusal, and whose they are.
fn null_holders(server: &ServerPart<'_>, refusal: &Refusal<'_>) -> Option<String> {
    let in_use = refusal.slots_in_use;
    let number = Some(in_use.of_null_sessions()).filter(|number| *number > 0)?;
    let held = server.sessions.iter().filter(|session| session.is_null());
    let held = held.filter(|session| refusal.held_by.contains(&session.id));
    let clients: BTreeSet<String> = held
        .map(|session| match session.client_name {
            Some(name) => Plain::name(name).to_string(),
            None => session.client.host().to_string(),
        })
        .collect();
    let left = clients.len().saturating_sub(CLIENTS);
    let mut names: Vec<String> = clients.into_iter().take(CLIENTS).collect();
    if left > 0 {
        names.push(count(left, "other client"));
    }
    let whose = if names.is_empty() { String::new() } else { format!(" of {}", list(&names)) };
    let (which, some) = match (in_use.null, in_use.denied) {
        (_, 0) => ("", String::new()),
        (0, _) => (" that it had denied", String::new()),
        (_, denied) => ("", format!(", {denied} of them after it had denied them")),
    };
    let of = slots::in_use(in_use.known);
    Some(format!("; null sessions{whose}{which} held {number} of the {of} slots in use{some}"))
}

/// What was denied, each kind with its words: `Anonymous clients were denied 3 session setups there.`
fn denied(server: &ServerPart<'_>) -> Option<String> {
    let stages = [Stage::Negotiate, Stage::Session, Stage::Tree, Stage::Pipe, Stage::Printer];
    let parts = |full: bool| -> Vec<String> {
        let number = |what: Stage| {
            let of_kind = server.denials.iter().filter(|denial| denial.what == what);
            of_kind.filter(|denial| denial.is_out_of_resources() == full).count()
        };
        let counted = stages.into_iter().map(|what| (number(what), what.as_str()));
        counted.filter(|(number, _)| *number > 0).map(|(number, name)| count(number, name)).collect()
    };
    let (denied, full) = (parts(false), parts(true));
    let mut sentences = Vec::new();
    if !denied.is_empty() {
        sentences.push(format!("Anonymous clients were denied {} there.", list(&denied)));
    }
    if !full.is_empty() {
        sentences.push(format!("{} failed there because the server lacked resources.", list(&full)));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
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
    let unused = "held pipes or handles unused";
    let waited = "waited too long for an answer";
    let denied = of(Verdict::Denied, true);
    let parts = [
        part(of(Verdict::WasLeaked, true), whole, unused, unused),
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
    Some(format!("{null} to {} {was} stuck{end}: {}.{told}", place(server), list(&parts)))
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

/// The first refusals of a server, a line each.
pub(super) fn refusals(
    out: &mut impl Write,
    server: &ServerPart<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    for refusal in server.refusals.iter().take(REFUSALS) {
        let slots = refusal.slots_in_use.known;
        let in_use = if slots.high == 0 {
            String::new()
        } else {
            format!(", {} slots known in use", slots::in_use(slots))
        };
        let who = refusal.who.as_ref();
        let account = who.and_then(|who| who.account).filter(|account| !account.is_empty());
        let computer = who.and_then(|who| who.workstation).filter(|name| !name.is_empty());
        let who = match (account.map(Plain::name), computer.map(Plain::name)) {
            (Some(account), Some(computer)) => format!("{account} of {computer}: "),
            (Some(one), None) | (None, Some(one)) => format!("{one}: "),
            (None, None) => String::new(),
        };
        let first = format!("refused  {}  {}  ", when.second(refusal.at.time), refusal.client);
        let error = refusal.win32.map(|error| format!(" (error {error})")).unwrap_or_default();
        let text = format!("{who}{}{error}{in_use}  {}", refusal.status_name, when.frame(refusal.at));
        paragraph(out, &first, 19, &text, width)?;
    }
    let left = server.refusals.len().saturating_sub(REFUSALS);
    if left > 0 {
        writeln!(out, "         and {left} more refusals")?;
    }
    if server.refusals.is_empty() { Ok(()) } else { writeln!(out) }
}
