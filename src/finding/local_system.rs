//! Null sessions that come from a service of the client, not from its user (KB 132679).

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::count;
use super::{Finding, Rule, Severity, alike};
use crate::auth::Who;
use crate::ledger::Verdict;

pub(super) const ADVICE: &[Part] = &[Part::Say(
    "A service that runs as LocalSystem has no credentials of its own in a workgroup and connects without any: \
        its sessions are null sessions, whoever is logged on. Look for the cause among the client's services, not \
        among the programs of its user: the print spooler if the pipe is spoolss, the browser or the workstation \
        service if it is browser, srvsvc or wkssvc, else what else runs as LocalSystem (Services, Log On).",
)];

const RULE: Rule = Rule {
    name: "local_system",
    severity: Severity::Info,
    source: "Microsoft KB 132679, KB 328459",
    refuted_by: "a program of the user that connects without credentials on purpose (net use /user:\"\")",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let stays =
        |judged: &Judged<'_>| matches!(judged.verdict, Verdict::Hung | Verdict::Leaked | Verdict::Lingering);
    alike::fold(scene, scene.groups(stays).iter().filter_map(|group| finding(scene, group)).collect())
}

/// Why the sessions of a client are those of a service: its print calls name one, or its user is connected beside them.
fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let first = group.first()?.session;
    let told = group.iter().find_map(|judged| {
        let user = scene::client_machine(scene.ledger, judged.session)?.user.as_deref()?;
        is_service(user).then_some(user)
    });
    // At a loopback address every process is a client of its own.
    let beside = scene.of_client(first.client.host()).find(|(_, session)| {
        !first.client.host().is_loopback()
            && session.identity.who == Who::User
            && session.server_row == first.server_row
            && group.iter().any(|judged| scene::overlap(session, judged.session))
    });
    let why = match (told, beside) {
        (Some(user), _) => format!("its print calls name {} as their user", super::Plain::name(user)),
        (None, Some((_, session))) => {
            let account = session.identity.account.as_deref().unwrap_or("a user");
            format!("{} is connected from there too, with credentials", super::Plain::name(account))
        }
        (None, None) => return None,
    };
    let mut frames: Vec<_> = group.iter().map(|judged| scene::start(judged.session)).collect();
    frames.extend(beside.map(|(_, session)| scene::start(session)));
    frames.sort_unstable();
    let text = format!(
        "{} of client {}{} to server {} {} from a service of that computer, not from its user: {why}",
        count(group.len(), "null session"),
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene.servers(group),
        if group.len() == 1 { "comes" } else { "come" },
    );
    RULE.finding(group, frames, text)
}

/// True for the accounts of services: the system's own, and those of computers.
fn is_service(user: &str) -> bool {
    let user = user.rsplit('\\').next().unwrap_or(user);
    ["SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "ANONYMOUS LOGON"]
        .iter()
        .any(|name| user.eq_ignore_ascii_case(name))
        || user.ends_with('$')
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::super::testing::{Made, rules};

    #[test]
    fn it_fires_on_null_sessions_that_name_the_system_or_stand_beside_a_user() {
        let mut named = Made::new();
        named.user = "SYSTEM".to_owned();
        named.null_session(1);
        named.handle(1);
        assert_eq!(rules(&all(&named.ended_after(91.0), 90.0)), ["null_session_leak", "local_system"]);

        let mut beside = Made::new();
        beside.null_session_alone(1);
        beside.user_session(2);
        let findings = all(&beside.ended_after(91.0), 90.0);
        assert_eq!(rules(&findings), ["lingering_null_session", "local_system"]);
        assert!(findings[1].text.contains("alice is connected from there too"), "{}", findings[1].text);
    }

    #[test]
    fn it_does_not_fire_without_a_sign_or_on_null_sessions_that_go_away() {
        let mut no_sign = Made::new();
        no_sign.null_session_alone(1);
        assert_eq!(rules(&all(&no_sign.ended_after(91.0), 90.0)), ["lingering_null_session"]);

        let mut gone = Made::new();
        gone.user_session(2);
        gone.null_session_alone(1);
        gone.disconnect(1);
        assert_eq!(rules(&all(&gone.ended_after(91.0), 90.0)), [""; 0]);
    }
}
