//! What the page says, ready for its template.

use std::error::Error;

use askama::Template;
use smbscope::finding::{Digits, Finding, Plain, Span, count, list};
use smbscope::ledger::{Slots, Stuck, Verdict};
use smbscope::report::{
    Limit, NetSession, NullSessions, RefusalReport, ServerTables, SessionReport, worst_of_each,
};
use smbscope::wire::Timestamp;

use crate::lanes;
use crate::plot;
use crate::text::{clock, day, frame};

/// Servers that are told of one by one, and in the overview.
const SERVERS: usize = 12;
const OVERVIEW: usize = 200;
/// Rows of a server's sessions; of more, a few of each verdict are shown and the others counted.
const ROWS: usize = 120;
const ROWS_OF_EACH: usize = 20;
/// Rows of a server's refusals; more are counted.
const REFUSALS: usize = 60;
/// Sessions of a server whose story is told; of more, that of a few of each verdict.
const STORIES: usize = 20;
const STORIES_OF_EACH: usize = 3;
/// Findings of one rule, and frames of a finding.
const FOUND: usize = 12;
const FRAMES: usize = 12;
/// Captures that are named.
const CAPTURES: usize = 20;
/// Computers that share printers, and printers of each.
const PRINTERS: usize = 200;
const NAMED: usize = 12;
/// Columns of the server's own tables.
const COLUMNS: usize = 118;

/// The page.
#[derive(Template)]
#[template(path = "page.html", config = "examples/report/askama.toml")]
pub(crate) struct Page {
    title: String,
    read: Vec<String>,
    end: String,
    grace: String,
    answer: Vec<String>,
    bad: bool,
    tally: String,
    several_servers: bool,
    overview: Vec<Overview>,
    overview_left: usize,
    findings: Vec<Rule>,
    servers: Vec<Server>,
    printer_shares: Vec<PrinterShare>,
    method_2: bool,
    losses: Vec<String>,
    to_be_sure: Vec<String>,
}

/// A server in the overview.
struct Overview {
    name: String,
    in_use: String,
    limit: String,
    peak: String,
    refused: String,
    sessions: String,
    null: String,
    stuck: String,
}

/// A server with its pictures and tables.
struct Server {
    name: String,
    answer: String,
    in_use: String,
    limit: String,
    why_limit: String,
    peak: String,
    peak_at: String,
    refused: String,
    sessions: String,
    null: String,
    stuck: String,
    denied: String,
    lasted: String,
    slots: String,
    timeline: String,
    refusals: Vec<RefusalRow>,
    refusals_left: usize,
    rows: Vec<Row>,
    rows_left: String,
    stories: Vec<Story>,
    tables: String,
}

/// What a rule found.
struct Rule {
    rule: String,
    severity: &'static str,
    source: &'static str,
    refuted_by: &'static str,
    advice: Vec<String>,
    found: Vec<Found>,
    left: usize,
}

struct Found {
    text: String,
    frames: String,
}

struct RefusalRow {
    time: String,
    frame: String,
    client: String,
    answer: String,
    in_use: String,
    held_by: String,
}

struct Row {
    verdict: &'static str,
    who: String,
    client: String,
    name: String,
    since: String,
    age: String,
    idle: String,
    holds: String,
    context: String,
}

struct Story {
    head: String,
    why: String,
    steps: Vec<Step>,
}

struct Step {
    time: String,
    what: String,
    frame: String,
    note: String,
}

struct PrinterShare {
    computer: String,
    printers: String,
    shown_by: String,
    null_sessions: usize,
}

impl Page {
    pub(crate) fn of(report: &NullSessions<'_>, tables: &NetSession<'_>) -> Self {
        let end = report.end.unwrap_or_default();
        let answer = report.answer();
        let mut parts: Vec<Part<'_>> = tables.servers.iter().map(|server| Part::of(report, server)).collect();
        parts.sort_by_key(|part| std::cmp::Reverse((part.stuck(), part.server.refusals.len(), part.null())));
        // The servers to which there were sessions at all.
        parts.retain(|part| !part.sessions.is_empty() || !part.server.refusals.is_empty());
        let several_servers = parts.len() > 1;
        let headline = answer.iter().filter(|(row, _)| !several_servers || row.is_none());
        let servers = parts.iter().take(SERVERS).enumerate().map(|(id, part)| {
            let own = answer.iter().filter(|(row, _)| *row == Some(part.server.row));
            let own: Vec<&str> = own.map(|(_, text)| text.as_str()).collect();
            part.server(id, report, tables, &own.join(" "), end)
        });
        Self {
            title: report.captures.first().map(|capture| file_name(&capture.path)).unwrap_or_default(),
            read: read(report),
            end: format!("{} {}", day(end), clock(end)),
            grace: format!("{} s", report.grace.as_secs_f64()),
            answer: headline.map(|(_, text)| text.clone()).collect(),
            bad: report.outcome() != smbscope::report::Outcome::Clear || !report.refusals.is_empty(),
            tally: tally(&report.findings),
            several_servers,
            overview: parts.iter().take(OVERVIEW).map(Part::overview).collect(),
            overview_left: parts.len().saturating_sub(OVERVIEW),
            findings: rules(report),
            servers: servers.collect(),
            printer_shares: printer_shares(report),
            method_2: report.advises_method_2(),
            losses: report.not_seen(),
            to_be_sure: report.to_be_sure(),
        }
    }

    pub(crate) fn html(&self) -> Result<String, Box<dyn Error>> {
        Ok(self.render()?)
    }

    /// The pictures by their file names.
    pub(crate) fn pictures(&self) -> Result<Vec<(String, String)>, Box<dyn Error>> {
        let numbered = self.servers.iter().enumerate();
        Ok(numbered
            .flat_map(|(place, server)| {
                let name = |kind: &str| format!("server-{}-{kind}.svg", place + 1);
                [(name("sessions"), server.timeline.clone()), (name("slots"), server.slots.clone())]
            })
            .collect())
    }
}

/// A server and its sessions, the worst first.
struct Part<'a> {
    server: &'a ServerTables<'a>,
    sessions: Vec<&'a SessionReport<'a>>,
}

impl<'a> Part<'a> {
    fn of(report: &'a NullSessions<'a>, server: &'a ServerTables<'a>) -> Self {
        let mut sessions: Vec<&SessionReport<'_>> =
            report.sessions.iter().filter(|session| session.server_row == Some(server.row)).collect();
        sessions.sort_by(|one, other| {
            let not_null = |session: &SessionReport<'_>| !session.is_null();
            let by_null = not_null(one).cmp(&not_null(other));
            let by_verdict = one.verdict.cmp(&other.verdict);
            by_verdict.then(by_null).then(other.age.cmp(&one.age))
        });
        Self { server, sessions }
    }

    fn null(&self) -> usize {
        self.sessions.iter().filter(|session| session.is_null()).count()
    }

    fn stuck(&self) -> usize {
        let stuck = |session: &&&SessionReport<'_>| session.is_null() && session.stuck == Stuck::Yes;
        self.sessions.iter().filter(stuck).count()
    }

    /// `\\PRNSRV (192.168.1.10)`.
    fn name(&self) -> String {
        match self.server.name {
            Some(name) => format!(r"\\{} ({})", Plain::name(name), self.server.server),
            None => self.server.server.to_string(),
        }
    }

    fn in_use(&self) -> String {
        self.server.slots_in_use.to_string()
    }

    fn limit(&self) -> String {
        self.server.limit.as_ref().map(|limit| limit.slots.to_string()).unwrap_or_default()
    }

    fn peak(&self) -> String {
        let Slots { low, high } = self.server.peak.map(|peak| peak.slots).unwrap_or_default();
        match (low, self.server.slots_in_use.why) {
            (_, None) => slots(low, high),
            // Others took slots as well.
            (0, Some(_)) => "unknown".to_owned(),
            (_, Some(_)) => format!("at least {}", slots(low, low)),
        }
    }

    fn overview(&self) -> Overview {
        Overview {
            name: self.name(),
            in_use: self.in_use(),
            limit: self.limit(),
            peak: self.peak(),
            refused: Digits(self.server.refusals.len()).to_string(),
            sessions: Digits(self.sessions.len()).to_string(),
            null: Digits(self.null()).to_string(),
            stuck: Digits(self.stuck()).to_string(),
        }
    }

    fn server(
        &self,
        id: usize,
        report: &NullSessions<'_>,
        tables: &NetSession<'_>,
        answer: &str,
        end: Timestamp,
    ) -> Server {
        let several = report.captures.len() > 1;
        let name = self.name();
        let span = lanes::span(&self.sessions, &self.server.refusals, end);
        let timeline = lanes::Picture::of(id, report, &self.sessions, &self.server.refusals, span, &name);
        let plot = plot::Picture::of(self.server, span, &name);
        let Overview { in_use, limit, peak, refused, null, stuck, .. } = self.overview();
        let why = self.server.limit.as_ref().and_then(Limit::sentence);
        let peak_at = self
            .server
            .peak
            .map(|peak| format!("{} (frame {})", clock(peak.at.time), frame(peak.at, several)));
        let with_story: Vec<&SessionReport<'_>> =
            self.sessions.iter().copied().filter(|session| session.has_story()).collect();
        let stories = worst_of_each(&with_story, STORIES, STORIES_OF_EACH);
        let shown = worst_of_each(&self.sessions, ROWS, ROWS_OF_EACH);
        let mut own = tables.clone();
        own.servers.retain(|server| server.row == self.server.row);
        Server {
            name,
            answer: answer.to_owned(),
            in_use,
            why_limit: why.unwrap_or_default(),
            limit,
            peak,
            peak_at: peak_at.unwrap_or_default(),
            refused,
            sessions: count(self.sessions.len(), "session"),
            null,
            stuck,
            denied: match self.server.denied.len() {
                0 => String::new(),
                number => Digits(number).to_string(),
            },
            lasted: lanes::lasted(span),
            slots: plot.render().unwrap_or_default(),
            timeline: timeline.render().unwrap_or_default(),
            refusals: self
                .server
                .refusals
                .iter()
                .take(REFUSALS)
                .map(|refusal| refusal_row(refusal, several))
                .collect(),
            refusals_left: self.server.refusals.len().saturating_sub(REFUSALS),
            rows: shown.iter().map(|session| row(report, session, end)).collect(),
            rows_left: rows_left(&self.sessions, &shown),
            stories: stories.iter().map(|session| story(report, session, several)).collect(),
            tables: own.text(COLUMNS).to_string(),
        }
    }
}

fn slots(low: u64, high: u64) -> String {
    let digits = |number| Digits(usize::try_from(number).unwrap_or(usize::MAX));
    if low == high { digits(low).to_string() } else { format!("{} to {}", digits(low), digits(high)) }
}

fn refusal_row(refusal: &RefusalReport<'_>, several: bool) -> RefusalRow {
    let error = refusal.win32.map(|error| format!(" (error {error})")).unwrap_or_default();
    RefusalRow {
        time: clock(refusal.at.time),
        frame: frame(refusal.at, several),
        client: refusal.client.to_string(),
        answer: format!("{}{error}", refusal.status_name),
        in_use: refusal.slots_in_use.to_string(),
        held_by: refusal.holders.to_string(),
    }
}

fn row(report: &NullSessions<'_>, session: &SessionReport<'_>, end: Timestamp) -> Row {
    let start = session.opened.unwrap_or(session.first_seen).time;
    let until = session.closed.as_ref().map_or(end, |closed| closed.at.time);
    let age = Span::between(start, until).to_string();
    Row {
        verdict: session.verdict.as_str(),
        who: if session.possibly_null { "null?".to_owned() } else { session.who.kind.to_string() },
        client: session.client.to_string(),
        name: session.client_name.map(|name| Plain::name(name).to_string()).unwrap_or_default(),
        since: clock(start),
        age: if session.opened.is_some() { age } else { format!(">{age}") },
        idle: match report.unused_for(session) {
            Some(idle) => Span::from(idle).to_string(),
            None => "-".to_owned(),
        },
        holds: report.holds(session),
        context: report.context(session),
    }
}

/// `4,880 more sessions: 12 leaked, 4,868 closed`.
fn rows_left(all: &[&SessionReport<'_>], shown: &[&SessionReport<'_>]) -> String {
    let of = |sessions: &[&SessionReport<'_>], verdict: Verdict| {
        sessions.iter().filter(|session| session.verdict == verdict).count()
    };
    let left = Verdict::ALL.into_iter().map(|verdict| (verdict, of(all, verdict) - of(shown, verdict)));
    let parts: Vec<String> = left
        .filter(|(_, number)| *number > 0)
        .map(|(verdict, number)| format!("{} {verdict}", Digits(number)))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("{}: {}", count(all.len() - shown.len(), "more session"), list(&parts))
    }
}

fn story(report: &NullSessions<'_>, session: &SessionReport<'_>, several: bool) -> Story {
    let name = session.client_name.map(|name| format!(" as {}", Plain::name(name))).unwrap_or_default();
    Story {
        head: format!("{} {}{name}: what happened", session.verdict, session.client),
        why: Plain::sentence(&session.why).to_string(),
        steps: report
            .story(session)
            .into_iter()
            .map(|step| Step {
                time: clock(step.at.time),
                what: step.what,
                frame: frame(step.at.into(), several),
                note: step.note,
            })
            .collect(),
    }
}

/// The findings by rule, the worst first.
fn rules(report: &NullSessions<'_>) -> Vec<Rule> {
    let several = report.captures.len() > 1;
    let mut rules: Vec<Rule> = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for finding in &report.findings {
        // What rules and findings have in common is told once.
        let mut advice = Vec::new();
        for part in finding.advice.lines() {
            if !told.contains(&part) {
                told.push(part);
                advice.push(part.to_owned());
            }
        }
        let found =
            Found { text: Plain::paragraph(&finding.text).to_string(), frames: frames(finding, several) };
        let name = finding.rule.replace('_', " ");
        let severity = finding.severity.as_str();
        match rules.iter_mut().find(|rule| rule.rule == name && rule.severity == severity) {
            Some(rule) => {
                rule.advice.extend(advice);
                if rule.found.len() < FOUND { rule.found.push(found) } else { rule.left += 1 }
            }
            None => rules.push(Rule {
                rule: name,
                severity,
                source: finding.source,
                refuted_by: finding.refuted_by,
                advice,
                found: vec![found],
                left: 0,
            }),
        }
    }
    rules
}

/// `frames 12, 18 and 40 more`.
fn frames(finding: &Finding, several: bool) -> String {
    let mut shown: Vec<String> =
        finding.frames.iter().take(FRAMES).map(|origin| frame((*origin).into(), several)).collect();
    let left = finding.frames.len().saturating_sub(FRAMES);
    if left > 0 {
        shown.push(format!("{} more", Digits(left)));
    }
    format!("{} {}", if shown.len() == 1 { "Frame" } else { "Frames" }, list(&shown))
}

/// `1 critical finding, 3 warnings and 2 notes`.
fn tally(findings: &[Finding]) -> String {
    let kinds = [("critical", "critical finding"), ("warning", "warning"), ("info", "note")];
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|(severity, name)| {
            (findings.iter().filter(|finding| finding.severity.as_str() == severity).count(), name)
        })
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| count(number, name))
        .collect();
    if parts.is_empty() { String::new() } else { format!("{}.", list(&parts)) }
}

fn read(report: &NullSessions<'_>) -> Vec<String> {
    let mut lines: Vec<String> = report
        .captures
        .iter()
        .take(CAPTURES)
        .enumerate()
        .map(|(place, capture)| {
            let number = if report.captures.len() > 1 { format!("{place}: ") } else { String::new() };
            let packets = count(usize::try_from(capture.packets).unwrap_or(usize::MAX), "packet");
            let times = match (capture.first, capture.last) {
                (Some(first), Some(last)) => {
                    format!(", {} {} to {} {}", day(first), clock(first), day(last), clock(last))
                }
                _ => String::new(),
            };
            format!("{number}{}, {packets}{times}", Plain::sentence(&file_name(&capture.path)))
        })
        .collect();
    let left = report.captures.len().saturating_sub(CAPTURES);
    if left > 0 {
        lines.push(format!("and {left} more captures, numbered in the order given"));
    }
    lines
}

fn file_name(path: &str) -> String {
    match std::path::Path::new(path).file_name() {
        Some(name) if path != "-" => Plain::name(&name.to_string_lossy()).to_string(),
        _ => "standard input".to_owned(),
    }
}

fn printer_shares(report: &NullSessions<'_>) -> Vec<PrinterShare> {
    let several = report.captures.len() > 1;
    let shares = report.printer_shares.iter().take(PRINTERS);
    shares
        .map(|share| {
            let name = share.name.map(|name| Plain::name(name).to_string());
            let computer = match (share.address, name) {
                (Some(address), Some(name)) => format!("{name} ({address})"),
                (Some(address), None) => address.to_string(),
                (None, name) => name.unwrap_or_default(),
            };
            let mut printers: Vec<String> =
                share.printers.iter().take(NAMED).map(|name| Plain::name(name).to_string()).collect();
            if share.printers.len() > NAMED {
                printers.push(format!("{} more", share.printers.len() - NAMED));
            }
            PrinterShare {
                computer,
                printers: match printers.as_slice() {
                    [] => "printers".to_owned(),
                    printers => list(printers),
                },
                shown_by: share.shown_by(|at| format!("frame {}", frame(at, several))),
                null_sessions: share.null_sessions,
            }
        })
        .collect()
}
