//! SESSION_SETUP: \[MS-SMB2\] 2.2.5 and 2.2.6.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::session_setup::{Response, SessionFlags};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([9, 0, 2, 0, 72, 0, 2, 0]); // StructureSize, SessionFlags, SecurityBufferOffset, SecurityBufferLength
//! frame.extend(b"ok"); // Buffer
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let response = Response::parse(&message)?;
//!     assert_eq!(response.session_flags, SessionFlags::IS_NULL);
//!     assert_eq!(response.security_buffer, b"ok");
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Message;
use super::body::{body, buffer};
use super::negotiate::{Capabilities, SecurityMode};
use crate::error::ParseError;
use crate::wire::{fields, le_u16, le_u32, le_u64, u8};

bitflags::bitflags! {
    /// Flags of a SESSION_SETUP request (\[MS-SMB2\] 2.2.5). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct RequestFlags: u8 {
        /// The request adds this connection to a session that exists.
        const BINDING = 0x01;
    }
}

bitflags::bitflags! {
    /// SessionFlags of a SESSION_SETUP response (\[MS-SMB2\] 2.2.6). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct SessionFlags: u16 {
        /// The client was let in as a guest. Some servers set it for anonymous clients too.
        const IS_GUEST = 0x0001;
        /// The client was let in as anonymous.
        const IS_NULL = 0x0002;
        /// Everything on this session must be encrypted.
        const ENCRYPT_DATA = 0x0004;
    }
}

/// A SESSION_SETUP request (\[MS-SMB2\] 2.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// Flags.
    pub flags: RequestFlags,
    /// SecurityMode.
    pub security_mode: SecurityMode,
    /// Capabilities.
    pub capabilities: Capabilities,
    /// Channel, reserved.
    pub channel: u32,
    /// PreviousSessionId: the session that this one replaces after a lost connection, or 0.
    pub previous_session_id: u64,
    /// SecurityBufferLength in bytes.
    pub security_buffer_length: u16,
    /// The security buffer: a SPNEGO, NTLMSSP or Kerberos token.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::serialise_blob"))]
    pub security_buffer: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a SESSION_SETUP request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 25, |input| {
            fields! {
                input => rest;
                flags: u8,
                security_mode: u8,
                capabilities: le_u32,
                channel: le_u32,
                security_buffer_offset: le_u16,
                security_buffer_length: le_u16,
                previous_session_id: le_u64,
            }
            let request = Self {
                flags: RequestFlags::from_bits_retain(flags),
                security_mode: SecurityMode::from_bits_retain(security_mode.into()),
                capabilities: Capabilities::from_bits_retain(capabilities),
                channel,
                previous_session_id,
                security_buffer_length,
                security_buffer: buffer(
                    message,
                    security_buffer_offset.into(),
                    security_buffer_length.into(),
                ),
            };
            Ok((rest, request))
        })
    }
}

/// A SESSION_SETUP response (\[MS-SMB2\] 2.2.6), of the last round or of one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// SessionFlags: whom the server let in; meaningful in the last round.
    pub session_flags: SessionFlags,
    /// SecurityBufferLength in bytes.
    pub security_buffer_length: u16,
    /// The security buffer.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::serialise_blob"))]
    pub security_buffer: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads a SESSION_SETUP response.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure; of an error response too
    /// StructureSize is 9, and its body says nothing here.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 9, |input| {
            fields! {
                input => rest;
                session_flags: le_u16,
                security_buffer_offset: le_u16,
                security_buffer_length: le_u16,
            }
            let response = Self {
                session_flags: SessionFlags::from_bits_retain(session_flags),
                security_buffer_length,
                security_buffer: buffer(
                    message,
                    security_buffer_offset.into(),
                    security_buffer_length.into(),
                ),
            };
            Ok((rest, response))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{message, of, try_truncations};
    use super::*;

    #[test]
    fn request() {
        let bytes = message(&[
            &[25, 0],                        // StructureSize
            &[1],                            // Flags
            &[2],                            // SecurityMode
            &[1, 0, 0, 0],                   // Capabilities
            &[0; 4],                         // Channel
            &[88, 0],                        // SecurityBufferOffset
            &[7, 0],                         // SecurityBufferLength
            &[0x61, 0, 0, 0, 0, 0x50, 0, 0], // PreviousSessionId
            b"NTLMSSP",                      // Buffer
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!(request.flags, RequestFlags::BINDING);
        assert_eq!(request.security_mode, SecurityMode::SIGNING_REQUIRED);
        assert_eq!(request.previous_session_id, 0x0000_5000_0000_0061);
        assert_eq!(request.security_buffer, b"NTLMSSP");
        try_truncations(&bytes, 88, Request::parse);
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[9, 0],  // StructureSize
            &[3, 0],  // SessionFlags
            &[72, 0], // SecurityBufferOffset
            &[2, 0],  // SecurityBufferLength
            b"ok",    // Buffer
        ]);
        let response = Response::parse(&of(&bytes)).unwrap();
        assert_eq!(response.session_flags, SessionFlags::IS_GUEST | SessionFlags::IS_NULL);
        assert_eq!(response.security_buffer, b"ok");
        try_truncations(&bytes, 72, Response::parse);
    }

    #[test]
    fn a_buffer_outside_the_message_is_empty_and_its_length_kept() {
        let bytes = message(&[
            &[9, 0],       // StructureSize
            &[0, 0],       // SessionFlags
            &[0xff, 0xff], // SecurityBufferOffset
            &[0x09, 0],    // SecurityBufferLength
        ]);
        let response = Response::parse(&of(&bytes)).unwrap();
        assert_eq!((response.security_buffer, response.security_buffer_length), (&[][..], 9));
    }
}
