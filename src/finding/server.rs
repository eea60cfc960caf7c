//! Which addresses are one server.

use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::ledger::Ledger;
use crate::net::Endpoint;

/// A server over all its ports and transports: one address, unless it shows several server GUIDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Server {
    /// Its address.
    pub ip: IpAddr,
    /// Its GUID, where it told one (\[MS-SMB2\] 2.2.4 ServerGuid).
    pub guid: Option<Uuid>,
}

/// The servers of a ledger, by their endpoints.
#[derive(Debug, Default)]
pub struct Servers {
    by_endpoint: BTreeMap<Endpoint, Uuid>,
    by_ip: BTreeMap<IpAddr, BTreeSet<Uuid>>,
}

impl Servers {
    /// The servers that the ledger's connections lead to.
    #[must_use]
    pub fn of(ledger: &Ledger) -> Self {
        let mut servers = Self::default();
        for (_, connection) in ledger.connections() {
            if let Some(guid) = connection.server_guid.filter(|guid| !guid.is_nil()) {
                servers.by_endpoint.insert(connection.server, guid);
                servers.by_ip.entry(connection.server.ip()).or_default().insert(guid);
            }
        }
        servers
    }

    /// The server that answers at `endpoint`.
    #[must_use]
    pub fn at(&self, endpoint: Endpoint) -> Server {
        let ip = endpoint.ip();
        // A port that told no GUID belongs to the only server known at its address.
        let only = || self.by_ip.get(&ip).filter(|guids| guids.len() == 1).and_then(|guids| guids.first());
        Server { ip, guid: self.by_endpoint.get(&endpoint).or_else(only).copied() }
    }
}
