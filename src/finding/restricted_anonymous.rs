//! A server that denies anonymous clients: RestrictAnonymous, or a pipe that is not open to them (KB 143474, 246261,
//! 289655).

use std::collections::{BTreeMap, BTreeSet};

use super::advice::Part;
use super::scene::Scene;
use super::words::{Plain, count, endpoints, list};
use super::{Finding, Severity, alike};
use crate::auth::Who;
use crate::ledger::{Denial, ServerRowId, SessionRowId, Stage};
use crate::net::Host;
use crate::session::{ConnectionId, is_ipc};

/// Clients, and names of one client, that are told; more are counted.
const CLIENTS: usize = 8;
/// Kinds of requests that are told.
const KINDS: usize = 5;

pub(super) const ADVICE: &[Part] = &[
    Part::Denied,
    Part::Say(
        "That keeps anonymous clients from what they ask for; it gives no slot back: a null session that was denied \
        is counted while its connection lasts. Where denied connections stay or come back, the cause is on the \
        clients named: a program or service that tries without credentials. To free these slots, end that program \
        or restart that service, or restart the client.",
    ),
    Part::PrinterShares,
    Part::Free,
];

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut by_server: BTreeMap<Option<ServerRowId>, Vec<&Denial>> = BTreeMap::new();
    for denial in scene.ledger.denials().iter().filter(|denial| is_of_nobody(denial)) {
        by_server.entry(denial.server_row).or_default().push(denial);
    }
    let found = by_server.into_values().filter_map(|denials| {
        let first = denials.first()?;
        let alone = denials.iter().all(|denial| denial.client.host() == first.client.host());
        Some((alone.then(|| (first.client.host(), None)), finding(scene, &denials)?))
    });
    alike::fold_clients(scene, found.collect())
}

/// True if a null session was denied something that is open to null sessions elsewhere: not the tree of another share
/// than `IPC$`, which is closed to them as a rule, nor one of which the share is not known, nor a printer, whose own
/// permissions count behind a pipe that was granted.
fn is_of_nobody(denial: &Denial) -> bool {
    let null = denial.identity.as_ref().is_some_and(|identity| identity.who == Who::Null);
    let path = denial.name.as_deref().unwrap_or_default();
    let private = denial.what == Stage::Printer || (denial.what == Stage::Tree && !is_ipc(path));
    null && !denial.answer.is_out_of_resources() && !private
}

fn finding(scene: &Scene<'_>, denials: &[&Denial]) -> Option<Finding> {
    let first = denials.first()?;
    let clients: BTreeSet<_> = denials.iter().map(|denial| denial.client.host()).collect();
    let connections: BTreeSet<ConnectionId> = denials.iter().map(|denial| denial.connection).collect();
    let holds = |row: &&SessionRowId| {
        let session = scene.ledger.session(**row);
        session.is_some_and(|it| it.closed.is_none() && it.identity.who == Who::Null)
    };
    // A denied set-up that another one followed holds nothing any more.
    let alive = connections.iter().filter_map(|id| scene.ledger.connection(*id));
    let alive = alive.filter(|connection| connection.closed.is_none());
    let alive: Vec<_> =
        alive.filter(|connection| connection.sessions.iter().any(|row| holds(&row))).collect();
    let open: BTreeSet<SessionRowId> =
        alive.iter().flat_map(|connection| &connection.sessions).filter(holds).copied().collect();
    let slots = scene.has_slots(first.server_row);
    let connected = connections.iter().filter_map(|id| scene.ledger.connection(*id));
    let connected = connected.filter(|connection| connection.closed.is_none()).count();
    let still = match alive.len() {
        0 if connected > 0 => "another session setup was granted since".to_owned(),
        0 => "none of the connections is left".to_owned(),
        1 if slots && connections.len() == 1 => "the connection stays open and still holds a slot".to_owned(),
        1 if connections.len() == 1 => "the connection stays open".to_owned(),
        1 if slots => "1 of the connections stays open and still holds a slot".to_owned(),
        1 => "1 of the connections stays open".to_owned(),
        number if slots => format!("{number} of the connections stay open and still hold a slot each"),
        number => format!("{number} of the connections stay open"),
    };
    Some(Finding {
        rule: "restricted_anonymous",
        severity: if alive.is_empty() { Severity::Info } else { Severity::Warning },
        server: first.server,
        client: (clients.len() == 1).then(|| first.client.host().to_string()),
        sessions: open.into_iter().collect(),
        frames: denials.iter().map(|denial| denial.at).collect(),
        text: format!(
            "Server {} denied {} by {} ({}); {still}",
            endpoints(&denials.iter().map(|denial| denial.server).collect()),
            what(denials),
            by_whom(scene, denials),
            Plain::name(&first.answer.to_string()),
        ),
        advice: String::new(),
        both_conditions: false,
        source: "Microsoft KB 328459, KB 143474, KB 246261, KB 289655",
        refuted_by: "access denied for another reason: the permissions of that share or pipe alone",
    })
}

/// `3 anonymous session setups and 1 anonymous tree connect to \\\\SRV\\IPC$`.
fn what(denials: &[&Denial]) -> String {
    let mut numbers: BTreeMap<(u8, Option<&str>), usize> = BTreeMap::new();
    for denial in denials {
        let place = match denial.what {
            Stage::NetBios | Stage::Negotiate | Stage::Session => 0,
            Stage::Tree => 1,
            Stage::Pipe => 2,
            Stage::Printer => 3,
        };
        let number = numbers.entry((place, denial.name.as_deref())).or_default();
        *number = number.saturating_add(1);
    }
    let told = numbers.iter().map(|((place, name), number)| {
        let of = |one: &str| count(*number, &format!("anonymous {one}"));
        let pipe = |name: &str| format!(r"\PIPE\{}", Plain::name(name.trim_start_matches('\\')));
        match (place, name) {
            (0, _) => of("session setup"),
            (1, None) => of("tree connect"),
            (1, Some(path)) => format!("{} to {}", of("tree connect"), Plain::name(path)),
            (2, None) => format!("{} of a pipe", of("open")),
            (2, Some(name)) => format!("{} of {}", of("open"), pipe(name)),
            (_, None) => format!("{} of a printer", of("open")),
            (_, Some(name)) => format!("{} of printer {}", of("open"), Plain::name(name)),
        }
    });
    let mut told: Vec<String> = told.collect();
    let more = told.len().saturating_sub(KINDS);
    if more > 0 {
        told.truncate(KINDS);
        told.push(format!("{more} more kinds of request"));
    }
    list(&told)
}

/// `client 192.168.1.21 (WS21)`, `clients 10.0.0.5 (A and B) and 10.0.0.6`: the computers that were denied something,
/// by address and by the names that they give there.
fn by_whom(scene: &Scene<'_>, denials: &[&Denial]) -> String {
    let mut clients: BTreeMap<Host, BTreeSet<String>> = BTreeMap::new();
    for denial in denials {
        let names = clients.entry(denial.client.host()).or_default();
        let ends = scene.ledger.connection(denial.connection);
        let workstation = denial.identity.as_ref().and_then(|identity| identity.workstation.as_deref());
        let calling = || ends.and_then(|ends| ends.calling.as_deref());
        let name = workstation.filter(|name| !name.is_empty()).or_else(calling);
        names.extend(name.map(|name| Plain::name(name.trim_end()).to_string()));
    }
    let computers: usize = clients.values().map(|names| names.len().max(1)).fold(0, usize::saturating_add);
    let more = clients.len().saturating_sub(CLIENTS);
    let mut told: Vec<String> = Vec::new();
    for (host, names) in clients.into_iter().take(CLIENTS) {
        let mut names: Vec<String> = names.into_iter().collect();
        let others = names.len().saturating_sub(CLIENTS);
        names.truncate(CLIENTS);
        if others > 0 {
            names.push(count(others, "other"));
        }
        told.push(if names.is_empty() { host.to_string() } else { format!("{host} ({})", list(&names)) });
    }
    if more > 0 {
        told.push(count(more, "other"));
    }
    format!("client{} {}", if computers == 1 { "" } else { "s" }, list(&told))
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::super::testing::{Made, found_by};

    #[test]
    fn it_fires_on_a_denied_set_up_whose_connection_still_counts() {
        let mut made = Made::new();
        made.deny(1);
        let findings = found_by("restricted_anonymous", &made.ended_after(1.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Warning);
        assert!(
            findings[0].text.contains("denied 1 anonymous session setup by client 192.168.1.21 (WS-21) ("),
            "{}",
            findings[0].text
        );
    }

    #[test]
    fn it_is_information_once_the_connection_is_gone() {
        let mut made = Made::new();
        made.deny(1);
        made.disconnect(1);
        let findings = found_by("restricted_anonymous", &made.ended_after(1.0), 90.0);
        assert_eq!(findings[0].severity, Severity::Info);
    }

    #[test]
    fn it_does_not_fire_on_a_null_session_that_is_let_in() {
        let mut made = Made::new();
        made.null_session(1);
        assert_eq!(found_by("restricted_anonymous", &made.ended_after(1.0), 90.0).len(), 0);
    }
}
