//! What servers turned away and denied.

use crate::ledger::{self, Denied, Holders, Ledger, RefusalAnswer, ServerRow, SessionRow, Slots};
use crate::net::Endpoint;
use crate::wire::Status;

use super::Moment;

/// A set-up, tree connect or NetBIOS session that was turned away because a limit is reached.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Refusal {
    /// The answer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// The server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub server_row: Option<ServerRow>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// The status as it stood in the header, in hex.
    pub status: String,
    /// Its name.
    pub status_name: String,
    /// The Win32 error that a program on the client meets.
    pub win32: Option<u32>,
    /// Slots in use at that moment.
    pub slots_in_use: Slots,
    /// Who held them; the first few.
    #[cfg_attr(feature = "serde", serde(serialize_with = "super::session::ids"))]
    pub held_by: Vec<SessionRow>,
    /// What they were.
    pub holders: Holders,
}

impl Refusal {
    /// A refusal of a ledger; `grace` is what verdicts are given with, in seconds.
    pub(super) fn of(ledger: &Ledger, refusal: &ledger::Refusal, grace: f64) -> Self {
        let (status, status_name, win32) = match refusal.answer {
            RefusalAnswer::Status(status) => (hex(status), status.to_string(), status.win32()),
            RefusalAnswer::NetBios(reason) => {
                (format!("{reason:#04x}"), format!("NetBIOS negative response {reason:#04x}"), None)
            }
        };
        Self {
            at: refusal.at.into(),
            server_row: refusal.server_row,
            server: refusal.server,
            client: refusal.client,
            status,
            status_name,
            win32,
            slots_in_use: refusal.slots,
            held_by: refusal.held_by.clone(),
            holders: ledger.holders(refusal, grace),
        }
    }
}

/// An anonymous set-up, tree or pipe that was answered with access denied.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Denial {
    /// The answer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// The server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub server_row: Option<ServerRow>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// What was denied.
    pub what: Denied,
    /// The status as it stood in the header, in hex.
    pub status: String,
    /// Its name.
    pub status_name: String,
}

impl From<&ledger::Denial> for Denial {
    fn from(denial: &ledger::Denial) -> Self {
        Self {
            at: denial.at.into(),
            server_row: denial.server_row,
            server: denial.server,
            client: denial.client,
            what: denial.what,
            status: hex(denial.status),
            status_name: denial.status.to_string(),
        }
    }
}

fn hex(status: Status) -> String {
    format!("{:#010x}", status.as_raw())
}
