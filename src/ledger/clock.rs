//! How long something lasted, and what is done where the clock of the capture is not to be trusted.
//!
//! Where the clock was set, nobody knows how much time passed between the two packets there. What lies on either side
//! lasted for certain; what only the step shows is possible.

use std::collections::VecDeque;

use super::grace::{LEAST, is_beyond};
use super::{InDoubt, Ledger, Session};
use crate::capture::Origin;
use crate::session::Doubt;
use crate::wire::Timestamp;

/// Steps of the clock, and pauses between captures, that are remembered.
const STEPS: usize = 64;
/// Seconds within which the next packet comes, as a rule.
const NEXT: f64 = 30.0;
/// The capture of an origin that stands for the end of all captures.
const END: u32 = u32::MAX;

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

/// For how many seconds something lasted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Elapsed {
    /// At least.
    pub least: f64,
    /// At most.
    pub most: f64,
}

impl ClockStep {
    /// By how many seconds the clock went forward; less than 0 if it went back.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.at.time.seconds_since(self.from)
    }

    /// True for a packet that was captured after the step.
    fn is_before(&self, packet: Origin) -> bool {
        match packet.capture {
            END => true,
            same if same == self.at.capture => packet.frame >= self.at.frame,
            // Packets of several captures have no order but that of their times.
            _ => packet.time >= self.at.time,
        }
    }
}

impl Clock {
    /// The clock was set at a packet; until then it had come to `from`, and packets were `silent` seconds apart at most.
    fn step(&mut self, at: Origin, from: Timestamp, silent: f64) {
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

    fn elapsed(&self, from: Origin, to: Origin) -> Elapsed {
        let shown = to.time.seconds_since(from.time);
        if self.steps.is_empty() {
            return Elapsed { least: shown, most: shown };
        }
        if self.beyond.is_some_and(|step| step.is_before(to)) {
            return Elapsed { least: 0.0, most: f64::INFINITY };
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
        Elapsed { least: steady + at_steps.0 - doubtful, most: steady + at_steps.1 }
    }
}

impl Ledger {
    /// The latest moment known of. Where the clock of the capture was set, it is the latest since.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.clock.end
    }

    /// The end of the captures as the packet that is behind all others.
    pub(super) fn last(&self) -> Origin {
        Origin { time: self.clock.end.unwrap_or_default(), capture: END, frame: u64::MAX }
    }

    /// Says that the capture goes on to `end` at least, although no event tells so: its last packet of any kind, or
    /// a time the user knows. A time from before the clock was set says nothing.
    pub fn extend_to(&mut self, end: Timestamp) {
        if !self.clock.steps.iter().any(|step| step.from == end) {
            self.clock.end = self.clock.end.max(Some(end));
        }
    }

    /// An event tells of a packet.
    pub(super) fn extend_to_packet(&mut self, at: Origin) {
        if self.clock.steps.last().is_none_or(|step| step.is_before(at)) {
            self.clock.end = self.clock.end.max(Some(at.time));
        }
    }

    /// The steps of the capture's clock: where it went back, or forward by more than a network is silent; the first few.
    #[must_use]
    pub fn clock_steps(&self) -> &[ClockStep] {
        &self.clock.steps
    }

    /// The seconds that passed between two packets for certain: those by which the clock was set do not count.
    #[must_use]
    pub fn seconds_between(&self, from: Origin, to: Origin) -> f64 {
        self.clock.elapsed(from, to).least
    }

    /// The seconds that passed from a packet to the end of the captures for certain, if that is at `end`.
    #[must_use]
    pub fn seconds_until(&self, end: Timestamp, from: Origin) -> f64 {
        self.seconds_between(from, Origin { time: end, ..self.last() })
    }

    pub(super) fn elapsed(&self, from: Origin, to: Origin) -> Elapsed {
        self.clock.elapsed(from, to)
    }

    /// The step of the clock that makes it unknown whether what lasted from one packet to another lasted longer than
    /// the grace; whatever the length, if what lasted is `hidden`.
    pub(super) fn unsteady(&self, from: Origin, to: Origin, grace: f64, hidden: bool) -> Option<ClockStep> {
        let Elapsed { least, most } = self.clock.elapsed(from, to);
        if !is_beyond(most, grace) || (most - least <= LEAST && !hidden) {
            return None;
        }
        let mut steps = self.clock.steps.iter().filter(|step| !step.is_before(from) && step.is_before(to));
        steps.next().or(self.clock.steps.last()).copied()
    }

    /// The clock of the capture was set at a packet; until then it had come to `from`, and packets were `silent` seconds
    /// apart at most.
    pub(super) fn clock_set(&mut self, at: Origin, from: Timestamp, silent: f64) {
        self.clock.step(at, from, silent);
    }

    /// Nothing was captured from a time until a packet.
    pub(super) fn not_captured(&mut self, at: Origin, from: Timestamp) {
        if self.clock.pauses.len() >= STEPS {
            self.clock.pauses.pop_front();
        }
        self.clock.pauses.push_back(ClockStep { at, from, passed: (0.0, 0.0), doubtful: 0.0 });
    }

    /// True if there was a pause between two captures from one packet to another.
    pub(super) fn paused_between(&self, from: Origin, to: Origin) -> bool {
        self.clock.pauses.iter().any(|pause| !pause.is_before(from) && pause.is_before(to))
    }

    /// A pause between two captures in which a session may have ended, longer than the grace: none of its connections
    /// was heard of since.
    pub(super) fn paused(&self, session: &Session, grace: f64) -> Option<InDoubt> {
        // Nearly always there is none.
        let pause = self.clock.pauses.iter().rev().find(|pause| is_beyond(pause.seconds(), grace))?;
        let connections = session.connections.iter().filter_map(|id| self.connections.get(id));
        let last = connections.flat_map(|connection| [connection.client_last, connection.server_last]);
        let last = last.flatten().chain([session.used.last]).max()?;
        let began = pause.is_before(session.used.first);
        let since = Origin { time: pause.from, ..pause.at };
        let doubt = InDoubt { at: pause.at, since, why: Doubt::NotCaptured };
        (!began && !pause.is_before(last)).then_some(doubt)
    }
}
