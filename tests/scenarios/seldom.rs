//! What seldom happens: refusals before a session is asked for, many sessions of a user, answers that nobody asked for,
//! calls by the hundred.

use crate::bytes::bytes;
use crate::ntlm::Who;
use crate::rpc::{NDR, Pipe as _, filler};
use crate::smb2::{LOGON_FAILURE, NEGOTIATE, OK, REQUEST_NOT_ACCEPTED, SetUp, Smb2, USER_SESSION_DELETED};
use crate::story::GRACE;
use crate::wire::End::Server;
use crate::wire::Wire;

#[test]
fn a_negotiate_may_be_refused() {
    let refused = |status| {
        let wire = Wire::new();
        let smb = Smb2::midway(wire.connect(21, 10));
        let request = bytes().u16(36).u16(1).u16(1).zeros(6).raw(&[0xc1; 16]).zeros(8).u16(0x0210);
        let asked = smb.ask(NEGOTIATE, request);
        smb.fail(asked, status);
        wire.story()
    };
    assert_eq!(refused(REQUEST_NOT_ACCEPTED), "refused 0xc00000d0\n");
    assert_eq!(refused(0xc000_00bb), "", "STATUS_NOT_SUPPORTED is about the dialects");
}

#[test]
fn an_anonymous_log_on_that_fails_is_denied_and_a_users_is_not() {
    let after = |who| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(0x41, who, SetUp::default());
        smb.fail(asked, LOGON_FAILURE);
        wire.wait(GRACE.as_secs_f64() + 1.0);
        (wire.verdicts(), wire.ledger().servers().next().unwrap().slots.now.high)
    };
    assert_eq!(after(Who::Null), (vec!["denied"], 1), "its connection stays, and holds a slot");
    assert_eq!(after(Who::User("alice")), (vec![], 0));
}

#[test]
fn sessions_of_one_user_take_one_slot_or_one_each() {
    let wire = Wire::new();
    for session in 0..20 {
        Smb2::on(wire.connect(21, 10)).log_on(0x41 + session, Who::User("alice"));
    }
    let smb = Smb2::on(wire.connect(21, 10));
    let asked = smb.ask_log_on(0x60, Who::User("alice"), SetUp::default());
    smb.fail(asked, REQUEST_NOT_ACCEPTED);
    let ledger = wire.ledger();
    let refusal = &ledger.refusals()[0];
    assert_eq!((refusal.slots.low, refusal.slots.high, refusal.present.most()), (1, 1, 20));
}

#[test]
fn a_logoff_that_comes_too_late_uses_no_handle() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.ask_log_off();
    smb.fail(asked, USER_SESSION_DELETED);
    let rules: Vec<&str> =
        smbscope::finding::all(&wire.ledger(), GRACE).into_iter().map(|found| found.rule).collect();
    assert!(!rules.contains(&"stale_handle"), "{rules:?}");
}

#[test]
fn an_answer_to_a_close_that_nobody_sent_closes_nothing() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = wire.unseen(|| smb.ask_close(7));
    smb.closed(asked);
    // The answer acknowledges no byte of a request: none was lost.
    let mut packets = wire.packets();
    let (orphan, before) = packets.split_last_mut().unwrap();
    let of_server = before.iter().rev().find(|packet| packet.data[34..36] == orphan.data[34..36]).unwrap();
    orphan.data[42..46].copy_from_slice(&of_server.data[42..46]);
    wire.wait(100.0);
    let ledger = wire.ledger_of(&packets);
    let verdicts: Vec<_> =
        ledger.sessions().map(|(row, _)| ledger.judge(row, GRACE).unwrap().verdict.as_str()).collect();
    assert_eq!(verdicts, ["leaked"], "{}", wire.story_of(&packets));
}

#[test]
fn calls_by_the_hundred_that_are_all_answered_do_not_hang() {
    for count in [300, 3000] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked: Vec<_> = (0..count)
            .map(|call| (2 + call, smb.ask_transceive(7, &NDR.request(2 + call, 0, 35, &filler(40)))))
            .collect();
        for (call, asked) in asked {
            smb.transceived(asked, OK, 7, &NDR.response(call, 0, &filler(8)));
        }
        wire.wait(100.0);
        smb.tcp.ack(Server);
        assert_eq!(wire.verdicts(), ["leaked"], "{count} calls: only the open pipe is left");
    }
}

#[test]
fn one_of_hundreds_that_is_not_answered_hangs() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked: Vec<_> =
        (0..200).map(|call| smb.pipe(7).ask(&NDR.request(2 + call, 0, 35, &filler(40)))).collect();
    for (call, asked) in (0..).zip(asked).filter(|(call, _)| *call != 100) {
        smb.pipe(7).reply(asked, &NDR.response(2 + call, 0, &filler(8)));
    }
    wire.wait(100.0);
    smb.tcp.ack(Server);
    assert_eq!(wire.verdicts(), ["hung"]);
}
