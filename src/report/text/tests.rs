use super::super::{NullSessions, Options};
use crate::capture::Info;
use crate::finding::testing::Made;
use crate::ledger::Ledger;
use crate::session::{
    Counts, EventKind, Loss, MayHold, SessionId, ShareKind, TreeEvent, TreeId, Unseen, UnseenKind,
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
    made.call(1, 69, "RpcOpenPrinterEx");
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
    let expected = r"3 null sessions to 192.168.1.10:139 never closed: 1 holds a printer handle, 1
waits for an answer to OpenPrinterEx and 1 holds nothing but stays open. 1 null
session was denied by 192.168.1.10:139, but it holds a slot while its connection
stays open. They come from 192.168.1.21 (WS-21). They take 4 of 10 connection
slots on 192.168.1.10:139; 6 to 7 are in use in all. 192.168.1.10:139 refused 1
client with error 71: WS-21 (192.168.1.21); null sessions of WS-21 then held 3
of the 4 to 10 slots in use (the server was full, and who took the other slots
was not captured).

The limit of 10 is a guess: the server calls itself Windows 5.1; XP Home has 5.
Of the other null sessions, 1 is too young to judge, 1 ended without closing
every handle and 1 ended cleanly. 1 session to 192.168.1.10:139 may be a null
session: nothing in the capture says whose it is, and it is stuck. A session
younger than 90 s cannot be judged: capture for longer, or give --until TIME if
you know that nothing more was sent up to then. Anonymous clients were denied 1
session setup there. How to free the slots now and how to prevent more is under
What to do.

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

hung     192.168.1.21:1001 as WS-21 (SPLCLIENT user alice, build 2600)
         print spooler; NT LM 0.12
  14:03:05.040  null session set up             frame 4  (empty user, LM
                  response of 1 byte)
  14:03:05.050  \\PRNSRV\IPC$ connected         frame 5
  14:03:05.060  \PIPE\spoolss opened            frame 6
  14:03:05.070  spoolss 1.0 bound               frame 7
  14:03:05.080  RpcOpenPrinterEx (0x45) sent    frame 8  no answer in 2h11m for
                  \\PRNSRV\lp1
  16:14:05.820  server last seen                frame 82  still active

leaked   192.168.1.21:1002 as WS-21 (SPLCLIENT user alice, build 2600)
         print spooler; NT LM 0.12; Windows 2002 2600
";
    assert!(text.starts_with(expected), "{text}");
    for rule in ["slots_exhausted", "hung_open_printer", "null_session_leak", "lingering_null_session"] {
        assert_eq!(text.matches(&format!("  {rule} (")).count(), 1, "{rule} is told once");
    }
    assert_eq!(text.matches("  - To free the slots now").count(), 1, "common advice is told once");
    assert!(text.ends_with(
        "Read office.pcap, 12,345 packets, 14:03:05 to 15:03:05\n\
         Times are UTC, on 2002-11-05 unless a date is given. Judged at 16:14:06 with a\n\
         grace of 90 s.\n"
    ));
}

#[test]
fn other_identities_are_told_of_only_when_asked_for() {
    let all = Options { all: true, limit: Some(5), ..Options::default() };
    let text = text_of(&office(), &[info("office.pcap")], all);
    assert!(text.contains("leaked     user   192.168.1.21:1007"), "{text}");
    assert!(text.contains("They take 4 of 5 connection\nslots"), "{text}");
    assert!(!super::tests::text(&office()).contains(":1007"));
}

#[test]
fn a_null_session_alone_needs_no_column_for_who() {
    let mut made = Made::new();
    made.null_session(1);
    made.handle(1);
    let text = text(&made.ended_after(100.0));
    let expected = r"1 null session to \\PRNSRV\IPC$ never closed: it holds a printer handle. It
comes from 192.168.1.21 (WS-21). It takes 1 connection slot on 192.168.1.10:139.

How to free the slot now and how to prevent more is under What to do.

VERDICT  CLIENT             SINCE     AGE    IDLE   PIPE     HOLDS
leaked   192.168.1.21:1001  14:03:05  1m40s  1m40s  spoolss
         handle 5f0001… on \\PRNSRV\lp1
";
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
    made.call(2, 69, "RpcOpenPrinterEx");
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
    assert!(table.contains("2002-11-05"), "{table}");
    assert!(table.contains("3d04h"), "{table}");
    assert!(text.contains("on 2002-11-08 unless a date is given"), "{text}");
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
         print spooler; NT LM 0.12
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
    assert!(text.contains("then held 70 slots"), "{text}");
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
    assert!(invalid.contains("Anonymous clients were denied 1 session setup there."), "{invalid}");
    assert!(!invalid.contains("resources"), "{invalid}");
    let full = told(NtStatus::INSUFF_SERVER_RESOURCES);
    assert!(full.contains("1 session setup failed there because the server lacked resources."), "{full}");
}

#[test]
fn a_cancelled_call_is_told_with_the_pipe_that_stays() {
    let mut made = Made::new();
    made.null_session(1);
    made.call(1, 69, "RpcOpenPrinterEx");
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
    made.call(1, 69, "RpcOpenPrinterEx");
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
    assert!(flat.contains("The slot comes back when the client closes the connection;"), "{text}");
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
                made.call(client, 69, "RpcOpenPrinterEx");
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
    assert_eq!(report.sessions.first().unwrap().idle_seconds, Some(0.0), "the session itself is used");
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
    assert!(young.contains("is not stuck: it is too young to judge."), "{young}");
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
    let said = "There may be more that cannot be seen: 1 packet of IEEE 802.11 is not read.";
    assert!(headline.ends_with(said), "{text}");
}
