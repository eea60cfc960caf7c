//! What was granted or ended though the messages that did so are missing.

use super::{Chain, Pending, Smb2, What, created, is_of_file, open_id, share_kind};
use crate::auth::identify_unanswered;
use crate::session::event::{CloseReason, OpenId, SessionEvent, SessionId, ShareKind, TreeEvent, TreeId};
use crate::session::here::{Here, NewOpen};
use crate::session::is_ipc;
use crate::session::tables::TreeState;
use crate::smb2::{Command, FileId, Message, create, ioctl, read, tree_connect};
use crate::wire::{NtStatus, Status};

impl Smb2 {
    /// A session is used: if its set-up was under way and the last answer is missing, it was granted.
    pub(super) fn ensure_session(&mut self, session: u64, here: &mut Here<'_>) {
        let id = SessionId::Smb2(session);
        if session == 0 {
            return;
        }
        if here.tables.sessions.contains_key(&id) {
            // It was being set up anew, and the answer is missing: it may be either's.
            if !self.setups.is_empty() && self.setups.remove(&session).is_some_and(|set_up| !set_up.binding) {
                here.reauthenticated_unseen(id);
            }
            return;
        }
        match self.setups.remove(&session).filter(|set_up| set_up.credentials.is_some()) {
            Some(set_up) if !set_up.binding => {
                let identity = identify_unanswered(set_up.credentials.as_ref());
                here.tables.add_session(id, Some(&identity), here.limits, &mut here.out);
                let previous = set_up.previous.map(SessionId::Smb2);
                here.out.tell(SessionEvent::SetUp {
                    session: id,
                    identity,
                    answer_seen: false,
                    previous,
                    vc_zero: false,
                });
            }
            _ => here.tables.ensure_session(id, here.limits, &mut here.out),
        }
    }

    /// An open is used: if its create has no answer yet, that is missing and this is what it granted.
    pub(super) fn ensure_open(&mut self, open: OpenId, session: u64, tree: u32, here: &mut Here<'_>) {
        if here.tables.opens.contains_key(&open) {
            return;
        }
        let OpenId::Smb2 { persistent, volatile, .. } = open else { return };
        self.ensure_session(session, here);
        let tree_id = TreeId::Smb2 { session, tree };
        if !here.tables.trees.contains_key(&tree_id) {
            let connect = self
                .adopt(|pending| pending.session == session && matches!(pending.what, What::TreeConnect(_)));
            if let Some(What::TreeConnect(path)) = connect {
                let share =
                    if path.as_deref().is_some_and(is_ipc) { ShareKind::Pipe } else { ShareKind::Unknown };
                let id = SessionId::Smb2(session);
                here.tables.add_tree(tree_id, TreeState { session: id, share }, here.limits, &mut here.out);
                here.out.tell(TreeEvent::Connected {
                    session: id,
                    tree: tree_id,
                    path,
                    share,
                    answer_seen: false,
                });
            }
        }
        let create = self.adopt(|pending| {
            pending.session == session && pending.tree == tree && matches!(pending.what, What::Create { .. })
        });
        let (name, directory) = match create {
            Some(What::Create { name, directory }) => (name, directory),
            _ => (None, false),
        };
        let file = FileId { persistent, volatile };
        here.opened(NewOpen { answer_seen: false, ..created(session, tree_id, file, name, directory) });
    }

    /// Takes the oldest request of its kind that has no answer.
    pub(super) fn adopt(&mut self, is_it: impl Fn(&Pending) -> bool) -> Option<What> {
        let id = self.pending.iter().filter(|(_, pending)| is_it(pending)).map(|(id, _)| *id).min()?;
        self.pending.remove(&id).map(|pending| pending.what)
    }

    /// An answer whose request is missing: what ended or began, as far as the answer alone shows.
    pub(super) fn orphan(&mut self, message: &Message<'_>, chain: &mut Chain, here: &mut Here<'_>) {
        let header = &message.header;
        let status = Status::Nt(header.status());
        let session = header.session_id;
        let id = SessionId::Smb2(session);
        // An asynchronous answer does not name its tree.
        let named = TreeId::Smb2 { session, tree: header.tree_id };
        let tree = if header.is_async() { here.tables.only_tree(id) } else { Some(named) };
        if header.command == Command::NEGOTIATE && status.is_success() {
            let _ = self.negotiated(message.bytes, here);
            return;
        }
        if header.command == Command::SESSION_SETUP {
            let known = self.setups.get(&session).cloned().unwrap_or_default();
            let set_up = super::SetUp { seen: false, ..known };
            let _ = self.session_setup_answered(message, session, status, set_up, here);
            return;
        }
        if status.is_session_gone() && header.status() != NtStatus::NETWORK_SESSION_EXPIRED {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        if !(status.is_success() || status.is_more_data()) || session == 0 || header.command == Command::ECHO
        {
            return;
        }
        // A response that nobody asked for says nothing.
        if !here.requests_missing {
            return;
        }
        self.ensure_session(session, here);
        here.tables.session_used(id, Some(here.out.at), here.out.at);
        if header.command == Command::CLOSE {
            return here.tables.close_one(
                |open| open.session == id && tree.is_none_or(|tree| open.tree == tree),
                &mut here.out,
            );
        }
        let Some(tree @ TreeId::Smb2 { tree: tree_number, .. }) = tree else { return };
        match header.command {
            Command::TREE_CONNECT => {
                if let Ok(response) = tree_connect::Response::parse(message.bytes) {
                    let share = share_kind(response.share_type);
                    here.tables.add_tree(tree, TreeState { session: id, share }, here.limits, &mut here.out);
                    let event =
                        TreeEvent::Connected { session: id, tree, path: None, share, answer_seen: true };
                    here.out.tell(event);
                }
            }
            Command::TREE_DISCONNECT => here.tables.close_tree(tree, CloseReason::OwnClose, &mut here.out),
            Command::LOGOFF => here.tables.close_session(id, CloseReason::OwnClose, &mut here.out),
            Command::CREATE => {
                if let Ok(response) = create::Response::parse(message.bytes) {
                    let directory = response.file_attributes.contains(create::FileAttributes::DIRECTORY);
                    let file = response.file_id;
                    chain.file = Some(file);
                    here.opened(created(session, tree, file, None, directory));
                    if directory || is_of_file(response.file_attributes) {
                        here.tables.shows_disk(tree, &mut here.out);
                    }
                }
            }
            Command::IOCTL => {
                let Ok(response) = ioctl::Response::parse(message.bytes) else { return };
                if response.ctl_code != ioctl::FsctlCode::PIPE_TRANSCEIVE {
                    return;
                }
                let open = open_id(session, response.file_id);
                self.ensure_open(open, session, tree_number, here);
                let whole = response.output.len() == crate::wire::widen(response.output_count);
                here.tables.open_used(open, Some(here.out.at), here.out.at);
                here.read_pipe(Some(open), response.output, whole);
            }
            Command::QUERY_DIRECTORY | Command::LOCK => here.tables.shows_disk(tree, &mut here.out),
            Command::READ => {
                let Ok(response) = read::Response::parse(message.bytes) else { return };
                if let Some(open) = here.tables.pipe_awaiting(tree, response.data, &mut here.out) {
                    let whole = response.data.len() == crate::wire::widen(response.data_length);
                    here.read_pipe(Some(open), response.data, whole);
                }
            }
            _ => {}
        }
    }
}
