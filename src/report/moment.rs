//! When something happened, and how something ended.

use crate::capture::Origin;
use crate::ledger::{By, Closing};

/// When and where something was seen: a moment of the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Moment {
    /// Capture time.
    pub time: crate::wire::Timestamp,
    /// Which of the captures given, counted from 0, in the order of [`NullSessions::captures`](super::NullSessions).
    pub capture: u32,
    /// Number of the packet in its capture, counted from 1.
    pub frame: u64,
}

impl From<Origin> for Moment {
    fn from(Origin { time, capture, frame }: Origin) -> Self {
        Self { time, capture, frame }
    }
}

/// When, where and how something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Ending {
    /// When and where.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// How: a word of [`By::as_str`], or `rundown` for a handle that was not closed by a call of its own.
    pub by: &'static str,
    /// What ran a handle down: a word of [`By::as_str`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub cause: Option<&'static str>,
}

impl Ending {
    /// The end of a connection, session, tree or open.
    pub(super) fn of(closing: Closing) -> Self {
        Self { at: closing.at.into(), by: closing.by.as_str(), cause: None }
    }

    /// The end of a handle: `close_call`, else `rundown` with its cause.
    pub(super) fn of_handle(closing: Closing) -> Self {
        match closing.by {
            By::CloseCall => Self::of(closing),
            cause => Self { at: closing.at.into(), by: "rundown", cause: Some(cause.as_str()) },
        }
    }
}
