//! What may have been a pipe, who may have been nobody: opens and sessions of which something was not captured, and, one
//! step beside each, what is well.

use smbscope::report::Outcome;
use smbscope::session::{EventKind, SessionEvent};

use crate::bytes::bytes;
use crate::ntlm::{self, Who};
use crate::rpc::{NDR, Pipe as _};
use crate::smb1::{self, Smb1};
use crate::smb2::{self, OK, SetUp, Smb2};
use crate::wire::End::{Client, Server};
use crate::wire::{Tcp, Wire};

use Outcome::{CannotTell, Clear, Trouble};

const ALICE: Who = Who::User("alice");

/// What becomes of something that was held for ten minutes, and for ten seconds.
const HELD: [(f64, Outcome); 2] = [(600.0, CannotTell), (10.0, Clear)];

// Trees that were not seen

#[test]
fn an_smb2_open_in_a_tree_that_was_not_seen_may_be_a_pipe() {
    // The connect is missing, or its answer alone, which is known from its request.
    for (request_seen, seconds, outcome) in
        [(false, 600.0, CannotTell), (false, 10.0, Clear), (true, 600.0, Trouble), (true, 10.0, Clear)]
    {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.log_on(0x41, Who::Null);
        let ask = || smb.ask_tree(r"\\SRV\IPC$");
        let asked = if request_seen { ask() } else { wire.unseen(ask) };
        wire.unseen(|| smb.tree_connected(asked, 1, 2));
        smb.open("spoolss", 7);
        wire.wait(seconds);
        smb.close(7);
        smb.log_off();
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "{request_seen} {seconds}: {}", wire.story());
    }
}

#[test]
fn an_smb1_open_in_a_tree_that_was_not_seen_may_be_a_pipe() {
    // A session setup and the connect may be chained, so that the answer to both is missing.
    for chained in [false, true] {
        for (seconds, outcome) in [(600.0, Trouble), (10.0, Clear)] {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            let connect = || smb1::tree_connect(r"\\SRV\IPC$", "?????");
            if chained {
                smb.ask(&[smb1::null_set_up(), connect()]);
            } else {
                smb.log_on(0x41, smb1::null_set_up());
                smb.ask(&[connect()]);
            }
            wire.unseen(|| smb.echo());
            smb.go_on(0x41, 1);
            // A server that tells the type of nothing.
            let asked = smb.ask_create(r"\spoolss");
            smb.answer(asked, smb1::OK, &[smb1::file_answer(7, 0)]);
            wire.wait(seconds);
            smb.close(7);
            smb.log_off();
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "{chained} {seconds}: {}", wire.story());
        }
    }
}

#[test]
fn of_two_trees_whose_answers_are_missing_nobody_can_say_which_is_which() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    let (ipc, docs) = (smb.ask_tree(r"\\SRV\IPC$"), smb.ask_tree(r"\\SRV\docs"));
    wire.unseen(|| {
        smb.tree_connected(ipc, 1, 2);
        smb.tree_connected(docs, 2, 1);
    });
    smb.open("letter", 7);
    wire.wait(600.0);
    smb.close(7);
    smb.log_off();
    assert_eq!(wire.outcome(), CannotTell, "{}", wire.story());
}

#[test]
fn what_proves_to_be_a_pipe_was_one_from_its_opening_on() {
    for (seconds, outcome) in HELD {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.log_on(0x41, Who::Null);
        wire.unseen(|| smb.ipc(1));
        smb.open("spoolss", 7);
        wire.wait(seconds);
        smb.pipe(7).bind(5);
        smb.close(7);
        smb.log_off();
        assert_eq!(wire.outcome(), outcome, "{seconds}: {}", wire.story());
    }
}

// Opens whose answers are missing

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    LogOff,
    ClientFin,
    ServerFin,
    ClientReset,
    ServerReset,
}

const ENDS: [End; 5] = [End::LogOff, End::ClientFin, End::ServerFin, End::ClientReset, End::ServerReset];

fn end(tcp: &Tcp<'_>, end: End) {
    match end {
        End::LogOff => {}
        End::ClientFin => tcp.fin(Client),
        End::ServerFin => tcp.fin(Server),
        End::ClientReset => tcp.rst(Client),
        End::ServerReset => tcp.rst(Server),
    }
}

#[test]
fn what_an_smb2_session_asked_to_open_it_may_hold_from_then_on() {
    for how in ENDS {
        for (seconds, outcome) in HELD {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.log_on(0x41, Who::Null);
            smb.ipc(1);
            let asked = smb.ask_create("spoolss");
            wire.unseen(|| smb.created(asked, 7));
            wire.wait(seconds);
            if how == End::LogOff {
                smb.log_off();
            }
            end(&smb.tcp, how);
            assert_eq!(wire.outcome(), outcome, "{how:?} {seconds}: {}", wire.story());
        }
    }
}

#[test]
fn what_an_smb1_session_asked_to_open_it_may_hold_from_then_on() {
    for how in ENDS {
        for (seconds, outcome) in HELD {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            smb.log_on(0x41, smb1::null_set_up());
            smb.ipc(1);
            let asked = smb.ask_create(r"\spoolss");
            wire.unseen(|| smb.created(asked, 7));
            wire.wait(seconds);
            if how == End::LogOff {
                smb.log_off();
            }
            end(&smb.tcp, how);
            assert_eq!(wire.outcome(), outcome, "{how:?} {seconds}: {}", wire.story());
        }
    }
}

#[test]
fn what_is_denied_is_not_held() {
    for chained in [false, true] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.log_on(0x41, smb1::null_set_up());
        if chained {
            // The chain stops at the tree.
            let asked = smb.ask(&[smb1::tree_connect(r"\\SRV\IPC$", "IPC"), smb1::nt_create(r"\spoolss")]);
            smb.fail(asked, smb1::ACCESS_DENIED);
        } else {
            smb.ipc(1);
            let asked = smb.ask_create(r"\spoolss");
            smb.fail(asked, smb1::ACCESS_DENIED);
        }
        wire.wait(600.0);
        smb.log_off();
        assert_eq!((wire.verdicts(), wire.outcome()), (vec!["was_lingering"], Clear), "{chained}");
    }
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    let asked = smb.ask_create("spoolss");
    smb.fail(asked, smb2::ACCESS_DENIED);
    wire.wait(600.0);
    smb.log_off();
    assert_eq!((wire.verdicts(), wire.outcome()), (vec!["was_lingering"], Clear));
}

#[test]
fn who_uses_another_pipe_held_nothing_unused() {
    for (uses_it, outcome) in [(true, Clear), (false, CannotTell)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.ask_create("srvsvc");
        wire.unseen(|| smb.created(asked, 8));
        if !uses_it {
            smb.close(7);
        }
        for call in 2..12 {
            wire.wait(60.0);
            if uses_it {
                smb.pipe(7).open_printer(call, 1);
                smb.pipe(7).close_printer(call, 1);
            } else {
                smb.ipc(call);
            }
        }
        smb.log_off();
        assert_eq!(wire.outcome(), outcome, "{uses_it}: {}", wire.story());
    }
}

/// What the capture has of a pipe that is opened, held and closed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Close,
    AnswerToClose,
    Call,
    Nothing,
}

const SEEN: [Seen; 4] = [Seen::Close, Seen::AnswerToClose, Seen::Call, Seen::Nothing];

#[test]
fn what_an_smb2_session_was_not_seen_to_open_it_may_have_held_all_the_while() {
    for seen in SEEN {
        for (seconds, outcome) in HELD {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.log_on(0x41, Who::Null);
            smb.ipc(1);
            wire.unseen(|| smb.open("spoolss", 7));
            wire.wait(seconds);
            match seen {
                Seen::Close => smb.close(7),
                Seen::AnswerToClose => {
                    let asked = wire.unseen(|| smb.ask_close(7));
                    smb.closed(asked);
                }
                Seen::Call => smb.pipe(7).bind(5),
                Seen::Nothing => wire.unseen(|| smb.close(7)),
            }
            smb.log_off();
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "{seen:?} {seconds}: {}", wire.story());
        }
    }
}

#[test]
fn what_an_smb1_session_was_not_seen_to_open_it_may_have_held_all_the_while() {
    for seen in SEEN {
        for (seconds, outcome) in HELD {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            smb.log_on(0x41, smb1::null_set_up());
            smb.ipc(1);
            wire.unseen(|| smb.open(r"\spoolss", 7));
            wire.wait(seconds);
            match seen {
                Seen::Close => smb.close(7),
                Seen::AnswerToClose => {
                    let asked = wire.unseen(|| smb.ask_close(7));
                    smb.done(asked);
                }
                Seen::Call => smb.pipe(7).bind(5),
                Seen::Nothing => wire.unseen(|| smb.close(7)),
            }
            smb.log_off();
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "{seen:?} {seconds}: {}", wire.story());
        }
    }
}

#[test]
fn who_was_seen_all_the_while_held_nothing() {
    for lost in [false, true] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.log_on(0x41, Who::Null);
        smb.ipc(1);
        if lost {
            // Before it fell silent.
            wire.unseen(|| smb.echo());
            smb.disconnect();
        }
        wire.wait(600.0);
        smb.log_off();
        smb.tcp.end();
        assert_eq!((wire.verdicts(), wire.outcome()), (vec!["was_lingering"], Clear), "{lost}");
    }
}

// What shows a disk share

const TODAY: u64 = 126_444_736_000_000_000;

#[test]
fn only_what_files_alone_are_asked_shows_a_disk_share_of_smb1() {
    for (function, outcome) in [
        (0x01, Clear),      // TRANS2_FIND_FIRST2
        (0x05, Clear),      // TRANS2_QUERY_PATH_INFORMATION
        (0x07, CannotTell), // TRANS2_QUERY_FILE_INFORMATION, of pipes too
        (0x10, CannotTell), // TRANS2_GET_DFS_REFERRAL, to IPC$
    ] {
        for request_seen in [true, false] {
            let wire = Wire::new();
            let smb = wire.unseen(|| Smb1::on(wire.connect(21, 10)));
            smb.go_on(0x41, 2);
            let ask = || smb.ask(&[smb1::trans2(function, &[0; 16])]);
            let asked = if request_seen { ask() } else { wire.unseen(ask) };
            smb.answer(asked, smb1::OK, &[smb1::trans2_answer()]);
            wire.wait(100.0);
            smb.echo();
            // An answer alone does not say what was asked.
            let outcome = if request_seen { outcome } else { CannotTell };
            assert_eq!(wire.outcome(), outcome, "{function:#x} {request_seen}: {}", wire.story());
        }
    }
}

#[test]
fn a_function_of_files_that_fails_shows_nothing() {
    let wire = Wire::new();
    let smb = wire.unseen(|| Smb1::on(wire.connect(21, 10)));
    smb.go_on(0x41, 2);
    smb.echo();
    let asked = smb.ask_create(r"\spoolss");
    smb.created(asked, 7);
    let asked = smb.ask(&[smb1::trans2(0x05, &[0; 16])]);
    smb.fail(asked, smb1::ACCESS_DENIED);
    wire.wait(100.0);
    smb.echo();
    assert_eq!((wire.possibly_null(), wire.outcome()), (vec![true], CannotTell));
}

#[test]
fn rpc_outweighs_the_file_type_of_its_pipe() {
    for (rpc, outcome) in [(true, CannotTell), (false, Clear)] {
        let wire = Wire::new();
        let smb = wire.unseen(|| Smb1::on(wire.connect(21, 10)));
        smb.go_on(0x41, 2);
        for fid in [7, 8] {
            let asked = smb.ask_create(r"\spoolss");
            smb.answer(asked, smb1::OK, &[smb1::file_answer(fid, 0)]);
        }
        if rpc {
            smb.pipe(8).bind(5);
        }
        // What comes later shows nothing else.
        let asked = smb.ask_create(r"\spoolss");
        smb.answer(asked, smb1::OK, &[smb1::file_answer(9, 0)]);
        wire.wait(100.0);
        smb.echo();
        assert_eq!((wire.possibly_null(), wire.outcome()), (vec![rpc], outcome), "{}", wire.story());
    }
}

#[test]
fn the_root_of_a_share_shows_nothing() {
    const DIRECTORY: usize = 0x10;
    for (name, possibly, outcome) in [("", true, CannotTell), ("letters", false, Clear)] {
        // By the attributes of a directory, and by a question that goes to directories.
        for by_attributes in [true, false] {
            let wire = Wire::new();
            let smb = wire.unseen(|| Smb2::on(wire.connect(21, 10)));
            smb.go_on(0x41, 2);
            let asked = smb.ask_create(name);
            let head = bytes().u16(89).u8(0).u8(0).u32(1);
            let times = (0..4).fold(head, |body, _| body.u64(TODAY)).u64(0).u64(0);
            let attributes = if by_attributes { DIRECTORY } else { 0x80 };
            smb.answer(asked, OK, times.u32(attributes).u32(0).u64(7).u64(7).zeros(8));
            if !by_attributes {
                // QUERY_DIRECTORY: its FileInformationClass, Flags, FileIndex and FileId; the pattern and the room.
                let asked = smb.ask(14, bytes().u16(33).u8(37).u8(0).u32(0).u64(7).u64(7).zeros(8).zeros(2));
                smb.answer(asked, OK, bytes().u16(9).u16(72).u32(0));
            }
            wire.wait(100.0);
            smb.echo();
            let told = (wire.possibly_null(), wire.outcome());
            assert_eq!(told, (vec![possibly], outcome), "{name} {by_attributes}: {}", wire.story());
        }
        let wire = Wire::new();
        let smb = wire.unseen(|| Smb1::on(wire.connect(21, 10)));
        smb.go_on(0x41, 2);
        let asked = smb.ask_create(&format!(r"\{name}"));
        smb.answer(asked, smb1::OK, &[smb1::file_answer(7, 1)]);
        wire.wait(100.0);
        smb.echo();
        assert_eq!((wire.possibly_null(), wire.outcome()), (vec![possibly], outcome), "{}", wire.story());
    }
}

// Set up anew

#[test]
fn an_smb2_session_that_fails_to_be_set_up_anew_by_nobody_was_denied() {
    for first in [Who::Null, ALICE] {
        for (stays, who, verdicts, outcome) in [
            (true, Who::Null, vec!["closed", "denied"], Trouble),
            (false, Who::Null, vec!["closed", "denied"], Clear),
            (true, ALICE, vec!["closed"], Clear),
        ] {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.log_on(0x41, first);
            let asked = smb.ask_log_on(0x41, who, SetUp::default());
            smb.fail(asked, smb2::ACCESS_DENIED);
            if !stays {
                smb.tcp.end();
            }
            wire.wait(600.0);
            assert_eq!((wire.verdicts(), wire.outcome()), (verdicts, outcome), "{first:?} {stays} {who:?}");
        }
    }
}

#[test]
fn an_smb1_session_that_fails_to_be_set_up_anew_by_nobody_was_denied() {
    for (stays, outcome) in [(true, Trouble), (false, Clear)] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.log_on_by_blob(0x41, ALICE, false);
        let asked = smb.ask(&[smb1::blob_set_up(&ntlm::authenticate(Who::Null))]);
        smb.fail(asked, smb1::ACCESS_DENIED);
        if !stays {
            smb.tcp.end();
        }
        wire.wait(600.0);
        assert_eq!((wire.verdicts(), wire.outcome()), (vec!["closed", "denied"], outcome), "{stays}");
    }
}

#[test]
fn an_id_that_is_given_anew_ends_the_session_whose_set_up_has_no_answer() {
    for (seconds, outcome) in [(400.0, Trouble), (1.0, Clear)] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(smb1::null_set_up());
        wire.unseen(|| smb.logged_on(asked, 0x41));
        smb.ipc(1);
        smb.open(r"\spoolss", 7);
        wire.wait(seconds);
        smb.log_on(0x41, smb1::set_up("alice", &[7; 24], &[8; 24]));
        wire.wait(1.0);
        smb.log_off();
        assert_eq!(wire.outcome(), outcome, "{seconds}: {}", wire.story());
    }
}

#[test]
fn a_set_up_anew_that_is_under_way_says_nothing_yet() {
    for answered in [false, true] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        wire.wait(100.0);
        let asked = smb.ask_log_on(0x41, ALICE, SetUp::default());
        // What was sent before it, or while it was under way.
        smb.pipe(7).open_printer(2, 1);
        if answered {
            smb.fail(asked, smb2::USER_SESSION_DELETED);
        }
        assert_eq!(wire.outcome(), Trouble, "{answered}: {}", wire.story());
    }
    // A leg that the client has not sent yet.
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.ask_set_up(SetUp::default());
    smb.answer(asked, smb2::MORE_PROCESSING, smb2::set_up_answer(0, &ntlm::resp(&ntlm::challenge())));
    smb.pipe(7).open_printer(2, 1);
    wire.wait(100.0);
    assert_eq!(wire.outcome(), Trouble, "{}", wire.story());
}

#[test]
fn the_set_up_of_another_session_says_nothing_of_the_one_it_is_asked_with() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.ask(&[smb1::set_up("alice", &[7; 24], &[8; 24])]);
    smb.answer(smb1::Asked { uid: 0x51, ..asked }, smb1::OK, &[smb1::set_up_answer()]);
    smb.pipe(7).open_printer(2, 1);
    wire.wait(100.0);
    assert_eq!((wire.verdicts(), wire.outcome()), (vec!["leaked", "lingering"], Trouble), "{}", wire.story());
}

// Ends that are none

#[test]
fn a_session_that_has_expired_goes_on_and_one_that_was_deleted_does_not() {
    for (status, verdict) in [(smb2::SESSION_EXPIRED, "leaked"), (smb2::USER_SESSION_DELETED, "closed")] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.ask_read(7);
        smb.fail(asked, status);
        wire.wait(100.0);
        assert_eq!(wire.verdicts(), [verdict], "SMB1 {status:#x}");
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.ask_read(7);
        smb.fail(asked, status);
        wire.wait(100.0);
        assert_eq!(wire.verdicts(), [verdict], "SMB2 {status:#x}");
    }
}

#[test]
fn a_negotiate_waits_for_no_session() {
    let wire = Wire::new();
    let smb = Smb2::midway(wire.connect(21, 10));
    let request = bytes().u16(36).u16(1).u16(1).zeros(6).zeros(16).zeros(8).u16(0x0210);
    smb.ask(smb2::NEGOTIATE, request);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    smb.tcp.end();
    let waits = |event: &EventKind| matches!(event, EventKind::Session(SessionEvent::Waiting { .. }));
    assert!(!wire.events().iter().any(|event| waits(&event.kind)));
}

// Messages that are cut

#[test]
fn a_session_without_a_name_is_used_by_every_message_and_may_hold_anything() {
    for (seconds, outcome) in [(60.0, CannotTell), (1.0, Clear)] {
        let wire = Wire::new();
        let smb = Smb2::midway(wire.connect(21, 10));
        for _ in 0..10 {
            wire.wait(seconds);
            smb.ask_transceive(7, &NDR.request(2, 0, 8, &[0; 20]));
            wire.cut_last(14 + 20 + 20 + 4 + 40);
        }
        let last = wire.now();
        smb.tcp.end();
        let ledger = wire.ledger();
        let (_, session) = ledger.sessions().next().unwrap();
        assert_eq!(session.used.last.time, last, "{seconds}");
        assert_eq!(wire.outcome(), outcome, "{seconds}: {}", wire.story());
    }
}
