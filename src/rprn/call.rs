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

    /// The number that ties a channel for notifications to the registration that asked for it (\[MS-RPRN\] 3.1.4.10.4
    /// and 3.2.4.1.4).
    #[must_use]
    pub fn registration(&self) -> Option<u32> {
        let number = |name| u32::try_from(self.arguments.fields.number(name)?).ok();
        number("dwPrinterLocal").or_else(|| number("dwPrinterRemote"))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixtures::{ADD_PRINTER, OPEN_PRINTER_EX, REMOTE_FIND_FIRST_EX_NDR64};
    use super::*;
    use crate::dcerpc::ndr::Syntax;

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };

    #[test]
    fn every_cut_says_what_is_missing_and_keeps_what_is_there() {
        for (opnum, stub) in [(69, OPEN_PRINTER_EX), (5, ADD_PRINTER)] {
            for length in 0..stub.len() {
                let call = Call::request(Interface::Winspool, opnum, &stub[..length], NDR).unwrap();
                assert!(!call.arguments.anomalies.is_empty(), "{opnum} cut at {length}");
                assert!(call.arguments.unread <= length);
            }
            let whole = Call::request(Interface::Winspool, opnum, stub, NDR).unwrap();
            assert!(whole.arguments.anomalies.is_empty() && whole.arguments.unread == 0);
        }
        let cut = Call::request(Interface::Winspool, 69, &OPEN_PRINTER_EX[..60], NDR).unwrap();
        assert_eq!(cut.object().unwrap().to_string(), r"\\prn\lp1");
    }

    #[test]
    fn a_machine_to_notify_is_a_sign() {
        let call = Call::request(Interface::Winspool, 65, REMOTE_FIND_FIRST_EX_NDR64, NDR64).unwrap();
        let machine = r"\\10.0.0.7".to_owned();
        let signs: Vec<_> = call.signs().collect();
        assert_eq!(signs, [Sign::NotifiesMachine { machine, is_client: None }]);
        let open = Call::request(Interface::Winspool, 69, OPEN_PRINTER_EX, NDR).unwrap();
        assert_eq!(open.signs().count(), 0);
    }

    #[test]
    fn paths_on_other_machines_are_told_from_local_ones() {
        for (path, expected) in [
            (r"\\10.0.0.7\share\evil.dll", true),
            ("//10.0.0.7/share/evil.dll", true),
            (r"\??\UNC\10.0.0.7\share\evil.dll", true),
            (r"\\?\unc\host\share\evil.dll", true),
            (r"\\?\C:\Windows\evil.dll", false),
            (r"\\.\C:\evil.dll", false),
            (r"C:\Windows\System32\spool\drivers\x64\3\UNIDRV.DLL", false),
            ("UNIDRV.DLL", false),
            ("", false),
        ] {
            let bytes: Vec<u8> = path.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(is_unc(NdrString::new(&bytes, false)), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived_in_output_of_their_size(
            opnum in 0_u16..130,
            // Small words, so that counts and pointers make sense often.
            words in prop::collection::vec(prop_oneof![0_u32..12, any::<u32>()], 0..120),
            level in 0_u32..12,
            cut in 0_usize..4,
        ) {
            let bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let stub = &bytes[..bytes.len().saturating_sub(cut)];
            let asked = Asked { level: Some(level), name: None };
            for interface in [Interface::Winspool, Interface::RemoteWinspool] {
                for (syntax, big_endian) in
                    [(Syntax::Ndr, false), (Syntax::Ndr, true), (Syntax::Ndr64, false), (Syntax::Ndr64, true)]
                {
                    let encoding = Encoding { syntax, big_endian };
                    let request = Call::request(interface, opnum, stub, encoding);
                    let response = Call::response(interface, opnum, stub, encoding, &asked);
                    for call in request.into_iter().chain(response) {
                        prop_assert!(call.arguments.unread <= stub.len());
                        let told = format!("{:?}", call.arguments.fields).len();
                        prop_assert!(told < 20_000 + 400 * stub.len());
                    }
                }
            }
        }
    }
}
