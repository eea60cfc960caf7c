//! The procedures of `winreg` (\[MS-RRP\] 3.1.5).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 1.0.
pub static WINREG: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("338cd001-2244-31f1-aaaa-900038001003"), (1, 0), "remote registry")
};

static PROCEDURES: [Procedure; 31] = [
    named(0, "OpenClassesRoot"),
    named(1, "OpenCurrentUser"),
    named(2, "OpenLocalMachine"),
    named(3, "OpenPerformanceData"),
    named(4, "OpenUsers"),
    named(5, "BaseRegCloseKey"),
    named(6, "BaseRegCreateKey"),
    named(7, "BaseRegDeleteKey"),
    named(8, "BaseRegDeleteValue"),
    named(9, "BaseRegEnumKey"),
    named(10, "BaseRegEnumValue"),
    named(11, "BaseRegFlushKey"),
    named(12, "BaseRegGetKeySecurity"),
    named(13, "BaseRegLoadKey"),
    named(15, "BaseRegOpenKey"),
    named(16, "BaseRegQueryInfoKey"),
    named(17, "BaseRegQueryValue"),
    named(18, "BaseRegReplaceKey"),
    named(19, "BaseRegRestoreKey"),
    named(20, "BaseRegSaveKey"),
    named(21, "BaseRegSetKeySecurity"),
    named(22, "BaseRegSetValue"),
    named(23, "BaseRegUnLoadKey"),
    named(26, "BaseRegGetVersion"),
    named(27, "OpenCurrentConfig"),
    named(29, "BaseRegQueryMultipleValues"),
    named(31, "BaseRegSaveKeyEx"),
    named(32, "OpenPerformanceText"),
    named(33, "OpenPerformanceNlsText"),
    named(34, "BaseRegQueryMultipleValues2"),
    named(35, "BaseRegDeleteKeyEx"),
];
