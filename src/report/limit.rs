//! How many slots a server has: as the user says, else guessed from what the server says of itself.

use core::fmt;

use crate::finding::Plain;
use crate::ledger;

/// The limit of a server's slots.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Limit {
    /// How many.
    pub slots: u64,
    /// `option` if the user gave it, or `guess`.
    pub from: &'static str,
    /// What a guess rests on.
    pub why: Option<String>,
}

/// What a server's operating system begins with, and its limit where it is a client edition (KB 122920, 314882,
/// 328459). The first that matches counts.
const LIMITS: &[(&str, u64)] = &[
    ("Windows NT 4.0", 10),
    ("Windows 5.0", 10),
    ("Windows 5.1", 10),
    ("Windows XP", 10),
    ("Windows Vista (TM) Home Basic", 5),
    ("Windows Vista", 10),
    ("Windows 7", 20),
    ("Windows 8", 20),
    ("Windows 10", 20),
    ("Windows 11", 20),
];

impl Limit {
    /// The limit of a server: the one that the user gave, else a guess from what the server calls itself.
    #[must_use]
    pub fn of(server: &ledger::Server, given: Option<u64>) -> Option<Self> {
        match given {
            Some(slots) => Some(Self { slots, from: "option", why: None }),
            None => Self::guess(server.os.as_deref()?),
        }
    }

    /// The limit of the server that names `os` as its native operating system, if that is known to have one.
    #[must_use]
    pub fn guess(os: &str) -> Option<Self> {
        let slots = LIMITS.iter().find(|(start, _)| os.starts_with(start))?.1;
        let why = format!("the server calls itself {}", Plain::name(os));
        Some(Self { slots, from: "guess", why: Some(why) })
    }
}

/// Where the limit comes from, in brackets, or nothing if the user gave it.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            None => Ok(()),
            Some(why) => write!(f, "(a limit of {} is a guess: {why})", self.slots),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_editions_have_limits_and_servers_none() {
        let slots = |os| Limit::guess(os).map(|limit| limit.slots);
        assert_eq!(slots("Windows 5.1"), Some(10));
        assert_eq!(slots("Windows Vista (TM) Home Basic 6000"), Some(5));
        assert_eq!(slots("Windows Vista (TM) Business 6000"), Some(10));
        assert_eq!(slots("Windows 7 Professional 7601 Service Pack 1"), Some(20));
        for os in ["Windows Server 2003 3790", "Windows 5.2", "Unix", "", "windows 5.1"] {
            assert_eq!(slots(os), None, "{os}");
        }
    }
}
