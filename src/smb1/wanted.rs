//! How much of a message its parsers will look at.

use super::{Command, Header, blocks, write};

/// How many bytes of a message that the server or the client sent are worth keeping, given its first ones: the whole
/// message (`usize::MAX`) but for bulk data.
///
/// For a `READ_ANDX` response or a `WRITE_ANDX` request that stands alone, `is_pipe` is asked, with the FID if the
/// message has it. If it says no, only the part before the data is wanted. `head` should hold 128 bytes or the whole
/// message; too short a head makes everything wanted.
#[must_use]
pub fn wanted(head: &[u8], by_server: bool, is_pipe: impl FnOnce(&Header, Option<u16>) -> bool) -> usize {
    before_bulk(head, by_server, is_pipe).unwrap_or(usize::MAX)
}

/// Bytes before the data, if they are bulk.
fn before_bulk(
    head: &[u8],
    by_server: bool,
    is_pipe: impl FnOnce(&Header, Option<u16>) -> bool,
) -> Option<usize> {
    let header = Header::parse(head).ok()?.1.sent_by_server(by_server);
    let is_read = header.command == Command::READ_ANDX && header.is_response();
    let is_write = header.command == Command::WRITE_ANDX && !header.is_response();
    if !is_read && !is_write {
        return None;
    }
    let block = blocks(head, &header).next()?.ok()?;
    let [0xff, ..] = block.words else { return None };
    let fid = if is_write { Some(write::Request::parse(&block).ok()?.fid) } else { None };
    let whole = head.len() >= block.bytes_offset;
    (whole && !is_pipe(&header, fid)).then_some(block.bytes_offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::testing::{REQUEST, RESPONSE, message};

    fn write() -> Vec<u8> {
        let mut words = [0; 28];
        words[0] = 0xff; // AndXCommand: none
        words[4] = 7; // FID
        message(Command::WRITE_ANDX, REQUEST, &words, &[0; 100])
    }

    fn read() -> Vec<u8> {
        let mut words = [0; 24];
        words[0] = 0xff; // AndXCommand: none
        message(Command::READ_ANDX, RESPONSE, &words, &[0; 100])
    }

    #[test]
    fn bulk_is_wanted_up_to_its_data() {
        assert_eq!(wanted(&write(), false, |_, fid| fid != Some(7)), 63);
        assert_eq!(wanted(&read(), true, |_, fid| fid.is_some()), 59);
    }

    #[test]
    fn pipes_are_wanted_whole() {
        assert_eq!(wanted(&write(), false, |_, fid| fid == Some(7)), usize::MAX);
        assert_eq!(wanted(&read(), true, |_, fid| fid.is_none()), usize::MAX);
    }

    #[test]
    fn chains_errors_other_commands_and_short_heads_are_wanted_whole() {
        let not_asked = |_: &Header, _| unreachable!();
        let mut chain = write();
        chain[33] = Command::CLOSE.0;
        let error = message(Command::READ_ANDX, RESPONSE, &[], &[]);
        let request = message(Command::READ_ANDX, REQUEST, &[0xff; 24], &[]);
        let other = message(Command::TRANSACTION, REQUEST, &[0xff; 32], &[]);
        for (whole, by_server) in [(&chain, false), (&error, true), (&request, false), (&other, false)] {
            assert_eq!(wanted(whole, by_server, not_asked), usize::MAX);
        }
        for length in 0..63 {
            assert_eq!(wanted(&write()[..length], false, not_asked), usize::MAX);
        }
    }
}
