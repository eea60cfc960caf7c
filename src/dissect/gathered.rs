//! SMB1 transactions that are spread over several messages.

use std::collections::BTreeMap;

use super::asked::{Key1, key};
use crate::error::Anomalies;
use crate::session::{Content, Pdu};
use crate::smb1::transaction::{NtFunction, Part, Request, Setup, Trans2Function};
use crate::smb1::{Block, Body, Command, Header, Reassembly, blocks};

/// Transactions that are gathered at one time.
const GATHERED: usize = 256;
/// Bytes of one.
const BYTES: usize = 1 << 18;

/// Those under way, by what pairs their messages and whether they answer.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    begun: BTreeMap<(Key1, bool), Begun>,
    forgotten: u64,
}

#[derive(Debug)]
struct Begun {
    opening: Option<Opening>,
    parts: Reassembly,
}

/// What the first message of a request says, and the others do not repeat.
#[derive(Debug)]
struct Opening {
    command: Command,
    name: String,
    nt_function: Option<NtFunction>,
    setup: Box<[u8]>,
    unicode: bool,
}

/// One that is complete.
#[derive(Debug)]
pub(super) struct Gathered {
    opening: Option<Opening>,
    pub(super) parameters: Vec<u8>,
    pub(super) data: Vec<u8>,
}

impl Gathered {
    /// What a request calls.
    pub(super) fn call(&self) -> Option<Call<'_>> {
        let Opening { command, name, nt_function, setup, unicode } = self.opening.as_ref()?;
        let setup = Setup::new(setup);
        Some(Call {
            command: *command,
            name: name.clone(),
            nt_function: *nt_function,
            setup,
            unicode: *unicode,
        })
    }
}

/// What a transaction calls.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) command: Command,
    /// The pipe or mailslot.
    pub(super) name: String,
    pub(super) nt_function: Option<NtFunction>,
    pub(super) setup: Setup<'a>,
    pub(super) unicode: bool,
}

impl<'a> Call<'a> {
    pub(super) fn of(request: &Request<'a>, unicode: bool) -> Self {
        let Request { command, name, nt_function, setup, .. } = *request;
        Self { command, name: name.to_string(), nt_function, setup, unicode }
    }

    /// What a `TRANSACTION2` does: the first setup word.
    pub(super) fn trans2_function(&self) -> Option<Trans2Function> {
        self.setup.get(0).map(Trans2Function).filter(|_| self.command == Command::TRANSACTION2)
    }
}

impl Gathering {
    /// Transactions that were forgotten before they were complete, since there were too many.
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Takes up what a message has of a transaction, and gives the transaction that it completes, if it came in
    /// several.
    pub(super) fn take(&mut self, pdu: &Pdu<'_>, anomalies: &mut Anomalies) -> Option<Gathered> {
        let Content::Smb1 { header, message, .. } = pdu.content else { return None };
        if !is_transaction(header.command) {
            return None;
        }
        let block = blocks(message, header).next()?.ok()?;
        let (opening, parameters, data) = parts(&block, header)?;
        let key = (key(pdu, header), header.is_response());
        if (parameters.is_whole() && data.is_whole()) || opening.is_some() {
            self.begun.remove(&key);
        }
        if parameters.is_whole() && data.is_whole() {
            return None;
        }
        let first = opening.is_some() || header.is_response();
        if first && !self.begun.contains_key(&key) {
            if self.begun.len() >= GATHERED {
                self.begun.pop_first();
                self.forgotten = self.forgotten.saturating_add(1);
            }
            self.begun.insert(key, Begun { opening, parts: Reassembly::new(BYTES) });
        }
        let begun = self.begun.get_mut(&key)?;
        match begun.parts.push(parameters, data) {
            Ok(None) => None,
            Ok(Some(whole)) => {
                let (parameters, data) = (whole.parameters.to_vec(), whole.data.to_vec());
                let opening = self.begun.remove(&key).and_then(|begun| begun.opening);
                Some(Gathered { opening, parameters, data })
            }
            Err(error) => {
                anomalies.add(error);
                self.begun.remove(&key);
                None
            }
        }
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

/// What a message has of a transaction; `None` for an interim answer.
fn parts<'a>(block: &Block<'a>, header: &Header) -> Option<(Option<Opening>, Part<'a>, Part<'a>)> {
    match Body::parse(block, header).ok()? {
        Body::TransactionRequest(request) => {
            let whole = request.parameters.is_whole() && request.data.is_whole();
            let opening = (!whole).then(|| {
                let Call { command, name, nt_function, setup, unicode } = Call::of(&request, block.unicode);
                Opening { command, name, nt_function, setup: setup.as_bytes().into(), unicode }
            });
            Some((opening, request.parameters, request.data))
        }
        Body::TransactionSecondary(secondary) => Some((None, secondary.parameters, secondary.data)),
        Body::TransactionResponse(response) if !response.interim => {
            Some((None, response.parameters, response.data))
        }
        _ => None,
    }
}
