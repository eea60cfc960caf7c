//! Change notifications: a client registers, and the server connects back to the client's spooler.

use crate::dcerpc::ndr::{ContextHandle, Encoding, Ndr, NdrString};
use crate::error::ParseError;

/// The request of `RpcReplyOpenPrinter` (\[MS-RPRN\] 3.2.4.1.1): the print server opens a notification channel at a
/// client that registered. The response is a [`super::HandleResponse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplyOpenPrinter<'a> {
    /// `pMachine`: the client, as it named itself when it registered.
    pub machine: NdrString<'a>,
    /// `dwPrinterRemote`: the client's own number for the printer.
    pub printer_remote: u32,
    /// `dwType`, 1.
    pub kind: u32,
    /// `pBuffer`; empty.
    pub buffer: &'a [u8],
    /// Bytes of the stub that no parameter claimed.
    pub unread: usize,
    /// Why not everything could be read.
    pub stopped: Option<ParseError>,
}

impl<'a> ReplyOpenPrinter<'a> {
    /// Reads the request.
    ///
    /// # Errors
    /// Not even `pMachine` can be read.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, ParseError> {
        let mut ndr = Ndr::new(stub, encoding);
        let machine = ndr.string("pMachine")?;
        let mut reply = Self { machine, printer_remote: 0, kind: 0, buffer: &[], unread: 0, stopped: None };
        reply.stopped = reply.read(&mut ndr).err();
        reply.unread = ndr.unread();
        Ok(reply)
    }

    fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), ParseError> {
        self.printer_remote = ndr.u32("dwPrinterRemote")?;
        self.kind = ndr.u32("dwType")?;
        let size = ndr.u32("cbBuffer")?;
        self.buffer = ndr.unique_byte_array("pBuffer", size)?;
        ndr.finish()
    }
}

/// What the requests of `RpcRemoteFindFirstPrinterChangeNotification` (\[MS-RPRN\] 3.1.4.10.3) and its `Ex` form
/// (3.1.4.10.4) begin with. Their last parameters are left unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteFindFirst<'a> {
    /// `hPrinter`.
    pub handle: ContextHandle,
    /// `fdwFlags`: the changes of interest.
    pub flags: u32,
    /// `fdwOptions`: the kinds of printers of interest.
    pub options: u32,
    /// `pszLocalMachine`: where the server shall connect to.
    pub local_machine: Option<NdrString<'a>>,
    /// `dwPrinterLocal`: the client's own number for the printer.
    pub printer_local: u32,
    /// Why not everything up to here could be read.
    pub stopped: Option<ParseError>,
}

impl<'a> RemoteFindFirst<'a> {
    /// Reads the beginning of either request, opnums 62 and 65.
    ///
    /// # Errors
    /// The stub is shorter than a handle.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, ParseError> {
        let mut ndr = Ndr::new(stub, encoding);
        let handle = ndr.context_handle("hPrinter")?;
        let mut find =
            Self { handle, flags: 0, options: 0, local_machine: None, printer_local: 0, stopped: None };
        find.stopped = find.read(&mut ndr).err();
        Ok(find)
    }

    fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), ParseError> {
        self.flags = ndr.u32("fdwFlags")?;
        self.options = ndr.u32("fdwOptions")?;
        self.local_machine = ndr.unique_string("pszLocalMachine")?;
        self.printer_local = ndr.u32("dwPrinterLocal")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{REMOTE_FIND_FIRST_EX_NDR64, REPLY_OPEN_PRINTER};
    use super::*;
    use crate::dcerpc::ndr::Syntax;

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };

    #[test]
    fn a_server_connects_back() {
        let reply = ReplyOpenPrinter::parse(REPLY_OPEN_PRINTER, NDR).unwrap();
        assert_eq!(reply.machine.to_string(), "WS-21");
        assert_eq!((reply.printer_remote, reply.kind, reply.buffer), (0x1234, 1, &[][..]));
        assert_eq!((reply.unread, reply.stopped), (0, None));
        for length in 0..REPLY_OPEN_PRINTER.len() {
            let reply = ReplyOpenPrinter::parse(&REPLY_OPEN_PRINTER[..length], NDR);
            assert_eq!(reply.is_ok(), length >= 12);
            assert!(reply.is_ok_and(|reply| reply.stopped.is_some()) || length < 12, "{length}");
        }
    }

    #[test]
    fn a_client_says_where_notifications_shall_go() {
        let find = RemoteFindFirst::parse(REMOTE_FIND_FIRST_EX_NDR64, NDR64).unwrap();
        assert_eq!(find.local_machine.unwrap().to_string(), r"\\10.0.0.7");
        assert_eq!((find.flags, find.options, find.printer_local, find.stopped), (0x100, 0, 7, None));
        for length in 0..REMOTE_FIND_FIRST_EX_NDR64.len() {
            let find = RemoteFindFirst::parse(&REMOTE_FIND_FIRST_EX_NDR64[..length], NDR64);
            assert_eq!(find.is_ok(), length >= 20, "{length}");
        }
    }
}
