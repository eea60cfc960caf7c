//! `Capture`: the packets of one capture file, lent one at a time.

use core::fmt;
use core::ops::Range;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::{CaptureError, Trouble, Warning};
use super::format::{Format, Record, Step};
use super::info::Info;
use super::pcap::{self, Pcap};
use super::pcapng::{self, PcapNg};
use super::sniff::{self, Begins, Kind};
use super::source::{Input, Reader, Source};
use super::{LinkType, Origin, Packet};
use crate::wire::Timestamp;

/// The size of the buffer that packets are lent from, in bytes. It grows for larger packets.
const BUFFER: usize = 256 << 10;

/// The packets of one capture, in the order of the file.
///
/// Reads pcap of both byte orders with microseconds or nanoseconds, and pcapng; either may be compressed with gzip
/// (feature `gzip`). A capture that is cut short or corrupt gives the packets before that place; what was wrong is
/// told by [`Info::warnings`].
pub struct Capture {
    source: Source,
    format: Format,
    info: Info,
    number: u32,
    /// The capture time of the packet before.
    time: Timestamp,
    ended: bool,
}

impl Capture {
    /// Opens a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no capture.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CaptureError> {
        Self::open_with(path.as_ref(), BUFFER)
    }

    /// Reads a capture from any reader. `name` is what errors and [`Info::name`] call it; by custom `-` is standard
    /// input.
    ///
    /// # Errors
    /// The reader cannot be read, or gives no capture.
    pub fn from_reader(reader: impl Read + Send + 'static, name: &str) -> Result<Self, CaptureError> {
        Self::new(Box::new(reader), name, BUFFER)
    }

    /// The next packet, or `None` at the end of the capture, be it whole or not.
    ///
    /// # Errors
    /// The operating system cannot read on. After that the capture is at its end.
    #[expect(clippy::should_implement_trait, reason = "an Iterator cannot lend from itself")]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        let head = self.advance()?;
        Ok(head.map(|head| self.lend(&head)))
    }

    /// The capture with a number of its own, which is 0 unless this or a [`Timeline`](super::Timeline) gives one. Its
    /// packets have it as [`Origin::capture`]. Captures that are read apart, each by an analyzer of its own, need
    /// different numbers if their events go to one ledger: a frame is named by its capture's number and its own.
    #[must_use]
    pub fn numbered(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    /// What is known of the capture as far as it has been read.
    #[must_use]
    pub fn info(&self) -> &Info {
        &self.info
    }

    pub(super) fn open_with(path: &Path, buffer: usize) -> Result<Self, CaptureError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| CaptureError::io(&name, error))?;
        let metadata = file.metadata().map_err(|error| CaptureError::io(&name, error))?;
        if metadata.is_dir() {
            return Err(CaptureError::Directory { name });
        }
        let mut capture = Self::new(Box::new(file), &name, buffer)?;
        capture.info.bytes_total = metadata.is_file().then_some(metadata.len());
        Ok(capture)
    }

    pub(super) fn new(reader: Reader, name: &str, buffer: usize) -> Result<Self, CaptureError> {
        let mut source = Source::new(decompress(reader, name)?, buffer);
        let format = format(&mut source, name)?;
        let bytes_read = source.bytes_read();
        let info = Info { name: name.to_owned(), bytes_read, ..Info::default() };
        Ok(Self { source, format, info, number: 0, time: Timestamp::default(), ended: false })
    }

    /// Reads up to the next packet and past it. What it gives can be lent until this is called again.
    #[inline]
    pub(super) fn advance(&mut self) -> Result<Option<Head>, CaptureError> {
        if self.ended {
            return Ok(None);
        }
        loop {
            match self.format.step(self.source.data()) {
                Step::Packet(record) => return Ok(Some(self.take(record))),
                step => {
                    if let Some(last) = self.between(step)? {
                        return Ok(last.head);
                    }
                }
            }
        }
    }

    /// A packet that [`advance`](Self::advance) gave.
    #[inline]
    pub(super) fn lend(&self, head: &Head) -> Packet<'_> {
        Packet::captured(head.origin, head.link, self.source.slice(head.data.clone()), head.length)
    }

    #[inline]
    fn take(&mut self, record: Record) -> Head {
        let (frame, time) = self.info.count(record.time, self.time);
        self.time = time;
        let whole = self.source.consume(record.size);
        let at = |offset: usize| whole.start.saturating_add(offset).min(whole.end);
        Head {
            origin: Origin { time, capture: self.number, frame },
            link: record.link,
            length: record.length,
            data: at(record.data.start)..at(record.data.end),
        }
    }

    /// Does what a step other than a packet asks for. Gives something if the capture is at its end.
    #[cold]
    fn between(&mut self, step: Step) -> Result<Option<Last>, CaptureError> {
        let goes_on = match step {
            Step::More(size) => self.source.fill(size),
            Step::Pass(size) => self.source.skip(size),
            Step::TooLarge(size) => {
                self.pass_over(size);
                self.source.skip(size)
            }
            Step::Stop(trouble) => {
                self.warn(trouble);
                self.ended = true;
                return Ok(Some(Last { head: None }));
            }
            Step::Packet(_) => Ok(true),
        };
        self.info.bytes_read = self.source.bytes_read();
        self.info.end = self.format.end();
        match goes_on {
            Ok(true) => Ok(None),
            Ok(false) => Ok(Some(self.finish())),
            Err(error) => {
                self.ended = true;
                Err(CaptureError::io(&self.info.name, error))
            }
        }
    }

    /// The end of the input: what there is of a last packet, and a warning if the input ends too soon.
    fn finish(&mut self) -> Last {
        self.ended = true;
        if let Some(text) = self.source.damage() {
            self.warn(Trouble::Compression(text));
        } else if !self.source.is_at_border() {
            self.warn(Trouble::CutShort);
        }
        let head = self.format.cut(self.source.data()).map(|record| self.take(record));
        Last { head }
    }

    /// Counts a packet that is too large to be read; the first is worth a warning.
    fn pass_over(&mut self, size: usize) {
        if self.info.too_large == 0 {
            self.warn(Trouble::TooLarge { size: u64::try_from(size).unwrap_or(u64::MAX) });
        }
        self.info.too_large = self.info.too_large.saturating_add(1);
        self.info.packets = self.info.packets.saturating_add(1);
    }

    fn warn(&mut self, trouble: Trouble) {
        let warning = Warning { trouble, frame: self.info.packets, byte: self.source.position() };
        self.info.warnings.push(warning);
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("info", &self.info).finish_non_exhaustive()
    }
}

/// A packet that has been read and not yet lent.
pub(super) struct Head {
    pub(super) origin: Origin,
    link: LinkType,
    length: u32,
    data: Range<usize>,
}

/// The end of a capture, with what there is of a packet that is cut short by it.
struct Last {
    head: Option<Head>,
}

/// Sees whether the input is compressed.
fn decompress(mut reader: Reader, name: &str) -> Result<Input, CaptureError> {
    let head = head(&mut reader).map_err(|error| CaptureError::io(name, error))?;
    match sniff::kind(&head) {
        #[cfg(feature = "gzip")]
        Kind::Gzip => Ok(Input::gzip(head, reader)),
        #[cfg(not(feature = "gzip"))]
        Kind::Gzip => Err(CaptureError::GzipDisabled { name: name.to_owned() }),
        _ => Ok(Input::plain(head, reader)),
    }
}

/// The first bytes, as many as are needed to see what they begin.
fn head(reader: &mut Reader) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(sniff::SIZE);
    reader.take(u64::try_from(sniff::SIZE).unwrap_or_default()).read_to_end(&mut head)?;
    Ok(head)
}

/// Sees which format the input has.
fn format(source: &mut Source, name: &str) -> Result<Format, CaptureError> {
    let io_error = |error| CaptureError::io(name, error);
    source.fill(sniff::SIZE).map_err(io_error)?;
    let kind = sniff::kind(source.data());
    let size = match kind {
        Kind::Pcap => pcap::FILE_HEADER,
        Kind::PcapNg => pcapng::FILE_HEADER,
        Kind::Gzip | Kind::Unknown => sniff::SIZE,
    };
    let whole = source.fill(size).map_err(io_error)?;
    if let Some(text) = source.damage().filter(|_| !whole) {
        return Err(io_error(io::Error::new(io::ErrorKind::InvalidData, text)));
    }
    let name = name.to_owned();
    let data = source.data();
    let format = match kind {
        _ if data.is_empty() => return Err(CaptureError::Empty { name }),
        Kind::Pcap | Kind::PcapNg if !whole => {
            return Err(CaptureError::HeaderCut { name, bytes: data.len() });
        }
        Kind::Pcap => Pcap::new(data).map(Format::Pcap),
        Kind::PcapNg => PcapNg::new(data).map(Format::PcapNg),
        Kind::Gzip | Kind::Unknown => None,
    };
    match format {
        Some(Format::Pcap(pcap)) => {
            source.consume(pcap::FILE_HEADER);
            Ok(Format::Pcap(pcap))
        }
        Some(format) => Ok(format),
        None => Err(CaptureError::NotACapture { name, begins: Begins::new(data) }),
    }
}
