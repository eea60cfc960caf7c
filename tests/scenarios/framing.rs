//! Bytes missing from the inside of messages: what they may hide depends on what the message is.

use crate::rpc::{NDR, Pipe as _, handle};
use crate::smb1::{self, Smb1};
use crate::smb2::{self, Smb2};
use crate::wire::End::Server;
use crate::wire::Wire;

/// Length of a NetBIOS session service header.
const NBSS: usize = 4;
/// Length of an SMB2 header.
const SMB2: usize = 64;

/// A null session that holds a printer, and a file of the same session, 9 in tree 2.
fn with_file(wire: &Wire) -> Smb2<'_> {
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.ask_tree(r"\\SRV\data");
    smb.tree_connected(asked, 2, 1);
    smb.open("file.bin", 9);
    smb
}

/// The verdict some time after the last thing that was said.
fn verdict(wire: &Wire, smb: &Smb2<'_>) -> &'static str {
    smb.echo();
    wire.wait(100.0);
    wire.story();
    wire.verdicts()[0]
}

#[test]
fn a_hole_in_what_is_read_from_a_file_hides_nothing() {
    let wire = Wire::new();
    let smb = with_file(&wire);
    let asked = smb.ask_read(9);
    smb.tcp.miss(NBSS + SMB2 + 16 + 500, 4000);
    smb.read(asked, smb2::OK, &smb2::text(20_000));
    assert_eq!(verdict(&wire, &smb), "leaked");
}

#[test]
fn a_hole_in_what_is_written_to_a_file_hides_nothing() {
    let wire = Wire::new();
    let smb = with_file(&wire);
    smb.tcp.miss(NBSS + SMB2 + 48 + 500, 4000);
    smb.write(9, &smb2::text(20_000));
    assert_eq!(verdict(&wire, &smb), "leaked");
}

#[test]
fn a_hole_in_what_is_read_from_a_file_by_smb1_hides_nothing() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.ask_tree(r"\\SRV\data", "A:");
    smb.tree_connected(asked, 2, "A:");
    let asked = smb.ask_create("file.bin");
    smb.answer(asked, smb1::OK, &[smb1::create_answer(9, 0)]);
    let asked = smb.ask_read(9);
    smb.tcp.miss(NBSS + 60 + 500, 4000);
    smb.read(asked, smb1::OK, &smb2::text(20_000));
    smb.echo();
    wire.wait(100.0);
    wire.story();
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn a_hole_that_reaches_beyond_a_file_read_hides_what_follows_it() {
    let wire = Wire::new();
    let smb = with_file(&wire);
    let asked = smb.ask_read(9);
    smb.tree.set(1);
    let close = smb.ask_close(7);
    smb.tcp.miss(NBSS + SMB2 + 16 + 500, 1500);
    smb.read(asked, smb2::OK, &smb2::text(2000));
    wire.unseen(|| smb.closed(close));
    assert_eq!(verdict(&wire, &smb), "unknown");
}

#[test]
fn a_file_read_without_its_head_may_be_anything() {
    let wire = Wire::new();
    let smb = with_file(&wire);
    let asked = smb.ask_read(9);
    smb.tree.set(1);
    let close = smb.ask_close(7);
    // One hole from the head of the one answer to the end of the other.
    smb.tcp.miss(0, NBSS + SMB2 + 16 + 2000);
    smb.read(asked, smb2::OK, &smb2::text(2000));
    wire.unseen(|| smb.closed(close));
    assert_eq!(verdict(&wire, &smb), "unknown");
}

#[test]
fn a_hole_anywhere_in_a_close_accuses_nobody() {
    // 4 + 64 + 24 bytes of request, 4 + 64 + 60 of answer.
    for (of_answer, length) in [(false, 92), (true, 128)] {
        for at in 0..length {
            for count in [1, 2, 4, length - at] {
                let wire = Wire::new();
                let smb = Smb2::on(wire.connect(21, 10));
                smb.hold_pipe();
                if !of_answer {
                    smb.tcp.miss(at, count.min(length - at));
                }
                let asked = smb.ask_close(7);
                if of_answer {
                    smb.tcp.miss(at, count.min(length - at));
                }
                smb.closed(asked);
                smb.echo();
                wire.wait(100.0);
                let verdict = wire.verdicts()[0];
                let context = format!("{count} bytes at {at}, answer: {of_answer}");
                assert!(["lingering", "unknown"].contains(&verdict), "{context}: {verdict}");
            }
        }
    }
}

#[test]
fn a_hole_anywhere_in_a_close_of_smb1_accuses_nobody() {
    // 4 + 32 + 1 + 6 + 2 bytes of request, 4 + 32 + 1 + 2 of answer.
    for (of_answer, length) in [(false, 45), (true, 39)] {
        for at in 0..length {
            for count in [1, 2, 4, length - at] {
                let wire = Wire::new();
                let smb = Smb1::on(wire.connect(21, 10));
                smb.hold_pipe();
                if !of_answer {
                    smb.tcp.miss(at, count.min(length - at));
                }
                let asked = smb.ask_close(7);
                if of_answer {
                    smb.tcp.miss(at, count.min(length - at));
                }
                smb.done(asked);
                smb.echo();
                wire.wait(100.0);
                let verdict = wire.verdicts()[0];
                let context = format!("{count} bytes at {at}, answer: {of_answer}");
                assert!(["lingering", "unknown"].contains(&verdict), "{context}: {verdict}");
            }
        }
    }
}

#[test]
fn a_hole_anywhere_in_the_closing_of_a_printer_says_neither_closed_nor_not() {
    // By FSCTL_PIPE_TRANSCEIVE: 4 + 64 + 56 + 44 bytes of request, 4 + 64 + 48 + 48 of answer.
    for (of_answer, length) in [(false, 168), (true, 164)] {
        for at in 0..length {
            for count in [1, 4, 30] {
                let wire = Wire::new();
                let smb = Smb2::on(wire.connect(21, 10));
                smb.hold_printer();
                let pipe = smb.pipe(7);
                if !of_answer {
                    smb.tcp.miss(at, count.min(length - at));
                }
                let asked = pipe.ask_close_printer(3, 1);
                if of_answer {
                    smb.tcp.miss(at, count.min(length - at));
                }
                pipe.closed_printer(asked, 3);
                smb.close(7);
                smb.log_off();
                let verdict = wire.verdicts()[0];
                let context = format!("{count} bytes at {at}, answer: {of_answer}");
                assert!(["closed", "unknown"].contains(&verdict), "{context}: {verdict}");
            }
        }
    }
}

#[test]
fn a_hole_anywhere_in_the_answer_to_open_printer_hides_the_handle_and_hangs_nothing() {
    // 4 + 64 + 48 + 48 bytes.
    for at in 0..164 {
        for count in [1, 4, 30] {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.hold_pipe();
            let asked = smb.pipe(7).ask_open_printer(2);
            smb.tcp.miss(at, count.min(164 - at));
            smb.pipe(7).reply(asked, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
            smb.echo();
            wire.wait(100.0);
            let context = format!("{count} bytes at {at}");
            assert_eq!(wire.verdicts(), ["leaked"], "{context}");
            smb.log_off();
            assert_eq!(wire.verdicts(), ["was_leaked"], "{context}");
        }
    }
}

#[test]
fn what_follows_a_message_with_a_hole_is_read() {
    for at in [0, 3, 4, 20, 80] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        smb.tcp.miss(at, 6);
        smb.pipe(7).get_printer(2, 9);
        smb.pipe(7).open_printer(3, 1);
        smb.tcp.ack(Server);
        wire.wait(100.0);
        assert_eq!(wire.verdicts(), ["leaked"], "{at}");
        let story = wire.story();
        assert!(story.contains("handle 1 \\\\SRV\\lp1\n"), "{at}: {story}");
    }
}
