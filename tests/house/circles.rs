//! Inside a floor, files form no circle of imports.
//!
//! A file imports another if a path in it leads to something that the other declares. The path is followed through
//! re-exports, so a `mod.rs` that declares its children and re-exports from them takes part in no circle, whoever imports
//! through it. If it declares something that a child imports and has code that uses that child as well, the two are a
//! circle: what is shared belongs in a file of its own. Code that is built for tests alone is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, Target};

/// Floors that have circles still. The list only shrinks.
const NOT_YET: [&str; 8] = ["capture", "finding", "net", "report", "rprn", "session", "smb1", "smb2"];

/// The circles, and the floors of [`NOT_YET`] that have none.
pub(crate) fn faults(source: &Source) -> Vec<String> {
    let circles = circles(source);
    let wrong = circles.iter().filter(|circle| !NOT_YET.contains(&circle.floor.as_str()));
    let wrong = wrong.map(|circle| format!("a circle: {}", circle.text));
    let mended = NOT_YET.iter().filter(|floor| !circles.iter().any(|circle| circle.floor == **floor));
    wrong.chain(mended.map(|floor| format!("src/{floor} has no circles now: take it from NOT_YET"))).collect()
}

#[test]
fn a_circle_is_found_and_a_re_export_is_none() {
    let found = |parent: &str, child: &str, other: &str| {
        let files = [("lib.rs", ""), ("a/mod.rs", parent), ("a/b.rs", child), ("a/c.rs", other)];
        circles(&Source::new(files)).len()
    };
    assert_eq!(found("mod b; mod c;", "use super::c::C;", "use super::b::B;"), 1, "two children");
    assert_eq!(found("mod b; mod c;", "use super::c::C;", "struct C;"), 0, "one direction");
    assert_eq!(found("mod b; fn f() { b::g() } struct P;", "use super::P;", ""), 1, "code of the parent");
    assert_eq!(found("mod b; use b::B; struct P;", "use crate::a::P;", ""), 1, "an import of the parent");
    assert_eq!(found("mod b; pub use b::B; struct P;", "use super::P;", ""), 0, "a re-export alone");
    assert_eq!(
        found("mod b; pub use b::B; struct P(B);", "use super::P;", ""),
        1,
        "a re-export that is used"
    );
    assert_eq!(
        found("mod b; mod c; pub use b::B;", "use super::c::C;", "use super::B;"),
        1,
        "behind a re-export"
    );
    assert_eq!(found("mod b; mod c; pub use c::*;", "use super::C;", "pub struct C;"), 0, "behind a glob");
    assert_eq!(found("mod b; fn f() { m!(b::g()) } struct P;", "use super::P;", ""), 1, "in a macro");
    let tests = "#[cfg(test)] mod tests { use super::super::b::B; }";
    assert_eq!(found("mod b; mod c;", "use super::c::C;", tests), 0, "tests");
    assert_eq!(
        found("mod b; #[cfg(test)] mod c;", "use super::c::C;", "use super::b::B;"),
        0,
        "a file of tests"
    );
}

struct Circle {
    floor: String,
    text: String,
}

/// The circles, each with the imports that make it one.
fn circles(source: &Source) -> Vec<Circle> {
    let edges = edges(source);
    let reach: Vec<BTreeSet<usize>> = (0..source.files.len()).map(|file| reachable(&edges, file)).collect();
    let mut circles: BTreeMap<BTreeSet<usize>, Vec<String>> = BTreeMap::new();
    for ((from, to), line) in edges.iter().filter(|((from, to), _)| reach[*to].contains(from)) {
        let ring = reach[*from].iter().copied().filter(|file| reach[*file].contains(from)).collect();
        let [from, to] = [from, to].map(|file| &source.files[*file].path);
        circles.entry(ring).or_default().push(format!("  src/{from}:{line} imports {to}"));
    }
    let circle = |(ring, lines): (BTreeSet<usize>, Vec<String>)| {
        let files: Vec<&str> = ring.iter().map(|file| source.files[*file].path.as_str()).collect();
        let floor = ring.first().map_or("", |file| source.files[*file].floor()).to_owned();
        Circle { floor, text: format!("{}\n{}", files.join(", "), lines.join("\n")) }
    };
    circles.into_iter().map(circle).collect()
}

/// Which file of a floor imports which other of it, and in which line first.
fn edges(source: &Source) -> BTreeMap<(usize, usize), usize> {
    let mut edges = BTreeMap::new();
    for (from, file) in source.files.iter().enumerate().filter(|(_, file)| !file.is_test) {
        let uses = file.found.imports.iter().filter(|import| !import.is_export && !import.is_test);
        let uses = uses.map(|import| (import.line, &import.module, &import.segments));
        let mentions = file.found.mentions.iter().filter(|mention| !mention.is_test);
        let mentions = mentions.map(|mention| (mention.line, &mention.module, &mention.segments));
        for (line, module, segments) in uses.chain(mentions) {
            let Some(Target::File(to)) = source.target(module, segments) else { continue };
            let there = &source.files[to];
            if to != from && there.floor() == file.floor() && !there.is_test {
                edges.entry((from, to)).or_insert(line);
            }
        }
    }
    edges
}

/// The files that a file imports, directly or not.
fn reachable(edges: &BTreeMap<(usize, usize), usize>, from: usize) -> BTreeSet<usize> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        for ((_, to), _) in edges.range((file, 0)..=(file, usize::MAX)) {
            if found.insert(*to) {
                open.push(*to);
            }
        }
    }
    found
}
