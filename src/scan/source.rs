//! What packets come from.

use core::marker::PhantomData;
use std::path::{Path, PathBuf};

use crate::capture::{Capture, CaptureError, Info, Packet, Timeline};

/// Gives packets in the order of their time.
pub trait Source {
    /// The next packet, or `None` after the last.
    ///
    /// # Errors
    /// Something cannot be read; [`failed`](Self::failed) says whether it goes on.
    fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError>;

    /// Takes an error that [`next`](Self::next) gave, if others can be read on.
    ///
    /// # Errors
    /// The same error, if it ends all.
    fn failed(&mut self, error: CaptureError) -> Result<(), CaptureError> {
        Err(error)
    }

    /// After the last packet: what is known of each capture, and what could not be read.
    fn finish(self) -> (Vec<Info>, Vec<CaptureError>);
}

/// Files, opened when the first packet is asked for.
#[derive(Debug)]
pub struct Files {
    paths: Vec<PathBuf>,
    timeline: Option<Timeline>,
    errors: Vec<CaptureError>,
}

impl Files {
    /// Files by their paths; `-` is standard input.
    pub fn new<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        Self { paths, timeline: None, errors: Vec::new() }
    }
}

impl Source for Files {
    fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        let timeline = match &mut self.timeline {
            Some(timeline) => timeline,
            none => {
                let (timeline, errors) = Timeline::open_readable(&self.paths)?;
                self.errors = errors;
                none.insert(timeline)
            }
        };
        timeline.next()
    }

    /// One of several files may fail, once they are open.
    fn failed(&mut self, error: CaptureError) -> Result<(), CaptureError> {
        if self.timeline.is_none() || self.paths.len() < 2 {
            return Err(error);
        }
        self.errors.push(error);
        Ok(())
    }

    fn finish(self) -> (Vec<Info>, Vec<CaptureError>) {
        let captures = self.timeline.iter().flat_map(Timeline::captures).cloned().collect();
        (captures, self.errors)
    }
}

/// Packets of an iterator.
#[derive(Debug, Clone)]
pub struct Packets<'a, I> {
    packets: I,
    /// They lend for this long.
    lent: PhantomData<Packet<'a>>,
}

impl<'a, I: Iterator<Item = Packet<'a>>> Packets<'a, I> {
    pub(super) const fn new(packets: I) -> Self {
        Self { packets, lent: PhantomData }
    }
}

impl<'a, I: Iterator<Item = Packet<'a>>> Source for Packets<'a, I> {
    fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        Ok(self.packets.next())
    }

    fn finish(self) -> (Vec<Info>, Vec<CaptureError>) {
        (Vec::new(), Vec::new())
    }
}

impl Source for Timeline {
    fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        Self::next(self)
    }

    fn finish(self) -> (Vec<Info>, Vec<CaptureError>) {
        (self.captures().cloned().collect(), Vec::new())
    }
}

impl Source for Capture {
    fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        Self::next(self)
    }

    fn finish(self) -> (Vec<Info>, Vec<CaptureError>) {
        (vec![self.info().clone()], Vec::new())
    }
}
