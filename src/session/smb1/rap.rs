//! What a server lists in responses of the remote administration protocol: its shares, and the computers it knows.

use crate::rap::descriptor::Value;
use crate::rap::{self, Entry, MAJOR_VERSION, ServerType};
use crate::session::context::Context;
use crate::session::event::{Notice, ShareKind, Told};

/// NetShareEnum (\[MS-RAP\] 2.5.6), NetServerEnum2 and NetServerEnum3 (2.5.5).
const NET_SHARE_ENUM: u16 = 0;
const NET_SERVER_ENUM: [u16; 2] = [104, 215];

/// Tells of the shares or the computers in a response, if it lists any.
pub(super) fn tell_listed(asked: &rap::Asked, parameters: &[u8], data: &[u8], cx: &mut Context<'_>) {
    let notice = match asked.opcode {
        NET_SHARE_ENUM => share,
        opcode if NET_SERVER_ENUM.contains(&opcode) => computer,
        _ => return,
    };
    let parsed = rap::Response::parse(asked, parameters, data);
    for entry in parsed.iter().flat_map(rap::Response::entries) {
        if let Some(notice) = notice(&entry) {
            cx.out.tell(notice);
        }
    }
}

fn share(entry: &Entry<'_>) -> Option<Notice> {
    let (mut name, mut kind, mut remark) = (None, ShareKind::Unknown, None);
    for field in entry.fields().flatten() {
        match (field.name, field.value) {
            (Some("NetworkName"), Value::Text(text)) => name = Some(crate::wire::ascii(text)),
            (Some("Remark"), Value::Text(text)) => remark = Some(crate::wire::ascii(text)),
            (Some("Type"), Value::Number(number)) => kind = ShareKind::of_type(number),
            _ => {}
        }
    }
    let name = name.filter(|name| !name.is_empty())?;
    Some(Notice::Share { name, share: kind, remark, by: "rap" })
}

fn computer(entry: &Entry<'_>) -> Option<Notice> {
    let (mut name, mut kind, mut comment) = (None, ServerType::empty(), None);
    let mut version = (0, 0);
    for field in entry.fields().flatten() {
        match (field.name, field.value) {
            (Some("MajorVersion"), Value::Number(number)) => version.0 = number & MAJOR_VERSION,
            (Some("MinorVersion"), Value::Number(number)) => version.1 = number,
            (Some("ServerName"), Value::Text(text)) => name = Some(crate::wire::ascii(text)),
            (Some("ServerComment"), Value::Text(text)) => comment = Some(crate::wire::ascii(text)),
            (Some("ServerType"), Value::Number(number)) => kind = ServerType::from_bits_retain(number),
            _ => {}
        }
    }
    let name = name.filter(|name| !name.is_empty() && !kind.contains(ServerType::DOMAIN_ENUM))?;
    let (address, server_type, users, by) = (None, kind, None, "server_enum");
    Some(Notice::Computer(Told { name, address, server_type, version, users, comment, by }))
}
