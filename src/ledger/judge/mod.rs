//! Judging sessions: from what the ledger knows of each to its verdict.

mod ended;
mod open;
mod set_up;
mod spans;
mod unsure;
mod words;

use core::time::Duration;

use super::grace::is_beyond;
use super::{Closing, InDoubt, Judgement, Ledger, Session, SessionRowId, Stuck, Verdict};
use crate::capture::Origin;
use crate::session::SessionId;

impl Ledger {
    /// The verdict of a session at the end of what was folded, with a grace. None if the ledger has no such
    /// session.
    ///
    /// It may be asked at any moment, and again later. Before the analyzer has finished, the latest uses are known only
    /// after [`Analyzer::tell_uses`](crate::session::Analyzer::tell_uses), and that time has passed in silence only after
    /// [`extend_to`](Self::extend_to).
    #[must_use]
    pub fn judge(&self, row: SessionRowId, grace: Duration) -> Option<Judgement> {
        let session = self.sessions.get(&row)?;
        let judged = match (session.closed, session.denied) {
            (closed, Some(status)) => self.judge_denied(session, closed, status, grace),
            (closed, None) if session.unanswered => self.judge_unanswered(session, closed, grace),
            (Some(closing), None) => self.judge_ended(session, closing, grace),
            (None, None) => self.judge_open(session, grace),
        };
        let judged = self.judge_by_unsure_pipes(session, judged, grace);
        Some(self.judge_by_unsteady_clock(session, judged, grace))
    }

    /// The end of a session, or that of the captures.
    fn until(&self, session: &Session) -> Origin {
        session.closed.map_or_else(|| self.last(), |closing| closing.at)
    }

    /// What is not stuck for certain may be, if it lasted long only by a clock that was set in between.
    fn judge_by_unsteady_clock(&self, session: &Session, judged: Judgement, grace: Duration) -> Judgement {
        let counts_no_more = session.closed.is_some_and(Closing::is_superseded);
        if judged.stuck == Stuck::Yes || counts_no_more {
            return judged;
        }
        let (first, until) = (session.used.first, self.until(session));
        let hidden = self.longest_is_unsteady(session);
        let Some(step) = self.unsteady(first, until, grace, hidden) else { return judged };
        let way = if step.went_back() { "back" } else { "forward" };
        let why = format!("the clock of the capture went {way} in frame {}", step.at.frame);
        if session.denied.is_some() {
            return Judgement { stuck: Stuck::Maybe, why: format!("{}, but {why}", judged.why), ..judged };
        }
        let worse = match session.closed {
            Some(_) => [Verdict::WasHung, Verdict::WasLeaked],
            None => [Verdict::Hung, Verdict::Leaked],
        };
        Judgement::one_of(worse.into_iter().chain(judged.allowed()), why)
    }

    /// Whether a null session, one that was null, or one that may be null was stuck, as far as the exit code cares.
    pub(super) fn null_and_stuck(&self, session: &Session, grace: Duration) -> Stuck {
        let judged = || self.judge(session.row, grace).map_or(Stuck::No, |judged| judged.stuck);
        match self.stuck_while_null(session, grace) {
            Some((stuck, _)) => stuck,
            None if session.is_null() => judged(),
            None if self.is_possibly_null(session) => judged().min(Stuck::Maybe),
            None => Stuck::No,
        }
    }

    /// True if messages of a session are cut short, or all of what is known of it is.
    fn is_cut(&self, session: &Session) -> bool {
        let mut connections = self.connections_of(session);
        session.id == SessionId::Unnamed || connections.any(|connection| connection.cut)
    }

    /// True if so much time passed between two packets that it counts, for certain.
    fn is_long(&self, from: Origin, to: Origin, grace: Duration) -> bool {
        is_beyond(self.time_between(from, to), grace)
    }

    /// True if no more time than the grace passed since a doubt arose.
    fn is_recent(&self, doubt: &InDoubt, grace: Duration) -> bool {
        !self.is_long(doubt.at, self.last(), grace)
    }
}
