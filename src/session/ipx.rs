//! IPX: SMB straight over it (\[MS-CIFS\] 2.1.2.1), one message a packet, and NetBIOS. They are told as PDUs, and what a
//! computer announces of itself as an event.

use super::event::Direction;
use super::loss::{Loss, Table};
use super::mailslot::Carrier;
use super::out::Outlet;
use super::pairing::Pairing;
use super::pdu::{Content, Pdu, Peer, Stream};
use super::request::{Request, RequestId};
use super::smb1::{self, Gathering, Place};
use crate::capture::Origin;
use crate::net::IpxPacket;
use crate::netbios::begins_with_magic;
use crate::netbios::nbipx::{self, Packet};
use crate::smb1::Header;

/// The sockets of the SMB server and of the redirector (\[MS-CIFS\] 2.1.2.1).
const SMB: [u16; 2] = [0x0550, 0x0552];

/// Requests of SMB straight over IPX that wait for their responses, and transactions under way.
#[derive(Debug, Default)]
pub(super) struct Ipx {
    requests: Pairing<Id>,
    gathering: Gathering<Id>,
}

/// What pairs a response with its request: the client, its PID and its MID.
type Id = (Peer, RequestId);

impl Ipx {
    /// Takes a packet and tells the message in it.
    pub(super) fn take(&mut self, packet: &IpxPacket<'_>, at: Origin, io: &mut Outlet<'_>) {
        let (source, destination) = (Peer::Mac(packet.source), Peer::Mac(packet.destination));
        let stream = Stream::Ipx;
        let carrier = Carrier { at, stream, source, destination, address: None };
        if let Some(header) = smb(packet).flatten() {
            return self.message(&carrier, &header, packet.payload, io);
        }
        let Some(socket) = nbipx::socket(packet.destination_socket, packet.source_socket) else { return };
        let IpxPacket { packet_type, payload, .. } = *packet;
        carrier.tell(Content::NetBiosIpx { socket, packet_type, payload }, io.sink);
        let datagram = Packet::parse(socket, packet_type, payload).ok().and_then(|packet| packet.datagram());
        if let Some(message) = datagram {
            carrier.message(message, false, io.sink);
        }
    }

    /// A message of SMB straight over IPX.
    fn message(&mut self, carrier: &Carrier, header: &Header, message: &[u8], io: &mut Outlet<'_>) {
        let Carrier { at, stream, source, destination, .. } = *carrier;
        let by_server = header.is_response();
        let (client, direction) =
            if by_server { (destination, Direction::ToClient) } else { (source, Direction::ToServer) };
        let id = (client, Place::of(header).id);
        let evicted = || carrier.event(Loss::Evicted { table: Table::Transactions }, io.sink);
        let gathered = self.gathering.take(id, header, message, evicted);
        let request = self.requests.get(id).filter(|_| by_server).map(Request::lend);
        let content = Content::Smb1 { header, message, damaged: false, transaction: gathered.lend() };
        let connection = None;
        io.sink.pdu(&Pdu { at, connection, stream, source, destination, direction, request, content });
        if let Some(request) = smb1::request_of(header, message, &gathered, at).filter(|_| !by_server) {
            if self.requests.make_room(io.limits.requests) {
                carrier.event(Loss::Evicted { table: Table::Requests }, io.sink);
            }
            self.requests.insert(id, request);
        }
    }
}

/// The header of the message of SMB that is hosted directly, if the packet has one: `Some(None)` if it is cut.
pub(super) fn smb(packet: &IpxPacket<'_>) -> Option<Option<Header>> {
    let is_smb = [packet.source_socket, packet.destination_socket].iter().any(|socket| SMB.contains(socket))
        && begins_with_magic(packet.payload) != Some(false);
    is_smb.then(|| Header::parse(packet.payload).ok().map(|(_, header)| header))
}
