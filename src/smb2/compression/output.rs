//! Where inflated bytes go.

use crate::wire::up_to;

/// The bytes of one payload, at the end of those of the payloads before it; capped.
#[derive(Debug)]
pub(super) struct Output<'a> {
    message: &'a mut Vec<u8>,
    /// Where the payload begins, before which nothing is copied from.
    start: usize,
    /// Where the message ends.
    end: usize,
}

impl<'a> Output<'a> {
    /// Appends to `message` until it has `end` bytes.
    pub(super) const fn new(message: &'a mut Vec<u8>, end: usize) -> Self {
        let start = message.len();
        Self { message, start, end }
    }

    /// Bytes of this payload so far.
    pub(super) const fn length(&self) -> usize {
        self.message.len().saturating_sub(self.start)
    }

    const fn room(&self) -> usize {
        self.end.saturating_sub(self.message.len())
    }

    pub(super) const fn is_full(&self) -> bool {
        self.room() == 0
    }

    pub(super) fn push(&mut self, byte: u8) {
        if !self.is_full() {
            self.message.push(byte);
        }
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.message.extend_from_slice(up_to(bytes, self.room()));
    }

    pub(super) fn repeat(&mut self, byte: u8, times: usize) {
        let end = self.message.len().saturating_add(times.min(self.room()));
        self.message.resize(end, byte);
    }

    /// Appends `length` bytes from `distance` back, which may run into those it appends. `None` if they would lie before
    /// `from`, counted as [`Self::length`] counts.
    pub(super) fn copy(&mut self, distance: usize, length: usize, from: usize) -> Option<()> {
        let first = self.length().checked_sub(distance).filter(|first| *first >= from && distance > 0)?;
        let mut left = length.min(self.room());
        let first = self.start.saturating_add(first);
        while left > 0 {
            // What is there of the pattern doubles each time.
            let have = self.message.len().saturating_sub(first).min(left);
            self.message.extend_from_within(first..first.saturating_add(have));
            left = left.saturating_sub(have);
        }
        Some(())
    }
}
