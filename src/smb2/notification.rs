//! SERVER_TO_CLIENT_NOTIFICATION: \[MS-SMB2\] 2.2.44. With it a server says, unasked, that a session is gone.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::notification::{Notification, NotificationType};
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([4, 0, 0, 0]); // StructureSize, Reserved
//! frame.extend([0, 0, 0, 0, 0, 0, 0, 0]); // NotificationType, Notification
//! for message in smb2::compound(&frame) {
//!     let notification = Notification::parse(&message?)?;
//!     assert_eq!(notification.notification_type, NotificationType::SESSION_CLOSED);
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Message;
use super::body::body;
use crate::error::ParseError;
use crate::wire::{fields, le_u16, le_u32, wire_enum};

wire_enum! {
    /// What a server tells its client (\[MS-SMB2\] 2.2.44).
    pub struct NotificationType(u32) {
        /// The session of the header's SessionId was closed by the server.
        SESSION_CLOSED = 0, "SmbNotifySessionClosed";
    }
}

/// A SERVER_TO_CLIENT_NOTIFICATION (\[MS-SMB2\] 2.2.44).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Notification {
    /// NotificationType.
    pub notification_type: NotificationType,
}

impl Notification {
    /// Reads a SERVER_TO_CLIENT_NOTIFICATION.
    ///
    /// # Errors
    /// The message is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'_>) -> Result<Self, ParseError> {
        body(message, 4, |input| {
            fields!(input => rest; _reserved: le_u16, notification_type: le_u32);
            Ok((rest, Self { notification_type: NotificationType(notification_type) }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{message, of, try_truncations};
    use super::*;

    #[test]
    fn session_closed() {
        let bytes = message(&[
            &[4, 0],       // StructureSize
            &[0; 2],       // Reserved
            &[0, 0, 0, 0], // NotificationType
            &[0; 4],       // Notification: Reserved
        ]);
        let notification = Notification::parse(&of(&bytes)).unwrap();
        assert_eq!(notification.notification_type, NotificationType::SESSION_CLOSED);
        try_truncations(&bytes, 72, Notification::parse);
    }
}
