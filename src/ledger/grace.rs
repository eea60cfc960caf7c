//! The grace: how long anything may last before it counts.

use core::time::Duration;

/// The time within which nothing counts, however short the grace is.
pub(crate) const LEAST: Duration = Duration::from_secs(1);

/// True if what lasted so long outlasted the grace, and a second.
pub(crate) fn is_beyond(lasted: Duration, grace: Duration) -> bool {
    lasted > grace && lasted > LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_outlasts_the_grace_counts_after_a_second() {
        let beyond = |lasted, grace| is_beyond(Duration::from_millis(lasted), Duration::from_millis(grace));
        assert!(beyond(90_100, 90_000) && beyond(1_100, 0));
        assert!(!beyond(90_000, 90_000) && !beyond(1_000, 0) && !beyond(500, 200));
    }
}
