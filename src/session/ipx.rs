//! IPX: SMB straight over it (\[MS-CIFS\] 2.1.2.1), one message a packet, and NetBIOS. They are told as PDUs, and what a
//! computer announces of itself as an event.

use super::Sink;
use super::datagram::announcement;
use super::event::{ConnectionId, Direction, Event};
use super::pdu::{Content, Pdu, Peer, Stream};
use crate::capture::Origin;
use crate::net::IpxPacket;
use crate::netbios::nbipx::{self, Packet};
use crate::smb1;

/// The sockets of the SMB server, of names and of the redirector.
const SOCKETS: core::ops::RangeInclusive<u16> = 0x0550..=0x0552;

/// Takes a packet and tells the message in it. `id` is what its events are told under.
pub(super) fn take(packet: &IpxPacket<'_>, at: Origin, id: ConnectionId, sink: &mut dyn Sink) {
    let (source, destination) = (Peer::Mac(packet.source), Peer::Mac(packet.destination));
    let mut tell = |content: Content<'_>, direction: Direction| {
        let (connection, stream) = (None, Stream::Ipx);
        sink.pdu(&Pdu { at, connection, stream, source, destination, direction, content });
    };
    let message = packet.payload;
    if [packet.source_socket, packet.destination_socket].iter().any(|socket| SOCKETS.contains(socket))
        && let Ok((_, header)) = smb1::Header::parse(message)
    {
        let direction = if header.is_response() { Direction::ToClient } else { Direction::ToServer };
        return tell(Content::Smb1 { header: &header, message, damaged: false }, direction);
    }
    let Some(socket) = nbipx::socket(packet.destination_socket, packet.source_socket) else { return };
    let IpxPacket { packet_type, payload, .. } = *packet;
    tell(Content::NetBiosIpx { socket, packet_type, payload }, Direction::ToServer);
    let datagram = Packet::parse(socket, packet_type, payload).ok().and_then(|packet| packet.datagram());
    let Some(message) = datagram else { return };
    let Ok((_, header)) = smb1::Header::parse(message) else { return };
    tell(Content::Smb1 { header: &header, message, damaged: false }, Direction::ToServer);
    if let Some(notice) = announcement(&header, message, None) {
        sink.event(Event { at, connection: id, kind: notice.into() });
    }
}

/// True if the packet is part of a NetBIOS session over IPX, whose content is not read.
#[allow(dead_code, reason = "nobody counts them yet")]
pub(super) fn is_of_netbios_session(packet: &IpxPacket<'_>) -> bool {
    let socket = nbipx::socket(packet.destination_socket, packet.source_socket);
    socket.is_some_and(|socket| {
        let packet = Packet::parse(socket, packet.packet_type, packet.payload);
        matches!(packet, Ok(Packet::NetBios { packet_type, .. }) if packet_type.is_of_session())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{LinkType, Packet as Captured};
    use crate::net::{Decoded, Decoder};
    use crate::session::event::{EventKind, Notice};
    use crate::session::{Analyzer, Limits};
    use crate::wire::Timestamp;

    /// What is told of a packet: rows, and computers.
    #[derive(Default)]
    struct Told(Vec<&'static str>, Vec<crate::session::Told>);

    impl Sink for Told {
        fn pdu(&mut self, pdu: &Pdu<'_>) {
            self.0.push(match pdu.content {
                Content::NetBiosIpx { .. } => "NetBIOS",
                Content::Smb1 { .. } => "SMB1",
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

    fn told(frame: &[u8]) -> Told {
        let (mut told, mut analyzer) = (Told::default(), Analyzer::new(Limits::default()));
        let origin = Origin { time: Timestamp::from_nanos(0), capture: 0, frame: 1 };
        let length = u32::try_from(frame.len()).unwrap();
        analyzer.push(&Captured::new(origin, LinkType::ETHERNET, frame, length), &mut told);
        analyzer.finish(&mut told);
        told
    }

    /// A write of a host announcement to `\MAILSLOT\BROWSE`.
    fn announcement() -> Vec<u8> {
        let frame = [
            &[1][..],                       // host announcement
            &[3],                           // UpdateCount
            &[0xc0, 0xd4, 1, 0],            // Periodicity
            b"WS-21\0\0\0\0\0\0\0\0\0\0\0", // ServerName
            &[4, 0],                        // OSVersionMajor, OSVersionMinor
            &[0x03, 0x22, 0x40, 0],         // ServerType
            &[15, 1],                       // BrowserVersionMajor, BrowserVersionMinor
            &[0x55, 0xaa],                  // Signature
            b"Front desk\0",                // Comment
        ]
        .concat();
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

    #[test]
    fn a_host_announcement_is_heard_in_all_framings_and_protocols() {
        let names = [&b"WORKGROUP      \x1d"[..], b"WS-21          \0"].concat();
        let managed = [&[0; 32][..], &[0xfc, 2, 0, 0], &names, &announcement()].concat();
        let direct = [&[0, 11][..], &names, &announcement()].concat();
        let routed = [&[0; 32][..], &direct].concat();
        for (packet_type, socket, payload) in
            [(4, 0x0553, &managed), (20, 0x0553, &managed), (4, 0x0455, &direct), (20, 0x0455, &routed)]
        {
            for frame in framings(&ipx(packet_type, socket, socket, payload)) {
                let Told(rows, computers) = told(&frame);
                assert_eq!(rows, ["NetBIOS", "SMB1"]);
                let [computer] = &computers[..] else { panic!("{computers:?}") };
                assert_eq!(
                    (computer.name.as_str(), computer.comment.as_deref()),
                    ("WS-21", Some("Front desk"))
                );
                assert_eq!(computer.address, None);
                for length in 0..frame.len() - 14 {
                    told(&frame[..length]);
                }
            }
        }
    }

    #[test]
    fn a_session_is_told_from_a_datagram() {
        let is_session = |socket, kind: u8| {
            let payload = [&[0x80, kind][..], &[0; 40]].concat();
            let frame = &framings(&ipx(4, socket, 0x4001, &payload))[0];
            let origin = Origin { time: Timestamp::from_nanos(0), capture: 0, frame: 1 };
            let mut decoder = Decoder::default();
            let length = u32::try_from(frame.len()).unwrap();
            match decoder.decode(&Captured::new(origin, LinkType::ETHERNET, frame, length)) {
                Decoded::Ipx(packet) => is_of_netbios_session(&packet),
                other => panic!("{other:?}"),
            }
        };
        assert!(is_session(0x0455, 6) && is_session(0x0455, 7) && is_session(0x0455, 8));
        assert!(!is_session(0x0455, 11) && !is_session(0x0455, 1));
        assert!(!is_session(0x0553, 6) && !is_session(0x0451, 6), "other sockets have other packets");
    }
}
