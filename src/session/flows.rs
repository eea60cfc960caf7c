//! The TCP connections that are followed, by their ports.

mod clock;
mod syn;

use std::collections::{BTreeMap, VecDeque};

use super::Sink;
use super::analyzer::Counts;
use super::connection::Connection;
use super::ids::ConnectionId;
use super::limits::Limits;
use super::llc;
use super::out::Outlet;
use super::tables::Map;
use super::unread::Unread;
use crate::capture::Origin;
use crate::net::{FlowKey, Segment, Side, TcpFlags};
use crate::tcp::Flow;
use clock::Clock;
use syn::Syn;

/// Connections that have ended and of which it is remembered what was open, in case they go on.
const ENDED: usize = 256;

/// The connections.
#[derive(Debug, Default)]
pub(super) struct Flows {
    followed: Map<FlowKey, Box<Followed>>,
    clock: Clock,
    /// The latest whose connection ended.
    ended: VecDeque<(FlowKey, ConnectionId)>,
}

/// What a segment is read with.
pub(super) struct Around<'a> {
    pub(super) at: Origin,
    pub(super) limits: &'a Limits,
    pub(super) counts: &'a mut Counts,
    pub(super) unread: &'a mut Unread,
    pub(super) sink: &'a mut dyn Sink,
}

/// One connection.
#[derive(Debug)]
struct Followed {
    flow: Flow,
    connection: Connection,
    /// A SYN that may begin another connection between the same ports.
    syn: Option<Box<Syn>>,
    /// It had packets since the clock came by.
    fresh: bool,
}

/// A connection that is still followed at the end.
enum Left {
    Tcp(Box<Followed>),
    NetBeui(Box<llc::Session>),
}

impl Around<'_> {
    /// The next connection, of which `segment` is the first.
    fn connection(&mut self, segment: &Segment<'_>, at: Origin) -> Connection {
        let Counts { connections, .. } = &mut self.counts;
        let connection = Connection::new(*connections, segment, at);
        *connections = connections.saturating_add(1);
        connection
    }
}

impl Flows {
    /// Takes a segment and tells what it completes.
    pub(super) fn take(&mut self, segment: &Segment<'_>, around: &mut Around<'_>) {
        let (key, side) = segment.flow();
        let followed = match self.followed.get_mut(&key) {
            Some(followed) => {
                if !followed.takes(side, segment, around) {
                    return;
                }
                followed
            }
            None => {
                // A bare acknowledgment is a sign of a connection; another empty segment is none.
                if segment.length == 0
                    && !segment.flags.contains(TcpFlags::SYN)
                    && segment.flags != TcpFlags::ACK
                {
                    return around.unread.stray(segment, around.at);
                }
                if self.followed.len() >= around.limits.connections {
                    self.make_room(around);
                }
                let connection = around.connection(segment, around.at);
                self.clock.add(key, connection.is_bare());
                let flow = Flow::new(around.limits.flow);
                self.followed
                    .entry(key)
                    .or_insert_with(|| Box::new(Followed { flow, connection, syn: None, fresh: true }))
            }
        };
        followed.fresh = true;
        followed.connection.count();
        if followed.connection.is_other() {
            return;
        }
        let remembered = followed.connection.remembers();
        followed.push(side, segment, around.at, around);
        if followed.connection.remembers() && !remembered {
            let end = (key, followed.connection.id);
            self.remember(end);
        }
    }

    /// Remembers what was open on a connection that ended, and lets go of the one that ended longest ago.
    fn remember(&mut self, end: (FlowKey, ConnectionId)) {
        let Self { followed, ended, .. } = self;
        // One that ended again is remembered from its last end on.
        ended.retain(|(_, id)| *id != end.1);
        ended.push_back(end);
        if ended.len() <= ENDED {
            return;
        }
        let oldest = ended.pop_front().and_then(|(key, id)| Some((followed.get_mut(&key)?, id)));
        if let Some((Followed { connection, .. }, id)) = oldest.map(|(followed, id)| (&mut **followed, id))
            && connection.id == id
            && connection.is_closed()
        {
            connection.forget();
        }
    }

    /// Lets the flow go whose turn it is.
    fn make_room(&mut self, around: &mut Around<'_>) {
        let Some(key) = self.clock.next(&mut self.followed) else { return };
        if let Some(mut followed) = self.followed.remove(&key) {
            let io = &mut Outlet { limits: around.limits, sink: around.sink };
            followed.flush(io);
            followed.connection.evict(io);
            around.unread.learn(&followed.connection);
            around.unread.connection(&followed.connection, false, around.sink);
        }
        around.counts.connections_evicted = around.counts.connections_evicted.saturating_add(1);
    }

    /// Tells when what is open was last used.
    pub(super) fn tell_uses(&mut self, io: &mut Outlet<'_>) {
        let mut connections: Vec<&mut Connection> =
            self.followed.values_mut().map(|followed| &mut followed.connection).collect();
        connections.sort_by_key(|connection| connection.id);
        for connection in connections {
            connection.tell_uses(io);
        }
    }

    /// Nothing more will come of these connections, nor of the sessions over LLC.
    pub(super) fn finish(
        &mut self,
        sessions: BTreeMap<ConnectionId, Box<llc::Session>>,
        limits: &Limits,
        unread: &mut Unread,
        sink: &mut dyn Sink,
    ) {
        let Self { followed, .. } = core::mem::take(self);
        let flows = followed.into_values().map(|followed| (followed.connection.id, Left::Tcp(followed)));
        let mut left: Vec<(ConnectionId, Left)> = flows.collect();
        left.extend(sessions.into_iter().map(|(id, session)| (id, Left::NetBeui(session))));
        left.sort_by_key(|(id, _)| *id);
        let mut flows: Vec<Box<Followed>> = Vec::new();
        for (_, left) in left {
            match left {
                Left::Tcp(mut followed) => {
                    let io = &mut Outlet { limits, sink: &mut *sink };
                    followed.flush(io);
                    followed.connection.finish(io);
                    unread.learn(&followed.connection);
                    flows.push(followed);
                }
                Left::NetBeui(session) => session.finish(&mut Outlet { limits, sink: &mut *sink }),
            }
        }
        for followed in &flows {
            unread.connection(&followed.connection, false, sink);
        }
    }
}

impl Followed {
    /// True if the segment is of the connection, or of the next one between the ports, which then takes its place.
    fn takes(&mut self, side: Side, segment: &Segment<'_>, around: &mut Around<'_>) -> bool {
        let Self { flow, syn, .. } = self;
        if let Some(syn) = syn.take_if(|syn| syn.is_taken_by(segment, flow.goes_on_with(side, segment))) {
            let next = around.connection(&syn.segment, syn.at);
            self.replace(next, around);
            self.connection.count();
            self.push(syn.segment.flow().1, &syn.segment, syn.at, around);
        } else if flow.is_new_connection(side, segment) {
            // A SYN inside a connection that lives begins another one only if the other end takes it (RFC 5961 4).
            if segment.flags.contains(TcpFlags::SYN) && !self.connection.is_closed() && !flow.is_closed() {
                self.syn = Some(Box::new(Syn::new(segment, around.at)));
                return false;
            }
            let next = around.connection(segment, around.at);
            self.replace(next, around);
        }
        true
    }

    /// Another connection, `next`, has the ports from this packet on.
    fn replace(&mut self, next: Connection, around: &mut Around<'_>) {
        let Around { at, limits, unread, sink, .. } = around;
        let io = &mut Outlet { limits, sink: &mut **sink };
        self.flush(io);
        self.connection.replaced(*at, io);
        unread.learn(&self.connection);
        unread.connection(&self.connection, true, *sink);
        self.flow = Flow::new(limits.flow);
        self.connection = next;
        self.syn = None;
    }

    fn push(&mut self, side: Side, segment: &Segment<'_>, at: Origin, around: &mut Around<'_>) {
        let Self { flow, connection, .. } = self;
        let io = &mut Outlet { limits: around.limits, sink: &mut *around.sink };
        if segment.flags.contains(TcpFlags::SYN) && flow.begins_with(side, segment.seq) {
            connection.starts();
        }
        connection.saw(side, segment, at);
        let before = flow.counts().evictions;
        flow.push(side, segment, at, &mut |side, at, piece| {
            connection.piece(side, at, piece, io);
        });
        let evictions = flow.counts().evictions.saturating_sub(before);
        if evictions > 0 {
            connection.gave_up_segments(evictions, at, io);
        }
    }

    fn flush(&mut self, io: &mut Outlet<'_>) {
        let Self { flow, connection, .. } = self;
        flow.flush(&mut |side, at, piece| connection.piece(side, at, piece, io));
    }
}
