//! The identity of an open, and where requests carry it.

use core::fmt;

use super::Command;
use crate::error::Read;
use crate::wire::{le_u16, le_u64};

/// SMB2_FILEID (\[MS-SMB2\] 2.2.14.1): the server's name for an open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// Persistent: stays the same when a durable open is reclaimed.
    pub persistent: u64,
    /// Volatile: tells opens apart within a session.
    pub volatile: u64,
}

impl FileId {
    /// All ones: "the file of the request before this one in the chain" (\[MS-SMB2\] 3.3.5.2.7.2), and in an IOCTL
    /// "no file".
    pub const RELATED: Self = Self { persistent: u64::MAX, volatile: u64::MAX };

    /// The same value as [`FileId::RELATED`], as an IOCTL that is about no file has it (\[MS-SMB2\] 2.2.31).
    pub const ANY: Self = Self::RELATED;

    /// A FileId as it stands on the wire.
    pub(crate) fn read(input: &[u8]) -> Read<'_, Self> {
        let (rest, persistent) = le_u64(input)?;
        let (rest, volatile) = le_u64(rest)?;
        Ok((rest, Self { persistent, volatile }))
    }
}

/// `0x`, 16 digits of the persistent half, 16 digits of the volatile half.
impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}{:016x}", self.persistent, self.volatile)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for FileId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The FileId of a request, whichever command it has, or `None` if its command has none or the request is cut before
/// it. `message` begins at the SMB2 header.
///
/// An OPLOCK_BREAK has one in its oplock form alone; a lease has a key instead.
#[must_use]
pub fn request_file_id(command: Command, message: &[u8]) -> Option<FileId> {
    let offset = match command {
        Command::CLOSE
        | Command::FLUSH
        | Command::LOCK
        | Command::IOCTL
        | Command::QUERY_DIRECTORY
        | Command::CHANGE_NOTIFY => 72,
        Command::OPLOCK_BREAK if is_oplock_form(message) => 72,
        Command::READ | Command::WRITE | Command::SET_INFO => 80,
        Command::QUERY_INFO => 88,
        _ => return None,
    };
    let (_, file_id) = FileId::read(message.get(offset..)?).ok()?;
    Some(file_id)
}

fn is_oplock_form(message: &[u8]) -> bool {
    message.get(super::Header::SIZE..).and_then(|body| le_u16(body).ok()).is_some_and(|(_, size)| size == 24)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::FILE_ID;
    use super::*;

    #[test]
    fn prints_both_halves() {
        let (_, file_id) = FileId::read(&FILE_ID).unwrap();
        assert_eq!(file_id, FileId { persistent: 0x0a0b, volatile: 0x0c0d });
        assert_eq!(file_id.to_string(), "0x0000000000000a0b0000000000000c0d");
        assert_eq!(FileId::ANY.to_string(), format!("0x{}", "f".repeat(32)));
    }

    #[test]
    fn the_table_of_offsets_agrees_with_a_marker_at_each_place() {
        for (command, offset) in [(6, 72), (7, 72), (8, 80), (9, 80), (10, 72), (11, 72), (14, 72), (15, 72)]
            .into_iter()
            .chain([(16, 88), (17, 80), (18, 72)])
        {
            let mut message = super::super::fixture::message(&[&[24, 0], &[0x77; 60]]);
            message[offset..offset + 16].copy_from_slice(&FILE_ID);
            let found = request_file_id(Command(command), &message);
            assert_eq!(found.map(|id| id.volatile), Some(0x0c0d), "command {command}");
            assert_eq!(request_file_id(Command(command), &message[..offset + 15]), None);
        }
        let lease = super::super::fixture::message(&[&[36, 0], &[0; 60]]);
        assert_eq!(request_file_id(Command::OPLOCK_BREAK, &lease), None);
        assert_eq!(request_file_id(Command::CREATE, &lease), None);
    }
}
