use core::time::Duration;

use super::super::{NetSession, NullSessions, Options};
use crate::capture::{Info, Origin};
use crate::finding::testing::Made;
use crate::ledger::Ledger;
use crate::net::Endpoint;
use crate::session::{
    Counts, EventKind, Loss, MayHold, SessionId, ShareKind, TreeEvent, TreeId, Unseen, UnseenKind, UserShown,
    offer,
};
use crate::wire::{NtStatus, Status, Timestamp};

fn info(name: &str) -> Info {
    let mut info = Info::default();
    (info.name, info.packets) = (name.to_owned(), 12_345);
    info.first = Some(Timestamp::from_parts(1_036_504_985, 0));
    info.last = Some(Timestamp::from_parts(1_036_508_585, 0));
    info
}

/// The text in 80 columns, none of its lines longer, and nothing in it that is not to be printed.
fn text_of(ledger: &Ledger, captures: &[Info], options: Options) -> String {
    let text = NullSessions::new(ledger, captures, &Counts::default(), options).text(80).to_string();
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "too long: {line}");
        assert_eq!(line, line.trim_end());
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    text
}

fn text(ledger: &Ledger) -> String {
    text_of(ledger, &[info("office.pcap")], Options::default())
}

/// The part of `text` between two lines, the first of them in it.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from} in:\n{text}"));
    let text = &text[start..];
    &text[..text[1..].find(to).map_or(text.len(), |end| end + 1)]
}

/// Sessions of every verdict but unknown, a refusal and a denial.
fn office() -> Ledger {
    let mut made = Made::new();
    made.null_session(1);
    made.call(1, 69);
    made.wait(60.0);
    made.null_session(2);
    made.native(2, "Windows 2002 2600", "Windows 5.1");
    made.handle(2);
    made.null_session_alone(3);
    made.null_session(4);
    made.handle(4);
    made.close_all(4);
    made.null_session(5);
    made.handle(5);
    made.close_pipe(5);
    made.disconnect(5);
    made.session_from_the_middle(6);
    made.handle(6);
    made.user_session(7);
    made.refuse(8, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
    made.deny(9);
    made.wait(7_800.0);
    made.null_session(10);
    made.server_seen(1);
    made.ended_after(0.5)
}

#[test]
fn the_answer_comes_first_then_the_table_worst_first_then_the_stories() {
    let text = text(&office());
    let expected = r#"3 null sessions to 192.168.1.10:139 never closed: 1 holds a printer handle, 1
waits for an answer to OpenPrinterEx and 1 stays open although it holds nothing.
1 null session was denied by 192.168.1.10:139, but it holds a slot while its
connection stays open. They come from 192.168.1.21 (WS-21). They take 4 of 10
connection slots on 192.168.1.10:139; 6 to 7 are in use in all (some may be one
user's, or may have ended). 192.168.1.10:139 refused WS-21 (192.168.1.21) with
error 71; at that time null sessions of WS-21 held 3 of the 4 to 10 slots in use
(the server was full, and who took the other slots was not captured).

The limit of 10 slots is a guess: the server calls itself Windows 5.1; XP Home
would have 5. Of the other null sessions, 1 is too young to judge, 1 ended
without closing every handle and 1 ended cleanly. The session from
192.168.1.21:1006 to 192.168.1.10:139 may be a null session: nothing in the
capture says whose it is, and it is stuck. A session younger than 90 s cannot be
judged: capture for longer, or give --until TIME if you know that nothing more
was sent up to then. 192.168.1.10:139 denied 1 anonymous session setup (frame
74). See "What to do" for how to free the slots now and how to prevent more.

VERDICT    WHO    CLIENT             SINCE     AGE     IDLE   PIPE     HOLDS
hung       null   192.168.1.21:1001  14:03:05  2h11m   2h11m  spoolss
           RpcOpenPrinterEx \\PRNSRV\lp1, unanswered
leaked     null   192.168.1.21:1002  14:04:05  2h10m   2h10m  spoolss
           handle 5f0002… on \\PRNSRV\lp1
leaked     null?  192.168.1.21:1006  14:04:05  >2h10m  2h10m  spoolss
           handle 5f0006… on \\PRNSRV\lp1
lingering  null   192.168.1.21:1003  14:04:05  2h10m   2h10m  -        nothing
denied     null   192.168.1.21:1009  14:04:05  2h10m   2h10m  -
           the server denied the session setup with STATUS_ACCESS_DENIED in
           frame 74, and the connection stays
abandoned  null   192.168.1.21:1005  14:04:05  0.0s    -      spoolss
           1 handle run down
open       null   192.168.1.21:1010  16:14:05  0.5s    0.5s   spoolss
           an open pipe, no handle
closed     null   192.168.1.21:1004  14:04:05  0.0s    -      spoolss  -
null?  the capture does not show its credentials, and nothing else shows a user
       or a guest

refused  14:04:05  192.168.1.21:1008  WS-21: STATUS_REQUEST_NOT_ACCEPTED (error
                   71), 4 to 10 slots in use (the server was full, and who took
                   the other slots was not captured)  frame 70

Who held the 4 to 10 slots in use at frame 70:
SESSIONS  CLIENT                WHO      SINCE     UNUSED  OPEN
3         192.168.1.21 (WS-21)  null     14:03:05  1m00s   2 pipes and 1 handle
1         192.168.1.21 (WS-21)  alice    14:04:05  0.0s    1 pipe
1         192.168.1.21 (WS-21)  unknown  14:04:05  0.1s    1 pipe and 1 handle

hung     192.168.1.21:1001 as WS-21 (SPLCLIENT user alice, build 2600)
         print spooler; NT LM 0.12; UID 100
  14:03:05.040  null session set up             frame 4  (empty user, LM
                  response of 1 byte)
  14:03:05.050  \\PRNSRV\IPC$ connected         frame 5
  14:03:05.060  \PIPE\spoolss opened            frame 6
  14:03:05.070  spoolss 1.0 bound               frame 7
  14:03:05.080  RpcOpenPrinterEx (0x45) sent    frame 8  no answer in 2h11m for
                  \\PRNSRV\lp1
  16:14:05.820  server last seen                frame 82  still active

leaked   192.168.1.21:1002 as WS-21 (SPLCLIENT user alice, build 2600)
         print spooler; NT LM 0.12; Windows 2002 2600; UID 100
"#;
    assert!(text.starts_with(expected), "{text}");
    for rule in ["slots_exhausted", "hung_open_printer", "null_session_leak", "lingering_null_session"] {
        assert_eq!(text.matches(&format!("  {rule} (")).count(), 1, "{rule} is told once");
    }
    assert_eq!(text.matches("  - To free slots now").count(), 1, "common advice is told once");
    assert!(text.ends_with(
        "Read office.pcap, 12,345 packets, 14:03:05 to 15:03:05\n\
         Times are UTC, on 2002-11-05 unless a date is given. Judged at 16:14:06 (later\n\
         than the last packet, as asked for), with a grace of 90 s.\n"
    ));
}

#[test]
fn other_identities_are_told_of_only_when_asked_for() {
    let all = Options { all: true, limit: Some(5), ..Options::default() };
    let text = text_of(&office(), &[info("office.pcap")], all);
    assert!(text.contains("leaked     user   192.168.1.21:1007"), "{text}");
    assert!(text.contains("They take 4 of 5\nconnection slots"), "{text}");
    assert!(!super::tests::text(&office()).contains(":1007"));
}

#[test]
fn a_null_session_alone_needs_no_column_for_who() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    let text = text(&made.ended_after(100.0));
    let expected = r#"1 null session to \\PRNSRV\IPC$ never closed: it holds a printer handle. It
comes from 192.168.1.21 (WS-21). It takes 1 connection slot on 192.168.1.10:139.

See "What to do" for how to free the slot now and how to prevent more.

VERDICT  CLIENT             SINCE     AGE    IDLE   PIPE     HOLDS
leaked   192.168.1.21:1001  14:03:05  1m40s  1m40s  spoolss
         handle 5f0001… on \\PRNSRV\lp1
"#;
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn nothing_found_says_what_was_read() {
    let empty = text(&Ledger::default());
    let expected = "No null session: no SMB connection in 12,345 packets.\n\n\
                    Read office.pcap, 12,345 packets, ";
    assert!(empty.starts_with(expected), "{empty}");

    let with = |users: u16| {
        let mut made = Made::new();
        (1..=users).for_each(|client| made.user_session(client));
        text(&made.ended_after(100.0))
    };
    assert!(with(1).starts_with("No null session: the only SMB session in 12,345 packets is a user's.\n"));
    assert!(with(2).starts_with("No null session among 2 SMB sessions (2 of users) in 12,345 packets.\n"));
    assert!(!with(2).contains("What to do"));
}

#[test]
fn null_sessions_that_closed_are_no_trouble() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    made.close_all(1);
    let ledger = made.ended_after(100.0);
    let text = text(&ledger);
    let expected = "The only null session to \\\\PRNSRV\\IPC$ on 192.168.1.10:139 is not stuck: it\n\
                    ended cleanly.\n";
    assert!(text.starts_with(expected), "{text}");
    let report = NullSessions::new(&ledger, [], &Counts::default(), Options::default());
    assert_eq!(report.outcome(), crate::report::Outcome::Clear);
}

#[test]
fn names_off_the_wire_cannot_touch_the_terminal() {
    let hostile = "\x1b]0;owned\x07\x1b[2J\u{9b}1m\u{202e}\r\n";
    let mut made = Made::new();
    made.printer = format!(r"\\{hostile}{}", "x".repeat(5_000));
    made.machine = format!("{hostile}{}", "long ".repeat(500));
    made.null_session_alone(1);
    made.native(1, hostile, &format!("Windows 5.1{hostile}"));
    made.tree(1, &format!(r"\\{hostile}\IPC$"), ShareKind::Pipe);
    made.pipe(1);
    made.handle(1);
    made.null_session(2);
    made.call(2, 69);
    made.server_seen(2);
    let text = text_of(&made.ended_after(100.0), &[info(hostile)], Options::default());
    assert!(text.contains("<U+001B>[2J<U+009B>1m<U+202E>"), "{text}");
    assert!(text.len() < 20_000, "{}", text.len());
}

#[test]
fn five_thousand_sessions_stay_readable() {
    let mut made = Made::new();
    for client in 1..=5_000 {
        made.null_session(client);
        if client % 2 == 0 {
            made.handle(client);
        }
    }
    let text = text(&made.ended_after(100.0));
    assert!(
        text.starts_with(r"5,000 null sessions to \\PRNSRV\IPC$ never closed: 2,500 hold printer handles")
    );
    assert!(text.contains("\nand 4,995 more; the next table counts all of them by client\n"), "{text}");
    assert!(text.contains("\nThe history of 4,998 more sessions is left out; --format json lists all.\n"));
    assert!(text.lines().count() < 200, "{}", text.lines().count());
}

#[test]
fn frames_of_several_captures_name_their_capture() {
    let mut made = Made::new();
    made.null_session(1);
    made.next_capture();
    made.handle(1);
    let captures = [info("monday.pcap"), info("tuesday.pcap")];
    let text = text_of(&made.ended_after(100.0), &captures, Options::default());
    assert!(text.contains("frame 0:4  (empty user"), "{text}");
    assert!(text.contains("handle 5f0001… granted          frame 1:3 "), "{text}");
    assert!(text.contains("Read 0: monday.pcap, 12,345 packets"), "{text}");
    assert!(text.contains("Read 1: tuesday.pcap, "), "{text}");
}

#[test]
fn servers_are_told_of_one_by_one() {
    let mut made = Made::new();
    made.null_session(1);
    made.server = crate::net::Endpoint::new("2001:db8:1234:5678:9abc:def0:1234:5678".parse().unwrap(), 445);
    made.client_ip = "2001:db8:1234:5678:9abc:def0:1234:9999".parse().unwrap();
    made.null_session(2);
    made.null_session(3);
    made.server = crate::net::Endpoint::new("192.168.1.10".parse().unwrap(), 445);
    made.null_session_alone(4);
    let text = text(&made.ended_after(100.0));
    assert!(text.starts_with("4 null sessions to 2 servers never closed.\n\n2 null sessions"), "{text}");
    assert!(text.contains("on 192.168.1.10 (ports 139, 445)."), "two ports of one server: {text}");
}

#[test]
fn days_ago_has_its_date() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    let text = text(&made.ended_after(3.2 * 86_400.0));
    let table = between(&text, "VERDICT", "\n\n");
    assert!(table.contains("14:03:05  3d04h"), "{table}");
    let read = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        read.contains("Times are UTC, on 2002-11-05 unless a date is given. Judged at 2002-11-08 18:51:05"),
        "{text}"
    );
}

#[test]
fn the_story_of_a_leak_tells_the_last_use() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    made.wait(30.0);
    made.use_handle(1);
    let text = text(&made.ended_after(100.0));
    let story = between(&text, "leaked   192.168.1.21:1001 as", "\n\n");
    let expected = r"leaked   192.168.1.21:1001 as WS-21 (SPLCLIENT user alice, build 2600)
         print spooler; NT LM 0.12; UID 100
  14:03:05.040  null session set up             frame 4  (empty user, LM
                  response of 1 byte)
  14:03:05.050  \\PRNSRV\IPC$ connected         frame 5
  14:03:05.060  \PIPE\spoolss opened            frame 6
  14:03:05.070  spoolss 1.0 bound               frame 7
  14:03:05.100  handle 5f0001… granted          frame 10  by RpcOpenPrinterEx
                  (0x45) on \\PRNSRV\lp1
  14:03:35.110  handle 5f0001… last used        frame 11  idle for 1m40s";
    assert_eq!(story, expected);
}

#[test]
fn losses_are_told() {
    let mut made = Made::new();
    made.null_session(1);
    made.gap(1, 1_460);
    let ledger = made.ended_after(100.0);
    let mut cut = info("cut.pcap");
    cut.warnings.push(crate::capture::Warning {
        trouble: crate::capture::Trouble::CutShort,
        frame: 812,
        byte: 65_536,
    });
    let mut counts = Counts::default();
    (counts.unreadable_packets, counts.connections_evicted) = (3, 1);
    let report = NullSessions::new(&ledger, &[cut], &counts, Options::default());
    let text = report.text(80).to_string();
    for warning in [
        "warning: 1,460 bytes are missing from the capture in 1 place, 1 of which may",
        "warning: 3 packets could not be read\n",
        "warning: 1 connection was not followed to the end: too many were open at once\n",
        "warning: cut.pcap: cut short after packet 812, at byte 65536\n",
    ] {
        assert!(text.contains(warning), "no {warning} in:\n{text}");
    }
}

#[test]
fn what_cannot_be_judged_says_why() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    made.doubt(1);
    let text = text(&made.ended_after(100.0));
    assert!(text.contains("is not known to be\nstuck:"), "{text}");
    assert!(text.contains("\nunknown  192.168.1.21:1001"), "{text}");
    assert!(text.contains("requests are missing from the capture at frame 11"), "{text}");
}

#[test]
fn a_stuck_session_of_unknown_verdict_is_told_in_words() {
    // Whether it holds a pipe is hidden: it leaked, or it lingers.
    let mut made = Made::new();
    made.null_session(1);
    made.doubt_pipe(1);
    let text = text(&made.ended_after(200.0));
    assert!(text.contains("never closed: it is stuck, but what it holds is\nnot known."), "{text}");
}

#[test]
fn a_session_that_only_a_clock_that_went_back_shows_to_last_may_be_stuck() {
    let mut made = Made::new();
    made.deny(1);
    made.clock_back(1, 3_600.0);
    made.disconnect(1);
    let text = text(&made.ended_after(1.0));
    assert!(text.contains("1 null session may be stuck"), "{text}");
    assert!(text.contains("but the clock of the capture\n         went back in frame"), "{text}");
}

#[test]
fn slots_at_a_refusal_are_those_of_the_ledger_however_few_holders_are_kept() {
    let mut made = Made::new();
    for client in 1..=70 {
        made.null_session(client);
    }
    made.refuse(71, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
    let text = text(&made.ended_after(1.0));
    assert!(text.contains("held 70 slots"), "{text}");
}

#[test]
fn several_servers_count_what_was_denied_and_what_has_ended() {
    let mut made = Made::new();
    made.null_session(1);
    made.wait(200.0);
    made.disconnect(1);
    made.server = crate::net::Endpoint::new("192.168.1.11".parse().unwrap(), 445);
    made.deny(2);
    made.null_session(3);
    let text = text(&made.ended_after(200.0));
    let expected = "Of the null sessions to 2 servers, 1 never closed, 1 was denied but still holds\n\
                    a slot and 1 was stuck before.";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn any_status_but_want_of_resources_is_a_denial() {
    let told = |status| {
        let mut made = Made::new();
        made.deny_with(1, Status::Nt(status));
        text(&made.ended_after(200.0)).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let invalid = told(NtStatus::INVALID_PARAMETER);
    assert!(invalid.contains("192.168.1.10:139 denied 1 anonymous session setup (frame 4)."), "{invalid}");
    assert!(!invalid.contains("resources"), "{invalid}");
    let full = told(NtStatus::INSUFF_SERVER_RESOURCES);
    assert!(
        full.contains("192.168.1.10:139 lacked the resources for 1 anonymous session setup (frame 4)."),
        "{full}"
    );
}

#[test]
fn a_cancelled_call_is_told_with_the_pipe_that_stays() {
    let mut made = Made::new();
    made.null_session(1);
    made.call(1, 69);
    made.wait(100.0);
    made.cancel(1);
    let text = text(&made.ended_after(200.0));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let failed = r"an open pipe, no handle; RpcOpenPrinterEx of \\PRNSRV\lp1 was cancelled after 1m40s";
    assert!(flat.contains(failed), "{text}");
    assert!(flat.contains(r"frame 8 for \\PRNSRV\lp1, cancelled after 1m40s"), "{text}");
}

#[test]
fn a_printer_that_could_not_be_opened_is_told_with_its_error() {
    let mut made = Made::new();
    made.null_session(1);
    made.call(1, 69);
    made.answer_with(1, 1801);
    let text = text(&made.ended_after(200.0));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("failed with ERROR_INVALID_PRINTER_NAME"), "{text}");
}

#[test]
fn a_session_reauthenticated_as_a_user_is_told_by_what_it_was() {
    let mut made = Made::new();
    made.null_session(1);
    made.wait(200.0);
    made.reauthenticate(1, "alice");
    let text = text(&made.ended_after(1.0));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "1 null session to 192.168.1.10:139 was stuck until it was reauthenticated as alice.";
    assert!(flat.starts_with(expected), "{text}");
}

#[test]
fn what_was_denied_is_not_to_be_deleted_on_the_server() {
    let mut made = Made::new();
    made.deny(1);
    let text = text(&made.ended_after(200.0));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("The slot comes back when the client closes the connection:"), "{text}");
}

#[test]
fn of_many_sessions_the_worst_of_each_verdict_come_first_then_the_clients() {
    let mut made = Made::new();
    let clients = ["192.168.1.21", "192.168.1.22", "192.168.1.23"].map(|ip| ip.parse().unwrap());
    for client in 1..=60_u16 {
        made.client_ip = clients[usize::from(client % 3)];
        match client % 3 {
            0 => {
                made.null_session(client);
                made.call(client, 69);
            }
            1 => made.null_session(client),
            _ => made.null_session_alone(client),
        }
    }
    made.wait(200.0);
    for client in (3..=60).step_by(3) {
        made.server_seen(client);
    }
    let text = text(&made.ended_after(1.0));
    let rows = between(&text, "VERDICT", "\n\n");
    for (verdict, shown) in [("hung", 5), ("leaked", 5), ("lingering", 5)] {
        let of_it = rows.lines().filter(|line| line.split(' ').next() == Some(verdict)).count();
        assert_eq!(of_it, shown, "{verdict}: {rows}");
    }
    assert!(rows.ends_with("\nand 45 more; the next table counts all of them by client"), "{rows}");
    let clients = between(&text, "CLIENT        NAME", "\n\n");
    let expected = "CLIENT        NAME   SLOTS  OLDEST    SESSIONS\n\
                    192.168.1.21  WS-21  20     14:03:05  20 hung\n\
                    192.168.1.22  WS-21  20     14:03:05  20 leaked\n\
                    192.168.1.23  WS-21  20     14:03:05  20 lingering";
    assert_eq!(clients, expected);
    let stories = text.lines().filter(|line| line.contains(" as WS-21")).count();
    assert_eq!(stories, 4, "two of those that hang and two of those that leaked: {text}");
    assert!(text.contains("\nThe history of 36 more sessions is left out; --format json lists all.\n"));
}

#[test]
fn as_many_sessions_as_fit_are_all_shown() {
    let mut made = Made::new();
    (1..=40).for_each(|client| made.null_session(client));
    let text = text(&made.ended_after(100.0));
    assert_eq!(between(&text, "VERDICT", "\n\n").matches("leaked").count(), 40, "{text}");
    assert!(!text.contains("SESSIONS"), "{text}");
}

#[test]
fn a_leak_is_idle_for_as_long_as_what_it_holds() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    made.wait(200.0);
    // Another tree is no use of the pipe.
    let (session, tree) = (SessionId::Uid(100), TreeId::Tid(8));
    let (path, share) = (Some(r"\\PRNSRV\lp1".to_owned()), ShareKind::Pipe);
    made.tell(1, EventKind::Tree(TreeEvent::Connected { session, tree, path, share, answer_seen: true }));
    let ledger = made.ended_after(0.0);
    let report = NullSessions::new(&ledger, [], &Counts::default(), Options::default());
    assert_eq!(report.sessions.first().unwrap().idle, Some(Duration::ZERO), "the session itself is used");
    let text = text(&ledger);
    let rows = between(&text, "VERDICT", "\n\n");
    assert!(rows.contains("leaked   192.168.1.21:1001  14:03:05  3m20s  3m20s  spoolss"), "{text}");
}

#[test]
fn only_sessions_with_that_tree_are_told_to_lead_to_ipc() {
    let with_trees = |alone: u16| {
        let mut made = Made::new();
        made.null_session(1);
        made.null_session(2);
        (3..3 + alone).for_each(|client| made.null_session_alone(client));
        text(&made.ended_after(100.0))
    };
    assert!(with_trees(0).starts_with(r"2 null sessions to \\PRNSRV\IPC$ never closed: both hold"));
    assert!(with_trees(1).starts_with("3 null sessions to 192.168.1.10:139 never closed:"));
}

#[test]
fn a_session_too_young_to_judge_says_what_would_tell_more() {
    let ended_after = |seconds| {
        let mut made = Made::new();
        made.null_session_alone(1);
        made.wait(60.0);
        made.tree(1, r"\\PRNSRV\IPC$", ShareKind::Pipe);
        text(&made.ended_after(seconds)).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let young = ended_after(1.0);
    assert!(young.contains("is not known to be stuck: it is too young to judge."), "{young}");
    assert!(young.contains("capture for longer, or give --until TIME"), "{young}");
    let used = ended_after(60.0);
    assert!(used.contains("is not stuck: it is in use."), "{used}");
    assert!(!used.contains("--until"), "{used}");
}

#[test]
fn null_sessions_denied_just_now_count_where_a_client_was_refused() {
    let denied = |refused: bool| {
        let mut made = Made::new();
        made.deny(1);
        made.deny(2);
        if refused {
            made.refuse(3, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        }
        text(&made.ended_after(1.0)).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = "2 null sessions were denied by 192.168.1.10:139, but each holds a slot while its connection stays open.";
    assert!(denied(true).starts_with(said), "{}", denied(true));
    assert!(
        denied(false)
            .starts_with("Neither of the 2 null sessions to 192.168.1.10:139 is stuck: both were denied")
    );
}

/// What is told of traffic that was not read: the headline, then what stands from `Judged at` on; each on one line.
fn told_of(unseen: &[Unseen]) -> (String, String) {
    let mut made = Made::new();
    for unseen in unseen {
        made.tell(1, EventKind::Loss(Loss::Unseen(unseen.clone())));
    }
    let text = text(&made.ended_after(1000.0));
    let on_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (headline, rest) = text.split_once("\n\n").unwrap();
    let (_, details) = rest.split_once("grace of").unwrap();
    (on_one_line(headline), on_one_line(details))
}

fn frame(frame: u64) -> Origin {
    Origin { time: Timestamp::from_parts(1_036_504_985, 0), capture: 0, frame }
}

/// Connections that are not read, each from another port, from frame 10 on.
fn connections(number: u16, what: UnseenKind, name: &'static str, may_hold: MayHold) -> Vec<Unseen> {
    let end = |host: u8, port| Endpoint::new([192, 168, 1, host].into(), port);
    let of = |place: u16| {
        let unseen = Unseen::at(what, name, may_hold, frame(10 + u64::from(place)));
        Unseen { connections: 1, ..unseen }.between(end(21, 1026 + place), end(10, 443))
    };
    (0..number).map(of).collect()
}

#[test]
fn the_headline_names_what_may_hide_a_null_session_and_the_lines_below_where_it_is() {
    let quic = |number, name| told_of(&connections(number, UnseenKind::Quic, name, MayHold::Always));
    let (headline, details) = quic(1, offer::UNREAD);
    assert_eq!(
        headline,
        "It is not known whether a null session is stuck: one may be hidden in 1 QUIC connection to port 443."
    );
    assert!(
        details.contains(
            "not seen: 1 QUIC connection to port 443 (192.168.1.21:1026 to 192.168.1.10:443, first in frame 10) may \
             carry SMB: QUIC is encrypted and the part of its opening that names the protocol was not read To be sure \
             - No capture shows what is encrypted: ask the server,"
        ),
        "{details}"
    );
    let (_, details) = quic(5, offer::SMB);
    assert!(
        details.contains(
            "5 QUIC connections to port 443 (192.168.1.21:1026 to 192.168.1.10:443, first in frame 10; \
             192.168.1.21:1027 to 192.168.1.10:443, first in frame 11; 192.168.1.21:1028 to 192.168.1.10:443, first in \
             frame 12; 2 more) offer SMB and cannot be read, since QUIC is encrypted; null sessions may be hidden there"
        ),
        "{details}"
    );
}

#[test]
fn what_holds_no_null_session_is_told_without_advice() {
    let web = told_of(&connections(1, UnseenKind::Quic, "h3", MayHold::Never));
    assert!(web.0.starts_with("No null session"), "{}", web.0);
    let line = "1 QUIC connection to port 443 (h3; 192.168.1.21:1026 to 192.168.1.10:443, first in frame 10) is not SMB";
    assert!(web.1.ends_with(line), "{}", web.1);

    let by_user = |user, why: &str| {
        let mut sealed = connections(1, UnseenKind::RpcTcp, "spoolss", MayHold::Never);
        sealed[0].user = Some(user);
        let (_, details) = told_of(&sealed);
        let line = format!("first in frame 10) is not followed: {why}, so no null session is on it");
        assert!(details.ends_with(&line), "{details}");
    };
    by_user(UserShown::Sealed, "the calls are sealed with a user's key");
    by_user(UserShown::Signed, "the calls are signed with a user's key");
    by_user(UserShown::Authenticated, "a user authenticated on it");
}

#[test]
fn packets_of_no_connection_are_told_by_their_first() {
    let unseen = Unseen::at(UnseenKind::LinkType, "IEEE 802.11", MayHold::Always, frame(7));
    let (headline, details) = told_of(&[Unseen { packets: 25, ..unseen }]);
    assert!(headline.ends_with("one may be hidden in 25 packets of IEEE 802.11."), "{headline}");
    assert!(
        details.ends_with(
            "not seen: 25 packets of IEEE 802.11 are not read, the first in frame 7; null sessions may be hidden there \
             To be sure - This version does not read IEEE 802.11: capture on the Ethernet interface of the server."
        ),
        "{details}"
    );
}

#[test]
fn each_reason_has_its_advice_and_advice_is_given_once() {
    let of = |what| connections(1, what, "SMB", MayHold::Always);
    let advice = |unseen: &[Unseen]| {
        let (_, details) = told_of(unseen);
        let (_, advice) = details.split_once("To be sure - ").unwrap();
        advice.split(". - ").map(str::to_owned).collect::<Vec<_>>()
    };
    for (what, says) in [
        (UnseenKind::OneDirection, "Capture both directions"),
        (UnseenKind::Cut, "Capture whole packets"),
        (UnseenKind::KeepAlivesOnly, "Begin the capture before the clients connect"),
        (UnseenKind::Gap, "Capture at the server itself"),
        (UnseenKind::Encrypted, "No capture shows what is encrypted"),
        (UnseenKind::RpcTcp, "This version does not follow RPC over TCP"),
        (UnseenKind::RpcUdp, "This version does not follow RPC over UDP"),
        (UnseenKind::Encapsulation, "This version does not read what is inside SMB"),
        (UnseenKind::Ipx, "This version does not read sessions over IPX"),
        (UnseenKind::Evicted, "Read less at once"),
        (UnseenKind::Unreadable, "Capture whole packets"),
        (UnseenKind::File, "Copy or capture the file SMB again"),
    ] {
        let advice = advice(&of(what));
        assert_eq!(advice.len(), 1, "{advice:?}");
        assert!(advice[0].starts_with(says), "{advice:?}");
    }
    let both = [of(UnseenKind::Cut), of(UnseenKind::Unreadable), of(UnseenKind::Gap)].concat();
    assert_eq!(advice(&both).len(), 2);
}

#[test]
fn a_session_that_may_be_null_says_what_would_tell() {
    let mut made = Made::new();
    made.session_from_the_middle(1);
    let told = text(&made.ended_after(100.0));
    assert!(
        told.starts_with("It is not known whether a null session is stuck.\n\nThe session from"),
        "{told}"
    );
    assert_eq!(told.matches("may be a null session").count(), 1, "{told}");
    assert!(told.contains("To be sure\n  - Ask the server whose session it is"), "{told}");

    let mut leaked = Made::new();
    leaked.null_session(1);
    leaked.handle(1);
    assert!(!text(&leaked.ended_after(100.0)).contains("To be sure"), "that is sure");
}

#[test]
fn times_of_another_day_have_a_date_and_stand_in_columns() {
    let mut made = Made::from(Timestamp::from_parts(1_036_540_790, 0)); // 23:59:50
    made.null_session(1);
    made.handle(1);
    made.wait(60.0);
    made.null_session(2);
    made.handle(2);
    made.use_handle(1);
    let told = text(&made.ended_after(100.0));
    assert!(
        told.contains("Times are UTC, on 2002-11-05 unless a date is given. Judged at 2002-11-06"),
        "{told}"
    );
    let story = between(&told, "leaked   192.168.1.21:1001 as", "\n\n");
    assert!(story.contains("\n             23:59:50.040  null session set up "), "{story}");
    assert!(story.contains("\n  2002-11-06 00:00:"), "{story}");
    assert!(told.contains("leaked   192.168.1.21:1001             23:59:50  "), "{told}");
    assert!(told.contains("leaked   192.168.1.21:1002  2002-11-06 00:00:50  "), "{told}");
}

#[test]
fn an_end_behind_the_last_packet_is_explained() {
    let end = Timestamp::from_parts(1_036_508_600, 0);
    let judged = |stopped: Option<Timestamp>, asked: Timestamp| {
        let mut info = info("office.pcapng");
        info.end = stopped;
        let mut ledger = Ledger::default();
        ledger.extend_to(asked);
        let told = text_of(&ledger, &[info], Options::default());
        told.split_whitespace().collect::<Vec<_>>().join(" ").split_once("Judged at ").unwrap().1.to_owned()
    };
    assert_eq!(judged(None, Timestamp::from_parts(1_036_508_585, 0)), "15:03:05, with a grace of 90 s.");
    assert_eq!(judged(Some(end), end), "15:03:20 (when the capture was stopped), with a grace of 90 s.");
    let asked = "15:03:20 (later than the last packet, as asked for), with a grace of 90 s.";
    assert_eq!(judged(None, end), asked);
}

#[test]
fn method_2_is_named_beside_the_printer_shares_only_where_it_is_advised() {
    let shares = |leaks: bool| {
        let mut made = Made::new();
        made.null_session(1);
        made.tree(1, r"\\PRNSRV\lp1", ShareKind::Print);
        if leaks {
            made.handle(1);
        }
        made.close_pipe(1);
        made.disconnect(1);
        if leaks {
            made.null_session(2);
            made.handle(2);
        }
        let told = text(&made.ended_after(100.0));
        let shares = between(&told, "Computers that share printers", "\n\n");
        shares.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let of_leak = shares(true);
    assert!(
        of_leak.starts_with("Computers that share printers (Method 2 removes the shares of clients) 192"),
        "{of_leak}"
    );
    let calm = shares(false);
    assert!(calm.starts_with("Computers that share printers 192"), "{calm}");
    assert!(calm.contains("shares lp1 (its share of a printer was connected, frame "), "{calm}");
}

#[test]
fn packets_out_of_order_say_what_was_done_with_them() {
    let told = |number| {
        let counts = Counts { time_went_back: number, ..Counts::default() };
        NullSessions::new(&Ledger::default(), &[info("office.pcap")], &counts, Options::default())
            .text(80)
            .to_string()
    };
    let several =
        "warning: 25 packets are out of time order, and were read in the order of the\n         file\n";
    assert!(told(25).contains(several), "{}", told(25));
    assert!(told(1).contains("warning: 1 packet is out of time order, and was read"), "{}", told(1));
}

#[test]
fn the_tables_count_denied_setups_and_say_what_the_limit_rests_on_as_the_answer_does() {
    let tables = |refused: bool| {
        let mut made = Made::new();
        for client in 1..=10 {
            made.deny(client);
            made.native(client, "", "Windows 5.1");
        }
        if refused {
            made.refuse(11, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
        }
        let ledger = made.ended_after(100.0);
        let told = NetSession::new(&ledger, None, Duration::from_secs(90), None).text(100).to_string();
        between(&told, "Server ", "\n\n").lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let refused = tables(true);
    assert_eq!(
        refused[0],
        "10 of 10 connection slots in use; 0 sessions; 10 denied anonymous session setups hold slots"
    );
    assert!(
        refused[1].starts_with("The server has 10 slots: it refused a client with 10 in use (frame "),
        "{refused:?}"
    );
    assert_eq!(tables(false).len(), 2, "{:?}", tables(false));
    assert!(
        tables(false)[1].starts_with("The limit of 10 slots is a guess: the server calls itself Windows 5.1")
    );
}

#[test]
fn what_could_not_be_seen_ends_the_headline() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    let at = made.granted(1);
    let unseen = |name: &'static str, may_hold| {
        EventKind::Loss(Loss::Unseen(Unseen::at(UnseenKind::LinkType, name, may_hold, at)))
    };
    made.tell(1, unseen("IEEE 802.11", MayHold::Always));
    made.tell(1, unseen("LLDP", MayHold::Never));
    let text = text(&made.ended_after(100.0));
    let headline = between(&text, "1 null", "\n\n").split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "There may be more that cannot be seen, in 1 packet of IEEE 802.11.";
    assert!(headline.ends_with(said), "{text}");
}
