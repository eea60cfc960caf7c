//! What the tests of the commands share: a header to put before a body, and the trial of every truncation.

use super::{Header, Message};
use crate::error::{ParseError, Reason};

/// A header of a command with these flags, everything else zero.
pub(super) fn header(command: u16, flags: u32) -> Vec<u8> {
    [
        &Header::PROTOCOL_ID[..], // ProtocolId
        &[64, 0],                 // StructureSize
        &[0; 2],                  // CreditCharge
        &[0; 4],                  // Status
        &command.to_le_bytes(),   // Command
        &[0; 2],                  // CreditRequest
        &flags.to_le_bytes(),     // Flags
        &[0; 4],                  // NextCommand
        &[0; 8],                  // MessageId
        &[0; 8],                  // ProcessId, TreeId
        &[0; 8],                  // SessionId
        &[0; 16],                 // Signature
    ]
    .concat()
}

/// A message with the fields of a body behind an empty header.
pub(super) fn message(fields: &[&[u8]]) -> Vec<u8> {
    [header(0, 0), fields.concat()].concat()
}

/// The message that these bytes are.
pub(super) fn of(bytes: &[u8]) -> Message<'_> {
    Message::parse(bytes).unwrap().1
}

/// UTF-16LE.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Tries `parse` on every truncation: it must read the message as soon as header and body have `fixed` bytes, and
/// say where a shorter one ends. Then tries it with a StructureSize of another structure.
pub(super) fn try_truncations<'a, T>(
    message: &'a [u8],
    fixed: usize,
    parse: impl Fn(&Message<'a>) -> Result<T, ParseError>,
) {
    for length in 0..=message.len() {
        match Message::parse(&message[..length])
            .map_err(ParseError::from)
            .and_then(|(_, message)| parse(&message))
        {
            Ok(_) => assert!(length >= fixed, "read at {length} of {fixed} bytes"),
            Err(error) => {
                assert!(length < fixed, "{error} at {length} of {fixed} bytes");
                assert!(error.offset <= length);
                let Reason::Truncated { field } = error.reason else { panic!("{error} at {length}") };
                assert!(!field.is_empty(), "{error} at {length}");
            }
        }
    }
    let mut other = message.to_vec();
    other[64] ^= 0x40;
    let error = parse(&of(other.leak())).err().expect("another structure's size");
    assert_eq!(error.offset, 64);
}

/// Sixteen bytes of a FileId: persistent 0x0a0b, volatile 0x0c0d.
pub(super) const FILE_ID: [u8; 16] = [0x0b, 0x0a, 0, 0, 0, 0, 0, 0, 0x0d, 0x0c, 0, 0, 0, 0, 0, 0];
