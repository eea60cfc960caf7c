//! Extended attributes as OS/2 has them: \[MS-CIFS\] 2.2.1.2.
//!
//! ```
//! use smbscope::smb1::trans2::{Information, Request};
//! use smbscope::smb1::transaction::Trans2Function;
//!
//! let parameters = [7, 0x40, 2, 0, 0, 0]; // FID, InformationLevel: SMB_INFO_SET_EAS, Reserved
//! let data = [
//!     &[12, 0, 0, 0][..], // SizeOfListInBytes
//!     &[0, 2, 1, 0], // ExtendedAttributeFlag, AttributeNameLengthInBytes, AttributeValueLengthInBytes
//!     b"AB\0", // AttributeName
//!     &[7], // AttributeValue
//! ]
//! .concat();
//! let request = Request::parse(Trans2Function::SET_FILE_INFORMATION, &parameters, &data, false)?;
//! let Request::SetFile { information: Information::ExtendedAttributes(list), .. } = request else { panic!() };
//! for attribute in list.iter() {
//!     let attribute = attribute?;
//!     assert_eq!((attribute.name, attribute.value), (&b"AB"[..], &[7][..]));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{fields, le_u16, le_u32, take, u8, wire_list};

/// `SMB_FEA_LIST`: attributes with their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeaList<'a>(&'a [u8]);

impl<'a> FeaList<'a> {
    /// The list at the start of `input`, whose first four bytes are its length with them.
    pub(super) fn read(input: &'a [u8]) -> Read<'a, Self> {
        sized(input).map(|(rest, list)| (rest, Self(list)))
    }

    /// The attributes, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Fea<'a>, ParseError>> + use<'a> {
        elements(self.0, |input| {
            fields!(input => rest; flags: u8, name_length: u8, value_length: le_u16);
            let (rest, name) = take("AttributeName", name_length.into())(rest)?;
            fields!(rest => rest; _nul: u8);
            let (rest, value) = take("AttributeValue", value_length.into())(rest)?;
            Ok((rest, Fea { flags, name, value }))
        })
    }
}

/// `SMB_GEA_LIST`: names of attributes that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GeaList<'a>(&'a [u8]);

impl<'a> GeaList<'a> {
    /// The list at the start of `input`, whose first four bytes are its length with them.
    pub(super) fn read(input: &'a [u8]) -> Read<'a, Self> {
        sized(input).map(|(rest, list)| (rest, Self(list)))
    }

    /// The names, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Gea<'a>, ParseError>> + use<'a> {
        elements(self.0, |input| {
            fields!(input => rest; length: u8);
            let (rest, name) = take("AttributeName", length.into())(rest)?;
            fields!(rest => rest; _nul: u8);
            Ok((rest, Gea { name }))
        })
    }
}

wire_list!(FeaList, GeaList);

/// The bytes of a list behind its length, as far as they are there.
fn sized(input: &[u8]) -> Read<'_, &[u8]> {
    fields!(input => rest; size: le_u32);
    let size = crate::wire::widen(size).saturating_sub(4);
    let (list, rest) = rest.split_at_checked(size).unwrap_or((rest, &[]));
    Ok((rest, list))
}

fn elements<'a, T: 'a>(
    list: &'a [u8],
    read: impl Fn(&'a [u8]) -> Read<'a, T>,
) -> impl Iterator<Item = Result<T, ParseError>> {
    let mut rest = list;
    core::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            let before = list.len().saturating_sub(rest.len());
            let element = parse(Layer::Smb1, rest, &read);
            rest = element.as_ref().map_or(&[], |(rest, _)| *rest);
            let place = |error: ParseError| error.behind(before);
            element.map(|(_, element)| element).map_err(place)
        })
    })
}

/// `SMB_FEA`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fea<'a> {
    /// ExtendedAttributeFlag: 0x80, the file cannot be understood without it.
    pub flags: u8,
    /// AttributeName.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub name: &'a [u8],
    /// AttributeValue.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub value: &'a [u8],
}

/// `SMB_GEA`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Gea<'a> {
    /// AttributeName.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub name: &'a [u8],
}

impl Examine for Fea<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

impl Examine for Gea<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_with_values() {
        let bytes = [
            &[23, 0, 0, 0][..], // SizeOfListInBytes
            &[0x80, 2, 3, 0], // ExtendedAttributeFlag, AttributeNameLengthInBytes, AttributeValueLengthInBytes
            b"AB\0",          // AttributeName
            &[1, 2, 3],       // AttributeValue
            &[0, 4, 0, 0],
            b"NAME\0",
            b"behind",
        ]
        .concat();
        let (rest, list) = FeaList::read(&bytes).unwrap();
        assert_eq!(rest, b"behind");
        let list: Vec<_> = list.iter().map(Result::unwrap).collect();
        assert_eq!((list[0].flags, list[0].name, list[0].value), (0x80, &b"AB"[..], &[1, 2, 3][..]));
        assert_eq!((list[1].name, list[1].value.len(), list.len()), (&b"NAME"[..], 0, 2));
        for length in (5..23).filter(|length| *length != 14) {
            let (_, cut) = FeaList::read(&bytes[..length]).unwrap();
            assert_eq!(cut.iter().filter(Result::is_err).count(), 1, "at {length}");
        }
    }

    #[test]
    fn names_that_are_asked_for() {
        let bytes = [&[12, 0, 0, 0][..], &[1], b"A\0", &[3], b"BCD\0"].concat();
        let (_, list) = GeaList::read(&bytes).unwrap();
        let names: Vec<_> = list.iter().map(|gea| gea.unwrap().name).collect();
        assert_eq!(names, [&b"A"[..], b"BCD"]);
        let (_, cut) = GeaList::read(&bytes[..11]).unwrap();
        assert_eq!(cut.iter().filter(Result::is_err).count(), 1);
    }
}
