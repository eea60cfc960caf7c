//! How fields that serde has no form for are serialised, for `#[serde(serialize_with = "…")]`.

use core::time::Duration;

use serde::{Serialize, Serializer};

/// Bytes as lower-case hex digits.
pub(crate) fn hex<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::hex(bytes.as_ref()))
}

/// Bytes that may be missing, as lower-case hex digits.
pub(crate) fn hex_option<S: Serializer>(
    bytes: &Option<impl AsRef<[u8]>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => hex(bytes, serializer),
        None => serializer.serialize_none(),
    }
}

/// A number as `0x` and hex digits: an id, a mask.
pub(crate) fn hex_number<S: Serializer>(
    number: &impl core::fmt::LowerHex,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{number:#x}"))
}

/// 8-bit characters as text: UTF-8 where it is valid, else Latin-1.
pub(crate) fn ascii<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::ascii(bytes.as_ref()))
}

/// A time in seconds.
pub(crate) fn seconds<S: Serializer>(lasted: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(as_seconds(*lasted))
}

/// A time in seconds, if there is one.
pub(crate) fn seconds_option<S: Serializer>(
    lasted: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match lasted {
        Some(lasted) => seconds(lasted, serializer),
        None => serializer.serialize_none(),
    }
}

/// A time in seconds: an integer, if it is a whole number of them.
pub(crate) fn whole_seconds<S: Serializer>(lasted: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    match lasted.subsec_nanos() {
        0 => serializer.serialize_u64(lasted.as_secs()),
        _ => seconds(lasted, serializer),
    }
}

/// The nearest number of seconds to a count of nanoseconds. `Duration::as_secs_f64` adds two numbers that are rounded.
fn as_seconds(lasted: Duration) -> f64 {
    #[expect(clippy::as_conversions, reason = "u128 to f64 has no lossless From; the rounding is wanted")]
    let nanos = lasted.as_nanos() as f64;
    nanos / 1e9
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

/// A value that stands as text, read by its [`FromStr`](core::str::FromStr).
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: core::str::FromStr,
    T::Err: core::fmt::Display,
    D: serde::Deserializer<'de>,
{
    let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// `Deserialize` by `FromStr`.
macro_rules! deserialize_from_text {
    ($($type:ty),* $(,)?) => {$(
        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::serialise::from_text(deserializer)
            }
        }
    )*};
}

pub(crate) use deserialize_from_text;
