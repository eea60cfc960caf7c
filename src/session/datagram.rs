//! UDP datagrams: NetBIOS names and datagrams, and connectionless RPC. They are told as PDUs, and
//! what a computer announces of itself as an event; no session hangs on them.

use super::event::{ConnectionId, Event, Notice, Told};
use super::pdu::{Content, Pdu, Stream};
use super::unread::Unread;
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::dcerpc::datagram::looks_like_datagram;
use crate::net::{Datagram, Endpoint};
use crate::netbios::datagram_service;
use crate::rap::browser::{Body, FrameType};
use crate::rap::mailslot;
use crate::smb1::{self, transaction};

/// The port of the NetBIOS name service (RFC 1002 4.2).
const NAME_SERVICE: u16 = 137;
/// The port of the NetBIOS datagram service (RFC 1002 4.4).
const DATAGRAM_SERVICE: u16 = 138;

/// Tells what a datagram is, if it is one of ours. `id` is what its events are told under.
pub(super) fn take(
    datagram: &Datagram<'_>,
    at: Origin,
    id: ConnectionId,
    unread: &mut Unread,
    sink: &mut dyn Sink,
) {
    let Datagram { source, destination, payload, .. } = *datagram;
    let content = match (source.port, destination.port) {
        (NAME_SERVICE, _) | (_, NAME_SERVICE) => Content::NameService(payload),
        (DATAGRAM_SERVICE, _) | (_, DATAGRAM_SERVICE) => Content::DatagramService(payload),
        _ if looks_like_datagram(payload) => {
            unread.rpc_datagram(payload, at);
            Content::RpcDatagram(payload)
        }
        _ => return unread.datagram(datagram, at),
    };
    let inside = message_inside(&content);
    tell(content, source, destination, at, sink);
    if let Some((header, message)) = inside {
        let content = Content::Smb1 { header: &header, message, damaged: false };
        tell(content, source, destination, at, sink);
        if let Some(notice) = announcement(&header, message, source) {
            sink.event(Event { at, connection: id, kind: notice.into() });
        }
    }
}

/// What a computer announces of itself in a write to a mailslot (\[MS-BRWS\] 2.2.1, 2.2.10).
fn announcement(header: &smb1::Header, message: &[u8], source: Endpoint) -> Option<Notice> {
    let block = smb1::blocks(message, header).next()?.ok()?;
    if block.command != smb1::Command::TRANSACTION {
        return None;
    }
    let request = transaction::Request::parse(&block).ok()?;
    let setup = [0, 1, 2].map(|index| request.setup.get(index).unwrap_or_default());
    let write = mailslot::Write::parse(&request.name.to_string(), setup, request.data.bytes).ok()?;
    let mailslot::Message::Browser(frame) = write.message else { return None };
    let of_itself = [FrameType::HOST_ANNOUNCEMENT, FrameType::LOCAL_MASTER_ANNOUNCEMENT];
    let Body::Announcement(told) = frame.body else { return None };
    let name = crate::wire::ascii(told.server_name);
    (of_itself.contains(&frame.frame_type) && !name.is_empty()).then(|| {
        Notice::Computer(Told {
            name,
            address: Some(source.ip()),
            server_type: told.server_type,
            version: (told.os_version.0.into(), told.os_version.1.into()),
            users: None,
            comment: Some(crate::wire::ascii(told.comment)).filter(|comment| !comment.is_empty()),
            by: "announcement",
        })
    })
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
