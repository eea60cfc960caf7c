//! The procedures of `ITaskSchedulerService` (\[MS-TSCH\] 3.2.5.4), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 20] = [
    "SchRpcHighestVersion",
    "SchRpcRegisterTask",
    "SchRpcRetrieveTask",
    "SchRpcCreateFolder",
    "SchRpcSetSecurity",
    "SchRpcGetSecurity",
    "SchRpcEnumFolders",
    "SchRpcEnumTasks",
    "SchRpcEnumInstances",
    "SchRpcGetInstanceInfo",
    "SchRpcStopInstance",
    "SchRpcStop",
    "SchRpcRun",
    "SchRpcDelete",
    "SchRpcRename",
    "SchRpcScheduledRuntimes",
    "SchRpcGetLastRunInfo",
    "SchRpcGetTaskInfo",
    "SchRpcGetNumberOfMissedRuns",
    "SchRpcEnableTask",
];
