//! A server that denies anonymous clients: RestrictAnonymous, or a pipe that is not open to them (KB 143474, 246261,
//! 289655).

use std::collections::{BTreeMap, BTreeSet};

use super::advice::Part;
use super::scene::{self, Scene};
use super::words::{Plain, count, endpoints, list};
use super::{Finding, Severity, alike};
use crate::auth::Who;
use crate::ledger::{Denial, ServerRow, SessionRow, Stage};
use crate::session::{ConnectionId, is_ipc};

pub(super) const ADVICE: &[Part] = &[
    Part::Denied,
    Part::Say(
        "That keeps anonymous clients from what they ask for; it gives no slot back: a null session that was denied \
        is counted while its connection lasts. Where denied connections stay or come back, the cause is on the \
        clients named: a program or service that tries without credentials.",
    ),
    Part::PrinterShares,
    Part::Free,
];

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut by_server: BTreeMap<Option<ServerRow>, Vec<&Denial>> = BTreeMap::new();
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
/// than `IPC$`, which is closed to them as a rule, nor one of which the share is not known.
fn is_of_nobody(denial: &Denial) -> bool {
    let null = denial.identity.as_ref().is_some_and(|identity| identity.who == Who::Null);
    let path = denial.name.as_deref().unwrap_or_default();
    let private = denial.what == Stage::Tree && !is_ipc(path);
    null && !denial.answer.is_out_of_resources() && !private
}

fn finding(scene: &Scene<'_>, denials: &[&Denial]) -> Option<Finding> {
    let first = denials.first()?;
    let clients: BTreeSet<_> = denials.iter().map(|denial| denial.client.host()).collect();
    let connections: BTreeSet<ConnectionId> = denials.iter().map(|denial| denial.connection).collect();
    let holds = |row: &&SessionRow| {
        let session = scene.ledger.session(**row);
        session.is_some_and(|it| it.closed.is_none() && it.identity.who == Who::Null)
    };
    // A denied set-up that another one followed holds nothing any more.
    let alive = connections.iter().filter_map(|id| scene.ledger.connection(*id));
    let alive = alive.filter(|connection| connection.closed.is_none());
    let alive: Vec<_> =
        alive.filter(|connection| connection.sessions.iter().any(|row| holds(&row))).collect();
    let open: BTreeSet<SessionRow> =
        alive.iter().flat_map(|connection| &connection.sessions).filter(holds).copied().collect();
    let kinds = [Stage::Session, Stage::Tree, Stage::Pipe, Stage::Printer];
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|what| (denials.iter().filter(|denial| denial.what == what).count(), what.as_str()))
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| count(number, name))
        .collect();
    let still = match alive.len() {
        0 => "none of the connections is left".to_owned(),
        1 => "1 of the connections stays open and still holds a slot".to_owned(),
        number => {
            format!("{number} of the connections stay open and still hold a slot each")
        }
    };
    let name = scene.ledger.connection(first.connection).and_then(|connection| connection.calling.as_deref());
    let client = match clients.first() {
        Some(ip) if clients.len() == 1 => {
            format!("client {ip}{}", scene::in_brackets(name.map(str::trim_end)))
        }
        _ => count(clients.len(), "client"),
    };
    Some(Finding {
        rule: "restricted_anonymous",
        severity: if alive.is_empty() { Severity::Info } else { Severity::Warning },
        server: first.server,
        client: (clients.len() == 1).then(|| first.client.host().to_string()),
        sessions: open.into_iter().collect(),
        frames: denials.iter().map(|denial| denial.at).collect(),
        text: format!(
            "Server {} denied {client} {} without credentials ({}); {still}",
            endpoints(&denials.iter().map(|denial| denial.server).collect()),
            list(&parts),
            Plain::name(&first.answer.to_string()),
        ),
        advice: String::new(),
        source: "Microsoft KB 328459, KB 143474, KB 246261, KB 289655",
        refuted_by: "access denied for another reason: the permissions of that share or pipe alone",
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, rules};
    use super::super::{Severity, all};

    #[test]
    fn it_fires_on_a_denied_set_up_whose_connection_still_counts() {
        let mut made = Made::new();
        made.deny(1);
        let findings = all(&made.ended_after(1.0), 90.0);
        assert_eq!(rules(&findings), ["restricted_anonymous"]);
        assert_eq!(findings[0].severity, Severity::Warning);
        assert!(
            findings[0].text.contains("denied client 192.168.1.21 (WS-21) 1 session setup without"),
            "{}",
            findings[0].text
        );
    }

    #[test]
    fn it_is_information_once_the_connection_is_gone() {
        let mut made = Made::new();
        made.deny(1);
        made.disconnect(1);
        let findings = all(&made.ended_after(1.0), 90.0);
        assert_eq!(findings[0].severity, Severity::Info);
    }

    #[test]
    fn it_does_not_fire_on_a_null_session_that_is_let_in() {
        let mut made = Made::new();
        made.null_session(1);
        assert_eq!(rules(&all(&made.ended_after(1.0), 90.0)), [""; 0]);
    }
}
