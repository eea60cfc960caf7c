//! The classic pcap format: a file header, which pcap-parser reads, then records, which are read in place.

use pcap_parser::{PcapHeader, parse_pcap_header};

use super::LinkType;
use super::format::{MAX_RECORD, Order, Record, Step, USUAL_SNAPLEN};
use crate::wire::{Timestamp, widen};

/// The size of the file header in bytes.
pub(super) const FILE_HEADER: usize = 24;

/// How to read the records of a file.
pub(super) struct Pcap {
    order: Order,
    /// The size of a record's header.
    header: usize,
    link: LinkType,
    nanos_per_unit: i64,
    /// The largest captured length that is believed without question.
    snaplen: u32,
}

/// The header of a record.
struct Header {
    seconds: u32,
    fraction: u32,
    captured: u32,
    length: u32,
}

impl Pcap {
    /// From the file header, if `data` begins with one.
    pub(super) fn new(data: &[u8]) -> Option<Self> {
        let (_, header) = parse_pcap_header(data).ok()?;
        Some(Self {
            order: if header.is_bigendian() { Order::Big } else { Order::Little },
            header: if header.is_modified_format() { 24 } else { 16 },
            link: link(&header),
            nanos_per_unit: if header.is_nanosecond_precision() { 1 } else { 1_000 },
            snaplen: header.snaplen.max(USUAL_SNAPLEN),
        })
    }

    #[inline]
    pub(super) fn step(&self, data: &[u8]) -> Step {
        let Some(header) = self.header(data) else { return Step::More(self.header) };
        let size = self.header.saturating_add(widen(header.captured));
        if !self.believes(&header) {
            Step::corrupt("captured length", header.captured)
        } else if data.len() < size {
            Step::More(size)
        } else {
            Step::Packet(self.record(&header, size))
        }
    }

    pub(super) fn cut(&self, data: &[u8]) -> Option<Record> {
        let header = self.header(data)?;
        (data.len() > self.header).then(|| self.record(&header, data.len()))
    }

    #[inline]
    fn header(&self, data: &[u8]) -> Option<Header> {
        let (header, _) = data.split_at_checked(self.header)?;
        let ([seconds, fraction, captured, length, ..], _) = header.as_chunks::<4>() else { return None };
        Some(Header {
            seconds: self.order.u32(*seconds),
            fraction: self.order.u32(*fraction),
            captured: self.order.u32(*captured),
            length: self.order.u32(*length),
        })
    }

    /// A record longer than the file's snapshot length can only be one that was captured whole by a program that
    /// writes the wrong snapshot length, and else is none.
    #[inline]
    fn believes(&self, header: &Header) -> bool {
        let Header { captured, length, .. } = *header;
        captured <= self.snaplen.min(LARGEST) || captured == length && captured <= LARGEST
    }

    /// The record of `size` bytes that begins with `header`.
    #[inline]
    fn record(&self, header: &Header, size: usize) -> Record {
        let nanos = i64::from(header.fraction).saturating_mul(self.nanos_per_unit);
        Record {
            size,
            data: self.header..size,
            length: header.length,
            link: self.link,
            time: Some(Timestamp::from_parts(i64::from(header.seconds), nanos)),
        }
    }
}

#[expect(clippy::as_conversions, reason = "a constant far below 2^32")]
const LARGEST: u32 = MAX_RECORD as u32;

/// The link type without the bits above it, which tell the length of the frame check sequence.
fn link(header: &PcapHeader) -> LinkType {
    let [low, high, ..] = header.network.0.to_le_bytes();
    LinkType(u16::from_le_bytes([low, high]))
}
