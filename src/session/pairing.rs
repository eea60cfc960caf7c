//! What pairs responses with their requests, in every dialect and over every transport.

use std::collections::BTreeMap;

use super::event::SessionId;
use super::request::{Request, Step};

/// Requests whose id was used again before a response was seen, and that are remembered.
const SUPERSEDED: usize = 16;

/// Requests that wait for their responses, by what pairs the two.
///
/// Ordered, since the lowest is given up first and the messages of a compound are neighbours.
#[derive(Debug)]
pub(super) struct Pairing<Id> {
    waiting: BTreeMap<Id, Request>,
    /// Requests that granted something perhaps, and whose id was used again before a response was seen.
    superseded: Vec<Request>,
}

impl<Id> Default for Pairing<Id> {
    fn default() -> Self {
        Self { waiting: BTreeMap::new(), superseded: Vec::new() }
    }
}

impl<Id: Copy + Ord> Pairing<Id> {
    /// Keeps a request. One that waits under the same id has no response.
    pub(super) fn insert(&mut self, id: Id, request: Request) {
        if let Some(before) = self.waiting.insert(id, request) {
            self.supersede(before);
        }
    }

    /// Gives up the lowest request if as many as `most` wait. True if it did.
    pub(super) fn make_room(&mut self, most: usize) -> bool {
        self.waiting.len() >= most && self.waiting.pop_first().is_some()
    }

    /// Remembers a request that has no response, if that would have granted something.
    fn supersede(&mut self, request: Request) {
        if request.first.operation.grants() {
            if self.superseded.len() >= SUPERSEDED {
                self.superseded.remove(0);
            }
            self.superseded.push(request);
        }
    }

    /// The request that a response answers.
    pub(super) fn get(&self, id: Id) -> Option<&Request> {
        self.waiting.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Request> {
        self.waiting.get_mut(&id)
    }

    /// Takes the request that a response answers, if it is one that `answers`: ids are used again, so another request may
    /// have taken that of the one whose response is missing.
    pub(super) fn take(&mut self, id: Id, answers: impl FnOnce(&Request) -> bool) -> Option<Request> {
        self.waiting.get(&id).is_some_and(answers).then(|| self.waiting.remove(&id)).flatten()
    }

    /// Puts a request back of whose response more messages are to come.
    pub(super) fn put_back(&mut self, id: Id, request: Request) {
        self.waiting.insert(id, request);
    }

    /// The requests that wait, by their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Id, &Request)> {
        self.waiting.iter().map(|(id, request)| (*id, request))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Request> {
        self.waiting.values_mut()
    }

    /// The requests from an id on.
    pub(super) fn from(&self, id: Id) -> impl Iterator<Item = (Id, &Request)> {
        self.waiting.range(id..).map(|(id, request)| (*id, request))
    }

    /// All that have no response, those whose id was used again behind the others.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = &Request> {
        self.waiting.values().chain(&self.superseded)
    }

    pub(super) fn unanswered_mut(&mut self) -> impl Iterator<Item = &mut Request> {
        self.waiting.values_mut().chain(&mut self.superseded)
    }

    /// Takes the oldest request that has no response and is one that `is_it`: what follows from it was seen. What is
    /// chained to it has none either, and goes on waiting.
    pub(super) fn adopt(&mut self, is_it: impl Fn(&Request) -> bool) -> Option<Adopted> {
        let mut request = match self.superseded.iter().position(&is_it) {
            Some(place) => self.superseded.remove(place),
            None => {
                let candidates = self.waiting.iter().filter(|(_, request)| is_it(request));
                let id = *candidates.min_by_key(|(id, request)| (request.sent, **id))?.0;
                self.waiting.remove(&id)?
            }
        };
        let session = request.session;
        if request.rest.is_empty() {
            return Some(Adopted { session, step: request.first });
        }
        let next = request.rest.remove(0);
        let step = core::mem::replace(&mut request.first, next);
        self.supersede(request);
        Some(Adopted { session, step })
    }

    /// Takes all requests that wait, the oldest first.
    pub(super) fn take_all(&mut self) -> Vec<Request> {
        let mut waiting: Vec<(Id, Request)> = core::mem::take(&mut self.waiting).into_iter().collect();
        waiting.sort_by_key(|(id, request)| (request.sent, *id));
        waiting.into_iter().map(|(_, request)| request).collect()
    }
}

/// A command that was granted though its response is missing.
pub(super) struct Adopted {
    /// The session that asked.
    pub(super) session: SessionId,
    pub(super) step: Step,
}
