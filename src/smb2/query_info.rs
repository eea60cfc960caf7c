//! QUERY_INFO: \[MS-SMB2\] 2.2.37.
//!
//! ```
//! use smbscope::smb2::{self, set_info::InfoType};
//! use smbscope::smb2::query_info::Request;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([41, 0, 1, 5, 24, 0, 0, 0]); // StructureSize, InfoType, FileInfoClass, OutputBufferLength
//! frame.extend([104, 0, 0, 0, 0, 0, 0, 0]); // InputBufferOffset, Reserved, InputBufferLength
//! frame.extend([0, 0, 0, 0, 0, 0, 0, 0]); // AdditionalInformation, Flags
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! for message in smb2::compound(&frame) {
//!     let request = Request::parse(&message?)?;
//!     assert_eq!((request.info_type, request.file_info_class), (InfoType::FILE, 5)); // its standard information
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::body;
use super::set_info::InfoType;
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{fields, le_u16, le_u32, u8};

/// A QUERY_INFO request (\[MS-SMB2\] 2.2.37).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// InfoType.
    pub info_type: InfoType,
    /// FileInfoClass: which information of that type (\[MS-FSCC\] 2.4, 2.5).
    pub file_info_class: u8,
    /// OutputBufferLength: how many bytes of answer the client takes.
    pub output_buffer_length: u32,
    /// AdditionalInformation: which parts of a security descriptor.
    pub additional_information: u32,
    /// Flags: how extended attributes are gone through.
    pub flags: u32,
    /// FileId.
    pub file_id: FileId,
}

impl Request {
    /// Reads a QUERY_INFO request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 41, |input| {
            fields! {
                input => rest;
                info_type: u8,
                file_info_class: u8,
                output_buffer_length: le_u32,
                _input_buffer_offset: le_u16,
                _reserved: le_u16,
                _input_buffer_length: le_u32,
                additional_information: le_u32,
                flags: le_u32,
                file_id: FileId::read,
            }
            let info_type = InfoType(info_type);
            let request = Self {
                info_type,
                file_info_class,
                output_buffer_length,
                additional_information,
                flags,
                file_id,
            };
            Ok((rest, request))
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
            &[41, 0],       // StructureSize
            &[1],           // InfoType
            &[5],           // FileInfoClass
            &[24, 0, 0, 0], // OutputBufferLength
            &[104, 0],      // InputBufferOffset
            &[0; 2],        // Reserved
            &[0; 4],        // InputBufferLength
            &[0; 4],        // AdditionalInformation
            &[0; 4],        // Flags
            &FILE_ID,       // FileId
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!((request.info_type, request.file_info_class), (InfoType::FILE, 5));
        assert_eq!((request.output_buffer_length, request.file_id.persistent), (24, 0x0a0b));
        try_truncations(&bytes, 104, Request::parse);
    }
}
