//! File system control codes, and the bodies of those that tell something: \[MS-FSCC\] 2.3, \[MS-SMB2\] 2.2.31 and
//! 2.2.32, \[MS-DFSC\] 2.2.
//!
//! ```
//! use smbscope::fscc::fsctl::{FsctlCode, Input};
//!
//! let bytes = [
//!     0, 0x10, 0, 0, 0, 0, 0, 0, // FileOffset
//!     0, 0x20, 0, 0, 0, 0, 0, 0, // Length
//! ];
//! let input = Input::parse(FsctlCode::QUERY_ALLOCATED_RANGES, &bytes)?;
//! assert_eq!(input, Input::Range { file_offset: 4096, length: 8192 });
//! assert_eq!(FsctlCode(0x0011_c017), FsctlCode::PIPE_TRANSCEIVE); // a call over a named pipe
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use core::net::{Ipv4Addr, Ipv6Addr};

use uuid::Uuid;

use super::{chained, cut};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{
    Raw, Utf16, array, fields, guid, le_u16, le_u32, le_u64, u8, up_to, widen, wire_enum, wire_list,
};

wire_enum! {
    /// A file system control code (\[MS-SMB2\] 2.2.31, \[MS-FSCC\] 2.3).
    pub struct FsctlCode(u32) {
        DFS_GET_REFERRALS = 0x0006_0194, "FSCTL_DFS_GET_REFERRALS";
        DFS_GET_REFERRALS_EX = 0x0006_01b0, "FSCTL_DFS_GET_REFERRALS_EX";
        IS_PATHNAME_VALID = 0x0009_002c, "FSCTL_IS_PATHNAME_VALID";
        GET_COMPRESSION = 0x0009_003c, "FSCTL_GET_COMPRESSION";
        FILESYSTEM_GET_STATISTICS = 0x0009_0060, "FSCTL_FILESYSTEM_GET_STATISTICS";
        GET_NTFS_VOLUME_DATA = 0x0009_0064, "FSCTL_GET_NTFS_VOLUME_DATA";
        GET_RETRIEVAL_POINTERS = 0x0009_0073, "FSCTL_GET_RETRIEVAL_POINTERS";
        FIND_FILES_BY_SID = 0x0009_008f, "FSCTL_FIND_FILES_BY_SID";
        SET_OBJECT_ID = 0x0009_0098, "FSCTL_SET_OBJECT_ID";
        GET_OBJECT_ID = 0x0009_009c, "FSCTL_GET_OBJECT_ID";
        DELETE_OBJECT_ID = 0x0009_00a0, "FSCTL_DELETE_OBJECT_ID";
        SET_REPARSE_POINT = 0x0009_00a4, "FSCTL_SET_REPARSE_POINT";
        GET_REPARSE_POINT = 0x0009_00a8, "FSCTL_GET_REPARSE_POINT";
        DELETE_REPARSE_POINT = 0x0009_00ac, "FSCTL_DELETE_REPARSE_POINT";
        SET_OBJECT_ID_EXTENDED = 0x0009_00bc, "FSCTL_SET_OBJECT_ID_EXTENDED";
        CREATE_OR_GET_OBJECT_ID = 0x0009_00c0, "FSCTL_CREATE_OR_GET_OBJECT_ID";
        SET_SPARSE = 0x0009_00c4, "FSCTL_SET_SPARSE";
        QUERY_ALLOCATED_RANGES = 0x0009_40cf, "FSCTL_QUERY_ALLOCATED_RANGES";
        SET_ENCRYPTION = 0x0009_00d7, "FSCTL_SET_ENCRYPTION";
        READ_FILE_USN_DATA = 0x0009_00eb, "FSCTL_READ_FILE_USN_DATA";
        WRITE_USN_CLOSE_RECORD = 0x0009_00ef, "FSCTL_WRITE_USN_CLOSE_RECORD";
        QUERY_SPARING_INFO = 0x0009_0138, "FSCTL_QUERY_SPARING_INFO";
        QUERY_ON_DISK_VOLUME_INFO = 0x0009_013c, "FSCTL_QUERY_ON_DISK_VOLUME_INFO";
        SET_ZERO_ON_DEALLOCATION = 0x0009_0194, "FSCTL_SET_ZERO_ON_DEALLOCATION";
        QUERY_FILE_REGIONS = 0x0009_0284, "FSCTL_QUERY_FILE_REGIONS";
        OFFLOAD_READ = 0x0009_4264, "FSCTL_OFFLOAD_READ";
        OFFLOAD_WRITE = 0x0009_8268, "FSCTL_OFFLOAD_WRITE";
        DUPLICATE_EXTENTS_TO_FILE = 0x0009_8344, "FSCTL_DUPLICATE_EXTENTS_TO_FILE";
        SET_INTEGRITY_INFORMATION = 0x0009_c280, "FSCTL_SET_INTEGRITY_INFORMATION";
        GET_INTEGRITY_INFORMATION = 0x0009_027c, "FSCTL_GET_INTEGRITY_INFORMATION";
        SET_DEFECT_MANAGEMENT = 0x0009_8134, "FSCTL_SET_DEFECT_MANAGEMENT";
        SET_COMPRESSION = 0x0009_c040, "FSCTL_SET_COMPRESSION";
        SET_ZERO_DATA = 0x0009_80c8, "FSCTL_SET_ZERO_DATA";
        FILE_LEVEL_TRIM = 0x0009_8208, "FSCTL_FILE_LEVEL_TRIM";
        SIS_COPYFILE = 0x0009_0100, "FSCTL_SIS_COPYFILE";
        LMR_GET_LINK_TRACKING_INFORMATION = 0x0014_00e8, "FSCTL_LMR_GET_LINK_TRACKING_INFORMATION";
        LMR_SET_LINK_TRACKING_INFORMATION = 0x0014_00ec, "FSCTL_LMR_SET_LINK_TRACKING_INFORMATION";
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

/// What a control code is called with, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Input<'a> {
    /// FSCTL_PIPE_WAIT (\[MS-FSCC\] 2.3.49).
    PipeWait {
        /// Timeout in units of 100 ns.
        timeout: u64,
        /// Name of the pipe.
        name: Utf16<'a>,
    },
    /// FSCTL_DFS_GET_REFERRALS (\[MS-DFSC\] 2.2.2).
    GetReferrals {
        /// MaxReferralLevel.
        max_referral_level: u16,
        /// RequestFileName.
        request_file_name: Utf16<'a>,
    },
    /// FSCTL_VALIDATE_NEGOTIATE_INFO (\[MS-SMB2\] 2.2.31.4).
    ValidateNegotiate {
        /// Capabilities.
        capabilities: u32,
        /// Guid of the client.
        guid: Uuid,
        /// SecurityMode.
        security_mode: u16,
        /// Dialects, two bytes each.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        dialects: &'a [u8],
    },
    /// FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE (\[MS-SMB2\] 2.2.31.1).
    CopyChunk {
        /// SourceKey.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        source_key: [u8; 24],
        /// The chunks.
        chunks: Chunks<'a>,
    },
    /// FSCTL_LMR_REQUEST_RESILIENCY (\[MS-SMB2\] 2.2.31.3).
    Resiliency {
        /// Timeout in milliseconds.
        timeout: u32,
    },
    /// FSCTL_QUERY_ALLOCATED_RANGES (\[MS-FSCC\] 2.3.55).
    Range {
        /// FileOffset.
        file_offset: u64,
        /// Length in bytes.
        length: u64,
    },
    /// FSCTL_SET_ZERO_DATA (\[MS-FSCC\] 2.3.85).
    ZeroData {
        /// FileOffset.
        file_offset: u64,
        /// BeyondFinalZero.
        beyond_final_zero: u64,
    },
    /// FSCTL_SET_SPARSE (\[MS-FSCC\] 2.3.83).
    Sparse {
        /// SetSparse.
        set_sparse: bool,
    },
    /// FSCTL_SET_COMPRESSION (\[MS-FSCC\] 2.3.67): 0 none, 1 the default, 2 LZNT1.
    Compression {
        /// CompressionState.
        compression_state: u16,
    },
    /// FSCTL_SET_INTEGRITY_INFORMATION (\[MS-FSCC\] 2.3.73).
    Integrity {
        /// ChecksumAlgorithm.
        checksum_algorithm: u16,
        /// Flags.
        flags: u32,
    },
    /// FSCTL_DUPLICATE_EXTENTS_TO_FILE (\[MS-FSCC\] 2.3.7).
    DuplicateExtents {
        /// SourceFileID.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        source_file_id: [u8; 16],
        /// SourceFileOffset.
        source_file_offset: u64,
        /// TargetFileOffset.
        target_file_offset: u64,
        /// ByteCount.
        byte_count: u64,
    },
    /// FSCTL_SET_REPARSE_POINT and FSCTL_DELETE_REPARSE_POINT.
    Reparse(ReparsePoint<'a>),
    /// Nothing, or data that is told elsewhere (what is written to a pipe).
    Opaque {
        /// Length in bytes.
        length: usize,
    },
    /// Of another code, and as it is.
    Other {
        /// The bytes.
        bytes: Raw<'a>,
    },
}

/// What a control code answers, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Output<'a> {
    /// FSCTL_PIPE_PEEK (\[MS-FSCC\] 2.3.46).
    PipePeek {
        /// NamedPipeState.
        named_pipe_state: u32,
        /// ReadDataAvailable in bytes.
        read_data_available: u32,
        /// NumberOfMessages.
        number_of_messages: u32,
        /// MessageLength in bytes.
        message_length: u32,
    },
    /// FSCTL_DFS_GET_REFERRALS (\[MS-DFSC\] 2.2.4).
    Referrals(Referrals<'a>),
    /// FSCTL_VALIDATE_NEGOTIATE_INFO (\[MS-SMB2\] 2.2.32.6).
    ValidateNegotiate {
        /// Capabilities.
        capabilities: u32,
        /// Guid of the server.
        guid: Uuid,
        /// SecurityMode.
        security_mode: u16,
        /// Dialect.
        dialect: u16,
    },
    /// FSCTL_QUERY_NETWORK_INTERFACE_INFO (\[MS-SMB2\] 2.2.32.5).
    NetworkInterfaces(NetworkInterfaces<'a>),
    /// FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE (\[MS-SMB2\] 2.2.32.1).
    CopyChunk {
        /// ChunksWritten.
        chunks_written: u32,
        /// ChunkBytesWritten.
        chunk_bytes_written: u32,
        /// TotalBytesWritten.
        total_bytes_written: u32,
    },
    /// FSCTL_SRV_REQUEST_RESUME_KEY (\[MS-SMB2\] 2.2.32.3).
    ResumeKey {
        /// ResumeKey.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        resume_key: [u8; 24],
    },
    /// FSCTL_SRV_ENUMERATE_SNAPSHOTS (\[MS-SMB2\] 2.2.32.2).
    Snapshots {
        /// NumberOfSnapShots.
        number_of_snap_shots: u32,
        /// NumberOfSnapShotsReturned.
        number_of_snap_shots_returned: u32,
        /// SnapShots: names, with a NUL behind each.
        snap_shots: Utf16<'a>,
    },
    /// FSCTL_GET_REPARSE_POINT and what sets one (\[MS-FSCC\] 2.1.2).
    Reparse(ReparsePoint<'a>),
    /// FSCTL_QUERY_ALLOCATED_RANGES (\[MS-FSCC\] 2.3.56).
    Ranges(Ranges<'a>),
    /// FSCTL_GET_COMPRESSION (\[MS-FSCC\] 2.3.18).
    Compression {
        /// CompressionState.
        compression_state: u16,
    },
    /// FSCTL_GET_OBJECT_ID and FSCTL_CREATE_OR_GET_OBJECT_ID (\[MS-FSCC\] 2.1.3.1).
    ObjectId {
        /// ObjectId.
        object_id: Uuid,
        /// BirthVolumeId.
        birth_volume_id: Uuid,
        /// BirthObjectId.
        birth_object_id: Uuid,
        /// DomainId.
        domain_id: Uuid,
    },
    /// FSCTL_GET_INTEGRITY_INFORMATION (\[MS-FSCC\] 2.3.54).
    Integrity {
        /// ChecksumAlgorithm.
        checksum_algorithm: u16,
        /// Flags.
        flags: u32,
        /// ChecksumChunkSizeInBytes.
        checksum_chunk_size: u32,
        /// ClusterSizeInBytes.
        cluster_size: u32,
    },
    /// Nothing, or data that is told elsewhere (what is read from a pipe).
    Opaque {
        /// Length in bytes.
        length: usize,
    },
    /// Of another code, and as it is.
    Other {
        /// The bytes.
        bytes: Raw<'a>,
    },
}

impl<'a> Input<'a> {
    /// Reads what a code is called with.
    ///
    /// # Errors
    /// It is cut.
    pub fn parse(code: FsctlCode, bytes: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Fscc, bytes, |input| input_of(code, input)).map(|(_, input)| input)
    }

    /// The same, with what cannot be read kept as it is.
    #[must_use]
    pub fn read(code: FsctlCode, bytes: &'a [u8]) -> Self {
        Self::parse(code, bytes).unwrap_or_else(|why| Self::Other { bytes: Raw::unreadable(bytes, why) })
    }
}

impl<'a> Output<'a> {
    /// Reads what a code answers.
    ///
    /// # Errors
    /// It is cut.
    pub fn parse(code: FsctlCode, bytes: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Fscc, bytes, |input| output_of(code, input)).map(|(_, output)| output)
    }

    /// The same, with what cannot be read kept as it is.
    #[must_use]
    pub fn read(code: FsctlCode, bytes: &'a [u8]) -> Self {
        Self::parse(code, bytes).unwrap_or_else(|why| Self::Other { bytes: Raw::unreadable(bytes, why) })
    }
}

impl Examine for Input<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::CopyChunk { chunks, .. } => chunks.examine(anomalies),
            Self::Other { bytes } => bytes.examine(anomalies),
            _ => {}
        }
    }
}

impl Examine for Output<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::Referrals(referrals) => referrals.examine(anomalies),
            Self::NetworkInterfaces(interfaces) => interfaces.examine(anomalies),
            Self::Other { bytes } => bytes.examine(anomalies),
            _ => {}
        }
    }
}

fn input_of(code: FsctlCode, input: &[u8]) -> Read<'_, Input<'_>> {
    Ok(match code {
        _ if input.is_empty() => (input, Input::Opaque { length: 0 }),
        FsctlCode::PIPE_TRANSCEIVE => (&[], Input::Opaque { length: input.len() }),
        FsctlCode::PIPE_WAIT => {
            fields!(input => rest; timeout: le_u64, length: le_u32, _timeout_specified: array::<2>);
            let name = Utf16::new(up_to(rest, widen(length)));
            (&[], Input::PipeWait { timeout, name })
        }
        FsctlCode::DFS_GET_REFERRALS => {
            fields!(input => rest; max_referral_level: le_u16);
            (&[], Input::GetReferrals { max_referral_level, request_file_name: Utf16::until_nul(rest) })
        }
        FsctlCode::VALIDATE_NEGOTIATE_INFO => {
            fields! {
                input => rest;
                capabilities: le_u32,
                guid: guid,
                security_mode: le_u16,
                count: le_u16,
            }
            let dialects = up_to(rest, usize::from(count).saturating_mul(2));
            (&[], Input::ValidateNegotiate { capabilities, guid, security_mode, dialects })
        }
        FsctlCode::SRV_COPYCHUNK | FsctlCode::SRV_COPYCHUNK_WRITE => {
            fields!(input => rest; source_key: array::<24>, chunk_count: le_u32);
            fields!(rest => bytes; _reserved: le_u32);
            (&[], Input::CopyChunk { source_key, chunks: Chunks { chunk_count, bytes } })
        }
        FsctlCode::LMR_REQUEST_RESILIENCY => {
            fields!(input => rest; timeout: le_u32);
            (rest, Input::Resiliency { timeout })
        }
        FsctlCode::QUERY_ALLOCATED_RANGES => {
            fields!(input => rest; file_offset: le_u64, length: le_u64);
            (rest, Input::Range { file_offset, length })
        }
        FsctlCode::SET_ZERO_DATA => {
            fields!(input => rest; file_offset: le_u64, beyond_final_zero: le_u64);
            (rest, Input::ZeroData { file_offset, beyond_final_zero })
        }
        FsctlCode::SET_SPARSE => {
            fields!(input => rest; set: u8);
            (rest, Input::Sparse { set_sparse: set != 0 })
        }
        FsctlCode::SET_COMPRESSION => {
            fields!(input => rest; compression_state: le_u16);
            (rest, Input::Compression { compression_state })
        }
        FsctlCode::SET_INTEGRITY_INFORMATION => {
            fields!(input => rest; checksum_algorithm: le_u16, _reserved: le_u16, flags: le_u32);
            (rest, Input::Integrity { checksum_algorithm, flags })
        }
        FsctlCode::DUPLICATE_EXTENTS_TO_FILE => {
            fields! {
                input => rest;
                source_file_id: array::<16>,
                source_file_offset: le_u64,
                target_file_offset: le_u64,
                byte_count: le_u64,
            }
            (
                rest,
                Input::DuplicateExtents {
                    source_file_id,
                    source_file_offset,
                    target_file_offset,
                    byte_count,
                },
            )
        }
        FsctlCode::SET_REPARSE_POINT | FsctlCode::DELETE_REPARSE_POINT => {
            reparse(input).map(|(rest, point)| (rest, Input::Reparse(point)))?
        }
        _ => (&[], Input::Other { bytes: Raw::unknown(Layer::Fscc, "FSCTL", code.0, input) }),
    })
}

fn output_of(code: FsctlCode, input: &[u8]) -> Read<'_, Output<'_>> {
    Ok(match code {
        _ if input.is_empty() => (input, Output::Opaque { length: 0 }),
        FsctlCode::PIPE_TRANSCEIVE => (&[], Output::Opaque { length: input.len() }),
        FsctlCode::PIPE_PEEK => {
            fields! {
                input => rest;
                named_pipe_state: le_u32,
                read_data_available: le_u32,
                number_of_messages: le_u32,
            }
            fields!(rest => _data; message_length: le_u32);
            let peek = Output::PipePeek {
                named_pipe_state,
                read_data_available,
                number_of_messages,
                message_length,
            };
            (&[], peek)
        }
        FsctlCode::DFS_GET_REFERRALS | FsctlCode::DFS_GET_REFERRALS_EX => {
            fields!(input => rest; path_consumed: le_u16, number_of_referrals: le_u16);
            fields!(rest => bytes; flags: le_u32);
            (&[], Output::Referrals(Referrals { path_consumed, number_of_referrals, flags, bytes }))
        }
        FsctlCode::VALIDATE_NEGOTIATE_INFO => {
            fields! {
                input => rest;
                capabilities: le_u32,
                guid: guid,
                security_mode: le_u16,
                dialect: le_u16,
            }
            (rest, Output::ValidateNegotiate { capabilities, guid, security_mode, dialect })
        }
        FsctlCode::QUERY_NETWORK_INTERFACE_INFO => (&[], Output::NetworkInterfaces(NetworkInterfaces(input))),
        FsctlCode::SRV_COPYCHUNK | FsctlCode::SRV_COPYCHUNK_WRITE => {
            fields! {
                input => rest;
                chunks_written: le_u32,
                chunk_bytes_written: le_u32,
                total_bytes_written: le_u32,
            }
            (rest, Output::CopyChunk { chunks_written, chunk_bytes_written, total_bytes_written })
        }
        FsctlCode::SRV_REQUEST_RESUME_KEY => {
            fields!(input => rest; resume_key: array::<24>);
            (rest, Output::ResumeKey { resume_key })
        }
        FsctlCode::SRV_ENUMERATE_SNAPSHOTS => {
            fields! {
                input => rest;
                number_of_snap_shots: le_u32,
                number_of_snap_shots_returned: le_u32,
                size: le_u32,
            }
            let snap_shots = Utf16::new(up_to(rest, widen(size)));
            (&[], Output::Snapshots { number_of_snap_shots, number_of_snap_shots_returned, snap_shots })
        }
        FsctlCode::GET_REPARSE_POINT => reparse(input).map(|(rest, point)| (rest, Output::Reparse(point)))?,
        FsctlCode::QUERY_ALLOCATED_RANGES => (&[], Output::Ranges(Ranges(input))),
        FsctlCode::GET_COMPRESSION => {
            fields!(input => rest; compression_state: le_u16);
            (rest, Output::Compression { compression_state })
        }
        FsctlCode::GET_OBJECT_ID | FsctlCode::CREATE_OR_GET_OBJECT_ID => {
            fields! {
                input => rest;
                object_id: guid,
                birth_volume_id: guid,
                birth_object_id: guid,
                domain_id: guid,
            }
            (rest, Output::ObjectId { object_id, birth_volume_id, birth_object_id, domain_id })
        }
        FsctlCode::GET_INTEGRITY_INFORMATION => {
            fields! {
                input => rest;
                checksum_algorithm: le_u16,
                _reserved: le_u16,
                flags: le_u32,
                checksum_chunk_size: le_u32,
                cluster_size: le_u32,
            }
            (rest, Output::Integrity { checksum_algorithm, flags, checksum_chunk_size, cluster_size })
        }
        _ => (&[], Output::Other { bytes: Raw::unknown(Layer::Fscc, "FSCTL", code.0, input) }),
    })
}

/// IO_REPARSE_TAG_MOUNT_POINT and IO_REPARSE_TAG_SYMLINK (\[MS-FSCC\] 2.1.2.1).
const MOUNT_POINT: u32 = 0xa000_0003;
const SYMLINK: u32 = 0xa000_000c;

fn reparse(input: &[u8]) -> Read<'_, ReparsePoint<'_>> {
    fields!(input => rest; reparse_tag: le_u32, _reparse_data_length: le_u16, _reserved: le_u16);
    if !matches!(reparse_tag, MOUNT_POINT | SYMLINK) {
        return Ok((&[], ReparsePoint { reparse_tag, substitute_name: None, print_name: None }));
    }
    fields! {
        rest => rest;
        substitute_offset: le_u16,
        substitute_length: le_u16,
        print_offset: le_u16,
        print_length: le_u16,
    }
    let (names, ()) =
        if reparse_tag == SYMLINK { le_u32(rest).map(|(rest, _)| (rest, ()))? } else { (rest, ()) };
    let name = |offset: u16, length: u16| {
        let from = names.get(offset.into()..).unwrap_or_default();
        Some(Utf16::new(up_to(from, length.into())))
    };
    let substitute_name = name(substitute_offset, substitute_length);
    let print_name = name(print_offset, print_length);
    Ok((&[], ReparsePoint { reparse_tag, substitute_name, print_name }))
}

/// A reparse point (\[MS-FSCC\] 2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ReparsePoint<'a> {
    /// ReparseTag.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
    pub reparse_tag: u32,
    /// SubstituteName of a symbolic link or a mount point.
    pub substitute_name: Option<Utf16<'a>>,
    /// PrintName of those.
    pub print_name: Option<Utf16<'a>>,
}

/// A list of FILE_ALLOCATED_RANGE_BUFFER (\[MS-FSCC\] 2.3.56).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges<'a>(&'a [u8]);

impl Ranges<'_> {
    /// Offset and length in bytes of each.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        let number = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        self.0
            .as_chunks::<8>()
            .0
            .as_chunks::<2>()
            .0
            .iter()
            .map(move |[offset, length]| (number(offset), number(length)))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Ranges<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::wire::serialise::list(self.iter(), serializer)
    }
}

/// The chunks of a server-side copy (\[MS-SMB2\] 2.2.31.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunks<'a> {
    /// ChunkCount.
    pub chunk_count: u32,
    bytes: &'a [u8],
}

impl<'a> Chunks<'a> {
    /// The chunks, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Chunk, ParseError>> + use<'a> {
        let (mut left, mut rest, total) = (self.chunk_count, self.bytes, self.bytes.len());
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            match Chunk::read(rest) {
                Ok((after, chunk)) => {
                    rest = after;
                    Some(Ok(chunk))
                }
                Err(_) => {
                    left = 0;
                    Some(Err(cut(total, "Chunks")))
                }
            }
        })
    }
}

wire_list!(Chunks);

/// SRV_COPYCHUNK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Chunk {
    /// SourceOffset.
    pub source_offset: u64,
    /// TargetOffset.
    pub target_offset: u64,
    /// Length in bytes.
    pub length: u32,
}

impl Chunk {
    fn read(input: &[u8]) -> Read<'_, Self> {
        fields! {
            input => rest;
            source_offset: le_u64,
            target_offset: le_u64,
            length: le_u32,
            _reserved: le_u32,
        }
        Ok((rest, Self { source_offset, target_offset, length }))
    }
}

impl Examine for Chunk {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

/// RESP_GET_DFS_REFERRAL (\[MS-DFSC\] 2.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Referrals<'a> {
    /// PathConsumed in bytes.
    pub path_consumed: u16,
    /// NumberOfReferrals.
    pub number_of_referrals: u16,
    /// ReferralHeaderFlags.
    pub flags: u32,
    bytes: &'a [u8],
}

impl<'a> Referrals<'a> {
    /// The referrals, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Referral<'a>, ParseError>> + use<'a> {
        let (mut left, mut rest, total) = (self.number_of_referrals, self.bytes, self.bytes.len());
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let before = total.saturating_sub(rest.len());
            match parse(Layer::Fscc, rest, |input| referral(input, rest)) {
                Ok((after, referral)) => {
                    rest = after;
                    Some(Ok(referral))
                }
                Err(error) => {
                    left = 0;
                    Some(Err(error.behind(before)))
                }
            }
        })
    }
}

wire_list!(Referrals);

/// One referral of any version (\[MS-DFSC\] 2.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Referral<'a> {
    /// VersionNumber, 1 to 4.
    pub version_number: u16,
    /// ServerType: 1 is a root.
    pub server_type: u16,
    /// ReferralEntryFlags.
    pub flags: u16,
    /// TimeToLive in seconds.
    pub time_to_live: u32,
    /// DFSPath, or SpecialName where names of domains were asked.
    pub dfs_path: Utf16<'a>,
    /// NetworkAddress (in version 1 ShareName): where it is.
    pub network_address: Utf16<'a>,
}

impl Examine for Referral<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

/// Reads one referral; `from` begins with it too, and offsets count from there.
fn referral<'a>(input: &'a [u8], from: &'a [u8]) -> Read<'a, Referral<'a>> {
    fields! {
        input => rest;
        version_number: le_u16,
        size: le_u16,
        server_type: le_u16,
        flags: le_u16,
    }
    let after = input.get(usize::from(size).max(8)..).unwrap_or_default();
    let text = |offset: u16| match offset {
        0 => Utf16::default(),
        _ => Utf16::until_nul(from.get(offset.into()..).unwrap_or_default()),
    };
    let mut referral = Referral {
        version_number,
        server_type,
        flags,
        time_to_live: 0,
        dfs_path: Utf16::default(),
        network_address: Utf16::default(),
    };
    match version_number {
        1 => referral.network_address = Utf16::until_nul(rest),
        2 => {
            fields! {
                rest => rest;
                _proximity: le_u32,
                time_to_live: le_u32,
                path: le_u16,
                _alternate_path: le_u16,
            }
            fields!(rest => _after; address: le_u16);
            referral.time_to_live = time_to_live;
            (referral.dfs_path, referral.network_address) = (text(path), text(address));
        }
        _ => {
            fields!(rest => rest; time_to_live: le_u32, path: le_u16, alternate: le_u16);
            referral.time_to_live = time_to_live;
            if flags & 0x0002 != 0 {
                // SpecialNameOffset, NumberOfExpandedNames, ExpandedNameOffset.
                fields!(rest => _after; expanded: le_u16);
                (referral.dfs_path, referral.network_address) = (text(path), text(expanded));
            } else {
                fields!(rest => _after; address: le_u16);
                let _ = alternate;
                (referral.dfs_path, referral.network_address) = (text(path), text(address));
            }
        }
    }
    Ok((after, referral))
}

/// A list of NETWORK_INTERFACE_INFO (\[MS-SMB2\] 2.2.32.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkInterfaces<'a>(pub &'a [u8]);

impl<'a> NetworkInterfaces<'a> {
    /// The interfaces, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<NetworkInterface, ParseError>> + use<'a> {
        chained(self.0, |element| {
            parse(Layer::Fscc, element, network_interface).map(|(_, interface)| interface)
        })
    }
}

wire_list!(NetworkInterfaces);

/// NETWORK_INTERFACE_INFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NetworkInterface {
    /// IfIndex.
    pub if_index: u32,
    /// Capability: 1 RSS, 2 RDMA.
    pub capability: u32,
    /// LinkSpeed in bits a second.
    pub link_speed: u64,
    /// The address in SockAddr_Storage, if it is IPv4 or IPv6.
    pub address: Option<core::net::IpAddr>,
}

impl Examine for NetworkInterface {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

fn network_interface(input: &[u8]) -> Read<'_, NetworkInterface> {
    fields! {
        input => rest;
        _next: le_u32,
        if_index: le_u32,
        capability: le_u32,
        _reserved: le_u32,
        link_speed: le_u64,
        family: le_u16,
        _port: le_u16,
    }
    let (rest, address) = match family {
        0x0002 => {
            fields!(rest => rest; address: array::<4>);
            (rest, Some(Ipv4Addr::from(address).into()))
        }
        0x0017 => {
            fields!(rest => rest; _flow_info: le_u32, address: array::<16>);
            (rest, Some(Ipv6Addr::from(address).into()))
        }
        _ => (rest, None),
    };
    Ok((rest, NetworkInterface { if_index, capability, link_speed, address }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_takes_every_length() {
        let bytes: Vec<u8> = (0..200).collect();
        let codes =
            [0x0006_0194, 0x0011_0018, 0x0011_400c, 0x0011_c017, 0x0014_0078, 0x0014_0204, 0x0014_01fc];
        let others = [0x0014_40f2, 0x0009_00a8, 0x0014_4064, 0x0014_01d4, 7, 0x0009_40cf, 0x0009_80c8];
        let more =
            [0x0009_00c4, 0x0009_c040, 0x0009_003c, 0x0009_00c0, 0x0009_c280, 0x0009_027c, 0x0009_8344];
        for code in codes.into_iter().chain(others).chain(more) {
            for length in 0..bytes.len() {
                let mut anomalies = Anomalies::default();
                if let Ok(input) = Input::parse(FsctlCode(code), &bytes[..length]) {
                    input.examine(&mut anomalies);
                }
                if let Ok(output) = Output::parse(FsctlCode(code), &bytes[..length]) {
                    output.examine(&mut anomalies);
                }
            }
        }
    }

    #[test]
    fn ranges_and_object_ids() {
        let range = [&[0, 16, 0, 0, 0, 0, 0, 0][..], &[0, 32, 0, 0, 0, 0, 0, 0]].concat();
        let Ok(Input::Range { file_offset: 4096, length: 8192 }) =
            Input::parse(FsctlCode::QUERY_ALLOCATED_RANGES, &range)
        else {
            panic!()
        };
        let twice = range.repeat(2);
        let Ok(Output::Ranges(ranges)) = Output::parse(FsctlCode::QUERY_ALLOCATED_RANGES, &twice) else {
            panic!()
        };
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [(4096, 8192); 2]);
        let ids: Vec<u8> = [[1; 16], [2; 16], [3; 16], [4; 16]].concat();
        let Ok(Output::ObjectId { object_id, domain_id, .. }) =
            Output::parse(FsctlCode::CREATE_OR_GET_OBJECT_ID, &ids)
        else {
            panic!()
        };
        assert_eq!((object_id, domain_id), (Uuid::from_bytes([1; 16]), Uuid::from_bytes([4; 16])));
        for length in 1..64 {
            assert!(Output::parse(FsctlCode::CREATE_OR_GET_OBJECT_ID, &ids[..length]).is_err());
        }
    }

    #[test]
    fn a_referral_of_version_3() {
        let bytes = [
            &[10, 0][..],     // PathConsumed
            &[1, 0],          // NumberOfReferrals
            &[2, 0, 0, 0],    // ReferralHeaderFlags
            &[3, 0],          // VersionNumber
            &[18, 0],         // Size
            &[1, 0],          // ServerType
            &[0, 0],          // ReferralEntryFlags
            &[0x2c, 1, 0, 0], // TimeToLive
            &[18, 0],         // DFSPathOffset
            &[18, 0],         // DFSAlternatePathOffset
            &[22, 0],         // NetworkAddressOffset
            b"\\\0\0\0",      // DFSPath
            b"s\0\0\0",       // NetworkAddress
        ]
        .concat();
        let Ok(Output::Referrals(referrals)) = Output::parse(FsctlCode::DFS_GET_REFERRALS, &bytes) else {
            panic!()
        };
        let referral = referrals.iter().next().unwrap().unwrap();
        assert_eq!((referral.time_to_live, referral.server_type), (300, 1));
        assert_eq!(
            (referral.dfs_path.to_string(), referral.network_address.to_string()),
            ("\\".into(), "s".into())
        );
        for length in 8..24 {
            let Ok(Output::Referrals(cut)) = Output::parse(FsctlCode::DFS_GET_REFERRALS, &bytes[..length])
            else {
                panic!()
            };
            assert!(cut.iter().any(|referral| referral.is_err()), "at {length}");
        }
    }

    #[test]
    fn network_interfaces_have_addresses() {
        let bytes = [
            &[0; 4][..],                        // Next
            &[5, 0, 0, 0],                      // IfIndex
            &[1, 0, 0, 0],                      // Capability
            &[0; 4],                            // Reserved
            &[0, 0xca, 0x9a, 0x3b, 0, 0, 0, 0], // LinkSpeed
            &[2, 0],                            // Family
            &[0, 0],                            // Port
            &[192, 0, 2, 9],                    // IPv4Address
        ]
        .concat();
        let Ok(Output::NetworkInterfaces(list)) =
            Output::parse(FsctlCode::QUERY_NETWORK_INTERFACE_INFO, &bytes)
        else {
            panic!()
        };
        let interface = list.iter().next().unwrap().unwrap();
        assert_eq!((interface.if_index, interface.link_speed), (5, 1_000_000_000));
        assert_eq!(interface.address.unwrap().to_string(), "192.0.2.9");
    }
}
