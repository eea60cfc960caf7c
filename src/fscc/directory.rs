//! What a directory holds: the directory classes of \[MS-FSCC\] 2.4.

use super::{FileAttributes, FileInformationClass, chained, cut};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{FileTime, Utf16, array, fields, le_u32, le_u64, take, u8, widen, wire_list};

/// A list of directory entries of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryEntries<'a> {
    /// The class: one of [`DirectoryEntries::is_directory_class`].
    pub class: FileInformationClass,
    /// The list.
    pub bytes: &'a [u8],
}

impl<'a> DirectoryEntries<'a> {
    /// True if entries of the class are known.
    #[must_use]
    pub const fn is_directory_class(class: FileInformationClass) -> bool {
        matches!(
            class,
            FileInformationClass::DIRECTORY
                | FileInformationClass::FULL_DIRECTORY
                | FileInformationClass::BOTH_DIRECTORY
                | FileInformationClass::NAMES
                | FileInformationClass::ID_BOTH_DIRECTORY
                | FileInformationClass::ID_FULL_DIRECTORY
                | FileInformationClass::ID_EXTD_DIRECTORY
        )
    }

    /// The entries, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<DirectoryEntry<'a>, ParseError>> + use<'a> {
        let class = self.class;
        chained(self.bytes, move |element| DirectoryEntry::parse(class, element))
    }
}

wire_list!(DirectoryEntries);

/// An entry of any class; what its class does not have is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DirectoryEntry<'a> {
    /// FileIndex.
    pub file_index: u32,
    /// Times, sizes and attributes; all but FILE_NAMES_INFORMATION has them.
    pub facts: Option<EntryFacts>,
    /// EaSize in bytes, or the reparse tag.
    pub ea_size: Option<u32>,
    /// ShortName: the name in 8.3 form.
    pub short_name: Option<Utf16<'a>>,
    /// FileId.
    pub file_id: Option<u64>,
    /// FileName.
    pub file_name: Utf16<'a>,
}

/// What is known of a file besides its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EntryFacts {
    /// CreationTime.
    pub creation_time: FileTime,
    /// LastAccessTime.
    pub last_access_time: FileTime,
    /// LastWriteTime.
    pub last_write_time: FileTime,
    /// ChangeTime.
    pub change_time: FileTime,
    /// EndOfFile: size in bytes.
    pub end_of_file: u64,
    /// AllocationSize in bytes.
    pub allocation_size: u64,
    /// FileAttributes.
    pub file_attributes: FileAttributes,
}

impl<'a> DirectoryEntry<'a> {
    /// Reads one entry.
    ///
    /// # Errors
    /// It is cut.
    pub fn parse(class: FileInformationClass, element: &'a [u8]) -> Result<Self, ParseError> {
        let (rest, (entry, name_length)) = parse(Layer::Fscc, element, |input| fields(class, input))?;
        let name = rest.get(..widen(name_length)).ok_or(cut(element.len(), "FileName"))?;
        Ok(Self { file_name: Utf16::new(name), ..entry })
    }
}

impl Examine for DirectoryEntry<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

/// Everything before the name, and the name's length in bytes.
fn fields(class: FileInformationClass, input: &[u8]) -> Read<'_, (DirectoryEntry<'_>, u32)> {
    use FileInformationClass as Class;
    fields!(input => rest; _next: le_u32, file_index: le_u32);
    let mut entry = DirectoryEntry { file_index, ..DirectoryEntry::default() };
    if class == Class::NAMES {
        fields!(rest => rest; length: le_u32);
        return Ok((rest, (entry, length)));
    }
    let (rest, facts) = facts(rest)?;
    entry.facts = Some(facts);
    let (mut rest, length) = le_u32(rest)?;
    if class != Class::DIRECTORY {
        fields!(rest => after; ea_size: le_u32);
        (rest, entry.ea_size) = (after, Some(ea_size));
    }
    if matches!(class, Class::BOTH_DIRECTORY | Class::ID_BOTH_DIRECTORY) {
        fields!(rest => after; short_length: u8, _reserved: u8);
        let (after, short) = take("ShortName", 24)(after)?;
        let short = short.get(..short_length.into()).unwrap_or(short);
        (rest, entry.short_name) = (after, Some(Utf16::new(short)));
    }
    match class {
        Class::ID_BOTH_DIRECTORY => (rest, _) = array::<2>(rest)?,
        Class::ID_FULL_DIRECTORY | Class::ID_EXTD_DIRECTORY => (rest, _) = array::<4>(rest)?,
        _ => {}
    }
    if matches!(class, Class::ID_BOTH_DIRECTORY | Class::ID_FULL_DIRECTORY | Class::ID_EXTD_DIRECTORY) {
        fields!(rest => after; file_id: le_u64);
        (rest, entry.file_id) = (after, Some(file_id));
    }
    if class == Class::ID_EXTD_DIRECTORY {
        (rest, _) = array::<8>(rest)?;
    }
    Ok((rest, (entry, length)))
}

fn facts(input: &[u8]) -> Read<'_, EntryFacts> {
    fields! {
        input => rest;
        creation_time: FileTime::read,
        last_access_time: FileTime::read,
        last_write_time: FileTime::read,
        change_time: FileTime::read,
        end_of_file: le_u64,
        allocation_size: le_u64,
        file_attributes: FileAttributes::read,
    }
    let facts = EntryFacts {
        creation_time,
        last_access_time,
        last_write_time,
        change_time,
        end_of_file,
        allocation_size,
        file_attributes,
    };
    Ok((rest, facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_both() -> Vec<u8> {
        [
            &[0; 4][..],                // NextEntryOffset
            &[7, 0, 0, 0],              // FileIndex
            &[1, 0, 0, 0, 0, 0, 0, 0],  // CreationTime
            &[2, 0, 0, 0, 0, 0, 0, 0],  // LastAccessTime
            &[3, 0, 0, 0, 0, 0, 0, 0],  // LastWriteTime
            &[4, 0, 0, 0, 0, 0, 0, 0],  // ChangeTime
            &[5, 0, 0, 0, 0, 0, 0, 0],  // EndOfFile
            &[0, 16, 0, 0, 0, 0, 0, 0], // AllocationSize
            &[0x20, 0, 0, 0],           // FileAttributes
            &[4, 0, 0, 0],              // FileNameLength
            &[9, 0, 0, 0],              // EaSize
            &[2, 0],                    // ShortNameLength, Reserved1
            b"S\0",                     // ShortName
            &[0; 22],
            &[0; 2],                   // Reserved2
            &[8, 0, 0, 0, 0, 0, 0, 0], // FileId
            b"l\0n\0",                 // FileName
        ]
        .concat()
    }

    #[test]
    fn an_entry_with_everything() {
        let bytes = id_both();
        let list = DirectoryEntries { class: FileInformationClass::ID_BOTH_DIRECTORY, bytes: &bytes };
        let entry = list.iter().next().unwrap().unwrap();
        assert_eq!((entry.file_index, entry.ea_size, entry.file_id), (7, Some(9), Some(8)));
        assert_eq!(entry.short_name.unwrap().to_string(), "S");
        assert_eq!(entry.file_name.to_string(), "ln");
        let facts = entry.facts.unwrap();
        assert_eq!((facts.end_of_file, facts.allocation_size), (5, 4096));
        assert_eq!(facts.file_attributes, FileAttributes::ARCHIVE);
        for length in 1..bytes.len() {
            let cut = DirectoryEntries { bytes: &bytes[..length], ..list };
            assert!(cut.iter().next().unwrap().is_err(), "at {length}");
        }
    }

    #[test]
    fn the_classes_have_their_own_lengths() {
        for (class, length) in [
            (FileInformationClass::NAMES, 12),
            (FileInformationClass::DIRECTORY, 64),
            (FileInformationClass::FULL_DIRECTORY, 68),
            (FileInformationClass::BOTH_DIRECTORY, 94),
            (FileInformationClass::ID_FULL_DIRECTORY, 80),
            (FileInformationClass::ID_BOTH_DIRECTORY, 104),
            (FileInformationClass::ID_EXTD_DIRECTORY, 88),
        ] {
            let bytes = [0; 200];
            assert!(DirectoryEntries::is_directory_class(class));
            assert!(DirectoryEntry::parse(class, &bytes[..length]).is_ok(), "{class}");
            assert!(DirectoryEntry::parse(class, &bytes[..length - 1]).is_err(), "{class}");
        }
    }
}
