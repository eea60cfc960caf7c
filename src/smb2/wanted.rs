//! How much of a framed message is worth holding.

use super::{Command, FileId, Header, request_file_id, transform};
use crate::wire::NtStatus;

/// Header and fixed part of a WRITE request, which is longer than that of a READ response.
const FIXED: usize = 112;

/// How many bytes of a framed message that the server or the client sent are needed, given its first ones (128 are
/// enough): the rest can be skipped unread. `usize::MAX` if all of it is.
///
/// The data of a READ response and of a WRITE request is needed only if it belongs to a pipe, which `is_pipe` says:
/// it gets the header, and the FileId if the message has one. A READ response has none; it is known by its MessageId.
/// Of an encrypted message only the transform header can be read.
#[must_use]
pub fn wanted(head: &[u8], by_server: bool, is_pipe: impl Fn(&Header, Option<FileId>) -> bool) -> usize {
    if head.starts_with(&transform::Encrypted::PROTOCOL_ID) {
        return transform::Encrypted::SIZE;
    }
    let Ok((_, header)) = Header::parse(head) else { return usize::MAX };
    let header = header.sent_by_server(by_server);
    let file_id = match (header.command, header.is_response()) {
        (Command::READ, true) if header.status() == NtStatus::SUCCESS => None,
        (Command::WRITE, false) => request_file_id(Command::WRITE, head),
        _ => return usize::MAX,
    };
    if header.next_command != 0 || is_pipe(&header, file_id) { usize::MAX } else { FIXED }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, header};
    use super::*;

    const FILE: FileId = FileId { persistent: 0x0a0b, volatile: 0x0c0d };

    fn head(command: u16, flags: u32) -> Vec<u8> {
        let mut bytes = header(command, flags);
        bytes.extend([0; 64]);
        bytes[80..96].copy_from_slice(&FILE_ID);
        bytes
    }

    #[test]
    fn bulk_data_of_files_is_not_wanted_and_that_of_pipes_is() {
        assert_eq!(wanted(&head(9, 0), false, |_, id| id != Some(FILE)), 112);
        assert_eq!(wanted(&head(9, 0), false, |_, id| id == Some(FILE)), usize::MAX);
        assert_eq!(wanted(&head(8, 1), true, |header, id| header.message_id != 0 || id.is_some()), 112);
        assert_eq!(wanted(&head(8, 1), true, |_, _| true), usize::MAX);
        assert_eq!(wanted(&head(9, 1), false, |_, id| id != Some(FILE)), 112, "whatever the flag says");
    }

    #[test]
    fn everything_else_is_wanted_whole() {
        for (command, flags) in [(8, 0), (9, 1), (5, 0), (11, 0), (1, 1)] {
            assert_eq!(wanted(&head(command, flags), flags == 1, |_, _| false), usize::MAX);
        }
        let mut chained = head(9, 0);
        chained[20] = 0x80;
        assert_eq!(wanted(&chained, false, |_, _| false), usize::MAX);
        let mut failed = head(8, 1);
        failed[8] = 0x05;
        assert_eq!(wanted(&failed, true, |_, _| false), usize::MAX);
        assert_eq!(wanted(b"\xfdSMB", false, |_, _| false), 52);
        assert_eq!(wanted(b"\xfcSMB", false, |_, _| false), usize::MAX);
        assert_eq!(wanted(b"", false, |_, _| false), usize::MAX);
    }
}
