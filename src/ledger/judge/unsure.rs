//! What a session opened, or asked to open, and may have been a pipe.

use core::time::Duration;

use crate::ledger::{Judgement, Ledger, Session, Stuck, Verdict};
use crate::wire::Span;

impl Ledger {
    /// Who is not known to have leaked a pipe may have, if it held for long what may be one.
    pub(super) fn judge_by_unsure_pipes(
        &self,
        session: &Session,
        judged: Judgement,
        grace: Duration,
    ) -> Judgement {
        let worse = [Verdict::Hung, Verdict::Leaked, Verdict::WasHung, Verdict::WasLeaked];
        if worse.contains(&judged.verdict) {
            return judged;
        }
        let (idle, until) = (&session.idle, self.until(session));
        let since = [idle.unsure_since, idle.holding_unseen_since].into_iter().flatten().min();
        let Some(span) = self.long_span([idle.unsure], since, until, grace) else {
            return judged;
        };
        let held = match session.closed {
            Some(_) => Some(Verdict::WasLeaked),
            None => self.long_span([], since, until, grace).map(|_| Verdict::Leaked),
        };
        let lasted = Span::from(self.time_between(span.from, span.to));
        let why = format!(
            "{}, but a pipe that it may have held since frame {} was not seen to be used for {lasted}",
            judged.why, span.from.frame
        );
        let possible = Judgement::one_of(judged.allowed().into_iter().chain(held), why);
        Judgement { stuck: possible.stuck.max(judged.stuck).max(Stuck::Maybe), ..possible }
    }
}
