//! Session service framing: NetBIOS over TCP (RFC 1002 4.3, port 139) and direct TCP (\[MS-SMB2\] 2.1, port 445).
//!
//! [`Framer`] cuts one direction of a stream into [`Frame`]s, whatever pieces it comes in, and finds its way back
//! after a gap.

mod framer;
mod header;
mod name;
mod packets;
mod sync;

#[cfg(test)]
mod tests;

pub use framer::{Frame, Framed, Framer, FramerCounts, HEAD, MAX_COLLECTED};
pub use header::{Header, PacketType};
pub use name::Name;
pub use packets::{NegativeReason, Retarget, SessionRequest};
pub use sync::looks_like_smb;
