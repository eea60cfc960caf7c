//! What every protocol floor shares: integers, UTF-16 strings, times, GUIDs and status codes.
//!
//! ```
//! use smbscope::wire::{FileTime, NtStatus, Status, utf16};
//!
//! // What a Windows client shows as error 71 is this NTSTATUS on the wire.
//! let status = Status::Nt(NtStatus(0xc000_00d0));
//! assert_eq!(status.to_string(), "STATUS_REQUEST_NOT_ACCEPTED");
//! assert_eq!(status.win32(), Some(71));
//! assert!(status.is_refusal());
//!
//! assert_eq!(utf16(b"I\0P\0C\0$\0"), "IPC$");
//! assert_eq!(FileTime(0).timestamp(), None); // no time is set
//! ```

mod integers;
mod macros;
mod raw;
pub mod security;
#[cfg(feature = "serde")]
pub(crate) mod serialise;
mod span;
pub(crate) mod spelling;
mod status;
mod text;
mod time;

pub(crate) use integers::{
    array, be_u16, be_u24, be_u32, be_u64, le_u16, le_u32, le_u64, take, u8, up_to, widen,
};
pub use raw::Raw;
pub use span::Span;
pub use status::{DosError, NtStatus, Status, Win32Error};
pub use text::{Utf16, ascii, latin1, utf16};
pub use time::{FileTime, NotATime, Timestamp};

pub(crate) use macros::{field_name, fields, options, wire_enum, wire_list, wire_struct};

/// A GUID in its little-endian wire form (\[MS-DTYP\] 2.3.4.2).
///
/// # Errors
/// The input ends before 16 bytes.
pub(crate) fn guid(input: &[u8]) -> crate::error::Read<'_, uuid::Uuid> {
    let (rest, bytes) = array::<16>(input)?;
    Ok((rest, uuid::Uuid::from_bytes_le(bytes)))
}

/// A byte string as lower-case hex digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write;
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
