//! Registrations for changes of the state of services (\[MS-SCMR\] 2.2).

use crate::dcerpc::ndr::{Arm, Type, Union, counted, member, switched};
use crate::interface::parameters::OPTIONAL_TEXT;

/// SC_RPC_NOTIFY_PARAMS (\[MS-SCMR\] 2.2).
pub(super) const NOTIFY_PARAMS: Type = Type::Struct(&[
    member("dwInfoLevel", Type::U32),
    switched(
        "NotifyParams",
        &Union {
            is_enum: false,
            arms: &[
                Arm { tag: 1, name: "pStatusChangeParam1", of: STATUS_CHANGE_1 },
                Arm { tag: 2, name: "pStatusChangeParams", of: STATUS_CHANGE_2 },
            ],
        },
        "dwInfoLevel",
    ),
]);

/// SC_RPC_NOTIFY_PARAMS_LIST (\[MS-SCMR\] 2.2).
pub(super) const NOTIFY_PARAMS_LIST: Type = Type::Struct(&[
    member("cElements", Type::U32),
    counted("NotifyParamsArray", Type::Array(&NOTIFY_PARAMS), "cElements"),
]);

/// SERVICE_NOTIFY_STATUS_CHANGE_PARAMS_1 (\[MS-SCMR\] 2.2).
const STATUS_CHANGE_1: Type = Type::Unique(&Type::Struct(&[
    member("ullThreadId", Type::U64),
    member("dwNotifyMask", Type::U32),
    member("CallbackAddressArray", Type::Opaque(16)),
    member("CallbackParamAddressArray", Type::Opaque(16)),
    member("ServiceStatus", STATUS_PROCESS),
    member("dwNotificationStatus", Type::U32),
    member("dwSequence", Type::U32),
]));

/// SERVICE_NOTIFY_STATUS_CHANGE_PARAMS_2 (\[MS-SCMR\] 2.2).
const STATUS_CHANGE_2: Type = Type::Unique(&Type::Struct(&[
    member("ullThreadId", Type::U64),
    member("dwNotifyMask", Type::U32),
    member("CallbackAddressArray", Type::Opaque(16)),
    member("CallbackParamAddressArray", Type::Opaque(16)),
    member("ServiceStatus", STATUS_PROCESS),
    member("dwNotificationStatus", Type::U32),
    member("dwSequence", Type::U32),
    member("dwNotificationTriggered", Type::U32),
    member("pszServiceNames", OPTIONAL_TEXT),
]));

/// SERVICE_STATUS_PROCESS (\[MS-SCMR\] 2.2).
pub(super) const STATUS_PROCESS: Type = Type::Struct(&[
    member("dwServiceType", Type::U32),
    member("dwCurrentState", Type::U32),
    member("dwControlsAccepted", Type::U32),
    member("dwWin32ExitCode", Type::U32),
    member("dwServiceSpecificExitCode", Type::U32),
    member("dwCheckPoint", Type::U32),
    member("dwWaitHint", Type::U32),
    member("dwProcessId", Type::U32),
    member("dwServiceFlags", Type::U32),
]);
