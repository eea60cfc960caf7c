//! The ClientHello of TLS that a QUIC client begins with, and the protocols that it offers in it (ALPN, RFC 7301).

use super::frames::{Crypto, crypto};
use super::packet::{Initial, packets};
use crate::error::{Layer, Read, Reason, Unread, parse};
use crate::wire::{be_u16, be_u24, fields, take, u8};

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
fn client_hello(input: &[u8]) -> Read<'_, Vec<Vec<u8>>> {
    fields!(snake input => rest; msg_type: u8);
    if msg_type != 1 {
        return Err(Unread::error(input, Reason::BadValue { field: "msg_type", value: msg_type.into() }));
    }
    fields!(snake rest => rest; _length: be_u24);
    let (rest, _version_and_random) = take("random", 34)(rest)?;
    fields!(snake rest => rest; legacy_session_id: u8);
    let (rest, _session) = take("legacy_session_id", legacy_session_id.into())(rest)?;
    fields!(snake rest => rest; cipher_suites: be_u16);
    let (rest, _suites) = take("cipher_suites", cipher_suites.into())(rest)?;
    fields!(snake rest => rest; legacy_compression_methods: u8);
    let (rest, _methods) = take("legacy_compression_methods", legacy_compression_methods.into())(rest)?;
    fields!(snake rest => rest; extensions: be_u16);
    // The extensions may go on behind what is there.
    let (mut rest, mut left) = (rest, usize::from(extensions));
    while left > 0 {
        fields!(snake rest => after; extension_type: be_u16, length: be_u16);
        let (after, extension) = take("extension_data", length.into())(after)?;
        if extension_type == ALPN {
            return Ok((&[], protocols(extension)?.1));
        }
        left = left.saturating_sub(rest.len().saturating_sub(after.len()));
        rest = after;
    }
    Ok((&[], Vec::new()))
}

/// The extension `application_layer_protocol_negotiation`.
const ALPN: u16 = 16;

fn protocols(input: &[u8]) -> Read<'_, Vec<Vec<u8>>> {
    fields!(snake input => rest; _protocol_name_list: be_u16);
    let (mut rest, mut found) = (rest, Vec::new());
    while !rest.is_empty() {
        fields!(snake rest => after; protocol_name: u8);
        let (after, name) = take("protocol_name", protocol_name.into())(after)?;
        found.push(name.to_vec());
        rest = after;
    }
    Ok((rest, found))
}
