//! Leases, whose contexts have one form in requests and responses.

use crate::error::Read;
use crate::wire::{array, fields, le_u16, le_u32, le_u64};

/// A lease (\[MS-SMB2\] 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10, 2.2.14.2.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Lease {
    /// LeaseKey.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub lease_key: [u8; 16],
    /// LeaseState: 1 read, 2 handle, 4 write caching.
    pub lease_state: u32,
    /// LeaseFlags.
    pub lease_flags: u32,
    /// ParentLeaseKey of version 2.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_option"))]
    pub parent_lease_key: Option<[u8; 16]>,
    /// Epoch of version 2.
    pub epoch: Option<u16>,
}

/// The length of version 1, in bytes. Version 2 is told by more.
const VERSION_1: usize = 32;

impl Lease {
    pub(super) fn read(data: &[u8]) -> Read<'_, Self> {
        fields! {
            data => rest;
            lease_key: array::<16>,
            lease_state: le_u32,
            lease_flags: le_u32,
            _lease_duration: le_u64,
        }
        let lease = Self { lease_key, lease_state, lease_flags, parent_lease_key: None, epoch: None };
        if data.len() <= VERSION_1 {
            return Ok((rest, lease));
        }
        fields!(rest => rest; parent_lease_key: array::<16>, epoch: le_u16);
        Ok((rest, Self { parent_lease_key: Some(parent_lease_key), epoch: Some(epoch), ..lease }))
    }
}
