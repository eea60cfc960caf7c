//! Verdicts: their order and their boundaries.

use crate::ntlm::Who;
use crate::rpc::Pipe as _;
use crate::smb1::Smb1;
use crate::smb2::{OK, SetUp, Smb2, transceive_answer};
use crate::wire::End::{Client, Server};
use crate::wire::Wire;

/// The ledger's time goes on to so many seconds after the last packet.
fn after(wire: &Wire, seconds: f64) -> Vec<&'static str> {
    let now = wire.packets().last().unwrap().origin.time;
    let mut ledger = wire.ledger();
    ledger.extend_to(now.plus_seconds(seconds));
    ledger
        .sessions()
        .map(|(row, _)| ledger.judge(row, crate::story::GRACE).unwrap().verdict.as_str())
        .collect()
}

#[test]
fn a_pipe_is_leaked_when_its_idleness_exceeds_the_grace() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.ask_transceive(7, b""); // the last use is a request
    for (seconds, verdict) in [(0.0, "open"), (90.0, "open"), (90.000_001, "leaked"), (1e6, "leaked")] {
        assert_eq!(after(&wire, seconds), [verdict], "{seconds}");
    }
}

#[test]
fn a_session_that_holds_nothing_lingers_when_its_idleness_exceeds_the_grace() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    for (seconds, verdict) in [(0.0, "open"), (90.0, "open"), (90.000_001, "lingering")] {
        assert_eq!(after(&wire, seconds), [verdict], "{seconds}");
    }
}

#[test]
fn a_call_hangs_when_it_waits_longer_than_the_grace() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    let sent = wire.packets().last().unwrap().origin.time;
    smb.pend(asked, 5);
    for (seconds, verdict) in [(0.0, "open"), (90.0, "open"), (90.000_001, "hung")] {
        let mut ledger = wire.ledger();
        ledger.extend_to(sent.plus_seconds(seconds));
        let (row, _) = ledger.sessions().next().unwrap();
        assert_eq!(ledger.judge(row, crate::story::GRACE).unwrap().verdict.as_str(), verdict, "{seconds}");
    }
}

#[test]
fn a_call_does_not_hang_if_the_server_was_not_seen_since() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).ask_open_printer(2);
    wire.wait(100.0);
    smb.tcp.ack(Client);
    assert_eq!(wire.verdicts(), ["leaked"]);
    smb.tcp.ack(Server);
    assert_eq!(wire.verdicts(), ["hung"]);
}

#[test]
fn a_server_that_was_seen_right_after_the_call_was_seen_since() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).ask_open_printer(2);
    smb.tcp.ack(Server);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["hung"]);
}

#[test]
fn a_server_that_is_seen_on_another_connection_is_not_seen_on_this_one() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).ask_open_printer(2);
    let other = Smb2::on(wire.connect(21, 10));
    other.log_on(0x42, Who::Null);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked", "lingering"]);
}

#[test]
fn hung_goes_before_leaked() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.open("spoolss", 8);
    smb.pipe(8).bind(6);
    smb.pipe(8).ask_open_printer(2);
    smb.tcp.ack(Server);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["hung"]);
    assert!(wire.why().contains("RpcOpenPrinterEx"), "{}", wire.why());
}

#[test]
fn an_answer_that_comes_late_ends_the_hang() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    smb.pend(asked, 5);
    wire.wait(1000.0);
    let answer = crate::rpc::NDR.response(2, 0, &crate::rpc::NDR.handle_and(crate::rpc::handle(1), 0));
    smb.answer_async(asked, 5, OK, transceive_answer(7, &answer));
    assert_eq!(wire.verdicts(), ["open"]);
}

#[test]
fn requests_that_are_no_calls_hang_too() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    smb.ask_create("spoolss");
    smb.tcp.ack(Server);
    wire.wait(100.0);
    wire.tells(
        "null 41: hung
        waits: CREATE spoolss
        tree IPC$",
    );
}

#[test]
fn echo_and_keep_alives_are_no_use() {
    let wire = Wire::new();
    let smb1 = Smb1::on(wire.connect(21, 10));
    let smb2 = Smb2::on(wire.connect(21, 10));
    smb1.hold_printer();
    smb2.hold_printer();
    let neither = Smb2::on(wire.connect(21, 10));
    neither.log_on(0x42, Who::Null);
    for _ in 0..10 {
        wire.wait(10.0);
        smb1.echo();
        smb2.echo();
        neither.echo();
        smb2.tcp.frame(Client, 0x85, b"");
        smb2.tcp.ack(Server);
    }
    assert_eq!(wire.verdicts(), ["leaked", "leaked", "lingering"]);
}

#[test]
fn the_use_of_one_pipe_is_no_use_of_another() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.open("spoolss", 8);
    smb.pipe(8).bind(6);
    smb.pipe(8).open_printer(2, 2);
    for call in 3..13 {
        wire.wait(10.0);
        smb.pipe(8).get_printer(call, 2);
    }
    assert_eq!(wire.verdicts(), ["leaked"]);
    smb.close(7);
    assert_eq!(wire.verdicts(), ["open"]);
}

#[test]
fn the_use_of_a_pipe_is_no_use_of_a_handle() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.pipe(7).open_printer(3, 2);
    for call in 4..14 {
        wire.wait(10.0);
        smb.pipe(7).get_printer(call, 2);
    }
    assert_eq!(wire.verdicts(), ["leaked"]);
    smb.pipe(7).close_printer(20, 1);
    assert_eq!(wire.verdicts(), ["open"]);
}

#[test]
fn a_session_that_is_used_and_holds_nothing_is_open() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.pipe(7).close_printer(3, 1);
    smb.close(7);
    wire.wait(89.0);
    smb.ipc(2);
    wire.wait(89.0);
    assert_eq!(wire.verdicts(), ["open"]);
    wire.wait(2.0);
    assert_eq!(wire.verdicts(), ["lingering"]);
}

#[test]
fn abandoned_goes_before_closed_and_only_handles_count() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.tcp.end();
    assert_eq!(wire.verdicts(), ["closed"]);
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.close(7);
    smb.log_off();
    smb.tcp.end();
    assert_eq!(wire.verdicts(), ["closed", "abandoned"]);
}

#[test]
fn a_call_that_waited_longer_than_the_grace_when_the_session_ended_did_hang() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    smb.pend(asked, 5);
    wire.wait(1000.0);
    smb.tcp.rst(Client);
    assert_eq!(wire.verdicts(), ["was_hung"]);
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    smb.pend(asked, 5);
    wire.wait(80.0);
    smb.tcp.rst(Client);
    assert_eq!(wire.verdicts(), ["closed"]);
}

#[test]
fn a_session_that_was_there_before_the_capture_is_unknown_by_who_and_leaks_all_the_same() {
    let wire = Wire::new();
    wire.hear_nothing();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.hear_all();
    // The first call that can be no other tells that this is the spooler.
    smb.pipe(7).open_printer(3, 2);
    smb.pipe(7).get_printer(4, 1);
    wire.wait(100.0);
    wire.tells(
        r"unknown 41: leaked
        tree ?
        pipe ?
        handle 2 \\SRV\lp1
        handle 1",
    );
    smb.pipe(7).close_printer(5, 1);
    smb.pipe(7).close_printer(6, 2);
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    wire.tells(
        r"unknown 41 (own_close): was_leaked
        tree ? (own_close)
        pipe ? (own_close)
        handle 2 \\SRV\lp1 (close_call)
        handle 1 (close_call)",
    );
}

#[test]
fn a_smb1_session_that_was_there_before_the_capture_leaks_all_the_same() {
    let wire = Wire::new();
    wire.hear_nothing();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.hear_all();
    // The first call that can be no other tells that this is the spooler.
    smb.pipe(7).open_printer(3, 2);
    smb.pipe(7).get_printer(4, 1);
    wire.wait(100.0);
    wire.tells(
        r"unknown 41: leaked
        tree ?
        pipe ?
        handle 2 \\SRV\lp1
        handle 1",
    );
    smb.pipe(7).close_printer(5, 1);
    smb.pipe(7).close_printer(6, 2);
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    assert_eq!(wire.verdicts(), ["was_leaked"]);
}

#[test]
fn the_ports_of_a_connection_are_used_again() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect_by(21, 1043, 10, 445));
    smb.hold_printer();
    wire.wait(600.0);
    let smb = Smb2::on(wire.connect_by(21, 1043, 10, 445));
    smb.log_on(0x42, Who::Null);
    wire.tells(
        r"null 41 (connection_end): was_leaked
        tree IPC$ (connection_end)
        pipe spoolss (connection_end)
        handle 1 \\SRV\lp1 (connection_end)
        null 42: open",
    );
    let ledger = wire.ledger();
    let (_, first) = ledger.connections().next().unwrap();
    assert_eq!(first.closed.unwrap().by.as_str(), "port_reused");
}

#[test]
fn a_reset_of_either_end_is_the_end() {
    for from in [Client, Server] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        smb.tcp.rst(from);
        assert_eq!(wire.verdicts(), ["abandoned"], "{from:?}");
    }
}

#[test]
fn a_connection_that_one_end_has_finished_ends_with_the_capture_at_that_end() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.pipe(7).ask_close_printer(3, 1);
    smb.tcp.fin(Client);
    let fin = wire.packets().last().unwrap().origin;
    // What the server still answers counts.
    smb.pipe(7).closed_printer(asked, 3);
    wire.tells(
        r"null 41 (connection_end): closed
        tree IPC$ (connection_end)
        pipe spoolss (connection_end)
        handle 1 \\SRV\lp1 (close_call)",
    );
    let ledger = wire.ledger();
    assert_eq!(ledger.sessions().next().unwrap().1.closed.unwrap().at, fin);
}

#[test]
fn a_session_with_a_channel_left_is_not_ended_by_a_reset() {
    let wire = Wire::new();
    let first = Smb2::on(wire.connect(21, 10));
    first.log_on(0x41, Who::User("alice"));
    let second = Smb2::on(wire.connect(21, 10));
    second.log_on_with(0x41, Who::User("alice"), SetUp { binding: true, ..SetUp::default() });
    first.tcp.rst(Server);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["lingering"]);
    second.tcp.rst(Server);
    assert_eq!(wire.verdicts(), ["was_lingering"]);
}
