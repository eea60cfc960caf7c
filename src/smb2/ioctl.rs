//! IOCTL: \[MS-SMB2\] 2.2.31 and 2.2.32. A call over a named pipe is one of these.

use super::FileId;
use super::body::{body, buffer};
use crate::error::ParseError;
use crate::wire::{array, le_u16, le_u32, widen, wire_enum};

wire_enum! {
    /// A file system control code (\[MS-SMB2\] 2.2.31, \[MS-FSCC\] 2.3).
    pub struct FsctlCode(u32) {
        DFS_GET_REFERRALS = 0x0006_0194, "FSCTL_DFS_GET_REFERRALS";
        DFS_GET_REFERRALS_EX = 0x0006_01b0, "FSCTL_DFS_GET_REFERRALS_EX";
        SET_REPARSE_POINT = 0x0009_00a4, "FSCTL_SET_REPARSE_POINT";
        GET_REPARSE_POINT = 0x0009_00a8, "FSCTL_GET_REPARSE_POINT";
        CREATE_OR_GET_OBJECT_ID = 0x0009_00c0, "FSCTL_CREATE_OR_GET_OBJECT_ID";
        SET_SPARSE = 0x0009_00c4, "FSCTL_SET_SPARSE";
        FILE_LEVEL_TRIM = 0x0009_8208, "FSCTL_FILE_LEVEL_TRIM";
        /// Waits until an instance of a pipe is free.
        PIPE_WAIT = 0x0011_0018, "FSCTL_PIPE_WAIT";
        /// Looks into a pipe without taking from it.
        PIPE_PEEK = 0x0011_400c, "FSCTL_PIPE_PEEK";
        /// Writes to a pipe and reads the answer.
        PIPE_TRANSCEIVE = 0x0011_c017, "FSCTL_PIPE_TRANSCEIVE";
        SRV_REQUEST_RESUME_KEY = 0x0014_0078, "FSCTL_SRV_REQUEST_RESUME_KEY";
        LMR_REQUEST_RESILIENCY = 0x0014_01d4, "FSCTL_LMR_REQUEST_RESILIENCY";
        QUERY_NETWORK_INTERFACE_INFO = 0x0014_01fc, "FSCTL_QUERY_NETWORK_INTERFACE_INFO";
        VALIDATE_NEGOTIATE_INFO = 0x0014_0204, "FSCTL_VALIDATE_NEGOTIATE_INFO";
        SRV_ENUMERATE_SNAPSHOTS = 0x0014_4064, "FSCTL_SRV_ENUMERATE_SNAPSHOTS";
        SRV_COPYCHUNK = 0x0014_40f2, "FSCTL_SRV_COPYCHUNK";
        SRV_READ_HASH = 0x0014_41bb, "FSCTL_SRV_READ_HASH";
        SRV_COPYCHUNK_WRITE = 0x0014_80f2, "FSCTL_SRV_COPYCHUNK_WRITE";
    }
}

/// An IOCTL request (\[MS-SMB2\] 2.2.31).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request<'a> {
    /// CtlCode.
    pub ctl_code: FsctlCode,
    /// FileId, [`FileId::ANY`] for a request about no file.
    pub file_id: FileId,
    /// InputCount: length of the input in bytes.
    pub input_count: u32,
    /// The input, as far as it is there.
    pub input: &'a [u8],
    /// MaxOutputResponse: how many bytes of output the client takes.
    pub max_output: u32,
    /// Flags: 1 is a file system control.
    pub flags: u32,
}

impl<'a> Request<'a> {
    /// Reads an IOCTL request that begins at its SMB2 header.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &'a [u8]) -> Result<Self, ParseError> {
        body(message, "IOCTL Request", 57, |input| {
            let (rest, _reserved) = le_u16(input)?;
            let (rest, ctl_code) = le_u32(rest)?;
            let (rest, file_id) = FileId::read(rest)?;
            let (rest, input_offset) = le_u32(rest)?;
            let (rest, input_count) = le_u32(rest)?;
            let (rest, _max_input_output_offset_output_count) = array::<12>(rest)?;
            let (rest, max_output) = le_u32(rest)?;
            let (rest, flags) = le_u32(rest)?;
            let (rest, _reserved) = le_u32(rest)?;
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
#[non_exhaustive]
pub struct Response<'a> {
    /// CtlCode.
    pub ctl_code: FsctlCode,
    /// FileId.
    pub file_id: FileId,
    /// OutputCount: length of the output in bytes.
    pub output_count: u32,
    /// The output, as far as it is there.
    pub output: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads an IOCTL response that begins at its SMB2 header.
    ///
    /// # Errors
    /// The fixed part is cut short, or StructureSize is that of another structure.
    pub fn parse(message: &'a [u8]) -> Result<Self, ParseError> {
        body(message, "IOCTL Response", 49, |input| {
            let (rest, _reserved) = le_u16(input)?;
            let (rest, ctl_code) = le_u32(rest)?;
            let (rest, file_id) = FileId::read(rest)?;
            let (rest, _input_offset_input_count) = array::<8>(rest)?;
            let (rest, output_offset) = le_u32(rest)?;
            let (rest, output_count) = le_u32(rest)?;
            let (rest, _flags_reserved) = array::<8>(rest)?;
            let response = Self {
                ctl_code: FsctlCode(ctl_code),
                file_id,
                output_count,
                output: buffer(message, widen(output_offset), widen(output_count)),
            };
            Ok((rest, response))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{FILE_ID, message, try_truncations};
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
        let request = Request::parse(&bytes).unwrap();
        let expected = Request {
            ctl_code: FsctlCode::PIPE_TRANSCEIVE,
            file_id: FILE,
            input_count: 4,
            input: b"call",
            max_output: 1024,
            flags: 1,
        };
        assert_eq!(request, expected);
        assert_eq!(Request::parse(&bytes[..122]).unwrap().input, b"ca");
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
        let response = Response::parse(&bytes).unwrap();
        let ctl_code = FsctlCode::VALIDATE_NEGOTIATE_INFO;
        assert_eq!(response, Response { ctl_code, file_id: FILE, output_count: 6, output: b"answer" });
        assert_eq!(Response::parse(&bytes[..114]).unwrap().output, b"an");
        try_truncations(&bytes, 112, Response::parse);
    }
}
