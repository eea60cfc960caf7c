//! Findings, one rule a file, each from the ledger alone.
//!
//! [`RULES`] lists them. [`all`] applies them to a ledger.
//!
//! ```
//! use std::time::Duration;
//!
//! use smbscope::{Ledger, Scan, finding};
//!
//! let mut ledger = Ledger::default();
//! Scan::files(["testdata/hung_openprinterex_smb1.pcap"]).each(&mut ledger)?;
//! let findings = finding::all(&ledger, Duration::from_secs(2));
//! let hung = findings.iter().find(|finding| finding.rule == "hung_open_printer");
//! assert!(hung.is_some_and(|finding| !finding.sessions.is_empty() && !finding.advice.is_empty()));
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod advice;

mod alike;
mod component;
mod edition;
mod names;
mod printing;
mod refused;
mod registration;
mod scene;
#[cfg(test)]
pub(crate) mod testing;
mod words;

use core::fmt;
use core::time::Duration;

use crate::capture::Origin;
use crate::ledger::{Ledger, SessionRowId};
use crate::net::Endpoint;

pub use component::components;
pub use words::{Digits, Plain, Span, count, list};

pub(crate) use edition::{UNLIMITED, has_no_limit, is_server_edition};
pub(crate) use printing::{How, Printing};
pub(crate) use refused::client as refused_client;
pub(crate) use scene::{
    client_machine, client_name, failure, held_handles, held_pipes, how_it_failed, hung_call, unanswered,
};
pub(crate) use words::endpoints;

use advice::{Adviser, Part};
use scene::{Judged, Scene};

/// Something to act on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The server it costs.
    pub server: Endpoint,
    /// The client that causes it: its endpoint if there is one connection, its address if there are several.
    pub client: Option<String>,
    /// The sessions it rests on.
    #[cfg_attr(feature = "serde", serde(serialize_with = "ids"))]
    pub sessions: Vec<SessionRowId>,
    /// The frames that show it.
    #[cfg_attr(feature = "serde", serde(serialize_with = "frames"))]
    pub frames: Vec<Origin>,
    /// What was found, in a sentence or two.
    pub text: String,
    /// What to do about it on the server that is there, a paragraph a line; what is a fact of one kind of server ends in
    /// its source.
    pub advice: String,
    /// True if both conditions of KB 328459 were seen to hold of the client: it uses a printer of the server, and shares
    /// one itself.
    pub both_conditions: bool,
    /// Where the rule comes from.
    pub source: &'static str,
    /// What would show the finding to be wrong.
    pub refuted_by: &'static str,
}

/// How bad a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Severity {
    /// Clients are turned away.
    Critical,
    /// It costs the server slots that do not come back by themselves.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word for it in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// What a rule finds, but for the advice.
type Finder = fn(&Scene<'_>) -> Vec<Finding>;

/// The rules, each a file of that name, with what it fires on. Findings of equal severity are told in this order, a cause
/// before what comes of it.
macro_rules! rules {
    ($($rule:ident: $fires_on:literal,)*) => {
        $(mod $rule;)*

        /// The names of the rules.
        ///
        /// | rule | fires on |
        /// |---|---|
        $(#[doc = concat!("| `", stringify!($rule), "` | ", $fires_on, " |")])*
        pub const RULES: &[&str] = &[$(stringify!($rule)),*];

        const FINDERS: &[(Finder, &[Part])] = &[$(($rule::find, $rule::ADVICE)),*];
    };
}

rules! {
    slots_exhausted: "clients turned away because the server's limit is reached",
    share_limit: "clients turned away from a share whose own limit of users is reached",
    hung_open_printer: "sessions whose call to open a printer has no answer: null sessions, and those of users",
    null_session_leak: "null sessions that hold, or held, a pipe or a context handle unused, or an unanswered call",
    restricted_anonymous: "anonymous clients that were denied, and count all the same",
    many_null_sessions: "several null sessions of one client at the same time",
    lingering_null_session: "null sessions that stay and hold nothing",
    driver_from_unc: "a printer driver with a file on another machine",
    back_channel: "a server that connects back to its client to tell it of changes",
    coerced_connection: "a server that was asked to connect to a third machine, or where no channel was opened",
    spooler_loop: "a client that opens one printer, or the spooler's pipe, over and over",
    own_spooler: "a server that opens its own spooler",
    local_system: "null sessions that come from a service of the client, not from its user",
    several_users: "one client under several users, each of whom takes a slot",
    idle_users: "sessions of users that nobody uses, on a server that turned clients away",
    idle_pipes: "a client that keeps many pipes to the spooler and uses none",
    stale_handle: "calls with a handle that the server has let go",
    transient_null_session: "null sessions that looked for shares or computers and went away: normal",
}

/// Every finding, the worst first. `grace` is in seconds, as for [`Ledger::judge`].
#[must_use]
pub fn all(ledger: &Ledger, grace: Duration) -> Vec<Finding> {
    let scene = Scene::of(ledger, grace);
    let mut adviser = Adviser::of(&scene);
    let found: Vec<(Finding, &[Part])> = FINDERS
        .iter()
        .flat_map(|(find, advice)| find(&scene).into_iter().map(|found| (found, *advice)))
        .collect();
    found.iter().for_each(|(found, advice)| adviser.note(advice, found));
    let advised = found.into_iter().map(|(found, advice)| {
        let advice = adviser.advice(advice, &found);
        Finding { advice, ..found }
    });
    let mut findings: Vec<Finding> = advised.collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The finding's text, safe for a terminal: `warning: …`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.severity.as_str(), self.text, self.source)
    }
}

/// What a rule says about sessions of one client on one server.
struct Rule {
    name: &'static str,
    severity: Severity,
    source: &'static str,
    refuted_by: &'static str,
}

impl Rule {
    /// The finding about a group of sessions, of which there is one at least.
    fn finding(&self, group: &[Judged<'_>], frames: Vec<Origin>, text: String) -> Option<Finding> {
        let first = group.first()?.session;
        let client = match group {
            [one] if one.session.connections.len() <= 1 => first.client.to_string(),
            _ => first.client.host().to_string(),
        };
        Some(Finding {
            rule: self.name,
            severity: self.severity,
            server: first.server,
            client: Some(client),
            sessions: group.iter().map(|judged| judged.row).collect(),
            frames,
            text,
            advice: String::new(),
            both_conditions: false,
            source: self.source,
            refuted_by: self.refuted_by,
        })
    }
}

#[cfg(feature = "serde")]
fn ids<S: serde::Serializer>(rows: &[SessionRowId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| format!("{:#x}", row.as_raw())))
}

#[cfg(feature = "serde")]
fn frames<S: serde::Serializer>(origins: &[Origin], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(serde::Serialize)]
    struct Frame {
        capture: u32,
        frame: u64,
    }
    serializer
        .collect_seq(origins.iter().map(|origin| Frame { capture: origin.capture, frame: origin.frame }))
}
