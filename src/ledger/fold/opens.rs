//! Events about open files, directories, printers and pipes.

use crate::capture::Origin;
use crate::ledger::table::{OpenKey, doubt};
use crate::ledger::{Closing, DenialAnswer, Ledger, Open, OpenEnd, OpenRowId, RefusalAnswer, Stage};
use crate::session::{ConnectionId, OpenEvent, OpenId, OpenKind, SessionId, ShareKind, TreeId};

impl Ledger {
    pub(super) fn fold_open(&mut self, at: Origin, connection: ConnectionId, event: OpenEvent) {
        match event {
            OpenEvent::Opened { session, tree, open, name, what, answer_seen } => {
                let opened = answer_seen.then_some(at);
                self.opened(at, connection, (session, tree, open), name, what, opened);
            }
            OpenEvent::Denied { session, name, status } => {
                let identity = self.identity_of(connection, session);
                self.denied(at, connection, Stage::Pipe, identity, name, DenialAnswer::Status(status));
            }
            OpenEvent::Refused { session, name, status } => {
                let identity = self.identity_of(connection, session);
                self.refused(at, connection, Stage::Pipe, identity, name, RefusalAnswer::Status(status));
            }
            OpenEvent::LastUsed { open, succeeded } => {
                if let Some(row) = self.open_mut(connection, open) {
                    row.used.touch(at, succeeded);
                }
            }
            OpenEvent::Locks { open, taken, freed } => {
                if let Some(row) = self.open_mut(connection, open) {
                    row.locks = row.locks.saturating_add(taken.into()).saturating_sub(freed.into());
                }
            }
            OpenEvent::Closed { open, by } => {
                if let Some(open) = self.open_mut(connection, open) {
                    open.close_answered();
                    let row = open.row;
                    self.close_open(row, Closing { at, by: by.into() });
                }
            }
            OpenEvent::InDoubt { open, why } => {
                if let Some(row) = self.open_mut(connection, open) {
                    doubt(&mut row.in_doubt, at, why);
                }
            }
        }
    }

    fn open_key(&self, connection: ConnectionId, open: OpenId) -> Option<OpenKey> {
        Some(match open {
            OpenId::Fid(fid) => OpenKey::Smb1(connection, fid),
            OpenId::Smb2 { session, persistent, volatile } => {
                let session = self.sessions.live(connection, SessionId::Smb2(session))?;
                OpenKey::Smb2(session, persistent, volatile)
            }
            OpenId::Connection => return None,
        })
    }

    /// What is open by this id on a connection.
    pub(in crate::ledger) fn open_row(&self, connection: ConnectionId, open: OpenId) -> Option<OpenRowId> {
        self.opens.live(self.open_key(connection, open)?)
    }

    pub(super) fn open_mut(&mut self, connection: ConnectionId, open: OpenId) -> Option<&mut Open> {
        self.opens.get_mut(&self.open_row(connection, open)?)
    }

    /// Something was opened, or is first seen.
    fn opened(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (session, tree, id): (SessionId, TreeId, OpenId),
        name: Option<String>,
        what: OpenKind,
        opened: Option<Origin>,
    ) -> Option<OpenRowId> {
        let session_row = self.session_first_seen(at, connection, session)?;
        let tree_row = match self.tree_row(connection, tree) {
            Some(row) => row,
            None => self.tree_connected(at, connection, (session, tree), None, ShareKind::Unknown, None)?,
        };
        if let Some(old) = self.opens.live(self.open_key(connection, id)?) {
            if opened.is_none() {
                return Some(old);
            }
            // The id was given anew, so what had it is gone.
            self.close_open(old, Closing { at, by: OpenEnd::OwnClose });
        }
        let row = OpenRowId(self.next_row());
        let tree = self.trees.get_mut(&tree_row)?;
        if tree.opens.len() >= self.limits.opens {
            self.losses.evicted("opens of a tree");
            return None;
        }
        tree.opens.insert(row);
        tree.listed_by.insert(session_row);
        if let Some(session) = self.sessions.get_mut(&session_row) {
            session.trees.insert(tree_row);
            if what == OpenKind::Pipe {
                session.holds_since(at);
            }
        }
        let open = Open::new(at, row, session_row, tree_row, connection, id, name, what);
        self.opens.insert(Open { opened, ..open });
        Some(row)
    }
}
