//! Who ended a session, and why, where the wire shows it.

use std::collections::BTreeSet;

use super::{Connection, Deletion, Ledger, Server, Session, SessionEnd};
use crate::capture::Origin;
use crate::net::Host;
use crate::session::{ConnectionId, OpenId, Party};

/// Seconds within which a server ends the sessions that a call tells it to end.
const PROMPT: f64 = 5.0;
/// Seconds within which a server that goes down ends its connections.
const TOGETHER: f64 = 2.0;
/// Calls that ended sessions, and that are remembered for a server.
const DELETIONS: usize = 64;
/// Seconds of idleness after which servers disconnect by default: 15 minutes, and the minutes until they look again
/// (KB 328459, KB 122920).
const AUTODISCONNECT: core::ops::RangeInclusive<f64> = 895.0..=1_020.0;

/// What made an end of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A call told the server to end it (NetrSessionDel, as `net session /delete` makes it).
    SessionDelete {
        /// Who made the call: the account, or the client computer.
        who: String,
    },
    /// It was idle for as long as servers allow.
    Autodisconnect,
    /// The server ended the connections of several clients at once.
    Reboot,
    /// Another set-up was granted on the connection of one that was denied.
    Superseded,
}

impl Cause {
    /// The word for it in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SessionDelete { .. } => "session_delete",
            Self::Autodisconnect => "autodisconnect",
            Self::Reboot => "reboot",
            Self::Superseded => "superseded",
        }
    }
}

impl Ledger {
    /// Who ended a session, if it ended and the wire tells.
    #[must_use]
    pub fn ended_by(&self, session: &Session) -> Option<Party> {
        match session.closed?.by {
            SessionEnd::OwnClose | SessionEnd::Reconnected | SessionEnd::VcZero | SessionEnd::Superseded => {
                Some(Party::Client)
            }
            SessionEnd::ServerDeniesIt => Some(Party::Server),
            SessionEnd::ConnectionEnd => self.last_connection(session)?.ended_by,
        }
    }

    /// What made a session end, where the wire shows more than the end.
    #[must_use]
    pub fn cause(&self, session: &Session) -> Option<Cause> {
        let closing = session.closed?;
        if closing.by == SessionEnd::Superseded {
            return Some(Cause::Superseded);
        }
        if self.ended_by(session) != Some(Party::Server) {
            return None;
        }
        let server = session.server_row.and_then(|row| self.servers.get(&row))?;
        if let Some(deletion) = self.deletion(server, session, closing.at) {
            return Some(Cause::SessionDelete { who: deletion.by.clone() });
        }
        // A server that looks for idle sessions may end several at once.
        if AUTODISCONNECT.contains(&self.seconds_between(self.last_use(session), closing.at)) {
            return Some(Cause::Autodisconnect);
        }
        went_down(server, closing.at).then_some(Cause::Reboot)
    }

    /// The last of a session's connections to end.
    pub(super) fn last_connection(&self, session: &Session) -> Option<&Connection> {
        let connections = session.connections.iter().filter_map(|id| self.connections.get(id));
        connections.max_by_key(|connection| connection.closed.map(|closing| closing.at))
    }

    /// The call that told the server to end the sessions of this client, right before it did.
    fn deletion<'a>(&self, server: &'a Server, session: &Session, ended: Origin) -> Option<&'a Deletion> {
        let calling = self.last_connection(session).and_then(|connection| connection.calling.as_deref());
        let names = [calling, session.identity.workstation.as_deref()];
        server.deletions.iter().rev().find(|deletion| {
            let prompt = (0.0..=PROMPT).contains(&ended.time.seconds_since(deletion.at.time));
            let its = deletion.client.as_deref().is_none_or(|client| {
                let client = client.trim_start_matches('\\');
                client.parse::<Host>() == Ok(session.client.host())
                    || names.iter().flatten().any(|name| name.trim_end().eq_ignore_ascii_case(client))
            });
            let user = deletion.user.as_deref().filter(|user| !user.is_empty());
            let of_user = user.is_none_or(|user| {
                session.identity.account.as_deref().is_some_and(|account| account.eq_ignore_ascii_case(user))
            });
            prompt && its && of_user
        })
    }

    /// A call ended sessions.
    pub(super) fn sessions_deleted(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        open: OpenId,
        client: Option<String>,
        user: Option<String>,
    ) {
        let Some(row) = self.open_row(connection, open) else { return };
        let session = self.opens.get(&row).and_then(|open| self.sessions.get(&open.session));
        let by = session.map(|session| match session.identity.account.as_deref() {
            Some(account) => format!("{account} at {}", session.client.host()),
            None => session.client.host().to_string(),
        });
        let server = session.and_then(|session| session.server_row);
        if let Some(server) = server.and_then(|row| self.servers.get_mut(&row)) {
            if server.deletions.len() >= DELETIONS {
                server.deletions.pop_front();
            }
            server.deletions.push_back(Deletion { at, client, user, by: by.unwrap_or_default() });
        }
    }
}

/// True if a server ended the connections of several clients when it ended this one.
fn went_down(server: &Server, ended: Origin) -> bool {
    let together = |(at, _): &&(Origin, Host)| at.time.seconds_since(ended.time).abs() <= TOGETHER;
    let clients: BTreeSet<Host> = server.ends.iter().filter(together).map(|(_, client)| *client).collect();
    clients.len() > 1
}
