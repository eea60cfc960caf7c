//! The ledger: one sequential fold over events, which knows at every moment who holds what.
//!
//! Feed it events (it is a [`Sink`](crate::session::Sink)), then ask for its rows, for [verdicts](Ledger::judge) and for
//! the [slots](Server::slots) of each server.
//!
//! ```
//! use std::time::Duration;
//!
//! use smbscope::ledger::Verdict;
//! use smbscope::{Ledger, Scan};
//!
//! let mut ledger = Ledger::default();
//! Scan::files(["testdata/hung_openprinterex_smb1.pcap"]).each(&mut ledger)?;
//! let grace = Duration::from_secs(2);
//! let hung = ledger.sessions().filter(|(row, session)| {
//!     session.identity.is_null() && ledger.judge(*row, grace).is_some_and(|it| it.verdict == Verdict::Hung)
//! });
//! assert!(hung.count() > 0);
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod account;
mod cause;
mod claim;
mod clock;
mod close;
mod elapsed;
mod ends;
mod fold;
mod forget;
mod full;
mod grace;
mod holders;
mod judge;
mod limits;
mod present;
mod revive;
mod slots;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod unseen;
mod verdict;
mod who;

pub use account::Account;
pub use cause::Cause;
pub use clock::ClockStep;
pub use ends::{Closing, HandleEnd, OpenEnd, Rundown, SessionEnd, TreeEnd};
pub(crate) use grace::is_beyond;
pub use holders::Holders;
pub use limits::LedgerLimits;
pub use present::Present;
pub use slots::{SlotHistory, SlotPoint, Slots};
pub use state::Ledger;
pub use table::{
    Asked, AskedFor, BoundInterface, CallFailure, Computer, Connection, Denial, DenialAnswer, FailedCall,
    FailedLogon, Group, GroupRowId, Handle, HandleRowId, HandleTask, InDoubt, Losses, Open, OpenRowId,
    Refusal, RefusalAnswer, RefusedPrinter, Server, ServerRowId, Session, SessionRowId, Share, Stage,
    ToldWindows, Tree, TreeRowId, Use, Waited, WaitingCall, WaitingRequest,
};
pub use unseen::UnseenTotal;
pub use verdict::{Judgement, Stuck, Verdict};
