//! NetBIOS names.

use core::fmt;

use crate::error::{Layer, ParseError, Parsed, Reason, Unread, parse};
use crate::wire::{array, latin1, take, u8};

/// Labels of a scope that are followed; 255 bytes hold no more.
const MAX_LABELS: usize = 128;

/// A NetBIOS name in its first-level encoding (RFC 1001 14.1, RFC 1002 4.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Name {
    /// The first 15 bytes without the padding (spaces or NULs) at their end, in the sender's code page, shown as
    /// Latin-1.
    pub name: String,
    /// The 16th byte: which service, such as 0x20 for the file server, 0x00 for the workstation.
    pub suffix: u8,
    /// The scope, its labels joined by dots; nearly always empty.
    pub scope: String,
}

impl Name {
    /// Reads an encoded name and gives what follows it.
    ///
    /// # Errors
    /// The input is cut short, the first label is not of 32 letters from A to P, or a label is a pointer.
    pub fn parse(input: &[u8]) -> Result<(&[u8], Self), ParseError> {
        parse(Layer::NetBios, input, Self::read)
    }

    pub(super) fn read(input: &[u8]) -> Parsed<'_, Self> {
        let (after, length) = u8(input)?;
        if length != 32 {
            return Err(Unread::error(
                input,
                Reason::BadValue { field: "NAME length", value: length.into() },
            ));
        }
        let (mut input, letters) = array::<32>(after)?;
        let mut bytes = [0; 16];
        for (byte, [high, low]) in bytes.iter_mut().zip(letters.as_chunks::<2>().0) {
            let (Some(high), Some(low)) = (nibble(*high), nibble(*low)) else {
                let value = u16::from_be_bytes([*high, *low]).into();
                return Err(Unread::error(after, Reason::BadValue { field: "NAME", value }));
            };
            *byte = high << 4 | low;
        }
        let [name @ .., suffix] = &bytes;
        let padding = name.iter().rev().take_while(|byte| matches!(byte, b' ' | 0)).count();
        let name = name.get(..name.len().saturating_sub(padding)).unwrap_or_default();

        let mut scope = String::new();
        for _ in 0..MAX_LABELS {
            let (rest, length) = u8(input)?;
            if length == 0 {
                return Ok((rest, Self { name: latin1(name), suffix: *suffix, scope }));
            }
            if length > 63 {
                return Err(Unread::error(input, Reason::BadValue { field: "SCOPE", value: length.into() }));
            }
            let (rest, label) = take("SCOPE", length.into())(rest)?;
            if !scope.is_empty() {
                scope.push('.');
            }
            scope.push_str(&latin1(label));
            input = rest;
        }
        Err(Unread::error(input, Reason::TooDeep { field: "SCOPE" }))
    }
}

/// `FILESRV<20>`, and the scope after a dot.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}<{:02x}>", self.name, self.suffix)?;
        if self.scope.is_empty() { Ok(()) } else { write!(f, ".{}", self.scope) }
    }
}

fn nibble(letter: u8) -> Option<u8> {
    letter.checked_sub(b'A').filter(|nibble| *nibble < 16)
}
