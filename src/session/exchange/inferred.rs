//! What was granted though the messages that did so are missing.

use super::{Context, Exchanges, NewOpen, OpenId, Operation, Origin, SessionId, SetUpKnown, TreeId};
use crate::auth::{Identity, identify_unanswered};
use crate::session::context::share_kind;
use crate::session::event::{OpenKind, ShareKind};
use crate::session::request::Request;

impl Exchanges {
    /// A session is used. If its set-up was under way and the last response is missing, it was granted.
    pub(in crate::session) fn ensure_session(&mut self, session: SessionId, cx: &mut Context<'_>) {
        if session.as_raw() == 0 || cx.tables.sessions.contains_key(&session) {
            return;
        }
        self.signed = None;
        let under_way = self.setups.remove(&session).or_else(|| {
            // SMB1 gives the id with the response that is missing.
            let SessionId::Uid(_) = session else { return None };
            match self.adopt(|request| request.first.is_set_up(), cx)? {
                Operation::SessionSetup(set_up) => Some(*set_up),
                _ => None,
            }
        });
        let asked = under_way.as_ref().and_then(|set_up| set_up.sent);
        // Without credentials it still tells which session it replaces.
        match under_way.filter(|set_up| set_up.credentials.is_some() || set_up.previous.is_some()) {
            Some(set_up) if !set_up.binding => {
                let identity = identify_unanswered(set_up.credentials.as_ref());
                cx.tables.add_session(session, Some(&identity), &mut cx.out);
                let (previous, vc_zero) = (set_up.previous, set_up.vc_zero);
                cx.set_up(session, identity, SetUpKnown { response_seen: false, previous, vc_zero });
            }
            _ => cx.tables.ensure_session(session, &mut cx.out),
        }
        cx.may_have_held(session, asked);
        // What it asked to open before it was known.
        let asked = self.requests.unanswered_mut().filter(|request| request.session == session);
        asked.for_each(|request| request.hold(cx));
    }

    /// A tree is connected without a session setup, as the core protocol knows none and a share's password is all that
    /// share-level security asks for. The session begins here, unless its set-up may be missing. A server of user-level
    /// security that lets in whoever has no UID does the same.
    pub(in crate::session) fn let_in_by_share(
        &mut self,
        session: SessionId,
        share_level: bool,
        cx: &mut Context<'_>,
    ) {
        let begins = (share_level || session.as_raw() == 0)
            && cx.requests_missing_since.is_none()
            && self.setups.is_empty();
        if !begins || cx.tables.sessions.contains_key(&session) {
            return;
        }
        let identity = Identity::let_in_by_share();
        if cx.tables.add_session(session, Some(&identity), &mut cx.out) {
            let (response_seen, previous, vc_zero) = (true, None, false);
            cx.set_up(session, identity, SetUpKnown { response_seen, previous, vc_zero });
        }
    }

    /// A request of `sent` is honoured for a session. If that was reauthenticated before, and the response is missing,
    /// it may be either's.
    pub(super) fn note_reauthentication(&mut self, session: SessionId, sent: Origin, cx: &mut Context<'_>) {
        let set_up = self.setups.get(&session).filter(|set_up| !set_up.binding);
        let Some(begun) = set_up.and_then(|set_up| {
            // Its last request may be missing too.
            set_up.sent.or(set_up.asked_more.filter(|_| cx.requests_missing_since.is_some()))
        }) else {
            return;
        };
        let set_ups = |request: &&Request| request.session == session && request.first.is_set_up();
        let mut set_ups = self.requests.iter().map(|(_, request)| request).filter(set_ups);
        if begun < sent && set_ups.all(|request| request.response_lost) {
            self.setups.remove(&session);
            cx.reauthenticated_unseen(session, begun);
        }
    }

    /// A tree is used. If its connect has no response yet, that is missing and this is what it granted.
    pub(in crate::session) fn ensure_tree(&mut self, tree: TreeId, session: SessionId, cx: &mut Context<'_>) {
        if cx.tables.trees.contains_key(&tree) {
            return;
        }
        // Of SMB1, any session may have connected it.
        let is_connect = |request: &Request| {
            request.first.is_tree_connect() && (tree.is_smb1() || request.session == session)
        };
        // Of several, nobody can say which.
        if self.requests.unanswered().filter(|request| is_connect(request)).nth(1).is_some() {
            return;
        }
        if let Some(Operation::TreeConnect { path, service }) = self.adopt(is_connect, cx) {
            let share = share_kind(None, &service, path.as_deref());
            cx.connected(session, tree, path, share, false);
        }
    }

    /// What is done in a tree shows that it is a disk share.
    pub(in crate::session) fn shows_disk(&mut self, tree: TreeId, session: SessionId, cx: &mut Context<'_>) {
        if cx.tables.share(tree) == ShareKind::Unknown {
            self.ensure_tree(tree, session, cx);
            cx.tables.ensure_tree(tree, session, &mut cx.out);
            cx.tables.shows_disk(tree, &mut cx.out);
        }
    }

    /// An open is used. If its request has no response yet, that is missing and this is what it granted.
    pub(in crate::session) fn ensure_open(
        &mut self,
        open: OpenId,
        session: SessionId,
        tree: TreeId,
        cx: &mut Context<'_>,
    ) {
        if cx.tables.opens.contains_key(&open) {
            return;
        }
        self.ensure_session(session, cx);
        self.ensure_tree(tree, session, cx);
        let is_open = |request: &Request| request.first.is_open() && request.tree == tree;
        let (name, directory) = match self.adopt(is_open, cx) {
            Some(Operation::Open { name, directory, .. }) => (name, directory),
            _ => {
                cx.opened_unseen(session, tree);
                (None, false)
            }
        };
        let kind = if directory { OpenKind::Directory } else { OpenKind::Unknown };
        cx.opened(NewOpen { session, tree, open, name, kind, response_seen: false });
    }

    /// Takes the oldest request of its kind that has no response.
    fn adopt(&mut self, is_it: impl Fn(&Request) -> bool, cx: &mut Context<'_>) -> Option<Operation> {
        let adopted = self.requests.adopt(is_it)?;
        if adopted.step.operation.is_held() {
            cx.tables.open_answered(adopted.session, false, cx.out.at);
        }
        Some(adopted.step.operation)
    }
}
