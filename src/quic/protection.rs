//! Taking the protection off Initial packets of a client (RFC 9001 5).
//!
//! The authentication tag is not checked: it would take the whole packet, which the capture may not have, and that the
//! content is frames to its end says as much.

use aes::Aes128;
use aes::cipher::{Block, BlockCipherEncrypt, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;

use super::packet::{Initial, Version};

/// Bytes of the authentication tag.
const TAG: usize = 16;

/// The frames of an Initial packet that a client sent whose keys come from the connection id `id`.
pub(super) fn open(packet: &Initial<'_>, id: &[u8]) -> Option<Vec<u8>> {
    let (salt, [key, iv, hp]) = secrets(packet.header.version)?;
    let (_, initial) = Hkdf::<Sha256>::extract(Some(salt), id);
    let client = Hkdf::<Sha256>::from_prk(&expand::<32>(&initial, b"client in")?).ok()?;
    let (key, iv, hp) = (expand::<16>(&client, key)?, expand::<12>(&client, iv)?, expand::<16>(&client, hp)?);

    // Header protection (5.4): a sample 4 bytes behind the start of the packet number, whatever its length.
    let protected = packet.bytes.get(packet.packet_number..)?;
    let mut mask = Block::<Aes128>::from(*protected.get(4..)?.first_chunk::<TAG>()?);
    Aes128::new(&hp.into()).encrypt_block(&mut mask);
    let [first, number @ ..] = *mask.first_chunk::<5>()?;
    let length = usize::from((packet.header.first ^ first) & 0x03).saturating_add(1);
    let number = protected
        .iter()
        .zip(number)
        .take(length)
        .fold(0_u64, |so_far, (byte, mask)| so_far << 8 | u64::from(byte ^ mask));

    // The nonce (5.3) is the packet number, added to the IV without carry. What is here is the number's lowest bytes,
    // and first packets have no more.
    let mut nonce = iv;
    for (byte, number) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
        *byte ^= number;
    }
    let mut content = protected.get(length..)?.to_vec();
    content.truncate(content.len().saturating_sub(TAG.saturating_sub(packet.missing)));
    let cipher = Aes128::new(&key.into());
    for (block, counter) in content.chunks_mut(TAG).zip(2_u32..) {
        let mut stream = [0; TAG];
        let (head, tail) = stream.split_at_mut(nonce.len());
        head.copy_from_slice(&nonce);
        tail.copy_from_slice(&counter.to_be_bytes());
        let mut stream = Block::<Aes128>::from(stream);
        cipher.encrypt_block(&mut stream);
        block.iter_mut().zip(stream).for_each(|(byte, mask)| *byte ^= mask);
    }
    Some(content)
}

/// The salt of a version's Initial packets, and the labels of key, IV and header protection (RFC 9001 5.2, RFC 9369 3.3).
fn secrets(version: Version) -> Option<(&'static [u8; 20], [&'static [u8]; 3])> {
    let labels: [&[u8]; 3] = [b"quic key", b"quic iv", b"quic hp"];
    match version {
        Version::V1 => Some((&V1, labels)),
        Version::DRAFT_29 => Some((&DRAFT_29, labels)),
        Version::V2 => Some((&V2, [b"quicv2 key", b"quicv2 iv", b"quicv2 hp"])),
        _ => None,
    }
}

#[rustfmt::skip]
const V1: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
];
#[rustfmt::skip]
const DRAFT_29: [u8; 20] = [
    0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99,
];
#[rustfmt::skip]
const V2: [u8; 20] = [
    0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9,
];

/// HKDF-Expand-Label of TLS 1.3 (RFC 8446 7.1), without a context.
fn expand<const N: usize>(secret: &Hkdf<Sha256>, label: &[u8]) -> Option<[u8; N]> {
    const PREFIX: &[u8] = b"tls13 ";
    let length = u16::try_from(N).ok()?.to_be_bytes();
    let label_length = u8::try_from(label.len().saturating_add(PREFIX.len())).ok()?;
    let mut okm = [0; N];
    secret.expand_multi_info(&[&length, &[label_length], PREFIX, label, &[0]], &mut okm).ok()?;
    Some(okm)
}
