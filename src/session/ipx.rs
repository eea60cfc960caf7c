//! SMB straight over IPX (\[MS-CIFS\] 2.1.2.1): one message a packet, told as PDUs.

use super::Sink;
use super::event::Direction;
use super::pdu::{Content, Pdu, Peer, Stream};
use crate::capture::Origin;
use crate::net::IpxPacket;
use crate::smb1;

/// The sockets of the SMB server, of names and of the redirector.
const SOCKETS: core::ops::RangeInclusive<u16> = 0x0550..=0x0552;

/// Takes a packet and tells the message in it.
pub(super) fn take(packet: &IpxPacket<'_>, at: Origin, sink: &mut dyn Sink) {
    if !SOCKETS.contains(&packet.source_socket) && !SOCKETS.contains(&packet.destination_socket) {
        return;
    }
    let Ok((_, header)) = smb1::Header::parse(packet.payload) else { return };
    let direction = if header.is_response() { Direction::ToClient } else { Direction::ToServer };
    let content = Content::Smb1 { header: &header, message: packet.payload, damaged: false };
    let (source, destination) = (Peer::Mac(packet.source), Peer::Mac(packet.destination));
    let (connection, stream) = (None, Stream::Ipx);
    sink.pdu(&Pdu { at, connection, stream, source, destination, direction, content });
}
