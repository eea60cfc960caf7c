//! Null sessions that come from a service of the client, not from its user (KB 132679).

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Digits, Plain, count, list};
use super::{Finding, Rule, Severity, alike};
use crate::auth::Who;
use crate::capture::Origin;
use crate::ledger::{Ledger, Session, Verdict};
use crate::session::ClientMachine;

/// Frames of calls that are named; more are counted.
const FRAMES: usize = 5;

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

/// The sessions of a client that show to be those of a service: their print calls name one, or else its user is
/// connected beside them.
fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let of_services: Vec<(Judged<'_>, PrintUser<'_>)> = group
        .iter()
        .flat_map(|judged| print_users(scene.ledger, judged.session).map(|user| (*judged, user)))
        .filter(|(_, user)| is_service(user.name))
        .collect();
    if let Some((_, first)) = of_services.first() {
        let mut sessions: Vec<Judged<'_>> = of_services.iter().map(|(judged, _)| *judged).collect();
        sessions.dedup_by_key(|judged| judged.row);
        let calls: Vec<Origin> = of_services.iter().map(|(_, user)| user.call).collect();
        let (calls_name, whose) =
            if sessions.len() == 1 { ("call names", "its") } else { ("calls name", "their") };
        let name = Plain::name(first.name);
        let why = format!("{whose} print {calls_name} {name} as the user ({})", in_frames(&calls));
        return told(scene, &sessions, &calls, &why);
    }
    // At a loopback address every process is a client of its own.
    let client = group.first()?.session.client.host();
    let server = group.first()?.session.server_row;
    let is_user = |session: &Session| {
        !client.is_loopback() && session.identity.who == Who::User && session.server_row == server
    };
    let mut users = scene.of_client(client).filter(|(_, session)| is_user(session));
    let (_, beside) =
        users.find(|(_, user)| group.iter().any(|judged| scene::overlap(user, judged.session)))?;
    let sessions: Vec<Judged<'_>> =
        group.iter().filter(|judged| scene::overlap(beside, judged.session)).copied().collect();
    let mut frames = vec![scene::start(beside)];
    let account = beside.identity.account.as_deref().unwrap_or("a user");
    let name = Plain::name(account);
    let mut why = format!("{name} is connected from there too, with credentials ({})", in_frames(&frames));
    let mut calls = sessions.iter().flat_map(|judged| print_users(scene.ledger, judged.session));
    if let Some(call) = calls.find(|user| user.name.eq_ignore_ascii_case(account)) {
        frames.push(call.call);
        why = format!(
            "{why}. The print spooler there calls for {name}, but connects without credentials ({})",
            in_frames(&[call.call]),
        );
    }
    told(scene, &sessions, &frames, &why)
}

fn told(scene: &Scene<'_>, group: &[Judged<'_>], shown: &[Origin], why: &str) -> Option<Finding> {
    let first = group.first()?.session;
    let starts = group.iter().map(|judged| scene::start(judged.session));
    let mut frames: Vec<Origin> = starts.chain(shown.iter().copied()).collect();
    frames.sort_unstable();
    frames.dedup();
    let text = format!(
        "{} of client {}{} to server {} {} from a service of that computer, not from a program of its user: {why}",
        count(group.len(), "null session"),
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene.servers(group),
        if group.len() == 1 { "comes" } else { "come" },
    );
    RULE.finding(group, frames, text)
}

/// The user that a print call names.
struct PrintUser<'a> {
    name: &'a str,
    /// The call, or its answer if it was not seen itself.
    call: Origin,
}

/// The users that the print calls of a session name.
fn print_users<'a>(ledger: &'a Ledger, session: &'a Session) -> impl Iterator<Item = PrintUser<'a>> {
    let user = |client: Option<&'a ClientMachine>, call: Origin| {
        Some(PrintUser { name: client?.user.as_deref().filter(|user| !user.is_empty())?, call })
    };
    ledger.opens_of(session).flat_map(move |open| {
        let handles = ledger.handles(open).filter_map(move |handle| {
            user(handle.client.as_ref(), handle.asked.or(handle.opened).unwrap_or(handle.used.first))
        });
        handles.chain(open.waiting.values().filter_map(move |call| user(call.client.as_ref(), call.sent)))
    })
}

/// `frame 68`, `frames 68 and 92`.
fn in_frames(frames: &[Origin]) -> String {
    let (told, more) = frames.split_at(frames.len().min(FRAMES));
    let mut told: Vec<String> = told.iter().map(|at| at.frame.to_string()).collect();
    if !more.is_empty() {
        told.push(format!("{} more", Digits(more.len())));
    }
    format!("frame{} {}", if frames.len() == 1 { "" } else { "s" }, list(&told))
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
    use super::super::testing::{Made, found_by};

    #[test]
    fn it_fires_on_null_sessions_that_name_the_system_or_stand_beside_a_user() {
        let mut named = Made::new();
        named.user = "SYSTEM".to_owned();
        named.null_session(1);
        named.handle(1);
        assert_eq!(found_by("local_system", &named.ended_after(91.0), 90.0).len(), 1);

        let mut beside = Made::new();
        beside.null_session_alone(1);
        beside.user_session(2);
        let findings = found_by("local_system", &beside.ended_after(91.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].text.contains("alice is connected from there too"), "{}", findings[0].text);
    }

    #[test]
    fn it_does_not_fire_without_a_sign_or_on_null_sessions_that_go_away() {
        let mut no_sign = Made::new();
        no_sign.null_session_alone(1);
        assert_eq!(found_by("local_system", &no_sign.ended_after(91.0), 90.0).len(), 0);

        let mut gone = Made::new();
        gone.user_session(2);
        gone.null_session_alone(1);
        gone.disconnect(1);
        assert_eq!(found_by("local_system", &gone.ended_after(91.0), 90.0).len(), 0);
    }
}
