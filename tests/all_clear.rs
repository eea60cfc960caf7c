//! No false all-clear: whatever of a capture is lost, cut or not read, a null session that is stuck in the whole of it is
//! told, or the answer says that it cannot tell. No false alarm: of what is well in the whole, nobody is accused.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use common::{Owned, analyze, captures_with_truth, read};
use smbscope::capture::LinkType;
use smbscope::ledger::{Ledger, Stuck};
use smbscope::net::{Decoded, Decoder};
use smbscope::report::{NullSessions, Options, Outcome};
use smbscope::session::Counts;
use smbscope::wire::Timestamp;

/// A capture, and what its answer comes to.
struct Whole {
    name: String,
    packets: Vec<Owned>,
    end: Option<Timestamp>,
    grace: Duration,
    outcome: Outcome,
    /// The clients' ports of the null sessions that are stuck.
    stuck: BTreeSet<u16>,
    /// The last uses of those that are still open.
    unused_since: Vec<Timestamp>,
}

impl Whole {
    fn read(path: &Path, grace: Duration) -> Self {
        let capture = read(path);
        let ledger = analyze(&capture.packets, capture.end);
        let report = report(&ledger, grace);
        let stuck = report.sessions.iter().filter(|session| session.is_null() && session.stuck == Stuck::Yes);
        let open = stuck.clone().filter(|session| session.closed.is_none());
        Self {
            unused_since: open.map(|session| session.last_used.time).collect(),
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            outcome: report.outcome(),
            stuck: stuck.map(|session| session.client.port).collect(),
            packets: capture.packets,
            end: capture.end,
            grace,
        }
    }

    /// What is wrong with the answer to a part of the capture, if anything is.
    fn fault(&self, part: &[Owned], how: &str) -> Option<String> {
        let ledger = analyze(part, self.end);
        let report = report(&ledger, self.grace);
        let outcome = report.outcome();
        // So wide that no sentence is split over lines.
        let text = report.text(10_000).to_string();
        let told = match outcome {
            Outcome::CannotTell => text.contains("It is not known whether a null session is stuck"),
            _ => true,
        };
        let right = match self.outcome {
            Outcome::Trouble if self.stuck.is_empty() => true, // a refusal, which may be what is missing
            Outcome::Trouble => outcome != Outcome::Clear,
            Outcome::Clear | Outcome::CannotTell => outcome != Outcome::Trouble,
        };
        (!right || !told).then(|| format!("{}: {how}: {:?} -> {outcome:?}", self.name, self.outcome))
    }

    /// True if a part has something of a session that is stuck.
    fn has_traces(&self, part: &[Owned]) -> bool {
        let mut decoder = Decoder::default();
        part.iter().any(|packet| {
            let packet = packet.packet();
            match decoder.decode(&packet) {
                Decoded::Tcp(segment) => {
                    self.stuck.contains(&segment.source.port)
                        || self.stuck.contains(&segment.destination.port)
                }
                _ => false,
            }
        })
    }
}

fn report(ledger: &Ledger, grace: Duration) -> NullSessions<'_> {
    let mut options = Options::default();
    options.grace = grace;
    NullSessions::new(ledger, [], &Counts::default(), options)
}

/// The captures of moderate size with a truth, at the grace that their truth is told for and at one that only what lasts
/// exceeds.
fn captures() -> Vec<Whole> {
    let of = |(path, truth): (std::path::PathBuf, serde_json::Value)| {
        Whole::read(&path, Duration::from_secs_f64(truth["grace"].as_f64().unwrap_or(2.0)))
    };
    let wholes: Vec<Whole> =
        captures_with_truth().into_iter().map(of).filter(|whole| whole.packets.len() <= 2_000).collect();
    assert!(wholes.iter().filter(|whole| !whole.stuck.is_empty()).count() > 5);
    assert!(wholes.iter().any(|whole| whole.outcome == Outcome::Clear));
    wholes
}

#[track_caller]
fn none(faults: Vec<String>) {
    let some: Vec<_> = faults.iter().take(40).cloned().collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), some.join("\n"));
}

#[test]
fn whichever_packet_is_lost() {
    let mut faults = Vec::new();
    for whole in captures() {
        for lost in 0..whole.packets.len() {
            let mut part = whole.packets.clone();
            let frame = part.remove(lost).origin.frame;
            faults.extend(whole.fault(&part, &format!("frame {frame} lost")));
        }
    }
    none(faults);
}

#[test]
fn whatever_the_snap_length() {
    let mut faults = Vec::new();
    for whole in captures() {
        for snap in (64..=400).step_by(7).chain([96, 128, 256]) {
            for keeps_length in [true, false] {
                let cut = |packet: &Owned| {
                    let mut cut = packet.clone();
                    cut.data.truncate(snap);
                    if !keeps_length {
                        cut.length = cut.data.len() as u32;
                    }
                    cut
                };
                let part: Vec<Owned> = whole.packets.iter().map(cut).collect();
                faults.extend(whole.fault(&part, &format!("snap length {snap}, {keeps_length}")));
            }
        }
    }
    none(faults);
}

/// The packets of one direction: those that go to a port of SMB, or come from it.
fn of_direction(packets: &[Owned], to_server: bool) -> Vec<Owned> {
    let mut decoder = Decoder::default();
    let of = |packet: &&Owned| {
        let packet = packet.packet();
        match decoder.decode(&packet) {
            Decoded::Tcp(segment) => matches!(segment.destination.port, 139 | 445) == to_server,
            _ => true,
        }
    };
    packets.iter().filter(of).cloned().collect()
}

#[test]
fn whichever_direction_is_missing() {
    let mut faults = Vec::new();
    for whole in captures() {
        for to_server in [true, false] {
            let part = of_direction(&whole.packets, to_server);
            if whole.has_traces(&part) {
                faults.extend(whole.fault(&part, &format!("to the server alone: {to_server}")));
            }
        }
    }
    none(faults);
}

#[test]
fn wherever_the_capture_begins() {
    let mut faults = Vec::new();
    for whole in captures() {
        for begin in 1..whole.packets.len() {
            let part = &whole.packets[begin..];
            if whole.has_traces(part) {
                faults.extend(whole.fault(part, &format!("begun behind packet {begin}")));
            }
        }
    }
    none(faults);
}

#[test]
fn wherever_the_capture_ends() {
    let mut faults = Vec::new();
    for whole in captures() {
        for end in 1..whole.packets.len() {
            let part = &whole.packets[..end];
            let last = part[end - 1].origin.time;
            let outcome = report(&analyze(part, Some(last)), whole.grace).outcome();
            // A session is stuck when it was not used for longer than the grace.
            let stuck = whole
                .unused_since
                .iter()
                .any(|used| last.since(*used) > whole.grace.max(Duration::from_secs(1)));
            let wrong = (stuck && outcome == Outcome::Clear)
                || (whole.outcome == Outcome::Clear && outcome == Outcome::Trouble);
            if wrong {
                let name = &whole.name;
                faults.push(format!("{name}: ended behind packet {end}: {:?} -> {outcome:?}", whole.outcome));
            }
        }
    }
    none(faults);
}

#[test]
fn whatever_the_link_type() {
    let mut faults = Vec::new();
    for whole in captures() {
        let tagged = |packet: &Owned| Owned { link: LinkType(147), ..packet.clone() };
        let part: Vec<Owned> = whole.packets.iter().map(tagged).collect();
        faults.extend(whole.fault(&part, "an unknown link type"));
    }
    none(faults);
}
