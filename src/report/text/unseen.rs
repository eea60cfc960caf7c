//! What was not read, in words: in the headline what may hide a null session, below it where that is, and what to do to
//! be sure.

use core::fmt::{self, Write};

use super::super::{NullSessions, Outcome, SessionReport};
use super::layout::paragraph;
use super::{When, servers};
use crate::finding::{Plain, Span, count, list};
use crate::ledger::{Stuck, UnseenTotal, Verdict};
use crate::session::{Example, UnseenKind, UserShown, offer};

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
    let cannot_tell = report.outcome() == Outcome::CannotTell;
    // What hides null sessions is told once.
    let told_below = |unseen: &&UnseenTotal| cannot_tell && unseen.could_hold_null_sessions;
    let one_direction = report.unseen.iter().filter(|unseen| unseen.what == UnseenKind::OneDirection);
    let one_direction = one_direction.filter(|unseen| !told_below(unseen));
    let mut sentences: Vec<String> = one_direction
        .map(|unseen| {
            let was = if unseen.connections == 1 { "was" } else { "were" };
            format!("{} {was} captured in one direction only.", connections(unseen))
        })
        .collect();
    let (null, possibly) = report.counted_only();
    let counted = [(null, "null session"), (possibly, "session that may be null")];
    for (stuck, what) in counted.into_iter().filter_map(|(stuck, what)| Some((stuck?, what))) {
        let stuck = Span::from(stuck);
        sentences.push(format!(
            "A {what} that has ended and is not listed, because too many ended to keep them all, was stuck for {stuck}."
        ));
    }
    if cannot_tell {
        let mut unseen: Vec<&UnseenTotal> = report.unseen.iter().filter(told_below).collect();
        unseen.sort_by_key(|unseen| unseen.what != UnseenKind::OneDirection);
        let mut why = Vec::new();
        if !unseen.is_empty() {
            why.push(format!("one may be hidden in {}", reasons(unseen.into_iter())));
        }
        why.extend(sessions(report));
        let why = if why.is_empty() { String::new() } else { format!(": {}", list(&why)) };
        sentences.push(format!("It is not known whether a null session is stuck{why}."));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Where more null sessions may be stuck than those of which the answer knows; nothing if it knows of none.
pub(super) fn more(report: &NullSessions<'_>) -> Option<String> {
    let unseen = report.unseen.iter().filter(|unseen| unseen.could_hold_null_sessions);
    // What is captured in one direction is told before everything else.
    let mut unseen = unseen.filter(|unseen| unseen.what != UnseenKind::OneDirection).peekable();
    if report.outcome() != Outcome::Trouble || unseen.peek().is_none() {
        return None;
    }
    Some(format!("There may be more that cannot be seen, in {}.", reasons(unseen)))
}

/// The first few kinds of traffic, and how many more there are.
fn reasons<'u>(unseen: impl Iterator<Item = &'u UnseenTotal>) -> String {
    let mut reasons: Vec<String> = unseen.map(words).collect();
    let left = reasons.len().saturating_sub(REASONS);
    reasons.truncate(REASONS);
    if left > 0 {
        reasons.push(format!("{} of traffic, given at the end", count(left, "more kind")));
    }
    list(&reasons)
}

/// The sessions that may be null, or may be stuck.
fn sessions(report: &NullSessions<'_>) -> Vec<String> {
    let [null, possibly] = [SessionReport::is_null, |session: &SessionReport<'_>| session.possibly_null]
        .map(|which| doubtful(report).filter(|session| which(session)).count());
    let mut reasons = Vec::new();
    if null > 0 {
        reasons.push(format!("{} may be stuck", count(null, "null session")));
    }
    // Of one server alone these are told next.
    if possibly > 0 && servers::of(report).len() > 1 {
        let be = if possibly == 1 { "a null session" } else { "null sessions" };
        reasons.push(format!("{} may be {be}", count(possibly, "stuck session")));
    }
    reasons
}

/// The sessions that are stuck, or may be.
fn doubtful<'r>(report: &'r NullSessions<'_>) -> impl Iterator<Item = &'r SessionReport<'r>> {
    report.sessions.iter().filter(|session| session.stuck >= Stuck::Maybe)
}

fn number(number: u64, one: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), one)
}

fn connections(unseen: &UnseenTotal) -> String {
    number(unseen.connections, "connection")
}

/// Traffic of one kind that was not read, in a few words: `1 QUIC connection to port 443`.
fn words(unseen: &UnseenTotal) -> String {
    let connections = || connections(unseen);
    let packets = || number(unseen.packets, "packet");
    let name = Plain::sentence(&unseen.name);
    match unseen.what {
        UnseenKind::LinkType | UnseenKind::Ipx => format!("{} of {name}", packets()),
        UnseenKind::Encapsulation => format!("{} in {name}", packets()),
        UnseenKind::RpcTcp => format!("{} with RPC over TCP ({name})", connections()),
        UnseenKind::RpcUdp => format!("{} with RPC over UDP ({name})", connections()),
        UnseenKind::Quic => quic(unseen),
        UnseenKind::Sealed => format!("the sealed calls of {}", number(unseen.connections, "pipe")),
        UnseenKind::Encrypted => format!("the encrypted messages of {}", connections()),
        UnseenKind::Cut => format!("the messages of {} that the capture cuts short", connections()),
        UnseenKind::OneDirection => format!("{} captured in one direction only", connections()),
        UnseenKind::KeepAlivesOnly => {
            format!("{} ({}) of which only keep-alives were captured", connections(), of_port(unseen))
        }
        UnseenKind::Gap => format!("bytes of {} that are missing from the capture", connections()),
        UnseenKind::Evicted if unseen.packets == 0 => {
            format!("what found no place in the table of {name}")
        }
        UnseenKind::Evicted => {
            let were = if unseen.connections == 1 { "was" } else { "were" };
            format!("{} that {were} not followed to the end", connections())
        }
        UnseenKind::Unreadable => format!("{} that cannot be read ({name})", packets()),
        UnseenKind::File => format!("the file {name}"),
    }
}

/// `port 139`, or what it is called.
fn of_port(unseen: &UnseenTotal) -> String {
    let port = if unseen.name.parse::<u16>().is_ok() { "port " } else { "" };
    format!("{port}{}", Plain::sentence(&unseen.name))
}

/// `2 QUIC connections to port 443`, if that is the port of all.
fn quic(unseen: &UnseenTotal) -> String {
    let mut ports = unseen.examples.iter().filter_map(|example| Some(example.server?.port));
    let port = ports.next().filter(|first| ports.all(|port| port == *first));
    let port = port.map(|port| format!(" to port {port}")).unwrap_or_default();
    format!("{}{port}", number(unseen.connections, "QUIC connection"))
}

/// Everything that was not read, a line each, with where it is.
pub(super) fn lines<'u>(unseen: &'u [UnseenTotal], when: &'u When) -> impl Iterator<Item = String> + use<'u> {
    unseen.iter().map(|unseen| {
        let told = sentence(unseen, when);
        // Of an offer of QUIC that was not read, that is said.
        let hides = unseen.could_hold_null_sessions && unseen.name != offer::UNREAD;
        if hides { format!("{told}; null sessions may be hidden there") } else { told }
    })
}

/// Writes everything that was not read, a line each.
pub(super) fn all(out: &mut impl Write, unseen: &[UnseenTotal], when: &When, width: usize) -> fmt::Result {
    lines(unseen, when).try_for_each(|text| paragraph(out, "not seen: ", 10, &text, width))
}

/// Traffic of one kind that was not read, with where it is, as a sentence without its full stop.
fn sentence(unseen: &UnseenTotal, when: &When) -> String {
    let one = unseen.connections == 1;
    let (is, has, was) = if one { ("is", "has", "was") } else { ("are", "have", "were") };
    let name = Plain::sentence(&unseen.name);
    let connections = connections(unseen);
    let named = in_brackets(Some(name.to_string()), places(unseen, when));
    let told = match unseen.what {
        UnseenKind::LinkType | UnseenKind::Encapsulation | UnseenKind::Ipx | UnseenKind::Unreadable => {
            let (are, place) = if unseen.packets == 1 { ("is", "in") } else { ("are", "the first in") };
            let at = first(unseen, when).map(|frame| format!(", {place} {frame}")).unwrap_or_default();
            let are_not_read = match unseen.what {
                UnseenKind::Unreadable => String::new(),
                _ => format!(" {are} not read"),
            };
            format!("{}{}{are_not_read}{at}", words(unseen), in_brackets(None, ends_alone(unseen)))
        }
        UnseenKind::RpcTcp => format!("{connections} with RPC over TCP{named} {is} not followed"),
        UnseenKind::RpcUdp => format!("{connections} with RPC over UDP{named} {is} not followed"),
        UnseenKind::Quic => of_quic(unseen, when),
        UnseenKind::Sealed => {
            let at = in_brackets(None, places(unseen, when));
            format!("{} {has} sealed calls{at}", number(unseen.connections, "pipe"))
        }
        UnseenKind::Encrypted => format!("{connections}{named} {has} encrypted messages"),
        UnseenKind::Cut => format!("messages of {connections}{named} are cut short by the capture"),
        UnseenKind::OneDirection => format!("one direction of {connections}{named}"),
        UnseenKind::KeepAlivesOnly => {
            let named = in_brackets(Some(of_port(unseen)), places(unseen, when));
            format!("what {connections}{named} carried besides keep-alives")
        }
        UnseenKind::Gap => format!("bytes of {connections}{named} are missing from the capture"),
        UnseenKind::Evicted if unseen.packets == 0 => {
            format!("the table of {name} was full: {} of its entries {was} not kept", unseen.connections)
        }
        UnseenKind::Evicted => {
            format!("{connections}{named} {was} not followed to the end because too many were open at once")
        }
        UnseenKind::File => format!("the file {name} cannot be read, or not to its end"),
    };
    let by = match unseen.user {
        None => return told,
        Some(UserShown::Authenticated) => {
            format!("a user authenticated on {}", if one { "it" } else { "them" })
        }
        Some(UserShown::Signed) => "the calls are signed with a user's key".to_owned(),
        Some(UserShown::Sealed) => "the calls are sealed with a user's key".to_owned(),
    };
    format!("{told}: {by}, so no null session is on {}", if one { "it" } else { "them" })
}

/// What is known of QUIC is what its clients offer to speak.
fn of_quic(unseen: &UnseenTotal, when: &When) -> String {
    let (quic, at) = (quic(unseen), in_brackets(None, places(unseen, when)));
    let one = unseen.connections == 1;
    match (&*unseen.name, unseen.could_hold_null_sessions) {
        (offer::SMB, _) => {
            let offers = if one { "offers" } else { "offer" };
            format!("{quic}{at} {offers} SMB and cannot be read, since QUIC is encrypted")
        }
        (offer::UNREAD, true) => {
            let its = if one { "its" } else { "their" };
            format!(
                "{quic}{at} may carry SMB: QUIC is encrypted and the part of {its} opening that names the protocol was \
                 not read"
            )
        }
        (offer::UNREAD, false) => {
            let (leads, is) = if one { ("it leads", "is") } else { ("they lead", "are") };
            format!("{quic}{at} {is} not taken for SMB: {leads} to the Internet")
        }
        (name, _) => {
            let (is, at) = (if one { "is" } else { "are" }, places(unseen, when));
            format!("{quic}{} {is} not SMB", in_brackets(Some(Plain::sentence(name).to_string()), at))
        }
    }
}

/// ` (spoolss; 192.168.1.21:1026 to 192.168.1.10:1025, first in frame 12)`.
fn in_brackets(name: Option<String>, places: Vec<String>) -> String {
    let parts: Vec<String> = name.into_iter().chain(places).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
}

/// The first few connections and where they begin, and how many more there are.
fn places(unseen: &UnseenTotal, when: &When) -> Vec<String> {
    let told = unseen.examples.iter().map(|example| {
        let frame = when.frame(example.first.into());
        match ends(example) {
            Some(ends) => format!("{ends}, first in {frame}"),
            None => format!("first in {frame}"),
        }
    });
    told.chain(more_connections(unseen)).collect()
}

/// The same without where they begin.
fn ends_alone(unseen: &UnseenTotal) -> Vec<String> {
    let told: Vec<String> = unseen.examples.iter().filter_map(ends).collect();
    if told.is_empty() { told } else { told.into_iter().chain(more_connections(unseen)).collect() }
}

/// Pipes share connections: of them nobody can say how many there are.
fn more_connections(unseen: &UnseenTotal) -> Option<String> {
    let told = u64::try_from(unseen.examples.iter().count()).unwrap_or(u64::MAX);
    let left = unseen.connections.saturating_sub(told);
    (left > 0 && told > 0 && unseen.what != UnseenKind::Sealed).then(|| format!("{left} more"))
}

fn ends(example: &Example) -> Option<String> {
    Some(format!("{} to {}", example.client?, example.server?))
}

/// `frame 12`: the first one.
fn first(unseen: &UnseenTotal, when: &When) -> Option<String> {
    unseen.examples.iter().next().map(|example| when.frame(example.first.into()))
}

/// What would tell whether a null session is stuck, where that is not known: an advice for each reason, each once.
pub(super) fn to_be_sure(report: &NullSessions<'_>) -> Vec<String> {
    let mut advice: Vec<String> = Vec::new();
    if report.outcome() != Outcome::CannotTell {
        return advice;
    }
    let mut add = |text: String| {
        if !advice.contains(&text) {
            advice.push(text);
        }
    };
    report.unseen.iter().filter(|unseen| unseen.could_hold_null_sessions).map(remedy).for_each(&mut add);
    for session in doubtful(report) {
        let begun_before = session.connections.iter().any(|connection| connection.opened.is_none());
        match (session.is_null(), begun_before) {
            (true, _) if session.verdict == Verdict::Unknown => add(AT_THE_SERVER.to_owned()),
            (true, _) => add(STEADY_CLOCK.to_owned()),
            (false, true) => add(FROM_THE_START.to_owned()),
            (false, false) => add(ASK_THE_SERVER.to_owned()),
        }
    }
    advice
}

const AT_THE_SERVER: &str =
    "Capture at the server itself, and not at a mirror port, which loses packets when it is busy.";
const STEADY_CLOCK: &str = "Capture again, on a computer whose clock nobody sets while the capture runs.";
const FROM_THE_START: &str = "Begin the capture before the clients connect; or, while it runs, restart the client, so \
                              that its session setup is captured.";
const ASK_THE_SERVER: &str = "Ask the server whose session it is: `net session` there (on Samba `smbstatus`) shows the \
                              user of each client, and none for a null session.";
const WHOLE_PACKETS: &str = "Capture whole packets: with tcpdump, give the option -s 0.";
const ENCRYPTED: &str = "No capture shows what is encrypted: ask the server, with Get-SmbSession in PowerShell there (on Samba \
                         `smbstatus`).";

/// What would show what was not seen.
fn remedy(unseen: &UnseenTotal) -> String {
    let name = Plain::sentence(&unseen.name);
    let not_read = |what: &str| format!("This version does not read {what}");
    match unseen.what {
        UnseenKind::OneDirection => {
            "Capture both directions: at the server itself, or at a mirror port that copies what goes to the server \
             and what it sends."
                .to_owned()
        }
        UnseenKind::Cut | UnseenKind::Unreadable => WHOLE_PACKETS.to_owned(),
        UnseenKind::KeepAlivesOnly => FROM_THE_START.to_owned(),
        UnseenKind::Gap => AT_THE_SERVER.to_owned(),
        UnseenKind::Quic | UnseenKind::Encrypted | UnseenKind::Sealed => ENCRYPTED.to_owned(),
        UnseenKind::LinkType => {
            format!("{}: capture on the Ethernet interface of the server.", not_read(&name.to_string()))
        }
        UnseenKind::Encapsulation => {
            let what = not_read(&format!("what is inside {name}"));
            format!("{what}: capture where the packets have left it, best at the server itself.")
        }
        UnseenKind::Ipx => format!("{}. {ASK_THE_SERVER}", not_read("sessions over IPX")),
        UnseenKind::RpcTcp => not_followed("TCP"),
        UnseenKind::RpcUdp => not_followed("UDP"),
        UnseenKind::Evicted => {
            "Read less at once: one server's packets, which `tcpdump -r FILE -w PART host SERVER` picks out.".to_owned()
        }
        UnseenKind::File => format!("Copy or capture the file {name} again: it is damaged, or was cut."),
    }
}

fn not_followed(over: &str) -> String {
    format!(
        "This version does not follow RPC over {over}: its calls are listed by the example `dissect`, where a printer \
         that is opened and not closed can be seen."
    )
}

/// Writes it.
pub(super) fn sure(out: &mut impl Write, report: &NullSessions<'_>, width: usize) -> fmt::Result {
    let advice = to_be_sure(report);
    if advice.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nTo be sure")?;
    advice.iter().try_for_each(|text| paragraph(out, "  - ", 4, text, width))
}
