//! Connections: those that are open, and those that a session refers to.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{InDoubt, Map, ServerRowId, SessionRowId, lookups};
use crate::capture::Origin;
use crate::ledger::ends::Closing;
use crate::net::{Endpoint, Host};
use crate::session::{ConnectionEnd, ConnectionId, Party, Transport, Unseen};

/// Gaps of a connection that are told apart; beyond these the last one goes on.
const GAPS: usize = 16;
/// Connections of one client that one VcNumber of 0 drops.
const CIRCUITS: usize = 256;

/// A TCP connection that carries SMB.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// The end that connected.
    pub client: Endpoint,
    /// The end that was connected to.
    pub server: Endpoint,
    /// The server it leads to, once that was seen to speak.
    pub server_row: Option<ServerRowId>,
    /// NetBIOS or direct.
    pub transport: Transport,
    /// Its first packet.
    pub opened: Origin,
    /// Whether that was the TCP handshake.
    pub start_seen: bool,
    /// NetBIOS: the server's name as called.
    pub called: Option<String>,
    /// NetBIOS: the client's name.
    pub calling: Option<String>,
    /// The dialect that was agreed on.
    pub dialect: Option<String>,
    /// The server's GUID.
    pub server_guid: Option<Uuid>,
    /// True if that is made as Samba makes it.
    pub samba_guid: bool,
    /// The client's GUID.
    pub client_guid: Option<Uuid>,
    /// The client's operating system as an SMB1 session setup tells it.
    pub client_os: Option<String>,
    /// The server's operating system as an SMB1 session setup tells it.
    pub server_os: Option<String>,
    /// The server's LAN manager, told in the same place.
    pub server_lan_manager: Option<String>,
    /// The sessions that used it.
    pub sessions: BTreeSet<SessionRowId>,
    /// Bytes of the client's stream, told when the connection or the capture ends.
    pub bytes_to_server: u64,
    /// Bytes of the server's stream, told when the connection or the capture ends.
    pub bytes_to_client: u64,
    /// The last packet of the client that is known of.
    pub client_last: Option<Origin>,
    /// The last packet of the server that is known of.
    pub server_last: Option<Origin>,
    /// Packets of both ends.
    pub packets: u64,
    /// SMB1: the client set up a session on another connection as its first one (VcNumber 0), which tells the server to
    /// drop this one.
    pub vc_zero: Option<Origin>,
    /// Bytes missing here may have ended anything that was not used with success later.
    pub in_doubt: Option<InDoubt>,
    /// The gaps that put it in doubt.
    pub(in crate::ledger) gaps: Vec<Gap>,
    /// The end whose packets were captured, if those of the other are missing.
    pub one_direction: Option<Party>,
    /// Messages are cut so that it is not known what they were about.
    pub cut: bool,
    /// The row of an anonymous set-up that was denied on it, which holds a slot while it lasts.
    pub denied: Option<SessionRowId>,
    /// The row of a set-up that has no answer.
    pub unanswered: Option<SessionRowId>,
    /// Its end.
    pub closed: Option<Closing<ConnectionEnd>>,
    /// Who ended it, unless its ports were just taken.
    pub ended_by: Option<Party>,
    /// What was not seen of it, once it has ended.
    pub(in crate::ledger) unseen: Option<Unseen>,
}

/// Where bytes of a connection are missing that may have held an ending, a set-up or a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ledger) struct Gap {
    /// The last packet before them.
    pub(in crate::ledger) from: Origin,
    /// The packet that shows it.
    pub(in crate::ledger) to: Origin,
}

/// The connections in the order of their ids, and which of them are open.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(in crate::ledger) struct Connections {
    rows: BTreeMap<ConnectionId, Connection>,
    /// The open ones between a client's address and a server's.
    between: Map<(Host, Host), BTreeSet<ConnectionId>>,
    /// Those of which VcNumber 0 ended sessions.
    dropped: BTreeSet<ConnectionId>,
    /// How many there were, those included that have no row any more.
    seen: u64,
}

lookups!(Connections, ConnectionId => Connection);

impl Connections {
    pub(in crate::ledger) fn iter(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }

    pub(in crate::ledger) const fn seen(&self) -> u64 {
        self.seen
    }

    /// The connections of these ids.
    pub(in crate::ledger) fn of<'a>(
        &'a self,
        ids: &[ConnectionId],
    ) -> impl Iterator<Item = &'a Connection> + Clone {
        ids.iter().filter_map(|id| self.get(id))
    }

    /// A connection is seen for the first time.
    pub(in crate::ledger) fn open(&mut self, id: ConnectionId, row: Connection) {
        self.between.entry(row.hosts()).or_default().insert(id);
        self.seen = self.seen.saturating_add(1);
        self.rows.insert(id, row);
    }

    /// Ends a connection. Gives its row, unless it had ended before.
    pub(in crate::ledger) fn close(
        &mut self,
        id: ConnectionId,
        closing: Closing<ConnectionEnd>,
        side: Option<Party>,
    ) -> Option<&Connection> {
        let row = self.rows.get_mut(&id).filter(|row| row.closed.is_none())?;
        row.closed = Some(closing);
        row.ended_by = side;
        let hosts = row.hosts();
        if let Some(between) = self.between.get_mut(&hosts) {
            between.remove(&id);
            if between.is_empty() {
                self.between.remove(&hosts);
            }
        }
        self.dropped.remove(&id);
        self.rows.get(&id)
    }

    /// The connection goes on although it seemed to have ended. Gives that end.
    pub(in crate::ledger) fn revive(&mut self, id: ConnectionId) -> Option<Closing<ConnectionEnd>> {
        let row = self.rows.get_mut(&id)?;
        let closing = row.closed.take()?;
        row.unseen = None;
        self.between.entry(row.hosts()).or_default().insert(id);
        Some(closing)
    }

    /// The other open connections between the same two computers; the first few.
    pub(in crate::ledger) fn beside(&self, id: ConnectionId) -> Vec<ConnectionId> {
        let hosts = self.rows.get(&id).map(Connection::hosts);
        let between = hosts.and_then(|hosts| self.between.get(&hosts));
        between.into_iter().flatten().copied().filter(|other| *other != id).take(CIRCUITS).collect()
    }

    /// VcNumber 0 ended a session of it.
    pub(in crate::ledger) fn drop_circuit(&mut self, id: ConnectionId) {
        self.dropped.insert(id);
    }

    /// True if VcNumber 0 ended a session of it.
    pub(in crate::ledger) fn is_dropped(&self, id: ConnectionId) -> bool {
        self.dropped.contains(&id)
    }

    /// Lets go of a connection that has ended and that no session refers to. Gives what was not seen of it.
    pub(in crate::ledger) fn forget_without_sessions(&mut self, id: ConnectionId) -> Option<Unseen> {
        self.rows.get(&id).filter(|row| row.closed.is_some() && row.sessions.is_empty())?;
        self.rows.remove(&id)?.unseen
    }
}

impl Connection {
    pub(in crate::ledger) fn new(
        at: Origin,
        client: Endpoint,
        server: Endpoint,
        transport: Transport,
        start_seen: bool,
    ) -> Self {
        Self {
            client,
            server,
            server_row: None,
            transport,
            opened: at,
            start_seen,
            called: None,
            calling: None,
            dialect: None,
            server_guid: None,
            samba_guid: false,
            client_guid: None,
            client_os: None,
            server_os: None,
            server_lan_manager: None,
            sessions: BTreeSet::new(),
            client_last: None,
            bytes_to_server: 0,
            bytes_to_client: 0,
            server_last: None,
            vc_zero: None,
            packets: 0,
            in_doubt: None,
            gaps: Vec::new(),
            one_direction: None,
            cut: false,
            denied: None,
            unanswered: None,
            closed: None,
            ended_by: None,
            unseen: None,
        }
    }

    /// The client's address and the server's.
    pub(in crate::ledger) fn hosts(&self) -> (Host, Host) {
        (self.client.host(), self.server.host())
    }

    /// Bytes are missing that may have held anything.
    pub(in crate::ledger) fn missed(&mut self, gap: Gap) {
        let full = self.gaps.len() >= GAPS;
        match self.gaps.last_mut().filter(|_| full) {
            Some(last) => (last.from, last.to) = (last.from.min(gap.from), last.to.max(gap.to)),
            None => self.gaps.push(gap),
        }
    }
}
