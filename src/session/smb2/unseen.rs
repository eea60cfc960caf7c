//! What was granted or ended though the messages that did so are missing.

use super::{Chain, Pending, Smb2, What, created, is_of_file, open_id, share_kind};
use crate::auth::identify_unanswered;
use crate::capture::Origin;
use crate::session::event::{CloseReason, OpenId, SessionEvent, SessionId, ShareKind, TreeEvent, TreeId};
use crate::session::here::{Here, NewOpen};
use crate::session::is_ipc;
use crate::session::tables::{OpenState, TreeState};
use crate::smb2::{Command, FileId, Message, create, ioctl, read, tree_connect};
use crate::wire::Status;

impl Smb2 {
    /// A session is used: if its set-up was under way and the last answer is missing, it was granted.
    pub(super) fn ensure_session(&mut self, session: u64, here: &mut Here<'_>) {
        let id = SessionId::Smb2(session);
        if session == 0 || here.tables.sessions.contains_key(&id) {
            return;
        }
        self.signed = None;
        let under_way = self.setups.remove(&session);
        let asked = under_way.as_ref().and_then(|set_up| set_up.sent);
        // Without credentials it still tells which session it replaces.
        match under_way.filter(|set_up| set_up.credentials.is_some() || set_up.previous.is_some()) {
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
        here.may_have_held(id, asked);
        // What it asked to open before it was known.
        let asked = self.pending.values_mut().filter(|pending| pending.session == session);
        asked.for_each(|pending| pending.hold(here));
    }

    /// A request of `sent` is honoured for a session. If that was being set up anew before, and the answer is missing, it
    /// may be either's.
    pub(super) fn note_set_up_anew(&mut self, session: u64, sent: Origin, here: &mut Here<'_>) {
        let set_up = self.setups.get(&session).filter(|set_up| !set_up.binding);
        let Some(begun) = set_up.and_then(|set_up| {
            // Its last request may be missing too.
            set_up.sent.or(set_up.asked_more.filter(|_| here.unseen_since.is_some()))
        }) else {
            return;
        };
        if begun >= sent {
            return;
        }
        let set_up = |pending: &Pending| matches!(pending.what, What::SessionSetup(_));
        let of_session = |pending: &&Pending| pending.session == session && set_up(pending);
        if self.pending.values().filter(of_session).all(|pending| pending.answer_lost) {
            self.setups.remove(&session);
            here.reauthenticated_unseen(SessionId::Smb2(session), begun);
        }
    }

    /// A tree is used: if its connect has no answer yet, that is missing and this is what it granted.
    pub(super) fn ensure_tree(&mut self, session: u64, tree: u32, here: &mut Here<'_>) {
        let (id, tree) = (SessionId::Smb2(session), TreeId::Smb2 { session, tree });
        if here.tables.trees.contains_key(&tree) {
            return;
        }
        let is_connect =
            |pending: &Pending| pending.session == session && matches!(pending.what, What::TreeConnect(_));
        // Of several, nobody can say which.
        if self.pending.values().filter(|pending| is_connect(pending)).nth(1).is_some() {
            return;
        }
        if let Some(What::TreeConnect(path)) = self.adopt(is_connect, here) {
            let ipc = path.as_deref().is_some_and(is_ipc);
            let share = if ipc { ShareKind::Pipe } else { ShareKind::Unknown };
            here.tables.add_tree(tree, TreeState::new(id, share), here.limits, &mut here.out);
            here.out.tell(TreeEvent::Connected { session: id, tree, path, share, answer_seen: false });
        }
    }

    /// What is done in a tree shows that it is a disk share.
    pub(super) fn shows_disk(&mut self, session: u64, tree: u32, here: &mut Here<'_>) {
        let (id, of) = (TreeId::Smb2 { session, tree }, SessionId::Smb2(session));
        if here.tables.share(id) == ShareKind::Unknown {
            self.ensure_tree(session, tree, here);
            here.tables.ensure_tree(id, of, here.limits, &mut here.out);
            here.tables.shows_disk(id, &mut here.out);
        }
    }

    /// An open is used: if its create has no answer yet, that is missing and this is what it granted.
    pub(super) fn ensure_open(&mut self, open: OpenId, session: u64, tree: u32, here: &mut Here<'_>) {
        if here.tables.opens.contains_key(&open) {
            return;
        }
        let OpenId::Smb2 { persistent, volatile, .. } = open else { return };
        self.ensure_session(session, here);
        self.ensure_tree(session, tree, here);
        let is_create = |pending: &Pending| {
            pending.session == session && pending.tree == tree && matches!(pending.what, What::Create { .. })
        };
        let (name, directory) = match self.adopt(is_create, here) {
            Some(What::Create { name, directory, .. }) => (name, directory),
            _ => {
                here.opened_unseen(SessionId::Smb2(session), TreeId::Smb2 { session, tree });
                (None, false)
            }
        };
        let (tree, file) = (TreeId::Smb2 { session, tree }, FileId { persistent, volatile });
        here.opened(NewOpen { answer_seen: false, ..created(session, tree, file, name, directory) });
    }

    /// Takes the oldest request of its kind that has no answer.
    fn adopt(&mut self, is_it: impl Fn(&Pending) -> bool, here: &mut Here<'_>) -> Option<What> {
        let id = self.pending.iter().filter(|(_, pending)| is_it(pending)).map(|(id, _)| *id).min()?;
        let mut pending = self.pending.remove(&id)?;
        pending.let_go(false, here);
        Some(pending.what)
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
        if header.command == Command::NEGOTIATE && status.is_refusal() {
            return here.negotiate_refused(status);
        }
        if header.command == Command::SESSION_SETUP {
            let set_up = self.setups.get(&session).cloned().unwrap_or_default();
            let _ = self.session_setup_answered(message, session, status, set_up, here);
            return;
        }
        if status.is_session_gone() {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        // A response that nobody asked for says nothing.
        if here.unseen_since.is_none() {
            return;
        }
        if status.is_refusal() && header.command == Command::TREE_CONNECT {
            here.out.tell(TreeEvent::Refused { session: id, path: None, status });
        }
        if !(status.is_success() || status.is_more_data()) || session == 0 || header.command == Command::ECHO
        {
            return;
        }
        self.ensure_session(session, here);
        here.tables.session_used(id, Some(here.out.at), here.out.at);
        if header.command == Command::CLOSE {
            let of = |open: &OpenState| open.session == id && tree.is_none_or(|tree| open.tree == tree);
            return here.closed_one(id, tree.unwrap_or(named), of);
        }
        let Some(tree @ TreeId::Smb2 { tree: tree_number, .. }) = tree else { return };
        match header.command {
            Command::TREE_CONNECT => {
                if let Ok(response) = tree_connect::Response::parse(message.bytes) {
                    let share = share_kind(response.share_type);
                    here.tables.add_tree(tree, TreeState::new(id, share), here.limits, &mut here.out);
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
                    self.ensure_tree(session, tree_number, here);
                    here.opened(created(session, tree, file, None, directory));
                    if is_of_file(response.file_attributes, None) {
                        self.shows_disk(session, tree_number, here);
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
            command if super::answers::is_of_files(command) => self.shows_disk(session, tree_number, here),
            Command::READ => {
                let Ok(response) = read::Response::parse(message.bytes) else { return };
                if let Some(open) = here.tables.pipe_awaiting(tree, response.data, &mut here.out) {
                    let whole = response.data.len() == crate::wire::widen(response.data_length);
                    here.read_pipe(Some(open), response.data, whole);
                } else if crate::dcerpc::looks_like_pdu(response.data) {
                    here.tables.unnamed_pipe_read(id, tree, here.out.at);
                }
            }
            _ => {}
        }
    }
}
