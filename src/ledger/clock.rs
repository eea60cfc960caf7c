//! How long something lasted, and what is done where the clock of the capture is not to be trusted.
//!
//! Where the clock was set, nobody knows how much time passed between the two packets there. What lies on either side
//! lasted for certain; what only the step shows is possible.

use core::time::Duration;
use std::collections::VecDeque;

use crate::capture::Origin;
use crate::wire::Timestamp;

/// Steps of the clock, and pauses between captures, that are remembered.
const STEPS: usize = 64;
/// Seconds within which the next packet comes, as a rule.
const NEXT: f64 = 30.0;
/// The capture of an origin that stands for the end of all captures.
pub(super) const END: u32 = u32::MAX;

/// A step of the capture's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ClockStep {
    /// The first packet with a time after it.
    pub at: Origin,
    /// The latest time before it.
    pub from: Timestamp,
    /// Seconds that passed there at least, and at most.
    passed: (f64, f64),
    /// Seconds before it that may not have passed: a clock that goes back may have been set forward before.
    doubtful: f64,
}

/// What is known of the clock of the captures.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// The latest moment since the clock was set last.
    end: Option<Timestamp>,
    steps: Vec<ClockStep>,
    /// The first of the steps that found no place.
    beyond: Option<ClockStep>,
    /// The latest pauses between two captures.
    pauses: VecDeque<ClockStep>,
}

/// For how long something lasted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Elapsed {
    /// At least.
    pub least: Duration,
    /// At most.
    pub most: Duration,
}

impl ClockStep {
    /// True if the clock went back.
    #[must_use]
    pub fn went_back(&self) -> bool {
        self.at.time < self.from
    }

    /// By how much the clock went forward or back.
    #[must_use]
    pub fn by(&self) -> Duration {
        self.at.time.since(self.from).max(self.from.since(self.at.time))
    }

    /// By how many seconds the clock went forward; less than 0 if it went back.
    fn seconds(&self) -> f64 {
        self.at.time.seconds_since(self.from)
    }

    /// True for a packet that was captured after the step.
    pub(super) fn is_before(&self, packet: Origin) -> bool {
        match packet.capture {
            END => true,
            same if same == self.at.capture => packet.frame >= self.at.frame,
            // Packets of several captures have no order but that of their times.
            _ => packet.time >= self.at.time,
        }
    }
}

impl Elapsed {
    fn new(least: f64, most: f64) -> Self {
        let [least, most] = [least, most]
            .map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX));
        Self { least, most }
    }
}

impl Clock {
    /// The latest moment known of since the clock was set last.
    pub(super) const fn end(&self) -> Option<Timestamp> {
        self.end
    }

    /// The steps of the clock, in order; the first few.
    pub(super) fn steps(&self) -> &[ClockStep] {
        &self.steps
    }

    /// The latest pauses between two captures, in order.
    pub(super) fn pauses(&self) -> impl DoubleEndedIterator<Item = &ClockStep> {
        self.pauses.iter()
    }

    /// The capture goes on to `end` at least. A time from before the clock was set says nothing.
    pub(super) fn extend_to(&mut self, end: Timestamp) {
        if !self.steps.iter().any(|step| step.from == end) {
            self.end = self.end.max(Some(end));
        }
    }

    /// The capture goes on to a packet at least.
    pub(super) fn extend_to_packet(&mut self, at: Origin) {
        if self.steps.last().is_none_or(|step| step.is_before(at)) {
            self.end = self.end.max(Some(at.time));
        }
    }

    /// Nothing was captured from a time until a packet.
    pub(super) fn pause(&mut self, at: Origin, from: Timestamp) {
        if self.pauses.len() >= STEPS {
            self.pauses.pop_front();
        }
        self.pauses.push_back(ClockStep { at, from, passed: (0.0, 0.0), doubtful: 0.0 });
    }

    /// The clock was set at a packet; until then it had come to `from`, and packets were `silent` seconds apart at most.
    pub(super) fn step(&mut self, at: Origin, from: Timestamp, silent: f64) {
        self.end = Some(at.time);
        let mut step = ClockStep { at, from, passed: (0.0, f64::INFINITY), doubtful: 0.0 };
        let seconds = step.seconds();
        match self.steps.last_mut() {
            // It takes back the step before: one packet, or a few, had another time.
            Some(before) if (0.0..=NEXT).contains(&(before.seconds() + seconds)) => {
                let between = before.seconds() + seconds;
                (before.passed, before.doubtful) = ((0.0, between), 0.0);
                step.passed = (0.0, between);
            }
            // It may take back the step before, and a silence lies there.
            Some(before) if before.seconds() < 0.0 && seconds > 0.0 => {
                step.passed = ((before.seconds() + seconds).max(0.0), seconds);
            }
            _ if seconds > 0.0 => step.passed = (0.0, seconds),
            _ => step.doubtful = silent.clamp(0.0, -seconds),
        }
        if self.steps.len() < STEPS {
            self.steps.push(step);
        } else {
            self.beyond.get_or_insert(step);
        }
    }

    pub(super) fn elapsed(&self, from: Origin, to: Origin) -> Elapsed {
        let shown = to.time.seconds_since(from.time);
        if self.steps.is_empty() {
            return Elapsed::new(shown, shown);
        }
        if self.beyond.is_some_and(|step| step.is_before(to)) {
            return Elapsed::new(0.0, f64::INFINITY);
        }
        let (mut steady, mut at_steps, mut doubtful) = (shown, (0.0, 0.0), 0.0);
        // Where the time before the next step begins.
        let mut began = from.time;
        for step in self.steps.iter().filter(|step| !step.is_before(from)) {
            let crossed = step.is_before(to);
            let until = if crossed { step.from } else { to.time };
            doubtful += until.seconds_since(began).clamp(0.0, step.doubtful);
            if !crossed {
                break;
            }
            steady -= step.seconds();
            at_steps = (at_steps.0 + step.passed.0, at_steps.1 + step.passed.1);
            began = step.at.time;
        }
        Elapsed::new(steady + at_steps.0 - doubtful, steady + at_steps.1)
    }
}
