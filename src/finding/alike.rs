//! Findings that say much the same: many of them are told as one.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::{self, Scene};
use super::words::{count, first_few};
use super::{Finding, Severity};
use crate::ledger::{Ledger, SessionRowId};
use crate::net::{Endpoint, Host};

/// So many are told one by one.
const FEW: usize = 4;

/// A client, and the name by which it goes.
pub(super) type Client = (Host, Option<String>);

/// Findings of one rule that say the same of clients of one server are one finding, if they are many, and so are those
/// that say the same of one client and several servers of one kind: the one that rests on the most sessions speaks for
/// all, and the others are named.
pub(super) fn fold(scene: &Scene<'_>, findings: Vec<Finding>) -> Vec<Finding> {
    let client = |finding: &Finding| {
        let session = scene.ledger.session(*finding.sessions.first()?)?;
        let name = scene::client_name(scene.ledger, session);
        Some((session.client.host(), name.map(str::to_owned)))
    };
    fold_clients(scene, findings.into_iter().map(|finding| (client(&finding), finding)).collect())
}

/// The same, where the sessions do not tell the client.
pub(super) fn fold_clients(scene: &Scene<'_>, findings: Vec<(Option<Client>, Finding)>) -> Vec<Finding> {
    let mut told: Vec<Finding> = Vec::new();
    let mut few: Vec<(Option<Client>, Finding)> = Vec::new();
    for alike in groups(findings, |(_, finding)| (finding.severity, finding.server.host())) {
        if alike.len() > FEW {
            let told_one = one(alike, ("other client", " of this server"), |(client, finding)| {
                let name = client.as_ref().and_then(|(_, name)| name.as_deref());
                Some(format!("{}{}", finding.client.as_deref()?, scene::in_brackets(name)))
            });
            told.extend(told_one.map(|told| Finding { client: None, ..told }));
        } else {
            few.extend(alike);
        }
    }
    let kinds = Kinds::of(scene.ledger);
    let by_client = groups(few, |(client, finding)| {
        (finding.severity, client.as_ref().map(|(host, _)| *host), kinds.of_server(finding.server))
    });
    for alike in by_client {
        match alike.first() {
            Some((Some((host, _)), _)) if alike.len() > FEW => {
                let host = host.to_string();
                let told_one = one(alike, ("other server", " of this client"), |(_, finding)| {
                    Some(format!("{}{}", finding.server, scene::in_brackets(kinds.name(finding.server))))
                });
                told.extend(told_one.map(|told| Finding { client: Some(host), ..told }));
            }
            _ => told.extend(alike.into_iter().map(|(_, finding)| finding)),
        }
    }
    told
}

/// Findings of one rule about several things of one server, if they are many: `other` is what the others are, and each
/// is called as it is.
pub(super) fn fold_things(findings: Vec<(String, Finding)>, other: &str) -> Vec<Finding> {
    let by_server = groups(findings, |(_, finding)| (finding.severity, finding.server.host()));
    let told = |alike: Vec<(String, Finding)>| {
        if alike.len() <= FEW {
            return alike.into_iter().map(|(_, finding)| finding).collect::<Vec<_>>();
        }
        let client = alike.first().and_then(|(_, finding)| finding.client.clone());
        let client = client.filter(|client| alike.iter().all(|(_, it)| it.client.as_ref() == Some(client)));
        let told = one(alike, (other, " of this server"), |(name, _)| Some(name.clone()));
        told.map(|told| Finding { client, ..told }).into_iter().collect()
    };
    by_server.into_iter().flat_map(told).collect()
}

fn groups<T, K: Ord>(findings: Vec<T>, key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let mut groups: BTreeMap<K, Vec<T>> = BTreeMap::new();
    for finding in findings {
        groups.entry(key(&finding)).or_default().push(finding);
    }
    groups.into_values().collect()
}

fn one<S>(
    mut alike: Vec<(S, Finding)>,
    (other, of): (&str, &str),
    called: impl Fn(&(S, Finding)) -> Option<String>,
) -> Option<Finding> {
    alike.sort_by_key(|(_, finding)| core::cmp::Reverse(finding.sessions.len()));
    let others: Vec<String> = alike.iter().skip(1).filter_map(called).collect();
    let findings = alike.into_iter().map(|(_, finding)| finding).collect();
    merged(findings, |all| {
        format!("Much the same is true of {}{of}: {}", count(all.len(), other), first_few(others))
    })
}

/// What servers say that they are: advice that is good for one need not be so for one of another kind.
struct Kinds<'a>(BTreeMap<Host, (Kind<'a>, Option<&'a str>)>);

type Kind<'a> = (Option<&'a str>, Option<&'a str>, Option<(u32, u32)>);

impl<'a> Kinds<'a> {
    fn of(ledger: &'a Ledger) -> Self {
        let kinds = ledger.servers().flat_map(|server| {
            let version = ledger.computer_of(server).map(|computer| computer.version);
            let kind = (server.os.as_deref(), server.lan_manager.as_deref(), version);
            server.addresses.iter().map(move |address| (*address, (kind, server.name.as_deref())))
        });
        Self(kinds.collect())
    }

    fn of_server(&self, server: Endpoint) -> Option<Kind<'a>> {
        self.0.get(&server.host()).map(|(kind, _)| *kind)
    }

    fn name(&self, server: Endpoint) -> Option<&'a str> {
        self.0.get(&server.host()).and_then(|(_, name)| *name)
    }
}

/// Findings of one rule that say the same of a client and a server again and again are one finding, if they are many.
pub(super) fn fold_repeats(findings: Vec<(Host, Finding)>) -> Vec<Finding> {
    let mut by_ends: BTreeMap<(Severity, Host, Host), Vec<Finding>> = BTreeMap::new();
    for (client, finding) in findings {
        by_ends.entry((finding.severity, finding.server.host(), client)).or_default().push(finding);
    }
    let told = |alike: Vec<Finding>| match alike.len() {
        0..=FEW => alike,
        _ => merged(alike, |others| format!("Much the same was seen {}", count(others.len(), "more time")))
            .into_iter()
            .collect(),
    };
    by_ends.into_values().flat_map(told).collect()
}

/// The first of several findings with what the others rest on; `of_others` says what they are.
fn merged(alike: Vec<Finding>, of_others: impl FnOnce(&[Finding]) -> String) -> Option<Finding> {
    let mut findings = alike.into_iter();
    let mut told = findings.next()?;
    let others: Vec<Finding> = findings.collect();
    told.text = format!("{}. {}", told.text, of_others(&others));
    let mut known: BTreeSet<SessionRowId> = told.sessions.iter().copied().collect();
    for other in others {
        told.sessions.extend(other.sessions.into_iter().filter(|row| known.insert(*row)));
        told.frames.extend(other.frames);
    }
    told.frames.sort_unstable();
    told.frames.dedup();
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::super::Finding;
    use super::super::testing::{Made, found_by};
    use super::fold_repeats;
    use crate::net::Endpoint;

    /// A null session of each of so many clients leaks.
    fn leaks(clients: u16) -> Vec<Finding> {
        let mut made = Made::new();
        for client in 1..=clients {
            made.client_ip = format!("192.168.1.{}", 20 + client).parse().unwrap();
            made.machine = format!(r"\\WS-{}", 20 + client);
            made.null_session(client);
        }
        found_by("null_session_leak", &made.ended_after(91.0), 90.0)
    }

    /// A null session of one client leaks at each of so many servers, of which the last runs something.
    fn leaks_at(servers: u16, os: &str) -> Vec<Finding> {
        let mut made = Made::new();
        for server in 1..=servers {
            made.server = Endpoint::new(format!("192.168.1.{}", 30 + server).parse().unwrap(), 139);
            made.null_session(server);
            made.native(server, "Windows 5.1", if server == servers { os } else { "Windows 5.1" });
        }
        found_by("null_session_leak", &made.ended_after(91.0), 90.0)
    }

    #[test]
    fn what_is_true_of_a_client_at_many_servers_is_told_once() {
        let findings = leaks_at(10, "Windows 5.1");
        assert_eq!(findings.len(), 1);
        let finding = &findings[0];
        assert_eq!((finding.client.as_deref(), finding.sessions.len()), (Some("192.168.1.21"), 10));
        let said = "Much the same is true of 9 other servers of this client: 192.168.1.32:139, 192.168.1.33:139, \
                    192.168.1.34:139, 192.168.1.35:139, 192.168.1.36:139 and 4 others";
        assert!(finding.text.ends_with(said), "{}", finding.text);
        assert_eq!(leaks_at(4, "Windows 5.1").len(), 4);
        // What to do differs there.
        assert_eq!(leaks_at(10, "Unix").len(), 2);
    }

    #[test]
    fn what_is_true_of_many_clients_is_told_once() {
        let findings = leaks(10);
        assert_eq!(findings.len(), 1);
        let finding = &findings[0];
        assert_eq!((finding.client.as_deref(), finding.sessions.len(), finding.frames.len()), (None, 10, 20));
        let said = "Much the same is true of 9 other clients of this server: 192.168.1.22:1002 (WS-22), \
                    192.168.1.23:1003 (WS-23), 192.168.1.24:1004 (WS-24), 192.168.1.25:1005 (WS-25), \
                    192.168.1.26:1006 (WS-26) and 4 others";
        assert!(finding.text.ends_with(said), "{}", finding.text);
    }

    #[test]
    fn a_few_are_told_one_by_one() {
        assert_eq!(leaks(4).len(), 4);
    }

    #[test]
    fn what_has_ended_is_not_the_same_as_what_goes_on() {
        let mut made = Made::new();
        for client in 1..=10 {
            made.client_ip = format!("192.168.1.{}", 20 + client).parse().unwrap();
            made.null_session(client);
        }
        made.wait(100.0);
        (1..=5).for_each(|client| made.disconnect(client));
        let findings = found_by("null_session_leak", &made.ended_after(1.0), 90.0);
        assert_eq!(findings.len(), 2);
        assert_eq!((findings[0].sessions.len(), findings[1].sessions.len()), (5, 5));
    }

    #[test]
    fn what_a_client_shows_again_and_again_is_told_once() {
        let findings = |number: u16| {
            let of_one = leaks(1).remove(0);
            fold_repeats((0..number).map(|_| ("192.168.1.21".parse().unwrap(), of_one.clone())).collect())
        };
        let folded = findings(10);
        assert_eq!((folded.len(), folded[0].sessions.len()), (1, 1));
        assert!(folded[0].text.ends_with(". Much the same was seen 9 more times"), "{}", folded[0].text);
        assert_eq!(findings(4).len(), 4);
    }
}
