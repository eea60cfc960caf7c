//! Events about sessions: set up, joined by channels, replaced.

use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::table::{OPEN_SESSIONS, doubt};
use crate::ledger::{
    Closing, Connection, Ledger, RefusalAnswer, Session, SessionEnd, SessionRowId, Stage, WaitingRequest,
};
use crate::session::{ConnectionId, Doubt, SessionEvent, SessionId};

impl Ledger {
    pub(super) fn fold_session(&mut self, at: Origin, connection: ConnectionId, event: SessionEvent) {
        match event {
            SessionEvent::Negotiated { .. }
            | SessionEvent::ServerNamed { .. }
            | SessionEvent::ServerVersion { .. }
            | SessionEvent::Native { .. } => self.fold_server(at, connection, event),
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
            SessionEvent::Closed { session, by } => {
                if let Some(row) = self.sessions.live(connection, session) {
                    self.close_session(row, Closing { at, by: by.into() });
                }
            }
            SessionEvent::Pid { session, .. }
            | SessionEvent::Reauthenticated { session, .. }
            | SessionEvent::Signed { session }
            | SessionEvent::LastUsed { session, .. }
            | SessionEvent::Waiting { session, .. }
            | SessionEvent::InDoubt { session, .. } => {
                if let Some(row) = self.sessions.live(connection, session) {
                    self.fold_session_use(at, row, event);
                }
            }
        }
    }

    /// A session that goes on is used.
    fn fold_session_use(&mut self, at: Origin, row: SessionRowId, event: SessionEvent) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        match event {
            SessionEvent::Pid { pid, .. } => session.used_by(pid),
            SessionEvent::Reauthenticated { identity, asked, .. } => {
                session.reauthenticate(at, identity, asked);
                self.claim_slot(at, row);
            }
            SessionEvent::Signed { .. } => {
                session.signed.get_or_insert(at);
            }
            SessionEvent::LastUsed { succeeded, idle, .. } => {
                session.used.touch(at, succeeded);
                session.was_idle(&idle);
            }
            SessionEvent::Waiting { command, target, answered: None, .. } => {
                let request = WaitingRequest { command, target, sent: at };
                session.waits_for(request, self.limits.waiting_calls);
            }
            SessionEvent::Waiting { command, target, answered: Some(until), .. } => {
                let waited = self.waited(command.to_owned(), target, at, until);
                if let Some(session) = self.sessions.get_mut(&row) {
                    session.waited(waited);
                }
            }
            SessionEvent::InDoubt { why, .. } => doubt(&mut session.in_doubt, at, why),
            _ => {}
        }
    }

    fn new_session(&mut self, at: Origin, connection: ConnectionId, id: SessionId) -> Option<SessionRowId> {
        let row = self.new_session_row(at, connection, id)?;
        self.sessions.name(row, connection, id, self.connections.get(&connection)?);
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
        if self.sessions.is_full(self.limits.open_sessions) {
            self.losses.evicted(OPEN_SESSIONS);
            return None;
        }
        self.server_of(connection);
        let row = SessionRowId(self.next_row());
        let ends = self.connections.get_mut(&connection)?;
        self.sessions.insert(Session::new(at, row, id, connection, ends));
        ends.sessions.insert(row);
        Some(row)
    }

    pub(super) fn session_first_seen(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
    ) -> Option<SessionRowId> {
        if let Some(row) = self.sessions.live(connection, id) {
            return Some(row);
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
    fn join_channel(&mut self, connection: ConnectionId, id: SessionId, bound: bool) -> Option<SessionRowId> {
        let row = self.session_of_server(connection, id)?;
        let ends = self.connections.get_mut(&connection)?;
        let session = self.sessions.get(&row)?;
        if session.closed.is_some() || !(bound || session.client.host() == ends.client.host()) {
            return None;
        }
        ends.sessions.insert(row);
        self.sessions.join(row, connection);
        Some(row)
    }

    /// The SMB2 session of that id on the server that a connection leads to.
    fn session_of_server(&self, connection: ConnectionId, id: SessionId) -> Option<SessionRowId> {
        let ends = self.connections.get(&connection)?;
        let session = self.sessions.on_server_of(ends, id)?;
        let there = self.connections.get(session.connections.first()?);
        there.is_none_or(|there| may_be_same_server(ends, there)).then_some(session.row)
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
        if let Some(old) = self.sessions.live(connection, id) {
            self.close_session(old, Closing { at, by: SessionEnd::Reconnected });
        }
        let known = self.sessions.live(connection, id);
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
    fn replace_session(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        previous: SessionId,
        identity: &Identity,
    ) {
        let Some(row) = self.session_of_server(connection, previous) else { return };
        let samba = self.connections.get(&connection).is_some_and(|ends| ends.samba_guid);
        let counts = identity.who == Who::User || !samba;
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
    fn drop_other_circuits(&mut self, at: Origin, connection: ConnectionId) {
        let Some(here) = self.connections.get(&connection) else { return };
        // Samba calls itself Windows too.
        let of_samba = here.server_lan_manager.as_deref().is_some_and(|name| name.starts_with("Samba"));
        let obeys = !of_samba && here.server_os.as_deref().is_some_and(|os| os.starts_with("Windows"));
        for id in self.connections.beside(connection) {
            let Some(other) = self.connections.get_mut(&id) else { continue };
            other.vc_zero = Some(at);
            let sessions: Vec<SessionRowId> = other.sessions.iter().copied().collect();
            for row in sessions.into_iter().filter(|_| obeys) {
                if matches!(self.sessions.get(&row).map(|session| session.id), Some(SessionId::Uid(_))) {
                    self.connections.drop_circuit(id);
                    self.close_session(row, Closing { at, by: SessionEnd::VcZero });
                }
            }
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
