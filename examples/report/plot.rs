//! The slots of a server in the course of time, against its limit.

use askama::Template;
use smbscope::ledger::Slots;
use smbscope::report::ServerTables;
use smbscope::wire::Timestamp;

use crate::axis::{Axis, PICTURE, Tick};
use crate::lanes::{Mark, line, marks};

const LEFT: f64 = 60.0;
/// Where the limit is named.
const RIGHT: f64 = 100.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 186.0;

/// A picture of slots in use.
#[derive(Template)]
#[template(path = "slots.svg", config = "examples/report/askama.toml")]
pub(crate) struct Picture {
    title: String,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    ticks: Vec<Tick>,
    /// Where levels are, and how many slots they mean.
    levels: Vec<(f64, u64)>,
    /// What is in use for sure.
    low: String,
    /// What may be in use, as an area above that.
    unsure: String,
    /// Where the limit is, and what it says.
    limit: Option<(f64, String)>,
    refusals: Vec<Mark>,
    /// How far down their lines go.
    line: f64,
}

impl Picture {
    pub(crate) fn of(server: &ServerTables<'_>, span: (Timestamp, Timestamp), name: &str) -> Self {
        let axis = Axis::new(span.0, span.1, LEFT, PICTURE - LEFT - RIGHT);
        let peak = server.peak.map_or(0, |peak| peak.slots.high);
        let most = server.limit.as_ref().map_or(0, |limit| limit.slots).max(peak).max(1);
        let y = |slots: u64| BOTTOM - (BOTTOM - TOP) * slots as f64 / (most as f64 * 1.08);
        let step = level_step(most);
        let marks = marks(&server.refusals, &axis);
        let points: Vec<(f64, Slots)> =
            server.slots.iter().map(|change| (axis.x(change.at.time), change.slots)).collect();
        Self {
            title: format!("Connection slots in use on server {name} in the course of time"),
            width: PICTURE,
            height: BOTTOM + 26.0,
            left: axis.left(),
            right: axis.right(),
            top: TOP,
            bottom: BOTTOM,
            ticks: axis.ticks(),
            levels: (0..)
                .map(|place| place * step)
                .take_while(|slots| *slots <= most)
                .map(|slots| (y(slots), slots))
                .collect(),
            low: steps(&points, &axis, |slots| y(slots.low)),
            unsure: between(&points, &axis, y),
            limit: server.limit.as_ref().map(|limit| {
                let guess = if limit.from == "guess" { ", a guess" } else { "" };
                (y(limit.slots), format!("limit {}{guess}", limit.slots))
            }),
            line: line(&marks, TOP, BOTTOM),
            refusals: marks,
        }
    }
}

/// A round number of slots of which few make the most.
fn level_step(most: u64) -> u64 {
    let steps = (0..19).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    steps.into_iter().find(|step| most / step <= 6).unwrap_or(most)
}

/// A line in steps.
fn steps(points: &[(f64, Slots)], axis: &Axis, y: impl Fn(Slots) -> f64) -> String {
    let mut path = format!("M{:.1} {:.1}", axis.left(), y(Slots::default()));
    for (x, slots) in points {
        path.push_str(&format!("H{x:.1}V{:.1}", y(*slots)));
    }
    path.push_str(&format!("H{:.1}", axis.right()));
    path
}

/// The area between what is in use for sure and what may be.
fn between(points: &[(f64, Slots)], axis: &Axis, y: impl Fn(u64) -> f64) -> String {
    let mut path = String::new();
    for (place, (x, slots)) in points.iter().enumerate().filter(|(_, (_, slots))| slots.high > slots.low) {
        let to = points.get(place + 1).map_or(axis.right(), |(x, _)| *x);
        path.push_str(&format!("M{x:.1} {:.1}H{to:.1}V{:.1}H{x:.1}Z", y(slots.high), y(slots.low)));
    }
    path
}
