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
use crate::ledger::{Stage, Stuck, Verdict};
use crate::net::Host;
use crate::session::Party;

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
    let text = match servers {
        [] => nothing(report),
        [_] => return None,
        _ => {
            let stuck = servers.iter().map(|server| server.stuck().count());
            let troubled = stuck.clone().filter(|count| *count > 0).count();
            let stuck = stuck.fold(0, usize::saturating_add);
            let refused = servers.iter().filter(|server| !server.refusals.is_empty()).count();
            let mut text = if stuck == 0 {
                let known = if report.outcome() == Outcome::CannotTell {
                    "is known to have stayed"
                } else {
                    "stayed"
                };
                format!("No null session {known} open on any of {} servers.", servers.len())
            } else {
                format!("{} to {} never closed.", count(stuck, "null session"), count(troubled, "server"))
            };
            if refused > 0 {
                let _ = write!(text, " {} refused clients for want of slots.", count(refused, "server"));
            }
            text
        }
    };
    Some(text)
}

/// Nothing to tell of: what was looked at.
fn nothing(report: &NullSessions<'_>) -> String {
    let packets =
        report.captures.iter().map(|capture| usize::try_from(capture.packets).unwrap_or(usize::MAX));
    let packets = count(packets.fold(0, usize::saturating_add), "packet");
    let mut identities: BTreeMap<Who, usize> = BTreeMap::new();
    for (_, session) in report.ledger.sessions() {
        let number = identities.entry(session.identity.who).or_default();
        *number = number.saturating_add(1);
    }
    let sessions = identities.values().fold(0_usize, |sum, number| sum.saturating_add(*number));
    let who: Vec<String> = identities.iter().map(|(who, number)| format!("{number} {who}")).collect();
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
            "No null session among {} ({}) in {packets}.",
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
    let were_stuck = were_stuck(server);
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
        let (hold, their) = if denied_open == 1 { ("holds", "its") } else { ("hold", "their") };
        sentences.push(format!(
            "{} that {} denied {hold} {} while {their} connection lasts.",
            count(denied_open, "null session"),
            server.address(),
            count(denied_open, "slot")
        ));
    }
    if stuck > 0 || denied_open > 0 {
        sentences.extend(cost(report, server, stuck.saturating_add(denied_open)));
    }
    sentences.extend(were_stuck.clone());
    sentences.extend(were_null(server));
    let first = sentences.is_empty();
    if first {
        let refused = refused(server);
        let null = || server.sessions.iter().filter(|session| session.is_null());
        let doubt = null().any(|session| session.stuck == Stuck::Maybe);
        let denied = null().count() > 0 && null().all(|session| session.verdict == Verdict::Denied);
        let said = refused.is_some() && denied;
        sentences.extend(refused);
        sentences.extend((!said).then(|| match null().count() {
            0 => format!("No null session to {} was seen.", server.address()),
            null => {
                let (share, address) = (share(server), server.address());
                let on = if share == address { String::new() } else { format!(" on {address}") };
                let stuck = match (doubt, null) {
                    (true, 1) => "not known to be stuck",
                    (true, _) => "none of them known to be stuck",
                    (false, 1) => "not stuck",
                    (false, _) => "none of them stuck",
                };
                format!("{} to {share}{on}, {stuck}.", count(null, "null session"))
            }
        }));
    }
    sentences.extend(others(server));
    sentences.extend(possibly_null(server));
    if !first {
        sentences.extend(refused(server));
    }
    sentences.extend(denied(server));
    sentences.join(" ")
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

fn is_ipc(path: &str) -> bool {
    path.rsplit(['\\', '/']).next().is_some_and(|share| share.eq_ignore_ascii_case("IPC$"))
}

/// What holds the stuck sessions: `1 holds a printer handle`, `1 waits for an answer to OpenPrinterEx`.
fn held(report: &NullSessions<'_>, server: &ServerPart<'_>) -> Vec<String> {
    let (with_handle, pipe_alone): (Vec<&Session<'_>>, Vec<_>) =
        server.null_sessions(Verdict::Leaked).partition(|session| {
            let row = report.ledger.session(session.id);
            row.is_some_and(|row| finding::held_handles(report.ledger, row).next().is_some())
        });
    let alone = server.stuck().count() == 1;
    let mut parts = Vec::new();
    let mut part = |number: usize, one: &str, several: &str| {
        if number > 0 {
            let subject = if alone { "it".to_owned() } else { Digits(number).to_string() };
            parts.push(format!("{subject} {}", if number == 1 { one } else { several }));
        }
    };
    part(with_handle.len(), "holds a printer handle", "hold printer handles");
    let (sealed, pipe_alone): (Vec<_>, Vec<_>) = pipe_alone.into_iter().partition(|session| {
        let row = report.ledger.session(session.id);
        row.is_some_and(|row| finding::held_pipes(report.ledger, row).any(|pipe| pipe.sealed.is_some()))
    });
    part(pipe_alone.len(), "holds a pipe alone", "hold pipes alone");
    part(sealed.len(), "holds a pipe whose calls are sealed", "hold pipes whose calls are sealed");
    let calls = unanswered(report, server);
    for (call, number) in calls.iter().take(CALLS) {
        part(*number, &format!("waits for an answer to {call}"), &format!("wait for an answer to {call}"));
    }
    let rest = calls.iter().skip(CALLS).fold(0_usize, |sum, (_, number)| sum.saturating_add(*number));
    part(rest, "waits for an answer to another call", "wait for answers to other calls");
    part(
        server.null_sessions(Verdict::Lingering).count(),
        "stays and holds nothing",
        "stay and hold nothing",
    );
    parts
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
        sentences.push(format!("In all, {} are in use there at the end.", slots::in_use(in_use)));
    }
    sentences
}

/// The null sessions that did not stay: `Of the others 3 closed and 1 ended with its handles run down.`
fn others(server: &ServerPart<'_>) -> Option<String> {
    let verdicts = [
        (Verdict::Unknown, "cannot be judged", "cannot be judged"),
        (Verdict::WasLingering, "stayed too long and ended", "stayed too long and ended"),
        (Verdict::Open, "is too young to judge", "are too young to judge"),
        (Verdict::Abandoned, "ended with its handles run down", "ended with their handles run down"),
        (Verdict::Closed, "ended and left no handle behind", "ended and left no handle behind"),
        (
            Verdict::Denied,
            "was denied and holds a slot until its connection ends",
            "were denied and hold slots until their connections end",
        ),
        (Verdict::Denied, "had been denied", "had been denied"),
    ];
    let of = |verdict: Verdict, place: usize| {
        let ended = place.saturating_add(1) == verdicts.len();
        server.null_sessions(verdict).filter(move |session| {
            session.stuck != Stuck::Yes && (verdict != Verdict::Denied || session.closed.is_some() == ended)
        })
    };
    let parts: Vec<String> = verdicts
        .iter()
        .enumerate()
        .filter_map(|(place, (verdict, one, several))| {
            let number = of(*verdict, place).count();
            (number > 0).then(|| format!("{} {}", Digits(number), if number == 1 { one } else { several }))
        })
        .collect();
    let troubled = server.stuck().chain(server.denied()).chain(server.were_stuck()).next().is_some();
    let of = if troubled { "Of the other null sessions" } else { "Of these" };
    (!parts.is_empty()).then(|| format!("{of} {}.", list(&parts)))
}

fn possibly_null(server: &ServerPart<'_>) -> Option<String> {
    let possible = || server.sessions.iter().filter(|session| session.possibly_null);
    let number = possible().count();
    let stuck = possible().filter(|session| session.stuck == Stuck::Yes).count();
    let maybe = possible().filter(|session| session.stuck == Stuck::Maybe).count();
    let more = match number {
        0 => return None,
        1 => "1 session may be a null session: nothing in the capture says whose it is".to_owned(),
        _ => format!("{number} sessions may be null sessions: nothing in the capture says whose they are"),
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

/// `1 client was refused on 192.168.1.10:139 (error 71); 8 of 10 slots were held by null sessions that it had denied, of
/// WS21.`
fn refused(server: &ServerPart<'_>) -> Option<String> {
    let first = server.refusals.first()?;
    let clients: BTreeSet<_> = server.refusals.iter().map(|refusal| refusal.client.host()).collect();
    let were = if clients.len() == 1 { "was" } else { "were" };
    let times = match server.refusals.len() {
        number if number > clients.len() => format!(" {} times", Digits(number)),
        _ => String::new(),
    };
    let why = first.win32.map_or_else(|| first.status_name.clone(), |error| format!("error {error}"));
    let held = server.refusals.iter().filter(|refusal| refusal.is_for_slots());
    let held = held.max_by_key(|refusal| refusal.holders.null.saturating_add(refusal.holders.denied));
    let held = held.and_then(|refusal| null_holders(server, refusal)).unwrap_or_default();
    let clients = count(clients.len(), "client");
    Some(format!("{clients} {were} refused on {}{times} ({why}){held}.", server.address()))
}

/// How many slots null sessions held at a refusal, and whose they are.
fn null_holders(server: &ServerPart<'_>, refusal: &Refusal<'_>) -> Option<String> {
    let (granted, denied) = (refusal.holders.null, refusal.holders.denied);
    let number = granted.checked_add(denied).filter(|number| *number > 0)?;
    let slots = refusal.slots_in_use.slots();
    let of = slots::in_use(slots);
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
    let which = match (granted, denied) {
        (_, 0) => String::new(),
        (0, _) => " that the server had denied".to_owned(),
        _ => format!(", {denied} of which the server had denied"),
    };
    Some(format!("; {number} of the {of} slots in use were held by null sessions{whose}{which}"))
}

/// What was denied, each kind with its words: `Denied to anonymous clients there: 3 session setups.`
fn denied(server: &ServerPart<'_>) -> Option<String> {
    let stages = [Stage::Negotiate, Stage::Session, Stage::Tree, Stage::Pipe, Stage::Printer];
    let parts = |denied: bool| -> Vec<String> {
        let number = |what: Stage| {
            let of_kind = server.denials.iter().filter(|denial| denial.what == what);
            of_kind.filter(|denial| denial.is_access_denied() == denied).count()
        };
        let counted = stages.into_iter().map(|what| (number(what), what.as_str()));
        counted.filter(|(number, _)| *number > 0).map(|(number, name)| count(number, name)).collect()
    };
    let (denied, full) = (parts(true), parts(false));
    let mut sentences = Vec::new();
    if !denied.is_empty() {
        sentences.push(format!("Denied to anonymous clients there: {}.", list(&denied)));
    }
    if !full.is_empty() {
        sentences.push(format!("Refused there for want of instances or resources: {}.", list(&full)));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// The null sessions that were stuck and are not any more: `2 null sessions were stuck and have ended: …`.
fn were_stuck(server: &ServerPart<'_>) -> Option<String> {
    let sessions: Vec<&Session<'_>> = server.were_stuck().collect();
    let longest = sessions.iter().map(|session| session.held_seconds).fold(0.0, f64::max);
    let ended = sessions.iter().filter(|session| session.closed.is_some()).count();
    let of = |verdict: Verdict| sessions.iter().filter(|session| session.verdict == verdict).count();
    let kinds = [
        (of(Verdict::WasLeaked), "held pipes or handles unused"),
        (of(Verdict::WasHung), "waited for an answer"),
        (of(Verdict::Denied), "had been denied"),
        (of(Verdict::Open), "is in use again"),
    ];
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, did)| format!("{number} {did}"))
        .collect();
    let span = Span::seconds(longest);
    let (was, its) = match sessions.len() {
        0 => return None,
        1 => ("was", "it held its slot for"),
        _ => ("were", "they held their slots for up to"),
    };
    let end = match ended {
        number if number == sessions.len() => {
            format!(" and {} ended", if number == 1 { "has" } else { "have" })
        }
        _ => String::new(),
    };
    let by: BTreeSet<&str> = sessions.iter().filter_map(|session| ended_by(session)).collect();
    let by: Vec<String> = by.into_iter().map(str::to_owned).collect();
    let by = if by.is_empty() { String::new() } else { format!(" Ended by {}.", list(&by)) };
    let null = count(sessions.len(), "null session");
    Some(format!("{null} to {} {was} stuck{end}: {}; {its} {span}.{by}", share(server), list(&parts)))
}

/// The sessions that were stuck while they were null: `1 session was a null session and stuck until frame 31.`
fn were_null(server: &ServerPart<'_>) -> Option<String> {
    let mut sessions = server.sessions.iter().filter(|session| session.null_until.is_some());
    let first = sessions.next()?;
    let may = |session: &Session<'_>| session.stuck != Stuck::Yes;
    let account = first.who.account.map(|account| format!(" as {}", Plain::name(account)));
    Some(match sessions.count() {
        0 => format!(
            "1 session was a null session{} before it was set up anew{}.",
            if may(first) { " and may have been stuck" } else { " and stuck" },
            account.unwrap_or_default()
        ),
        more => format!(
            "{} sessions were null sessions and stuck before they were set up anew.",
            Digits(more.saturating_add(1))
        ),
    })
}

/// Who or what ended a session, in words.
pub(super) fn ended_by(session: &Session<'_>) -> Option<&'static str> {
    let closed = session.closed.as_ref()?;
    Some(match (&closed.cause, closed.side, closed.by) {
        (Some(Cause::Session { kind: "session_delete", .. }), ..) => "the administrator (NetrSessionDel)",
        (Some(Cause::Session { kind: "autodisconnect", .. }), ..) => {
            "the server, probably by its autodisconnect"
        }
        (Some(Cause::Session { kind: "reboot", .. }), ..) => {
            "the server, which dropped several clients at once"
        }
        (Some(Cause::Session { kind: "superseded", .. }), ..) => "another session setup on its connection",
        (_, Some(Party::Client), "own_close") => "the client's logoff",
        (_, Some(Party::Client), _) => "the client",
        (_, Some(Party::Server), _) => "the server",
        (_, None, _) => return None,
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
        let slots = refusal.slots_in_use.slots();
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
