//! `Timeline`: several captures as one, in the order of capture time.

use core::cmp::Reverse;
use core::fmt;
use std::collections::BinaryHeap;
use std::io;
use std::path::Path;

use super::Packet;
use super::error::CaptureError;
use super::info::Info;
use super::reader::{Capture, Head};
use crate::wire::Timestamp;

/// What the buffers of all captures of a timeline take together, in bytes, if there are many.
const BUFFERS: usize = 16 << 20;

/// The bounds of the buffer of each.
const LEAST_BUFFER: usize = 16 << 10;
const MOST_BUFFER: usize = 256 << 10;

/// Several captures merged by capture time. Packets of equal time come in the order of their captures, and those of
/// one capture always in the order of its file, even where its clock goes back.
pub struct Timeline {
    captures: Vec<Capture>,
    /// The next packet of each capture, where there are several.
    heads: Vec<Option<Head>>,
    /// The captures that have a next packet, by its time.
    queue: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// Captures whose next packet is still to be read.
    behind: Vec<usize>,
}

impl Timeline {
    /// Opens files; `-` is standard input.
    ///
    /// # Errors
    /// The first file that cannot be read, or is no capture.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, CaptureError> {
        open_each(paths).collect::<Result<_, _>>().map(Self::new)
    }

    /// Opens those of the files that can be read, and gives the errors of the others: the newest file of a ring is
    /// often empty.
    ///
    /// # Errors
    /// The error of the first file, if none can be read.
    pub fn open_readable<P: AsRef<Path>>(paths: &[P]) -> Result<(Self, Vec<CaptureError>), CaptureError> {
        let (mut captures, mut errors) = (Vec::new(), Vec::new());
        for opened in open_each(paths) {
            match opened {
                Ok(capture) => captures.push(capture),
                Err(error) => errors.push(error),
            }
        }
        if captures.is_empty() && !errors.is_empty() {
            return Err(errors.swap_remove(0));
        }
        Ok((Self::new(captures), errors))
    }

    /// Merges captures. Their packets' [`Origin::capture`](super::Origin::capture) is their place in the list.
    #[must_use]
    pub fn new(captures: Vec<Capture>) -> Self {
        let captures: Vec<Capture> =
            (0..).zip(captures).map(|(number, capture)| capture.numbered(number)).collect();
        let heads = captures.iter().map(|_| None).collect();
        let behind = (0..captures.len()).collect();
        Self { captures, heads, queue: BinaryHeap::new(), behind }
    }

    /// The timeline with captures that are numbered from `first` on instead of 0. Timelines that are read apart need
    /// different numbers if their events go to one ledger; see [`Capture::numbered`].
    #[must_use]
    pub fn numbered_from(mut self, first: u32) -> Self {
        self.captures = (first..).zip(self.captures).map(|(number, it)| it.numbered(number)).collect();
        self
    }

    /// The next packet, or `None` after the last packet of the last capture.
    ///
    /// # Errors
    /// The operating system cannot read on in one of the captures. That one is then at its end; the others can be
    /// read on.
    #[expect(clippy::should_implement_trait, reason = "an Iterator cannot lend from itself")]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        if self.captures.len() == 1 {
            return self.captures.first_mut().map_or(Ok(None), Capture::next);
        }
        while let Some(index) = self.behind.pop() {
            let Some(capture) = self.captures.get_mut(index) else { continue };
            let Some(head) = capture.advance()? else { continue };
            self.queue.push(Reverse((head.origin.time, index)));
            if let Some(place) = self.heads.get_mut(index) {
                *place = Some(head);
            }
        }
        let Some(Reverse((_, index))) = self.queue.pop() else { return Ok(None) };
        self.behind.push(index);
        let head = self.heads.get(index).and_then(Option::as_ref);
        Ok(self.captures.get(index).zip(head).map(|(capture, head)| capture.lend(head)))
    }

    /// What is known of each capture as far as it has been read.
    pub fn captures(&self) -> impl Iterator<Item = &Info> {
        self.captures.iter().map(Capture::info)
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline").field("captures", &self.captures).finish_non_exhaustive()
    }
}

fn open_each<P: AsRef<Path>>(paths: &[P]) -> impl Iterator<Item = Result<Capture, CaptureError>> {
    let share = BUFFERS.checked_div(paths.len()).unwrap_or(MOST_BUFFER).clamp(LEAST_BUFFER, MOST_BUFFER);
    paths.iter().map(move |path| match path.as_ref() {
        path if path == Path::new("-") => Capture::new(Box::new(io::stdin()), "-", share),
        path => Capture::open_with(path, share),
    })
}
