//! Connection slots: what a server counts against its limit (KB 328459, 122920, 314882, 302099).
//!
//! All connections of one client computer under one user count once; each null session counts by itself, and one that
//! was denied goes on counting while its connection lasts.

use core::net::IpAddr;
use std::collections::BTreeSet;

use super::{Connection, Denied, Ledger, SessionRow};
use crate::auth::Who;
use crate::session::ConnectionId;

/// Slots in use at a moment. The two figures differ where it is unsure who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Slots {
    /// At least so many.
    pub low: u64,
    /// At most so many.
    pub high: u64,
}

impl Slots {
    const fn add(&mut self, low: u64, high: u64) {
        self.low = self.low.saturating_add(low);
        self.high = self.high.saturating_add(high);
    }
}

impl Ledger {
    /// The slots in use now on the server of a connection, and the sessions that hold them.
    #[must_use]
    pub fn slots_with_holders(&self, connection: ConnectionId) -> (Slots, Vec<SessionRow>) {
        let mut slots = Slots::default();
        let mut holders = Vec::new();
        let Some(here) = self.connections.get(&connection) else { return (slots, holders) };
        // One slot for each (client computer, user); the computer by the surest name there is.
        let mut users: BTreeSet<(Computer, Option<&str>, Option<&str>)> = BTreeSet::new();
        for row in self.index.open_on.get(&here.server.ip()).into_iter().flatten() {
            let Some(session) = self.sessions.get(row) else { continue };
            let first = session.connections.first().and_then(|id| self.connections.get(id));
            let Some(there) = first.filter(|there| same_server(here, there)) else { continue };
            holders.push(*row);
            let identity = &session.identity;
            match identity.who {
                Who::Null => slots.add(1, 1),
                Who::Guest | Who::User => {
                    let computer = Computer::of(there, identity.workstation.as_deref());
                    let new =
                        users.insert((computer, identity.domain.as_deref(), identity.account.as_deref()));
                    slots.add(u64::from(new), u64::from(new));
                }
                // It may be a null session, which counts by itself, or a user who counts already.
                _ => slots.add(0, 1),
            }
        }
        let mut counted: BTreeSet<ConnectionId> = BTreeSet::new();
        for denial in self.denials.iter().filter(|denial| denial.what == Denied::Session) {
            let alive = self.connections.get(&denial.connection).filter(|there| there.closed.is_none());
            if alive.is_some_and(|there| same_server(here, there)) && counted.insert(denial.connection) {
                slots.add(1, 1);
            }
        }
        (slots, holders)
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Computer {
    Guid(uuid::Uuid),
    Name(String),
    Address(IpAddr),
}

impl Computer {
    fn of(connection: &Connection, workstation: Option<&str>) -> Self {
        let name = workstation.filter(|name| !name.is_empty()).or(connection.calling.as_deref());
        match (connection.client_guid.filter(|guid| !guid.is_nil()), name) {
            (Some(guid), _) => Self::Guid(guid),
            (None, Some(name)) => Self::Name(name.to_uppercase()),
            (None, None) => Self::Address(connection.client.ip()),
        }
    }
}

/// True if two connections lead to one server: the same address, unless the servers tell different GUIDs.
fn same_server(here: &Connection, there: &Connection) -> bool {
    here.server.ip() == there.server.ip() && may_be_same_server(here, there)
}

/// False if the servers of two connections tell different GUIDs.
pub(super) fn may_be_same_server(here: &Connection, there: &Connection) -> bool {
    !matches!((here.server_guid, there.server_guid), (Some(here), Some(there)) if here != there)
}
