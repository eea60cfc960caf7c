//! What a server lists in answers of srvsvc: its shares, and itself.

use super::event::{Notice, ShareKind, Told};
use super::out::Out;
use crate::dcerpc::ndr::Encoding;
use crate::interface;
use crate::rap::{MAJOR_VERSION, ServerType};

/// Tells of the shares or the server in an answer, if it lists any.
pub(super) fn tell(opnum: u16, stub: &[u8], encoding: Encoding, out: &mut Out<'_>) {
    let by = interface::SRVSVC.name;
    for share in interface::shares(opnum, stub, encoding) {
        out.tell(Notice::Share {
            name: share.name.to_string(),
            share: ShareKind::of_type(share.share_type),
            remark: share.remark.map(|remark| remark.to_string()),
            by,
        });
    }
    if let Some(server) = interface::server(opnum, stub, encoding) {
        out.tell(Notice::Computer(Told {
            name: server.name.to_string(),
            address: Some(out.ends.server.host()),
            server_type: ServerType::from_bits_retain(server.server_type),
            version: (server.version_major & MAJOR_VERSION, server.version_minor),
            users: server.users,
            comment: server.comment.map(|comment| comment.to_string()),
            by,
        }));
    }
}
