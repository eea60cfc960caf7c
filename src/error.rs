//! One error for every parser: the layer, the byte offset inside the message given to it, and the reason.
//!
//! # The two forms of a parser
//!
//! A structure that stands at the start of its input and says itself where it ends has nom's signature,
//! `fn parse(input: &[u8]) -> Parsed<'_, Self>`: it gives what follows the structure, and composes with the
//! combinators of nom, a dependant's own parsers among them. A structure that takes all of its input, because its
//! offsets count from the start of the message or because it ends where the message does, is
//! `fn parse(message: …) -> Result<Self, ParseError>`. The bodies of SMB take the message or the block that they are
//! part of, so that no offset can be resolved from the wrong place.
//!
//! An error of either is a [`ParseError`]. nom wraps it, and `?` takes it out again:
//!
//! ```
//! use nom::Parser;
//! use nom::bytes::complete::tag;
//! use nom::multi::many1;
//! use nom::number::complete::be_u32;
//! use nom::sequence::preceded;
//! use smbscope::error::{ParseError, Parsed};
//! use smbscope::netbios::Name;
//! use smbscope::smb2;
//!
//! /// A record of one's own: a mark, a serial number, and the NetBIOS name of who wrote it.
//! fn record(input: &[u8]) -> Parsed<'_, (u32, Name)> {
//!     preceded(tag("REC"), (be_u32, Name::parse)).parse(input)
//! }
//!
//! /// All messages of a chain.
//! fn chain(frame: &[u8]) -> Result<Vec<smb2::Message<'_>>, ParseError> {
//!     let (_, messages) = many1(smb2::Message::parse).parse(frame)?;
//!     Ok(messages)
//! }
//!
//! let bytes = b"REC\0\0\0\x07\x20FDFCFGCACACACACACACACACACACACACA\0";
//! let (rest, (serial, name)) = record(bytes)?;
//! assert_eq!((rest.len(), serial, name.to_string().as_str()), (0, 7, "SRV<20>"));
//! assert_eq!(chain(b"\xfeSMB\x40\0").unwrap_err().to_string(), "SMB2: cut short in CreditCharge at byte 6");
//! # Ok::<(), ParseError>(())
//! ```

use core::fmt;

use nom::error::{ErrorKind, FromExternalError};

/// Why a message, or a part of it, could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{layer}: {reason} at byte {offset}")]
pub struct ParseError {
    /// The protocol layer that stopped.
    pub layer: Layer,
    /// Offset in bytes from the start of what that layer's parser was given. In a combination of parsers this is the
    /// input of the one that failed.
    pub offset: usize,
    /// What was wrong there.
    pub reason: Reason,
}

impl ParseError {
    /// The same error, in a message that has so many bytes before the input in which it was met.
    #[must_use]
    pub const fn behind(self, bytes: usize) -> Self {
        Self { offset: self.offset.saturating_add(bytes), ..self }
    }

    /// True if something was cut and it is not said what.
    #[cfg(test)]
    pub(crate) fn is_unnamed(&self) -> bool {
        self.reason == Reason::Truncated { field: "" }
    }
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
    /// None of this crate: a combinator of nom, or a parser of a dependant.
    Other,
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
            Self::Other => "parser",
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
    /// A combinator of nom did not accept the input.
    Combinator {
        /// Which one.
        kind: ErrorKind,
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
            Self::Combinator { kind } => write!(f, "not accepted by {}", kind.description()),
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
    pub fn ok<T>(&mut self, result: Result<T, impl Into<ParseError>>) -> Option<T> {
        result.map_err(|error| self.add(error.into())).ok()
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

/// What a parser of a structure at the start of its input gives, in nom's form: the rest, and the structure.
pub type Parsed<'a, T> = nom::IResult<&'a [u8], T, ParseError>;

impl<I> nom::error::ParseError<I> for ParseError {
    fn from_error_kind(_input: I, kind: ErrorKind) -> Self {
        let reason = match kind {
            ErrorKind::Eof => Reason::Truncated { field: "" },
            kind => Reason::Combinator { kind },
        };
        Self { layer: Layer::Other, offset: 0, reason }
    }

    fn append(_input: I, _kind: ErrorKind, other: Self) -> Self {
        other
    }
}

impl<I> nom::error::ContextError<I> for ParseError {}

/// Of the error of a dependant's own function, in `map_res` and its like, the combinator alone is kept.
impl<I, E> FromExternalError<I, E> for ParseError {
    fn from_external_error(input: I, kind: ErrorKind, _error: E) -> Self {
        nom::error::ParseError::from_error_kind(input, kind)
    }
}

/// The error that nom wraps.
impl From<nom::Err<Self>> for ParseError {
    fn from(error: nom::Err<Self>) -> Self {
        match error {
            nom::Err::Error(error) | nom::Err::Failure(error) => error,
            nom::Err::Incomplete(_) => {
                Self { layer: Layer::Other, offset: 0, reason: Reason::Truncated { field: "" } }
            }
        }
    }
}

/// The error of the readers of fields: how many bytes were left unread, and why. [`Unread::at`] turns it into a
/// [`ParseError`] once it is known whose field it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Bytes that were left at the place of the error.
    pub(crate) left: usize,
    /// What was wrong there.
    pub(crate) reason: Reason,
}

impl Unread {
    /// A failure with `rest` still unread, as nom wants it.
    pub(crate) fn error(rest: &[u8], reason: Reason) -> nom::Err<Self> {
        nom::Err::Error(Self { left: rest.len(), reason })
    }

    /// The public error, for a message of `total` bytes.
    pub(crate) fn at(self, layer: Layer, total: usize) -> ParseError {
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
    fn from_error_kind(input: &[u8], _kind: ErrorKind) -> Self {
        Self { left: input.len(), reason: Reason::Truncated { field: "" } }
    }

    fn append(_input: &[u8], _kind: ErrorKind, other: Self) -> Self {
        other
    }
}

/// What the reader of a field gives: the rest, and the field.
pub(crate) type Read<'a, T> = nom::IResult<&'a [u8], T, Unread>;

/// What a reader of a field gives; if it was cut and does not say in what, it was in that field.
pub(crate) fn named<'a, T>(field: &'static str, read: Read<'a, T>) -> Read<'a, T> {
    read.map_err(|error| match error {
        nom::Err::Error(Unread { left, reason: Reason::Truncated { field: "" } }) => {
            nom::Err::Error(Unread { left, reason: Reason::Truncated { field } })
        }
        other => other,
    })
}

/// Reads the fields of a structure at the start of `input`, and places what stopped them at its byte offset.
pub(crate) fn parse<'a, T>(
    layer: Layer,
    input: &'a [u8],
    fields: impl FnOnce(&'a [u8]) -> Read<'a, T>,
) -> Result<(&'a [u8], T), ParseError> {
    fields(input).map_err(|error| Unread::from(error).at(layer, input.len()))
}

/// As [`parse`], in the form that composes with nom.
pub(crate) fn prefix<'a, T>(
    layer: Layer,
    input: &'a [u8],
    fields: impl FnOnce(&'a [u8]) -> Read<'a, T>,
) -> Parsed<'a, T> {
    parse(layer, input, fields).map_err(nom::Err::Error)
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
