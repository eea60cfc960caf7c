//! The ledger: one sequential fold over events, which knows at every moment who holds what.
//!
//! Feed it events (it is a [`Sink`]), then ask for its rows, for [verdicts](Ledger::judge) and for
//! the [slots](Server::slots) of each server.

mod account;
mod cause;
mod clock;
mod close;
mod ends;
mod fold;
mod forget;
mod full;
mod grace;
mod holders;
mod judge;
mod limits;
mod revive;
mod rows;
mod slots;
#[cfg(test)]
mod tests;
mod unseen;
mod verdict;
mod who;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::OnceLock;

use foldhash::fast::RandomState;

use crate::capture::Origin;
use crate::interface::ContextHandle;
use crate::net::Host;
use crate::rap::ServerType;
use crate::session::{ConnectionId, Event, MayHold, OpenId, SessionId, Sink, TreeId, Unseen, UnseenKind};
use crate::smb2::negotiate::is_samba;

pub use account::Account;
pub use cause::Cause;
pub use clock::ClockStep;
pub use ends::{Closing, HandleEnd, OpenEnd, Rundown, SessionEnd, TreeEnd};
pub use full::Present;
use full::Stay;
pub(crate) use grace::is_beyond;
pub use holders::Holders;
pub use limits::LedgerLimits;
pub use rows::{
    Asked, AskedFor, BoundInterface, CallFailure, Computer, Connection, Denial, DenialAnswer, FailedCall,
    FailedLogon, GroupRowId, Handle, HandleRowId, HandleTask, InDoubt, Losses, Open, OpenRowId, Refusal,
    RefusalAnswer, RefusedPrinter, Server, ServerRowId, Session, SessionRowId, Share, Stage, ToldWindows,
    Tree, TreeRowId, Use, Waited, WaitingCall, WaitingRequest,
};
use rows::{Deletion, Gap};
pub use slots::{SlotHistory, SlotPoint, Slots};
pub use unseen::UnseenTotal;
pub use verdict::{Judgement, Stuck, Verdict};

type Map<K, V> = HashMap<K, V, RandomState>;

/// Who holds what, from the first event to the last one folded.
#[derive(Debug, Default)]
pub struct Ledger {
    limits: LedgerLimits,
    servers: BTreeMap<ServerRowId, Server>,
    connections: BTreeMap<ConnectionId, Connection>,
    sessions: BTreeMap<SessionRowId, Session>,
    trees: Map<TreeRowId, Tree>,
    opens: Map<OpenRowId, Open>,
    handles: Map<HandleRowId, Handle>,
    groups: Map<GroupRowId, Group>,
    index: Index,
    /// Ended sessions in the order of their end, candidates for aggregation: those that tell nothing of null sessions
    /// or handles, and the others.
    ended_plain: VecDeque<SessionRowId>,
    ended_telling: VecDeque<SessionRowId>,
    refusals: Vec<Refusal>,
    /// The same with who was there, from when it is asked for to the next event.
    told_refusals: OnceLock<Vec<Refusal>>,
    /// The stays at a server that turned somebody away meanwhile, of sessions that were aggregated.
    departed: Vec<(ServerRowId, Stay)>,
    denials: Vec<Denial>,
    failed_logons: Vec<FailedLogon>,
    /// By the server, and by name without regard to case.
    shares: BTreeMap<(ServerRowId, String), Share>,
    /// By name without regard to case.
    computers: BTreeMap<String, Computer>,
    asked: Vec<Asked>,
    /// Where in `asked` the calls are that wait for their answer, by their number on the pipe.
    unanswered: Map<(OpenRowId, u32), usize>,
    losses: Losses,
    unseen: Vec<Unseen>,
    /// Those beyond the cap: of each kind, of what may be in it, and of those captured whole or not.
    unseen_beyond: BTreeMap<(UnseenKind, MayHold, bool), Unseen>,
    /// Connections that carried SMB, those included that have no row any more.
    connections_seen: u64,
    /// Connections of which VcNumber 0 ended sessions.
    dropped: BTreeSet<ConnectionId>,
    rows_made: u64,
    clock: clock::Clock,
}

/// Where the live things are, by their ids on the wire, scoped as the protocols scope them.
#[derive(Debug, Default)]
struct Index {
    sessions: Map<(ConnectionId, SessionId), SessionRowId>,
    /// The latest SMB2 session of a server that has this id.
    by_server: Map<(ServerKey, SessionId), SessionRowId>,
    /// The servers at an address, the server of a GUID, and the latest of a NetBIOS name in capitals.
    servers: Map<Host, Vec<ServerRowId>>,
    servers_by_guid: Map<uuid::Uuid, ServerRowId>,
    servers_by_name: Map<String, ServerRowId>,
    /// The name in capitals of the computer that described itself at an address.
    computers: Map<Host, String>,
    /// The open connections between a client's address and a server's.
    between: Map<(Host, Host), std::collections::BTreeSet<ConnectionId>>,
    /// The clients that asked a server to tell them of changes, each with the server: it may come back to them.
    registered: BTreeSet<(Host, Host)>,
    trees: Map<TreeKey, TreeRowId>,
    opens: Map<OpenKey, OpenRowId>,
    handles: Map<(GroupRowId, ContextHandle), HandleRowId>,
    /// The latest association group of a server's address that has this number.
    groups: Map<(Host, u32), GroupRowId>,
}

/// A server as a connection shows it: it may have several addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ServerKey {
    Guid(uuid::Uuid),
    Address(Host),
}

impl ServerKey {
    /// What the server of a connection may be found by, the surest first.
    fn of(connection: &Connection) -> impl Iterator<Item = Self> + use<> {
        let guid = connection.server_guid.map(Self::Guid);
        guid.into_iter().chain([Self::Address(connection.server.host())])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TreeKey {
    Smb1(ConnectionId, u16),
    Smb2(SessionRowId, u32),
}

impl TreeKey {
    fn of(tree: &Tree) -> Self {
        match tree.id {
            TreeId::Tid(tid) => Self::Smb1(tree.connection, tid),
            TreeId::Smb2 { tree: id, .. } => Self::Smb2(tree.session, id),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum OpenKey {
    Smb1(ConnectionId, u16),
    Smb2(SessionRowId, u64, u64),
}

impl OpenKey {
    fn of(open: &Open) -> Option<Self> {
        Some(match open.id {
            OpenId::Fid(fid) => Self::Smb1(open.connection, fid),
            OpenId::Smb2 { persistent, volatile, .. } => Self::Smb2(open.session, persistent, volatile),
            OpenId::Connection => return None,
        })
    }
}

/// An RPC association group: the pipes that share its context handles.
#[derive(Debug, Default)]
struct Group {
    number: u32,
    /// The bind that made it was seen.
    made: bool,
    server: Option<Host>,
    client: Option<Host>,
    pipes: std::collections::BTreeSet<OpenRowId>,
    handles: std::collections::BTreeSet<HandleRowId>,
    /// Handles that were closed before they were seen to be granted; the first few.
    closed_unopened: BTreeMap<ContextHandle, HandleRowId>,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new(limits: LedgerLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The servers, in the order in which they were first seen.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.servers.values()
    }

    /// A server.
    #[must_use]
    pub fn server(&self, row: ServerRowId) -> Option<&Server> {
        self.servers.get(&row)
    }

    /// The connections that are open, or that a session refers to.
    pub fn connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections.iter().map(|(id, row)| (*id, row))
    }

    /// How many connections carried SMB, those included that ended without a session.
    #[must_use]
    pub const fn connections_seen(&self) -> u64 {
        self.connections_seen
    }

    /// The sessions, in the order in which they were first seen.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionRowId, &Session)> {
        self.sessions.iter().map(|(id, row)| (*id, row))
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
        self.opens(tree).filter(|open| open.session == session.row)
    }

    /// What a session has open in any tree, and pipes that it had.
    pub fn opens_of<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = &'a Open> {
        self.trees(session).flat_map(|tree| self.opens_in(session, tree))
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
        &self.denials
    }

    /// Set-ups with an account that failed, on connections from a server back to a client that had asked it to be told of
    /// changes, in order.
    #[must_use]
    pub fn failed_logons(&self) -> &[FailedLogon] {
        &self.failed_logons
    }

    /// The shares that a server was seen to have, by name.
    pub fn shares(&self, server: ServerRowId) -> impl Iterator<Item = &Share> {
        let from = (server, String::new());
        self.shares.range(from..).take_while(move |((row, _), _)| *row == server).map(|(_, share)| share)
    }

    /// The computers that announced themselves or were listed, by name.
    pub fn computers(&self) -> impl Iterator<Item = &Computer> {
        self.computers.values()
    }

    /// The computer that announced itself, or was listed, by this name, whatever its case.
    pub(crate) fn computer_called(&self, name: &str) -> Option<&Computer> {
        self.computers.get(&name.to_uppercase())
    }

    /// The servers at an address.
    pub(crate) fn servers_at(&self, address: Host) -> impl Iterator<Item = &Server> {
        self.index.servers.get(&address).into_iter().flatten().filter_map(|row| self.servers.get(row))
    }

    /// The latest server of a NetBIOS name, whatever its case.
    pub(crate) fn server_called(&self, name: &str) -> Option<&Server> {
        self.servers.get(self.index.servers_by_name.get(&name.to_uppercase())?)
    }

    /// A server as a computer that described itself, at one of its addresses, or that was listed, by its name.
    #[must_use]
    pub fn computer_of(&self, server: &Server) -> Option<&Computer> {
        let mut itself = server.addresses.iter().filter_map(|ip| self.index.computers.get(ip));
        let listed = || server.name.as_deref().map(str::to_uppercase);
        let name = itself.next().cloned().or_else(listed)?;
        self.computers.get(&name)
    }

    /// True if a server is Samba, by its LAN manager, GUID or type, whatever else it says that it is.
    #[must_use]
    pub fn is_samba(&self, server: &Server) -> bool {
        server.lan_manager.as_deref().is_some_and(|name| name.starts_with("Samba"))
            || server.guid.is_some_and(|guid| is_samba(&guid))
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
        &self.asked
    }

    /// What was lost, counted.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    fn next_row(&mut self) -> u64 {
        self.rows_made = self.rows_made.saturating_add(1);
        self.rows_made
    }
}

impl Sink for Ledger {
    fn event(&mut self, event: Event) {
        self.fold(event);
    }
}

/// Sets `slot` to the later of two doubts, which begin with the earlier one.
fn doubt(slot: &mut Option<InDoubt>, at: Origin, why: crate::session::Doubt) {
    let before = *slot;
    let mut doubt = before.filter(|before| before.at > at).unwrap_or(InDoubt::new(at, why));
    doubt.since = before.map_or(at, |before| before.since.min(at));
    *slot = Some(doubt);
}
