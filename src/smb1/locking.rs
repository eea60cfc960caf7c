//! `SMB_COM_LOCKING_ANDX`: locks that may wait (\[MS-CIFS\] 2.2.4.32).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::locking::Request;
//!
//! let mut frame = b"\xffSMB\x24".to_vec(); // Protocol, Command: LOCKING_ANDX
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([8, 0xff, 0, 0, 0]); // WordCount, AndXCommand: none, AndXReserved, AndXOffset
//! frame.extend([5, 0x40, 0x11, 1]); // FID, TypeOfLock, NewOpLockLevel
//! frame.extend([0x10, 0x27, 0, 0]); // Timeout: 10 s
//! frame.extend([0, 0, 1, 0]); // NumberOfRequestedUnlocks, NumberOfRequestedLocks
//! frame.extend([0, 0]); // ByteCount
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!((request.fid, request.timeout), (0x4005, 10_000));
//!     assert!(request.may_block());
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Block;
use crate::error::{ParseError, Read};
use crate::wire::{fields, le_u16, le_u32, take, u8};

/// A request, or the server's oplock break, which has the same form (\[MS-CIFS\] 2.2.4.32.1). The response holds
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// The file.
    pub fid: u16,
    /// What kind of locks.
    pub type_of_lock: TypeOfLock,
    /// The oplock level that is left after a break.
    pub new_oplock_level: u8,
    /// How long to wait for the locks, in milliseconds; 0 not at all, 0xffffffff for ever.
    pub timeout: u32,
    /// Ranges to unlock.
    pub number_of_unlocks: u16,
    /// Ranges to lock.
    pub number_of_locks: u16,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// The words are not all there.
    pub fn parse(block: &Block<'_>) -> Result<Self, ParseError> {
        block.fields(request)
    }

    /// True if the server may wait before it answers.
    #[must_use]
    pub const fn may_block(&self) -> bool {
        self.timeout != 0 && self.number_of_locks != 0 && !self.type_of_lock.contains(TypeOfLock::CANCEL_LOCK)
    }
}

fn request(words: &[u8]) -> Read<'_, Request> {
    fields! {
        words => words;
        _and_x: take("AndX", 4),
        fid: le_u16,
        type_of_lock: u8,
        new_oplock_level: u8,
        timeout: le_u32,
        number_of_unlocks: le_u16,
        number_of_locks: le_u16,
    }
    let type_of_lock = TypeOfLock::from_bits_retain(type_of_lock);
    Ok((words, Request { fid, type_of_lock, new_oplock_level, timeout, number_of_unlocks, number_of_locks }))
}

bitflags::bitflags! {
    /// The `TypeOfLock` field. No bit means an exclusive lock.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct TypeOfLock: u8 {
        /// A shared lock.
        const SHARED_LOCK = 0x01;
        /// An oplock break, or its acknowledgement.
        const OPLOCK_RELEASE = 0x02;
        /// Change the type of the lock.
        const CHANGE_LOCKTYPE = 0x04;
        /// Give up the wait for these locks.
        const CANCEL_LOCK = 0x08;
        /// Ranges have 64-bit offsets.
        const LARGE_FILES = 0x10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Command;
    use crate::smb1::testing::{REQUEST, block, cut_blocks, message};

    #[test]
    fn reads_a_lock_and_whether_it_waits() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00,             // AndXCommand: none, AndXReserved
            0x00, 0x00,             // AndXOffset
            0x05, 0x40,             // FID
            0x11,                   // TypeOfLock: shared, large files
            0x01,                   // NewOpLockLevel
            0x10, 0x27, 0x00, 0x00, // Timeout: 10 s
            0x02, 0x00,             // NumberOfRequestedUnlocks
            0x01, 0x00,             // NumberOfRequestedLocks
        ];
        let lock = message(Command::LOCKING_ANDX, REQUEST, &words, b"");
        let request = Request::parse(&block(&lock)).unwrap();
        assert_eq!((request.fid, request.type_of_lock.bits(), request.new_oplock_level), (0x4005, 0x11, 1));
        assert_eq!((request.timeout, request.number_of_unlocks, request.number_of_locks), (10_000, 2, 1));
        assert!(request.may_block());
        cut_blocks(&lock, |block| assert_eq!(Request::parse(&block).is_ok(), block.words.len() == 16));
        for (at, value) in [(6, 0x08), (9, 0), (14, 0)] {
            let mut words = words;
            words[at] = value;
            words[8] = if at == 9 { 0 } else { words[8] };
            let message = message(Command::LOCKING_ANDX, REQUEST, &words, b"");
            assert!(!Request::parse(&block(&message)).unwrap().may_block());
        }
    }
}
