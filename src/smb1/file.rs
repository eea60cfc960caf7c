//! Commands on a FID or on the file system whose parameters are words alone.
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::file::SetInformation2;
//!
//! let mut frame = b"\xffSMB\x09".to_vec(); // Protocol, Command: SET_INFORMATION2
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([7, 7, 0x40]); // WordCount, FID
//! frame.extend([0x55, 0x25, 0x63, 0x70]); // CreateDate, CreationTime
//! frame.extend([0, 0, 0, 0, 0, 0, 0, 0]); // LastAccess, LastWrite: leave them
//! frame.extend([0, 0]); // ByteCount
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = SetInformation2::parse(&block?)?;
//!     assert_eq!(request.creation.to_string(), "1998-10-21T14:03:06");
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Block;
use super::dos_time::{DosTime, Utime};
use crate::error::{ParseError, Read};
use crate::wire::{le_u16, le_u32, u8, wire_struct};

/// Reads the words of a command as those of whatever is expected.
pub(crate) fn words<'a, T: Words>(block: &Block<'a>) -> Result<T, ParseError> {
    block.fields(T::read)
}

/// The parameters of a command that are words alone.
pub(crate) trait Words: Sized {
    fn read(words: &[u8]) -> Read<'_, Self>;
}

macro_rules! commands {
    ($($(#[$doc:meta])* $type:ident { $($(#[$field_doc:meta])* $field:ident: $of:ty = $reader:expr;)* })*) => {$(
        wire_struct! {
            $(#[$doc])*
            pub struct $type {
                $($(#[$field_doc])* $field: $of = $reader;)*
            }
        }

        impl $type {
            /// Reads the words of the command.
            ///
            /// # Errors
            /// They are not all there.
            pub fn parse(block: &Block<'_>) -> Result<Self, ParseError> {
                words(block)
            }
        }

        impl Words for $type {
            fn read(words: &[u8]) -> Read<'_, Self> {
                Self::read(words)
            }
        }
    )*};
}

commands! {
    /// `SMB_COM_FLUSH` (\[MS-CIFS\] 2.2.4.6); FID 0xffff is every file of the process.
    Flush {
        /// The file.
        fid: u16 = le_u16;
    }
    /// `SMB_COM_SEEK` (\[MS-CIFS\] 2.2.4.19).
    Seek {
        /// The file.
        fid: u16 = le_u16;
        /// From where: 0 the start, 1 the present place, 2 the end.
        mode: u16 = le_u16;
        /// How far, signed.
        offset: u32 = le_u32;
    }
    /// The place that a seek led to.
    SeekResponse {
        /// From the start, in bytes.
        offset: u32 = le_u32;
    }
    /// `SMB_COM_LOCK_BYTE_RANGE` and `SMB_COM_UNLOCK_BYTE_RANGE` (\[MS-CIFS\] 2.2.4.13, 2.2.4.14).
    ByteRange {
        /// The file.
        fid: u16 = le_u16;
        /// Bytes to lock or unlock.
        count_of_bytes: u32 = le_u32;
        /// Where they begin.
        offset: u32 = le_u32;
    }
    /// `SMB_COM_READ_RAW` (\[MS-CIFS\] 2.2.4.22): the answer is bytes without a header.
    ReadRaw {
        /// The file or pipe.
        fid: u16 = le_u16;
        /// Where to read.
        offset: u32 = le_u32;
        /// The most bytes to read.
        max_count: u16 = le_u16;
        /// The fewest bytes to read.
        min_count: u16 = le_u16;
        /// How long to wait, in milliseconds.
        timeout: u32 = le_u32;
    }
    /// `SMB_COM_READ_MPX` (\[MS-CIFS\] 2.2.4.23).
    ReadMpx {
        /// The file.
        fid: u16 = le_u16;
        /// Where to read.
        offset: u32 = le_u32;
        /// The most bytes to read.
        max_count: u16 = le_u16;
        /// The fewest bytes to read.
        min_count: u16 = le_u16;
    }
    /// The answer to `SMB_COM_READ_MPX`.
    ReadMpxResponse {
        /// Where the data belong.
        offset: u32 = le_u32;
        /// Bytes of the whole answer.
        count: u16 = le_u16;
        /// Bytes that remain, or 0xffff.
        remaining: u16 = le_u16;
        /// Reserved.
        data_compaction_mode: u16 = le_u16;
        /// Reserved.
        reserved: u16 = le_u16;
        /// Bytes of this message.
        data_length: u16 = le_u16;
    }
    /// `SMB_COM_WRITE_RAW` and `SMB_COM_WRITE_MPX` (\[MS-CIFS\] 2.2.4.25, 2.2.4.26).
    WriteRaw {
        /// The file or pipe.
        fid: u16 = le_u16;
        /// Bytes to write in all.
        count_of_bytes: u16 = le_u16;
        /// Reserved.
        reserved: u16 = le_u16;
        /// Where to write.
        offset: u32 = le_u32;
        /// How long to wait, in milliseconds.
        timeout: u32 = le_u32;
        /// 1 is "write through".
        write_mode: u16 = le_u16;
        /// Reserved, or the mask of a multiplexed write.
        request_mask: u32 = le_u32;
        /// Bytes of this message.
        data_length: u16 = le_u16;
        /// Where they begin, from the header on.
        data_offset: u16 = le_u16;
    }
    /// The interim answer to `SMB_COM_WRITE_RAW`, and `SMB_COM_WRITE_COMPLETE`.
    WriteRawResponse {
        /// Bytes written, or that can be written.
        count: u16 = le_u16;
    }
    /// `SMB_COM_SET_INFORMATION2` (\[MS-CIFS\] 2.2.4.30).
    SetInformation2 {
        /// The file.
        fid: u16 = le_u16;
        /// CreateDate and CreationTime.
        creation: DosTime = DosTime::read;
        /// LastAccessDate and LastAccessTime.
        last_access: DosTime = DosTime::read;
        /// LastWriteDate and LastWriteTime.
        last_write: DosTime = DosTime::read;
    }
    /// `SMB_COM_QUERY_INFORMATION2` (\[MS-CIFS\] 2.2.4.31).
    QueryInformation2 {
        /// The file.
        fid: u16 = le_u16;
    }
    /// The answer to `SMB_COM_QUERY_INFORMATION2`.
    QueryInformation2Response {
        /// CreateDate and CreationTime.
        creation: DosTime = DosTime::read;
        /// LastAccessDate and LastAccessTime.
        last_access: DosTime = DosTime::read;
        /// LastWriteDate and LastWriteTime.
        last_write: DosTime = DosTime::read;
        /// Size in bytes.
        file_data_size: u32 = le_u32;
        /// Bytes on disk.
        file_allocation_size: u32 = le_u32;
        /// Attributes.
        file_attributes: u16 = le_u16;
    }
    /// The answer to `SMB_COM_QUERY_INFORMATION` (\[MS-CIFS\] 2.2.4.9.2).
    QueryInformationResponse {
        /// Attributes.
        file_attributes: u16 = le_u16;
        /// When it was last written.
        last_write_time: Utime = Utime::read;
        /// Size in bytes.
        file_size: u32 = le_u32;
    }
    /// The answer to `SMB_COM_QUERY_INFORMATION_DISK` (\[MS-CIFS\] 2.2.4.57.2).
    QueryInformationDiskResponse {
        /// Allocation units in all.
        total_units: u16 = le_u16;
        /// Blocks of a unit.
        blocks_per_unit: u16 = le_u16;
        /// Bytes of a block.
        block_size: u16 = le_u16;
        /// Units that are free.
        free_units: u16 = le_u16;
    }
    /// `SMB_COM_FIND_CLOSE2` and `SMB_COM_FIND_NOTIFY_CLOSE` (\[MS-CIFS\] 2.2.4.48, 2.2.4.49).
    FindClose2 {
        /// The search.
        search_handle: u16 = le_u16;
    }
    /// `SMB_COM_IOCTL` (\[MS-CIFS\] 2.2.4.35), up to its counts.
    Ioctl {
        /// The device.
        fid: u16 = le_u16;
        /// 0x53: a printer.
        category: u16 = le_u16;
        /// 0x60: the print job's information.
        function: u16 = le_u16;
    }
    /// `SMB_COM_PROCESS_EXIT`, and others, have none: this is the time with which `SMB_COM_CLOSE` closes
    /// (\[MS-CIFS\] 2.2.4.5).
    Close {
        /// The file.
        fid: u16 = le_u16;
        /// LastTimeModified.
        last_time_modified: Utime = Utime::read;
    }
    /// `SMB_COM_CLOSE_PRINT_FILE` (\[MS-CIFS\] 2.2.4.69).
    ClosePrintFile {
        /// The print job's file.
        fid: u16 = le_u16;
    }
    /// `SMB_COM_GET_PRINT_QUEUE` (\[MS-CIFS\] 2.2.4.70).
    GetPrintQueue {
        /// The most entries wanted.
        max_count: u16 = le_u16;
        /// The first entry wanted.
        start_index: u16 = le_u16;
    }
    /// The answer to `SMB_COM_GET_PRINT_QUEUE`; entries of 28 bytes follow.
    GetPrintQueueResponse {
        /// Entries given.
        count: u16 = le_u16;
        /// The index behind them.
        restart_index: u16 = le_u16;
    }
    /// The answer to a tree connect of the core protocol (\[MS-CIFS\] 2.2.4.50.2).
    TreeConnectResponse {
        /// Largest message that the server takes.
        max_buffer_size: u16 = le_u16;
        /// The tree.
        tid: u16 = le_u16;
    }
    /// An entry of a print queue (\[MS-CIFS\] 2.2.4.70.2).
    PrintQueueEntry {
        /// When the file was queued.
        file_time: DosTime = DosTime::read;
        /// 1 held, 2 printing, 3 waiting, 4 intercepted, 5 in error, 6 in printer error.
        entry_status: u8 = u8;
        /// The job.
        spool_file_number: u16 = le_u16;
        /// Size in bytes.
        spool_file_size: u32 = le_u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::Command;
    use crate::smb1::testing::{REQUEST, block, cut_blocks, message};

    #[test]
    fn the_words_of_a_command() {
        #[rustfmt::skip]
        let bytes = [
            0x07, 0x40,             // FID
            0x55, 0x25, 0x63, 0x70, // CreateDate, CreationTime
            0, 0, 0, 0,             // LastAccessDate, LastAccessTime
            0x55, 0x25, 0, 0,       // LastWriteDate, LastWriteTime
        ];
        let message = message(Command::SET_INFORMATION2, REQUEST, &bytes, b"");
        let read: SetInformation2 = words(&block(&message)).unwrap();
        assert_eq!((read.fid, read.creation.to_string()), (0x4007, "1998-10-21T14:03:06".into()));
        cut_blocks(&message, |block| {
            assert_eq!(words::<SetInformation2>(&block).is_ok(), block.words.len() >= bytes.len());
        });
    }
}
