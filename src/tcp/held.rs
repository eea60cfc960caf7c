//! Segments that wait for what comes before them.

use std::borrow::Cow;
use std::collections::{VecDeque, vec_deque};

use super::seq::Seq;
use crate::capture::Origin;
use crate::net::{Segment, Side, TcpFlags};

/// A segment as far as the stream is concerned: lent while it passes, owned while it is held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<B> {
    pub(super) side: Side,
    pub(super) origin: Origin,
    /// Its number among the packets of the flow.
    pub(super) number: u32,
    pub(super) seq: Seq,
    pub(super) ack: Option<Seq>,
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    /// Bytes of payload on the wire.
    pub(super) length: u32,
    /// As many of them as were captured.
    pub(super) payload: B,
}

/// A held segment.
pub(super) type Held = Part<Box<[u8]>>;

impl<'a> Part<&'a [u8]> {
    pub(super) fn new(side: Side, segment: &Segment<'a>, origin: Origin, number: u32) -> Self {
        let mut part = Self {
            side,
            origin,
            number,
            seq: Seq(segment.seq),
            ack: segment.ack.map(Seq),
            syn: segment.flags.contains(TcpFlags::SYN),
            fin: segment.flags.contains(TcpFlags::FIN),
            rst: segment.flags.contains(TcpFlags::RST),
            length: segment.length.max(u32::try_from(segment.payload.len()).unwrap_or(u32::MAX)),
            payload: segment.payload,
        };
        if part.rst {
            // The payload of a reset is a remark on its cause (RFC 9293 3.5.3), not a part of the stream.
            (part.syn, part.fin, part.length, part.payload) = (false, false, 0, &[]);
        }
        part
    }

    /// Takes away everything but the acknowledgment.
    pub(super) fn strip(&mut self, seq: Seq) {
        (self.syn, self.fin, self.rst, self.length, self.payload) = (false, false, false, 0, &[]);
        self.seq = seq;
    }

    fn to_held(self) -> Held {
        Part {
            payload: self.payload.into(),
            side: self.side,
            origin: self.origin,
            number: self.number,
            seq: self.seq,
            ack: self.ack,
            syn: self.syn,
            fin: self.fin,
            rst: self.rst,
            length: self.length,
        }
    }
}

impl Held {
    pub(super) fn borrowed(&self) -> Part<&[u8]> {
        Part {
            payload: &self.payload,
            side: self.side,
            origin: self.origin,
            number: self.number,
            seq: self.seq,
            ack: self.ack,
            syn: self.syn,
            fin: self.fin,
            rst: self.rst,
            length: self.length,
        }
    }

    /// True if this segment brings all that `part` does, and need not wait longer than it.
    fn covers(&self, part: &Part<&[u8]>) -> bool {
        let sooner = match (self.ack, part.ack) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => !own.after(other),
        };
        self.side == part.side
            && sooner
            && self.rst == part.rst
            && (self.syn || !part.syn)
            && !self.seq.after(part.seq)
            && !part.end().after(self.end())
            && (!(self.is_cut() || self.rst)
                || (self.seq == part.seq && self.payload.len() >= part.payload.len()))
    }

    fn weight(&self) -> usize {
        self.payload.len().saturating_add(size_of::<Self>())
    }
}

impl<B: AsRef<[u8]>> Part<B> {
    /// Where its payload begins.
    pub(super) fn start(&self) -> Seq {
        self.seq.plus(u32::from(self.syn))
    }

    /// Where its payload ends.
    pub(super) fn payload_end(&self) -> Seq {
        self.start().plus(self.length)
    }

    /// Where it ends, its FIN included.
    pub(super) fn end(&self) -> Seq {
        self.payload_end().plus(u32::from(self.fin))
    }

    /// True if it is more than an acknowledgment.
    pub(super) fn has_content(&self) -> bool {
        self.syn || self.fin || self.rst || self.length > 0
    }

    fn is_cut(&self) -> bool {
        u32::try_from(self.payload.as_ref().len()).is_ok_and(|captured| captured < self.length)
    }
}

/// The held segments of both sides, in the order of their capture. Never empty.
#[derive(Debug, Default)]
pub(super) struct Queue {
    parts: VecDeque<Held>,
    bytes: usize,
}

impl Queue {
    pub(super) fn iter(&self) -> vec_deque::Iter<'_, Held> {
        self.parts.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Bytes of memory in use.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn push(&mut self, part: Part<&[u8]>) {
        let held = part.to_held();
        self.bytes = self.bytes.saturating_add(held.weight());
        self.parts.push_back(held);
    }

    pub(super) fn remove(&mut self, index: usize) -> Option<Held> {
        let held = self.parts.remove(index)?;
        self.bytes = self.bytes.saturating_sub(held.weight());
        Some(held)
    }

    /// True if holding `part` too would add nothing.
    pub(super) fn covers(&self, part: &Part<&[u8]>) -> bool {
        self.iter().any(|held| held.covers(part))
    }

    /// The payload of `part` with the held bytes of the same places put in, which were captured before it. Owned if
    /// any of them differed.
    pub(super) fn reconcile<'a>(&self, part: &Part<&'a [u8]>) -> Cow<'a, [u8]> {
        let mut payload = Cow::Borrowed(part.payload);
        for held in self.iter().filter(|held| held.side == part.side) {
            let (first, second) = (held.start().since(part.start()), part.start().since(held.start()));
            let [first, second] = [first, second].map(crate::wire::widen);
            let Some(earlier) = held.payload.get(second..) else { continue };
            let Some(later) = payload.get(first..) else { continue };
            let common = earlier.len().min(later.len());
            let (Some(earlier), Some(later)) = (earlier.get(..common), later.get(..common)) else { continue };
            if earlier != later
                && let Some(place) = payload.to_mut().get_mut(first..).and_then(|rest| rest.get_mut(..common))
            {
                place.copy_from_slice(earlier);
            }
        }
        payload
    }
}
