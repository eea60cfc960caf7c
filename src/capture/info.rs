//! What is known of a capture as a whole, as far as it has been read.

use super::error::{Trouble, Warning};
use crate::wire::Timestamp;

/// A capture as a whole, as far as it has been read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Info {
    /// The path as it was given, or `-` for standard input.
    pub name: String,
    /// Packets read.
    pub packets: u64,
    /// The earliest capture time of a packet.
    pub first: Option<Timestamp>,
    /// The latest capture time of a packet.
    pub last: Option<Timestamp>,
    /// When the capture ended, where the file says it (pcapng `isb_endtime`).
    pub end: Option<Timestamp>,
    /// Bytes read from the file, before decompression.
    pub bytes_read: u64,
    /// The size of the file in bytes, where it is known.
    pub bytes_total: Option<u64>,
    /// What was wrong with the capture, in the order met.
    pub warnings: Vec<Warning>,
    /// Packets whose capture time is before that of the packet before them.
    pub time_went_back: u64,
    /// Packets without a capture time (pcapng Simple Packet Blocks). They were given that of the packet before them.
    pub untimed: u64,
    /// Packets too large to be read, which were passed over.
    pub too_large: u64,
}

impl Info {
    /// True if packets of the capture were not read: behind a place that is damaged, or since they are too large. A capture
    /// that is cut short in its last packet has nothing behind it.
    #[must_use]
    pub fn has_unread_packets(&self) -> bool {
        self.warnings.iter().any(|warning| match warning.trouble {
            Trouble::CutShort => false,
            Trouble::Compression(_) | Trouble::Corrupt { .. } | Trouble::TooLarge { .. } => true,
        })
    }

    /// Counts a packet, and gives its number and time.
    #[inline]
    pub(super) fn count(&mut self, time: Option<Timestamp>, before: Timestamp) -> (u64, Timestamp) {
        self.packets = self.packets.saturating_add(1);
        let Some(time) = time else {
            self.untimed = self.untimed.saturating_add(1);
            return (self.packets, before);
        };
        match self.last {
            Some(last) if time >= last => self.last = Some(time),
            None => (self.first, self.last) = (Some(time), Some(time)),
            Some(_) => {
                self.first = self.first.min(Some(time));
                if time < before {
                    self.time_went_back = self.time_went_back.saturating_add(1);
                }
            }
        }
        (self.packets, time)
    }
}
