//! The link layer: what stands before the IP header.

use crate::capture::LinkType;
use crate::error::{Read, Reason, Unread, named};
use crate::wire::{array, be_u16, take};

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// IPv4 or IPv6; the header's version tells which.
    Ip,
    /// What another EtherType says.
    EtherType(u16),
    /// What a SNAP header says that is no IP: an organization and a protocol of it.
    Snap([u8; 3], u16),
    /// Something else.
    Other,
    /// The link type is not read.
    Unknown,
}

/// Reads what stands before the network layer, and leaves that.
#[inline]
pub(super) fn link_layer(link: LinkType, frame: &[u8]) -> Read<'_, Content> {
    match link {
        LinkType::ETHERNET => ethernet(frame),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => {
            Ok((frame, Content::Ip))
        }
        LinkType::NULL | LinkType::LOOP => loopback(frame),
        LinkType::LINUX_SLL => cooked(frame),
        LinkType::LINUX_SLL2 => cooked_2(frame),
        _ => Ok((frame, Content::Unknown)),
    }
}

/// A frame of IEEE 802.2 between two stations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LlcFrame<'a> {
    /// The sender's MAC address.
    pub source: [u8; 6],
    /// The receiver's MAC address, or a group's.
    pub destination: [u8; 6],
    /// What the length field counts, from the LLC header on, as far as it was captured.
    pub payload: &'a [u8],
    /// Its length on the wire in bytes.
    pub length: u16,
}

/// What a frame carries that is no IP.
pub(super) enum WithoutIp<'a> {
    /// NetBIOS over LLC.
    Llc(LlcFrame<'a>),
    /// An IPX packet, in any of its four framings.
    Ipx(&'a [u8]),
}

/// Service access points, but for the bits of a group and of a response.
mod sap {
    pub(super) const NETBIOS: u8 = 0xf0;
    pub(super) const NETWARE: u8 = 0xe0;
}

/// NetBIOS or IPX in an Ethernet frame, if it carries one. Asked only of frames that are no IP.
pub(super) fn without_ip(link: LinkType, frame: &[u8]) -> Option<WithoutIp<'_>> {
    if link != LinkType::ETHERNET {
        return None;
    }
    let (addresses, rest) = frame.split_first_chunk::<12>()?;
    let (destination, source) = addresses.split_first_chunk::<6>()?;
    let source = *source.first_chunk::<6>()?;
    let (mut kind, mut rest) = be(rest)?;
    for _ in 0..=MAX_TAGS {
        match kind {
            ether_type::VLAN | ether_type::PROVIDER_BRIDGING | ether_type::VLAN_DOUBLE => {
                (kind, rest) = be(rest.get(2..)?)?;
            }
            ether_type::IPX => return Some(WithoutIp::Ipx(rest)),
            0..=ether_type::LARGEST_LENGTH => {
                let payload = rest.get(..kind.into()).unwrap_or(rest);
                return match *payload {
                    // Novell's own framing: IPX, whose checksum is not used, without LLC.
                    [0xff, 0xff, ..] => Some(WithoutIp::Ipx(payload)),
                    [dsap, ssap, 3, ref packet @ ..] if (dsap, ssap) == (sap::NETWARE, sap::NETWARE) => {
                        Some(WithoutIp::Ipx(packet))
                    }
                    [0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0x37, ref packet @ ..] => Some(WithoutIp::Ipx(packet)),
                    [dsap, ssap, ..] if dsap & 0xfe == sap::NETBIOS && ssap & 0xfe == sap::NETBIOS => {
                        let (destination, length) = (*destination, kind);
                        Some(WithoutIp::Llc(LlcFrame { source, destination, payload, length }))
                    }
                    _ => None,
                };
            }
            _ => return None,
        }
    }
    None
}

fn be(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (field, rest) = bytes.split_first_chunk::<2>()?;
    Some((u16::from_be_bytes(*field), rest))
}

/// Values of EtherType (the IEEE 802 numbers of IANA).
mod ether_type {
    pub(super) const IPV4: u16 = 0x0800;
    pub(super) const IPV6: u16 = 0x86dd;
    pub(super) const VLAN: u16 = 0x8100;
    pub(super) const PROVIDER_BRIDGING: u16 = 0x88a8;
    pub(super) const VLAN_DOUBLE: u16 = 0x9100;
    pub(super) const PPPOE_SESSION: u16 = 0x8864;
    pub(super) const IPX: u16 = 0x8137;
    /// Up to this value the field is a length, and IEEE 802.2 follows.
    pub(super) const LARGEST_LENGTH: u16 = 1500;
}

/// How many VLAN tags may stand one after another.
const MAX_TAGS: usize = 8;

/// Two addresses of 6 bytes, then an EtherType or a length.
#[inline]
fn ethernet(frame: &[u8]) -> Read<'_, Content> {
    let (rest, [.., k0, k1]) = named("Ethernet header", array::<14>(frame))?;
    typed(u16::from_be_bytes([k0, k1]), rest)
}

/// Linux cooked capture, version 1: packet type, ARPHRD type, address length, address (8 bytes), protocol.
fn cooked(frame: &[u8]) -> Read<'_, Content> {
    let (rest, [.., p0, p1]) = named("SLL header", array::<16>(frame))?;
    typed(u16::from_be_bytes([p0, p1]), rest)
}

/// Linux cooked capture, version 2: protocol, reserved (2 bytes), interface index (4), ARPHRD type (2), packet type,
/// address length, address (8).
fn cooked_2(frame: &[u8]) -> Read<'_, Content> {
    let (rest, [p0, p1, ..]) = named("SLL2 header", array::<20>(frame))?;
    typed(u16::from_be_bytes([p0, p1]), rest)
}

/// BSD loopback: an address family in the byte order of whichever host captured it.
fn loopback(frame: &[u8]) -> Read<'_, Content> {
    let (rest, family) = named("loopback header", array::<4>(frame))?;
    let family = u32::from_le_bytes(family).min(u32::from_be_bytes(family));
    Ok((rest, if FAMILIES.contains(&family) { Content::Ip } else { Content::Other }))
}

/// AF_INET, and AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
const FAMILIES: [u32; 6] = [2, 10, 23, 24, 28, 30];

/// What follows an EtherType, whose values below the smallest are lengths.
fn typed(kind: u16, input: &[u8]) -> Read<'_, Content> {
    let (mut kind, mut rest) = (kind, input);
    for _ in 0..=MAX_TAGS {
        match kind {
            ether_type::IPV4 | ether_type::IPV6 => return Ok((rest, Content::Ip)),
            ether_type::VLAN | ether_type::PROVIDER_BRIDGING | ether_type::VLAN_DOUBLE => {
                (rest, _) = take("VLAN tag", 2)(rest)?;
                (rest, kind) = named("EtherType", be_u16(rest))?;
            }
            ether_type::PPPOE_SESSION => return ppp_over_ethernet(rest),
            0..=ether_type::LARGEST_LENGTH => return logical_link_control(rest),
            _ => return Ok((rest, Content::EtherType(kind))),
        }
    }
    Err(Unread::error(rest, Reason::TooDeep { field: "VLAN tag" }))
}

/// A PPPoE session packet (RFC 2516 4): version and type, code, session, length; then a PPP protocol.
fn ppp_over_ethernet(input: &[u8]) -> Read<'_, Content> {
    let (rest, _header) = take("PPPoE header", 6)(input)?;
    let (rest, protocol) = named("PPP protocol", be_u16(rest))?;
    Ok((rest, if matches!(protocol, 0x0021 | 0x0057) { Content::Ip } else { Content::Other }))
}

/// IEEE 802.2: IP by its own SAP, or by SNAP with the EtherTypes of organization 0 (RFC 1042).
fn logical_link_control(input: &[u8]) -> Read<'_, Content> {
    let (rest, header) = named("LLC header", array::<3>(input))?;
    match header {
        [0x06, 0x06, 0x03] => Ok((rest, Content::Ip)),
        [0xaa, 0xaa, 0x03] => {
            let (rest, organization) = named("SNAP organization", array::<3>(rest))?;
            let (rest, kind) = named("EtherType", be_u16(rest))?;
            let ip = organization == [0; 3] && matches!(kind, ether_type::IPV4 | ether_type::IPV6);
            Ok((rest, if ip { Content::Ip } else { Content::Snap(organization, kind) }))
        }
        _ => Ok((rest, Content::Other)),
    }
}
