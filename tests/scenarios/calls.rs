//! DCE/RPC: bindings, calls, handles and their groups.

use smbscope::interface::{ObjectKind, Task};
use smbscope::report::{NullSessions, Options as ReportOptions};
use smbscope::session::{Counts, EventKind, Notice, RpcEvent};

use crate::ntlm::Who;
use crate::rpc::*;
use crate::smb1::Smb1;
use crate::smb2::{self, Smb2};
use crate::wire::End::{Client, Server};
use crate::wire::Wire;

/// A null session with two pipes, 7 and 8, not bound.
fn two_pipes(wire: &Wire) -> Smb2<'_> {
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    smb.open("spoolss", 7);
    smb.open("spoolss", 8);
    smb
}

#[test]
fn equal_call_ids_on_two_pipes_are_two_calls() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    let (one, other) = (smb.pipe(7), smb.pipe(8));
    one.bind(5);
    other.bind(6);
    let first = one.ask_open_printer(2);
    let second = other.ask_open_printer(2);
    other.granted(second, 2, 2);
    one.granted(first, 2, 1);
    let first = one.ask_close_printer(3, 1);
    let second = other.ask_get_printer(3, 2);
    one.closed_printer(first, 3);
    other.got_printer(second, 3);
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1 (close_call)
        pipe spoolss
        handle 2 \\SRV\lp1",
    );
}

#[test]
fn an_interface_is_added_by_alter_context() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    smb.open("srvsvc", 7);
    let pipe = smb.pipe(7);
    let ack = [Answer::Accepted(NDR_SYNTAX)];
    pipe.exchange(&NDR.bind(1, 0, &[(0, SRVSVC, NDR_SYNTAX)]), &NDR.bind_ack(1, 5, &ack));
    pipe.exchange(&NDR.alter(2, 5, &[(1, SPOOLSS, NDR_SYNTAX)]), &NDR.altered(2, 5, &ack));
    let call = NDR.request(3, 1, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    pipe.exchange(&call, &NDR.response(3, 1, &NDR.handle_and(handle(1), 0)));
    // Context 0 is still that of srvsvc, whose procedure 29 closes nothing.
    let call = NDR.request(4, 0, 29, &handle(1));
    pipe.exchange(&call, &NDR.response(4, 0, &NDR.handle_and([0; 20], 0)));
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe srvsvc
        handle 1 \\SRV\lp1",
    );
}

#[test]
fn one_of_several_contexts_is_rejected() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    let contexts = [(0, SRVSVC, NDR_SYNTAX), (1, SPOOLSS, NDR64_SYNTAX), (2, SPOOLSS, NDR_SYNTAX)];
    let results = [Answer::Rejected(1), Answer::Rejected(2), Answer::Accepted(NDR_SYNTAX)];
    smb.pipe(7).exchange(&NDR.bind(1, 0, &contexts), &NDR.bind_ack(1, 5, &results));
    let call = NDR.request(2, 2, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    smb.pipe(7).exchange(&call, &NDR.response(2, 2, &NDR.handle_and(handle(1), 0)));
    assert!(wire.story().contains(r"handle 1 \\SRV\lp1"), "{}", wire.story());
    let refused = |kind| matches!(kind, EventKind::Rpc(RpcEvent::Refused { .. }));
    assert_eq!(wire.events().into_iter().filter(|event| refused(event.kind.clone())).count(), 2);
}

#[test]
fn ndr_and_ndr64_are_both_accepted_and_the_call_is_in_ndr64() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    let contexts = [(0, SPOOLSS, NDR_SYNTAX), (1, SPOOLSS, NDR64_SYNTAX)];
    let results = [Answer::Accepted(NDR_SYNTAX), Answer::Accepted(NDR64_SYNTAX)];
    smb.pipe(7).exchange(&NDR.bind(1, 0, &contexts), &NDR.bind_ack(1, 5, &results));
    let call = NDR.request(2, 1, 69, &NDR64.open_printer_ex(r"\\SRV\lp1"));
    smb.pipe(7).exchange(&call, &NDR.response(2, 1, &NDR64.handle_and(handle(1), 0)));
    let call = NDR.request(3, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp2"));
    smb.pipe(7).exchange(&call, &NDR.response(3, 0, &NDR.handle_and(handle(2), 0)));
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1
        handle 2 \\SRV\lp2
        pipe spoolss",
    );
}

#[test]
fn a_refused_bind_leaves_an_open_pipe() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    smb.pipe(7).exchange(&NDR.bind(1, 0, &[(0, SPOOLSS, NDR_SYNTAX)]), &NDR.bind_nak(1));
    smb.close(8);
    wire.wait(100.0);
    wire.tells(
        "null 41: leaked
        tree IPC$
        pipe spoolss
        pipe spoolss (own_close)",
    );
}

#[test]
fn a_fault_on_a_stale_handle_ends_it() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.pipe(7).ask_close_printer(3, 1);
    smb.pipe(7).reply(asked, &NDR.fault(3, CONTEXT_MISMATCH));
    smb.close(7);
    wire.wait(100.0);
    wire.tells(
        r"null 41: lingering
        tree IPC$
        pipe spoolss (own_close)
        handle 1 \\SRV\lp1 (server_denies_it)",
    );
}

#[test]
fn another_fault_ends_no_handle_but_answers_the_call() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.pipe(7).ask_close_printer(3, 1);
    smb.pipe(7).reply(asked, &NDR.fault(3, 5));
    wire.wait(100.0);
    smb.tcp.ack(Server);
    wire.tells(
        r"null 41: leaked
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1",
    );
}

#[test]
fn a_refused_open_printer_grants_nothing() {
    for answer in [NDR.handle_and([0; 20], 1801), NDR.handle_and(handle(1), 5), NDR.handle_and([0; 20], 0)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.pipe(7).ask_open_printer(2);
        smb.pipe(7).reply(asked, &NDR.response(2, 0, &answer));
        smb.close(7);
        smb.log_off();
        // 5 is access denied.
        let denied = if answer.ends_with(&[5, 0, 0, 0]) { "denied printer 0x00000005" } else { "" };
        wire.tells(&format!(
            "null 41 (own_close): closed
            tree IPC$ (logoff)
            pipe spoolss (own_close)
            {denied}",
        ));
    }
}

#[test]
fn a_close_printer_that_fails_closes_nothing() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.pipe(7).ask_close_printer(3, 1);
    smb.pipe(7).reply(asked, &NDR.response(3, 0, &NDR.handle_and(handle(1), 5)));
    smb.log_off();
    wire.tells(
        r"null 41 (own_close): abandoned
        tree IPC$ (logoff)
        pipe spoolss (logoff)
        handle 1 \\SRV\lp1 (logoff)",
    );
}

#[test]
fn a_handle_is_closed_on_another_pipe_of_its_group() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    smb.pipe(7).bind(5);
    smb.pipe(8).bind_as(NDR, 5, 5);
    smb.pipe(7).open_printer(2, 1);
    smb.pipe(8).close_printer(2, 1);
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1 (close_call)
        pipe spoolss",
    );
}

#[test]
fn a_handle_of_another_group_is_another_handle() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    smb.pipe(7).bind(5);
    smb.pipe(8).bind(6);
    smb.pipe(7).open_printer(2, 1);
    let asked = smb.pipe(8).ask_close_printer(2, 1);
    smb.pipe(8).reply(asked, &NDR.fault(2, CONTEXT_MISMATCH));
    smb.close(8);
    wire.wait(100.0);
    let story = wire.story();
    assert!(story.contains("null 41: leaked") && story.contains("handle 1 \\\\SRV\\lp1\n"), "{story}");
}

#[test]
fn a_handle_is_closed_from_another_connection_and_lives_until_its_groups_last_pipe() {
    let wire = Wire::new();
    let one = Smb2::on(wire.connect(21, 10));
    one.hold_printer();
    one.pipe(7).open_printer(3, 2);
    let other = Smb2::on(wire.connect(21, 10));
    other.log_on(0x42, Who::Null);
    other.ipc(1);
    other.open("spoolss", 8);
    other.pipe(8).bind_as(NDR, 5, 5);
    other.pipe(8).close_printer(2, 1);
    one.close(7);
    one.log_off();
    one.tcp.end();
    other.pipe(8).get_printer(3, 2);
    let first = r"tree IPC$ (logoff)
        pipe spoolss (own_close)
        handle 1 \\SRV\lp1 (close_call)
        handle 2 \\SRV\lp1";
    wire.tells(&format!("null 41 (own_close): closed\n{first}\nnull 42: open\ntree IPC$\npipe spoolss"));
    other.close(8);
    wire.tells(&format!(
        "null 41 (own_close): abandoned\n{first} (pipe_close)\nnull 42: open\ntree IPC$\npipe spoolss (own_close)"
    ));
}

#[test]
fn calls_are_answered_out_of_order() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let pipe = smb.write_and_read(7);
    let first = pipe.ask_open_printer(2);
    let second = pipe.ask(&NDR.request(3, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp2")));
    let third = pipe.ask(&NDR.request(4, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp3")));
    pipe.granted(first, 4, 3);
    pipe.granted(second, 2, 1);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    wire.tells(
        r"null 41: hung
        tree IPC$
        pipe spoolss
        handle 3 \\SRV\lp3
        handle 1 \\SRV\lp1
        waits: RpcOpenPrinterEx",
    );
    pipe.granted(third, 3, 2);
    assert!(wire.story().contains(r"handle 2 \\SRV\lp2"));
}

#[test]
fn a_big_endian_client_is_understood() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    let pipe = smb.pipe(7);
    pipe.bind_as(BIG, 0, 5);
    let call = BIG.request(2, 0, 69, &BIG.open_printer_ex(r"\\SRV\lp1"));
    pipe.exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    let call = BIG.request(3, 0, 69, &BIG.open_printer_ex(r"\\SRV\lp2"));
    pipe.exchange(&call, &BIG.response(3, 0, &BIG.handle_and([0; 20], 1801)));
    let call = BIG.request(4, 0, 29, &handle(1));
    pipe.exchange(&call, &BIG.response(4, 0, &BIG.handle_and([0; 20], 0)));
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1 (close_call)
        pipe spoolss",
    );
}

#[test]
fn the_stub_begins_behind_an_object_uuid() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let call = NDR.request_to([0x0b; 16], 2, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    smb.pipe(7).exchange(
        &NDR.request_to([0x0b; 16], 3, 29, &handle(1)),
        &NDR.response(3, 0, &NDR.handle_and([0; 20], 0)),
    );
    assert!(wire.story().contains(r"handle 1 \\SRV\lp1 (close_call)"), "{}", wire.story());
}

#[test]
fn information_contexts_are_handles_too() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    // RpcCreatePrinterIC names the printer's handle and gives one of its own.
    let call = NDR.request(3, 0, 40, &[&handle(1)[..], &[0; 8]].concat());
    smb.pipe(7).exchange(&call, &NDR.response(3, 0, &NDR.handle_and(handle(2), 0)));
    smb.pipe(7).close_printer(4, 1);
    let story = wire.story();
    assert!(story.contains("handle 1 \\\\SRV\\lp1 (close_call)\nhandle 2\n"), "{story}");
    // RpcDeletePrinterIC
    let call = NDR.request(5, 0, 42, &handle(2));
    smb.pipe(7).exchange(&call, &NDR.response(5, 0, &NDR.handle_and([0; 20], 0)));
    assert!(wire.story().contains("handle 2 (close_call)"), "{}", wire.story());
}

#[test]
fn a_server_calls_back_and_closes_its_reply_handle() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(10, 21));
    smb.hold_pipe();
    // RpcReplyOpenPrinter: machine, printer id, type, no buffer.
    let name: Vec<u8> = "WS-21\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let string = [&[6, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0][..], &name].concat();
    let call = NDR.request(2, 0, 58, &[&string[..], &[0; 16]].concat());
    smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    assert!(wire.story().contains("handle 1 WS-21\n"), "{}", wire.story());
    let call = NDR.request(3, 0, 60, &handle(1));
    smb.pipe(7).exchange(&call, &NDR.response(3, 0, &NDR.handle_and([0; 20], 0)));
    assert!(wire.story().contains("handle 1 WS-21 (close_call)"), "{}", wire.story());
}

#[test]
fn a_call_that_waits_by_design_does_not_hang() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    // RpcWaitForPrinterChange
    let asked = smb.pipe(7).ask(&NDR.request(3, 0, 28, &[&handle(1)[..], &[0xff; 4]].concat()));
    smb.pend(asked, 9);
    wire.wait(7200.0);
    smb.tcp.ack(Server);
    wire.tells(
        r"null 41: leaked
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1
        waits: RpcWaitForPrinterChange",
    );
}

#[test]
fn the_third_leg_of_an_authentication_has_no_answer() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.write(7, 0, &NDR.auth3(1));
    smb.pipe(7).open_printer(2, 1);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    wire.tells(
        r"null 41: leaked
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1",
    );
}

#[test]
fn cancelled_and_orphaned_calls_do_not_hang() {
    for pdu in [NDR.cancel(2), NDR.orphaned(2)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.write_and_read(7).ask_open_printer(2);
        smb.pend(asked, 5);
        smb.write(7, &pdu);
        wire.wait(100.0);
        smb.tcp.ack(Server);
        assert_eq!(wire.verdicts(), ["leaked"]);
    }
}

#[test]
fn a_cancelled_call_may_still_grant_a_handle() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.write_and_read(7).ask_open_printer(2);
    smb.write(7, &NDR.cancel(2));
    smb.write_and_read(7).granted(asked, 2, 1);
    assert!(wire.story().contains("handle 1 \\\\SRV\\lp1\n"), "{}", wire.story());
}

#[test]
fn what_a_sealed_call_grants_and_closes_is_unknown() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).exchange(&NDR.sealed(0, 2, 69, 100), &NDR.sealed(2, 2, 0, 24));
    wire.wait(100.0);
    smb.tcp.ack(Server);
    assert_eq!(wire.verdicts(), ["leaked"]); // the pipe is
    smb.close(7);
    smb.log_off();
    assert_eq!(wire.verdicts(), ["was_leaked"]);
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).exchange(&NDR.sealed(0, 2, 69, 100), &NDR.sealed(2, 2, 0, 24));
    smb.close(7);
    smb.log_off();
    assert_eq!(wire.verdicts(), ["unknown"]);
    assert!(wire.why().contains("is sealed"), "{}", wire.why());
}

#[test]
fn a_sealed_call_that_has_no_answer_hangs() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).ask(&NDR.sealed(0, 2, 69, 100));
    wire.wait(100.0);
    smb.tcp.ack(Server);
    assert_eq!(wire.verdicts(), ["hung"]);
}

#[test]
fn a_call_comes_in_fragments_and_is_answered_in_fragments() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let stub = NDR.open_printer_ex(r"\\SRV\lp1");
    smb.write(7, &NDR.fragment(FIRST, 2, 0, 69, &stub[..48]));
    smb.write(7, &NDR.fragment(0, 2, 0, 69, &stub[48..96]));
    let asked = smb.ask_transceive(7, &NDR.fragment(LAST, 2, 0, 69, &stub[96..]));
    let answer = NDR.handle_and(handle(1), 0);
    let answer =
        [NDR.response_fragment(FIRST, 2, 0, &answer[..8]), NDR.response_fragment(LAST, 2, 0, &answer[8..])]
            .concat();
    smb.transceived(asked, smb2::BUFFER_OVERFLOW, 7, &answer[..40]);
    let asked = smb.ask_read(7);
    smb.read(asked, smb2::OK, &answer[40..]);
    assert!(wire.story().contains("handle 1 \\\\SRV\\lp1\n"), "{}", wire.story());
}

#[test]
fn several_pdus_in_one_write_are_several_calls() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let calls = [
        NDR.request(3, 0, 29, &handle(1)),
        NDR.request(4, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp2")),
        NDR.request(5, 0, 8, &[&handle(1)[..], &[0; 12]].concat()),
    ];
    smb.write(7, &calls.concat());
    let asked = smb.ask_read(7);
    let answers =
        [NDR.response(3, 0, &NDR.handle_and([0; 20], 0)), NDR.response(4, 0, &NDR.handle_and(handle(2), 0))];
    smb.read(asked, smb2::OK, &answers.concat());
    wire.wait(100.0);
    smb.tcp.ack(Server);
    let story = wire.story();
    assert!(story.contains("handle 1 \\\\SRV\\lp1 (close_call)\n"), "{story}");
    assert!(story.contains("handle 2 \\\\SRV\\lp2\n"), "{story}");
    assert!(story.contains("hung") && story.contains("waits: RpcGetPrinter\n"), "{story}");
}

#[test]
fn a_call_is_split_over_write_and_ioctl() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    smb.write(7, &call[..99]);
    let asked = smb.ask_transceive(7, &call[99..]);
    smb.transceived(asked, smb2::OK, 7, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    assert!(wire.story().contains("handle 1 \\\\SRV\\lp1\n"), "{}", wire.story());
}

#[test]
fn calls_of_other_interfaces_hold_a_pipe_and_hang_like_any() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    smb.open("srvsvc", 7);
    let ack = NDR.bind_ack(1, 5, &[Answer::Accepted(NDR_SYNTAX)]);
    smb.pipe(7).exchange(&NDR.bind(1, 0, &[(0, SRVSVC, NDR_SYNTAX)]), &ack);
    smb.pipe(7).ask(&NDR.request(2, 0, 15, &filler(40)));
    wire.wait(100.0);
    smb.tcp.ack(Server);
    smb.tcp.ack(Client);
    wire.tells(
        "null 41: hung
        tree IPC$
        pipe srvsvc
        waits: NetrShareEnum",
    );
}

/// A null session that calls SamrConnect2 (57), which is answered with this handle and this status, and then
/// SamrEnumerateDomainsInSamServer (6) or SamrCloseHandle (1) at it.
fn connected_to_accounts(granted: [u8; 20], status: u32, then: Option<(u16, Vec<u8>)>) -> Wire {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    smb.open("samr", 7);
    let ack = NDR.bind_ack(1, 5, &[Answer::Accepted(NDR_SYNTAX)]);
    smb.pipe(7).exchange(&NDR.bind(1, 0, &[(0, SAMR, NDR_SYNTAX)]), &ack);
    // No server name, DesiredAccess.
    let connect = NDR.request(2, 0, 57, &[0, 0, 0, 0, 0x30, 0, 0, 0]);
    smb.pipe(7).exchange(&connect, &NDR.response(2, 0, &NDR.handle_and(granted, status)));
    if let Some((opnum, answer)) = then {
        smb.pipe(7).exchange(&NDR.request(3, 0, opnum, &granted), &NDR.response(3, 0, &answer));
    }
    wire.wait(100.0);
    wire
}

#[test]
fn a_null_session_is_leaked_by_a_handle_of_the_account_database() {
    let wire = connected_to_accounts(handle(1), 0, None);
    wire.tells(
        "null 41: leaked
        tree IPC$
        pipe samr
        handle 1",
    );
    let ledger = wire.ledger();
    let (_, session) = ledger.sessions().next().unwrap();
    let held = ledger.opens_of(session).flat_map(|open| ledger.handles(open)).next().unwrap();
    assert_eq!((held.stands_for, held.noun()), (Some(ObjectKind::SamServer), "account server handle"));
    assert_eq!(held.opened_by.unwrap().to_string(), "SamrConnect2");
    let report = NullSessions::new(&ledger, [], &Counts::default(), ReportOptions::default());
    let words = report.text(10_000).to_string();
    assert!(
        words.contains("it holds an account server handle") && !words.contains("printer handle"),
        "{words}"
    );
}

#[test]
fn a_handle_of_the_account_database_is_closed_by_its_own_call() {
    ends(0, " (close_call)");
    // STATUS_ACCESS_DENIED leaves it as it is.
    ends(0xc000_0022, "");
}

fn ends(status: u32, end: &str) {
    let left = if status == 0 { [0; 20] } else { handle(1) };
    let story = connected_to_accounts(handle(1), 0, Some((1, NDR.handle_and(left, status)))).story();
    assert!(story.contains(&format!("handle 1{end}\n")), "{status:#x} {story}");
}

#[test]
fn a_failed_call_grants_no_handle_of_the_account_database() {
    // STATUS_ACCESS_DENIED; STATUS_SOME_NOT_MAPPED, which is of informational severity, is a success.
    for (granted, status, is_granted) in
        [([0; 20], 0xc000_0022, false), (handle(1), 0xc000_0022, false), (handle(1), 0x0000_0107, true)]
    {
        let story = connected_to_accounts(granted, status, None).story();
        assert_eq!(story.contains("handle 1"), is_granted, "{status:#x} {story}");
    }
}

#[test]
fn the_use_of_a_handle_shows_what_it_stands_for() {
    let answer = [&[0; 8][..], &NDR.handle_and(handle(0), 0)[20..]].concat();
    let wire = connected_to_accounts(handle(1), 0, Some((6, answer)));
    let ledger = wire.ledger();
    let (_, session) = ledger.sessions().next().unwrap();
    let held = ledger.opens_of(session).flat_map(|open| ledger.handles(open)).next().unwrap();
    let calls: Vec<_> = held.calls.keys().map(ToString::to_string).collect();
    assert_eq!(calls, ["SamrEnumerateDomainsInSamServer"]);
}

/// What goes on at the only handle: each document and notification, and whether it ended.
fn tasks(wire: &Wire) -> Vec<(Task, Option<String>, bool)> {
    let ledger = wire.ledger();
    let (_, session) = ledger.sessions().next().unwrap();
    let handles = ledger.opens_of(session).flat_map(|open| ledger.handles(open));
    let tasks = handles.flat_map(|handle| handle.tasks.iter());
    tasks.map(|(task, held)| (*task, held.name.clone(), held.ended.is_some())).collect()
}

#[test]
fn a_document_and_a_notification_go_on_until_their_own_call_ends_them() {
    for rpc in [NDR, NDR64] {
        let wire = Wire::new();
        let smb = two_pipes(&wire);
        let pipe = smb.pipe(7);
        pipe.bind_as(rpc, 0, 5);
        let done = |id: u32, opnum: u16, stub: &[u8], answer: &[u8]| {
            pipe.exchange(&rpc.request(id, 0, opnum, stub), &rpc.response(id, 0, answer));
        };
        done(2, 69, &rpc.open_printer_ex(r"\\SRV\lp1"), &rpc.handle_and(handle(1), 0));
        let job = [rpc.value(7), rpc.value(0)].concat();
        done(3, 17, &rpc.start_doc_printer(1, "wages.xls"), &job);
        done(4, 65, &rpc.remote_find_first(1, r"\\WS-21"), &rpc.value(0));
        let document = |ended| (Task::Document, Some("wages.xls".to_owned()), ended);
        let notification = |ended| (Task::Notification, Some(r"\\WS-21".to_owned()), ended);
        assert_eq!(tasks(&wire), [document(false), notification(false)]);
        done(5, 23, &handle(1), &rpc.value(0));
        assert_eq!(tasks(&wire), [document(true), notification(false)]);
        done(6, 56, &handle(1), &rpc.value(0));
        assert_eq!(tasks(&wire), [document(true), notification(true)]);
        let ledger = wire.ledger();
        let (_, session) = ledger.sessions().next().unwrap();
        let handle = ledger.opens_of(session).flat_map(|open| ledger.handles(open)).next().unwrap();
        let calls: Vec<_> = handle.calls.iter().map(|(call, count)| (call.opnum, *count)).collect();
        assert_eq!(calls, [(17, 1), (23, 1), (56, 1), (65, 1)]);
    }
}

#[test]
fn what_was_refused_does_not_go_on() {
    let wire = Wire::new();
    let smb = two_pipes(&wire);
    let pipe = smb.pipe(7);
    pipe.bind(5);
    pipe.open_printer(2, 1);
    let call = NDR.request(3, 0, 65, &NDR.remote_find_first(1, r"\\10.0.0.9"));
    pipe.exchange(&call, &NDR.response(3, 0, &NDR.value(5)));
    assert_eq!(tasks(&wire), []);
    let told = wire.events().into_iter().any(|event| {
        matches!(event.kind, EventKind::Notice(Notice::NotifyRegistered { machine, .. }) if machine == r"\\10.0.0.9")
    });
    assert!(told);
}

#[test]
fn a_handle_whose_pipe_is_closed_is_told_in_the_story_and_in_the_tables() {
    use smbscope::report::{NetSession, NullSessions, Options};

    let wire = Wire::new();
    let smb = two_pipes(&wire);
    smb.pipe(7).bind(5);
    smb.pipe(8).bind_as(NDR, 5, 5);
    smb.pipe(7).open_printer(2, 1);
    smb.close(7);
    wire.wait(100.0);
    let ledger = wire.ledger();
    let counts = smbscope::session::Counts::default();
    let text = NullSessions::new(&ledger, [], &counts, Options::default()).text(80).to_string();
    assert!(text.contains("granted") && text.contains("by RpcOpenPrinterEx"), "{text}");
    assert!(text.contains("its handle stays with"), "{text}");
    let tables = NetSession::new(&ledger, None, crate::story::GRACE, None);
    let opens = &tables.servers[0].sessions[0].trees[0].opens;
    assert_eq!((opens.len(), opens[0].handles.len()), (1, 1));
}
