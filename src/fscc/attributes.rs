//! Attributes of files, and rights to them.

#![allow(missing_docs, reason = "the names are those of the specification, which says what each is")]

use crate::error::Read;
use crate::wire::le_u32;

bitflags::bitflags! {
    /// File attributes (\[MS-FSCC\] 2.6). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct FileAttributes: u32 {
        const READONLY = 0x0000_0001;
        const HIDDEN = 0x0000_0002;
        const SYSTEM = 0x0000_0004;
        const DIRECTORY = 0x0000_0010;
        const ARCHIVE = 0x0000_0020;
        const NORMAL = 0x0000_0080;
        const TEMPORARY = 0x0000_0100;
        const SPARSE_FILE = 0x0000_0200;
        const REPARSE_POINT = 0x0000_0400;
        const COMPRESSED = 0x0000_0800;
        const OFFLINE = 0x0000_1000;
        const NOT_CONTENT_INDEXED = 0x0000_2000;
        const ENCRYPTED = 0x0000_4000;
        const INTEGRITY_STREAM = 0x0000_8000;
        const NO_SCRUB_DATA = 0x0002_0000;
        const RECALL_ON_OPEN = 0x0004_0000;
        const PINNED = 0x0008_0000;
        const UNPINNED = 0x0010_0000;
        const RECALL_ON_DATA_ACCESS = 0x0040_0000;
        const _ = !0;
    }
}

bitflags::bitflags! {
    /// Rights to a file, pipe or printer (\[MS-SMB2\] 2.2.13.1.1); where a directory has another word for a bit, that
    /// word is in its doc. Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct AccessMask: u32 {
        /// Of a directory: FILE_LIST_DIRECTORY.
        const FILE_READ_DATA = 0x0000_0001;
        /// Of a directory: FILE_ADD_FILE.
        const FILE_WRITE_DATA = 0x0000_0002;
        /// Of a directory: FILE_ADD_SUBDIRECTORY.
        const FILE_APPEND_DATA = 0x0000_0004;
        const FILE_READ_EA = 0x0000_0008;
        const FILE_WRITE_EA = 0x0000_0010;
        /// Of a directory: FILE_TRAVERSE.
        const FILE_EXECUTE = 0x0000_0020;
        const FILE_DELETE_CHILD = 0x0000_0040;
        const FILE_READ_ATTRIBUTES = 0x0000_0080;
        const FILE_WRITE_ATTRIBUTES = 0x0000_0100;
        const DELETE = 0x0001_0000;
        const READ_CONTROL = 0x0002_0000;
        const WRITE_DAC = 0x0004_0000;
        const WRITE_OWNER = 0x0008_0000;
        const SYNCHRONIZE = 0x0010_0000;
        const ACCESS_SYSTEM_SECURITY = 0x0100_0000;
        const MAXIMUM_ALLOWED = 0x0200_0000;
        const GENERIC_ALL = 0x1000_0000;
        const GENERIC_EXECUTE = 0x2000_0000;
        const GENERIC_WRITE = 0x4000_0000;
        const GENERIC_READ = 0x8000_0000;
        const _ = !0;
    }
}

impl FileAttributes {
    /// Attributes as they stand on the wire.
    pub(crate) fn read(input: &[u8]) -> Read<'_, Self> {
        let (rest, bits) = le_u32(input)?;
        Ok((rest, Self::from_bits_retain(bits)))
    }
}

impl AccessMask {
    /// A mask as it stands on the wire.
    pub(crate) fn read(input: &[u8]) -> Read<'_, Self> {
        let (rest, bits) = le_u32(input)?;
        Ok((rest, Self::from_bits_retain(bits)))
    }
}
