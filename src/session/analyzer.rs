//! The front door: packets in, events out.

use std::collections::VecDeque;

use super::Sink;
use super::capture_clock::CaptureClock;
use super::connection::Connection;
use super::datagram;
use super::event::{ConnectionId, Event};
use super::ipx;
use super::limits::Limits;
use super::llc::{self, LlcSessions};
use super::tables::Map;
use super::unread::Unread;
use crate::capture::{Origin, Packet};
use crate::net::{Decoded, Decoder, FlowKey, Segment, Side, TcpFlags};
use crate::tcp::Flow;
use crate::wire::Timestamp;

/// Connections that have ended and of which it is remembered what was open, in case they go on.
const ENDED: usize = 256;

/// Reads packets and tells a [`Sink`] what happens in them.
///
/// Push the packets of all captures in the order of their time, then call [`Analyzer::finish`].
#[derive(Debug)]
pub struct Analyzer {
    limits: Limits,
    decoder: Decoder,
    flows: Map<FlowKey, Box<Followed>>,
    /// Flows in the order in which they are looked at when one must be let go.
    clock: Clock,
    /// The latest flows whose connection ended.
    ended: VecDeque<(FlowKey, ConnectionId)>,
    llc: LlcSessions,
    unread: Unread,
    counts: Counts,
    time: CaptureClock,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counts {
    /// Packets pushed.
    pub packets: u64,
    /// Of those, the TCP segments.
    pub segments: u64,
    /// TCP connections that the segments belong to.
    pub connections: u32,
    /// UDP datagrams.
    pub datagrams: u64,
    /// Packets whose link, IP or TCP header could not be read.
    pub unreadable_packets: u64,
    /// Packets that are older than one before them.
    pub time_went_back: u64,
    /// Connections that were let go because there were too many.
    pub connections_evicted: u64,
}

impl Counts {
    /// The next connection, of which `segment` is the first; it was the packet of this number.
    fn connection(&mut self, ordinal: u64, segment: &Segment<'_>, at: Origin) -> Connection {
        let connection = Connection::new(ConnectionId(ordinal), self.connections, segment, at);
        self.connections = self.connections.saturating_add(1);
        connection
    }
}

/// The connections in the order in which they are asked whether they may go.
#[derive(Debug, Default)]
struct Clock {
    /// Those that began before the capture; they are looked at again before one of them goes.
    bare: VecDeque<FlowKey>,
    others: VecDeque<FlowKey>,
}

#[derive(Debug)]
struct Followed {
    flow: Flow,
    connection: Connection,
    /// A SYN that may begin another connection between the same ports.
    syn: Option<Box<Syn>>,
    /// It had packets since the clock came by.
    fresh: bool,
}

/// A SYN without data, and which packet it was.
#[derive(Debug)]
struct Syn {
    segment: Segment<'static>,
    at: Origin,
    ordinal: u64,
}

/// A connection that is still followed at the end.
enum Left {
    Tcp(Box<Followed>),
    NetBeui(Box<llc::Session>),
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Analyzer {
    /// An analyzer that has seen nothing.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let decoder = Decoder::new(&limits.fragments);
        Self {
            limits,
            decoder,
            flows: Map::default(),
            clock: Clock::default(),
            ended: VecDeque::new(),
            llc: LlcSessions::default(),
            unread: Unread::default(),
            counts: Counts::default(),
            time: CaptureClock::default(),
        }
    }

    /// What was read so far.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Reads the next packet and tells `sink` what it completes.
    pub fn push(&mut self, packet: &Packet<'_>, sink: &mut dyn Sink) {
        let at = packet.origin;
        self.counts.packets = self.counts.packets.saturating_add(1);
        if let Some(loss) = self.time.tick(at, &mut self.counts) {
            let connection = ConnectionId(self.counts.packets);
            sink.event(Event { at, connection, kind: loss.into() });
        }
        let Self { limits, decoder, flows, clock, ended, llc, unread, counts, .. } = self;
        match decoder.decode(packet) {
            Decoded::Tcp(segment) => {
                counts.segments = counts.segments.saturating_add(1);
                if let Some(end) = take(flows, clock, counts, unread, limits, &segment, at, sink) {
                    remember(ended, end, flows);
                }
            }
            Decoded::Udp(datagram) => {
                counts.datagrams = counts.datagrams.saturating_add(1);
                datagram::take(&datagram, at, ConnectionId(counts.packets), unread, sink);
            }
            Decoded::Llc(frame) => llc.take(&frame, at, counts, limits, sink),
            Decoded::Ipx(packet) => {
                ipx::take(&packet, at, ConnectionId(counts.packets), sink);
                unread.ipx(&packet, at);
            }
            Decoded::Foreign(foreign) => unread.packet(foreign, at),
            Decoded::Unreadable(error) => {
                counts.unreadable_packets = counts.unreadable_packets.saturating_add(1);
                unread.unreadable(packet, error.reason);
            }
            _ => {}
        }
    }

    /// The time up to which packets were captured: the latest since the clock of the captures was set last.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.time.end()
    }

    /// Says that no more packets will come, and tells what is still to be told.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        let flows = self.flows.drain().map(|(_, followed)| (followed.connection.id, Left::Tcp(followed)));
        let mut left: Vec<(ConnectionId, Left)> = flows.collect();
        let sessions = self.llc.finish(&self.limits, sink).into_iter();
        left.extend(sessions.map(|(id, session)| (id, Left::NetBeui(session))));
        left.sort_by_key(|(id, _)| *id);
        let mut flows: Vec<Box<Followed>> = Vec::new();
        for (_, left) in left {
            match left {
                Left::Tcp(mut followed) => {
                    followed.flush(&self.limits, sink);
                    followed.connection.finish(&self.limits, sink);
                    self.unread.learn(&followed.connection);
                    flows.push(followed);
                }
                Left::NetBeui(session) => session.finish(&self.limits, sink),
            }
        }
        for followed in &flows {
            self.unread.connection(&followed.connection, false, sink);
        }
        self.unread.finish(self.counts.packets, sink);
        self.clock = Clock::default();
        self.ended.clear();
    }
}

impl Syn {
    /// True for a segment with which the connection goes on that the SYN began.
    fn is_taken_by(&self, segment: &Segment<'_>) -> bool {
        let next = self.segment.seq.wrapping_add(1);
        if segment.source == self.segment.source {
            segment.flags.contains(TcpFlags::ACK)
                && !segment.flags.contains(TcpFlags::SYN)
                && segment.seq == next
        } else {
            segment.flags.contains(TcpFlags::SYN | TcpFlags::ACK) && segment.ack == Some(next)
        }
    }
}

impl Followed {
    /// Another connection, `next`, has the ports from the packet `at` on.
    fn replace(
        &mut self,
        next: Connection,
        at: Origin,
        unread: &mut Unread,
        limits: &Limits,
        sink: &mut dyn Sink,
    ) {
        self.flush(limits, sink);
        self.connection.replaced(at, limits, sink);
        unread.learn(&self.connection);
        unread.connection(&self.connection, true, sink);
        self.flow = Flow::new(limits.flow);
        self.connection = next;
        self.syn = None;
    }

    fn push(&mut self, side: Side, segment: &Segment<'_>, at: Origin, limits: &Limits, sink: &mut dyn Sink) {
        let Self { flow, connection, .. } = self;
        connection.saw(side, segment, at);
        flow.push(side, segment, at, &mut |side, at, piece| connection.piece(side, at, piece, limits, sink));
    }

    fn flush(&mut self, limits: &Limits, sink: &mut dyn Sink) {
        let Self { flow, connection, .. } = self;
        flow.flush(&mut |side, at, piece| connection.piece(side, at, piece, limits, sink));
    }
}

/// Takes a segment, and gives its connection if that ended with it and remembers what was open.
#[expect(clippy::too_many_arguments, reason = "the parts of one analyzer")]
fn take(
    flows: &mut Map<FlowKey, Box<Followed>>,
    clock: &mut Clock,
    counts: &mut Counts,
    unread: &mut Unread,
    limits: &Limits,
    segment: &Segment<'_>,
    at: Origin,
    sink: &mut dyn Sink,
) -> Option<(FlowKey, ConnectionId)> {
    let (key, side) = segment.flow();
    let followed = match flows.get_mut(&key) {
        Some(followed) => {
            let ordinal = counts.packets;
            if let Some(syn) = followed.syn.take_if(|syn| syn.is_taken_by(segment)) {
                let next = counts.connection(syn.ordinal, &syn.segment, syn.at);
                followed.replace(next, at, unread, limits, sink);
                followed.connection.count();
                followed.push(syn.segment.flow().1, &syn.segment, syn.at, limits, sink);
            } else if followed.flow.is_new_connection(side, segment) {
                let is_syn = segment.flags.contains(TcpFlags::SYN) && !segment.flags.contains(TcpFlags::ACK);
                // A SYN inside a connection that lives begins another one only if the other end takes it (RFC 5961 4).
                if is_syn && segment.length == 0 && followed.connection.lives() {
                    let segment = Segment { payload: &[], ..*segment };
                    followed.syn = Some(Box::new(Syn { segment, at, ordinal }));
                    return None;
                }
                let next = counts.connection(ordinal, segment, at);
                followed.replace(next, at, unread, limits, sink);
            }
            followed
        }
        None => {
            // A bare acknowledgment is a sign of a connection; another empty segment is none.
            if segment.length == 0 && !segment.flags.contains(TcpFlags::SYN) && segment.flags != TcpFlags::ACK
            {
                unread.stray(segment, at);
                return None;
            }
            if flows.len() >= limits.connections {
                make_room(flows, clock, counts, unread, limits, sink);
            }
            let connection = counts.connection(counts.packets, segment, at);
            let place = if connection.is_bare() { &mut clock.bare } else { &mut clock.others };
            place.push_back(key);
            flows.entry(key).or_insert_with(|| {
                Box::new(Followed { flow: Flow::new(limits.flow), connection, syn: None, fresh: true })
            })
        }
    };
    followed.fresh = true;
    followed.connection.count();
    if followed.connection.is_other() {
        return None;
    }
    let remembered = followed.connection.remembers();
    followed.push(side, segment, at, limits, sink);
    (followed.connection.remembers() && !remembered).then_some((key, followed.connection.id))
}

/// Remembers what was open on a connection that ended, and lets go of the one that ended longest ago.
fn remember(
    ended: &mut VecDeque<(FlowKey, ConnectionId)>,
    end: (FlowKey, ConnectionId),
    flows: &mut Map<FlowKey, Box<Followed>>,
) {
    // One that ended again is remembered from its last end on.
    ended.retain(|(_, id)| *id != end.1);
    ended.push_back(end);
    if ended.len() <= ENDED {
        return;
    }
    let oldest = ended.pop_front().and_then(|(key, id)| Some((flows.get_mut(&key)?, id)));
    if let Some((Followed { connection, .. }, id)) = oldest.map(|(followed, id)| (&mut **followed, id))
        && connection.id == id
        && connection.is_closed()
    {
        connection.forget();
    }
}

/// Lets the flow go that had no packet for longest, as nearly as one round of the clock tells; those that say nothing,
/// closed ones and those that carry something else before the others.
fn make_room(
    flows: &mut Map<FlowKey, Box<Followed>>,
    clock: &mut Clock,
    counts: &mut Counts,
    unread: &mut Unread,
    limits: &Limits,
    sink: &mut dyn Sink,
) {
    for _ in 0..8 {
        let Some(key) = clock.bare.pop_front() else { break };
        match flows.get(&key) {
            Some(followed) if followed.connection.is_bare() => {
                return let_go(key, flows, counts, unread, limits, sink);
            }
            Some(_) => clock.others.push_back(key),
            None => {}
        }
    }
    for round in 0_u8..=8 {
        let Some(key) = clock.others.pop_front() else { break };
        let Some(followed) = flows.get_mut(&key) else { continue };
        let connection = &followed.connection;
        let idle = connection.is_closed() || connection.is_other() || !followed.fresh;
        if !idle && round < 8 {
            followed.fresh = false;
            clock.others.push_back(key);
            continue;
        }
        return let_go(key, flows, counts, unread, limits, sink);
    }
}

fn let_go(
    key: FlowKey,
    flows: &mut Map<FlowKey, Box<Followed>>,
    counts: &mut Counts,
    unread: &mut Unread,
    limits: &Limits,
    sink: &mut dyn Sink,
) {
    if let Some(mut followed) = flows.remove(&key) {
        followed.flush(limits, sink);
        followed.connection.evict(limits, sink);
        unread.learn(&followed.connection);
        unread.connection(&followed.connection, false, sink);
    }
    counts.connections_evicted = counts.connections_evicted.saturating_add(1);
}
