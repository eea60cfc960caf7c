//! A server that was asked to connect to a machine other than the client ("PrinterBug").

use super::scene::{self, Judged, Scene};
use super::words::Plain;
use super::{Finding, Rule, Severity};
use crate::ledger::{Asked, AskedFor, Ledger, Session};

const RULE: Rule = Rule {
    name: "coerced_connection",
    severity: Severity::Warning,
    advice: concat!(
        "Print clients ask to be told of changes at their own machine. Asked with the name of another one, the spooler ",
        "connects there under the account of its own computer, which can be caught and passed on. Find out what runs ",
        "on the client. Where a server prints nothing, stop and disable its spooler; elsewhere refuse remote clients by ",
        "policy (Computer Configuration, Administrative Templates, Printers: Allow Print Spooler to accept client ",
        "connections: Disabled).\n",
    ),
    source: "MS-RPRN 3.1.4.10.3 and 3.1.4.10.4",
    refuted_by: "the machine named being the client under another of its names or addresses",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    scene.ledger.asked().iter().filter_map(|asked| finding(scene, asked)).collect()
}

fn finding(scene: &Scene<'_>, asked: &Asked) -> Option<Finding> {
    let AskedFor::Notification { machine } = &asked.what else { return None };
    let session = scene.ledger.session(asked.session)?;
    if is_client(scene.ledger, session, machine)? {
        return None;
    }
    let verdict = scene.ledger.judge(asked.session, scene.grace)?.verdict;
    let text = format!(
        "Client {}{} asked server {} to tell {} of changes, which is another machine: the server {}",
        session.client.ip(),
        scene::in_brackets(scene::client_name(scene.ledger, session)),
        session.server,
        Plain::name(machine),
        scene::outcome(asked),
    );
    let frames = core::iter::once(asked.at).chain(asked.answered).collect();
    RULE.finding(&[Judged { row: asked.session, session, verdict }], frames, text)
}

/// Whether a UNC names the client itself; `None` if nothing tells what the client is called.
fn is_client(ledger: &Ledger, session: &Session, machine: &str) -> Option<bool> {
    let machine = machine.trim_start_matches(['\\', '/']).split(['\\', '/']).next()?;
    if let Ok(address) = machine.parse::<core::net::IpAddr>() {
        return Some(address == session.client.ip());
    }
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
    fn it_fires_on_another_machine() {
        assert_eq!(asking(r"\\10.0.0.9"), ["coerced_connection"]);
        assert_eq!(asking(r"\\EVIL"), ["coerced_connection"]);
        assert_eq!(asking(r"\\evil.example.org\x"), ["coerced_connection"]);
    }

    #[test]
    fn it_does_not_fire_on_the_client_itself() {
        for machine in [r"\\192.168.1.21", r"\\WS-21", r"\\ws-21.example.org"] {
            assert_eq!(asking(machine), [""; 0], "{machine}");
        }
    }
}
