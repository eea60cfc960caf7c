//! A server that was made to connect to a machine which is no print client of it ("PrinterBug"): another one than the
//! client, or the client by its address and without a channel for notifications.

use std::collections::BTreeMap;

use super::advice::Part;
use super::back_channel::{self, WayBack};
use super::names::{Names, address};
use super::scene::{self, Naming, Scene};
use super::words::names;
use super::{Finding, Rule, Severity};
use crate::ledger::{Asked, AskedFor, Ledger, ServerRow, Session};
use crate::net::Host;

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "Print clients ask to be told of changes at their own machine, which they name, and the server opens a \
        channel there. Asked with another machine, or with an address where nobody takes the channel, the spooler \
        connects all the same, under the account of its own computer, which can be caught and passed on. Find out \
        what runs on the client.",
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
    let mut found: BTreeMap<(Option<ServerRow>, Host, Named), Naming<'_>> = BTreeMap::new();
    for asked in scene.ledger.asked() {
        let AskedFor::Notification { machine } = &asked.what else { continue };
        let Some(session) = scene.ledger.session(asked.session) else { continue };
        let Some(named) = Named::of(scene.ledger, session, machine) else { continue };
        // Print clients give their name, and the server opens a channel there.
        let expected = match named {
            Named::Another => false,
            Named::ByAddress => back_channel::channel(scene, asked, session).is_some(),
            Named::ByName => true,
        };
        if !expected {
            let key = (session.server_row, session.client.host(), named);
            found.entry(key).or_default().push((asked, machine));
        }
    }
    found.into_iter().filter_map(|((_, _, named), asked)| finding(scene, named, &asked)).collect()
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
        _ => "which is the client's own address",
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
            ". No way back was captured: it may lie outside of what was captured, or nobody takes it there"
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

/// Whom a UNC names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Another,
    /// The client, by its address.
    ByAddress,
    ByName,
}

impl Named {
    /// `None` if nothing tells what the client is called.
    fn of(ledger: &Ledger, session: &Session, machine: &str) -> Option<Self> {
        match address(machine) {
            // What goes to a loopback address stays within the computer.
            Some(address) if address.is_loopback() => Some(Self::ByName),
            Some(address) if address == session.client.host() => Some(Self::ByAddress),
            Some(_) => Some(Self::Another),
            None => {
                let client = Names::of_client(ledger, session);
                let own = if client.contains(machine) { Self::ByName } else { Self::Another };
                (!client.is_empty()).then_some(own)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, handle_of, rules};
    use crate::session::{EventKind, Notice, OpenId};

    fn asking(machine: &str) -> Vec<&'static str> {
        let mut made = Made::new();
        made.user_session(1);
        made.handle(1);
        made.call(1, 65, "RpcRemoteFindFirstPrinterChangeNotificationEx");
        let (open, handle, machine) = (OpenId::Fid(0x4001), Some(handle_of(1)), machine.to_owned());
        made.tell(1, EventKind::Notice(Notice::NotifyRegistered { open, call: 1, handle, machine }));
        made.answer(1);
        rules(&super::super::all(&made.ended_after(1.0), 90.0))
    }

    #[test]
    fn it_fires_on_another_machine_and_on_an_address_without_a_channel() {
        assert_eq!(asking(r"\\10.0.0.9"), ["coerced_connection"]);
        assert_eq!(asking(r"\\192.168.1.21"), ["coerced_connection"]);
        assert_eq!(asking(r"\\EVIL"), ["coerced_connection"]);
        assert_eq!(asking(r"\\evil.example.org\x"), ["coerced_connection"]);
    }

    #[test]
    fn it_does_not_fire_on_the_client_itself() {
        for machine in [r"\\127.0.0.1", r"\\WS-21", r"\\ws-21.example.org"] {
            assert_eq!(asking(machine), [""; 0], "{machine}");
        }
    }
}
