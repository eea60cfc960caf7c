//! Calls that ask for something worth a word.

use std::collections::BTreeSet;

use super::{HandleRowId, Losses, Map, OpenRowId, SessionRowId};
use crate::capture::Origin;
use crate::net::Host;

/// A call that asks for something worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// The packet that completed the request.
    pub at: Origin,
    /// The session.
    pub session: SessionRowId,
    /// The pipe.
    pub open: OpenRowId,
    /// Its number on the pipe.
    pub(in crate::ledger) call: u32,
    /// The handle that it named.
    pub handle: Option<HandleRowId>,
    /// What it asks for.
    pub what: AskedFor,
    /// When it was answered.
    pub answered: Option<Origin>,
    /// The value that was returned, or the status of the fault.
    pub returned: Option<u32>,
}

/// What an [`Asked`] call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskedFor {
    /// That the server connects to a machine and tells it of changes.
    Notification {
        /// The machine, as a UNC.
        machine: String,
        /// The number by which the channel back names the registration (`dwPrinterLocal`, \[MS-RPRN\] 3.1.4.10.4).
        printer_local: Option<u32>,
    },
    /// That the server loads a driver of which a file lies on another machine.
    DriverFromUnc {
        /// The path.
        path: String,
    },
}

/// Those calls in order, the first few; which of them wait for their answer, and who asked to be told of changes.
#[derive(Debug, Default)]
pub(in crate::ledger) struct AskedCalls {
    rows: Vec<Asked>,
    /// The places in `rows` of the calls that wait for their answer, by their number on the pipe.
    unanswered: Map<(OpenRowId, u32), usize>,
    /// The clients that asked a server to tell them of changes, each with the server: it may come back to them.
    registered: BTreeSet<(Host, Host)>,
}

impl AskedCalls {
    pub(in crate::ledger) fn rows(&self) -> &[Asked] {
        &self.rows
    }

    /// True if a client asked a server to tell it of changes.
    pub(in crate::ledger) fn is_registered(&self, (client, server): (Host, Host)) -> bool {
        self.registered.contains(&(client, server))
    }

    /// A call on a pipe of a session asks for something. False if there are too many for one more to be kept.
    pub(in crate::ledger) fn ask(&mut self, asked: Asked, most: usize, losses: &mut Losses) -> bool {
        if self.rows.len() >= most {
            losses.evicted("calls worth a word");
            return false;
        }
        // A call may ask for several things; the first stands for all.
        if self.rows.last().is_none_or(|last| last.call_id() != asked.call_id()) {
            self.unanswered.insert((asked.open, asked.call), self.rows.len());
        }
        self.rows.push(asked);
        true
    }

    /// A client asked a server to tell it of changes, by a call that is kept.
    pub(in crate::ledger) fn register(&mut self, hosts: Option<(Host, Host)>) {
        self.registered.extend(hosts);
    }

    /// True if no call waits for its answer: nearly always.
    pub(in crate::ledger) fn all_answered(&self) -> bool {
        self.unanswered.is_empty()
    }

    /// A call was answered, by a value or by a fault.
    pub(in crate::ledger) fn answer(
        &mut self,
        at: Origin,
        (open, call): (OpenRowId, u32),
        returned: Option<u32>,
    ) {
        let place = self.unanswered.remove(&(open, call));
        let asked = place.and_then(|place| self.rows.get_mut(place..)).unwrap_or_default();
        let first = asked.first().map(Asked::call_id);
        for asked in asked.iter_mut().take_while(|it| Some(it.call_id()) == first) {
            (asked.answered, asked.returned) = (Some(at), returned);
        }
    }
}

impl Asked {
    /// Which call it is.
    const fn call_id(&self) -> (OpenRowId, u32, Origin) {
        (self.open, self.call, self.at)
    }
}
