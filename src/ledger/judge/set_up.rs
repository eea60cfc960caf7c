//! Set-ups that the server denied, and those that have no answer.

use crate::ledger::{Closing, Judgement, Ledger, Session, Stuck, Verdict};
use crate::wire::Status;

impl Ledger {
    pub(super) fn judge_denied(
        &self,
        session: &Session,
        closed: Option<Closing>,
        status: Status,
        grace: f64,
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
        let stuck = match closed {
            Some(closing) if closing.is_superseded() => Stuck::No,
            // It may have ended in a pause between two captures.
            None if let Some(doubt) = self.paused(session, grace)
                && !self.is_long(first, doubt.since, grace) =>
            {
                Stuck::Maybe
            }
            _ if self.is_long(first, until, grace) => Stuck::Yes,
            _ if lives_on.is_some() => Stuck::Maybe,
            _ => Stuck::No,
        };
        Judgement { verdict: Verdict::Denied, possible: Vec::new(), stuck, why }
    }

    pub(super) fn judge_unanswered(
        &self,
        session: &Session,
        closed: Option<Closing>,
        grace: f64,
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
