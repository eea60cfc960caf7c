//! What a computer is called, and whether a name off the wire is one of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::scene;
use crate::auth::Evidence;
use crate::ledger::{Ledger, Server, Session};
use crate::net::Host;

/// Letters of a NetBIOS name; of a longer one, these are the first (RFC 1001 14.1).
const NETBIOS: usize = 15;

/// Whose a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Anothers,
}

/// The names of one computer in capitals, each with the DNS domains in which it is known.
pub(super) struct Names {
    known: BTreeMap<String, BTreeSet<String>>,
}

impl Names {
    /// The client of a session, as its print calls, its credentials and NetBIOS tell it, and as it announces itself or
    /// is known as a server.
    pub(super) fn of_client(ledger: &Ledger, session: &Session) -> Self {
        let address = session.client.host();
        let announced = ledger.computers().filter(|computer| computer.address == Some(address));
        let announced = announced.map(|computer| computer.name.as_str());
        let servers = ledger.servers_at(address);
        let servers = servers.flat_map(|server| server.name.as_deref().into_iter().chain(dns_name(server)));
        Self::new(told_by_client(ledger, session).chain(announced).chain(servers))
    }

    /// The server of a session, as it tells it, as it announces itself and as it answers to; where nothing of that is
    /// known, as the session's trees call it. Its domain is the one that it tells, else the one by which the session calls
    /// it.
    pub(super) fn of_server(ledger: &Ledger, session: &Session) -> Self {
        let server = session.server_row.and_then(|row| ledger.server(row));
        let described = server.and_then(|server| ledger.computer_of(server));
        let dns_name = server.and_then(dns_name);
        let known = Self::new(
            server
                .and_then(|server| server.name.as_deref())
                .into_iter()
                .chain(described.map(|computer| computer.name.as_str()))
                .chain(dns_name),
        );
        let paths = ledger.trees(session).filter_map(|tree| tree.path.as_deref());
        let paths = paths.filter(|path| path.starts_with('\\'));
        let tickets = session.identity.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::KerberosTicket { service } => service.split('/').nth(1),
            _ => None,
        });
        let called = paths.chain(tickets);
        if known.is_empty() {
            return Self::new(called);
        }
        if dns_name.is_some() {
            return known;
        }
        let known_as: Vec<&str> = called.filter(|name| known.contains(name)).collect();
        known.with(known_as.into_iter())
    }

    fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self { known: BTreeMap::new() }.with(names)
    }

    fn with<'a>(mut self, names: impl Iterator<Item = &'a str>) -> Self {
        for (label, domain) in names.filter(|name| address(name).is_none()).map(parts) {
            if !label.is_empty() && !label.starts_with('*') {
                self.known.entry(label).or_default().extend(domain);
            }
        }
        self
    }

    /// True if nothing tells what the computer is called.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whose the name is that a name or UNC has. A name of 15 letters may be the head of a longer one, unless the longer
    /// one is known. A name in another domain than the computer's is another computer's.
    pub(super) fn whose(&self, name: &str) -> Whose {
        let (label, domain) = parts(name);
        let is_known_whole = |head: &str| self.known.keys().any(|own| own != head && own.starts_with(head));
        let is_own = |own: &str| {
            own == label || is_head(&label, own) || (is_head(own, &label) && !is_known_whole(own))
        };
        let mut own = self.known.iter().filter(|(own, _)| is_own(own)).peekable();
        if own.peek().is_none() {
            return Whose::Anothers;
        }
        let Some(domain) = domain else { return Whose::Own };
        let domains: BTreeSet<&String> = own.flat_map(|(_, domains)| domains).collect();
        // Where nobody tells its domain, it may be in any.
        if domains.is_empty() || domains.contains(&domain) { Whose::Own } else { Whose::Anothers }
    }

    /// Whether a name or UNC may be the computer's.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.whose(name) != Whose::Anothers
    }
}

/// The names that the client of a session gives itself: in its print calls, its credentials and NetBIOS.
pub(super) fn told_by_client<'a>(ledger: &'a Ledger, session: &'a Session) -> impl Iterator<Item = &'a str> {
    let told = scene::client_machines(ledger, session).filter_map(|client| client.machine.as_deref());
    let connections = session.connections.iter().filter_map(|id| ledger.connection(*id));
    let calling = connections.filter_map(|connection| connection.calling.as_deref());
    told.chain(session.identity.workstation.as_deref()).chain(calling)
}

/// The name of a server in the DNS, if it has a domain.
fn dns_name(server: &Server) -> Option<&str> {
    server.dns_name.as_deref().filter(|name| parts(name).1.is_some())
}

/// True if `short` is what NetBIOS leaves of `long`.
pub(super) fn is_head(short: &str, long: &str) -> bool {
    short.chars().count() == NETBIOS && long.starts_with(short)
}

/// The computer's part of a name or UNC: in capitals, without domain and share.
pub(super) fn label(name: &str) -> String {
    parts(name).0
}

/// The computer's part of a name or UNC and the DNS domain, in capitals.
fn parts(name: &str) -> (String, Option<String>) {
    let host = host_of(name).trim().trim_end_matches('.').to_uppercase();
    match host.split_once('.') {
        Some((label, domain)) => (label.trim().to_owned(), Some(domain.to_owned())),
        None => (host, None),
    }
}

/// The computer that a UNC names, or all of a name.
fn host_of(name: &str) -> &str {
    name.trim_start_matches(['\\', '/']).split(['\\', '/']).next().unwrap_or_default()
}

/// The address by which a UNC names a computer. An IPv6 address has dashes there, and `s` before its zone.
pub(super) fn address(unc: &str) -> Option<Host> {
    let host = host_of(unc);
    let at = host.len().saturating_sub(IPV6_LITERAL.len());
    match host.split_at_checked(at) {
        Some((literal, suffix)) if suffix.eq_ignore_ascii_case(IPV6_LITERAL) => {
            let without_zone = literal.split(['s', 'S']).next().unwrap_or_default();
            without_zone.replace('-', ":").parse().ok()
        }
        _ => host.parse().ok(),
    }
}

const IPV6_LITERAL: &str = ".ipv6-literal.net";

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Names {
        Names::new(names.iter().copied())
    }

    #[test]
    fn a_name_is_known_with_its_domain_and_cut_to_15_letters() {
        let known = names(&[r"\\ws-21", "*SMBSERVER", "10.0.0.9"]);
        assert!(known.contains(r"\\WS-21") && known.contains("ws-21.example.org"));
        assert!(!known.contains(r"\\WS-2") && !known.contains(r"\\WS-211") && !known.contains("10"));

        let cut = names(&["VERYLONGCLIENTN"]);
        assert!(cut.contains(r"\\VeryLongClientName1") && cut.contains("VERYLONGCLIENTN"));
        assert!(!cut.contains(r"\\VERYLONGCLIENT") && !cut.contains(r"\\VERYLONGCLIENTX"));
        // 14 letters are all of a name.
        assert!(!names(&["VERYLONGCLIENT"]).contains("VERYLONGCLIENTNAME1"));
    }

    #[test]
    fn a_name_of_15_letters_says_nothing_more_once_it_is_known_whole() {
        let whole = names(&["VERYLONGCLIENTN", r"\\VERYLONGCLIENTNAME1"]);
        assert!(whole.contains("VERYLONGCLIENTNAME1") && whole.contains("VERYLONGCLIENTN"));
        assert!(!whole.contains("VERYLONGCLIENTNAME2"));
    }

    #[test]
    fn a_name_in_another_domain_is_anothers_where_the_domain_is_known() {
        let known = names(&["XPSRV", "xpsrv.office.local"]);
        for own in ["XPSRV", r"\\XPSRV.Office.Local\print$", "xpsrv.office.local."] {
            assert_eq!(known.whose(own), Whose::Own, "{own}");
        }
        assert_eq!(known.whose("xpsrv.evil.example"), Whose::Anothers);
        assert_eq!(names(&["XPSRV"]).whose("xpsrv.office.local"), Whose::Own, "in whatever domain it is");
        // The domain of the one long name is not that of the other.
        let long = names(&["VERYLONGCLIENTN", "verylongclientname1.office.local"]);
        assert_eq!(long.whose("VERYLONGCLIENTNAME1.office.local"), Whose::Own);
        assert_eq!(long.whose("VERYLONGCLIENTNAME1.evil.example"), Whose::Anothers);
        assert_eq!(names(&["WS-21"]).whose("ws-22.office.local"), Whose::Anothers);
    }

    #[test]
    fn addresses_are_read_as_a_unc_has_them() {
        let of = |text: &str| address(text).map(|host| host.to_string());
        assert_eq!(of(r"\\10.0.0.9\share").as_deref(), Some("10.0.0.9"));
        assert_eq!(of(r"\\fe80--1s4.ipv6-literal.net\share").as_deref(), Some("fe80::1"));
        assert_eq!(of(r"\\fe80--x.ipv6-literal.net"), None);
        assert_eq!(of(r"\\SRV\share"), None);
    }
}
