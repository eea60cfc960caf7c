//! What listens where, as endpoint mappers say.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::dcerpc::{Body, Pdu as RpcPdu};
use crate::interface::{EPMAPPER, epmapper};
use crate::net::Endpoint;
use crate::session::{Peer, RpcCall};

/// Endpoints that are remembered at one time.
const ENDPOINTS: usize = 65_536;
/// `ept_map`.
const MAP: u16 = 3;

/// The interfaces that endpoint mappers have mapped to TCP endpoints: calls there are named even if the capture has not
/// their binding.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    interfaces: BTreeMap<Endpoint, Uuid>,
    forgotten: u64,
}

impl Endpoints {
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Learns from a PDU if it is the answer of an endpoint mapper.
    pub(super) fn learn(&mut self, interface: Option<Uuid>, call: &RpcCall<'_>, pdu: &RpcPdu<'_>) {
        let whole = call.whole.filter(|whole| whole.complete && !whole.sealed);
        let (Some(MAP), Body::Response(_), Some(whole)) = (call.opnum, &pdu.body, whole) else { return };
        if interface != Some(EPMAPPER.uuid) {
            return;
        }
        for tower in epmapper::mapped(&whole.stub, call.encoding) {
            let (Some(interface), Some((address, port))) = (tower.interface(), tower.tcp()) else { continue };
            if self.interfaces.len() >= ENDPOINTS {
                self.interfaces.pop_first();
                self.forgotten = self.forgotten.saturating_add(1);
            }
            self.interfaces.insert(Endpoint::new(address.into(), port), interface.uuid);
        }
    }

    /// The interface at either end of a PDU's connection.
    pub(super) fn interface(&self, ends: [Peer; 2]) -> Option<Uuid> {
        ends.into_iter().find_map(|end| match end {
            Peer::Ip(endpoint) => self.interfaces.get(&endpoint).copied(),
            Peer::Mac(_) => None,
        })
    }
}
