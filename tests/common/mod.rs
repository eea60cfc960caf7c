//! What the integration tests share: captures as packets in memory, and the truth that lies beside them.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod rewrite;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use smbscope::Scan;
use smbscope::capture::{Capture, LinkType, Origin, Packet};
use smbscope::ledger::{HandleEnd, Ledger};
use smbscope::scan::Source;
use smbscope::wire::Timestamp;

/// A packet that owns its bytes.
#[derive(Clone, Debug)]
pub struct Owned {
    pub origin: Origin,
    pub link: LinkType,
    pub data: Vec<u8>,
    pub length: u32,
}

impl Owned {
    pub fn packet(&self) -> Packet<'_> {
        Packet::captured(self.origin, self.link, &self.data, self.length)
    }
}

/// A capture in memory.
pub struct InMemory {
    pub packets: Vec<Owned>,
    pub end: Option<Timestamp>,
}

pub fn read(path: &Path) -> InMemory {
    let mut capture = Capture::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut packets = Vec::new();
    while let Some(packet) = capture.next().unwrap() {
        let Packet { origin, link, data, length, .. } = packet;
        packets.push(Owned { origin, link, data: data.to_vec(), length });
    }
    let info = capture.info();
    let end = info.last.max(info.end);
    InMemory { packets, end }
}

/// An example, which cargo builds beside this test.
pub fn program(example: &str, arguments: &[&str]) -> Command {
    static BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    // One that an earlier build left may be of other source. Others wait until it is built.
    let mut built = BUILT.lock().unwrap();
    if built.insert(example.to_owned()) {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", example]).current_dir(root);
        if profile.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success());
    }
    drop(built);
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root).stdin(Stdio::null());
    command
}

/// The ledger after all packets, at the capture's end.
pub fn analyze(packets: &[Owned], end: Option<Timestamp>) -> Ledger {
    scan(packets).until(end).run().unwrap().ledger
}

/// Packets in memory, to be scanned.
pub fn scan(packets: &[Owned]) -> Scan<impl Source> {
    Scan::packets(packets.iter().map(Owned::packet))
}

/// The captures that have a truth beside them: in `testdata/`, and in the directories of `SMBSCOPE_TRUTH`
/// (separated by colons) if it is set.
pub fn captures_with_truth() -> Vec<(PathBuf, Value)> {
    let mut directories = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata")];
    match std::env::var("SMBSCOPE_TRUTH") {
        Ok(more) => directories.extend(more.split(':').map(PathBuf::from)),
        Err(_) => eprintln!("SMBSCOPE_TRUTH is not set: further captures with truth are skipped"),
    }
    let mut found = Vec::new();
    for directory in directories {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(stem) = [".pcap.gz", ".pcapng", ".pcap"].iter().find_map(|end| name.strip_suffix(end))
            else {
                continue;
            };
            let truth = directory.join(format!("{stem}.truth.json"));
            if let Ok(text) = std::fs::read_to_string(&truth) {
                found.push((path, serde_json::from_str(&text).unwrap()));
            }
        }
    }
    found
}

/// What is known of a session, from a truth or from a ledger, in the same words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub who: String,
    pub verdict: String,
    /// How it ended, whatever it was before; the verdict of what is open.
    pub ending: String,
    pub pipes: Vec<String>,
    /// Handle bytes and how each ended.
    pub handles: Vec<(String, String)>,
    pub waiting: Vec<String>,
    /// Its set-up lies before the capture's first packet, so parts of it were not seen.
    pub set_up_unseen: bool,
}

impl Known {
    /// True if this, found by us, is as `truth` says; where the set-up was not seen, as much of it as was.
    pub fn agrees(&self, truth: &Self) -> bool {
        if truth.verdict == "unknown" {
            // Encrypted: what is inside was not seen, who it is was.
            return (&self.who, &self.ending) == (&truth.who, &truth.ending);
        }
        if !truth.set_up_unseen {
            let (verdict, set_up_unseen) = (truth.verdict.clone(), false);
            return Self { verdict, set_up_unseen, ..self.clone() } == *truth;
        }
        let fits = self.handles.iter().all(|handle| truth.handles.contains(handle))
            && self.pipes.iter().all(|pipe| truth.pipes.contains(pipe));
        fits && (&self.who, &self.ending, &self.waiting) == (&truth.who, &truth.ending, &truth.waiting)
    }
}

/// The sessions of a truth by the client's port.
pub fn truth_sessions(truth: &Value) -> BTreeMap<u16, Vec<Known>> {
    let texts = |value: &Value| {
        let mut texts: Vec<String> = value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect();
        texts.sort();
        texts
    };
    let mut sessions: BTreeMap<u16, Vec<Known>> = BTreeMap::new();
    for session in truth["sessions"].as_array().unwrap() {
        let mut handles: Vec<(String, String)> = session["handles"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|handle| {
                let closed_by = handle["closed_by"].as_str().unwrap_or("open").to_owned();
                (handle["handle"].as_str().unwrap().to_owned(), closed_by)
            })
            .collect();
        handles.sort();
        let port = u16::try_from(session["client_port"].as_u64().unwrap()).unwrap();
        sessions.entry(port).or_default().push(Known {
            who: session["who"].as_str().unwrap().to_owned(),
            verdict: session["verdict"].as_str().unwrap().to_owned(),
            // The truth does not say for how long a session that ended was idle.
            ending: session["verdict"].as_str().unwrap().to_owned(),
            pipes: texts(&session["pipes"]),
            handles,
            waiting: texts(&session["waiting"]),
            set_up_unseen: !session["seen_from"].is_null(),
        });
    }
    sessions
}

/// The sessions of a ledger by the client's port.
pub fn ledger_sessions(ledger: &Ledger, grace: Duration) -> BTreeMap<u16, Vec<Known>> {
    let mut sessions: BTreeMap<u16, Vec<Known>> = BTreeMap::new();
    for (row, session) in ledger.sessions() {
        let mut known = Known {
            who: session.identity.who.to_string(),
            verdict: ledger.judge(row, grace).unwrap().verdict.to_string(),
            ending: match session.closed {
                Some(_) => ledger.judge(row, Duration::MAX).unwrap().verdict.to_string(),
                None => ledger.judge(row, grace).unwrap().verdict.to_string(),
            },
            pipes: Vec::new(),
            handles: Vec::new(),
            waiting: Vec::new(),
            set_up_unseen: session.opened.is_none(),
        };
        for open in ledger.opens_of(session).filter(|open| open.holds()) {
            known.pipes.extend(open.name.clone());
            let open_calls = open.waiting.values().filter(|_| open.closed.is_none());
            known.waiting.extend(open_calls.map(|call| call.name()));
            known.handles.extend(ledger.handles(open).map(|handle| {
                // The truth says what ran a handle down.
                let closed_by = handle.closed.map_or("open", |closing| match closing.by {
                    HandleEnd::Rundown(cause) => cause.as_str(),
                    HandleEnd::CloseCall => "close_call",
                });
                (handle.handle.to_string(), closed_by.to_owned())
            }));
        }
        known.pipes.sort();
        known.handles.sort();
        known.waiting.sort();
        sessions.entry(session.client.port).or_default().push(known);
    }
    sessions
}
