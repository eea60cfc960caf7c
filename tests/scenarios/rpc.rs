//! DCE/RPC PDUs, and the print spooler's calls.

use crate::bytes::{Bytes, bytes, wide};

/// How a client encodes its calls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Dialect {
    pub(crate) big_endian: bool,
    pub(crate) ndr64: bool,
}

pub(crate) const NDR: Dialect = Dialect { big_endian: false, ndr64: false };
pub(crate) const NDR64: Dialect = Dialect { big_endian: false, ndr64: true };
pub(crate) const BIG: Dialect = Dialect { big_endian: true, ndr64: false };

/// Interfaces and transfer syntaxes: 16 bytes of UUID as little-endian clients send them, and a version.
pub(crate) const SPOOLSS: ([u8; 16], u32) =
    ([0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xab], 1);
pub(crate) const SRVSVC: ([u8; 16], u32) =
    ([0xc8, 0x4f, 0x32, 0x4b, 0x70, 0x16, 0xd3, 0x01, 0x12, 0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88], 3);
pub(crate) const SAMR: ([u8; 16], u32) =
    ([0x78, 0x57, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xac], 1);
pub(crate) const NDR_SYNTAX: ([u8; 16], u32) =
    ([0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60], 2);
pub(crate) const NDR64_SYNTAX: ([u8; 16], u32) =
    ([0x33, 0x05, 0x71, 0x71, 0xba, 0xbe, 0x37, 0x49, 0x83, 0x19, 0xb5, 0xdb, 0xef, 0x9c, 0xcc, 0x36], 1);

/// A context handle that is easily told from others.
pub(crate) fn handle(n: u8) -> [u8; 20] {
    let mut handle = [n; 20];
    handle[..4].fill(0);
    handle
}

const NO_HANDLE: [u8; 20] = [0; 20];

impl Dialect {
    fn u16(self, value: u16) -> [u8; 2] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    fn u32(self, value: u32) -> [u8; 4] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    /// A referent, a count: what is twice as long in NDR64.
    fn long(self, bytes: Bytes, value: u32) -> Bytes {
        if self.ndr64 { bytes.align(8).u64(value.into()) } else { bytes.align(4).raw(&self.u32(value)) }
    }

    fn string(self, bytes: Bytes, text: &str) -> Bytes {
        let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let count = units.len() as u32;
        let bytes = [count, 0, count].into_iter().fold(bytes, |bytes, value| self.long(bytes, value));
        units.into_iter().fold(bytes, |bytes, unit| bytes.raw(&self.u16(unit)))
    }

    fn uuid(self, (uuid, version): ([u8; 16], u32)) -> Vec<u8> {
        let mut bytes = uuid;
        if self.big_endian {
            bytes[..4].reverse();
            bytes[4..6].reverse();
            bytes[6..8].reverse();
        }
        [&bytes[..], &self.u32(version)].concat()
    }

    /// A PDU: its header and `body`.
    pub(crate) fn pdu(self, kind: u8, flags: u8, call: u32, body: &[u8]) -> Vec<u8> {
        self.pdu_with_auth(kind, flags, call, body, 0)
    }

    fn pdu_with_auth(self, kind: u8, flags: u8, call: u32, body: &[u8], auth: u16) -> Vec<u8> {
        let head = bytes().raw(&[5, 0, kind, flags, if self.big_endian { 0 } else { 0x10 }, 0, 0, 0]);
        let head = head.raw(&self.u16(16 + body.len() as u16)).raw(&self.u16(auth)).raw(&self.u32(call));
        head.raw(body).0
    }

    fn binding(self, kind: u8, call: u32, group: u32, contexts: &[Context]) -> Vec<u8> {
        let head = bytes().raw(&self.u16(4280)).raw(&self.u16(4280)).raw(&self.u32(group));
        let head = head.raw(&[contexts.len() as u8, 0, 0, 0]);
        let body = contexts.iter().fold(head, |body, (id, interface, syntax)| {
            body.raw(&self.u16(*id)).raw(&[1, 0]).raw(&self.uuid(*interface)).raw(&self.uuid(*syntax))
        });
        self.pdu(kind, WHOLE, call, &body.0)
    }

    pub(crate) fn bind(self, call: u32, group: u32, contexts: &[Context]) -> Vec<u8> {
        self.binding(11, call, group, contexts)
    }

    pub(crate) fn alter(self, call: u32, group: u32, contexts: &[Context]) -> Vec<u8> {
        self.binding(14, call, group, contexts)
    }

    fn bound(self, kind: u8, call: u32, group: u32, address: &str, results: &[Answer]) -> Vec<u8> {
        let head = bytes().raw(&self.u16(4280)).raw(&self.u16(4280)).raw(&self.u32(group));
        let length = if address.is_empty() { 0 } else { address.len() as u16 + 1 };
        let head = head.raw(&self.u16(length)).raw(address.as_bytes()).zeros(usize::from(length != 0));
        let head = head.align(4).raw(&[results.len() as u8, 0, 0, 0]);
        let body = results.iter().fold(head, |body, result| match *result {
            Answer::Accepted(syntax) => body.raw(&[0; 4]).raw(&self.uuid(syntax)),
            Answer::Rejected(reason) => body.raw(&self.u16(2)).raw(&self.u16(reason)).zeros(20),
        });
        self.pdu(kind, WHOLE, call, &body.0)
    }

    pub(crate) fn bind_ack(self, call: u32, group: u32, results: &[Answer]) -> Vec<u8> {
        self.bound(12, call, group, r"\PIPE\spoolss", results)
    }

    pub(crate) fn altered(self, call: u32, group: u32, results: &[Answer]) -> Vec<u8> {
        self.bound(15, call, group, "", results)
    }

    pub(crate) fn bind_nak(self, call: u32) -> Vec<u8> {
        self.pdu(13, WHOLE, call, &bytes().raw(&self.u16(4)).raw(&[1, 5, 0]).align(4).0)
    }

    pub(crate) fn request(self, call: u32, context: u16, opnum: u16, stub: &[u8]) -> Vec<u8> {
        self.fragment(WHOLE, call, context, opnum, stub)
    }

    pub(crate) fn fragment(self, flags: u8, call: u32, context: u16, opnum: u16, stub: &[u8]) -> Vec<u8> {
        let body = bytes().raw(&self.u32(stub.len() as u32)).raw(&self.u16(context));
        self.pdu(0, flags, call, &body.raw(&self.u16(opnum)).raw(stub).0)
    }

    /// A request to an object.
    pub(crate) fn request_to(self, object: [u8; 16], call: u32, opnum: u16, stub: &[u8]) -> Vec<u8> {
        let body = bytes().raw(&self.u32(stub.len() as u32)).raw(&self.u16(0)).raw(&self.u16(opnum));
        self.pdu(0, WHOLE | 0x80, call, &body.raw(&object).raw(stub).0)
    }

    pub(crate) fn response(self, call: u32, context: u16, stub: &[u8]) -> Vec<u8> {
        self.response_fragment(WHOLE, call, context, stub)
    }

    pub(crate) fn response_fragment(self, flags: u8, call: u32, context: u16, stub: &[u8]) -> Vec<u8> {
        let body = bytes().raw(&self.u32(stub.len() as u32)).raw(&self.u16(context)).raw(&[0, 0]);
        self.pdu(2, flags, call, &body.raw(stub).0)
    }

    /// A request or response whose stub is encrypted (RPC_C_AUTHN_LEVEL_PKT_PRIVACY).
    pub(crate) fn sealed(self, kind: u8, call: u32, opnum: u16, length: usize) -> Vec<u8> {
        let body = bytes().raw(&self.u32(length as u32)).raw(&self.u16(0)).raw(&self.u16(opnum));
        let body = body.raw(&vec![0xe5; length.next_multiple_of(16)]);
        let trailer = body.raw(&[10, 6, (length.next_multiple_of(16) - length) as u8, 0, 1, 0, 0, 0]);
        self.pdu_with_auth(kind, WHOLE, call, &trailer.raw(&[0x77; 16]).0, 16)
    }

    pub(crate) fn fault(self, call: u32, status: u32) -> Vec<u8> {
        let body = bytes().raw(&self.u32(32)).raw(&self.u16(0)).raw(&[0, 0]);
        self.pdu(3, WHOLE, call, &body.raw(&self.u32(status)).zeros(4).0)
    }

    pub(crate) fn auth3(self, call: u32) -> Vec<u8> {
        let trailer = bytes().zeros(4).raw(&[10, 2, 0, 0, 1, 0, 0, 0]).raw(&[0x33; 24]);
        self.pdu_with_auth(16, WHOLE, call, &trailer.0, 24)
    }

    pub(crate) fn cancel(self, call: u32) -> Vec<u8> {
        self.pdu(18, WHOLE, call, &[])
    }

    pub(crate) fn orphaned(self, call: u32) -> Vec<u8> {
        self.pdu(19, WHOLE, call, &[])
    }

    // Stubs

    /// `RpcOpenPrinterEx` of a printer, by `alice` on `\\WS-21`.
    pub(crate) fn open_printer_ex(self, printer: &str) -> Vec<u8> {
        self.open_printer_ex_by(printer, r"\\WS-21", "alice")
    }

    /// `RpcOpenPrinterEx` of a printer, by a user on a machine.
    pub(crate) fn open_printer_ex_by(self, printer: &str, machine: &str, user: &str) -> Vec<u8> {
        let stub = self.long(bytes(), 0x0002_0000);
        let stub = self.long(self.string(stub, printer), 0); // pDatatype
        let stub = self.long(stub.align(self.width()).raw(&self.u32(0)), 0); // pDevModeContainer
        let stub = stub.raw(&self.u32(8)).align(self.width()); // AccessRequired
        let stub = stub.raw(&self.u32(1)).align(self.width()).raw(&self.u32(1)); // Level, union tag
        let stub = self.long(stub, 0x0002_0004).raw(&self.u32(if self.ndr64 { 40 } else { 28 }));
        let stub = self.long(self.long(stub, 0x0002_0008), 0x0002_000c); // pMachineName, pUserName
        let stub = stub.raw(&self.u32(2600)).raw(&self.u32(5)).raw(&self.u32(1)).raw(&self.u16(0));
        self.string(self.string(stub.align(self.width()), machine), user).0
    }

    /// `RpcStartDocPrinter` with a name.
    pub(crate) fn start_doc_printer(self, n: u8, document: &str) -> Vec<u8> {
        let stub = bytes().raw(&handle(n)).align(self.width());
        let stub = stub.raw(&self.u32(1)).align(self.width()).raw(&self.u32(1)); // Level, union tag
        let stub = self.long(self.long(stub, 0x0002_0000), 0x0002_0004); // pDocInfo1, pDocName
        let stub = self.long(self.long(stub, 0), 0); // pOutputFile, pDatatype
        self.string(stub, document).0
    }

    /// `RpcRemoteFindFirstPrinterChangeNotificationEx`. The number of the registration is that of the handle.
    pub(crate) fn remote_find_first(self, n: u8, machine: &str) -> Vec<u8> {
        let stub = bytes().raw(&handle(n)).raw(&self.u32(0x100)).raw(&self.u32(0)); // fdwFlags, fdwOptions
        let stub = self.string(self.long(stub, 0x0002_0000), machine);
        self.long(stub.align(4).raw(&self.u32(n.into())), 0).0 // dwPrinterLocal, pOptions
    }

    /// `RpcReplyOpenPrinter`: the server's channel back to a client that registered with this number.
    pub(crate) fn reply_open_printer(self, machine: &str, number: u32) -> Vec<u8> {
        let stub = self.string(bytes(), machine).align(4);
        let stub = stub.raw(&self.u32(number)).raw(&self.u32(1)); // dwPrinterRemote, dwType
        self.long(stub.raw(&self.u32(0)), 0).0 // cbBuffer, pBuffer
    }

    /// `RpcAddPrinter` of a printer of this name.
    pub(crate) fn add_printer(self, server: &str, printer: &str) -> Vec<u8> {
        let stub = self.string(self.long(bytes(), 0x0002_0000), server).align(4);
        let stub = self.long(stub.raw(&self.u32(2)).raw(&self.u32(2)), 0x0002_0004); // Level, union tag
        let stub = self.long(self.long(stub, 0), 0x0002_0008); // pServerName, pPrinterName
        let stub = (0..11).fold(stub, |stub, _| self.long(stub, 0)); // pShareName to pSecurityDescriptor
        let stub = (0..8).fold(stub, |stub, _| stub.raw(&self.u32(0))); // Attributes to AveragePPM
        let stub = self.string(stub, printer).align(4);
        let stub = self.long(stub.raw(&self.u32(0)), 0); // pDevModeContainer
        self.long(stub.raw(&self.u32(0)), 0).0 // pSecurityContainer
    }

    /// `RpcAddPrinterDriverEx` of a driver with these files.
    pub(crate) fn add_printer_driver_ex(self, server: &str, files: [&str; 3]) -> Vec<u8> {
        let stub = self.string(self.long(bytes(), 0x0002_0000), server).align(4);
        let stub = self.long(stub.raw(&self.u32(2)).raw(&self.u32(2)), 0x0002_0004); // Level, union tag
        let stub = (0..5).fold(stub.raw(&self.u32(3)), |stub, at| self.long(stub, 0x0002_0008 + 4 * at)); // cVersion
        let [driver, data, configuration] = files;
        let stub = [r"Driver", "Windows x64", driver, data, configuration]
            .iter()
            .fold(stub, |stub, text| self.string(stub.align(4), text));
        stub.align(4).raw(&self.u32(4)).0 // dwFileCopyFlags
    }

    fn width(self) -> usize {
        if self.ndr64 { 8 } else { 4 }
    }

    /// A handle and a return value.
    pub(crate) fn handle_and(self, handle: [u8; 20], value: u32) -> Vec<u8> {
        [&handle[..], &self.u32(value)].concat()
    }

    pub(crate) fn value(self, value: u32) -> Vec<u8> {
        self.u32(value).to_vec()
    }
}

/// First and last fragment.
pub(crate) const WHOLE: u8 = 3;
pub(crate) const FIRST: u8 = 1;
pub(crate) const LAST: u8 = 2;

pub(crate) type Context = (u16, ([u8; 16], u32), ([u8; 16], u32));

/// What the server says to a proposed context.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    Accepted(([u8; 16], u32)),
    Rejected(u16),
}

/// The fault status of a context handle that the server does not know.
pub(crate) const CONTEXT_MISMATCH: u32 = 0x1c00_001a;

/// A pipe that calls go over, whichever way SMB carries them.
pub(crate) trait Pipe {
    /// What stands for a request until it is answered.
    type Asked;

    /// The client sends a PDU and asks for the answer.
    fn ask(&self, pdu: &[u8]) -> Self::Asked;

    /// The server answers.
    fn reply(&self, asked: Self::Asked, pdu: &[u8]);

    fn exchange(&self, request: &[u8], response: &[u8]) {
        self.reply(self.ask(request), response);
    }

    /// Binds context 0 to the spooler in a new association group.
    fn bind(&self, group: u32) {
        self.bind_as(NDR, 0, group);
    }

    /// Binds context 0 to the spooler; `asked` is the group that the client wants to join, or 0.
    fn bind_as(&self, dialect: Dialect, asked: u32, group: u32) {
        let syntax = if dialect.ndr64 { NDR64_SYNTAX } else { NDR_SYNTAX };
        let bind = dialect.bind(1, asked, &[(0, SPOOLSS, syntax)]);
        self.exchange(&bind, &dialect.bind_ack(1, group, &[Answer::Accepted(syntax)]));
    }

    fn ask_open_printer(&self, call: u32) -> Self::Asked {
        self.ask(&NDR.request(call, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1")))
    }

    fn granted(&self, asked: Self::Asked, call: u32, n: u8) {
        self.reply(asked, &NDR.response(call, 0, &NDR.handle_and(handle(n), 0)));
    }

    fn open_printer(&self, call: u32, n: u8) {
        self.granted(self.ask_open_printer(call), call, n);
    }

    /// `RpcGetPrinter`, which only uses the handle.
    fn ask_get_printer(&self, call: u32, n: u8) -> Self::Asked {
        self.ask(&NDR.request(call, 0, 8, &[&handle(n)[..], &[0; 12]].concat()))
    }

    fn got_printer(&self, asked: Self::Asked, call: u32) {
        self.reply(asked, &NDR.response(call, 0, &[0; 12]));
    }

    fn get_printer(&self, call: u32, n: u8) {
        self.got_printer(self.ask_get_printer(call, n), call);
    }

    fn ask_close_printer(&self, call: u32, n: u8) -> Self::Asked {
        self.ask(&NDR.request(call, 0, 29, &handle(n)))
    }

    fn closed_printer(&self, asked: Self::Asked, call: u32) {
        self.reply(asked, &NDR.response(call, 0, &NDR.handle_and(NO_HANDLE, 0)));
    }

    fn close_printer(&self, call: u32, n: u8) {
        self.closed_printer(self.ask_close_printer(call, n), call);
    }
}

/// A stub of nothing but text, for calls nobody decodes.
pub(crate) fn filler(length: usize) -> Vec<u8> {
    wide("filler ").into_iter().cycle().take(length).collect()
}
