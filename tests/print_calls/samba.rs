//! What Samba's `ndrdump` makes of a stub.

use std::process::Command;

use smbscope::dcerpc::ndr::Syntax;
use smbscope::interface::{Procedure, SPOOLSS};

use crate::captured::Stub;
use crate::leaves::{Leaf, hex};

/// What `ndrdump` says; `Err` with its reason if it cannot read the stub.
pub(crate) fn samba(stub: &Stub) -> Result<Vec<(String, Leaf)>, String> {
    let directory = std::env::temp_dir();
    let thread = format!("{:?}", std::thread::current().id());
    let file =
        |kind: &str| directory.join(format!("smbscope-ndrdump-{}-{thread}-{kind}", std::process::id()));
    std::fs::write(file("stub"), &stub.bytes).unwrap();
    let mut command = Command::new("ndrdump");
    let (interface, opnum) = samba_procedure(stub);
    command.args([interface, &opnum.to_string()]);
    command.arg(if stub.request.is_some() { "out" } else { "in" }).arg(file("stub"));
    if let Some(request) = &stub.request {
        std::fs::write(file("request"), request).unwrap();
        command.arg("-c").arg(file("request"));
    }
    if stub.encoding.syntax == Syntax::Ndr64 {
        command.arg("--ndr64");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.lines().next() {
        Some("pull returned Success") => Ok(samba_leaves(&text)),
        Some(line) => Err(line.to_owned()),
        None => Err(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned()),
    }
}

/// What Samba is to read the stub as. It leaves the buffers of `IRemoteWinspool` to its callers, and reads those of the
/// synchronous calls with the same parameters.
fn samba_procedure(stub: &Stub) -> (&'static str, u16) {
    let own = stub.procedure;
    if stub.interface == &SPOOLSS {
        return (SPOOLSS.name, own.opnum);
    }
    let name = own.name.replace("RpcAsync", "Rpc");
    let names = |procedure: &Procedure| {
        let parameters = procedure.parameters.known().iter();
        parameters.map(|parameter| parameter.member.name).collect::<Vec<_>>()
    };
    let is_twin = |twin: &&Procedure| twin.on_wire && twin.name == name && names(twin) == names(own);
    let twin = SPOOLSS.procedures.iter().find(is_twin);
    twin.map_or((stub.interface.name, own.opnum), |twin| (SPOOLSS.name, twin.opnum))
}

/// The leaves of what `ndrdump` printed, by its names.
pub(crate) fn samba_leaves(text: &str) -> Vec<(String, Leaf)> {
    let mut leaves = Vec::new();
    let mut lines = text.lines().peekable();
    // How far a security descriptor is indented, while the lines are inside of one.
    let mut security = None;
    while let Some(line) = lines.next() {
        let indentation = line.len() - line.trim_start().len();
        security = security.filter(|start| indentation > *start);
        let Some((name, value)) = line.trim().split_once(": ") else { continue };
        let (name, value) = (name.trim(), value.trim());
        if value == "struct security_descriptor" {
            security = Some(indentation);
        }
        let is_bit = name.starts_with(|c: char| c.is_ascii_digit());
        let is_inside =
            matches!(value, "*" | "NULL") || value.starts_with("struct ") || value.starts_with("union ");
        if is_bit || is_inside {
            continue;
        }
        let leaf = if let Some(size) = value.strip_prefix("DATA_BLOB length=") {
            let mut bytes = vec![0_u8; size.parse().unwrap()];
            while let Some(row) = lines.next_if(|line| line.starts_with('[') || line.starts_with("skipping"))
            {
                let Some((offset, row)) = row.trim_start_matches('[').split_once("] ") else { continue };
                let offset = usize::from_str_radix(offset, 16).unwrap();
                // 16 pairs of digits, with a gap in the middle, in front of the characters.
                let pairs = row.get(..50).unwrap_or(row).split_whitespace();
                for (byte, pair) in bytes[offset..].iter_mut().take(16).zip(pairs) {
                    *byte = u8::from_str_radix(pair, 16).unwrap();
                }
            }
            Leaf::Bytes(hex(&bytes))
        } else if let Some(rest) = value.strip_prefix("ARRAY(") {
            // Arrays of bytes stand behind their length or a line each, others on lines of their own.
            let one = |line: &str| {
                line.trim()
                    .strip_prefix('[')?
                    .split_once(": 0x")?
                    .1
                    .get(..3)?
                    .strip_suffix(' ')
                    .map(str::to_owned)
            };
            let mut bytes = rest
                .split_once("): ")
                .map(|(_, bytes)| bytes.replace('\'', "").to_lowercase())
                .unwrap_or_default();
            while let Some(byte) = lines.peek().and_then(|line| one(line)) {
                bytes.push_str(&byte);
                lines.next();
            }
            Leaf::Bytes(bytes)
        } else if let Some(text) = value.strip_prefix('\'') {
            let mut text = text.to_owned();
            while !text.ends_with('\'') {
                let Some(more) = lines.next() else { break };
                text.push('\n');
                text.push_str(more);
            }
            Leaf::Text(text.trim_end_matches('\'').to_owned())
        } else if let Some(number) =
            value.rsplit_once('(').and_then(|(_, n)| n.strip_suffix(')')?.parse().ok())
        {
            Leaf::Integer(number)
        } else if let Ok(number) = value.parse() {
            Leaf::Integer(number)
        } else if value.chars().all(|c| c.is_ascii_hexdigit()) {
            Leaf::Bytes(value.to_lowercase())
        } else {
            Leaf::Word(value.replace("HRES code 0x00000000", "S_OK"))
        };
        let is_told = security.is_none() || name == "access_mask" || matches!(leaf, Leaf::Word(_));
        if is_told && leaf != Leaf::Bytes(String::new()) {
            leaves.push((name.to_owned(), leaf));
        }
    }
    leaves
}

/// True if `ndrdump` is installed; says so if not.
pub(crate) fn is_installed() -> bool {
    let installed = Command::new("ndrdump").arg("--version").output().is_ok();
    if !installed {
        eprintln!("skipped: ndrdump is not installed");
    }
    installed
}
