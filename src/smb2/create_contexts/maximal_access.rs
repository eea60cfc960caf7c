//! What the client may do with the file (\[MS-SMB2\] 2.2.13.2.5, 2.2.14.2.5). A request's time and a response's status and
//! mask have the same length: only the message tells them apart.

use crate::error::Read;
use crate::fscc::AccessMask;
use crate::wire::{FileTime, NtStatus, fields, le_u32};

/// `MxAc` of a request (2.2.13.2.5): the time since which the file must have changed, if there is one.
pub(super) fn timestamp(data: &[u8]) -> Read<'_, Option<FileTime>> {
    if data.is_empty() {
        return Ok((data, None));
    }
    fields!(data => rest; timestamp: FileTime::read);
    Ok((rest, Some(timestamp)))
}

/// `MxAc` of a response (2.2.14.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MaximalAccess {
    /// QueryStatus.
    pub query_status: NtStatus,
    /// MaximalAccess.
    pub maximal_access: AccessMask,
}

impl MaximalAccess {
    pub(super) fn read(data: &[u8]) -> Read<'_, Self> {
        fields!(data => rest; query_status: le_u32, maximal_access: AccessMask::read);
        Ok((rest, Self { query_status: NtStatus(query_status), maximal_access }))
    }
}
