//! The sessions that were there when a server turned somebody away.

use super::slots::Claim;
use super::table::SessionRowId;
use crate::capture::Origin;

/// The sessions that were open at a refusal, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Present {
    /// Null sessions that the server granted.
    pub null: u64,
    /// Null sessions that it denied, and whose connection lasted.
    pub denied: u64,
    /// Sessions of guests and users.
    pub named: u64,
    /// Sessions of which nobody knows whose they are.
    pub unknown: u64,
    /// Sessions first seen later, whose set-up was not captured: they may have been there.
    pub perhaps: u64,
    /// Of the null sessions, those that have no row any more.
    pub(super) departed: u64,
}

/// A session from one packet to another, as who it was then.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stay {
    pub(super) row: SessionRowId,
    pub(super) kind: Kind,
    pub(super) claim: Claim,
    pub(super) from: Origin,
    /// Nothing if it lasts.
    pub(super) to: Option<Origin>,
    /// Its row is gone.
    pub(super) departed: bool,
}

/// What is counted in [`Present`], in the order in which holders are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Null,
    Denied,
    Unknown,
    Named,
    Perhaps,
}

impl Present {
    fn place(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Null => &mut self.null,
            Kind::Denied => &mut self.denied,
            Kind::Unknown => &mut self.unknown,
            Kind::Named => &mut self.named,
            Kind::Perhaps => &mut self.perhaps,
        }
    }

    pub(super) fn count(&mut self, stay: &Stay, change: fn(u64, u64) -> u64) {
        let place = self.place(stay.kind);
        *place = change(*place, 1);
        if stay.departed && stay.kind == Kind::Null {
            self.departed = change(self.departed, 1);
        }
    }

    /// How many they are, those that only may have been there as well.
    #[must_use]
    pub const fn most(&self) -> u64 {
        let known = self.null.saturating_add(self.denied).saturating_add(self.named);
        known.saturating_add(self.unknown).saturating_add(self.perhaps)
    }
}
