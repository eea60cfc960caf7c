//! Texts as the page shows them.

use smbscope::finding::Plain;
use smbscope::report::Moment;
use smbscope::wire::Timestamp;

/// `14:03:05.120`.
pub(crate) fn clock(time: Timestamp) -> String {
    let text = time.to_string();
    text.get(11..23).unwrap_or(&text).to_owned()
}

/// `2002-11-05`.
pub(crate) fn day(time: Timestamp) -> String {
    let text = time.to_string();
    text.get(..10).unwrap_or(&text).to_owned()
}

/// `812`, or `1:812` for the second of several captures.
pub(crate) fn frame(at: Moment, several: bool) -> String {
    if several { format!("{}:{}", at.capture, at.frame) } else { at.frame.to_string() }
}

/// A name off the wire in at most so many columns of a picture; wide characters take two.
pub(crate) fn fit(name: &str, columns: usize) -> String {
    let plain = Plain::name(name).to_string();
    if width(&plain) <= columns {
        return plain;
    }
    let mut fitted = String::new();
    let mut used = 1;
    for c in plain.chars() {
        used += columns_of(c);
        if used > columns {
            break;
        }
        fitted.push(c);
    }
    fitted.push('…');
    fitted
}

fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Columns of a character, as nearly as need be: those beyond the Latin, Greek, Cyrillic and Semitic blocks are taken to
/// be wide.
fn columns_of(c: char) -> usize {
    if u32::from(c) < 0x0700 || c == '…' { 1 } else { 2 }
}
