//! What a gap may hide: an ending needs its request, and the server's answer tells of a request that is missing.
//!
//! A gap in what the client sent matters until the answers to what was in it were seen, or a later request was
//! answered, since servers answer endings in order. It matters for good if answers are missing too.

use super::event::Direction;
use crate::capture::Origin;

/// What a frame says about what may be missing.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Answered {
    /// The latest request that was answered.
    pub(super) sent: Option<Origin>,
    /// An answer came whose request is missing.
    pub(super) orphans: bool,
    /// Of a request so much is missing that it is not known what it was about: its answer is read as if all of it were.
    pub(super) unread: bool,
}

#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Since when requests may be missing: the first that were lost, whatever was seen since.
    requests_lost_since: Option<Origin>,
    requests: Option<Lost>,
    answers: Option<Origin>,
}

#[derive(Debug, Clone, Copy)]
struct Lost {
    at: Origin,
    /// An answer came whose request is missing, so it was one of these.
    answered: bool,
}

impl Missing {
    /// Messages of one direction that were sent between `since` and `at` are missing. True if with them both a request and
    /// its answer may be.
    pub(super) fn lost(&mut self, direction: Direction, since: Origin, at: Origin) -> bool {
        match direction {
            Direction::ToServer => {
                self.requests_lost_since.get_or_insert(since);
                self.requests = Some(Lost { at, answered: false });
                self.answers.is_some()
            }
            Direction::ToClient => {
                self.answers = Some(at);
                self.requests.is_some()
            }
        }
    }

    /// Answers came.
    pub(super) fn answered(&mut self, answered: &Answered) {
        if let Some(sent) = answered.sent {
            self.requests = self.requests.filter(|lost| lost.at > sent);
            self.answers = self.answers.filter(|lost| *lost > sent);
        }
        if answered.orphans
            && let Some(lost) = &mut self.requests
        {
            lost.answered = true;
        }
    }

    /// Since when requests may be missing, whatever was seen later.
    pub(super) const fn requests_lost_since(&self) -> Option<Origin> {
        self.requests_lost_since
    }

    /// Where requests are missing to which no answer was seen.
    pub(super) fn unanswered(&self) -> Option<Origin> {
        self.requests.filter(|lost| !lost.answered).map(|lost| lost.at)
    }
}
