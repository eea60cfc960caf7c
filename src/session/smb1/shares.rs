//! Shares that a server lists in answers of the remote administration protocol.

use crate::rap::{self, descriptor::Value};
use crate::session::event::{Notice, ShareKind};
use crate::session::here::Here;
use crate::smb1::transaction;

/// Tells of the shares in the answer of `NetShareEnum` (\[MS-RAP\] 2.5.6), if it is one.
pub(super) fn tell(asked: &rap::Asked, answer: &transaction::Response<'_>, here: &mut Here<'_>) {
    const NET_SHARE_ENUM: u16 = 0;
    let parsed = rap::Response::parse(asked, answer.parameters.bytes, answer.data.bytes);
    let Some(answer) = parsed.ok().filter(|_| asked.opcode == NET_SHARE_ENUM) else { return };
    for entry in answer.entries() {
        let (mut name, mut kind, mut remark) = (None, ShareKind::Unknown, None);
        for field in entry.fields().flatten() {
            match (field.name, field.value) {
                (Some("NetworkName"), Value::Text(text)) => name = Some(crate::wire::ascii(text)),
                (Some("Remark"), Value::Text(text)) => remark = Some(crate::wire::ascii(text)),
                (Some("Type"), Value::Number(number)) => kind = ShareKind::of_type(number),
                _ => {}
            }
        }
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            here.out.tell(Notice::Share { name, share: kind, remark, by: "rap" });
        }
    }
}
