//! What many calls have.

use super::devmode;
use crate::dcerpc::ndr::{Meaning, Member, Parameter, Type, counted, in_out, input, member, output};
use crate::rprn::names::PROCESSOR;

/// The parameters of a procedure, in the order of its declaration.
pub(crate) type Call = &'static [Parameter];

/// A `[unique, string] wchar_t*`.
pub(super) const TEXT: Type = Type::Unique(&Type::Text);

/// A `SYSTEMTIME` (\[MS-DTYP\] 2.3.13).
pub(super) const SYSTEM_TIME: Type = Type::Struct(&[
    member("wYear", Type::U16),
    member("wMonth", Type::U16),
    member("wDayOfWeek", Type::U16),
    member("wDay", Type::U16),
    member("wHour", Type::U16),
    member("wMinute", Type::U16),
    member("wSecond", Type::U16),
    member("wMilliseconds", Type::U16),
]);

/// A text that must be there.
pub(super) const fn text(name: &'static str) -> Parameter {
    input(member(name, Type::Text))
}

/// A text that may be missing.
pub(super) const fn optional_text(name: &'static str) -> Parameter {
    input(member(name, TEXT))
}

/// A `DWORD` of a request.
pub(super) const fn number(name: &'static str) -> Parameter {
    input(member(name, Type::U32))
}

/// A `DWORD` of a response.
pub(super) const fn number_out(name: &'static str) -> Parameter {
    output(member(name, Type::U32))
}

/// A handle that is used.
pub(super) const fn handle(name: &'static str) -> Parameter {
    input(member(name, Type::Handle))
}

/// A handle that is given.
pub(super) const fn handle_out(name: &'static str) -> Parameter {
    output(member(name, Type::Handle))
}

/// A handle that is closed, and comes back as zeros.
pub(super) const fn handle_closed(name: &'static str) -> Parameter {
    in_out(member(name, Type::Handle))
}

/// The caller's buffer: nothing in a request, information in a response.
pub(super) const fn buffer(name: &'static str, of: Type) -> Parameter {
    in_out(counted(name, of, "cbBuf"))
}

/// The printer that most calls are about.
pub(super) const PRINTER: Parameter = handle("hPrinter");
/// The level of the information in a [`buffer`].
pub(super) const LEVEL: Parameter = number("Level");
/// The size of a [`buffer`].
pub(super) const CB_BUF: Parameter = number("cbBuf");
/// The size that it should have.
pub(super) const CB_NEEDED: Parameter = number_out("pcbNeeded");
/// The number of structures in it.
pub(super) const RETURNED: Parameter = number_out("pcReturned");
/// A `DEVMODE`.
pub(super) const DEVMODE: Parameter = input(member("pDevModeContainer", DEVMODE_CONTAINER));
/// A security descriptor.
pub(super) const SECURITY: Parameter = input(member("pSecurityContainer", SECURITY_CONTAINER));
/// Who the client says it is.
pub(super) const CLIENT: Parameter = input(member("pClientInfo", SPLCLIENT_CONTAINER));

/// A container whose level chooses one of several pointers: `container!("JobInfo", 1 "pJobInfo1" JOB_INFO_1, …)`.
macro_rules! container {
    ($union:literal, $($level:literal $name:literal $of:expr),* $(,)?) => {
        crate::dcerpc::ndr::Type::Struct(&[
            crate::dcerpc::ndr::member("Level", crate::dcerpc::ndr::Type::U32),
            crate::dcerpc::ndr::switched(
                $union,
                &crate::dcerpc::ndr::Union {
                    is_enum: false,
                    arms: &[$(crate::dcerpc::ndr::Arm {
                        tag: $level,
                        name: $name,
                        of: crate::dcerpc::ndr::Type::Unique(&crate::dcerpc::ndr::Type::Struct($of)),
                    }),*],
                },
                "Level",
            ),
        ])
    };
}
pub(super) use container;

/// `DEVMODE_CONTAINER` (\[MS-RPRN\] 2.2.1.2.1).
pub(super) const DEVMODE_CONTAINER: Type = Type::Struct(&[
    member("cbBuf", Type::U32),
    counted("pDevMode", Type::Unique(&Type::Bytes(Meaning::Known(devmode::meaning))), "cbBuf"),
]);

/// `SECURITY_CONTAINER` (\[MS-RPRN\] 2.2.1.2.13).
pub(super) const SECURITY_CONTAINER: Type = Type::Struct(&[
    member("cbBuf", Type::U32),
    counted("pSecurity", Type::Unique(&Type::Bytes(Meaning::SECURITY_DESCRIPTOR)), "cbBuf"),
]);

/// `SPLCLIENT_CONTAINER` (\[MS-RPRN\] 2.2.1.2.14). Only level 1 is for remote calls.
pub(super) const SPLCLIENT_CONTAINER: Type = container!(
    "ClientInfo",
    1 "pClientInfo1" SPLCLIENT_INFO_1,
    2 "pNotUsed1" &[member("notUsed", Type::Uptr)],
    3 "pNotUsed2" SPLCLIENT_INFO_3,
);

/// `SPLCLIENT_INFO_1` (\[MS-RPRN\] 2.2.1.11.1).
const SPLCLIENT_INFO_1: &[Member] = &[
    member("dwSize", Type::U32),
    member("pMachineName", TEXT),
    member("pUserName", TEXT),
    member("dwBuildNum", Type::U32),
    member("dwMajorVersion", Type::U32),
    member("dwMinorVersion", Type::U32),
    member("wProcessorArchitecture", Type::Named16(PROCESSOR)),
];

/// `SPLCLIENT_INFO_3` (\[MS-RPRN\] 2.2.1.11.3).
const SPLCLIENT_INFO_3: &[Member] = &[
    member("cbSize", Type::U32),
    member("dwFlags", Type::U32),
    member("dwSize", Type::U32),
    member("pMachineName", TEXT),
    member("pUserName", TEXT),
    member("dwBuildNum", Type::U32),
    member("dwMajorVersion", Type::U32),
    member("dwMinorVersion", Type::U32),
    member("wProcessorArchitecture", Type::Named16(PROCESSOR)),
    member("hSplPrinter", Type::U64),
];
