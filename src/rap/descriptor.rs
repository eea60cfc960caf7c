//! Descriptors: letters that say of which types parameters and entries are (\[MS-RAP\] 2.4, 3.1.1.2).
//!
//! ```
//! use smbscope::rap::descriptor::{Value, field, items, size};
//!
//! // A name of 13 bytes, a byte, a word, a pointer to a text.
//! assert_eq!(items(b"B13BWz").map(size).sum::<usize>(), 13 + 1 + 2 + 4);
//!
//! let data = b"\x0a\x01\0\0hello\0"; // the pointer: offset 0x10a; the text
//! for item in items(b"z") {
//!     // The converter, 0x106, is taken from offsets.
//!     let read = field(item, &data[..4], data, 0x106);
//!     assert_eq!(read, Some((&b""[..], Some(Value::Text(b"hello")))));
//! }
//! ```

/// One item of a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The letter.
    pub letter: u8,
    /// The number behind it, 1 if there is none.
    pub count: u16,
    /// There is a number behind it.
    pub counted: bool,
}

/// The items of a descriptor, such as `WrLeh` or `B13BWz`.
pub fn items(descriptor: &[u8]) -> impl Iterator<Item = Item> {
    let mut rest = descriptor;
    core::iter::from_fn(move || {
        let (letter, after) = rest.split_first()?;
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, after) = after.split_at_checked(digits).unwrap_or((after, &[]));
        rest = after;
        let count = number.iter().fold(0_u16, |count, digit| {
            count.saturating_mul(10).saturating_add(u16::from(digit.saturating_sub(b'0')))
        });
        let counted = digits > 0;
        Some(Item { letter: *letter, count: if counted { count } else { 1 }, counted })
    })
}

/// A value read by an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Value<'a> {
    /// A number (`B`, `W`, `D` and the like).
    Number(u32),
    /// A text (`z`), or a name in a field of fixed length (`B13`).
    Text(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))] &'a [u8]),
    /// Bytes (`b`, `B16` that is no text, an array of words).
    Bytes(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))] &'a [u8]),
    /// A pointer to nothing.
    Null,
}

/// Reads the value of an item from the parameters of a request, and gives what follows it. `None` if it is cut.
/// Items that stand for what the caller supplies and the wire does not have (`r`, `e`, `g`, `h`, `i`) give no value.
#[must_use]
pub fn parameter<'a>(item: Item, input: &'a [u8]) -> Option<(&'a [u8], Option<Value<'a>>)> {
    match item.letter {
        b'W' | b'L' | b'T' | b's' if item.letter != b's' => word(input),
        b'D' => double(input),
        b'z' => {
            let end = input.iter().position(|byte| *byte == 0)?;
            let (text, rest) = input.split_at_checked(end)?;
            Some((rest.get(1..)?, Some(Value::Text(text))))
        }
        b'b' | b'B' => {
            let (bytes, rest) = input.split_at_checked(item.count.into())?;
            let value = match (item.counted, bytes) {
                (false, [byte]) => Value::Number((*byte).into()),
                _ => text_or_bytes(bytes),
            };
            Some((rest, Some(value)))
        }
        b'w' => {
            let (bytes, rest) = input.split_at_checked(usize::from(item.count).saturating_mul(2))?;
            Some((rest, Some(Value::Bytes(bytes))))
        }
        b'F' => word(input),
        // O and P are null pointers, and so are the letters of what is received or sent as data.
        _ => Some((input, None)),
    }
}

/// Reads the value of an item of an entry. Texts stand elsewhere in `data`, at offsets from which `converter` is taken.
/// `None` if it is cut.
#[must_use]
pub fn field<'a>(
    item: Item,
    input: &'a [u8],
    data: &'a [u8],
    converter: u16,
) -> Option<(&'a [u8], Option<Value<'a>>)> {
    match item.letter {
        b'W' if item.counted => {
            let (bytes, rest) = input.split_at_checked(usize::from(item.count).saturating_mul(2))?;
            Some((rest, Some(Value::Bytes(bytes))))
        }
        b'W' | b'N' | b'M' => word(input),
        b'D' => double(input),
        b'B' => {
            let (bytes, rest) = input.split_at_checked(item.count.into())?;
            let value = match (item.counted, bytes) {
                (false, [byte]) => Value::Number((*byte).into()),
                _ => text_or_bytes(bytes),
            };
            Some((rest, Some(value)))
        }
        b'z' | b'b' | b'w' | b'd' | b'l' | b'q' => {
            let (pointer, rest) = input.split_first_chunk::<4>()?;
            let [low, high, ..] = *pointer;
            let pointer = u16::from_le_bytes([low, high]);
            if pointer == 0 {
                return Some((rest, Some(Value::Null)));
            }
            let target = data.get(usize::from(pointer.wrapping_sub(converter))..)?;
            if item.letter == b'z' {
                let end = target.iter().position(|byte| *byte == 0)?;
                return Some((rest, Some(Value::Text(target.get(..end)?))));
            }
            Some((rest, Some(Value::Bytes(target.get(..item.count.into())?))))
        }
        b'O' => Some((input.get(4..)?, Some(Value::Null))),
        _ => Some((input, None)),
    }
}

/// Bytes that an item of an entry takes in its fixed part.
#[must_use]
pub fn size(item: Item) -> usize {
    let count = usize::from(item.count);
    match item.letter {
        b'W' => count.saturating_mul(2),
        b'N' | b'M' => 2,
        b'D' => count.saturating_mul(4),
        b'B' => count,
        b'z' | b'b' | b'w' | b'd' | b'l' | b'q' | b'O' => 4,
        _ => 0,
    }
}

fn word(input: &[u8]) -> Option<(&[u8], Option<Value<'_>>)> {
    let (bytes, rest) = input.split_first_chunk::<2>()?;
    Some((rest, Some(Value::Number(u16::from_le_bytes(*bytes).into()))))
}

fn double(input: &[u8]) -> Option<(&[u8], Option<Value<'_>>)> {
    let (bytes, rest) = input.split_first_chunk::<4>()?;
    Some((rest, Some(Value::Number(u32::from_le_bytes(*bytes)))))
}

/// A field of fixed length: a text with NULs behind it, or bytes.
fn text_or_bytes(bytes: &[u8]) -> Value<'_> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    let printable = |byte: &u8| (0x20..0x7f).contains(byte) || *byte >= 0x80;
    if rest.iter().all(|byte| *byte == 0) && text.iter().all(printable) {
        Value::Text(text)
    } else {
        Value::Bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_numbers() {
        let list: Vec<_> = items(b"B13BWz").map(|item| (char::from(item.letter), item.count)).collect();
        assert_eq!(list, [('B', 13), ('B', 1), ('W', 1), ('z', 1)]);
        assert_eq!(items(b"B13BWz").map(size).sum::<usize>(), 13 + 1 + 2 + 4);
        assert_eq!(items(b"W99999999").next().unwrap().count, u16::MAX);
        assert_eq!(items(b"").count(), 0);
    }

    #[test]
    fn texts_stand_at_offsets_less_the_converter() {
        let data = *b"\x0a\x01\0\0hello\0";
        let item = items(b"z").next().unwrap();
        let (rest, value) = field(item, &data[..4], &data, 0x0106).unwrap();
        assert_eq!((rest, value), (&b""[..], Some(Value::Text(b"hello"))));
        assert_eq!(field(item, &data[..4], &data, 0), None, "an offset outside");
        assert_eq!(field(item, &[0; 4], &data, 9).unwrap().1, Some(Value::Null));
    }
}
