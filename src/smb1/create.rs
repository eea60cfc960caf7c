//! The commands that open a file, a pipe or a printer and give a FID.
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::create::Request;
//!
//! let mut frame = b"\xffSMB\xa2".to_vec(); // Protocol, Command: NT_CREATE_ANDX
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([24, 0xff, 0, 0, 0]); // WordCount, AndXCommand: none, AndXReserved, AndXOffset
//! frame.extend([0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // Reserved, NameLength, Flags, RootDirectoryFID
//! frame.extend([0x9f, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // DesiredAccess, AllocationSize
//! frame.extend([0, 0, 0, 0, 3, 0, 0, 0]); // ExtFileAttributes, ShareAccess
//! frame.extend([1, 0, 0, 0, 0x40, 0, 0, 0]); // CreateDisposition: open, CreateOptions
//! frame.extend([2, 0, 0, 0, 3]); // ImpersonationLevel, SecurityFlags
//! frame.extend(b"\x09\0\\spoolss\0"); // ByteCount, FileName
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!(request.name.to_string(), r"\spoolss"); // a pipe
//!     assert_eq!((request.desired_access, request.create_disposition), (0x0002_019f, 1));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use nom::Parser as _;

pub use super::create_fields::{
    Create, NtCreate, NtCreated, NtCreatedExtended, Open, OpenAndx, OpenPrintFile, Opened, OpenedAndx,
    RequestFields, ResponseFields,
};
use super::text::Strings;
use super::{Block, Command, Text};
use crate::error::{Layer, ParseError, Read, parse};
use crate::wire::{fields, le_u16, le_u32, le_u64, take, u8, wire_enum};

/// A request to open something, of any of the commands that do
/// (\[MS-CIFS\] 2.2.4.3, .4, .15, .16, .41, .64, .67 and 2.2.7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// What to open, relative to the share or to `root_directory_fid`; what there is of it if the message was cut.
    /// For `CREATE_TEMPORARY` the directory, for `OPEN_PRINT_FILE` the identifier of the print job.
    pub name: Text<'a>,
    /// The directory that the name is relative to; 0 if it is the share's root.
    pub root_directory_fid: u32,
    /// The access asked for: an access mask (\[MS-CIFS\] 2.2.1.4.1) in `NT_CREATE_ANDX` and `NT_TRANSACT_CREATE`,
    /// else an `AccessMode` (\[MS-CIFS\] 2.2.4.3.1), 0 in the commands that have none.
    pub desired_access: u32,
    /// What to do if the file exists and if not: `CreateDisposition`, or `OpenMode` in `OPEN_ANDX`, else 0.
    pub create_disposition: u32,
    /// `CreateOptions`; 0 in the commands that have none.
    pub create_options: u32,
    /// All words of the command; `None` if they were cut.
    pub fields: Option<RequestFields>,
}

impl<'a> Request<'a> {
    /// Reads a request of `NT_CREATE_ANDX`, `OPEN_ANDX`, `OPEN`, `CREATE`, `CREATE_NEW`, `CREATE_TEMPORARY` or
    /// `OPEN_PRINT_FILE`.
    ///
    /// # Errors
    /// The words of the command are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        let mut strings = Strings::of(block, block.bytes);
        let (name, request) = match block.command {
            Command::NT_CREATE_ANDX => (strings.text(), block.fields(nt_create_andx)?),
            Command::OPEN_ANDX => (strings.text(), block.fields(open_andx)?),
            Command::OPEN => (strings.formatted(), request(block.fields(le_u16)?.into(), 0)),
            _ => (strings.formatted(), request(0, 0)),
        };
        Ok(Self { name, fields: RequestFields::of(block), ..request })
    }

    /// Reads the parameters of an `NT_TRANSACT_CREATE` request (\[MS-CIFS\] 2.2.7.1.1).
    ///
    /// # Errors
    /// The fixed parameters are not all there; the offset is the one in `parameters`.
    pub fn of_transaction(parameters: &'a [u8], unicode: bool) -> Result<Self, ParseError> {
        let (name, request) = parse(Layer::Smb1, parameters, nt_transact_create)?;
        // The name begins at the odd offset 53.
        let fields = RequestFields::of_transaction(parameters);
        Ok(Self { name: Strings::new(name, unicode, true).text(), fields, ..request })
    }
}

fn request<'a>(desired_access: u32, create_disposition: u32) -> Request<'a> {
    Request {
        name: Text::default(),
        root_directory_fid: 0,
        desired_access,
        create_disposition,
        create_options: 0,
        fields: None,
    }
}

fn nt_create_andx(words: &[u8]) -> Read<'_, Request<'_>> {
    fields! {
        words => words;
        _and_x: take("AndX", 4),
        _reserved: u8,
        _name_length: le_u16,
        _flags: le_u32,
        root_directory_fid: le_u32,
        desired_access: le_u32,
        _allocation_size: le_u64,
        _attributes: le_u32,
        _share_access: le_u32,
        create_disposition: le_u32,
        create_options: le_u32,
    }
    let request = request(desired_access, create_disposition);
    Ok((words, Request { root_directory_fid, create_options, ..request }))
}

fn open_andx(words: &[u8]) -> Read<'_, Request<'_>> {
    fields! {
        words => words;
        _and_x: take("AndX", 4),
        _flags: le_u16,
        access_mode: le_u16,
        _search_attributes: le_u16,
        _attributes: le_u16,
        _creation_time: le_u32,
        open_mode: le_u16,
    }
    Ok((words, request(access_mode.into(), open_mode.into())))
}

fn nt_transact_create(parameters: &[u8]) -> Read<'_, Request<'_>> {
    fields! {
        parameters => rest;
        _flags: le_u32,
        root_directory_fid: le_u32,
        desired_access: le_u32,
        _allocation_size: le_u64,
        _attributes: le_u32,
        _share_access: le_u32,
        create_disposition: le_u32,
        create_options: le_u32,
    }
    let (rest, _lengths_and_security) = take("SecurityFlags", 17)(rest)?;
    let request = request(desired_access, create_disposition);
    Ok((rest, Request { root_directory_fid, create_options, ..request }))
}

/// What was opened.
///
/// All but the FID is `None` in commands that do not say it, and if the message was cut before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// The id by which the client uses what it opened.
    pub fid: u16,
    /// What kind of thing it is.
    pub resource_type: Option<ResourceType>,
    /// State of the pipe, if it is one (`SMB_NMPIPE_STATUS`, \[MS-CIFS\] 2.2.1.3).
    pub nm_pipe_status: Option<u16>,
    /// True if it is a directory.
    pub directory: Option<bool>,
    /// All other words of the command; `None` if they were cut, or there are none.
    pub fields: Option<ResponseFields>,
    /// The name that the server chose for `CREATE_TEMPORARY`.
    pub name: Option<Text<'a>>,
}

impl<'a> Response<'a> {
    /// Reads a response to any of the commands that [`Request::parse`] reads.
    ///
    /// # Errors
    /// The FID is not there. An error response has none.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        let fields = ResponseFields::of(block);
        Ok(match block.command {
            Command::NT_CREATE_ANDX => {
                let (_, fid) =
                    block.fields(|words| (take("AndX and OplockLevel", 5), le_u16).parse(words))?;
                Self { fields, ..Self::of_kind(fid, block.words.get(63..)) }
            }
            Command::OPEN_ANDX => {
                let (_, fid) = block.fields(|words| (take("AndX", 4), le_u16).parse(words))?;
                // In this command, what follows the two fields is not the directory flag.
                Self { fields, directory: None, ..Self::of_kind(fid, block.words.get(18..)) }
            }
            command => {
                let temporary = command == Command::CREATE_TEMPORARY;
                let name = temporary.then(|| temporary_name(block));
                Self { fields, name, ..Self::of_kind(block.fields(le_u16)?, None) }
            }
        })
    }

    /// Reads the parameters of an `NT_TRANSACT_CREATE` response (\[MS-CIFS\] 2.2.7.1.2).
    ///
    /// # Errors
    /// The FID is not there; the offset is the one in `parameters`.
    pub fn of_transaction(parameters: &[u8]) -> Result<Self, ParseError> {
        let fid = |parameters| (take("OplockLevel", 2), le_u16).parse(parameters);
        let (_, (_, fid)) = parse(Layer::Smb1, parameters, fid)?;
        let fields = ResponseFields::of_transaction(parameters);
        Ok(Self { fields, ..Self::of_kind(fid, parameters.get(64..)) })
    }

    /// Reads the parameters of a `TRANS2_OPEN2` response (\[MS-CIFS\] 2.2.6.1.2).
    ///
    /// # Errors
    /// The FID is not there; the offset is the one in `parameters`.
    pub fn of_open2(parameters: &[u8]) -> Result<Self, ParseError> {
        let (_, fid) = parse(Layer::Smb1, parameters, le_u16)?;
        // As in OPEN_ANDX.
        Ok(Self { directory: None, ..Self::of_kind(fid, parameters.get(14..)) })
    }

    /// `kind` begins at `ResourceType`.
    fn of_kind(fid: u16, kind: Option<&[u8]>) -> Self {
        let kind = kind.unwrap_or_default();
        let word = |at| kind.get(at..).and_then(|bytes| bytes.first_chunk()).copied().map(u16::from_le_bytes);
        Self {
            fid,
            resource_type: word(0).map(ResourceType),
            nm_pipe_status: word(2),
            directory: kind.get(4).map(|directory| *directory != 0),
            fields: None,
            name: None,
        }
    }
}

/// The name of a temporary file, which some servers send without its BufferFormat, and in 8-bit characters whatever the
/// header says.
fn temporary_name<'a>(block: &Block<'a>) -> Text<'a> {
    let bytes = block.bytes.strip_prefix(&[4]).unwrap_or(block.bytes);
    match bytes {
        [1..=255, 1..=255, ..] => Strings::new(bytes, false, false).oem(),
        _ => Strings::of(block, block.bytes).formatted(),
    }
}

wire_enum! {
    /// Which oplock was given (\[MS-CIFS\] 2.2.4.64.2).
    pub struct OplockLevel(u8) {
        NONE = 0x00, "None";
        EXCLUSIVE = 0x01, "Exclusive";
        BATCH = 0x02, "Batch";
        II = 0x03, "II";
    }
}

wire_enum! {
    /// What a FID stands for (\[MS-CIFS\] 2.2.4.64.2).
    pub struct ResourceType(u16) {
        DISK = 0x0000, "FileTypeDisk";
        BYTE_MODE_PIPE = 0x0001, "FileTypeByteModePipe";
        MESSAGE_MODE_PIPE = 0x0002, "FileTypeMessageModePipe";
        PRINTER = 0x0003, "FileTypePrinter";
        COMM_DEVICE = 0x0004, "FileTypeCommDevice";
        UNKNOWN = 0xffff, "FileTypeUnknown";
    }
}

impl ResourceType {
    /// True for both kinds of pipe.
    #[must_use]
    pub const fn is_pipe(self) -> bool {
        matches!(self, Self::BYTE_MODE_PIPE | Self::MESSAGE_MODE_PIPE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Header;
    use crate::smb1::testing::{REQUEST, RESPONSE, UNICODE_REQUEST, block, cut_blocks, message, wide};

    #[rustfmt::skip]
    const NT_CREATE: [u8; 48] = [
        0xff, 0x00,                                     // AndXCommand: none, AndXReserved
        0x00, 0x00,                                     // AndXOffset
        0xee,                                           // Reserved, not zero
        0x10, 0x00,                                     // NameLength
        0x16, 0x00, 0x00, 0x00,                         // Flags
        0x00, 0x00, 0x00, 0x00,                         // RootDirectoryFID
        0x9f, 0x01, 0x02, 0x00,                         // DesiredAccess
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // AllocationSize
        0x00, 0x00, 0x00, 0x00,                         // ExtFileAttributes
        0x03, 0x00, 0x00, 0x00,                         // ShareAccess
        0x01, 0x00, 0x00, 0x00,                         // CreateDisposition: open
        0x40, 0x00, 0x40, 0x00,                         // CreateOptions
        0x02, 0x00, 0x00, 0x00,                         // ImpersonationLevel
        0x03,                                           // SecurityFlags
    ];

    #[test]
    fn reads_nt_create_andx() {
        let bytes = [&[0][..], &wide("\\spoolss\0")].concat();
        let message = message(Command::NT_CREATE_ANDX, UNICODE_REQUEST, &NT_CREATE, &bytes);
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.name.to_string(), r"\spoolss");
        assert_eq!((request.desired_access, request.create_disposition), (0x0002_019f, 1));
        assert_eq!((request.create_options, request.root_directory_fid), (0x0040_0040, 0));
        cut_blocks(&message, |block| match Request::parse(&block) {
            Err(_) => assert!(block.words.len() < 43),
            Ok(cut) => {
                assert_eq!(cut.desired_access, 0x0002_019f);
                assert!(r"\spoolss".starts_with(&cut.name.to_string()));
            }
        });
    }

    #[test]
    fn reads_a_name_that_lacks_its_terminator() {
        let bytes = [&[0][..], &wide("\\spoolss")].concat();
        let message = message(Command::NT_CREATE_ANDX, UNICODE_REQUEST, &NT_CREATE, &bytes);
        assert_eq!(Request::parse(&block(&message)).unwrap().name.to_string(), r"\spoolss");
    }

    #[test]
    fn reads_open_andx() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00,             // AndXCommand: none, AndXReserved
            0x00, 0x00,             // AndXOffset
            0x01, 0x00,             // Flags
            0x42, 0x00,             // AccessMode: share all, read and write
            0x06, 0x00,             // SearchAttrs
            0x00, 0x00,             // FileAttrs
            0x00, 0x00, 0x00, 0x00, // CreationTime
            0x11, 0x00,             // OpenMode
            0x00, 0x00, 0x00, 0x00, // AllocationSize
            0x00, 0x00, 0x00, 0x00, // Timeout
            0x00, 0x00, 0x00, 0x00, // Reserved
        ];
        let message = message(Command::OPEN_ANDX, REQUEST, &words, b"\\PIPE\\spoolss\0");
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.name.to_string(), r"\PIPE\spoolss");
        assert_eq!((request.desired_access, request.create_disposition), (0x42, 0x11));
        cut_blocks(&message, |block| assert_eq!(Request::parse(&block).is_ok(), block.words.len() >= 18));
    }

    #[test]
    fn reads_the_core_commands() {
        for (command, words, access) in [
            (Command::OPEN, &[0x42, 0x00, 0x06, 0x00][..], 0x42),
            (Command::CREATE, &[0x20, 0, 0, 0, 0, 0], 0),
            (Command::CREATE_NEW, &[0x20, 0, 0, 0, 0, 0], 0),
            (Command::OPEN_PRINT_FILE, &[0, 0, 1, 0], 0),
        ] {
            let message = message(command, REQUEST, words, b"\x04\\job.txt\0");
            let request = Request::parse(&block(&message)).unwrap();
            assert_eq!(request.name.to_string(), r"\job.txt", "{command}");
            assert_eq!(request.desired_access, access, "{command}");
            cut_blocks(&message, |block| {
                let cut = Request::parse(&block).map(|request| request.name.to_string());
                assert!(cut.is_ok_and(|name| r"\job.txt".starts_with(&name)) || block.words.len() < 2);
            });
        }
    }

    #[test]
    fn reads_the_kind_that_nt_create_andx_answers() {
        #[rustfmt::skip]
        let words = [
            &[0xff, 0x00][..],        // AndXCommand: none, AndXReserved
            &[0x00, 0x00],            // AndXOffset
            &[0x00],                  // OplockLevel
            &[0x01, 0x40],            // FID
            &[0x01, 0x00, 0x00, 0x00],// CreateDisposition
            &[0; 32],                 // CreateTime, LastAccessTime, LastWriteTime, LastChangeTime
            &[0x80, 0x00, 0x00, 0x00],// ExtFileAttributes
            &[0; 8],                  // AllocationSize
            &[0; 8],                  // EndOfFile
            &[0x02, 0x00],            // ResourceType: message mode pipe
            &[0xff, 0x05],            // NMPipeStatus
            &[0x00],                  // Directory
        ].concat();
        let message = message(Command::NT_CREATE_ANDX, RESPONSE, &words, b"");
        let response = Response::parse(&block(&message)).unwrap();
        assert_eq!(response.fid, 0x4001);
        assert_eq!(response.resource_type, Some(ResourceType::MESSAGE_MODE_PIPE));
        assert!(response.resource_type.unwrap().is_pipe());
        assert_eq!((response.nm_pipe_status, response.directory), (Some(0x05ff), Some(false)));
        cut_blocks(&message, |block| match Response::parse(&block) {
            Err(_) => assert!(block.words.len() < 7),
            Ok(cut) => {
                assert_eq!(cut.fid, 0x4001);
                assert_eq!(cut.resource_type.is_some(), block.words.len() >= 65);
                assert_eq!(cut.directory.is_some(), block.words.len() >= 68);
            }
        });
    }

    #[test]
    fn the_extended_response_has_50_words_where_it_says_42() {
        #[rustfmt::skip]
        let words = [
            &[0xff, 0x00][..],         // AndXCommand: none, AndXReserved
            &[0x00, 0x00],             // AndXOffset
            &[0x00],                   // OplockLevel
            &[0x01, 0x40],             // FID
            &[0x01, 0x00, 0x00, 0x00], // CreateDisposition
            &[0; 32],                  // CreateTime, LastAccessTime, LastWriteTime, LastChangeTime
            &[0x10, 0x00, 0x00, 0x00], // ExtFileAttributes
            &[0; 8],                   // AllocationSize
            &[0; 8],                   // EndOfFile
            &[0x00, 0x00],             // ResourceType: disk
            &[0x07, 0x00],             // FileStatusFlags
            &[0x01],                   // Directory
            &[0x11; 16],               // VolumeGUID
            &[9, 0, 0, 0, 0, 0, 0, 0], // FileId
            &[0xff, 0x01, 0x1f, 0x00], // MaximalAccessRights
            &[0xa9, 0x00, 0x12, 0x00], // GuestMaximalAccessRights
        ].concat();
        let mut message = message(Command::NT_CREATE_ANDX, RESPONSE, &words, b"");
        assert_eq!(message[Header::SIZE], 50);
        for (word_count, byte_count) in [(42, 0x8648_u16), (42, 0), (50, 0)] {
            message[Header::SIZE] = word_count;
            message[Header::SIZE + 101..].copy_from_slice(&byte_count.to_le_bytes());
            let read = block(&message);
            assert_eq!((read.word_count, read.byte_count), (word_count, byte_count));
            assert!(!read.is_cut(), "ByteCount is what was there before");
            let response = Response::parse(&read).unwrap();
            assert_eq!((response.fid, response.directory), (0x4001, Some(true)));
            let Some(ResponseFields::NtCreateExtended(_, extended)) = response.fields else { panic!() };
            assert_eq!(extended.file_id, 9);
            assert_eq!(extended.guest_maximal_access_rights.bits(), 0x0012_00a9);
            cut_blocks(&message, |cut| {
                assert!(cut.is_cut());
                assert_eq!(cut.has_all_words(), cut.words.len() == 100);
            });
        }
        // A count of 42 is odd in this answer alone.
        message[Header::SIZE..].fill(0);
        message[4] = Command::OPEN_ANDX.0;
        message[Header::SIZE] = 42;
        assert_eq!(block(&message).words.len(), 84);
    }

    #[test]
    fn reads_the_fid_of_the_older_responses() {
        #[rustfmt::skip]
        let words = [
            0xff, 0x00,                         // AndXCommand: none, AndXReserved
            0x00, 0x00,                         // AndXOffset
            0x02, 0x40,                         // FID
            0x80, 0x00,                         // FileAttrs
            0x00, 0x00, 0x00, 0x00,             // LastWriteTime
            0x00, 0x00, 0x00, 0x00,             // FileDataSize
            0x02, 0x00,                         // AccessRights
            0x01, 0x00,                         // ResourceType: byte mode pipe
            0xff, 0x00,                         // NMPipeStatus
            0x01, 0x00,                         // OpenResults
            0xee, 0xee, 0xee, 0xee, 0xee, 0xee, // Reserved, not zero
        ];
        let andx = message(Command::OPEN_ANDX, RESPONSE, &words, b"");
        let response = Response::parse(&block(&andx)).unwrap();
        assert_eq!((response.fid, response.resource_type), (0x4002, Some(ResourceType::BYTE_MODE_PIPE)));
        assert_eq!((response.nm_pipe_status, response.directory), (Some(0x00ff), None));
        for command in [Command::OPEN, Command::CREATE, Command::CREATE_NEW, Command::OPEN_PRINT_FILE] {
            let core = message(command, RESPONSE, &[0x03, 0x40], b"");
            let response = Response::parse(&block(&core)).unwrap();
            assert_eq!((response.fid, response.resource_type), (0x4003, None));
        }
        let error = message(Command::OPEN, RESPONSE, &[], b"");
        assert!(Response::parse(&block(&error)).is_err());
    }

    #[rustfmt::skip]
    fn nt_transact_create_parameters() -> Vec<u8> {
        [
            &[0x16, 0x00, 0x00, 0x00][..], // Flags
            &[0x07, 0x00, 0x00, 0x00],     // RootDirectoryFID
            &[0x9f, 0x01, 0x12, 0x00],     // DesiredAccess
            &[0; 8],                       // AllocationSize
            &[0; 4],                       // ExtFileAttributes
            &[0x03, 0x00, 0x00, 0x00],     // ShareAccess
            &[0x03, 0x00, 0x00, 0x00],     // CreateDisposition
            &[0x40, 0x00, 0x00, 0x00],     // CreateOptions
            &[0; 4],                       // SecurityDescriptorLength
            &[0; 4],                       // EALength
            &[0x08, 0x00, 0x00, 0x00],     // NameLength
            &[0x02, 0x00, 0x00, 0x00],     // ImpersonationLevel
            &[0x00],                       // SecurityFlags
            &[0x00],                       // Pad
            &wide("\\pip"),                // Name
        ].concat()
    }

    #[test]
    fn reads_the_answer_to_open2() {
        #[rustfmt::skip]
        let parameters = [
            &[0x04, 0x40][..],          // FID
            &[0x20, 0x00],              // FileAttributes
            &[0; 4],                    // CreationTime
            &[0; 4],                    // FileDataSize
            &[0x42, 0x00],              // AccessMode
            &[0x02, 0x00],              // ResourceType
            &[0xff, 0x05],              // NMPipeStatus
            &[0x01, 0x00],              // ActionTaken
            &[0; 4],                    // Reserved
            &[0; 2],                    // ExtendedAttributeErrorOffset
            &[0; 4],                    // ExtendedAttributeLength
        ].concat();
        let response = Response::of_open2(&parameters).unwrap();
        assert_eq!((response.fid, response.directory), (0x4004, None));
        assert!(response.resource_type.unwrap().is_pipe());
        assert_eq!(response.nm_pipe_status, Some(0x05ff));
        for length in 0..parameters.len() {
            assert_eq!(Response::of_open2(&parameters[..length]).is_ok(), length >= 2);
        }
    }

    #[test]
    fn reads_nt_transact_create() {
        let parameters = nt_transact_create_parameters();
        let request = Request::of_transaction(&parameters, true).unwrap();
        assert_eq!(request.name.to_string(), r"\pip");
        assert_eq!((request.root_directory_fid, request.desired_access), (7, 0x0012_019f));
        assert_eq!((request.create_disposition, request.create_options), (3, 0x40));
        for length in 0..parameters.len() {
            assert_eq!(Request::of_transaction(&parameters[..length], true).is_ok(), length >= 53);
        }
        #[rustfmt::skip]
        let parameters = [
            &[0x00, 0xee][..],          // OplockLevel, Reserved
            &[0x04, 0x40],              // FID
            &[0x01, 0x00, 0x00, 0x00],  // CreateAction
            &[0; 4],                    // EAErrorOffset
            &[0; 32],                   // CreationTime, LastAccessTime, LastWriteTime, LastChangeTime
            &[0x10, 0x00, 0x00, 0x00],  // ExtFileAttributes
            &[0; 16],                   // AllocationSize, EndOfFile
            &[0x00, 0x00],              // ResourceType
            &[0x00, 0x00],              // NMPipeStatus
            &[0x01],                    // Directory
        ].concat();
        let response = Response::of_transaction(&parameters).unwrap();
        assert_eq!((response.fid, response.directory), (0x4004, Some(true)));
        assert_eq!(response.resource_type, Some(ResourceType::DISK));
        for length in 0..parameters.len() {
            assert_eq!(Response::of_transaction(&parameters[..length]).is_ok(), length >= 4);
        }
    }
}
