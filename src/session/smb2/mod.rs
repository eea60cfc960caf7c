//! SMB2 on one connection: its messages, translated into what they mean.

mod orphan;
mod requests;
mod responses;

use super::Content;
use super::context::{Context, NewOpen};
use super::event::{Direction, OpenId, OpenKind, SessionId, ShareKind, TreeId};
use super::exchange::{Exchanges, tell_encrypted};
use super::missing::Answered;
use super::out::Out;
use super::pdu::SmbCommand;
use super::request::RequestId;
use super::tables::Tables;
use crate::capture::Origin;
use crate::fscc::FileAttributes;
use crate::smb2::{Command, FileId, Header, HeaderFlags, compound, tree_connect};

#[derive(Debug, Default)]
pub(super) struct Smb2 {
    exchanges: Exchanges,
    client_guid: Option<uuid::Uuid>,
    negotiated: bool,
    server_is_samba: bool,
}

/// The messages before in one compound, which related ones refer to.
#[derive(Debug, Default, Clone, Copy)]
struct Chain {
    session: u64,
    tree: u32,
    file: Option<FileId>,
    /// The last request whose response gives a tree or a file.
    gives: Option<RequestId>,
}

impl Smb2 {
    /// True if what is in `head` is read from or written to a pipe, or may be.
    pub(super) fn is_pipe(&self, header: &Header, file: Option<FileId>, tables: &Tables) -> bool {
        let by_server = header.is_response();
        let tree = TreeId::Smb2 { session: header.session_id, tree: header.tree_id };
        let open = file.filter(|_| !by_server).map(|file| open_id(header.session_id, file));
        self.exchanges.may_be_pipe(by_server.then(|| id_of(header)), (tree, open), tables)
    }

    /// A frame that begins with an SMB2 header.
    pub(super) fn frame(
        &mut self,
        frame: &[u8],
        direction: Direction,
        damaged: bool,
        cx: &mut Context<'_>,
    ) -> Answered {
        let by_server = direction == Direction::ToClient;
        let mut answered = Answered::default();
        let mut chain = Chain::default();
        for message in compound(frame) {
            let message = match message {
                Ok(message) => message.sent_by_server(by_server),
                Err(error) => {
                    if !damaged {
                        cx.out.unreadable(error);
                    }
                    break;
                }
            };
            let command = SmbCommand::Smb2(message.header.command);
            let request = self.exchanges.requests.get(id_of(&message.header));
            let request = request.filter(|request| by_server && request.command() == command);
            cx.out.pdu_of(direction, request, Content::Smb2 { message: &message, damaged });
            if by_server {
                self.response(&message, damaged, &mut answered, &mut chain, cx);
            } else {
                answered.unread |= !self.request(&message, damaged, &mut chain, cx);
            }
            let session = SessionId::Smb2(message.header.session_id);
            if !self.exchanges.is_signed(session) && self.is_signed_by_user(&message.header) {
                self.exchanges.signed(session, cx);
            }
        }
        answered
    }

    /// True if a message bears a signature that only a user's key can make. Samba has a key for anonymous sessions too,
    /// but does not sign the response that sets them up; its SessionIds have 32 bits.
    fn is_signed_by_user(&self, header: &Header) -> bool {
        let signed = header.flags.contains(HeaderFlags::SIGNED) && header.signature != [0; 16];
        let set_up = header.command == Command::SESSION_SETUP && header.is_response();
        let samba = if self.negotiated { self.server_is_samba } else { header.session_id <= u32::MAX.into() };
        signed && (set_up || !samba)
    }

    /// A frame whose messages are encrypted for a session.
    pub(super) fn encrypted(&mut self, session: u64, cx: &mut Context<'_>) {
        let session = SessionId::Smb2(session);
        if self.exchanges.begins_encryption(session, cx) {
            self.exchanges.ensure_session(session, cx);
            tell_encrypted(session, cx);
        }
        cx.session_used(session, Some(cx.out.at));
    }

    pub(super) fn responses_lost(&mut self, out: &mut Out<'_>) {
        self.exchanges.responses_lost(out);
    }

    pub(super) fn tell_unanswered(&self, server_last: Option<Origin>, cx: &mut Context<'_>) {
        self.exchanges.tell_unanswered(server_last, cx);
    }

    pub(super) fn tell_waiting(&mut self, server_last: Option<Origin>, cx: &mut Context<'_>) {
        self.exchanges.tell_waiting(server_last, cx);
    }
}

const fn id_of(header: &Header) -> RequestId {
    RequestId(header.message_id)
}

const fn open_id(session: u64, file: FileId) -> OpenId {
    OpenId::Smb2 { session, persistent: file.persistent, volatile: file.volatile }
}

/// What a response to CREATE granted.
fn created(session: SessionId, tree: TreeId, file: FileId, name: Option<String>, directory: bool) -> NewOpen {
    let kind = if directory { OpenKind::Directory } else { OpenKind::Unknown };
    let open = open_id(session.as_raw(), file);
    NewOpen { session, tree, open, name, kind, response_seen: true }
}

/// True for attributes that nothing in `IPC$` has: a pipe has none, or is normal, and the root is a directory.
fn is_of_file(attributes: FileAttributes, name: Option<&str>) -> bool {
    let named = name.is_some_and(|name| !name.is_empty());
    let others = FileAttributes::NORMAL | FileAttributes::DIRECTORY;
    !others.contains(attributes) || (named && attributes.contains(FileAttributes::DIRECTORY))
}

/// True for commands that servers honour for files only.
const fn is_of_files(command: Command) -> bool {
    matches!(command, Command::LOCK | Command::OPLOCK_BREAK)
}

/// True for commands that servers honour for directories only. The root of `IPC$` is one, and has no name.
const fn is_of_directories(command: Command) -> bool {
    matches!(command, Command::QUERY_DIRECTORY | Command::CHANGE_NOTIFY)
}

const fn share_kind(share: tree_connect::ShareType) -> ShareKind {
    match share {
        tree_connect::ShareType::DISK => ShareKind::Disk,
        tree_connect::ShareType::PIPE => ShareKind::Pipe,
        tree_connect::ShareType::PRINT => ShareKind::Print,
        _ => ShareKind::Unknown,
    }
}
