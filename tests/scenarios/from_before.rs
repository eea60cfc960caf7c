//! What was there before it was first seen: from before the capture, or from where bytes are missing.

use smbscope::report::Outcome::{self, CannotTell, Clear, Trouble};

use crate::ntlm::Who;
use crate::rpc::{NDR, Pipe as _, handle};
use crate::smb1::{self, Smb1};
use crate::smb2::{self, Smb2};
use crate::wire::End::{Client, Server};
use crate::wire::{Tcp, Wire};

/// Ten minutes, and ten seconds.
const WAITS: [(f64, Outcome); 2] = [(600.0, CannotTell), (10.0, Clear)];

/// A connection that began before the capture.
fn begun(wire: &Wire) -> Tcp<'_> {
    let tcp = wire.unseen(|| wire.connect(21, 10));
    tcp.frame(Client, 0x85, b"");
    tcp.ack(Server);
    tcp
}

fn smb1(wire: &Wire) -> Smb1<Tcp<'_>> {
    let smb = Smb1::midway(begun(wire));
    smb.go_on(0x41, 1);
    smb
}

fn smb2(wire: &Wire) -> Smb2<'_> {
    let smb = Smb2::midway(begun(wire));
    smb.go_on(0x41, 1);
    smb
}

#[test]
fn what_is_closed_first_may_have_been_held_since_the_first_packet() {
    for (seconds, outcome) in WAITS {
        for ending in ["close_printer", "close", "disconnect", "log_off"] {
            let wire = Wire::new();
            let smb = smb1(&wire);
            wire.wait(seconds);
            match ending {
                "close_printer" => smb.pipe(7).close_printer(3, 1),
                "close" => smb.close(7),
                "disconnect" => smb.disconnect(),
                _ => smb.log_off(),
            }
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "SMB1 {ending} {seconds}: {}", wire.story());

            let wire = Wire::new();
            let smb = smb2(&wire);
            wire.wait(seconds);
            match ending {
                "close_printer" => smb.pipe(7).close_printer(3, 1),
                "close" => smb.close(7),
                "disconnect" => smb.disconnect(),
                _ => smb.log_off(),
            }
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "SMB2 {ending} {seconds}: {}", wire.story());
        }
    }
}

#[test]
fn what_is_used_all_along_was_not_held_unused() {
    let wire = Wire::new();
    let smb = smb1(&wire);
    for call in 1..11 {
        wire.wait(60.0);
        smb.pipe(7).get_printer(call, 1);
    }
    smb.pipe(7).close_printer(11, 1);
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    smb.tcp.end();
    assert_eq!(wire.outcome(), Clear);
}

#[test]
fn what_is_closed_first_behind_a_gap_may_have_been_held_since_the_gap() {
    for (lost, seconds, outcome) in
        [(true, 600.0, CannotTell), (true, 10.0, Clear), (false, 600.0, Trouble), (false, 10.0, Clear)]
    {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        if lost {
            wire.unseen(|| smb.hold_pipe())
        } else {
            smb.hold_pipe()
        }
        wire.wait(seconds);
        smb.close(7);
        smb.disconnect();
        smb.log_off();
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "SMB1 {lost} {seconds}: {}", wire.story());

        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        if lost {
            wire.unseen(|| smb.hold_pipe())
        } else {
            smb.hold_pipe()
        }
        wire.wait(seconds);
        smb.close(7);
        smb.disconnect();
        smb.log_off();
        smb.tcp.end();
        assert_eq!(wire.outcome(), outcome, "SMB2 {lost} {seconds}: {}", wire.story());
    }
}

#[test]
fn a_session_is_no_older_than_its_set_up() {
    // Nothing is known of the connection's first ten minutes but that nobody had a session.
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    wire.wait(600.0);
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    smb.open("spoolss", 7);
    smb.close(7);
    smb.log_off();
    smb.tcp.end();
    assert_eq!(wire.outcome(), Clear);
}

#[test]
fn a_call_on_a_pipe_from_before_the_capture_may_hang_until_the_connection_ends() {
    for (seconds, outcome) in WAITS {
        for reset in [true, false] {
            let end = |tcp: &Tcp<'_>| {
                tcp.ack(Server);
                wire_wait(tcp, seconds);
                if reset { tcp.rst(Client) } else { tcp.end() }
            };
            let wire = Wire::new();
            let smb = smb1(&wire);
            smb.pipe(7).ask_open_printer(3);
            end(&smb.tcp);
            assert_eq!(wire.outcome(), outcome, "SMB1 {reset} {seconds}: {}", wire.story());

            let wire = Wire::new();
            let smb = smb2(&wire);
            smb.pipe(7).ask_open_printer(3);
            end(&smb.tcp);
            assert_eq!(wire.outcome(), outcome, "SMB2 {reset} {seconds}: {}", wire.story());

            let wire = Wire::new();
            let smb = smb2(&wire);
            smb.write(7, &NDR.request(3, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1")));
            end(&smb.tcp);
            assert_eq!(wire.outcome(), outcome, "WRITE {reset} {seconds}: {}", wire.story());
        }
    }
}

fn wire_wait(tcp: &Tcp<'_>, seconds: f64) {
    tcp.wire.wait(seconds);
}

#[test]
fn an_answer_of_rpc_alone_shows_a_pipe() {
    for (seconds, outcome) in WAITS {
        for closes in [false, true] {
            let granted = NDR.response(3, 0, &NDR.handle_and(handle(1), 0));
            let wire = Wire::new();
            let smb = smb1(&wire);
            let asked = wire.unseen(|| smb.pipe(7).ask_open_printer(3));
            smb.transacted(asked, smb1::OK, &granted);
            wire.wait(if closes { 10.0 } else { seconds });
            if closes {
                smb.close(7);
                smb.disconnect();
                smb.log_off();
                wire.wait(600.0);
            }
            smb.tcp.end();
            let outcome = if closes { Clear } else { outcome };
            assert_eq!(wire.outcome(), outcome, "SMB1 {closes} {seconds}: {}", wire.story());

            let wire = Wire::new();
            let smb = smb2(&wire);
            let asked = wire.unseen(|| smb.ask_read(7));
            smb.read(asked, smb2::OK, &granted);
            wire.wait(if closes { 10.0 } else { seconds });
            if closes {
                smb.close(7);
                smb.disconnect();
                smb.log_off();
                wire.wait(600.0);
            }
            smb.tcp.end();
            assert_eq!(wire.outcome(), outcome, "SMB2 {closes} {seconds}: {}", wire.story());
        }
    }
}
