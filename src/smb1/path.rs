//! Commands on paths: what is created, deleted, renamed, looked up (\[MS-CIFS\] 2.2.4).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::path::Request;
//!
//! let mut frame = b"\xffSMB\x07".to_vec(); // Protocol, Command: RENAME
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([1, 0x16, 0]); // WordCount, SearchAttributes
//! frame.extend([12, 0]); // ByteCount
//! frame.extend(b"\x04\\OLD\0"); // BufferFormat1, OldFileName
//! frame.extend(b"\x04\\NEW\0"); // BufferFormat2, NewFileName
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!(request.path.map(|path| path.to_string()).as_deref(), Some(r"\OLD"));
//!     assert_eq!(request.new_path.map(|path| path.to_string()).as_deref(), Some(r"\NEW"));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::dos_time::Utime;
use super::text::Strings;
use super::{Block, Command, Text};
use crate::error::{Anomalies, Examine, Layer, ParseError, Reason};
use crate::wire::{fields, le_u16};

/// A request of `CREATE_DIRECTORY`, `DELETE_DIRECTORY`, `DELETE`, `RENAME`, `QUERY_INFORMATION`, `SET_INFORMATION`,
/// `CHECK_DIRECTORY`, `CREATE_TEMPORARY`, `COPY`, `MOVE` or `NT_RENAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// SearchAttributes, or the attributes to set.
    pub attributes: Option<u16>,
    /// LastWriteTime, in `SET_INFORMATION`.
    pub last_write_time: Option<Utime>,
    /// InformationLevel, in `NT_RENAME`: 0x103 makes a hard link, 0x104 renames.
    pub information_level: Option<u16>,
    /// OpenFunction and Flags, in `COPY` and `MOVE`.
    pub copy_flags: Option<(u16, u16)>,
    /// The path; `None` if the message was cut before it.
    pub path: Option<Text<'a>>,
    /// The new path, in commands that have two.
    pub new_path: Option<Text<'a>>,
    /// The message was cut.
    #[cfg_attr(feature = "serde", serde(skip))]
    cut: Option<usize>,
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// The words of the command are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        let mut request = Self {
            attributes: None,
            last_write_time: None,
            information_level: None,
            copy_flags: None,
            path: None,
            new_path: None,
            cut: block.is_cut().then_some(block.message.len()),
        };
        match block.command {
            Command::DELETE | Command::RENAME => request.attributes = Some(block.fields(le_u16)?),
            Command::SET_INFORMATION => {
                let (attributes, time) = block.fields(|words| {
                    fields!(words => rest; attributes: le_u16, time: Utime::read);
                    Ok((rest, (attributes, time)))
                })?;
                (request.attributes, request.last_write_time) = (Some(attributes), Some(time));
            }
            Command::NT_RENAME => {
                let (attributes, level) = block.fields(|words| {
                    fields!(words => rest; attributes: le_u16, level: le_u16);
                    Ok((rest, (attributes, level)))
                })?;
                (request.attributes, request.information_level) = (Some(attributes), Some(level));
            }
            Command::COPY | Command::MOVE => {
                request.copy_flags = Some(block.fields(|words| {
                    fields!(words => rest; _tid2: le_u16, open_function: le_u16, flags: le_u16);
                    Ok((rest, (open_function, flags)))
                })?);
            }
            _ => {}
        }
        let mut strings = Strings::of(block, block.bytes);
        request.path = strings.formatted_or_none();
        if matches!(block.command, Command::RENAME | Command::NT_RENAME | Command::COPY | Command::MOVE) {
            let mut strings = strings.realigned(block);
            request.new_path = strings.formatted_or_none();
        }
        Ok(request)
    }
}

impl Examine for Request<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let Some(offset) = self.cut {
            let reason = Reason::Truncated { field: "path" };
            anomalies.add(ParseError { layer: Layer::Smb1, offset, reason });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::testing::{REQUEST, UNICODE_REQUEST, block, cut_blocks, message, wide};

    #[test]
    fn a_rename_has_two_paths() {
        let bytes = [&[4][..], b"\\OLD\0", &[4], b"\\NEW\0"].concat();
        let message = message(Command::RENAME, REQUEST, &[0x16, 0], &bytes);
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.attributes, Some(0x16));
        assert_eq!(request.path.unwrap().to_string(), r"\OLD");
        assert_eq!(request.new_path.unwrap().to_string(), r"\NEW");
        cut_blocks(&message, |block| {
            let mut anomalies = Anomalies::default();
            match Request::parse(&block) {
                Ok(request) => request.examine(&mut anomalies),
                Err(error) => anomalies.add(error),
            }
            assert!(!anomalies.is_empty() || block.bytes_offset > block.message.len());
        });
    }

    #[test]
    fn utf16_paths_are_padded_each() {
        // The first path begins at 38, an even offset, and the second one behind the byte 4 at an odd one.
        let bytes = [&[4][..], &wide("\\a\0"), &[4, 0], &wide("\\b\0")].concat();
        let message = message(Command::RENAME, UNICODE_REQUEST, &[0, 0], &bytes);
        let request = Request::parse(&block(&message)).unwrap();
        let texts = (request.path.unwrap().to_string(), request.new_path.unwrap().to_string());
        assert_eq!(texts, (r"\a".into(), r"\b".into()));
    }

    #[test]
    fn set_information_has_a_time() {
        let words = [0x20, 0, 0x5a, 0x02, 0x2e, 0x36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let message = message(Command::SET_INFORMATION, REQUEST, &words, b"\x04\\F\0");
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.last_write_time, Some(Utime(0x362e_025a)));
        assert_eq!(request.path.unwrap().to_string(), r"\F");
    }
}
