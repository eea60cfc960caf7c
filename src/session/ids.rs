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

/// `0x` and as many hex digits as it has on the wire, 4 or 16; or nothing.
impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uid(uid) => write!(f, "{uid:#06x}"),
            Self::Smb2(id) => write!(f, "{id:#018x}"),
            Self::Unnamed => Ok(()),
        }
    }
}

impl FromStr for SessionId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.len() {
            0 => Ok(Self::Unnamed),
            6 => number(text).and_then(narrow).map(Self::Uid),
            _ => number(text).map(Self::Smb2),
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

/// `0x` and 4 hex digits; of SMB2 its session's id, `/` and 8.
impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tid(tid) => write!(f, "{tid:#06x}"),
            Self::Smb2 { session, tree } => write!(f, "{session:#018x}/{tree:#010x}"),
        }
    }
}

impl FromStr for TreeId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let Some((session, tree)) = text.split_once('/') else {
            return number(text).and_then(narrow).map(Self::Tid);
        };
        Ok(Self::Smb2 { session: number(session)?, tree: narrow(number(tree)?)? })
    }
}

/// `0x` and 4 hex digits; of SMB2 its session's id, `/`, the persistent and the volatile part; nothing for a connection.
impl fmt::Display for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fid(fid) => write!(f, "{fid:#06x}"),
            Self::Smb2 { session, persistent, volatile } => {
                write!(f, "{session:#018x}/{persistent:#018x}/{volatile:#018x}")
            }
            Self::Connection => Ok(()),
        }
    }
}

impl FromStr for OpenId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let mut parts = text.split('/');
        match [parts.next(), parts.next(), parts.next(), parts.next()] {
            [Some(""), None, ..] => Ok(Self::Connection),
            [Some(fid), None, ..] => number(fid).and_then(narrow).map(Self::Fid),
            [Some(session), Some(persistent), Some(volatile), None] => Ok(Self::Smb2 {
                session: number(session)?,
                persistent: number(persistent)?,
                volatile: number(volatile)?,
            }),
            _ => Err(NotAnId),
        }
    }
}

/// A number of `0x` and hex digits.
fn number(text: &str) -> Result<u64, NotAnId> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+')).ok_or(NotAnId)?;
    u64::from_str_radix(digits, 16).map_err(|_| NotAnId)
}

fn narrow<T: TryFrom<u64>>(number: u64) -> Result<T, NotAnId> {
    T::try_from(number).map_err(|_| NotAnId)
}

/// As their texts, from which they are read again.
#[cfg(feature = "serde")]
mod texts {
    use serde::{Serialize, Serializer};

    use super::{OpenId, SessionId, TreeId};

    macro_rules! serialize_as_text {
        ($($type:ty),*) => {$(
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }
        )*};
    }

    serialize_as_text!(SessionId, TreeId, OpenId);
}

#[cfg(feature = "serde")]
crate::wire::serialise::deserialize_from_text!(ConnectionId, SessionId, TreeId, OpenId);

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

    #[test]
    fn the_texts_of_ids_are_read_again() {
        for id in [SessionId::Uid(100), SessionId::Smb2(100), SessionId::Smb2(u64::MAX), SessionId::Unnamed] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for id in [TreeId::Tid(7), TreeId::Smb2 { session: 1, tree: 7 }] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        let smb2 = OpenId::Smb2 { session: 1, persistent: 2, volatile: u64::MAX };
        for id in [OpenId::Fid(0x4001), smb2, OpenId::Connection] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for wrong in ["0x", "64", "0x+064", "0x10000", "0x1/", "0x1/0x2", "0x1/0x2/0x3/0x4"] {
            assert_eq!(wrong.parse::<OpenId>(), Err(NotAnId), "{wrong}");
        }
    }
}
