//! What has ended makes room: it is counted, and its rows go.

use super::{Ledger, OpenRowId, ServerKey, TreeRowId};
use crate::session::ConnectionId;

impl Ledger {
    /// Counts the oldest ended session by its verdict and drops its rows: the plain ones before the others.
    pub(super) fn aggregate_oldest(&mut self) {
        let oldest = self.ended_plain.pop_front().or_else(|| self.ended_telling.pop_front());
        let Some(row) = oldest else { return };
        let verdict =
            self.judge(row, f64::INFINITY).map_or("unknown", |judgement| judgement.verdict.as_str());
        let count = self.losses.sessions_aggregated.entry(verdict).or_default();
        *count = count.saturating_add(1);
        if let Some(session) = self.sessions.get(&row) {
            let (certain, possible) = self.stuck_beyond(session);
            let losses = &mut self.losses;
            losses.aggregated_null_stuck = losses.aggregated_null_stuck.max(certain);
            if possible > certain {
                losses.aggregated_possibly_null_stuck = losses.aggregated_possibly_null_stuck.max(possible);
            }
        }
        self.remember_stays(row);
        let Some(session) = self.sessions.remove(&row) else { return };
        for tree in session.trees {
            if self.trees.get(&tree).is_some_and(|tree| tree.session == row) {
                self.forget_tree(tree);
            }
        }
        for id in session.connections {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.sessions.remove(&row);
                for server in ServerKey::of(connection) {
                    let key = (server, session.id);
                    if self.index.by_server.get(&key) == Some(&row) {
                        self.index.by_server.remove(&key);
                    }
                }
            }
            self.forget_connection_without_sessions(id);
        }
    }

    pub(super) fn forget_connection_without_sessions(&mut self, id: ConnectionId) {
        if self.connections.get(&id).is_some_and(|c| c.closed.is_some() && c.sessions.is_empty()) {
            let unseen = self.connections.remove(&id).and_then(|connection| connection.unseen);
            unseen.into_iter().for_each(|unseen| self.fold_unseen(unseen));
        }
    }

    pub(super) fn forget_tree(&mut self, row: TreeRowId) {
        let Some(tree) = self.trees.remove(&row) else { return };
        for open in tree.opens {
            self.forget_open(open);
        }
    }

    pub(super) fn forget_open(&mut self, row: OpenRowId) {
        let Some(open) = self.opens.remove(&row) else { return };
        for handle in open.handles {
            self.handles.remove(&handle);
        }
    }
}
