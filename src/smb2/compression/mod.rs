//! What compressed messages hold (\[MS-SMB2\] 2.2.42 and 3.1.5.3), inflated with a cap: LZNT1 and the two forms of LZ77
//! (\[MS-XCA\] 2.5, 2.4 and 2.2), and repeated bytes.
//!
//! ```
//! use smbscope::smb2::transform::Compressed;
//!
//! let frame = [
//!     &b"\xfcSMB"[..], // ProtocolId
//!     &[44, 1, 0, 0], // OriginalCompressedSegmentSize
//!     &[2, 0, 0, 0, 0, 0, 0, 0], // CompressionAlgorithm: LZ77, Flags, Offset
//!     // "abc", and a match of 297 bytes
//!     &[0xff, 0xff, 0xff, 0x1f, 0x61, 0x62, 0x63, 0x17, 0x00, 0x0f, 0xff, 0x26, 0x01],
//! ]
//! .concat();
//! let (_, compressed) = Compressed::parse(&frame)?;
//! let inflated = compressed.inflate(1 << 16);
//! assert!(inflated.whole);
//! assert_eq!(inflated.message, b"abc".repeat(100));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod huffman;
mod lz77;
mod lznt1;
mod output;

use self::output::Output;
use super::transform::{Compressed, CompressionAlgorithm};
use crate::error::{Layer, ParseError, Read, Reason, Unread, named};
use crate::wire::{fields, le_u16, le_u32, take, u8, widen};

/// A message out of its compression.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inflated {
    /// The message, or its beginning.
    pub message: Vec<u8>,
    /// Why it is only the beginning; the offset counts from the start of the frame. `None` too where the limit ended it.
    pub unread: Option<ParseError>,
    /// True if all of it is there, as many bytes as the header promised.
    pub whole: bool,
}

impl Compressed<'_> {
    /// Inflates the message, to at most `limit` bytes. Takes time and memory linear in the frame and `limit`.
    #[must_use]
    pub fn inflate(&self, limit: usize) -> Inflated {
        let mut message = Vec::new();
        let original_size = widen(self.original_size);
        let (size, result) = if self.is_chained {
            (original_size, payloads(self.frame, limit, &mut message))
        } else {
            let packed = self.frame.get(Self::SIZE.saturating_add(self.uncompressed.len())..);
            message.extend_from_slice(self.uncompressed.get(..limit).unwrap_or(self.uncompressed));
            let size = self.uncompressed.len().saturating_add(original_size);
            (size, decompress(self.algorithm, packed.unwrap_or_default(), &mut message, size.min(limit)))
        };
        let unread = result.err().map(|left| left.at(Layer::Smb2, self.frame.len()));
        Inflated { whole: unread.is_none() && message.len() == size, unread, message }
    }
}

/// The payloads of a chain (\[MS-SMB2\] 2.2.42.2), of which the first one's header is the end of the message's.
fn payloads(frame: &[u8], limit: usize, message: &mut Vec<u8>) -> Result<(), Unread> {
    /// ProtocolId and OriginalCompressedSegmentSize.
    const HEAD: usize = 8;
    let mut rest = frame.get(HEAD..).unwrap_or_default();
    while !rest.is_empty() && message.len() < limit {
        let (after, (algorithm, payload, size)) = payload(rest)?;
        // What fails inside a payload has the payloads behind it left besides.
        decompress(algorithm, payload, message, message.len().saturating_add(size).min(limit))
            .map_err(|inner| Unread { left: inner.left.saturating_add(after.len()), ..inner })?;
        rest = after;
    }
    Ok(())
}

/// A payload's algorithm, bytes, as far as they are there, and how many they inflate to at most.
fn payload(input: &[u8]) -> Read<'_, (CompressionAlgorithm, &[u8], usize)> {
    fields!(input => rest; compression_algorithm: le_u16, _flags: le_u16, length: le_u32);
    let (algorithm, length) = (CompressionAlgorithm(compression_algorithm), widen(length));
    let (payload, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    let (packed, size) = match algorithm {
        CompressionAlgorithm::NONE => (payload, length),
        CompressionAlgorithm::PATTERN_V1 => (payload, usize::MAX),
        _ => named("OriginalPayloadSize", le_u32(payload)).map(|(packed, size)| (packed, widen(size)))?,
    };
    Ok((rest, (algorithm, packed, size)))
}

/// Inflates one payload, until the message has `end` bytes or the payload has no more.
fn decompress(
    algorithm: CompressionAlgorithm,
    packed: &[u8],
    message: &mut Vec<u8>,
    end: usize,
) -> Result<(), Unread> {
    let mut output = Output::new(message, end);
    match algorithm {
        CompressionAlgorithm::NONE => {
            output.extend(packed);
            Ok(())
        }
        CompressionAlgorithm::LZNT1 => lznt1::decompress(packed, &mut output),
        CompressionAlgorithm::LZ77 => lz77::decompress(packed, &mut output),
        CompressionAlgorithm::LZ77_HUFFMAN => huffman::decompress(packed, &mut output),
        CompressionAlgorithm::PATTERN_V1 => {
            let (_, (byte, repetitions)) = pattern(packed)?;
            output.repeat(byte, widen(repetitions));
            Ok(())
        }
        other => {
            let value = other.0.into();
            Err(Unread {
                left: packed.len(),
                reason: Reason::BadValue { field: "CompressionAlgorithm", value },
            })
        }
    }
}

/// SMB2_COMPRESSION_PATTERN_PAYLOAD_V1 (\[MS-SMB2\] 2.2.42.2.2): a byte and how often it is repeated.
fn pattern(input: &[u8]) -> Read<'_, (u8, u32)> {
    fields!(input => rest; pattern: u8);
    let (rest, _reserved) = take("Reserved", 3)(rest)?;
    fields!(rest => rest; repetitions: le_u32);
    Ok((rest, (pattern, repetitions)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inflated(algorithm: CompressionAlgorithm, packed: &[u8], size: usize) -> Result<Vec<u8>, Unread> {
        let mut message = Vec::new();
        decompress(algorithm, packed, &mut message, size).map(|()| message)
    }

    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

    /// The first example of \[MS-XCA\] 3.1 and 3.2: no matches.
    #[test]
    fn the_alphabet() {
        let plain = [&[0x3f, 0, 0, 0][..], ALPHABET].concat();
        assert_eq!(inflated(CompressionAlgorithm::LZ77, &plain, 26).unwrap(), ALPHABET);
        assert_eq!(inflated(CompressionAlgorithm::LZ77, &plain, 99).unwrap(), ALPHABET);
        let mut table = [0; 256];
        table[0x30..0x3e].copy_from_slice(&[
            0x50, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x45, 0x44, 0x04,
        ]);
        table[0x80] = 0x04; // the end
        let codes = [
            0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b, 0xe9, 0x19, 0x5f, 0xf9, 0xd6, 0x7c, 0xdf, 0x8d, 0x04,
            0x00, 0x00, 0x00, 0x00,
        ];
        let huffman = [&table[..], &codes].concat();
        for size in [26, 99] {
            assert_eq!(inflated(CompressionAlgorithm::LZ77_HUFFMAN, &huffman, size).unwrap(), ALPHABET);
        }
    }

    /// Their second example: one match of 297 bytes.
    #[test]
    fn the_same_three_letters_a_hundred_times() {
        let text = b"abc".repeat(100);
        let plain = [0xff, 0xff, 0xff, 0x1f, 0x61, 0x62, 0x63, 0x17, 0x00, 0x0f, 0xff, 0x26, 0x01];
        assert_eq!(inflated(CompressionAlgorithm::LZ77, &plain, 300).unwrap(), text);
        let mut table = [0; 256];
        table[0x30] = 0x30; // a: 3
        table[0x31] = 0x23; // b: 3, c: 2
        table[0x80] = 0x02; // the end: 2
        table[0x8f] = 0x20; // a match of 15 and more, 2 to 3 back: 2
        let huffman = [&table[..], &[0xa8, 0xdc, 0x00, 0x00, 0xff, 0x26, 0x01]].concat();
        assert_eq!(inflated(CompressionAlgorithm::LZ77_HUFFMAN, &huffman, 300).unwrap(), text);
    }

    /// The example of \[MS-XCA\] 3.3.
    #[test]
    fn a_tune() {
        let tune =
            b"F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E \
            F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0";
        let packed = [
            0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47, 0x01,
            0xa0, 0x45, 0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0, 0x45, 0x20, 0x05, 0x24,
            0x13, 0x88, 0x05, 0xb4, 0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09, 0x16, 0x01, 0x48,
            0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00, 0x04, 0x01, 0x18, 0x90, 0x00,
        ];
        let text = inflated(CompressionAlgorithm::LZNT1, &packed, 4096).unwrap();
        assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(tune));
        for length in 2..packed.len() - 1 {
            let error = inflated(CompressionAlgorithm::LZNT1, &packed[..length], tune.len()).unwrap_err();
            let Reason::Truncated { field } = error.reason else { panic!("{error:?} at {length}") };
            assert!(!field.is_empty(), "at {length}");
        }
        let stored = [&[0x02, 0x30][..], b"abc", &[0, 0], b"beyond"].concat();
        assert_eq!(inflated(CompressionAlgorithm::LZNT1, &stored, 99).unwrap(), b"abc");
    }

    #[test]
    fn a_huffman_table_serves_64_kib() {
        let text: Vec<u8> = (0..150_000_u32).map(|at| (at.wrapping_mul(at) >> 5) as u8).collect();
        let mut packed = Vec::new();
        for block in text.chunks(1 << 16) {
            packed.extend([0x88; 128]); // every literal has a code of 8 bits, which is the byte itself
            packed.extend([0; 128]); // no matches
            packed.extend(block.chunks(2).flat_map(|pair| [pair[1], pair[0]]));
            packed.extend([0; 2]); // a word is always read ahead
        }
        assert_eq!(inflated(CompressionAlgorithm::LZ77_HUFFMAN, &packed, text.len()).unwrap(), text);
    }

    #[test]
    fn long_matches_of_plain_lz77() {
        // The letter, then three matches 1 back: of 3 + 7 + 14, of 3 + 7 + 2 by the other nibble, and of 300 by 16 bits.
        let packed = [
            &[0xff, 0xff, 0xff, 0x7f][..], // flags
            b"x",
            &[0x07, 0x00, 0x2e],                          // 7, low nibble 14
            &[0x07, 0x00],                                // 7, high nibble 2
            &[0x07, 0x00, 0x0f, 0xff, 0x29, 0x01],        // 7, 15, 255, 297
            &[0x07, 0x00, 0xff, 0x00, 0x00, 70, 0, 0, 0], // the high nibble is 0 after all
        ]
        .concat();
        let length = 1 + 24 + 12 + 300;
        let text = inflated(CompressionAlgorithm::LZ77, &packed, length).unwrap();
        assert_eq!(text, vec![b'x'; length]);
    }

    fn frame(original: u32, algorithm: u16, flags: u16, offset: u32, rest: &[u8]) -> Vec<u8> {
        [
            &[0xfc, b'S', b'M', b'B'][..], // ProtocolId
            &original.to_le_bytes(),       // OriginalCompressedSegmentSize
            &algorithm.to_le_bytes(),      // CompressionAlgorithm
            &flags.to_le_bytes(),          // Flags
            &offset.to_le_bytes(),         // Offset or Length
            rest,
        ]
        .concat()
    }

    fn inflate(frame: &[u8], limit: usize) -> Inflated {
        Compressed::parse(frame).unwrap().1.inflate(limit)
    }

    #[test]
    fn a_message_whose_head_is_not_compressed() {
        let bytes = frame(26, 2, 0, 4, &[b"head", &[0x3f, 0, 0, 0][..], ALPHABET].concat());
        let inflated = inflate(&bytes, 100);
        assert_eq!(inflated.message, [b"head", ALPHABET].concat());
        assert!(inflated.whole && inflated.unread.is_none());
        for limit in 0..30 {
            let some = inflate(&bytes, limit);
            assert_eq!(some.message, inflated.message[..limit]);
            assert!(!some.whole && some.unread.is_none());
        }
        for length in 16..bytes.len() {
            let some = inflate(&bytes[..length], 100);
            assert!(!some.whole && inflated.message.starts_with(&some.message));
        }
    }

    #[test]
    fn a_chain_of_payloads() {
        let bytes = frame(
            4 + 26 + 5,
            0, // NONE
            1, // SMB2_COMPRESSION_FLAG_CHAINED
            4,
            &[
                b"head",
                &[2, 0, 0, 0, 34, 0, 0, 0][..], // LZ77, Flags, Length
                &[26, 0, 0, 0],                 // OriginalPayloadSize
                &[0x3f, 0, 0, 0],
                ALPHABET,
                &[4, 0, 0, 0, 8, 0, 0, 0], // Pattern_V1, Flags, Length
                &[b'z', 0, 0, 0],          // Pattern, Reserved1, Reserved2
                &[5, 0, 0, 0],             // Repetitions
            ]
            .concat(),
        );
        let inflated = inflate(&bytes, 100);
        assert_eq!(inflated.message, [b"head", ALPHABET, b"zzzzz"].concat());
        assert!(inflated.whole);
        for length in 16..bytes.len() {
            let some = inflate(&bytes[..length], 100);
            assert!(!some.whole && inflated.message.starts_with(&some.message));
        }
        let mut strange = bytes;
        strange[20] = 9;
        let error = inflate(&strange, 100).unread.unwrap();
        let reason = Reason::BadValue { field: "CompressionAlgorithm", value: 9 };
        assert_eq!((error.offset, error.reason), (32, reason));
    }

    proptest! {
        #[test]
        fn any_bytes_keep_the_limit(
            bytes in prop::collection::vec(any::<u8>(), 0..600),
            (algorithm, flags) in (0..6_u16, 0..2_u16),
            (original, offset) in (0..5000_u32, 0..40_u32),
            limit in 0..5000_usize,
        ) {
            let inflated = inflate(&frame(original, algorithm, flags, offset, &bytes), limit);
            prop_assert!(inflated.message.len() <= limit);
            prop_assert!(!inflated.whole || inflated.unread.is_none());
        }
    }
}
