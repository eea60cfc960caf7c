//! The instance of an application that moves between computers (\[MS-SMB2\] 2.2.13.2.13, 2.2.13.2.15).

use uuid::Uuid;

use crate::error::Read;
use crate::wire::{array, fields, guid, le_u64};

/// The name of the context that holds the instance's id.
pub(super) const ID: &[u8] =
    &[0x45, 0xbc, 0xa6, 0x6a, 0xef, 0xa7, 0xf7, 0x4a, 0x90, 0x08, 0xfa, 0x46, 0x2e, 0x14, 0x4d, 0x74];
/// The name of the context that holds the instance's version.
pub(super) const VERSION: &[u8] =
    &[0xb9, 0x82, 0xd0, 0xb7, 0x3b, 0x56, 0x07, 0x4f, 0xa0, 0x7b, 0x52, 0x4a, 0x81, 0x16, 0xa0, 0x10];

/// AppInstanceId, behind StructureSize and Reserved (2.2.13.2.13).
pub(super) fn id(data: &[u8]) -> Read<'_, Uuid> {
    fields!(data => rest; _structure_size: array::<2>, _reserved: array::<2>, app_instance_id: guid);
    Ok((rest, app_instance_id))
}

/// `SMB2_CREATE_APP_INSTANCE_VERSION` (2.2.13.2.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AppInstanceVersion {
    /// AppInstanceVersionHigh.
    pub high: u64,
    /// AppInstanceVersionLow.
    pub low: u64,
}

impl AppInstanceVersion {
    pub(super) fn read(data: &[u8]) -> Read<'_, Self> {
        fields! {
            data => rest;
            _structure_size: array::<2>,
            _reserved: array::<2>,
            _padding: array::<4>,
            app_instance_version_high: le_u64,
            app_instance_version_low: le_u64,
        }
        Ok((rest, Self { high: app_instance_version_high, low: app_instance_version_low }))
    }
}
