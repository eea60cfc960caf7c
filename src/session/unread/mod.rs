//! What is not read, counted while it comes and told at the end.

mod ipx;
mod quic;
mod rpc_udp;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use super::connection::Connection;
use super::event::{Event, Loss};
use super::ids::ConnectionId;
use super::{Examples, MayHold, Sink, Unseen, UnseenKind};
use crate::capture::{Origin, Packet};
use crate::error::Reason;
use crate::interface::Interface;
use crate::net::{Datagram, Endpoint, Foreign, Host, IpxPacket, Segment, TcpFlags, ports};
use ipx::Ipx;
use quic::Quic;
use rpc_udp::RpcOverUdp;
use totals::Totals;

/// Servers, and endpoints of the print spooler, that are remembered.
const KNOWN: usize = 4096;

/// What packets are called whose ports were not captured.
const CUT: &str = "headers cut";

/// What is not read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    totals: Totals,
    known: Known,
    ipx: Ipx,
    quic: Quic,
    rpc_over_udp: RpcOverUdp,
}

/// What connections show that says what others may hold.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Where the endpoint mapper says that the print spooler listens, and on which of its interfaces.
    spoolers: BTreeMap<Endpoint, &'static Interface>,
    /// Where SMB over TCP was answered.
    smb_servers: BTreeSet<Host>,
}

impl Known {
    /// The interface of the print spooler that listens at one of these endpoints.
    pub(super) fn spooler(&self, at: [Endpoint; 2]) -> Option<&'static Interface> {
        at.iter().find_map(|endpoint| self.spoolers.get(endpoint).copied())
    }

    pub(super) fn add_spooler(&mut self, at: Endpoint, interface: &'static Interface) {
        if self.spoolers.len() < KNOWN {
            self.spoolers.insert(at, interface);
        }
    }

    /// True if SMB over TCP was answered there.
    fn is_smb_server(&self, address: Host) -> bool {
        self.smb_servers.contains(&address)
    }

    pub(super) fn add_smb_server(&mut self, server: Host) {
        if self.smb_servers.len() < KNOWN {
            self.smb_servers.insert(server);
        }
    }
}

impl Unread {
    /// A packet of a kind that is not read.
    pub(super) fn packet(&mut self, foreign: Foreign, at: Origin) {
        self.totals.packet(foreign, at);
    }

    /// A packet whose headers are cut or make no sense. Of one that was cut behind its ports, these say whether it
    /// may be of SMB; damaged ones are too few to hide a session.
    #[cold]
    pub(super) fn unreadable(&mut self, packet: &Packet<'_>, reason: Reason) {
        let is_cut = matches!(reason, Reason::Truncated { .. });
        let unseen = |name, may_hold| Unseen::at(UnseenKind::Unreadable, name, may_hold, packet.origin);
        drop(self.totals.add(match ports(packet) {
            Some([139, _] | [_, 139]) if is_cut => unseen("TCP port 139", MayHold::IfLasting),
            Some([445, _] | [_, 445]) if is_cut => unseen("TCP port 445", MayHold::IfLasting),
            None if is_cut => unseen(CUT, MayHold::Never),
            _ => unseen("headers damaged", MayHold::Never),
        }));
    }

    /// A packet of IPX.
    pub(super) fn ipx(&mut self, packet: &IpxPacket<'_>, at: Origin) {
        self.ipx.take(packet, at, &mut self.totals);
    }

    /// A UDP datagram of connectionless RPC.
    pub(super) fn rpc_datagram(&mut self, datagram: &Datagram<'_>, at: Origin) {
        self.rpc_over_udp.take(datagram, at, &mut self.totals);
    }

    /// Any other UDP datagram.
    pub(super) fn datagram(&mut self, datagram: &Datagram<'_>, at: Origin) {
        self.quic.take(datagram, at, &self.known, &mut self.totals);
    }

    /// A segment that neither begins a connection nor carries anything, of a connection of which nothing else was
    /// seen: if it is of an SMB port, something may have been said on it.
    pub(super) fn stray(&mut self, segment: &Segment<'_>, at: Origin) {
        let Segment { source, destination, .. } = *segment;
        let (name, from_server) = match (source.port, destination.port) {
            (139, _) => ("139", true),
            (_, 139) => ("139", false),
            (445, _) => ("445", true),
            (_, 445) => ("445", false),
            _ => return,
        };
        // A server that refuses a connection resets it at the sequence number 0 (RFC 9293 3.5.2).
        if segment.flags.contains(TcpFlags::RST) && segment.seq == 0 {
            return;
        }
        let mut unseen = Unseen::at(UnseenKind::KeepAlivesOnly, name, MayHold::IfLasting, at);
        (unseen.connections, unseen.ended) = (1, true);
        let (client, server) = if from_server { (destination, source) } else { (source, destination) };
        drop(self.totals.add(unseen.between(client, server)));
    }

    /// What a connection shows of others; it is asked of all connections before the first is [told](Self::connection).
    pub(super) fn learn(&mut self, connection: &Connection) {
        connection.teach(&mut self.known);
    }

    /// A connection of which nothing more will come. It `is_over` if others have its ports now.
    pub(super) fn connection(&mut self, connection: &Connection, is_over: bool, sink: &mut dyn Sink) {
        let Some(mut unseen) = connection.unread(&self.known) else { return };
        unseen.ended |= is_over;
        if let Some(unseen) = self.totals.add(unseen) {
            tell(unseen, Some(connection.id), sink);
        }
    }

    /// Nothing more will come. `packets` is how many there were in all.
    pub(super) fn finish(&mut self, packets: u64, sink: &mut dyn Sink) {
        self.quic.finish(&self.known, &mut self.totals);
        for unseen in self.ipx.finish().chain(self.rpc_over_udp.finish()) {
            if let Some(unseen) = self.totals.add(unseen) {
                tell(unseen, None, sink);
            }
        }
        for mut unseen in core::mem::take(&mut self.totals).into_unseen() {
            // Where most packets were cut before their ports, nothing is known of what the capture is about.
            if unseen.name == CUT && unseen.packets > packets / 2 {
                unseen.may_hold = MayHold::Always;
            }
            tell(unseen, None, sink);
        }
    }
}

fn tell(unseen: Unseen, connection: Option<ConnectionId>, sink: &mut dyn Sink) {
    sink.event(Event { at: unseen.last, connection, kind: Loss::Unseen(unseen).into() });
}

impl Unseen {
    /// One packet.
    pub(crate) fn at(
        what: UnseenKind,
        name: impl Into<std::borrow::Cow<'static, str>>,
        may_hold: MayHold,
        at: Origin,
    ) -> Self {
        let name = name.into();
        Self {
            what,
            name,
            first: at,
            last: at,
            packets: 1,
            connections: 0,
            start_seen: false,
            ended: false,
            may_hold,
            user: None,
            examples: Examples::default(),
        }
    }
}
