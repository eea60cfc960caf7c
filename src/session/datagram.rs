//! UDP datagrams: NetBIOS names and datagrams, and connectionless RPC. They are told as PDUs; no session hangs on them.

use super::pdu::{Content, Pdu, Stream};
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::dcerpc::datagram::looks_like_datagram;
use crate::net::{Datagram, Endpoint};
use crate::netbios::datagram_service;
use crate::smb1;

/// The port of the NetBIOS name service (RFC 1002 4.2).
const NAME_SERVICE: u16 = 137;
/// The port of the NetBIOS datagram service (RFC 1002 4.4).
const DATAGRAM_SERVICE: u16 = 138;

/// Tells what a datagram is, if it is one of ours.
pub(super) fn take(datagram: &Datagram<'_>, at: Origin, sink: &mut dyn Sink) {
    let Datagram { source, destination, payload, .. } = *datagram;
    let content = match (source.port, destination.port) {
        (NAME_SERVICE, _) | (_, NAME_SERVICE) => Content::NameService(payload),
        (DATAGRAM_SERVICE, _) | (_, DATAGRAM_SERVICE) => Content::DatagramService(payload),
        _ if looks_like_datagram(payload) => Content::RpcDatagram(payload),
        _ => return,
    };
    let inside = message_inside(&content);
    tell(content, source, destination, at, sink);
    if let Some((header, message)) = inside {
        let content = Content::Smb1 { header: &header, message, damaged: false };
        tell(content, source, destination, at, sink);
    }
}

/// The SMB1 message in a datagram of the datagram service: a write to a mailslot.
fn message_inside<'a>(content: &Content<'a>) -> Option<(smb1::Header, &'a [u8])> {
    let Content::DatagramService(datagram) = *content else { return None };
    let packet = datagram_service::Packet::parse(datagram).ok()?;
    let datagram_service::Body::Datagram { user_data, .. } = packet.body else { return None };
    let (_, header) = smb1::Header::parse(user_data).ok()?;
    Some((header, user_data))
}

fn tell(content: Content<'_>, source: Endpoint, destination: Endpoint, at: Origin, sink: &mut dyn Sink) {
    let direction = Direction::ToServer;
    let (source, destination) = (source.into(), destination.into());
    sink.pdu(&Pdu { at, connection: None, stream: Stream::Udp, source, destination, direction, content });
}
