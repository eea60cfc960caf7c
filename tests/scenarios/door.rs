//! The front door: what a scan reads, and what it tells.

use std::ops::ControlFlow;
use std::time::Duration;

use smbscope::capture::{LinkType, Origin, Packet};
use smbscope::interface::{SPOOLSS, WINREG};
use smbscope::ledger::Verdict;
use smbscope::report::Outcome;
use smbscope::scan::At;
use smbscope::session::{Event, Limits, Pdu, Sink, sink};
use smbscope::wire::Timestamp;
use smbscope::{Scan, null_sessions};

use crate::common::scan;
use crate::smb2::Smb2;
use crate::wire::Wire;

const LEAK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/link_ethernet.pcap");
const NO_CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

/// A null session that holds a pipe, and a minute of silence.
fn held() -> Wire {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_pipe();
    wire.wait(60.0);
    wire
}

#[test]
fn one_file_that_cannot_be_read_is_an_error_and_one_of_several_a_doubt() {
    assert!(null_sessions(NO_CAPTURE).is_err());
    assert!(Scan::files([NO_CAPTURE, NO_CAPTURE]).run().is_err());
    let answer = Scan::files([LEAK, NO_CAPTURE]).run().unwrap();
    assert_eq!(answer.read.errors.len(), 1);
    assert_eq!(answer.read.captures.len(), 1);
    assert_eq!(answer.report().outcome(), Outcome::CannotTell, "anything may be in the other");
    assert!(Scan::files([LEAK]).run().unwrap().read.errors.is_empty());
}

#[test]
fn the_grace_and_the_end_decide_what_is_stuck() {
    let wire = held();
    let verdict = |seconds, until: Option<Timestamp>| {
        let packets = wire.packets();
        let scan = scan(&packets).grace(Duration::from_secs(seconds)).until(until);
        scan.run().unwrap().summary().sessions[0].verdict
    };
    assert_eq!(verdict(59, Some(wire.now())), Verdict::Leaked);
    assert_eq!(verdict(61, Some(wire.now())), Verdict::Open);
    assert_eq!(verdict(59, None), Verdict::Open, "who knows how long the capture went on");
    assert_eq!(
        verdict(59, Some(wire.packets()[0].origin.time)),
        Verdict::Open,
        "a time before the end says nothing"
    );
}

#[test]
fn what_comes_after_the_moment_asked_for_has_not_happened() {
    let wire = held();
    let packets = wire.packets();
    let first = packets[0].origin.time;
    let open = |at| {
        let answer = scan(&packets).at(at).run().unwrap();
        assert_eq!(answer.read.at, Some(answer.ledger.end().unwrap()));
        answer.ledger.sessions().count()
    };
    assert_eq!(open(At::Time(first)), 0);
    assert_eq!(open(At::After(Duration::ZERO)), 0);
    assert_eq!(open(At::After(Duration::from_secs(60))), 1);
    assert_eq!(open(At::Time(wire.now())), 1);
}

#[test]
fn packets_without_a_number_are_counted() {
    let time = Timestamp::from_parts(1_000_000_000, 0);
    let wire = held();
    let packets = wire.packets();
    let unnumbered = packets.iter().map(|packet| Packet::new(&packet.data, packet.origin.time, packet.link));
    let frames = |packets: &mut dyn Iterator<Item = Packet<'_>>| {
        let (mut events, mut pdus) = (Vec::new(), Vec::new());
        let mut sink = (
            sink::events(|event: Event| events.push(event.at.frame)),
            sink::pdus(|pdu: &Pdu<'_>| pdus.push(pdu.at.frame)),
        );
        Scan::packets(packets.collect::<Vec<_>>()).each(&mut sink).unwrap();
        (events, pdus)
    };
    let told = frames(&mut unnumbered.into_iter());
    assert_eq!(told, frames(&mut packets.iter().map(|packet| packet.packet())));
    assert!(!told.0.is_empty() && !told.1.is_empty());
    assert_eq!(Packet::new(&[0; 60], time, LinkType::ETHERNET).length, 60);
}

#[test]
fn a_sink_that_has_enough_ends_the_reading() {
    struct Three(u64);
    impl Sink for Three {
        fn packet(&mut self, _: Origin) -> ControlFlow<()> {
            self.0 += 1;
            if self.0 == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    let mut three = Three(0);
    assert_eq!(scan(&held().packets()).each(&mut three).unwrap().counts.packets, 3);
    let mut pair = (Three(0), sink::events(|_| {}));
    assert_eq!(scan(&held().packets()).each(&mut &mut pair).unwrap().counts.packets, 3);
}

#[test]
fn options_are_built_by_methods() {
    let mut limits = Limits::default();
    limits.connections = 7;
    limits.flow.packets = 9;
    let flow = limits.flow;
    assert_eq!(Limits::default().connections(7).flow(flow), limits);
    assert_ne!(Limits::default().connections(8).flow(flow), limits);
}

#[test]
fn calls_of_one_interface_are_lent_with_their_arguments() {
    let calls = |interface| {
        let mut calls = Vec::new();
        smbscope::calls(LEAK, interface, |requested| {
            calls.push((requested.at.frame, requested.call.procedure.name, requested.call.object()));
        })
        .unwrap();
        calls
    };
    let printing = calls(&SPOOLSS);
    assert!(
        printing.iter().any(|(_, name, printer)| name.starts_with("RpcOpenPrinter") && printer.is_some())
    );
    assert!(printing.is_sorted_by_key(|(frame, ..)| *frame));
    assert_eq!(calls(&WINREG), []);
    assert!(smbscope::calls(NO_CAPTURE, &SPOOLSS, |_| {}).is_err());
}
