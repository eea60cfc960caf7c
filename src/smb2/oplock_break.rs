//! OPLOCK_BREAK: \[MS-SMB2\] 2.2.23, 2.2.24 and 2.2.25.
//!
//! ```
//! use smbscope::smb2::{self, create::OplockLevel};
//! use smbscope::smb2::oplock_break::Break;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([24, 0, 1, 0, 0, 0, 0, 0]); // StructureSize, OplockLevel, Reserved, Reserved2
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! for message in smb2::compound(&frame) {
//!     let Break::Oplock { level, file_id } = Break::parse(&message?)? else { panic!() };
//!     assert_eq!((level, file_id.persistent), (OplockLevel::II, 9));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::body;
use super::create::OplockLevel;
use super::{FileId, Header, Message};
use crate::error::{Layer, ParseError, Reason};
use crate::wire::{array, fields, le_u16, le_u32, u8};

/// The body of an OPLOCK_BREAK, whichever side sent it. A server's notification has MessageId all ones; the client
/// acknowledges it in the same form, and the server answers that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Break {
    /// About an oplock: notification, acknowledgment or response (\[MS-SMB2\] 2.2.23.1, 2.2.24.1, 2.2.25.1).
    Oplock {
        /// OplockLevel.
        level: OplockLevel,
        /// FileId.
        file_id: FileId,
    },
    /// A notification about a lease (\[MS-SMB2\] 2.2.23.2).
    LeaseNotification {
        /// LeaseKey.
        lease_key: [u8; 16],
        /// CurrentLeaseState.
        current_state: u32,
        /// NewLeaseState.
        new_state: u32,
    },
    /// Acknowledgment or response about a lease (\[MS-SMB2\] 2.2.24.2, 2.2.25.2).
    LeaseAcknowledgment {
        /// LeaseKey.
        lease_key: [u8; 16],
        /// LeaseState.
        state: u32,
    },
}

impl Break {
    /// Reads an OPLOCK_BREAK. StructureSize tells the forms apart.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        let body_bytes = message.bytes.get(Header::SIZE..).unwrap_or_default();
        let size = le_u16(body_bytes).map_or(24, |(_, size)| size);
        match size {
            24 => body(message, 24, |input| {
                fields!(input => rest; level: u8, _reserved: array::<5>, file_id: FileId::read);
                Ok((rest, Self::Oplock { level: OplockLevel(level), file_id }))
            }),
            44 => body(message, 44, |input| {
                fields! {
                    input => rest;
                    _new_epoch: le_u16,
                    _flags: le_u32,
                    lease_key: array::<16>,
                    current_state: le_u32,
                    new_state: le_u32,
                }
                Ok((rest, Self::LeaseNotification { lease_key, current_state, new_state }))
            }),
            36 => body(message, 36, |input| {
                fields! {
                    input => rest;
                    _reserved: le_u16,
                    _flags: le_u32,
                    lease_key: array::<16>,
                    state: le_u32,
                }
                Ok((rest, Self::LeaseAcknowledgment { lease_key, state }))
            }),
            other => {
                let reason = Reason::BadValue { field: "StructureSize", value: u64::from(other) };
                Err(ParseError { layer: Layer::Smb2, offset: Header::SIZE, reason })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, message, of, try_truncations};
    use super::*;

    #[test]
    fn oplock() {
        let bytes = message(&[
            &[24, 0], // StructureSize
            &[1],     // OplockLevel
            &[0],     // Reserved
            &[0; 4],  // Reserved2
            &FILE_ID, // FileId
        ]);
        let file_id = FileId { persistent: 0x0a0b, volatile: 0x0c0d };
        assert_eq!(Break::parse(&of(&bytes)), Ok(Break::Oplock { level: OplockLevel::II, file_id }));
        try_truncations(&bytes, 88, Break::parse);
    }

    #[test]
    fn lease_notification() {
        let bytes = message(&[
            &[44, 0],      // StructureSize
            &[1, 0],       // NewEpoch
            &[1, 0, 0, 0], // Flags
            &[7; 16],      // LeaseKey
            &[7, 0, 0, 0], // CurrentLeaseState
            &[3, 0, 0, 0], // NewLeaseState
            &[0; 12],      // BreakReason, AccessMaskHint, ShareMaskHint
        ]);
        let expected = Break::LeaseNotification { lease_key: [7; 16], current_state: 7, new_state: 3 };
        assert_eq!(Break::parse(&of(&bytes)), Ok(expected));
        try_truncations(&bytes, 96, Break::parse);
    }

    #[test]
    fn lease_acknowledgment() {
        let bytes = message(&[
            &[36, 0],      // StructureSize
            &[0; 2],       // Reserved
            &[0; 4],       // Flags
            &[7; 16],      // LeaseKey
            &[3, 0, 0, 0], // LeaseState
            &[0; 8],       // LeaseDuration
        ]);
        assert_eq!(
            Break::parse(&of(&bytes)),
            Ok(Break::LeaseAcknowledgment { lease_key: [7; 16], state: 3 })
        );
        try_truncations(&bytes, 92, Break::parse);
    }
}
