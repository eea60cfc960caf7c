//! Several null sessions of one client at the same time, each of which counts (KB 328459).

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Digits, count};
use super::{Finding, Rule, Severity, alike};
use crate::ledger::Verdict;

/// Null sessions of one client at one time that are worth a word. One or two come and go with every look at a share.
const MANY: usize = 3;

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "All sessions of a user at one computer count as one, but every null session counts by itself, so that one \
        computer can fill the server alone. Several at once come from services, each of which connects on its own: \
        the print spooler above all (a computer that uses a printer of the server and shares one itself), browsing, \
        and whatever else runs as LocalSystem.",
    ),
    Part::Say(
        "To find the service, stop the client's services that are not needed one at a time while you watch the \
        sessions on the server.",
    ),
    Part::Look,
    Part::Restrict,
    Part::PrinterShares,
    Part::Free,
];

const RULE: Rule = Rule {
    name: "many_null_sessions",
    severity: Severity::Warning,
    source: "Microsoft KB 328459, KB 132679",
    refuted_by: "several computers behind the one address (a router that translates addresses)",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    alike::fold(scene, scene.groups(|_| true).iter().filter_map(|group| finding(scene, group)).collect())
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let together = scene::most_at_once(group);
    let first = together.first()?.session;
    let last = together.iter().map(|judged| scene::start(judged.session)).max()?;
    if together.len() < MANY {
        return None;
    }
    let mut frames: Vec<_> = together.iter().map(|judged| scene::start(judged.session)).collect();
    frames.sort_unstable();
    let open = together.iter().filter(|judged| judged.session.closed.is_none()).count();
    let host = first.client.host();
    let client = format!("{host}{}", scene::in_brackets(scene::client_name(scene.ledger, first)));
    let number = count(together.len(), "null session");
    // Another rule tells of the sessions themselves.
    let told = together.iter().all(|judged| {
        let verdict = judged.verdict;
        matches!(verdict, Verdict::Hung | Verdict::Leaked | Verdict::WasHung | Verdict::WasLeaked)
    });
    let what = if told {
        format!(
            "The {number} of client {client} were open at the same time: every null session counts by itself"
        )
    } else {
        let (servers, frame) = (scene.servers(&together), last.frame);
        format!("Client {client} had {number} to server {servers} at the same time, from frame {frame} on")
    };
    let text = format!("{what}. {}", cost(scene.has_slots(first.server_row), together.len(), open));
    let finding = RULE.finding(&together, frames, text)?;
    // What has gone by itself costs nothing any more.
    let severity = if open < MANY || told { Severity::Info } else { finding.severity };
    Some(Finding { severity, ..finding })
}

/// `They counted as 4 slots; 2 still do`: where there is no limit of slots, as sessions.
fn cost(slots: bool, sessions: usize, open: usize) -> String {
    let number = count(sessions, if slots { "slot" } else { "session" });
    match open {
        0 => format!("They counted as {number}; all have ended"),
        1 => format!("They counted as {number}; 1 still does"),
        _ if open == sessions => format!("They count as {number}"),
        _ => format!("They counted as {number}; {} still do", Digits(open)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::super::testing::{Made, found_by};

    #[test]
    fn it_fires_on_three_at_once() {
        let mut made = Made::new();
        for client in 1..=3 {
            made.null_session(client);
        }
        let findings = found_by("many_null_sessions", &made.ended_after(1.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].severity, findings[0].sessions.len()), (Severity::Warning, 3));
    }

    #[test]
    fn it_is_information_once_they_are_gone() {
        let mut made = Made::new();
        for client in 1..=4 {
            made.null_session(client);
        }
        for client in 1..=3 {
            made.disconnect(client);
        }
        let findings = found_by("many_null_sessions", &made.ended_after(1.0), 90.0);
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Info));
    }

    #[test]
    fn it_does_not_fire_on_many_one_after_the_other() {
        let mut made = Made::new();
        for client in 1..=9 {
            made.null_session(client);
            made.disconnect(client);
        }
        assert_eq!(found_by("many_null_sessions", &made.ended_after(1.0), 90.0).len(), 0);
    }
}
