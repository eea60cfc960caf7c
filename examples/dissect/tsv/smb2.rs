//! SMB2: one row a message.

use smbscope::fscc::{FileInformation, fsctl};
use smbscope::smb2::transform::{Compressed, Encrypted};
use smbscope::smb2::{Asked, Body, FileId, HeaderFlags, Information, Message, oplock_break};

use super::{hex, list, ntlm};

/// What a message has in its body, each column empty if it has none.
#[derive(Default)]
struct Columns {
    files: Vec<FileId>,
    name: String,
    share_type: String,
    session_flags: String,
    dialect: String,
    control_code: String,
    security_mode: String,
    previous_session: String,
    ntlm: String,
}

pub(super) fn columns(message: &Message<'_>) -> Vec<String> {
    let header = &message.header;
    // As the flag says, which is what the column is of.
    let response = header.flags.contains(HeaderFlags::SERVER_TO_REDIR);
    let status = if response { hex(header.status) } else { format!("cs:{}", header.channel_sequence()) };
    let tree = if header.is_async() { format!("async:{:#x}", header.async_id) } else { hex(header.tree_id) };
    let body = Body::parse(message, Asked::Unknown).map(|body| of_body(&body)).unwrap_or_default();
    vec![
        u8::from(response).to_string(),
        header.command.0.to_string(),
        status,
        hex(header.flags.bits()),
        header.message_id.to_string(),
        tree,
        hex(header.session_id),
        header.credits.to_string(),
        hex(header.next_command),
        list(body.files.into_iter().map(file_id)),
        body.name,
        body.share_type,
        body.session_flags,
        body.dialect,
        body.control_code,
        body.security_mode,
        body.previous_session,
        body.ntlm,
    ]
}

fn of_body(body: &Body<'_>) -> Columns {
    let mut columns = Columns::default();
    match body {
        Body::NegotiateRequest(request) => {
            columns.dialect = list(request.dialects().map(|dialect| format!("{:#06x}", dialect.0)));
            columns.security_mode = hex(request.security_mode.bits());
        }
        Body::NegotiateResponse(response) => {
            columns.dialect = format!("{:#06x}", response.dialect.0);
            columns.security_mode = hex(response.security_mode.bits());
            columns.ntlm = ntlm(response.security_buffer);
        }
        Body::SessionSetupRequest(request) => {
            columns.security_mode = hex(request.security_mode.bits());
            columns.previous_session = hex(request.previous_session_id);
            columns.ntlm = ntlm(request.security_buffer);
        }
        Body::SessionSetupResponse(response) => {
            columns.session_flags = hex(response.session_flags.bits());
            columns.ntlm = ntlm(response.security_buffer);
        }
        Body::TreeConnectRequest(request) => columns.name = request.path.to_string(),
        Body::TreeConnectResponse(response) => columns.share_type = hex(response.share_type.0),
        Body::CreateRequest(request) => {
            columns.name = request.name.to_string();
            let contexts = request.contexts.iter().flatten();
            columns.files.extend(contexts.filter_map(|context| context.data.file_id()));
        }
        Body::CreateResponse(response) => columns.files.push(response.file_id),
        Body::CloseRequest(request) => columns.files.push(request.file_id),
        Body::FlushRequest(request) => columns.files.push(request.file_id),
        Body::ReadRequest(request) => columns.files.push(request.file_id),
        Body::WriteRequest(request) => columns.files.push(request.file_id),
        Body::LockRequest(request) => columns.files.push(request.file_id),
        Body::QueryDirectoryRequest(request) => columns.files.push(request.file_id),
        Body::ChangeNotifyRequest(request) => columns.files.push(request.file_id),
        Body::QueryInfoRequest(request) => columns.files.push(request.file_id),
        Body::SetInfoRequest { request, information } => {
            columns.files.push(request.file_id);
            if let Information::File(FileInformation::Rename(rename)) = information {
                columns.name = rename.file_name.to_string();
            }
        }
        Body::IoctlRequest { request, input } => {
            columns.files.push(request.file_id);
            columns.control_code = hex(request.ctl_code.0);
            if let fsctl::Input::ValidateNegotiate { security_mode, dialects, .. } = input {
                columns.security_mode = hex(*security_mode);
                let dialects =
                    dialects.chunks_exact(2).map(|dialect| u16::from_le_bytes([dialect[0], dialect[1]]));
                columns.dialect = list(dialects.map(|dialect| format!("{dialect:#06x}")));
            }
        }
        Body::IoctlResponse { response, output } => {
            columns.files.push(response.file_id);
            columns.control_code = hex(response.ctl_code.0);
            if let fsctl::Output::ValidateNegotiate { security_mode, dialect, .. } = output {
                columns.security_mode = hex(*security_mode);
                columns.dialect = format!("{dialect:#06x}");
            }
        }
        Body::OplockBreak(oplock_break::Break::Oplock { file_id, .. }) => columns.files.push(*file_id),
        _ => {}
    }
    columns
}

/// A FileId as a GUID, which it is none of.
fn file_id(id: FileId) -> String {
    let mut bytes = [0; 16];
    let (persistent, volatile) = bytes.split_at_mut(8);
    persistent.copy_from_slice(&id.persistent.to_le_bytes());
    volatile.copy_from_slice(&id.volatile.to_le_bytes());
    uuid::Uuid::from_bytes_le(bytes).to_string()
}

pub(super) fn encrypted(header: &Encrypted) -> Vec<String> {
    vec![
        "0xfd534d42".to_owned(),
        hex(header.session_id),
        header.original_message_size.to_string(),
        format!("{:#06x}", header.flags),
        String::new(),
    ]
}

pub(super) fn compressed(header: &Compressed<'_>) -> Vec<String> {
    let algorithm = format!("{:#06x}", header.algorithm.0);
    vec!["0xfc534d42".to_owned(), String::new(), String::new(), String::new(), algorithm]
}
