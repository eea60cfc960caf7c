//! Why a capture cannot be read at all, and what was wrong with one that could be read in part.

use core::fmt;
use std::io;

use super::sniff::Begins;

/// Why a capture could not be opened or read on. Each is shown as one line that begins with the capture's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// There is no such file.
    #[error("{name}: no such file")]
    Missing {
        /// The capture.
        name: String,
    },
    /// The path is a directory.
    #[error("{name}: is a directory, not a capture")]
    Directory {
        /// The capture.
        name: String,
    },
    /// The file may not be read.
    #[error("{name}: permission denied")]
    Permission {
        /// The capture.
        name: String,
    },
    /// The file holds nothing.
    #[error("{name}: empty, not a capture")]
    Empty {
        /// The capture.
        name: String,
    },
    /// The file ends inside its file header, so that nothing can be read.
    #[error("{name}: cut short inside the file header, after {bytes} bytes")]
    HeaderCut {
        /// The capture.
        name: String,
        /// How many bytes there are.
        bytes: usize,
    },
    /// The file is neither pcap nor pcapng.
    #[error("{name}: neither pcap nor pcapng, it begins with {begins}")]
    NotACapture {
        /// The capture.
        name: String,
        /// What it begins with.
        begins: Begins,
    },
    /// The file is compressed with gzip, which this build cannot read.
    #[error("{name}: compressed with gzip; build with the feature `gzip` or decompress it first")]
    GzipDisabled {
        /// The capture.
        name: String,
    },
    /// The operating system could not read on.
    #[error("{name}: {source}")]
    Io {
        /// The capture.
        name: String,
        /// What the operating system says.
        source: io::Error,
    },
}

impl CaptureError {
    /// The name of the capture.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Missing { name, .. }
            | Self::Directory { name, .. }
            | Self::Permission { name, .. }
            | Self::Empty { name, .. }
            | Self::HeaderCut { name, .. }
            | Self::NotACapture { name, .. }
            | Self::GzipDisabled { name, .. }
            | Self::Io { name, .. } => name,
        }
    }
}

impl CaptureError {
    /// The error of an I/O error.
    pub(super) fn io(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { name },
            io::ErrorKind::PermissionDenied => Self::Permission { name },
            io::ErrorKind::IsADirectory => Self::Directory { name },
            _ => Self::Io { name, source },
        }
    }
}

/// Something wrong with a capture that was read all the same, as far as it goes. Shown as one line, without the
/// capture's name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// What is wrong.
    pub trouble: Trouble,
    /// The last packet before it, 0 if there is none.
    pub frame: u64,
    /// The offset in bytes of the record or block it was met in, after decompression.
    pub byte: u64,
}

/// What is wrong with a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The file ends in the middle of a record or block. What is there of its packet was given.
    CutShort,
    /// The compressed stream is cut short or damaged; the text is the decompressor's.
    Compression(String),
    /// A field holds what no capture can hold. Nothing was read from there on.
    Corrupt {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: u64,
    },
    /// A packet is larger than is read. It was counted and passed over; later ones are counted alone.
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trouble {
            Trouble::CutShort => write!(f, "cut short")?,
            Trouble::Compression(text) => write!(f, "damaged gzip stream ({text})")?,
            Trouble::Corrupt { field, value } => write!(f, "corrupt, impossible {field} {value:#x}")?,
            Trouble::TooLarge { size } => write!(f, "packet of {size} bytes passed over")?,
        }
        match self.frame {
            0 => write!(f, " before the first packet")?,
            frame => write!(f, " after packet {frame}")?,
        }
        write!(f, ", at byte {}", self.byte)
    }
}
