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

    /// The clock went back to `at`; until then it had come to `from`.
    pub(super) fn clock_went_back(&mut self, at: Origin, from: Timestamp) {
        let before = self.clock.map_or(from, |clock| clock.before.max(from));
        self.clock = Some(Clock { before, since: at.time });
    }
}
