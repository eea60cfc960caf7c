//! The end of the capture, and what is done where its clock is not to be trusted.

use super::Ledger;
use crate::capture::Origin;
use crate::wire::Timestamp;

/// A clock that went back by more than packets are captured out of order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// The latest time before it went back, which may be wrong.
    before: Timestamp,
    /// The latest time since.
    since: Timestamp,
    /// The packet with which it went back, last.
    at: Origin,
}

/// A clock that went forward by more than a network is silent.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ClockJump {
    /// The first packet with a time after it.
    pub at: Origin,
    /// By how many seconds, of several jumps together.
    pub seconds: f64,
}

impl Ledger {
    /// The latest moment known of. Where the clock of the capture went back, it is the latest since.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.clock.map(|clock| clock.since).or(self.end)
    }

    /// The latest time that was told before the clock of the capture went back, if it did.
    #[must_use]
    pub fn doubtful_end(&self) -> Option<Timestamp> {
        self.clock.map(|clock| clock.before)
    }

    /// Says that the capture goes on to `end` at least, although no event tells so: its last packet of any kind, or
    /// a time the user knows.
    pub fn extend_to(&mut self, end: Timestamp) {
        self.end = self.end.max(Some(end));
        if let Some(clock) = &mut self.clock
            && end != clock.before
        {
            clock.since = clock.since.max(end);
        }
    }

    /// True if the clock of the capture went back between two packets.
    pub(super) fn clock_went_back_in(&self, from: Origin, to: Origin) -> bool {
        let order = |origin: Origin| (origin.capture, origin.frame);
        let within = |at: Origin| order(from) < order(at) && order(at) <= order(to);
        // Frames of several captures have no order without their times.
        self.clock.is_some_and(|clock| within(clock.at) || from.capture != to.capture)
    }

    /// How far the clock of the capture went forward at once, if it did and did not go back again.
    #[must_use]
    pub const fn clock_jump(&self) -> Option<ClockJump> {
        self.jump
    }

    /// The other moments at which a capture of doubtful clock may have ended for a session that began then.
    pub(super) fn other_ends(&self, began: Timestamp) -> impl Iterator<Item = Timestamp> {
        let end = self.end();
        let later = self.doubtful_end().filter(|doubtful| end.is_some_and(|end| *doubtful > end));
        let jump = self.jump.filter(|jump| began < jump.at.time);
        let sooner = jump.and_then(|jump| Some(end?.plus_seconds(-jump.seconds)));
        later.into_iter().chain(sooner)
    }

    /// The clock went forward to `at`, from the time `from`.
    pub(super) fn clock_went_forward(&mut self, at: Origin, from: Timestamp) {
        let jump = self.jump.get_or_insert(ClockJump { at, seconds: 0.0 });
        jump.seconds += at.time.seconds_since(from);
    }

    /// The clock went back to `at`; until then it had come to `from`.
    pub(super) fn clock_went_back(&mut self, at: Origin, from: Timestamp) {
        self.jump = self.jump.filter(|jump| jump.at.time <= at.time);
        let before = self.clock.map_or(from, |clock| clock.before.max(from));
        self.clock = Some(Clock { before, since: at.time, at });
    }
}
