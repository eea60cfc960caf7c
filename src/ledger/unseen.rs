//! Traffic that was not read, counted by kind, and whether null sessions may be in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Ledger;
use crate::session::{MayHold, Unseen, UnseenKind};
use crate::wire::Timestamp;

/// Traffic of one kind that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct UnseenTotal {
    /// Why it was not read.
    pub what: UnseenKind,
    /// What it is called.
    pub name: Cow<'static, str>,
    /// How many packets.
    pub packets: u64,
    /// How many connections.
    pub connections: u64,
    /// True if null sessions may be in it that are stuck: then nothing can be said to be well.
    pub could_hold_null_sessions: bool,
}

impl Ledger {
    /// What was not read, by kind and name, what may hold null sessions first. `grace` is in seconds, as for
    /// [`judge`](Self::judge).
    #[must_use]
    pub fn unseen(&self, grace: f64) -> Vec<UnseenTotal> {
        let end = self.end.unwrap_or_default();
        let mut totals: BTreeMap<(bool, UnseenKind, &str), UnseenTotal> = BTreeMap::new();
        for unseen in &self.unseen {
            let could = could_hold(unseen, end, grace);
            let total = totals.entry((!could, unseen.what, &unseen.name)).or_insert_with(|| UnseenTotal {
                what: unseen.what,
                name: unseen.name.clone(),
                packets: 0,
                connections: 0,
                could_hold_null_sessions: could,
            });
            total.packets = total.packets.saturating_add(unseen.packets);
            total.connections = total.connections.saturating_add(unseen.connections);
        }
        totals.into_values().collect()
    }

    pub(super) fn fold_unseen(&mut self, unseen: Unseen) {
        if self.unseen.len() < self.limits.unseen {
            return self.unseen.push(unseen);
        }
        // Beyond the cap those of one kind are one, as bad as the worst of them.
        let same = |known: &&mut Unseen| known.what == unseen.what && known.may_hold >= unseen.may_hold;
        match self.unseen.iter_mut().rev().find(same) {
            Some(known) => {
                known.packets = known.packets.saturating_add(unseen.packets);
                known.connections = known.connections.saturating_add(unseen.connections);
                (known.first, known.last) = (known.first.min(unseen.first), known.last.max(unseen.last));
                known.start_seen &= unseen.start_seen;
                known.ended &= unseen.ended;
            }
            None => self.unseen.push(unseen),
        }
    }
}

/// True if a null session that is stuck may be in it.
fn could_hold(unseen: &Unseen, end: Timestamp, grace: f64) -> bool {
    match unseen.may_hold {
        MayHold::Never => false,
        MayHold::Always => true,
        MayHold::IfLasting => {
            let until = if unseen.ended { unseen.last.time } else { end };
            !unseen.start_seen || until.seconds_since(unseen.first.time) > grace
        }
    }
}
