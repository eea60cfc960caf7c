//! What is asked and set of files: \[MS-FSCC\] 2.4.

use super::{AccessMask, ExtendedAttributes, FileAttributes, chained, cut};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, parse};
use crate::wire::{
    FileTime, Raw, Utf16, array, fields, le_u32, le_u64, u8, up_to, widen, wire_enum, wire_list, wire_struct,
};

wire_enum! {
    /// A file information class (\[MS-FSCC\] 2.4).
    pub struct FileInformationClass(u8) {
        DIRECTORY = 1, "FileDirectoryInformation";
        FULL_DIRECTORY = 2, "FileFullDirectoryInformation";
        BOTH_DIRECTORY = 3, "FileBothDirectoryInformation";
        BASIC = 4, "FileBasicInformation";
        STANDARD = 5, "FileStandardInformation";
        INTERNAL = 6, "FileInternalInformation";
        EA = 7, "FileEaInformation";
        ACCESS = 8, "FileAccessInformation";
        NAME = 9, "FileNameInformation";
        RENAME = 10, "FileRenameInformation";
        LINK = 11, "FileLinkInformation";
        NAMES = 12, "FileNamesInformation";
        DISPOSITION = 13, "FileDispositionInformation";
        POSITION = 14, "FilePositionInformation";
        FULL_EA = 15, "FileFullEaInformation";
        MODE = 16, "FileModeInformation";
        ALIGNMENT = 17, "FileAlignmentInformation";
        ALL = 18, "FileAllInformation";
        ALLOCATION = 19, "FileAllocationInformation";
        END_OF_FILE = 20, "FileEndOfFileInformation";
        ALTERNATE_NAME = 21, "FileAlternateNameInformation";
        STREAM = 22, "FileStreamInformation";
        PIPE = 23, "FilePipeInformation";
        PIPE_LOCAL = 24, "FilePipeLocalInformation";
        PIPE_REMOTE = 25, "FilePipeRemoteInformation";
        MAILSLOT_QUERY = 26, "FileMailslotQueryInformation";
        MAILSLOT_SET = 27, "FileMailslotSetInformation";
        COMPRESSION = 28, "FileCompressionInformation";
        OBJECT_ID = 29, "FileObjectIdInformation";
        MOVE_CLUSTER = 31, "FileMoveClusterInformation";
        QUOTA = 32, "FileQuotaInformation";
        REPARSE_POINT = 33, "FileReparsePointInformation";
        NETWORK_OPEN = 34, "FileNetworkOpenInformation";
        ATTRIBUTE_TAG = 35, "FileAttributeTagInformation";
        TRACKING = 36, "FileTrackingInformation";
        ID_BOTH_DIRECTORY = 37, "FileIdBothDirectoryInformation";
        ID_FULL_DIRECTORY = 38, "FileIdFullDirectoryInformation";
        VALID_DATA_LENGTH = 39, "FileValidDataLengthInformation";
        SHORT_NAME = 40, "FileShortNameInformation";
        SFIO_RESERVE = 44, "FileSfioReserveInformation";
        SFIO_VOLUME = 45, "FileSfioVolumeInformation";
        HARD_LINK = 46, "FileHardLinkInformation";
        NORMALIZED_NAME = 48, "FileNormalizedNameInformation";
        ID_GLOBAL_TX_DIRECTORY = 50, "FileIdGlobalTxDirectoryInformation";
        STANDARD_LINK = 54, "FileStandardLinkInformation";
        ID = 59, "FileIdInformation";
        ID_EXTD_DIRECTORY = 60, "FileIdExtdDirectoryInformation";
        DISPOSITION_EX = 64, "FileDispositionInformationEx";
        RENAME_EX = 65, "FileRenameInformationEx";
        STAT = 68, "FileStatInformation";
        STAT_LX = 70, "FileStatLxInformation";
        CASE_SENSITIVE = 71, "FileCaseSensitiveInformation";
        LINK_EX = 72, "FileLinkInformationEx";
    }
}

/// What is told or set of a file, by its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum FileInformation<'a> {
    /// FileBasicInformation (2.4.7).
    Basic(BasicInformation),
    /// FileStandardInformation (2.4.47).
    Standard(StandardInformation),
    /// FileInternalInformation (2.4.27): the number of the file in its volume.
    Internal {
        /// IndexNumber.
        index_number: u64,
    },
    /// FileEaInformation (2.4.13).
    Ea {
        /// EaSize in bytes.
        ea_size: u32,
    },
    /// FileAccessInformation (2.4.1).
    Access {
        /// AccessFlags.
        access_flags: AccessMask,
    },
    /// A name: FileNameInformation, FileAlternateNameInformation, FileNormalizedNameInformation,
    /// FileShortNameInformation (2.1.7 and others).
    Name {
        /// FileName.
        file_name: Utf16<'a>,
    },
    /// FileRenameInformation and FileLinkInformation, and their Ex forms (2.4.42, 2.4.28).
    Rename(RenameInformation<'a>),
    /// FileDispositionInformation (2.4.11).
    Disposition {
        /// DeletePending: the file is deleted when it is closed.
        delete_pending: bool,
    },
    /// FileDispositionInformationEx.
    DispositionEx {
        /// Flags: 1 delete, 2 POSIX semantics, …
        flags: u32,
    },
    /// FilePositionInformation (2.4.40).
    Position {
        /// CurrentByteOffset.
        current_byte_offset: u64,
    },
    /// FileFullEaInformation (2.4.16).
    FullEa(ExtendedAttributes<'a>),
    /// FileModeInformation (2.4.31).
    Mode {
        /// Mode.
        mode: u32,
    },
    /// FileAlignmentInformation (2.4.3).
    Alignment {
        /// AlignmentRequirement.
        alignment_requirement: u32,
    },
    /// FileAllInformation (2.4.2).
    All(AllInformation<'a>),
    /// A length: FileAllocationInformation, FileEndOfFileInformation, FileValidDataLengthInformation.
    Size {
        /// AllocationSize, EndOfFile or ValidDataLength in bytes.
        size: u64,
    },
    /// FileStreamInformation (2.4.49).
    Streams(Streams<'a>),
    /// FilePipeInformation (2.4.37).
    Pipe(PipeInformation),
    /// FilePipeLocalInformation (2.4.38).
    PipeLocal(PipeLocalInformation),
    /// FileNetworkOpenInformation (2.4.34).
    NetworkOpen(NetworkOpenInformation),
    /// FileAttributeTagInformation (2.4.6).
    AttributeTag {
        /// FileAttributes.
        file_attributes: FileAttributes,
        /// ReparseTag.
        reparse_tag: u32,
    },
    /// FileCompressionInformation (2.4.9).
    Compression {
        /// CompressedFileSize in bytes.
        compressed_file_size: u64,
        /// CompressionFormat: 0 none, 2 LZNT1.
        compression_format: u8,
    },
    /// FileIdInformation (2.4.21).
    Id {
        /// VolumeSerialNumber.
        volume_serial_number: u64,
        /// FileId.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        file_id: [u8; 16],
    },
    /// Of another class, and as it is.
    Other {
        /// The bytes.
        bytes: Raw<'a>,
    },
}

wire_struct! {
    /// FileBasicInformation (\[MS-FSCC\] 2.4.7).
    pub struct BasicInformation {
        /// CreationTime.
        creation_time: FileTime = FileTime::read;
        /// LastAccessTime.
        last_access_time: FileTime = FileTime::read;
        /// LastWriteTime.
        last_write_time: FileTime = FileTime::read;
        /// ChangeTime.
        change_time: FileTime = FileTime::read;
        /// FileAttributes.
        file_attributes: FileAttributes = FileAttributes::read;
    }
}

wire_struct! {
    /// FileStandardInformation (\[MS-FSCC\] 2.4.47).
    pub struct StandardInformation {
        /// AllocationSize in bytes.
        allocation_size: u64 = le_u64;
        /// EndOfFile in bytes.
        end_of_file: u64 = le_u64;
        /// NumberOfLinks.
        number_of_links: u32 = le_u32;
        /// DeletePending.
        delete_pending: u8 = u8;
        /// Directory.
        directory: u8 = u8;
    }
}

wire_struct! {
    /// FileNetworkOpenInformation (\[MS-FSCC\] 2.4.34).
    pub struct NetworkOpenInformation {
        /// CreationTime.
        creation_time: FileTime = FileTime::read;
        /// LastAccessTime.
        last_access_time: FileTime = FileTime::read;
        /// LastWriteTime.
        last_write_time: FileTime = FileTime::read;
        /// ChangeTime.
        change_time: FileTime = FileTime::read;
        /// AllocationSize in bytes.
        allocation_size: u64 = le_u64;
        /// EndOfFile in bytes.
        end_of_file: u64 = le_u64;
        /// FileAttributes.
        file_attributes: FileAttributes = FileAttributes::read;
    }
}

wire_struct! {
    /// FilePipeInformation (\[MS-FSCC\] 2.4.37).
    pub struct PipeInformation {
        /// ReadMode: 0 bytes, 1 messages.
        read_mode: u32 = le_u32;
        /// CompletionMode: 0 blocks, 1 does not.
        completion_mode: u32 = le_u32;
    }
}

wire_struct! {
    /// FilePipeLocalInformation (\[MS-FSCC\] 2.4.38).
    pub struct PipeLocalInformation {
        /// NamedPipeType: 0 bytes, 1 messages.
        named_pipe_type: u32 = le_u32;
        /// NamedPipeConfiguration: 0 inbound, 1 outbound, 2 both.
        named_pipe_configuration: u32 = le_u32;
        /// MaximumInstances.
        maximum_instances: u32 = le_u32;
        /// CurrentInstances.
        current_instances: u32 = le_u32;
        /// InboundQuota in bytes.
        inbound_quota: u32 = le_u32;
        /// ReadDataAvailable in bytes.
        read_data_available: u32 = le_u32;
        /// OutboundQuota in bytes.
        outbound_quota: u32 = le_u32;
        /// WriteQuotaAvailable in bytes.
        write_quota_available: u32 = le_u32;
        /// NamedPipeState: 1 disconnected, 2 listening, 3 connected, 4 closing.
        named_pipe_state: u32 = le_u32;
        /// NamedPipeEnd: 0 client, 1 server.
        named_pipe_end: u32 = le_u32;
    }
}

/// FileRenameInformation in the form of either dialect (\[MS-FSCC\] 2.4.42.1, 2.4.42.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RenameInformation<'a> {
    /// ReplaceIfExists, or the flags of the Ex form.
    pub replace_if_exists: u32,
    /// RootDirectory: 0 over the network.
    pub root_directory: u64,
    /// FileNameLength in bytes.
    pub file_name_length: u32,
    /// FileName, as far as it is there.
    pub file_name: Utf16<'a>,
}

impl<'a> RenameInformation<'a> {
    /// The form of SMB2: RootDirectory has 8 bytes.
    pub(crate) fn read(input: &'a [u8]) -> Read<'a, Self> {
        fields! {
            input => rest;
            replace_if_exists: le_u32,
            _reserved: le_u32,
            root_directory: le_u64,
        }
        Self::named(rest, replace_if_exists, root_directory)
    }

    /// The form of SMB1: RootDirectory has 4 bytes.
    pub(crate) fn read_smb1(input: &'a [u8]) -> Read<'a, Self> {
        fields!(input => rest; replace_if_exists: le_u32, root_directory: le_u32);
        Self::named(rest, replace_if_exists, root_directory.into())
    }

    fn named(input: &'a [u8], replace: u32, root_directory: u64) -> Read<'a, Self> {
        fields!(input => rest; file_name_length: le_u32);
        let name = up_to(rest, widen(file_name_length));
        // Of the short form three bytes are reserved.
        let (replace_if_exists, file_name) = (replace, Utf16::new(name));
        Ok((&[], Self { replace_if_exists, root_directory, file_name_length, file_name }))
    }
}

/// FileAllInformation (\[MS-FSCC\] 2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AllInformation<'a> {
    /// BasicInformation.
    pub basic_information: BasicInformation,
    /// StandardInformation.
    pub standard_information: StandardInformation,
    /// InternalInformation.
    pub index_number: u64,
    /// EaInformation.
    pub ea_size: u32,
    /// AccessInformation.
    pub access_flags: AccessMask,
    /// PositionInformation.
    pub current_byte_offset: u64,
    /// ModeInformation.
    pub mode: u32,
    /// AlignmentInformation.
    pub alignment_requirement: u32,
    /// NameInformation, as far as it is there: it is often cut.
    pub file_name: Utf16<'a>,
}

/// A list of FILE_STREAM_INFORMATION (\[MS-FSCC\] 2.4.49).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams<'a>(pub &'a [u8]);

impl<'a> Streams<'a> {
    /// The streams, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<StreamEntry<'a>, ParseError>> + use<'a> {
        chained(self.0, |element| {
            let (rest, (length, stream_size, stream_allocation_size)) =
                parse(Layer::Fscc, element, |input| {
                    fields! {
                        input => rest;
                        _next: le_u32,
                        length: le_u32,
                        size: le_u64,
                        allocation_size: le_u64,
                    }
                    Ok((rest, (length, size, allocation_size)))
                })?;
            let name = rest.get(..widen(length)).ok_or(cut(element.len(), "StreamName"))?;
            Ok(StreamEntry { stream_size, stream_allocation_size, stream_name: Utf16::new(name) })
        })
    }
}

wire_list!(Streams);

/// One stream of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StreamEntry<'a> {
    /// StreamSize in bytes.
    pub stream_size: u64,
    /// StreamAllocationSize in bytes.
    pub stream_allocation_size: u64,
    /// StreamName, with colon and type.
    pub stream_name: Utf16<'a>,
}

impl Examine for StreamEntry<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

impl<'a> FileInformation<'a> {
    /// Reads what is told or set of a file. SMB1 has a form of renaming of its own, which this does not read.
    ///
    /// # Errors
    /// It is cut.
    pub fn parse(class: FileInformationClass, bytes: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Fscc, bytes, |input| information(class, input)).map(|(_, information)| information)
    }

    /// The same, with what cannot be read kept as it is.
    #[must_use]
    pub fn read(class: FileInformationClass, bytes: &'a [u8]) -> Self {
        Self::parse(class, bytes).unwrap_or_else(|why| Self::Other { bytes: Raw::unreadable(bytes, why) })
    }
}

fn information(class: FileInformationClass, input: &[u8]) -> Read<'_, FileInformation<'_>> {
    use FileInformation as Info;
    use FileInformationClass as Class;
    Ok(match class {
        Class::BASIC => map(BasicInformation::read(input)?, Info::Basic),
        Class::STANDARD => map(StandardInformation::read(input)?, Info::Standard),
        Class::INTERNAL => map(le_u64(input)?, |index_number| Info::Internal { index_number }),
        Class::EA => map(le_u32(input)?, |ea_size| Info::Ea { ea_size }),
        Class::ACCESS => map(AccessMask::read(input)?, |access_flags| Info::Access { access_flags }),
        Class::NAME | Class::ALTERNATE_NAME | Class::NORMALIZED_NAME | Class::SHORT_NAME => {
            map(name(input)?, |file_name| Info::Name { file_name })
        }
        Class::RENAME | Class::LINK | Class::RENAME_EX | Class::LINK_EX => {
            map(RenameInformation::read(input)?, Info::Rename)
        }
        Class::DISPOSITION => map(u8(input)?, |pending| Info::Disposition { delete_pending: pending != 0 }),
        Class::DISPOSITION_EX => map(le_u32(input)?, |flags| Info::DispositionEx { flags }),
        Class::POSITION => map(le_u64(input)?, |current_byte_offset| Info::Position { current_byte_offset }),
        Class::FULL_EA => (&[], Info::FullEa(ExtendedAttributes(input))),
        Class::MODE => map(le_u32(input)?, |mode| Info::Mode { mode }),
        Class::ALIGNMENT => {
            map(le_u32(input)?, |alignment_requirement| Info::Alignment { alignment_requirement })
        }
        Class::ALL => map(all(input)?, Info::All),
        Class::ALLOCATION | Class::END_OF_FILE | Class::VALID_DATA_LENGTH => {
            map(le_u64(input)?, |size| Info::Size { size })
        }
        Class::STREAM => (&[], Info::Streams(Streams(input))),
        Class::PIPE => map(PipeInformation::read(input)?, Info::Pipe),
        Class::PIPE_LOCAL => map(PipeLocalInformation::read(input)?, Info::PipeLocal),
        Class::NETWORK_OPEN => map(NetworkOpenInformation::read(input)?, Info::NetworkOpen),
        Class::ATTRIBUTE_TAG => {
            fields!(input => rest; file_attributes: FileAttributes::read);
            map(le_u32(rest)?, |reparse_tag| Info::AttributeTag { file_attributes, reparse_tag })
        }
        Class::COMPRESSION => {
            fields!(input => rest; compressed_file_size: le_u64);
            map(u8(rest)?, |compression_format| Info::Compression {
                compressed_file_size,
                compression_format,
            })
        }
        Class::ID => {
            fields!(input => rest; volume_serial_number: le_u64);
            map(array::<16>(rest)?, |file_id| Info::Id { volume_serial_number, file_id })
        }
        _ => {
            let bytes = Raw::unknown(Layer::Fscc, "FileInformationClass", class.0, input);
            (&[], Info::Other { bytes })
        }
    })
}

fn map<T, U>((rest, value): (&[u8], T), to: impl FnOnce(T) -> U) -> (&[u8], U) {
    (rest, to(value))
}

/// A length in bytes and a name, as far as it is there.
fn name(input: &[u8]) -> Read<'_, Utf16<'_>> {
    fields!(input => rest; length: le_u32);
    Ok((&[], Utf16::new(up_to(rest, widen(length)))))
}

fn all(input: &[u8]) -> Read<'_, AllInformation<'_>> {
    fields! {
        input => rest;
        basic_information: BasicInformation::read,
        _reserved: le_u32,
        standard_information: StandardInformation::read,
        _reserved: array::<2>,
        index_number: le_u64,
        ea_size: le_u32,
        access_flags: AccessMask::read,
        current_byte_offset: le_u64,
        mode: le_u32,
        alignment_requirement: le_u32,
    }
    let (rest, file_name) = name(rest)?;
    let all = AllInformation {
        basic_information,
        standard_information,
        index_number,
        ea_size,
        access_flags,
        current_byte_offset,
        mode,
        alignment_requirement,
        file_name,
    };
    Ok((rest, all))
}

impl Examine for FileInformation<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::FullEa(list) => list.examine(anomalies),
            Self::Streams(list) => list.examine(anomalies),
            Self::Other { bytes } => bytes.examine(anomalies),
            Self::Rename(rename) if rename.file_name.as_bytes().len() < widen(rename.file_name_length) => {
                let reason = Reason::Truncated { field: "FileName" };
                anomalies.add(ParseError { layer: Layer::Fscc, offset: 0, reason });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_in_both_forms() {
        let name = b"a\0b\0";
        let smb2 = [&[1, 0, 0, 0][..], &[0; 4], &[0; 8], &[4, 0, 0, 0], name].concat();
        let Ok(FileInformation::Rename(rename)) = FileInformation::parse(FileInformationClass::RENAME, &smb2)
        else {
            panic!()
        };
        assert_eq!((rename.replace_if_exists, rename.file_name.to_string()), (1, "ab".into()));
        let smb1 = [&[1, 0, 0, 0][..], &[0; 4], &[4, 0, 0, 0], name].concat();
        assert_eq!(RenameInformation::read_smb1(&smb1).unwrap().1, rename);
    }

    #[test]
    fn every_class_takes_every_length() {
        let bytes = [3; 200];
        for class in 0..=80 {
            for length in 0..bytes.len() {
                if let Ok(information) = FileInformation::parse(FileInformationClass(class), &bytes[..length])
                {
                    information.examine(&mut Anomalies::default());
                }
            }
        }
    }

    #[test]
    fn all_ends_with_the_name() {
        let mut bytes = vec![0; 96];
        bytes[40..48].copy_from_slice(&[0, 16, 0, 0, 0, 0, 0, 0]); // StandardInformation.AllocationSize
        bytes.extend([2, 0, 0, 0, b'x', 0]); // NameInformation
        let Ok(FileInformation::All(all)) = FileInformation::parse(FileInformationClass::ALL, &bytes) else {
            panic!()
        };
        assert_eq!((all.standard_information.allocation_size, all.file_name.to_string()), (4096, "x".into()));
    }
}
