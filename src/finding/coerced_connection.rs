//! A server that was made to connect to a machine which is no print client of it ("PrinterBug"): another one than the
//! client, or the client by its address and without a channel for notifications.

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::Plain;
use super::{Finding, Rule, Severity, back_channel};
use crate::ledger::{Asked, AskedFor, Ledger, Session};

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
    scene.ledger.asked().iter().filter_map(|asked| finding(scene, asked)).collect()
}

fn finding(scene: &Scene<'_>, asked: &Asked) -> Option<Finding> {
    let AskedFor::Notification { machine } = &asked.what else { return None };
    let session = scene.ledger.session(asked.session)?;
    let sign = match Named::of(scene.ledger, session, machine)? {
        Named::Another => "and that is another machine",
        // Print clients give their name, and the server opens a channel there.
        Named::ByAddress if back_channel::channel(scene, asked, session).is_none() => {
            "and at that address, its own, no channel was opened"
        }
        Named::ByAddress | Named::ByName => return None,
    };
    let verdict = scene.ledger.judge(asked.session, scene.grace)?.verdict;
    let text = format!(
        "Client {}{} asked server {} to notify {} of changes, {sign}: the server {}",
        session.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, session)),
        session.server,
        Plain::name(machine),
        scene::outcome(asked),
    );
    let frames = core::iter::once(asked.at).chain(asked.answered).collect();
    RULE.finding(&[Judged { row: asked.session, session, verdict }], frames, text)
}

/// Whom a UNC names.
#[derive(Clone, Copy)]
enum Named {
    Another,
    /// The client, by its address.
    ByAddress,
    ByName,
}

impl Named {
    /// `None` if nothing tells what the client is called.
    fn of(ledger: &Ledger, session: &Session, machine: &str) -> Option<Self> {
        let machine = machine.trim_start_matches(['\\', '/']).split(['\\', '/']).next()?;
        match machine.parse::<crate::net::Host>() {
            // What goes to a loopback address stays within the computer.
            Ok(address) if address.is_loopback() => Some(Self::ByName),
            Ok(address) if address == session.client.host() => Some(Self::ByAddress),
            Ok(_) => Some(Self::Another),
            Err(_) if is_client(ledger, session, machine)? => Some(Self::ByName),
            Err(_) => Some(Self::Another),
        }
    }
}

/// Whether a name is the client's; `None` if nothing tells what the client is called.
fn is_client(ledger: &Ledger, session: &Session, machine: &str) -> Option<bool> {
    let first = |name: &str| {
        name.trim_start_matches('\\').split('.').next().unwrap_or_default().trim().to_uppercase()
    };
    let told = scene::client_machine(ledger, session).and_then(|client| client.machine.as_deref());
    let connections = session.connections.iter().filter_map(|id| ledger.connection(*id));
    let calling = connections.filter_map(|connection| connection.calling.as_deref());
    let names = told.into_iter().chain(session.identity.workstation.as_deref()).chain(calling);
    let names: Vec<String> = names.map(first).filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then(|| names.contains(&first(machine)))
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
