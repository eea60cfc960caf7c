//! What follows an end: a FIN or an RST is none if both sides carry on behind it.
//!
//! Somebody else may have sent it, or its receiver did not take it. So what comes behind an end is set aside until the
//! other side acknowledges it, which one that has heard of the end does not. Data of one side alone say nothing: they
//! were on their way when the end was sent.

use super::{End, Flow, Piece, State};
use crate::capture::Origin;
use crate::net::Side;
use crate::tcp::held::{Held, Part};
use crate::tcp::seq::Seq;

/// Bytes of memory for what came behind an end of one flow. Acknowledgments follow closer upon the data.
const BYTES: usize = 1 << 16;

/// How far behind the end data may begin: what lies between was lost by the capture. Farther off is another connection
/// whose SYN was lost.
const REACH: u32 = 0xffff;

impl Flow {
    /// True if nothing more is expected of `side`: it ended, or the other side aborted the connection.
    pub(super) fn is_over(&self, side: Side) -> bool {
        matches!(self.half(side).state, State::Ended(_)) || self.ended(side.other()) == Some(End::Rst)
    }

    /// Sets aside what `part` has of content behind the end of its side.
    pub(super) fn set_aside(&mut self, part: &mut Part<&[u8]>) {
        let next = self.half(part.side).next;
        if part.rst {
            // The end is confirmed.
            self.behind = None;
            return;
        }
        let brings_data = part.length > 0 && part.payload_end().after(self.end_of(part.side));
        let is_new = brings_data || (part.fin && part.end().after(next));
        if part.syn || !is_new || part.seq.since(next) > REACH {
            return;
        }
        let weight = part.payload.len().saturating_add(size_of::<Held>());
        let room = self.limits.bytes.min(BYTES).saturating_sub(self.held_bytes());
        let queue = self.behind.get_or_insert_default();
        if weight <= room && queue.len() < self.limits.packets && !queue.covers(part) {
            queue.push(*part);
        }
        part.strip(next);
    }

    /// Goes on with the streams if `part` acknowledges what came behind an end.
    pub(super) fn resume_if_proved(
        &mut self,
        part: &Part<&[u8]>,
        deliver: &mut impl FnMut(Side, Origin, Piece<'_>),
    ) {
        let (Some(ack), false, Some(behind)) = (part.ack, part.rst, &self.behind) else { return };
        let side = part.side.other();
        let own = self.half(side);
        // The number of a FIN is acknowledged by those who take it for one, and a keep-alive probe sends a byte there.
        let is_behind = ack.after(own.next) && !own.is_far(ack);
        let covered = |held: &Held| held.side == side && held.length > 0 && !held.payload_end().after(ack);
        if is_behind && let Some(origin) = behind.iter().find(|held| covered(held)).map(|held| held.origin) {
            self.resume(side, origin, deliver);
        }
    }

    /// Takes back the end of `side`, and the RST of the other one, and delivers what was set aside.
    fn resume(&mut self, side: Side, origin: Origin, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        let Some(mut behind) = self.behind.take() else { return };
        let aborted = (self.ended(side.other()) == Some(End::Rst)).then_some(side.other());
        for side in [Some(side), aborted].into_iter().flatten() {
            let end = self.end_of(side);
            let at_end = behind.iter().any(|held| held.side == side && !held.start().after(end));
            let moved = self.packets;
            let (own, _) = self.halves_mut(side);
            if !matches!(own.state, State::Ended(_)) {
                continue;
            }
            // A FIN that was not the side's own has no number in its stream.
            own.next = if at_end { end } else { own.next };
            (own.state, own.moved) = (State::Open, moved);
            deliver(side, origin, Piece::Resumed);
        }
        while let Some(part) = behind.remove(0) {
            if self.is_over(part.side) {
                self.behind.get_or_insert_default().push(part.borrowed());
            } else {
                self.hold(part.borrowed());
            }
        }
        self.drain(deliver);
    }

    /// Sets all aside that waits: an RST was delivered before it.
    pub(super) fn set_held_aside(&mut self) {
        let Some(mut held) = self.held.take() else { return };
        while let Some(part) = held.remove(0) {
            if !part.rst {
                self.set_aside(&mut part.borrowed());
            }
        }
    }

    /// Where the stream of `side` stands, without its FIN.
    fn end_of(&self, side: Side) -> Seq {
        let own = self.half(side);
        if own.state == State::Ended(End::Fin) { own.next.before() } else { own.next }
    }
}
