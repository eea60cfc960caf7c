//! TCP connections: both directions of a [`Flow`], delivered as its two ends lived through them.
//!
//! A capture holds segments doubled, cut, out of order, or not at all. [`Flow`] puts them back in *causal* order:
//! within a direction by sequence number, and between the directions by acknowledgment, so that a response is
//! never delivered before the request it answers, whatever order they were captured in. What the capture lost is
//! told as [`Piece::Gap`], with its length.
//!
//! ```
//! use smbscope::capture::Origin;
//! use smbscope::net::{Endpoint, Segment, TcpFlags};
//! use smbscope::tcp::{Flow, FlowLimits, Piece};
//!
//! let client: Endpoint = "192.0.2.7:1040".parse()?;
//! let server: Endpoint = "192.0.2.1:445".parse()?;
//! // The response was captured before the request that it acknowledges.
//! let response = Segment::new(server, client, 900, Some(107), TcpFlags::ACK, b"response");
//! let request = Segment::new(client, server, 100, Some(900), TcpFlags::ACK, b"request");
//!
//! let mut delivered = Vec::new();
//! let mut deliver = |_, _, piece: Piece<'_>| {
//!     if let Piece::Data(bytes) = piece {
//!         delivered.extend_from_slice(bytes);
//!     }
//! };
//! let mut flow = Flow::new(FlowLimits::default());
//! for segment in [response, request] {
//!     let (_, side) = segment.flow();
//!     flow.push(side, &segment, Origin::default(), &mut deliver);
//! }
//! flow.flush(&mut deliver);
//! assert_eq!(delivered, b"requestresponse");
//! # Ok::<(), smbscope::net::NotAnEndpoint>(())
//! ```

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
