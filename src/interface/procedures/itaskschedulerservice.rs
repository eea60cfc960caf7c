//! The procedures of `ITaskSchedulerService` (\[MS-TSCH\] 3.2.5.4).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 1.0.
pub(super) static ITASKSCHEDULERSERVICE: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("86d35949-83c9-4044-b424-db363231fd0c"), (1, 0), "task scheduler")
};

static PROCEDURES: [Procedure; 20] = [
    named(0, "SchRpcHighestVersion"),
    named(1, "SchRpcRegisterTask"),
    named(2, "SchRpcRetrieveTask"),
    named(3, "SchRpcCreateFolder"),
    named(4, "SchRpcSetSecurity"),
    named(5, "SchRpcGetSecurity"),
    named(6, "SchRpcEnumFolders"),
    named(7, "SchRpcEnumTasks"),
    named(8, "SchRpcEnumInstances"),
    named(9, "SchRpcGetInstanceInfo"),
    named(10, "SchRpcStopInstance"),
    named(11, "SchRpcStop"),
    named(12, "SchRpcRun"),
    named(13, "SchRpcDelete"),
    named(14, "SchRpcRename"),
    named(15, "SchRpcScheduledRuntimes"),
    named(16, "SchRpcGetLastRunInfo"),
    named(17, "SchRpcGetTaskInfo"),
    named(18, "SchRpcGetNumberOfMissedRuns"),
    named(19, "SchRpcEnableTask"),
];
