//! One client computer under several users, each of whom takes a slot (KB 302099).

use std::collections::BTreeSet;

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::names;
use super::{Finding, Rule, Severity, alike};
use crate::auth::Who;
use crate::ledger::{Account, Session};

pub(super) const ADVICE: &[Part] = &[Part::Say(
    "A computer takes one slot for each user under which it is connected. On the client, see which services run \
        under accounts of their own, which scheduled tasks or logon scripts use other accounts, and which drives are \
        mapped with \"connect as\" (net use lists them). Let them use one account, or end those that are not needed.",
)];

const RULE: Rule = Rule {
    name: "several_users",
    severity: Severity::Info,
    source: "Microsoft KB 328459, KB 302099",
    refuted_by: "several computers behind the one address, or a terminal server with several people at it",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let named = scene
        .ledger
        .sessions()
        .filter(|(_, session)| matches!(session.identity.who, Who::User | Who::Guest))
        .filter_map(|(row, _)| scene.judged(row));
    alike::fold(scene, scene.by_computer(named).iter().filter_map(|group| finding(scene, group)).collect())
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    // A session of each user, of those that were open at the same time.
    let mut seen = BTreeSet::new();
    let mut together = scene::most_at_once(group);
    together.retain(|judged| seen.insert(account(scene, judged.session)));
    let first = together.first()?.session;
    if together.len() < 2 {
        return None;
    }
    let users: Vec<String> = together.iter().map(|judged| user(scene, judged.session)).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let text = format!(
        "Client {}{} was connected to server {} under {} users at the same time: {}. {}",
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene.servers(&together),
        users.len(),
        names(&users),
        if scene.has_slots(first.server_row) {
            "Each takes a slot"
        } else {
            "Each counts as a session of its own"
        },
    );
    let frames = together.iter().map(|judged| scene::start(judged.session)).collect();
    RULE.finding(&together, frames, text)
}

/// The account by which the server tells a user from others.
fn account(scene: &Scene<'_>, session: &Session) -> Option<Account> {
    let server = session.server_row.and_then(|row| scene.ledger.server(row))?;
    server.account_of(&session.identity)
}

/// The same as the client wrote it: `DOMAIN\account`, or the name alone where the domain counts for nothing.
fn user(scene: &Scene<'_>, session: &Session) -> String {
    let Some(account) = account(scene, session) else { return "an account of unknown name".to_owned() };
    let name = session.identity.account.as_deref().unwrap_or_default();
    match session.identity.domain.as_deref().filter(|_| account.domain.is_some()) {
        Some(domain) => format!(r"{domain}\{name}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};

    #[test]
    fn a_user_whose_account_was_not_captured_is_not_an_empty_name() {
        let mut made = Made::new();
        made.user_session_of(1, "alice");
        made.user_session_of(2, "");
        let findings = found_by("several_users", &made.ended_after(1.0), 90.0);
        let said = "under 2 users at the same time: alice and an account of unknown name.";
        assert!(findings[0].text.contains(said), "{}", findings[0].text);
    }

    #[test]
    fn it_fires_on_two_users_at_once() {
        let mut made = Made::new();
        made.user_session_of(1, "alice");
        made.user_session_of(2, "backup");
        let findings = found_by("several_users", &made.ended_after(1.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].text.contains("under 2 users at the same time: alice and backup"),
            "{}",
            findings[0].text
        );
    }

    #[test]
    fn it_does_not_fire_on_one_user_twice_or_on_two_in_turn() {
        let mut twice = Made::new();
        twice.user_session_of(1, "alice");
        twice.user_session_of(2, "Alice");
        assert_eq!(found_by("several_users", &twice.ended_after(1.0), 90.0).len(), 0);

        let mut in_turn = Made::new();
        in_turn.user_session_of(1, "alice");
        in_turn.disconnect(1);
        in_turn.user_session_of(2, "backup");
        assert_eq!(found_by("several_users", &in_turn.ended_after(1.0), 90.0).len(), 0);
    }
}
