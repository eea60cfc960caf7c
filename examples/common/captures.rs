//! Captures as one timeline, and how far they are read.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use smbscope::capture::{CaptureError, Info, Packet, Timeline};
use smbscope::scan::Source;

use crate::streams::say;

/// Packets between two steps of the progress bar.
const STEP: u64 = 1 << 14;

/// Captures that are read as one. It shows how far they are read, and says what is wrong with them; a file that cannot be
/// read is a warning among several.
pub(crate) struct Captures {
    timeline: Timeline,
    progress: Progress,
    /// Files that could not be read, or not to their end.
    errors: Vec<CaptureError>,
    several: bool,
}

impl Captures {
    /// Opens the files that can be read, and says which cannot.
    pub(crate) fn open(files: &[PathBuf]) -> Result<Self, CaptureError> {
        let (timeline, errors) = Timeline::open_readable(files)?;
        errors.iter().for_each(warn);
        let progress = Progress::of(&timeline);
        Ok(Self { timeline, progress, errors, several: files.len() > 1 })
    }
}

impl Source for Captures {
    fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        self.progress.packet(&self.timeline);
        self.timeline.next()
    }

    fn failed(&mut self, error: CaptureError) -> Result<(), CaptureError> {
        if !self.several {
            return Err(error);
        }
        warn(&error);
        self.errors.push(error);
        Ok(())
    }

    fn finish(self) -> (Vec<Info>, Vec<CaptureError>) {
        self.progress.finish(&self.timeline);
        (self.timeline.captures().cloned().collect(), self.errors)
    }
}

fn warn(error: &CaptureError) {
    say(&format!("warning: {error}"));
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

    /// A packet is to be read.
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
