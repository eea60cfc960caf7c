//! What the parsers of bodies share.

use super::Header;
use crate::error::{Layer, ParseError, Parsed, Reason, Unread, parse};
use crate::wire::{le_u16, take};

/// Reads the `fields` of a body, in a message that begins with its header. `name` is the structure's name for errors.
///
/// Of StructureSize the lowest bit is not looked at: it stands for the first byte of a variable part, and senders
/// differ in whether they count it.
pub(super) fn body<'a, T>(
    message: &'a [u8],
    name: &'static str,
    structure_size: u16,
    fields: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> Result<T, ParseError> {
    let body = |input| {
        let (size_on, _header) = take("SMB2 header", Header::SIZE)(input)?;
        let (rest, size) = le_u16(size_on)?;
        if size | 1 != structure_size | 1 {
            let reason = Reason::BadValue { field: "StructureSize", value: u64::from(size) };
            return Err(Unread::error(size_on, reason));
        }
        fields(rest)
    };
    match parse(Layer::Smb2, message, body) {
        Ok((_, value)) => Ok(value),
        Err(ParseError { reason: Reason::Truncated { field: "" }, layer, offset }) => {
            Err(ParseError { layer, offset, reason: Reason::Truncated { field: name } })
        }
        Err(error) => Err(error),
    }
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
    fn errors_name_the_structure_and_count_from_the_header() {
        let message = message(&[&[9, 0], &[1]]);
        let error = body(&message, "LOGOFF Request", 9, le_u16).unwrap_err();
        assert_eq!(error.to_string(), "SMB2: cut short in LOGOFF Request at byte 66");
        assert_eq!(body(&message, "", 8, crate::wire::u8), Ok(1));
        assert!(body(&message, "", 10, crate::wire::u8).is_err());
    }
}
