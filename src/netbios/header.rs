//! The four bytes before every message.

use crate::error::{Layer, Parsed, prefix};
use crate::wire::{be_u24, fields, u8, wire_enum};

wire_enum! {
    /// The type of a session service packet (RFC 1002 4.3.1). Direct TCP has only session messages.
    pub struct PacketType(u8) {
        /// A message of the protocol above.
        SESSION_MESSAGE = 0x00, "SESSION MESSAGE";
        /// The client asks for a session between two names.
        SESSION_REQUEST = 0x81, "SESSION REQUEST";
        /// The server grants it.
        POSITIVE_SESSION_RESPONSE = 0x82, "POSITIVE SESSION RESPONSE";
        /// The server refuses it.
        NEGATIVE_SESSION_RESPONSE = 0x83, "NEGATIVE SESSION RESPONSE";
        /// The server sends the client elsewhere.
        RETARGET_SESSION_RESPONSE = 0x84, "RETARGET SESSION RESPONSE";
        /// Nothing, to see whether the other end is still there.
        SESSION_KEEP_ALIVE = 0x85, "SESSION KEEP ALIVE";
    }
}

impl PacketType {
    /// The lengths that a packet of this type may have; `None` if the type is unknown.
    pub(super) const fn lengths(self) -> Option<(u32, u32)> {
        match self {
            Self::SESSION_MESSAGE => Some((0, 0x00ff_ffff)),
            // Two encoded names of at most 255 bytes each.
            Self::SESSION_REQUEST => Some((4, 510)),
            Self::POSITIVE_SESSION_RESPONSE | Self::SESSION_KEEP_ALIVE => Some((0, 0)),
            Self::NEGATIVE_SESSION_RESPONSE => Some((1, 1)),
            Self::RETARGET_SESSION_RESPONSE => Some((6, 6)),
            _ => None,
        }
    }
}

/// The header of a session service packet (RFC 1002 4.3.1) or a direct TCP message (\[MS-SMB2\] 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// TYPE.
    pub kind: PacketType,
    /// LENGTH in bytes, of what follows the header: 24 bits in direct TCP, 17 in NetBIOS, where the upper 7 are
    /// reserved flags and zero.
    pub length: u32,
}

impl Header {
    /// Bytes on the wire.
    pub const SIZE: usize = 4;

    /// Reads a header and gives what follows it. Any type is accepted.
    ///
    /// # Errors
    /// The input is shorter than [`Header::SIZE`].
    pub fn parse(input: &[u8]) -> Parsed<'_, Self> {
        prefix(Layer::NetBios, input, |input| {
            fields!(upper input => input; packet_type: u8, length: be_u24);
            Ok((input, Self { kind: PacketType(packet_type), length }))
        })
    }
}
