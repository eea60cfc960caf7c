//! Answers: what was granted, read and ended.

use super::{
    Key, Pending, SetUp, Smb1, Step, StepContext, TRANSACTION_BYTES, What, granted, listed, share_kind,
};
use crate::ParseError;
use crate::auth::{Mechanism, identify};
use crate::session::event::{
    CloseReason, Direction, OpenEvent, OpenId, SessionEvent, SessionId, TreeEvent, TreeId,
};
use crate::session::here::Here;
use crate::session::limits::Limits;
use crate::session::missing::Answered;
use crate::session::tables::TreeState;
use crate::smb1::transaction::{self};
use crate::smb1::{
    Block, Command, Header, Reassembly, Text, Whole, blocks, create, negotiate, read, session_setup,
    tree_connect,
};
use crate::wire::{DosError, NtStatus, Status, widen};

/// True for commands that servers honour for files and directories alone.
pub(super) fn is_of_files(command: Command) -> bool {
    matches!(
        command,
        Command::LOCKING_ANDX
            | Command::SEARCH
            | Command::CHECK_DIRECTORY
            | Command::CREATE_DIRECTORY
            | Command::DELETE_DIRECTORY
            | Command::DELETE
            | Command::RENAME
            | Command::QUERY_INFORMATION
            | Command::QUERY_INFORMATION_DISK
            | Command::SET_INFORMATION
            | Command::FIND_CLOSE2
    )
}

const fn is_tree_connect(command: Command) -> bool {
    matches!(command, Command::TREE_CONNECT | Command::TREE_CONNECT_ANDX)
}

/// True if an answer says that what it opened is a file. The root of `IPC$` is a directory too, and has no name.
pub(super) fn says_disk(response: &create::Response<'_>, name: Option<&str>) -> bool {
    let named = name.is_some_and(|name| !name.trim_matches('\\').is_empty());
    response.resource_type == Some(create::ResourceType::DISK) && (named || response.directory != Some(true))
}

/// An answer of which the header alone is left, as one that says no more: without words and bytes.
fn answer_by_status(frame: &[u8]) -> Vec<u8> {
    let header = frame.get(..Header::SIZE).unwrap_or_default();
    // WordCount, ByteCount
    [header, &[0; 3]].concat()
}

impl Smb1 {
    pub(super) fn response(
        &mut self,
        frame: &[u8],
        header: &Header,
        damaged: bool,
        answered: &mut Answered,
        here: &mut Here<'_>,
    ) {
        let key = Key::of(header);
        let status = header.status;
        self.raw.server_goes_on(header);
        let by_status;
        let frame = if damaged && !matches!(blocks(frame, header).next(), Some(Ok(_))) {
            if !self.is_told_by_status(header) {
                // Nothing is left of it but its header: its request still waits, and its answer is missing.
                return;
            }
            by_status = answer_by_status(frame);
            by_status.as_slice()
        } else {
            frame
        };
        // Clients that use one MID for all leave a request whose answer is missing under the key of the next.
        let answers_it = |pending: &Pending| match pending.first.command {
            // What fails before its raw data are wanted is complete.
            Command::WRITE_RAW => matches!(header.command, Command::WRITE_RAW | Command::WRITE_COMPLETE),
            command => command == header.command,
        };
        let Some(pending) =
            self.pending.get(&key).is_some_and(answers_it).then(|| self.pending.remove(&key)).flatten()
        else {
            if header.command == Command::WRITE_COMPLETE {
                // The second answer to a WRITE_RAW, when its raw data are written.
                return;
            }
            answered.orphans = true;
            self.orphan(frame, header, here);
            return;
        };
        answered.sent = answered.sent.max(Some(pending.sent));
        let set_up = pending.first.command == Command::SESSION_SETUP_ANDX;
        if set_up {
            // The answer gives the id.
            self.setups.remove(&pending.uid);
        }
        if status.is_session_gone() && !set_up {
            here.tables.close_session(
                SessionId::Uid(pending.uid),
                CloseReason::ServerDeniesIt,
                &mut here.out,
            );
            return;
        }
        if status.is_tree_gone() {
            here.tables.close_tree(TreeId::Tid(pending.tid), CloseReason::ServerDeniesIt, &mut here.out);
        }
        let honoured = status.is_success() || status.is_more_data();
        // A tree is disconnected for any UID, even one that is no more.
        let any_uid = match header.command {
            Command::NEGOTIATE | Command::ECHO => true,
            // But somebody connected it.
            Command::TREE_DISCONNECT => here.tables.had_session() || here.unseen_since.is_none(),
            _ => false,
        };
        if honoured && is_tree_connect(header.command) {
            self.let_in_by_share(pending.uid, here);
        }
        if honoured && !set_up && !any_uid {
            self.ensure_session(pending.uid, here);
            self.note_set_up_anew(pending.uid, pending.sent, here);
            here.tables.session_used(SessionId::Uid(pending.uid), Some(pending.sent), here.out.at);
        }
        if honoured && is_of_files(header.command) {
            self.shows_disk(pending.tid, pending.uid, here);
        }
        if let Some(fid) = pending.first.fid {
            if honoured && pending.first.command != Command::CLOSE {
                self.ensure_open(fid, pending.uid, pending.tid, here);
                here.tables.open_used(OpenId::Fid(fid), Some(pending.sent), here.out.at);
            } else if honoured && !here.tables.opens.contains_key(&OpenId::Fid(fid)) {
                here.opened_unseen(SessionId::Uid(pending.uid), TreeId::Tid(pending.tid));
            }
            let gone = [
                Status::Nt(NtStatus::FILE_CLOSED),
                Status::Nt(NtStatus::INVALID_HANDLE),
                Status::Dos(DosError::BAD_FID),
            ];
            if gone.contains(&status) {
                here.tables.close_open(OpenId::Fid(fid), CloseReason::ServerDeniesIt, &mut here.out);
            }
        }
        if let Some(waiting) = pending.waited(here.out.at) {
            here.out.tell_at(pending.sent, waiting);
        }
        let Pending { sent, uid, tid, first, rest, mut reassembly, answer_lost, cancelled } = pending;
        let asked_by = SessionId::Uid(uid);
        let mut answer = blocks(frame, header).peekable();
        let (mut tree_connect, mut stopped) = (false, false);
        for (place, step) in core::iter::once(first).chain(rest).enumerate() {
            let block = match answer.next() {
                Some(Ok(block)) if !stopped && (block.command == step.command || place == 0) => block,
                Some(Err(error)) if !stopped => {
                    if !damaged {
                        here.out.unreadable(error);
                    }
                    return;
                }
                // The chain stopped at a command before this one.
                _ => {
                    stopped = true;
                    if step.what.is_held() {
                        here.tables.open_answered(asked_by, true, here.out.at);
                    }
                    continue;
                }
            };
            // The status is that of the last command that was carried here.out.
            let step_status = if answer.peek().is_some() { Status::SUCCESS } else { status };
            // Set-ups and tree connects give the ids that what is chained to them uses.
            let uid = if set_up { header.uid } else { uid };
            tree_connect |= matches!(step.what, What::TreeConnect { .. });
            let tid = if tree_connect { header.tid } else { tid };
            let carrier = key.carrier();
            let context = StepContext { header, asked_by, uid, tid, status: step_status, carrier };
            let fid = step.fid;
            match self.read_response(&block, step, &context, &mut reassembly, here) {
                Ok(None) => {}
                Ok(Some(unfinished)) => {
                    // More messages of this answer are to come.
                    let pending = Pending {
                        sent,
                        uid,
                        tid,
                        first: unfinished,
                        rest: Vec::new(),
                        reassembly,
                        answer_lost,
                        cancelled,
                    };
                    self.pending.insert(key, pending);
                    return;
                }
                Err(error) => {
                    if !damaged {
                        here.out.unreadable(error);
                    } else if let Some(state) =
                        fid.and_then(|fid| here.tables.opens.get_mut(&OpenId::Fid(fid)))
                        && let (Some(fid), Some(pipe)) = (fid, &mut state.pipe)
                    {
                        pipe.lost(OpenId::Fid(fid), Direction::ToClient, &mut here.out);
                    }
                }
            }
        }
    }

    /// True if the header of an answer is all that is needed of it: it failed, or what succeeded is an ending.
    fn is_told_by_status(&self, header: &Header) -> bool {
        let status = header.status;
        let alone = self.pending.get(&Key::of(header)).is_some_and(|pending| pending.rest.is_empty());
        let ends = matches!(header.command, Command::CLOSE | Command::TREE_DISCONNECT | Command::LOGOFF_ANDX);
        let sets_up = header.command == Command::SESSION_SETUP_ANDX;
        let more = status.is_more_data() || status == Status::Nt(NtStatus::MORE_PROCESSING_REQUIRED);
        if status.is_success() { alone && (ends || sets_up) } else { !more }
    }

    /// Reads the answer to one command; gives the command back if more of its answer is to come.
    pub(super) fn read_response(
        &mut self,
        block: &Block<'_>,
        step: Step,
        context: &StepContext<'_>,
        reassembly: &mut Option<Box<Reassembly>>,
        here: &mut Here<'_>,
    ) -> Result<Option<Step>, ParseError> {
        let StepContext { header, asked_by, uid, tid, status, carrier } = *context;
        let id = SessionId::Uid(uid);
        let anonymous = here.tables.sessions.get(&id).is_some_and(|session| session.anonymous);
        match (step.command, step.what) {
            (Command::NEGOTIATE, _) if status.is_success() => self.negotiated(block, here)?,
            (Command::NEGOTIATE, _) if status.is_refusal() => here.negotiate_refused(status),
            (_, What::SessionSetup(set_up)) => {
                self.session_setup_answered(block, header.uid, status, *set_up, here);
            }
            (Command::LOGOFF_ANDX, _) if status.is_success() => {
                here.tables.close_session(id, CloseReason::OwnClose, &mut here.out);
            }
            (_, What::TreeConnect { path, service }) => {
                if status.is_success() {
                    // What is cut off does not tell the id.
                    let response = tree_connect::Response::parse(block);
                    let (told, tid) =
                        response.map_or((None, None), |response| (response.service, response.tid));
                    let told = told.map(|service| service.to_string());
                    let share = share_kind(told.as_deref(), &service, path.as_deref());
                    let tree = TreeId::Tid(tid.unwrap_or(header.tid));
                    here.tables.add_tree(tree, TreeState::new(id, share), here.limits, &mut here.out);
                    here.out.tell(TreeEvent::Connected { session: id, tree, path, share, answer_seen: true });
                } else if status.is_refusal() {
                    here.out.tell(TreeEvent::Refused { session: id, path, status });
                } else if status.is_access_denied() && anonymous {
                    here.out.tell(TreeEvent::Denied { session: id, path, status });
                }
            }
            (Command::TREE_DISCONNECT, _) if status.is_success() => {
                here.tables.close_tree(TreeId::Tid(tid), CloseReason::OwnClose, &mut here.out);
            }
            (Command::PROCESS_EXIT, _) if status.is_success() => {
                here.tables.process_ended(id, header.pid, &mut here.out);
            }
            (command, What::Open { name, held }) => {
                if status.is_success() {
                    // An answer that cannot be read leaves it held.
                    let response = if matches!(command, Command::NT_TRANSACT | Command::TRANSACTION2) {
                        let parts = transaction::Response::parse(block)?;
                        if parts.interim {
                            return Ok(Some(Step { command, fid: None, what: What::Open { name, held } }));
                        }
                        match command {
                            Command::NT_TRANSACT => create::Response::of_transaction(parts.parameters.bytes)?,
                            _ => create::Response::of_open2(parts.parameters.bytes)?,
                        }
                    } else {
                        create::Response::parse(block)?
                    };
                    if held {
                        here.tables.open_answered(asked_by, true, here.out.at);
                    }
                    let printer = command == Command::OPEN_PRINT_FILE;
                    // The name of a temporary file is the server's choice.
                    let name = response.name.map(|name| name.to_string()).or(name);
                    let says_disk = says_disk(&response, name.as_deref());
                    self.ensure_tree(tid, uid, here);
                    here.opened(granted(&response, printer, uid, tid, name));
                    if says_disk {
                        here.tables.says_disk(TreeId::Tid(tid), &mut here.out);
                    }
                    here.tables.opened_by(OpenId::Fid(response.fid), header.pid);
                } else {
                    if held {
                        here.tables.open_answered(asked_by, true, here.out.at);
                    }
                    here.open_failed(id, TreeId::Tid(tid), name, status);
                }
            }
            (Command::CLOSE | Command::CLOSE_PRINT_FILE | Command::WRITE_AND_CLOSE, _)
                if status.is_success() =>
            {
                if let Some(fid) = step.fid {
                    here.tables.close_open(OpenId::Fid(fid), CloseReason::OwnClose, &mut here.out);
                }
            }
            (Command::READ_ANDX | Command::READ, _) if status.is_success() || status.is_more_data() => {
                let response = read::Response::parse(block)?;
                let whole = response.data.len() == widen(response.length);
                here.read_pipe(step.fid.map(OpenId::Fid), response.data, whole);
            }
            (Command::READ_ANDX | Command::READ, _) => {
                here.read_failed(step.fid.map(OpenId::Fid), status);
            }
            (command @ Command::TRANSACTION2, What::OfFiles) if status.is_success() => {
                if transaction::Response::parse(block)?.interim {
                    return Ok(Some(Step { command, fid: None, what: What::OfFiles }));
                }
                self.shows_disk(tid, uid, here);
            }
            (command @ Command::TRANSACTION, What::Pipe) => {
                let open = step.fid.map(OpenId::Fid);
                if !(status.is_success() || status.is_more_data()) {
                    here.pipe_failed(open, carrier, status);
                    return Ok(None);
                }
                let response = transaction::Response::parse(block)?;
                let again = Step { command, fid: step.fid, what: What::Pipe };
                if response.interim {
                    return Ok(Some(again));
                }
                if let Some(whole) = Whole::of(response.parameters, response.data) {
                    here.read_pipe(open, whole.data, !whole.cut);
                    return Ok(None);
                }
                let parts = reassembly.get_or_insert_with(|| Box::new(Reassembly::new(TRANSACTION_BYTES)));
                match parts.push(response.parameters, response.data)? {
                    Some(whole) => here.read_pipe(open, whole.data, !whole.cut),
                    None => return Ok(Some(again)),
                }
            }
            (Command::TRANSACTION, What::Rap(asked)) if status.is_success() || status.is_more_data() => {
                let response = transaction::Response::parse(block)?;
                if response.interim {
                    let what = What::Rap(asked);
                    return Ok(Some(Step { command: Command::TRANSACTION, fid: None, what }));
                }
                listed::tell(&asked, &response, here);
            }
            (Command::WRITE_ANDX | Command::WRITE | Command::WRITE_RAW, What::Pipe)
                if !status.is_success() =>
            {
                here.pipe_failed(step.fid.map(OpenId::Fid), carrier, status);
            }
            // An oplock that is given back comes the same way, without a lock.
            (_, What::Locks { taken, freed, .. }) if status.is_success() && taken.max(freed) > 0 => {
                if let Some(open) = step.fid.map(OpenId::Fid) {
                    here.out.tell(OpenEvent::Locks { open, taken, freed });
                }
            }
            _ => {}
        }
        Ok(None)
    }

    pub(super) fn negotiated(&mut self, block: &Block<'_>, here: &mut Here<'_>) -> Result<(), ParseError> {
        let response = negotiate::Response::parse(block)?;
        let dialect = self.dialects.get(usize::from(response.dialect_index));
        let dialect = dialect.cloned().unwrap_or_else(|| "SMB1".to_owned());
        let server_guid = match response.security {
            negotiate::Security::Extended { server_guid, .. } => {
                Some(server_guid).filter(|guid| !guid.is_nil())
            }
            _ => None,
        };
        self.share_level = !response.security_mode.contains(negotiate::SecurityMode::USER_SECURITY);
        here.out.tell(SessionEvent::Negotiated { dialect, server_guid, client_guid: None });
        Ok(())
    }

    pub(super) fn keep_setup(&mut self, uid: u16, set_up: SetUp, limits: &Limits) {
        if self.setups.len() < limits.sessions || self.setups.contains_key(&uid) {
            self.setups.insert(uid, set_up);
        }
    }

    pub(super) fn session_setup_answered(
        &mut self,
        block: &Block<'_>,
        uid: u16,
        status: Status,
        set_up: SetUp,
        here: &mut Here<'_>,
    ) {
        let id = SessionId::Uid(uid);
        let response = session_setup::Response::parse(block).ok();
        let told = |text: Option<Text<'_>>| text.map(|text| text.to_string()).filter(|text| !text.is_empty());
        let server_os = told(response.as_ref().and_then(|response| response.native_os));
        let server_lan_manager = told(response.as_ref().and_then(|response| response.native_lan_man));
        if set_up.native_os.is_some() || server_os.is_some() {
            let client_os = set_up.native_os.clone();
            here.out.tell(SessionEvent::Native { client_os, server_os, server_lan_manager });
        }
        if status == Status::Nt(NtStatus::MORE_PROCESSING_REQUIRED) {
            here.challenged(response.and_then(|response| response.security_blob));
            self.keep_setup(uid, SetUp { sent: None, asked_more: Some(here.out.at), ..set_up }, here.limits);
            return;
        }
        self.signed = None;
        self.setups.remove(&uid);
        let guest = status.is_success()
            && response.is_some_and(|response| response.action.contains(session_setup::Action::GUEST));
        let mut identity = identify(set_up.credentials.as_ref(), guest, false);
        if self.share_level {
            identity = identity.of_share_level();
        }
        if status.is_success() {
            if set_up.new {
                here.tables.forget_session(id, &mut here.out);
            }
            if here.tables.sessions.contains_key(&id) {
                here.tables.session_used(id, Some(here.out.at), here.out.at);
                here.out.tell(SessionEvent::Reauthenticated { session: id, identity, asked: None });
            } else {
                here.tables.add_session(id, Some(&identity), here.limits, &mut here.out);
                let vc_zero = set_up.vc_zero;
                here.out.tell(SessionEvent::SetUp {
                    session: id,
                    identity,
                    answer_seen: true,
                    previous: None,
                    vc_zero,
                });
            }
            return;
        }
        let mechanism = identity.mechanism;
        // Who fails to authenticate anew loses the session; without a security blob, it is a new one that is not had.
        if !set_up.new && mechanism != Some(Mechanism::Plain) {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        here.set_up_failed(id, status, identity);
    }
}
