//! What a computer announces of itself, over all that carries it.

use super::*;
use crate::capture::{LinkType, Packet};
use crate::rap::fixtures::host_announcement;
use crate::session::event::EventKind;
use crate::session::{Analyzer, Limits};
use crate::wire::Timestamp;

/// What is told of a packet: rows, and computers.
#[derive(Default)]
struct Heard(Vec<&'static str>, Vec<Told>);

impl Sink for Heard {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.0.push(match pdu.content {
            Content::NetBiosIpx { .. } | Content::Llc(_) | Content::DatagramService(_) => "NetBIOS",
            Content::Smb1 { damaged: false, .. } => "SMB1",
            Content::Smb1 { damaged: true, .. } => "SMB1, damaged",
            _ => "other",
        });
    }

    fn event(&mut self, event: Event) {
        if let EventKind::Notice(Notice::Computer(told)) = event.kind {
            self.1.push(told);
        }
    }
}

/// An IPX packet between these sockets.
fn ipx(packet_type: u8, destination: u16, source: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(30 + payload.len()).unwrap();
    [
        &[0xff, 0xff][..],          // checksum: none
        &length.to_be_bytes(),      // length
        &[0, packet_type],          // transport control, packet type
        &[0; 4],                    // destination network
        &[0xff; 6],                 // destination node
        &destination.to_be_bytes(), // destination socket
        &[0; 4],                    // source network
        &[2, 0, 0, 0, 0, 21],       // source node
        &source.to_be_bytes(),      // source socket
        payload,
    ]
    .concat()
}

/// The four framings of IPX in Ethernet.
fn framings(ipx: &[u8]) -> [Vec<u8>; 4] {
    let addresses = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 21]].concat();
    [&[0x81, 0x37][..], &[], &[0xe0, 0xe0, 3], &[0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0x37]].map(|head| {
        if head.first() == Some(&0x81) {
            return [&addresses, head, ipx].concat();
        }
        let length = u16::try_from(head.len() + ipx.len()).unwrap().to_be_bytes();
        // A byte of padding belongs to no packet.
        [&addresses, &length[..], head, ipx, &[0]].concat()
    })
}

fn told(frame: &[u8], length: usize) -> Heard {
    let (mut told, mut analyzer) = (Heard::default(), Analyzer::new(Limits::default()));
    let origin = Origin { time: Timestamp::from_nanos(0), capture: 0, frame: 1 };
    let length = u32::try_from(length).unwrap();
    analyzer.push(&Packet::captured(origin, LinkType::ETHERNET, frame, length), &mut told);
    analyzer.finish(&mut told);
    told
}

/// A write of a host announcement to `\MAILSLOT\BROWSE`.
fn announcement() -> Vec<u8> {
    let frame = host_announcement();
    let mut message = b"\xffSMB\x25".to_vec(); // TRANSACTION
    message.resize(32, 0);
    let length = u8::try_from(frame.len()).unwrap();
    message.push(17); // WordCount
    message.extend([0, 0, length, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // up to Reserved2
    message.extend([0, 0, 0, 0, length, 0, 86, 0, 3, 0]); // parameters, data at 86, SetupCount
    message.extend([1, 0, 1, 0, 2, 0]); // write, priority, class
    message.extend([length + 17, 0]); // ByteCount
    message.extend(b"\\MAILSLOT\\BROWSE\0");
    assert_eq!(message.len(), 86);
    message.extend(frame);
    message
}

/// The names of a datagram as they stand on the wire.
fn names() -> Vec<u8> {
    [
        &b"WORKGROUP      \x1d"[..], // to whom
        b"WS-21          \0",        // from whom
    ]
    .concat()
}

/// A frame that carries the announcement is heard whole, whatever is cut off it, with the sender's address.
fn is_heard(frame: &[u8], address: Option<Host>) {
    let Heard(rows, computers) = told(frame, frame.len());
    assert_eq!(rows, ["NetBIOS", "SMB1"]);
    let [computer] = &computers[..] else { panic!("{computers:?}") };
    assert_eq!((computer.name.as_str(), computer.comment.as_deref()), ("WS-21", Some("Front desk")));
    assert_eq!(computer.address, address);
    for length in 0..frame.len() {
        told(&frame[..length], frame.len());
    }
}

#[test]
fn a_host_announcement_over_ipx_is_heard_in_all_framings_and_protocols() {
    let managed = [&[0; 32][..], &[0xfc, 2, 0, 0], &names(), &announcement()].concat();
    let direct = [&[0, 11][..], &names(), &announcement()].concat();
    let routed = [&[0; 32][..], &direct].concat();
    for (packet_type, socket, payload) in
        [(4, 0x0553, &managed), (20, 0x0553, &managed), (4, 0x0455, &direct), (20, 0x0455, &routed)]
    {
        for frame in framings(&ipx(packet_type, socket, socket, payload)) {
            is_heard(&frame, None);
        }
    }
}

/// A datagram frame of NetBEUI with the announcement.
fn over_llc(command: u8) -> Vec<u8> {
    let llc = [
        &[0xf0, 0xf0, 3][..], // LLC: NetBIOS, an unnumbered frame
        &[44, 0],             // length of the header
        &[0xff, 0xef],        // delimiter
        &[command, 0, 0, 0],  // command, DATA1, DATA2
        &[0; 4],              // correlators
        &names(),
        &announcement(),
    ]
    .concat();
    let length = u16::try_from(llc.len()).unwrap().to_be_bytes();
    [&[3, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 21][..], &length, &llc].concat()
}

#[test]
fn a_host_announcement_over_netbeui_is_heard_and_names_the_station() {
    let frame = over_llc(8); // DATAGRAM
    is_heard(&frame, Some(Host::Mac([2, 0, 0, 0, 0, 21])));
    let cut = &frame[..frame.len() - 1];
    assert_eq!(told(cut, frame.len()).0, ["NetBIOS", "SMB1, damaged"]);
    assert!(told(&over_llc(0x0f), frame.len()).1.is_empty(), "the answer to a query is no datagram");
}

#[test]
fn a_host_announcement_over_udp_is_heard_with_the_senders_address() {
    let user_data = announcement();
    let length = |more: usize| u16::try_from(user_data.len() + more).unwrap().to_be_bytes();
    let frame = [
        &[0xff; 6][..],
        &[2, 0, 0, 0, 0, 21, 8, 0],                // Ethernet: sender, IPv4
        &[0x45, 0],                                // IPv4: version and header length
        &length(20 + 8 + 82),                      // total length
        &[0, 0, 0, 0, 64, 17, 0, 0],               // time to live, UDP
        &[192, 0, 2, 21, 192, 0, 2, 255],          // addresses
        &[0, 138, 0, 138],                         // UDP: ports
        &length(8 + 82),                           // length
        &[0, 0],                                   // checksum: none
        &[0x11, 2, 0, 1],                          // MSG_TYPE, FLAGS, DGM_ID
        &[192, 0, 2, 21, 0, 138],                  // SOURCE_IP, SOURCE_PORT
        &length(68),                               // DGM_LENGTH
        &[0, 0],                                   // PACKET_OFFSET
        b"\x20FHFDCNDCDBCACACACACACACACACACAAA\0", // SOURCE_NAME
        b"\x20FHEPFCELEHFCEPFFFACACACACACACABN\0", // DESTINATION_NAME
        &user_data,
    ]
    .concat();
    is_heard(&frame, "192.0.2.21".parse().ok());
}
