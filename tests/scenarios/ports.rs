//! Ports that are used again, and SYNs that begin nothing (RFC 5961 4).

use smbscope::session::{Analyzer, Event, Limits, Pdu, Sink};

use crate::common::Owned;
use crate::ntlm::Who;
use crate::rpc::Pipe as _;
use crate::smb1::Smb1;
use crate::smb2::Smb2;
use crate::story::GRACE;
use crate::wire::End::{Client, Server};
use crate::wire::{Tcp, Wire};

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;
/// Ethernet, IPv4 and TCP.
const HEADERS: usize = 14 + 20 + 20;

fn is_from_server(packet: &Owned) -> bool {
    packet.data[34..36] == 445_u16.to_be_bytes()
}

fn number(packet: &Owned, at: usize) -> u32 {
    u32::from_be_bytes(packet.data[at..at + 4].try_into().unwrap())
}

/// The packets with a segment of somebody else among them, in the name of an end.
fn with_stray(packets: &[Owned], place: usize, of_server: bool, seq: u32, ack: u32, flags: u8) -> Vec<Owned> {
    let of_end = packets.iter().find(|packet| is_from_server(packet) == of_server).unwrap();
    let mut stray = Owned { origin: packets[place].origin, ..of_end.clone() };
    stray.data.truncate(HEADERS);
    stray.data[16..18].copy_from_slice(&40_u16.to_be_bytes()); // IPv4: total length
    stray.data[38..42].copy_from_slice(&seq.to_be_bytes());
    stray.data[42..46].copy_from_slice(&ack.to_be_bytes());
    stray.data[47] = flags;
    stray.length = HEADERS as u32;
    let mut packets = packets.to_vec();
    packets.insert(place, stray);
    (1..).zip(&mut packets).for_each(|(number, packet)| packet.origin.frame = number);
    packets
}

/// What the packets tell at this moment: the sessions, and what is not read.
fn told(wire: &Wire, packets: &[Owned]) -> (String, Vec<(String, bool)>) {
    let unseen = wire.ledger_of(packets).unseen(GRACE).into_iter();
    let unseen = unseen.map(|total| (total.name.to_string(), total.could_hold_null_sessions)).collect();
    (wire.story_of(packets), unseen)
}

/// Everything that a SYN of somebody else may look like: of either end, with and without an acknowledgment, far from
/// the streams, near them and inside.
fn strays(packets: &[Owned], place: usize) -> impl Iterator<Item = (bool, u32, u32, u8)> {
    let number_of = |of_server| {
        let next = packets[place..].iter().find(|packet| is_from_server(packet) == of_server);
        next.map_or(0, |packet| number(packet, 38))
    };
    let (client, server) = (number_of(false), number_of(true));
    [1 << 30, 200_000, 0x1_0000_u32.wrapping_neg(), 3, u32::MAX, u32::MAX - 1].into_iter().flat_map(
        move |by| {
            [(false, SYN), (true, SYN), (true, SYN | ACK), (false, SYN | ACK)].map(
                move |(of_server, flags)| {
                    let (own, other) = if of_server { (server, client) } else { (client, server) };
                    (
                        of_server,
                        own.wrapping_add(by),
                        if flags & ACK == 0 { 0 } else { other.wrapping_add(by) },
                        flags,
                    )
                },
            )
        },
    )
}

#[test]
fn a_syn_that_the_other_end_does_not_take_ends_nothing() {
    let leaves = |wire: &Wire| {
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_printer();
        smb.tcp.ack(Client);
        wire.wait(100.0);
        smb.tcp.ack(Server);
        smb.tcp.ack(Client);
    };
    let closes = |wire: &Wire| {
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        smb.pipe(7).close_printer(3, 1);
        smb.close(7);
        smb.log_off();
        smb.tcp.end();
    };
    let scripts: [&dyn Fn(&Wire); 2] = [&leaves, &closes];
    for (script, from) in scripts.into_iter().flat_map(|script| [0, 3, 4].map(|from| (script, from))) {
        let wire = Wire::new();
        script(&wire);
        wire.wait(100.0);
        let packets = wire.packets().split_off(from);
        let expected = told(&wire, &packets);
        // Before the handshake there is nothing that a SYN could end, and behind the end it is a new connection's.
        for place in if from == 0 { 3 } else { 0 }..packets.len() - 3 {
            for (of_server, seq, ack, flags) in strays(&packets, place) {
                let stray = with_stray(&packets, place, of_server, seq, ack, flags);
                let what =
                    format!("{flags:#x} of server: {of_server} at {place} of those from {from}: {seq:#x}");
                assert_eq!(told(&wire, &stray), expected, "{what}");
            }
        }
    }
}

#[test]
fn a_stray_syn_says_nothing_of_the_beginning_of_a_connection_that_only_keeps_alive() {
    for keep_alives in [1, 2, 12] {
        let wire = Wire::new();
        let tcp = wire.unseen(|| wire.connect(21, 10));
        for _ in 0..keep_alives {
            wire.wait(60.0);
            tcp.frame(Client, 0x85, b"");
            tcp.ack(Server);
        }
        wire.wait(100.0);
        let packets = wire.packets();
        let expected = told(&wire, &packets);
        assert_eq!(expected.1, [("445".to_owned(), true)]);
        for place in 0..packets.len() {
            for (of_server, seq, ack, flags) in strays(&packets, place) {
                // One that stands right before the first packet of its end is nobody else's.
                let first = packets.iter().find(|packet| is_from_server(packet) == of_server).unwrap();
                if number(first, 38).wrapping_sub(seq) <= 2 {
                    continue;
                }
                let (_, unseen) = told(&wire, &with_stray(&packets, place, of_server, seq, ack, flags));
                let what = format!("{flags:#x} of server: {of_server} at {place}: {seq:#x}");
                assert!(unseen.iter().any(|(_, could)| *could), "{what}: {unseen:?}");
            }
        }
    }
}

/// A null session that is left open and one that is closed, by turns between the same ports, and how the first
/// connection ends.
fn used_again(end: impl Fn(&Tcp<'_>), old: f64) -> Wire {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect_by(21, 1040, 10, 445));
    smb.hold_printer();
    wire.wait(old);
    end(&smb.tcp);
    let smb = Smb2::on(wire.connect_by(21, 1040, 10, 445));
    smb.log_on(0x51, Who::Null);
    smb.log_off();
    smb.tcp.end();
    wire.wait(100.0);
    wire
}

#[test]
fn ports_that_are_used_again_are_another_connections() {
    let ends: [fn(&Tcp<'_>); 4] =
        [|tcp| tcp.end(), |tcp| tcp.rst(Client), |tcp| tcp.wire.unseen(|| tcp.rst(Client)), |_| {}];
    let ends = ends.into_iter().zip(["fin", "rst", "port_reused", "port_reused"]);
    for (end, by) in ends {
        let wire = used_again(end, 3.0);
        let ledger = wire.ledger();
        let closings: Vec<_> = ledger.connections().map(|(_, row)| row.closed.unwrap().by.as_str()).collect();
        assert_eq!(closings, [by, "fin"]);
        assert_eq!(wire.verdicts(), ["abandoned", "closed"], "{by}");
    }
}

/// Frames of the second handshake of [`used_again`].
fn second_handshake(packets: &[Owned]) -> usize {
    let is_syn = |packet: &Owned| packet.data[47] & (SYN | ACK) == SYN;
    packets.iter().rposition(is_syn).unwrap()
}

#[test]
fn a_handshake_of_which_packets_are_missing_or_marked_for_ecn_begins_a_connection_too() {
    for old in [3.0, 600.0] {
        let wire = used_again(|_| {}, old);
        let packets = wire.packets();
        let (story, at) = (wire.story_of(&packets), second_handshake(&packets));
        for lost in [&[0][..], &[1], &[2], &[0, 2], &[1, 2]] {
            let kept =
                packets.iter().enumerate().filter(|(index, _)| !lost.iter().any(|lost| at + lost == *index));
            let kept: Vec<Owned> = kept.map(|(_, packet)| packet.clone()).collect();
            assert_eq!(wire.story_of(&kept), story, "without {lost:?} after {old}");
        }
        let mut marked = packets.clone();
        marked[at].data[47] |= 0xc0; // ECE, CWR (RFC 3168 6.1.1)
        marked[at + 1].data[47] |= 0x40; // ECE
        assert_eq!(wire.story_of(&marked), story);
    }
}

#[test]
fn the_other_end_is_the_server_also_where_both_open_at_once() {
    let wire = used_again(|_| {}, 3.0);
    let packets = wire.packets();
    let (story, at) = (wire.story_of(&packets), second_handshake(&packets));
    // The server's SYN without an acknowledgment, and then the client's and the server's with one (RFC 9293 3.5).
    let [syn, answer] = [&packets[at], &packets[at + 1]];
    let (client, server) = (number(syn, 38), number(answer, 38));
    let both = with_stray(&packets, at + 1, true, server, 0, SYN);
    let both = with_stray(&both, at + 2, false, client, server.wrapping_add(1), SYN | ACK);
    assert_eq!(wire.story_of(&both), story);
    // Without the connection before, and with what the server sends first.
    let alone = &both[at..];
    assert_eq!(wire.story_of(alone), wire.story_of(&packets[at..]));
    let ledger = wire.ledger_of(&alone[1..]);
    let servers: Vec<_> = ledger.connections().map(|(_, row)| row.server.port).collect();
    assert_eq!(servers, [445]);
}

#[test]
fn a_client_that_has_lost_a_connection_ends_it_when_the_server_does_not_take_its_syn() {
    // RFC 9293 3.5.1: the server acknowledges what it has, the client resets that, and calls again.
    let wire = used_again(|_| {}, 3.0);
    let packets = wire.packets();
    let at = second_handshake(&packets);
    let syn = number(&packets[at], 38);
    let last = packets[..at].iter().rev().find(|packet| is_from_server(packet)).unwrap();
    let (ack, seq) = (number(last, 42), number(last, 38) + (last.data.len() - HEADERS) as u32);
    let refused = with_stray(&packets, at, false, syn, 0, SYN);
    let refused = with_stray(&refused, at + 1, true, seq, ack, ACK);
    let refused = with_stray(&refused, at + 2, false, ack, 0, RST);
    let ledger = wire.ledger_of(&refused);
    let closings: Vec<_> = ledger.connections().map(|(_, row)| row.closed.unwrap().by.as_str()).collect();
    assert_eq!(closings, ["rst", "fin"]);
}

/// What is told while a packet is pushed.
#[derive(Default)]
struct Heard {
    /// Frames of the PDUs.
    frames: Vec<u64>,
    /// Frames of the first packets of the connections.
    connections: Vec<u64>,
}

impl Sink for Heard {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.frames.push(pdu.at.frame);
    }

    fn event(&mut self, event: Event) {
        if let smbscope::session::EventKind::Connection(smbscope::session::ConnectionEvent::Opened {
            ..
        }) = event.kind
        {
            self.connections.push(event.at.frame);
        }
    }
}

#[test]
fn what_is_said_on_the_next_connection_is_told_at_once_and_with_its_own_frame() {
    let wire = used_again(|_| {}, 3.0);
    let packets = wire.packets();
    let at = second_handshake(&packets);
    let mut analyzer = Analyzer::new(Limits::default());
    let mut connections = Vec::new();
    for (place, packet) in packets.iter().enumerate() {
        let mut heard = Heard::default();
        analyzer.push(&packet.packet(), &mut heard);
        assert_eq!(heard.frames.is_empty(), packet.data.len() == HEADERS, "at {place}");
        assert!(
            heard.frames.iter().all(|frame| *frame == packet.origin.frame),
            "at {place}: {:?}",
            heard.frames
        );
        connections.extend(heard.connections);
    }
    assert_eq!(connections, [1, packets[at].origin.frame]);
}
