//! PDUs taken apart: everything in the captures is read to its end, and says so where it is not.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::read;
use serde_json::Value;
use smbscope::Scan;
use smbscope::capture::{Capture, LinkType, Origin, Packet};
use smbscope::dissect::{Dissection, Dissector, Message};
use smbscope::error::{ParseError, Reason};
use smbscope::session::{ConnectionId, Content, Pdu, Sink, SmbCommand};
use smbscope::smb1;
use smbscope::wire::Timestamp;

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
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Self { dissector, kinds, unread, arguments } = self;
        *kinds.entry(Dissection::kind(&pdu.content)).or_default() += 1;
        dissector.pdu(pdu, |dissection| {
            let Some(message) = &dissection.message else {
                unread.push(format!("{}: no message", pdu.at.frame));
                return;
            };
            let json = serde_json::to_value(message).unwrap();
            // impacket sends a DesiredAccess behind the handle.
            let has_more = json["procedure"] == "SamrCloseHandle" && json["unread"] == 4;
            if !has_more {
                unread.extend(
                    dissection.anomalies.iter().map(|anomaly| format!("{}: {anomaly}", pdu.at.frame)),
                );
            }
            assert!(json.is_object(), "{json}");
            if let Message::Rpc(_) = message
                && let Some(Value::Object(_)) = json.get("args")
            {
                let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
                assert!(json["unread"] == 0 || has_more, "{json}");
                arguments.push((text("interface"), text("procedure"), json["args"].clone()));
            }
        });
    }
}

fn take_apart(path: &Path) -> All {
    let mut all = All::default();
    Scan::files([path]).each(&mut all).unwrap();
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

/// How often each PDU of these packets is said to be cut, and whether anything is said twice.
#[derive(Default)]
struct Cuts {
    dissector: Dissector,
    cut: BTreeMap<&'static str, usize>,
    told: Vec<Vec<String>>,
}

impl Sink for Cuts {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Self { dissector, cut, told } = self;
        dissector.pdu(pdu, |dissection| {
            let is_cut = |anomaly: &&ParseError| matches!(anomaly.reason, Reason::Truncated { .. });
            let texts: Vec<_> = dissection.anomalies.iter().map(ToString::to_string).collect();
            let cuts = dissection.anomalies.iter().filter(is_cut).count();
            assert!(cuts <= 1, "{}: {texts:?}", pdu.at.frame);
            let mut once = texts.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), texts.len(), "{}: {texts:?}", pdu.at.frame);
            *cut.entry(Dissection::kind(&pdu.content)).or_default() += cuts;
            told.push(texts);
        });
    }
}

#[test]
fn a_pdu_that_the_capture_cuts_is_told_once() {
    let mut cut = BTreeMap::<_, usize>::new();
    for name in ["smb1_netbios_139.pcap", "smb311_null_sessions.pcap", "samba_clients_smb311.pcap"] {
        let packets = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)).packets;
        for snap_length in [90, 110, 140, 170, 200, 240, 300] {
            let mut cuts = Cuts::default();
            let cut_packets = packets.iter().map(|packet| {
                let data = packet.data.get(..snap_length).unwrap_or(&packet.data);
                Packet::captured(packet.origin, packet.link, data, packet.length)
            });
            Scan::packets(cut_packets).each(&mut cuts).unwrap();
            cuts.cut.iter().for_each(|(kind, count)| *cut.entry(*kind).or_default() += count);
        }
    }
    assert!(cut["SMB1"] > 100 && cut["SMB2"] > 100, "{cut:?}");
}

#[test]
fn a_datagram_that_is_cut_is_told_where_it_is_cut() {
    let name = b"\x20FHFDCNDCDBCACACACACACACACACACAAA\0"; // WS-21<00>
    let browse = [8, 1, 0x00, 0x0f, 0x01, 0x20, 0x10, 0x27, 0, 0, 0, 0, 0, 0, b'S', 0]; // RequestElection
    let mut message = b"\xffSMB\x25".to_vec(); // TRANSACTION
    message.resize(32, 0);
    message.push(17); // WordCount
    message.extend([0, 0, 16, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // up to Reserved2
    message.extend([0, 0, 0, 0, 16, 0, 86, 0, 3, 0, 1, 0, 1, 0, 2, 0]); // data at 86, write to a mailslot
    message.extend([33, 0]); // ByteCount
    message.extend(b"\\MAILSLOT\\BROWSE\0");
    message.extend(browse);
    let datagram = [&[0x11, 2, 0, 1, 10, 0, 0, 21, 0, 138, 0, 170, 0, 0][..], name, name, &message].concat();
    assert_eq!(datagram.len(), 14 + 170);
    let udp = [&[0, 138, 0, 138][..], &(8 + 184_u16).to_be_bytes(), &[0, 0], &datagram].concat();
    let ip =
        [&[0x45, 0][..], &(20 + 192_u16).to_be_bytes(), &[0; 5], &[17, 0, 0, 10, 0, 0, 21, 10, 0, 0, 255]];
    let frame = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 21, 8, 0], &ip.concat(), &udp].concat();
    for length in 14 + 20 + 8 + 82..=frame.len() {
        let origin = Origin { time: Timestamp::from_nanos(0), capture: 0, frame: 1 };
        let mut cuts = Cuts::default();
        let whole = u32::try_from(frame.len()).unwrap();
        let packet = Packet::captured(origin, LinkType::ETHERNET, &frame[..length], whole);
        Scan::packets([packet]).each(&mut cuts).unwrap();
        let told: Vec<usize> = cuts.told.iter().map(Vec::len).collect();
        let expected: &[usize] = match frame.len() - length {
            0 => &[0, 0],
            // There is a message, and it says so.
            1..=70 => &[0, 1],
            _ => &[1],
        };
        assert_eq!(told, expected, "{length}: {:?}", cuts.told);
    }
}

/// Names and datagrams over IPX in a capture of Windows 98, if `SMBSCOPE_CORPUS` has it.
#[test]
fn names_over_ipx_of_the_corpus() {
    let corpus = std::env::var("SMBSCOPE_CORPUS").map(PathBuf::from);
    let capture = corpus.map(|corpus| corpus.join("ndpi/cfgs_default_pcap_dos_win98_smb_netbeui.pcap"));
    let Some(capture) = capture.ok().filter(|path| path.exists()) else {
        eprintln!("skipped: SMBSCOPE_CORPUS is not set, or has no such capture");
        return;
    };
    let all = take_apart(&capture);
    assert_eq!((all.kinds["NBIPX"], &all.unread), (5, &Vec::new()));
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

/// Notes the requests, and whether responses bear them.
#[derive(Default)]
struct Pairs {
    sent: BTreeMap<(Option<ConnectionId>, u64), Origin>,
    paired: usize,
    /// Responses that bear no request though it was seen.
    bare: usize,
}

impl Sink for Pairs {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let (id, command, is_response) = match &pdu.content {
            Content::Smb1 { header, .. } => {
                let id = u64::from(header.pid & 0xffff) << 16 | u64::from(header.mid);
                (id, SmbCommand::Smb1(header.command), header.is_response())
            }
            Content::Smb2 { message, .. } => {
                let header = &message.header;
                (header.message_id, SmbCommand::Smb2(header.command), header.is_response())
            }
            _ => return,
        };
        let key = (pdu.connection, id);
        if !is_response {
            assert!(pdu.request.is_none());
            let secondary = [
                smb1::Command::TRANSACTION_SECONDARY,
                smb1::Command::TRANSACTION2_SECONDARY,
                smb1::Command::NT_TRANSACT_SECONDARY,
            ];
            let secondary = secondary.map(SmbCommand::Smb1).contains(&command);
            if !secondary {
                self.sent.insert(key, pdu.at);
            }
            return;
        }
        match pdu.request {
            Some(request) => {
                assert_eq!((Some(&request.at), request.command), (self.sent.get(&key), command));
                self.paired += 1;
            }
            None => self.bare += usize::from(self.sent.contains_key(&key)),
        }
    }
}

#[test]
fn a_response_bears_the_request_that_it_answers() {
    let (mut paired, mut bare) = (0, 0);
    for path in captures() {
        let mut pairs = Pairs::default();
        Scan::files([path]).each(&mut pairs).unwrap();
        (paired, bare) = (paired + pairs.paired, bare + pairs.bare);
    }
    assert!(paired > 1000 && bare * 100 < paired, "{paired} paired, {bare} not");
}
