//! How fields that serde has no form for are serialised, for `#[serde(serialize_with = "…")]`.

use core::fmt::Display;

use serde::{Serialize, Serializer};

/// Bytes as lower-case hex digits.
pub(crate) fn hex<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::hex(bytes.as_ref()))
}

/// A number as `0x` and hex digits: an id, a mask.
pub(crate) fn hex_number<S: Serializer>(
    number: &impl core::fmt::LowerHex,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{number:#x}"))
}

/// What prints itself as its text.
pub(crate) fn text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// 8-bit characters as text: UTF-8 where it is valid, else Latin-1.
pub(crate) fn ascii<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::ascii(bytes.as_ref()))
}

/// The items of an iterator as a list.
pub(crate) fn list<T: Serialize, S: Serializer>(
    items: impl Iterator<Item = T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    // `collect_seq` asks the iterator for an exact length, which few of ours know.
    let mut sequence = serializer.serialize_seq(None)?;
    for item in items {
        serde::ser::SerializeSeq::serialize_element(&mut sequence, &item)?;
    }
    serde::ser::SerializeSeq::end(sequence)
}
