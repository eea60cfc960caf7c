//! UDP datagrams: NetBIOS names and datagrams, and connectionless RPC. They are told as PDUs; no session hangs on them.

use super::pdu::{Content, Pdu, Stream};
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::net::{Datagram, Endpoint};

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
        _ => return,
    };
    tell(content, source, destination, at, sink);
}

fn tell(content: Content<'_>, source: Endpoint, destination: Endpoint, at: Origin, sink: &mut dyn Sink) {
    let direction = Direction::ToServer;
    sink.pdu(&Pdu { at, connection: None, stream: Stream::Udp, source, destination, direction, content });
}
