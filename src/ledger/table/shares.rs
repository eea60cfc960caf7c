//! The shares that servers were seen to have.

use std::collections::{BTreeMap, BTreeSet};

use super::{Losses, ServerRowId};
use crate::capture::Origin;
use crate::session::ShareKind;

/// A share that a server was seen to have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Share {
    /// Its name, as it was first seen.
    pub name: String,
    /// What kind of share it is.
    pub kind: ShareKind,
    /// What the server says it is for.
    pub remark: Option<String>,
    /// What showed it: `tree_connect`, `srvsvc`, `rap`.
    pub seen_by: BTreeSet<&'static str>,
    /// Its first sign.
    pub first_seen: Origin,
}

/// The shares of all servers, by server, and by name without regard to case.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Shares {
    rows: BTreeMap<(ServerRowId, String), Share>,
}

impl Shares {
    /// The shares of a server, by name.
    pub(in crate::ledger) fn of(&self, server: ServerRowId) -> impl Iterator<Item = &Share> {
        let from = (server, String::new());
        self.rows.range(from..).take_while(move |((row, _), _)| *row == server).map(|(_, share)| share)
    }

    /// A share was seen; `by` says where.
    pub(in crate::ledger) fn see(
        &mut self,
        at: Origin,
        server: ServerRowId,
        (name, kind, remark): (&str, ShareKind, Option<String>),
        by: &'static str,
        (most, losses): (usize, &mut Losses),
    ) {
        let key = (server, name.to_uppercase());
        if self.rows.len() >= most && !self.rows.contains_key(&key) {
            return losses.evicted("shares");
        }
        let share = self.rows.entry(key).or_insert_with(|| Share {
            name: name.to_owned(),
            kind,
            remark: None,
            seen_by: BTreeSet::new(),
            first_seen: at,
        });
        share.seen_by.insert(by);
        share.remark = remark.or(share.remark.take());
        if share.kind == ShareKind::Unknown {
            share.kind = kind;
        }
    }
}
