//! SET_INFO: \[MS-SMB2\] 2.2.39.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::set_info::{InfoType, Request};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([33, 0, 1, 13, 1, 0, 0, 0]); // StructureSize, InfoType, FileInfoClass, BufferLength
//! frame.extend([96, 0, 0, 0, 0, 0, 0, 0]); // BufferOffset, Reserved, AdditionalInformation
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! frame.extend([1]); // Buffer
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     assert_eq!((request.info_type, request.file_info_class), (InfoType::FILE, 13)); // its disposition
//!     assert_eq!(request.buffer, [1]); // delete it
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::{body, buffer};
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{fields, le_u16, le_u32, u8, widen, wire_enum};

wire_enum! {
    /// What a QUERY_INFO or SET_INFO is about (\[MS-SMB2\] 2.2.37, 2.2.39).
    pub struct InfoType(u8) {
        FILE = 0x01, "FILE";
        FILESYSTEM = 0x02, "FILESYSTEM";
        SECURITY = 0x03, "SECURITY";
        QUOTA = 0x04, "QUOTA";
    }
}

/// A SET_INFO request (\[MS-SMB2\] 2.2.39).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// InfoType.
    pub info_type: InfoType,
    /// FileInfoClass: which information of that type (\[MS-FSCC\] 2.4, 2.5).
    pub file_info_class: u8,
    /// FileId.
    pub file_id: FileId,
    /// BufferLength in bytes.
    pub buffer_length: u32,
    /// The information, as far as it is there.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub buffer: &'a [u8],
    /// AdditionalInformation: which parts of a security descriptor.
    pub additional_information: u32,
}

impl<'a> Request<'a> {
    /// Reads a SET_INFO request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 33, |input| {
            fields! {
                input => rest;
                info_type: u8,
                file_info_class: u8,
                buffer_length: le_u32,
                buffer_offset: le_u16,
                _reserved: le_u16,
                additional_information: le_u32,
                file_id: FileId::read,
            }
            let request = Self {
                info_type: InfoType(info_type),
                file_info_class,
                file_id,
                buffer_length,
                additional_information,
                buffer: buffer(message, buffer_offset.into(), widen(buffer_length)),
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
            &[33, 0],      // StructureSize
            &[1],          // InfoType
            &[13],         // FileInfoClass
            &[1, 0, 0, 0], // BufferLength
            &[96, 0],      // BufferOffset
            &[0; 2],       // Reserved
            &[0; 4],       // AdditionalInformation
            &FILE_ID,      // FileId
            &[1],          // Buffer
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!((request.info_type, request.file_info_class), (InfoType::FILE, 13));
        assert_eq!((request.file_id.persistent, request.buffer), (0x0a0b, &[1][..]));
        try_truncations(&bytes, 96, Request::parse);
    }
}
