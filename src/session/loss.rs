//! What could not be followed: tables that were full, messages that could not be read, a clock that was set.

use core::time::Duration;

use super::Unseen;
use crate::error::{Layer, ParseError};

use crate::wire::Timestamp;

/// What could not be followed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Loss {
    /// A table was full and something was let go.
    Evicted {
        /// Which table.
        table: Table,
    },
    /// Bytes stood where a message should begin and begin none. They were passed over up to the next message.
    PassedOver {
        /// What was to be read there.
        layer: Layer,
        /// How many.
        bytes: u64,
    },
    /// A message could not be read to its end.
    Unreadable {
        /// What was to be read.
        layer: Layer,
        /// Where it went wrong, in bytes from the start of the message.
        offset: usize,
        /// What was wrong.
        reason: String,
    },
    /// The clock of the capture went back by more than packets are out of order.
    ClockWentBack {
        /// The latest time until then.
        from: Timestamp,
        /// The longest time between two packets before. The clock may have been set forward there.
        silent: Duration,
    },
    /// The clock of the capture went forward by more than a network is silent, or it came forward again.
    ClockWentForward {
        /// The latest time until then.
        from: Timestamp,
    },
    /// A capture begins some time after the last packet of the captures before it: what happened in between was not
    /// captured.
    NotCaptured {
        /// The latest time until then.
        from: Timestamp,
    },
    /// Traffic that is not read (told when it is over, or at the end).
    Unseen(Unseen),
}

impl From<ParseError> for Loss {
    fn from(ParseError { layer, offset, reason }: ParseError) -> Self {
        Self::Unreadable { layer, offset, reason: reason.to_string() }
    }
}

/// A table of the analyzer, which holds no more than its [`Limits`](super::Limits) allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Table {
    /// All connections.
    Connections,
    /// The sessions of a connection.
    Sessions,
    /// The trees of a connection.
    Trees,
    /// The opens of a connection.
    Opens,
    /// The requests of a connection that wait for their answer.
    Requests,
    /// The SMB1 transactions of a connection of which some messages have come.
    Transactions,
    /// The calls of a pipe that wait for their answer.
    Calls,
    /// The calls of a pipe of which some fragments have come.
    CallFragments,
    /// The segments of a connection that wait for what comes before them.
    Segments,
    /// IP datagrams of which some fragments have come.
    DatagramFragments,
}

impl Table {
    /// What losses call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Sessions => "sessions of a connection",
            Self::Trees => "trees of a connection",
            Self::Opens => "opens of a connection",
            Self::Requests => "requests of a connection",
            Self::Transactions => "transactions of a connection",
            Self::Calls => "calls of a pipe",
            Self::CallFragments => "fragments of calls",
            Self::Segments => "segments out of order",
            Self::DatagramFragments => "fragments of IP datagrams",
        }
    }

    /// True if what was let go may have been anything of its connection. Bytes that are let go are told as missing
    /// besides, where they matter.
    pub(crate) const fn holds_knowledge(self) -> bool {
        !matches!(self, Self::CallFragments | Self::Segments | Self::DatagramFragments)
    }
}
