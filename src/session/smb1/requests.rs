//! Requests: what is asked, and what goes to a pipe.

use super::{DIALECTS, Key, Pending, SetUp, Smb1, Step, TRANSACTION_BYTES, UNANSWERED, What};
use crate::ParseError;
use crate::auth::Credentials;
use crate::rap;
use crate::session::event::{Loss, Notice, OpenId, SessionId};
use crate::session::here::{Here, may_be_pipe};
use crate::smb1::transaction::{self, NtFunction, PipeFunction, Trans2Function};
use crate::smb1::{
    Block, Command, Header, Reassembly, Whole, blocks, close, create, file, locking, negotiate, read,
    session_setup, trans2, tree_connect, write,
};
use crate::wire::widen;

/// What of a request its answer is read with, if no more of it than its header was captured.
fn unread(header: &Header) -> Option<Step> {
    let what = match header.command {
        Command::SESSION_SETUP_ANDX => {
            What::SessionSetup(Box::new(SetUp { new: header.uid == 0, ..SetUp::default() }))
        }
        Command::TREE_CONNECT_ANDX => What::TreeConnect { path: None, service: String::new() },
        Command::NT_CREATE_ANDX | Command::OPEN_ANDX => What::Open { name: None, held: false },
        _ => return None,
    };
    Some(Step { command: header.command, fid: None, what })
}

/// True for functions that servers honour for files and directories alone. Others name a pipe, or go to `IPC$`.
const fn is_of_files(function: Trans2Function) -> bool {
    matches!(
        function,
        Trans2Function::FIND_FIRST2
            | Trans2Function::FIND_NEXT2
            | Trans2Function::QUERY_PATH_INFORMATION
            | Trans2Function::SET_PATH_INFORMATION
    )
}

impl Smb1 {
    /// False if it is not known what a damaged request was about: its answer will be read as if it were missing.
    pub(super) fn request(
        &mut self,
        frame: &[u8],
        header: &Header,
        damaged: bool,
        here: &mut Here<'_>,
    ) -> bool {
        let key = Key::of(header);
        let id = SessionId::Uid(header.uid);
        self.raw.client_goes_on();
        if header.command != Command::ECHO {
            here.tables.session_used(id, None, here.out.at);
            here.tables.pid(id, header.pid, &mut here.out);
        }
        match header.command {
            Command::NT_CANCEL => {
                self.cancel(key, here);
                return true;
            }
            Command::TRANSACTION_SECONDARY
            | Command::TRANSACTION2_SECONDARY
            | Command::NT_TRANSACT_SECONDARY => {
                self.secondary(frame, header, here);
                return true;
            }
            _ => {}
        }
        let mut steps: Vec<Step> = Vec::new();
        let mut first = None;
        let mut reassembly = None;
        let mut read = true;
        for block in blocks(frame, header) {
            let step = block.and_then(|block| self.read_request(&block, header, &mut reassembly, here));
            match step {
                Ok(step) if first.is_none() => first = Some(step),
                Ok(step) => steps.push(step),
                Err(error) => {
                    if !damaged {
                        here.out.unreadable(error);
                    }
                    read = !damaged;
                    if damaged && first.is_none() {
                        first = unread(header);
                    }
                    break;
                }
            }
        }
        if first.is_none() && !read {
            return false;
        }
        let first = first.unwrap_or(Step { command: header.command, fid: None, what: What::Plain });
        if self.pending.len() >= here.limits.requests {
            // No client has so many under way; whichever goes, it is told.
            self.pending.pop_first();
            here.out.tell(Loss::Evicted { table: "requests of a connection" });
        }
        let mut pending = Pending {
            sent: here.out.at,
            uid: header.uid,
            tid: header.tid,
            first,
            rest: steps,
            reassembly,
            // Where a part of the request is missing, its answer may be missing too.
            answer_lost: damaged,
            cancelled: false,
        };
        pending.hold(here);
        if let Some(unanswered) = self.pending.insert(key, pending) {
            self.keep_unanswered(unanswered);
        }
        read
    }

    /// Remembers a request that has no answer, if it may have granted something.
    pub(super) fn keep_unanswered(&mut self, pending: Pending) {
        if pending.first.what.grants() {
            if self.unanswered.len() >= UNANSWERED {
                self.unanswered.remove(0);
            }
            self.unanswered.push(pending);
        }
    }

    pub(super) fn read_request(
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
                    sent: Some(here.out.at),
                    asked_more: None,
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
                // The service follows the path: if it is there, the path is whole.
                let whole = !block.is_cut() || !request.service.is_empty();
                let path = Some(request.path.to_string()).filter(|path| whole && !path.is_empty());
                step.what = What::TreeConnect { path, service: request.service.to_string() };
            }
            Command::NT_CREATE_ANDX
            | Command::OPEN_ANDX
            | Command::OPEN
            | Command::CREATE
            | Command::CREATE_NEW
            | Command::CREATE_TEMPORARY
            | Command::OPEN_PRINT_FILE => {
                let request = create::Request::parse(block)?;
                let name = (!block.is_cut()).then(|| request.name.to_string());
                step.what = What::Open { name, held: false };
            }
            Command::CLOSE | Command::CLOSE_PRINT_FILE => step.fid = Some(close::Request::parse(block)?.fid),
            Command::READ_ANDX | Command::READ => {
                step.fid = Some(read::Request::parse(block)?.fid);
                // A read of a pipe may be posted long before there is anything to read.
                step.what = What::Pipe;
            }
            Command::READ_RAW => {
                step.fid = Some(self.ask_raw_read(block, header)?);
                step.what = What::Pipe;
            }
            Command::WRITE_RAW => {
                let (fid, data, whole) = self.begin_raw_write(block, header)?;
                step.fid = Some(fid);
                step.what = self.write_pipe(fid, data, whole, header, here);
            }
            Command::WRITE_ANDX | Command::WRITE | Command::WRITE_AND_CLOSE => {
                let request = write::Request::parse(block)?;
                step.fid = Some(request.fid);
                let whole = request.data.len() == widen(request.length);
                step.what = self.write_pipe(request.fid, request.pipe_data(), whole, header, here);
            }
            Command::TRANSACTION | Command::TRANSACTION2 | Command::NT_TRANSACT => {
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
                        step.what = What::Open { name: Some(create.name.to_string()), held: false };
                    }
                    _ if request.trans2_function() == Some(Trans2Function::OPEN2) => {
                        let open = trans2::Request::parse(
                            Trans2Function::OPEN2,
                            request.parameters.bytes,
                            request.data.bytes,
                            block.unicode,
                        )?;
                        let name = open.path().map(|path| path.to_string());
                        step.what = What::Open { name, held: false };
                    }
                    _ if request.trans2_function().is_some_and(is_of_files) => step.what = What::OfFiles,
                    _ if request.name.eq_ignore_ascii_case(r"\PIPE\LANMAN") => {
                        let parsed = rap::Request::parse(request.parameters.bytes, request.data.bytes);
                        if let Ok(call) = parsed {
                            let session = SessionId::Uid(header.uid);
                            here.out.tell(Notice::Rap { session, opcode: call.opcode });
                            step.what = What::Rap(call.asked());
                        }
                    }
                    _ => {}
                }
            }
            Command::LOCKING_ANDX => {
                let request = locking::Request::parse(block)?;
                step.fid = Some(request.fid);
                step.what = What::Locks {
                    taken: request.number_of_locks.into(),
                    freed: request.number_of_unlocks.into(),
                    blocking: request.may_block(),
                };
            }
            // One range each.
            Command::LOCK_BYTE_RANGE | Command::LOCK_AND_READ => {
                step.fid = Some(file::words::<file::ByteRange>(block)?.fid);
                step.what = What::Locks { taken: 1, freed: 0, blocking: false };
            }
            Command::UNLOCK_BYTE_RANGE | Command::WRITE_AND_UNLOCK => {
                step.fid = Some(file::words::<file::ByteRange>(block)?.fid);
                step.what = What::Locks { taken: 0, freed: 1, blocking: false };
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
    pub(super) fn cancel(&mut self, key: Key, here: &mut Here<'_>) {
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
    pub(super) fn secondary(&mut self, frame: &[u8], header: &Header, here: &mut Here<'_>) {
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
    pub(super) fn write_pipe(
        &mut self,
        fid: u16,
        data: &[u8],
        whole: bool,
        header: &Header,
        here: &mut Here<'_>,
    ) -> What {
        let open = OpenId::Fid(fid);
        let known = here.tables.opens.get(&open).map(|open| open.what);
        if !may_be_pipe(known, data) {
            return What::Plain;
        }
        self.ensure_open(fid, header.uid, header.tid, here);
        here.write_pipe(open, data, whole, Key::of(header).carrier());
        What::Pipe
    }
}
