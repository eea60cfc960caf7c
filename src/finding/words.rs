//! How values are put into words: text off the wire, counts, lists.

use core::fmt::{self, Write as _};
use std::collections::BTreeSet;

use crate::net::Endpoint;

pub use crate::wire::Span;

/// Text off the wire, made safe for a terminal: what would move the cursor, change colours, hide or reorder text is
/// shown as `<U+001B>`, and what is longer than a name has reason to be ends in `…`.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a> {
    text: &'a str,
    longest: usize,
}

/// Characters of a name that are shown.
const NAME: usize = 64;
/// Names of a list that are told.
const NAMED: usize = 5;
/// Characters of a sentence that are shown; it may hold several names.
const SENTENCE: usize = 400;
/// Characters of a finding's text that are shown; its names are shortened each.
const PARAGRAPH: usize = 1_000;

impl<'a> Plain<'a> {
    /// A name: 64 characters of it.
    #[must_use]
    pub const fn name(text: &'a str) -> Self {
        Self { text, longest: NAME }
    }

    /// All of a text.
    #[must_use]
    pub const fn whole(text: &'a str) -> Self {
        Self { text, longest: usize::MAX }
    }

    /// Whether a character is shown as it is: neither a control character nor one that reorders, joins or hides text.
    #[must_use]
    pub fn shows(c: char) -> bool {
        is_plain(c)
    }

    /// A sentence that holds names off the wire: 400 characters of it.
    #[must_use]
    pub const fn sentence(text: &'a str) -> Self {
        Self { text, longest: SENTENCE }
    }

    /// What a finding says, in which names are shortened already: 1,000 characters of it.
    #[must_use]
    pub const fn paragraph(text: &'a str) -> Self {
        Self { text, longest: PARAGRAPH }
    }
}

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.text.chars();
        for c in chars.by_ref().take(self.longest) {
            if is_plain(c) {
                f.write_char(c)?;
            } else {
                write!(f, "<U+{:04X}>", u32::from(c))?;
            }
        }
        if chars.next().is_some() { f.write_char('…') } else { Ok(()) }
    }
}

/// False for control characters and for the invisible characters that reorder, join or hide text.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A number of things: `1 client`, `2 clients`, `12,345 packets`. `one` is the singular; the plural adds an `s`.
#[must_use]
pub fn count(number: usize, one: &str) -> String {
    format!("{} {one}{}", Digits(number), if number == 1 { "" } else { "s" })
}

/// A number with its thousands set apart: `12,345`.
#[derive(Debug, Clone, Copy)]
pub struct Digits(pub usize);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.chars().enumerate() {
            let left = digits.len().saturating_sub(place);
            if place > 0 && left.is_multiple_of(3) {
                f.write_char(',')?;
            }
            f.write_char(digit)?;
        }
        Ok(())
    }
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// `192.168.1.10:139`, or `192.168.1.10 (ports 139, 445)`; several addresses are listed. A station is named by its MAC
/// address alone, since the number of a NetBEUI session is that session's.
pub(crate) fn endpoints(ends: &BTreeSet<Endpoint>) -> String {
    let ends: Vec<&Endpoint> = ends.iter().collect();
    let of_address = |ends: &[&Endpoint]| match ends {
        [one, ..] if one.host().ip().is_none() => one.host().to_string(),
        [one] => one.to_string(),
        _ => {
            let ports: Vec<String> = ends.iter().map(|end| end.port.to_string()).collect();
            let host = ends.first().map(|end| end.host().to_string());
            format!("{} (ports {})", host.unwrap_or_default(), ports.join(", "))
        }
    };
    list(&ends.chunk_by(|one, other| one.host() == other.host()).map(of_address).collect::<Vec<_>>())
}

/// The first few of some items as a list, and how many others there are.
pub(super) fn first_of(items: &[String], most: usize) -> String {
    let (told, others) = items.split_at(items.len().min(most));
    let mut told = told.to_vec();
    if !others.is_empty() {
        told.push(count(others.len(), "other"));
    }
    list(&told)
}

/// Names off the wire as a list: the first few, and how many others there are.
pub(super) fn names(names: &[&str]) -> String {
    first_few(names.iter().map(|name| Plain::name(name).to_string()))
}

/// The first few of many as a list, and how many others there are.
pub(super) fn first_few(all: impl IntoIterator<Item = String>) -> String {
    let mut all = all.into_iter();
    let mut told: Vec<String> = all.by_ref().take(NAMED).collect();
    match all.count() {
        0 => {}
        others => told.push(count(others, "other")),
    }
    list(&told)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_cannot_touch_the_terminal() {
        let hostile = "\x1b[2J\u{9b}31m\u{202e}gpj\u{200b}\r\nlp1\u{7f}";
        assert_eq!(
            Plain::name(hostile).to_string(),
            "<U+001B>[2J<U+009B>31m<U+202E>gpj<U+200B><U+000D><U+000A>lp1<U+007F>"
        );
        assert_eq!(Plain::name(r"\\PRNSRV\Büro 1").to_string(), r"\\PRNSRV\Büro 1");
        assert_eq!(Plain::name(&"x".repeat(65)).to_string(), format!("{}…", "x".repeat(64)));
        assert_eq!(Plain::name(&"x".repeat(64)).to_string(), "x".repeat(64));
    }

    proptest! {
        #[test]
        fn whatever_the_text_only_plain_characters_come_out(text in any::<String>()) {
            let shown = Plain::name(&text).to_string();
            prop_assert!(shown.chars().all(is_plain));
            prop_assert!(shown.chars().count() <= 64 * "<U+10FFFF>".len() + 1);
        }
    }

    #[test]
    fn counts_and_lists() {
        assert_eq!(count(1, "client"), "1 client");
        assert_eq!(count(1_234_567, "packet"), "1,234,567 packets");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(names(&["a", "b", "c", "d", "e"]), "a, b, c, d and e");
        assert_eq!(names(&["a", "b", "c", "d", "e", "f\x1b"]), "a, b, c, d, e and 1 other");
    }
}
