//! LZNT1 (\[MS-XCA\] 2.5).

use super::output::Output;
use crate::error::{Read, Reason, Unread, named};
use crate::wire::{le_u16, u8};

/// The most bytes that a chunk inflates to.
const CHUNK: usize = 4096;
/// The shortest match.
const MIN_MATCH: usize = 3;

/// Inflates until the output is full, the input ends or an empty chunk says so.
pub(super) fn decompress(input: &[u8], output: &mut Output<'_>) -> Result<(), Unread> {
    let mut rest = input;
    while !output.is_full() && rest.len() >= 2 {
        let (after, header) = named("Chunk header", le_u16(rest))?;
        if header == 0 {
            break;
        }
        let size = usize::from(header & 0x0fff).saturating_add(1);
        let (packed, after, cut) = match after.split_at_checked(size) {
            Some((packed, after)) => (packed, after, false),
            None => (after, &[][..], true),
        };
        if header & 0x8000 == 0 {
            output.extend(packed);
        } else {
            chunk(packed, output)?;
        }
        if cut && !output.is_full() {
            return Err(Unread { left: 0, reason: Reason::Truncated { field: "Chunk" } });
        }
        rest = after;
    }
    Ok(())
}

fn chunk(packed: &[u8], output: &mut Output<'_>) -> Result<(), Unread> {
    let start = output.length();
    let mut rest = packed;
    while !rest.is_empty() {
        let (after, mut flags) = named("Flags", u8(rest))?;
        rest = after;
        for _ in 0..8 {
            if rest.is_empty() || output.is_full() {
                return Ok(());
            }
            if flags & 1 == 0 {
                let (after, byte) = named("Literal", u8(rest))?;
                rest = after;
                output.push(byte);
            } else {
                let at = rest;
                let position = output.length().saturating_sub(start);
                let (after, (distance, length)) = found(rest, position)?;
                rest = after;
                let value = u64::try_from(distance).unwrap_or(u64::MAX);
                let reason = Reason::BadOffset { field: "Displacement", value };
                let fits = position.saturating_add(length) <= CHUNK;
                let copied = fits.then(|| output.copy(distance, length, start)).flatten();
                copied.ok_or(Unread::error(at, reason))?;
            }
            flags >>= 1;
        }
    }
    Ok(())
}

/// Distance and length of a match: the further into the chunk, the more of the 16 bits are the distance's.
fn found(input: &[u8], position: usize) -> Read<'_, (usize, usize)> {
    let (rest, both) = named("Compressed word", le_u16(input))?;
    let needed = usize::BITS.saturating_sub(position.saturating_sub(1).leading_zeros()).clamp(4, 12);
    let length_bits = 16_u32.saturating_sub(needed);
    let distance = usize::from(both >> length_bits).saturating_add(1);
    let length = usize::from(both & u16::MAX.checked_shr(needed).unwrap_or_default());
    Ok((rest, (distance, length.saturating_add(MIN_MATCH))))
}
