//! The verdict of a session: closed, abandoned, hung, leaked, lingering, open or unknown, and why.

use core::fmt;

use super::{By, InDoubt, Ledger, Open, Session, SessionRow, Use, WaitingCall};
use crate::session::{Doubt, OpenKind};
use crate::wire::Timestamp;

/// What became of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Verdict {
    /// Still open, and a call has waited for its answer longer than the grace.
    Hung,
    /// Still open, and a pipe or a context handle is held that was not used for longer than the grace.
    Leaked,
    /// Still open past the grace, holding neither.
    Lingering,
    /// Bytes that are missing or encrypted could have held what would change the verdict.
    Unknown,
    /// Ended, but a handle was run down instead of closed.
    Abandoned,
    /// Still open, too young or too recently used to say.
    Open,
    /// Ended, every handle closed by its own call.
    Closed,
}

impl Verdict {
    /// The word for it in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hung => "hung",
            Self::Leaked => "leaked",
            Self::Lingering => "lingering",
            Self::Unknown => "unknown",
            Self::Abandoned => "abandoned",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A verdict and the reason for it in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, as one sentence without its full stop.
    pub why: String,
}

impl Judgement {
    fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        Self { verdict, why: why.into() }
    }
}

/// The latest of `doubts` that concerns something used as `used` says: it arose after the thing was there, and no
/// request for the thing succeeded since.
pub(super) fn doubted(used: &Use, doubts: &[Option<InDoubt>]) -> Option<InDoubt> {
    let standing = doubts.iter().flatten().filter(|doubt| {
        doubt.at >= used.first && used.succeeded.is_none_or(|succeeded| succeeded < doubt.at)
    });
    standing.max_by_key(|doubt| doubt.at).copied()
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
        }
    }
}

impl Ledger {
    /// The verdict of a session at the end, with a grace in seconds. None if the ledger has no such session.
    #[must_use]
    pub fn judge(&self, row: SessionRow, grace: f64) -> Option<Judgement> {
        let session = self.sessions.get(&row)?;
        let end = self.end.unwrap_or(session.used.last.time);
        Some(match session.closed {
            Some(closing) => self.judge_ended(session, closing.by),
            None => self.judge_open(session, end, grace),
        })
    }

    fn judge_ended(&self, session: &Session, by: By) -> Judgement {
        let run_down = session.handles_run_down;
        let ended = format!("ended by {}", by.as_str());
        if run_down > 0 {
            let handles =
                if run_down == 1 { "a handle was".to_owned() } else { format!("{run_down} handles were") };
            return Judgement::new(
                Verdict::Abandoned,
                format!("{ended}, and {handles} run down instead of closed"),
            );
        }
        if let Some(since) = session.encrypted {
            let why = format!("{ended}, but its messages are encrypted since frame {}", since.frame);
            return Judgement::new(Verdict::Unknown, why);
        }
        if session.handles_end_unknown > 0 {
            let why =
                format!("{ended}, but bytes missing from the capture hide whether its handles were closed");
            return Judgement::new(Verdict::Unknown, why);
        }
        for open in self.opens_of(session) {
            if let Some(call) = open.grants_lost.values().next() {
                let why = format!(
                    "{ended}, but the answer to {} of frame {} is missing or cannot be read",
                    call.name(),
                    call.sent.frame
                );
                return Judgement::new(Verdict::Unknown, why);
            }
            let connection = self.connections.get(&open.connection);
            let doubts = [open.in_doubt, connection.and_then(|connection| connection.in_doubt)];
            let before_end = |doubt: &InDoubt| open.closed.is_some_and(|closing| doubt.at < closing.at);
            if open.is_rpc()
                && let Some(doubt) = doubted(&open.used, &doubts).filter(before_end)
            {
                return Judgement::new(Verdict::Unknown, format!("{ended}, but {doubt}"));
            }
        }
        Judgement::new(Verdict::Closed, ended)
    }

    fn judge_open(&self, session: &Session, end: Timestamp, grace: f64) -> Judgement {
        if let Some(since) = session.encrypted {
            let why = format!("its messages are encrypted since frame {}", since.frame);
            return Judgement::new(Verdict::Unknown, why);
        }
        let connections = || session.connections.iter().filter_map(|id| self.connections.get(id));
        let mut doubts: Vec<Option<InDoubt>> = connections().map(|connection| connection.in_doubt).collect();
        doubts.push(session.in_doubt);
        if let Some(doubt) = doubted(&session.used, &doubts) {
            return Judgement::new(Verdict::Unknown, doubt.to_string());
        }
        if let Some(why) = self.hung(session, end, grace) {
            return Judgement::new(Verdict::Hung, why);
        }
        self.judge_held(session, end, grace)
    }

    /// Why nobody can say whether an open goes on, if so.
    fn open_in_doubt(&self, open: &Open) -> Option<InDoubt> {
        let connection = self.connections.get(&open.connection).and_then(|connection| connection.in_doubt);
        let tree = self.trees.get(&open.tree).and_then(|tree| tree.in_doubt);
        doubted(&open.used, &[open.in_doubt, tree, connection])
    }

    fn hung(&self, session: &Session, end: Timestamp, grace: f64) -> Option<String> {
        let server_seen_since = |connection, sent| {
            self.connections.get(connection).and_then(|c| c.server_last).is_some_and(|last| last >= sent)
        };
        for open in self.opens_of(session).filter(|open| open.closed.is_none() && !open.waiting.is_empty()) {
            if self.open_in_doubt(open).is_some() {
                continue;
            }
            let waited = open.waiting.values().filter(|call| !call.waits_by_design).find(|call| {
                end.seconds_since(call.sent.time) > grace && server_seen_since(&open.connection, call.sent)
            });
            if let Some(call) = waited {
                return Some(format!("{} of frame {} has no answer", call.name(), call.sent.frame));
            }
        }
        let request = session.waiting.iter().find(|request| {
            let seen = session.connections.iter().any(|id| server_seen_since(id, request.sent));
            end.seconds_since(request.sent.time) > grace && seen
        })?;
        let target = request.target.as_deref().map(|target| format!(" of {target}")).unwrap_or_default();
        Some(format!("{}{target} of frame {} has no answer", request.command, request.sent.frame))
    }

    fn judge_held(&self, session: &Session, end: Timestamp, grace: f64) -> Judgement {
        let idle = |used: &Use| end.seconds_since(used.last.time) > grace;
        let mut in_doubt = None;
        let mut holds = false;
        for open in self.opens_of(session).filter(|open| open.closed.is_none() && open.holds()) {
            let connection =
                self.connections.get(&open.connection).and_then(|connection| connection.in_doubt);
            let tree = self.trees.get(&open.tree).and_then(|tree| tree.in_doubt);
            let pipe_doubts = [open.in_doubt, tree, connection];
            let pipe_doubt = doubted(&open.used, &pipe_doubts);
            for handle in self.handles(open).filter(|handle| handle.closed.is_none()) {
                let doubts = [handle.in_doubt, pipe_doubt];
                match doubted(&handle.used, &doubts) {
                    Some(doubt) => in_doubt = Some(doubt),
                    None if idle(&handle.used) => {
                        let object =
                            handle.object.as_deref().map(|name| format!(" on {name}")).unwrap_or_default();
                        let why = format!(
                            "a printer handle{object} is held and not used since frame {}",
                            handle.used.last.frame
                        );
                        return Judgement::new(Verdict::Leaked, why);
                    }
                    None => {}
                }
            }
            match pipe_doubt {
                Some(doubt) => in_doubt = Some(doubt),
                None if idle(&open.used) => {
                    let name = match (&open.name, open.interface()) {
                        (Some(name), _) => format!("pipe {name}"),
                        (None, Some(interface)) => format!("a pipe on which {interface} is spoken"),
                        (None, None) => "a pipe of unknown name".to_owned(),
                    };
                    let why = format!("{name} is held and not used since frame {}", open.used.last.frame);
                    return Judgement::new(Verdict::Leaked, why);
                }
                None => holds = true,
            }
        }
        if let Some(doubt) = in_doubt {
            return Judgement::new(Verdict::Unknown, doubt.to_string());
        }
        if !holds && idle(&session.used) {
            let why = format!("it holds no pipe and was not used since frame {}", session.used.last.frame);
            return Judgement::new(Verdict::Lingering, why);
        }
        Judgement::new(
            Verdict::Open,
            format!("it was used in frame {}, within the grace", session.used.last.frame),
        )
    }
}

impl Open {
    /// True if RPC was seen on it.
    #[must_use]
    pub fn is_rpc(&self) -> bool {
        !self.interfaces.is_empty() || !self.calls.is_empty() || !self.handles.is_empty()
    }

    /// The interface that is spoken on it, by its bind or else by its calls.
    #[must_use]
    pub fn interface(&self) -> Option<&'static str> {
        let called = || self.calls.keys().find_map(|(interface, _)| *interface);
        self.interfaces.iter().find_map(|bound| bound.name).or_else(called)
    }

    /// True if it is a pipe: holding it is what a leak is made of.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.what == OpenKind::Pipe || self.is_rpc()
    }
}

impl WaitingCall {
    /// The procedure's name, or its number on its interface.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.procedure, self.interface) {
            (Some(procedure), _) => procedure.to_owned(),
            (None, Some(interface)) => format!("{interface} opnum {}", self.opnum),
            (None, None) => format!("a call with opnum {}", self.opnum),
        }
    }
}
