//! Sessions whose call to open a printer has no answer: null sessions (KB 328459), and those of users.

use super::advice::Part;
use super::printing::Conditions;
use super::scene::{self, Judged, Scene};
use super::words::{Plain, Span, count};
use super::{Finding, Rule, Severity, alike};
use crate::auth::Who;
use crate::capture::Origin;
use crate::ledger::{Verdict, Waited};

pub(super) const ADVICE: &[Part] = &[
    Part::Spooler,
    Part::Say(
        "Until the spooler answers, each try of a client may leave one more session behind: RPC keeps a pipe for \
        every call that is active and lets go of it only when its context handle is closed.",
    ),
    Part::Restrict,
    Part::PrinterShares,
    Part::Free,
];

const RULE: Rule = Rule {
    name: "hung_open_printer",
    severity: Severity::Warning,
    source: "Microsoft KB 328459",
    refuted_by: "an answer to the call after the end of the capture, or one that the capture missed without a trace",
};

/// The same of a named user, whose sessions take a slot together.
const OF_A_USER: Rule = Rule { severity: Severity::Info, ..RULE };

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found = scene.alike_clients(
        |judged| applies(scene, judged),
        |scene, group, conditions| finding(scene, &RULE, group, conditions),
    );
    let users = scene.ledger.sessions().filter(|(_, it)| matches!(it.identity.who, Who::User | Who::Guest));
    let users = users.filter_map(|(row, _)| scene.judged(row)).filter(|judged| applies(scene, judged));
    let (ended, open): (Vec<Judged<'_>>, Vec<_>) = users.partition(|judged| judged.session.closed.is_some());
    let mut users = scene.by_computer(open.into_iter());
    users.extend(scene.by_computer(ended.into_iter()));
    let users = users.iter().filter_map(|group| finding(scene, &OF_A_USER, group, None)).collect();
    found.extend(alike::fold(scene, users));
    found
}

/// True if the session hangs, or hung, in a call that opens a printer.
pub(super) fn applies(scene: &Scene<'_>, judged: &Judged<'_>) -> bool {
    wait_of(scene, judged).is_some_and(|waited| waited.opens_printer)
}

/// The wait that makes a session one that hangs, or hung.
fn wait_of(scene: &Scene<'_>, judged: &Judged<'_>) -> Option<Waited> {
    match judged.verdict {
        Verdict::Hung => {
            let (_, call) = scene.hung_call(judged.session)?;
            Some(scene.ledger.has_waited(call))
        }
        Verdict::WasHung => scene.ledger.longest_wait_of(judged.session),
        _ => None,
    }
}

fn finding(
    scene: &Scene<'_>,
    rule: &Rule,
    group: &[Judged<'_>],
    conditions: Option<&Conditions>,
) -> Option<Finding> {
    let first = group.first()?.session;
    let waits: Vec<Waited> = group.iter().filter_map(|judged| wait_of(scene, judged)).collect();
    let longest = waits.iter().max_by_key(|waited| waited.lasted)?;
    let ended = first.closed.is_some();
    let starts = group.iter().map(|judged| scene::start(judged.session));
    let ends = group.iter().filter_map(|judged| Some(judged.session.closed?.at));
    let shown = conditions.into_iter().flat_map(|both| both.frames);
    let mut frames: Vec<Origin> =
        starts.chain(waits.iter().map(|wait| wait.sent)).chain(ends).chain(shown).collect();
    frames.sort_unstable();
    frames.dedup();
    let object = longest.object.as_deref().map(|name| format!(" of {}", Plain::name(name)));
    let has = scene::has(group.len());
    let is_null = first.identity.who == Who::Null;
    let text = format!(
        "{} of client {}{} to server {} {} {}{} (since frame {}) for an answer to {}{}{}. {}{}",
        if is_null { count(group.len(), "null session") } else { scene::sessions_of_users(group) },
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene.servers(group),
        if ended { "waited".to_owned() } else { format!("{has} waited") },
        if group.len() == 1 { "" } else { "up to " },
        Span::from(longest.lasted),
        longest.sent.frame,
        longest.name,
        object.unwrap_or_default(),
        if ended { format!(", and {has} ended") } else { String::new() },
        if is_null {
            scene.takes(group, ended)
        } else if !scene.has_slots(first.server_row) {
            "All sessions of one user count as one"
        } else {
            "All sessions of one user take one slot together"
        },
        conditions.map(|both| format!(". {}", both.text)).unwrap_or_default(),
    );
    rule.finding(group, frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};

    #[test]
    fn an_open_printer_without_an_answer_is_found() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 69);
        made.server_seen(1);
        let findings = found_by("hung_open_printer", &made.ended_after(100.0), 90.0);
        assert_eq!(findings.len(), 1);
        let text = &findings.first().unwrap().text;
        assert!(
            text.contains(r"has waited 1m40s (since frame 8) for an answer to RpcOpenPrinterEx of \\PRNSRV\lp1. It takes"),
            "{text}"
        );
    }

    #[test]
    fn it_tells_of_the_call_that_waits_and_not_of_a_longer_one_that_was_answered() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 0);
        made.wait(500.0);
        made.answer(1);
        made.call(1, 69);
        made.server_seen(1);
        let findings = found_by("hung_open_printer", &made.ended_after(100.0), 90.0);
        assert_eq!(findings.len(), 1);
        let text = &findings.first().unwrap().text;
        assert!(
            text.contains(r"has waited 1m40s (since frame 10) for an answer to RpcOpenPrinterEx"),
            "{text}"
        );
    }

    #[test]
    fn what_has_ended_is_told_as_past() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 69);
        made.server_seen(1);
        made.wait(100.0);
        made.disconnect(1);
        let findings = found_by("hung_open_printer", &made.ended_after(100.0), 90.0);
        assert_eq!(findings.len(), 1);
        let text = &findings.first().unwrap().text;
        assert!(
            text.contains(" waited 1m40s (since frame 8) for an answer to")
                && text.ends_with("has ended. It took its own slot"),
            "{text}"
        );
    }

    #[test]
    fn it_does_not_fire_on_an_answer_or_a_younger_call() {
        let mut answered = Made::new();
        answered.null_session(1);
        answered.call(1, 69);
        answered.answer(1);
        answered.close_all(1);
        assert_eq!(found_by("hung_open_printer", &answered.ended_after(100.0), 90.0).len(), 0);

        let mut young = Made::new();
        young.null_session(1);
        young.call(1, 69);
        young.server_seen(1);
        assert_eq!(found_by("hung_open_printer", &young.ended_after(89.0), 90.0).len(), 0);
    }

    #[test]
    fn a_call_whose_server_was_never_seen_again_is_a_leak_and_not_a_hang() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 69);
        assert_eq!(found_by("hung_open_printer", &made.ended_after(100.0), 90.0).len(), 0);
    }
}
