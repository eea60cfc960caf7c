//! How services are configured (\[MS-SCMR\] 2.2).

use crate::dcerpc::ndr::{Arm, Meaning, Type, Union, counted, member, switched};
use crate::interface::parameters::{OPTIONAL_ASCII, OPTIONAL_TEXT};

/// `QUERY_SERVICE_CONFIG` with texts of a kind (\[MS-SCMR\] 2.2).
macro_rules! config {
    ($text:expr) => {
        Type::Struct(&[
            member("dwServiceType", Type::U32),
            member("dwStartType", Type::U32),
            member("dwErrorControl", Type::U32),
            member("lpBinaryPathName", $text),
            member("lpLoadOrderGroup", $text),
            member("dwTagId", Type::U32),
            member("lpDependencies", $text),
            member("lpServiceStartName", $text),
            member("lpDisplayName", $text),
        ])
    };
}

/// `QUERY_SERVICE_LOCK_STATUS` (\[MS-SCMR\] 2.2).
macro_rules! lock_status {
    ($text:expr) => {
        Type::Struct(&[
            member("fIsLocked", Type::U32),
            member("lpLockOwner", $text),
            member("dwLockDuration", Type::U32),
        ])
    };
}

/// `SC_RPC_CONFIG_INFO` (\[MS-SCMR\] 2.2).
macro_rules! config_info {
    ($text:expr) => {
        Type::Struct(&[
            member("dwInfoLevel", Type::U32),
            switched(
                "Info",
                &Union {
                    is_enum: false,
                    arms: &[
                        arm(1, "psd", Type::Unique(&Type::Struct(&[member("lpDescription", $text)]))),
                        arm(
                            2,
                            "psfa",
                            Type::Unique(&Type::Struct(&[
                                member("dwResetPeriod", Type::U32),
                                member("lpRebootMsg", $text),
                                member("lpCommand", $text),
                                member("cActions", Type::U32),
                                counted("lpsaActions", Type::Unique(&Type::Array(&ACTION)), "cActions"),
                            ])),
                        ),
                        arm(3, "psda", DELAYED_AUTO_START),
                        arm(4, "psfaf", FAILURE_ACTIONS_FLAG),
                        arm(5, "pssid", SID_INFO),
                        arm(6, "psrp", REQUIRED_PRIVILEGES),
                        arm(7, "psps", PRESHUTDOWN),
                        arm(8, "psti", TRIGGERS),
                        arm(9, "pspn", PREFERRED_NODE),
                    ],
                },
                "dwInfoLevel",
            ),
        ])
    };
}

pub(super) const CONFIG_A: Type = config!(OPTIONAL_ASCII);
pub(super) const CONFIG_W: Type = config!(OPTIONAL_TEXT);
pub(super) const LOCK_STATUS_A: Type = lock_status!(OPTIONAL_ASCII);
pub(super) const LOCK_STATUS_W: Type = lock_status!(OPTIONAL_TEXT);
pub(super) const CONFIG_INFO_A: Type = config_info!(OPTIONAL_ASCII);
pub(super) const CONFIG_INFO_W: Type = config_info!(OPTIONAL_TEXT);

const fn arm(tag: u32, name: &'static str, of: Type) -> Arm {
    Arm { tag, name, of }
}

/// SC_ACTION (\[MS-SCMR\] 2.2).
const ACTION: Type = Type::Struct(&[member("Type", Type::U32), member("Delay", Type::U32)]);

/// SERVICE_DELAYED_AUTO_START_INFO (\[MS-SCMR\] 2.2).
const DELAYED_AUTO_START: Type = Type::Unique(&Type::Struct(&[member("fDelayedAutostart", Type::U32)]));

/// SERVICE_FAILURE_ACTIONS_FLAG (\[MS-SCMR\] 2.2).
const FAILURE_ACTIONS_FLAG: Type =
    Type::Unique(&Type::Struct(&[member("fFailureActionsOnNonCrashFailures", Type::U32)]));

/// SERVICE_SID_INFO (\[MS-SCMR\] 2.2).
const SID_INFO: Type = Type::Unique(&Type::Struct(&[member("dwServiceSidType", Type::U32)]));

/// SERVICE_RPC_REQUIRED_PRIVILEGES_INFO (\[MS-SCMR\] 2.2).
const REQUIRED_PRIVILEGES: Type = Type::Unique(&Type::Struct(&[
    member("cbRequiredPrivileges", Type::U32),
    counted("pRequiredPrivileges", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbRequiredPrivileges"),
]));

/// SERVICE_PRESHUTDOWN_INFO (\[MS-SCMR\] 2.2).
const PRESHUTDOWN: Type = Type::Unique(&Type::Struct(&[member("dwPreshutdownTimeout", Type::U32)]));

/// SERVICE_TRIGGER_INFO (\[MS-SCMR\] 2.2).
const TRIGGERS: Type = Type::Unique(&Type::Struct(&[
    member("cTriggers", Type::U32),
    counted("pTriggers", Type::Unique(&Type::Array(&TRIGGER)), "cTriggers"),
    member("pReserved", Type::Unique(&Type::U8)),
]));
const TRIGGER: Type = Type::Struct(&[
    member("dwTriggerType", Type::U32),
    member("dwAction", Type::U32),
    member("pTriggerSubtype", Type::Unique(&Type::Guid)),
    member("cDataItems", Type::U32),
    counted("pDataItems", Type::Unique(&Type::Array(&TRIGGER_DATA)), "cDataItems"),
]);
const TRIGGER_DATA: Type = Type::Struct(&[
    member("dwDataType", Type::U32),
    member("cbData", Type::U32),
    counted("pData", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbData"),
]);

/// SERVICE_PREFERRED_NODE_INFO (\[MS-SCMR\] 2.2).
const PREFERRED_NODE: Type =
    Type::Unique(&Type::Struct(&[member("usPreferredNode", Type::U16), member("fDelete", Type::U8)]));
