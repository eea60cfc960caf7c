//! What `TRANS2_FIND_FIRST2` and `TRANS2_FIND_NEXT2` find: the levels of \[MS-CIFS\] 2.2.8.1 and \[MS-SMB\] 2.2.8.1.
//!
//! ```
//! use smbscope::smb1::trans2::{Request, Response};
//! use smbscope::smb1::transaction::Trans2Function;
//!
//! let function = Trans2Function::FIND_FIRST2;
//! // SearchAttributes, SearchCount, Flags, InformationLevel, SearchStorageType, FileName
//! let parameters = b"\x16\0\x0a\0\0\0\x01\0\0\0\0\0\\*\0";
//! let asked = Request::parse(function, parameters, b"", false)?.asked(function);
//!
//! let parameters = [5, 0, 1, 0, 1, 0, 0, 0, 0, 0]; // SID, SearchCount, EndOfSearch, EaErrorOffset, LastNameOffset
//! let data = [
//!     &[0x55, 0x25, 0x63, 0x70, 0, 0, 0, 0, 0, 0, 0, 0][..], // creation, last access, last write
//!     &[9, 0, 0, 0, 0, 2, 0, 0, 0x20, 0], // DataSize, AllocationSize, Attributes
//!     b"\x05A.TXT\0", // FileNameLength, FileName
//! ]
//! .concat();
//! let Response::Find { entries, .. } = Response::parse(asked, &parameters, &data, false)? else { panic!() };
//! for entry in entries.iter() {
//!     assert_eq!(entry?.file_name.to_string(), "A.TXT");
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Text;
use super::dos_time::DosTime;
use super::ea::FeaList;
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, Unread, parse};
use crate::fscc::{DirectoryEntries, DirectoryEntry, EntryFacts, FileInformationClass};
use crate::wire::{Utf16, fields, le_u16, le_u32, u8, up_to, wire_enum, wire_list};

wire_enum! {
    /// What to say of each file that is found (\[MS-CIFS\] 2.2.2.3.1).
    pub struct FindLevel(u16) {
        INFO_STANDARD = 0x0001, "SMB_INFO_STANDARD";
        INFO_QUERY_EA_SIZE = 0x0002, "SMB_INFO_QUERY_EA_SIZE";
        INFO_QUERY_EAS_FROM_LIST = 0x0003, "SMB_INFO_QUERY_EAS_FROM_LIST";
        FILE_DIRECTORY_INFO = 0x0101, "SMB_FIND_FILE_DIRECTORY_INFO";
        FILE_FULL_DIRECTORY_INFO = 0x0102, "SMB_FIND_FILE_FULL_DIRECTORY_INFO";
        FILE_NAMES_INFO = 0x0103, "SMB_FIND_FILE_NAMES_INFO";
        FILE_BOTH_DIRECTORY_INFO = 0x0104, "SMB_FIND_FILE_BOTH_DIRECTORY_INFO";
        FILE_ID_FULL_DIRECTORY_INFO = 0x0105, "SMB_FIND_FILE_ID_FULL_DIRECTORY_INFO";
        FILE_ID_BOTH_DIRECTORY_INFO = 0x0106, "SMB_FIND_FILE_ID_BOTH_DIRECTORY_INFO";
        FILE_UNIX = 0x0202, "SMB_FIND_FILE_UNIX";
    }
}

impl FindLevel {
    /// The class of \[MS-FSCC\] whose form the entries have.
    #[must_use]
    pub const fn class(self) -> Option<FileInformationClass> {
        Some(match self {
            Self::FILE_DIRECTORY_INFO => FileInformationClass::DIRECTORY,
            Self::FILE_FULL_DIRECTORY_INFO => FileInformationClass::FULL_DIRECTORY,
            Self::FILE_NAMES_INFO => FileInformationClass::NAMES,
            Self::FILE_BOTH_DIRECTORY_INFO => FileInformationClass::BOTH_DIRECTORY,
            Self::FILE_ID_FULL_DIRECTORY_INFO => FileInformationClass::ID_FULL_DIRECTORY,
            Self::FILE_ID_BOTH_DIRECTORY_INFO => FileInformationClass::ID_BOTH_DIRECTORY,
            _ => return None,
        })
    }
}

/// A list of what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FindEntries<'a> {
    /// The level of the entries.
    pub level: FindLevel,
    /// How many there should be.
    pub count: u16,
    /// Each begins with a resume key, at the levels that have one.
    pub resume_keys: bool,
    /// Their names are UTF-16.
    pub unicode: bool,
    /// The list.
    pub bytes: &'a [u8],
}

impl<'a> FindEntries<'a> {
    /// The entries, up to one error. Of levels that are not known there are none; [`Examine`] tells.
    pub fn iter(&self) -> impl Iterator<Item = Result<FindEntry<'a>, ParseError>> + use<'a> {
        let this = *self;
        let by_class = this.level.class().into_iter().flat_map(move |class| {
            let entries = DirectoryEntries { class, bytes: this.bytes }.iter();
            entries.take(this.count.into()).map(move |entry| entry.map(|entry| this.of_entry(&entry)))
        });
        let known = matches!(
            this.level,
            FindLevel::INFO_STANDARD | FindLevel::INFO_QUERY_EA_SIZE | FindLevel::INFO_QUERY_EAS_FROM_LIST
        );
        let (mut left, mut rest, total) = (if known { this.count } else { 0 }, this.bytes, this.bytes.len());
        let standard = core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            match parse(Layer::Smb1, rest, |input| this.standard(input)) {
                Ok((after, entry)) => {
                    rest = after;
                    Some(Ok(entry))
                }
                Err(error) => {
                    left = 0;
                    let before = total.saturating_sub(rest.len());
                    Some(Err(error.behind(before)))
                }
            }
        });
        by_class.chain(standard)
    }

    fn text(&self, bytes: &'a [u8]) -> Text<'a> {
        if self.unicode {
            return Text::Utf16(Utf16::until_nul(bytes));
        }
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        Text::Oem(up_to(bytes, end))
    }

    fn of_entry(&self, entry: &DirectoryEntry<'a>) -> FindEntry<'a> {
        FindEntry {
            resume_key: None,
            facts: entry.facts,
            dos_facts: None,
            ea_size: entry.ea_size,
            extended_attributes: None,
            file_id: entry.file_id,
            short_name: entry.short_name,
            file_name: self.text(entry.file_name.as_bytes()),
        }
    }

    fn standard(&self, input: &'a [u8]) -> Read<'a, FindEntry<'a>> {
        let (rest, resume_key) = if self.resume_keys {
            le_u32(input).map(|(rest, key)| (rest, Some(key)))?
        } else {
            (input, None)
        };
        fields!(rest => rest; dos_facts: DosFacts::read);
        let (rest, ea_size) = if self.level == FindLevel::INFO_QUERY_EA_SIZE {
            le_u32(rest).map(|(rest, size)| (rest, Some(size)))?
        } else {
            (rest, None)
        };
        let (rest, extended_attributes) = if self.level == FindLevel::INFO_QUERY_EAS_FROM_LIST {
            FeaList::read(rest).map(|(rest, list)| (rest, Some(list)))?
        } else {
            (rest, None)
        };
        fields!(rest => rest; length: u8);
        // UTF-16 names begin at an even offset of the data, but for this level's.
        let odd =
            self.level == FindLevel::INFO_STANDARD && self.bytes.len().saturating_sub(rest.len()) % 2 == 1;
        let rest = if self.unicode && odd { rest.get(1..).unwrap_or_default() } else { rest };
        let Some((name, rest)) = rest.split_at_checked(length.into()) else {
            return Err(Unread::error(&[], Reason::Truncated { field: "FileName" }));
        };
        // A terminator follows that the length does not count; where names are not aligned it is one byte.
        let rest = match (self.unicode && self.level == FindLevel::INFO_STANDARD, rest) {
            (true, [0, 0, rest @ ..]) | (false, [0, rest @ ..]) => rest,
            _ => rest,
        };
        let entry = FindEntry {
            resume_key,
            facts: None,
            dos_facts: Some(dos_facts),
            ea_size,
            extended_attributes,
            file_id: None,
            short_name: None,
            file_name: self.text(name),
        };
        Ok((rest, entry))
    }
}

crate::wire::wire_struct! {
    /// What is known of a file at the levels of LAN Manager.
    pub struct DosFacts {
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

/// One file that was found; what its level does not have is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FindEntry<'a> {
    /// ResumeKey.
    pub resume_key: Option<u32>,
    /// Times, sizes and attributes.
    pub facts: Option<EntryFacts>,
    /// The same at the levels of LAN Manager.
    pub dos_facts: Option<DosFacts>,
    /// EaSize in bytes.
    pub ea_size: Option<u32>,
    /// ExtendedAttributeList.
    pub extended_attributes: Option<FeaList<'a>>,
    /// FileId.
    pub file_id: Option<u64>,
    /// ShortName.
    pub short_name: Option<Utf16<'a>>,
    /// FileName.
    pub file_name: Text<'a>,
}

impl Examine for FindEntry<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.extended_attributes.iter().for_each(|list| list.examine(anomalies));
    }
}

wire_list!(FindEntries);
