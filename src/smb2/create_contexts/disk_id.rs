//! The number of the file on its volume (\[MS-SMB2\] 2.2.14.2.9).

use crate::wire::{le_u64, wire_struct};

wire_struct! {
    /// `QFid` of a response (2.2.14.2.9).
    pub struct DiskId {
        /// DiskFileId.
        disk_file_id: u64 = le_u64;
        /// VolumeId.
        volume_id: u64 = le_u64;
    }
}
