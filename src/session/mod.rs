//! The reconstructor: packets in, events out.

mod event;

pub use event::{
    ClientMachine, CloseReason, ConnectionEnd, ConnectionEvent, ConnectionId, Direction, Doubt, Event,
    EventKind, HandleEvent, Loss, Notice, OpenEvent, OpenId, OpenKind, RpcEvent, SessionEvent, SessionId,
    ShareKind, Transport, TreeEvent, TreeId,
};

/// Hears what the analyzer finds.
pub trait Sink {
    /// Something happened.
    fn event(&mut self, event: Event);
}
