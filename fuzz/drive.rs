//! What the fuzz targets, and the test that replays their seeds, do with bytes: drive them through the whole path and
//! assert what must be true whatever they are.
#![allow(dead_code, reason = "each target uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::time::Duration;

use smbscope::auth::Who;
use smbscope::capture::{Capture, Info, LinkType, Packet};
use smbscope::dcerpc::ndr::{Asked, Encoding, Syntax};
use smbscope::dissect::Dissector;
use smbscope::interface::{IREMOTEWINSPOOL, Parameters, SPOOLSS};
use smbscope::ledger::{Ledger, Verdict};
use smbscope::report::{NetSession, NullSessions, Options};
use smbscope::session::{
    Analyzer, ConnectionEvent, ConnectionId, Event, EventKind, Loss, Notice, Pdu, Sink, Transport,
};
use smbscope::wire::Timestamp;

/// The bytes of a capture file.
pub(crate) fn file(bytes: &[u8]) {
    let ours = Cursor::new(bytes.to_vec());
    let Ok(mut capture) = Capture::from_reader(ours, "fuzz") else { return };
    let mut path = Path::default();
    while let Ok(Some(packet)) = capture.next() {
        path.push(&packet);
    }
    let info = capture.info();
    assert!(info.first <= info.last, "{info:?}");
    assert_eq!(info.packets, path.pushed + info.too_large, "{info:?}");
    path.finish(Some(info));
}

/// Records of a control byte, a length of two bytes and a TCP payload; see [`Control`].
pub(crate) fn packets(bytes: &[u8]) {
    let mut flows = [Flow::default(); FLOWS];
    let mut path = Path::default();
    let mut rest = bytes;
    let mut clock = 0;
    while let [control, low, high, after @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(after.len());
        let (payload, after) = after.split_at(length);
        rest = after;
        let control = Control::from_byte(*control);
        clock += control.seconds();
        path.frame(clock, &flows[control.flow].segment(control, payload));
    }
    path.finish(None);
}

/// A byte that says how the stub is written (bit 0: `IRemoteWinspool`, 1: NDR64, 2: big-endian, 3: a response, with the
/// level or name in bits 4 to 7), the opnum, and the stub.
pub(crate) fn stub(bytes: &[u8]) {
    let [how, opnum, stub @ ..] = bytes else { return };
    let interface = if how & 1 == 0 { &SPOOLSS } else { &IREMOTEWINSPOOL };
    let syntax = if how & 2 == 0 { Syntax::Ndr } else { Syntax::Ndr64 };
    let encoding = Encoding { syntax, big_endian: how & 4 != 0 };
    let Some(procedure) = interface.procedure(u16::from(*opnum)) else { return };
    let call = if how & 8 == 0 {
        procedure.request(stub, encoding)
    } else {
        let mut asked = Asked::default();
        asked.level = Some(u32::from(how >> 4));
        procedure.response(stub, encoding, &asked)
    };
    let Some(call) = call else { return };
    let unread = call.arguments.unread;
    assert!(unread <= stub.len());
    assert!(unread == 0 || matches!(procedure.parameters, Parameters::All(_)));
    let json = serde_json::to_string(&call.arguments.fields).unwrap();
    assert!(json.len() < 10_000 + 200 * stub.len(), "{} bytes of {}", json.len(), stub.len());
    assert!(smbscope::rprn::signs(&call.arguments.fields).count() <= stub.len());
}

/// The connections of [`packets`]: 0 to 4 to port 445, 5 and 6 to port 139, 7 to a port that says nothing.
const FLOWS: usize = 8;

/// The control byte of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    /// Bits 0 to 2: which connection.
    pub flow: usize,
    /// Bit 3: the server sends.
    pub from_server: bool,
    /// Bits 4 and 5: nothing, a session message's header before the payload, a gap before it, the same bytes again.
    pub how: u8,
    /// Bits 6 and 7: nothing, SYN, FIN, RST. With a SYN the payload goes in the next packet.
    pub flag: u8,
}

impl Control {
    pub(crate) fn from_byte(byte: u8) -> Self {
        Self { flow: usize::from(byte & 7), from_server: byte & 8 != 0, how: byte >> 4 & 3, flag: byte >> 6 }
    }

    pub(crate) fn to_byte(self) -> u8 {
        self.flow as u8 | u8::from(self.from_server) << 3 | self.how << 4 | self.flag << 6
    }

    /// How much later than the one before it the packet is.
    fn seconds(self) -> i64 {
        if self.how == 2 { 60 } else { 1 }
    }
}

#[derive(Clone, Copy, Default)]
struct Flow {
    /// The next sequence number of client and server.
    next: [u32; 2],
}

impl Flow {
    /// An IPv4 packet without a link layer.
    fn segment(&mut self, control: Control, payload: &[u8]) -> Vec<u8> {
        let [sender, receiver] = if control.from_server { [1, 0] } else { [0, 1] };
        let port = match control.flow {
            0..=4 => 445,
            5 | 6 => 139,
            _ => 5000_u16,
        };
        let client = 49152 + control.flow as u16;
        let [source, destination] = if control.from_server { [port, client] } else { [client, port] };
        let mut data = Vec::new();
        if control.how == 1 {
            data.extend((payload.len() as u32).to_be_bytes());
        }
        data.extend(payload);
        let flags = match control.flag {
            0 => 0x10,
            1 => 0x02 | if control.from_server { 0x10 } else { 0 },
            2 => 0x11,
            _ => 0x14,
        };
        match control.how {
            2 => self.next[sender] = self.next[sender].wrapping_add(100),
            3 => self.next[sender] = self.next[sender].wrapping_sub(data.len() as u32),
            _ => {}
        }
        if control.flag == 1 {
            data.clear();
        }
        let mut packet = Vec::with_capacity(40 + data.len());
        packet.extend([0x45, 0]);
        packet.extend((40 + data.len() as u16).to_be_bytes());
        packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]); // no fragment, TCP
        packet.extend([192, 0, 2, 1 + sender as u8, 192, 0, 2, 1 + receiver as u8]);
        packet.extend(source.to_be_bytes());
        packet.extend(destination.to_be_bytes());
        packet.extend(self.next[sender].to_be_bytes());
        packet.extend(self.next[receiver].to_be_bytes());
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(&data);
        let phantom = u32::from(control.flag == 1 || control.flag == 2);
        self.next[sender] = self.next[sender].wrapping_add(data.len() as u32 + phantom);
        packet
    }
}

/// The whole path, listened to.
#[derive(Default)]
struct Path {
    analyzer: Analyzer,
    listener: Listener,
    pushed: u64,
}

impl Path {
    fn frame(&mut self, seconds: i64, data: &[u8]) {
        let time = Timestamp::from_parts(seconds, 0);
        self.push(&Packet::new(data, time, LinkType::IPV4));
    }

    fn push(&mut self, packet: &Packet<'_>) {
        assert!(packet.data.len() as u64 <= u64::from(packet.length.max(packet.data.len() as u32)));
        self.pushed += 1;
        self.listener.frame = packet.origin.frame.max(self.pushed);
        self.analyzer.push(packet, &mut self.listener);
    }

    fn finish(mut self, info: Option<&Info>) {
        if let Some(info) = info {
            self.analyzer.capture(info, &mut self.listener);
        }
        self.analyzer.finish(&mut self.listener);
        let counts = self.analyzer.counts();
        assert_eq!(counts.packets, self.pushed);
        assert!(counts.segments + counts.unreadable_packets <= counts.packets, "{counts:?}");
        let Listener { ledger, gaps, gap_bytes, unreadable, evicted, .. } = &mut self.listener;
        let losses = ledger.losses();
        assert_eq!((losses.gaps, losses.gap_bytes), (*gaps, *gap_bytes));
        assert_eq!(losses.unreadable, *unreadable);
        for (table, count) in &losses.evictions {
            assert!(evicted.get(table).is_none_or(|told| told <= count), "{table}");
        }
        judge_all(ledger);
        for (grace, all, width) in [(0, true, 80), (90, false, 40)] {
            let grace = Duration::from_secs(grace);
            let options = Options::default().grace(grace).all(all);
            let report = NullSessions::new(ledger, info, counts, options);
            assert!(!report.text(width).to_string().is_empty());
            assert!(serde_json::to_string(&report).is_ok());
            let tables = NetSession::new(ledger, None, grace, Some(10));
            assert!(!tables.text(width).to_string().is_empty() && serde_json::to_string(&tables).is_ok());
        }
    }
}

/// Hears events, asserts their order and hands them on to a ledger.
#[derive(Default)]
struct Listener {
    ledger: Ledger,
    dissector: Dissector,
    /// The packet that is being read.
    frame: u64,
    open: BTreeSet<ConnectionId>,
    ended: BTreeSet<ConnectionId>,
    netbeui: BTreeSet<ConnectionId>,
    gaps: u64,
    gap_bytes: u64,
    unreadable: u64,
    evicted: BTreeMap<&'static str, u64>,
}

impl Sink for Listener {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.dissector.pdu(pdu, |dissection| {
            assert!(
                dissection.message.is_some() || !dissection.anomalies.is_empty(),
                "skipped in silence: {pdu:?}"
            );
            assert!(serde_json::to_value(&dissection.message).is_ok());
        });
    }

    fn event(&mut self, event: Event) {
        let Event { at, connection, kind } = &event;
        assert!(at.frame <= self.frame, "an event of a packet that is still to come: {event:?}");
        self.count(kind);
        let Some(connection) = connection else {
            // What datagrams and other packets tell belongs to no connection.
            let of_none = matches!(
                kind,
                EventKind::Notice(Notice::Computer(_)) | EventKind::Loss(_) | EventKind::Capture(_)
            );
            assert!(of_none, "outside of any connection: {event:?}");
            return self.ledger.event(event);
        };
        assert!(connection.first().frame <= self.frame, "a connection before its first packet: {event:?}");
        match kind {
            EventKind::Connection(ConnectionEvent::Opened { transport, .. }) => {
                if *transport == Transport::NetBeui {
                    self.netbeui.insert(*connection);
                }
                assert!(self.open.insert(*connection), "opened twice: {event:?}");
                assert!(!self.ended.contains(connection), "opened after its end: {event:?}");
            }
            EventKind::Connection(ConnectionEvent::Closed { .. }) => {
                assert!(self.open.remove(connection), "ended without a beginning: {event:?}");
                self.ended.insert(*connection);
            }
            EventKind::Notice(Notice::Computer(_)) | EventKind::Loss(Loss::Unseen(_)) => {}
            EventKind::Connection(ConnectionEvent::Resumed { .. }) => {
                assert!(self.ended.remove(connection), "resumed without an end: {event:?}");
                assert!(self.open.insert(*connection), "resumed while it is open: {event:?}");
            }
            _ => {
                assert!(self.open.contains(connection), "outside its connection's life: {event:?}");
            }
        }
        if let EventKind::Connection(ConnectionEvent::Gap { bytes, .. }) = kind {
            // Frames that are missing have no known length.
            assert!(*bytes > 0 || self.netbeui.contains(connection), "{event:?}");
        }
        self.ledger.event(event);
    }
}

impl Listener {
    fn count(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Connection(ConnectionEvent::Gap { bytes, .. }) => {
                self.gaps += 1;
                self.gap_bytes = self.gap_bytes.saturating_add(*bytes);
            }
            EventKind::Loss(Loss::Unreadable { .. }) => self.unreadable += 1,
            EventKind::Loss(Loss::Evicted { table }) => *self.evicted.entry(table.as_str()).or_default() += 1,
            _ => {}
        }
    }
}

/// Judges every session and walks all that belongs to it.
fn judge_all(ledger: &Ledger) {
    for (row, session) in ledger.sessions() {
        for grace in [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(90), Duration::MAX] {
            let judgement = ledger.judge(row, grace).expect("a session has a verdict");
            assert!(!judgement.why.is_empty());
            let ended = matches!(judgement.verdict, Verdict::Closed | Verdict::Abandoned);
            let goes_on = matches!(
                judgement.verdict,
                Verdict::Hung | Verdict::Leaked | Verdict::Lingering | Verdict::Open
            );
            assert!(!(ended && session.closed.is_none()), "{judgement:?} of a session that goes on");
            assert!(!(goes_on && session.closed.is_some()), "{judgement:?} of a session that ended");
            if grace == Duration::MAX {
                let accuses = matches!(judgement.verdict, Verdict::Hung | Verdict::Leaked);
                assert!(!accuses, "{judgement:?} within the grace");
            }
        }
        assert!(!session.connections.is_empty(), "{session:?}");
        assert_eq!(session.used.first.later(session.used.last), session.used.last, "{session:?}");
        for tree in ledger.trees(session) {
            // An SMB1 tree is open to every session of its connection, and goes on without the one that asked for it.
            let is_own = tree.session == row;
            assert!(is_own || tree.id.is_smb1(), "{tree:?} of another session than {row:?}");
            let may_go_on = session.closed.is_none() || tree.id.is_smb1();
            assert!(may_go_on || tree.closed.is_some(), "{tree:?} outlives its session");
            for open in ledger.opens_in(session, tree) {
                let holder_ended = tree.closed.is_some() || session.closed.is_some();
                assert!(!holder_ended || open.closed.is_some(), "{open:?} outlives what holds it");
                for handle in ledger.handles(open) {
                    let bytes = handle.handle.to_string();
                    assert_eq!(bytes.len(), 40, "{bytes}");
                }
            }
        }
    }
    for refusal in ledger.refusals() {
        assert!(refusal.slots.low <= refusal.slots.high, "{refusal:?}");
    }
    count_slots(ledger);
}

/// Slots in use are those of the sessions that are open and of the connections that were denied one, and nothing else.
fn count_slots(ledger: &Ledger) {
    for server in ledger.servers() {
        let open =
            server.open_sessions.iter().map(|row| ledger.session(*row).expect("an open session has a row"));
        let (mut sessions, mut null) = (0_u64, 0_u64);
        for session in open {
            assert!(session.closed.is_none() && session.server_row == Some(server.row), "{session:?}");
            sessions += 1;
            null += u64::from(session.identity.who == Who::Null && !session.unanswered);
        }
        let now = server.slots.now;
        assert!(null <= now.low && now.low <= now.high && now.high <= sessions, "{server:?}");
        assert!(server.slots.points.is_sorted_by_key(|point| point.at), "{server:?}");
        assert!(server.slots.points.last().is_none_or(|last| last.slots == now), "{server:?}");
    }
}
