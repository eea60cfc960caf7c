//! A ledger that is asked while the packets come.

use smbscope::ledger::{Ledger, LedgerLimits};
use smbscope::session::{Analyzer, Limits};

use crate::rpc::Pipe as _;
use crate::smb2::Smb2;
use crate::story::GRACE;
use crate::wire::End::Server;
use crate::wire::Wire;

/// The verdicts after each packet, with the uses told in between.
fn verdicts_as_they_come(wire: &Wire) -> Vec<Vec<&'static str>> {
    let mut analyzer = Analyzer::new(Limits::default());
    let mut ledger = Ledger::new(LedgerLimits::default());
    let mut verdicts = Vec::new();
    for packet in wire.packets() {
        let packet = packet.packet();
        analyzer.push(&packet, &mut ledger);
        analyzer.tell_uses(&mut ledger);
        ledger.extend_to(packet.origin.time);
        let judged = ledger.sessions().map(|(row, _)| ledger.judge(row, GRACE).unwrap().verdict.as_str());
        verdicts.push(judged.collect());
    }
    verdicts
}

#[test]
fn a_session_that_is_always_in_use_is_never_leaked() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).open_printer(2, 1);
    for call in 3..30 {
        smb.pipe(7).get_printer(call, 1);
        wire.wait(30.0);
    }
    let verdicts = verdicts_as_they_come(&wire);
    assert!(verdicts.iter().flatten().all(|verdict| *verdict == "open"), "{verdicts:?}");
}

#[test]
fn a_call_that_hangs_is_seen_to_hang_while_it_does() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).ask_open_printer(2);
    for _ in 0..4 {
        wire.wait(30.0);
        smb.tcp.ack(Server);
    }
    let verdicts = verdicts_as_they_come(&wire);
    assert_eq!(verdicts.last().unwrap(), &["hung"]);
    assert_eq!(verdicts[verdicts.len() - 3], ["open"]);
}
