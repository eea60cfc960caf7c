//! What every rule looks at: the null sessions and their verdicts, judged once.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use super::edition::has_no_limit;
use super::printing::{Conditions, Printing};
use super::registration::Registrations;
use super::words::{Digits, Plain, Span, count, endpoints, list, names};
use super::{Finding, alike};
use crate::auth::Who;
use crate::capture::Origin;
use crate::interface::ObjectKind;
use crate::ledger::{
    Asked, AskedFor, CallFailure, Connection, FailedCall, Handle, Ledger, Open, ServerRowId, Session,
    SessionRowId, Verdict, WaitingCall,
};
use crate::net::Host;
use crate::session::ClientMachine;
use crate::wire::{Timestamp, Win32Error};

/// The ledger at the end, with its null sessions judged.
pub(super) struct Scene<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) grace: Duration,
    pub(super) end: Timestamp,
    pub(super) null_sessions: Vec<Judged<'a>>,
    /// The sessions of each client's address.
    by_client: BTreeMap<Host, Vec<SessionRowId>>,
    /// The connections from servers back to clients that asked to be told of changes: from where, and whereto.
    back: BTreeMap<(Host, Host), Vec<&'a Connection>>,
    printing: Printing<'a>,
    pub(super) registrations: Registrations,
}

/// Sessions by the name of the client computer.
type ByName<'a> = BTreeMap<Option<String>, Vec<Judged<'a>>>;

/// Calls that asked for something, with what they named.
pub(super) type Naming<'a> = Vec<(&'a Asked, &'a str)>;

/// A session and its verdict.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) row: SessionRowId,
    pub(super) session: &'a Session,
    pub(super) verdict: Verdict,
}

impl<'a> Scene<'a> {
    pub(super) fn of(ledger: &'a Ledger, grace: Duration) -> Self {
        let null_sessions = ledger
            .sessions()
            .filter(|(_, session)| session.identity.who == Who::Null)
            .filter_map(|(row, session)| {
                Some(Judged { row, session, verdict: ledger.judge(row, grace)?.verdict })
            })
            .collect();
        let end = ledger.end().unwrap_or_default();
        let mut by_client: BTreeMap<Host, Vec<SessionRowId>> = BTreeMap::new();
        for (row, session) in ledger.sessions() {
            by_client.entry(session.client.host()).or_default().push(row);
        }
        let (printing, registrations) = (Printing::of(ledger), Registrations::of(ledger));
        let back = connections_back(ledger);
        Self { ledger, grace, end, null_sessions, by_client, back, printing, registrations }
    }

    /// The connections from a server to a client that asked it to be told of changes, in the order of their start.
    pub(super) fn connections_back(&self, server: Host, client: Host) -> &[&'a Connection] {
        self.back.get(&(server, client)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The sessions of a client's address, of any identity, in the order in which they were first seen.
    pub(super) fn of_client(&self, client: Host) -> impl Iterator<Item = (SessionRowId, &'a Session)> {
        let rows = self.by_client.get(&client).into_iter().flatten();
        rows.filter_map(|row| Some((*row, self.ledger.session(*row)?)))
    }

    /// The null sessions that `wanted` picks, by server and client computer.
    pub(super) fn groups(&self, wanted: impl Fn(&Judged<'a>) -> bool) -> Vec<Vec<Judged<'a>>> {
        self.by_computer(self.null_sessions.iter().filter(|judged| wanted(judged)).copied())
    }

    /// The same, those that are open apart from those that have ended.
    pub(super) fn groups_by_end(&self, wanted: impl Fn(&Judged<'a>) -> bool) -> Vec<Vec<Judged<'a>>> {
        let ended = |judged: &Judged<'a>| judged.session.closed.is_some();
        let of = |end: bool| self.groups(|judged| ended(judged) == end && wanted(judged));
        [false, true].into_iter().flat_map(of).collect()
    }

    /// Where both conditions of KB 328459 hold of the client of a group: that they do, in a sentence, and the frames that
    /// show it.
    pub(super) fn both_conditions(&self, group: &[Judged<'a>]) -> Option<Conditions> {
        let first = group.first()?.session;
        // The cause that the KB knows is one of the spooler's pipe.
        if !group.iter().any(|judged| uses_spooler(self.ledger, judged.session)) {
            return None;
        }
        let there = first.server_row.and_then(|row| self.ledger.server(row));
        let addresses = there.into_iter().flat_map(|server| server.addresses.iter().copied());
        let servers = group.iter().map(|judged| judged.session.server.host()).chain(addresses);
        self.printing.both_conditions(self.ledger, first, servers)
    }

    /// The findings about clients with null sessions that `wanted` picks: those of sessions that are open apart from
    /// those of sessions that have ended, and those of clients of which both conditions of KB 328459 hold apart from the
    /// others.
    pub(super) fn alike_clients(
        &self,
        wanted: impl Fn(&Judged<'a>) -> bool,
        finding: impl Fn(&Self, &[Judged<'a>], Option<&Conditions>) -> Option<Finding>,
    ) -> Vec<Finding> {
        let mut found: BTreeMap<(bool, bool), Vec<Finding>> = BTreeMap::new();
        for group in self.groups_by_end(wanted) {
            let ended = group.first().is_some_and(|judged| judged.session.closed.is_some());
            let conditions = self.both_conditions(&group);
            let both_conditions = conditions.is_some();
            let finding = finding(self, &group, conditions.as_ref());
            let finding = finding.map(|finding| Finding { both_conditions, ..finding });
            found.entry((ended, !both_conditions)).or_default().extend(finding);
        }
        found.into_values().flat_map(|found| alike::fold(self, found)).collect()
    }

    /// Where the sessions of a group are connected to: `192.168.1.10:139`, `192.168.1.10 (ports 139, 445)`.
    pub(super) fn servers(&self, group: &[Judged<'a>]) -> String {
        let connections = group.iter().flat_map(|judged| &judged.session.connections);
        let ends = connections.filter_map(|id| Some(self.ledger.connection(*id)?.server));
        let first = group.iter().map(|judged| judged.session.server);
        endpoints(&ends.chain(first).collect())
    }

    /// Sessions by server and client computer: the same address, unless several names are told there.
    pub(super) fn by_computer(&self, sessions: impl Iterator<Item = Judged<'a>>) -> Vec<Vec<Judged<'a>>> {
        let mut by_address: BTreeMap<(Option<ServerRowId>, Host), ByName<'a>> = BTreeMap::new();
        for judged in sessions {
            let key = (judged.session.server_row, judged.session.client.host());
            let name = client_name(self.ledger, judged.session).map(str::to_uppercase);
            by_address.entry(key).or_default().entry(name).or_default().push(judged);
        }
        let mut groups = Vec::new();
        for mut names in by_address.into_values() {
            // Whoever tells no name is the one that does, if there is only one.
            if names.len() == 2
                && let Some(unnamed) = names.remove(&None)
                && let Some(named) = names.values_mut().next()
            {
                named.extend(unnamed);
                named.sort_by_key(|judged| judged.row);
            }
            groups.extend(names.into_values());
        }
        groups
    }

    /// Whether a server counts what its sessions take against a limit, as far as it tells.
    pub(super) fn has_slots(&self, server: Option<ServerRowId>) -> bool {
        let Some(server) = server.and_then(|row| self.ledger.server(row)) else { return true };
        let mut refusals = self.ledger.refusals().iter();
        !has_no_limit(self.ledger, server)
            || refusals.any(|refusal| refusal.server_row == Some(server.row) && refusal.is_for_slots())
    }

    /// What null sessions cost their server, or did: `Each takes its own slot`.
    pub(super) fn takes(&self, group: &[Judged<'a>], ended: bool) -> &'static str {
        let slots = self.has_slots(group.first().and_then(|judged| judged.session.server_row));
        match (slots, group.len(), ended) {
            (true, 1, false) => "It takes its own slot",
            (true, _, false) => "Each takes its own slot",
            (true, 1, true) => "It took its own slot",
            (true, _, true) => "Each took its own slot",
            (false, 1, false) => "It counts as a session of its own",
            (false, _, false) => "Each counts as a session of its own",
            (false, 1, true) => "It counted as a session of its own",
            (false, _, true) => "Each counted as a session of its own",
        }
    }

    /// A session of any identity, and its verdict.
    pub(super) fn judged(&self, row: SessionRowId) -> Option<Judged<'a>> {
        let session = self.ledger.session(row)?;
        Some(Judged { row, session, verdict: self.ledger.judge(row, self.grace)?.verdict })
    }

    /// The sessions in which calls were made, each once, in the order in which they were first seen.
    pub(super) fn sessions_of<'c>(&self, asked: impl Iterator<Item = &'c Asked>) -> Vec<Judged<'a>> {
        let rows: BTreeSet<SessionRowId> = asked.map(|asked| asked.session).collect();
        rows.into_iter().filter_map(|row| self.judged(row)).collect()
    }

    /// The call that has waited longer than the grace on one of the session's pipes.
    pub(super) fn hung_call(&self, session: &'a Session) -> Option<(&'a Open, &'a WaitingCall)> {
        hung_call(self.ledger, session, self.end, self.grace)
    }
}

fn connections_back(ledger: &Ledger) -> BTreeMap<(Host, Host), Vec<&Connection>> {
    let asked = ledger.asked().iter().filter(|asked| matches!(asked.what, AskedFor::Notification { .. }));
    let sessions = asked.filter_map(|asked| ledger.session(asked.session));
    let mut back: BTreeMap<(Host, Host), Vec<&Connection>> =
        sessions.map(|there| ((there.server.host(), there.client.host()), Vec::new())).collect();
    if !back.is_empty() {
        for (_, connection) in ledger.connections() {
            if let Some(found) = back.get_mut(&(connection.client.host(), connection.server.host())) {
                found.push(connection);
            }
        }
    }
    back
}

/// What came of a call that came to nothing: `RpcOpenPrinterEx of \\PRNSRV\lp1 was cancelled after 1m40s`.
pub(crate) fn failure(failed: &FailedCall) -> String {
    let object = failed.call.object.as_deref().map(|name| format!(" of {}", Plain::name(name)));
    let was = if failed.how == CallFailure::Cancelled { "was " } else { "" };
    format!("{}{} {was}{}", failed.call.name(), object.unwrap_or_default(), how_it_failed(failed))
}

/// `RpcOpenPrinterEx of \\\\PRNSRV\\lp1 is unanswered`, of pipes that are not known to hang in the call.
pub(crate) fn unanswered(pipes: &[&Open]) -> Option<String> {
    let call = unanswered_call(pipes)?;
    let object = call.object.as_deref().map(|name| format!(" of {}", Plain::name(name)));
    Some(format!("{}{} is unanswered", call.name(), object.unwrap_or_default()))
}

/// `cancelled after 1m40s`, `failed with ERROR_INVALID_PRINTER_NAME`.
pub(crate) fn how_it_failed(failed: &FailedCall) -> String {
    match failed.how {
        CallFailure::Cancelled => {
            format!("cancelled after {}", Span::between(failed.call.sent.time, failed.at.time))
        }
        CallFailure::Returned(error) => format!("failed with {error}"),
    }
}

/// True if an open is a pipe to the print spooler: by its name, else by what is spoken on it.
pub(super) fn leads_to_spooler(open: &Open) -> bool {
    let name = open.readable_name().or(open.interface());
    name.is_some_and(|name| name.eq_ignore_ascii_case("spoolss"))
}

/// True if a session has, or had, a pipe to the print spooler.
fn uses_spooler(ledger: &Ledger, session: &Session) -> bool {
    ledger.opens_of(session).any(|open| leads_to_spooler(open) || ledger.handles(open).next().is_some())
}

/// The first call that has waited longer than the grace, and does not wait by design.
pub(crate) fn hung_call<'a>(
    ledger: &'a Ledger,
    session: &'a Session,
    end: Timestamp,
    grace: Duration,
) -> Option<(&'a Open, &'a WaitingCall)> {
    let open = ledger.opens_of(session).filter(|open| open.closed.is_none());
    let calls = open.flat_map(|open| open.waiting.values().map(move |call| (open, call)));
    calls
        .filter(|(_, call)| !call.waits_by_design && ledger.time_until(end, call.sent) > grace)
        .min_by_key(|(_, call)| call.sent)
}

/// The pipes that the session still holds.
pub(crate) fn held_pipes<'a>(ledger: &'a Ledger, session: &'a Session) -> impl Iterator<Item = &'a Open> {
    ledger.opens_of(session).filter(|open| open.closed.is_none() && open.holds())
}

/// The handles that the session still holds.
pub(crate) fn held_handles<'a>(ledger: &'a Ledger, session: &'a Session) -> impl Iterator<Item = &'a Handle> {
    let handles = ledger.opens_of(session).flat_map(|open| ledger.handles(open));
    handles.filter(|handle| handle.closed.is_none())
}

/// What pipes and handles are, and how many: `2 pipes, 1 printer handle and 1 notification channel`.
pub(super) fn holdings(pipes: &[&Open], handles: &[&Handle]) -> String {
    let mut kinds: Vec<Option<ObjectKind>> = handles.iter().map(|handle| handle.stands_for).collect();
    kinds.sort_unstable();
    let kinds = kinds.chunk_by(|a, b| noun(*a) == noun(*b));
    let mut held: Vec<String> =
        kinds.filter_map(|some| Some(count(some.len(), noun(*some.first()?)))).collect();
    let sealed = pipes.iter().filter(|pipe| pipe.sealed.is_some()).count();
    let all = count(pipes.len(), "pipe");
    match sealed {
        _ if pipes.is_empty() => {}
        0 => held.insert(0, all),
        _ if sealed == pipes.len() => held.insert(0, format!("{all} whose calls are sealed")),
        _ => held.insert(0, format!("{all} ({} with sealed calls)", Digits(sealed))),
    }
    list(&held)
}

fn noun(stands_for: Option<ObjectKind>) -> &'static str {
    stands_for.map_or("context handle", ObjectKind::handle)
}

/// The call of which [`unanswered`] tells.
pub(super) fn unanswered_call<'a>(pipes: &[&'a Open]) -> Option<&'a WaitingCall> {
    pipes.iter().flat_map(|pipe| pipe.waiting.values()).find(|call| !call.waits_by_design)
}

/// `1 session of alice`, `3 sessions of alice and bob`.
pub(super) fn sessions_of_users(group: &[Judged<'_>]) -> String {
    let accounts = group.iter().filter_map(|judged| judged.session.identity.account.as_deref());
    let mut accounts: Vec<&str> = accounts.filter(|account| !account.is_empty()).collect();
    accounts.sort_unstable_by_key(|account| account.to_lowercase());
    accounts.dedup_by_key(|account| account.to_lowercase());
    let whose = if accounts.is_empty() { "users".to_owned() } else { names(&accounts) };
    format!("{} of {whose}", count(group.len(), "session"))
}

/// `bob (WS23)`: the accounts of sessions with the computers that they come from, each once.
pub(super) fn people<'s>(ledger: &Ledger, sessions: impl Iterator<Item = &'s Session>) -> Vec<String> {
    // A server does not look at the case of names.
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut people: Vec<String> = Vec::new();
    for session in sessions {
        let account = session.identity.account.as_deref().filter(|account| !account.is_empty());
        let account = account.map_or_else(|| "a user".to_owned(), |account| Plain::name(account).to_string());
        let person = format!("{account} ({})", computer(ledger, session));
        if told.insert(person.to_lowercase()) {
            people.push(person);
        }
    }
    people
}

/// The name of a session's client computer, or its address.
pub(super) fn computer(ledger: &Ledger, session: &Session) -> String {
    let name = client_name(ledger, session).filter(|name| !name.is_empty());
    name.map_or_else(|| session.client.host().to_string(), |name| Plain::name(name).to_string())
}

/// The client as the session's print calls describe it.
pub(super) fn client_machines<'a>(
    ledger: &'a Ledger,
    session: &'a Session,
) -> impl Iterator<Item = &'a ClientMachine> {
    let by_handles = |open| ledger.handles(open).filter_map(|handle| handle.client.as_ref());
    let by_calls = |open: &'a Open| open.waiting.values().filter_map(|call| call.client.as_ref());
    ledger.opens_of(session).flat_map(move |open| by_handles(open).chain(by_calls(open)))
}

/// The client as one of the session's print calls describes it.
pub(crate) fn client_machine<'a>(ledger: &'a Ledger, session: &'a Session) -> Option<&'a ClientMachine> {
    client_machines(ledger, session).next()
}

/// The name by which the client goes: as its print calls tell it, else its credentials, else NetBIOS.
pub(crate) fn client_name<'a>(ledger: &'a Ledger, session: &'a Session) -> Option<&'a str> {
    let machine = client_machine(ledger, session).and_then(|client| client.machine.as_deref());
    let named = |name: &&str| !name.is_empty();
    let calling = || {
        let mut connections = session.connections.iter().filter_map(|id| ledger.connection(*id));
        connections.find_map(|connection| connection.calling.as_deref())
    };
    let machine = machine.map(|name| name.trim_start_matches('\\')).filter(named);
    machine.or(session.identity.workstation.as_deref().filter(named)).or_else(calling).map(str::trim_end)
}

/// True if two sessions were open at the same time.
pub(super) fn overlap(one: &Session, other: &Session) -> bool {
    let before = |one: &Session, other: &Session| one.closed.is_none_or(|closing| start(other) < closing.at);
    before(one, other) && before(other, one)
}

/// The sessions of a group that were open together when the most were; the first time, if there are several.
pub(super) fn most_at_once<'a>(group: &[Judged<'a>]) -> Vec<Judged<'a>> {
    let is_open = |judged: &Judged<'a>, at: Origin| {
        start(judged.session) <= at && judged.session.closed.is_none_or(|closing| at < closing.at)
    };
    // The number of open sessions changes at their starts and ends; ends come first where they are one packet.
    let starts = group.iter().map(|judged| (start(judged.session), true));
    let ends = group.iter().filter_map(|judged| Some((judged.session.closed?.at, false)));
    let mut changes: Vec<(Origin, bool)> = starts.chain(ends).collect();
    changes.sort_unstable();
    let (mut open, mut most, mut when) = (0_usize, 0_usize, None);
    for (at, opens) in changes {
        open = if opens { open.saturating_add(1) } else { open.saturating_sub(1) };
        if open > most {
            (most, when) = (open, Some(at));
        }
    }
    let Some(at) = when else { return Vec::new() };
    group.iter().filter(|judged| is_open(judged, at)).copied().collect()
}

/// ` 3 times`, of what was asked more than once.
pub(super) fn times(number: usize) -> String {
    if number == 1 { String::new() } else { format!(" {}", count(number, "time")) }
}

/// The frames of calls and their answers.
pub(super) fn frames_of(asked: &[&Asked]) -> Vec<Origin> {
    let mut frames: Vec<Origin> =
        asked.iter().flat_map(|asked| core::iter::once(asked.at).chain(asked.answered)).collect();
    frames.sort_unstable();
    frames.dedup();
    frames
}

/// What came of calls, after "the server": each outcome once, in the order in which they were met.
pub(super) fn outcomes(asked: &[&Asked]) -> String {
    let mut told: Vec<String> = Vec::new();
    for outcome in asked.iter().map(|asked| outcome(asked)) {
        if !told.contains(&outcome) {
            told.push(outcome);
        }
    }
    list(&told)
}

/// What came of a call.
fn outcome(asked: &Asked) -> String {
    match (asked.answered, asked.returned) {
        (None, _) => "was not seen to answer".to_owned(),
        (_, Some(0)) => "accepted".to_owned(),
        (_, Some(error)) => format!("refused ({})", Win32Error(error)),
        (_, None) => "answered, but its answer cannot be read".to_owned(),
    }
}

/// ` (WS-21)`, or nothing.
pub(super) fn in_brackets(name: Option<&str>) -> String {
    name.map(|name| format!(" ({})", Plain::name(name))).unwrap_or_default()
}

/// The frames that show the set-up of a session, or its first sign.
pub(super) fn start(session: &Session) -> Origin {
    session.opened.unwrap_or(session.used.first)
}

/// `has` or `have`.
pub(super) const fn has(sessions: usize) -> &'static str {
    if sessions == 1 { "has" } else { "have" }
}
