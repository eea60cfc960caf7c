//! Sessions of users that nobody uses, on a server that turned clients away (KB 258837).

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Span, first_of};
use super::{Finding, Rule, Severity};
use crate::auth::Who;
use crate::capture::Origin;
use crate::interface::Task;
use crate::ledger::{Handle, ServerRowId, Session, SessionRowId};
use crate::net::Host;
use crate::session::OpenKind;

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "The sessions of users take slots too while nobody uses them. Services that log on with an account of their \
        own are known to leave such sessions behind. On the client, see which services run under the account named, \
        stop those that are not needed, or let them use one account.",
    ),
    Part::Idle,
    Part::Free,
];

const RULE: Rule = Rule {
    name: "idle_users",
    severity: Severity::Warning,
    source: "Microsoft KB 258837, KB 122920",
    refuted_by: "work in an open document, which needs its session although it says nothing for long",
};

/// Seconds after which servers drop idle sessions by default (KB 314882): whoever is idle for less may be at work.
pub(super) const WHILE: Duration = Duration::from_secs(900);

/// Holders that are named; more are counted.
const HOLDERS: usize = 10;

/// A user at a client computer of a server, by its account in capitals.
type Slot = (Option<ServerRowId>, Host, String);

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut refused: BTreeMap<ServerRowId, Origin> = BTreeMap::new();
    for refusal in scene.ledger.refusals().iter().filter(|refusal| refusal.is_for_slots()) {
        if let Some(row) = refusal.server_row {
            refused.entry(row).or_insert(refusal.at);
        }
    }
    let of_users = scene.ledger.sessions().filter(|(_, session)| {
        session.identity.who == Who::User
            && session.closed.is_none()
            && session.server_row.is_some_and(|row| refused.contains_key(&row))
    });
    // The sessions of a user at one computer take one slot together, which is idle if all of them are.
    let mut slots: BTreeMap<Slot, Vec<(SessionRowId, &Session)>> = BTreeMap::new();
    for (row, session) in of_users {
        let account = session.identity.account.as_deref().filter(|account| !account.is_empty());
        let user = account.map_or_else(|| format!("session {}", row.as_raw()), str::to_uppercase);
        slots.entry((session.server_row, session.client.host(), user)).or_default().push((row, session));
    }
    let mut by_server: BTreeMap<Option<ServerRowId>, Vec<Judged<'_>>> = BTreeMap::new();
    for ((server, ..), sessions) in slots {
        if sessions.iter().all(|(_, session)| is_idle(scene, session)) {
            let judged = sessions.iter().filter_map(|(row, _)| scene.judged(*row));
            by_server.entry(server).or_default().extend(judged);
        }
    }
    by_server.values().filter_map(|group| finding(scene, group, &refused)).collect()
}

/// True for a session that was not used for longer than the grace and has no document open, nor one that it prints: that
/// needs its session although it may say nothing for hours.
fn is_idle(scene: &Scene<'_>, session: &Session) -> bool {
    let open = || scene.ledger.opens_of(session).filter(|open| open.closed.is_none());
    let handles = open().flat_map(|open| scene.ledger.handles(open));
    let mut handles = handles.filter(|handle| handle.closed.is_none());
    let prints = |handle: &Handle| handle.tasks.get(&Task::Document).is_some_and(|task| task.ended.is_none());
    scene.ledger.time_until(scene.end, scene.ledger.last_use(session)) > scene.grace
        && !open().any(|open| !open.holds() && open.what != OpenKind::Directory)
        && !handles.any(prints)
}

fn finding(
    scene: &Scene<'_>,
    group: &[Judged<'_>],
    refused: &BTreeMap<ServerRowId, Origin>,
) -> Option<Finding> {
    let first = group.first()?.session;
    let refusal = refused.get(&first.server_row?)?;
    let longest = group.iter().map(|judged| scene.ledger.last_use(judged.session)).min()?;
    let clients: BTreeSet<Host> = group.iter().map(|judged| judged.session.client.host()).collect();
    let people = scene::people(scene.ledger, group.iter().map(|judged| judged.session));
    let whose = first_of(&people, HOLDERS);
    let (servers, unused) = (scene.servers(group), Span::between(longest.time, scene.end));
    let text = if let [_] = group {
        format!(
            "The session of {whose} on server {servers}, which turned clients away, has been unused for {unused}"
        )
    } else {
        format!(
            "The sessions of {whose} on server {servers}, which turned clients away, have been unused for up to \
             {unused}"
        )
    };
    let mut frames: Vec<Origin> = group.iter().map(|judged| scene::start(judged.session)).collect();
    frames.extend(group.iter().map(|judged| scene.ledger.last_use(judged.session)));
    frames.push(*refusal);
    frames.sort_unstable();
    frames.dedup();
    let finding = RULE.finding(group, frames, text)?;
    let client = finding.client.filter(|_| clients.len() == 1);
    // A user may well read for a while.
    let short = scene.ledger.time_until(scene.end, longest) < WHILE;
    let severity = if short { Severity::Info } else { finding.severity };
    Some(Finding { client, severity, ..finding })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};
    use super::*;
    use crate::session::{CloseReason, EventKind, OpenEvent, OpenId, SessionId, TreeId};
    use crate::wire::{NtStatus, Status};

    fn idle_for(seconds: f64, refuses: bool) -> usize {
        let mut made = Made::new();
        made.user_session(1);
        if refuses {
            made.refuse(2, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        }
        found_by("idle_users", &made.ended_after(seconds), 90.0).len()
    }

    #[test]
    fn it_fires_where_clients_are_turned_away_and_users_do_nothing() {
        assert_eq!(idle_for(100.0, true), 1);
    }

    #[test]
    fn it_does_not_fire_where_there_is_room_or_users_are_at_work() {
        assert_eq!(idle_for(100.0, false), 0);
        assert_eq!(idle_for(80.0, true), 0);
    }

    fn with_open(what: OpenKind, closed: bool) -> usize {
        let mut made = Made::new();
        made.user_session(1);
        made.close_pipe(1);
        let opened = OpenEvent::Opened {
            session: SessionId::Uid(100),
            tree: TreeId::Tid(7),
            open: OpenId::Fid(9),
            name: Some("letter.doc".to_owned()),
            what,
            answer_seen: true,
        };
        made.tell(1, EventKind::Open(opened));
        if closed {
            let open = OpenId::Fid(9);
            made.tell(1, EventKind::Open(OpenEvent::Closed { open, by: CloseReason::OwnClose }));
        }
        made.refuse(2, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        found_by("idle_users", &made.ended_after(100.0), 90.0).len()
    }

    #[test]
    fn it_does_not_fire_on_an_open_document_and_does_on_an_open_folder_or_pipe() {
        for what in [OpenKind::File, OpenKind::Printer] {
            assert_eq!(with_open(what, false), 0);
            assert_eq!(with_open(what, true), 1);
        }
        for what in [OpenKind::Directory, OpenKind::Pipe] {
            assert_eq!(with_open(what, false), 1);
        }
    }
}
