//! Several null sessions of one client at the same time, each of which counts (KB 328459).

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::count;
use super::{Finding, Rule, Severity, alike};

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
        "To find the service, stop those of the client that are not needed one by one while you watch the sessions on \
        the server.",
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
    let text = format!(
        "Client {}{} had {} to server {} at the same time, from frame {} on; {open} of them {} still open. They \
         count as {} slots",
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        count(together.len(), "null session"),
        scene.servers(&together),
        last.frame,
        if open == 1 { "is" } else { "are" },
        together.len(),
    );
    let finding = RULE.finding(&together, frames, text)?;
    // What has gone by itself costs nothing any more.
    let severity = if open < MANY { Severity::Info } else { finding.severity };
    Some(Finding { severity, ..finding })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, rules};
    use super::super::{Severity, all};

    #[test]
    fn it_fires_on_three_at_once() {
        let mut made = Made::new();
        for client in 1..=3 {
            made.null_session(client);
        }
        let findings = all(&made.ended_after(1.0), 90.0);
        assert_eq!(rules(&findings), ["many_null_sessions"]);
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
        let findings = all(&made.ended_after(1.0), 90.0);
        assert_eq!((rules(&findings), findings[0].severity), (vec!["many_null_sessions"], Severity::Info));
    }

    #[test]
    fn it_does_not_fire_on_many_one_after_the_other() {
        let mut made = Made::new();
        for client in 1..=9 {
            made.null_session(client);
            made.disconnect(client);
        }
        assert_eq!(rules(&all(&made.ended_after(1.0), 90.0)), [""; 0]);
    }
}
