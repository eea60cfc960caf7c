//! `SMB_COM_SEARCH`, `SMB_COM_FIND`, `SMB_COM_FIND_UNIQUE` and `SMB_COM_FIND_CLOSE` (\[MS-CIFS\] 2.2.4.58 to 2.2.4.61).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::search::Request;
//!
//! let mut frame = b"\xffSMB\x81".to_vec(); // Protocol, Command: SEARCH
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([2, 10, 0, 0x16, 0]); // WordCount, MaxCount, SearchAttributes
//! frame.extend([8, 0]); // ByteCount
//! frame.extend(b"\x04\\*.*"); // BufferFormat1, FileName
//! frame.extend([0, 5, 0]); // its NUL, BufferFormat2, ResumeKeyLength
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!((request.file_name.to_string().as_str(), request.max_count), (r"\*.*", 10));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::dos_time::DosTime;
use super::text::Strings;
use super::{Block, Text};
use crate::error::{Anomalies, Examine, Layer, ParseError, Reason, parse};
use crate::wire::{fields, le_u16, le_u32, take, u8, wire_list};

/// A request to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// MaxCount: how many entries the client takes.
    pub max_count: u16,
    /// SearchAttributes.
    pub search_attributes: u16,
    /// FileName, a pattern; empty where a search goes on.
    pub file_name: Text<'a>,
    /// ResumeKey: where a search goes on; empty where one begins.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub resume_key: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a request of any of the four commands.
    ///
    /// # Errors
    /// The words are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        let (max_count, search_attributes) = block.fields(|words| {
            fields!(words => rest; count: le_u16, attributes: le_u16);
            Ok((rest, (count, attributes)))
        })?;
        let mut strings = Strings::of(block, block.bytes);
        let file_name = strings.formatted();
        let resume_key = match strings.into_rest() {
            [5, low, high, key @ ..] => {
                let length = usize::from(u16::from_le_bytes([*low, *high]));
                key.get(..length).unwrap_or(key)
            }
            _ => &[],
        };
        Ok(Self { max_count, search_attributes, file_name, resume_key })
    }

    /// The name in the resume key; empty where there is none.
    #[must_use]
    pub fn resume_name(&self) -> &'a [u8] {
        resume_name(self.resume_key)
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// Count of entries.
    pub count: u16,
    /// The entries.
    pub entries: SearchEntries<'a>,
}

impl<'a> Response<'a> {
    /// Reads a response to any of the four commands.
    ///
    /// # Errors
    /// The count is not there. An error response has none.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        let count = block.fields(le_u16)?;
        let entries = SearchEntries {
            count,
            bytes: block.bytes.get(3..).unwrap_or_default(),
            offset: block.bytes_offset.saturating_add(3),
        };
        Ok(Self { count, entries })
    }
}

impl Examine for Response<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.entries.examine(anomalies);
    }
}

/// Entries of 43 bytes each (`SMB_Directory_Information`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchEntries<'a> {
    count: u16,
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> SearchEntries<'a> {
    /// The entries, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<SearchEntry<'a>, ParseError>> + use<'a> {
        let (mut left, mut rest, end) =
            (self.count, self.bytes, self.offset.saturating_add(self.bytes.len()));
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            match parse(Layer::Smb1, rest, entry) {
                Ok((after, entry)) => {
                    rest = after;
                    Some(Ok(entry))
                }
                Err(_) => {
                    left = 0;
                    let reason = Reason::Truncated { field: "DirectoryInformationData" };
                    Some(Err(ParseError { layer: Layer::Smb1, offset: end, reason }))
                }
            }
        })
    }
}

wire_list!(SearchEntries);

/// One entry (\[MS-CIFS\] 2.2.4.58.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SearchEntry<'a> {
    /// ResumeKey: the name, and what client and server put there.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub resume_key: &'a [u8],
    /// FileAttributes.
    pub file_attributes: u8,
    /// LastWriteTime and LastWriteDate.
    pub last_write: DosTime,
    /// FileSize in bytes.
    pub file_size: u32,
    /// FileName in 8.3 form, without padding.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub file_name: &'a [u8],
}

impl<'a> SearchEntry<'a> {
    /// The name in the resume key: a pattern or a name of 8 and 3 characters, as the server put it there.
    #[must_use]
    pub fn resume_name(&self) -> &'a [u8] {
        resume_name(self.resume_key)
    }
}

/// What stands behind the first byte of a resume key (\[MS-CIFS\] 2.2.4.58.1).
fn resume_name(key: &[u8]) -> &[u8] {
    let name = key.get(1..12).unwrap_or_default();
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

impl Examine for SearchEntry<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

fn entry(input: &[u8]) -> crate::error::Read<'_, SearchEntry<'_>> {
    let (rest, resume_key) = take("ResumeKey", 21)(input)?;
    fields!(rest => rest; file_attributes: u8);
    let (rest, last_write) = DosTime::read_time_first(rest)?;
    fields!(rest => rest; file_size: le_u32);
    let (rest, name) = take("FileName", 13)(rest)?;
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or(name).trim_ascii_end();
    Ok((rest, SearchEntry { resume_key, file_attributes, last_write, file_size, file_name: name }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Command;
    use crate::smb1::testing::{REQUEST, RESPONSE, block, cut_blocks, message};

    #[test]
    fn a_search_and_its_answer() {
        let bytes = [&[4][..], b"\\????????.???\0", &[5, 0, 0]].concat();
        let request = message(Command::SEARCH, REQUEST, &[10, 0, 0x16, 0], &bytes);
        let request = Request::parse(&block(&request)).unwrap();
        assert_eq!((request.max_count, request.search_attributes), (10, 0x16));
        assert_eq!((request.file_name.to_string(), request.resume_key), (r"\????????.???".into(), &b""[..]));

        let bytes = [
            &[5, 43, 0][..],           // BufferFormat, DataLength
            &[7; 21],                  // ResumeKey
            &[0x20],                   // FileAttributes
            &[0x63, 0x70, 0x55, 0x25], // LastWriteTime, LastWriteDate
            &[9, 0, 0, 0],             // FileSize
            b"TEST.TXT    \0",         // FileName
        ]
        .concat();
        let response = message(Command::SEARCH, RESPONSE, &[1, 0], &bytes);
        let read = Response::parse(&block(&response)).unwrap();
        let entry = read.entries.iter().next().unwrap().unwrap();
        assert_eq!((entry.file_name, entry.file_size), (&b"TEST.TXT"[..], 9));
        assert_eq!(entry.last_write.to_string(), "1998-10-21T14:03:06");
        cut_blocks(&response, |block| {
            if let Ok(cut) = Response::parse(&block) {
                assert_eq!(cut.entries.iter().filter(|entry| entry.is_err()).count(), 1);
            }
        });
    }
}
