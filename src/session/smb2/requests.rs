//! Requests: what is asked, and what goes to a pipe.

use super::{Chain, Smb2, SmbCommand, id_of, open_id};
use crate::ParseError;
use crate::auth::Credentials;
use crate::capture::Origin;
use crate::session::context::Context;
use crate::session::event::{OpenId, OpenKind, SessionId, TreeId};
use crate::session::exchange::Target;
use crate::session::pdu::Subject;
use crate::session::request::{Operation, Request, RequestId, SetUp, Step};
use crate::smb2::{
    self, Command, FileId, Header, HeaderFlags, Message, create, ioctl, lock, negotiate, request_file_id,
    session_setup, tree_connect, write,
};
use crate::wire::{Utf16, widen};

/// A TreeId or SessionId that stands for that of the message before (related operations).
const RELATED_TREE: u32 = u32::MAX;
const RELATED_SESSION: u64 = u64::MAX;

/// Messages of a compound that are looked for behind the one that opens what they are about.
const COMPOUND: usize = 64;

/// What a request is about.
#[derive(Debug, Clone, Copy)]
struct Place {
    id: RequestId,
    session: SessionId,
    tree: TreeId,
    open: Option<OpenId>,
    /// The request before it in its compound whose response gives the tree or the file that it is about.
    after: Option<RequestId>,
    /// It is about what a CREATE before it in its compound opens.
    to_created: bool,
}

impl Chain {
    /// What a request is about. The next request of the compound may refer to it.
    fn place(&mut self, message: &Message<'_>) -> Place {
        let header = &message.header;
        let related = header.flags.contains(HeaderFlags::RELATED_OPERATIONS);
        let session = match header.session_id {
            RELATED_SESSION if related => self.session,
            id => id,
        };
        let tree = match header.tree_id {
            RELATED_TREE if related => self.tree,
            id => id,
        };
        let file = match request_file_id(header.command, message.bytes) {
            Some(FileId::RELATED) => self.file,
            file => file,
        };
        let after = self.gives.filter(|_| related);
        *self = match header.command {
            Command::CREATE | Command::TREE_CONNECT => {
                Self { session, tree, file: None, gives: Some(id_of(header)) }
            }
            _ => Self { session, tree, file: file.or(self.file.filter(|_| related)), gives: after },
        };
        Place {
            id: id_of(header),
            session: SessionId::Smb2(session),
            tree: TreeId::Smb2 { session, tree },
            open: file.map(|file| open_id(session, file)),
            after,
            to_created: after.is_some() && file.is_none(),
        }
    }
}

impl Smb2 {
    /// False if it is not known what a damaged request was about: its response will be read as if it were missing.
    pub(super) fn request(
        &mut self,
        message: &Message<'_>,
        damaged: bool,
        chain: &mut Chain,
        cx: &mut Context<'_>,
    ) -> bool {
        let header = &message.header;
        let place = chain.place(message);
        let Place { id, session, tree, open, after, to_created } = place;
        if header.command == Command::CANCEL {
            self.cancel(header, cx);
            return true;
        }
        if header.command != Command::ECHO && session.as_raw() != 0 {
            cx.session_used(session, None);
            if !header.is_async() {
                cx.tables.pid(session, header.process_id, &mut cx.out);
            }
        }
        if let Some(open) = open {
            cx.open_used(open, None);
        }
        let names_file = matches!(header.command, Command::CLOSE | Command::READ);
        if damaged && names_file && open.is_none() && !to_created {
            return false;
        }
        let operation = match self.read_request(message, place, cx) {
            Ok(operation) => operation,
            Err(_) if damaged => match unread(header.command, header.session_id) {
                Some(operation) => operation,
                None => return false,
            },
            Err(error) => {
                cx.out.unreadable(error);
                Operation::Other
            }
        };
        let first = Step { command: SmbCommand::Smb2(header.command), open, operation };
        let request = Request {
            after,
            subject: subject(message),
            // Where a part of the request is missing, its response may be missing too.
            response_lost: damaged,
            ..Request::new(cx.out.at, session, tree, first)
        };
        self.exchanges.send(id, request, cx);
        true
    }

    /// A CANCEL, which names the request by the id of its interim response if there was one, else by its own.
    fn cancel(&mut self, header: &Header, cx: &mut Context<'_>) {
        let id = if header.is_async() {
            let is_it = |request: &Request| request.async_id == Some(header.async_id);
            self.exchanges.requests.iter().find(|(_, request)| is_it(request)).map(|(id, _)| id)
        } else {
            Some(id_of(header))
        };
        if let Some(id) = id {
            self.exchanges.cancel(id, cx);
        }
    }

    fn read_request(
        &mut self,
        message: &Message<'_>,
        place: Place,
        cx: &mut Context<'_>,
    ) -> Result<Operation, ParseError> {
        Ok(match message.header.command {
            Command::NEGOTIATE => {
                let request = negotiate::Request::parse(message)?;
                self.client_guid = Some(request.client_guid).filter(|guid| !guid.is_nil());
                Operation::Other
            }
            Command::SESSION_SETUP => self.session_setup(message, cx)?,
            Command::TREE_CONNECT => {
                let request = tree_connect::Request::parse(message)?;
                let path = whole_name(request.path, request.path_length);
                Operation::TreeConnect { path, service: String::new() }
            }
            Command::CREATE => {
                let request = create::Request::parse(message)?;
                let directory = request.options.contains(create::CreateOptions::DIRECTORY_FILE);
                let name = whole_name(request.name, request.name_length);
                Operation::Open { name, directory, held: false }
            }
            Command::READ => {
                // A read of a pipe may be posted long before there is anything to read.
                let open = place.open.and_then(|open| cx.tables.opens.get(&open));
                let pipe = open.is_none_or(|open| open.what == OpenKind::Pipe);
                if pipe { Operation::Pipe } else { Operation::Other }
            }
            Command::WRITE => {
                let request = write::Request::parse(message)?;
                let whole = request.data.len() == widen(request.length);
                self.write_pipe(place, request.data, whole, cx)
            }
            Command::IOCTL => {
                let request = ioctl::Request::parse(message)?;
                match request.ctl_code {
                    ioctl::FsctlCode::PIPE_TRANSCEIVE => {
                        let whole = request.input.len() == widen(request.input_count);
                        self.write_pipe(place, request.input, whole, cx)
                    }
                    ioctl::FsctlCode::PIPE_WAIT => Operation::WaitsByDesign,
                    _ => Operation::Other,
                }
            }
            Command::LOCK => locks(&lock::Request::parse(message)?),
            Command::CHANGE_NOTIFY | Command::ECHO => Operation::WaitsByDesign,
            _ => Operation::Other,
        })
    }

    fn session_setup(&mut self, message: &Message<'_>, cx: &Context<'_>) -> Result<Operation, ParseError> {
        let id = message.header.session_id;
        let session = SessionId::Smb2(id);
        let request = session_setup::Request::parse(message)?;
        let known = self.exchanges.setup(session);
        let binding = request.flags.contains(session_setup::RequestFlags::BINDING);
        let previous = Some(request.previous_session_id).filter(|previous| *previous != 0);
        let set_up = SetUp {
            sent: Some(cx.out.at),
            credentials: Credentials::from_blob(request.security_buffer).or(known.credentials),
            binding: binding || known.binding,
            previous: previous.map(SessionId::Smb2).or(known.previous),
            new: id == 0 || known.new,
            ..SetUp::default()
        };
        if id != 0 {
            self.exchanges.keep_setup(session, set_up.clone(), cx);
        }
        Ok(Operation::SessionSetup(Box::new(set_up)))
    }

    /// Bytes that the client writes to something that is a pipe, or shows by them to be one. What the request does.
    fn write_pipe(&mut self, place: Place, data: &[u8], whole: bool, cx: &mut Context<'_>) -> Operation {
        let Place { id, session, tree, open, to_created, .. } = place;
        match open {
            Some(open) => self.exchanges.write_pipe(Target { session, tree, open }, data, whole, id, cx),
            None if to_created && crate::dcerpc::looks_like_pdu(data) => {
                Operation::ToCreated { data: data.into(), whole }
            }
            None => Operation::Other,
        }
    }

    /// A tree or a file was given: the requests that were sent behind its own are about it.
    pub(super) fn given(&mut self, by: RequestId, tree: u32, created: Option<FileId>, cx: &mut Context<'_>) {
        let requests = &mut self.exchanges.requests;
        let behind = requests.from(by).take(COMPOUND).filter(|(_, request)| request.after == Some(by));
        let ids: Vec<RequestId> = behind.map(|(id, _)| id).collect();
        for id in ids {
            let Some(request) = self.exchanges.requests.get_mut(id) else { continue };
            let session = request.session.as_raw();
            request.tree = TreeId::Smb2 { session, tree };
            request.first.open = request.first.open.or(created.map(|file| open_id(session, file)));
            if let Operation::ToCreated { data, whole } = &mut request.first.operation {
                let (data, whole) = (core::mem::take(data), *whole);
                let Request { session, tree, sent, .. } = *request;
                let target = request.first.open.map(|open| Target { session, tree, open });
                self.write_created(id, target, &data, whole, sent, cx);
            }
        }
    }

    /// Data that were sent at `sent` to what was not open yet.
    fn write_created(
        &mut self,
        id: RequestId,
        target: Option<Target>,
        data: &[u8],
        whole: bool,
        sent: Origin,
        cx: &mut Context<'_>,
    ) {
        let now = core::mem::replace(&mut cx.out.at, sent);
        let operation = target.map(|target| self.exchanges.write_pipe(target, data, whole, id, cx));
        cx.out.at = now;
        if let Some(request) = self.exchanges.requests.get_mut(id) {
            request.first.operation = operation.unwrap_or(Operation::Other);
        }
    }
}

/// What the response to a request can only be read with.
fn subject(message: &Message<'_>) -> Subject {
    match smb2::Asked::of(message) {
        smb2::Asked::Unknown => Subject::Nothing,
        asked => Subject::Smb2(asked),
    }
}

fn locks(request: &lock::Request<'_>) -> Operation {
    let number = |frees: bool| {
        let unlocks = |lock: &lock::Lock| lock.flags.contains(lock::LockFlags::UNLOCK);
        let locks = request.locks().filter(|lock| unlocks(lock) == frees).count();
        u32::try_from(locks).unwrap_or(u32::MAX)
    };
    Operation::Locks { taken: number(false), freed: number(true), blocking: request.is_blocking() }
}

/// What of a request its response is read with, if no more of it than its header was captured.
fn unread(command: Command, session: u64) -> Option<Operation> {
    Some(match command {
        Command::SESSION_SETUP => {
            Operation::SessionSetup(Box::new(SetUp { new: session == 0, ..SetUp::default() }))
        }
        Command::TREE_CONNECT => Operation::TreeConnect { path: None, service: String::new() },
        Command::CREATE => Operation::Open { name: None, directory: false, held: false },
        _ => return None,
    })
}

/// A name, if the capture has the whole of it.
fn whole_name(name: Utf16<'_>, length: u16) -> Option<String> {
    (name.as_bytes().len() == usize::from(length)).then(|| name.to_string())
}
