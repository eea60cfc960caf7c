//! Calls that are little more than a context handle.

use crate::dcerpc::ndr::{ContextHandle, Encoding, Ndr};
use crate::error::ParseError;

use super::containers::bytes_container;

/// A request that is a handle and nothing else: `RpcClosePrinter` (\[MS-RPRN\] 3.1.4.2.9), `RpcDeletePrinterIC`
/// (3.1.4.2.12), `RpcReplyClosePrinter` (3.2.4.1.3), `RpcFindClosePrinterChangeNotification` (3.1.4.10.2). Every other
/// request with a handle begins so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandleRequest {
    /// The handle.
    pub handle: ContextHandle,
    /// Bytes of the stub behind it.
    pub unread: usize,
}

impl HandleRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// The stub is shorter than a handle.
    pub fn parse(stub: &[u8], encoding: Encoding) -> Result<Self, ParseError> {
        let mut ndr = Ndr::new(stub, encoding);
        let handle = ndr.context_handle("hPrinter")?;
        Ok(Self { handle, unread: ndr.unread() })
    }
}

/// The response of every procedure that grants a handle or closes one: the handle, and the return value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandleResponse {
    /// The handle granted, zero if none was. Of calls that close: zero if it is closed.
    pub handle: ContextHandle,
    /// A Win32 error code; `None` if the stub is cut in front of it.
    pub return_value: Option<u32>,
    /// Bytes of the stub behind it.
    pub unread: usize,
}

impl HandleResponse {
    /// Reads the response.
    ///
    /// # Errors
    /// The stub is shorter than a handle.
    pub fn parse(stub: &[u8], encoding: Encoding) -> Result<Self, ParseError> {
        let mut ndr = Ndr::new(stub, encoding);
        let handle = ndr.context_handle("phPrinter")?;
        let return_value = ndr.u32("return value").ok();
        Ok(Self { handle, return_value, unread: ndr.unread() })
    }
}

/// The request of `RpcCreatePrinterIC` (\[MS-RPRN\] 3.1.4.2.10), which asks for an information context of a printer.
/// The response is a [`HandleResponse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreatePrinterIc<'a> {
    /// `hPrinter`.
    pub handle: ContextHandle,
    /// `pDevModeContainer`: a `DEVMODE`, opaque to NDR; empty if there is none.
    pub devmode: &'a [u8],
    /// Bytes of the stub that no parameter claimed.
    pub unread: usize,
    /// Why not everything could be read.
    pub stopped: Option<ParseError>,
}

impl<'a> CreatePrinterIc<'a> {
    /// Reads the request.
    ///
    /// # Errors
    /// The stub is shorter than a handle.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, ParseError> {
        let mut ndr = Ndr::new(stub, encoding);
        let handle = ndr.context_handle("hPrinter")?;
        let devmode = bytes_container(&mut ndr, "pDevModeContainer");
        let stopped = devmode.and_then(|_| ndr.finish()).err();
        Ok(Self { handle, devmode: devmode.unwrap_or_default(), unread: ndr.unread(), stopped })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{CLOSE_PRINTER, CREATE_PRINTER_IC, GRANTED};
    use super::*;
    use crate::dcerpc::ndr::Syntax;

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };

    #[test]
    fn create_printer_ic_has_a_handle_and_a_device_mode() {
        let create = CreatePrinterIc::parse(CREATE_PRINTER_IC, NDR).unwrap();
        assert_eq!(create.handle.0[..], CLOSE_PRINTER[..]);
        assert_eq!((create.devmode, create.unread, create.stopped), (&[1, 2, 3, 4, 5][..], 0, None));
        for length in 0..CREATE_PRINTER_IC.len() {
            let create = CreatePrinterIc::parse(&CREATE_PRINTER_IC[..length], NDR);
            assert_eq!(create.is_ok(), length >= 20, "{length}");
            assert!(create.is_ok_and(|create| create.stopped.is_some()) || length < 20, "{length}");
        }
    }

    #[test]
    fn a_cut_response_still_has_its_handle() {
        for length in 0..=GRANTED.len() {
            let response = HandleResponse::parse(&GRANTED[..length], NDR);
            assert_eq!(response.is_ok(), length >= 20);
            let Ok(response) = response else { continue };
            assert_eq!(response.handle.0[..], CLOSE_PRINTER[..]);
            assert_eq!(response.return_value, (length == 24).then_some(0));
        }
    }
}
