//! One line a PDU, for people.

use serde_json::{Map, Value};
use smbscope::dcerpc::{Body, SyntaxId};
use smbscope::dissect::{Dissection, Message, Rpc};
use smbscope::finding::Plain;
use smbscope::netbios::nbipx;
use smbscope::session::Pdu;

use super::json;

/// The fields worth a place on the line.
const TOLD: [&str; 45] = [
    "message_type",
    "dialect",
    "account",
    "user",
    "domain",
    "workstation",
    "path",
    "name",
    "file_name",
    "new_path",
    "service",
    "share_type",
    "ctl_code",
    "function_code",
    "info_type",
    "file_info_class",
    "file_information_class",
    "information_level",
    "pattern",
    "server_name",
    "source_name",
    "destination_name",
    "requested_name",
    "computer_name",
    "mailslot_name",
    "unicode_user_name",
    "unicode_logon_server",
    "primary_dc_name",
    "dns_host_name",
    "question_name",
    "rr_name",
    "nb_address",
    "called",
    "calling",
    "comment",
    "fid",
    "file_id",
    "offset",
    "length",
    "data_length",
    "count",
    "search_count",
    "session_flags",
    "call_id",
    "native_os",
];

/// The longest line of fields, in characters.
const WIDTH: usize = 160;

/// The line of a PDU.
pub(crate) fn row(pdu: &Pdu<'_>, dissection: &Dissection<'_>) -> String {
    let object = json::object(pdu, dissection);
    let time = pdu.at.time.to_string();
    let time = time.get(11..26).unwrap_or(&time);
    let kind = Dissection::kind(&pdu.content);
    let ends = format!("{} -> {}", pdu.source, pdu.destination);
    let mut line = format!("{:>6} {time} {ends} {kind:<5} {}", pdu.at.frame, title(dissection));
    let mut told = Vec::new();
    match object.get("args") {
        Some(Value::Object(arguments)) => collect_all(arguments, &mut told),
        _ => collect(&object, &mut told),
    }
    let mut length = 0;
    for (key, value) in told {
        length += key.len() + value.chars().count() + 2;
        if length > WIDTH {
            line.push_str(", …");
            break;
        }
        line.push_str(&format!(", {key}: {value}"));
    }
    for anomaly in dissection.anomalies.iter() {
        line.push_str(&format!(" [{anomaly}]"));
    }
    line
}

/// What the PDU is.
fn title(dissection: &Dissection<'_>) -> String {
    let way = |response: bool| if response { "response" } else { "request" };
    match &dissection.message {
        None => "unreadable".to_owned(),
        Some(Message::Session { packet_type, .. }) => packet_type.to_string(),
        Some(Message::NameService(packet)) => format!("{} {}", packet.opcode, way(packet.is_response())),
        Some(Message::DatagramService(packet)) => packet.msg_type.to_string(),
        Some(Message::Llc { frame, .. }) => {
            frame.as_ref().map_or_else(|| "LLC".to_owned(), |frame| frame.command.to_string())
        }
        Some(Message::NetBiosIpx(nbipx::Packet::NetBios { packet_type, .. })) => packet_type.to_string(),
        Some(Message::NetBiosIpx(nbipx::Packet::Management { opcode, .. })) => opcode.to_string(),
        Some(Message::Smb1(message)) => {
            let commands: Vec<_> = message.commands.iter().map(|one| one.command.to_string()).collect();
            let name = commands.join("+").replace("SMB_COM_", "");
            let name = if name.is_empty() { message.header.command.to_string() } else { name };
            let failed = message.header.is_response() && !message.header.status.is_success();
            let status = if failed { format!(" {}", message.header.status) } else { String::new() };
            format!("{name} {}{status}", way(message.header.is_response()))
        }
        Some(Message::Raw { command, .. }) => {
            format!("{} data", command.to_string().replace("SMB_COM_", ""))
        }
        Some(Message::Smb2 { header, .. }) => {
            let failed = header.is_response() && header.status != 0;
            let status = if failed { format!(" {}", header.status()) } else { String::new() };
            format!("{} {}{status}", header.command, way(header.is_response()))
        }
        Some(Message::Encrypted(_)) => "encrypted".to_owned(),
        Some(Message::Compressed(header)) => format!("compressed {}", header.algorithm),
        Some(Message::Rpc(rpc)) => rpc_title(rpc),
        Some(Message::RpcDatagram { pdu, .. }) => pdu.header.ptype.to_string(),
        Some(_) => String::new(),
    }
}

/// A PDU of RPC: which interfaces are bound and whether they were taken, or which procedure is called or answers.
fn rpc_title(rpc: &Rpc<'_>) -> String {
    let kind = rpc.pdu.header.kind.to_string();
    let what = match &rpc.pdu.body {
        Body::Bind(bind) | Body::AlterContext(bind) => {
            let names = bind.contexts().map(|context| {
                let SyntaxId { uuid, version, minor, .. } = context.abstract_syntax;
                let name = smbscope::interface::name_or_uuid(&uuid);
                format!("{name} {version}.{minor}")
            });
            let mut names: Vec<_> = names.collect();
            names.dedup();
            names.join(", ")
        }
        Body::BindAck(ack) | Body::AlterContextResponse(ack) => {
            ack.results().map(|result| result.result.to_string()).collect::<Vec<_>>().join(", ")
        }
        Body::Fault(fault) => format!("{} {}", called(rpc), fault.status),
        Body::Request(_) | Body::Response(_) => called(rpc),
        _ => String::new(),
    };
    if what.is_empty() { kind } else { format!("{kind} {what}") }
}

fn called(rpc: &Rpc<'_>) -> String {
    let interface = rpc.interface.as_deref().unwrap_or("unknown interface");
    match (rpc.procedure, rpc.opnum) {
        (Some(procedure), _) => format!("{interface} {procedure}"),
        (None, Some(opnum)) => format!("{interface} opnum {opnum}"),
        (None, None) => interface.to_owned(),
    }
}

/// The fields that are told, as they are met; each name once.
fn collect(object: &Map<String, Value>, told: &mut Vec<(String, String)>) {
    for (key, value) in object {
        match value {
            Value::Object(inner) => collect(inner, told),
            Value::Array(items) => {
                items.iter().take(8).filter_map(Value::as_object).for_each(|inner| collect(inner, told));
            }
            Value::String(text) if TOLD.contains(&key.as_str()) && !text.is_empty() => {
                add(key, printable(text), told);
            }
            Value::Number(number) if TOLD.contains(&key.as_str()) => add(key, number.to_string(), told),
            _ => {}
        }
    }
}

/// All arguments of a call, numbers by their names where they have some.
fn collect_all(object: &Map<String, Value>, told: &mut Vec<(String, String)>) {
    for (key, value) in object {
        let name = object.get(&format!("{key}_name"));
        let is_name = key.strip_suffix("_name").is_some_and(|key| object.contains_key(key));
        match name.unwrap_or(value) {
            _ if is_name => {}
            Value::Object(inner) => collect_all(inner, told),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().filter_map(Value::as_object).take(8).for_each(|inner| collect_all(inner, told));
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().take(8).filter_map(Value::as_str).map(printable).collect();
                told.push((key.clone(), items.join(", ")));
            }
            Value::String(text) => told.push((key.clone(), printable(text))),
            Value::Null => {}
            other => told.push((key.clone(), other.to_string())),
        }
    }
}

fn add(key: &str, value: String, told: &mut Vec<(String, String)>) {
    if !told.iter().any(|(known, _)| known == key) {
        told.push((key.to_owned(), value));
    }
}

/// Names come from the wire: nothing of them may steer a terminal.
fn printable(text: &str) -> String {
    Plain::whole(text).to_string()
}
