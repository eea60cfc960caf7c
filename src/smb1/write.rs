//! The commands that write.
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::write::Request;
//!
//! let mut frame = b"\xffSMB\x2f".to_vec(); // Protocol, Command: WRITE_ANDX
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([12, 0xff, 0, 0, 0]); // WordCount, AndXCommand: none, AndXReserved, AndXOffset
//! frame.extend([1, 0x40, 0, 0x10, 0, 0]); // FID, Offset
//! frame.extend([0, 0, 0, 0, 0, 0]); // Timeout, WriteMode
//! frame.extend([0, 0, 0, 0, 4, 0, 59, 0]); // Remaining, DataLengthHigh, DataLength, DataOffset
//! frame.extend(b"\x04\0data"); // ByteCount, Data
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!((request.offset, request.data), (0x1000, &b"data"[..]));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use nom::Parser as _;

use super::read::{formatted, offset_high};
use super::{Block, Command};
use crate::error::{ParseError, Read};
use crate::wire::{fields, le_u16, le_u32, take, widen};

/// A request of `WRITE_ANDX` (\[MS-CIFS\] 2.2.4.43, \[MS-SMB\] 2.2.4.3), `WRITE` (\[MS-CIFS\] 2.2.4.12),
/// `WRITE_AND_UNLOCK` (2.2.4.21), `WRITE_AND_CLOSE` (2.2.4.40) or `WRITE_PRINT_FILE` (2.2.4.68).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// What to write to.
    pub fid: u16,
    /// Where in the file; no meaning for a pipe or a printer.
    pub offset: u64,
    /// How to write; empty but in `WRITE_ANDX`.
    pub write_mode: WriteMode,
    /// Bytes to write.
    pub length: u32,
    /// What to write. Shorter than `length` if the message was cut, or lies about its offsets.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub data: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// The words are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        match block.command {
            Command::WRITE_ANDX => {
                let (request, offset) = block.fields(write_andx)?;
                let data = block.slice(offset.into(), widen(request.length));
                Ok(Self { offset: request.offset | offset_high(block, 24, 14), data, ..request })
            }
            Command::WRITE_PRINT_FILE => {
                let fid = block.fields(le_u16)?;
                let length = match block.bytes {
                    [_format, low, high, ..] => u16::from_le_bytes([*low, *high]),
                    _ => 0,
                };
                Ok(Self { data: formatted(block, length), ..request(fid, 0, length.into()) })
            }
            command => {
                let (fid, length, offset) = block.fields(|words| (le_u16, le_u16, le_u32).parse(words))?;
                let data = if command == Command::WRITE_AND_CLOSE {
                    // Behind one pad byte, without format and length.
                    block.slice(block.bytes_offset.saturating_add(1), length.into())
                } else {
                    formatted(block, length)
                };
                Ok(Self { data, ..request(fid, offset, length.into()) })
            }
        }
    }

    /// The data as the pipe gets them: without the message's length, two bytes that go before the first part of a
    /// message written in raw mode (\[MS-CIFS\] 2.2.4.43.1, `WriteMode`).
    #[must_use]
    pub fn pipe_data(&self) -> &'a [u8] {
        if self.write_mode.contains(WriteMode::RAW_MODE.union(WriteMode::MSG_START)) {
            return self.data.get(2..).unwrap_or_default();
        }
        self.data
    }
}

fn request<'a>(fid: u16, offset: u32, length: u32) -> Request<'a> {
    Request { fid, offset: offset.into(), write_mode: WriteMode::empty(), length, data: &[] }
}

/// The request without its data, and the offset of these.
fn write_andx(words: &[u8]) -> Read<'_, (Request<'_>, u16)> {
    fields! {
        words => words;
        _and_x: take("AndX", 4),
        fid: le_u16,
        offset: le_u32,
        _timeout: le_u32,
        write_mode: le_u16,
        _remaining: le_u16,
        length_high: le_u16,
        length_low: le_u16,
        data_offset: le_u16,
    }
    let length = u32::from(length_high) << 16 | u32::from(length_low);
    let write_mode = WriteMode::from_bits_retain(write_mode);
    Ok((words, (Request { write_mode, ..request(fid, offset, length) }, data_offset)))
}

/// A response to any of these commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response {
    /// Bytes that were written; 0 in `WRITE_PRINT_FILE`, which does not say.
    pub count: u32,
}

impl Response {
    /// Reads a response.
    ///
    /// # Errors
    /// The count is not there. An error response has none.
    pub fn parse(block: &Block<'_>) -> Result<Self, ParseError> {
        match block.command {
            Command::WRITE_PRINT_FILE => Ok(Self { count: 0 }),
            Command::WRITE_ANDX => {
                let (_andx, count, _available, high) =
                    block.fields(|words| (take("AndX", 4), le_u16, le_u16, le_u16).parse(words))?;
                Ok(Self { count: u32::from(high) << 16 | u32::from(count) })
            }
            _ => Ok(Self { count: block.fields(le_u16)?.into() }),
        }
    }
}

bitflags::bitflags! {
    /// The `WriteMode` field of `WRITE_ANDX` (\[MS-CIFS\] 2.2.4.43.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct WriteMode: u16 {
        /// Answer when the data are on the disk.
        const WRITETHROUGH_MODE = 0x0001;
        /// Say in the response what is available.
        const READ_BYTES_AVAILABLE = 0x0002;
        /// Write to the pipe in raw mode.
        const RAW_MODE = 0x0004;
        /// This is the start of a message.
        const MSG_START = 0x0008;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::testing::{REQUEST, RESPONSE, block, cut_blocks, message};

    #[rustfmt::skip]
    const WRITE_ANDX: [u8; 28] = [
        0xff, 0x00,             // AndXCommand: none, AndXReserved
        0x00, 0x00,             // AndXOffset
        0x01, 0x40,             // FID
        0x00, 0x10, 0x00, 0x00, // Offset
        0xff, 0xff, 0xff, 0xff, // Timeout
        0x08, 0x00,             // WriteMode: start of message
        0x06, 0x00,             // Remaining
        0x00, 0x00,             // DataLengthHigh
        0x06, 0x00,             // DataLength
        0x40, 0x00,             // DataOffset: behind a pad byte
        0x02, 0x00, 0x00, 0x00, // OffsetHigh
    ];

    #[test]
    fn reads_both_forms_of_write_andx() {
        let mut short = WRITE_ANDX[..24].to_vec();
        short[22] = 0x3c;
        for (words, offset) in [(&WRITE_ANDX[..], 0x2_0000_1000), (&short, 0x1000)] {
            let message = message(Command::WRITE_ANDX, REQUEST, words, b"\0\x04\0data");
            let request = Request::parse(&block(&message)).unwrap();
            assert_eq!((request.fid, request.offset, request.length), (0x4001, offset, 6));
            assert_eq!((request.data, request.pipe_data()), (&b"\x04\0data"[..], &b"\x04\0data"[..]));
            cut_blocks(&message, |block| match Request::parse(&block) {
                Err(_) => assert!(block.words.len() < 24),
                Ok(cut) => assert!(cut.fid == 0x4001 && request.data.starts_with(cut.data)),
            });
        }
    }

    #[test]
    fn raw_mode_has_the_length_of_the_message_before_its_first_part_only() {
        for (write_mode, pipe_data) in [(0x0c, &b"data"[..]), (0x04, b"\x04\0data"), (0x08, b"\x04\0data")] {
            let mut words = WRITE_ANDX;
            words[14] = write_mode;
            let message = message(Command::WRITE_ANDX, REQUEST, &words, b"\0\x04\0data");
            assert_eq!(Request::parse(&block(&message)).unwrap().pipe_data(), pipe_data);
        }
    }

    #[test]
    fn reads_the_older_commands() {
        #[rustfmt::skip]
        let words = [
            0x06, 0x00,             // FID
            0x03, 0x00,             // CountOfBytesToWrite
            0x10, 0x00, 0x00, 0x00, // WriteOffsetInBytes
            0x00, 0x00, 0x00, 0x00, // EstimateOfRemainingBytesToBeWritten, or LastWriteTime
        ];
        #[rustfmt::skip]
        let bytes = [
            0x01,             // BufferFormat
            0x03, 0x00,       // DataLength
            b'a', b'b', b'c', // Data
        ];
        for (command, words, bytes, offset) in [
            (Command::WRITE, &words[..10], &bytes[..], 16),
            (Command::WRITE_AND_UNLOCK, &words[..10], &bytes, 16),
            (Command::WRITE_AND_CLOSE, &words, b"\0abc", 16),
            (Command::WRITE_PRINT_FILE, &words[..2], &bytes, 0),
        ] {
            let message = message(command, REQUEST, words, bytes);
            let request = Request::parse(&block(&message)).unwrap();
            assert_eq!((request.fid, request.offset, request.length), (6, offset, 3), "{command}");
            assert_eq!(request.data, b"abc", "{command}");
            let fixed = if command == Command::WRITE_PRINT_FILE { 2 } else { 8 };
            cut_blocks(&message, |block| {
                assert_eq!(Request::parse(&block).is_ok(), block.words.len() >= fixed, "{command}");
            });
        }
    }

    #[test]
    fn reads_the_count_that_was_written() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00, // AndXCommand: none, AndXReserved
            0x00, 0x00, // AndXOffset
            0x06, 0x00, // Count
            0xff, 0xff, // Available
            0x01, 0x00, // CountHigh
            0x00, 0x00, // Reserved
        ];
        let andx = message(Command::WRITE_ANDX, RESPONSE, &words, b"");
        assert_eq!(Response::parse(&block(&andx)).unwrap().count, 0x1_0006);
        let core = message(Command::WRITE, RESPONSE, &[5, 0], b"");
        assert_eq!(Response::parse(&block(&core)).unwrap().count, 5);
        let error = message(Command::WRITE, RESPONSE, &[], b"");
        assert!(Response::parse(&block(&error)).is_err());
    }
}
