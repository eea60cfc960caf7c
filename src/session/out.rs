//! Where events go: the sink, with the packet and the connection they belong to, and the caps of the tables.

use super::event::{
    CaptureEvent, ConnectionEvent, Event, EventKind, HandleEvent, Loss, Notice, OpenEvent, RpcEvent,
    SessionEvent, TreeEvent,
};
use super::ids::ConnectionId;
use super::limits::Limits;
use super::pdu::{Content, Pdu, Stream};
use super::request::Request;
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::error::ParseError;
use crate::net::Endpoint;

/// The place in the traffic that is being read, the caps that the tables have, and the sink.
pub(super) struct Out<'a> {
    pub(super) at: Origin,
    pub(super) ends: Ends,
    pub(super) limits: &'a Limits,
    pub(super) sink: &'a mut dyn Sink,
}

/// Where what is read goes, and how much is kept of it.
pub(super) struct Outlet<'a> {
    pub(super) limits: &'a Limits,
    pub(super) sink: &'a mut dyn Sink,
}

/// The connection that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) connection: ConnectionId,
    pub(super) stream: Stream,
    pub(super) client: Endpoint,
    pub(super) server: Endpoint,
}

impl Out<'_> {
    /// Tells an event of this place.
    pub(super) fn tell(&mut self, kind: impl Into<EventKind>) {
        self.tell_at(self.at, kind);
    }

    /// Tells an event of an earlier place, known only now.
    pub(super) fn tell_at(&mut self, at: Origin, kind: impl Into<EventKind>) {
        self.sink.event(Event { at, connection: Some(self.ends.connection), kind: kind.into() });
    }

    /// Lends a PDU.
    pub(super) fn pdu(&mut self, direction: Direction, content: Content<'_>) {
        self.pdu_of(direction, None, content);
    }

    /// Lends a PDU, which answers a request if that was seen.
    pub(super) fn pdu_of(&mut self, direction: Direction, request: Option<&Request>, content: Content<'_>) {
        let Ends { connection, stream, client, server } = self.ends;
        let (source, destination) = match direction {
            Direction::ToServer => (client, server),
            Direction::ToClient => (server, client),
        };
        let at = self.at;
        let (source, destination) = (source.into(), destination.into());
        self.sink.pdu(&Pdu {
            at,
            connection: Some(connection),
            stream,
            source,
            destination,
            direction,
            request: request.map(Request::lend),
            content,
        });
    }

    /// Tells of a message that could not be read to its end.
    pub(super) fn unreadable(&mut self, error: impl Into<ParseError>) {
        self.tell(Loss::from(error.into()));
    }
}

macro_rules! about {
    ($($variant:ident($type:ty);)*) => {$(
        impl From<$type> for EventKind {
            fn from(event: $type) -> Self {
                Self::$variant(event)
            }
        }
    )*};
}

about! {
    Connection(ConnectionEvent);
    Session(SessionEvent);
    Tree(TreeEvent);
    Open(OpenEvent);
    Rpc(RpcEvent);
    Handle(HandleEvent);
    Notice(Notice);
    Loss(Loss);
    Capture(CaptureEvent);
}
