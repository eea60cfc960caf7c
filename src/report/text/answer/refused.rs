//! Who was refused, who held the slots then, and what was denied to anonymous clients.

use core::fmt::{self, Write};
use std::collections::{BTreeMap, BTreeSet};

use super::super::super::{DenialReport, RefusalReport};
use super::super::When;
use super::super::layout::paragraph;
use super::super::servers::ServerPart;
use super::{CLIENTS, client, object};
use crate::finding::{Digits, Plain, count, list, refused_client};
use crate::ledger::Stage;
use crate::net::Host;
use crate::session::is_ipc;

/// Refusals that are listed for a server; more are counted.
const REFUSALS: usize = 5;
/// Answers that a sentence names; more are counted.
const ANSWERS: usize = 3;
/// Kinds of denial that a sentence names; more are counted.
const KINDS: usize = 4;
/// Frames of a kind that are given; more are counted.
const FRAMES: usize = 4;

/// `192.168.1.10:139 refused 1 client with error 71: carol of WS24 (192.168.1.24); null sessions of WS21
/// that it had denied then held 8 of the 10 slots in use.` A share with a limit of its own is told apart.
pub(super) fn refused(server: &ServerPart<'_>) -> Vec<String> {
    let (for_slots, others): (Vec<&RefusalReport<'_>>, Vec<_>) =
        server.refusals.iter().partition(|refusal| refusal.is_for_slots());
    let (by_pipe, by_share): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|refusal| refusal.what == Stage::Pipe);
    let mut sentences = Vec::new();
    if !for_slots.is_empty() {
        let most = for_slots.iter().max_by_key(|refusal| refusal.slots_in_use.of_null_sessions());
        let held = most.and_then(|refusal| holders(server, refusal)).unwrap_or_default();
        sentences.push(format!("{} refused {}{held}.", server.address(), clients(&for_slots)));
    }
    for (refusals, what) in [(by_share, "share"), (by_pipe, "pipe")] {
        if refusals.is_empty() {
            continue;
        }
        let names: BTreeSet<&str> = refusals.iter().filter_map(|refusal| refusal.path).collect();
        let name = match names.first().filter(|_| names.len() == 1) {
            Some(name) => format!("The {what} {}", Plain::name(name)),
            None => format!("A {what} on {}", server.address()),
        };
        // A server that is full may be the cause all the same.
        let full = refusals.iter().find(|refusal| refusal.found_server_full());
        let cause = match full {
            Some(refusal) => {
                format!(
                    "All {} of the server were in use then as well.",
                    refusal.slots_in_use.counted("slot")
                )
            }
            None => "The server's slots are not the cause.".to_owned(),
        };
        let own = if what == "pipe" { "has reached its own limit" } else { "has reached its own user limit" };
        sentences.push(format!("{name} {own} and refused {}. {cause}", clients(&refusals)));
    }
    sentences
}

/// The accounts of a client in capitals, each as it was first written and how often it came.
type Accounts<'a> = BTreeMap<String, (Option<&'a str>, usize)>;

/// `2 clients with error 71: carol of WS24 (192.168.1.24) twice and WS25 (192.168.1.25) once`.
fn clients(refusals: &[&RefusalReport<'_>]) -> String {
    // One that did not tell its name is the one of the same address that did.
    let named = refusals.iter().filter_map(|refusal| Some((refusal.client.host(), refusal.client_name?)));
    let named: BTreeMap<Host, &str> = named.collect();
    let mut clients: BTreeMap<(Host, Option<&str>), Accounts<'_>> = BTreeMap::new();
    for refusal in refusals {
        let host = refusal.client.host();
        let name = refusal.client_name.or_else(|| named.get(&host).copied());
        let account = refusal.who.as_ref().and_then(|who| who.account).filter(|account| !account.is_empty());
        let accounts = clients.entry((host, name)).or_default();
        let (_, times) = accounts.entry(account.unwrap_or("").to_uppercase()).or_insert((account, 0));
        *times = times.saturating_add(1);
    }
    let computers = clients.len();
    let mut told: Vec<(String, usize)> = Vec::new();
    for ((host, name), mut accounts) in clients {
        // So is one that did not tell its account, if there is one account alone.
        if accounts.len() == 2
            && let Some((_, unnamed)) = accounts.remove("")
            && let Some((_, times)) = accounts.values_mut().next()
        {
            *times = times.saturating_add(unnamed);
        }
        let of_account = |(account, times)| (refused_client(host, account, name), times);
        told.extend(accounts.into_values().map(of_account));
    }
    told.sort_by_key(|(_, times)| core::cmp::Reverse(*times));
    let again = told.iter().any(|(_, times)| *times > 1);
    let left = told.len().saturating_sub(CLIENTS);
    told.truncate(CLIENTS);
    if let ([(name, times)], 0) = (told.as_slice(), left) {
        let times = if *times == 1 { String::new() } else { format!(" {}", often(*times)) };
        return format!("{name}{times} with {}", answers(refusals));
    }
    let name = |(name, times): &(String, usize)| {
        if again { format!("{name} {}", often(*times)) } else { name.clone() }
    };
    let more = (left > 0).then(|| count(left, "other"));
    let names: Vec<String> = told.iter().map(name).chain(more).collect();
    format!("{} with {}: {}", count(computers, "client"), answers(refusals), list(&names))
}

/// `once`, `twice`, `three times`.
fn often(times: usize) -> String {
    match times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{} times", in_words(times)),
    }
}

/// `three`, `12`: a number that does not run into the address before it.
fn in_words(number: usize) -> String {
    let words = ["three", "four", "five", "six", "seven", "eight", "nine"];
    let word = number.checked_sub(3).and_then(|place| words.get(place));
    word.map_or_else(|| Digits(number).to_string(), |word| (*word).to_owned())
}

/// The errors that the clients met, each once: `error 71`.
fn answers(refusals: &[&RefusalReport<'_>]) -> String {
    let answers: BTreeSet<String> = refusals
        .iter()
        .map(|refusal| match refusal.win32 {
            Some(error) => format!("error {error}"),
            None => refusal.status_name.clone(),
        })
        .collect();
    let left = answers.len().saturating_sub(ANSWERS);
    let mut told: Vec<String> = answers.into_iter().take(ANSWERS).collect();
    if left > 0 {
        told.push(count(left, "other answer"));
    }
    list(&told)
}

/// Who held the slots at a refusal: how many null sessions did and whose they are, else what did.
fn holders(server: &ServerPart<'_>, refusal: &RefusalReport<'_>) -> Option<String> {
    null_holders(server, refusal).or_else(|| {
        let held = refusal.holders.to_string();
        (!held.is_empty()).then(|| format!("; at that time its slots were held by {held}"))
    })
}

/// How many slots null sessions held at a refusal, and whose they are.
fn null_holders(server: &ServerPart<'_>, refusal: &RefusalReport<'_>) -> Option<String> {
    let in_use = refusal.slots_in_use;
    let number = Some(in_use.of_null_sessions()).filter(|number| *number > 0)?;
    let held = server.sessions.iter().filter(|session| session.is_null() && refusal.met(session));
    let clients: BTreeSet<String> = held.map(|session| client(session)).collect();
    let left = clients.len().saturating_sub(CLIENTS);
    let mut names: Vec<String> = clients.into_iter().take(CLIENTS).collect();
    if left > 0 {
        names.push(count(left, "other client"));
    }
    let whose = if names.is_empty() { String::new() } else { format!(" of {}", list(&names)) };
    let (which, some) = match (in_use.null, in_use.denied) {
        (_, 0) => ("", String::new()),
        (0, _) => (" that it had denied", String::new()),
        (_, denied) => ("", format!(", {denied} of them after it had denied them")),
    };
    let held = match in_use.bound() {
        Some(1) => format!("{} in use", in_use.words()),
        None if number == in_use.low => count(usize::try_from(number).unwrap_or(usize::MAX), "slot"),
        _ => format!("{number} of {} in use", in_use.words()),
    };
    let sessions = if number == 1 { "a null session" } else { "null sessions" };
    Some(format!("; at that time {sessions}{whose}{which} held {held}{some}{}", in_use.reason()))
}

/// What was denied, each kind with its words and frames: `192.168.1.10:139 denied 2 anonymous session setups (frames 11
/// and 22).`
pub(super) fn denied(server: &ServerPart<'_>, when: &When) -> Option<String> {
    let parts = |full: bool| -> Vec<String> {
        let mut kinds: BTreeMap<(Stage, Option<&str>), Vec<&DenialReport<'_>>> = BTreeMap::new();
        for denial in server.denials.iter().filter(|denial| denial.is_out_of_resources() == full) {
            kinds.entry((denial.what, denial.name)).or_default().push(denial);
        }
        let left = kinds.len().saturating_sub(KINDS);
        let mut parts: Vec<String> = kinds
            .into_iter()
            .take(KINDS)
            .map(|((what, name), denials)| kind(what, name, &denials, when))
            .collect();
        if left > 0 {
            parts.push(count(left, "other request"));
        }
        parts
    };
    let (denied, full) = (parts(false), parts(true));
    let mut sentences = Vec::new();
    if !denied.is_empty() {
        let granted = if grants_ipc(server) { ", but gave anonymous clients access to IPC$" } else { "" };
        sentences.push(format!("{} denied {}{granted}.", server.address(), list(&denied)));
    }
    if !full.is_empty() {
        sentences.push(format!("{} lacked the resources for {}.", server.address(), list(&full)));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// True if what a server denied was other shares, and a null session has a tree of `IPC$`.
fn grants_ipc(server: &ServerPart<'_>) -> bool {
    let other = |denial: &&DenialReport<'_>| {
        denial.what == Stage::Tree && denial.name.is_some_and(|path| !is_ipc(path))
    };
    let mut trees =
        server.sessions.iter().filter(|session| session.is_null()).flat_map(|session| &session.trees);
    server.denials.iter().all(other) && trees.any(|tree| tree.path.is_some_and(is_ipc))
}

/// `3 anonymous tree connects to \\\\PRNSRV\\docs (frames 13, 26 and 39)`.
fn kind(what: Stage, name: Option<&str>, denials: &[&DenialReport<'_>], when: &When) -> String {
    let (things, to) = match what {
        Stage::Pipe => ("anonymous open", " of the pipe"),
        Stage::Printer => ("anonymous open", " of the printer"),
        Stage::Tree => ("anonymous tree connect", " to"),
        Stage::Session => ("anonymous session setup", ""),
        Stage::Negotiate => ("negotiate", ""),
        Stage::NetBios => ("NetBIOS session", ""),
    };
    let name = match name.map(|name| object(what, name)) {
        Some(name) => format!("{to} {name}"),
        None if to.is_empty() || what == Stage::Tree => String::new(),
        None => to.replace(" the", " a"),
    };
    let frames: Vec<String> = denials.iter().take(FRAMES).map(|denial| when.number(denial.at)).collect();
    let left = denials.len().saturating_sub(FRAMES);
    let more = (left > 0).then(|| format!("{} more", Digits(left)));
    let frames: Vec<String> = frames.into_iter().chain(more).collect();
    let word = if denials.len() == 1 { "frame" } else { "frames" };
    format!("{}{name} ({word} {})", count(denials.len(), things), list(&frames))
}

/// The first refusals of a server, a line each.
pub(in super::super) fn refusals(
    out: &mut impl Write,
    server: &ServerPart<'_>,
    when: &When,
    width: usize,
) -> fmt::Result {
    for refusal in server.refusals.iter().take(REFUSALS) {
        let slots = refusal.slots_in_use;
        let at = refusal.path.map(|path| format!(" at {}", Plain::name(path))).unwrap_or_default();
        let in_use = if slots.bound() == Some(0) {
            String::new()
        } else {
            format!(", {} in use{}", slots.counted("slot"), slots.reason())
        };
        let who = refusal.who.as_ref();
        let account = who.and_then(|who| who.account).filter(|account| !account.is_empty());
        let computer = refusal.client_name;
        let who = match (account.map(Plain::name), computer.map(Plain::name)) {
            (Some(account), Some(computer)) => format!("{account} of {computer}: "),
            (Some(one), None) | (None, Some(one)) => format!("{one}: "),
            (None, None) => String::new(),
        };
        let first = format!("refused  {}  {}  ", when.second(refusal.at.time), refusal.client);
        let error = refusal.win32.map(|error| format!(" (error {error})")).unwrap_or_default();
        let text = format!("{who}{}{error}{at}{in_use}  {}", refusal.status_name, when.frame(refusal.at));
        paragraph(out, &first, 19, &text, width)?;
    }
    let left = server.refusals.len().saturating_sub(REFUSALS);
    if left > 0 {
        writeln!(out, "         and {}", count(left, "more refusal"))?;
    }
    if server.refusals.is_empty() { Ok(()) } else { writeln!(out) }
}
