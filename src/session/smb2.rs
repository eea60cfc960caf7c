//! SMB2 on one connection: messages in, events out.

use super::event::{
    CloseReason, ConnectionEvent, Direction, Doubt, Loss, OpenEvent, OpenId, OpenKind, SessionEvent,
    SessionId, ShareKind, TreeEvent, TreeId,
};
use super::here::{Here, NewOpen};
use super::limits::Limits;
use super::out::Out;
use super::pipe::Pipe;
use super::tables::{Map, Tables, TreeState};
use super::{Pdu, is_ipc};
use crate::auth::{Credentials, Who, identify, identify_unanswered};
use crate::capture::Origin;
use crate::smb2::{
    Command, FileId, Header, Message, close, compound, create, ioctl, lock, negotiate, read, request_file_id,
    session_setup, tree_connect, write,
};
use crate::wire::{DosError, NtStatus, Status};

/// A message id of no request: that of oplock break notifications.
const UNSOLICITED: u64 = u64::MAX;
/// A TreeId or SessionId that stands for that of the message before (related operations).
const RELATED_TREE: u32 = u32::MAX;
const RELATED_SESSION: u64 = u64::MAX;

#[derive(Debug, Default)]
pub(super) struct Smb2 {
    pending: Map<u64, Pending>,
    /// Set-ups under way, by the id that the server gave them in its first answer.
    setups: Map<u64, SetUp>,
    client_guid: Option<uuid::Uuid>,
    negotiated: bool,
    encrypted: Vec<u64>,
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Pending {
    command: Command,
    sent: Origin,
    session: u64,
    tree: u32,
    file: Option<FileId>,
    /// The request before it in its frame whose answer gives the tree or the file that this one is about.
    after: Option<u64>,
    what: What,
    /// Its answer may be among what is missing from the capture.
    answer_lost: bool,
    /// The id that the interim answer gave it.
    async_id: Option<u64>,
    /// The client does not wait for it any more.
    cancelled: bool,
}

impl Pending {
    /// What it leaves in doubt if its answer is missing: whatever it would have ended.
    fn doubt(&self) -> Option<super::EventKind> {
        let why = Doubt::AnswerMissing;
        let session = self.session;
        Some(match (self.command, self.file) {
            (Command::CLOSE, Some(file)) => OpenEvent::InDoubt { open: open_id(session, file), why }.into(),
            (Command::TREE_DISCONNECT, _) => {
                TreeEvent::InDoubt { tree: TreeId::Smb2 { session, tree: self.tree }, why }.into()
            }
            (Command::LOGOFF, _) => SessionEvent::InDoubt { session: SessionId::Smb2(session), why }.into(),
            _ => return None,
        })
    }
}

/// What of a request its answer will be read with.
#[derive(Debug)]
enum What {
    /// Nothing more.
    Plain,
    /// It may wait as long as it likes.
    WaitsByDesign,
    SessionSetup(Box<SetUp>),
    TreeConnect(Option<String>),
    Create {
        name: Option<String>,
        directory: bool,
    },
    /// Data went to, or will come from, a pipe.
    Pipe,
    /// Data for what a CREATE in the same frame opens, once that is answered.
    ToCreated {
        data: Box<[u8]>,
        whole: bool,
    },
}

/// A session setup exchange.
#[derive(Debug, Clone, Default)]
struct SetUp {
    credentials: Option<Credentials>,
    binding: bool,
    previous: Option<u64>,
    /// The client asked for a new session: the exchange began without a SessionId.
    new: bool,
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
struct Place {
    session: u64,
    tree: u32,
    open: Option<OpenId>,
    /// It is about what a CREATE before it in its frame opens.
    to_created: bool,
}

/// The messages before in one frame, which related ones refer to.
#[derive(Debug, Default, Clone, Copy)]
struct Chain {
    session: u64,
    tree: u32,
    file: Option<FileId>,
    /// The last request whose answer gives a tree or a file.
    gives: Option<u64>,
}

impl Smb2 {
    /// True if what is in `head` is read from or written to a pipe, or may be.
    pub(super) fn is_pipe(&self, header: &Header, file: Option<FileId>, tables: &Tables) -> bool {
        let (session, tree, file) = match (header.is_response(), file) {
            (true, _) => match self.pending.get(&header.message_id) {
                Some(pending) => (pending.session, pending.tree, pending.file),
                None => (header.session_id, header.tree_id, None),
            },
            (false, file) => (header.session_id, header.tree_id, file),
        };
        if let Some(open) = file.and_then(|file| tables.opens.get(&open_id(session, file))) {
            return matches!(open.what, OpenKind::Pipe | OpenKind::Unknown);
        }
        let share = tables.trees.get(&TreeId::Smb2 { session, tree }).map(|tree| tree.share);
        !matches!(share, Some(ShareKind::Disk | ShareKind::Print))
    }

    /// A frame that begins with an SMB2 header.
    pub(super) fn frame(&mut self, frame: &[u8], damaged: bool, here: &mut Here<'_>) -> Answered {
        let mut answered = Answered::default();
        let mut chain = Chain::default();
        for message in compound(frame) {
            let message = match message {
                Ok(message) => message,
                Err(error) => {
                    if !damaged {
                        here.out.unreadable(error);
                    }
                    break;
                }
            };
            here.out.pdu(&Pdu::Smb2(&message));
            if message.header.is_response() {
                self.response(&message, damaged, &mut answered, &mut chain, here);
            } else {
                self.request(&message, damaged, &mut chain, here);
            }
        }
        answered
    }

    /// A frame whose messages are encrypted for a session.
    pub(super) fn encrypted(&mut self, session: u64, here: &mut Here<'_>) {
        let id = SessionId::Smb2(session);
        if !self.encrypted.contains(&session) && self.encrypted.len() < here.limits.sessions {
            self.encrypted.push(session);
            self.ensure_session(session, here);
            here.out.tell(ConnectionEvent::Encrypted { session: id });
        }
        here.tables.session_used(id, Some(here.out.at), here.out.at);
    }

    // Requests

    fn request(&mut self, message: &Message<'_>, damaged: bool, chain: &mut Chain, here: &mut Here<'_>) {
        let header = &message.header;
        let related = header.flags.contains(crate::smb2::HeaderFlags::RELATED_OPERATIONS);
        let session = match header.session_id {
            RELATED_SESSION if related => chain.session,
            id => id,
        };
        let tree = match header.tree_id {
            RELATED_TREE if related => chain.tree,
            id => id,
        };
        let file = match request_file_id(header.command, message.bytes) {
            Some(FileId::RELATED) => chain.file,
            file => file,
        };
        let after = chain.gives.filter(|_| related);
        *chain = match header.command {
            Command::CREATE | Command::TREE_CONNECT => {
                Chain { session, tree, file: None, gives: Some(header.message_id) }
            }
            _ => Chain { session, tree, file: file.or(chain.file.filter(|_| related)), gives: after },
        };
        if header.command == Command::CANCEL {
            return self.cancel(header, here);
        }
        let id = SessionId::Smb2(session);
        if header.command != Command::ECHO && session != 0 {
            here.tables.session_used(id, None, here.out.at);
            if !header.is_async() {
                here.tables.pid(id, header.process_id, &mut here.out);
            }
        }
        let open = file.map(|file| open_id(session, file));
        if let Some(open) = open {
            here.tables.open_used(open, None, here.out.at);
        }
        let to_created = after.is_some() && file.is_none();
        let place = Place { session, tree, open, to_created };
        let what = self.read_request(message, damaged, place, here).unwrap_or_else(|error| {
            if !damaged {
                here.out.unreadable(error);
            }
            What::Plain
        });
        if self.pending.len() >= here.limits.requests {
            // The oldest requests have the lowest ids; what has waited through so many others is given up.
            if let Some(oldest) = self.pending.keys().min().copied() {
                self.pending.remove(&oldest);
                here.out.tell(Loss::Evicted { table: "requests of a connection" });
            }
        }
        let pending = Pending {
            command: header.command,
            sent: here.out.at,
            session,
            tree,
            file,
            after,
            what,
            answer_lost: false,
            async_id: None,
            cancelled: false,
        };
        self.pending.insert(header.message_id, pending);
    }

    /// The client does not wait for a request any more, which CANCEL names by the id of its interim answer if there was
    /// one, else by its own. It may be answered all the same.
    fn cancel(&mut self, header: &Header, here: &mut Here<'_>) {
        let id = match header.is_async() {
            true => {
                let is_it = |pending: &Pending| pending.async_id == Some(header.async_id);
                self.pending.iter().find(|(_, pending)| is_it(pending)).map(|(id, _)| *id)
            }
            false => Some(header.message_id),
        };
        let Some((id, pending)) = id.and_then(|id| Some((id, self.pending.get_mut(&id)?))) else { return };
        pending.cancelled = true;
        let open = pending.file.map(|file| open_id(pending.session, file));
        if let Some(open) = open.filter(|_| matches!(pending.what, What::Pipe))
            && let Some(pipe) = here.tables.opens.get_mut(&open).and_then(|state| state.pipe.as_mut())
        {
            pipe.cancelled(open, (pending.command != Command::READ).then_some(id), &mut here.out);
        }
    }

    fn read_request(
        &mut self,
        message: &Message<'_>,
        damaged: bool,
        place: Place,
        here: &mut Here<'_>,
    ) -> Result<What, crate::ParseError> {
        let bytes = message.bytes;
        let id = message.header.message_id;
        let open = place.open;
        Ok(match message.header.command {
            Command::NEGOTIATE => {
                let request = negotiate::Request::parse(bytes)?;
                self.client_guid = Some(request.client_guid).filter(|guid| !guid.is_nil());
                What::Plain
            }
            Command::SESSION_SETUP => {
                let request = session_setup::Request::parse(bytes)?;
                let known = self.setups.get(&message.header.session_id).cloned().unwrap_or_default();
                let binding = request.flags.contains(session_setup::RequestFlags::BINDING);
                let previous = Some(request.previous_session_id).filter(|previous| *previous != 0);
                let set_up = SetUp {
                    credentials: Credentials::from_blob(request.security_buffer).or(known.credentials),
                    binding: binding || known.binding,
                    previous: previous.or(known.previous),
                    new: message.header.session_id == 0 || known.new,
                };
                if message.header.session_id != 0 {
                    self.keep_setup(message.header.session_id, set_up.clone(), here.limits);
                }
                What::SessionSetup(Box::new(set_up))
            }
            Command::TREE_CONNECT => {
                let request = tree_connect::Request::parse(bytes)?;
                What::TreeConnect(Some(request.path.to_string()))
            }
            Command::CREATE => {
                let request = create::Request::parse(bytes)?;
                let directory = request.options.contains(create::CreateOptions::DIRECTORY_FILE);
                What::Create { name: Some(request.name.to_string()), directory }
            }
            Command::READ => {
                // A read of a pipe may be posted long before there is anything to read.
                let pipe = open
                    .and_then(|open| here.tables.opens.get(&open))
                    .is_none_or(|open| open.what == OpenKind::Pipe);
                if pipe { What::Pipe } else { What::Plain }
            }
            Command::WRITE => {
                let request = write::Request::parse(bytes)?;
                let whole = request.data.len() == crate::wire::widen(request.length);
                self.write_pipe(place, request.data, whole, id, here)
            }
            Command::IOCTL => {
                let request = ioctl::Request::parse(bytes)?;
                match request.ctl_code {
                    ioctl::FsctlCode::PIPE_TRANSCEIVE => {
                        let whole = request.input.len() == crate::wire::widen(request.input_count);
                        self.write_pipe(place, request.input, whole, id, here)
                    }
                    ioctl::FsctlCode::PIPE_WAIT => What::WaitsByDesign,
                    _ => What::Plain,
                }
            }
            Command::LOCK => {
                let blocking = lock::Request::parse(bytes).is_ok_and(|request| request.is_blocking());
                if blocking { What::WaitsByDesign } else { What::Plain }
            }
            Command::CHANGE_NOTIFY | Command::ECHO => What::WaitsByDesign,
            Command::CLOSE => {
                if damaged && open.is_none() {
                    close::Request::parse(bytes)?;
                }
                What::Plain
            }
            _ => What::Plain,
        })
    }

    /// Bytes that the client writes to something that is a pipe, or shows by them to be one.
    fn write_pipe(
        &mut self,
        place: Place,
        data: &[u8],
        whole: bool,
        carrier: u64,
        here: &mut Here<'_>,
    ) -> What {
        let Some(open) = place.open else {
            let keep = place.to_created && crate::dcerpc::looks_like_pdu(data);
            return if keep { What::ToCreated { data: data.into(), whole } } else { What::Plain };
        };
        let known = here.tables.opens.get(&open).map(|open| open.what);
        let pipe = match known {
            Some(OpenKind::Pipe) => true,
            Some(OpenKind::Unknown) | None => crate::dcerpc::looks_like_pdu(data),
            Some(_) => false,
        };
        if !pipe {
            return What::Plain;
        }
        if known.is_none() {
            self.ensure_open(open, place.session, place.tree, here);
        }
        if let Some(state) = here.tables.opens.get_mut(&open) {
            let pipe = state.pipe.get_or_insert_with(|| Box::new(Pipe::new(None, here.limits)));
            pipe.data_to_server(open, data, carrier, here.limits, &mut here.out);
            if !whole {
                pipe.lost(open, Direction::ToServer, &mut here.out);
            }
        }
        What::Pipe
    }

    /// A tree or a file was given: the requests that were sent behind its own are about it.
    fn given(&mut self, by: u64, tree: u32, file: Option<FileId>, here: &mut Here<'_>) {
        let behind = |(id, pending): (&u64, &Pending)| (pending.after == Some(by)).then_some(*id);
        let mut ids: Vec<u64> = self.pending.iter().filter_map(behind).collect();
        ids.sort_unstable();
        for id in ids {
            let Some(pending) = self.pending.get_mut(&id) else { continue };
            (pending.tree, pending.file) = (tree, pending.file.or(file));
            let open = pending.file.map(|file| open_id(pending.session, file));
            let place = Place { session: pending.session, tree, open, to_created: false };
            if let What::ToCreated { data, whole } = &mut pending.what {
                let (data, whole) = (core::mem::take(data), *whole);
                let at = core::mem::replace(&mut here.out.at, pending.sent);
                let what = self.write_pipe(place, &data, whole, id, here);
                here.out.at = at;
                if let Some(pending) = self.pending.get_mut(&id) {
                    pending.what = what;
                }
            }
        }
    }

    // Answers

    fn response(
        &mut self,
        message: &Message<'_>,
        damaged: bool,
        answered: &mut Answered,
        chain: &mut Chain,
        here: &mut Here<'_>,
    ) {
        let header = &message.header;
        let status = header.status();
        if header.message_id == UNSOLICITED {
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
            let by = match status {
                Status::Nt(NtStatus::NETWORK_SESSION_EXPIRED) => CloseReason::Expired,
                _ => CloseReason::ServerDeniesIt,
            };
            // An expired session is set up anew under the same id; it has not ended for its holder. But what was asked
            // is not done.
            if by == CloseReason::ServerDeniesIt {
                here.tables.close_session(id, by, &mut here.out);
            } else if matches!(pending.what, What::Pipe) && pending.command != Command::READ {
                let open = pending.file.map(|file| open_id(session, file));
                pipe_failed(open, header.message_id, status, here);
            }
            return;
        }
        let honoured = status.is_success() || status.is_more_data();
        if honoured && session != 0 && !matches!(pending.command, Command::SESSION_SETUP | Command::ECHO) {
            self.ensure_session(session, here);
            here.tables.session_used(id, Some(pending.sent), here.out.at);
        }
        let open = pending.file.map(|file| open_id(session, file));
        if let Some(open) = open {
            if honoured && pending.command != Command::CLOSE {
                self.ensure_open(open, session, pending.tree, here);
                here.tables.open_used(open, Some(pending.sent), here.out.at);
            }
            if status == Status::Nt(NtStatus::FILE_CLOSED) {
                here.tables.close_open(open, CloseReason::ServerDeniesIt, &mut here.out);
            }
        }
        let result = self.read_response(message, session, status, open, pending, here);
        if let Err(error) = result
            && !damaged
        {
            here.out.unreadable(error);
        }
    }

    fn read_response(
        &mut self,
        message: &Message<'_>,
        session: u64,
        status: Status,
        open: Option<OpenId>,
        pending: Pending,
        here: &mut Here<'_>,
    ) -> Result<(), crate::ParseError> {
        let bytes = message.bytes;
        let id = SessionId::Smb2(session);
        let carrier = message.header.message_id;
        match pending.command {
            Command::NEGOTIATE if status.is_success() => self.negotiated(bytes, here)?,
            Command::SESSION_SETUP => {
                let What::SessionSetup(set_up) = pending.what else { return Ok(()) };
                self.session_setup_answered(bytes, session, status, *set_up, here)?;
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
                    here.tables.add_tree(tree, TreeState { session: id, share }, here.limits, &mut here.out);
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
                let What::Create { name, directory } = pending.what else { return Ok(()) };
                let tree = TreeId::Smb2 { session, tree: pending.tree };
                if status.is_success() && status != Status::Nt(NtStatus::PENDING) {
                    let response = create::Response::parse(bytes)?;
                    let directory =
                        directory || response.file_attributes.contains(create::FileAttributes::DIRECTORY);
                    let file = response.file_id;
                    here.opened(created(session, tree, file, name, directory));
                    self.given(carrier, pending.tree, Some(file), here);
                } else if status.is_access_denied() {
                    let anonymous = here.tables.sessions.get(&id).is_some_and(|session| session.anonymous);
                    if anonymous {
                        here.out.tell(OpenEvent::Denied { session: id, name, status });
                    }
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
                read_pipe(open, response.data, whole, here);
            }
            Command::READ => read_failed(open, status, here),
            Command::IOCTL if matches!(pending.what, What::Pipe) => {
                if status.is_success() || status.is_more_data() {
                    let response = ioctl::Response::parse(bytes)?;
                    let whole = response.output.len() == crate::wire::widen(response.output_count);
                    read_pipe(open, response.output, whole, here);
                } else {
                    pipe_failed(open, carrier, status, here);
                }
            }
            Command::WRITE if matches!(pending.what, What::Pipe) && !status.is_success() => {
                pipe_failed(open, carrier, status, here);
            }
            _ => {}
        }
        Ok(())
    }

    fn negotiated(&mut self, bytes: &[u8], here: &mut Here<'_>) -> Result<(), crate::ParseError> {
        let response = negotiate::Response::parse(bytes)?;
        // The answer to a multi-protocol negotiate says only that SMB2 it will be.
        if response.dialect != negotiate::Dialect::WILDCARD && !self.negotiated {
            self.negotiated = true;
            here.out.tell(SessionEvent::Negotiated {
                dialect: response.dialect.to_string(),
                server_guid: Some(response.server_guid).filter(|guid| !guid.is_nil()),
                client_guid: self.client_guid,
            });
        }
        Ok(())
    }

    fn keep_setup(&mut self, session: u64, set_up: SetUp, limits: &Limits) {
        if self.setups.len() < limits.sessions || self.setups.contains_key(&session) {
            self.setups.insert(session, set_up);
        }
    }

    fn session_setup_answered(
        &mut self,
        bytes: &[u8],
        session: u64,
        status: Status,
        set_up: SetUp,
        here: &mut Here<'_>,
    ) -> Result<(), crate::ParseError> {
        let id = SessionId::Smb2(session);
        if status == Status::Nt(NtStatus::MORE_PROCESSING_REQUIRED) {
            self.keep_setup(session, set_up, here.limits);
            return Ok(());
        }
        self.setups.remove(&session);
        let flags = if status.is_success() {
            session_setup::Response::parse(bytes).map(|response| response.session_flags).unwrap_or_default()
        } else {
            session_setup::SessionFlags::empty()
        };
        let guest = flags.contains(session_setup::SessionFlags::IS_GUEST);
        let null = flags.contains(session_setup::SessionFlags::IS_NULL);
        let identity = identify(set_up.credentials.as_ref(), guest, null);
        if status.is_success() {
            if set_up.new {
                here.tables.forget_session(id, &mut here.out);
            }
            if here.tables.sessions.contains_key(&id) {
                here.tables.session_used(id, Some(here.out.at), here.out.at);
                here.out.tell(SessionEvent::Reauthenticated { session: id, identity });
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
        } else if status.is_refusal() {
            here.out.tell(SessionEvent::Refused { status, identity });
        } else if status.is_access_denied() && identity.who == Who::Null {
            here.out.tell(SessionEvent::Denied { status, identity });
        }
        Ok(())
    }

    // What was not seen to be granted

    /// A session is used: if its set-up was under way and the last answer is missing, it was granted.
    fn ensure_session(&mut self, session: u64, here: &mut Here<'_>) {
        let id = SessionId::Smb2(session);
        if session == 0 || here.tables.sessions.contains_key(&id) {
            return;
        }
        match self.setups.remove(&session).filter(|set_up| set_up.credentials.is_some()) {
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
    }

    /// An open is used: if its create has no answer yet, that is missing and this is what it granted.
    fn ensure_open(&mut self, open: OpenId, session: u64, tree: u32, here: &mut Here<'_>) {
        if here.tables.opens.contains_key(&open) {
            return;
        }
        let OpenId::Smb2 { persistent, volatile, .. } = open else { return };
        self.ensure_session(session, here);
        let tree_id = TreeId::Smb2 { session, tree };
        if !here.tables.trees.contains_key(&tree_id) {
            let connect = self
                .adopt(|pending| pending.session == session && matches!(pending.what, What::TreeConnect(_)));
            if let Some(What::TreeConnect(path)) = connect {
                let share =
                    if path.as_deref().is_some_and(is_ipc) { ShareKind::Pipe } else { ShareKind::Unknown };
                let id = SessionId::Smb2(session);
                here.tables.add_tree(tree_id, TreeState { session: id, share }, here.limits, &mut here.out);
                here.out.tell(TreeEvent::Connected {
                    session: id,
                    tree: tree_id,
                    path,
                    share,
                    answer_seen: false,
                });
            }
        }
        let create = self.adopt(|pending| {
            pending.session == session && pending.tree == tree && matches!(pending.what, What::Create { .. })
        });
        let (name, directory) = match create {
            Some(What::Create { name, directory }) => (name, directory),
            _ => (None, false),
        };
        let file = FileId { persistent, volatile };
        here.opened(NewOpen { answer_seen: false, ..created(session, tree_id, file, name, directory) });
    }

    /// Takes the oldest request of its kind that has no answer.
    fn adopt(&mut self, is_it: impl Fn(&Pending) -> bool) -> Option<What> {
        let id = self.pending.iter().filter(|(_, pending)| is_it(pending)).map(|(id, _)| *id).min()?;
        self.pending.remove(&id).map(|pending| pending.what)
    }

    /// An answer whose request is missing: what ended or began, as far as the answer alone shows.
    fn orphan(&mut self, message: &Message<'_>, chain: &mut Chain, here: &mut Here<'_>) {
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
        if header.command == Command::SESSION_SETUP {
            let set_up = self.setups.get(&session).cloned().unwrap_or_default();
            let _ = self.session_setup_answered(message.bytes, session, status, set_up, here);
            return;
        }
        if status.is_session_gone() && header.status() != NtStatus::NETWORK_SESSION_EXPIRED {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        if !(status.is_success() || status.is_more_data()) || session == 0 || header.command == Command::ECHO
        {
            return;
        }
        self.ensure_session(session, here);
        here.tables.session_used(id, Some(here.out.at), here.out.at);
        if header.command == Command::CLOSE {
            return here.tables.close_one(
                |open| open.session == id && tree.is_none_or(|tree| open.tree == tree),
                &mut here.out,
            );
        }
        let Some(tree @ TreeId::Smb2 { tree: tree_number, .. }) = tree else { return };
        match header.command {
            Command::TREE_CONNECT => {
                if let Ok(response) = tree_connect::Response::parse(message.bytes) {
                    let share = share_kind(response.share_type);
                    here.tables.add_tree(tree, TreeState { session: id, share }, here.limits, &mut here.out);
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
                    here.opened(created(session, tree, file, None, directory));
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
                read_pipe(Some(open), response.output, whole, here);
            }
            Command::READ => {
                let Ok(response) = read::Response::parse(message.bytes) else { return };
                if let Some(open) = here.tables.pipe_awaiting(tree, response.data, &mut here.out) {
                    let whole = response.data.len() == crate::wire::widen(response.data_length);
                    read_pipe(Some(open), response.data, whole, here);
                }
            }
            _ => {}
        }
    }

    // What is missing

    /// Answers are missing: of all requests that wait now, nobody can say what came of them.
    pub(super) fn answers_lost(&mut self, out: &mut Out<'_>) {
        let mut doubts: Vec<(u64, super::EventKind)> = Vec::new();
        for (id, pending) in self.pending.iter_mut().filter(|(_, pending)| !pending.answer_lost) {
            pending.answer_lost = true;
            doubts.extend(pending.doubt().map(|event| (*id, event)));
        }
        doubts.sort_by_key(|(id, _)| *id);
        for (_, event) in doubts {
            out.tell(event);
        }
    }

    /// Tells of the requests that have no answer, at the end. The answers of those that were sent after the server was
    /// last seen may be missing.
    pub(super) fn tell_waiting(&mut self, server_last: Option<Origin>, here: &mut Here<'_>) {
        let mut waiting: Vec<(u64, Pending)> = self.pending.drain().collect();
        waiting.sort_by_key(|(id, _)| *id);
        for (_, pending) in waiting {
            if server_last.is_none_or(|last| last < pending.sent) {
                if let Some(event) = pending.doubt().filter(|_| !pending.answer_lost) {
                    here.out.tell_at(pending.sent, event);
                }
                continue;
            }
            let counts = !pending.answer_lost && !pending.cancelled && pending.session != 0;
            let target = match pending.what {
                What::Create { name, .. } => name,
                What::TreeConnect(path) => path,
                What::WaitsByDesign | What::Pipe => continue,
                _ => None,
            };
            if counts {
                self.ensure_session(pending.session, here);
                let session = SessionId::Smb2(pending.session);
                let command = pending.command.name().unwrap_or("a request");
                here.out.tell_at(pending.sent, SessionEvent::Waiting { session, command, target });
            }
        }
    }
}

/// What a frame's answers say about what may be missing.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Answered {
    /// The latest request that was answered.
    pub(super) sent: Option<Origin>,
    /// An answer came whose request is missing.
    pub(super) orphans: bool,
}

/// Bytes that the client reads from something that is a pipe, or shows by them to be one.
pub(super) fn read_pipe(open: Option<OpenId>, data: &[u8], whole: bool, here: &mut Here<'_>) {
    let Some((open, state)) =
        open.and_then(|open| here.tables.opens.get_mut(&open).map(|state| (open, state)))
    else {
        return;
    };
    if state.pipe.is_none() && matches!(state.what, OpenKind::Pipe | OpenKind::Unknown) {
        let pipe = crate::dcerpc::looks_like_pdu(data).then(|| Box::new(Pipe::new(None, here.limits)));
        state.pipe = pipe;
    }
    if let Some(pipe) = &mut state.pipe {
        pipe.data_to_client(open, data, here.limits, &mut here.out);
        if !whole {
            pipe.lost(open, Direction::ToClient, &mut here.out);
        }
    }
}

/// The request that carried calls failed.
pub(super) fn pipe_failed(open: Option<OpenId>, carrier: u64, status: Status, here: &mut Here<'_>) {
    let Some((open, state)) =
        open.and_then(|open| here.tables.opens.get_mut(&open).map(|state| (open, state)))
    else {
        return;
    };
    if let Some(pipe) = &mut state.pipe {
        let cancelled = status == Status::Nt(NtStatus::CANCELLED);
        pipe.failed(open, carrier, status.as_raw(), cancelled, &mut here.out);
    }
}

/// A read of a pipe failed. What that says of the calls that wait depends on why.
pub(super) fn read_failed(open: Option<OpenId>, status: Status, here: &mut Here<'_>) {
    let Some((open, state)) =
        open.and_then(|open| here.tables.opens.get_mut(&open).map(|state| (open, state)))
    else {
        return;
    };
    let Some(pipe) = &mut state.pipe else { return };
    match status {
        Status::Nt(NtStatus::CANCELLED) => pipe.cancelled(open, None, &mut here.out),
        Status::Nt(NtStatus::PIPE_DISCONNECTED | NtStatus::PIPE_CLOSING | NtStatus::PIPE_BROKEN)
        | Status::Dos(DosError { class: 0x01, code: 109 | 232 | 233 }) => {
            pipe.broken(open, status.as_raw(), &mut here.out);
        }
        _ => {}
    }
}

/// What an answer to CREATE granted.
fn created(session: u64, tree: TreeId, file: FileId, name: Option<String>, directory: bool) -> NewOpen {
    let told = if directory { OpenKind::Directory } else { OpenKind::Unknown };
    let open = open_id(session, file);
    NewOpen { session: SessionId::Smb2(session), tree, open, name, told, answer_seen: true }
}

fn open_id(session: u64, file: FileId) -> OpenId {
    OpenId::Smb2 { session, persistent: file.persistent, volatile: file.volatile }
}

const fn share_kind(share: tree_connect::ShareType) -> ShareKind {
    match share {
        tree_connect::ShareType::DISK => ShareKind::Disk,
        tree_connect::ShareType::PIPE => ShareKind::Pipe,
        tree_connect::ShareType::PRINT => ShareKind::Print,
        _ => ShareKind::Unknown,
    }
}
