//! PDUs taken apart: everything in the captures is read to its end, and says so where it is not.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::read;
use serde_json::Value;
use smbscope::capture::{Capture, Packet};
use smbscope::dissect::{Dissection, Dissector, Message};
use smbscope::session::{Analyzer, Event, Limits, Pdu, Sink};

/// Takes every PDU apart.
#[derive(Default)]
struct All {
    dissector: Dissector,
    kinds: BTreeMap<&'static str, usize>,
    /// Messages that are not there, and anomalies, with their frames.
    unread: Vec<String>,
    /// The decoded arguments of RPC calls, by interface and procedure.
    arguments: Vec<(String, String, Value)>,
}

impl Sink for All {
    fn event(&mut self, _event: Event) {}

    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Self { dissector, kinds, unread, arguments } = self;
        *kinds.entry(Dissection::kind(&pdu.content)).or_default() += 1;
        dissector.pdu(pdu, |dissection| {
            let Some(message) = &dissection.message else {
                unread.push(format!("{}: no message", pdu.at.frame));
                return;
            };
            unread.extend(dissection.anomalies.iter().map(|anomaly| format!("{}: {anomaly}", pdu.at.frame)));
            let json = serde_json::to_value(message).unwrap();
            assert!(json.is_object(), "{json}");
            if let Message::Rpc(_) = message
                && let Some(Value::Object(_)) = json.get("args")
            {
                let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
                assert_eq!(json["unread"], 0, "{json}");
                arguments.push((text("interface"), text("procedure"), json["args"].clone()));
            }
        });
    }
}

fn take_apart(path: &Path) -> All {
    let (mut all, mut analyzer) = (All::default(), Analyzer::new(Limits::default()));
    for packet in &read(path).packets {
        analyzer.push(&Packet::new(packet.origin, packet.link, &packet.data, packet.length), &mut all);
    }
    analyzer.finish(&mut all);
    all
}

fn captures() -> Vec<PathBuf> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let entries = std::fs::read_dir(testdata).unwrap().map(|entry| entry.unwrap().path());
    let is_capture = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".pcap") || name.ends_with(".pcapng") || name.ends_with(".pcap.gz")
    };
    let mut captures: Vec<_> = entries.filter(is_capture).collect();
    captures.sort();
    captures
}

#[test]
fn every_pdu_of_every_capture_is_read_to_its_end() {
    let (mut kinds, mut unread) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for path in captures() {
        let all = take_apart(&path);
        for (kind, count) in all.kinds {
            *kinds.entry(kind).or_default() += count;
        }
        unread.extend(all.unread.into_iter().map(|what| format!("{} {what}", path.display())));
    }
    assert!(unread.is_empty(), "{} anomalies\n{}", unread.len(), unread.join("\n"));
    for (kind, least) in [("NBSS", 10), ("SMB1", 1000), ("SMB2", 1000), ("RPC", 500), ("XFRM", 10)] {
        assert!(kinds.get(kind).is_some_and(|count| *count >= least), "{kind}: {kinds:?}");
    }
}

#[test]
fn the_server_service_tells_its_shares() {
    let all = take_apart(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/two_pipes.pcap"));
    let answers = all.arguments.iter().filter(|(interface, procedure, args)| {
        interface == "srvsvc" && procedure.starts_with("NetrShareEnum") && args.get("return").is_some()
    });
    let mut shares = Vec::new();
    for (_, _, args) in answers {
        for share in args["InfoStruct"]["ShareInfo"]["Level1"]["Buffer"].as_array().into_iter().flatten() {
            shares.extend(share["shi1_netname"].as_str().map(str::to_owned));
        }
    }
    assert!(shares.iter().any(|share| share == "IPC$"), "{shares:?}");
}

/// Every file of the directory that `SMBSCOPE_CORPUS` names, if it is set: nothing panics, everything serialises, and
/// no more than one PDU in a hundred has an anomaly.
#[test]
fn a_corpus() {
    let Ok(corpus) = std::env::var("SMBSCOPE_CORPUS") else {
        eprintln!("skipped: SMBSCOPE_CORPUS is not set");
        return;
    };
    let (mut directories, mut pdus, mut unread) = (vec![PathBuf::from(corpus)], 0, 0);
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if Capture::open(&path).is_ok() {
                let all = take_apart(&path);
                pdus += all.kinds.values().sum::<usize>();
                unread += all.unread.len();
                eprintln!("{}: {:?}, {} anomalies", path.display(), all.kinds, all.unread.len());
            }
        }
    }
    assert!(pdus > 0 && unread * 100 <= pdus, "{unread} anomalies in {pdus} PDUs");
}
