//! A print server that connects back to its client to tell it of changes: both ends of one story (\[MS-RPRN\] 3.2.4.1).

use std::collections::BTreeSet;

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Plain, Span, count};
use super::{Finding, Rule, Severity, alike};
use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::{Asked, AskedFor, Handle, Session, SessionRowId, Stage, Verdict};
use crate::net::{Endpoint, Host};

/// Seconds in which a server connects back.
const SOON: f64 = 60.0;
/// Further connections back whose frames are named.
const TRIES: usize = 8;

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "A client that wants to be told of changes at a printer lets the server connect back to its own spooler. So \
        two computers hold a session to each other, and where the client shares a printer too, each is a server with \
        slots of its own. Both sessions last as long as the printer is held open at the client. If the session back \
        stays after the one it belongs to has gone, restart the spooler of the server that made it; print jobs wait \
        in the meantime.",
    ),
    Part::Say(
        "A way back that is denied, or on which no channel is opened, is not that of a print client: it may be an \
        attempt to catch the account of the server (PrinterBug). See what runs on the client.",
    ),
];

const RULE: Rule = Rule {
    name: "back_channel",
    severity: Severity::Info,
    source: "MS-RPRN 3.1.4.10 and 3.2.4.1, Microsoft KB 328459",
    refuted_by: "another registration of the same client, not captured, to which the session back belongs",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found: Vec<(Host, Finding)> = Vec::new();
    let mut told: BTreeSet<Vec<SessionRowId>> = BTreeSet::new();
    for asked in scene.ledger.asked() {
        if let Some(session) = scene.ledger.session(asked.session)
            && let Some(finding) = finding(scene, asked)
            && told.insert(finding.sessions.clone())
        {
            found.push((session.client.host(), finding));
        }
    }
    alike::fold(scene, alike::fold_repeats(found))
}

fn finding(scene: &Scene<'_>, asked: &Asked) -> Option<Finding> {
    let AskedFor::Notification { machine, .. } = &asked.what else { return None };
    let there = scene.judged(asked.session)?;
    let (client, server) = (there.session.client, there.session.server);
    let back = Back::of(scene, asked, &there)?;
    let registered = format!(
        "Client {}{} asked server {server} to notify {} of changes (frame {})",
        client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, there.session)),
        Plain::name(machine),
        asked.at.frame,
    );
    let still = if there.session.closed.is_none() { "open" } else { "closed" };
    let mut frames: Vec<Origin> =
        core::iter::once(asked.at).chain(asked.answered).chain(back.frames).collect();
    frames.sort_unstable();
    let group: Vec<Judged<'_>> = core::iter::once(there).chain(back.session).collect();
    let text = format!("{registered}; the server {}; the client's own session is {still}", back.did);
    let finding = RULE.finding(&group, frames, text)?;
    let left_behind = |back: Judged<'_>| matches!(back.verdict, Verdict::Leaked | Verdict::Hung);
    let left_behind = there.session.closed.is_some() && back.session.is_some_and(left_behind);
    let severity = if left_behind { Severity::Warning } else { finding.severity };
    Some(Finding { severity, client: Some(client.to_string()), ..finding })
}

/// What came of the server's way back to the client.
struct Back<'a> {
    session: Option<Judged<'a>>,
    frames: Vec<Origin>,
    /// In words, after "the server".
    did: String,
}

impl<'a> Back<'a> {
    fn of(scene: &Scene<'a>, asked: &Asked, there: &Judged<'a>) -> Option<Self> {
        if let Some((session, handle)) = channel(scene, asked, there.session) {
            return Self::by_channel(scene, session, handle);
        }
        let way = WayBack::of(scene, asked, there.session)?;
        let did = format!("{}, and no channel was seen to be opened", way.did);
        Some(Self { session: way.session.and_then(|row| scene.judged(row)), frames: way.frames, did })
    }

    fn by_channel(scene: &Scene<'a>, session: Judged<'a>, handle: &Handle) -> Option<Self> {
        let opened = handle.opened?;
        let state = match handle.closed {
            Some(closing) => format!("closed after {}", Span::between(opened.time, closing.at.time)),
            None => format!("open for {} and not closed", Span::between(opened.time, scene.end)),
        };
        let who = if session.session.identity.who == Who::Null { "null session" } else { "session" };
        let did = format!(
            "connected back in a {who} from {} and opened a channel (RpcReplyOpenPrinter, frame {}), {state}",
            session.session.client, opened.frame,
        );
        let closed = handle.closed.map(|closing| closing.at);
        let frames = [scene::start(session.session), opened].into_iter().chain(closed).collect();
        Some(Self { session: Some(session), frames, did })
    }
}

/// Connections of a server back to a client that asked it for notifications, soon after: whatever account they name and
/// however they are answered.
pub(super) struct WayBack {
    /// The session that the first of them set up.
    session: Option<SessionRowId>,
    /// The frames that show them.
    pub(super) frames: Vec<Origin>,
    /// What the server did, after "the server".
    pub(super) did: String,
}

/// What came of one connection back.
struct Try {
    at: Origin,
    from: Endpoint,
    session: Option<SessionRowId>,
    /// In words, after the address from which the server connected.
    came: String,
}

impl WayBack {
    pub(super) fn of(scene: &Scene<'_>, asked: &Asked, there: &Session) -> Option<Self> {
        let (client, server) = (there.client.host(), there.server.host());
        // At one address nobody can tell who connects to whom.
        let soon =
            |at: Origin| client != server && at >= asked.at && at.time.seconds_since(asked.at.time) <= SOON;
        let mut tries: Vec<Try> =
            tries(scene, asked, there).into_iter().filter(|back| soon(back.at)).collect();
        if tries.is_empty() {
            let connections = scene.connections_back(server, client).iter();
            let bare =
                connections.filter(|it| soon(it.opened) && it.sessions.is_empty()).map(|connection| Try {
                    at: connection.opened,
                    from: connection.client,
                    session: None,
                    came: " and set up no session".to_owned(),
                });
            tries.extend(bare);
        }
        tries.sort_by_key(|back| back.at);
        let mut tries = tries.into_iter();
        let first = tries.next()?;
        let again: Vec<Origin> = tries.map(|back| back.at).collect();
        let mut did = format!("connected back from {}{} (frame {})", first.from, first.came, first.at.frame);
        if let [next, ..] = again.as_slice() {
            did = format!("{did}, and {} from frame {} on", count(again.len(), "more time"), next.frame);
        }
        let frames = core::iter::once(first.at).chain(again.into_iter().take(TRIES)).collect();
        Some(Self { session: first.session, frames, did })
    }
}

/// The set-ups of a server with the client that asked for something: granted, denied, failed and refused.
fn tries(scene: &Scene<'_>, asked: &Asked, there: &Session) -> Vec<Try> {
    let (client, server) = (there.client.host(), there.server.host());
    let ledger = scene.ledger;
    let back = |from: Endpoint, to: Endpoint| from.host() == server && to.host() == client;
    let of = |at, from, session, came: String| Try { at, from, session, came };
    // The channels of others belong to other registrations.
    let granted = sessions_back(scene, asked, there)
        .filter(|(_, session)| session.denied.is_none() && !has_channel(scene, session));
    let granted = granted.map(|(row, session)| {
        let end = if session.unanswered { ", without an answer" } else { "" };
        let came = format!("{}{end}", by_account(&session.identity));
        of(scene::start(session), session.client, Some(row), came)
    });
    let denied = ledger.denials().iter().filter(|it| it.what == Stage::Session && back(it.client, it.server));
    let denied = denied.map(|it| {
        let account = it.identity.as_ref().map(by_account).unwrap_or_default();
        of(it.at, it.client, None, format!("{account} and was denied with {}", it.answer))
    });
    let failed = ledger.failed_logons().iter().filter(|it| back(it.client, it.server));
    let failed = failed.map(|it| {
        let came = format!("{} and was answered with {}", by_account(&it.identity), it.status);
        of(it.at, it.client, None, came)
    });
    let refused = ledger.refusals().iter().filter(|it| it.is_for_slots() && back(it.client, it.server));
    let refused = refused.map(|it| {
        let account = it.identity.as_ref().map(by_account).unwrap_or_default();
        of(it.at, it.client, None, format!("{account} and was refused with {}", it.answer))
    });
    granted.chain(denied).chain(failed).chain(refused).collect()
}

/// ` as PRNSRV$`, ` without credentials`.
fn by_account(identity: &Identity) -> String {
    let account = identity.account.as_deref().filter(|account| !account.is_empty());
    match (identity.who, account) {
        (Who::Null, _) => " without credentials".to_owned(),
        (_, Some(account)) => format!(" as {}", Plain::name(account)),
        (Who::User | Who::Guest, None) => " with credentials".to_owned(),
        (Who::Unknown, None) => String::new(),
    }
}

/// The sessions of the server with the client that asked for something.
fn sessions_back<'a>(
    scene: &Scene<'a>,
    asked: &Asked,
    there: &Session,
) -> impl Iterator<Item = (SessionRowId, &'a Session)> {
    let (row, client, server) = (asked.session, there.client.host(), there.server.host());
    let back = scene.of_client(server);
    back.filter(move |(other, session)| *other != row && session.server.host() == client)
}

/// The channel that the server opened back to the client, with its session.
pub(super) fn channel<'a>(
    scene: &Scene<'a>,
    asked: &Asked,
    there: &Session,
) -> Option<(Judged<'a>, &'a Handle)> {
    sessions_back(scene, asked, there).find_map(|(row, session)| {
        let opens = scene.ledger.opens_of(session);
        let mut handles = opens.flat_map(|open| scene.ledger.handles(open));
        let answers =
            |handle: &&Handle| scene.registrations.is_answered_by(scene.ledger, (asked, there), handle);
        Some((scene.judged(row)?, handles.find(answers)?))
    })
}

fn has_channel(scene: &Scene<'_>, session: &Session) -> bool {
    let mut handles = scene.ledger.opens_of(session).flat_map(|open| scene.ledger.handles(open));
    handles.any(Handle::is_back_channel)
}

#[cfg(test)]
mod tests {
    use super::super::Finding;
    use super::super::testing::{Made, found_by, handle_of};
    use crate::interface::{IREMOTEWINSPOOL, ProcedureId, SPOOLSS};
    use crate::net::Endpoint;
    use crate::session::{EventKind, HandleEvent, OpenId};

    const REPLY_OPEN_PRINTER: u16 = 58;

    /// A client registers; then a session back opens a handle by this call, from the server's address or from another.
    fn registered_and_back(opener: ProcedureId, from: &str) -> Vec<Finding> {
        let mut made = Made::new();
        made.user_session(1);
        made.handle(1);
        made.register(1, r"\\WS-21", 7);
        made.server = Endpoint::new("192.168.1.21".parse().unwrap(), 445);
        made.client_ip = from.parse().unwrap();
        made.machine = r"\\BACK".to_owned();
        made.user_session(2);
        let handle = handle_of(2);
        let granted = HandleEvent::Granted {
            open: OpenId::Fid(0x4001),
            handle,
            opened_by: Some(opener),
            stands_for: opener.grants(),
            object: None,
            client: None,
            asked: None,
            printer_remote: Some(7),
        };
        made.tell(2, EventKind::Handle(granted));
        found_by("back_channel", &made.ended_after(1.0), 90.0)
    }

    #[test]
    fn it_ties_a_registration_to_the_channel_back() {
        let found = registered_and_back(ProcedureId::new(&SPOOLSS, REPLY_OPEN_PRINTER), "192.168.1.10");
        assert_eq!(found.len(), 1);
        assert!(found[0].text.contains("opened a channel (RpcReplyOpenPrinter"), "{}", found[0].text);
    }

    #[test]
    fn a_session_back_without_a_channel_is_told_too() {
        // The number of RpcReplyOpenPrinter is another procedure's on the other interface of the spooler.
        let other_interface = ProcedureId::new(&IREMOTEWINSPOOL, REPLY_OPEN_PRINTER);
        let other_number = ProcedureId::new(&SPOOLSS, 69);
        for opener in [other_interface, other_number] {
            let found = registered_and_back(opener, "192.168.1.10");
            assert_eq!(found.len(), 1);
            assert!(found[0].text.contains("no channel was seen to be opened"), "{}", found[0].text);
        }
    }

    #[test]
    fn it_does_not_fire_on_another_servers_channel() {
        assert!(
            registered_and_back(ProcedureId::new(&SPOOLSS, REPLY_OPEN_PRINTER), "192.168.1.99").is_empty()
        );
    }
}
