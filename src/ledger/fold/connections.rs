//! Events about connections.

use crate::capture::Origin;
use crate::ledger::table::{Gap, doubt};
use crate::ledger::{Closing, Connection, Ledger, RefusalAnswer, ServerRowId, Stage};
use crate::session::{ConnectionEvent, ConnectionId};

impl Ledger {
    pub(super) fn fold_connection(&mut self, at: Origin, id: ConnectionId, event: ConnectionEvent) {
        match event {
            ConnectionEvent::Resumed { .. } if self.connections.get(&id).is_some() => {
                return self.revive_connection(id);
            }
            ConnectionEvent::Opened { client, server, transport, start_seen }
            | ConnectionEvent::Resumed { client, server, transport, start_seen } => {
                return self.connections.open(id, Connection::new(at, client, server, transport, start_seen));
            }
            ConnectionEvent::Gap { bytes, harmless, .. } => return self.losses.gap(bytes, harmless),
            _ => {}
        }
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match event {
            ConnectionEvent::NetBiosNamed { called, calling } => {
                connection.called = Some(called);
                connection.calling = Some(calling);
            }
            ConnectionEvent::NetBiosRefused { reason } => {
                self.refused(at, id, Stage::NetBios, None, None, RefusalAnswer::NetBios(reason));
            }
            ConnectionEvent::OneDirection { captured } => connection.one_direction = Some(captured),
            ConnectionEvent::Cut => connection.cut = true,
            ConnectionEvent::InDoubt { from, why } => {
                doubt(&mut connection.in_doubt, at, why);
                connection.missed(Gap { from, to: at });
            }
            ConnectionEvent::LastSeen { client, server, to_server, to_client, packets } => {
                connection.packets = connection.packets.max(packets);
                connection.bytes_to_server = connection.bytes_to_server.max(to_server);
                connection.bytes_to_client = connection.bytes_to_client.max(to_client);
                connection.client_last = connection.client_last.max(client);
                connection.server_last = connection.server_last.max(server);
            }
            ConnectionEvent::Encrypted { session } => {
                if let Some(session) = self.sessions.live_mut(id, session)
                    && session.encrypted.is_none()
                {
                    session.encrypted = Some(at);
                    let row = session.row;
                    self.claim_slot(at, row);
                }
            }
            ConnectionEvent::Closed { by, side } => self.close_connection(id, Closing { at, by }, side),
            ConnectionEvent::Opened { .. }
            | ConnectionEvent::Resumed { .. }
            | ConnectionEvent::Gap { .. } => {}
        }
    }

    /// The server that a connection leads to.
    pub(super) fn server_of(&mut self, id: ConnectionId) -> Option<ServerRowId> {
        self.servers.of(self.connections.get_mut(&id)?, &self.limits, &mut self.losses)
    }
}
