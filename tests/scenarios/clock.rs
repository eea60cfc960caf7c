//! Captures whose clock is set while they run, and captures with a pause between them.

use smbscope::report::Outcome::{self, CannotTell, Clear, Trouble};

use crate::bytes::Bytes;
use crate::ntlm::Who;
use crate::rpc::Pipe as _;
use crate::smb2::{ACCESS_DENIED, SetUp, Smb2};
use crate::wire::End::Server;
use crate::wire::Wire;

const MONTHS: f64 = 90.0 * 86_400.0;
const HOUR: f64 = 3_600.0;

/// A null session that holds a pipe for some seconds, in which as many packets are captured, a step of the clock, and
/// some seconds more.
fn held_among(packets: u32, before: f64, step: f64, after: f64, ends: bool) -> Outcome {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    for _ in 0..packets {
        wire.wait(before / f64::from(packets));
        smb.tcp.ack(Server);
    }
    wire.wait(step);
    smb.tcp.ack(Server);
    wire.wait(after);
    smb.tcp.ack(Server);
    if ends {
        smb.close(7);
        smb.log_off();
        smb.tcp.end();
    }
    wire.outcome()
}

fn held(before: f64, step: f64, after: f64, ends: bool) -> Outcome {
    held_among(10, before, step, after, ends)
}

#[test]
fn a_clock_that_goes_back_may_have_been_set_forward_in_a_silence_before() {
    for ends in [false, true] {
        assert_eq!(held_among(1, 500.0, -1_000.0, 20.0, ends), CannotTell, "{ends}");
        assert_eq!(held_among(1, 500.0, -70.0, 20.0, ends), Trouble, "it went back by less: {ends}");
        assert_eq!(held_among(50, 500.0, -1_000.0, 20.0, ends), Trouble, "never silent for long: {ends}");
    }
}

#[test]
fn what_lasts_on_both_sides_of_a_step_is_stuck_for_certain() {
    for ends in [false, true] {
        for step in [MONTHS, -HOUR] {
            assert_eq!(held(60.0, step, 60.0, ends), Trouble, "{step} {ends}");
            assert_eq!(held(200.0, step, 1.0, ends), Trouble, "{step} {ends}");
            assert_eq!(held(1.0, step, 200.0, ends), Trouble, "{step} {ends}");
            assert_eq!(
                held(10.0, step, 10.0, ends),
                CannotTell,
                "only the step may have lasted: {step} {ends}"
            );
        }
        assert_eq!(held(10.0, 10.0, 10.0, ends), Clear, "{ends}");
        assert_eq!(held(10.0, -10.0, 10.0, ends), Clear, "packets are out of order by as much: {ends}");
    }
}

#[test]
fn one_packet_of_another_time_decides_nothing() {
    for wrong in [MONTHS, -HOUR] {
        let after = |seconds: f64| {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.hold_pipe();
            wire.wait(seconds / 2.0);
            wire.wait(wrong);
            smb.tcp.ack(Server);
            wire.wait(-wrong);
            smb.tcp.ack(Server);
            wire.wait(seconds / 2.0);
            smb.tcp.ack(Server);
            wire.outcome()
        };
        assert_eq!(after(20.0), Clear, "{wrong}");
        assert_eq!(after(400.0), Trouble, "{wrong}");
    }
}

#[test]
fn a_session_that_is_used_behind_a_step_back_is_not_idle() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    wire.wait(10.0);
    smb.tcp.ack(Server);
    wire.wait(-HOUR);
    for _ in 0..5 {
        smb.open("srvsvc", 8);
        smb.close(8);
        wire.wait(10.0);
    }
    assert_eq!(wire.outcome(), CannotTell);
    assert_eq!(wire.verdicts(), ["unknown"]);
    wire.wait(100.0);
    smb.tcp.ack(Server);
    assert_eq!((wire.outcome(), wire.verdicts()), (Trouble, vec!["leaked"]));
}

#[test]
fn a_denied_set_up_holds_no_slot_by_a_step_alone() {
    for (seconds, outcome) in [(10.0, CannotTell), (100.0, Trouble)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(0x41, Who::Null, SetUp::default());
        smb.answer(asked, ACCESS_DENIED, Bytes::default());
        wire.wait(seconds);
        smb.tcp.ack(Server);
        wire.wait(MONTHS);
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "{seconds}");
    }
}

#[test]
fn what_is_not_heard_of_after_a_pause_may_have_ended_in_it() {
    for (pause, heard, outcome, verdict) in [
        (86_400.0, false, CannotTell, "unknown"),
        // Its server acknowledges something, and no byte is missing before.
        (86_400.0, true, Trouble, "leaked"),
        // A network may be silent for so long.
        (60.0, false, Trouble, "leaked"),
    ] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        wire.next_capture();
        wire.wait(pause);
        let other = wire.connect_by(22, 1050, 11, 80);
        if heard {
            smb.tcp.ack(Server);
        }
        wire.wait(100.0);
        other.end();
        assert_eq!((wire.outcome(), wire.verdicts()[0]), (outcome, verdict), "{pause} {heard}");
        assert_eq!(wire.why().contains("nothing was captured"), verdict == "unknown", "{}", wire.why());
    }
}

#[test]
fn a_silence_behind_a_step_back_may_be_the_step_forward_again() {
    for (seconds, outcome) in [(200.0, CannotTell), (20.0, CannotTell)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        wire.wait(-130.0);
        smb.tcp.ack(Server);
        wire.wait(seconds);
        smb.tcp.ack(Server);
        assert_eq!(wire.outcome(), outcome, "{seconds}");
    }
}

#[test]
fn a_wrong_time_of_one_answer_hides_no_leak_and_makes_none() {
    for wrong in [-HOUR, 400.0, MONTHS] {
        let after = |seconds: f64| {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.log_on(0x41, Who::Null);
            smb.ipc(1);
            let asked = smb.ask_create("spoolss");
            wire.wait(wrong);
            smb.created(asked, 7);
            wire.wait(-wrong);
            smb.pipe(7).bind(1);
            for _ in 0..10 {
                wire.wait(seconds / 10.0);
                smb.tcp.ack(Server);
            }
            smb.close(7);
            smb.log_off();
            smb.tcp.end();
            wire.outcome()
        };
        assert_ne!(after(500.0), Clear, "{wrong}");
        assert_ne!(after(5.0), Trouble, "{wrong}");
    }
}

#[test]
fn a_session_whose_ports_were_taken_in_a_pause_may_have_ended_at_once() {
    for (heard, pauses, outcome) in [(1.0, true, CannotTell), (100.0, true, Trouble), (1.0, false, Trouble)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect_by(21, 1050, 10, 445));
        smb.hold_pipe();
        wire.wait(heard);
        smb.tcp.ack(Server);
        if pauses {
            wire.next_capture();
        }
        wire.wait(600.0);
        wire.connect_by(21, 1050, 10, 445).end();
        assert_eq!(wire.outcome(), outcome, "{heard} {pauses}");
    }
}
