//! Port monitors (\[MS-RPRN\] 3.1.4.7).

use super::common::{CB_BUF, CB_NEEDED, Call, LEVEL, RETURNED, TEXT, buffer, container, optional_text, text};
use crate::dcerpc::ndr::{Meaning, Member, Type, input, member};
use crate::rprn::marshalled;

/// `RpcEnumMonitors`.
pub(crate) const ENUM_MONITORS: Call =
    &[optional_text("pName"), LEVEL, buffer("pMonitor", MONITOR_INFO), CB_BUF, CB_NEEDED, RETURNED];

/// `RpcAddMonitor`.
pub(crate) const ADD_MONITOR: Call =
    &[optional_text("Name"), input(member("pMonitorContainer", MONITOR_CONTAINER))];

/// `RpcDeleteMonitor`.
pub(crate) const DELETE_MONITOR: Call =
    &[optional_text("Name"), optional_text("pEnvironment"), text("pMonitorName")];

/// `MONITOR_CONTAINER` (\[MS-RPRN\] 2.2.1.2.8).
const MONITOR_CONTAINER: Type =
    container!("MonitorInfo", 1 "pMonitorInfo1" MONITOR_INFO_1, 2 "pMonitorInfo2" MONITOR_INFO_2);

/// `MONITOR_INFO` in buffers (\[MS-RPRN\] 2.2.2.8).
const MONITOR_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        1 => Some(MONITOR_INFO_1),
        2 => Some(MONITOR_INFO_2),
        _ => None,
    })
})));

/// `MONITOR_INFO_1` (\[MS-RPRN\] 2.2.1.8.1).
const MONITOR_INFO_1: &[Member] = &[member("pName", TEXT)];

/// `MONITOR_INFO_2` (\[MS-RPRN\] 2.2.1.8.2).
const MONITOR_INFO_2: &[Member] =
    &[member("pName", TEXT), member("pEnvironment", TEXT), member("pDLLName", TEXT)];
