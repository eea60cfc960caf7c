//! When something happened, and how something ended.

use crate::capture::Origin;
use crate::ledger::{self, Closing, HandleEnd, Ledger, Rundown, SessionEnd};
use crate::session::Party;

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

impl From<Moment> for Origin {
    fn from(Moment { time, capture, frame }: Moment) -> Self {
        Self { time, capture, frame }
    }
}

/// When, where and how something ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Ending {
    /// When and where.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// How: the word of the end of a connection, session, tree, open or handle.
    pub by: &'static str,
    /// Who ended a session, if the wire tells.
    pub side: Option<Party>,
    /// What made it end.
    pub cause: Option<EndingCause>,
}

/// What made something end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum EndingCause {
    /// A handle: the end of what held it.
    Holder(Rundown),
    /// A session.
    #[cfg_attr(feature = "serde", serde(serialize_with = "kind_and_who"))]
    Session(ledger::Cause),
}

/// The cause of a session's end as the JSON has it: `{"kind", "who"}`.
#[cfg(feature = "serde")]
fn kind_and_who<S: serde::Serializer>(cause: &ledger::Cause, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;

    let who = match cause {
        ledger::Cause::SessionDelete { who } => Some(who),
        _ => None,
    };
    let mut object = serializer.serialize_struct("Cause", 2)?;
    object.serialize_field("kind", cause.as_str())?;
    object.serialize_field("who", &who)?;
    object.end()
}

impl Ending {
    /// The end of a connection, session, tree or open.
    pub(super) fn of<By: Into<&'static str>>(closing: Closing<By>) -> Self {
        Self { at: closing.at.into(), by: closing.by.into(), side: None, cause: None }
    }

    /// The end of a session: who ended it, and why, where the wire shows it.
    pub(super) fn of_session(
        ledger: &Ledger,
        session: &ledger::Session,
        closing: Closing<SessionEnd>,
    ) -> Self {
        let cause = ledger.cause(session).map(EndingCause::Session);
        Self { side: ledger.ended_by(session), cause, ..Self::of(closing) }
    }

    /// The end of a handle: `close_call`, else `rundown` with its cause.
    pub(super) fn of_handle(closing: Closing<HandleEnd>) -> Self {
        let cause = match closing.by {
            HandleEnd::CloseCall => None,
            HandleEnd::Rundown(cause) => Some(EndingCause::Holder(cause)),
        };
        Self { cause, ..Self::of(closing) }
    }
}
