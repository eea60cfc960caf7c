//! What is not read, counted while it comes and told at the end.

mod totals;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::connection::Connection;
use super::event::{ConnectionId, Event, Loss};
use super::{MayHold, Sink, Unseen, UnseenKind};
use crate::capture::Origin;
use crate::net::{Endpoint, Foreign, Segment, TcpFlags};
use totals::Totals;

/// Servers, and endpoints of the print spooler, that are remembered.
const KNOWN: usize = 4096;

/// What is not read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    totals: Totals,
    known: Known,
}

/// What connections show that says what others may hold.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Where the endpoint mapper says that the print spooler listens, and on which of its interfaces.
    spoolers: BTreeMap<Endpoint, &'static str>,
    /// Where SMB over TCP was answered.
    smb_servers: BTreeSet<IpAddr>,
}

impl Known {
    /// The interface of the print spooler that listens at one of these endpoints.
    pub(super) fn spooler(&self, at: [Endpoint; 2]) -> Option<&'static str> {
        at.iter().find_map(|endpoint| self.spoolers.get(endpoint).copied())
    }

    pub(super) fn add_spooler(&mut self, at: Endpoint, interface: &'static str) {
        if self.spoolers.len() < KNOWN {
            self.spoolers.insert(at, interface);
        }
    }

    pub(super) fn add_smb_server(&mut self, server: IpAddr) {
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

    /// A segment that neither begins a connection nor carries anything, of a connection of which nothing else was
    /// seen: if it is of an SMB port, something may have been said on it.
    pub(super) fn stray(&mut self, segment: &Segment<'_>, at: Origin) {
        let name = match (segment.source.port, segment.destination.port) {
            (139, _) | (_, 139) => "139",
            (445, _) | (_, 445) => "445",
            _ => return,
        };
        // A server that refuses a connection resets it at the sequence number 0 (RFC 9293 3.5.2).
        if segment.flags.contains(TcpFlags::RST) && segment.seq == 0 {
            return;
        }
        let mut unseen = Unseen::at(UnseenKind::KeepAlivesOnly, name, MayHold::IfLasting, at);
        (unseen.connections, unseen.ended) = (1, true);
        drop(self.totals.add(unseen));
    }

    /// What a connection shows of others; it is asked of all connections before the first is [told](Self::connection).
    pub(super) fn learn(&mut self, connection: &Connection) {
        connection.teach(&mut self.known);
    }

    /// A connection of which nothing more will come.
    pub(super) fn connection(&mut self, connection: &Connection, sink: &mut dyn Sink) {
        if let Some(unseen) = connection.unread(&self.known).and_then(|unseen| self.totals.add(unseen)) {
            tell(unseen, connection.id, sink);
        }
    }

    /// Nothing more will come.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) {
        for unseen in core::mem::take(&mut self.totals).into_unseen() {
            tell(unseen, ConnectionId(0), sink);
        }
    }
}

fn tell(unseen: Unseen, connection: ConnectionId, sink: &mut dyn Sink) {
    sink.event(Event { at: unseen.last, connection, kind: Loss::Unseen(unseen).into() });
}

impl Unseen {
    /// One packet.
    pub(super) fn at(
        what: UnseenKind,
        name: impl Into<std::borrow::Cow<'static, str>>,
        may_hold: MayHold,
        at: Origin,
    ) -> Self {
        let name = name.into();
        let (start_seen, ended) = (false, false);
        Self { what, name, first: at, last: at, packets: 1, connections: 0, start_seen, ended, may_hold }
    }
}
