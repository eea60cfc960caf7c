//! What to do: for the server that is there, and only what is still of use.

use smbscope::finding::{self, Finding};
use smbscope::report::{NetSession, NullSessions, Options};
use smbscope::session::Counts;

use crate::bytes::bytes;
use crate::ntlm::{self, Who};
use crate::rpc::Pipe as _;
use crate::smb1::{self, ACCESS_DENIED, Asked, OK, SESSION_SETUP, Smb1, block, null_set_up};
use crate::smb2::{SetUp, Smb2};
use crate::story::GRACE;
use crate::wire::Wire;

/// Words that only the advice for one kind of server has.
const WORDS: &[(&str, &[&str])] = &[
    ("nt", &["on Windows NT 4.0:", "0, the default, and 1, which keeps", "Service Pack 3"]),
    ("2000", &["on Windows 2000:", "Additional restrictions for anonymous connections", "to 2 and restart"]),
    ("xp", &["on Windows XP:", "restrictanonymoussam", "1, which restricts null sessions"]),
    ("2003", &["on Windows Server 2003:"]),
    ("vista", &["on Windows Vista, 7 or Server 2008:"]),
    ("later", &["on Windows 8, Server 2012 or later:", "Close-SmbSession -SessionId ID for one"]),
    ("dialect", &["on the server, if it is Windows Vista, Server 2008 or later:"]),
    ("samba", &["on Samba:", "map to guest at Never", "smbstatus -p", "close-share"]),
    ("unknown", &["on the server:", "winver", "smbd -V"]),
];

/// Words that the advice for several kinds has: which.
const SHARED: &[(&str, &[&str])] = &[
    ("Administrative Tools", &["2000", "xp", "2003"]),
    ("RestrictAnonymous", &["nt", "2000", "xp", "2003", "unknown"]),
    ("mistake there can make Windows unusable", &["nt", "2000", "xp", "2003", "vista", "later", "dialect"]),
    ("RestrictNullSessAccess", &["vista", "later", "dialect"]),
    ("NullSessionPipes and NullSessionShares", &["vista", "later", "dialect"]),
    ("Let Everyone permissions apply to anonymous users", &["vista", "later", "dialect"]),
    ("Named Pipes that can be accessed anonymously", &["2003", "vista", "later", "dialect"]),
    ("Close-SmbSession", &["later", "dialect"]),
    (
        "net session \\\\10.0.0.21 /delete",
        &["nt", "2000", "xp", "2003", "vista", "later", "dialect", "unknown"],
    ),
    ("restrict anonymous = 2", &["samba", "unknown"]),
    ("smbcontrol PID shutdown", &["samba", "unknown"]),
    ("To free slots now", &["nt", "2000", "xp", "2003", "vista", "later", "dialect", "unknown"]),
    ("is not saved is lost", &["nt", "2000", "xp", "2003", "vista", "later", "dialect", "samba", "unknown"]),
];

/// A server that says of itself what its system and its LAN manager are lets a null session in, which takes a handle.
fn leak(wire: &Wire, server: u8, os: &str, lan_manager: &str) {
    let smb = Smb1::on(wire.connect(21, server));
    let asked = smb.ask_log_on(null_set_up());
    let names = bytes().oem(os).oem(lan_manager);
    smb.answer(Asked { uid: 0x41, ..asked }, OK, &[block(SESSION_SETUP, bytes().u16(0), names)]);
    smb.uid.set(0x41);
    smb.ipc(1);
    smb.open(r"\spoolss", 7);
    smb.pipe(7).bind(5);
    smb.pipe(7).open_printer(2, 1);
}

impl Wire {
    fn what_to_do(&self) -> Vec<Finding> {
        self.wait(100.0);
        finding::all(&self.ledger(), GRACE)
    }

    fn advice_of(&self, rule: &str) -> String {
        let found = self.what_to_do();
        found.into_iter().find(|finding| finding.rule == rule).expect("the rule finds something").advice
    }

    /// The text, on lines that nothing is split over.
    fn text(&self) -> String {
        self.wait(100.0);
        let ledger = self.ledger();
        NullSessions::new(&ledger, [], &Counts::default(), Options::default()).text(10_000).to_string()
    }
}

/// The advice has the words for one kind of server, and none of those of the others.
fn is_for(kind: &str, text: &str) {
    for (other, words) in WORDS {
        for word in *words {
            assert_eq!(text.contains(word), *other == kind, "{word}, of {other}, where {kind} is: {text}");
        }
    }
    for (word, kinds) in SHARED {
        assert_eq!(text.contains(word), kinds.contains(&kind), "{word} where {kind} is: {text}");
    }
}

#[test]
fn each_kind_of_server_has_advice_of_its_own() {
    for (kind, os, lan_manager) in [
        ("nt", "Windows NT 4.0", "NT LAN Manager 4.0"),
        ("2000", "Windows 5.0", "Windows 2000 LAN Manager"),
        ("xp", "Windows 5.1", "Windows 2000 LAN Manager"),
        ("2003", "Windows Server 2003 3790 Service Pack 1", "Windows Server 2003 5.2"),
        ("vista", "Windows 7 Professional 7601 Service Pack 1", "Windows 7 Professional 6.1"),
        ("vista", "Windows Server (R) 2008 Standard 6001", "Windows Server (R) 2008 Standard 6.0"),
        ("later", "Windows 10 Pro 19041", "Windows 10 Pro 6.3"),
        ("later", "Windows Server 2019 Standard 17763", "Windows Server 2019 Standard 6.3"),
        ("samba", "Unix", "Samba 3.0.24"),
        ("samba", "Windows 6.1", "Samba 4.17.12-Debian"),
        ("samba", "Windows 5.1", "Samba 3.6"),
        ("unknown", "", ""),
        ("unknown", "OS/400", ""),
    ] {
        let wire = Wire::new();
        leak(&wire, 10, os, lan_manager);
        is_for(kind, &wire.text());
    }
}

#[test]
fn smb2_tells_samba_by_its_guid_and_windows_by_nothing_else() {
    let wire = Wire::new();
    Smb2::to_samba(wire.connect(21, 10)).hold_printer();
    is_for("samba", &wire.text());

    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_printer();
    is_for("dialect", &wire.text());
}

#[test]
fn the_version_in_a_challenge_tells_windows_unless_the_server_is_samba() {
    for (kind, version) in [
        ("vista", (6, 1, 7601)),
        ("later", (6, 3, 9600)),
        ("later", (10, 0, 22631)),
        // No Windows has it.
        ("dialect", (6, 1, 0)),
        // Its Windows does not speak SMB 2.1.
        ("dialect", (6, 0, 6002)),
    ] {
        let wire = Wire::new();
        Smb2::on(wire.connect(21, 10)).of_version(version).hold_printer();
        is_for(kind, &wire.text());
    }
    for version in [(6, 1, 0), (6, 1, 7601), (10, 0, 22631)] {
        let wire = Wire::new();
        Smb2::to_samba(wire.connect(21, 10)).of_version(version).hold_printer();
        is_for("samba", &wire.text());
        let ledger = wire.ledger();
        let tables = NetSession::new(&ledger, None, GRACE, None);
        let system = tables.servers[0].system.as_ref().unwrap();
        assert_eq!((&*system.name, system.from, &system.version), ("Samba", "server_guid", &None));
    }
}

#[test]
fn the_version_in_a_challenge_counts_less_than_what_the_server_calls_its_system() {
    for (kind, os) in [("later", ""), ("xp", "Windows 5.1"), ("samba", "Unix")] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        let names = |blob: &[u8]| {
            let data = bytes().raw(blob).oem(os).oem("");
            block(SESSION_SETUP, bytes().u16(0).u16(blob.len()), data)
        };
        let asked = smb.ask(&[smb1::blob_set_up(&ntlm::init(&ntlm::negotiate()))]);
        let asked = Asked { uid: 0x41, ..asked };
        let challenge = ntlm::resp(&ntlm::challenge_of((10, 0, 19041)));
        smb.answer(asked, smb1::MORE_PROCESSING, &[names(&challenge)]);
        smb.uid.set(0x41);
        let asked = smb.ask(&[smb1::blob_set_up(&ntlm::resp(&ntlm::authenticate(Who::Null)))]);
        smb.answer(asked, OK, &[names(&[])]);
        smb.ipc(1);
        smb.open(r"\spoolss", 7);
        smb.pipe(7).bind(5);
        smb.pipe(7).open_printer(2, 1);
        is_for(kind, &wire.text());
    }
}

#[test]
fn a_version_that_clients_and_servers_have_is_told_with_both() {
    let text = |version| {
        let wire = Wire::new();
        Smb2::on(wire.connect(21, 10)).of_version(version).hold_printer();
        wire.text()
    };
    // The third frame behind the handshake and the negotiation has the challenge.
    let either = text((10, 0, 26100));
    for phrase in [
        "It takes 1 connection slot on ",
        "The limit of 20 slots is a guess: 20 if it is a client edition, none if it is a server edition; the server's NTLM \
         challenge has version 10.0.26100, that of Windows 11 or Server 2025 (frame 7).",
    ] {
        assert!(either.contains(phrase), "{phrase} in {either}");
    }
    let client = text((10, 0, 22631));
    assert!(client.contains("It takes 1 of 20 connection slots"), "{client}");
    let said = "The limit of 20 slots is a guess: the server's NTLM challenge has version 10.0.22631, that of Windows 11";
    assert!(client.contains(said), "{client}");
    let server = text((10, 0, 20348));
    assert!(!server.contains("The limit of 20"), "{server}");
    let said =
        "The server seems to be Windows Server 2022 (version 10.0.20348 in its NTLM challenge, frame 7).";
    assert!(server.contains(said), "{server}");
    // The client has a version in its AUTHENTICATE_MESSAGE, which is not the server's.
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_printer();
    let unknown = wire.text();
    assert!(!unknown.contains("seems to be") && !unknown.contains("is a guess"), "{unknown}");
}

#[test]
fn what_several_findings_have_in_common_is_told_once_and_what_each_server_needs_all_the_same() {
    let wire = Wire::new();
    for server in [10, 11] {
        leak(&wire, server, "Windows 5.1", "");
    }
    leak(&wire, 12, "Windows 6.1", "Samba 4.17.12-Debian");
    let text = wire.text();
    assert_eq!(text.matches("Method 1 (preferred), on Windows XP").count(), 1, "{text}");
    assert_eq!(text.matches("Method 1 (preferred), on Samba").count(), 1, "{text}");
    assert_eq!(text.matches("Method 2, on each client").count(), 1, "{text}");
}

#[test]
fn the_client_to_be_ended_is_named_where_there_is_one_alone() {
    let wire = Wire::new();
    for client in [21, 21] {
        Smb2::on(wire.connect(client, 10)).hold_printer();
    }
    // What another server has to end is its own affair.
    Smb2::on(wire.connect(22, 11)).hold_printer();
    let advice = wire.advice_of("null_session_leak");
    assert!(advice.contains(r"net session \\10.0.0.21 /delete") && !advice.contains("CLIENT"), "{advice}");

    Smb2::on(wire.connect(23, 10)).hold_printer();
    wire.wait(100.0);
    let found = wire.what_to_do();
    let of_10 = found.iter().filter(|finding| finding.server.host().to_string() == "10.0.0.10");
    let advice: Vec<&String> =
        of_10.filter(|finding| finding.rule == "null_session_leak").map(|finding| &finding.advice).collect();
    assert_eq!(advice.len(), 2, "two clients");
    for advice in advice {
        let both = r"net session \\10.0.0.21 /delete and net session \\10.0.0.23 /delete";
        assert!(advice.contains(both) && !advice.contains("CLIENT"), "{advice}");
    }
}

#[test]
fn nothing_is_said_of_ending_sessions_that_have_ended() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.wait(300.0);
    smb.tcp.end();
    let text = wire.text();
    assert!(text.contains("null_session_leak") && text.contains("Method 1"), "{text}");
    assert!(!text.contains("To free the slot"), "{text}");
}

#[test]
fn nothing_is_said_of_restricting_what_is_restricted() {
    let wire = Wire::new();
    let before = Smb1::on(wire.connect(21, 10));
    before.hold_printer();
    wire.wait(300.0);
    let denied = || {
        let smb = Smb1::on(wire.connect(22, 10));
        let asked = smb.ask_log_on(null_set_up());
        smb.fail(asked, ACCESS_DENIED);
    };
    denied();
    // Restricting takes a restart, which no session outlives.
    assert!(wire.advice_of("null_session_leak").contains("Method 1"));
    before.tcp.end();
    let advice = wire.advice_of("null_session_leak");
    assert!(!advice.contains("Method 1") && advice.contains("Method 2"), "{advice}");
    let advice = wire.advice_of("restricted_anonymous");
    assert!(advice.contains("a null session that was denied is counted"), "{advice}");
    assert!(!advice.contains("To free slots now"), "no session of the server's own: {advice}");

    // Whoever is let in afterwards shows that it is not restricted.
    leak(&wire, 10, "Windows 5.1", "");
    assert!(wire.advice_of("null_session_leak").contains("Method 1"));

    // Another server's denial is its own affair.
    let wire = Wire::new();
    leak(&wire, 10, "Windows 5.1", "");
    let smb = Smb1::on(wire.connect(22, 11));
    let asked = smb.ask_log_on(null_set_up());
    smb.fail(asked, ACCESS_DENIED);
    assert!(wire.advice_of("null_session_leak").contains("Method 1"));
}

#[test]
fn printer_shares_are_not_the_cause_of_what_another_pipe_holds() {
    let with = |pipe| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.log_on(0x41, Who::Null);
        smb.ipc(1);
        smb.open(pipe, 7);
        wire.advice_of("null_session_leak").contains("Method 2, on each client")
    };
    assert!(with("spoolss"));
    assert!(!with("browser"));
}

#[test]
fn users_at_work_are_not_to_be_thrown_out() {
    let ends = |idle: f64| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.log_on(0x41, Who::User("alice"));
        smb.ipc(1);
        let other = Smb2::on(wire.connect(22, 10));
        let asked = other.ask_log_on(0x42, Who::User("bob"), SetUp::default());
        other.fail(asked, crate::smb2::REQUEST_NOT_ACCEPTED);
        wire.wait(idle);
        let found = finding::all(&wire.ledger(), GRACE);
        let full = found.iter().find(|finding| finding.rule == "slots_exhausted").unwrap();
        assert!(full.advice.contains("The limit, on"), "{}", full.advice);
        full.advice.contains("To free slots now")
    };
    assert!(ends(1_000.0));
    assert!(!ends(800.0));
}

#[test]
fn the_limit_of_a_share_is_raised_where_the_server_keeps_it() {
    let at = |smb: &Smb2<'_>| {
        smb.log_on(0x41, Who::User("alice"));
        let asked = smb.ask_tree(r"\\SRV\docs");
        smb.fail(asked, crate::smb2::REQUEST_NOT_ACCEPTED);
    };
    let wire = Wire::new();
    at(&Smb2::to_samba(wire.connect(21, 10)));
    let advice = wire.advice_of("share_limit");
    assert!(advice.contains("max connections") && !advice.contains("net share"), "{advice}");

    let wire = Wire::new();
    at(&Smb2::on(wire.connect(21, 10)));
    let advice = wire.advice_of("share_limit");
    assert!(advice.contains("/users:NUMBER") && !advice.contains("max connections"), "{advice}");
}
