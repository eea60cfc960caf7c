//! SMB1 on one connection: messages in, events out.

use super::event::{
    CloseReason, Direction, Doubt, Loss, OpenEvent, OpenId, OpenKind, SessionEvent, SessionId, ShareKind,
    TreeEvent, TreeId,
};
use super::here::{Here, NewOpen};
use super::limits::Limits;
use super::out::Out;
use super::pipe::Pipe;
use super::smb2::{Answered, pipe_failed, read_failed, read_pipe};
use super::tables::{Map, Tables, TreeState};
use super::{Pdu, is_ipc};
use crate::ParseError;
use crate::auth::{Credentials, Who, identify, identify_unanswered};
use crate::capture::Origin;
use crate::smb1::transaction::{self, NtFunction, PipeFunction};
use crate::smb1::{
    Block, Command, Header, Reassembly, Whole, blocks, close, create, locking, negotiate, read,
    session_setup, tree_connect, write,
};
use crate::wire::{DosError, NtStatus, Status, widen};

/// Bytes of one transaction that are put together.
const TRANSACTION_BYTES: usize = 1 << 20;
/// Requests whose PID and MID were used again before an answer was seen, and that are remembered.
const UNANSWERED: usize = 16;
/// Dialects of a negotiate request that are remembered.
const DIALECTS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Smb1 {
    pending: Map<Key, Pending>,
    /// Set-ups under way, by the UID that the server gave them in its first answer.
    setups: Map<u16, SetUp>,
    dialects: Vec<String>,
    /// Requests that granted something perhaps, and whose PID and MID were used again before an answer was seen.
    unanswered: Vec<Pending>,
}

/// What pairs an answer with its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    pid: u32,
    mid: u16,
}

impl Key {
    fn of(header: &Header) -> Self {
        // PIDHigh is not echoed by every server.
        Self { pid: header.pid & 0xffff, mid: header.mid }
    }

    fn carrier(self) -> u64 {
        u64::from(self.pid) << 16 | u64::from(self.mid)
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Pending {
    sent: Origin,
    uid: u16,
    tid: u16,
    first: Step,
    /// The commands chained to the first one.
    rest: Vec<Step>,
    /// A transaction that is spread over several messages.
    reassembly: Option<Box<Reassembly>>,
    /// Its answer may be among what is missing from the capture.
    answer_lost: bool,
    /// The client does not wait for it any more.
    cancelled: bool,
}

impl Pending {
    /// What it leaves in doubt if its answer is missing: whatever it would have ended.
    fn doubts(&self) -> impl Iterator<Item = super::EventKind> + '_ {
        let why = Doubt::AnswerMissing;
        core::iter::once(&self.first).chain(&self.rest).filter_map(move |step| {
            Some(match (step.command, step.fid) {
                (Command::CLOSE | Command::WRITE_AND_CLOSE, Some(fid)) => {
                    OpenEvent::InDoubt { open: OpenId::Fid(fid), why }.into()
                }
                (Command::TREE_DISCONNECT, _) => {
                    TreeEvent::InDoubt { tree: TreeId::Tid(self.tid), why }.into()
                }
                (Command::LOGOFF_ANDX, _) => {
                    SessionEvent::InDoubt { session: SessionId::Uid(self.uid), why }.into()
                }
                _ => return None,
            })
        })
    }
}

/// One command of a request.
#[derive(Debug)]
struct Step {
    command: Command,
    fid: Option<u16>,
    what: What,
}

/// What of a command its answer will be read with.
#[derive(Debug)]
enum What {
    /// Nothing more.
    Plain,
    /// It may wait as long as it likes.
    WaitsByDesign,
    SessionSetup(Box<SetUp>),
    TreeConnect {
        path: Option<String>,
        service: String,
    },
    Open {
        name: Option<String>,
    },
    /// Data went to, or will come from, a pipe.
    Pipe,
}

impl What {
    /// True if the answer would grant what later requests use.
    const fn grants(&self) -> bool {
        matches!(self, Self::SessionSetup(_) | Self::TreeConnect { .. } | Self::Open { .. })
    }
}

/// A session setup exchange.
#[derive(Debug, Clone, Default)]
struct SetUp {
    credentials: Option<Credentials>,
    native_os: Option<String>,
    vc_zero: bool,
    /// The client asked for a new session: the exchange began without a UID.
    new: bool,
}

impl Smb1 {
    /// True if what a message reads or writes is a pipe's, or may be.
    pub(super) fn is_pipe(&self, header: &Header, fid: Option<u16>, tables: &Tables) -> bool {
        let pending = self.pending.get(&Key::of(header)).filter(|_| header.is_response());
        let (tid, fid) = match pending {
            Some(pending) => (pending.tid, pending.first.fid),
            None => (header.tid, fid),
        };
        if let Some(open) = fid.and_then(|fid| tables.opens.get(&OpenId::Fid(fid))) {
            return matches!(open.what, OpenKind::Pipe | OpenKind::Unknown);
        }
        let share = tables.trees.get(&TreeId::Tid(tid)).map(|tree| tree.share);
        !matches!(share, Some(ShareKind::Disk | ShareKind::Print))
    }

    /// A frame that begins with an SMB1 header.
    pub(super) fn frame(&mut self, frame: &[u8], damaged: bool, here: &mut Here<'_>) -> Answered {
        let mut answered = Answered::default();
        let header = match Header::parse(frame) {
            Ok((_, header)) => header,
            Err(error) => {
                if !damaged {
                    here.out.unreadable(error);
                }
                return answered;
            }
        };
        here.out.pdu(&Pdu::Smb1 { header: &header, message: frame });
        if header.is_response() {
            self.response(frame, &header, damaged, &mut answered, here);
        } else {
            self.request(frame, &header, damaged, here);
        }
        answered
    }

    // Requests

    fn request(&mut self, frame: &[u8], header: &Header, damaged: bool, here: &mut Here<'_>) {
        let key = Key::of(header);
        let id = SessionId::Uid(header.uid);
        if header.command != Command::ECHO {
            here.tables.session_used(id, None, here.out.at);
            here.tables.pid(id, header.pid, &mut here.out);
        }
        match header.command {
            Command::NT_CANCEL => return self.cancel(key, here),
            Command::TRANSACTION_SECONDARY
            | Command::TRANSACTION2_SECONDARY
            | Command::NT_TRANSACT_SECONDARY => {
                self.secondary(frame, header, here);
                return;
            }
            _ => {}
        }
        let mut steps: Vec<Step> = Vec::new();
        let mut first = None;
        let mut reassembly = None;
        for block in blocks(frame, header) {
            let step = block.and_then(|block| self.read_request(&block, header, &mut reassembly, here));
            match step {
                Ok(step) if first.is_none() => first = Some(step),
                Ok(step) => steps.push(step),
                Err(error) => {
                    if !damaged {
                        here.out.unreadable(error);
                    }
                    break;
                }
            }
        }
        let first = first.unwrap_or(Step { command: header.command, fid: None, what: What::Plain });
        if self.pending.len() >= here.limits.requests
            && let Some(oldest) =
                self.pending.iter().min_by_key(|(_, pending)| pending.sent).map(|(key, _)| *key)
        {
            self.pending.remove(&oldest);
            here.out.tell(Loss::Evicted { table: "requests of a connection" });
        }
        let pending = Pending {
            sent: here.out.at,
            uid: header.uid,
            tid: header.tid,
            first,
            rest: steps,
            reassembly,
            answer_lost: false,
            cancelled: false,
        };
        if let Some(unanswered) = self.pending.insert(key, pending)
            && unanswered.first.what.grants()
        {
            if self.unanswered.len() >= UNANSWERED {
                self.unanswered.remove(0);
            }
            self.unanswered.push(unanswered);
        }
    }

    fn read_request(
        &mut self,
        block: &Block<'_>,
        header: &Header,
        reassembly: &mut Option<Box<Reassembly>>,
        here: &mut Here<'_>,
    ) -> Result<Step, ParseError> {
        let mut step = Step { command: block.command, fid: None, what: What::Plain };
        match block.command {
            Command::NEGOTIATE => {
                let request = negotiate::Request::parse(block)?;
                let dialects = request.dialects().take(DIALECTS);
                self.dialects = dialects.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
            }
            Command::SESSION_SETUP_ANDX => {
                let request = session_setup::Request::parse(block)?;
                let known = self.setups.get(&header.uid).cloned().unwrap_or_default();
                let text =
                    |text: Option<crate::smb1::Text<'_>>| text.map(|t| t.to_string()).unwrap_or_default();
                let credentials = match request.security_blob {
                    Some(blob) => Credentials::from_blob(blob).or(known.credentials),
                    // An account that the capture cut off is not an empty one.
                    None => request.account.map(|account| {
                        let domain = text(request.domain);
                        Credentials::plain(
                            account.to_string(),
                            domain,
                            request.lm_response,
                            request.nt_response,
                        )
                    }),
                };
                let set_up = SetUp {
                    credentials,
                    native_os: request
                        .native_os
                        .map(|os| os.to_string())
                        .filter(|os| !os.is_empty())
                        .or(known.native_os),
                    vc_zero: request.vc_number == 0,
                    new: header.uid == 0 || known.new,
                };
                if header.uid != 0 {
                    self.keep_setup(header.uid, set_up.clone(), here.limits);
                }
                step.what = What::SessionSetup(Box::new(set_up));
            }
            Command::TREE_CONNECT_ANDX | Command::TREE_CONNECT => {
                let request = tree_connect::Request::parse(block)?;
                let path = Some(request.path.to_string()).filter(|path| !path.is_empty());
                step.what = What::TreeConnect { path, service: request.service.to_string() };
            }
            Command::NT_CREATE_ANDX
            | Command::OPEN_ANDX
            | Command::OPEN
            | Command::CREATE
            | Command::CREATE_NEW
            | Command::OPEN_PRINT_FILE => {
                let request = create::Request::parse(block)?;
                step.what = What::Open { name: Some(request.name.to_string()) };
            }
            Command::CLOSE | Command::CLOSE_PRINT_FILE => step.fid = Some(close::Request::parse(block)?.fid),
            Command::READ_ANDX | Command::READ => {
                step.fid = Some(read::Request::parse(block)?.fid);
                // A read of a pipe may be posted long before there is anything to read.
                step.what = What::Pipe;
            }
            Command::WRITE_ANDX | Command::WRITE | Command::WRITE_AND_CLOSE => {
                let request = write::Request::parse(block)?;
                step.fid = Some(request.fid);
                let whole = request.data.len() == widen(request.length);
                step.what = self.write_pipe(request.fid, request.pipe_data(), whole, header, here);
            }
            Command::TRANSACTION | Command::NT_TRANSACT => {
                let request = transaction::Request::parse(block)?;
                step.fid = request.fid();
                match (request.pipe_function(), request.nt_function) {
                    (Some(PipeFunction::WAIT_NMPIPE), _) | (_, Some(NtFunction::NOTIFY_CHANGE)) => {
                        step.what = What::WaitsByDesign;
                    }
                    (Some(PipeFunction::TRANSACT_NMPIPE), _) if step.fid.is_some() => {
                        step.what = What::Pipe;
                        match Whole::of(request.parameters, request.data) {
                            Some(whole) => {
                                let fid = step.fid.unwrap_or_default();
                                step.what = self.write_pipe(fid, whole.data, !whole.cut, header, here);
                            }
                            None => {
                                let mut parts = Reassembly::new(TRANSACTION_BYTES);
                                parts.push(request.parameters, request.data)?;
                                *reassembly = Some(Box::new(parts));
                            }
                        }
                    }
                    (_, Some(NtFunction::CREATE)) => {
                        let create =
                            create::Request::of_transaction(request.parameters.bytes, block.unicode)?;
                        step.what = What::Open { name: Some(create.name.to_string()) };
                    }
                    _ => {}
                }
            }
            Command::LOCKING_ANDX => {
                let request = locking::Request::parse(block)?;
                step.fid = Some(request.fid);
                if request.may_block() {
                    step.what = What::WaitsByDesign;
                }
            }
            Command::ECHO => step.what = What::WaitsByDesign,
            _ => {}
        }
        if let Some(fid) = step.fid {
            here.tables.open_used(OpenId::Fid(fid), None, here.out.at);
        }
        Ok(step)
    }

    /// The client does not wait for a request any more. It may be answered all the same.
    fn cancel(&mut self, key: Key, here: &mut Here<'_>) {
        let Some(pending) = self.pending.get_mut(&key) else { return };
        pending.cancelled = true;
        let Step { command, fid, what: What::Pipe } = &pending.first else { return };
        if let Some(open) = fid.map(OpenId::Fid)
            && let Some(pipe) = here.tables.opens.get_mut(&open).and_then(|state| state.pipe.as_mut())
        {
            let is_read = matches!(*command, Command::READ_ANDX | Command::READ);
            pipe.cancelled(open, (!is_read).then(|| key.carrier()), &mut here.out);
        }
    }

    /// A further message of a transaction.
    fn secondary(&mut self, frame: &[u8], header: &Header, here: &mut Here<'_>) {
        let key = Key::of(header);
        let Some(pending) = self.pending.get_mut(&key) else { return };
        let Some(fid) = pending.first.fid else { return };
        let Some(mut parts) = pending.reassembly.take() else { return };
        let part = blocks(frame, header)
            .next()
            .map(|block| block.and_then(|block| transaction::Secondary::parse(&block)));
        let Some(Ok(part)) = part else { return };
        match parts.push(part.parameters, part.data) {
            Ok(Some(whole)) => {
                self.write_pipe(fid, whole.data, !whole.cut, header, here);
            }
            Ok(None) => {
                if let Some(pending) = self.pending.get_mut(&key) {
                    pending.reassembly = Some(parts);
                }
            }
            Err(error) => here.out.unreadable(error),
        }
    }

    /// Bytes that the client writes to something that is a pipe, or shows by them to be one.
    fn write_pipe(
        &mut self,
        fid: u16,
        data: &[u8],
        whole: bool,
        header: &Header,
        here: &mut Here<'_>,
    ) -> What {
        let open = OpenId::Fid(fid);
        let known = here.tables.opens.get(&open).map(|open| open.what);
        let pipe = match known {
            Some(OpenKind::Pipe) => true,
            Some(OpenKind::Unknown) | None => crate::dcerpc::looks_like_pdu(data),
            Some(_) => false,
        };
        if !pipe {
            return What::Plain;
        }
        self.ensure_open(fid, header.uid, header.tid, here);
        if let Some(state) = here.tables.opens.get_mut(&open) {
            let pipe = state.pipe.get_or_insert_with(|| Box::new(Pipe::new(None, here.limits)));
            pipe.data_to_server(open, data, Key::of(header).carrier(), here.limits, &mut here.out);
            if !whole {
                pipe.lost(open, Direction::ToServer, &mut here.out);
            }
        }
        What::Pipe
    }

    // Answers

    fn response(
        &mut self,
        frame: &[u8],
        header: &Header,
        damaged: bool,
        answered: &mut Answered,
        here: &mut Here<'_>,
    ) {
        let key = Key::of(header);
        let status = header.status;
        if is_unsolicited(header) {
            return;
        }
        // Clients that use one MID for all leave a request whose answer is missing under the key of the next.
        let answers_it = |pending: &Pending| pending.first.command == header.command;
        let Some(pending) =
            self.pending.get(&key).is_some_and(answers_it).then(|| self.pending.remove(&key)).flatten()
        else {
            answered.orphans = true;
            self.orphan(frame, header, here);
            return;
        };
        answered.sent = answered.sent.max(Some(pending.sent));
        let set_up = pending.first.command == Command::SESSION_SETUP_ANDX;
        if status.is_session_gone() && !set_up {
            here.tables.close_session(
                SessionId::Uid(pending.uid),
                CloseReason::ServerDeniesIt,
                &mut here.out,
            );
            return;
        }
        let honoured = status.is_success() || status.is_more_data();
        if honoured && !set_up && !matches!(header.command, Command::NEGOTIATE | Command::ECHO) {
            self.ensure_session(pending.uid, here);
            here.tables.session_used(SessionId::Uid(pending.uid), Some(pending.sent), here.out.at);
        }
        if let Some(fid) = pending.first.fid {
            if honoured && pending.first.command != Command::CLOSE {
                self.ensure_open(fid, pending.uid, pending.tid, here);
                here.tables.open_used(OpenId::Fid(fid), Some(pending.sent), here.out.at);
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
        let Pending { sent, uid, tid, first, rest, mut reassembly, answer_lost, cancelled } = pending;
        let mut answer = blocks(frame, header).peekable();
        let mut tree_connect = false;
        for (place, step) in core::iter::once(first).chain(rest).enumerate() {
            let block = match answer.next() {
                Some(Ok(block)) if block.command == step.command || place == 0 => block,
                Some(Err(error)) => {
                    if !damaged {
                        here.out.unreadable(error);
                    }
                    return;
                }
                // The chain stopped at a command before this one.
                _ => return,
            };
            // The status is that of the last command that was carried here.out.
            let step_status = if answer.peek().is_some() { Status::SUCCESS } else { status };
            // Set-ups and tree connects give the ids that what is chained to them uses.
            let uid = if set_up { header.uid } else { uid };
            tree_connect |= matches!(step.what, What::TreeConnect { .. });
            let tid = if tree_connect { header.tid } else { tid };
            let context = StepContext { header, uid, tid, status: step_status, carrier: key.carrier() };
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

    /// Reads the answer to one command; gives the command back if more of its answer is to come.
    fn read_response(
        &mut self,
        block: &Block<'_>,
        step: Step,
        context: &StepContext<'_>,
        reassembly: &mut Option<Box<Reassembly>>,
        here: &mut Here<'_>,
    ) -> Result<Option<Step>, ParseError> {
        let StepContext { header, uid, tid, status, carrier } = *context;
        let id = SessionId::Uid(uid);
        let anonymous = here.tables.sessions.get(&id).is_some_and(|session| session.anonymous);
        match (step.command, step.what) {
            (Command::NEGOTIATE, _) if status.is_success() => self.negotiated(block, here)?,
            (_, What::SessionSetup(set_up)) => {
                self.session_setup_answered(block, header.uid, status, *set_up, here);
            }
            (Command::LOGOFF_ANDX, _) if status.is_success() => {
                here.tables.close_session(id, CloseReason::OwnClose, &mut here.out);
            }
            (_, What::TreeConnect { path, service }) => {
                if status.is_success() {
                    let response = tree_connect::Response::parse(block)?;
                    let told = response.service.map(|service| service.to_string());
                    let share = share_kind(told.as_deref(), &service, path.as_deref());
                    let tree = TreeId::Tid(response.tid.unwrap_or(header.tid));
                    here.tables.add_tree(tree, TreeState { session: id, share }, here.limits, &mut here.out);
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
            (command, What::Open { name }) => {
                if status.is_success() {
                    let response = if command == Command::NT_TRANSACT {
                        let parts = transaction::Response::parse(block)?;
                        if parts.interim {
                            return Ok(Some(Step { command, fid: None, what: What::Open { name } }));
                        }
                        create::Response::of_transaction(parts.parameters.bytes)?
                    } else {
                        create::Response::parse(block)?
                    };
                    let printer = command == Command::OPEN_PRINT_FILE;
                    here.opened(granted(&response, printer, uid, tid, name));
                } else if status.is_access_denied() && anonymous {
                    here.out.tell(OpenEvent::Denied { session: id, name, status });
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
                read_pipe(step.fid.map(OpenId::Fid), response.data, whole, here);
            }
            (Command::READ_ANDX | Command::READ, _) => {
                read_failed(step.fid.map(OpenId::Fid), status, here);
            }
            (command @ Command::TRANSACTION, What::Pipe) => {
                let open = step.fid.map(OpenId::Fid);
                if !(status.is_success() || status.is_more_data()) {
                    pipe_failed(open, carrier, status, here);
                    return Ok(None);
                }
                let response = transaction::Response::parse(block)?;
                let again = Step { command, fid: step.fid, what: What::Pipe };
                if response.interim {
                    return Ok(Some(again));
                }
                if let Some(whole) = Whole::of(response.parameters, response.data) {
                    read_pipe(open, whole.data, !whole.cut, here);
                    return Ok(None);
                }
                let parts = reassembly.get_or_insert_with(|| Box::new(Reassembly::new(TRANSACTION_BYTES)));
                match parts.push(response.parameters, response.data)? {
                    Some(whole) => read_pipe(open, whole.data, !whole.cut, here),
                    None => return Ok(Some(again)),
                }
            }
            (Command::WRITE_ANDX | Command::WRITE, What::Pipe) if !status.is_success() => {
                pipe_failed(step.fid.map(OpenId::Fid), carrier, status, here);
            }
            _ => {}
        }
        Ok(None)
    }

    fn negotiated(&mut self, block: &Block<'_>, here: &mut Here<'_>) -> Result<(), ParseError> {
        let response = negotiate::Response::parse(block)?;
        let dialect = self.dialects.get(usize::from(response.dialect_index));
        let dialect = dialect.cloned().unwrap_or_else(|| "SMB1".to_owned());
        let server_guid = match response.security {
            negotiate::Security::Extended { server_guid, .. } => {
                Some(server_guid).filter(|guid| !guid.is_nil())
            }
            _ => None,
        };
        here.out.tell(SessionEvent::Negotiated { dialect, server_guid, client_guid: None });
        Ok(())
    }

    fn keep_setup(&mut self, uid: u16, set_up: SetUp, limits: &Limits) {
        if self.setups.len() < limits.sessions || self.setups.contains_key(&uid) {
            self.setups.insert(uid, set_up);
        }
    }

    fn session_setup_answered(
        &mut self,
        block: &Block<'_>,
        uid: u16,
        status: Status,
        set_up: SetUp,
        here: &mut Here<'_>,
    ) {
        let id = SessionId::Uid(uid);
        let response = session_setup::Response::parse(block).ok();
        let server_os = response.as_ref().and_then(|response| response.native_os).map(|os| os.to_string());
        let server_os = server_os.filter(|os| !os.is_empty());
        if set_up.native_os.is_some() || server_os.is_some() {
            here.out.tell(SessionEvent::Native { client_os: set_up.native_os.clone(), server_os });
        }
        if status == Status::Nt(NtStatus::MORE_PROCESSING_REQUIRED) {
            self.keep_setup(uid, set_up, here.limits);
            return;
        }
        self.setups.remove(&uid);
        let guest = status.is_success()
            && response.is_some_and(|response| response.action.contains(session_setup::Action::GUEST));
        let identity = identify(set_up.credentials.as_ref(), guest, false);
        if status.is_success() {
            if set_up.new {
                here.tables.forget_session(id, &mut here.out);
            }
            if here.tables.sessions.contains_key(&id) {
                here.tables.session_used(id, Some(here.out.at), here.out.at);
                here.out.tell(SessionEvent::Reauthenticated { session: id, identity });
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
        } else if status.is_refusal() {
            here.out.tell(SessionEvent::Refused { status, identity });
        } else if status.is_access_denied() && identity.who == Who::Null {
            here.out.tell(SessionEvent::Denied { status, identity });
        }
    }

    // What was not seen to be granted

    /// A session is used: if its set-up was under way and the last answer is missing, it was granted.
    fn ensure_session(&mut self, uid: u16, here: &mut Here<'_>) {
        let id = SessionId::Uid(uid);
        if uid == 0 || here.tables.sessions.contains_key(&id) {
            return;
        }
        let under_way = self.setups.remove(&uid).or_else(|| {
            let what = self.adopt(|pending| matches!(pending.first.what, What::SessionSetup(_)))?;
            let What::SessionSetup(set_up) = what else { return None };
            Some(*set_up)
        });
        match under_way.filter(|set_up| set_up.credentials.is_some()) {
            Some(set_up) => {
                let identity = identify_unanswered(set_up.credentials.as_ref());
                here.tables.add_session(id, Some(&identity), here.limits, &mut here.out);
                let vc_zero = set_up.vc_zero;
                here.out.tell(SessionEvent::SetUp {
                    session: id,
                    identity,
                    answer_seen: false,
                    previous: None,
                    vc_zero,
                });
            }
            None => here.tables.ensure_session(id, here.limits, &mut here.out),
        }
    }

    /// An open is used: if its create has no answer yet, that is missing and this is what it granted.
    fn ensure_open(&mut self, fid: u16, uid: u16, tid: u16, here: &mut Here<'_>) {
        if here.tables.opens.contains_key(&OpenId::Fid(fid)) {
            return;
        }
        self.ensure_session(uid, here);
        let tree = TreeId::Tid(tid);
        if !here.tables.trees.contains_key(&tree) {
            let connect = self.adopt(|pending| matches!(pending.first.what, What::TreeConnect { .. }));
            if let Some(What::TreeConnect { path, service }) = connect {
                let share = share_kind(None, &service, path.as_deref());
                let session = SessionId::Uid(uid);
                here.tables.add_tree(tree, TreeState { session, share }, here.limits, &mut here.out);
                here.out.tell(TreeEvent::Connected { session, tree, path, share, answer_seen: false });
            }
        }
        let create =
            self.adopt(|pending| pending.tid == tid && matches!(pending.first.what, What::Open { .. }));
        let name = match create {
            Some(What::Open { name }) => name,
            _ => None,
        };
        here.opened(NewOpen {
            session: SessionId::Uid(uid),
            tree,
            open: OpenId::Fid(fid),
            name,
            told: OpenKind::Unknown,
            answer_seen: false,
        });
    }

    /// Takes the oldest request of its kind that has no answer.
    fn adopt(&mut self, is_it: impl Fn(&Pending) -> bool) -> Option<What> {
        if let Some(place) = self.unanswered.iter().position(&is_it) {
            return Some(self.unanswered.remove(place).first.what);
        }
        let candidates = self.pending.iter().filter(|(_, pending)| is_it(pending));
        let key = candidates.min_by_key(|(key, pending)| (pending.sent, **key)).map(|(key, _)| *key)?;
        self.pending.remove(&key).map(|pending| pending.first.what)
    }

    /// An answer whose request is missing: what ended or began, as far as the answer alone shows.
    fn orphan(&mut self, frame: &[u8], header: &Header, here: &mut Here<'_>) {
        let status = header.status;
        let (id, tree) = (SessionId::Uid(header.uid), TreeId::Tid(header.tid));
        let Some(Ok(block)) = blocks(frame, header).next() else { return };
        match header.command {
            Command::NEGOTIATE => {
                if status.is_success() {
                    let _ = self.negotiated(&block, here);
                }
                return;
            }
            Command::SESSION_SETUP_ANDX => {
                let set_up = self.setups.get(&header.uid).cloned().unwrap_or_default();
                self.session_setup_answered(&block, header.uid, status, set_up, here);
                return;
            }
            Command::ECHO => return,
            _ => {}
        }
        if status.is_session_gone() {
            here.tables.close_session(id, CloseReason::ServerDeniesIt, &mut here.out);
        }
        if !(status.is_success() || status.is_more_data()) {
            return;
        }
        self.ensure_session(header.uid, here);
        here.tables.session_used(id, Some(here.out.at), here.out.at);
        match header.command {
            Command::TREE_CONNECT_ANDX => {
                if let Ok(response) = tree_connect::Response::parse(&block) {
                    let told = response.service.map(|service| service.to_string());
                    let share = share_kind(told.as_deref(), "", None);
                    here.tables.add_tree(tree, TreeState { session: id, share }, here.limits, &mut here.out);
                    here.out.tell(TreeEvent::Connected {
                        session: id,
                        tree,
                        path: None,
                        share,
                        answer_seen: true,
                    });
                }
            }
            Command::TREE_DISCONNECT => here.tables.close_tree(tree, CloseReason::OwnClose, &mut here.out),
            Command::LOGOFF_ANDX => here.tables.close_session(id, CloseReason::OwnClose, &mut here.out),
            Command::NT_CREATE_ANDX | Command::OPEN_ANDX => {
                if let Ok(response) = create::Response::parse(&block) {
                    here.opened(granted(&response, false, header.uid, header.tid, None));
                }
            }
            Command::CLOSE => here.tables.close_one(|open| open.tree == tree, &mut here.out),
            Command::TRANSACTION => {
                let Ok(response) = transaction::Response::parse(&block) else { return };
                let whole = Whole::of(response.parameters, response.data).filter(|_| !response.interim);
                if let Some(whole) = whole {
                    orphan_pipe_data(tree, whole.data, !whole.cut, here);
                }
            }
            Command::READ_ANDX => {
                if let Ok(response) = read::Response::parse(&block) {
                    let whole = response.data.len() == widen(response.length);
                    orphan_pipe_data(tree, response.data, whole, here);
                }
            }
            _ => {}
        }
    }

    // What is missing

    /// Answers are missing: of all requests that wait now, nobody can say what came of them.
    pub(super) fn answers_lost(&mut self, out: &mut Out<'_>) {
        let mut doubts: Vec<(Origin, super::EventKind)> = Vec::new();
        for pending in self.pending.values_mut().filter(|pending| !pending.answer_lost) {
            pending.answer_lost = true;
            doubts.extend(pending.doubts().map(|event| (pending.sent, event)));
        }
        doubts.sort_by_key(|(sent, _)| *sent);
        for (_, event) in doubts {
            out.tell(event);
        }
    }

    /// Tells of the requests that have no answer, at the end. The answers of those that were sent after the server was
    /// last seen may be missing.
    pub(super) fn tell_waiting(&mut self, server_last: Option<Origin>, here: &mut Here<'_>) {
        let mut waiting: Vec<(Key, Pending)> = self.pending.drain().collect();
        waiting.sort_by_key(|(key, pending)| (pending.sent, *key));
        for (_, pending) in waiting {
            if server_last.is_none_or(|last| last < pending.sent) {
                if !pending.answer_lost {
                    pending.doubts().for_each(|event| here.out.tell_at(pending.sent, event));
                }
                continue;
            }
            let target = match pending.first.what {
                What::Open { name } => name,
                What::TreeConnect { path, .. } => path,
                What::WaitsByDesign | What::Pipe => continue,
                _ => None,
            };
            if !pending.answer_lost && !pending.cancelled && pending.uid != 0 {
                self.ensure_session(pending.uid, here);
                let session = SessionId::Uid(pending.uid);
                let command = pending.first.command.name().unwrap_or("a request");
                here.out.tell_at(pending.sent, SessionEvent::Waiting { session, command, target });
            }
        }
    }
}

/// What an answer says that it granted.
fn granted(response: &create::Response, printer: bool, uid: u16, tid: u16, name: Option<String>) -> NewOpen {
    let told = match response.resource_type {
        Some(resource) if resource.is_pipe() => OpenKind::Pipe,
        _ if printer => OpenKind::Printer,
        _ if response.directory == Some(true) => OpenKind::Directory,
        _ => OpenKind::Unknown,
    };
    let (session, tree, open) = (SessionId::Uid(uid), TreeId::Tid(tid), OpenId::Fid(response.fid));
    NewOpen { session, tree, open, name, told, answer_seen: true }
}

/// What the answer to one command of a chain is read with.
#[derive(Clone, Copy)]
struct StepContext<'a> {
    header: &'a Header,
    uid: u16,
    tid: u16,
    status: Status,
    carrier: u64,
}

/// Pipe data in an answer that does not say which pipe, when only one can be meant.
fn orphan_pipe_data(tree: TreeId, data: &[u8], whole: bool, here: &mut Here<'_>) {
    if let Some(open) = here.tables.pipe_awaiting(tree, data, &mut here.out) {
        here.tables.open_used(open, Some(here.out.at), here.out.at);
        read_pipe(Some(open), data, whole, here);
    }
}

/// An oplock break from the server is a LOCKING_ANDX of MID 0xffff that nobody asked for.
fn is_unsolicited(header: &Header) -> bool {
    header.command == Command::LOCKING_ANDX && header.mid == 0xffff
}

/// What kind of share it is: as the server says, else as the client asked, else by the name.
fn share_kind(told: Option<&str>, asked: &str, path: Option<&str>) -> ShareKind {
    match (told.unwrap_or(asked), path) {
        ("IPC", _) => ShareKind::Pipe,
        ("A:", _) => ShareKind::Disk,
        ("LPT1:" | "LPT:", _) => ShareKind::Print,
        (_, Some(path)) if is_ipc(path) => ShareKind::Pipe,
        _ => ShareKind::Unknown,
    }
}
