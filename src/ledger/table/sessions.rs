//! Sessions, and set-ups that hold a slot like one.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Connection, Connections, InDoubt, Map, ServerRowId, SessionRowId, TreeRowId, Use, lookups};
use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::ends::{Closing, SessionEnd};
use crate::ledger::slots::Claim;
use crate::net::{Endpoint, Host};
use crate::session::{ConnectionId, Idle, SessionId};
use crate::wire::Status;

/// Identities before the present one that a session keeps.
const IDENTITIES_BEFORE: usize = 8;
/// Process ids that a session keeps.
const PIDS: usize = 16;

/// An SMB session, or a set-up that the server denied.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// The id of this row.
    pub row: SessionRowId,
    /// Its id on the wire.
    pub id: SessionId,
    /// The server.
    pub server_row: Option<ServerRowId>,
    /// The server's end of its first connection.
    pub server: Endpoint,
    /// The client's end of its first connection.
    pub client: Endpoint,
    /// Its connections, in the order in which they joined.
    pub connections: Vec<ConnectionId>,
    /// Who, by the latest credentials.
    pub identity: Identity,
    /// Who it was before it was reauthenticated, each until when; the last few.
    pub identities_before: Vec<(Origin, Identity)>,
    /// The first packet after which it may have been reauthenticated, where the answer was not seen.
    pub(in crate::ledger) reauthenticated_after: Option<Origin>,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its use. ECHO is none.
    pub used: Use,
    /// The process ids that used it; the first few.
    pub pids: BTreeSet<u32>,
    /// Since when its messages are encrypted.
    pub encrypted: Option<Origin>,
    /// Since when its messages are signed, which takes a user's key: over SMB1 that of any user of the connection.
    pub signed: Option<Origin>,
    /// The status with which its set-up was denied: then it is no session, and holds a slot all the same.
    pub denied: Option<Status>,
    /// Its set-up has no answer, so that it is not known whether it was granted.
    pub unanswered: bool,
    /// For how long it was not used.
    pub idle: Idle,
    /// The longest time that one of its calls or requests waited for its answer, among those that have one or were
    /// cancelled.
    pub longest_wait: Option<Waited>,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// Requests without an answer that are not calls on a pipe, at the end.
    pub waiting: Vec<WaitingRequest>,
    /// How often it made each call of the remote administration protocol, by number.
    pub rap_calls: BTreeMap<u16, u64>,
    /// Its trees, and those of other sessions of the connection in which it opened something (SMB1).
    pub trees: BTreeSet<TreeRowId>,
    /// Of those, the ones that have ended.
    pub(in crate::ledger) trees_ended: BTreeSet<TreeRowId>,
    /// Handles of its pipes that were run down instead of closed.
    pub handles_run_down: u64,
    /// Handles of its pipes that ended, and bytes missing from the capture hide whether by a call of their own.
    pub handles_end_unknown: u64,
    /// What it counts as on the server, while it is open.
    pub(in crate::ledger) claim: Option<Claim>,
    /// Its place among those that may be let go, once it has ended.
    turn: Option<Turn>,
    /// Its end.
    pub closed: Option<Closing<SessionEnd>>,
}

/// A call or a request that waited for its answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Waited {
    /// The procedure or the command.
    pub name: String,
    /// The printer, server, tree or pipe that it opens.
    pub object: Option<String>,
    /// When it was sent.
    pub sent: Origin,
    /// When it was answered or cancelled, or its session ended.
    pub until: Origin,
    /// It is a call that opens a printer or a print server.
    pub opens_printer: bool,
    /// For how long, as far as the clock of the capture can be trusted.
    pub lasted: Duration,
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaitingRequest {
    /// The command.
    pub command: &'static str,
    /// What it is about.
    pub target: Option<String>,
    /// When it was sent.
    pub sent: Origin,
}

/// A server as a connection shows it: it may have several addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ServerKey {
    Guid(Uuid),
    Address(Host),
}

impl ServerKey {
    /// What the server of a connection may be found by, the surest first.
    fn of(connection: &Connection) -> impl Iterator<Item = Self> + use<> {
        let guid = connection.server_guid.map(Self::Guid);
        guid.into_iter().chain([Self::Address(connection.server.host())])
    }
}

/// The place of an ended session among those that may be let go: plain ones, which tell nothing of null sessions or
/// handles, before the others, and each kind in the order of its ends.
type Turn = (bool, u64);

/// The sessions in the order in which they were first seen, which of them are open, and which may be let go first.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(in crate::ledger) struct Sessions {
    rows: BTreeMap<SessionRowId, Session>,
    live: Map<(ConnectionId, SessionId), SessionRowId>,
    /// The latest SMB2 session of a server that has this id.
    by_server: Map<(ServerKey, SessionId), SessionRowId>,
    ended: BTreeMap<Turn, SessionRowId>,
}

lookups!(Sessions, SessionRowId => Session);

impl Sessions {
    pub(in crate::ledger) fn iter(&self) -> impl Iterator<Item = (SessionRowId, &Session)> {
        self.rows.iter().map(|(row, session)| (*row, session))
    }

    /// The sessions of these rows.
    pub(in crate::ledger) fn of<'a>(
        &'a self,
        rows: impl IntoIterator<Item = &'a SessionRowId>,
    ) -> impl Iterator<Item = &'a Session> {
        rows.into_iter().filter_map(|row| self.get(row))
    }

    /// True if as many are open as the ledger keeps.
    pub(in crate::ledger) fn is_full(&self, open_sessions: usize) -> bool {
        self.live.len() >= open_sessions
    }

    /// The open session that has this id on a connection.
    pub(in crate::ledger) fn live(&self, connection: ConnectionId, id: SessionId) -> Option<SessionRowId> {
        self.live.get(&(connection, id)).copied()
    }

    /// The same.
    pub(in crate::ledger) fn live_mut(
        &mut self,
        connection: ConnectionId,
        id: SessionId,
    ) -> Option<&mut Session> {
        self.rows.get_mut(self.live.get(&(connection, id))?)
    }

    /// The latest SMB2 session of that id on the server that a connection leads to.
    pub(in crate::ledger) fn on_server_of(&self, connection: &Connection, id: SessionId) -> Option<&Session> {
        let row = ServerKey::of(connection).find_map(|server| self.by_server.get(&(server, id)))?;
        self.rows.get(row)
    }

    /// A row to which no id leads yet.
    pub(in crate::ledger) fn insert(&mut self, session: Session) {
        self.rows.insert(session.row, session);
    }

    /// The session is found by its id from now on, `ends` being its connection.
    pub(in crate::ledger) fn name(
        &mut self,
        row: SessionRowId,
        connection: ConnectionId,
        id: SessionId,
        ends: &Connection,
    ) {
        self.live.insert((connection, id), row);
        if matches!(id, SessionId::Smb2(_)) {
            self.by_server.extend(ServerKey::of(ends).map(|server| ((server, id), row)));
        }
    }

    /// Adds a connection to a session.
    pub(in crate::ledger) fn join(&mut self, row: SessionRowId, connection: ConnectionId) {
        let Some(session) = self.rows.get_mut(&row) else { return };
        if !session.connections.contains(&connection) {
            session.connections.push(connection);
        }
        self.live.insert((connection, session.id), row);
    }

    /// Ends a session. Gives its row, unless it had ended before. What it holds is still to be ended, and then its end
    /// to be [noted](Self::note_end).
    pub(in crate::ledger) fn close(
        &mut self,
        row: SessionRowId,
        closing: Closing<SessionEnd>,
    ) -> Option<&Session> {
        let session = self.rows.get_mut(&row).filter(|session| session.closed.is_none())?;
        session.closed = Some(closing);
        for connection in &session.connections {
            let key = (*connection, session.id);
            if self.live.get(&key) == Some(&row) {
                self.live.remove(&key);
            }
        }
        Some(session)
    }

    /// A session has ended with all that it held: it may be let go.
    pub(in crate::ledger) fn note_end(&mut self, row: SessionRowId) {
        let Some(session) = self.rows.get_mut(&row) else { return };
        let telling = session.is_telling();
        let last = self.ended.range((telling, 0)..=(telling, u64::MAX)).next_back();
        let turn = (telling, last.map_or(0, |((_, last), _)| last.saturating_add(1)));
        session.turn = Some(turn);
        self.ended.insert(turn, row);
    }

    /// A session goes on although it seemed to have ended. Gives that end.
    pub(in crate::ledger) fn revive(&mut self, row: SessionRowId) -> Option<Closing<SessionEnd>> {
        let session = self.rows.get_mut(&row)?;
        let closing = session.closed.take()?;
        // What waits for its answer is told again when the connection ends again.
        session.waiting.clear();
        if let Some(turn) = session.turn.take() {
            self.ended.remove(&turn);
        }
        // No id leads to the row of a set-up that was denied or has no answer.
        if session.denied.is_none() && !session.unanswered {
            for connection in &session.connections {
                self.live.entry((*connection, session.id)).or_insert(row);
            }
        }
        Some(closing)
    }

    /// The ended session that goes first, if there are more than `most`.
    pub(in crate::ledger) fn beyond(&self, most: usize) -> Option<SessionRowId> {
        if self.ended.len() <= most {
            return None;
        }
        self.ended.first_key_value().map(|(_, row)| *row)
    }

    /// Lets go of a session.
    pub(in crate::ledger) fn remove(
        &mut self,
        row: SessionRowId,
        connections: &Connections,
    ) -> Option<Session> {
        let session = self.rows.remove(&row)?;
        if let Some(turn) = session.turn {
            self.ended.remove(&turn);
        }
        for server in connections.of(&session.connections).flat_map(ServerKey::of) {
            let key = (server, session.id);
            if self.by_server.get(&key) == Some(&row) {
                self.by_server.remove(&key);
            }
        }
        Some(session)
    }
}

impl Session {
    /// A session that is first seen on a connection.
    pub(in crate::ledger) fn new(
        at: Origin,
        row: SessionRowId,
        id: SessionId,
        connection: ConnectionId,
        ends: &Connection,
    ) -> Self {
        Self {
            row,
            id,
            server_row: ends.server_row,
            server: ends.server,
            client: ends.client,
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
            rap_calls: BTreeMap::new(),
            trees: BTreeSet::new(),
            trees_ended: BTreeSet::new(),
            handles_run_down: 0,
            handles_end_unknown: 0,
            claim: None,
            turn: None,
            closed: None,
        }
    }

    /// True if it tells of null sessions or of handles, now that it has ended.
    fn is_telling(&self) -> bool {
        let was_null = self.identities_before.iter().any(|(_, identity)| identity.may_be_null());
        !matches!(self.identity.who, Who::User | Who::Guest) || was_null || self.handles_run_down > 0
    }

    /// A process id used it.
    pub(in crate::ledger) fn used_by(&mut self, pid: u32) {
        if self.pids.len() < PIDS {
            self.pids.insert(pid);
        }
    }

    /// It is somebody else's from a packet on, and may be so since `asked` if the answer was not seen.
    pub(in crate::ledger) fn reauthenticate(
        &mut self,
        at: Origin,
        identity: Identity,
        asked: Option<Origin>,
    ) {
        let before = core::mem::replace(&mut self.identity, identity);
        // Each leg may be told of that is missing.
        let same = asked.is_some() && before == self.identity;
        if !same && self.identities_before.len() < IDENTITIES_BEFORE {
            self.identities_before.push((at, before));
        }
        match asked {
            Some(asked) => {
                let before = self.reauthenticated_after.unwrap_or(asked);
                self.reauthenticated_after = Some(before.min(asked));
            }
            None => self.used.touch(at, Some(at)),
        }
    }

    /// A request of it has no answer.
    pub(in crate::ledger) fn waits_for(&mut self, request: WaitingRequest, most: usize) {
        if self.waiting.len() < most {
            self.waiting.push(request);
        }
    }

    /// It has a pipe.
    pub(in crate::ledger) fn holds_since(&mut self, at: Origin) {
        self.idle.holding_since.get_or_insert(at);
        self.idle.bare_since = None;
    }

    /// One of its connections tells for how long it was not used there.
    pub(in crate::ledger) fn was_idle(&mut self, idle: &Idle) {
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
    pub(in crate::ledger) fn waited(&mut self, waited: Waited) {
        if self.longest_wait.as_ref().is_none_or(|longest| longest.lasted < waited.lasted) {
            self.longest_wait = Some(waited);
        }
    }

    /// The number of its handles that ended in a way, to be changed: that were run down, or of which it is not known.
    pub(in crate::ledger) fn ended_handles(&mut self, doubted: bool) -> &mut u64 {
        if doubted { &mut self.handles_end_unknown } else { &mut self.handles_run_down }
    }
}
