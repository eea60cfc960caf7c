//! LZ77 with Huffman coding (\[MS-XCA\] 2.2).

use super::lz77::longer;
use super::output::Output;
use crate::error::{Reason, Unread, named};
use crate::wire::{array, le_u16};

/// Bytes that one table serves.
const BLOCK: usize = 1 << 16;
/// Literals, then matches by the bits of their distance and the low bits of their length.
const SYMBOLS: usize = 512;
/// The longest code in bits.
const MAX_CODE: u32 = 15;
/// The first match; at the end of the input, the end.
const FIRST_MATCH: u16 = 256;

/// Inflates until the output is full or the input ends.
pub(super) fn decompress(input: &[u8], output: &mut Output<'_>) -> Result<(), Unread> {
    let mut rest = input;
    while !output.is_full() && !rest.is_empty() {
        let (after, lengths) = named("Huffman table", array::<{ SYMBOLS / 2 }>(rest))?;
        let codes = Codes::new(&lengths)
            .ok_or(Unread::error(rest, Reason::BadValue { field: "Huffman table", value: 0 }))?;
        rest = block(after, &codes, output)?;
    }
    Ok(())
}

/// Inflates one block and gives what follows it.
fn block<'a>(input: &'a [u8], codes: &Codes, output: &mut Output<'_>) -> Result<&'a [u8], Unread> {
    let end = output.length().saturating_add(BLOCK);
    let mut bits = Bits::new(input);
    while !output.is_full() && output.length() < end {
        let symbol = codes.symbol(&mut bits)?;
        if let Ok(literal) = u8::try_from(symbol) {
            output.push(literal);
            continue;
        }
        if symbol == FIRST_MATCH && bits.rest.is_empty() {
            return Ok(bits.rest);
        }
        let of_match = symbol.wrapping_sub(FIRST_MATCH);
        let (distance_bits, low) = (u32::from(of_match >> 4), usize::from(of_match & 15));
        let length = if low == 15 {
            let (after, length) = longer(bits.rest, low)?;
            bits.rest = after;
            length
        } else {
            low
        };
        let at = bits.rest;
        let low = bits.take(distance_bits)?;
        let distance = (1_u32 << distance_bits) | low;
        let copied = crate::wire::widen(distance);
        output
            .copy(copied, length.saturating_add(3), 0)
            .ok_or(Unread::error(at, Reason::BadOffset { field: "MatchOffset", value: distance.into() }))?;
    }
    Ok(bits.rest)
}

/// Canonical codes: those of a length follow each other in the order of their symbols.
struct Codes {
    /// For each length, the first code of the next one, aligned to the left in [`MAX_CODE`] bits.
    ends: [u32; 16],
    /// For each length, the index in `symbols` of its first code.
    firsts: [usize; 16],
    symbols: Vec<u16>,
}

impl Codes {
    /// From the lengths of all symbols, two in a byte, the first one's in its low bits. `None` if they are no code.
    fn new(lengths: &[u8; SYMBOLS / 2]) -> Option<Self> {
        let of = |length: u8| {
            lengths
                .iter()
                .flat_map(|both| [both & 15, both >> 4])
                .zip(0_u16..)
                .filter_map(move |(found, symbol)| (found == length).then_some(symbol))
        };
        let (mut ends, mut firsts) = ([0; 16], [0; 16]);
        let mut symbols = Vec::with_capacity(SYMBOLS);
        let mut next = 0_u32;
        for (length, (end, first)) in (0_u8..).zip(ends.iter_mut().zip(&mut firsts)).skip(1) {
            *first = symbols.len();
            symbols.extend(of(length));
            let count = u32::try_from(symbols.len().saturating_sub(*first)).ok()?;
            next = next.checked_add(count << MAX_CODE.checked_sub(length.into())?)?;
            *end = next;
        }
        (next <= 1 << MAX_CODE && next > 0).then_some(Self { ends, firsts, symbols })
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Result<u16, Unread> {
        let unknown =
            Unread { left: bits.rest.len(), reason: Reason::BadValue { field: "Huffman code", value: 0 } };
        let ahead = bits.ahead(MAX_CODE);
        let mut from = 0_u32;
        for (length, (end, first)) in (0_u32..).zip(self.ends.iter().zip(&self.firsts)).skip(1) {
            if ahead < *end {
                let of_length = ahead.wrapping_sub(from) >> MAX_CODE.saturating_sub(length);
                bits.take(length)?;
                let index = usize::try_from(of_length).ok().and_then(|index| first.checked_add(index));
                return index.and_then(|index| self.symbols.get(index)).copied().ok_or(unknown);
            }
            from = *end;
        }
        Err(unknown)
    }
}

/// The bits of a block, which come in 16-bit words, the highest first. Two words are always read ahead of the bytes that
/// stand between them.
struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, aligned to the left.
    next: u32,
    /// How many there are.
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(input: &'a [u8]) -> Self {
        let mut bits = Self { rest: input, next: 0, count: 0 };
        bits.refill();
        bits.refill();
        bits
    }

    /// Reads a word where there is room for one.
    fn refill(&mut self) {
        if let (true, Ok((rest, word))) = (self.count <= 16, le_u16(self.rest)) {
            self.next |= u32::from(word) << 16_u32.saturating_sub(self.count);
            self.count = self.count.saturating_add(16);
            self.rest = rest;
        }
    }

    /// The next bits without taking them, with zeros behind the last.
    const fn ahead(&self, count: u32) -> u32 {
        match self.next.checked_shr(32_u32.saturating_sub(count)) {
            Some(bits) => bits,
            None => 0,
        }
    }

    fn take(&mut self, count: u32) -> Result<u32, Unread> {
        let bits = self.ahead(count);
        self.count = self
            .count
            .checked_sub(count)
            .ok_or(Unread::error(self.rest, Reason::Truncated { field: "Huffman code" }))?;
        self.next = self.next.checked_shl(count).unwrap_or_default();
        // A word is read once fewer than 16 bits are left.
        if self.count < 16 {
            self.refill();
        }
        Ok(bits)
    }
}
