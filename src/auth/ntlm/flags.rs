//! What the three NTLMSSP messages have in common: flags and version.

use core::fmt;

use crate::error::Read;
use crate::wire::{array, le_u16, u8};

bitflags::bitflags! {
    /// NegotiateFlags (\[MS-NLMP\] 2.2.2.5). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct NegotiateFlags: u32 {
        /// Texts are UTF-16LE.
        const UNICODE = 0x0000_0001;
        /// Texts are in the OEM character set.
        const OEM = 0x0000_0002;
        /// The client wants the server's name.
        const REQUEST_TARGET = 0x0000_0004;
        /// Signing.
        const SIGN = 0x0000_0010;
        /// Sealing.
        const SEAL = 0x0000_0020;
        /// Connectionless.
        const DATAGRAM = 0x0000_0040;
        /// LAN Manager session keys.
        const LM_KEY = 0x0000_0080;
        /// NTLM v1 session keys.
        const NTLM = 0x0000_0200;
        /// The connection shall be anonymous. Not every anonymous client sets it.
        const ANONYMOUS = 0x0000_0800;
        /// A NEGOTIATE_MESSAGE has a domain.
        const OEM_DOMAIN_SUPPLIED = 0x0000_1000;
        /// A NEGOTIATE_MESSAGE has a workstation.
        const OEM_WORKSTATION_SUPPLIED = 0x0000_2000;
        /// Signatures always, if only dummies.
        const ALWAYS_SIGN = 0x0000_8000;
        /// The target is a domain.
        const TARGET_TYPE_DOMAIN = 0x0001_0000;
        /// The target is a server.
        const TARGET_TYPE_SERVER = 0x0002_0000;
        /// NTLM v2 session security.
        const EXTENDED_SESSIONSECURITY = 0x0008_0000;
        /// An identity token only.
        const IDENTIFY = 0x0010_0000;
        /// The LM session key.
        const REQUEST_NON_NT_SESSION_KEY = 0x0040_0000;
        /// A CHALLENGE_MESSAGE has a TargetInfo.
        const TARGET_INFO = 0x0080_0000;
        /// The message has a version.
        const VERSION = 0x0200_0000;
        /// 128-bit session keys.
        const NEGOTIATE_128 = 0x2000_0000;
        /// Exchange of a session key.
        const KEY_EXCH = 0x4000_0000;
        /// 56-bit session keys.
        const NEGOTIATE_56 = 0x8000_0000;
    }
}

/// VERSION (\[MS-NLMP\] 2.2.2.10): the operating system of the sender. Prints as `5.1.2600`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Version {
    /// ProductMajorVersion.
    pub major: u8,
    /// ProductMinorVersion.
    pub minor: u8,
    /// ProductBuild.
    pub build: u16,
    /// NTLMRevisionCurrent.
    pub ntlm_revision: u8,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.build)
    }
}

pub(super) fn version(input: &[u8]) -> Read<'_, Version> {
    let (rest, major) = u8(input)?;
    let (rest, minor) = u8(rest)?;
    let (rest, build) = le_u16(rest)?;
    let (rest, _reserved) = array::<3>(rest)?;
    let (rest, ntlm_revision) = u8(rest)?;
    Ok((rest, Version { major, minor, build, ntlm_revision }))
}
