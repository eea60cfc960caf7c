//! CREATE: \[MS-SMB2\] 2.2.13 and 2.2.14.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::create::{CreateDisposition, Request};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([57, 0, 0, 0xff]); // StructureSize, SecurityFlags, RequestedOplockLevel
//! frame.extend([2, 0, 0, 0]); // ImpersonationLevel
//! frame.extend([0; 16]); // SmbCreateFlags, Reserved
//! frame.extend([0x9f, 1, 0x12, 0, 0, 0, 0, 0]); // DesiredAccess, FileAttributes
//! frame.extend([7, 0, 0, 0, 1, 0, 0, 0, 0x40, 0, 0, 0]); // ShareAccess, CreateDisposition, CreateOptions
//! frame.extend([120, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // NameOffset, NameLength, CreateContexts: none
//! frame.extend("spoolss".encode_utf16().flat_map(u16::to_le_bytes)); // Buffer
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     assert_eq!(request.name.to_string(), "spoolss"); // a pipe
//!     assert_eq!(request.disposition, CreateDisposition::OPEN);
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::{body, buffer};
pub use super::create_contexts::{
    AppInstanceVersion, AppleRequest, AppleResolvedId, AppleServer, ContextData, CreateContext,
    CreateContexts, DiskId, DurableReconnectV2, DurableRequestV2, DurableResponseV2, Lease, MaximalAccess,
    RequestContexts, RequestData, ResponseContexts, ResponseData,
};
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{FileTime, Utf16, fields, le_u16, le_u32, le_u64, u8, wire_enum};

wire_enum! {
    /// An oplock level (\[MS-SMB2\] 2.2.13).
    pub struct OplockLevel(u8) {
        NONE = 0x00, "NONE";
        II = 0x01, "II";
        EXCLUSIVE = 0x08, "EXCLUSIVE";
        BATCH = 0x09, "BATCH";
        LEASE = 0xff, "LEASE";
    }
}

wire_enum! {
    /// How far the server may act for the client (\[MS-SMB2\] 2.2.13).
    pub struct ImpersonationLevel(u32) {
        ANONYMOUS = 0, "Anonymous";
        IDENTIFICATION = 1, "Identification";
        IMPERSONATION = 2, "Impersonation";
        DELEGATE = 3, "Delegate";
    }
}

wire_enum! {
    /// What to do if the file exists, and if it does not (\[MS-SMB2\] 2.2.13).
    pub struct CreateDisposition(u32) {
        SUPERSEDE = 0, "FILE_SUPERSEDE";
        OPEN = 1, "FILE_OPEN";
        CREATE = 2, "FILE_CREATE";
        OPEN_IF = 3, "FILE_OPEN_IF";
        OVERWRITE = 4, "FILE_OVERWRITE";
        OVERWRITE_IF = 5, "FILE_OVERWRITE_IF";
    }
}

wire_enum! {
    /// What the server did (\[MS-SMB2\] 2.2.14).
    pub struct CreateAction(u32) {
        SUPERSEDED = 0, "FILE_SUPERSEDED";
        OPENED = 1, "FILE_OPENED";
        CREATED = 2, "FILE_CREATED";
        OVERWRITTEN = 3, "FILE_OVERWRITTEN";
    }
}

bitflags::bitflags! {
    /// CreateOptions (\[MS-SMB2\] 2.2.13), those that say what is opened. The other bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct CreateOptions: u32 {
        /// A directory is meant.
        const DIRECTORY_FILE = 0x0000_0001;
        /// Anything but a directory is meant.
        const NON_DIRECTORY_FILE = 0x0000_0040;
        /// The file goes away with its last handle.
        const DELETE_ON_CLOSE = 0x0000_1000;
    }
}

pub use crate::fscc::{AccessMask, FileAttributes};

/// A CREATE request (\[MS-SMB2\] 2.2.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// RequestedOplockLevel.
    pub oplock_level: OplockLevel,
    /// ImpersonationLevel.
    pub impersonation_level: ImpersonationLevel,
    /// DesiredAccess.
    pub desired_access: AccessMask,
    /// FileAttributes.
    pub file_attributes: FileAttributes,
    /// ShareAccess: others may read (1), write (2), delete (4).
    pub share_access: u32,
    /// CreateDisposition.
    pub disposition: CreateDisposition,
    /// CreateOptions.
    pub options: CreateOptions,
    /// NameLength in bytes.
    pub name_length: u16,
    /// The name, relative to the share and without a backslash in front: `spoolss`. Empty for the share's root.
    pub name: Utf16<'a>,
    /// The create contexts.
    pub contexts: RequestContexts<'a>,
}

impl<'a> Request<'a> {
    /// Reads a CREATE request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 57, |input| {
            fields! {
                input => rest;
                _security_flags: u8,
                requested_oplock_level: u8,
                impersonation_level: le_u32,
                _smb_create_flags: le_u64,
                _reserved: le_u64,
                desired_access: le_u32,
                file_attributes: le_u32,
                share_access: le_u32,
                create_disposition: le_u32,
                create_options: le_u32,
                name_offset: le_u16,
                name_length: le_u16,
                create_contexts_offset: le_u32,
                create_contexts_length: le_u32,
            }
            let request = Self {
                oplock_level: OplockLevel(requested_oplock_level),
                impersonation_level: ImpersonationLevel(impersonation_level),
                desired_access: AccessMask::from_bits_retain(desired_access),
                file_attributes: FileAttributes::from_bits_retain(file_attributes),
                share_access,
                disposition: CreateDisposition(create_disposition),
                options: CreateOptions::from_bits_retain(create_options),
                name_length,
                name: Utf16::new(buffer(message, name_offset.into(), name_length.into())),
                contexts: CreateContexts::new(message, create_contexts_offset, create_contexts_length),
            };
            Ok((rest, request))
        })
    }
}

/// A CREATE response (\[MS-SMB2\] 2.2.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// OplockLevel.
    pub oplock_level: OplockLevel,
    /// Flags: 1 is a reparse point.
    pub flags: u8,
    /// CreateAction.
    pub action: CreateAction,
    /// CreationTime.
    pub creation_time: FileTime,
    /// LastAccessTime.
    pub last_access_time: FileTime,
    /// LastWriteTime.
    pub last_write_time: FileTime,
    /// ChangeTime.
    pub change_time: FileTime,
    /// AllocationSize in bytes.
    pub allocation_size: u64,
    /// EndofFile: the file's length in bytes.
    pub end_of_file: u64,
    /// FileAttributes.
    pub file_attributes: FileAttributes,
    /// FileId: the open that was made.
    pub file_id: FileId,
    /// The create contexts.
    pub contexts: ResponseContexts<'a>,
}

impl<'a> Response<'a> {
    /// Reads a CREATE response.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 89, |input| {
            fields! {
                input => rest;
                oplock_level: u8,
                flags: u8,
                create_action: le_u32,
                creation_time: le_u64,
                last_access_time: le_u64,
                last_write_time: le_u64,
                change_time: le_u64,
                allocation_size: le_u64,
                end_of_file: le_u64,
                file_attributes: le_u32,
                _reserved: le_u32,
                file_id: FileId::read,
                create_contexts_offset: le_u32,
                create_contexts_length: le_u32,
            }
            let response = Self {
                oplock_level: OplockLevel(oplock_level),
                flags,
                action: CreateAction(create_action),
                creation_time: FileTime(creation_time),
                last_access_time: FileTime(last_access_time),
                last_write_time: FileTime(last_write_time),
                change_time: FileTime(change_time),
                allocation_size,
                end_of_file,
                file_attributes: FileAttributes::from_bits_retain(file_attributes),
                file_id,
                contexts: CreateContexts::new(message, create_contexts_offset, create_contexts_length),
            };
            Ok((rest, response))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, message, of, try_truncations, utf16};
    use super::*;

    #[test]
    fn request() {
        let bytes = message(&[
            &[57, 0],            // StructureSize
            &[0],                // SecurityFlags
            &[0xff],             // RequestedOplockLevel
            &[2, 0, 0, 0],       // ImpersonationLevel
            &[0; 8],             // SmbCreateFlags
            &[0; 8],             // Reserved
            &[0x9f, 1, 0x12, 0], // DesiredAccess
            &[0x80, 0, 0, 0],    // FileAttributes
            &[7, 0, 0, 0],       // ShareAccess
            &[1, 0, 0, 0],       // CreateDisposition
            &[0x40, 0, 0x40, 0], // CreateOptions
            &[120, 0],           // NameOffset
            &[14, 0],            // NameLength
            &[136, 0, 0, 0],     // CreateContextsOffset
            &[4, 0, 0, 0],       // CreateContextsLength
            &utf16("spoolss"),   // the name
            &[0, 0],             // padding
            b"MxAc",             // the contexts
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        assert_eq!(request.name.to_string(), "spoolss");
        assert_eq!(request.oplock_level, OplockLevel::LEASE);
        assert_eq!(request.impersonation_level, ImpersonationLevel::IMPERSONATION);
        assert_eq!(request.desired_access.bits(), 0x0012_019f);
        assert_eq!(request.file_attributes, FileAttributes::NORMAL);
        assert_eq!((request.share_access, request.disposition), (7, CreateDisposition::OPEN));
        assert_eq!(request.options.bits(), 0x0040_0040);
        assert_eq!(request.contexts.as_bytes(), b"MxAc");
        let cut = Request::parse(&of(&bytes[..124])).unwrap();
        assert_eq!(
            (cut.name.to_string(), cut.name_length, cut.contexts.as_bytes()),
            ("sp".into(), 14, &[][..])
        );
        try_truncations(&bytes, 120, Request::parse);
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[89, 0],                   // StructureSize
            &[0],                       // OplockLevel
            &[0],                       // Flags
            &[1, 0, 0, 0],              // CreateAction
            &[1, 0, 0, 0, 0, 0, 0, 0],  // CreationTime
            &[2, 0, 0, 0, 0, 0, 0, 0],  // LastAccessTime
            &[3, 0, 0, 0, 0, 0, 0, 0],  // LastWriteTime
            &[4, 0, 0, 0, 0, 0, 0, 0],  // ChangeTime
            &[0, 16, 0, 0, 0, 0, 0, 0], // AllocationSize
            &[5, 0, 0, 0, 0, 0, 0, 0],  // EndofFile
            &[0x10, 0, 0, 0],           // FileAttributes
            &[0; 4],                    // Reserved2
            &FILE_ID,                   // FileId
            &[152, 0, 0, 0],            // CreateContextsOffset
            &[4, 0, 0, 0],              // CreateContextsLength
            b"MxAc",                    // the contexts
        ]);
        let response = Response::parse(&of(&bytes)).unwrap();
        assert_eq!(response.file_id, FileId { persistent: 0x0a0b, volatile: 0x0c0d });
        assert_eq!(response.action, CreateAction::OPENED);
        let times = [
            response.creation_time,
            response.last_access_time,
            response.last_write_time,
            response.change_time,
        ];
        assert_eq!(times, [1, 2, 3, 4].map(FileTime));
        assert_eq!((response.allocation_size, response.end_of_file), (4096, 5));
        assert_eq!(response.file_attributes, FileAttributes::DIRECTORY);
        assert_eq!(response.contexts.as_bytes(), b"MxAc");
        try_truncations(&bytes, 152, Response::parse);
    }
}
