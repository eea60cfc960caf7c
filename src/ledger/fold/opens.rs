//! Trees and opens, found by their ids on the wire.

use std::collections::{BTreeMap, BTreeSet};

use crate::capture::Origin;
use crate::ledger::{
    Closing, Ledger, Open, OpenEnd, OpenKey, OpenRowId, Tree, TreeEnd, TreeKey, TreeRowId, Use,
};
use crate::session::{ConnectionId, Doubt, OpenId, OpenKind, SessionId, ShareKind, TreeId};

impl Ledger {
    pub(super) fn tree_key(&self, connection: ConnectionId, tree: TreeId) -> Option<TreeKey> {
        Some(match tree {
            TreeId::Tid(tid) => TreeKey::Smb1(connection, tid),
            TreeId::Smb2 { session, tree } => {
                TreeKey::Smb2(*self.index.sessions.get(&(connection, SessionId::Smb2(session)))?, tree)
            }
        })
    }

    pub(super) fn tree_row(&self, connection: ConnectionId, tree: TreeId) -> Option<TreeRowId> {
        self.index.trees.get(&self.tree_key(connection, tree)?).copied()
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    pub(super) fn tree_connected(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        session: SessionId,
        id: TreeId,
        path: Option<String>,
        share: ShareKind,
        opened: Option<Origin>,
    ) -> Option<TreeRowId> {
        let session_row = self.session_first_seen(at, connection, session)?;
        let key = self.tree_key(connection, id)?;
        if let Some(old) = self.index.trees.get(&key).copied() {
            if opened.is_none() {
                return Some(old);
            }
            // The id was given anew, so the tree that had it is gone.
            self.close_tree(old, Closing { at, by: TreeEnd::OwnClose });
        }
        let row = TreeRowId(self.next_row());
        let session = self.sessions.get_mut(&session_row)?;
        if session.trees.len() >= self.limits.ended_rows {
            let oldest_ended = session
                .trees
                .iter()
                .find(|row| self.trees.get(row).is_none_or(|tree| tree.closed.is_some()))
                .copied();
            if let Some(oldest) = oldest_ended {
                session.trees.remove(&oldest);
                if self.trees.get(&oldest).is_some_and(|tree| tree.session == session_row) {
                    self.forget_tree(oldest);
                }
            } else if session.trees.len() >= self.limits.trees {
                self.evicted("trees of a session");
                return None;
            }
        }
        let session = self.sessions.get_mut(&session_row)?;
        session.trees.insert(row);
        session.used.touch(at, opened);
        self.index.trees.insert(key, row);
        self.trees.insert(
            row,
            Tree {
                session: session_row,
                connection,
                id,
                path,
                share,
                opened,
                first_seen: at,
                in_doubt: None,
                opens: BTreeSet::new(),
                opens_ended: 0,
                closed: None,
            },
        );
        Some(row)
    }

    pub(in crate::ledger) fn open_key(&self, connection: ConnectionId, open: OpenId) -> Option<OpenKey> {
        Some(match open {
            OpenId::Fid(fid) => OpenKey::Smb1(connection, fid),
            OpenId::Smb2 { session, persistent, volatile } => {
                let session = self.index.sessions.get(&(connection, SessionId::Smb2(session)))?;
                OpenKey::Smb2(*session, persistent, volatile)
            }
            OpenId::Connection => return None,
        })
    }

    pub(in crate::ledger) fn open_row(&self, connection: ConnectionId, open: OpenId) -> Option<OpenRowId> {
        self.index.opens.get(&self.open_key(connection, open)?).copied()
    }

    pub(super) fn open_mut(&mut self, connection: ConnectionId, open: OpenId) -> Option<&mut Open> {
        let row = self.open_row(connection, open)?;
        self.opens.get_mut(&row)
    }

    /// The end of an open is answered, so nothing is in doubt if only that answer seemed to be missing.
    pub(super) fn close_answered(&mut self, row: OpenRowId) {
        if let Some(open) = self.opens.get_mut(&row) {
            open.in_doubt.take_if(|doubt| doubt.why == Doubt::AnswerMissing && doubt.since == doubt.at);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    pub(super) fn opened(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        session: SessionId,
        tree: TreeId,
        id: OpenId,
        name: Option<String>,
        what: OpenKind,
        opened: Option<Origin>,
    ) -> Option<OpenRowId> {
        let session_row = self.session_first_seen(at, connection, session)?;
        let tree_row = match self.tree_row(connection, tree) {
            Some(row) => row,
            None => self.tree_connected(at, connection, session, tree, None, ShareKind::Unknown, None)?,
        };
        let key = self.open_key(connection, id)?;
        if let Some(old) = self.index.opens.get(&key).copied() {
            if opened.is_none() {
                return Some(old);
            }
            self.close_open(old, Closing { at, by: OpenEnd::OwnClose });
        }
        let cap = self.limits.opens;
        let row = OpenRowId(self.next_row());
        let tree = self.trees.get_mut(&tree_row)?;
        if tree.opens.len() >= cap {
            self.evicted("opens of a tree");
            return None;
        }
        tree.opens.insert(row);
        if let Some(session) = self.sessions.get_mut(&session_row) {
            session.trees.insert(tree_row);
            if what == OpenKind::Pipe {
                session.idle.holding_since.get_or_insert(at);
                session.idle.bare_since = None;
            }
        }
        self.index.opens.insert(key, row);
        self.opens.insert(
            row,
            Open {
                session: session_row,
                tree: tree_row,
                connection,
                id,
                name,
                what,
                opened,
                used: Use::since(at),
                locks: 0,
                interfaces: Vec::new(),
                group: None,
                handles: BTreeSet::new(),
                waiting: BTreeMap::new(),
                calls: BTreeMap::new(),
                grants_lost: BTreeMap::new(),
                sealed: None,
                failed: None,
                refused_printers: BTreeMap::new(),
                in_doubt: None,
                closed: None,
            },
        );
        Some(row)
    }
}
