//! Single cases with the truth written out.

use super::*;

const FIN: TcpFlags = TcpFlags::FIN;
const RST: TcpFlags = TcpFlags::RST;
const SYN: TcpFlags = TcpFlags::SYN;

fn packet(side: Side, seq: u32, ack: u32, text: &str) -> Packet {
    Packet::new(side, seq, ack, text.as_bytes())
}

fn data(side: Side, text: &str) -> (Side, Told) {
    (side, Told::data(text))
}

/// The three packets of a connection whose streams begin at 100 (client) and 500 (server).
fn handshake() -> Vec<Packet> {
    Conversation::open(100, 500).packets
}

/// A log after the handshake, with what it told so far taken out.
fn connected() -> Log {
    let mut log = Log::of(&handshake());
    assert_eq!(log.summary(), [(C, Told::Start), (S, Told::Start)]);
    log.told.clear();
    log
}

/// So many packets that change nothing: the server repeats itself.
fn pass_time(log: &mut Log, packets: usize) {
    (0..packets).for_each(|_| log.push(&packet(S, 500, 100, "")));
}

#[test]
fn a_flow_is_small() {
    assert!(size_of::<Flow>() <= 128, "{}", size_of::<Flow>());
}

#[test]
fn a_response_captured_before_its_request_waits_for_it_and_keeps_its_origin() {
    let mut log = connected();
    log.push(&packet(S, 500, 103, "resp"));
    assert!(log.told.is_empty() && log.flow.held_bytes() > 0);
    log.push(&packet(C, 100, 500, "req"));
    assert_eq!(log.told, [(C, 5, Told::data("req")), (S, 4, Told::data("resp"))]);
    assert_eq!(log.flow.held_bytes(), 0);
}

#[test]
fn a_syn_ack_captured_before_the_syn_waits_for_it() {
    let [syn, syn_ack, ack] = handshake().try_into().unwrap();
    let log = Log::of(&[syn_ack, ack, packet(C, 100, 500, "req"), syn]);
    assert_eq!(log.summary(), [(C, Told::Start), (S, Told::Start), data(C, "req")]);
}

#[test]
fn a_syn_captured_after_the_first_data_belongs_to_them() {
    let [syn, syn_ack, _] = handshake().try_into().unwrap();
    let mut log = Log::of(&[packet(C, 100, 500, "req")]);
    for late in [&syn, &syn_ack] {
        assert!(!log.flow.is_new_connection(late.side, &late.segment()));
        log.push(late);
    }
    log.push(&packet(S, 500, 103, "resp"));
    assert_eq!(log.summary(), [data(C, "req"), (C, Told::Start), (S, Told::Start), data(S, "resp")]);
    assert_eq!(log.flow.counts(), FlowCounts::default());
}

#[test]
fn a_syn_brings_data_of_its_own() {
    let syn = packet(C, 99, 0, "req").with(SYN).unacknowledging();
    let log = Log::of(&[
        syn.clone(),
        packet(S, 499, 103, "").with(SYN),
        packet(S, 500, 103, "resp"),
        syn,
        packet(C, 103, 504, "more"),
    ]);
    let truth = [(C, Told::Start), data(C, "req"), (S, Told::Start), data(S, "resp"), data(C, "more")];
    assert_eq!(log.summary(), truth);
}

#[test]
fn a_refused_connection_ends_at_once() {
    let log = Log::of(&[packet(C, 99, 0, "").with(SYN).unacknowledging(), packet(S, 0, 100, "").with(RST)]);
    assert_eq!(log.summary(), [(C, Told::Start), (S, Told::End(End::Rst))]);
    assert!(log.flow.is_closed());
}

#[test]
fn without_a_syn_the_first_packets_wait_until_it_is_clear_which_came_first() {
    let request = packet(C, 7000, 9000, "req");
    let response = packet(S, 9000, 7003, "resp");
    let more = packet(C, 7003, 9004, "more");
    let truth = [data(C, "req"), data(S, "resp"), data(C, "more")];
    for captured in [[&request, &response, &more], [&response, &request, &more], [&more, &response, &request]]
    {
        let mut log = Log::new();
        captured.into_iter().for_each(|packet| log.push(packet));
        assert_eq!(log.summary(), []);
        assert_eq!(log.flush().summary(), truth);
    }
    let syn_ack = packet(S, 8999, 7000, "").with(SYN);
    let log = Log::of(&[packet(C, 7000, 9000, "req")]);
    assert!(!log.flow.is_new_connection(S, &syn_ack.segment()), "late, but of this connection");
    let mut log = Log::of(&[response, request, more]);
    for _ in 0..5 {
        log.push(&packet(S, 9004, 7007, ""));
    }
    assert_eq!(log.summary(), truth, "eight packets are enough");
    assert_eq!(log.flow.held_bytes(), 0);
}

#[test]
fn a_side_that_was_captured_out_of_order_begins_with_its_first_byte() {
    let mut log = Log::of(&[
        packet(C, 7000, 9000, "req"),
        packet(S, 9004, 7003, "onse"),
        packet(S, 9000, 7003, "resp"),
    ]);
    log.push(&packet(C, 7003, 9010, "more")); // two bytes of the response were lost
    let log = log.flush();
    assert_eq!(log.summary(), [data(C, "req"), data(S, "response"), (S, Told::Gap(2)), data(C, "more")]);
}

#[test]
fn bytes_that_passed_before_the_capture_began_are_no_gap() {
    let log = Log::of(&[
        packet(C, 7000, 9000, "req"),
        packet(S, 9100, 7003, "resp"),
        packet(C, 7003, 9100, "+"),
        packet(C, 7004, 9104, "next"),
    ])
    .flush();
    let told: Vec<_> = log.summary();
    assert_eq!(told, [data(C, "req"), data(S, "resp"), data(C, "+next")]);
    assert_eq!(log.flow.counts().gaps, 0);
}

#[test]
fn a_capture_that_begins_with_keep_alives_has_no_gap() {
    let log = Log::of(&[
        packet(C, 6999, 9000, ""),
        packet(S, 9000, 7000, ""),
        packet(C, 6999, 9000, ""),
        packet(S, 9000, 7000, ""),
        packet(C, 7000, 9000, "req"),
        packet(S, 9000, 7003, "resp"),
    ])
    .flush();
    assert_eq!(log.summary(), [data(C, "req"), data(S, "resp")]);
    let log = Log::of(&[packet(C, 6999, 9000, ""), packet(C, 7000, 9000, "req")]).flush();
    assert_eq!(log.summary(), [data(C, "req")]);
}

#[test]
fn of_one_direction_alone_nothing_waits_and_nothing_is_missing() {
    let mut log = Log::new();
    for (index, text) in ["a", "b", "c", "d", "e", "f", "g", "h", "i"].iter().enumerate() {
        // Between its requests the client acknowledges responses nobody captured, 1 GiB each.
        let index = index as u32;
        log.push(&packet(C, 100 + index, 500_u32.wrapping_add(index << 30), text));
    }
    assert_eq!(log.summary(), [data(C, "abcdefghi")]);
    assert_eq!(log.flow.held_bytes(), 0);
    // At last the server is captured too.
    log.push(&packet(S, 500, 109, "resp"));
    let log = log.flush();
    assert_eq!(log.summary(), [data(C, "abcdefghi"), data(S, "resp")]);
    assert_eq!(log.flow.counts().gaps, 0);
}

#[test]
fn after_a_syn_a_silent_peer_is_waited_for_once() {
    let [syn, _, ack] = handshake().try_into().unwrap();
    let mut log = Log::of(&[syn, ack]);
    for place in 0..63 {
        log.push(&packet(C, 100 + place, 500 + 10 * place, "x"));
        assert_eq!(log.summary(), [(C, Told::Start)]);
    }
    log.push(&packet(C, 163, 2000, "x"));
    assert_eq!(log.summary(), [(C, Told::Start), data(C, &"x".repeat(64))]);
    assert_eq!((log.flow.held_bytes(), log.flow.counts().gaps), (0, 0));
    log.push(&packet(C, 164, 3000, "y"));
    assert_eq!(log.told.last(), Some(&(C, 67, Told::data("y"))), "from now on nothing waits");
    assert!(!log.flow.seen(S));
}

#[test]
fn a_lost_syn_ack_delays_but_loses_nothing() {
    let [syn, _, ack] = handshake().try_into().unwrap();
    let log = Log::of(&[
        syn,
        ack,
        packet(C, 100, 500, "req"),
        packet(S, 500, 103, "resp"),
        packet(C, 103, 504, "").with(FIN),
    ]);
    assert_eq!(log.summary(), [(C, Told::Start)]);
    let truth = [(C, Told::Start), data(C, "req"), data(S, "resp"), (C, Told::End(End::Fin))];
    assert_eq!(log.flush().summary(), truth);
}

#[test]
fn numbers_wrap() {
    let (client, server) = (u32::MAX - 1, u32::MAX);
    let mut packets = Conversation::open(client, server).packets;
    packets.extend([
        packet(S, server.wrapping_add(2), client.wrapping_add(3), "sp"), // bytes 2 to 4
        packet(C, client.wrapping_add(2), server, "q"),
        packet(C, client, server, "re"),
        packet(S, server, client.wrapping_add(3), "re"),
        packet(C, client.wrapping_add(3), server.wrapping_add(4), "").with(FIN),
        packet(S, server.wrapping_add(4), client.wrapping_add(4), "").with(FIN),
        packet(C, client.wrapping_add(4), server.wrapping_add(5), ""),
    ]);
    let log = Log::of(&packets);
    let truth = [
        (C, Told::Start),
        (S, Told::Start),
        data(C, "req"),
        data(S, "resp"),
        (C, Told::End(End::Fin)),
        (S, Told::End(End::Fin)),
    ];
    assert_eq!(log.summary(), truth);
    assert_eq!((log.flow.held_bytes(), log.flow.counts()), (0, FlowCounts::default()));
}

#[test]
fn an_acknowledged_hole_is_given_up_after_64_packets() {
    let mut log = connected();
    log.push(&packet(C, 103, 500, "late")); // 3 bytes before it are missing
    log.push(&packet(S, 500, 107, "")); // frame 5: the server has them
    pass_time(&mut log, 63);
    assert!(log.told.is_empty());
    pass_time(&mut log, 1);
    assert_eq!(log.told, [(C, 4, Told::Gap(3)), (C, 4, Told::data("late"))]);
    assert_eq!(log.flow.held_bytes(), 0);
    assert_eq!((log.flow.counts().gaps, log.flow.counts().gap_bytes), (1, 3));
}

#[test]
fn a_hole_nobody_acknowledged_waits_for_the_retransmission() {
    let mut log = connected();
    log.push(&packet(C, 103, 500, "late"));
    pass_time(&mut log, 500);
    assert!(log.told.is_empty());
    log.push(&packet(C, 100, 500, "not"));
    assert_eq!(log.summary(), [data(C, "notlate")]);
}

#[test]
fn a_limit_ends_the_wait() {
    let mut log = Log::with(FlowLimits { packets: 3, bytes: 1 << 20 });
    handshake().iter().for_each(|packet| log.push(packet));
    for place in [10, 11, 12, 13] {
        log.push(&packet(C, 100 + place, 500, "x"));
    }
    assert_eq!(log.summary()[2..], [(C, Told::Gap(10)), data(C, "xxxx")]);
    assert_eq!(log.flow.counts().evictions, 1);

    let mut log = Log::with(FlowLimits { packets: 1000, bytes: 4000 });
    handshake().iter().for_each(|packet| log.push(packet));
    log.push(&packet(C, 5000, 500, &"x".repeat(3000)));
    assert!((3000..=4000).contains(&log.flow.held_bytes()));
    log.push(&packet(C, 9000, 500, &"y".repeat(3000)));
    assert_eq!(log.summary()[2..], [(C, Told::Gap(4900)), data(C, &"x".repeat(3000))]);
    assert!((3000..=4000).contains(&log.flow.held_bytes()), "only as much as necessary");
}

#[test]
fn a_lost_last_segment_is_known_by_its_acknowledgment_alone() {
    let mut log = connected();
    log.push(&packet(C, 100, 500, "req"));
    log.push(&packet(S, 500, 120, "")); // frame 5
    pass_time(&mut log, 10);
    assert_eq!(log.told, [(C, 4, Told::data("req"))]);
    let log = log.flush();
    assert_eq!(log.told[1..], [(C, 5, Told::Gap(17))]);
}

#[test]
fn repeated_acknowledgments_of_what_is_missing_are_held_once() {
    let mut log = connected();
    log.push(&packet(C, 104, 500, "late"));
    log.push(&packet(S, 500, 108, ""));
    let held = log.flow.held_bytes();
    (0..30).for_each(|_| log.push(&packet(S, 500, 108, "")));
    (0..30).for_each(|_| log.push(&packet(C, 108, 500, "")));
    (0..2).for_each(|_| log.push(&packet(C, 104, 500, "late")));
    assert_eq!(log.flow.held_bytes(), held);
}

#[test]
fn a_lost_segment_is_known_by_its_senders_next_number_when_nobody_acknowledges() {
    let mut log = connected();
    log.push(&packet(C, 120, 500, "")); // frame 4
    assert_eq!(log.flush().told, [(C, 4, Told::Gap(20))]);
}

#[test]
fn a_lost_fin_is_a_gap_of_one_and_no_end() {
    let mut log = connected();
    log.push(&packet(S, 500, 101, ""));
    let log = log.flush();
    assert_eq!(log.told, [(C, 4, Told::Gap(1))]);
    assert_eq!(log.flow.ended(C), None);
}

#[test]
fn what_is_given_up_is_no_more_than_necessary() {
    let mut log = connected();
    log.push(&packet(C, 110, 500, "two")); // frame 4
    log.push(&packet(S, 500, 105, "one")); // frame 5: answers bytes 100 to 105
    let log = log.flush();
    assert_eq!(
        log.told,
        [(C, 4, Told::Gap(5)), (S, 5, Told::data("one")), (C, 4, Told::Gap(5)), (C, 4, Told::data("two")),]
    );
}

#[test]
fn a_direction_that_lags_behind_the_other_is_waited_for_while_it_moves() {
    let mut log = connected();
    let requests: Vec<Packet> = (0..300).map(|n| packet(C, 100 + n, 500 + n, "q")).collect();
    let responses: Vec<Packet> = (0..300).map(|n| packet(S, 500 + n, 101 + n, "r")).collect();
    responses[..50].iter().for_each(|response| log.push(response));
    for (request, response) in requests.iter().zip(&responses[50..]) {
        log.push(request);
        log.push(response);
    }
    requests[250..].iter().for_each(|request| log.push(request));
    assert_eq!(log.flow.counts().gaps, 0);
    let texts = log.told.iter().map(|(side, ..)| if *side == C { 'q' } else { 'r' }).collect::<String>();
    assert_eq!(texts, "qr".repeat(300));
}

#[test]
fn duplicates_probes_and_retransmissions_bring_only_what_is_new() {
    let mut log = connected();
    log.push(&packet(C, 100, 500, "abcd"));
    log.push(&packet(C, 100, 500, "abcd")); // again
    log.push(&packet(C, 100, 500, "ab")); // a part again
    log.push(&packet(C, 103, 500, "")); // keep-alive probes
    log.push(&packet(C, 103, 500, "\0"));
    log.push(&packet(C, 102, 500, "cdef")); // a part again and more
    log.push(&packet(C, 106, 500, "g")); // into a closed window
    log.push(&packet(C, 106, 500, "ghi"));
    handshake().iter().for_each(|packet| log.push(packet));
    assert_eq!(log.summary(), [data(C, "abcdefghi")]);
    assert_eq!(log.flow.counts(), FlowCounts { duplicates: 3, ..FlowCounts::default() });
}

#[test]
fn of_differing_bytes_those_captured_first_are_delivered() {
    let mut log = connected();
    log.push(&packet(C, 102, 500, "CDE"));
    log.push(&packet(C, 103, 500, "xyz")); // its first two bytes differ from what is held
    log.push(&packet(C, 102, 500, "CDE"));
    log.push(&packet(C, 100, 500, "abc")); // its last byte differs
    assert_eq!(log.summary(), [data(C, "abCDEz")]);
    assert_eq!(log.flow.counts(), FlowCounts { conflicts: 2, duplicates: 1, ..FlowCounts::default() });
}

#[test]
fn what_the_snap_length_cut_is_a_gap() {
    let mut log = connected();
    log.push(&packet(C, 100, 500, "abc").cut_by(7));
    log.push(&packet(C, 100, 500, "abc").cut_by(7)); // again
    log.push(&packet(C, 115, 500, "k").cut_by(2)); // held
    log.push(&packet(C, 105, 500, "").cut_by(10)); // its first half was cut before
    let truth = [data(C, "abc"), (C, Told::Gap(7)), (C, Told::Gap(5)), data(C, "k"), (C, Told::Gap(2))];
    assert_eq!(log.summary(), truth);
    assert_eq!(log.told.iter().map(|(_, frame, _)| *frame).collect::<Vec<_>>(), [4, 4, 7, 6, 6]);
    assert_eq!(log.flow.counts().gap_bytes, 14);
}

#[test]
fn a_fin_captured_before_the_last_data_comes_after_them() {
    let mut log = connected();
    log.push(&packet(C, 103, 500, "").with(FIN));
    assert!(log.told.is_empty());
    log.push(&packet(C, 100, 500, "req"));
    assert_eq!(log.summary(), [data(C, "req"), (C, Told::End(End::Fin))]);
    assert!(!log.flow.is_closed());
    log.push(&packet(S, 500, 104, "resp").with(FIN));
    assert_eq!(log.summary()[2..], [data(S, "resp"), (S, Told::End(End::Fin))]);
    assert!(log.flow.is_closed());
    log.push(&packet(C, 104, 505, "x")); // nothing follows an end
    assert_eq!(log.flush().summary().len(), 4);
}

#[test]
fn a_fin_waits_for_what_it_acknowledges() {
    let mut log = connected();
    log.push(&packet(C, 100, 504, "").with(FIN));
    log.push(&packet(S, 500, 100, "bye!"));
    assert_eq!(log.summary(), [data(S, "bye!"), (C, Told::End(End::Fin))]);
}

#[test]
fn a_reset_ahead_of_the_data_waits_for_them() {
    let mut log = connected();
    log.push(&packet(C, 103, 504, "").with(RST));
    log.push(&packet(C, 100, 504, "end"));
    assert!(log.told.is_empty());
    log.push(&packet(S, 500, 100, "resp"));
    assert_eq!(log.summary(), [data(S, "resp"), data(C, "end"), (C, Told::End(End::Rst))]);
    assert!(log.flow.is_closed());
}

#[test]
fn a_reset_at_or_before_the_next_byte_ends_at_once() {
    for seq in [100, 103] {
        let mut log = connected();
        log.push(&packet(C, 100, 500, "req"));
        log.push(&packet(C, seq, 500, "why").with(RST));
        log.push(&packet(C, 103, 500, "more"));
        assert_eq!(log.flush().summary(), [data(C, "req"), (C, Told::End(End::Rst))]);
    }
}

#[test]
fn a_reset_after_bytes_the_capture_lost_tells_of_the_gap_first() {
    let mut log = connected();
    log.push(&packet(S, 500, 110, "resp")); // frame 4: has ten bytes nobody saw
    log.push(&packet(C, 100, 500, "").with(RST)); // the sender's number is old
    let log = log.flush();
    assert_eq!(log.told, [(C, 4, Told::Gap(10)), (S, 4, Told::data("resp")), (C, 5, Told::End(End::Rst))]);
}

/// What was told after a request of 3 bytes and the end that `packets` begin with.
fn behind(packets: &[Packet]) -> Vec<(Side, Told)> {
    let mut log = connected();
    log.push(&packet(C, 100, 500, "req"));
    packets.iter().for_each(|packet| log.push(packet));
    log.flush().summary().split_off(1)
}

const fn ended(side: Side, end: End) -> (Side, Told) {
    (side, Told::End(end))
}

#[test]
fn a_stream_goes_on_behind_a_fin_if_the_other_side_acknowledges_it() {
    let fin = || packet(S, 500, 103, "").with(FIN);
    let resumed = [ended(S, End::Fin), (S, Told::Resumed), data(S, "resp"), data(C, "more")];
    // The server's own data have the number of the FIN that was not its own.
    assert_eq!(behind(&[fin(), packet(S, 500, 103, "resp"), packet(C, 103, 504, "more")]), resumed);
    // Or the one behind it.
    assert_eq!(behind(&[fin(), packet(S, 501, 103, "resp"), packet(C, 103, 505, "more")]), resumed);
    // Acknowledged by data that were captured before, or in parts.
    let parts = [packet(S, 500, 103, "re"), packet(S, 502, 103, "sp"), packet(C, 103, 504, "more")];
    assert_eq!(behind(&[&[fin()], &parts[..]].concat()), resumed);
    // What was lost between is a gap.
    let lost = [fin(), packet(S, 510, 103, "resp"), packet(C, 103, 514, "more")];
    let told = [ended(S, End::Fin), (S, Told::Resumed), (S, Told::Gap(9)), data(S, "resp"), data(C, "more")];
    assert_eq!(behind(&lost), told);
    // It may end anew, by a FIN that waited too.
    let anew = [fin(), packet(S, 500, 103, "resp").with(FIN), packet(C, 103, 505, "more")];
    let told = [&resumed[..3], &[ended(S, End::Fin), data(C, "more")]].concat();
    assert_eq!(behind(&anew), told);
}

#[test]
fn both_streams_go_on_behind_an_rst_that_is_not_heeded() {
    let rst = || packet(S, 500, 0, "").with(RST).unacknowledging();
    let told = [ended(S, End::Rst), (S, Told::Resumed), data(C, "more"), data(S, "resp")];
    assert_eq!(behind(&[rst(), packet(C, 103, 500, "more"), packet(S, 500, 107, "resp")]), told);
    assert_eq!(behind(&[rst(), packet(C, 103, 500, "more"), packet(S, 500, 107, "")]), told[..3]);
    let told = [ended(S, End::Rst), (S, Told::Resumed), data(S, "resp"), data(C, "more")];
    assert_eq!(behind(&[rst(), packet(S, 500, 103, "resp"), packet(C, 103, 504, "more")]), told);
    // Both have said that they end, and both go on.
    let fins =
        [packet(C, 103, 500, "").with(FIN), rst(), packet(C, 103, 500, "more"), packet(S, 500, 107, "")];
    let told =
        [ended(C, End::Fin), ended(S, End::Rst), (C, Told::Resumed), (S, Told::Resumed), data(C, "more")];
    assert_eq!(behind(&fins), told);
}

#[test]
fn what_one_side_alone_does_behind_an_end_resumes_nothing() {
    let fin = || packet(S, 500, 103, "").with(FIN);
    let rst = || packet(S, 500, 103, "").with(RST);
    let more = || packet(C, 103, 500, "more");
    let resp = || packet(S, 500, 103, "resp");
    let only = |end| vec![ended(S, end)];
    // On its way when the RST was sent, and answered by another one.
    assert_eq!(behind(&[rst(), more()]), only(End::Rst));
    assert_eq!(behind(&[rst(), more(), packet(S, 500, 107, "").with(RST)]), only(End::Rst));
    assert_eq!(behind(&[rst(), more(), rst(), packet(S, 500, 107, "")]), only(End::Rst), "confirmed since");
    // Data that nobody acknowledges, or nothing of them.
    assert_eq!(behind(&[fin(), resp()]), only(End::Fin));
    assert_eq!(behind(&[fin(), resp(), packet(C, 103, 501, "")]), only(End::Fin), "the FIN's own number");
    assert_eq!(behind(&[fin(), resp(), packet(C, 103, 503, "")]), only(End::Fin), "not all of it");
    assert_eq!(behind(&[fin(), resp(), packet(C, 103, 504, "").with(RST)])[..1], only(End::Fin));
    assert_eq!(behind(&[fin(), packet(C, 103, 504, ""), resp()])[..1], only(End::Fin), "acknowledged before");
    // Retransmissions, and keep-alive probes with and without a byte.
    let probes = [fin(), fin(), packet(S, 500, 103, ""), packet(S, 500, 103, "\0"), packet(C, 103, 501, "")];
    assert_eq!(behind(&probes), only(End::Fin));
    assert_eq!(behind(&[rst(), packet(C, 100, 500, "req"), packet(S, 500, 103, "")]), only(End::Rst));
    assert_eq!(behind(&[rst(), packet(C, 102, 500, "\0"), packet(S, 500, 103, "")]), only(End::Rst));
    // Another connection far behind, whose SYN was lost.
    let far = [fin(), packet(S, 500 + (1 << 17), 103, "resp"), packet(C, 103, 504 + (1 << 17), "")];
    assert_eq!(behind(&far)[..1], only(End::Fin));
    // The other direction of a stream that is half closed is no sign.
    let half = [fin(), more(), packet(S, 501, 107, ""), packet(C, 107, 501, "last"), packet(S, 501, 111, "")];
    assert_eq!(behind(&half), [ended(S, End::Fin), data(C, "morelast")]);
}

#[test]
fn what_is_set_aside_behind_an_end_is_little() {
    let mut log = connected();
    log.push(&packet(S, 500, 100, "").with(RST));
    for place in 0..200 {
        log.push(&packet(C, 100 + 1000 * place, 500, &"x".repeat(1000)));
        assert!(log.flow.held_bytes() <= 1 << 16);
    }
    assert!(log.flow.held_bytes() > 60_000);
    assert!(log.flow.is_closed());
    let syn = packet(C, 7, 0, "").with(SYN).unacknowledging();
    assert!(log.flow.is_new_connection(C, &syn.segment()));
    // What found no room is missing once the streams go on.
    log.push(&packet(S, 500, 200_100, "resp"));
    assert!(!log.flow.is_closed());
    let log = log.flush();
    assert_eq!((log.flow.held_bytes(), log.flow.counts().gaps), (0, 1));
    assert_eq!(log.summary().last(), Some(&data(S, "resp")));
}

#[test]
fn a_blind_reset_is_ignored() {
    let mut log = connected();
    for seq in [100 + (1 << 26) + 1, 100_u32.wrapping_sub(1 << 27), 1 << 31] {
        log.push(&packet(C, seq, 500, "").with(RST));
    }
    log.push(&packet(C, 100, 500, "req"));
    assert_eq!(log.flush().summary(), [data(C, "req")]);
}

#[test]
fn an_acknowledgment_of_what_cannot_be_is_ignored() {
    let mut log = connected();
    log.push(&packet(S, 500, 100 + (1 << 27), "resp"));
    assert_eq!(log.summary(), [data(S, "resp")]);
    assert_eq!(log.flush().flow.counts().gaps, 0);
}

#[test]
fn a_jump_over_a_pause_of_the_capture_is_one_gap() {
    let mut log = connected();
    let pause = 1 << 27;
    for place in 0..70 {
        log.push(&packet(C, 100 + pause + place, 500, "x"));
        log.push(&packet(S, 500, 101 + pause + place, ""));
    }
    assert_eq!(log.summary(), [(C, Told::Gap(pause.into())), data(C, &"x".repeat(70))]);
}

#[test]
fn where_each_side_waits_for_the_other_the_first_captured_goes_first() {
    // Only second copies were captured, each sent after the other side's first copy had arrived.
    let mut log = connected();
    log.push(&packet(C, 100, 504, "req"));
    log.push(&packet(S, 500, 103, "resp"));
    assert!(log.told.is_empty());
    let log = log.flush();
    assert_eq!(log.summary(), [data(C, "req"), data(S, "resp")]);
    assert_eq!(log.flow.counts().gaps, 0);
}

#[test]
fn ports_used_again_are_a_new_connection() {
    let is_new = |log: &Log, packet: Packet| log.flow.is_new_connection(packet.side, &packet.segment());
    let syn = |isn| packet(C, isn, 0, "").with(SYN).unacknowledging();
    let far = 1 << 30;

    assert!(!is_new(&Log::new(), syn(99)));
    let mut log = connected();
    log.push(&packet(C, 100, 500, "req"));
    assert!(!is_new(&log, syn(99)), "again");
    assert!(is_new(&log, syn(98)));
    assert!(is_new(&log, syn(103)));
    assert!(is_new(&log, packet(S, 777, 1000, "").with(SYN)));
    assert!(!is_new(&log, packet(C, far, far, "").with(RST)));
    assert!(!is_new(&log, packet(C, far, far, "")), "an acknowledgment alone is no proof");
    assert!(!is_new(&log, packet(C, far, 500, "x")));
    assert!(!is_new(&log, packet(C, 103, far, "x")));
    assert!(is_new(&log, packet(C, far, far, "x")));
    assert!(is_new(&log, packet(C, 103_u32.wrapping_sub(far), 500_u32.wrapping_sub(far), "x")));

    log.push(&packet(C, 103, 500, "").with(FIN));
    assert!(!is_new(&log, packet(C, far, 500, "x")), "one side alone has ended");
    log.push(&packet(S, 500, 104, "").with(FIN));
    assert!(log.flow.is_closed());
    for late in handshake().into_iter().chain([packet(C, 100, 500, "req"), packet(S, 500, 104, "").with(FIN)])
    {
        assert!(!is_new(&log, late), "late duplicates");
    }
    assert!(is_new(&log, packet(C, far, 500, "x")));
    assert!(is_new(&log, packet(S, 500, far, "x")));
    assert!(is_new(&log, syn(5)));
}

#[test]
fn a_syn_after_the_remains_of_an_older_connection_is_new() {
    // The server still resets or ends the older connection, of which no more was captured.
    let reset = packet(S, 4000, 0, "").with(RST).unacknowledging();
    let fin = packet(S, 4000, 1 << 20, "").with(FIN);
    let syn = packet(C, 99, 0, "").with(SYN).unacknowledging();
    for remains in [reset, fin] {
        let log = Log::of(&[remains]);
        assert!(log.flow.is_new_connection(C, &syn.segment()));
    }
}

#[test]
fn nothing_of_a_connection_stands_far_from_a_syn_that_nobody_has_answered() {
    let far = 1 << 30;
    let is_new = |log: &Log, packet: Packet| log.flow.is_new_connection(packet.side, &packet.segment());
    let answers = |ack| packet(S, 499, ack, "").with(SYN);
    let log = Log::of(&[packet(C, 99, 0, "").with(SYN).unacknowledging()]);
    for other in [
        packet(C, 100 + far, 7, ""),
        packet(C, 98, 7, "x"),
        packet(S, 7, 100 + far, ""),
        packet(S, 7, 98, "x"),
    ] {
        assert!(is_new(&log, other.clone()), "{other:?}");
    }
    for own in [
        answers(100),
        packet(C, 100, 500, ""),
        packet(C, 99, 500, ""),
        packet(C, 1 << 20, 500, "x"),
        packet(S, 500, 100, "x"),
        packet(S, far, far, "").with(RST),
    ] {
        assert!(!is_new(&log, own.clone()), "{own:?}");
    }
    let log = Log::of(&[packet(C, 99, 0, "").with(SYN).unacknowledging(), answers(100)]);
    assert!(!is_new(&log, packet(C, 100 + far, 7, "")), "it was answered");
}

#[test]
fn a_syn_tells_the_beginning_if_nothing_is_missing_behind_it() {
    let begins = |packets: &[Packet], isn| Log::of(packets).flow.begins_with(C, isn);
    let padding = |side, seq, ack| vec![packet(side, seq, ack, ""); 8];
    assert!(begins(&[], 99));
    assert!(begins(&[packet(C, 100, 500, "")], 98), "an acknowledgment alone is no first byte");
    assert!(begins(&[packet(C, 100, 500, "req"), packet(S, 500, 103, "resp")], 99));
    assert!(!begins(&[packet(C, 101, 500, "req"), packet(S, 500, 104, "resp")], 99));
    // Later it is known where the stream began.
    let later = [vec![packet(C, 100, 500, "req")], padding(S, 500, 103)].concat();
    assert!(begins(&later, 99));
    assert!(!begins(&later, 98));
    assert!(!begins(&later, 102));
}
