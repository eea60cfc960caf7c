//! The README shows what the program prints, and names the version of Rust that it needs.
#![cfg(feature = "serde")]

use std::path::Path;
use std::process::Command;

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

#[test]
fn the_readme_names_the_rust_version_that_is_needed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(&format!("Rust {} or later", env!("CARGO_PKG_RUST_VERSION"))));
}
