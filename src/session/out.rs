//! Where events go: the sink, with the packet and the connection they belong to.

use super::event::{
    ConnectionEvent, ConnectionId, Event, EventKind, HandleEvent, Loss, Notice, OpenEvent, RpcEvent,
    SessionEvent, TreeEvent,
};
use super::{Pdu, Sink};
use crate::capture::Origin;
use crate::error::ParseError;

/// The place in the traffic that is being read, and the sink.
pub(super) struct Out<'a> {
    pub(super) at: Origin,
    pub(super) connection: ConnectionId,
    pub(super) sink: &'a mut dyn Sink,
}

impl Out<'_> {
    /// Tells an event of this place.
    pub(super) fn tell(&mut self, kind: impl Into<EventKind>) {
        self.tell_at(self.at, kind);
    }

    /// Tells an event of an earlier place, known only now.
    pub(super) fn tell_at(&mut self, at: Origin, kind: impl Into<EventKind>) {
        self.sink.event(Event { at, connection: self.connection, kind: kind.into() });
    }

    /// Lends a PDU.
    pub(super) fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.sink.pdu(pdu);
    }

    /// Tells of a message that could not be read to its end.
    pub(super) fn unreadable(&mut self, error: ParseError) {
        self.tell(Loss::Unreadable { error });
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
}
