//! NEGOTIATE: \[MS-SMB2\] 2.2.3 and 2.2.4.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::negotiate::{Dialect, Request};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([36, 0, 2, 0, 1, 0, 0, 0]); // StructureSize, DialectCount, SecurityMode, Reserved
//! frame.extend([0x7f, 0, 0, 0]); // Capabilities
//! frame.extend([7; 16]); // ClientGuid
//! frame.extend([0; 8]); // NegotiateContextOffset, NegotiateContextCount, Reserved2
//! frame.extend([0x10, 0x02, 0x11, 0x03]); // Dialects
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     let dialects: Vec<String> = request.dialects().map(|dialect: Dialect| dialect.to_string()).collect();
//!     assert_eq!(dialects, ["SMB 2.1", "SMB 3.1.1"]);
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use uuid::Uuid;

use super::Message;
use super::body::{body, buffer};
pub use super::negotiate_contexts::{
    Cipher, NegotiateContext, NegotiateContextData, NegotiateContextType, NegotiateContexts, SigningAlgorithm,
};
use crate::error::ParseError;
use crate::wire::{FileTime, fields, guid, le_u16, le_u32, le_u64, up_to, wire_enum};

wire_enum! {
    /// A dialect (\[MS-SMB2\] 2.2.3, 2.2.4).
    pub struct Dialect(u16) {
        SMB_2_0_2 = 0x0202, "SMB 2.0.2";
        SMB_2_1 = 0x0210, "SMB 2.1";
        SMB_3_0 = 0x0300, "SMB 3.0";
        SMB_3_0_2 = 0x0302, "SMB 3.0.2";
        SMB_3_1_1 = 0x0311, "SMB 3.1.1";
        /// The answer to an SMB1 negotiation that offered `SMB 2.???`: a second negotiation follows.
        WILDCARD = 0x02ff, "SMB 2.???";
    }
}

bitflags::bitflags! {
    /// SecurityMode of negotiations and session setups (\[MS-SMB2\] 2.2.3). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct SecurityMode: u16 {
        /// The sender can sign.
        const SIGNING_ENABLED = 0x0001;
        /// The sender insists on signing.
        const SIGNING_REQUIRED = 0x0002;
    }
}

bitflags::bitflags! {
    /// Capabilities of negotiations and session setups (\[MS-SMB2\] 2.2.3). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Capabilities: u32 {
        /// DFS.
        const DFS = 0x0000_0001;
        /// Leases.
        const LEASING = 0x0000_0002;
        /// Requests that cost more than one credit.
        const LARGE_MTU = 0x0000_0004;
        /// Several connections for one session.
        const MULTI_CHANNEL = 0x0000_0008;
        /// Handles that outlive the server's fail-over.
        const PERSISTENT_HANDLES = 0x0000_0010;
        /// Leases of directories.
        const DIRECTORY_LEASING = 0x0000_0020;
        /// Encryption.
        const ENCRYPTION = 0x0000_0040;
        /// Notifications of the server to the client.
        const NOTIFICATIONS = 0x0000_0080;
    }
}

/// A NEGOTIATE request (\[MS-SMB2\] 2.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// DialectCount.
    pub dialect_count: u16,
    /// SecurityMode.
    pub security_mode: SecurityMode,
    /// Capabilities.
    pub capabilities: Capabilities,
    /// ClientGuid: names the client's computer; zero if the client speaks SMB 2.0.2 only.
    pub client_guid: Uuid,
    /// NegotiateContextList, in requests that offer SMB 3.1.1.
    pub contexts: NegotiateContexts<'a>,
    #[cfg_attr(feature = "serde", serde(serialize_with = "dialects"))]
    dialects: &'a [u8],
}

#[cfg(feature = "serde")]
fn dialects<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    crate::wire::serialise::list(dialects_of(bytes), serializer)
}

fn dialects_of(bytes: &[u8]) -> impl Iterator<Item = Dialect> {
    bytes.as_chunks::<2>().0.iter().map(|dialect| Dialect(u16::from_le_bytes(*dialect)))
}

impl<'a> Request<'a> {
    /// Reads a NEGOTIATE request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 36, |input| {
            fields! {
                input => rest;
                dialect_count: le_u16,
                security_mode: le_u16,
                _reserved: le_u16,
                capabilities: le_u32,
                client_guid: guid,
                context_offset: le_u32,
                context_count: le_u16,
                _reserved: le_u16,
            }
            let dialects = up_to(rest, usize::from(dialect_count).saturating_mul(2));
            // Of older dialects these eight bytes are ClientStartTime.
            let context_count = if dialects_of(dialects).any(|dialect| dialect == Dialect::SMB_3_1_1) {
                context_count
            } else {
                0
            };
            let request = Self {
                dialect_count,
                security_mode: SecurityMode::from_bits_retain(security_mode),
                capabilities: Capabilities::from_bits_retain(capabilities),
                client_guid,
                contexts: NegotiateContexts::new(message, context_offset, context_count),
                dialects,
            };
            Ok((rest, request))
        })
    }

    /// Dialects: what the client offers, as far as they are there.
    pub fn dialects(&self) -> impl Iterator<Item = Dialect> + 'a {
        dialects_of(self.dialects)
    }
}

/// A NEGOTIATE response (\[MS-SMB2\] 2.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// SecurityMode.
    pub security_mode: SecurityMode,
    /// DialectRevision: the dialect that the server chose.
    pub dialect: Dialect,
    /// ServerGuid.
    pub server_guid: Uuid,
    /// Capabilities.
    pub capabilities: Capabilities,
    /// MaxTransactSize in bytes.
    pub max_transact_size: u32,
    /// MaxReadSize in bytes.
    pub max_read_size: u32,
    /// MaxWriteSize in bytes.
    pub max_write_size: u32,
    /// SystemTime: the server's clock.
    pub system_time: FileTime,
    /// ServerStartTime.
    pub server_start_time: FileTime,
    /// SecurityBufferLength in bytes.
    pub security_buffer_length: u16,
    /// The security buffer: a SPNEGO token or nothing.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::auth::serialise_blob"))]
    pub security_buffer: &'a [u8],
    /// NegotiateContextList, if the server chose SMB 3.1.1.
    pub contexts: NegotiateContexts<'a>,
}

impl<'a> Response<'a> {
    /// Reads a NEGOTIATE response.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 65, |input| {
            fields! {
                input => rest;
                security_mode: le_u16,
                dialect: le_u16,
                context_count: le_u16,
                server_guid: guid,
                capabilities: le_u32,
                max_transact_size: le_u32,
                max_read_size: le_u32,
                max_write_size: le_u32,
                system_time: le_u64,
                server_start_time: le_u64,
                security_buffer_offset: le_u16,
                security_buffer_length: le_u16,
                context_offset: le_u32,
            }
            let context_count = if dialect == Dialect::SMB_3_1_1.0 { context_count } else { 0 };
            let response = Self {
                security_mode: SecurityMode::from_bits_retain(security_mode),
                dialect: Dialect(dialect),
                server_guid,
                capabilities: Capabilities::from_bits_retain(capabilities),
                max_transact_size,
                max_read_size,
                max_write_size,
                system_time: FileTime(system_time),
                server_start_time: FileTime(server_start_time),
                security_buffer_length,
                security_buffer: buffer(
                    message,
                    security_buffer_offset.into(),
                    security_buffer_length.into(),
                ),
                contexts: NegotiateContexts::new(message, context_offset, context_count),
            };
            Ok((rest, response))
        })
    }
}

/// True if a ServerGuid is Samba's, which has its NetBIOS name there, in lower case, and zeros behind it.
#[must_use]
pub fn is_samba(server_guid: &Uuid) -> bool {
    let bytes = server_guid.to_bytes_le();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (name, rest) = bytes.split_at_checked(end).unwrap_or_default();
    let in_name = |byte: &u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
    !name.is_empty() && name.iter().all(in_name) && !rest.is_empty() && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{message, of, try_truncations};
    use super::*;

    const GUID: [u8; 16] =
        [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];

    #[test]
    fn request() {
        let bytes = message(&[
            &[36, 0],         // StructureSize
            &[3, 0],          // DialectCount
            &[1, 0],          // SecurityMode
            &[0, 0],          // Reserved
            &[0x7f, 0, 0, 0], // Capabilities
            &GUID,            // ClientGuid
            &[0; 8],          // NegotiateContextOffset, NegotiateContextCount, Reserved2
            &[0x10, 0x02],    // Dialects
            &[0x11, 0x03],
            &[0x34, 0x12],
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        let dialects: Vec<_> = request.dialects().map(|dialect| dialect.to_string()).collect();
        assert_eq!(dialects, ["SMB 2.1", "SMB 3.1.1", "0x1234"]);
        assert_eq!(request.security_mode, SecurityMode::SIGNING_ENABLED);
        assert!(request.capabilities.contains(Capabilities::MULTI_CHANNEL));
        assert_eq!(request.client_guid.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(Request::parse(&of(&bytes[..103])).unwrap().dialects().count(), 1);
        try_truncations(&bytes, 100, Request::parse);
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[65, 0],                                          // StructureSize
            &[3, 0],                                           // SecurityMode
            &[0xff, 0x02],                                     // DialectRevision
            &[0, 0],                                           // NegotiateContextCount
            &GUID,                                             // ServerGuid
            &[0x05, 0, 0, 0],                                  // Capabilities
            &[0, 0, 0x10, 0],                                  // MaxTransactSize
            &[0, 0, 0x20, 0],                                  // MaxReadSize
            &[0, 0, 0x30, 0],                                  // MaxWriteSize
            &[0x00, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 0x01], // SystemTime
            &[0; 8],                                           // ServerStartTime
            &[128, 0],                                         // SecurityBufferOffset
            &[4, 0],                                           // SecurityBufferLength
            &[0; 4],                                           // NegotiateContextOffset
            b"blob",                                           // Buffer
        ]);
        let response = Response::parse(&of(&bytes)).unwrap();
        assert_eq!(response.dialect, Dialect::WILDCARD);
        assert_eq!(response.server_guid.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
        let sizes = (response.max_transact_size, response.max_read_size, response.max_write_size);
        assert_eq!(sizes, (0x10_0000, 0x20_0000, 0x30_0000));
        assert_eq!(response.system_time.timestamp().unwrap().as_nanos(), 0);
        assert_eq!(response.server_start_time.timestamp(), None);
        assert_eq!(response.security_buffer, b"blob");
        let cut = Response::parse(&of(&bytes[..130])).unwrap();
        assert_eq!((cut.security_buffer, cut.security_buffer_length), (&b"bl"[..], 4));
        try_truncations(&bytes, 128, Response::parse);
    }

    #[test]
    fn samba_is_told_by_its_guid() {
        let is_samba = |bytes: &[u8; 16]| super::is_samba(&Uuid::from_bytes_le(*bytes));
        assert!(is_samba(b"prnsrv\0\0\0\0\0\0\0\0\0\0"));
        assert!(is_samba(b"print-server-15\0"));
        assert!(!is_samba(b"prnsrv\0\0\0\0\0\0\0\0\0\x01"));
        assert!(!is_samba(&[0; 16]));
        assert!(!is_samba(&GUID));
    }
}
