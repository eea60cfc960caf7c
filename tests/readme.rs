//! The README shows what the program prints.
#![cfg(feature = "serde")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_the_answer_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let command = readme.lines().find_map(|line| line.strip_prefix("$ cargo run --release ")).unwrap();
    let run = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["run", "--quiet"])
        .args(command.split(' '))
        .output();
    let run = run.unwrap();
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(String::from_utf8(run.stdout).unwrap(), shown);
}
