//! How fast captures are read: the bare walk of the file, the walk up to TCP segments, and the whole path up to the
//! ledger, side by side.
//!
//! `cargo bench --bench whole_path` measures traffic made here; `cargo bench --bench whole_path -- FILE…` measures
//! captures. With `--test` everything is done once on little traffic.

#[path = "../examples/walk/bare.rs"]
mod bare;
mod traffic;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use smbscope::Scan;
use smbscope::capture::Capture;
use smbscope::ledger::Ledger;
use smbscope::net::{Decoded, Decoder};

/// Bytes of the traffic made here.
const TRAFFIC: u64 = 104 << 20;
const LITTLE_TRAFFIC: u64 = 1 << 20;

/// Every way is gone so many times, in turns; the fastest counts.
const ROUNDS: usize = 7;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let (options, files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let test = options.iter().any(|option| option == "--test");
    let rounds = if test { 1 } else { ROUNDS };
    if files.is_empty() {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("whole_path.pcap");
        let made = traffic::write(&path, if test { LITTLE_TRAFFIC } else { TRAFFIC })?;
        let ledger = measure(&path, rounds)?;
        check(&ledger, &made);
    }
    for file in files {
        measure(Path::new(&file), rounds)?;
    }
    Ok(())
}

/// What a way through a capture counted.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
struct Counted {
    packets: u64,
    payload: u64,
}

/// A way through a capture.
type Way<'a> = &'a mut dyn FnMut(&Path) -> Outcome<Counted>;

fn measure(path: &Path, rounds: usize) -> Outcome<Ledger> {
    let mut fastest = [Duration::MAX; 3];
    let mut counted = [Counted::default(); 3];
    let mut ledger = Ledger::default();
    for _ in 0..rounds {
        let mut whole = |path: &Path| {
            let (counted, new) = whole(path)?;
            ledger = new;
            Ok(counted)
        };
        let ways: [Way<'_>; 3] = [&mut walk, &mut decode, &mut whole];
        for ((way, fastest), counted) in ways.into_iter().zip(&mut fastest).zip(&mut counted) {
            let start = Instant::now();
            *counted = way(path)?;
            *fastest = start.elapsed().min(*fastest);
        }
    }
    let [walked, decoded, analyzed] = counted;
    assert_eq!(walked.packets, decoded.packets, "packets walked and decoded");
    assert_eq!(walked.packets, analyzed.packets, "packets walked and analyzed");
    let bytes = std::fs::metadata(path)?.len();
    print(path, bytes, walked, fastest);
    Ok(ledger)
}

fn print(path: &Path, bytes: u64, counted: Counted, fastest: [Duration; 3]) {
    let Counted { packets, payload } = counted;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    println!(
        "{name}: {:.1} MB, {packets} packets of {} bytes on average, {:.1} MB of TCP payload",
        bytes as f64 / 1e6,
        bytes / packets.max(1),
        payload as f64 / 1e6
    );
    println!("{:<34}{:>12}{:>12}{:>12}", "", "ns/packet", "MB/s", "times walk");
    let names = ["walk (pcap-parser, etherparse)", "Capture, Decoder", "Capture, Analyzer, Ledger"];
    for (name, time) in names.into_iter().zip(fastest) {
        let nanos = time.as_nanos() as f64;
        println!(
            "{name:<34}{:>12.1}{:>12.0}{:>12.2}",
            nanos / packets as f64,
            bytes as f64 * 1e3 / nanos,
            nanos / fastest[0].as_nanos() as f64
        );
    }
    println!();
}

/// The bare walk: nothing is done with the packets.
fn walk(path: &Path) -> Outcome<Counted> {
    let (packets, payload) = bare::walk(path)?;
    Ok(Counted { packets, payload })
}

/// Up to TCP segments.
fn decode(path: &Path) -> Outcome<Counted> {
    let mut counted = Counted::default();
    let mut capture = Capture::open(path)?;
    let mut decoder = Decoder::default();
    while let Some(packet) = capture.next()? {
        counted.packets += 1;
        if let Decoded::Tcp(segment) = decoder.decode(&packet) {
            counted.payload += segment.payload.len() as u64;
        }
    }
    Ok(counted)
}

/// Up to the ledger.
fn whole(path: &Path) -> Outcome<(Counted, Ledger)> {
    let answer = Scan::files([path]).run()?;
    Ok((Counted { packets: answer.read.counts.packets, payload: 0 }, answer.ledger))
}

/// Asserts that the whole path found in the traffic what was put into it: else its speed says nothing.
fn check(ledger: &Ledger, made: &traffic::Made) {
    assert_eq!(ledger.losses().unreadable, 0, "{:?}", ledger.losses());
    assert_eq!(ledger.losses().gaps, 0, "{:?}", ledger.losses());
    let sessions = ledger.sessions().count() as u64;
    let aggregated: u64 = ledger.losses().sessions_aggregated.values().sum();
    assert_eq!(sessions + aggregated, made.sessions, "sessions");
    let leaks = ledger.sessions().filter(|(_, session)| session.closed.is_none());
    let leaked_handles: usize = leaks
        .flat_map(|(_, session)| ledger.opens_of(session))
        .map(|open| ledger.handles(open).filter(|handle| handle.closed.is_none()).count())
        .sum();
    assert_eq!(leaked_handles as u64, made.open_handles, "handles left open");
    assert!(made.open_handles > 0);
}
