//! What the tests of this floor share.

use super::{Block, Command, Flags, Flags2, Header, blocks};

/// `Flags` and `Flags2` of a request with 8-bit strings.
pub(super) const REQUEST: (Flags, Flags2) = (Flags::CASE_INSENSITIVE, Flags2::NT_STATUS);
/// `Flags` and `Flags2` of a request with UTF-16 strings.
pub(super) const UNICODE_REQUEST: (Flags, Flags2) =
    (Flags::CASE_INSENSITIVE, Flags2::NT_STATUS.union(Flags2::UNICODE));
/// `Flags` and `Flags2` of a response with 8-bit strings.
pub(super) const RESPONSE: (Flags, Flags2) = (Flags::REPLY, Flags2::NT_STATUS);
/// `Flags` and `Flags2` of a response with UTF-16 strings.
pub(super) const UNICODE_RESPONSE: (Flags, Flags2) = (Flags::REPLY, Flags2::NT_STATUS.union(Flags2::UNICODE));

/// A message of one block, with the counts that its words and bytes have.
pub(super) fn message(
    command: Command,
    (flags, flags2): (Flags, Flags2),
    words: &[u8],
    bytes: &[u8],
) -> Vec<u8> {
    let [low, high] = flags2.bits().to_le_bytes();
    let mut message = Header::PROTOCOL.to_vec();
    message.extend_from_slice(&[command.0, 0, 0, 0, 0, flags.bits(), low, high]);
    message.resize(Header::SIZE, 0);
    assert_eq!(words.len() % 2, 0, "words are whole");
    message.push(u8::try_from(words.len() / 2).unwrap());
    message.extend_from_slice(words);
    message.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_le_bytes());
    message.extend_from_slice(bytes);
    message
}

/// The first block of a message.
pub(super) fn block(message: &[u8]) -> Block<'_> {
    let (_, header) = Header::parse(message).unwrap();
    blocks(message, &header).next().unwrap().unwrap()
}

/// Every prefix of `message` that still holds a header.
pub(super) fn truncations<'a>(message: &'a [u8], mut test: impl FnMut(&'a [u8])) {
    (Header::SIZE..message.len()).for_each(|length| test(&message[..length]));
}

/// Every prefix of `message` that still has a block.
pub(super) fn cut_blocks<'a>(message: &'a [u8], mut test: impl FnMut(Block<'a>)) {
    truncations(message, |cut| {
        if cut.len() > Header::SIZE {
            test(block(cut));
        }
    });
}

/// UTF-16LE bytes of `text`.
pub(super) fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
