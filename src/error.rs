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
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Layer {
    /// Link layer, IP and TCP headers.
    Net,
    /// NetBIOS session service or direct TCP framing.
    NetBios,
    /// SPNEGO, NTLMSSP or Kerberos blobs.
    Auth,
    /// \[MS-CIFS\] and \[MS-SMB\].
    Smb1,
    /// \[MS-SMB2\].
    Smb2,
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
            Self::NetBios => "NetBIOS",
            Self::Auth => "authentication",
            Self::Smb1 => "SMB1",
            Self::Smb2 => "SMB2",
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
            Self::TooDeep { field } => write!(f, "too many levels or elements of {field}"),
        }
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

/// Runs a nom parser over a whole message and gives the rest, the value, or a [`ParseError`] with its offset.
///
/// # Errors
/// Whatever stopped `parser`, placed at its byte offset in `input`.
pub fn parse<'a, T>(
    layer: Layer,
    input: &'a [u8],
    parser: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> Result<(&'a [u8], T), ParseError> {
    parser(input).map_err(|error| match error {
        nom::Err::Error(unread) | nom::Err::Failure(unread) => unread.at(layer, input.len()),
        nom::Err::Incomplete(_) => {
            ParseError { layer, offset: input.len(), reason: Reason::Truncated { field: "" } }
        }
    })
}

/// As its text.
#[cfg(feature = "serde")]
impl serde::Serialize for ParseError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
