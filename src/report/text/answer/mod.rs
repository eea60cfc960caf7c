//! The answer in a few sentences: how many null sessions are or were stuck, whose they are, what that costs, who was
//! refused.

mod calm;
mod held;
mod refused;
mod stuck;

use core::fmt::{self, Write};
use std::collections::BTreeMap;

use super::super::{NullSessions, Outcome, SessionReport};
use super::When;
use super::layout::paragraph;
use super::servers::ServerPart;
use super::unseen;
use crate::auth::Who;
use crate::finding::{Digits, Finding, Plain, Severity, count, list};
use crate::ledger::Stage;
use crate::session::is_ipc;

pub(super) use refused::refusals;

/// Clients that a sentence names; more are counted.
const CLIENTS: usize = 3;

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
        [] => {
            let text = [Some(nothing(report)), warnings(report)];
            return Some(text.into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
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
    let troubled = servers
        .iter()
        .filter(|server| server.troubled().next().is_some() || server.denied().next().is_some());
    let on = count(troubled.count(), "server");
    let mut text = match kinds {
        [0, 0, 0] => {
            let known = if report.outcome() == Outcome::CannotTell { "is known to be" } else { "is or was" };
            format!("No null session {known} stuck on any of {} servers.", servers.len())
        }
        [stuck, 0, 0] => format!("{} to {on} never closed.", count(stuck, "null session")),
        [stuck, denied, were] => {
            let told = [
                part(stuck, 0, "never closed", "never closed"),
                part(denied, 0, "was denied but still holds a slot", "were denied but still hold slots"),
                part(were, 0, "was stuck before", "were stuck before"),
            ];
            let told: Vec<String> = told.into_iter().flatten().collect();
            format!("Of the null sessions to {on}, {}.", list(&told))
        }
    };
    let refused =
        servers.iter().filter(|server| server.refusals.iter().any(|refusal| refusal.is_for_slots()));
    match refused.count() {
        0 => {}
        refused => {
            let its = if refused == 1 { "its" } else { "their" };
            let _ =
                write!(text, " {} refused clients because {its} slots were taken.", count(refused, "server"));
        }
    }
    text.extend(unseen::more(report).into_iter().chain(warnings(report)).map(|more| format!(" {more}")));
    Some(text)
}

/// Warnings that the answer repeats.
const WARNINGS: usize = 2;

/// Beside an answer that finds nothing stuck: what the findings warn of, unless the answer is about that.
fn warnings(report: &NullSessions<'_>) -> Option<String> {
    let refused = |finding: &Finding| !report.refusals.is_empty() && finding.rule == "share_limit";
    let warnings = report.findings.iter().filter(|it| it.severity <= Severity::Warning && !refused(it));
    let warnings: Vec<String> =
        warnings.map(|finding| format!("{}.", Plain::paragraph(&finding.text))).collect();
    if report.outcome() == Outcome::Trouble || warnings.is_empty() {
        return None;
    }
    let left = warnings.len().saturating_sub(WARNINGS);
    let more = if left == 0 { String::new() } else { format!(" And {}.", count(left, "more warning")) };
    let told = warnings.into_iter().take(WARNINGS).collect::<Vec<_>>().join(" ");
    Some(format!("In addition: {told}{more} See \"What to do\"."))
}

/// Nothing to tell of: what was looked at.
fn nothing(report: &NullSessions<'_>) -> String {
    let packets =
        report.captures.iter().map(|capture| usize::try_from(capture.packets).unwrap_or(usize::MAX));
    let number = packets.fold(0, usize::saturating_add);
    if number == 0 {
        return no_packets(report);
    }
    let packets = count(number, "packet");
    let mut identities: BTreeMap<Who, usize> = BTreeMap::new();
    // A set-up that was denied, or has no answer, is no session.
    let sessions = report.ledger.sessions().map(|(_, session)| session);
    for session in sessions.filter(|session| session.denied.is_none() && !session.unanswered) {
        let number = identities.entry(session.identity.who).or_default();
        *number = number.saturating_add(1);
    }
    let sessions = identities.values().fold(0_usize, |sum, number| sum.saturating_add(*number));
    let who: Vec<String> = identities.iter().map(|(who, number)| whose(*who, *number, sessions)).collect();
    // Of those that are not kept, only what they come to is known.
    let kept = if report.losses.ledger.sessions_aggregated.is_empty() { "" } else { " that are kept" };
    match (report.ledger.connections_seen(), sessions) {
        (0, 0) if report.outcome() == Outcome::Clear => {
            format!("No null session: no SMB connection in {packets}.")
        }
        (0, 0) => format!("No SMB connection could be read in {packets}."),
        (connections, 0) => {
            let connections = count(usize::try_from(connections).unwrap_or(usize::MAX), "SMB connection");
            format!("No null session: {connections} in {packets}, none with a session.")
        }
        (_, 1) => format!("No null session: the only SMB session in {packets} is {}.", list(&who)),
        _ => format!(
            "No null session among {} SMB sessions{kept} ({}) in {packets}.",
            Digits(sessions),
            list(&who)
        ),
    }
}

/// No packet was read: what was met instead.
fn no_packets(report: &NullSessions<'_>) -> String {
    let warnings = report.captures.iter().flat_map(|capture| &capture.warnings);
    let met: Vec<String> =
        warnings.take(CLIENTS).map(|warning| Plain::sentence(warning).to_string()).collect();
    match report.captures.as_slice() {
        _ if !met.is_empty() => format!("No packet could be read: {}.", list(&met)),
        [_] => "The capture holds no packets, so there is nothing to judge.".to_owned(),
        _ => "The captures hold no packets, so there is nothing to judge.".to_owned(),
    }
}

/// `3 of users`, `a user's` of a session that is the only one.
fn whose(who: Who, number: usize, whole: usize) -> String {
    let (alone, one, several) = match who {
        Who::Null => ("null", "null", "null"),
        Who::Guest => ("a guest's", "of a guest", "of guests"),
        Who::User => ("a user's", "of a user", "of users"),
        Who::Unknown => ("an unknown user's", "of an unknown user", "of unknown users"),
    };
    match (number, whole) {
        (1, 1) => alone.to_owned(),
        (1, _) => format!("1 {one}"),
        _ => format!("{} {several}", Digits(number)),
    }
}

/// Writes the answer for one server: the headline, then what else is to be said.
pub(super) fn of_server(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    server: &ServerPart<'_>,
    alone: bool,
    when: &When,
    width: usize,
) -> fmt::Result {
    for text in for_server(report, server, alone, when) {
        paragraph(out, "", 0, &text, width)?;
        writeln!(out)?;
    }
    Ok(())
}

/// The answer for one server, the headline and what else is to be said. `alone`: there is no other server.
pub(super) fn for_server(
    report: &NullSessions<'_>,
    server: &ServerPart<'_>,
    alone: bool,
    when: &When,
) -> Vec<String> {
    let mut headline = stuck::sentences(report, server);
    let mut details = Vec::new();
    if headline.is_empty() {
        headline.extend(refused::refused(server));
        details.extend(stuck::limit(report, server));
        details.extend(calm::sentences(report, server));
    } else {
        headline.extend(refused::refused(server));
        details.extend(stuck::system(report, server));
        details.extend(stuck::limit(report, server));
        details.extend(calm::others(report, server));
    }
    if headline.is_empty() {
        headline.append(&mut details);
    }
    if alone {
        headline.extend(unseen::more(report));
        headline.extend(warnings(report));
    }
    details.extend(calm::too_young(report, server));
    details.extend(refused::denied(server, when));
    if !report.findings.is_empty() {
        details.extend(stuck::remedy(report, server).map(str::to_owned));
    }
    let paragraphs = [headline, details].map(|sentences| sentences.join(" "));
    paragraphs.into_iter().filter(|text| !text.is_empty()).collect()
}

/// What a session's client is called: its name, or else its address.
fn client(session: &SessionReport<'_>) -> String {
    match session.client_name {
        Some(name) => Plain::name(name).to_string(),
        None => session.client.host().to_string(),
    }
}

/// The name of a share, pipe or printer as people write it: `spoolss` of the pipe `\\spoolss`.
fn object(what: Stage, name: &str) -> Plain<'_> {
    Plain::name(name.strip_prefix('\\').filter(|_| what == Stage::Pipe).unwrap_or(name))
}

/// So many of the `whole` of a sentence, and what they do or did: `2 hold pipes`, `it holds a pipe` of one that is the
/// whole, `all hold pipes` of several that are.
fn part(number: usize, whole: usize, one: &str, several: &str) -> Option<String> {
    match number {
        0 => None,
        1 if whole == 1 => Some(format!("it {one}")),
        1 => Some(format!("1 {one}")),
        2 if whole == 2 => Some(format!("both {several}")),
        _ if number == whole => Some(format!("all {several}")),
        _ => Some(format!("{} {several}", Digits(number))),
    }
}

/// What sessions lead to: `\\PRNSRV\IPC$` if each has a tree of that share, whatever it calls the server; else the
/// server's address.
fn share<'s>(server: &ServerPart<'_>, sessions: impl Iterator<Item = &'s SessionReport<'s>>) -> String {
    let mut paths: BTreeMap<&str, usize> = BTreeMap::new();
    for session in sessions {
        let Some(path) = session.trees.iter().filter_map(|tree| tree.path).find(|path| is_ipc(path)) else {
            return server.address();
        };
        let times = paths.entry(path).or_default();
        *times = times.saturating_add(1);
    }
    let most = paths.into_iter().max_by_key(|(_, times)| *times).map(|(path, _)| path);
    most.map_or_else(|| server.address(), |path| Plain::name(path).to_string())
}

/// The same with the address: `\\PRNSRV\IPC$ on 192.168.1.10:139`.
fn place<'s>(server: &ServerPart<'_>, sessions: impl Iterator<Item = &'s SessionReport<'s>>) -> String {
    let (share, address) = (share(server, sessions), server.address());
    if share == address { address } else { format!("{share} on {address}") }
}
