//! For how long a session was not used.

use super::capture_clock::SILENT;
use crate::capture::Origin;

/// A span in which something was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct IdleSpan {
    /// The last use before it.
    pub from: Origin,
    /// The use that ended it.
    pub to: Origin,
}

impl IdleSpan {
    /// How long it was, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.to.time.seconds_since(self.from.time)
    }

    const fn nanos(&self) -> i64 {
        self.to.time.as_nanos().saturating_sub(self.from.time.as_nanos())
    }

    /// The longer of the two, the first if they are equally long.
    #[must_use]
    pub const fn longer(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if other.nanos() > one.nanos() => Some(other),
            (Some(one), _) => Some(one),
            (None, other) => other,
        }
    }

    /// False if its length shows that the clock of the capture was set while it lasted.
    const fn is_steady(&self) -> bool {
        0 <= self.nanos() && self.nanos() <= SILENT.as_nanos()
    }
}

/// The longest spans in which a session was not used, and since when it is not used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Idle {
    /// The longest span in which it held pipes and used none of them.
    pub holding: Option<IdleSpan>,
    /// The latest such span in which the clock of the capture was set. It is not compared with others.
    pub holding_unsteady: Option<IdleSpan>,
    /// The longest span in which it held no pipe and was not used.
    pub bare: Option<IdleSpan>,
    /// The longest span in which it held what may be a pipe, and used neither that nor a pipe.
    pub unsure: Option<IdleSpan>,
    /// Since when it holds pipes and uses none of them.
    pub holding_since: Option<Origin>,
    /// Since when it holds pipes and was not seen to use one, if messages missing since then may have.
    pub holding_unseen_since: Option<Origin>,
    /// Since when it holds no pipe and is not used.
    pub bare_since: Option<Origin>,
    /// Since when it holds what may be a pipe, and uses neither that nor a pipe.
    pub unsure_since: Option<Origin>,
}

impl Idle {
    /// It is used, whatever of it is used.
    pub(super) fn used(&mut self, at: Origin) {
        if let Some(from) = &mut self.bare_since {
            let span = IdleSpan { from: *from, to: at };
            if span.is_steady() {
                self.bare = IdleSpan::longer(self.bare, Some(span));
            }
            *from = at.later(*from);
        }
    }

    /// One of its pipes is used.
    pub(super) fn pipe_used(&mut self, at: Origin) {
        if let Some(from) = self.holding_unseen_since.take() {
            let span = IdleSpan { from, to: at };
            if span.is_steady() {
                self.unsure = IdleSpan::longer(self.unsure, Some(span));
            }
        }
        if let Some(from) = &mut self.holding_since {
            let span = IdleSpan { from: *from, to: at };
            if span.is_steady() {
                self.holding = IdleSpan::longer(self.holding, Some(span));
            } else {
                self.holding_unsteady = Some(span);
            }
            *from = at.later(*from);
        }
    }

    /// Messages of the client are missing between two packets, which may have used a pipe: only what lies before and
    /// behind is known not to have.
    pub(super) fn pipe_used_unseen(&mut self, from: Origin, to: Origin) {
        let Some(since) = self.holding_since else { return };
        let unseen = self.holding_unseen_since.unwrap_or(since);
        self.pipe_used(from.later(since));
        self.holding_unseen_since = Some(unseen);
        self.holding_since = Some(to.later(since));
    }

    /// A pipe is used, or what may be one.
    pub(super) fn unsure_used(&mut self, at: Origin) {
        if let Some(from) = &mut self.unsure_since {
            let span = IdleSpan { from: *from, to: at };
            if span.is_steady() {
                self.unsure = IdleSpan::longer(self.unsure, Some(span));
            }
            *from = at.later(*from);
        }
    }

    /// While it seemed to hold nothing, it may have held a pipe.
    pub(super) fn held_unseen(&mut self) {
        self.unsure = IdleSpan::longer(self.unsure, self.bare);
    }

    /// Until it is first seen, it may have held a pipe.
    pub(super) fn may_have_held(&mut self, since: Origin, at: Origin) {
        let span = IdleSpan { from: since, to: at };
        if span.is_steady() {
            self.unsure = IdleSpan::longer(self.unsure, Some(span));
        }
    }

    /// Its first pipe is opened.
    pub(super) fn holds(&mut self, at: Origin) {
        self.used(at);
        (self.bare_since, self.holding_since) = (None, Some(at));
    }

    /// Its last pipe is closed.
    pub(super) fn holds_nothing(&mut self, at: Origin) {
        self.pipe_used(at);
        (self.bare_since, self.holding_since) = (Some(at), None);
    }

    /// Takes the spans of the same session that another one knows.
    pub(crate) fn merge_spans(&mut self, other: &Self) {
        self.holding = IdleSpan::longer(self.holding, other.holding);
        self.bare = IdleSpan::longer(self.bare, other.bare);
        self.unsure = IdleSpan::longer(self.unsure, other.unsure);
        self.holding_unsteady = other.holding_unsteady.or(self.holding_unsteady);
    }
}
