//! What RPC calls asked, kept until their answers come.

use std::collections::BTreeMap;

use crate::dcerpc::{self, ndr};
use crate::rprn;
use crate::session::{ConnectionId, Content, OpenId, Pdu};

/// Calls that are remembered at one time.
const CALLS: usize = 65_536;

/// Calls that wait for their answer, by what pairs the two.
#[derive(Debug, Default)]
pub(super) struct Asked {
    calls: BTreeMap<KeyRpc, RpcAsked>,
    forgotten: u64,
}

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

impl Asked {
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub(super) fn keep_rpc(&mut self, pdu: &Pdu<'_>, rpc: &dcerpc::Pdu<'_>, asked: RpcAsked) {
        if asked == RpcAsked::default() {
            self.calls.remove(&key_rpc(pdu, rpc));
            return;
        }
        if self.calls.len() >= CALLS {
            self.calls.pop_first();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.calls.insert(key_rpc(pdu, rpc), asked);
    }

    pub(super) fn rpc(&mut self, pdu: &Pdu<'_>, rpc: &dcerpc::Pdu<'_>) -> RpcAsked {
        self.calls.remove(&key_rpc(pdu, rpc)).unwrap_or_default()
    }
}

fn key_rpc(pdu: &Pdu<'_>, rpc: &dcerpc::Pdu<'_>) -> KeyRpc {
    let open = match pdu.content {
        Content::Rpc { open, .. } => Some(open),
        _ => None,
    };
    (pdu.connection, open, rpc.header.call_id)
}
