//! What the values are called that calls return.

use super::Names;
use crate::wire::{NtStatus, Win32Error};

/// A Win32 error code (\[MS-ERREF\] 2.2).
pub(crate) const WIN32: Names = |value| Win32Error(value).name().map(str::to_owned);

/// An NTSTATUS (\[MS-ERREF\] 2.3).
pub(crate) const NTSTATUS: Names = |value| NtStatus(value).name().map(str::to_owned);

/// An HRESULT (\[MS-ERREF\] 2.1): of its own, or a Win32 error code.
pub(crate) const HRESULT: Names = |value| {
    let own = match value {
        0x0000_0000 => "S_OK",
        0x0000_0001 => "S_FALSE",
        0x8000_4001 => "E_NOTIMPL",
        0x8000_4002 => "E_NOINTERFACE",
        0x8000_4003 => "E_POINTER",
        0x8000_4004 => "E_ABORT",
        0x8000_4005 => "E_FAIL",
        0x8000_ffff => "E_UNEXPECTED",
        0x8007_0005 => "E_ACCESSDENIED",
        0x8007_000e => "E_OUTOFMEMORY",
        0x8007_0057 => "E_INVALIDARG",
        0x8007_0000..=0x8007_ffff => return WIN32(value & 0xffff),
        _ => return None,
    };
    Some(own.to_owned())
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hresult_may_be_a_win32_error() {
        assert_eq!(HRESULT(0x8007_0005).as_deref(), Some("E_ACCESSDENIED"));
        assert_eq!(HRESULT(0x8007_007a).as_deref(), Some("ERROR_INSUFFICIENT_BUFFER"));
        assert_eq!(HRESULT(0x8123_4567), None);
    }
}
