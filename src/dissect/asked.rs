//! What requests asked, kept until their answers come.

use std::collections::BTreeMap;

use super::gathered::Gathered;
use crate::dcerpc::{self, ndr};
use crate::session::{ConnectionId, Content, OpenId, Pdu, Peer};
use crate::smb1::{self, nt_transact, trans2};
use crate::smb2;
use crate::{rap, rprn};

/// Requests of either dialect that are remembered at one time.
const REQUESTS: usize = 65_536;

/// Requests that wait for their answer, by what pairs the two.
#[derive(Debug, Default)]
pub(super) struct Asked {
    smb1: BTreeMap<Key1, Smb1Asked>,
    smb2: BTreeMap<(Option<ConnectionId>, u64), smb2::Asked>,
    rpc: BTreeMap<KeyRpc, RpcAsked>,
    forgotten: u64,
}

/// What is known of a message before it is read, which what is read of it borrows.
#[derive(Debug)]
pub(super) struct Known {
    /// The call of RAP that it answers.
    pub(super) rap: Option<rap::Asked>,
    /// The transaction that it completes.
    pub(super) gathered: Option<Gathered>,
}

/// An SMB1 request: its connection, or its sender where there is none, PID and MID.
pub(super) type Key1 = (Option<ConnectionId>, Option<Peer>, u32, u16);

/// What is kept of a call until its answer comes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct RpcAsked {
    /// What its answer will be read with.
    pub(super) stub: ndr::Asked,
    /// What it shows to security people.
    pub(super) signs: Vec<rprn::Sign>,
}

/// A call: its connection, its pipe, its call id.
type KeyRpc = (Option<ConnectionId>, Option<OpenId>, u32);

/// What the answer to an SMB1 transaction will be read with.
#[derive(Debug, Clone)]
pub(super) enum Smb1Asked {
    Trans2(trans2::Asked),
    NtTransact(nt_transact::Asked),
    Rap(rap::Asked),
}

impl Asked {
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub(super) fn keep_smb1(&mut self, pdu: &Pdu<'_>, header: &smb1::Header, asked: Smb1Asked) {
        if self.smb1.len() >= REQUESTS {
            self.smb1.pop_first();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.smb1.insert(key(pdu, header), asked);
    }

    pub(super) fn smb1(&self, pdu: &Pdu<'_>, header: &smb1::Header) -> Option<&Smb1Asked> {
        self.smb1.get(&key(pdu, header))
    }

    /// The call that an answer of RAP belongs to.
    pub(super) fn rap(&self, pdu: &Pdu<'_>) -> Option<rap::Asked> {
        let Content::Smb1 { header, .. } = pdu.content else { return None };
        let transaction = header.command == smb1::Command::TRANSACTION && header.is_response();
        match transaction.then(|| self.smb1(pdu, header)).flatten() {
            Some(Smb1Asked::Rap(asked)) => Some(asked.clone()),
            _ => None,
        }
    }

    pub(super) fn keep_smb2(&mut self, pdu: &Pdu<'_>, message_id: u64, asked: smb2::Asked) {
        if self.smb2.len() >= REQUESTS {
            self.smb2.pop_first();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.smb2.insert((pdu.connection, message_id), asked);
    }

    pub(super) fn smb2(&mut self, pdu: &Pdu<'_>, message_id: u64) -> smb2::Asked {
        self.smb2.get(&(pdu.connection, message_id)).copied().unwrap_or_default()
    }

    pub(super) fn keep_rpc(&mut self, pdu: &Pdu<'_>, rpc: &dcerpc::Pdu<'_>, asked: RpcAsked) {
        if asked == RpcAsked::default() {
            self.rpc.remove(&key_rpc(pdu, rpc));
            return;
        }
        if self.rpc.len() >= REQUESTS {
            self.rpc.pop_first();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.rpc.insert(key_rpc(pdu, rpc), asked);
    }

    pub(super) fn rpc(&mut self, pdu: &Pdu<'_>, rpc: &dcerpc::Pdu<'_>) -> RpcAsked {
        self.rpc.remove(&key_rpc(pdu, rpc)).unwrap_or_default()
    }
}

fn key_rpc(pdu: &Pdu<'_>, rpc: &dcerpc::Pdu<'_>) -> KeyRpc {
    let open = match pdu.content {
        Content::Rpc { open, .. } => Some(open),
        _ => None,
    };
    (pdu.connection, open, rpc.header.call_id)
}

pub(super) fn key(pdu: &Pdu<'_>, header: &smb1::Header) -> Key1 {
    let client = if header.is_response() { pdu.destination } else { pdu.source };
    let client = pdu.connection.is_none().then_some(client);
    // PIDHigh is not echoed by every server.
    (pdu.connection, client, header.pid & 0xffff, header.mid)
}
