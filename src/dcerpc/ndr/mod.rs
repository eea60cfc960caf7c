//! NDR (C706 14) and NDR64 (\[MS-RPCE\] 2.2.5): how the arguments of calls stand in stubs.
//!
//! [`Ndr`] is a cursor that knows alignment, pointers, strings and arrays. A [`Type`] says as data what a parameter
//! consists of; [`request`] and [`response`] read the parameters of a procedure by their types.
//!
//! ```
//! use smbscope::dcerpc::ndr::{Encoding, Ndr};
//!
//! let stub = [
//!     0, 0, 2, 0, // referent id of a unique pointer
//!     3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, // maximum count, offset, actual count
//!     b'p', 0, b'1', 0, 0, 0, // "p1" and its NUL
//!     0, 0, // padding
//!     8, 0, 0, 0, // AccessRequired
//! ];
//! let mut ndr = Ndr::new(&stub, Encoding::default());
//! let name = ndr.unique_string("pPrinterName")?;
//! assert_eq!(name.map(|name| name.to_string()).as_deref(), Some("p1"));
//! assert_eq!(ndr.u32("AccessRequired")?, 8); // the cursor skips the padding
//! ndr.finish()?;
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod cursor;
mod meaning;
mod names;
mod reader;
mod string;
mod types;
mod value;

use core::fmt;

pub use cursor::Ndr;
pub use meaning::{Asked, Interpret, Meaning, Scope};
pub use reader::{request, response};
pub use string::NdrString;
pub use types::{Arm, By, Direction, Member, Names, Parameter, Type, Union};
pub use value::{Arguments, Record, Value};

pub(crate) use names::{HRESULT, NTSTATUS, WIN32};
pub(crate) use types::{counted, in_out, input, member, output, sized, switched};

use super::bind::SyntaxId;

/// The two transfer syntaxes of stubs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Syntax {
    /// NDR 2.0: pointers and counts have 4 bytes.
    #[default]
    Ndr,
    /// NDR64 1.0: pointers and counts have 8 bytes.
    Ndr64,
}

impl Syntax {
    /// The syntax that a bind ack chose, if it is one of these.
    #[must_use]
    pub fn of(id: &SyntaxId) -> Option<Self> {
        match *id {
            SyntaxId::NDR => Some(Self::Ndr),
            SyntaxId::NDR64 => Some(Self::Ndr64),
            _ => None,
        }
    }
}

/// How a stub is written: its transfer syntax, and the byte order of its PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Encoding {
    /// The transfer syntax of the presentation context.
    pub syntax: Syntax,
    /// True if the data representation of the PDU says big-endian.
    pub big_endian: bool,
}

/// A context handle as its 20 raw bytes on the wire, attributes and UUID (C706 `ndr_context_handle`). They
/// are never swapped: a client sends back what it was given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ContextHandle(pub [u8; 20]);

impl ContextHandle {
    /// True for the null handle: none was granted, or the one sent is closed now.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == [0; 20]
    }
}

/// 40 hex digits.
impl fmt::Display for ContextHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContextHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextHandle({self})")
    }
}

/// A text that is not 40 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a context handle: 40 hex digits")]
pub struct NotAHandle;

/// Reads 40 hex digits.
impl core::str::FromStr for ContextHandle {
    type Err = NotAHandle;

    fn from_str(text: &str) -> Result<Self, NotAHandle> {
        let is_digits = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut handle = [0; 20];
        for (byte, place) in handle.iter_mut().zip((0_usize..40).step_by(2)) {
            let digits = text.get(place..place.saturating_add(2)).filter(|_| is_digits).ok_or(NotAHandle)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NotAHandle)?;
        }
        Ok(Self(handle))
    }
}

#[cfg(feature = "serde")]
crate::wire::serialise::deserialize_from_text!(ContextHandle);

#[cfg(feature = "serde")]
impl serde::Serialize for ContextHandle {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
