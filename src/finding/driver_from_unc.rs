//! A printer driver with a file on another machine (CVE-2021-1675, CVE-2021-34527, "PrintNightmare").

use std::collections::BTreeMap;

use super::advice::Part;
use super::names::{Names, Whose, address};
use super::scene::{self, Naming, Scene};
use super::words::names;
use super::{Finding, Rule, Severity, alike};
use crate::ledger::{Asked, AskedFor, Ledger, ServerRowId, Session};
use crate::net::Host;

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "Clients that add a driver copy its files to the server first; a file on a share of another machine is how \
        code gets in, since the spooler of Windows loads a driver as LocalSystem. Look at that share and at who the \
        client is.",
    ),
    Part::Drivers,
];

const RULE: Rule = Rule {
    name: "driver_from_unc",
    severity: Severity::Warning,
    source: "CVE-2021-34527, Microsoft KB 5005010",
    refuted_by: "a share of the server's own, under another of its names, as print$ is",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(Option<ServerRowId>, Host), Naming<'_>> = BTreeMap::new();
    for asked in scene.ledger.asked() {
        let AskedFor::DriverFromUnc { path } = &asked.what else { continue };
        let Some(session) = scene.ledger.session(asked.session) else { continue };
        if whose_print_share(scene.ledger, session, path) == Whose::Anothers {
            found.entry((session.server_row, session.client.host())).or_default().push((asked, path));
        }
    }
    let found = found.into_values().filter_map(|asked| finding(scene, &asked));
    alike::fold(scene, found.collect())
}

/// Whose the share is that a server has for the drivers of its printers, by whichever of its names. Any other share is
/// another's.
fn whose_print_share(ledger: &Ledger, session: &Session, path: &str) -> Whose {
    let path = path.replace('/', r"\");
    let device = [r"\\?\", r"\??\", r"\\.\"].into_iter().find_map(|device| path.strip_prefix(device));
    let unc = match device {
        Some(device) => device.get(UNC.len()..).unwrap_or_default(),
        None => path.trim_start_matches('\\'),
    };
    let mut parts = unc.split('\\');
    let (Some(host), Some(share)) = (parts.next(), parts.next()) else { return Whose::Anothers };
    if !share.eq_ignore_ascii_case("print$") {
        return Whose::Anothers;
    }
    let there = session.server_row.and_then(|row| ledger.server(row));
    let is_own = match address(host) {
        Some(address) => {
            address.is_loopback()
                || address == session.server.host()
                || there.is_some_and(|server| server.addresses.contains(&address))
        }
        None if host.eq_ignore_ascii_case("localhost") => true,
        None => return Names::of_server(ledger, session).whose(host),
    };
    if is_own { Whose::Own } else { Whose::Anothers }
}

/// What stands in front of the host in a device's path.
const UNC: &str = r"UNC\";

fn finding(scene: &Scene<'_>, asked: &[(&Asked, &str)]) -> Option<Finding> {
    let calls: Vec<&Asked> = asked.iter().map(|(asked, _)| *asked).collect();
    let group = scene.sessions_of(calls.iter().copied());
    let first = group.first()?.session;
    let mut paths: Vec<&str> = asked.iter().map(|(_, path)| *path).collect();
    paths.sort_unstable();
    paths.dedup();
    // One call may name several files.
    let mut calls = calls;
    calls.dedup_by_key(|asked| (asked.at, asked.open));
    let text = format!(
        "Client {}{} asked server {} to load a printer driver from {}{}; the server {}",
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        first.server,
        names(&paths),
        scene::times(calls.len()),
        scene::outcomes(&calls),
    );
    RULE.finding(&group, scene::frames_of(&calls), text)
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::super::testing::{Made, found_by};
    use crate::session::{EventKind, Notice, OpenId, SessionEvent};

    #[test]
    fn it_fires_on_a_driver_from_another_machine_and_says_what_came_back() {
        let mut made = Made::new();
        made.user_session(1);
        made.call(1, 89);
        let path = r"\\10.0.0.9\share\evil.dll".to_owned();
        made.tell(1, EventKind::Notice(Notice::DriverPath { open: OpenId::Fid(0x4001), call: 1, path }));
        made.answer(1);
        let findings = found_by("driver_from_unc", &made.ended_after(1.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].text.ends_with("evil.dll; the server accepted"), "{}", findings[0].text);
        assert_eq!(findings[0].frames.len(), 2);
    }

    fn added(client: u16, made: &mut Made, path: &str) {
        made.user_session(client);
        made.call(client, 89);
        let path = path.to_owned();
        made.tell(client, EventKind::Notice(Notice::DriverPath { open: OpenId::Fid(0x4001), call: 1, path }));
        made.answer(client);
    }

    #[test]
    fn a_servers_name_in_another_domain_is_another_machine() {
        let severity = |path: &str, told: Option<&str>| {
            let mut made = Made::new();
            if let Some(dns_name) = told {
                made.connect(1);
                let (name, dns_name) = ("PRNSRV".to_owned(), Some(dns_name.to_owned()));
                made.tell(
                    1,
                    EventKind::Session(SessionEvent::ServerNamed {
                        name: Some(name),
                        dns_name,
                        domain_member: None,
                    }),
                );
            }
            added(2, &mut made, path);
            found_by("driver_from_unc", &made.ended_after(1.0), 90.0).first().map(|finding| finding.severity)
        };
        let (own, evil) = (r"\\prnsrv.office.local\print$\a.dll", r"\\prnsrv.evil.example\print$\a.dll");
        let known = Some("prnsrv.office.local");
        assert_eq!((severity(own, known), severity(evil, known)), (None, Some(Severity::Warning)));
        assert_eq!(severity(own, None), None, "in whatever domain it is");
        assert_eq!(severity(r"\\PRNSRV\print$\a.dll", known), None);
    }

    #[test]
    fn what_many_clients_add_is_told_once() {
        let added = |clients: u16| {
            let mut made = Made::new();
            for client in 1..=clients {
                made.client_ip = format!("192.168.1.{}", 20 + client).parse().unwrap();
                added(client, &mut made, r"\\10.0.0.9\share\evil.dll");
            }
            found_by("driver_from_unc", &made.ended_after(1.0), 90.0).len()
        };
        assert_eq!(added(10), 1);
        assert_eq!(added(4), 4);
    }

    #[test]
    fn it_does_not_fire_on_a_call_without_such_a_path() {
        let mut made = Made::new();
        made.user_session(1);
        made.call(1, 89);
        made.answer(1);
        assert_eq!(found_by("driver_from_unc", &made.ended_after(1.0), 90.0).len(), 0);
    }
}
