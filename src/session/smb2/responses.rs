//! Responses: what was granted, read and ended.

use super::{
    Chain, Smb2, SmbCommand, created, id_of, is_of_directories, is_of_file, is_of_files, share_kind,
};
use crate::ParseError;
use crate::session::context::Context;
use crate::session::event::{CloseReason, OpenEvent, SessionEvent, SessionId, ShareKind, TreeId};
use crate::session::exchange::{SetUpResponse, is_honoured};
use crate::session::missing::Answered;
use crate::session::request::{Operation, Request, SetUp};
use crate::smb2::{
    Command, HeaderFlags, Message, create, ioctl, negotiate, read, session_setup, tree_connect,
};
use crate::wire::{NtStatus, Status, widen};

impl Smb2 {
    pub(super) fn response(
        &mut self,
        message: &Message<'_>,
        damaged: bool,
        answered: &mut Answered,
        chain: &mut Chain,
        cx: &mut Context<'_>,
    ) {
        let header = &message.header;
        if header.is_unsolicited() {
            return;
        }
        let id = id_of(header);
        if header.status() == NtStatus::PENDING && header.is_async() {
            // The response proper comes later, under the same message id.
            if let Some(request) = self.exchanges.requests.get_mut(id) {
                request.async_id = Some(header.async_id);
            }
            return;
        }
        let command = SmbCommand::Smb2(header.command);
        let Some(mut request) = self.exchanges.requests.take(id, |request| request.command() == command)
        else {
            answered.orphans = true;
            self.orphan(message, chain, cx);
            return;
        };
        answered.sent = answered.sent.max(Some(request.sent));
        if header.command == Command::SESSION_SETUP && header.session_id != 0 {
            // The response gives the id.
            request.session = SessionId::Smb2(header.session_id);
        }
        let status = Status::Nt(header.status());
        if !self.status_answered(&request, header.command, status, cx) {
            return;
        }
        let open = request.first.open;
        match self.read_response(message, status, request, cx) {
            Ok(()) => {}
            Err(error) if !damaged => cx.out.unreadable(error),
            Err(_) => open.into_iter().for_each(|open| cx.pipe_read_lost(open)),
        }
    }

    /// What the status of a response says, whatever else is in it. False if nothing else can be read of it.
    fn status_answered(
        &mut self,
        request: &Request,
        command: Command,
        status: Status,
        cx: &mut Context<'_>,
    ) -> bool {
        if !self.exchanges.check_status(request, status, cx) {
            return false;
        }
        let Request { session, tree, sent, .. } = *request;
        let of_session = session.as_raw() != 0 && !matches!(command, Command::SESSION_SETUP | Command::ECHO);
        if is_honoured(status) && of_session {
            self.exchanges.session_honoured(session, sent, cx);
        }
        self.exchanges.open_answered(request, status, cx);
        let named = || request.first.open.is_some_and(|open| cx.tables.is_named(open));
        if is_honoured(status) && (is_of_files(command) || (is_of_directories(command) && named())) {
            self.exchanges.shows_disk(tree, session, cx);
        }
        if let Some(waiting) = request.waited(cx.out.at) {
            cx.out.tell_at(sent, waiting);
        }
        true
    }

    fn read_response(
        &mut self,
        message: &Message<'_>,
        status: Status,
        request: Request,
        cx: &mut Context<'_>,
    ) -> Result<(), ParseError> {
        let Request { session, tree, .. } = request;
        let (open, carrier) = (request.first.open, id_of(&message.header).0);
        let is_pipe = matches!(request.first.operation, Operation::Pipe);
        match message.header.command {
            Command::NEGOTIATE if status.is_success() => self.negotiated(message, cx)?,
            Command::NEGOTIATE if status.is_refusal() => cx.negotiate_refused(status),
            Command::SESSION_SETUP => {
                if let Operation::SessionSetup(set_up) = request.first.operation {
                    self.session_setup_answered(message, session, status, *set_up, cx);
                }
            }
            Command::LOGOFF if status.is_success() => cx.close_session(session, CloseReason::OwnClose),
            Command::TREE_CONNECT => {
                if let Operation::TreeConnect { path, .. } = request.first.operation {
                    self.tree_connect_answered(message, session, status, path, cx);
                }
            }
            Command::TREE_DISCONNECT if status.is_success() => cx.close_tree(tree, CloseReason::OwnClose),
            Command::CREATE => self.create_answered(message, status, request, cx)?,
            Command::CLOSE if status.is_success() => {
                open.into_iter().for_each(|open| cx.close_open(open, CloseReason::OwnClose));
            }
            Command::READ if is_honoured(status) => {
                let response = read::Response::parse(message)?;
                let whole = response.data.len() == widen(response.data_length);
                cx.read_pipe(open, response.data, whole);
            }
            Command::READ => cx.read_failed(open, status),
            Command::IOCTL if is_pipe && is_honoured(status) => {
                let response = ioctl::Response::parse(message)?;
                let whole = response.output.len() == widen(response.output_count);
                cx.read_pipe(open, response.output, whole);
            }
            Command::IOCTL if is_pipe => cx.pipe_failed(open, carrier, status),
            Command::WRITE if is_pipe && !status.is_success() => cx.pipe_failed(open, carrier, status),
            Command::LOCK if status.is_success() => {
                if let (Operation::Locks { taken, freed, .. }, Some(open)) = (request.first.operation, open) {
                    cx.out.tell(OpenEvent::Locks { open, taken, freed });
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn negotiated(
        &mut self,
        message: &Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), ParseError> {
        let response = negotiate::Response::parse(message)?;
        // The response to a multi-protocol negotiate says only that SMB2 it will be.
        if response.dialect != negotiate::Dialect::WILDCARD && !self.negotiated {
            self.negotiated = true;
            self.server_is_samba = negotiate::is_samba(&response.server_guid);
            cx.out.tell(SessionEvent::Negotiated {
                dialect: response.dialect.to_string(),
                server_guid: Some(response.server_guid).filter(|guid| !guid.is_nil()),
                samba: self.server_is_samba,
                client_guid: self.client_guid,
            });
        }
        Ok(())
    }

    pub(super) fn session_setup_answered(
        &mut self,
        message: &Message<'_>,
        session: SessionId,
        status: Status,
        set_up: SetUp,
        cx: &mut Context<'_>,
    ) {
        let response = session_setup::Response::parse(message).ok();
        let flags = response.as_ref().filter(|_| status.is_success()).map(|response| response.session_flags);
        let flags = flags.unwrap_or_default();
        let signed = message.header.flags.contains(HeaderFlags::SIGNED);
        let answer = SetUpResponse {
            blob: response.map(|response| response.security_buffer),
            guest: flags.contains(session_setup::SessionFlags::IS_GUEST),
            null: flags.contains(session_setup::SessionFlags::IS_NULL),
            share_level: false,
            unsigned: self.server_is_samba && !signed,
        };
        self.exchanges.set_up_answered(session, status, set_up, &answer, cx);
    }

    fn tree_connect_answered(
        &mut self,
        message: &Message<'_>,
        session: SessionId,
        status: Status,
        path: Option<String>,
        cx: &mut Context<'_>,
    ) {
        if !status.is_success() {
            cx.tree_connect_failed(session, path, status);
            return;
        }
        let share = tree_connect::Response::parse(message).map(|response| share_kind(response.share_type));
        let number = message.header.tree_id;
        let tree = TreeId::Smb2 { session: session.as_raw(), tree: number };
        cx.connected(session, tree, path, share.unwrap_or(ShareKind::Unknown), true);
        self.given(id_of(&message.header), number, None, cx);
    }

    fn create_answered(
        &mut self,
        message: &Message<'_>,
        status: Status,
        request: Request,
        cx: &mut Context<'_>,
    ) -> Result<(), ParseError> {
        let Request { session, tree, .. } = request;
        let opened = status.is_success() && status != Status::Nt(NtStatus::PENDING);
        // A response that cannot be read leaves it held.
        let response = opened.then(|| create::Response::parse(message)).transpose()?;
        let held = request.first.operation.is_held();
        let (name, directory) = match request.first.operation {
            Operation::Open { name, directory, .. } => (name, directory),
            _ => return Ok(()),
        };
        let Some(response) = response else {
            if held {
                cx.tables.open_answered(session, true, cx.out.at);
            }
            cx.open_failed(session, tree, name, status);
            return Ok(());
        };
        let directory = directory || response.file_attributes.contains(create::FileAttributes::DIRECTORY);
        let of_file = is_of_file(response.file_attributes, name.as_deref());
        let new = created(session, tree, response.file_id, name, directory);
        self.exchanges.opened(new, session, held, cx);
        if of_file {
            self.exchanges.shows_disk(tree, session, cx);
        }
        self.given(id_of(&message.header), tree.as_raw(), Some(response.file_id), cx);
        Ok(())
    }
}
