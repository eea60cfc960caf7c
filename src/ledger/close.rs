//! Endings, and what ends with what: a connection's sessions, a session's trees, a tree's opens, a group's handles.

use super::{
    Closing, Handle, HandleEnd, HandleRowId, Ledger, OpenEnd, OpenKey, OpenRowId, SessionEnd, SessionRowId,
    TreeEnd, TreeKey, TreeRowId, verdict,
};
use crate::auth::Who;
use crate::capture::Origin;
use crate::session::{ConnectionEnd, ConnectionId, Party, SessionId};

/// Connections that a server ended itself and that are remembered.
const ENDS: usize = 256;
/// Handles of an association group that are remembered as closed before they were seen to be granted.
const CLOSED_UNOPENED: usize = 64;

impl Ledger {
    pub(super) fn close_connection(
        &mut self,
        id: ConnectionId,
        closing: Closing<ConnectionEnd>,
        side: Option<Party>,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.closed.is_some() {
            return;
        }
        connection.closed = Some(closing);
        connection.ended_by = side;
        let client = connection.client.host();
        let (ends, vc_zero) = ((connection.client.host(), connection.server.host()), connection.vc_zero);
        if let Some(server) = connection.server_row.and_then(|row| self.servers.get_mut(&row)) {
            server.connections = server.connections.saturating_sub(1);
            if side == Some(Party::Server) {
                if server.ends.len() >= ENDS {
                    server.ends.pop_front();
                }
                server.ends.push_back((closing.at, client));
            }
        }
        let sessions: Vec<SessionRowId> = connection.sessions.iter().copied().collect();
        if let Some(between) = self.index.between.get_mut(&ends) {
            between.remove(&id);
            if between.is_empty() {
                self.index.between.remove(&ends);
            }
        }
        self.dropped.remove(&id);
        // Dropped because the client set up its first connection anew, unless it was used since.
        let used_since = |at: Origin| {
            let sessions = sessions.iter().filter_map(|row| self.sessions.get(row));
            sessions.into_iter().any(|session| session.used.succeeded.is_some_and(|used| at.precedes(used)))
        };
        let by = if vc_zero.is_some_and(|at| !used_since(at)) {
            SessionEnd::VcZero
        } else {
            SessionEnd::ConnectionEnd
        };
        let closing = Closing { at: closing.at, by };
        for row in sessions {
            let Some(session) = self.sessions.get(&row) else { continue };
            let alive = session
                .connections
                .iter()
                .any(|id| self.connections.get(id).is_some_and(|connection| connection.closed.is_none()));
            if !alive {
                self.close_session(row, closing);
            }
            // SMB1 trees outlive the session that asked for them, but not the connection.
            let trees: Vec<TreeRowId> =
                self.sessions.get(&row).map(|s| s.trees.iter().copied().collect()).unwrap_or_default();
            for tree in trees {
                if self.trees.get(&tree).is_some_and(|tree| tree.connection == id && tree.id.is_smb1()) {
                    self.close_tree(tree, closing.of_held());
                }
            }
        }
        self.note_unseen_of(id);
        self.forget_connection_without_sessions(id);
    }

    pub(super) fn close_session(&mut self, row: SessionRowId, closing: Closing<SessionEnd>) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        if session.closed.is_some() {
            return;
        }
        session.closed = Some(closing);
        let id = session.id;
        let connections = session.connections.clone();
        let trees: Vec<TreeRowId> = session.trees.iter().copied().collect();
        self.free_slot(closing.at, row);
        match id {
            SessionId::Smb2(_) => {
                for tree in trees {
                    self.close_tree(tree, closing.of_held());
                }
            }
            // Trees of SMB1 belong to the connection; what the UID opened in any of them ends.
            SessionId::Uid(_) | SessionId::Unnamed => {
                for open in self.opens_by_uid(row, &connections) {
                    self.close_open(open, closing.of_held());
                }
            }
        }
        for connection in connections {
            if self.index.sessions.get(&(connection, id)) == Some(&row) {
                self.index.sessions.remove(&(connection, id));
            }
        }
        let plain = self.sessions.get(&row).is_some_and(|session| {
            let was_null = session.identities_before.iter().any(|(_, identity)| identity.may_be_null());
            matches!(session.identity.who, Who::User | Who::Guest)
                && !was_null
                && session.handles_run_down == 0
        });
        let ended = if plain { &mut self.ended_plain } else { &mut self.ended_telling };
        ended.push_back(row);
        while self.ended_plain.len().saturating_add(self.ended_telling.len()) > self.limits.ended_sessions {
            self.aggregate_oldest();
        }
    }

    fn opens_by_uid(&self, row: SessionRowId, connections: &[ConnectionId]) -> Vec<OpenRowId> {
        let sessions = connections.iter().filter_map(|id| self.connections.get(id)).flat_map(|c| &c.sessions);
        let trees = sessions.filter_map(|row| self.sessions.get(row)).flat_map(|session| &session.trees);
        let opens = trees.filter_map(|row| self.trees.get(row)).flat_map(|tree| &tree.opens);
        opens.filter(|open| self.opens.get(open).is_some_and(|open| open.session == row)).copied().collect()
    }

    pub(super) fn close_tree(&mut self, row: TreeRowId, closing: Closing<TreeEnd>) {
        let Some(tree) = self.trees.get_mut(&row) else { return };
        if tree.closed.is_some() {
            return;
        }
        tree.closed = Some(closing);
        let key = TreeKey::of(tree);
        let opens: Vec<OpenRowId> = tree.opens.iter().copied().collect();
        self.index.trees.remove(&key);
        for open in opens {
            self.close_open(open, closing.of_held());
        }
    }

    pub(super) fn close_open(&mut self, row: OpenRowId, closing: Closing<OpenEnd>) {
        let Some(open) = self.opens.get_mut(&row) else { return };
        if open.closed.is_some() {
            return;
        }
        open.closed = Some(closing);
        let Some(key) = OpenKey::of(open) else { return };
        let (group, tree) = (open.group, open.tree);
        let is_pipe = open.holds();
        self.index.opens.remove(&key);
        if let Some(group) = group {
            let last_pipe = self.groups.get_mut(&group).is_some_and(|group| {
                group.pipes.remove(&row);
                group.pipes.is_empty()
            });
            if last_pipe && let Some(group) = self.groups.remove(&group) {
                for handle in group.handles {
                    self.run_down(handle, closing.of_held());
                }
                if let Some(server) = group.server {
                    self.index.groups.remove(&(server, group.number));
                }
            }
        }
        let Some(tree) = self.trees.get_mut(&tree) else { return };
        if !is_pipe {
            tree.opens.remove(&row);
            tree.opens_ended = tree.opens_ended.saturating_add(1);
            self.opens.remove(&row);
        } else if tree.opens.len() > self.limits.ended_rows {
            let oldest =
                tree.opens.iter().find(|row| self.opens.get(row).is_none_or(|open| open.closed.is_some()));
            if let Some(oldest) = oldest.copied() {
                tree.opens.remove(&oldest);
                tree.opens_ended = tree.opens_ended.saturating_add(1);
                self.forget_open(oldest);
            }
        }
    }

    /// Runs a handle down with what held it.
    fn run_down(&mut self, row: HandleRowId, closing: Closing<HandleEnd>) {
        let Some((session, doubted)) = self.close_handle(row, closing) else { return };
        let Some(session) = self.sessions.get_mut(&session) else { return };
        let count = if doubted { &mut session.handles_end_unknown } else { &mut session.handles_run_down };
        *count = count.saturating_add(1);
    }

    /// Ends a handle. Gives the session it belongs to, and whether it may have ended before.
    pub(super) fn close_handle(
        &mut self,
        row: HandleRowId,
        closing: Closing<HandleEnd>,
    ) -> Option<(SessionRowId, bool)> {
        let handle = self.handles.get(&row).filter(|handle| handle.closed.is_none())?;
        let open = self.opens.get(&handle.open);
        let doubted = self.is_doubted(handle);
        let session = open.map(|open| open.session);
        let group = open.and_then(|open| open.group);
        let bytes = handle.handle;
        if let Some(group) = group {
            self.index.handles.remove(&(group, bytes));
            if let Some(group) = self.groups.get_mut(&group) {
                group.handles.remove(&row);
                if handle.opened.is_none() && group.closed_unopened.len() < CLOSED_UNOPENED {
                    group.closed_unopened.insert(bytes, row);
                }
            }
        }
        if let Some(handle) = self.handles.get_mut(&row) {
            handle.closed = Some(closing);
        }
        session.map(|session| (session, doubted))
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
