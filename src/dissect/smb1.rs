//! SMB1: a header, its commands, and what a transaction of one message holds.

use super::asked::{Asked, Known, Smb1Asked};
use super::gathered::Call;
use crate::error::{Anomalies, Examine};
use crate::rap::{self, mailslot};
use crate::session::Pdu;
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
        pdu: &Pdu<'_>,
        header: &Header,
        message: &'a [u8],
        asked: &mut Asked,
        known: &'a Known,
        anomalies: &mut Anomalies,
    ) -> Self {
        let (mut commands, mut found) = (Vec::new(), None);
        for block in blocks(message, header) {
            let Some(block) = anomalies.ok(block) else { break };
            let body = anomalies.ok(Body::parse(&block, header));
            if let Some(body) = &body {
                body.examine(&block, anomalies);
                let mut context = Context { pdu, header, asked, known, anomalies };
                found = found.or_else(|| context.transaction(&block, body));
            }
            let Block { command, word_count, byte_count, .. } = block;
            commands.push(Command { command, word_count, byte_count, body });
        }
        Self { header: *header, commands, transaction: found }
    }
}

/// Those who know what a message belongs to.
struct Context<'a, 'c> {
    pdu: &'c Pdu<'c>,
    header: &'c Header,
    asked: &'c mut Asked,
    known: &'a Known,
    anomalies: &'c mut Anomalies,
}

impl<'a> Context<'a, '_> {
    fn transaction(&mut self, block: &Block<'a>, body: &Body<'a>) -> Option<Transaction<'a>> {
        let gathered = self.known.gathered.as_ref();
        let found = match body {
            Body::TransactionRequest(request) => {
                if !(request.parameters.is_whole() && request.data.is_whole()) {
                    return None;
                }
                let call = Call::of(request, block.unicode);
                self.request(&call, request.parameters.bytes, request.data.bytes)?
            }
            Body::TransactionSecondary(_) => {
                let gathered = gathered?;
                self.request(&gathered.call()?, &gathered.parameters, &gathered.data)?
            }
            Body::TransactionResponse(response) if !response.interim => {
                let (parameters, data) = match gathered {
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
            let parsed = self.anomalies.ok(parsed)?;
            self.keep(Smb1Asked::Trans2(parsed.asked(function)));
            return Some(Transaction::Trans2Request(parsed));
        }
        if let Some(function) = call.nt_function {
            let parsed = nt_transact::Request::parse(function, &call.setup, parameters, data, call.unicode);
            let parsed = self.anomalies.ok(parsed)?;
            self.keep(Smb1Asked::NtTransact(parsed.asked(function)));
            return Some(Transaction::NtTransactRequest(parsed));
        }
        if call.name.eq_ignore_ascii_case(r"\PIPE\LANMAN") {
            let parsed = self.anomalies.ok(rap::Request::parse(parameters, data))?;
            self.keep(Smb1Asked::Rap(parsed.asked()));
            return Some(Transaction::RapRequest(parsed));
        }
        let is_mailslot = call.name.get(..9).is_some_and(|name| name.eq_ignore_ascii_case(r"\MAILSLOT"));
        is_mailslot.then(|| {
            let setup = [0, 1, 2].map(|index| call.setup.get(index).unwrap_or_default());
            let write = mailslot::Write::parse(&call.name, setup, data);
            self.anomalies.ok(write).map(Transaction::Mailslot)
        })?
    }

    fn keep(&mut self, asked: Smb1Asked) {
        self.asked.keep_smb1(self.pdu, self.header, asked);
    }

    fn response(
        &mut self,
        block: &Block<'a>,
        parameters: &'a [u8],
        data: &'a [u8],
    ) -> Option<Transaction<'a>> {
        if let Some(rap) = &self.known.rap {
            let response = self.anomalies.ok(rap::Response::parse(rap, parameters, data))?;
            return Some(Transaction::RapResponse(response));
        }
        Some(match self.asked.smb1(self.pdu, self.header)? {
            Smb1Asked::Trans2(asked) if block.command == smb1::Command::TRANSACTION2 => {
                let parsed = trans2::Response::parse(*asked, parameters, data, block.unicode);
                Transaction::Trans2Response(self.anomalies.ok(parsed)?)
            }
            Smb1Asked::NtTransact(asked) if block.command == smb1::Command::NT_TRANSACT => {
                let parsed = nt_transact::Response::parse(*asked, parameters, data);
                Transaction::NtTransactResponse(self.anomalies.ok(parsed)?)
            }
            _ => return None,
        })
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
