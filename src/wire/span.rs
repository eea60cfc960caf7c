//! Spans of time, for people.

use core::fmt;
use core::time::Duration;

use super::Timestamp;

/// A span of time in two steps of precision: `8.2s`, `42s`, `1m35s`, `59m`, `2h11m`, `3d04h`, `12d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(i64);

impl Span {
    /// From `earlier` to `later`; nothing if it is the other way round.
    #[must_use]
    pub const fn between(earlier: Timestamp, later: Timestamp) -> Self {
        let nanos = later.as_nanos().saturating_sub(earlier.as_nanos());
        Self(if nanos < 0 { 0 } else { nanos })
    }
}

impl From<Duration> for Span {
    fn from(lasted: Duration) -> Self {
        Self(i64::try_from(lasted.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0.div_euclid(100_000_000);
        let seconds = tenths.div_euclid(10);
        let (minutes, hours, days) =
            (seconds.div_euclid(60), seconds.div_euclid(3_600), seconds.div_euclid(86_400));
        let text = match (days, hours, minutes, seconds) {
            (0, 0, 0, 0..10) => format!("{seconds}.{}s", tenths.rem_euclid(10)),
            (0, 0, 0, _) => format!("{seconds}s"),
            (0, 0, 0..10, _) => format!("{minutes}m{:02}s", seconds.rem_euclid(60)),
            (0, 0, _, _) => format!("{minutes}m"),
            (0, _, _, _) => format!("{hours}h{:02}m", minutes.rem_euclid(60)),
            (0..10, _, _, _) => format!("{days}d{:02}h", hours.rem_euclid(24)),
            _ => format!("{days}d"),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short_and_precise_enough() {
        for (millis, text) in [
            (0, "0.0s"),
            (8_290, "8.2s"),
            (9_999, "9.9s"),
            (42_000, "42s"),
            (95_000, "1m35s"),
            (599_999, "9m59s"),
            (3_599_000, "59m"),
            (3_840_000, "1h04m"),
            (86_399_000, "23h59m"),
            (86_400_000 * 3 + 4 * 3_600_000, "3d04h"),
            (86_400_000 * 12, "12d"),
        ] {
            let (start, end) = (Timestamp::from_nanos(0), Timestamp::from_nanos(millis * 1_000_000));
            assert_eq!(Span::between(start, end).to_string(), text);
        }
        assert_eq!(
            Span::between(Timestamp::from_nanos(i64::MAX), Timestamp::from_nanos(i64::MIN)).to_string(),
            "0.0s"
        );
    }
}
