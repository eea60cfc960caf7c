//! \[MS-RPRN\], the print system remote protocol: its procedures, and the calls that give and take handles.
//!
//! [`request_facts`] and [`response_facts`] give of any call what a ledger of handles needs. The calls that give or
//! take a handle are decoded whole; each has a type of its own here.

mod add_printer;
mod containers;
mod facts;
#[cfg(test)]
mod fixtures;
mod handles;
mod notify;
mod open_printer;
mod procedures;

use uuid::{Uuid, uuid};

pub use crate::dcerpc::ndr::ContextHandle;
pub use add_printer::AddPrinter;
pub use containers::{ClientInfo, PrinterInfo, PrinterInfo1, PrinterInfo2, ProcessorArchitecture};
pub use facts::{RequestFacts, ResponseFacts, infer_open, request_facts, response_facts};
pub use handles::{CreatePrinterIc, HandleRequest, HandleResponse};
pub use notify::{RemoteFindFirst, ReplyOpenPrinter};
pub use open_printer::OpenPrinter;
pub use procedures::{HandleRole, Procedure, ReturnType, procedure};

/// The UUID of the interface, version 1.0, on `\PIPE\spoolss`.
pub const INTERFACE: Uuid = uuid!("12345678-1234-abcd-ef00-0123456789ab");
