//! Sessions of users that nobody uses, on a server that turned clients away (KB 258837).

use std::collections::BTreeMap;

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Span, count, names};
use super::{Finding, Rule, Severity};
use crate::auth::Who;
use crate::capture::Origin;
use crate::ledger::ServerRow;

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

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut refused: BTreeMap<ServerRow, Origin> = BTreeMap::new();
    for refusal in scene.ledger.refusals().iter().filter(|refusal| refusal.is_for_slots()) {
        if let Some(row) = refusal.server_row {
            refused.entry(row).or_insert(refusal.at);
        }
    }
    let idle = scene.ledger.sessions().filter(|(_, session)| {
        session.identity.who == Who::User
            && session.closed.is_none()
            && session.server_row.is_some_and(|row| refused.contains_key(&row))
            && scene.ledger.seconds_until(scene.end, session.used.last) > scene.grace
    });
    let idle = idle.filter_map(|(row, _)| scene.judged(row));
    let groups = scene.by_computer(idle);
    groups.iter().filter_map(|group| finding(scene, group, &refused)).collect()
}

fn finding(
    scene: &Scene<'_>,
    group: &[Judged<'_>],
    refused: &BTreeMap<ServerRow, Origin>,
) -> Option<Finding> {
    let first = group.first()?.session;
    let refusal = refused.get(&first.server_row?)?;
    let mut accounts: Vec<&str> =
        group.iter().filter_map(|judged| judged.session.identity.account.as_deref()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let longest = group.iter().map(|judged| judged.session.used.last).min()?;
    let text = format!(
        "{} of {} at client {}{} {} open on server {}, which turned clients away, and nobody has used {} for {}",
        count(group.len(), "session"),
        if accounts.is_empty() { "users".to_owned() } else { names(&accounts) },
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        if group.len() == 1 { "is" } else { "are" },
        scene.servers(group),
        if group.len() == 1 { "it" } else { "them, the longest" },
        Span::between(longest.time, scene.end),
    );
    let mut frames: Vec<Origin> = group.iter().map(|judged| scene::start(judged.session)).collect();
    frames.extend(group.iter().map(|judged| judged.session.used.last));
    frames.push(*refusal);
    frames.sort_unstable();
    frames.dedup();
    RULE.finding(group, frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::super::testing::{Made, rules};
    use crate::wire::{NtStatus, Status};

    fn idle_for(seconds: f64, refuses: bool) -> Vec<&'static str> {
        let mut made = Made::new();
        made.user_session(1);
        if refuses {
            made.refuse(2, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        }
        rules(&all(&made.ended_after(seconds), 90.0))
    }

    #[test]
    fn it_fires_where_clients_are_turned_away_and_users_do_nothing() {
        assert_eq!(idle_for(100.0, true), ["slots_exhausted", "idle_users"]);
    }

    #[test]
    fn it_does_not_fire_where_there_is_room_or_users_are_at_work() {
        assert_eq!(idle_for(100.0, false), [""; 0]);
        assert_eq!(idle_for(80.0, true), ["slots_exhausted"]);
    }
}
