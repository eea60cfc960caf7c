//! What was lost, counted.

use core::time::Duration;
use std::collections::BTreeMap;

/// The tables of open sessions and of refusals, as losses name them.
pub(in crate::ledger) const OPEN_SESSIONS: &str = "open sessions";
pub(in crate::ledger) const REFUSALS: &str = "refusals";

/// What was lost, counted.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Losses {
    /// Places where bytes are missing from the capture.
    pub gaps: u64,
    /// The bytes missing there.
    pub gap_bytes: u64,
    /// Of those places, the ones inside a message that ends nothing.
    pub harmless_gaps: u64,
    /// Messages that could not be read to their end.
    pub unreadable: u64,
    /// Bytes that stood where a message should begin and begin none.
    pub passed_over_bytes: u64,
    /// What was let go because a table was full, by table.
    pub evictions: BTreeMap<&'static str, u64>,
    /// Ended sessions that were aggregated because there were too many, by verdict.
    pub sessions_aggregated: BTreeMap<&'static str, u64>,
    /// The longest time for which a null session among them was stuck.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub aggregated_null_stuck: Duration,
    /// The longest time for which a session among them was stuck that may have been null.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub aggregated_possibly_null_stuck: Duration,
}

impl Losses {
    /// An ended session is counted by its verdict. It was a stuck null session with every grace up to the first of these
    /// for certain, and possibly up to the second.
    pub(in crate::ledger) fn aggregated(
        &mut self,
        verdict: &'static str,
        (certain, possible): (Duration, Duration),
    ) {
        let count = self.sessions_aggregated.entry(verdict).or_default();
        *count = count.saturating_add(1);
        self.aggregated_null_stuck = self.aggregated_null_stuck.max(certain);
        if possible > certain {
            self.aggregated_possibly_null_stuck = self.aggregated_possibly_null_stuck.max(possible);
        }
    }

    /// Bytes are missing from the capture.
    pub(in crate::ledger) fn gap(&mut self, bytes: u64, harmless: bool) {
        self.gaps = self.gaps.saturating_add(1);
        self.gap_bytes = self.gap_bytes.saturating_add(bytes);
        self.harmless_gaps = self.harmless_gaps.saturating_add(u64::from(harmless));
    }

    /// Something found no place in a table, or was let go to make room.
    pub(in crate::ledger) fn evicted(&mut self, table: &'static str) {
        let count = self.evictions.entry(table).or_default();
        *count = count.saturating_add(1);
    }
}
