//! What both dialects read a connection's messages with.

use super::cut::{Refused, Remains};
use super::event::{
    ConnectionEvent, Direction, Doubt, HandleEvent, OpenEvent, OpenId, OpenKind, SessionEvent, SessionId,
    ShareKind, TreeEvent, TreeId,
};
use super::limits::Limits;
use super::out::Out;
use super::pipe_name;
use super::tables::{OpenState, Tables};
use crate::auth::{self, Identity, Token};
use crate::capture::Origin;
use crate::wire::{DosError, NtStatus, Status};

/// The connection whose message is being read: its tables, the limits they have, and where events go.
pub(super) struct Here<'a> {
    pub(super) tables: &'a mut Tables,
    pub(super) limits: &'a Limits,
    /// Since when requests may be missing from the capture; if none are, a response without a request is nobody's.
    pub(super) unseen_since: Option<Origin>,
    pub(super) out: Out<'a>,
}

/// Seconds for which a request may wait for its answer without a word.
pub(super) const LONG_WAIT: f64 = 1.0;

/// Something that was opened.
pub(super) struct NewOpen {
    pub(super) session: SessionId,
    pub(super) tree: TreeId,
    pub(super) open: OpenId,
    pub(super) name: Option<String>,
    /// What the messages say that it is; the share may say more.
    pub(super) told: OpenKind,
    pub(super) answer_seen: bool,
}

impl Here<'_> {
    /// The answer to a session setup that asks for more may tell the server's names and version, and whether it is in a
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
        let Self { tables, limits, out, .. } = self;
        let NewOpen { session, tree, open, name, told, answer_seen } = new;
        tables.ensure_tree(tree, session, limits, out);
        let what = match (tables.share(tree), told) {
            (ShareKind::Pipe, _) | (_, OpenKind::Pipe) => OpenKind::Pipe,
            (ShareKind::Print, _) | (_, OpenKind::Printer) => OpenKind::Printer,
            (ShareKind::Disk, OpenKind::Directory) => OpenKind::Directory,
            (ShareKind::Disk, _) => OpenKind::File,
            (ShareKind::Unknown, _) => OpenKind::Unknown,
        };
        let name = if what == OpenKind::Pipe { name.map(|name| pipe_name(&name)) } else { name };
        tables.add_open(open, session, tree, what, limits, out);
        if let (OpenKind::Pipe | OpenKind::Unknown, Some(name)) = (what, &name) {
            tables.name_pipe(open, name, limits);
        }
        out.tell(OpenEvent::Opened { session, tree, open, name, what, answer_seen });
    }

    /// A session is first seen from its use, after it was asked for at `asked` if that was seen. Where requests are
    /// missing it may have been there since, and have held something that it did not use.
    pub(super) fn may_have_held(&mut self, session: SessionId, asked: Option<Origin>) {
        if let Some(since) = self.unseen_since {
            let since = asked.map_or(since, |asked| asked.later(since));
            self.tables.may_have_held_since(session, since, self.out.at);
        }
    }

    /// A session uses something, or closes it, that was not seen to be opened: it may have held that before.
    pub(super) fn opened_unseen(&mut self, session: SessionId, tree: TreeId) {
        if self.unseen_since.is_some() {
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
            // Where sessions are known, it is one of theirs, as far as known.
            if self.tables.sessions.is_empty() {
                self.tables.ensure_session(session, self.limits, &mut self.out);
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

    /// A client was turned away, by an answer that is cut behind its status.
    pub(super) fn refused(&mut self, what: Refused, status: Status) {
        let session = SessionId::Unnamed;
        match what {
            Refused::Negotiate => self.negotiate_refused(status),
            Refused::SessionSetup => self.set_up_failed(session, status, auth::identify(None, false, false)),
            Refused::TreeConnect => self.out.tell(TreeEvent::Refused { session, path: None, status }),
        }
    }

    /// A negotiate was turned away because a limit is reached.
    pub(super) fn negotiate_refused(&mut self, status: Status) {
        let identity = auth::identify(None, false, false);
        self.out.tell(SessionEvent::Refused { negotiate: true, status, identity });
    }

    /// A set-up failed: it was refused for want of a slot, or denied to nobody, or to somebody whose credentials were not
    /// captured; or somebody failed to log on.
    pub(super) fn set_up_failed(&mut self, session: SessionId, status: Status, identity: Identity) {
        // A set-up anew that comes too late, or for a session that is no more, says nothing of who asked.
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

    /// A session was set up anew, as was asked for, and the answer is missing.
    pub(super) fn reauthenticated_unseen(&mut self, session: SessionId, asked: Origin) {
        let identity = auth::identify(None, false, false);
        self.out.tell(SessionEvent::Reauthenticated { session, identity, asked: Some(asked) });
    }

    /// A set-up has no answer. One that may be anonymous may have been granted or denied.
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

    /// Bytes that the client writes to a pipe; `carrier` names the request that carries them.
    pub(super) fn write_pipe(&mut self, open: OpenId, data: &[u8], whole: bool, carrier: u64) {
        let Self { tables, limits, out, .. } = self;
        let Some(pipe) = tables.begin_pipe(open, limits, out) else { return };
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
        let Self { tables, limits, out, .. } = self;
        let Some((open, state)) = open.and_then(|open| Some((open, tables.opens.get(&open)?))) else {
            return;
        };
        let may_be = matches!(state.what, OpenKind::Pipe | OpenKind::Unknown);
        let begins = state.pipe.is_none() && may_be && crate::dcerpc::looks_like_pdu(data);
        let pipe = if begins { tables.begin_pipe(open, limits, out) } else { tables.pipe(open) };
        if let Some(pipe) = pipe {
            pipe.data_to_client(open, data, limits, out);
            if !whole {
                pipe.cut_to_client(open, limits, out);
                pipe.lost(open, Direction::ToClient, out);
            }
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
