//! Tests over packets built one field a line, or by etherparse.

use core::net::{IpAddr, Ipv6Addr};

use etherparse::PacketBuilder;
use proptest::prelude::*;

use super::*;
use crate::capture::{LinkType, Origin, Packet};
use crate::error::{Layer, ParseError, Reason};
use crate::wire::Timestamp;

const A: [u8; 4] = [192, 0, 2, 1];
const B: [u8; 4] = [192, 0, 2, 2];

fn v4(address: [u8; 4], port: u16) -> Endpoint {
    Endpoint::new(IpAddr::from(address), port)
}

fn v6(last: u16, port: u16) -> Endpoint {
    Endpoint::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last)), port)
}

fn packet_at(seconds: i64, link: LinkType, data: &[u8], length: usize) -> Packet<'_> {
    let origin = Origin { time: Timestamp::from_parts(seconds, 0), capture: 0, frame: 1 };
    Packet::captured(origin, link, data, length as u32)
}

fn packet(link: LinkType, data: &[u8]) -> Packet<'_> {
    packet_at(0, link, data, data.len())
}

/// What a packet gives to a decoder that has seen nothing else, with the segment's payload apart.
fn tcp_of(packet: &Packet<'_>) -> Option<(Segment<'static>, Vec<u8>)> {
    match Decoder::default().decode(packet) {
        Decoded::Tcp(segment) => {
            let payload = segment.payload.to_vec();
            Some((Segment { payload: &[], ..segment }, payload))
        }
        _ => None,
    }
}

/// An IPv4 packet with a TCP segment that carries `hello`.
fn ipv4() -> Vec<u8> {
    [
        [0x45].as_slice(), // version 4, header length 5 words
        &[0],              // type of service
        &[0, 49],          // total length
        &[0x12, 0x34],     // identification
        &[0x40, 0],        // flags: don't fragment
        &[64],             // time to live
        &[6],              // protocol: TCP
        &[0, 0],           // header checksum, wrong
        &A,                // source
        &B,                // destination
        &[0x04, 0x13],     // source port
        &[0x01, 0xbd],     // destination port
        &[1, 2, 3, 4],     // sequence number
        &[5, 6, 7, 8],     // acknowledgment number
        &[0x60],           // data offset 6 words
        &[0x18],           // ACK, PSH
        &[0x20, 0],        // window
        &[0, 0],           // checksum, wrong
        &[0, 0],           // urgent pointer
        &[1, 1, 1, 0],     // options
        b"hello",
    ]
    .concat()
}

fn segment() -> Segment<'static> {
    let flags = TcpFlags::ACK | TcpFlags::PSH;
    let segment = Segment::new(v4(A, 1043), v4(B, 445), 0x0102_0304, Some(0x0506_0708), flags, &[]);
    Segment { length: 5, ..segment }
}

fn ipv6() -> Vec<u8> {
    let [a, b] = [v6(1, 0), v6(2, 0)].map(|end| match end.host().ip().unwrap() {
        IpAddr::V6(ip) => ip.octets(),
        IpAddr::V4(_) => unreachable!(),
    });
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ipv6(a, b, 64).tcp(1043, 445, 7, 512).syn();
    builder.write(&mut bytes, b"hello").unwrap();
    bytes
}

/// What stands before IPv4 on each link layer.
fn link_headers() -> Vec<(LinkType, Vec<u8>)> {
    let addresses = [0x02; 12];
    let ethernet = |tail: &[u8]| (LinkType::ETHERNET, [&addresses, tail].concat());
    vec![
        ethernet(&[0x08, 0x00]),
        ethernet(&[0x81, 0x00, 0x00, 0x05, 0x08, 0x00]),
        ethernet(&[0x88, 0xa8, 0, 1, 0x91, 0x00, 0, 2, 0x81, 0x00, 0, 3, 0x08, 0x00]),
        ethernet(&[0x00, 57, 0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00]), // length, LLC, SNAP
        ethernet(&[0x00, 52, 0x06, 0x06, 0x03]),                      // length, LLC of IP
        ethernet(&[0x88, 0x64, 0x11, 0, 0, 1, 0, 51, 0x00, 0x21]),    // PPPoE session, PPP
        (LinkType::LINUX_SLL, [&[0; 14], [0x08, 0x00].as_slice()].concat()),
        (LinkType::LINUX_SLL, [&[0; 14], [0x81, 0x00, 0, 1, 0x08, 0x00].as_slice()].concat()),
        (LinkType::LINUX_SLL2, [[0x08, 0x00].as_slice(), &[0; 18]].concat()),
        (LinkType::RAW, vec![]),
        (LinkType::RAW_BSD, vec![]),
        (LinkType::RAW_OPENBSD, vec![]),
        (LinkType::IPV4, vec![]),
        (LinkType::NULL, vec![2, 0, 0, 0]),
        (LinkType::NULL, vec![0, 0, 0, 2]),
        (LinkType::LOOP, vec![0, 0, 0, 2]),
    ]
}

#[test]
fn every_link_layer_leads_to_the_segment() {
    for (link, header) in link_headers() {
        let frame = [header.as_slice(), &ipv4()].concat();
        assert_eq!(tcp_of(&packet(link, &frame)), Some((segment(), b"hello".to_vec())), "{link} {header:x?}");
    }
    let ends = (v6(1, 1043), v6(2, 445));
    for (link, header) in [
        (LinkType::IPV6, vec![]),
        (LinkType::NULL, vec![30, 0, 0, 0]),
        (LinkType::NULL, vec![0, 0, 0, 24]),
        (LinkType::LOOP, vec![0, 0, 0, 28]),
        (LinkType::ETHERNET, [&[2; 12], [0x86, 0xdd].as_slice()].concat()),
    ] {
        let frame = [header, ipv6()].concat();
        let (segment, payload) = tcp_of(&packet(link, &frame)).unwrap();
        assert_eq!((segment.source, segment.destination), ends, "{link}");
        assert_eq!((segment.flags, segment.ack, payload), (TcpFlags::SYN, None, b"hello".to_vec()));
    }
}

#[test]
fn a_cut_frame_gives_what_of_the_segment_is_there_or_says_where_it_ends() {
    for (link, header) in link_headers() {
        let frame = [header.as_slice(), &ipv4()].concat();
        let headers = header.len() + 44;
        for end in 0..frame.len() {
            let packet = packet_at(0, link, &frame[..end], frame.len());
            match Decoder::default().decode(&packet) {
                Decoded::Tcp(found) => {
                    // Behind the flags a header may be cut.
                    assert!(end >= header.len() + 20 + 14);
                    let payload = &frame[headers.min(end)..end];
                    assert_eq!(found, Segment { payload, ..segment() });
                }
                Decoded::Unreadable(error) => {
                    assert!(
                        end < header.len() + 34 && error.layer == Layer::Net && error.offset <= end,
                        "{error}"
                    );
                    assert!(matches!(error.reason, Reason::Truncated { .. }), "{error}");
                }
                other => panic!("{link} cut at {end}: {other:?}"),
            }
        }
    }
}

#[test]
fn an_error_is_at_its_place_even_before_padding() {
    let mut bytes = ipv4();
    bytes[3] = 30; // total length
    let frame = [[2; 12].as_slice(), &[0x08, 0x00], &bytes].concat();
    let reason = Reason::Truncated { field: "TCP header" };
    let expected = ParseError { layer: Layer::Net, offset: 34, reason };
    assert_eq!(Decoder::default().decode(&packet(LinkType::ETHERNET, &frame)), Decoded::Unreadable(expected));
}

#[test]
fn padding_is_no_payload_and_a_total_length_of_0_goes_to_the_end() {
    let padded = [ipv4().as_slice(), &[0xff; 9]].concat();
    assert_eq!(tcp_of(&packet(LinkType::RAW, &padded)), Some((segment(), b"hello".to_vec())));

    let mut offloaded = padded;
    offloaded[2..4].fill(0);
    let whole = tcp_of(&packet(LinkType::RAW, &offloaded)).unwrap();
    assert_eq!((whole.0.length, whole.1.len()), (14, 14));
    let cut = tcp_of(&packet_at(0, LinkType::RAW, &offloaded, 4_044)).unwrap();
    assert_eq!((cut.0.length, cut.1.len()), (4_000, 14));

    let mut offloaded = ipv6();
    offloaded[4..6].fill(0);
    let cut = tcp_of(&packet_at(0, LinkType::RAW, &offloaded, 60 + 70_000)).unwrap();
    assert_eq!((cut.0.length, cut.1), (70_000, b"hello".to_vec()));
}

#[test]
fn bad_values_are_named() {
    for (place, value, field) in
        [(0, 0x55, "IP version"), (0, 0x44, "IPv4 header length"), (32, 0x40, "TCP data offset")]
    {
        let mut bytes = ipv4();
        bytes[place] = value;
        match Decoder::default().decode(&packet(LinkType::RAW, &bytes)) {
            Decoded::Unreadable(ParseError { reason: Reason::BadValue { field: found, .. }, .. }) => {
                assert_eq!(found, field);
            }
            other => panic!("{other:?}"),
        }
    }
    let tags = [[2; 12].as_slice(), &[0x81, 0x00, 0, 1].repeat(20)].concat();
    let mut decoder = Decoder::default();
    let decoded = decoder.decode(&packet(LinkType::ETHERNET, &tags));
    assert!(matches!(decoded, Decoded::Unreadable(ParseError { reason: Reason::TooDeep { .. }, .. })));
}

#[test]
fn other_protocols_are_other() {
    let arp = [[2; 12].as_slice(), &[0x08, 0x06], &[0; 28]].concat();
    let spanning_tree = [[2; 12].as_slice(), &[0x00, 0x2f, 0x42, 0x42, 0x03], &[0; 44]].concat();
    let mut icmp = ipv4();
    icmp[9] = 1;
    let mut decoder = Decoder::default();
    for (link, bytes) in
        [(LinkType::ETHERNET, &arp), (LinkType::ETHERNET, &spanning_tree), (LinkType::RAW, &icmp)]
    {
        assert_eq!(decoder.decode(&packet(link, bytes)), Decoded::Other);
    }
    assert_eq!(*decoder.counts(), Counts { other: 3, ..Counts::default() });
}

#[test]
fn netbios_frames_over_llc() {
    let frame = [
        &[3, 0, 0, 0, 0, 1][..],   // destination: the NetBIOS group
        &[2, 0, 0, 0, 0, 9],       // source
        &[0x00, 0x04],             // length
        &[0xf0, 0xf1, 0x03, 0x2c], // DSAP, SSAP of a response, control, the first byte of the frame
        &[0; 3],                   // padding
    ]
    .concat();
    let tagged = [&frame[..12], &[0x81, 0x00, 0x00, 0x07], &frame[12..]].concat();
    for bytes in [&frame, &tagged] {
        match Decoder::default().decode(&packet(LinkType::ETHERNET, bytes)) {
            Decoded::Llc(llc) => {
                assert_eq!((llc.destination, llc.source), ([3, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 9]));
                assert_eq!((llc.payload, llc.length), (&[0xf0, 0xf1, 0x03, 0x2c][..], 4));
            }
            other => panic!("{other:?}"),
        }
    }
    for length in 0..frame.len() {
        let bytes = frame[..length].to_vec();
        match Decoder::default().decode(&packet(LinkType::ETHERNET, &bytes)) {
            Decoded::Llc(llc) => assert!(length >= 16 && llc.length == 4),
            Decoded::Other => assert!((14..17).contains(&length)),
            Decoded::Unreadable(_) => assert!(length < 17),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn ipx_in_its_four_framings() {
    let ipx = [
        &[0xff, 0xff][..],                        // checksum
        &[0, 33, 0, 4],                           // length, transport control, packet type
        &[0, 0, 0, 7, 2, 0, 0, 0, 0, 1, 5, 0x50], // destination: network, node, socket
        &[0, 0, 0, 8, 2, 0, 0, 0, 0, 2, 5, 0x52], // source
        b"SMB",
        &[0; 9], // padding
    ]
    .concat();
    for (kind, before) in [
        (0x8137_u16, &[][..]),
        (42, &[]),
        (45, &[0xe0, 0xe0, 3]),
        (50, &[0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0x37]),
    ] {
        let frame = [&[2; 12][..], &kind.to_be_bytes(), before, &ipx].concat();
        match Decoder::default().decode(&packet(LinkType::ETHERNET, &frame)) {
            Decoded::Ipx(ipx) => {
                assert_eq!((ipx.packet_type, ipx.payload), (4, &b"SMB"[..]));
                assert_eq!((ipx.destination_network, ipx.destination_socket), (7, 0x550));
                assert_eq!((ipx.source, ipx.source_socket), ([2, 0, 0, 0, 0, 2], 0x552));
            }
            other => panic!("{kind:#x}: {other:?}"),
        }
        let cut = frame[..14 + before.len() + 29].to_vec();
        let mut decoder = Decoder::default();
        assert!(matches!(decoder.decode(&packet(LinkType::ETHERNET, &cut)), Decoded::Unreadable(_)));
    }
}

#[test]
fn udp_ends_where_its_length_says() {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(A, B, 64).udp(137, 138).write(&mut bytes, b"datagram").unwrap();
    let datagram =
        |bytes: &[u8], length| match Decoder::default().decode(&packet_at(0, LinkType::RAW, bytes, length)) {
            Decoded::Udp(datagram) => {
                assert_eq!((datagram.source, datagram.destination), (v4(A, 137), v4(B, 138)));
                (datagram.length, datagram.payload.to_vec())
            }
            other => panic!("{other:?}"),
        };
    assert_eq!(datagram(&bytes, 36), (8, b"datagram".to_vec()));
    assert_eq!(datagram(&bytes[..31], 36), (8, b"dat".to_vec()));
    bytes[25] = 12; // UDP length
    assert_eq!(datagram(&bytes, 36), (4, b"data".to_vec()));
    bytes[25] = 0;
    assert_eq!(datagram(&bytes, 36), (8, b"datagram".to_vec()));
}

#[test]
fn headers_that_extend_ip_are_passed_over() {
    let with = |next: u8, headers: &[u8]| {
        let mut bytes = ipv6();
        let tcp = bytes.split_off(40);
        bytes[6] = next;
        bytes[5] += headers.len() as u8;
        [bytes, headers.to_vec(), tcp].concat()
    };
    let hop_routing_destination = [
        [43, 0, 1, 4, 0, 0, 0, 0].as_slice(), // hop-by-hop options, then routing
        &[60, 0, 0, 0, 0, 0, 0, 0],           // routing, then destination options
        &[6, 0, 1, 4, 0, 0, 0, 0],            // destination options, then TCP
    ]
    .concat();
    let atomic_fragment = [6, 0, 0, 0, 0, 0, 0, 9];
    let authentication = [6, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (next, headers) in
        [(0, hop_routing_destination.as_slice()), (44, &atomic_fragment), (51, &authentication)]
    {
        let bytes = with(next, headers);
        let (segment, payload) = tcp_of(&packet(LinkType::RAW, &bytes)).unwrap();
        assert_eq!((segment.length, payload), (5, b"hello".to_vec()));
        for end in 0..bytes.len() - 5 {
            let decoded = Decoder::default().decode(&packet_at(0, LinkType::RAW, &bytes[..end], bytes.len()))
                == Decoded::Other;
            assert!(!decoded, "cut at {end}");
        }
    }
    let mut bytes = ipv4();
    let tcp = bytes.split_off(20);
    bytes[9] = 51;
    bytes[3] += 24;
    let bytes = [bytes, authentication.to_vec(), tcp].concat();
    assert_eq!(tcp_of(&packet(LinkType::RAW, &bytes)), Some((segment(), b"hello".to_vec())));
}

/// The fragments of an IP packet, each with its offset; `size` is a multiple of 8.
fn fragments(ip: &[u8], size: usize) -> Vec<Vec<u8>> {
    let is_v4 = ip[0] >> 4 == 4;
    let (header, payload) = ip.split_at(if is_v4 { 20 } else { 40 });
    let count = payload.chunks(size).len();
    let fragment = |(index, chunk): (usize, &[u8])| {
        let more = index + 1 < count;
        let mut header = header.to_vec();
        if is_v4 {
            let place = (index * size / 8) as u16 | if more { 0x2000 } else { 0 };
            header[2..4].copy_from_slice(&(20 + chunk.len() as u16).to_be_bytes());
            header[6..8].copy_from_slice(&place.to_be_bytes());
        } else {
            let place = (index * size) as u16 | u16::from(more);
            header[4..6].copy_from_slice(&(8 + chunk.len() as u16).to_be_bytes());
            let next = core::mem::replace(&mut header[6], 44);
            header.extend([next, 0]);
            header.extend(place.to_be_bytes());
            header.extend([0, 0, 0, 7]);
        }
        [header, chunk.to_vec()].concat()
    };
    payload.chunks(size).enumerate().map(fragment).collect()
}

/// A packet of 100 bytes of payload.
fn long(v6: bool) -> (Vec<u8>, Vec<u8>) {
    let payload: Vec<u8> = (0..100).collect();
    let mut bytes = Vec::new();
    if v6 {
        let builder = PacketBuilder::ipv6([1; 16], [2; 16], 64).tcp(1043, 445, 7, 512);
        builder.write(&mut bytes, &payload).unwrap();
    } else {
        PacketBuilder::ipv4(A, B, 64).tcp(1043, 445, 7, 512).write(&mut bytes, &payload).unwrap();
    }
    (bytes, payload)
}

#[test]
fn fragments_in_any_order_and_repeated_are_put_together() {
    for is_v6 in [false, true] {
        let (bytes, payload) = long(is_v6);
        let pieces = fragments(&bytes, 32);
        assert_eq!(pieces.len(), 4);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
            let mut decoder = Decoder::default();
            for (step, index) in order.iter().enumerate() {
                let decoded = decoder.decode(&packet(LinkType::RAW, &pieces[*index]));
                if step < 3 {
                    assert_eq!(decoded, Decoded::Fragment);
                    assert_eq!(decoder.decode(&packet(LinkType::RAW, &pieces[*index])), Decoded::Fragment);
                } else {
                    let Decoded::Tcp(segment) = decoded else { panic!("{decoded:?}") };
                    assert_eq!((segment.payload, segment.length, segment.seq), (payload.as_slice(), 100, 7));
                }
            }
            assert_eq!(
                *decoder.counts(),
                Counts { tcp: 1, fragments: 7, reassembled: 1, ..Counts::default() }
            );
        }
    }
}

#[test]
fn the_first_of_overlapping_fragments_wins() {
    let (bytes, payload) = long(false);
    let pieces = fragments(&bytes, 32);
    let mut other = bytes.clone();
    other[20..].fill(0xee);
    let mut decoder = Decoder::default();
    let mut last = Vec::new();
    for bytes in [&pieces[0], &pieces[1], &fragments(&other, 96)[0], &pieces[2], &pieces[3]] {
        if let Decoded::Tcp(segment) = decoder.decode(&packet(LinkType::RAW, bytes)) {
            last = segment.payload.to_vec();
        }
    }
    let expected = [&payload[..44], &[0xee; 32], &payload[76..]].concat();
    assert_eq!(last, expected);
}

#[test]
fn a_fragment_cut_by_the_snapshot_length_cuts_the_payload() {
    let (bytes, payload) = long(true);
    let pieces = fragments(&bytes, 32);
    let mut decoder = Decoder::default();
    for (index, piece) in pieces.iter().enumerate() {
        let captured = if index == 2 { piece.len() - 10 } else { piece.len() };
        match decoder.decode(&packet_at(0, LinkType::RAW, &piece[..captured], piece.len())) {
            Decoded::Tcp(segment) => {
                assert_eq!((segment.payload, segment.length), (&payload[..66], 100));
            }
            other => assert!(index < 3 && other == Decoded::Fragment),
        }
    }
    assert_eq!(decoder.counts().tcp, 1);
}

#[test]
fn what_is_held_keeps_to_its_limits() {
    let (bytes, _) = long(false);
    let first = fragments(&bytes, 64).remove(0);
    let numbered = |number: u16| {
        let mut first = first.clone();
        first[4..6].copy_from_slice(&number.to_be_bytes());
        first
    };
    for (limits, held) in [
        (FragmentLimits { datagrams: 10, ..FragmentLimits::default() }, 10),
        (FragmentLimits { bytes: 1_000, ..FragmentLimits::default() }, 6),
        (FragmentLimits { seconds: 7.0, ..FragmentLimits::default() }, 8),
        (FragmentLimits { datagrams: 0, ..FragmentLimits::default() }, 0),
    ] {
        let mut decoder = Decoder::new(&limits);
        for number in 0..100 {
            let bytes = numbered(number);
            let packet = packet_at(i64::from(number), LinkType::RAW, &bytes, bytes.len());
            assert_eq!(decoder.decode(&packet), Decoded::Fragment);
        }
        assert!(100 - decoder.counts().evicted <= held, "{limits:?} {:?}", decoder.counts());
        assert!(held == 0 || decoder.counts().evicted < 100);
    }
    let mut beyond = first;
    beyond[6..8].copy_from_slice(&0x1fff_u16.to_be_bytes());
    let mut decoder = Decoder::default();
    let decoded = decoder.decode(&packet(LinkType::RAW, &beyond));
    assert!(matches!(decoded, Decoded::Unreadable(ParseError { reason: Reason::BadOffset { .. }, .. })));
}

const LINKS: [LinkType; 12] = [
    LinkType::NULL,
    LinkType::ETHERNET,
    LinkType::RAW_BSD,
    LinkType::RAW_OPENBSD,
    LinkType::RAW,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::IPV4,
    LinkType::IPV6,
    LinkType::LINUX_SLL2,
    LinkType(9),
    LinkType(u16::MAX),
];

proptest! {
    #[test]
    fn any_bytes_on_any_link_are_decoded_without_a_panic(
        frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 1..8),
        length in any::<u32>(),
    ) {
        let mut decoder = Decoder::default();
        for frame in &frames {
            for link in LINKS {
                decoder.decode(&packet_at(0, link, frame, length as usize));
            }
            for first in [0x45, 0x46, 0x60] {
                let mut frame = frame.clone();
                if let Some(byte) = frame.first_mut() {
                    *byte = first;
                }
                decoder.decode(&packet_at(0, LinkType::RAW, &frame, length as usize));
            }
        }
    }

    #[test]
    fn flipped_bytes_never_give_more_than_the_frame_holds(
        flips in proptest::collection::vec((0_usize..60, any::<u8>()), 0..6),
        is_v6 in any::<bool>(),
    ) {
        let mut decoder = Decoder::default();
        for mut piece in fragments(&long(is_v6).0, 64).into_iter().chain([long(is_v6).0]) {
            for (place, value) in &flips {
                if let Some(byte) = piece.get_mut(*place) {
                    *byte = *value;
                }
            }
            if let Decoded::Tcp(segment) = decoder.decode(&packet(LinkType::RAW, &piece)) {
                prop_assert!(segment.payload.len() as u64 <= u64::from(segment.length));
            }
        }
    }

    #[test]
    fn fragments_of_any_size_in_any_order_give_the_packet(
        size in 1_usize..16,
        keys in proptest::collection::vec(any::<u32>(), 120),
        is_v6 in any::<bool>(),
    ) {
        let (bytes, payload) = long(is_v6);
        let mut pieces: Vec<_> = keys.into_iter().zip(fragments(&bytes, size * 8)).collect();
        pieces.sort();
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        for (_, piece) in &pieces {
            if let Decoded::Tcp(segment) = decoder.decode(&packet(LinkType::RAW, piece)) {
                found.push(segment.payload.to_vec());
            }
        }
        prop_assert_eq!(found, [payload]);
    }
}

#[test]
fn a_computer_is_named_by_ip_or_mac_address() {
    for (text, host) in [
        ("192.0.2.1", Some(Host::Ip(core::net::IpAddr::from([192, 0, 2, 1])))),
        ("02:00:00:0a:0b:ff", Some(Host::Mac([2, 0, 0, 10, 11, 255]))),
        ("02:00:00:0a:0b", None),
        ("02:00:00:0a:0b:ff:00", None),
        ("02:00:00:0a:0b:f", None),
        ("02:00:00:0a:0b:+f", None),
    ] {
        assert_eq!(text.parse().ok(), host, "{text}");
        assert!(host.is_none_or(|host| host.to_string() == text), "{text}");
    }
}
