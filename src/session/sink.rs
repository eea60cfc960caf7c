//! Who hears what the analyzer finds: a type of one's own, a closure, or several of them.
//!
//! ```
//! use smbscope::session::{EventKind, Analyzer, sink};
//!
//! let mut sessions = 0;
//! let mut count = sink::events(|event| sessions += usize::from(matches!(event.kind, EventKind::Session(_))));
//! let mut analyzer = Analyzer::default();
//! // … push packets, then:
//! analyzer.finish(&mut count);
//! assert_eq!(sessions, 0);
//! ```

use core::ops::ControlFlow;

use super::event::Event;
use super::pdu::Pdu;
use crate::capture::Origin;

/// Hears what the analyzer finds. Each method does nothing unless it is written.
///
/// `&mut S` is a sink if `S` is one, and a pair of sinks is one that tells both.
pub trait Sink {
    /// A PDU, lent for the call alone. What nobody asks of it is not decoded.
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let _ = pdu;
    }

    /// Something happened.
    fn event(&mut self, event: Event) {
        let _ = event;
    }

    /// A packet was read, and all that it completes was told. A [`Scan`](crate::Scan) reads on unless this breaks.
    fn packet(&mut self, at: Origin) -> ControlFlow<()> {
        let _ = at;
        ControlFlow::Continue(())
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        (**self).pdu(pdu);
    }

    fn event(&mut self, event: Event) {
        (**self).event(event);
    }

    fn packet(&mut self, at: Origin) -> ControlFlow<()> {
        (**self).packet(at)
    }
}

/// The first hears of everything before the second does.
impl<A: Sink, B: Sink> Sink for (A, B) {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.0.pdu(pdu);
        self.1.pdu(pdu);
    }

    fn event(&mut self, event: Event) {
        self.0.event(event.clone());
        self.1.event(event);
    }

    fn packet(&mut self, at: Origin) -> ControlFlow<()> {
        let (first, second) = (self.0.packet(at), self.1.packet(at));
        if first.is_break() { first } else { second }
    }
}

/// A sink of events; see [`events`].
#[derive(Debug, Clone, Copy)]
pub struct Events<F>(F);

/// A sink that gives each event to a closure.
pub const fn events<F: FnMut(Event)>(each: F) -> Events<F> {
    Events(each)
}

impl<F: FnMut(Event)> Sink for Events<F> {
    fn event(&mut self, event: Event) {
        (self.0)(event);
    }
}

/// A sink of PDUs; see [`pdus`].
#[derive(Debug, Clone, Copy)]
pub struct Pdus<F>(F);

/// A sink that lends each PDU to a closure.
pub const fn pdus<F: FnMut(&Pdu<'_>)>(each: F) -> Pdus<F> {
    Pdus(each)
}

impl<F: FnMut(&Pdu<'_>)> Sink for Pdus<F> {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        (self.0)(pdu);
    }
}
