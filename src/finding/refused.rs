//! Whom a server turned away, in words.

use std::collections::BTreeMap;

use super::words::{Digits, Plain, list};
use crate::ledger::Refusal;
use crate::net::Host;

/// Clients that are named; more are counted.
const CLIENTS: usize = 8;

/// How often a client was turned away, and by which name it goes.
type Times<'a> = (usize, Option<&'a str>);

/// Those of one address and account, by their names in capitals.
type ByName<'a> = BTreeMap<Option<String>, Times<'a>>;

/// An account as it was first written, and the computers from which it came.
type OfAccount<'a> = (Option<&'a str>, ByName<'a>);

/// `carol of WS24 (192.168.1.24) twice and WS25 (192.168.1.25)`: each client once for each account that it came with,
/// and each computer of an address that goes by another name.
pub(super) fn clients(refusals: &[&Refusal]) -> String {
    // By the account in capitals.
    let mut clients: BTreeMap<(Host, Option<String>), OfAccount<'_>> = BTreeMap::new();
    for refusal in refusals {
        let account = refusal.identity.as_ref().and_then(|identity| identity.account.as_deref());
        let account = account.filter(|account| !account.is_empty());
        let name = refusal.client_name();
        let key = (refusal.client.host(), account.map(str::to_uppercase));
        let (_, names) = clients.entry(key).or_insert_with(|| (account, ByName::new()));
        let (times, _) = names.entry(name.map(str::to_uppercase)).or_insert((0, name));
        *times = times.saturating_add(1);
    }
    let mut told: Vec<String> = Vec::new();
    for ((host, _), (account, mut names)) in clients {
        one_unnamed(&mut names, |named, (times, _)| named.0 = named.0.saturating_add(times));
        told.extend(names.into_values().map(|(times, name)| client(host, account, name) + &often(times)));
    }
    let more = told.len().saturating_sub(CLIENTS);
    told.truncate(CLIENTS);
    if more > 0 {
        told.push(format!("{} more", Digits(more)));
    }
    list(&told)
}

/// Whoever tells no name is the one that does, if there is only one.
pub(super) fn one_unnamed<T>(names: &mut BTreeMap<Option<String>, T>, add: impl FnOnce(&mut T, T)) {
    if names.len() == 2
        && let Some(unnamed) = names.remove(&None)
        && let Some(named) = names.values_mut().next()
    {
        add(named, unnamed);
    }
}

/// The answers that were given, each once.
pub(super) fn answers(refusals: &[&Refusal]) -> String {
    let mut answers: Vec<String> = Vec::new();
    for refusal in refusals {
        let answer = refusal.answer.to_string();
        if !answers.contains(&answer) {
            answers.push(answer);
        }
    }
    list(&answers)
}

/// `carol of WS24 (192.168.1.24)`.
pub(crate) fn client(host: Host, account: Option<&str>, name: Option<&str>) -> String {
    match (account.map(Plain::name), name.map(Plain::name)) {
        (Some(account), Some(name)) => format!("{account} of {name} ({host})"),
        (Some(account), None) => format!("{account} of {host}"),
        (None, Some(name)) => format!("{name} ({host})"),
        (None, None) => host.to_string(),
    }
}

fn often(times: usize) -> String {
    match times {
        1 => String::new(),
        2 => " twice".to_owned(),
        many => format!(" {} times", Digits(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Made;
    use crate::session::{ConnectionEvent, EventKind};

    /// Whom a server turned away, who calls from one address by these names.
    fn turned_away(names: &[Option<&str>]) -> String {
        let mut made = Made::new();
        for (client, name) in (1..).zip(names) {
            made.connect_unnamed(client);
            if let Some(name) = name {
                let (called, calling) = ("PRNSRV".to_owned(), (*name).to_owned());
                made.tell(client, EventKind::Connection(ConnectionEvent::NetBiosNamed { called, calling }));
            }
            made.tell(client, EventKind::Connection(ConnectionEvent::NetBiosRefused { reason: 0x8f }));
        }
        let ledger = made.ended_after(1.0);
        super::clients(&ledger.refusals().iter().collect::<Vec<_>>())
    }

    #[test]
    fn computers_that_go_by_other_names_at_one_address_are_named_each() {
        let said = "WS075 (192.168.1.21) twice and WS076 (192.168.1.21)";
        assert_eq!(turned_away(&[Some("WS075"), Some("WS076"), Some("ws075")]), said);
        assert_eq!(turned_away(&[Some("WS075"), None]), "WS075 (192.168.1.21) twice");
        let unnamed = "192.168.1.21, WS075 (192.168.1.21) and WS076 (192.168.1.21)";
        assert_eq!(turned_away(&[Some("WS075"), Some("WS076"), None]), unnamed);
    }
}
