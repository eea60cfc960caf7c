//! Who is there: the security blobs of session setups, as far as they name a client.
//!
//! [`token`] finds the innermost message of a blob, whatever it is wrapped in; [`Credentials`] are what the client
//! said of itself, owned; [`identify`] weighs them against the server's flags.
//!
//! ```
//! use smbscope::auth::{Credentials, identify};
//!
//! let mut blob = b"NTLMSSP\0\x03\0\0\0".to_vec(); // Signature, MessageType: AUTHENTICATE
//! blob.extend([1, 0, 1, 0, 64, 0, 0, 0]); // LmChallengeResponse: 1 byte at offset 64
//! for _ in 0..5 {
//!     // NtChallengeResponse, DomainName, UserName, Workstation, EncryptedRandomSessionKey: empty
//!     blob.extend([0, 0, 0, 0, 65, 0, 0, 0]);
//! }
//! blob.extend([0x05, 0x0a, 0, 0]); // NegotiateFlags: UNICODE, REQUEST_TARGET, NTLM, ANONYMOUS
//! blob.push(0);
//!
//! let credentials = Credentials::from_blob(&blob);
//! let identity = identify(credentials.as_ref(), false, false);
//! assert!(identity.is_null());
//! ```

mod blob;
mod credentials;
mod der;
mod identity;
pub mod kerberos;
mod negoex;
pub mod ntlm;
mod oid;
pub mod spnego;

pub use blob::{Blob, Token, token};
pub use credentials::{Credentials, Mechanism};
pub use identity::{Evidence, Identity, Who, identify, identify_unanswered};
pub use negoex::{Negoex, NegoexMessage, NegoexType};
pub use oid::Oid;

/// A security blob as what is in it.
#[cfg(feature = "serde")]
pub(crate) fn serialise_blob<S: serde::Serializer>(
    blob: &impl AsRef<[u8]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(&Blob::open(blob.as_ref()), serializer)
}

/// A security blob that may be missing, as what is in it.
#[cfg(feature = "serde")]
pub(crate) fn serialise_blob_option<S: serde::Serializer>(
    blob: &Option<impl AsRef<[u8]>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match blob {
        Some(blob) => serialise_blob(blob, serializer),
        None => serializer.serialize_none(),
    }
}
