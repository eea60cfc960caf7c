//! What connections, sessions, trees and opens are called.

use core::fmt::{self, Write as _};
use core::num::NonZeroU64;
use core::str::FromStr;

use crate::capture::Origin;
use crate::net::Endpoint;
use crate::wire::Timestamp;

/// A connection, by the first packet seen of it and by its two ends.
///
/// The id depends on nothing else. So analyzers of any number can share the work, one a capture or one a group of
/// connections, and feed one [`Ledger`](crate::ledger::Ledger): no two connections have one id, whichever analyzers read
/// them, as long as no two packets of the captures have one [`Origin`] and one pair of ends. Captures that are opened
/// apart are numbered for that: see [`Capture::numbered`](crate::capture::Capture::numbered).
///
/// Ids are ordered by the time of the first packet, then by its capture and frame. Their text is
/// `capture.frame.nanoseconds.ends`, of which the last is a hash in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId {
    first: Origin,
    ends: NonZeroU64,
}

impl ConnectionId {
    /// The connection of two ends, in either order, whose first packet is `first`.
    #[must_use]
    pub fn new(first: Origin, one: Endpoint, other: Endpoint) -> Self {
        let mut hash = Fnv::default();
        let (low, high) = (one.min(other), one.max(other));
        // It takes whatever is written.
        let _ = write!(hash, "{low} {high}");
        Self { first, ends: NonZeroU64::new(hash.0).unwrap_or(NonZeroU64::MIN) }
    }

    /// The first packet seen of it.
    #[must_use]
    pub const fn first(self) -> Origin {
        self.first
    }
}

/// The 64-bit hash FNV-1a: the same on every machine and in every build, which ids that are written down need.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { time, capture, frame } = self.first;
        write!(f, "{capture}.{frame}.{}.{:016x}", time.as_nanos(), self.ends)
    }
}

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id as events have it")]
pub struct NotAnId;

impl FromStr for ConnectionId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(NotAnId);
        let capture = part()?.parse().map_err(|_| NotAnId)?;
        let frame = part()?.parse().map_err(|_| NotAnId)?;
        let time = Timestamp::from_nanos(part()?.parse().map_err(|_| NotAnId)?);
        let ends = u64::from_str_radix(part()?, 16).ok().and_then(NonZeroU64::new).ok_or(NotAnId)?;
        let id = Self { first: Origin { time, capture, frame }, ends };
        // One text for each id: no other way to write it is taken.
        if id.to_string() == text { Ok(id) } else { Err(NotAnId) }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ConnectionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for ConnectionId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An SMB session's id as the wire has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionId {
    /// An SMB1 UID; it means something on its connection only.
    Uid(u16),
    /// An SMB2 SessionId; it means something on its server.
    Smb2(u64),
    /// No id: the messages of the session are cut before it, or it has none.
    Unnamed,
}

impl SessionId {
    /// The number.
    #[must_use]
    pub fn as_raw(self) -> u64 {
        match self {
            Self::Uid(uid) => u64::from(uid),
            Self::Smb2(id) => id,
            Self::Unnamed => 0,
        }
    }
}

/// `0x` and hex digits, or nothing.
#[cfg(feature = "serde")]
impl serde::Serialize for SessionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unnamed => serializer.serialize_none(),
            id => serializer.collect_str(&format_args!("{:#x}", id.as_raw())),
        }
    }
}

/// A tree's id as the wire has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreeId {
    /// An SMB1 TID; it means something on its connection only.
    Tid(u16),
    /// An SMB2 TreeId; it means something within its session.
    Smb2 {
        /// The SessionId.
        session: u64,
        /// The TreeId.
        tree: u32,
    },
}

impl TreeId {
    /// True for an SMB1 TID.
    #[must_use]
    pub const fn is_smb1(self) -> bool {
        matches!(self, Self::Tid(_))
    }

    /// The number.
    #[must_use]
    pub fn as_raw(self) -> u32 {
        match self {
            Self::Tid(tid) => u32::from(tid),
            Self::Smb2 { tree, .. } => tree,
        }
    }
}

/// The id of an open file, directory, printer or pipe as the wire has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenId {
    /// An SMB1 FID; it means something on its connection only.
    Fid(u16),
    /// An SMB2 FileId; it means something within its session.
    Smb2 {
        /// The SessionId.
        session: u64,
        /// The persistent part.
        persistent: u64,
        /// The volatile part.
        volatile: u64,
    },
    /// No open at all: the connection itself, which carries DCE/RPC without SMB.
    Connection,
}

impl OpenId {
    /// The id as hex digits without prefix, as long as it is on the wire: 4 for a FID, 32 for a FileId, none for a
    /// connection.
    #[must_use]
    pub fn digits(self) -> String {
        match self {
            Self::Fid(fid) => format!("{fid:04x}"),
            Self::Smb2 { persistent, volatile, .. } => format!("{persistent:016x}{volatile:016x}"),
            Self::Connection => String::new(),
        }
    }
}

macro_rules! serialize_as_text {
    ($($type:ty, |$value:ident| $text:expr;)*) => {$(
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                serializer.collect_str(&$text)
            }
        }
    )*};
}

serialize_as_text! {
    TreeId, |id| format_args!("{:#x}", id.as_raw());
    OpenId, |id| format_args!("0x{}", id.digits());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(host: u8, port: u16) -> Endpoint {
        Endpoint::new([192, 0, 2, host].into(), port)
    }

    fn at(nanos: i64, capture: u32, frame: u64) -> Origin {
        Origin { time: Timestamp::from_nanos(nanos), capture, frame }
    }

    #[test]
    fn an_id_depends_on_the_first_packet_and_both_ends_and_on_nothing_else() {
        let (client, server) = (end(1, 1025), end(2, 445));
        let id = ConnectionId::new(at(5, 0, 7), client, server);
        assert_eq!(id, ConnectionId::new(at(5, 0, 7), server, client), "either way round");
        for other in [
            ConnectionId::new(at(6, 0, 7), client, server),
            ConnectionId::new(at(5, 1, 7), client, server),
            ConnectionId::new(at(5, 0, 8), client, server),
            ConnectionId::new(at(5, 0, 7), end(1, 1026), server),
            ConnectionId::new(at(5, 0, 7), end(3, 1025), server),
            ConnectionId::new(at(5, 0, 7), Endpoint::station([192, 0, 2, 1, 0, 0], 1), server),
        ] {
            assert_ne!(id, other);
        }
    }

    #[test]
    fn ids_are_ordered_by_time_before_capture_and_frame() {
        let id = |nanos, capture, frame| ConnectionId::new(at(nanos, capture, frame), end(1, 1), end(2, 2));
        assert!(id(1, 9, 9) < id(2, 0, 1));
        assert!(id(2, 0, 9) < id(2, 1, 1));
        assert!(id(2, 1, 1) < id(2, 1, 2));
    }

    #[test]
    fn the_text_of_an_id_is_the_same_for_ever_and_is_read_again() {
        let id = ConnectionId::new(at(-5, 3, 812), end(1, 1025), end(2, 445));
        let text = id.to_string();
        assert_eq!(text, "3.812.-5.b271ad9cc0226d79");
        assert_eq!(text.parse(), Ok(id));
        for cut in 0..text.len() {
            assert_eq!(text[..cut].parse::<ConnectionId>(), Err(NotAnId), "{cut}");
        }
        for wrong in [
            "3.812.-5.0000000000000000",
            "+3.812.-5.00000000000000a1",
            "3.812.-5.a1",
            "3.812.-5.00000000000000a1.1",
        ] {
            assert_eq!(wrong.parse::<ConnectionId>(), Err(NotAnId), "{wrong}");
        }
        assert!("3.812.-5.00000000000000a1".parse::<ConnectionId>().is_ok());
    }
}
