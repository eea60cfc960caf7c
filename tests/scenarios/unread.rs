//! Traffic that is not read: what is told of it, and where a null session may hide in it.

use std::net::Ipv4Addr;

use smbscope::capture::LinkType;
use smbscope::ledger::Stuck;
use smbscope::net::Endpoint;
use smbscope::session::{EventKind, Limits, Loss, UserShown};

use crate::bytes::bytes;
use crate::ntlm::{self, Who};
use crate::rpc::{Answer, NDR, NDR_SYNTAX, SPOOLSS, SRVSVC};
use crate::smb1::Smb1;
use crate::smb2::Smb2;
use crate::story::GRACE;
use crate::wire::End::{Client, Server};
use crate::wire::{Tcp, Wire};

impl Wire {
    /// What is not read, a line each: `COULD` where null sessions may be in it.
    fn unread(&self) -> Vec<String> {
        let told = self.ledger().unseen(GRACE).into_iter().map(|total| {
            let could = if total.could_hold_null_sessions { "COULD " } else { "" };
            format!("{could}{} {} x{}", total.what.as_str(), total.name, total.connections)
        });
        told.collect()
    }

    /// The connections that are named of what was not read: who, to whom, from which frame on.
    fn examples(&self) -> Vec<String> {
        let unseen = self.ledger().unseen(GRACE);
        let examples = unseen.iter().flat_map(|total| total.examples.iter());
        let told = examples.map(|example| {
            let end = |end: Option<Endpoint>| end.map_or_else(|| "?".to_owned(), |end| end.to_string());
            format!("{} > {} {}", end(example.client), end(example.server), example.first.frame)
        });
        told.collect()
    }

    /// What shows that the first of what was not read is a user's.
    fn user_shown(&self) -> Option<UserShown> {
        self.ledger().unseen(GRACE).first().unwrap().user
    }
}

// TCP on the ports of SMB

#[test]
fn keep_alives_of_a_connection_that_began_before() {
    for port in [139, 445] {
        let wire = Wire::new();
        let tcp = wire.unseen(|| wire.connect_by(21, 1040, 10, port));
        for _ in 0..3 {
            tcp.frame(Client, 0x85, b"");
            tcp.ack(Server);
            wire.wait(60.0);
        }
        assert_eq!(wire.unread(), [format!("COULD keep_alives_only {port} x1")]);
    }
    // On another port it is anything.
    let wire = Wire::new();
    let tcp = wire.unseen(|| wire.connect_by(21, 1040, 10, 8445));
    tcp.frame(Client, 0x85, b"");
    tcp.ack(Server);
    assert_eq!(wire.unread(), [""; 0]);
}

#[test]
fn keep_alives_of_tcp() {
    let wire = Wire::new();
    let tcp = wire.unseen(|| wire.connect(21, 10));
    tcp.data(Client, &[0]);
    tcp.ack(Server);
    assert_eq!(wire.unread(), ["COULD keep_alives_only 445 x1"]);
}

#[test]
fn a_connection_that_was_captured_whole_and_said_nothing_held_nothing() {
    let wire = Wire::new();
    let tcp = wire.connect(21, 10);
    wire.wait(1000.0);
    tcp.end();
    // Keep-alives too are nothing.
    let tcp = wire.connect_by(21, 1050, 10, 139);
    tcp.frame(Client, 0x85, b"");
    wire.wait(1000.0);
    tcp.ack(Server);
    assert_eq!(wire.unread(), [""; 0]);
}

#[test]
fn a_connection_that_was_refused_or_not_answered_held_nothing() {
    let wire = Wire::new();
    wire.hear_only(Client);
    let tcp = wire.connect(21, 10);
    wire.hear_all();
    tcp.rst(Server);
    wire.wait(1000.0);
    wire.hear_only(Server);
    let _unanswered = wire.connect(22, 10);
    assert_eq!(wire.unread(), [""; 0]);
}

#[test]
fn the_last_packet_of_a_connection_that_began_before_counts() {
    let ends: [fn(&Tcp<'_>); 3] = [|tcp| tcp.fin(Client), |tcp| tcp.rst(Server), |tcp| tcp.ack(Server)];
    for end in ends {
        let wire = Wire::new();
        let tcp = wire.unseen(|| wire.connect(21, 10));
        end(&tcp);
        assert_eq!(wire.unread(), ["COULD keep_alives_only 445 x1"]);
        let wire = Wire::new();
        let tcp = wire.unseen(|| wire.connect_by(21, 1040, 10, 80));
        end(&tcp);
        assert_eq!(wire.unread(), [""; 0]);
    }
}

#[test]
fn bytes_that_were_acknowledged_and_not_captured_may_be_of_smb() {
    for (seconds, could) in [(1000.0, "COULD "), (30.0, "")] {
        let wire = Wire::new();
        let tcp = wire.connect(21, 10);
        wire.unseen(|| tcp.data(Client, &[0xaa; 400]));
        tcp.ack(Server);
        wire.wait(seconds);
        tcp.ack(Server);
        assert_eq!(wire.unread(), [format!("{could}gap 445 x1")]);
    }
}

#[test]
fn a_keep_alive_behind_bytes_that_were_not_captured_does_not_make_them_read() {
    let wire = Wire::new();
    let tcp = wire.connect(21, 10);
    wire.unseen(|| tcp.data(Client, &[0xaa; 400]));
    tcp.ack(Server);
    tcp.frame(Client, 0x85, b"");
    wire.wait(1000.0);
    tcp.ack(Server);
    assert_eq!(wire.unread(), ["COULD gap 445 x1"]);
}

#[test]
fn ports_that_are_used_again_end_what_had_them() {
    let wire = Wire::new();
    for _ in 0..2 {
        let tcp = wire.connect_by(21, 1040, 10, 445);
        wire.unseen(|| tcp.data(Client, &[0xaa; 400]));
        tcp.ack(Server);
    }
    wire.wait(1000.0);
    wire.connect_by(21, 1040, 10, 445).end();
    assert_eq!(wire.unread(), ["gap 445 x2"]);
}

#[test]
fn what_is_visibly_something_else_is_not_told() {
    let wire = Wire::new();
    let tcp = wire.connect(21, 10);
    tcp.data(Client, b"GET / HTTP/1.1\r\nHost: example\r\n\r\n");
    wire.unseen(|| tcp.data(Server, &[0xaa; 400]));
    tcp.ack(Client);
    wire.wait(1000.0);
    tcp.ack(Server);
    assert_eq!(wire.unread(), [""; 0]);
    // The same bytes say nothing where the connection was under way.
    let wire = Wire::new();
    let tcp = wire.unseen(|| wire.connect(21, 10));
    tcp.data(Client, b"GET / HTTP/1.1\r\nHost: example\r\n\r\n");
    assert_eq!(wire.unread(), ["COULD gap 445 x1"]);
}

#[test]
fn connections_that_say_nothing_take_no_place_of_others() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect_by(21, 1040, 10, 445));
    smb.hold_printer();
    for port in 2000..2100 {
        let tcp = wire.unseen(|| wire.connect_by(22, port, 10, 445));
        if port % 2 == 0 { tcp.ack(Client) } else { tcp.rst(Client) }
    }
    smb.echo();
    wire.wait(1000.0);
    let mut limits = Limits::default();
    limits.connections = 4;
    let ledger = wire.ledger_within(limits);
    let told = ledger.unseen(GRACE);
    let [only] = &told[..] else { panic!("{told:?}") };
    assert_eq!((only.what.as_str(), only.packets, only.connections), ("keep_alives_only", 100, 100));
    // The client of a server's packet is who gets it.
    let first = wire.examples();
    assert_eq!(first.len(), 3, "{first:?}");
    assert!(first.iter().all(|told| told.starts_with("10.0.0.22:20") && told.contains(" > 10.0.0.10:445 ")));
    let (row, _) = ledger.sessions().next().unwrap();
    assert_eq!(ledger.judge(row, GRACE).unwrap().verdict.as_str(), "leaked");
}

#[test]
fn smb_that_was_read_is_not_among_it() {
    let wire = Wire::new();
    Smb1::on(wire.connect_by(21, 1040, 10, 139)).hold_printer();
    Smb2::on(wire.connect(22, 10)).hold_printer();
    wire.wait(1000.0);
    assert_eq!(wire.unread(), [""; 0]);
}

// RPC over TCP

/// The port that the endpoint mapper gives for the spooler here.
const SPOOLER: u16 = 49_670;

/// A connection to the spooler that is bound to an interface.
fn bound(wire: &Wire, interface: ([u8; 16], u32), auth: Option<Vec<u8>>) -> Tcp<'_> {
    let tcp = wire.connect_by(21, 1102, 10, SPOOLER);
    let bind = NDR.bind(1, 0, &[(0, interface, NDR_SYNTAX)]);
    tcp.data(Client, &auth.map_or(bind.clone(), |token| with_auth(&bind, &token)));
    tcp.data(Server, &NDR.bind_ack(1, 7, &[Answer::Accepted(NDR_SYNTAX)]));
    tcp
}

/// A PDU with an authentication trailer of NTLMSSP at the level "connect".
fn with_auth(pdu: &[u8], token: &[u8]) -> Vec<u8> {
    let length = u16::try_from(pdu.len() + 8 + token.len()).unwrap();
    let mut pdu = pdu.to_vec();
    pdu[8..10].copy_from_slice(&length.to_le_bytes());
    pdu[10..12].copy_from_slice(&u16::try_from(token.len()).unwrap().to_le_bytes());
    [&pdu[..], &[10, 2, 0, 0, 1, 0, 0, 0], token].concat()
}

#[test]
fn printer_calls_over_tcp_may_hold_a_printer_if_they_last() {
    for (seconds, could) in [(1000.0, "COULD "), (80.0, "")] {
        let wire = Wire::new();
        let tcp = bound(&wire, SPOOLSS, None);
        tcp.data(Client, &NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1")));
        wire.wait(seconds);
        tcp.end();
        wire.wait(1000.0);
        assert_eq!(wire.unread(), [format!("{could}rpc_tcp spoolss x1")]);
    }
}

#[test]
fn a_bind_that_is_cut_behind_its_interface_says_what_is_spoken() {
    // Ethernet, IP and TCP take 54 bytes, what stands before the abstract syntax 32, and that 20.
    for (length, told) in [(54 + 52, "COULD rpc_tcp spoolss x1"), (54 + 51, "rpc_tcp bind not seen x1")] {
        let wire = Wire::new();
        bound(&wire, SPOOLSS, None);
        wire.wait(1000.0);
        wire.cut_all(length);
        assert_eq!(wire.unread(), [told], "{length}");
    }
}

#[test]
fn other_calls_over_tcp_hold_none() {
    let wire = Wire::new();
    bound(&wire, SRVSVC, None);
    wire.wait(1000.0);
    assert_eq!(wire.unread(), ["rpc_tcp srvsvc x1"]);
}

#[test]
fn an_interface_that_was_refused_is_not_bound() {
    let wire = Wire::new();
    let tcp = wire.connect_by(21, 1102, 10, SPOOLER);
    tcp.data(Client, &NDR.bind(1, 0, &[(0, SPOOLSS, NDR_SYNTAX)]));
    tcp.data(Server, &NDR.bind_nak(1));
    wire.wait(1000.0);
    assert_eq!(wire.unread(), ["rpc_tcp bind refused x1"]);
}

#[test]
fn a_user_of_the_spooler_is_no_null_session() {
    let user = Some(UserShown::Authenticated);
    for (who, could, shown) in [(Who::User("alice"), "", user), (Who::Null, "COULD ", None)] {
        let wire = Wire::new();
        bound(&wire, SPOOLSS, Some(ntlm::authenticate(who)));
        wire.wait(1000.0);
        assert_eq!(wire.user_shown(), shown);
        assert_eq!(wire.examples(), ["10.0.0.21:1102 > 10.0.0.10:49670 1"]);
        assert_eq!(wire.unread(), [format!("{could}rpc_tcp spoolss x1")]);
    }
}

#[test]
fn sealed_calls_take_the_key_of_a_user() {
    let wire = Wire::new();
    let tcp = bound(&wire, SPOOLSS, None);
    tcp.data(Client, &NDR.sealed(0, 2, 69, 100));
    wire.wait(1000.0);
    assert_eq!(wire.unread(), ["rpc_tcp spoolss x1"]);
    assert_eq!(wire.user_shown(), Some(UserShown::Sealed));
    // One whom an empty name gave the key is nobody.
    let wire = Wire::new();
    let tcp = bound(&wire, SPOOLSS, Some(ntlm::authenticate(Who::Null)));
    tcp.data(Client, &NDR.sealed(0, 2, 69, 100));
    wire.wait(1000.0);
    assert_eq!(wire.unread(), ["COULD rpc_tcp spoolss x1"]);
    assert_eq!(wire.user_shown(), None);
}

/// The interface of the endpoint mapper.
const EPMAPPER: ([u8; 16], u32) =
    ([0x08, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11, 0x91, 0xa4, 8, 0, 0x2b, 0x14, 0xa0, 0xfa], 3);

/// The endpoint mapper of the server says that an interface listens at a port.
fn map(wire: &Wire, interface: ([u8; 16], u32), port: u16) {
    let tcp = wire.connect_by(21, 1101, 10, 135);
    tcp.data(Client, &NDR.bind(1, 0, &[(0, EPMAPPER, NDR_SYNTAX)]));
    tcp.data(Server, &NDR.bind_ack(1, 7, &[Answer::Accepted(NDR_SYNTAX)]));
    tcp.data(Client, &NDR.request(2, 0, 3, &[0; 20]));
    let syntax = |(uuid, version): ([u8; 16], u32)| {
        bytes().u16(19).u8(0x0d).raw(&uuid).u16(version as usize).u16(2).u16(0).0
    };
    let tower = bytes()
        .u16(5)
        .raw(&syntax(interface))
        .raw(&syntax(NDR_SYNTAX))
        .raw(&[1, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0x07, 2, 0])
        .raw(&port.to_be_bytes())
        .raw(&[1, 0, 0x09, 4, 0, 0, 0, 0, 0]);
    let length = tower.0.len();
    let stub = bytes().zeros(20).u32(1).u32(4).u32(0).u32(1).u32(3).u32(length).u32(length);
    let stub = stub.raw(&tower.0).align(4).u32(0);
    tcp.data(Server, &NDR.response(2, 0, &stub.0));
    tcp.end();
}

#[test]
fn a_port_that_the_endpoint_mapper_gave_for_the_spooler() {
    let at = |interface, port| {
        let wire = Wire::new();
        map(&wire, interface, port);
        let tcp = wire.unseen(|| bound(&wire, SPOOLSS, None));
        tcp.data(Client, &NDR.request(2, 0, 0, &[0; 40]));
        tcp.ack(Server);
        wire.unread()
    };
    assert_eq!(at(SPOOLSS, SPOOLER), ["COULD rpc_tcp spoolss x1", "rpc_tcp epmapper x1"]);
    assert_eq!(at(SPOOLSS, SPOOLER + 1), ["rpc_tcp bind not seen x1", "rpc_tcp epmapper x1"]);
    assert_eq!(at(SRVSVC, SPOOLER), ["rpc_tcp bind not seen x1", "rpc_tcp epmapper x1"]);
}

#[test]
fn a_bind_that_was_seen_counts_more_than_the_port() {
    let wire = Wire::new();
    map(&wire, SPOOLSS, SPOOLER);
    bound(&wire, SRVSVC, None);
    wire.wait(1000.0);
    assert_eq!(wire.unread(), ["rpc_tcp epmapper x1", "rpc_tcp srvsvc x1"]);
}

#[test]
fn keep_alives_alone_at_the_spoolers_port() {
    for (port, told) in [(SPOOLER, &["COULD rpc_tcp spoolss x1"][..]), (SPOOLER + 1, &[])] {
        let wire = Wire::new();
        map(&wire, SPOOLSS, SPOOLER);
        let tcp = wire.unseen(|| wire.connect_by(22, 1102, 10, port));
        tcp.data(Client, &[0]);
        tcp.ack(Server);
        let unread = wire.unread();
        assert_eq!(unread[..unread.len() - 1], *told);
    }
}

#[test]
fn what_is_lost_of_calls_over_tcp_is_told() {
    let evicted = |calls: u32| {
        let wire = Wire::new();
        let tcp = bound(&wire, SPOOLSS, None);
        for call in 0..calls {
            tcp.data(Client, &NDR.request(2 + call, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1")));
        }
        let events = wire.events().into_iter();
        events.filter(|event| matches!(event.kind, EventKind::Loss(Loss::Evicted { .. }))).count()
    };
    assert_eq!((evicted(1024), evicted(1026)), (0, 2));
}

// Datagrams

/// A packet of UDP between ports of two addresses.
fn datagram(wire: &Wire, from: (Ipv4Addr, u16), to: (Ipv4Addr, u16), payload: &[u8]) {
    let total = u16::try_from(28 + payload.len()).unwrap().to_be_bytes();
    let length = u16::try_from(8 + payload.len()).unwrap().to_be_bytes();
    let packet = [
        &[0x45, 0][..],
        &total,
        &[0, 0, 0x40, 0, 64, 17, 0, 0],
        &from.0.octets(),
        &to.0.octets(),
        &from.1.to_be_bytes(),
        &to.1.to_be_bytes(),
        &length,
        &[0, 0],
        payload,
    ];
    wire.packet(LinkType::RAW, packet.concat());
}

const HERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 21);
const NEAR: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 10);
const FAR: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);

/// A connectionless request for an interface.
fn rpc_datagram(wire: &Wire, interface: ([u8; 16], u32), activity: u8, auth: u8) {
    rpc_datagram_of(wire, interface, [activity; 2], auth, 0);
}

/// The same, of an activity with so many calls before.
fn rpc_datagram_of(wire: &Wire, interface: ([u8; 16], u32), activity: [u8; 2], auth: u8, before: usize) {
    let header = bytes()
        .raw(&[4, 0, 0, 0, 0x10, 0, 0, 0]) // version, type, flags, drep, serial
        .zeros(16) // object
        .raw(&interface.0)
        .raw(&activity.repeat(8))
        .u32(0) // server boot
        .u32(interface.1 as usize)
        .u32(before) // sequence number
        .u16(0) // opnum
        .raw(&[0xff; 4]) // hints
        .u16(8) // length
        .u16(0) // fragment
        .raw(&[auth, 0])
        .zeros(8);
    datagram(wire, (HERE, 1040), (FAR, 1025), &header.0);
}

#[test]
fn activities_for_which_there_is_no_place_are_counted() {
    let wire = Wire::new();
    for activity in 0..1030_u16 {
        let [high, low] = activity.to_be_bytes();
        rpc_datagram_of(&wire, SPOOLSS, [high, low], 0, 0);
        rpc_datagram_of(&wire, SPOOLSS, [high, low], 0, 1);
    }
    assert_eq!(wire.unread(), ["COULD rpc_udp spoolss x6", "rpc_udp spoolss x1024"]);
}

#[test]
fn rpc_over_udp_by_its_interface() {
    let wire = Wire::new();
    rpc_datagram(&wire, SPOOLSS, 1, 0);
    rpc_datagram(&wire, SRVSVC, 2, 0);
    rpc_datagram(&wire, SPOOLSS, 3, 10);
    assert_eq!(wire.unread(), ["rpc_udp spoolss x2", "rpc_udp srvsvc x1"]);
    wire.wait(100.0);
    rpc_datagram(&wire, SPOOLSS, 1, 0);
    assert_eq!(wire.unread(), ["COULD rpc_udp spoolss x1", "rpc_udp spoolss x1", "rpc_udp srvsvc x1"]);
}

/// A client's first packet, as in RFC 9001 A.2, and as long as it must be; what the client offers there is `alpn`.
fn initial() -> Vec<u8> {
    let hex = "c000000001088394c8f03e5157080000449e\
        7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab7df5976d27cd449f63300099f399\
        1c260ec4c60d17b31f8429157bb35a1282a643a8d2262cad67500cadb8e7378c8eb7539ec4d4905fed1bee1fc8aa\
        fba17c750e2c7ace01e6005f80fcb7df621230c83711b393";
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// The same with the offer of `smb`, by the bits in which the two differ: what is protected is added to a stream.
#[cfg(feature = "quic")]
fn initial_of_smb() -> Vec<u8> {
    let mut packet = initial();
    let place = 18 + 4 + 4 + 92;
    for (byte, (old, new)) in packet[place..].iter_mut().zip(b"\x04alpn".iter().zip(b"\x03smb\x00")) {
        *byte ^= old ^ new;
    }
    packet
}

/// A datagram of QUIC that the capture cut behind what the test has of it.
fn quic(wire: &Wire, from: (Ipv4Addr, u16), to: (Ipv4Addr, u16), payload: &[u8]) {
    datagram(wire, from, to, &[payload, &vec![0; 1200 - payload.len()]].concat());
    wire.cut_last(28 + payload.len());
}

#[cfg(feature = "quic")]
#[test]
fn quic_by_what_its_client_offers() {
    for (packet, told) in [(initial_of_smb(), "COULD quic SMB over QUIC x1"), (initial(), "quic alpn x1")] {
        let wire = Wire::new();
        for to in [(NEAR, 443), (FAR, 443), (FAR, 8443)] {
            let wire = Wire::new();
            quic(&wire, (HERE, 50_000), to, &packet);
            quic(&wire, to, (HERE, 50_000), &[0x40; 100]);
            assert_eq!(wire.unread(), [told]);
        }
        // Both of one port: who sent it is the client.
        quic(&wire, (NEAR, 443), (HERE, 443), &packet);
        assert_eq!(wire.unread(), [told]);
    }
}

#[test]
fn quic_whose_offer_was_not_read_by_its_server() {
    const UNREAD: &str = "quic offer of the client not read x1";
    let could = format!("COULD {UNREAD}");
    // Nothing but short headers, in the middle of the capture.
    for (server, told) in [(NEAR, could.as_str()), (FAR, UNREAD)] {
        let wire = Wire::new();
        datagram(&wire, (server, 443), (HERE, 50_000), &[0x4f; 60]);
        assert_eq!(wire.unread(), [told]);
    }
    // An Initial packet that its keys do not open.
    let mut other = initial();
    other[6] ^= 1;
    for (server, told) in [(NEAR, could.as_str()), (FAR, UNREAD)] {
        let wire = Wire::new();
        quic(&wire, (HERE, 50_000), (server, 443), &other);
        assert_eq!(wire.unread(), [told]);
    }
}

#[test]
fn quic_to_a_server_of_smb() {
    let wire = Wire::new();
    datagram(&wire, (HERE, 50_000), (FAR, 443), &[0x4f; 60]);
    // The server is known only later. The hosts of a wire are of a private network, so it is one of the Internet.
    let packets = {
        let other = Wire::new();
        Smb2::on(other.connect(21, 10)).hold_printer();
        other.packets()
    };
    for mut packet in packets {
        for place in [14 + 12, 14 + 16] {
            if packet.data[place..place + 4] == NEAR.octets() {
                packet.data[place..place + 4].copy_from_slice(&FAR.octets());
            }
        }
        wire.packet(packet.link, packet.data);
    }
    assert_eq!(wire.unread(), ["COULD quic offer of the client not read x1"]);
}

#[test]
fn datagrams_that_are_no_quic() {
    let wire = Wire::new();
    // DTLS, RTP, an old version of Google's, and a long header on another port whose version nobody knows.
    datagram(&wire, (HERE, 50_000), (NEAR, 443), &[0x17, 0xfe, 0xfd, 0, 0]);
    datagram(&wire, (HERE, 50_000), (NEAR, 443), &[0x80, 0, 0, 0, 0]);
    quic(&wire, (HERE, 50_000), (NEAR, 8443), &[0xc0, 1, 2, 3, 4, 0, 0, 0, 0]);
    quic(&wire, (HERE, 50_000), (NEAR, 8443), &[0x40; 60]);
    assert_eq!(wire.unread(), [""; 0]);
    quic(&wire, (HERE, 50_000), (NEAR, 443), b"\xc3Q046\x50\0\0\0\0\0\0\0\0");
    assert_eq!(wire.unread(), ["quic Google QUIC x1"]);
}

// Packets

#[test]
fn packets_behind_headers_that_are_not_read() {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_printer();
    for mut packet in wire.packets() {
        packet.data.splice(12..14, [0x88, 0x47, 0, 1, 1, 64]);
        wire.packet(packet.link, packet.data.clone());
        wire.packet(LinkType(105), packet.data);
    }
    let told = wire.ledger().unseen(GRACE);
    let names: Vec<&str> = told.iter().map(|total| total.name.as_ref()).collect();
    assert_eq!(names, ["IEEE 802.11 (link type 105)", "MPLS"]);
    assert!(told.iter().all(|total| total.could_hold_null_sessions && total.packets == told[0].packets));
}

#[test]
fn a_snap_length_that_leaves_the_ports() {
    let cut_at = |length: usize| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        wire.wait(1000.0);
        smb.echo();
        wire.cut_all(length);
        let ledger = wire.ledger();
        // Of a connection that is cut a session is told that may be stuck, or else that there may be one.
        let mut sessions = ledger.sessions();
        let told = sessions.any(|(row, session)| {
            ledger.is_possibly_null(session) && ledger.judge(row, GRACE).unwrap().stuck != Stuck::No
        });
        assert_eq!(told, wire.unread() == ["cut SMB x1"], "{length}");
        wire.unread()
    };
    // Behind the TCP header of 20 bytes and the NetBIOS header of 4, a header of 64.
    assert_eq!(cut_at(54 + 4 + 65), ["cut SMB x1"]);
    assert_eq!(cut_at(54 + 4 + 64), ["cut SMB x1"]);
    // Ethernet and IP take 34 bytes, the ports 4, what makes a segment 14.
    assert_eq!(cut_at(34 + 14), ["COULD gap 445 x1"]);
    assert_eq!(cut_at(34 + 13), ["COULD unreadable TCP port 445 x0"]);
    assert_eq!(cut_at(34 + 3), ["COULD unreadable headers cut x0"]);
    assert_eq!(cut_at(12), ["COULD unreadable headers cut x0"]);
}

#[test]
fn a_few_damaged_packets_hide_nothing() {
    let wire = Wire::new();
    let tcp = wire.connect_by(21, 1040, 10, 80);
    tcp.data(Client, b"GET / HTTP/1.1\r\n\r\n");
    let frame = wire.packets()[3].data.clone();
    let damaged = |place: usize, value: u8| {
        let mut frame = frame.clone();
        frame[place] = value;
        frame
    };
    wire.packet(LinkType::ETHERNET, damaged(14, 0x35)); // the version of IP
    wire.packet(LinkType::ETHERNET, damaged(34 + 12, 0x10)); // the length of the TCP header
    wire.packet(LinkType::ETHERNET, frame[..20].to_vec());
    assert_eq!(wire.unread(), ["unreadable headers cut x0", "unreadable headers damaged x0"]);
}

// IPX

fn ipx(wire: &Wire, kind: u8, sockets: [u16; 2], payload: &[u8]) {
    ipx_between(wire, [21, 10], kind, sockets, payload);
}

/// A packet of NetBIOS in the other direction.
fn back(wire: &Wire, payload: &[u8]) {
    ipx_between(wire, [10, 21], 4, NETBIOS, payload);
}

fn ipx_between(wire: &Wire, nodes: [u8; 2], kind: u8, sockets: [u16; 2], payload: &[u8]) {
    let length = u16::try_from(30 + payload.len()).unwrap();
    let packet = [
        &[2, 0, 0, 0, 0, nodes[1], 2, 0, 0, 0, 0, nodes[0], 0x81, 0x37][..],
        &[0xff, 0xff],
        &length.to_be_bytes(),
        &[0, kind, 0, 0, 0, 1, 2, 0, 0, 0, 0, nodes[1]],
        &sockets[1].to_be_bytes(),
        &[0, 0, 0, 1, 2, 0, 0, 0, 0, nodes[0]],
        &sockets[0].to_be_bytes(),
        payload,
    ];
    wire.packet(LinkType::ETHERNET, packet.concat());
}

const NETBIOS: [u16; 2] = [0x0455, 0x0455];
const DATA: u8 = 6;
const END: u8 = 7;
const END_ACK: u8 = 8;
/// The number of the other end before it has told its own.
const UNKNOWN: usize = 0xffff;

/// A packet of a NetBIOS session between the numbers of the sender and of the receiver.
fn session(kind: u8, source: usize, destination: usize) -> Vec<u8> {
    let head = bytes().u8(0x40).u8(kind).u16(source).u16(destination);
    head.u16(0) // send sequence
        .u16(0) // total data length
        .u16(0) // offset
        .u16(0) // data length
        .u16(1) // receive sequence
        .u16(0) // bytes received
        .0
}

#[test]
fn sessions_over_ipx_may_hold_if_they_last() {
    let wire = Wire::new();
    ipx(&wire, 4, NETBIOS, &session(DATA, 1, UNKNOWN));
    wire.wait(80.0);
    ipx(&wire, 4, NETBIOS, &session(DATA, 1, 2));
    assert_eq!(wire.unread(), ["ipx NetBIOS over IPX x1"]);
    wire.wait(80.0);
    assert_eq!(wire.unread(), ["COULD ipx NetBIOS over IPX x1"]);
    // It ended in good time.
    for end in [END, END_ACK] {
        let wire = Wire::new();
        ipx(&wire, 4, NETBIOS, &session(DATA, 1, UNKNOWN));
        ipx(&wire, 4, NETBIOS, &session(end, 1, 2));
        wire.wait(1000.0);
        assert_eq!(wire.unread(), ["ipx NetBIOS over IPX x1"]);
    }
    // It began before.
    let wire = Wire::new();
    ipx(&wire, 4, NETBIOS, &session(DATA, 1, 2));
    assert_eq!(wire.unread(), ["COULD ipx NetBIOS over IPX x1"]);
    // Names and datagrams are no sessions.
    let wire = Wire::new();
    ipx(&wire, 4, NETBIOS, &session(11, 1, 2));
    ipx(&wire, 20, NETBIOS, &[0; 50]);
    ipx(&wire, 4, [0x4003, 0x0451], &session(DATA, 1, 2));
    ipx(&wire, 4, [0x0553, 0x0553], &session(DATA, 1, 2));
    assert_eq!(wire.unread(), [""; 0]);
}

#[test]
fn a_session_over_ipx_whose_packets_are_cut_may_have_begun_before() {
    for length in 2..=18 {
        let wire = Wire::new();
        ipx(&wire, 4, NETBIOS, &session(DATA, 1, UNKNOWN));
        ipx(&wire, 4, NETBIOS, &session(END, 1, 2));
        // Ethernet and IPX take 44 bytes.
        wire.cut_all(44 + length);
        let told = if length < 18 { "COULD ipx NetBIOS over IPX x1" } else { "ipx NetBIOS over IPX x1" };
        assert_eq!(wire.unread(), [told], "{length}");
    }
    let wire = Wire::new();
    ipx(&wire, 4, [0x0552, 0x0550], b"\xffSMB\x72");
    assert_eq!(wire.unread(), ["COULD ipx SMB over IPX x1"]);
    ipx(&wire, 4, [0x0552, 0x0550], b"\xffSMC\x72");
    assert_eq!(wire.unread(), ["COULD ipx SMB over IPX x1"]);
}

#[test]
fn the_end_of_a_session_over_ipx_ends_no_other() {
    let wire = Wire::new();
    for number in [1, 2] {
        ipx(&wire, 4, NETBIOS, &session(DATA, number, UNKNOWN));
        back(&wire, &session(DATA, 10 + number, number));
    }
    ipx(&wire, 4, NETBIOS, &session(END, 1, 11));
    back(&wire, &session(END_ACK, 11, 1));
    wire.wait(100.0);
    assert_eq!(wire.unread(), ["COULD ipx NetBIOS over IPX x1", "ipx NetBIOS over IPX x1"]);
    // Nor does one that the other end sends, nor the next of the same number.
    let wire = Wire::new();
    for number in [1, 2] {
        ipx(&wire, 4, NETBIOS, &session(DATA, number, UNKNOWN));
        back(&wire, &session(DATA, 10 + number, number));
    }
    back(&wire, &session(END, 12, 2));
    wire.wait(100.0);
    ipx(&wire, 4, NETBIOS, &session(DATA, 2, UNKNOWN));
    back(&wire, &session(END, 13, 2));
    assert_eq!(wire.unread(), ["COULD ipx NetBIOS over IPX x1", "ipx NetBIOS over IPX x2"]);
}

#[test]
fn sessions_over_ipx_for_which_there_is_no_place_are_counted() {
    let begin = |sessions: usize| {
        let wire = Wire::new();
        for number in 0..sessions {
            ipx(&wire, 4, NETBIOS, &session(DATA, number, UNKNOWN));
            ipx(&wire, 4, NETBIOS, &session(DATA, number, 10_000 + number));
        }
        wire.unread()
    };
    assert_eq!(begin(1024), ["ipx NetBIOS over IPX x1024"]);
    assert_eq!(begin(1025), ["COULD ipx NetBIOS over IPX x1", "ipx NetBIOS over IPX x1024"]);
    assert_eq!(begin(1030), ["COULD ipx NetBIOS over IPX x6", "ipx NetBIOS over IPX x1024"]);
}

#[test]
fn smb_over_ipx() {
    let smb = |command: u8, reply: u8| {
        let mut message = vec![0xff, b'S', b'M', b'B', command, 0, 0, 0, 0, reply];
        message.resize(35, 0);
        message
    };
    let wire = Wire::new();
    ipx(&wire, 4, [0x0552, 0x0550], &smb(0x72, 0));
    ipx(&wire, 4, [0x0550, 0x0552], &smb(0x72, 0x80));
    assert_eq!(wire.unread(), ["ipx SMB over IPX x1"]);
    wire.wait(100.0);
    assert_eq!(wire.unread(), ["COULD ipx SMB over IPX x1"]);
    let wire = Wire::new();
    ipx(&wire, 4, [0x0552, 0x0550], &smb(0x2b, 0));
    assert_eq!(wire.unread(), ["COULD ipx SMB over IPX x1"]);
    let wire = Wire::new();
    ipx(&wire, 4, [0x0553, 0x0553], &smb(0x25, 0));
    assert_eq!(wire.unread(), [""; 0]);
}
