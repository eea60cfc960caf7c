//! A bounded cursor over a stub.

use uuid::Uuid;

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
        let actual_count = self.varying(field)?;
        let bytes = self.bytes(field, actual_count.saturating_mul(2));
        Ok(NdrString::new(bytes, self.encoding.big_endian))
    }

    /// A conformant varying string of 8-bit characters, its NUL included: maximum count, offset, actual count,
    /// characters.
    ///
    /// # Errors
    /// As [`Ndr::string`].
    pub fn narrow_string(&mut self, field: &'static str) -> Result<&'a [u8], ParseError> {
        let count = self.varying(field)?;
        Ok(self.bytes(field, count))
    }

    /// The counts of a conformant varying array: how many elements follow.
    ///
    /// # Errors
    /// The counts are cut or contradict each other.
    pub fn varying(&mut self, field: &'static str) -> Result<u64, ParseError> {
        let max_count = self.uptr(field)?;
        let offset = self.uptr(field)?;
        let actual_count = self.uptr(field)?;
        if offset.checked_add(actual_count).is_none_or(|end| end > max_count) {
            return Err(self.error(Reason::BadValue { field, value: actual_count }));
        }
        Ok(actual_count)
    }

    /// A `GUID`, whose first three fields follow the byte order.
    ///
    /// # Errors
    /// The stub ends before it.
    pub fn guid(&mut self, field: &'static str) -> Result<Uuid, ParseError> {
        let (low, mid, high) = (self.u32(field)?, self.u16(field)?, self.u16(field)?);
        Ok(Uuid::from_fields(low, mid, high, &self.raw(field)?))
    }

    /// A `RPC_SID` (\[MS-DTYP\] 2.4.2.3), as `S-1-5-21-…`: its count stands in front of it and once more inside.
    ///
    /// # Errors
    /// The stub ends before it, or it has more than 15 sub-authorities, or the counts differ.
    pub fn sid(&mut self, field: &'static str) -> Result<String, ParseError> {
        let max_count = self.uptr(field)?;
        let (revision, count) = (self.u8(field)?, self.u8(field)?);
        if u64::from(count) != max_count || count > 15 {
            return Err(self.error(Reason::BadValue { field, value: max_count }));
        }
        let authority = self.raw::<6>(field)?.into_iter().fold(0, |sum, byte| sum << 8 | u64::from(byte));
        let mut sid = format!("S-{revision}-{authority}");
        for _ in 0..count {
            sid.push('-');
            sid.push_str(&self.u32(field)?.to_string());
        }
        Ok(sid)
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
        Ok(self.bytes(field, max_count))
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

    pub(super) const fn syntax(&self) -> Syntax {
        self.encoding.syntax
    }

    pub(super) const fn is_big_endian(&self) -> bool {
        self.encoding.big_endian
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

    /// The next `count` bytes, or what there is of them: then all that is read after them fails, and [`Ndr::finish`].
    pub fn bytes(&mut self, field: &'static str, count: u64) -> &'a [u8] {
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

#[cfg(test)]
mod tests {
    use super::*;

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };
    const BIG: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: true };

    #[test]
    fn each_type_is_aligned_to_its_size_from_the_start_of_the_stub() {
        let bytes: Vec<u8> = (0..32).collect();
        let mut ndr = Ndr::new(&bytes, NDR);
        assert_eq!(ndr.u8("a"), Ok(0));
        assert_eq!(ndr.u16("b"), Ok(0x0302));
        assert_eq!(ndr.u8("c"), Ok(4));
        assert_eq!(ndr.u32("d"), Ok(0x0b0a_0908));
        assert_eq!(ndr.u8("e"), Ok(12));
        assert_eq!(ndr.u64("f"), Ok(0x1716_1514_1312_1110));
        assert_eq!((ndr.offset(), ndr.unread()), (24, 8));
    }

    #[test]
    fn pointers_have_the_size_of_the_syntax_and_handles_are_aligned_to_4() {
        let bytes = [1; 40];
        for (encoding, after) in [(NDR, 8), (NDR64, 16)] {
            let mut ndr = Ndr::new(&bytes, encoding);
            ndr.u8("a").unwrap();
            assert_eq!(ndr.pointer("p"), Ok(true));
            assert_eq!(ndr.offset(), after);
            ndr.u8("b").unwrap();
            ndr.context_handle("h").unwrap();
            assert_eq!(ndr.offset(), after + 24);
        }
    }

    #[test]
    fn integers_follow_the_byte_order_and_handles_do_not() {
        let bytes: Vec<u8> = (0..24).collect();
        let mut ndr = Ndr::new(&bytes, BIG);
        assert_eq!(ndr.u32("a"), Ok(0x0001_0203));
        assert_eq!(ndr.context_handle("h").unwrap().0[..], bytes[4..]);
    }

    /// A string of `actual` units at `offset` of `max`, with room for two units.
    #[rustfmt::skip]
    fn string(max: u8, offset: u8, actual: u8) -> [u8; 16] {
        [
            max, 0, 0, 0, // max_count
            offset, 0, 0, 0, // offset
            actual, 0, 0, 0, // actual_count
            b'a', 0, 0, 0, // "a"
        ]
    }

    #[test]
    fn counts_of_a_string_must_not_contradict_each_other() {
        for (max, offset, actual, fits) in
            [(2, 0, 2, true), (9, 0, 2, true), (1, 0, 2, false), (2, 1, 2, false), (3, 1, 2, true)]
        {
            let bytes = string(max, offset, actual);
            let mut ndr = Ndr::new(&bytes, NDR);
            let text = ndr.string("s");
            assert_eq!(text.is_ok(), fits, "{max} {offset} {actual}");
            if let Ok(text) = text {
                assert_eq!((text.to_string().as_str(), ndr.finish(), ndr.unread()), ("a", Ok(()), 0));
            }
        }
    }

    #[test]
    fn a_cut_string_gives_its_beginning_and_every_later_error_names_it() {
        let bytes = string(200, 0, 200);
        let mut ndr = Ndr::new(&bytes, NDR);
        assert_eq!(ndr.string("name").unwrap().to_string(), "a");
        let cut = ParseError { layer: Layer::Ndr, offset: 12, reason: Reason::Truncated { field: "name" } };
        assert_eq!(ndr.finish(), Err(cut));
        assert_eq!(ndr.u32("next"), Err(cut));
    }

    /// S-1-5-32-544, with `max` as the count in front.
    #[rustfmt::skip]
    fn sid(max: u8, count: u8) -> [u8; 20] {
        [
            max, 0, 0, 0, // maximum count
            1, count, // Revision, SubAuthorityCount
            0, 0, 0, 0, 0, 5, // IdentifierAuthority
            32, 0, 0, 0, // SubAuthority[0]
            0x20, 2, 0, 0, // SubAuthority[1]
        ]
    }

    #[test]
    fn a_sid_reads_as_its_text() {
        let bytes = sid(2, 2);
        let mut ndr = Ndr::new(&bytes, NDR);
        assert_eq!((ndr.sid("s").as_deref(), ndr.unread()), (Ok("S-1-5-32-544"), 0));
        for end in 0..bytes.len() {
            assert!(Ndr::new(&bytes[..end], NDR).sid("s").is_err(), "at {end}");
        }
        for (max, count) in [(3, 2), (2, 1), (16, 16)] {
            assert!(Ndr::new(&sid(max, count), NDR).sid("s").is_err(), "{max} {count}");
        }
        let wide = [&[2, 0, 0, 0, 0, 0, 0, 0], &bytes[4..]].concat();
        assert_eq!(Ndr::new(&wide, NDR64).sid("s").as_deref(), Ok("S-1-5-32-544"));
    }

    #[test]
    fn an_array_has_the_size_that_its_parameter_says() {
        let bytes = [3, 0, 0, 0, 7, 8, 9, 0];
        assert_eq!(Ndr::new(&bytes, NDR).byte_array("b", 3), Ok(&[7, 8, 9][..]));
        assert!(Ndr::new(&bytes, NDR).byte_array("b", 4).is_err());
        assert_eq!(Ndr::new(&[0; 4], NDR).unique_byte_array("b", 3), Ok(&[][..]));
    }
}
