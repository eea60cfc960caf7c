//! The classic pcap format: a file header, then records.

use nom::IResult;
use pcap_parser::{
    LegacyPcapBlock, PcapError, PcapHeader, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified,
    parse_pcap_header,
};

use super::LinkType;
use super::format::{MAX_RECORD, Order, Record, Step, USUAL_SNAPLEN};
use crate::wire::{Timestamp, widen};

/// The size of the file header in bytes.
pub(super) const FILE_HEADER: usize = 24;

/// How to read the records of a file.
pub(super) struct Pcap {
    parse: Parse,
    order: Order,
    /// The size of a record's header.
    header: usize,
    link: LinkType,
    nanos_per_unit: i64,
    /// The largest captured length that is believed without question.
    snaplen: u32,
}

type Parse = fn(&[u8]) -> IResult<&[u8], LegacyPcapBlock<'_>, PcapError<&[u8]>>;

impl Pcap {
    /// From the file header, if `data` begins with one.
    pub(super) fn new(data: &[u8]) -> Option<Self> {
        let (_, header) = parse_pcap_header(data).ok()?;
        let (parse, order, size): (Parse, Order, usize) = match header {
            ref header if header.is_modified_format() => (parse_pcap_frame_modified, Order::Little, 24),
            ref header if header.is_bigendian() => (parse_pcap_frame_be, Order::Big, 16),
            _ => (parse_pcap_frame, Order::Little, 16),
        };
        Some(Self {
            parse,
            order,
            header: size,
            link: link(&header),
            nanos_per_unit: if header.is_nanosecond_precision() { 1 } else { 1_000 },
            snaplen: header.snaplen.max(USUAL_SNAPLEN),
        })
    }

    pub(super) fn step(&self, data: &[u8]) -> Step {
        match (self.parse)(data) {
            Ok((_, record)) if self.believes(record.caplen, record.origlen) => {
                Step::Packet(self.record(&record, record.data.len()))
            }
            Ok((_, record)) => Step::corrupt("captured length", record.caplen),
            Err(_) => self.incomplete(data),
        }
    }

    pub(super) fn cut(&self, data: &[u8]) -> Option<Record> {
        let record = self.peek(data)?;
        let captured = data.len().checked_sub(self.header).filter(|captured| *captured > 0)?;
        Some(self.record(&record, captured))
    }

    /// How many bytes the record that `data` begins with needs.
    fn incomplete(&self, data: &[u8]) -> Step {
        match self.peek(data) {
            None => Step::More(self.header),
            Some(record) if self.believes(record.caplen, record.origlen) => {
                Step::More(self.header.saturating_add(widen(record.caplen)))
            }
            Some(record) => Step::corrupt("captured length", record.caplen),
        }
    }

    /// The header alone of the record that `data` begins with.
    fn peek<'a>(&self, data: &'a [u8]) -> Option<LegacyPcapBlock<'a>> {
        let (header, data) = data.split_at_checked(self.header)?;
        let ([seconds, fraction, captured, length, ..], _) = header.as_chunks::<4>() else { return None };
        Some(LegacyPcapBlock {
            ts_sec: self.order.u32(*seconds),
            ts_usec: self.order.u32(*fraction),
            caplen: self.order.u32(*captured),
            origlen: self.order.u32(*length),
            data,
        })
    }

    /// A record longer than the file's snapshot length can only be one that was captured whole by a program that
    /// writes the wrong snapshot length, and else is none.
    fn believes(&self, captured: u32, length: u32) -> bool {
        captured <= self.snaplen.min(LARGEST) || captured == length && captured <= LARGEST
    }

    fn record(&self, record: &LegacyPcapBlock<'_>, captured: usize) -> Record {
        let size = self.header.saturating_add(captured);
        let nanos = i64::from(record.ts_usec).saturating_mul(self.nanos_per_unit);
        Record {
            size,
            data: self.header..size,
            length: record.origlen,
            link: self.link,
            time: Some(Timestamp::from_parts(i64::from(record.ts_sec), nanos)),
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
