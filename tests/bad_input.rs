//! Input that is no capture, that is cut short, or that holds anything at all: one clear line, or what could be read;
//! never a panic, and nobody accused who would not be by the whole.
#![cfg(feature = "serde")]

mod common;
#[path = "../fuzz/drive.rs"]
mod drive;

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::rewrite::Random;
use common::{Owned, analyze, program};
use smbscope::Scan;
use smbscope::capture::{Capture, CaptureError, Packet, Timeline};
use smbscope::ledger::{Closing, Ledger, SessionEnd};
use smbscope::report::Outcome;
use smbscope::session::{ConnectionId, SessionId};
use smbscope::wire::Timestamp;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn testdata(name: &str) -> Vec<u8> {
    fs::read(root().join("testdata").join(name)).unwrap()
}

/// A file of this test run's own.
fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).unwrap();
    path
}

// What is no capture

#[test]
fn what_is_no_capture_is_said_in_one_line() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let header = testdata("ipv6.pcap")[..20].to_vec();
    let cases = [
        (directory.join("no-such-file"), "no such file"),
        (directory.to_owned(), "is a directory"),
        (scratch("empty.pcap", b""), "empty"),
        (scratch("text.pcap", b"This is no capture, but a text."), "neither pcap nor pcapng"),
        (scratch("header.pcap", &header), "cut short inside the file header"),
        (root().join("Cargo.toml"), "neither pcap nor pcapng"),
    ];
    for (path, words) in cases {
        for error in [Capture::open(&path).err(), Timeline::open(&[&path]).err()] {
            let line = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(line.contains(words), "{}: {line:?} should say {words:?}", path.display());
            assert!(line.starts_with(&path.display().to_string()), "{line:?} should name the file first");
            assert!(!line.contains('\n'), "{line:?}");
        }
    }
}

#[test]
fn one_bad_file_among_good_ones_is_named() {
    let good = root().join("testdata/ipv6.pcap");
    let bad = scratch("among.pcap", b"no capture at all");
    let Err(error) = Timeline::open(&[&good, &bad, &good]) else { panic!("a text was read as a capture") };
    assert!(matches!(error, CaptureError::NotACapture { .. }), "{error:?}");
    assert!(error.to_string().contains("among.pcap"), "{error}");
}

/// What the answer comes to for a capture, as the programs read it.
fn outcome(file: &Path) -> Outcome {
    Scan::files([file]).run().unwrap().report().outcome()
}

#[test]
fn what_lies_behind_a_damaged_place_may_hold_anything() {
    let whole = testdata("ipv6.pcap");
    // The third packet's captured length.
    let length = |at: usize| u32::from_le_bytes(whole[at + 8..at + 12].try_into().unwrap()) as usize;
    let third = (0..2).fold(24, |at, _| at + 16 + length(at));
    let mut damaged = whole.clone();
    damaged[third + 8..third + 12].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    assert_eq!(outcome(&scratch("damaged.pcap", &damaged)), Outcome::CannotTell);
    assert_eq!(outcome(&scratch("cut-short.pcap", &whole[..whole.len() - 1])), Outcome::Clear);
}

// Captures cut short

/// Idle for longer than this accuses. So short that cutting at different places gives different verdicts.
const GRACE: Duration = Duration::from_millis(50);

/// What is known of a session.
#[derive(Debug, PartialEq)]
struct Known {
    who: String,
    /// True unless the answer to its setup is missing.
    answered: bool,
    verdict: &'static str,
    closed: Option<Closing<SessionEnd>>,
    handles: Vec<String>,
}

type Sessions = BTreeMap<(ConnectionId, SessionId), Known>;

fn sessions(ledger: &Ledger) -> Sessions {
    let known = ledger.sessions().map(|(row, session)| {
        let handles = ledger.opens_of(session).flat_map(|open| ledger.handles(open));
        let known = Known {
            who: session.identity.who.to_string(),
            answered: !session.unanswered,
            verdict: ledger.judge(row, GRACE).unwrap().verdict.as_str(),
            closed: session.closed,
            handles: handles.map(|handle| handle.handle.to_string()).collect(),
        };
        ((session.connections[0], session.id), known)
    });
    known.collect()
}

/// The packets of a capture in memory, and whether it was whole.
fn packets(bytes: &[u8]) -> Option<(Vec<Owned>, Option<Timestamp>, bool)> {
    let mut capture = Capture::from_reader(Cursor::new(bytes.to_vec()), "cut").ok()?;
    let mut packets = Vec::new();
    while let Some(Packet { origin, link, data, length, .. }) = capture.next().unwrap() {
        packets.push(Owned { origin, link, data: data.to_vec(), length });
    }
    let info = capture.info();
    Some((packets, info.last.max(info.end), info.warnings.is_empty()))
}

/// Cuts a capture at places `step` bytes apart, at every byte of its first part.
fn cut(name: &str, first: usize, step: usize) {
    let bytes = testdata(name);
    let (whole, end, intact) = packets(&bytes).unwrap();
    assert!(intact, "{name} is not whole");
    let whole_sessions = sessions(&analyze(&whole, end));
    // The sessions after the first packets, so many, at a moment.
    let mut after: BTreeMap<(usize, Option<Timestamp>), Sessions> = BTreeMap::new();
    let mut accused = 0;
    for size in (0..first).chain((first..bytes.len()).step_by(step)).take_while(|size| *size < bytes.len()) {
        let Some((read, end, _)) = packets(&bytes[..size]) else { continue };
        let context = format!("{name} cut after {size} bytes");
        // The packets are the first ones of the whole; only the last may be a part.
        let complete = read.iter().zip(&whole).take_while(|(cut, whole)| cut.data == whole.data).count();
        assert!(read.len() - complete <= 1, "{context}: {complete} of {} packets are right", read.len());
        if let Some((part, whole)) = read.get(complete).zip(whole.get(complete)) {
            assert!(whole.data.starts_with(&part.data) && part.origin == whole.origin, "{context}");
        }
        let found = sessions(&analyze(&read, end));
        // What its packets say that are complete, at the moment of its end; and with the one more that is cut.
        let is_cut = read.len() > complete;
        let counts = [complete, read.len()];
        for count in counts {
            after.entry((count, end)).or_insert_with(|| sessions(&analyze(&whole[..count], end)));
        }
        let [before, behind] = counts.map(|count| &after[&(count, end)]);
        for (id, known) in &found {
            let context = || format!("{context}, {id:?}: {known:?}");
            // Nothing that the whole does not have.
            // The beginning of a message that is cut may be of any session, and a setup without its answer has no id.
            if id.1 == SessionId::Unnamed || !known.answered {
                assert!(!matches!(known.verdict, "leaked" | "hung"), "{}", context());
                continue;
            }
            let Some(whole) = whole_sessions.get(id) else { panic!("{} is invented", context()) };
            assert!(known.who == "unknown" || known.who == whole.who, "{}, not {}", context(), whole.who);
            assert!(known.closed.is_none() || known.closed == whole.closed, "{}: {whole:?}", context());
            assert!(known.handles.iter().all(|handle| whole.handles.contains(handle)), "{}", context());
            // A part of a packet says less than the packet, and nothing else.
            let as_in = |sessions: &Sessions| sessions.get(id).is_some_and(|at| at.verdict == known.verdict);
            assert!(
                (is_cut && known.verdict == "unknown") || as_in(before) || as_in(behind),
                "{} was {:?} and becomes {:?}",
                context(),
                before.get(id),
                behind.get(id)
            );
            accused += usize::from(matches!(known.verdict, "leaked" | "hung"));
        }
        // Nothing is forgotten either.
        let missing = before.iter().find(|(id, known)| known.answered && !found.contains_key(*id));
        assert!(missing.is_none(), "{context}: {missing:?} is missing");
    }
    assert!(accused > 0, "{name}: nobody is accused at any place, so nothing was tested");
}

#[test]
fn a_cut_pcap_accuses_nobody_whom_its_packets_do_not() {
    cut("hung_openprinterex_smb1.pcap", 3072, 7);
}

#[test]
fn a_cut_pcap_of_smb3_accuses_nobody_whom_its_packets_do_not() {
    cut("hung_openprinterex_smb3.pcap", 3072, 29);
}

#[test]
fn a_cut_pcapng_accuses_nobody_whom_its_packets_do_not() {
    cut("pcapng_two_interfaces.pcapng", 3072, 29);
}

#[test]
#[cfg(feature = "gzip")]
fn a_cut_gzip_accuses_nobody_whom_its_packets_do_not() {
    cut("gzipped.pcap.gz", 3072, 7);
}

// Anything at all

/// The captures of `testdata/`.
fn captures() -> Vec<(String, Vec<u8>)> {
    let mut captures: Vec<(String, Vec<u8>)> = fs::read_dir(root().join("testdata"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng" || end == "gz"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    captures.sort();
    assert!(captures.len() > 10, "only {} captures", captures.len());
    captures
}

/// Shows which input it was if the closure panics.
fn on(input: &str, work: impl FnOnce() + std::panic::UnwindSafe) {
    if std::panic::catch_unwind(work).is_err() {
        panic!("the panic above came of {input}");
    }
}

#[test]
fn captures_with_wrong_bytes_never_panic() {
    for (name, bytes) in captures().into_iter().filter(|(_, bytes)| bytes.len() < 50_000) {
        for seed in 1..=100 {
            let mut random = Random::new(seed);
            let mut bytes = bytes.clone();
            for _ in 0..=random.below(40) {
                let place = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[place] ^= 1 << random.below(8),
                    1 => bytes[place] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
                    2 => bytes[place] = random.next() as u8,
                    _ => drop(bytes.drain(place..(place + random.below(8)).min(bytes.len()))),
                }
            }
            on(&format!("{name} with seed {seed}"), move || drive::file(&bytes));
        }
    }
}

#[test]
fn messages_with_wrong_bytes_never_panic() {
    let seeds = seeds("packets");
    for (name, bytes) in &seeds {
        for seed in 1..=300 {
            let mut random = Random::new(seed);
            let mut bytes = bytes.clone();
            for _ in 0..=random.below(12) {
                let place = random.below(bytes.len());
                bytes[place] = random.next() as u8;
            }
            on(&format!("{name} with seed {seed}"), move || drive::packets(&bytes));
        }
    }
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = root().join("fuzz/seeds").join(target);
    let paths = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    let seeds: Vec<_> = paths.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect();
    assert!(!seeds.is_empty(), "no seeds in {}", directory.display());
    seeds
}

#[test]
fn seeds_of_the_fuzz_targets_run() {
    for (name, bytes) in seeds("whole_path") {
        on(&name, move || drive::file(&bytes));
    }
    for (name, bytes) in seeds("packets") {
        on(&name, move || drive::packets(&bytes));
    }
    for (name, bytes) in seeds("stubs") {
        on(&name, move || drive::stub(&bytes));
    }
}

#[test]
fn any_bytes_as_the_stub_of_any_call_never_panic() {
    for (name, bytes) in seeds("stubs") {
        for seed in 1..=200 {
            let mut random = Random::new(seed);
            let mut bytes = bytes.clone();
            for _ in 0..=random.below(12) {
                let place = random.below(bytes.len());
                // Small numbers make sense as counts and offsets more often.
                bytes[place] = if random.below(2) == 0 { random.next() as u8 } else { random.below(8) as u8 };
            }
            on(&format!("{name} with seed {seed}"), move || drive::stub(&bytes));
        }
    }
}

// The program

/// Runs the example `null_sessions`.
fn null_sessions(arguments: &[&str]) -> Output {
    program("null_sessions", arguments).output().unwrap()
}

#[test]
fn the_program_says_in_one_line_what_it_cannot_read() {
    let empty = scratch("program_empty.pcap", b"");
    for path in ["no-such-file", "src", "Cargo.toml", empty.to_str().unwrap(), "-"] {
        let Output { status, stdout, stderr } = null_sessions(&[path]);
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{path}: {said}");
        assert_eq!(said.lines().count(), 1, "{path}: {said}");
        assert!(said.contains(path), "{path}: {said}");
        assert!(stdout.is_empty(), "{path}: something was reported");
    }
}

#[test]
fn the_program_rejects_arguments_it_cannot_use() {
    let capture = "testdata/ipv6.pcap";
    let cases: [&[&str]; 5] = [
        &[],
        &["--grace", "soon", capture],
        &["--limit", "-1", capture],
        &["--until", "tomorrow", capture],
        &["--format", "xml", capture],
    ];
    for arguments in cases {
        let Output { status, stdout, stderr } = null_sessions(arguments);
        assert_eq!(status.code(), Some(2), "{arguments:?}");
        assert!(stdout.is_empty() && !stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_program_tells_by_its_exit_code_whether_something_leaks() {
    let code = |arguments: &[&str]| null_sessions(arguments).status.code();
    assert_eq!(code(&["testdata/ipv6.pcap"]), Some(0), "within the grace of 90 s");
    assert_eq!(code(&["--grace", "2", "testdata/ipv6.pcap"]), Some(1));
    assert_eq!(
        code(&["--grace", "2", "testdata/denied_anonymous.pcap"]),
        Some(1),
        "what was denied holds slots"
    );
    assert_eq!(code(&["--grace", "9999", "testdata/denied_anonymous.pcap"]), Some(0));
}

#[test]
fn the_program_reports_what_a_cut_capture_still_holds() {
    let bytes = testdata("ipv6.pcap");
    let path = scratch("program_cut.pcap", &bytes[..bytes.len() - 5]);
    let Output { status, stdout, stderr } =
        null_sessions(&["--grace", "2", "--format", "json", path.to_str().unwrap()]);
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("cut short"), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&stdout).unwrap();
    assert!(!report["sessions"].as_array().unwrap().is_empty());
}

/// A pcapng block around `body`, which is of whole words.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(12 + body.len()).unwrap().to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &length].concat()
}

/// The packets of a capture as a pcapng whose interface counts 10^-`resolution` seconds, the last at `last` ticks.
fn pcapng_that_ends_at(name: &str, resolution: u8, last: u64) -> Vec<u8> {
    let (packets, _, _) = packets(&testdata(name)).unwrap();
    // Section header: byte order, version 1.0, length not known.
    let section = block(0x0a0d_0d0a, &[&[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0][..], &[0xff; 8]].concat());
    // Interface: Ethernet, no snap length; if_tsresol; end of options.
    let options = [9, 0, 1, 0, resolution, 0, 0, 0, 0, 0, 0, 0];
    let interface = block(1, &[&[1, 0, 0, 0, 0, 0, 0, 0][..], &options].concat());
    let mut file = [section, interface].concat();
    for (place, packet) in packets.iter().enumerate() {
        let nanos = u64::try_from(packet.origin.time.as_nanos()).unwrap();
        let ticks =
            if place + 1 == packets.len() { last } else { nanos / 10_u64.pow(9 - u32::from(resolution)) };
        let length = u32::try_from(packet.data.len()).unwrap();
        let mut body = vec![0; 4]; // interface 0
        for field in [(ticks >> 32) as u32, ticks as u32, length, length] {
            body.extend_from_slice(&field.to_le_bytes());
        }
        body.extend_from_slice(&packet.data);
        body.resize(body.len().next_multiple_of(4), 0);
        file.extend_from_slice(&block(6, &body));
    }
    file
}

#[test]
fn the_page_is_written_whatever_the_time_of_the_last_packet() {
    // Nanoseconds up to the year 2262, where times of this library end, and beyond it; seconds; and the very first.
    for (resolution, last) in [(9, i64::MAX as u64), (9, u64::MAX), (0, u64::MAX), (9, 0)] {
        let what = format!("{last} ticks of 10^-{resolution} s");
        let capture = scratch("program_late.pcapng", &pcapng_that_ends_at("ipv6.pcap", resolution, last));
        let page = scratch("program_late.html", b"");
        let arguments = ["--force", "--output", page.to_str().unwrap(), capture.to_str().unwrap()];
        let mut running = program("report", &arguments).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        let status = loop {
            match running.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if begun.elapsed() > Duration::from_secs(30) => break None,
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        if status.is_none() {
            running.kill().unwrap();
            running.wait().unwrap();
        }
        assert!(status.is_some_and(|status| status.success()), "{what}: {status:?}");
        let page = fs::read_to_string(page).unwrap();
        assert!(page.trim_end().ends_with("</html>"), "{what}");
        assert!(page.len() < 1_000_000, "{what}: {} bytes", page.len());
    }
}
