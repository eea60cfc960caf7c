//! What has ended makes room: it is counted, and its rows go.

use core::time::Duration;

use super::{Ledger, OpenRowId, SessionRowId, TreeRowId};
use crate::session::ConnectionId;

impl Ledger {
    /// Counts an ended session by its verdict and drops its rows.
    pub(super) fn aggregate(&mut self, row: SessionRowId) {
        let verdict =
            self.judge(row, Duration::MAX).map_or("unknown", |judgement| judgement.verdict.as_str());
        let stuck = self.sessions.get(&row).map(|session| self.stuck_beyond(session));
        self.losses.aggregated(verdict, stuck.unwrap_or_default());
        self.remember_stays(row);
        let Some(session) = self.sessions.remove(row, &self.connections) else { return };
        for tree in session.trees {
            if self.trees.get(&tree).is_some_and(|tree| tree.session == row) {
                self.forget_tree(tree);
            }
        }
        for id in session.connections {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.sessions.remove(&row);
            }
            self.forget_connection_without_sessions(id);
        }
    }

    pub(super) fn forget_connection_without_sessions(&mut self, id: ConnectionId) {
        if let Some(unseen) = self.connections.forget_without_sessions(id) {
            self.fold_unseen(unseen);
        }
    }

    pub(super) fn forget_tree(&mut self, row: TreeRowId) {
        let Some(tree) = self.trees.remove(row) else { return };
        for session in &tree.listed_by {
            if let Some(session) = self.sessions.get_mut(session).filter(|it| it.trees.contains(&row)) {
                session.trees_ended.insert(row);
            }
        }
        for open in tree.opens {
            self.forget_open(open);
        }
    }

    pub(super) fn forget_open(&mut self, row: OpenRowId) {
        let Some(open) = self.opens.remove(row) else { return };
        for handle in open.handles {
            self.handles.remove(handle);
        }
    }
}
