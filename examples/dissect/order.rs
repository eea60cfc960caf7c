//! Rows in the order of their packets.
//!
//! What waited for an earlier packet of its connection is told later than packets of other connections; so rows are
//! held for a while.

use std::collections::BTreeMap;
use std::io::{self, Write};

use smbscope::capture::Origin;

/// Rows are held until so many later packets have been read. A connection holds back no more than this in the
/// capture of a working network.
const HELD: u64 = 4_096;

/// Writes rows in the order of their packets.
pub(crate) struct InOrder<W> {
    out: W,
    /// By packet, the rows of each in the order in which they came.
    held: BTreeMap<(u32, u64), Vec<String>>,
}

impl<W: Write> InOrder<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, held: BTreeMap::new() }
    }

    /// Adds the row of a PDU that `at` completed. `write` is given its number among the rows of the packet.
    pub(crate) fn add(&mut self, at: Origin, write: impl FnOnce(usize) -> Option<String>) {
        let rows = self.held.entry((at.capture, at.frame)).or_default();
        if let Some(row) = write(rows.len()) {
            rows.push(row);
        }
    }

    /// Packets have been read up to `at`: writes the rows that are far enough behind.
    pub(crate) fn reached(&mut self, at: Origin) -> io::Result<()> {
        while let Some(first) = self.held.first_entry() {
            let (capture, frame) = *first.key();
            if capture == at.capture && frame.saturating_add(HELD) > at.frame {
                break;
            }
            for row in first.remove() {
                writeln!(self.out, "{row}")?;
            }
        }
        Ok(())
    }

    /// Writes all that is held, and gives the writer back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        for row in self.held.into_values().flatten() {
            writeln!(self.out, "{row}")?;
        }
        Ok(self.out)
    }
}
