//! NetBIOS frames over LLC (NetBEUI): what they carry is told as PDUs, and their sessions are connections.
//!
//! Two stations set up a link (IEEE 802.2 type 2), which keeps frames in order, and on it sessions, each named by a
//! number at either end. Names are asked for, and datagrams sent, outside of any link.

mod link;
mod names;
mod order;
mod session;

use std::collections::{BTreeMap, VecDeque};

pub(super) use names::Names;
pub(super) use session::Session;

use link::{Around, Link, Stations};
use names::Calls;
use order::Numbered;

use super::analyzer::Counts;
use super::ids::ConnectionId;
use super::limits::Limits;
use super::mailslot::Carrier;
use super::out::Outlet;
use super::pdu::{Content, Pdu, Peer, Stream};
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::net::{Host, LlcFrame, Side};
use crate::netbios::nbf::{Command, Control, Frame, Llc, Parties};
use crate::tcp::End;

/// Unnumbered frames (IEEE 802.2 5.4.2), without their poll bit.
mod function {
    pub(super) const UI: u8 = 0x03;
    pub(super) const DM: u8 = 0x0f;
    pub(super) const DISC: u8 = 0x43;
    pub(super) const SABME: u8 = 0x6f;
    pub(super) const FRMR: u8 = 0x87;
}

/// The sessions over LLC.
#[derive(Debug, Default)]
pub(super) struct LlcSessions {
    links: BTreeMap<Stations, Link>,
    /// Links in the order in which they are looked at when one must be let go.
    clock: VecDeque<Stations>,
    calls: Calls,
    /// Sessions that are followed.
    followed: usize,
    /// Sessions that have begun.
    begun: u32,
}

impl LlcSessions {
    /// Takes a frame and tells what it is and what it completes.
    pub(super) fn take(
        &mut self,
        llc: &LlcFrame<'_>,
        at: Origin,
        counts: &mut Counts,
        limits: &Limits,
        sink: &mut dyn Sink,
    ) {
        tell(llc, at, sink);
        let Ok((rest, header)) = Llc::parse(llc.payload) else { return };
        if matches!(header.control, Control::Unnumbered { function: function::UI }) {
            return self.unnumbered(rest, llc, at, sink);
        }
        let (stations, side) = match llc.source.cmp(&llc.destination) {
            core::cmp::Ordering::Less => ((llc.source, llc.destination), Side::Low),
            core::cmp::Ordering::Greater => ((llc.destination, llc.source), Side::High),
            core::cmp::Ordering::Equal => return,
        };
        let Self { links, clock, calls, followed, begun } = self;
        let begins = matches!(
            header.control,
            Control::Information { .. } | Control::Unnumbered { function: function::SABME }
        );
        let link = match links.get_mut(&stations) {
            Some(link) => link,
            None if begins => {
                clock.push_back(stations);
                links.entry(stations).or_insert_with(|| Link::new(stations))
            }
            None => return,
        };
        link.fresh = true;
        let before = link.len();
        let mut around = Around { at, calls, begun, io: Outlet { limits, sink: &mut *sink } };
        match header.control {
            Control::Information { send, receive } => {
                let cut = usize::from(llc.length).saturating_sub(llc.payload.len());
                let numbered = Numbered { at, bytes: rest, cut };
                link.information(side, (send, receive), numbered, &mut around);
            }
            Control::Supervisory { receive, .. } => link.supervisory(side, receive, &mut around),
            Control::Unnumbered { function: function::SABME } => link.set_up(&mut around),
            Control::Unnumbered { function: function::DISC } => link.end(side, End::Fin, &mut around),
            Control::Unnumbered { function: function::DM | function::FRMR } => {
                link.end(side, End::Rst, &mut around);
            }
            Control::Unnumbered { .. } => {}
        }
        *followed = followed.saturating_sub(before).saturating_add(link.len());
        while self.followed > limits.netbeui_sessions || self.links.len() > limits.netbeui_sessions {
            if !self.make_room(at, counts, limits, sink) {
                return;
            }
        }
    }

    /// A frame outside of any link: a name, or a datagram.
    fn unnumbered(&mut self, bytes: &[u8], llc: &LlcFrame<'_>, at: Origin, sink: &mut dyn Sink) {
        let Ok(frame) = Frame::parse(bytes) else { return };
        if !matches!(frame.parties, Parties::Names { .. }) {
            return;
        }
        self.calls.note(llc.source, &frame);
        if !matches!(frame.command, Command::DATAGRAM | Command::DATAGRAM_BROADCAST) {
            return;
        }
        let (source, destination) = (Peer::Mac(llc.source), Peer::Mac(llc.destination));
        let address = Some(Host::Mac(llc.source));
        let carrier = Carrier { at, stream: Stream::Llc, source, destination, address };
        let damaged = usize::from(llc.length) > llc.payload.len();
        carrier.message(frame.user_data, damaged, sink);
    }

    /// Lets the link go that had no frame for longest, as nearly as one round of the clock tells, with its sessions.
    fn make_room(&mut self, at: Origin, counts: &mut Counts, limits: &Limits, sink: &mut dyn Sink) -> bool {
        let Self { links, clock, calls, followed, begun } = self;
        for _ in 0..=clock.len() {
            let Some(stations) = clock.pop_front() else { return false };
            let Some(link) = links.get_mut(&stations) else { continue };
            if core::mem::replace(&mut link.fresh, false) {
                clock.push_back(stations);
                continue;
            }
            if let Some(mut link) = links.remove(&stations) {
                *followed = followed.saturating_sub(link.len());
                let around = &mut Around { at, calls, begun, io: Outlet { limits, sink: &mut *sink } };
                for (_, session) in link.drain(around) {
                    counts.connections_evicted = counts.connections_evicted.saturating_add(1);
                    session.evict(&mut around.io);
                }
            }
            return true;
        }
        false
    }

    /// Nothing more will come: the sessions that are left.
    pub(super) fn finish(
        &mut self,
        limits: &Limits,
        sink: &mut dyn Sink,
    ) -> BTreeMap<ConnectionId, Box<Session>> {
        let Self { links, calls, begun, .. } = self;
        let mut left = BTreeMap::new();
        for link in links.values_mut() {
            let Some(at) = link.latest() else { continue };
            let around = &mut Around { at, calls, begun, io: Outlet { limits, sink: &mut *sink } };
            left.extend(link.drain(around).into_values().map(|session| (session.id(), session)));
        }
        *self = Self::default();
        left
    }
}

/// Lends a frame, which belongs to no session yet.
fn tell(llc: &LlcFrame<'_>, at: Origin, sink: &mut dyn Sink) {
    let (source, destination) = (Peer::Mac(llc.source), Peer::Mac(llc.destination));
    let (connection, stream, direction) = (None, Stream::Llc, Direction::ToServer);
    let content = Content::Llc(llc.payload);
    sink.pdu(&Pdu { at, connection, stream, source, destination, direction, request: None, content });
}
