//! `SMB_COM_TRANSACTION2`: the parameters and data of its subcommands (\[MS-CIFS\] 2.2.6, \[MS-SMB\] 2.2.6).
//!
//! They are read of whole transactions: what one message holds if it holds everything, or what
//! [`Reassembly`](super::Reassembly) gathered.
//!
//! ```
//! use smbscope::smb1::trans2::Request;
//! use smbscope::smb1::transaction::Trans2Function;
//!
//! let parameters = [
//!     &[0x16, 0, 10, 0, 6, 0][..], // SearchAttributes, SearchCount, Flags
//!     &[1, 0, 0, 0, 0, 0], // InformationLevel, SearchStorageType
//!     b"\\\0*\0\0\0", // FileName
//! ]
//! .concat();
//! let request = Request::parse(Trans2Function::FIND_FIRST2, &parameters, b"", true)?;
//! assert_eq!(request.path().map(|path| path.to_string()).as_deref(), Some(r"\*"));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Text;
use super::dos_time::DosTime;
use super::ea::{FeaList, GeaList};
use super::find::{FindEntries, FindLevel};
use super::text::Strings;
use super::transaction::Trans2Function;
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::fscc::{
    BasicInformation, FileInformation, FileInformationClass, FileSystemInformation,
    FileSystemInformationClass, RenameInformation, fsctl,
};
use crate::wire::{Raw, Utf16, fields, le_u16, le_u32, up_to, wire_enum, wire_struct};

wire_enum! {
    /// What is asked or set of a file (\[MS-CIFS\] 2.2.2.3.3, 2.2.2.3.4). From 1000 on it is a class of \[MS-FSCC\] and
    /// 1000.
    pub struct FileLevel(u16) {
        INFO_STANDARD = 0x0001, "SMB_INFO_STANDARD";
        INFO_QUERY_EA_SIZE = 0x0002, "SMB_INFO_QUERY_EA_SIZE";
        INFO_QUERY_EAS_FROM_LIST = 0x0003, "SMB_INFO_QUERY_EAS_FROM_LIST";
        INFO_QUERY_ALL_EAS = 0x0004, "SMB_INFO_QUERY_ALL_EAS";
        INFO_IS_NAME_VALID = 0x0006, "SMB_INFO_IS_NAME_VALID";
        FILE_BASIC_INFO = 0x0101, "SMB_FILE_BASIC_INFO";
        FILE_STANDARD_INFO = 0x0102, "SMB_FILE_STANDARD_INFO";
        FILE_EA_INFO = 0x0103, "SMB_FILE_EA_INFO";
        FILE_NAME_INFO = 0x0104, "SMB_FILE_NAME_INFO";
        FILE_ALL_INFO = 0x0107, "SMB_QUERY_FILE_ALL_INFO";
        FILE_ALT_NAME_INFO = 0x0108, "SMB_QUERY_FILE_ALT_NAME_INFO";
        FILE_STREAM_INFO = 0x0109, "SMB_QUERY_FILE_STREAM_INFO";
        FILE_COMPRESSION_INFO = 0x010b, "SMB_QUERY_FILE_COMPRESSION_INFO";
        FILE_UNIX_BASIC = 0x0200, "SMB_FILE_UNIX_BASIC";
        FILE_UNIX_LINK = 0x0201, "SMB_FILE_UNIX_LINK";
    }
}

wire_enum! {
    /// What is asked of a file system (\[MS-CIFS\] 2.2.2.3.2). From 1000 on it is a class of \[MS-FSCC\] and 1000.
    pub struct FileSystemLevel(u16) {
        INFO_ALLOCATION = 0x0001, "SMB_INFO_ALLOCATION";
        INFO_VOLUME = 0x0002, "SMB_INFO_VOLUME";
        FS_VOLUME_INFO = 0x0102, "SMB_QUERY_FS_VOLUME_INFO";
        FS_SIZE_INFO = 0x0103, "SMB_QUERY_FS_SIZE_INFO";
        FS_DEVICE_INFO = 0x0104, "SMB_QUERY_FS_DEVICE_INFO";
        FS_ATTRIBUTE_INFO = 0x0105, "SMB_QUERY_FS_ATTRIBUTE_INFO";
        CIFS_UNIX_INFO = 0x0200, "SMB_QUERY_CIFS_UNIX_INFO";
        MAC_FS_INFO = 0x0301, "SMB_MAC_QUERY_FS_INFO";
    }
}

/// From this level on a level is a class of \[MS-FSCC\].
const PASS_THROUGH: u16 = 1000;

impl FileLevel {
    /// The class of \[MS-FSCC\] that the answer to a query of this level has.
    #[must_use]
    pub fn query_class(self) -> Option<FileInformationClass> {
        Some(match self {
            Self::FILE_BASIC_INFO => FileInformationClass::BASIC,
            Self::FILE_STANDARD_INFO => FileInformationClass::STANDARD,
            Self::FILE_EA_INFO => FileInformationClass::EA,
            Self::FILE_NAME_INFO => FileInformationClass::NAME,
            Self::FILE_ALT_NAME_INFO => FileInformationClass::ALTERNATE_NAME,
            Self::FILE_STREAM_INFO => FileInformationClass::STREAM,
            Self::FILE_COMPRESSION_INFO => FileInformationClass::COMPRESSION,
            level => return pass_through(level.0).map(FileInformationClass),
        })
    }

    /// The class of \[MS-FSCC\] that what is set at this level has.
    #[must_use]
    pub fn set_class(self) -> Option<FileInformationClass> {
        Some(match self.0 {
            0x0101 => FileInformationClass::BASIC,
            0x0102 => FileInformationClass::DISPOSITION,
            0x0103 => FileInformationClass::ALLOCATION,
            0x0104 => FileInformationClass::END_OF_FILE,
            level => return pass_through(level).map(FileInformationClass),
        })
    }
}

impl FileSystemLevel {
    /// The class of \[MS-FSCC\] that the answer has.
    #[must_use]
    pub fn class(self) -> Option<FileSystemInformationClass> {
        Some(match self {
            Self::FS_VOLUME_INFO => FileSystemInformationClass::VOLUME,
            Self::FS_SIZE_INFO => FileSystemInformationClass::SIZE,
            Self::FS_DEVICE_INFO => FileSystemInformationClass::DEVICE,
            Self::FS_ATTRIBUTE_INFO => FileSystemInformationClass::ATTRIBUTE,
            level => return pass_through(level.0).map(FileSystemInformationClass),
        })
    }
}

fn pass_through(level: u16) -> Option<u8> {
    level.checked_sub(PASS_THROUGH).and_then(|class| u8::try_from(class).ok())
}

/// What an answer can be read with only if its request is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Asked {
    /// The subcommand.
    pub function: Trans2Function,
    /// The information level, 0 in subcommands without one.
    pub level: u16,
    /// The client wants resume keys with what is found.
    pub resume_keys: bool,
}

/// A request, by its subcommand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Request<'a> {
    /// `TRANS2_OPEN2` (2.2.6.1.1).
    Open {
        /// Flags.
        flags: u16,
        /// AccessMode.
        access_mode: u16,
        /// FileAttributes.
        file_attributes: u16,
        /// OpenMode.
        open_mode: u16,
        /// FileName.
        file_name: Text<'a>,
        /// ExtendedAttributeList, if there are data.
        extended_attributes: Option<FeaList<'a>>,
    },
    /// `TRANS2_FIND_FIRST2` (2.2.6.2.1).
    FindFirst {
        /// SearchAttributes.
        search_attributes: u16,
        /// SearchCount: how many entries the client takes.
        search_count: u16,
        /// Flags: 1 close after, 2 close at the end, 4 with resume keys, 8 go on, 16 for backup.
        flags: u16,
        /// InformationLevel.
        information_level: FindLevel,
        /// FileName, a pattern.
        file_name: Text<'a>,
        /// GetExtendedAttributeList, at the level that asks for some.
        extended_attributes: Option<GeaList<'a>>,
    },
    /// `TRANS2_FIND_NEXT2` (2.2.6.3.1).
    FindNext {
        /// SID: which search.
        sid: u16,
        /// SearchCount.
        search_count: u16,
        /// InformationLevel.
        information_level: FindLevel,
        /// ResumeKey.
        resume_key: u32,
        /// Flags.
        flags: u16,
        /// FileName: behind which to go on.
        file_name: Text<'a>,
        /// GetExtendedAttributeList, at the level that asks for some.
        extended_attributes: Option<GeaList<'a>>,
    },
    /// `TRANS2_QUERY_FS_INFORMATION` (2.2.6.4.1).
    QueryFs {
        /// InformationLevel.
        information_level: FileSystemLevel,
    },
    /// `TRANS2_SET_FS_INFORMATION` (\[MS-SMB\] 2.2.6.4).
    SetFs {
        /// FID.
        fid: u16,
        /// InformationLevel.
        information_level: FileSystemLevel,
    },
    /// `TRANS2_QUERY_PATH_INFORMATION` (2.2.6.6.1).
    QueryPath {
        /// InformationLevel.
        information_level: FileLevel,
        /// FileName.
        file_name: Text<'a>,
        /// GetExtendedAttributeList, at the level that asks for some.
        extended_attributes: Option<GeaList<'a>>,
    },
    /// `TRANS2_SET_PATH_INFORMATION` (2.2.6.7.1).
    SetPath {
        /// InformationLevel.
        information_level: FileLevel,
        /// FileName.
        file_name: Text<'a>,
        /// What is set.
        information: Information<'a>,
    },
    /// `TRANS2_QUERY_FILE_INFORMATION` (2.2.6.8.1).
    QueryFile {
        /// FID.
        fid: u16,
        /// InformationLevel.
        information_level: FileLevel,
        /// GetExtendedAttributeList, at the level that asks for some.
        extended_attributes: Option<GeaList<'a>>,
    },
    /// `TRANS2_SET_FILE_INFORMATION` (2.2.6.9.1).
    SetFile {
        /// FID.
        fid: u16,
        /// InformationLevel.
        information_level: FileLevel,
        /// What is set.
        information: Information<'a>,
    },
    /// `TRANS2_CREATE_DIRECTORY` (2.2.6.14.1).
    CreateDirectory {
        /// DirectoryName.
        directory_name: Text<'a>,
    },
    /// `TRANS2_GET_DFS_REFERRAL` (2.2.6.16.1).
    GetDfsReferral {
        /// MaxReferralLevel.
        max_referral_level: u16,
        /// RequestFileName.
        request_file_name: Text<'a>,
    },
    /// Of another subcommand.
    Other {
        /// The parameters.
        parameters: Raw<'a>,
    },
}

impl<'a> Request<'a> {
    /// Reads the parameters and data of a request.
    ///
    /// # Errors
    /// The fixed parameters are cut; the offset is the one in `parameters`.
    pub fn parse(
        function: Trans2Function,
        parameters: &'a [u8],
        data: &'a [u8],
        unicode: bool,
    ) -> Result<Self, ParseError> {
        parse(Layer::Smb1, parameters, |input| request(function, input, data, unicode))
            .map(|(_, request)| request)
    }

    /// What its answer will be read with.
    #[must_use]
    pub const fn asked(&self, function: Trans2Function) -> Asked {
        let (level, resume_keys) = match self {
            Self::FindFirst { information_level, flags, .. }
            | Self::FindNext { information_level, flags, .. } => (information_level.0, *flags & 4 != 0),
            Self::QueryFs { information_level } => (information_level.0, false),
            Self::QueryPath { information_level, .. } | Self::QueryFile { information_level, .. } => {
                (information_level.0, false)
            }
            _ => (0, false),
        };
        Asked { function, level, resume_keys }
    }

    /// The FID it names.
    #[must_use]
    pub const fn fid(&self) -> Option<u16> {
        match self {
            Self::QueryFile { fid, .. } | Self::SetFile { fid, .. } | Self::SetFs { fid, .. } => Some(*fid),
            _ => None,
        }
    }

    /// The path or pattern it names.
    #[must_use]
    pub const fn path(&self) -> Option<Text<'a>> {
        match self {
            Self::Open { file_name, .. }
            | Self::FindFirst { file_name, .. }
            | Self::FindNext { file_name, .. }
            | Self::QueryPath { file_name, .. }
            | Self::SetPath { file_name, .. } => Some(*file_name),
            Self::CreateDirectory { directory_name } => Some(*directory_name),
            Self::GetDfsReferral { request_file_name, .. } => Some(*request_file_name),
            _ => None,
        }
    }
}

fn request<'a>(
    function: Trans2Function,
    input: &'a [u8],
    data: &'a [u8],
    unicode: bool,
) -> Read<'a, Request<'a>> {
    // Parameters begin at a multiple of four, and the texts in them at an even offset.
    let text = |rest: &'a [u8]| {
        let padded = input.len().saturating_sub(rest.len()) % 2 == 1;
        Strings::new(rest, unicode, padded).text()
    };
    let wanted = |level| {
        let list = (level == FileLevel::INFO_QUERY_EAS_FROM_LIST.0).then(|| GeaList::read(data).ok())?;
        list.map(|(_, list)| list)
    };
    Ok(match function {
        Trans2Function::OPEN2 => {
            fields! {
                input => rest;
                flags: le_u16,
                access_mode: le_u16,
                _reserved: le_u16,
                file_attributes: le_u16,
                _creation_time: le_u32,
                open_mode: le_u16,
                _allocation_size: le_u32,
            }
            let (rest, _reserved) = crate::wire::array::<10>(rest)?;
            let (file_name, extended_attributes) =
                (text(rest), FeaList::read(data).ok().map(|(_, list)| list));
            let open = Request::Open {
                flags,
                access_mode,
                file_attributes,
                open_mode,
                file_name,
                extended_attributes,
            };
            (&[], open)
        }
        Trans2Function::FIND_FIRST2 => {
            fields! {
                input => rest;
                search_attributes: le_u16,
                search_count: le_u16,
                flags: le_u16,
                level: le_u16,
                _storage_type: le_u32,
            }
            let (information_level, file_name) = (FindLevel(level), text(rest));
            (
                &[],
                Request::FindFirst {
                    search_attributes,
                    search_count,
                    flags,
                    information_level,
                    file_name,
                    extended_attributes: wanted(level),
                },
            )
        }
        Trans2Function::FIND_NEXT2 => {
            fields! {
                input => rest;
                sid: le_u16,
                search_count: le_u16,
                level: le_u16,
                resume_key: le_u32,
                flags: le_u16,
            }
            let (information_level, file_name) = (FindLevel(level), text(rest));
            (
                &[],
                Request::FindNext {
                    sid,
                    search_count,
                    information_level,
                    resume_key,
                    flags,
                    file_name,
                    extended_attributes: wanted(level),
                },
            )
        }
        Trans2Function::QUERY_FS_INFORMATION => {
            fields!(input => rest; level: le_u16);
            (rest, Request::QueryFs { information_level: FileSystemLevel(level) })
        }
        Trans2Function::SET_FS_INFORMATION => {
            fields!(input => rest; fid: le_u16, level: le_u16);
            (rest, Request::SetFs { fid, information_level: FileSystemLevel(level) })
        }
        Trans2Function::QUERY_PATH_INFORMATION | Trans2Function::SET_PATH_INFORMATION => {
            fields!(input => rest; level: le_u16, _reserved: le_u32);
            let (information_level, file_name) = (FileLevel(level), text(rest));
            if function == Trans2Function::QUERY_PATH_INFORMATION {
                return Ok((
                    &[],
                    Request::QueryPath { information_level, file_name, extended_attributes: wanted(level) },
                ));
            }
            let information = Information::set(information_level, data);
            (&[], Request::SetPath { information_level, file_name, information })
        }
        Trans2Function::QUERY_FILE_INFORMATION | Trans2Function::SET_FILE_INFORMATION => {
            fields!(input => rest; fid: le_u16, level: le_u16);
            let information_level = FileLevel(level);
            if function == Trans2Function::QUERY_FILE_INFORMATION {
                return Ok((
                    rest,
                    Request::QueryFile { fid, information_level, extended_attributes: wanted(level) },
                ));
            }
            let information = Information::set(information_level, data);
            (rest, Request::SetFile { fid, information_level, information })
        }
        Trans2Function::CREATE_DIRECTORY => {
            fields!(input => rest; _reserved: le_u32);
            (&[], Request::CreateDirectory { directory_name: text(rest) })
        }
        Trans2Function::GET_DFS_REFERRAL => {
            fields!(input => rest; max_referral_level: le_u16);
            (&[], Request::GetDfsReferral { max_referral_level, request_file_name: text(rest) })
        }
        _ => {
            let parameters = Raw::unknown(Layer::Smb1, FUNCTION, function.0, input);
            (&[], Request::Other { parameters })
        }
    })
}

/// An answer, by its subcommand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Response<'a> {
    /// `TRANS2_OPEN2` (2.2.6.1.2).
    Open {
        /// FID.
        fid: u16,
        /// FileAttributes.
        file_attributes: u16,
    },
    /// `TRANS2_FIND_FIRST2` and `TRANS2_FIND_NEXT2` (2.2.6.2.2, 2.2.6.3.2).
    Find {
        /// SID: the search, in the answer to the first.
        sid: Option<u16>,
        /// SearchCount: entries given.
        search_count: u16,
        /// EndOfSearch: 1, there are no more.
        end_of_search: u16,
        /// The entries.
        entries: FindEntries<'a>,
    },
    /// `TRANS2_QUERY_FS_INFORMATION` (2.2.6.4.2).
    FileSystem {
        /// What was asked.
        information: Information<'a>,
    },
    /// `TRANS2_QUERY_PATH_INFORMATION` and `TRANS2_QUERY_FILE_INFORMATION` (2.2.6.6.2, 2.2.6.8.2).
    File {
        /// What was asked.
        information: Information<'a>,
    },
    /// `TRANS2_GET_DFS_REFERRAL` (2.2.6.16.2).
    Referrals {
        /// The referrals.
        referrals: fsctl::Output<'a>,
    },
    /// Of a subcommand that says nothing.
    Nothing {},
    /// Of another subcommand.
    Other {
        /// The parameters.
        parameters: Raw<'a>,
        /// The data.
        data: Raw<'a>,
    },
}

/// What is told or set of a file or a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Information<'a> {
    /// Of a file, in the form of \[MS-FSCC\].
    File(FileInformation<'a>),
    /// Of a file system, in the form of \[MS-FSCC\].
    FileSystem(FileSystemInformation<'a>),
    /// `SMB_QUERY_FILE_ALL_INFO`.
    All(FileAll<'a>),
    /// `SMB_INFO_STANDARD` and `SMB_INFO_QUERY_EA_SIZE`.
    Standard(StandardInformation),
    /// `SMB_INFO_STANDARD` where it is set.
    SetStandard(SetStandard),
    /// `SMB_INFO_ALLOCATION`.
    Allocation(Allocation),
    /// `SMB_INFO_VOLUME`.
    Volume {
        /// ulVolSerialNbr.
        serial_number: u32,
        /// VolumeLabel.
        volume_label: Text<'a>,
    },
    /// Extended attributes: `SMB_INFO_SET_EAS`, `SMB_INFO_QUERY_EAS_FROM_LIST`, `SMB_INFO_QUERY_ALL_EAS`.
    ExtendedAttributes(FeaList<'a>),
    /// Of another level, and as it is.
    Other(Raw<'a>),
}

wire_struct! {
    /// `SMB_INFO_STANDARD` (\[MS-CIFS\] 2.2.8.3.1).
    pub struct StandardInformation {
        /// CreationDate and CreationTime.
        creation: DosTime = DosTime::read;
        /// LastAccessDate and LastAccessTime.
        last_access: DosTime = DosTime::read;
        /// LastWriteDate and LastWriteTime.
        last_write: DosTime = DosTime::read;
        /// FileDataSize in bytes.
        file_data_size: u32 = le_u32;
        /// AllocationSize in bytes.
        allocation_size: u32 = le_u32;
        /// Attributes.
        attributes: u16 = le_u16;
    }
}

wire_struct! {
    /// `SMB_INFO_STANDARD` where it is set (\[MS-CIFS\] 2.2.8.4.1).
    pub struct SetStandard {
        /// CreationDate and CreationTime.
        creation: DosTime = DosTime::read;
        /// LastAccessDate and LastAccessTime.
        last_access: DosTime = DosTime::read;
        /// LastWriteDate and LastWriteTime.
        last_write: DosTime = DosTime::read;
    }
}

wire_struct! {
    /// `SMB_INFO_ALLOCATION` (\[MS-CIFS\] 2.2.8.2.1).
    pub struct Allocation {
        /// idFileSystem.
        id_file_system: u32 = le_u32;
        /// cSectorUnit.
        sectors_per_unit: u32 = le_u32;
        /// cUnit.
        units: u32 = le_u32;
        /// cUnitAvailable.
        units_available: u32 = le_u32;
        /// cbSector.
        bytes_per_sector: u16 = le_u16;
    }
}

/// `SMB_QUERY_FILE_ALL_INFO` (\[MS-CIFS\] 2.2.8.3.8), which has less than FileAllInformation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FileAll<'a> {
    /// Times and attributes.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub basic: BasicInformation,
    /// Sizes and the like.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub standard: crate::fscc::StandardInformation,
    /// EaSize in bytes.
    pub ea_size: u32,
    /// FileName.
    pub file_name: Utf16<'a>,
}

impl<'a> FileAll<'a> {
    /// True if the length of a name ends `data` where it has to in this form.
    fn fits(data: &[u8]) -> bool {
        let length = data.get(68..).and_then(|rest| le_u32(rest).ok());
        length.is_some_and(|(name, length)| name.len() == crate::wire::widen(length))
    }

    fn read(input: &'a [u8]) -> Read<'a, Self> {
        fields!(input => rest; basic: BasicInformation::read, _reserved: le_u32);
        let (rest, standard) = crate::fscc::StandardInformation::read(rest)?;
        fields!(rest => rest; _reserved: le_u16, ea_size: le_u32, length: le_u32);
        let file_name = Utf16::new(up_to(rest, crate::wire::widen(length)));
        Ok((&[], Self { basic, standard, ea_size, file_name }))
    }
}

/// The field that says what a transaction is.
const FUNCTION: &str = "Trans2 subcommand";

/// The field that says what information is.
const LEVEL: &str = "InformationLevel";

impl<'a> Information<'a> {
    fn set(level: FileLevel, data: &'a [u8]) -> Self {
        match level.set_class() {
            Some(FileInformationClass::RENAME | FileInformationClass::LINK) => {
                let to = |rename| Self::File(FileInformation::Rename(rename));
                Self::fixed(data, |data| map(RenameInformation::read_smb1(data)?, to))
            }
            Some(class) => Self::File(FileInformation::read(class, data)),
            None if level == FileLevel::INFO_STANDARD => {
                Self::fixed(data, |data| map(SetStandard::read(data)?, Self::SetStandard))
            }
            // SMB_INFO_SET_EAS.
            None if level == FileLevel::INFO_QUERY_EA_SIZE => Self::attributes(data),
            None => Self::Other(Raw::unknown(Layer::Smb1, LEVEL, level.0, data)),
        }
    }

    fn of_file(level: FileLevel, data: &'a [u8]) -> Self {
        match (level, level.query_class()) {
            (FileLevel::INFO_STANDARD | FileLevel::INFO_QUERY_EA_SIZE, _) => {
                Self::fixed(data, |data| map(StandardInformation::read(data)?, Self::Standard))
            }
            // Samba answers the level of [MS-FSCC] in the form of the other one.
            (FileLevel::INFO_QUERY_EAS_FROM_LIST | FileLevel::INFO_QUERY_ALL_EAS, _) => {
                Self::attributes(data)
            }
            (FileLevel::FILE_ALL_INFO, _) | (_, Some(FileInformationClass::ALL))
                if level == FileLevel::FILE_ALL_INFO || FileAll::fits(data) =>
            {
                Self::fixed(data, |data| map(FileAll::read(data)?, Self::All))
            }
            (_, Some(class)) => Self::File(FileInformation::read(class, data)),
            _ => Self::Other(Raw::unknown(Layer::Smb1, LEVEL, level.0, data)),
        }
    }

    fn of_file_system(level: FileSystemLevel, data: &'a [u8], unicode: bool) -> Self {
        match (level, level.class()) {
            (FileSystemLevel::INFO_ALLOCATION, _) => {
                Self::fixed(data, |data| map(Allocation::read(data)?, Self::Allocation))
            }
            (FileSystemLevel::INFO_VOLUME, _) => Self::fixed(data, |data| {
                fields!(data => rest; serial_number: le_u32);
                let (rest, length) = crate::wire::u8(rest)?;
                // Some count characters here, and some bytes.
                let padded = unicode && rest.len() > usize::from(length).saturating_mul(2);
                let volume_label = Strings::new(rest, unicode, padded).text();
                Ok((&[], Self::Volume { serial_number, volume_label }))
            }),
            (_, Some(class)) => Self::FileSystem(FileSystemInformation::read(class, data)),
            _ => Self::Other(Raw::unknown(Layer::Smb1, LEVEL, level.0, data)),
        }
    }

    fn attributes(data: &'a [u8]) -> Self {
        Self::fixed(data, |data| map(FeaList::read(data)?, Self::ExtendedAttributes))
    }

    /// What a reader reads of data, or the data as they are.
    fn fixed(data: &'a [u8], read: impl FnOnce(&'a [u8]) -> Read<'a, Self>) -> Self {
        parse(Layer::Smb1, data, read)
            .map_or_else(|why| Self::Other(Raw::unreadable(data, why)), |(_, information)| information)
    }
}

fn map<'a, T, U>((rest, value): (&'a [u8], T), to: impl FnOnce(T) -> U) -> Read<'a, U> {
    Ok((rest, to(value)))
}

impl Examine for Information<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::File(information) => information.examine(anomalies),
            Self::FileSystem(information) => information.examine(anomalies),
            Self::ExtendedAttributes(list) => list.examine(anomalies),
            Self::Other(bytes) => bytes.examine(anomalies),
            Self::All(_)
            | Self::Standard(_)
            | Self::SetStandard(_)
            | Self::Allocation(_)
            | Self::Volume { .. } => {}
        }
    }
}

impl<'a> Response<'a> {
    /// Reads the parameters and data of an answer.
    ///
    /// # Errors
    /// The fixed parameters are cut; the offset is the one in `parameters`.
    pub fn parse(
        asked: Asked,
        parameters: &'a [u8],
        data: &'a [u8],
        unicode: bool,
    ) -> Result<Self, ParseError> {
        let read = |input: &'a [u8]| -> Read<'a, Self> {
            Ok(match asked.function {
                Trans2Function::OPEN2 => {
                    fields!(input => rest; fid: le_u16, file_attributes: le_u16);
                    (rest, Self::Open { fid, file_attributes })
                }
                Trans2Function::FIND_FIRST2 | Trans2Function::FIND_NEXT2 => {
                    let first = asked.function == Trans2Function::FIND_FIRST2;
                    let (rest, sid) = if first {
                        le_u16(input).map(|(rest, sid)| (rest, Some(sid)))?
                    } else {
                        (input, None)
                    };
                    fields!(rest => rest; search_count: le_u16, end_of_search: le_u16);
                    let level = FindLevel(asked.level);
                    let resume_keys = asked.resume_keys;
                    let entries =
                        FindEntries { level, count: search_count, resume_keys, unicode, bytes: data };
                    (rest, Self::Find { sid, search_count, end_of_search, entries })
                }
                Trans2Function::QUERY_FS_INFORMATION => {
                    let information =
                        Information::of_file_system(FileSystemLevel(asked.level), data, unicode);
                    (input, Self::FileSystem { information })
                }
                Trans2Function::QUERY_PATH_INFORMATION | Trans2Function::QUERY_FILE_INFORMATION => {
                    (input, Self::File { information: Information::of_file(FileLevel(asked.level), data) })
                }
                Trans2Function::GET_DFS_REFERRAL => {
                    let referrals = fsctl::Output::read(fsctl::FsctlCode::DFS_GET_REFERRALS, data);
                    (input, Self::Referrals { referrals })
                }
                // The error offset in extended attributes, which is 0 nearly always.
                Trans2Function::SET_PATH_INFORMATION
                | Trans2Function::SET_FILE_INFORMATION
                | Trans2Function::SET_FS_INFORMATION
                | Trans2Function::CREATE_DIRECTORY => (input, Self::Nothing {}),
                function => {
                    let raw = |bytes| Raw::unknown(Layer::Smb1, FUNCTION, function.0, bytes);
                    (input, Self::Other { parameters: raw(input), data: raw(data) })
                }
            })
        };
        parse(Layer::Smb1, parameters, read).map(|(_, response)| response)
    }
}

impl Examine for Request<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::SetPath { information, .. } | Self::SetFile { information, .. } => {
                information.examine(anomalies);
            }
            Self::Open { extended_attributes, .. } => {
                extended_attributes.iter().for_each(|list| list.examine(anomalies));
            }
            Self::FindFirst { extended_attributes, .. }
            | Self::FindNext { extended_attributes, .. }
            | Self::QueryPath { extended_attributes, .. }
            | Self::QueryFile { extended_attributes, .. } => {
                extended_attributes.iter().for_each(|list| list.examine(anomalies));
            }
            Self::Other { parameters } => parameters.examine(anomalies),
            _ => {}
        }
    }
}

impl Examine for Response<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::Find { entries, .. } => entries.examine(anomalies),
            Self::File { information } | Self::FileSystem { information } => information.examine(anomalies),
            Self::Referrals { referrals } => referrals.examine(anomalies),
            Self::Other { parameters, data } => {
                parameters.examine(anomalies);
                data.examine(anomalies);
            }
            Self::Open { .. } | Self::Nothing {} => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::smb1::testing::wide;

    #[test]
    fn a_search_and_what_it_found() {
        let parameters = [
            &[0x16, 0][..], // SearchAttributes
            &[10, 0],       // SearchCount
            &[6, 0],        // Flags
            &[1, 0],        // InformationLevel
            &[0; 4],        // SearchStorageType
            &wide("\\*\0"), // FileName
        ]
        .concat();
        let function = Trans2Function::FIND_FIRST2;
        let request = Request::parse(function, &parameters, b"", true).unwrap();
        assert_eq!(request.path().unwrap().to_string(), r"\*");
        let asked = request.asked(function);
        assert_eq!((asked.level, asked.resume_keys), (1, true));
        for length in 0..12 {
            assert!(Request::parse(function, &parameters[..length], b"", true).is_err());
        }
        let data = [
            &[1, 0, 0, 0][..],         // ResumeKey
            &[0x55, 0x25, 0x63, 0x70], // CreationDate, CreationTime
            &[0; 8],                   // LastAccess, LastWrite
            &[9, 0, 0, 0],             // DataSize
            &[0, 2, 0, 0],             // AllocationSize
            &[0x20, 0],                // Attributes
            &[4],                      // FileNameLength
            &[0],                      // padding
            &wide("ab"),               // FileName
        ]
        .concat();
        let parameters = [5, 0, 1, 0, 1, 0, 0, 0, 0, 0];
        let response = Response::parse(asked, &parameters, &data, true).unwrap();
        let Response::Find { sid, search_count, entries, .. } = response else { panic!() };
        assert_eq!((sid, search_count), (Some(5), 1));
        let entry = entries.iter().next().unwrap().unwrap();
        assert_eq!(entry.file_name.to_string(), "ab");
        let mut anomalies = Anomalies::default();
        response.examine(&mut anomalies);
        assert!(anomalies.is_empty(), "{anomalies:?}");
    }

    #[test]
    fn a_rename_at_a_level_of_fscc() {
        let data = [&[0; 8][..], &[4, 0, 0, 0], &wide("xy")].concat();
        let request =
            Request::parse(Trans2Function::SET_FILE_INFORMATION, &[7, 0, 0xf2, 0x03, 0, 0], &data, true)
                .unwrap();
        let Request::SetFile {
            fid: 7, information: Information::File(FileInformation::Rename(rename)), ..
        } = request
        else {
            panic!("{request:?}")
        };
        assert_eq!(rename.file_name.to_string(), "xy");
    }

    proptest! {
        #[test]
        fn any_bytes_of_any_subcommand(
            function in 0_u16..18,
            level in prop_oneof![0_u16..10, 0x100_u16..0x10c, 1000_u16..1060],
            parameters: Vec<u8>,
            data: Vec<u8>,
            unicode: bool,
        ) {
            let function = Trans2Function(function);
            let mut anomalies = Anomalies::default();
            if let Ok(request) = Request::parse(function, &parameters, &data, unicode) {
                request.examine(&mut anomalies);
            }
            let asked = Asked { function, level, resume_keys: unicode };
            if let Ok(response) = Response::parse(asked, &parameters, &data, unicode) {
                response.examine(&mut anomalies);
            }
        }
    }
}
