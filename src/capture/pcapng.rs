//! The pcapng format: sections of blocks (the IETF draft draft-ietf-opsawg-pcapng).
//!
//! Packet blocks are read in place; their options are not looked at. The fields and options of the rarer blocks are
//! pcap-parser's, but not their values: it reads times of big-endian sections as little-endian and knows no binary
//! resolutions.

use core::ops::Range;

use pcap_parser::{
    EPB_MAGIC, IDB_MAGIC, ISB_MAGIC, InterfaceDescriptionBlock, InterfaceStatisticsBlock, OptionCode,
    PcapNGOption, SHB_MAGIC, SPB_MAGIC, parse_interfacedescriptionblock_be,
    parse_interfacedescriptionblock_le, parse_interfacestatisticsblock_be, parse_interfacestatisticsblock_le,
};

use super::LinkType;
use super::format::{MAX_RECORD, Order, Record, Step};
use super::ticks::Ticks;
use crate::wire::{Timestamp, widen};

/// The least of a section header block that tells what it is: type, length and byte-order magic.
pub(super) const FILE_HEADER: usize = 12;

/// The obsolete Packet Block, which pcap-parser does not know.
const OPB_MAGIC: u32 = 2;

/// The smallest block: type, length, and the length again.
const SMALLEST: u32 = 12;

/// How many interfaces a section may describe.
const MAX_INTERFACES: usize = 65_536;

/// The section that is being read.
pub(super) struct PcapNg {
    order: Order,
    interfaces: Vec<Interface>,
    end: Option<Timestamp>,
}

/// An Interface Description Block.
struct Interface {
    link: LinkType,
    /// The most that is captured of a packet; 0 is no limit.
    snaplen: u32,
    ticks: Ticks,
}

impl PcapNg {
    /// A reader of blocks, if `data` begins with a section header block.
    pub(super) fn new(data: &[u8]) -> Option<Self> {
        section(data).map(|order| Self { order, interfaces: Vec::new(), end: None })
    }

    /// The latest end of an interface's statistics.
    pub(super) fn end(&self) -> Option<Timestamp> {
        self.end
    }

    pub(super) fn step(&mut self, data: &[u8]) -> Step {
        let ([kind, length, magic, ..], _) = data.as_chunks::<4>() else { return Step::More(FILE_HEADER) };
        if u32::from_le_bytes(*kind) == SHB_MAGIC {
            let Some(order) = section(data) else {
                return Step::corrupt("byte-order magic", u32::from_le_bytes(*magic));
            };
            self.order = order;
            self.interfaces.clear();
        }
        let (kind, length) = (self.order.u32(*kind), self.order.u32(*length));
        if length < SMALLEST {
            return Step::corrupt("block length", length);
        }
        let size = widen(length);
        let wanted = matches!(kind, EPB_MAGIC | SPB_MAGIC | OPB_MAGIC | IDB_MAGIC | ISB_MAGIC);
        match data.get(..size) {
            _ if !wanted => Step::Pass(size),
            Some(block) if self.trailer(block) != Some(length) => {
                Step::corrupt("second block length", self.trailer(block).unwrap_or_default())
            }
            Some(block) => match kind {
                EPB_MAGIC | SPB_MAGIC | OPB_MAGIC => match self.packet(kind, block) {
                    Ok(packet) => Step::Packet(packet.record(block, size)),
                    Err(stop) => stop,
                },
                IDB_MAGIC => self.describe(block),
                _ => self.statistics(block),
            },
            None if size <= MAX_RECORD => Step::More(size),
            None if matches!(kind, EPB_MAGIC | SPB_MAGIC | OPB_MAGIC) => Step::TooLarge(size),
            None => Step::corrupt("block length", length),
        }
    }

    pub(super) fn cut(&self, data: &[u8]) -> Option<Record> {
        let (kind, _) = data.split_first_chunk::<4>()?;
        let packet = self.packet(self.order.u32(*kind), data).ok()?;
        Some(packet.record(data, data.len())).filter(|record| !record.data.is_empty())
    }

    /// The length at the end of a block.
    fn trailer(&self, block: &[u8]) -> Option<u32> {
        block.last_chunk::<4>().map(|bytes| self.order.u32(*bytes))
    }

    /// The fixed part of a packet block of any kind.
    fn packet(&self, kind: u32, block: &[u8]) -> Result<Packet<'_>, Step> {
        let order = self.order;
        let fields = block.as_chunks::<4>().0;
        if kind == SPB_MAGIC {
            let [_, size, length, ..] = fields else { return Err(Step::corrupt("block length", 0)) };
            let (size, length) = (order.u32(*size), order.u32(*length));
            let interface = self.interface(0)?;
            let snaplen = if interface.snaplen == 0 { u32::MAX } else { interface.snaplen };
            let captured = length.min(snaplen).min(size.saturating_sub(16));
            return Ok(Packet { interface, header: 12, captured, length, ticks: None });
        }
        let [_, size, interface, high, low, captured, length, ..] = fields else {
            return Err(Step::corrupt("block length", 0));
        };
        let number = match (kind, *interface) {
            (OPB_MAGIC, [a, b, ..]) => u32::from(order.u16([a, b])),
            (_, bytes) => order.u32(bytes),
        };
        let (size, captured) = (order.u32(*size), order.u32(*captured));
        if captured > size.saturating_sub(32) {
            return Err(Step::corrupt("captured length", captured));
        }
        let ticks = Some((order.u32(*high), order.u32(*low)));
        let interface = self.interface(number)?;
        Ok(Packet { interface, header: 28, captured, length: order.u32(*length), ticks })
    }

    fn interface(&self, number: u32) -> Result<&Interface, Step> {
        self.interfaces.get(widen(number)).ok_or_else(|| Step::corrupt("interface", number))
    }

    /// Reads an Interface Description Block.
    fn describe(&mut self, block: &[u8]) -> Step {
        let parse = match self.order {
            Order::Little => parse_interfacedescriptionblock_le,
            Order::Big => parse_interfacedescriptionblock_be,
        };
        match parse(block) {
            Ok((_, description)) if self.interfaces.len() < MAX_INTERFACES => {
                let interface = Interface::new(self.order, &description);
                self.interfaces.push(interface);
                Step::Pass(block.len())
            }
            _ => Step::corrupt("interface description", u32::try_from(block.len()).unwrap_or(u32::MAX)),
        }
    }

    /// Reads an Interface Statistics Block. One that makes no sense is none.
    fn statistics(&mut self, block: &[u8]) -> Step {
        let parse = match self.order {
            Order::Little => parse_interfacestatisticsblock_le,
            Order::Big => parse_interfacestatisticsblock_be,
        };
        let end = parse(block).ok().and_then(|(_, statistics)| self.end_time(&statistics));
        self.end = self.end.max(end);
        Step::Pass(block.len())
    }

    fn end_time(&self, statistics: &InterfaceStatisticsBlock<'_>) -> Option<Timestamp> {
        let interface = self.interfaces.get(widen(statistics.if_id))?;
        let value = option(&statistics.options, OptionCode::IsbEndTime)?;
        let ([high, low], _) = value.as_chunks::<4>() else { return None };
        Some(interface.ticks.timestamp(self.order.u32(*high), self.order.u32(*low)))
    }
}

impl Interface {
    fn new(order: Order, block: &InterfaceDescriptionBlock<'_>) -> Self {
        let offset = option(&block.options, OptionCode::IfTsoffset);
        let offset = offset.and_then(|value| value.first_chunk::<8>()).map_or(0, |value| order.i64(*value));
        Self {
            link: LinkType(u16::try_from(block.linktype.0).unwrap_or(u16::MAX)),
            snaplen: block.snaplen,
            ticks: Ticks::new(block.if_tsresol, offset),
        }
    }
}

/// What the fixed part of a packet block says.
struct Packet<'a> {
    interface: &'a Interface,
    /// The size of the fixed part.
    header: usize,
    captured: u32,
    length: u32,
    ticks: Option<(u32, u32)>,
}

impl Packet<'_> {
    /// The packet as far as it is in `block`, which is a record of `size` bytes.
    fn record(&self, block: &[u8], size: usize) -> Record {
        let end = self.header.saturating_add(widen(self.captured)).min(block.len());
        Record {
            size,
            data: Range { start: self.header.min(end), end },
            length: self.length,
            link: self.interface.link,
            time: self.ticks.map(|(high, low)| self.interface.ticks.timestamp(high, low)),
        }
    }
}

/// The byte order of the section that `data` begins, if it does.
fn section(data: &[u8]) -> Option<Order> {
    let ([kind, _, magic, ..], _) = data.as_chunks::<4>() else { return None };
    match magic {
        _ if u32::from_le_bytes(*kind) != SHB_MAGIC => None,
        [0x4d, 0x3c, 0x2b, 0x1a] => Some(Order::Little),
        [0x1a, 0x2b, 0x3c, 0x4d] => Some(Order::Big),
        _ => None,
    }
}

/// The value of the first option of a code.
fn option<'a>(options: &'a [PcapNGOption<'_>], code: OptionCode) -> Option<&'a [u8]> {
    options.iter().find(|option| option.code == code).and_then(|option| option.as_bytes().ok())
}
