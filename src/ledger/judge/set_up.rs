//! Set-ups that the server denied, and those that have no answer.

use core::time::Duration;

use crate::capture::Origin;
use crate::ledger::{Closing, Judgement, Ledger, Session, SessionEnd, Stuck, Verdict};
use crate::wire::Status;

impl Ledger {
    pub(super) fn judge_denied(
        &self,
        session: &Session,
        closed: Option<Closing<SessionEnd>>,
        status: Status,
        grace: Duration,
    ) -> Judgement {
        let (first, until) = (session.used.first, self.until(session));
        let denied = format!("the server denied the session setup with {status} in frame {}", first.frame);
        let lives_on = closed.and_then(|closing| self.lives_on(session, closing, grace));
        let why = match closed {
            None => format!("{denied}, and the connection stays"),
            Some(closing) if closing.is_superseded() => {
                format!("{denied}, and granted another one in frame {}", closing.at.frame)
            }
            Some(closing) => match lives_on {
                Some(later) => format!(
                    "{denied}, and a session setup with VcNumber 0 ends it in frame {}, but its connection lives on \
                     in frame {}",
                    closing.at.frame, later.frame
                ),
                None => format!("{denied}, and the connection ended in frame {}", closing.at.frame),
            },
        };
        // It may have ended in a pause between two captures.
        let paused =
            || self.paused(session, grace).is_some_and(|doubt| !self.is_long(first, doubt.since, grace));
        let stuck = match closed {
            Some(closing) if closing.is_superseded() => Stuck::No,
            None if paused() => Stuck::Maybe,
            _ if session.in_doubt.is_some() && self.was_beside_another(session) => Stuck::No,
            _ if self.is_long(first, until, grace) && session.in_doubt.is_some() => Stuck::Maybe,
            _ if self.is_long(first, until, grace) => self.denied_for_long(session, until, grace),
            _ if lives_on.is_some() => Stuck::Maybe,
            _ => Stuck::No,
        };
        Judgement { verdict: Verdict::Denied, possible: Vec::new(), stuck, why }
    }

    /// Whether a denied set-up that lasted longer than the grace was stuck for certain: where bytes are missing, another
    /// one may have been granted.
    fn denied_for_long(&self, session: &Session, until: Origin, grace: Duration) -> Stuck {
        let (first, last) = (session.used.first, session.used.last);
        let connections = self.connections_of(session);
        let gaps =
            || connections.clone().flat_map(|connection| &connection.gaps).filter(|gap| gap.to > first);
        let Some(before) = gaps().map(|gap| gap.from).min() else { return Stuck::Yes };
        let denied_again = gaps().all(|gap| gap.to <= last);
        let long = self.is_long(first, before, grace) || (denied_again && self.is_long(last, until, grace));
        if long { Stuck::Yes } else { Stuck::Maybe }
    }

    /// True if a session that was on the connection of a denied one before is seen there behind it: what was denied beside
    /// it takes no slot.
    fn was_beside_another(&self, denied: &Session) -> bool {
        let connections = self.connections_of(denied);
        let mut others = connections.flat_map(|ends| self.sessions.of(&ends.sessions));
        let first = denied.used.first;
        others.any(|other| {
            let closed = other.closed.is_some_and(|end| end.by == SessionEnd::OwnClose && end.at > first);
            other.used.first < first && (closed || other.used.succeeded > Some(first))
        })
    }

    pub(super) fn judge_unanswered(
        &self,
        session: &Session,
        closed: Option<Closing<SessionEnd>>,
        grace: Duration,
    ) -> Judgement {
        let first = session.used.first;
        let why = format!("the session setup of frame {} has no answer in the capture", first.frame);
        if !self.is_long(first, self.until(session), grace) {
            return Judgement::new(if closed.is_some() { Verdict::Closed } else { Verdict::Open }, why);
        }
        let granted = if closed.is_some() { Verdict::WasLingering } else { Verdict::Lingering };
        Judgement::one_of([Verdict::Denied, granted, Verdict::Closed], why)
    }
}
