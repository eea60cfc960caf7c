//! The words of the answer, over every capture in `testdata`: what a reader stumbles over does not come back.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{analyze, read};
use smbscope::report::{NullSessions, Options, Outcome};
use smbscope::session::Counts;

/// Phrases that readers did not understand, or that nobody would say.
const NEVER: &[&str] = &[
    "the pipe alone",
    "a pipe alone",
    "needs nothing done",
    "in good order",
    "idle for 0.0s",
    "1 stays and holds",
    "all stay and hold",
    "stays unused",
    "for want of",
    "known in use",
    "date is told",
    "nothing but keep-alives",
    "as it is meant to",
    "of its own pipe",
    "may be in it",
    "tells what to look for",
    "tells how to prevent",
    "left no handle open",
    "1 more refusals",
    "1 more servers",
    "the server did so",
    "0 of them are",
    "it held pipes and used none",
    "with its connection",
    "older than the one before",
    "offer of the client not read",
    "rests on that alone",
    "its print queues",
    "0 of them null",
    // An empty name.
    ": \"\"",
    "\"\" and",
    ": and ",
    " and .",
    ", ,",
    ", and ,",
    "()",
];

/// Counted things, whose plural does not follow a 1.
const COUNTED: &[&str] = &[
    "sessions",
    "slots",
    "clients",
    "servers",
    "pipes",
    "handles",
    "packets",
    "connections",
    "setups",
    "connects",
    "places",
    "bytes",
    "calls",
    "users",
];

fn captures() -> Vec<PathBuf> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut captures: Vec<PathBuf> = [testdata.clone(), testdata.join("stories")]
        .iter()
        .flat_map(|directory| fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.file_name().unwrap().to_string_lossy().contains(".pcap"))
        .collect();
    captures.sort();
    captures
}

/// Calls `check` with the report and the text of every capture, with the usual grace and with a short one.
fn each(mut check: impl FnMut(&str, &NullSessions<'_>, &str)) {
    for path in captures() {
        let capture = read(&path);
        let ledger = analyze(&capture.packets, capture.end);
        for grace in [90, 2].map(Duration::from_secs) {
            let mut options = Options::default();
            (options.grace, options.all) = (grace, true);
            let report = NullSessions::new(&ledger, [], &Counts::default(), options);
            let name = format!("{}, grace {grace:?}", path.file_name().unwrap().to_string_lossy());
            check(&name, &report, &report.text(80).to_string());
        }
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong with a text, each fault once.
fn faults(text: &str) -> Vec<String> {
    let flat = on_one_line(text);
    let never = NEVER.iter().filter(|phrase| text.contains(**phrase) || flat.contains(**phrase));
    let plural = COUNTED.iter().map(|things| format!(" 1 {things}"));
    let plural = plural.filter(|one| format!(" {flat}").contains(one.as_str()));
    never.map(|phrase| (*phrase).to_owned()).chain(plural).collect()
}

#[test]
fn no_answer_has_a_phrase_that_nobody_understands() {
    let mut wrong = Vec::new();
    each(|name, report, text| {
        let why = report.sessions.iter().map(|session| session.why.as_str());
        let findings = report.findings.iter().flat_map(|finding| [finding.text.as_str(), finding.refuted_by]);
        let json = why.chain(findings).collect::<Vec<_>>().join("\n");
        wrong.extend(faults(text).into_iter().chain(faults(&json)).map(|fault| format!("{name}: {fault:?}")));
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn neither_the_page_nor_the_help_has_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [
        "README.md",
        "examples/report/templates/page.html",
        "examples/null_sessions.rs",
        "examples/net_session.rs",
    ];
    for file in files {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let found: Vec<&&str> =
            NEVER.iter().filter(|phrase| phrase.len() > 5 && on_one_line(&text).contains(**phrase)).collect();
        assert!(found.is_empty(), "{file}: {found:?}");
    }
}

#[test]
fn the_list_finds_what_it_is_for() {
    assert_eq!(faults("leaked  the pipe\n   alone"), ["the pipe alone"]);
    assert_eq!(faults("client 192.168.1.21 (WS21) under 2 users:  and ALICE"), [": and "]);
    assert_eq!(faults("1 sessions, 21 sessions"), [" 1 sessions"]);
    assert_eq!(faults("1 session holds an open pipe"), [""; 0]);
}

#[test]
fn no_address_is_split_over_two_lines() {
    each(|name, report, text| {
        let ends = report.sessions.iter().flat_map(|session| &session.connections);
        let ends = ends.flat_map(|connection| [connection.client, connection.server]);
        let refused = report.refusals.iter().flat_map(|refusal| [refusal.client, refusal.server]);
        let denied = report.denials.iter().flat_map(|denial| [denial.client, denial.server]);
        let unseen = report.unseen.iter().flat_map(|unseen| unseen.examples.iter());
        let unseen = unseen.flat_map(|example| [example.client, example.server]).flatten();
        let known = ends.chain(refused).chain(denied).chain(unseen);
        let known: BTreeSet<String> = known.map(|end| end.to_string()).collect();
        for word in text.split_whitespace() {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != ':');
            let is_end = word.split_once(':').is_some_and(|(host, _)| host.parse::<Ipv4Addr>().is_ok());
            let end = word.strip_suffix(':').filter(|end| known.contains(*end)).unwrap_or(word);
            assert!(!is_end || known.contains(end), "{name}: {word} is a part of an address");
        }
    });
}

#[test]
fn an_answer_that_cannot_tell_says_what_to_do_and_gives_its_reason_once() {
    let mut told = 0;
    each(|name, report, text| {
        let cannot_tell = report.outcome() == Outcome::CannotTell;
        assert_eq!(text.contains("\n\nTo be sure\n  - "), cannot_tell, "{name}:\n{text}");
        if cannot_tell {
            let flat = on_one_line(text);
            let (headline, _) = text.split_once("\n\n").unwrap();
            let headline = on_one_line(headline);
            assert_eq!(flat.matches(headline.as_str()).count(), 1, "{name}:\n{text}");
            assert!(flat.matches("may be a null session").count() <= 1, "{name}:\n{text}");
            told += 1;
        }
    });
    assert!(told > 0);
}
