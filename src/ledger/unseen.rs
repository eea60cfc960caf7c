//! Traffic that was not read, counted by kind, and whether null sessions may be in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::grace::is_beyond;
use super::{Connection, Ledger, Session};
use crate::auth::Who;
use crate::capture::Origin;
use crate::session::{ConnectionId, Doubt, Loss, MayHold, Party, Transport, Unseen, UnseenKind};
use crate::wire::Timestamp;

/// Traffic of one kind that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct UnseenTotal {
    /// Why it was not read.
    pub what: UnseenKind,
    /// What it is called.
    pub name: Cow<'static, str>,
    /// How many packets.
    pub packets: u64,
    /// How many connections.
    pub connections: u64,
    /// True if null sessions may be in it that are stuck: then nothing can be said to be well.
    pub could_hold_null_sessions: bool,
}

/// The ledger's tables of open sessions and of refusals, as losses name them.
pub(super) const OPEN_SESSIONS: &str = "open sessions";
pub(super) const REFUSALS: &str = "refusals";

/// The tables of sessions and refusals: what found no place there is told nowhere else.
const TOLD_NOWHERE_ELSE: [&str; 3] = [OPEN_SESSIONS, Loss::SESSIONS, REFUSALS];

impl Ledger {
    /// What was not read, by kind and name, what may hold null sessions first. `grace` is in seconds, as for
    /// [`judge`](Self::judge).
    #[must_use]
    pub fn unseen(&self, grace: f64) -> Vec<UnseenTotal> {
        let end = self.end.unwrap_or_default();
        let mut totals: BTreeMap<(bool, UnseenKind, &str), UnseenTotal> = BTreeMap::new();
        let open = self.connections.values().filter(|connection| connection.closed.is_none());
        let open: Vec<Unseen> = open.filter_map(|connection| self.unseen_of(connection)).collect();
        let sealed = self.sealed();
        let evicted = self.evictions();
        for unseen in self.unseen.iter().chain(&open).chain(&sealed).chain(&evicted) {
            let could = could_hold(unseen, end, grace);
            let total = totals.entry((!could, unseen.what, &unseen.name)).or_insert_with(|| UnseenTotal {
                what: unseen.what,
                name: unseen.name.clone(),
                packets: 0,
                connections: 0,
                could_hold_null_sessions: could,
            });
            total.packets = total.packets.saturating_add(unseen.packets);
            total.connections = total.connections.saturating_add(unseen.connections);
        }
        totals.into_values().collect()
    }

    /// Says that a file of the capture could not be read, in which anything may be.
    pub fn add_unread_file(&mut self, name: &str) {
        let none = Origin { time: self.end.unwrap_or_default(), capture: 0, frame: 0 };
        self.fold_unseen(Unseen {
            what: UnseenKind::File,
            name: name.to_owned().into(),
            first: none,
            last: none,
            packets: 0,
            connections: 0,
            start_seen: false,
            ended: false,
            may_hold: MayHold::Always,
        });
    }

    /// Notes what was not seen of a connection that is over.
    pub(super) fn note_unseen_of(&mut self, id: ConnectionId) {
        let unseen = self.connections.get(&id).and_then(|connection| self.unseen_of(connection));
        if let Some(unseen) = unseen {
            self.fold_unseen(unseen);
        }
    }

    /// What was not seen of an SMB connection, if that may matter.
    fn unseen_of(&self, connection: &Connection) -> Option<Unseen> {
        let sessions = || connection.sessions.iter().filter_map(|row| self.sessions.get(row));
        let encrypted = sessions().any(|session| session.encrypted.is_some());
        let what = match connection.in_doubt.map(|doubt| doubt.why) {
            _ if connection.one_direction.is_some() => UnseenKind::OneDirection,
            _ if connection.cut => UnseenKind::Cut,
            Some(Doubt::Evicted) => UnseenKind::Evicted,
            Some(_) => UnseenKind::Gap,
            None if encrypted => UnseenKind::Encrypted,
            None if connection.start_seen || sessions().next().is_some() => return None,
            None if connection.dialect.is_none() => UnseenKind::KeepAlivesOnly,
            None => UnseenKind::Gap,
        };
        // Sessions that may be null are told one by one.
        let told = |session: &Session| {
            session.identity.who == Who::Null
                || self.is_possibly_null(session)
                || self.shows_user_or_guest(session)
        };
        let name = match what {
            UnseenKind::OneDirection => match connection.one_direction {
                Some(Party::Server) => "SMB, the server's packets alone",
                _ => "SMB, the client's packets alone",
            },
            UnseenKind::KeepAlivesOnly if connection.transport == Transport::NetBios => "SMB over NetBIOS",
            _ => "SMB",
        };
        Some(Unseen {
            what,
            name: name.into(),
            first: connection.opened,
            last: connection.client_last.max(connection.server_last).unwrap_or(connection.opened),
            packets: connection.packets,
            connections: 1,
            start_seen: connection.start_seen,
            ended: connection.closed.is_some(),
            may_hold: if sessions().any(told) { MayHold::Never } else { MayHold::IfLasting },
        })
    }

    /// Pipes on which calls are sealed. Their sessions are told of, and so are they.
    fn sealed(&self) -> Option<Unseen> {
        let mut pipes = self.opens.values().filter_map(|open| Some((open.sealed?, open.used.last)));
        let (first, last) = pipes.next()?;
        let (mut number, mut whole) = (1_u64, (first, last));
        for (first, last) in pipes {
            number = number.saturating_add(1);
            whole = (whole.0.min(first), whole.1.max(last));
        }
        Some(Unseen {
            what: UnseenKind::Sealed,
            name: "RPC on pipes".into(),
            first: whole.0,
            last: whole.1,
            packets: 0,
            connections: number,
            start_seen: true,
            ended: true,
            may_hold: MayHold::Never,
        })
    }

    /// Tables that were full. Where sessions had no row left, null sessions may be among them.
    fn evictions(&self) -> Vec<Unseen> {
        let none = Origin { time: self.end.unwrap_or_default(), capture: 0, frame: 0 };
        let of_table = |(table, number): (&&'static str, &u64)| Unseen {
            what: UnseenKind::Evicted,
            name: Cow::Borrowed(*table),
            first: none,
            last: none,
            packets: 0,
            connections: *number,
            start_seen: true,
            ended: true,
            may_hold: if TOLD_NOWHERE_ELSE.contains(table) { MayHold::Always } else { MayHold::Never },
        };
        // Connections are told one by one.
        let others = self.losses.evictions.iter().filter(|(table, _)| **table != Loss::CONNECTIONS);
        others.map(of_table).collect()
    }

    pub(super) fn fold_unseen(&mut self, mut unseen: Unseen) {
        if self.unseen.len() < self.limits.unseen {
            return self.unseen.push(unseen);
        }
        // Beyond the cap those of one kind are one, as bad as the worst of them.
        // What was over within a second held nothing, however many there are.
        let brief = |unseen: &Unseen| {
            let lasted = unseen.last.time.seconds_since(unseen.first.time);
            unseen.ended && unseen.start_seen && !is_beyond(lasted, 0.0)
        };
        if brief(&unseen) {
            unseen.may_hold = unseen.may_hold.min(MayHold::Never);
        }
        let same = |known: &&mut Unseen| {
            known.what == unseen.what
                && known.may_hold >= unseen.may_hold
                && (unseen.may_hold != MayHold::Never || known.may_hold == MayHold::Never)
        };
        match self.unseen.iter_mut().rev().find(same) {
            Some(known) => {
                known.packets = known.packets.saturating_add(unseen.packets);
                known.connections = known.connections.saturating_add(unseen.connections);
                (known.first, known.last) = (known.first.min(unseen.first), known.last.max(unseen.last));
                known.start_seen &= unseen.start_seen;
                known.ended &= unseen.ended;
            }
            None => self.unseen.push(unseen),
        }
    }
}

/// True if a null session that is stuck may be in it.
fn could_hold(unseen: &Unseen, end: Timestamp, grace: f64) -> bool {
    match unseen.may_hold {
        MayHold::Never => false,
        MayHold::Always => true,
        MayHold::IfLasting => {
            let until = if unseen.ended { unseen.last.time } else { end };
            !unseen.start_seen || until.seconds_since(unseen.first.time) > grace
        }
    }
}
