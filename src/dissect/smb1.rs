//! SMB1: a header, its commands, and what a transaction of one message holds.

use super::asked::{Asked, Smb1Asked};
use crate::error::{Anomalies, Examine};
use crate::rap::{self, mailslot};
use crate::session::Pdu;
use crate::smb1::{self, Block, Body, Header, blocks, nt_transact, trans2, transaction};

/// An SMB1 message.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Smb1<'a> {
    /// Its header.
    pub header: Header,
    /// Its commands.
    pub commands: Vec<Command<'a>>,
    /// What its transaction holds, if it is one that lies whole in this message.
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
        rap: Option<&'a rap::Asked>,
        anomalies: &mut Anomalies,
    ) -> Self {
        let (mut commands, mut found) = (Vec::new(), None);
        for block in blocks(message, header) {
            let Some(block) = anomalies.ok(block) else { break };
            let body = anomalies.ok(Body::parse(&block, header));
            if let Some(body) = &body {
                body.examine(&block, anomalies);
                found = found.or(transaction(pdu, header, &block, body, asked, rap, anomalies));
            }
            let Block { command, word_count, byte_count, .. } = block;
            commands.push(Command { command, word_count, byte_count, body });
        }
        Self { header: *header, commands, transaction: found }
    }
}

fn transaction<'a>(
    pdu: &Pdu<'_>,
    header: &Header,
    block: &Block<'a>,
    body: &Body<'a>,
    asked: &mut Asked,
    rap: Option<&'a rap::Asked>,
    anomalies: &mut Anomalies,
) -> Option<Transaction<'a>> {
    let found = match body {
        Body::TransactionRequest(request) => request_of(pdu, header, block, request, asked, anomalies)?,
        Body::TransactionResponse(response) => {
            let (parameters, data) = (response.parameters, response.data);
            if response.interim || !parameters.is_whole() || !data.is_whole() {
                return None;
            }
            let (parameters, data) = (parameters.bytes, data.bytes);
            if let Some(rap) = rap {
                let response = anomalies.ok(rap::Response::parse(rap, parameters, data))?;
                Transaction::RapResponse(response)
            } else {
                match asked.smb1(pdu, header)? {
                    Smb1Asked::Trans2(asked) if block.command == smb1::Command::TRANSACTION2 => {
                        let parsed = trans2::Response::parse(*asked, parameters, data, block.unicode);
                        Transaction::Trans2Response(anomalies.ok(parsed)?)
                    }
                    Smb1Asked::NtTransact(asked) if block.command == smb1::Command::NT_TRANSACT => {
                        let parsed = nt_transact::Response::parse(*asked, parameters, data);
                        Transaction::NtTransactResponse(anomalies.ok(parsed)?)
                    }
                    _ => return None,
                }
            }
        }
        _ => return None,
    };
    match &found {
        Transaction::Trans2Request(request) => request.examine(anomalies),
        Transaction::Trans2Response(response) => response.examine(anomalies),
        Transaction::NtTransactRequest(request) => request.examine(anomalies),
        Transaction::NtTransactResponse(response) => response.examine(anomalies),
        Transaction::RapRequest(request) => request.examine(anomalies),
        Transaction::RapResponse(response) => response.examine(anomalies),
        Transaction::Mailslot(write) => write.examine(anomalies),
    }
    Some(found)
}

fn request_of<'a>(
    pdu: &Pdu<'_>,
    header: &Header,
    block: &Block<'a>,
    request: &transaction::Request<'a>,
    asked: &mut Asked,
    anomalies: &mut Anomalies,
) -> Option<Transaction<'a>> {
    // The parameters of a request are nearly always whole in its first message, whatever its data are.
    if !request.parameters.is_whole() {
        return None;
    }
    let (parameters, data) = (request.parameters.bytes, request.data.bytes);
    if let Some(function) = request.trans2_function() {
        let parsed = anomalies.ok(trans2::Request::parse(function, parameters, data, block.unicode))?;
        asked.keep_smb1(pdu, header, Smb1Asked::Trans2(parsed.asked(function)));
        return Some(Transaction::Trans2Request(parsed));
    }
    if let Some(function) = request.nt_function {
        let parsed = nt_transact::Request::parse(function, &request.setup, parameters, data, block.unicode);
        let parsed = anomalies.ok(parsed)?;
        asked.keep_smb1(pdu, header, Smb1Asked::NtTransact(parsed.asked(function)));
        return Some(Transaction::NtTransactRequest(parsed));
    }
    if request.name.eq_ignore_ascii_case(r"\PIPE\LANMAN") {
        let parsed = anomalies.ok(rap::Request::parse(parameters, data))?;
        asked.keep_smb1(pdu, header, Smb1Asked::Rap(parsed.asked()));
        return Some(Transaction::RapRequest(parsed));
    }
    if request.name.starts_with_ignore_ascii_case(r"\MAILSLOT") {
        let setup = [0, 1, 2].map(|index| request.setup.get(index).unwrap_or_default());
        let write = mailslot::Write::parse(&request.name.to_string(), setup, data);
        return Some(Transaction::Mailslot(anomalies.ok(write)?));
    }
    None
}
