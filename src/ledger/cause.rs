//! Who ended a session, and why, where the wire shows it.

use core::time::Duration;
use std::collections::BTreeSet;

use super::table::Deletion;
use super::{Connection, Ledger, Server, Session, SessionEnd};
use crate::capture::Origin;
use crate::net::Host;
use crate::session::Party;

/// Seconds within which a server ends the sessions that a call tells it to end.
const PROMPT: f64 = 5.0;
/// Seconds within which a server that goes down ends its connections.
const TOGETHER: f64 = 2.0;
/// The idleness after which servers disconnect by default: 15 minutes, and the minutes until they look again
/// (KB 328459, KB 122920).
const AUTODISCONNECT: core::ops::RangeInclusive<Duration> =
    Duration::from_secs(895)..=Duration::from_secs(1_020);

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
        if AUTODISCONNECT.contains(&self.time_between(self.last_use(session), closing.at)) {
            return Some(Cause::Autodisconnect);
        }
        went_down(server, closing.at).then_some(Cause::Reboot)
    }

    /// The last of a session's connections to end.
    pub(super) fn last_connection(&self, session: &Session) -> Option<&Connection> {
        let connections = self.connections_of(session);
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
}

/// True if a server ended the connections of several clients when it ended this one.
fn went_down(server: &Server, ended: Origin) -> bool {
    let together = |(at, _): &&(Origin, Host)| at.time.seconds_since(ended.time).abs() <= TOGETHER;
    let clients: BTreeSet<Host> = server.ends.iter().filter(together).map(|(_, client)| *client).collect();
    clients.len() > 1
}
