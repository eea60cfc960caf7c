//! How much the ledger keeps.

use crate::wire::options;

/// Caps of the ledger's tables. What goes beyond is counted in [`Losses`](super::Losses).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerLimits {
    /// Servers.
    pub servers: usize,
    /// Changes of a server's slots that are kept one by one.
    pub slot_points: usize,
    /// Ended sessions that keep their rows; older ones are aggregated by verdict, named users' and guests' that left
    /// nothing behind before the others. A session with a few pipes and handles takes some 10 KB.
    pub ended_sessions: usize,
    /// Sessions that are open.
    pub open_sessions: usize,
    /// Rows a session may have of trees, and a tree of pipes that have ended.
    pub ended_rows: usize,
    /// Trees of one session.
    pub trees: usize,
    /// Opens of one tree.
    pub opens: usize,
    /// Handles of one pipe.
    pub handles: usize,
    /// Calls of one pipe that wait for their answer.
    pub waiting_calls: usize,
    /// Refusals, and denials, that are kept one by one.
    pub refusals: usize,
    /// Shares of all servers.
    pub shares: usize,
    /// Computers that announced themselves or were listed.
    pub computers: usize,
    /// Calls worth a word that are kept one by one.
    pub asked: usize,
    /// Connections that were not read, and are kept one by one.
    pub unseen: usize,
}

impl Default for LedgerLimits {
    fn default() -> Self {
        Self {
            servers: 20_000,
            slot_points: 4_096,
            ended_sessions: 6_000,
            open_sessions: 200_000,
            ended_rows: 256,
            trees: 4_096,
            opens: 65_536,
            handles: 4_096,
            waiting_calls: 1_024,
            refusals: 2_000,
            shares: 20_000,
            computers: 20_000,
            asked: 2_000,
            unseen: 4_096,
        }
    }
}

options! {
    LedgerLimits {
        servers: usize,
        slot_points: usize,
        ended_sessions: usize,
        open_sessions: usize,
        ended_rows: usize,
        trees: usize,
        opens: usize,
        handles: usize,
        waiting_calls: usize,
        refusals: usize,
        shares: usize,
        computers: usize,
        asked: usize,
        unseen: usize,
    }
}
