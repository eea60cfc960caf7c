//! For how long a session waited, or was not used.

use core::time::Duration;

use crate::auth::{Identity, Who};
use crate::capture::Origin;
use crate::ledger::grace::{LEAST, is_beyond};
use crate::ledger::{Ledger, Session, Stuck, Waited, WaitingCall};
use crate::session::{ConnectionId, IdleSpan};

/// More seconds than any capture lasts.
const FOREVER: f64 = 1e10;
/// To which part of itself the longest grace is found.
const PRECISION: f64 = 1e-8;

impl Ledger {
    /// The longest wait of a session: of a call or request that was answered, or that had no answer at `until`.
    pub(super) fn longest_wait(&self, session: &Session, until: Origin) -> Option<Waited> {
        let calls = self.opens_of(session).flat_map(|open| {
            let calls = open.waiting.values().filter(|call| !call.waits_by_design);
            calls.filter(move |call| self.server_seen_since(open.connection, call.sent)).map(move |call| {
                let until = open.closed.map_or(until, |closing| closing.at.min(until));
                self.call_waited(call, until)
            })
        });
        let requests = session.waiting.iter().filter(|request| self.is_served_since(session, request.sent));
        let requests = requests.map(|request| {
            self.waited(request.command.to_owned(), request.target.clone(), request.sent, until)
        });
        let longest = session.longest_wait.clone();
        let longest = longest.map(|wait| Waited { lasted: self.time_between(wait.sent, wait.until), ..wait });
        let waits = calls.chain(requests).chain(longest);
        waits.max_by_key(|wait| wait.lasted)
    }

    /// The longest time for which a call or a request of a session waited for its answer, or has waited by its end or
    /// that of the capture. The server was seen since those that have none were sent.
    #[must_use]
    pub fn longest_wait_of(&self, session: &Session) -> Option<Waited> {
        self.longest_wait(session, self.until(session))
    }

    /// For how long a call that has no answer has waited by the end of the captures.
    #[must_use]
    pub fn has_waited(&self, call: &WaitingCall) -> Waited {
        self.call_waited(call, self.last())
    }

    /// A call waited until a packet.
    pub(in crate::ledger) fn call_waited(&self, call: &WaitingCall, until: Origin) -> Waited {
        let waited = self.waited(call.name(), call.object.clone(), call.sent, until);
        Waited { opens_printer: call.opens_printer(), ..waited }
    }

    /// Something waited from one packet to another.
    pub(in crate::ledger) fn waited(
        &self,
        name: String,
        object: Option<String>,
        sent: Origin,
        until: Origin,
    ) -> Waited {
        let lasted = self.time_between(sent, until);
        Waited { name, object, sent, until, opens_printer: false, lasted }
    }

    pub(super) fn server_seen_since(&self, connection: ConnectionId, sent: Origin) -> bool {
        self.connections.get(&connection).and_then(|c| c.server_last).is_some_and(|last| last >= sent)
    }

    /// True if the server of a session was seen since a packet.
    pub(super) fn is_served_since(&self, session: &Session, sent: Origin) -> bool {
        session.connections.iter().any(|id| self.server_seen_since(*id, sent))
    }

    /// The longest of spans that are over and one that began and goes on until a moment, if it is longer than the grace.
    pub(super) fn long_span(
        &self,
        over: impl IntoIterator<Item = Option<IdleSpan>>,
        since: Option<Origin>,
        until: Origin,
        grace: Duration,
    ) -> Option<IdleSpan> {
        let lasted = |span: &IdleSpan| self.time_between(span.from, span.to);
        let now = since.filter(|since| *since <= until).map(|from| IdleSpan { from, to: until });
        let longest = over.into_iter().flatten().chain(now).max_by_key(lasted);
        longest.filter(|span| is_beyond(lasted(span), grace))
    }

    /// True if the longest span of a session, or its longest wait, is one in which the clock was set. Others, which are not
    /// known, may have been longer.
    pub(super) fn longest_is_unsteady(&self, session: &Session) -> bool {
        if self.clock_steps().is_empty() {
            return false;
        }
        let idle = &session.idle;
        let spans =
            [idle.holding, idle.bare, idle.unsure].into_iter().flatten().map(|span| (span.from, span.to));
        let wait = session.longest_wait.iter().map(|wait| (wait.sent, wait.until));
        spans.chain(wait).any(|(from, to)| {
            let (shown, lasted) = (to.time.since(from.time), self.time_between(from, to));
            from.time.since(to.time) > LEAST || shown.abs_diff(lasted) > LEAST
        })
    }

    /// The longest time for which a session held pipes and used none, or had none and was not used; until
    /// its end, or that of the capture.
    #[must_use]
    pub fn longest_idle(&self, session: &Session) -> Duration {
        let until = self.until(session);
        let idle = &session.idle;
        let over = [idle.holding, idle.holding_unsteady, idle.bare]
            .into_iter()
            .flatten()
            .map(|span| (span.from, span.to));
        let since = [idle.holding_since, idle.bare_since].into_iter().flatten().map(|from| (from, until));
        over.chain(since).map(|(from, to)| self.time_between(from, to)).max().unwrap_or_default()
    }

    /// Whether a session that is a user's or a guest's now was stuck while it was a null session, or may have been one,
    /// and until when it was.
    #[must_use]
    pub fn stuck_while_null(&self, session: &Session, grace: Duration) -> Option<(Stuck, Origin)> {
        if session.is_null() {
            return None;
        }
        let may_be_null = |identity: &Identity| identity.who == Who::Null || identity.may_be_null();
        let before = session.identities_before.iter().filter(|(_, identity)| may_be_null(identity));
        let (until, identity) = before.max_by_key(|(until, _)| *until)?;
        let (until, null) = (*until, identity.who == Who::Null);
        // It was one until then for certain.
        let surely = session.reauthenticated_after.map_or(until, |after| after.min(until));
        let unsteady = self.unsteady(session.used.first, until, grace, false).is_some();
        let long = unsteady || self.is_long(session.used.first, until, grace);
        if !long || (!null && self.was_of_user(session, until)) {
            return None;
        }
        let cut = |to: Origin| to.min(until);
        let over = [session.idle.holding, session.idle.holding_unsteady, session.idle.bare];
        let since = [session.idle.holding_since, session.idle.bare_since];
        let over = over.into_iter().flatten().map(|span| (span.from, span.to));
        let since = since.into_iter().flatten().map(|from| (from, until));
        let waited = self.longest_wait(session, until).map(|waited| (waited.sent, waited.until));
        let unsure = session.idle.unsure.map(|span| (span.from, span.to));
        let unsure_since =
            [session.idle.unsure_since, session.idle.holding_unseen_since].into_iter().flatten();
        let unsure = unsure.into_iter().chain(unsure_since.map(|from| (from, until)));
        let may_be_stuck = |(from, to)| from < until && self.is_long(from, cut(to), grace);
        let maybe = unsteady || unsure.into_iter().any(may_be_stuck);
        let mut stuck = if maybe { Stuck::Maybe } else { Stuck::No };
        for (from, to) in over.chain(since).chain(waited) {
            if from < surely && self.is_long(from, to.min(surely), grace) {
                stuck = Stuck::Yes;
            } else if self.is_long(from, to, grace) {
                // Only the longest time is known, and it was later.
                stuck = stuck.max(Stuck::Maybe);
            }
        }
        let most = if null { Stuck::Yes } else { Stuck::Maybe };
        (stuck != Stuck::No).then_some((stuck.min(most), until))
    }

    /// True if something shows that a session was a user's or a guest's by a moment.
    fn was_of_user(&self, session: &Session, until: Origin) -> bool {
        let keyed = [self.signed_by_user(session), session.encrypted]
            .into_iter()
            .flatten()
            .any(|since| since < until);
        keyed || self.trees(session).any(|tree| tree.first_seen < until && tree.is_of_users())
    }

    /// The longest graces with which a session counts as a stuck null session: for certain, and possibly.
    /// 0 if it counts with none.
    pub(in crate::ledger) fn stuck_beyond(&self, session: &Session) -> (Duration, Duration) {
        (self.longest_grace(session, Stuck::Yes), self.longest_grace(session, Stuck::Maybe))
    }

    /// Halves the range until the grace is found with which a session stops to count.
    fn longest_grace(&self, session: &Session, least: Stuck) -> Duration {
        let counts = |grace| self.null_and_stuck(session, Duration::from_secs_f64(grace)) >= least;
        let (mut with, mut without) = (LEAST.as_secs_f64(), FOREVER);
        if !counts(with) {
            return Duration::ZERO;
        }
        while without > with * (1.0 + PRECISION) {
            let middle = (with * without).sqrt();
            if counts(middle) { with = middle } else { without = middle }
        }
        // To the millisecond.
        Duration::from_secs_f64((with * 1e3).round() / 1e3)
    }
}
