//! Open files, directories, printers and pipes, and the calls on pipes.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{GroupRowId, HandleRowId, InDoubt, Map, OpenRowId, SessionRowId, TreeRowId, Use, lookups};
use crate::capture::Origin;
use crate::interface::ProcedureId;
use crate::ledger::ends::{Closing, OpenEnd};
use crate::session::{ClientMachine, ConnectionId, Doubt, OpenId, OpenKind};
use crate::wire::Win32Error;

/// Printers of a pipe whose refusals are counted.
const REFUSED_PRINTERS: usize = 64;

/// An open file, directory, printer or pipe.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Open {
    /// The id of this row.
    pub row: OpenRowId,
    /// The session that asked for it.
    pub session: SessionRowId,
    /// The tree it lies in.
    pub tree: TreeRowId,
    /// The connection it was asked for on.
    pub connection: ConnectionId,
    /// Its id on the wire.
    pub id: OpenId,
    /// Its name; a pipe's without `\PIPE\`.
    pub name: Option<String>,
    /// What it is.
    pub what: OpenKind,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its use.
    pub used: Use,
    /// Byte ranges that it has locked.
    pub locks: u64,
    /// The interfaces that were bound on it.
    pub interfaces: Vec<BoundInterface>,
    /// The association group of its bind.
    pub group: Option<GroupRowId>,
    /// The handles that were granted or first used on it.
    pub handles: BTreeSet<HandleRowId>,
    /// Of those, the ones that have ended.
    pub(in crate::ledger) handles_ended: BTreeSet<HandleRowId>,
    /// Calls that wait for their answer, by their number on the pipe.
    pub waiting: BTreeMap<u32, WaitingCall>,
    /// How often each call was made.
    pub calls: BTreeMap<ProcedureId, u64>,
    /// Calls that open a handle and whose answer is missing from the capture or sealed, by their number on the pipe.
    pub grants_lost: BTreeMap<u32, WaitingCall>,
    /// The first call on it whose arguments or results are sealed.
    pub sealed: Option<Origin>,
    /// The last call on it that was given up, or that was to open a printer and failed.
    pub failed: Option<Box<FailedCall>>,
    /// The printers that the server would not open, by name without regard to case; the first few.
    pub refused_printers: BTreeMap<String, RefusedPrinter>,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// Its end.
    pub closed: Option<Closing<OpenEnd>>,
}

/// An interface that was bound on a pipe.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BoundInterface {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its version: major and minor.
    pub version: (u16, u16),
    /// Its short name.
    pub name: Option<&'static str>,
    /// The answer that accepted the bind.
    pub bound: Origin,
}

/// A call that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaitingCall {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The name of what the call opens: of a printer or server, a service, a key, an account.
    pub object: Option<String>,
    /// The client as the call describes it.
    pub client: Option<ClientMachine>,
    /// The packet that completed the request.
    pub sent: Origin,
    /// True if the call may wait as long as it likes.
    pub waits_by_design: bool,
    /// True if its answer came, sealed.
    pub sealed: bool,
}

/// A call that came to nothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FailedCall {
    /// The call.
    pub call: WaitingCall,
    /// The packet that shows that it came to nothing.
    pub at: Origin,
    /// How.
    pub how: CallFailure,
}

/// A printer that the server would not open: it answered with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedPrinter {
    /// Its name, as it was first asked for.
    pub name: String,
    /// How often.
    pub times: u64,
    /// The first of these calls.
    pub first: Origin,
    /// The last of them.
    pub last: Origin,
}

/// How a call came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallFailure {
    /// The client gave it up: it cancelled or orphaned it.
    Cancelled,
    /// The server answered with an error.
    Returned(Win32Error),
}

/// What an open's id is unique in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::ledger) enum OpenKey {
    Smb1(ConnectionId, u16),
    Smb2(SessionRowId, u64, u64),
}

/// The opens, which of them are open, and whose they are.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(in crate::ledger) struct Opens {
    rows: Map<OpenRowId, Open>,
    live: Map<OpenKey, OpenRowId>,
    /// What each session opened, by tree.
    by_session: Map<SessionRowId, BTreeSet<(TreeRowId, OpenRowId)>>,
}

lookups!(Opens, OpenRowId => Open);

impl Opens {
    pub(in crate::ledger) fn iter(&self) -> impl Iterator<Item = &Open> {
        self.rows.values()
    }

    /// What a session opened, by tree, in the order in which it was first seen.
    pub(in crate::ledger) fn of_session(&self, session: SessionRowId) -> impl Iterator<Item = &Open> {
        let rows = self.by_session.get(&session).into_iter().flatten();
        rows.filter_map(|(_, row)| self.get(row))
    }

    /// What a session opened in a tree, in the order in which it was first seen.
    pub(in crate::ledger) fn of_session_in(
        &self,
        session: SessionRowId,
        tree: TreeRowId,
    ) -> impl Iterator<Item = &Open> {
        let rows = self.by_session.get(&session);
        let rows = rows.map(|rows| rows.range((tree, OpenRowId(0))..=(tree, OpenRowId(u64::MAX))));
        rows.into_iter().flatten().filter_map(|(_, row)| self.get(row))
    }

    /// What is open by that id.
    pub(in crate::ledger) fn live(&self, key: OpenKey) -> Option<OpenRowId> {
        self.live.get(&key).copied()
    }

    #[cfg(test)]
    pub(in crate::ledger) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(in crate::ledger) fn insert(&mut self, open: Open) {
        if let Some(key) = open.key() {
            self.live.insert(key, open.row);
        }
        self.by_session.entry(open.session).or_default().insert((open.tree, open.row));
        self.rows.insert(open.row, open);
    }

    /// Ends an open. Gives its row, unless it had ended before.
    pub(in crate::ledger) fn close(&mut self, row: OpenRowId, closing: Closing<OpenEnd>) -> Option<&Open> {
        let open = self.rows.get_mut(&row).filter(|open| open.closed.is_none())?;
        open.closed = Some(closing);
        self.live.remove(&open.key()?);
        Some(open)
    }

    /// An open goes on that seemed to have ended so. Gives its row.
    pub(in crate::ledger) fn revive(&mut self, row: OpenRowId, closing: Closing<OpenEnd>) -> Option<&Open> {
        let open = self.rows.get_mut(&row).filter(|open| open.closed == Some(closing))?;
        let key = open.key()?;
        open.closed = None;
        self.live.entry(key).or_insert(row);
        Some(open)
    }

    /// Lets go of an open.
    pub(in crate::ledger) fn remove(&mut self, row: OpenRowId) -> Option<Open> {
        let open = self.rows.remove(&row)?;
        if let Some(rows) = self.by_session.get_mut(&open.session) {
            rows.remove(&(open.tree, row));
            if rows.is_empty() {
                self.by_session.remove(&open.session);
            }
        }
        Some(open)
    }
}

impl Open {
    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    pub(in crate::ledger) fn new(
        at: Origin,
        row: OpenRowId,
        session: SessionRowId,
        tree: TreeRowId,
        connection: ConnectionId,
        id: OpenId,
        name: Option<String>,
        what: OpenKind,
    ) -> Self {
        Self {
            row,
            session,
            tree,
            connection,
            id,
            name,
            what,
            opened: None,
            used: Use::since(at),
            locks: 0,
            interfaces: Vec::new(),
            group: None,
            handles: BTreeSet::new(),
            handles_ended: BTreeSet::new(),
            waiting: BTreeMap::new(),
            calls: BTreeMap::new(),
            grants_lost: BTreeMap::new(),
            sealed: None,
            failed: None,
            refused_printers: BTreeMap::new(),
            in_doubt: None,
            closed: None,
        }
    }

    fn key(&self) -> Option<OpenKey> {
        Some(match self.id {
            OpenId::Fid(fid) => OpenKey::Smb1(self.connection, fid),
            OpenId::Smb2 { persistent, volatile, .. } => OpenKey::Smb2(self.session, persistent, volatile),
            OpenId::Connection => return None,
        })
    }

    /// Its end is answered, so nothing is in doubt if only that answer seemed to be missing.
    pub(in crate::ledger) fn close_answered(&mut self) {
        self.in_doubt.take_if(|doubt| doubt.why == Doubt::AnswerMissing && doubt.since == doubt.at);
    }

    /// An interface was bound on it.
    pub(in crate::ledger) fn bind(&mut self, bound: BoundInterface, most: usize) {
        if self.interfaces.len() < most && !self.interfaces.iter().any(|known| known.uuid == bound.uuid) {
            self.interfaces.push(bound);
        }
    }

    /// A call on it was sent. False if too many wait for their answer for one more to be kept.
    pub(in crate::ledger) fn call(&mut self, number: u32, call: WaitingCall, most: usize) -> bool {
        if self.calls.len() < most || self.calls.contains_key(&call.procedure) {
            let count = self.calls.entry(call.procedure).or_default();
            *count = count.saturating_add(1);
        }
        if self.waiting.len() >= most {
            return false;
        }
        self.waiting.insert(number, call);
        true
    }

    /// The answer to a call is missing from the capture, or sealed. It is kept if it may have granted a handle.
    pub(in crate::ledger) fn answer_lost(&mut self, number: u32, may_grant: bool, sealed: bool, most: usize) {
        if let Some(call) = self.waiting.remove(&number)
            && may_grant
            && self.grants_lost.len() < most
        {
            self.grants_lost.insert(number, WaitingCall { sealed, ..call });
        }
    }

    /// Notes a call on it that ended, if the client gave it up, or if it was to open a printer and failed.
    pub(in crate::ledger) fn note_failure(
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
