//! Negotiate contexts of SMB 3.1.1: \[MS-SMB2\] 2.2.3.1, 2.2.4.1.

use super::Message;
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{Raw, Utf16, fields, le_u16, le_u32, take, widen, wire_enum, wire_list};

wire_enum! {
    /// ContextType.
    pub struct NegotiateContextType(u16) {
        PREAUTH_INTEGRITY_CAPABILITIES = 0x0001, "SMB2_PREAUTH_INTEGRITY_CAPABILITIES";
        ENCRYPTION_CAPABILITIES = 0x0002, "SMB2_ENCRYPTION_CAPABILITIES";
        COMPRESSION_CAPABILITIES = 0x0003, "SMB2_COMPRESSION_CAPABILITIES";
        NETNAME_NEGOTIATE_CONTEXT_ID = 0x0005, "SMB2_NETNAME_NEGOTIATE_CONTEXT_ID";
        TRANSPORT_CAPABILITIES = 0x0006, "SMB2_TRANSPORT_CAPABILITIES";
        RDMA_TRANSFORM_CAPABILITIES = 0x0007, "SMB2_RDMA_TRANSFORM_CAPABILITIES";
        SIGNING_CAPABILITIES = 0x0008, "SMB2_SIGNING_CAPABILITIES";
        CONTEXTTYPE_RESERVED = 0x0100, "SMB2_CONTEXTTYPE_RESERVED";
    }
}

wire_enum! {
    /// A cipher (2.2.3.1.2).
    pub struct Cipher(u16) {
        AES_128_CCM = 1, "AES-128-CCM";
        AES_128_GCM = 2, "AES-128-GCM";
        AES_256_CCM = 3, "AES-256-CCM";
        AES_256_GCM = 4, "AES-256-GCM";
    }
}

wire_enum! {
    /// A signing algorithm (2.2.3.1.7).
    pub struct SigningAlgorithm(u16) {
        HMAC_SHA256 = 0, "HMAC-SHA256";
        AES_CMAC = 1, "AES-CMAC";
        AES_GMAC = 2, "AES-GMAC";
    }
}

/// The negotiate contexts of a request or a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NegotiateContexts<'a> {
    /// NegotiateContextCount; 0 in older dialects.
    pub count: u16,
    /// NegotiateContextOffset, in bytes from the SMB2 header.
    pub offset: u32,
    bytes: &'a [u8],
}

impl<'a> NegotiateContexts<'a> {
    pub(super) fn new(message: &Message<'a>, offset: u32, count: u16) -> Self {
        Self { count, offset, bytes: message.bytes.get(widen(offset)..).unwrap_or_default() }
    }

    /// The contexts, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<NegotiateContext<'a>, ParseError>> + use<'a> {
        let (bytes, offset, mut left, mut at) = (self.bytes, widen(self.offset), self.count, 0_usize);
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            // Each but the first begins at a multiple of eight.
            at = at.checked_next_multiple_of(8).unwrap_or(usize::MAX);
            let rest = bytes.get(at..).unwrap_or_default();
            match parse(Layer::Smb2, rest, context) {
                Ok((after, context)) => {
                    at = bytes.len().saturating_sub(after.len());
                    Some(Ok(context))
                }
                Err(error) => {
                    left = 0;
                    let before = offset.saturating_add(at.min(bytes.len()));
                    Some(Err(error.behind(before)))
                }
            }
        })
    }
}

wire_list!(NegotiateContexts);

/// One negotiate context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NegotiateContext<'a> {
    /// ContextType.
    pub context_type: NegotiateContextType,
    /// Data, by the type.
    pub data: NegotiateContextData<'a>,
}

/// What a negotiate context says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum NegotiateContextData<'a> {
    /// Hash algorithms (1 is SHA-512) and a salt.
    Preauth {
        /// HashAlgorithms.
        hash_algorithms: Numbers<'a>,
        /// Salt.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        salt: &'a [u8],
    },
    /// Ciphers.
    Encryption {
        /// Ciphers.
        ciphers: Numbers<'a>,
    },
    /// Compression algorithms.
    Compression {
        /// Flags: 1, messages may be chains of payloads.
        flags: u32,
        /// CompressionAlgorithms.
        compression_algorithms: Numbers<'a>,
    },
    /// The server's name as the client knows it.
    NetName {
        /// NetName.
        net_name: Utf16<'a>,
    },
    /// Whether the transport encrypts.
    Transport {
        /// Flags: 1, it does.
        flags: u32,
    },
    /// RDMA transforms.
    RdmaTransform {
        /// RDMATransformIds.
        rdma_transform_ids: Numbers<'a>,
    },
    /// Signing algorithms.
    Signing {
        /// SigningAlgorithms.
        signing_algorithms: Numbers<'a>,
    },
    /// Of another type, and as it is.
    Other {
        /// The bytes.
        bytes: Raw<'a>,
    },
}

/// A list of 16-bit numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    /// The numbers.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.0.as_chunks::<2>().0.iter().map(|number| u16::from_le_bytes(*number))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Numbers<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::wire::serialise::list(self.iter(), serializer)
    }
}

impl Examine for NegotiateContext<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let NegotiateContextData::Other { bytes } = &self.data {
            bytes.examine(anomalies);
        }
    }
}

fn context(input: &[u8]) -> Read<'_, NegotiateContext<'_>> {
    fields!(input => rest; context_type: le_u16, data_length: le_u16, _reserved: le_u32);
    let (rest, bytes) = take("Data", data_length.into())(rest)?;
    let context_type = NegotiateContextType(context_type);
    let data = parse(Layer::Smb2, bytes, |bytes| data(context_type, bytes)).map_or_else(
        |why| NegotiateContextData::Other { bytes: Raw::unreadable(bytes, why) },
        |(_, data)| data,
    );
    Ok((rest, NegotiateContext { context_type, data }))
}

fn data(kind: NegotiateContextType, bytes: &[u8]) -> Read<'_, NegotiateContextData<'_>> {
    use NegotiateContextData as Data;
    let numbers = |field, count: u16, rest| {
        let (rest, numbers) = take(field, usize::from(count).saturating_mul(2))(rest)?;
        Ok((rest, Numbers(numbers)))
    };
    Ok(match kind {
        NegotiateContextType::PREAUTH_INTEGRITY_CAPABILITIES => {
            fields!(bytes => rest; hash_algorithm_count: le_u16, salt_length: le_u16);
            let (rest, hash_algorithms) = numbers("HashAlgorithms", hash_algorithm_count, rest)?;
            let (rest, salt) = take("Salt", salt_length.into())(rest)?;
            (rest, Data::Preauth { hash_algorithms, salt })
        }
        NegotiateContextType::ENCRYPTION_CAPABILITIES => {
            fields!(bytes => rest; cipher_count: le_u16);
            let (rest, ciphers) = numbers("Ciphers", cipher_count, rest)?;
            (rest, Data::Encryption { ciphers })
        }
        NegotiateContextType::COMPRESSION_CAPABILITIES => {
            fields!(bytes => rest; compression_algorithm_count: le_u16, _padding: le_u16, flags: le_u32);
            let (rest, compression_algorithms) =
                numbers("CompressionAlgorithms", compression_algorithm_count, rest)?;
            (rest, Data::Compression { flags, compression_algorithms })
        }
        NegotiateContextType::NETNAME_NEGOTIATE_CONTEXT_ID => {
            (&[], Data::NetName { net_name: Utf16::new(bytes) })
        }
        NegotiateContextType::TRANSPORT_CAPABILITIES => {
            fields!(bytes => rest; flags: le_u32);
            (rest, Data::Transport { flags })
        }
        NegotiateContextType::RDMA_TRANSFORM_CAPABILITIES => {
            fields!(bytes => rest; transform_count: le_u16);
            let (rest, _reserved) = take("Reserved", 6)(rest)?;
            let (rest, rdma_transform_ids) = numbers("RDMATransformIds", transform_count, rest)?;
            (rest, Data::RdmaTransform { rdma_transform_ids })
        }
        NegotiateContextType::SIGNING_CAPABILITIES => {
            fields!(bytes => rest; signing_algorithm_count: le_u16);
            let (rest, signing_algorithms) = numbers("SigningAlgorithms", signing_algorithm_count, rest)?;
            (rest, Data::Signing { signing_algorithms })
        }
        _ => (&[], Data::Other { bytes: Raw::unknown(Layer::Smb2, "ContextType", kind.0, bytes) }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const CONTEXTS: &[u8] = &[
        1, 0, 10, 0, 0, 0, 0, 0,  // ContextType, DataLength, Reserved
        1, 0, 4, 0,               // HashAlgorithmCount, SaltLength
        1, 0,                     // HashAlgorithms
        9, 9, 9, 9,               // Salt
        0, 0, 0, 0, 0, 0,         // padding
        2, 0, 6, 0, 0, 0, 0, 0,   // ContextType, DataLength, Reserved
        2, 0, 2, 0, 1, 0,         // CipherCount, Ciphers
        0, 0,                     // padding
        5, 0, 4, 0, 0, 0, 0, 0,   // ContextType, DataLength, Reserved
        b's', 0, b'r', 0,         // NetName
    ];

    #[test]
    fn three_contexts() {
        let contexts = NegotiateContexts { count: 3, offset: 0, bytes: CONTEXTS };
        let data: Vec<_> = contexts.iter().map(|context| context.unwrap().data).collect();
        let NegotiateContextData::Preauth { hash_algorithms, salt } = data[0] else { panic!() };
        assert_eq!((hash_algorithms.iter().collect::<Vec<_>>(), salt), (vec![1], &[9; 4][..]));
        let NegotiateContextData::Encryption { ciphers } = data[1] else { panic!() };
        assert_eq!(
            ciphers.iter().map(Cipher).collect::<Vec<_>>(),
            [Cipher::AES_128_GCM, Cipher::AES_128_CCM]
        );
        let NegotiateContextData::NetName { net_name } = data[2] else { panic!() };
        assert_eq!(net_name.to_string(), "sr");
        for length in 0..CONTEXTS.len() {
            let cut = NegotiateContexts { bytes: &CONTEXTS[..length], ..contexts };
            assert_eq!(cut.iter().filter(|context| context.is_err()).count(), 1, "at {length}");
        }
    }
}
