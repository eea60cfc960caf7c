//! The remote administration protocol over `\PIPE\LANMAN` (\[MS-RAP\]), mailslots and the browser protocol inside
//! (\[MS-MAIL\], \[MS-BRWS\]).
//!
//! A [`Request`] of RAP brings the descriptors of its own parameters and of the entries of its answer; [`descriptor`]
//! reads values by them, so that a call which [`calls`] does not name is read all the same.

pub mod browser;
pub mod calls;
pub mod descriptor;
pub mod mailslot;
mod message;
mod server_type;

pub use message::{Asked, Entry, Field, Request, Response};
pub use server_type::{MAJOR_VERSION, ServerType};
