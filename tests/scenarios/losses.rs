//! What is missing from a capture: doubt where it could have held an ending, and nowhere else.

use smbscope::capture::LinkType;
use smbscope::ledger::Stuck;
use smbscope::session::{EventKind, Limits, Loss, SessionEvent, Table, TreeEvent};

use crate::ntlm::Who;
use crate::rpc::{FIRST, LAST, NDR, Pipe as _, handle};
use crate::smb1::{self, Smb1};
use crate::smb2::{BUFFER_OVERFLOW, OK, PIPE_DISCONNECTED, Smb2, USER_SESSION_DELETED};
use crate::wire::End::{Client, Server};
use crate::wire::Wire;

/// What the capture misses of a request and its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lost {
    Request,
    Answer,
    Both,
}

use Lost::{Answer, Both, Request};

/// A request and its answer, with something of them missing.
fn exchange<T>(wire: &Wire, lost: Lost, ask: impl FnOnce() -> T, answer: impl FnOnce(T)) {
    let asked = if lost == Answer { ask() } else { wire.unseen(ask) };
    if lost == Request { answer(asked) } else { wire.unseen(|| answer(asked)) }
}

#[test]
fn an_smb2_ending_is_believed_if_its_answer_is_there() {
    for (ending, ended) in [("close", "lingering"), ("disconnect", "lingering"), ("logoff", "closed")] {
        for (lost, verdict) in [(Request, ended), (Answer, "unknown"), (Both, "unknown")] {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.hold_pipe();
            match ending {
                "close" => exchange(&wire, lost, || smb.ask_close(7), |asked| smb.closed(asked)),
                "disconnect" => exchange(&wire, lost, || smb.ask_disconnect(), |asked| smb.done(asked)),
                _ => exchange(&wire, lost, || smb.ask_log_off(), |asked| smb.done(asked)),
            }
            smb.echo();
            wire.wait(100.0);
            assert_eq!(wire.verdicts(), [verdict], "{ending} {lost:?}");
            wire.story();
        }
    }
}

#[test]
fn an_smb1_ending_is_believed_if_its_answer_is_there() {
    for (ending, ended) in [("close", "lingering"), ("disconnect", "lingering"), ("logoff", "closed")] {
        for (lost, verdict) in [(Request, ended), (Answer, "unknown"), (Both, "unknown")] {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            smb.hold_pipe();
            match ending {
                "close" => exchange(&wire, lost, || smb.ask_close(7), |asked| smb.done(asked)),
                "disconnect" => exchange(&wire, lost, || smb.ask_disconnect(), |asked| smb.done(asked)),
                _ => exchange(&wire, lost, || smb.ask_log_off(), |asked| smb.done(asked)),
            }
            smb.echo();
            wire.wait(100.0);
            assert_eq!(wire.verdicts(), [verdict], "{ending} {lost:?}");
            wire.story();
        }
    }
}

#[test]
fn a_lost_ending_at_the_very_end_of_the_capture_is_betrayed_by_an_acknowledgment() {
    for from in [Client, Server] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        if from == Server {
            wire.unseen(|| smb.ask_close(7));
        } else {
            let asked = smb.ask_close(7);
            wire.unseen(|| smb.closed(asked));
        }
        smb.tcp.ack(from);
        wire.wait(100.0);
        assert_eq!(wire.verdicts(), ["unknown"], "{from:?}");
    }
}

#[test]
fn close_printer_is_believed_if_its_answer_is_there() {
    for (lost, verdict) in [(Request, "closed"), (Answer, "unknown"), (Both, "unknown")] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        let pipe = smb.pipe(7);
        exchange(&wire, lost, || pipe.ask_close_printer(3, 1), |asked| pipe.closed_printer(asked, 3));
        smb.close(7);
        smb.log_off();
        assert_eq!(wire.verdicts(), [verdict], "{lost:?}");
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_printer();
        let pipe = smb.pipe(7);
        exchange(&wire, lost, || pipe.ask_close_printer(3, 1), |asked| pipe.closed_printer(asked, 3));
        smb.close(7);
        smb.log_off();
        assert_eq!(wire.verdicts(), [verdict], "{lost:?}");
    }
}

#[test]
fn an_answer_that_closes_one_of_two_handles_leaves_both_in_doubt() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.pipe(7).open_printer(3, 2);
    let asked = wire.unseen(|| smb.pipe(7).ask_close_printer(4, 1));
    smb.pipe(7).closed_printer(asked, 4);
    for call in 5..16 {
        wire.wait(10.0);
        smb.pipe(7).get_printer(call, 2);
    }
    // Handle 2 was used since, so that handle 1 may have been closed; the pipe itself is in use.
    assert_eq!(wire.verdicts(), ["unknown"]);
    smb.pipe(7).get_printer(17, 1);
    assert_eq!(wire.verdicts(), ["open"]);
}

#[test]
fn an_answer_that_closes_one_of_two_pipes_leaves_both_in_doubt() {
    for smb1 in [true, false] {
        let wire = Wire::new();
        if smb1 {
            let smb = Smb1::on(wire.connect(21, 10));
            smb.hold_pipe();
            smb.open("spoolss", 8);
            let asked = wire.unseen(|| smb.ask_close(7));
            smb.done(asked);
        } else {
            let smb = Smb2::on(wire.connect(21, 10));
            smb.hold_pipe();
            smb.open("spoolss", 8);
            let asked = wire.unseen(|| smb.ask_close(7));
            smb.closed(asked);
        }
        wire.wait(100.0);
        assert_eq!(wire.verdicts(), ["unknown"], "{smb1}");
    }
}

#[test]
fn a_later_success_shows_that_nothing_ended() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.unseen(|| smb.pipe(7).get_printer(3, 1));
    smb.echo();
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["unknown"]);
    smb.pipe(7).get_printer(4, 1);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
    assert!(wire.why().contains("handle"), "{}", wire.why());
    smb.log_off();
    assert_eq!(wire.verdicts(), ["was_leaked"]);
}

#[test]
fn the_success_of_a_request_sent_before_the_loss_shows_nothing() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let early = smb.pipe(7).ask_get_printer(3, 1);
    wire.unseen(|| smb.pipe(7).close_printer(4, 1));
    smb.echo();
    smb.pipe(7).got_printer(early, 3);
    smb.log_off();
    assert_eq!(wire.verdicts(), ["unknown"]);
}

#[test]
fn the_success_of_another_pipe_shows_nothing_of_this_one() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.open("spoolss", 8);
    smb.pipe(8).bind(6);
    wire.unseen(|| smb.close(7));
    for call in 2..13 {
        wire.wait(10.0);
        smb.pipe(8).open_printer(call, 3);
        smb.pipe(8).close_printer(call, 3);
    }
    assert_eq!(wire.verdicts(), ["unknown"]);
    smb.close(8);
    assert_eq!(wire.verdicts(), ["unknown"]);
}

#[test]
fn what_was_lost_before_a_thing_was_opened_does_not_matter_to_it() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    wire.unseen(|| {
        smb.open("srvsvc", 6);
        smb.close(6);
    });
    smb.open("spoolss", 7);
    smb.pipe(7).bind(5);
    smb.pipe(7).open_printer(2, 1);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
    smb.tcp.end();
    assert_eq!(wire.verdicts(), ["was_leaked"]);
}

#[test]
fn a_lost_request_whose_answer_says_what_it_was_puts_nothing_in_doubt() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = wire.unseen(|| smb.ask_create("srvsvc"));
    smb.created(asked, 8);
    smb.close(8);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn a_lost_answer_to_what_ends_nothing_puts_nothing_in_doubt() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.ask_create("srvsvc");
    wire.unseen(|| smb.fail(asked, crate::smb2::ACCESS_DENIED));
    smb.echo();
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn a_call_whose_answer_may_be_missing_does_not_hang() {
    for (name, answer) in
        [("a grant", NDR.response(2, 0, &NDR.handle_and(handle(1), 0))), ("a fault", NDR.fault(2, 5))]
    {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        let asked = smb.pipe(7).ask_open_printer(2);
        wire.unseen(|| smb.pipe(7).reply(asked, &answer));
        smb.echo();
        wire.wait(100.0);
        assert_eq!(wire.verdicts(), ["leaked"], "{name}");
        smb.log_off();
        assert_eq!(wire.verdicts(), ["was_leaked"], "{name}");
    }
}

#[test]
fn a_call_whose_failure_may_be_missing_does_not_hang() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    wire.unseen(|| smb.fail(asked, PIPE_DISCONNECTED));
    smb.echo();
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn a_call_that_is_sent_after_the_loss_hangs() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    wire.unseen(|| smb.echo());
    smb.pipe(7).open_printer(2, 1);
    smb.pipe(7).ask_open_printer(3);
    smb.tcp.ack(Server);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["hung"]);
}

#[test]
fn a_grant_that_is_lost_is_known_from_the_handles_use() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    wire.unseen(|| smb.pipe(7).granted(asked, 2, 1));
    smb.pipe(7).get_printer(3, 1);
    smb.log_off();
    wire.tells(
        r"null 41 (own_close): abandoned
        tree IPC$ (logoff)
        pipe spoolss (logoff)
        handle 1 \\SRV\lp1 (logoff)",
    );
}

#[test]
fn a_fragment_that_is_lost_from_an_answer_hides_what_it_grants_and_closes() {
    for (call, verdict) in [(69, "unknown"), (29, "unknown"), (8, "abandoned")] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        let pipe = smb.write_and_read(7);
        let asked = match call {
            69 => {
                smb.pipe(7).close_printer(4, 1);
                pipe.ask_open_printer(3)
            }
            29 => pipe.ask_close_printer(3, 1),
            _ => pipe.ask_get_printer(3, 1),
        };
        let (stub, status) = (NDR.handle_and(handle(2), 0), BUFFER_OVERFLOW);
        smb.read(asked, status, &NDR.response_fragment(FIRST, 3, 0, &stub[..8]));
        let asked = smb.ask_read(7);
        wire.unseen(|| smb.read(asked, status, &NDR.response_fragment(0, 3, 0, &stub[8..16])));
        let asked = smb.ask_read(7);
        smb.read(asked, OK, &NDR.response_fragment(LAST, 3, 0, &stub[16..]));
        smb.close(7);
        smb.log_off();
        assert_eq!(wire.verdicts(), [verdict], "{call}");
    }
}

#[test]
fn an_answer_that_may_be_of_either_pipe_leaves_the_handles_of_both_in_doubt() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.open("spoolss", 8);
    smb.pipe(8).bind(6);
    smb.pipe(8).open_printer(2, 2);
    let asked = wire.unseen(|| smb.pipe(7).ask_close_printer(3, 1));
    smb.pipe(7).closed_printer(asked, 3);
    smb.log_off();
    assert_eq!(wire.verdicts(), ["unknown"]);
}

#[test]
fn a_read_whose_request_is_lost_may_have_answered_either_pipe() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.open("spoolss", 8);
    smb.pipe(8).bind(6);
    let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"));
    smb.write(7, &call);
    let asked = wire.unseen(|| smb.ask_read(7));
    smb.read(asked, OK, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
    smb.tcp.ack(Server);
    wire.wait(100.0);
    assert_ne!(wire.verdicts(), ["hung"]);
    smb.log_off();
    assert_ne!(wire.verdicts(), ["closed"]);
}

#[test]
fn a_read_whose_request_is_lost_uses_the_only_pipe() {
    let answer = NDR.response(3, 0, &[0; 8]);
    for seen in [true, false] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        wire.wait(50.0);
        let asked = wire.unseen(|| smb.write_and_read(7).ask_get_printer(3, 1));
        let answers = || smb.read(asked, OK, &answer);
        if seen {
            answers()
        } else {
            wire.unseen(answers)
        }
        smb.echo();
        wire.wait(50.0);
        assert_eq!(wire.verdicts() == ["open"], seen, "SMB2 {:?}: {}", wire.verdicts(), wire.story());

        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_pipe();
        wire.wait(50.0);
        let asked = wire.unseen(|| smb.pipe(7).ask_get_printer(3, 1));
        let answers = || smb.transacted(asked, smb1::OK, &answer);
        if seen {
            answers()
        } else {
            wire.unseen(answers)
        }
        smb.echo();
        wire.wait(50.0);
        assert_eq!(wire.verdicts() == ["open"], seen, "SMB1 {:?}: {}", wire.verdicts(), wire.story());
    }
}

#[test]
fn the_denial_of_a_session_counts_even_if_its_request_is_lost() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = wire.unseen(|| smb.ask_disconnect());
    smb.fail(asked, USER_SESSION_DELETED);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["abandoned"]);
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = wire.unseen(|| smb.ask_disconnect());
    smb.fail(asked, smb1::DOS_BAD_UID);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["abandoned"]);
}

#[test]
fn uses_right_before_a_tree_disconnect_count() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.unseen(|| smb.pipe(7).get_printer(3, 1));
    smb.pipe(7).get_printer(4, 1);
    smb.disconnect();
    wire.wait(80.0);
    smb.log_off();
    assert_eq!(wire.verdicts(), ["abandoned"]);
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    wire.unseen(|| smb.pipe(7).open_printer(3, 1));
    smb.pipe(7).close_printer(4, 1);
    smb.disconnect();
    smb.log_off();
    assert_eq!(wire.verdicts(), ["closed"]);
}

#[test]
fn a_session_set_up_whose_last_answer_is_lost_is_known_from_its_use() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    let asked = smb.ask_log_on(0x41, Who::Null, crate::smb2::SetUp::default());
    wire.unseen(|| smb.answer(asked, OK, crate::smb2::set_up_answer(0, &[])));
    smb.ipc(1);
    let asked = smb.ask_create("spoolss");
    wire.unseen(|| smb.created(asked, 7));
    smb.pipe(7).bind(5);
    wire.wait(100.0);
    wire.tells(
        "null 41: leaked
        tree IPC$
        pipe spoolss",
    );
}

#[test]
fn a_capture_of_the_client_alone_believes_no_ending_and_accuses_nobody_of_what_may_have_ended() {
    for ending in ["none", "close", "disconnect", "logoff"] {
        for smb1 in [false, true] {
            let wire = Wire::new();
            wire.hear_only(Client);
            if smb1 {
                let smb = Smb1::on(wire.connect(21, 10));
                smb.hold_printer();
                match ending {
                    "close" => smb.close(7),
                    "disconnect" => smb.disconnect(),
                    "logoff" => smb.log_off(),
                    _ => {}
                }
            } else {
                let smb = Smb2::on(wire.connect(21, 10));
                smb.hold_printer();
                match ending {
                    "close" => smb.close(7),
                    "disconnect" => smb.disconnect(),
                    "logoff" => smb.log_off(),
                    _ => {}
                }
            }
            wire.wait(100.0);
            assert_eq!(wire.verdicts(), ["unknown"], "{ending} SMB1: {smb1} {}", wire.story());
            assert_eq!(wire.stuck(), [Stuck::Maybe], "{ending} SMB1: {smb1}");
        }
    }
}

#[test]
fn a_capture_of_the_server_alone_believes_its_answers() {
    for (ending, verdict) in
        [("none", "leaked"), ("close", "lingering"), ("disconnect", "lingering"), ("logoff", "closed")]
    {
        for smb1 in [false, true] {
            let wire = Wire::new();
            wire.hear_only(Server);
            if smb1 {
                let smb = Smb1::on(wire.connect(21, 10));
                smb.hold_pipe();
                match ending {
                    "close" => smb.close(7),
                    "disconnect" => smb.disconnect(),
                    "logoff" => smb.log_off(),
                    _ => {}
                }
            } else {
                let smb = Smb2::on(wire.connect(21, 10));
                smb.hold_pipe();
                match ending {
                    "close" => smb.close(7),
                    "disconnect" => smb.disconnect(),
                    "logoff" => smb.log_off(),
                    _ => {}
                }
            }
            wire.wait(100.0);
            assert_eq!(wire.verdicts(), [verdict], "{ending} SMB1: {smb1} {}", wire.story());
        }
    }
}

#[test]
fn a_lost_fin_is_an_end() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.unseen(|| smb.tcp.fin(Client));
    smb.tcp.fin(Server);
    smb.tcp.ack(Client);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["abandoned"]);
}

// Full tables

#[test]
fn a_session_or_tree_for_which_there_is_no_place_is_told_once() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.unseen(|| wire.connect(21, 10)));
    for _ in 0..3 {
        for number in 1..=5 {
            smb.go_on(number, number);
            smb.open(r"\spoolss", number);
            smb.close(number);
        }
    }
    let told = |sessions| {
        let mut limits = Limits::default();
        limits.sessions = sessions;
        let events = wire.events_within(limits);
        let count = |of: fn(&EventKind) -> bool| events.iter().filter(|event| of(&event.kind)).count();
        [
            count(|kind| matches!(kind, EventKind::Session(SessionEvent::FirstSeen { .. }))),
            count(|kind| matches!(kind, EventKind::Tree(TreeEvent::FirstSeen { .. }))),
            count(|kind| matches!(kind, EventKind::Loss(Loss::Evicted { table: Table::Sessions }))),
        ]
    };
    assert_eq!(told(100), [5, 5, 0]);
    assert_eq!(told(2), [5, 5, 3]);
}

/// How many were let go, by the table.
fn evicted(wire: &Wire, limits: Limits) -> Vec<(&'static str, u64)> {
    wire.ledger_within(limits).losses().evictions.iter().map(|(table, count)| (*table, *count)).collect()
}

#[test]
fn calls_let_go_for_want_of_fragments_are_counted() {
    let begin = |calls: u32| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        for call in 0..calls {
            smb.write(7, &NDR.fragment(FIRST, 2 + call, 0, 69, &[0; 8]));
        }
        let mut limits = Limits::default();
        limits.fragments_of_calls.calls = 2;
        evicted(&wire, limits)
    };
    assert_eq!(begin(2), []);
    assert_eq!(begin(5), [("fragments of calls", 3)]);
}

#[test]
fn segments_given_up_for_want_of_the_one_before_are_counted() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    wire.unseen(|| smb.ask_close(8));
    for _ in 0..4 {
        smb.ask_close(9);
    }
    let within = |packets| {
        let gaps = wire.ledger_within(holding(packets)).losses().gaps;
        (evicted(&wire, holding(packets)), gaps)
    };
    assert_eq!(within(4), (vec![], 1));
    assert_eq!(within(3), (vec![("segments out of order", 1)], 1));
}

/// Limits by which so many segments of a connection may wait.
fn holding(packets: usize) -> Limits {
    let mut limits = Limits::default();
    limits.flow.packets = packets;
    limits
}

#[test]
fn datagrams_given_up_for_want_of_fragments_are_counted() {
    // Ethernet; IPv4 of 28 bytes with a number of its own and "more fragments"; 8 bytes.
    let fragment = |number: u8| {
        let ethernet = [2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 21, 0x08, 0x00];
        let ip = [0x45, 0, 0, 28, 0, number, 0x20, 0, 64, 6, 0, 0, 10, 0, 0, 21, 10, 0, 0, 10];
        [&ethernet[..], &ip, &[0; 8]].concat()
    };
    let wire = Wire::new();
    let limits = || {
        let mut limits = Limits::default();
        limits.fragments.datagrams = 2;
        limits
    };
    wire.packet(LinkType::ETHERNET, fragment(1));
    wire.packet(LinkType::ETHERNET, fragment(2));
    assert_eq!(evicted(&wire, limits()), []);
    wire.packet(LinkType::ETHERNET, fragment(3));
    // It is known when the capture ends there, too.
    assert_eq!(evicted(&wire, limits()), [("fragments of IP datagrams", 1)]);
}

#[test]
fn what_begins_no_message_is_counted() {
    let passed_over = |garbage: fn(&Smb2<'_>)| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        garbage(&smb);
        smb.pipe(7).open_printer(2, 1);
        wire.ledger().losses().passed_over_bytes
    };
    assert_eq!(passed_over(|_| {}), 0);
    // Bytes on the pipe that are no PDU.
    assert_eq!(passed_over(|smb| smb.write(7, &[0xaa; 30])), 30);
    // Bytes on the connection that are no message of the session service.
    assert_eq!(passed_over(|smb| smb.tcp.data(Client, &[0xaa; 30])), 30);
}
