//! Sessions that are open at the end of the capture.

use core::time::Duration;

use super::words::{handle_words, pipe_words};
use crate::capture::Origin;
use crate::ledger::grace::is_beyond;
use crate::ledger::verdict::doubted;
use crate::ledger::{InDoubt, Judgement, Ledger, Open, Session, Stuck, Verdict};
use crate::session::{Doubt, IdleSpan, OpenKind, Party, SessionId};
use crate::wire::Span;

/// What a session that is open may be, if it is not known what it holds.
const ANY: [Verdict; 4] = [Verdict::Hung, Verdict::Leaked, Verdict::Lingering, Verdict::Open];

/// A verdict of a session that is open, with what shows it.
struct Still {
    verdict: Verdict,
    why: String,
    /// Doubts about what it holds, though not about the session itself.
    doubt: Option<InDoubt>,
}

impl Ledger {
    pub(super) fn judge_open(&self, session: &Session, grace: Duration) -> Judgement {
        if let Some(since) = session.encrypted {
            let why = format!("its messages are encrypted since frame {}", since.frame);
            return Judgement::one_of(ANY, why);
        }
        if session.id == SessionId::Unnamed && self.may_have_lasted(session, grace) {
            let why = "its messages are cut before they say whose they are and what they ask for";
            return Judgement::one_of(ANY.into_iter().chain([Verdict::Closed]), why);
        }
        let still = match self.hung(session, grace) {
            Some(why) => Still { verdict: Verdict::Hung, why, doubt: None },
            None => self.judge_held(session, grace),
        };
        if let Some(doubt) = self.session_in_doubt(session, grace) {
            return self.judge_doubted(session, &still, doubt, grace);
        }
        if let Some(doubt) = still.doubt {
            let bare = self.judge_bare(session, grace).0;
            let used = self.is_recent(&doubt, grace).then_some(Verdict::Open);
            return Judgement::one_of([still.verdict, bare].into_iter().chain(used), doubt.to_string());
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
    fn may_have_lasted(&self, session: &Session, grace: Duration) -> bool {
        let mut connections = self.connections_of(session);
        self.is_long(session.used.first, self.last(), grace)
            || connections.any(|connection| !connection.start_seen)
    }

    /// The verdict of a session that may have ended where bytes are missing.
    fn judge_doubted(&self, session: &Session, still: &Still, doubt: InDoubt, grace: Duration) -> Judgement {
        // It may have ended with the first doubt or with the last.
        let ended = [doubt.since, doubt.at].map(|at| self.ended_then(session, at, grace));
        let alone = self.judge_bare(session, grace).0;
        let used = self.is_recent(&doubt, grace).then_some(Verdict::Open);
        let possible = [still.verdict, alone].into_iter().chain(ended).chain(used);
        Judgement::one_of(possible, doubt.to_string())
    }

    /// What a session was if it ended at a moment.
    pub(super) fn ended_then(&self, session: &Session, at: Origin, grace: Duration) -> Verdict {
        let idle = &session.idle;
        if self.longest_wait(session, at).is_some_and(|waited| is_beyond(waited.lasted, grace)) {
            Verdict::WasHung
        } else if self
            .long_span([idle.holding, idle.holding_unsteady], idle.holding_since, at, grace)
            .is_some()
        {
            Verdict::WasLeaked
        } else if self.long_span([idle.bare], idle.bare_since, at, grace).is_some() {
            Verdict::WasLingering
        } else {
            Verdict::Closed
        }
    }

    /// Why nobody can say whether a session goes on, if so.
    fn session_in_doubt(&self, session: &Session, grace: Duration) -> Option<InDoubt> {
        let connections = || self.connections_of(session);
        let one_direction = connections().find(|connection| connection.one_direction == Some(Party::Client));
        if let Some(connection) = one_direction {
            return Some(InDoubt::new(connection.opened, Doubt::OneDirection));
        }
        let mut doubts: Vec<Option<InDoubt>> = connections().map(|connection| connection.in_doubt).collect();
        doubts.extend([session.in_doubt, self.paused(session, grace)]);
        doubted(&session.used, &doubts)
    }

    /// What shows that a session which is open now was stuck before.
    fn was_stuck_before(&self, session: &Session, grace: Duration) -> Option<String> {
        let waited =
            session.longest_wait.as_ref().filter(|waited| self.is_long(waited.sent, waited.until, grace));
        if let Some(waited) = waited {
            let (name, frame) = (&waited.name, waited.sent.frame);
            let lasted = Span::from(self.time_between(waited.sent, waited.until));
            return Some(format!("{name} of frame {frame} waited {lasted}"));
        }
        let long = |span: &IdleSpan| self.is_long(span.from, span.to, grace);
        let mut holding =
            [session.idle.holding, session.idle.holding_unsteady].into_iter().flatten().filter(long);
        let holding = holding.next().map(|span| self.held_unused(session, &span));
        holding.or_else(|| session.idle.bare.filter(long).map(|span| self.held_nothing(&span)))
    }

    /// Why nobody can say whether an open goes on, if so.
    pub(super) fn open_in_doubt(&self, open: &Open) -> Option<InDoubt> {
        let connection = self.connections.get(&open.connection).and_then(|connection| connection.in_doubt);
        let tree = self.trees.get(&open.tree).and_then(|tree| tree.in_doubt);
        doubted(&open.used, &[open.in_doubt, tree, connection])
    }

    fn hung(&self, session: &Session, grace: Duration) -> Option<String> {
        let long = |sent: Origin| self.is_long(sent, self.last(), grace);
        for open in self.opens_of(session).filter(|open| open.closed.is_none() && !open.waiting.is_empty()) {
            if self.open_in_doubt(open).is_some() {
                continue;
            }
            let mut waiting = open.waiting.values().filter(|call| !call.waits_by_design);
            let waited =
                waiting.find(|call| long(call.sent) && self.server_seen_since(open.connection, call.sent));
            if let Some(call) = waited {
                return Some(format!("{} of frame {} has no answer", call.name(), call.sent.frame));
            }
        }
        let mut waiting = session.waiting.iter();
        let request =
            waiting.find(|request| long(request.sent) && self.is_served_since(session, request.sent))?;
        let target = request.target.as_deref().map(|target| format!(" of {target}")).unwrap_or_default();
        Some(format!("{}{target} of frame {} has no answer", request.command, request.sent.frame))
    }

    fn judge_held(&self, session: &Session, grace: Duration) -> Still {
        let idle = |last: Origin| self.is_long(last, self.last(), grace);
        // What may be held: first of all what was not used for long.
        let mut doubted_leak: Option<(InDoubt, bool)> = None;
        let mut may_leak = |doubt: InDoubt, idle: bool| {
            if doubted_leak.is_none_or(|(_, was_idle)| idle && !was_idle) {
                doubted_leak = Some((doubt, idle));
            }
        };
        let mut holds = false;
        for open in self.opens_of(session).filter(|open| open.closed.is_none() && open.holds()) {
            let pipe_doubt = self.open_in_doubt(open);
            for handle in self.handles(open).filter(|handle| handle.closed.is_none()) {
                let last = handle.used.last;
                match doubted(&handle.used, &[handle.in_doubt, pipe_doubt]) {
                    Some(doubt) => may_leak(doubt, idle(last)),
                    None if idle(last) => {
                        let handle = handle_words(handle);
                        let why = format!("a {handle} is held and not used since frame {}", last.frame);
                        return Still { verdict: Verdict::Leaked, why, doubt: None };
                    }
                    None => {}
                }
            }
            match pipe_doubt {
                Some(doubt) => may_leak(doubt, idle(open.used.last)),
                None if idle(open.used.last) => {
                    return Still { verdict: Verdict::Leaked, why: held_pipe(open), doubt: None };
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
        let (verdict, why) = self.judge_bare(session, grace);
        Still { verdict, why, doubt: None }
    }

    /// The verdict of a session that is open and holds nothing.
    fn judge_bare(&self, session: &Session, grace: Duration) -> (Verdict, String) {
        let last = session.used.last;
        if self.is_long(last, self.last(), grace) {
            let denied = self.denied_since(session);
            let what = self.files_of(session);
            let why = format!("{what} and was not used since frame {}{denied}", last.frame);
            return (Verdict::Lingering, why);
        }
        (Verdict::Open, format!("it was used in frame {}, within the grace", last.frame))
    }

    /// `it holds no pipe`, and what it has open beside pipes: who has a document open does nothing for long, and needs the
    /// session all the same.
    fn files_of(&self, session: &Session) -> String {
        let open = self.opens_of(session).filter(|open| open.closed.is_none() && !open.holds());
        let files: Vec<&Open> = open.filter(|open| open.what != OpenKind::Directory).collect();
        match files.as_slice() {
            [] => "it holds no pipe".to_owned(),
            [Open { name: Some(name), .. }] => format!("it has {name} open, holds no pipe"),
            [_] => "it has a file open, holds no pipe".to_owned(),
            files => format!("it has {} files open, holds no pipe", files.len()),
        }
    }

    /// `, and the server denied it the pipe spoolss in frame 12`: what kept a session from holding something.
    fn denied_since(&self, session: &Session) -> String {
        let Some(denial) = self.refusals.last_denial(&session.connections, session.used.first) else {
            return String::new();
        };
        let what = denial.what.as_str();
        let name = denial.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        format!(", and the server denied it the {what}{name} in frame {}", denial.at.frame)
    }
}

/// `pipe spoolss is held and not used since frame 12, and OpenPrinterEx of frame 12 has no answer`.
fn held_pipe(open: &Open) -> String {
    let name = pipe_words(open);
    let unanswered = open.waiting.values().find(|call| !call.waits_by_design);
    let unanswered =
        unanswered.map(|call| format!(", and {} of frame {} has no answer", call.name(), call.sent.frame));
    let frame = open.used.last.frame;
    format!("{name} is held and not used since frame {frame}{}", unanswered.unwrap_or_default())
}
