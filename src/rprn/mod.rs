//! The print system remote protocols, \[MS-RPRN\] and \[MS-PAR\], its asynchronous twin: the parameters of their calls,
//! and what these tell.
//!
//! The procedures themselves are those of [`SPOOLSS`](crate::interface::SPOOLSS) and
//! [`IREMOTEWINSPOOL`](crate::interface::IREMOTEWINSPOOL). [`Details`] is what their requests tell beyond a handle, and
//! [`signs`] what of it security people look for.
//!
//! ```
//! use smbscope::interface::SPOOLSS;
//! use smbscope::rprn;
//!
//! let mut machines = Vec::new();
//! smbscope::calls("testdata/link_ethernet.pcap", &SPOOLSS, |requested| {
//!     let details = rprn::details(&requested.call.arguments.fields);
//!     if let Some(machine) = details.client.and_then(|client| client.machine) {
//!         machines.push(machine.to_string());
//!     }
//! })?;
//! assert!(machines.iter().any(|machine| machine.starts_with(r"\\")));
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

pub(crate) mod calls;
mod details;
#[cfg(test)]
pub(crate) mod fixtures;
mod ipp;
mod marshalled;
mod names;
mod registry;

pub use details::{ClientInfo, Details, Sign, details, signs};
