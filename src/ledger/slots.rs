//! Connection slots: what a server counts against its limit (KB 328459, 122920, 314882, 302099).
//!
//! All connections of one client computer under one user count once; each null session counts by itself, and one that
//! was denied goes on counting while its connection lasts.

use std::collections::BTreeMap;

use super::account::Account;
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

impl Slots {
    /// Why nobody can say how many there are, if so.
    #[must_use]
    pub const fn why(self) -> Option<&'static str> {
        if self.low < self.high {
            Some("sessions may be of one user or of several, or may have ended")
        } else {
            None
        }
    }
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
    /// What they are in use by.
    taken: Taken,
}

/// What the slots of a server are in use by at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Taken {
    /// Null sessions, each of which takes a slot for certain.
    own: u64,
    /// Sessions that may take a slot of their own.
    unsure: u64,
    /// Sessions of each user at each computer, told apart as finely as can be.
    users: BTreeMap<User, usize>,
    /// The same told apart by address and account alone, as far as they go on for certain.
    surely: BTreeMap<Host, AtAddress>,
    /// The number of accounts in `surely`, and of addresses that have sessions but no account there.
    least: u64,
}

/// The sessions of one address that go on for certain.
#[derive(Debug, Clone, PartialEq, Default)]
struct AtAddress {
    accounts: BTreeMap<String, usize>,
    /// Of users whose account is not known, and of those who may be null sessions.
    unnamed: usize,
}

impl AtAddress {
    /// At least so many slots: whoever tells no name may be one who does.
    fn least(&self) -> u64 {
        let named = u64::try_from(self.accounts.len()).unwrap_or(u64::MAX);
        named.max(u64::from(self.unnamed > 0))
    }
}

/// What a session or a denied connection counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    holder: Holder,
    address: Host,
    /// It may have ended unseen.
    may_have_ended: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
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
    pub(super) computer: Computer,
    pub(super) account: Account,
}

/// A client computer by the surest name there is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Computer {
    Guid(uuid::Uuid),
    Name(String),
    Address(Host),
}

impl Claim {
    /// What a session counts as that has a slot of its own, or that of a user, or nobody can say which. One that is
    /// encrypted may have been logged off unseen.
    pub(super) const fn new(holder: Holder, address: Host, may_have_ended: bool) -> Self {
        Self { holder, address, may_have_ended }
    }

    /// A set-up that has no answer.
    pub(super) const fn unsure(address: Host) -> Self {
        Self { holder: Holder::Unsure, address, may_have_ended: true }
    }

    /// The same of a session of which nobody can say whether it is there.
    pub(super) fn perhaps(self) -> Self {
        let holder = if self.holder == Holder::Own { Holder::Unsure } else { self.holder };
        Self { holder, address: self.address, may_have_ended: true }
    }
}

impl Taken {
    /// Takes what `claim` counts as.
    pub(super) fn take(&mut self, claim: &Claim) {
        match &claim.holder {
            Holder::Own => self.own = self.own.saturating_add(1),
            Holder::Unsure => self.unsure = self.unsure.saturating_add(1),
            Holder::User(user) => add(&mut self.users, user.clone()),
        }
        if !claim.may_have_ended && claim.holder != Holder::Own {
            let there = self.surely.entry(claim.address).or_default();
            let before = there.least();
            match &claim.holder {
                Holder::User(user) => add(&mut there.accounts, user.account.name.clone()),
                _ => there.unnamed = there.unnamed.saturating_add(1),
            }
            self.least = self.least.saturating_add(there.least().saturating_sub(before));
        }
    }

    /// Gives back what `claim` counted as.
    pub(super) fn give_back(&mut self, claim: &Claim) {
        match &claim.holder {
            Holder::Own => self.own = self.own.saturating_sub(1),
            Holder::Unsure => self.unsure = self.unsure.saturating_sub(1),
            Holder::User(user) => remove(&mut self.users, user),
        }
        if !claim.may_have_ended
            && claim.holder != Holder::Own
            && let Some(there) = self.surely.get_mut(&claim.address)
        {
            let before = there.least();
            match &claim.holder {
                Holder::User(user) => remove(&mut there.accounts, &user.account.name),
                _ => there.unnamed = there.unnamed.saturating_sub(1),
            }
            let after = there.least();
            if after == 0 {
                self.surely.remove(&claim.address);
            }
            self.least = self.least.saturating_sub(before.saturating_sub(after));
        }
    }

    /// How many are in use.
    pub(super) fn slots(&self) -> Slots {
        let users = u64::try_from(self.users.len()).unwrap_or(u64::MAX);
        let high = self.own.saturating_add(users).saturating_add(self.unsure);
        // One computer may have several addresses.
        let low = self.own.saturating_add(self.least).min(high);
        Slots { low, high }
    }
}

impl SlotHistory {
    /// Takes what `claim` counts as.
    pub(super) fn take(&mut self, claim: &Claim) {
        self.taken.take(claim);
        self.now = self.taken.slots();
    }

    /// Gives back what `claim` counted as.
    pub(super) fn give_back(&mut self, claim: &Claim) {
        self.taken.give_back(claim);
        self.now = self.taken.slots();
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

fn add<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

fn remove<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
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

    const fn own() -> Claim {
        Claim { holder: Holder::Own, address: HERE, may_have_ended: false }
    }

    const HERE: Host = Host::Mac([21; 6]);

    fn user(computer: &str, domain: Option<&str>, account: &str) -> Claim {
        let user = User {
            computer: Computer::Name(computer.to_owned()),
            account: Account { domain: domain.map(str::to_owned), name: account.to_owned() },
        };
        Claim { holder: Holder::User(user), ..own() }
    }

    fn unsure() -> Claim {
        Claim { holder: Holder::Unsure, ..own() }
    }

    /// The slots that these claims take, lowest and highest; all are given back again.
    fn taken(claims: &[Claim]) -> (u64, u64) {
        let mut history = SlotHistory::default();
        claims.iter().for_each(|claim| history.take(claim));
        let Slots { low, high } = history.now;
        claims.iter().for_each(|claim| history.give_back(claim));
        assert_eq!(history, SlotHistory::default());
        (low, high)
    }

    #[test]
    fn a_user_counts_once_however_many_sessions_and_a_null_session_each_time() {
        let alice = || user("WS21", None, "ALICE");
        assert_eq!(taken(&[alice(), alice(), own(), own(), unsure()]), (3, 4));
        assert_eq!(taken(&[alice(), own(), own(), unsure()]), (3, 4));
        assert_eq!(taken(&[alice(), user("WS21", None, "BOB")]), (2, 2));
        let elsewhere = Claim { address: Host::Mac([22; 6]), ..alice() };
        assert_eq!(taken(&[alice(), elsewhere.clone()]), (1, 1), "one computer has two addresses");
        assert_eq!(
            taken(&[alice(), Claim { address: Host::Mac([22; 6]), ..user("WS22", None, "ALICE") }]),
            (2, 2)
        );
    }

    #[test]
    fn who_may_be_one_or_two_is_a_range() {
        let alice = || user("WS21", Some("HOME"), "ALICE");
        assert_eq!(taken(&[alice(), user("WS21", Some("WS21"), "ALICE")]), (1, 2), "two domains");
        assert_eq!(
            taken(&[alice(), user("WS21-B", Some("HOME"), "ALICE")]),
            (1, 2),
            "two names at one address"
        );
        assert_eq!(taken(&[unsure()]), (1, 1), "somebody is there");
        assert_eq!(taken(&[unsure(), unsure()]), (1, 2));
        assert_eq!(taken(&[alice(), Claim { may_have_ended: true, ..user("WS21", None, "BOB") }]), (1, 2));
    }

    #[test]
    fn what_is_known_only_later_changes_the_points_since_then() {
        let mut history = SlotHistory::default();
        for frame in [10, 20, 30] {
            history.take(&own());
            history.note(at(frame), 16);
        }
        history.take(&own());
        history.note(at(15), 16);
        history.give_back(&own());
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
                history.take(&own());
            }
            history.take(&own());
            dropped += history.note(at(2 * frame), 16);
            history.give_back(&own());
            dropped += history.note(at(2 * frame + 1), 16);
        }
        assert!(history.points.len() <= 16 && dropped > 100);
        assert_eq!(history.peak().unwrap().slots.high, 11);
        assert_eq!(history.points.last().unwrap().slots, history.now);
        assert!(history.points.is_sorted_by_key(|point| point.at));
    }
}
