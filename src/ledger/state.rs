//! The ledger itself: its tables, and what is looked up in them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::clock::Clock;
use super::limits::LedgerLimits;
use super::present::Stay;
use super::table::{
    Asked, AskedCalls, Computer, Computers, Connection, Connections, Denial, FailedLogon, Group, GroupRowId,
    Groups, Handle, HandleRowId, Handles, Losses, Open, OpenRowId, Opens, Refusal, Refusals, Server,
    ServerRowId, Servers, Session, SessionRowId, Sessions, Share, Shares, ToldWindows, Tree, TreeRowId,
    Trees,
};
use crate::capture::Origin;
use crate::net::Host;
use crate::rap::ServerType;
use crate::session::{ConnectionId, Event, MayHold, Sink, Unseen, UnseenKind};

/// Who holds what, from the first event to the last one folded.
#[derive(Debug, Default)]
pub struct Ledger {
    pub(super) limits: LedgerLimits,
    pub(super) servers: Servers,
    pub(super) connections: Connections,
    pub(super) sessions: Sessions,
    pub(super) trees: Trees,
    pub(super) opens: Opens,
    pub(super) groups: Groups,
    pub(super) handles: Handles,
    pub(super) refusals: Refusals,
    /// The refusals with who was there, from when they are asked for to the next event.
    pub(super) told_refusals: OnceLock<Vec<Refusal>>,
    /// The stays at a server that turned somebody away meanwhile, of sessions that were aggregated.
    pub(super) departed: Vec<(ServerRowId, Stay)>,
    pub(super) shares: Shares,
    pub(super) computers: Computers,
    pub(super) asked: AskedCalls,
    pub(super) losses: Losses,
    pub(super) unseen: Vec<Unseen>,
    /// Those beyond the cap: of each kind, of what may be in it, and of those captured whole or not.
    pub(super) unseen_beyond: BTreeMap<(UnseenKind, MayHold, bool), Unseen>,
    /// The rows made of sessions, trees, opens, groups and handles, which are numbered together.
    rows_made: u64,
    pub(super) clock: Clock,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new(limits: LedgerLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The servers, in the order in which they were first seen.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter()
    }

    /// A server.
    #[must_use]
    pub fn server(&self, row: ServerRowId) -> Option<&Server> {
        self.servers.get(&row)
    }

    /// The connections that are open, or that a session refers to.
    pub fn connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections.iter()
    }

    /// How many connections carried SMB, those included that ended without a session.
    #[must_use]
    pub const fn connections_seen(&self) -> u64 {
        self.connections.seen()
    }

    /// The sessions, in the order in which they were first seen.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionRowId, &Session)> {
        self.sessions.iter()
    }

    /// A connection.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// A session.
    #[must_use]
    pub fn session(&self, id: SessionRowId) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// A tree.
    #[must_use]
    pub fn tree(&self, id: TreeRowId) -> Option<&Tree> {
        self.trees.get(&id)
    }

    /// An open file, directory, printer or pipe.
    #[must_use]
    pub fn open(&self, id: OpenRowId) -> Option<&Open> {
        self.opens.get(&id)
    }

    /// An association group that has a pipe.
    #[must_use]
    pub fn group(&self, id: GroupRowId) -> Option<&Group> {
        self.groups.get(&id)
    }

    /// A handle.
    #[must_use]
    pub fn handle(&self, id: HandleRowId) -> Option<&Handle> {
        self.handles.get(&id)
    }

    /// A session's connections, in the order in which they joined.
    pub fn connections_of<'a>(&'a self, session: &Session) -> impl Iterator<Item = &'a Connection> + Clone {
        self.connections.of(&session.connections)
    }

    /// A session's trees, in the order in which they were first seen.
    pub fn trees<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = &'a Tree> {
        session.trees.iter().filter_map(|row| self.trees.get(row))
    }

    /// A tree's opens, whichever session made them, in the order in which they were first seen: what is open, and
    /// pipes that were.
    pub fn opens<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = &'a Open> {
        tree.opens.iter().filter_map(|row| self.opens.get(row))
    }

    /// The handles that were granted or first used on a pipe.
    pub fn handles<'a>(&'a self, open: &'a Open) -> impl Iterator<Item = &'a Handle> {
        open.handles.iter().filter_map(|row| self.handles.get(row))
    }

    /// What a session has open in a tree, and pipes that it had.
    pub fn opens_in<'a>(&'a self, session: &'a Session, tree: &'a Tree) -> impl Iterator<Item = &'a Open> {
        self.opens.of_session_in(session.row, tree.row)
    }

    /// What a session has open in any tree, and pipes that it had.
    pub fn opens_of<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = &'a Open> {
        self.opens.of_session(session.row)
    }

    /// The last use of a session: of itself, or of what it has open. ECHO is none.
    #[must_use]
    pub fn last_use(&self, session: &Session) -> Origin {
        self.opens_of(session).map(|open| open.used.last).fold(session.used.last, Ord::max)
    }

    /// What was turned away because a limit was reached, in order.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        self.told_refusals.get_or_init(|| self.refusals_with_holders())
    }

    /// What was denied to anonymous clients, in order.
    #[must_use]
    pub fn denials(&self) -> &[Denial] {
        self.refusals.denials()
    }

    /// Set-ups with an account that failed, on connections from a server back to a client that had asked it to be told of
    /// changes, in order.
    #[must_use]
    pub fn failed_logons(&self) -> &[FailedLogon] {
        self.refusals.failed_logons()
    }

    /// The shares that a server was seen to have, by name.
    pub fn shares(&self, server: ServerRowId) -> impl Iterator<Item = &Share> {
        self.shares.of(server)
    }

    /// The computers that announced themselves or were listed, by name.
    pub fn computers(&self) -> impl Iterator<Item = &Computer> {
        self.computers.iter()
    }

    /// The computer that announced itself, or was listed, by this name, whatever its case.
    pub(crate) fn computer_called(&self, name: &str) -> Option<&Computer> {
        self.computers.called(name)
    }

    /// The servers at an address.
    pub(crate) fn servers_at(&self, address: Host) -> impl Iterator<Item = &Server> {
        self.servers.at(address)
    }

    /// The latest server of a NetBIOS name, whatever its case.
    pub(crate) fn server_called(&self, name: &str) -> Option<&Server> {
        self.servers.called(name)
    }

    /// A server as a computer that described itself, at one of its addresses, or that was listed, by its name.
    #[must_use]
    pub fn computer_of(&self, server: &Server) -> Option<&Computer> {
        self.computers.at(&server.addresses, server.name.as_deref())
    }

    /// True if a server is Samba, by its LAN manager, GUID or type, whatever else it says that it is.
    #[must_use]
    pub fn is_samba(&self, server: &Server) -> bool {
        server.lan_manager.as_deref().is_some_and(|name| name.starts_with("Samba"))
            || server.samba_guid
            || self.computer_of(server).is_some_and(|it| it.server_type.contains(ServerType::XENIX_SERVER))
    }

    /// The Windows of a server by its NTLM challenge, which counts where the server does not name its system, and not of
    /// Samba, which sends the version of a Windows.
    #[must_use]
    pub fn windows_of(&self, server: &Server) -> Option<ToldWindows> {
        let names_itself = server.os.as_deref().is_some_and(|os| !os.is_empty());
        server.windows.filter(|_| !names_itself && !self.is_samba(server))
    }

    /// The calls that asked for something worth a word, in order.
    #[must_use]
    pub fn asked(&self) -> &[Asked] {
        self.asked.rows()
    }

    /// What was lost, counted.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    pub(super) fn next_row(&mut self) -> u64 {
        self.rows_made = self.rows_made.saturating_add(1);
        self.rows_made
    }
}

impl Sink for Ledger {
    fn event(&mut self, event: Event) {
        self.fold(event);
    }
}
