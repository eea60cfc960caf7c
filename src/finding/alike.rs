//! Findings that say much the same: many of them are told as one.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{count, names};
use super::{Finding, Severity};
use crate::ledger::SessionRow;
use crate::net::Host;

/// So many are told one by one.
const FEW: usize = 4;

/// Findings of one rule that say the same of clients of one server are one finding, if they are many: the one that
/// rests on the most sessions speaks for all, and the other clients are named.
pub(super) fn fold(findings: Vec<Finding>) -> Vec<Finding> {
    let mut by_server: BTreeMap<(Severity, Host), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        by_server.entry((finding.severity, finding.server.host())).or_default().push(finding);
    }
    by_server.into_values().flat_map(|alike| if alike.len() > FEW { one(alike) } else { alike }).collect()
}

fn one(mut alike: Vec<Finding>) -> Vec<Finding> {
    alike.sort_by_key(|finding| core::cmp::Reverse(finding.sessions.len()));
    let told = merged(alike, |others| {
        let clients: Vec<&str> = others.iter().filter_map(|finding| finding.client.as_deref()).collect();
        let number = count(others.len(), "other client");
        format!("Much the same is true of {number} of this server: {}", names(&clients))
    });
    told.map(|told| Finding { client: None, ..told }).into_iter().collect()
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
fn merged(alike: Vec<Finding>, of_others: impl Fn(&[Finding]) -> String) -> Option<Finding> {
    let mut findings = alike.into_iter();
    let mut told = findings.next()?;
    let others: Vec<Finding> = findings.collect();
    told.text = format!("{}. {}", told.text, of_others(&others));
    let mut known: BTreeSet<SessionRow> = told.sessions.iter().copied().collect();
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
    use super::super::testing::{Made, rules};
    use super::super::{Finding, all};
    use super::fold_repeats;

    /// A null session of each of so many clients leaks.
    fn leaks(clients: u16) -> Vec<Finding> {
        let mut made = Made::new();
        for client in 1..=clients {
            made.client_ip = format!("192.168.1.{}", 20 + client).parse().unwrap();
            made.null_session(client);
        }
        all(&made.ended_after(91.0), 90.0)
    }

    #[test]
    fn what_is_true_of_many_clients_is_told_once() {
        let findings = leaks(10);
        assert_eq!(rules(&findings), ["null_session_leak"]);
        let finding = &findings[0];
        assert_eq!((finding.client.as_deref(), finding.sessions.len(), finding.frames.len()), (None, 10, 20));
        let said = "Much the same is true of 9 other clients of this server: 192.168.1.22:1002, 192.168.1.23:1003, \
                    192.168.1.24:1004, 192.168.1.25:1005, 192.168.1.26:1006 and 4 others";
        assert!(finding.text.ends_with(said), "{}", finding.text);
    }

    #[test]
    fn a_few_are_told_one_by_one() {
        assert_eq!(rules(&leaks(4)), ["null_session_leak"; 4]);
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
        let findings = all(&made.ended_after(1.0), 90.0);
        assert_eq!(rules(&findings), ["null_session_leak"; 2]);
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
