//! Clients that were turned away because the server's limit is reached (KB 328459, 122920, 314882).

use std::collections::{BTreeMap, BTreeSet};

use super::advice::Part;
use super::refused::{answers, clients};
use super::scene::Scene;
use super::words::endpoints;
use super::{Finding, Severity};
use crate::ledger::{Refusal, ServerRow, SessionRow};

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "Programs on the clients say \"Operating system error 71. No more connections can be made to this remote \
        computer at this time because there are already as many connections as the computer can accept.\" or \
        \"System error 71 has occurred. This remote computer has reached its connection limit, you cannot connect at \
        this time.\"",
    ),
    Part::Limit,
    Part::Say(
        "All sessions of one computer under one user take one slot, but each null session takes one, and so does one \
        that was denied, while its connection lasts. Where null sessions hold the slots, the cure is theirs, not a \
        higher limit.",
    ),
    Part::Look,
    Part::Idle,
    Part::Free,
];

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut by_server: BTreeMap<Option<ServerRow>, Vec<&Refusal>> = BTreeMap::new();
    for refusal in scene.ledger.refusals().iter().filter(|refusal| refusal.is_for_slots()) {
        by_server.entry(refusal.server_row).or_default().push(refusal);
    }
    by_server.into_values().filter_map(|refusals| finding(scene, &refusals)).collect()
}

fn finding(scene: &Scene<'_>, refusals: &[&Refusal]) -> Option<Finding> {
    let first = refusals.first()?;
    let hosts: BTreeSet<_> = refusals.iter().map(|refusal| refusal.client.host()).collect();
    let held_by: BTreeSet<SessionRow> =
        refusals.iter().flat_map(|refusal| &refusal.held_by).copied().collect();
    let client = match refusals {
        [one] => Some(one.client.to_string()),
        _ if hosts.len() == 1 => hosts.first().map(ToString::to_string),
        _ => None,
    };
    let text = format!(
        "Server {} turned away {} with {}{}",
        endpoints(&refusals.iter().map(|refusal| refusal.server).collect()),
        clients(refusals),
        answers(refusals),
        holders(scene, first),
    );
    Some(Finding {
        rule: "slots_exhausted",
        severity: Severity::Critical,
        server: first.server,
        client,
        sessions: held_by.into_iter().collect(),
        frames: refusals.iter().map(|refusal| refusal.at).collect(),
        text,
        advice: String::new(),
        both_conditions: false,
        source: "Microsoft KB 328459, KB 122920, KB 314882",
        refuted_by: "a limit of another kind: a user limit set on the share, or licences of a server edition",
    })
}

/// Who held the slots at the first refusal: `. At that time its slots were held by 3 null sessions (2 leaked)`.
fn holders(scene: &Scene<'_>, first: &Refusal) -> String {
    let held = scene.ledger.holders(first, scene.grace).to_string();
    if held.is_empty() {
        ". Who held its slots then was not captured".to_owned()
    } else {
        format!(". At that time its slots were held by {held}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, rules};
    use crate::wire::{DosError, NtStatus, Status};

    #[test]
    fn a_refusal_names_who_held_the_slots() {
        let mut made = Made::new();
        made.null_session(1);
        made.handle(1);
        made.refuse(2, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        let findings = super::super::all(&made.ended_after(91.0), 90.0);
        assert_eq!(rules(&findings), ["slots_exhausted", "null_session_leak"]);
        let finding = findings.first().unwrap();
        assert_eq!(finding.sessions.len(), 1);
        assert!(
            finding
                .text
                .contains("turned away WS-21 (192.168.1.21) with STATUS_REQUEST_NOT_ACCEPTED (error 71)"),
            "{}",
            finding.text
        );
        assert!(finding.text.contains("held by 1 null session (1 leaked)"), "{}", finding.text);
    }

    #[test]
    fn the_dos_form_and_the_netbios_form_count() {
        let mut dos = Made::new();
        dos.refuse(1, Status::Dos(DosError { class: 2, code: 0x59 }));
        assert_eq!(rules(&super::super::all(&dos.ended_after(1.0), 90.0)), ["slots_exhausted"]);

        let mut full = Made::new();
        full.refuse_netbios(1, 0x8f);
        assert_eq!(rules(&super::super::all(&full.ended_after(1.0), 90.0)), ["slots_exhausted"]);
    }

    #[test]
    fn a_denial_is_no_refusal() {
        let mut made = Made::new();
        made.deny(1);
        assert_eq!(rules(&super::super::all(&made.ended_after(1.0), 90.0)), ["restricted_anonymous"]);
    }
}
