//! A response whose request is missing.

use super::{Chain, Smb2, created, is_of_file, is_of_files, open_id, share_kind};
use crate::session::context::Context;
use crate::session::event::{CloseReason, SessionId, TreeEvent, TreeId};
use crate::session::exchange::is_honoured;
use crate::session::tables::OpenState;
use crate::smb2::{Command, Message, create, ioctl, read, tree_connect};
use crate::wire::{Status, widen};

impl Smb2 {
    /// A response whose request is missing: what ended or began, as far as the response alone shows.
    pub(super) fn orphan(&mut self, message: &Message<'_>, chain: &mut Chain, cx: &mut Context<'_>) {
        let header = &message.header;
        let status = Status::Nt(header.status());
        let session = SessionId::Smb2(header.session_id);
        match header.command {
            Command::NEGOTIATE if status.is_success() => {
                let _ = self.negotiated(message, cx);
                return;
            }
            Command::NEGOTIATE if status.is_refusal() => return cx.negotiate_refused(status),
            Command::SESSION_SETUP => {
                let set_up = self.exchanges.setup(session);
                return self.session_setup_answered(message, session, status, set_up, cx);
            }
            _ => {}
        }
        if status.is_session_gone() {
            cx.close_session(session, CloseReason::ServerDeniesIt);
        }
        // A response that nobody asked for says nothing.
        if cx.requests_missing_since.is_none() {
            return;
        }
        if status.is_refusal() && header.command == Command::TREE_CONNECT {
            cx.out.tell(TreeEvent::Refused { session, path: None, status });
        }
        if !is_honoured(status) || header.session_id == 0 || header.command == Command::ECHO {
            return;
        }
        self.exchanges.ensure_session(session, cx);
        cx.session_used(session, Some(cx.out.at));
        self.orphan_honoured(message, chain, cx);
    }

    fn orphan_honoured(&mut self, message: &Message<'_>, chain: &mut Chain, cx: &mut Context<'_>) {
        let header = &message.header;
        let session = SessionId::Smb2(header.session_id);
        // An asynchronous response does not name its tree.
        let named = TreeId::Smb2 { session: header.session_id, tree: header.tree_id };
        let tree = if header.is_async() { cx.tables.only_tree(session) } else { Some(named) };
        if header.command == Command::CLOSE {
            let of = |open: &OpenState| open.session == session && tree.is_none_or(|tree| open.tree == tree);
            return cx.closed_one(session, tree.unwrap_or(named), of);
        }
        let Some(tree) = tree else { return };
        match header.command {
            Command::TREE_CONNECT => {
                if let Ok(response) = tree_connect::Response::parse(message) {
                    cx.connected(session, tree, None, share_kind(response.share_type), true);
                }
            }
            Command::TREE_DISCONNECT => cx.close_tree(tree, CloseReason::OwnClose),
            Command::LOGOFF => cx.close_session(session, CloseReason::OwnClose),
            Command::CREATE => {
                if let Ok(response) = create::Response::parse(message) {
                    let directory = response.file_attributes.contains(create::FileAttributes::DIRECTORY);
                    chain.file = Some(response.file_id);
                    let new = created(session, tree, response.file_id, None, directory);
                    self.exchanges.opened(new, session, false, cx);
                    if is_of_file(response.file_attributes, None) {
                        self.exchanges.shows_disk(tree, session, cx);
                    }
                }
            }
            Command::IOCTL => {
                let Ok(response) = ioctl::Response::parse(message) else { return };
                if response.ctl_code != ioctl::FsctlCode::PIPE_TRANSCEIVE {
                    return;
                }
                let open = open_id(header.session_id, response.file_id);
                self.exchanges.ensure_open(open, session, tree, cx);
                let whole = response.output.len() == widen(response.output_count);
                cx.open_used(open, Some(cx.out.at));
                cx.read_pipe(Some(open), response.output, whole);
            }
            command if is_of_files(command) => self.exchanges.shows_disk(tree, session, cx),
            Command::READ => {
                let Ok(response) = read::Response::parse(message) else { return };
                let whole = response.data.len() == widen(response.data_length);
                cx.read_unnamed_pipe(session, tree, response.data, whole);
            }
            _ => {}
        }
    }
}
