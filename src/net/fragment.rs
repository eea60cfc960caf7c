//! Putting IP fragments together (RFC 791 3.2, RFC 8200 4.5). Where fragments overlap, the first to come wins.

use core::ops::Range;
use std::collections::VecDeque;

use etherparse::IpNumber;

use super::ip::{Fragment, Ip};
use super::{Address, Counts};
use crate::error::Reason;
use crate::wire::{Timestamp, options, widen};

/// How much is held of datagrams that are not complete.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FragmentLimits {
    /// Datagrams held at a time.
    pub datagrams: usize,
    /// Bytes held at a time.
    pub bytes: usize,
    /// How long a datagram is held, in seconds of capture time.
    pub seconds: f64,
}

impl Default for FragmentLimits {
    fn default() -> Self {
        Self { datagrams: 256, bytes: 4 << 20, seconds: 60.0 }
    }
}

options! {
    FragmentLimits {
        datagrams: usize,
        bytes: usize,
        seconds: f64,
    }
}

/// The longest datagram in bytes.
const LONGEST: u32 = 65_535;

/// What is held of datagrams that are not complete, in the order of their first fragments.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    limits: FragmentLimits,
    held: VecDeque<Partial>,
    /// What `held` costs in bytes.
    bytes: usize,
    /// The datagram that was completed last, which is lent from here.
    complete: Vec<u8>,
}

impl Fragments {
    pub(super) fn new(limits: FragmentLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes a fragment, and gives the datagram that it completes: its payload up to the first byte that was not
    /// captured, with the headers that extend the IP header.
    pub(super) fn insert<'a>(
        &'a mut self,
        time: Timestamp,
        ip: &Ip<'_>,
        fragment: Fragment,
        counts: &mut Counts,
    ) -> Result<Option<Ip<'a>>, Reason> {
        counts.fragments = counts.fragments.saturating_add(1);
        self.expire(time, counts);
        let Some((length, captured)) = self.add(time, ip, fragment)? else {
            self.shrink(counts);
            return Ok(None);
        };
        counts.reassembled = counts.reassembled.saturating_add(1);
        let payload = self.complete.get(..captured).unwrap_or_default();
        Ok(Some(Ip { payload, length, fragment: None, ..*ip }))
    }

    /// Takes a fragment. If that completes its datagram, gives the length on the wire, and how much was captured.
    fn add(
        &mut self,
        time: Timestamp,
        ip: &Ip<'_>,
        fragment: Fragment,
    ) -> Result<Option<(u32, usize)>, Reason> {
        let end = fragment.offset.saturating_add(ip.length);
        if end > LONGEST {
            return Err(Reason::BadOffset { field: "fragment offset", value: u64::from(fragment.offset) });
        }
        let key = Key::new(ip, fragment);
        let place = self.held.iter().rposition(|partial| partial.key == key);
        let mut partial = match place.and_then(|place| self.held.remove(place)) {
            Some(partial) => {
                self.bytes = self.bytes.saturating_sub(partial.cost());
                partial
            }
            None => Partial::new(key, time),
        };
        partial.insert(fragment, ip.payload, end);
        if let Some(length) = partial.is_complete() {
            self.complete = partial.bytes;
            return Ok(Some((length, widen(length.min(partial.captured)))));
        }
        self.bytes = self.bytes.saturating_add(partial.cost());
        self.held.insert(place.unwrap_or(self.held.len()), partial);
        Ok(None)
    }

    /// Gives up what has been held too long.
    fn expire(&mut self, now: Timestamp, counts: &mut Counts) {
        while self.held.front().is_some_and(|oldest| now.seconds_since(oldest.since) > self.limits.seconds) {
            self.evict(counts);
        }
    }

    /// Gives up the oldest until the limits are kept.
    fn shrink(&mut self, counts: &mut Counts) {
        while self.held.len() > self.limits.datagrams
            || self.bytes > self.limits.bytes && !self.held.is_empty()
        {
            self.evict(counts);
        }
    }

    fn evict(&mut self, counts: &mut Counts) {
        if let Some(oldest) = self.held.pop_front() {
            self.bytes = self.bytes.saturating_sub(oldest.cost());
            counts.evicted = counts.evicted.saturating_add(1);
        }
    }
}

/// What the fragments of a datagram have in common. The identification stands first, as it differs the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    identification: u32,
    protocol: IpNumber,
    source: Address,
    destination: Address,
}

impl Key {
    fn new(ip: &Ip<'_>, fragment: Fragment) -> Self {
        let Fragment { identification, .. } = fragment;
        Self { identification, protocol: ip.protocol, source: ip.source, destination: ip.destination }
    }
}

/// A datagram that is not complete.
#[derive(Debug)]
struct Partial {
    key: Key,
    /// The time of its first fragment.
    since: Timestamp,
    bytes: Vec<u8>,
    /// What is there, in order, no two ranges overlapping or touching.
    present: Vec<Range<u32>>,
    /// The length, once the last fragment is there.
    length: Option<u32>,
    /// The place of the first byte that was on the wire but not captured.
    captured: u32,
}

impl Partial {
    fn new(key: Key, since: Timestamp) -> Self {
        Self { key, since, bytes: Vec::new(), present: Vec::new(), length: None, captured: u32::MAX }
    }

    fn cost(&self) -> usize {
        let ranges = self.present.len().saturating_mul(size_of::<Range<u32>>());
        self.bytes.len().saturating_add(ranges).saturating_add(size_of::<Self>())
    }

    /// Puts `payload` at its place, where nothing is yet. `end` is where it ended on the wire.
    fn insert(&mut self, fragment: Fragment, payload: &[u8], end: u32) {
        if !fragment.more && self.length.is_none() {
            self.length = Some(end);
        }
        if self.bytes.len() < widen(end) {
            self.bytes.resize(widen(end), 0);
        }
        for gap in gaps(&self.present, fragment.offset..end) {
            let from = gap.start.saturating_sub(fragment.offset)..gap.end.saturating_sub(fragment.offset);
            let captured = payload.get(widen(from.start)..).unwrap_or_default();
            let captured = captured.get(..gap.len()).unwrap_or(captured);
            let to = self.bytes.get_mut(widen(gap.start)..).and_then(|to| to.get_mut(..captured.len()));
            if let Some(to) = to {
                to.copy_from_slice(captured);
            }
            if captured.len() < gap.len() {
                let missing = u32::try_from(captured.len()).unwrap_or(u32::MAX).saturating_add(gap.start);
                self.captured = self.captured.min(missing);
            }
        }
        self.mark(fragment.offset..end);
    }

    /// Notes that `new` is there.
    fn mark(&mut self, mut new: Range<u32>) {
        self.present.retain(|range| {
            let apart = range.end < new.start || new.end < range.start;
            if !apart {
                new = range.start.min(new.start)..range.end.max(new.end);
            }
            apart
        });
        let place = self.present.partition_point(|range| range.start < new.start);
        self.present.insert(place, new);
    }

    /// The length of the datagram, if all of it is there.
    fn is_complete(&self) -> Option<u32> {
        let length = self.length?;
        matches!(self.present.as_slice(), [Range { start: 0, end }, ..] if *end >= length).then_some(length)
    }
}

/// The parts of `wanted` that are not `present`.
fn gaps(present: &[Range<u32>], wanted: Range<u32>) -> Vec<Range<u32>> {
    let mut gaps = Vec::new();
    let mut at = wanted.start;
    for range in present {
        if at < range.start.min(wanted.end) {
            gaps.push(at..range.start.min(wanted.end));
        }
        at = at.max(range.end);
    }
    if at < wanted.end {
        gaps.push(at..wanted.end);
    }
    gaps
}
