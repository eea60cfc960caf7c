//! Servers: which connection leads to which, and what their slots are taken by.

use std::collections::{BTreeSet, VecDeque};

use crate::auth::ntlm::Version;
use crate::capture::Origin;
use crate::ledger::{Connection, Ledger, Server, ServerRowId, SessionRowId, SlotHistory, ToldWindows};
use crate::session::ConnectionId;

impl Ledger {
    /// The server that a connection leads to: the one of its GUID at whatever address, else the one at its address, else
    /// the one of its NetBIOS name. Servers that tell different GUIDs are different ones, unless one took the place of the
    /// other when nobody was connected to that: it was restarted.
    pub(super) fn server_of(&mut self, id: ConnectionId) -> Option<ServerRowId> {
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
            None => self.new_server(connection.server.host()),
        };
        let connection = self.connections.get_mut(&id)?;
        connection.server_row = Some(row);
        let server = self.servers.get_mut(&row)?;
        server.ports.insert(connection.server.port);
        server.os = server.os.take().or_else(|| connection.server_os.clone());
        server.lan_manager = server.lan_manager.take().or_else(|| connection.server_lan_manager.clone());
        if connection.closed.is_none() {
            server.connections = server.connections.saturating_add(1);
        }
        server.guid = connection.server_guid.or(server.guid);
        if let Some(guid) = server.guid {
            self.index.servers_by_guid.insert(guid, row);
        }
        if let Some(name) = name(connection).filter(|_| server.name.is_none()) {
            self.index.servers_by_name.insert(name.to_uppercase(), row);
            server.name = Some(name.to_owned());
        }
        let ip = connection.server.host();
        if !server.addresses.contains(&ip) {
            if self.index.servers.len() >= self.limits.servers {
                self.evicted("addresses of servers");
            } else {
                server.addresses.insert(ip);
                self.index.servers.entry(ip).or_default().push(row);
            }
        }
        Some(row)
    }

    fn known_server(&self, connection: &Connection) -> Option<ServerRowId> {
        let guid = connection.server_guid;
        if let Some(row) = guid.and_then(|guid| self.index.servers_by_guid.get(&guid)) {
            return Some(*row);
        }
        let port = connection.server.port;
        let may_be = |server: &&Server| {
            let restarted = server.connections == 0 && server.ports.contains(&port);
            guid.is_none() || server.guid.is_none() || restarted
        };
        let rows = self.index.servers.get(&connection.server.host()).into_iter().flatten();
        let here = || rows.clone().filter_map(|row| self.servers.get(row)).filter(may_be);
        let at_port = here().find(|server| server.ports.contains(&port));
        let named = || {
            let row = self.index.servers_by_name.get(&name(connection)?.to_uppercase())?;
            self.servers.get(row).filter(may_be)
        };
        at_port.or_else(|| here().next()).or_else(named).map(|server| server.row)
    }

    /// A server's own word on its name counts more than what clients call it.
    pub(super) fn server_named(&mut self, id: ConnectionId, name: String, dns_name: Option<String>) {
        let server = self.server_of(id).and_then(|row| self.servers.get_mut(&row));
        if let Some(server) = server.filter(|server| !server.named_itself) {
            server.named_itself = true;
            self.index.servers_by_name.insert(name.to_uppercase(), server.row);
            (server.name, server.dns_name) = (Some(name), dns_name);
        }
    }

    /// A version that no Windows has says nothing, and neither does one whose Windows does not speak the dialect that
    /// the server chose: macOS sends that of Windows 7.
    pub(super) fn server_version(&mut self, at: Origin, id: ConnectionId, version: Version) {
        let dialect = self.connections.get(&id).and_then(|connection| connection.dialect.as_deref());
        let speaks = speaks(version, dialect.unwrap_or_default());
        let Some(windows) = version.windows().filter(|_| speaks) else { return };
        let server = self.server_of(id).and_then(|row| self.servers.get_mut(&row));
        let is_new = |server: &&mut Server| server.windows.is_none_or(|known| known.version != version);
        if let Some(server) = server.filter(is_new) {
            server.windows = Some(ToldWindows { windows, version, at });
        }
    }

    fn new_server(&mut self, ip: crate::net::Host) -> ServerRowId {
        let last = self.servers.last_key_value().map_or(0, |(row, _)| row.as_raw());
        let row = ServerRowId(last.saturating_add(1));
        let server = Server {
            row,
            ip,
            addresses: BTreeSet::new(),
            guid: None,
            ports: BTreeSet::new(),
            name: None,
            dns_name: None,
            named_itself: false,
            connections: 0,
            domain_member: None,
            os: None,
            lan_manager: None,
            windows: None,
            slots: SlotHistory::default(),
            open_sessions: BTreeSet::new(),
            refused: BTreeSet::new(),
            deletions: VecDeque::new(),
            ends: VecDeque::new(),
        };
        self.servers.insert(row, server);
        row
    }

    /// A server's own word on whether it is a member of a domain. What two of them contradict each other in is taken for
    /// a member.
    pub(super) fn domain_member(&mut self, id: ConnectionId, member: bool) {
        if let Some(server) = self.server_of(id).and_then(|row| self.servers.get_mut(&row)) {
            server.domain_member = Some(member || server.domain_member == Some(true));
        }
    }

    /// Counts a session as who it is now.
    pub(in crate::ledger) fn claim_slot(&mut self, at: Origin, row: SessionRowId) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        let Some(server) = session.server_row.and_then(|row| self.servers.get_mut(&row)) else { return };
        let first = session.connections.first().and_then(|id| self.connections.get(id));
        let claim = session.claim_on(server, &session.identity, first, session.encrypted.is_some());
        let before = session.claim.replace(claim.clone());
        server.open_sessions.insert(row);
        if let Some(before) = before {
            server.slots.give_back(&before);
        }
        server.slots.take(&claim);
        let row = server.row;
        self.note_slots(at, row);
    }

    pub(in crate::ledger) fn free_slot(&mut self, at: Origin, row: SessionRowId) {
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

    fn note_slots(&mut self, at: Origin, row: ServerRowId) {
        let most = self.limits.slot_points;
        let dropped = self.servers.get_mut(&row).map_or(0, |server| server.slots.note(at, most));
        for _ in 0..dropped {
            self.evicted("points of a slot history");
        }
    }
}

/// The versions of Windows with which a dialect of SMB2 came (\[MS-SMB2\] appendix A).
const DIALECTS: &[(&str, (u8, u8))] = &[
    ("SMB 2.0.2", (6, 0)),
    ("SMB 2.1", (6, 1)),
    ("SMB 3.0", (6, 2)),
    ("SMB 3.0.2", (6, 3)),
    ("SMB 3.1.1", (10, 0)),
];

/// True if the Windows of a version speaks a dialect. All of them speak SMB1.
fn speaks(version: Version, dialect: &str) -> bool {
    let mut since = DIALECTS.iter().filter(|(known, _)| *known == dialect);
    since.all(|(_, since)| (version.major, version.minor) >= *since)
}

/// The NetBIOS name by which a connection calls its server, if it is one of that server alone: neither `*SMBSERVER` nor
/// an address.
fn name(connection: &Connection) -> Option<&str> {
    let name = connection.called.as_deref()?.trim_end();
    let own = !name.is_empty() && !name.starts_with('*') && name.parse::<crate::net::Host>().is_err();
    own.then_some(name)
}
