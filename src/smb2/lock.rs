//! LOCK: \[MS-SMB2\] 2.2.26.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::lock::{LockFlags, Request};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([48, 0, 1, 0, 0, 0, 0, 0]); // StructureSize, LockCount, LockSequence
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! frame.extend([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]); // Offset, Length
//! frame.extend([2, 0, 0, 0, 0, 0, 0, 0]); // Flags, Reserved
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     assert!(request.is_blocking()); // it may wait for its response
//!     for lock in request.locks() {
//!         assert_eq!((lock.offset, lock.length, lock.flags), (1, 2, LockFlags::EXCLUSIVE_LOCK));
//!     }
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::body;
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{array, fields, le_u16, le_u32, le_u64, up_to};

/// The length of a lock element in bytes.
const ELEMENT: usize = 24;

bitflags::bitflags! {
    /// Flags of a lock element (\[MS-SMB2\] 2.2.26.1). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct LockFlags: u32 {
        /// Others may read the range.
        const SHARED_LOCK = 0x0000_0001;
        /// Others may do nothing with the range.
        const EXCLUSIVE_LOCK = 0x0000_0002;
        /// The range is given back.
        const UNLOCK = 0x0000_0004;
        /// The request does not wait for a lock that somebody else has.
        const FAIL_IMMEDIATELY = 0x0000_0010;
    }
}

/// A LOCK request (\[MS-SMB2\] 2.2.26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// LockCount: the number of elements.
    pub lock_count: u16,
    /// FileId.
    pub file_id: FileId,
    #[cfg_attr(feature = "serde", serde(serialize_with = "elements"))]
    locks: &'a [u8],
}

#[cfg(feature = "serde")]
fn elements<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    crate::wire::serialise::list(locks(bytes), serializer)
}

fn locks(bytes: &[u8]) -> impl Iterator<Item = Lock> {
    bytes.as_chunks::<ELEMENT>().0.iter().filter_map(|element| {
        let (rest, offset) = le_u64(element).ok()?;
        let (rest, length) = le_u64(rest).ok()?;
        let (rest, flags) = le_u32(rest).ok()?;
        let _reserved = array::<4>(rest).ok()?;
        Some(Lock { offset, length, flags: LockFlags::from_bits_retain(flags) })
    })
}

/// SMB2_LOCK_ELEMENT (\[MS-SMB2\] 2.2.26.1): a range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Lock {
    /// Offset of the range in bytes.
    pub offset: u64,
    /// Length of the range in bytes.
    pub length: u64,
    /// Flags.
    pub flags: LockFlags,
}

impl<'a> Request<'a> {
    /// Reads a LOCK request. Its fixed part ends before the lock elements, though
    /// StructureSize counts the first of them.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 48, |input| {
            fields! {
                input => rest;
                lock_count: le_u16,
                _lock_sequence: le_u32,
                file_id: FileId::read,
            }
            let locks = up_to(rest, usize::from(lock_count).saturating_mul(ELEMENT));
            Ok((rest, Self { lock_count, file_id, locks }))
        })
    }

    /// Bytes of the elements that are missing.
    pub(super) fn missing(&self) -> usize {
        usize::from(self.lock_count).saturating_mul(ELEMENT).saturating_sub(self.locks.len())
    }

    /// Locks: the elements that are wholly there.
    pub fn locks(&self) -> impl Iterator<Item = Lock> + 'a {
        locks(self.locks)
    }

    /// True if the request may wait for its answer as long as somebody else has the lock.
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        self.locks().any(|lock| !lock.flags.intersects(LockFlags::UNLOCK | LockFlags::FAIL_IMMEDIATELY))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, message, of, try_truncations};
    use super::*;

    fn request(first: u8, second: u8) -> Vec<u8> {
        message(&[
            &[48, 0],                  // StructureSize
            &[2, 0],                   // LockCount
            &[0; 4],                   // LockSequenceNumber, LockSequenceIndex
            &FILE_ID,                  // FileId
            &[1, 0, 0, 0, 0, 0, 0, 0], // Offset
            &[2, 0, 0, 0, 0, 0, 0, 0], // Length
            &[first, 0, 0, 0],         // Flags
            &[0; 4],                   // Reserved
            &[3, 0, 0, 0, 0, 0, 0, 0], // Offset
            &[4, 0, 0, 0, 0, 0, 0, 0], // Length
            &[second, 0, 0, 0],        // Flags
            &[0; 4],                   // Reserved
        ])
    }

    #[test]
    fn reads_the_elements() {
        let bytes = request(0x12, 0x04);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!(request.file_id.volatile, 0x0c0d);
        let locks: Vec<_> =
            request.locks().map(|lock| (lock.offset, lock.length, lock.flags.bits())).collect();
        assert_eq!(locks, [(1, 2, 0x12), (3, 4, 0x04)]);
        assert_eq!(Request::parse(&of(&bytes[..135])).unwrap().locks().count(), 1);
        try_truncations(&bytes, 88, Request::parse);
    }

    #[test]
    fn a_lock_that_may_wait_blocks() {
        for (first, second, blocking) in
            [(0x12, 0x11, false), (0x04, 0x04, false), (0x02, 0x12, true), (0x12, 1, true)]
        {
            assert_eq!(Request::parse(&of(&request(first, second))).unwrap().is_blocking(), blocking);
        }
    }
}
