//! What a server runs, as far as it says so, and where it said so.

use std::borrow::Cow;

use super::Moment;
use crate::finding::Plain;
use crate::ledger::{Ledger, Server, ToldWindows};
use crate::rap::ServerType;

/// The system of a server, by what counts most of that which it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct System<'a> {
    /// What it is called, or may be: `Windows 10 or Server 2019`.
    pub name: Cow<'a, str>,
    /// What tells it, the one that counts most first: `lan_manager`, `server_guid` (Samba's is its name), `native_os`,
    /// `announcement`, `ntlm_challenge`.
    pub from: &'static str,
    /// The version in the NTLM challenge, if that tells it.
    pub version: Option<String>,
    /// Where it was first told, of an announcement or a challenge.
    pub told: Option<Moment>,
}

impl<'a> System<'a> {
    /// What a server says that it runs.
    #[must_use]
    pub fn of(ledger: &'a Ledger, server: &'a Server) -> Option<Self> {
        let plain = |name: Cow<'a, str>, from| Some(Self { name, from, version: None, told: None });
        let said = |text: &'a Option<String>| text.as_deref().filter(|text| !text.is_empty());
        let computer = ledger.computer_of(server);
        if ledger.is_samba(server) {
            return match said(&server.lan_manager).filter(|name| name.starts_with("Samba")) {
                Some(name) => plain(name.into(), "lan_manager"),
                None if server.samba_guid => plain("Samba".into(), "server_guid"),
                None => plain("Samba".into(), "announcement"),
            };
        }
        if let Some(os) = said(&server.os) {
            return plain(os.into(), "native_os");
        }
        if let Some(computer) = computer.filter(|computer| computer.server_type.contains(ServerType::NT)) {
            let (major, minor) = computer.version;
            let told = Some(computer.first_seen.into());
            let name = format!("Windows {major}.{minor}").into();
            return Some(Self { name, from: "announcement", version: None, told });
        }
        let ToldWindows { windows, version, at } = ledger.windows_of(server)?;
        let (name, version) = (windows.name.into(), Some(version.to_string()));
        Some(Self { name, from: "ntlm_challenge", version, told: Some(at.into()) })
    }

    /// What it is called, with what tells it if that is a version alone: `Windows 11 (version 10.0.22631 in its NTLM
    /// challenge, frame 7)`.
    pub(super) fn phrase(&self) -> String {
        let name = Plain::name(&self.name);
        match (&self.version, self.told) {
            (Some(version), Some(told)) => {
                format!("{name} (version {version} in its NTLM challenge, frame {})", told.frame)
            }
            _ => name.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::ntlm::Version;
    use crate::finding::testing::Made;
    use crate::session::{EventKind, Notice, SessionEvent, Told};

    /// The system of a server that says `tell` of itself, after its challenge told that of Windows 11.
    fn told(tell: impl FnOnce(&mut Made)) -> (String, &'static str) {
        let mut made = Made::new();
        made.null_session(1);
        for build in [22621, 22621] {
            let version = Version { major: 10, minor: 0, build, ntlm_revision: 15 };
            made.tell(1, EventKind::Session(SessionEvent::ServerVersion { version }));
        }
        tell(&mut made);
        let ledger = made.ended_after(1.0);
        let system = System::of(&ledger, ledger.servers().next().unwrap()).unwrap();
        (system.phrase(), system.from)
    }

    fn native(made: &mut Made, os: &str, lan_manager: &str) {
        let (server_os, server_lan_manager) = (Some(os.to_owned()), Some(lan_manager.to_owned()));
        let native = SessionEvent::Native { client_os: None, server_os, server_lan_manager };
        made.tell(1, EventKind::Session(native));
    }

    fn announce(made: &mut Made, server_type: ServerType) {
        let (name, address) = ("PRNSRV".to_owned(), Some(made.server.host()));
        let (version, users, comment, by) = ((5, 1), None, None, "announcement");
        let told = Told { name, address, server_type, version, users, comment, by };
        made.tell(900, EventKind::Notice(Notice::Computer(told)));
    }

    #[test]
    fn a_challenge_tells_where_nothing_else_does_and_where_it_first_did() {
        let (phrase, from) = told(|_| {});
        assert_eq!(from, "ntlm_challenge");
        assert!(
            phrase.starts_with("Windows 11 (version 10.0.22621 in its NTLM challenge, frame "),
            "{phrase}"
        );
        assert_eq!(told(|made| native(made, "", "")), (phrase, from), "neither native field says anything");
    }

    #[test]
    fn whatever_else_a_server_says_counts_more_than_its_challenge() {
        let of = |name: &str, from| (name.to_owned(), from);
        assert_eq!(told(|made| native(made, "Windows 5.1", "")), of("Windows 5.1", "native_os"));
        assert_eq!(
            told(|made| native(made, "Windows 6.1", "Samba 4.17.12")),
            of("Samba 4.17.12", "lan_manager")
        );
        assert_eq!(told(|made| announce(made, ServerType::NT)), of("Windows 5.1", "announcement"));
        let samba = ServerType::NT | ServerType::XENIX_SERVER;
        assert_eq!(told(|made| announce(made, samba)), of("Samba", "announcement"));
    }
}
