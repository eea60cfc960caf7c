//! QUIC, as far as it is in clear: the headers of its first packets, and what a client says that it wants to speak.
//!
//! The keys of Initial packets come from a connection id that they carry (RFC 9001 5.2), so whoever sees them can read
//! them. That takes the feature `quic`; without it a [`Hello`] stays unread.
//!
//! ```
//! use smbscope::quic::{LongHeader, Version};
//!
//! let datagram = [
//!     0xc3, // header form, fixed bit, Initial packet
//!     0, 0, 0, 1, // Version
//!     4, 0x83, 0x94, 0xc8, 0xf0, // Destination Connection ID, with its length
//!     0, // Source Connection ID Length
//!     0, // Token Length
//! ];
//! let (rest, header) = LongHeader::parse(&datagram)?;
//! assert_eq!(header.version, Version::V1);
//! assert_eq!(header.destination, [0x83, 0x94, 0xc8, 0xf0]);
//! assert_eq!(rest, [0]);
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod frames;
mod hello;
mod packet;
#[cfg(feature = "quic")]
mod protection;
#[cfg(test)]
mod tests;

pub use hello::Hello;
pub use packet::{Initial, LongHeader, Version, packets};
