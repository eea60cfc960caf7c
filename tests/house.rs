//! The order of the house: data rises one floor at a time, so a floor imports only from floors below it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, the lowest first.
const FLOORS: [&str; 20] = [
    "error",
    "wire",
    "capture",
    "net",
    "tcp",
    "quic",
    "netbios",
    "fscc",
    "auth",
    "smb1",
    "smb2",
    "rap",
    "dcerpc",
    "interface",
    "rprn",
    "session",
    "dissect",
    "ledger",
    "finding",
    "report",
];

/// Floors that parse messages and stand alone: bytes in, values out.
const PROTOCOLS: [&str; 10] =
    ["quic", "netbios", "fscc", "auth", "smb1", "smb2", "rap", "dcerpc", "interface", "rprn"];

/// Floors that bring bytes, which a protocol has no business with.
const PACKETS: [&str; 3] = ["capture", "net", "tcp"];

#[test]
fn a_floor_imports_only_from_floors_below_it() {
    let house = House::read();
    let wrong: Vec<String> = house
        .imports
        .iter()
        .filter_map(|import| Some(format!("{}: {}", import.place(), import.fault()?)))
        .collect();
    assert!(house.imports.len() > 100, "only {} imports found: is this the source?", house.imports.len());
    assert!(wrong.is_empty(), "{} imports against the order of the house\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_module_is_a_floor() {
    let strange: Vec<String> =
        House::read().floors.into_iter().filter(|floor| rank(floor).is_none()).collect();
    assert!(strange.is_empty(), "no floors of the house: {strange:?}");
}

#[test]
fn imports_are_found_however_they_are_written() {
    let found = |path: &str, source: &str| -> Vec<(usize, String)> {
        let exports = HashMap::from([("Event".to_owned(), "session".to_owned())]);
        imports(path, source, &exports).into_iter().map(|import| (import.line, import.to)).collect()
    };
    let one = |line: usize, to: &str| vec![(line, to.to_owned())];
    assert_eq!(found("auth/der.rs", "use crate::smb2::Header;"), one(1, "smb2"));
    assert_eq!(found("auth/der.rs", "\nfn f(x: &crate::smb2::Header) {}"), one(2, "smb2"));
    assert_eq!(found("auth/der.rs", "use crate::Event;"), one(1, "session"));
    assert_eq!(found("auth/mod.rs", "pub(super) use super::smb1;"), one(1, "smb1"));
    assert_eq!(found("auth/mod.rs", "fn f() { g(super::smb1::h()) }"), one(1, "smb1"));
    assert_eq!(found("auth/der.rs", "use super::super::smb1;"), one(1, "smb1"));
    assert_eq!(found("auth/ntlm/flags.rs", "use super::super::{der, super::smb1};"), one(1, "smb1"));
    assert_eq!(found("auth/der.rs", "mod tests {\n use super::super::super::smb1; }"), one(2, "smb1"));
    assert_eq!(found("auth/der.rs", "mod tests { use super::super::blob; }"), []);
    assert_eq!(found("auth/der.rs", "use super::{blob, kerberos};"), []);
    assert_eq!(found("auth/der.rs", "/// [`crate::smb2`]\n// crate::smb2\n/* crate::smb2 */"), []);
    assert_eq!(
        found("auth/der.rs", r##"const A: &str = "crate::smb2"; const B: &str = r#"crate::smb2"#;"##),
        []
    );
    assert_eq!(
        found("auth/der.rs", "use crate::{\n    wire::{le_u16, smb2},\n    tcp,\n    error::ParseError};"),
        [(2, "wire".to_owned()), (3, "tcp".to_owned()), (4, "error".to_owned())]
    );
}

#[test]
fn imports_against_the_order_are_faults() {
    let fault = |from: &str, to: &str| {
        Import { file: String::new(), line: 1, from: from.to_owned(), to: to.to_owned() }.fault().is_some()
    };
    assert!(
        fault("auth", "smb1") && fault("tcp", "session") && fault("smb2", "net") && fault("net", "nowhere")
    );
    assert!(!fault("session", "tcp") && !fault("net", "capture") && !fault("smb1", "smb1"));
}

fn rank(floor: &str) -> Option<usize> {
    FLOORS.iter().position(|name| *name == floor)
}

/// A path in the source that leads to a floor.
#[derive(Debug)]
struct Import {
    file: String,
    line: usize,
    from: String,
    to: String,
}

impl Import {
    fn place(&self) -> String {
        format!("src/{}:{}", self.file, self.line)
    }

    /// What is wrong with it.
    fn fault(&self) -> Option<String> {
        let Self { from, to, .. } = self;
        let (Some(here), Some(there)) = (rank(from), rank(to)) else {
            return Some(format!("{from} imports {to}, which is no floor"));
        };
        if there > here {
            return Some(format!("{from} imports {to}, which is above it"));
        }
        let packets = PROTOCOLS.contains(&from.as_str()) && PACKETS.contains(&to.as_str());
        packets.then(|| format!("{from} imports {to}, but a protocol knows nothing of packets"))
    }
}

struct House {
    floors: Vec<String>,
    imports: Vec<Import>,
}

impl House {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        sources(&root, &mut files);
        let exports = exports(&fs::read_to_string(root.join("lib.rs")).unwrap());
        let mut house = Self { floors: Vec::new(), imports: Vec::new() };
        for file in files.iter().filter(|file| **file != root.join("lib.rs")) {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            house.floors.push(floor_of(&path).to_owned());
            house.imports.extend(imports(&path, &fs::read_to_string(file).unwrap(), &exports));
        }
        house.floors.dedup();
        house
    }
}

fn sources(directory: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The floor of a file, given by its path in `src/`.
fn floor_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// What the front door gives to all, and the floor it comes from.
fn exports(lib: &str) -> HashMap<String, String> {
    let mut exports = HashMap::new();
    let tokens = tokens(lib);
    for (place, _) in tokens.iter().enumerate().filter(|(_, token)| token.text == "use") {
        let names = tokens[place + 1..].iter().take_while(|token| token.text != ";");
        let mut names = names.map(|token| token.text.as_str()).filter(|text| is_name(text));
        if let Some(floor) = names.next() {
            exports.extend(names.map(|name| (name.to_owned(), floor.to_owned())));
        }
    }
    exports
}

/// The paths in a file that lead out of its floor, or through the crate's root back into it.
fn imports(path: &str, source: &str, exports: &HashMap<String, String>) -> Vec<Import> {
    let from = floor_of(path);
    let mut imports = Vec::new();
    for (line, name) in from_root(path, &tokens(source)) {
        let to = exports.get(&name).unwrap_or(&name).clone();
        imports.push(Import { file: path.to_owned(), line, from: from.to_owned(), to });
    }
    imports
}

/// The names that stand after the crate's root in paths.
fn from_root(path: &str, tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // For each open brace: how many levels it lies deeper than what is around it.
    let mut braces: Vec<usize> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let before = |back: usize| place.checked_sub(back).map_or("", |at| tokens[at].text.as_str());
        match token.text.as_str() {
            "{" => braces.push(usize::from(before(2) == "mod")),
            "}" => drop(braces.pop()),
            "crate" => {
                follow(tokens, place + 1, 0, &mut found);
            }
            "super" if before(1) != "::" => {
                let depth = depth(path) + braces.iter().sum::<usize>();
                follow(tokens, place, depth, &mut found);
            }
            _ => {}
        }
    }
    found
}

/// How many modules a file lies below the crate's root.
fn depth(path: &str) -> usize {
    let parts = path.split('/').count();
    if path.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// Follows a path, or a group of paths, from `place` on, `depth` modules below the root: `super` leads one up. Gives
/// the names that stand at the root. Gives the place behind the path.
fn follow(tokens: &[Token], mut place: usize, mut depth: usize, found: &mut Vec<(usize, String)>) -> usize {
    let text = |place: usize| tokens.get(place).map_or("", |token| token.text.as_str());
    loop {
        match text(place) {
            "::" => place += 1,
            "super" if depth > 0 => (place, depth) = (place + 1, depth - 1),
            "{" => {
                place += 1;
                while !matches!(text(place), "}" | "") {
                    place = follow(tokens, place, depth, found);
                    // Whatever is left of this member: deeper names, an alias.
                    let mut open = 0;
                    while !text(place).is_empty() && (open > 0 || !matches!(text(place), "," | "}")) {
                        open += usize::from(text(place) == "{");
                        open -= usize::from(text(place) == "}");
                        place += 1;
                    }
                    place += usize::from(text(place) == ",");
                }
                return place + 1;
            }
            name => {
                if depth == 0 && is_name(name) {
                    found.push((tokens[place].line, name.to_owned()));
                }
                return place;
            }
        }
    }
}

struct Token {
    line: usize,
    text: String,
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Names and punctuation of a source, without comments, strings and characters.
fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let name = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (length, is_token) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), false)
        } else if let Some(length) = string(rest) {
            (length, false)
        } else if name(rest) > 0 {
            (name(rest), true)
        } else if rest.starts_with("::") {
            (2, true)
        } else {
            (first.len_utf8(), !first.is_whitespace())
        };
        let (text, after) = rest.split_at(length);
        if is_token {
            tokens.push(Token { line, text: text.to_owned() });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    tokens
}

/// The length of the string or character that a source begins with.
fn string(source: &str) -> Option<usize> {
    let body = source.trim_start_matches('b');
    let prefix = source.len() - body.len();
    let hashes = body.strip_prefix('r').map(|raw| raw.len() - raw.trim_start_matches('#').len());
    if let Some(hashes) = hashes
        && body[1 + hashes..].starts_with('"')
    {
        let end = format!("\"{}", "#".repeat(hashes));
        let start = prefix + 2 + hashes;
        return Some(source[start..].find(&end).map_or(source.len(), |at| start + at + end.len()));
    }
    let quote = body.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut inside = body.char_indices().skip(1);
    while let Some((at, char)) = inside.next() {
        match char {
            '\\' => drop(inside.next()),
            _ if char == quote => return Some(prefix + at + 1),
            // A lifetime.
            _ if quote == '\'' && at > 1 && !body[1..].starts_with('\\') => return None,
            _ => {}
        }
    }
    None
}
