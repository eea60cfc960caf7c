//! Data for port monitors and ports (\[MS-RPRN\] 3.1.4.11).

use super::common::{Call, handle, number, number_out, text};
use crate::dcerpc::ndr::{Meaning, Member, NdrString, Type, Value, counted, in_out, input, member, output};
use crate::rprn::marshalled;
use crate::rprn::names::PORT_PROTOCOL;

/// `RpcXcvData`.
pub(crate) const XCV_DATA: Call = &[
    handle("hXcv"),
    text("pszDataName"),
    input(counted("pInputData", Type::Bytes(XCV_INPUT), "cbInputData")),
    number("cbInputData"),
    output(counted("pOutputData", Type::Bytes(XCV_OUTPUT), "cbOutputData")),
    number("cbOutputData"),
    number_out("pcbOutputNeeded"),
    in_out(member("pdwStatus", Type::U32)),
];

/// What a command takes. Port monitors have commands of their own; these are those of the standard TCP/IP port monitor
/// and of the local one, told apart by the size of what they pass.
const XCV_INPUT: Meaning = Meaning::Known(|bytes, scope, anomalies| {
    let command = scope.parameters.text("pszDataName").map(|name| name.to_string()).unwrap_or_default();
    let layout = match command.as_str() {
        "AddPort" | "ConfigPort" => port_data(bytes),
        "DeletePort" if bytes.len() == marshalled::size(DELETE_PORT_DATA_1) => Some(DELETE_PORT_DATA_1),
        "GetConfigInfo" => Some(CONFIG_INFO_DATA_1),
        _ => None,
    };
    let text = || match command.as_str() {
        "AddPort"
        | "DeletePort"
        | "PortExists"
        | "PortIsValid"
        | "ConfigureLPTPortCommandOK"
        | "GetDefaultCommConfig" => Value::Text(NdrString::new(bytes, false)),
        _ => Value::Bytes(bytes),
    };
    layout.map_or_else(text, |layout| Value::Record(marshalled::beginning(bytes, layout, scope, anomalies)))
});

/// What a command gives.
const XCV_OUTPUT: Meaning = Meaning::Known(|bytes, scope, anomalies| {
    if marshalled::failed(scope) || scope.parameters.number("pdwStatus") != Some(0) {
        return Value::Undefined(bytes);
    }
    let bytes = marshalled::valid(bytes, scope, "pcbOutputNeeded");
    match scope.asked.name.as_deref() {
        Some("MonitorUI" | "HostAddress" | "IPAddress" | "SNMPCommunity") => {
            Value::Text(NdrString::new(bytes, false))
        }
        Some("SNMPDeviceIndex" | "SNMPEnabled" | "GetTransmissionRetryTimeout") => {
            match bytes.first_chunk() {
                Some(number) => Value::Number(u32::from_le_bytes(*number).into()),
                None => Value::Bytes(bytes),
            }
        }
        Some("GetConfigInfo") => match port_data(bytes) {
            Some(layout) => Value::Record(marshalled::beginning(bytes, layout, scope, anomalies)),
            None => Value::Bytes(bytes),
        },
        _ => Value::Bytes(bytes),
    }
});

/// Which of the two `PORT_DATA` structures it is: their versions stand at the same place.
fn port_data(bytes: &[u8]) -> Option<&'static [Member]> {
    let version = bytes.get(VERSION_AT..)?.first_chunk().map(|version| u32::from_le_bytes(*version))?;
    let layout = match version {
        1 => PORT_DATA_1,
        2 => PORT_DATA_2,
        _ => return None,
    };
    (bytes.len() >= marshalled::size(layout)).then_some(layout)
}

const VERSION_AT: usize = 128;

/// `PORT_DATA_1` (\[MS-RPRN\] 2.2.2.14.3).
const PORT_DATA_1: &[Member] = &[
    member("sztPortName", Type::Characters(64)),
    member("dwVersion", Type::U32),
    member("dwProtocol", Type::Named(PORT_PROTOCOL)),
    member("cbSize", Type::U32),
    member("dwReserved", Type::U32),
    member("sztHostAddress", Type::Characters(49)),
    member("sztSNMPCommunity", Type::Characters(33)),
    member("dwDoubleSpool", Type::U32),
    member("sztQueue", Type::Characters(33)),
    member("sztIPAddress", Type::Characters(16)),
    member("sztHWAddress", Type::Characters(13)),
    member("sztDeviceType", Type::Characters(257)),
    member("dwPortNumber", Type::U32),
    member("dwSNMPEnabled", Type::U32),
    member("dwSNMPDevIndex", Type::U32),
];

/// `PORT_DATA_2` (\[MS-RPRN\] 2.2.2.14.4).
const PORT_DATA_2: &[Member] = &[
    member("sztPortName", Type::Characters(64)),
    member("dwVersion", Type::U32),
    member("dwProtocol", Type::Named(PORT_PROTOCOL)),
    member("cbSize", Type::U32),
    member("dwReserved", Type::U32),
    member("sztHostAddress", Type::Characters(128)),
    member("sztSNMPCommunity", Type::Characters(33)),
    member("dwDoubleSpool", Type::U32),
    member("sztQueue", Type::Characters(33)),
    member("sztDeviceType", Type::Characters(257)),
    member("dwPortNumber", Type::U32),
    member("dwSNMPEnabled", Type::U32),
    member("dwSNMPDevIndex", Type::U32),
    member("dwPortMonitorMibIndex", Type::U32),
];

/// `DELETE_PORT_DATA_1` (\[MS-RPRN\] 2.2.2.14.2).
const DELETE_PORT_DATA_1: &[Member] = &[
    member("psztPortName", Type::Characters(64)),
    member("psztName", Type::Characters(49)),
    member("dwVersion", Type::U32),
    member("dwReserved", Type::U32),
];

/// `CONFIG_INFO_DATA_1` (\[MS-RPRN\] 2.2.2.14.1).
const CONFIG_INFO_DATA_1: &[Member] =
    &[member("psztPortName", Type::Characters(64)), member("dwVersion", Type::U32)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structures_have_their_sizes() {
        let sizes = [PORT_DATA_1, PORT_DATA_2, DELETE_PORT_DATA_1, CONFIG_INFO_DATA_1].map(marshalled::size);
        assert_eq!(sizes, [964, 1068, 236, 132]);
    }
}
