//! Ends that were none: of a connection that goes on behind a FIN or RST, and of a session that the server answers for
//! although a VcNumber of 0 seemed to have ended it.
//!
//! What ended with it, and nothing else, is open again as if it had never ended. What was forgotten since is not.

use super::{
    Closing, Group, HandleEnd, HandleRowId, Ledger, OpenEnd, OpenKey, OpenRowId, SessionEnd, SessionRowId,
    TreeEnd, TreeKey, TreeRowId,
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
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(end) = connection.closed.take() else { return };
        connection.unseen = None;
        let ends = (connection.client.host(), connection.server.host());
        let sessions: Vec<SessionRowId> = connection.sessions.iter().copied().collect();
        if let Some(server) = connection.server_row.and_then(|row| self.servers.get_mut(&row)) {
            server.connections = server.connections.saturating_add(1);
        }
        self.index.between.entry(ends).or_default().insert(id);
        for row in sessions {
            let Some(session) = self.sessions.get(&row) else { continue };
            let trees: Vec<TreeRowId> = session.trees.iter().copied().collect();
            // A session of several connections ends with the last of them, and goes on with the first that does.
            if session
                .closed
                .is_some_and(|closing| closing.by == SessionEnd::ConnectionEnd || closing.is_with(end))
            {
                self.revive_session(row);
            }
            // Trees of SMB1 whose session had ended before.
            for row in trees {
                let closing = self.trees.get(&row).and_then(|tree| tree.closed);
                if let Some(closing) = closing.filter(|closing| closing.is_with(end)) {
                    self.revive_tree(row, closing);
                }
            }
        }
    }

    /// The sessions of a connection that VcNumber 0 ended, and that the server answers for behind that, go on.
    pub(super) fn revive_answered(&mut self, at: Origin, id: ConnectionId, event: &EventKind) {
        if !self.dropped.contains(&id) {
            return;
        }
        let Some((at, answered)) = answered(at, event) else { return };
        let rows = self.connections.get(&id).into_iter().flat_map(|connection| &connection.sessions);
        let mut sessions = rows.filter_map(|row| self.sessions.get(row));
        let found = sessions.find(|session| {
            let ended =
                session.closed.filter(|closing| closing.by == SessionEnd::VcZero && closing.at.precedes(at));
            ended.is_some()
                && match answered {
                    Answered::Session(answered) => session.id == answered,
                    Answered::Open(open) => self
                        .opens_of(session)
                        .any(|row| row.id == open && row.closed == ended.map(Closing::of_held)),
                }
        });
        if let Some(row) = found.map(|session| session.row) {
            self.revive_session(row);
        }
    }

    /// A session goes on, and with it what ended when it did.
    fn revive_session(&mut self, row: SessionRowId) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        let Some(closing) = session.closed.take() else { return };
        // What waits for its answer is told again when the connection ends again.
        session.waiting.clear();
        let id = session.id;
        let trees: Vec<TreeRowId> = session.trees.iter().copied().collect();
        // No id leads to the row of a set-up that was denied or has no answer.
        let by_id = session.denied.is_none() && !session.unanswered;
        for connection in session.connections.iter().filter(|_| by_id) {
            self.index.sessions.entry((*connection, id)).or_insert(row);
        }
        self.ended_plain.retain(|ended| *ended != row);
        self.ended_telling.retain(|ended| *ended != row);
        self.claim_slot(closing.at, row);
        let mut handles: Vec<HandleRowId> = Vec::new();
        for tree in trees {
            self.revive_tree(tree, closing.of_held());
            let opens = self.trees.get(&tree).into_iter().flat_map(|tree| &tree.opens);
            let opens: Vec<OpenRowId> = opens
                .filter(|open| self.opens.get(open).is_some_and(|open| open.session == row))
                .copied()
                .collect();
            for open in opens {
                self.revive_open(open, closing.of_held());
                handles.extend(self.opens.get(&open).into_iter().flat_map(|open| &open.handles));
            }
        }
        for handle in handles {
            self.revive_handle(handle, closing.of_held::<OpenEnd>().of_held());
        }
        self.close_opens_of_closed_trees(row);
    }

    fn revive_tree(&mut self, row: TreeRowId, closing: Closing<TreeEnd>) {
        let Some(tree) = self.trees.get_mut(&row).filter(|tree| tree.closed == Some(closing)) else { return };
        tree.closed = None;
        self.index.trees.entry(TreeKey::of(tree)).or_insert(row);
    }

    fn revive_open(&mut self, row: OpenRowId, closing: Closing<OpenEnd>) {
        let Some(open) = self.opens.get_mut(&row).filter(|open| open.closed == Some(closing)) else { return };
        let Some(key) = OpenKey::of(open) else { return };
        open.closed = None;
        self.index.opens.entry(key).or_insert(row);
        if let Some(group) = open.group {
            let ends =
                self.connections.get(&open.connection).map(|ends| (ends.server.host(), ends.client.host()));
            // Its number is forgotten. A group without one is known by client and server.
            let known = self.groups.entry(group).or_insert_with(|| Group {
                server: ends.map(|(server, _)| server),
                client: ends.map(|(_, client)| client),
                ..Group::default()
            });
            known.pipes.insert(row);
        }
    }

    /// A handle that was run down with its group's last pipe.
    fn revive_handle(&mut self, row: HandleRowId, closing: Closing<HandleEnd>) {
        let Some(handle) = self.handles.get(&row).filter(|handle| handle.closed == Some(closing)) else {
            return;
        };
        let doubted = self.is_doubted(handle);
        let bytes = handle.handle;
        let Some(open) = self.opens.get(&handle.open) else { return };
        let (session, group) = (open.session, open.group);
        let Some((row_of_group, group)) = group.and_then(|row| Some((row, self.groups.get_mut(&row)?)))
        else {
            return;
        };
        group.handles.insert(row);
        self.index.handles.entry((row_of_group, bytes)).or_insert(row);
        if let Some(handle) = self.handles.get_mut(&row) {
            handle.closed = None;
        }
        if let Some(session) = self.sessions.get_mut(&session) {
            let count =
                if doubted { &mut session.handles_end_unknown } else { &mut session.handles_run_down };
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
