//! A command with its words and bytes, and the chain of them in a message.

use super::{Command, Header};
use crate::error::{Layer, ParseError, Read, Reason, parse};

/// The most commands followed in one message. Real chains have two or three.
const MAX_CHAIN: u8 = 16;

/// One command of a message: its parameter words and data bytes (\[MS-CIFS\] 2.2.3.2, 2.2.3.3).
///
/// A message that was cut short gives shorter `words` and `bytes` than their counts say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block<'a> {
    /// The command.
    pub command: Command,
    /// `WordCount`: the parameter words that the sender says there are, in units of two bytes.
    pub word_count: u8,
    /// The parameter words, twice `word_count` bytes or what there is of them; more in the extended response to
    /// `NT_CREATE_ANDX`, whose `WordCount` counts fewer than there are (\[MS-SMB\] 2.2.4.9.2).
    pub words: &'a [u8],
    /// Offset in bytes of `words` from the header's first byte.
    pub words_offset: usize,
    /// `ByteCount`: the data bytes that the sender says there are; 0 if it was cut. Large reads and writes
    /// understate it.
    pub byte_count: u16,
    /// The data bytes, `byte_count` or what there is of them.
    pub bytes: &'a [u8],
    /// Offset in bytes of `bytes` from the header's first byte.
    pub bytes_offset: usize,
    /// The whole message from its header on, into which offsets inside the words point.
    pub message: &'a [u8],
    /// True if the message's strings are UTF-16.
    pub unicode: bool,
}

impl<'a> Block<'a> {
    /// True if the message ends before the block does.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let (_, bytes) = lengths(self.command, self.word_count, self.byte_count);
        self.message.len() < self.bytes_offset.saturating_add(bytes)
    }

    /// True if the message has all words of the block.
    #[must_use]
    pub fn has_all_words(&self) -> bool {
        self.words_offset.saturating_add(self.words.len()).saturating_add(2) == self.bytes_offset
    }

    /// `length` bytes at `offset` from the header, as the offset fields of many commands mean it. Fewer if the
    /// message ends before them, none if the offset lies outside it.
    #[must_use]
    pub fn slice(&self, offset: usize, length: usize) -> &'a [u8] {
        split(self.message.get(offset..).unwrap_or_default(), length).0
    }

    /// Reads fields from the start of the words, and places an error at its offset in the message.
    pub(super) fn fields<T>(&self, parser: impl FnOnce(&'a [u8]) -> Read<'a, T>) -> Result<T, ParseError> {
        match parse(Layer::Smb1, self.words, parser) {
            Ok((_, value)) => Ok(value),
            Err(error) => Err(error.behind(self.words_offset)),
        }
    }

    /// An error that says this block's `WordCount` fits no known form.
    pub(super) fn bad_word_count(&self) -> ParseError {
        let reason = Reason::BadValue { field: "WordCount", value: self.word_count.into() };
        ParseError { layer: Layer::Smb1, offset: self.words_offset.saturating_sub(1), reason }
    }

    /// The block whose `WordCount` lies at `offset`.
    fn at(message: &'a [u8], offset: usize, command: Command, unicode: bool) -> Result<Self, ParseError> {
        let truncated = |field| ParseError {
            layer: Layer::Smb1,
            offset: message.len(),
            reason: Reason::Truncated { field },
        };
        let [word_count, rest @ ..] = message.get(offset..).unwrap_or_default() else {
            return Err(truncated("WordCount"));
        };
        let (words_length, _) = lengths(command, *word_count, 0);
        let (words, rest) = split(rest, words_length);
        let (byte_count, rest) = match rest {
            [low, high, rest @ ..] => (u16::from_le_bytes([*low, *high]), rest),
            _ => (0, <&[u8]>::default()),
        };
        let words_offset = offset.saturating_add(1);
        Ok(Self {
            command,
            word_count: *word_count,
            words,
            words_offset,
            byte_count,
            bytes: split(rest, lengths(command, *word_count, byte_count).1).0,
            bytes_offset: words_offset.saturating_add(words_length).saturating_add(2),
            message,
            unicode,
        })
    }

    /// The command that the block's AndX link names, and its offset (\[MS-CIFS\] 2.2.3.4).
    fn next(&self) -> Option<(Command, usize)> {
        let [command, _reserved, low, high, ..] = *self.words else { return None };
        let command = Command(command);
        let linked = self.command.is_andx() && command != Command::NO_ANDX_COMMAND;
        linked.then(|| (command, u16::from_le_bytes([low, high]).into()))
    }
}

/// Bytes of the parameter words and of the data, by their counts.
fn lengths(command: Command, word_count: u8, byte_count: u16) -> (usize, usize) {
    match (command, word_count) {
        // The extended response has 50 words where it says 42 ([MS-SMB] 2.2.4.9.2); no other form has 42. It has no data,
        // and servers leave in ByteCount whatever was there.
        (Command::NT_CREATE_ANDX, 42) => (100, 0),
        _ => (usize::from(word_count).saturating_mul(2), byte_count.into()),
    }
}

/// A message: its header, and the commands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its header.
    pub header: Header,
    /// Its bytes, header included.
    pub bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads the message that a frame is.
    ///
    /// # Errors
    /// There is no [`Header`].
    pub fn parse(frame: &'a [u8]) -> Result<Self, ParseError> {
        let (_, header) = Header::parse(frame)?;
        Ok(Self { header, bytes: frame })
    }

    /// The same message, of which it is known who sent it: see [`Header::sent_by_server`].
    #[must_use]
    pub const fn sent_by_server(self, server: bool) -> Self {
        Self { header: self.header.sent_by_server(server), ..self }
    }

    /// Its command and those chained to it, in the order of the wire.
    ///
    /// A link that does not lead forwards, a command that lies outside the message, or a chain of more than 16 ends the
    /// iteration with one error.
    #[must_use]
    pub fn blocks(&self) -> Blocks<'a> {
        blocks(self.bytes, &self.header)
    }
}

/// The command of a message and those chained to it: [`Message::blocks`].
pub(crate) fn blocks<'a>(message: &'a [u8], header: &Header) -> Blocks<'a> {
    Blocks {
        message,
        unicode: header.unicode(),
        next: Some((header.command, Header::SIZE)),
        earliest: Header::SIZE,
        left: MAX_CHAIN,
    }
}

/// The iterator of [`Message::blocks`].
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    message: &'a [u8],
    unicode: bool,
    next: Option<(Command, usize)>,
    /// Where the next block may begin: behind the words of the one before.
    earliest: usize,
    left: u8,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<Block<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (command, offset) = self.next.take()?;
        let error = |reason| Some(Err(ParseError { layer: Layer::Smb1, offset: self.earliest, reason }));
        if offset < self.earliest {
            let value = u64::try_from(offset).unwrap_or(u64::MAX);
            return error(Reason::BadOffset { field: "AndXOffset", value });
        }
        let Some(left) = self.left.checked_sub(1) else {
            return error(Reason::TooDeep { field: "AndXCommand" });
        };
        let block = Block::at(self.message, offset, command, self.unicode);
        if let Ok(block) = &block {
            self.next = block.next();
            self.earliest = block.bytes_offset;
            self.left = left;
        }
        Some(block)
    }
}

impl core::iter::FusedIterator for Blocks<'_> {}

/// The first `length` bytes, or all if there are fewer, and the rest.
pub(super) fn split(bytes: &[u8], length: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(length).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::smb1::testing::{self, REQUEST, message};

    /// A session set-up response with a tree connect response chained to it.
    #[rustfmt::skip]
    const CHAIN: &[u8] = &[
        3,           // WordCount
        0x75, 0,     // AndXCommand: TREE_CONNECT_ANDX, AndXReserved
        43, 0,       // AndXOffset
        1, 0,        // Action
        2, 0,        // ByteCount
        b'o', b's',  // Bytes
        2,           // WordCount
        0xff, 0,     // AndXCommand: none, AndXReserved
        0, 0,        // AndXOffset
        4, 0,        // ByteCount
        b'I', b'P', b'C', 0,
    ];

    fn chain() -> Vec<u8> {
        let mut bytes = message(Command::SESSION_SETUP_ANDX, REQUEST, &[], &[]);
        bytes.truncate(Header::SIZE);
        bytes.extend_from_slice(CHAIN);
        bytes
    }

    fn all(message: &[u8]) -> Vec<Result<Block<'_>, ParseError>> {
        let (_, header) = Header::parse(message).unwrap();
        blocks(message, &header).collect()
    }

    #[test]
    fn follows_the_chain() {
        let message = chain();
        let blocks: Vec<_> = all(&message).into_iter().map(Result::unwrap).collect();
        let [setup, tree] = &blocks[..] else { panic!("{blocks:?}") };
        assert_eq!(setup.command, Command::SESSION_SETUP_ANDX);
        assert_eq!((setup.words, setup.bytes), (&[0x75, 0, 43, 0, 1, 0][..], &b"os"[..]));
        assert_eq!((setup.words_offset, setup.bytes_offset), (33, 41));
        assert_eq!(tree.command, Command::TREE_CONNECT_ANDX);
        assert_eq!((tree.words, tree.bytes), (&[0xff, 0, 0, 0][..], &b"IPC\0"[..]));
        assert_eq!(tree.slice(tree.bytes_offset, 3), b"IPC");
        assert!(!setup.is_cut() && !tree.is_cut());
    }

    #[test]
    fn a_link_that_leads_back_stays_or_leaves_the_message_ends_with_one_error() {
        for offset in [0_u16, 32, 33, 38, 40, 1000] {
            let mut message = chain();
            message[35..37].copy_from_slice(&offset.to_le_bytes());
            let blocks = all(&message);
            assert_eq!(blocks.len(), 2, "offset {offset}");
            assert!(blocks[0].is_ok());
            let reason = blocks[1].unwrap_err().reason;
            if offset < 1000 {
                let value = u64::from(offset);
                assert_eq!(reason, Reason::BadOffset { field: "AndXOffset", value });
            } else {
                assert_eq!(reason, Reason::Truncated { field: "WordCount" });
            }
        }
    }

    #[test]
    fn a_chain_has_an_end() {
        let mut message = chain();
        message.truncate(Header::SIZE);
        for _ in 0..40 {
            let next = u16::try_from(message.len()).unwrap() + 7;
            message.extend_from_slice(&[2, 0x75, 0]);
            message.extend_from_slice(&next.to_le_bytes());
            message.extend_from_slice(&[0, 0]);
        }
        let blocks = all(&message);
        assert_eq!(blocks.iter().filter(|block| block.is_ok()).count(), 16);
        let last = blocks.last().unwrap().unwrap_err();
        assert_eq!(last.reason, Reason::TooDeep { field: "AndXCommand" });
    }

    #[test]
    fn a_cut_message_gives_the_words_and_bytes_there_are() {
        let message = chain();
        let full = all(&message)[0].unwrap();
        testing::truncations(&message, |cut| {
            let (_, header) = Header::parse(cut).unwrap();
            let mut blocks = blocks(cut, &header);
            let first = blocks.next().unwrap();
            if cut.len() == Header::SIZE {
                assert_eq!(first.unwrap_err().reason, Reason::Truncated { field: "WordCount" });
                return;
            }
            let first = first.unwrap();
            assert!(full.words.starts_with(first.words) && full.bytes.starts_with(first.bytes));
            assert_eq!(first.words.len(), 6.min(cut.len() - 33));
            assert_eq!(first.is_cut(), cut.len() < 43);
            assert!(blocks.all(|block| block.is_err() || cut.len() > 43));
        });
    }

    #[test]
    fn an_error_body_without_even_a_byte_count_is_a_block() {
        let mut message = chain();
        message.truncate(Header::SIZE);
        message.push(0);
        let block = all(&message)[0].unwrap();
        assert!(block.words.is_empty() && block.bytes.is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_bounded_chain_that_only_advances(command: u8, body: Vec<u8>) {
            let mut message = message(Command(command), REQUEST, &[], &[]);
            message.truncate(Header::SIZE);
            message.extend_from_slice(&body);
            let blocks = all(&message);
            prop_assert!(blocks.len() <= 17);
            let offsets: Vec<_> = blocks.iter().flatten().map(|block| block.words_offset).collect();
            prop_assert!(offsets.is_sorted_by(|a, b| a < b));
        }
    }
}
