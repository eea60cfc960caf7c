//! What is told of together: all that concerns one server.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Denial, NullSessions, Refusal, Session};
use crate::finding::list;
use crate::ledger::{ServerRow, Stuck, Verdict};
use crate::net::Endpoint;

/// All that concerns one server.
#[derive(Debug, Default)]
pub(super) struct ServerPart<'a> {
    pub(super) row: Option<ServerRow>,
    /// The sessions, the worst and then the oldest first.
    pub(super) sessions: Vec<&'a Session<'a>>,
    pub(super) refusals: Vec<&'a Refusal<'a>>,
    pub(super) denials: Vec<&'a Denial<'a>>,
    /// The endpoints at which it answered.
    pub(super) endpoints: BTreeSet<Endpoint>,
}

/// The servers, those with the most trouble first.
pub(super) fn of<'a>(report: &'a NullSessions<'a>) -> Vec<ServerPart<'a>> {
    let mut parts: BTreeMap<Option<ServerRow>, ServerPart<'a>> = BTreeMap::new();
    for session in &report.sessions {
        entry(&mut parts, session.server_row, session.server).sessions.push(session);
    }
    for refusal in &report.refusals {
        entry(&mut parts, refusal.server_row, refusal.server).refusals.push(refusal);
    }
    for denial in &report.denials {
        entry(&mut parts, denial.server_row, denial.server).denials.push(denial);
    }
    let mut parts: Vec<ServerPart<'a>> = parts.into_values().collect();
    for part in &mut parts {
        part.sessions.sort_by(|a, b| {
            let certain = (!a.is_null()).cmp(&!b.is_null());
            a.verdict.cmp(&b.verdict).then(certain).then(b.age_seconds.total_cmp(&a.age_seconds))
        });
    }
    parts.sort_by_key(|part| core::cmp::Reverse((part.troubled().count(), part.refusals.len())));
    parts
}

fn entry<'p, 'a>(
    parts: &'p mut BTreeMap<Option<ServerRow>, ServerPart<'a>>,
    row: Option<ServerRow>,
    endpoint: Endpoint,
) -> &'p mut ServerPart<'a> {
    let part = parts.entry(row).or_default();
    part.row = row;
    part.endpoints.insert(endpoint);
    part
}

impl<'a> ServerPart<'a> {
    /// The null sessions of a verdict.
    pub(super) fn null_sessions(&self, verdict: Verdict) -> impl Iterator<Item = &'a Session<'a>> {
        let sessions = self.sessions.iter().copied();
        sessions.filter(move |session| session.is_null() && session.verdict == verdict)
    }

    /// The null sessions that are stuck, or were.
    fn troubled(&self) -> impl Iterator<Item = &'a Session<'a>> {
        let sessions = self.sessions.iter().copied();
        sessions.filter(|session| session.is_null() && session.stuck == Stuck::Yes)
    }

    /// The null sessions that never closed.
    pub(super) fn stuck(&self) -> impl Iterator<Item = &'a Session<'a>> {
        self.troubled().filter(|session| {
            session.closed.is_none() && !matches!(session.verdict, Verdict::Denied | Verdict::Open)
        })
    }

    /// The null sessions that the server denied, and whose connection stays.
    pub(super) fn denied(&self) -> impl Iterator<Item = &'a Session<'a>> {
        self.troubled().filter(|session| session.closed.is_none() && session.verdict == Verdict::Denied)
    }

    /// The null sessions that were stuck and are not any more: they ended, or are used again.
    pub(super) fn were_stuck(&self) -> impl Iterator<Item = &'a Session<'a>> {
        self.troubled().filter(|session| session.closed.is_some() || session.verdict == Verdict::Open)
    }

    /// `192.168.1.10:139`, or `192.168.1.10 (ports 139, 445)`; several addresses are listed. A station is named by its
    /// MAC address alone, since the number of a NetBEUI session is that session's.
    pub(super) fn address(&self) -> String {
        let endpoints: Vec<&Endpoint> = self.endpoints.iter().collect();
        let of_address = |ends: &[&Endpoint]| match ends {
            [one, ..] if one.host().ip().is_none() => one.host().to_string(),
            [one] => one.to_string(),
            _ => {
                let ports: Vec<String> = ends.iter().map(|end| end.port.to_string()).collect();
                ends.first().map_or_else(String::new, |first| {
                    format!("{} (ports {})", first.host(), ports.join(", "))
                })
            }
        };
        list(&endpoints.chunk_by(|one, other| one.host() == other.host()).map(of_address).collect::<Vec<_>>())
    }
}
