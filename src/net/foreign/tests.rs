//! Headers that are not read, each just so and one step beside.

use super::*;
use crate::capture::{Origin, Packet};
use crate::net::{Decoded, Decoder};
use crate::wire::Timestamp;

/// What a packet is, in words: `carries`, `hides` or nothing, and the name.
fn seen(link: LinkType, data: &[u8]) -> String {
    let origin = Origin { time: Timestamp::default(), capture: 0, frame: 1 };
    let packet = Packet::captured(origin, link, data, data.len() as u32);
    match Decoder::default().decode(&packet) {
        Decoded::Foreign(foreign @ Encrypted(_)) => format!("hides {foreign}"),
        Decoded::Foreign(foreign) => format!("carries {foreign}"),
        Decoded::Tcp(_) => "TCP".to_owned(),
        Decoded::Udp(_) => "UDP".to_owned(),
        Decoded::Other => String::new(),
        other => panic!("{other:?}"),
    }
}

fn on_ethernet(kind: u16, content: &[u8]) -> String {
    seen(LinkType::ETHERNET, &[&[2; 12][..], &kind.to_be_bytes(), content].concat())
}

fn packet_of(protocol: u8, content: &[u8]) -> Vec<u8> {
    let total = u16::try_from(20 + content.len()).unwrap().to_be_bytes();
    [&[0x45, 0][..], &total, &[0, 0, 0x40, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], content].concat()
}

fn packet_of_6(protocol: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[0x60, 0, 0, 0][..], &length, &[protocol, 64], &[9; 32], content].concat()
}

fn on_ip(protocol: u8, content: &[u8]) -> String {
    seen(LinkType::RAW, &packet_of(protocol, content))
}

fn on_udp(port: u16, content: &[u8]) -> String {
    let length = u16::try_from(8 + content.len()).unwrap().to_be_bytes();
    let [high, low] = port.to_be_bytes();
    on_ip(17, &[&[0xc0, 0x01, high, low][..], &length, &[0, 0], content].concat())
}

/// A segment of TCP in IP, and a packet of ICMP.
fn segment() -> Vec<u8> {
    packet_of(6, &[0x04, 0x13, 0x01, 0xbd, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0])
}

fn ping() -> Vec<u8> {
    packet_of(1, &[8, 0, 0, 0, 0, 1, 0, 1])
}

fn all(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn link_types_have_names() {
    assert_eq!(seen(LinkType(105), &[]), "carries IEEE 802.11 (link type 105)");
    assert_eq!(seen(LinkType(9), &segment()), "carries PPP (link type 9)");
    assert_eq!(seen(LinkType(400), &segment()), "carries link type 400");
    assert_eq!(seen(LinkType::RAW, &segment()), "TCP");
}

#[test]
fn tags_and_tunnels_of_ethernet() {
    let [segment, ping] = [segment(), ping()];
    assert_eq!(on_ethernet(0x8847, &all(&[&[0, 1, 0, 64, 0, 2, 1, 64], &segment])), "carries MPLS");
    assert_eq!(on_ethernet(0x8847, &[0, 1, 0, 64, 0, 2, 0, 64]), "", "no label is the last");
    for (kind, name) in [
        (0x88e7, "IEEE 802.1ah (PBB)"),
        (0x893f, "IEEE 802.1BR"),
        (0x8926, "VN-Tag"),
        (0x22f3, "TRILL"),
        (0x9200, "VLAN tag of another EtherType"),
    ] {
        assert_eq!(on_ethernet(kind, &ping), format!("carries {name}"));
        let tagged = all(&[&[0, 7], &u16::to_be_bytes(kind), &ping]);
        assert_eq!(on_ethernet(0x8100, &tagged), format!("carries {name}"), "behind a VLAN tag");
    }
    assert_eq!(on_ethernet(0x88e5, &[0x00, 0, 0, 0, 0, 1]), "carries MACsec without encryption");
    assert_eq!(on_ethernet(0x88e5, &[0x0c, 0, 0, 0, 0, 1]), "hides MACsec");
    assert_eq!(on_ethernet(0x4305, &[0x40, 15]), "carries B.A.T.M.A.N. advanced");
    assert_eq!(on_ethernet(0x4305, &[0x00, 15]), "", "its routing");
    // ARP, PPPoE discovery, EAPOL, LLDP, AppleTalk, PTP.
    for kind in [0x0806, 0x8863, 0x888e, 0x88cc, 0x809b, 0x88f7] {
        assert_eq!(on_ethernet(kind, &ping), "");
    }
}

#[test]
fn organizations_of_snap() {
    let snap = |organization: [u8; 3], protocol: u16| {
        let header = all(&[&[0xaa, 0xaa, 3], &organization, &protocol.to_be_bytes(), &[0; 40]]);
        on_ethernet(48, &header)
    };
    assert_eq!(snap([0, 0x80, 0xc2], 7), "carries bridged Ethernet");
    assert_eq!(snap([0, 0x80, 0xc2], 14), "", "its spanning tree");
    assert_eq!(snap([0, 0, 0xf8], 0x0800), "carries bridge tunnel (IEEE 802.1H)");
    assert_eq!(snap([0, 0, 0xf8], 0x80f3), "", "AppleTalk");
    assert_eq!(snap([0, 0, 0x0c], 0x2000), "", "CDP");
    let isl = |address: [u8; 5]| {
        let frame =
            all(&[&address, &[0, 2, 0, 0, 0, 0, 2, 0, 48, 0xaa, 0xaa, 3, 0, 0, 0x0c, 0, 4], &[0; 40]]);
        seen(LinkType::ETHERNET, &frame)
    };
    assert_eq!(isl([1, 0, 0x0c, 0, 0]), "carries ISL");
    assert_eq!(isl([1, 0, 0x0c, 0xcc, 0xcc]), "");
}

#[test]
fn ip_in_ip() {
    let [segment, ping] = [segment(), ping()];
    let segment_6 = packet_of_6(6, &segment[20..]);
    assert_eq!(on_ip(4, &segment), "carries IP in IP");
    assert_eq!(on_ip(41, &segment_6), "carries IPv6 in IP");
    assert_eq!(seen(LinkType::RAW, &packet_of_6(4, &segment)), "carries IP in IP");
    assert_eq!(on_ip(4, &ping), "", "no TCP can be in it");
    assert_eq!(on_ip(41, &packet_of_6(58, &[128, 0, 0, 0])), "");
    assert_eq!(on_ip(4, &[0x13; 40]), "", "no IP");
    assert_eq!(on_ip(97, &[0x30, 0]), "carries EtherIP");
    assert_eq!(on_ip(115, &[0, 0, 0, 1]), "carries L2TPv3");
    assert_eq!(on_ip(50, &[0; 40]), "hides ESP");
    // AH, and ESP behind it.
    assert_eq!(on_ip(51, &all(&[&[50, 4, 0, 0], &[0; 20], &[0; 40]])), "hides ESP");
    // ICMP, IGMP, OSPF, VRRP, SCTP.
    for protocol in [1, 2, 89, 112, 132] {
        assert_eq!(on_ip(protocol, &segment), "");
    }
}

#[test]
fn kinds_of_gre() {
    let [segment, ping] = [segment(), ping()];
    assert_eq!(on_ip(47, &all(&[&[0, 0, 8, 0], &segment])), "carries GRE");
    assert_eq!(on_ip(47, &all(&[&[0xb0, 0, 8, 0], &[0; 12], &segment])), "carries GRE");
    assert_eq!(on_ip(47, &all(&[&[0, 0, 8, 0], &ping])), "");
    // A keep-alive: the packet that is to come back, an empty GRE packet in IP.
    let back = packet_of(47, &[0, 0, 0, 0]);
    assert_eq!(on_ip(47, &all(&[&[0, 0, 8, 0], &back])), "");
    assert_eq!(on_ip(47, &[0, 0, 0, 0]), "");
    assert_eq!(on_ip(47, &[0, 0, 0x20, 0, 1, 180]), "", "CDP");
    for (flags, kind, name) in [
        (0x00, [0x65, 0x58], "GRE"),
        (0x20, [0x65, 0x58], "NVGRE"),
        (0x00, [0x88, 0xbe], "ERSPAN I"),
        (0x10, [0x88, 0xbe], "ERSPAN II"),
        (0x10, [0x22, 0xeb], "ERSPAN III"),
        (0x00, [0x88, 0x47], "GRE"),
    ] {
        assert_eq!(on_ip(47, &all(&[&[flags, 0], &kind, &[0; 60]])), format!("carries {name}"));
    }
    assert_eq!(on_udp(4754, &all(&[&[0, 0, 8, 0], &segment])), "carries GRE");
    // PPTP: with a sequence number, then with an acknowledgment number too.
    let header = [0x30, 0x01, 0x88, 0x0b, 0, 40, 0, 1, 0, 0, 0, 1];
    assert_eq!(on_ip(47, &all(&[&header, &[0xff, 3, 0, 0x21], &segment])), "carries PPTP");
    assert_eq!(on_ip(47, &all(&[&header, &[0x21], &segment])), "carries PPTP");
    assert_eq!(on_ip(47, &all(&[&header, &[0, 0xfd], &segment])), "hides PPTP");
    assert_eq!(on_ip(47, &all(&[&header, &[0xff, 3, 0xc0, 0x21, 1, 1]])), "", "its control");
    let acknowledges = [0x30, 0x81, 0x88, 0x0b, 0, 40, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2];
    assert_eq!(on_ip(47, &all(&[&acknowledges, &[0, 0x57], &segment])), "carries PPTP");
    assert_eq!(on_ip(47, &[0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 1, 0, 0, 0, 2]), "", "an acknowledgment alone");
}

#[test]
fn tunnels_by_the_port_of_udp() {
    let [segment, ping] = [segment(), ping()];
    let ipv6 = packet_of_6(6, &segment[20..]);
    let frame = [0; 60];
    let cases: [(u16, &[u8], &[u8], &str); 32] = [
        (4789, &[8, 0, 0, 0, 0, 0, 7, 0], &frame, "carries VXLAN"),
        (8472, &[8, 0, 0, 0, 0, 0, 7, 0], &frame, "carries VXLAN"),
        (4789, &[0x88, 0, 0, 5, 0, 0, 7, 0], &frame, "carries VXLAN"),
        (4789, &[0, 0, 0, 0, 0, 0, 7, 0], &frame, "UDP"),
        (4788, &[8, 0, 0, 0, 0, 0, 7, 0], &frame, "UDP"),
        (4790, &[0x0c, 0, 0, 3, 0, 0, 7, 0], &frame, "carries VXLAN GPE"),
        (6081, &[0, 0, 0x65, 0x58, 0, 0, 7, 0], &frame, "carries GENEVE"),
        (6081, &[0, 0, 0x08, 0x06, 0, 0, 7, 0], &frame, "UDP"),
        (37008, &[1, 0, 0, 1, 1], &frame, "carries TZSP"),
        (37008, &[1, 4, 0, 0], &[], "UDP"),
        (2152, &[0x30, 0xff, 0, 40, 0, 0, 0, 1], &segment, "carries GTP-U"),
        (2152, &[0x30, 0x01, 0, 4, 0, 0, 0, 0], &[], "UDP"),
        (4341, &[0x88; 8], &segment, "carries LISP"),
        (6635, &[0, 1, 1, 64], &segment, "carries MPLS in UDP"),
        (1701, &[0x00, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21], &segment, "carries L2TP"),
        (1701, &[0x40, 2, 0, 50, 0, 1, 0, 1, 0, 0x57], &ipv6, "carries L2TP"),
        (1701, &[0x02, 2, 0, 1, 0, 1, 0, 3, 9, 9, 9, 0x21], &segment, "carries L2TP"),
        (1701, &[0x08, 2, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0xfd], &segment, "hides L2TP"),
        (1701, &[0xc8, 2, 0, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x21], &segment, "UDP"),
        (1701, &[0x00, 3, 0, 0], &segment, "carries L2TPv3"),
        (3544, &[], &ipv6, "carries Teredo"),
        (3544, &[0, 0, 1, 2, 3, 4, 5, 6], &ipv6, "carries Teredo"),
        (3544, &[0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0], &ipv6, "carries Teredo"),
        (3544, &[], &[0x60, 0, 0, 0, 0, 0, 59, 21], "UDP"),
        (5247, &[0, 0x10, 0, 0], &frame, "carries CAPWAP"),
        (5247, &[1, 0, 0, 0], &frame, "UDP"),
        (4500, &[1, 2, 3, 4], &frame, "hides ESP"),
        (4500, &[0, 0, 0, 0], &frame, "UDP"),
        (4500, &[0xff], &[], "UDP"),
        (51820, &[4, 0, 0, 0], &frame, "hides WireGuard"),
        (1194, &[0x38], &frame, "hides OpenVPN"),
        (53, &[8, 0, 0, 0, 0, 0, 7, 0], &ping, "UDP"),
    ];
    for (port, header, content, expected) in cases {
        assert_eq!(on_udp(port, &all(&[header, content])), expected, "port {port}, {header:02x?}");
    }
}

#[test]
fn any_cut_of_a_header_is_read_to_its_end() {
    let header = [0xb0, 0x01, 0x88, 0x0b, 0, 40, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21];
    for length in 0..header.len() {
        assert_eq!(on_ip(47, &header[..length]), "", "at {length}");
        assert_eq!(on_udp(1701, &header[..length.min(1)]), "UDP");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes(bytes: Vec<u8>, protocol: u8, kind: u16) {
        on_ip(if protocol == 44 || protocol == 51 || protocol == 6 || protocol == 17 { 47 } else { protocol }, &bytes);
        ether_type(kind, &bytes);
        snap([0; 3], kind, &bytes, &bytes);
        for port in [1194, 1701, 2152, 3544, 4341, 4500, 4754, 4789, 4790, 5247, 6081, 6635, 37008, 51820] {
            on_udp(port, &bytes);
        }
    }
}
