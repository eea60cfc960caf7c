//! Little-endian bytes, one field after the other.

/// Bytes being written.
#[derive(Clone, Default)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

/// No bytes yet.
pub(crate) fn bytes() -> Bytes {
    Bytes::default()
}

impl Bytes {
    pub(crate) fn u8(self, value: u8) -> Self {
        self.raw(&[value])
    }

    pub(crate) fn u16(self, value: usize) -> Self {
        self.raw(&u16::try_from(value).unwrap().to_le_bytes())
    }

    pub(crate) fn u32(self, value: usize) -> Self {
        self.raw(&u32::try_from(value).unwrap().to_le_bytes())
    }

    pub(crate) fn u64(self, value: u64) -> Self {
        self.raw(&value.to_le_bytes())
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn zeros(mut self, count: usize) -> Self {
        self.0.resize(self.0.len() + count, 0);
        self
    }

    pub(crate) fn align(mut self, to: usize) -> Self {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
        self
    }

    /// Text in UTF-16 without an end.
    pub(crate) fn wide(self, text: &str) -> Self {
        self.raw(&wide(text))
    }

    /// Text of 8-bit characters and a NUL.
    pub(crate) fn oem(self, text: &str) -> Self {
        self.raw(text.as_bytes()).u8(0)
    }
}

/// Text in UTF-16 without an end.
pub(crate) fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
