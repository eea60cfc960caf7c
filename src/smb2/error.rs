//! The body of a response that failed: \[MS-SMB2\] 2.2.2.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::error::Response;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([9, 0, 0, 0]); // StructureSize, ErrorContextCount, Reserved
//! frame.extend([4, 0, 0, 0, 0, 0, 1, 0]); // ByteCount, ErrorData
//! for message in smb2::compound(&frame) {
//!     let response = Response::parse(&message?)?;
//!     assert_eq!(response.error_data, [0, 0, 1, 0]); // how large a buffer must be, for example
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::body;
use super::{Header, Message};
use crate::error::ParseError;
use crate::wire::{fields, le_u32, u8, up_to, widen};

/// An ERROR response (\[MS-SMB2\] 2.2.2); interim responses (`STATUS_PENDING`) have this body too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// ErrorContextCount: number of contexts in the data, 0 before SMB 3.1.1.
    pub error_context_count: u8,
    /// ByteCount of the data.
    pub byte_count: u32,
    /// ErrorData, as far as it is there.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub error_data: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads an ERROR response. Some servers send a header alone, which is an error
    /// response without data.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        if message.bytes.len() == Header::SIZE {
            return Ok(Self::default());
        }
        body(message, 9, |input| {
            fields!(input => rest; error_context_count: u8, _reserved: u8, byte_count: le_u32);
            let error_data = up_to(rest, widen(byte_count));
            Ok((rest, Self { error_context_count, byte_count, error_data }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{message, of};
    use super::*;

    #[test]
    fn response() {
        let bytes = message(&[
            &[9, 0],       // StructureSize
            &[0],          // ErrorContextCount
            &[0],          // Reserved
            &[4, 0, 0, 0], // ByteCount
            &[0, 0, 1, 0], // ErrorData
        ]);
        let whole = Response { error_context_count: 0, byte_count: 4, error_data: &[0, 0, 1, 0] };
        assert_eq!(Response::parse(&of(&bytes)), Ok(whole));
        assert_eq!(Response::parse(&of(&bytes[..73])), Ok(Response { error_data: &[0], ..whole }));
        assert_eq!(Response::parse(&of(&bytes[..64])), Ok(Response::default()), "a header alone");
        for length in 65..72 {
            assert!(Response::parse(&of(&bytes[..length])).is_err(), "{length} bytes");
        }
    }
}
