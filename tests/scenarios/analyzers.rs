//! Several analyzers that share the work and tell one ledger.

use smbscope::capture::Capture;
use smbscope::ledger::{Ledger, Verdict};
use smbscope::net::{Decoded, Decoder, FragmentLimits};
use smbscope::report::{NullSessions, Options};
use smbscope::session::{Analyzer, Counts, Event, EventKind, Sink};

use crate::common::{self, Owned};
use crate::smb2::Smb2;
use crate::story::GRACE;
use crate::wire::Wire;

/// Three null sessions that hold a pipe each, in the capture of this number. Every packet has the time and number that
/// its like has in any other such capture.
fn stuck(capture: u32, clients: [u8; 3]) -> Wire {
    let wire = Wire::new();
    (0..capture).for_each(|_| wire.next_capture());
    for client in clients {
        Smb2::on(wire.connect(client, 10)).hold_pipe();
    }
    wire.wait(600.0);
    wire
}

fn push(packet: &Owned, analyzer: &mut Analyzer, sink: &mut dyn Sink) {
    analyzer.push(&packet.packet(), sink);
}

#[test]
fn each_capture_may_have_an_analyzer_of_its_own() {
    let told = |wires: &[Wire]| {
        let mut ledger = Ledger::default();
        for wire in wires {
            let mut analyzer = Analyzer::default();
            wire.packets().iter().for_each(|packet| push(packet, &mut analyzer, &mut ledger));
            analyzer.finish(&mut ledger);
            ledger.extend_to(wire.now());
        }
        let judged = ledger.sessions().map(|(row, _)| ledger.judge(row, GRACE).unwrap().verdict);
        let verdicts: Vec<Verdict> = judged.collect();
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Leaked), "{verdicts:?}");
        verdicts.len()
    };
    assert_eq!(told(&[stuck(0, [1, 2, 3]), stuck(1, [4, 5, 6])]), 6);
    assert_eq!(told(&[stuck(0, [1, 2, 3]), stuck(0, [4, 5, 6])]), 6, "of other clients, numbered alike");
    assert_eq!(told(&[stuck(0, [1, 2, 3])]), 3);
}

#[test]
fn captures_opened_apart_are_numbered() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/link_ethernet.pcap");
    let mut capture = Capture::open(path).unwrap().numbered(7);
    assert_eq!(capture.next().unwrap().unwrap().origin.capture, 7);
}

/// Keeps events, to be told later.
#[derive(Default)]
struct Kept(Vec<Event>);

impl Sink for Kept {
    fn event(&mut self, event: Event) {
        self.0.push(event);
    }
}

/// The answer for all packets, with each connection read by one of so many analyzers.
fn answer(packets: &[Owned], analyzers: usize) -> serde_json::Value {
    let mut analyzers: Vec<Analyzer> = (0..analyzers).map(|_| Analyzer::default()).collect();
    let mut decoder = Decoder::new(&FragmentLimits::default());
    let (mut ledger, mut rest, mut counts) = (Ledger::default(), Kept::default(), Counts::default());
    for packet in packets {
        let place = match decoder.decode(&packet.packet()) {
            Decoded::Tcp(segment) => {
                usize::from(segment.source.port ^ segment.destination.port) % analyzers.len()
            }
            _ => 0,
        };
        push(packet, &mut analyzers[place], &mut ledger);
    }
    for mut analyzer in analyzers {
        analyzer.finish(&mut rest);
        counts.add(analyzer.counts());
    }
    rest.0.sort_by_key(|event| (event.connection.is_none(), event.connection));
    rest.0.into_iter().for_each(|event| ledger.event(event));
    let options = Options::default().grace(std::time::Duration::from_secs(2)).all(true);
    let mut answer = serde_json::to_value(NullSessions::new(&ledger, [], &counts, options)).unwrap();
    // Each analyzer counts the packets that are older than one it saw itself.
    answer["losses"]["time_went_back"].take();
    answer
}

#[test]
fn the_answer_does_not_depend_on_how_connections_are_shared_out() {
    let mut several = 0;
    for (path, _) in common::captures_with_truth() {
        let packets = common::read(&path).packets;
        let whole = answer(&packets, 1);
        for analyzers in [2, 3] {
            let shared = answer(&packets, analyzers);
            assert_eq!(shared, whole, "{} by {analyzers}", path.display());
        }
        several += usize::from(whole["sessions"].as_array().unwrap().len() > 1);
    }
    assert!(several > 10, "captures with several sessions");
}

#[test]
fn an_event_names_its_connection_in_text() {
    let wire = stuck(3, [1, 2, 3]);
    let event = wire.events().into_iter().find(|event| matches!(event.kind, EventKind::Session(_))).unwrap();
    let json = serde_json::to_value(&event).unwrap();
    let connection = json["connection"].as_str().unwrap();
    assert_eq!(connection.parse(), Ok(event.connection.unwrap()));
    assert!(connection.starts_with("3.1.1000000000001000000."), "{connection}");
}
