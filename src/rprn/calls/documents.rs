//! Documents, pages and what is printed (\[MS-RPRN\] 3.1.4.9).

use super::common::{CB_BUF, Call, PRINTER, TEXT, container, number, number_out};
use crate::dcerpc::ndr::{Meaning, Member, Type, Value, counted, input, member, output};
use crate::rprn::marshalled;

/// `RpcStartDocPrinter`.
pub(crate) const START_DOC_PRINTER: Call =
    &[PRINTER, input(member("pDocInfoContainer", DOC_INFO_CONTAINER)), number_out("pJobId")];

/// `RpcStartPagePrinter`.
pub(crate) const START_PAGE_PRINTER: Call = &[PRINTER];

/// `RpcWritePrinter`.
pub(crate) const WRITE_PRINTER: Call = &[
    PRINTER,
    input(counted("pBuf", Type::Bytes(Meaning::Opaque), "cbBuf")),
    CB_BUF,
    number_out("pcWritten"),
];

/// `RpcEndPagePrinter`.
pub(crate) const END_PAGE_PRINTER: Call = &[PRINTER];

/// `RpcAbortPrinter`.
pub(crate) const ABORT_PRINTER: Call = &[PRINTER];

/// `RpcReadPrinter`.
pub(crate) const READ_PRINTER: Call = &[
    PRINTER,
    output(counted("pBuf", Type::Bytes(WHAT_WAS_READ), "cbBuf")),
    CB_BUF,
    number_out("pcNoBytesRead"),
];

/// `RpcEndDocPrinter`.
pub(crate) const END_DOC_PRINTER: Call = &[PRINTER];

/// `RpcFlushPrinter`.
pub(crate) const FLUSH_PRINTER: Call = &[
    PRINTER,
    input(counted("pBuf", Type::Bytes(Meaning::Opaque), "cbBuf")),
    CB_BUF,
    number_out("pcWritten"),
    number("cSleep"),
];

/// `DOC_INFO_CONTAINER` (\[MS-RPRN\] 2.2.1.2.3).
const DOC_INFO_CONTAINER: Type = container!("DocInfo", 1 "pDocInfo1" DOC_INFO_1);

/// Print data up to where the printer gave any.
const WHAT_WAS_READ: Meaning =
    Meaning::Known(|bytes, scope, _| Value::Bytes(marshalled::valid(bytes, scope, "pcNoBytesRead")));

/// `DOC_INFO_1` (\[MS-RPRN\] 2.2.1.4.1).
const DOC_INFO_1: &[Member] =
    &[member("pDocName", TEXT), member("pOutputFile", TEXT), member("pDatatype", TEXT)];
