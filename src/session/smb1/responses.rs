//! Responses: what was granted, read and ended.

use super::transactions::Gathered;
use super::{Place, Received, Smb1, SmbCommand, granted, is_of_files, rap, says_disk};
use crate::ParseError;
use crate::session::context::{Context, share_kind};
use crate::session::event::{CloseReason, OpenEvent, OpenId, SessionEvent, SessionId, TreeId};
use crate::session::exchange::{SetUpResponse, is_honoured};
use crate::session::missing::Answered;
use crate::session::pdu::{Subject, Transaction};
use crate::session::request::{Operation, Request, SetUp, Step};
use crate::smb1::{
    Block, Command, Header, Text, Whole, blocks, create, negotiate, read, session_setup, transaction,
    tree_connect,
};
use crate::smb2::negotiate::is_samba;
use crate::wire::{NtStatus, Status, widen};

/// Ended by its own request.
const OWN: CloseReason = CloseReason::OwnClose;

/// What the response to one command of a chain is read with.
#[derive(Clone, Copy)]
struct StepContext<'a> {
    header: &'a Header,
    /// The session that asked, by the header of the request.
    asked_by: SessionId,
    session: SessionId,
    tree: TreeId,
    status: Status,
    subject: &'a Subject,
    /// The request came in several messages.
    split: bool,
    gathered: &'a Gathered,
}

impl Smb1 {
    pub(super) fn response(
        &mut self,
        received: &Received<'_>,
        answered: &mut Answered,
        cx: &mut Context<'_>,
    ) {
        let Received { frame, header, damaged, .. } = *received;
        self.raw.server_goes_on(header);
        let by_status;
        let frame = if damaged && !matches!(blocks(frame, header).next(), Some(Ok(_))) {
            if !self.is_told_by_status(header) {
                // Nothing is left of it but its header: its request still waits, and its response is missing.
                return;
            }
            by_status = response_by_status(frame);
            by_status.as_slice()
        } else {
            frame
        };
        // Clients that use one MID for all leave a request whose response is missing under the id of the next.
        let answers = |request: &Request| answers(header.command, request.command());
        let Some(request) = self.exchanges.requests.take(Place::of(header).id, answers) else {
            if header.command == Command::WRITE_COMPLETE {
                // The second response to a WRITE_RAW, when its raw data are written.
                return;
            }
            answered.orphans = true;
            self.orphan(frame, header, cx);
            return;
        };
        answered.sent = answered.sent.max(Some(request.sent));
        if self.status_answered(&request, header, cx) {
            self.read_chain(frame, received, request, cx);
        }
    }

    /// True if the header of a response is all that is needed of it: it failed, or what succeeded is an ending.
    fn is_told_by_status(&self, header: &Header) -> bool {
        let status = header.status;
        let request = self.exchanges.requests.get(Place::of(header).id);
        let alone = request.is_some_and(|request| request.rest.is_empty());
        let ends = matches!(header.command, Command::CLOSE | Command::TREE_DISCONNECT | Command::LOGOFF_ANDX);
        let sets_up = header.command == Command::SESSION_SETUP_ANDX;
        let more = status.is_more_data() || status == Status::Nt(NtStatus::MORE_PROCESSING_REQUIRED);
        if status.is_success() { alone && (ends || sets_up) } else { !more }
    }

    /// What the status of a response says, whatever else is in it. False if nothing else can be read of it.
    fn status_answered(&mut self, request: &Request, header: &Header, cx: &mut Context<'_>) -> bool {
        let status = header.status;
        let set_up = request.command().is_session_setup();
        if set_up {
            // The response gives the id.
            self.exchanges.forget_setup(request.session);
        }
        if !self.exchanges.check_status(request, status, cx) {
            return false;
        }
        // A tree is disconnected for any UID, even one that is gone.
        let any_uid = match header.command {
            Command::NEGOTIATE | Command::ECHO => true,
            // But somebody connected it.
            Command::TREE_DISCONNECT => cx.tables.had_session() || cx.requests_missing_since.is_none(),
            _ => false,
        };
        if is_honoured(status) {
            if matches!(header.command, Command::TREE_CONNECT | Command::TREE_CONNECT_ANDX) {
                self.exchanges.let_in_by_share(request.session, self.share_level, cx);
            }
            if !set_up && !any_uid {
                self.exchanges.session_honoured(request.session, request.sent, cx);
            }
            if is_of_files(header.command) {
                self.exchanges.shows_disk(request.tree, request.session, cx);
            }
        }
        self.exchanges.open_answered(request, status, cx);
        if let Some(waiting) = request.waited(cx.out.at) {
            cx.out.tell_at(request.sent, waiting);
        }
        true
    }

    /// Reads the response to one command after another.
    fn read_chain(&mut self, frame: &[u8], received: &Received<'_>, request: Request, cx: &mut Context<'_>) {
        let Received { header, damaged, ref gathered, .. } = *received;
        let set_up = request.command().is_session_setup();
        let Request { session: asked_by, tree: asked_in, first, rest, subject, .. } = request;
        let mut response = blocks(frame, header).peekable();
        let (mut tree_connect, mut stopped) = (false, false);
        for (place, step) in core::iter::once(first).chain(rest).enumerate() {
            let block = match response.next() {
                Some(Ok(block)) if !stopped && (answers_step(block.command, &step) || place == 0) => block,
                Some(Err(error)) if !stopped => {
                    if !damaged {
                        cx.out.unreadable(error);
                    }
                    return;
                }
                // The chain stopped at a command before this one.
                _ => {
                    stopped = true;
                    if step.operation.is_held() {
                        cx.tables.open_answered(asked_by, true, cx.out.at);
                    }
                    continue;
                }
            };
            // The status is that of the last command that was carried out.
            let status = if response.peek().is_some() { Status::SUCCESS } else { header.status };
            // Set-ups and tree connects give the ids that what is chained to them uses.
            let session = if set_up { SessionId::Uid(header.uid) } else { asked_by };
            tree_connect |= step.is_tree_connect();
            let tree = if tree_connect { TreeId::Tid(header.tid) } else { asked_in };
            let context = StepContext {
                header,
                asked_by,
                session,
                tree,
                status,
                subject: &subject,
                split: request.split,
                gathered,
            };
            let open = step.open;
            match self.read_step(&block, step, &context, cx) {
                Ok(None) => {}
                Ok(Some(first)) => {
                    // More messages of this response are to come.
                    let rest = Vec::new();
                    let begun = request.begun || request.split || matches!(gathered, Gathered::Part);
                    let unfinished = Request { session, tree, first, rest, subject, begun, ..request };
                    self.exchanges.requests.put_back(Place::of(header).id, unfinished);
                    return;
                }
                Err(error) if !damaged => cx.out.unreadable(error),
                Err(_) => open.into_iter().for_each(|open| cx.pipe_read_lost(open)),
            }
        }
    }

    /// Reads the response to one command. Gives the command back if more of its response is to come.
    fn read_step(
        &mut self,
        block: &Block<'_>,
        step: Step,
        context: &StepContext<'_>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Step>, ParseError> {
        let StepContext { header, session, tree, status, .. } = *context;
        let SmbCommand::Smb1(command) = step.command else { return Ok(None) };
        match (command, step.operation) {
            (Command::NEGOTIATE, _) if status.is_success() => self.negotiated(block, cx)?,
            (Command::NEGOTIATE, _) if status.is_refusal() => cx.negotiate_refused(status),
            (_, Operation::SessionSetup(set_up)) => {
                self.session_setup_answered(block, header.uid, status, *set_up, cx);
            }
            (Command::LOGOFF_ANDX, _) if status.is_success() => cx.close_session(session, OWN),
            (_, Operation::TreeConnect { path, service }) => {
                tree_connect_answered(block, context, path, &service, cx);
            }
            (Command::TREE_DISCONNECT, _) if status.is_success() => cx.close_tree(tree, OWN),
            (Command::PROCESS_EXIT, _) if status.is_success() => {
                cx.tables.process_ended(session, header.pid, &mut cx.out);
            }
            (_, operation @ Operation::Open { .. }) => {
                return self.open_answered(block, Step { operation, ..step }, context, cx);
            }
            (Command::CLOSE | Command::CLOSE_PRINT_FILE | Command::WRITE_AND_CLOSE, _)
                if status.is_success() =>
            {
                step.open.into_iter().for_each(|open| cx.close_open(open, OWN));
            }
            (Command::READ_ANDX | Command::READ, _) => read_answered(block, step.open, status, cx)?,
            (Command::TRANSACTION | Command::TRANSACTION2 | Command::NT_TRANSACT, operation) => {
                return self.transaction_answered(block, Step { operation, ..step }, context, cx);
            }
            (Command::WRITE_ANDX | Command::WRITE | Command::WRITE_RAW, Operation::Pipe)
                if !status.is_success() =>
            {
                cx.pipe_failed(step.open, Place::of(header).id.0, status);
            }
            // An oplock that is given back comes the same way, without a lock.
            (_, Operation::Locks { taken, freed, .. }) if status.is_success() && taken.max(freed) > 0 => {
                step.open.into_iter().for_each(|open| cx.out.tell(OpenEvent::Locks { open, taken, freed }));
            }
            _ => {}
        }
        Ok(None)
    }

    fn open_answered(
        &mut self,
        block: &Block<'_>,
        step: Step,
        context: &StepContext<'_>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Step>, ParseError> {
        let StepContext { header, asked_by, session, tree, status, .. } = *context;
        let (SmbCommand::Smb1(command), Operation::Open { held, .. }) = (step.command, &step.operation)
        else {
            return Ok(None);
        };
        let held = *held;
        if !status.is_success() {
            if held {
                cx.tables.open_answered(asked_by, true, cx.out.at);
            }
            if let Operation::Open { name, .. } = step.operation {
                cx.open_failed(session, tree, name, status);
            }
            return Ok(None);
        }
        // A response that cannot be read leaves it held.
        let response = if matches!(command, Command::NT_TRANSACT | Command::TRANSACTION2) {
            let parts = transaction::Response::parse(block)?;
            if parts.interim {
                return Ok(Some(Step { open: None, ..step }));
            }
            match command {
                Command::NT_TRANSACT => create::Response::of_transaction(parts.parameters.bytes)?,
                _ => create::Response::of_open2(parts.parameters.bytes)?,
            }
        } else {
            create::Response::parse(block)?
        };
        let Operation::Open { name, .. } = step.operation else { return Ok(None) };
        let printer = command == Command::OPEN_PRINT_FILE;
        // The name of a temporary file is the server's choice.
        let name = response.name.map(|name| name.to_string()).or(name);
        let says_disk = says_disk(&response, name.as_deref());
        let new = granted(&response, printer, (session, tree), name);
        self.exchanges.opened(new, asked_by, held, cx);
        if says_disk {
            cx.tables.says_disk(tree, &mut cx.out);
        }
        cx.tables.opened_by(OpenId::Fid(response.fid), header.pid);
        Ok(None)
    }

    fn transaction_answered(
        &mut self,
        block: &Block<'_>,
        step: Step,
        context: &StepContext<'_>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Step>, ParseError> {
        let StepContext { header, session, tree, status, subject, split, gathered, .. } = *context;
        if !is_honoured(status) {
            if let Operation::Pipe = step.operation {
                cx.pipe_failed(step.open, Place::of(header).id.0, status);
            }
            return Ok(None);
        }
        // Of others, only their parts are of interest.
        let is_read = matches!(step.operation, Operation::Pipe | Operation::Rap | Operation::OfFiles);
        let response = match transaction::Response::parse(block) {
            Ok(response) => response,
            Err(error) if is_read => return Err(error),
            Err(_) => return Ok(None),
        };
        if response.interim {
            return Ok((is_read || split).then_some(step));
        }
        if let (Operation::OfFiles, true) = (&step.operation, status.is_success()) {
            self.exchanges.shows_disk(tree, session, cx);
        }
        let (parameters, data, whole) = match gathered {
            Gathered::Alone => {
                let Some(whole) = Whole::of(response.parameters, response.data) else { return Ok(None) };
                (whole.parameters, whole.data, !whole.cut)
            }
            Gathered::Part => return Ok(Some(step)),
            Gathered::Whole(Transaction { parameters, data, cut, .. }) => (&**parameters, &**data, !cut),
            Gathered::Failed(error) => return Err(*error),
        };
        match (&step.operation, subject) {
            (Operation::Pipe, _) => cx.read_pipe(step.open, data, whole),
            (Operation::Rap, Subject::Rap(asked)) => rap::tell_listed(asked, parameters, data, cx),
            _ => {}
        }
        Ok(None)
    }

    pub(super) fn negotiated(&mut self, block: &Block<'_>, cx: &mut Context<'_>) -> Result<(), ParseError> {
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
        let samba = server_guid.is_some_and(|guid| is_samba(&guid));
        cx.out.tell(SessionEvent::Negotiated { dialect, server_guid, samba, client_guid: None });
        Ok(())
    }

    pub(super) fn session_setup_answered(
        &mut self,
        block: &Block<'_>,
        uid: u16,
        status: Status,
        set_up: SetUp,
        cx: &mut Context<'_>,
    ) {
        let response = session_setup::Response::parse(block).ok();
        let text = |text: Option<Text<'_>>| text.map(|text| text.to_string()).filter(|text| !text.is_empty());
        let server_os = text(response.as_ref().and_then(|response| response.native_os));
        let server_lan_manager = text(response.as_ref().and_then(|response| response.native_lan_man));
        if set_up.native_os.is_some() || server_os.is_some() {
            let client_os = set_up.native_os.clone();
            cx.out.tell(SessionEvent::Native { client_os, server_os, server_lan_manager });
        }
        let guest =
            response.as_ref().is_some_and(|response| response.action.contains(session_setup::Action::GUEST));
        let answer = SetUpResponse {
            blob: response.and_then(|response| response.security_blob),
            guest: guest && status.is_success(),
            share_level: self.share_level,
            ..SetUpResponse::default()
        };
        self.exchanges.set_up_answered(SessionId::Uid(uid), status, set_up, &answer, cx);
    }
}

/// True if a response with this command answers a request of that one.
pub(super) fn answers(command: Command, request: SmbCommand) -> bool {
    match request {
        // What fails before its raw data are wanted is complete.
        SmbCommand::Smb1(Command::WRITE_RAW) => {
            matches!(command, Command::WRITE_RAW | Command::WRITE_COMPLETE)
        }
        request => request == SmbCommand::Smb1(command),
    }
}

fn answers_step(command: Command, step: &Step) -> bool {
    step.command == SmbCommand::Smb1(command)
}

fn read_answered(
    block: &Block<'_>,
    open: Option<OpenId>,
    status: Status,
    cx: &mut Context<'_>,
) -> Result<(), ParseError> {
    if is_honoured(status) {
        let response = read::Response::parse(block)?;
        let whole = response.data.len() == widen(response.length);
        cx.read_pipe(open, response.data, whole);
    } else {
        cx.read_failed(open, status);
    }
    Ok(())
}

fn tree_connect_answered(
    block: &Block<'_>,
    context: &StepContext<'_>,
    path: Option<String>,
    asked: &str,
    cx: &mut Context<'_>,
) {
    let StepContext { header, session, status, .. } = *context;
    if !status.is_success() {
        cx.tree_connect_failed(session, path, status);
        return;
    }
    // What is cut off does not tell the id.
    let response = tree_connect::Response::parse(block);
    let (service, tid) = response.map_or((None, None), |response| (response.service, response.tid));
    let service = service.map(|service| service.to_string());
    let share = share_kind(service.as_deref(), asked, path.as_deref());
    cx.connected(session, TreeId::Tid(tid.unwrap_or(header.tid)), path, share, true);
}

/// A response of which only the header is left, as one that says no more: without words and bytes.
fn response_by_status(frame: &[u8]) -> Vec<u8> {
    let header = frame.get(..Header::SIZE).unwrap_or_default();
    // WordCount, ByteCount
    [header, &[0; 3]].concat()
}
