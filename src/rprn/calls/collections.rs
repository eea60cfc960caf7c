//! Collections of properties: how \[MS-PAR\] passes filters and notifications (2.2.4).

use super::changes::{NOTIFY_INFO, NOTIFY_OPTIONS, SYSTEM_TIME_CONTAINER};
use super::common::{DEVMODE_CONTAINER, SECURITY_CONTAINER, TEXT};
use crate::dcerpc::ndr::{Arm, Type, Union, counted, member, switched};
use crate::rprn::names::COLLECTION_PROPERTY;

/// `RpcPrintPropertiesCollection` (\[MS-PAR\] 2.2.4).
pub(super) const PROPERTIES_COLLECTION: Type = Type::Struct(&[
    member("numberOfProperties", Type::U32),
    counted("propertiesCollection", Type::Unique(&Type::Array(&NAMED_PROPERTY)), "numberOfProperties"),
]);

/// `RpcPrintNamedProperty` (\[MS-PAR\] 2.2.3).
const NAMED_PROPERTY: Type =
    Type::Struct(&[member("propertyName", TEXT), member("propertyValue", PROPERTY_VALUE)]);

/// `RpcPrintPropertyValue` (\[MS-PAR\] 2.2.2).
const PROPERTY_VALUE: Type = Type::Struct(&[
    member("PropertyType", Type::Enum(COLLECTION_PROPERTY)),
    switched(
        "value",
        &Union {
            is_enum: true,
            arms: &[
                Arm { tag: 1, name: "propertyString", of: TEXT },
                Arm { tag: 2, name: "propertyInt32", of: Type::I32 },
                Arm { tag: 3, name: "propertyInt64", of: Type::I64 },
                Arm { tag: 4, name: "propertyByte", of: Type::U8 },
                Arm { tag: 5, name: "propertyDateTimeContainer", of: SYSTEM_TIME_CONTAINER },
                Arm { tag: 6, name: "propertyDevModeContainer", of: DEVMODE_CONTAINER },
                Arm { tag: 7, name: "propertySDContainer", of: SECURITY_CONTAINER },
                Arm { tag: 8, name: "propertyReplyContainer", of: REPLY_CONTAINER },
                Arm { tag: 9, name: "propertyOptionsContainer", of: OPTIONS_CONTAINER },
            ],
        },
        "PropertyType",
    ),
]);

/// `NOTIFY_REPLY_CONTAINER` (\[MS-PAR\] 2.2.5).
const REPLY_CONTAINER: Type = Type::Struct(&[member("pInfo", Type::Unique(&NOTIFY_INFO))]);

/// `NOTIFY_OPTIONS_CONTAINER` (\[MS-PAR\] 2.2.6).
const OPTIONS_CONTAINER: Type = Type::Struct(&[member("pOptions", Type::Unique(&NOTIFY_OPTIONS))]);
