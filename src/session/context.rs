//! The one value that a message is read with, and what messages of both dialects mean.

use super::cut::{Refused, Remains};
use super::event::{
    CloseReason, ConnectionEvent, Direction, Doubt, HandleEvent, OpenEvent, OpenId, OpenKind, SessionEvent,
    SessionId, ShareKind, TreeEvent, TreeId,
};
use super::out::Out;
use super::tables::{OpenState, Tables, TreeState};
use super::{is_ipc, pipe_name};
use crate::auth::{self, Identity, Token};
use crate::capture::Origin;
use crate::wire::{DosError, NtStatus, Status};

/// The connection whose message is being read: its tables, the caps they have, and where events go.
pub(super) struct Context<'a> {
    pub(super) tables: &'a mut Tables,
    /// Since when requests may be missing from the capture. If none are, a response without a request says nothing.
    pub(super) requests_missing_since: Option<Origin>,
    pub(super) out: Out<'a>,
}

/// How a session was set up.
pub(super) struct SetUpKnown {
    pub(super) response_seen: bool,
    /// The session that it replaces.
    pub(super) previous: Option<SessionId>,
    pub(super) vc_zero: bool,
}

/// Something that was opened.
pub(super) struct NewOpen {
    pub(super) session: SessionId,
    pub(super) tree: TreeId,
    pub(super) open: OpenId,
    pub(super) name: Option<String>,
    /// What the messages say that it is; the share may say more.
    pub(super) kind: OpenKind,
    pub(super) response_seen: bool,
}

impl Context<'_> {
    // Use

    /// A request of a session. `succeeded` is the request's place once it was answered with success.
    pub(super) fn session_used(&mut self, session: SessionId, succeeded: Option<Origin>) {
        self.tables.session_used(session, succeeded, self.out.at);
    }

    /// A request that names an open.
    pub(super) fn open_used(&mut self, open: OpenId, succeeded: Option<Origin>) {
        self.tables.open_used(open, succeeded, self.out.at);
    }

    // Ends

    pub(super) fn close_session(&mut self, session: SessionId, by: CloseReason) {
        self.tables.close_session(session, by, &mut self.out);
    }

    pub(super) fn close_tree(&mut self, tree: TreeId, by: CloseReason) {
        self.tables.close_tree(tree, by, &mut self.out);
    }

    pub(super) fn close_open(&mut self, open: OpenId, by: CloseReason) {
        self.tables.close_open(open, by, &mut self.out);
    }

    // What is granted

    /// A tree is connected.
    pub(super) fn connected(
        &mut self,
        session: SessionId,
        tree: TreeId,
        path: Option<String>,
        share: ShareKind,
        response_seen: bool,
    ) {
        self.tables.add_tree(tree, TreeState::new(session, share), &mut self.out);
        let answer_seen = response_seen;
        self.out.tell(TreeEvent::Connected { session, tree, path, share, answer_seen });
    }

    /// A session is set up, or known from its use to have been.
    pub(super) fn set_up(&mut self, session: SessionId, identity: Identity, how: SetUpKnown) {
        let SetUpKnown { response_seen: answer_seen, previous, vc_zero } = how;
        self.out.tell(SessionEvent::SetUp { session, identity, answer_seen, previous, vc_zero });
    }

    /// A response to a session setup that asks for more may tell the server's names and version, and whether it is in a
    /// domain.
    pub(super) fn challenged(&mut self, blob: Option<&[u8]>) {
        let Some(Token::NtlmChallenge(challenge)) = blob.map(auth::token) else { return };
        let (name, domain_member) = (challenge.server_name(), challenge.is_of_domain_member());
        if name.is_some() || domain_member.is_some() {
            let dns_name = challenge.server_dns_name();
            self.out.tell(SessionEvent::ServerNamed { name, dns_name, domain_member });
        }
        if let Some(version) = challenge.version {
            self.out.tell(SessionEvent::ServerVersion { version });
        }
    }

    /// Something was opened, or is known from its use to have been.
    pub(super) fn opened(&mut self, new: NewOpen) {
        let Self { tables, out, .. } = self;
        let NewOpen { session, tree, open, name, kind, response_seen } = new;
        tables.ensure_tree(tree, session, out);
        let what = match (tables.share(tree), kind) {
            (ShareKind::Pipe, _) | (_, OpenKind::Pipe) => OpenKind::Pipe,
            (ShareKind::Print, _) | (_, OpenKind::Printer) => OpenKind::Printer,
            (ShareKind::Disk, OpenKind::Directory) => OpenKind::Directory,
            (ShareKind::Disk, _) => OpenKind::File,
            (ShareKind::Unknown, _) => OpenKind::Unknown,
        };
        let name = if what == OpenKind::Pipe { name.map(|name| pipe_name(&name)) } else { name };
        tables.add_open(open, session, tree, what, out);
        if let (OpenKind::Pipe | OpenKind::Unknown, Some(name)) = (what, &name) {
            tables.name_pipe(open, name, out.limits);
        }
        let answer_seen = response_seen;
        out.tell(OpenEvent::Opened { session, tree, open, name, what, answer_seen });
    }

    /// A session is first seen from its use, after it was asked for at `asked` if that was seen. Where requests are
    /// missing it may have been there since, and have held something that it did not use.
    pub(super) fn may_have_held(&mut self, session: SessionId, asked: Option<Origin>) {
        if let Some(since) = self.requests_missing_since {
            let since = asked.map_or(since, |asked| asked.later(since));
            self.tables.may_have_held_since(session, since, self.out.at);
        }
    }

    /// A session uses something, or closes it, that was not seen to be opened: it may have held that before.
    pub(super) fn opened_unseen(&mut self, session: SessionId, tree: TreeId) {
        if self.requests_missing_since.is_some() {
            self.tables.held_unseen(session, tree, self.out.at);
        }
    }

    /// One of some opens was closed, or one that was not seen to be opened.
    pub(super) fn closed_one(&mut self, session: SessionId, tree: TreeId, of: impl Fn(&OpenState) -> bool) {
        if !self.tables.close_one(of, &mut self.out) {
            self.opened_unseen(session, tree);
        }
    }

    /// A message is cut within its header.
    pub(super) fn cut(&mut self, remains: Remains) {
        self.out.tell(ConnectionEvent::Cut);
        let session = SessionId::Unnamed;
        if remains != Remains::NoSession {
            // Where sessions are known, it belongs to one of them.
            if self.tables.sessions.is_empty() {
                self.tables.ensure_session(session, &mut self.out);
                // What it opens is not seen.
                self.tables.may_hold(session, self.out.at);
            }
            self.tables.session_used(session, None, self.out.at);
        }
        if remains == Remains::Encrypted && self.tables.sessions.contains_key(&session) {
            self.out.tell(ConnectionEvent::Encrypted { session });
        }
    }

    // What fails

    /// A tree connect failed: it was refused for want of a slot, or denied to an anonymous client.
    pub(super) fn tree_connect_failed(&mut self, session: SessionId, path: Option<String>, status: Status) {
        let anonymous = self.tables.sessions.get(&session).is_some_and(|session| session.anonymous);
        if status.is_refusal() {
            self.out.tell(TreeEvent::Refused { session, path, status });
        } else if status.is_access_denied() && anonymous {
            self.out.tell(TreeEvent::Denied { session, path, status });
        }
    }

    /// A client was refused, by a response that is cut behind its status.
    pub(super) fn refused(&mut self, what: Refused, status: Status) {
        let session = SessionId::Unnamed;
        match what {
            Refused::Negotiate => self.negotiate_refused(status),
            Refused::SessionSetup => self.set_up_failed(session, status, auth::identify(None, false, false)),
            Refused::TreeConnect => self.out.tell(TreeEvent::Refused { session, path: None, status }),
        }
    }

    /// A negotiate was refused because a limit is reached.
    pub(super) fn negotiate_refused(&mut self, status: Status) {
        let identity = auth::identify(None, false, false);
        self.out.tell(SessionEvent::Refused { negotiate: true, status, identity });
    }

    /// A session setup failed. It was refused for want of a slot, or denied to an anonymous client or to one whose
    /// credentials were not captured, or a user failed to log on.
    pub(super) fn set_up_failed(&mut self, session: SessionId, status: Status, identity: Identity) {
        // A reauthentication that comes too late, or for a session that is gone, says nothing of who asked.
        let expired = status == Status::Nt(NtStatus::NETWORK_SESSION_EXPIRED);
        let gone = expired || status.is_session_gone();
        if status.is_refusal() {
            self.out.tell(SessionEvent::Refused { negotiate: false, status, identity });
        } else if identity.may_be_null() && !gone {
            self.out.tell(SessionEvent::Denied { session, status, identity });
        } else if !gone {
            self.out.tell(SessionEvent::LogonFailed { status, identity });
        }
    }

    /// A session was reauthenticated, as was asked for, and the response is missing.
    pub(super) fn reauthenticated_unseen(&mut self, session: SessionId, asked: Origin) {
        let identity = auth::identify(None, false, false);
        self.out.tell(SessionEvent::Reauthenticated { session, identity, asked: Some(asked) });
    }

    /// A session setup has no response. One that may be anonymous may have been granted or denied.
    pub(super) fn set_up_unanswered(
        &mut self,
        session: SessionId,
        credentials: Option<&auth::Credentials>,
        sent: Origin,
    ) {
        let identity = auth::identify_unanswered(credentials);
        if identity.may_be_null() {
            self.out.tell_at(sent, SessionEvent::SetUpUnanswered { session, identity });
        }
    }

    /// An open failed: it was denied to an anonymous client, or the pipe has no room for one more. A file or a printer of
    /// a share may well be closed to such clients.
    pub(super) fn open_failed(
        &mut self,
        session: SessionId,
        tree: TreeId,
        name: Option<String>,
        status: Status,
    ) {
        let anonymous = self.tables.sessions.get(&session).is_some_and(|session| session.anonymous);
        let share = self.tables.share(tree);
        let may_be_pipe = matches!(share, ShareKind::Pipe | ShareKind::Unknown);
        if (status.is_access_denied() && anonymous && may_be_pipe)
            || (status.is_out_of_resources() && share == ShareKind::Pipe)
        {
            self.out.tell(OpenEvent::Denied { session, name, status });
        } else if status.is_refusal() && may_be_pipe {
            let name = name.map(|name| pipe_name(&name));
            self.out.tell(OpenEvent::Refused { session, name, status });
        }
    }

    // Pipes

    /// Bytes that the client writes to a pipe. `carrier` names the request that carries them.
    pub(super) fn write_pipe(&mut self, open: OpenId, data: &[u8], whole: bool, carrier: u64) {
        let Self { tables, out, .. } = self;
        let limits = out.limits;
        let Some(pipe) = tables.begin_pipe(open, out) else { return };
        pipe.data_to_server(open, data, carrier, limits, out);
        if !whole {
            pipe.cut_to_server(open, carrier, limits, out);
            // What is missing may have closed a handle.
            pipe.lost(open, Direction::ToServer, out);
            out.tell(HandleEvent::InDoubt { open, handle: None, why: Doubt::RequestMissing });
        }
    }

    /// Bytes that the client reads from something that is a pipe, or shows by them to be one.
    pub(super) fn read_pipe(&mut self, open: Option<OpenId>, data: &[u8], whole: bool) {
        let Self { tables, out, .. } = self;
        let Some((open, state)) = open.and_then(|open| Some((open, tables.opens.get(&open)?))) else {
            return;
        };
        let may_be = matches!(state.what, OpenKind::Pipe | OpenKind::Unknown);
        let limits = out.limits;
        let begins = state.pipe.is_none() && may_be && crate::dcerpc::looks_like_pdu(data);
        let pipe = if begins { tables.begin_pipe(open, out) } else { tables.pipe(open) };
        if let Some(pipe) = pipe {
            pipe.data_to_client(open, data, limits, out);
            if !whole {
                pipe.cut_to_client(open, limits, out);
                pipe.lost(open, Direction::ToClient, out);
            }
        }
    }

    /// Pipe data in a response that does not say which pipe, when only one can be meant.
    pub(super) fn read_unnamed_pipe(&mut self, session: SessionId, tree: TreeId, data: &[u8], whole: bool) {
        let at = self.out.at;
        if let Some(open) = self.tables.pipe_awaiting(tree, data, &mut self.out) {
            self.open_used(open, Some(at));
            self.read_pipe(Some(open), data, whole);
        } else if crate::dcerpc::looks_like_pdu(data) {
            self.tables.unnamed_pipe_read(session, tree, at);
        }
    }

    /// The client does not wait any more for the calls that a request carried, or for any if it reads what answers.
    pub(super) fn pipe_cancelled(&mut self, open: OpenId, carrier: Option<u64>) {
        if let Some(pipe) = self.tables.pipe(open) {
            pipe.cancelled(open, carrier, &mut self.out);
        }
    }

    /// What the client read of a pipe is not known.
    pub(super) fn pipe_read_lost(&mut self, open: OpenId) {
        if let Some(pipe) = self.tables.pipe(open) {
            pipe.lost(open, Direction::ToClient, &mut self.out);
        }
    }

    /// The request that carried calls failed.
    pub(super) fn pipe_failed(&mut self, open: Option<OpenId>, carrier: u64, status: Status) {
        if let Some((open, pipe)) = open.and_then(|open| Some((open, self.tables.pipe(open)?))) {
            let cancelled = status == Status::Nt(NtStatus::CANCELLED);
            pipe.failed(open, carrier, status.as_raw(), cancelled, &mut self.out);
        }
    }

    /// A read of a pipe failed. What that says of the calls that wait depends on why.
    pub(super) fn read_failed(&mut self, open: Option<OpenId>, status: Status) {
        let Some((open, pipe)) = open.and_then(|open| Some((open, self.tables.pipe(open)?))) else { return };
        match status {
            Status::Nt(NtStatus::CANCELLED) => pipe.cancelled(open, None, &mut self.out),
            Status::Nt(NtStatus::PIPE_DISCONNECTED | NtStatus::PIPE_CLOSING | NtStatus::PIPE_BROKEN)
            | Status::Dos(DosError { class: 0x01, code: 109 | 232 | 233 }) => {
                pipe.broken(open, status.as_raw(), &mut self.out);
            }
            _ => {}
        }
    }
}

/// True if an open of this kind is a pipe, or what is written to it shows that it is.
pub(super) fn may_be_pipe(known: Option<OpenKind>, data: &[u8]) -> bool {
    match known {
        Some(OpenKind::Pipe) => true,
        Some(OpenKind::Unknown) | None => crate::dcerpc::looks_like_pdu(data),
        Some(_) => false,
    }
}

/// What kind of share it is: as the server says, else as the client asks, else by its path.
pub(super) fn share_kind(service: Option<&str>, asked: &str, path: Option<&str>) -> ShareKind {
    match (service.unwrap_or(asked), path) {
        ("IPC", _) => ShareKind::Pipe,
        ("A:", _) => ShareKind::Disk,
        ("LPT1:" | "LPT:", _) => ShareKind::Print,
        (_, Some(path)) if is_ipc(path) => ShareKind::Pipe,
        _ => ShareKind::Unknown,
    }
}
