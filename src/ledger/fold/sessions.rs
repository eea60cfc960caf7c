//! Sessions: set up, joined by channels, replaced.

use std::collections::BTreeSet;

use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::unseen::OPEN_SESSIONS;
use crate::ledger::{
    Closing, Connection, Ledger, ServerKey, Session, SessionEnd, SessionRowId, Use, Waited, doubt,
};
use crate::session::{ConnectionId, Doubt, Idle, SessionId};
use crate::smb2::negotiate::is_samba;

/// Connections of one client that one VcNumber of 0 drops.
const CIRCUITS: usize = 256;

impl Ledger {
    pub(super) fn session_mut(&mut self, connection: ConnectionId, id: SessionId) -> Option<&mut Session> {
        let row = self.index.sessions.get(&(connection, id))?;
        self.sessions.get_mut(row)
    }

    pub(super) fn new_session(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
    ) -> Option<SessionRowId> {
        let row = self.new_session_row(at, connection, id)?;
        self.index.sessions.insert((connection, id), row);
        if let (SessionId::Smb2(_), Some(ends)) = (id, self.connections.get(&connection)) {
            self.index.by_server.extend(ServerKey::of(ends).map(|server| ((server, id), row)));
        }
        self.supersede_denied(at, connection);
        Some(row)
    }

    /// A row of the table of sessions, which nothing leads to yet.
    pub(super) fn new_session_row(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
    ) -> Option<SessionRowId> {
        if self.index.sessions.len() >= self.limits.open_sessions {
            self.evicted(OPEN_SESSIONS);
            return None;
        }
        let server_row = self.server_of(connection);
        let ends = self.connections.get(&connection)?;
        let (client, server) = (ends.client, ends.server);
        let row = SessionRowId(self.next_row());
        self.sessions.insert(
            row,
            Session {
                row,
                id,
                server_row,
                server,
                client,
                connections: vec![connection],
                identity: crate::auth::identify(None, false, false),
                identities_before: Vec::new(),
                reauthenticated_after: None,
                opened: None,
                used: Use::since(at),
                pids: BTreeSet::new(),
                encrypted: None,
                signed: None,
                denied: None,
                unanswered: false,
                idle: Idle { bare_since: Some(at), ..Idle::default() },
                longest_wait: None,
                in_doubt: None,
                waiting: Vec::new(),
                rap_calls: std::collections::BTreeMap::new(),
                trees: BTreeSet::new(),
                handles_run_down: 0,
                handles_end_unknown: 0,
                claim: None,
                closed: None,
            },
        );
        if let Some(ends) = self.connections.get_mut(&connection) {
            ends.sessions.insert(row);
        }
        Some(row)
    }

    pub(super) fn session_first_seen(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
    ) -> Option<SessionRowId> {
        if let Some(row) = self.index.sessions.get(&(connection, id)) {
            return Some(*row);
        }
        // A session known from another connection of the same client: a channel whose binding was not seen.
        if let Some(row) = self.join_channel(connection, id, false) {
            return Some(row);
        }
        let row = self.new_session(at, connection, id)?;
        self.claim_slot(at, row);
        Some(row)
    }

    /// Adds a connection to an SMB2 session of the same server: if it was not `bound` to it by credentials, to that of
    /// the same client only.
    pub(super) fn join_channel(
        &mut self,
        connection: ConnectionId,
        id: SessionId,
        bound: bool,
    ) -> Option<SessionRowId> {
        let row = self.session_of_server(connection, id)?;
        let ends = self.connections.get_mut(&connection)?;
        let session = self.sessions.get_mut(&row)?;
        if session.closed.is_some() || !(bound || session.client.host() == ends.client.host()) {
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
    pub(super) fn session_of_server(&self, connection: ConnectionId, id: SessionId) -> Option<SessionRowId> {
        let ends = self.connections.get(&connection)?;
        let row = ServerKey::of(ends).find_map(|server| self.index.by_server.get(&(server, id)).copied())?;
        let there = self.connections.get(self.sessions.get(&row)?.connections.first()?);
        there.is_none_or(|there| may_be_same_server(ends, there)).then_some(row)
    }

    pub(super) fn session_set_up(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
        identity: Identity,
        answer_seen: bool,
    ) {
        // An id that is set up anew although its session was not seen to end: that session is gone.
        if let Some(old) = self.index.sessions.get(&(connection, id)).copied() {
            self.close_session(old, Closing { at, by: SessionEnd::Reconnected });
        }
        let known = self.index.sessions.get(&(connection, id)).copied();
        let Some(row) = known.or_else(|| self.new_session(at, connection, id)) else { return };
        if let Some(session) = self.sessions.get_mut(&row) {
            session.identity = identity;
            session.opened = answer_seen.then_some(at);
            session.used.touch(at, answer_seen.then_some(at));
        }
        self.claim_slot(at, row);
    }

    /// Ends the session that a new one names as its predecessor, if it is the same user's (\[MS-SMB2\] 3.3.5.5.3).
    /// To Samba nobody is the same as nobody, and a guest not the same as another. Where nobody can say who one of the two
    /// is, nobody can say whether the predecessor ends.
    pub(super) fn replace_session(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        previous: SessionId,
        identity: &Identity,
    ) {
        let Some(row) = self.session_of_server(connection, previous) else { return };
        let guid = self.connections.get(&connection).and_then(|ends| ends.server_guid);
        let counts = identity.who == Who::User || !guid.is_some_and(|guid| is_samba(&guid));
        let Some(session) = self.sessions.get_mut(&row) else { return };
        match is_same_user(&session.identity, identity) {
            Some(true) if counts => {
                self.close_session(row, Closing { at, by: SessionEnd::Reconnected });
            }
            None => doubt(&mut session.in_doubt, at, Doubt::RequestMissing),
            _ => {}
        }
    }

    /// The client says that this is its first connection, so the server drops its others (\[MS-CIFS\] 2.2.4.53.1,
    /// VcNumber). Windows does, as far as it does not answer on them later; of other servers only the end of those
    /// connections tells.
    pub(super) fn drop_other_circuits(&mut self, at: Origin, connection: ConnectionId) {
        let Some(here) = self.connections.get(&connection) else { return };
        // Samba calls itself Windows too.
        let of_samba = here.server_lan_manager.as_deref().is_some_and(|name| name.starts_with("Samba"));
        let obeys = !of_samba && here.server_os.as_deref().is_some_and(|os| os.starts_with("Windows"));
        let others = self.index.between.get(&(here.client.host(), here.server.host()));
        let others: Vec<ConnectionId> =
            others.into_iter().flatten().copied().filter(|id| *id != connection).take(CIRCUITS).collect();
        for id in others {
            let Some(other) = self.connections.get_mut(&id) else { continue };
            other.vc_zero = Some(at);
            let sessions: Vec<SessionRowId> = other.sessions.iter().copied().collect();
            for row in sessions.into_iter().filter(|_| obeys) {
                if matches!(self.sessions.get(&row).map(|session| session.id), Some(SessionId::Uid(_))) {
                    self.dropped.insert(id);
                    self.close_session(row, Closing { at, by: SessionEnd::VcZero });
                }
            }
        }
    }
}

impl Session {
    /// One of its connections tells for how long it was not used there.
    pub(super) fn was_idle(&mut self, idle: &Idle) {
        let alone = self.connections.len() == 1;
        self.idle.merge_spans(idle);
        if alone || idle.holding_since.is_some() {
            self.idle.holding_since = idle.holding_since;
            self.idle.holding_unseen_since = idle.holding_unseen_since;
            self.idle.bare_since = idle.bare_since;
        }
        if alone || idle.unsure_since.is_some() {
            self.idle.unsure_since = idle.unsure_since;
        }
    }

    /// One of its calls or requests has waited.
    pub(super) fn waited(&mut self, waited: Waited) {
        if self.longest_wait.as_ref().is_none_or(|longest| longest.seconds() < waited.seconds()) {
            self.longest_wait = Some(waited);
        }
    }
}

/// False if the servers of two connections tell different GUIDs.
fn may_be_same_server(here: &Connection, there: &Connection) -> bool {
    !matches!((here.server_guid, there.server_guid), (Some(here), Some(there)) if here != there)
}

/// Whether two identities are of the same user; `None` if nobody can say.
fn is_same_user(one: &Identity, other: &Identity) -> Option<bool> {
    let account = |identity: &Identity| identity.account.as_deref().map(str::to_lowercase);
    let (account, other_account) = (account(one), account(other));
    match (one.who, other.who) {
        // Whoever names an account is not nobody, and not another.
        (Who::Unknown, Who::Null) if account.is_some() => Some(false),
        (Who::Null, Who::Unknown) if other_account.is_some() => Some(false),
        (Who::Unknown, _) | (_, Who::Unknown) => {
            let differ = account.is_some() && other_account.is_some() && account != other_account;
            differ.then_some(false)
        }
        _ => Some(one.who == other.who && account == other_account),
    }
}
