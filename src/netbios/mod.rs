//! NetBIOS over TCP and UDP (RFC 1002), NetBIOS frames over LLC, NetBIOS over IPX, and direct TCP (\[MS-SMB2\] 2.1, port 445).
//!
//! * Session service (RFC 1002 4.3, port 139, and the framing of port 445): [`Framer`] cuts one direction of a stream
//!   into [`Frame`]s, whatever pieces it comes in, and finds its way back after a gap; [`SessionPacket`] reads those
//!   that are no messages.
//! * Name service (4.2, port 137): [`name_service`].
//! * Datagram service (4.4, port 138): [`datagram_service`].
//! * NetBIOS frames straight over LLC: [`nbf`].
//! * NetBIOS over IPX: [`nbipx`].
//!
//! ```
//! use smbscope::netbios::{Framed, Framer};
//!
//! let stream = b"\0\0\0\x05\xffSMB\x2b\x85\0\0\0"; // SESSION MESSAGE of 5 bytes, SESSION KEEP ALIVE
//! let mut kinds = Vec::new();
//! let mut framer = Framer::new(true);
//! for piece in stream.chunks(3) {
//!     framer.data(piece, &mut |_| Some(usize::MAX), &mut |framed| {
//!         if let Framed::Frame(frame) = framed {
//!             kinds.push((frame.kind.name(), frame.payload.to_vec()));
//!         }
//!     });
//! }
//! let message = (Some("SESSION MESSAGE"), b"\xffSMB\x2b".to_vec());
//! assert_eq!(kinds, [message, (Some("SESSION KEEP ALIVE"), Vec::new())]);
//! ```

pub mod datagram_service;
mod framer;
mod header;
mod name;
pub mod name_service;
pub mod nbf;
pub mod nbipx;
mod packets;
mod sync;

#[cfg(test)]
mod tests;

pub use framer::{Frame, Framed, Framer, FramerCounts, HEAD, MAX_COLLECTED};
pub use header::{Header, PacketType};
pub use name::Name;
pub use packets::{NegativeReason, Retarget, SessionPacket, SessionRequest};
pub(crate) use sync::begins_with_magic;
pub use sync::looks_like_smb;
