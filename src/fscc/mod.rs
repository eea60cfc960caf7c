//! File system structures that both dialects of SMB carry: \[MS-FSCC\].
//!
//! * [`FileInformation`], [`FileSystemInformation`]: what is asked and set of files and file systems, by class;
//! * [`DirectoryEntries`]: what a directory holds;
//! * [`NotifyRecords`]: what changed in one;
//! * [`ExtendedAttributes`];
//! * [`fsctl`]: file system control codes and their bodies.
//!
//! ```
//! use smbscope::fscc::{NotifyAction, NotifyRecords};
//!
//! let bytes = [
//!     16, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, // NextEntryOffset, Action, FileNameLength
//!     b'a', 0, 0, 0, // FileName, padding
//!     0, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, // NextEntryOffset: the last, Action, FileNameLength
//!     b'b', 0, // FileName
//! ];
//! let records = NotifyRecords(&bytes).iter().collect::<Result<Vec<_>, _>>()?;
//! assert_eq!(records[0].action, NotifyAction::RENAMED_OLD_NAME);
//! assert_eq!(records[0].file_name.to_string(), "a");
//! assert_eq!(records[1].action, NotifyAction::RENAMED_NEW_NAME);
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod attributes;
mod directory;
mod ea;
mod file;
mod file_system;
pub mod fsctl;
mod notify;

pub use attributes::{AccessMask, FileAttributes};
pub use directory::{DirectoryEntries, DirectoryEntry, EntryFacts};
pub use ea::{ExtendedAttribute, ExtendedAttributes};
pub use file::{
    AllInformation, BasicInformation, FileInformation, FileInformationClass, NetworkOpenInformation,
    PipeInformation, PipeLocalInformation, RenameInformation, StandardInformation, StreamEntry, Streams,
};
pub use file_system::{
    AttributeInformation, ControlInformation, DeviceInformation, FileSystemInformation,
    FileSystemInformationClass, FullSizeInformation, SectorSizeInformation, SizeInformation,
    VolumeInformation,
};
pub use notify::{NotifyAction, NotifyRecord, NotifyRecords};

use crate::error::{Layer, ParseError, Reason};
use crate::wire::up_to;

/// An error at `offset`: `field` is cut.
const fn cut(offset: usize, field: &'static str) -> ParseError {
    ParseError { layer: Layer::Fscc, offset, reason: Reason::Truncated { field } }
}

/// The elements of a list in which each says how far the next one is, 0 in the last (NextEntryOffset, which every
/// such element begins with).
fn chained<'a, T: 'a>(
    bytes: &'a [u8],
    element: impl Fn(&'a [u8]) -> Result<T, ParseError>,
) -> impl Iterator<Item = Result<T, ParseError>> {
    let mut at = (!bytes.is_empty()).then_some(0_usize);
    core::iter::from_fn(move || {
        let start = at.take()?;
        let rest = bytes.get(start..).unwrap_or_default();
        let Some(next) = rest.first_chunk::<4>() else {
            return Some(Err(cut(bytes.len(), "NextEntryOffset")));
        };
        let next = u32::from_le_bytes(*next);
        let length = crate::wire::widen(next);
        let own = match length {
            0 => rest,
            // Samba's SMB1 lists link the last entry to the end.
            _ if length == rest.len() => rest,
            4.. if length < rest.len() => {
                at = Some(start.saturating_add(length));
                up_to(rest, length)
            }
            _ => {
                let reason = Reason::BadOffset { field: "NextEntryOffset", value: next.into() };
                return Some(Err(ParseError { layer: Layer::Fscc, offset: start, reason }));
            }
        };
        let element = element(own);
        if element.is_err() {
            at = None;
        }
        Some(element.map_err(|error| error.behind(start)))
    })
}
