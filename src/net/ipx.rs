//! IPX, which SMB was hosted on directly too.

use crate::error::Parsed;
use crate::wire::{array, be_u16, be_u32, u8};

/// An IPX packet (Novell, *IPX Router Specification*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct IpxPacket<'a> {
    /// Packet type: 4 is packet exchange, 20 is NetBIOS.
    pub packet_type: u8,
    /// The receiver's network number.
    pub destination_network: u32,
    /// The receiver's node, a MAC address.
    pub destination: [u8; 6],
    /// The receiver's socket.
    pub destination_socket: u16,
    /// The sender's network number.
    pub source_network: u32,
    /// The sender's node, a MAC address.
    pub source: [u8; 6],
    /// The sender's socket.
    pub source_socket: u16,
    /// What the length field counts behind the header, as far as it was captured.
    pub payload: &'a [u8],
}

impl<'a> IpxPacket<'a> {
    /// Bytes of the header.
    const HEADER: u16 = 30;

    pub(super) fn read(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, _checksum) = be_u16(input)?;
        let (rest, length) = be_u16(rest)?;
        let (rest, _transport_control) = u8(rest)?;
        let (rest, packet_type) = u8(rest)?;
        let (rest, destination_network) = be_u32(rest)?;
        let (rest, destination) = array::<6>(rest)?;
        let (rest, destination_socket) = be_u16(rest)?;
        let (rest, source_network) = be_u32(rest)?;
        let (rest, source) = array::<6>(rest)?;
        let (rest, source_socket) = be_u16(rest)?;
        let payload = rest.get(..length.saturating_sub(Self::HEADER).into()).unwrap_or(rest);
        let packet = Self {
            packet_type,
            destination_network,
            destination,
            destination_socket,
            source_network,
            source,
            source_socket,
            payload,
        };
        Ok((&[], packet))
    }
}
