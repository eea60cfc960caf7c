//! A connection that is a NetBEUI session: its messages come whole, and a link of its own keeps them in order.

use super::{Connection, PerSide, Standing};
use crate::capture::Origin;
use crate::net::{FlowKey, Side};
use crate::netbios::Frame;
use crate::session::event::{ConnectionEvent, Transport};
use crate::session::llc::Names;
use crate::session::out::Outlet;
use crate::session::pdu::Stream;
use crate::smb1;
use crate::tcp::End;

/// How far the two ends of a link have come.
pub(in crate::session) struct LinkState {
    /// The last frame of each.
    pub(in crate::session) last: PerSide<Option<Origin>>,
    /// Of the lower station: the number behind its last frame, and the first that the other has not acknowledged.
    pub(in crate::session) low: (Option<u32>, Option<u32>),
    /// The same of the higher station.
    pub(in crate::session) high: (Option<u32>, Option<u32>),
}

impl Connection {
    /// A session whose ends are those of `key`.
    pub(in crate::session) fn of_netbeui(
        ordinal: u32,
        key: FlowKey,
        client: Option<Side>,
        at: Origin,
        start_seen: bool,
    ) -> Self {
        Self::begun(Stream::NetBeui(ordinal), key, client, Transport::NetBeui, at, start_seen)
    }

    /// True if it is known to carry SMB.
    pub(in crate::session) fn is_smb(&self) -> bool {
        self.standing == Standing::Smb
    }

    /// A frame of a side, whatever it carries.
    pub(in crate::session) fn saw_frame(&mut self, side: Side, at: Origin) {
        self.count();
        let last = self.last.get_mut(side);
        *last = Some(at).max(*last);
    }

    /// A message of a side. The first one decides whether the session carries SMB.
    pub(in crate::session) fn netbeui_message(
        &mut self,
        side: Side,
        at: Origin,
        frame: &Frame<'_>,
        names: Option<&Names>,
        io: &mut Outlet<'_>,
    ) {
        let undecided = self.standing == Standing::Undecided;
        if self.closed || undecided && !frame.payload.starts_with(&smb1::Header::PROTOCOL) {
            return;
        }
        let count = self.bytes.get_mut(side);
        *count = count.saturating_add(u64::try_from(frame.length).unwrap_or(u64::MAX));
        self.decide(side, frame, io);
        if let Some(Names { called, calling }) = names.filter(|_| undecided).cloned() {
            self.out(at, io).tell(ConnectionEvent::NetBiosNamed { called, calling });
        }
        let first = !core::mem::replace(self.heard.get_mut(side), true);
        if first && !self.start_seen && self.client == Some(side.other()) {
            self.lost(side, self.first, at, io);
        }
        *self.in_sync.get_mut(side) = true;
        self.frame(side, at, frame, io);
        *self.whole.get_mut(side) = Some(at);
        *self.read.get_mut(side) = Some(at);
    }

    /// Bytes of a message that follows are missing.
    pub(in crate::session) fn missing_inside(
        &mut self,
        side: Side,
        at: Origin,
        bytes: usize,
        io: &mut Outlet<'_>,
    ) {
        self.gap(side, at, u64::try_from(bytes).unwrap_or(u64::MAX), true, io);
    }

    /// Messages may be missing.
    pub(in crate::session) fn missing_between(&mut self, side: Side, at: Origin, io: &mut Outlet<'_>) {
        self.gap(side, at, 0, false, io);
    }

    /// A side ends the session, or the link under it.
    pub(in crate::session) fn netbeui_ended(
        &mut self,
        side: Side,
        at: Origin,
        end: End,
        io: &mut Outlet<'_>,
    ) {
        self.ends.get_mut(side).get_or_insert((at, end));
        self.close(io);
        self.forget();
    }

    /// How far the link came that carries the session.
    pub(in crate::session) fn seen_of_link(&mut self, link: &LinkState) {
        self.last = link.last;
        for (side, (sent, acknowledged)) in [(Side::Low, link.low), (Side::High, link.high)] {
            *self.sent.get_mut(side) = sent.unwrap_or_default();
            *self.acknowledged.get_mut(side.other()) = acknowledged;
        }
    }
}
