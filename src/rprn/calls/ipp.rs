//! IPP through the spooler (\[MS-RPRN\] 3.1.4.14).

use super::common::{Call, PRINTER, TEXT, number, number_out, optional_text};
use crate::dcerpc::ndr::{Meaning, Type, counted, input, output};
use crate::rprn::ipp;

/// `RpcIppCreateJobOnPrinter`.
pub(crate) const IPP_CREATE_JOB_ON_PRINTER: Call = &[
    PRINTER,
    number("jobId"),
    optional_text("pdlFormat"),
    number("jobAttributeGroupBufferSize"),
    input(counted("jobAttributeGroupBuffer", Type::Bytes(IPP), "jobAttributeGroupBufferSize")),
    number_out("ippResponseBufferSize"),
    output(counted("ippResponseBuffer", Type::Unique(&Type::Bytes(IPP)), "ippResponseBufferSize")),
];

/// `RpcIppGetJobAttributes`.
pub(crate) const IPP_GET_JOB_ATTRIBUTES: Call = &[
    PRINTER,
    number("jobId"),
    number("attributeNameCount"),
    input(counted("attributeNames", Type::Array(&TEXT), "attributeNameCount")),
    number_out("ippResponseBufferSize"),
    output(counted("ippResponseBuffer", Type::Unique(&Type::Bytes(IPP)), "ippResponseBufferSize")),
];

/// `RpcIppSetJobAttributes`.
pub(crate) const IPP_SET_JOB_ATTRIBUTES: Call = &[
    PRINTER,
    number("jobId"),
    number("jobAttributeGroupBufferSize"),
    input(counted("jobAttributeGroupBuffer", Type::Bytes(IPP), "jobAttributeGroupBufferSize")),
    number_out("ippResponseBufferSize"),
    output(counted("ippResponseBuffer", Type::Unique(&Type::Bytes(IPP)), "ippResponseBufferSize")),
];

/// `RpcIppGetPrinterAttributes`.
pub(crate) const IPP_GET_PRINTER_ATTRIBUTES: Call = &[
    PRINTER,
    number("attributeNameCount"),
    input(counted("attributeNames", Type::Array(&TEXT), "attributeNameCount")),
    number_out("ippResponseBufferSize"),
    output(counted("ippResponseBuffer", Type::Unique(&Type::Bytes(IPP)), "ippResponseBufferSize")),
];

/// `RpcIppSetPrinterAttributes`.
pub(crate) const IPP_SET_PRINTER_ATTRIBUTES: Call = &[
    PRINTER,
    number("jobAttributeGroupBufferSize"),
    input(counted("jobAttributeGroupBuffer", Type::Bytes(IPP), "jobAttributeGroupBufferSize")),
    number_out("ippResponseBufferSize"),
    output(counted("ippResponseBuffer", Type::Unique(&Type::Bytes(IPP)), "ippResponseBufferSize")),
];

/// Attributes or a whole answer, in the encoding of RFC 8010.
const IPP: Meaning = Meaning::Known(ipp::meaning);
