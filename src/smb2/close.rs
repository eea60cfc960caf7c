//! CLOSE: \[MS-SMB2\] 2.2.15 and 2.2.16.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::close::{CloseFlags, Request};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([24, 0, 1, 0, 0, 0, 0, 0]); // StructureSize, Flags, Reserved
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! for message in smb2::compound(&frame) {
//!     let request = Request::parse(&message?)?;
//!     assert_eq!(request.flags, CloseFlags::POSTQUERY_ATTRIB); // the response shall hold times and sizes
//!     assert_eq!(request.file_id.persistent, 9);
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::body;
use super::create::FileAttributes;
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{FileTime, fields, le_u16, le_u32, le_u64};

bitflags::bitflags! {
    /// Flags of a CLOSE (\[MS-SMB2\] 2.2.15). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct CloseFlags: u16 {
        /// The response has, or shall have, the file's attributes.
        const POSTQUERY_ATTRIB = 0x0001;
    }
}

/// A CLOSE request (\[MS-SMB2\] 2.2.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// Flags.
    pub flags: CloseFlags,
    /// FileId.
    pub file_id: FileId,
}

impl Request {
    /// Reads a CLOSE request.
    ///
    /// # Errors
    /// The message is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 24, |input| {
            fields!(input => rest; flags: le_u16, _reserved: le_u32, file_id: FileId::read);
            Ok((rest, Self { flags: CloseFlags::from_bits_retain(flags), file_id }))
        })
    }
}

/// A CLOSE response (\[MS-SMB2\] 2.2.16). Without [`CloseFlags::POSTQUERY_ATTRIB`] all but the flags is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response {
    /// Flags.
    pub flags: CloseFlags,
    /// CreationTime.
    pub creation_time: FileTime,
    /// LastAccessTime.
    pub last_access_time: FileTime,
    /// LastWriteTime.
    pub last_write_time: FileTime,
    /// ChangeTime.
    pub change_time: FileTime,
    /// AllocationSize in bytes.
    pub allocation_size: u64,
    /// EndofFile: the file's length in bytes.
    pub end_of_file: u64,
    /// FileAttributes.
    pub file_attributes: FileAttributes,
}

impl Response {
    /// Reads a CLOSE response.
    ///
    /// # Errors
    /// The message is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 60, |input| {
            fields! {
                input => rest;
                flags: le_u16,
                _reserved: le_u32,
                creation_time: le_u64,
                last_access_time: le_u64,
                last_write_time: le_u64,
                change_time: le_u64,
                allocation_size: le_u64,
                end_of_file: le_u64,
                file_attributes: le_u32,
            }
            let response = Self {
                flags: CloseFlags::from_bits_retain(flags),
                creation_time: FileTime(creation_time),
                last_access_time: FileTime(last_access_time),
                last_write_time: FileTime(last_write_time),
                change_time: FileTime(change_time),
                allocation_size,
                end_of_file,
                file_attributes: FileAttributes::from_bits_retain(file_attributes),
            };
            Ok((rest, response))
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
            &[24, 0], // StructureSize
            &[1, 0],  // Flags
            &[0; 4],  // Reserved
            &FILE_ID, // FileId
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!(request.flags, CloseFlags::POSTQUERY_ATTRIB);
        assert_eq!(request.file_id, FileId { persistent: 0x0a0b, volatile: 0x0c0d });
        try_truncations(&bytes, 88, Request::parse);
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[60, 0],                   // StructureSize
            &[1, 0],                    // Flags
            &[0; 4],                    // Reserved
            &[1, 0, 0, 0, 0, 0, 0, 0],  // CreationTime
            &[2, 0, 0, 0, 0, 0, 0, 0],  // LastAccessTime
            &[3, 0, 0, 0, 0, 0, 0, 0],  // LastWriteTime
            &[4, 0, 0, 0, 0, 0, 0, 0],  // ChangeTime
            &[0, 16, 0, 0, 0, 0, 0, 0], // AllocationSize
            &[5, 0, 0, 0, 0, 0, 0, 0],  // EndofFile
            &[0x20, 0, 0, 0],           // FileAttributes
        ]);
        let response = Response::parse(&of(&bytes)).unwrap();
        let times = [
            response.creation_time,
            response.last_access_time,
            response.last_write_time,
            response.change_time,
        ];
        assert_eq!(times, [1, 2, 3, 4].map(FileTime));
        assert_eq!((response.allocation_size, response.end_of_file), (4096, 5));
        assert_eq!(response.file_attributes, FileAttributes::ARCHIVE);
        try_truncations(&bytes, 124, Response::parse);
    }
}
