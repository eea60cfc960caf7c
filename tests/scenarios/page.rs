//! The page: as many sessions as a site has, and names that mean harm.
#![cfg(feature = "serde")]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ntlm::Who;
use crate::rpc::{NDR, Pipe as _, handle};
use crate::smb2::{SetUp, Smb2};
use crate::story::pcap;
use crate::wire::End::Server;
use crate::wire::Wire;

const REQUEST_NOT_ACCEPTED: u32 = 0xc000_00d0;

/// Sessions of every fate on one server, one after the other, and a refusal now and then.
fn site(sessions: u32) -> Wire {
    let wire = Wire::new();
    for number in 0..sessions {
        let client = 20 + u8::try_from(number % 199).unwrap();
        let smb = Smb2::on(wire.connect(client, 10));
        let id = u64::from(number) + 0x100;
        let who = if number % 5 == 3 { Who::User("alice") } else { Who::Null };
        if number % 17 == 16 {
            let asked = smb.ask_log_on(id, who, SetUp::default());
            smb.fail(asked, REQUEST_NOT_ACCEPTED);
            smb.tcp.end();
            continue;
        }
        smb.log_on(id, who);
        smb.ipc(1);
        if number % 7 != 6 {
            smb.open("spoolss", 7);
            smb.pipe(7).bind(number + 1);
            match number % 7 {
                5 => {
                    smb.pipe(7).ask_open_printer(2);
                    smb.tcp.ack(Server);
                }
                _ => smb.pipe(7).open_printer(2, 1),
            }
        }
        wire.wait(2.0);
        match number % 7 {
            0 | 1 => {
                smb.pipe(7).close_printer(3, 1);
                smb.close(7);
                smb.log_off();
                smb.tcp.end();
            }
            2 => smb.tcp.rst(crate::wire::End::Client),
            _ => {}
        }
        wire.wait(40.0);
    }
    wire.wait(200.0);
    wire.connect(250, 251).end(); // the capture goes on
    wire
}

/// Names that would be markup, move a terminal's cursor, turn text round, or fill the page.
fn hostile() -> [String; 6] {
    [
        "<script>alert(1)</script><img src=x onerror=alert(2)>".to_owned(),
        "\"'&amp;</title></style></svg><svg/onload=alert(3)>{{ 7 * 7 }}{% end %}".to_owned(),
        "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\r\n\u{8}\u{7f}".to_owned(),
        "\u{202e}gpj.exe\u{2066}\u{200f}\u{061c}\u{2028}\u{feff}".to_owned(),
        "W".repeat(10_000),
        "\u{6f22}\u{5b57}\u{05e9}\u{05dc}\u{05d5}\u{05dd}\u{1f4a9}".repeat(200),
    ]
}

/// A leak for each hostile name, which stands wherever a client may put a text.
fn hostile_site() -> Wire {
    let wire = Wire::new();
    for (number, name) in (0_u8..).zip(hostile()) {
        let smb = Smb2::on(wire.connect(20 + number, 10));
        smb.log_on(u64::from(number) + 0x100, Who::Null);
        let short: String = name.chars().take(300).collect();
        let asked = smb.ask_tree(&format!(r"\\{short}\IPC$"));
        smb.tree_connected(asked, 1, 2);
        let asked = smb.ask_tree(&format!(r"\\SRV\{short}"));
        smb.tree_connected(asked, 2, 3);
        smb.tree.set(1);
        smb.open("spoolss", 7);
        smb.pipe(7).bind(u32::from(number) + 1);
        let call = NDR.open_printer_ex_by(&name, &name, &name);
        smb.pipe(7)
            .exchange(&NDR.request(2, 0, 69, &call), &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
        let call = NDR.request(3, 0, 65, &NDR.remote_find_first(1, &format!(r"\\{name}")));
        smb.pipe(7).exchange(&call, &NDR.response(3, 0, &NDR.value(0)));
        smb.open(&short, 8);
    }
    wire.wait(200.0);
    wire.connect(250, 251).end();
    wire
}

/// What an example prints of a capture, or the page that it writes.
fn run(example: &str, capture: &Path, arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "--quiet", "--example", example, "--"])
        .arg(capture)
        .args(arguments)
        .output()
        .unwrap();
    assert!(matches!(run.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// Writes a capture into the directory for the files of this run.
fn write(name: &str, wire: &Wire) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, pcap(&wire.packets())).unwrap();
    path
}

/// The tags of a page, each without its attributes' values, and that they close in the order in which they opened.
fn tags(page: &str) -> Vec<String> {
    const EMPTY: [&str; 6] = ["!DOCTYPE", "meta", "br", "path", "rect", "i"];
    let mut open: Vec<&str> = Vec::new();
    let mut seen = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("every tag has its end");
        rest = after;
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        if tag.starts_with('/') {
            if name != "i" && name != "path" {
                assert_eq!(open.pop(), Some(name), "tags close in their order");
            }
        } else if !EMPTY.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
        seen.push(name.to_owned());
    }
    assert!(open.is_empty(), "{open:?}");
    seen
}

#[test]
fn the_page_tells_of_five_fifty_and_five_thousand_sessions() {
    for (sessions, most) in [(5, 60_000), (50, 160_000), (5_000, 700_000)] {
        let capture = write(&format!("site_{sessions}.pcap"), &site(sessions));
        let page = run("report", &capture, &["--output", "-", "--limit", "10"]);
        assert!(page.len() < most, "{sessions} sessions: {} bytes", page.len());
        let lanes = tags(&page).iter().filter(|tag| *tag == "g").count();
        assert!(lanes >= sessions.min(50) as usize, "{lanes}");
        for text in ["never closed", "null session leak", "Method 1 (preferred)", "limit 10", "net session"] {
            assert!(page.contains(text), "{sessions} sessions: {text}");
        }
    }
}

#[test]
fn hostile_names_harm_neither_page_nor_terminal() {
    let capture = write("hostile.pcap", &hostile_site());
    let page = run("report", &capture, &["--output", "-"]);
    let known = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "bdi",
        "br", "main", "div", "span", "i", "b", "small", "section", "details", "summary", "ol", "ul", "li",
        "table", "thead", "tbody", "tr", "th", "td", "pre", "svg", "defs", "pattern", "path", "clipPath",
        "rect", "g", "text",
    ];
    for tag in tags(&page) {
        assert!(known.contains(&tag.as_str()), "a tag off the wire: {tag}");
    }
    assert!(
        page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"),
        "the name is shown, as text"
    );
    assert!(!page.contains(&"W".repeat(401)), "long names are shortened");
    let texts = [
        page,
        run("null_sessions", &capture, &["--all"]),
        run("net_session", &capture, &[]),
        run("null_sessions", &capture, &["--all", "--format", "json"]),
        run("net_session", &capture, &["--format", "json"]),
        run("dissect", &capture, &[]),
        run("dissect", &capture, &["--format", "json"]),
        run("dissect", &capture, &["--format", "tsv"]),
    ];
    for text in texts {
        let harmful = |c: char| {
            (c.is_control() && c != '\n' && c != '\t')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
        };
        assert_eq!(text.chars().find(|c| harmful(*c)), None, "{}", text.get(..200).unwrap_or_default());
    }
}
