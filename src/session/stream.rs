//! Events as a stream of JSON lines: written on one machine, folded on another.
//!
//! The first line says which version of the events follows; each further line is one event.
//!
//! ```
//! use smbscope::session::stream::{Reader, Writer};
//! use smbscope::session::Sink as _;
//! use smbscope::{Ledger, Scan};
//!
//! let mut writer = Writer::new(Vec::new())?;
//! Scan::files(["testdata/two_pipes.pcap"]).each(&mut writer)?;
//! let lines = writer.finish()?;
//!
//! let mut ledger = Ledger::default();
//! for event in Reader::new(lines.as_slice())? {
//!     ledger.event(event?);
//! }
//! assert!(ledger.sessions().count() > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::ops::ControlFlow;
use std::io::{self, BufRead, Lines, Write};

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::sink::Sink;
use crate::capture::Origin;

/// The version of the events that this crate writes and reads.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    smbscope_events: u32,
}

/// Writes events. It is a sink, which breaks off a scan when it cannot write.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    written: io::Result<()>,
}

impl<W: Write> Writer<W> {
    /// Begins a stream.
    ///
    /// # Errors
    /// The first line cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        line(&mut out, &Header { smbscope_events: VERSION })?;
        Ok(Self { out, written: Ok(()) })
    }

    /// Ends the stream and gives the writer back.
    ///
    /// # Errors
    /// An event, or the end, could not be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.written?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Sink for Writer<W> {
    fn event(&mut self, event: Event) {
        if self.written.is_ok() {
            self.written = line(&mut self.out, &event);
        }
    }

    fn packet(&mut self, _: Origin) -> ControlFlow<()> {
        if self.written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Why a stream cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The operating system cannot read on.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The first line is missing, or is that of something else.
    #[error("no stream of events: it does not begin with {{\"smbscope_events\": {read}}}", read = VERSION)]
    NoHeader,
    /// The events are of a version that this crate does not read.
    #[error("events of version {version}; version {read} is read", read = VERSION)]
    Version {
        /// The version.
        version: u32,
    },
    /// A line is no event.
    #[error("line {line}: {source}")]
    Line {
        /// Which one, counted from 1.
        line: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Reads events.
#[derive(Debug)]
pub struct Reader<R> {
    lines: Lines<R>,
    line: u64,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// It is missing, or is that of something else or of another version.
    pub fn new(input: R) -> Result<Self, StreamError> {
        let mut lines = input.lines();
        let first = lines.next().ok_or(StreamError::NoHeader)??;
        let header: Header = serde_json::from_str(&first).map_err(|_| StreamError::NoHeader)?;
        match header.smbscope_events {
            VERSION => Ok(Self { lines, line: 1 }),
            version => Err(StreamError::Version { version }),
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Event, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        self.line = self.line.saturating_add(1);
        let number = self.line;
        let read = |line: String| {
            serde_json::from_str(&line).map_err(|source| StreamError::Line { line: number, source })
        };
        Some(line.map_err(StreamError::Io).and_then(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_stream_of_this_version_is_refused() {
        let refused = |text: &str| Reader::new(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(refused("{\"smbscope_events\": 2}\n"), "events of version 2; version 1 is read");
        for text in ["", "\n", "{}", "# events"] {
            assert!(refused(text).starts_with("no stream of events"), "{text}");
        }
        let mut reader = Reader::new(&b"{\"smbscope_events\": 1}\n{\"about\": \"nothing\"}\n"[..]).unwrap();
        let error = reader.next().unwrap().unwrap_err().to_string();
        assert!(error.starts_with("line 2: "), "{error}");
        assert!(reader.next().is_none());
    }
}
