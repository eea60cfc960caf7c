//! One NetBEUI session: its frames become messages, and the messages go to the connection.

use std::borrow::Cow;

use super::link::Around;
use super::names::Names;
use super::order::Numbered;
use crate::capture::Origin;
use crate::net::{FlowKey, Side};
use crate::netbios::nbf::{Command, Frame};
use crate::netbios::{self, PacketType};
use crate::session::connection::{Connection, LinkState, PerSide};
use crate::session::event::Loss;
use crate::session::ids::ConnectionId;
use crate::session::out::Outlet;
use crate::session::{Event, Examples, MayHold, Sink, Unseen, UnseenKind};
use crate::smb1;
use crate::tcp::End;

/// Bytes of one message: the most that SEND takes, 64 KiB, twice for a chain of two.
const BYTES: usize = 1 << 17;
/// DATA2 of the data that is sent again once there is room for it.
const RESYNC: u16 = 1;
/// DATA2 of a SESSION_END that tells of a failure.
const ABNORMAL: u16 = 1;

/// A session between two stations.
#[derive(Debug)]
pub(in crate::session) struct Session {
    connection: Connection,
    names: Option<Names>,
    parts: PerSide<Part>,
    first: Origin,
    last: Origin,
    frames: u64,
    /// Nothing of it was missed from its beginning on.
    whole: bool,
    start_seen: bool,
    /// Its first message is none of SMB.
    is_other: bool,
    /// Who ended it.
    ended: Option<Side>,
}

/// The message that a side is sending.
#[derive(Debug, Default)]
struct Part {
    /// What has come of it, if anything has.
    begun: Option<Vec<u8>>,
    /// Something behind that is missing.
    damaged: bool,
    /// How many bytes of it the other side had room for.
    taken: usize,
    /// Frames are missing before, and perhaps the head of a message is among them.
    unsure: bool,
}

/// How a session was first seen.
pub(super) struct First<'a> {
    pub(super) ordinal: u32,
    pub(super) key: FlowKey,
    pub(super) client: Option<Side>,
    pub(super) names: Option<&'a Names>,
    pub(super) at: Origin,
    pub(super) start_seen: bool,
}

impl Session {
    pub(super) fn new(first: First<'_>) -> Self {
        let First { ordinal, key, client, names, at, start_seen } = first;
        Self {
            connection: Connection::of_netbeui(ordinal, key, client, at, start_seen),
            names: names.cloned(),
            parts: PerSide::default(),
            first: at,
            last: at,
            frames: 0,
            whole: start_seen,
            start_seen,
            is_other: false,
            ended: None,
        }
    }

    /// Its connection.
    pub(super) const fn id(&self) -> ConnectionId {
        self.connection.id
    }

    /// Who ended it, if it ended.
    pub(super) const fn ended(&self) -> Option<Side> {
        self.ended
    }

    /// A frame of a side.
    pub(super) fn take(
        &mut self,
        side: Side,
        frame: &Frame<'_>,
        numbered: &Numbered<'_>,
        around: &mut Around<'_>,
    ) {
        self.frames = self.frames.saturating_add(1);
        self.last = self.last.max(numbered.at);
        if self.ended.is_some() {
            return;
        }
        self.connection.saw_frame(side, numbered.at);
        match frame.command {
            Command::DATA_FIRST_MIDDLE => self.data(side, frame, false, numbered, around),
            Command::DATA_ONLY_LAST => self.data(side, frame, true, numbered, around),
            Command::NO_RECEIVE | Command::RECEIVE_OUTSTANDING => {
                self.parts.get_mut(side.other()).taken = frame.data2.into();
            }
            Command::SESSION_END => {
                let end = if frame.data2 == ABNORMAL { End::Rst } else { End::Fin };
                self.end(side, numbered.at, end, &mut around.io);
            }
            _ => {}
        }
    }

    fn data(
        &mut self,
        side: Side,
        frame: &Frame<'_>,
        last: bool,
        numbered: &Numbered<'_>,
        around: &mut Around<'_>,
    ) {
        let Numbered { at, cut, .. } = *numbered;
        let part = self.parts.get_mut(side);
        if let Some(begun) = part.begun.as_mut().filter(|_| frame.data2 == RESYNC) {
            begun.truncate(part.taken);
        }
        if part.begun.is_none() {
            part.unsure &= !frame.user_data.starts_with(&smb1::Header::PROTOCOL);
            if part.unsure {
                return;
            }
        }
        if cut > 0 {
            self.connection.missing_inside(side, at, cut, &mut around.io);
        }
        if last && part.begun.is_none() {
            // The whole message lies in the frame.
            return self.message(side, at, frame.user_data, cut > 0, around);
        }
        let begun = part.begun.get_or_insert_default();
        let room = BYTES.saturating_sub(begun.len());
        if !part.damaged {
            begun.extend(frame.user_data.iter().take(room));
        }
        part.damaged |= cut > 0 || frame.user_data.len() > room;
        if last {
            self.part_ends(side, at, around);
        }
    }

    /// No more comes of the message that a side is sending.
    fn part_ends(&mut self, side: Side, at: Origin, around: &mut Around<'_>) {
        let Part { begun, damaged, .. } = core::mem::take(self.parts.get_mut(side));
        if let Some(begun) = begun {
            self.message(side, at, &begun, damaged, around);
        }
    }

    fn message(&mut self, side: Side, at: Origin, message: &[u8], damaged: bool, around: &mut Around<'_>) {
        let is_legible = !damaged || message.len() >= smb1::Header::PROTOCOL.len();
        self.whole &= is_legible;
        let length = message.len();
        let message = netbios::Frame { kind: PacketType::SESSION_MESSAGE, length, payload: message, damaged };
        self.connection.netbeui_message(side, at, &message, self.names.as_ref(), &mut around.io);
        self.is_other |= self.whole && !self.connection.is_smb();
    }

    /// Frames of a side are missing, which may have been of this session.
    pub(super) fn lost(&mut self, side: Side, around: &mut Around<'_>) {
        if self.ended.is_some() {
            return;
        }
        self.whole = false;
        self.parts.get_mut(side).damaged = true;
        self.part_ends(side, around.at, around);
        self.parts.get_mut(side).unsure = true;
        self.connection.missing_between(side, around.at, &mut around.io);
    }

    /// A side ends it.
    pub(super) fn end(&mut self, side: Side, at: Origin, end: End, io: &mut Outlet<'_>) {
        if self.ended.is_none() {
            self.ended = Some(side);
            self.connection.netbeui_ended(side, at, end, io);
        }
    }

    /// How far the link came that carries it, before the session goes.
    pub(super) fn seen(&mut self, link: &LinkState) {
        self.connection.seen_of_link(link);
    }

    /// Another session takes its number, or the link is set up anew.
    pub(super) fn replaced(mut self, at: Origin, io: &mut Outlet<'_>) {
        self.connection.replaced(at, io);
        self.tell_unseen(true, io.sink);
    }

    /// It is let go since there are too many.
    pub(super) fn evict(mut self, io: &mut Outlet<'_>) {
        self.connection.evict(io);
        self.tell_unseen(self.ended.is_some(), io.sink);
    }

    /// Nothing more will come.
    pub(in crate::session) fn finish(mut self, io: &mut Outlet<'_>) {
        self.connection.finish(io);
        self.tell_unseen(self.ended.is_some(), io.sink);
    }

    /// Tells of a session of which nobody can say what it carried.
    fn tell_unseen(&self, ended: bool, sink: &mut dyn Sink) {
        if self.whole || self.is_other || self.connection.is_smb() {
            return;
        }
        let (client, server) = self.connection.client_and_server();
        let unseen = Unseen {
            what: UnseenKind::KeepAlivesOnly,
            name: Cow::Borrowed("NetBEUI"),
            first: self.first,
            last: self.last,
            packets: self.frames,
            connections: 1,
            start_seen: self.start_seen,
            ended,
            may_hold: MayHold::IfLasting,
            user: None,
            examples: Examples::one(Some((client, server)), self.first),
        };
        let kind = Loss::Unseen(unseen).into();
        sink.event(Event { at: self.last, connection: Some(self.connection.id), kind });
    }
}
