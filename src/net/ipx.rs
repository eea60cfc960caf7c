//! IPX, which SMB was hosted on directly too.

use crate::error::Read;
use crate::wire::{array, be_u16, be_u32, fields, u8};

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

    pub(super) fn read(input: &'a [u8]) -> Read<'a, Self> {
        fields! {
            input => rest;
            _checksum: be_u16,
            length: be_u16,
            _transport_control: u8,
            packet_type: u8,
            destination_network: be_u32,
            destination: array::<6>,
            destination_socket: be_u16,
            source_network: be_u32,
            source: array::<6>,
            source_socket: be_u16,
        }
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
