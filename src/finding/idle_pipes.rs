//! A client that keeps many pipes to the spooler and uses none of them (KB 182333). Those of null sessions are leaks.

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Span, count};
use super::{Finding, Rule, Severity, alike};
use crate::auth::Who;
use crate::ledger::{Open, Session};

/// Idle pipes of one client that are worth a word; a print client keeps one or two.
const MANY: usize = 5;

pub(super) const ADVICE: &[Part] = &[Part::Say(
    "The client opens pipes to the spooler and does not let go of them: each keeps handles and threads of the \
        server's spooler, until it is slow or answers that it is too busy, and its session keeps its slot. Update \
        the client (NT 4.0: Service Pack 4), look for the program or driver that opens printers and does not close \
        them, and meanwhile restart the client's spooler (net stop spooler, net start spooler).",
)];

const RULE: Rule = Rule {
    name: "idle_pipes",
    severity: Severity::Warning,
    source: "Microsoft KB 182333",
    refuted_by: "a later use of the pipes, or several people at one computer (a terminal server)",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let holders = scene.ledger.sessions().filter(|(_, session)| session.identity.who != Who::Null);
    let holders = holders.filter(|(_, session)| session.closed.is_none());
    let holders = holders.filter(|(_, session)| idle(scene, session).next().is_some());
    let holders = holders.filter_map(|(row, _)| scene.judged(row));
    alike::fold(scene, scene.by_computer(holders).iter().filter_map(|group| finding(scene, group)).collect())
}

/// The pipes to the spooler that a session holds and has not used for longer than the grace.
fn idle<'a>(scene: &Scene<'a>, session: &'a Session) -> impl Iterator<Item = &'a Open> {
    let idle = |last| scene.ledger.time_until(scene.end, last);
    let grace = scene.grace;
    scene::held_pipes(scene.ledger, session).filter(move |open| {
        let waits = open.waiting.values().any(|call| call.waits_by_design);
        scene::leads_to_spooler(open) && !waits && idle(open.used.last) > grace
    })
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let pipes: Vec<&Open> = group.iter().flat_map(|judged| idle(scene, judged.session)).collect();
    if pipes.len() < MANY {
        return None;
    }
    let first = group.first()?.session;
    let longest = pipes.iter().map(|pipe| pipe.used.last).min()?;
    let text = format!(
        "Client {}{} keeps {} to the spooler of server {} open in {}, unused for up to {}",
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        count(pipes.len(), "pipe"),
        scene.servers(group),
        count(group.len(), "session"),
        Span::between(longest.time, scene.end),
    );
    let mut frames: Vec<_> = pipes.iter().map(|pipe| pipe.opened.unwrap_or(pipe.used.first)).collect();
    frames.sort_unstable();
    RULE.finding(group, frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};

    fn pipes(clients: u16, idle: f64) -> usize {
        let mut made = Made::new();
        for client in 1..=clients {
            made.user_session(client);
        }
        found_by("idle_pipes", &made.ended_after(idle), 90.0).len()
    }

    #[test]
    fn it_fires_on_many_pipes_that_nobody_uses() {
        assert_eq!(pipes(5, 100.0), 1);
    }

    #[test]
    fn it_does_not_fire_on_few_or_on_pipes_just_used() {
        assert_eq!(pipes(4, 100.0), 0);
        assert_eq!(pipes(5, 80.0), 0);
    }
}
