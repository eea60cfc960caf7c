//! `Decoder`: from a captured packet to a TCP segment or a UDP datagram.

use etherparse::ip_number::{TCP, UDP};

use super::foreign::{self, Foreign};
use super::fragment::{FragmentLimits, Fragments};
use super::ip::{Ip, extensions, ip, less};
use super::ipx::IpxPacket;
use super::link::{Content, LlcFrame, WithoutIp, link_layer, without_ip};
use super::transport::{tcp, udp};
use super::{Endpoint, Segment};
use crate::capture::Packet;
use crate::error::{Layer, ParseError, Reason, Unread, parse};

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decoded<'a> {
    /// A TCP segment; of a fragmented one, the packet is the one that completed it.
    Tcp(Segment<'a>),
    /// A UDP datagram; of a fragmented one, the packet is the one that completed it.
    Udp(Datagram<'a>),
    /// A NetBIOS frame over LLC.
    Llc(LlcFrame<'a>),
    /// An IPX packet.
    Ipx(IpxPacket<'a>),
    /// A fragment of a datagram that is not complete yet.
    Fragment,
    /// A packet that is not read, of a kind that may carry what is.
    Foreign(Foreign),
    /// None of these.
    Other,
    /// A packet whose headers are cut or make no sense.
    Unreadable(ParseError),
}

/// One UDP datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram<'a> {
    /// The sender.
    pub source: Endpoint,
    /// The receiver.
    pub destination: Endpoint,
    /// The payload that was captured.
    pub payload: &'a [u8],
    /// The payload's length on the wire in bytes; more than `payload` holds if the capture cut the packet.
    pub length: u32,
}

/// What a [`Decoder`] has met so far, in packets unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// TCP segments.
    pub tcp: u64,
    /// UDP datagrams.
    pub udp: u64,
    /// NetBIOS frames over LLC.
    pub llc: u64,
    /// IPX packets.
    pub ipx: u64,
    /// Packets of a kind that is not read.
    pub foreign: u64,
    /// None of these.
    pub other: u64,
    /// Headers that are cut or make no sense.
    pub unreadable: u64,
    /// Fragments, those that completed a datagram included.
    pub fragments: u64,
    /// Datagrams put together of fragments.
    pub reassembled: u64,
    /// Datagrams given up because a limit was reached before all their fragments came.
    pub evicted: u64,
}

/// Reads link layer, IP and TCP or UDP headers, and puts fragments together.
#[derive(Debug, Default)]
pub struct Decoder {
    fragments: Fragments,
    counts: Counts,
}

impl Decoder {
    /// A decoder that keeps to `limits`.
    #[must_use]
    pub fn new(limits: &FragmentLimits) -> Self {
        Self { fragments: Fragments::new(*limits), counts: Counts::default() }
    }

    /// What `packet` carries, borrowed from it, or from the decoder if it completes a fragmented datagram.
    #[inline]
    pub fn decode<'a>(&'a mut self, packet: &Packet<'a>) -> Decoded<'a> {
        let size = packet.data.len();
        let decoded = match headers(packet) {
            Ok(Some(ip)) if ip.fragment.is_some() || ip.is_extended() => {
                rare(&mut self.fragments, &mut self.counts, packet, ip)
            }
            Ok(Some(ip)) => transport(&ip, size),
            Ok(None) => match without_ip(packet.link, packet.data) {
                Some(WithoutIp::Llc(frame)) => Decoded::Llc(frame),
                Some(WithoutIp::Ipx(bytes)) => match parse(Layer::Net, bytes, IpxPacket::read) {
                    Ok((_, packet)) => Decoded::Ipx(packet),
                    Err(error) => Decoded::Unreadable(error),
                },
                None => foreign::frame(packet.link, packet.data).map_or(Decoded::Other, Decoded::Foreign),
            },
            Err(unread) => Decoded::Unreadable(unread.at(Layer::Net, size)),
        };
        self.counts.add(&decoded);
        decoded
    }

    /// What has been met so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}

/// The ports of a packet of TCP or UDP of which more was not captured, or makes no sense.
#[cold]
pub(crate) fn ports(packet: &Packet<'_>) -> Option<[u16; 2]> {
    let ip = headers(packet).ok()??;
    let [s0, s1, d0, d1] = *ip.payload.first_chunk::<4>()?;
    let is_first = ip.fragment.is_none_or(|fragment| fragment.offset == 0);
    let ports = [u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1])];
    (is_first && matches!(ip.protocol, TCP | UDP)).then_some(ports)
}

impl Counts {
    #[inline]
    fn add(&mut self, decoded: &Decoded<'_>) {
        let count = match decoded {
            Decoded::Tcp(_) => &mut self.tcp,
            Decoded::Udp(_) => &mut self.udp,
            Decoded::Llc(_) => &mut self.llc,
            Decoded::Ipx(_) => &mut self.ipx,
            Decoded::Foreign(_) => &mut self.foreign,
            Decoded::Other => &mut self.other,
            Decoded::Unreadable(_) => &mut self.unreadable,
            Decoded::Fragment => return,
        };
        *count = count.saturating_add(1);
    }
}

/// The IP packet in a frame, if there is one.
#[inline]
fn headers<'a>(packet: &Packet<'a>) -> Result<Option<Ip<'a>>, Unread> {
    match link_layer(packet.link, packet.data) {
        Ok((rest, Content::Ip)) => {
            let before = packet.data.len().saturating_sub(rest.len());
            let wire = less(packet.length, before).max(u32::try_from(rest.len()).unwrap_or(u32::MAX));
            ip(rest, wire).map(Some)
        }
        Ok(_) => Ok(None),
        Err(nom::Err::Error(unread) | nom::Err::Failure(unread)) => Err(unread),
        Err(nom::Err::Incomplete(_)) => Err(Unread { left: 0, reason: Reason::Truncated { field: "" } }),
    }
}

/// What an IP packet carries that is no fragment, in a frame of `size` bytes.
#[inline]
fn transport<'a>(ip: &Ip<'a>, size: usize) -> Decoded<'a> {
    let unread = match ip.protocol {
        TCP => match tcp(ip) {
            Ok(segment) => return Decoded::Tcp(segment),
            Err(unread) => unread,
        },
        UDP => match udp(ip) {
            Ok(datagram) => {
                return foreign::datagram(&datagram).map_or(Decoded::Udp(datagram), Decoded::Foreign);
            }
            Err(unread) => unread,
        },
        _ => return foreign::packet(ip).map_or(Decoded::Other, Decoded::Foreign),
    };
    Decoded::Unreadable(unread.at(Layer::Net, size))
}

/// What an IP packet carries that is a fragment, or has headers before that of the transport layer.
#[cold]
fn rare<'a>(
    fragments: &'a mut Fragments,
    counts: &mut Counts,
    packet: &Packet<'a>,
    ip: Ip<'a>,
) -> Decoded<'a> {
    let size = packet.data.len();
    let whole = match ip.fragment {
        Some(fragment) => fragments.insert(packet.origin.time, &ip, fragment, counts),
        None => Ok(Some(ip)),
    };
    match whole
        .map_err(|reason| ip.unread(reason))
        .and_then(|whole| whole.as_ref().map(extensions).transpose())
    {
        Ok(Some(whole)) => transport(&whole, size),
        Ok(None) => Decoded::Fragment,
        Err(unread) => Decoded::Unreadable(unread.at(Layer::Net, size)),
    }
}
