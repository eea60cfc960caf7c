//! Captures as one timeline, and how far they are read.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use smbscope::capture::{CaptureError, Packet, Timeline};

use crate::streams::say;

/// Packets between two steps of the progress bar.
const STEP: u64 = 1 << 14;

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

    /// Gives each packet to `take`, shows how far the captures are read, and says what is wrong with them. A file that
    /// ends in an error is a warning among several.
    pub(crate) fn each(
        &mut self,
        mut take: impl FnMut(&Packet<'_>) -> io::Result<()>,
    ) -> Result<(), Box<dyn Error>> {
        let mut progress = Progress::of(&self.timeline);
        loop {
            match self.timeline.next() {
                Ok(Some(packet)) => take(&packet)?,
                Ok(None) => break,
                Err(error) if self.several => self.warn(&error),
                Err(error) => return Err(error.into()),
            }
            progress.packet(&self.timeline);
        }
        progress.finish(&self.timeline);
        Ok(())
    }

    fn warn(&mut self, error: &CaptureError) {
        say(&format!("warning: {error}"));
        self.unread.push(error.name().to_owned());
    }
}

/// How far the captures are read, on standard error if that is a terminal.
struct Progress {
    bar: ProgressBar,
    packets: u64,
}

impl Progress {
    fn of(timeline: &Timeline) -> Self {
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
    fn packet(&mut self, timeline: &Timeline) {
        self.packets += 1;
        if self.packets.is_multiple_of(STEP) {
            self.bar.set_position(timeline.captures().map(|capture| capture.bytes_read).sum());
        }
    }

    /// All is read: says what was wrong with the captures.
    fn finish(self, timeline: &Timeline) {
        self.bar.finish_and_clear();
        for capture in timeline.captures() {
            for warning in &capture.warnings {
                say(&format!("warning: {}: {warning}", capture.name));
            }
        }
    }
}
