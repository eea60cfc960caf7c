//! Fields whose bytes stand in the payload of a message, and the texts among them.

use core::fmt;

use super::NegotiateFlags;
use crate::error::Read;
use crate::wire::{Utf16, ascii, le_u16, le_u32, up_to, widen};

/// A text of an NTLMSSP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text<'a> {
    /// UTF-16LE.
    Utf16(Utf16<'a>),
    /// Bytes of the sender's OEM character set, which the message does not name.
    Oem(&'a [u8]),
}

impl<'a> Text<'a> {
    /// Bytes in the character set that the flags say.
    pub(super) fn new(bytes: &'a [u8], flags: NegotiateFlags) -> Self {
        if flags.contains(NegotiateFlags::UNICODE) {
            Self::Utf16(Utf16::until_nul(bytes))
        } else {
            Self::Oem(bytes)
        }
    }

    /// True if there is no character.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        match self {
            Self::Utf16(text) => text.is_empty(),
            Self::Oem(bytes) => bytes.is_empty(),
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16(text) => text.fmt(f),
            Self::Oem(bytes) => f.write_str(&ascii(bytes)),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Text<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Len, MaxLen and BufferOffset of a field, and its bytes as far as they are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Field<'a> {
    pub(super) length: u16,
    /// Where the bytes begin, if there are any.
    pub(super) start: Option<usize>,
    pub(super) bytes: &'a [u8],
}

impl Field<'_> {
    /// True if bytes are missing.
    pub(super) fn is_cut(&self) -> bool {
        self.bytes.len() < self.length.into()
    }
}

/// Reads a field of a `message`. Where an empty field points is of no matter.
pub(super) fn field<'a>(message: &'a [u8]) -> impl Fn(&'a [u8]) -> Read<'a, Field<'a>> {
    move |input| {
        let (rest, length) = le_u16(input)?;
        let (rest, _max_length) = le_u16(rest)?;
        let (rest, offset) = le_u32(rest)?;
        let from = message.get(widen(offset)..).unwrap_or_default();
        let bytes = up_to(from, length.into());
        let start = (!bytes.is_empty()).then_some(widen(offset));
        Ok((rest, Field { length, start, bytes }))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Len, MaxLen and BufferOffset.
    pub(in crate::auth) fn encode(length: u16, offset: u32) -> Vec<u8> {
        [&length.to_le_bytes()[..], &length.to_le_bytes(), &offset.to_le_bytes()].concat()
    }

    #[test]
    fn a_field_is_given_as_far_as_it_is_there() {
        let message = b"0123456789";
        for (length, offset, bytes, is_cut) in [
            (4, 2, &b"2345"[..], false),
            (4, 8, b"89", true),
            (4, 10, b"", true),
            (0, 10, b"", false),
            (0, u32::MAX, b"", false),
            (u16::MAX, u32::MAX, b"", true),
        ] {
            let encoded = encode(length, offset);
            let (_, field) = field(message)(&encoded).unwrap();
            assert_eq!((field.bytes, field.is_cut(), field.length), (bytes, is_cut, length));
        }
    }

    #[test]
    fn texts_follow_the_unicode_flag() {
        let utf16 = Text::new(b"W\0S\0\0\0x\0", NegotiateFlags::UNICODE);
        assert_eq!(utf16.to_string(), "WS");
        let oem = Text::new(b"WS", NegotiateFlags::OEM);
        assert_eq!((oem.to_string(), oem.is_empty()), ("WS".into(), false));
        assert!(Text::new(b"", NegotiateFlags::UNICODE).is_empty());
    }
}
