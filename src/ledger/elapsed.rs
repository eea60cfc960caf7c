//! How long something lasted, and where the captures end.

use core::time::Duration;

use super::clock::{ClockStep, END, Elapsed};
use super::grace::{LEAST, is_beyond};
use super::{InDoubt, Ledger, Session};
use crate::capture::Origin;
use crate::session::Doubt;
use crate::wire::Timestamp;

impl Ledger {
    /// The latest moment known of. Where the clock of the capture was set, it is the latest since.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.clock.end()
    }

    /// The end of the captures as the packet that is behind all others.
    pub(super) fn last(&self) -> Origin {
        Origin { time: self.clock.end().unwrap_or_default(), capture: END, frame: u64::MAX }
    }

    /// Says that the capture goes on to `end` at least, although no event tells so: its last packet of any kind, or
    /// a time the user knows. A time from before the clock was set says nothing.
    pub fn extend_to(&mut self, end: Timestamp) {
        self.clock.extend_to(end);
    }

    /// An event tells of a packet.
    pub(super) fn extend_to_packet(&mut self, at: Origin) {
        self.clock.extend_to_packet(at);
    }

    /// The steps of the capture's clock: where it went back, or forward by more than a network is silent; the first few.
    #[must_use]
    pub fn clock_steps(&self) -> &[ClockStep] {
        self.clock.steps()
    }

    /// The time that passed between two packets for certain: that by which the clock was set does not count.
    #[must_use]
    pub fn time_between(&self, from: Origin, to: Origin) -> Duration {
        self.clock.elapsed(from, to).least
    }

    /// The time that passed from a packet to the end of the captures for certain, if that is at `end`.
    #[must_use]
    pub fn time_until(&self, end: Timestamp, from: Origin) -> Duration {
        self.time_between(from, Origin { time: end, ..self.last() })
    }

    pub(super) fn elapsed(&self, from: Origin, to: Origin) -> Elapsed {
        self.clock.elapsed(from, to)
    }

    /// The step of the clock that makes it unknown whether what lasted from one packet to another lasted longer than
    /// the grace; whatever the length, if what lasted is `hidden`.
    pub(super) fn unsteady(
        &self,
        from: Origin,
        to: Origin,
        grace: Duration,
        hidden: bool,
    ) -> Option<ClockStep> {
        let Elapsed { least, most } = self.clock.elapsed(from, to);
        if !is_beyond(most, grace) || (most.saturating_sub(least) <= LEAST && !hidden) {
            return None;
        }
        let steps = self.clock.steps();
        let between = steps.iter().find(|step| !step.is_before(from) && step.is_before(to));
        between.or(steps.last()).copied()
    }

    /// The clock of the capture was set at a packet; until then it had come to `from`, and packets were `silent` seconds
    /// apart at most.
    pub(super) fn clock_set(&mut self, at: Origin, from: Timestamp, silent: f64) {
        self.clock.step(at, from, silent);
    }

    /// Nothing was captured from a time until a packet.
    pub(super) fn not_captured(&mut self, at: Origin, from: Timestamp) {
        self.clock.pause(at, from);
    }

    /// True if there was a pause between two captures from one packet to another.
    pub(super) fn paused_between(&self, from: Origin, to: Origin) -> bool {
        self.clock.pauses().any(|pause| !pause.is_before(from) && pause.is_before(to))
    }

    /// A pause between two captures in which a session may have ended, longer than the grace: none of its connections
    /// was heard of since.
    pub(super) fn paused(&self, session: &Session, grace: Duration) -> Option<InDoubt> {
        // Nearly always there is none.
        let pause =
            self.clock.pauses().rev().find(|pause| !pause.went_back() && is_beyond(pause.by(), grace))?;
        let connections = self.connections_of(session);
        let last = connections.flat_map(|connection| [connection.client_last, connection.server_last]);
        let last = last.flatten().chain([session.used.last]).max()?;
        let began = pause.is_before(session.used.first);
        let since = Origin { time: pause.from, ..pause.at };
        let doubt = InDoubt { at: pause.at, since, why: Doubt::NotCaptured };
        (!began && !pause.is_before(last)).then_some(doubt)
    }
}
