//! Opening a printer or a print server (\[MS-RPRN\] 3.1.4.2.2 and 3.1.4.2.14).

use crate::dcerpc::ndr::{Encoding, Ndr, NdrString};
use crate::error::ParseError;

use super::containers::{ClientInfo, bytes_container, client_container};

/// The request of `RpcOpenPrinter` or `RpcOpenPrinterEx`. The response is a [`super::HandleResponse`].
///
/// If the stub is cut or contradicts itself somewhere, the parameters up to there are given, the others are empty,
/// and `stopped` says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OpenPrinter<'a> {
    /// `pPrinterName`: a printer, a job, a port, or a server (`\\server`). `None` is the server called.
    pub printer_name: Option<NdrString<'a>>,
    /// `pDatatype`.
    pub datatype: Option<NdrString<'a>>,
    /// `pDevModeContainer`: a `DEVMODE`, opaque to NDR; empty if there is none.
    pub devmode: &'a [u8],
    /// `AccessRequired`.
    pub access_required: u32,
    /// The level of `pClientInfo`; 0 for `RpcOpenPrinter`, which has none.
    pub client_level: u32,
    /// `pClientInfo`, if its level is 1.
    pub client: Option<ClientInfo<'a>>,
    /// Bytes of the stub that no parameter claimed.
    pub unread: usize,
    /// Why not everything could be read.
    pub stopped: Option<ParseError>,
}

impl<'a> OpenPrinter<'a> {
    /// Reads the request of `RpcOpenPrinter`, opnum 1.
    ///
    /// # Errors
    /// Not even `pPrinterName` can be read.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, ParseError> {
        Self::start(stub, encoding, Self::common)
    }

    /// Reads the request of `RpcOpenPrinterEx`, opnum 69.
    ///
    /// # Errors
    /// Not even `pPrinterName` can be read.
    pub fn parse_ex(stub: &'a [u8], encoding: Encoding) -> Result<Self, ParseError> {
        Self::start(stub, encoding, |open, ndr| {
            open.common(ndr)?;
            (open.client_level, open.client) = client_container(ndr)?;
            Ok(())
        })
    }

    fn start(
        stub: &'a [u8],
        encoding: Encoding,
        parameters: impl FnOnce(&mut Self, &mut Ndr<'a>) -> Result<(), ParseError>,
    ) -> Result<Self, ParseError> {
        let mut ndr = Ndr::new(stub, encoding);
        let printer_name = ndr.unique_string("pPrinterName")?;
        let mut open = Self { printer_name, ..Self::default() };
        open.stopped = parameters(&mut open, &mut ndr).and_then(|()| ndr.finish()).err();
        open.unread = ndr.unread();
        Ok(open)
    }

    fn common(&mut self, ndr: &mut Ndr<'a>) -> Result<(), ParseError> {
        self.datatype = ndr.unique_string("pDatatype")?;
        self.devmode = bytes_container(ndr, "pDevModeContainer")?;
        self.access_required = ndr.u32("AccessRequired")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProcessorArchitecture;
    use super::super::fixtures::{
        OPEN_PRINTER_EX, OPEN_PRINTER_EX_BIG, OPEN_PRINTER_EX_NDR64, OPEN_PRINTER_NDR64,
    };
    use super::*;
    use crate::dcerpc::ndr::Syntax;
    use crate::error::{Layer, Reason};

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };
    const BIG: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: true };

    fn text(string: Option<NdrString<'_>>) -> Option<String> {
        string.map(|string| string.to_string())
    }

    #[test]
    fn open_printer_ex_reads_the_same_in_every_encoding() {
        for (stub, encoding, architecture) in [
            (OPEN_PRINTER_EX, NDR, ProcessorArchitecture::INTEL),
            (OPEN_PRINTER_EX_BIG, BIG, ProcessorArchitecture::INTEL),
            (OPEN_PRINTER_EX_NDR64, NDR64, ProcessorArchitecture::AMD64),
        ] {
            let open = OpenPrinter::parse_ex(stub, encoding).unwrap();
            assert_eq!((open.unread, open.stopped), (0, None), "{encoding:?}");
            assert_eq!(text(open.printer_name).as_deref(), Some(r"\\prn\lp1"));
            assert_eq!(text(open.datatype).as_deref(), Some("RAW"));
            assert_eq!((open.devmode, open.access_required, open.client_level), (&[][..], 8, 1));
            let client = open.client.unwrap();
            assert_eq!(text(client.machine).as_deref(), Some(r"\\WS-21"));
            assert_eq!(text(client.user).as_deref(), Some("alice"));
            assert_eq!((client.build, client.major, client.minor), (2600, 5, 1));
            assert_eq!(client.architecture, architecture);
        }
    }

    #[test]
    fn open_printer_has_a_device_mode_and_no_client() {
        let open = OpenPrinter::parse(OPEN_PRINTER_NDR64, NDR64).unwrap();
        assert_eq!((open.unread, open.stopped), (0, None));
        assert_eq!((open.datatype, open.devmode, open.client), (None, &[1, 2, 3, 4, 5][..], None));
    }

    #[test]
    fn a_cut_stub_gives_what_stands_in_front_of_the_cut() {
        for (stub, encoding) in
            [(OPEN_PRINTER_EX, NDR), (OPEN_PRINTER_EX_BIG, BIG), (OPEN_PRINTER_EX_NDR64, NDR64)]
        {
            let name_begins = if encoding == NDR64 { 32 } else { 16 };
            for length in 0..stub.len() {
                let Ok(open) = OpenPrinter::parse_ex(&stub[..length], encoding) else {
                    assert!(length < name_begins);
                    continue;
                };
                assert!(open.stopped.is_some(), "{length}");
                let name = text(open.printer_name).unwrap();
                assert_eq!(name, r"\\prn\lp1"[..name.len()]);
                assert_eq!(name.len(), 9.min((length - name_begins) / 2));
            }
        }
    }

    #[test]
    fn a_device_mode_of_another_size_than_announced_stops_with_its_place() {
        let mut stub = OPEN_PRINTER_NDR64.to_vec();
        let max_count = stub.len() - 20;
        assert_eq!(stub[max_count], 5);
        stub[max_count] = 6;
        let error = OpenPrinter::parse(&stub, NDR64).unwrap().stopped.unwrap();
        assert_eq!(error.layer, Layer::Ndr);
        assert_eq!(error.reason, Reason::BadValue { field: "pDevModeContainer", value: 6 });
        assert_eq!(error.offset, max_count + 8);
    }

    #[test]
    fn a_client_of_a_local_level_is_left_unread() {
        let mut stub = OPEN_PRINTER_EX.to_vec();
        let container = stub.len() - 92;
        assert_eq!(stub[container..container + 8], [1, 0, 0, 0, 1, 0, 0, 0]);
        (stub[container], stub[container + 4]) = (3, 3);
        let open = OpenPrinter::parse_ex(&stub, NDR).unwrap();
        assert_eq!((open.client_level, open.client, open.stopped), (3, None, None));
        assert_eq!(open.unread, 80);
    }
}
