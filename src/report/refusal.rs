//! What servers turned away and denied.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;

use super::session::{IdentityReport, SessionReport};
use crate::finding::Digits;
use crate::ledger::{self, Holders, Ledger, RefusalAnswer, ServerRowId, SessionRowId, Stage};
use crate::net::Endpoint;
use crate::wire::Status;

use super::{Limit, Moment};

/// A set-up, tree connect, open of a pipe or NetBIOS session that was turned away because a limit is reached.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RefusalReport<'a> {
    /// The answer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// The server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub server_row: Option<ServerRowId>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub who: Option<IdentityReport<'a>>,
    /// The client computer's name, if it told one.
    pub client_name: Option<&'a str>,
    /// What was turned away.
    pub what: Stage,
    /// Of a tree connect, the share's path; of an open, the pipe's name.
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
    /// Who held them, null sessions first; the first few.
    #[cfg_attr(feature = "serde", serde(serialize_with = "super::session::ids"))]
    pub held_by: Vec<SessionRowId>,
    /// What they were.
    pub holders: Holders,
    #[cfg_attr(feature = "serde", serde(skip))]
    for_slots: bool,
    /// The slots of which it is known for certain what took them.
    #[cfg_attr(feature = "serde", serde(skip))]
    known: u64,
}

/// Slots in use at a moment, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SlotsInUse {
    /// At least so many.
    pub low: u64,
    /// At most so many.
    pub high: u64,
    /// True if even more may have been in use: nobody knows how many slots the server has.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "core::ops::Not::not"))]
    pub open_ended: bool,
    /// Of those, how many null sessions had that the server granted.
    pub null: u64,
    /// Of those, how many null sessions had that the server denied.
    pub denied: u64,
    /// Why the two figures are not the same, or not within the limit.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub why: Option<&'static str>,
}

/// `10`, `3 to 10`, `at least 3`.
impl fmt::Display for SlotsInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |number: u64| Digits(usize::try_from(number).unwrap_or(usize::MAX));
        match self.bound() {
            Some(high) if high == self.low => write!(f, "{}", digits(high)),
            Some(high) => write!(f, "{} to {}", digits(self.low), digits(high)),
            None if self.low == 0 => f.write_str("an unknown number"),
            None => write!(f, "at least {}", digits(self.low)),
        }
    }
}

const NOT_CAPTURED: &str = "the server was full, and who took the other slots was not captured";
const NOT_CAPTURED_BEFORE: &str =
    "the server was full when it refused a client, and who took the other slots was not captured";
const ONE_BY_ONE: &str = "sessions of one user may count one by one";
const BEYOND: &str = "more than the limit";
const UNSURE: &str = "sessions may be of one user or of several, or may have ended";

impl SlotsInUse {
    /// The slots in use at a refusal. A server that turns somebody away for want of a slot is full: all its slots are in
    /// use, if sessions are known that can have taken them.
    fn of(refusal: &ledger::Refusal, limit: Option<&Limit>) -> Self {
        let ledger::Slots { low, high } = refusal.slots;
        let ledger::Present { null, denied, .. } = refusal.present;
        let most = high.max(refusal.present.most());
        let unsure = (low < high).then_some(UNSURE);
        let (low, high, why) = match limit.map(|limit| limit.slots).filter(|_| refusal.is_for_slots()) {
            _ if !refusal.is_for_slots() => (low, high, unsure),
            Some(slots) if slots < low => (low, high, unsure.or(Some(BEYOND))),
            Some(slots) if slots <= high => (slots, slots, None),
            // Were the sessions of one user to count one by one, these could be all.
            Some(slots) if slots <= most => (low, slots, Some(ONE_BY_ONE)),
            Some(slots) => (low, slots, Some(NOT_CAPTURED)),
            None if most > low => return Self::at_least(low, most, (null, denied), ONE_BY_ONE),
            None => return Self::at_least(low, most, (null, denied), NOT_CAPTURED),
        };
        Self { low, high, open_ended: false, null, denied, why }
    }

    /// The slots in use after refusals, of which some were in use by sessions that are not known: these may still be there.
    pub(super) fn after<'r>(
        refusals: impl Iterator<Item = &'r RefusalReport<'r>>,
        known: ledger::Slots,
        limit: Option<&Limit>,
        (null, denied): (u64, u64),
    ) -> Self {
        let ledger::Slots { low, high } = limit.map_or(known, |limit| limit.bound(known));
        let last = refusals.filter(|refusal| refusal.is_for_slots()).last();
        let unknown = last.map(|refusal| {
            let most = refusal.slots_in_use.bound()?;
            Some(most.saturating_sub(refusal.known))
        });
        let seen = last.is_some_and(|refusal| refusal.slots_in_use.why != Some(NOT_CAPTURED));
        let reason = if seen { ONE_BY_ONE } else { NOT_CAPTURED_BEFORE };
        let (high, why) = match unknown {
            Some(None) => return Self::at_least(low, high, (null, denied), reason),
            Some(Some(others)) if others > 0 => {
                let most = high.saturating_add(others);
                let most = limit.map_or(most, |limit| most.min(limit.slots).max(high));
                (most, (low < most).then_some(reason))
            }
            _ => (high, (low < high).then_some(UNSURE)),
        };
        Self { low, high, open_ended: false, null, denied, why }
    }

    /// The slots in use at a server whose limit is not known: the higher figure is the number of sessions that were seen,
    /// or the highest limit of a client edition.
    fn at_least(low: u64, most: u64, (null, denied): (u64, u64), why: &'static str) -> Self {
        Self { low, high: most.max(Limit::HIGHEST), open_ended: true, null, denied, why: Some(why) }
    }

    /// At most so many, if somebody can say.
    pub(super) fn bound(self) -> Option<u64> {
        (!self.open_ended).then_some(self.high)
    }

    /// `10 slots`, `1 slot`, `3 to 10 slots`, `an unknown number of slots`.
    pub(super) fn counted(self, what: &str) -> String {
        match (self.low, self.bound()) {
            (0, None) => format!("{self} of {what}s"),
            (1, None | Some(1)) => format!("{self} {what}"),
            _ => format!("{self} {what}s"),
        }
    }

    /// `the 10 slots`, `the only slot`, `at least 3 slots`.
    pub(super) fn words(self) -> String {
        match (self.low, self.bound()) {
            (1, Some(1)) => "the only slot".to_owned(),
            (_, Some(_)) => format!("the {}", self.counted("slot")),
            (_, None) => self.counted("slot"),
        }
    }

    /// The reason for the range, in brackets behind a space.
    pub(super) fn reason(self) -> String {
        self.why.map(|why| format!(" ({why})")).unwrap_or_default()
    }

    /// How many null sessions had, granted or denied.
    pub(super) const fn of_null_sessions(self) -> u64 {
        self.null.saturating_add(self.denied)
    }
}

impl<'a> RefusalReport<'a> {
    /// True if the server had no slot left; false if a share or a pipe has a limit of its own.
    #[must_use]
    pub fn is_for_slots(&self) -> bool {
        self.for_slots
    }

    /// True if all slots of the server were in use, as far as its limit is known.
    pub(super) fn found_server_full(&self) -> bool {
        self.limit
            .as_ref()
            .is_some_and(|limit| self.slots_in_use.bound().is_some_and(|high| high >= limit.slots))
    }

    /// True for a session that was open on the server then.
    pub(super) fn met(&self, session: &SessionReport<'_>) -> bool {
        let before = |moment: Moment| {
            (moment.time, moment.capture, moment.frame) <= (self.at.time, self.at.capture, self.at.frame)
        };
        before(session.first_seen) && session.closed.as_ref().is_none_or(|closed| !before(closed.at))
    }

    /// The refusals of a ledger: verdicts are given with this grace; `limit` is that of every server, if the user knows it.
    pub(super) fn all(
        ledger: &'a Ledger,
        grace: Duration,
        limit: Option<u64>,
    ) -> impl Iterator<Item = Self> + use<'a> {
        let holders = ledger.all_holders(grace);
        let limits: BTreeMap<ServerRowId, Option<Limit>> =
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
            server_row: refusal.server_row,
            server: refusal.server,
            client: refusal.client,
            who: refusal.identity.as_ref().map(IdentityReport::of),
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
            for_slots: refusal.is_for_slots(),
            known: refusal.slots.low,
        }
    }
}

/// An anonymous set-up, tree, pipe or printer that was answered with access denied, or a pipe for which the server had no
/// instance or resources left.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DenialReport<'a> {
    /// The answer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// The server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub server_row: Option<ServerRowId>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub who: Option<IdentityReport<'a>>,
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

impl DenialReport<'_> {
    /// True if the server had no room; false if the client may not.
    pub(super) fn is_out_of_resources(&self) -> bool {
        self.answer.is_out_of_resources()
    }
}

impl<'a> From<&'a ledger::Denial> for DenialReport<'a> {
    fn from(denial: &'a ledger::Denial) -> Self {
        Self {
            at: denial.at.into(),
            server_row: denial.server_row,
            server: denial.server,
            client: denial.client,
            who: denial.identity.as_ref().map(IdentityReport::of),
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
