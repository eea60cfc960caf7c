//! What is told of together: all that concerns one server.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{DenialReport, NullSessions, RefusalReport, SessionReport};
use crate::finding::endpoints;
use crate::ledger::{ServerRowId, Stuck, Verdict};
use crate::net::Endpoint;

/// All that concerns one server.
#[derive(Debug, Default)]
pub(super) struct ServerPart<'a> {
    pub(super) row: Option<ServerRowId>,
    /// The sessions, the worst and then the oldest first.
    pub(super) sessions: Vec<&'a SessionReport<'a>>,
    pub(super) refusals: Vec<&'a RefusalReport<'a>>,
    pub(super) denials: Vec<&'a DenialReport<'a>>,
    /// The endpoints at which it answered.
    pub(super) endpoints: BTreeSet<Endpoint>,
}

/// The servers, those with the most trouble first.
pub(super) fn of<'a>(report: &'a NullSessions<'a>) -> Vec<ServerPart<'a>> {
    let mut parts: BTreeMap<Option<ServerRowId>, ServerPart<'a>> = BTreeMap::new();
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
            a.verdict.cmp(&b.verdict).then(certain).then(b.age.cmp(&a.age))
        });
    }
    parts.sort_by_key(|part| core::cmp::Reverse((part.troubled().count(), part.refusals.len())));
    parts
}

fn entry<'p, 'a>(
    parts: &'p mut BTreeMap<Option<ServerRowId>, ServerPart<'a>>,
    row: Option<ServerRowId>,
    endpoint: Endpoint,
) -> &'p mut ServerPart<'a> {
    let part = parts.entry(row).or_default();
    part.row = row;
    part.endpoints.insert(endpoint);
    part
}

/// True for a session of which nobody can say that it is stuck now.
fn is_past(session: &SessionReport<'_>) -> bool {
    let may_have_ended = session.possible_verdicts.iter().any(|verdict| verdict.is_of_long_ended());
    session.closed.is_some() || session.verdict == Verdict::Open || may_have_ended
}

impl<'a> ServerPart<'a> {
    /// The null sessions of a verdict.
    pub(super) fn null_sessions(&self, verdict: Verdict) -> impl Iterator<Item = &'a SessionReport<'a>> {
        let sessions = self.sessions.iter().copied();
        sessions.filter(move |session| session.is_null() && session.verdict == verdict)
    }

    /// The null sessions that are stuck, or were.
    pub(super) fn troubled(&self) -> impl Iterator<Item = &'a SessionReport<'a>> {
        let sessions = self.sessions.iter().copied();
        sessions.filter(|session| session.is_null() && session.stuck == Stuck::Yes)
    }

    /// The null sessions that never closed.
    pub(super) fn stuck(&self) -> impl Iterator<Item = &'a SessionReport<'a>> {
        self.troubled().filter(|session| session.verdict != Verdict::Denied && !is_past(session))
    }

    /// The null sessions that the server denied and whose connections stay: for longer than the grace, or however young
    /// they are if the server refused somebody for want of the slots that they hold.
    pub(super) fn denied(&self) -> impl Iterator<Item = &'a SessionReport<'a>> {
        let refused = self.refusals.iter().any(|refusal| refusal.is_for_slots());
        let denied = self.null_sessions(Verdict::Denied).filter(|session| session.closed.is_none());
        denied.filter(move |session| refused || session.stuck == Stuck::Yes)
    }

    /// The null sessions that were stuck and are not any more, or perhaps not: they ended, may have ended, or are used
    /// again.
    pub(super) fn were_stuck(&self) -> impl Iterator<Item = &'a SessionReport<'a>> {
        self.troubled().filter(|session| is_past(session))
    }

    /// Where it answered: `192.168.1.10:139`, `192.168.1.10 (ports 139, 445)`.
    pub(super) fn address(&self) -> String {
        endpoints(&self.endpoints)
    }
}
