//! A small model of TCP that makes captures, and a log of what a flow delivers of them.

mod cases;
mod properties;

use core::net::{IpAddr, Ipv4Addr};

use super::{End, Flow, FlowCounts, FlowLimits, Piece};
use crate::capture::Origin;
use crate::net::{Endpoint, Segment, Side, TcpFlags};
use crate::wire::Timestamp;

/// The client.
const C: Side = Side::High;
/// The server.
const S: Side = Side::Low;

/// A captured segment.
#[derive(Debug, Clone, PartialEq)]
struct Packet {
    side: Side,
    seq: u32,
    ack: Option<u32>,
    flags: TcpFlags,
    payload: Vec<u8>,
    /// Bytes that the snap length cut off.
    cut: u32,
}

impl Packet {
    fn new(side: Side, seq: u32, ack: u32, payload: &[u8]) -> Self {
        Self { side, seq, ack: Some(ack), flags: TcpFlags::ACK, payload: payload.to_vec(), cut: 0 }
    }

    fn with(mut self, flags: TcpFlags) -> Self {
        self.flags |= flags;
        self
    }

    /// Without acknowledgment, as a first SYN is.
    fn unacknowledging(mut self) -> Self {
        self.flags -= TcpFlags::ACK;
        self.ack = None;
        self
    }

    fn cut_by(mut self, bytes: u32) -> Self {
        self.cut = bytes;
        self
    }

    fn segment(&self) -> Segment<'_> {
        let client = Endpoint::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 1040);
        let server = Endpoint::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 445);
        let (source, destination) = if self.side == C { (client, server) } else { (server, client) };
        let mut segment = Segment::new(source, destination, self.seq, self.ack, self.flags, &self.payload);
        segment.length += self.cut;
        assert_eq!(segment.flow().1, self.side);
        segment
    }
}

fn origin(frame: u64) -> Origin {
    Origin { time: Timestamp::default(), capture: 0, frame }
}

/// A delivered piece, owned.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Start,
    Data(Vec<u8>),
    Gap(u64),
    End(End),
    Resumed,
}

/// A flow and what it delivered: the side, the frame (the packets' numbers, from 1) and the piece.
struct Log {
    flow: Flow,
    frame: u64,
    told: Vec<(Side, u64, Told)>,
}

impl Log {
    fn new() -> Self {
        Self::with(FlowLimits::default())
    }

    fn with(limits: FlowLimits) -> Self {
        Self { flow: Flow::new(limits), frame: 0, told: Vec::new() }
    }

    fn of(packets: &[Packet]) -> Self {
        let mut log = Self::new();
        packets.iter().for_each(|packet| log.push(packet));
        log
    }

    fn push(&mut self, packet: &Packet) {
        self.frame += 1;
        let told = &mut self.told;
        self.flow.push(packet.side, &packet.segment(), origin(self.frame), &mut |side, at, piece| {
            told.push((side, at.frame, Told::of(piece)));
        });
    }

    fn flush(mut self) -> Self {
        let told = &mut self.told;
        self.flow.flush(&mut |side, at, piece| told.push((side, at.frame, Told::of(piece))));
        assert_eq!(self.flow.held_bytes(), 0);
        self
    }

    /// What was told, consecutive data of a side put together, without the frames.
    fn summary(&self) -> Vec<(Side, Told)> {
        let mut summary: Vec<(Side, Told)> = Vec::new();
        for (side, _, told) in &self.told {
            match (summary.last_mut(), told) {
                (Some((last, Told::Data(data))), Told::Data(more)) if last == side => data.extend(more),
                _ => summary.push((*side, told.clone())),
            }
        }
        summary
    }
}

impl Told {
    fn of(piece: Piece<'_>) -> Self {
        match piece {
            Piece::Start => Self::Start,
            Piece::Data(bytes) => {
                assert!(!bytes.is_empty());
                Self::Data(bytes.to_vec())
            }
            Piece::Gap { bytes } => {
                assert!(bytes > 0);
                Self::Gap(bytes)
            }
            Piece::End(end) => Self::End(end),
            Piece::Resumed => Self::Resumed,
        }
    }

    fn data(text: &str) -> Self {
        Self::Data(text.as_bytes().to_vec())
    }
}

/// How a conversation ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Close {
    Open,
    Fin,
    Rst,
}

/// The packets of a conversation in the order they were sent: requests and responses in turns, each acknowledging
/// everything before it.
struct Conversation {
    packets: Vec<Packet>,
    /// Next sequence numbers of client and server.
    next: [u32; 2],
}

impl Conversation {
    /// Where the client's and the server's stream begins.
    fn open(client: u32, server: u32) -> Self {
        let syn = TcpFlags::SYN;
        Self {
            packets: vec![
                Packet::new(C, client.wrapping_sub(1), 0, b"").with(syn).unacknowledging(),
                Packet::new(S, server.wrapping_sub(1), client, b"").with(syn),
                Packet::new(C, client, server, b""),
            ],
            next: [client, server],
        }
    }

    fn index(side: Side) -> usize {
        usize::from(side == S)
    }

    fn send(&mut self, side: Side, payload: &[u8], flags: TcpFlags) {
        let (own, other) = (self.next[Self::index(side)], self.next[Self::index(side.other())]);
        self.packets.push(Packet::new(side, own, other, payload).with(flags));
        let length = payload.len() as u32 + u32::from(flags.contains(TcpFlags::FIN));
        self.next[Self::index(side)] = own.wrapping_add(length);
    }

    /// A message in segments of at most `size` bytes; `acks`: the other side acknowledges each.
    fn say(&mut self, side: Side, message: &[u8], size: usize, acks: bool) {
        for chunk in message.chunks(size) {
            self.send(side, chunk, TcpFlags::empty());
            if acks {
                self.send(side.other(), b"", TcpFlags::empty());
            }
        }
    }

    fn close(&mut self, close: Close) {
        match close {
            Close::Open => {}
            Close::Fin => {
                self.send(C, b"", TcpFlags::FIN);
                self.send(S, b"", TcpFlags::empty());
                self.send(S, b"", TcpFlags::FIN);
                self.send(C, b"", TcpFlags::empty());
            }
            Close::Rst => self.send(C, b"", TcpFlags::RST),
        }
    }
}
