//! NetBIOS frames over LLC: links of stations 02:00:00:00:00:HOST, and sessions on them.

use std::cell::Cell;

use crate::bytes::{Bytes, bytes};
use crate::wire::End::{self, Client, Server};
use crate::wire::{Carrier, Wire};

pub(crate) const DM: u8 = 0x0f;
pub(crate) const DISC: u8 = 0x43;
pub(crate) const UA: u8 = 0x63;
pub(crate) const SABME: u8 = 0x6f;
pub(crate) const FRMR: u8 = 0x87;

pub(crate) const NAME_QUERY: u8 = 0x0a;
pub(crate) const NAME_RECOGNIZED: u8 = 0x0e;
pub(crate) const DATA_ACK: u8 = 0x14;
const DATA_FIRST_MIDDLE: u8 = 0x15;
const DATA_ONLY_LAST: u8 = 0x16;
const SESSION_CONFIRM: u8 = 0x17;
pub(crate) const SESSION_END: u8 = 0x18;
const SESSION_INITIALIZE: u8 = 0x19;
const NO_RECEIVE: u8 = 0x1a;
const RECEIVE_OUTSTANDING: u8 = 0x1b;
pub(crate) const SESSION_ALIVE: u8 = 0x1f;

/// Bytes of user data in one frame.
const LARGEST: usize = 1400;

/// A link between a client's station and a server's.
pub(crate) struct Link<'w> {
    pub(crate) wire: &'w Wire,
    hosts: [u8; 2],
    /// The next N(S) of each end.
    next: Cell<[u8; 2]>,
    /// The capture cuts the next frame to so many bytes.
    snap: Cell<Option<usize>>,
}

impl<'w> Link<'w> {
    /// A link that is set up.
    pub(crate) fn up(wire: &'w Wire, client: u8, server: u8) -> Self {
        let link = Self::midway(wire, client, server, 0);
        link.set_up();
        link
    }

    /// A link that is there, on which either end has sent so many frames.
    pub(crate) fn midway(wire: &'w Wire, client: u8, server: u8, sent: u8) -> Self {
        Self { wire, hosts: [client, server], next: Cell::new([sent, sent]), snap: Cell::new(None) }
    }

    /// SABME and its answer.
    pub(crate) fn set_up(&self) {
        self.next.set([0, 0]);
        self.unnumbered(Client, SABME);
        self.unnumbered(Server, UA);
        self.ready(Client);
        self.ready(Server);
    }

    /// A U frame.
    pub(crate) fn unnumbered(&self, from: End, function: u8) {
        self.frame(from, &[0xf0, 0xf0, function | 0x10]);
    }

    /// Receive ready: an acknowledgment of all that the other end sent.
    pub(crate) fn ready(&self, from: End) {
        self.frame(from, &[0xf0, 0xf1, 0x01, self.receive(from)]);
    }

    fn receive(&self, from: End) -> u8 {
        self.next.get()[from.other() as usize] << 1
    }

    /// An I frame.
    pub(crate) fn information(&self, from: End, payload: &[u8]) {
        let mut next = self.next.get();
        let send = next[from as usize];
        next[from as usize] = (send + 1) % 128;
        self.next.set(next);
        self.frame(from, &bytes().raw(&[0xf0, 0xf0, send << 1, self.receive(from)]).raw(payload).0);
    }

    /// The next frame numbers on from `send`: what an end sends again, or never sent.
    pub(crate) fn number(&self, from: End, send: u8) {
        let mut next = self.next.get();
        next[from as usize] = send;
        self.next.set(next);
    }

    /// The capture cuts the next frame to `length` bytes.
    pub(crate) fn cut(&self, length: usize) {
        self.snap.set(Some(length));
    }

    fn frame(&self, from: End, llc: &[u8]) {
        let [client, server] = self.hosts;
        let (source, target) = if from == Client { (client, server) } else { (server, client) };
        let length = u16::try_from(llc.len()).unwrap().to_be_bytes();
        let frame = bytes().raw(&[2, 0, 0, 0, 0, target, 2, 0, 0, 0, 0, source]).raw(&length).raw(llc);
        self.wire.send(from, frame.0);
        if let Some(length) = self.snap.take() {
            self.wire.cut_last(length);
        }
    }

    /// A frame between names, to all stations.
    pub(crate) fn names(&self, from: End, command: u8, number: u8, [destination, source]: [&str; 2]) {
        let header = bytes().u16(44).u16(0xefff).u8(command).u8(0).u16(number.into()).u32(0);
        let host = self.hosts[from as usize];
        let llc = bytes().raw(&[0xf0, 0xf0, 0x03]).raw(&header.raw(&name(destination)).raw(&name(source)).0);
        let length = u16::try_from(llc.0.len()).unwrap().to_be_bytes();
        let frame = bytes().raw(&[3, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, host]).raw(&length).raw(&llc.0);
        self.wire.send(from, frame.0);
    }

    /// A session that begins, with its numbers at the client and at the server.
    pub(crate) fn session(&self, client: u8, server: u8) -> NetBeui<'_> {
        let session = self.session_midway(client, server);
        session.send(Client, SESSION_INITIALIZE, 0x5ca, b"");
        session.send(Server, SESSION_CONFIRM, 0x5bc, b"");
        session
    }

    /// A session that is there.
    pub(crate) fn session_midway(&self, client: u8, server: u8) -> NetBeui<'_> {
        NetBeui { link: self, numbers: [client, server], has_no_room: Cell::new(false) }
    }
}

/// A name and its suffix.
fn name(text: &str) -> [u8; 16] {
    let (text, suffix) = text.split_once('#').unwrap();
    let mut name = [b' '; 16];
    name[..text.len()].copy_from_slice(text.as_bytes());
    name[15] = u8::from_str_radix(suffix, 16).unwrap();
    name
}

/// A NetBEUI session.
pub(crate) struct NetBeui<'l> {
    pub(crate) link: &'l Link<'l>,
    numbers: [u8; 2],
    /// Of the next message the receiver takes the first part alone, and has the rest sent again.
    pub(crate) has_no_room: Cell<bool>,
}

impl NetBeui<'_> {
    /// A frame of the session.
    pub(crate) fn send(&self, from: End, command: u8, data2: usize, data: &[u8]) {
        let (mine, theirs) = (self.numbers[from as usize], self.numbers[from.other() as usize]);
        let header: Bytes = bytes().u16(14).u16(0xefff).u8(command).u8(0).u16(data2).u32(0);
        self.link.information(from, &header.u8(theirs).u8(mine).raw(data).0);
    }

    /// A part of a message.
    pub(crate) fn part(&self, from: End, last: bool, resync: bool, data: &[u8]) {
        self.send(from, if last { DATA_ONLY_LAST } else { DATA_FIRST_MIDDLE }, resync.into(), data);
    }

    /// An end ends the session.
    pub(crate) fn end(&self, from: End) {
        self.send(from, SESSION_END, 0, b"");
    }
}

impl Carrier for NetBeui<'_> {
    fn message(&self, from: End, message: &[u8]) {
        let parts = message.len().div_ceil(LARGEST);
        for (part, data) in (1..).zip(message.chunks(LARGEST)) {
            self.part(from, part == parts, false, data);
            if part == 2 && self.has_no_room.take() {
                self.send(from.other(), NO_RECEIVE, LARGEST, b"");
                self.send(from.other(), RECEIVE_OUTSTANDING, LARGEST, b"");
                self.part(from, part == parts, true, data);
            }
        }
    }
}
