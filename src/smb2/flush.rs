//! FLUSH: \[MS-SMB2\] 2.2.17.

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
