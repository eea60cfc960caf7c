//! Packets with a long header (RFC 9000 17.2).

use crate::error::{Layer, Parsed, Read, Reason, Unread, named, parse, prefix};
use crate::wire::{be_u16, be_u32, be_u64, fields, take, u8, wire_enum};

wire_enum! {
    /// The version of QUIC.
    pub struct Version(u32) {
        /// What a server sends that knows no version of the client's (RFC 9000 17.2.1).
        NEGOTIATION = 0, "version negotiation";
        /// RFC 9000.
        V1 = 1, "1";
        /// RFC 9369.
        V2 = 0x6b33_43cf, "2";
        /// The last drafts of version 1, which many still spoke.
        DRAFT_29 = 0xff00_001d, "draft 29";
    }
}

impl Version {
    /// True if packets of the version are known here.
    #[must_use]
    pub const fn is_known(self) -> bool {
        matches!(self, Self::V1 | Self::V2 | Self::DRAFT_29)
    }

    /// True for the versions that Google spoke before the specification: `Q046`, `T051`.
    #[must_use]
    pub const fn is_google(self) -> bool {
        matches!(self.0.to_be_bytes(), [b'Q' | b'T', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'])
    }

    /// The type of an Initial packet, in the two bits behind the first two.
    const fn initial(self) -> u8 {
        match self {
            Self::V2 => 1,
            _ => 0,
        }
    }

    /// The type of a Retry packet, which has no length.
    const fn retry(self) -> u8 {
        match self {
            Self::V2 => 0,
            _ => 3,
        }
    }
}

/// What every packet with a long header begins with (RFC 8999 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LongHeader<'a> {
    /// The first byte; its upper two bits are set.
    pub first: u8,
    /// The version.
    pub version: Version,
    /// The receiver's connection id.
    pub destination: &'a [u8],
    /// The sender's connection id.
    pub source: &'a [u8],
}

impl<'a> LongHeader<'a> {
    /// The longest connection id in bytes (RFC 9000 17.2).
    pub const MAX_ID: u8 = 20;

    /// The version that a packet with a long header says it is of.
    #[must_use]
    pub fn version(packet: &[u8]) -> Option<Version> {
        match *packet {
            [first, a, b, c, d, ..] if first & 0xc0 == 0xc0 => {
                Some(Version(u32::from_be_bytes([a, b, c, d])))
            }
            _ => None,
        }
    }

    /// Reads a header and gives what follows it.
    ///
    /// # Errors
    /// The input is cut, is no packet with a long header, or has connection ids that are too long.
    pub fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        prefix(Layer::Quic, input, header)
    }
}

/// An Initial packet (RFC 9000 17.2.2), still protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Initial<'a> {
    /// Its header.
    pub header: LongHeader<'a>,
    /// All of it that was captured, from its first byte on.
    pub bytes: &'a [u8],
    /// Where its packet number begins.
    pub packet_number: usize,
    /// Bytes of it that were not captured.
    pub missing: usize,
}

/// The Initial packets of a datagram, which may hold several packets (RFC 9000 12.2).
pub fn packets(datagram: &[u8]) -> impl Iterator<Item = Initial<'_>> {
    let mut rest = datagram;
    core::iter::from_fn(move || {
        loop {
            let (after, is_initial, initial) = parse(Layer::Quic, rest, packet).ok()?.1;
            rest = after;
            if is_initial {
                return Some(initial);
            }
        }
    })
}

fn header(input: &[u8]) -> Read<'_, LongHeader<'_>> {
    fields!(snake input => rest; first_byte: u8);
    if first_byte & 0xc0 != 0xc0 {
        return Err(Unread::error(
            input,
            Reason::BadValue { field: "long header", value: first_byte.into() },
        ));
    }
    fields! {
        snake rest => rest;
        version: be_u32,
        destination_connection_id: connection_id,
        source_connection_id: connection_id,
    }
    let (destination, source) = (destination_connection_id, source_connection_id);
    Ok((rest, LongHeader { first: first_byte, version: Version(version), destination, source }))
}

fn connection_id(input: &[u8]) -> Read<'_, &[u8]> {
    let (rest, length) = u8(input)?;
    if length > LongHeader::MAX_ID {
        return Err(Unread::error(input, Reason::BadValue { field: "connection id", value: length.into() }));
    }
    take("", length.into())(rest)
}

/// A packet, whether it is an Initial one, and what follows it.
fn packet(input: &[u8]) -> Read<'_, (&[u8], bool, Initial<'_>)> {
    fields!(snake input => rest; header: header);
    let kind = header.first >> 4 & 3;
    if !header.version.is_known() || kind == header.version.retry() {
        let value = header.version.0.into();
        return Err(Unread::error(input, Reason::BadValue { field: "version", value }));
    }
    let is_initial = kind == header.version.initial();
    let (rest, token) = if is_initial { named("token_length", variable(rest))? } else { (rest, 0) };
    let (rest, _token) = take("token", usize::try_from(token).unwrap_or(usize::MAX))(rest)?;
    fields!(snake rest => rest; length: variable);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let packet_number = input.len().saturating_sub(rest.len());
    let end = packet_number.saturating_add(length);
    let (bytes, after) = input.split_at_checked(end).unwrap_or((input, &[]));
    let missing = end.saturating_sub(bytes.len());
    Ok((&[], (after, is_initial, Initial { header, bytes, packet_number, missing })))
}

/// An integer of variable length (RFC 9000 16).
pub(super) fn variable(input: &[u8]) -> Read<'_, u64> {
    let (rest, first) = u8(input)?;
    match first >> 6 {
        0 => Ok((rest, (first & 0x3f).into())),
        1 => be_u16(input).map(|(rest, value)| (rest, u64::from(value & 0x3fff))),
        2 => be_u32(input).map(|(rest, value)| (rest, u64::from(value & 0x3fff_ffff))),
        _ => be_u64(input).map(|(rest, value)| (rest, value & 0x3fff_ffff_ffff_ffff)),
    }
}
