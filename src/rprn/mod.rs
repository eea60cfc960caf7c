//! The print system remote protocols: \[MS-RPRN\], and \[MS-PAR\], its asynchronous twin.
//!
//! One table for each interface says of every procedure its name and its parameters; [`Interface::procedure`] gives a row
//! of it. From the parameters follows everything else: which procedures give and take handles ([`Procedure::handle`]),
//! and how a stub is read ([`Call`]).
//!
//! [`request_facts`] and [`response_facts`] give of any call what a ledger of handles needs, and read no more than
//! that.

mod call;
mod calls;
mod facts;
#[cfg(test)]
mod fixtures;
mod ipp;
mod marshalled;
mod names;
mod procedure;
mod registry;
mod remote_winspool;
mod winspool;

use uuid::{Uuid, uuid};

use crate::interface;

pub use crate::dcerpc::ndr::ContextHandle;
pub use call::{Call, ClientInfo, Sign};
pub use facts::{RequestFacts, ResponseFacts, infer_open, request_facts, response_facts};
pub use procedure::{Grants, HandleRole, Interface, Procedure, ReturnType, Step, Task, grants};

/// The short name of an interface of the print spooler; `None` for every other interface.
#[must_use]
pub fn spooler(uuid: &Uuid) -> Option<&'static str> {
    interface::name(uuid).filter(|name| Interface::of(name).is_some())
}

/// The UUID of the interface of \[MS-RPRN\], version 1.0, on `\PIPE\spoolss`.
pub const INTERFACE: Uuid = uuid!("12345678-1234-abcd-ef00-0123456789ab");
