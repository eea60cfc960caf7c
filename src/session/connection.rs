//! One connection: its bytes become frames, and the frames go to the dialect they are of. NetBEUI brings them whole.

mod netbeui;

mod unread;

use core::cell::RefCell;

pub(super) use netbeui::LinkState;

use super::context::Context;
use super::cut::{self, Remains};
use super::event::{ConnectionEnd, ConnectionEvent, Direction, Doubt, Event, Loss, Party, Transport};
use super::ids::ConnectionId;
use super::limits::Limits;
use super::loss::Table;
use super::missing::{Answered, Missing};
use super::out::{Ends, Out, Outlet};
use super::pdu::{Content, Stream};
use super::rpc::{self, RpcOverTcp};
use super::smb1::Smb1;
use super::smb2::Smb2;
use super::tables::Tables;
use crate::capture::Origin;
use crate::error::Layer;
use crate::net::{Endpoint, FlowKey, Segment, Side, TcpFlags};
use crate::netbios::{
    Frame, Framed, Framer, NegativeReason, PacketType, SessionRequest, begins_with_magic, looks_like_smb,
};
use crate::smb1;
use crate::smb2;
use crate::smb2::transform::{Compressed, Encrypted};
use crate::tcp::{End, Piece, is_after};

/// Bytes of a connection on an unknown port that are looked through for SMB before it is left alone.
const SNIFFED: u64 = 16 * 1024;
/// Bytes of the body of an SMB2 CLOSE request, up to the end of its FileId.
const CLOSE_BODY: usize = 24;
/// Bytes that a compressed message is inflated to: more than messages have, but for the data of files, whose head is
/// enough. Small messages of great content cost no more than this.
const MAX_INFLATED: usize = 1 << 17;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) id: ConnectionId,
    stream: Stream,
    key: FlowKey,
    client: Option<Side>,
    transport: Transport,
    /// The first packet.
    first: Origin,
    start_seen: bool,
    standing: Standing,
    /// Its port says that it carries SMB, so it is never given up.
    is_known_port: bool,
    /// Bytes looked through while undecided.
    sniffed: u64,
    framers: PerSide<Framer>,
    /// A frame was seen of this side, so what is skipped from now on was missed and not before the capture.
    in_sync: PerSide<bool>,
    smb1: Option<Box<Smb1>>,
    smb2: Option<Box<Smb2>>,
    /// The calls of a connection that carries DCE/RPC.
    rpc: Option<Box<RpcOverTcp>>,
    tables: Tables,
    missing: Missing,
    last: PerSide<Option<Origin>>,
    /// The last packet of each side that sent something new.
    arrived: PerSide<Option<Origin>>,
    /// The last packet of each side before which nothing is missing, but for what is known to be.
    whole: PerSide<Option<Origin>>,
    /// The last piece of each stream that was read.
    read: PerSide<Option<Origin>>,
    /// Bytes of the streams so far.
    bytes: PerSide<u64>,
    /// Sequence number behind the last byte or the FIN of each side.
    sent: PerSide<u32>,
    /// The last byte of the other side that each side acknowledged.
    acknowledged: PerSide<Option<u32>>,
    ends: PerSide<Option<(Origin, End)>>,
    /// A single byte is missing here, and nothing came after it yet: a FIN that was not captured.
    missed_fin: PerSide<Option<Origin>>,
    /// Data of this side was captured.
    heard: PerSide<bool>,
    /// A message of SMB was read, its header and more.
    spoke: bool,
    /// The server sent one.
    server_spoke: bool,
    /// Bytes are missing from the capture.
    missed: bool,
    /// More was read than keep-alives.
    talks: bool,
    /// Its first bytes show that it carries something else than its port says.
    is_something_else: bool,
    /// Packets so far.
    packets: u64,
    closed: bool,
}

/// Whether a connection carries SMB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// No SMB was seen yet.
    Undecided,
    /// It does.
    Smb,
    /// It carries DCE/RPC.
    Rpc,
    /// It does not.
    Other,
}

/// One thing for each end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PerSide<T> {
    low: T,
    high: T,
}

impl<T> PerSide<T> {
    pub(super) const fn get(&self, side: Side) -> &T {
        match side {
            Side::Low => &self.low,
            Side::High => &self.high,
        }
    }

    pub(super) const fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Low => &mut self.low,
            Side::High => &mut self.high,
        }
    }
}

impl Connection {
    /// A connection of which `segment` is the first that was captured.
    pub(super) fn new(stream: u32, segment: &Segment<'_>, at: Origin) -> Self {
        let (key, side) = segment.flow();
        let syn = segment.flags.contains(TcpFlags::SYN);
        let server_by_port = match (service(key.low), service(key.high)) {
            (Some(_), None) => Some(Side::Low),
            (None, Some(_)) => Some(Side::High),
            _ => None,
        };
        // Where both ends open the connection at once, only the port tells.
        let client = server_by_port.map(Side::other).or(match (syn, segment.flags.contains(TcpFlags::ACK)) {
            (true, false) => Some(side),
            (true, true) => Some(side.other()),
            (false, _) => None,
        });
        let service = client.and_then(|client| service(key.endpoint(client.other())));
        let transport = service.unwrap_or(Transport::Direct);
        let connection = Self::begun(Stream::Tcp(stream), key, client, transport, at, syn);
        Self { is_known_port: service.is_some(), ..connection }
    }

    /// A connection of which nothing was read yet.
    fn begun(
        stream: Stream,
        key: FlowKey,
        client: Option<Side>,
        transport: Transport,
        first: Origin,
        syn: bool,
    ) -> Self {
        Self {
            id: ConnectionId::new(first, key.low, key.high),
            stream,
            key,
            client,
            transport,
            first,
            start_seen: syn,
            standing: Standing::Undecided,
            is_known_port: true,
            sniffed: 0,
            framers: PerSide { low: Framer::new(syn), high: Framer::new(syn) },
            in_sync: PerSide { low: syn, high: syn },
            smb1: None,
            smb2: None,
            rpc: None,
            tables: Tables::default(),
            missing: Missing::default(),
            last: PerSide::default(),
            arrived: PerSide::default(),
            whole: PerSide::default(),
            read: PerSide::default(),
            bytes: PerSide::default(),
            sent: PerSide::default(),
            acknowledged: PerSide::default(),
            ends: PerSide::default(),
            missed_fin: PerSide::default(),
            heard: PerSide::default(),
            spoke: false,
            server_spoke: false,
            missed: false,
            talks: false,
            is_something_else: false,
            packets: 0,
            closed: false,
        }
    }

    /// Its beginning was captured. Packets of a handshake may be captured in another order.
    pub(super) const fn starts(&mut self) {
        self.start_seen = true;
    }

    /// Notes a segment of a side, in the order of the capture.
    pub(super) fn saw(&mut self, side: Side, segment: &Segment<'_>, at: Origin) {
        let fin = segment.flags.contains(TcpFlags::FIN);
        let end = segment.seq.wrapping_add(segment.length).wrapping_add(fin.into());
        let sent = self.sent.get_mut(side);
        let last = self.last.get_mut(side);
        let arrived = self.arrived.get_mut(side);
        if last.is_none() || is_after(end, *sent) {
            *sent = end;
            *arrived = Some(at);
        } else if end == *sent && *arrived == *self.whole.get(side) {
            // It shows that nothing was sent since.
            *arrived = Some(at);
            *self.whole.get_mut(side) = Some(at);
        }
        *last = Some(at).max(*last);
        if let Some(ack) = segment.ack {
            let acknowledged = self.acknowledged.get_mut(side);
            if acknowledged.is_none_or(|before| is_after(ack, before)) {
                *acknowledged = Some(ack);
                // Who acknowledges more with the number of its FIN has not sent it.
                if end.wrapping_add(1) == *self.sent.get(side)
                    && segment.flags == TcpFlags::ACK
                    && !self.closed
                {
                    self.ends.get_mut(side).take_if(|(_, end)| *end == End::Fin);
                }
            }
        }
    }

    /// When the server was last seen: its last packet, or the client's if the server acknowledged all that came from
    /// there, whatever the order in which the two were captured.
    fn server_last(&self, client: Side) -> Option<Origin> {
        let (client_last, server_last) = (*self.last.get(client), *self.last.get(client.other()));
        let caught_up =
            self.acknowledged.get(client.other()).is_some_and(|ack| !is_after(*self.sent.get(client), ack));
        if caught_up { server_last.max(client_last) } else { server_last }
    }

    /// Counts a packet.
    pub(super) const fn count(&mut self) {
        self.packets = self.packets.saturating_add(1);
    }

    /// True if it is known to carry something else.
    pub(super) fn is_other(&self) -> bool {
        self.standing == Standing::Other
    }

    /// True if it ended.
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// True if it ended and remembers what was open on it, in case it goes on.
    pub(super) const fn remembers(&self) -> bool {
        self.closed && (self.smb1.is_some() || self.smb2.is_some())
    }

    /// Lets go of what was open on it when it ended: it is not waited for any longer that it goes on.
    pub(super) fn forget(&mut self) {
        self.tables = Tables::default();
        self.smb1 = None;
        self.smb2 = None;
    }

    fn out<'a>(&self, at: Origin, io: &'a mut Outlet<'_>) -> Out<'a> {
        Out { at, ends: self.ends(), limits: io.limits, sink: &mut *io.sink }
    }

    /// The ends, the client's first.
    pub(super) fn client_and_server(&self) -> (Endpoint, Endpoint) {
        let Ends { client, server, .. } = self.ends();
        (client, server)
    }

    fn ends(&self) -> Ends {
        let client = self.client.unwrap_or(Side::Low);
        let (client, server) = (self.key.endpoint(client), self.key.endpoint(client.other()));
        Ends { connection: self.id, stream: self.stream, client, server }
    }

    fn announce(&self, io: &mut Outlet<'_>) {
        let Ends { client, server, .. } = self.ends();
        let event = ConnectionEvent::Opened {
            client,
            server,
            transport: self.transport,
            start_seen: self.start_seen,
        };
        self.out(self.first, io).tell(event);
    }

    // Pieces of the stream

    /// The next piece of one direction.
    pub(super) fn piece(&mut self, side: Side, at: Origin, piece: Piece<'_>, io: &mut Outlet<'_>) {
        if piece == Piece::Resumed {
            self.resume(side, at, io);
        }
        if self.closed || self.standing == Standing::Other {
            return;
        }
        if self.standing == Standing::Undecided && !self.is_known_port {
            self.sniff_rpc(side, piece, io.limits);
        }
        if self.standing == Standing::Rpc {
            return self.rpc_piece(side, at, piece, io);
        }
        match piece {
            Piece::Data(bytes) => self.data(side, at, bytes, io),
            Piece::Gap { bytes } => {
                // A single byte is a FIN, or a keep-alive of TCP.
                self.missed |= bytes > 1;
                let may_be_fin = bytes == 1 && self.framers.get(side).is_in_sync();
                let read = self.read.get(side).unwrap_or(at);
                self.framed(side, read, at, io, |framer, _, mut out| framer.gap(bytes, &mut out));
                if may_be_fin && !self.framers.get(side).is_in_sync() {
                    // Between two frames.
                    *self.missed_fin.get_mut(side) = Some(at);
                }
                self.close_if_ended(at, io);
            }
            Piece::End(end) => {
                self.ends.get_mut(side).get_or_insert((at, end));
                self.close_if_ended(at, io);
            }
            _ => {}
        }
    }

    fn data(&mut self, side: Side, at: Origin, bytes: &[u8], io: &mut Outlet<'_>) {
        let count = self.bytes.get_mut(side);
        *count = count.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if let Some(at) = self.missed_fin.get_mut(side).take() {
            self.lost(side, self.whole_until(side), at, io);
        }
        // Where a stream began before the capture, what came before its first bytes may have been missed.
        let first = !core::mem::replace(self.heard.get_mut(side), true);
        if self.standing == Standing::Undecided {
            self.look_at(bytes, first);
        }
        if first && !self.start_seen && self.client == Some(side.other()) {
            self.lost(side, self.first, at, io);
        }
        if self.sniff(side, bytes) {
            self.framed(side, at, at, io, |framer, mut wanted, mut out| {
                framer.data(bytes, &mut wanted, &mut out)
            });
        }
        *self.whole.get_mut(side) = Some(at);
        *self.read.get_mut(side) = Some(at);
    }

    fn rpc_piece(&mut self, side: Side, at: Origin, piece: Piece<'_>, io: &mut Outlet<'_>) {
        let direction = self.direction(side);
        if let Piece::End(end) = piece {
            self.ends.get_mut(side).get_or_insert((at, end));
        }
        let out = self.out(at, io);
        if let Some(rpc) = &mut self.rpc {
            rpc.piece(direction, piece, out.limits, out);
        }
    }

    /// How a side ended, if it did.
    fn end(&self, side: Side) -> Option<(Origin, End)> {
        self.ends.get(side).or_else(|| self.missed_fin.get(side).map(|at| (at, End::Fin)))
    }

    fn close_if_ended(&mut self, at: Origin, io: &mut Outlet<'_>) {
        let ends = [self.end(Side::Low), self.end(Side::High)];
        let reset = ends.iter().flatten().any(|(_, end)| *end == End::Rst);
        if reset || ends.iter().all(Option::is_some) {
            self.flush_framers(at, io);
            self.close(io);
        }
    }

    /// False if these bytes show that the connection carries something else.
    fn sniff(&mut self, side: Side, bytes: &[u8]) -> bool {
        if self.standing != Standing::Undecided || self.is_known_port {
            return true;
        }
        let at_start = self.sniffed == 0 && *self.in_sync.get(side);
        self.sniffed = self.sniffed.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if (at_start && looks_like_smb(bytes) == Some(false)) || self.sniffed > SNIFFED {
            self.standing = Standing::Other;
            return false;
        }
        true
    }

    /// Begins with RPC if these are the first bytes of a PDU of it.
    fn sniff_rpc(&mut self, side: Side, piece: Piece<'_>, limits: &Limits) {
        let Piece::Data(bytes) = piece else { return };
        let Some(direction) = crate::dcerpc::looks_like_pdu(bytes).then(|| rpc::sender(bytes)) else {
            return;
        };
        let client = if direction == Direction::ToServer { side } else { side.other() };
        self.client.get_or_insert(client);
        self.standing = Standing::Rpc;
        self.rpc = Some(Box::new(RpcOverTcp::new(limits)));
    }

    /// Lets the framer of a side work at `at`, and takes what it frames: what it has of frames came with `read`.
    fn framed(
        &mut self,
        side: Side,
        read: Origin,
        at: Origin,
        io: &mut Outlet<'_>,
        work: impl FnOnce(&mut Framer, &mut dyn FnMut(&[u8]) -> Option<usize>, &mut dyn FnMut(Framed<'_>)),
    ) {
        // The framer is taken out while it lends frames to what it belongs to.
        let mut framer = core::mem::replace(self.framers.get_mut(side), Framer::new(false));
        {
            let state = RefCell::new((&mut *self, io));
            work(&mut framer, &mut |head| state.borrow().0.wanted(side, head), &mut |framed| {
                let (connection, io) = &mut *state.borrow_mut();
                let at = if matches!(framed, Framed::Frame(_)) { read } else { at };
                connection.take(side, at, framed, io);
            });
        }
        *self.framers.get_mut(side) = framer;
    }

    /// How much of a message is needed, told by its head; `None` if it is none of SMB, and no raw data are due.
    fn wanted(&self, side: Side, head: &[u8]) -> Option<usize> {
        // Where nothing else says who is the client, the first frame will. Until then no data is known to be a file's.
        let direction = self.direction(side);
        let by_server = direction == Direction::ToClient;
        if head.starts_with(&smb1::Header::PROTOCOL) {
            return Some(smb1::wanted(head, by_server, |header, fid| {
                self.smb1.as_ref().is_none_or(|smb1| smb1.is_pipe(header, fid, &self.tables))
            }));
        }
        if begins_with_magic(head) != Some(true) {
            return self.smb1.as_ref()?.raw_wanted(direction, &self.tables);
        }
        Some(smb2::wanted(head, by_server, |header, file| {
            self.smb2.as_ref().is_none_or(|smb2| smb2.is_pipe(header, file, &self.tables))
        }))
    }

    fn take(&mut self, side: Side, at: Origin, framed: Framed<'_>, io: &mut Outlet<'_>) {
        match framed {
            Framed::Frame(frame) => {
                *self.in_sync.get_mut(side) = true;
                self.frame(side, at, &frame, io);
            }
            Framed::Gap { bytes, inside } => self.gap(side, at, bytes, inside, io),
            Framed::Junk { bytes } => {
                // What was skipped to find the first frame of a capture begun mid-stream is no loss.
                if *self.in_sync.get(side) && self.standing == Standing::Smb {
                    self.out(at, io).tell(Loss::PassedOver { layer: Layer::NetBios, bytes });
                    self.lost(side, self.whole_until(side), at, io);
                }
            }
        }
    }

    // Frames

    fn frame(&mut self, side: Side, at: Origin, frame: &Frame<'_>, io: &mut Outlet<'_>) {
        self.decide(side, frame, io);
        let from_client = self.client.is_none_or(|client| client == side);
        let direction = if from_client { Direction::ToServer } else { Direction::ToClient };
        let mut out = self.out(at, io);
        if frame.kind != PacketType::SESSION_MESSAGE {
            out.pdu(direction, Content::Session(frame));
        }
        match frame.kind {
            PacketType::SESSION_MESSAGE => self.message(side, at, frame, io),
            PacketType::SESSION_REQUEST => match SessionRequest::parse(frame.payload) {
                Ok(request) => {
                    let (called, calling) = (request.called.name, request.calling.name);
                    out.tell(ConnectionEvent::NetBiosNamed { called, calling });
                }
                Err(error) => out.unreadable(error),
            },
            PacketType::NEGATIVE_SESSION_RESPONSE => {
                let reason = frame.payload.first().copied().map(NegativeReason);
                if let Some(reason) = reason.filter(|reason| reason.is_limit()) {
                    out.tell(ConnectionEvent::NetBiosRefused { reason: reason.0 });
                }
            }
            _ => {}
        }
    }

    /// The first frame of a connection decides that it is SMB, and who is the server if nothing else has. A keep-alive
    /// says nothing of what the connection carries.
    fn decide(&mut self, side: Side, frame: &Frame<'_>, io: &mut Outlet<'_>) {
        if self.standing != Standing::Undecided || frame.kind == PacketType::SESSION_KEEP_ALIVE {
            return;
        }
        if self.client.is_none() {
            let from_server = match frame.kind {
                PacketType::SESSION_MESSAGE if frame.payload.starts_with(&smb1::Header::PROTOCOL) => {
                    smb1::Header::parse(frame.payload).is_ok_and(|(_, header)| header.is_response())
                }
                PacketType::SESSION_MESSAGE => {
                    smb2::Header::parse(frame.payload).is_ok_and(|(_, header)| header.is_response())
                }
                kind => kind != PacketType::SESSION_REQUEST,
            };
            self.client = Some(if from_server { side.other() } else { side });
        }
        if frame.kind == PacketType::SESSION_REQUEST {
            self.transport = Transport::NetBios;
        }
        self.standing = Standing::Smb;
        self.announce(io);
    }

    fn message(&mut self, side: Side, at: Origin, frame: &Frame<'_>, io: &mut Outlet<'_>) {
        let direction = self.direction(side);
        self.spoke |= !frame.damaged || has_header(frame.payload);
        self.server_spoke |= direction == Direction::ToClient;
        let payload = frame.payload;
        if frame.damaged
            && let Some(remains) = cut::remains(payload)
        {
            self.cut_message(direction, at, payload, remains, io);
            return self.lost(side, at, at, io);
        }
        if payload.starts_with(&Compressed::PROTOCOL_ID) {
            return self.compressed(side, at, frame, io);
        }
        let begins_with = |protocol: &[u8]| payload.starts_with(protocol);
        let (smb1, smb2, mut cx) = self.context(at, io);
        let answered = if begins_with(&smb2::Header::PROTOCOL_ID) {
            smb2.get_or_insert_default().frame(payload, direction, frame.damaged, &mut cx)
        } else if begins_with(&smb1::Header::PROTOCOL) {
            smb1.get_or_insert_default().frame(payload, direction, frame.damaged, &mut cx)
        } else if begins_with(&smb1::Header::ENCRYPTED) {
            smb1.get_or_insert_default().encrypted(&mut cx);
            Answered::default()
        } else if begins_with(&Encrypted::PROTOCOL_ID) {
            encrypted(payload, direction, smb2, &mut cx);
            Answered::default()
        } else if let Some(answered) = smb1.as_mut().and_then(|smb1| smb1.raw_data(direction, frame, &mut cx))
        {
            // A hole in raw data hides nothing else.
            self.missing.answered(&answered);
            return;
        } else {
            Answered::default()
        };
        self.missing.answered(&answered);
        if frame.damaged && (answered.unread || !is_one_known_message(payload)) {
            self.out(at, io).tell(ConnectionEvent::Cut);
            self.lost(side, at, at, io);
        }
    }

    /// The dialects, and what their messages are read with.
    fn context<'a>(
        &'a mut self,
        at: Origin,
        io: &'a mut Outlet<'_>,
    ) -> (&'a mut Option<Box<Smb1>>, &'a mut Option<Box<Smb2>>, Context<'a>) {
        let requests_missing_since = self.requests_missing_since();
        let out = self.out(at, io);
        let Self { smb1, smb2, tables, .. } = self;
        (smb1, smb2, Context { tables, requests_missing_since, out })
    }

    /// A message that is cut within its header.
    fn cut_message(
        &mut self,
        direction: Direction,
        at: Origin,
        payload: &[u8],
        remains: Remains,
        io: &mut Outlet<'_>,
    ) {
        let (_, _, mut cx) = self.context(at, io);
        cx.cut(remains);
        if direction == Direction::ToClient
            && let Some((what, status)) = cut::refusal(payload)
        {
            cx.refused(what, status);
        }
    }

    /// A compressed message, whose content is read as a message of its own.
    fn compressed(&mut self, side: Side, at: Origin, frame: &Frame<'_>, io: &mut Outlet<'_>) {
        let direction = self.direction(side);
        let mut out = self.out(at, io);
        let inflated = match Compressed::parse(frame.payload) {
            Ok((_, transform)) => {
                out.pdu(direction, Content::Compressed(&transform));
                transform.inflate(MAX_INFLATED)
            }
            Err(error) => {
                out.unreadable(error);
                return self.lost(side, at, at, io);
            }
        };
        if let Some(error) = inflated.unread {
            out.unreadable(error);
        }
        if inflated.message.starts_with(&smb2::Header::PROTOCOL_ID) {
            let frame = Frame { payload: &inflated.message, damaged: !inflated.whole, ..*frame };
            return self.message(side, at, &frame, io);
        }
        // Its content may be anything.
        if frame.damaged {
            self.context(at, io).2.cut(Remains::SomeSession);
        }
        self.lost(side, at, at, io);
    }

    // What is missing

    fn gap(&mut self, side: Side, at: Origin, bytes: u64, inside: bool, io: &mut Outlet<'_>) {
        if self.standing != Standing::Smb {
            *self.in_sync.get_mut(side) = false;
            return;
        }
        let direction = self.direction(side);
        let harmless = inside || bytes == 1;
        self.out(at, io).tell(ConnectionEvent::Gap { direction, bytes, harmless });
        if !harmless {
            self.lost(side, self.whole_until(side), at, io);
        }
    }

    fn direction(&self, side: Side) -> Direction {
        if self.client == Some(side) { Direction::ToServer } else { Direction::ToClient }
    }

    /// Since when requests may be missing from the capture: some are known to be, or its beginning, or all of them.
    fn requests_missing_since(&self) -> Option<Origin> {
        let heard = self.client.is_some_and(|client| *self.heard.get(client));
        if self.start_seen && heard { self.missing.requests_lost_since() } else { Some(self.first) }
    }

    /// The last packet of a side before which nothing is missing, but for what is known to be.
    fn whole_until(&self, side: Side) -> Origin {
        self.whole.get(side).unwrap_or(self.first)
    }

    /// Messages of one side are missing, behind the packet `from`, as the packet `at` shows.
    fn lost(&mut self, side: Side, from: Origin, at: Origin, io: &mut Outlet<'_>) {
        let direction = self.direction(side);
        let mut out = self.out(at, io);
        self.tables.pipes_lost(direction, &mut out);
        if direction == Direction::ToClient {
            if let Some(smb1) = &mut self.smb1 {
                smb1.responses_lost(&mut out);
            }
            if let Some(smb2) = &mut self.smb2 {
                smb2.responses_lost(&mut out);
            }
        }
        if direction == Direction::ToServer {
            self.tables.used_unseen(from, at);
        }
        if let Some(from) = self.missing.lost(direction, from, at) {
            out.tell(ConnectionEvent::InDoubt { from, why: Doubt::RequestMissing });
        }
    }

    // Ends

    fn flush_framers(&mut self, at: Origin, io: &mut Outlet<'_>) {
        for side in [Side::Low, Side::High] {
            let read = self.read.get(side).unwrap_or(at);
            self.framed(side, read, at, io, |framer, _, mut out| framer.flush(&mut out));
        }
    }

    /// Tells what is in doubt and when things were last used: what must be known before the end.
    fn settle(&mut self, io: &mut Outlet<'_>) {
        let at = self.last.low.max(self.last.high).unwrap_or(self.first);
        let mut out = self.out(at, io);
        if let Some((from, at)) = self.missing.unanswered() {
            out.tell_at(at, ConnectionEvent::InDoubt { from, why: Doubt::RequestMissing });
        }
        self.tables.tell_uses(|_| true, &mut out);
        let client = self.client.unwrap_or(Side::Low);
        let captured = match (self.last.get(client), self.last.get(client.other())) {
            (Some(_), None) => Party::Client,
            (None, Some(_)) => Party::Server,
            _ => return,
        };
        out.tell(ConnectionEvent::OneDirection { captured });
    }

    /// Tells of the requests that have no answer: what must be known before the end.
    fn tell_waiting(&mut self, io: &mut Outlet<'_>) -> Option<Origin> {
        let at = self.last.low.max(self.last.high).unwrap_or(self.first);
        let server = self.server_last(self.client.unwrap_or(Side::Low));
        let out = self.out(at, io);
        let requests_missing_since = Some(self.requests_missing_since().unwrap_or(at));
        let mut cx = Context { tables: &mut self.tables, requests_missing_since, out };
        if let Some(smb1) = &mut self.smb1 {
            smb1.tell_waiting(server, &mut cx);
        }
        if let Some(smb2) = &mut self.smb2 {
            smb2.tell_waiting(server, &mut cx);
        }
        cx.tables.tell_unanswered_endings(server, &mut cx.out);
        server
    }

    /// Tells of the requests that have no answer when the connection ends.
    fn tell_unanswered(&mut self, io: &mut Outlet<'_>) {
        let at = self.last.low.max(self.last.high).unwrap_or(self.first);
        let server = self.server_last(self.client.unwrap_or(Side::Low));
        let out = self.out(at, io);
        let requests_missing_since = Some(self.requests_missing_since().unwrap_or(at));
        let mut cx = Context { tables: &mut self.tables, requests_missing_since, out };
        if let Some(smb1) = &self.smb1 {
            smb1.tell_unanswered(server, &mut cx);
        }
        if let Some(smb2) = &self.smb2 {
            smb2.tell_unanswered(server, &mut cx);
        }
    }

    /// Tells when what is open was last used and each end last seen, while the connection goes on.
    pub(super) fn tell_uses(&mut self, io: &mut Outlet<'_>) {
        if self.closed || self.standing != Standing::Smb {
            return;
        }
        let at = self.last.low.max(self.last.high).unwrap_or(self.first);
        let mut out = self.out(at, io);
        self.tables.tell_uses(|_| true, &mut out);
        self.tell_last_seen(io);
    }

    /// Tells when each end was last seen.
    fn tell_last_seen(&self, io: &mut Outlet<'_>) {
        let at = self.last.low.max(self.last.high).unwrap_or(self.first);
        let client = self.client.unwrap_or(Side::Low);
        let (to_server, to_client) = (*self.bytes.get(client), *self.bytes.get(client.other()));
        let (client, server) = (*self.last.get(client), self.server_last(client));
        let packets = self.packets;
        self.out(at, io).tell(ConnectionEvent::LastSeen { client, server, to_server, to_client, packets });
    }

    fn close(&mut self, io: &mut Outlet<'_>) {
        self.closed = true;
        if self.standing != Standing::Smb {
            return;
        }
        self.tell_unanswered(io);
        self.settle(io);
        self.tell_last_seen(io);
        // It ended with the first FIN, or with the RST.
        let ends = [Side::Low, Side::High].map(|side| self.end(side).map(|(at, end)| (at, end, side)));
        if let Some((at, end, side)) = ends.into_iter().flatten().min_by_key(|(at, ..)| *at) {
            let by = match end {
                End::Rst => ConnectionEnd::Rst,
                _ => ConnectionEnd::Fin,
            };
            let side = if self.client == Some(side) { Party::Client } else { Party::Server };
            self.out(at, io).tell(ConnectionEvent::Closed { by, side: Some(side) });
        }
    }

    /// The end of a side was none.
    fn resume(&mut self, side: Side, at: Origin, io: &mut Outlet<'_>) {
        *self.ends.get_mut(side) = None;
        if !core::mem::take(&mut self.closed) || self.standing != Standing::Smb {
            return;
        }
        let Ends { client, server, .. } = self.ends();
        let (transport, start_seen) = (self.transport, self.start_seen);
        let mut out = self.out(at, io);
        out.tell(ConnectionEvent::Resumed { client, server, transport, start_seen });
        self.tables.tell_opens(&mut out);
    }

    /// Another connection took the ports.
    pub(super) fn replaced(&mut self, at: Origin, io: &mut Outlet<'_>) {
        if self.closed || self.standing != Standing::Smb {
            return;
        }
        self.flush_framers(at, io);
        if self.end(Side::Low).or(self.end(Side::High)).is_some() {
            return self.close(io);
        }
        self.tell_unanswered(io);
        self.settle(io);
        self.tell_last_seen(io);
        self.closed = true;
        let (by, side) = (ConnectionEnd::PortReused, None);
        self.out(at, io).tell(ConnectionEvent::Closed { by, side });
    }

    /// Nothing more will come: the capture is over, or the connection is let go.
    pub(super) fn finish(&mut self, io: &mut Outlet<'_>) {
        if self.closed || self.standing != Standing::Smb {
            return;
        }
        let at = self.last.low.max(self.last.high).unwrap_or(self.first);
        self.flush_framers(at, io);
        if self.end(Side::Low).or(self.end(Side::High)).is_some() {
            return self.close(io);
        }
        self.tell_waiting(io);
        self.settle(io);
        self.tell_last_seen(io);
    }

    /// Segments that waited for what comes before them were given up so many times, as too many did.
    #[cold]
    pub(super) fn gave_up_segments(&self, times: u64, at: Origin, io: &mut Outlet<'_>) {
        let is_told = !self.closed && self.standing == Standing::Smb;
        let connection = is_told.then_some(self.id);
        for _ in 0..times {
            io.sink.event(Event { at, connection, kind: Loss::Evicted { table: Table::Segments }.into() });
        }
    }

    /// The connection is let go since there are too many.
    pub(super) fn evict(&mut self, io: &mut Outlet<'_>) {
        if !self.closed && self.standing == Standing::Smb {
            let at = self.last.low.max(self.last.high).unwrap_or(self.first);
            self.out(at, io).tell(Loss::Evicted { table: Table::Connections });
            self.finish(io);
            if !self.closed {
                self.out(at, io).tell(ConnectionEvent::InDoubt { from: at, why: Doubt::Evicted });
            }
        }
    }
}

/// An encrypted message of SMB2.
fn encrypted(payload: &[u8], direction: Direction, smb2: &mut Option<Box<Smb2>>, cx: &mut Context<'_>) {
    match Encrypted::parse(payload) {
        Ok((_, transform)) => {
            cx.out.pdu(direction, Content::Encrypted(&transform));
            smb2.get_or_insert_default().encrypted(transform.session_id, cx);
        }
        Err(error) => cx.out.unreadable(error),
    }
}

/// True if what is left of a damaged frame has the header of its message and more.
fn has_header(payload: &[u8]) -> bool {
    smb2::Header::parse(payload).is_ok_and(|(body, _)| !body.is_empty())
        || smb1::Header::parse(payload).is_ok_and(|(blocks, _)| !blocks.is_empty())
}

/// True if what is left of a damaged frame shows that it is one message, of which kind, and what it is about: then the
/// bytes missing behind that can hold no other ending.
fn is_one_known_message(payload: &[u8]) -> bool {
    if let Ok((body, header)) = smb2::Header::parse(payload) {
        return header.next_command == 0 && body.len() >= CLOSE_BODY;
    }
    let Ok((_, header)) = smb1::Header::parse(payload) else { return false };
    match smb1::blocks(payload, &header).next() {
        Some(Ok(block)) => {
            let chained = block.command.is_andx() && !matches!(block.words, [0xff, ..]);
            block.has_all_words() && !chained
        }
        _ => false,
    }
}

/// What a well-known port carries.
const fn service(endpoint: Endpoint) -> Option<Transport> {
    match endpoint.port {
        139 => Some(Transport::NetBios),
        445 => Some(Transport::Direct),
        _ => None,
    }
}
