//! What the programs that fill a ledger share: how they take arguments, and how they end.

mod captures;

use smbscope::ledger::Ledger;
use smbscope::session::Analyzer;
use smbscope::wire::Timestamp;

pub(crate) use captures::Captures;

/// The longest grace: 31 years.
const MOST_SECONDS: f64 = 1e9;

/// All packets are read: what is still to be told, and which files could not be read.
pub(crate) fn finish(captures: &Captures, analyzer: &mut Analyzer, ledger: &mut Ledger) {
    analyzer.finish(ledger);
    if let Some(end) = analyzer.end() {
        ledger.extend_to(end);
    }
    let damaged = captures.timeline.captures().filter(|capture| capture.has_unread_packets());
    for name in captures.unread.iter().chain(damaged.map(|capture| &capture.name)) {
        ledger.add_unread_file(name);
    }
}

/// How far the captures go.
pub(crate) fn captured_to(captures: &Captures) -> Option<Timestamp> {
    captures.timeline.captures().flat_map(|capture| [capture.last, capture.end]).max().flatten()
}

/// A number of slots.
pub(crate) fn slots(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number of slots, 1 or more".to_owned()),
        Ok(slots) => Ok(slots),
    }
}

/// A number of seconds.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=MOST_SECONDS).contains(&seconds) => Ok(seconds),
        _ => Err(format!("expected a number of seconds from 0 to {MOST_SECONDS}")),
    }
}

/// A moment as RFC 3339 writes it, with any offset.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    let nanos = i64::try_from(time.as_nanosecond()).map_err(|_| "beyond the year 2262".to_owned())?;
    Ok(Timestamp::from_nanos(nanos))
}
