//! Named properties of jobs (\[MS-RPRN\] 3.1.4.3.6 to .9).

use super::common::{Call, PRINTER, TEXT, number, number_out, text};
use crate::dcerpc::ndr::{Arm, Meaning, Type, Union, counted, input, member, output, switched};
use crate::rprn::names::PROPERTY;

/// `RpcGetJobNamedPropertyValue`.
pub(crate) const GET_JOB_NAMED_PROPERTY_VALUE: Call =
    &[PRINTER, number("JobId"), text("pszName"), output(member("pValue", PROPERTY_VALUE))];

/// `RpcSetJobNamedProperty`.
pub(crate) const SET_JOB_NAMED_PROPERTY: Call =
    &[PRINTER, number("JobId"), input(member("pProperty", NAMED_PROPERTY))];

/// `RpcDeleteJobNamedProperty`.
pub(crate) const DELETE_JOB_NAMED_PROPERTY: Call = &[PRINTER, number("JobId"), text("pszName")];

/// `RpcEnumJobNamedProperties`.
pub(crate) const ENUM_JOB_NAMED_PROPERTIES: Call = &[
    PRINTER,
    number("JobId"),
    number_out("pcProperties"),
    output(counted("ppProperties", Type::Unique(&Type::Array(&NAMED_PROPERTY)), "pcProperties")),
];

/// `RPC_PrintNamedProperty` (\[MS-RPRN\] 2.2.1.14.3).
const NAMED_PROPERTY: Type =
    Type::Struct(&[member("propertyName", TEXT), member("propertyValue", PROPERTY_VALUE)]);

/// `RPC_PrintPropertyValue` (\[MS-RPRN\] 2.2.1.14.2).
const PROPERTY_VALUE: Type = Type::Struct(&[
    member("ePropertyType", Type::Enum(PROPERTY)),
    switched(
        "value",
        &Union {
            is_enum: true,
            arms: &[
                Arm { tag: 1, name: "propertyString", of: TEXT },
                Arm { tag: 2, name: "propertyInt32", of: Type::I32 },
                Arm { tag: 3, name: "propertyInt64", of: Type::I64 },
                Arm { tag: 4, name: "propertyByte", of: Type::U8 },
                Arm { tag: 5, name: "propertyBlob", of: BLOB },
            ],
        },
        "ePropertyType",
    ),
]);

const BLOB: Type = Type::Struct(&[
    member("cbBuf", Type::U32),
    counted("pBuf", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbBuf"),
]);
