use core::time::Duration;

use super::{NetSession, NullSessions, Options};
use crate::capture::Info;
use crate::finding::testing::{Made, handle_of};
use crate::interface::{IREMOTEWINSPOOL, ProcedureId, SPOOLSS, SVCCTL};
use crate::ledger::Ledger;
use crate::session::{
    Counts, EventKind, HandleEvent, OpenEvent, OpenId, OpenKind, SessionEvent, SessionId, ShareKind, TreeId,
};

fn report(ledger: &Ledger) -> NullSessions<'_> {
    NullSessions::new(ledger, &[Info::default()], &Counts::default(), Options::default())
}

#[test]
fn a_session_from_the_middle_is_possibly_null_while_nothing_shows_a_user() {
    let mut ipc = Made::new();
    ipc.session_from_the_middle(1);
    let ledger = ipc.ended_after(100.0);
    let report = report(&ledger);
    assert!(report.sessions.iter().all(|session| session.possibly_null && !session.is_null()));
    assert_eq!(report.sessions.len(), 1);
    assert_eq!(report.outcome(), crate::report::Outcome::CannotTell, "it is stuck, and may be null");
}

#[test]
fn a_session_that_opens_a_disk_share_or_signs_or_encrypts_is_not_possibly_null() {
    let mut disk = Made::new();
    disk.session_from_the_middle(1);
    disk.tree(1, r"\\PRNSRV\public", ShareKind::Disk);
    assert!(report(&disk.ended_after(100.0)).sessions.is_empty());

    let mut nothing = Made::new();
    nothing.connect(1);
    nothing.tell(1, EventKind::Session(SessionEvent::FirstSeen { session: SessionId::Uid(100) }));
    assert_eq!(report(&nothing.ended_after(100.0)).sessions.len(), 1, "nothing shows a user");

    let mut signed = Made::new();
    signed.connect(1);
    signed.tell(1, EventKind::Session(SessionEvent::FirstSeen { session: SessionId::Uid(100) }));
    signed.tell(1, EventKind::Session(SessionEvent::Signed { session: SessionId::Uid(100) }));
    assert!(report(&signed.ended_after(100.0)).sessions.is_empty(), "a null session has no key");

    let mut encrypted = Made::new();
    encrypted.session_from_the_middle(1);
    let since = crate::session::ConnectionEvent::Encrypted { session: SessionId::Uid(100) };
    encrypted.tell(1, EventKind::Connection(since));
    assert!(report(&encrypted.ended_after(100.0)).sessions.is_empty(), "a null session has no key");
}

#[test]
fn a_call_has_a_name_on_its_own_interface_only() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    let interfaces = [&IREMOTEWINSPOOL, &SPOOLSS, &SVCCTL].map(|interface| Some(interface.id()));
    for interface in interfaces.into_iter().chain([None]) {
        let procedure = ProcedureId { interface, opnum: 20 };
        let used = HandleEvent::Used {
            open: OpenId::Fid(0x4001),
            handle: handle_of(1),
            procedure,
            stands_for: None,
        };
        made.tell(1, EventKind::Handle(used));
    }
    let ledger = made.ended_after(100.0);
    let report = report(&ledger);
    let opens = report.sessions.iter().flat_map(|it| &it.trees).flat_map(|tree| &tree.opens);
    let calls = opens.flat_map(|open| &open.handles).flat_map(|handle| &handle.calls);
    let names: Vec<_> = calls.map(|call| (call.opnum, call.procedure)).collect();
    let own = ["RpcEndPagePrinter", "RGetServiceDisplayNameW", "RpcAsyncClosePrinter"];
    assert_eq!(names[0], (20, None));
    assert_eq!(names[1..], own.map(|name| (20, Some(name))));
}

#[cfg(feature = "serde")]
mod json {
    use serde_json::{Value, json};

    use super::*;
    use crate::wire::{NtStatus, Status};

    fn moment(seconds: &str, frame: u64) -> Value {
        json!({ "time": format!("2002-11-05T14:03:{seconds}0000000Z"), "capture": 0, "frame": frame })
    }

    fn ended(seconds: &str, frame: u64, by: &str) -> Value {
        let mut moment = moment(seconds, frame);
        (moment["by"], moment["side"], moment["cause"]) = (json!(by), Value::Null, Value::Null);
        moment
    }

    #[test]
    fn has_the_shape_of_the_contract() {
        let mut made = Made::new();
        made.null_session(1);
        made.handle(1);
        made.close_pipe(1);
        made.disconnect(1);
        let ledger = made.ended_after(100.0);
        let mut office = Info::default();
        (office.name, office.packets) = ("office.pcap".to_owned(), 12);
        let report = NullSessions::new(&ledger, &[office], &Counts::default(), Options::default());

        let rundown = json!({
            "time": "2002-11-05T14:03:05.110000000Z", "capture": 0, "frame": 11,
            "by": "rundown", "side": null, "cause": "pipe_close",
        });
        let handle = json!({
            "handle": "000000005f00011122330000000000000000000000".get(..40),
            "opened_by": { "opnum": 69, "procedure": "RpcOpenPrinterEx" },
            "object": r"\\PRNSRV\lp1",
            "client": { "machine": r"\\WS-21", "user": "alice", "build": 2600 },
            "opened": moment("05.10", 10),
            "last_used": moment("05.10", 10),
            "calls": [],
            "document": null,
            "notification": null,
            "closed": rundown,
        });
        let open = json!({
            "name": "spoolss",
            "kind": "pipe",
            "file_id": "0x4001",
            "opened": moment("05.06", 6),
            "closed": ended("05.11", 11, "own_close"),
            "locks": 0,
            "interfaces": [
                { "uuid": "12345678-1234-abcd-ef00-0123456789ab", "version": "1.0", "name": "spoolss" },
            ],
            "sealed": null,
                        "handles": [handle],
            "waiting": [],
        });
        let tree = json!({
            "path": r"\\PRNSRV\IPC$",
            "tree_id": "0x7",
            "opened": moment("05.05", 5),
            "closed": ended("05.12", 12, "connection_end"),
            "opens": [open],
        });
        let mut session_end = ended("05.12", 12, "connection_end");
        session_end["side"] = json!("client");
        let session = json!({
            "id": "0x1",
            "server": "192.168.1.10:139",
            "client": "192.168.1.21:1001",
            "connections": [{
                "client": "192.168.1.21:1001",
                "server": "192.168.1.10:139",
                "opened": moment("05.01", 1),
                "closed": ended("05.12", 12, "fin"),
            }],
            "transport": "netbios",
            "dialect": "NT LM 0.12",
            "session_id": "0x64",
            "pids": [],
            "native_os": null,
            "client_guid": null,
            "components": ["print spooler"],
            "client_name": "WS-21",
            "who": {
                "kind": "null",
                "account": null,
                "domain": null,
                "workstation": null,
                "mechanism": null,
                "ntlm_version": null,
                "client_version": null,
                "evidence": ["empty_account", "lm_response_1_byte"],
            },
            "opened": moment("05.04", 4),
            "first_seen": moment("05.04", 4),
            "closed": session_end,
            "age_seconds": 0.08,
            "held_seconds": 0.08,
            "longest_idle_seconds": 0.06,
            "idle_seconds": null,
            "verdict": "abandoned",
            "possible_verdicts": [],
            "why": "the client closed the connection, with 1 handle left open; the server freed it (run down)",
            "possibly_null": false,
            "encrypted": null,
            "trees": [tree],
        });
        let expected = json!({
            "outcome": { "word": "clear", "exit_code": 0 },
            "captures": [{ "path": "office.pcap", "packets": 12, "first": null, "last": null }],
            "grace_seconds": 90,
            "end": "2002-11-05T14:04:45.120000000Z",
            "sessions": [session],
            "refusals": [],
            "denials": [],
            "printer_shares": [],
            "findings": [],
            "unseen": [],
            "losses": {
                "gaps": 0,
                "gap_bytes": 0,
                "harmless_gaps": 0,
                "unreadable": 0,
                "passed_over_bytes": 0,
                "evictions": {},
                "sessions_aggregated": {},
                "unreadable_packets": 0,
                "time_went_back": 0,
                "connections_evicted": 0,
            },
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }

    #[test]
    fn refusals_denials_waiting_calls_and_findings_are_told() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 69);
        made.server_seen(1);
        made.refuse(2, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        made.deny(3);
        let ledger = made.ended_after(100.0);
        let value = serde_json::to_value(report(&ledger)).unwrap();
        assert_eq!(
            value["sessions"][0]["trees"][0]["opens"][0]["waiting"],
            json!([{ "interface": "spoolss", "opnum": 69, "procedure": "RpcOpenPrinterEx",
                     "sent": moment("05.08", 8) }])
        );
        assert_eq!(value["sessions"][0]["verdict"], "hung");
        assert_eq!(value["outcome"], json!({ "word": "trouble", "exit_code": 1 }));
        assert_eq!(value["sessions"][0]["closed"], Value::Null);
        let refusal = json!({
            "time": value["refusals"][0]["time"], "capture": 0, "frame": 14,
            "server": "192.168.1.10:139", "client": "192.168.1.21:1002",
            "who": value["refusals"][0]["who"], "client_name": "WS-21", "what": "session",
            "status": "0xc00000d0", "status_name": "STATUS_REQUEST_NOT_ACCEPTED", "win32": 71,
            "slots_in_use": {
                "low": 1, "high": 20, "open_ended": true, "null": 1, "denied": 0,
                "why": "the server was full, and who took the other slots was not captured",
            },
            "limit": null, "held_by": ["0x1"],
            "holders": {
                "null": 1, "denied": 0, "hung": 1, "leaked": 0, "named": 0, "unknown": 0, "perhaps": 0,
            },
        });
        assert_eq!(value["refusals"], json!([refusal]));
        let denial = json!({
            "time": value["denials"][0]["time"], "capture": 0, "frame": 18,
            "server": "192.168.1.10:139", "client": "192.168.1.21:1003",
            "who": value["denials"][0]["who"], "what": "session", "name": null,
            "status": "0xc0000022", "status_name": "STATUS_ACCESS_DENIED",
        });
        assert_eq!(value["denials"], json!([denial]));
        let rules: Vec<&Value> =
            value["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
        assert_eq!(rules, ["slots_exhausted", "hung_open_printer", "restricted_anonymous"]);
        let mut finding = value["findings"][1].clone();
        for text in ["text", "advice", "source", "refuted_by"] {
            assert!(finding[text].take().as_str().is_some_and(|text| text.len() > 10), "{text}");
        }
        assert_eq!(
            finding,
            json!({
                "rule": "hung_open_printer", "severity": "warning",
                "server": "192.168.1.10:139", "client": "192.168.1.21:1001", "sessions": ["0x1"],
                "frames": [{ "capture": 0, "frame": 4 }, { "capture": 0, "frame": 8 }],
                "text": null, "advice": null, "both_conditions": false, "source": null, "refuted_by": null,
            })
        );
    }

    #[test]
    fn the_grace_is_whole_where_it_can_be() {
        let ledger = Ledger::default();
        for (grace, text) in [(90_000, "90"), (500, "0.5"), (0, "0")] {
            let grace = Duration::from_millis(grace);
            let options = Options { grace, ..Options::default() };
            let report = NullSessions::new(&ledger, [], &Counts::default(), options);
            let json = serde_json::to_string(&report).unwrap();
            assert!(json.contains(&format!("\"grace_seconds\":{text},\"end\":null")), "{json}");
        }
    }
}

#[test]
fn connections_that_a_server_makes_are_among_its_own() {
    let mut made = Made::new();
    made.null_session(1);
    // The client shares something too, and the server comes to it.
    let (server, client) = (made.server.host(), made.client_ip);
    (made.server, made.client_ip) = (crate::net::Endpoint::new(client.ip().unwrap(), 139), server);
    made.null_session(2);
    let ledger = made.ended_after(1.0);
    let tables = NetSession::new(&ledger, None, Duration::from_secs(90), None);
    let told: Vec<_> = tables
        .servers
        .iter()
        .map(|server| server.netbios.iter().map(|row| (row.outgoing, row.client.port)).collect::<Vec<_>>())
        .collect();
    assert_eq!(told, [[(false, 1001), (true, 1002)], [(true, 1001), (false, 1002)]]);
    let text = tables.text(80).to_string();
    assert!(text.contains("Connected  Out     *SMBSERVER (192.168.1.21:139)"), "{text}");
}

/// What the tables say of the slots in use, of a server that calls itself `os`, has `sessions` null sessions, and turned
/// somebody away where `refuses`.
fn slots(os: &str, sessions: u16, refuses: bool) -> ((u64, Option<u64>), String) {
    let mut made = Made::new();
    made.connect(100);
    made.native(100, "", os);
    for client in 1..=sessions {
        made.null_session(client);
    }
    if refuses {
        made.refuse(200, crate::wire::Status::Nt(crate::wire::NtStatus::REQUEST_NOT_ACCEPTED));
    }
    let ledger = made.ended_after(1.0);
    let tables = NetSession::new(&ledger, None, Duration::from_secs(90), None);
    let used = tables.servers[0].slots_in_use;
    assert_eq!(used.why.is_some(), used.open_ended || used.high != used.low);
    let text = tables.text(1_000).to_string();
    let line = text.lines().find(|line| line.contains("connection slot")).unwrap();
    let (line, _) = line.split_once(" in use").unwrap();
    ((used.low, used.bound()), line.to_owned())
}

#[test]
fn a_server_that_refused_somebody_had_slots_in_use_whoever_held_them() {
    let told = |low, high, line: &str| ((low, high), line.to_owned());
    assert_eq!(slots("", 0, true), told(0, None, "An unknown number of connection slots"));
    assert_eq!(slots("", 0, false), told(0, Some(0), "0 connection slots"));
    assert_eq!(slots("Windows 5.0", 0, true), told(0, Some(10), "0 to 10 of 10 connection slots"));
    assert_eq!(slots("", 1, true), told(1, None, "At least 1 connection slot"));
    assert_eq!(slots("", 1, false), told(1, Some(1), "1 connection slot"));
    assert_eq!(slots("Windows 5.0", 1, false), told(1, Some(1), "1 of 10 connection slots"));
    assert_eq!(slots("Windows 5.0", 9, true), told(9, Some(10), "9 to 10 of 10 connection slots"));
    assert_eq!(slots("Windows 5.0", 10, true), told(10, Some(10), "10 of 10 connection slots"));
}

#[test]
fn an_idle_user_with_a_document_open_is_not_said_to_hold_nothing() {
    let why = |opens: &[(&str, OpenKind)]| {
        let mut made = Made::new();
        made.user_session(1);
        made.close_pipe(1);
        for (number, (name, what)) in (9..).zip(opens) {
            let opened = OpenEvent::Opened {
                session: SessionId::Uid(100),
                tree: TreeId::Tid(7),
                open: OpenId::Fid(number),
                name: Some((*name).to_owned()),
                what: *what,
                answer_seen: true,
            };
            made.tell(1, EventKind::Open(opened));
        }
        let ledger = made.ended_after(100.0);
        let options = Options { all: true, ..Options::default() };
        let report = NullSessions::new(&ledger, &[Info::default()], &Counts::default(), options);
        let why = report.sessions.first().unwrap().why.clone();
        why.split(" and was not used").next().unwrap().to_owned()
    };
    let document = (r"\report.doc", OpenKind::File);
    assert_eq!(why(&[document]), r"it has \report.doc open, holds no pipe");
    assert_eq!(why(&[document, (r"\plan.doc", OpenKind::File)]), "it has 2 files open, holds no pipe");
    assert_eq!(why(&[(r"\folder", OpenKind::Directory)]), "it holds no pipe");
}
