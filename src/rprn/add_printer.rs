//! Adding a printer, which opens it too (\[MS-RPRN\] 3.1.4.2.3 and 3.1.4.2.15).

use crate::dcerpc::ndr::{Encoding, Ndr, NdrString};
use crate::error::{ParseError, Reason};

use super::containers::{ClientInfo, PrinterInfo, bytes_container, client_container, printer_container};

/// The request of `RpcAddPrinter` or `RpcAddPrinterEx`. The response is a [`super::HandleResponse`].
///
/// If the stub is cut or contradicts itself somewhere, the parameters up to there are given, the others are empty,
/// and `stopped` says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AddPrinter<'a> {
    /// `pName`: the server; `None` is the server called.
    pub server_name: Option<NdrString<'a>>,
    /// `pPrinterContainer`.
    pub printer: Option<PrinterInfo<'a>>,
    /// `pDevModeContainer`: a `DEVMODE`, opaque to NDR; empty if there is none.
    pub devmode: &'a [u8],
    /// `pSecurityContainer`: a self-relative security descriptor; empty if there is none.
    pub security: &'a [u8],
    /// The level of `pClientInfo`; 0 for `RpcAddPrinter`, which has none.
    pub client_level: u32,
    /// `pClientInfo`, if its level is 1.
    pub client: Option<ClientInfo<'a>>,
    /// Bytes of the stub that no parameter claimed.
    pub unread: usize,
    /// Why not everything could be read.
    pub stopped: Option<ParseError>,
}

impl<'a> AddPrinter<'a> {
    /// Reads the request of `RpcAddPrinter`, opnum 5.
    ///
    /// # Errors
    /// Not even `pName` can be read.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, ParseError> {
        Self::start(stub, encoding, Self::common)
    }

    /// Reads the request of `RpcAddPrinterEx`, opnum 70.
    ///
    /// # Errors
    /// Not even `pName` can be read.
    pub fn parse_ex(stub: &'a [u8], encoding: Encoding) -> Result<Self, ParseError> {
        Self::start(stub, encoding, |add, ndr| {
            add.common(ndr)?;
            (add.client_level, add.client) = client_container(ndr)?;
            Ok(())
        })
    }

    fn start(
        stub: &'a [u8],
        encoding: Encoding,
        parameters: impl FnOnce(&mut Self, &mut Ndr<'a>) -> Result<(), ParseError>,
    ) -> Result<Self, ParseError> {
        let mut ndr = Ndr::new(stub, encoding);
        let server_name = ndr.unique_string("pName")?;
        let mut add = Self { server_name, ..Self::default() };
        add.stopped = parameters(&mut add, &mut ndr).and_then(|()| ndr.finish()).err();
        add.unread = ndr.unread();
        Ok(add)
    }

    fn common(&mut self, ndr: &mut Ndr<'a>) -> Result<(), ParseError> {
        let printer = printer_container(ndr)?;
        self.printer = Some(printer);
        if let PrinterInfo::Other(level) = printer {
            return Err(ndr.error(Reason::BadValue { field: "Level", value: level.into() }));
        }
        self.devmode = bytes_container(ndr, "pDevModeContainer")?;
        self.security = bytes_container(ndr, "pSecurityContainer")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{ADD_PRINTER, ADD_PRINTER_EX, ADD_PRINTER_EX_NDR64};
    use super::*;
    use crate::dcerpc::ndr::Syntax;

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };

    fn text(string: Option<NdrString<'_>>) -> String {
        string.map_or_else(|| "-".to_owned(), |string| string.to_string())
    }

    #[test]
    fn level_1() {
        let add = AddPrinter::parse(ADD_PRINTER, NDR).unwrap();
        assert_eq!((add.unread, add.stopped), (0, None));
        assert_eq!(text(add.server_name), r"\\prn");
        let Some(PrinterInfo::Level1(info)) = add.printer else { panic!("{add:?}") };
        assert_eq!(info.flags, 0x0080_0000);
        assert_eq!([info.description, info.name, info.comment].map(text), ["-", "lp1", "hall"]);
    }

    #[test]
    fn level_2_in_both_syntaxes() {
        for (stub, encoding, security) in [(ADD_PRINTER_EX, NDR, 20), (ADD_PRINTER_EX_NDR64, NDR64, 3)] {
            let add = AddPrinter::parse_ex(stub, encoding).unwrap();
            assert_eq!((add.unread, add.stopped), (0, None), "{encoding:?}");
            let Some(PrinterInfo::Level2(info)) = add.printer else { panic!("{add:?}") };
            let names =
                [info.server_name, info.printer_name, info.share_name, info.port_name, info.driver_name];
            assert_eq!(names.map(text), ["-", "lp1", "lp", "LPT1:", "PCL"]);
            let names = [info.comment, info.location, info.sep_file, info.print_processor, info.datatype];
            assert_eq!(names.map(text), ["-", "hall", "-", "winprint", "RAW"]);
            let numbers = [info.attributes, info.priority, info.default_priority, info.start_time];
            assert_eq!(numbers, [0x48, 1, 2, 3]);
            assert_eq!([info.until_time, info.status, info.jobs, info.average_ppm], [4, 0, 5, 6]);
            assert_eq!((add.devmode.len(), add.security.len()), (0, security));
            assert_eq!(text(add.client.and_then(|client| client.user)), "alice");
        }
    }

    #[test]
    fn another_level_is_named_and_stops() {
        let mut stub = ADD_PRINTER.to_vec();
        let container = 28;
        assert_eq!(stub[container..container + 8], [1, 0, 0, 0, 1, 0, 0, 0]);
        (stub[container], stub[container + 4]) = (7, 7);
        let add = AddPrinter::parse(&stub, NDR).unwrap();
        assert_eq!(add.printer, Some(PrinterInfo::Other(7)));
        assert!(add.stopped.is_some() && add.unread > 0);
    }

    #[test]
    fn every_truncation_stops() {
        for (stub, encoding) in [(ADD_PRINTER_EX, NDR), (ADD_PRINTER_EX_NDR64, NDR64)] {
            for length in 0..stub.len() {
                let add = AddPrinter::parse_ex(&stub[..length], encoding);
                assert!(add.is_err() || add.is_ok_and(|add| add.stopped.is_some()), "{length}");
            }
        }
    }
}
