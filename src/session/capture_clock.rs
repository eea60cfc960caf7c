//! The clock of the captures: packets out of order, a clock that was set, and pauses between two captures.

use core::time::Duration;
use std::collections::BTreeSet;

use super::analyzer::Counts;
use super::event::Loss;
use crate::capture::Origin;
use crate::wire::Timestamp;

/// Seconds by which packets may be out of order in a capture. A clock that goes back further was wrong before.
const OUT_OF_ORDER: f64 = 60.0;
/// For how long a network may be silent in a capture, as the time since 1970: 30 days. A clock that goes forward further
/// was set, or is wrong.
pub(super) const SILENT: Timestamp = Timestamp::from_parts(30 * 86_400, 0);
/// Nanoseconds within which the next packet comes, as a rule: a shorter silence hides nothing.
const SOON: i64 = 1_000_000_000;
/// Seconds for which nothing may be captured between two captures without a word.
const PAUSE: f64 = 1.0;

/// The time of the packets as they come.
#[derive(Debug, Default)]
pub(super) struct CaptureClock {
    /// The latest packet since the clock was set.
    latest: Option<Origin>,
    /// By how many seconds the clock went back and did not come forward again.
    back: f64,
    /// The longest time in seconds between two packets since the clock was set.
    longest: f64,
    /// The captures of which a packet was seen.
    captures: BTreeSet<u32>,
}

impl CaptureClock {
    /// The latest packet since the clock was set last.
    pub(super) const fn latest(&self) -> Option<Origin> {
        self.latest
    }

    /// The next packet. Gives what its time says of the packets before it.
    #[inline]
    pub(super) fn tick(&mut self, at: Origin, counts: &mut Counts) -> Option<Loss> {
        // Nearly always it comes soon, in the same capture.
        if let Some(latest) = &mut self.latest
            && latest.capture == at.capture
            && (latest.time..=latest.time.plus_nanos(SOON)).contains(&at.time)
        {
            *latest = at;
            return None;
        }
        self.set_or_late(at, counts)
    }

    /// A packet that is out of order, or late, or the first of a capture.
    #[cold]
    fn set_or_late(&mut self, at: Origin, counts: &mut Counts) -> Option<Loss> {
        let Some(latest) = self.latest else {
            self.captures.insert(at.capture);
            self.latest = Some(at);
            return None;
        };
        let from = latest.time;
        let begins = at.capture != latest.capture && self.captures.insert(at.capture);
        let forward = at.time.seconds_since(from);
        if forward < 0.0 {
            counts.time_went_back = counts.time_went_back.saturating_add(1);
            if -forward <= OUT_OF_ORDER {
                return None;
            }
            // A clock that was set forward right before is right again; else it may come forward again.
            self.back += (-forward - self.longest).max(0.0);
        }
        self.latest = Some(at);
        if forward < 0.0 {
            let silent = Duration::try_from_secs_f64(core::mem::take(&mut self.longest)).unwrap_or_default();
            Some(Loss::ClockWentBack { from, silent })
        } else if begins && forward > PAUSE {
            Some(Loss::NotCaptured { from })
        } else if forward > SILENT.seconds_since(Timestamp::from_nanos(0)) || self.is_return(forward) {
            self.back = (self.back - forward).max(0.0);
            self.longest = 0.0;
            Some(Loss::ClockWentForward { from })
        } else {
            self.longest = self.longest.max(forward);
            None
        }
    }

    /// True for a step that takes back most of what the clock went back before.
    fn is_return(&self, forward: f64) -> bool {
        self.back > 0.0 && forward > OUT_OF_ORDER.max(self.back / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of packets at these seconds of these captures, by the seconds of the step.
    fn told(packets: &[(u32, i64)]) -> Vec<(&'static str, f64)> {
        let (mut clock, mut counts) = (CaptureClock::default(), Counts::default());
        let mut told = Vec::new();
        for (frame, (capture, seconds)) in (1..).zip(packets) {
            let at = Origin { time: Timestamp::from_parts(*seconds, 0), capture: *capture, frame };
            told.extend(clock.tick(at, &mut counts).map(|loss| match loss {
                Loss::ClockWentBack { from, .. } => ("back", at.time.seconds_since(from)),
                Loss::ClockWentForward { from } => ("forward", at.time.seconds_since(from)),
                Loss::NotCaptured { from } => ("pause", at.time.seconds_since(from)),
                other => panic!("{other:?}"),
            }));
        }
        told
    }

    const MONTH: i64 = 31 * 86_400;

    #[test]
    fn a_clock_that_is_set_is_told() {
        assert_eq!(told(&[(0, 100), (0, 40), (0, 101)]), [], "packets are out of order by a minute");
        assert_eq!(told(&[(0, 100), (0, 39), (0, 45)]), [("back", -61.0)]);
        assert_eq!(told(&[(0, 100), (0, 86_500)]), [], "a network is silent for a day");
        assert_eq!(told(&[(0, 100), (0, 100 + MONTH)]), [("forward", 2_678_400.0)]);
    }

    #[test]
    fn a_clock_that_went_back_and_comes_forward_again_is_told_twice() {
        let there_and_back = told(&[(0, 2_000), (0, 1_000), (0, 2_010), (0, 3_000)]);
        assert_eq!(there_and_back, [("back", -1_000.0), ("forward", 1_010.0)]);
        // It went on from where it was set to, and the network was silent for a while.
        assert_eq!(told(&[(0, 2_000), (0, 1_000), (0, 1_400)]), [("back", -1_000.0)]);
    }

    #[test]
    fn a_pause_between_two_captures_is_told() {
        assert_eq!(told(&[(0, 100), (1, 86_500), (0, 90_000)]), [("pause", 86_400.0)]);
        assert_eq!(told(&[(0, 100), (1, 101), (0, 500), (1, 900)]), []);
    }
}
