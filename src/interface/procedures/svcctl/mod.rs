//! The procedures of `svcctl` (\[MS-SCMR\] 3.1.4), which manage the services of a computer. A handle of the service
//! control manager leads to those of its services.

mod config;
mod notify;

use uuid::uuid;

use crate::dcerpc::ndr::{Arm, Meaning, Parameter, Type, Union, counted, input, member, output, switched};
use crate::interface::definition::Interface;
use crate::interface::object::ObjectKind;
use crate::interface::parameters::{
    OPTIONAL_ASCII, OPTIONAL_TEXT, exchanged, given, handle, number, number_out, optional_text, result,
    taken, text, value,
};
use crate::interface::procedure::{Procedure, win32};
use config::{CONFIG_A, CONFIG_INFO_A, CONFIG_INFO_W, CONFIG_W, LOCK_STATUS_A, LOCK_STATUS_W};
use notify::{NOTIFY_PARAMS, NOTIFY_PARAMS_LIST, STATUS_PROCESS};

/// The interface, version 2.0.
pub static SVCCTL: Interface = Interface {
    procedures: &PROCEDURES,
    handles: &HANDLES,
    ..Interface::new(uuid!("367abb81-9844-35f1-ad32-98f038001003"), (2, 0), "service control")
};

static HANDLES: [(&str, ObjectKind); 9] = [
    ("hSCManager", ObjectKind::ServiceManager),
    ("lpScHandle", ObjectKind::ServiceManager),
    ("ScmHandle", ObjectKind::ServiceManager),
    ("hService", ObjectKind::Service),
    ("lpServiceHandle", ObjectKind::Service),
    ("lpLock", ObjectKind::ServiceLock),
    ("Lock", ObjectKind::ServiceLock),
    ("hNotify", ObjectKind::ServiceNotification),
    ("phNotify", ObjectKind::ServiceNotification),
];

const MANAGER: Parameter = handle("hSCManager");
const SERVICE: Parameter = handle("hService");
const NEW_SERVICE: Parameter = given("lpServiceHandle");
const SERVICE_NAME: Parameter = text("lpServiceName");
const SERVICE_NAME_A: Parameter = value("lpServiceName", Type::Ascii);
const DISPLAY_NAME: Parameter = optional_text("lpDisplayName");
const DISPLAY_NAME_A: Parameter = value("lpDisplayName", OPTIONAL_ASCII);
const PATH: Parameter = text("lpBinaryPathName");
const PATH_A: Parameter = value("lpBinaryPathName", Type::Ascii);
const LOAD_ORDER_GROUP: Parameter = optional_text("lpLoadOrderGroup");
const LOAD_ORDER_GROUP_A: Parameter = value("lpLoadOrderGroup", OPTIONAL_ASCII);
const START_NAME: Parameter = optional_text("lpServiceStartName");
const START_NAME_A: Parameter = value("lpServiceStartName", OPTIONAL_ASCII);
const ACCESS: Parameter = number("dwDesiredAccess");
const SERVICE_TYPE: Parameter = number("dwServiceType");
const START_TYPE: Parameter = number("dwStartType");
const ERROR_CONTROL: Parameter = number("dwErrorControl");
const OPTIONAL_BYTES: Type = Type::Unique(&Type::Bytes(Meaning::Opaque));
const TAG_ID: Parameter = exchanged("lpdwTagId", Type::Unique(&Type::U32));
const DEPENDENCIES: Parameter = input(counted("lpDependencies", OPTIONAL_BYTES, "dwDependSize"));
const DEPEND_SIZE: Parameter = number("dwDependSize");
const PASSWORD: Parameter = input(counted("lpPassword", OPTIONAL_BYTES, "dwPwSize"));
const PASSWORD_SIZE: Parameter = number("dwPwSize");
/// Structures and, by their offsets, what they point to.
const BUFFER: Parameter = output(counted("lpBuffer", Type::Bytes(Meaning::Opaque), "cbBufSize"));
const SIZE: Parameter = number("cbBufSize");
const NEEDED: Parameter = number_out("pcbBytesNeeded");
const RETURNED: Parameter = number_out("lpServicesReturned");
const RESUME: Parameter = exchanged("lpResumeIndex", Type::Unique(&Type::U32));
const INFO_LEVEL: Parameter = number("dwInfoLevel");
const STATE: Parameter = number("dwServiceState");
const LENGTH: Parameter = exchanged("lpcchBuffer", Type::U32);
const SECURITY: Parameter = number("dwSecurityInformation");

/// SERVICE_STATUS (\[MS-SCMR\] 2.2).
const STATUS: Type = Type::Struct(&[
    member("dwServiceType", Type::U32),
    member("dwCurrentState", Type::U32),
    member("dwControlsAccepted", Type::U32),
    member("dwWin32ExitCode", Type::U32),
    member("dwServiceSpecificExitCode", Type::U32),
    member("dwCheckPoint", Type::U32),
    member("dwWaitHint", Type::U32),
]);

#[rustfmt::skip]
const CREATE_A: &[Parameter] = &[
    MANAGER, SERVICE_NAME_A, DISPLAY_NAME_A, ACCESS, SERVICE_TYPE, START_TYPE, ERROR_CONTROL, PATH_A,
    LOAD_ORDER_GROUP_A, TAG_ID, DEPENDENCIES, DEPEND_SIZE, START_NAME_A, PASSWORD, PASSWORD_SIZE, NEW_SERVICE,
];
#[rustfmt::skip]
const CREATE_W: &[Parameter] = &[
    MANAGER, SERVICE_NAME, DISPLAY_NAME, ACCESS, SERVICE_TYPE, START_TYPE, ERROR_CONTROL, PATH,
    LOAD_ORDER_GROUP, TAG_ID, DEPENDENCIES, DEPEND_SIZE, START_NAME, PASSWORD, PASSWORD_SIZE, NEW_SERVICE,
];
#[rustfmt::skip]
const CREATE_WOW: &[Parameter] = &[
    MANAGER, SERVICE_NAME, DISPLAY_NAME, ACCESS, SERVICE_TYPE, START_TYPE, ERROR_CONTROL, PATH,
    LOAD_ORDER_GROUP, TAG_ID, DEPENDENCIES, DEPEND_SIZE, START_NAME, PASSWORD, PASSWORD_SIZE,
    value("dwServiceWowType", Type::U16), NEW_SERVICE,
];
const ENUM_DEPENDENT: &[Parameter] = &[
    SERVICE,
    STATE,
    output(counted("lpServices", Type::Bytes(Meaning::Opaque), "cbBufSize")),
    SIZE,
    NEEDED,
    RETURNED,
];
const ENUM_STATUS: &[Parameter] = &[MANAGER, SERVICE_TYPE, STATE, BUFFER, SIZE, NEEDED, RETURNED, RESUME];
const QUERY_CONFIG_2: &[Parameter] = &[SERVICE, INFO_LEVEL, BUFFER, SIZE, NEEDED];

/// The name of the service that a handle is of.
const BY_SERVICE: &[&str] = &["lpServiceName"];
/// The computer whose services a handle is of.
const BY_MACHINE: &[&str] = &["lpMachineName"];

/// SC_RPC_SERVICE_CONTROL_IN_PARAMSA and -W, SC_RPC_SERVICE_CONTROL_OUT_PARAMSA and -W (\[MS-SCMR\] 2.2).
const CONTROL_IN_A: &Union = &Union {
    is_enum: false,
    arms: &[Arm {
        tag: 1,
        name: "psrInParams",
        of: Type::Unique(&Type::Struct(&[
            member("dwReason", Type::U32),
            member("pszComment", OPTIONAL_ASCII),
        ])),
    }],
};
const CONTROL_IN_W: &Union = &Union {
    is_enum: false,
    arms: &[Arm {
        tag: 1,
        name: "psrInParams",
        of: Type::Unique(&Type::Struct(&[
            member("dwReason", Type::U32),
            member("pszComment", OPTIONAL_TEXT),
        ])),
    }],
};
const CONTROL_OUT: &Union = &Union {
    is_enum: false,
    arms: &[Arm {
        tag: 1,
        name: "psrOutParams",
        of: Type::Unique(&Type::Struct(&[member("ServiceStatus", STATUS_PROCESS)])),
    }],
};

#[rustfmt::skip]
static PROCEDURES: [Procedure; 50] = [
    win32(0, "RCloseServiceHandle", &[taken("hSCObject")]),
    win32(1, "RControlService", &[SERVICE, number("dwControl"), result("lpServiceStatus", STATUS)]),
    win32(2, "RDeleteService", &[SERVICE]),
    win32(3, "RLockServiceDatabase", &[MANAGER, given("lpLock")]),
    win32(4, "RQueryServiceObjectSecurity", &[SERVICE, SECURITY, output(counted("lpSecurityDescriptor", Type::Bytes(Meaning::SECURITY_DESCRIPTOR), "cbBufSize")), SIZE, NEEDED]),
    win32(5, "RSetServiceObjectSecurity", &[SERVICE, SECURITY, input(counted("lpSecurityDescriptor", Type::Bytes(Meaning::SECURITY_DESCRIPTOR), "cbBufSize")), SIZE]),
    win32(6, "RQueryServiceStatus", &[SERVICE, result("lpServiceStatus", STATUS)]),
    win32(7, "RSetServiceStatus", &[handle("hServiceStatus"), value("lpServiceStatus", STATUS)]),
    win32(8, "RUnlockServiceDatabase", &[taken("Lock")]),
    win32(9, "RNotifyBootConfigStatus", &[optional_text("lpMachineName"), number("BootAcceptable")]),
    win32(11, "RChangeServiceConfigW", &[
        SERVICE, SERVICE_TYPE, START_TYPE, ERROR_CONTROL, optional_text("lpBinaryPathName"), LOAD_ORDER_GROUP, TAG_ID,
        DEPENDENCIES, DEPEND_SIZE, START_NAME, PASSWORD, PASSWORD_SIZE, DISPLAY_NAME,
    ]),
    win32(12, "RCreateServiceW", CREATE_W).named_by(BY_SERVICE),
    win32(13, "REnumDependentServicesW", ENUM_DEPENDENT),
    win32(14, "REnumServicesStatusW", ENUM_STATUS),
    win32(15, "ROpenSCManagerW", &[optional_text("lpMachineName"), optional_text("lpDatabaseName"), ACCESS, given("lpScHandle")]).named_by(BY_MACHINE),
    win32(16, "ROpenServiceW", &[MANAGER, SERVICE_NAME, ACCESS, NEW_SERVICE]).named_by(BY_SERVICE),
    win32(17, "RQueryServiceConfigW", &[SERVICE, result("lpServiceConfig", CONFIG_W), SIZE, NEEDED]),
    win32(18, "RQueryServiceLockStatusW", &[MANAGER, result("lpLockStatus", LOCK_STATUS_W), SIZE, NEEDED]),
    win32(19, "RStartServiceW", &[SERVICE, number("argc"), input(counted("argv", Type::Unique(&Type::Array(&OPTIONAL_TEXT)), "argc"))]),
    win32(20, "RGetServiceDisplayNameW", &[MANAGER, SERVICE_NAME, result("lpDisplayName", Type::Text), LENGTH]),
    win32(21, "RGetServiceKeyNameW", &[MANAGER, text("lpDisplayName"), result("lpServiceName", Type::Text), LENGTH]),
    win32(23, "RChangeServiceConfigA", &[
        SERVICE, SERVICE_TYPE, START_TYPE, ERROR_CONTROL, value("lpBinaryPathName", OPTIONAL_ASCII), LOAD_ORDER_GROUP_A, TAG_ID,
        DEPENDENCIES, DEPEND_SIZE, START_NAME_A, PASSWORD, PASSWORD_SIZE, DISPLAY_NAME_A,
    ]),
    win32(24, "RCreateServiceA", CREATE_A).named_by(BY_SERVICE),
    win32(25, "REnumDependentServicesA", ENUM_DEPENDENT),
    win32(26, "REnumServicesStatusA", ENUM_STATUS),
    win32(27, "ROpenSCManagerA", &[value("lpMachineName", OPTIONAL_ASCII), value("lpDatabaseName", OPTIONAL_ASCII), ACCESS, given("lpScHandle")]).named_by(BY_MACHINE),
    win32(28, "ROpenServiceA", &[MANAGER, SERVICE_NAME_A, ACCESS, NEW_SERVICE]).named_by(BY_SERVICE),
    win32(29, "RQueryServiceConfigA", &[SERVICE, result("lpServiceConfig", CONFIG_A), SIZE, NEEDED]),
    win32(30, "RQueryServiceLockStatusA", &[MANAGER, result("lpLockStatus", LOCK_STATUS_A), SIZE, NEEDED]),
    win32(31, "RStartServiceA", &[SERVICE, number("argc"), input(counted("argv", Type::Unique(&Type::Array(&OPTIONAL_ASCII)), "argc"))]),
    win32(32, "RGetServiceDisplayNameA", &[MANAGER, SERVICE_NAME_A, result("lpDisplayName", Type::Ascii), LENGTH]),
    win32(33, "RGetServiceKeyNameA", &[MANAGER, value("lpDisplayName", Type::Ascii), result("lpKeyName", Type::Ascii), LENGTH]),
    win32(35, "REnumServiceGroupW", &[MANAGER, SERVICE_TYPE, STATE, BUFFER, SIZE, NEEDED, RETURNED, RESUME, optional_text("pszGroupName")]),
    win32(36, "RChangeServiceConfig2A", &[SERVICE, value("Info", CONFIG_INFO_A)]),
    win32(37, "RChangeServiceConfig2W", &[SERVICE, value("Info", CONFIG_INFO_W)]),
    win32(38, "RQueryServiceConfig2A", QUERY_CONFIG_2),
    win32(39, "RQueryServiceConfig2W", QUERY_CONFIG_2),
    win32(40, "RQueryServiceStatusEx", &[SERVICE, number("InfoLevel"), BUFFER, SIZE, NEEDED]),
    win32(41, "REnumServicesStatusExA", &[MANAGER, number("InfoLevel"), SERVICE_TYPE, STATE, BUFFER, SIZE, NEEDED, RETURNED, RESUME, value("pszGroupName", OPTIONAL_ASCII)]),
    win32(42, "REnumServicesStatusExW", &[MANAGER, number("InfoLevel"), SERVICE_TYPE, STATE, BUFFER, SIZE, NEEDED, RETURNED, RESUME, optional_text("pszGroupName")]),
    win32(44, "RCreateServiceWOW64A", CREATE_A).named_by(BY_SERVICE),
    win32(45, "RCreateServiceWOW64W", CREATE_W).named_by(BY_SERVICE),
    win32(47, "RNotifyServiceStatusChange", &[
        SERVICE, value("NotifyParams", NOTIFY_PARAMS), value("pClientProcessGuid", Type::Guid),
        result("pSCMProcessGuid", Type::Guid), number_out("pfCreateRemoteQueue"), given("phNotify"),
    ]),
    win32(48, "RGetNotifyResults", &[handle("hNotify"), result("ppNotifyParams", Type::Unique(&NOTIFY_PARAMS_LIST))]).waiting(),
    win32(49, "RCloseNotifyHandle", &[taken("phNotify"), number_out("pfApcFired")]),
    win32(50, "RControlServiceExA", &[
        SERVICE, number("dwControl"), INFO_LEVEL, input(switched("pControlInParams", CONTROL_IN_A, "dwInfoLevel")),
        result("pControlOutParams", Type::Union(CONTROL_OUT)),
    ]),
    win32(51, "RControlServiceExW", &[
        SERVICE, number("dwControl"), INFO_LEVEL, input(switched("pControlInParams", CONTROL_IN_W, "dwInfoLevel")),
        result("pControlOutParams", Type::Union(CONTROL_OUT)),
    ]),
    win32(56, "RQueryServiceConfigEx", &[SERVICE, INFO_LEVEL, result("pInfo", CONFIG_INFO_W)]),
    win32(60, "RCreateWowService", CREATE_WOW).named_by(BY_SERVICE),
    win32(64, "ROpenSCManager2", &[optional_text("DatabaseName"), number("DesiredAccess"), given("ScmHandle")]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::Encoding;

    #[rustfmt::skip]
    const HANDLE_AND_SUCCESS: [u8; 24] = [
        0, 0, 0, 0, // attributes
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, // UUID
        0, 0, 0, 0, // return value
    ];

    #[test]
    fn a_service_that_is_created_may_have_a_tag_in_front_of_its_handle() {
        let procedure = SVCCTL.procedure(12).unwrap();
        let with_tag = [&[0, 0, 2, 0], &[7, 0, 0, 0], &HANDLE_AND_SUCCESS[..]].concat(); // referent, lpdwTagId
        let without = [&[0; 4], &HANDLE_AND_SUCCESS[..]].concat();
        for stub in [with_tag, without] {
            let facts = procedure.response_facts(&stub, Encoding::default()).unwrap();
            let [Some(granted), None] = facts.granted else { panic!("{facts:?}") };
            assert_eq!((granted.parameter, granted.handle.0[19]), ("lpServiceHandle", 16));
            for end in 0..stub.len() - 4 {
                assert!(procedure.response_facts(&stub[..end], Encoding::default()).is_err(), "at {end}");
            }
        }
    }

    #[test]
    fn a_service_that_is_deleted_keeps_its_handle_and_one_that_is_closed_does_not() {
        let takes = |opnum| SVCCTL.procedure(opnum).unwrap().takes_handle();
        assert_eq!([0, 2, 8, 49].map(takes), [true, false, true, true]);
    }
}
