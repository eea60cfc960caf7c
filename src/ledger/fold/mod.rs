//! The fold: what each event does to the rows.

mod handles;
mod notices;
mod opens;
mod refusals;
mod servers;
mod sessions;

use std::collections::BTreeSet;

use crate::capture::Origin;
use crate::ledger::{
    BoundInterface, Closing, Connection, DenialAnswer, Gap, HandleEnd, HandleRowId, HandleTask, Ledger,
    RefusalAnswer, Rundown, Stage, WaitingCall, WaitingRequest, doubt,
};
use crate::session::{
    CaptureEvent, ConnectionEvent, ConnectionId, Doubt, Event, EventKind, HandleEvent, Loss, Notice,
    OpenEvent, RpcEvent, SessionEvent, ShareKind, TreeEvent,
};

/// Identities before the present one that a session keeps.
const IDENTITIES_BEFORE: usize = 8;
/// Process ids that a session keeps.
const PIDS: usize = 16;

impl Ledger {
    pub(super) fn fold(&mut self, event: Event) {
        let Event { at, connection, kind } = event;
        self.told_refusals.take();
        if let EventKind::Capture(event) = kind {
            return self.fold_capture(event);
        }
        self.extend_to_packet(at);
        let Some(connection) = connection else { return self.fold_of_no_connection(at, kind) };
        self.revive_answered(at, connection, &kind);
        match kind {
            EventKind::Connection(event) => self.fold_connection(at, connection, event),
            EventKind::Session(event) => self.fold_session(at, connection, event),
            EventKind::Tree(event) => self.fold_tree(at, connection, event),
            EventKind::Open(event) => self.fold_open(at, connection, event),
            EventKind::Rpc(event) => self.fold_rpc(at, connection, event),
            EventKind::Handle(event) => self.fold_handle(at, connection, event),
            EventKind::Notice(event) => self.fold_notice(at, connection, event),
            EventKind::Loss(Loss::Evicted { table }) => {
                self.evicted(table.as_str());
                // What was let go may have been anything of the connection.
                if let Some(row) = self.connections.get_mut(&connection)
                    && table.holds_knowledge()
                {
                    doubt(&mut row.in_doubt, at, Doubt::Evicted);
                }
            }
            EventKind::Loss(loss) => self.fold_loss(at, loss),
            EventKind::Capture(event) => self.fold_capture(event),
        }
    }

    /// What datagrams announce, and what is told of the captures as a whole.
    fn fold_of_no_connection(&mut self, at: Origin, kind: EventKind) {
        match kind {
            EventKind::Notice(Notice::Computer(told)) => self.computer_seen(at, told),
            EventKind::Loss(loss) => self.fold_loss(at, loss),
            // Everything else is about a connection.
            _ => {}
        }
    }

    fn fold_capture(&mut self, event: CaptureEvent) {
        match event {
            CaptureEvent::Unread { name } => self.add_unread_file(&name),
            CaptureEvent::Ended { until } => self.extend_to(until),
        }
    }

    fn fold_loss(&mut self, at: Origin, loss: Loss) {
        match loss {
            Loss::Evicted { table } => self.evicted(table.as_str()),
            Loss::PassedOver { bytes, .. } => {
                self.losses.passed_over_bytes = self.losses.passed_over_bytes.saturating_add(bytes);
            }
            Loss::Unreadable { .. } => self.losses.unreadable = self.losses.unreadable.saturating_add(1),
            Loss::Unseen(unseen) => self.fold_unseen(unseen),
            Loss::ClockWentBack { from, silent } => self.clock_set(at, from, silent.as_secs_f64()),
            Loss::ClockWentForward { from } => self.clock_set(at, from, 0.0),
            Loss::NotCaptured { from } => self.not_captured(at, from),
        }
    }

    pub(super) fn evicted(&mut self, table: &'static str) {
        let count = self.losses.evictions.entry(table).or_default();
        *count = count.saturating_add(1);
    }

    fn fold_connection(&mut self, at: Origin, id: ConnectionId, event: ConnectionEvent) {
        if matches!(event, ConnectionEvent::Resumed { .. }) && self.connections.contains_key(&id) {
            return self.revive_connection(id);
        }
        if let ConnectionEvent::Opened { client, server, transport, start_seen }
        | ConnectionEvent::Resumed { client, server, transport, start_seen } = event
        {
            self.index.between.entry((client.host(), server.host())).or_default().insert(id);
            self.connections_seen = self.connections_seen.saturating_add(1);
            self.connections.insert(
                id,
                Connection {
                    client,
                    server,
                    server_row: None,
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
                    server_lan_manager: None,
                    sessions: BTreeSet::new(),
                    client_last: None,
                    bytes_to_server: 0,
                    bytes_to_client: 0,
                    server_last: None,
                    vc_zero: None,
                    packets: 0,
                    in_doubt: None,
                    gaps: Vec::new(),
                    one_direction: None,
                    cut: false,
                    denied: None,
                    unanswered: None,
                    closed: None,
                    ended_by: None,
                    unseen: None,
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
                self.refused(at, id, Stage::NetBios, None, None, RefusalAnswer::NetBios(reason));
            }
            ConnectionEvent::OneDirection { captured } => connection.one_direction = Some(captured),
            ConnectionEvent::Cut => connection.cut = true,
            ConnectionEvent::InDoubt { from, why } => {
                doubt(&mut connection.in_doubt, at, why);
                connection.missed(Gap { from, to: at });
            }
            ConnectionEvent::LastSeen { client, server, to_server, to_client, packets } => {
                connection.packets = connection.packets.max(packets);
                connection.bytes_to_server = connection.bytes_to_server.max(to_server);
                connection.bytes_to_client = connection.bytes_to_client.max(to_client);
                connection.client_last = connection.client_last.max(client);
                connection.server_last = connection.server_last.max(server);
            }
            ConnectionEvent::Encrypted { session } => {
                if let Some(session) = self.session_mut(id, session)
                    && session.encrypted.is_none()
                {
                    session.encrypted = Some(at);
                    let row = session.row;
                    self.claim_slot(at, row);
                }
            }
            ConnectionEvent::Closed { by, side } => {
                self.close_connection(id, Closing { at, by }, side);
            }
            ConnectionEvent::Opened { .. }
            | ConnectionEvent::Resumed { .. }
            | ConnectionEvent::Gap { .. } => {}
        }
    }

    fn fold_session(&mut self, at: Origin, connection: ConnectionId, event: SessionEvent) {
        match event {
            SessionEvent::Negotiated { dialect, server_guid, client_guid } => {
                if let Some(row) = self.connections.get_mut(&connection) {
                    row.dialect = Some(dialect);
                    row.server_guid = server_guid.filter(tells_apart).or(row.server_guid);
                    row.client_guid = client_guid.filter(tells_apart).or(row.client_guid);
                }
                self.server_of(connection);
            }
            SessionEvent::ServerNamed { name, dns_name, domain_member } => {
                if let Some(name) = name {
                    self.server_named(connection, name, dns_name);
                }
                if let Some(member) = domain_member {
                    self.domain_member(connection, member);
                }
            }
            SessionEvent::ServerVersion { version } => self.server_version(at, connection, version),
            SessionEvent::Native { client_os, server_os, server_lan_manager } => {
                if let Some(row) = self.connections.get_mut(&connection) {
                    row.client_os = client_os.or(row.client_os.take());
                    row.server_os = server_os.or(row.server_os.take());
                    row.server_lan_manager = server_lan_manager.or(row.server_lan_manager.take());
                    let (os, lan_manager) = (row.server_os.clone(), row.server_lan_manager.clone());
                    let server = self.server_of(connection).and_then(|row| self.servers.get_mut(&row));
                    if let Some(server) = server {
                        server.os = os.or(server.os.take());
                        server.lan_manager = lan_manager.or(server.lan_manager.take());
                    }
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
            SessionEvent::Reauthenticated { session, identity, asked } => {
                if let Some(row) = self.session_mut(connection, session) {
                    let before = core::mem::replace(&mut row.identity, identity);
                    // Each leg may be told of that is missing.
                    let same = asked.is_some() && before == row.identity;
                    if !same && row.identities_before.len() < IDENTITIES_BEFORE {
                        row.identities_before.push((at, before));
                    }
                    match asked {
                        Some(asked) => {
                            let before = row.reauthenticated_after.unwrap_or(asked);
                            row.reauthenticated_after = Some(before.min(asked));
                        }
                        None => row.used.touch(at, Some(at)),
                    }
                    let row = row.row;
                    self.claim_slot(at, row);
                }
            }
            SessionEvent::Refused { negotiate, status, identity } => {
                let what = if negotiate { Stage::Negotiate } else { Stage::Session };
                self.refused(at, connection, what, Some(identity), None, RefusalAnswer::Status(status));
            }
            SessionEvent::Denied { session, status, identity } => {
                self.set_up_denied(at, connection, session, status, identity);
            }
            SessionEvent::LogonFailed { status, identity } => {
                self.logon_failed(at, connection, status, identity);
            }
            SessionEvent::SetUpUnanswered { session, identity } => {
                self.set_up_unanswered(at, connection, session, identity);
            }
            SessionEvent::Signed { session } => {
                if let Some(row) = self.session_mut(connection, session) {
                    row.signed.get_or_insert(at);
                }
            }
            SessionEvent::LastUsed { session, succeeded, idle } => {
                if let Some(row) = self.session_mut(connection, session) {
                    row.used.touch(at, succeeded);
                    row.was_idle(&idle);
                }
            }
            SessionEvent::Waiting { session, command, target, answered: None } => {
                let cap = self.limits.waiting_calls;
                if let Some(row) = self.session_mut(connection, session)
                    && row.waiting.len() < cap
                {
                    row.waiting.push(WaitingRequest { command, target, sent: at });
                }
            }
            SessionEvent::Waiting { session, command, target, answered: Some(until) } => {
                let waited = self.waited(command.to_owned(), target, at, until);
                if let Some(row) = self.session_mut(connection, session) {
                    row.waited(waited);
                }
            }
            SessionEvent::Closed { session, by } => {
                if let Some(row) = self.index.sessions.get(&(connection, session)).copied() {
                    self.close_session(row, Closing { at, by: by.into() });
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
                if let Some(name) = path.as_deref().and_then(|path| path.rsplit('\\').next()) {
                    self.share_seen(at, connection, name, share, None, "tree_connect");
                }
                self.tree_connected(at, connection, session, tree, path, share, opened);
            }
            TreeEvent::FirstSeen { session, tree } => {
                self.tree_connected(at, connection, session, tree, None, ShareKind::Unknown, None);
            }
            TreeEvent::Shown { tree, share } => {
                if let Some(row) = self.tree_row(connection, tree).and_then(|row| self.trees.get_mut(&row)) {
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
            OpenEvent::Denied { session, name, status } => {
                let identity = self.identity_of(connection, session);
                self.denied(at, connection, Stage::Pipe, identity, name, DenialAnswer::Status(status));
            }
            OpenEvent::Refused { session, name, status } => {
                let identity = self.identity_of(connection, session);
                self.refused(at, connection, Stage::Pipe, identity, name, RefusalAnswer::Status(status));
            }
            OpenEvent::LastUsed { open, succeeded } => {
                if let Some(row) = self.open_mut(connection, open) {
                    row.used.touch(at, succeeded);
                }
            }
            OpenEvent::Locks { open, taken, freed } => {
                if let Some(row) = self.open_mut(connection, open) {
                    row.locks = row.locks.saturating_add(taken.into()).saturating_sub(freed.into());
                }
            }
            OpenEvent::Closed { open, by } => {
                if let Some(row) = self.open_row(connection, open) {
                    self.close_answered(row);
                    self.close_open(row, Closing { at, by: by.into() });
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
            RpcEvent::Call {
                open,
                call,
                interface,
                opnum,
                procedure,
                object,
                client,
                waits_by_design,
                sealed,
            } => {
                let Some(open) = self.open_mut(connection, open) else { return };
                if sealed {
                    open.sealed.get_or_insert(at);
                }
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
                        sealed: false,
                    };
                    open.waiting.insert(call, waiting);
                } else {
                    self.evicted("waiting calls of a pipe");
                }
            }
            RpcEvent::Answered { open, call, .. }
            | RpcEvent::Faulted { open, call, .. }
            | RpcEvent::Cancelled { open, call, .. } => {
                match event {
                    RpcEvent::Answered { return_value, .. } => {
                        self.answered(at, connection, (open, call), return_value);
                    }
                    RpcEvent::Faulted { status, .. } => {
                        self.answered(at, connection, (open, call), Some(status));
                    }
                    _ => {}
                }
                let (return_value, cancelled) = match event {
                    RpcEvent::Answered { return_value, .. } => (return_value, false),
                    RpcEvent::Cancelled { .. } => (None, true),
                    _ => (None, false),
                };
                let Some(open) = self.open_mut(connection, open) else { return };
                open.grants_lost.remove(&call);
                let Some(call) = open.waiting.remove(&call) else { return };
                open.note_failure(at, &call, return_value, cancelled);
                let session = open.session;
                self.call_ended(at, connection, session, call, return_value);
            }
            RpcEvent::AnswerLost { open, call: number, may_grant, sealed, .. } => {
                let Some(open) = self.open_mut(connection, open) else { return };
                if sealed {
                    open.sealed.get_or_insert(at);
                }
                if let Some(call) = open.waiting.remove(&number)
                    && may_grant
                    && open.grants_lost.len() < waiting_cap
                {
                    open.grants_lost.insert(number, WaitingCall { sealed, ..call });
                }
            }
        }
    }

    fn fold_handle(&mut self, at: Origin, connection: ConnectionId, event: HandleEvent) {
        match event {
            HandleEvent::Granted { open, handle, opened_by, object, client, asked, printer_remote } => {
                let Some(open) = self.open_row(connection, open) else { return };
                let row =
                    self.used_before_granted(at, open, handle).or_else(|| self.new_handle(at, open, handle));
                if let Some(row) = row.and_then(|row| self.handles.get_mut(&row)) {
                    row.opened_by = opened_by;
                    row.object = object;
                    row.client = client;
                    row.asked = asked;
                    row.printer_remote = printer_remote;
                    row.opened = Some(at);
                }
            }
            HandleEvent::Used { open, handle, interface, opnum } => {
                let row = self.handle_used(at, connection, open, handle, None);
                if let Some(handle) = row.and_then(|row| self.handles.get_mut(&row)) {
                    let count = handle.calls.entry((interface, opnum)).or_default();
                    *count = count.saturating_add(1);
                }
            }
            HandleEvent::Began { open, handle, task, name } => {
                let row = self.handle_used(at, connection, open, handle, Some(at));
                if let Some(handle) = row.and_then(|row| self.handles.get_mut(&row)) {
                    handle.tasks.insert(task, HandleTask { name, began: at, ended: None });
                }
            }
            HandleEvent::Ended { open, handle, task } => {
                let row = self.handle_used(at, connection, open, handle, Some(at));
                let handle = row.and_then(|row| self.handles.get_mut(&row));
                if let Some(task) = handle.and_then(|handle| handle.tasks.get_mut(&task)) {
                    task.ended.get_or_insert(at);
                }
            }
            HandleEvent::Proved { open, handle } => {
                self.handle_used(at, connection, open, handle, Some(at));
            }
            HandleEvent::Closed { open, handle } => {
                if let Some(row) = self.handle_used(at, connection, open, handle, Some(at)) {
                    self.close_handle(row, Closing { at, by: HandleEnd::CloseCall });
                }
            }
            HandleEvent::Stale { open, handle } => {
                let Some(open) = self.open_row(connection, open) else { return };
                if let Some(row) = self.find_handle(open, handle) {
                    self.close_handle(row, Closing { at, by: HandleEnd::Rundown(Rundown::ServerDeniesIt) });
                    if let Some(denied) = self.handles.get_mut(&row) {
                        denied.stale = Some(at);
                    }
                } else if let Some(row) = self.ended_handle(open, handle)
                    && let Some(ended) = self.handles.get_mut(&row)
                {
                    ended.stale.get_or_insert(at);
                }
            }
            HandleEvent::InDoubt { open, handle, why } => {
                let Some(open) = self.open_row(connection, open) else { return };
                let rows: Vec<HandleRowId> = match handle {
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
}

/// False for a GUID that is one byte sixteen times: a placeholder, which many computers may give.
fn tells_apart(guid: &uuid::Uuid) -> bool {
    let [first, rest @ ..] = guid.as_bytes();
    rest.iter().any(|byte| byte != first)
}
