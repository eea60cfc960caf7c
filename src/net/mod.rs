//! Link layer and IP: from a captured packet to a TCP segment, a UDP datagram, a NetBIOS frame over LLC or an IPX
//! packet.
//!
//! ```
//! use smbscope::capture::Capture;
//! use smbscope::net::{Decoded, Decoder, FragmentLimits};
//!
//! let mut capture = Capture::open("testdata/link_qinq.pcap")?;
//! let mut decoder = Decoder::new(&FragmentLimits::default());
//! let mut to_the_server = 0;
//! while let Some(packet) = capture.next()? {
//!     if let Decoded::Tcp(segment) = decoder.decode(&packet) {
//!         to_the_server += usize::from(segment.destination.port == 445);
//!     }
//! }
//! assert!(to_the_server > 0);
//! assert_eq!(decoder.counts().unreadable, 0); // both VLAN tags of a frame are read
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod decoder;
mod foreign;
mod fragment;
mod ip;
mod ipx;
mod link;
mod link_type;
mod segment;
mod transport;

#[cfg(test)]
mod tests;

pub(crate) use decoder::ports;
pub use decoder::{Counts, Datagram, Decoded, Decoder};
pub use foreign::Foreign;
pub use fragment::FragmentLimits;
pub use ipx::IpxPacket;
pub use link::LlcFrame;
use segment::Address;
pub use segment::{Endpoint, FlowKey, Host, NotAnEndpoint, Segment, Side, TcpFlags};
