//! TCP and UDP headers.

use super::ip::{Ip, less};
use super::{Datagram, Endpoint, Segment, TcpFlags};
use crate::error::{Reason, Unread};
use crate::wire::widen;

/// Reads a TCP header (RFC 9293 3.1), of which the capture may lack what stands behind the flags: then nothing of the
/// payload was captured.
#[inline]
pub(super) fn tcp<'a>(ip: &Ip<'a>) -> Result<Segment<'a>, Unread> {
    let Some(&[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags]) =
        ip.payload.first_chunk::<14>()
    else {
        return Err(ip.unread(Reason::Truncated { field: "TCP header" }));
    };
    let words = offset >> 4;
    if words < 5 {
        return Err(ip.unread(Reason::BadValue { field: "TCP data offset", value: u64::from(words) }));
    }
    let size = usize::from(words << 2);
    let payload = match ip.payload.get(size..) {
        Some(payload) => payload,
        None if widen(ip.length) >= size => &[],
        None => return Err(ip.unread(Reason::Truncated { field: "TCP header" })),
    };
    let flags = TcpFlags::from_bits_retain(flags);
    Ok(Segment {
        source: Endpoint::at(ip.source, u16::from_be_bytes([s0, s1])),
        destination: Endpoint::at(ip.destination, u16::from_be_bytes([d0, d1])),
        seq: u32::from_be_bytes([q0, q1, q2, q3]),
        ack: flags.contains(TcpFlags::ACK).then_some(u32::from_be_bytes([a0, a1, a2, a3])),
        flags,
        payload,
        length: less(ip.length, size),
    })
}

/// Reads a UDP header (RFC 768).
#[inline]
pub(super) fn udp<'a>(ip: &Ip<'a>) -> Result<Datagram<'a>, Unread> {
    let Some((&[s0, s1, d0, d1, l0, l1, _, _], rest)) = ip.payload.split_first_chunk::<8>() else {
        return Err(ip.unread(Reason::Truncated { field: "UDP header" }));
    };
    let declared = u32::from(u16::from_be_bytes([l0, l1]));
    let whole = if declared < 8 { ip.length } else { declared.min(ip.length) };
    let length = less(whole, 8);
    Ok(Datagram {
        source: Endpoint::at(ip.source, u16::from_be_bytes([s0, s1])),
        destination: Endpoint::at(ip.destination, u16::from_be_bytes([d0, d1])),
        payload: rest.get(..widen(length)).unwrap_or(rest),
        length,
    })
}
