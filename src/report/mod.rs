//! Text and JSON: what the ledger knows, for people and for programs.
//!
//! [`NullSessions`] is the answer to the main question, as one value: serialised it is the JSON of the example
//! `null_sessions`, and [`NullSessions::text`] is its text. [`NetSession`] has the tables of each server at a moment.
//!
//! ```
//! use std::time::Duration;
//!
//! use smbscope::Scan;
//! use smbscope::report::Outcome;
//!
//! let scan = Scan::files(["testdata/hung_openprinterex_smb1.pcap"]).grace(Duration::from_secs(2));
//! let answer = scan.run()?;
//! let report = answer.report();
//! assert_eq!(report.outcome(), Outcome::Trouble);
//! println!("{}", report.text(80)); // lines of 80 columns at most
//! // The same capture as the server sees it: one row of tables for each server.
//! assert_eq!(answer.tables().servers.len(), 1);
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod limit;
mod moment;
mod null_sessions;
mod printer_share;
mod refusal;
mod server_tables;
mod session;
mod system;
#[cfg(test)]
mod tests;
mod text;
mod worst;

pub use limit::Limit;
pub use moment::{Ending, EndingCause, Moment};
pub use null_sessions::{CaptureReport, LossesReport, NullSessions, Options, Outcome};
pub use printer_share::PrinterShare;
pub use refusal::{DenialReport, RefusalReport, SlotsInUse};
pub use server_tables::{NetBios, NetSession, ServerTables, ShareReport, SlotChange};
pub use session::{
    CallCount, ConnectionReport, HandleReport, IdentityReport, InterfaceReport, OpenReport, OpenedBy,
    SessionReport, TaskReport, TreeReport, Waiting,
};
pub use system::System;
pub use text::{ServerTablesText, Step, Text};
pub use worst::worst_of_each;
