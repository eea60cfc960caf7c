//! `SMB_COM_TREE_CONNECT_ANDX` and `SMB_COM_TREE_CONNECT` (\[MS-CIFS\] 2.2.4.55 and 2.2.4.50, \[MS-SMB\] 2.2.4.7).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::tree_connect::Request;
//!
//! let mut frame = b"\xffSMB\x70".to_vec(); // Protocol, Command: TREE_CONNECT
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([0, 18, 0]); // WordCount, ByteCount
//! frame.extend(b"\x04\\\\S\\IPC$\0"); // BufferFormat1, Path
//! frame.extend(b"\x04\0\x04IPC\0"); // BufferFormat2, Password, BufferFormat3, Service
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!(request.path.to_string(), r"\\S\IPC$");
//!     assert_eq!(request.service.to_string(), "IPC");
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use nom::Parser as _;

use super::block::split;
use super::text::Strings;
use super::{Block, Command, Text};
use crate::error::ParseError;
use crate::fscc::AccessMask;
use crate::wire::{le_u16, take};

/// A request of either command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// The share, as `\\server\share`; what there is of it if the message was cut.
    pub path: Text<'a>,
    /// The kind of share that the client wants: `A:`, `LPT1:`, `IPC`, `COMM` or `?????`.
    pub service: Text<'a>,
    /// Options; none in the core command.
    pub flags: RequestFlags,
    /// The share's password. Empty, or one NUL, where users have passwords.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub password: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// The words are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        if block.command == Command::TREE_CONNECT {
            return Ok(core_request(block));
        }
        let (_, flags, password_length) =
            block.fields(|words| (take("AndX", 4), le_u16, le_u16).parse(words))?;
        let (password, rest) = split(block.bytes, password_length.into());
        let mut texts = Strings::of(block, rest);
        let path = texts.text();
        let flags = RequestFlags::from_bits_retain(flags);
        Ok(Self { path, service: texts.oem(), flags, password })
    }
}

/// The core command is older than UTF-16 and some clients send it 8-bit strings whatever the header says; a path
/// whose first two bytes are characters is such a one.
fn core_request<'a>(block: &Block<'a>) -> Request<'a> {
    let mut texts = match block.bytes {
        [4, 1..=255, 1..=255, ..] => Strings::new(block.bytes, false, false),
        _ => Strings::of(block, block.bytes),
    };
    let path = texts.formatted();
    let password = match texts.formatted() {
        Text::Oem(bytes) => bytes,
        Text::Utf16(text) => text.as_bytes(),
    };
    Request { path, service: texts.formatted(), flags: RequestFlags::empty(), password }
}

/// A response to either command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// The new tree's id where the core command gives it; else it stands in the header.
    pub tid: Option<u16>,
    /// The kind of the share, as in [`Request::service`]; not in the core command.
    pub service: Option<Text<'a>>,
    /// The share's file system; not in the core command.
    pub native_file_system: Option<Text<'a>>,
    /// Properties of the share, if said.
    pub optional_support: OptionalSupport,
    /// The most that the client may do in the share, and the most that a guest may; in the extended response
    /// (\[MS-SMB\] 2.2.4.7.2).
    pub maximal_access_rights: Option<(AccessMask, AccessMask)>,
}

impl<'a> Response<'a> {
    /// Reads a response.
    ///
    /// # Errors
    /// The words of the core command are not all there. The newer one can do without words.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        if block.command == Command::TREE_CONNECT {
            let (_max_buffer_size, tid) = block.fields(|words| (le_u16, le_u16).parse(words))?;
            return Ok(Self {
                tid: Some(tid),
                service: None,
                native_file_system: None,
                optional_support: OptionalSupport::empty(),
                maximal_access_rights: None,
            });
        }
        let optional_support = block.fields(|words| (take("AndX", 4), le_u16).parse(words));
        let optional_support = optional_support.map_or(0, |(_, support)| support);
        let rights = block.words.get(6..).map(|words| (AccessMask::read, AccessMask::read).parse(words));
        let mut service = Strings::of(block, block.bytes);
        let service_text = service.oem();
        let seen = !block.bytes.is_empty();
        Ok(Self {
            tid: None,
            service: seen.then_some(service_text),
            native_file_system: service.realigned(block).take().filter(|_| seen),
            optional_support: OptionalSupport::from_bits_retain(optional_support),
            maximal_access_rights: rights.and_then(|rights| rights.ok().map(|(_, rights)| rights)),
        })
    }
}

bitflags::bitflags! {
    /// The `Flags` field of a request (\[MS-CIFS\] 2.2.4.55.1, \[MS-SMB\] 2.2.4.7.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct RequestFlags: u16 {
        /// Disconnect the tree that the header names.
        const DISCONNECT_TID = 0x0001;
        /// The session key is to be protected.
        const EXTENDED_SIGNATURES = 0x0004;
        /// The response may have its extended form.
        const EXTENDED_RESPONSE = 0x0008;
    }
}

bitflags::bitflags! {
    /// The `OptionalSupport` field of a response (\[MS-CIFS\] 2.2.4.55.2, \[MS-SMB\] 2.2.4.7.2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct OptionalSupport: u16 {
        /// Searches may be by exact attributes.
        const SEARCH_BITS = 0x0001;
        /// The share is in DFS.
        const IS_IN_DFS = 0x0002;
        /// How clients may cache: a field of two bits.
        const CSC_MASK = 0x000c;
        /// File names may be unique within the share.
        const UNIQUE_FILE_NAME = 0x0010;
        /// The response is signed with the protected session key.
        const EXTENDED_SIGNATURES = 0x0020;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::testing::{
        REQUEST, RESPONSE, UNICODE_REQUEST, UNICODE_RESPONSE, block, cut_blocks, message, wide,
    };

    #[test]
    fn reads_path_and_service_behind_a_password_of_one_byte() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00, // AndXCommand: none, AndXReserved
            0x00, 0x00, // AndXOffset
            0x08, 0x00, // Flags: extended response
            0x01, 0x00, // PasswordLength
        ];
        let bytes = [&[0][..], &wide("\\\\PRNSRV\\IPC$\0"), b"IPC\0"].concat();
        let message = message(Command::TREE_CONNECT_ANDX, UNICODE_REQUEST, &words, &bytes);
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.path.to_string(), r"\\PRNSRV\IPC$");
        assert!(request.service.eq_ignore_ascii_case("ipc"));
        assert_eq!((request.flags, request.password), (RequestFlags::EXTENDED_RESPONSE, &[0][..]));
        cut_blocks(&message, |block| match Request::parse(&block) {
            Err(_) => assert!(block.words.len() < 8),
            Ok(cut) => assert!(request.path.to_string().starts_with(&cut.path.to_string())),
        });
    }

    #[test]
    fn reads_the_core_request_in_8_bit_and_in_utf16() {
        let bytes = b"\x04\\\\S\\IPC$\0\x04secret\0\x04IPC\0";
        for flags in [REQUEST, UNICODE_REQUEST] {
            let message = message(Command::TREE_CONNECT, flags, &[], bytes);
            let request = Request::parse(&block(&message)).unwrap();
            assert_eq!(request.path.to_string(), r"\\S\IPC$");
            assert_eq!((request.password, request.service), (&b"secret"[..], Text::Oem(b"IPC")));
        }
        // The path lies at an even offset, the two behind it at odd ones.
        let bytes =
            [b"\x04", &wide("\\\\S\\A\0")[..], b"\x04\0", &wide("x\0"), b"\x04\0", &wide("A:\0")].concat();
        let message = message(Command::TREE_CONNECT, UNICODE_REQUEST, &[], &bytes);
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!([request.path, request.service].map(|text| text.to_string()), [r"\\S\A", "A:"]);
        assert_eq!(request.password, b"x\0");
    }

    #[test]
    fn reads_responses_with_and_without_words() {
        let bytes = [&b"A:\0"[..], &wide("NTFS\0")].concat();
        let words = [0xff, 0, 0, 0, 0x01, 0x00];
        for words in [&words[..], &words[..4]] {
            let message = message(Command::TREE_CONNECT_ANDX, UNICODE_RESPONSE, words, &bytes);
            let response = Response::parse(&block(&message)).unwrap();
            assert_eq!(response.tid, None);
            assert_eq!(response.service, Some(Text::Oem(b"A:")));
            assert_eq!(response.native_file_system.unwrap().to_string(), "NTFS");
            assert_eq!(response.optional_support.contains(OptionalSupport::SEARCH_BITS), words.len() == 6);
            cut_blocks(&message, |block| {
                let cut = Response::parse(&block).unwrap();
                assert_eq!(cut.service.is_some(), !block.bytes.is_empty());
            });
        }
    }

    #[test]
    fn the_core_response_has_the_tree_id() {
        let message = message(Command::TREE_CONNECT, RESPONSE, &[0x00, 0x10, 0x34, 0x12], b"");
        assert_eq!(Response::parse(&block(&message)).unwrap().tid, Some(0x1234));
        cut_blocks(&message, |block| assert_eq!(Response::parse(&block).is_ok(), block.words.len() == 4));
    }
}
