//! A bounded cursor over a stub.

use crate::error::{Layer, ParseError, Reason};

use super::{ContextHandle, Encoding, NdrString, Syntax};

/// Reads a stub from its start to its end. Each reader first skips the padding that the alignment of its type asks
/// for, counted from the start of the stub. `field` is the specification's name of what is read, for errors.
///
/// Strings and byte arrays that the stub cuts give the part that is there; what is read after them fails, and so does
/// [`Ndr::finish`].
#[derive(Debug, Clone)]
pub struct Ndr<'a> {
    stub: &'a [u8],
    offset: usize,
    encoding: Encoding,
    cut: Option<ParseError>,
}

macro_rules! integers {
    ($($(#[$doc:meta])* $name:ident: $type:ident, $size:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// The stub ends before it.
        pub fn $name(&mut self, field: &'static str) -> Result<$type, ParseError> {
            self.align($size);
            let bytes = self.raw::<$size>(field)?;
            Ok(if self.encoding.big_endian { $type::from_be_bytes(bytes) } else { $type::from_le_bytes(bytes) })
        }
    )*};
}

impl<'a> Ndr<'a> {
    /// A cursor at the start of `stub`.
    #[must_use]
    pub const fn new(stub: &'a [u8], encoding: Encoding) -> Self {
        Self { stub, offset: 0, encoding, cut: None }
    }

    integers! {
        /// One byte.
        u8: u8, 1;
        /// 16 bits, aligned to 2.
        u16: u16, 2;
        /// 32 bits, aligned to 4.
        u32: u32, 4;
        /// 64 bits, aligned to 8.
        u64: u64, 8;
    }

    /// A number of the size of a pointer: 4 bytes in NDR, 8 in NDR64, aligned to its size. Counts of arrays have it
    /// too.
    ///
    /// # Errors
    /// The stub ends before it.
    pub fn uptr(&mut self, field: &'static str) -> Result<u64, ParseError> {
        match self.encoding.syntax {
            Syntax::Ndr => self.u32(field).map(u64::from),
            Syntax::Ndr64 => self.u64(field),
        }
    }

    /// The referent of a unique pointer; true if something follows for it.
    ///
    /// # Errors
    /// The stub ends before it.
    pub fn pointer(&mut self, field: &'static str) -> Result<bool, ParseError> {
        Ok(self.uptr(field)? != 0)
    }

    /// A context handle, aligned to 4 in both syntaxes.
    ///
    /// # Errors
    /// The stub ends before it.
    pub fn context_handle(&mut self, field: &'static str) -> Result<ContextHandle, ParseError> {
        self.align(4);
        self.raw(field).map(ContextHandle)
    }

    /// A conformant varying wide string: maximum count, offset, actual count, units.
    ///
    /// # Errors
    /// The counts are cut or contradict each other.
    pub fn string(&mut self, field: &'static str) -> Result<NdrString<'a>, ParseError> {
        let max_count = self.uptr(field)?;
        let offset = self.uptr(field)?;
        let actual_count = self.uptr(field)?;
        if offset.checked_add(actual_count).is_none_or(|end| end > max_count) {
            return Err(self.error(Reason::BadValue { field, value: actual_count }));
        }
        let bytes = self.available(field, actual_count.saturating_mul(2));
        Ok(NdrString::new(bytes, self.encoding.big_endian))
    }

    /// The string of a unique pointer whose referent was read before, if there is one.
    ///
    /// # Errors
    /// As [`Ndr::string`].
    pub fn deferred_string(
        &mut self,
        field: &'static str,
        present: bool,
    ) -> Result<Option<NdrString<'a>>, ParseError> {
        present.then(|| self.string(field)).transpose()
    }

    /// A unique pointer to a string as a parameter: the string follows at once.
    ///
    /// # Errors
    /// As [`Ndr::string`], or the pointer is cut.
    pub fn unique_string(&mut self, field: &'static str) -> Result<Option<NdrString<'a>>, ParseError> {
        let present = self.pointer(field)?;
        self.deferred_string(field, present)
    }

    /// A conformant array of bytes whose size another parameter, read before it, says as well: its count and the
    /// bytes.
    ///
    /// # Errors
    /// The count is cut, or is not `size`.
    pub fn byte_array(&mut self, field: &'static str, size: u32) -> Result<&'a [u8], ParseError> {
        let max_count = self.uptr(field)?;
        if max_count != u64::from(size) {
            return Err(self.error(Reason::BadValue { field, value: max_count }));
        }
        Ok(self.available(field, max_count))
    }

    /// A unique pointer to such an array, as a parameter or at the end of a structure; empty if it is null.
    ///
    /// # Errors
    /// As [`Ndr::byte_array`], or the pointer is cut.
    pub fn unique_byte_array(&mut self, field: &'static str, size: u32) -> Result<&'a [u8], ParseError> {
        if self.pointer(field)? { self.byte_array(field, size) } else { Ok(&[]) }
    }

    /// Skips the padding in front of, or behind, something aligned to `to` bytes.
    pub fn align(&mut self, to: usize) {
        self.offset = self.offset.checked_next_multiple_of(to).unwrap_or(usize::MAX);
    }

    /// Skips the padding in front of, or behind, a structure or union that holds a pointer.
    pub fn align_to_pointer(&mut self) {
        self.align(match self.encoding.syntax {
            Syntax::Ndr => 4,
            Syntax::Ndr64 => 8,
        });
    }

    /// Where the cursor stands, in bytes from the start of the stub.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset.min(self.stub.len())
    }

    /// An error at the cursor.
    #[must_use]
    pub fn error(&self, reason: Reason) -> ParseError {
        self.cut.unwrap_or_else(|| ParseError { layer: Layer::Ndr, offset: self.offset(), reason })
    }

    /// How many bytes of the stub are behind the cursor.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.stub.len().saturating_sub(self.offset)
    }

    /// Says whether everything that was read was there.
    ///
    /// # Errors
    /// A string or an array was cut.
    pub fn finish(&self) -> Result<(), ParseError> {
        self.cut.map_or(Ok(()), Err)
    }

    fn raw<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], ParseError> {
        match self.rest().first_chunk::<N>() {
            Some(bytes) => {
                self.offset = self.offset.saturating_add(N);
                Ok(*bytes)
            }
            None => Err(self.error(Reason::Truncated { field })),
        }
    }

    /// The next `count` bytes, or what there is of them.
    fn available(&mut self, field: &'static str, count: u64) -> &'a [u8] {
        let rest = self.rest();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let Some(bytes) = rest.get(..count) else {
            self.cut = Some(self.error(Reason::Truncated { field }));
            self.offset = self.stub.len();
            return rest;
        };
        self.offset = self.offset.saturating_add(count);
        bytes
    }

    fn rest(&self) -> &'a [u8] {
        self.stub.get(self.offset..).unwrap_or_default()
    }
}
