//! Link layer and IP: from a captured packet to a TCP segment.

mod segment;

pub use segment::{Endpoint, FlowKey, Segment, Side, TcpFlags};
