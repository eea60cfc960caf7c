//! The wire: TCP connections between hosts of 10.0.0.0/24, a clock, and a capture that may miss some of it.

use std::cell::{Cell, RefCell};

use smbscope::capture::{LinkType, Origin};
use smbscope::wire::Timestamp;

use crate::bytes::bytes;
use crate::common::Owned;

/// The end of a connection that sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Client,
    Server,
}

use End::{Client, Server};

impl End {
    pub(crate) fn other(self) -> Self {
        if self == Client { Server } else { Client }
    }
}

/// A network with a capture running.
pub(crate) struct Wire {
    now: Cell<i64>,
    packets: RefCell<Vec<Owned>>,
    sent: Cell<u64>,
    /// What the capture hears.
    hears: Cell<[bool; 2]>,
    ports: Cell<u16>,
    /// The number of the capture, and how many packets are in those before it.
    capture: Cell<(u32, usize)>,
}

const SECOND: i64 = 1_000_000_000;
const START: i64 = 1_000_000_000 * SECOND;

impl Wire {
    pub(crate) fn new() -> Self {
        Self {
            now: Cell::new(START),
            packets: RefCell::default(),
            sent: Cell::new(0),
            hears: Cell::new([true, true]),
            ports: Cell::new(1040),
            capture: Cell::default(),
        }
    }

    /// A TCP connection from 10.0.0.`client` to port 445 of 10.0.0.`server`, by a handshake.
    pub(crate) fn connect(&self, client: u8, server: u8) -> Tcp<'_> {
        self.ports.set(self.ports.get() + 1);
        self.connect_by(client, self.ports.get(), server, 445)
    }

    /// A TCP connection between given ports.
    pub(crate) fn connect_by(&self, client: u8, client_port: u16, server: u8, server_port: u16) -> Tcp<'_> {
        let isn = u32::try_from(self.sent.get()).unwrap().wrapping_mul(100_000);
        let tcp = Tcp {
            wire: self,
            ends: [(client, client_port), (server, server_port)],
            next: Cell::new([isn.wrapping_add(1_000), isn.wrapping_add(0xffff_fff0)]),
            hole: Cell::new(None),
        };
        tcp.segment(Client, SYN, b"");
        tcp.segment(Server, SYN | ACK, b"");
        tcp.segment(Client, ACK, b"");
        tcp
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: f64) {
        self.now.set(self.now.get() + (seconds * 1e9) as i64);
    }

    /// Goes on to the moment `seconds` after the start.
    pub(crate) fn until(&self, seconds: f64) {
        self.now.set(START + (seconds * 1e9) as i64);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.now.get())
    }

    /// What is sent while `talk` runs is missing from the capture.
    pub(crate) fn unseen<T>(&self, talk: impl FnOnce() -> T) -> T {
        let before = self.hears.replace([false, false]);
        let told = talk();
        self.hears.set(before);
        told
    }

    /// From here on the capture has only what `end` sends.
    pub(crate) fn hear_only(&self, end: End) {
        self.hears.set([end == Client, end == Server]);
    }

    /// From here on the capture has nothing.
    pub(crate) fn hear_nothing(&self) {
        self.hears.set([false, false]);
    }

    /// From here on the capture has everything.
    pub(crate) fn hear_all(&self) {
        self.hears.set([true, true]);
    }

    /// From here on packets are in the next capture.
    pub(crate) fn next_capture(&self) {
        let (capture, _) = self.capture.get();
        self.capture.set((capture + 1, self.packets.borrow().len()));
    }

    pub(crate) fn packets(&self) -> Vec<Owned> {
        self.packets.borrow().clone()
    }

    pub(crate) fn send(&self, from: End, data: Vec<u8>) {
        if self.hears.get()[from as usize] {
            return self.packet(LinkType(1), data);
        }
        self.now.set(self.now.get() + 1_000_000);
        self.sent.set(self.sent.get() + 1);
    }

    /// Any packet at all.
    pub(crate) fn packet(&self, link: LinkType, data: Vec<u8>) {
        self.now.set(self.now.get() + 1_000_000);
        self.sent.set(self.sent.get() + 1);
        let mut packets = self.packets.borrow_mut();
        let (capture, before) = self.capture.get();
        let frame = (packets.len() - before) as u64 + 1;
        let origin = Origin { time: self.now(), capture, frame };
        let length = data.len() as u32;
        packets.push(Owned { origin, link, data, length });
    }

    /// The capture has only the first bytes of the last packet.
    pub(crate) fn cut_last(&self, length: usize) {
        self.packets.borrow_mut().last_mut().unwrap().data.truncate(length);
    }

    /// The capture has only the first bytes of all packets so far.
    pub(crate) fn cut_all(&self, length: usize) {
        self.packets.borrow_mut().iter_mut().for_each(|packet| packet.data.truncate(length));
    }
}

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// A TCP connection.
pub(crate) struct Tcp<'w> {
    pub(crate) wire: &'w Wire,
    ends: [(u8, u16); 2],
    /// The next sequence number of each end.
    next: Cell<[u32; 2]>,
    /// What the capture misses of the next bytes.
    hole: Cell<Option<(usize, usize)>>,
}

/// What carries the messages of SMB.
pub(crate) trait Carrier {
    /// A message from an end.
    fn message(&self, from: End, message: &[u8]);
}

impl Carrier for Tcp<'_> {
    /// A message behind a NetBIOS session service header.
    fn message(&self, from: End, message: &[u8]) {
        self.frame(from, 0, message);
    }
}

impl Tcp<'_> {
    /// The last bytes of the client's and of the server's address.
    pub(crate) fn hosts(&self) -> [u8; 2] {
        self.ends.map(|(host, _)| host)
    }

    /// A NetBIOS session service packet.
    pub(crate) fn frame(&self, from: End, kind: u8, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        self.data(from, &bytes().u8(kind).raw(&length[1..]).raw(payload).0);
    }

    /// The capture misses `count` bytes of the next message, from the byte `at` on, counted from the first of its
    /// NetBIOS header.
    pub(crate) fn miss(&self, at: usize, count: usize) {
        self.hole.set(Some((at, count)));
    }

    /// Bytes, in one segment, or three if the capture misses some.
    pub(crate) fn data(&self, from: End, payload: &[u8]) {
        let Some((at, count)) = self.hole.take() else { return self.segment(from, ACK | 0x08, payload) };
        let (before, rest) = payload.split_at(at);
        let (missing, after) = rest.split_at(count);
        for (part, seen) in [(before, true), (missing, false), (after, true)] {
            match (part, seen) {
                ([], _) => {}
                (_, true) => self.segment(from, ACK | 0x08, part),
                (_, false) => self.wire.unseen(|| self.segment(from, ACK | 0x08, part)),
            }
        }
    }

    /// An empty acknowledgment of all that the other end sent.
    pub(crate) fn ack(&self, from: End) {
        self.segment(from, ACK, b"");
    }

    pub(crate) fn fin(&self, from: End) {
        self.segment(from, FIN | ACK, b"");
    }

    /// A FIN that `from` has not sent: it goes on with the number that the FIN takes.
    pub(crate) fn forged_fin(&self, from: End) {
        let next = self.next.get();
        self.fin(from);
        self.next.set(next);
    }

    pub(crate) fn rst(&self, from: End) {
        self.segment(from, RST | ACK, b"");
    }

    /// Both ends finish.
    pub(crate) fn end(&self) {
        self.fin(Client);
        self.fin(Server);
        self.ack(Client);
    }

    fn segment(&self, from: End, flags: u8, payload: &[u8]) {
        let [client, server] = self.ends;
        let (source, target) = if from == Client { (client, server) } else { (server, client) };
        let mut next = self.next.get();
        let (seq, ack) = (next[from as usize], next[from.other() as usize]);
        let ack = if flags & ACK == 0 { 0 } else { ack };
        let advance = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        next[from as usize] = seq.wrapping_add(advance);
        self.next.set(next);

        let ethernet = [2, 0, 0, 0, 0, target.0, 2, 0, 0, 0, 0, source.0, 0x08, 0x00];
        let total = u16::try_from(40 + payload.len()).unwrap().to_be_bytes();
        let ip = [0x45, 0, total[0], total[1], 0, 0, 0x40, 0, 64, 6, 0, 0];
        let addresses = [10, 0, 0, source.0, 10, 0, 0, target.0];
        let mut tcp = Vec::new();
        tcp.extend_from_slice(&source.1.to_be_bytes());
        tcp.extend_from_slice(&target.1.to_be_bytes());
        tcp.extend_from_slice(&seq.to_be_bytes());
        tcp.extend_from_slice(&ack.to_be_bytes());
        tcp.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        self.wire.send(from, [&ethernet[..], &ip, &addresses, &tcp, payload].concat());
    }
}
