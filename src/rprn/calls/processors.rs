//! Print processors and their data types (\[MS-RPRN\] 3.1.4.8).

use super::common::{CB_BUF, CB_NEEDED, Call, LEVEL, RETURNED, TEXT, buffer, optional_text, text};
use crate::dcerpc::ndr::{Meaning, Member, Type, member};
use crate::rprn::marshalled;

/// `RpcAddPrintProcessor`.
pub(crate) const ADD_PRINT_PROCESSOR: Call =
    &[optional_text("pName"), text("pEnvironment"), text("pPathName"), text("pPrintProcessorName")];

/// `RpcEnumPrintProcessors`.
pub(crate) const ENUM_PRINT_PROCESSORS: Call = &[
    optional_text("pName"),
    optional_text("pEnvironment"),
    LEVEL,
    buffer("pPrintProcessorInfo", PRINTPROCESSOR_INFO),
    CB_BUF,
    CB_NEEDED,
    RETURNED,
];

/// `RpcGetPrintProcessorDirectory`.
pub(crate) const GET_PRINT_PROCESSOR_DIRECTORY: Call = &[
    optional_text("pName"),
    optional_text("pEnvironment"),
    LEVEL,
    buffer("pPrintProcessorDirectory", PATH),
    CB_BUF,
    CB_NEEDED,
];

/// `RpcDeletePrintProcessor`.
pub(crate) const DELETE_PRINT_PROCESSOR: Call =
    &[optional_text("Name"), optional_text("pEnvironment"), text("pPrintProcessorName")];

/// `RpcEnumPrintProcessorDatatypes`.
pub(crate) const ENUM_PRINT_PROCESSOR_DATATYPES: Call = &[
    optional_text("pName"),
    optional_text("pPrintProcessorName"),
    LEVEL,
    buffer("pDatatypes", DATATYPES_INFO),
    CB_BUF,
    CB_NEEDED,
    RETURNED,
];

/// `RpcDeletePrintProvidor`.
pub(crate) const DELETE_PRINT_PROVIDOR: Call =
    &[optional_text("pName"), optional_text("pEnvironment"), text("pPrintProvidorName")];

/// `PRINTPROCESSOR_INFO_1` (\[MS-RPRN\] 2.2.2.11).
const PRINTPROCESSOR_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        1 => Some(NAME),
        _ => None,
    })
})));

/// `DATATYPES_INFO_1` (\[MS-RPRN\] 2.2.2.3).
const DATATYPES_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        1 => Some(NAME),
        _ => None,
    })
})));

/// The directory of print processors: a text alone.
const PATH: Type = Type::Unique(&Type::Bytes(Meaning::Known(marshalled::text)));

const NAME: &[Member] = &[member("pName", TEXT)];
