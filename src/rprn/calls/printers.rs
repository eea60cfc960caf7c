//! Printers and print servers (\[MS-RPRN\] 3.1.4.2), and information contexts (3.1.4.9).

use super::common::{
    CB_BUF, CB_NEEDED, CLIENT, Call, DEVMODE, LEVEL, PRINTER, RETURNED, SECURITY, SYSTEM_TIME, TEXT, buffer,
    container, handle, handle_closed, handle_out, number, optional_text, text,
};
use super::devmode;
use crate::dcerpc::ndr::{Meaning, Member, Record, Type, Value, WIN32, counted, input, member, output};
use crate::rprn::marshalled;
use crate::rprn::names::{
    ACCESS, PRINTER_ATTRIBUTES, PRINTER_CONTROL, PRINTER_ENUM, PRINTER_STATUS, PUBLISH,
};

/// `RpcEnumPrinters`.
pub(crate) const ENUM_PRINTERS: Call = &[
    input(member("Flags", Type::Named(PRINTER_ENUM))),
    optional_text("Name"),
    LEVEL,
    buffer("pPrinterEnum", PRINTER_INFO),
    CB_BUF,
    CB_NEEDED,
    RETURNED,
];

/// `RpcOpenPrinter`.
pub(crate) const OPEN_PRINTER: Call = &[
    optional_text("pPrinterName"),
    handle_out("pHandle"),
    optional_text("pDatatype"),
    DEVMODE,
    input(member("AccessRequired", Type::Named(ACCESS))),
];

/// `RpcOpenPrinterEx`.
pub(crate) const OPEN_PRINTER_EX: Call = &[
    optional_text("pPrinterName"),
    handle_out("pHandle"),
    optional_text("pDatatype"),
    DEVMODE,
    input(member("AccessRequired", Type::Named(ACCESS))),
    CLIENT,
];

/// `RpcAddPrinter`.
pub(crate) const ADD_PRINTER: Call = &[
    optional_text("pName"),
    input(member("pPrinterContainer", PRINTER_CONTAINER)),
    DEVMODE,
    SECURITY,
    handle_out("pHandle"),
];

/// `RpcAddPrinterEx`.
pub(crate) const ADD_PRINTER_EX: Call = &[
    optional_text("pName"),
    input(member("pPrinterContainer", PRINTER_CONTAINER)),
    DEVMODE,
    SECURITY,
    CLIENT,
    handle_out("pHandle"),
];

/// `RpcDeletePrinter`.
pub(crate) const DELETE_PRINTER: Call = &[PRINTER];

/// `RpcSetPrinter`.
pub(crate) const SET_PRINTER: Call = &[
    PRINTER,
    input(member("pPrinterContainer", PRINTER_CONTAINER)),
    DEVMODE,
    SECURITY,
    input(member("Command", Type::Named(PRINTER_CONTROL))),
];

/// `RpcGetPrinter`.
pub(crate) const GET_PRINTER: Call = &[PRINTER, LEVEL, buffer("pPrinter", PRINTER_INFO), CB_BUF, CB_NEEDED];

/// `RpcClosePrinter`.
pub(crate) const CLOSE_PRINTER: Call = &[handle_closed("phPrinter")];

/// `RpcResetPrinter`.
pub(crate) const RESET_PRINTER: Call = &[PRINTER, optional_text("pDatatype"), DEVMODE];

/// `RpcAddPerMachineConnection`.
pub(crate) const ADD_PER_MACHINE_CONNECTION: Call =
    &[optional_text("pServer"), text("pPrinterName"), text("pPrintServer"), text("pProvider")];

/// `RpcDeletePerMachineConnection`.
pub(crate) const DELETE_PER_MACHINE_CONNECTION: Call = &[optional_text("pServer"), text("pPrinterName")];

/// `RpcEnumPerMachineConnections`.
pub(crate) const ENUM_PER_MACHINE_CONNECTIONS: Call =
    &[optional_text("pServer"), buffer("pPrinterEnum", CONNECTIONS), CB_BUF, CB_NEEDED, RETURNED];

/// `RpcRegeneratePrintDeviceCapabilities`.
pub(crate) const REGENERATE_PRINT_DEVICE_CAPABILITIES: Call = &[PRINTER];

/// `RpcCreatePrinterIC`.
pub(crate) const CREATE_PRINTER_IC: Call = &[PRINTER, handle_out("pHandle"), DEVMODE];

/// `RpcPlayGdiScriptOnPrinterIC`.
pub(crate) const PLAY_GDI_SCRIPT_ON_PRINTER_IC: Call = &[
    handle("hPrinterIC"),
    input(counted("pIn", Type::Bytes(Meaning::Opaque), "cIn")),
    number("cIn"),
    output(counted("pOut", Type::Bytes(FONTS), "cOut")),
    number("cOut"),
    number("ul"),
];

/// `RpcDeletePrinterIC`.
pub(crate) const DELETE_PRINTER_IC: Call = &[handle_closed("phPrinterIC")];

/// `RpcAddPrinterConnection` and `RpcDeletePrinterConnection`.
pub(crate) const ADD_PRINTER_CONNECTION: Call = &[text("pName")];

/// `RpcResetPrinterEx`.
pub(crate) const RESET_PRINTER_EX: Call = &[PRINTER, optional_text("pDatatype"), DEVMODE, number("dwFlag")];

/// `PRINTER_CONTAINER` (\[MS-RPRN\] 2.2.1.2.9).
const PRINTER_CONTAINER: Type = container!(
    "PrinterInfo",
    0 "pPrinterInfoStress" PRINTER_INFO_STRESS,
    1 "pPrinterInfo1" PRINTER_INFO_1,
    2 "pPrinterInfo2" PRINTER_INFO_2,
    3 "pPrinterInfo3" PRINTER_INFO_3,
    4 "pPrinterInfo4" PRINTER_INFO_4,
    5 "pPrinterInfo5" PRINTER_INFO_5,
    6 "pPrinterInfo6" PRINTER_INFO_6,
    7 "pPrinterInfo7" PRINTER_INFO_7,
    8 "pPrinterInfo8" PRINTER_INFO_8,
    9 "pPrinterInfo9" PRINTER_INFO_8,
);

/// `PRINTER_INFO` in buffers (\[MS-RPRN\] 2.2.2.9).
const PRINTER_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        0 => Some(PRINTER_INFO_STRESS),
        1 => Some(PRINTER_INFO_1),
        2 => Some(PRINTER_INFO_2),
        3 => Some(PRINTER_INFO_3),
        4 => Some(PRINTER_INFO_4),
        5 => Some(PRINTER_INFO_5),
        6 => Some(PRINTER_INFO_6),
        7 => Some(PRINTER_INFO_7),
        8 => Some(PRINTER_INFO_8),
        _ => None,
    })
})));

/// The connections of a computer: always `PRINTER_INFO_4`.
const CONNECTIONS: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::structures_of(bytes, scope, anomalies, PRINTER_INFO_4)
})));

/// What a script asks of a printer: the fonts that it has (\[MS-RPRN\] 3.1.4.9.2).
const FONTS: Meaning = Meaning::Known(|bytes, scope, anomalies| {
    if marshalled::failed(scope) {
        return Value::Undefined(bytes);
    }
    const FONT: &[Member] = &[member("Checksum", Type::U32), member("Index", Type::U32)];
    let Some((count, fonts)) =
        bytes.split_first_chunk().map(|(count, fonts)| (u32::from_le_bytes(*count), fonts))
    else {
        return Value::Bytes(bytes);
    };
    // A buffer of four bytes asks for the number alone.
    let there = if fonts.is_empty() { 0 } else { count };
    let fonts = Value::List(marshalled::list(fonts, FONT, there.into(), scope, anomalies));
    Value::Record(Record(vec![("nFonts", Value::Number(count.into())), ("fonts", fonts)]))
});

/// `PRINTER_INFO_STRESS` (\[MS-RPRN\] 2.2.1.10.1).
const PRINTER_INFO_STRESS: &[Member] = &[
    member("pPrinterName", TEXT),
    member("pServerName", TEXT),
    member("cJobs", Type::U32),
    member("cTotalJobs", Type::U32),
    member("cTotalBytes", Type::U32),
    member("stUpTime", SYSTEM_TIME),
    member("MaxcRef", Type::U32),
    member("cTotalPagesPrinted", Type::U32),
    member("dwGetVersion", Type::U32),
    member("fFreeBuild", Type::U32),
    member("cSpooling", Type::U32),
    member("cMaxSpooling", Type::U32),
    member("cRef", Type::U32),
    member("cErrorOutOfPaper", Type::U32),
    member("cErrorNotReady", Type::U32),
    member("cJobError", Type::U32),
    member("dwNumberOfProcessors", Type::U32),
    member("dwProcessorType", Type::U32),
    member("dwHighPartTotalBytes", Type::U32),
    member("cChangeID", Type::U32),
    member("dwLastError", Type::Named(WIN32)),
    member("Status", Type::Named(PRINTER_STATUS)),
    member("cEnumerateNetworkPrinters", Type::U32),
    member("cAddNetPrinters", Type::U32),
    member("wProcessorArchitecture", Type::U16),
    member("wProcessorLevel", Type::U16),
    member("cRefIC", Type::U32),
    member("dwReserved2", Type::U32),
    member("dwReserved3", Type::U32),
];

/// `PRINTER_INFO_1` (\[MS-RPRN\] 2.2.1.10.2).
const PRINTER_INFO_1: &[Member] = &[
    member("Flags", Type::Named(PRINTER_ENUM)),
    member("pDescription", TEXT),
    member("pName", TEXT),
    member("pComment", TEXT),
];

/// `PRINTER_INFO_2` (\[MS-RPRN\] 2.2.1.10.3).
const PRINTER_INFO_2: &[Member] = &[
    member("pServerName", TEXT),
    member("pPrinterName", TEXT),
    member("pShareName", TEXT),
    member("pPortName", TEXT),
    member("pDriverName", TEXT),
    member("pComment", TEXT),
    member("pLocation", TEXT),
    member("pDevMode", Type::Offset(Meaning::Known(devmode::meaning))),
    member("pSepFile", TEXT),
    member("pPrintProcessor", TEXT),
    member("pDatatype", TEXT),
    member("pParameters", TEXT),
    member("pSecurityDescriptor", Type::Offset(Meaning::SECURITY_DESCRIPTOR)),
    member("Attributes", Type::Named(PRINTER_ATTRIBUTES)),
    member("Priority", Type::U32),
    member("DefaultPriority", Type::U32),
    member("StartTime", Type::U32),
    member("UntilTime", Type::U32),
    member("Status", Type::Named(PRINTER_STATUS)),
    member("cJobs", Type::U32),
    member("AveragePPM", Type::U32),
];

/// `PRINTER_INFO_3` (\[MS-RPRN\] 2.2.1.10.4).
const PRINTER_INFO_3: &[Member] =
    &[member("pSecurityDescriptor", Type::Offset(Meaning::SECURITY_DESCRIPTOR))];

/// `PRINTER_INFO_4` (\[MS-RPRN\] 2.2.1.10.5).
const PRINTER_INFO_4: &[Member] = &[
    member("pPrinterName", TEXT),
    member("pServerName", TEXT),
    member("Attributes", Type::Named(PRINTER_ATTRIBUTES)),
];

/// `PRINTER_INFO_5` (\[MS-RPRN\] 2.2.1.10.6).
const PRINTER_INFO_5: &[Member] = &[
    member("pPrinterName", TEXT),
    member("pPortName", TEXT),
    member("Attributes", Type::Named(PRINTER_ATTRIBUTES)),
    member("DeviceNotSelectedTimeout", Type::U32),
    member("TransmissionRetryTimeout", Type::U32),
];

/// `PRINTER_INFO_6` (\[MS-RPRN\] 2.2.1.10.7).
const PRINTER_INFO_6: &[Member] = &[member("dwStatus", Type::Named(PRINTER_STATUS))];

/// `PRINTER_INFO_7` (\[MS-RPRN\] 2.2.1.10.8).
const PRINTER_INFO_7: &[Member] = &[member("pszObjectGUID", TEXT), member("dwAction", Type::Named(PUBLISH))];

/// `PRINTER_INFO_8` (\[MS-RPRN\] 2.2.1.10.9), and `PRINTER_INFO_9`, which is the same for one user.
const PRINTER_INFO_8: &[Member] = &[member("pDevMode", Type::Offset(Meaning::Known(devmode::meaning)))];
