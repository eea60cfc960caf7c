//! Who held a server's slots when it turned somebody away.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;

use super::{Ledger, Present, Refusal, ServerRowId, Session, Verdict};
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
    /// Sessions first seen later, whose set-up was not captured: they may have been there.
    pub perhaps: u64,
    /// True if of some null sessions nobody can say any more whether they hung or leaked: their rows were let go.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) at_least: bool,
}

/// What a null session was stuck by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stuck {
    Hung,
    Leaked,
}

/// What happens at a server. Of one packet the ends come first, and refusals last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Ended(Stuck),
    Stuck(Stuck),
    Refused(usize),
}

impl Holders {
    fn of(present: &Present) -> Self {
        Self {
            null: present.null,
            denied: present.denied,
            named: present.named,
            unknown: present.unknown,
            perhaps: present.perhaps,
            at_least: present.departed > 0,
            ..Self::default()
        }
    }
}

/// `3 null sessions (1 hung, 2 leaked) and 1 session of users`; nothing if nobody is known to have held any.
impl fmt::Display for Holders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = |number: u64| if number == 1 { "" } else { "s" };
        let least = if self.at_least { "at least " } else { "" };
        let stuck = match (self.hung, self.leaked) {
            (0, 0) => String::new(),
            (hung, 0) => format!(" ({least}{hung} hung)"),
            (0, leaked) => format!(" ({least}{leaked} leaked)"),
            (hung, leaked) => format!(" ({least}{hung} hung, {leaked} leaked)"),
        };
        let kinds = [
            (self.null, "null session", "", stuck.as_str()),
            (self.denied, "denied null session", "", ""),
            (self.named, "session", " of users", ""),
            (self.unknown, "session", " of unknown identity", ""),
            (self.perhaps, "session", " first seen later", ""),
        ];
        let mut left = kinds.iter().filter(|(number, ..)| *number > 0).count();
        for (number, what, whose, stuck) in kinds.iter().filter(|(number, ..)| *number > 0) {
            left = left.saturating_sub(1);
            let next = match left {
                0 => "",
                1 => " and ",
                _ => ", ",
            };
            let perhaps = if whose.ends_with("later") { "perhaps " } else { "" };
            write!(f, "{perhaps}{number} {what}{}{whose}{stuck}{next}", several(*number))?;
        }
        Ok(())
    }
}

impl Ledger {
    /// Who held the slots at a refusal. `grace` is as for [`judge`](Self::judge).
    #[must_use]
    pub fn holders(&self, refusal: &Refusal, grace: Duration) -> Holders {
        self.holders_at(core::slice::from_ref(refusal), grace).pop().unwrap_or_default()
    }

    /// Who held the slots at each refusal, in the order of [`refusals`](Self::refusals): each session is judged once.
    pub(crate) fn all_holders(&self, grace: Duration) -> Vec<Holders> {
        self.holders_at(self.refusals(), grace)
    }

    fn holders_at(&self, refusals: &[Refusal], grace: Duration) -> Vec<Holders> {
        let mut holders: Vec<Holders> =
            refusals.iter().map(|refusal| Holders::of(&refusal.present)).collect();
        let mut servers: BTreeMap<ServerRowId, Vec<(Origin, Step)>> = BTreeMap::new();
        for (index, refusal) in refusals.iter().enumerate() {
            if let Some(row) = refusal.server_row {
                let steps = servers.entry(row).or_default();
                steps.push((self.order(refusal.at), Step::Refused(index)));
            }
        }
        for (_, session) in
            self.sessions.iter().filter(|(_, session)| session.is_null() && session.denied.is_none())
        {
            let Some(steps) = session.server_row.and_then(|row| servers.get_mut(&row)) else { continue };
            for (stuck, from, to) in self.stuck_spans(session, grace) {
                steps.push((from, Step::Stuck(stuck)));
                steps.extend(to.map(|to| (to, Step::Ended(stuck))));
            }
        }
        for mut steps in servers.into_values() {
            steps.sort_unstable();
            let (mut hung, mut leaked) = (0_u64, 0_u64);
            for (_, step) in steps {
                match step {
                    Step::Stuck(Stuck::Hung) => hung = hung.saturating_add(1),
                    Step::Stuck(Stuck::Leaked) => leaked = leaked.saturating_add(1),
                    Step::Ended(Stuck::Hung) => hung = hung.saturating_sub(1),
                    Step::Ended(Stuck::Leaked) => leaked = leaked.saturating_sub(1),
                    Step::Refused(index) => {
                        if let Some(holders) = holders.get_mut(index) {
                            (holders.hung, holders.leaked) = (hung, leaked);
                        }
                    }
                }
            }
        }
        holders
    }

    /// When what shows that a null session hung or leaked, then or since, was there: spans that do not meet, each until
    /// its end.
    fn stuck_spans(&self, session: &Session, grace: Duration) -> Vec<(Stuck, Origin, Option<Origin>)> {
        let opens = || self.opens_of(session);
        let end = |closed: Option<Origin>| {
            let ends = [closed, session.closed.map(|closing| closing.at)].into_iter().flatten();
            ends.map(|at| self.order(at)).min()
        };
        let verdict = self.judge(session.row, grace).map(|judgement| judgement.verdict);
        let (stuck, mut spans): (_, Vec<(Origin, Option<Origin>)>) = match verdict {
            Some(Verdict::Hung | Verdict::WasHung) => {
                let calls = opens().flat_map(|open| open.waiting.values());
                let calls = calls.filter(|call| !call.waits_by_design).map(|call| call.sent);
                let sent = calls.chain(session.waiting.iter().map(|request| request.sent)).min();
                (Stuck::Hung, sent.map(|sent| (self.order(sent), end(None))).into_iter().collect())
            }
            Some(Verdict::Leaked | Verdict::WasLeaked | Verdict::Abandoned) => {
                let pipes = opens()
                    .filter(|open| open.holds())
                    .map(|open| (open.used.last, open.closed.map(|closing| closing.at)));
                let handles = opens().flat_map(|open| self.handles(open));
                let held = pipes
                    .chain(handles.map(|handle| (handle.used.last, handle.closed.map(|closing| closing.at))));
                (Stuck::Leaked, held.map(|(used, closed)| (self.order(used), end(closed))).collect())
            }
            _ => return Vec::new(),
        };
        spans.retain(|(from, to)| to.is_none_or(|to| *from < to));
        spans.sort_unstable();
        let mut apart: Vec<(Stuck, Origin, Option<Origin>)> = Vec::new();
        for (from, to) in spans {
            match apart.last_mut() {
                Some((_, _, until)) if until.is_none_or(|until| from <= until) => {
                    *until = until.and_then(|until| to.map(|to| to.max(until)));
                }
                _ => apart.push((stuck, from, to)),
            }
        }
        apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_told_by_what_they_were() {
        let holders = Holders { null: 3, hung: 1, leaked: 2, named: 1, ..Holders::default() };
        assert_eq!(holders.to_string(), "3 null sessions (1 hung, 2 leaked) and 1 session of users");
        assert_eq!(
            Holders { unknown: 2, ..Holders::default() }.to_string(),
            "2 sessions of unknown identity"
        );
        assert_eq!(Holders::default().to_string(), "");
        let holders = Holders { null: 70, leaked: 3, at_least: true, perhaps: 1, ..Holders::default() };
        assert_eq!(
            holders.to_string(),
            "70 null sessions (at least 3 leaked) and perhaps 1 session first seen later"
        );
    }
}
