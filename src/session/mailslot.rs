//! The message in a NetBIOS datagram, whatever carries that: a write to a mailslot (\[MS-MAIL\] 2.2). It is told as a PDU,
//! and what a computer announces of itself in it as an event.

use super::event::{Event, EventKind, Notice, Told};
use super::pdu::{Content, Pdu, Peer, Stream};
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::net::Host;
use crate::rap::browser::{Body, FrameType};
use crate::rap::mailslot::{self, LanMan};
use crate::smb1::{self, transaction};

/// Where the datagram is, and from whom to whom.
pub(super) struct Carrier {
    pub(super) at: Origin,
    pub(super) stream: Stream,
    pub(super) source: Peer,
    pub(super) destination: Peer,
    /// The sender's address, if sessions name computers by such.
    pub(super) address: Option<Host>,
}

impl Carrier {
    /// Tells what the datagram is, or what is in it.
    pub(super) fn tell(&self, content: Content<'_>, sink: &mut dyn Sink) {
        let Self { at, stream, source, destination, .. } = *self;
        // Whoever sends a datagram asks for no answer on the way back.
        let (connection, direction) = (None, Direction::ToServer);
        sink.pdu(&Pdu { at, connection, stream, source, destination, direction, request: None, content });
    }

    /// Tells an event of it.
    pub(super) fn event(&self, kind: impl Into<EventKind>, sink: &mut dyn Sink) {
        sink.event(Event { at: self.at, connection: None, kind: kind.into() });
    }

    /// Tells the message in it, if there is one of SMB1. `damaged` says that the datagram ends before its length says.
    pub(super) fn message(&self, message: &[u8], damaged: bool, sink: &mut dyn Sink) {
        let Ok((_, header)) = smb1::Header::parse(message) else { return };
        self.tell(Content::Smb1 { header: &header, message, damaged, transaction: None }, sink);
        if let Some(notice) = announcement(&header, message, self.address) {
            self.event(notice, sink);
        }
    }
}

/// What a computer announces of itself in a write to a mailslot (\[MS-BRWS\] 2.2.1, 2.2.10).
fn announcement(header: &smb1::Header, message: &[u8], address: Option<Host>) -> Option<Notice> {
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

#[cfg(test)]
mod tests;
