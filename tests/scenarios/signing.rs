//! Whose a signature is: over SMB1 the key is the connection's.

use smbscope::report::Outcome::{self, CannotTell, Clear};

use crate::ntlm::Who;
use crate::rpc::Pipe as _;
use crate::smb1::{Signature, Smb1, set_up};
use crate::wire::{Tcp, Wire};

/// What a session that is known from its use holds for ten minutes, UID 0x42.
fn hold_unseen(wire: &Wire, smb: &Smb1<Tcp<'_>>) {
    smb.go_on(0x42, 0);
    smb.ipc(2);
    smb.open(r"\spoolss", 7);
    smb.pipe(7).bind(5);
    wire.wait(600.0);
    smb.echo();
}

#[test]
fn a_signature_shows_no_user_beside_another_one_of_the_connection() {
    let told = |user_set_up: bool, unseen: bool, signature| -> Outcome {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        if user_set_up {
            smb.log_on(0x41, set_up("alice", &[7; 24], &[8; 24]));
        }
        smb.signature.set(signature);
        if unseen {
            wire.unseen(|| smb.log_on_by_blob(0x42, Who::Null, true));
        } else {
            smb.log_on_by_blob(0x42, Who::User("bob"), true);
        }
        hold_unseen(&wire, &smb);
        wire.outcome()
    };
    assert_eq!(told(true, true, Signature::Key), CannotTell);
    // One step beside: who gave credentials, and who alone can have given the key.
    assert_eq!(told(true, false, Signature::Key), Clear);
    assert_eq!(told(false, true, Signature::Key), Clear);
}

#[test]
fn of_two_sessions_from_before_the_capture_either_may_have_given_the_key() {
    for (before, after, outcome) in
        [(true, false, CannotTell), (false, true, CannotTell), (false, false, Clear)]
    {
        let wire = Wire::new();
        let smb = wire.unseen(|| Smb1::on(wire.connect(21, 10)));
        smb.signature.set(Signature::Key);
        let other = |seen: bool| {
            if seen {
                smb.go_on(0x41, 0);
                smb.ipc(1);
            }
        };
        other(before);
        hold_unseen(&wire, &smb);
        other(after);
        assert_eq!(wire.outcome(), outcome, "{before} {after}");
    }
}

#[test]
fn the_same_bytes_in_every_message_are_no_signature() {
    for (signature, outcome) in
        [(Signature::Constant, CannotTell), (Signature::None, CannotTell), (Signature::Key, Clear)]
    {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.signature.set(signature);
        wire.unseen(|| smb.log_on_by_blob(0x42, Who::Null, true));
        hold_unseen(&wire, &smb);
        assert_eq!(wire.outcome(), outcome, "{signature:?}");
    }
}
