//! Endings, and what ends with what: a connection's sessions, a session's trees, a tree's opens, a group's handles.

use super::{
    Closing, Handle, HandleEnd, HandleRowId, Ledger, OpenEnd, OpenRowId, SessionEnd, SessionRowId, TreeEnd,
    TreeRowId, verdict,
};
use crate::capture::Origin;
use crate::session::{ConnectionEnd, ConnectionId, Party, SessionId};

impl Ledger {
    pub(super) fn close_connection(
        &mut self,
        id: ConnectionId,
        closing: Closing<ConnectionEnd>,
        side: Option<Party>,
    ) {
        let Some(connection) = self.connections.close(id, closing, side) else { return };
        if let Some(server) = connection.server_row.and_then(|row| self.servers.get_mut(&row)) {
            server.disconnected(closing.at, connection.client.host(), side == Some(Party::Server));
        }
        let sessions: Vec<SessionRowId> = connection.sessions.iter().copied().collect();
        // Dropped because the client set up its first connection anew, unless it was used since.
        let used_since = |at: Origin| {
            let mut sessions = self.sessions.of(&sessions);
            sessions.any(|session| session.used.succeeded.is_some_and(|used| at.precedes(used)))
        };
        let dropped = connection.vc_zero.is_some_and(|at| !used_since(at));
        let by = if dropped { SessionEnd::VcZero } else { SessionEnd::ConnectionEnd };
        let closing = Closing { at: closing.at, by };
        for row in sessions {
            let Some(session) = self.sessions.get(&row) else { continue };
            let over = self.connections.of(&session.connections).all(|row| row.closed.is_some());
            if over {
                self.close_session(row, closing);
            }
            // SMB1 trees outlive the session that asked for them, but not the connection.
            for tree in self.trees_of(row) {
                if self.trees.get(&tree).is_some_and(|tree| tree.connection == id && tree.id.is_smb1()) {
                    self.close_tree(tree, closing.of_held());
                }
            }
        }
        self.note_unseen_of(id);
        self.forget_connection_without_sessions(id);
    }

    pub(super) fn close_session(&mut self, row: SessionRowId, closing: Closing<SessionEnd>) {
        let Some(session) = self.sessions.close(row, closing) else { return };
        let id = session.id;
        self.free_slot(closing.at, row);
        match id {
            SessionId::Smb2(_) => {
                for tree in self.trees_of(row) {
                    self.close_tree(tree, closing.of_held());
                }
            }
            // Trees of SMB1 belong to the connection; what the UID opened in any of them ends.
            SessionId::Uid(_) | SessionId::Unnamed => {
                for open in self.opens.of_session(row).map(|open| open.row).collect::<Vec<OpenRowId>>() {
                    self.close_open(open, closing.of_held());
                }
            }
        }
        self.sessions.note_end(row);
        while let Some(oldest) = self.sessions.beyond(self.limits.ended_sessions) {
            self.aggregate(oldest);
        }
    }

    /// The trees of a session that is about to change.
    pub(super) fn trees_of(&self, session: SessionRowId) -> Vec<TreeRowId> {
        self.sessions.get(&session).map(|row| row.trees.iter().copied().collect()).unwrap_or_default()
    }

    pub(super) fn close_tree(&mut self, row: TreeRowId, closing: Closing<TreeEnd>) {
        let Some(tree) = self.trees.close(row, closing) else { return };
        for session in &tree.listed_by {
            if let Some(session) = self.sessions.get_mut(session) {
                session.trees_ended.insert(row);
            }
        }
        for open in tree.opens.iter().copied().collect::<Vec<OpenRowId>>() {
            self.close_open(open, closing.of_held());
        }
    }

    pub(super) fn close_open(&mut self, row: OpenRowId, closing: Closing<OpenEnd>) {
        let Some(open) = self.opens.close(row, closing) else { return };
        let (tree, is_pipe) = (open.tree, open.holds());
        if let Some(group) = open.group.and_then(|group| self.groups.close(group, row)) {
            for handle in group.handles {
                self.run_down(handle, closing.of_held());
            }
        }
        let Some(tree) = self.trees.get_mut(&tree) else { return };
        if is_pipe {
            tree.ended.insert(row);
        }
        let oldest = if is_pipe { tree.beyond(self.limits.ended_rows) } else { Some(row) };
        if let Some(oldest) = oldest {
            tree.forget(oldest);
            self.forget_open(oldest);
        }
    }

    /// Runs a handle down with what held it.
    fn run_down(&mut self, row: HandleRowId, closing: Closing<HandleEnd>) {
        let Some((session, doubted)) = self.close_handle(row, closing) else { return };
        if let Some(session) = self.sessions.get_mut(&session) {
            let count = session.ended_handles(doubted);
            *count = count.saturating_add(1);
        }
    }

    /// Ends a handle. Gives the session it belongs to, and whether it may have ended before.
    pub(super) fn close_handle(
        &mut self,
        row: HandleRowId,
        closing: Closing<HandleEnd>,
    ) -> Option<(SessionRowId, bool)> {
        let handle = self.handles.get(&row).filter(|handle| handle.closed.is_none())?;
        let doubted = self.is_doubted(handle);
        let (bytes, unopened) = (handle.handle, handle.opened.is_none());
        let open = self.opens.get(&handle.open);
        let group = open.and_then(|open| open.group);
        self.handles.close(row, group, closing);
        let session = open.map(|open| (open.session, doubted));
        if let Some(open) = open.map(|open| open.row).and_then(|row| self.opens.get_mut(&row)) {
            open.handles_ended.insert(row);
        }
        if let Some(group) = group.and_then(|group| self.groups.get_mut(&group)) {
            group.handle_closed(row, bytes, unopened);
        }
        session
    }

    /// True if a handle that ends may have ended before.
    pub(super) fn is_doubted(&self, handle: &Handle) -> bool {
        let open = self.opens.get(&handle.open);
        let connection = open.and_then(|open| self.connections.get(&open.connection));
        let doubts = [
            handle.in_doubt,
            open.and_then(|open| open.in_doubt),
            connection.and_then(|connection| connection.in_doubt),
        ];
        verdict::doubted(&handle.used, &doubts).is_some()
    }
}
