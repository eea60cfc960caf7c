//! Handles that outlive their connection (\[MS-SMB2\] 2.2.13.2.3, 2.2.13.2.4, 2.2.13.2.11, 2.2.13.2.12, 2.2.14.2.12).

use uuid::Uuid;

use crate::error::Read;
use crate::smb2::FileId;
use crate::wire::{array, fields, guid, le_u32, wire_struct};

/// `DH2Q` of a request: a durable handle is requested (2.2.13.2.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DurableRequestV2 {
    /// Timeout in milliseconds.
    pub timeout: u32,
    /// Flags: 2 persistent.
    pub flags: u32,
    /// CreateGuid.
    pub create_guid: Uuid,
}

impl DurableRequestV2 {
    pub(super) fn read(data: &[u8]) -> Read<'_, Self> {
        fields!(data => rest; timeout: le_u32, flags: le_u32, _reserved: array::<8>, create_guid: guid);
        Ok((rest, Self { timeout, flags, create_guid }))
    }
}

wire_struct! {
    /// `DH2Q` of a response: a durable handle is granted (2.2.14.2.12).
    pub struct DurableResponseV2 {
        /// Timeout in milliseconds.
        timeout: u32 = le_u32;
        /// Flags: 2 persistent.
        flags: u32 = le_u32;
    }
}

wire_struct! {
    /// `DH2C` of a request: a durable handle is claimed again (2.2.13.2.12).
    pub struct DurableReconnectV2 {
        /// FileId.
        file_id: FileId = FileId::read;
        /// CreateGuid.
        create_guid: Uuid = guid;
        /// Flags: 2 persistent.
        flags: u32 = le_u32;
    }
}
