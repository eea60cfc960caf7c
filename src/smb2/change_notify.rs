//! CHANGE_NOTIFY: \[MS-SMB2\] 2.2.35. Its answer waits for a change, which may never come.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::change_notify::{NotifyFlags, Request};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([32, 0, 1, 0, 0, 8, 0, 0]); // StructureSize, Flags, OutputBufferLength
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! frame.extend([0x17, 0, 0, 0, 0, 0, 0, 0]); // CompletionFilter, Reserved
//! for message in smb2::compound(&frame) {
//!     let request = Request::parse(&message?)?;
//!     assert_eq!(request.flags, NotifyFlags::WATCH_TREE); // directories below it too
//!     assert_eq!((request.output_buffer_length, request.completion_filter), (2048, 0x17));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::body;
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{fields, le_u16, le_u32};

bitflags::bitflags! {
    /// Flags of a CHANGE_NOTIFY request (\[MS-SMB2\] 2.2.35). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct NotifyFlags: u16 {
        /// Directories below are watched too.
        const WATCH_TREE = 0x0001;
    }
}

/// A CHANGE_NOTIFY request (\[MS-SMB2\] 2.2.35).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// Flags.
    pub flags: NotifyFlags,
    /// OutputBufferLength: how many bytes of answer the client takes.
    pub output_buffer_length: u32,
    /// FileId of the directory.
    pub file_id: FileId,
    /// CompletionFilter: the kinds of change that are waited for.
    pub completion_filter: u32,
}

impl Request {
    /// Reads a CHANGE_NOTIFY request.
    ///
    /// # Errors
    /// The message is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 32, |input| {
            fields! {
                input => rest;
                flags: le_u16,
                output_buffer_length: le_u32,
                file_id: FileId::read,
                completion_filter: le_u32,
            }
            let flags = NotifyFlags::from_bits_retain(flags);
            Ok((rest, Self { flags, output_buffer_length, file_id, completion_filter }))
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
            &[32, 0],         // StructureSize
            &[1, 0],          // Flags
            &[0, 8, 0, 0],    // OutputBufferLength
            &FILE_ID,         // FileId
            &[0x17, 0, 0, 0], // CompletionFilter
            &[0; 4],          // Reserved
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!(request.flags, NotifyFlags::WATCH_TREE);
        assert_eq!((request.output_buffer_length, request.completion_filter), (2048, 0x17));
        assert_eq!(request.file_id.persistent, 0x0a0b);
        try_truncations(&bytes, 92, Request::parse);
    }
}
