//! What was turned away or denied.

use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::verdict::doubted;
use crate::ledger::{
    Closing, Denial, DenialAnswer, FailedLogon, InDoubt, Ledger, Present, Refusal, RefusalAnswer, Session,
    SessionEnd, Slots, Stage,
};
use crate::session::{ConnectionId, SessionId};
use crate::wire::Status;

impl Ledger {
    /// Who has a session.
    pub(super) fn identity_of(&self, connection: ConnectionId, id: SessionId) -> Option<Identity> {
        let row = self.sessions.live(connection, id)?;
        Some(self.sessions.get(&row)?.identity.clone())
    }

    /// Somebody was turned away. Who was there then is worked out when it is asked for.
    pub(super) fn refused(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        what: Stage,
        identity: Option<Identity>,
        path: Option<String>,
        answer: RefusalAnswer,
    ) {
        let server_row = self.server_of(connection);
        let Some(ends) = self.connections.get(&connection) else { return };
        let refusal = Refusal {
            at,
            server_row,
            server: ends.server,
            client: ends.client,
            identity,
            calling: ends.calling.clone(),
            what,
            path,
            answer,
            slots: Slots::default(),
            present: Present::default(),
            held_by: Vec::new(),
        };
        let kept = self.refusals.refuse(refusal, self.limits.refusals, &mut self.losses);
        if let Some(server) = server_row.and_then(|row| self.servers.get_mut(&row)).filter(|_| kept) {
            server.refused.insert(at);
        }
    }

    pub(super) fn denied(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        what: Stage,
        identity: Option<Identity>,
        name: Option<String>,
        answer: DenialAnswer,
    ) {
        let server_row = self.server_of(connection);
        let Some(ends) = self.connections.get(&connection) else { return };
        let (client, server) = (ends.client, ends.server);
        let denial = Denial { at, connection, server_row, server, client, identity, what, name, answer };
        self.refusals.deny(denial, self.limits.refusals, &mut self.losses);
    }

    /// Somebody failed to log on. That is kept where a server may be on its way back to a client that asked to be told of
    /// changes, and not of users who mistype their passwords.
    pub(super) fn logon_failed(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        status: Status,
        identity: Identity,
    ) {
        let Some(ends) = self.connections.get(&connection) else { return };
        let (client, server) = (ends.client, ends.server);
        // The way back: the client that asked is the server now.
        if self.asked.is_registered((server.host(), client.host())) {
            let failed = FailedLogon { at, server, client, identity, status };
            self.refusals.fail_logon(failed, self.limits.refusals, &mut self.losses);
        }
    }

    /// An anonymous set-up was denied. It holds a slot while its connection lasts, once however often it is tried.
    pub(super) fn set_up_denied(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
        status: Status,
        identity: Identity,
    ) {
        let answer = DenialAnswer::Status(status);
        self.denied(at, connection, Stage::Session, Some(identity.clone()), None, answer);
        let known = self.connections.get(&connection).and_then(|ends| ends.denied);
        let beside = self.open_session_beside(connection);
        let row = match known.and_then(|row| self.sessions.get_mut(&row)) {
            Some(again) if again.closed.is_none() => {
                again.used.touch(at, None);
                // Another try may tell more of who it is.
                if again.identity.who == Who::Unknown {
                    again.identity = identity;
                }
                again.row
            }
            // A connection that has another session takes no slot for what was denied beside it.
            _ if matches!(beside, Some(None)) => return,
            _ => {
                let Some(row) = self.new_session_row(at, connection, id) else { return };
                let Some(session) = self.sessions.get_mut(&row) else { return };
                (session.identity, session.denied) = (identity, Some(status));
                session.in_doubt = beside.flatten();
                row
            }
        };
        if let Some(ends) = self.connections.get_mut(&connection) {
            ends.denied = Some(row);
        }
        self.claim_slot(at, row);
    }

    /// Whether a connection has a session that is open, and if so, why nobody can say whether it still is.
    fn open_session_beside(&self, connection: ConnectionId) -> Option<Option<InDoubt>> {
        let ends = self.connections.get(&connection)?;
        let sessions = self.sessions.of(&ends.sessions);
        let open =
            |session: &&Session| session.closed.is_none() && session.denied.is_none() && !session.unanswered;
        let doubts =
            sessions.filter(open).map(|session| doubted(&session.used, &[session.in_doubt, ends.in_doubt]));
        // One of which nothing is in doubt is enough.
        doubts.min_by_key(Option::is_some)
    }

    /// A session is granted on a connection: a set-up that was denied there before counts no more, and one that seemed
    /// to have no answer is this.
    pub(super) fn supersede_denied(&mut self, at: Origin, connection: ConnectionId) {
        let Some(ends) = self.connections.get_mut(&connection) else { return };
        let (denied, unanswered) = (ends.denied.take(), ends.unanswered.take());
        if let Some(row) = denied {
            self.close_session(row, Closing { at, by: SessionEnd::Superseded });
        }
        if let Some(row) = unanswered {
            self.free_slot(at, row);
            self.sessions.remove(row, &self.connections);
            if let Some(ends) = self.connections.get_mut(&connection) {
                ends.sessions.remove(&row);
            }
        }
    }

    /// A set-up has no answer, and no session of its connection was seen since: it may have been granted or denied.
    pub(super) fn set_up_unanswered(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        id: SessionId,
        identity: Identity,
    ) {
        let Some(ends) = self.connections.get(&connection) else { return };
        let there = |session: &Session| session.used.last >= at || session.unanswered;
        if self.sessions.of(&ends.sessions).any(there) {
            return;
        }
        let Some(row) = self.new_session_row(at, connection, id) else { return };
        if let Some(session) = self.sessions.get_mut(&row) {
            (session.identity, session.unanswered) = (identity, true);
        }
        if let Some(ends) = self.connections.get_mut(&connection) {
            ends.unanswered = Some(row);
        }
        self.claim_slot(at, row);
    }
}
