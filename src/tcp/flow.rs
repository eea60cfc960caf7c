//! A connection: segments in, both streams out in causal order.

mod behind;

use std::borrow::Cow;
use std::collections::vec_deque;

use super::half::{End, Half, LATE_SYN_REACH, State};
use super::held::{Held, Part, Queue};
use super::seq::Seq;
use super::{FlowCounts, FlowLimits, Piece};
use crate::capture::Origin;
use crate::net::{Segment, Side, TcpFlags};

/// A hole that the receiver has acknowledged is given up after so many further packets of the flow: the capture lost
/// those bytes, or has them a little later, since reordering inside a capture is short.
const PATIENCE: u32 = 64;

/// Where a connection begins that was under way when the capture began is judged by so many of its packets: the first
/// ones captured need not be the first ones sent.
const OPENING: u32 = 8;

/// One TCP connection.
///
/// A segment is delivered when everything before it in its own stream, and everything its sender had received of the
/// other stream when it sent it (its acknowledgment number says so), has been delivered. Until then it is held. Bytes
/// that do not come are given up: 64 packets after the receiver acknowledged them, since then only the capture can
/// have lost them; otherwise, as the network may have lost them and a retransmission may follow, only at a limit
/// or at [`Flow::flush`].
///
/// Each piece is delivered with the [`Origin`] of the segment that brought it, a gap with that of the segment that
/// proved it. Where bytes of one place differ, those captured first are delivered.
///
/// A FIN or an RST behind which both sides carry on is taken back: what one side sends behind it is set aside, and
/// delivered after a [`Piece::Resumed`] once the other side acknowledges it.
#[derive(Debug)]
pub struct Flow {
    low: Half,
    high: Half,
    /// What waits; `None` if nothing does.
    held: Option<Box<Queue>>,
    /// What came behind an end, and is no part of the streams unless it is acknowledged.
    behind: Option<Box<Queue>>,
    /// Packets of this flow so far, modulo 2^32.
    packets: u32,
    /// A SYN of either side was captured: the connection began inside the capture.
    syn_seen: bool,
    /// No SYN was captured, and the first packets are held until it is clear where the streams stand.
    opening: bool,
    limits: FlowLimits,
    counts: FlowCounts,
}

impl Flow {
    /// A connection of which nothing is known yet.
    #[must_use]
    pub fn new(limits: FlowLimits) -> Self {
        Self {
            low: Half::new(),
            high: Half::new(),
            held: None,
            behind: None,
            packets: 0,
            syn_seen: false,
            opening: true,
            limits,
            counts: FlowCounts::default(),
        }
    }

    /// Takes a segment that `side` sent, and delivers what can be delivered now: of this segment, by lending, and of
    /// those that waited for it.
    ///
    /// A segment for which [`Flow::is_new_connection`] is true does not belong here.
    pub fn push(
        &mut self,
        side: Side,
        segment: &Segment<'_>,
        at: Origin,
        deliver: &mut impl FnMut(Side, Origin, Piece<'_>),
    ) {
        self.packets = self.packets.wrapping_add(1);
        if self.pass(side, segment, at, deliver) {
            return;
        }
        let part = Part::new(side, segment, at, self.packets);
        if self.opening && !part.syn && self.packets < OPENING {
            return self.hold(part);
        }
        self.open(deliver);
        self.admit(part, deliver);
        self.give_up_overdue(deliver);
        self.give_up_beyond_limits(deliver);
    }

    /// Gives up everything that is waited for, and delivers what is held: at the end of the capture, when the flow is
    /// evicted, or when its ports are used again.
    pub fn flush(&mut self, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        self.open(deliver);
        while self.held.is_some() {
            self.give_up_oldest(deliver);
        }
        self.behind = None;
    }

    /// True if the segment is of another connection between the same ports: a SYN with another initial sequence number,
    /// or numbers far from anything known here.
    ///
    /// A SYN may be a stray one, so whether it begins a connection shows only when the other end takes it. If it does,
    /// the caller flushes this flow and starts a new one.
    #[must_use]
    pub fn is_new_connection(&self, side: Side, segment: &Segment<'_>) -> bool {
        let own = self.half(side);
        if segment.flags.contains(TcpFlags::RST) {
            return false;
        }
        let seq = Seq(segment.seq);
        if self.opening {
            // Only what is held tells where the streams stand, and nothing stands before a SYN.
            let near = self.held_places(side).filter(|place| place.distance(seq) <= LATE_SYN_REACH);
            let is_first = near.reduce(Seq::min).is_some_and(|first| first.after(seq));
            return segment.flags.contains(TcpFlags::SYN) && self.held.is_some() && !is_first;
        }
        if segment.flags.contains(TcpFlags::SYN) {
            let young = self.packets < PATIENCE;
            return if own.state == State::Unknown { self.is_closed() } else { !own.is_own_syn(seq, young) };
        }
        let untaken = self.is_untaken();
        if segment.length == 0 && !segment.flags.contains(TcpFlags::FIN) && !untaken {
            return false;
        }
        // Nothing stands before a SYN.
        let is_far = |side: Side, place: Seq| {
            let half = self.half(side);
            half.state != State::Unknown
                && (self.is_implausible(side, place) || (untaken && half.initial.after(place)))
        };
        let far_seq = is_far(side, seq);
        let far_ack = segment.ack.is_some_and(|ack| is_far(side.other(), Seq(ack)));
        if untaken || self.is_closed() { far_seq || far_ack } else { far_seq && far_ack }
    }

    /// True if the segment stands where both streams do.
    #[must_use]
    pub fn goes_on_with(&self, side: Side, segment: &Segment<'_>) -> bool {
        self.is_near(side, Seq(segment.seq))
            && segment.ack.is_none_or(|ack| self.is_near(side.other(), Seq(ack)))
    }

    /// True if a SYN of the side, with this sequence number, stands at the first byte that was captured of the side, so
    /// that nothing before it is missing.
    #[must_use]
    pub fn begins_with(&self, side: Side, isn: u32) -> bool {
        let start = Seq(isn).plus(1);
        let own = self.half(side);
        if self.opening {
            let of_side = self.waiting().filter(|part| part.side == side && part.has_content());
            return of_side.map(|part| part.seq).reduce(Seq::min).is_none_or(|first| first == start);
        }
        match own.state {
            State::Unknown => true,
            State::Probe | State::Open if own.fresh => true,
            State::Unseen | State::Probe | State::Open | State::Ended(_) => own.initial == start,
        }
    }

    /// True if a segment of the side was captured. Of a side that was not, nothing is ever missing.
    #[must_use]
    pub fn seen(&self, side: Side) -> bool {
        self.half(side).seen
    }

    /// How the side's stream ended, once that was delivered, unless it was resumed.
    #[must_use]
    pub fn ended(&self, side: Side) -> Option<End> {
        match self.half(side).state {
            State::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// True if the connection is over: both sides sent a FIN, or one an RST.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match (self.ended(Side::Low), self.ended(Side::High)) {
            (Some(End::Rst), _) | (_, Some(End::Rst)) => true,
            (low, high) => low.is_some() && high.is_some(),
        }
    }

    /// Bytes of memory in use for held segments.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let bytes = |queue: &Option<Box<Queue>>| queue.as_ref().map_or(0, |queue| queue.bytes());
        bytes(&self.held).saturating_add(bytes(&self.behind))
    }

    /// What was met so far.
    #[must_use]
    pub const fn counts(&self) -> FlowCounts {
        self.counts
    }

    /// The way of nearly every segment: both streams are known, nothing is held, this is the next of its side, and
    /// its sender knew no more than was delivered. False if that is not so.
    fn pass(
        &mut self,
        side: Side,
        segment: &Segment<'_>,
        at: Origin,
        deliver: &mut impl FnMut(Side, Origin, Piece<'_>),
    ) -> bool {
        let idle = self.held.is_none();
        let (own, other) = self.halves_mut(side);
        let length = segment.length;
        let passes = idle
            && own.next == Seq(segment.seq)
            && own.state == State::Open
            && !own.fresh
            && other.state == State::Open
            && segment.ack.is_none_or(|ack| !Seq(ack).after(other.next))
            && !segment.flags.intersects(TcpFlags::SYN.union(TcpFlags::FIN).union(TcpFlags::RST))
            && u32::try_from(segment.payload.len()) == Ok(length);
        if passes && length > 0 {
            own.next = own.next.plus(length);
            deliver(side, at, Piece::Data(segment.payload));
        }
        passes
    }

    /// Ends the opening: each side's stream begins with the first byte that was captured of it.
    fn open(&mut self, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        if !core::mem::take(&mut self.opening) {
            return;
        }
        let Some(mut first) = self.held.take() else { return };
        for side in [Side::Low, Side::High] {
            let of_side = first.iter().filter(|part| part.side == side && part.has_content());
            if let Some(start) = of_side.map(|part| part.seq).reduce(Seq::min) {
                self.halves_mut(side).0.anchor(start, State::Open);
            }
        }
        while let Some(part) = first.remove(0) {
            self.admit(part.borrowed(), deliver);
        }
    }

    /// Every other segment: it is delivered if it can be, held if it must be.
    fn admit(&mut self, mut part: Part<&[u8]>, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        if part.rst
            && self.half(part.side).state != State::Unknown
            && self.is_implausible(part.side, part.seq)
        {
            return; // a guess by somebody who does not see the connection
        }
        let stood = (self.low, self.high);
        self.orient(&mut part);
        if stood != (self.low, self.high) {
            self.drain(deliver);
        }
        self.resume_if_proved(&part, deliver);
        if self.is_over(part.side) {
            self.set_aside(&mut part);
        }
        self.strip_old(&mut part);
        if !part.has_content() {
            return self.hold_proof(part);
        }
        let payload = self.held.as_ref().map_or(Cow::Borrowed(part.payload), |held| held.reconcile(&part));
        if matches!(payload, Cow::Owned(_)) {
            self.counts.conflicts = self.counts.conflicts.saturating_add(1);
        }
        let part = Part { payload: &*payload, ..part };
        if self.is_ready(&part) {
            self.halves_mut(part.side).0.moved = self.packets;
            self.release(&part, deliver);
            self.drain(deliver);
        } else if self.held.as_ref().is_some_and(|held| held.covers(&part)) {
            self.counts.duplicates = self.counts.duplicates.saturating_add(1);
            let mut rest = part;
            rest.strip(part.seq);
            self.hold_proof(rest);
        } else {
            self.hold(part);
        }
    }

    /// Learns from a segment where the streams stand, and drops an acknowledgment of what cannot be.
    fn orient(&mut self, part: &mut Part<&[u8]>) {
        self.syn_seen |= part.syn;
        let syn_seen = self.syn_seen;
        let (own, _) = self.halves_mut(part.side);
        own.seen = true;
        if part.syn {
            own.synchronize(part.seq);
        } else if part.rst && own.state == State::Unknown && part.seq == Seq(0) {
            own.anchor(part.seq, State::Open); // nobody listens: RFC 9293 3.10.7.1
        } else {
            own.meet(part.seq, part.length, syn_seen);
        }
        let Some(ack) = part.ack else { return };
        if matches!(self.half(part.side.other()).state, State::Probe | State::Open)
            && self.is_implausible(part.side.other(), ack)
        {
            part.ack = None;
        } else {
            self.halves_mut(part.side).1.acknowledged(ack, syn_seen);
        }
    }

    /// Takes away what was delivered before.
    fn strip_old(&mut self, part: &mut Part<&[u8]>) {
        let own = *self.half(part.side);
        if own.state == State::Unknown {
            return;
        }
        let over = self.is_over(part.side);
        if part.syn && own.started && !over {
            (part.seq, part.syn) = (part.start(), false);
        }
        let new = part.syn || part.rst || part.end().after(own.next);
        if over || !new || (!part.has_content() && self.is_implausible(part.side, part.seq)) {
            if part.has_content() {
                self.counts.duplicates = self.counts.duplicates.saturating_add(1);
            }
            part.strip(own.next);
        }
    }

    /// True if all that comes before `part`, in either stream, was delivered.
    fn is_ready<B: AsRef<[u8]>>(&self, part: &Part<B>) -> bool {
        self.is_next(part) && !self.is_early(part)
    }

    /// True if all that comes before `part` in its own stream was delivered.
    fn is_next<B: AsRef<[u8]>>(&self, part: &Part<B>) -> bool {
        let own = self.half(part.side);
        match own.state {
            State::Unknown => false,
            State::Ended(_) => true,
            State::Unseen | State::Probe | State::Open => {
                !(part.seq.after(own.next) || part.rst && self.is_owed(part.side))
            }
        }
    }

    /// True if the sender of `part` had received what was not delivered yet of the other side.
    fn is_early<B>(&self, part: &Part<B>) -> bool {
        let other = self.half(part.side.other());
        let aborted = self.ended(part.side) == Some(End::Rst);
        part.ack.is_some_and(|ack| match other.state {
            State::Unknown => true,
            State::Unseen | State::Ended(_) => false,
            State::Probe | State::Open if aborted => false,
            State::Probe | State::Open => ack.after(other.known()),
        })
    }

    /// True if a held segment acknowledges bytes of `side` that were not delivered.
    fn is_owed(&self, side: Side) -> bool {
        self.waiting().any(|held| held.side != side && self.is_early(held))
    }

    /// True if no segment that is known of leads so far.
    fn is_implausible(&self, side: Side, seq: Seq) -> bool {
        let own = self.half(side);
        own.is_far(seq)
            && !self.waiting().any(|held| held.side == side && !Half { next: held.end(), ..*own }.is_far(seq))
    }

    /// True if something that is known of the stream is so near.
    fn is_near(&self, side: Side, seq: Seq) -> bool {
        let half = self.half(side);
        let near = |place: Seq| place.distance(seq) <= LATE_SYN_REACH;
        (half.state != State::Unknown && near(half.next)) || self.held_places(side).any(near)
    }

    /// Where the held segments of both sides say that the stream of `side` stands.
    fn held_places(&self, side: Side) -> impl Iterator<Item = Seq> {
        self.waiting().filter_map(move |held| if held.side == side { Some(held.seq) } else { held.ack })
    }

    /// True if a SYN of one side is all there is: nothing shows that the other took it.
    fn is_untaken(&self) -> bool {
        let alone = |own: &Half, other: &Half| {
            let nothing_behind = !own.next.after(own.initial.plus(1));
            own.synchronized && nothing_behind && other.state == State::Unknown
        };
        alone(&self.low, &self.high) || alone(&self.high, &self.low)
    }

    /// Delivers what is new in `part`, whose turn it is.
    fn release(&mut self, part: &Part<&[u8]>, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        let counts = &mut self.counts;
        let own = match part.side {
            Side::Low => &mut self.low,
            Side::High => &mut self.high,
        };
        if matches!(own.state, State::Ended(_)) || part.seq.after(own.next) {
            return;
        }
        let mut deliver = |piece| deliver(part.side, part.origin, piece);
        if part.syn && !own.started {
            own.started = true;
            own.advance(own.next.max(part.start()));
            deliver(Piece::Start);
        }
        let known = crate::wire::widen(own.next.since(part.start()));
        if let Some(bytes) = part.payload.get(known..)
            && !bytes.is_empty()
        {
            own.advance(own.next.plus(u32::try_from(bytes.len()).unwrap_or(u32::MAX)));
            deliver(Piece::Data(bytes));
        }
        let cut = part.payload_end().since(own.next);
        if cut > 0 {
            own.advance(part.payload_end());
            counts.gap(cut);
            deliver(Piece::Gap { bytes: cut.into() });
        }
        if part.rst {
            own.state = State::Ended(End::Rst);
            deliver(Piece::End(End::Rst));
            self.set_held_aside();
        } else if part.fin && own.next == part.payload_end() {
            own.advance(part.end());
            own.state = State::Ended(End::Fin);
            deliver(Piece::End(End::Fin));
        }
    }

    /// Delivers the held segments whose turn has come, those captured first before the others.
    fn drain(&mut self, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        while let Some(ready) = self.waiting().position(|part| self.is_ready(part)) {
            self.release_held(ready, deliver);
        }
    }

    fn release_held(&mut self, index: usize, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        let Some(held) = &mut self.held else { return };
        let part = held.remove(index);
        if held.len() == 0 {
            self.held = None;
        }
        if let Some(part) = part {
            self.release(&part.borrowed(), deliver);
        }
    }

    fn hold(&mut self, part: Part<&[u8]>) {
        self.held.get_or_insert_default().push(part);
    }

    /// Holds an acknowledgment, or an empty segment, that proves bytes to be missing, if nothing held proves as much.
    fn hold_proof(&mut self, part: Part<&[u8]>) {
        let own = self.half(part.side);
        let mut of_side = self.waiting().filter(|held| held.side == part.side);
        let ahead = matches!(own.state, State::Probe | State::Open) && part.seq.after(own.known());
        let proves = (self.is_early(&part) && of_side.clone().all(|held| held.ack != part.ack))
            || (ahead && of_side.all(|held| part.seq.after(held.end())));
        if proves {
            self.hold(part);
        }
    }

    fn give_up_overdue(&mut self, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        while let Some(side) = [Side::Low, Side::High].into_iter().find(|side| self.is_overdue(*side)) {
            self.give_up(side, deliver);
            self.drain(deliver);
        }
    }

    fn give_up_beyond_limits(&mut self, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        let limits = self.limits;
        if self.held_bytes() > limits.bytes {
            self.behind = None;
        }
        while self
            .held
            .as_ref()
            .is_some_and(|held| held.len() > limits.packets || held.bytes() > limits.bytes)
        {
            self.counts.evictions = self.counts.evictions.saturating_add(1);
            self.give_up_oldest(deliver);
        }
    }

    /// True if bytes of `side` are known for longer than [`PATIENCE`] to be missing from the capture.
    fn is_overdue(&self, side: Side) -> bool {
        let own = self.half(side);
        let is_old = |number| self.packets.wrapping_sub(number) >= PATIENCE;
        is_old(own.moved)
            && self.waiting().take_while(|held| is_old(held.number)).any(|held| match own.state {
                State::Unknown => held.side == side || held.ack.is_some(),
                State::Unseen | State::Ended(_) => false,
                State::Probe | State::Open if held.side == side => {
                    own.before_start() && held.seq.after(own.next)
                }
                State::Probe | State::Open => self.is_early(held),
            })
    }

    /// Gives up what the oldest held segment waits for.
    fn give_up_oldest(&mut self, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        let Some(oldest) = self.waiting().next() else { return };
        let side = if self.is_next(oldest) { oldest.side.other() } else { oldest.side };
        self.give_up(side, deliver);
        self.drain(deliver);
    }

    /// Gives up the first hole of `side`. If the bytes are at hand and wait for the other side in turn, its hole;
    /// if its bytes are at hand too, no order is right, and the segment captured first goes first.
    fn give_up(&mut self, side: Side, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        match (self.at_hand(side), self.at_hand(side.other())) {
            (None, _) => self.skip(side, deliver),
            (Some(_), None) => self.skip(side.other(), deliver),
            (Some(one), Some(other)) => self.release_held(one.min(other), deliver),
        }
    }

    /// The held segment with the next bytes of `side`, if there is one.
    fn at_hand(&self, side: Side) -> Option<usize> {
        let next = match self.half(side) {
            Half { state: State::Probe | State::Open, next, .. } => *next,
            _ => return None,
        };
        self.waiting().position(|held| held.side == side && !held.seq.after(next) && held.end().after(next))
    }

    /// Moves the stream of `side` over its first hole, to the first place that a held segment tells of.
    fn skip(&mut self, side: Side, deliver: &mut impl FnMut(Side, Origin, Piece<'_>)) {
        let own = *self.half(side);
        let unknown = own.state == State::Unknown;
        let place_and_proof = self
            .waiting()
            .filter_map(|held| {
                let place = if held.side == side { held.seq } else { held.ack? };
                (unknown || place.after(own.next)).then_some((place, held.origin))
            })
            .reduce(|(to, first), (place, _)| (to.min(place), first));
        let Some((to, origin)) = place_and_proof else {
            return self.release_held(0, deliver); // nothing to wait for
        };
        let (own, _) = self.halves_mut(side);
        if unknown {
            return own.anchor(to, if own.seen { State::Open } else { State::Unseen });
        }
        let missing = to.since(own.known());
        own.state = State::Open;
        if missing == 0 {
            own.next = to;
        } else {
            own.advance(to);
            self.counts.gap(missing);
            deliver(side, origin, Piece::Gap { bytes: missing.into() });
        }
    }

    /// The held segments, in the order of their capture.
    fn waiting(&self) -> vec_deque::Iter<'_, Held> {
        self.held.as_deref().map(Queue::iter).unwrap_or_default()
    }

    const fn half(&self, side: Side) -> &Half {
        match side {
            Side::Low => &self.low,
            Side::High => &self.high,
        }
    }

    /// The side and the other.
    const fn halves_mut(&mut self, side: Side) -> (&mut Half, &mut Half) {
        match side {
            Side::Low => (&mut self.low, &mut self.high),
            Side::High => (&mut self.high, &mut self.low),
        }
    }
}
