//! The fold: what each event does to the rows.

use std::collections::{BTreeMap, BTreeSet};

use super::slots::may_be_same_server;
use super::{
    By, Closing, Connection, Denial, Denied, Group, GroupRow, Handle, HandleRow, Ledger, Open, OpenKey,
    OpenRow, Refusal, RefusalAnswer, Server, Session, SessionRow, Tree, TreeKey, TreeRow, Use, WaitingCall,
    WaitingRequest, doubt,
};
use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::BoundInterface;
use crate::rprn::ContextHandle;
use crate::session::{
    ConnectionEnd, ConnectionEvent, ConnectionId, Event, EventKind, HandleEvent, Loss, OpenEvent, OpenId,
    OpenKind, RpcEvent, SessionEvent, SessionId, ShareKind, TreeEvent, TreeId,
};

/// Sessions named as the holders of the slots in one refusal.
const HOLDERS: usize = 64;
/// Identities before the present one that a session keeps.
const IDENTITIES_BEFORE: usize = 8;
/// Connections of one client that one VcNumber of 0 drops.
const CIRCUITS: usize = 256;
/// Process ids that a session keeps.
const PIDS: usize = 16;

impl Ledger {
    pub(super) fn fold(&mut self, event: Event) {
        let Event { at, connection, kind } = event;
        self.end = self.end.max(Some(at.time));
        match kind {
            EventKind::Connection(event) => self.fold_connection(at, connection, event),
            EventKind::Session(event) => self.fold_session(at, connection, event),
            EventKind::Tree(event) => self.fold_tree(at, connection, event),
            EventKind::Open(event) => self.fold_open(at, connection, event),
            EventKind::Rpc(event) => self.fold_rpc(at, connection, event),
            EventKind::Handle(event) => self.fold_handle(at, connection, event),
            EventKind::Notice(_) => {}
            EventKind::Loss(Loss::Evicted { table }) => self.evicted(table),
            EventKind::Loss(Loss::Unreadable { .. }) => {
                self.losses.unreadable = self.losses.unreadable.saturating_add(1);
            }
        }
    }

    pub(super) fn evicted(&mut self, table: &'static str) {
        let count = self.losses.evictions.entry(table).or_default();
        *count = count.saturating_add(1);
    }

    fn fold_connection(&mut self, at: Origin, id: ConnectionId, event: ConnectionEvent) {
        if let ConnectionEvent::Opened { client, server, transport, start_seen } = event {
            self.index.between.entry((client.ip(), server.ip())).or_default().insert(id);
            self.connections.insert(
                id,
                Connection {
                    client,
                    server,
                    transport,
                    opened: at,
                    start_seen,
                    called: None,
                    calling: None,
                    dialect: None,
                    server_guid: None,
                    client_guid: None,
                    client_os: None,
                    server_os: None,
                    sessions: BTreeSet::new(),
                    client_last: None,
                    server_last: None,
                    vc_zero: None,
                    in_doubt: None,
                    closed: None,
                },
            );
            return;
        }
        if let ConnectionEvent::Gap { bytes, harmless, .. } = event {
            self.losses.gaps = self.losses.gaps.saturating_add(1);
            self.losses.gap_bytes = self.losses.gap_bytes.saturating_add(bytes);
            self.losses.harmless_gaps = self.losses.harmless_gaps.saturating_add(u64::from(harmless));
            return;
        }
        let Some(connection) = self.connections.get_mut(&id) else { return };
        match event {
            ConnectionEvent::NetBiosNamed { called, calling } => {
                connection.called = Some(called);
                connection.calling = Some(calling);
            }
            ConnectionEvent::NetBiosRefused { reason } => {
                self.refused(at, id, RefusalAnswer::NetBios(reason));
            }
            ConnectionEvent::InDoubt { why } => doubt(&mut connection.in_doubt, at, why),
            ConnectionEvent::LastSeen { client, server } => {
                connection.client_last = connection.client_last.max(client);
                connection.server_last = connection.server_last.max(server);
            }
            ConnectionEvent::Encrypted { session } => {
                if let Some(session) = self.session_mut(id, session) {
                    session.encrypted.get_or_insert(at);
                }
            }
            ConnectionEvent::Closed { by } => {
                let by = match by {
                    ConnectionEnd::Fin => By::Fin,
                    ConnectionEnd::Rst => By::Rst,
                    ConnectionEnd::PortReused => By::PortReused,
                };
                self.close_connection(id, Closing { at, by });
            }
            ConnectionEvent::Opened { .. } | ConnectionEvent::Gap { .. } => {}
        }
    }

    fn fold_session(&mut self, at: Origin, connection: ConnectionId, event: SessionEvent) {
        match event {
            SessionEvent::Negotiated { dialect, server_guid, client_guid } => {
                if let Some(row) = self.connections.get_mut(&connection) {
                    row.dialect = Some(dialect);
                    row.server_guid = server_guid.or(row.server_guid);
                    row.client_guid = client_guid.or(row.client_guid);
                }
            }
            SessionEvent::Native { client_os, server_os } => {
                if let Some(row) = self.connections.get_mut(&connection) {
                    row.client_os = client_os.or(row.client_os.take());
                    row.server_os = server_os.or(row.server_os.take());
                }
            }
            SessionEvent::Pid { session, pid } => {
                if let Some(row) = self.session_mut(connection, session)
                    && row.pids.len() < PIDS
                {
                    row.pids.insert(pid);
                }
            }
            SessionEvent::FirstSeen { session } => {
                self.session_first_seen(at, connection, session);
            }
            SessionEvent::SetUp { session, identity, answer_seen, previous, vc_zero } => {
                if let Some(previous) = previous {
                    self.replace_session(at, connection, previous, &identity);
                }
                self.session_set_up(at, connection, session, identity, answer_seen);
                if vc_zero {
                    self.drop_other_circuits(at, connection);
                }
            }
            SessionEvent::ChannelJoined { session } => {
                if self.join_channel(connection, session, true).is_none() {
                    self.session_first_seen(at, connection, session);
                }
            }
            SessionEvent::Reauthenticated { session, identity } => {
                if let Some(row) = self.session_mut(connection, session) {
                    let before = core::mem::replace(&mut row.identity, identity);
                    if row.identities_before.len() < IDENTITIES_BEFORE {
                        row.identities_before.push((at, before));
                    }
                    row.used.touch(at, Some(at));
                }
            }
            SessionEvent::Refused { status, .. } => {
                self.refused(at, connection, RefusalAnswer::Status(status))
            }
            SessionEvent::Denied { status, .. } => self.denied(at, connection, Denied::Session, status),
            SessionEvent::LastUsed { session, succeeded } => {
                if let Some(row) = self.session_mut(connection, session) {
                    row.used.touch(at, succeeded);
                }
            }
            SessionEvent::Waiting { session, command, target } => {
                let cap = self.limits.waiting_calls;
                if let Some(row) = self.session_mut(connection, session)
                    && row.waiting.len() < cap
                {
                    row.waiting.push(WaitingRequest { command, target, sent: at });
                }
            }
            SessionEvent::Closed { session, by } => {
                if let Some(row) = self.index.sessions.get(&(connection, session)).copied() {
                    self.close_session(row, Closing { at, by: by.into() }, By::Logoff);
                }
            }
            SessionEvent::InDoubt { session, why } => {
                if let Some(row) = self.session_mut(connection, session) {
                    doubt(&mut row.in_doubt, at, why);
                }
            }
        }
    }

    fn fold_tree(&mut self, at: Origin, connection: ConnectionId, event: TreeEvent) {
        match event {
            TreeEvent::Connected { session, tree, path, share, answer_seen } => {
                let opened = answer_seen.then_some(at);
                self.tree_connected(at, connection, session, tree, path, share, opened);
            }
            TreeEvent::FirstSeen { session, tree } => {
                self.tree_connected(at, connection, session, tree, None, ShareKind::Unknown, None);
            }
            TreeEvent::Denied { status, .. } => self.denied(at, connection, Denied::Tree, status),
            TreeEvent::Refused { status, .. } => self.refused(at, connection, RefusalAnswer::Status(status)),
            TreeEvent::Closed { tree, by } => {
                if let Some(row) = self.tree_row(connection, tree) {
                    self.close_tree(row, Closing { at, by: by.into() }, By::TreeDisconnect);
                }
            }
            TreeEvent::InDoubt { tree, why } => {
                if let Some(row) = self.tree_row(connection, tree).and_then(|row| self.trees.get_mut(&row)) {
                    doubt(&mut row.in_doubt, at, why);
                }
            }
        }
    }

    fn fold_open(&mut self, at: Origin, connection: ConnectionId, event: OpenEvent) {
        match event {
            OpenEvent::Opened { session, tree, open, name, what, answer_seen } => {
                let opened = answer_seen.then_some(at);
                self.opened(at, connection, session, tree, open, name, what, opened);
            }
            OpenEvent::Denied { status, .. } => self.denied(at, connection, Denied::Pipe, status),
            OpenEvent::LastUsed { open, succeeded } => {
                if let Some(row) = self.open_mut(connection, open) {
                    row.used.touch(at, succeeded);
                }
            }
            OpenEvent::Closed { open, by } => {
                if let Some(row) = self.open_row(connection, open) {
                    self.close_open(row, Closing { at, by: by.into() }, By::PipeClose);
                }
            }
            OpenEvent::InDoubt { open, why } => {
                if let Some(row) = self.open_mut(connection, open) {
                    doubt(&mut row.in_doubt, at, why);
                }
            }
        }
    }

    fn fold_rpc(&mut self, at: Origin, connection: ConnectionId, event: RpcEvent) {
        let waiting_cap = self.limits.waiting_calls;
        match event {
            RpcEvent::Bound { open, interface, version, name, group, joined, .. } => {
                let Some(row) = self.open_row(connection, open) else { return };
                self.join_group(row, connection, group, joined);
                let Some(open) = self.opens.get_mut(&row) else { return };
                if !open.interfaces.iter().any(|bound| bound.uuid == interface)
                    && open.interfaces.len() < waiting_cap
                {
                    open.interfaces.push(BoundInterface { uuid: interface, version, name, bound: at });
                }
            }
            RpcEvent::Refused { .. } => {}
            RpcEvent::Call { open, call, interface, opnum, procedure, object, client, waits_by_design } => {
                let Some(open) = self.open_mut(connection, open) else { return };
                if open.calls.len() < waiting_cap || open.calls.contains_key(&(interface, opnum)) {
                    let count = open.calls.entry((interface, opnum)).or_default();
                    *count = count.saturating_add(1);
                }
                if open.waiting.len() < waiting_cap {
                    let waiting = WaitingCall {
                        interface,
                        opnum,
                        procedure,
                        object,
                        client,
                        sent: at,
                        waits_by_design,
                    };
                    open.waiting.insert(call, waiting);
                } else {
                    self.evicted("waiting calls of a pipe");
                }
            }
            RpcEvent::Answered { open, call, .. }
            | RpcEvent::Faulted { open, call, .. }
            | RpcEvent::Cancelled { open, call } => {
                if let Some(open) = self.open_mut(connection, open) {
                    open.waiting.remove(&call);
                    open.grants_lost.remove(&call);
                }
            }
            RpcEvent::AnswerLost { open, call: number, may_grant } => {
                if let Some(open) = self.open_mut(connection, open)
                    && let Some(call) = open.waiting.remove(&number)
                    && may_grant
                    && open.grants_lost.len() < waiting_cap
                {
                    open.grants_lost.insert(number, call);
                }
            }
        }
    }

    fn fold_handle(&mut self, at: Origin, connection: ConnectionId, event: HandleEvent) {
        match event {
            HandleEvent::Granted { open, handle, opened_by, object, client } => {
                let Some(open) = self.open_row(connection, open) else { return };
                let row =
                    self.used_before_granted(at, open, handle).or_else(|| self.new_handle(at, open, handle));
                if let Some(row) = row.and_then(|row| self.handles.get_mut(&row)) {
                    row.opened_by = opened_by;
                    row.object = object;
                    row.client = client;
                    row.opened = Some(at);
                }
            }
            HandleEvent::Used { open, handle } => {
                self.handle_used(at, connection, open, handle, None);
            }
            HandleEvent::Proved { open, handle } => {
                self.handle_used(at, connection, open, handle, Some(at));
            }
            HandleEvent::Closed { open, handle } => {
                if let Some(row) = self.handle_used(at, connection, open, handle, Some(at)) {
                    self.close_handle(row, Closing { at, by: By::CloseCall });
                }
            }
            HandleEvent::Stale { open, handle } => {
                let found = self.open_row(connection, open).and_then(|open| self.find_handle(open, handle));
                if let Some(row) = found {
                    self.close_handle(row, Closing { at, by: By::ServerDeniesIt });
                }
            }
            HandleEvent::InDoubt { open, handle, why } => {
                let Some(open) = self.open_row(connection, open) else { return };
                let rows: Vec<HandleRow> = match handle {
                    Some(handle) => self.find_handle(open, handle).into_iter().collect(),
                    None => self
                        .opens
                        .get(&open)
                        .map(|open| open.handles.iter().copied().collect())
                        .unwrap_or_default(),
                };
                for row in rows {
                    if let Some(row) = self.handles.get_mut(&row) {
                        doubt(&mut row.in_doubt, at, why);
                    }
                }
            }
        }
    }

    // Sessions

    fn session_mut(&mut self, connection: ConnectionId, id: SessionId) -> Option<&mut Session> {
        let row = self.index.sessions.get(&(connection, id))?;
        self.sessions.get_mut(row)
    }

    fn new_session(&mut self, at: Origin, connection: ConnectionId, id: SessionId) -> Option<SessionRow> {
        if self.index.sessions.len() >= self.limits.open_sessions {
            self.evicted("open sessions");
            return None;
        }
        let ends = self.connections.get(&connection)?;
        let (client, server) = (ends.client, ends.server);
        let row = SessionRow(self.next_row());
        self.sessions.insert(
            row,
            Session {
                row,
                id,
                server,
                client,
                connections: vec![connection],
                identity: crate::auth::identify(None, false, false),
                identities_before: Vec::new(),
                opened: None,
                used: Use::since(at),
                pids: BTreeSet::new(),
                encrypted: None,
                in_doubt: None,
                waiting: Vec::new(),
                trees: BTreeSet::new(),
                handles_run_down: 0,
                handles_end_unknown: 0,
                closed: None,
            },
        );
        self.index.sessions.insert((connection, id), row);
        if let Some(ends) = self.connections.get_mut(&connection) {
            ends.sessions.insert(row);
            if let SessionId::Smb2(_) = id {
                self.index.by_server.extend(Server::of(ends).map(|server| ((server, id), row)));
            }
        }
        Some(row)
    }

    fn session_first_seen(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
    ) -> Option<SessionRow> {
        if let Some(row) = self.index.sessions.get(&(connection, id)) {
            return Some(*row);
        }
        // A session known from another connection of the same client: a channel whose binding was not seen.
        self.join_channel(connection, id, false).or_else(|| self.new_session(at, connection, id))
    }

    /// Adds a connection to an SMB2 session of the same server: if it was not `bound` to it by credentials, to that of
    /// the same client only.
    fn join_channel(&mut self, connection: ConnectionId, id: SessionId, bound: bool) -> Option<SessionRow> {
        let row = self.session_of_server(connection, id)?;
        let ends = self.connections.get_mut(&connection)?;
        let session = self.sessions.get_mut(&row)?;
        if session.closed.is_some() || !(bound || session.client.ip() == ends.client.ip()) {
            return None;
        }
        if !session.connections.contains(&connection) {
            session.connections.push(connection);
        }
        ends.sessions.insert(row);
        self.index.sessions.insert((connection, id), row);
        Some(row)
    }

    /// The SMB2 session of that id on the server that a connection leads to.
    fn session_of_server(&self, connection: ConnectionId, id: SessionId) -> Option<SessionRow> {
        let ends = self.connections.get(&connection)?;
        let row = Server::of(ends).find_map(|server| self.index.by_server.get(&(server, id)).copied())?;
        let there = self.connections.get(self.sessions.get(&row)?.connections.first()?);
        there.is_none_or(|there| may_be_same_server(ends, there)).then_some(row)
    }

    fn session_set_up(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
        identity: Identity,
        answer_seen: bool,
    ) {
        // An id that is set up anew although its session was not seen to end: that session is gone.
        if let Some(old) = self.index.sessions.get(&(connection, id)).copied()
            && self.sessions.get(&old).is_some_and(|session| session.opened.is_some())
        {
            self.close_session(old, Closing { at, by: By::Reconnected }, By::Reconnected);
        }
        let known = self.index.sessions.get(&(connection, id)).copied();
        let Some(row) = known.or_else(|| self.new_session(at, connection, id)) else { return };
        if let Some(session) = self.sessions.get_mut(&row) {
            session.identity = identity;
            session.opened = answer_seen.then_some(at);
            session.used.touch(at, answer_seen.then_some(at));
        }
    }

    /// Ends the session that a new one names as its predecessor, if it is the same user's (\[MS-SMB2\] 3.3.5.5.3).
    fn replace_session(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        previous: SessionId,
        identity: &Identity,
    ) {
        let Some(row) = self.session_of_server(connection, previous) else { return };
        let own = self.index.sessions.get(&(connection, previous)) == Some(&row);
        let same =
            self.sessions.get(&row).is_some_and(|session| may_be_same_user(&session.identity, identity));
        if !own && same {
            self.close_session(row, Closing { at, by: By::Reconnected }, By::Reconnected);
        }
    }

    /// The client says that this is its first connection, so the server drops its others (\[MS-CIFS\] 2.2.4.53.1,
    /// VcNumber). Windows does; of other servers only the end of those connections tells.
    fn drop_other_circuits(&mut self, at: Origin, connection: ConnectionId) {
        let Some(here) = self.connections.get(&connection) else { return };
        let obeys = here.server_os.as_deref().is_some_and(|os| os.starts_with("Windows"));
        let others = self.index.between.get(&(here.client.ip(), here.server.ip()));
        let others: Vec<ConnectionId> =
            others.into_iter().flatten().copied().filter(|id| *id != connection).take(CIRCUITS).collect();
        for id in others {
            let Some(other) = self.connections.get_mut(&id) else { continue };
            other.vc_zero = Some(at);
            let sessions: Vec<SessionRow> = other.sessions.iter().copied().collect();
            for row in sessions.into_iter().filter(|_| obeys) {
                if matches!(self.sessions.get(&row).map(|session| session.id), Some(SessionId::Uid(_))) {
                    self.close_session(row, Closing { at, by: By::VcZero }, By::VcZero);
                }
            }
        }
    }

    // Trees and opens

    fn tree_key(&self, connection: ConnectionId, tree: TreeId) -> Option<TreeKey> {
        Some(match tree {
            TreeId::Tid(tid) => TreeKey::Smb1(connection, tid),
            TreeId::Smb2 { session, tree } => {
                TreeKey::Smb2(*self.index.sessions.get(&(connection, SessionId::Smb2(session)))?, tree)
            }
        })
    }

    fn tree_row(&self, connection: ConnectionId, tree: TreeId) -> Option<TreeRow> {
        self.index.trees.get(&self.tree_key(connection, tree)?).copied()
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    fn tree_connected(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        session: SessionId,
        id: TreeId,
        path: Option<String>,
        share: ShareKind,
        opened: Option<Origin>,
    ) -> Option<TreeRow> {
        let session_row = self.session_first_seen(at, connection, session)?;
        let key = self.tree_key(connection, id)?;
        if let Some(old) = self.index.trees.get(&key).copied() {
            if opened.is_none() {
                return Some(old);
            }
            // The id was given anew, so the tree that had it is gone.
            self.close_tree(old, Closing { at, by: By::OwnClose }, By::TreeDisconnect);
        }
        let row = TreeRow(self.next_row());
        let session = self.sessions.get_mut(&session_row)?;
        if session.trees.len() >= self.limits.ended_rows {
            let oldest_ended = session
                .trees
                .iter()
                .find(|row| self.trees.get(row).is_none_or(|tree| tree.closed.is_some()))
                .copied();
            let Some(oldest) = oldest_ended else {
                self.evicted("trees of a session");
                return None;
            };
            session.trees.remove(&oldest);
            if self.trees.get(&oldest).is_some_and(|tree| tree.session == session_row) {
                self.forget_tree(oldest);
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

    fn open_key(&self, connection: ConnectionId, open: OpenId) -> Option<OpenKey> {
        Some(match open {
            OpenId::Fid(fid) => OpenKey::Smb1(connection, fid),
            OpenId::Smb2 { session, persistent, volatile } => {
                let session = self.index.sessions.get(&(connection, SessionId::Smb2(session)))?;
                OpenKey::Smb2(*session, persistent, volatile)
            }
        })
    }

    pub(super) fn open_row(&self, connection: ConnectionId, open: OpenId) -> Option<OpenRow> {
        self.index.opens.get(&self.open_key(connection, open)?).copied()
    }

    fn open_mut(&mut self, connection: ConnectionId, open: OpenId) -> Option<&mut Open> {
        let row = self.open_row(connection, open)?;
        self.opens.get_mut(&row)
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    fn opened(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        session: SessionId,
        tree: TreeId,
        id: OpenId,
        name: Option<String>,
        what: OpenKind,
        opened: Option<Origin>,
    ) -> Option<OpenRow> {
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
            self.close_open(old, Closing { at, by: By::OwnClose }, By::PipeClose);
        }
        let cap = self.limits.opens;
        let row = OpenRow(self.next_row());
        let tree = self.trees.get_mut(&tree_row)?;
        if tree.opens.len() >= cap {
            self.evicted("opens of a tree");
            return None;
        }
        tree.opens.insert(row);
        if let Some(session) = self.sessions.get_mut(&session_row) {
            session.trees.insert(tree_row);
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
                interfaces: Vec::new(),
                group: None,
                handles: BTreeSet::new(),
                waiting: BTreeMap::new(),
                calls: BTreeMap::new(),
                grants_lost: BTreeMap::new(),
                in_doubt: None,
                closed: None,
            },
        );
        Some(row)
    }

    // Association groups and handles

    fn join_group(&mut self, pipe: OpenRow, connection: ConnectionId, number: u32, joined: bool) {
        if self
            .opens
            .get(&pipe)
            .is_none_or(|open| open.group.is_some_and(|group| self.group_is(group, number)))
        {
            return;
        }
        let ends = self.connections.get(&connection).map(|ends| (ends.server.ip(), ends.client.ip()));
        let known = ends.and_then(|(server, client)| {
            let row = *self.index.groups.get(&(server, number))?;
            let group = self.groups.get(&row)?;
            // Some servers give every client the same number. A group that somebody joined before it was seen to be
            // made is the one that is made now.
            (group.client == Some(client) && (joined || !group.made)).then_some(row)
        });
        let row = known.unwrap_or_else(|| GroupRow(self.next_row()));
        let group = self.groups.entry(row).or_default();
        group.number = number;
        group.made |= !joined;
        group.server = ends.map(|(server, _)| server);
        group.client = ends.map(|(_, client)| client);
        group.pipes.insert(pipe);
        if let Some((server, _)) = ends {
            self.index.groups.insert((server, number), row);
        }
        // Handles that were seen on the pipe before its bind move with it.
        let before = self.opens.get_mut(&pipe).and_then(|open| open.group.replace(row));
        if let Some(before) = before {
            self.merge_group(before, row, pipe);
        }
    }

    fn group_is(&self, group: GroupRow, number: u32) -> bool {
        self.groups.get(&group).is_some_and(|group| group.number == number)
    }

    fn merge_group(&mut self, from: GroupRow, into: GroupRow, pipe: OpenRow) {
        let Some(old) = self.groups.get_mut(&from) else { return };
        old.pipes.remove(&pipe);
        if !old.pipes.is_empty() {
            return;
        }
        let Some(old) = self.groups.remove(&from) else { return };
        for row in old.handles {
            if let Some(handle) = self.handles.get(&row) {
                self.index.handles.remove(&(from, handle.handle));
                self.index.handles.insert((into, handle.handle), row);
            }
            if let Some(group) = self.groups.get_mut(&into) {
                group.handles.insert(row);
            }
        }
    }

    /// The pipe's group; a group of its own if its bind was not seen.
    fn group_of(&mut self, pipe: OpenRow) -> Option<GroupRow> {
        if let Some(group) = self.opens.get(&pipe)?.group {
            return Some(group);
        }
        let row = GroupRow(self.next_row());
        let open = self.opens.get_mut(&pipe)?;
        open.group = Some(row);
        let ends = self.connections.get(&open.connection).map(|ends| (ends.server.ip(), ends.client.ip()));
        let mut group =
            Group { number: 0, server: ends.map(|e| e.0), client: ends.map(|e| e.1), ..Group::default() };
        group.pipes.insert(pipe);
        self.groups.insert(row, group);
        Some(row)
    }

    fn find_handle(&mut self, pipe: OpenRow, handle: ContextHandle) -> Option<HandleRow> {
        let group = self.group_of(pipe)?;
        if let Some(row) = self.index.handles.get(&(group, handle)) {
            return Some(*row);
        }
        // The same client on the same server: this pipe's bind was not seen, or that of the pipe that has the handle.
        let (server, client, number) =
            self.groups.get(&group).map(|group| (group.server, group.client, group.number))?;
        let may_be_same = |other: &Group| {
            other.server == server && other.client == client && (other.number == 0 || number == 0)
        };
        let open = self.opens.get(&pipe)?;
        let connection = self.connections.get(&open.connection)?;
        let sessions = connection.sessions.iter().filter_map(|row| self.sessions.get(row));
        sessions
            .flat_map(|session| self.opens_of(session))
            .filter_map(|open| open.group)
            .filter(|other| self.groups.get(other).is_some_and(may_be_same))
            .find_map(|other| self.index.handles.get(&(other, handle)).copied())
    }

    /// The handle that is granted here, if a pipe of the group on another connection was told to use it before: their
    /// packets were captured in another order. It belongs to the pipe that it was granted on.
    fn used_before_granted(&mut self, at: Origin, pipe: OpenRow, handle: ContextHandle) -> Option<HandleRow> {
        let group = self.group_of(pipe)?;
        let closed = self.groups.get(&group)?.closed_unopened.get(&handle);
        let row = *self.index.handles.get(&(group, handle)).or(closed)?;
        let known = self.handles.get_mut(&row)?;
        if known.opened.is_some() || known.closed.is_some_and(|closing| closing.at < at) {
            return None;
        }
        let before = core::mem::replace(&mut known.open, pipe);
        if let Some(open) = self.opens.get_mut(&before) {
            open.handles.remove(&row);
        }
        self.opens.get_mut(&pipe)?.handles.insert(row);
        Some(row)
    }

    fn new_handle(&mut self, at: Origin, pipe: OpenRow, handle: ContextHandle) -> Option<HandleRow> {
        let group = self.group_of(pipe)?;
        let row = HandleRow(self.next_row());
        let open = self.opens.get_mut(&pipe)?;
        if open.handles.len() >= self.limits.handles {
            let oldest_ended = open
                .handles
                .iter()
                .find(|row| self.handles.get(row).is_none_or(|h| h.closed.is_some()))
                .copied();
            let Some(oldest) = oldest_ended else {
                self.evicted("handles of a pipe");
                return None;
            };
            open.handles.remove(&oldest);
            self.handles.remove(&oldest);
        }
        let open = self.opens.get_mut(&pipe)?;
        open.handles.insert(row);
        self.handles.insert(
            row,
            Handle {
                open: pipe,
                handle,
                opened_by: None,
                object: None,
                client: None,
                opened: None,
                used: Use::since(at),
                in_doubt: None,
                closed: None,
            },
        );
        self.index.handles.insert((group, handle), row);
        if let Some(group) = self.groups.get_mut(&group) {
            group.handles.insert(row);
        }
        Some(row)
    }

    /// A handle is named on a pipe: known, or learnt from this use.
    fn handle_used(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        pipe: OpenId,
        handle: ContextHandle,
        succeeded: Option<Origin>,
    ) -> Option<HandleRow> {
        let pipe = self.open_row(connection, pipe)?;
        let row = match self.find_handle(pipe, handle) {
            Some(row) => row,
            None => {
                let row = self.new_handle(at, pipe, handle)?;
                // The oldest opening call whose answer is missing must have granted it.
                let grant = self.opens.get_mut(&pipe).and_then(|open| open.grants_lost.pop_first());
                if let (Some((_, call)), Some(row)) = (grant, self.handles.get_mut(&row)) {
                    row.opened_by = call.procedure.map(|procedure| (call.opnum, procedure));
                    row.object = call.object;
                    row.client = call.client;
                }
                row
            }
        };
        if let Some(handle) = self.handles.get_mut(&row) {
            handle.used.touch(at, succeeded);
        }
        Some(row)
    }

    // Refusals and denials

    fn refused(&mut self, at: Origin, connection: ConnectionId, answer: RefusalAnswer) {
        let Some(ends) = self.connections.get(&connection) else { return };
        if self.refusals.len() >= self.limits.refusals {
            self.evicted("refusals");
            return;
        }
        let (client, server) = (ends.client, ends.server);
        let (slots, mut held_by) = self.slots_with_holders(connection);
        held_by.truncate(HOLDERS);
        self.refusals.push(Refusal { at, server, client, answer, slots, held_by });
    }

    fn denied(&mut self, at: Origin, connection: ConnectionId, what: Denied, status: crate::wire::Status) {
        let Some(ends) = self.connections.get(&connection) else { return };
        if self.denials.len() >= self.limits.refusals {
            self.evicted("denials");
            return;
        }
        let (client, server) = (ends.client, ends.server);
        self.denials.push(Denial { at, connection, server, client, what, status });
    }
}

/// True unless two identities are known to be of different users.
fn may_be_same_user(one: &Identity, other: &Identity) -> bool {
    let account = |identity: &Identity| identity.account.as_deref().map(str::to_lowercase);
    let unknown = |identity: &Identity| identity.who == Who::Unknown;
    unknown(one) || unknown(other) || (one.who == other.who && account(one) == account(other))
}
