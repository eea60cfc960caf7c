//! Requests: what is asked, and what goes to a pipe.

use super::{Chain, Pending, Place, RELATED_SESSION, RELATED_TREE, SetUp, Smb2, What, open_id};
use crate::auth::Credentials;
use crate::session::event::{Loss, OpenKind, SessionId};
use crate::session::here::{Here, may_be_pipe};
use crate::smb2::{
    Command, FileId, Header, Message, create, ioctl, lock, negotiate, request_file_id, session_setup,
    tree_connect, write,
};
use crate::wire::Utf16;

/// What of a request its answer is read with, if no more of it than its header was captured.
fn unread(command: Command, session: u64) -> Option<What> {
    Some(match command {
        Command::SESSION_SETUP => {
            What::SessionSetup(Box::new(SetUp { new: session == 0, ..SetUp::default() }))
        }
        Command::TREE_CONNECT => What::TreeConnect(None),
        Command::CREATE => What::Create { name: None, directory: false, held: false },
        _ => return None,
    })
}

/// A name, if the capture has the whole of it.
fn whole_name(name: Utf16<'_>, length: u16) -> Option<String> {
    (name.as_bytes().len() == usize::from(length)).then(|| name.to_string())
}

/// Messages of a compound that are looked for behind the one that opens what they are about.
const COMPOUND: usize = 64;

impl Smb2 {
    /// False if it is not known what a damaged request was about: its answer will be read as if it were missing.
    pub(super) fn request(
        &mut self,
        message: &Message<'_>,
        damaged: bool,
        chain: &mut Chain,
        here: &mut Here<'_>,
    ) -> bool {
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
            self.cancel(header, here);
            return true;
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
        let names_file = matches!(header.command, Command::CLOSE | Command::READ);
        if damaged && names_file && open.is_none() && !to_created {
            return false;
        }
        let what = match self.read_request(message, place, here) {
            Ok(what) => what,
            Err(_) if damaged => match unread(header.command, header.session_id) {
                Some(what) => what,
                None => return false,
            },
            Err(error) => {
                here.out.unreadable(error);
                What::Plain
            }
        };
        if self.pending.len() >= here.limits.requests {
            // The oldest requests have the lowest ids; what has waited through so many others is given up.
            self.pending.pop_first();
            here.out.tell(Loss::Evicted { table: "requests of a connection" });
        }
        let mut pending = Pending {
            command: header.command,
            sent: here.out.at,
            session,
            tree,
            file,
            after,
            what,
            // Where a part of the request is missing, its answer may be missing too.
            answer_lost: damaged,
            async_id: None,
            cancelled: false,
        };
        pending.hold(here);
        self.pending.insert(header.message_id, pending);
        true
    }

    /// The client does not wait for a request any more, which CANCEL names by the id of its interim answer if there was
    /// one, else by its own. It may be answered all the same.
    pub(super) fn cancel(&mut self, header: &Header, here: &mut Here<'_>) {
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

    pub(super) fn read_request(
        &mut self,
        message: &Message<'_>,
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
                    sent: Some(here.out.at),
                    asked_more: None,
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
                What::TreeConnect(whole_name(request.path, request.path_length))
            }
            Command::CREATE => {
                let request = create::Request::parse(bytes)?;
                let directory = request.options.contains(create::CreateOptions::DIRECTORY_FILE);
                let name = whole_name(request.name, request.name_length);
                What::Create { name, directory, held: false }
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
                let request = lock::Request::parse(bytes)?;
                let frees = |lock: &lock::Lock| lock.flags.contains(lock::LockFlags::UNLOCK);
                let number = |frees_it: bool| {
                    let locks = request.locks().filter(|lock| frees(lock) == frees_it).count();
                    u32::try_from(locks).unwrap_or(u32::MAX)
                };
                What::Locks { taken: number(false), freed: number(true), blocking: request.is_blocking() }
            }
            Command::CHANGE_NOTIFY | Command::ECHO => What::WaitsByDesign,
            _ => What::Plain,
        })
    }

    /// Bytes that the client writes to something that is a pipe, or shows by them to be one.
    pub(super) fn write_pipe(
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
        if !may_be_pipe(known, data) {
            return What::Plain;
        }
        if known.is_none() {
            self.ensure_open(open, place.session, place.tree, here);
        }
        here.write_pipe(open, data, whole, carrier);
        What::Pipe
    }

    /// A tree or a file was given: the requests that were sent behind its own are about it.
    pub(super) fn given(&mut self, by: u64, tree: u32, file: Option<FileId>, here: &mut Here<'_>) {
        let behind = |(id, pending): (&u64, &Pending)| (pending.after == Some(by)).then_some(*id);
        let ids: Vec<u64> = self.pending.range(by..).take(COMPOUND).filter_map(behind).collect();
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
}
