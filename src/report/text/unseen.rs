//! What was not read, in words.

use core::fmt::{self, Write};

use super::super::{NullSessions, Outcome, Session};
use super::layout::paragraph;
use crate::finding::{Plain, Span, count, list};
use crate::ledger::{Stuck, UnseenTotal};
use crate::session::UnseenKind;

/// Reasons that the answer gives; the others stand at the end with all that was not seen.
const REASONS: usize = 4;

/// Writes what the answer cannot tell, and why, before anything else.
pub(super) fn doubts(out: &mut impl Write, report: &NullSessions<'_>, width: usize) -> fmt::Result {
    let Some(text) = doubt(report) else { return Ok(()) };
    paragraph(out, "", 0, &text, width)?;
    writeln!(out)
}

/// What the answer cannot tell, and why; nothing if it tells all.
pub(super) fn doubt(report: &NullSessions<'_>) -> Option<String> {
    let one_direction =
        report.unseen.iter().filter(|unseen| unseen.what == UnseenKind::OneDirection).map(words);
    let mut sentences: Vec<String> = one_direction.map(|text| sentence(&text)).collect();
    let (null, possibly) = report.counted_only();
    let counted = [(null, "null session"), (possibly, "session that may be null")];
    for (stuck, what) in counted.into_iter().filter_map(|(stuck, what)| Some((stuck?, what))) {
        let stuck = Span::seconds(stuck);
        sentences.push(format!(
            "A {what} that has ended and is not listed, because too many ended to keep them all, was stuck for {stuck}."
        ));
    }
    if report.outcome() == Outcome::CannotTell {
        let unseen = report.unseen.iter().filter(|unseen| unseen.could_hold_null_sessions);
        let mut reasons: Vec<String> =
            unseen.filter(|unseen| unseen.what != UnseenKind::OneDirection).map(words).collect();
        reasons.extend(sessions(report));
        let left = reasons.len().saturating_sub(REASONS);
        reasons.truncate(REASONS);
        if left > 0 {
            reasons.push(format!("{}, given at the end", count(left, "more reason")));
        }
        let why = if reasons.is_empty() { String::new() } else { format!(": {}", list(&reasons)) };
        sentences.push(format!("It is not known whether a null session is stuck{why}."));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Where more null sessions may be stuck than those of which the answer knows; nothing if it knows of none.
pub(super) fn more(report: &NullSessions<'_>) -> Option<String> {
    let unseen = report.unseen.iter().filter(|unseen| unseen.could_hold_null_sessions);
    // What is captured in one direction is told before everything else.
    let unseen = unseen.filter(|unseen| unseen.what != UnseenKind::OneDirection);
    let mut reasons: Vec<String> = unseen.map(words).collect();
    if report.outcome() != Outcome::Trouble || reasons.is_empty() {
        return None;
    }
    let left = reasons.len().saturating_sub(REASONS);
    reasons.truncate(REASONS);
    if left > 0 {
        reasons.push(format!("{}, given at the end", count(left, "more reason")));
    }
    Some(format!("There may be more that cannot be seen: {}.", list(&reasons)))
}

/// The sessions that may be null, or may be stuck.
fn sessions(report: &NullSessions<'_>) -> Vec<String> {
    let stuck = |session: &&Session<'_>| session.stuck >= Stuck::Maybe;
    let null = report.sessions.iter().filter(|session| session.is_null()).filter(stuck).count();
    let possibly = report.sessions.iter().filter(|session| session.possibly_null).filter(stuck).count();
    let mut reasons = Vec::new();
    if null > 0 {
        reasons.push(format!("{} may be stuck", count(null, "null session")));
    }
    if possibly > 0 {
        let be = if possibly == 1 { "a null session" } else { "null sessions" };
        reasons.push(format!("{} may be {be}", count(possibly, "stuck session")));
    }
    reasons
}

/// Everything that was not read, a line each.
pub(super) fn lines(unseen: &[UnseenTotal]) -> impl Iterator<Item = String> {
    unseen.iter().map(|unseen| {
        let what = words(unseen);
        if unseen.could_hold_null_sessions { format!("{what}, which may hide null sessions") } else { what }
    })
}

/// Writes everything that was not read, a line each.
pub(super) fn all(out: &mut impl Write, unseen: &[UnseenTotal], width: usize) -> fmt::Result {
    lines(unseen).try_for_each(|text| paragraph(out, "not seen: ", 10, &text, width))
}

/// Traffic of one kind that was not read.
pub(super) fn words(unseen: &UnseenTotal) -> String {
    let number = |number: u64, one: &str| count(usize::try_from(number).unwrap_or(usize::MAX), one);
    let packets = || number(unseen.packets, "packet");
    let connections = || number(unseen.connections, "connection");
    let one = unseen.connections == 1;
    let (is, has) = if one { ("is", "has") } else { ("are", "have") };
    let of = if unseen.packets == 1 { "is" } else { "are" };
    let name = Plain::sentence(&unseen.name);
    match unseen.what {
        UnseenKind::LinkType => format!("{} of {name} {of} not read", packets()),
        UnseenKind::Encapsulation => format!("{} in {name} {of} not read", packets()),
        UnseenKind::Ipx => format!("{} over IPX ({name}) {of} not read", packets()),
        UnseenKind::RpcTcp => format!("{} with RPC over TCP ({name}) {is} not followed", connections()),
        UnseenKind::RpcUdp => format!("{} with RPC over UDP ({name}) {is} not followed", connections()),
        UnseenKind::Quic => {
            format!("{} ({name}) cannot be read", number(unseen.connections, "QUIC connection"))
        }
        UnseenKind::Sealed => format!("{} {has} sealed calls", number(unseen.connections, "pipe")),
        UnseenKind::Encrypted => format!("{} {has} encrypted messages ({name})", connections()),
        UnseenKind::Cut => format!("messages of {} are cut short by the capture ({name})", connections()),
        UnseenKind::OneDirection => {
            format!("{} {is} captured in one direction only ({name})", connections())
        }
        UnseenKind::KeepAlivesOnly => {
            let port = if unseen.name.parse::<u16>().is_ok() { "port " } else { "" };
            format!("only keep-alives were captured of {} ({port}{name})", connections())
        }
        UnseenKind::Gap => format!("bytes of {} are missing from the capture ({name})", connections()),
        UnseenKind::Evicted if unseen.packets == 0 => {
            let were = if one { "was" } else { "were" };
            format!("the table of {name} was full: {} of its entries {were} not kept", unseen.connections)
        }
        UnseenKind::Evicted => {
            let were = if one { "was" } else { "were" };
            format!(
                "{} {were} not followed to the end because too many were open at once ({name})",
                connections()
            )
        }
        UnseenKind::Unreadable => format!("{} cannot be read ({name})", packets()),
        UnseenKind::File => format!("the file {name} cannot be read, or not to its end"),
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
