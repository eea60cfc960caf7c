//! Computers that announced themselves, or that others list.

use std::collections::{BTreeMap, BTreeSet};

use super::{Losses, Map};
use crate::capture::Origin;
use crate::net::Host;
use crate::rap::ServerType;
use crate::session::Told;

/// A computer that announced itself, or that another one lists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Computer {
    /// Its name, as it was first seen.
    pub name: String,
    /// The address from which it announced itself.
    pub address: Option<Host>,
    /// The first sign that it shares a print queue.
    pub shares_printers: Option<Origin>,
    /// What it is and offers.
    pub server_type: ServerType,
    /// The version of its operating system: major and minor.
    pub version: (u32, u32),
    /// How many users it takes at a time, if it said so.
    pub users: Option<u32>,
    /// What it is said to be for.
    pub comment: Option<String>,
    /// What showed it: `announcement`, `server_enum`, `srvsvc`.
    pub seen_by: BTreeSet<&'static str>,
    /// Its first sign.
    pub first_seen: Origin,
}

/// The computers by name without regard to case.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Computers {
    rows: BTreeMap<String, Computer>,
    /// The name in capitals of the one that described itself at an address.
    by_address: Map<Host, String>,
}

impl Computers {
    pub(in crate::ledger) fn iter(&self) -> impl Iterator<Item = &Computer> {
        self.rows.values()
    }

    /// The computer of a name, whatever its case.
    pub(in crate::ledger) fn called(&self, name: &str) -> Option<&Computer> {
        self.rows.get(&name.to_uppercase())
    }

    /// The computer that described itself at the first of these addresses at which one did, or else that of a name.
    pub(in crate::ledger) fn at<'a>(
        &self,
        addresses: impl IntoIterator<Item = &'a Host>,
        name: Option<&str>,
    ) -> Option<&Computer> {
        let mut itself = addresses.into_iter().filter_map(|address| self.by_address.get(address));
        match itself.next() {
            Some(name) => self.rows.get(name),
            None => self.called(name?),
        }
    }

    /// A computer was seen.
    pub(in crate::ledger) fn see(&mut self, at: Origin, told: Told, most: usize, losses: &mut Losses) {
        let Told { name, address, server_type, version, users, comment, by } = told;
        let key = name.to_uppercase();
        if self.rows.len() >= most && !self.rows.contains_key(&key) {
            return losses.evicted("computers");
        }
        if let Some(address) = address
            && self.by_address.len() < most
        {
            self.by_address.insert(address, key.clone());
        }
        let computer = self.rows.entry(key).or_insert_with(|| Computer {
            name,
            address: None,
            shares_printers: None,
            server_type,
            version,
            users: None,
            comment: None,
            seen_by: BTreeSet::new(),
            first_seen: at,
        });
        computer.seen_by.insert(by);
        computer.address = address.or(computer.address);
        computer.users = users.or(computer.users);
        // What it says of itself counts more than what others say of it.
        if address.is_some() {
            (computer.server_type, computer.version) = (server_type, version);
        }
        computer.comment = comment.or(computer.comment.take());
        if server_type.contains(ServerType::PRINTQ_SERVER) {
            computer.shares_printers.get_or_insert(at);
        }
    }
}
