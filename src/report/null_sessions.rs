//! The answer to the main question: every null session, its verdict and why.

use core::time::Duration;

use super::session::SessionReport;
use super::{DenialReport, PrinterShare, RefusalReport, Text, printer_share};
use crate::capture::Info;
use crate::finding::{self, Finding};
use crate::ledger::{self, Ledger, Stuck, UnseenTotal, Verdict, is_beyond};
use crate::session::Counts;
use crate::wire::{Timestamp, options};

/// What the user wants to know.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// For how long a session may stay, a pipe idle and a call wait before that is held against them.
    pub grace: Duration,
    /// The server's limit of slots; guessed if none is given.
    pub limit: Option<u64>,
    /// Sessions of every identity, not of null sessions alone.
    pub all: bool,
}

impl Default for Options {
    /// 90 seconds of grace (KB 328459: temporary null sessions stay 30 to 90 seconds), no limit, null sessions alone.
    fn default() -> Self {
        Self { grace: Duration::from_secs(90), limit: None, all: false }
    }
}

options! {
    Options {
        grace: Duration,
        limit: Option<u64>,
        all: bool,
    }
}

/// A capture that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CaptureReport {
    /// Its path as it was given.
    pub path: String,
    /// Packets read.
    pub packets: u64,
    /// The earliest capture time of a packet.
    pub first: Option<Timestamp>,
    /// The latest capture time of a packet.
    pub last: Option<Timestamp>,
    /// When the capture was stopped, where the file says it (pcapng `isb_endtime`).
    #[cfg_attr(feature = "serde", serde(skip))]
    pub stopped: Option<Timestamp>,
    /// What was wrong with it, a line each.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub warnings: Vec<String>,
}

impl From<&Info> for CaptureReport {
    fn from(info: &Info) -> Self {
        Self {
            path: info.name.clone(),
            packets: info.packets,
            first: info.first,
            last: info.last,
            stopped: info.end,
            warnings: info.warnings.iter().map(|warning| format!("{}: {warning}", info.name)).collect(),
        }
    }
}

/// What was lost, counted.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LossesReport<'a> {
    /// What the ledger knows: gaps, evictions, unreadable messages.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ledger: &'a ledger::Losses,
    /// Packets whose link, IP or TCP header could not be read.
    pub unreadable_packets: u64,
    /// Packets that are older than one before them.
    pub time_went_back: u64,
    /// Connections that were let go because there were too many.
    pub connections_evicted: u64,
}

/// What an answer comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// No null session is stuck, or was, and no client was refused for want of a slot.
    Clear,
    /// None is known to be, but what was not captured or not read may hide one.
    CannotTell,
    /// A null session is stuck, or was, or a server refused a client because its slots were taken.
    Trouble,
}

impl Outcome {
    /// The word for it in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::CannotTell => "cannot_tell",
            Self::Trouble => "trouble",
        }
    }

    /// The exit code of the example `null_sessions`.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Trouble => 1,
            Self::CannotTell => 3,
        }
    }
}

/// Its word and its exit code.
#[cfg(feature = "serde")]
impl serde::Serialize for Outcome {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut outcome = serializer.serialize_struct("Outcome", 2)?;
        outcome.serialize_field("word", self.as_str())?;
        outcome.serialize_field("exit_code", &self.exit_code())?;
        outcome.end()
    }
}

/// Every null session, its verdict and why; who was refused and denied; what to do.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NullSessions<'a> {
    /// What the answer comes to.
    pub(super) outcome: Outcome,
    /// The captures, in the order given. A moment names its capture by its place here, counted from 0.
    pub captures: Vec<CaptureReport>,
    /// The grace.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "grace_seconds", serialize_with = "crate::wire::serialise::whole_seconds")
    )]
    pub grace: Duration,
    /// The end of the captures.
    pub end: Option<Timestamp>,
    /// The null sessions and the possibly null ones, or all; in the order in which they were first seen.
    pub sessions: Vec<SessionReport<'a>>,
    /// Who was turned away because a limit is reached.
    pub refusals: Vec<RefusalReport<'a>>,
    /// What was denied to anonymous clients.
    pub denials: Vec<DenialReport<'a>>,
    /// Who shares printers: whose shares KB 328459 says to remove.
    pub printer_shares: Vec<PrinterShare<'a>>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// What was not read, and whether null sessions may be in it; what may matter first.
    pub unseen: Vec<UnseenTotal>,
    /// What was lost.
    pub losses: LossesReport<'a>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) ledger: &'a Ledger,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) options: Options,
}

impl<'a> NullSessions<'a> {
    /// The state of a ledger at its end; `captures` and `counts` say what it was made from.
    #[must_use]
    pub fn new<'i>(
        ledger: &'a Ledger,
        captures: impl IntoIterator<Item = &'i Info>,
        counts: &Counts,
        options: Options,
    ) -> Self {
        let end = ledger.end();
        let at = end.unwrap_or_default();
        let sessions = ledger
            .sessions()
            .filter_map(|(row, session)| SessionReport::of(ledger, row, session, at, options.grace))
            .filter(|session| options.all || session.is_candidate())
            // A set-up that has no answer tells nothing if it was young.
            .filter(|session| !session.unanswered || session.verdict == Verdict::Unknown);
        let mut report = Self {
            outcome: Outcome::CannotTell,
            captures: captures.into_iter().map(CaptureReport::from).collect(),
            grace: options.grace,
            end,
            sessions: sessions.collect(),
            refusals: RefusalReport::all(ledger, options.grace, options.limit).collect(),
            denials: ledger.denials().iter().map(DenialReport::from).collect(),
            printer_shares: printer_share::of(ledger),
            findings: finding::all(ledger, options.grace),
            unseen: ledger.unseen(options.grace),
            losses: LossesReport {
                ledger: ledger.losses(),
                unreadable_packets: counts.unreadable_packets,
                time_went_back: counts.time_went_back,
                connections_evicted: counts.connections_evicted,
            },
            ledger,
            options,
        };
        report.outcome = report.judge();
        report
    }

    /// What the answer comes to.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    fn judge(&self) -> Outcome {
        let null = self.sessions.iter().filter(|session| session.is_null() || session.null_until.is_some());
        let of_null = null.map(|session| session.stuck);
        let possible = self.sessions.iter().filter(|session| session.possibly_null);
        let possible = possible.map(|session| session.stuck.min(Stuck::Maybe));
        let unseen = self.unseen.iter().any(|unseen| unseen.could_hold_null_sessions);
        // Of sessions that are counted only, it is known for how long they were stuck.
        let (null, possibly) = self.counted_only();
        let counted = if null.is_some() {
            Stuck::Yes
        } else if possibly.is_some() {
            Stuck::Maybe
        } else {
            Stuck::No
        };
        let worst = of_null.chain(possible).max().unwrap_or(Stuck::No).max(counted);
        let refused = self.refusals.iter().any(|refusal| refusal.is_for_slots());
        match worst {
            _ if refused => Outcome::Trouble,
            Stuck::Yes => Outcome::Trouble,
            Stuck::Maybe => Outcome::CannotTell,
            Stuck::No if unseen => Outcome::CannotTell,
            Stuck::No => Outcome::Clear,
        }
    }

    /// True if the advice has Method 2 of KB 328459, which removes the printer shares of clients.
    #[must_use]
    pub fn advises_method_2(&self) -> bool {
        self.findings.iter().any(|finding| finding.advice.contains("Method 2"))
    }

    /// For how long a null session that is counted only was stuck beyond the grace, and one that may have been
    /// null.
    pub(super) fn counted_only(&self) -> (Option<Duration>, Option<Duration>) {
        let over = |stuck: Duration| Some(stuck).filter(|stuck| is_beyond(*stuck, self.grace));
        let losses = self.losses.ledger;
        (over(losses.aggregated_null_stuck), over(losses.aggregated_possibly_null_stuck))
    }

    /// The text for people, with lines of at most `width` characters (80 if it is less).
    #[must_use]
    pub fn text(&self, width: usize) -> Text<'_> {
        Text::of(self, width)
    }
}
