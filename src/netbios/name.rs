//! NetBIOS names.

use core::fmt;

use crate::error::{Layer, ParseError, Parsed, Read, Reason, Unread, prefix};
use crate::wire::{array, fields, latin1, take, u8};

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
    /// All 16 bytes, padding and suffix included.
    pub bytes: [u8; 16],
}

impl Name {
    /// Reads an encoded name and gives what follows it.
    ///
    /// # Errors
    /// The input is cut short, the first label is not of 32 letters from A to P, or a label is a pointer.
    pub fn parse(input: &[u8]) -> Parsed<'_, Self> {
        prefix(Layer::NetBios, input, Self::read)
    }

    pub(super) fn read(input: &[u8]) -> Read<'_, Self> {
        fields!(upper input => after; name_length: u8);
        if name_length != 32 {
            return Err(Unread::error(
                input,
                Reason::BadValue { field: "NAME length", value: name_length.into() },
            ));
        }
        fields!(upper after => rest; name: array::<32>);
        let mut bytes = [0; 16];
        for (byte, [high, low]) in bytes.iter_mut().zip(name.as_chunks::<2>().0) {
            let (Some(high), Some(low)) = (nibble(*high), nibble(*low)) else {
                let value = u16::from_be_bytes([*high, *low]).into();
                return Err(Unread::error(after, Reason::BadValue { field: "NAME", value }));
            };
            *byte = high << 4 | low;
        }
        let (mut scope, mut input) = (String::new(), rest);
        for _ in 0..MAX_LABELS {
            fields!(upper input => rest; scope_length: u8);
            if scope_length == 0 {
                return Ok((rest, Self { scope, ..Self::from_bytes(bytes) }));
            }
            if scope_length > 63 {
                return Err(Unread::error(
                    input,
                    Reason::BadValue { field: "SCOPE", value: scope_length.into() },
                ));
            }
            let (rest, label) = take("SCOPE", scope_length.into())(rest)?;
            if !scope.is_empty() {
                scope.push('.');
            }
            scope.push_str(&latin1(label));
            input = rest;
        }
        Err(Unread::error(input, Reason::TooDeep { field: "SCOPE" }))
    }

    /// A name as it stands where names are not encoded: 16 bytes, the last of them the suffix.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let [name @ .., suffix] = &bytes;
        let padding = name.iter().rev().take_while(|byte| matches!(byte, b' ' | 0)).count();
        let name = name.get(..name.len().saturating_sub(padding)).unwrap_or_default();
        Self { name: latin1(name), suffix: *suffix, scope: String::new(), bytes }
    }

    /// Reads the name at `offset` of a message of the name service, in which a pointer may stand for a name before it
    /// (RFC 1002 4.2.1.3), and gives the offset of what follows it.
    ///
    /// # Errors
    /// As [`Name::parse`], or a pointer leads anywhere but to an encoded name before it.
    pub fn parse_at(message: &[u8], offset: usize) -> Result<(usize, Self), ParseError> {
        let error = |offset: usize, reason| ParseError { layer: Layer::NetBios, offset, reason };
        let input = message.get(offset..).unwrap_or_default();
        if let [high @ 0xc0..=0xff, low, ..] = *input {
            let target = usize::from(u16::from_be_bytes([high & 0x3f, low]));
            if target >= offset {
                let value = u64::from(u16::from_be_bytes([high, low]));
                return Err(error(offset, Reason::BadOffset { field: "NAME pointer", value }));
            }
            let (_, name) = Self::parse(message.get(target..).unwrap_or_default())
                .map_err(|inner| ParseError::from(inner).behind(target))?;
            return Ok((offset.saturating_add(2), name));
        }
        let (rest, name) = Self::parse(input).map_err(|inner| ParseError::from(inner).behind(offset))?;
        Ok((message.len().saturating_sub(rest.len()), name))
    }

    /// What a unique name of this suffix belongs to (Microsoft KB 163409), if that is known.
    #[must_use]
    pub fn service(&self) -> Option<&'static str> {
        Some(match self.suffix {
            0x00 => "workstation",
            0x01 => "master browser",
            0x03 => "messenger",
            0x06 => "remote access server",
            0x1b => "domain master browser",
            0x1c => "domain controllers",
            0x1d => "local master browser",
            0x1e => "browser elections",
            0x1f => "network DDE",
            0x20 => "file server",
            0x21 => "remote access client",
            0x22 => "Exchange interchange",
            0x23 => "Exchange store",
            0x24 => "Exchange directory",
            0x30 => "modem sharing server",
            0x31 => "modem sharing client",
            0x43 => "SMS client remote control",
            0x44 => "SMS administrator remote control",
            0x45 => "SMS client remote chat",
            0x46 => "SMS client remote transfer",
            0x6a => "Exchange mail connector",
            0x87 => "Exchange message transfer agent",
            0xbe => "network monitor agent",
            0xbf => "network monitor",
            _ => return None,
        })
    }
}

/// As its text.
#[cfg(feature = "serde")]
impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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
