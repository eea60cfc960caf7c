//! A SYN between ports that a connection has: it may begin the next one, or be a stray one.

use crate::capture::Origin;
use crate::net::{Segment, TcpFlags};

/// How far behind its SYN a connection may be when more of it is captured.
const REACH: u32 = 0xffff;

/// A SYN, with the acknowledgment of another or without, and its packet.
#[derive(Debug)]
pub(super) struct Syn {
    /// Its data are not kept, and are missing like those that a capture cuts.
    pub(super) segment: Segment<'static>,
    pub(super) at: Origin,
}

impl Syn {
    pub(super) const fn new(segment: &Segment<'_>, at: Origin) -> Self {
        Self { segment: Segment { payload: &[], ..*segment }, at }
    }

    /// True for a segment that shows that the other end took the SYN: that end acknowledges it, or its sender goes on
    /// with what the other end has answered. One that `goes_on` with the connection before shows that only if it
    /// answers the SYN in so many words.
    pub(super) fn is_taken_by(&self, segment: &Segment<'_>, goes_on: bool) -> bool {
        let Some(ack) = segment.ack.filter(|_| !segment.flags.contains(TcpFlags::RST)) else { return false };
        let next = self.segment.seq.wrapping_add(1);
        let is_answer = segment.flags.contains(TcpFlags::SYN);
        if segment.source == self.segment.source {
            return !is_answer && !goes_on && segment.seq.wrapping_sub(next) <= REACH;
        }
        let beyond = ack.wrapping_sub(next);
        if is_answer { beyond <= self.segment.length } else { !goes_on && beyond <= REACH }
    }
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::net::Endpoint;
    use crate::wire::Timestamp;

    const SYN_ACK: TcpFlags = TcpFlags::SYN.union(TcpFlags::ACK);

    fn segment(from: u8, seq: u32, ack: Option<u32>, flags: TcpFlags) -> Segment<'static> {
        let end = |host| Endpoint::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), 445);
        Segment::new(end(from), end(3 - from), seq, ack, flags, &[])
    }

    fn syn(data: &[u8]) -> Syn {
        let Segment { source, destination, seq, ack, flags, .. } = segment(1, 99, None, TcpFlags::SYN);
        let origin = Origin { time: Timestamp::default(), capture: 0, frame: 1 };
        Syn::new(&Segment::new(source, destination, seq, ack, flags, data), origin)
    }

    #[test]
    fn the_other_end_takes_a_syn_by_acknowledging_it() {
        for (ack, taken) in [(99, false), (100, true), (101, false)] {
            let answer = segment(2, 7, Some(ack), SYN_ACK);
            assert_eq!(syn(b"").is_taken_by(&answer, false), taken, "{ack}");
            assert_eq!(syn(b"").is_taken_by(&answer, true), taken, "{ack}, and it would fit the other too");
        }
        assert!(syn(b"data").is_taken_by(&segment(2, 7, Some(104), SYN_ACK), false));
        assert!(!syn(b"data").is_taken_by(&segment(2, 7, Some(105), SYN_ACK), false));
        assert!(!syn(b"").is_taken_by(&segment(2, 0, Some(100), TcpFlags::RST | TcpFlags::ACK), false));
    }

    #[test]
    fn where_the_answer_was_not_captured_the_next_segments_show_it() {
        for (from, seq, ack) in [(1, 100, 8), (1, 100 + REACH, 8), (2, 8, 100), (2, 8, 100 + REACH)] {
            let next = segment(from, seq, Some(ack), TcpFlags::ACK);
            assert!(syn(b"").is_taken_by(&next, false), "{from} {seq} {ack}");
            assert!(!syn(b"").is_taken_by(&next, true), "{from} {seq} {ack} goes on with the other");
        }
        for (from, seq, ack) in [(1, 99, 8), (1, 101 + REACH, 8), (2, 8, 99), (2, 8, 101 + REACH)] {
            let next = segment(from, seq, Some(ack), TcpFlags::ACK);
            assert!(!syn(b"").is_taken_by(&next, false), "{from} {seq} {ack}");
        }
        assert!(!syn(b"").is_taken_by(&segment(1, 99, None, TcpFlags::SYN), false), "it comes again");
    }
}
