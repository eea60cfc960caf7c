//! What is not read, told by name: link types, and headers that another packet or frame stands behind.
//!
//! A header counts only where it looks right, and not where what stands behind it can be no TCP (ICMP, say).

#[cfg(test)]
mod tests;

use core::fmt;

use etherparse::{IpNumber, ip_number};

use super::ip::Ip;
use super::link::{Content, link_layer};
use super::{Datagram, link_type};
use crate::capture::LinkType;

/// A packet that is not read, as far as its kind is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Foreign {
    /// A link type that is not read.
    Link(LinkType),
    /// A tunnel or a tag that carries IP or frames of a local network.
    Carrier(&'static str),
    /// A tunnel whose content is encrypted.
    Encrypted(&'static str),
}

/// Its name: `GRE`, `IEEE 802.11 (link type 105)`.
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Link(link) => match link_type::name(link) {
                Some(name) => write!(f, "{name} (link type {})", link.0),
                None => write!(f, "link type {}", link.0),
            },
            Self::Carrier(name) | Self::Encrypted(name) => f.write_str(name),
        }
    }
}

use Foreign::{Carrier, Encrypted};

/// What a frame is that carries no IP at its link layer.
#[cold]
pub(super) fn frame(link: LinkType, frame: &[u8]) -> Option<Foreign> {
    match link_layer(link, frame).ok()? {
        (_, Content::Unknown) => Some(Foreign::Link(link)),
        (rest, Content::EtherType(kind)) => ether_type(kind, rest),
        (rest, Content::Snap(organization, protocol)) => snap(organization, protocol, frame, rest),
        _ => None,
    }
}

/// By EtherType (the IEEE 802 numbers of IANA).
fn ether_type(kind: u16, rest: &[u8]) -> Option<Foreign> {
    let name = match kind {
        0x8847 | 0x8848 if is_label_stack(rest) => "MPLS",
        0x88e7 => "IEEE 802.1ah (PBB)",
        0x893f => "IEEE 802.1BR",
        0x8926 => "VN-Tag",
        0x8909 => "Cisco MetaData",
        0x9200 | 0x9300 => "VLAN tag of another EtherType",
        0x6558 => "Transparent Ethernet Bridging",
        0x22f3 => "TRILL",
        0x8903 => "FabricPath",
        0x894f => "NSH",
        0xdada => "DSA tag",
        // Packets to one station, to all, and fragments; the rest is routing.
        0x4305 if matches!(rest, [0x01 | 0x40..=0x43, ..]) => "B.A.T.M.A.N. advanced",
        // The E bit of the SecTAG (IEEE 802.1AE 9.5).
        0x88e5 => match rest.first()? & 0x08 {
            0 => "MACsec without encryption",
            _ => return Some(Encrypted("MACsec")),
        },
        _ => return None,
    };
    Some(Carrier(name))
}

/// By organization and protocol of a SNAP header.
fn snap(organization: [u8; 3], protocol: u16, frame: &[u8], rest: &[u8]) -> Option<Foreign> {
    match (organization, protocol) {
        ([0, 0, 0], kind) => ether_type(kind, rest),
        // Frames bridged over another medium, with and without their check sequence (RFC 2684 5.2).
        ([0, 0x80, 0xc2], 1 | 7) => Some(Carrier("bridged Ethernet")),
        ([0, 0, 0xf8], kind) if is_carried(kind) => Some(Carrier("bridge tunnel (IEEE 802.1H)")),
        // ISL has the organization where SNAP has it, and a VLAN of at most 10 bits and a flag behind.
        ([0, 0, 0x0c], 0..=0x07ff) if matches!(frame, [1 | 3, 0, 0x0c, 0, 0, ..]) => Some(Carrier("ISL")),
        _ => None,
    }
}

/// By the protocol number of IP.
#[cold]
pub(super) fn packet(ip: &Ip<'_>) -> Option<Foreign> {
    let content = ip.payload;
    match ip.protocol {
        ip_number::IPV4 | IpNumber(94) => inner(content).then_some(Carrier("IP in IP")),
        ip_number::IPV6 => inner(content).then_some(Carrier("IPv6 in IP")),
        ip_number::GRE => gre(content),
        IpNumber(97) => Some(Carrier("EtherIP")),
        IpNumber(137) => is_label_stack(content).then_some(Carrier("MPLS in IP")),
        IpNumber(115) => Some(Carrier("L2TPv3")),
        IpNumber(143) => Some(Carrier("Ethernet in IPv6")),
        IpNumber(55) => Some(Carrier("Minimal Encapsulation")),
        IpNumber(108) => Some(Carrier("IPComp")),
        IpNumber(142) => Some(Carrier("ROHC")),
        IpNumber(50) => Some(Encrypted("ESP")),
        _ => None,
    }
}

/// By the port of UDP: the one that the specification has packets sent to.
#[inline]
pub(super) fn datagram(datagram: &Datagram<'_>) -> Option<Foreign> {
    match (datagram.destination.port, datagram.source.port) {
        (
            1701 | 2152 | 3544 | 4341 | 4500 | 4754 | 4789 | 4790 | 5247 | 6081 | 6635 | 8472 | 37008 | 51820
            | 1194,
            _,
        )
        | (_, 1194 | 1701 | 3544 | 4500 | 5247 | 51820) => tunnel(datagram),
        _ => None,
    }
}

#[cold]
fn tunnel(datagram: &Datagram<'_>) -> Option<Foreign> {
    let payload = datagram.payload;
    let at = |port| datagram.destination.port == port || datagram.source.port == port;
    match (datagram.destination.port, payload) {
        // VXLAN (RFC 7348 5): the I flag, and a byte of zero behind the network identifier.
        (4789 | 8472, [flags, _, _, _, _, _, _, 0, ..]) if flags & 0x08 != 0 && flags & 0x70 == 0 => {
            Some(Carrier("VXLAN"))
        }
        (4790, [flags, 0, 0, 1..=4, _, _, _, 0, ..]) if flags & 0x0c == 0x0c => Some(Carrier("VXLAN GPE")),
        // GENEVE (RFC 8926 3.4): version 0, six reserved bits, the EtherType of the content.
        (6081, [0..=0x3f, flags, k0, k1, _, _, _, 0, ..])
            if flags & 0x3f == 0 && is_carried(u16::from_be_bytes([*k0, *k1])) =>
        {
            Some(Carrier("GENEVE"))
        }
        // TZSP: version 1, a packet received or to be sent.
        (37008, [1, 0 | 1, ..]) => Some(Carrier("TZSP")),
        // GTP-U (3GPP TS 29.281 5.1): version 1, GTP, a G-PDU.
        (2152, [0x30..=0x37, 0xff, ..]) => Some(Carrier("GTP-U")),
        (4341, [_, _, _, _, _, _, _, _, content @ ..]) if inner(content) => Some(Carrier("LISP")),
        (4754, content) => gre(content),
        (6635, content) if is_label_stack(content) => Some(Carrier("MPLS in UDP")),
        (_, content) if at(1701) => l2tp(content),
        (_, content) if at(3544) => teredo(content).then_some(Carrier("Teredo")),
        // CAPWAP (RFC 5415 4.3): version 0, a header that is not for DTLS.
        (_, [0, ..]) if at(5247) => Some(Carrier("CAPWAP")),
        // ESP in UDP (RFC 3948 2): neither a keep-alive nor the marker of IKE, which is 0.
        (_, [a, b, c, d, ..]) if at(4500) && (*a, *b, *c, *d) != (0, 0, 0, 0) => Some(Encrypted("ESP")),
        (_, [1..=4, 0, 0, 0, ..]) if at(51820) => Some(Encrypted("WireGuard")),
        // The operation in the upper five bits: control, acknowledgment, data.
        (_, [0x20..=0x4f, ..]) if at(1194) => Some(Encrypted("OpenVPN")),
        _ => None,
    }
}

/// GRE (RFC 2784 2, RFC 2890 2): flags and version, the EtherType of the content, then what the flags say.
fn gre(header: &[u8]) -> Option<Foreign> {
    let ([flags, version, k0, k1], _) = header.split_first_chunk::<4>()?;
    let kind = u16::from_be_bytes([*k0, *k1]);
    let (checksum, key, sequence) = (flags & 0xc0 != 0, flags & 0x20 != 0, flags & 0x10 != 0);
    match (version & 0x07, kind) {
        // PPTP (RFC 2637 4.1): payload length and call, then what sequence and acknowledgment numbers there are.
        (1, 0x880b) => {
            let mut at = 8_usize;
            at = at.saturating_add(if sequence { 4 } else { 0 });
            at = at.saturating_add(if version & 0x80 != 0 { 4 } else { 0 });
            ppp("PPTP", header.get(at..)?)
        }
        (1, 0x6400) => Some(Carrier("EoIP")),
        (0, _) => {
            let words = [checksum, key, sequence].into_iter().filter(|present| *present).count();
            let content = header.get(words.saturating_mul(4).saturating_add(4)..)?;
            match kind {
                0x0800 | 0x86dd => inner(content).then_some(Carrier("GRE")),
                0x6558 if key && !checksum && !sequence => Some(Carrier("NVGRE")),
                0x88be if !sequence => Some(Carrier("ERSPAN I")),
                0x88be => Some(Carrier("ERSPAN II")),
                0x22eb => Some(Carrier("ERSPAN III")),
                0x883e => Some(Carrier("WCCP")),
                _ => is_carried(kind).then_some(Carrier("GRE")),
            }
        }
        _ => None,
    }
}

/// L2TP over UDP (RFC 2661 3.1, RFC 3931 4.1.2.1): a data message.
fn l2tp(message: &[u8]) -> Option<Foreign> {
    let ([flags, version], _) = message.split_first_chunk::<2>()?;
    let (control, length, sequence, offset) =
        (flags & 0x80 != 0, flags & 0x40 != 0, flags & 0x08 != 0, flags & 0x02 != 0);
    match version & 0x0f {
        _ if control => None,
        2 => {
            let mut at = 6_usize;
            at = at.saturating_add(if length { 2 } else { 0 });
            at = at.saturating_add(if sequence { 4 } else { 0 });
            if offset {
                let [o0, o1] = *message.get(at..)?.first_chunk::<2>()?;
                at = at.saturating_add(usize::from(u16::from_be_bytes([o0, o1]))).saturating_add(2);
            }
            ppp("L2TP", message.get(at..)?)
        }
        3 => Some(Carrier("L2TPv3")),
        _ => None,
    }
}

/// What a tunnel of PPP carries (RFC 1661 2, with address and protocol fields that may be compressed): IP, bridged
/// frames, or datagrams that are compressed and, in tunnels, encrypted.
fn ppp(name: &'static str, frame: &[u8]) -> Option<Foreign> {
    let frame = frame.strip_prefix(&[0xff, 0x03]).unwrap_or(frame);
    let protocol = match *frame {
        [short, ..] if short & 1 == 1 => u16::from(short),
        [high, low, ..] => u16::from_be_bytes([high, low]),
        _ => return None,
    };
    match protocol {
        0x0021 | 0x0057 | 0x0031 | 0x002d | 0x002f => Some(Carrier(name)),
        0x00fd | 0x00fb | 0x0053 => Some(Encrypted(name)),
        _ => None,
    }
}

/// True for a datagram of Teredo (RFC 4380 5.1.1) whose IPv6 packet is more than one of its bubbles.
fn teredo(datagram: &[u8]) -> bool {
    let mut rest = datagram;
    if let [0, 1, id, auth, tail @ ..] = rest {
        // Authentication: identifiers, then a nonce and a confirmation.
        let size = usize::from(*id).saturating_add(usize::from(*auth)).saturating_add(9);
        rest = tail.get(size..).unwrap_or_default();
    }
    if let [0, 0, _, _, _, _, _, _, tail @ ..] = rest {
        rest = tail;
    }
    matches!(rest, [0x60..=0x6f, ..]) && inner(rest)
}

/// True if an EtherType is of IP, of a frame, or of a tag before them.
fn is_carried(kind: u16) -> bool {
    matches!(kind, 0x0800 | 0x86dd | 0x6558 | 0x8100 | 0x88a8 | 0x8847 | 0x8848 | 0x8864 | 0x894f)
}

/// True if these are labels of MPLS (RFC 3032 2.1) with the last one, which its bit S marks, among them.
fn is_label_stack(bytes: &[u8]) -> bool {
    bytes.chunks_exact(4).take(16).any(|entry| matches!(entry, [_, _, third, _] if third & 1 == 1))
}

/// True if this is an IP packet that may carry TCP: not one of ICMP or routing, nor the empty GRE packet that a tunnel
/// is kept alive with.
fn inner(packet: &[u8]) -> bool {
    let (protocol, content) = match *packet {
        [0x45..=0x4f, _, _, _, _, _, _, _, _, protocol, ..] => {
            let words = packet.first().map_or(0, |first| usize::from(first & 0x0f));
            (protocol, packet.get(words.saturating_mul(4)..))
        }
        [0x60..=0x6f, _, _, _, _, _, protocol, ..] => (protocol, packet.get(40..)),
        _ => return false,
    };
    match protocol {
        // ICMP, IGMP, EIGRP, PIM and VRRP, OSPF, ICMPv6, nothing.
        1 | 2 | 58 | 59 | 88 | 89 | 103 | 112 => false,
        47 => !matches!(content, Some([_, _, 0, 0, ..])),
        _ => true,
    }
}
