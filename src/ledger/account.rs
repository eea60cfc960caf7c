//! Which account somebody has on a server.

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
