//! What a session counts as among the slots of its server.

use super::slots::{Claim, Computer, Holder, User};
use super::{Connection, Server, Session};
use crate::auth::{Identity, Who};

impl Session {
    /// What it counts as on its server, under this identity. `first` is the first of its connections.
    pub(super) fn claim_on(
        &self,
        server: &Server,
        identity: &Identity,
        first: Option<&Connection>,
        encrypted: bool,
    ) -> Claim {
        let address = self.client.host();
        if self.unanswered {
            return Claim::unsure(address);
        }
        let holder = match (identity.who, first, server.account_of(identity)) {
            (Who::Null, ..) => Holder::Own,
            (Who::Guest | Who::User, Some(first), Some(account)) => {
                Holder::User(User { computer: computer(first, identity.workstation.as_deref()), account })
            }
            _ => Holder::Unsure,
        };
        Claim::new(holder, address, encrypted)
    }
}

fn computer(connection: &Connection, workstation: Option<&str>) -> Computer {
    let name = workstation.filter(|name| !name.is_empty()).or(connection.calling.as_deref());
    match (connection.client_guid, name) {
        (Some(guid), _) => Computer::Guid(guid),
        (None, Some(name)) => Computer::Name(name.trim_end().to_uppercase()),
        (None, None) => Computer::Address(connection.client.host()),
    }
}
