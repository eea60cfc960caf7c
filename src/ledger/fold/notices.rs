//! Shares, computers, calls of the remote administration protocol, and print calls worth a word.

use crate::capture::Origin;
use crate::ledger::table::Deletion;
use crate::ledger::{Asked, AskedFor, HandleRowId, Ledger};
use crate::session::{ConnectionId, Notice, OpenId, ShareKind};

impl Ledger {
    pub(super) fn fold_notice(&mut self, at: Origin, connection: ConnectionId, notice: Notice) {
        match notice {
            Notice::Share { name, share, remark, by } => {
                self.share_seen(at, connection, (&name, share, remark), by);
            }
            Notice::Computer(told) => {
                self.computers.see(at, told, self.limits.computers, &mut self.losses);
            }
            Notice::Rap { session, opcode } => {
                if let Some(session) = self.sessions.live_mut(connection, session) {
                    let count = session.rap_calls.entry(opcode).or_default();
                    *count = count.saturating_add(1);
                }
            }
            Notice::NotifyRegistered { open, call, handle, machine, printer_local } => {
                let row = self.open_row(connection, open);
                let handle = row.zip(handle).and_then(|(row, handle)| self.find_handle(row, handle));
                let what = AskedFor::Notification { machine, printer_local };
                if self.asked_for(at, connection, (open, call), handle, what) {
                    self.asked.register(self.hosts_of(connection));
                }
            }
            Notice::SessionsDeleted { open, client, user } => {
                self.sessions_deleted(at, connection, open, client, user);
            }
            Notice::DriverPath { open, call, path } => {
                self.asked_for(at, connection, (open, call), None, AskedFor::DriverFromUnc { path });
            }
        }
    }

    /// The server of a connection has a share; `by` says what showed it.
    pub(super) fn share_seen(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        share: (&str, ShareKind, Option<String>),
        by: &'static str,
    ) {
        let Some(server) = self.server_of(connection) else { return };
        self.shares.see(at, server, share, by, (self.limits.shares, &mut self.losses));
    }

    /// A call asks for something worth a word. False if it is not kept.
    fn asked_for(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (open, call): (OpenId, u32),
        handle: Option<HandleRowId>,
        what: AskedFor,
    ) -> bool {
        let open = self.open_row(connection, open).and_then(|row| self.opens.get(&row));
        let Some((open, session)) = open.map(|open| (open.row, open.session)) else { return false };
        let (answered, returned) = (None, None);
        let asked = Asked { at, session, open, call, handle, what, answered, returned };
        self.asked.ask(asked, self.limits.asked, &mut self.losses)
    }

    /// A call was answered, by a value or by a fault.
    pub(super) fn answered(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (open, call): (OpenId, u32),
        returned: Option<u32>,
    ) {
        if self.asked.all_answered() {
            return;
        }
        if let Some(open) = self.open_row(connection, open) {
            self.asked.answer(at, (open, call), returned);
        }
    }

    /// A call ended sessions of the server.
    fn sessions_deleted(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        open: OpenId,
        client: Option<String>,
        user: Option<String>,
    ) {
        let Some(row) = self.open_row(connection, open) else { return };
        let session = self.opens.get(&row).and_then(|open| self.sessions.get(&open.session));
        let by = session.map(|session| match session.identity.account.as_deref() {
            Some(account) => format!("{account} at {}", session.client.host()),
            None => session.client.host().to_string(),
        });
        let server = session.and_then(|session| session.server_row);
        if let Some(server) = server.and_then(|row| self.servers.get_mut(&row)) {
            server.deletes(Deletion { at, client, user, by: by.unwrap_or_default() });
        }
    }
}
