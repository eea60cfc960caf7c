//! Who held a server's slots when it turned somebody away.

use core::fmt;
use std::collections::BTreeMap;

use super::{Ledger, Refusal, Session, SessionRow, Verdict};
use crate::auth::Who;
use crate::capture::Origin;

/// The sessions that were open at a refusal, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Holders {
    /// Null sessions that the server granted.
    pub null: u64,
    /// Null sessions that it denied, and whose connection lasted.
    pub denied: u64,
    /// Null sessions with a call that had been sent by then and was never answered.
    pub hung: u64,
    /// Null sessions that held a pipe or a handle by then which was not used any more.
    pub leaked: u64,
    /// Sessions of guests and users.
    pub named: u64,
    /// Sessions of which nobody knows whose they are.
    pub unknown: u64,
}

/// `3 null sessions (1 hung, 2 leaked) and 1 session of users or guests`; nothing if nobody is known to have held any.
impl fmt::Display for Holders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = |number: u64| if number == 1 { "" } else { "s" };
        let stuck = match (self.hung, self.leaked) {
            (0, 0) => String::new(),
            (hung, 0) => format!(" ({hung} hung)"),
            (0, leaked) => format!(" ({leaked} leaked)"),
            (hung, leaked) => format!(" ({hung} hung, {leaked} leaked)"),
        };
        let kinds = [
            (self.null, "null session", "", stuck.as_str()),
            (self.denied, "denied null session", "", ""),
            (self.named, "session", " of users or guests", ""),
            (self.unknown, "session", " of unknown identity", ""),
        ];
        let mut left = kinds.iter().filter(|(number, ..)| *number > 0).count();
        for (number, what, whose, stuck) in kinds.iter().filter(|(number, ..)| *number > 0) {
            left = left.saturating_sub(1);
            let next = match left {
                0 => "",
                1 => " and ",
                _ => ", ",
            };
            write!(f, "{number} {what}{}{whose}{stuck}{next}", several(*number))?;
        }
        Ok(())
    }
}

impl Ledger {
    /// Who held the slots at a refusal, as far as the ledger still has their rows. `grace` is in seconds, as for
    /// [`judge`](Self::judge).
    #[must_use]
    pub fn holders(&self, refusal: &Refusal, grace: f64) -> Holders {
        self.holders_at(refusal, &mut |row| Some(self.judge(row, grace)?.verdict))
    }

    /// Who held the slots at each refusal, in the order of [`refusals`](Self::refusals): each session is judged once.
    pub(crate) fn all_holders(&self, grace: f64) -> Vec<Holders> {
        let mut verdicts: BTreeMap<SessionRow, Option<Verdict>> = BTreeMap::new();
        let mut verdict = |row| *verdicts.entry(row).or_insert_with(|| Some(self.judge(row, grace)?.verdict));
        self.refusals().iter().map(|refusal| self.holders_at(refusal, &mut verdict)).collect()
    }

    fn holders_at(
        &self,
        refusal: &Refusal,
        verdict: &mut impl FnMut(SessionRow) -> Option<Verdict>,
    ) -> Holders {
        let mut holders = Holders::default();
        for row in &refusal.held_by {
            let Some(session) = self.sessions.get(row) else { continue };
            let place = match session.identity.who {
                _ if session.denied.is_some() => &mut holders.denied,
                Who::Null => &mut holders.null,
                Who::Guest | Who::User => &mut holders.named,
                Who::Unknown => &mut holders.unknown,
            };
            *place = place.saturating_add(1);
            match self.stuck_by(session, refusal.at, verdict) {
                Some(Verdict::Hung) => holders.hung = holders.hung.saturating_add(1),
                Some(_) => holders.leaked = holders.leaked.saturating_add(1),
                None => {}
            }
        }
        holders
    }

    /// Whether a null session hung or leaked, then or since, and what shows it was there by a moment.
    fn stuck_by(
        &self,
        session: &Session,
        at: Origin,
        verdict: &mut impl FnMut(SessionRow) -> Option<Verdict>,
    ) -> Option<Verdict> {
        if session.identity.who != Who::Null || session.denied.is_some() {
            return None;
        }
        let opens = || self.opens_of(session);
        match verdict(session.row)? {
            Verdict::Hung | Verdict::WasHung => {
                let mut calls = opens().flat_map(|open| open.waiting.values());
                let sent = calls.any(|call| !call.waits_by_design && call.sent <= at)
                    || session.waiting.iter().any(|request| request.sent <= at);
                sent.then_some(Verdict::Hung)
            }
            Verdict::Leaked | Verdict::WasLeaked | Verdict::Abandoned => {
                let lasts = |closed: Option<super::Closing>| closed.is_none_or(|end| at < end.at);
                let pipe = opens().any(|open| open.holds() && open.used.last <= at && lasts(open.closed));
                let handle = || {
                    let mut handles = opens().flat_map(|open| self.handles(open));
                    handles.any(|handle| handle.used.last <= at && lasts(handle.closed))
                };
                (pipe || handle()).then_some(Verdict::Leaked)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_told_by_what_they_were() {
        let holders = Holders { null: 3, hung: 1, leaked: 2, named: 1, ..Holders::default() };
        assert_eq!(
            holders.to_string(),
            "3 null sessions (1 hung, 2 leaked) and 1 session of users or guests"
        );
        assert_eq!(
            Holders { unknown: 2, ..Holders::default() }.to_string(),
            "2 sessions of unknown identity"
        );
        assert_eq!(Holders::default().to_string(), "");
    }
}
