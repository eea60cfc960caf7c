//! Extended attributes: \[MS-FSCC\] 2.4.16.

use super::{chained, cut};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{fields, le_u16, le_u32, u8, wire_list};

/// A list of FILE_FULL_EA_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedAttributes<'a>(pub &'a [u8]);

impl<'a> ExtendedAttributes<'a> {
    /// The attributes, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<ExtendedAttribute<'a>, ParseError>> + use<'a> {
        chained(self.0, ExtendedAttribute::parse)
    }
}

wire_list!(ExtendedAttributes);

/// FILE_FULL_EA_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ExtendedAttribute<'a> {
    /// Flags: 0x80, the file cannot be understood without it.
    pub flags: u8,
    /// EaName, without its NUL.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub ea_name: &'a [u8],
    /// EaValue.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub ea_value: &'a [u8],
}

impl<'a> ExtendedAttribute<'a> {
    fn parse(element: &'a [u8]) -> Result<Self, ParseError> {
        let (rest, (flags, name_length, value_length)) = parse(Layer::Fscc, element, fixed)?;
        let name_length = usize::from(name_length);
        let (ea_name, rest) = rest.split_at_checked(name_length).ok_or(cut(element.len(), "EaName"))?;
        let (_nul, value) = rest.split_first().ok_or(cut(element.len(), "EaName"))?;
        let ea_value = value.get(..value_length.into()).ok_or(cut(element.len(), "EaValue"))?;
        Ok(Self { flags, ea_name, ea_value })
    }
}

impl Examine for ExtendedAttribute<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

fn fixed(input: &[u8]) -> Read<'_, (u8, u8, u16)> {
    fields!(input => rest; _next: le_u32, flags: u8, name_length: u8, value_length: le_u16);
    Ok((rest, (flags, name_length, value_length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_two() {
        let bytes = [
            &[16, 0, 0, 0][..], // NextEntryOffset
            &[0x80],            // Flags
            &[2],               // EaNameLength
            &[3, 0],            // EaValueLength
            b"AB\0",            // EaName
            &[1, 2, 3, 0, 0],   // EaValue, padding
            &[0, 0, 0, 0],      // NextEntryOffset
            &[0, 1, 0, 0],      // Flags, EaNameLength, EaValueLength
            b"C\0",             // EaName
        ]
        .concat();
        let list: Vec<_> = ExtendedAttributes(&bytes).iter().map(Result::unwrap).collect();
        assert_eq!((list[0].flags, list[0].ea_name, list[0].ea_value), (0x80, &b"AB"[..], &[1, 2, 3][..]));
        assert_eq!((list[1].ea_name, list[1].ea_value.len(), list.len()), (&b"C"[..], 0, 2));
        // What ends where the next element begins is a whole list.
        for length in (1..bytes.len()).filter(|length| *length != 16) {
            let errors = ExtendedAttributes(&bytes[..length]).iter().filter(|item| item.is_err()).count();
            assert_eq!(errors, 1, "at {length}");
        }
    }
}
