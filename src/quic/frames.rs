//! Frames of an Initial packet (RFC 9000 19, 12.4).

use super::packet::variable;
use crate::error::{Layer, Read, Reason, Unread, named, parse};
use crate::wire::{fields, take, u8};

/// A CRYPTO frame (RFC 9000 19.6): bytes of the TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crypto<'a> {
    pub(super) offset: u64,
    pub(super) data: &'a [u8],
}

/// The CRYPTO frames of a packet, of which the capture may lack the end if it `is_cut`. `None` if there is a frame that
/// no Initial packet has: then these are no frames.
pub(super) fn crypto(frames: &[u8], is_cut: bool) -> Option<Vec<Crypto<'_>>> {
    let (mut rest, mut found) = (frames, Vec::new());
    while !rest.is_empty() {
        match parse(Layer::Quic, rest, |input| frame(input, is_cut)) {
            Ok((after, crypto)) => {
                found.extend(crypto);
                rest = after;
            }
            Err(error) if is_cut && matches!(error.reason, Reason::Truncated { .. }) => break,
            Err(_) => return None,
        }
    }
    Some(found)
}

fn frame(input: &[u8], is_cut: bool) -> Read<'_, Option<Crypto<'_>>> {
    fields!(snake input => rest; frame_type: u8);
    match frame_type {
        // PADDING, PING
        0 | 1 => Ok((rest, None)),
        // ACK, which may count marks of congestion
        2 | 3 => {
            fields!(snake rest => rest; _largest_acknowledged: variable, _ack_delay: variable, ack_range_count: variable);
            // The first range, a gap and a length of each further one, three counters.
            let counters = if frame_type == 3 { 3 } else { 0 };
            let numbers = ack_range_count.saturating_mul(2).saturating_add(1).saturating_add(counters);
            Ok((skip(rest, numbers)?, None))
        }
        6 => {
            fields!(snake rest => rest; offset: variable, length: variable);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if is_cut && rest.len() < length {
                return Ok((&[], Some(Crypto { offset, data: rest })));
            }
            let (rest, data) = take("CRYPTO", length)(rest)?;
            Ok((rest, Some(Crypto { offset, data })))
        }
        // CONNECTION_CLOSE: error, frame, reason
        0x1c => {
            let rest = skip(rest, 2)?;
            fields!(snake rest => rest; reason_phrase_length: variable);
            let (rest, _reason) =
                take("reason_phrase", usize::try_from(reason_phrase_length).unwrap_or(usize::MAX))(rest)?;
            Ok((rest, None))
        }
        _ => Err(Unread::error(input, Reason::BadValue { field: "frame type", value: frame_type.into() })),
    }
}

fn skip(input: &[u8], numbers: u64) -> Result<&[u8], nom::Err<Unread>> {
    let mut rest = input;
    for _ in 0..numbers {
        (rest, _) = named("frame", variable(rest))?;
    }
    Ok(rest)
}
