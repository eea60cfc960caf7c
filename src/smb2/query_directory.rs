//! QUERY_DIRECTORY: \[MS-SMB2\] 2.2.33.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::query_directory::Request;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([33, 0, 0x25, 1, 0, 0, 0, 0]); // StructureSize, FileInformationClass, Flags, FileIndex
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! frame.extend([96, 0, 2, 0, 0, 0, 1, 0]); // FileNameOffset, FileNameLength, OutputBufferLength
//! frame.extend(b"*\0"); // Buffer
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     assert_eq!(request.pattern.to_string(), "*");
//!     assert_eq!(request.output_buffer_length, 0x1_0000);
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::{body, buffer};
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{Utf16, fields, le_u16, le_u32, u8};

/// A QUERY_DIRECTORY request (\[MS-SMB2\] 2.2.33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// FileInformationClass: what to say of each file (\[MS-FSCC\] 2.4).
    pub file_information_class: u8,
    /// Flags.
    pub flags: u8,
    /// FileId of the directory.
    pub file_id: FileId,
    /// The pattern that names must match.
    pub pattern: Utf16<'a>,
    /// OutputBufferLength: how many bytes of answer the client takes.
    pub output_buffer_length: u32,
}

impl<'a> Request<'a> {
    /// Reads a QUERY_DIRECTORY request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 33, |input| {
            fields! {
                input => rest;
                file_information_class: u8,
                flags: u8,
                _file_index: le_u32,
                file_id: FileId::read,
                file_name_offset: le_u16,
                file_name_length: le_u16,
                output_buffer_length: le_u32,
            }
            let pattern = Utf16::new(buffer(message, file_name_offset.into(), file_name_length.into()));
            Ok((rest, Self { file_information_class, flags, file_id, pattern, output_buffer_length }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, message, of, try_truncations, utf16};
    use super::*;

    #[test]
    fn request() {
        let bytes = message(&[
            &[33, 0],      // StructureSize
            &[0x25],       // FileInformationClass
            &[1],          // Flags
            &[0; 4],       // FileIndex
            &FILE_ID,      // FileId
            &[96, 0],      // FileNameOffset
            &[2, 0],       // FileNameLength
            &[0, 0, 1, 0], // OutputBufferLength
            &utf16("*"),   // Buffer
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!((request.file_information_class, request.flags), (0x25, 1));
        assert_eq!(request.file_id.persistent, 0x0a0b);
        assert_eq!((request.pattern.to_string(), request.output_buffer_length), ("*".into(), 0x10000));
        try_truncations(&bytes, 96, Request::parse);
    }
}
