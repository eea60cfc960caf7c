//! What a scan gives.

use crate::capture::{CaptureError, Info};
use crate::finding::{self, Finding};
use crate::ledger::{Ledger, Verdict};
use crate::net::Endpoint;
use crate::report::{NetSession, NullSessions, Options, Outcome};
use crate::session::Counts;
use crate::wire::Timestamp;

/// What was read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Read {
    /// The captures.
    pub captures: Vec<Info>,
    /// What was in them.
    pub counts: Counts,
    /// Files that could not be read, or not to their end.
    pub errors: Vec<CaptureError>,
    /// The moment that was asked for, as a time.
    pub at: Option<Timestamp>,
}

impl Read {
    /// Where the captures end.
    #[must_use]
    pub fn captured_to(&self) -> Option<Timestamp> {
        self.captures.iter().flat_map(|capture| [capture.last, capture.end]).max().flatten()
    }
}

/// What was found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// Who held what. Its [`losses`](Ledger::losses) say what could not be followed.
    pub ledger: Ledger,
    /// What was read.
    pub read: Read,
    /// What reports are made with.
    pub options: Options,
}

impl Answer {
    /// The answer to the main question: every null session, its verdict and why.
    #[must_use]
    pub fn report(&self) -> NullSessions<'_> {
        NullSessions::new(&self.ledger, &self.read.captures, &self.read.counts, self.options.clone())
    }

    /// The servers' own tables.
    #[must_use]
    pub fn tables(&self) -> NetSession<'_> {
        let Options { grace, limit, .. } = self.options;
        NetSession::new(&self.ledger, self.read.captured_to(), grace, limit)
    }

    /// What is to be said and done, the worst first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        finding::all(&self.ledger, self.options.grace)
    }

    /// The null sessions alone, in a form that outlives the answer, and what they come to. What may be one is among them.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let options = self.options.clone().all(false);
        let report = NullSessions::new(&self.ledger, &self.read.captures, &self.read.counts, options);
        let outcome = report.outcome();
        let null = report.sessions.into_iter().map(|session| NullSession {
            client: session.client,
            server: session.server,
            verdict: session.verdict,
            is_certain: !session.possibly_null,
            why: session.why,
        });
        Summary { outcome, sessions: null.collect() }
    }
}

/// The null sessions of a capture, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Whether all is clear. No session in the list does not say so: what was not captured or not read may hide one.
    pub outcome: Outcome,
    /// The null sessions, the stuck ones and the others.
    pub sessions: Vec<NullSession>,
}

/// A null session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NullSession {
    /// The client.
    pub client: Endpoint,
    /// The server.
    pub server: Endpoint,
    /// What is to be said of it.
    pub verdict: Verdict,
    /// False if its credentials were not captured whole, so that it may be of somebody after all.
    pub is_certain: bool,
    /// Why the verdict is what it is.
    pub why: String,
}
