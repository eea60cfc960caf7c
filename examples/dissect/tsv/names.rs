//! NetBIOS: one row a packet.

use smbscope::netbios::datagram_service::{self, Body};
use smbscope::netbios::name_service::{self, Entry, RecordData, RecordType};
use smbscope::netbios::{Frame, Name, PacketType, SessionRequest};

use super::{hex, list};

/// A packet of the session service.
pub(super) fn session(frame: &Frame<'_>) -> Vec<String> {
    let error = match frame.kind {
        PacketType::NEGATIVE_SESSION_RESPONSE => frame.payload.first().map(|code| format!("{code:#04x}")),
        _ => None,
    };
    let names = match frame.kind {
        PacketType::SESSION_REQUEST => SessionRequest::parse(frame.payload).ok(),
        _ => None,
    };
    let (called, calling) =
        names.map(|names| (name(&names.called), name(&names.calling))).unwrap_or_default();
    vec![hex(frame.kind.0), hex(0_u8), frame.length.to_string(), error.unwrap_or_default(), called, calling]
}

/// A packet of the name service.
pub(super) fn name_service(datagram: &[u8]) -> Vec<String> {
    let Ok(packet) = name_service::Packet::parse(datagram) else { return Vec::new() };
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for entry in packet.entries.iter().map_while(Result::ok) {
        match entry {
            Entry::Question(question) => names.push(name(&question.question_name)),
            Entry::Record(record) => {
                let suffix = match record.rr_type {
                    RecordType::NB => suffix(record.rr_name.suffix),
                    _ => "",
                };
                names.push(format!("{}{suffix}", name(&record.rr_name)));
                if let RecordData::Addresses(of_name) = record.rdata {
                    addresses.extend(of_name.iter().map(|address| address.nb_address));
                }
            }
            _ => {}
        }
    }
    vec![hex(packet.bits()), hex(packet.name_trn_id), list(names), list(addresses)]
}

/// A packet of the datagram service.
pub(super) fn datagram_service(datagram: &[u8]) -> Vec<String> {
    let Ok(packet) = datagram_service::Packet::parse(datagram) else { return Vec::new() };
    let (source, destination) = match &packet.body {
        Body::Datagram { source_name, destination_name, .. } => {
            let text = |of: &Option<Name>| of.as_ref().map(name).unwrap_or_default();
            (text(source_name), text(destination_name))
        }
        Body::Query { destination_name } => (String::new(), name(destination_name)),
        _ => Default::default(),
    };
    vec![hex(packet.msg_type.0), hex(packet.dgm_id), source, destination]
}

/// A NetBIOS name and its suffix, bytes that are no letters in angle brackets as well.
fn name(name: &Name) -> String {
    let [letters @ .., suffix] = &name.bytes;
    let end = letters.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    let mut text = String::new();
    for byte in letters.iter().take(end) {
        match byte {
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("<{byte:02x}>")),
        }
    }
    let scope = if name.scope.is_empty() { String::new() } else { format!(".{}", name.scope) };
    format!("{text}<{suffix:02x}>{scope}")
}

/// What a suffix stands for, in the words in which Wireshark adds it to the name of a record.
fn suffix(suffix: u8) -> &'static str {
    match suffix {
        0x00 | 0x02 => " (Workstation/Redirector)",
        0x01 => " (Browser)",
        0x03 => " (Messenger service/Main name)",
        0x05 => " (Forwarded name)",
        0x06 => " (RAS Server service)",
        0x1b => " (Domain Master Browser)",
        0x1c => " (Domain Controllers)",
        0x1d => " (Local Master Browser)",
        0x1e => " (Browser Election Service)",
        0x1f => " (Net DDE Service)",
        0x20 => " (Server service)",
        0x21 => " (RAS client service)",
        0xbe => " (Network Monitor Agent)",
        0xbf => " (Network Monitor Utility)",
        _ => "",
    }
}
