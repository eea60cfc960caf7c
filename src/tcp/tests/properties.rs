//! What holds for every conversation, however it was captured.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
struct Plan {
    /// Where the streams begin.
    start: (u32, u32),
    /// Requests and responses in turns, as lengths.
    messages: Vec<usize>,
    size: usize,
    acks: bool,
    close: Close,
}

impl Plan {
    fn conversation(&self) -> Conversation {
        let mut conversation = Conversation::open(self.start.0, self.start.1);
        for (side, message) in self.messages() {
            conversation.say(side, &message, self.size, self.acks);
        }
        conversation.close(self.close);
        conversation
    }

    /// Each byte tells its message and its place in it.
    fn messages(&self) -> impl Iterator<Item = (Side, Vec<u8>)> + '_ {
        self.messages.iter().enumerate().map(|(number, length)| {
            let side = if number % 2 == 0 { C } else { S };
            (side, (0..*length).map(|place| (number * 41 + place) as u8).collect())
        })
    }

    fn stream(&self, side: Side) -> Vec<u8> {
        self.messages().filter(|(sender, _)| *sender == side).flat_map(|(_, message)| message).collect()
    }

    fn streams(&self) -> [Vec<u8>; 2] {
        [self.stream(C), self.stream(S)]
    }

    fn starts(&self) -> [u32; 2] {
        [self.start.0, self.start.1]
    }

    /// The one order in which it happened.
    fn truth(&self) -> Vec<(Side, Told)> {
        let mut truth = vec![(C, Told::Start), (S, Told::Start)];
        truth.extend(self.messages().map(|(side, message)| (side, Told::Data(message))));
        match self.close {
            Close::Open => {}
            Close::Fin => truth.extend([(C, Told::End(End::Fin)), (S, Told::End(End::Fin))]),
            Close::Rst => truth.push((C, Told::End(End::Rst))),
        }
        truth
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    let start = prop_oneof![any::<u32>(), (u32::MAX - 60)..=u32::MAX, 0_u32..4];
    let close = prop_oneof![Just(Close::Open), Just(Close::Fin), Just(Close::Rst)];
    let messages = prop::collection::vec(1_usize..60, 1..10);
    ((start.clone(), start), messages, prop_oneof![Just(1_usize), 2_usize..70], any::<bool>(), close)
        .prop_map(|(start, messages, size, acks, close)| Plan { start, messages, size, acks, close })
}

/// How a capture disturbs what was sent; one set of numbers for each packet, used in turns.
#[derive(Debug, Clone)]
struct Noise {
    doubled: bool,
    /// Places that a packet may fall back, below 8.
    shuffle: Vec<usize>,
    /// Of which packet before it another copy follows.
    again: Vec<Option<usize>>,
    dropped: Vec<bool>,
}

impl Noise {
    /// The packets as captured. The first, a SYN, is captured first: without it the connection would seem to have
    /// begun before the capture, where nothing is waited for.
    fn capture(&self, packets: &[Packet]) -> Vec<Packet> {
        let mut captured = Vec::new();
        for (number, packet) in packets.iter().enumerate() {
            if !at(&self.dropped, number) || number == 0 {
                captured.push(packet.clone());
                if self.doubled {
                    captured.push(packet.clone());
                }
            }
            if let Some(back) = at(&self.again, number) {
                let repeated = number.saturating_sub(back);
                if !at(&self.dropped, repeated) {
                    captured.push(packets[repeated].clone());
                }
            }
        }
        let mut order: Vec<usize> = (1..captured.len()).collect();
        order.sort_by_key(|place| place + at(&self.shuffle, *place));
        order.insert(0, 0);
        order.into_iter().map(|place| captured[place].clone()).collect()
    }
}

fn at<T: Copy + Default>(values: &[T], index: usize) -> T {
    if values.is_empty() { T::default() } else { values[index % values.len()] }
}

fn noise(loss: impl Strategy<Value = Vec<bool>>) -> impl Strategy<Value = Noise> {
    let shuffle = prop_oneof![Just(vec![]), prop::collection::vec(0_usize..8, 29)];
    let again =
        prop_oneof![Just(vec![]), prop::collection::vec(prop::option::weighted(0.3, 0_usize..40), 31)];
    (any::<bool>(), shuffle, again, loss).prop_map(|(doubled, shuffle, again, dropped)| Noise {
        doubled,
        shuffle,
        again,
        dropped,
    })
}

/// Where in its stream the first piece of a side stands: at its start, or where its first data say.
fn joined(told: &[(Side, u64, Told)], side: Side, captured: &[Packet], start: u32) -> u64 {
    let mut gap = 0;
    for (_, frame, piece) in told.iter().filter(|(of, ..)| *of == side) {
        match piece {
            Told::Gap(bytes) => gap += bytes,
            Told::Start if gap == 0 => return 0,
            Told::Start | Told::Resumed => {}
            Told::Data(_) | Told::End(_) => {
                let packet = &captured[*frame as usize - 1];
                let delivered = if let Told::Data(bytes) = piece { bytes.len() } else { 0 };
                let trimmed = packet.payload.len() - delivered;
                return u64::from(packet.seq.wrapping_sub(start)) + trimmed as u64 - gap;
            }
        }
    }
    // Nothing but gaps: they reach up to the last number anybody told.
    let numbers =
        captured.iter().filter_map(|packet| if packet.side == side { Some(packet.seq) } else { packet.ack });
    let places = numbers.map(|number| u64::from(number.wrapping_sub(start))).filter(|place| *place < 1 << 31);
    places.max().unwrap_or_default() - gap
}

fn loss() -> impl Strategy<Value = Vec<bool>> {
    (0.0..0.6).prop_flat_map(|share| prop::collection::vec(prop::bool::weighted(share), 23))
}

/// Checks what was told against the packets: every piece stands at its place, no piece comes before what its sender
/// had received, and nothing follows an end. Gives how many bytes of each side were told of, after the start.
fn check(
    told: &[(Side, u64, Told)],
    captured: &[Packet],
    starts: [u32; 2],
    streams: &[Vec<u8>; 2],
) -> [u64; 2] {
    let mut place: [Option<u64>; 2] = [None; 2];
    let mut ended = [false; 2];
    for (side, frame, piece) in told {
        let (own, other) = (Conversation::index(*side), Conversation::index(side.other()));
        let packet = &captured[*frame as usize - 1];
        assert!(!ended[own] && *piece != Told::Resumed, "{piece:?} of {side:?} after its end");
        let here = *place[own].get_or_insert_with(|| joined(told, *side, captured, starts[own]));
        if !matches!(piece, Told::Gap(_)) {
            assert_eq!(packet.side, *side);
            if let (Some(ack), Some(before)) = (packet.ack, place[other]) {
                let needed = u64::from(ack.wrapping_sub(starts[other]));
                assert!(
                    needed <= before || needed >= 1 << 31,
                    "{piece:?} of frame {frame} came at {before} of the other side, its sender was at {needed}"
                );
            }
        }
        let moved = match piece {
            Told::Data(bytes) => {
                let here = here as usize;
                assert_eq!(streams[own].get(here..here + bytes.len()), Some(&bytes[..]));
                bytes.len() as u64
            }
            Told::Gap(bytes) => *bytes,
            Told::End(end) => {
                ended[own] = true;
                assert_eq!(here, streams[own].len() as u64);
                u64::from(*end == End::Fin)
            }
            Told::Start | Told::Resumed => 0,
        };
        place[own] = Some(here + moved);
    }
    [C, S].map(|side| {
        let index = Conversation::index(side);
        place[index].unwrap_or_else(|| joined(told, side, captured, starts[index]))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Nothing lost: one order, no gap, whatever the segmentation, doubling, reordering and retransmission.
    #[test]
    fn what_was_captured_whole_is_told_as_it_happened(plan in plan(), noise in noise(Just(vec![]))) {
        let captured = noise.capture(&plan.conversation().packets);
        let log = Log::of(&captured);
        prop_assert_eq!(log.flow.held_bytes(), 0, "nothing is left to wait for");
        prop_assert_eq!(log.flow.counts().conflicts, 0);
        prop_assert_eq!(log.flow.counts().gaps, 0);
        prop_assert_eq!(log.flush().summary(), plan.truth());
    }

    /// Both sides speak at once, and hear each other late.
    #[test]
    fn two_that_speak_at_once_are_told_in_causal_order(
        start in any::<(u32, u32)>(),
        steps in prop::collection::vec((any::<bool>(), 0_usize..30, 0_usize..4), 1..60),
        noise in noise(Just(vec![])),
    ) {
        let starts = [start.0, start.1];
        let mut packets = Conversation::open(start.0, start.1).packets;
        let mut streams = [vec![], vec![]];
        let mut heard = [start.1, start.0];
        let mut on_the_way: [VecDeque<u32>; 2] = Default::default();
        for (client, length, hears) in steps {
            let side = if client { C } else { S };
            let (own, other) = (Conversation::index(side), Conversation::index(side.other()));
            for _ in 0..hears {
                heard[own] = on_the_way[other].pop_front().unwrap_or(heard[own]);
            }
            let bytes: Vec<u8> = (0..length).map(|place| (streams[own].len() + place) as u8).collect();
            let seq = starts[own].wrapping_add(streams[own].len() as u32);
            packets.push(Packet::new(side, seq, heard[own], &bytes));
            streams[own].extend(&bytes);
            on_the_way[own].push_back(seq.wrapping_add(length as u32));
        }
        let captured = noise.capture(&packets);
        let log = Log::of(&captured);
        prop_assert_eq!(log.flow.held_bytes(), 0);
        prop_assert_eq!(log.flow.counts().gaps, 0);
        let told = check(&log.told, &captured, starts, &streams);
        prop_assert_eq!(told, [0, 1].map(|side: usize| streams[side].len() as u64));
    }

    /// A capture that begins in the middle: all of it is told, as it happened.
    #[test]
    fn what_follows_a_late_beginning_is_whole(plan in plan(), noise in noise(Just(vec![])), skipped in 2_usize..40) {
        let noise = Noise { shuffle: vec![], ..noise };
        let packets = plan.conversation().packets;
        let packets = packets.get(skipped..).unwrap_or_default();
        prop_assume!(!packets.is_empty());
        let log = Log::of(&noise.capture(packets)).flush();
        prop_assert_eq!(log.flow.counts().gaps, 0);
        let mut truth: Vec<(Side, Vec<u8>)> = Vec::new();
        for packet in packets.iter().filter(|packet| !packet.payload.is_empty()) {
            match truth.last_mut() {
                Some((side, bytes)) if *side == packet.side => bytes.extend(&packet.payload),
                _ => truth.push((packet.side, packet.payload.clone())),
            }
        }
        let told = log.summary().into_iter().filter_map(|(side, told)| match told {
            Told::Data(bytes) => Some((side, bytes)),
            _ => None,
        });
        prop_assert_eq!(told.collect::<Vec<_>>(), truth);
    }

    /// Packets lost: what was captured is all delivered, at its place, in causal order; what was not is a gap.
    #[test]
    fn what_is_lost_is_a_gap_and_nothing_else_is(plan in plan(), noise in noise(loss())) {
        let conversation = plan.conversation();
        let captured = noise.capture(&conversation.packets);
        let log = Log::of(&captured).flush();
        let told = check(&log.told, &captured, plan.starts(), &plan.streams());
        for side in [C, S] {
            let index = Conversation::index(side);
            let start = [plan.start.0, plan.start.1][index];
            let data: usize = log.told.iter().map(|(of, _, told)| match told {
                Told::Data(bytes) if *of == side => bytes.len(),
                _ => 0,
            }).sum();
            let mut present = vec![false; plan.stream(side).len()];
            for packet in captured.iter().filter(|packet| packet.side == side) {
                let place = packet.seq.wrapping_sub(start) as usize;
                (0..packet.payload.len()).for_each(|offset| present[place + offset] = true);
            }
            prop_assert_eq!(data, present.iter().filter(|present| **present).count());
            let fins = |packets: &[Packet]| packets.iter().any(|packet| {
                packet.side == side && packet.flags.intersects(TcpFlags::FIN | TcpFlags::RST)
            });
            prop_assert_eq!(log.flow.ended(side).is_some(), fins(&captured));
            // Whatever the other side acknowledged was told of, as data or as a gap, if the side was seen at all.
            if log.flow.seen(side) {
                let acked = captured.iter().filter(|packet| packet.side != side).filter_map(|packet| packet.ack);
                let acked = acked.map(|ack| ack.wrapping_sub(start)).filter(|ack| *ack < 1 << 31).max();
                prop_assert!(told[index] >= u64::from(acked.unwrap_or(0)));
            }
        }
    }

    /// The same with room for a few packets only: holes are given up early, the rest still holds.
    #[test]
    fn limits_bound_what_is_held(plan in plan(), noise in noise(loss()), packets in 0_usize..6, bytes in 0_usize..700) {
        let captured = noise.capture(&plan.conversation().packets);
        let mut log = Log::with(FlowLimits { packets, bytes });
        for packet in &captured {
            log.push(packet);
            prop_assert!(log.flow.held_bytes() <= bytes);
        }
        let log = log.flush();
        check(&log.told, &captured, plan.starts(), &plan.streams());
    }

    /// A FIN or an RST that somebody else sends into a conversation that goes on changes nothing of what is delivered.
    #[test]
    fn a_forged_end_leaves_what_is_delivered_as_it_was(
        plan in plan(),
        half_size in 1_usize..35,
        (place, side, flag, acknowledges, doubled) in
            (any::<prop::sample::Index>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        // A single byte at the number of a FIN may be a keep-alive probe; so nobody sends single bytes.
        let messages = plan.messages.iter().map(|length| length.next_multiple_of(2)).collect();
        let plan = Plan { messages, size: 2 * half_size, acks: true, close: Close::Fin, ..plan };
        let mut packets = plan.conversation().packets;
        // Behind the handshake, before the first FIN.
        let place = 3 + place.index(packets.len() - 6);
        let side = if side { C } else { S };
        let end = |packet: &Packet| packet.seq.wrapping_add(packet.payload.len() as u32);
        let last = |of: Side| packets[3..place].iter().rev().find(|packet| packet.side == of).map(end);
        let next = last(side).unwrap_or(plan.starts()[Conversation::index(side)]);
        let other = last(side.other()).unwrap_or(plan.starts()[Conversation::index(side.other())]);
        let forged = Packet::new(side, next, other, b"").with(if flag { TcpFlags::FIN } else { TcpFlags::RST });
        let forged = if acknowledges || flag { forged } else { forged.unacknowledging() };
        // Nothing goes on behind an RST before the last acknowledgment.
        let goes_on = packets[place..].iter().any(|packet| packet.payload.len() > 1);
        prop_assume!(flag || goes_on);
        (0..=usize::from(doubled)).for_each(|_| packets.insert(place, forged.clone()));
        let log = Log::of(&packets);
        prop_assert_eq!(log.flow.held_bytes(), 0);
        prop_assert_eq!(log.flow.counts().gaps, 0);
        let log = log.flush();
        let mut told: Vec<(Side, Told)> = Vec::new();
        for (side, piece) in log.summary() {
            match (told.last_mut(), piece) {
                (Some((last, Told::Data(data))), Told::Data(more)) if *last == side => data.extend(more),
                (_, Told::End(_) | Told::Resumed) => {}
                (_, piece) => told.push((side, piece)),
            }
        }
        let mut truth = plan.truth();
        truth.retain(|(_, piece)| !matches!(piece, Told::End(_)));
        prop_assert_eq!(told, truth);
        prop_assert_eq!([C, S].map(|side| log.flow.ended(side)), [Some(End::Fin); 2]);
    }

    /// Any segments: no panic, no endless wait, at most one start of a side, nothing after an end but its being taken
    /// back.
    #[test]
    fn any_segments_leave_nothing_held(
        segments in prop::collection::vec((any::<bool>(), 0_u32..40, prop::option::of(0_u32..40), any::<u8>(), 0_usize..6, 0_u32..3, 0_u8..20), 0..200),
        base in any::<u32>(),
        packets in 0_usize..40,
    ) {
        let mut log = Log::with(FlowLimits { packets, bytes: 1 << 16 });
        for (client, seq, ack, flags, length, cut, far) in segments {
            let far = if far == 0 { 1 << 29 } else { 0 };
            let flags = TcpFlags::from_bits_retain(flags & (flags >> 2) & 0x07); // each bit in a quarter
            log.push(&Packet {
                side: if client { C } else { S },
                seq: base.wrapping_add(seq).wrapping_add(far),
                ack: ack.map(|ack| base.wrapping_add(ack)),
                flags,
                payload: vec![7; length],
                cut,
            });
        }
        let log = log.flush();
        for side in [C, S] {
            let told: Vec<&Told> = log.told.iter().filter(|(of, ..)| *of == side).map(|(.., told)| told).collect();
            prop_assert!(told.iter().filter(|told| ***told == Told::Start).count() <= 1);
            let ends = |told: Option<&&Told>| matches!(told, Some(Told::End(_)));
            prop_assert!(told.first() != Some(&&Told::Resumed));
            prop_assert!(told.windows(2).all(|pair| ends(pair.first()) == (*pair[1] == Told::Resumed)));
            prop_assert_eq!(ends(told.last()), log.flow.ended(side).is_some());
        }
    }
}
