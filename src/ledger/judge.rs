//! Judging sessions: from what the ledger knows of each to its verdict.

use super::grace::{LEAST, is_beyond};
use super::verdict::doubted;
use super::{
    By, Cause, ClockJump, Closing, InDoubt, Judgement, Ledger, Open, Session, SessionRow, Stuck, Use,
    Verdict, Waited,
};
use crate::auth::Who;
use crate::capture::Origin;
use crate::session::{Doubt, IdleSpan, Party, SessionId};
use crate::wire::Timestamp;

/// A verdict of a session that is open, with what shows it.
struct Still {
    verdict: Verdict,
    why: String,
    /// Doubts about what it holds, though not about the session itself.
    doubt: Option<InDoubt>,
}

impl Ledger {
    /// The verdict of a session at the end, with a grace in seconds. None if the ledger has no such session.
    #[must_use]
    pub fn judge(&self, row: SessionRow, grace: f64) -> Option<Judgement> {
        let session = self.sessions.get(&row)?;
        let end = self.end().unwrap_or(session.used.last.time);
        let judged = self.judge_at(session, end, grace);
        Some(self.judge_by_doubtful_clock(session, judged, grace))
    }

    /// What only a doubtful clock shows is not known.
    fn judge_by_doubtful_clock(&self, session: &Session, judged: Judgement, grace: f64) -> Judgement {
        if let Some(closing) = session.closed {
            let within = |jump: &ClockJump| session.used.first < jump.at && jump.at <= closing.at;
            if judged.stuck != Stuck::Yes && self.clock_went_back_in(session.used.first, closing.at) {
                let possible = [Verdict::WasHung, Verdict::WasLeaked, judged.verdict];
                return Judgement::one_of(possible, "the clock of the capture went back while it lasted");
            }
            return match self.clock_jump().filter(within) {
                Some(jump) if judged.verdict.is_of_long_ended() => Judgement::one_of(
                    [judged.verdict, Verdict::Closed],
                    format!("the clock of the capture went forward in frame {}", jump.at.frame),
                ),
                _ => judged,
            };
        }
        let others = self.other_ends(session.used.first.time).map(|end| self.judge_at(session, end, grace));
        let others: Vec<Judgement> = others.filter(|other| other.verdict != judged.verdict).collect();
        if others.is_empty() {
            return judged;
        }
        let possible = others.iter().flat_map(Judgement::allowed).chain(judged.allowed());
        let why = match self.clock_jump() {
            Some(jump) => format!("the clock of the capture went forward in frame {}", jump.at.frame),
            None => "the clock of the capture went back".to_owned(),
        };
        Judgement::one_of(possible, format!("{why}, so that its end is not known"))
    }

    fn judge_at(&self, session: &Session, end: Timestamp, grace: f64) -> Judgement {
        match (session.closed, session.denied) {
            (closed, Some(status)) => judge_denied(session, closed, &status.to_string(), end, grace),
            (closed, None) if session.unanswered => judge_unanswered(session, closed, end, grace),
            (Some(closing), None) => self.judge_ended(session, closing, grace),
            (None, None) => self.judge_open(session, end, grace),
        }
    }

    // Ended

    fn judge_ended(&self, session: &Session, closing: Closing, grace: f64) -> Judgement {
        let ended = self.how_it_ended(session, closing);
        if let Some(since) = session.encrypted {
            let possible = [Verdict::WasHung, Verdict::WasLeaked, Verdict::WasLingering, Verdict::Abandoned];
            let why = format!("{ended}, but its messages are encrypted since frame {}", since.frame);
            return Judgement::one_of(possible.into_iter().chain([Verdict::Closed]), why);
        }
        let over = |seconds: f64| is_beyond(seconds, grace);
        if let Some(later) = self.lives_on(session, closing) {
            let possible = [Verdict::Leaked, Verdict::Lingering, Verdict::WasLeaked, Verdict::Closed];
            let frame = later.frame;
            return Judgement::one_of(
                possible,
                format!("{ended}, but its connection lives on in frame {frame}"),
            );
        }
        if let Some(waited) = self.longest_wait(session, closing.at).filter(|waited| over(waited.seconds())) {
            let (name, frame, seconds) = (&waited.name, waited.sent.frame, whole(waited.seconds()));
            let why = format!("{name} of frame {frame} waited {seconds} s; {ended}");
            return Judgement::new(Verdict::WasHung, why);
        }
        let unused = |span: &IdleSpan, what: &str| {
            format!("{what} for {} s since frame {}; {ended}", whole(span.seconds()), span.from.frame)
        };
        let holding = longest(session.idle.holding, session.idle.holding_since, closing.at);
        if let Some(span) = holding.filter(|span| over(span.seconds())) {
            // Where bytes are missing and no pipe was used since, it may have closed what it held.
            let hidden = self.doubt_within(session, &span);
            let Some(doubt) = hidden.filter(|doubt| !self.holds_since(session, doubt.at)) else {
                return Judgement::new(Verdict::WasLeaked, unused(&span, "it held pipes and used none"));
            };
            let short = !over(closing.at.time.seconds_since(doubt.at.time));
            let possible = [Verdict::WasLeaked, Verdict::WasLingering];
            let possible = possible.into_iter().chain(short.then_some(Verdict::Closed));
            return Judgement::one_of(possible, format!("{ended}, but {doubt}"));
        }
        let bare = longest(session.idle.bare, session.idle.bare_since, closing.at);
        if let Some(span) = bare.filter(|span| over(span.seconds())) {
            let may_hold = |doubt: &InDoubt| over(closing.at.time.seconds_since(doubt.at.time));
            let either = |why: String| Judgement::one_of([Verdict::WasLeaked, Verdict::WasLingering], why);
            return match session.may_hold.filter(may_hold) {
                Some(doubt) => either(format!("{ended}, but {doubt}")),
                None if self.is_cut(session) => either(format!(
                    "{ended}, but its messages are cut short, so that what it held is not seen"
                )),
                None => {
                    Judgement::new(Verdict::WasLingering, unused(&span, "it held nothing and was not used"))
                }
            };
        }
        self.judge_handles(session, &ended)
    }

    /// The verdict of a session that ended in time: by what became of its handles.
    fn judge_handles(&self, session: &Session, ended: &str) -> Judgement {
        let either = |why: String| Judgement::one_of([Verdict::Abandoned, Verdict::Closed], why);
        let run_down = session.handles_run_down;
        if run_down > 0 {
            let handles =
                if run_down == 1 { "a handle was".to_owned() } else { format!("{run_down} handles were") };
            let why = format!("{ended}, and {handles} run down instead of closed");
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

    /// `ended by the client's logoff`, `ended by the server, which reset the connection`.
    pub(crate) fn how_it_ended(&self, session: &Session, closing: Closing) -> String {
        let end = self.last_connection(session).and_then(|connection| connection.closed);
        let reset = end.is_some_and(|end| end.by == By::Rst);
        let by = match (self.cause(session), closing.by, self.ended_by(session)) {
            (Some(Cause::SessionDelete { who }), ..) => {
                return format!("ended by the server, which {who} told to delete it");
            }
            (Some(Cause::Autodisconnect), ..) => "ended by the server, probably by its autodisconnect",
            (Some(Cause::Reboot), ..) => "ended by the server, which dropped several clients at once",
            (_, By::OwnClose, _) => "ended by the client's logoff",
            (_, By::Reconnected, _) => "ended by the client, which set up another session in its place",
            (_, By::VcZero, _) => "ended by another session setup of the client (VcNumber 0)",
            (_, By::Expired, _) => "ended by the server: it had expired",
            (_, By::ServerDeniesIt, _) => "ended by the server, which does not know it any more",
            (_, _, Some(Party::Client)) if reset => "ended by the client, which reset the connection",
            (_, _, Some(Party::Server)) if reset => "ended by the server, which reset the connection",
            (_, _, Some(Party::Client)) => "ended by the client with its connection",
            (_, _, Some(Party::Server)) => "ended by the server with its connection",
            _ => "ended with its connection",
        };
        by.to_owned()
    }

    /// The longest wait of a session: of a call or request that was answered, or that had no answer at `until`.
    fn longest_wait(&self, session: &Session, until: Origin) -> Option<Waited> {
        let seen = |connection, sent| self.server_seen_since(connection, sent);
        let calls = self.opens_of(session).flat_map(|open| {
            let calls = open.waiting.values().filter(|call| !call.waits_by_design);
            calls.filter(move |call| seen(&open.connection, call.sent)).map(move |call| {
                let until = open.closed.map_or(until, |closing| closing.at.min(until));
                Waited { name: call.name(), object: call.object.clone(), sent: call.sent, until }
            })
        });
        let requests = session
            .waiting
            .iter()
            .filter(|request| session.connections.iter().any(|id| seen(id, request.sent)));
        let requests = requests.map(|request| Waited {
            name: request.command.to_owned(),
            object: request.target.clone(),
            sent: request.sent,
            until,
        });
        let waits = calls.chain(requests).chain(session.longest_wait.clone());
        waits.max_by(|one, other| one.seconds().total_cmp(&other.seconds()))
    }

    /// The longest time for which a call or a request of a session waited for its answer, or has waited by its end or
    /// that of the capture. The server was seen since those that have none were sent.
    #[must_use]
    pub fn longest_wait_of(&self, session: &Session) -> Option<Waited> {
        let end = self.end().unwrap_or(session.used.last.time);
        let until = session.closed.map_or(Origin { time: end, ..session.used.last }, |closing| closing.at);
        self.longest_wait(session, until)
    }

    /// A doubt that arose within a span, of whatever the session had.
    fn doubt_within(&self, session: &Session, span: &IdleSpan) -> Option<InDoubt> {
        let connections = session.connections.iter().filter_map(|id| self.connections.get(id));
        let connections = connections.filter_map(|connection| connection.in_doubt);
        let opens = self.opens_of(session).filter_map(|open| self.open_in_doubt(open));
        let within = |doubt: &InDoubt| span.from <= doubt.at && doubt.at <= span.to;
        connections.chain(opens).chain(session.in_doubt).filter(within).min_by_key(|doubt| doubt.at)
    }

    /// True if messages of a session are cut short, or all of what is known of it is.
    fn is_cut(&self, session: &Session) -> bool {
        let mut connections = session.connections.iter().filter_map(|id| self.connections.get(id));
        session.id == SessionId::Unnamed || connections.any(|connection| connection.cut)
    }

    /// A packet that shows the connection of a session to live after another connection ended the session.
    fn lives_on(&self, session: &Session, closing: Closing) -> Option<Origin> {
        let elsewhere = matches!(closing.by, By::VcZero | By::Reconnected);
        let connection = self.last_connection(session).filter(|_| elsewhere)?;
        let end = connection.closed.map(|end| end.at);
        let mut others = connection.sessions.iter().filter_map(|row| self.sessions.get(row));
        // Its successor on the same connection, or a user beside it, keeps the connection alive.
        let keeps_alive = |other: &Session| {
            other.opened == Some(closing.at) || (other.closed.is_none() && self.shows_user_or_guest(other))
        };
        if others.any(keeps_alive) {
            return None;
        }
        // A reset or a FIN that answers the end is none.
        let later = connection.server_last.filter(|_| end.is_none())?;
        (later.time.seconds_since(closing.at.time) > LEAST).then_some(later)
    }

    /// True if a pipe of an ended session shows that it was still held at a moment.
    fn holds_since(&self, session: &Session, moment: Origin) -> bool {
        let used = |open: &Open| open.used.succeeded.is_some_and(|used| used > moment);
        let closed = |open: &Open| open.closed.is_some_and(|end| end.by == By::OwnClose && end.at > moment);
        let held = |open: &&Open| open.holds() && open.used.first < moment;
        self.opens_of(session).filter(held).any(|open| used(open) || closed(open))
    }

    // Open

    fn judge_open(&self, session: &Session, end: Timestamp, grace: f64) -> Judgement {
        let any = [Verdict::Hung, Verdict::Leaked, Verdict::Lingering, Verdict::Open];
        if let Some(since) = session.encrypted {
            let why = format!("its messages are encrypted since frame {}", since.frame);
            return Judgement::one_of(any, why);
        }
        if session.id == SessionId::Unnamed && self.may_have_lasted(session, end, grace) {
            let why = "its messages are cut before they say whose they are and what they ask for";
            return Judgement::one_of(any.into_iter().chain([Verdict::Closed]), why);
        }
        let still = self.judge_still(session, end, grace);
        if let Some(doubt) = self.session_in_doubt(session) {
            return self.judge_doubted(session, &still, doubt, end, grace);
        }
        if let Some(doubt) = still.doubt {
            let bare = self.judge_bare(session, end, grace).0;
            let used = (end.seconds_since(doubt.at.time) <= grace).then_some(Verdict::Open);
            return Judgement::one_of([still.verdict, bare].into_iter().chain(used), doubt.to_string());
        }
        let may_hold = session.may_hold.filter(|doubt| end.seconds_since(doubt.at.time) > grace);
        if let (Verdict::Lingering | Verdict::Open, Some(doubt)) = (still.verdict, may_hold) {
            return Judgement::one_of([Verdict::Leaked, still.verdict], doubt.to_string());
        }
        let mut judged = Judgement::new(still.verdict, still.why);
        if judged.verdict == Verdict::Open
            && let Some(before) = self.was_stuck_before(session, grace)
        {
            judged.stuck = Stuck::Yes;
            judged.why = format!("{}, but {before}", judged.why);
        }
        judged
    }

    /// True if a session may be older than the grace.
    fn may_have_lasted(&self, session: &Session, end: Timestamp, grace: f64) -> bool {
        let mut connections = session.connections.iter().filter_map(|id| self.connections.get(id));
        end.seconds_since(session.used.first.time) > grace
            || connections.any(|connection| !connection.start_seen)
    }

    /// What a session that is open is, if the doubts about it are not true.
    fn judge_still(&self, session: &Session, end: Timestamp, grace: f64) -> Still {
        if let Some(why) = self.hung(session, end, grace) {
            return Still { verdict: Verdict::Hung, why, doubt: None };
        }
        self.judge_held(session, end, grace)
    }

    /// The verdict of a session that may have ended where bytes are missing.
    fn judge_doubted(
        &self,
        session: &Session,
        still: &Still,
        doubt: InDoubt,
        end: Timestamp,
        grace: f64,
    ) -> Judgement {
        let over = |seconds: f64| is_beyond(seconds, grace);
        let at = doubt.at;
        let waited = self.longest_wait(session, at).is_some_and(|waited| over(waited.seconds()));
        let holding = longest(session.idle.holding, session.idle.holding_since, at);
        let bare = longest(session.idle.bare, session.idle.bare_since, at);
        let ended = match (waited, holding.is_some_and(|span| over(span.seconds()))) {
            (true, _) => Verdict::WasHung,
            (false, true) => Verdict::WasLeaked,
            _ if bare.is_some_and(|span| over(span.seconds())) => Verdict::WasLingering,
            _ => Verdict::Closed,
        };
        let alone = self.judge_bare(session, end, grace).0;
        let used = (end.seconds_since(at.time) <= grace).then_some(Verdict::Open);
        Judgement::one_of([still.verdict, alone, ended].into_iter().chain(used), doubt.to_string())
    }

    /// Why nobody can say whether a session goes on, if so.
    fn session_in_doubt(&self, session: &Session) -> Option<InDoubt> {
        let connections = || session.connections.iter().filter_map(|id| self.connections.get(id));
        let one_direction = connections().find(|connection| connection.one_direction == Some(Party::Client));
        if let Some(connection) = one_direction {
            return Some(InDoubt { at: connection.opened, why: Doubt::OneDirection });
        }
        let mut doubts: Vec<Option<InDoubt>> = connections().map(|connection| connection.in_doubt).collect();
        doubts.push(session.in_doubt);
        doubted(&session.used, &doubts)
    }

    /// What shows that a session which is open now was stuck before.
    fn was_stuck_before(&self, session: &Session, grace: f64) -> Option<String> {
        let over = |seconds: f64| is_beyond(seconds, grace);
        if let Some(waited) = session.longest_wait.as_ref().filter(|waited| over(waited.seconds())) {
            return Some(format!(
                "{} of frame {} waited {} s",
                waited.name,
                waited.sent.frame,
                whole(waited.seconds())
            ));
        }
        let told = |span: IdleSpan, what: &str| {
            format!("it {what} for {} s since frame {}", whole(span.seconds()), span.from.frame)
        };
        let long = |span: &IdleSpan| over(span.seconds());
        let holding = session.idle.holding.filter(long).map(|span| told(span, "held pipes and used none"));
        let bare = session.idle.bare.filter(long).map(|span| told(span, "held nothing and was not used"));
        holding.or(bare)
    }

    /// Whether a session that is a user's or a guest's now was stuck while it was a null session, and until when it was.
    #[must_use]
    pub fn stuck_while_null(&self, session: &Session, grace: f64) -> Option<(Stuck, Origin)> {
        let null = session.identities_before.iter().filter(|(_, who)| who.who == Who::Null);
        let until = null.map(|(until, _)| *until).max().filter(|_| session.identity.who != Who::Null)?;
        let over = |seconds: f64| is_beyond(seconds, grace);
        if !over(until.time.seconds_since(session.used.first.time)) {
            return None;
        }
        let waited = session.longest_wait.as_ref().filter(|waited| over(waited.seconds()));
        let spans = [session.idle.holding, session.idle.bare];
        let mut spans = spans.into_iter().flatten().filter(|span| over(span.seconds())).peekable();
        let long = waited.is_some() || spans.peek().is_some();
        // What goes on since then, and calls that still wait.
        let mut began = [session.idle.holding_since, session.idle.bare_since]
            .into_iter()
            .flatten()
            .chain(self.opens_of(session).flat_map(|open| open.waiting.values().map(|call| call.sent)));
        let then = waited.is_some_and(|waited| waited.sent < until)
            || spans.any(|span| span.from < until)
            || began.any(|began| over(until.time.seconds_since(began.time)));
        match (then, long) {
            (true, _) => Some((Stuck::Yes, until)),
            // Only the longest times are known, and they were later.
            (false, true) => Some((Stuck::Maybe, until)),
            (false, false) => None,
        }
    }

    /// For how long an ended session was stuck, in seconds: the longest wait of a call, the longest time for which it
    /// held pipes and used none, or that for which its denied set-up held a slot.
    pub(super) fn stuck_for(&self, session: &Session) -> f64 {
        let Some(closing) = session.closed else { return 0.0 };
        if session.denied.is_some() || session.unanswered {
            return closing.at.time.seconds_since(session.used.first.time);
        }
        let waited = self.longest_wait(session, closing.at).map_or(0.0, |waited| waited.seconds());
        let held = longest(session.idle.holding, session.idle.holding_since, closing.at);
        held.map_or(waited, |span| span.seconds().max(waited))
    }

    /// The longest time for which a session held pipes and used none, or had none and was not used, in seconds; until
    /// its end, or that of the capture.
    #[must_use]
    pub fn longest_idle(&self, session: &Session) -> f64 {
        let end = self.end().unwrap_or(session.used.last.time);
        let now = session.closed.map_or(end, |closing| closing.at.time);
        let spans =
            [session.idle.holding, session.idle.bare].into_iter().flatten().map(|span| span.seconds());
        let since = [session.idle.holding_since, session.idle.bare_since].into_iter().flatten();
        spans.chain(since.map(|since| now.seconds_since(since.time))).fold(0.0, f64::max)
    }

    /// Why nobody can say whether an open goes on, if so.
    fn open_in_doubt(&self, open: &Open) -> Option<InDoubt> {
        let connection = self.connections.get(&open.connection).and_then(|connection| connection.in_doubt);
        let tree = self.trees.get(&open.tree).and_then(|tree| tree.in_doubt);
        doubted(&open.used, &[open.in_doubt, tree, connection])
    }

    fn server_seen_since(&self, connection: &crate::session::ConnectionId, sent: Origin) -> bool {
        self.connections.get(connection).and_then(|c| c.server_last).is_some_and(|last| last >= sent)
    }

    fn hung(&self, session: &Session, end: Timestamp, grace: f64) -> Option<String> {
        for open in self.opens_of(session).filter(|open| open.closed.is_none() && !open.waiting.is_empty()) {
            if self.open_in_doubt(open).is_some() {
                continue;
            }
            let waited = open.waiting.values().filter(|call| !call.waits_by_design).find(|call| {
                end.seconds_since(call.sent.time) > grace
                    && self.server_seen_since(&open.connection, call.sent)
            });
            if let Some(call) = waited {
                return Some(format!("{} of frame {} has no answer", call.name(), call.sent.frame));
            }
        }
        let request = session.waiting.iter().find(|request| {
            let seen = session.connections.iter().any(|id| self.server_seen_since(id, request.sent));
            end.seconds_since(request.sent.time) > grace && seen
        })?;
        let target = request.target.as_deref().map(|target| format!(" of {target}")).unwrap_or_default();
        Some(format!("{}{target} of frame {} has no answer", request.command, request.sent.frame))
    }

    fn judge_held(&self, session: &Session, end: Timestamp, grace: f64) -> Still {
        let idle = |used: &Use| end.seconds_since(used.last.time) > grace;
        let mut doubted_leak: Option<(InDoubt, bool)> = None;
        let mut holds = false;
        for open in self.opens_of(session).filter(|open| open.closed.is_none() && open.holds()) {
            let pipe_doubt = self.open_in_doubt(open);
            for handle in self.handles(open).filter(|handle| handle.closed.is_none()) {
                let why = || {
                    let object =
                        handle.object.as_deref().map(|name| format!(" on {name}")).unwrap_or_default();
                    let frame = handle.used.last.frame;
                    format!("a printer handle{object} is held and not used since frame {frame}")
                };
                match doubted(&handle.used, &[handle.in_doubt, pipe_doubt]) {
                    Some(doubt) => doubted_leak = Some((doubt, idle(&handle.used))),
                    None if idle(&handle.used) => {
                        return Still { verdict: Verdict::Leaked, why: why(), doubt: None };
                    }
                    None => {}
                }
            }
            match pipe_doubt {
                Some(doubt) => doubted_leak = Some((doubt, idle(&open.used))),
                None if idle(&open.used) => {
                    let name = match (&open.name, open.interface()) {
                        (Some(name), _) => format!("pipe {name}"),
                        (None, Some(interface)) => format!("a pipe on which {interface} is spoken"),
                        (None, None) => "a pipe of unknown name".to_owned(),
                    };
                    let unanswered = open.waiting.values().find(|call| !call.waits_by_design);
                    let unanswered = unanswered.map(|call| {
                        format!(", and {} of frame {} has no answer", call.name(), call.sent.frame)
                    });
                    let why = format!(
                        "{name} is held and not used since frame {}{}",
                        open.used.last.frame,
                        unanswered.unwrap_or_default()
                    );
                    return Still { verdict: Verdict::Leaked, why, doubt: None };
                }
                None => holds = true,
            }
        }
        if let Some((doubt, idle)) = doubted_leak {
            let verdict = if idle { Verdict::Leaked } else { Verdict::Open };
            return Still { verdict, why: doubt.to_string(), doubt: Some(doubt) };
        }
        if holds {
            let why = format!("it was used in frame {}, within the grace", session.used.last.frame);
            return Still { verdict: Verdict::Open, why, doubt: None };
        }
        let (verdict, why) = self.judge_bare(session, end, grace);
        Still { verdict, why, doubt: None }
    }

    /// The verdict of a session that is open and holds nothing.
    fn judge_bare(&self, session: &Session, end: Timestamp, grace: f64) -> (Verdict, String) {
        let frame = session.used.last.frame;
        if end.seconds_since(session.used.last.time) > grace {
            let denied = self.denied_since(session);
            return (
                Verdict::Lingering,
                format!("it holds no pipe and was not used since frame {frame}{denied}"),
            );
        }
        (Verdict::Open, format!("it was used in frame {frame}, within the grace"))
    }

    /// `, and the server denied it the pipe spoolss in frame 12`: what kept a session from holding something.
    fn denied_since(&self, session: &Session) -> String {
        let its = |denial: &&super::Denial| session.connections.contains(&denial.connection);
        let Some(denial) = self.denials.iter().filter(its).rfind(|denial| denial.at >= session.used.first)
        else {
            return String::new();
        };
        let what = denial.what.as_str();
        let name = denial.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        format!(", and the server denied it the {what}{name} in frame {}", denial.at.frame)
    }
}

fn judge_denied(
    session: &Session,
    closed: Option<Closing>,
    status: &str,
    end: Timestamp,
    grace: f64,
) -> Judgement {
    let until = closed.map_or(end, |closing| closing.at.time);
    let (lasted, frame) = (until.seconds_since(session.used.first.time), session.used.first.frame);
    let denied = format!("the server denied the session setup with {status} in frame {frame}");
    let why = match closed {
        None => format!("{denied}, and the connection stays"),
        Some(Closing { by: By::Superseded, at }) => {
            format!("{denied}, and granted another one in frame {}", at.frame)
        }
        Some(closing) => format!("{denied}, and the connection ended in frame {}", closing.at.frame),
    };
    let superseded = closed.is_some_and(|closing| closing.by == By::Superseded);
    let stuck = if lasted > grace && !superseded { Stuck::Yes } else { Stuck::No };
    Judgement { verdict: Verdict::Denied, possible: Vec::new(), stuck, why }
}

fn judge_unanswered(session: &Session, closed: Option<Closing>, end: Timestamp, grace: f64) -> Judgement {
    let until = closed.map_or(end, |closing| closing.at.time);
    let frame = session.used.first.frame;
    let why = format!("the session setup of frame {frame} has no answer in the capture");
    if until.seconds_since(session.used.first.time) <= grace {
        return Judgement::new(if closed.is_some() { Verdict::Closed } else { Verdict::Open }, why);
    }
    let granted = if closed.is_some() { Verdict::WasLingering } else { Verdict::Lingering };
    Judgement::one_of([Verdict::Denied, granted, Verdict::Closed], why)
}

/// The longest of a span that is over and one that goes on until a moment.
fn longest(over: Option<IdleSpan>, since: Option<Origin>, until: Origin) -> Option<IdleSpan> {
    let now = since.filter(|since| *since <= until).map(|from| IdleSpan { from, to: until });
    IdleSpan::longer(over, now)
}

/// Whole seconds, for people.
fn whole(seconds: f64) -> String {
    format!("{seconds:.0}")
}
