//! Servers: which connection leads to which, and what their slots are taken by.

use std::collections::BTreeSet;

use crate::capture::Origin;
use crate::ledger::slots::Claim;
use crate::ledger::{Connection, Ledger, Server, ServerRow, SessionRow, SlotHistory};
use crate::session::ConnectionId;

impl Ledger {
    /// The server that a connection leads to. Servers at one address are one, unless they tell different GUIDs.
    pub(super) fn server_of(&mut self, id: ConnectionId) -> Option<ServerRow> {
        let connection = self.connections.get(&id)?;
        if connection.server_row.is_some() {
            return connection.server_row;
        }
        let row = match self.known_server(connection) {
            Some(row) => row,
            None if self.servers.len() >= self.limits.servers => {
                self.evicted("servers");
                return None;
            }
            None => self.new_server(id)?,
        };
        let connection = self.connections.get_mut(&id)?;
        connection.server_row = Some(row);
        let server = self.servers.get_mut(&row)?;
        server.guid = server.guid.or(connection.server_guid);
        server.ports.insert(connection.server.port);
        server.os = server.os.take().or_else(|| connection.server_os.clone());
        if server.name.is_none() {
            let called = connection.called.as_deref().map(str::trim_end);
            server.name = called.filter(|name| !name.starts_with('*')).map(str::to_owned);
        }
        Some(row)
    }

    fn known_server(&self, connection: &Connection) -> Option<ServerRow> {
        let here = self.index.servers.get(&connection.server.ip())?;
        let servers = || here.iter().filter_map(|row| self.servers.get(row));
        let row = |server: &Server| server.row;
        let Some(guid) = connection.server_guid else {
            let at_port = servers().find(|server| server.ports.contains(&connection.server.port));
            return at_port.or_else(|| servers().next()).map(row);
        };
        let same = servers().find(|server| server.guid == Some(guid));
        same.or_else(|| servers().find(|server| server.guid.is_none())).map(row)
    }

    fn new_server(&mut self, id: ConnectionId) -> Option<ServerRow> {
        let ip = self.connections.get(&id)?.server.ip();
        let last = self.servers.last_key_value().map_or(0, |(row, _)| row.as_raw());
        let row = ServerRow(last.saturating_add(1));
        self.index.servers.entry(ip).or_default().push(row);
        let server = Server {
            row,
            ip,
            guid: None,
            ports: BTreeSet::new(),
            name: None,
            os: None,
            slots: SlotHistory::default(),
            open_sessions: BTreeSet::new(),
        };
        self.servers.insert(row, server);
        Some(row)
    }

    /// Counts a session as who it is now.
    pub(super) fn claim_slot(&mut self, at: Origin, row: SessionRow) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        let first = session.connections.first().and_then(|id| self.connections.get(id));
        let claim = Claim::of(&session.identity, first);
        let before = session.claim.replace(claim.clone());
        let Some(server) = session.server_row.and_then(|row| self.servers.get_mut(&row)) else { return };
        server.open_sessions.insert(row);
        if let Some(before) = before {
            server.slots.give_back(&before);
        }
        server.slots.take(&claim);
        let row = server.row;
        self.note_slots(at, row);
    }

    /// A denied connection counts by itself while it lasts.
    pub(super) fn claim_slot_of_denied(&mut self, at: Origin, id: ConnectionId) {
        let row = self.server_of(id);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if core::mem::replace(&mut connection.denied, true) || connection.closed.is_some() {
            return;
        }
        if let Some(server) = row.and_then(|row| self.servers.get_mut(&row)) {
            server.slots.take(&Claim::Own);
            let row = server.row;
            self.note_slots(at, row);
        }
    }

    pub(in crate::ledger) fn free_slot(&mut self, at: Origin, row: SessionRow) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        let claim = session.claim.take();
        let Some(server) = session.server_row.and_then(|row| self.servers.get_mut(&row)) else { return };
        server.open_sessions.remove(&row);
        if let Some(claim) = claim {
            server.slots.give_back(&claim);
            let row = server.row;
            self.note_slots(at, row);
        }
    }

    pub(in crate::ledger) fn free_slot_of_denied(&mut self, at: Origin, id: ConnectionId) {
        let Some(connection) = self.connections.get(&id).filter(|connection| connection.denied) else {
            return;
        };
        if let Some(server) = connection.server_row.and_then(|row| self.servers.get_mut(&row)) {
            server.slots.give_back(&Claim::Own);
            let row = server.row;
            self.note_slots(at, row);
        }
    }

    fn note_slots(&mut self, at: Origin, row: ServerRow) {
        let most = self.limits.slot_points;
        let dropped = self.servers.get_mut(&row).map_or(0, |server| server.slots.note(at, most));
        for _ in 0..dropped {
            self.evicted("points of a slot history");
        }
    }
}
