//! The grace: how long anything may last before it counts.

/// Seconds within which nothing counts, however short the grace is.
pub(crate) const LEAST: f64 = 1.0;

/// True if what lasted so many seconds outlasted the grace, and a second.
pub(crate) fn is_beyond(seconds: f64, grace: f64) -> bool {
    seconds > grace && seconds > LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_outlasts_the_grace_counts_after_a_second() {
        assert!(is_beyond(90.1, 90.0) && is_beyond(1.1, 0.0));
        assert!(!is_beyond(90.0, 90.0) && !is_beyond(1.0, 0.0) && !is_beyond(0.5, 0.2));
    }
}
