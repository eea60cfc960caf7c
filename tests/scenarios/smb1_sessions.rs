//! SMB1: sessions, trees, opens, and how calls travel.

use crate::bytes::bytes;
use crate::ntlm::{self, Who};
use crate::rpc::{NDR, Pipe as _, handle};
use crate::smb1::*;
use crate::wire::End::{Client, Server};
use crate::wire::{Carrier as _, Tcp, Wire};

const CLOSED_WELL: &str = r"
    null 41 (own_close): closed
      tree IPC$ (own_close)
        pipe spoolss (own_close)
          handle 1 \\SRV\lp1 (close_call)";

/// What follows `hold_printer` when a client behaves.
fn leave(smb: &Smb1<Tcp<'_>>) {
    smb.pipe(7).close_printer(3, 1);
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    smb.tcp.end();
}

#[test]
fn everything_is_closed() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.pipe(7).get_printer(9, 1);
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn every_form_of_session_setup_says_who() {
    let wire = Wire::new();
    let smb = || Smb1::on(wire.connect(21, 10));
    smb().log_on(1, core_set_up("", &[]));
    smb().log_on(2, core_set_up("", &[0]));
    smb().log_on(3, core_set_up("carol", &[7; 24]));
    smb().log_on(4, set_up("", &[], &[]));
    smb().log_on(5, set_up("", &[0], &[]));
    smb().log_on(6, set_up("", &[7; 24], &[8; 24]));
    smb().log_on(7, set_up("alice", &[7; 24], &[8; 24]));
    smb().log_on_by_blob(8, Who::Null, false);
    smb().log_on_by_blob(9, Who::NullWithoutLm, true);
    smb().log_on_by_blob(10, Who::User("bob"), false);
    smb().log_on_by_blob(11, Who::User("bob"), true);
    smb().log_on_by_blob(12, Who::Nameless, true);
    wire.tells(
        "null 1: open
        null 2: open
        user carol 3: open
        null 4: open
        null 5: open
        unknown 6: open
        user alice 7: open
        null 8: open
        null 9: open
        user bob a: open
        user bob b: open
        unknown c: open",
    );
}

#[test]
fn a_tree_and_another_uids_pipe_outlive_the_logoff_of_one_uid() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.log_on(0x42, set_up("alice", &[7; 24], &[8; 24]));
    smb.open(r"\spoolss", 8);
    smb.pipe(8).bind(6);
    smb.pipe(8).open_printer(2, 2);
    smb.uid.set(0x41);
    smb.log_off();
    wire.wait(100.0);
    smb.uid.set(0x42);
    smb.echo();
    wire.tells(
        r"null 41 (own_close): abandoned
        tree IPC$
        pipe spoolss (logoff)
        handle 1 \\SRV\lp1 (logoff)
        user alice 42: leaked
        tree IPC$
        pipe spoolss
        handle 2 \\SRV\lp1",
    );
}

#[test]
fn who_fails_to_authenticate_anew_loses_the_session() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.ask(&[blob_set_up(&ntlm::authenticate(Who::User("alice")))]);
    smb.fail(asked, LOGON_FAILURE);
    wire.tells(
        "null 41 (server_denies_it): closed
        tree IPC$
        pipe spoolss (server_denies_it)",
    );
}

#[test]
fn a_set_up_that_waits_is_no_session_yet() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.uid.set(0x41);
    smb.ask(&[blob_set_up(&ntlm::authenticate(Who::Null))]);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    // It may be there or denied: the server holds a slot for it either way.
    wire.tells("null 41: unknown");
    assert_eq!(wire.client_ports(), [0; 0]);
}

#[test]
fn a_set_up_in_one_leg_is_of_a_new_session_whatever_its_uid() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.ask(&[set_up("alice", &[7; 24], &[8; 24])]);
    smb.fail(asked, LOGON_FAILURE);
    assert_eq!(wire.verdicts(), ["open"]);
}

#[test]
fn a_tree_that_another_uid_connected_is_listed_while_something_is_open_in_it() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.log_on(0x42, null_set_up());
    smb.open(r"\srvsvc", 8);
    assert_eq!(wire.trees_listed(), [1, 1]);
    smb.close(8);
    assert_eq!(wire.trees_listed(), [1, 0]);
}

#[test]
fn open2_opens_as_well() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.log_on(0x41, null_set_up());
    smb.ipc(1);
    let asked = smb.ask(&[open2(r"\spoolss")]);
    smb.answer(asked, OK, &[open2_answer(7)]);
    smb.pipe(7).bind(5);
    wire.tells(
        "null 41: open
        tree IPC$
        pipe spoolss",
    );
}

#[test]
fn what_a_process_has_open_ends_with_it() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.log_on(0x42, null_set_up());
    smb.open(r"\srvsvc", 8);
    let asked = smb.ask(&[block(PROCESS_EXIT, bytes(), bytes())]);
    smb.done(asked);
    wire.tells(
        "null 41: open
        tree IPC$
        pipe spoolss
        null 42: open
        tree IPC$
        pipe srvsvc (own_close)",
    );
}

#[test]
fn of_sessions_that_may_be_encrypted_nobody_knows_what_they_hold() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.log_on(0x41, set_up("alice", &[7; 24], &[8; 24]));
    smb.ipc(1);
    smb.tcp.message(Client, b"\xffE\0\0sealed");
    smb.tcp.message(Server, b"\xffE\0\0sealed");
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["unknown"]);
    smb.tcp.end();
    assert_eq!(wire.verdicts(), ["unknown"]);
}

#[test]
fn locks_of_core_commands_count() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let range = || bytes().u16(7).u32(1).u32(0);
    for command in [LOCK_BYTE_RANGE, LOCK_BYTE_RANGE, UNLOCK_BYTE_RANGE] {
        let asked = smb.ask(&[block(command, range(), bytes())]);
        smb.done(asked);
    }
    let ledger = wire.ledger();
    let (_, session) = ledger.sessions().next().unwrap();
    assert_eq!(ledger.opens_of(session).map(|open| open.locks).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_tree_disconnect_brings_no_uid_back() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.log_off();
    smb.disconnect();
    wire.tells(
        "null 41 (own_close): closed
        tree IPC$ (own_close)
        pipe spoolss (logoff)",
    );
}

#[test]
fn a_tree_that_two_uids_use_ends_for_both() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.log_on(0x42, null_set_up());
    smb.open(r"\srvsvc", 8);
    smb.disconnect();
    wire.wait(100.0);
    wire.tells(
        r"null 41: lingering
        tree IPC$ (own_close)
        pipe spoolss (tree_disconnect)
        handle 1 \\SRV\lp1 (tree_disconnect)
        null 42: lingering
        tree IPC$ (own_close)
        pipe srvsvc (tree_disconnect)",
    );
}

#[test]
fn set_up_and_tree_connect_go_in_one_chain() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    let asked = smb.ask(&[null_set_up(), tree_connect(r"\\SRV\IPC$", "IPC")]);
    smb.answer(Asked { uid: 0x41, tid: 3, ..asked }, OK, &[set_up_answer(), tree_answer("IPC")]);
    smb.go_on(0x41, 3);
    smb.open(r"\spoolss", 7);
    wire.wait(100.0);
    wire.tells(
        "null 41: leaked
        tree IPC$
        pipe spoolss",
    );
}

#[test]
fn the_second_part_of_a_chain_fails_and_the_first_stands() {
    for (status, dos, said) in [
        (ACCESS_DENIED, false, "denied tree 0xc0000022"),
        (DOS_ACCESS_DENIED, true, "denied tree 0x00050001"),
        (DOS_NOT_ACCEPTED, true, "refused 0x00590002"),
    ] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.dos.set(dos);
        let asked = smb.ask(&[null_set_up(), tree_connect(r"\\SRV\IPC$", "IPC")]);
        smb.answer(Asked { uid: 0x41, ..asked }, status, &[set_up_answer(), failed(TREE_CONNECT)]);
        wire.wait(100.0);
        wire.tells(&format!("null 41: lingering\n{said}"));
    }
}

#[test]
fn tree_connect_and_open_go_in_one_chain() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.log_on(0x41, null_set_up());
    smb.tid.set(0xffff);
    let asked = smb.ask(&[tree_connect(r"\\SRV\IPC$", "IPC"), nt_create(r"\spoolss")]);
    smb.answer(Asked { tid: 3, ..asked }, OK, &[tree_answer("IPC"), create_answer(7, 2)]);
    smb.tid.set(3);
    smb.pipe(7).bind(5);
    smb.disconnect();
    smb.log_off();
    wire.tells(
        "null 41 (own_close): closed
        tree IPC$ (own_close)
        pipe spoolss (tree_disconnect)",
    );
}

#[test]
fn a_transaction_goes_on_in_secondaries() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    let total = call.len();
    let asked = smb.ask(&[transact(7, total, &call[..50])]);
    smb.done(asked); // the interim answer
    smb.ask_as(asked.mid, &[transact_more(total, 50, &call[50..120])]);
    smb.ask_as(asked.mid, &[transact_more(total, 120, &call[120..])]);
    smb.pipe(7).granted(asked, 2, 1);
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn an_answer_comes_in_several_messages() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    let answer = NDR.response(2, 0, &NDR.handle_and(handle(1), 0));
    let total = answer.len();
    smb.answer(asked, OK, &[transact_answer(total, 0, &answer[..20])]);
    smb.answer(asked, OK, &[transact_answer(total, 20, &answer[20..])]);
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn an_answer_that_overflows_the_buffer_is_read_on() {
    for (dos, overflow) in [(false, BUFFER_OVERFLOW), (true, DOS_MORE_DATA)] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.dos.set(dos);
        smb.hold_pipe();
        let asked = smb.pipe(7).ask_open_printer(2);
        let answer = NDR.response(2, 0, &NDR.handle_and(handle(1), 0));
        smb.transacted(asked, overflow, &answer[..20]);
        let asked = smb.ask_read(7);
        smb.read(asked, overflow, &answer[20..30]);
        let asked = smb.ask_read(7);
        smb.read(asked, OK, &answer[30..]);
        leave(&smb);
        wire.tells(CLOSED_WELL);
    }
}

#[test]
fn a_call_is_written_in_message_mode_with_its_length_before_it() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    let prefixed = [&u16::try_from(call.len()).unwrap().to_le_bytes()[..], &call].concat();
    smb.write(7, 0x0c, &prefixed[..100]); // RAW_MODE, MSG_START
    smb.write(7, 0x04, &prefixed[100..]); // RAW_MODE: the rest, without a length
    let asked = smb.ask_read(7);
    smb.read(asked, OK, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn a_call_travels_by_the_core_commands() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    let words = bytes().u16(7).u16(call.len()).u32(0).u16(0);
    let asked = smb.ask(&[block(WRITE, words, bytes().u8(1).u16(call.len()).raw(&call))]);
    smb.answer(asked, OK, &[block(WRITE, bytes().u16(call.len()), bytes())]);
    let asked = smb.ask(&[block(READ, bytes().u16(7).u16(4280).u32(0).u16(0), bytes())]);
    let answer = NDR.response(2, 0, &NDR.handle_and(handle(1), 0));
    let data = bytes().u8(1).u16(answer.len()).raw(&answer);
    smb.answer(asked, OK, &[block(READ, bytes().u16(answer.len()).zeros(8), data)]);
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn a_call_is_split_over_two_writes() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    smb.write(7, 0, &call[..7]);
    smb.write(7, 0, &call[7..]);
    let asked = smb.ask_read(7);
    smb.read(asked, OK, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn fids_tids_uids_and_mids_are_used_again() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.pipe(7).close_printer(3, 1);
    smb.close(7);
    smb.open(r"\srvsvc", 7);
    smb.close(7);
    smb.disconnect();
    smb.ipc(1);
    smb.open(r"\spoolss", 7);
    smb.log_off();
    smb.hold_printer();
    wire.wait(100.0);
    let asked = smb.ask_as(1, &[block(LOGOFF, bytes(), bytes())]);
    smb.answer(asked, OK, &[block(LOGOFF, bytes(), bytes())]);
    wire.tells(
        r"null 41 (own_close): closed
        tree IPC$ (own_close)
        pipe spoolss (own_close)
        handle 1 \\SRV\lp1 (close_call)
        pipe srvsvc (own_close)
        tree IPC$ (own_close)
        pipe spoolss (logoff)
        null 41 (own_close): was_leaked
        tree IPC$
        pipe spoolss (logoff)
        handle 1 \\SRV\lp1 (logoff)",
    );
}

#[test]
fn a_uid_given_to_a_new_client_session_ends_the_one_that_had_it() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.unseen(|| smb.log_off());
    smb.log_on(0x41, set_up("alice", &[7; 24], &[8; 24]));
    wire.wait(100.0);
    let story = wire.story();
    assert!(story.contains("user alice 41: lingering"), "{story}");
    assert!(!story.contains("was null"), "{story}");
}

#[test]
fn credentials_presented_anew_under_a_uid_are_its_reauthentication() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.ask(&[set_up("alice", &[7; 24], &[8; 24])]);
    smb.answer(asked, OK, &[set_up_answer()]);
    wire.tells(
        "user alice 41: open
        was null
        tree IPC$
        pipe spoolss",
    );
}

#[test]
fn refusals_in_dos_form_are_refusals() {
    let wire = Wire::new();
    for status in [DOS_NOT_ACCEPTED, DOS_TOO_MANY_UIDS] {
        let smb = Smb1::on(wire.connect(21, 10));
        smb.dos.set(true);
        let asked = smb.ask_log_on(null_set_up());
        smb.fail(asked, status);
        smb.log_on(0x41, null_set_up());
        let asked = smb.ask_tree(r"\\SRV\IPC$", "IPC");
        smb.fail(asked, status);
        smb.tcp.end();
    }
    wire.tells(
        "null 41 (connection_end): closed
        null 41 (connection_end): closed
        refused 0x00590002
        refused 0x00590002
        refused 0x005a0002
        refused 0x005a0002",
    );
}

#[test]
fn denials_in_dos_form_are_denials_of_the_anonymous_alone() {
    let wire = Wire::new();
    for set_up in [null_set_up as fn() -> Block, || set_up("alice", &[7; 24], &[8; 24])] {
        let smb = Smb1::on(wire.connect(21, 10));
        smb.dos.set(true);
        let asked = smb.ask_log_on(set_up());
        smb.fail(asked, DOS_ACCESS_DENIED);
        smb.log_on(0x41, set_up());
        smb.ipc(1);
        let asked = smb.ask_create(r"\spoolss");
        smb.fail(asked, DOS_ACCESS_DENIED);
    }
    let story = wire.story();
    let denials: Vec<_> = story.lines().filter(|line| line.starts_with("denied")).collect();
    assert_eq!(denials, ["denied session 0x00050001", "denied pipe 0x00050001"]);
}

#[test]
fn a_server_that_does_not_know_the_uid_ends_the_session() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.dos.set(true);
    let asked = smb.ask_tree(r"\\SRV\IPC$", "IPC");
    smb.fail(asked, DOS_BAD_UID);
    wire.tells(
        r"null 41 (server_denies_it): abandoned
        tree IPC$
        pipe spoolss (server_denies_it)
        handle 1 \\SRV\lp1 (server_denies_it)",
    );
}

#[test]
fn a_pipe_that_was_never_closed_ends_with_what_holds_it() {
    for (ending, by) in [
        ((|smb| smb.disconnect()) as fn(&Smb1<Tcp<'_>>), "tree_disconnect"),
        (|smb| smb.log_off(), "logoff"),
        (|smb| smb.tcp.end(), "connection_end"),
        (|smb| smb.tcp.rst(crate::wire::End::Client), "connection_end"),
    ] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_printer();
        ending(&smb);
        smb.tcp.end();
        let story = wire.story();
        assert!(story.contains(&format!("pipe spoolss ({by})")), "{by}: {story}");
        assert!(story.contains(&format!(r"handle 1 \\SRV\lp1 ({by})")), "{by}: {story}");
        assert!(story.contains(": abandoned"), "{by}: {story}");
    }
}

#[test]
fn vc_number_0_on_another_connection_ends_nothing_that_goes_on() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    let words = bytes().u16(16644).u16(50).u16(0).u32(0).u16(1).u16(0).u32(0).u32(0xd4);
    let set_up = block(SESSION_SETUP, words, bytes().u8(0).oem("").oem("").oem("Unix").oem("client"));
    Smb1::on(wire.connect(21, 10)).log_on(0x41, set_up);
    smb.pipe(7).get_printer(3, 1);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked", "lingering"]);
}

#[test]
fn a_read_that_fails_fails_the_written_call_it_waits_for() {
    for (dos, status) in [(false, PIPE_DISCONNECTED), (false, CANCELLED), (true, DOS_NOT_CONNECTED)] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.dos.set(dos);
        smb.hold_pipe();
        smb.write(7, 0, &NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1")));
        let asked = smb.ask_read(7);
        smb.fail(asked, status);
        wire.wait(100.0);
        smb.tcp.ack(Server);
        assert_eq!(wire.verdicts(), ["leaked"], "{status:x}");
    }
}

#[test]
fn a_call_that_the_client_cancels_does_not_hang() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    wire.wait(60.0);
    smb.ask_as(asked.mid, &[block(NT_CANCEL, bytes(), bytes())]);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn statuses_of_smb_in_an_nt_form_are_no_successes() {
    for status in [DOS_BAD_UID, BAD_TID] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_printer();
        let asked = smb.ask_disconnect();
        smb.fail(asked, status);
        wire.wait(100.0);
        let verdict = if status == DOS_BAD_UID { "abandoned" } else { "leaked" };
        assert_eq!(wire.verdicts(), [verdict], "{status:x}");
    }
}

/// Who a session is that a tree connect begins, on a server of this security mode, and whether its age is exact.
fn let_in_by_share(mode: u8, uid: u16, whole: bool) -> Vec<(Vec<String>, bool)> {
    let wire = Wire::new();
    let smb = Smb1::midway(wire.connect(21, 10));
    let asked = smb.ask(&[block(NEGOTIATE, bytes(), bytes().u8(2).oem("LANMAN1.0"))]);
    let words =
        bytes().u16(0).u16(mode.into()).u16(4096).u16(50).u16(1).u16(0).u32(0).u16(0).u16(0).u16(0).u16(0);
    smb.answer(asked, OK, &[block(NEGOTIATE, words.u16(0), bytes())]);
    if !whole {
        wire.unseen(|| smb.log_on(9, core_set_up("alice", &[7; 24])));
    }
    smb.go_on(uid, 0);
    smb.ipc(5);
    let ledger = wire.ledger();
    let evidence = |session: &smbscope::ledger::Session| {
        session.identity.evidence.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    ledger.sessions().map(|(_, session)| (evidence(session), session.opened.is_some())).collect()
}

#[test]
fn a_share_lets_in_who_sets_up_no_session() {
    let by_share = vec![(vec!["share_level_security".to_owned()], true)];
    let unseen = vec![(vec!["credentials_not_seen".to_owned()], false)];
    // Share-level security; and user-level security, where who has no UID was let in all the same.
    assert_eq!(let_in_by_share(2, 0x41, true), by_share);
    assert_eq!(let_in_by_share(2, 0, true), by_share);
    assert_eq!(let_in_by_share(3, 0, true), by_share);
    // A UID of user-level security was given by a set-up, and so may any have been that is missing.
    assert_eq!(let_in_by_share(3, 0x41, true), unseen);
    assert_eq!(let_in_by_share(2, 0x41, false), unseen);
}
