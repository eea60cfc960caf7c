//! One error for every parser: the layer, the byte offset inside the message given to it, and the reason.

use core::fmt;

/// Why a message, or a part of it, could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{layer}: {reason} at byte {offset}")]
pub struct ParseError {
    /// The protocol layer that stopped.
    pub layer: Layer,
    /// Offset in bytes from the start of what that layer's parser was given.
    pub offset: usize,
    /// What was wrong there.
    pub reason: Reason,
}

/// The protocol layer an error or an anomaly belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Layer {
    /// Link layer, IP and TCP headers.
    Net,
    /// QUIC, and the TLS that it carries.
    Quic,
    /// NetBIOS: session, name and datagram services, frames over LLC, and direct TCP framing.
    NetBios,
    /// File system structures (\[MS-FSCC\]).
    Fscc,
    /// Data types that several protocols share (\[MS-DTYP\]).
    Dtyp,
    /// SPNEGO, NTLMSSP or Kerberos blobs.
    Auth,
    /// \[MS-CIFS\] and \[MS-SMB\].
    Smb1,
    /// \[MS-SMB2\].
    Smb2,
    /// Remote administration calls, mailslots and the browser protocol (\[MS-RAP\], \[MS-MAIL\], \[MS-BRWS\]).
    Rap,
    /// DCE/RPC PDUs (C706, \[MS-RPCE\]).
    DceRpc,
    /// NDR or NDR64 stub data.
    Ndr,
    /// \[MS-RPRN\] and \[MS-PAR\].
    Rprn,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Net => "network",
            Self::Quic => "QUIC",
            Self::NetBios => "NetBIOS",
            Self::Fscc => "MS-FSCC",
            Self::Dtyp => "MS-DTYP",
            Self::Auth => "authentication",
            Self::Smb1 => "SMB1",
            Self::Smb2 => "SMB2",
            Self::Rap => "RAP",
            Self::DceRpc => "DCE/RPC",
            Self::Ndr => "NDR",
            Self::Rprn => "MS-RPRN",
        })
    }
}

/// The reason of a [`ParseError`]. `field` is the specification's name of the field that was being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The message ends before the field does.
    Truncated {
        /// The field being read, empty if only an integer was expected.
        field: &'static str,
    },
    /// A field holds a value that its specification does not allow.
    BadValue {
        /// The field.
        field: &'static str,
        /// What it held, widened.
        value: u64,
    },
    /// An offset or a length points outside the message, or backwards where it may only go forwards.
    BadOffset {
        /// The field.
        field: &'static str,
        /// What it held, widened.
        value: u64,
    },
    /// What follows depends on a field whose value this library has no reader for.
    Unknown {
        /// The field.
        field: &'static str,
        /// What it held, widened.
        value: u64,
    },
    /// Bytes are left behind the last field.
    LeftOver {
        /// How many.
        bytes: usize,
    },
    /// A nested structure is deeper, or a list longer, than this library follows.
    TooDeep {
        /// The field.
        field: &'static str,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { field: "" } => write!(f, "cut short"),
            Self::Truncated { field } => write!(f, "cut short in {field}"),
            Self::BadValue { field, value } => write!(f, "bad value {value:#x} of {field}"),
            Self::BadOffset { field, value } => write!(f, "bad offset {value:#x} of {field}"),
            Self::Unknown { field, value } => write!(f, "unknown value {value:#x} of {field}"),
            Self::LeftOver { bytes } => write!(f, "{bytes} bytes behind the last field"),
            Self::TooDeep { field } => write!(f, "too many levels or elements of {field}"),
        }
    }
}

/// A message, or a part of one, that can say what of it could not be read.
///
/// Parsers are lax: they give what is there. What a message should have had besides is told here, on demand, so that
/// those who do not ask pay nothing.
pub trait Examine {
    /// Adds an anomaly for each part that is cut short, lies outside the message or makes no sense.
    fn examine(&self, anomalies: &mut Anomalies);
}

/// What could not be read of a message, in the order in which it was met. Beyond [`Anomalies::KEPT`] they are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anomalies {
    kept: Vec<ParseError>,
    more: usize,
}

impl Anomalies {
    /// How many are kept.
    pub const KEPT: usize = 32;

    /// Adds one, unless the same is there: one fault is met twice by two that read the same place.
    pub fn add(&mut self, anomaly: ParseError) {
        if self.kept.contains(&anomaly) {
            return;
        }
        if self.kept.len() < Self::KEPT {
            self.kept.push(anomaly);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Adds one if a buffer that should have `wanted` bytes has fewer: `field` was cut at `offset` and what there is.
    pub fn expect(&mut self, layer: Layer, field: &'static str, offset: usize, wanted: usize, bytes: &[u8]) {
        if bytes.len() < wanted {
            let offset = offset.saturating_add(bytes.len());
            self.add(ParseError { layer, offset, reason: Reason::Truncated { field } });
        }
    }

    /// Gives the value, or adds why there is none.
    pub fn ok<T>(&mut self, result: Result<T, ParseError>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// Of a message that is cut, leaves the first that says so. What is nested in it is cut by the same fault, and offsets
    /// in it lead behind its end.
    pub(crate) fn cut_once(&mut self) {
        let mut first = true;
        self.kept.retain(|anomaly| match anomaly.reason {
            Reason::Truncated { .. } => core::mem::take(&mut first),
            Reason::BadOffset { .. } => first,
            _ => true,
        });
    }

    /// True if there was none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Those that were kept.
    pub fn iter(&self) -> impl Iterator<Item = &ParseError> {
        self.kept.iter()
    }

    /// How many more there were.
    #[must_use]
    pub const fn more(&self) -> usize {
        self.more
    }
}

/// As a list of texts.
#[cfg(feature = "serde")]
impl serde::Serialize for Anomalies {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.kept)
    }
}

/// The error of nom parsers inside this crate: how many bytes were left unread, and why.
///
/// [`Unread::at`] turns it into a [`ParseError`] with an exact offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// Bytes that were left at the place of the error.
    pub left: usize,
    /// What was wrong there.
    pub reason: Reason,
}

impl Unread {
    /// A failure with `rest` still unread, as nom wants it.
    pub fn error(rest: &[u8], reason: Reason) -> nom::Err<Self> {
        nom::Err::Error(Self { left: rest.len(), reason })
    }

    /// The public error, for a message of `total` bytes.
    #[must_use]
    pub fn at(self, layer: Layer, total: usize) -> ParseError {
        ParseError { layer, offset: total.saturating_sub(self.left), reason: self.reason }
    }
}

impl From<nom::Err<Self>> for Unread {
    fn from(error: nom::Err<Self>) -> Self {
        match error {
            nom::Err::Error(unread) | nom::Err::Failure(unread) => unread,
            nom::Err::Incomplete(_) => Self { left: 0, reason: Reason::Truncated { field: "" } },
        }
    }
}

impl nom::error::ParseError<&[u8]> for Unread {
    fn from_error_kind(input: &[u8], _kind: nom::error::ErrorKind) -> Self {
        Self { left: input.len(), reason: Reason::Truncated { field: "" } }
    }

    fn append(_input: &[u8], _kind: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

/// What a nom parser of this crate returns: the rest and the value.
pub type Parsed<'a, T> = nom::IResult<&'a [u8], T, Unread>;

/// What a reader of a field gives; if it was cut and does not say in what, it was in that field.
pub(crate) fn named<'a, T>(field: &'static str, read: Parsed<'a, T>) -> Parsed<'a, T> {
    read.map_err(|error| match error {
        nom::Err::Error(Unread { left, reason: Reason::Truncated { field: "" } }) => {
            nom::Err::Error(Unread { left, reason: Reason::Truncated { field } })
        }
        other => other,
    })
}

/// Runs a nom parser over a whole message and gives the rest, the value, or a [`ParseError`] with its offset.
///
/// # Errors
/// Whatever stopped `parser`, placed at its byte offset in `input`.
pub fn parse<'a, T>(
    layer: Layer,
    input: &'a [u8],
    parser: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> Result<(&'a [u8], T), ParseError> {
    parser(input).map_err(|error| Unread::from(error).at(layer, input.len()))
}

/// As its text.
#[cfg(feature = "serde")]
impl serde::Serialize for ParseError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anomalies_are_kept_to_a_cap_and_counted_beyond() {
        let mut anomalies = Anomalies::default();
        assert!(anomalies.is_empty());
        anomalies.expect(Layer::Smb2, "Buffer", 64, 3, b"abc");
        assert!(anomalies.is_empty(), "nothing is missing");
        anomalies.expect(Layer::Smb2, "Buffer", 64, 4, b"abc");
        let text: Vec<_> = anomalies.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["SMB2: cut short in Buffer at byte 67"]);
        anomalies.expect(Layer::Smb2, "Buffer", 64, 4, b"abc");
        assert_eq!(anomalies.iter().count(), 1, "the same again is no other");
        for offset in 0..40 {
            anomalies.expect(Layer::Smb2, "Buffer", offset, 1, b"");
        }
        assert_eq!((anomalies.iter().count(), anomalies.more()), (32, 9));
    }

    #[test]
    fn a_message_is_cut_once() {
        let mut anomalies = Anomalies::default();
        let mut add = |layer, reason| anomalies.add(ParseError { layer, offset: 0, reason });
        add(Layer::Smb2, Reason::BadOffset { field: "before", value: 1 });
        add(Layer::Smb2, Reason::Truncated { field: "holder" });
        add(Layer::Smb2, Reason::Unknown { field: "other", value: 1 });
        add(Layer::Fscc, Reason::Truncated { field: "nested" });
        add(Layer::Fscc, Reason::BadOffset { field: "behind", value: 1 });
        anomalies.cut_once();
        let told: Vec<_> = anomalies.iter().map(ToString::to_string).collect();
        let [before, holder, other] = &told[..] else { panic!("{told:?}") };
        assert!(before.contains("before") && holder.contains("holder") && other.contains("other"));
    }
}
