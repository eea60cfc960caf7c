//! Events about trees.

use std::collections::BTreeSet;

use crate::capture::Origin;
use crate::ledger::table::{TreeKey, doubt};
use crate::ledger::{
    Closing, DenialAnswer, Ledger, RefusalAnswer, SessionRowId, Stage, Tree, TreeEnd, TreeRowId,
};
use crate::session::{ConnectionId, SessionId, ShareKind, TreeEvent, TreeId};

impl Ledger {
    pub(super) fn fold_tree(&mut self, at: Origin, connection: ConnectionId, event: TreeEvent) {
        match event {
            TreeEvent::Connected { session, tree, path, share, answer_seen } => {
                let opened = answer_seen.then_some(at);
                if let Some(name) = path.as_deref().and_then(|path| path.rsplit('\\').next()) {
                    self.share_seen(at, connection, (name, share, None), "tree_connect");
                }
                self.tree_connected(at, connection, (session, tree), path, share, opened);
            }
            TreeEvent::FirstSeen { session, tree } => {
                self.tree_connected(at, connection, (session, tree), None, ShareKind::Unknown, None);
            }
            TreeEvent::Shown { tree, share } => {
                if let Some(row) = self.tree_mut(connection, tree) {
                    row.share = share;
                }
            }
            TreeEvent::Denied { session, path, status } => {
                let identity = self.identity_of(connection, session);
                self.denied(at, connection, Stage::Tree, identity, path, DenialAnswer::Status(status));
            }
            TreeEvent::Refused { session, path, status } => {
                let identity = self.identity_of(connection, session);
                self.refused(at, connection, Stage::Tree, identity, path, RefusalAnswer::Status(status));
            }
            TreeEvent::Closed { tree, by } => {
                if let Some(row) = self.tree_row(connection, tree) {
                    self.close_tree(row, Closing { at, by: by.into() });
                }
            }
            TreeEvent::InDoubt { tree, why } => {
                if let Some(row) = self.tree_mut(connection, tree) {
                    doubt(&mut row.in_doubt, at, why);
                }
            }
        }
    }

    /// The open tree that has this id on a connection.
    pub(super) fn tree_row(&self, connection: ConnectionId, tree: TreeId) -> Option<TreeRowId> {
        let key = match tree {
            TreeId::Tid(tid) => TreeKey::Smb1(connection, tid),
            TreeId::Smb2 { session, tree } => {
                TreeKey::Smb2(self.sessions.live(connection, SessionId::Smb2(session))?, tree)
            }
        };
        self.trees.live(key)
    }

    fn tree_mut(&mut self, connection: ConnectionId, tree: TreeId) -> Option<&mut Tree> {
        self.trees.get_mut(&self.tree_row(connection, tree)?)
    }

    /// A tree was connected, or is first seen.
    pub(super) fn tree_connected(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (session, id): (SessionId, TreeId),
        path: Option<String>,
        share: ShareKind,
        opened: Option<Origin>,
    ) -> Option<TreeRowId> {
        let session_row = self.session_first_seen(at, connection, session)?;
        if let TreeId::Smb2 { session, .. } = id {
            self.sessions.live(connection, SessionId::Smb2(session))?;
        }
        if let Some(old) = self.tree_row(connection, id) {
            if opened.is_none() {
                return Some(old);
            }
            // The id was given anew, so the tree that had it is gone.
            self.close_tree(old, Closing { at, by: TreeEnd::OwnClose });
        }
        let row = TreeRowId(self.next_row());
        if !self.make_room_for_tree(session_row) {
            return None;
        }
        let session = self.sessions.get_mut(&session_row)?;
        session.trees.insert(row);
        session.used.touch(at, opened);
        self.trees.insert(Tree {
            row,
            session: session_row,
            connection,
            id,
            path,
            share,
            opened,
            first_seen: at,
            in_doubt: None,
            listed_by: BTreeSet::from([session_row]),
            opens: BTreeSet::new(),
            ended: BTreeSet::new(),
            opens_ended: 0,
            closed: None,
        });
        Some(row)
    }

    /// Lets go of a tree of a session if it has many. False if there is no room for another one.
    fn make_room_for_tree(&mut self, row: SessionRowId) -> bool {
        let Some(session) = self.sessions.get_mut(&row) else { return false };
        if session.trees.len() < self.limits.ended_rows {
            return true;
        }
        if let Some(oldest) = session.trees_ended.pop_first() {
            session.trees.remove(&oldest);
            if self.trees.get(&oldest).is_some_and(|tree| tree.session == row) {
                self.forget_tree(oldest);
            }
        } else if session.trees.len() >= self.limits.trees {
            self.losses.evicted("trees of a session");
            return false;
        }
        true
    }
}
