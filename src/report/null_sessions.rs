//! The answer to the main question: every null session, its verdict and why.

use super::session::Session;
use super::{Denial, PrinterShare, Refusal, Text, printer_share};
use crate::capture::Info;
use crate::finding::{self, Finding};
use crate::ledger::{self, Ledger, Verdict};
use crate::session::Counts;
use crate::wire::Timestamp;

/// What the user wants to know.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Seconds for which a session may stay, a pipe idle and a call wait before that is held against them.
    pub grace: f64,
    /// The server's limit of slots; guessed if none is given.
    pub limit: Option<u64>,
    /// Sessions of every identity, not of null sessions alone.
    pub all: bool,
}

impl Default for Options {
    /// 90 seconds of grace (KB 328459: temporary null sessions stay 30 to 90 seconds), no limit, null sessions alone.
    fn default() -> Self {
        Self { grace: 90.0, limit: None, all: false }
    }
}

/// A capture that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Capture {
    /// Its path as it was given.
    pub path: String,
    /// Packets read.
    pub packets: u64,
    /// The earliest capture time of a packet.
    pub first: Option<Timestamp>,
    /// The latest capture time of a packet.
    pub last: Option<Timestamp>,
    /// What was wrong with it, a line each.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub warnings: Vec<String>,
}

impl From<&Info> for Capture {
    fn from(info: &Info) -> Self {
        Self {
            path: info.name.clone(),
            packets: info.packets,
            first: info.first,
            last: info.last,
            warnings: info.warnings.iter().map(|warning| format!("{}: {warning}", info.name)).collect(),
        }
    }
}

/// What was lost, counted.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Losses<'a> {
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

/// Every null session, its verdict and why; who was refused and denied; what to do.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NullSessions<'a> {
    /// The captures, in the order given. A moment names its capture by its place here, counted from 0.
    pub captures: Vec<Capture>,
    /// The grace in seconds.
    #[cfg_attr(feature = "serde", serde(serialize_with = "seconds"))]
    pub grace_seconds: f64,
    /// The end of the captures.
    pub end: Option<Timestamp>,
    /// The null sessions and the possibly null ones, or all; in the order in which they were first seen.
    pub sessions: Vec<Session<'a>>,
    /// Who was turned away because a limit is reached.
    pub refusals: Vec<Refusal>,
    /// What was denied to anonymous clients.
    pub denials: Vec<Denial>,
    /// Who shares printers: whose shares KB 328459 says to remove.
    pub printer_shares: Vec<PrinterShare<'a>>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// What was lost.
    pub losses: Losses<'a>,
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
            .filter_map(|(row, session)| Session::of(ledger, row, session, at, options.grace))
            .filter(|session| options.all || session.is_candidate());
        let refusals = ledger.refusals().iter();
        Self {
            captures: captures.into_iter().map(Capture::from).collect(),
            grace_seconds: options.grace,
            end,
            sessions: sessions.collect(),
            refusals: refusals.map(|refusal| Refusal::of(ledger, refusal, options.grace)).collect(),
            denials: ledger.denials().iter().map(Denial::from).collect(),
            printer_shares: printer_share::of(ledger),
            findings: finding::all(ledger, options.grace),
            losses: Losses {
                ledger: ledger.losses(),
                unreadable_packets: counts.unreadable_packets,
                time_went_back: counts.time_went_back,
                connections_evicted: counts.connections_evicted,
            },
            ledger,
            options,
        }
    }

    /// True if a null session leaked or hangs.
    #[must_use]
    pub fn any_leaked_or_hung(&self) -> bool {
        let bad = |session: &Session<'_>| matches!(session.verdict, Verdict::Leaked | Verdict::Hung);
        self.sessions.iter().any(|session| session.is_null() && bad(session))
    }

    /// The text for people, with lines of at most `width` characters (80 if it is less).
    #[must_use]
    pub fn text(&self, width: usize) -> Text<'_> {
        Text::of(self, width)
    }
}

/// Whole seconds as an integer, others as they are.
#[cfg(feature = "serde")]
fn seconds<S: serde::Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match seconds.to_string().parse::<u64>() {
        Ok(whole) => serializer.serialize_u64(whole),
        Err(_) => serializer.serialize_f64(*seconds),
    }
}
