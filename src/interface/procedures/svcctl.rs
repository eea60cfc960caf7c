//! The procedures of `svcctl` (\[MS-SCMR\] 3.1.4).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 2.0.
pub static SVCCTL: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("367abb81-9844-35f1-ad32-98f038001003"), (2, 0), "service control")
};

static PROCEDURES: [Procedure; 50] = [
    named(0, "RCloseServiceHandle"),
    named(1, "RControlService"),
    named(2, "RDeleteService"),
    named(3, "RLockServiceDatabase"),
    named(4, "RQueryServiceObjectSecurity"),
    named(5, "RSetServiceObjectSecurity"),
    named(6, "RQueryServiceStatus"),
    named(7, "RSetServiceStatus"),
    named(8, "RUnlockServiceDatabase"),
    named(9, "RNotifyBootConfigStatus"),
    named(11, "RChangeServiceConfigW"),
    named(12, "RCreateServiceW"),
    named(13, "REnumDependentServicesW"),
    named(14, "REnumServicesStatusW"),
    named(15, "ROpenSCManagerW"),
    named(16, "ROpenServiceW"),
    named(17, "RQueryServiceConfigW"),
    named(18, "RQueryServiceLockStatusW"),
    named(19, "RStartServiceW"),
    named(20, "RGetServiceDisplayNameW"),
    named(21, "RGetServiceKeyNameW"),
    named(23, "RChangeServiceConfigA"),
    named(24, "RCreateServiceA"),
    named(25, "REnumDependentServicesA"),
    named(26, "REnumServicesStatusA"),
    named(27, "ROpenSCManagerA"),
    named(28, "ROpenServiceA"),
    named(29, "RQueryServiceConfigA"),
    named(30, "RQueryServiceLockStatusA"),
    named(31, "RStartServiceA"),
    named(32, "RGetServiceDisplayNameA"),
    named(33, "RGetServiceKeyNameA"),
    named(35, "REnumServiceGroupW"),
    named(36, "RChangeServiceConfig2A"),
    named(37, "RChangeServiceConfig2W"),
    named(38, "RQueryServiceConfig2A"),
    named(39, "RQueryServiceConfig2W"),
    named(40, "RQueryServiceStatusEx"),
    named(41, "REnumServicesStatusExA"),
    named(42, "REnumServicesStatusExW"),
    named(44, "RCreateServiceWOW64A"),
    named(45, "RCreateServiceWOW64W"),
    named(47, "RNotifyServiceStatusChange"),
    named(48, "RGetNotifyResults"),
    named(49, "RCloseNotifyHandle"),
    named(50, "RControlServiceExA"),
    named(51, "RControlServiceExW"),
    named(56, "RQueryServiceConfigEx"),
    named(60, "RCreateWowService"),
    named(64, "ROpenSCManager2"),
];
