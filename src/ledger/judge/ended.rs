//! Sessions that have ended.

use core::time::Duration;

use super::words::{handle_words, pipe_words};
use crate::capture::Origin;
use crate::ledger::grace::{LEAST, is_beyond};
use crate::ledger::verdict::doubted;
use crate::ledger::{
    Cause, Closing, Handle, InDoubt, Judgement, Ledger, Open, OpenEnd, Session, SessionEnd, Verdict,
};
use crate::session::{ConnectionEnd, IdleSpan, Party};
use crate::wire::Span;

impl Ledger {
    pub(super) fn judge_ended(
        &self,
        session: &Session,
        closing: Closing<SessionEnd>,
        grace: Duration,
    ) -> Judgement {
        let ended = self.how_it_ended(session, closing);
        if let Some(since) = session.encrypted {
            let possible = [Verdict::WasHung, Verdict::WasLeaked, Verdict::WasLingering, Verdict::Abandoned];
            let why = format!("{ended}, but its messages are encrypted since frame {}", since.frame);
            return Judgement::one_of(possible.into_iter().chain([Verdict::Closed]), why);
        }
        let heard = self.heard_until(session, closing);
        let waited = self.longest_wait(session, heard);
        if let Some(waited) = waited.filter(|waited| is_beyond(waited.lasted, grace)) {
            let (name, frame, lasted) = (&waited.name, waited.sent.frame, Span::from(waited.lasted));
            let why = format!("{name} of frame {frame} waited {lasted}; {ended}");
            return Judgement::new(Verdict::WasHung, why);
        }
        let idle = &session.idle;
        if let Some(span) =
            self.long_span([idle.holding, idle.holding_unsteady], idle.holding_since, heard, grace)
        {
            // Where bytes are missing and no pipe was used since, it may have closed what it held.
            let hidden = self.doubt_within(session, &span);
            let Some(doubt) = hidden.filter(|doubt| !self.holds_since(session, doubt.at)) else {
                let why = format!("{}; {ended}", self.held_unused(session, &span));
                return Judgement::new(Verdict::WasLeaked, why);
            };
            let long = self.is_long(doubt.since, closing.at, grace);
            let alone = if long { Verdict::WasLingering } else { Verdict::Closed };
            // It may have ended where the pipe may have.
            let ended_then = self.ended_then(session, doubt.since, grace);
            let possible = [Verdict::WasLeaked, alone, ended_then];
            return Judgement::one_of(possible, format!("{ended}, but {doubt}"));
        }
        let [early, late] = [heard, closing.at].map(|at| self.ended_then(session, at, grace));
        if early != late && late.is_stuck() {
            let why = format!("{ended}, and the end itself was not captured");
            return Judgement::one_of([early, late], why);
        }
        if let Some(later) = self.lives_on(session, closing, grace) {
            let possible = [Verdict::Leaked, Verdict::Lingering, Verdict::WasLeaked, Verdict::Closed];
            let why = format!("{ended}, but its connection lives on in frame {}", later.frame);
            return Judgement::one_of(possible, why);
        }
        if let Some(span) = self.long_span([idle.bare], idle.bare_since, closing.at, grace) {
            let cut = || "its messages are cut short, so that what it held is not seen".to_owned();
            // Where bytes are missing, it may have opened and closed a pipe.
            let hidden = self.connection_doubt_within(session, &span).map(|doubt| doubt.to_string());
            if let Some(why) = hidden.or(self.is_cut(session).then(cut)) {
                let possible = [Verdict::WasLeaked, Verdict::WasLingering];
                return Judgement::one_of(possible, format!("{ended}, but {why}"));
            }
            let why = format!("{}; {ended}", self.held_nothing(&span));
            return Judgement::new(Verdict::WasLingering, why);
        }
        self.judge_handles(session, &ended)
    }

    /// The verdict of a session that ended in time: by what became of its handles.
    fn judge_handles(&self, session: &Session, ended: &str) -> Judgement {
        let either = |why: String| Judgement::one_of([Verdict::Abandoned, Verdict::Closed], why);
        let run_down = session.handles_run_down;
        if run_down > 0 {
            let (handles, them) = if run_down == 1 { ("handle", "it") } else { ("handles", "them") };
            let why =
                format!("{ended}, with {run_down} {handles} left open; the server freed {them} (run down)");
            return Judgement::new(Verdict::Abandoned, why);
        }
        if session.handles_end_unknown > 0 {
            return either(format!(
                "{ended}, but bytes missing from the capture hide whether its handles were closed"
            ));
        }
        for open in self.opens_of(session) {
            if let Some(call) = open.grants_lost.values().next() {
                let how = if call.sealed { "sealed" } else { "missing or cannot be read" };
                let (name, frame) = (call.name(), call.sent.frame);
                return either(format!("{ended}, but the answer to {name} of frame {frame} is {how}"));
            }
            let connection = self.connections.get(&open.connection);
            let doubts = [open.in_doubt, connection.and_then(|connection| connection.in_doubt)];
            let before_end = |doubt: &InDoubt| open.closed.is_some_and(|closing| doubt.at < closing.at);
            if open.is_rpc()
                && let Some(doubt) = doubted(&open.used, &doubts).filter(before_end)
            {
                return either(format!("{ended}, but {doubt}"));
            }
            if let Some(at) = open.sealed {
                return either(format!("{ended}, but calls are sealed since frame {}", at.frame));
            }
        }
        Judgement::new(Verdict::Closed, ended)
    }

    /// `a printer handle on \\PRNSRV\lp1 was held and not used for 5m00s since frame 23`.
    pub(super) fn held_unused(&self, session: &Session, span: &IdleSpan) -> String {
        let lasts = |closed: Option<Origin>| closed.is_none_or(|at| at >= span.to);
        let opens = self.opens_of(session);
        let pipes: Vec<&Open> = opens
            .filter(|open| {
                open.holds() && open.used.first <= span.from && lasts(open.closed.map(|end| end.at))
            })
            .collect();
        let handles = pipes.iter().flat_map(|open| self.handles(open));
        let handles: Vec<&Handle> = handles
            .filter(|handle| handle.used.first <= span.from && lasts(handle.closed.map(|end| end.at)))
            .collect();
        let what = match (handles.as_slice(), pipes.as_slice()) {
            ([handle], _) => format!("a {} was", handle_words(handle)),
            ([_, _, ..], _) => format!("{} handles were", handles.len()),
            ([], [pipe]) => format!("{} was", pipe_words(pipe)),
            ([], [_, _, ..]) => format!("{} pipes were", pipes.len()),
            ([], []) => "a pipe was".to_owned(),
        };
        let lasted = Span::from(self.time_between(span.from, span.to));
        format!("{what} held and not used for {lasted} since frame {}", span.from.frame)
    }

    /// `it held nothing and was not used for 5m00s since frame 23`.
    pub(super) fn held_nothing(&self, span: &IdleSpan) -> String {
        let lasted = Span::from(self.time_between(span.from, span.to));
        format!("it held nothing and was not used for {lasted} since frame {}", span.from.frame)
    }

    /// `ended by the client's logoff`, `the server reset the connection`.
    pub(crate) fn how_it_ended(&self, session: &Session, closing: Closing<SessionEnd>) -> String {
        let end = self.last_connection(session).and_then(|connection| connection.closed);
        let reset = end.is_some_and(|end| end.by == ConnectionEnd::Rst);
        let by = match (self.cause(session), closing.by, self.ended_by(session)) {
            (Some(Cause::SessionDelete { who }), ..) => {
                return format!("ended by the server, which {who} told to delete it");
            }
            (Some(Cause::Autodisconnect), ..) => "ended by the server, probably by its autodisconnect",
            (Some(Cause::Reboot), ..) => "ended by the server, which dropped several clients at once",
            (_, SessionEnd::OwnClose, _) => "ended by the client's logoff",
            (_, SessionEnd::Reconnected, _) => {
                "ended by the client, which set up another session in its place"
            }
            (_, SessionEnd::VcZero, _) => "ended by another session setup of the client (VcNumber 0)",
            (_, SessionEnd::ServerDeniesIt, _) => "ended by the server, which does not know it any more",
            (_, _, Some(Party::Client)) if reset => "the client reset the connection",
            (_, _, Some(Party::Server)) if reset => "the server reset the connection",
            (_, _, Some(Party::Client)) => "the client closed the connection",
            (_, _, Some(Party::Server)) => "the server closed the connection",
            _ => "its connection ended",
        };
        by.to_owned()
    }

    /// A doubt that arose within a span, of whatever the session had.
    fn doubt_within(&self, session: &Session, span: &IdleSpan) -> Option<InDoubt> {
        let connection = self.connection_doubt_within(session, span);
        let opens = self.opens_of(session).filter_map(|open| self.open_in_doubt(open));
        let others = opens.chain(session.in_doubt).filter(|doubt| is_within(doubt, span));
        connection.into_iter().chain(others).min_by_key(|doubt| doubt.at)
    }

    /// A doubt that arose within a span, of one of its connections.
    fn connection_doubt_within(&self, session: &Session, span: &IdleSpan) -> Option<InDoubt> {
        let connections = self.connections_of(session);
        let doubtful = connections.filter_map(|connection| {
            let gap = connection.gaps.iter().find(|gap| span.from <= gap.to && gap.from < span.to)?;
            let why = connection.in_doubt.map(|doubt| doubt.why)?;
            Some(InDoubt { at: gap.to, since: gap.from.max(span.from), why })
        });
        doubtful.min_by_key(|doubt| doubt.at)
    }

    /// The end of a session, or the last packet of its connection before a pause between two captures, if only another one
    /// that took its ports after it shows the end.
    fn heard_until(&self, session: &Session, closing: Closing<SessionEnd>) -> Origin {
        let connection = self.last_connection(session);
        let reused =
            connection.filter(|ends| ends.closed.is_some_and(|end| end.by == ConnectionEnd::PortReused));
        let heard = reused.and_then(|ends| ends.client_last.max(ends.server_last));
        let before_pause = |heard: &Origin| {
            closing.by == SessionEnd::ConnectionEnd && self.paused_between(*heard, closing.at)
        };
        heard.filter(before_pause).unwrap_or(closing.at)
    }

    /// A packet that shows the connection of a session to live after another connection ended the session, so that it may
    /// have lasted longer than the grace.
    pub(super) fn lives_on(
        &self,
        session: &Session,
        closing: Closing<SessionEnd>,
        grace: Duration,
    ) -> Option<Origin> {
        let elsewhere = matches!(closing.by, SessionEnd::VcZero | SessionEnd::Reconnected);
        let connection = self.last_connection(session).filter(|_| elsewhere)?;
        let mut others = self.sessions.of(&connection.sessions);
        // Its successor on the same connection, or a user beside it, keeps the connection alive.
        let keeps_alive = |other: &Session| {
            other.opened == Some(closing.at) || (other.closed.is_none() && self.shows_user_or_guest(other))
        };
        if others.any(keeps_alive) {
            return None;
        }
        let (later, until) = match connection.closed {
            None => (connection.server_last?, self.last()),
            // A reset or a FIN that answers the end is none.
            Some(end) => (end.at, end.at),
        };
        let least = if connection.closed.is_some() { grace } else { LEAST };
        let long = self.is_long(closing.at, later, least) && self.is_long(session.used.first, until, grace);
        long.then_some(later)
    }

    /// True if a pipe of an ended session shows that it was still held at a moment.
    fn holds_since(&self, session: &Session, moment: Origin) -> bool {
        let used = |open: &Open| open.used.succeeded.is_some_and(|used| used > moment);
        let closed = |open: &Open| {
            let end = open.closed.filter(|end| end.by == OpenEnd::OwnClose && end.at > moment);
            end.is_some_and(|end| !self.is_given_anew(session, open, end))
        };
        let held = |open: &&Open| open.holds() && open.used.first < moment;
        self.opens_of(session).filter(held).any(|open| used(open) || closed(open))
    }

    /// True if an open ended because its id was given to another one: its own end was not seen.
    fn is_given_anew(&self, session: &Session, open: &Open, end: Closing<OpenEnd>) -> bool {
        self.opens_of(session).any(|other| other.id == open.id && other.opened == Some(end.at))
    }
}

/// True for a doubt that arose within a span. What was asked for at its very end ended it.
fn is_within(doubt: &InDoubt, span: &IdleSpan) -> bool {
    span.from <= doubt.at && doubt.at < span.to
}
