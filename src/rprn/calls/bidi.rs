//! Bidirectional communication with a printer (\[MS-RPRN\] 3.1.4.2.27).

use super::common::{Call, PRINTER, TEXT, optional_text};
use crate::dcerpc::ndr::{Arm, Meaning, Type, Union, WIN32, counted, input, member, output, switched};
use crate::rprn::names::BIDI;

/// `RpcSendRecvBidiData`.
pub(crate) const SEND_RECV_BIDI_DATA: Call = &[
    PRINTER,
    optional_text("pAction"),
    input(member("pReqData", BIDI_REQUEST_CONTAINER)),
    output(member("ppRespData", Type::Unique(&BIDI_RESPONSE_CONTAINER))),
];

/// `RPC_BIDI_REQUEST_CONTAINER` (\[MS-RPRN\] 2.2.1.2.11).
const BIDI_REQUEST_CONTAINER: Type = Type::Struct(&[
    member("Version", Type::U32),
    member("Flags", Type::U32),
    member("Count", Type::U32),
    counted("aData", Type::Array(&REQUEST_DATA), "Count"),
]);

const REQUEST_DATA: Type =
    Type::Struct(&[member("dwReqNumber", Type::U32), member("pSchema", TEXT), member("data", DATA)]);

/// `RPC_BIDI_RESPONSE_CONTAINER` (\[MS-RPRN\] 2.2.1.2.12).
const BIDI_RESPONSE_CONTAINER: Type = Type::Struct(&[
    member("Version", Type::U32),
    member("Flags", Type::U32),
    member("Count", Type::U32),
    counted("aData", Type::Array(&RESPONSE_DATA), "Count"),
]);

const RESPONSE_DATA: Type = Type::Struct(&[
    member("dwResult", Type::Named(WIN32)),
    member("dwReqNumber", Type::U32),
    member("pSchema", TEXT),
    member("data", DATA),
]);

/// `RPC_BIDI_DATA` (\[MS-RPRN\] 2.2.1.2.2).
const DATA: Type = Type::Struct(&[
    member("dwBidiType", Type::Named(BIDI)),
    switched(
        "u",
        &Union {
            is_enum: false,
            arms: &[
                Arm { tag: 0, name: "bData", of: Type::I32 },
                Arm { tag: 1, name: "iData", of: Type::I32 },
                Arm { tag: 2, name: "fData", of: Type::F32 },
                Arm { tag: 3, name: "bData", of: Type::I32 },
                Arm { tag: 4, name: "sData", of: TEXT },
                Arm { tag: 5, name: "sData", of: TEXT },
                Arm { tag: 6, name: "sData", of: TEXT },
                Arm { tag: 7, name: "biData", of: BINARY_CONTAINER },
            ],
        },
        "dwBidiType",
    ),
]);

/// `RPC_BINARY_CONTAINER` (\[MS-RPRN\] 2.2.1.2.2).
const BINARY_CONTAINER: Type = Type::Struct(&[
    member("cbBuf", Type::U32),
    counted("pszString", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbBuf"),
]);
