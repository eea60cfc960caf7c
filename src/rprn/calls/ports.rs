//! Ports (\[MS-RPRN\] 3.1.4.6).

use super::common::{CB_BUF, CB_NEEDED, Call, LEVEL, RETURNED, TEXT, buffer, optional_text, text};
use crate::dcerpc::ndr::{Arm, By, Meaning, Member, Type, Union, counted, input, member};
use crate::rprn::marshalled;
use crate::rprn::names::{PORT_SEVERITY, PORT_STATUS, PORT_TYPE};

/// `RpcEnumPorts`.
pub(crate) const ENUM_PORTS: Call =
    &[optional_text("pName"), LEVEL, buffer("pPort", PORT_INFO), CB_BUF, CB_NEEDED, RETURNED];

/// `RpcDeletePort`.
pub(crate) const DELETE_PORT: Call =
    &[optional_text("pName"), input(member("hWnd", Type::Uptr)), text("pPortName")];

/// `RpcAddPortEx`.
pub(crate) const ADD_PORT_EX: Call = &[
    optional_text("pName"),
    input(member("pPortContainer", PORT_CONTAINER)),
    input(member("pPortVarContainer", PORT_VAR_CONTAINER)),
    text("pMonitorName"),
];

/// `RpcSetPort`.
pub(crate) const SET_PORT: Call =
    &[optional_text("pName"), optional_text("pPortName"), input(member("pPortContainer", PORT_CONTAINER))];

/// `RpcAddPort`.
pub(crate) const ADD_PORT: Call =
    &[optional_text("pName"), input(member("hWnd", Type::Uptr)), text("pMonitorName")];

/// `RpcConfigurePort`.
pub(crate) const CONFIGURE_PORT: Call = DELETE_PORT;

/// `PORT_CONTAINER` (\[MS-RPRN\] 2.2.1.2.10). The tag is the level without its highest byte.
const PORT_CONTAINER: Type = Type::Struct(&[
    member("Level", Type::U32),
    Member { name: "PortInfo", of: Type::Union(PORT), by: Some(By::Switch("Level", 0x00ff_ffff)) },
]);

const PORT: &Union = &Union {
    is_enum: false,
    arms: &[
        Arm { tag: 1, name: "pPortInfo1", of: Type::Unique(&Type::Struct(PORT_INFO_1)) },
        Arm { tag: 2, name: "pPortInfo2", of: Type::Unique(&Type::Struct(PORT_INFO_2)) },
        Arm { tag: 3, name: "pPortInfo3", of: Type::Unique(&Type::Struct(PORT_INFO_3)) },
        Arm { tag: 0x00ff_ffff, name: "pPortInfoFF", of: Type::Unique(&Type::Struct(PORT_INFO_FF)) },
    ],
};

/// `PORT_VAR_CONTAINER` (\[MS-RPRN\] 2.2.1.2.11): what the port monitor alone understands.
const PORT_VAR_CONTAINER: Type = Type::Struct(&[
    member("cbMonitorData", Type::U32),
    counted("pMonitorData", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbMonitorData"),
]);

/// `PORT_INFO` in buffers (\[MS-RPRN\] 2.2.2.10).
const PORT_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        1 => Some(PORT_INFO_1),
        2 => Some(PORT_INFO_2),
        _ => None,
    })
})));

/// `PORT_INFO_1` (\[MS-RPRN\] 2.2.1.9.1).
const PORT_INFO_1: &[Member] = &[member("pName", TEXT)];

/// `PORT_INFO_2` (\[MS-RPRN\] 2.2.1.9.2).
const PORT_INFO_2: &[Member] = &[
    member("pPortName", TEXT),
    member("pMonitorName", TEXT),
    member("pDescription", TEXT),
    member("fPortType", Type::Named(PORT_TYPE)),
    member("Reserved", Type::U32),
];

/// `PORT_INFO_3` (\[MS-RPRN\] 2.2.1.9.3).
const PORT_INFO_3: &[Member] = &[
    member("dwStatus", Type::Named(PORT_STATUS)),
    member("pszStatus", TEXT),
    member("dwSeverity", Type::Named(PORT_SEVERITY)),
];

/// `PORT_INFO_FF` (\[MS-RPRN\] 2.2.1.9.4).
const PORT_INFO_FF: &[Member] = &[
    member("pPortName", TEXT),
    member("cbMonitorData", Type::U32),
    member("pMonitorData", Type::Unique(&Type::U8)),
];
