//! What was turned away or denied.

use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::unseen::REFUSALS;
use crate::ledger::verdict::doubted;
use crate::ledger::{
    CallFailure, Closing, Denial, DenialAnswer, FailedCall, FailedLogon, InDoubt, Ledger, Open, Present,
    Refusal, RefusalAnswer, RefusedPrinter, Session, SessionEnd, SessionRowId, Slots, Stage, WaitingCall,
};
use crate::session::{ConnectionId, SessionId};
use crate::wire::{Status, Win32Error};

/// Printers of a pipe whose refusals are counted.
const REFUSED_PRINTERS: usize = 64;

impl Ledger {
    /// Who has a session.
    pub(super) fn identity_of(&self, connection: ConnectionId, id: SessionId) -> Option<Identity> {
        let row = self.index.sessions.get(&(connection, id))?;
        Some(self.sessions.get(row)?.identity.clone())
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
        if self.refusals.len() >= self.limits.refusals {
            self.evicted(REFUSALS);
            return;
        }
        let (client, server, calling) = (ends.client, ends.server, ends.calling.clone());
        if let Some(server) = server_row.and_then(|row| self.servers.get_mut(&row)) {
            server.refused.insert(at);
        }
        self.refusals.push(Refusal {
            at,
            server_row,
            server,
            client,
            identity,
            calling,
            what,
            path,
            answer,
            slots: Slots::default(),
            present: Present::default(),
            held_by: Vec::new(),
        });
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
        if self.denials.len() >= self.limits.refusals {
            self.evicted("denials");
            return;
        }
        let (client, server) = (ends.client, ends.server);
        self.denials.push(Denial {
            at,
            connection,
            server_row,
            server,
            client,
            identity,
            what,
            name,
            answer,
        });
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
        if !self.index.registered.contains(&(server.host(), client.host())) {
            return;
        }
        if self.failed_logons.len() >= self.limits.refusals {
            return self.evicted("failed logons");
        }
        self.failed_logons.push(FailedLogon { at, server, client, identity, status });
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
        let sessions = ends.sessions.iter().filter_map(|row| self.sessions.get(row));
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
            self.sessions.remove(&row);
            self.ended_telling.retain(|ended| *ended != row);
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
        let mut sessions = ends.sessions.iter().filter_map(|row| self.sessions.get(row));
        if sessions.any(|session| session.used.last >= at || session.unanswered) {
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

    /// A call was answered or cancelled: how long it waited, and whether it was denied the printer that it opens.
    pub(super) fn call_ended(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        session: SessionRowId,
        call: WaitingCall,
        returned: Option<u32>,
    ) {
        let waited = self.call_waited(&call, at);
        let Some(row) = self.sessions.get_mut(&session) else { return };
        let opens = call.opens_printer();
        if !call.waits_by_design {
            row.waited(waited);
        }
        let error = Win32Error(returned.unwrap_or_default());
        if opens && error == Win32Error::ACCESS_DENIED && row.identity.who == Who::Null {
            let (identity, answer) = (Some(row.identity.clone()), DenialAnswer::Win32(error));
            self.denied(at, connection, Stage::Printer, identity, call.object, answer);
        }
    }
}

impl Open {
    /// Notes a call on it that ended, if the client gave it up, or if it was to open a printer and failed.
    pub(super) fn note_failure(
        &mut self,
        at: Origin,
        call: &WaitingCall,
        returned: Option<u32>,
        cancelled: bool,
    ) {
        let how = match returned {
            _ if cancelled => CallFailure::Cancelled,
            Some(error) if error != 0 && call.opens_printer() => CallFailure::Returned(Win32Error(error)),
            _ => return,
        };
        if let (CallFailure::Returned(_), Some(printer)) = (how, call.object.as_deref()) {
            self.note_refused_printer(call.sent, printer);
        }
        self.failed = Some(Box::new(FailedCall { call: call.clone(), at, how }));
    }

    fn note_refused_printer(&mut self, sent: Origin, printer: &str) {
        let key = printer.to_uppercase();
        if self.refused_printers.len() >= REFUSED_PRINTERS && !self.refused_printers.contains_key(&key) {
            return;
        }
        let new = RefusedPrinter { name: printer.to_owned(), times: 0, first: sent, last: sent };
        let refused = self.refused_printers.entry(key).or_insert(new);
        (refused.times, refused.last) = (refused.times.saturating_add(1), sent);
    }
}
