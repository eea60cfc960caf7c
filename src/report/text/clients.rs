//! The clients of a server, where its sessions are too many to be shown one by one.

use core::fmt::{self, Write};
use std::collections::{BTreeMap, BTreeSet};

use super::super::SessionReport;
use super::When;
use super::layout::{self, Column};
use super::servers::ServerPart;
use crate::finding::{Digits, Plain, count};
use crate::ledger::{Stuck, Verdict};
use crate::net::Host;
use crate::wire::Timestamp;

/// Clients that are shown; more are counted.
const CLIENTS: usize = 20;

/// The sessions of a client.
#[derive(Default)]
struct Client<'a> {
    name: Option<&'a str>,
    verdicts: BTreeMap<Verdict, usize>,
    stuck: usize,
    /// Slots of null sessions: one each.
    null: usize,
    /// Users and guests: one slot each.
    named: BTreeSet<String>,
    oldest: Option<Timestamp>,
}

/// Writes a row for each client: how many sessions of each verdict, the slots that they take, since when the oldest is there.
pub(super) fn of_server(
    out: &mut impl Write,
    server: &ServerPart<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    let mut clients: BTreeMap<Host, Client<'_>> = BTreeMap::new();
    for session in &server.sessions {
        clients.entry(session.client.host()).or_default().add(session);
    }
    let mut clients: Vec<_> = clients.into_iter().collect();
    clients.sort_by_key(|(_, client)| core::cmp::Reverse((client.stuck, client.slots())));
    let (shown, left) = clients.split_at(clients.len().min(CLIENTS));
    let columns = [
        Column { title: "CLIENT", least: 12 },
        Column { title: "NAME", least: 8 },
        Column { title: "SLOTS", least: 5 },
        Column { title: "OLDEST", least: 10 },
        Column { title: "SESSIONS", least: 20 },
    ];
    let rows: Vec<Vec<String>> = shown.iter().map(|(host, client)| client.row(*host, when)).collect();
    layout::table(out, &columns, &rows, width)?;
    if !left.is_empty() {
        let mut rest: BTreeMap<Verdict, usize> = BTreeMap::new();
        for (verdict, number) in left.iter().flat_map(|(_, client)| &client.verdicts) {
            let sum = rest.entry(*verdict).or_default();
            *sum = sum.saturating_add(*number);
        }
        let text = format!("{} ({}); --format json lists all", count(left.len(), "more client"), told(&rest));
        layout::paragraph(out, "and ", 4, &text, width)?;
    }
    writeln!(out)
}

impl<'a> Client<'a> {
    fn add(&mut self, session: &'a SessionReport<'a>) {
        self.name = self.name.or(session.client_name);
        let number = self.verdicts.entry(session.verdict).or_default();
        *number = number.saturating_add(1);
        if session.stuck == Stuck::Yes {
            self.stuck = self.stuck.saturating_add(1);
        }
        let since = session.opened.unwrap_or(session.first_seen).time;
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
        match session.who.account {
            _ if session.closed.is_some() => {}
            Some(account) if !session.is_null() && !session.possibly_null => {
                self.named.insert(account.to_lowercase());
            }
            _ => self.null = self.null.saturating_add(1),
        }
    }

    fn slots(&self) -> usize {
        self.null.saturating_add(self.named.len())
    }

    fn row(&self, host: Host, when: &When) -> Vec<String> {
        vec![
            host.to_string(),
            self.name.map_or_else(|| "-".to_owned(), |name| Plain::name(name).to_string()),
            Digits(self.slots()).to_string(),
            self.oldest.map(|time| when.second(time)).unwrap_or_default(),
            told(&self.verdicts),
        ]
    }
}

/// `12 hung, 3 leaked`.
fn told(verdicts: &BTreeMap<Verdict, usize>) -> String {
    let parts = verdicts.iter().map(|(verdict, number)| format!("{} {verdict}", Digits(*number)));
    parts.collect::<Vec<_>>().join(", ")
}
