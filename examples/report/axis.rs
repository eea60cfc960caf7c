//! The axis of time: from moments to places in a picture, and its ticks.

use smbscope::wire::Timestamp;

use crate::text::{clock, day};

/// A span of time on so many units of a picture.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    from: i64,
    to: i64,
    left: f64,
    width: f64,
}

/// A tick: where, and what it says.
pub(crate) struct Tick {
    pub(crate) x: f64,
    pub(crate) label: String,
}

/// Seconds between ticks that people like.
const STEPS: [f64; 27] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0,
    300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 43_200.0, 86_400.0, 604_800.0,
];
/// The least distance of ticks, and the width of the longest label.
const APART: f64 = 90.0;
const LABEL: f64 = 64.0;
/// The width of a picture.
pub(crate) const PICTURE: f64 = 1100.0;

impl Axis {
    pub(crate) fn new(from: Timestamp, to: Timestamp, left: f64, width: f64) -> Self {
        // A moment is a span too.
        let (from, to) = (from.as_nanos(), to.as_nanos());
        Self { from, to: to.max(from.saturating_add(1_000_000)), left, width }
    }

    /// Where a moment is, within the picture.
    pub(crate) fn x(&self, at: Timestamp) -> f64 {
        let share = at.as_nanos().saturating_sub(self.from) as f64 / self.nanos();
        self.left + share.clamp(0.0, 1.0) * self.width
    }

    pub(crate) fn left(&self) -> f64 {
        self.left
    }

    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }

    fn nanos(&self) -> f64 {
        self.to.saturating_sub(self.from) as f64
    }

    /// The ticks: round moments, not too near to each other.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        let seconds = self.nanos() / 1e9;
        let wanted = seconds * APART / self.width;
        let step = STEPS.into_iter().find(|step| *step >= wanted);
        // Beyond a week: whole weeks.
        let step = step.unwrap_or_else(|| (wanted / 604_800.0).ceil() * 604_800.0);
        let nanos = (step * 1e9) as i64;
        let mut ticks = Vec::new();
        let mut at = self.from.div_euclid(nanos).saturating_mul(nanos);
        while at <= self.to {
            if at >= self.from {
                let time = Timestamp::from_nanos(at);
                let label = match step {
                    _ if step < 1.0 => clock(time)[6..].to_owned(),
                    _ if step < 60.0 => clock(time)[..8].to_owned(),
                    _ if step < 43_200.0 => clock(time)[..5].to_owned(),
                    _ if step < 86_400.0 => format!("{} {}", &day(time)[5..], &clock(time)[..5]),
                    _ => day(time),
                };
                let x = self.x(time);
                // A label that would reach beyond the picture is left out with its tick.
                if x + LABEL / 2.0 <= PICTURE {
                    ticks.push(Tick { x, label });
                }
            }
            let Some(next) = at.checked_add(nanos) else { break };
            at = next;
        }
        ticks
    }
}
