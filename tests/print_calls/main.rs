//! The calls of the print spooler: stubs that a writer of its own made by the types, and stubs of captures (in
//! `testdata/`, and in the directory that `SMBSCOPE_CORPUS` names), beside what Samba's `ndrdump` makes of the same
//! bytes where that is installed.

mod captured;
mod leaves;
mod samba;
mod written;

use std::collections::BTreeSet;

use captured::{Stubs, captures};
use leaves::{difference, ours};
use samba::samba;
use smbscope::Scan;
use smbscope::dcerpc::ndr::{Asked, Encoding, Syntax};
use smbscope::interface::{
    IREMOTEWINSPOOL, Interface, LSARPC, Parameters, Procedure, SAMR, SPOOLSS, SVCCTL, WINREG,
};

/// The interfaces whose calls are compared.
static INTERFACES: [&Interface; 6] = [&SPOOLSS, &IREMOTEWINSPOOL, &LSARPC, &SAMR, &SVCCTL, &WINREG];

/// Stubs of one procedure and one direction that are compared, each of another length.
const EACH: usize = 12;

#[test]
fn all_values_are_those_that_samba_reads() {
    if !samba::is_installed() {
        return;
    }
    let mut stubs = Stubs::default();
    for path in captures() {
        Scan::files([path]).each(&mut stubs).unwrap();
    }
    let (mut compared, mut differences, mut unread) = (0, Vec::new(), BTreeSet::new());
    for ((interface, opnum, is_request), by_length) in &stubs.found {
        for stub in by_length.values().take(EACH) {
            match samba(stub) {
                Ok(theirs) => {
                    compared += 1;
                    let difference = difference(&theirs, ours(stub));
                    if !difference.is_empty() {
                        differences.push(format!("{interface} {opnum} request: {is_request} {difference:?}"));
                    }
                }
                Err(why) => {
                    unread.insert(format!("{interface} {opnum} request: {is_request} {why}"));
                    if let Err(why) = ours(stub) {
                        differences.push(format!("{interface} {opnum} request: {is_request} {why}"));
                    }
                }
            }
        }
    }
    for line in &unread {
        eprintln!("samba cannot: {line}");
    }
    eprintln!("{compared} stubs compared");
    assert!(differences.is_empty(), "{} differ\n{}", differences.len(), differences.join("\n"));
}

/// Where Samba departs from the specifications; of \[MS-RPRN\] the bytes of Windows do not.
const SAMBA_DIFFERS: [(&str, Option<Syntax>, &str); 24] = [
    ("RpcWaitForPrinterChange", None, "has no parameters"),
    ("RpcAddMonitor", None, "has no parameters"),
    ("RpcDeleteMonitor", None, "has no parameters"),
    ("RpcRemoteFindFirstPrinterChangeNotification", None, "has no parameters"),
    ("RpcFlushPrinter", None, "has no parameters"),
    ("RpcSetPort", None, "PORT_INFO_1 and PORT_INFO_3 have strings in place"),
    ("RpcAddPortEx", None, "PORT_INFO_1 and PORT_INFO_FF have strings in place"),
    ("RpcGetCorePrinterDrivers", None, "the texts are an array of numbers"),
    ("RpcAddPrinterDriver", Some(Syntax::Ndr64), "pDependentFiles has its count in 4 bytes"),
    ("RpcAddPrinterDriverEx", Some(Syntax::Ndr64), "pDependentFiles has its count in 4 bytes"),
    ("RpcEnumPrinterKey", Some(Syntax::Ndr64), "pSubkey has its count in 4 bytes"),
    ("SamrSetInformationUser", None, "Parameters is an array of numbers"),
    ("SamrSetInformationUser2", None, "Parameters is an array of numbers"),
    ("SamrOemChangePasswordUser2", None, "passwords are not shown"),
    ("SamrValidatePassword", None, "of the three times one is printed as a date, without its fractions"),
    ("SamrUnicodeChangePasswordUser2", None, "passwords are not shown"),
    ("RSetServiceStatus", None, "has no parameters"),
    ("RNotifyBootConfigStatus", None, "has no parameters"),
    ("REnumServiceGroupW", None, "has no parameters"),
    ("ROpenSCManagerA", None, "the texts have 16-bit characters"),
    ("REnumServicesStatusExA", None, "pszGroupName has 16-bit characters"),
    ("RQueryServiceConfigA", None, "the structure is an array of bytes"),
    ("RQueryServiceConfig2A", None, "lpBuffer has no count"),
    ("RChangeServiceConfig2", None, "Info is a number"),
];

/// Every procedure of both interfaces that has parameters, both ways, in both syntaxes, each arm of its unions.
fn every_stub(
    padding: u8,
    mut each: impl FnMut(&captured::Stub, &written::Written, &'static Procedure),
) -> usize {
    let mut stubs = 0;
    for interface in INTERFACES {
        for procedure in interface.procedures {
            let Parameters::All(parameters) = procedure.parameters else { continue };
            for (syntax, big_endian) in
                [(Syntax::Ndr, false), (Syntax::Ndr64, false), (Syntax::Ndr, true), (Syntax::Ndr64, true)]
            {
                let encoding = Encoding { syntax, big_endian };
                for arm in 0..written::arms(parameters) {
                    let request = written::write(parameters, true, encoding, arm, padding);
                    let response = written::write(parameters, false, encoding, arm, padding);
                    let mut stub = captured::Stub {
                        interface,
                        procedure,
                        encoding,
                        bytes: request.bytes.clone(),
                        request: None,
                    };
                    each(&stub, &request, procedure);
                    stub.request = Some(core::mem::replace(&mut stub.bytes, response.bytes.clone()));
                    each(&stub, &response, procedure);
                    stubs += 2;
                }
            }
        }
    }
    stubs
}

#[test]
fn what_was_written_is_read() {
    let mut wrong = Vec::new();
    let stubs = every_stub(0xaa, |stub, written, procedure| {
        let difference = difference(&written.leaves, ours(stub));
        if !difference.is_empty() {
            wrong.push(format!("{} {:?} {difference:?}", procedure.name, stub.encoding));
        }
    });
    assert!(stubs > 1000 && wrong.is_empty(), "{} of {stubs}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn samba_reads_what_was_written_the_same() {
    if !samba::is_installed() {
        return;
    }
    let (mut compared, mut wrong, mut unread) = (0, Vec::new(), BTreeSet::new());
    every_stub(0, |stub, _, procedure| {
        if stub.encoding.big_endian || !procedure.on_wire {
            return;
        }
        let is_known = |known: &(&str, Option<Syntax>, &str)| {
            let name = procedure.name.replace("RpcAsync", "Rpc");
            let name = name.strip_suffix(['A', 'W']).filter(|name| *name == known.0).unwrap_or(&name);
            known.0 == name && known.1.is_none_or(|syntax| syntax == stub.encoding.syntax)
        };
        if SAMBA_DIFFERS.iter().any(is_known) {
            return;
        }
        match samba(stub) {
            Ok(theirs) => {
                compared += 1;
                let difference = difference(&theirs, ours(stub));
                if !difference.is_empty() {
                    wrong.push(format!("{} {:?} {difference:?}", procedure.name, stub.encoding.syntax));
                }
            }
            Err(why) => {
                let way = if stub.request.is_some() { "response" } else { "request" };
                unread.insert(format!("{} {way} {:?} {why}", procedure.name, stub.encoding.syntax));
            }
        }
    });
    for line in &unread {
        eprintln!("samba cannot: {line}");
    }
    eprintln!("{compared} stubs compared");
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// Every stub cut at any byte, or with any of its bytes changed, is read without a panic, and what is read of it is not
/// much more than it.
#[test]
fn what_was_written_and_broken_is_survived() {
    let mut number = 0x9e37_79b9_u32;
    every_stub(0xaa, |stub, written, procedure| {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut bytes = written.bytes.clone();
        let place = usize::try_from(number >> 8).unwrap() % bytes.len().max(1);
        if let Some(byte) = bytes.get_mut(place) {
            *byte = number.to_le_bytes()[3];
        }
        for bytes in [&written.bytes[..place], &bytes[..]] {
            let call = match stub.request {
                None => procedure.request(bytes, stub.encoding),
                Some(_) => procedure.response(bytes, stub.encoding, &Asked::default()),
            };
            let call = call.unwrap();
            assert!(call.arguments.unread <= bytes.len(), "{}", procedure.name);
            let json = serde_json::to_string(&call.arguments.fields).unwrap();
            assert!(json.len() < 8000 + 80 * bytes.len(), "{} {json}", procedure.name);
        }
    });
}
