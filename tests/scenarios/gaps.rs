//! Gaps on connections that live on: what they may hide is in doubt, and what lies before and behind is known.

use smbscope::report::Outcome;

use crate::ntlm::{self, Who};
use crate::rpc::Pipe as _;
use crate::smb1::Smb1;
use crate::smb2::{self, SetUp, Smb2};
use crate::wire::End::{Client, Server};
use crate::wire::Wire;

use Outcome::{CannotTell, Clear, Trouble};

const ALICE: Who = Who::User("alice");

// A use may be missing

#[test]
fn a_gap_within_an_idle_span_may_hold_a_use() {
    // Seconds that the pipe is held before the gap and behind it.
    for (before, behind, outcome) in
        [(60.0, 60.0, CannotTell), (100.0, 60.0, Trouble), (60.0, 100.0, Trouble), (30.0, 30.0, Clear)]
    {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        wire.wait(before);
        smb.echo();
        wire.unseen(|| smb.pipe(7).get_printer(3, 1));
        smb.echo();
        wire.wait(behind);
        smb.pipe(7).close_printer(4, 1);
        smb.close(7);
        smb.log_off();
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "SMB2 {before} {behind}: {}", wire.story());
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_printer();
        wire.wait(before);
        smb.echo();
        wire.unseen(|| smb.pipe(7).get_printer(3, 1));
        smb.echo();
        wire.wait(behind);
        smb.pipe(7).close_printer(4, 1);
        smb.close(7);
        smb.log_off();
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "SMB1 {before} {behind}: {}", wire.story());
    }
}

#[test]
fn a_gap_begins_with_the_last_packet_before_it() {
    // An acknowledgment that sends nothing shows that nothing is missing before it.
    for (acknowledges, outcome) in [(true, Trouble), (false, CannotTell)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        wire.wait(100.0);
        if acknowledges {
            smb.tcp.ack(Client);
            smb.tcp.ack(Server);
        }
        wire.unseen(|| smb.pipe(7).get_printer(3, 1));
        smb.pipe(7).close_printer(4, 1);
        smb.close(7);
        smb.log_off();
        assert_eq!(wire.outcome(), outcome, "{acknowledges}: {}", wire.story());
    }
}

#[test]
fn an_id_that_is_given_anew_does_not_show_how_long_it_was_held_before() {
    for (seconds, outcome) in [(100.0, CannotTell), (10.0, Clear)] {
        for echoes in [false, true] {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            smb.hold_printer();
            wire.unseen(|| {
                smb.pipe(7).close_printer(3, 1);
                smb.close(7);
            });
            if echoes {
                smb.echo();
            }
            wire.wait(seconds);
            smb.open(r"\spoolss", 7);
            smb.close(7);
            smb.log_off();
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "{seconds} {echoes}: {}", wire.story());
        }
    }
}

// An end may be missing

#[test]
fn a_keep_alive_behind_a_gap_says_nothing_of_the_session() {
    for keep_alive in [None, Some(Client), Some(Server)] {
        for (seconds, outcome) in [(200.0, CannotTell), (10.0, Clear)] {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            smb.hold_printer();
            wire.unseen(|| smb.log_off());
            wire.wait(seconds);
            if let Some(end) = keep_alive {
                smb.tcp.frame(end, 0x85, &[]);
                smb.tcp.ack(end.other());
            }
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "{keep_alive:?} {seconds}: {}", wire.story());
        }
    }
}

#[test]
fn a_use_behind_a_gap_shows_that_nothing_ended() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.unseen(|| smb.echo());
    smb.echo();
    wire.wait(200.0);
    smb.pipe(7).get_printer(3, 1);
    smb.log_off();
    assert_eq!((wire.verdicts(), wire.outcome()), (vec!["was_leaked"], Trouble), "{}", wire.story());
}

#[test]
fn a_client_alone_that_ends_what_it_held_may_have_held_nothing_since() {
    for ends in ["close", "tree", "session", "nothing"] {
        let outcome = if ends == "nothing" { Trouble } else { CannotTell };
        let wire = Wire::new();
        wire.hear_only(Client);
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        match ends {
            "close" => smb.close(7),
            "tree" => smb.disconnect(),
            "session" => smb.log_off(),
            _ => {}
        }
        for _ in 0..5 {
            wire.wait(60.0);
            smb.echo();
        }
        smb.tcp.fin(Client);
        assert_eq!(wire.outcome(), outcome, "SMB2 {ends}: {}", wire.story());
        let wire = Wire::new();
        wire.hear_only(Client);
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_printer();
        match ends {
            "close" => smb.close(7),
            "tree" => smb.disconnect(),
            "session" => smb.log_off(),
            _ => {}
        }
        for _ in 0..5 {
            wire.wait(60.0);
            smb.echo();
        }
        smb.tcp.fin(Client);
        assert_eq!(wire.outcome(), outcome, "SMB1 {ends}: {}", wire.story());
    }
}

#[test]
fn what_is_asked_for_at_the_end_of_an_idle_span_does_not_shorten_it() {
    // The client resets the connection before the answer.
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    wire.wait(200.0);
    smb.ask_close(7);
    smb.tcp.rst(Client);
    assert_eq!((wire.verdicts(), wire.outcome()), (vec!["was_leaked"], Trouble), "{}", wire.story());
}

// A set-up may be missing

#[test]
fn a_set_up_that_is_missing_may_follow_one_that_was_denied() {
    // Seconds before the gap, and behind it.
    for (before, behind, outcome) in
        [(10.0, 200.0, CannotTell), (100.0, 10.0, Trouble), (10.0, 10.0, Clear), (10.0, 85.0, CannotTell)]
    {
        for shows_user in [false, true] {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            let asked = smb.ask_log_on(0x41, Who::Null, SetUp::default());
            smb.fail(asked, smb2::ACCESS_DENIED);
            wire.wait(before);
            smb.tcp.ack(Client);
            smb.tcp.ack(Server);
            wire.unseen(|| smb.log_on(0x51, ALICE));
            smb.tcp.ack(Client);
            smb.tcp.ack(Server);
            wire.wait(behind);
            if !shows_user {
                smb.tcp.end();
                assert_eq!(wire.outcome(), outcome, "{before} {behind}: {}", wire.story());
                continue;
            }
            let asked = smb.ask_tree(r"\\SRV\docs");
            smb.tree_connected(asked, 1, 1);
            // It is the session of that user now, and the denial counts no more.
            assert_eq!(wire.outcome(), Clear, "{before} {behind} user: {}", wire.story());
        }
    }
}

#[test]
fn a_set_up_that_is_denied_again_behind_a_gap_holds_its_slot_from_then_on() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    for _ in 0..2 {
        let asked = smb.ask_log_on(0x41, Who::Null, SetUp::default());
        smb.fail(asked, smb2::ACCESS_DENIED);
        wire.unseen(|| smb.echo());
        smb.echo();
    }
    let asked = smb.ask_log_on(0x41, Who::Null, SetUp::default());
    smb.fail(asked, smb2::ACCESS_DENIED);
    wire.wait(100.0);
    assert_eq!(wire.outcome(), Trouble, "{}", wire.story());
}

#[test]
fn a_gap_behind_the_last_session_may_hold_another_one() {
    for who in [Who::Null, ALICE] {
        for (lost, seconds, user_again, outcome) in [
            (true, 300.0, false, CannotTell),
            (true, 10.0, false, Clear),
            (false, 300.0, false, Clear),
            (true, 300.0, true, Clear),
        ] {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.log_on(0x41, who);
            smb.log_off();
            wire.wait(5.0);
            if lost {
                wire.unseen(|| smb.log_on(0x51, Who::Null));
            }
            smb.tcp.ack(Client);
            smb.tcp.ack(Server);
            if user_again {
                smb.log_on(0x61, ALICE);
            }
            wire.wait(seconds);
            smb.tcp.end();
            wire.wait(300.0);
            assert_eq!(wire.outcome(), outcome, "{who:?} {lost} {seconds} {user_again}: {}", wire.story());
        }
    }
}

#[test]
fn a_gap_while_a_session_lives_is_no_other_session() {
    for who in [Who::Null, ALICE] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.log_on(0x41, who);
        wire.unseen(|| smb.echo());
        smb.tcp.ack(Client);
        smb.tcp.ack(Server);
        smb.log_off();
        wire.wait(300.0);
        smb.tcp.end();
        assert_eq!(wire.outcome(), Clear, "{who:?}: {}", wire.story());
    }
}

// Who it is may have changed

#[test]
fn a_null_session_whose_set_up_anew_is_missing_may_be_a_users_since() {
    for lost in ["answer", "last leg", "all"] {
        for (before, behind, outcome) in
            [(10.0, 300.0, CannotTell), (300.0, 10.0, Trouble), (10.0, 10.0, Clear)]
        {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.hold_printer();
            wire.wait(before);
            smb.tcp.ack(Client);
            smb.tcp.ack(Server);
            match lost {
                "answer" => {
                    let asked = smb.ask_log_on(0x41, ALICE, SetUp::default());
                    wire.unseen(|| smb.answer(asked, smb2::OK, smb2::set_up_answer(0, &[])));
                }
                "last leg" => {
                    let asked = smb.ask_set_up(SetUp::default());
                    let challenge = ntlm::resp(&ntlm::challenge());
                    smb.answer(asked, smb2::MORE_PROCESSING, smb2::set_up_answer(0, &challenge));
                    wire.unseen(|| smb.echo());
                }
                _ => wire.unseen(|| smb.log_on(0x41, ALICE)),
            }
            smb.ipc(2);
            wire.wait(behind);
            smb.log_off();
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "{lost} {before} {behind}: {}", wire.story());
        }
    }
}

#[test]
fn a_client_alone_that_sets_up_its_null_session_anew_may_be_a_user_since() {
    for (before, behind, outcome) in [(10.0, 300.0, CannotTell), (300.0, 10.0, Trouble)] {
        let wire = Wire::new();
        wire.hear_only(Client);
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        wire.wait(before);
        smb.log_on(0x41, ALICE);
        wire.wait(behind);
        smb.tcp.fin(Client);
        assert_eq!(wire.outcome(), outcome, "{before} {behind}: {}", wire.story());
    }
}
