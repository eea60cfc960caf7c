//! The remote administration protocol over `\PIPE\LANMAN` (\[MS-RAP\]), mailslots (\[MS-MAIL\]) and what is written to them:
//! the browser protocol (\[MS-BRWS\]) and that of logons (\[MS-ADTS\] 6.3.1).
//!
//! A [`Request`] of RAP brings the descriptors of its own parameters and of the entries of its answer; [`descriptor`]
//! reads values by them, so that a call which [`calls`] does not name is read all the same.

pub mod browser;
pub mod calls;
pub mod descriptor;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod logon;
pub mod mailslot;
mod message;
mod server_type;

pub use message::{Asked, Entry, Field, Request, Response};
pub use server_type::{MAJOR_VERSION, ServerType};
