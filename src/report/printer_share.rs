//! Who shares printers: the computers whose shares Method 2 of KB 328459 removes.

use std::collections::{BTreeMap, BTreeSet};

use super::Moment;
use crate::auth::Who;
use crate::capture::Origin;
use crate::finding;
use crate::ledger::Ledger;
use crate::net::Host;
use crate::session::ShareKind;

/// A computer that shares printers.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PrinterShare<'a> {
    /// Its address, if that was seen.
    pub address: Option<Host>,
    /// Its name, if it told one.
    pub name: Option<&'a str>,
    /// The printer shares that were seen, by name.
    pub printers: Vec<&'a str>,
    /// What shows it: `announcement`, `server_enum`, `srvsvc`, `rap`, `tree_connect`.
    pub seen_by: BTreeSet<&'static str>,
    /// The first sign of it.
    pub first_seen: Moment,
    /// The null sessions that it has open as a client: it is these that go away with the share.
    pub null_sessions: usize,
}

/// The computers that share printers, those with null sessions of their own first.
pub(super) fn of(ledger: &Ledger) -> Vec<PrinterShare<'_>> {
    let mut found: BTreeMap<Key<'_>, Found<'_>> = BTreeMap::new();
    for computer in ledger.computers() {
        let Some(at) = computer.shares_printers else { continue };
        let key = computer.address.map_or(Key::Name(&computer.name), Key::Address);
        let entry = found.entry(key).or_insert_with(|| Found::at(at));
        entry.name = Some(&computer.name);
        entry.seen_by.extend(&computer.seen_by);
        entry.first_seen = entry.first_seen.min(at);
    }
    for server in ledger.servers() {
        for share in ledger.shares(server.row).filter(|share| share.kind == ShareKind::Print) {
            let entry = found.entry(Key::Address(server.ip)).or_insert_with(|| Found::at(share.first_seen));
            entry.name = entry.name.or(server.name.as_deref());
            entry.printers.push(&share.name);
            entry.seen_by.extend(&share.seen_by);
            entry.first_seen = entry.first_seen.min(share.first_seen);
        }
    }
    let (by_address, by_name) = open_null_sessions(ledger);
    let mut shares: Vec<PrinterShare<'_>> = found
        .into_iter()
        .map(|(key, found)| {
            let address = key.address();
            let null_sessions = match key {
                Key::Address(ip) => by_address.get(&ip),
                Key::Name(name) => by_name.get(&name.to_uppercase()),
            };
            PrinterShare {
                address,
                name: found.name,
                printers: found.printers,
                seen_by: found.seen_by,
                first_seen: found.first_seen.into(),
                null_sessions: null_sessions.copied().unwrap_or_default(),
            }
        })
        .collect();
    shares.sort_by_key(|share| core::cmp::Reverse(share.null_sessions));
    shares
}

/// How many null sessions are open, by their client's address and by its name in capitals.
fn open_null_sessions(ledger: &Ledger) -> (BTreeMap<Host, usize>, BTreeMap<String, usize>) {
    let (mut by_address, mut by_name) = (BTreeMap::new(), BTreeMap::new());
    let add = |number: &mut usize| *number = number.saturating_add(1);
    let open = ledger.sessions().map(|(_, session)| session).filter(|session| session.closed.is_none());
    for session in open.filter(|session| session.identity.who == Who::Null) {
        add(by_address.entry(session.client.host()).or_default());
        if let Some(name) = finding::client_name(ledger, session) {
            add(by_name.entry(name.to_uppercase()).or_default());
        }
    }
    (by_address, by_name)
}

/// A computer by its address, or by its name where another one told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Address(Host),
    Name(&'a str),
}

impl Key<'_> {
    const fn address(&self) -> Option<Host> {
        match self {
            Self::Address(ip) => Some(*ip),
            Self::Name(_) => None,
        }
    }
}

struct Found<'a> {
    name: Option<&'a str>,
    printers: Vec<&'a str>,
    seen_by: BTreeSet<&'static str>,
    first_seen: Origin,
}

impl Found<'_> {
    const fn at(first_seen: Origin) -> Self {
        Self { name: None, printers: Vec::new(), seen_by: BTreeSet::new(), first_seen }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::testing::Made;
    use crate::rap::ServerType;
    use crate::session::{EventKind, Notice, Told};

    fn announced(made: &mut Made, name: &str, address: Option<&str>, shares_printers: bool) {
        let (name, address) = (name.to_owned(), address.map(|ip| ip.parse().unwrap()));
        let by = if address.is_some() { "announcement" } else { "server_enum" };
        let server_type = if shares_printers { ServerType::PRINTQ_SERVER } else { ServerType::WORKSTATION };
        let (version, users, comment) = ((5, 1), None, None);
        let told = Told { name, address, server_type, version, users, comment, by };
        made.tell(900, EventKind::Notice(Notice::Computer(told)));
    }

    #[test]
    fn announcements_listings_and_tree_connects_tell_who_shares_printers() {
        let mut made = Made::new();
        made.null_session(1);
        made.tree(1, r"\\PRNSRV\lp1", ShareKind::Print);
        announced(&mut made, "WS-21", Some("192.168.1.21"), true);
        announced(&mut made, "WS-30", Some("192.168.1.30"), false);
        announced(&mut made, "WS-40", None, true);
        let ledger = made.ended_after(1.0);
        let shares = of(&ledger);
        let told: Vec<_> = shares
            .iter()
            .map(|share| (share.name.unwrap(), share.printers.clone(), share.null_sessions))
            .collect();
        assert_eq!(told, [("WS-21", vec![], 1), ("PRNSRV", vec!["lp1"], 0), ("WS-40", vec![], 0)]);
        assert_eq!(shares[1].seen_by, BTreeSet::from(["tree_connect"]));
    }
}
