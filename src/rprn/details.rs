//! What the requests of print calls tell beyond a handle and what it stands for.

use crate::dcerpc::ndr::{NdrString, Record};

/// What a request tells that a ledger of print servers wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Details<'a> {
    /// Who the client says it is.
    pub client: Option<ClientInfo<'a>>,
    /// The machine that change notifications shall go to.
    pub notify: Option<NdrString<'a>>,
    /// The number that ties a channel for notifications to the registration that asked for it: `dwPrinterLocal` of
    /// that one is `dwPrinterRemote` of `RpcReplyOpenPrinter` (\[MS-RPRN\] 3.1.4.10.4 and 3.2.4.1.4).
    pub registration: Option<u32>,
    /// The document that it starts.
    pub document: Option<NdrString<'a>>,
    /// The files of a driver that are named by a UNC, each path once.
    pub driver: Vec<String>,
}

/// What the parameters of a request tell.
#[must_use]
pub fn details<'a>(request: &Record<'a>) -> Details<'a> {
    let number = |name| u32::try_from(request.number(name)?).ok();
    Details {
        client: client(request),
        notify: notified(request),
        registration: number("dwPrinterLocal").or_else(|| number("dwPrinterRemote")),
        document: request.arm("pDocInfoContainer").and_then(|document| document.text("pDocName")),
        driver: driver_files(request),
    }
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

fn client<'a>(request: &Record<'a>) -> Option<ClientInfo<'a>> {
    let client = request.arm("pClientInfo")?;
    let number = |name| client.number(name).and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
    Some(ClientInfo {
        machine: client.text("pMachineName"),
        user: client.text("pUserName"),
        build: number("dwBuildNum"),
        major: number("dwMajorVersion"),
        minor: number("dwMinorVersion"),
        architecture: u16::try_from(number("wProcessorArchitecture")).unwrap_or_default(),
    })
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

/// What security people look for in the parameters of a request.
pub fn signs(request: &Record<'_>) -> impl Iterator<Item = Sign> {
    let machine = notified(request).filter(|machine| is_unc(*machine));
    let machine =
        machine.map(|machine| Sign::NotifiesMachine { machine: machine.to_string(), is_client: None });
    let files = request.arm("pDriverContainer").map(Record::texts).into_iter().flatten();
    let files = files.filter(|(_, path)| is_unc(*path));
    machine
        .into_iter()
        .chain(files.map(|(member, path)| Sign::DriverFromUnc { member, path: path.to_string() }))
}

/// The machine that change notifications shall go to.
fn notified<'a>(request: &Record<'a>) -> Option<NdrString<'a>> {
    request.text("pszLocalMachine")
}

/// The paths of a driver's files that are UNCs, each once.
fn driver_files(request: &Record<'_>) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for sign in signs(request) {
        if let Sign::DriverFromUnc { path, .. } = sign
            && !paths.contains(&path)
        {
            paths.push(path);
        }
    }
    paths
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
    use super::*;

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
}
