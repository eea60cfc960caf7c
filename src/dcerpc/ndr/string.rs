//! Wide strings in either byte order.

use core::fmt::{self, Write as _};

/// UTF-16 text of a stub in the byte order of its PDU, borrowed and not yet decoded. Shown up to the first NUL;
/// unpaired surrogates are shown as U+FFFD.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NdrString<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> NdrString<'a> {
    /// All of `bytes`, the terminating NUL included; an odd last byte is ignored.
    #[must_use]
    pub const fn new(bytes: &'a [u8], big_endian: bool) -> Self {
        Self { bytes, big_endian }
    }

    /// The bytes as they stood on the wire, with their NUL.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The UTF-16 units, the NUL included.
    pub fn units(self) -> impl Iterator<Item = u16> + 'a {
        let big_endian = self.big_endian;
        self.bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(move |unit| if big_endian { u16::from_be_bytes(*unit) } else { u16::from_le_bytes(*unit) })
    }

    /// The characters in front of the first NUL.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        let text = self.units().take_while(|unit| *unit != 0);
        char::decode_utf16(text).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The texts of a `REG_MULTI_SZ`: each ends with a NUL, the last one with two, and what is behind is nothing.
    pub fn split(self) -> impl Iterator<Item = Self> + 'a {
        let Self { mut bytes, big_endian } = self;
        core::iter::from_fn(move || {
            let units = bytes.as_chunks::<2>().0;
            let end = units.iter().position(|unit| *unit == [0, 0]).unwrap_or(units.len());
            let text = bytes.get(..end.saturating_mul(2)).filter(|text| !text.is_empty())?;
            bytes = bytes.get(end.saturating_add(1).saturating_mul(2)..).unwrap_or_default();
            Some(Self { bytes: text, big_endian })
        })
    }

    /// True if there is no character in front of the first NUL.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.units().next().is_none_or(|unit| unit == 0)
    }

    /// True if the last unit is a NUL, and no other is: the form that `[string]` parameters have.
    #[must_use]
    pub fn is_terminated(self) -> bool {
        let units = self.bytes.len().checked_div(2).unwrap_or_default();
        self.units().position(|unit| unit == 0).is_some_and(|at| at.saturating_add(1) == units)
    }
}

impl fmt::Display for NdrString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for NdrString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_byte_orders_read_the_same_text() {
        let little = NdrString::new(b"\\\0a\0\x00\xd8\0\0", false);
        let big = NdrString::new(b"\0\\\0a\xd8\x00\0\0", true);
        assert_eq!(little.to_string(), "\\a\u{fffd}");
        assert_eq!(big.to_string(), little.to_string());
        assert!(little.is_terminated() && big.is_terminated());
    }

    #[test]
    fn only_one_nul_at_the_end_is_a_termination() {
        assert!(!NdrString::new(b"a\0b\0", false).is_terminated());
        assert!(!NdrString::new(b"a\0\0\0b\0\0\0", false).is_terminated());
        assert!(NdrString::new(b"\0\0", false).is_terminated() && NdrString::new(b"\0\0", false).is_empty());
    }
}
