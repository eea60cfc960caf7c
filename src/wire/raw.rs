//! Bytes that nobody reads.

use crate::error::{Anomalies, Examine, Layer, ParseError, Reason};

/// Bytes that are kept as they are, and why they were not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Raw<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Why.
    pub why: ParseError,
}

impl<'a> Raw<'a> {
    /// Bytes that could not be read.
    #[must_use]
    pub const fn unreadable(bytes: &'a [u8], why: ParseError) -> Self {
        Self { bytes, why }
    }

    /// Bytes whose form the `value` of a `field` says, which is not known.
    #[must_use]
    pub fn unknown(layer: Layer, field: &'static str, value: impl Into<u64>, bytes: &'a [u8]) -> Self {
        let reason = Reason::Unknown { field, value: value.into() };
        Self { bytes, why: ParseError { layer, offset: 0, reason } }
    }
}

/// Tells why, unless there are no bytes.
impl Examine for Raw<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if !self.bytes.is_empty() {
            anomalies.add(self.why);
        }
    }
}

/// As hex digits.
#[cfg(feature = "serde")]
impl serde::Serialize for Raw<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::serialise::hex(&self.bytes, serializer)
    }
}
