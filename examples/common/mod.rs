//! What the programs that fill a ledger share: how they read captures, and how they take arguments.

mod captures;

use std::time::Duration;

use smbscope::wire::Timestamp;

pub(crate) use captures::Captures;

/// The longest grace: 31 years.
const MOST_SECONDS: f64 = 1e9;

/// A number of slots.
pub(crate) fn slots(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number of slots, 1 or more".to_owned()),
        Ok(slots) => Ok(slots),
    }
}

/// A number of seconds.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=MOST_SECONDS).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(format!("expected a number of seconds from 0 to {MOST_SECONDS}")),
    }
}

/// A moment as RFC 3339 writes it, with any offset.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    let nanos = i64::try_from(time.as_nanosecond()).map_err(|_| "beyond the year 2262".to_owned())?;
    Ok(Timestamp::from_nanos(nanos))
}
