//! Calls with a handle that the server does not know any more (KB 225094).

use std::collections::BTreeMap;

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::Plain;
use super::{Finding, Rule, Severity, alike};
use crate::capture::Origin;
use crate::ledger::{Handle, ServerRowId};
use crate::net::Host;

pub(super) const ADVICE: &[Part] = &[Part::Say(
    "The client used a handle after the server had let it go: its spooler was restarted, the connection had been \
        cut, or a program on the client closes a handle in one place and uses it in another. The client must open \
        the printer again; programs that do not, fail until they are restarted. Seen once after a restart of the \
        spooler it is harmless; if it comes back, look for the program at the client.",
)];

const RULE: Rule = Rule {
    name: "stale_handle",
    severity: Severity::Info,
    source: "Microsoft KB 225094, C706 appendix E (nca_s_fault_context_mismatch)",
    refuted_by: "a fault of the same number that is not about the handle",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(Option<ServerRowId>, Host), Stale<'_>> = BTreeMap::new();
    for (row, session) in scene.ledger.sessions() {
        for handle in scene.ledger.opens_of(session).flat_map(|open| scene.ledger.handles(open)) {
            let Some(at) = handle.stale else { continue };
            let Some(judged) = scene.judged(row) else { continue };
            let stale = found.entry((session.server_row, session.client.host())).or_default();
            stale.handles.push(handle);
            stale.object = stale.object.or(handle.object.as_deref());
            stale.frames.push(at);
            if stale.sessions.last().is_none_or(|last| last.row != row) {
                stale.sessions.push(judged);
            }
        }
    }
    alike::fold(scene, found.into_values().filter_map(|stale| finding(scene, stale)).collect())
}

/// The stale handles of a client.
#[derive(Default)]
struct Stale<'a> {
    handles: Vec<&'a Handle>,
    object: Option<&'a str>,
    frames: Vec<Origin>,
    sessions: Vec<Judged<'a>>,
}

fn finding(scene: &Scene<'_>, stale: Stale<'_>) -> Option<Finding> {
    let first = stale.sessions.first()?.session;
    let object = stale.object.map(|object| format!(" ({})", Plain::name(object)));
    let text = format!(
        "Client {}{} used {} that server {} did not know any more{}: it answered with a fault",
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene::holdings(&[], &stale.handles),
        scene.servers(&stale.sessions),
        object.unwrap_or_default(),
    );
    RULE.finding(&stale.sessions, stale.frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by, handle_of};
    use crate::session::{EventKind, HandleEvent, OpenId};

    #[test]
    fn it_fires_on_a_fault_for_the_handle() {
        let mut made = Made::new();
        made.user_session(1);
        made.handle(1);
        made.use_handle(1);
        let stale = HandleEvent::Stale { open: OpenId::Fid(0x4001), handle: handle_of(1) };
        let at = made.tell(1, EventKind::Handle(stale));
        let findings = found_by("stale_handle", &made.ended_after(1.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].frames, [at]);
    }

    #[test]
    fn it_does_not_fire_on_a_handle_that_is_closed_well() {
        let mut made = Made::new();
        made.user_session(1);
        made.handle(1);
        made.use_handle(1);
        made.close_handle(1);
        assert_eq!(found_by("stale_handle", &made.ended_after(1.0), 90.0).len(), 0);
    }
}
