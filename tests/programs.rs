//! The programs as people start them: with arguments that cannot be meant, output that is full or closed, names that
//! would steer a terminal, and files that must not be lost.
#![cfg(feature = "serde")]

mod common;

use std::fs;
use std::io::pipe;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::program;
use serde_json::Value;

const CAPTURE: &str = "testdata/ipv6.pcap";

/// The programs, each with what it needs beside a capture.
const PROGRAMS: [(&str, &[&str]); 5] =
    [("null_sessions", &[]), ("net_session", &[]), ("dissect", &[]), ("report", &["-o", "-"]), ("walk", &[])];

/// What a program says: its exit code, its output, and what is on standard error.
fn run(name: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = program(name, arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A file of this test run's own, which is not there yet.
fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn arguments_that_cannot_be_meant_are_errors_that_say_what_is_possible() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("null_sessions", &["--limit", "0"], "a number of slots, 1 or more"),
        ("null_sessions", &["--limit", "-1"], "a number of slots, 1 or more"),
        ("null_sessions", &["--grace", "1e10"], "from 0 to 1000000000"),
        ("null_sessions", &["--grace", "NaN"], "from 0 to 1000000000"),
        ("net_session", &["--limit", "0"], "a number of slots, 1 or more"),
        ("net_session", &["--server", "192.0.2.1"], "192.0.2.1 is not among the servers seen by then: ::1"),
        ("report", &["-o", "-", "--limit", "0"], "a number of slots, 1 or more"),
        ("report", &[], "--output <PAGE>"),
        ("dissect", &["--only", "nosuch"], "winspool, or a short name such as spoolss"),
        ("dissect", &["--protocol", "nosuch"], "nbss, nbns, nbdgm, nbf, nbipx, smb1, smb2, xfrm, rpc"),
        ("dissect", &["--frames", "5-3"], "the range is backwards"),
        ("dissect", &["--frames", "0"], "counted from 1"),
        ("dissect", &["--frames", "-"], "expected N, N-M, N- or -M"),
        ("dissect", &["--stub"], "--format json"),
    ];
    for (name, arguments, words) in cases {
        let (code, out, said) = run(name, &[arguments, &[CAPTURE][..]].concat());
        assert_eq!(code, Some(2), "{name} {arguments:?}: {said}");
        assert!(said.contains(words) && out.is_empty(), "{name} {arguments:?}: {said}");
    }
}

#[test]
fn arguments_beside_them_are_taken() {
    let cases: &[(&str, &[&str])] = &[
        ("net_session", &["--server", "::1"]),
        ("net_session", &["--limit", "1", "--grace", "0"]),
        ("dissect", &["--only", "WINSPOOL"]),
        ("dissect", &["--only", "SpoolSS"]),
        ("dissect", &["--only", "12345678-1234-abcd-ef00-0123456789ab"]),
        ("dissect", &["--frames", "4-4"]),
        ("dissect", &["--frames", "-9"]),
        ("dissect", &["--frames", "9-"]),
        ("dissect", &["--stub", "--format", "json"]),
    ];
    for (name, arguments) in cases {
        let (code, out, said) = run(name, &[arguments, &[CAPTURE][..]].concat());
        assert_eq!((code, said.as_str()), (Some(0), ""), "{name} {arguments:?}");
        assert!(!out.is_empty(), "{name} {arguments:?}");
    }
}

#[test]
fn who_asks_for_what_is_not_there_is_told() {
    for arguments in [["--only", "winreg"], ["--server", "192.0.2.1"], ["--frames", "1000000-"]] {
        let (code, out, said) = run("dissect", &[&arguments, &[CAPTURE][..]].concat());
        assert_eq!((code, out.as_str()), (Some(0), ""));
        assert_eq!(said, "warning: none of 169 PDUs is one that the options ask for\n");
    }
    let (_, _, said) = run("net_session", &["--at", "2001-01-01T00:00:00Z", CAPTURE]);
    assert!(said.contains("before the first packet"), "{said}");
}

#[test]
fn a_moment_before_the_end_of_the_capture_is_not_the_end() {
    let (code, out, _) = run("null_sessions", &[CAPTURE]);
    for (until, warned) in [("2001-01-01T00:00:00Z", true), ("2026-11-23T03:06:23.889594Z", false)] {
        let (code_until, out_until, said) = run("null_sessions", &["--until", until, CAPTURE]);
        assert_eq!((code_until, &out_until), (code, &out), "{until}");
        assert_eq!(said.contains("is before the end of the captures: judged at their end"), warned, "{said}");
        assert_eq!(said.is_empty(), !warned, "{said}");
        let (_, _, said) = run("report", &["-o", "-", "--until", until, CAPTURE]);
        assert_eq!(said.contains("before the end of the captures"), warned, "{said}");
    }
    let (code, _, said) = run("null_sessions", &["--until", "2026-11-23T04:06:23Z", CAPTURE]);
    assert_eq!((code, said.as_str()), (Some(1), ""), "an hour later the same sessions are stuck");
}

#[test]
fn names_that_would_steer_a_terminal_are_spelled_out() {
    for (name, more) in PROGRAMS {
        for file in ["no\u{1b}[31msuch", "no\u{9b}31msuch", "--no\u{1b}[31msuch"] {
            let (code, _, said) = run(name, &[more, &[file][..]].concat());
            assert_eq!(code, Some(2), "{name}: {said}");
            assert!(!said.contains(['\u{1b}', '\u{9b}']) && said.contains("such"), "{name}: {said:?}");
        }
    }
}

#[test]
fn a_closed_pipe_is_enough() {
    for (name, more) in PROGRAMS {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let arguments = [more, &[CAPTURE][..]].concat();
        let Output { status, stderr, .. } = program(name, &arguments).stdout(writer).output().unwrap();
        assert_eq!((status.code(), String::from_utf8(stderr).unwrap().as_str()), (Some(0), ""), "{name}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_in_one_line() {
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for (name, more) in PROGRAMS {
        let arguments = [more, &[CAPTURE][..]].concat();
        let Output { status, stderr, .. } = program(name, &arguments).stdout(full()).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{name}: {said}");
        assert!(
            said.starts_with(&format!("{name}: standard output: ")) && said.lines().count() == 1,
            "{said}"
        );
        // Nor is there a panic where the error cannot be told.
        let status = program(name, &["no-such-file"]).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(2), "{name}");
    }
}

#[test]
fn a_page_overwrites_no_file_unless_that_is_asked_for_and_a_capture_never() {
    let page = scratch("programs.html");
    let capture = scratch("programs.pcap");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(CAPTURE), &capture).unwrap();
    let whole = fs::read(&capture).unwrap();

    let write = |output: &Path, more: &[&str]| {
        let (code, _, said) = run("report", &[&["-o", text(output), text(&capture)], more].concat());
        (code == Some(0), said)
    };
    assert_eq!(write(&page, &[]), (true, String::new()));
    fs::write(&page, "mine").unwrap();
    let (written, said) = write(&page, &[]);
    assert!(!written && said.contains("--force"), "{said}");
    assert_eq!(fs::read_to_string(&page).unwrap(), "mine");
    assert_eq!(write(&page, &["--force"]), (true, String::new()));
    assert!(fs::read_to_string(&page).unwrap().trim_end().ends_with("</html>"));

    let link = scratch("programs_link.pcap");
    fs::hard_link(&capture, &link).unwrap();
    let roundabout = capture.parent().unwrap().join("../tmp/programs.pcap");
    for output in [&capture, &link, &roundabout] {
        let (written, said) = write(output, &["--force"]);
        assert!(!written && said.contains("is one of the captures"), "{}: {said}", output.display());
    }
    assert_eq!(fs::read(&capture).unwrap(), whole);

    let pictures = scratch("programs_pictures");
    let _ = fs::remove_dir_all(&pictures);
    let svg = ["--svg", text(&pictures)];
    assert!(write(Path::new("-"), &svg).0);
    let (written, said) = write(Path::new("-"), &svg);
    assert!(!written && said.contains(".svg: there is such a file already"), "{said}");
    assert!(write(Path::new("-"), &[&svg[..], &["--force"]].concat()).0);
}

#[test]
fn the_help_tells_the_exit_codes() {
    for (name, _) in PROGRAMS {
        let (code, help, _) = run(name, &["--help"]);
        let codes = help.split_once("Exit codes:\n").unwrap().1;
        let codes: Vec<&str> = codes.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
        let all = if name == "null_sessions" { vec!["0", "1", "2", "3"] } else { vec!["0", "2"] };
        assert_eq!((code, codes), (Some(0), all), "{name}");
    }
}

#[test]
fn the_json_says_what_the_exit_code_says() {
    let cases: [(&[&str], &str); 3] = [
        (&[CAPTURE], "clear"),
        (&["--grace", "2", CAPTURE], "trouble"),
        (&["testdata/ipv6.pcap", "no-such-file"], "cannot_tell"),
    ];
    for (arguments, word) in cases {
        let (code, out, _) = run("null_sessions", &[arguments, &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["outcome"]["word"], word);
        assert_eq!(report["outcome"]["exit_code"].as_i64(), code.map(i64::from));
    }
}

#[test]
fn a_capture_of_which_nothing_was_read_says_what_was_met() {
    let whole = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(CAPTURE)).unwrap();
    let empty = scratch("programs_no_packets.pcap");
    fs::write(&empty, &whole[..24]).unwrap();
    let (code, out, _) = run("null_sessions", &[text(&empty)]);
    assert!(out.starts_with("The capture holds no packets, so there is nothing to judge.\n"), "{out}");
    assert_eq!(code, Some(0));
    let (_, out, _) = run("net_session", &[text(&empty)]);
    assert_eq!(out, "No packet was read, so there are no tables.\n");

    let mut damaged = whole;
    // The first packet's captured length.
    damaged[32..36].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    let path = scratch("programs_damaged.pcap");
    fs::write(&path, damaged).unwrap();
    let (code, out, _) = run("null_sessions", &[text(&path)]);
    let out = out.replace('\n', " ");
    assert!(out.contains("No packet could be read: ") && out.contains("corrupt, impossible"), "{out}");
    assert_eq!(code, Some(3));
}
