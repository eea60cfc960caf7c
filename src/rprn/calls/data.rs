//! Data of printers, in values and keys (\[MS-RPRN\] 3.1.4.2.6 to .13 and .18 to .23).

use super::common::{CB_NEEDED, Call, PRINTER, TEXT, number, number_out, text};
use crate::dcerpc::ndr::{Meaning, Member, Type, Value, counted, input, member, output, sized};
use crate::rprn::marshalled;
use crate::rprn::names::REG;
use crate::rprn::registry;

/// `RpcGetPrinterData`.
pub(crate) const GET_PRINTER_DATA: Call = &[
    PRINTER,
    text("pValueName"),
    output(member("pType", Type::Named(REG))),
    output(counted("pData", Type::Bytes(DATA), "nSize")),
    number("nSize"),
    CB_NEEDED,
];

/// `RpcSetPrinterData`.
pub(crate) const SET_PRINTER_DATA: Call = &[
    PRINTER,
    text("pValueName"),
    input(member("Type", Type::Named(REG))),
    input(counted("pData", Type::Bytes(DATA), "cbData")),
    number("cbData"),
];

/// `RpcEnumPrinterData`.
pub(crate) const ENUM_PRINTER_DATA: Call = &[
    PRINTER,
    number("dwIndex"),
    output(sized("pValueName", Type::Wide, "cbValueName")),
    number("cbValueName"),
    number_out("pcbValueName"),
    output(member("pType", Type::Named(REG))),
    output(counted("pData", Type::Bytes(DATA), "cbData")),
    number("cbData"),
    number_out("pcbData"),
];

/// `RpcDeletePrinterData`.
pub(crate) const DELETE_PRINTER_DATA: Call = &[PRINTER, text("pValueName")];

/// `RpcSetPrinterDataEx`.
pub(crate) const SET_PRINTER_DATA_EX: Call = &[
    PRINTER,
    text("pKeyName"),
    text("pValueName"),
    input(member("Type", Type::Named(REG))),
    input(counted("pData", Type::Bytes(DATA), "cbData")),
    number("cbData"),
];

/// `RpcGetPrinterDataEx`.
pub(crate) const GET_PRINTER_DATA_EX: Call = &[
    PRINTER,
    text("pKeyName"),
    text("pValueName"),
    output(member("pType", Type::Named(REG))),
    output(counted("pData", Type::Bytes(DATA), "nSize")),
    number("nSize"),
    CB_NEEDED,
];

/// `RpcEnumPrinterDataEx`.
pub(crate) const ENUM_PRINTER_DATA_EX: Call = &[
    PRINTER,
    text("pKeyName"),
    output(counted("pEnumValues", Type::Bytes(VALUES), "cbEnumValues")),
    number("cbEnumValues"),
    number_out("pcbEnumValues"),
    number_out("pnEnumValues"),
];

/// `RpcEnumPrinterKey`.
pub(crate) const ENUM_PRINTER_KEY: Call = &[
    PRINTER,
    text("pKeyName"),
    output(sized("pSubkey", Type::MultiText, "cbSubkey")),
    number("cbSubkey"),
    number_out("pcbSubkey"),
];

/// `RpcDeletePrinterDataEx`.
pub(crate) const DELETE_PRINTER_DATA_EX: Call = &[PRINTER, text("pKeyName"), text("pValueName")];

/// `RpcDeletePrinterKey`.
pub(crate) const DELETE_PRINTER_KEY: Call = &[PRINTER, text("pKeyName")];

/// A value, of the type that the call says.
const DATA: Meaning = Meaning::Known(registry::data);

/// All values of a key.
const VALUES: Meaning = Meaning::Known(|bytes, scope, anomalies| {
    if marshalled::failed(scope) {
        return Value::Undefined(bytes);
    }
    let count = scope.parameters.number("pnEnumValues").unwrap_or_default();
    Value::List(marshalled::list(bytes, PRINTER_ENUM_VALUES, count, scope, anomalies))
});

/// `PRINTER_ENUM_VALUES` (\[MS-RPRN\] 2.2.2.11).
const PRINTER_ENUM_VALUES: &[Member] = &[
    member("pValueName", TEXT),
    member("cbValueName", Type::U32),
    member("dwType", Type::Named(REG)),
    counted("pData", Type::Unique(&Type::Bytes(Meaning::Known(registry::enumerated))), "cbData"),
    member("cbData", Type::U32),
];
