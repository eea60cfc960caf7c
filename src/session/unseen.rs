//! Traffic that is not read, and whether a null session may be in it.

use std::borrow::Cow;

use crate::capture::Origin;
use crate::net::Endpoint;

/// Traffic that is not read: packets of one kind, or one connection.
///
/// An answer that names no null session rests on what was read. This is the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// What shows that it is a user's, if anything does.
    pub user: Option<UserShown>,
    /// The first few connections of it, or packets that are of none.
    pub examples: Examples,
}

impl Unseen {
    /// The same of a connection between these two.
    pub(crate) fn between(mut self, client: Endpoint, server: Endpoint) -> Self {
        self.examples = Examples::one(Some((client, server)), self.first);
        self
    }
}

/// The first few connections of a kind that is not read, or packets that are of none: where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Examples(Vec<Example>);

/// A connection that is not read, or a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Example {
    /// Who connects, if the packets say so.
    pub client: Option<Endpoint>,
    /// Whom it connects to.
    pub server: Option<Endpoint>,
    /// Its first packet.
    pub first: Origin,
}

impl Examples {
    /// So many are kept.
    pub const KEPT: usize = 3;

    /// A connection, or a packet of none.
    pub(crate) fn one(ends: Option<(Endpoint, Endpoint)>, first: Origin) -> Self {
        let (client, server) = ends.unzip();
        Self(vec![Example { client, server, first }])
    }

    /// The examples, the first packet first.
    pub fn iter(&self) -> impl Iterator<Item = &Example> {
        self.0.iter()
    }

    /// Adds others. Of all, those that begin first are kept, whatever the order in which they are added.
    pub(crate) fn add(&mut self, others: &Self) {
        for other in &others.0 {
            self.add_one(*other);
        }
    }

    fn add_one(&mut self, other: Example) {
        let ends = |example: &Example| (example.client, example.server);
        if let Some(known) = self.0.iter_mut().find(|known| ends(known) == ends(&other)) {
            known.first = known.first.min(other.first);
        } else if self.0.len() < Self::KEPT {
            self.0.push(other);
        } else if let Some(last) = self.0.last_mut().filter(|last| other.first < last.first) {
            *last = other;
        }
        self.0.sort_by_key(|example| example.first);
    }
}

/// What a connection of QUIC is called by what its client offers to speak, where that is no other protocol.
pub(crate) mod offer {
    /// The protocol's name is that of SMB.
    pub(crate) const SMB: &str = "SMB over QUIC";
    /// The offer was not read.
    pub(crate) const UNREAD: &str = "offer of the client not read";
}

/// What shows that traffic which is not read is a user's: no null session is in it then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum UserShown {
    /// A user authenticated.
    Authenticated,
    /// Its calls are signed, which takes a key.
    Signed,
    /// Its calls are sealed, which takes a key.
    Sealed,
}

/// Why traffic is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum MayHold {
    /// No.
    Never,
    /// Yes, if it lasts, or may have lasted, longer than the grace.
    IfLasting,
    /// Yes.
    Always,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Timestamp;

    fn at(frame: u64) -> Origin {
        Origin { time: Timestamp::from_nanos(i64::try_from(frame).unwrap()), capture: 0, frame }
    }

    fn client(number: u16, frame: u64) -> Examples {
        let end = |port| Endpoint::new([192, 168, 1, 21].into(), port);
        Examples::one(Some((end(number), end(445))), at(frame))
    }

    fn told(added: &[Examples]) -> Vec<(u16, u64)> {
        let mut all = Examples::default();
        added.iter().for_each(|examples| all.add(examples));
        all.iter().map(|example| (example.client.unwrap().port, example.first.frame)).collect()
    }

    #[test]
    fn the_first_three_are_kept_in_whatever_order_they_come() {
        let mut four = [client(1, 10), client(2, 20), client(3, 30), client(4, 40)];
        assert_eq!(told(&four), [(1, 10), (2, 20), (3, 30)]);
        four.reverse();
        assert_eq!(told(&four), [(1, 10), (2, 20), (3, 30)]);
    }

    #[test]
    fn a_connection_is_one_example_however_many_of_its_packets_are_added() {
        assert_eq!(told(&[client(1, 20), client(1, 10), client(2, 15)]), [(1, 10), (2, 15)]);
    }
}
