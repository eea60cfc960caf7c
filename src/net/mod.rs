//! Link layer and IP: from a captured packet to a TCP segment, a UDP datagram or a NetBIOS frame over LLC.

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
pub use link::LlcFrame;
use segment::Address;
pub use segment::{Endpoint, FlowKey, Segment, Side, TcpFlags};
