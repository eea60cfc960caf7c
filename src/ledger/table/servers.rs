//! Servers: who they are, and which connection leads to which.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use uuid::Uuid;

use super::{Connection, Losses, Map, ServerRowId, SessionRowId, lookups};
use crate::auth::Identity;
use crate::auth::ntlm::{Version, Windows};
use crate::capture::Origin;
use crate::ledger::account::Account;
use crate::ledger::limits::LedgerLimits;
use crate::ledger::slots::{Claim, SlotHistory};
use crate::net::Host;

/// Connections that a server ended itself and that are remembered.
const ENDS: usize = 256;
/// Calls that ended sessions, and that are remembered for a server.
const DELETIONS: usize = 64;
/// Servers at one address among which that of a connection is looked for.
const AT_ADDRESS: usize = 64;

/// A server over all its ports and transports: one address, unless servers of several GUIDs answer there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Server {
    /// The id of this row.
    pub row: ServerRowId,
    /// The address at which it was first seen.
    pub ip: Host,
    /// The addresses at which it answered.
    pub addresses: BTreeSet<Host>,
    /// Its GUID, where it told one (\[MS-SMB2\] 2.2.4 ServerGuid).
    pub guid: Option<Uuid>,
    /// True if that is made as Samba makes it.
    pub samba_guid: bool,
    /// The ports at which it answered.
    pub ports: BTreeSet<u16>,
    /// Its NetBIOS name: as it tells it, else as clients call it.
    pub name: Option<String>,
    /// Its name in the DNS, with its domain, if it told it.
    pub dns_name: Option<String>,
    pub(in crate::ledger) named_itself: bool,
    /// Its connections that are open.
    pub(in crate::ledger) connections: usize,
    /// Whether it is a member of a domain, by its NTLM challenges (\[MS-NLMP\] 2.2.2.5, NTLMSSP_TARGET_TYPE_DOMAIN and
    /// NTLMSSP_TARGET_TYPE_SERVER).
    pub domain_member: Option<bool>,
    /// Its operating system as an SMB1 session setup tells it.
    pub os: Option<String>,
    /// Its LAN manager, told in the same place: `Samba 4.17.12-Debian`.
    pub lan_manager: Option<String>,
    /// The Windows whose version its NTLM challenge has, where it has that of one.
    pub windows: Option<ToldWindows>,
    /// Its connection slots in the course of time.
    pub slots: SlotHistory,
    /// The sessions that are open on it, and the set-ups that it denied and whose connection lasts.
    pub open_sessions: BTreeSet<SessionRowId>,
    /// When it turned somebody away.
    pub(in crate::ledger) refused: BTreeSet<Origin>,
    /// The calls that ended sessions there; the last few.
    pub(in crate::ledger) deletions: VecDeque<Deletion>,
    /// The connections that it ended itself; the last few.
    pub(in crate::ledger) ends: VecDeque<(Origin, Host)>,
}

/// The Windows that a server's NTLM challenge tells (\[MS-NLMP\] 2.2.2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToldWindows {
    /// The Windows that has the version.
    pub windows: Windows,
    /// The version.
    pub version: Version,
    /// The challenge that first told it.
    pub at: Origin,
}

/// A call that ended sessions (NetrSessionDel).
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ledger) struct Deletion {
    pub(in crate::ledger) at: Origin,
    /// Whose sessions: the client computer, or any.
    pub(in crate::ledger) client: Option<String>,
    /// Whose sessions: the user, or any.
    pub(in crate::ledger) user: Option<String>,
    /// Who made the call.
    pub(in crate::ledger) by: String,
}

/// The servers, in the order in which they were first seen, and what they are found by.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Servers {
    rows: BTreeMap<ServerRowId, Server>,
    by_address: Map<Host, Vec<ServerRowId>>,
    by_guid: Map<Uuid, ServerRowId>,
    /// The latest of a NetBIOS name in capitals.
    by_name: Map<String, ServerRowId>,
}

lookups!(Servers, ServerRowId => Server);

impl Servers {
    pub(in crate::ledger) fn iter(&self) -> impl Iterator<Item = &Server> {
        self.rows.values()
    }

    /// The servers at an address.
    pub(in crate::ledger) fn at(&self, address: Host) -> impl Iterator<Item = &Server> {
        self.by_address.get(&address).into_iter().flatten().filter_map(|row| self.get(row))
    }

    /// The latest server of a NetBIOS name, whatever its case.
    pub(in crate::ledger) fn called(&self, name: &str) -> Option<&Server> {
        self.rows.get(self.by_name.get(&name.to_uppercase())?)
    }

    /// The server that a connection leads to: the one of its GUID at whatever address, else the one at its address, else
    /// the one of its NetBIOS name. Servers that tell different GUIDs are different ones, unless one took the place of the
    /// other when nobody was connected to that: it was restarted.
    pub(in crate::ledger) fn of(
        &mut self,
        connection: &mut Connection,
        limits: &LedgerLimits,
        losses: &mut Losses,
    ) -> Option<ServerRowId> {
        if connection.server_row.is_some() {
            return connection.server_row;
        }
        let row = match self.known(connection) {
            Some(row) => row,
            None if self.rows.len() >= limits.servers => {
                losses.evicted("servers");
                return None;
            }
            None => self.add(connection.server.host()),
        };
        connection.server_row = Some(row);
        let server = self.rows.get_mut(&row)?;
        server.learn_from(connection);
        if let Some(guid) = server.guid {
            self.by_guid.insert(guid, row);
        }
        if let Some(name) = own_name(connection).filter(|_| server.name.is_none()) {
            self.by_name.insert(name.to_uppercase(), row);
            server.name = Some(name.to_owned());
        }
        let address = connection.server.host();
        if !server.addresses.contains(&address) {
            if self.by_address.len() >= limits.servers {
                losses.evicted("addresses of servers");
            } else {
                server.addresses.insert(address);
                self.by_address.entry(address).or_default().push(row);
            }
        }
        Some(row)
    }

    fn known(&self, connection: &Connection) -> Option<ServerRowId> {
        let guid = connection.server_guid;
        if let Some(row) = guid.and_then(|guid| self.by_guid.get(&guid)) {
            return Some(*row);
        }
        let port = connection.server.port;
        let may_be = |server: &&Server| {
            let restarted = server.connections == 0 && server.ports.contains(&port);
            guid.is_none() || server.guid.is_none() || restarted
        };
        let here = || self.at(connection.server.host()).take(AT_ADDRESS).filter(may_be);
        let at_port = here().find(|server| server.ports.contains(&port));
        let named = || self.called(own_name(connection)?).filter(may_be);
        at_port.or_else(|| here().next()).or_else(named).map(|server| server.row)
    }

    fn add(&mut self, address: Host) -> ServerRowId {
        let last = self.rows.last_key_value().map_or(0, |(row, _)| row.as_raw());
        let row = ServerRowId(last.saturating_add(1));
        self.rows.insert(row, Server::new(row, address));
        row
    }

    /// A server tells its name. Its own word counts more than what clients call it.
    pub(in crate::ledger) fn name(&mut self, row: ServerRowId, name: String, dns_name: Option<String>) {
        if let Some(server) = self.rows.get_mut(&row).filter(|server| !server.named_itself) {
            server.named_itself = true;
            self.by_name.insert(name.to_uppercase(), row);
            (server.name, server.dns_name) = (Some(name), dns_name);
        }
    }
}

impl Server {
    /// The account on this server of whoever gives this identity; nothing if no account is named.
    #[must_use]
    pub fn account_of(&self, identity: &Identity) -> Option<Account> {
        let capitals =
            |name: Option<&str>| name.filter(|name| !name.is_empty()).map(|name| name.to_uppercase());
        let domain = identity.domain.as_deref().filter(|_| self.domain_member != Some(false));
        Some(Account { domain: capitals(domain), name: capitals(identity.account.as_deref())? })
    }

    fn new(row: ServerRowId, ip: Host) -> Self {
        Self {
            row,
            ip,
            addresses: BTreeSet::new(),
            guid: None,
            samba_guid: false,
            ports: BTreeSet::new(),
            name: None,
            dns_name: None,
            named_itself: false,
            connections: 0,
            domain_member: None,
            os: None,
            lan_manager: None,
            windows: None,
            slots: SlotHistory::default(),
            open_sessions: BTreeSet::new(),
            refused: BTreeSet::new(),
            deletions: VecDeque::new(),
            ends: VecDeque::new(),
        }
    }

    /// A connection leads to it.
    fn learn_from(&mut self, connection: &Connection) {
        self.ports.insert(connection.server.port);
        self.os = self.os.take().or_else(|| connection.server_os.clone());
        self.lan_manager = self.lan_manager.take().or_else(|| connection.server_lan_manager.clone());
        if connection.server_guid.is_some() {
            (self.guid, self.samba_guid) = (connection.server_guid, connection.samba_guid);
        }
        if connection.closed.is_none() {
            self.connected();
        }
    }

    /// Its own word on whether it is a member of a domain. What two of them contradict each other in is taken for a
    /// member.
    pub(in crate::ledger) fn domain_member(&mut self, member: bool) {
        self.domain_member = Some(member || self.domain_member == Some(true));
    }

    /// A connection to it is open.
    pub(in crate::ledger) fn connected(&mut self) {
        self.connections = self.connections.saturating_add(1);
    }

    /// One of its connections is over; `by_itself` if it ended that of the client there itself.
    pub(in crate::ledger) fn disconnected(&mut self, at: Origin, client: Host, by_itself: bool) {
        self.connections = self.connections.saturating_sub(1);
        if by_itself {
            push(&mut self.ends, ENDS, (at, client));
        }
    }

    /// A call told it to end sessions.
    pub(in crate::ledger) fn deletes(&mut self, deletion: Deletion) {
        push(&mut self.deletions, DELETIONS, deletion);
    }

    /// A session is counted as who it is now. Gives the number of points of the slots' history that were let go.
    pub(in crate::ledger) fn take_slot(
        &mut self,
        at: Origin,
        session: SessionRowId,
        claim: &Claim,
        before: Option<&Claim>,
        points: usize,
    ) -> usize {
        self.open_sessions.insert(session);
        if let Some(before) = before {
            self.slots.give_back(before);
        }
        self.slots.take(claim);
        self.slots.note(at, points)
    }

    /// A session is over. Gives the number of points of the slots' history that were let go.
    pub(in crate::ledger) fn free_slot(
        &mut self,
        at: Origin,
        session: SessionRowId,
        claim: Option<&Claim>,
        points: usize,
    ) -> usize {
        self.open_sessions.remove(&session);
        claim.map_or(0, |claim| {
            self.slots.give_back(claim);
            self.slots.note(at, points)
        })
    }
}

/// Puts something at the end of a queue, from which the first goes if it is full.
fn push<T>(queue: &mut VecDeque<T>, most: usize, last: T) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(last);
}

/// The NetBIOS name by which a connection calls its server, if it is one of that server alone: neither `*SMBSERVER` nor
/// an address.
fn own_name(connection: &Connection) -> Option<&str> {
    let name = connection.called.as_deref()?.trim_end();
    let own = !name.is_empty() && !name.starts_with('*') && name.parse::<Host>().is_err();
    own.then_some(name)
}
