//! READ: \[MS-SMB2\] 2.2.19 and 2.2.20.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::read::Request;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([49, 0, 0x50, 0, 0, 4, 0, 0]); // StructureSize, Padding, Flags, Length
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0]); // Offset
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! frame.extend([1, 0, 0, 0, 0, 0, 0, 0]); // MinimumCount, Channel
//! frame.extend([0, 0, 0, 0, 0, 0, 0, 0, 0]); // RemainingBytes, ReadChannelInfo, Buffer
//! for message in smb2::compound(&frame) {
//!     let request = Request::parse(&message?)?;
//!     assert_eq!((request.length, request.offset, request.minimum_count), (1024, 9, 1));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::{body, buffer};
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{fields, le_u32, le_u64, u8, widen};

/// A READ request (\[MS-SMB2\] 2.2.19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// Length: how many bytes to read.
    pub length: u32,
    /// Offset in the file; of no meaning for pipes.
    pub offset: u64,
    /// FileId.
    pub file_id: FileId,
    /// MinimumCount: fewer bytes than these count as a failure.
    pub minimum_count: u32,
}

impl Request {
    /// Reads a READ request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 49, |input| {
            fields! {
                input => rest;
                _padding: u8,
                _flags: u8,
                length: le_u32,
                offset: le_u64,
                file_id: FileId::read,
                minimum_count: le_u32,
                _channel: le_u32,
                _remaining_bytes: le_u32,
                _read_channel_info: le_u32,
            }
            Ok((rest, Self { length, offset, file_id, minimum_count }))
        })
    }
}

/// A READ response (\[MS-SMB2\] 2.2.20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// DataLength in bytes.
    pub data_length: u32,
    /// The data, as far as it is there.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub data: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads a READ response.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 17, |input| {
            fields! {
                input => rest;
                data_offset: u8,
                _reserved: u8,
                data_length: le_u32,
                _data_remaining: le_u32,
                _reserved2: le_u32,
            }
            let data = buffer(message, data_offset.into(), widen(data_length));
            Ok((rest, Self { data_length, data }))
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
            &[0x50],                   // Padding
            &[0],                      // Flags
            &[0, 4, 0, 0],             // Length
            &[9, 0, 0, 0, 0, 0, 0, 0], // Offset
            &FILE_ID,                  // FileId
            &[1, 0, 0, 0],             // MinimumCount
            &[0; 4],                   // Channel
            &[0; 4],                   // RemainingBytes
            &[0; 2],                   // ReadChannelInfoOffset
            &[0; 2],                   // ReadChannelInfoLength
            &[0],                      // Buffer
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        let file_id = FileId { persistent: 0x0a0b, volatile: 0x0c0d };
        assert_eq!(request, Request { length: 1024, offset: 9, file_id, minimum_count: 1 });
        try_truncations(&bytes, 112, Request::parse);
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[17, 0],      // StructureSize
            &[0x50],       // DataOffset
            &[0],          // Reserved
            &[4, 0, 0, 0], // DataLength
            &[0; 4],       // DataRemaining
            &[0; 4],       // Reserved2
            b"data",       // Buffer
        ]);
        assert_eq!(Response::parse(&of(&bytes)), Ok(Response { data_length: 4, data: b"data" }));
        assert_eq!(Response::parse(&of(&bytes[..81])), Ok(Response { data_length: 4, data: b"d" }));
        try_truncations(&bytes, 80, Response::parse);
    }
}
