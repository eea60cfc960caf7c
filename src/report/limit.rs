//! How many slots a server has: as the user says, as its refusals show, else guessed from what the server says of itself.

use core::fmt;

use super::System;
use crate::auth::ntlm;
use crate::finding::{self, Plain, UNLIMITED, count, is_server_edition};
use crate::ledger::{Computer, Ledger, Server, Slots, ToldWindows};
use crate::rap::ServerType;

/// The limit of a server's slots.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Limit {
    /// How many.
    pub slots: u64,
    /// `option` if the user gave it, `refusal` if the server was full with as many, or `guess`.
    pub from: &'static str,
    /// What it rests on, if the user did not give it.
    pub why: Option<String>,
    /// True if the server has no limit at all should it be a server edition, which nothing tells.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub of_client_edition: bool,
}

/// What a server's operating system begins with, and the limits of its editions, the most common first (KB 122920, 314882,
/// 328459). The first that matches counts.
const SYSTEMS: &[(&str, Editions)] = &[
    ("Windows NT 4.0", TEN),
    ("Windows 5.0", TEN),
    ("Windows 5.1", XP),
    ("Windows XP", XP),
    ("Windows Vista (TM) Home Basic", FIVE),
    ("Windows Vista", VISTA),
    ("Windows 7", TWENTY),
    ("Windows 8", TWENTY),
    ("Windows 10", TWENTY),
    ("Windows 11", TWENTY),
];

/// The same for the versions that workstations announce or have in their NTLM challenges, from the highest down: each counts from there on.
const VERSIONS: &[((u32, u32), Editions)] =
    &[((6, 1), TWENTY), ((6, 0), VISTA), ((5, 2), TEN), ((5, 1), XP), ((4, 0), TEN)];

/// The limit of most editions of a system, and the edition that has another one.
type Editions = (u64, Option<(&'static str, u64)>);

const FIVE: Editions = (5, None);
const TEN: Editions = (10, None);
const TWENTY: Editions = (20, None);
const XP: Editions = (10, Some(("XP Home", 5)));
const VISTA: Editions = (10, Some(("Vista Home Basic", 5)));

/// The limits that client editions have.
const LIMITS: [u64; 3] = [5, 10, Limit::HIGHEST];

/// What a server says of itself.
enum Said {
    /// It takes any number, or as many as licences were bought for.
    NoLimit,
    /// How many users it takes.
    Users(u32),
    /// What it is, and the limits that its editions have.
    Client(String, Editions),
    /// What it is, and the limits that its editions have, unless it is a server edition.
    Either(String, Editions),
    Nothing,
}

impl Said {
    fn of(ledger: &Ledger, server: &Server) -> Self {
        let os = || server.os.as_deref().and_then(Self::os);
        let challenged = || ledger.windows_of(server).and_then(Self::challenged);
        match ledger.computer_of(server) {
            Some(Computer { users: Some(UNLIMITED), .. }) => Self::NoLimit,
            Some(Computer { users: Some(users), .. }) => Self::Users(*users),
            _ if ledger.is_samba(server) => Self::NoLimit,
            Some(computer) if is_server_edition(computer.server_type) => Self::NoLimit,
            Some(computer) => {
                os().or_else(|| Self::announced(computer)).or_else(challenged).unwrap_or(Self::Nothing)
            }
            None => {
                let names_itself = server.os.as_deref().is_some_and(|os| !os.is_empty());
                let others = || if names_itself { Self::NoLimit } else { Self::Nothing };
                os().or_else(challenged).unwrap_or_else(others)
            }
        }
    }

    fn os(os: &str) -> Option<Self> {
        let (_, editions) = SYSTEMS.iter().find(|(start, _)| os.starts_with(start))?;
        Some(Self::Client(format!("the server calls itself {}", Plain::name(os)), *editions))
    }

    /// A workstation of the version that it announces.
    fn announced(computer: &Computer) -> Option<Self> {
        let is_workstation = computer.server_type.contains(ServerType::NT);
        let (_, editions) =
            VERSIONS.iter().find(|(version, _)| is_workstation && computer.version >= *version)?;
        let (major, minor) = computer.version;
        let said = format!("the server announces itself as a workstation of Windows {major}.{minor}");
        Some(Self::Client(said, *editions))
    }

    /// What has the version of its NTLM challenge.
    fn challenged(told: ToldWindows) -> Option<Self> {
        let ToldWindows { windows, version, at } = told;
        let number = (version.major.into(), version.minor.into());
        let (_, limits) = VERSIONS.iter().find(|(first, _)| number >= *first)?;
        let said = format!(
            "the server's NTLM challenge has version {version}, that of {} (frame {})",
            windows.name, at.frame
        );
        Some(match windows.editions {
            ntlm::Editions::Client => Self::Client(said, *limits),
            ntlm::Editions::Server => Self::NoLimit,
            ntlm::Editions::Either => Self::Either(said, *limits),
        })
    }

    fn guess(self) -> Option<Limit> {
        let of_client_edition = matches!(self, Self::Either(..));
        let (slots, why) = match self {
            Self::NoLimit | Self::Nothing => return None,
            Self::Users(users) => (users.into(), format!("it says that it takes {users} users")),
            Self::Client(said, (slots, other)) | Self::Either(said, (slots, other)) => {
                let either = if of_client_edition {
                    format!("{slots} if it is a client edition, none if it is a server edition; ")
                } else {
                    String::new()
                };
                let other = other.map(|(edition, other)| format!("; {edition} would have {other}"));
                (slots, format!("{either}{said}{}", other.unwrap_or_default()))
            }
        };
        Some(Limit { slots, from: "guess", why: Some(why), of_client_edition })
    }
}

impl Limit {
    /// The highest that a client edition of Windows has.
    pub(super) const HIGHEST: u64 = 20;

    /// The limit of a server: the one that the user gave, or with which it was full, else a guess from what the server says
    /// of itself: how many users it takes, that it is a workstation or a server edition, what it calls its system,
    /// which version it has.
    #[must_use]
    pub fn of(ledger: &Ledger, server: &Server, given: Option<u64>) -> Option<Self> {
        if let Some(slots) = given {
            return Some(Self { slots, from: "option", why: None, of_client_edition: false });
        }
        let said = Said::of(ledger, server);
        if let Some(limit) = Self::of_refusals(ledger, server, &said) {
            return Some(limit);
        }
        // More were in use than it could have: it is of another edition than it seems.
        let most = server.slots.points.iter().map(|point| point.slots.low).max().unwrap_or_default();
        said.guess().filter(|limit| limit.slots >= most)
    }

    /// Slots in use on the server, of which no more can be than it has.
    pub(super) fn bound(&self, slots: Slots) -> Slots {
        Slots { high: slots.high.min(self.slots.max(slots.low)), ..slots }
    }

    /// Why a server has no limit of slots, where it says that it has none and the user gave none.
    pub(crate) fn none(ledger: &Ledger, server: &Server, given: Option<u64>) -> Option<String> {
        if given.is_some() || !finding::has_no_limit(ledger, server) {
            return None;
        }
        let system = System::of(ledger, server);
        let says = system.map(|system| format!("the server runs {}", system.phrase()));
        let says = says.unwrap_or_else(|| "the server is a server edition".to_owned());
        Some(format!("{says}, and only client editions of Windows have a limit of 5, 10 or 20"))
    }

    /// The limit of the server that names `os` as its native operating system, if that is known to have one.
    #[must_use]
    pub fn guess(os: &str) -> Option<Self> {
        Said::os(os)?.guess()
    }

    /// What it rests on, as a sentence; nothing if the user gave it.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let why = Plain::sentence(self.why.as_deref()?);
        let slots = self.slots;
        Some(match self.from {
            "guess" => format!("The limit of {slots} slots is a guess: {why}."),
            _ => {
                format!(
                    "The server has {}: {why}.",
                    count(usize::try_from(slots).unwrap_or(usize::MAX), "slot")
                )
            }
        })
    }

    /// A server that turned somebody away was full: with as many slots as are known to have been in use, if it may have
    /// such a limit.
    fn of_refusals(ledger: &Ledger, server: &Server, said: &Said) -> Option<Self> {
        let its = ledger.refusals().iter().filter(|refusal| refusal.server_row == Some(server.row));
        let full = its
            .filter(|refusal| refusal.is_for_slots())
            .reduce(|most, next| if next.slots.low > most.slots.low { next } else { most })?;
        let Slots { low, high } = full.slots;
        let frame = full.at.frame;
        // Sessions of one user may count one by one: as many as there were, it may have another limit that is higher.
        let more = high.saturating_add(1)..=full.present.most();
        let (possible, edition) = match said {
            Said::NoLimit | Said::Users(_) => return None,
            Said::Client(_, (slots, other)) | Said::Either(_, (slots, other)) => {
                let other = other.filter(|(_, slots)| *slots == low);
                let possible = *slots == low || (other.is_some() && !more.contains(slots));
                (possible, other.map(|(edition, _)| edition))
            }
            Said::Nothing => {
                (LIMITS.contains(&low) && !LIMITS.iter().any(|slots| more.contains(slots)), None)
            }
        };
        let beyond = matches!(said, Said::Client(_, (slots, _)) if low > *slots);
        if !(beyond || (possible && low == high)) {
            return None;
        }
        let which = match edition {
            Some(edition) => format!(", as {edition} does"),
            None if beyond => ", though it calls itself a system that has fewer".to_owned(),
            None => String::new(),
        };
        let why = format!("it refused a client with {low} in use{which} (frame {frame})");
        Some(Self { slots: low, from: "refusal", why: Some(why), of_client_edition: false })
    }
}

/// Where the limit comes from, in brackets, or nothing if the user gave it.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            None => Ok(()),
            Some(why) if self.from == "refusal" => write!(f, "(a limit of {}: {why})", self.slots),
            Some(why) => write!(f, "(a limit of {} is a guess: {why})", self.slots),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::testing::Made;
    use crate::session::{EventKind, Notice, SessionEvent, Told};

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

    /// The limit of a server whose NTLM challenge has a version, and whether it has none as a server edition.
    fn challenged(
        (major, minor, build): (u8, u8, u16),
        server_type: Option<ServerType>,
    ) -> Option<(u64, bool)> {
        let mut made = Made::new();
        made.null_session(1);
        let version = ntlm::Version { major, minor, build, ntlm_revision: 15 };
        made.tell(1, EventKind::Session(SessionEvent::ServerVersion { version }));
        if let Some(server_type) = server_type {
            let (name, address) = ("PRNSRV".to_owned(), Some(made.server.host()));
            let version = (major.into(), minor.into());
            let told =
                Told { name, address, server_type, version, users: None, comment: None, by: "announcement" };
            made.tell(900, EventKind::Notice(Notice::Computer(told)));
        }
        let ledger = made.ended_after(1.0);
        let server = ledger.servers().next().unwrap();
        Limit::of(&ledger, server, None).map(|limit| (limit.slots, limit.of_client_edition))
    }

    #[test]
    fn a_version_that_servers_have_too_makes_a_limit_that_client_editions_have() {
        assert_eq!(challenged((10, 0, 22631), None), Some((20, false)));
        assert_eq!(challenged((10, 0, 26100), None), Some((20, true)));
        assert_eq!(challenged((6, 0, 6001), None), Some((10, true)));
        assert_eq!(challenged((5, 2, 3790), None), Some((10, true)));
        assert_eq!(challenged((5, 1, 2600), None), Some((10, false)));
        assert_eq!(challenged((10, 0, 20348), None), None, "a server edition");
        assert_eq!(challenged((6, 1, 0), None), None, "no Windows");
        // What it announces tells more.
        let workstation = ServerType::WORKSTATION | ServerType::SERVER | ServerType::NT;
        assert_eq!(challenged((10, 0, 26100), Some(workstation)), Some((20, false)));
        assert_eq!(challenged((10, 0, 26100), Some(workstation | ServerType::SERVER_NT)), None);
        assert_eq!(challenged((6, 1, 7601), Some(workstation | ServerType::XENIX_SERVER)), None, "Samba");
    }

    /// The limit of a server that calls itself `os` and turned somebody away while `null` null sessions and a user of so
    /// many sessions were open, with where it comes from.
    fn full(os: &str, null: u16, of_a_user: u16) -> Option<(u64, &'static str)> {
        let mut made = Made::new();
        for client in 1..=null {
            made.null_session(client);
            made.native(client, "", os);
        }
        for client in 100..100 + of_a_user {
            made.user_session(client);
        }
        made.refuse(200, crate::wire::Status::Nt(crate::wire::NtStatus::REQUEST_NOT_ACCEPTED));
        let ledger = made.ended_after(1.0);
        let server = ledger.servers().next().unwrap();
        Limit::of(&ledger, server, None).map(|limit| (limit.slots, limit.from))
    }

    #[test]
    fn a_server_that_is_full_shows_its_limit() {
        assert_eq!(full("Windows 5.1", 5, 0), Some((5, "refusal")), "XP Home");
        assert_eq!(full("Windows 5.1", 10, 0), Some((10, "refusal")));
        assert_eq!(
            full("Windows 5.1", 7, 0),
            Some((10, "guess")),
            "no edition has 7: some were not captured"
        );
        assert_eq!(full("Windows 5.0", 5, 0), Some((10, "guess")), "no edition of 2000 has 5");
        assert_eq!(full("Windows 5.1", 20, 0), Some((20, "refusal")), "more than it could have");
        assert_eq!(full("", 20, 0), Some((20, "refusal")));
        assert_eq!(full("", 8, 0), None);
        assert_eq!(full("Windows Server 2003 3790", 10, 0), None);
    }

    #[test]
    fn a_guess_below_what_is_in_use_is_none() {
        let limit = |sessions: u16| {
            let mut made = Made::new();
            for client in 1..=sessions {
                made.null_session(client);
                made.native(client, "", "Windows 5.1");
            }
            let ledger = made.ended_after(1.0);
            let server = ledger.servers().next().unwrap();
            Limit::of(&ledger, server, None).map(|limit| limit.slots)
        };
        assert_eq!((limit(10), limit(11)), (Some(10), None));
    }
}
