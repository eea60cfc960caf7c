//! Which Windows a version is of.

use super::Version;

/// The editions of a build of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Editions {
    /// For clients alone.
    Client,
    /// For servers alone.
    Server,
    /// For clients and for servers: the version does not tell them apart.
    Either,
}

/// A Windows, as a [`Version`] tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Windows {
    /// What it is called, or may be: `Windows 10 or Server 2019`.
    pub name: &'static str,
    /// The editions that it has.
    pub editions: Editions,
}

/// Major and minor version, and the first build; each counts from there on, up to the one above it. The highest first
/// (\[MS-NLMP\] 2.2.2.10; Microsoft Learn, Operating System Version, Windows 10 and 11 release information, and Windows
/// Server release information).
const BUILDS: &[((u8, u8), u16, &str, Editions)] = &[
    ((10, 0), 26100, "Windows 11 or Server 2025", Editions::Either),
    ((10, 0), 25399, "Windows 11", Editions::Client),
    ((10, 0), 25398, "Windows Server, version 23H2", Editions::Server),
    ((10, 0), 22000, "Windows 11", Editions::Client),
    ((10, 0), 20348, "Windows Server 2022", Editions::Server),
    ((10, 0), 17764, "Windows 10 or Windows Server", Editions::Either),
    ((10, 0), 17763, "Windows 10 or Server 2019", Editions::Either),
    ((10, 0), 16299, "Windows 10 or Windows Server", Editions::Either),
    ((10, 0), 15063, "Windows 10", Editions::Client),
    ((10, 0), 14393, "Windows 10 or Server 2016", Editions::Either),
    ((10, 0), 10240, "Windows 10", Editions::Client),
    ((6, 3), 9600, "Windows 8.1 or Server 2012 R2", Editions::Either),
    ((6, 2), 9200, "Windows 8 or Server 2012", Editions::Either),
    ((6, 1), 7600, "Windows 7 or Server 2008 R2", Editions::Either),
    ((6, 0), 6001, "Windows Vista or Server 2008", Editions::Either),
    ((6, 0), 6000, "Windows Vista", Editions::Client),
    ((5, 2), 3790, "Windows Server 2003 or XP Professional x64 Edition", Editions::Either),
    ((5, 1), 2600, "Windows XP", Editions::Client),
    ((5, 0), 2195, "Windows 2000", Editions::Either),
];

impl Version {
    /// The Windows that has this version, or `None` if no release has it: others send versions too, and Samba's is
    /// `6.1.0`.
    #[must_use]
    pub fn windows(self) -> Option<Windows> {
        let of = |(version, first, ..): &&(_, u16, _, _)| {
            *version == (self.major, self.minor) && self.build >= *first
        };
        let (.., name, editions) = *BUILDS.iter().find(of)?;
        Some(Windows { name, editions })
    }
}

#[cfg(test)]
mod tests {
    use super::Editions::{Client, Either, Server};
    use super::*;

    #[test]
    fn each_release_is_known_by_its_build() {
        for (major, minor, build, name, editions) in [
            (5, 0, 2195, "Windows 2000", Either),
            (5, 1, 2600, "Windows XP", Client),
            (5, 2, 3790, "Windows Server 2003 or XP Professional x64 Edition", Either),
            (6, 0, 6000, "Windows Vista", Client),
            (6, 0, 6002, "Windows Vista or Server 2008", Either),
            (6, 1, 7601, "Windows 7 or Server 2008 R2", Either),
            (6, 2, 9200, "Windows 8 or Server 2012", Either),
            (6, 3, 9600, "Windows 8.1 or Server 2012 R2", Either),
            (10, 0, 10586, "Windows 10", Client),
            (10, 0, 14393, "Windows 10 or Server 2016", Either),
            (10, 0, 15063, "Windows 10", Client),
            (10, 0, 17134, "Windows 10 or Windows Server", Either),
            (10, 0, 17763, "Windows 10 or Server 2019", Either),
            (10, 0, 19041, "Windows 10 or Windows Server", Either),
            (10, 0, 20348, "Windows Server 2022", Server),
            (10, 0, 22000, "Windows 11", Client),
            (10, 0, 22631, "Windows 11", Client),
            (10, 0, 25398, "Windows Server, version 23H2", Server),
            (10, 0, 26100, "Windows 11 or Server 2025", Either),
        ] {
            let windows = Version { major, minor, build, ntlm_revision: 15 }.windows();
            assert_eq!(windows, Some(Windows { name, editions }), "{major}.{minor}.{build}");
        }
    }

    #[test]
    fn what_no_release_has_is_no_windows() {
        for (major, minor, build) in [
            (6, 1, 0),
            (6, 1, 7599),
            (10, 0, 0),
            (5, 1, 2599),
            (5, 3, 9600),
            (4, 0, 1381),
            (255, 255, u16::MAX),
        ] {
            let version = Version { major, minor, build, ntlm_revision: 15 };
            assert_eq!(version.windows(), None, "{version}");
        }
    }

    #[test]
    fn none_is_hidden_by_one_above_it() {
        for (version, build, name, _) in BUILDS {
            let (major, minor) = *version;
            let windows = Version { major, minor, build: *build, ntlm_revision: 15 }.windows();
            assert_eq!(windows.map(|windows| windows.name), Some(*name), "{version:?}.{build}");
        }
    }
}
