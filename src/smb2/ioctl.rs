//! IOCTL: \[MS-SMB2\] 2.2.31 and 2.2.32. A call over a named pipe is one of these.
//!
//! ```
//! use smbscope::smb2;
//! use smbscope::smb2::ioctl::Request;
//!
//! let mut frame = b"\xfeSMB\x40\0".to_vec(); // ProtocolId, StructureSize
//! frame.resize(64, 0); // the rest of the header
//! frame.extend([57, 0, 0, 0, 0x17, 0xc0, 0x11, 0]); // StructureSize, Reserved, CtlCode
//! frame.extend([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]); // FileId
//! frame.extend([120, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]); // InputOffset, InputCount, MaxInputResponse
//! frame.extend([120, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0]); // OutputOffset, OutputCount, MaxOutputResponse
//! frame.extend([1, 0, 0, 0, 0, 0, 0, 0]); // Flags, Reserved2
//! frame.extend(b"call"); // Buffer
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     let request = Request::parse(&message)?;
//!     assert_eq!(request.ctl_code.to_string(), "FSCTL_PIPE_TRANSCEIVE");
//!     assert_eq!((request.input, request.max_output), (&b"call"[..], 1024));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::body::{body, buffer};
use super::{FileId, Message};
use crate::error::ParseError;
use crate::wire::{fields, le_u16, le_u32, widen};

pub use crate::fscc::fsctl::FsctlCode;

/// An IOCTL request (\[MS-SMB2\] 2.2.31).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// CtlCode.
    pub ctl_code: FsctlCode,
    /// FileId, [`FileId::ANY`] for a request about no file.
    pub file_id: FileId,
    /// InputCount: length of the input in bytes.
    pub input_count: u32,
    /// The input, as far as it is there.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub input: &'a [u8],
    /// MaxOutputResponse: how many bytes of output the client takes.
    pub max_output: u32,
    /// Flags: 1 is a file system control.
    pub flags: u32,
}

impl<'a> Request<'a> {
    /// Reads an IOCTL request.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 57, |input| {
            fields! {
                input => rest;
                _reserved: le_u16,
                ctl_code: le_u32,
                file_id: FileId::read,
                input_offset: le_u32,
                input_count: le_u32,
                _max_input_response: le_u32,
                _output_offset: le_u32,
                _output_count: le_u32,
                max_output: le_u32,
                flags: le_u32,
                _reserved: le_u32,
            }
            let request = Self {
                ctl_code: FsctlCode(ctl_code),
                file_id,
                input_count,
                input: buffer(message, widen(input_offset), widen(input_count)),
                max_output,
                flags,
            };
            Ok((rest, request))
        })
    }
}

/// An IOCTL response (\[MS-SMB2\] 2.2.32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// CtlCode.
    pub ctl_code: FsctlCode,
    /// FileId.
    pub file_id: FileId,
    /// OutputCount: length of the output in bytes.
    pub output_count: u32,
    /// The output, as far as it is there.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub output: &'a [u8],
    /// The input again, which some servers send back.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub input: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads an IOCTL response.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &Message<'a>) -> Result<Self, ParseError> {
        body(message, 49, |input| {
            fields! {
                input => rest;
                _reserved: le_u16,
                ctl_code: le_u32,
                file_id: FileId::read,
                input_offset: le_u32,
                input_count: le_u32,
                output_offset: le_u32,
                output_count: le_u32,
                _flags: le_u32,
                _reserved2: le_u32,
            }
            let response = Self {
                ctl_code: FsctlCode(ctl_code),
                file_id,
                output_count,
                output: buffer(message, widen(output_offset), widen(output_count)),
                input: buffer(message, widen(input_offset), widen(input_count)),
            };
            Ok((rest, response))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, message, of, try_truncations};
    use super::*;

    const FILE: FileId = FileId { persistent: 0x0a0b, volatile: 0x0c0d };

    #[test]
    fn request() {
        let bytes = message(&[
            &[57, 0],                  // StructureSize
            &[0, 0],                   // Reserved
            &[0x17, 0xc0, 0x11, 0x00], // CtlCode
            &FILE_ID,                  // FileId
            &[120, 0, 0, 0],           // InputOffset
            &[4, 0, 0, 0],             // InputCount
            &[0; 4],                   // MaxInputResponse
            &[120, 0, 0, 0],           // OutputOffset
            &[0; 4],                   // OutputCount
            &[0, 4, 0, 0],             // MaxOutputResponse
            &[1, 0, 0, 0],             // Flags
            &[0; 4],                   // Reserved2
            b"call",                   // Buffer
        ]);
        let request = Request::parse(&of(&bytes)).unwrap();
        let expected = Request {
            ctl_code: FsctlCode::PIPE_TRANSCEIVE,
            file_id: FILE,
            input_count: 4,
            input: b"call",
            max_output: 1024,
            flags: 1,
        };
        assert_eq!(request, expected);
        assert_eq!(Request::parse(&of(&bytes[..122])).unwrap().input, b"ca");
        try_truncations(&bytes, 120, Request::parse);
    }

    #[test]
    fn response() {
        let bytes = message(&[
            &[49, 0],                  // StructureSize
            &[0, 0],                   // Reserved
            &[0x04, 0x02, 0x14, 0x00], // CtlCode
            &FILE_ID,                  // FileId
            &[112, 0, 0, 0],           // InputOffset
            &[0; 4],                   // InputCount
            &[112, 0, 0, 0],           // OutputOffset
            &[6, 0, 0, 0],             // OutputCount
            &[0; 4],                   // Flags
            &[0; 4],                   // Reserved2
            b"answer",                 // Buffer
        ]);
        let response = Response::parse(&of(&bytes)).unwrap();
        let ctl_code = FsctlCode::VALIDATE_NEGOTIATE_INFO;
        assert_eq!(
            response,
            Response { ctl_code, file_id: FILE, output_count: 6, output: b"answer", input: &[] }
        );
        assert_eq!(Response::parse(&of(&bytes[..114])).unwrap().output, b"an");
        try_truncations(&bytes, 112, Response::parse);
    }
}
