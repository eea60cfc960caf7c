//! The server's own tables at a moment: who is connected, what is open, what is shared.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use super::session::SessionReport;
use super::{Limit, Moment, RefusalReport, SlotsInUse, System};
use crate::ledger::{self, Ledger, ServerRowId, SlotPoint, Slots};
use crate::net::Endpoint;
use crate::net::Host;
use crate::session::ShareKind;
use crate::wire::Timestamp;

/// The tables of all servers at a moment: the JSON of the example `net_session`.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NetSession<'a> {
    /// The moment.
    pub at: Option<Timestamp>,
    /// True if the captures end before it: the state is taken to hold on.
    pub beyond_end: bool,
    /// The servers, by address.
    pub servers: Vec<ServerTables<'a>>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) ledger: &'a Ledger,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) grace: Duration,
}

/// The tables of a server. They hold only what is open.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ServerTables<'a> {
    /// Its row in the ledger.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub row: ServerRowId,
    /// The address at which it was first seen.
    pub server: Host,
    /// All its addresses.
    pub addresses: &'a BTreeSet<Host>,
    /// Its NetBIOS name: as it tells it, else as clients call it.
    pub name: Option<&'a str>,
    /// What it runs, as far as it says so.
    pub system: Option<System<'a>>,
    /// How many slots it has, if that is known or can be guessed.
    pub limit: Option<Limit>,
    /// The slots in use.
    pub slots_in_use: SlotsInUse,
    /// When the most slots were in use, until then.
    pub peak: Option<SlotChange>,
    /// The slots in the course of time: every change, until then.
    pub slots: Vec<SlotChange>,
    /// Who was turned away for want of a slot, until then.
    pub refusals: Vec<RefusalReport<'a>>,
    /// The sessions of every identity, with what is open in them.
    pub sessions: Vec<SessionReport<'a>>,
    /// Anonymous set-ups that the server denied and whose connection lasts: they hold slots, and are no sessions of the
    /// server's table.
    pub denied: Vec<SessionReport<'a>>,
    /// The shares that were seen, whether they are in use or not.
    pub shares: Vec<ShareReport<'a>>,
    /// The NetBIOS connections.
    pub netbios: Vec<NetBios<'a>>,
}

/// The slots in use from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SlotChange {
    /// When.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Moment,
    /// How many.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub slots: Slots,
}

impl From<SlotPoint> for SlotChange {
    fn from(point: SlotPoint) -> Self {
        Self { at: point.at.into(), slots: point.slots }
    }
}

/// A share.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ShareReport<'a> {
    /// Its name.
    pub name: &'a str,
    /// What kind of share it is.
    pub kind: ShareKind,
    /// What the server says it is for.
    pub remark: Option<&'a str>,
    /// What showed it: `tree_connect`, `srvsvc`, `rap`.
    pub seen_by: &'a BTreeSet<&'static str>,
    /// Its first sign.
    pub first_seen: Moment,
    /// Trees that are connected to it.
    pub uses: usize,
}

/// A NetBIOS connection of the server's computer: one to it, or one that it made to another server.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NetBios<'a> {
    /// True if the computer is the client.
    pub outgoing: bool,
    /// The end that was connected to.
    pub server: Endpoint,
    /// The end that connected.
    pub client: Endpoint,
    /// The name of the one that was called.
    pub called: Option<&'a str>,
    /// The name of the one that called.
    pub calling: Option<&'a str>,
    /// Its TCP handshake, if that was seen.
    pub opened: Option<Moment>,
    /// Bytes that the computer received.
    pub input_bytes: u64,
    /// Bytes that the computer sent.
    pub output_bytes: u64,
}

impl<'a> NetSession<'a> {
    /// The tables of a ledger at its end. `captured_to` is where the captures end; `grace` is what verdicts are given
    /// with; `limit` is the slots of every server, if the user knows.
    #[must_use]
    pub fn new(
        ledger: &'a Ledger,
        captured_to: Option<Timestamp>,
        grace: Duration,
        limit: Option<u64>,
    ) -> Self {
        let at = ledger.end();
        let mut tables: BTreeMap<ServerRowId, Parts<'a>> = BTreeMap::new();
        let addresses: BTreeMap<Host, ServerRowId> = ledger
            .servers()
            .flat_map(|server| server.addresses.iter().map(|address| (*address, server.row)))
            .collect();
        for (_, connection) in ledger.connections() {
            if !connection.transport.is_netbios() || connection.closed.is_some() {
                continue;
            }
            // At a loopback address everybody is at home.
            let client = Some(connection.client.host()).filter(|client| !client.is_loopback());
            let client = client.and_then(|client| addresses.get(&client)).copied();
            let client = client.filter(|row| Some(*row) != connection.server_row);
            for (row, outgoing) in [(connection.server_row, false), (client, true)] {
                if let Some(row) = row {
                    tables.entry(row).or_default().netbios.push(NetBios::of(connection, outgoing));
                }
            }
        }
        for (row, session) in
            ledger.sessions().filter(|(_, session)| session.closed.is_none() && !session.unanswered)
        {
            let told = SessionReport::of(ledger, row, session, at.unwrap_or_default(), grace);
            let Some(row) = session.server_row else { continue };
            let parts = tables.entry(row).or_default();
            let place = if session.denied.is_some() { &mut parts.denied } else { &mut parts.sessions };
            place.extend(told.map(open_parts));
        }
        for refusal in RefusalReport::all(ledger, grace, limit) {
            let Some(row) = refusal.server_row else { continue };
            tables.entry(row).or_default().refusals.push(refusal);
        }
        let mut servers: Vec<_> = ledger
            .servers()
            .map(|server| tables.remove(&server.row).unwrap_or_default().tables(ledger, server, limit))
            .collect();
        servers.sort_by_key(|tables| tables.server);
        Self { at, beyond_end: captured_to < at, servers, ledger, grace }
    }

    /// Leaves only the servers of an address.
    pub fn retain_server(&mut self, address: Host) {
        self.servers.retain(|tables| tables.addresses.contains(&address));
    }
}

/// What is known of one server.
#[derive(Default)]
struct Parts<'a> {
    netbios: Vec<NetBios<'a>>,
    sessions: Vec<SessionReport<'a>>,
    refusals: Vec<RefusalReport<'a>>,
    denied: Vec<SessionReport<'a>>,
}

impl<'a> Parts<'a> {
    fn tables(self, ledger: &'a Ledger, server: &'a ledger::Server, limit: Option<u64>) -> ServerTables<'a> {
        let Self { netbios, sessions, refusals, denied } = self;
        let shares = ledger.shares(server.row).map(|share| ShareReport {
            name: &share.name,
            kind: share.kind,
            remark: share.remark.as_deref().filter(|remark| !remark.is_empty()),
            seen_by: &share.seen_by,
            first_seen: share.first_seen.into(),
            uses: uses(&sessions, &share.name),
        });
        let limit = Limit::of(ledger, server, limit);
        let number = |number| u64::try_from(number).unwrap_or(u64::MAX);
        let null = sessions.iter().filter(|session| session.is_null()).count();
        let null = (number(null), number(denied.len()));
        let slots_in_use = SlotsInUse::after(refusals.iter(), server.slots.now, limit.as_ref(), null);
        ServerTables {
            row: server.row,
            server: server.ip,
            addresses: &server.addresses,
            name: server.name.as_deref(),
            limit,
            system: System::of(ledger, server),
            slots_in_use,
            peak: server.slots.peak().map(SlotChange::from),
            slots: server.slots.points.iter().copied().map(SlotChange::from).collect(),
            refusals,
            shares: shares.collect(),
            netbios,
            sessions,
            denied,
        }
    }
}

/// Trees of the sessions that are connected to a share.
fn uses(sessions: &[SessionReport<'_>], share: &str) -> usize {
    let trees = sessions.iter().flat_map(|session| &session.trees).filter_map(|tree| tree.path);
    trees.filter(|path| path.rsplit('\\').next().is_some_and(|last| last.eq_ignore_ascii_case(share))).count()
}

/// A session without what has ended in it.
fn open_parts(mut session: SessionReport<'_>) -> SessionReport<'_> {
    session.connections.retain(|connection| connection.closed.is_none());
    // The first of its channels may have ended.
    if let Some(connection) = session.connections.first() {
        (session.client, session.server) = (connection.client, connection.server);
    }
    session.trees.retain(|tree| tree.closed.is_none());
    for tree in &mut session.trees {
        for open in &mut tree.opens {
            open.handles.retain(|handle| handle.closed.is_none());
        }
        let (mut open, closed): (Vec<_>, Vec<_>) =
            core::mem::take(&mut tree.opens).into_iter().partition(|open| open.closed.is_none());
        // A handle outlives the pipe that it was granted on while its association group has another.
        let kept = closed.into_iter().flat_map(|open| open.handles);
        if let Some(pipe) = open.iter_mut().find(|open| !open.interfaces.is_empty()) {
            pipe.handles.extend(kept);
        }
        tree.opens = open;
    }
    session.trees.retain(|tree| tree.own || !tree.opens.is_empty());
    session
}

impl<'a> NetBios<'a> {
    fn of(connection: &'a ledger::Connection, outgoing: bool) -> Self {
        let (received, sent) = (connection.bytes_to_server, connection.bytes_to_client);
        let (input_bytes, output_bytes) = if outgoing { (sent, received) } else { (received, sent) };
        Self {
            outgoing,
            server: connection.server,
            client: connection.client,
            called: connection.called.as_deref(),
            calling: connection.calling.as_deref(),
            opened: connection.start_seen.then(|| connection.opened.into()),
            input_bytes,
            output_bytes,
        }
    }
}
