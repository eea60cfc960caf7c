//! Connection slots: what a server counts against its limit (KB 328459, 122920, 314882, 302099).
//!
//! All connections of one client computer under one user count once; each null session counts by itself, and one that
//! was denied goes on counting while its connection lasts.

use std::collections::BTreeMap;

use super::Connection;
use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::net::Host;

/// Slots in use at a moment. The two figures differ where it is unsure who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Slots {
    /// At least so many.
    pub low: u64,
    /// At most so many.
    pub high: u64,
}

/// The slots in use from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotPoint {
    /// The packet that changed them.
    pub at: Origin,
    /// How many are in use after it.
    pub slots: Slots,
}

/// The slots of a server in the course of time.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SlotHistory {
    /// The slots in use now.
    pub now: Slots,
    /// Every change, in order. If there are too many, of each two neighbours the higher is left.
    pub points: Vec<SlotPoint>,
    /// Sessions of each user at each computer.
    users: BTreeMap<User, usize>,
}

/// What a session or a denied connection counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// A slot of its own: a null session, or a connection that was denied one.
    Own,
    /// The slot of a user.
    User(User),
    /// It may be a null session, which counts by itself, or a user who counts already.
    Unsure,
}

/// A user at a client computer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct User {
    computer: Computer,
    domain: Option<String>,
    account: Option<String>,
}

/// A client computer by the surest name there is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Computer {
    Guid(uuid::Uuid),
    Name(String),
    Address(Host),
}

impl Claim {
    pub(super) fn of(identity: &Identity, connection: Option<&Connection>) -> Self {
        match (identity.who, connection) {
            (Who::Null, _) => Self::Own,
            (Who::Guest | Who::User, Some(connection)) => Self::User(User {
                computer: Computer::of(connection, identity.workstation.as_deref()),
                domain: identity.domain.clone(),
                account: identity.account.clone(),
            }),
            _ => Self::Unsure,
        }
    }
}

impl Computer {
    fn of(connection: &Connection, workstation: Option<&str>) -> Self {
        let name = workstation.filter(|name| !name.is_empty()).or(connection.calling.as_deref());
        match (connection.client_guid, name) {
            (Some(guid), _) => Self::Guid(guid),
            (None, Some(name)) => Self::Name(name.to_uppercase()),
            (None, None) => Self::Address(connection.client.host()),
        }
    }
}

impl SlotHistory {
    /// Takes what `claim` counts as.
    pub(super) fn take(&mut self, claim: &Claim) {
        let (low, high) = match claim {
            Claim::Own => (1, 1),
            Claim::Unsure => (0, 1),
            Claim::User(user) => {
                let sessions = self.users.entry(user.clone()).or_default();
                *sessions = sessions.saturating_add(1);
                let first = u64::from(*sessions == 1);
                (first, first)
            }
        };
        self.now.low = self.now.low.saturating_add(low);
        self.now.high = self.now.high.saturating_add(high);
    }

    /// Gives back what `claim` counted as.
    pub(super) fn give_back(&mut self, claim: &Claim) {
        let (low, high) = match claim {
            Claim::Own => (1, 1),
            Claim::Unsure => (0, 1),
            Claim::User(user) => {
                let left = self.users.get_mut(user).map(|sessions| {
                    *sessions = sessions.saturating_sub(1);
                    *sessions
                });
                if left == Some(0) {
                    self.users.remove(user);
                }
                let last = u64::from(left == Some(0));
                (last, last)
            }
        };
        self.now.low = self.now.low.saturating_sub(low);
        self.now.high = self.now.high.saturating_sub(high);
    }

    /// Notes the slots in use after a packet. What is known only later changes the points since then as well. Gives the
    /// number of points that were let go to stay within `most`.
    pub(super) fn note(&mut self, at: Origin, most: usize) -> usize {
        let noted = self.points.last().map(|last| last.slots).unwrap_or_default();
        if noted == self.now {
            return 0;
        }
        let from = self.points.partition_point(|point| point.at < at);
        let before = from.checked_sub(1).and_then(|before| self.points.get(before));
        let slots = before.map(|before| before.slots).unwrap_or_default();
        if self.points.get(from).is_none_or(|point| point.at != at) {
            self.points.insert(from, SlotPoint { at, slots });
        }
        for point in self.points.iter_mut().skip(from) {
            point.slots.low = moved(point.slots.low, noted.low, self.now.low);
            point.slots.high = moved(point.slots.high, noted.high, self.now.high);
        }
        let before = self.points.len();
        if before > most
            && let Some((last, others)) = self.points.split_last()
        {
            let higher = |pair: &[SlotPoint]| pair.iter().copied().max_by_key(|point| point.slots.high);
            self.points = others.chunks(2).filter_map(higher).chain([*last]).collect();
        }
        before.saturating_sub(self.points.len())
    }

    /// When the most were in use, for the first time.
    #[must_use]
    pub fn peak(&self) -> Option<SlotPoint> {
        self.points
            .iter()
            .copied()
            .reduce(|most, point| if point.slots.high > most.slots.high { point } else { most })
    }
}

/// A number changed as another one was.
const fn moved(number: u64, from: u64, to: u64) -> u64 {
    if to >= from {
        number.saturating_add(to.saturating_sub(from))
    } else {
        number.saturating_sub(from.saturating_sub(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Timestamp;

    fn at(frame: u64) -> Origin {
        Origin { time: Timestamp::from_parts(1_000, 0).plus_seconds(1.0), capture: 0, frame }
    }

    #[test]
    fn a_user_counts_once_however_many_sessions_and_a_null_session_each_time() {
        let alice = Claim::User(User {
            computer: Computer::Name("WS-21".to_owned()),
            domain: None,
            account: Some("alice".to_owned()),
        });
        let mut history = SlotHistory::default();
        for claim in [&alice, &alice, &Claim::Own, &Claim::Own, &Claim::Unsure] {
            history.take(claim);
        }
        assert_eq!(history.now, Slots { low: 3, high: 4 });
        history.give_back(&alice);
        assert_eq!(history.now, Slots { low: 3, high: 4 });
        for claim in [&alice, &Claim::Own, &Claim::Own, &Claim::Unsure] {
            history.give_back(claim);
        }
        assert_eq!(history.now, Slots::default());
    }

    #[test]
    fn what_is_known_only_later_changes_the_points_since_then() {
        let mut history = SlotHistory::default();
        for frame in [10, 20, 30] {
            history.take(&Claim::Own);
            history.note(at(frame), 16);
        }
        history.take(&Claim::Own);
        history.note(at(15), 16);
        history.give_back(&Claim::Own);
        history.note(at(20), 16);
        let points: Vec<_> = history.points.iter().map(|point| (point.at.frame, point.slots.high)).collect();
        assert_eq!(points, [(10, 1), (15, 2), (20, 2), (30, 3)]);
        assert_eq!((history.now.high, history.peak().unwrap().at.frame), (3, 30));
    }

    #[test]
    fn a_long_history_keeps_its_peaks() {
        let mut history = SlotHistory::default();
        let mut dropped = 0;
        for frame in 0..100 {
            if frame % 10 == 9 {
                history.take(&Claim::Own);
            }
            history.take(&Claim::Own);
            dropped += history.note(at(2 * frame), 16);
            history.give_back(&Claim::Own);
            dropped += history.note(at(2 * frame + 1), 16);
        }
        assert!(history.points.len() <= 16 && dropped > 100);
        assert_eq!(history.peak().unwrap().slots.high, 11);
        assert_eq!(history.points.last().unwrap().slots, history.now);
        assert!(history.points.is_sorted_by_key(|point| point.at));
    }
}
