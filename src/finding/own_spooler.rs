//! A server that opens its own spooler over the network (KB 822553).

use std::collections::BTreeMap;

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Plain, count};
use super::{Finding, Rule, Severity};
use crate::ledger::{Ledger, ServerRowId, Session};

pub(super) const ADVICE: &[Part] = &[Part::Say(
    "The computer connects to its own spooler as if it were another one's, and each such session takes a slot of \
        its own server. That is what it does when a printer connection names the computer itself, as after a printer \
        or the computer was renamed, or when an application was set up with a printer that is gone. Look for printer \
        connections to its own name and delete them, and correct the printer in the settings of the program that \
        asks for it.",
)];

const RULE: Rule = Rule {
    name: "own_spooler",
    severity: Severity::Warning,
    source: "Microsoft KB 822553",
    refuted_by: "two computers that share an address or a name (a cluster, a router that translates addresses)",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut by_server: BTreeMap<Option<ServerRowId>, Vec<Judged<'_>>> = BTreeMap::new();
    for (row, session) in scene.ledger.sessions() {
        if is_own(scene.ledger, session)
            && uses_spooler(scene.ledger, session)
            && let Some(judged) = scene.judged(row)
        {
            by_server.entry(session.server_row).or_default().push(judged);
        }
    }
    by_server.into_values().filter_map(|group| finding(scene, &group)).collect()
}

/// True if both ends are at an address of one computer. A name is no sign: any client may give the server's as its own,
/// by chance or on purpose. Nor is a loopback address: what goes there is meant to stay within the computer.
fn is_own(ledger: &Ledger, session: &Session) -> bool {
    let client = session.client.host();
    if client.is_loopback() {
        return false;
    }
    let there = session.server_row.and_then(|row| ledger.server(row));
    client == session.server.host() || there.is_some_and(|there| there.addresses.contains(&client))
}

fn uses_spooler(ledger: &Ledger, session: &Session) -> bool {
    ledger.opens_of(session).any(scene::leads_to_spooler)
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let first = group.first()?.session;
    let handles = || group.iter().flat_map(|judged| scene.ledger.opens_of(judged.session));
    let mut objects =
        handles().flat_map(|open| scene.ledger.handles(open)).filter_map(|handle| handle.object.as_deref());
    let object = objects.next().map(|object| format!(", in which {} was opened", Plain::name(object)));
    let frames = group.iter().map(|judged| scene::start(judged.session)).collect();
    let text = format!(
        "Server {}{} opened its own spooler in {}{}",
        scene.servers(group),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        count(group.len(), "session"),
        object.unwrap_or_default(),
    );
    RULE.finding(group, frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};

    fn from(address: &str, machine: &str) -> usize {
        let mut made = Made::new();
        made.client_ip = address.parse().unwrap();
        made.machine = machine.to_owned();
        made.user_session(1);
        made.handle(1);
        found_by("own_spooler", &made.ended_after(1.0), 90.0).len()
    }

    #[test]
    fn it_fires_on_its_own_address_whatever_its_name() {
        assert_eq!(from("192.168.1.10", r"\\PRNSRV"), 1);
        assert_eq!(from("192.168.1.10", r"\\WS-11"), 1);
    }

    #[test]
    fn it_does_not_fire_on_another_address_by_a_name_alone() {
        assert_eq!(from("192.168.1.11", r"\\WS-11"), 0);
        assert_eq!(from("192.168.1.11", r"\\prnsrv"), 0);
    }
}
