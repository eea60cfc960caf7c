//! Traffic that was not read, counted by kind, and whether null sessions may be in it.

use core::time::Duration;
use std::borrow::Cow;
use std::collections::BTreeMap;

use super::table::{OPEN_SESSIONS, REFUSALS};
use super::{Connection, Ledger, Session};
use crate::auth::Who;
use crate::capture::Origin;
use crate::session::{
    ConnectionId, Doubt, Examples, MayHold, Party, Table, Transport, Unseen, UnseenKind, UserShown,
};

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
    /// What shows that all of it is of users, if anything does: then no null session is in it.
    pub user: Option<UserShown>,
    /// Its first few connections, or packets that are of none.
    pub examples: Examples,
}

/// The tables of sessions and refusals: what found no place there is told nowhere else.
const TOLD_NOWHERE_ELSE: [&str; 3] = [OPEN_SESSIONS, Table::Sessions.as_str(), REFUSALS];

impl Ledger {
    /// What was not read, by kind and name, what may hold null sessions first. `grace` is as for
    /// [`judge`](Self::judge).
    #[must_use]
    pub fn unseen(&self, grace: Duration) -> Vec<UnseenTotal> {
        let mut totals: BTreeMap<(bool, UnseenKind, &str), UnseenTotal> = BTreeMap::new();
        let of_connection = |connection: &Connection| match connection.closed {
            Some(_) => connection.unseen.clone(),
            None => self.unseen_of(connection),
        };
        let here: Vec<Unseen> =
            self.connections.iter().map(|(_, row)| row).filter_map(of_connection).collect();
        let sealed = self.sealed();
        let evicted = self.evictions();
        for unseen in
            self.unseen.iter().chain(self.unseen_beyond.values()).chain(&here).chain(&sealed).chain(&evicted)
        {
            let could = self.could_hold(unseen, grace);
            let key = (!could, unseen.what, &*unseen.name);
            let total = totals.entry(key).or_insert_with(|| UnseenTotal {
                what: unseen.what,
                name: unseen.name.clone(),
                packets: 0,
                connections: 0,
                could_hold_null_sessions: could,
                user: unseen.user,
                examples: Examples::default(),
            });
            // What is told of all must be true of all.
            total.user = total.user.filter(|user| unseen.user == Some(*user));
            match unseen.packets {
                // Of packets that are of no connection, the first stands for all.
                1.. if unseen.examples.iter().next().is_none() => {
                    total.examples.add(&Examples::one(None, unseen.first));
                }
                _ => total.examples.add(&unseen.examples),
            }
            total.packets = total.packets.saturating_add(unseen.packets);
            total.connections = total.connections.saturating_add(unseen.connections);
        }
        totals.into_values().collect()
    }

    /// Says that a file of the capture could not be read, in which anything may be.
    pub fn add_unread_file(&mut self, name: &str) {
        let none = self.last();
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
            user: None,
            examples: Examples::default(),
        });
    }

    /// Notes what was not seen of a connection that is over.
    pub(super) fn note_unseen_of(&mut self, id: ConnectionId) {
        let unseen = self.connections.get(&id).and_then(|connection| self.unseen_of(connection));
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.unseen = unseen;
        }
    }

    /// What was not seen of an SMB connection, if that may matter.
    fn unseen_of(&self, connection: &Connection) -> Option<Unseen> {
        let sessions = || self.sessions.of(&connection.sessions);
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
        let any_told = sessions().any(told);
        let beyond = (what == UnseenKind::Gap && any_told).then(|| self.gap_beyond(connection)).flatten();
        Some(Unseen {
            what,
            name: name.into(),
            first: beyond.unwrap_or(connection.opened),
            last: connection.client_last.max(connection.server_last).unwrap_or(connection.opened),
            packets: connection.packets,
            connections: 1,
            start_seen: connection.start_seen || beyond.is_some(),
            ended: connection.closed.is_some(),
            may_hold: if any_told && beyond.is_none() { MayHold::Never } else { MayHold::IfLasting },
            user: None,
            examples: Examples::one(Some((connection.client, connection.server)), connection.opened),
        })
    }

    /// Where the last gap of a connection begins, if all its sessions had ended before it: another one may have been set
    /// up there.
    fn gap_beyond(&self, connection: &Connection) -> Option<Origin> {
        let gap = connection.gaps.iter().max_by_key(|gap| gap.to)?;
        let mut sessions = self.sessions.of(&connection.sessions);
        sessions.try_fold(gap.from, |last, session| {
            let end = session.closed?.at;
            (end < gap.to).then_some(last.max(end))
        })
    }

    /// Pipes on which calls are sealed. Their sessions are told of, and so are they.
    fn sealed(&self) -> Option<Unseen> {
        let sealed = || self.opens.iter().filter_map(|open| Some((open, open.sealed?)));
        let first = sealed().map(|(_, first)| first).min()?;
        let last = sealed().map(|(open, _)| open.used.last).max()?;
        let mut examples = Examples::default();
        for (open, first) in sealed() {
            let connection = self.connections.get(&open.connection);
            let ends = connection.map(|connection| (connection.client, connection.server));
            examples.add(&Examples::one(ends, first));
        }
        Some(Unseen {
            what: UnseenKind::Sealed,
            name: "RPC on pipes".into(),
            first,
            last,
            packets: 0,
            connections: u64::try_from(sealed().count()).unwrap_or(u64::MAX),
            start_seen: true,
            ended: true,
            may_hold: MayHold::Never,
            user: None,
            examples,
        })
    }

    /// Tables that were full. Where sessions had no row left, null sessions may be among them.
    fn evictions(&self) -> Vec<Unseen> {
        let none = self.last();
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
            user: None,
            examples: Examples::default(),
        };
        // Connections are told one by one.
        let others = self.losses.evictions.iter().filter(|(table, _)| **table != Table::Connections.as_str());
        others.map(of_table).collect()
    }

    pub(super) fn fold_unseen(&mut self, unseen: Unseen) {
        if self.unseen.len() < self.limits.unseen {
            return self.unseen.push(unseen);
        }
        // Beyond the cap those of one kind are one, which lasts as long as the longest of them.
        let whole = unseen.start_seen && unseen.ended;
        let Some(known) = self.unseen_beyond.get_mut(&(unseen.what, unseen.may_hold, whole)) else {
            self.unseen_beyond.insert((unseen.what, unseen.may_hold, whole), unseen);
            return;
        };
        known.packets = known.packets.saturating_add(unseen.packets);
        known.connections = known.connections.saturating_add(unseen.connections);
        known.start_seen &= unseen.start_seen;
        known.ended &= unseen.ended;
        known.examples.add(&unseen.examples);
        if known.user != unseen.user {
            known.user = None;
        }
        let lasted = |unseen: &Unseen| unseen.last.time.since(unseen.first.time);
        if lasted(&unseen) > lasted(known) {
            (known.first, known.last) = (unseen.first, unseen.last);
        }
    }

    /// True if a null session that is stuck may be in it.
    fn could_hold(&self, unseen: &Unseen, grace: Duration) -> bool {
        match unseen.may_hold {
            MayHold::Never => false,
            MayHold::Always => true,
            MayHold::IfLasting => {
                let until = if unseen.ended { unseen.last } else { self.last() };
                !unseen.start_seen || self.elapsed(unseen.first, until).most > grace
            }
        }
    }
}
