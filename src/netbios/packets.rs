//! What the packets that set up a session hold.

use core::net::Ipv4Addr;

use super::{Name, PacketType};
use crate::error::{Layer, ParseError, parse};
use crate::wire::{be_u16, be_u32, fields, u8, wire_enum};

/// A client's wish for a session (RFC 1002 4.3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SessionRequest {
    /// CALLED_NAME: the server's.
    pub called: Name,
    /// CALLING_NAME: the client's.
    pub calling: Name,
}

impl SessionRequest {
    /// Reads the payload of a [`SESSION_REQUEST`](super::PacketType::SESSION_REQUEST).
    ///
    /// # Errors
    /// One of the names cannot be read; [`Name::parse`] reads the called name alone.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (_, request) = parse(Layer::NetBios, payload, |input| {
            fields!(upper input => input; called_name: Name::read, calling_name: Name::read);
            Ok((input, Self { called: called_name, calling: calling_name }))
        })?;
        Ok(request)
    }
}

wire_enum! {
    /// ERROR_CODE of a negative session response (RFC 1002 4.3.4).
    pub struct NegativeReason(u8) {
        /// Nobody listens on the called name.
        NOT_LISTENING_ON_CALLED_NAME = 0x80, "not listening on called name";
        /// Nobody listens for the calling name.
        NOT_LISTENING_FOR_CALLING_NAME = 0x81, "not listening for calling name";
        /// The called name is not present.
        CALLED_NAME_NOT_PRESENT = 0x82, "called name not present";
        /// The called name is present, but has no room for the session.
        INSUFFICIENT_RESOURCES = 0x83, "called name present, but insufficient resources";
        /// Any other error.
        UNSPECIFIED_ERROR = 0x8f, "unspecified error";
    }
}

impl NegativeReason {
    /// True if the server has no room for the session, rather than nobody of that name: "insufficient resources", and
    /// "unspecified error", which servers at their limit send.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(self, Self::INSUFFICIENT_RESOURCES | Self::UNSPECIFIED_ERROR)
    }

    /// Reads the payload of a [`NEGATIVE_SESSION_RESPONSE`](super::PacketType::NEGATIVE_SESSION_RESPONSE).
    ///
    /// # Errors
    /// It is empty.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (_, code) = parse(Layer::NetBios, payload, |input| {
            fields!(upper input => rest; error_code: u8);
            Ok((rest, Self(error_code)))
        })?;
        Ok(code)
    }
}

/// Where a server sends a client instead (RFC 1002 4.3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Retarget {
    /// RETARGET_IP_ADDRESS.
    pub address: Ipv4Addr,
    /// PORT.
    pub port: u16,
}

impl Retarget {
    /// Reads the payload of a [`RETARGET_SESSION_RESPONSE`](super::PacketType::RETARGET_SESSION_RESPONSE).
    ///
    /// # Errors
    /// It is shorter than six bytes.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (_, retarget) = parse(Layer::NetBios, payload, |input| {
            fields!(upper input => input; retarget_ip_address: be_u32, port: be_u16);
            Ok((input, Self { address: Ipv4Addr::from_bits(retarget_ip_address), port }))
        })?;
        Ok(retarget)
    }
}

/// A packet of the session service, read by its type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum SessionPacket {
    /// A session request.
    Request(SessionRequest),
    /// A negative session response.
    Negative {
        /// ERROR_CODE.
        error_code: NegativeReason,
    },
    /// A retarget session response.
    Retarget(Retarget),
    /// A packet of a type that has no payload, or of one that is not known.
    Empty {},
}

impl SessionPacket {
    /// Reads the payload of a packet that is no message.
    ///
    /// # Errors
    /// As those of the parsers of its type.
    pub fn parse(kind: PacketType, payload: &[u8]) -> Result<Self, ParseError> {
        Ok(match kind {
            PacketType::SESSION_REQUEST => Self::Request(SessionRequest::parse(payload)?),
            PacketType::NEGATIVE_SESSION_RESPONSE => {
                Self::Negative { error_code: NegativeReason::parse(payload)? }
            }
            PacketType::RETARGET_SESSION_RESPONSE => Self::Retarget(Retarget::parse(payload)?),
            _ => Self::Empty {},
        })
    }
}
