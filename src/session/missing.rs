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
    answers: Option<Lost>,
}

#[derive(Debug, Clone, Copy)]
struct Lost {
    /// The last packet before it.
    from: Origin,
    at: Origin,
    /// An answer came whose request is missing, so it was one of these.
    answered: bool,
}

impl Missing {
    /// Messages of one direction are missing, between two packets. The last packet before them if with them both a
    /// request and its answer may be.
    pub(super) fn lost(&mut self, direction: Direction, from: Origin, at: Origin) -> Option<Origin> {
        let lost = match direction {
            Direction::ToServer => {
                self.requests_lost_since.get_or_insert(from);
                &mut self.requests
            }
            Direction::ToClient => &mut self.answers,
        };
        let from = lost.map_or(from, |before| before.from.min(from));
        *lost = Some(Lost { from, at, answered: false });
        Some(self.requests?.from.min(self.answers?.from))
    }

    /// Answers came.
    pub(super) fn answered(&mut self, answered: &Answered) {
        if let Some(sent) = answered.sent {
            self.requests = self.requests.filter(|lost| lost.at > sent);
            self.answers = self.answers.filter(|lost| lost.at > sent);
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

    /// Where requests are missing to which no answer was seen: the last packet before them, and the one that shows it.
    pub(super) fn unanswered(&self) -> Option<(Origin, Origin)> {
        self.requests.filter(|lost| !lost.answered).map(|lost| (lost.from, lost.at))
    }
}
