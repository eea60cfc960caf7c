//! What servers turned away and denied.

use core::fmt;
use std::collections::BTreeMap;

use super::session::Who;
use crate::capture::Origin;
use crate::ledger::{self, Holders, Ledger, RefusalAnswer, ServerRow, SessionRow, Stage};
use crate::net::Endpoint;
use crate::wire::Status;

use super::{Limit, Moment, SlotsNow};

/// A set-up, tree connect or NetBIOS session that was turned away because a limit is reached.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Refusal<'a> {
    /// The answer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// The same as the ledger has it.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) origin: Origin,
    /// The server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub server_row: Option<ServerRow>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub who: Option<Who<'a>>,
    /// The client computer's name, if it told one.
    pub client_name: Option<&'a str>,
    /// What was turned away.
    pub what: Stage,
    /// Of a tree connect, the share's path.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub path: Option<&'a str>,
    /// The status as it stood in the header, in hex.
    pub status: String,
    /// Its name.
    pub status_name: String,
    /// The Win32 error that a program on the client meets.
    pub win32: Option<u32>,
    /// Slots in use at that moment.
    pub slots_in_use: SlotsInUse,
    /// How many the server has, if that is known or can be guessed.
    pub limit: Option<Limit>,
    /// Who held them; the first few.
    #[cfg_attr(feature = "serde", serde(serialize_with = "super::session::ids"))]
    pub held_by: Vec<SessionRow>,
    /// What they were.
    pub holders: Holders,
}

/// Slots in use when somebody was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SlotsInUse {
    /// At least so many.
    pub low: u64,
    /// At most so many.
    pub high: u64,
    /// Of those, how many null sessions had that the server granted.
    pub null: u64,
    /// Of those, how many null sessions had that the server denied.
    pub denied: u64,
    /// Why more may have been in use than are known.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub why: Option<&'static str>,
    /// The figures of what was captured.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) known: ledger::Slots,
    /// True if others took slots that are not known.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) unseen: bool,
}

impl SlotsInUse {
    /// The slots in use at a refusal. A server that turns somebody away for want of a slot is full.
    fn of(refusal: &ledger::Refusal, limit: Option<&Limit>) -> Self {
        let known = refusal.slots;
        let ledger::Slots { low, high } = known;
        let full = limit.map(|limit| limit.slots).filter(|slots| refusal.is_for_slots() && *slots > high);
        let unseen = refusal.is_for_slots() && limit.is_none_or(|limit| limit.slots > high);
        let why = if full.is_some() {
            Some("the server was full, and who took the other slots was not captured")
        } else if unseen {
            Some("the server was full, and how many slots it has is not known")
        } else {
            known.why()
        };
        let high = full.unwrap_or(high);
        Self { low, high, null: refusal.null, denied: refusal.denied, why, known, unseen }
    }

    /// How many null sessions had, granted or denied.
    pub(super) const fn of_null_sessions(self) -> u64 {
        self.null.saturating_add(self.denied)
    }
}

/// `3`, `3 to 5`, `at least 3`, or `unknown` where nothing is known.
impl fmt::Display for SlotsInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let high = (!self.unseen).then_some(self.known.high);
        SlotsNow { low: self.known.low, high, why: self.why.filter(|_| self.unseen) }.fmt(f)
    }
}

impl<'a> Refusal<'a> {
    /// True if the server had no slot left; false if a share has a limit of its own.
    #[must_use]
    pub fn is_for_slots(&self) -> bool {
        self.what.is_for_slots()
    }

    /// The refusals of a ledger: verdicts are given with this grace; `limit` is that of every server, if the user knows it.
    pub(super) fn all(
        ledger: &'a Ledger,
        grace: f64,
        limit: Option<u64>,
    ) -> impl Iterator<Item = Self> + use<'a> {
        let holders = ledger.all_holders(grace);
        let limits: BTreeMap<ServerRow, Option<Limit>> =
            ledger.servers().map(|server| (server.row, Limit::of(ledger, server, limit))).collect();
        let refusals = ledger.refusals().iter().zip(holders);
        refusals.map(move |(refusal, holders)| {
            let limit = refusal.server_row.and_then(|row| limits.get(&row).cloned().flatten());
            Self::of(refusal, holders, limit)
        })
    }

    fn of(refusal: &'a ledger::Refusal, holders: Holders, limit: Option<Limit>) -> Self {
        let (status, status_name, win32) = match refusal.answer {
            RefusalAnswer::Status(status) => (hex(status), status.to_string(), status.win32()),
            RefusalAnswer::NetBios(reason) => {
                (format!("{reason:#04x}"), format!("NetBIOS negative response {reason:#04x}"), None)
            }
        };
        Self {
            at: refusal.at.into(),
            origin: refusal.at,
            server_row: refusal.server_row,
            server: refusal.server,
            client: refusal.client,
            who: refusal.identity.as_ref().map(Who::of),
            client_name: refusal.client_name(),
            what: refusal.what,
            path: refusal.path.as_deref(),
            status,
            status_name,
            win32,
            slots_in_use: SlotsInUse::of(refusal, limit.as_ref()),
            limit,
            held_by: refusal.held_by.clone(),
            holders,
        }
    }
}

/// An anonymous set-up, tree, pipe or printer that was answered with access denied, or a pipe for which the server had no
/// instance or resources left.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Denial<'a> {
    /// The answer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// The server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub server_row: Option<ServerRow>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub who: Option<Who<'a>>,
    /// What was denied.
    pub what: Stage,
    /// The share's path, or the pipe's or printer's name.
    pub name: Option<&'a str>,
    /// The status as it stood on the wire, in hex.
    pub status: String,
    /// Its name.
    pub status_name: String,
    #[cfg_attr(feature = "serde", serde(skip))]
    answer: ledger::DenialAnswer,
}

impl Denial<'_> {
    /// True if the server had no room; false if the client may not.
    pub(super) fn is_out_of_resources(&self) -> bool {
        self.answer.is_out_of_resources()
    }
}

impl<'a> From<&'a ledger::Denial> for Denial<'a> {
    fn from(denial: &'a ledger::Denial) -> Self {
        Self {
            at: denial.at.into(),
            server_row: denial.server_row,
            server: denial.server,
            client: denial.client,
            who: denial.identity.as_ref().map(Who::of),
            what: denial.what,
            name: denial.name.as_deref(),
            status: format!("{:#010x}", denial.answer.as_raw()),
            status_name: denial.answer.to_string(),
            answer: denial.answer,
        }
    }
}

fn hex(status: Status) -> String {
    format!("{:#010x}", status.as_raw())
}
