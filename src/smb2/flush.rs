//! FLUSH: \[MS-SMB2\] 2.2.17.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::flush::Request;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([24, 0, 0, 0, 0, 0, 0, 0]); // StructureSize, Reserved
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! for message in smb2::compound(&frame) {
//!     let request = Request::parse(&message?)?;
//!     assert_eq!((request.file_id.persistent, request.file_id.volatile), (9, 5));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::body;
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{array, fields};

/// A FLUSH request (\[MS-SMB2\] 2.2.17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// FileId.
    pub file_id: FileId,
}

impl Request {
    /// Reads a FLUSH request.
    ///
    /// # Errors
    /// The message is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 24, |input| {
            fields!(input => rest; _reserved: array::<6>, file_id: FileId::read);
            Ok((rest, Self { file_id }))
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
            &[0; 2],  // Reserved1
            &[0; 4],  // Reserved2
            &FILE_ID, // FileId
        ]);
        let file_id = FileId { persistent: 0x0a0b, volatile: 0x0c0d };
        assert_eq!(Request::parse(&of(&bytes)), Ok(Request { file_id }));
        try_truncations(&bytes, 88, Request::parse);
    }
}
