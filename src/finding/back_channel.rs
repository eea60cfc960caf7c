//! A print server that connects back to its client to tell it of changes: both ends of one story (\[MS-RPRN\] 3.2.4.1).

use super::scene::{self, Judged, Scene};
use super::words::{Plain, Span};
use super::{Finding, Rule, Severity};
use crate::auth::Who;
use crate::capture::Origin;
use crate::ledger::{Asked, AskedFor, Handle, Verdict};

/// RpcReplyOpenPrinter: the server opens a channel back to the client (\[MS-RPRN\] 3.2.4.1.1).
const REPLY_OPEN_PRINTER: u16 = 58;

const RULE: Rule = Rule {
    name: "back_channel",
    severity: Severity::Info,
    advice: concat!(
        "A client that wants to be told of changes at a printer lets the server connect back to its own spooler. So two ",
        "computers hold a session to each other, and where the client shares a printer too, each is a server with ",
        "slots of its own. Both sessions last as long as the printer is held open at the client. If the session back ",
        "stays after the one it belongs to has gone, restart the spooler of the server that made it (net stop ",
        "spooler, net start spooler); print jobs wait in the meantime.\n",
    ),
    source: "MS-RPRN 3.1.4.10 and 3.2.4.1, Microsoft KB 328459",
    refuted_by: "another registration of the same client, not captured, to which the session back belongs",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for asked in scene.ledger.asked() {
        if let Some(finding) = finding(scene, asked)
            && !found.iter().any(|before| before.sessions == finding.sessions)
        {
            found.push(finding);
        }
    }
    found
}

fn finding(scene: &Scene<'_>, asked: &Asked) -> Option<Finding> {
    let AskedFor::Notification { machine } = &asked.what else { return None };
    let there = scene.judged(asked.session)?;
    let (client, server) = (there.session.client, there.session.server);
    let mut back = scene.ledger.sessions().filter(|(row, session)| {
        *row != asked.session && session.client.ip() == server.ip() && session.server.ip() == client.ip()
    });
    let (back, handle) = back.find_map(|(row, session)| {
        let opens = scene.ledger.opens_of(session);
        let handle =
            opens.flat_map(|open| scene.ledger.handles(open)).find(|handle| is_reply(handle, asked.at));
        Some((scene.judged(row)?, handle?))
    })?;
    let (opened, end) = (handle.opened?, scene.end);
    let state = match handle.closed {
        Some(closing) => format!("closed after {}", Span::between(opened.time, closing.at.time)),
        None => format!("open for {} and not closed", Span::between(opened.time, end)),
    };
    let holds = there.session.closed.is_none();
    let who = if back.session.identity.who == Who::Null { "null session" } else { "session" };
    let text = format!(
        "Client {}{} registered at server {} to be told of changes at {} (frame {}); the server connected back in a {who} \
         from {} and opened a channel (RpcReplyOpenPrinter, frame {}), {state}; the client's own session is {}",
        client.ip(),
        scene::in_brackets(scene::client_name(scene.ledger, there.session)),
        server,
        Plain::name(machine),
        asked.at.frame,
        back.session.client,
        opened.frame,
        if holds { "open" } else { "closed" },
    );
    let mut frames: Vec<Origin> = vec![asked.at, scene::start(back.session), opened];
    frames.extend(asked.answered);
    frames.extend(handle.closed.map(|closing| closing.at));
    frames.sort_unstable();
    let group: [Judged<'_>; 2] = [there, back];
    let finding = RULE.finding(&group, frames, text)?;
    let left_behind = !holds && matches!(back.verdict, Verdict::Leaked | Verdict::Hung);
    let severity = if left_behind { Severity::Warning } else { finding.severity };
    Some(Finding { severity, client: Some(client.to_string()), ..finding })
}

/// True if a handle is a channel back that was opened after a client asked for it.
fn is_reply(handle: &Handle, asked: Origin) -> bool {
    handle.opened_by.is_some_and(|(opnum, _)| opnum == REPLY_OPEN_PRINTER)
        && handle.opened.is_some_and(|opened| opened >= asked)
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::super::testing::{Made, handle_of, rules};
    use crate::net::Endpoint;
    use crate::session::{EventKind, HandleEvent, Notice, OpenId};

    /// A client registers; then a session back opens a handle by a call of this number, from the server's address or
    /// from another.
    fn registered_and_back(opnum: u16, from: &str) -> Vec<&'static str> {
        let mut made = Made::new();
        made.user_session(1);
        made.handle(1);
        made.call(1, 65, "RpcRemoteFindFirstPrinterChangeNotificationEx");
        let (open, handle, machine) = (OpenId::Fid(0x4001), Some(handle_of(1)), r"\\WS-21".to_owned());
        made.tell(1, EventKind::Notice(Notice::NotifyRegistered { open, call: 1, handle, machine }));
        made.answer(1);
        made.server = Endpoint::new("192.168.1.21".parse().unwrap(), 445);
        made.client_ip = from.parse().unwrap();
        made.machine = r"\\BACK".to_owned();
        made.user_session(2);
        let handle = handle_of(2);
        let granted = HandleEvent::Granted {
            open: OpenId::Fid(0x4001),
            handle,
            opened_by: Some((opnum, "RpcReplyOpenPrinter")),
            object: None,
            client: None,
        };
        made.tell(2, EventKind::Handle(granted));
        rules(&all(&made.ended_after(1.0), 90.0))
    }

    #[test]
    fn it_ties_a_registration_to_the_channel_back() {
        assert_eq!(registered_and_back(58, "192.168.1.10"), ["back_channel"]);
    }

    #[test]
    fn it_does_not_fire_on_another_servers_channel_or_on_another_call() {
        assert_eq!(registered_and_back(58, "192.168.1.99"), [""; 0]);
        assert_eq!(registered_and_back(69, "192.168.1.10"), [""; 0]);
    }
}
