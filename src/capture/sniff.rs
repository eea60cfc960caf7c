//! What a file begins with: a capture, something compressed, or something else.

use core::fmt;

use crate::wire::hex;

/// How many bytes are needed to tell.
pub(super) const SIZE: usize = 4;

/// What the first bytes of a file say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pcap,
    PcapNg,
    Gzip,
    Unknown,
}

/// What `head` begins with.
pub(super) fn kind(head: &[u8]) -> Kind {
    match head {
        [0xa1, 0xb2, 0xc3, 0xd4, ..] | [0xd4, 0xc3, 0xb2, 0xa1, ..] => Kind::Pcap,
        [0xa1, 0xb2, 0x3c, 0x4d, ..] | [0x4d, 0x3c, 0xb2, 0xa1, ..] => Kind::Pcap,
        [0x34, 0xcd, 0xb2, 0xa1, ..] => Kind::Pcap,
        [0x0a, 0x0d, 0x0d, 0x0a, ..] => Kind::PcapNg,
        [0x1f, 0x8b, 0x08, ..] => Kind::Gzip,
        _ => Kind::Unknown,
    }
}

/// The first bytes of a file that is no capture, and what such a file usually is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begins {
    bytes: [u8; SIZE],
    length: usize,
}

impl Begins {
    /// From the start of a file.
    pub(super) fn new(head: &[u8]) -> Self {
        let mut bytes = [0; SIZE];
        let mut length = 0_usize;
        for (byte, value) in bytes.iter_mut().zip(head) {
            *byte = *value;
            length = length.saturating_add(1);
        }
        Self { bytes, length }
    }

    /// The bytes, four at most.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// What begins so, if it is something often mistaken for a capture.
    #[must_use]
    pub fn format(&self) -> Option<&'static str> {
        FORMATS.iter().find(|(magic, _)| self.bytes().starts_with(magic)).map(|(_, name)| *name)
    }
}

impl fmt::Display for Begins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", hex(self.bytes()))?;
        self.format().map_or(Ok(()), |name| write!(f, " ({name})"))
    }
}

const FORMATS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd; decompress it first"),
    (b"\x04\x22\x4d\x18", "LZ4; decompress it first"),
    (b"BZh", "bzip2; decompress it first"),
    (b"\xfd7zX", "xz; decompress it first"),
    (b"GMBU", "Network Monitor 2; convert it to pcapng first"),
    (b"RTSS", "Network Monitor 1; convert it to pcapng first"),
    (b"snoo", "snoop; convert it to pcapng first"),
    (b"\xa1\xb2\xcd\x34", "pcap in a variant of big-endian hosts; convert it to pcapng first"),
    (b"<", "HTML or XML"),
    (b"{", "JSON"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
];
