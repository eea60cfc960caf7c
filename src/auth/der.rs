//! As much of DER (X.690) as security tokens need: elements with one-byte tags and definite lengths. An element that
//! the blob cuts short is given as far as it is there. Nothing here calls itself, so depth is bounded by its callers.

use crate::error::{Read, Reason, Unread, named};
use crate::wire::{array, u8};

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const GENERAL_STRING: u8 = 0x1b;
pub(super) const SEQUENCE: u8 = 0x30;
/// The token that begins a GSS-API exchange (RFC 2743 3.1).
pub(super) const INITIAL_CONTEXT_TOKEN: u8 = application(0);

/// The tag `[APPLICATION number]`, constructed.
pub(super) const fn application(number: u8) -> u8 {
    0x60 | number
}

/// The bits of a tag that hold its number; all set if the number stands in the octets behind.
const NUMBER: u8 = 0x1f;

/// The number of a tag.
pub(super) const fn number(tag: u8) -> u8 {
    tag & NUMBER
}

/// The tag `[number]`, constructed.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// A tag and its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// The content, as far as it is there.
    pub(super) content: &'a [u8],
    /// True if the content is longer than what is there.
    pub(super) is_cut: bool,
}

/// The next element.
pub(super) fn element(input: &[u8]) -> Read<'_, Element<'_>> {
    let (rest, tag) = named("DER tag", u8(input))?;
    if number(tag) == NUMBER {
        return Err(Unread::error(input, Reason::BadValue { field: "DER tag", value: tag.into() }));
    }
    let (rest, length) = named("DER length", length(rest))?;
    let (rest, content, is_cut) = match rest.split_at_checked(length) {
        Some((content, rest)) => (rest, content, false),
        None => (&[][..], rest, true),
    };
    Ok((rest, Element { tag, content, is_cut }))
}

fn length(input: &[u8]) -> Read<'_, usize> {
    let (rest, first) = u8(input)?;
    let (rest, length) = match first {
        0x00..=0x7f => (rest, u32::from(first)),
        0x81 => array::<1>(rest).map(|(rest, [a])| (rest, u32::from(a)))?,
        0x82 => array::<2>(rest).map(|(rest, bytes)| (rest, u16::from_be_bytes(bytes).into()))?,
        0x83 => array::<3>(rest).map(|(rest, [a, b, c])| (rest, u32::from_be_bytes([0, a, b, c])))?,
        0x84 => array::<4>(rest).map(|(rest, bytes)| (rest, u32::from_be_bytes(bytes)))?,
        _ => {
            let reason = Reason::BadValue { field: "DER length", value: first.into() };
            return Err(Unread::error(input, reason));
        }
    };
    Ok((rest, crate::wire::widen(length)))
}

/// An element of this tag, its content read by `inner`; what `inner` leaves is passed over.
pub(super) fn inside<'a, T>(
    tag: u8,
    field: &'static str,
    inner: impl FnOnce(&'a [u8]) -> Read<'a, T>,
) -> impl FnOnce(&'a [u8]) -> Read<'a, T> {
    move |input| {
        let (rest, found) = element(input)?;
        if found.tag != tag {
            return Err(Unread::error(input, Reason::BadValue { field, value: found.tag.into() }));
        }
        match inner(found.content) {
            Ok((_, value)) => Ok((rest, value)),
            Err(error) => Err(behind(error, rest)),
        }
    }
}

/// The content of an element of this tag.
pub(super) fn content<'a>(tag: u8, field: &'static str) -> impl FnOnce(&'a [u8]) -> Read<'a, &'a [u8]> {
    inside(tag, field, |content| Ok((&[], content)))
}

/// Gives each element of a constructed content to `each`, up to the end or to where the content is cut.
pub(super) fn each<'a>(
    mut input: &'a [u8],
    mut each: impl FnMut(u8, &'a [u8]) -> Result<(), nom::Err<Unread>>,
) -> Read<'a, ()> {
    while let Ok((rest, element)) = element(input) {
        match each(element.tag, element.content) {
            Err(nom::Err::Error(Unread { reason: Reason::Truncated { .. }, .. })) if element.is_cut => break,
            result => result.map_err(|error| behind(error, rest))?,
        }
        input = rest;
    }
    Ok((input, ()))
}

/// An INTEGER or ENUMERATED of one to four bytes, all of them there.
pub(super) fn integer<'a>(tag: u8, field: &'static str) -> impl FnOnce(&'a [u8]) -> Read<'a, i32> {
    move |input| {
        let (rest, found) = element(input)?;
        let reason = match found.content {
            _ if found.tag != tag => Reason::BadValue { field, value: found.tag.into() },
            _ if found.is_cut => Reason::Truncated { field },
            [first, ..] if found.content.len() <= 4 => {
                let sign = if first & 0x80 == 0 { 0 } else { -1 };
                let shift = |value: i32, byte: &u8| value.wrapping_shl(8) | i32::from(*byte);
                return Ok((rest, found.content.iter().fold(sign, shift)));
            }
            _ => Reason::BadValue { field, value: u64::try_from(found.content.len()).unwrap_or(u64::MAX) },
        };
        Err(Unread::error(input, reason))
    }
}

/// An error inside a content, as seen from its parent, in which `rest` follows that content.
fn behind(error: nom::Err<Unread>, rest: &[u8]) -> nom::Err<Unread> {
    error.map(|unread| Unread { left: unread.left.saturating_add(rest.len()), ..unread })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::{Layer, parse};

    /// An element with these contents one behind the other.
    pub(in crate::auth) fn encode(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
        let content = contents.concat();
        let length = content.len();
        let mut bytes = vec![tag];
        match length {
            0..0x80 => bytes.push(length as u8),
            _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        bytes.extend(content);
        bytes
    }

    #[test]
    fn reads_short_and_long_lengths() {
        for (length, size) in [
            (&[0x03][..], 3),
            (&[0x81, 0x80], 0x80),
            (&[0x82, 0x01, 0x00], 0x100),
            (&[0x83, 0, 0, 5], 5),
            (&[0x84, 0, 0, 0, 5], 5),
        ] {
            let bytes = [&[OCTET_STRING][..], length, &vec![7; size], &[0xee]].concat();
            let (rest, element) = element(&bytes).unwrap();
            assert_eq!((rest, element.content.len(), element.is_cut), (&[0xee][..], size, false));
        }
    }

    #[test]
    fn refuses_indefinite_and_huge_lengths_and_tags_of_several_bytes() {
        for bytes in [&[0x30, 0x80, 0, 0][..], &[0x30, 0x85, 0, 0, 0, 0, 0], &[0x1f, 0x81, 0], &[0x30], &[]] {
            assert!(element(bytes).is_err(), "{bytes:02x?}");
        }
    }

    #[test]
    fn a_content_that_is_cut_is_given_as_far_as_it_is_there() {
        let (rest, element) = element(&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 1, 2]).unwrap();
        assert_eq!((rest, element.content, element.is_cut), (&[][..], &[1, 2][..], true));
    }

    #[test]
    fn integers_have_a_sign() {
        for (content, value) in
            [(&[0x17][..], 0x17), (&[0x00, 0x80], 0x80), (&[0xff, 0x7b], -133), (&[0x80, 0, 0, 0], i32::MIN)]
        {
            let bytes = encode(INTEGER, &[content]);
            assert_eq!(integer(INTEGER, "x")(&bytes), Ok((&[][..], value)));
        }
        for content in [&[][..], &[1, 2, 3, 4, 5]] {
            assert!(integer(INTEGER, "x")(&encode(INTEGER, &[content])).is_err());
        }
    }

    #[test]
    fn errors_keep_their_place_through_levels() {
        let bytes =
            [encode(SEQUENCE, &[&[0x0a, 1, 0], &encode(SEQUENCE, &[&[5, 0]]), &[9, 9]]), vec![8]].concat();
        let deep =
            inside(SEQUENCE, "outer", |input| {
                each(input, |tag, inner| {
                    if tag == SEQUENCE { content(INTEGER, "inner")(inner).map(|_| ()) } else { Ok(()) }
                })
            });
        let error = parse(Layer::Auth, &bytes, deep).unwrap_err();
        assert_eq!((error.offset, bytes[error.offset]), (7, 5));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut seen = 0;
            let (rest, ()) = each(&bytes, |_, content| { seen += content.len() + 2; Ok(()) }).unwrap();
            prop_assert!(seen + rest.len() <= bytes.len());
        }
    }
}
