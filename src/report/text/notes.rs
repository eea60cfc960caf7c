//! What to do, what was read, and what could not be.

use core::fmt::{self, Write};

use super::super::{Moment, NullSessions};
use super::When;
use super::layout::paragraph;
use crate::capture::Origin;
use crate::finding::{Digits, Finding, Plain, Span, count, list};
use crate::wire::Timestamp;

/// Captures that are named one by one; more are counted.
const CAPTURES: usize = 20;
/// Findings of one rule that are told; more are counted.
const FINDINGS: usize = 5;
/// Frames of a finding that are told; more are counted.
const FRAMES: usize = 6;
/// Computers that share printers that are told, and printers of each; more are counted.
const PRINTER_SHARES: usize = 20;
const PRINTERS: usize = 5;
/// Steps of the clock that are told.
const STEPS: usize = 4;
/// Warnings that are told; more are counted.
const WARNINGS: usize = 10;

/// What was found and what to do, once for each rule that found something.
pub(super) fn findings(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    let mut told: Vec<&str> = Vec::new();
    let mut advised: Vec<&str> = Vec::new();
    for first in &report.findings {
        if told.contains(&first.rule) {
            continue;
        }
        if told.is_empty() {
            writeln!(out, "What to do")?;
        }
        told.push(first.rule);
        let head = format!("{} ({})", first.rule, first.source);
        paragraph(out, "  ", 4, &head, width)?;
        let same = || report.findings.iter().filter(|finding| finding.rule == first.rule);
        for finding in same().take(FINDINGS) {
            let severity = format!("    {}: ", finding.severity.as_str());
            let text = format!("{}  ({})", Plain::paragraph(&finding.text), frames(finding, when));
            paragraph(out, &severity, 6, &text, width)?;
        }
        let left = same().count().saturating_sub(FINDINGS);
        if left > 0 {
            writeln!(out, "    and {left} more of this kind; --format json lists all")?;
        }
        // What rules and findings have in common is told once.
        let before = advised.len();
        for part in same().flat_map(|finding| finding.advice.lines()) {
            if !advised.contains(&part) {
                paragraph(out, "  - ", 4, part, width)?;
                advised.push(part);
            }
        }
        if advised.len() == before {
            writeln!(out, "  - see above")?;
        }
    }
    if told.is_empty() { Ok(()) } else { writeln!(out) }
}

/// Who shares printers: the clients of Method 2.
pub(super) fn printer_shares(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    if report.printer_shares.is_empty() {
        return Ok(());
    }
    let method_2 = if report.advises_method_2() { " (Method 2 removes the shares of clients)" } else { "" };
    writeln!(out, "Computers that share printers{method_2}")?;
    for share in report.printer_shares.iter().take(PRINTER_SHARES) {
        let address = share.address.map(|ip| ip.to_string());
        let who = match (address, share.name) {
            (Some(address), Some(name)) => format!("{address} ({})", Plain::name(name)),
            (Some(address), None) => address,
            (None, name) => Plain::name(name.unwrap_or("?")).to_string(),
        };
        let mut printers: Vec<String> =
            share.printers.iter().take(PRINTERS).map(|name| Plain::name(name).to_string()).collect();
        let left = share.printers.len().saturating_sub(PRINTERS);
        if left > 0 {
            printers.push(format!("{left} more"));
        }
        let shares = match printers.as_slice() {
            [] => "shares printers".to_owned(),
            printers => format!("shares {}", list(printers)),
        };
        let null = match share.null_sessions {
            0 => String::new(),
            number => format!("; has {} open as a client", count(number, "null session")),
        };
        let text = format!("{shares}{null}  ({})", share.shown_by(|at| when.frame(at)));
        paragraph(out, &format!("  {who}  "), 4, &text, width)?;
    }
    let left = report.printer_shares.len().saturating_sub(PRINTER_SHARES);
    if left > 0 {
        writeln!(out, "  and {left} more; --format json lists all")?;
    }
    writeln!(out)
}

/// `frame 12`, `frames 12, 18 and 40 more`.
fn frames(finding: &Finding, when: &When) -> String {
    let number = |origin: &Origin| {
        let told = when.frame(Moment::from(*origin));
        told.strip_prefix("frame ").map(str::to_owned).unwrap_or(told)
    };
    let mut shown: Vec<String> = finding.frames.iter().take(FRAMES).map(number).collect();
    let left = finding.frames.len().saturating_sub(FRAMES);
    if left > 0 {
        shown.push(format!("{left} more"));
    }
    format!("{} {}", if shown.len() == 1 { "frame" } else { "frames" }, list(&shown))
}

/// What was read, and what could not be.
pub(super) fn read(
    out: &mut impl Write,
    report: &NullSessions<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    for (place, capture) in report.captures.iter().enumerate().take(CAPTURES) {
        let packets = usize::try_from(capture.packets).unwrap_or(usize::MAX);
        let number = if when.several { format!("{place}: ") } else { String::new() };
        let text = format!(
            "{number}{}, {}{}",
            Plain::sentence(if capture.path == "-" { "standard input" } else { &capture.path }),
            count(packets, "packet"),
            times(capture.first, capture.last, when)
        );
        paragraph(out, "Read ", 5, &text, width)?;
    }
    let left = report.captures.len().saturating_sub(CAPTURES);
    if left > 0 {
        writeln!(out, "Read {}, numbered in the order given", count(left, "more capture"))?;
    }
    if let Some(end) = report.end {
        let (day, grace, why) = (&when.day, report.grace.as_secs_f64(), why_then(report, end));
        let end = when.second(end);
        let text = format!(
            "Times are UTC, on {day} unless a date is given. Judged at {end}{why}, with a grace of {grace} s."
        );
        paragraph(out, "", 0, &text, width)?;
    }
    super::unseen::all(out, &report.unseen, when, width)?;
    for loss in lost(report, when) {
        paragraph(out, "warning: ", 9, &loss, width)?;
    }
    super::unseen::sure(out, report, width)
}

/// Why the end is later than the last packet, if it is: ` (when the capture was stopped)`.
fn why_then(report: &NullSessions<'_>, end: Timestamp) -> &'static str {
    let last = report.captures.iter().filter_map(|capture| capture.last).max();
    let stopped = report.captures.iter().filter_map(|capture| capture.stopped).max();
    match last {
        Some(last) if last >= end => "",
        None => "",
        Some(_) if stopped == Some(end) => " (when the capture was stopped)",
        Some(_) => " (later than the last packet, as asked for)",
    }
}

/// What was not read, and what the captures lack.
pub(super) fn not_seen(report: &NullSessions<'_>) -> Vec<String> {
    let when = When::of(report);
    super::unseen::lines(&report.unseen, &when).chain(lost(report, &when)).collect()
}

/// What the captures lack.
fn lost(report: &NullSessions<'_>, when: &When) -> Vec<String> {
    let mut losses = losses(report, when);
    let warnings = report.captures.iter().flat_map(|capture| &capture.warnings);
    let number = warnings.clone().count();
    losses.extend(warnings.take(WARNINGS).map(|warning| Plain::sentence(warning).to_string()));
    if number > WARNINGS {
        losses.push(count(number.saturating_sub(WARNINGS), "more warning"));
    }
    losses
}

/// `, 14:00:00 to 16:14:05`.
fn times(first: Option<Timestamp>, last: Option<Timestamp>, when: &When) -> String {
    match (first, last) {
        (Some(first), Some(last)) => format!(", {} to {}", when.second(first), when.second(last)),
        _ => String::new(),
    }
}

fn losses(report: &NullSessions<'_>, when: &When) -> Vec<String> {
    let digits = |number: u64| Digits(usize::try_from(number).unwrap_or(usize::MAX)).to_string();
    let number = |number: u64, one: &str| count(usize::try_from(number).unwrap_or(usize::MAX), one);
    let losses = report.losses.ledger;
    let mut told = Vec::new();
    let harmful = losses.gaps.saturating_sub(losses.harmless_gaps);
    if losses.gaps > 0 {
        let hidden = match harmful {
            0 => "none of which can hide the end of anything".to_owned(),
            _ => format!(
                "{} of which may hide the end of a session, pipe or handle: verdicts that depend on that are given as unknown",
                digits(harmful)
            ),
        };
        let (bytes, places) = (number(losses.gap_bytes, "byte"), number(losses.gaps, "place"));
        let are = if losses.gap_bytes == 1 { "is" } else { "are" };
        told.push(format!("{bytes} {are} missing from the capture in {places}, {hidden}"));
    }
    if losses.unreadable > 0 {
        told.push(format!("{} could not be read to the end", number(losses.unreadable, "message")));
    }
    if losses.passed_over_bytes > 0 {
        let (bytes, were) = match losses.passed_over_bytes {
            1 => ("1 byte that begins no message".to_owned(), "was"),
            more => (format!("{} bytes that begin no message", digits(more)), "were"),
        };
        told.push(format!("{bytes} {were} passed over"));
    }
    if report.losses.unreadable_packets > 0 {
        told.push(format!("{} could not be read", number(report.losses.unreadable_packets, "packet")));
    }
    for step in report.ledger.clock_steps().iter().take(STEPS) {
        let way = if step.went_back() { "back" } else { "forward" };
        let by = Span::from(step.by());
        told.push(format!(
            "the clock of the capture jumps {way} by {by} in {}: verdicts that depend on this gap are given as unknown",
            when.frame(Moment::from(step.at))
        ));
    }
    if report.losses.time_went_back > 0 {
        let (are, were) = if report.losses.time_went_back == 1 { ("is", "was") } else { ("are", "were") };
        let packets = number(report.losses.time_went_back, "packet");
        told.push(format!("{packets} {are} out of time order, and {were} read in the order of the file"));
    }
    if report.losses.connections_evicted > 0 {
        let evicted = number(report.losses.connections_evicted, "connection");
        let were = if report.losses.connections_evicted == 1 { "was" } else { "were" };
        told.push(format!("{evicted} {were} not followed to the end: too many were open at once"));
    }
    let aggregated = losses.sessions_aggregated.values().fold(0_u64, |sum, times| sum.saturating_add(*times));
    if aggregated > 0 {
        let (have, are) = if aggregated == 1 { ("has", "is") } else { ("have", "are") };
        let sessions = number(aggregated, "more session");
        told.push(format!("{sessions} {have} ended and {are} not listed: too many ended to keep them all"));
    }
    told
}
