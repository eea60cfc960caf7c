//! Tree connects.

use std::collections::BTreeSet;

use super::{InDoubt, Map, OpenRowId, SessionRowId, TreeRowId, lookups};
use crate::capture::Origin;
use crate::ledger::ends::{Closing, TreeEnd};
use crate::session::{ConnectionId, ShareKind, TreeId};

/// A tree connect.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tree {
    /// The id of this row.
    pub row: TreeRowId,
    /// The session that asked for it.
    pub session: SessionRowId,
    /// The connection it was asked for on.
    pub connection: ConnectionId,
    /// Its id on the wire.
    pub id: TreeId,
    /// The share's path.
    pub path: Option<String>,
    /// What kind of share it is.
    pub share: ShareKind,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its first sign.
    pub first_seen: Origin,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// The sessions that list it.
    pub(in crate::ledger) listed_by: BTreeSet<SessionRowId>,
    /// What is open in it, and the pipes that were.
    pub opens: BTreeSet<OpenRowId>,
    /// Of those, the pipes that have ended.
    pub(in crate::ledger) ended: BTreeSet<OpenRowId>,
    /// Files and directories that were opened and closed again, which have no row any more, and pipes beyond the cap.
    pub opens_ended: u64,
    /// Its end.
    pub closed: Option<Closing<TreeEnd>>,
}

/// What a tree's id is unique in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::ledger) enum TreeKey {
    Smb1(ConnectionId, u16),
    Smb2(SessionRowId, u32),
}

/// The trees, and which of them are open.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(in crate::ledger) struct Trees {
    rows: Map<TreeRowId, Tree>,
    live: Map<TreeKey, TreeRowId>,
}

lookups!(Trees, TreeRowId => Tree);

impl Trees {
    /// The open tree of that id.
    pub(in crate::ledger) fn live(&self, key: TreeKey) -> Option<TreeRowId> {
        self.live.get(&key).copied()
    }

    #[cfg(test)]
    pub(in crate::ledger) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(in crate::ledger) fn insert(&mut self, tree: Tree) {
        self.live.insert(tree.key(), tree.row);
        self.rows.insert(tree.row, tree);
    }

    /// Ends a tree. Gives its row, unless it had ended before.
    pub(in crate::ledger) fn close(&mut self, row: TreeRowId, closing: Closing<TreeEnd>) -> Option<&Tree> {
        let tree = self.rows.get_mut(&row).filter(|tree| tree.closed.is_none())?;
        tree.closed = Some(closing);
        self.live.remove(&tree.key());
        Some(tree)
    }

    /// A tree goes on that seemed to have ended so. Gives its row.
    pub(in crate::ledger) fn revive(&mut self, row: TreeRowId, closing: Closing<TreeEnd>) -> Option<&Tree> {
        let tree = self.rows.get_mut(&row).filter(|tree| tree.closed == Some(closing))?;
        tree.closed = None;
        self.live.entry(tree.key()).or_insert(row);
        Some(tree)
    }

    /// Lets go of a tree.
    pub(in crate::ledger) fn remove(&mut self, row: TreeRowId) -> Option<Tree> {
        self.rows.remove(&row)
    }
}

impl Tree {
    /// The oldest pipe that has ended, if more is open in it, or was, than `most`.
    pub(in crate::ledger) fn beyond(&self, most: usize) -> Option<OpenRowId> {
        if self.opens.len() > most { self.ended.first().copied() } else { None }
    }

    /// What has ended in it is counted only.
    pub(in crate::ledger) fn forget(&mut self, open: OpenRowId) {
        self.opens.remove(&open);
        self.ended.remove(&open);
        self.opens_ended = self.opens_ended.saturating_add(1);
    }

    fn key(&self) -> TreeKey {
        match self.id {
            TreeId::Tid(tid) => TreeKey::Smb1(self.connection, tid),
            TreeId::Smb2 { tree: id, .. } => TreeKey::Smb2(self.session, id),
        }
    }
}
