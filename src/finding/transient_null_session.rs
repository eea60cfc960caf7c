//! Null sessions that looked for computers, shares or print queues and went away: as it should be (KB 328459).

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::{Span, count, list};
use super::{Finding, Rule, Severity, alike};
use crate::interface::{ProcedureId, SRVSVC};
use crate::ledger::{Ledger, Session, Verdict};
use crate::wire::Timestamp;

pub(super) const ADVICE: &[Part] = &[Part::Say(
    "This is normal, and there is nothing to do: computers ask each other without credentials for their lists of \
        computers, shares and print queues, and such sessions go away within 30 to 90 seconds. They count while they \
        last.",
)];

const RULE: Rule = Rule {
    name: "transient_null_session",
    severity: Severity::Info,
    source: "Microsoft KB 328459",
    refuted_by: "sessions of the same client that stay",
};

/// Calls of the remote administration protocol that look for something: number, and what for (\[MS-RAP\] 2.5).
const RAP_LOOKUPS: &[(u16, &str)] = &[
    (0, "shares (NetShareEnum)"),
    (69, "print queues (DosPrintQEnum)"),
    (104, "computers (NetServerEnum2)"),
    (215, "computers (NetServerEnum3)"),
];

/// Calls on srvsvc that do the same (\[MS-SRVS\] 3.1.4).
const SRVSVC_LOOKUPS: &[(u16, &str)] = &[
    (15, "shares (NetrShareEnum)"),
    (36, "shares (NetrShareEnumSticky)"),
    (21, "the server (NetrServerGetInfo)"),
];

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let groups = scene.groups(|judged| is_transient(scene, judged));
    alike::fold(scene, groups.iter().filter_map(|group| finding(scene, group)).collect())
}

fn is_transient(scene: &Scene<'_>, judged: &Judged<'_>) -> bool {
    let lasted = judged.session.closed.map(|closing| closing.at.time.since(began(judged.session)));
    judged.verdict == Verdict::Closed
        && lasted.is_some_and(|lasted| lasted <= scene.grace)
        && !lookups(scene.ledger, judged.session).is_empty()
}

fn began(session: &Session) -> Timestamp {
    scene::start(session).time
}

/// What a session looked for.
fn lookups(ledger: &Ledger, session: &Session) -> Vec<&'static str> {
    let rap = RAP_LOOKUPS.iter().filter(|(number, _)| session.rap_calls.contains_key(number));
    let srvsvc = SRVSVC_LOOKUPS.iter().filter(|(opnum, _)| {
        ledger.opens_of(session).any(|open| open.calls.contains_key(&ProcedureId::new(&SRVSVC, *opnum)))
    });
    rap.chain(srvsvc).map(|(_, what)| *what).collect()
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let first = group.first()?.session;
    let ends = || group.iter().filter_map(|judged| Some((began(judged.session), judged.session.closed?)));
    let longest =
        ends().max_by_key(|(began, closing)| closing.at.time.as_nanos().saturating_sub(began.as_nanos()));
    let (began, closing) = longest?;
    let mut wanted: Vec<&str> =
        group.iter().flat_map(|judged| lookups(scene.ledger, judged.session)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
    let text = format!(
        "{} of client {}{} to server {} looked for {} and went away after {}{}: that is normal",
        count(group.len(), "null session"),
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene.servers(group),
        list(&wanted),
        if group.len() == 1 { "" } else { "at most " },
        Span::between(began, closing.at.time),
    );
    let mut frames: Vec<_> = group.iter().map(|judged| scene::start(judged.session)).collect();
    frames.extend(ends().map(|(_, closing)| closing.at));
    frames.sort_unstable();
    RULE.finding(group, frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};
    use crate::session::{EventKind, Notice, SessionId};

    fn looking(opcode: u16, for_seconds: f64) -> usize {
        let mut made = Made::new();
        made.null_session_alone(1);
        made.tell(1, EventKind::Notice(Notice::Rap { session: SessionId::Uid(100), opcode }));
        made.wait(for_seconds);
        made.disconnect(1);
        found_by("transient_null_session", &made.ended_after(1.0), 90.0).len()
    }

    #[test]
    fn it_fires_on_a_short_look_at_shares_and_computers() {
        for opcode in [0, 104, 215] {
            assert_eq!(looking(opcode, 40.0), 1);
        }
    }

    #[test]
    fn it_does_not_fire_on_other_calls_or_on_sessions_that_stay() {
        assert_eq!(looking(13, 40.0), 0);
        assert_eq!(looking(104, 100.0), 0);
    }
}
