//! What the parsers of bodies share.

use super::Header;
use crate::error::{Layer, ParseError, Parsed, Reason, Unread, parse};
use crate::wire::{fields, le_u16, take};

/// Reads the fields of a body whose StructureSize is `expected`, in a message that begins with its header.
///
/// Of StructureSize the lowest bit is not looked at: it stands for the first byte of a variable part, and senders
/// differ in whether they count it.
pub(super) fn body<'a, T>(
    message: &'a [u8],
    expected: u16,
    read: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> Result<T, ParseError> {
    let body = |input| {
        let (size_on, _header) = take("SMB2 header", Header::SIZE)(input)?;
        fields!(size_on => rest; structure_size: le_u16);
        if structure_size | 1 != expected | 1 {
            let reason = Reason::BadValue { field: "StructureSize", value: u64::from(structure_size) };
            return Err(Unread::error(size_on, reason));
        }
        read(rest)
    };
    parse(Layer::Smb2, message, body).map(|(_, value)| value)
}

/// The buffer of `length` bytes at `offset` of a message, as far as it is there.
pub(super) fn buffer(message: &[u8], offset: usize, length: usize) -> &[u8] {
    let from = message.get(offset..).unwrap_or_default();
    from.get(..length).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::message;
    use super::*;

    #[test]
    fn a_buffer_is_given_as_far_as_it_is_there() {
        let bytes = [1, 2, 3, 4];
        assert_eq!(buffer(&bytes, 1, 2), [2, 3]);
        assert_eq!(buffer(&bytes, 2, 9), [3, 4]);
        assert!(buffer(&bytes, 4, 1).is_empty());
        assert!(buffer(&bytes, usize::MAX, usize::MAX).is_empty());
    }

    #[test]
    fn errors_name_the_field_and_count_from_the_header() {
        let message = message(&[&[9, 0], &[1]]);
        let reserved = |input| {
            fields!(input => rest; reserved: le_u16);
            Ok((rest, reserved))
        };
        let error = body(&message, 9, reserved).unwrap_err();
        assert_eq!(error.to_string(), "SMB2: cut short in Reserved at byte 66");
        let error = body(&message[..65], 9, reserved).unwrap_err();
        assert_eq!(error.to_string(), "SMB2: cut short in StructureSize at byte 64");
        assert_eq!(body(&message, 8, crate::wire::u8), Ok(1));
        assert!(body(&message, 10, crate::wire::u8).is_err());
    }
}
