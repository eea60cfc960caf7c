//! Captures of `testdata/` as they might have been captured otherwise: in a tunnel, cut, one side of them alone, with a
//! packet lost. What each then says; that none says too much or too little is in `all_clear.rs`.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use common::{InMemory, Owned, analyze, read};
use smbscope::auth::Who;
use smbscope::capture::LinkType;
use smbscope::ledger::{Ledger, Stuck, Verdict};
use smbscope::report::{NullSessions, Options, Outcome, SessionReport};
use smbscope::session::Counts;

/// What the truths of the captures are told for.
const GRACE: Duration = Duration::from_secs(2);

fn capture(name: &str) -> InMemory {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name))
}

fn report(ledger: &Ledger, grace: Duration) -> NullSessions<'_> {
    let mut options = Options::default();
    options.grace = grace;
    NullSessions::new(ledger, [], &Counts::default(), options)
}

/// The ports of the clients whose null sessions are leaked.
fn leaks(capture: &InMemory) -> BTreeSet<u16> {
    let ledger = analyze(&capture.packets, capture.end);
    let leaked = |session: &&SessionReport<'_>| session.is_null() && session.verdict == Verdict::Leaked;
    report(&ledger, GRACE).sessions.iter().filter(leaked).map(|session| session.client.port).collect()
}

/// The packets whose port of SMB is the target's, or the source's.
fn of_side(packets: &[Owned], client: bool) -> Vec<Owned> {
    let at = if client { 36 } else { 34 };
    let of =
        |packet: &&Owned| matches!(u16::from_be_bytes([packet.data[at], packet.data[at + 1]]), 139 | 445);
    packets.iter().filter(of).cloned().collect()
}

// Tunnels

/// The packet behind these bytes.
fn behind(bytes: &[&[u8]], packet: &[u8]) -> Vec<u8> {
    [&bytes.concat(), packet].concat()
}

/// An Ethernet and an IPv4 header for so many bytes of a protocol.
fn ip(protocol: u8, length: usize) -> Vec<u8> {
    let total = u16::try_from(20 + length).unwrap().to_be_bytes();
    let ends = [192, 0, 2, 1, 192, 0, 2, 2];
    let header = [0x45, 0, total[0], total[1], 0, 1, 0x40, 0, 64, protocol, 0, 0];
    [&[2; 6][..], &[4; 6], &[0x08, 0x00], &header, &ends].concat()
}

fn gre(packet: &[u8]) -> Vec<u8> {
    let gre = [0, 0, 0x08, 0x00];
    behind(&[&ip(47, gre.len() + packet.len() - 14), &gre], &packet[14..])
}

fn erspan(packet: &[u8]) -> Vec<u8> {
    let gre = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1];
    let erspan = [0x10, 1, 0, 1, 0, 0, 0, 0];
    behind(&[&ip(47, 16 + packet.len()), &gre, &erspan], packet)
}

fn mpls(packet: &[u8]) -> Vec<u8> {
    behind(&[&packet[..12], &[0x88, 0x47], &[0, 1, 1, 64]], &packet[14..])
}

fn vxlan(packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(16 + packet.len()).unwrap().to_be_bytes();
    let udp = [0xc0, 0x00, 0x12, 0xb5, length[0], length[1], 0, 0];
    behind(&[&ip(17, 16 + packet.len()), &udp, &[0x08, 0, 0, 0, 0, 0, 1, 0]], packet)
}

fn ppp(packet: &[u8]) -> Vec<u8> {
    behind(&[&[0xff, 0x03, 0x00, 0x21]], &packet[14..])
}

#[test]
fn a_tunnel_that_is_not_read_is_named() {
    type Wrap = fn(&[u8]) -> Vec<u8>;
    let whole = capture("smb1_netbios_139.pcap");
    assert_eq!(leaks(&whole).len(), 2);
    let tunnels: [(Wrap, u16, &str); 5] = [
        (gre, 1, "GRE"),
        (erspan, 1, "ERSPAN II"),
        (mpls, 1, "MPLS"),
        (vxlan, 1, "VXLAN"),
        (ppp, 9, "PPP (link type 9)"),
    ];
    for (wrap, link, name) in tunnels {
        let wrapped = |packet: &Owned| {
            let data = wrap(&packet.data);
            Owned { link: LinkType(link), length: data.len() as u32, data, ..packet.clone() }
        };
        let packets: Vec<Owned> = whole.packets.iter().map(wrapped).collect();
        let ledger = analyze(&packets, whole.end);
        let report = report(&ledger, GRACE);
        assert_eq!(report.outcome(), Outcome::CannotTell, "{name}");
        let unseen: Vec<(&str, u64)> =
            report.unseen.iter().map(|unseen| (unseen.name.as_ref(), unseen.packets)).collect();
        assert_eq!(unseen, [(name, packets.len() as u64)]);
    }
}

// Cuts

#[test]
fn a_snap_length_leaves_the_leaks_in_doubt() {
    for (name, snap) in [("smb311_null_sessions.pcap", 96), ("smb1_netbios_139.pcap", 128)] {
        let whole = capture(name);
        let leaks = leaks(&whole);
        assert_eq!(leaks.len(), 2, "{name}");
        let mut packets = whole.packets;
        packets.iter_mut().for_each(|packet| packet.data.truncate(snap));
        let ledger = analyze(&packets, whole.end);
        let report = report(&ledger, GRACE);
        assert_eq!(report.outcome(), Outcome::CannotTell, "{name}");
        let doubtful = |session: &&SessionReport<'_>| {
            session.who.kind == Who::Unknown && session.possibly_null && session.stuck != Stuck::No
        };
        let told: BTreeSet<u16> =
            report.sessions.iter().filter(doubtful).map(|session| session.client.port).collect();
        assert!(leaks.is_subset(&told), "{name}: {leaks:?} of {told:?}");
    }
}

// Sides

#[test]
fn the_server_alone_shows_who_holds_a_printer_and_not_who_it_is() {
    let whole = capture("smb311_null_sessions.pcap");
    let ledger = analyze(&of_side(&whole.packets, false), whole.end);
    let report = report(&ledger, GRACE);
    assert_eq!(report.outcome(), Outcome::CannotTell);
    let holds = |session: &&SessionReport<'_>| {
        let opens = session.trees.iter().flat_map(|tree| &tree.opens);
        session.closed.is_none() && opens.flat_map(|open| &open.handles).any(|handle| handle.closed.is_none())
    };
    let holders: Vec<&SessionReport<'_>> = report.sessions.iter().filter(holds).collect();
    let ports: BTreeSet<u16> = holders.iter().map(|session| session.client.port).collect();
    assert_eq!((ports, holders.len()), (leaks(&whole), 2));
    assert!(holders.iter().all(|session| session.possibly_null));
}

#[test]
fn the_client_alone_is_told_first_and_accuses_nobody() {
    for name in ["smb311_null_sessions.pcap", "session_again.pcap"] {
        let whole = capture(name);
        let ledger = analyze(&of_side(&whole.packets, true), whole.end);
        let report = report(&ledger, GRACE);
        assert_eq!(report.outcome(), Outcome::CannotTell, "{name}");
        assert!(report.sessions.iter().all(|session| session.stuck != Stuck::Yes), "{name}");
        let text = report.text(80).to_string();
        let first = text.lines().next().unwrap();
        assert!(first.contains("captured in one direction only"), "{name}: {text}");
    }
}

// Losses

#[test]
fn a_call_that_hangs_is_told_though_the_credentials_are_lost() {
    let whole = capture("hung_openprinterex_smb1.pcap");
    let mut packets = whole.packets;
    let shows = |packet: &Owned| packet.data.windows(9).any(|window| window == b"NTLMSSP\0\x03");
    packets.remove(packets.iter().position(shows).unwrap());
    let ledger = analyze(&packets, whole.end);
    let report = report(&ledger, GRACE);
    assert_eq!(report.outcome(), Outcome::CannotTell);
    let [session] = &report.sessions[..] else { panic!("{:?}", report.sessions) };
    assert_eq!((session.who.kind, session.possibly_null), (Who::Unknown, true));
    assert_eq!(session.verdict, Verdict::Hung);
}

#[test]
fn a_session_whose_open_has_no_answer_may_hold_a_pipe() {
    let whole = capture("openprinter_refused.pcap");
    // The session that opens a pipe of SMB1 and says no more: the answer to its NT_CREATE_ANDX is the last of its messages.
    let message = |packet: &Owned| {
        let at = packet.data.windows(4).position(|window| window == b"\xffSMB")?;
        let [command, flags] = [packet.data[at + 4], packet.data[at + 9]];
        let reply = flags & 0x80 != 0;
        let client = if reply { 36 } else { 34 };
        let port = u16::from_be_bytes([packet.data[client], packet.data[client + 1]]);
        Some((port, command == 0xa2 && reply))
    };
    let last: BTreeMap<u16, (usize, bool)> = (whole.packets.iter().enumerate())
        .filter_map(|(place, packet)| message(packet).map(|(port, opened)| (port, (place, opened))))
        .collect();
    let (port, (place, _)) = last.into_iter().find(|(_, (_, opened))| *opened).unwrap();

    let verdict = |packets: &[Owned]| {
        let ledger = analyze(packets, whole.end);
        let report = report(&ledger, GRACE);
        let session = report.sessions.iter().find(|session| session.client.port == port).unwrap();
        (session.verdict, session.stuck)
    };
    assert_eq!(verdict(&whole.packets), (Verdict::Leaked, Stuck::Yes));
    let mut packets = whole.packets.clone();
    packets.remove(place);
    assert_eq!(verdict(&packets).0, Verdict::Unknown);
}

// Clocks

#[test]
fn a_packet_from_the_future_makes_no_session_old() {
    let whole = capture("ipv6.pcap");
    let grace = Options::default().grace;
    let ledger = analyze(&whole.packets, whole.end);
    let report_of_whole = report(&ledger, grace);
    assert_eq!(report_of_whole.outcome(), Outcome::Clear);
    assert!(!report_of_whole.text(80).to_string().contains("clock"));

    let mut arp = whole.packets[0].clone();
    arp.data = [&[0xff; 6][..], &[2; 6], &[0x08, 0x06], &[0; 28]].concat();
    arp.length = 42;
    arp.origin.time = smbscope::wire::Timestamp::from_nanos(4_102_444_800_000_000_000); // 2100
    let packets: Vec<Owned> = std::iter::once(arp.clone()).chain(whole.packets).collect();
    let ledger = analyze(&packets, Some(arp.origin.time));
    let report = report(&ledger, grace);
    let text = report.text(80).to_string();
    assert!(report.sessions.iter().all(|session| session.stuck != Stuck::Yes), "{text}");
    assert!(text.contains("clock"), "{text}");
}
