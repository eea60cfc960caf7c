//! Cutting a stream into frames.

use super::header::{Header, PacketType};
use super::sync::{self, Sign};
use crate::wire::widen;

/// Bytes of payload after which [`Framer::data`] asks how many are wanted.
pub const HEAD: usize = 128;

/// Bytes of one payload that are collected at most: 1 MiB, the largest transaction of common servers, and as much again
/// as any SMB1 message has.
pub const MAX_COLLECTED: usize = (1 << 20) + (64 << 10);

/// A buffer larger than this is given back after its frame, so that idle connections stay small.
const KEPT_CAPACITY: usize = 1024;

/// A packet of the session service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// Its type.
    pub kind: PacketType,
    /// Bytes of payload on the wire.
    pub length: usize,
    /// The payload, or as many of its first bytes as were wanted and present.
    pub payload: &'a [u8],
    /// A part of what was wanted fell into a gap, beyond [`MAX_COLLECTED`], or behind the end of the stream; `payload`
    /// holds what came before it.
    pub damaged: bool,
}

/// What a [`Framer`] finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framed<'a> {
    /// A frame, when its last byte has passed.
    Frame(Frame<'a>),
    /// Bytes of the stream that are missing.
    Gap {
        /// How many.
        bytes: u64,
        /// They all belong to one frame of known type and length, which follows when its end has passed. Otherwise
        /// whole frames may have been lost.
        inside: bool,
    },
    /// Bytes that were passed over in search of the next frame, told once it is found or the stream ends.
    Junk {
        /// How many.
        bytes: u64,
    },
}

/// What a [`Framer`] met so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FramerCounts {
    /// Frames delivered.
    pub frames: u64,
    /// Those of them that were damaged.
    pub damaged: u64,
    /// Messages of length zero, which are not delivered where no raw data are due.
    pub empty: u64,
    /// Times that something else stood where a frame should begin.
    pub implausible: u64,
}

/// Cuts one direction of a stream into frames.
///
/// A frame that lies whole in one piece of the stream is lent from there; others are collected, as far as they are
/// wanted.
#[derive(Debug)]
pub struct Framer {
    state: State,
    /// Bytes seen of what may be the beginning of a packet; too few yet to say.
    start: Start,
    /// What was collected of the frame that is under way.
    collected: Vec<u8>,
    /// Bytes passed over since sync was lost.
    junk: u64,
    counts: FramerCounts,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// A packet begins here.
    Between,
    /// Inside a packet.
    Inside(Inside),
    /// Nobody knows where the next packet begins.
    Lost,
}

#[derive(Debug, Clone, Copy)]
struct Inside {
    kind: PacketType,
    /// Bytes of payload on the wire.
    length: usize,
    /// Bytes of payload that passed, or are missing.
    passed: usize,
    /// Bytes of payload to collect, once the layer above was asked.
    wanted: Option<usize>,
    damaged: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Start {
    bytes: [u8; sync::ENOUGH],
    length: usize,
}

impl Framer {
    /// A framer at the start of a stream, or, if the start was not seen, in search of the first message.
    #[must_use]
    pub fn new(start_seen: bool) -> Self {
        Self {
            state: if start_seen { State::Between } else { State::Lost },
            start: Start::default(),
            collected: Vec::new(),
            junk: 0,
            counts: FramerCounts::default(),
        }
    }

    /// Takes the next bytes of the stream and tells `out` what they complete.
    ///
    /// Of a frame that is not whole in `bytes`, `wanted` is given the first [`HEAD`] bytes of the payload, or all of
    /// a shorter one, and says how many of its bytes, from the first on, are of use (`usize::MAX`: all). The others
    /// are passed over.
    ///
    /// It is asked too, with as few bytes as there are, where a message is empty or does not begin as one of SMB does:
    /// `None` says that no raw data are due. Then the empty message is passed over, and the other is none.
    pub fn data(
        &mut self,
        mut bytes: &[u8],
        wanted: &mut impl FnMut(&[u8]) -> Option<usize>,
        out: &mut impl FnMut(Framed<'_>),
    ) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Inside(inside) => self.collect(inside, bytes, wanted, out),
                State::Between => self.begin(bytes, wanted, out),
                State::Lost => self.search(bytes, wanted, out),
            };
        }
    }

    /// Takes note of `bytes` bytes that are missing from the stream.
    pub fn gap(&mut self, bytes: u64, out: &mut impl FnMut(Framed<'_>)) {
        if bytes == 0 {
            return;
        }
        self.enter_started();
        match self.state {
            State::Inside(mut inside) => {
                let left = inside.length.saturating_sub(inside.passed);
                let missing = usize::try_from(bytes).unwrap_or(usize::MAX);
                inside.damaged |= inside.passed < inside.wanted.unwrap_or(inside.length).min(inside.length);
                inside.passed = inside.passed.saturating_add(missing).min(inside.length);
                if missing <= left {
                    out(Framed::Gap { bytes, inside: true });
                }
                self.go_on(inside, out);
                if missing > left {
                    out(Framed::Gap { bytes, inside: false });
                    self.state = State::Lost;
                }
            }
            State::Between | State::Lost => {
                self.discard_start();
                self.state = State::Lost;
                out(Framed::Gap { bytes, inside: false });
            }
        }
    }

    /// The stream ends: a frame under way is delivered as damaged. If it goes on all the same, between two frames is
    /// where it does so in sync.
    pub fn flush(&mut self, out: &mut impl FnMut(Framed<'_>)) {
        if matches!(self.state, State::Between) && self.start.length == 0 {
            return self.tell_junk(out);
        }
        self.enter_started();
        if let State::Inside(mut inside) = self.state {
            inside.damaged = true;
            self.deliver(inside, out);
        }
        self.discard_start();
        self.tell_junk(out);
        self.state = State::Lost;
    }

    /// What was met so far.
    #[must_use]
    pub const fn counts(&self) -> FramerCounts {
        self.counts
    }

    /// True if it is known where the next frame begins.
    #[must_use]
    pub const fn is_in_sync(&self) -> bool {
        !matches!(self.state, State::Lost)
    }

    /// Bytes of memory in use for the frame under way.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.collected.capacity()
    }

    /// Where a packet should begin. Gives the bytes after it, or after as much of it as there is.
    fn begin<'a>(
        &mut self,
        bytes: &'a [u8],
        wanted: &mut impl FnMut(&[u8]) -> Option<usize>,
        out: &mut impl FnMut(Framed<'_>),
    ) -> &'a [u8] {
        if self.start.length > 0 {
            return self.extend_start(bytes, sync::expected, wanted, out);
        }
        match raw_if_due(sync::expected(bytes), bytes, wanted) {
            Sign::Packet(header) => {
                let rest = bytes.get(Header::SIZE..).unwrap_or_default();
                match rest.split_at_checked(widen(header.length)) {
                    Some((payload, rest)) => {
                        self.tell(header, payload, wanted, out);
                        rest
                    }
                    None => {
                        self.enter(header);
                        rest
                    }
                }
            }
            Sign::Unsure => self.extend_start(bytes, sync::expected, wanted, out),
            Sign::Nothing | Sign::Raw(_) => {
                self.lose();
                bytes
            }
        }
    }

    /// Passes over bytes up to the next place where a message begins. Gives the bytes from there.
    fn search<'a>(
        &mut self,
        bytes: &'a [u8],
        wanted: &mut impl FnMut(&[u8]) -> Option<usize>,
        out: &mut impl FnMut(Framed<'_>),
    ) -> &'a [u8] {
        if self.start.length > 0 {
            return self.extend_start(bytes, sync::found, wanted, out);
        }
        let mut passed = 0_usize;
        while let Some(rest) = bytes.get(passed..)
            && let Some(next) = sync::candidate(rest)
        {
            let place = passed.saturating_add(next);
            let rest = bytes.get(place..).unwrap_or_default();
            match sync::found(rest) {
                Sign::Nothing | Sign::Raw(_) => passed = place.saturating_add(1),
                Sign::Unsure => {
                    self.pass_over(place);
                    return self.extend_start(rest, sync::found, wanted, out);
                }
                Sign::Packet(_) => {
                    self.pass_over(place);
                    self.tell_junk(out);
                    self.state = State::Between;
                    return rest;
                }
            }
        }
        self.pass_over(bytes.len());
        &[]
    }

    /// Adds bytes, one by one, to what may be the beginning of a packet until that is certain. Gives the bytes after
    /// those it took.
    fn extend_start<'a>(
        &mut self,
        bytes: &'a [u8],
        mut judge: fn(&[u8]) -> Sign,
        wanted: &mut impl FnMut(&[u8]) -> Option<usize>,
        out: &mut impl FnMut(Framed<'_>),
    ) -> &'a [u8] {
        for (taken, byte) in bytes.iter().enumerate() {
            self.start.push(*byte);
            let start = self.start.bytes();
            match raw_if_due(judge(start), start, wanted) {
                Sign::Unsure => {}
                Sign::Packet(header) => {
                    self.tell_junk(out);
                    let start = core::mem::take(&mut self.start);
                    let payload = start.bytes().get(Header::SIZE..).unwrap_or_default();
                    if payload.len() < widen(header.length) {
                        self.enter(header);
                        self.keep(payload);
                    } else {
                        self.state = State::Between;
                        self.tell(header, payload, wanted, out);
                    }
                    return bytes.get(taken.saturating_add(1)..).unwrap_or_default();
                }
                Sign::Nothing | Sign::Raw(_) => {
                    if matches!(self.state, State::Between) {
                        self.lose();
                        judge = sync::found;
                    }
                    self.drop_first_of_start();
                    if let Some(place) = taken.saturating_add(1).checked_sub(self.start.length) {
                        // What is left of it stands in `bytes` too, where it is faster to search.
                        self.start = Start::default();
                        return bytes.get(place..).unwrap_or_default();
                    }
                }
            }
        }
        &[]
    }

    /// The place where `start` stands is no beginning; perhaps one of those after it is.
    fn drop_first_of_start(&mut self) {
        while self.start.length > 0 {
            self.start.drop_first();
            self.pass_over(1);
            if sync::found(self.start.bytes()) != Sign::Nothing {
                return; // unsure, since it was too short for certainty with one byte more
            }
        }
    }

    /// Takes bytes of the packet that is under way. Gives those after it.
    fn collect<'a>(
        &mut self,
        mut inside: Inside,
        bytes: &'a [u8],
        wanted: &mut impl FnMut(&[u8]) -> Option<usize>,
        out: &mut impl FnMut(Framed<'_>),
    ) -> &'a [u8] {
        let left = inside.length.saturating_sub(inside.passed);
        let (own, rest) = bytes.split_at_checked(left).unwrap_or((bytes, &[]));
        inside.passed = inside.passed.saturating_add(own.len());
        if !inside.damaged {
            let head = inside.length.min(HEAD);
            let mut new = own;
            if inside.wanted.is_none() {
                let (first, after) =
                    own.split_at_checked(head.saturating_sub(self.collected.len())).unwrap_or((own, &[]));
                self.collected.extend_from_slice(first);
                new = after;
                if self.collected.len() == head {
                    let limit = wanted(&self.collected).unwrap_or(usize::MAX);
                    inside.wanted = Some(limit.min(inside.length));
                }
            }
            if let Some(limit) = inside.wanted {
                let room = limit.min(MAX_COLLECTED).saturating_sub(self.collected.len());
                self.collected.extend_from_slice(new.get(..room).unwrap_or(new));
                self.collected.truncate(limit);
                inside.damaged = limit > MAX_COLLECTED && inside.passed > MAX_COLLECTED;
            }
        }
        self.go_on(inside, out);
        rest
    }

    /// Inside a packet, or behind it if it is complete.
    fn go_on(&mut self, inside: Inside, out: &mut impl FnMut(Framed<'_>)) {
        if inside.passed < inside.length {
            self.state = State::Inside(inside);
        } else {
            self.deliver(inside, out);
        }
    }

    fn enter(&mut self, header: Header) {
        self.collected.clear();
        self.state = State::Inside(Inside {
            kind: header.kind,
            length: widen(header.length),
            passed: 0,
            wanted: None,
            damaged: false,
        });
    }

    /// Bytes of the packet under way that came with its header.
    fn keep(&mut self, payload: &[u8]) {
        self.collected.extend_from_slice(payload);
        if let State::Inside(inside) = &mut self.state {
            inside.passed = payload.len();
        }
    }

    /// If the header of the next packet is there, it is believed: no more bytes will follow to judge it by.
    fn enter_started(&mut self) {
        if matches!(self.state, State::Between)
            && let Ok((_, header)) = Header::parse(self.start.bytes())
        {
            let start = core::mem::take(&mut self.start);
            self.enter(header);
            self.keep(start.bytes().get(Header::SIZE..).unwrap_or_default());
        }
    }

    fn deliver(&mut self, inside: Inside, out: &mut impl FnMut(Framed<'_>)) {
        let Inside { kind, length, damaged, .. } = inside;
        self.state = State::Between;
        self.counts.frames = self.counts.frames.saturating_add(1);
        self.counts.damaged = self.counts.damaged.saturating_add(damaged.into());
        out(Framed::Frame(Frame { kind, length, payload: &self.collected, damaged }));
        self.collected.clear();
        if self.collected.capacity() > KEPT_CAPACITY {
            self.collected = Vec::new();
        }
    }

    /// Tells of a packet whose payload is whole.
    fn tell(
        &mut self,
        header: Header,
        payload: &[u8],
        wanted: &mut impl FnMut(&[u8]) -> Option<usize>,
        out: &mut impl FnMut(Framed<'_>),
    ) {
        let empty = header.kind == PacketType::SESSION_MESSAGE && header.length == 0;
        if empty && wanted(payload).is_none() {
            self.counts.empty = self.counts.empty.saturating_add(1);
        } else {
            self.counts.frames = self.counts.frames.saturating_add(1);
            out(Framed::Frame(Frame { kind: header.kind, length: payload.len(), payload, damaged: false }));
        }
    }

    fn lose(&mut self) {
        self.counts.implausible = self.counts.implausible.saturating_add(1);
        self.state = State::Lost;
    }

    fn pass_over(&mut self, bytes: usize) {
        self.junk = self.junk.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    fn discard_start(&mut self) {
        self.pass_over(self.start.length);
        self.start = Start::default();
    }

    fn tell_junk(&mut self, out: &mut impl FnMut(Framed<'_>)) {
        if self.junk > 0 {
            out(Framed::Junk { bytes: self.junk });
            self.junk = 0;
        }
    }
}

/// A message that is none of SMB is a packet if raw data are due; `bytes` are those that were judged.
fn raw_if_due(sign: Sign, bytes: &[u8], wanted: &mut impl FnMut(&[u8]) -> Option<usize>) -> Sign {
    let Sign::Raw(header) = sign else { return sign };
    let payload = bytes.get(Header::SIZE..).unwrap_or_default();
    let head = payload.get(..widen(header.length).min(HEAD)).unwrap_or(payload);
    if wanted(head).is_some() { Sign::Packet(header) } else { Sign::Nothing }
}

impl Start {
    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length = self.length.saturating_add(1);
        }
    }

    fn drop_first(&mut self) {
        self.bytes.rotate_left(1);
        self.length = self.length.saturating_sub(1);
    }
}
