//! `SMB_COM_NT_TRANSACT`: the setup, parameters and data of its functions (\[MS-CIFS\] 2.2.7, \[MS-SMB\] 2.2.7).
//!
//! ```
//! use smbscope::smb1::nt_transact::Request;
//! use smbscope::smb1::transaction::{NtFunction, Setup};
//!
//! let parameters = [9, 0x40, 0, 0, 7, 0, 0, 0]; // FID, Reserved, SecurityInfoFields
//! let function = NtFunction::QUERY_SECURITY_DESC;
//! let request = Request::parse(function, &Setup::default(), &parameters, b"", true)?;
//! assert_eq!(request.fid(), Some(0x4009));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::create;
use super::transaction::{NtFunction, Setup};
use crate::error::{Anomalies, Examine, Layer, ParseError, parse};
use crate::fscc::NotifyRecords;
use crate::fscc::fsctl::{FsctlCode, Input, Output};
use crate::wire::security::Security;
use crate::wire::{Raw, fields, le_u16, le_u32};

/// What an answer can be read with only if its request is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Asked {
    /// The function.
    pub function: NtFunction,
    /// The control code, of an IOCTL.
    pub code: FsctlCode,
}

/// A request, by its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Request<'a> {
    /// `NT_TRANSACT_CREATE` (2.2.7.1.1).
    Create(create::Request<'a>),
    /// `NT_TRANSACT_IOCTL` (2.2.7.2.1).
    Ioctl {
        /// FunctionCode.
        function_code: FsctlCode,
        /// FID.
        fid: u16,
        /// IsFctl: a control code of the file system.
        is_fsctl: bool,
        /// What the code is called with.
        input: Input<'a>,
    },
    /// `NT_TRANSACT_NOTIFY_CHANGE` (2.2.7.4.1).
    NotifyChange {
        /// CompletionFilter.
        completion_filter: u32,
        /// FID.
        fid: u16,
        /// WatchTree.
        watch_tree: bool,
    },
    /// `NT_TRANSACT_RENAME` (2.2.7.5).
    Rename {
        /// FID.
        fid: u16,
    },
    /// `NT_TRANSACT_QUERY_SECURITY_DESC` and `NT_TRANSACT_SET_SECURITY_DESC` (2.2.7.3.1, 2.2.7.6.1).
    Security {
        /// FID.
        fid: u16,
        /// SecurityInformation: which parts.
        security_information: u32,
        /// The security descriptor that is set.
        security_descriptor: Security<'a>,
    },
    /// Of another function.
    Other {
        /// The parameters.
        parameters: Raw<'a>,
        /// The data.
        data: Raw<'a>,
    },
}

impl<'a> Request<'a> {
    /// Reads the setup words, parameters and data of a request.
    ///
    /// # Errors
    /// The fixed parameters are cut; the offset is the one in `parameters`.
    pub fn parse(
        function: NtFunction,
        setup: &Setup<'a>,
        parameters: &'a [u8],
        data: &'a [u8],
        unicode: bool,
    ) -> Result<Self, ParseError> {
        let word = |index| setup.get(index).unwrap_or_default();
        let double = |index: usize| u32::from(word(index)) | u32::from(word(index.saturating_add(1))) << 16;
        let [low, high] = word(3).to_le_bytes();
        Ok(match function {
            NtFunction::CREATE => Self::Create(create::Request::of_transaction(parameters, unicode)?),
            NtFunction::IOCTL => {
                let function_code = FsctlCode(double(0));
                let input = Input::read(function_code, data);
                Self::Ioctl { function_code, fid: word(2), is_fsctl: low != 0, input }
            }
            NtFunction::NOTIFY_CHANGE => {
                let _ = high;
                Self::NotifyChange { completion_filter: double(0), fid: word(2), watch_tree: low != 0 }
            }
            NtFunction::RENAME if parameters.len() >= 2 => {
                let (_, fid) = parse(Layer::Smb1, parameters, le_u16)?;
                Self::Rename { fid }
            }
            NtFunction::QUERY_SECURITY_DESC | NtFunction::SET_SECURITY_DESC => {
                let (_, (fid, security_information)) = parse(Layer::Smb1, parameters, |input| {
                    fields!(input => rest; fid: le_u16, _reserved: le_u16, information: le_u32);
                    Ok((rest, (fid, information)))
                })?;
                Self::Security { fid, security_information, security_descriptor: Security::read(data) }
            }
            _ => Self::Other { parameters: raw(function, parameters), data: raw(function, data) },
        })
    }

    /// What its answer will be read with.
    #[must_use]
    pub const fn asked(&self, function: NtFunction) -> Asked {
        let code = match self {
            Self::Ioctl { function_code, .. } => *function_code,
            _ => FsctlCode(0),
        };
        Asked { function, code }
    }

    /// The FID it names.
    #[must_use]
    pub const fn fid(&self) -> Option<u16> {
        match self {
            Self::Ioctl { fid, .. }
            | Self::NotifyChange { fid, .. }
            | Self::Rename { fid }
            | Self::Security { fid, .. } => Some(*fid),
            _ => None,
        }
    }
}

/// An answer, by its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Response<'a> {
    /// `NT_TRANSACT_CREATE` (2.2.7.1.2).
    Create(create::Response<'a>),
    /// `NT_TRANSACT_IOCTL` (2.2.7.2.2).
    Ioctl {
        /// What the code answers.
        output: Output<'a>,
    },
    /// `NT_TRANSACT_NOTIFY_CHANGE` (2.2.7.4.2).
    NotifyChange {
        /// The changes.
        changes: NotifyRecords<'a>,
    },
    /// `NT_TRANSACT_QUERY_SECURITY_DESC` (2.2.7.6.2).
    Security {
        /// LengthNeeded in bytes.
        length_needed: u32,
        /// The security descriptor.
        security_descriptor: Security<'a>,
    },
    /// Of a function that says nothing.
    Nothing {},
    /// Of another function.
    Other {
        /// The parameters.
        parameters: Raw<'a>,
        /// The data.
        data: Raw<'a>,
    },
}

fn raw(function: NtFunction, bytes: &[u8]) -> Raw<'_> {
    Raw::unknown(Layer::Smb1, "NT_Trans subcommand", function.0, bytes)
}

impl<'a> Response<'a> {
    /// Reads the parameters and data of an answer.
    ///
    /// # Errors
    /// The fixed parameters are cut; the offset is the one in `parameters`.
    pub fn parse(asked: Asked, parameters: &'a [u8], data: &'a [u8]) -> Result<Self, ParseError> {
        Ok(match asked.function {
            NtFunction::CREATE => Self::Create(create::Response::of_transaction(parameters)?),
            NtFunction::IOCTL => {
                let output = Output::read(asked.code, data);
                Self::Ioctl { output }
            }
            NtFunction::NOTIFY_CHANGE => Self::NotifyChange { changes: NotifyRecords(parameters) },
            NtFunction::QUERY_SECURITY_DESC => {
                let (_, length_needed) = parse(Layer::Smb1, parameters, le_u32)?;
                Self::Security { length_needed, security_descriptor: Security::read(data) }
            }
            NtFunction::RENAME | NtFunction::SET_SECURITY_DESC => Self::Nothing {},
            function => Self::Other { parameters: raw(function, parameters), data: raw(function, data) },
        })
    }
}

impl Examine for Request<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::Ioctl { input, .. } => input.examine(anomalies),
            Self::Security { security_descriptor, .. } => security_descriptor.examine(anomalies),
            Self::Other { parameters, data } => {
                parameters.examine(anomalies);
                data.examine(anomalies);
            }
            _ => {}
        }
    }
}

impl Examine for Response<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::Ioctl { output } => output.examine(anomalies),
            Self::Security { security_descriptor, .. } => security_descriptor.examine(anomalies),
            Self::NotifyChange { changes } => changes.examine(anomalies),
            Self::Other { parameters, data } => {
                parameters.examine(anomalies);
                data.examine(anomalies);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_stand_in_the_parameters() {
        let asked = Asked { function: NtFunction::NOTIFY_CHANGE, code: FsctlCode(0) };
        let parameters = [&[0; 4][..], &[1, 0, 0, 0], &[2, 0, 0, 0], b"a\0"].concat();
        let Ok(Response::NotifyChange { changes }) = Response::parse(asked, &parameters, b"") else {
            panic!()
        };
        assert_eq!(changes.iter().next().unwrap().unwrap().file_name.to_string(), "a");
    }

    #[test]
    fn a_security_descriptor_is_asked_for() {
        let parameters = [9, 0x40, 0, 0, 7, 0, 0, 0];
        let function = NtFunction::QUERY_SECURITY_DESC;
        let parsed = |parameters| Request::parse(function, &Setup::default(), parameters, b"", true);
        let Ok(Request::Security { fid: 0x4009, security_information: 7, .. }) = parsed(&parameters[..])
        else {
            panic!()
        };
        for length in 0..8 {
            assert!(parsed(&parameters[..length]).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_of_any_function(function in 0_u16..10, code: u32, parameters: Vec<u8>, data: Vec<u8>) {
            let function = NtFunction(function);
            let mut anomalies = Anomalies::default();
            if let Ok(request) = Request::parse(function, &Setup::default(), &parameters, &data, true) {
                request.examine(&mut anomalies);
            }
            let asked = Asked { function, code: FsctlCode(code) };
            if let Ok(response) = Response::parse(asked, &parameters, &data) {
                response.examine(&mut anomalies);
            }
        }
    }
}
