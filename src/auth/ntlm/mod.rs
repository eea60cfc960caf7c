//! NTLMSSP: \[MS-NLMP\] 2.2.
//!
//! ```
//! use smbscope::auth::ntlm::{MessageType, Negotiate, NegotiateFlags, message_type};
//!
//! let message = [
//!     &b"NTLMSSP\0"[..],
//!     &[1, 0, 0, 0], // MessageType
//!     &[0x05, 0x82, 0x08, 0x00], // NegotiateFlags
//!     &[0; 16], // DomainNameFields, WorkstationFields: empty
//! ]
//! .concat();
//! assert_eq!(message_type(&message), Some(MessageType::NEGOTIATE));
//! let negotiate = Negotiate::parse(&message)?;
//! assert!(negotiate.flags.contains(NegotiateFlags::UNICODE));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod authenticate;
mod av_pairs;
mod challenge;
mod field;
mod flags;
mod negotiate;
mod windows;

pub use authenticate::{Authenticate, NtlmV2Response};
pub use av_pairs::{AvId, AvPairs};
pub use challenge::Challenge;
pub use field::Text;
pub use flags::{NegotiateFlags, Version};
pub use negotiate::Negotiate;
pub use windows::{Editions, Windows};

#[cfg(test)]
pub(super) use authenticate::tests as authenticate_fixtures;

use crate::error::{Read, Reason, Unread};
use crate::wire::{array, le_u32, wire_enum};

/// What every NTLMSSP message begins with.
pub const SIGNATURE: [u8; 8] = *b"NTLMSSP\0";

wire_enum! {
    /// MessageType (\[MS-NLMP\] 2.2.1).
    pub struct MessageType(u32) {
        NEGOTIATE = 1, "NEGOTIATE_MESSAGE";
        CHALLENGE = 2, "CHALLENGE_MESSAGE";
        AUTHENTICATE = 3, "AUTHENTICATE_MESSAGE";
    }
}

/// The MessageType of an NTLMSSP message, or `None` if it is none.
#[must_use]
pub fn message_type(message: &[u8]) -> Option<MessageType> {
    let (_, value) = le_u32(message.strip_prefix(&SIGNATURE)?).ok()?;
    Some(MessageType(value))
}

/// Signature and MessageType.
fn head<'a>(expected: MessageType) -> impl Fn(&'a [u8]) -> Read<'a, ()> {
    move |input| {
        let (at_type, signature) = array::<8>(input)?;
        if signature != SIGNATURE {
            let value = u64::from_be_bytes(signature);
            return Err(Unread::error(input, Reason::BadValue { field: "NTLMSSP Signature", value }));
        }
        let (rest, message_type) = le_u32(at_type)?;
        if message_type != expected.0 {
            let reason = Reason::BadValue { field: "MessageType", value: message_type.into() };
            return Err(Unread::error(at_type, reason));
        }
        Ok((rest, ()))
    }
}
