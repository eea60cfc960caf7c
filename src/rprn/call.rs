//! A call with its arguments.

use super::{ContextHandle, Interface, Procedure};
use crate::dcerpc::ndr::{self, Arguments, Asked, Encoding, NdrString, Parameter, Record, Value};

/// The request or the response of a procedure, read to its last argument.
///
/// The arguments have the names of the specification: [`Record::text`] and its like give them by their type.
///
/// ```
/// use smbscope::dcerpc::ndr::Encoding;
/// use smbscope::rprn::{Call, Interface};
///
/// // The request of RpcEndDocPrinter is a handle and nothing else.
/// let call = Call::request(Interface::Winspool, 23, &[7; 20], Encoding::default()).unwrap();
/// assert_eq!(call.procedure.name, "RpcEndDocPrinter");
/// assert_eq!(call.handle().unwrap().0, [7; 20]);
/// assert!(call.arguments.anomalies.is_empty());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The procedure.
    pub procedure: &'static Procedure,
    /// Its parameters, of a response with `return` at the end.
    pub arguments: Arguments<'a>,
}

/// Who the client says it is (`SPLCLIENT_INFO_1`, \[MS-RPRN\] 2.2.1.11.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ClientInfo<'a> {
    /// `pMachineName`.
    pub machine: Option<NdrString<'a>>,
    /// `pUserName`.
    pub user: Option<NdrString<'a>>,
    /// `dwBuildNum`.
    pub build: u32,
    /// `dwMajorVersion`.
    pub major: u32,
    /// `dwMinorVersion`.
    pub minor: u32,
    /// `wProcessorArchitecture`.
    pub architecture: u16,
}

/// Something in a request that security people look for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "sign", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Sign {
    /// The server shall connect to a machine and tell it of changes. Of another machine than the client this is how a
    /// server is made to authenticate to somebody ("PrinterBug").
    NotifiesMachine {
        /// Its name, as a UNC.
        machine: String,
        /// Whether that is the client itself; `None` if a name does not tell.
        is_client: Option<bool>,
    },
    /// The server shall load a driver whose file lies on another machine (CVE-2021-1675, CVE-2021-34527).
    DriverFromUnc {
        /// Which file of the driver.
        member: &'static str,
        /// Its path.
        path: String,
    },
}

impl<'a> Call<'a> {
    /// Reads the stub of a request; `None` if there is no such procedure, or it is not used on the wire.
    #[must_use]
    pub fn request(interface: Interface, opnum: u16, stub: &'a [u8], encoding: Encoding) -> Option<Self> {
        let procedure = interface.procedure(opnum)?;
        Some(Self::of(procedure, procedure.parameters?, stub, encoding))
    }

    pub(super) fn of(
        procedure: &'static Procedure,
        parameters: &[Parameter],
        stub: &'a [u8],
        encoding: Encoding,
    ) -> Self {
        Self { procedure, arguments: ndr::request(parameters, stub, encoding) }
    }

    /// Reads the stub of a response. `asked` is what [`Asked::of`] gives of the request: buffers of information can only
    /// be read with the level that was asked for.
    #[must_use]
    pub fn response(
        interface: Interface,
        opnum: u16,
        stub: &'a [u8],
        encoding: Encoding,
        asked: &Asked,
    ) -> Option<Self> {
        let procedure = interface.procedure(opnum)?;
        let names = Some(procedure.names());
        Some(Self {
            procedure,
            arguments: ndr::response(procedure.parameters?, names, stub, encoding, asked),
        })
    }

    /// The context handle that the stub begins with.
    #[must_use]
    pub fn handle(&self) -> Option<ContextHandle> {
        match self.arguments.fields.0.first()? {
            (_, Value::Handle(handle)) => Some(*handle),
            _ => None,
        }
    }

    /// Who the client says it is.
    #[must_use]
    pub fn client(&self) -> Option<ClientInfo<'a>> {
        let client = self.arguments.fields.arm("pClientInfo")?;
        let number =
            |name| client.number(name).and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
        Some(ClientInfo {
            machine: client.text("pMachineName"),
            user: client.text("pUserName"),
            build: number("dwBuildNum"),
            major: number("dwMajorVersion"),
            minor: number("dwMinorVersion"),
            architecture: u16::try_from(number("wProcessorArchitecture")).unwrap_or_default(),
        })
    }

    /// What it opens: a printer, a job, a port, a server, or the machine of `RpcReplyOpenPrinter`. A printer that is
    /// added without a name stands for its server.
    #[must_use]
    pub fn object(&self) -> Option<NdrString<'a>> {
        let fields = &self.arguments.fields;
        let named = |name| fields.text(name);
        // `PRINTER_INFO_1` calls it `pName`.
        let added = || {
            let printer = fields.arm("pPrinterContainer")?;
            printer.text("pPrinterName").or_else(|| printer.text("pName"))
        };
        named("pPrinterName").or_else(added).or_else(|| named("pMachine")).or_else(|| named("pName"))
    }

    /// The machine that change notifications shall go to.
    #[must_use]
    pub fn notifies(&self) -> Option<NdrString<'a>> {
        self.arguments.fields.text("pszLocalMachine")
    }

    /// The document that it starts.
    #[must_use]
    pub fn document(&self) -> Option<NdrString<'a>> {
        self.arguments.fields.arm("pDocInfoContainer")?.text("pDocName")
    }

    /// What security people look for in it.
    pub fn signs(&self) -> impl Iterator<Item = Sign> {
        let notified = self.notifies().filter(|machine| is_unc(*machine));
        let driver = self.arguments.fields.arm("pDriverContainer");
        let files = driver.map(Record::texts).into_iter().flatten();
        let files = files.filter(|(_, path)| is_unc(*path));
        let notified =
            notified.map(|machine| Sign::NotifiesMachine { machine: machine.to_string(), is_client: None });
        notified
            .into_iter()
            .chain(files.map(|(member, path)| Sign::DriverFromUnc { member, path: path.to_string() }))
    }
}

/// True for `\\host\share` and `\??\UNC\host\share`, with slashes of either kind.
fn is_unc(path: NdrString<'_>) -> bool {
    let mut start = path.chars().map(|c| if c == '/' { '\\' } else { c.to_ascii_uppercase() });
    let start: String = start.by_ref().take(8).collect();
    let device = start
        .strip_prefix(r"\\?\")
        .or_else(|| start.strip_prefix(r"\??\"))
        .or_else(|| start.strip_prefix(r"\\.\"));
    device.map_or_else(|| start.starts_with(r"\\"), |device| device.starts_with("UNC\\"))
}
