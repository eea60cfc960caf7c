//! How much is done: the rows that are looked up.

use std::cell::Cell;

thread_local! {
    static LOOKUPS: Cell<u64> = const { Cell::new(0) };
}

/// A row was looked up.
pub(super) fn done() {
    LOOKUPS.set(LOOKUPS.get() + 1);
}

/// The rows looked up in this thread until now.
pub(in crate::ledger) fn lookups() -> u64 {
    LOOKUPS.get()
}
