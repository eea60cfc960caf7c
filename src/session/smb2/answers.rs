//! Answers: what was granted, read and ended.

use super::{Chain, Pending, SetUp, Smb2, What, created, is_of_file, open_id, share_kind};
use crate::auth::{Evidence, Who, identify};
use crate::session::event::{
    CloseReason, Direction, OpenEvent, OpenId, SessionEvent, SessionId, ShareKind, TreeEvent, TreeId,
};
use crate::session::here::Here;
use crate::session::limits::Limits;
use crate::session::missing::Answered;
use crate::session::tables::TreeState;
use crate::smb2::{
    Command, HeaderFlags, Message, create, ioctl, negotiate, read, session_setup, tree_connect,
};
use crate::wire::{NtStatus, Status};

/// True for commands that servers honour for files alone.
pub(super) fn is_of_files(command: Command) -> bool {
    matches!(command, Command::LOCK | Command::OPLOCK_BREAK)
}

/// True for commands that servers honour for directories alone. The root of `IPC$` is one, and has no name.
fn is_of_directories(command: Command) -> bool {
    matches!(command, Command::QUERY_DIRECTORY | Command::CHANGE_NOTIFY)
}

impl Smb2 {
    pub(super) fn response(
        &mut self,
        message: &Message<'_>,
        damaged: bool,
        answered: &mut Answered,
        chain: &mut Chain,
        here: &mut Here<'_>,
    ) {
        let header = &message.header;
        let status = header.status();
        if header.is_unsolicited() {
            return;
        }
        if status == NtStatus::PENDING && header.is_async() {
            // The answer proper comes later, under the same message id.
            if let Some(pending) = self.pending.get_mut(&header.message_id) {
                pending.async_id = Some(header.async_id);
            }
            return;
        }
        let answers_it = |pending: &Pending| pending.command == header.command;
        let id = header.message_id;
        let Some(pending) =
            self.pending.get(&id).is_some_and(answers_it).then(|| self.pending.remove(&id)).flatten()
        else {
            answered.orphans = true;
            self.orphan(message, chain, here);
            return;
        };
        answered.sent = answered.sent.max(Some(pending.sent));
        let status = Status::Nt(status);
        let session = match (pending.command, header.session_id) {
            (Command::SESSION_SETUP, id) if id != 0 => id,
            _ => pending.session,
        };
        let id = SessionId::Smb2(session);
        if status.is_session_gone() && pending.command != Command::SESSION_SETUP {
            return here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        if status.is_tree_gone() {
            let tree = TreeId::Smb2 { session, tree: pending.tree };
            here.tables.close_tree(tree, CloseReason::ServerDeniesIt, &mut here.out);
        }
        let honoured = status.is_success() || status.is_more_data();
        if honoured && session != 0 && !matches!(pending.command, Command::SESSION_SETUP | Command::ECHO) {
            self.ensure_session(session, here);
            self.note_set_up_anew(session, pending.sent, here);
            here.tables.session_used(id, Some(pending.sent), here.out.at);
        }
        let open = pending.file.map(|file| open_id(session, file));
        if let Some(open) = open {
            if honoured && pending.command != Command::CLOSE {
                self.ensure_open(open, session, pending.tree, here);
                here.tables.open_used(open, Some(pending.sent), here.out.at);
            } else if honoured && !here.tables.opens.contains_key(&open) {
                here.opened_unseen(id, TreeId::Smb2 { session, tree: pending.tree });
            }
            if status == Status::Nt(NtStatus::FILE_CLOSED) {
                here.tables.close_open(open, CloseReason::ServerDeniesIt, &mut here.out);
            }
        }
        let named = || open.is_some_and(|open| here.tables.is_named(open));
        if honoured && (is_of_files(pending.command) || (is_of_directories(pending.command) && named())) {
            self.shows_disk(session, pending.tree, here);
        }
        if let Some(waiting) = pending.waited(here.out.at) {
            here.out.tell_at(pending.sent, waiting);
        }
        match self.read_response(message, session, status, open, pending, here) {
            Ok(()) => {}
            Err(error) if !damaged => here.out.unreadable(error),
            // What the client read of a pipe is not known.
            Err(_) => {
                if let Some((open, pipe)) = open.and_then(|open| Some((open, here.tables.pipe(open)?))) {
                    pipe.lost(open, Direction::ToClient, &mut here.out);
                }
            }
        }
    }

    pub(super) fn read_response(
        &mut self,
        message: &Message<'_>,
        session: u64,
        status: Status,
        open: Option<OpenId>,
        mut pending: Pending,
        here: &mut Here<'_>,
    ) -> Result<(), crate::ParseError> {
        let bytes = message.bytes;
        let id = SessionId::Smb2(session);
        let carrier = message.header.message_id;
        match pending.command {
            Command::NEGOTIATE if status.is_success() => self.negotiated(bytes, here)?,
            Command::NEGOTIATE if status.is_refusal() => here.negotiate_refused(status),
            Command::SESSION_SETUP => {
                let What::SessionSetup(set_up) = pending.what else { return Ok(()) };
                self.session_setup_answered(message, session, status, *set_up, here)?;
            }
            Command::LOGOFF if status.is_success() => {
                here.tables.close_session(id, CloseReason::OwnClose, &mut here.out)
            }
            Command::TREE_CONNECT => {
                let What::TreeConnect(path) = pending.what else { return Ok(()) };
                let anonymous = here.tables.sessions.get(&id).is_some_and(|session| session.anonymous);
                if status.is_success() {
                    let share =
                        tree_connect::Response::parse(bytes).map(|response| share_kind(response.share_type));
                    let share = share.unwrap_or(ShareKind::Unknown);
                    let tree = TreeId::Smb2 { session, tree: message.header.tree_id };
                    here.tables.add_tree(tree, TreeState::new(id, share), here.limits, &mut here.out);
                    here.out.tell(TreeEvent::Connected { session: id, tree, path, share, answer_seen: true });
                    self.given(carrier, message.header.tree_id, None, here);
                } else if status.is_refusal() {
                    here.out.tell(TreeEvent::Refused { session: id, path, status });
                } else if status.is_access_denied() && anonymous {
                    here.out.tell(TreeEvent::Denied { session: id, path, status });
                }
            }
            Command::TREE_DISCONNECT if status.is_success() => {
                here.tables.close_tree(
                    TreeId::Smb2 { session, tree: pending.tree },
                    CloseReason::OwnClose,
                    &mut here.out,
                );
            }
            Command::CREATE => {
                let tree = TreeId::Smb2 { session, tree: pending.tree };
                let opened = status.is_success() && status != Status::Nt(NtStatus::PENDING);
                // An answer that cannot be read leaves it held.
                let response = opened.then(|| create::Response::parse(bytes)).transpose()?;
                pending.let_go(true, here);
                let What::Create { name, directory, .. } = pending.what else { return Ok(()) };
                if let Some(response) = response {
                    let directory =
                        directory || response.file_attributes.contains(create::FileAttributes::DIRECTORY);
                    let file = response.file_id;
                    let of_file = is_of_file(response.file_attributes, name.as_deref());
                    self.ensure_tree(session, pending.tree, here);
                    here.opened(created(session, tree, file, name, directory));
                    if of_file {
                        self.shows_disk(session, pending.tree, here);
                    }
                    self.given(carrier, pending.tree, Some(file), here);
                } else {
                    here.open_failed(id, tree, name, status);
                }
            }
            Command::CLOSE if status.is_success() => {
                if let Some(open) = open {
                    here.tables.close_open(open, CloseReason::OwnClose, &mut here.out);
                }
            }
            Command::READ if status.is_success() || status.is_more_data() => {
                let response = read::Response::parse(bytes)?;
                let whole = response.data.len() == crate::wire::widen(response.data_length);
                here.read_pipe(open, response.data, whole);
            }
            Command::READ => here.read_failed(open, status),
            Command::IOCTL if matches!(pending.what, What::Pipe) => {
                if status.is_success() || status.is_more_data() {
                    let response = ioctl::Response::parse(bytes)?;
                    let whole = response.output.len() == crate::wire::widen(response.output_count);
                    here.read_pipe(open, response.output, whole);
                } else {
                    here.pipe_failed(open, carrier, status);
                }
            }
            Command::WRITE if matches!(pending.what, What::Pipe) && !status.is_success() => {
                here.pipe_failed(open, carrier, status);
            }
            Command::LOCK if status.is_success() => {
                if let (What::Locks { taken, freed, .. }, Some(open)) = (pending.what, open) {
                    here.out.tell(OpenEvent::Locks { open, taken, freed });
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn negotiated(&mut self, bytes: &[u8], here: &mut Here<'_>) -> Result<(), crate::ParseError> {
        let response = negotiate::Response::parse(bytes)?;
        // The answer to a multi-protocol negotiate says only that SMB2 it will be.
        if response.dialect != negotiate::Dialect::WILDCARD && !self.negotiated {
            self.negotiated = true;
            self.server_is_samba = negotiate::is_samba(&response.server_guid);
            here.out.tell(SessionEvent::Negotiated {
                dialect: response.dialect.to_string(),
                server_guid: Some(response.server_guid).filter(|guid| !guid.is_nil()),
                client_guid: self.client_guid,
            });
        }
        Ok(())
    }

    pub(super) fn keep_setup(&mut self, session: u64, set_up: SetUp, limits: &Limits) {
        if self.setups.len() < limits.sessions || self.setups.contains_key(&session) {
            self.setups.insert(session, set_up);
        }
    }

    pub(super) fn session_setup_answered(
        &mut self,
        message: &Message<'_>,
        session: u64,
        status: Status,
        set_up: SetUp,
        here: &mut Here<'_>,
    ) -> Result<(), crate::ParseError> {
        let id = SessionId::Smb2(session);
        if status == Status::Nt(NtStatus::MORE_PROCESSING_REQUIRED) {
            let blob =
                session_setup::Response::parse(message.bytes).ok().map(|response| response.security_buffer);
            here.challenged(blob);
            self.keep_setup(
                session,
                SetUp { sent: None, asked_more: Some(here.out.at), ..set_up },
                here.limits,
            );
            return Ok(());
        }
        self.signed = None;
        self.setups.remove(&session);
        let flags = if status.is_success() {
            session_setup::Response::parse(message.bytes)
                .map(|response| response.session_flags)
                .unwrap_or_default()
        } else {
            session_setup::SessionFlags::empty()
        };
        let guest = flags.contains(session_setup::SessionFlags::IS_GUEST);
        let null = flags.contains(session_setup::SessionFlags::IS_NULL);
        let mut identity = identify(set_up.credentials.as_ref(), guest, null);
        if status.is_success() {
            if set_up.new {
                here.tables.forget_session(id, &mut here.out);
            }
            if here.tables.sessions.contains_key(&id) {
                // Samba does not say again that it is a guest whom it lets in, but signs its answers to users alone.
                let signed = message.header.flags.contains(HeaderFlags::SIGNED);
                if self.server_is_samba && !signed && identity.who == Who::User {
                    identity.who = Who::Guest;
                    identity.evidence.push(Evidence::AnswerUnsigned);
                }
                here.tables.session_used(id, Some(here.out.at), here.out.at);
                here.out.tell(SessionEvent::Reauthenticated { session: id, identity, asked: None });
            } else if set_up.binding {
                here.tables.add_session(id, Some(&identity), here.limits, &mut here.out);
                here.out.tell(SessionEvent::ChannelJoined { session: id });
            } else {
                here.tables.add_session(id, Some(&identity), here.limits, &mut here.out);
                let previous = set_up.previous.map(SessionId::Smb2);
                here.out.tell(SessionEvent::SetUp {
                    session: id,
                    identity,
                    answer_seen: true,
                    previous,
                    vc_zero: false,
                });
            }
            return Ok(());
        }
        // Whoever fails to authenticate anew loses the session ([MS-SMB2] 3.3.5.5.3), but not by failing to bind it, nor
        // by a signature that is found wrong before anybody looks at credentials.
        let unread = set_up.credentials.is_none() && status.is_access_denied();
        if !set_up.binding && !unread {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        here.set_up_failed(id, status, identity);
        Ok(())
    }
}
