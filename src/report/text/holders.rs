//! Who held a server's slots when it turned somebody away.

use core::fmt::{self, Write};
use std::collections::BTreeMap;

use super::super::{NullSessions, RefusalReport};
use super::When;
use super::layout::{self, Column};
use super::servers::ServerPart;
use crate::auth::Who;
use crate::capture::Origin;
use crate::finding::{self, Digits, Plain, Span, count, list};
use crate::ledger::{self, Ledger, Open};
use crate::net::Host;
use crate::session::OpenKind;
use crate::wire::Timestamp;

/// Holders that are shown; more are counted.
const HOLDERS: usize = 20;

/// Sessions of one client under one account at a refusal.
#[derive(Default)]
struct Holder<'a> {
    sessions: usize,
    since: Option<Timestamp>,
    /// The latest use of each session, of which the earliest counts.
    used: Option<Origin>,
    pipes: usize,
    handles: usize,
    files: usize,
    /// The name of a file that is open.
    file: Option<&'a str>,
}

/// Writes who held the slots at the refusal at which most of them are known, a row for each client and account.
pub(super) fn of_server(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    server: &ServerPart<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    let for_slots = server.refusals.iter().filter(|refusal| refusal.is_for_slots());
    // Of equals, the first.
    let Some(refusal) = for_slots.rev().max_by_key(|refusal| refusal.held_by.len()) else { return Ok(()) };
    let rows = rows(report.ledger, refusal, when);
    if rows.is_empty() {
        return Ok(());
    }
    let (shown, left) = rows.split_at(rows.len().min(HOLDERS));
    let of = refusal.slots_in_use.words();
    let heading = format!("Who held {of} in use at {}:", when.frame(refusal.at));
    layout::paragraph(out, "", 0, &heading, width)?;
    let columns = [
        Column { title: "SESSIONS", least: 8 },
        Column { title: "CLIENT", least: 12 },
        Column { title: "WHO", least: 8 },
        Column { title: "SINCE", least: 8 },
        Column { title: "UNUSED", least: 6 },
        Column { title: "OPEN", least: 5 },
    ];
    layout::table(out, &columns, shown, width)?;
    if !left.is_empty() {
        writeln!(out, "and {}", count(left.len(), "more client"))?;
    }
    let holders = &refusal.holders;
    let whole = [holders.null, holders.denied, holders.named, holders.unknown]
        .into_iter()
        .fold(0, u64::saturating_add);
    let listed = u64::try_from(refusal.held_by.len()).unwrap_or(u64::MAX);
    let unlisted = usize::try_from(whole.saturating_sub(listed)).unwrap_or(usize::MAX);
    if unlisted > 0 {
        writeln!(out, "and {}, which are counted but not listed", count(unlisted, "more session"))?;
    }
    writeln!(out)
}

/// The holders, those with the most sessions first.
fn rows(ledger: &Ledger, refusal: &RefusalReport<'_>, when: &When) -> Vec<Vec<String>> {
    let mut holders: BTreeMap<(Host, Option<String>, String), Holder<'_>> = BTreeMap::new();
    for session in refusal.held_by.iter().filter_map(|row| ledger.session(*row)) {
        let name = finding::client_name(ledger, session).map(str::to_owned);
        let holder = holders.entry((session.client.host(), name, who(session))).or_default();
        holder.add(ledger, session, refusal.at.into());
    }
    let mut holders: Vec<_> = holders.into_iter().collect();
    holders.sort_by_key(|(_, holder)| core::cmp::Reverse(holder.sessions));
    let row = |((host, name, who), holder): ((Host, Option<String>, String), Holder<'_>)| {
        let name = name.map(|name| format!(" ({})", Plain::name(&name)));
        vec![
            Digits(holder.sessions).to_string(),
            format!("{host}{}", name.unwrap_or_default()),
            who,
            holder.since.map(|since| when.second(since)).unwrap_or_default(),
            holder.unused(ledger, refusal.at.into()).unwrap_or_else(|| "-".to_owned()),
            holder.open(),
        ]
    };
    holders.into_iter().map(row).collect()
}

/// `null`, `bob`.
fn who(session: &ledger::Session) -> String {
    let account = session.identity.account.as_deref().filter(|account| !account.is_empty());
    match (session.identity.who, account) {
        (Who::Null, _) if session.denied.is_some() => "null, denied".to_owned(),
        (Who::User, Some(account)) => Plain::name(account).to_string(),
        (Who::Guest, Some(account)) => format!("{} (guest)", Plain::name(account)),
        (who, _) => who.to_string(),
    }
}

impl<'a> Holder<'a> {
    fn add(&mut self, ledger: &'a Ledger, session: &'a ledger::Session, at: Origin) {
        self.sessions = self.sessions.saturating_add(1);
        let since = session.opened.unwrap_or(session.used.first).time;
        self.since = Some(self.since.map_or(since, |before| before.min(since)));
        let used = ledger.last_use(session);
        self.used = Some(self.used.map_or(used, |before| before.min(used)));
        let there =
            |since: Origin, closed: Option<Origin>| since <= at && closed.is_none_or(|closed| at < closed);
        let opens = ledger.opens_of(session);
        for open in
            opens.filter(|open| there(open.opened.unwrap_or(open.used.first), open.closed.map(|end| end.at)))
        {
            let handles = ledger.handles(open);
            let handles = handles
                .filter(|one| there(one.opened.unwrap_or(one.used.first), one.closed.map(|end| end.at)))
                .count();
            self.handles = self.handles.saturating_add(handles);
            self.add_open(open);
        }
    }

    fn add_open(&mut self, open: &'a Open) {
        if open.holds() {
            self.pipes = self.pipes.saturating_add(1);
        } else if open.what != OpenKind::Directory {
            self.files = self.files.saturating_add(1);
            self.file = self.file.or(open.name.as_deref());
        }
    }

    /// For how long the session that was unused the longest had been.
    fn unused(&self, ledger: &Ledger, at: Origin) -> Option<String> {
        let used = self.used.filter(|used| *used < at)?;
        Some(Span::from(ledger.time_between(used, at)).to_string())
    }

    /// `\report.doc`, `7 pipes and 7 handles`.
    fn open(&self) -> String {
        let files = match (self.files, self.file) {
            (1, Some(file)) => Some(Plain::name(file).to_string()),
            (number, _) => Some(number).filter(|number| *number > 0).map(|number| count(number, "file")),
        };
        let counted = [(self.pipes, "pipe"), (self.handles, "handle")];
        let counted = counted.into_iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> =
            files.into_iter().chain(counted.map(|(number, what)| count(number, what))).collect();
        if parts.is_empty() { "nothing".to_owned() } else { list(&parts) }
    }
}
