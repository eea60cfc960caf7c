//! The ClientHello of TLS that a QUIC client begins with, and the protocols that it offers in it (ALPN, RFC 7301).

use super::frames::{Crypto, crypto};
use super::packet::{Initial, packets};
use crate::error::{Layer, Parsed, Reason, Unread, parse};
use crate::wire::{be_u16, be_u24, take, u8};

/// Bytes of a ClientHello that are held, and pieces of it.
const BYTES: usize = 1 << 13;
const PIECES: usize = 128;
/// Initial packets that are tried.
const TRIES: u8 = 32;

/// The first message of a client, put together of its Initial packets.
#[derive(Debug, Clone, Default)]
pub struct Hello {
    pieces: Vec<(u64, Vec<u8>)>,
    bytes: usize,
    /// The connection id that the keys come from.
    id: Vec<u8>,
    tried: u8,
    alpn: Option<Vec<Vec<u8>>>,
}

impl Hello {
    /// Takes a datagram that the client may have sent. True if that completed what the client offers.
    pub fn take(&mut self, datagram: &[u8]) -> bool {
        for packet in packets(datagram) {
            if self.alpn.is_some() || self.tried >= TRIES {
                return false;
            }
            self.tried = self.tried.saturating_add(1);
            // The id is that of the client's first packet, or of the first one behind a Retry (RFC 9001 5.2).
            if self.take_packet(&packet, &self.id.clone())
                || self.take_packet(&packet, packet.header.destination)
            {
                self.alpn = self.offered();
            }
        }
        self.alpn.is_some()
    }

    /// The protocols that the client offers, once they are known; empty if it offers none.
    #[must_use]
    pub fn alpn(&self) -> Option<&[Vec<u8>]> {
        self.alpn.as_deref()
    }

    /// Takes the frames of a packet. False if the keys of that id do not open it.
    fn take_packet(&mut self, packet: &Initial<'_>, id: &[u8]) -> bool {
        let Some(frames) = open(packet, id) else { return false };
        let Some(frames) = crypto(&frames, packet.missing > 0) else { return false };
        for Crypto { offset, data } in frames {
            if self.pieces.len() < PIECES && self.bytes.saturating_add(data.len()) <= BYTES {
                self.bytes = self.bytes.saturating_add(data.len());
                self.pieces.push((offset, data.to_vec()));
            }
        }
        id.clone_into(&mut self.id);
        true
    }

    /// What is offered in the message, as far as it is there without a hole.
    fn offered(&mut self) -> Option<Vec<Vec<u8>>> {
        self.pieces.sort_by_key(|(offset, _)| *offset);
        let mut message = Vec::new();
        for (offset, data) in &self.pieces {
            let at = usize::try_from(*offset).unwrap_or(usize::MAX);
            let known = message.len().checked_sub(at)?;
            message.extend_from_slice(data.get(known..).unwrap_or_default());
        }
        parse(Layer::Quic, &message, client_hello).ok().map(|(_, offered)| offered)
    }
}

#[cfg(feature = "quic")]
use super::protection::open;

/// Nothing is opened without the feature.
#[cfg(not(feature = "quic"))]
fn open(_packet: &Initial<'_>, _id: &[u8]) -> Option<Vec<u8>> {
    None
}

/// The protocols that a ClientHello offers (RFC 8446 4.1.2, RFC 7301 3.1).
fn client_hello(input: &[u8]) -> Parsed<'_, Vec<Vec<u8>>> {
    let (rest, kind) = u8(input)?;
    if kind != 1 {
        return Err(Unread::error(input, Reason::BadValue { field: "handshake type", value: kind.into() }));
    }
    let (rest, _length) = be_u24(rest)?;
    let (rest, _version_and_random) = take("random", 34)(rest)?;
    let (rest, length) = u8(rest)?;
    let (rest, _session) = take("session id", length.into())(rest)?;
    let (rest, length) = be_u16(rest)?;
    let (rest, _suites) = take("cipher suites", length.into())(rest)?;
    let (rest, length) = u8(rest)?;
    let (rest, _methods) = take("compression methods", length.into())(rest)?;
    let (mut rest, length) = be_u16(rest)?;
    // The extensions may go on behind what is there.
    let mut left = usize::from(length);
    while left > 0 {
        let (after, kind) = be_u16(rest)?;
        let (after, length) = be_u16(after)?;
        let (after, extension) = take("extension", length.into())(after)?;
        if kind == ALPN {
            return Ok((&[], protocols(extension)?.1));
        }
        left = left.saturating_sub(rest.len().saturating_sub(after.len()));
        rest = after;
    }
    Ok((&[], Vec::new()))
}

/// The extension `application_layer_protocol_negotiation`.
const ALPN: u16 = 16;

fn protocols(input: &[u8]) -> Parsed<'_, Vec<Vec<u8>>> {
    let (mut rest, _length) = be_u16(input)?;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (after, length) = u8(rest)?;
        let (after, name) = take("protocol name", length.into())(after)?;
        found.push(name.to_vec());
        rest = after;
    }
    Ok((rest, found))
}
