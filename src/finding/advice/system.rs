//! What a server runs, as far as it says so, and what to do there.

use std::collections::BTreeSet;

use super::{PRINTER_SHARES, Part, nt, samba, unknown, windows};
use crate::ledger::{Computer, Ledger, ServerRowId, ToldWindows};
use crate::net::Host;
use crate::rap::ServerType;

/// What to do on a server of one kind. Each text is a paragraph that names its sources.
#[derive(Debug)]
pub(super) struct System {
    /// What it is called, after "on".
    pub(super) name: &'static str,
    /// How to see who holds the slots, and what.
    pub(super) look: &'static str,
    /// How many slots there are.
    pub(super) limit: &'static str,
    /// How idle sessions are dropped.
    pub(super) idle: &'static str,
    /// How to restrict null sessions, in paragraphs.
    pub(super) restrict: &'static [&'static str],
    /// Why a null session is denied, and what that gives.
    pub(super) denied: &'static str,
    /// What [`Self::end`] is for.
    pub(super) to_end: &'static str,
    /// How to end sessions at once.
    pub(super) end: &'static str,
    /// Why the spooler does not answer.
    pub(super) spooler: &'static str,
    /// How to keep the spooler from those who do not print.
    pub(super) refuse_clients: &'static str,
    /// How to keep drivers from being planted.
    pub(super) drivers: &'static str,
    /// How many users a share takes, and how to change that.
    pub(super) share_limit: &'static str,
}

/// What the name of an operating system begins with. The first that matches counts. Windows writes its version as
/// `Windows 5.1` up to Server 2003, and its name since; `Windows 6.1` is Samba's.
const NAMES: &[(&str, &System)] = &[
    ("Windows NT", &nt::NT_4_0),
    ("Windows 5.0", &nt::WINDOWS_2000),
    ("Windows 2000", &nt::WINDOWS_2000),
    ("Windows 5.1", &nt::XP),
    ("Windows 2002", &nt::XP),
    ("Windows XP", &nt::XP),
    ("Windows 5.2", &nt::SERVER_2003),
    ("Windows Server 2003", &nt::SERVER_2003),
    ("Windows Vista", &windows::VISTA),
    ("Windows 7", &windows::VISTA),
    ("Windows Server (R) 2008", &windows::VISTA),
    ("Windows Server 2008", &windows::VISTA),
    ("Windows 8", &windows::LATER),
    ("Windows 10", &windows::LATER),
    ("Windows 11", &windows::LATER),
    ("Windows Server", &windows::LATER),
    ("Windows 6.1", &samba::SAMBA),
    ("Unix", &samba::SAMBA),
];

/// The versions that Windows NT and its successors announce, and have in their NTLM challenges, from the highest down: each counts from there on.
const VERSIONS: &[((u32, u32), &System)] = &[
    ((6, 2), &windows::LATER),
    ((6, 0), &windows::VISTA),
    ((5, 2), &nt::SERVER_2003),
    ((5, 1), &nt::XP),
    ((5, 0), &nt::WINDOWS_2000),
    ((4, 0), &nt::NT_4_0),
];

impl System {
    /// What a server says that it is: by its LAN manager, GUID and type if it is Samba, else by the name of its system,
    /// the version that it announces or has in its NTLM challenge, or SMB2 alone.
    pub(super) fn of(
        ledger: &Ledger,
        server: Option<ServerRowId>,
        smb2: impl Fn(ServerRowId) -> bool,
    ) -> &'static Self {
        let Some(server) = server.and_then(|row| ledger.server(row)) else { return &unknown::UNKNOWN };
        let computer = ledger.computer_of(server);
        if ledger.is_samba(server) {
            return &samba::SAMBA;
        }
        let named = server.os.as_deref().and_then(Self::named);
        let announced = || computer.and_then(Self::announced);
        let by_dialect = || smb2(server.row).then_some(&windows::BY_DIALECT);
        let challenged = || ledger.windows_of(server).and_then(Self::challenged);
        named.or_else(announced).or_else(challenged).or_else(by_dialect).unwrap_or(&unknown::UNKNOWN)
    }

    fn named(os: &str) -> Option<&'static Self> {
        NAMES.iter().find(|(start, _)| os.starts_with(start)).map(|(_, system)| *system)
    }

    /// `192.168.1.10 (Windows XP)`.
    fn at(&self, host: Host) -> String {
        let name = if self.name.starts_with("the server") { "the server" } else { self.name };
        format!("{host} ({name})")
    }

    fn announced(computer: &Computer) -> Option<&'static Self> {
        let of_nt = computer.server_type.contains(ServerType::NT);
        of_nt.then(|| Self::of_version(computer.version)).flatten()
    }

    fn challenged(told: ToldWindows) -> Option<&'static Self> {
        Self::of_version((told.version.major.into(), told.version.minor.into()))
    }

    fn of_version(version: (u32, u32)) -> Option<&'static Self> {
        VERSIONS.iter().find(|(first, _)| version >= *first).map(|(_, system)| *system)
    }

    /// A part in paragraphs, each with what it is for and where; `host` is the server's address.
    pub(super) fn paragraphs(&self, part: Part, host: Host) -> Vec<String> {
        let on = |what: &str, text: &str| vec![format!("{what}, on {}: {text}", self.name)];
        match part {
            Part::Say(text) => vec![text.to_owned()],
            Part::PrinterShares => vec![PRINTER_SHARES.to_owned()],
            Part::Look => on("To see who holds what", self.look),
            Part::Limit => on("The limit", self.limit),
            Part::Idle => on("Idle sessions", self.idle),
            Part::Denied => on("Why null sessions are denied", self.denied),
            // What is typed there is typed on no other computer.
            Part::Free => vec![format!("{}, on {}: {}", self.to_end, self.at(host), self.end)],
            Part::Spooler => on("Why the spooler does not answer", self.spooler),
            Part::RefuseClients => on("To protect the spooler", self.refuse_clients),
            Part::Drivers => on("To keep drivers from being planted", self.drivers),
            Part::ShareLimit => on("The limit of the share", self.share_limit),
            Part::Restrict => {
                let (first, others) = self.restrict.split_first().unwrap_or((&"", &[]));
                let first = on("Method 1 (preferred)", first);
                first.into_iter().chain(others.iter().map(|text| (*text).to_owned())).collect()
            }
        }
    }
}

/// The servers with which a client agreed on SMB2 or SMB3.
pub(super) fn smb2(ledger: &Ledger) -> BTreeSet<ServerRowId> {
    let connections = ledger.connections().map(|(_, connection)| connection);
    let speak = connections.filter(|connection| {
        let dialect = connection.dialect.as_deref().unwrap_or_default();
        dialect.starts_with("SMB 2") || dialect.starts_with("SMB 3")
    });
    speak.filter_map(|connection| connection.server_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::ntlm::Version;
    use crate::finding::testing::Made;
    use crate::session::{EventKind, Notice, SessionEvent, Told};

    /// What a server that calls its system `os` and announces itself is taken for.
    fn announced(os: &str, server_type: ServerType, version: (u32, u32)) -> &'static str {
        made_of(Made::new(), os, server_type, version)
    }

    fn made_of(mut made: Made, os: &str, server_type: ServerType, version: (u32, u32)) -> &'static str {
        made.null_session(1);
        made.native(1, "", os);
        let (name, address) = ("PRNSRV".to_owned(), Some(made.server.host()));
        let told =
            Told { name, address, server_type, version, users: None, comment: None, by: "announcement" };
        made.tell(900, EventKind::Notice(Notice::Computer(told)));
        let ledger = made.ended_after(1.0);
        let server = ledger.servers().next().map(|server| server.row);
        System::of(&ledger, server, |_| false).name
    }

    #[test]
    fn a_server_is_what_it_announces_unless_it_says_so_itself() {
        let nt = ServerType::SERVER | ServerType::NT;
        assert_eq!(announced("", nt, (4, 0)), "Windows NT 4.0");
        assert_eq!(announced("", nt, (5, 0)), "Windows 2000");
        assert_eq!(announced("", nt, (5, 1)), "Windows XP");
        assert_eq!(announced("", nt | ServerType::SERVER_NT, (5, 2)), "Windows Server 2003");
        assert_eq!(announced("", nt, (6, 1)), "Windows Vista, 7 or Server 2008");
        assert_eq!(announced("", nt, (10, 0)), "Windows 8, Server 2012 or later");
        assert_eq!(announced("Windows 5.1", nt, (5, 0)), "Windows XP");
        assert_eq!(announced("", nt, (3, 51)), "the server");
        assert_eq!(
            announced("", ServerType::SERVER | ServerType::WINDOWS, (4, 0)),
            "the server",
            "Windows 95"
        );
        assert_eq!(announced("Windows 5.0", nt | ServerType::XENIX_SERVER, (4, 9)), "Samba");
    }

    #[test]
    fn what_it_announces_counts_more_than_the_version_in_its_challenge() {
        let challenged = |server_type, announced| {
            let mut made = Made::new();
            made.null_session(2);
            let version = Version { major: 10, minor: 0, build: 22631, ntlm_revision: 15 };
            made.tell(2, EventKind::Session(SessionEvent::ServerVersion { version }));
            made_of(made, "", server_type, announced)
        };
        let nt = ServerType::SERVER | ServerType::NT;
        assert_eq!(challenged(nt, (5, 1)), "Windows XP");
        assert_eq!(challenged(nt | ServerType::XENIX_SERVER, (6, 1)), "Samba");
        assert_eq!(
            challenged(ServerType::SERVER, (0, 0)),
            "Windows 8, Server 2012 or later",
            "announces none"
        );
    }

    #[test]
    fn the_first_name_that_matches_is_not_hidden_by_one_before_it() {
        for (place, (name, _)) in NAMES.iter().enumerate() {
            let first = NAMES.iter().position(|(start, _)| name.starts_with(start));
            assert_eq!(first, Some(place), "{name}");
        }
    }

    #[test]
    fn every_kind_of_server_has_a_text_of_each_kind() {
        let all = NAMES.iter().map(|(_, system)| *system);
        for system in all.chain([&windows::BY_DIALECT, &unknown::UNKNOWN]) {
            let texts = [
                system.name,
                system.look,
                system.limit,
                system.idle,
                system.denied,
                system.to_end,
                system.end,
                system.spooler,
                system.refuse_clients,
                system.drivers,
                system.share_limit,
            ];
            assert!(texts.iter().chain(system.restrict).all(|text| !text.is_empty()), "{}", system.name);
            assert!(!system.restrict.is_empty(), "{}", system.name);
        }
    }
}
