//! Strings that are UTF-16 or 8-bit as the message's header says.

use core::fmt::{self, Write as _};

use super::Block;
use crate::wire::Utf16;

/// A string of a message, borrowed (`SMB_STRING` and `OEM_STRING`, \[MS-CIFS\] 2.2.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Text<'a> {
    /// UTF-16LE.
    Utf16(Utf16<'a>),
    /// 8-bit characters of the client's code page. Shown as UTF-8 where they are valid, else as Latin-1.
    Oem(&'a [u8]),
}

impl Text<'_> {
    /// True if there is no character.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        match self {
            Self::Utf16(text) => text.is_empty(),
            Self::Oem(bytes) => bytes.is_empty(),
        }
    }

    /// True if the text is `ascii`, whatever the case of its letters.
    #[must_use]
    pub fn eq_ignore_ascii_case(self, ascii: &str) -> bool {
        self.starts_with_ignore_ascii_case(ascii) && self.unit(ascii.len()).is_none()
    }

    /// True if the text begins with `ascii`, whatever the case of its letters.
    #[must_use]
    pub fn starts_with_ignore_ascii_case(self, ascii: &str) -> bool {
        let is = |unit, byte: u8| u8::try_from(unit).is_ok_and(|unit| unit.eq_ignore_ascii_case(&byte));
        ascii.bytes().enumerate().all(|(index, byte)| self.unit(index).is_some_and(|unit| is(unit, byte)))
    }

    /// The code unit at `index`.
    fn unit(self, index: usize) -> Option<u16> {
        match self {
            Self::Utf16(text) => text.as_bytes().as_chunks().0.get(index).copied().map(u16::from_le_bytes),
            Self::Oem(bytes) => bytes.get(index).copied().map(u16::from),
        }
    }
}

/// Empty.
impl Default for Text<'_> {
    fn default() -> Self {
        Self::Oem(&[])
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16(text) => fmt::Display::fmt(text, f),
            Self::Oem(bytes) => match core::str::from_utf8(bytes) {
                Ok(text) => f.write_str(text),
                Err(_) => bytes.iter().try_for_each(|byte| f.write_char(char::from(*byte))),
            },
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Text<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads the strings that stand one behind the other at the end of a block.
///
/// UTF-16 strings begin at an even offset from the header. Senders are known to forget the pad byte, and to add one
/// where none belongs; a first string that reads as Latin letters only when moved by one byte is taken so.
/// The last string may lack its terminator, or half of it.
#[derive(Debug, Clone)]
pub(super) struct Strings<'a> {
    rest: &'a [u8],
    unicode: bool,
    padded: bool,
    /// The message ends before the strings do.
    cut: bool,
    /// The string that was read last has its terminator.
    terminated: bool,
}

impl<'a> Strings<'a> {
    /// The strings of `rest`, the last part of the block's bytes.
    pub(super) fn of(block: &Block<'a>, rest: &'a [u8]) -> Self {
        let skipped = block.bytes.len().saturating_sub(rest.len());
        let padded = block.bytes_offset.saturating_add(skipped) % 2 == 1;
        Self { rest, unicode: block.unicode, padded, cut: block.is_cut(), terminated: false }
    }

    /// The strings of `rest`, with the first one behind a pad byte if `padded`.
    pub(super) const fn new(rest: &'a [u8], unicode: bool, padded: bool) -> Self {
        Self { rest, unicode, padded, cut: false, terminated: false }
    }

    /// The strings that are still to come, the next one padded by its own offset: 8-bit ones went before.
    pub(super) fn realigned(self, block: &Block<'a>) -> Self {
        Self::of(block, self.rest)
    }

    /// The next string, empty if the sender left it out, `None` if the message was cut before it.
    pub(super) fn take(&mut self) -> Option<Text<'a>> {
        let text = if self.unicode { Text::Utf16(self.utf16()) } else { self.oem() };
        let lost = self.cut && !self.terminated && text.is_empty();
        (!lost).then_some(text)
    }

    /// The next string as [`Strings::take`] gives it, or an empty one.
    pub(super) fn text(&mut self) -> Text<'a> {
        self.take().unwrap_or_default()
    }

    /// The next string of a core command, behind the byte `BufferFormat` 4 (\[MS-CIFS\] 2.2.4.3.1).
    pub(super) fn formatted(&mut self) -> Text<'a> {
        if let [4, rest @ ..] = self.rest {
            self.rest = rest;
            self.padded = !self.padded;
        }
        self.text()
    }

    /// The next string of a core command, `None` if the message was cut before it.
    pub(super) fn formatted_or_none(&mut self) -> Option<Text<'a>> {
        let text = self.formatted();
        let lost = self.cut && !self.terminated && text.is_empty();
        (!lost).then_some(text)
    }

    /// What follows the strings that were read.
    pub(super) const fn into_rest(self) -> &'a [u8] {
        self.rest
    }

    /// The next string, 8-bit whatever the header says.
    pub(super) fn oem(&mut self) -> Text<'a> {
        let length = self.rest.iter().position(|byte| *byte == 0).unwrap_or(self.rest.len());
        Text::Oem(self.advance(length, 1))
    }

    fn utf16(&mut self) -> Utf16<'a> {
        self.align();
        let text = Utf16::until_nul(self.rest);
        self.advance(text.as_bytes().len(), 2);
        text
    }

    /// Moves behind the pad byte if there is one.
    fn align(&mut self) {
        let shifted = self.rest.get(1..).unwrap_or_default();
        let shift = match (is_latin(self.rest), is_latin(shifted)) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => self.padded,
        };
        if shift {
            self.rest = shifted;
        }
        self.padded = false;
    }

    /// Takes `length` bytes and drops the terminator behind them.
    fn advance(&mut self, length: usize, terminator: usize) -> &'a [u8] {
        let (text, rest) = super::block::split(self.rest, length);
        let rest = rest.get(terminator..);
        self.terminated = rest.is_some();
        self.rest = rest.unwrap_or_default();
        text
    }
}

/// True if the first two units are characters up to U+00FF and neither is NUL.
const fn is_latin(bytes: &[u8]) -> bool {
    matches!(bytes, [1..=255, 0, 1..=255, 0, ..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::smb1::testing::wide;

    /// The texts that `bytes` hold, until they are used up.
    fn texts(bytes: &[u8], unicode: bool, padded: bool) -> Vec<String> {
        let mut strings = Strings::new(bytes, unicode, padded);
        let mut texts = Vec::new();
        while !strings.rest.is_empty() {
            texts.push(strings.text().to_string());
        }
        texts
    }

    #[test]
    fn utf16_strings_are_found_with_the_pad_byte_without_it_and_with_one_too_many() {
        let strings = [wide("Unix\0"), wide("\0"), wide("Samba\0")].concat();
        let padded = [&[0][..], &strings].concat();
        for (bytes, expects_pad) in [(&strings, false), (&padded, true), (&strings, true), (&padded, false)] {
            assert_eq!(texts(bytes, true, expects_pad), ["Unix", "", "Samba"]);
        }
    }

    #[test]
    fn an_empty_first_string_and_letters_beyond_latin_keep_to_the_specified_place() {
        assert_eq!(
            texts(&[&[0x5c][..], &wide("\0\u{3072}\u{3089}\0")].concat(), true, true),
            ["", "\u{3072}\u{3089}"]
        );
        assert_eq!(texts(&wide("\u{420}\u{443}\0A\0"), true, false), ["\u{420}\u{443}", "A"]);
    }

    #[test]
    fn the_last_terminator_may_be_missing_or_half_there() {
        for end in [&b""[..], b"\0", b"\0\0"] {
            assert_eq!(texts(&[&wide("DOMAIN"), end].concat(), true, false), ["DOMAIN"]);
        }
        assert_eq!(texts(b"Windows 4.0\0LAN", false, true), ["Windows 4.0", "LAN"]);
    }

    #[test]
    fn a_string_that_was_cut_off_differs_from_an_empty_one() {
        let whole = Strings::new(&[], true, true).take();
        assert_eq!(whole.map(Text::is_empty), Some(true));
        let mut cut = Strings { cut: true, ..Strings::new(b"G\0U\0", true, false) };
        assert_eq!(cut.take().unwrap().to_string(), "GU");
        assert_eq!(cut.take(), None);
        for bytes in [&b"\0"[..], b"\0\0"] {
            let mut cut = Strings { cut: true, ..Strings::new(bytes, true, true) };
            assert_eq!(cut.take(), None, "a pad byte, and half a unit");
        }
    }

    #[test]
    fn comparison_ignores_case_in_both_forms() {
        let path = wide(r"\\S\Ipc$");
        for text in [Text::Utf16(Utf16::new(&path)), Text::Oem(br"\\s\iPC$")] {
            assert!(text.eq_ignore_ascii_case(r"\\s\IPC$") && text.starts_with_ignore_ascii_case(r"\\S"));
            assert!(!text.eq_ignore_ascii_case(r"\\s\IPC") && !text.eq_ignore_ascii_case(r"\\s\IPC$x"));
        }
    }

    #[test]
    fn eight_bit_text_is_utf8_or_latin1() {
        assert_eq!(Text::Oem("B\u{fc}ro".as_bytes()).to_string(), "B\u{fc}ro");
        assert_eq!(Text::Oem(b"B\xfcro").to_string(), "B\u{fc}ro");
    }

    proptest! {
        #[test]
        fn any_latin_strings_survive_any_padding(
            first in "[ -~]{2,20}", other in proptest::collection::vec("[ -~]{0,9}", 0..4),
            padded: bool, expected: bool,
        ) {
            let mut bytes = vec![0; usize::from(padded)];
            for text in core::iter::once(&first).chain(&other) {
                bytes.extend_from_slice(&wide(text));
                bytes.extend_from_slice(&[0, 0]);
            }
            let read = texts(&bytes, true, expected);
            prop_assert_eq!(&read[0], &first);
            prop_assert_eq!(&read[1..], &other[..]);
        }
    }
}
