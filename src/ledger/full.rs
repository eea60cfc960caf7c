//! Who was there when a server turned somebody away, and what slots they took.
//!
//! It is worked out from the rows when it is asked for, not noted when it happens: a session that was there before the
//! capture began is often told of late. All refusals of a server are worked out in one pass over its sessions.

use std::collections::{BTreeMap, BTreeSet};

use super::present::{Kind, Stay};
use super::slots::Taken;
use super::{Connection, Ledger, Present, Refusal, Server, ServerRowId, Session, SessionRowId};
use crate::auth::{Evidence, Identity, Who};
use crate::capture::Origin;
use crate::wire::Timestamp;

/// Sessions named as the holders of the slots in one refusal.
const HOLDERS: usize = 64;

/// What happens at a server. Of one packet the ends come first, and refusals last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Left(usize),
    Came(usize),
    Refused(usize),
}

/// The sessions of a server that turned somebody away, and what happens there.
#[derive(Default)]
struct Scene {
    stays: Vec<Stay>,
    steps: Vec<(Origin, Step)>,
}

impl Session {
    fn kind(&self, identity: &Identity) -> Kind {
        match identity.who {
            _ if self.denied.is_some() => Kind::Denied,
            Who::Null => Kind::Null,
            Who::Guest | Who::User => Kind::Named,
            Who::Unknown => Kind::Unknown,
        }
    }
}

impl Ledger {
    /// What orders packets: where the clock was set, their place in the capture.
    pub(super) fn order(&self, at: Origin) -> Origin {
        if self.clock_steps().is_empty() { at } else { Origin { time: Timestamp::default(), ..at } }
    }

    /// Keeps of a session whose row goes what a refusal needs to know of it.
    pub(super) fn remember_stays(&mut self, row: SessionRowId) {
        let Some(session) = self.sessions.get(&row) else { return };
        let Some(server) = session.server_row.and_then(|row| self.servers.get(&row)) else { return };
        if server.refused.is_empty() {
            return;
        }
        let saw_refusal = |stay: &Stay| match stay.to {
            Some(to) if stay.from < to && self.clock_steps().is_empty() => {
                server.refused.range(stay.from..to).next().is_some()
            }
            _ => true,
        };
        let server_row = server.row;
        let stays = self.stays(session, server).into_iter().filter(saw_refusal);
        let stays: Vec<_> = stays.map(|stay| (server_row, Stay { departed: true, ..stay })).collect();
        if self.departed.len().saturating_add(stays.len()) > self.limits.open_sessions {
            self.losses.evicted("sessions that were open at a refusal");
        } else {
            self.departed.extend(stays);
        }
    }

    /// The refusals with who was there.
    pub(super) fn refusals_with_holders(&self) -> Vec<Refusal> {
        let mut refusals = self.refusals.refusals().to_vec();
        let mut servers: BTreeMap<ServerRowId, Scene> = BTreeMap::new();
        for (index, refusal) in refusals.iter().enumerate() {
            if let Some(row) = refusal.server_row {
                let scene = servers.entry(row).or_default();
                scene.steps.push((self.order(refusal.at), Step::Refused(index)));
            }
        }
        if servers.is_empty() {
            return refusals;
        }
        for session in self.sessions.iter().map(|(_, session)| session) {
            let Some(row) = session.server_row else { continue };
            if let (Some(scene), Some(server)) = (servers.get_mut(&row), self.servers.get(&row)) {
                scene.stays.extend(self.stays(session, server));
            }
        }
        for (row, stay) in &self.departed {
            if let Some(scene) = servers.get_mut(row) {
                scene.stays.push(stay.clone());
            }
        }
        for Scene { stays, mut steps } in servers.into_values() {
            for (index, stay) in stays.iter().enumerate() {
                let (from, to) = (self.order(stay.from), stay.to.map(|to| self.order(to)));
                if to.is_none_or(|to| from < to) {
                    steps.push((from, Step::Came(index)));
                    steps.extend(to.map(|to| (to, Step::Left(index))));
                }
            }
            steps.sort_unstable();
            fill_in(&mut refusals, &stays, &steps);
        }
        refusals
    }

    /// The stays of a session at its server.
    fn stays(&self, session: &Session, server: &Server) -> Vec<Stay> {
        let first = session.connections.first().and_then(|id| self.connections.get(id));
        let stay = |identity: &Identity, from: Origin, to: Option<Origin>, encrypted: bool| Stay {
            row: session.row,
            kind: session.kind(identity),
            claim: session.claim_on(server, identity, first, encrypted),
            from,
            to,
            departed: false,
        };
        let before = session.identities_before.iter().map(|(until, identity)| (Some(*until), identity));
        let closed = session.closed.map(|closed| closed.at);
        let mut stays = Vec::new();
        let mut from = session.used.first;
        for (to, identity) in before.chain([(closed, &session.identity)]) {
            // It is encrypted from some packet on.
            match session.encrypted {
                Some(at) if from < at && to.is_none_or(|to| at < to) => {
                    stays.push(stay(identity, from, Some(at), false));
                    stays.push(stay(identity, at, to, true));
                }
                at => stays.push(stay(identity, from, to, at.is_some_and(|at| at <= from))),
            }
            from = to.unwrap_or(from);
        }
        if let (Some(since), Some(known)) = (self.perhaps_since(session), stays.first()) {
            let claim = known.claim.clone().perhaps();
            let to = Some(session.used.first);
            stays.push(Stay { kind: Kind::Perhaps, claim, from: since, to, ..known.clone() });
        }
        stays
    }

    /// Since when a session may have been there before it was first seen: its set-up was not captured, and whoever has a
    /// connection may have had a session on it from the beginning.
    fn perhaps_since(&self, session: &Session) -> Option<Origin> {
        let first = session.identities_before.first().map_or(&session.identity, |(_, identity)| identity);
        let unseen = first.evidence.contains(&Evidence::CredentialsNotSeen)
            && !first.evidence.contains(&Evidence::ShareLevelSecurity);
        if !unseen || session.opened.is_some() || session.denied.is_some() || session.unanswered {
            return None;
        }
        let connections = self.connections_of(session);
        let began = |connection: &Connection| connection.start_seen.then_some(connection.opened);
        let beginning = Origin { time: Timestamp::from_nanos(i64::MIN), capture: 0, frame: 0 };
        connections.map(|connection| began(connection).unwrap_or(beginning)).min()
    }
}

/// Fills in who was there at the refusals among the steps at a server, which are in order.
fn fill_in(refusals: &mut [Refusal], stays: &[Stay], steps: &[(Origin, Step)]) {
    let (mut taken, mut present) = (Taken::default(), Present::default());
    let mut there: BTreeSet<(Kind, SessionRowId)> = BTreeSet::new();
    for (_, step) in steps {
        match step {
            Step::Came(stay) => {
                let Some(stay) = stays.get(*stay) else { continue };
                taken.take(&stay.claim);
                present.count(stay, u64::saturating_add);
                if stay.kind != Kind::Perhaps && !stay.departed {
                    there.insert((stay.kind, stay.row));
                }
            }
            Step::Left(stay) => {
                let Some(stay) = stays.get(*stay) else { continue };
                taken.give_back(&stay.claim);
                present.count(stay, u64::saturating_sub);
                there.remove(&(stay.kind, stay.row));
            }
            Step::Refused(refusal) => {
                let Some(refusal) = refusals.get_mut(*refusal) else { continue };
                (refusal.slots, refusal.present) = (taken.slots(), present);
                refusal.held_by = there.iter().map(|(_, row)| *row).take(HOLDERS).collect();
            }
        }
    }
}
