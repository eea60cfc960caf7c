//! What the parsers of bodies share.

use super::{Header, Message};
use crate::error::{Layer, ParseError, Read, Reason, Unread, parse};
use crate::wire::{fields, le_u16, take, up_to};

/// Reads the fields of a body whose StructureSize is `expected`, in a message.
///
/// Of StructureSize the lowest bit is not looked at: it stands for the first byte of a variable part, and senders
/// differ in whether they count it.
pub(super) fn body<'a, T>(
    message: &Message<'a>,
    expected: u16,
    read: impl FnOnce(&'a [u8]) -> Read<'a, T>,
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
    parse(Layer::Smb2, message.bytes, body).map(|(_, value)| value)
}

/// The buffer of `length` bytes at `offset` of a message, as far as it is there.
pub(super) fn buffer<'a>(message: &Message<'a>, offset: usize, length: usize) -> &'a [u8] {
    let from = message.bytes.get(offset..).unwrap_or_default();
    up_to(from, length)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{message, of};
    use super::*;

    #[test]
    fn a_buffer_is_given_as_far_as_it_is_there() {
        let bytes = message(&[&[1, 2, 3, 4]]);
        let message = of(&bytes);
        assert_eq!(buffer(&message, 65, 2), [2, 3]);
        assert_eq!(buffer(&message, 66, 9), [3, 4]);
        assert!(buffer(&message, 68, 1).is_empty());
        assert!(buffer(&message, usize::MAX, usize::MAX).is_empty());
    }

    #[test]
    fn errors_name_the_field_and_count_from_the_header() {
        let message = message(&[&[9, 0], &[1]]);
        let reserved = |input| {
            fields!(input => rest; reserved: le_u16);
            Ok((rest, reserved))
        };
        let error = body(&of(&message), 9, reserved).unwrap_err();
        assert_eq!(error.to_string(), "SMB2: cut short in Reserved at byte 66");
        let error = body(&of(&message[..65]), 9, reserved).unwrap_err();
        assert_eq!(error.to_string(), "SMB2: cut short in StructureSize at byte 64");
        assert_eq!(body(&of(&message), 8, crate::wire::u8), Ok(1));
        assert!(body(&of(&message), 10, crate::wire::u8).is_err());
    }
}
