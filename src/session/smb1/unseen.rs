//! What was granted or ended though the messages that did so are missing.

use super::{Pending, Smb1, What, granted, orphan_pipe_data, share_kind};
use crate::auth::identify_unanswered;
use crate::session::event::{CloseReason, OpenId, OpenKind, SessionEvent, SessionId, TreeEvent, TreeId};
use crate::session::here::{Here, NewOpen};
use crate::session::tables::TreeState;
use crate::smb1::transaction::{self};
use crate::smb1::{Command, Header, Whole, blocks, create, read, tree_connect};
use crate::wire::widen;

impl Smb1 {
    /// A session is used: if its set-up was under way and the last answer is missing, it was granted.
    pub(super) fn ensure_session(&mut self, uid: u16, here: &mut Here<'_>) {
        let id = SessionId::Uid(uid);
        if uid == 0 {
            return;
        }
        if here.tables.sessions.contains_key(&id) {
            // It was being set up anew, and the answer is missing: it may be either's.
            if self.setups.remove(&uid).is_some() {
                here.reauthenticated_unseen(id);
            }
            return;
        }
        let under_way = self.setups.remove(&uid).or_else(|| {
            let what = self.adopt(|pending| matches!(pending.first.what, What::SessionSetup(_)))?;
            let What::SessionSetup(set_up) = what else { return None };
            Some(*set_up)
        });
        match under_way.filter(|set_up| set_up.credentials.is_some()) {
            Some(set_up) => {
                let identity = identify_unanswered(set_up.credentials.as_ref());
                here.tables.add_session(id, Some(&identity), here.limits, &mut here.out);
                let vc_zero = set_up.vc_zero;
                here.out.tell(SessionEvent::SetUp {
                    session: id,
                    identity,
                    answer_seen: false,
                    previous: None,
                    vc_zero,
                });
            }
            None => here.tables.ensure_session(id, here.limits, &mut here.out),
        }
    }

    /// An open is used: if its create has no answer yet, that is missing and this is what it granted.
    pub(super) fn ensure_open(&mut self, fid: u16, uid: u16, tid: u16, here: &mut Here<'_>) {
        if here.tables.opens.contains_key(&OpenId::Fid(fid)) {
            return;
        }
        self.ensure_session(uid, here);
        let tree = TreeId::Tid(tid);
        if !here.tables.trees.contains_key(&tree) {
            let connect = self.adopt(|pending| matches!(pending.first.what, What::TreeConnect { .. }));
            if let Some(What::TreeConnect { path, service }) = connect {
                let share = share_kind(None, &service, path.as_deref());
                let session = SessionId::Uid(uid);
                here.tables.add_tree(tree, TreeState { session, share }, here.limits, &mut here.out);
                here.out.tell(TreeEvent::Connected { session, tree, path, share, answer_seen: false });
            }
        }
        let create =
            self.adopt(|pending| pending.tid == tid && matches!(pending.first.what, What::Open { .. }));
        let name = match create {
            Some(What::Open { name }) => name,
            _ => None,
        };
        here.opened(NewOpen {
            session: SessionId::Uid(uid),
            tree,
            open: OpenId::Fid(fid),
            name,
            told: OpenKind::Unknown,
            answer_seen: false,
        });
    }

    /// Takes the oldest request of its kind that has no answer.
    pub(super) fn adopt(&mut self, is_it: impl Fn(&Pending) -> bool) -> Option<What> {
        if let Some(place) = self.unanswered.iter().position(&is_it) {
            return Some(self.unanswered.remove(place).first.what);
        }
        let candidates = self.pending.iter().filter(|(_, pending)| is_it(pending));
        let key = candidates.min_by_key(|(key, pending)| (pending.sent, **key)).map(|(key, _)| *key)?;
        self.pending.remove(&key).map(|pending| pending.first.what)
    }

    /// An answer whose request is missing: what ended or began, as far as the answer alone shows.
    pub(super) fn orphan(&mut self, frame: &[u8], header: &Header, here: &mut Here<'_>) {
        let status = header.status;
        let (id, tree) = (SessionId::Uid(header.uid), TreeId::Tid(header.tid));
        let Some(Ok(block)) = blocks(frame, header).next() else { return };
        match header.command {
            Command::NEGOTIATE => {
                if status.is_success() {
                    let _ = self.negotiated(&block, here);
                }
                return;
            }
            Command::SESSION_SETUP_ANDX => {
                let known = self.setups.get(&header.uid).cloned().unwrap_or_default();
                let set_up = super::SetUp { seen: false, ..known };
                self.session_setup_answered(&block, header.uid, status, set_up, here);
                return;
            }
            Command::ECHO => return,
            _ => {}
        }
        if status.is_session_gone() {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        if !(status.is_success() || status.is_more_data()) {
            return;
        }
        // A response that nobody asked for says nothing.
        if !here.requests_missing {
            return;
        }
        self.ensure_session(header.uid, here);
        here.tables.session_used(id, Some(here.out.at), here.out.at);
        match header.command {
            Command::TREE_CONNECT_ANDX => {
                if let Ok(response) = tree_connect::Response::parse(&block) {
                    let told = response.service.map(|service| service.to_string());
                    let share = share_kind(told.as_deref(), "", None);
                    here.tables.add_tree(tree, TreeState { session: id, share }, here.limits, &mut here.out);
                    here.out.tell(TreeEvent::Connected {
                        session: id,
                        tree,
                        path: None,
                        share,
                        answer_seen: true,
                    });
                }
            }
            command if super::answers::is_of_files(command) => here.tables.shows_disk(tree, &mut here.out),
            Command::TREE_DISCONNECT => here.tables.close_tree(tree, CloseReason::OwnClose, &mut here.out),
            Command::LOGOFF_ANDX => here.tables.close_session(id, CloseReason::OwnClose, &mut here.out),
            Command::NT_CREATE_ANDX | Command::OPEN_ANDX => {
                if let Ok(response) = create::Response::parse(&block) {
                    here.opened(granted(&response, false, header.uid, header.tid, None));
                    if response.resource_type == Some(create::ResourceType::DISK) {
                        here.tables.shows_disk(tree, &mut here.out);
                    }
                }
            }
            Command::CLOSE => here.tables.close_one(|open| open.tree == tree, &mut here.out),
            Command::TRANSACTION => {
                let Ok(response) = transaction::Response::parse(&block) else { return };
                let whole = Whole::of(response.parameters, response.data).filter(|_| !response.interim);
                if let Some(whole) = whole {
                    orphan_pipe_data(tree, whole.data, !whole.cut, here);
                }
            }
            Command::READ_ANDX => {
                if let Ok(response) = read::Response::parse(&block) {
                    let whole = response.data.len() == widen(response.length);
                    orphan_pipe_data(tree, response.data, whole, here);
                }
            }
            _ => {}
        }
    }
}
