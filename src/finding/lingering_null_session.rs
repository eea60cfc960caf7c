//! Null sessions that stay and hold nothing.

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Span, count};
use super::{Finding, Rule, Severity, alike};
use crate::capture::Origin;
use crate::ledger::Verdict;

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "A null session to IPC$ is the usual first step of a connection and goes away within 30 to 90 seconds. One \
        that stays takes a slot; if many add up, or the server denied them their share or pipe, look for the program \
        on the client that keeps trying.",
    ),
    Part::Idle,
    Part::Free,
];

const RULE: Rule = Rule {
    name: "lingering_null_session",
    severity: Severity::Info,
    source: "Microsoft KB 328459, KB 122920",
    refuted_by: "a later use of the session, or its end, after the end of the capture",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let groups = scene.groups(|judged| judged.verdict == Verdict::Lingering);
    alike::fold(scene, groups.iter().filter_map(|group| finding(scene, group)).collect())
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let first = group.first()?.session;
    let oldest = group.iter().map(|judged| judged.session.used.first.time).min()?;
    let starts = group.iter().map(|judged| scene::start(judged.session));
    let uses = group.iter().map(|judged| judged.session.used.last);
    let mut frames: Vec<Origin> = starts.chain(uses).collect();
    frames.sort_unstable();
    frames.dedup();
    let text = format!(
        "{} of client {}{} to server {} {} no pipe and {} stayed open{} for {}",
        count(group.len(), "null session"),
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene.servers(group),
        if group.len() == 1 { "holds" } else { "hold" },
        scene::has(group.len()),
        if group.len() == 1 { "" } else { ", the oldest" },
        Span::between(oldest, scene.end),
    );
    RULE.finding(group, frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};

    #[test]
    fn a_null_session_that_stays_and_holds_nothing_lingers() {
        let mut made = Made::new();
        made.null_session_alone(1);
        let findings = found_by("lingering_null_session", &made.ended_after(91.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().text.contains("holds no pipe and has stayed open for 1m31s"));
    }

    #[test]
    fn it_does_not_fire_within_the_grace_or_beside_a_pipe() {
        let mut young = Made::new();
        young.null_session_alone(1);
        assert_eq!(found_by("lingering_null_session", &young.ended_after(89.0), 90.0).len(), 0);

        let mut holding = Made::new();
        holding.null_session(1);
        assert_eq!(found_by("lingering_null_session", &holding.ended_after(91.0), 90.0).len(), 0);
    }
}
