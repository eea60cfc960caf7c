//! Messages of which the beginning alone was captured: what it says happened when it came.

use smbscope::report::Outcome::{self, CannotTell, Clear, Trouble};

use crate::bytes::bytes;
use crate::ntlm::Who;
use crate::smb1::{self, Smb1};
use crate::smb2::{self, Smb2};
use crate::wire::End::{Client, Server};
use crate::wire::Wire;

/// Bytes of the NetBIOS header and of SMB's.
const SMB1: usize = 4 + 32;
const SMB2: usize = 4 + 64;

#[test]
fn a_set_up_whose_answer_lost_its_end_is_as_old_as_the_beginning() {
    for (seconds, outcome) in [(600.0, Trouble), (10.0, Clear)] {
        for captured in [SMB1, SMB1 + 1, SMB1 + 8] {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            let asked = smb.ask_log_on(smb1::null_set_up());
            smb.tcp.miss(captured, SET_UP_ANSWER - captured);
            smb.logged_on(asked, 0x41);
            wire.wait(seconds);
            // The gap is noticed here.
            smb.echo();
            assert_eq!(wire.outcome(), outcome, "{captured} {seconds}: {}", wire.story());
        }
    }
}

/// Bytes of the answer to a session setup with its NetBIOS header.
const SET_UP_ANSWER: usize = SMB1 + 1 + 6 + 2 + 12;

#[test]
fn a_denial_whose_end_is_lost_is_as_old_as_its_beginning() {
    for (seconds, outcome) in [(600.0, Trouble), (10.0, Clear)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(0x41, Who::Null, smb2::SetUp::default());
        smb.tcp.miss(SMB2 + 2, 7);
        smb.fail(asked, smb2::ACCESS_DENIED);
        wire.wait(seconds);
        smb.echo();
        smb.tcp.rst(Client);
        assert_eq!(wire.outcome(), outcome, "SMB2 {seconds}: {}", wire.story());

        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(smb1::null_set_up());
        smb.tcp.miss(SMB1, 3);
        smb.fail(asked, smb1::ACCESS_DENIED);
        wire.wait(seconds);
        smb.echo();
        smb.tcp.rst(Client);
        assert_eq!(wire.outcome(), outcome, "SMB1 {seconds}: {}", wire.story());
    }
}

#[test]
fn a_session_ends_where_the_answer_to_its_logoff_begins() {
    for (smb1, captured) in [(true, SMB1), (true, SMB1 + 1), (false, SMB2), (false, SMB2 + 2)] {
        let wire = Wire::new();
        let tcp = if smb1 {
            let smb = Smb1::on(wire.connect(21, 10));
            smb.log_on(0x41, smb1::null_set_up());
            smb.ipc(1);
            smb.disconnect();
            let asked = smb.ask_log_off();
            smb.tcp.miss(captured, SMB1 + 7 - captured);
            smb.answer(asked, smb1::OK, &[smb1::failed(smb1::LOGOFF)]);
            wire.wait(600.0);
            smb.echo();
            smb.tcp
        } else {
            let smb = Smb2::on(wire.connect(21, 10));
            smb.log_on(0x41, Who::Null);
            smb.ipc(1);
            smb.disconnect();
            let asked = smb.ask_log_off();
            smb.tcp.miss(captured, SMB2 + 4 - captured);
            smb.done(asked);
            wire.wait(600.0);
            smb.echo();
            smb.tcp
        };
        tcp.end();
        assert_eq!(wire.outcome(), Clear, "{smb1} {captured}: {}", wire.story());
        assert_eq!(wire.verdicts(), ["closed"], "{smb1} {captured}");
    }
}

/// What a refusal tells of which the capture has so many bytes, from the NetBIOS header on.
fn refused(smb1: bool, captured: usize, status: u32) -> Outcome {
    let wire = Wire::new();
    let tcp = if smb1 {
        let smb = Smb1::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(smb1::set_up("carol", &[7; 24], &[8; 24]));
        wire.cut_last(54 + captured);
        smb.fail(asked, status);
        smb.tcp
    } else {
        let smb = Smb2::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(0x41, Who::User("carol"), smb2::SetUp::default());
        wire.cut_last(54 + captured);
        smb.fail(asked, status);
        smb.tcp
    };
    wire.cut_last(54 + captured);
    tcp.end();
    wire.outcome()
}

#[test]
fn a_refusal_cut_behind_its_status_counts() {
    // Command and Status: SMB1 has them in bytes 4 to 9, SMB2 in bytes 8 to 13.
    for (smb1, enough) in [(true, 4 + 9), (false, 4 + 14)] {
        for captured in enough..enough + 4 {
            assert_eq!(refused(smb1, captured, smb2::REQUEST_NOT_ACCEPTED), Trouble, "{smb1} {captured}");
            assert_ne!(refused(smb1, captured, smb2::ACCESS_DENIED), Trouble, "{smb1} {captured}");
        }
        assert_ne!(refused(smb1, enough - 1, smb2::REQUEST_NOT_ACCEPTED), Trouble, "{smb1}");
    }
    assert_eq!(refused(true, 4 + 9, smb1::DOS_NOT_ACCEPTED), Trouble);
}

#[test]
fn a_refusal_whose_request_is_missing_is_told() {
    let refused = |smb1: bool, negotiate: bool, lost: bool, status: u32| {
        let wire = Wire::new();
        let tcp = wire.connect(21, 10);
        if smb1 {
            let smb = if negotiate { Smb1::midway(tcp) } else { Smb1::on(tcp) };
            let block = if negotiate {
                smb1::block(smb1::NEGOTIATE, bytes(), bytes().u8(2).oem("NT LM 0.12"))
            } else {
                smb.log_on(0x41, smb1::set_up("carol", &[7; 24], &[8; 24]));
                smb1::tree_connect(r"\\SRV\IPC$", "IPC")
            };
            let asked = if lost { wire.unseen(|| smb.ask(&[block])) } else { smb.ask(&[block]) };
            smb.fail(asked, status);
            smb.tcp.end();
        } else {
            let smb = if negotiate { Smb2::midway(tcp) } else { Smb2::on(tcp) };
            let ask = || {
                if negotiate {
                    let request = bytes().u16(36).u16(1).u16(1).zeros(30).u16(0x0210);
                    return smb.ask(smb2::NEGOTIATE, request);
                }
                smb.ask_tree(r"\\SRV\IPC$")
            };
            if !negotiate {
                smb.log_on(0x41, Who::User("carol"));
            }
            let asked = if lost { wire.unseen(ask) } else { ask() };
            smb.fail(asked, status);
            smb.tcp.end();
        }
        wire.ledger().refusals().len()
    };
    for smb1 in [true, false] {
        for negotiate in [true, false] {
            for lost in [true, false] {
                let status = smb2::REQUEST_NOT_ACCEPTED;
                assert_eq!(refused(smb1, negotiate, lost, status), 1, "{smb1} {negotiate} {lost}");
                let status = smb2::ACCESS_DENIED;
                assert_eq!(refused(smb1, negotiate, lost, status), 0, "{smb1} {negotiate} {lost}");
            }
        }
    }
}

#[test]
fn what_is_denied_beside_a_session_in_doubt_may_hold_a_slot() {
    for (lost, seconds, outcome) in [(true, 600.0, CannotTell), (true, 10.0, Clear), (false, 600.0, Trouble)]
    {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.log_on(0x41, smb1::set_up("alice", &[7; 24], &[8; 24]));
        let asked = smb.ask_log_off();
        if lost {
            wire.unseen(|| smb.done(asked))
        } else {
            smb.done(asked)
        }
        let asked = smb.ask_log_on(smb1::null_set_up());
        smb.fail(asked, smb1::ACCESS_DENIED);
        wire.wait(seconds);
        smb.tcp.frame(Client, 0x85, b"");
        smb.tcp.ack(Server);
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "{lost} {seconds}: {}", wire.story());
    }
    // One step beside: the session is used behind that, so it did not end.
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.log_on(0x41, smb1::set_up("alice", &[7; 24], &[8; 24]));
    let asked = smb.ask_log_off();
    wire.unseen(|| smb.done(asked));
    let asked = smb.ask_log_on(smb1::null_set_up());
    smb.fail(asked, smb1::ACCESS_DENIED);
    smb.go_on(0x41, 0);
    smb.ipc(1);
    wire.wait(600.0);
    smb.tcp.end();
    assert_eq!(wire.outcome(), Clear, "{}", wire.story());
}
