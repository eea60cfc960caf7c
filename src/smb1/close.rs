//! The commands that do nothing but close a FID.
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::close::Request;
//!
//! let mut frame = b"\xffSMB\x04".to_vec(); // Protocol, Command: CLOSE
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([3, 1, 0x40]); // WordCount, FID
//! frame.extend([0xff; 4]); // LastTimeModified: leave it
//! frame.extend([0, 0]); // ByteCount
//! for block in Message::parse(&frame)?.blocks() {
//!     assert_eq!(Request::parse(&block?)?.fid, 0x4001);
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Block;
use crate::error::ParseError;
use crate::wire::le_u16;

/// A request of `CLOSE` (\[MS-CIFS\] 2.2.4.5), `CLOSE_PRINT_FILE` (2.2.4.69) or `CLOSE_AND_TREE_DISC` (2.2.4.45).
/// Their responses hold nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// What to close.
    pub fid: u16,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// The FID is not there.
    pub fn parse(block: &Block<'_>) -> Result<Self, ParseError> {
        Ok(Self { fid: block.fields(le_u16)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Command;
    use crate::smb1::testing::{REQUEST, block, cut_blocks, message};

    #[test]
    fn reads_the_fid_of_both_forms() {
        #[rustfmt::skip]
        let words = [
            0x01, 0x40,             // FID
            0xff, 0xff, 0xff, 0xff, // LastTimeModified: leave it
        ];
        for (command, words) in [(Command::CLOSE, &words[..]), (Command::CLOSE_PRINT_FILE, &words[..2])] {
            let message = message(command, REQUEST, words, b"");
            assert_eq!(Request::parse(&block(&message)).unwrap().fid, 0x4001);
            cut_blocks(&message, |block| assert_eq!(Request::parse(&block).is_ok(), block.words.len() >= 2));
        }
    }
}
