//! Which account somebody has on a server.

use super::Server;
use crate::auth::Identity;

/// An account as a server tells it apart from others: two identities are of one user there if theirs are equal. Names are
/// in capitals, for a server does not look at their case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Account {
    /// Its domain, if the client gave one. A server that is no member of a domain knows its own accounts alone and looks up
    /// whatever domain the client gives there, so it counts for nothing.
    pub domain: Option<String>,
    /// Its name.
    pub name: String,
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
}
