//! The commands that read.
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::read::Request;
//!
//! let mut frame = b"\xffSMB\x2e".to_vec(); // Protocol, Command: READ_ANDX
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([10, 0xff, 0, 0, 0]); // WordCount, AndXCommand: none, AndXReserved, AndXOffset
//! frame.extend([1, 0x40, 0, 0x10, 0, 0]); // FID, Offset
//! frame.extend([0, 4, 0, 4]); // MaxCountOfBytesToReturn, MinCountOfBytesToReturn
//! frame.extend([0xff, 0xff, 0xff, 0xff, 0, 0]); // Timeout, Remaining
//! frame.extend([0, 0]); // ByteCount
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!((request.fid, request.offset, request.max_count), (0x4001, 0x1000, 1024));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::{Block, Command};
use crate::error::{ParseError, Read};
use crate::wire::{fields, le_u16, le_u32, take, widen};

/// A request of `READ_ANDX` (\[MS-CIFS\] 2.2.4.42, \[MS-SMB\] 2.2.4.2), `READ` (\[MS-CIFS\] 2.2.4.11) or
/// `LOCK_AND_READ` (2.2.4.20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// What to read from.
    pub fid: u16,
    /// Where in the file; no meaning for a pipe.
    pub offset: u64,
    /// The most bytes to read, without [`Request::timeout_or_max_count_high`].
    pub max_count: u16,
    /// For a pipe the time to wait in milliseconds, for a file the high half of the count; 0 but in `READ_ANDX`.
    pub timeout_or_max_count_high: u32,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// The words are not all there.
    pub fn parse(block: &Block<'_>) -> Result<Self, ParseError> {
        if block.command != Command::READ_ANDX {
            return block.fields(read);
        }
        let request = block.fields(read_andx)?;
        Ok(Self { offset: request.offset | offset_high(block, 20, 12), ..request })
    }
}

/// The field `OffsetHigh` at `at` in the words, shifted; 0 if there are fewer than `word_count` words.
pub(super) fn offset_high(block: &Block<'_>, at: usize, word_count: u8) -> u64 {
    let high = block.words.get(at..).and_then(|words| words.first_chunk()).copied().map(u32::from_le_bytes);
    high.filter(|_| block.word_count >= word_count).map_or(0, |high| u64::from(high) << 32)
}

fn read_andx(words: &[u8]) -> Read<'_, Request> {
    fields! {
        words => words;
        _and_x: take("AndX", 4),
        fid: le_u16,
        offset: le_u32,
        max_count: le_u16,
        _min_count: le_u16,
        timeout_or_max_count_high: le_u32,
    }
    Ok((words, Request { fid, offset: offset.into(), max_count, timeout_or_max_count_high }))
}

fn read(words: &[u8]) -> Read<'_, Request> {
    fields!(words => words; fid: le_u16, max_count: le_u16, offset: le_u32);
    Ok((words, Request { fid, offset: offset.into(), max_count, timeout_or_max_count_high: 0 }))
}

/// A response to any of these commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// Bytes that were read.
    pub length: u32,
    /// What was read. Shorter than `length` if the message was cut, or lies about its offsets.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub data: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads a response.
    ///
    /// # Errors
    /// The length is not there. An error response has none; one that says that there is more to read has data too.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        if block.command != Command::READ_ANDX {
            let length = block.fields(le_u16)?;
            return Ok(Self { length: length.into(), data: formatted(block, length) });
        }
        let (length, offset) = block.fields(read_andx_response)?;
        Ok(Self { length, data: block.slice(offset.into(), widen(length)) })
    }
}

fn read_andx_response(words: &[u8]) -> Read<'_, (u32, u16)> {
    fields! {
        words => words;
        _and_x: take("AndX", 4),
        _available: le_u16,
        _compaction: le_u16,
        _reserved: le_u16,
        length: le_u16,
        offset: le_u16,
        length_high: le_u16,
    }
    Ok((words, (u32::from(length_high) << 16 | u32::from(length), offset)))
}

/// Data of a core command behind `BufferFormat` 1 and its own length (\[MS-CIFS\] 2.2.4.11.2).
pub(super) fn formatted<'a>(block: &Block<'a>, length: u16) -> &'a [u8] {
    block.slice(block.bytes_offset.saturating_add(3), length.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::testing::{REQUEST, RESPONSE, block, cut_blocks, message};

    #[test]
    fn reads_both_forms_of_the_andx_request() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00,             // AndXCommand: none, AndXReserved
            0x00, 0x00,             // AndXOffset
            0x01, 0x40,             // FID
            0x00, 0x10, 0x00, 0x00, // Offset
            0x00, 0x04,             // MaxCountOfBytesToReturn
            0x00, 0x04,             // MinCountOfBytesToReturn
            0xff, 0xff, 0xff, 0xff, // Timeout_or_MaxCountHigh
            0x00, 0x00,             // Remaining
            0x01, 0x00, 0x00, 0x00, // OffsetHigh
        ];
        for (words, offset) in [(&words[..], 0x1_0000_1000), (&words[..20], 0x1000)] {
            let message = message(Command::READ_ANDX, REQUEST, words, b"");
            let request = Request::parse(&block(&message)).unwrap();
            assert_eq!((request.fid, request.offset, request.max_count), (0x4001, offset, 1024));
            assert_eq!(request.timeout_or_max_count_high, u32::MAX);
            cut_blocks(&message, |block| assert_eq!(Request::parse(&block).is_ok(), block.words.len() >= 18));
        }
    }

    #[rustfmt::skip]
    const READ_RESPONSE: [u8; 24] = [
        0xff, 0x00,                                     // AndXCommand: none, AndXReserved
        0x00, 0x00,                                     // AndXOffset
        0xff, 0xff,                                     // Available
        0x00, 0x00,                                     // DataCompactionMode
        0x00, 0x00,                                     // Reserved1
        0x04, 0x00,                                     // DataLength
        0x3c, 0x00,                                     // DataOffset: behind a pad byte
        0x00, 0x00,                                     // DataLengthHigh
        0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, // Reserved2, not zero
    ];

    #[test]
    fn the_data_is_where_its_offset_says_even_if_the_byte_count_is_0() {
        let mut message = message(Command::READ_ANDX, RESPONSE, &READ_RESPONSE, b"\0data");
        for byte_count in [5, 0] {
            message[57] = byte_count;
            let response = Response::parse(&block(&message)).unwrap();
            assert_eq!(response, Response { length: 4, data: b"data" });
            cut_blocks(&message, |block| match Response::parse(&block) {
                Err(_) => assert!(block.words.len() < 16),
                Ok(cut) => assert!(cut.length == 4 && b"data".starts_with(cut.data)),
            });
        }
    }

    #[test]
    fn a_large_length_has_a_high_half_and_a_bad_offset_gives_no_data() {
        let mut words = READ_RESPONSE;
        words[14] = 1; // DataLengthHigh
        let large = message(Command::READ_ANDX, RESPONSE, &words, b"\0data");
        assert_eq!(Response::parse(&block(&large)).unwrap(), Response { length: 0x1_0004, data: b"data" });
        words[13] = 0xff; // DataOffset
        let outside = message(Command::READ_ANDX, RESPONSE, &words, b"\0data");
        assert_eq!(Response::parse(&block(&outside)).unwrap().data, b"");
    }

    #[test]
    fn reads_the_core_command() {
        #[rustfmt::skip]
        let words = [
            0x06, 0x00,             // FID
            0x00, 0x02,             // CountOfBytesToRead
            0x10, 0x00, 0x00, 0x00, // ReadOffsetInBytes
            0x00, 0x00,             // EstimateOfRemainingBytesToBeRead
        ];
        let request = message(Command::READ, REQUEST, &words, b"");
        let request = Request::parse(&block(&request)).unwrap();
        assert_eq!((request.fid, request.offset, request.max_count), (6, 16, 512));
        #[rustfmt::skip]
        let bytes = [
            0x01,             // BufferFormat
            0x03, 0x00,       // CountOfBytesRead
            b'a', b'b', b'c', // Bytes
        ];
        let response = message(Command::READ, RESPONSE, &[3, 0, 0, 0, 0, 0, 0, 0, 0, 0], &bytes);
        assert_eq!(Response::parse(&block(&response)).unwrap(), Response { length: 3, data: b"abc" });
        cut_blocks(&response, |block| assert_eq!(Response::parse(&block).is_ok(), block.words.len() >= 2));
    }
}
