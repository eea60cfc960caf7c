//! What the two file formats have in common: one step through the bytes of a capture.

use core::ops::Range;

use super::LinkType;
use super::error::Trouble;
use super::pcap::Pcap;
use super::pcapng::PcapNg;
use crate::wire::Timestamp;

/// The largest record or block that is read, in bytes. A larger one is passed over or ends the capture.
pub const MAX_RECORD: usize = 64 << 20;

/// A captured length up to this many bytes is believed whatever the file's snapshot length says: the limit of
/// libpcap, Wireshark and their kin.
pub(super) const USUAL_SNAPLEN: u32 = 262_144;

/// What a capture's bytes begin with.
pub(super) enum Step {
    /// Too few bytes to tell: so many are needed.
    More(usize),
    /// So many bytes without a packet.
    Pass(usize),
    /// A packet.
    Packet(Record),
    /// A packet of so many bytes that is too large to be read.
    TooLarge(usize),
    /// Nothing that can be read.
    Stop(Trouble),
}

impl Step {
    /// A stop at a field that holds what it cannot hold.
    pub(super) fn corrupt(field: &'static str, value: u32) -> Self {
        Self::Stop(Trouble::Corrupt { field, value: u64::from(value) })
    }
}

/// A packet in a capture's bytes.
pub(super) struct Record {
    /// The size of the whole record or block.
    pub(super) size: usize,
    /// Where the packet is in it.
    pub(super) data: Range<usize>,
    /// The packet's length on the wire.
    pub(super) length: u32,
    /// What the packet begins with.
    pub(super) link: LinkType,
    /// The capture time, if there is one.
    pub(super) time: Option<Timestamp>,
}

/// The two file formats.
pub(super) enum Format {
    Pcap(Pcap),
    PcapNg(PcapNg),
}

impl Format {
    /// What `data` begins with.
    pub(super) fn step(&mut self, data: &[u8]) -> Step {
        match self {
            Self::Pcap(pcap) => pcap.step(data),
            Self::PcapNg(pcapng) => pcapng.step(data),
        }
    }

    /// The packet that `data` begins with, where it is cut short by the end of the file.
    pub(super) fn cut(&self, data: &[u8]) -> Option<Record> {
        match self {
            Self::Pcap(pcap) => pcap.cut(data),
            Self::PcapNg(pcapng) => pcapng.cut(data),
        }
    }

    /// The end of the capture, where the file says it.
    pub(super) fn end(&self) -> Option<Timestamp> {
        match self {
            Self::Pcap(_) => None,
            Self::PcapNg(pcapng) => pcapng.end(),
        }
    }
}

/// The byte order of a file or of a section of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    pub(super) fn i64(self, bytes: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        }
    }
}
