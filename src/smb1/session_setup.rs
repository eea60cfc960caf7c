//! `SMB_COM_SESSION_SETUP_ANDX`: who the client says it is (\[MS-CIFS\] 2.2.4.53, \[MS-SMB\] 2.2.4.6).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::session_setup::Request;
//!
//! let mut frame = b"\xffSMB\x73".to_vec(); // Protocol, Command: SESSION_SETUP_ANDX
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([13, 0xff, 0, 0, 0]); // WordCount, AndXCommand: none, AndXReserved, AndXOffset
//! frame.extend([4, 0x11, 50, 0, 1, 0, 0, 0, 0, 0]); // MaxBufferSize, MaxMpxCount, VcNumber, SessionKey
//! frame.extend([1, 0, 0, 0, 0, 0, 0, 0]); // OEMPasswordLen, UnicodePasswordLen, Reserved
//! frame.extend([0x14, 0, 0, 0]); // Capabilities
//! frame.extend(b"\x0b\0\0\0\0Unix\0LM\0"); // ByteCount, OEMPassword, the texts
//! for block in Message::parse(&frame)?.blocks() {
//!     let block = block?;
//!     let request = Request::parse(&block)?;
//!     assert!(request.account.is_some_and(|account| account.to_string().is_empty())); // a null session
//!     assert_eq!((request.lm_response, request.nt_response), (&[0][..], &[][..]));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use nom::Parser as _;

use super::block::split;
use super::negotiate::Capabilities;
use super::text::Strings;
use super::{Block, Text};
use crate::error::{ParseError, Read};
use crate::wire::{fields, le_u16, le_u32, take};

/// A request in any of its three forms: LAN Manager (10 words), NT LAN Manager (13 words) and security blob
/// (12 words).
///
/// A text is `None` where the form has none or the message was cut before it, and empty where the client sent
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// Largest message that the client takes, in bytes.
    pub max_buffer: u16,
    /// Requests that the client may have under way at a time.
    pub max_mpx: u16,
    /// Number of the virtual circuit. 0 tells some servers to drop the client's other connections.
    pub vc_number: u16,
    /// The token of the negotiate response.
    pub session_key: u32,
    /// What the client knows; empty in LAN Manager's form.
    pub capabilities: Capabilities,
    /// The LM response, or the plain password in 8-bit characters.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub lm_response: &'a [u8],
    /// The NT response, or the plain password in UTF-16.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub nt_response: &'a [u8],
    /// The security blob, instead of all but the native texts.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::serialise_blob_option"))]
    pub security_blob: Option<&'a [u8]>,
    /// The account; empty for a null session.
    pub account: Option<Text<'a>>,
    /// The account's domain; beside a security blob, what some clients put behind the native texts.
    pub domain: Option<Text<'a>>,
    /// The client's operating system.
    pub native_os: Option<Text<'a>>,
    /// The client's LAN manager software.
    pub native_lan_man: Option<Text<'a>>,
}

impl<'a> Request<'a> {
    /// Reads a request. A message that was cut gives the prefix of what its bytes hold.
    ///
    /// # Errors
    /// The words are not all there, or fewer than any form has.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        match block.word_count {
            13.. => nt_lan_manager(block),
            12 => extended(block),
            10.. => lan_manager(block),
            _ => Err(block.bad_word_count()),
        }
    }
}

/// `MaxBufferSize`, `MaxMpxCount`, `VcNumber`, `SessionKey`, which all forms begin with.
type Limits = (u16, u16, u16, u32);

fn limits(words: &[u8]) -> Read<'_, Limits> {
    fields! {
        words => words;
        _and_x: take("AndX", 4),
        max_buffer_size: le_u16,
        max_mpx_count: le_u16,
        vc_number: le_u16,
        session_key: le_u32,
    }
    Ok((words, (max_buffer_size, max_mpx_count, vc_number, session_key)))
}

fn request<'a>((max_buffer, max_mpx, vc_number, session_key): Limits, capabilities: u32) -> Request<'a> {
    Request {
        max_buffer,
        max_mpx,
        vc_number,
        session_key,
        capabilities: Capabilities::from_bits_retain(capabilities),
        lm_response: &[],
        nt_response: &[],
        security_blob: None,
        account: None,
        domain: None,
        native_os: None,
        native_lan_man: None,
    }
}

fn nt_lan_manager<'a>(block: &Block<'a>) -> Result<Request<'a>, ParseError> {
    let (limits, lm_length, nt_length, capabilities) = block.fields(|words| {
        fields! {
            words => words;
            limits: limits,
            oem_password_len: le_u16,
            unicode_password_len: le_u16,
            _reserved: le_u32,
            capabilities: le_u32,
        }
        Ok((words, (limits, oem_password_len, unicode_password_len, capabilities)))
    })?;
    let (lm_response, rest) = split(block.bytes, lm_length.into());
    let (nt_response, rest) = split(rest, nt_length.into());
    let request = request(limits, capabilities);
    Ok(with_texts(Request { lm_response, nt_response, ..request }, Strings::of(block, rest)))
}

fn lan_manager<'a>(block: &Block<'a>) -> Result<Request<'a>, ParseError> {
    let (limits, length) = block.fields(|words| {
        fields!(words => words; limits: limits, password_length: le_u16, _reserved: le_u32);
        Ok((words, (limits, password_length)))
    })?;
    let (lm_response, rest) = split(block.bytes, length.into());
    Ok(with_texts(Request { lm_response, ..request(limits, 0) }, Strings::of(block, rest)))
}

fn with_texts<'a>(mut request: Request<'a>, mut texts: Strings<'a>) -> Request<'a> {
    request.account = texts.take();
    request.domain = texts.take();
    request.native_os = texts.take();
    request.native_lan_man = texts.take();
    request
}

fn extended<'a>(block: &Block<'a>) -> Result<Request<'a>, ParseError> {
    let (limits, length, capabilities) = block.fields(|words| {
        fields! {
            words => words;
            limits: limits,
            security_blob_length: le_u16,
            _reserved: le_u32,
            capabilities: le_u32,
        }
        Ok((words, (limits, security_blob_length, capabilities)))
    })?;
    let (blob, rest) = split(block.bytes, length.into());
    let mut texts = Strings::of(block, rest);
    Ok(Request {
        security_blob: Some(blob),
        native_os: texts.take(),
        native_lan_man: texts.take(),
        domain: texts.take().filter(|domain| !domain.is_empty()),
        ..request(limits, capabilities)
    })
}

/// A response (\[MS-CIFS\] 2.2.4.53.2, \[MS-SMB\] 2.2.4.6.2): of 3 words, or of 4 with a security blob.
///
/// A text is `None` where the message was cut before it, and empty where the server sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// What the server did beyond setting up the session.
    pub action: Action,
    /// The security blob.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::serialise_blob_option"))]
    pub security_blob: Option<&'a [u8]>,
    /// The server's operating system.
    pub native_os: Option<Text<'a>>,
    /// The server's LAN manager software.
    pub native_lan_man: Option<Text<'a>>,
    /// The server's domain or workgroup; many servers leave it out where there is a blob.
    pub domain: Option<Text<'a>>,
}

impl<'a> Response<'a> {
    /// Reads a response. A message that was cut gives the prefix of what its bytes hold.
    ///
    /// # Errors
    /// The words are not all there. An error response other than `STATUS_MORE_PROCESSING_REQUIRED` has none.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        let (_, action) = block.fields(|words| (take("AndX", 4), le_u16).parse(words))?;
        let (security_blob, rest) = if block.word_count < 4 {
            (None, block.bytes)
        } else {
            let (_, length) = block.fields(|words| (take("Action", 6), le_u16).parse(words))?;
            let (blob, rest) = split(block.bytes, length.into());
            (Some(blob), rest)
        };
        let mut texts = Strings::of(block, rest);
        Ok(Self {
            action: Action::from_bits_retain(action),
            security_blob,
            native_os: texts.take(),
            native_lan_man: texts.take(),
            domain: texts.take(),
        })
    }
}

bitflags::bitflags! {
    /// The `Action` field of [`Response`].
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Action: u16 {
        /// `SMB_SETUP_GUEST`: the client is logged on as guest.
        const GUEST = 0x0001;
        /// `SMB_SETUP_USE_LANMAN_KEY`: the LM session key signs.
        const USE_LANMAN_KEY = 0x0002;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Command;
    use crate::smb1::testing::{
        REQUEST, UNICODE_REQUEST, UNICODE_RESPONSE, block, cut_blocks, message, wide,
    };

    /// The null session of an NT 4.0 client.
    #[rustfmt::skip]
    const NULL_WORDS: [u8; 26] = [
        0x75, 0x00,             // AndXCommand: TREE_CONNECT_ANDX, AndXReserved
        0x84, 0x00,             // AndXOffset
        0x04, 0x11,             // MaxBufferSize
        0x32, 0x00,             // MaxMpxCount
        0x01, 0x00,             // VcNumber
        0x0d, 0x0c, 0x0b, 0x0a, // SessionKey
        0x01, 0x00,             // OEMPasswordLen
        0x00, 0x00,             // UnicodePasswordLen
        0xee, 0xee, 0xee, 0xee, // Reserved, not zero
        0xd4, 0x00, 0x00, 0x00, // Capabilities
    ];

    fn null_session() -> Vec<u8> {
        // One byte of LM response; the account then lies at an even offset.
        let bytes = [&[0][..], &wide("\0\0Windows NT 1381\0\0Windows NT 4.0\0")].concat();
        message(Command::SESSION_SETUP_ANDX, UNICODE_REQUEST, &NULL_WORDS, &bytes)
    }

    fn shown(text: Option<Text<'_>>) -> String {
        text.map_or_else(|| "-".to_owned(), |text| text.to_string())
    }

    #[test]
    fn a_cut_names_the_field_and_where_it_begins() {
        let message = null_session();
        let told = |length| Request::parse(&block(&message[..length])).unwrap_err().to_string();
        assert_eq!(told(42), "SMB1: cut short in VcNumber at byte 41");
        assert_eq!(told(43), "SMB1: cut short in SessionKey at byte 43");
        assert_eq!(told(48), "SMB1: cut short in OemPasswordLen at byte 47");
    }

    #[test]
    fn reads_a_null_session() {
        let message = null_session();
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!((request.max_buffer, request.max_mpx, request.vc_number), (4356, 50, 1));
        assert_eq!((request.session_key, request.capabilities.bits()), (0x0a0b_0c0d, 0xd4));
        assert_eq!((request.lm_response, request.nt_response), (&[0][..], &[][..]));
        assert_eq!(request.security_blob, None);
        assert_eq!(request.account.map(Text::is_empty), Some(true));
        assert_eq!(request.domain.map(Text::is_empty), Some(true));
        assert_eq!(shown(request.native_os), "Windows NT 1381");
        assert_eq!(shown(request.native_lan_man), "");
    }

    #[test]
    fn a_cut_request_never_shows_an_account_that_was_not_seen() {
        let message = null_session();
        cut_blocks(&message, |block| match Request::parse(&block) {
            Err(_) => assert!(block.words.len() < 26),
            Ok(request) => {
                assert_eq!(request.max_buffer, 4356);
                assert_eq!(request.account.is_some(), block.bytes.len() >= 3);
                assert_eq!(request.domain.is_some(), block.bytes.len() >= 5);
            }
        });
    }

    #[test]
    fn reads_a_user_with_both_responses() {
        let mut words = NULL_WORDS;
        words[14] = 24; // OEMPasswordLen
        words[16] = 24; // UnicodePasswordLen
        let texts = wide("alice\0OFFICE\0Windows 2002 2600\0Windows 2002 5.1\0");
        // The offset of the account is odd: a pad byte, with garbage in it.
        let bytes = [&[0xaa; 24][..], &[0xbb; 24], &[0x5c], &texts].concat();
        let message = message(Command::SESSION_SETUP_ANDX, UNICODE_REQUEST, &words, &bytes);
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!((request.lm_response, request.nt_response), (&[0xaa; 24][..], &[0xbb; 24][..]));
        let texts = [request.account, request.domain, request.native_os, request.native_lan_man];
        assert_eq!(texts.map(shown), ["alice", "OFFICE", "Windows 2002 2600", "Windows 2002 5.1"]);
    }

    #[test]
    fn reads_the_lan_manager_form() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00,             // AndXCommand: none, AndXReserved
            0x00, 0x00,             // AndXOffset
            0x68, 0x0b,             // MaxBufferSize
            0x02, 0x00,             // MaxMpxCount
            0x00, 0x00,             // VcNumber
            0x00, 0x00, 0x00, 0x00, // SessionKey
            0x04, 0x00,             // PasswordLength
            0x00, 0x00, 0x00, 0x00, // Reserved
        ];
        let message = message(Command::SESSION_SETUP_ANDX, REQUEST, &words, b"passBOB\0HOME\0DOS 5\0LANMAN");
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!((request.max_buffer, request.vc_number), (2920, 0));
        assert_eq!(request.lm_response, b"pass");
        let texts = [request.account, request.domain, request.native_os, request.native_lan_man];
        assert_eq!(texts.map(shown), ["BOB", "HOME", "DOS 5", "LANMAN"]);
    }

    #[test]
    fn reads_the_security_blob_form() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00,             // AndXCommand: none, AndXReserved
            0x00, 0x00,             // AndXOffset
            0x04, 0x11,             // MaxBufferSize
            0x0a, 0x00,             // MaxMpxCount
            0x00, 0x00,             // VcNumber
            0x00, 0x00, 0x00, 0x00, // SessionKey
            0x04, 0x00,             // SecurityBlobLength
            0x00, 0x00, 0x00, 0x00, // Reserved
            0xd4, 0x00, 0x00, 0xa0, // Capabilities
        ];
        let bytes = [&b"blob"[..], &[0], &wide("Windows 5.1\0Windows 2000 5.0\0")].concat();
        let message = message(Command::SESSION_SETUP_ANDX, UNICODE_REQUEST, &words, &bytes);
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.security_blob, Some(&b"blob"[..]));
        assert!(request.capabilities.contains(Capabilities::EXTENDED_SECURITY));
        assert_eq!([request.account, request.domain], [None, None]);
        assert_eq!(
            [request.native_os, request.native_lan_man].map(shown),
            ["Windows 5.1", "Windows 2000 5.0"]
        );
        let cut = Request::parse(&block(&message[..message.len() - bytes.len() + 2])).unwrap();
        assert_eq!(cut.security_blob, Some(&b"bl"[..]));
        assert_eq!(cut.native_os, None);
    }

    #[test]
    fn too_few_words_are_an_error_that_names_them() {
        let message = message(Command::SESSION_SETUP_ANDX, REQUEST, &[0xff, 0, 0, 0], b"");
        let error = Request::parse(&block(&message)).unwrap_err();
        assert_eq!(error.to_string(), "SMB1: bad value 0x2 of WordCount at byte 32");
    }

    #[test]
    fn reads_both_forms_of_the_response() {
        let texts = wide("Unix\0Samba 4.17\0WORKGROUP");
        let words = [0xff, 0, 0, 0, 0x01, 0x00];
        let plain = [&[0][..], &texts].concat();
        let plain = message(Command::SESSION_SETUP_ANDX, UNICODE_RESPONSE, &words, &plain);
        let response = Response::parse(&block(&plain)).unwrap();
        assert_eq!((response.action, response.security_blob), (Action::GUEST, None));
        let shown_texts = [response.native_os, response.native_lan_man, response.domain].map(shown);
        assert_eq!(shown_texts, ["Unix", "Samba 4.17", "WORKGROUP"]);

        let words = [0xff, 0, 0, 0, 0x00, 0x00, 0x03, 0x00];
        let bytes = [&b"abc"[..], &texts].concat();
        let extended = message(Command::SESSION_SETUP_ANDX, UNICODE_RESPONSE, &words, &bytes);
        let response = Response::parse(&block(&extended)).unwrap();
        assert_eq!((response.action, response.security_blob), (Action::empty(), Some(&b"abc"[..])));
        assert_eq!(shown(response.domain), "WORKGROUP");
        cut_blocks(&extended, |block| {
            let cut = Response::parse(&block);
            assert_eq!(cut.is_ok(), block.words.len() == 8);
            assert!(
                cut.is_err()
                    || response.security_blob.unwrap().starts_with(cut.unwrap().security_blob.unwrap())
            );
        });
    }
}
