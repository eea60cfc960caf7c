//! The stories of a workgroup in `testdata/stories`: what the answer comes to, and who is stuck.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::{InMemory, read};

/// Findings of one rule about one server that a reader bears.
const FEW: usize = 4;

/// A line of `EXPECTED.tsv`.
struct Expected {
    file: String,
    /// One of these.
    exit_codes: Vec<u8>,
    /// How many sessions by who and verdict.
    sessions: BTreeMap<(String, String), usize>,
    /// Rules that find something.
    findings: Vec<String>,
    /// Rules that find nothing.
    no_findings: Vec<String>,
    /// What the answer says, for the reader of a failure.
    says: String,
}

impl Expected {
    fn parse(line: &str) -> Self {
        let [file, exit_codes, sessions, findings, no_findings, says] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("six columns: {line}"));
        let of = |text: &str| {
            let [count, who, verdict] = text.split(' ').collect::<Vec<_>>().try_into().unwrap();
            ((who.to_owned(), verdict.to_owned()), count.parse().unwrap())
        };
        Self {
            file: file.to_owned(),
            exit_codes: exit_codes.split('|').map(|code| code.parse().unwrap()).collect(),
            sessions: listed(sessions, ", ").map(of).collect(),
            findings: listed(findings, " ").map(str::to_owned).collect(),
            no_findings: listed(no_findings, " ").map(str::to_owned).collect(),
            says: says.to_owned(),
        }
    }

    /// Where the answer to a capture differs.
    fn differences(&self, capture: &InMemory) -> Vec<String> {
        let mut differences = Vec::new();
        let answer = common::scan(&capture.packets).until(capture.end).run().unwrap();
        let report = answer.report();

        let exit_code = report.outcome().exit_code();
        if !self.exit_codes.contains(&exit_code) {
            differences.push(format!("exit code {exit_code}, not {:?}", self.exit_codes));
        }
        let mut sessions: BTreeMap<(String, String), usize> = BTreeMap::new();
        for session in &report.sessions {
            *sessions.entry((session.who.kind.to_string(), session.verdict.to_string())).or_default() += 1;
        }
        if sessions != self.sessions {
            differences.push(format!("sessions {sessions:?}, not {:?}", self.sessions));
        }
        let rules: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule).collect();
        let missing = self.findings.iter().filter(|rule| !rules.contains(rule.as_str()));
        differences.extend(missing.map(|rule| format!("{rule} finds nothing")));
        let extra = self.no_findings.iter().filter(|rule| rules.contains(rule.as_str()));
        differences.extend(extra.map(|rule| format!("{rule} finds something")));
        // What is true of many clients is one finding.
        let mut alike: BTreeMap<_, usize> = BTreeMap::new();
        for finding in &report.findings {
            *alike.entry((finding.rule, finding.server.host())).or_default() += 1;
        }
        let many = alike.into_iter().filter(|(_, findings)| *findings > FEW);
        differences.extend(many.map(|((rule, server), number)| format!("{number} of {rule} at {server}")));
        differences
    }
}

/// The items of a column; a dash stands for none.
fn listed<'a>(column: &'a str, separator: &'a str) -> impl Iterator<Item = &'a str> {
    column.split(separator).filter(|item| *item != "-")
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/stories")
}

fn expected() -> Vec<Expected> {
    let text = fs::read_to_string(directory().join("EXPECTED.tsv")).unwrap();
    text.lines().skip(1).map(Expected::parse).collect()
}

#[test]
fn every_story_comes_out_as_expected() {
    let mut wrong = Vec::new();
    for story in expected() {
        let differences = story.differences(&read(&directory().join(&story.file)));
        if !differences.is_empty() {
            wrong.push(format!("{} ({})\n    {}", story.file, story.says, differences.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} stories\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_story_has_a_line_and_every_line_a_story() {
    let lines: Vec<String> = expected().into_iter().map(|story| story.file).collect();
    let files = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> = files
        .map(|name| name.into_string().unwrap())
        .filter(|name| !matches!(name.as_str(), "EXPECTED.tsv"))
        .collect();
    assert_eq!(lines.len(), lines.iter().collect::<BTreeSet<_>>().len(), "a story has several lines");
    assert_eq!(lines.into_iter().collect::<BTreeSet<_>>(), files);
}
