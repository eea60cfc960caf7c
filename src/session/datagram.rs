//! UDP datagrams: NetBIOS names and datagrams, and connectionless RPC. They are told as PDUs, and
//! what a computer announces of itself as an event; no session hangs on them.

use crate::net::Host;

use super::event::{ConnectionId, Event, Notice, Told};
use super::pdu::{Content, Pdu, Stream};
use super::unread::Unread;
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::dcerpc::datagram::looks_like_datagram;
use crate::net::{Datagram, Endpoint};
use crate::netbios::datagram_service;
use crate::rap::browser::{Body, FrameType};
use crate::rap::mailslot::{self, LanMan};
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
    if let Some(Inside { header, message, damaged }) = inside {
        let content = Content::Smb1 { header: &header, message, damaged };
        tell(content, source, destination, at, sink);
        if let Some(notice) = announcement(&header, message, Some(source.host())) {
            sink.event(Event { at, connection: id, kind: notice.into() });
        }
    }
}

/// What a computer announces of itself in a write to a mailslot (\[MS-BRWS\] 2.2.1, 2.2.10).
///
/// `address` is the sender's, if it has one of IP.
pub(super) fn announcement(header: &smb1::Header, message: &[u8], address: Option<Host>) -> Option<Notice> {
    let block = smb1::blocks(message, header).next()?.ok()?;
    if block.command != smb1::Command::TRANSACTION {
        return None;
    }
    let request = transaction::Request::parse(&block).ok()?;
    let setup = [0, 1, 2].map(|index| request.setup.get(index).unwrap_or_default());
    let write = mailslot::Write::parse(&request.name.to_string(), setup, request.data.bytes).ok()?;
    let mailslot::Message::Browser(frame) = write.message else { return lan_man(&write.message, address) };
    let of_itself = [FrameType::HOST_ANNOUNCEMENT, FrameType::LOCAL_MASTER_ANNOUNCEMENT];
    let Body::Announcement(told) = frame.body else { return None };
    let name = crate::wire::ascii(told.server_name);
    (of_itself.contains(&frame.frame_type) && !name.is_empty()).then(|| {
        Notice::Computer(Told {
            name,
            address,
            server_type: told.server_type,
            version: (told.os_version.0.into(), told.os_version.1.into()),
            users: None,
            comment: Some(crate::wire::ascii(told.comment)).filter(|comment| !comment.is_empty()),
            by: "announcement",
        })
    })
}

/// What a computer announces of itself in LAN Manager's way.
fn lan_man(message: &mailslot::Message<'_>, address: Option<Host>) -> Option<Notice> {
    let mailslot::Message::LanMan(LanMan::Announcement {
        server_type, os_version, server_name, comment, ..
    }) = message
    else {
        return None;
    };
    let (name, comment) = (server_name.to_string(), comment.to_string());
    (!name.is_empty()).then(|| {
        Notice::Computer(Told {
            name,
            address,
            server_type: *server_type,
            version: (os_version.0.into(), os_version.1.into()),
            users: None,
            comment: Some(comment).filter(|comment| !comment.is_empty()),
            by: "announcement",
        })
    })
}

/// The message in a datagram.
struct Inside<'a> {
    header: smb1::Header,
    message: &'a [u8],
    /// The datagram ends before its length says.
    damaged: bool,
}

/// The SMB1 message in a datagram of the datagram service: a write to a mailslot.
fn message_inside<'a>(content: &Content<'a>) -> Option<Inside<'a>> {
    let Content::DatagramService(datagram) = *content else { return None };
    let packet = datagram_service::Packet::parse(datagram).ok()?;
    let datagram_service::Body::Datagram { user_data: message, missing, .. } = packet.body else {
        return None;
    };
    let (_, header) = smb1::Header::parse(message).ok()?;
    Some(Inside { header, message, damaged: missing > 0 })
}

fn tell(content: Content<'_>, source: Endpoint, destination: Endpoint, at: Origin, sink: &mut dyn Sink) {
    let direction = Direction::ToServer;
    let (source, destination) = (source.into(), destination.into());
    sink.pdu(&Pdu { at, connection: None, stream: Stream::Udp, source, destination, direction, content });
}
