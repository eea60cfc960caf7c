//! What a flow may hold, and what happened to it.

use crate::wire::options;

/// How much one [`Flow`](super::Flow) may hold back while it waits for what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlowLimits {
    /// Segments.
    pub packets: usize,
    /// Bytes of memory.
    pub bytes: usize,
}

impl Default for FlowLimits {
    /// 1024 segments, 1 MiB.
    fn default() -> Self {
        Self { packets: 1024, bytes: 1 << 20 }
    }
}

options! {
    FlowLimits {
        packets: usize,
        bytes: usize,
    }
}

/// What a [`Flow`](super::Flow) met so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FlowCounts {
    /// Gaps delivered.
    pub gaps: u64,
    /// Bytes in those gaps.
    pub gap_bytes: u64,
    /// Segments that disagreed with held bytes of the same place; the bytes captured first were delivered.
    pub conflicts: u64,
    /// Times that a limit was reached, and a hole given up for it.
    pub evictions: u64,
    /// Segments that brought nothing new.
    pub duplicates: u64,
}

impl FlowCounts {
    pub(super) fn gap(&mut self, bytes: u32) {
        self.gaps = self.gaps.saturating_add(1);
        self.gap_bytes = self.gap_bytes.saturating_add(bytes.into());
    }
}
