//! Integer readers with nom's signature, built on `split_first_chunk`: no panicking path, no bounds check twice.

use crate::error::{Read, Reason, Unread};

/// The next `N` bytes as an array.
///
/// # Errors
/// The input is shorter than `N`.
#[inline]
pub(crate) fn array<const N: usize>(input: &[u8]) -> Read<'_, [u8; N]> {
    match input.split_first_chunk::<N>() {
        Some((bytes, rest)) => Ok((rest, *bytes)),
        None => Err(Unread::error(input, Reason::Truncated { field: "" })),
    }
}

/// The next `count` bytes.
///
/// # Errors
/// The input is shorter than `count`; `field` names what was cut.
#[inline]
pub(crate) fn take<'a>(field: &'static str, count: usize) -> impl Fn(&'a [u8]) -> Read<'a, &'a [u8]> {
    move |input| match input.split_at_checked(count) {
        Some((bytes, rest)) => Ok((rest, bytes)),
        None => Err(Unread::error(input, Reason::Truncated { field })),
    }
}

/// The first `count` bytes, or what there is of them: a buffer as far as it is there.
#[inline]
pub(crate) fn up_to(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(..count).unwrap_or(bytes)
}

/// A length or offset from the wire as an index. On targets where it does not fit, the largest index, which no
/// slice reaches.
#[must_use]
#[inline]
pub(crate) fn widen(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

macro_rules! integers {
    ($($(#[$doc:meta])* $name:ident: $type:ident, $size:literal, $from:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// The input ends before the integer does.
        #[inline]
        pub(crate) fn $name(input: &[u8]) -> Read<'_, $type> {
            let (rest, bytes) = array::<$size>(input)?;
            Ok((rest, $type::$from(bytes)))
        }
    )*};
}

integers! {
    /// One byte.
    u8: u8, 1, from_le_bytes;
    /// A little-endian `u16`.
    le_u16: u16, 2, from_le_bytes;
    /// A little-endian `u32`.
    le_u32: u32, 4, from_le_bytes;
    /// A little-endian `u64`.
    le_u64: u64, 8, from_le_bytes;
    /// A big-endian `u16`.
    be_u16: u16, 2, from_be_bytes;
    /// A big-endian `u32`.
    be_u32: u32, 4, from_be_bytes;
    /// A big-endian `u64`.
    be_u64: u64, 8, from_be_bytes;
}

/// A big-endian 24-bit integer, as in the direct TCP header.
///
/// # Errors
/// The input is shorter than three bytes.
#[inline]
pub(crate) fn be_u24(input: &[u8]) -> Read<'_, u32> {
    let (rest, [a, b, c]) = array::<3>(input)?;
    Ok((rest, u32::from_be_bytes([0, a, b, c])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_integers_of_both_orders_and_leaves_the_rest() {
        let bytes = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0xff];
        assert_eq!(le_u16(&bytes).unwrap().1, 0x0201);
        assert_eq!(be_u24(&bytes).unwrap().1, 0x0001_0203);
        assert_eq!(be_u32(&bytes).unwrap().1, 0x0102_0304);
        assert_eq!(le_u64(&bytes), Ok((&[0xff][..], 0x0807_0605_0403_0201)));
    }

    #[test]
    fn a_short_input_is_an_error_that_says_how_much_was_left() {
        let error = le_u32(&[1, 2, 3]).unwrap_err();
        assert_eq!(error, Unread::error(&[1, 2, 3], Reason::Truncated { field: "" }));
        assert!(take("Name", 4)(&[0; 3]).is_err());
    }
}
