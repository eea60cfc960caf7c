//! What was granted or ended though the messages that did so are missing.

use super::{Pending, Smb1, Step, What, granted, orphan_pipe_data, share_kind};
use crate::auth::{Identity, identify_unanswered};
use crate::capture::Origin;
use crate::session::event::{
    CloseReason, OpenId, OpenKind, SessionEvent, SessionId, ShareKind, TreeEvent, TreeId,
};
use crate::session::here::{Here, NewOpen};
use crate::session::tables::TreeState;
use crate::smb1::transaction::{self};
use crate::smb1::{Command, Header, Whole, blocks, create, read, tree_connect};
use crate::wire::widen;

impl Smb1 {
    /// A session is used: if its set-up was under way and the last answer is missing, it was granted.
    pub(super) fn ensure_session(&mut self, uid: u16, here: &mut Here<'_>) {
        let id = SessionId::Uid(uid);
        if uid == 0 || here.tables.sessions.contains_key(&id) {
            return;
        }
        self.signed = None;
        let under_way = self.setups.remove(&uid).or_else(|| {
            let what = self.adopt(|step| matches!(step.what, What::SessionSetup(_)), |_| true, here)?;
            let What::SessionSetup(set_up) = what else { return None };
            Some(*set_up)
        });
        let asked = under_way.as_ref().and_then(|set_up| set_up.sent);
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
        here.may_have_held(id, asked);
        // What it asked to open before it was known.
        let asked = self.pending.values_mut().chain(&mut self.unanswered);
        asked.filter(|pending| pending.uid == uid).for_each(|pending| pending.hold(here));
    }

    /// A tree is connected without a session setup, as the core protocol knows none and a share's password is all that
    /// share-level security asks for: the session begins here, unless its set-up may be missing. A server of user-level
    /// security that lets in whoever has no UID does the same.
    pub(super) fn let_in_by_share(&mut self, uid: u16, here: &mut Here<'_>) {
        let id = SessionId::Uid(uid);
        let begins = (self.share_level || uid == 0) && here.unseen_since.is_none() && self.setups.is_empty();
        if !begins || here.tables.sessions.contains_key(&id) {
            return;
        }
        let identity = Identity::let_in_by_share();
        if here.tables.add_session(id, Some(&identity), here.limits, &mut here.out) {
            let (answer_seen, previous, vc_zero) = (true, None, false);
            here.out.tell(SessionEvent::SetUp { session: id, identity, answer_seen, previous, vc_zero });
        }
    }

    /// A request of `sent` is honoured for a session. If that was being set up anew before, and the answer is missing, it
    /// may be either's.
    pub(super) fn note_set_up_anew(&mut self, uid: u16, sent: Origin, here: &mut Here<'_>) {
        let Some(begun) = self.setups.get(&uid).and_then(|set_up| {
            // Its last request may be missing too.
            set_up.sent.or(set_up.asked_more.filter(|_| here.unseen_since.is_some()))
        }) else {
            return;
        };
        if begun >= sent {
            return;
        }
        let set_up = |pending: &Pending| matches!(pending.first.what, What::SessionSetup(_));
        let mut of_session = self.pending.values().filter(|pending| pending.uid == uid && set_up(pending));
        if of_session.all(|pending| pending.answer_lost) {
            self.setups.remove(&uid);
            here.reauthenticated_unseen(SessionId::Uid(uid), begun);
        }
    }

    /// A tree is used: if its connect has no answer yet, that is missing and this is what it granted.
    pub(super) fn ensure_tree(&mut self, tid: u16, uid: u16, here: &mut Here<'_>) {
        let tree = TreeId::Tid(tid);
        if here.tables.trees.contains_key(&tree) {
            return;
        }
        let is_connect = |step: &Step| matches!(step.what, What::TreeConnect { .. });
        let waiting = self.pending.values().chain(&self.unanswered);
        // Of several, nobody can say which.
        if waiting.filter(|pending| is_connect(&pending.first)).nth(1).is_some() {
            return;
        }
        let connect = self.adopt(is_connect, |_| true, here);
        if let Some(What::TreeConnect { path, service }) = connect {
            let share = share_kind(None, &service, path.as_deref());
            let session = SessionId::Uid(uid);
            here.tables.add_tree(tree, TreeState::new(session, share), here.limits, &mut here.out);
            here.out.tell(TreeEvent::Connected { session, tree, path, share, answer_seen: false });
        }
    }

    /// What is done in a tree shows that it is a disk share.
    pub(super) fn shows_disk(&mut self, tid: u16, uid: u16, here: &mut Here<'_>) {
        let tree = TreeId::Tid(tid);
        if here.tables.share(tree) == ShareKind::Unknown {
            self.ensure_tree(tid, uid, here);
            here.tables.ensure_tree(tree, SessionId::Uid(uid), here.limits, &mut here.out);
            here.tables.shows_disk(tree, &mut here.out);
        }
    }

    /// An open is used: if its create has no answer yet, that is missing and this is what it granted.
    pub(super) fn ensure_open(&mut self, fid: u16, uid: u16, tid: u16, here: &mut Here<'_>) {
        if here.tables.opens.contains_key(&OpenId::Fid(fid)) {
            return;
        }
        self.ensure_session(uid, here);
        self.ensure_tree(tid, uid, here);
        let is_open = |step: &Step| matches!(step.what, What::Open { .. });
        let name = match self.adopt(is_open, |pending| pending.tid == tid, here) {
            Some(What::Open { name, .. }) => name,
            _ => {
                here.opened_unseen(SessionId::Uid(uid), TreeId::Tid(tid));
                None
            }
        };
        here.opened(NewOpen {
            session: SessionId::Uid(uid),
            tree: TreeId::Tid(tid),
            open: OpenId::Fid(fid),
            name,
            told: OpenKind::Unknown,
            answer_seen: false,
        });
    }

    /// Takes the oldest request of its kind that has no answer. What is chained to it has none either.
    fn adopt(
        &mut self,
        is_it: impl Fn(&Step) -> bool,
        of: impl Fn(&Pending) -> bool,
        here: &mut Here<'_>,
    ) -> Option<What> {
        let candidate = |pending: &Pending| is_it(&pending.first) && of(pending);
        let mut pending = match self.unanswered.iter().position(candidate) {
            Some(place) => self.unanswered.remove(place),
            None => {
                let candidates = self.pending.iter().filter(|(_, pending)| candidate(pending));
                let oldest = candidates.min_by_key(|(key, pending)| (pending.sent, **key));
                let key = oldest.map(|(key, _)| *key)?;
                self.pending.remove(&key)?
            }
        };
        if pending.first.what.is_held() {
            here.tables.open_answered(SessionId::Uid(pending.uid), false, here.out.at);
        }
        if pending.rest.is_empty() {
            return Some(pending.first.what);
        }
        let next = pending.rest.remove(0);
        let Step { what, .. } = core::mem::replace(&mut pending.first, next);
        self.keep_unanswered(pending);
        Some(what)
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
                } else if status.is_refusal() {
                    here.negotiate_refused(status);
                }
                return;
            }
            Command::SESSION_SETUP_ANDX => {
                let set_up = self.setups.get(&header.uid).cloned().unwrap_or_default();
                self.session_setup_answered(&block, header.uid, status, set_up, here);
                return;
            }
            Command::ECHO => return,
            _ => {}
        }
        if status.is_session_gone() {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        // A response that nobody asked for says nothing.
        if here.unseen_since.is_none() {
            return;
        }
        if status.is_refusal() && header.command == Command::TREE_CONNECT_ANDX {
            here.out.tell(TreeEvent::Refused { session: id, path: None, status });
        }
        if !(status.is_success() || status.is_more_data()) {
            return;
        }
        self.ensure_session(header.uid, here);
        here.tables.session_used(id, Some(here.out.at), here.out.at);
        match header.command {
            Command::TREE_CONNECT_ANDX => {
                if let Ok(response) = tree_connect::Response::parse(&block) {
                    let told = response.service.map(|service| service.to_string());
                    let share = share_kind(told.as_deref(), "", None);
                    here.tables.add_tree(tree, TreeState::new(id, share), here.limits, &mut here.out);
                    here.out.tell(TreeEvent::Connected {
                        session: id,
                        tree,
                        path: None,
                        share,
                        answer_seen: true,
                    });
                }
            }
            command if super::answers::is_of_files(command) => {
                self.shows_disk(header.tid, header.uid, here);
            }
            Command::TREE_DISCONNECT => here.tables.close_tree(tree, CloseReason::OwnClose, &mut here.out),
            Command::LOGOFF_ANDX => here.tables.close_session(id, CloseReason::OwnClose, &mut here.out),
            Command::NT_CREATE_ANDX | Command::OPEN_ANDX => {
                if let Ok(response) = create::Response::parse(&block) {
                    self.ensure_tree(header.tid, header.uid, here);
                    here.opened(granted(&response, false, header.uid, header.tid, None));
                    if super::answers::says_disk(&response, None) {
                        here.tables.says_disk(tree, &mut here.out);
                    }
                }
            }
            Command::CLOSE => here.closed_one(id, tree, |open| open.tree == tree),
            Command::TRANSACTION => {
                let Ok(response) = transaction::Response::parse(&block) else { return };
                let whole = Whole::of(response.parameters, response.data).filter(|_| !response.interim);
                if let Some(whole) = whole {
                    orphan_pipe_data(id, tree, whole.data, !whole.cut, here);
                }
            }
            Command::READ_ANDX => {
                if let Ok(response) = read::Response::parse(&block) {
                    let whole = response.data.len() == widen(response.length);
                    orphan_pipe_data(id, tree, response.data, whole, here);
                }
            }
            _ => {}
        }
    }
}
