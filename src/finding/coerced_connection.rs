//! A server that was made to connect to a machine which is no print client of it ("PrinterBug"): another one than the
//! client, or the client by its address and without a channel for notifications.

use std::collections::BTreeMap;

use super::advice::Part;
use super::back_channel::{self, WayBack};
use super::registration::Named;
use super::scene::{self, Naming, Scene};
use super::words::names;
use super::{Finding, Rule, Severity, alike};
use crate::ledger::{Asked, AskedFor, ServerRowId};
use crate::net::Host;

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "Print clients ask to be told of changes at their own machine, which they name, and the server opens a \
        channel there. If another machine is named, or an address where nothing listens, the spooler still connects, \
        with the account of its own computer; an attacker can capture or relay that logon. Find out what runs on the \
        client.",
    ),
    Part::RefuseClients,
];

const RULE: Rule = Rule {
    name: "coerced_connection",
    severity: Severity::Warning,
    source: "MS-RPRN 3.1.4.10.3 and 3.1.4.10.4",
    refuted_by: "the machine named being the client under another of its names or addresses, or a channel back \
                 (RpcReplyOpenPrinter) that was not captured",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(Option<ServerRowId>, Host, Named), Naming<'_>> = BTreeMap::new();
    for asked in scene.ledger.asked() {
        let AskedFor::Notification { machine, .. } = &asked.what else { continue };
        let Some(session) = scene.ledger.session(asked.session) else { continue };
        let named = Named::of(scene.ledger, session, machine);
        // Print clients give a name of their own, and the server opens a channel there.
        let expected = named == Named::ByName || back_channel::channel(scene, asked, session).is_some();
        if !expected {
            let key = (session.server_row, session.client.host(), named);
            found.entry(key).or_default().push((asked, machine));
        }
    }
    let mut alike: BTreeMap<Named, Vec<Finding>> = BTreeMap::new();
    for ((_, _, named), asked) in found {
        alike.entry(named).or_default().extend(finding(scene, named, &asked));
    }
    alike.into_values().flat_map(|found| alike::fold(scene, found)).collect()
}

fn finding(scene: &Scene<'_>, named: Named, asked: &[(&Asked, &str)]) -> Option<Finding> {
    let group = scene.sessions_of(asked.iter().map(|(asked, _)| *asked));
    let first = group.first()?.session;
    let mut machines: Vec<&str> = asked.iter().map(|(_, machine)| *machine).collect();
    machines.sort_unstable();
    machines.dedup();
    let whose = match (named, machines.len()) {
        (Named::Another, 1) => "which is another machine",
        (Named::Another, _) => "which are other machines",
        (Named::Unknown, _) => {
            "which may be the client or another machine, since nothing tells the client's name"
        }
        (Named::ByAddress | Named::ByName, _) => "which is the client's own address",
    };
    let calls: Vec<&Asked> = asked.iter().map(|(asked, _)| *asked).collect();
    let back = calls
        .iter()
        .filter(|_| named != Named::Another)
        .find_map(|asked| WayBack::of(scene, asked, scene.ledger.session(asked.session)?));
    let came = match (named, &back) {
        (Named::Another, _) => String::new(),
        (_, Some(back)) => format!(". The server {}, and no channel was seen to be opened", back.did),
        (_, None) => {
            ". No way back was captured: it may lie outside of what was captured, or nothing listens there"
                .to_owned()
        }
    };
    let text = format!(
        "Client {}{} asked server {} to notify {}, {whose}, of changes{}; the server {}{came}",
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        first.server,
        names(&machines),
        scene::times(calls.len()),
        scene::outcomes(&calls),
    );
    let mut frames = scene::frames_of(&calls);
    frames.extend(back.into_iter().flat_map(|back| back.frames));
    frames.sort_unstable();
    let finding = RULE.finding(&group, frames, text)?;
    let severity = if named == Named::Another { finding.severity } else { Severity::Info };
    Some(Finding { severity, ..finding })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};
    use super::super::{Finding, Severity};
    use crate::ledger::Ledger;
    use crate::net::Endpoint;

    fn findings(registrations: &[(&str, u32)], channels: &[u32]) -> Vec<Finding> {
        found_by("coerced_connection", &registered(registrations, channels), 90.0)
    }

    fn registered(registrations: &[(&str, u32)], channels: &[u32]) -> Ledger {
        let mut made = Made::new();
        made.user_session(1);
        made.handle(1);
        for (machine, number) in registrations {
            made.register(1, machine, *number);
        }
        made.server = Endpoint::new("192.168.1.21".parse().unwrap(), 445);
        made.client_ip = "192.168.1.10".parse().unwrap();
        made.machine = r"\\PRNSRV".to_owned();
        for (place, number) in (2..).zip(channels) {
            made.user_session(place);
            made.channel(place, *number);
        }
        made.ended_after(1.0)
    }

    fn asking(machine: &str) -> usize {
        findings(&[(machine, 7)], &[]).len()
    }

    #[test]
    fn it_fires_on_another_machine_and_on_an_address_without_a_channel() {
        assert_eq!(asking(r"\\10.0.0.9"), 1);
        assert_eq!(asking(r"\\192.168.1.21"), 1);
        assert_eq!(asking(r"\\EVIL"), 1);
        assert_eq!(asking(r"\\evil.example.org\x"), 1);
    }

    #[test]
    fn it_does_not_fire_on_the_client_itself() {
        for machine in [r"\\127.0.0.1", r"\\WS-21"] {
            assert_eq!(asking(machine), 0, "{machine}");
        }
    }

    #[test]
    fn the_clients_name_in_another_domain_is_another_machine_where_its_own_is_known() {
        assert_eq!(findings(&[(r"\\ws-21.example.org", 7)], &[]).len(), 0);
        // It calls itself so.
        let mut made = Made::new();
        made.machine = r"\\ws-21.example.org".to_owned();
        made.user_session(1);
        made.handle(1);
        made.register(1, r"\\WS-21.example.org", 7);
        made.register(1, r"\\WS-21.evil.example", 8);
        let found = found_by("coerced_connection", &made.ended_after(1.0), 90.0);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
        assert!(
            found[0].text.contains(r"to notify \\WS-21.evil.example, which is another machine, of changes"),
            "{}",
            found[0].text
        );
    }

    #[test]
    fn a_channel_with_the_number_of_the_registration_shows_the_name_to_be_the_clients() {
        assert_eq!(findings(&[(r"\\PRINTROOM", 7)], &[7]).len(), 0);
        assert_eq!(findings(&[(r"\\PRINTROOM", 7)], &[8]).len(), 1);
        // What may be the channel of the client's own name is not that of another one.
        for number in [7, 8] {
            let ledger = registered(&[(r"\\EVIL", number), (r"\\WS-21", 7)], &[7]);
            assert_eq!(found_by("coerced_connection", &ledger, 90.0).len(), 1);
            let channel = found_by("back_channel", &ledger, 90.0).remove(0);
            assert!(channel.text.contains(r"to notify \\WS-21 of changes"), "{}", channel.text);
        }
    }

    #[test]
    fn a_client_that_nothing_names_is_told_of_as_information() {
        let nameless = |machine: &str| {
            let mut made = Made::new();
            made.machine = String::new();
            made.user_session(1);
            made.handle(1);
            made.register(1, machine, 7);
            let found = found_by("coerced_connection", &made.ended_after(1.0), 90.0);
            found.iter().map(|finding| finding.severity).collect::<Vec<_>>()
        };
        assert_eq!(nameless(r"\\EVIL"), [Severity::Info]);
        // The server is another machine.
        assert_eq!(nameless(r"\\PRNSRV"), [Severity::Warning]);
    }

    #[test]
    fn what_many_clients_ask_is_told_once() {
        let asked = |clients: u16| {
            let mut made = Made::new();
            for client in 1..=clients {
                made.client_ip = format!("192.168.1.{}", 20 + client).parse().unwrap();
                made.user_session(client);
                made.register(client, r"\\EVIL", 7);
            }
            found_by("coerced_connection", &made.ended_after(1.0), 90.0).len()
        };
        assert_eq!(asked(10), 1);
        assert_eq!(asked(4), 4);
    }
}
