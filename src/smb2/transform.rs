//! Messages that are wrapped: encrypted (\[MS-SMB2\] 2.2.41) or compressed (2.2.42).
//!
//! ```
//! use smbscope::smb2::transform::Encrypted;
//!
//! let frame = [
//!     &b"\xfdSMB"[..], // ProtocolId
//!     &[1; 16], // Signature
//!     &[2; 16], // Nonce
//!     &[104, 0, 0, 0, 0, 0, 1, 0], // OriginalMessageSize, Reserved, Flags
//!     &[0x61, 0, 0, 0, 0, 0x50, 0, 0], // SessionId
//!     b"secret",
//! ]
//! .concat();
//! let (secret, header) = Encrypted::parse(&frame)?;
//! assert_eq!(header.session_id, 0x5000_0000_0061); // whose it is can be read, what it says cannot
//! assert_eq!(secret, b"secret");
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use crate::error::{Layer, Parsed, Read, Reason, Unread, prefix};
use crate::wire::{array, fields, le_u16, le_u32, le_u64, up_to, widen, wire_enum};

/// SMB2 TRANSFORM_HEADER (\[MS-SMB2\] 2.2.41): an encrypted message follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Encrypted {
    /// Signature over the encrypted message.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub signature: [u8; 16],
    /// Nonce; how many of its bytes count depends on the cipher.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub nonce: [u8; 16],
    /// OriginalMessageSize in bytes.
    pub original_message_size: u32,
    /// Flags: 1 is "encrypted"; in SMB 3.0 and 3.0.2 the same field is EncryptionAlgorithm.
    pub flags: u16,
    /// SessionId: the session whose key was used.
    pub session_id: u64,
}

impl Encrypted {
    /// The length of the header in bytes.
    pub const SIZE: usize = 52;

    /// The ProtocolId.
    pub const PROTOCOL_ID: [u8; 4] = [0xfd, b'S', b'M', b'B'];

    /// Reads the header at the start of a frame and gives what follows it, the encrypted message.
    ///
    /// # Errors
    /// The frame is shorter than the header, or has another ProtocolId.
    pub fn parse(frame: &[u8]) -> Parsed<'_, Self> {
        prefix(Layer::Smb2, frame, |input| {
            let (rest, ()) = protocol_id(Self::PROTOCOL_ID)(input)?;
            fields! {
                rest => rest;
                signature: array::<16>,
                nonce: array::<16>,
                original_message_size: le_u32,
                _reserved: le_u16,
                flags: le_u16,
                session_id: le_u64,
            }
            Ok((rest, Self { signature, nonce, original_message_size, flags, session_id }))
        })
    }
}

wire_enum! {
    /// A compression algorithm (\[MS-SMB2\] 2.2.42).
    pub struct CompressionAlgorithm(u16) {
        NONE = 0x0000, "NONE";
        LZNT1 = 0x0001, "LZNT1";
        LZ77 = 0x0002, "LZ77";
        LZ77_HUFFMAN = 0x0003, "LZ77+Huffman";
        PATTERN_V1 = 0x0004, "Pattern_V1";
        LZ4 = 0x0005, "LZ4";
    }
}

/// SMB2 COMPRESSION_TRANSFORM_HEADER: a compressed message follows it, whole (\[MS-SMB2\] 2.2.42.1) or as a chain of
/// payloads (2.2.42.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Compressed<'a> {
    /// OriginalCompressedSegmentSize: length in bytes of what is compressed.
    pub original_size: u32,
    /// CompressionAlgorithm, of the first payload in a chain.
    pub algorithm: CompressionAlgorithm,
    /// True if the message is a chain of payloads.
    pub is_chained: bool,
    /// Offset: how many bytes stand uncompressed before those that are compressed; in a chain Length, the bytes of the
    /// first payload.
    pub offset: u32,
    /// The uncompressed bytes that the message begins with, as far as they are there. The SMB2 header is often among
    /// them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub uncompressed: &'a [u8],
    /// The frame, from the header on.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) frame: &'a [u8],
}

impl<'a> Compressed<'a> {
    /// The length in bytes of the header; in a chain, with that of the first payload's.
    pub const SIZE: usize = 16;

    /// The ProtocolId.
    pub const PROTOCOL_ID: [u8; 4] = [0xfc, b'S', b'M', b'B'];

    /// The flag of a chain's first payload.
    const CHAINED: u16 = 0x0001;

    /// Reads the header at the start of a frame and gives what follows it.
    ///
    /// # Errors
    /// The frame is shorter than the header, or has another ProtocolId.
    pub fn parse(frame: &'a [u8]) -> Parsed<'a, Self> {
        prefix(Layer::Smb2, frame, |input| {
            let (rest, ()) = protocol_id(Self::PROTOCOL_ID)(input)?;
            fields! {
                rest => rest;
                original_size: le_u32,
                algorithm: le_u16,
                flags: le_u16,
                offset: le_u32,
            }
            let algorithm = CompressionAlgorithm(algorithm);
            let is_chained = flags == Self::CHAINED;
            let uncompressed = if is_chained && algorithm != CompressionAlgorithm::NONE {
                &[]
            } else {
                up_to(rest, widen(offset))
            };
            Ok((rest, Self { original_size, algorithm, is_chained, offset, uncompressed, frame }))
        })
    }
}

fn protocol_id<'a>(expected: [u8; 4]) -> impl Fn(&'a [u8]) -> Read<'a, ()> {
    move |input| match array::<4>(input)? {
        (rest, found) if found == expected => Ok((rest, ())),
        (_, found) => {
            let value = u64::from(u32::from_be_bytes(found));
            Err(Unread::error(input, Reason::BadValue { field: "ProtocolId", value }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted() {
        let bytes = [
            &[0xfd, b'S', b'M', b'B'][..],   // ProtocolId
            &[1; 16],                        // Signature
            &[2; 16],                        // Nonce
            &[104, 0, 0, 0],                 // OriginalMessageSize
            &[0; 2],                         // Reserved
            &[1, 0],                         // Flags
            &[0x61, 0, 0, 0, 0, 0x50, 0, 0], // SessionId
            b"secret",                       // the encrypted message
        ]
        .concat();
        let (rest, header) = Encrypted::parse(&bytes).unwrap();
        assert_eq!(rest, b"secret");
        let expected = Encrypted {
            signature: [1; 16],
            nonce: [2; 16],
            original_message_size: 104,
            flags: 1,
            session_id: 0x0000_5000_0000_0061,
        };
        assert_eq!(header, expected);
        for length in 0..Encrypted::SIZE {
            assert!(
                Encrypted::parse(&bytes[..length]).map_err(crate::ParseError::from).unwrap_err().offset
                    <= length
            );
        }
        assert_eq!(Compressed::parse(&bytes).map_err(crate::ParseError::from).unwrap_err().offset, 0);
    }

    #[test]
    fn compressed_whole_and_in_a_chain() {
        for (algorithm, flags, uncompressed) in
            [(3, 0, &b"head"[..]), (0, 1, &b"head"[..]), (3, 1, &b""[..]), (2, 2, &b"head"[..])]
        {
            let bytes = [
                &[0xfc, b'S', b'M', b'B'][..], // ProtocolId
                &[0, 16, 0, 0],                // OriginalCompressedSegmentSize
                &[algorithm, 0],               // CompressionAlgorithm
                &[flags, 0],                   // Flags
                &[4, 0, 0, 0],                 // Offset or Length
                b"headpacked",
            ]
            .concat();
            let (rest, header) = Compressed::parse(&bytes).unwrap();
            assert_eq!(rest, b"headpacked");
            assert_eq!((header.original_size, header.offset), (4096, 4));
            assert_eq!(
                (header.algorithm, header.is_chained),
                (CompressionAlgorithm(algorithm.into()), flags == 1)
            );
            assert_eq!(header.uncompressed, uncompressed);
            for length in 0..Compressed::SIZE {
                assert!(Compressed::parse(&bytes[..length]).is_err());
            }
            assert!(Compressed::parse(&bytes[..18]).unwrap().1.uncompressed.len() <= 2);
        }
    }
}
