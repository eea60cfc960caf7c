//! Capture files: pcap and pcapng, plain or gzip, one or many as one timeline.
//!
//! ```
//! use smbscope::capture::{Capture, LinkType};
//!
//! let mut capture = Capture::open("testdata/link_ethernet.pcap")?;
//! while let Some(packet) = capture.next()? {
//!     assert_eq!(packet.link, LinkType::ETHERNET);
//!     assert!(packet.data.len() <= packet.length as usize); // fewer where the snap length cut it
//! }
//! assert!(capture.info().packets > 0);
//! assert!(capture.info().first < capture.info().last);
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod error;
mod format;
mod info;
mod packet;
mod pcap;
mod pcapng;
mod reader;
mod sniff;
mod source;
mod ticks;
mod timeline;

#[cfg(test)]
mod tests;

pub use error::{CaptureError, Trouble, Warning};
pub use format::MAX_RECORD;
pub use info::Info;
pub use packet::{Origin, Packet};
pub use reader::Capture;
pub use sniff::Begins;
pub use timeline::Timeline;

use crate::wire::wire_enum;

wire_enum! {
    /// The link-layer header type of a capture (the LINKTYPE_ registry of tcpdump.org).
    pub struct LinkType(u16) {
        /// BSD loopback: a 4-byte address family in the capturing host's byte order.
        NULL = 0, "NULL";
        /// Ethernet.
        ETHERNET = 1, "ETHERNET";
        /// Raw IP, as some systems number it.
        RAW_BSD = 12, "RAW";
        /// Raw IP, as OpenBSD numbers it.
        RAW_OPENBSD = 14, "RAW";
        /// Raw IP: the packet begins with an IPv4 or IPv6 header.
        RAW = 101, "RAW";
        /// OpenBSD loopback: a 4-byte address family in network byte order.
        LOOP = 108, "LOOP";
        /// Linux cooked capture, version 1.
        LINUX_SLL = 113, "LINUX_SLL";
        /// Raw IPv4.
        IPV4 = 228, "IPV4";
        /// Raw IPv6.
        IPV6 = 229, "IPV6";
        /// Linux cooked capture, version 2.
        LINUX_SLL2 = 276, "LINUX_SLL2";
    }
}
