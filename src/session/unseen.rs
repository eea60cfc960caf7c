//! Traffic that is not read, and whether a null session may be in it.

use std::borrow::Cow;

use crate::capture::Origin;

/// Traffic that is not read: packets of one kind, or one connection.
///
/// An answer that names no null session rests on what was read. This is the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Unseen {
    /// Why it is not read.
    pub what: UnseenKind,
    /// What it is called: `GRE`, `IEEE 802.11 (link type 105)`, `spoolss`.
    pub name: Cow<'static, str>,
    /// Its first packet.
    pub first: Origin,
    /// Its last packet.
    pub last: Origin,
    /// How many packets.
    pub packets: u64,
    /// How many connections they belong to, where that is known.
    pub connections: u64,
    /// Whether its beginning was captured. If not, it may have lasted any time before.
    pub start_seen: bool,
    /// Whether its end was captured. If not, it may go on to the end of the capture.
    pub ended: bool,
    /// Whether a null session may be in it.
    pub may_hold: MayHold,
}

/// Why traffic is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum UnseenKind {
    /// Packets of a link type that is not read.
    LinkType,
    /// Packets in a tunnel, or behind a tag, that is not read.
    Encapsulation,
    /// NetBIOS sessions over IPX.
    Ipx,
    /// DCE/RPC over TCP.
    RpcTcp,
    /// DCE/RPC over UDP.
    RpcUdp,
    /// QUIC, which may carry SMB.
    Quic,
    /// RPC calls that are sealed.
    Sealed,
    /// Messages that are encrypted.
    Encrypted,
    /// Messages of which the capture has only the first bytes.
    Cut,
    /// A connection of which only one direction was captured.
    OneDirection,
    /// A connection of which only keep-alives and acknowledgments were captured.
    KeepAlivesOnly,
    /// A connection of which bytes are missing from the capture.
    Gap,
    /// What was let go because a table was full.
    Evicted,
    /// Packets whose headers are cut or make no sense.
    Unreadable,
    /// A file that could not be read.
    File,
}

impl UnseenKind {
    /// The word for it in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LinkType => "link_type",
            Self::Encapsulation => "encapsulation",
            Self::Ipx => "ipx",
            Self::RpcTcp => "rpc_tcp",
            Self::RpcUdp => "rpc_udp",
            Self::Quic => "quic",
            Self::Sealed => "sealed",
            Self::Encrypted => "encrypted",
            Self::Cut => "cut",
            Self::OneDirection => "one_direction",
            Self::KeepAlivesOnly => "keep_alives_only",
            Self::Gap => "gap",
            Self::Evicted => "evicted",
            Self::Unreadable => "unreadable",
            Self::File => "file",
        }
    }
}

/// Whether a null session may be in traffic that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum MayHold {
    /// No.
    Never,
    /// Yes, if it lasts, or may have lasted, longer than the grace.
    IfLasting,
    /// Yes.
    Always,
}
