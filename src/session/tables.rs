//! What a connection's sessions, trees and opens are, as far as reading on needs it.
//!
//! Ids that are used although their granting was not seen are learnt from the first use that the server honours, or
//! that carries a call.

use core::hash::Hash;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::event::{
    CloseReason, Doubt, OpenEvent, OpenId, OpenKind, SessionEvent, SessionId, ShareKind, TreeEvent, TreeId,
};
use super::idle::Idle;
use super::limits::Limits;
use super::out::Out;
use super::pipe::Pipe;
use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::session::{Loss, Table};

pub(super) type Map<K, V> = HashMap<K, V, RandomState>;

/// Process ids told of one session.
const PIDS: usize = 16;

/// Ids of each kind for which there was no place that are remembered, so that each is told once. Beyond these it is known
/// that there are more than were told.
const BEYOND: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) sessions: Map<SessionId, SessionState>,
    pub(super) trees: Map<TreeId, TreeState>,
    pub(super) opens: Map<OpenId, OpenState>,
    sessions_beyond: HashSet<SessionId, RandomState>,
    trees_beyond: HashSet<TreeId, RandomState>,
    /// A session was known.
    had_session: bool,
}

#[derive(Debug)]
pub(super) struct SessionState {
    pub(super) anonymous: bool,
    used: Usage,
    idle: Idle,
    /// Pipes that it holds.
    pipes: usize,
    /// What it holds that may be a pipe, requests to open something that have no answer among them.
    unsure: usize,
    /// One of these is a pipe that an answer shows, and nothing says which.
    unnamed_pipe: bool,
    /// It was told that its messages are signed.
    signed: bool,
    pids: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct TreeState {
    pub(super) session: SessionId,
    pub(super) share: ShareKind,
    /// What is opened in it is said to be files, and nothing else shows a disk share.
    by_word: bool,
}

impl TreeState {
    pub(super) const fn new(session: SessionId, share: ShareKind) -> Self {
        Self { session, share, by_word: false }
    }

    /// The kind of share, as far as something shows it that no pipe contradicts.
    const fn sure(&self) -> ShareKind {
        if self.by_word { ShareKind::Unknown } else { self.share }
    }
}

#[derive(Debug)]
pub(super) struct OpenState {
    pub(super) session: SessionId,
    pub(super) tree: TreeId,
    pub(super) what: OpenKind,
    used: Usage,
    /// The process that opened it, over SMB1.
    pid: Option<u32>,
    /// The RPC on it, from its first data on; that of a pipe from its opening on.
    pub(super) pipe: Option<Box<Pipe>>,
    /// Its name, where it may prove to be a pipe.
    name: Option<Box<str>>,
}

impl OpenState {
    /// True if it is a pipe, or RPC was seen on it.
    const fn is_pipe(&self) -> bool {
        matches!(self.what, OpenKind::Pipe) || self.pipe.is_some()
    }

    /// True if it may be a pipe, or is one.
    const fn may_be_pipe(&self) -> bool {
        matches!(self.what, OpenKind::Pipe | OpenKind::Unknown)
    }
}

/// When something was used.
#[derive(Debug)]
struct Usage {
    last: Origin,
    succeeded: Option<Origin>,
    /// It was used since its use was last told.
    untold: bool,
}

impl Usage {
    const fn since(at: Origin) -> Self {
        Self { last: at, succeeded: None, untold: false }
    }

    fn touch(&mut self, at: Origin, succeeded: Option<Origin>) {
        self.last = self.last.later(at);
        if let Some(succeeded) = succeeded {
            self.succeeded = Some(self.succeeded.map_or(succeeded, |before| before.later(succeeded)));
        }
        self.untold = true;
    }
}

impl SessionState {
    /// A use of the session, whatever of it is used.
    fn touch(&mut self, at: Origin, succeeded: Option<Origin>) {
        self.used.touch(at, succeeded);
        self.idle.used(at);
    }

    /// A use of one of its pipes, or of what may be one.
    fn pipe_used(&mut self, is_pipe: bool, at: Origin) {
        // A message whose end is missing is known late, and is no use that comes now.
        let comes_now = |since: Option<Origin>| since.is_none_or(|since| since.later(at) == at);
        if comes_now(self.idle.unsure_since) {
            self.idle.unsure_used(at);
        }
        if is_pipe && comes_now(self.idle.holding_since) {
            self.idle.pipe_used(at);
        }
    }

    /// It holds from `at` on what may be a pipe.
    fn may_hold(&mut self, at: Origin) {
        self.unsure = self.unsure.saturating_add(1);
        self.idle.unsure_since.get_or_insert(at);
    }

    /// An answer shows that it holds a pipe, and nothing says which.
    fn holds_unnamed_pipe(&mut self, at: Origin) {
        if !core::mem::replace(&mut self.unnamed_pipe, true) {
            self.may_hold(at);
        }
        self.idle.unsure_used(at);
    }

    /// Something is opened, or closed, that may be the pipe of which it was not known which it is.
    fn names_pipe(&mut self, at: Origin) {
        if core::mem::take(&mut self.unnamed_pipe) {
            self.held_unsure(at);
        }
    }

    /// Of what it held that may have been a pipe, one is closed, or known better.
    fn held_unsure(&mut self, at: Origin) {
        if self.unsure == 1 {
            self.idle.unsure_used(at);
        }
        self.held_none();
    }

    /// One of what it seemed to hold it did not.
    const fn held_none(&mut self) {
        self.unsure = self.unsure.saturating_sub(1);
        if self.unsure == 0 {
            self.idle.unsure_since = None;
        }
    }

    fn pipe_opened(&mut self, at: Origin) {
        self.pipes = self.pipes.saturating_add(1);
        if self.pipes == 1 {
            self.idle.holds(at);
        }
    }

    fn pipe_closed(&mut self, at: Origin) {
        self.pipes = self.pipes.saturating_sub(1);
        if self.pipes == 0 {
            self.idle.holds_nothing(at);
        }
    }
}

impl Tables {
    // Use

    /// A request of a session; `succeeded` is the request's place once it was answered with success.
    pub(super) fn session_used(&mut self, id: SessionId, succeeded: Option<Origin>, at: Origin) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.touch(at, succeeded);
        }
    }

    /// A request that names an open.
    pub(super) fn open_used(&mut self, id: OpenId, succeeded: Option<Origin>, at: Origin) {
        if let Some(open) = self.opens.get_mut(&id) {
            open.used.touch(at, succeeded);
            if open.may_be_pipe()
                && let Some(session) = self.sessions.get_mut(&open.session)
            {
                session.pipe_used(open.is_pipe(), at);
            }
        }
    }

    /// Messages of the client are missing between two packets, which may have used anything.
    pub(super) fn used_unseen(&mut self, from: Origin, to: Origin) {
        for session in self.sessions.values_mut() {
            session.idle.pipe_used_unseen(from, to);
            session.used.untold = true;
        }
    }

    /// A message of a session bears a signature that only a user's key can make. True if the session is known, and so
    /// told of.
    pub(super) fn signed(&mut self, id: SessionId, out: &mut Out<'_>) -> bool {
        let Some(session) = self.sessions.get_mut(&id) else { return false };
        if !core::mem::replace(&mut session.signed, true) {
            out.tell(SessionEvent::Signed { session: id });
        }
        true
    }

    /// A process id that uses a session.
    pub(super) fn pid(&mut self, id: SessionId, pid: u32, out: &mut Out<'_>) {
        if let Some(session) = self.sessions.get_mut(&id)
            && session.pids.len() < PIDS
            && !session.pids.contains(&pid)
        {
            session.pids.push(pid);
            out.tell(SessionEvent::Pid { session: id, pid });
        }
    }

    // Granting

    /// A session is there: set up, or known from its use if `identity` is missing. False if there is no place for it, and
    /// that was told.
    pub(super) fn add_session(
        &mut self,
        id: SessionId,
        identity: Option<&Identity>,
        out: &mut Out<'_>,
    ) -> bool {
        if self.sessions.len() >= out.limits.sessions && !self.sessions.contains_key(&id) {
            return evicted(&mut self.sessions_beyond, id, Table::Sessions, out);
        }
        self.had_session = true;
        let anonymous = identity.is_some_and(|identity| identity.who == Who::Null);
        let state = SessionState {
            anonymous,
            // What it holds from here on must be told at its end, whether it is used again or not.
            used: Usage { untold: true, ..Usage::since(out.at) },
            idle: Idle { bare_since: Some(out.at), ..Idle::default() },
            pipes: 0,
            unsure: 0,
            unnamed_pipe: false,
            signed: false,
            pids: Vec::new(),
        };
        self.sessions.insert(id, state);
        true
    }

    /// True if a session is known, or was.
    pub(super) const fn had_session(&self) -> bool {
        self.had_session
    }

    /// A session is used, and its set-up was not seen.
    pub(super) fn ensure_session(&mut self, id: SessionId, out: &mut Out<'_>) {
        if !self.sessions.contains_key(&id) && self.add_session(id, None, out) {
            out.tell(SessionEvent::FirstSeen { session: id });
        }
    }

    /// A tree is there. False if there is no place for it, and that was told.
    pub(super) fn add_tree(&mut self, id: TreeId, state: TreeState, out: &mut Out<'_>) -> bool {
        if self.trees.len() >= out.limits.sessions && !self.trees.contains_key(&id) {
            return evicted(&mut self.trees_beyond, id, Table::Trees, out);
        }
        self.trees.insert(id, state);
        true
    }

    /// A tree is used, and its connect was not seen.
    pub(super) fn ensure_tree(&mut self, id: TreeId, session: SessionId, out: &mut Out<'_>) {
        let state = TreeState::new(session, ShareKind::Unknown);
        if !self.trees.contains_key(&id) && self.add_tree(id, state, out) {
            out.tell(TreeEvent::FirstSeen { session, tree: id });
        }
    }

    /// What is done in a tree shows that it is a disk share.
    pub(super) fn shows_disk(&mut self, id: TreeId, out: &mut Out<'_>) {
        let Some(tree) = self.trees.get_mut(&id).filter(|tree| tree.sure() == ShareKind::Unknown) else {
            return;
        };
        tree.by_word = false;
        if core::mem::replace(&mut tree.share, ShareKind::Disk) != ShareKind::Disk {
            out.tell(TreeEvent::Shown { tree: id, share: ShareKind::Disk });
        }
        let Self { sessions, opens, .. } = self;
        let files = opens.values_mut().filter(|open| open.tree == id && open.what == OpenKind::Unknown);
        for open in files {
            open.what = OpenKind::File;
            if let Some(session) = sessions.get_mut(&open.session) {
                session.held_none();
            }
        }
    }

    /// The server says that what it opens in a tree is a file. Some say so of pipes too, so a pipe outweighs it.
    pub(super) fn says_disk(&mut self, id: TreeId, out: &mut Out<'_>) {
        if let Some(tree) = self.trees.get_mut(&id).filter(|tree| tree.share == ShareKind::Unknown) {
            (tree.share, tree.by_word) = (ShareKind::Disk, true);
            out.tell(TreeEvent::Shown { tree: id, share: ShareKind::Disk });
        }
    }

    /// RPC in a tree shows that it is `IPC$`, unless something showed that it is not.
    fn shows_pipe(&mut self, id: TreeId, out: &mut Out<'_>) {
        if let Some(tree) = self.trees.get_mut(&id).filter(|tree| tree.sure() == ShareKind::Unknown) {
            (tree.share, tree.by_word) = (ShareKind::Pipe, false);
            out.tell(TreeEvent::Shown { tree: id, share: ShareKind::Pipe });
        }
    }

    /// The kind of share that a tree is connected to, as far as is sure.
    pub(super) fn share(&self, id: TreeId) -> ShareKind {
        self.trees.get(&id).map_or(ShareKind::Unknown, TreeState::sure)
    }

    /// True if what is done with an open, or in a tree where the open is not known, is done with a pipe, or may be.
    pub(super) fn may_be_pipe(&self, tree: TreeId, open: Option<OpenId>) -> bool {
        match open.and_then(|open| self.opens.get(&open)) {
            Some(open) => open.may_be_pipe(),
            None => !matches!(self.share(tree), ShareKind::Disk | ShareKind::Print),
        }
    }

    /// A session asks to open something at `sent`: what comes of it may be a pipe until the answer tells. True if so.
    pub(super) fn open_asked(&mut self, session: SessionId, tree: TreeId, sent: Origin) -> bool {
        let may_be_pipe = matches!(self.share(tree), ShareKind::Pipe | ShareKind::Unknown);
        let asks = self.sessions.get_mut(&session).filter(|_| may_be_pipe);
        asks.map(|session| session.may_hold(sent)).is_some()
    }

    /// A session holds what may be a pipe.
    pub(super) fn may_hold(&mut self, session: SessionId, at: Origin) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.may_hold(at);
        }
    }

    /// A session held something in a tree, which may have been a pipe.
    pub(super) fn held_unseen(&mut self, session: SessionId, tree: TreeId, at: Origin) {
        let may_be_pipe = matches!(self.share(tree), ShareKind::Pipe | ShareKind::Unknown);
        if let Some(session) = self.sessions.get_mut(&session).filter(|_| may_be_pipe) {
            session.names_pipe(at);
            session.idle.held_unseen();
        }
    }

    /// A session reads from a pipe in a tree of which nothing says which it is, and none is known that it may be.
    pub(super) fn unnamed_pipe_read(&mut self, session: SessionId, tree: TreeId, at: Origin) {
        if self.opens.values().any(|open| open.tree == tree && open.may_be_pipe()) {
            return;
        }
        if let Some(session) = self.sessions.get_mut(&session) {
            session.holds_unnamed_pipe(at);
        }
    }

    /// A session that is first seen now may have held a pipe since then without using it.
    pub(super) fn may_have_held_since(&mut self, session: SessionId, since: Origin, at: Origin) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.idle.may_have_held(since, at);
        }
    }

    /// What a session asked to open is answered, or known from its use.
    pub(super) fn open_answered(&mut self, session: SessionId, answer_seen: bool, at: Origin) {
        if let Some(session) = self.sessions.get_mut(&session) {
            if answer_seen { session.held_none() } else { session.held_unsure(at) }
        }
    }

    pub(super) fn add_open(
        &mut self,
        id: OpenId,
        session: SessionId,
        tree: TreeId,
        what: OpenKind,
        out: &mut Out<'_>,
    ) {
        if self.opens.len() >= out.limits.opens && !self.opens.contains_key(&id) {
            out.tell(Loss::Evicted { table: Table::Opens });
            return;
        }
        let state =
            OpenState { session, tree, what, used: Usage::since(out.at), pid: None, pipe: None, name: None };
        self.remove_open(id, out.at);
        self.opens.insert(id, state);
        if let Some(session) = self.sessions.get_mut(&session) {
            if matches!(what, OpenKind::Pipe | OpenKind::Unknown) {
                session.names_pipe(out.at);
            }
            match what {
                OpenKind::Pipe => session.pipe_opened(out.at),
                OpenKind::Unknown => session.may_hold(out.at),
                _ => {}
            }
        }
    }

    /// The name of what is a pipe, or may prove to be one.
    pub(super) fn name_pipe(&mut self, id: OpenId, name: &str, limits: &Limits) {
        if let Some(open) = self.opens.get_mut(&id) {
            match open.what {
                OpenKind::Pipe => open.pipe = Some(Box::new(Pipe::new(Some(name), limits))),
                _ => open.name = Some(super::pipe_name(name).into()),
            }
        }
    }

    /// True if an open that may prove to be a pipe has a name, which the root of a share has not.
    pub(super) fn is_named(&self, id: OpenId) -> bool {
        self.opens.get(&id).and_then(|open| open.name.as_deref()).is_some_and(|name| !name.is_empty())
    }

    /// The RPC on an open, which shows by it that it is a pipe.
    pub(super) fn begin_pipe(&mut self, id: OpenId, out: &mut Out<'_>) -> Option<&mut Pipe> {
        let open = self.opens.get_mut(&id).filter(|open| open.may_be_pipe())?;
        if open.pipe.is_none() {
            let known = open.is_pipe();
            let tree = open.tree;
            open.pipe = Some(Box::new(Pipe::new(open.name.as_deref(), out.limits)));
            if !known {
                if let Some(session) = self.sessions.get_mut(&open.session) {
                    session.held_unsure(out.at);
                    session.pipe_opened(out.at);
                }
                self.shows_pipe(tree, out);
            }
        }
        self.pipe(id)
    }

    /// Forgets an open.
    fn remove_open(&mut self, id: OpenId, at: Origin) -> Option<OpenState> {
        let open = self.opens.remove(&id)?;
        if let Some(session) = self.sessions.get_mut(&open.session) {
            match (open.is_pipe(), open.what) {
                (true, _) => session.pipe_closed(at),
                (false, OpenKind::Unknown) => session.held_unsure(at),
                _ => {}
            }
        }
        Some(open)
    }

    /// Forgets the opens that are of something.
    fn remove_opens(&mut self, of: impl Fn(&OpenState) -> bool, at: Origin) {
        let gone: Vec<OpenId> = self.opens.iter().filter(|(_, open)| of(open)).map(|(id, _)| *id).collect();
        for id in gone {
            self.remove_open(id, at);
        }
    }

    /// The process that opened something.
    pub(super) fn opened_by(&mut self, id: OpenId, pid: u32) {
        if let Some(open) = self.opens.get_mut(&id) {
            open.pid = Some(pid);
        }
    }

    /// The pipe of a tree that an answer must be of which does not name its pipe: the only one there is, or the only
    /// one on which the call that it answers waits. Otherwise nobody can say which calls were answered.
    pub(super) fn pipe_awaiting(&mut self, tree: TreeId, data: &[u8], out: &mut Out<'_>) -> Option<OpenId> {
        if !crate::dcerpc::looks_like_pdu(data) {
            return self.pipe_continued(tree, data.len());
        }
        let call_id = crate::dcerpc::Header::parse(data).ok()?.1.call_id;
        let awaits = |open: &OpenState| open.pipe.as_ref().is_some_and(|pipe| pipe.awaits(call_id));
        let of_tree = self.opens.iter().filter(|(_, open)| open.tree == tree && open.may_be_pipe());
        let mut pipes: Vec<(OpenId, bool)> = of_tree.map(|(id, open)| (*id, awaits(open))).collect();
        pipes.sort_unstable();
        let mut awaiting = pipes.iter().filter(|(_, awaits)| *awaits);
        let found = match (pipes.as_slice(), awaiting.next(), awaiting.next()) {
            ([(only, _)], _, _) | (_, Some((only, _)), None) => Some(*only),
            _ => None,
        };
        if found.is_none() {
            self.pipes_lost(super::Direction::ToClient, out);
            for (open, _) in pipes {
                let why = Doubt::EndedOneOfSeveral;
                out.tell(super::HandleEvent::InDoubt { open, handle: None, why });
            }
        }
        found
    }

    /// The only pipe of a tree of which the client has read the beginning of a PDU, and that lacks `length` bytes or
    /// more of it.
    fn pipe_continued(&self, tree: TreeId, length: usize) -> Option<OpenId> {
        let lacks = |open: &OpenState| open.pipe.as_ref().map_or(0, |pipe| pipe.lacks());
        let mut begun = self.opens.iter().filter(|(_, open)| open.tree == tree && lacks(open) > 0);
        let (id, open) = begun.next()?;
        (length > 0 && lacks(open) >= length && begun.next().is_none()).then_some(*id)
    }

    /// Tells again what is open.
    pub(super) fn tell_opens(&self, out: &mut Out<'_>) {
        let mut opens: Vec<_> = self.opens.iter().collect();
        opens.sort_by_key(|(id, _)| **id);
        for (id, OpenState { session, tree, what, .. }) in opens {
            let (session, tree, open, what) = (*session, *tree, *id, *what);
            out.tell(OpenEvent::Opened { session, tree, open, name: None, what, answer_seen: false });
        }
    }

    /// The RPC on a pipe.
    pub(super) fn pipe(&mut self, open: OpenId) -> Option<&mut Pipe> {
        self.opens.get_mut(&open)?.pipe.as_deref_mut()
    }

    /// Bytes of one direction are missing from every pipe, as far as known.
    pub(super) fn pipes_lost(&mut self, direction: super::Direction, out: &mut Out<'_>) {
        let mut pipes: Vec<_> = self.opens.iter_mut().filter(|(_, open)| open.pipe.is_some()).collect();
        pipes.sort_by_key(|(id, _)| **id);
        for (id, open) in pipes {
            if let Some(pipe) = &mut open.pipe {
                pipe.lost(*id, direction, out);
            }
        }
    }

    /// Tells of handles whose closing call was sent after the server was last seen.
    pub(super) fn tell_unanswered_endings(&mut self, server_last: Option<Origin>, out: &mut Out<'_>) {
        let mut pipes: Vec<_> = self.opens.iter().filter(|(_, open)| open.pipe.is_some()).collect();
        pipes.sort_by_key(|(id, _)| **id);
        for (id, open) in pipes {
            if let Some(pipe) = &open.pipe {
                pipe.tell_unanswered_endings(*id, server_last, out);
            }
        }
    }

    /// The only tree of a session, for answers that do not name theirs.
    pub(super) fn only_tree(&self, session: SessionId) -> Option<TreeId> {
        let mut trees = self.trees.iter().filter(|(_, tree)| tree.session == session).map(|(id, _)| *id);
        match (trees.next(), trees.next()) {
            (only, None) => only,
            _ => None,
        }
    }

    /// One of some opens was closed, and nobody can say which if there are several.
    /// False if none of them is known.
    pub(super) fn close_one(&mut self, of: impl Fn(&OpenState) -> bool, out: &mut Out<'_>) -> bool {
        let mut candidates: Vec<OpenId> =
            self.opens.iter().filter(|(_, open)| of(open)).map(|(id, _)| *id).collect();
        candidates.sort_unstable();
        if let [only] = candidates.as_slice() {
            self.close_open(*only, CloseReason::OwnClose, out);
            return true;
        }
        for open in &candidates {
            out.tell(OpenEvent::InDoubt { open: *open, why: Doubt::EndedOneOfSeveral });
        }
        !candidates.is_empty()
    }

    // Ending

    pub(super) fn close_session(&mut self, id: SessionId, by: CloseReason, out: &mut Out<'_>) {
        if self.sessions.contains_key(&id) {
            // What is told of an end must come after what is told of the uses before it.
            self.forget_session(id, out);
            out.tell(SessionEvent::Closed { session: id, by });
        }
    }

    /// A session's id is given to a new one, so the one that had it is gone and its end was not seen.
    pub(super) fn forget_session(&mut self, id: SessionId, out: &mut Out<'_>) {
        self.tell_uses(|session| session == id, out);
        self.sessions.remove(&id);
        if let SessionId::Smb2(_) = id {
            self.trees.retain(|_, tree| tree.session != id);
        }
        self.remove_opens(|open| open.session == id, out.at);
    }

    /// Ends a tree. One of SMB2 that is not known here may be on another channel of its session.
    pub(super) fn close_tree(&mut self, id: TreeId, by: CloseReason, out: &mut Out<'_>) {
        let known = self.trees.remove(&id).is_some();
        self.tell_uses_of(|_| false, |open| open.tree == id, out);
        self.remove_opens(|open| open.tree == id, out.at);
        if known || !id.is_smb1() {
            out.tell(TreeEvent::Closed { tree: id, by });
        }
    }

    /// Ends an open. One of SMB2 that is not known here may be on another channel of its session.
    pub(super) fn close_open(&mut self, id: OpenId, by: CloseReason, out: &mut Out<'_>) {
        let known = self.remove_open(id, out.at);
        // Of a file that is closed nobody asks when it was used.
        let pipe = known.as_ref().filter(|open| open.may_be_pipe());
        if let Some(used) = pipe.map(|open| &open.used).filter(|used| used.untold) {
            out.tell_at(used.last, OpenEvent::LastUsed { open: id, succeeded: used.succeeded });
        }
        if known.is_some() || matches!(id, OpenId::Smb2 { .. }) {
            out.tell(OpenEvent::Closed { open: id, by });
        }
    }

    /// A process of a session has ended, and with it what it had opened.
    pub(super) fn process_ended(&mut self, session: SessionId, pid: u32, out: &mut Out<'_>) {
        let its = |open: &OpenState| open.session == session && open.pid == Some(pid);
        let opens = self.opens.iter().filter(|(_, open)| its(open));
        let mut opens: Vec<OpenId> = opens.map(|(id, _)| *id).collect();
        opens.sort_unstable();
        for open in opens {
            self.close_open(open, CloseReason::OwnClose, out);
        }
    }

    /// Tells the last uses of sessions and of what they have open.
    pub(super) fn tell_uses(&mut self, of: impl Fn(SessionId) -> bool, out: &mut Out<'_>) {
        self.tell_uses_of(&of, |open| of(open.session), out);
    }

    fn tell_uses_of(
        &mut self,
        of: impl Fn(SessionId) -> bool,
        of_open: impl Fn(&OpenState) -> bool,
        out: &mut Out<'_>,
    ) {
        let mut uses: Vec<(Origin, super::EventKind)> = Vec::new();
        for (id, session) in self.sessions.iter_mut().filter(|(id, session)| of(**id) && session.used.untold)
        {
            session.used.untold = false;
            let event = SessionEvent::LastUsed {
                session: *id,
                succeeded: session.used.succeeded,
                idle: Box::new(session.idle),
            };
            uses.push((session.used.last, event.into()));
        }
        for (id, open) in self.opens.iter_mut().filter(|(_, open)| of_open(open) && open.used.untold) {
            open.used.untold = false;
            let event = OpenEvent::LastUsed { open: *id, succeeded: open.used.succeeded };
            uses.push((open.used.last, event.into()));
        }
        // The tables have no order of their own; what is told must have one.
        uses.sort_by_key(|(at, event)| (*at, order(event)));
        for (at, event) in uses {
            out.tell_at(at, event);
        }
    }
}

/// There is no place for a thing: tells that once. False if it was told before, or so many others were.
fn evicted<T: Eq + Hash>(
    beyond: &mut HashSet<T, RandomState>,
    id: T,
    table: Table,
    out: &mut Out<'_>,
) -> bool {
    let first = beyond.len() < BEYOND && beyond.insert(id);
    if first {
        out.tell(Loss::Evicted { table });
    }
    first
}

fn order(kind: &super::EventKind) -> (u8, u64, Option<OpenId>) {
    match kind {
        super::EventKind::Session(SessionEvent::LastUsed { session, .. }) => (0, session.as_raw(), None),
        super::EventKind::Open(OpenEvent::LastUsed { open, .. }) => (1, 0, Some(*open)),
        _ => (2, 0, None),
    }
}
