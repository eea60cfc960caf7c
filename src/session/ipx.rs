//! IPX: SMB straight over it (\[MS-CIFS\] 2.1.2.1), one message a packet, and NetBIOS. They are told as PDUs, and what a
//! computer announces of itself as an event.

use super::Sink;
use super::event::Direction;
use super::mailslot::Carrier;
use super::pdu::{Content, Pdu, Peer, Stream};
use crate::capture::Origin;
use crate::net::IpxPacket;
use crate::netbios::begins_with_magic;
use crate::netbios::nbipx::{self, Packet};
use crate::smb1;

/// The sockets of the SMB server and of the redirector (\[MS-CIFS\] 2.1.2.1).
const SMB: [u16; 2] = [0x0550, 0x0552];

/// Takes a packet and tells the message in it.
pub(super) fn take(packet: &IpxPacket<'_>, at: Origin, sink: &mut dyn Sink) {
    let (source, destination) = (Peer::Mac(packet.source), Peer::Mac(packet.destination));
    let stream = Stream::Ipx;
    if let Some(header) = smb(packet).flatten() {
        let direction = if header.is_response() { Direction::ToClient } else { Direction::ToServer };
        let content = Content::Smb1 { header: &header, message: packet.payload, damaged: false };
        return sink.pdu(&Pdu { at, connection: None, stream, source, destination, direction, content });
    }
    let Some(socket) = nbipx::socket(packet.destination_socket, packet.source_socket) else { return };
    let IpxPacket { packet_type, payload, .. } = *packet;
    let carrier = Carrier { at, stream, source, destination, address: None };
    carrier.tell(Content::NetBiosIpx { socket, packet_type, payload }, sink);
    let datagram = Packet::parse(socket, packet_type, payload).ok().and_then(|packet| packet.datagram());
    if let Some(message) = datagram {
        carrier.message(message, false, sink);
    }
}

/// The header of the message of SMB that is hosted directly, if the packet has one: `Some(None)` if it is cut.
pub(super) fn smb(packet: &IpxPacket<'_>) -> Option<Option<smb1::Header>> {
    let is_smb = [packet.source_socket, packet.destination_socket].iter().any(|socket| SMB.contains(socket))
        && begins_with_magic(packet.payload) != Some(false);
    is_smb.then(|| smb1::Header::parse(packet.payload).ok().map(|(_, header)| header))
}
