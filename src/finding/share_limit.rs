//! Clients that were turned away from a share whose own limit of users is reached (\[MS-CIFS\] 3.3.4.1, MaxUses).

use std::collections::BTreeMap;

use super::advice::Part;
use super::refused::{answers, clients};
use super::scene::Scene;
use super::words::{Plain, endpoints};
use super::{Finding, Severity, alike};
use crate::ledger::{Refusal, ServerRowId, Stage};

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "The server granted the session and refused the share: the limit is that of the share, not that of the \
        server. Null sessions to IPC$ do not count towards it.",
    ),
    Part::ShareLimit,
];

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let mut by_share: BTreeMap<(Option<ServerRowId>, Option<String>), Vec<&Refusal>> = BTreeMap::new();
    let of_share = |refusal: &&Refusal| refusal.what == Stage::Tree && !refusal.is_for_slots();
    for refusal in scene.ledger.refusals().iter().filter(of_share) {
        let path = refusal.path.as_deref().map(str::to_uppercase);
        by_share.entry((refusal.server_row, path)).or_default().push(refusal);
    }
    let found = by_share.into_values().filter_map(|refusals| {
        let share = refusals.first()?.path.as_deref().map(|path| Plain::name(path).to_string());
        Some((share.unwrap_or_else(|| "a share".to_owned()), finding(&refusals)?))
    });
    alike::fold_things(found.collect(), "other share")
}

fn finding(refusals: &[&Refusal]) -> Option<Finding> {
    let first = refusals.first()?;
    let same = refusals.iter().all(|refusal| refusal.client.host() == first.client.host());
    let share =
        first.path.as_deref().map_or_else(|| "a share".to_owned(), |path| Plain::name(path).to_string());
    let text = format!(
        "Server {} turned away {} from {share} with {} after a session setup that it granted: the share has a limit of \
         users of its own",
        endpoints(&refusals.iter().map(|refusal| refusal.server).collect()),
        clients(refusals),
        answers(refusals),
    );
    Some(Finding {
        rule: "share_limit",
        severity: Severity::Warning,
        server: first.server,
        client: same.then(|| first.client.host().to_string()),
        sessions: Vec::new(),
        frames: refusals.iter().map(|refusal| refusal.at).collect(),
        text,
        advice: String::new(),
        both_conditions: false,
        source: "MS-CIFS 3.3.4.1, net share",
        refuted_by: "other clients that connect to the share at the same time and are served",
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};
    use crate::session::{EventKind, SessionId, TreeEvent};
    use crate::wire::{NtStatus, Status};

    #[test]
    fn what_is_true_of_many_shares_is_told_once() {
        let refused = |shares: usize| {
            let mut made = Made::new();
            made.user_session(1);
            for share in 0..shares {
                let (session, path) = (SessionId::Uid(2048), Some(format!(r"\\PRNSRV\docs{share}")));
                let status = Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED);
                made.tell(1, EventKind::Tree(TreeEvent::Refused { session, path, status }));
            }
            found_by("share_limit", &made.ended_after(1.0), 90.0)
        };
        let findings = refused(7);
        assert_eq!((findings.len(), findings[0].frames.len()), (1, 7));
        assert_eq!(findings[0].client.as_deref(), Some("192.168.1.21"));
        let said = r"of 6 other shares of this server: \\PRNSRV\docs1, \\PRNSRV\docs2, \\PRNSRV\docs3, \\PRNSRV\docs4, \\PRNSRV\docs5 and 1 other";
        assert!(findings[0].text.ends_with(said), "{}", findings[0].text);
        assert_eq!(refused(4).len(), 4);
    }

    #[test]
    fn it_fires_where_a_share_is_refused_and_not_where_a_session_is() {
        let status = Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED);
        let mut made = Made::new();
        made.user_session(1);
        let (session, path) = (SessionId::Uid(2048), Some(r"\\PRNSRV\docs".to_owned()));
        made.tell(1, EventKind::Tree(TreeEvent::Refused { session, path, status }));
        let findings = found_by("share_limit", &made.ended_after(1.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].text.contains(r"from \\PRNSRV\docs with STATUS_REQUEST_NOT_ACCEPTED"),
            "{}",
            findings[0].text
        );

        let mut made = Made::new();
        made.user_session(1);
        made.refuse(2, status);
        assert_eq!(found_by("share_limit", &made.ended_after(1.0), 90.0).len(), 0);
    }
}
