//! The README shows what the program prints, and names the version of Rust that it needs.
#![cfg(feature = "serde")]

mod common;

use std::path::Path;
use std::process::Command;

use common::Owned;
use serde_json::Value;
use smbscope::wire::Timestamp;

/// What stands for lines that are left out.
const LEFT_OUT: &str = "…\n";

#[test]
fn the_readme_shows_the_answer_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let command = readme.lines().find_map(|line| line.strip_prefix("$ cargo run --release ")).unwrap();
    let after = readme.split("## The answer\n").nth(1).unwrap();
    let shown = after.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let run = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["run", "--quiet"])
        .args(command.split(' '))
        .output();
    let run = run.unwrap();
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let printed = String::from_utf8(run.stdout).unwrap();

    let parts: Vec<&str> = shown.split(LEFT_OUT).collect();
    assert!(printed.starts_with(parts[0].trim_end()), "{printed}");
    let mut rest = printed.as_str();
    for part in &parts {
        let at = rest.find(part.trim()).unwrap_or_else(|| panic!("not printed:\n{part}\nbut\n{rest}"));
        rest = &rest[at + part.trim().len()..];
    }
    assert_eq!(rest.trim_end(), "", "the end is shown");
}

/// The client, server and verdict of null sessions.
type Found = Vec<(String, String, String)>;

fn as_the_library_finds(capture: &Path) -> Found {
    let sessions = smbscope::null_sessions(capture).unwrap().sessions.into_iter();
    sessions.map(|it| (it.client.to_string(), it.server.to_string(), it.verdict.to_string())).collect()
}

fn as_the_program_finds(capture: &Path) -> Found {
    let output =
        common::program("null_sessions", &["--format", "json", capture.to_str().unwrap()]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |session: &Value, key: &str| session[key].as_str().unwrap().to_owned();
    let sessions = answer["sessions"].as_array().unwrap().iter();
    sessions.map(|it| (text(it, "client"), text(it, "server"), text(it, "verdict"))).collect()
}

/// The capture with one more packet, 600 seconds behind its last, as a pcap file; none if its packets differ in their link
/// type, which a pcap file cannot say.
fn with_a_later_packet(packets: &[Owned]) -> Option<Vec<u8>> {
    let last = packets.last()?;
    if packets.iter().any(|packet| packet.link != last.link) {
        return None;
    }
    // Nanoseconds, version 2.4, no zone, 64 KiB.
    let mut file =
        [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 0x1_0000, last.link.0.into()].map(u32::to_le_bytes).concat();
    let mut add = |time: Timestamp, data: &[u8], length: u32| {
        let nanos = time.as_nanos();
        let head = [nanos / 1_000_000_000, nanos % 1_000_000_000, data.len() as i64, length.into()];
        file.extend(head.iter().flat_map(|field| (*field as u32).to_le_bytes()));
        file.extend(data);
    };
    for packet in packets {
        add(packet.origin.time, &packet.data, packet.length);
    }
    // A configuration test of Ethernet; with other link types as little.
    let mut later = [0; 60];
    later[12..14].copy_from_slice(&[0x90, 0x00]);
    add(last.origin.time.plus_seconds(600.0), &later, 60);
    Some(file)
}

#[test]
fn the_library_finds_what_the_program_finds() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("with_a_later_packet.pcap");
    let (mut captures, mut stuck) = (0, 0);
    for (path, _) in common::captures_with_truth() {
        assert_eq!(as_the_library_finds(&path), as_the_program_finds(&path), "{}", path.display());
        let Some(file) = with_a_later_packet(&common::read(&path).packets) else { continue };
        std::fs::write(&scratch, file).unwrap();
        let found = as_the_library_finds(&scratch);
        assert_eq!(found, as_the_program_finds(&scratch), "{} and a later packet", path.display());
        captures += 1;
        stuck += found.iter().filter(|(_, _, verdict)| verdict == "leaked" || verdict == "hung").count();
    }
    assert!(captures > 30 && stuck > 30, "{stuck} in {captures}");
}

#[test]
fn the_readme_names_the_rust_version_that_is_needed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(&format!("Rust {} or later", env!("CARGO_PKG_RUST_VERSION"))));
}
