//! TCP connections: both directions of a [`Flow`], delivered as its two ends lived through them.
//!
//! A capture holds segments doubled, cut, out of order, or not at all. [`Flow`] puts them back in *causal* order:
//! within a direction by sequence number, and between the directions by acknowledgment, so that a response is
//! never delivered before the request it answers, whatever order they were captured in. What the capture lost is
//! told as [`Piece::Gap`], with its length.

mod counts;
mod flow;
mod half;
mod held;
mod seq;

#[cfg(test)]
mod tests;

pub use counts::{FlowCounts, FlowLimits};
pub use flow::Flow;
pub use half::End;
pub(crate) use seq::is_after;

/// What a [`Flow`] delivers of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece<'a> {
    /// The side's SYN: its stream is known from the first byte. Before its data, except where a SYN was captured
    /// after data of a connection that until then seemed to have begun before the capture.
    Start,
    /// The next bytes of the stream, never empty.
    Data(&'a [u8]),
    /// Bytes of the stream that will never come: the capture lost them, or its snap length cut them off.
    Gap {
        /// How many, at least one. A lost FIN counts as one byte, as it does in sequence numbers.
        bytes: u64,
    },
    /// The side sent its last byte. Nothing of this side follows, and after an RST nothing of the other, unless the
    /// stream is [`Piece::Resumed`].
    End(End),
    /// The side's end was none: it sent more in sequence behind its FIN or RST, or received more, and each side
    /// acknowledges the other. Its stream goes on where it stood, and may end anew. An RST that is taken back held up
    /// both streams.
    Resumed,
}
