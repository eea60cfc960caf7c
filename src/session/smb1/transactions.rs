//! Transactions that are spread over several messages, and what their responses can only be read with.

use std::collections::BTreeMap;

use super::Place;
use crate::ParseError;
use crate::capture::Origin;
use crate::rap;
use crate::session::pdu::{SmbCommand, Subject, Transaction, TransactionCall};
use crate::session::request::{Request as SmbRequest, Step};
use crate::smb1::transaction::{NtFunction, Part, Request, Setup, Trans2Function};
use crate::smb1::{Block, Body, Command, Header, Reassembly, blocks, nt_transact, trans2};

/// Transactions of one connection that are put together at one time.
const TRANSACTIONS: usize = 64;
/// The pipe of the remote administration protocol.
pub(super) const LAN_MAN: &str = r"\PIPE\LANMAN";
/// Bytes of one.
const BYTES: usize = 1 << 20;

/// The transactions under way, by what pairs their messages and whether they answer.
#[derive(Debug)]
pub(in crate::session) struct Gathering<Id> {
    begun: BTreeMap<(Id, bool), Begun>,
}

#[derive(Debug)]
struct Begun {
    call: Option<TransactionCall>,
    parts: Reassembly,
}

/// What a message has of a transaction.
#[derive(Debug)]
pub(in crate::session) enum Gathered {
    /// All of it, or it is no transaction.
    Alone,
    /// Not the last part of one that came in several messages.
    Part,
    /// The last part.
    Whole(Transaction),
    /// It cannot be put together.
    Failed(ParseError),
}

impl Gathered {
    /// It as the PDU of the message bears it.
    pub(in crate::session) const fn lend(&self) -> Option<Result<&Transaction, ParseError>> {
        match self {
            Self::Alone | Self::Part => None,
            Self::Whole(transaction) => Some(Ok(transaction)),
            Self::Failed(error) => Some(Err(*error)),
        }
    }
}

impl<Id> Default for Gathering<Id> {
    fn default() -> Self {
        Self { begun: BTreeMap::new() }
    }
}

impl<Id: Copy + Ord> Gathering<Id> {
    /// Takes up what a message has of a transaction. `evicted` is told that another one was given up for it.
    pub(in crate::session) fn take(
        &mut self,
        id: Id,
        header: &Header,
        message: &[u8],
        evicted: impl FnOnce(),
    ) -> Gathered {
        if !is_transaction(header.command) {
            return Gathered::Alone;
        }
        let block = blocks(message, header).next().and_then(Result::ok);
        let Some((call, parameters, data)) = block.and_then(|block| parts(&block, header)) else {
            return Gathered::Alone;
        };
        let key = (id, header.is_response());
        let whole = parameters.is_whole() && data.is_whole();
        if whole || call.is_some() {
            self.begun.remove(&key);
        }
        if whole {
            return Gathered::Alone;
        }
        let first = call.is_some() || header.is_response();
        if first && !self.begun.contains_key(&key) {
            if self.begun.len() >= TRANSACTIONS {
                self.begun.pop_first();
                evicted();
            }
            self.begun.insert(key, Begun { call, parts: Reassembly::new(BYTES) });
        }
        let Some(begun) = self.begun.get_mut(&key) else { return Gathered::Part };
        let gathered = match begun.parts.push(parameters, data) {
            Ok(None) => return Gathered::Part,
            Ok(Some(whole)) => Gathered::Whole(Transaction {
                call: begun.call.take(),
                parameters: whole.parameters.to_vec(),
                data: whole.data.to_vec(),
                cut: whole.cut,
            }),
            Err(error) => Gathered::Failed(error),
        };
        self.begun.remove(&key);
        gathered
    }
}

const fn is_transaction(command: Command) -> bool {
    matches!(
        command,
        Command::TRANSACTION
            | Command::TRANSACTION_SECONDARY
            | Command::TRANSACTION2
            | Command::TRANSACTION2_SECONDARY
            | Command::NT_TRANSACT
            | Command::NT_TRANSACT_SECONDARY
    )
}

/// What a message has of a transaction; `None` for an interim response.
fn parts<'a>(block: &Block<'a>, header: &Header) -> Option<(Option<TransactionCall>, Part<'a>, Part<'a>)> {
    match Body::parse(block, header).ok()? {
        Body::TransactionRequest(request) => {
            let whole = request.parameters.is_whole() && request.data.is_whole();
            let call = (!whole).then(|| call(&request, block.unicode));
            Some((call, request.parameters, request.data))
        }
        Body::TransactionSecondary(secondary) => Some((None, secondary.parameters, secondary.data)),
        Body::TransactionResponse(response) if !response.interim => {
            Some((None, response.parameters, response.data))
        }
        _ => None,
    }
}

fn call(request: &Request<'_>, unicode: bool) -> TransactionCall {
    let Request { command, nt_function, .. } = *request;
    let setup = request.setup.as_bytes().into();
    TransactionCall { command, name: request.name.to_string(), nt_function, setup, unicode }
}

impl TransactionCall {
    /// What the response can only be read with.
    fn subject(&self, parameters: &[u8], data: &[u8]) -> Subject {
        let setup = Setup::new(&self.setup);
        let trans2_function = setup.get(0).map(Trans2Function);
        let calls = Calls {
            trans2_function: trans2_function.filter(|_| self.command == Command::TRANSACTION2),
            nt_function: self.nt_function,
            setup,
            lan_man: self.name.eq_ignore_ascii_case(LAN_MAN),
            unicode: self.unicode,
        };
        calls.subject(parameters, data)
    }
}

/// What the response to a request of one message can only be read with.
pub(in crate::session) fn subject(request: &Request<'_>, unicode: bool) -> Subject {
    if !(request.parameters.is_whole() && request.data.is_whole()) {
        return Subject::Nothing;
    }
    let calls = Calls {
        trans2_function: request.trans2_function(),
        nt_function: request.nt_function,
        setup: request.setup,
        lan_man: request.name.eq_ignore_ascii_case(LAN_MAN),
        unicode,
    };
    calls.subject(request.parameters.bytes, request.data.bytes)
}

/// What the response to a request can only be read with, once its last message has come.
pub(in crate::session) fn gathered_subject(transaction: &Transaction) -> Option<Subject> {
    let Transaction { call, parameters, data, .. } = transaction;
    Some(call.as_ref()?.subject(parameters, data))
}

/// The request in a message, if its response can only be read with that.
pub(in crate::session) fn request_of(
    header: &Header,
    message: &[u8],
    gathered: &Gathered,
    sent: Origin,
) -> Option<SmbRequest> {
    let subject = match gathered {
        Gathered::Alone => {
            let block = blocks(message, header).next()?.ok()?;
            match Body::parse(&block, header).ok()? {
                Body::TransactionRequest(request) => subject(&request, block.unicode),
                _ => return None,
            }
        }
        Gathered::Whole(transaction) => gathered_subject(transaction)?,
        Gathered::Part | Gathered::Failed(_) => return None,
    };
    let Place { session, tree, .. } = Place::of(header);
    let first = Step::bare(SmbCommand::Smb1(header.command));
    (subject != Subject::Nothing)
        .then(|| SmbRequest { subject, ..SmbRequest::new(sent, session, tree, first) })
}

/// What a transaction calls.
struct Calls<'a> {
    trans2_function: Option<Trans2Function>,
    nt_function: Option<NtFunction>,
    setup: Setup<'a>,
    lan_man: bool,
    unicode: bool,
}

impl Calls<'_> {
    fn subject(&self, parameters: &[u8], data: &[u8]) -> Subject {
        if let Some(function) = self.trans2_function {
            let parsed = trans2::Request::parse(function, parameters, data, self.unicode);
            return parsed.map_or(Subject::Nothing, |request| Subject::Trans2(request.asked(function)));
        }
        if let Some(function) = self.nt_function {
            let parsed = nt_transact::Request::parse(function, &self.setup, parameters, data, self.unicode);
            return parsed.map_or(Subject::Nothing, |request| Subject::NtTransact(request.asked(function)));
        }
        if self.lan_man {
            let parsed = rap::Request::parse(parameters, data);
            return parsed.map_or(Subject::Nothing, |request| Subject::Rap(Box::new(request.asked())));
        }
        Subject::Nothing
    }
}
