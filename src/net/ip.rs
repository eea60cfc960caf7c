//! IPv4 and IPv6 headers, laxly: what a snapshot length cut off is missing, no more.
//!
//! IPv4, the everyday case, is sliced in place; IPv6 and what extends a header is left to etherparse.

use etherparse::err::ipv6_exts::{HeaderError, HeaderSliceError};
use etherparse::{IpNumber, Ipv6ExtensionSlice, Ipv6ExtensionsSlice, LaxIpv6Slice, ip_number};

use super::Address;
use crate::error::{Reason, Unread};
use crate::wire::widen;

/// An IP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ip<'a> {
    pub(super) source: Address,
    pub(super) destination: Address,
    /// What the payload is.
    pub(super) protocol: IpNumber,
    /// The payload that was captured. That of a fragment begins behind the header that says so.
    pub(super) payload: &'a [u8],
    /// The payload's length on the wire.
    pub(super) length: u32,
    /// The place of the payload in its datagram, if it is a fragment.
    pub(super) fragment: Option<Fragment>,
    /// Bytes from the payload's start to the end of the frame: the place of an error.
    pub(super) left: usize,
}

/// The place of a fragment in its datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) identification: u32,
    /// In bytes.
    pub(super) offset: u32,
    pub(super) more: bool,
}

/// Reads an IP header and what extends it. `wire` is how many bytes of `input` there were on the wire, which counts
/// only where the header does not say how long the packet is.
#[inline]
pub(super) fn ip(input: &[u8], wire: u32) -> Result<Ip<'_>, Unread> {
    match input.first().map(|byte| byte >> 4) {
        Some(4) => ipv4(input, wire),
        Some(6) => ipv6(input, wire),
        Some(version) => {
            Err(unread(input, Reason::BadValue { field: "IP version", value: u64::from(version) }))
        }
        None => Err(unread(input, Reason::Truncated { field: "IP header" })),
    }
}

/// Reads what may stand between the IP header, or the one that says that the payload is a fragment, and the transport
/// layer.
pub(super) fn extensions<'a>(ip: &Ip<'a>) -> Result<Ip<'a>, Unread> {
    let (headers, protocol, payload, stopped) = Ipv6ExtensionsSlice::from_slice_lax(ip.protocol, ip.payload);
    match stopped {
        None => {
            let size = headers.slice().len();
            let (length, left) = (less(ip.length, size), ip.left.saturating_sub(size));
            Ok(Ip { protocol, payload, length, left, ..*ip })
        }
        Some((error, _)) => Err(ip.unread(extension_error(&error))),
    }
}

/// Reads an IPv4 header (RFC 791 3.1).
#[inline]
fn ipv4(input: &[u8], wire: u32) -> Result<Ip<'_>, Unread> {
    let Some(&[first, _, t0, t1, i0, i1, f0, f1, _, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3]) =
        input.first_chunk::<20>()
    else {
        return Err(unread(input, Reason::Truncated { field: "IP header" }));
    };
    let words = first & 0x0f;
    if words < 5 {
        return Err(unread(input, Reason::BadValue { field: "IPv4 header length", value: u64::from(words) }));
    }
    let size = usize::from(words << 2);
    let Some(rest) = input.get(size..) else {
        return Err(unread(input, Reason::Truncated { field: "IP header" }));
    };
    let total = u16::from_be_bytes([t0, t1]);
    let place = u16::from_be_bytes([f0, f1]);
    let packet = Ip {
        source: Address::v4([s0, s1, s2, s3]),
        destination: Address::v4([d0, d1, d2, d3]),
        protocol: IpNumber(protocol),
        payload: rest,
        // A segment that the network card was to cut up has the length 0: it goes on to the end of the frame.
        length: if usize::from(total) < size { less(wire, size) } else { less(u32::from(total), size) },
        fragment: (place & 0x3fff != 0).then(|| Fragment {
            identification: u32::from(u16::from_be_bytes([i0, i1])),
            offset: u32::from(place & 0x1fff) << 3,
            more: place & 0x2000 != 0,
        }),
        left: rest.len(),
    };
    Ok(packet.without_padding())
}

/// Reads an IPv6 header (RFC 8200 3) and the headers that extend it, up to one that says that the rest is a fragment.
fn ipv6(input: &[u8], wire: u32) -> Result<Ip<'_>, Unread> {
    let Ok((slice, stopped)) = LaxIpv6Slice::from_slice(input) else {
        return Err(unread(input, Reason::Truncated { field: "IP header" }));
    };
    let (header, headers) = (slice.header(), slice.extensions());
    let fixed = header.slice().len();
    let fragment = slice.is_payload_fragmented().then(|| fragment_header(headers)).flatten();
    let (extended, protocol, fragment) = match (fragment, stopped) {
        (Some((size, protocol, fragment)), _) => (size, protocol, Some(fragment)),
        (None, None) => (headers.slice().len(), slice.payload().ip_number, None),
        (None, Some((error, _))) => return Err(unread(input, extension_error(&error))),
    };
    let length = match header.payload_length() {
        0 => less(wire, fixed),
        length => u32::from(length),
    };
    let rest = input.get(fixed.saturating_add(extended)..).unwrap_or_default();
    let packet = Ip {
        source: Address::v6(header.source()),
        destination: Address::v6(header.destination()),
        protocol,
        payload: rest,
        length: less(length, extended),
        fragment,
        left: rest.len(),
    };
    Ok(packet.without_padding())
}

/// The first header that says that what follows is a fragment, with the size of it and of the headers before it.
fn fragment_header(headers: &Ipv6ExtensionsSlice<'_>) -> Option<(usize, IpNumber, Fragment)> {
    let mut size = 0_usize;
    for header in headers.clone() {
        let slice = match &header {
            Ipv6ExtensionSlice::HopByHop(header)
            | Ipv6ExtensionSlice::Routing(header)
            | Ipv6ExtensionSlice::DestinationOptions(header) => header.slice(),
            Ipv6ExtensionSlice::Authentication(header) => header.slice(),
            Ipv6ExtensionSlice::Fragment(header) => header.slice(),
        };
        size = size.saturating_add(slice.len());
        if let Ipv6ExtensionSlice::Fragment(header) = header
            && header.is_fragmenting_payload()
        {
            let fragment = Fragment {
                identification: header.identification(),
                offset: u32::from(header.fragment_offset().value()) << 3,
                more: header.more_fragments(),
            };
            return Some((size, header.next_header(), fragment));
        }
    }
    None
}

impl Ip<'_> {
    /// True if [`extensions`] stand before the transport layer.
    pub(super) fn is_extended(&self) -> bool {
        matches!(self.protocol, ip_number::AUTH)
    }

    /// An error at the start of the payload.
    pub(super) fn unread(&self, reason: Reason) -> Unread {
        Unread { left: self.left, reason }
    }

    /// Without what follows the packet in its frame.
    #[inline]
    fn without_padding(mut self) -> Self {
        self.payload = self.payload.get(..widen(self.length)).unwrap_or(self.payload);
        self
    }
}

/// `length` without the `size` of a header.
pub(super) fn less(length: u32, size: usize) -> u32 {
    length.saturating_sub(u32::try_from(size).unwrap_or(u32::MAX))
}

/// An error at the start of `rest`.
fn unread(rest: &[u8], reason: Reason) -> Unread {
    Unread { left: rest.len(), reason }
}

fn extension_error(error: &HeaderSliceError) -> Reason {
    let field = "IP extension header";
    match error {
        HeaderSliceError::Len(_) => Reason::Truncated { field },
        HeaderSliceError::Content(HeaderError::HopByHopNotAtStart) => Reason::BadValue { field, value: 0 },
        HeaderSliceError::Content(HeaderError::IpAuth(_)) => {
            Reason::BadValue { field, value: u64::from(ip_number::AUTH.0) }
        }
    }
}
