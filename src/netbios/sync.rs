//! Telling where a packet begins.

use super::{Header, PacketType};

/// Bytes that settle every question: a header, the magic number, and the size of the SMB2 header.
pub(super) const ENOUGH: usize = 10;

/// What the first bytes at some place of a stream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// The beginning of a packet.
    Packet(Header),
    /// The beginning of a message that is none of SMB, and of raw data perhaps.
    Raw(Header),
    /// No beginning of a packet.
    Nothing,
    /// Too few bytes to say.
    Unsure,
}

/// The longest message of raw data: the length has 17 bits (RFC 1002 4.3.1).
const LONGEST_RAW: u32 = 0x1_ffff;

/// Judges a place where a packet should begin: one of a known type, and if it is a message, of SMB or raw.
pub(super) fn expected(bytes: &[u8]) -> Sign {
    let Some(first) = bytes.first() else { return Sign::Unsure };
    let Some((shortest, longest)) = PacketType(*first).lengths() else { return Sign::Nothing };
    let Ok((payload, header)) = Header::parse(bytes) else { return Sign::Unsure };
    if header.length < shortest || header.length > longest {
        return Sign::Nothing;
    }
    if header.kind != PacketType::SESSION_MESSAGE || header.length == 0 {
        return Sign::Packet(header);
    }
    match begins_with_magic(payload) {
        Some(true) if header.length >= 4 => Sign::Packet(header),
        None if header.length >= 4 => Sign::Unsure,
        _ if header.length <= LONGEST_RAW => Sign::Raw(header),
        _ => Sign::Nothing,
    }
}

/// The first place worth a judgment by [`found`]: a header of a message with a magic number after it, or of a session
/// request with a name after it, as far as there are bytes.
pub(super) fn candidate(bytes: &[u8]) -> Option<usize> {
    let begins = |window: &[u8]| matches!(window, [0, _, _, _, 0xfc..=0xff] | [0x81, 0, 0, _, NAME]);
    bytes.windows(5).position(begins).or_else(|| {
        let end = bytes.len().saturating_sub(4);
        let place = bytes.get(end..)?.iter().position(|byte| matches!(byte, 0 | 0x81))?;
        Some(end.saturating_add(place))
    })
}

/// Judges any place, where only the beginning of an SMB message, or of a session request, is proof enough.
pub(super) fn found(bytes: &[u8]) -> Sign {
    match bytes.first().copied().map(PacketType) {
        None | Some(PacketType::SESSION_MESSAGE) => {}
        Some(PacketType::SESSION_REQUEST) => return found_request(bytes),
        Some(_) => return Sign::Nothing,
    }
    match expected(bytes) {
        Sign::Packet(Header { length: 0, .. }) | Sign::Raw(_) => Sign::Nothing,
        Sign::Packet(header) if bytes.get(Header::SIZE) == Some(&0xfe) => {
            // The SMB2 header begins with its own size, 64 ([MS-SMB2] 2.2.1).
            let size = bytes.get(8..).unwrap_or_default();
            match size.split_first_chunk::<2>() {
                _ if header.length < 64 => Sign::Nothing,
                Some(([64, 0], _)) => Sign::Packet(header),
                None if size.first().is_none_or(|low| *low == 64) => Sign::Unsure,
                _ => Sign::Nothing,
            }
        }
        sign => sign,
    }
}

/// Length of the first label of an encoded name.
const NAME: u8 = 32;

/// Judges what may be a session request: two names of 34 bytes each or more, which begin with letters from A to P.
fn found_request(bytes: &[u8]) -> Sign {
    let letters = |letters: &[u8]| letters.iter().all(|letter| (b'A'..=b'P').contains(letter));
    match bytes {
        [0x81, 0, 0, 68..=255, NAME, name @ ..] if letters(name.get(..5).unwrap_or(name)) => match name.len()
        {
            5.. => expected(bytes),
            _ => Sign::Unsure,
        },
        [] | [0x81] | [0x81, 0] | [0x81, 0, 0] | [0x81, 0, 0, 68..=255] => Sign::Unsure,
        _ => Sign::Nothing,
    }
}

/// True if `payload` begins with 0xFF (SMB1), 0xFE (SMB2), 0xFD (encrypted) or 0xFC (compressed) and `SMB`, or with what
/// Samba's encrypted SMB1 messages do; `None` if it is too short to say.
pub(crate) fn begins_with_magic(payload: &[u8]) -> Option<bool> {
    let (first, rest) = payload.split_first()?;
    let known = rest.len().min(3);
    let is = |magic: &[u8; 3]| rest.get(..known) == magic.get(..known);
    let matches = ((0xfc..=0xff).contains(first) && is(b"SMB")) || (*first == 0xff && is(b"E\0\0"));
    if matches && known < 3 { None } else { Some(matches) }
}

/// Tells SMB by the first bytes of a stream, on whatever port: a NetBIOS session packet, or a message that begins with
/// one of the magic numbers of SMB. `None` if more bytes are needed; eight are always enough.
#[must_use]
pub fn looks_like_smb(first_bytes: &[u8]) -> Option<bool> {
    match expected(first_bytes) {
        Sign::Unsure => None,
        Sign::Nothing | Sign::Raw(_) => Some(false),
        Sign::Packet(Header { kind: PacketType::SESSION_MESSAGE, length: 0 }) => Some(false),
        Sign::Packet(Header { kind: PacketType::SESSION_REQUEST, length }) => {
            // Two names of 34 bytes each or more, the first of them with a label of 32 letters.
            if length < 68 { Some(false) } else { first_bytes.get(4).map(|label| *label == NAME) }
        }
        Sign::Packet(_) => Some(true),
    }
}
