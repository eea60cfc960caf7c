//! Ends that were none: of a connection that goes on behind a FIN or RST, and of a session that the server answers for
//! although a VcNumber of 0 seemed to have ended it.
//!
//! What ended with it, and nothing else, is open again as if it had never ended. What was forgotten since is not.

use super::{
    Closing, Connection, HandleEnd, HandleRowId, Ledger, OpenEnd, OpenRowId, SessionEnd, SessionRowId,
    TreeEnd, TreeRowId,
};
use crate::capture::Origin;
use crate::session::{
    CloseReason, ConnectionId, EventKind, HandleEvent, OpenEvent, OpenId, RpcEvent, SessionEvent, SessionId,
    TreeEvent,
};

/// What an event shows the server to answer for.
enum Answered {
    Session(SessionId),
    Open(OpenId),
}

impl Ledger {
    /// The connection goes on, and with it what ended when it seemed to.
    pub(super) fn revive_connection(&mut self, id: ConnectionId) {
        let Some(end) = self.connections.revive(id) else { return };
        let Some(connection) = self.connections.get(&id) else { return };
        if let Some(server) = connection.server_row.and_then(|row| self.servers.get_mut(&row)) {
            server.connected();
        }
        for row in connection.sessions.iter().copied().collect::<Vec<SessionRowId>>() {
            let closed = self.sessions.get(&row).and_then(|session| session.closed);
            // A session of several connections ends with the last of them, and goes on with the first that does.
            if closed.is_some_and(|closing| closing.by == SessionEnd::ConnectionEnd || closing.is_with(end)) {
                self.revive_session(row);
            }
            // Trees of SMB1 whose session had ended before.
            for row in self.trees_of(row) {
                let closing = self.trees.get(&row).and_then(|tree| tree.closed);
                if let Some(closing) = closing.filter(|closing| closing.is_with(end)) {
                    self.revive_tree(row, closing);
                }
            }
        }
    }

    /// The sessions of a connection that VcNumber 0 ended, and that the server answers for behind that, go on.
    pub(super) fn revive_answered(&mut self, at: Origin, id: ConnectionId, event: &EventKind) {
        if !self.connections.is_dropped(id) {
            return;
        }
        let Some((at, answered)) = answered(at, event) else { return };
        let rows = self.connections.get(&id).into_iter().flat_map(|connection| &connection.sessions);
        let found = self.sessions.of(rows).find(|session| {
            let ended = session.closed.filter(|closing| closing.by == SessionEnd::VcZero);
            let Some(ended) = ended.filter(|closing| closing.at.precedes(at)) else { return false };
            match answered {
                Answered::Session(answered) => session.id == answered,
                Answered::Open(open) => {
                    let closed = Some(ended.of_held());
                    self.opens_of(session).any(|row| row.id == open && row.closed == closed)
                }
            }
        });
        if let Some(row) = found.map(|session| session.row) {
            self.revive_session(row);
        }
    }

    /// A session goes on, and with it what ended when it did.
    fn revive_session(&mut self, row: SessionRowId) {
        let Some(closing) = self.sessions.revive(row) else { return };
        self.claim_slot(closing.at, row);
        for tree in self.trees_of(row) {
            self.revive_tree(tree, closing.of_held());
        }
        let opens: Vec<OpenRowId> = self.opens.of_session(row).map(|open| open.row).collect();
        for open in opens {
            self.revive_open(open, closing.of_held());
        }
        let handles = self.opens.of_session(row).flat_map(|open| &open.handles);
        for handle in handles.copied().collect::<Vec<HandleRowId>>() {
            self.revive_handle(handle, closing.of_held::<OpenEnd>().of_held());
        }
        self.close_opens_of_closed_trees(row);
    }

    fn revive_tree(&mut self, row: TreeRowId, closing: Closing<TreeEnd>) {
        let Some(tree) = self.trees.revive(row, closing) else { return };
        for session in &tree.listed_by {
            if let Some(session) = self.sessions.get_mut(session) {
                session.trees_ended.remove(&row);
            }
        }
    }

    fn revive_open(&mut self, row: OpenRowId, closing: Closing<OpenEnd>) {
        let Some(open) = self.opens.revive(row, closing) else { return };
        if let Some(tree) = self.trees.get_mut(&open.tree) {
            tree.ended.remove(&row);
        }
        if let Some(group) = open.group {
            // Its number is forgotten. A group without one is known by client and server.
            let hosts = self.connections.get(&open.connection).map(Connection::hosts);
            self.groups.keep(group, row, hosts);
        }
    }

    /// A handle that was run down with its group's last pipe.
    fn revive_handle(&mut self, row: HandleRowId, closing: Closing<HandleEnd>) {
        let Some(handle) = self.handles.get(&row).filter(|handle| handle.closed == Some(closing)) else {
            return;
        };
        let doubted = self.is_doubted(handle);
        let Some(open) = self.opens.get(&handle.open) else { return };
        let Some(id) = open.group else { return };
        let Some(group) = self.groups.get_mut(&id) else { return };
        group.handles.insert(row);
        self.handles.revive(row, id);
        let (open, session) = (open.row, open.session);
        if let Some(open) = self.opens.get_mut(&open) {
            open.handles_ended.remove(&row);
        }
        if let Some(session) = self.sessions.get_mut(&session) {
            let count = session.ended_handles(doubted);
            *count = count.saturating_sub(1);
        }
    }

    /// A tree that was disconnected while its session seemed to have ended took with it what was open in it.
    fn close_opens_of_closed_trees(&mut self, row: SessionRowId) {
        let Some(session) = self.sessions.get(&row) else { return };
        let closed = self.trees(session).filter_map(|tree| Some((tree, tree.closed?)));
        let opens: Vec<(OpenRowId, Closing<TreeEnd>)> =
            closed.flat_map(|(tree, closing)| tree.opens.iter().map(move |open| (*open, closing))).collect();
        for (open, closing) in opens {
            self.close_open(open, closing.of_held());
        }
    }
}

/// What the server is seen to answer for, and when.
fn answered(at: Origin, event: &EventKind) -> Option<(Origin, Answered)> {
    let own = CloseReason::OwnClose;
    Some(match event {
        EventKind::Session(SessionEvent::LastUsed { session, succeeded, .. }) => {
            ((*succeeded)?, Answered::Session(*session))
        }
        EventKind::Session(SessionEvent::Closed { session, by }) if *by == own => {
            (at, Answered::Session(*session))
        }
        EventKind::Session(SessionEvent::Reauthenticated { session, asked: None, .. })
        | EventKind::Tree(TreeEvent::Connected { session, answer_seen: true, .. })
        | EventKind::Open(OpenEvent::Opened { session, answer_seen: true, .. }) => {
            (at, Answered::Session(*session))
        }
        EventKind::Open(OpenEvent::LastUsed { open, succeeded }) => ((*succeeded)?, Answered::Open(*open)),
        EventKind::Open(OpenEvent::Closed { open, by }) if *by == own => (at, Answered::Open(*open)),
        EventKind::Rpc(RpcEvent::Bound { open, .. } | RpcEvent::Answered { open, .. })
        | EventKind::Handle(
            HandleEvent::Granted { open, .. }
            | HandleEvent::Proved { open, .. }
            | HandleEvent::Began { open, .. }
            | HandleEvent::Ended { open, .. }
            | HandleEvent::Closed { open, .. },
        ) => (at, Answered::Open(*open)),
        _ => return None,
    })
}
