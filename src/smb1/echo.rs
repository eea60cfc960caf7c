//! `SMB_COM_ECHO`: is the other end there (\[MS-CIFS\] 2.2.4.39).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::echo::Request;
//!
//! let mut frame = b"\xffSMB\x2b".to_vec(); // Protocol, Command: ECHO
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([1, 2, 0]); // WordCount, EchoCount
//! frame.extend([4, 0]); // ByteCount
//! frame.extend(b"ping"); // Data
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!((request.echo_count, request.data), (2, &b"ping"[..]));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Block;
use crate::error::ParseError;
use crate::wire::le_u16;

/// A request (\[MS-CIFS\] 2.2.4.39.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// Responses that the server is to send.
    pub echo_count: u16,
    /// What it is to send back.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub data: &'a [u8],
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// The count is not there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        Ok(Self { echo_count: block.fields(le_u16)?, data: block.bytes })
    }
}

/// A response (\[MS-CIFS\] 2.2.4.39.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// Which of the responses this is, from 1 on.
    pub sequence_number: u16,
    /// What the client sent.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub data: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads a response.
    ///
    /// # Errors
    /// The sequence number is not there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        Ok(Self { sequence_number: block.fields(le_u16)?, data: block.bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Command;
    use crate::smb1::testing::{REQUEST, block, cut_blocks, message};

    #[test]
    fn reads_both_directions() {
        let message = message(Command::ECHO, REQUEST, &[2, 0], b"ping");
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!((request.echo_count, request.data), (2, &b"ping"[..]));
        let response = Response::parse(&block(&message)).unwrap();
        assert_eq!((response.sequence_number, response.data), (2, &b"ping"[..]));
        cut_blocks(&message, |block| {
            assert_eq!(Request::parse(&block).is_ok(), block.words.len() == 2);
            assert_eq!(Response::parse(&block).is_ok(), block.words.len() == 2);
        });
    }
}
