//! `SMB_COM_NEGOTIATE`: the dialect, and what the server is (\[MS-CIFS\] 2.2.4.52, \[MS-SMB\] 2.2.4.5).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::negotiate::Request;
//!
//! let mut frame = b"\xffSMB\x72".to_vec(); // Protocol, Command: NEGOTIATE
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([0, 23, 0]); // WordCount, ByteCount
//! frame.extend(b"\x02NT LM 0.12\0\x02SMB 2.???\0"); // Dialects
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     let dialects: Vec<&[u8]> = request.dialects().collect();
//!     assert_eq!(dialects, [&b"NT LM 0.12"[..], b"SMB 2.???"]);
//!     assert!(request.offers_smb2());
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use uuid::Uuid;

use super::block::split;
use super::text::Strings;
use super::{Block, Text};
use crate::error::{ParseError, Read};
use crate::wire::{FileTime, fields, guid, le_u16, le_u32, le_u64, u8};

/// The dialects a client offers (\[MS-CIFS\] 2.2.4.52.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// The data bytes: dialects, each behind the byte 2 and before a NUL.
    #[cfg_attr(feature = "serde", serde(skip))]
    bytes: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a request. A message that was cut gives the dialects there are.
    ///
    /// # Errors
    /// None; the result is one for the sake of sameness.
    pub const fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        Ok(Self { bytes: block.bytes })
    }

    /// The dialects in the order that [`Response::dialect_index`] counts.
    pub fn dialects(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let terminated = self.bytes.strip_suffix(&[0]).unwrap_or(self.bytes);
        let none = terminated.is_empty();
        let dialects = terminated.split(|byte| *byte == 0).take(if none { 0 } else { usize::MAX });
        dialects.map(|dialect| dialect.strip_prefix(&[2]).unwrap_or(dialect))
    }

    /// True if the client would go on in SMB2 (\[MS-SMB2\] 3.2.4.2.2.1).
    #[must_use]
    pub fn offers_smb2(&self) -> bool {
        self.dialects().any(|dialect| dialect == b"SMB 2.???" || dialect == b"SMB 2.002")
    }
}

/// The server's choice and its properties (\[MS-CIFS\] 2.2.4.52.2, \[MS-SMB\] 2.2.4.5.2).
///
/// What the dialect's form does not have is zero or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// Index of the dialect among those offered; 0xffff if none suits the server.
    pub dialect_index: u16,
    /// How users and messages are secured.
    pub security_mode: SecurityMode,
    /// Requests that a client may have under way at a time.
    pub max_mpx_count: u16,
    /// Virtual circuits that a client may have.
    pub max_number_vcs: u16,
    /// Largest message that the server takes, in bytes.
    pub max_buffer_size: u32,
    /// Largest raw write that the server takes, in bytes.
    pub max_raw_size: u32,
    /// The token that a session set-up request repeats.
    pub session_key: u32,
    /// What the server knows.
    pub capabilities: Capabilities,
    /// The server's clock; not set before NT LAN Manager.
    pub system_time: FileTime,
    /// Minutes from the server's time to UTC, negative east of Greenwich.
    pub server_time_zone: i16,
    /// How sessions are set up.
    pub security: Security<'a>,
}

/// How sessions are set up, and with it which names the server gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Security<'a> {
    /// Not said: the core dialect, or a message that was cut.
    #[default]
    None,
    /// By challenge and response in the session set-up request itself.
    Challenge {
        /// `Challenge` (`EncryptionKey`), of 8 bytes or empty.
        challenge: &'a [u8],
        /// The server's domain or workgroup.
        domain_name: Text<'a>,
        /// The server's own name.
        server_name: Text<'a>,
    },
    /// By security blobs.
    Extended {
        /// Which server this is.
        server_guid: Uuid,
        /// The mechanisms, as SPNEGO has them; may be empty.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::serialise_blob"))]
        security_blob: &'a [u8],
    },
}

impl<'a> Response<'a> {
    /// Reads a response of any dialect.
    ///
    /// # Errors
    /// The words of the response's form are not all there. An error response has none.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        match block.word_count {
            17.. => nt_lan_manager(block),
            13.. => lan_manager(block),
            _ => {
                let dialect_index = block.fields(le_u16)?;
                Ok(Self { dialect_index, ..Self::default() })
            }
        }
    }
}

fn nt_lan_manager<'a>(block: &Block<'a>) -> Result<Response<'a>, ParseError> {
    let (mut response, challenge_length) = block.fields(nt_lan_manager_words)?;
    response.security = if response.capabilities.contains(Capabilities::EXTENDED_SECURITY) {
        match guid(block.bytes) {
            Ok((security_blob, server_guid)) => Security::Extended { server_guid, security_blob },
            Err(_) => Security::None,
        }
    } else {
        let (challenge, names) = split(block.bytes, challenge_length.into());
        let mut names = Strings::new(names, block.unicode || is_utf16(&response, names), false);
        Security::Challenge { challenge, domain_name: names.text(), server_name: names.text() }
    };
    Ok(response)
}

/// The header of a negotiate response may not say yet that strings are UTF-16, though the server sends such.
fn is_utf16(response: &Response<'_>, names: &[u8]) -> bool {
    response.capabilities.contains(Capabilities::UNICODE) && matches!(names, [1..=255, 0, ..])
}

fn nt_lan_manager_words(words: &[u8]) -> Read<'_, (Response<'_>, u8)> {
    fields! {
        words => words;
        dialect_index: le_u16,
        security_mode: u8,
        max_mpx_count: le_u16,
        max_number_vcs: le_u16,
        max_buffer_size: le_u32,
        max_raw_size: le_u32,
        session_key: le_u32,
        capabilities: le_u32,
        system_time: le_u64,
        server_time_zone: le_u16,
        challenge_length: u8,
    }
    let response = Response {
        dialect_index,
        security_mode: SecurityMode::from_bits_retain(security_mode.into()),
        max_mpx_count,
        max_number_vcs,
        max_buffer_size,
        max_raw_size,
        session_key,
        capabilities: Capabilities::from_bits_retain(capabilities),
        system_time: FileTime(system_time),
        server_time_zone: server_time_zone.cast_signed(),
        security: Security::None,
    };
    Ok((words, (response, challenge_length)))
}

fn lan_manager<'a>(block: &Block<'a>) -> Result<Response<'a>, ParseError> {
    let (mut response, challenge_length) = block.fields(lan_manager_words)?;
    let (challenge, names) = split(block.bytes, challenge_length.into());
    let mut names = Strings::new(names, false, false);
    response.security =
        Security::Challenge { challenge, domain_name: names.text(), server_name: Text::default() };
    Ok(response)
}

fn lan_manager_words(words: &[u8]) -> Read<'_, (Response<'_>, u16)> {
    fields! {
        words => words;
        dialect_index: le_u16,
        security_mode: le_u16,
        max_buffer_size: le_u16,
        max_mpx_count: le_u16,
        max_number_vcs: le_u16,
        _raw_mode: le_u16,
        session_key: le_u32,
        _time: le_u16,
        _date: le_u16,
        server_time_zone: le_u16,
        challenge_length: le_u16,
    }
    let response = Response {
        dialect_index,
        security_mode: SecurityMode::from_bits_retain(security_mode),
        max_mpx_count,
        max_number_vcs,
        max_buffer_size: max_buffer_size.into(),
        session_key,
        server_time_zone: server_time_zone.cast_signed(),
        ..Response::default()
    };
    Ok((words, (response, challenge_length)))
}

bitflags::bitflags! {
    /// The `SecurityMode` field of [`Response`].
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct SecurityMode: u16 {
        /// Users, not shares, have passwords.
        const USER_SECURITY = 0x0001;
        /// Passwords are sent as responses to a challenge.
        const ENCRYPT_PASSWORDS = 0x0002;
        /// The server can sign.
        const SECURITY_SIGNATURES_ENABLED = 0x0004;
        /// The server requires signing.
        const SECURITY_SIGNATURES_REQUIRED = 0x0008;
    }
}

bitflags::bitflags! {
    /// What a server or a client knows (\[MS-CIFS\] 2.2.4.52.2, \[MS-SMB\] 2.2.4.5.2.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Capabilities: u32 {
        /// Raw reads and writes.
        const RAW_MODE = 0x0000_0001;
        /// `READ_MPX` and `WRITE_MPX`.
        const MPX_MODE = 0x0000_0002;
        /// UTF-16 strings.
        const UNICODE = 0x0000_0004;
        /// 64-bit offsets.
        const LARGE_FILES = 0x0000_0008;
        /// The commands of NT LAN Manager.
        const NT_SMBS = 0x0000_0010;
        /// RPC over named pipes.
        const RPC_REMOTE_APIS = 0x0000_0020;
        /// NTSTATUS codes.
        const STATUS32 = 0x0000_0040;
        /// Level 2 oplocks.
        const LEVEL_II_OPLOCKS = 0x0000_0080;
        /// `LOCK_AND_READ`.
        const LOCK_AND_READ = 0x0000_0100;
        /// `TRANS2_FIND_FIRST2` and its kin with NT information levels.
        const NT_FIND = 0x0000_0200;
        /// Bulk transfer.
        const BULK_TRANSFER = 0x0000_0400;
        /// Compressed data.
        const COMPRESSED_DATA = 0x0000_0800;
        /// DFS.
        const DFS = 0x0000_1000;
        /// Information levels passed through to the file system.
        const INFOLEVEL_PASSTHRU = 0x0000_2000;
        /// Reads larger than the buffer size.
        const LARGE_READX = 0x0000_4000;
        /// Writes larger than the buffer size.
        const LARGE_WRITEX = 0x0000_8000;
        /// File system controls for links.
        const LWIO = 0x0001_0000;
        /// The UNIX extensions.
        const UNIX = 0x0080_0000;
        /// Sessions that can be set up anew.
        const DYNAMIC_REAUTH = 0x2000_0000;
        /// Security blobs.
        const EXTENDED_SECURITY = 0x8000_0000;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Command;
    use crate::smb1::testing::{REQUEST, RESPONSE, UNICODE_RESPONSE, block, cut_blocks, message, wide};

    #[test]
    fn lists_the_dialects_and_sees_smb2_among_them() {
        let bytes = b"\x02PC NETWORK PROGRAM 1.0\0\x02NT LM 0.12\0\x02SMB 2.???\0";
        let message = message(Command::NEGOTIATE, REQUEST, &[], bytes);
        let request = Request::parse(&block(&message)).unwrap();
        let dialects: Vec<_> = request.dialects().collect();
        assert_eq!(dialects, [&b"PC NETWORK PROGRAM 1.0"[..], b"NT LM 0.12", b"SMB 2.???"]);
        assert!(request.offers_smb2());
        cut_blocks(&message, |block| {
            let request = Request::parse(&block).unwrap();
            assert!(
                dialects
                    .starts_with(&request.dialects().filter(|d| dialects.contains(d)).collect::<Vec<_>>())
            );
            assert_eq!(request.offers_smb2(), block.bytes.len() >= bytes.len() - 1);
        });
    }

    #[test]
    fn no_dialect_is_no_dialect() {
        let message = message(Command::NEGOTIATE, REQUEST, &[], b"");
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.dialects().count(), 0);
        assert!(!request.offers_smb2());
    }

    #[rustfmt::skip]
    const NT_WORDS: [u8; 34] = [
        0x05, 0x00,                                     // DialectIndex
        0x03,                                           // SecurityMode: user, encrypted
        0x32, 0x00,                                     // MaxMpxCount
        0x01, 0x00,                                     // MaxNumberVcs
        0x04, 0x11, 0x00, 0x00,                         // MaxBufferSize
        0x00, 0x00, 0x01, 0x00,                         // MaxRawSize
        0x0d, 0x0c, 0x0b, 0x0a,                         // SessionKey
        0xfd, 0xe3, 0x00, 0x00,                         // Capabilities
        0x00, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 0x01, // SystemTime: 1970-01-01
        0xc4, 0xff,                                     // ServerTimeZone: UTC+1
        0x08,                                           // ChallengeLength
    ];

    #[test]
    fn reads_the_challenge_form_whose_names_have_no_pad_byte() {
        let names = wide("WORKGROUP\0PRNSRV\0");
        let bytes = [&[1, 2, 3, 4, 5, 6, 7, 8][..], &names].concat();
        // Whether the header says UTF-16 or not.
        let unannounced = message(Command::NEGOTIATE, RESPONSE, &NT_WORDS, &bytes);
        let message = message(Command::NEGOTIATE, UNICODE_RESPONSE, &NT_WORDS, &bytes);
        let response = Response::parse(&block(&message)).unwrap();
        assert_eq!(Response::parse(&block(&unannounced)), Ok(response));
        assert_eq!(response.dialect_index, 5);
        assert_eq!(response.security_mode.bits(), 3);
        assert_eq!((response.max_mpx_count, response.max_number_vcs), (50, 1));
        assert_eq!((response.max_buffer_size, response.max_raw_size), (4356, 65536));
        assert_eq!(response.session_key, 0x0a0b_0c0d);
        assert_eq!(response.capabilities.bits(), 0xe3fd);
        assert_eq!(response.system_time.timestamp().unwrap().as_nanos(), 0);
        assert_eq!(response.server_time_zone, -60);
        let Security::Challenge { challenge, domain_name, server_name } = response.security else {
            panic!("{response:?}")
        };
        assert_eq!(challenge, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!([domain_name, server_name].map(|name| name.to_string()), ["WORKGROUP", "PRNSRV"]);
        cut_blocks(&message, |block| {
            let cut = Response::parse(&block);
            assert_eq!(cut.is_ok(), block.words.len() == 34);
            assert!(cut.is_err() || cut.unwrap().capabilities == response.capabilities);
        });
    }

    #[test]
    fn reads_8_bit_names() {
        let message = message(Command::NEGOTIATE, RESPONSE, &NT_WORDS, b"12345678OFFICE\0");
        let response = Response::parse(&block(&message)).unwrap();
        let Security::Challenge { domain_name, server_name, .. } = response.security else {
            panic!("{response:?}")
        };
        assert_eq!([domain_name, server_name].map(|name| name.to_string()), ["OFFICE", ""]);
    }

    #[test]
    fn reads_the_extended_form() {
        let mut words = NT_WORDS;
        words[22] = 0x80; // CAP_EXTENDED_SECURITY
        words[33] = 0; // ChallengeLength
        let bytes = [&0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_le_bytes()[..], b"blob"].concat();
        let message = message(Command::NEGOTIATE, UNICODE_RESPONSE, &words, &bytes);
        let response = Response::parse(&block(&message)).unwrap();
        let server_guid = Uuid::from_bytes_le(bytes[..16].try_into().unwrap());
        assert_eq!(response.security, Security::Extended { server_guid, security_blob: b"blob" });
        let cut = Response::parse(&block(&message[..message.len() - 5])).unwrap();
        assert_eq!(cut.security, Security::None);
    }

    #[test]
    fn reads_the_lan_manager_form() {
        #[rustfmt::skip]
        let words = [
            0x02, 0x00,             // DialectIndex
            0x01, 0x00,             // SecurityMode: user
            0x04, 0x10,             // MaxBufferSize
            0x0a, 0x00,             // MaxMpxCount
            0x02, 0x00,             // MaxNumberVcs
            0x03, 0x00,             // RawMode
            0x78, 0x56, 0x34, 0x12, // SessionKey
            0x00, 0x60,             // ServerTime
            0x21, 0x2d,             // ServerDate
            0x2c, 0x01,             // ServerTimeZone
            0x08, 0x00,             // ChallengeLength
            0xee, 0xee,             // Reserved, not zero
        ];
        let message = message(Command::NEGOTIATE, RESPONSE, &words, b"12345678OFFICE\0");
        let response = Response::parse(&block(&message)).unwrap();
        assert_eq!((response.dialect_index, response.max_buffer_size), (2, 4100));
        assert_eq!((response.max_mpx_count, response.max_number_vcs), (10, 2));
        assert_eq!((response.session_key, response.server_time_zone), (0x1234_5678, 300));
        let Security::Challenge { challenge, domain_name, .. } = response.security else {
            panic!("{response:?}")
        };
        assert_eq!((challenge, domain_name.to_string().as_str()), (&b"12345678"[..], "OFFICE"));
    }

    #[test]
    fn reads_the_core_form_and_refuses_an_empty_one() {
        let core = message(Command::NEGOTIATE, RESPONSE, &[0xff, 0xff], b"");
        let response = Response::parse(&block(&core)).unwrap();
        assert_eq!(response, Response { dialect_index: 0xffff, ..Response::default() });
        let error = message(Command::NEGOTIATE, RESPONSE, &[], b"");
        assert_eq!(Response::parse(&block(&error)).unwrap_err().offset, 33);
    }
}
