//! Link layer and IP: from a captured packet to a TCP segment, a UDP datagram, a NetBIOS frame over LLC or an IPX
//! packet.

mod decoder;
mod foreign;
mod fragment;
mod ip;
mod ipx;
mod link;
mod link_type;
mod segment;
mod transport;

#[cfg(test)]
mod tests;

pub(crate) use decoder::ports;
pub use decoder::{Counts, Datagram, Decoded, Decoder};
pub use foreign::Foreign;
pub use fragment::FragmentLimits;
pub use ipx::IpxPacket;
pub use link::LlcFrame;
use segment::Address;
pub use segment::{Endpoint, FlowKey, Host, NotAnEndpoint, Segment, Side, TcpFlags};
