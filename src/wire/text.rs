//! Strings as they stand on the wire, borrowed until somebody wants to read them.

use core::fmt::{self, Write as _};

use super::up_to;

/// UTF-16LE text, borrowed and not yet decoded. Unpaired surrogates are shown as U+FFFD.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Utf16<'a>(&'a [u8]);

impl<'a> Utf16<'a> {
    /// All of `bytes`; an odd last byte is ignored.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// `bytes` up to the first NUL unit, or all of it if there is none.
    #[must_use]
    pub fn until_nul(bytes: &'a [u8]) -> Self {
        let units = bytes.chunks_exact(2).take_while(|unit| *unit != [0, 0]).count();
        Self(up_to(bytes, units.saturating_mul(2)))
    }

    /// The bytes as they stood on the wire.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// True if there is no whole unit.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.len() < 2
    }

    /// The characters.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        let units = self.0.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl fmt::Display for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Utf16<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// UTF-16LE bytes as a `String`, up to the first NUL.
#[must_use]
pub fn utf16(bytes: &[u8]) -> String {
    Utf16::until_nul(bytes).to_string()
}

/// 8-bit bytes up to the first NUL as a `String`: UTF-8 where it is valid, else Latin-1.
#[must_use]
pub fn ascii(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let bytes = up_to(bytes, end);
    core::str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned)
}

/// Each byte as the character of that number, which loses nothing whatever the code page was.
#[must_use]
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_stops_at_nul_keeps_unpaired_surrogates_visible_and_ignores_an_odd_byte() {
        assert_eq!(utf16(b"l\0p\x001\0\0\0x\0"), "lp1");
        assert_eq!(utf16(b"a\0\x00\xd8b\0c"), "a\u{fffd}b");
        assert!(Utf16::new(b"\0").is_empty());
    }

    #[test]
    fn eight_bit_text_is_utf8_or_latin1() {
        assert_eq!(ascii(b"IPC\0rest"), "IPC");
        assert_eq!(ascii(b"B\xfcro"), "B\u{fc}ro");
    }
}
