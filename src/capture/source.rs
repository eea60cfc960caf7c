//! A reader with one large buffer, refilled before parsing so that packets can be lent from it.

use core::ops::Range;
use std::io::{self, Chain, Cursor, Read};

#[cfg(feature = "gzip")]
use flate2::read::MultiGzDecoder;

/// The bytes of a capture, decompressed.
pub(super) struct Source {
    input: Input,
    buffer: Vec<u8>,
    /// What is unread in `buffer`.
    unread: Range<usize>,
    /// Bytes that were in `buffer` and are so no more, or were passed over.
    gone: u64,
    ended: bool,
    /// True if the input ended before as many bytes as were to be passed over.
    overrun: bool,
    damage: Option<String>,
}

impl Source {
    /// A source with a buffer of `size` bytes, which grows as far as it is asked to.
    pub(super) fn new(input: Input, size: usize) -> Self {
        Self {
            input,
            buffer: vec![0; size],
            unread: 0..0,
            gone: 0,
            ended: false,
            overrun: false,
            damage: None,
        }
    }

    /// What is in the buffer and not yet consumed.
    pub(super) fn data(&self) -> &[u8] {
        self.slice(self.unread.clone())
    }

    /// A part of the buffer, as [`consume`](Self::consume) gave it. Valid until [`fill`](Self::fill) is called.
    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or_default()
    }

    /// Takes `size` bytes out of [`data`](Self::data), and tells where they are in the buffer.
    pub(super) fn consume(&mut self, size: usize) -> Range<usize> {
        let start = self.unread.start;
        self.unread.start = start.saturating_add(size).min(self.unread.end);
        start..self.unread.start
    }

    /// Reads until there are `wanted` bytes in the buffer. False if the input ends before that.
    pub(super) fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        if self.unread.len() >= wanted {
            return Ok(true);
        }
        self.gone = self.position();
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        while self.unread.end < wanted && !self.ended {
            let space = self.buffer.get_mut(self.unread.end..).unwrap_or_default();
            let read = read(&mut self.input, space, &mut self.damage)?;
            self.ended = read == 0;
            self.unread.end = self.unread.end.saturating_add(read);
        }
        Ok(self.unread.end >= wanted)
    }

    /// Passes over `size` bytes. False if the input ends before that.
    pub(super) fn skip(&mut self, size: usize) -> io::Result<bool> {
        let mut left = size;
        loop {
            left = left.saturating_sub(self.consume(left).len());
            if left == 0 {
                return Ok(true);
            }
            if !self.fill(1)? {
                self.overrun = true;
                return Ok(false);
            }
        }
    }

    /// True if all that there was has been consumed and nothing was missing.
    pub(super) fn is_at_border(&self) -> bool {
        self.unread.is_empty() && !self.overrun
    }

    /// The offset in the decompressed capture of the first byte of [`data`](Self::data).
    pub(super) fn position(&self) -> u64 {
        self.gone.saturating_add(u64::try_from(self.unread.start).unwrap_or(u64::MAX))
    }

    /// Bytes read from the file, before decompression.
    pub(super) fn bytes_read(&self) -> u64 {
        self.input.count()
    }

    /// What the decompressor had to say, if it ended the source.
    pub(super) fn damage(&mut self) -> Option<String> {
        self.damage.take()
    }
}

/// One read. What a decompressor rejects is the end of the input and is kept as `damage`.
fn read(input: &mut Input, space: &mut [u8], damage: &mut Option<String>) -> io::Result<usize> {
    loop {
        match input.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if input.is_compressed() && is_damage(&error) => {
                *damage = Some(error.to_string());
                return Ok(0);
            }
            result => return result,
        }
    }
}

fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}

/// Where bytes come from.
pub(super) type Reader = Box<dyn Read + Send>;

/// A reader with the bytes that were taken from it to see what it is.
pub(super) enum Input {
    Plain(Counted),
    #[cfg(feature = "gzip")]
    Gzip(Box<MultiGzDecoder<Counted>>),
}

impl Input {
    pub(super) fn plain(head: Vec<u8>, reader: Reader) -> Self {
        Self::Plain(Counted::new(head, reader))
    }

    #[cfg(feature = "gzip")]
    pub(super) fn gzip(head: Vec<u8>, reader: Reader) -> Self {
        Self::Gzip(Box::new(MultiGzDecoder::new(Counted::new(head, reader))))
    }

    fn is_compressed(&self) -> bool {
        !matches!(self, Self::Plain(_))
    }

    fn count(&self) -> u64 {
        match self {
            Self::Plain(reader) => reader.count,
            #[cfg(feature = "gzip")]
            Self::Gzip(decoder) => decoder.get_ref().count,
        }
    }
}

impl Read for Input {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(space),
            #[cfg(feature = "gzip")]
            Self::Gzip(decoder) => decoder.read(space),
        }
    }
}

/// A reader that counts.
pub(super) struct Counted {
    reader: Chain<Cursor<Vec<u8>>, Reader>,
    count: u64,
}

impl Counted {
    fn new(head: Vec<u8>, reader: Reader) -> Self {
        Self { reader: Cursor::new(head).chain(reader), count: 0 }
    }
}

impl Read for Counted {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(space)?;
        self.count = self.count.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}
