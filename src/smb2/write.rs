//! WRITE: \[MS-SMB2\] 2.2.21 and 2.2.22.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::write::Request;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([49, 0, 112, 0, 4, 0, 0, 0]); // StructureSize, DataOffset, Length
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0]); // Offset
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! frame.extend([0; 16]); // Channel, RemainingBytes, WriteChannelInfo, Flags
//! frame.extend(b"data"); // Buffer
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     assert_eq!((request.offset, request.data), (9, &b"data"[..]));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::{body, buffer};
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{fields, le_u16, le_u32, le_u64, widen};

/// A WRITE request (\[MS-SMB2\] 2.2.21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// Length of the data in bytes.
    pub length: u32,
    /// Offset in the file; of no meaning for pipes.
    pub offset: u64,
    /// FileId.
    pub file_id: FileId,
    /// The data, as far as it is there.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub data: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a WRITE request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 49, |input| {
            fields! {
                input => rest;
                data_offset: le_u16,
                length: le_u32,
                offset: le_u64,
                file_id: FileId::read,
                _channel: le_u32,
                _remaining_bytes: le_u32,
                _write_channel_info: le_u32,
                _flags: le_u32,
            }
            let data = buffer(message, data_offset.into(), widen(length));
            Ok((rest, Self { length, offset, file_id, data }))
        })
    }
}

/// A WRITE response (\[MS-SMB2\] 2.2.22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response {
    /// Count: how many bytes were written.
    pub count: u32,
}

impl Response {
    /// Reads a WRITE response.
    ///
    /// # Errors
    /// The message is cut short before its Count, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 17, |input| {
            fields!(input => rest; _reserved: le_u16, count: le_u32);
            Ok((rest, Self { count }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, message, of, try_truncations};
    use super::*;

    #[test]
    fn request() {
        let bytes = message(&[
            &[49, 0],                  // StructureSize
            &[112, 0],                 // DataOffset
            &[4, 0, 0, 0],             // Length
            &[9, 0, 0, 0, 0, 0, 0, 0], // Offset
            &FILE_ID,                  // FileId
            &[0; 4],                   // Channel
            &[0; 4],                   // RemainingBytes
            &[0; 2],                   // WriteChannelInfoOffset
            &[0; 2],                   // WriteChannelInfoLength
            &[0; 4],                   // Flags
            b"data",                   // Buffer
        ]);
        let file_id = FileId { persistent: 0x0a0b, volatile: 0x0c0d };
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!(request, Request { length: 4, offset: 9, file_id, data: b"data" });
        assert_eq!(Request::parse(&of(&bytes[..114])).unwrap().data, b"da");
        try_truncations(&bytes, 112, Request::parse);
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[17, 0],      // StructureSize
            &[0, 0],       // Reserved
            &[4, 0, 0, 0], // Count
            &[0; 4],       // Remaining
            &[0; 4],       // WriteChannelInfoOffset, WriteChannelInfoLength
        ]);
        assert_eq!(Response::parse(&of(&bytes)), Ok(Response { count: 4 }));
        try_truncations(&bytes, 72, Response::parse);
    }
}
