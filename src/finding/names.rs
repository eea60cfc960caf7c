//! What a computer is called, and whether a name off the wire is one of its own.

use std::collections::BTreeSet;

use super::scene;
use crate::ledger::{Ledger, Session};
use crate::net::Host;

/// Letters of a NetBIOS name; of a longer one, these are the first (RFC 1001 14.1).
const NETBIOS: usize = 15;

/// The names of one computer, in capitals and without their domain.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The client of a session, as its print calls, its credentials and NetBIOS tell it, and as it announces itself or
    /// is known as a server.
    pub(super) fn of_client(ledger: &Ledger, session: &Session) -> Self {
        let address = session.client.host();
        let told = scene::client_machines(ledger, session).filter_map(|client| client.machine.as_deref());
        let connections = session.connections.iter().filter_map(|id| ledger.connection(*id));
        let calling = connections.filter_map(|connection| connection.calling.as_deref());
        let announced = ledger.computers().filter(|computer| computer.address == Some(address));
        let announced = announced.map(|computer| computer.name.as_str());
        let servers = ledger.servers().filter(|server| server.addresses.contains(&address));
        let servers = servers.filter_map(|server| server.name.as_deref());
        let workstation = session.identity.workstation.as_deref();
        Self::new(told.chain(workstation).chain(calling).chain(announced).chain(servers))
    }

    /// The server of a session, as it tells it, as it announces itself and as it answers to; where nothing of that is
    /// known, as the session's trees call it.
    pub(super) fn of_server(ledger: &Ledger, session: &Session) -> Self {
        let server = session.server_row.and_then(|row| ledger.server(row));
        let described = server.and_then(|server| ledger.computer_of(server));
        let known = Self::new(
            server
                .and_then(|server| server.name.as_deref())
                .into_iter()
                .chain(described.map(|computer| computer.name.as_str())),
        );
        if !known.is_empty() {
            return known;
        }
        let paths = ledger.trees(session).filter_map(|tree| tree.path.as_deref());
        Self::new(paths.filter(|path| path.starts_with('\\')))
    }

    fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names = names.filter(|name| address(name).is_none()).map(label);
        Self(names.filter(|name| !name.is_empty() && !name.starts_with('*')).collect())
    }

    /// True if nothing tells what the computer is called.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a name or UNC is the computer's. A name of 15 letters may be the head of a longer one, unless the longer
    /// one is known.
    pub(super) fn contains(&self, name: &str) -> bool {
        let name = label(name);
        let is_known_whole = |head: &str| self.0.iter().any(|own| own != head && own.starts_with(head));
        self.0
            .iter()
            .any(|own| *own == name || is_head(&name, own) || (is_head(own, &name) && !is_known_whole(own)))
    }
}

/// True if `short` is what NetBIOS leaves of `long`.
fn is_head(short: &str, long: &str) -> bool {
    short.chars().count() == NETBIOS && long.starts_with(short)
}

/// The computer's part of a name or UNC: in capitals, without domain and share.
pub(super) fn label(name: &str) -> String {
    host_of(name).split('.').next().unwrap_or_default().trim().to_uppercase()
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
    fn addresses_are_read_as_a_unc_has_them() {
        let of = |text: &str| address(text).map(|host| host.to_string());
        assert_eq!(of(r"\\10.0.0.9\share").as_deref(), Some("10.0.0.9"));
        assert_eq!(of(r"\\fe80--1s4.ipv6-literal.net\share").as_deref(), Some("fe80::1"));
        assert_eq!(of(r"\\fe80--x.ipv6-literal.net"), None);
        assert_eq!(of(r"\\SRV\share"), None);
    }
}
