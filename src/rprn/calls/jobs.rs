//! Jobs (\[MS-RPRN\] 3.1.4.3).

use super::common::{
    CB_BUF, CB_NEEDED, Call, LEVEL, PRINTER, RETURNED, SYSTEM_TIME, TEXT, buffer, container, number,
};
use super::devmode;
use crate::dcerpc::ndr::{Meaning, Member, Type, Value, input, member};
use crate::rprn::marshalled;
use crate::rprn::names::{JOB_CONTROL, JOB_STATUS};

/// `RpcSetJob`.
pub(crate) const SET_JOB: Call = &[
    PRINTER,
    number("JobId"),
    input(member("pJobContainer", Type::Unique(&JOB_CONTAINER))),
    input(member("Command", Type::Named(JOB_CONTROL))),
];

/// `RpcGetJob`.
pub(crate) const GET_JOB: Call =
    &[PRINTER, number("JobId"), LEVEL, buffer("pJob", JOB_INFO), CB_BUF, CB_NEEDED];

/// `RpcEnumJobs`.
pub(crate) const ENUM_JOBS: Call = &[
    PRINTER,
    number("FirstJob"),
    number("NoJobs"),
    LEVEL,
    buffer("pJob", JOB_INFO),
    CB_BUF,
    CB_NEEDED,
    RETURNED,
];

/// `RpcAddJob`.
pub(crate) const ADD_JOB: Call = &[PRINTER, LEVEL, buffer("pAddJob", UNDEFINED), CB_BUF, CB_NEEDED];

/// `RpcScheduleJob`.
pub(crate) const SCHEDULE_JOB: Call = &[PRINTER, number("JobId")];

/// `JOB_CONTAINER` (\[MS-RPRN\] 2.2.1.2.7).
const JOB_CONTAINER: Type = container!(
    "JobInfo",
    1 "pJobInfo1" JOB_INFO_1,
    2 "pJobInfo2" JOB_INFO_2,
    3 "pJobInfo3" JOB_INFO_3,
    4 "pJobInfo4" JOB_INFO_4,
);

/// A buffer of a call that always fails: kept for old clients, its contents are defined nowhere.
const UNDEFINED: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, _, _| Value::Undefined(bytes))));

/// `JOB_INFO` in buffers (\[MS-RPRN\] 2.2.2.7).
const JOB_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        1 => Some(JOB_INFO_1),
        2 => Some(JOB_INFO_2),
        3 => Some(JOB_INFO_3),
        4 => Some(JOB_INFO_4),
        _ => None,
    })
})));

/// `JOB_INFO_1` (\[MS-RPRN\] 2.2.1.7.1).
const JOB_INFO_1: &[Member] = &[
    member("JobId", Type::U32),
    member("pPrinterName", TEXT),
    member("pMachineName", TEXT),
    member("pUserName", TEXT),
    member("pDocument", TEXT),
    member("pDatatype", TEXT),
    member("pStatus", TEXT),
    member("Status", Type::Named(JOB_STATUS)),
    member("Priority", Type::U32),
    member("Position", Type::U32),
    member("TotalPages", Type::U32),
    member("PagesPrinted", Type::U32),
    member("Submitted", SYSTEM_TIME),
];

/// `JOB_INFO_2` (\[MS-RPRN\] 2.2.1.7.2).
const JOB_INFO_2: &[Member] = &[
    member("JobId", Type::U32),
    member("pPrinterName", TEXT),
    member("pMachineName", TEXT),
    member("pUserName", TEXT),
    member("pDocument", TEXT),
    member("pNotifyName", TEXT),
    member("pDatatype", TEXT),
    member("pPrintProcessor", TEXT),
    member("pParameters", TEXT),
    member("pDriverName", TEXT),
    member("pDevMode", Type::Offset(Meaning::Known(devmode::meaning))),
    member("pStatus", TEXT),
    member("pSecurityDescriptor", Type::Offset(Meaning::SECURITY_DESCRIPTOR)),
    member("Status", Type::Named(JOB_STATUS)),
    member("Priority", Type::U32),
    member("Position", Type::U32),
    member("StartTime", Type::U32),
    member("UntilTime", Type::U32),
    member("TotalPages", Type::U32),
    member("Size", Type::U32),
    member("Submitted", SYSTEM_TIME),
    member("Time", Type::U32),
    member("PagesPrinted", Type::U32),
];

/// `JOB_INFO_3` (\[MS-RPRN\] 2.2.1.7.3).
const JOB_INFO_3: &[Member] =
    &[member("JobId", Type::U32), member("NextJobId", Type::U32), member("Reserved", Type::U32)];

/// `JOB_INFO_4` (\[MS-RPRN\] 2.2.1.7.4).
const JOB_INFO_4: &[Member] = &[
    member("JobId", Type::U32),
    member("pPrinterName", TEXT),
    member("pMachineName", TEXT),
    member("pUserName", TEXT),
    member("pDocument", TEXT),
    member("pNotifyName", TEXT),
    member("pDatatype", TEXT),
    member("pPrintProcessor", TEXT),
    member("pParameters", TEXT),
    member("pDriverName", TEXT),
    member("pDevMode", Type::Offset(Meaning::Known(devmode::meaning))),
    member("pStatus", TEXT),
    member("pSecurityDescriptor", Type::Offset(Meaning::SECURITY_DESCRIPTOR)),
    member("Status", Type::Named(JOB_STATUS)),
    member("Priority", Type::U32),
    member("Position", Type::U32),
    member("StartTime", Type::U32),
    member("UntilTime", Type::U32),
    member("TotalPages", Type::U32),
    member("Size", Type::U32),
    member("Submitted", SYSTEM_TIME),
    member("Time", Type::U32),
    member("PagesPrinted", Type::U32),
    member("SizeHigh", Type::I32),
];
