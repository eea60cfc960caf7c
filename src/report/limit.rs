//! How many slots a server has: as the user says, else guessed from what the server says of itself.

use core::fmt;

use crate::finding::Plain;
use crate::ledger::{Computer, Ledger, Server};
use crate::rap::ServerType;

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

/// What a server's operating system begins with, its limit where it is a client edition, and the edition of which that is
/// not true (KB 122920, 314882, 328459). The first that matches counts.
const SYSTEMS: &[(&str, u64, &str)] = &[
    ("Windows NT 4.0", 10, ""),
    ("Windows 5.0", 10, ""),
    ("Windows 5.1", 10, "XP Home has 5"),
    ("Windows XP", 10, "XP Home has 5"),
    ("Windows Vista (TM) Home Basic", 5, ""),
    ("Windows Vista", 10, ""),
    ("Windows 7", 20, ""),
    ("Windows 8", 20, ""),
    ("Windows 10", 20, ""),
    ("Windows 11", 20, ""),
];

/// The same for the versions that workstations announce, from the highest down: each counts from there on.
const VERSIONS: &[((u32, u32), u64, &str)] = &[
    ((6, 1), 20, ""),
    ((6, 0), 10, "Vista Home Basic has 5"),
    ((5, 1), 10, "XP Home has 5"),
    ((4, 0), 10, ""),
];

/// The number of users of a server that takes any number (\[MS-SRVS\] 2.2.4.42).
const UNLIMITED: u32 = u32::MAX;

impl Limit {
    /// The limit of a server: the one that the user gave, else a guess from what the server says of itself: how many users
    /// it takes, that it is a workstation or a server edition, what it calls its system.
    #[must_use]
    pub fn of(ledger: &Ledger, server: &Server, given: Option<u64>) -> Option<Self> {
        if let Some(slots) = given {
            return Some(Self { slots, from: "option", why: None });
        }
        match ledger.computer_of(server) {
            Some(Computer { users: Some(users), .. }) => (*users != UNLIMITED)
                .then(|| Self::guessed((*users).into(), format!("it says that it takes {users} users"), "")),
            Some(computer) if is_server_edition(computer.server_type) => None,
            Some(computer) => {
                server.os.as_deref().and_then(Self::guess).or_else(|| Self::announced(computer))
            }
            None => Self::guess(server.os.as_deref()?),
        }
    }

    /// The limit of the server that names `os` as its native operating system, if that is known to have one.
    #[must_use]
    pub fn guess(os: &str) -> Option<Self> {
        let (_, slots, but) = SYSTEMS.iter().find(|(start, ..)| os.starts_with(start))?;
        Some(Self::guessed(*slots, format!("the server calls itself {}", Plain::name(os)), but))
    }

    /// The limit of a workstation of the version that it announces.
    fn announced(computer: &Computer) -> Option<Self> {
        let is_workstation = computer.server_type.contains(ServerType::NT);
        let (_, slots, but) =
            VERSIONS.iter().find(|(version, ..)| is_workstation && computer.version >= *version)?;
        let (major, minor) = computer.version;
        let why = format!("the server announces itself as a workstation of Windows {major}.{minor}");
        Some(Self::guessed(*slots, why, but))
    }

    fn guessed(slots: u64, why: String, but: &str) -> Self {
        let why = if but.is_empty() { why } else { format!("{why}; {but}") };
        Self { slots, from: "guess", why: Some(why) }
    }
}

/// True for server editions, and for what is not Windows, none of which has a limit.
fn is_server_edition(of: ServerType) -> bool {
    let servers = ServerType::SERVER_NT
        | ServerType::DOMAIN_CTRL
        | ServerType::DOMAIN_BAKCTRL
        | ServerType::XENIX_SERVER
        | ServerType::CLUSTER_NT;
    of.intersects(servers)
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
    use crate::finding::testing::Made;
    use crate::session::{EventKind, Notice, Told};

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

    /// The limit of a server that calls its system `os` and describes itself.
    fn described(os: &str, server_type: ServerType, version: (u32, u32), users: Option<u32>) -> Option<u64> {
        let mut made = Made::new();
        made.null_session(1);
        made.native(1, "", os);
        let (name, address) = ("PRNSRV".to_owned(), Some(made.server.host()));
        let told = Told { name, address, server_type, version, users, comment: None, by: "announcement" };
        made.tell(900, EventKind::Notice(Notice::Computer(told)));
        let ledger = made.ended_after(1.0);
        let server = ledger.servers().next().unwrap();
        Limit::of(&ledger, server, None).map(|limit| limit.slots)
    }

    #[test]
    fn what_a_server_says_of_itself_tells_workstations_from_servers() {
        let workstation = ServerType::WORKSTATION | ServerType::SERVER | ServerType::NT;
        let server = workstation | ServerType::SERVER_NT;
        assert_eq!(described("", workstation, (5, 1), None), Some(10));
        assert_eq!(described("", workstation, (10, 0), None), Some(20));
        assert_eq!(described("", workstation, (6, 0), None), Some(10));
        assert_eq!(described("Windows NT 4.0", workstation, (4, 0), None), Some(10));
        assert_eq!(described("Windows NT 4.0", server, (4, 0), None), None);
        assert_eq!(described("", server, (6, 1), None), None);
        assert_eq!(described("", ServerType::WINDOWS, (4, 0), None), None, "Windows 95 has no limit");
        assert_eq!(described("Windows 5.1", workstation, (5, 1), Some(5)), Some(5));
        assert_eq!(described("Windows 5.1", server, (5, 1), Some(u32::MAX)), None);
    }
}
