//! Plain LZ77 (\[MS-XCA\] 2.4).

use super::output::Output;
use crate::error::{Read, Reason, Unread, named};
use crate::wire::{le_u16, le_u32, u8, widen};

/// The length of a match, where it does not fit into the three bits beside its distance.
const MATCH_LENGTH: &str = "MatchLength";
/// The shortest match.
const MIN_MATCH: usize = 3;
/// What the three bits of a length say when more follows.
const LONG: usize = 7;
/// What a nibble says when a byte follows.
const LONGER: usize = 15;

/// Inflates until the output is full or the input ends.
pub(super) fn decompress(input: &[u8], output: &mut Output<'_>) -> Result<(), Unread> {
    let mut rest = input;
    // The high nibble of a byte of lengths whose low nibble the match before took.
    let mut nibble = None;
    while !output.is_full() && !rest.is_empty() {
        let (after, mut flags) = named("Flags", le_u32(rest))?;
        rest = after;
        for _ in 0..32 {
            if output.is_full() {
                return Ok(());
            }
            let is_match = flags & 0x8000_0000 != 0;
            flags <<= 1;
            if is_match {
                // The flags behind the last byte are all set.
                if rest.is_empty() {
                    return Ok(());
                }
                let at = rest;
                let (after, (distance, length)) = found(rest, &mut nibble)?;
                rest = after;
                let copied = output.copy(distance, length, 0);
                let value = u64::try_from(distance).unwrap_or(u64::MAX);
                copied.ok_or(Unread::error(at, Reason::BadOffset { field: "MatchOffset", value }))?;
            } else {
                let (after, byte) = named("Literal", u8(rest))?;
                rest = after;
                output.push(byte);
            }
        }
    }
    Ok(())
}

/// Distance and length of a match.
fn found<'a>(input: &'a [u8], nibble: &mut Option<u8>) -> Read<'a, (usize, usize)> {
    let (mut rest, both) = named("Match", le_u16(input))?;
    let distance = usize::from(both >> 3).saturating_add(1);
    let mut length = usize::from(both & 7);
    if length == LONG {
        let bits = if let Some(high) = nibble.take() {
            high
        } else {
            let (after, byte) = named(MATCH_LENGTH, u8(rest))?;
            rest = after;
            *nibble = Some(byte >> 4);
            byte & 0x0f
        };
        length = length.saturating_add(bits.into());
        if usize::from(bits) == LONGER {
            let (after, more) = longer(rest, LONG.saturating_add(LONGER))?;
            rest = after;
            length = more;
        }
    }
    Ok((rest, (distance, length.saturating_add(MIN_MATCH))))
}

/// A length that does not fit its bits: a byte more than `short`, or 16 or 32 bits that count from 0.
pub(super) fn longer(input: &[u8], short: usize) -> Read<'_, usize> {
    let (rest, byte) = named(MATCH_LENGTH, u8(input))?;
    if byte != u8::MAX {
        return Ok((rest, short.saturating_add(byte.into())));
    }
    let (rest, length) = match named(MATCH_LENGTH, le_u16(rest))? {
        (rest, 0) => named(MATCH_LENGTH, le_u32(rest)).map(|(rest, length)| (rest, widen(length)))?,
        (rest, length) => (rest, length.into()),
    };
    if length < short {
        let value = u64::try_from(length).unwrap_or(u64::MAX);
        return Err(Unread::error(input, Reason::BadValue { field: MATCH_LENGTH, value }));
    }
    Ok((rest, length))
}
