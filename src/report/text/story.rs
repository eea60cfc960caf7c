//! Why a session leaked or hangs: who it is, and what happened, step by step with times and frames.

use core::fmt::{self, Write};

use super::super::{Moment, NullSessions, SessionReport, worst_of_each};
use super::layout::paragraph;
use super::servers::ServerPart;
use super::{STORIES_OF_EACH, When, table};
use crate::auth::{Evidence, Mechanism};
use crate::capture::Origin;
use crate::finding::{self, Plain, Span, count, list};
use crate::interface::Task;
use crate::ledger::{self, Verdict};
use crate::session::SessionId;

/// Steps that are told of one session; the rest is counted.
const STEPS: usize = 14;
/// Columns of a time of the day.
const TIME: usize = 12;
/// Width of what a step says before its frame.
const STEP: usize = 30;

/// Writes the stories of a server's sessions that leaked or hang, or did so, while `left` lasts.
pub(super) fn of_server(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    server: &ServerPart<'_>,
    when: &When,
    width: usize,
    left: &mut usize,
) -> fmt::Result {
    let bad =
        |session: &&SessionReport<'_>| session.has_story() && (session.is_candidate() || report.options.all);
    let bad: Vec<&SessionReport<'_>> = server.sessions.iter().copied().filter(bad).collect();
    let mut told = worst_of_each(&bad, *left, STORIES_OF_EACH);
    told.truncate(*left);
    for session in &told {
        of_session(out, report, session, when, width)?;
        writeln!(out)?;
    }
    *left = left.saturating_sub(told.len());
    match bad.len().saturating_sub(told.len()) {
        0 => Ok(()),
        untold => writeln!(
            out,
            "The history of {} is left out; --format json lists all.\n",
            count(untold, "more session")
        ),
    }
}

fn of_session(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    session: &SessionReport<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    let Some(row) = report.ledger.session(session.id) else { return Ok(()) };
    let possibly = if session.possibly_null { ", possibly null" } else { "" };
    let head = format!("{}{}{possibly}", session.client, who(report.ledger, row));
    paragraph(out, &format!("{:8} ", session.verdict.as_str()), 9, &head, width)?;
    let facts = facts(session);
    if !facts.is_empty() {
        paragraph(out, "         ", 9, &facts, width)?;
    }
    let steps = report.story(session);
    let untold = steps.len().saturating_sub(STEPS);
    // The beginning and the end say more than the middle.
    let middle = STEPS.div_euclid(2)..STEPS.div_euclid(2).saturating_add(untold);
    let date = when.date_width(steps.iter().map(|step| step.at.time));
    for (place, step) in steps.iter().enumerate() {
        if untold > 0 && place == middle.start {
            writeln!(out, "  …             and {}", count(untold, "more step"))?;
        }
        if untold == 0 || !middle.contains(&place) {
            step.tell(out, when, date, width)?;
        }
    }
    Ok(())
}

/// ` as WS-21 (SPLCLIENT user alice, build 2600)`.
fn who(ledger: &ledger::Ledger, row: &ledger::Session) -> String {
    let name = finding::client_name(ledger, row)
        .map(|name| format!(" as {}", Plain::name(name)))
        .unwrap_or_default();
    let Some(client) = finding::client_machine(ledger, row) else { return name };
    let user = client.user.as_deref().filter(|user| !user.is_empty());
    let told: Vec<String> = [
        user.map(|user| format!("user {}", Plain::name(user))),
        client.build.map(|build| format!("build {build}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if told.is_empty() { name } else { format!("{name} (SPLCLIENT {})", told.join(", ")) }
}

/// Which component of the client it is, and under what: `print spooler; account …; NTLM 2 of system 5.1.2600; NT LM 0.12;
/// Windows 2002 2600; pid 65279`.
pub(super) fn facts(session: &SessionReport<'_>) -> String {
    let account = session.who.account.filter(|account| !account.is_empty());
    let components: Vec<String> = session.components.iter().map(|part| (*part).to_owned()).collect();
    let version = session.who.client_version.map(|version| format!(" of system {}", Plain::name(version)));
    let ntlm = match (session.who.mechanism, session.who.ntlm_version) {
        (Some(Mechanism::Ntlm), Some(2)) => Some("NTLM 2"),
        (Some(Mechanism::Ntlm | Mechanism::Plain), Some(_)) => Some("NTLM 1"),
        (Some(Mechanism::Ntlm), None) if version.is_some() => Some("NTLM"),
        _ => None,
    };
    let ticket = session.who.evidence.iter().find_map(|evidence| match evidence {
        Evidence::KerberosTicket { service } => Some(format!("Kerberos ticket for {}", Plain::name(service))),
        _ => None,
    });
    let pids: Vec<String> = session.pids.iter().take(4).map(u32::to_string).collect();
    let id = match session.session_id {
        SessionId::Uid(uid) => Some(format!("UID {uid}")),
        SessionId::Smb2(id) => Some(format!("SessionId {id:#x}")),
        SessionId::Unnamed => None,
    };
    let facts = [
        (!components.is_empty()).then(|| list(&components)),
        account.map(|account| format!("account {}", Plain::name(account))),
        ntlm.map(|ntlm| format!("{ntlm}{}", version.unwrap_or_default())),
        ticket,
        session.dialect.map(|dialect| Plain::name(dialect).to_string()),
        session.native_os.map(|os| Plain::name(os).to_string()),
        id,
        (!pids.is_empty()).then(|| format!("pid {}", pids.join(", "))),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// A thing that happened, in words that are safe for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// When and where.
    pub at: Origin,
    /// What.
    pub what: String,
    /// What else is to be said of it.
    pub note: String,
}

impl Step {
    fn tell(&self, out: &mut impl Write, when: &When, date: usize, width: usize) -> fmt::Result {
        let (time, columns) = (when.millisecond(self.at.time), date.saturating_add(TIME));
        let first = format!("  {time:>columns$}  ");
        let frame = when.frame(Moment::from(self.at));
        let what = &self.what;
        let note = if self.note.is_empty() { String::new() } else { format!("  {}", self.note) };
        paragraph(out, &first, date.saturating_add(18), &format!("{what:STEP$}  {frame}{note}"), width)
    }
}

/// What happened to what the session still holds, or to all that it had if it has ended.
pub(super) fn steps(
    report: &NullSessions<'_>,
    session: &SessionReport<'_>,
    row: &ledger::Session,
) -> Vec<Step> {
    let ledger = report.ledger;
    let ended = row.closed.map(|closing| closing.at);
    let end = report.end.unwrap_or_default();
    let lasted = |from: Origin, until: Option<Origin>| {
        let to_end = || ledger.time_until(end, from);
        Span::from(until.map_or_else(to_end, |until| ledger.time_between(from, until)))
    };
    let since = |from: Origin| lasted(from, ended);
    // What goes with its session is not closed by itself.
    let by_itself = |closed: Option<Origin>| closed.filter(|at| ended.is_none_or(|ended| *at < ended));
    let mut steps = Vec::new();
    let mut step = |at: Origin, what: String, note: String| steps.push(Step { at, what, note });
    match row.opened {
        Some(at) => {
            let evidence: Vec<String> = session.who.evidence.iter().map(told).collect();
            let note = if evidence.is_empty() { String::new() } else { format!("({})", evidence.join(", ")) };
            let first = row.identities_before.first().map_or(session.who.kind, |(_, who)| who.who);
            step(at, format!("{first} session set up"), note);
        }
        None => {
            step(row.used.first, "session first seen".to_owned(), "(no session setup captured)".to_owned())
        }
    }
    for tree in ledger.trees(row).filter(|tree| ended.is_some() || tree.closed.is_none()) {
        let path = tree.path.as_deref().map_or_else(|| "a share".to_owned(), |p| Plain::name(p).to_string());
        match tree.opened {
            Some(at) => step(at, format!("{path} connected"), String::new()),
            None => step(tree.first_seen, format!("{path} first seen"), String::new()),
        }
    }
    let holds = |open: &ledger::Open| {
        ended.is_some() || open.closed.is_none() || ledger.handles(open).any(|handle| handle.closed.is_none())
    };
    for open in ledger.opens_of(row).filter(|open| holds(open)) {
        let name = match (open.name.as_deref().map(Plain::name), open.holds()) {
            (Some(name), true) => format!(r"\PIPE\{name}"),
            (Some(name), false) => name.to_string(),
            (None, true) => open
                .interface()
                .map_or_else(|| "a pipe".to_owned(), |name| format!("a pipe ({name} by its calls)")),
            (None, false) => "an open".to_owned(),
        };
        match open.opened {
            Some(at) => step(at, format!("{name} opened"), String::new()),
            None => step(open.used.first, format!("{name} first seen"), String::new()),
        }
        for bound in &open.interfaces {
            let (major, minor) = bound.version;
            let interface = bound.name.map_or_else(|| bound.uuid.to_string(), str::to_owned);
            step(bound.bound, format!("{interface} {major}.{minor} bound"), String::new());
        }
        for handle in ledger.handles(open).filter(|handle| ended.is_some() || handle.closed.is_none()) {
            let short = table::handle(&handle.handle.0);
            let what = handle.short_noun();
            let object = handle.object.as_deref().map(|name| format!("on {}", Plain::name(name)));
            if let Some(at) = handle.opened {
                let by = handle.opened_by.map(|by| format!("by {by} ({:#04x}) ", by.opnum));
                let note = format!("{}{}", by.unwrap_or_default(), object.unwrap_or_default());
                step(at, format!("{what} {short} granted"), note);
            } else {
                step(handle.used.first, format!("{what} {short} first seen"), object.unwrap_or_default());
            }
            for (task, held) in &handle.tasks {
                let what = match task {
                    Task::Document => "document started",
                    Task::Notification => "notification of changes registered",
                };
                let name = held.name.as_deref().map(|name| format!("{}, ", Plain::name(name)));
                let ended = if held.ended.is_some() { "ended later" } else { "not ended" };
                step(held.began, what.to_owned(), format!("{}{ended}", name.unwrap_or_default()));
            }
            let last = handle.used.last;
            let closed = by_itself(handle.closed.map(|closing| closing.at));
            if handle.opened != Some(last) && closed != Some(last) {
                step(last, format!("{what} {short} last used"), idle(lasted(last, closed.or(ended))));
            }
            if let Some(at) = closed {
                step(at, format!("{what} {short} closed"), String::new());
            }
        }
        if let Some(failed) = open.failed.as_deref() {
            let object = failed.call.object.as_deref().map(|name| format!("for {}, ", Plain::name(name)));
            let note = format!("{}{}", object.unwrap_or_default(), finding::how_it_failed(failed));
            step(
                failed.call.sent,
                format!("{} ({:#04x}) sent", failed.call.name(), failed.call.procedure.opnum),
                note,
            );
        }
        if let Some(at) = by_itself(open.closed.map(|closing| closing.at)) {
            let stays = ledger.handles(open).any(|handle| handle.closed.is_none());
            let note = if stays { "its handle stays with another pipe of the association group" } else { "" };
            step(at, format!("{name} closed"), note.to_owned());
            continue;
        }
        for call in open.waiting.values() {
            let object = call.object.as_deref().map(|name| format!(" for {}", Plain::name(name)));
            let by_design = if call.waits_by_design { ", by design" } else { "" };
            let note = format!("no answer in {}{by_design}{}", since(call.sent), object.unwrap_or_default());
            step(call.sent, format!("{} ({:#04x}) sent", call.name(), call.procedure.opnum), note);
        }
        let told = ledger.handles(open).any(|handle| handle.used.last >= open.used.last)
            || open.waiting.values().any(|call| call.sent >= open.used.last)
            || open.failed.as_ref().is_some_and(|failed| failed.call.sent >= open.used.last);
        if !told && open.opened != Some(open.used.last) {
            step(open.used.last, format!("{name} last used"), idle(since(open.used.last)));
        }
    }
    for request in &row.waiting {
        let target = request.target.as_deref().map(|name| format!(" for {}", Plain::name(name)));
        let waited = since(request.sent);
        step(
            request.sent,
            format!("{} sent", request.command),
            format!("no answer in {waited}{}", target.unwrap_or_default()),
        );
    }
    if let Some(closing) = row.closed {
        step(closing.at, "session ended".to_owned(), ledger.how_it_ended(row, closing));
    }
    if session.verdict == Verdict::Hung {
        let connections = row.connections.iter().filter_map(|id| ledger.connection(*id));
        if let Some(at) = connections.filter_map(|connection| connection.server_last).max() {
            step(at, "server last seen".to_owned(), "still active".to_owned());
        }
    }
    // A call that waited is told above if its answer never came, or if it was cancelled.
    let waited = ledger.longest_wait_of(row).filter(|_| session.verdict == Verdict::WasHung);
    if let Some(waited) = waited.filter(|waited| steps.iter().all(|step| step.at != waited.sent)) {
        let note = format!("waited {} for its answer", Span::from(waited.lasted));
        steps.push(Step { at: waited.sent, what: format!("{} sent", waited.name), note });
    }
    steps
}

fn idle(since: Span) -> String {
    format!("idle for {since}")
}

/// What showed who the session is, in words.
fn told(evidence: &Evidence) -> String {
    let text = match evidence {
        Evidence::CredentialsNotSeen => "credentials not captured",
        Evidence::EmptyAccount => "empty user",
        Evidence::AccountGiven => "a user named",
        Evidence::NtResponseEmpty => "no NT response",
        Evidence::NtResponseGiven => "an NT response",
        Evidence::LmResponseEmpty => "no LM response",
        Evidence::LmResponse1Byte => "LM response of 1 byte",
        Evidence::LmResponseGiven => "an LM response",
        Evidence::NegotiateAnonymousFlag => "NTLMSSP's anonymous flag",
        Evidence::ServerNullFlag => "server's null flag",
        Evidence::ServerGuestFlag => "server's guest flag",
        Evidence::AnswerUnsigned => "unsigned answer",
        Evidence::ShareLevelSecurity => "share-level security",
        Evidence::KerberosTicket { service } => return format!("ticket for {}", Plain::name(service)),
    };
    text.to_owned()
}
