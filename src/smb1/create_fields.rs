//! What each command that opens something says beside the name, the access and the FID: the rest of its words.

use super::create::{OplockLevel, ResourceType};
use super::dos_time::Utime;
use super::{Block, Command};
use crate::error::Read;
use crate::fscc::{AccessMask, FileAttributes};
use crate::wire::{FileTime, le_u16, le_u32, le_u64, u8, wire_struct};

/// The rest of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum RequestFields {
    NtCreate(NtCreate),
    OpenAndx(OpenAndx),
    Open(Open),
    Create(Create),
    OpenPrintFile(OpenPrintFile),
}

impl RequestFields {
    /// The words of a command, if they are all there.
    pub(super) fn of(block: &Block<'_>) -> Option<Self> {
        let words = block.words;
        Some(match block.command {
            Command::NT_CREATE_ANDX => Self::NtCreate(value(NtCreate::read(words.get(7..)?))?),
            Command::OPEN_ANDX => Self::OpenAndx(value(OpenAndx::read(words.get(4..)?))?),
            Command::OPEN => Self::Open(value(Open::read(words.get(2..)?))?),
            Command::OPEN_PRINT_FILE => Self::OpenPrintFile(value(OpenPrintFile::read(words))?),
            _ => Self::Create(value(Create::read(words))?),
        })
    }

    /// The parameters of an `NT_TRANSACT_CREATE` request (\[MS-CIFS\] 2.2.7.1.1), which have three lengths before the
    /// level of impersonation.
    pub(super) fn of_transaction(parameters: &[u8]) -> Option<Self> {
        let (front, lengths_and_rest) = parameters.split_at_checked(36)?;
        let both = [front, lengths_and_rest.get(12..17)?].concat();
        NtCreate::read(&both).ok().map(|(_, fields)| Self::NtCreate(fields))
    }
}

fn value<T>(parsed: Read<'_, T>) -> Option<T> {
    parsed.ok().map(|(_, value)| value)
}

wire_struct! {
    /// The words of `SMB_COM_NT_CREATE_ANDX` behind NameLength (\[MS-CIFS\] 2.2.4.64.1).
    pub struct NtCreate {
        /// Flags: 0x02 an exclusive oplock is asked for, 0x04 a batch oplock, 0x08 the parent is to be opened, 0x10 the
        /// extended response is wanted.
        flags: u32 = le_u32;
        /// RootDirectoryFID.
        root_directory_fid: u32 = le_u32;
        /// DesiredAccess.
        access_mask: AccessMask = AccessMask::read;
        /// AllocationSize in bytes.
        allocation_size: u64 = le_u64;
        /// ExtFileAttributes.
        ext_file_attributes: FileAttributes = FileAttributes::read;
        /// ShareAccess: 1 others may read, 2 write, 4 delete.
        share_access: u32 = le_u32;
        /// CreateDisposition.
        create_disposition: u32 = le_u32;
        /// CreateOptions.
        create_options: u32 = le_u32;
        /// ImpersonationLevel: 0 anonymous, 1 identification, 2 impersonation, 3 delegation.
        impersonation_level: u32 = le_u32;
        /// SecurityFlags: 1 the context follows the client's, 2 only its effective part.
        security_flags: u8 = u8;
    }
}

wire_struct! {
    /// The words of `SMB_COM_OPEN_ANDX` (\[MS-CIFS\] 2.2.4.41.1).
    pub struct OpenAndx {
        /// Flags: 1 attributes are wanted in the answer, 2 an exclusive oplock is asked for, 4 a batch oplock.
        flags: u16 = le_u16;
        /// AccessMode.
        access_mode: u16 = le_u16;
        /// SearchAttrs.
        search_attributes: u16 = le_u16;
        /// FileAttrs.
        file_attributes: u16 = le_u16;
        /// CreationTime.
        creation_time: Utime = Utime::read;
        /// OpenMode.
        open_mode: u16 = le_u16;
        /// AllocationSize in bytes.
        allocation_size: u32 = le_u32;
        /// Timeout in milliseconds.
        timeout: u32 = le_u32;
    }
}

wire_struct! {
    /// The words of `SMB_COM_OPEN` behind AccessMode (\[MS-CIFS\] 2.2.4.3.1).
    pub struct Open {
        /// SearchAttributes.
        search_attributes: u16 = le_u16;
    }
}

wire_struct! {
    /// The words of `SMB_COM_CREATE`, `SMB_COM_CREATE_NEW` and `SMB_COM_CREATE_TEMPORARY` (\[MS-CIFS\] 2.2.4.4, .15 and
    /// .16).
    pub struct Create {
        /// FileAttributes.
        file_attributes: u16 = le_u16;
        /// CreationTime.
        creation_time: Utime = Utime::read;
    }
}

wire_struct! {
    /// The words of `SMB_COM_OPEN_PRINT_FILE` (\[MS-CIFS\] 2.2.4.67.1).
    pub struct OpenPrintFile {
        /// SetupLength: bytes at the start of the job that set up the printer.
        setup_length: u16 = le_u16;
        /// Mode: 0 text, 1 graphics.
        mode: u16 = le_u16;
    }
}

/// The rest of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum ResponseFields {
    NtCreateExtended(NtCreated, NtCreatedExtended),
    NtCreate(NtCreated),
    OpenAndx(OpenedAndx),
    Open(Opened),
}

impl ResponseFields {
    /// The words of a command behind the FID, if they are all there.
    pub(super) fn of(block: &Block<'_>) -> Option<Self> {
        let words = block.words;
        match block.command {
            Command::NT_CREATE_ANDX => Self::created(*words.get(4)?, words.get(7..)?),
            Command::OPEN_ANDX => Some(Self::OpenAndx(value(OpenedAndx::read(words.get(6..)?))?)),
            Command::OPEN => Some(Self::Open(value(Opened::read(words.get(2..)?))?)),
            _ => None,
        }
    }

    /// The parameters of an `NT_TRANSACT_CREATE` response (\[MS-CIFS\] 2.2.7.1.2).
    pub(super) fn of_transaction(parameters: &[u8]) -> Option<Self> {
        // Behind CreateAction stands the offset of an error in the extended attributes.
        let both = [parameters.get(4..8)?, parameters.get(12..)?].concat();
        Self::created(*parameters.first()?, &both)
    }

    fn created(oplock_level: u8, rest: &[u8]) -> Option<Self> {
        let (rest, created) = NtCreated::read(rest).ok()?;
        let created = NtCreated { oplock_level: OplockLevel(oplock_level), ..created };
        Some(match NtCreatedExtended::read(rest) {
            Ok((_, extended)) => Self::NtCreateExtended(created, extended),
            Err(_) => Self::NtCreate(created),
        })
    }
}

fn nothing(input: &[u8]) -> Read<'_, OplockLevel> {
    Ok((input, OplockLevel::NONE))
}

fn resource_type(input: &[u8]) -> Read<'_, ResourceType> {
    le_u16(input).map(|(rest, value)| (rest, ResourceType(value)))
}

wire_struct! {
    /// The words of the answer to `SMB_COM_NT_CREATE_ANDX` (\[MS-CIFS\] 2.2.4.64.2).
    pub struct NtCreated {
        /// OplockLevel, which stands before the FID.
        oplock_level: OplockLevel = nothing;
        /// CreateAction: 0 superseded, 1 opened, 2 created, 3 overwritten.
        create_action: u32 = le_u32;
        /// CreateTime.
        create_time: FileTime = FileTime::read;
        /// LastAccessTime.
        last_access_time: FileTime = FileTime::read;
        /// LastWriteTime.
        last_write_time: FileTime = FileTime::read;
        /// LastChangeTime.
        last_change_time: FileTime = FileTime::read;
        /// ExtFileAttributes.
        ext_file_attributes: FileAttributes = FileAttributes::read;
        /// AllocationSize in bytes.
        allocation_size: u64 = le_u64;
        /// EndOfFile in bytes.
        end_of_file: u64 = le_u64;
        /// ResourceType.
        file_type: ResourceType = resource_type;
        /// NMPipeStatus, or FileStatusFlags.
        status_flags: u16 = le_u16;
        /// Directory.
        is_directory: u8 = u8;
    }
}

wire_struct! {
    /// What the extended answer has besides (\[MS-SMB\] 2.2.4.9.2).
    pub struct NtCreatedExtended {
        /// VolumeGUID.
        volume_guid: uuid::Uuid = crate::wire::guid;
        /// FileId, of the file in its volume.
        file_id: u64 = le_u64;
        /// MaximalAccessRights of the client.
        maximal_access_rights: AccessMask = AccessMask::read;
        /// GuestMaximalAccessRights.
        guest_maximal_access_rights: AccessMask = AccessMask::read;
    }
}

wire_struct! {
    /// The words of the answer to `SMB_COM_OPEN_ANDX` (\[MS-CIFS\] 2.2.4.41.2).
    pub struct OpenedAndx {
        /// FileAttrs.
        file_attributes: u16 = le_u16;
        /// LastWriteTime.
        last_write_time: Utime = Utime::read;
        /// FileDataSize in bytes.
        file_data_size: u32 = le_u32;
        /// AccessRights.
        access_rights: u16 = le_u16;
        /// ResourceType.
        file_type: ResourceType = resource_type;
        /// NMPipeStatus.
        status_flags: u16 = le_u16;
        /// OpenResults: 1 opened, 2 created, 3 truncated; 0x8000 an oplock was given.
        open_results: u16 = le_u16;
    }
}

wire_struct! {
    /// The words of the answer to `SMB_COM_OPEN` (\[MS-CIFS\] 2.2.4.3.2).
    pub struct Opened {
        /// FileAttrs.
        file_attributes: u16 = le_u16;
        /// LastModified.
        last_modified: Utime = Utime::read;
        /// FileSize in bytes.
        file_size: u32 = le_u32;
        /// AccessMode.
        access_mode: u16 = le_u16;
    }
}
