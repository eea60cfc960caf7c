//! What servers tell of themselves.

use crate::auth::ntlm::Version;
use crate::capture::Origin;
use crate::ledger::{Ledger, Server, ToldWindows};
use crate::session::{ConnectionId, SessionEvent};

impl Ledger {
    /// Folds what a server tells of itself while it negotiates and authenticates.
    pub(super) fn fold_server(&mut self, at: Origin, connection: ConnectionId, event: SessionEvent) {
        match event {
            SessionEvent::Negotiated { dialect, server_guid, samba, client_guid } => {
                if let Some(row) = self.connections.get_mut(&connection) {
                    row.dialect = Some(dialect);
                    if let Some(guid) = server_guid.filter(tells_apart) {
                        (row.server_guid, row.samba_guid) = (Some(guid), samba);
                    }
                    row.client_guid = client_guid.filter(tells_apart).or(row.client_guid);
                }
                self.server_of(connection);
            }
            SessionEvent::ServerNamed { name, dns_name, domain_member } => {
                let Some(row) = self.server_of(connection) else { return };
                if let Some(name) = name {
                    self.servers.name(row, name, dns_name);
                }
                if let (Some(member), Some(server)) = (domain_member, self.servers.get_mut(&row)) {
                    server.domain_member(member);
                }
            }
            SessionEvent::ServerVersion { version } => self.server_version(at, connection, version),
            SessionEvent::Native { client_os, server_os, server_lan_manager } => {
                let Some(row) = self.connections.get_mut(&connection) else { return };
                row.client_os = client_os.or(row.client_os.take());
                row.server_os = server_os.or(row.server_os.take());
                row.server_lan_manager = server_lan_manager.or(row.server_lan_manager.take());
                let (os, lan_manager) = (row.server_os.clone(), row.server_lan_manager.clone());
                let server = self.server_of(connection).and_then(|row| self.servers.get_mut(&row));
                if let Some(server) = server {
                    server.os = os.or(server.os.take());
                    server.lan_manager = lan_manager.or(server.lan_manager.take());
                }
            }
            _ => {}
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

/// False for a GUID that is one byte sixteen times: a placeholder, which many computers may give.
fn tells_apart(guid: &uuid::Uuid) -> bool {
    let [first, rest @ ..] = guid.as_bytes();
    rest.iter().any(|byte| byte != first)
}
