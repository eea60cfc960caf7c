//! Whom a server turned away, in words.

use std::collections::BTreeMap;

use super::words::{Digits, Plain, list};
use crate::ledger::Refusal;
use crate::net::Host;

type Times<'a> = (usize, Option<&'a str>);

/// Clients that are named; more are counted.
const CLIENTS: usize = 8;

/// `carol of WS24 (192.168.1.24) twice and WS25 (192.168.1.25)`: each client once for each account that it came with.
pub(super) fn clients(refusals: &[&Refusal]) -> String {
    // How often, and under which name.
    let mut times: BTreeMap<(Host, Option<&str>), Times<'_>> = BTreeMap::new();
    for refusal in refusals {
        let account = refusal.identity.as_ref().and_then(|identity| identity.account.as_deref());
        let account = account.filter(|account| !account.is_empty());
        let (count, name) = times.entry((refusal.client.host(), account)).or_default();
        *count = count.saturating_add(1);
        *name = name.or(refusal.client_name());
    }
    let mut clients: Vec<String> = times
        .iter()
        .take(CLIENTS)
        .map(|((host, account), (count, name))| client(*host, *account, *name) + &often(*count))
        .collect();
    let more = times.len().saturating_sub(CLIENTS);
    if more > 0 {
        clients.push(format!("{} more", Digits(more)));
    }
    list(&clients)
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
fn client(host: Host, account: Option<&str>, name: Option<&str>) -> String {
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
