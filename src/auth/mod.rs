//! Who is there: the security blobs of session setups, as far as they name a client.
//!
//! [`token`] finds the innermost message of a blob, whatever it is wrapped in; [`Credentials`] are what the client
//! said of itself, owned; [`identify`] weighs them against the server's flags.

mod blob;
mod credentials;
mod der;
mod identity;
pub mod kerberos;
mod negoex;
pub mod ntlm;
mod oid;
pub mod spnego;

pub use blob::{Blob, Token, is_domain_member, server_name, token};
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
