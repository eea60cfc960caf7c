//! A captured packet and its place in the captures.

use super::LinkType;
use crate::wire::Timestamp;

/// Where and when a packet was captured: the address of every piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Origin {
    /// Capture time.
    pub time: Timestamp,
    /// Which of the captures given, counted from 0.
    pub capture: u32,
    /// Number of the packet in its capture, counted from 1 as Wireshark does. 0 stands for none: the
    /// [`Analyzer`](crate::session::Analyzer) counts such packets itself.
    pub frame: u64,
}

impl Origin {
    /// The one of two that was captured later. Of one capture the order of its packets tells, whatever its clock says.
    #[must_use]
    pub const fn later(self, other: Self) -> Self {
        let other_is_later = if self.capture == other.capture {
            other.frame > self.frame
        } else {
            other.time.as_nanos() > self.time.as_nanos()
        };
        if other_is_later { other } else { self }
    }

    /// True if this one was captured before the other.
    #[must_use]
    pub fn precedes(self, other: Self) -> bool {
        self != other && self.later(other) == other
    }
}

/// One packet of a capture, borrowed from the reader's buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'a> {
    /// Where and when.
    pub origin: Origin,
    /// What the bytes begin with.
    pub link: LinkType,
    /// The bytes that were captured.
    pub data: &'a [u8],
    /// The packet's length on the wire in bytes; more than `data` holds if the capture cut it.
    pub length: u32,
}

impl<'a> Packet<'a> {
    /// A whole packet from anywhere: a live source, a file format of the caller's own, a test. It has no number; the
    /// [`Analyzer`](crate::session::Analyzer) counts such packets itself.
    #[must_use]
    pub fn new(data: &'a [u8], time: Timestamp, link: LinkType) -> Self {
        let origin = Origin { time, capture: 0, frame: 0 };
        Self { origin, link, data, length: u32::try_from(data.len()).unwrap_or(u32::MAX) }
    }

    /// A packet of a capture, of which `data` was captured and which has `length` bytes on the wire.
    #[must_use]
    pub const fn captured(origin: Origin, link: LinkType, data: &'a [u8], length: u32) -> Self {
        Self { origin, link, data, length }
    }
}
