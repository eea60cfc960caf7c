//! SMB2: sessions, compounds, asynchronous answers, channels.

use smbscope::ledger::Stuck;

use crate::bytes::bytes;
use crate::ntlm::Who;
use crate::rpc::{NDR, Pipe as _, handle};
use crate::smb1::{self, Smb1};
use crate::smb2::*;
use crate::wire::End::{Client, Server};
use crate::wire::{Carrier as _, Wire};

const CLOSED_WELL: &str = r"
    null 41 (own_close): closed
      tree IPC$ (own_close)
        pipe spoolss (own_close)
          handle 1 \\SRV\lp1 (close_call)";

fn leave(smb: &Smb2<'_>) {
    smb.pipe(7).close_printer(3, 1);
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    smb.tcp.end();
}

#[test]
fn everything_is_closed() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.pipe(7).get_printer(9, 1);
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn an_smb1_negotiate_is_answered_in_smb2() {
    let wire = Wire::new();
    let smb1 = Smb1::midway(wire.connect(21, 10));
    let dialects = bytes().u8(2).oem("NT LM 0.12").u8(2).oem("SMB 2.???");
    smb1.ask(&[smb1::block(smb1::NEGOTIATE, bytes(), dialects)]);
    let smb = Smb2::on(smb1.tcp);
    smb.hold_printer();
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn a_pipe_is_opened_used_and_closed_in_one_compound() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    let (create, ioctl, close) = smb.compound(Client, || {
        (smb.ask_create("spoolss"), smb.ask_transceive(RELATED, &call), smb.ask_close(RELATED))
    });
    smb.compound(Server, || {
        smb.created(create, 7);
        smb.transceived(ioctl, OK, 7, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
        smb.closed(close);
    });
    wire.wait(100.0);
    wire.tells(
        r"null 41: lingering
        tree IPC$
        pipe spoolss (own_close)
        handle 1 \\SRV\lp1 (pipe_close)",
    );
}

#[test]
fn the_answers_to_a_compound_come_one_by_one() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    let (create, ioctl) =
        smb.compound(Client, || (smb.ask_create("spoolss"), smb.ask_transceive(RELATED, &call)));
    smb.created(create, 7);
    smb.pend(ioctl, 5);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    wire.tells(
        "null 41: hung
        tree IPC$
        pipe spoolss
        waits: RpcOpenPrinterEx",
    );
}

#[test]
fn a_tree_a_pipe_and_a_call_by_write_and_read_go_in_one_compound() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    let (tree, create, write, read) = smb.compound(Client, || {
        let tree = smb.ask_tree(r"\\SRV\IPC$");
        (tree, smb.ask_create("spoolss"), smb.ask_write(RELATED, &call), smb.ask_read(RELATED))
    });
    smb.tree_connected(tree, 3, 2);
    smb.created(create, 7);
    smb.wrote(write, call.len());
    wire.wait(100.0);
    smb.tcp.ack(Server);
    wire.tells(
        "null 41: hung
        tree IPC$
        pipe spoolss
        waits: RpcOpenPrinterEx",
    );
    smb.read(read, OK, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    leave(&smb);
    wire.tells(&CLOSED_WELL.replace("closed", "was_hung"));
}

#[test]
fn a_compound_whose_create_fails_opens_nothing() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    let (create, close) = smb.compound(Client, || (smb.ask_create("spoolss"), smb.ask_close(RELATED)));
    smb.compound(Server, || {
        smb.fail(create, ACCESS_DENIED);
        smb.fail(close, ACCESS_DENIED);
    });
    wire.wait(100.0);
    wire.tells(
        "null 41: lingering
        tree IPC$
        denied pipe 0xc0000022",
    );
}

#[test]
fn a_pending_answer_is_no_answer() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    smb.pend(asked, 5);
    wire.wait(50.0);
    let answer = NDR.response(2, 0, &NDR.handle_and(handle(1), 0));
    smb.answer_async(asked, 5, OK, transceive_answer(7, &answer));
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn a_cancelled_call_does_not_hang() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    smb.pend(asked, 5);
    wire.wait(50.0);
    smb.cancel(asked, Some(5));
    smb.answer_async(asked, 5, CANCELLED, bytes());
    wire.wait(100.0);
    smb.tcp.ack(Server);
    wire.tells(
        "null 41: leaked
        tree IPC$
        pipe spoolss",
    );
}

#[test]
fn a_call_is_cancelled_by_the_client_whatever_the_server_says() {
    for pending in [Some(5), None] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.pipe(7).ask_open_printer(2);
        if let Some(id) = pending {
            smb.pend(asked, id);
        }
        smb.cancel(asked, pending);
        wire.wait(100.0);
        smb.tcp.ack(Server);
        assert_eq!(wire.verdicts(), ["leaked"], "{pending:?}");
    }
}

#[test]
fn a_read_that_fails_fails_the_call_it_waits_for() {
    for status in [PIPE_DISCONNECTED, CANCELLED] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.write_and_read(7).ask_open_printer(2);
        smb.pend(asked, 5);
        smb.answer_async(asked, 5, status, bytes());
        wire.wait(100.0);
        smb.tcp.ack(Server);
        assert_eq!(wire.verdicts(), ["leaked"], "{status:x}");
    }
}

#[test]
fn a_session_that_names_its_predecessor_ends_it() {
    let wire = Wire::new();
    let before = Smb2::on(wire.connect(21, 10));
    before.hold_printer();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on_with(0x42, Who::Null, SetUp { previous: 0x41, ..SetUp::default() });
    wire.wait(100.0);
    wire.tells(
        r"null 41 (reconnected): abandoned
        tree IPC$ (reconnected)
        pipe spoolss (reconnected)
        handle 1 \\SRV\lp1 (reconnected)
        null 42: lingering",
    );
}

#[test]
fn a_predecessor_whose_connection_lives_on_may_go_on() {
    let wire = Wire::new();
    let before = Smb2::on(wire.connect(21, 10));
    before.hold_printer();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on_with(0x42, Who::Null, SetUp { previous: 0x41, ..SetUp::default() });
    wire.wait(20.0);
    before.echo();
    assert_eq!(wire.verdicts(), ["abandoned", "open"], "nothing is held against it within the grace");
    wire.wait(80.0);
    before.echo();
    assert_eq!(wire.verdicts(), ["unknown", "lingering"]);
}

#[test]
fn a_null_predecessor_on_the_same_connection_is_ended() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.log_on_with(0x42, Who::Null, SetUp { previous: 0x41, ..SetUp::default() });
    wire.wait(20.0);
    smb.echo();
    assert_eq!(wire.verdicts(), ["closed", "open"]);
}

#[test]
fn a_predecessor_on_another_server_goes_on() {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_printer();
    let smb = Smb2::to_server(wire.connect(21, 11), 0x22);
    smb.log_on_with(0x42, Who::Null, SetUp { previous: 0x41, ..SetUp::default() });
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked", "lingering"]);
}

#[test]
fn only_the_same_user_replaces_a_session() {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_printer();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on_with(0x42, Who::User("alice"), SetUp { previous: 0x41, ..SetUp::default() });
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked", "lingering"]);
}

#[test]
fn nobody_can_say_whether_a_predecessor_ends_whose_successor_is_not_known() {
    use smbscope::report::Outcome::{CannotTell, Trouble};
    let previous = SetUp { previous: 0x41, ..SetUp::default() };
    for (who, lost, outcome) in [
        (Who::Null, "credentials", CannotTell),
        (Who::User("alice"), "credentials", CannotTell),
        (Who::Null, "both", CannotTell),
        // Whoever names an account is not nobody, whatever the answer is.
        (Who::User("alice"), "answer", Trouble),
        (Who::User("alice"), "nothing", Trouble),
    ] {
        let wire = Wire::new();
        Smb2::on(wire.connect(21, 10)).hold_printer();
        let smb = Smb2::on(wire.connect(21, 10));
        match lost {
            "credentials" => {
                smb.first_leg(0x42, previous);
                let asked = wire.unseen(|| smb.ask_credentials(who, previous));
                smb.answer_set_up(asked);
            }
            "both" => {
                smb.first_leg(0x42, previous);
                wire.unseen(|| smb.answer_set_up(smb.ask_credentials(who, previous)));
            }
            "answer" => {
                let asked = smb.ask_log_on(0x42, who, previous);
                wire.unseen(|| smb.answer_set_up(asked));
            }
            _ => smb.log_on_with(0x42, who, previous),
        }
        // A disk share shows a user.
        let asked = smb.ask_tree(r"\\SRV\docs");
        smb.tree_connected(asked, 2, 1);
        wire.wait(600.0);
        smb.echo();
        smb.disconnect();
        smb.log_off();
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "{who:?} {lost}: {}", wire.story());
    }
}

#[test]
fn a_session_outlives_the_first_of_its_connections() {
    let wire = Wire::new();
    let first = Smb2::on(wire.connect(21, 10));
    first.log_on(0x41, Who::User("alice"));
    first.ipc(1);
    first.open("spoolss", 7);
    let second = Smb2::on(wire.connect(21, 10));
    second.log_on_with(0x41, Who::User("alice"), SetUp { binding: true, ..SetUp::default() });
    first.tcp.end();
    wire.wait(100.0);
    wire.tells(
        "user alice 41: leaked
        tree IPC$
        pipe spoolss",
    );
    second.tree.set(1);
    second.close(7);
    second.log_off();
    second.tcp.end();
    wire.tells(
        "user alice 41 (own_close): was_leaked
        tree IPC$ (logoff)
        pipe spoolss (own_close)",
    );
}

#[test]
fn a_channel_goes_between_other_addresses_of_client_and_server() {
    let wire = Wire::new();
    let first = Smb2::on(wire.connect(21, 10));
    first.log_on(0x41, Who::User("alice"));
    let second = Smb2::on(wire.connect(121, 110));
    second.log_on_with(0x41, Who::User("alice"), SetUp { binding: true, ..SetUp::default() });
    first.tcp.end();
    wire.tells("user alice 41: open");
}

#[test]
fn reauthentication_keeps_the_history() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.log_on(0x41, Who::User("alice"));
    wire.tells(
        r"user alice 41: open
        was null
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1",
    );
}

#[test]
fn a_new_session_that_gets_an_old_id_is_no_reauthentication() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.unseen(|| smb.log_off());
    smb.session.set(0);
    smb.log_on(0x41, Who::User("alice"));
    let story = wire.story();
    assert!(story.contains("user alice 41: open"), "{story}");
    assert!(!story.contains("was null"), "{story}");
}

#[test]
fn a_logoff_that_comes_too_late_shows_that_the_session_is_gone() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.ask_log_off();
    smb.fail(asked, USER_SESSION_DELETED);
    wire.tells(
        r"null 41 (server_denies_it): abandoned
        tree IPC$ (server_denies_it)
        pipe spoolss (server_denies_it)
        handle 1 \\SRV\lp1 (server_denies_it)",
    );
}

#[test]
fn an_expired_session_goes_on_when_it_is_set_up_anew() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::User("alice"));
    smb.ipc(1);
    smb.open("spoolss", 7);
    smb.pipe(7).bind(5);
    let asked = smb.pipe(7).ask_open_printer(2);
    smb.fail(asked, SESSION_EXPIRED);
    smb.log_on(0x41, Who::User("alice"));
    smb.pipe(7).open_printer(3, 1);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    wire.tells(
        r"user alice 41: leaked
        was user
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1",
    );
}

#[test]
fn an_encrypted_session_stays_who_it_is_and_ends_with_its_connection() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::User("alice"));
    for _ in 0..3 {
        smb.tcp.message(Client, &encrypted(0x41, 120));
        smb.tcp.message(Server, &encrypted(0x41, 140));
    }
    wire.wait(100.0);
    wire.tells("user alice 41: unknown");
    smb.tcp.end();
    wire.tells("user alice 41 (connection_end): unknown");
}

#[test]
fn encryption_that_begins_with_the_set_up_leaves_the_session_unknown() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.ask_log_on(0x41, Who::User("alice"), SetUp::default());
    smb.tcp.message(Server, &encrypted(0x41, 76));
    smb.tcp.message(Client, &encrypted(0x41, 120));
    smb.tcp.end();
    let story = wire.story();
    assert!(story.contains(" 41 (connection_end): unknown"), "{story}");
}

#[test]
fn what_is_compressed_is_read() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.pack();
    smb.hold_printer();
    smb.pipe(7).get_printer(9, 1);
    leave(&smb);
    wire.tells(CLOSED_WELL);
}

#[test]
fn what_is_compressed_may_be_an_ending() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.tcp.message(Client, &compressed(100));
    smb.tcp.message(Server, &compressed(100));
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["unknown"]);
    // A later success shows that it was none.
    smb.pipe(7).get_printer(9, 1);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn what_is_compressed_and_cut_is_of_some_session() {
    for length in 0..100 {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        for _ in 0..2 {
            smb.tcp.message(Client, &compressed(300));
            smb.tcp.message(Server, &compressed(300));
        }
        wire.wait(100.0);
        // Ethernet, IP, TCP and the session service take 58 bytes.
        wire.cut_all(58 + length);
        assert_eq!(wire.stuck(), [Stuck::Maybe], "{length}");
    }
}

#[test]
fn a_compressed_answer_to_a_read_of_a_file_ends_nothing() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.tcp.message(Server, &compressed(1000));
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn a_tree_disconnect_closes_its_pipes() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.ipc(2);
    smb.open("srvsvc", 8);
    smb.tree.set(1);
    smb.disconnect();
    wire.wait(100.0);
    wire.tells(
        r"null 41: leaked
        tree IPC$ (own_close)
        pipe spoolss (tree_disconnect)
        handle 1 \\SRV\lp1 (tree_disconnect)
        tree IPC$
        pipe srvsvc",
    );
}

#[test]
fn equal_ids_on_two_servers_and_of_two_clients_are_not_mixed() {
    let wire = Wire::new();
    let here = Smb2::on(wire.connect(21, 10));
    let there = Smb2::to_server(wire.connect(21, 11), 0x22);
    let neighbour = Smb2::to_server(wire.connect(22, 12), 0x33);
    for smb in [&here, &there, &neighbour] {
        smb.hold_printer();
    }
    leave(&there);
    wire.wait(100.0);
    let held = r"null 41: leaked
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1
        ";
    wire.tells(&format!("{held}{CLOSED_WELL}\n{held}"));
}

#[test]
fn equal_ids_on_two_servers_behind_one_address_are_not_mixed() {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_printer();
    let other = Smb2::to_server(wire.connect(21, 10), 0x22);
    other.go_on(0x41, 1);
    other.close(7);
    other.log_off();
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked", "closed"]);
}

#[test]
fn two_clients_of_one_server_have_equal_handle_bytes_and_groups() {
    let wire = Wire::new();
    let one = Smb2::on(wire.connect(21, 10));
    one.hold_printer();
    let other = Smb2::on(wire.connect(22, 10));
    other.log_on(0x42, Who::Null);
    other.ipc(1);
    other.open("spoolss", 8);
    other.pipe(8).bind(5);
    other.pipe(8).open_printer(2, 1);
    other.pipe(8).close_printer(3, 1);
    other.close(8);
    wire.wait(100.0);
    wire.tells(
        r"null 41: leaked
        tree IPC$
        pipe spoolss
        handle 1 \\SRV\lp1
        null 42: lingering
        tree IPC$
        pipe spoolss (own_close)
        handle 1 \\SRV\lp1 (close_call)",
    );
}

#[test]
fn a_refused_tree_and_a_refused_session_are_refusals() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    let asked = smb.ask_log_on(0x41, Who::Null, SetUp::default());
    smb.fail(asked, REQUEST_NOT_ACCEPTED);
    smb.session.set(0);
    smb.log_on(0x42, Who::Null);
    let asked = smb.ask_tree(r"\\SRV\IPC$");
    smb.fail(asked, REQUEST_NOT_ACCEPTED);
    let asked = smb.ask_tree(r"\\SRV\IPC$");
    smb.fail(asked, ACCESS_DENIED);
    wire.tells(
        "null 42: open
        refused 0xc00000d0
        refused 0xc00000d0
        denied tree 0xc0000022",
    );
}

#[test]
fn a_guest_flag_makes_no_guest_of_nobody() {
    let wire = Wire::new();
    for (session, who) in [(1, Who::Null), (2, Who::User("eve")), (3, Who::Nameless)] {
        let smb = Smb2::on(wire.connect(21, 10));
        smb.log_on_with(session, who, SetUp { guest: true, ..SetUp::default() });
    }
    wire.tells("null 1: open\nguest eve 2: open\nguest 3: open");
}

#[test]
fn locks_are_counted_while_they_last() {
    let locks = |wire: &Wire| {
        let ledger = wire.ledger();
        let (_, session) = ledger.sessions().next().unwrap();
        ledger.opens_of(session).map(|open| open.locks).sum::<u64>()
    };
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::User("alice"));
    let asked = smb.ask_tree(r"\\SRV\pub");
    smb.tree_connected(asked, 1, 1);
    smb.open("file.mdb", 7);
    smb.lock(7, 3, 0x12, OK); // exclusive, at once or not at all
    smb.lock(7, 1, 0x12, 0xc000_0054); // STATUS_FILE_LOCK_CONFLICT
    assert_eq!(locks(&wire), 3);
    smb.lock(7, 2, 0x04, OK); // unlock
    assert_eq!(locks(&wire), 1);

    let wire = Wire::new();
    let smb = crate::smb1::Smb1::on(wire.connect(21, 10));
    smb.log_on(0x41, crate::smb1::set_up("alice", &[7; 24], &[8; 24]));
    let asked = smb.ask_tree(r"\\SRV\pub", "A:");
    smb.tree_connected(asked, 3, "A:");
    smb.open(r"\file.mdb", 7);
    smb.lock(7, 0, 4);
    smb.lock(7, 1, 0);
    assert_eq!(locks(&wire), 3);
}

#[test]
fn a_session_is_listed_with_the_first_of_its_connections_that_is_still_there() {
    let wire = Wire::new();
    let first = Smb2::on(wire.connect_by(21, 1500, 10, 445));
    first.log_on(0x41, Who::User("alice"));
    let second = Smb2::on(wire.connect_by(21, 1501, 10, 445));
    second.log_on_with(0x41, Who::User("alice"), SetUp { binding: true, ..SetUp::default() });
    assert_eq!(wire.client_ports(), [1500]);
    first.tcp.end();
    assert_eq!(wire.client_ports(), [1501]);
}

#[test]
fn who_fails_to_authenticate_anew_loses_the_session() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.ask_log_on(0x41, Who::User("alice"), SetUp::default());
    smb.fail(asked, LOGON_FAILURE);
    wire.tells(
        r"null 41 (server_denies_it): abandoned
        tree IPC$ (server_denies_it)
        pipe spoolss (server_denies_it)
        handle 1 \\SRV\lp1 (server_denies_it)",
    );
}

#[test]
fn who_fails_to_bind_a_session_does_not_end_it() {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_pipe();
    let smb = Smb2::on(wire.connect(21, 10));
    let binding = SetUp { binding: true, ..SetUp::default() };
    let asked = smb.ask_log_on(0x41, Who::User("alice"), binding);
    smb.fail(asked, ACCESS_DENIED);
    assert_eq!(wire.verdicts(), ["open"]);
}

#[test]
fn a_session_outlives_a_set_up_whose_signature_is_wrong() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.ask_set_up(SetUp::default());
    smb.fail(asked, ACCESS_DENIED);
    assert_eq!(wire.verdicts(), ["open"]);
}

#[test]
fn a_predecessor_may_be_on_the_same_connection() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::User("alice"));
    smb.log_on_with(0x42, Who::User("alice"), SetUp { previous: 0x41, ..SetUp::default() });
    wire.tells(
        "user alice 41 (reconnected): closed
        user alice 42: open",
    );
}

#[test]
fn samba_lets_nobodys_predecessor_go_on() {
    for (who, guest) in [(Who::Null, false), (Who::User("stranger"), true)] {
        let wire = Wire::new();
        let smb = Smb2::to_samba(wire.connect(21, 10));
        smb.log_on_with(0x41, who, SetUp { guest, ..SetUp::default() });
        smb.log_on_with(0x42, who, SetUp { guest, previous: 0x41, ..SetUp::default() });
        assert_eq!(wire.verdicts(), ["open", "open"]);
    }
}

#[test]
fn samba_signs_for_users_and_not_for_guests_that_it_lets_in_anew() {
    let wire = Wire::new();
    let smb = Smb2::to_samba(wire.connect(21, 10));
    smb.log_on_with(0x41, Who::User("stranger"), SetUp { guest: true, ..SetUp::default() });
    smb.log_on(0x41, Who::User("stranger"));
    wire.tells(
        "guest stranger 41: open
        was guest",
    );
    smb.log_on_with(0x41, Who::User("alice"), SetUp { signed: true, ..SetUp::default() });
    wire.tells(
        "user alice 41: open
        was guest
        was guest",
    );
}

#[test]
fn a_set_up_that_waits_is_no_session_yet() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    let asked = smb.ask_log_on(0x41, Who::Null, SetUp::default());
    smb.tcp.ack(Server);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    // It may be there or denied: the server holds a slot for it either way.
    wire.tells("null 41: unknown");
    assert_eq!(wire.client_ports(), [0; 0]);
    smb.answer(asked, OK, set_up_answer(0, &[]));
    wire.tells("null 41: open");
}

#[test]
fn a_session_may_have_many_trees() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    for tree in 1..=1000 {
        smb.ipc(tree);
    }
    assert_eq!(wire.trees_listed(), [1000]);
}

#[test]
fn a_tree_that_the_server_does_not_know_is_gone() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.ask_close(7);
    smb.fail(asked, NETWORK_NAME_DELETED);
    wire.tells(
        "null 41: open
        tree IPC$ (server_denies_it)
        pipe spoolss (server_denies_it)",
    );
}
