//! SMB1: a header, its commands, and what a transaction of one message holds.

use crate::error::{Anomalies, Examine, ParseError};
use crate::rap::{self, mailslot};
use crate::session::{SmbRequest, Subject, Transaction as Gathered, TransactionCall};
use crate::smb1::transaction::{NtFunction, Request, Setup, Trans2Function};
use crate::smb1::{self, Block, Body, Header, blocks, nt_transact, trans2};

/// An SMB1 message.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Smb1<'a> {
    /// Its header.
    pub header: Header,
    /// Its commands.
    pub commands: Vec<Command<'a>>,
    /// What its transaction holds, if it is whole, in this message or with it.
    pub transaction: Option<Transaction<'a>>,
}

/// One command of a chain.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Command<'a> {
    /// Its code.
    pub command: smb1::Command,
    /// WordCount.
    pub word_count: u8,
    /// ByteCount.
    pub byte_count: u16,
    /// Its words and bytes, read; `None` if they could not be.
    pub body: Option<Body<'a>>,
}

/// What a transaction holds.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Transaction<'a> {
    Trans2Request(trans2::Request<'a>),
    Trans2Response(trans2::Response<'a>),
    NtTransactRequest(nt_transact::Request<'a>),
    NtTransactResponse(nt_transact::Response<'a>),
    RapRequest(rap::Request<'a>),
    RapResponse(rap::Response<'a>),
    Mailslot(mailslot::Write<'a>),
}

impl<'a> Smb1<'a> {
    pub(super) fn of(
        header: &Header,
        message: &'a [u8],
        gathered: Option<Result<&'a Gathered, ParseError>>,
        request: Option<SmbRequest<'a>>,
        anomalies: &mut Anomalies,
    ) -> Self {
        let gathered = gathered.and_then(|gathered| anomalies.ok(gathered));
        let subject = request.map_or(&Subject::Nothing, |request| request.subject);
        let (mut commands, mut found) = (Vec::new(), None);
        for block in blocks(message, header) {
            let Some(block) = anomalies.ok(block) else { break };
            let body = anomalies.ok(Body::parse(&block, header));
            if let Some(body) = &body {
                body.examine(&block, anomalies);
                let mut context = Context { subject, gathered, anomalies };
                found = found.or_else(|| context.transaction(&block, body));
            }
            let Block { command, word_count, byte_count, .. } = block;
            commands.push(Command { command, word_count, byte_count, body });
        }
        Self { header: *header, commands, transaction: found }
    }
}

/// What a transaction is read with.
struct Context<'a, 'c> {
    /// What the request asks about, of a response.
    subject: &'a Subject,
    /// The transaction that the message completes, if it came in several.
    gathered: Option<&'a Gathered>,
    anomalies: &'c mut Anomalies,
}

/// What a transaction calls.
struct Call<'a> {
    command: smb1::Command,
    /// The pipe or mailslot.
    name: String,
    nt_function: Option<NtFunction>,
    setup: Setup<'a>,
    unicode: bool,
}

impl<'a> Context<'a, '_> {
    fn transaction(&mut self, block: &Block<'a>, body: &Body<'a>) -> Option<Transaction<'a>> {
        let found = match body {
            Body::TransactionRequest(request) => {
                if !(request.parameters.is_whole() && request.data.is_whole()) {
                    return None;
                }
                let call = Call::of(request, block.unicode);
                self.request(&call, request.parameters.bytes, request.data.bytes)?
            }
            Body::TransactionSecondary(_) => {
                let gathered = self.gathered?;
                self.request(
                    &Call::of_gathered(gathered.call.as_ref()?),
                    &gathered.parameters,
                    &gathered.data,
                )?
            }
            Body::TransactionResponse(response) if !response.interim => {
                let (parameters, data) = match self.gathered {
                    Some(gathered) => (&*gathered.parameters, &*gathered.data),
                    None if response.parameters.is_whole() && response.data.is_whole() => {
                        (response.parameters.bytes, response.data.bytes)
                    }
                    None => return None,
                };
                self.response(block, parameters, data)?
            }
            _ => return None,
        };
        found.examine(self.anomalies);
        Some(found)
    }

    fn request(&mut self, call: &Call<'a>, parameters: &'a [u8], data: &'a [u8]) -> Option<Transaction<'a>> {
        if let Some(function) = call.trans2_function() {
            let parsed = trans2::Request::parse(function, parameters, data, call.unicode);
            return self.anomalies.ok(parsed).map(Transaction::Trans2Request);
        }
        if let Some(function) = call.nt_function {
            let parsed = nt_transact::Request::parse(function, &call.setup, parameters, data, call.unicode);
            return self.anomalies.ok(parsed).map(Transaction::NtTransactRequest);
        }
        if call.name.eq_ignore_ascii_case(r"\PIPE\LANMAN") {
            return self.anomalies.ok(rap::Request::parse(parameters, data)).map(Transaction::RapRequest);
        }
        let is_mailslot = call.name.get(..9).is_some_and(|name| name.eq_ignore_ascii_case(r"\MAILSLOT"));
        is_mailslot.then(|| {
            let setup = [0, 1, 2].map(|index| call.setup.get(index).unwrap_or_default());
            let write = mailslot::Write::parse(&call.name, setup, data);
            self.anomalies.ok(write).map(Transaction::Mailslot)
        })?
    }

    fn response(
        &mut self,
        block: &Block<'a>,
        parameters: &'a [u8],
        data: &'a [u8],
    ) -> Option<Transaction<'a>> {
        match (self.subject, block.command) {
            (Subject::Rap(asked), smb1::Command::TRANSACTION) => {
                let parsed = rap::Response::parse(asked, parameters, data);
                self.anomalies.ok(parsed).map(Transaction::RapResponse)
            }
            (Subject::Trans2(asked), smb1::Command::TRANSACTION2) => {
                let parsed = trans2::Response::parse(*asked, parameters, data, block.unicode);
                self.anomalies.ok(parsed).map(Transaction::Trans2Response)
            }
            (Subject::NtTransact(asked), smb1::Command::NT_TRANSACT) => {
                let parsed = nt_transact::Response::parse(*asked, parameters, data);
                self.anomalies.ok(parsed).map(Transaction::NtTransactResponse)
            }
            _ => None,
        }
    }
}

impl<'a> Call<'a> {
    fn of(request: &Request<'a>, unicode: bool) -> Self {
        let Request { command, name, nt_function, setup, .. } = *request;
        Self { command, name: name.to_string(), nt_function, setup, unicode }
    }

    fn of_gathered(call: &'a TransactionCall) -> Self {
        let TransactionCall { command, ref name, nt_function, ref setup, unicode, .. } = *call;
        Self { command, name: name.clone(), nt_function, setup: Setup::new(setup), unicode }
    }

    /// What a `TRANSACTION2` does: the first setup word.
    fn trans2_function(&self) -> Option<Trans2Function> {
        self.setup.get(0).map(Trans2Function).filter(|_| self.command == smb1::Command::TRANSACTION2)
    }
}

impl Examine for Transaction<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::Trans2Request(request) => request.examine(anomalies),
            Self::Trans2Response(response) => response.examine(anomalies),
            Self::NtTransactRequest(request) => request.examine(anomalies),
            Self::NtTransactResponse(response) => response.examine(anomalies),
            Self::RapRequest(request) => request.examine(anomalies),
            Self::RapResponse(response) => response.examine(anomalies),
            Self::Mailslot(write) => write.examine(anomalies),
        }
    }
}
