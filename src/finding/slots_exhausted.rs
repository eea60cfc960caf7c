//! Clients that were turned away because the server's limit is reached (KB 328459, 122920, 314882).

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use super::advice::Part;
use super::refused::{answers, clients};
use super::scene::{self, Scene};
use super::words::{Digits, Plain, Span, count, endpoints, first_of, list};
use super::{Finding, Severity};
use crate::auth::Who;
use crate::ledger::{Open, Refusal, ServerRowId, Session, SessionRowId};
use crate::session::OpenKind;

/// Holders that are named; more are counted.
const HOLDERS: usize = 10;

pub(super) const ADVICE: &[Part] = &[
    Part::Free,
    Part::Look,
    Part::Limit,
    Part::Say(
        "All sessions of one computer under one user take one slot, but each null session takes one, and so does one \
        that was denied, while its connection lasts. If null sessions hold the slots, deal with them: a higher limit \
        only delays the problem.",
    ),
    Part::Idle,
    Part::Say(
        "Programs on the clients say \"Operating system error 71. No more connections can be made to this remote \
        computer at this time because there are already as many connections as the computer can accept.\" or \
        \"System error 71 has occurred. This remote computer has reached its connection limit, you cannot connect at \
        this time.\"",
    ),
];

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut by_server: BTreeMap<Option<ServerRowId>, Vec<&Refusal>> = BTreeMap::new();
    for refusal in scene.ledger.refusals().iter().filter(|refusal| refusal.is_for_slots()) {
        by_server.entry(refusal.server_row).or_default().push(refusal);
    }
    by_server.into_values().filter_map(|refusals| finding(scene, &refusals)).collect()
}

fn finding(scene: &Scene<'_>, refusals: &[&Refusal]) -> Option<Finding> {
    let first = refusals.first()?;
    let hosts: BTreeSet<_> = refusals.iter().map(|refusal| refusal.client.host()).collect();
    let held_by: BTreeSet<SessionRowId> =
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

/// Who held the slots at the first refusal: `. At that time its slots were held by 9 leaked null sessions (7 of WS21 and
/// 2 of WS22) and 1 session of bob (WS23); bob had \report.doc open`.
fn holders(scene: &Scene<'_>, first: &Refusal) -> String {
    let held = scene.ledger.holders(first, scene.grace);
    let sessions = first.held_by.iter().filter_map(|row| scene.ledger.session(*row));
    let sessions: Vec<&Session> = sessions.collect();
    let of = |wanted: fn(&Session) -> bool| sessions.iter().copied().filter(move |session| wanted(session));
    let null = of(|it| it.identity.who == Who::Null && it.denied.is_none());
    let denied = of(|it| it.denied.is_some());
    let named: Vec<&Session> =
        of(|it| matches!(it.identity.who, Who::Guest | Who::User) && it.denied.is_none()).collect();
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let stuck = match (held.hung, held.leaked) {
        (0, 0) => "",
        (hung, 0) if hung == held.null => "hung ",
        (0, leaked) if leaked == held.null => "leaked ",
        _ => "",
    };
    let mut told: Vec<String> = Vec::new();
    if held.null > 0 {
        let sessions = count(number(held.null), &format!("{stuck}null session"));
        let some = match (held.hung, held.leaked) {
            (0, 0) => None,
            (hung, 0) => Some(format!("{hung} hung")),
            (0, leaked) => Some(format!("{leaked} leaked")),
            (hung, leaked) => Some(format!("{hung} hung and {leaked} leaked")),
        };
        let some = some.filter(|_| stuck.is_empty()).map(|some| format!(" ({some})"));
        told.push(format!(
            "{sessions}{}{}",
            some.unwrap_or_default(),
            computers(scene, number(held.null), null)
        ));
    }
    if held.denied > 0 {
        told.push(
            count(number(held.denied), "denied null session")
                + &computers(scene, number(held.denied), denied),
        );
    }
    if held.named > 0 {
        let people = scene::people(scene.ledger, named.iter().copied());
        // Of many, some are listed or none.
        let whose = if people.is_empty() { "users".to_owned() } else { first_of(&people, HOLDERS) };
        told.push(format!("{} of {whose}", count(number(held.named), "session")));
    }
    if held.unknown > 0 {
        told.push(count(number(held.unknown), "session") + " of unknown identity");
    }
    if held.perhaps > 0 {
        let perhaps = count(number(held.perhaps), "session");
        told.push(format!("perhaps {perhaps} that the capture shows later"));
    }
    if told.is_empty() {
        return ". Who held its slots then was not captured".to_owned();
    }
    format!(". At that time its slots were held by {}{}", list(&told), doing(scene, first, &named))
}

/// ` of WS21`, ` (7 of WS21 and 2 of WS22)`: the computers of sessions; nothing where fewer are listed than there are.
fn computers<'a>(scene: &Scene<'_>, whole: usize, sessions: impl Iterator<Item = &'a Session>) -> String {
    let sessions: Vec<&Session> = sessions.collect();
    if sessions.len() < whole {
        return String::new();
    }
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for session in sessions {
        let number = numbers.entry(scene::computer(scene.ledger, session)).or_default();
        *number = number.saturating_add(1);
    }
    let mut numbers: Vec<(String, usize)> = numbers.into_iter().collect();
    numbers.sort_by_key(|(_, number)| core::cmp::Reverse(*number));
    match numbers.as_slice() {
        [] => String::new(),
        [(one, _)] => format!(" of {one}"),
        _ => {
            let told: Vec<String> =
                numbers.iter().map(|(name, number)| format!("{} of {name}", Digits(*number))).collect();
            format!(" ({})", first_of(&told, HOLDERS))
        }
    }
}

/// What users and guests did with their sessions when somebody was refused: `; bob had \report.doc open`, or that they
/// did not use them.
fn doing(scene: &Scene<'_>, refusal: &Refusal, named: &[&Session]) -> String {
    let had = |session: &&Session| {
        let lasts = |open: &&Open| {
            let document = matches!(open.what, OpenKind::File | OpenKind::Printer) && !open.holds();
            document && open.used.first <= refusal.at && open.closed.is_none_or(|end| refusal.at < end.at)
        };
        let document = scene.ledger.opens_of(session).find(lasts)?.name.as_deref()?;
        let account = session.identity.account.as_deref().filter(|account| !account.is_empty())?;
        Some(format!("{} had {} open", Plain::name(account), Plain::name(document)))
    };
    let documents: Vec<String> = named.iter().filter_map(had).collect();
    if !documents.is_empty() {
        return format!("; {}", first_of(&documents, HOLDERS));
    }
    let unused = |session: &&Session| {
        let last = scene.ledger.last_use(session);
        let idle = scene.ledger.time_between(last, refusal.at);
        (last < refusal.at && idle > scene.grace).then_some(idle)
    };
    let unused: Vec<Duration> = named.iter().filter_map(unused).collect();
    let longest = unused.iter().copied().max().unwrap_or_default();
    let longest = Span::from(longest);
    match unused.len() {
        0 => String::new(),
        1 if named.len() == 1 => format!(", unused for {longest}"),
        number if number == named.len() => format!(", unused for up to {longest}"),
        number => format!("; {} of these had been unused for up to {longest}", Digits(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};
    use crate::wire::{DosError, NtStatus, Status};

    #[test]
    fn a_refusal_names_who_held_the_slots() {
        let mut made = Made::new();
        made.null_session(1);
        made.handle(1);
        made.refuse(2, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        let findings = found_by("slots_exhausted", &made.ended_after(91.0), 90.0);
        assert_eq!(findings.len(), 1);
        let finding = findings.first().unwrap();
        assert_eq!(finding.sessions.len(), 1);
        assert!(
            finding
                .text
                .contains("turned away WS-21 (192.168.1.21) with STATUS_REQUEST_NOT_ACCEPTED (error 71)"),
            "{}",
            finding.text
        );
        assert!(finding.text.contains("held by 1 leaked null session of WS-21"), "{}", finding.text);
    }

    #[test]
    fn the_dos_form_and_the_netbios_form_count() {
        let mut dos = Made::new();
        dos.refuse(1, Status::Dos(DosError { class: 2, code: 0x59 }));
        assert_eq!(found_by("slots_exhausted", &dos.ended_after(1.0), 90.0).len(), 1);

        let mut full = Made::new();
        full.refuse_netbios(1, 0x8f);
        assert_eq!(found_by("slots_exhausted", &full.ended_after(1.0), 90.0).len(), 1);
    }

    #[test]
    fn a_denial_is_no_refusal() {
        let mut made = Made::new();
        made.deny(1);
        assert_eq!(found_by("slots_exhausted", &made.ended_after(1.0), 90.0).len(), 0);
    }
}
