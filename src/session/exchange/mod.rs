//! Requests and their responses on one connection, and what they mean in both dialects: what is granted, denied, used and
//! ended. A dialect reads its messages and translates them into this.

mod inferred;
mod unanswered;

use super::context::{Context, NewOpen, SetUpKnown, may_be_pipe};
use super::event::{CloseReason, ConnectionEvent, Loss, OpenId, SessionEvent, SessionId, TreeId};
use super::loss::Table;
use super::pairing::Pairing;
use super::request::{Operation, Request, RequestId, SetUp};
use super::tables::{Map, Tables};
use crate::auth::{Evidence, Identity, Mechanism, Who, identify};
use crate::capture::Origin;
use crate::wire::{DosError, NtStatus, Status};

/// The exchanges of one connection in one dialect.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    pub(super) requests: Pairing<RequestId>,
    /// Set-ups under way, by the id that the server gave them in its first response.
    setups: Map<SessionId, SetUp>,
    /// Sessions of which it was told that they are encrypted.
    encrypted: Vec<SessionId>,
    /// The session of which it was told last that its messages are signed.
    signed: Option<SessionId>,
}

/// What a response to a session setup says.
#[derive(Debug, Default)]
pub(super) struct SetUpResponse<'a> {
    pub(super) blob: Option<&'a [u8]>,
    /// The server says that it lets the client in as a guest, or as nobody.
    pub(super) guest: bool,
    pub(super) null: bool,
    /// The server asks for the passwords of shares, not of users.
    pub(super) share_level: bool,
    /// The server signs its responses to users, and has not signed this one.
    pub(super) unsigned: bool,
}

/// What data are written to, or read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) session: SessionId,
    pub(super) tree: TreeId,
    pub(super) open: OpenId,
}

impl Exchanges {
    // Requests

    /// A request waits for its response from now on.
    pub(super) fn send(&mut self, id: RequestId, mut request: Request, cx: &mut Context<'_>) {
        if self.requests.make_room(cx.out.limits.requests) {
            // No client has so many under way. Whichever goes, it is told.
            cx.out.tell(Loss::Evicted { table: Table::Requests });
        }
        request.hold(cx);
        self.requests.insert(id, request);
    }

    /// The client does not wait for a request any more. It may be answered all the same.
    pub(super) fn cancel(&mut self, id: RequestId, cx: &mut Context<'_>) {
        let Some(request) = self.requests.get_mut(id) else { return };
        request.cancelled = true;
        if let (Some(open), Operation::Pipe) = (request.first.open, &request.first.operation) {
            let is_read = request.command().is_read();
            cx.pipe_cancelled(open, (!is_read).then_some(id.0));
        }
    }

    /// Bytes that the client writes to something that is a pipe, or shows by them to be one. What the request does.
    pub(super) fn write_pipe(
        &mut self,
        target: Target,
        data: &[u8],
        whole: bool,
        id: RequestId,
        cx: &mut Context<'_>,
    ) -> Operation {
        let Target { session, tree, open } = target;
        let kind = cx.tables.opens.get(&open).map(|open| open.what);
        if !may_be_pipe(kind, data) {
            return Operation::Other;
        }
        self.ensure_open(open, session, tree, cx);
        cx.write_pipe(open, data, whole, id.0);
        Operation::Pipe
    }

    /// True if what a message reads or writes is a pipe's, or may be. A response is about what its request, `answers`,
    /// is about; any other message is about `tree` and `open`.
    pub(super) fn may_be_pipe(
        &self,
        answers: Option<RequestId>,
        (tree, open): (TreeId, Option<OpenId>),
        tables: &Tables,
    ) -> bool {
        match answers.and_then(|id| self.requests.get(id)) {
            Some(request) => tables.may_be_pipe(request.tree, request.first.open),
            None => tables.may_be_pipe(tree, open),
        }
    }

    // Responses

    /// What the status of a response ends. False if nothing more can be read of it, since the session is gone.
    pub(super) fn check_status(&self, request: &Request, status: Status, cx: &mut Context<'_>) -> bool {
        if status.is_session_gone() && !request.command().is_session_setup() {
            cx.close_session(request.session, CloseReason::ServerDeniesIt);
            return false;
        }
        if status.is_tree_gone() {
            cx.close_tree(request.tree, CloseReason::ServerDeniesIt);
        }
        true
    }

    /// A request of `sent` is honoured for a session.
    pub(super) fn session_honoured(&mut self, session: SessionId, sent: Origin, cx: &mut Context<'_>) {
        self.ensure_session(session, cx);
        self.note_reauthentication(session, sent, cx);
        cx.session_used(session, Some(sent));
    }

    /// A request that names an open is answered.
    pub(super) fn open_answered(&mut self, request: &Request, status: Status, cx: &mut Context<'_>) {
        let Some(open) = request.first.open else { return };
        if is_honoured(status) && !request.command().is_close() {
            self.ensure_open(open, request.session, request.tree, cx);
            cx.open_used(open, Some(request.sent));
        } else if is_honoured(status) && !cx.tables.opens.contains_key(&open) {
            cx.opened_unseen(request.session, request.tree);
        }
        if is_open_gone(open, status) {
            cx.close_open(open, CloseReason::ServerDeniesIt);
        }
    }

    /// A response grants an open, which the session `asked_by` counts as holding if it is `held`.
    pub(super) fn opened(&mut self, new: NewOpen, asked_by: SessionId, held: bool, cx: &mut Context<'_>) {
        if held {
            cx.tables.open_answered(asked_by, true, cx.out.at);
        }
        self.ensure_tree(new.tree, new.session, cx);
        cx.opened(new);
    }

    // Session setup

    /// The set-up that goes on with a further request, or response, of an id.
    pub(super) fn setup(&self, session: SessionId) -> SetUp {
        self.setups.get(&session).cloned().unwrap_or_default()
    }

    pub(super) fn keep_setup(&mut self, session: SessionId, set_up: SetUp, cx: &Context<'_>) {
        if self.setups.len() < cx.out.limits.sessions || self.setups.contains_key(&session) {
            self.setups.insert(session, set_up);
        }
    }

    pub(super) fn forget_setup(&mut self, session: SessionId) {
        self.setups.remove(&session);
    }

    /// A session setup is answered.
    pub(super) fn set_up_answered(
        &mut self,
        session: SessionId,
        status: Status,
        set_up: SetUp,
        response: &SetUpResponse<'_>,
        cx: &mut Context<'_>,
    ) {
        if status == Status::Nt(NtStatus::MORE_PROCESSING_REQUIRED) {
            cx.challenged(response.blob);
            let set_up = SetUp { sent: None, asked_more: Some(cx.out.at), ..set_up };
            self.keep_setup(session, set_up, cx);
            return;
        }
        self.signed = None;
        self.setups.remove(&session);
        let mut identity = identify(set_up.credentials.as_ref(), response.guest, response.null);
        if response.share_level {
            identity = identity.of_share_level();
        }
        if status.is_success() {
            set_up_granted(session, &set_up, identity, response.unsigned, cx);
            return;
        }
        if loses_session(session, &set_up, &identity, status) {
            cx.close_session(session, CloseReason::ServerDeniesIt);
        }
        cx.set_up_failed(session, status, identity);
    }

    // Keys

    /// A message bears a signature that only a user's key can make.
    pub(super) fn signed(&mut self, session: SessionId, cx: &mut Context<'_>) {
        let known = cx.tables.signed(session, &mut cx.out);
        self.signed = known.then_some(session);
    }

    /// True if it was told last of this session that its messages are signed.
    pub(super) fn is_signed(&self, session: SessionId) -> bool {
        self.signed == Some(session)
    }

    /// True if it was not told yet that the messages of a session are encrypted, and is to be told now.
    pub(super) fn begins_encryption(&mut self, session: SessionId, cx: &Context<'_>) -> bool {
        let begins = !self.encrypted.contains(&session) && self.encrypted.len() < cx.out.limits.sessions;
        if begins {
            self.encrypted.push(session);
        }
        begins
    }
}

/// Tells that the messages of a session are encrypted.
pub(super) fn tell_encrypted(session: SessionId, cx: &mut Context<'_>) {
    cx.out.tell(ConnectionEvent::Encrypted { session });
}

/// True if a server does what a request asks.
pub(super) fn is_honoured(status: Status) -> bool {
    status.is_success() || status.is_more_data()
}

/// True if a server answers that it does not know an open.
fn is_open_gone(open: OpenId, status: Status) -> bool {
    let of_smb1 = [Status::Nt(NtStatus::INVALID_HANDLE), Status::Dos(DosError::BAD_FID)];
    status == Status::Nt(NtStatus::FILE_CLOSED)
        || (matches!(open, OpenId::Fid(_)) && of_smb1.contains(&status))
}

fn set_up_granted(
    session: SessionId,
    set_up: &SetUp,
    mut identity: Identity,
    unsigned: bool,
    cx: &mut Context<'_>,
) {
    if set_up.new {
        cx.tables.forget_session(session, &mut cx.out);
    }
    if cx.tables.sessions.contains_key(&session) {
        // Samba does not say again that it lets a client in as a guest, but signs its responses to users only.
        if unsigned && identity.who == Who::User {
            identity.who = Who::Guest;
            identity.evidence.push(Evidence::AnswerUnsigned);
        }
        cx.session_used(session, Some(cx.out.at));
        cx.out.tell(SessionEvent::Reauthenticated { session, identity, asked: None });
        return;
    }
    cx.tables.add_session(session, Some(&identity), &mut cx.out);
    if set_up.binding {
        cx.out.tell(SessionEvent::ChannelJoined { session });
    } else {
        let (previous, vc_zero) = (set_up.previous, set_up.vc_zero);
        cx.set_up(session, identity, SetUpKnown { response_seen: true, previous, vc_zero });
    }
}

/// True if a client that fails to authenticate loses the session it has.
fn loses_session(session: SessionId, set_up: &SetUp, identity: &Identity, status: Status) -> bool {
    if let SessionId::Uid(_) = session {
        // Without a security blob it asks for a new session, which it does not get.
        return !set_up.new && identity.mechanism != Some(Mechanism::Plain);
    }
    // Whoever fails to reauthenticate loses the session ([MS-SMB2] 3.3.5.5.3), but not by failing to bind it, nor by a
    // signature that is found wrong before anybody looks at credentials.
    let unread = set_up.credentials.is_none() && status.is_access_denied();
    !set_up.binding && !unread
}
