//! What was turned away because a limit is reached, and what was denied to anonymous clients.

use super::losses::REFUSALS;
use super::{Losses, Map, ServerRowId, SessionRowId};
use crate::auth::Identity;
use crate::capture::Origin;
use crate::ledger::present::Present;
use crate::ledger::slots::Slots;
use crate::net::Endpoint;
use crate::session::{ConnectionId, is_ipc};
use crate::wire::{Status, Win32Error};

/// A set-up, tree connect, open of a pipe or NetBIOS session that was turned away because a limit is reached.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The answer.
    pub at: Origin,
    /// The server.
    pub server_row: Option<ServerRowId>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub identity: Option<Identity>,
    /// NetBIOS: the client's name.
    pub calling: Option<String>,
    /// What was turned away.
    pub what: Stage,
    /// Of a tree connect, the share's path; of an open, the pipe's name.
    pub path: Option<String>,
    /// What the server answered.
    pub answer: RefusalAnswer,
    /// The slots in use at that moment, as far as sessions are known that took them.
    pub slots: Slots,
    /// Those sessions, counted.
    pub present: Present,
    /// Those sessions, null ones first; the first few.
    pub held_by: Vec<SessionRowId>,
}

/// The answer of a [`Refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalAnswer {
    /// An SMB status.
    Status(Status),
    /// The reason of a NetBIOS negative session response.
    NetBios(u8),
}

/// The answer with the Win32 error that a program meets: `STATUS_REQUEST_NOT_ACCEPTED (error 71)`.
impl core::fmt::Display for RefusalAnswer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Status(status) => match status.win32() {
                Some(error) => write!(f, "{status} (error {error})"),
                None => core::fmt::Display::fmt(status, f),
            },
            Self::NetBios(reason) => write!(f, "NetBIOS negative response {reason:#04x}"),
        }
    }
}

/// What was turned away or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Stage {
    /// A NetBIOS session.
    #[cfg_attr(feature = "serde", serde(rename = "netbios"))]
    NetBios,
    /// A negotiate.
    Negotiate,
    /// A session setup.
    Session,
    /// A tree connect.
    Tree,
    /// A pipe, or a file.
    Pipe,
    /// A printer or a print server, by a call that opens it.
    Printer,
}

impl Stage {
    /// What it is called: `session setup`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NetBios => "NetBIOS session",
            Self::Negotiate => "negotiate",
            Self::Session => "session setup",
            Self::Tree => "tree connect",
            Self::Pipe => "pipe",
            Self::Printer => "printer",
        }
    }
}

impl Refusal {
    /// The client computer's name, if it told one.
    #[must_use]
    pub fn client_name(&self) -> Option<&str> {
        let workstation = self.identity.as_ref().and_then(|identity| identity.workstation.as_deref());
        let named = workstation.filter(|name| !name.is_empty());
        named.or(self.calling.as_deref()).map(str::trim_end)
    }

    /// True if the server had no slot left. A tree connect that is refused after a good session setup has met the limit
    /// of users of that share alone (\[MS-CIFS\] 3.3.4.1, MaxUses), unless it is that of `IPC$`, which has none: there the
    /// limit is the server's. An open has met the limit of its pipe.
    #[must_use]
    pub fn is_for_slots(&self) -> bool {
        match self.what {
            Stage::Tree => self.path.as_deref().is_some_and(is_ipc),
            Stage::Pipe | Stage::Printer => false,
            Stage::NetBios | Stage::Negotiate | Stage::Session => true,
        }
    }
}

/// An anonymous set-up, tree, pipe or printer that was answered with access denied, or a pipe for which the server had no
/// instance or resources left.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Denial {
    /// The answer.
    pub at: Origin,
    /// The connection, which may hold a slot although the session was denied.
    pub connection: ConnectionId,
    /// The server.
    pub server_row: Option<ServerRowId>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub identity: Option<Identity>,
    /// What was denied.
    pub what: Stage,
    /// The share's path, or the pipe's or printer's name.
    pub name: Option<String>,
    /// The answer.
    pub answer: DenialAnswer,
}

/// The answer of a [`Denial`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenialAnswer {
    /// An SMB status.
    Status(Status),
    /// The return value of a call.
    Win32(Win32Error),
}

impl DenialAnswer {
    /// The number as it stood on the wire.
    #[must_use]
    pub fn as_raw(self) -> u32 {
        match self {
            Self::Status(status) => status.as_raw(),
            Self::Win32(error) => error.0,
        }
    }

    /// True if it says that the server has no room, and not that the client may not.
    #[must_use]
    pub fn is_out_of_resources(self) -> bool {
        matches!(self, Self::Status(status) if status.is_out_of_resources())
    }
}

impl core::fmt::Display for DenialAnswer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Status(status) => core::fmt::Display::fmt(status, f),
            Self::Win32(error) => core::fmt::Display::fmt(error, f),
        }
    }
}

/// A set-up with an account that failed, on a connection from a server to a client that asked it for notifications.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FailedLogon {
    /// The answer.
    pub at: Origin,
    /// The end that was connected to.
    pub server: Endpoint,
    /// The end that connected.
    pub client: Endpoint,
    /// Who asked.
    pub identity: Identity,
    /// The answer's status.
    pub status: Status,
}

/// Refusals, denials and failed logons, each in order; the first few of each.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Refusals {
    refusals: Vec<Refusal>,
    denials: Vec<Denial>,
    /// The places in `denials` of those of a connection.
    denials_of: Map<ConnectionId, Vec<usize>>,
    failed_logons: Vec<FailedLogon>,
}

impl Refusals {
    pub(in crate::ledger) fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    pub(in crate::ledger) fn denials(&self) -> &[Denial] {
        &self.denials
    }

    /// The last denial on one of these connections, if it is not from before a packet.
    pub(in crate::ledger) fn last_denial(
        &self,
        connections: &[ConnectionId],
        since: Origin,
    ) -> Option<&Denial> {
        let places = connections.iter().filter_map(|id| self.denials_of.get(id)).flatten();
        let denials = places.filter_map(|place| Some((place, self.denials.get(*place)?)));
        let last = denials.filter(|(_, denial)| denial.at >= since).max_by_key(|(place, _)| **place);
        last.map(|(_, denial)| denial)
    }

    pub(in crate::ledger) fn failed_logons(&self) -> &[FailedLogon] {
        &self.failed_logons
    }

    /// True if it was kept.
    pub(in crate::ledger) fn refuse(&mut self, refusal: Refusal, most: usize, losses: &mut Losses) -> bool {
        if self.refusals.len() >= most {
            losses.evicted(REFUSALS);
            return false;
        }
        self.refusals.push(refusal);
        true
    }

    pub(in crate::ledger) fn deny(&mut self, denial: Denial, most: usize, losses: &mut Losses) {
        if self.denials.len() >= most {
            return losses.evicted("denials");
        }
        self.denials_of.entry(denial.connection).or_default().push(self.denials.len());
        self.denials.push(denial);
    }

    pub(in crate::ledger) fn fail_logon(&mut self, failed: FailedLogon, most: usize, losses: &mut Losses) {
        if self.failed_logons.len() >= most {
            return losses.evicted("failed logons");
        }
        self.failed_logons.push(failed);
    }
}
