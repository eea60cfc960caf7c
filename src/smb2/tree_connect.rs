//! TREE_CONNECT: \[MS-SMB2\] 2.2.9 and 2.2.10.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::tree_connect::Request;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([9, 0, 0, 0, 72, 0, 20, 0]); // StructureSize, Flags, PathOffset, PathLength
//! frame.extend(r"\\SRV\IPC$".encode_utf16().flat_map(u16::to_le_bytes)); // Buffer
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     assert_eq!(request.path.to_string(), r"\\SRV\IPC$");
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Message;
use super::body::{body, buffer};
use crate::error::ParseError;
use crate::wire::{Utf16, fields, le_u16, le_u32, u8, wire_enum};

/// Where the variable part of a request begins, which is where an extension stands.
const EXTENSION: usize = 72;

bitflags::bitflags! {
    /// Flags of a TREE_CONNECT request (\[MS-SMB2\] 2.2.9), reserved before SMB 3.1.1. Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct RequestFlags: u16 {
        /// The client was connected to this cluster share before.
        const CLUSTER_RECONNECT = 0x0001;
        /// The client can be sent to another node of the cluster.
        const REDIRECT_TO_OWNER = 0x0002;
        /// A TREE_CONNECT Request Extension (2.2.9.1) stands before the path.
        const EXTENSION_PRESENT = 0x0004;
    }
}

wire_enum! {
    /// The type of a share (\[MS-SMB2\] 2.2.10).
    pub struct ShareType(u8) {
        DISK = 0x01, "DISK";
        PIPE = 0x02, "PIPE";
        PRINT = 0x03, "PRINT";
    }
}

/// A TREE_CONNECT request (\[MS-SMB2\] 2.2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// Flags.
    pub flags: RequestFlags,
    /// PathLength in bytes.
    pub path_length: u16,
    /// The path, `\\server\share`.
    pub path: Utf16<'a>,
}

impl<'a> Request<'a> {
    /// Reads a TREE_CONNECT request.
    ///
    /// With an extension the path's offset counts from the header too, but some clients let it count from the
    /// extension; one that would lie before the extension is taken so.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 9, |input| {
            fields!(input => rest; flags: le_u16, path_offset: le_u16, path_length: le_u16);
            let flags = RequestFlags::from_bits_retain(flags);
            let offset = match usize::from(path_offset) {
                offset if offset < EXTENSION && flags.contains(RequestFlags::EXTENSION_PRESENT) => {
                    offset.saturating_add(EXTENSION)
                }
                offset => offset,
            };
            let path = Utf16::new(buffer(message, offset, path_length.into()));
            Ok((rest, Self { flags, path_length, path }))
        })
    }
}

/// A TREE_CONNECT response (\[MS-SMB2\] 2.2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response {
    /// ShareType.
    pub share_type: ShareType,
    /// ShareFlags.
    pub share_flags: u32,
    /// Capabilities.
    pub capabilities: u32,
    /// MaximalAccess of the user to the share, an access mask.
    pub maximal_access: u32,
}

impl Response {
    /// Reads a TREE_CONNECT response.
    ///
    /// # Errors
    /// The message is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 16, |input| {
            fields! {
                input => rest;
                share_type: u8,
                _reserved: u8,
                share_flags: le_u32,
                capabilities: le_u32,
                maximal_access: le_u32,
            }
            let share_type = ShareType(share_type);
            Ok((rest, Self { share_type, share_flags, capabilities, maximal_access }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{message, of, try_truncations, utf16};
    use super::*;

    #[test]
    fn request() {
        let bytes = message(&[
            &[9, 0],               // StructureSize
            &[0, 0],               // Flags
            &[72, 0],              // PathOffset
            &[22, 0],              // PathLength
            &utf16(r"\\SRV\IPC$"), // Buffer
            &utf16("!"),           // the last unit of the path
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!(request.path.to_string(), r"\\SRV\IPC$!");
        assert_eq!(Request::parse(&of(&bytes[..80])).unwrap().path.to_string(), r"\\SR");
        try_truncations(&bytes, 72, Request::parse);
    }

    #[test]
    fn the_path_behind_an_extension_is_found_from_the_header_or_from_the_extension() {
        for offset in [88, 16] {
            let bytes = message(&[
                &[9, 0],               // StructureSize
                &[4, 0],               // Flags
                &[offset, 0],          // PathOffset
                &[20, 0],              // PathLength
                &[44, 0, 0, 0],        // TreeConnectContextOffset
                &[1, 0],               // TreeConnectContextCount
                &[0; 10],              // Reserved
                &utf16(r"\\SRV\IPC$"), // PathName
                &[1, 0, 0, 0],         // TreeConnectContexts
            ]);
            let request = Request::parse(&of(&bytes)).unwrap();
            assert_eq!(request.path.to_string(), r"\\SRV\IPC$");
            assert_eq!(request.flags, RequestFlags::EXTENSION_PRESENT);
        }
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[16, 0],                  // StructureSize
            &[2],                      // ShareType
            &[0],                      // Reserved
            &[0x30, 0, 0, 0],          // ShareFlags
            &[0x08, 0, 0, 0],          // Capabilities
            &[0xff, 0x01, 0x1f, 0x00], // MaximalAccess
        ]);
        let response = Response::parse(&of(&bytes)).unwrap();
        assert_eq!(response.share_type, ShareType::PIPE);
        let rest = (response.share_flags, response.capabilities, response.maximal_access);
        assert_eq!(rest, (0x30, 0x08, 0x001f_01ff));
        try_truncations(&bytes, 80, Response::parse);
    }
}
