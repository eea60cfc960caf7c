//! The verdict of a session, and why.
//!
//! A verdict rests on what was captured. Where bytes that are missing could have held what would change it, it is
//! [`Verdict::Unknown`], with the verdicts that are possible.

use core::fmt;

use super::{Handle, InDoubt, Open, Use, WaitingCall};
use crate::interface::{ObjectKind, ProcedureId};
use crate::session::{Doubt, OpenKind};

/// What became of a session. The worst is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Verdict {
    /// Still open, and a call has waited for its answer longer than the grace.
    Hung,
    /// Still open, and a pipe or a context handle is held that was not used for longer than the grace.
    Leaked,
    /// Still open past the grace, holding neither.
    Lingering,
    /// The server denied the anonymous set-up, which holds a slot while its connection lasts.
    Denied,
    /// Ended, but a call waited for its answer longer than the grace while it lived.
    WasHung,
    /// Ended, but it held pipes or context handles and used none of them for longer than the grace.
    WasLeaked,
    /// Bytes that are missing or encrypted could have held what would change the verdict.
    Unknown,
    /// Ended, but a handle was run down instead of closed.
    Abandoned,
    /// Still open, too young or too recently used to say.
    Open,
    /// Ended, but it was not used for longer than the grace, holding neither pipe nor handle.
    WasLingering,
    /// Ended, every handle closed by its own call.
    Closed,
}

impl Verdict {
    /// Every verdict, the worst first.
    pub const ALL: [Self; 11] = [
        Self::Hung,
        Self::Leaked,
        Self::Lingering,
        Self::Denied,
        Self::WasHung,
        Self::WasLeaked,
        Self::Unknown,
        Self::Abandoned,
        Self::Open,
        Self::WasLingering,
        Self::Closed,
    ];

    /// The word for it in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hung => "hung",
            Self::Leaked => "leaked",
            Self::Lingering => "lingering",
            Self::Denied => "denied",
            Self::WasHung => "was_hung",
            Self::WasLeaked => "was_leaked",
            Self::Unknown => "unknown",
            Self::Abandoned => "abandoned",
            Self::Open => "open",
            Self::WasLingering => "was_lingering",
            Self::Closed => "closed",
        }
    }

    /// True for those of a session that has ended and lasted beyond the grace unused.
    pub(crate) const fn is_of_long_ended(self) -> bool {
        matches!(self, Self::WasHung | Self::WasLeaked | Self::WasLingering)
    }

    /// True for the verdicts of sessions that are stuck, or were: of a denied one, once it lasts longer than the grace.
    #[must_use]
    pub const fn is_stuck(self) -> bool {
        matches!(
            self,
            Self::Hung | Self::Leaked | Self::Lingering | Self::Denied | Self::WasHung | Self::WasLeaked
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a session is stuck, or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stuck {
    /// It is not.
    No,
    /// What is missing from the capture hides whether it is.
    Maybe,
    /// It is, or was.
    Yes,
}

/// A verdict and the reason for it in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Of [`Verdict::Unknown`], the verdicts that are possible, the worst first.
    pub possible: Vec<Verdict>,
    /// Whether it is stuck, or was. A session that is open counts if it was stuck before.
    pub stuck: Stuck,
    /// Why, as one sentence without its full stop.
    pub why: String,
}

impl Judgement {
    pub(super) fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        let stuck = if verdict.is_stuck() { Stuck::Yes } else { Stuck::No };
        Self { verdict, possible: Vec::new(), stuck, why: why.into() }
    }

    /// Unknown, if more than one verdict is possible.
    pub(super) fn one_of(possible: impl IntoIterator<Item = Verdict>, why: impl Into<String>) -> Self {
        let mut possible: Vec<Verdict> = possible.into_iter().collect();
        possible.sort_unstable();
        possible.dedup();
        if let [only] = possible.as_slice() {
            return Self::new(*only, why);
        }
        let stuck = match possible.iter().filter(|verdict| verdict.is_stuck()).count() {
            0 => Stuck::No,
            number if number == possible.len() => Stuck::Yes,
            _ => Stuck::Maybe,
        };
        Self { verdict: Verdict::Unknown, possible, stuck, why: why.into() }
    }

    /// The verdicts that what was captured allows.
    pub(super) fn allowed(&self) -> Vec<Verdict> {
        if self.possible.is_empty() { vec![self.verdict] } else { self.possible.clone() }
    }
}

/// The latest of `doubts` that concerns something used as `used` says: it arose after the thing was there, and no
/// request for the thing succeeded since. It begins with the first one that does.
pub(super) fn doubted(used: &Use, doubts: &[Option<InDoubt>]) -> Option<InDoubt> {
    let known = used.succeeded.map_or(used.first, |succeeded| succeeded.max(used.first));
    let standing = || {
        doubts.iter().flatten().filter(|doubt| {
            doubt.at >= used.first && used.succeeded.is_none_or(|succeeded| succeeded < doubt.at)
        })
    };
    // Of doubts that came one after another the first and the last are known.
    let since =
        standing().map(|doubt| if doubt.since < doubt.at { doubt.since.max(known) } else { doubt.at });
    let latest = standing().max_by_key(|doubt| doubt.at)?;
    Some(InDoubt { since: since.min()?, ..*latest })
}

impl fmt::Display for InDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frame = self.at.frame;
        match self.why {
            Doubt::RequestMissing => write!(f, "requests are missing from the capture at frame {frame}"),
            Doubt::AnswerMissing => {
                write!(f, "the answer to the request of frame {frame} that ends it is missing")
            }
            Doubt::EndedOneOfSeveral => {
                write!(f, "frame {frame} ends one of several, and the request that names it is missing")
            }
            Doubt::OneDirection => write!(f, "the capture has one direction of its connection alone"),
            Doubt::Evicted => {
                write!(f, "what was known of it was dropped at frame {frame} because a table was full")
            }
            Doubt::NotCaptured => {
                write!(
                    f,
                    "nothing was captured for a while before frame {frame}, where another capture begins"
                )
            }
        }
    }
}
impl Open {
    /// True if RPC was seen on it.
    #[must_use]
    pub fn is_rpc(&self) -> bool {
        !self.interfaces.is_empty() || !self.calls.is_empty() || !self.handles.is_empty()
    }

    /// Its name, unless that has neither a letter nor a digit: such a name was read amiss.
    #[must_use]
    pub fn readable_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| name.chars().any(char::is_alphanumeric))
    }

    /// The interface that is spoken on it, by its bind or else by its calls.
    #[must_use]
    pub fn interface(&self) -> Option<&'static str> {
        let called = || self.calls.keys().find_map(ProcedureId::interface_name);
        self.interfaces.iter().find_map(|bound| bound.name).or_else(called)
    }

    /// True if it is a pipe: holding it is what a leak is made of.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.what == OpenKind::Pipe || self.is_rpc()
    }
}

impl Handle {
    /// True for the channel back to a client by which a print server tells it of changes.
    #[must_use]
    pub fn is_back_channel(&self) -> bool {
        self.stands_for == Some(ObjectKind::BackChannel)
    }

    /// What it is called: `printer handle`, `policy handle`.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        self.stands_for.map_or("context handle", ObjectKind::handle)
    }

    /// What it is called where it is plain that printing is meant: `handle`, `channel`, but `policy handle`.
    #[must_use]
    pub fn short_noun(&self) -> &'static str {
        match self.stands_for {
            None | Some(ObjectKind::Printer | ObjectKind::AddedPrinter) => "handle",
            Some(ObjectKind::BackChannel) => "channel",
            Some(other) => other.handle(),
        }
    }
}

impl WaitingCall {
    /// True if it opens a printer or a print server.
    #[must_use]
    pub fn opens_printer(&self) -> bool {
        self.procedure.grants() == Some(ObjectKind::Printer)
    }

    /// The procedure's name, or its number on its interface.
    #[must_use]
    pub fn name(&self) -> String {
        self.procedure.to_string()
    }
}
