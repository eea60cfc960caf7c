//! A floor imports only from floors below it.

use crate::source::{File, Source, Target};

/// The floors, the lowest first.
const FLOORS: [&str; 21] = [
    "error",
    "wire",
    "capture",
    "net",
    "tcp",
    "quic",
    "netbios",
    "fscc",
    "auth",
    "smb1",
    "smb2",
    "rap",
    "dcerpc",
    "rprn",
    "interface",
    "session",
    "dissect",
    "ledger",
    "finding",
    "report",
    "scan",
];

/// Floors that parse messages and stand alone: bytes in, values out.
const PROTOCOLS: [&str; 10] =
    ["quic", "netbios", "fscc", "auth", "smb1", "smb2", "rap", "dcerpc", "rprn", "interface"];

/// Floors that bring bytes, which a protocol has no business with.
const PACKETS: [&str; 3] = ["capture", "net", "tcp"];

/// Floors that know of the wire what events tell, and ask no parser.
const MEANING: [&str; 3] = ["ledger", "finding", "report"];

/// What they import from below `session` all the same: files that declare the values which events and rows have, and the
/// modules of those. `error`, `wire` and `interface` are there for all.
const SHARED: [&str; 11] = [
    "auth/mod.rs",
    "auth/credentials.rs",
    "auth/identity.rs",
    "auth/ntlm/mod.rs",
    "auth/ntlm/flags.rs",
    "auth/ntlm/windows.rs",
    "capture/info.rs",
    "capture/packet.rs",
    "dcerpc/ndr/mod.rs",
    "net/segment.rs",
    "rap/server_type.rs",
];

/// Modules that are no floors, imports against the order, and knowledge of the wire above `session`.
pub(crate) fn faults(source: &Source) -> Vec<String> {
    let floors = source.files.iter().map(File::floor).filter(|floor| !floor.is_empty());
    let strange =
        floors.filter(|floor| rank(floor).is_none()).map(|floor| format!("src/{floor} is no floor"));
    let imports = imports(source);
    let knowing = imports.iter().filter_map(Import::knowledge);
    strange.chain(imports.iter().filter_map(Import::fault)).chain(knowing).collect()
}

#[test]
fn imports_are_found_however_they_are_written() {
    let found = |path: &str, text: &str| -> Vec<(usize, String)> {
        let mut files =
            vec![("lib.rs", "pub use session::Event;"), ("session.rs", ""), ("session/event.rs", "")];
        files.extend(["error.rs", "wire.rs", "tcp.rs", "smb1.rs", "smb2.rs"].map(|path| (path, "")));
        files.extend(
            ["auth/mod.rs", "auth/der.rs", "auth/blob.rs", "auth/kerberos.rs"].map(|path| (path, "")),
        );
        files.retain(|(other, _)| *other != path);
        files.push((path, text));
        let source = Source::new(files);
        imports(&source)
            .into_iter()
            .filter(|import| import.file == path && import.from != import.to)
            .map(|import| (import.line, import.to))
            .collect()
    };
    let one = |line: usize, to: &str| vec![(line, to.to_owned())];
    assert_eq!(found("auth/der.rs", "use crate::smb2::Header;"), one(1, "smb2"));
    assert_eq!(found("auth/der.rs", "\nfn f(x: &crate::smb2::Header) {}"), one(2, "smb2"));
    assert_eq!(found("auth/der.rs", "use crate::Event;"), one(1, "session"));
    assert_eq!(found("auth/der.rs", "use crate as house; fn f(_: house::smb2::Header) {}"), one(1, "smb2"));
    assert_eq!(found("auth/der.rs", "use crate::nowhere;"), one(1, "nowhere"));
    assert_eq!(found("auth/mod.rs", "pub(super) use super::smb1;"), one(1, "smb1"));
    assert_eq!(found("auth/mod.rs", "fn f() { g(super::smb1::h()) }"), one(1, "smb1"));
    assert_eq!(found("auth/der.rs", "use super::super::smb1;"), one(1, "smb1"));
    assert_eq!(found("auth/ntlm/flags.rs", "use super::super::{der, super::smb1};"), one(1, "smb1"));
    assert_eq!(found("auth/der.rs", "mod tests {\n use super::super::super::smb1; }"), one(2, "smb1"));
    assert_eq!(found("auth/der.rs", "mod tests { use super::super::blob; }"), []);
    assert_eq!(found("auth/der.rs", "use super::{blob, kerberos};"), []);
    assert_eq!(found("auth/der.rs", "/// [`crate::smb2`]\n// crate::smb2\n/* crate::smb2 */\nfn f() {}"), []);
    let strings = r##"const A: &str = "crate::smb2"; const B: &str = r#"crate::smb2"#;"##;
    assert_eq!(found("auth/der.rs", strings), []);
    let groups = "use crate::{\n    wire::{le_u16, smb2},\n    tcp,\n    error::ParseError};";
    let each =
        [(2, "wire".to_owned()), (2, "wire".to_owned()), (3, "tcp".to_owned()), (4, "error".to_owned())];
    assert_eq!(found("auth/der.rs", groups), each);
}

#[test]
fn imports_are_found_in_macros_and_attributes() {
    let found = |text: &str| -> Vec<String> {
        let source = Source::new([("auth.rs", text), ("smb1.rs", ""), ("smb2.rs", "")]);
        imports(&source).into_iter().map(|import| import.to).collect()
    };
    assert_eq!(found("fields!(input => rest; header: crate::smb2::Header::read);"), ["smb2"]);
    assert_eq!(found("fn f() { assert!(g(super::smb1::h), \"crate::smb2::x\"); }"), ["smb1"]);
    assert_eq!(found("macro_rules! m { () => { use crate::{smb1::A, smb2}; } }"), ["smb1", "smb2"]);
    assert_eq!(found("struct A { #[serde(serialize_with = \"crate::smb2::hex\")] b: u8 }"), ["smb2"]);
}

#[test]
fn imports_against_the_order_are_faults() {
    let fault = |from: &str, to: &str| {
        let (file, from, to) = (String::new(), from.to_owned(), to.to_owned());
        Import { file, line: 1, is_test: false, from, to, declared: None }.fault().is_some()
    };
    assert!(
        fault("auth", "smb1") && fault("tcp", "session") && fault("smb2", "net") && fault("net", "nowhere")
    );
    assert!(!fault("session", "tcp") && !fault("net", "capture") && !fault("smb1", "smb1"));
}

#[test]
fn knowledge_of_the_wire_above_events_is_a_fault() {
    let found = |from: &str, text: &str| {
        let files =
            [("lib.rs", ""), ("smb2.rs", "pub fn f() {}"), ("wire.rs", ""), ("session.rs", ""), (from, text)];
        imports(&Source::new(files)).iter().filter_map(Import::knowledge).count()
    };
    assert_eq!(found("ledger.rs", "use crate::smb2::f;"), 1);
    assert_eq!(found("report.rs", "fn g() { crate::smb2::f() }"), 1);
    assert_eq!(
        found("ledger.rs", "#[cfg(test)] mod tests { use crate::smb2::f; }"),
        0,
        "a test makes events"
    );
    assert_eq!(found("ledger.rs", "use crate::{wire, session};"), 0, "shared by all, and events");
    assert_eq!(found("session.rs", "use crate::smb2::f;"), 0, "it tells the events");
}

fn rank(floor: &str) -> Option<usize> {
    FLOORS.iter().position(|name| *name == floor)
}

/// A path in the source that leads to a floor.
#[derive(Debug)]
struct Import {
    file: String,
    line: usize,
    is_test: bool,
    from: String,
    to: String,
    /// The file that declares what is imported, if it is one.
    declared: Option<String>,
}

impl Import {
    /// What is wrong with it, and where it stands.
    fn fault(&self) -> Option<String> {
        let Self { file, line, from, to, .. } = self;
        let packets = PROTOCOLS.contains(&from.as_str()) && PACKETS.contains(&to.as_str());
        let why = match (rank(from), rank(to)) {
            (None, _) | (_, None) => "which is no floor",
            (Some(here), Some(there)) if there > here => "which is above it",
            _ if packets => "but a protocol knows nothing of packets",
            _ => return None,
        };
        Some(format!("src/{file}:{line}: {from} imports {to}, {why}"))
    }

    /// What is wrong with it if it asks for what the wire means where events should tell it. Tests make events.
    fn knowledge(&self) -> Option<String> {
        let Self { file, line, from, declared, .. } = self;
        let declared = declared.as_deref()?;
        let below =
            rank(&self.to)? < rank("session")? && !["error", "wire", "interface"].contains(&self.to.as_str());
        let asks = !self.is_test && MEANING.contains(&from.as_str()) && below;
        (asks && !SHARED.contains(&declared))
            .then(|| format!("src/{file}:{line}: {from} imports from {declared} what events should tell it"))
    }
}

/// The paths that lead to a floor, in the order in which they are written. The crate's root is none: it imports from all.
fn imports(source: &Source) -> Vec<Import> {
    let mut imports = Vec::new();
    for file in source.files.iter().filter(|file| !file.module.is_empty()) {
        let uses = file.found.imports.iter();
        let uses = uses.map(|path| (path.line, path.is_test, &path.module, &path.segments));
        let mentions = file.found.mentions.iter();
        let mentions = mentions.map(|path| (path.line, path.is_test, &path.module, &path.segments));
        for (line, is_test, module, segments) in uses.chain(mentions) {
            let (to, declared) = match source.target(module, segments) {
                Some(Target::File(to)) => {
                    (source.files[to].floor().to_owned(), Some(source.files[to].path.clone()))
                }
                Some(Target::Nowhere(name)) => (name, None),
                None => continue,
            };
            if !to.is_empty() {
                let (from, is_test) = (file.floor().to_owned(), is_test || file.is_test);
                imports.push(Import { file: file.path.clone(), line, is_test, from, to, declared });
            }
        }
    }
    imports
}
