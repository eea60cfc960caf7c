//! Link layer and IP: from a captured packet to a TCP segment.

mod decoder;
mod fragment;
mod ip;
mod link;
mod segment;
mod transport;

#[cfg(test)]
mod tests;

pub use decoder::{Counts, Datagram, Decoded, Decoder};
pub use fragment::FragmentLimits;
use segment::Address;
pub use segment::{Endpoint, FlowKey, Segment, Side, TcpFlags};
