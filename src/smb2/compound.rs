//! Chains of messages in one frame.

use super::Header;
use crate::error::{Layer, ParseError, Parsed, Reason};
use crate::wire::widen;

/// The messages of a frame that begins with an SMB2 header (\[MS-SMB2\] 3.2.4.1.4, 3.3.4.1.3): one, or a chain.
///
/// Each comes with the bytes from its header to the next one. A frame that is no SMB2 at all gives one error. A
/// NextCommand that does not lead to a place further on in the frame still gives its message, with everything that is
/// left, and then one error; offsets of errors count from the start of the frame.
#[must_use]
pub const fn compound(frame: &[u8]) -> Compound<'_> {
    Compound { frame, next: Next::At(0) }
}

/// The iterator of [`compound`].
#[derive(Debug, Clone)]
pub struct Compound<'a> {
    frame: &'a [u8],
    next: Next,
}

#[derive(Debug, Clone, Copy)]
enum Next {
    At(usize),
    Bad(ParseError),
    End,
}

/// One message of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its header.
    pub header: Header,
    /// Its bytes, header included, up to the next message of the chain or the end of the frame. Parsers of bodies
    /// take these.
    pub bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads the message at the start of a frame, and gives what follows it in the chain.
    ///
    /// # Errors
    /// There is no [`Header`], or its NextCommand leads nowhere; [`compound`] gives such a message all the same.
    pub fn parse(frame: &'a [u8]) -> Parsed<'a, Self> {
        let (_, header) = Header::parse(frame)?;
        let (bytes, rest) = split(frame, header.next_command).map_err(nom::Err::Error)?;
        Ok((rest, Self { header, bytes }))
    }

    /// The same message, of which it is known who sent it: see [`Header::sent_by_server`].
    #[must_use]
    pub const fn sent_by_server(self, server: bool) -> Self {
        Self { header: self.header.sent_by_server(server), ..self }
    }
}

impl<'a> Iterator for Compound<'a> {
    type Item = Result<Message<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = match core::mem::replace(&mut self.next, Next::End) {
            Next::At(start) => start,
            Next::Bad(error) => return Some(Err(error)),
            Next::End => return None,
        };
        let element = self.frame.get(start..).unwrap_or_default();
        let header = match Header::parse(element) {
            Ok((_, header)) => header,
            Err(error) => return Some(Err(ParseError::from(error).behind(start))),
        };
        let bytes = match split(element, header.next_command) {
            Ok((bytes, [])) => bytes,
            Ok((bytes, _)) => {
                self.next = Next::At(start.saturating_add(bytes.len()));
                bytes
            }
            Err(error) => {
                self.next = Next::Bad(error.behind(start));
                element
            }
        };
        Some(Ok(Message { header, bytes }))
    }
}

impl core::iter::FusedIterator for Compound<'_> {}

/// The bytes of the first message of a chain, by its NextCommand, and what follows it.
fn split(chain: &[u8], next_command: u32) -> Result<(&[u8], &[u8]), ParseError> {
    match chain.split_at_checked(widen(next_command)) {
        Some(([], all)) => Ok((all, &[])),
        Some((bytes, rest)) if bytes.len() >= Header::SIZE && !rest.is_empty() => Ok((bytes, rest)),
        _ => {
            let reason = Reason::BadOffset { field: "NextCommand", value: u64::from(next_command) };
            Err(ParseError { layer: Layer::Smb2, offset: NEXT_COMMAND, reason })
        }
    }
}

/// Where NextCommand stands in a header.
const NEXT_COMMAND: usize = 20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::header;
    use super::*;
    use crate::smb2::Command;

    fn element(command: u16, next_command: u32, padding: usize) -> Vec<u8> {
        let mut bytes = header(command, 0);
        bytes[20..24].copy_from_slice(&next_command.to_le_bytes());
        bytes.resize(64 + padding, 0xee);
        bytes
    }

    #[test]
    fn a_chain_gives_each_message_with_its_own_bytes() {
        let frame = [element(5, 72, 8), element(8, 67, 3), element(6, 0, 5)].concat();
        let messages: Vec<_> = compound(&frame).map(Result::unwrap).collect();
        let commands: Vec<_> = messages.iter().map(|m| (m.header.command, m.bytes.len())).collect();
        assert_eq!(commands, [(Command::CREATE, 72), (Command::READ, 67), (Command::CLOSE, 69)]);
    }

    #[test]
    fn a_message_is_read_with_what_follows_it() {
        let frame = [element(5, 72, 8), element(6, 0, 5)].concat();
        let (rest, message) = Message::parse(&frame).unwrap();
        assert_eq!(
            (message.header.command, message.bytes, rest),
            (Command::CREATE, &frame[..72], &frame[72..])
        );
        let (rest, message) = Message::parse(rest).unwrap();
        assert_eq!((message.header.command, message.bytes.len(), rest.len()), (Command::CLOSE, 69, 0));
        let error = Message::parse(&element(5, 72, 8)).map_err(ParseError::from).unwrap_err();
        assert_eq!(error.to_string(), "SMB2: bad offset 0x48 of NextCommand at byte 20");
    }

    #[test]
    fn a_next_command_that_leads_nowhere_gives_its_message_and_one_error() {
        for bad in [1, 63, 80, 81, u32::MAX] {
            let frame = [element(5, 72, 8), element(6, bad, 16)].concat();
            let items: Vec<_> = compound(&frame).collect();
            assert_eq!(items.len(), 3, "NextCommand {bad}");
            assert_eq!(items[1].unwrap().bytes.len(), 80);
            let reason = Reason::BadOffset { field: "NextCommand", value: u64::from(bad) };
            assert_eq!(items[2], Err(ParseError { layer: Layer::Smb2, offset: 72 + 20, reason }));
        }
    }

    #[test]
    fn what_is_no_header_gives_one_error_and_ends() {
        assert_eq!(compound(b"").count(), 1);
        let frame = [element(5, 72, 8), vec![0xfe, b'S', b'M', b'B', 64]].concat();
        let items: Vec<_> = compound(&frame).collect();
        assert_eq!(items.len(), 2);
        assert_eq!(items[1].unwrap_err().to_string(), "SMB2: cut short in StructureSize at byte 76");
    }

    proptest! {
        #[test]
        fn messages_lie_one_behind_the_other_inside_the_frame(
            nexts in proptest::collection::vec((0u32..200, 0usize..90), 1..6)
        ) {
            let frame = nexts.iter().flat_map(|(next, padding)| element(5, *next, *padding)).collect::<Vec<_>>();
            let mut covered = 0;
            let mut ended = false;
            for item in compound(&frame) {
                prop_assert!(!ended);
                match item {
                    Ok(message) => {
                        prop_assert!(message.bytes.len() >= 64);
                        prop_assert_eq!(message.bytes, &frame[covered..covered + message.bytes.len()]);
                        covered += message.bytes.len();
                    }
                    Err(_) => ended = true,
                }
            }
            prop_assert!(ended || covered == frame.len());
        }
    }
}
