//! RPC interfaces as data: what a UUID names, which procedures an interface has, and what these do.
//!
//! An [`Interface`] is one value that says everything there is to know of it; its [`Procedure`]s say which parameters they
//! have, which handles they give, use and close, and what these stand for. From that follows everything else: a call read
//! to its last argument ([`Procedure::request`], [`Procedure::response`]), and what a ledger of handles needs of any call
//! ([`Procedure::request_facts`], [`Procedure::response_facts`]).
//!
//! Of many more interfaces only the name is known ([`name`]).
//!
//! ```
//! use smbscope::dcerpc::ndr::{ContextHandle, Encoding};
//! use smbscope::interface;
//!
//! let spoolss = interface::named("spoolss").ok_or("unknown")?;
//! let close = spoolss.procedure(29).ok_or("unknown")?;
//! assert_eq!(close.name, "RpcClosePrinter");
//! // The stub of its request is the handle that it closes.
//! let call = close.request(&[7; 20], Encoding::default()).ok_or("unknown")?;
//! assert_eq!(call.handle(), Some(ContextHandle([7; 20])));
//! # Ok::<(), &str>(())
//! ```

mod call;
mod definition;
pub mod epmapper;
mod facts;
mod names;
mod object;
mod parameters;
mod procedure;
mod procedure_id;
mod procedures;
mod registry;
mod srvsvc;
#[cfg(test)]
mod tests;

pub use crate::dcerpc::ndr::ContextHandle;
pub use call::Call;
pub use definition::{Interface, Recognise};
pub use facts::{Handle, Handles, RequestFacts, ResponseFacts};
pub use names::{name, name_or_uuid, names};
pub use object::ObjectKind;
pub use procedure::{Parameters, Procedure, ReadDetails, Returns, Step, Task};
pub use procedure_id::ProcedureId;
pub use procedures::epmapper::EPMAPPER;
pub use procedures::iremotewinspool::IREMOTEWINSPOOL;
pub use procedures::lsarpc::LSARPC;
pub use procedures::samr::SAMR;
pub use procedures::spoolss::SPOOLSS;
pub use procedures::srvsvc::SRVSVC;
pub use procedures::svcctl::SVCCTL;
pub use procedures::winreg::WINREG;
pub use registry::{all, named, of, of_pipe, recognise, spooler};
pub use srvsvc::{Server, SessionDeletion, Share, server, session_deletion, shares};
