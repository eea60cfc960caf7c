//! What the network floor gives to the one above: TCP segments with their endpoints.

use core::fmt;
use core::net::IpAddr;

/// An IP address: IPv6, or IPv4 in its mapped form; one integer hashes and compares faster than an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Address(u128);

impl Address {
    /// An IPv4 address.
    pub(super) const fn v4(bytes: [u8; 4]) -> Self {
        #[expect(clippy::as_conversions, reason = "widening, and From is not const")]
        let bits = u32::from_be_bytes(bytes) as u128;
        Self(0xffff_0000_0000 | bits)
    }

    /// An IPv6 address.
    pub(super) const fn v6(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

/// An IP address and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    ip: Address,
    /// The port.
    pub port: u16,
}

impl Endpoint {
    /// An endpoint of either address family.
    #[must_use]
    pub fn new(ip: IpAddr, port: u16) -> Self {
        let ip = match ip {
            IpAddr::V4(v4) => Address::v4(v4.octets()),
            IpAddr::V6(v6) => Address::v6(v6.octets()),
        };
        Self { ip, port }
    }

    /// A port of an address.
    pub(super) const fn at(ip: Address, port: u16) -> Self {
        Self { ip, port }
    }

    /// The address.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        IpAddr::V6(core::net::Ipv6Addr::from_bits(self.ip.0)).to_canonical()
    }
}

/// `192.0.2.1:445` or `[2001:db8::1]:445`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&core::net::SocketAddr::new(self.ip(), self.port), f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Endpoint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One end of a [`FlowKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The end whose endpoint is the lower.
    Low,
    /// The end whose endpoint is the higher.
    High,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// The two ends of a TCP connection, the same for both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowKey {
    /// The lower endpoint.
    pub low: Endpoint,
    /// The higher endpoint.
    pub high: Endpoint,
}

impl FlowKey {
    /// The key of what goes from `source` to `destination`, and which side sends it.
    #[must_use]
    #[inline]
    pub fn between(source: Endpoint, destination: Endpoint) -> (Self, Side) {
        if source <= destination {
            (Self { low: source, high: destination }, Side::Low)
        } else {
            (Self { low: destination, high: source }, Side::High)
        }
    }

    /// The endpoint of a side.
    #[must_use]
    pub const fn endpoint(&self, side: Side) -> Endpoint {
        match side {
            Side::Low => self.low,
            Side::High => self.high,
        }
    }
}

bitflags::bitflags! {
    /// The control bits of a TCP header (RFC 9293 3.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct TcpFlags: u8 {
        /// No more data from sender.
        const FIN = 0x01;
        /// Synchronize sequence numbers.
        const SYN = 0x02;
        /// Reset the connection.
        const RST = 0x04;
        /// Push.
        const PSH = 0x08;
        /// The acknowledgment field is significant.
        const ACK = 0x10;
        /// The urgent pointer is significant.
        const URG = 0x20;
        /// ECN echo.
        const ECE = 0x40;
        /// Congestion window reduced.
        const CWR = 0x80;
    }
}

/// One TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment<'a> {
    /// The sender.
    pub source: Endpoint,
    /// The receiver.
    pub destination: Endpoint,
    /// Sequence number of the first payload byte (of the SYN, if there is one).
    pub seq: u32,
    /// The acknowledgment number, if the ACK flag is set.
    pub ack: Option<u32>,
    /// The control bits.
    pub flags: TcpFlags,
    /// The payload that was captured.
    pub payload: &'a [u8],
    /// The payload's length on the wire in bytes; more than `payload` holds if the capture cut the packet.
    pub length: u32,
}

impl<'a> Segment<'a> {
    /// A segment whose payload was captured whole.
    #[must_use]
    pub fn new(
        source: Endpoint,
        destination: Endpoint,
        seq: u32,
        ack: Option<u32>,
        flags: TcpFlags,
        payload: &'a [u8],
    ) -> Self {
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        Self { source, destination, seq, ack, flags, payload, length }
    }

    /// The key of the segment's flow, and which side sent it.
    #[must_use]
    pub fn flow(&self) -> (FlowKey, Side) {
        FlowKey::between(self.source, self.destination)
    }
}
