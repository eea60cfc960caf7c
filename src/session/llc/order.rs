//! The order of the numbered frames of a link (IEEE 802.2 7.5: type 2 operation).
//!
//! N(S) numbers the I frames of each station modulo 128, and N(R) says which one a station expects next. A frame is
//! passed on once all before it, and all that its sender had received when it sent it, were. What does not come is given
//! up: the capture lost it.

use std::collections::BTreeMap;

use crate::capture::Origin;
use crate::net::Side;
use crate::session::connection::PerSide;
use crate::tcp::is_after;

/// A number is ahead of the one expected by less than this, or it is of a frame that came before.
const AHEAD: u32 = 96;
/// Numbers run modulo this.
const MODULUS: u32 = 128;
/// Numbers this near to the one expected may be of frames that come late, or again, behind the end of a link.
const LATE: u32 = 8;
/// So many further frames of the link are waited for until a frame that does not come is given up.
const PATIENCE: u32 = 32;

/// The order of the frames of a link.
#[derive(Debug, Default)]
pub(super) struct Order {
    ways: PerSide<Way>,
}

/// The frames of one station, numbered on beyond the modulus.
#[derive(Debug, Default)]
struct Way {
    /// The next one.
    next: Option<u32>,
    /// The other station has received all before this one.
    acknowledged: Option<u32>,
    /// Those that came too early.
    held: BTreeMap<u32, Held>,
    /// Frames of the link since the next one was first missed.
    waited: u32,
}

impl Way {
    /// The next one is `number`.
    const fn go_on(&mut self, number: u32) {
        self.next = Some(number);
        self.waited = 0;
    }
}

#[derive(Debug)]
struct Held {
    at: Origin,
    bytes: Vec<u8>,
    cut: usize,
    /// What its sender expected next.
    expects: u32,
}

/// An I frame behind its LLC header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbered<'a> {
    /// Its packet.
    pub(super) at: Origin,
    /// What was captured.
    pub(super) bytes: &'a [u8],
    /// How many bytes the capture cut off.
    pub(super) cut: usize,
}

/// What comes next on a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// A frame.
    Frame(Numbered<'a>),
    /// Frames that the capture lacks.
    Lost,
}

impl Order {
    /// The link is set up: both count from 0 on.
    pub(super) fn restart(&mut self) {
        let new = || Way { next: Some(0), ..Way::default() };
        *self = Self::default();
        *self.ways.get_mut(Side::Low) = new();
        *self.ways.get_mut(Side::High) = new();
    }

    /// An I frame of a side.
    pub(super) fn information(
        &mut self,
        side: Side,
        send: u8,
        receive: u8,
        frame: Numbered<'_>,
        told: &mut dyn FnMut(Side, Next<'_>),
    ) {
        let expects = self.acknowledge(side, receive);
        let ready = self.is_delivered(side.other(), expects);
        let way = self.ways.get_mut(side);
        let next = *way.next.get_or_insert(send.into());
        let number = match ahead(send, next) {
            ahead if ahead < AHEAD => next.wrapping_add(ahead),
            // It came before.
            _ => return self.wait(told),
        };
        if number == next && ready && way.held.is_empty() {
            way.go_on(next.wrapping_add(1));
            told(side, Next::Frame(frame));
        } else {
            let Numbered { at, bytes, cut } = frame;
            let held = Held { at, bytes: bytes.to_vec(), cut, expects };
            way.held.entry(number).or_insert(held);
        }
        self.pass_on(told);
        self.wait(told);
    }

    /// An S frame of a side.
    pub(super) fn supervisory(&mut self, side: Side, receive: u8, told: &mut dyn FnMut(Side, Next<'_>)) {
        self.acknowledge(side, receive);
        self.wait(told);
    }

    /// No more will come.
    pub(super) fn flush(&mut self, told: &mut dyn FnMut(Side, Next<'_>)) {
        while self.lacks(Side::Low) || self.lacks(Side::High) {
            self.give_up(told);
        }
    }

    /// True if an I frame is numbered as one that comes late, or again, of those so far.
    pub(super) fn is_late(&self, side: Side, send: u8) -> bool {
        let Some(next) = self.ways.get(side).next else { return false };
        !(LATE..MODULUS - LATE).contains(&ahead(send, next))
    }

    /// The number behind the last known frame of a side, and the first that the other side has not acknowledged.
    pub(super) fn sent(&self, side: Side) -> (Option<u32>, Option<u32>) {
        let way = self.ways.get(side);
        let held = way.held.last_key_value().map(|(number, _)| number.wrapping_add(1));
        (held.or(way.next), way.acknowledged)
    }

    /// What a side expects next of the other.
    fn acknowledge(&mut self, side: Side, receive: u8) -> u32 {
        let way = self.ways.get_mut(side.other());
        let next = *way.next.get_or_insert(receive.into());
        let expects = match ahead(receive, next) {
            ahead if ahead < AHEAD => next.wrapping_add(ahead),
            ahead => next.wrapping_sub(MODULUS.saturating_sub(ahead)),
        };
        if way.acknowledged.is_none_or(|before| is_after(expects, before)) {
            way.acknowledged = Some(expects);
        }
        expects
    }

    /// All frames of a side before this one were passed on.
    fn is_delivered(&self, side: Side, number: u32) -> bool {
        self.ways.get(side).next.is_none_or(|next| !is_after(number, next))
    }

    /// The next frame of a side is missing although it was sent.
    fn lacks(&self, side: Side) -> bool {
        let way = self.ways.get(side);
        let Some(next) = way.next else { return false };
        let sent = way.acknowledged.is_some_and(|number| is_after(number, next));
        (sent || !way.held.is_empty()) && !way.held.contains_key(&next)
    }

    /// Passes on what was held and can go.
    fn pass_on(&mut self, told: &mut dyn FnMut(Side, Next<'_>)) {
        while let Some((side, held)) = self.take_next(Side::Low).or_else(|| self.take_next(Side::High)) {
            let Held { at, bytes, cut, .. } = &held;
            told(side, Next::Frame(Numbered { at: *at, bytes, cut: *cut }));
        }
    }

    fn take_next(&mut self, side: Side) -> Option<(Side, Held)> {
        let next = self.ways.get(side).next?;
        let expects = self.ways.get(side).held.get(&next)?.expects;
        if !self.is_delivered(side.other(), expects) {
            return None;
        }
        let way = self.ways.get_mut(side);
        way.go_on(next.wrapping_add(1));
        Some((side, way.held.remove(&next)?))
    }

    fn wait(&mut self, told: &mut dyn FnMut(Side, Next<'_>)) {
        let mut given_up = false;
        for side in [Side::Low, Side::High] {
            let lacks = self.lacks(side);
            let waited = &mut self.ways.get_mut(side).waited;
            *waited = if lacks { waited.saturating_add(1) } else { 0 };
            given_up |= *waited > PATIENCE;
        }
        if given_up {
            self.give_up(told);
        }
    }

    /// Goes on behind what is missing.
    fn give_up(&mut self, told: &mut dyn FnMut(Side, Next<'_>)) {
        for side in [Side::Low, Side::High] {
            if self.lacks(side) {
                let way = self.ways.get_mut(side);
                let behind = way.held.first_key_value().map(|(number, _)| *number).or(way.acknowledged);
                way.go_on(behind.unwrap_or_default());
                told(side, Next::Lost);
            }
        }
        self.pass_on(told);
    }
}

/// How far a number of the wire is ahead of an expected one, modulo 128.
const fn ahead(number: u8, next: u32) -> u32 {
    #[expect(clippy::as_conversions, reason = "widening, and From is not const")]
    let number = number as u32;
    number.wrapping_sub(next) & (MODULUS - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::Timestamp;

    /// What was passed on: the frames by their byte, and `None` for a loss.
    #[derive(Default)]
    struct Heard(Vec<(Side, Option<u8>)>);

    impl Heard {
        fn note(&mut self, side: Side, next: &Next<'_>) {
            self.0.push((
                side,
                match next {
                    Next::Frame(frame) => Some(frame.bytes[0]),
                    Next::Lost => None,
                },
            ));
        }

        fn of(&self, side: Side) -> Vec<Option<u8>> {
            self.0.iter().filter(|(of, _)| *of == side).map(|(_, byte)| *byte).collect()
        }
    }

    fn numbered(bytes: &[u8]) -> Numbered<'_> {
        let at = Origin { time: Timestamp::from_nanos(0), capture: 0, frame: 1 };
        Numbered { at, bytes, cut: 0 }
    }

    /// An I frame: its side, N(S), N(R) and its byte.
    type Sent = (Side, u32, u32, u8);

    fn push(order: &mut Order, heard: &mut Heard, (side, send, receive, byte): Sent) {
        let (send, receive) = ((send % 128) as u8, (receive % 128) as u8);
        let told = &mut |side, next: Next<'_>| heard.note(side, &next);
        order.information(side, send, receive, numbered(&[byte]), told);
    }

    fn acknowledge(order: &mut Order, heard: &mut Heard, side: Side, receive: u8) {
        order.supervisory(side, receive, &mut |side, next| heard.note(side, &next));
    }

    use Side::{High, Low};

    #[test]
    fn a_frame_that_comes_again_is_passed_on_once() {
        let (mut order, mut heard) = (Order::default(), Heard::default());
        order.restart();
        for frame in [(Low, 0, 0, 1), (Low, 1, 0, 2), (Low, 0, 0, 1), (Low, 1, 0, 2), (Low, 2, 0, 3)] {
            push(&mut order, &mut heard, frame);
        }
        assert_eq!(heard.of(Low), [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn a_frame_that_comes_late_is_waited_for() {
        let (mut order, mut heard) = (Order::default(), Heard::default());
        order.restart();
        push(&mut order, &mut heard, (Low, 1, 0, 2));
        assert!(heard.0.is_empty());
        push(&mut order, &mut heard, (Low, 0, 0, 1));
        assert_eq!(heard.of(Low), [Some(1), Some(2)]);
    }

    #[test]
    fn an_answer_waits_for_what_it_answers() {
        let (mut order, mut heard) = (Order::default(), Heard::default());
        order.restart();
        push(&mut order, &mut heard, (High, 0, 1, 9));
        push(&mut order, &mut heard, (Low, 0, 0, 1));
        assert_eq!(heard.0, [(Low, Some(1)), (High, Some(9))]);
    }

    #[test]
    fn what_does_not_come_is_given_up_when_patience_ends_and_at_the_end() {
        for given_up in [true, false] {
            let (mut order, mut heard) = (Order::default(), Heard::default());
            order.restart();
            push(&mut order, &mut heard, (Low, 1, 0, 2));
            for _ in 1..if given_up { PATIENCE + 1 } else { PATIENCE } {
                acknowledge(&mut order, &mut heard, High, 2);
            }
            assert_eq!(heard.of(Low), if given_up { vec![None, Some(2)] } else { vec![] });
            order.flush(&mut |side, next| heard.note(side, &next));
            assert_eq!(heard.of(Low), [None, Some(2)]);
        }
    }

    #[test]
    fn what_was_acknowledged_and_never_seen_is_lost() {
        let (mut order, mut heard) = (Order::default(), Heard::default());
        order.restart();
        acknowledge(&mut order, &mut heard, High, 0);
        order.flush(&mut |side, next| heard.note(side, &next));
        assert_eq!(heard.of(Low), []);
        acknowledge(&mut order, &mut heard, High, 3);
        order.flush(&mut |side, next| heard.note(side, &next));
        assert_eq!(heard.of(Low), [None]);
        assert_eq!(order.sent(Low), (Some(3), Some(3)));
    }

    #[test]
    fn a_link_under_way_begins_where_it_is_met() {
        let (mut order, mut heard) = (Order::default(), Heard::default());
        push(&mut order, &mut heard, (Low, 100, 50, 1));
        push(&mut order, &mut heard, (High, 50, 101, 2));
        order.flush(&mut |side, next| heard.note(side, &next));
        assert_eq!(heard.0, [(Low, Some(1)), (High, Some(2))]);
    }

    /// A conversation in which each side says what it has received.
    fn conversation(turns: &[bool]) -> Vec<Sent> {
        let mut sent = [0_u32; 2];
        let turn = |(index, low): (usize, &bool)| {
            let (side, mine, theirs) = if *low { (Low, 0, 1) } else { (High, 1, 0) };
            let frame = (side, sent[mine], sent[theirs], index as u8);
            sent[mine] += 1;
            frame
        };
        turns.iter().enumerate().map(turn).collect()
    }

    proptest! {
        #[test]
        fn frames_doubled_and_out_of_order_are_passed_on_as_they_were_sent(
            turns in prop::collection::vec(any::<bool>(), 1..200),
            late in prop::collection::vec(0_usize..8, 200),
        ) {
            let sent = conversation(&turns);
            let mut captured: Vec<_> = sent.iter().chain(&sent).zip(0..).collect();
            captured.sort_by_key(|(_, index)| index % sent.len() + late[index % late.len()]);
            let (mut order, mut heard) = (Order::default(), Heard::default());
            order.restart();
            captured.iter().for_each(|(frame, _)| push(&mut order, &mut heard, **frame));
            let expected: Vec<_> = sent.iter().map(|(side, _, _, byte)| (*side, Some(*byte))).collect();
            for side in [Low, High] {
                let of = |all: &[(Side, Option<u8>)]| -> Vec<_> {
                    all.iter().filter(|(of, _)| *of == side).copied().collect()
                };
                prop_assert_eq!(of(&heard.0), of(&expected));
            }
        }

        #[test]
        fn what_is_missing_is_told_and_the_rest_is_passed_on(
            turns in prop::collection::vec(any::<bool>(), 1..100),
            missing in 0_usize..100,
        ) {
            let sent = conversation(&turns);
            let missing = missing % sent.len();
            let side = sent[missing].0;
            let (mut order, mut heard) = (Order::default(), Heard::default());
            order.restart();
            let seen = sent.iter().enumerate().filter(|(index, _)| *index != missing);
            seen.for_each(|(_, frame)| push(&mut order, &mut heard, *frame));
            order.flush(&mut |side, next| heard.note(side, &next));
            let frames = heard.0.iter().filter(|(_, byte)| byte.is_some()).count();
            prop_assert_eq!(frames, sent.len() - 1);
            // Nothing on the wire tells of a frame behind which neither side says anything.
            let told = missing + 1 < sent.len();
            prop_assert_eq!(heard.of(side).contains(&None), told);
            prop_assert!(!heard.of(side.other()).contains(&None));
        }

        #[test]
        fn any_numbers_are_borne(frames in prop::collection::vec((any::<bool>(), 0_u8..128, 0_u8..128), 0..300)) {
            let (mut order, mut heard) = (Order::default(), Heard::default());
            for (low, send, receive) in frames {
                let side = if low { Low } else { High };
                push(&mut order, &mut heard, (side, send.into(), receive.into(), 0));
                for side in [Low, High] {
                    prop_assert!(order.ways.get(side).held.len() <= 96);
                }
            }
            order.flush(&mut |side, next| heard.note(side, &next));
        }
    }
}
