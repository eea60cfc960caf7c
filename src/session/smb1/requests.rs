//! Requests: what is asked, and what goes to a pipe.

use super::transactions::{self, Gathered, LAN_MAN};
use super::{Place, Received, Smb1, SmbCommand};
use crate::ParseError;
use crate::auth::Credentials;
use crate::rap;
use crate::session::context::Context;
use crate::session::event::{Notice, OpenId, SessionId};
use crate::session::exchange::Target;
use crate::session::pdu::Subject;
use crate::session::request::{Operation, Request, SetUp, Step};
use crate::smb1::transaction::{self, NtFunction, PipeFunction, Trans2Function};
use crate::smb1::{
    Block, Command, Header, Text, Whole, blocks, close, create, file, locking, negotiate, read,
    session_setup, trans2, tree_connect, write,
};
use crate::wire::widen;

/// Dialects of a negotiate request that are remembered.
const DIALECTS: usize = 64;

/// What is read of a request, one command after another.
struct Steps {
    first: Option<Step>,
    rest: Vec<Step>,
    subject: Subject,
    /// False if a damaged request could not be read to its end.
    read: bool,
}

impl Smb1 {
    /// False if it is not known what a damaged request was about: its response will be read as if it were missing.
    pub(super) fn request(&mut self, received: &Received<'_>, cx: &mut Context<'_>) -> bool {
        let Received { header, damaged, ref gathered, .. } = *received;
        let Place { session, tree, id } = Place::of(header);
        self.raw.client_goes_on();
        if header.command != Command::ECHO {
            cx.session_used(session, None);
            cx.tables.pid(session, header.pid, &mut cx.out);
        }
        match header.command {
            Command::NT_CANCEL => {
                self.exchanges.cancel(id, cx);
                return true;
            }
            Command::TRANSACTION_SECONDARY
            | Command::TRANSACTION2_SECONDARY
            | Command::NT_TRANSACT_SECONDARY => {
                self.secondary(gathered, header, cx);
                return true;
            }
            _ => {}
        }
        if let Gathered::Failed(error) = gathered {
            cx.out.unreadable(*error);
        }
        let Steps { first, rest, subject, read } = self.steps(received, cx);
        if first.is_none() && !read {
            return false;
        }
        let first = first.unwrap_or(Step::bare(SmbCommand::Smb1(header.command)));
        let request = Request {
            rest,
            subject,
            split: matches!(gathered, Gathered::Part),
            // Where a part of the request is missing, its response may be missing too.
            response_lost: damaged,
            ..Request::new(cx.out.at, session, tree, first)
        };
        self.exchanges.send(id, request, cx);
        read
    }

    /// Reads the commands of a request.
    fn steps(&mut self, received: &Received<'_>, cx: &mut Context<'_>) -> Steps {
        let Received { frame, header, damaged, .. } = *received;
        let mut steps = Steps { first: None, rest: Vec::new(), subject: Subject::Nothing, read: true };
        for block in blocks(frame, header) {
            let step = block.and_then(|block| self.read_request(&block, header, &mut steps.subject, cx));
            match step {
                Ok(step) if steps.first.is_none() => steps.first = Some(step),
                Ok(step) => steps.rest.push(step),
                Err(error) => {
                    if !damaged {
                        cx.out.unreadable(error);
                    }
                    steps.read = !damaged;
                    if damaged && steps.first.is_none() {
                        steps.first = unread(header);
                    }
                    break;
                }
            }
        }
        steps
    }

    /// Reads one command of a request.
    fn read_request(
        &mut self,
        block: &Block<'_>,
        header: &Header,
        subject: &mut Subject,
        cx: &mut Context<'_>,
    ) -> Result<Step, ParseError> {
        let (open, operation) = match block.command {
            Command::NEGOTIATE => {
                let request = negotiate::Request::parse(block)?;
                let dialects = request.dialects().take(DIALECTS);
                self.dialects = dialects.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
                (None, Operation::Other)
            }
            Command::SESSION_SETUP_ANDX => (None, self.session_setup(block, header.uid, cx)?),
            Command::TREE_CONNECT_ANDX | Command::TREE_CONNECT => (None, tree_connect(block)?),
            Command::NT_CREATE_ANDX
            | Command::OPEN_ANDX
            | Command::OPEN
            | Command::CREATE
            | Command::CREATE_NEW
            | Command::CREATE_TEMPORARY
            | Command::OPEN_PRINT_FILE => {
                let request = create::Request::parse(block)?;
                (None, opens((!block.is_cut()).then(|| request.name.to_string())))
            }
            Command::CLOSE | Command::CLOSE_PRINT_FILE => {
                (Some(close::Request::parse(block)?.fid), Operation::Other)
            }
            // A read of a pipe may be posted long before there is anything to read.
            Command::READ_ANDX | Command::READ => (Some(read::Request::parse(block)?.fid), Operation::Pipe),
            Command::READ_RAW => (Some(self.ask_raw_read(block, header)?), Operation::Pipe),
            Command::WRITE_RAW => {
                let (fid, data, whole) = self.begin_raw_write(block, header)?;
                (Some(fid), self.write_pipe(fid, data, whole, header, cx))
            }
            Command::WRITE_ANDX | Command::WRITE | Command::WRITE_AND_CLOSE => {
                let request = write::Request::parse(block)?;
                let whole = request.data.len() == widen(request.length);
                let operation = self.write_pipe(request.fid, request.pipe_data(), whole, header, cx);
                (Some(request.fid), operation)
            }
            Command::TRANSACTION | Command::TRANSACTION2 | Command::NT_TRANSACT => {
                let request = transaction::Request::parse(block)?;
                let operation = self.transaction(&request, block.unicode, header, cx)?;
                if *subject == Subject::Nothing {
                    *subject = transactions::subject(&request, block.unicode);
                }
                (request.fid(), operation)
            }
            command if is_lock(command) => locks(block)?,
            Command::ECHO => (None, Operation::WaitsByDesign),
            _ => (None, Operation::Other),
        };
        let open = open.map(OpenId::Fid);
        if let Some(open) = open {
            cx.open_used(open, None);
        }
        Ok(Step { command: SmbCommand::Smb1(block.command), open, operation })
    }

    fn session_setup(
        &mut self,
        block: &Block<'_>,
        uid: u16,
        cx: &Context<'_>,
    ) -> Result<Operation, ParseError> {
        let session = SessionId::Uid(uid);
        let request = session_setup::Request::parse(block)?;
        let known = self.exchanges.setup(session);
        let text = |text: Option<Text<'_>>| text.map(|text| text.to_string());
        let credentials = match request.security_blob {
            Some(blob) => Credentials::from_blob(blob).or(known.credentials),
            // An account that the capture cut off is not an empty one.
            None => request.account.map(|account| {
                let domain = text(request.domain).unwrap_or_default();
                let (lm, nt) = (request.lm_response, request.nt_response);
                Credentials::plain(account.to_string(), domain, lm, nt)
            }),
        };
        let set_up = SetUp {
            sent: Some(cx.out.at),
            credentials,
            native_os: text(request.native_os).filter(|os| !os.is_empty()).or(known.native_os),
            vc_zero: request.vc_number == 0,
            new: uid == 0 || known.new,
            ..SetUp::default()
        };
        if uid != 0 {
            self.exchanges.keep_setup(session, set_up.clone(), cx);
        }
        Ok(Operation::SessionSetup(Box::new(set_up)))
    }

    /// What a transaction does, as far as its first message tells.
    fn transaction(
        &mut self,
        request: &transaction::Request<'_>,
        unicode: bool,
        header: &Header,
        cx: &mut Context<'_>,
    ) -> Result<Operation, ParseError> {
        let (parameters, data) = (request.parameters, request.data);
        Ok(match (request.pipe_function(), request.nt_function, request.trans2_function()) {
            (Some(PipeFunction::WAIT_NMPIPE), ..) | (_, Some(NtFunction::NOTIFY_CHANGE), _) => {
                Operation::WaitsByDesign
            }
            (Some(PipeFunction::TRANSACT_NMPIPE), ..) if request.fid().is_some() => {
                if let Some(whole) = Whole::of(parameters, data) {
                    let fid = request.fid().unwrap_or_default();
                    return Ok(self.write_pipe(fid, whole.data, !whole.cut, header, cx));
                }
                // The last of its messages writes it.
                Operation::Pipe
            }
            (_, Some(NtFunction::CREATE), _) => {
                let create = create::Request::of_transaction(parameters.bytes, unicode)?;
                opens(Some(create.name.to_string()))
            }
            (_, _, Some(function @ Trans2Function::OPEN2)) => {
                let open = trans2::Request::parse(function, parameters.bytes, data.bytes, unicode)?;
                opens(open.path().map(|path| path.to_string()))
            }
            (_, _, Some(function)) if is_of_files(function) => Operation::OfFiles,
            _ if request.name.eq_ignore_ascii_case(LAN_MAN) => {
                let Ok(call) = rap::Request::parse(parameters.bytes, data.bytes) else {
                    return Ok(Operation::Other);
                };
                let (session, opcode) = (Place::of(header).session, call.opcode);
                cx.out.tell(Notice::Rap { session, opcode });
                Operation::Rap
            }
            _ => Operation::Other,
        })
    }

    /// A further message of a transaction.
    fn secondary(&mut self, gathered: &Gathered, header: &Header, cx: &mut Context<'_>) {
        let Some(request) = self.exchanges.requests.get_mut(Place::of(header).id) else { return };
        let transaction = match gathered {
            Gathered::Whole(transaction) => transaction,
            Gathered::Failed(error) => return cx.out.unreadable(*error),
            Gathered::Alone | Gathered::Part => return,
        };
        if let Some(subject) = transactions::gathered_subject(transaction) {
            request.subject = subject;
        }
        if let (Operation::Pipe, Some(OpenId::Fid(fid))) = (&request.first.operation, request.first.open) {
            self.write_pipe(fid, &transaction.data, !transaction.cut, header, cx);
        }
    }

    /// Bytes that the client writes to something that is a pipe, or shows by them to be one. What the request does.
    pub(super) fn write_pipe(
        &mut self,
        fid: u16,
        data: &[u8],
        whole: bool,
        header: &Header,
        cx: &mut Context<'_>,
    ) -> Operation {
        let Place { session, tree, id } = Place::of(header);
        let target = Target { session, tree, open: OpenId::Fid(fid) };
        self.exchanges.write_pipe(target, data, whole, id, cx)
    }
}

fn tree_connect(block: &Block<'_>) -> Result<Operation, ParseError> {
    let request = tree_connect::Request::parse(block)?;
    // The service follows the path: if it is there, the path is whole.
    let whole = !block.is_cut() || !request.service.is_empty();
    let path = Some(request.path.to_string()).filter(|path| whole && !path.is_empty());
    Ok(Operation::TreeConnect { path, service: request.service.to_string() })
}

/// True for commands that lock or unlock byte ranges.
const fn is_lock(command: Command) -> bool {
    matches!(
        command,
        Command::LOCKING_ANDX
            | Command::LOCK_BYTE_RANGE
            | Command::LOCK_AND_READ
            | Command::UNLOCK_BYTE_RANGE
            | Command::WRITE_AND_UNLOCK
    )
}

/// The FID of a request that locks or unlocks, and what it does.
fn locks(block: &Block<'_>) -> Result<(Option<u16>, Operation), ParseError> {
    if block.command == Command::LOCKING_ANDX {
        let request = locking::Request::parse(block)?;
        let (taken, freed) = (request.number_of_locks.into(), request.number_of_unlocks.into());
        return Ok((Some(request.fid), Operation::Locks { taken, freed, blocking: request.may_block() }));
    }
    // One range each.
    let fid = file::words::<file::ByteRange>(block)?.fid;
    let taken = u32::from(matches!(block.command, Command::LOCK_BYTE_RANGE | Command::LOCK_AND_READ));
    Ok((Some(fid), Operation::Locks { taken, freed: 1_u32.saturating_sub(taken), blocking: false }))
}

const fn opens(name: Option<String>) -> Operation {
    Operation::Open { name, directory: false, held: false }
}

/// What of a request its response is read with, if no more of it than its header was captured.
fn unread(header: &Header) -> Option<Step> {
    let operation = match header.command {
        Command::SESSION_SETUP_ANDX => {
            Operation::SessionSetup(Box::new(SetUp { new: header.uid == 0, ..SetUp::default() }))
        }
        Command::TREE_CONNECT_ANDX => Operation::TreeConnect { path: None, service: String::new() },
        Command::NT_CREATE_ANDX | Command::OPEN_ANDX => opens(None),
        _ => return None,
    };
    Some(Step { operation, ..Step::bare(SmbCommand::Smb1(header.command)) })
}

/// True for functions that servers honour for files and directories only. Others name a pipe, or go to `IPC$`.
const fn is_of_files(function: Trans2Function) -> bool {
    matches!(
        function,
        Trans2Function::FIND_FIRST2
            | Trans2Function::FIND_NEXT2
            | Trans2Function::QUERY_PATH_INFORMATION
            | Trans2Function::SET_PATH_INFORMATION
    )
}
