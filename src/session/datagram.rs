//! UDP datagrams: NetBIOS names and datagrams, and connectionless RPC. They are told as PDUs, and what a computer announces
//! of itself as an event; no session hangs on them.

use super::Sink;
use super::mailslot::Carrier;
use super::pdu::{Content, Stream};
use super::unread::Unread;
use crate::capture::Origin;
use crate::dcerpc::datagram::looks_like_datagram;
use crate::net::Datagram;
use crate::netbios::datagram_service::{Body, Packet};

/// The port of the NetBIOS name service (RFC 1002 4.2).
const NAME_SERVICE: u16 = 137;
/// The port of the NetBIOS datagram service (RFC 1002 4.4).
const DATAGRAM_SERVICE: u16 = 138;

/// Tells what a datagram is, if it is one of ours.
pub(super) fn take(datagram: &Datagram<'_>, at: Origin, unread: &mut Unread, sink: &mut dyn Sink) {
    let Datagram { source, destination, payload, .. } = *datagram;
    let address = Some(source.host());
    let (stream, source_peer, destination_peer) = (Stream::Udp, source.into(), destination.into());
    let carrier = Carrier { at, stream, source: source_peer, destination: destination_peer, address };
    match (source.port, destination.port) {
        (NAME_SERVICE, _) | (_, NAME_SERVICE) => carrier.tell(Content::NameService(payload), sink),
        (DATAGRAM_SERVICE, _) | (_, DATAGRAM_SERVICE) => {
            carrier.tell(Content::DatagramService(payload), sink);
            if let Ok(Packet { body: Body::Datagram { user_data, missing, .. }, .. }) = Packet::parse(payload)
            {
                carrier.message(user_data, missing > 0, sink);
            }
        }
        _ if looks_like_datagram(payload) => {
            unread.rpc_datagram(datagram, at);
            carrier.tell(Content::RpcDatagram(payload), sink);
        }
        _ => unread.datagram(datagram, at),
    }
}
