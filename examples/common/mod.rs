//! What the programs share: how they take arguments, and how they show that they are at work.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use smbscope::capture::{CaptureError, Timeline};
use smbscope::wire::Timestamp;

/// Packets between two steps of the progress bar.
const STEP: u64 = 1 << 14;

/// A number of seconds.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=1e9).contains(&seconds) => Ok(seconds),
        _ => Err("expected a number of seconds, 0 or more".to_owned()),
    }
}

/// A moment as RFC 3339 writes it, with any offset.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let time: jiff::Timestamp = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    let nanos = i64::try_from(time.as_nanosecond()).map_err(|_| "beyond the year 2262".to_owned())?;
    Ok(Timestamp::from_nanos(nanos))
}

/// Captures that are read as one, and the names of those that cannot be.
pub(crate) struct Captures {
    pub(crate) timeline: Timeline,
    /// Files that could not be read, or not to their end.
    pub(crate) unread: Vec<String>,
    several: bool,
}

impl Captures {
    /// Opens the files that can be read, and says which cannot.
    pub(crate) fn open(files: &[PathBuf]) -> Result<Self, CaptureError> {
        let (timeline, errors) = Timeline::open_readable(files)?;
        let mut captures = Self { timeline, unread: Vec::new(), several: files.len() > 1 };
        errors.iter().for_each(|error| captures.warn(error));
        Ok(captures)
    }

    /// Goes on after an error in the middle of one of several captures.
    pub(crate) fn go_on(&mut self, error: CaptureError) -> Result<(), CaptureError> {
        if !self.several {
            return Err(error);
        }
        self.warn(&error);
        Ok(())
    }

    fn warn(&mut self, error: &CaptureError) {
        eprintln!("warning: {error}");
        self.unread.push(error.name().to_owned());
    }
}

/// How far the captures are read, on standard error if that is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    packets: u64,
}

impl Progress {
    pub(crate) fn of(timeline: &Timeline) -> Self {
        let total: Option<u64> = timeline.captures().map(|capture| capture.bytes_total).sum();
        let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}");
        let bar = match (total, style) {
            _ if !io::stderr().is_terminal() => ProgressBar::hidden(),
            (Some(total), Ok(style)) => ProgressBar::new(total).with_style(style),
            _ => ProgressBar::new_spinner(),
        };
        Self { bar, packets: 0 }
    }

    /// A packet was read.
    pub(crate) fn packet(&mut self, timeline: &Timeline) {
        self.packets += 1;
        if self.packets.is_multiple_of(STEP) {
            self.bar.set_position(timeline.captures().map(|capture| capture.bytes_read).sum());
        }
    }

    /// All is read: says what was wrong with the captures.
    pub(crate) fn finish(self, timeline: &Timeline) {
        self.bar.finish_and_clear();
        for capture in timeline.captures() {
            for warning in &capture.warnings {
                eprintln!("warning: {}: {warning}", capture.name);
            }
        }
    }
}
