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

/// A computer as its packets name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// By its IP address.
    Ip(IpAddr),
    /// By its MAC address, where there is no IP (NetBEUI).
    Mac([u8; 6]),
}

impl Host {
    /// Its IP address, if it has one.
    #[must_use]
    pub const fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Ip(ip) => Some(ip),
            Self::Mac(_) => None,
        }
    }

    /// True for a loopback address, at which every computer is at home.
    #[must_use]
    pub const fn is_loopback(self) -> bool {
        match self {
            Self::Ip(ip) => ip.is_loopback(),
            Self::Mac(_) => false,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        Self::Ip(ip)
    }
}

/// Reads an IP address, or a MAC address as [`Display`](fmt::Display) writes it.
impl core::str::FromStr for Host {
    type Err = core::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::Ip).or_else(|error| mac(text).map(Self::Mac).ok_or(error))
    }
}

/// Six bytes of two hex digits.
fn mac(text: &str) -> Option<[u8; 6]> {
    let mut mac = [0; 6];
    let mut bytes = text.split(':');
    for byte in &mut mac {
        let digits = bytes.next().filter(|digits| digits.len() == 2 && !digits.starts_with('+'))?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    bytes.next().is_none().then_some(mac)
}

/// `192.0.2.1`, `2001:db8::1` or `02:00:00:01:02:03`.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => fmt::Display::fmt(ip, f),
            Self::Mac([a, b, c, d, e, g]) => write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Host {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One end of a connection: an IP address and a port, or a MAC address and the number of a NetBIOS session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    ip: Address,
    /// The port, or the number of the session at its station (NetBEUI).
    pub port: u16,
    /// The address is that of a station: a MAC address.
    is_station: bool,
}

impl Endpoint {
    /// An endpoint of either address family.
    #[must_use]
    pub fn new(ip: IpAddr, port: u16) -> Self {
        let ip = match ip {
            IpAddr::V4(v4) => Address::v4(v4.octets()),
            IpAddr::V6(v6) => Address::v6(v6.octets()),
        };
        Self { ip, port, is_station: false }
    }

    /// A session of a station, by its number there.
    #[must_use]
    pub const fn station([a, b, c, d, e, f]: [u8; 6], number: u16) -> Self {
        let ip = Address::v6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, e, f]);
        Self { ip, port: number, is_station: true }
    }

    /// A port of an address.
    pub(super) const fn at(ip: Address, port: u16) -> Self {
        Self { ip, port, is_station: false }
    }

    /// The computer.
    #[must_use]
    pub fn host(self) -> Host {
        if self.is_station {
            let [.., a, b, c, d, e, f] = self.ip.0.to_be_bytes();
            return Host::Mac([a, b, c, d, e, f]);
        }
        Host::Ip(IpAddr::V6(core::net::Ipv6Addr::from_bits(self.ip.0)).to_canonical())
    }
}

/// By two numbers, which is faster than one a field: every packet's connection is looked up.
impl core::hash::Hash for Endpoint {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        let Self { ip: Address(ip), port, is_station } = *self;
        state.write_u128(ip);
        state.write_u32(u32::from(port) << 1 | u32::from(is_station));
    }
}

/// `192.0.2.1:445`, `[2001:db8::1]:445` or `02:00:00:01:02:03/7`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host() {
            Host::Ip(ip) => fmt::Display::fmt(&core::net::SocketAddr::new(ip, self.port), f),
            host => write!(f, "{host}/{}", self.port),
        }
    }
}

/// A text that is neither `192.0.2.1:445` nor `02:00:00:01:02:03/7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address with a port, nor a station with a number")]
pub struct NotAnEndpoint;

impl core::str::FromStr for Endpoint {
    type Err = NotAnEndpoint;

    fn from_str(text: &str) -> Result<Self, NotAnEndpoint> {
        let Some((station, number)) = text.split_once('/') else {
            let ends: core::net::SocketAddr = text.parse().map_err(|_| NotAnEndpoint)?;
            return Ok(Self::new(ends.ip(), ends.port()));
        };
        let station = mac(station).ok_or(NotAnEndpoint)?;
        number.parse().map(|number| Self::station(station, number)).map_err(|_| NotAnEndpoint)
    }
}

#[cfg(feature = "serde")]
crate::wire::serialise::deserialize_from_text!(Host, Endpoint);

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
