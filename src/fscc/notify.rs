//! Changes in a directory: \[MS-FSCC\] 2.7.

use super::{chained, cut};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{Utf16, fields, le_u32, widen, wire_enum, wire_list};

wire_enum! {
    /// Action of a change.
    pub struct NotifyAction(u32) {
        ADDED = 1, "FILE_ACTION_ADDED";
        REMOVED = 2, "FILE_ACTION_REMOVED";
        MODIFIED = 3, "FILE_ACTION_MODIFIED";
        RENAMED_OLD_NAME = 4, "FILE_ACTION_RENAMED_OLD_NAME";
        RENAMED_NEW_NAME = 5, "FILE_ACTION_RENAMED_NEW_NAME";
        ADDED_STREAM = 6, "FILE_ACTION_ADDED_STREAM";
        REMOVED_STREAM = 7, "FILE_ACTION_REMOVED_STREAM";
        MODIFIED_STREAM = 8, "FILE_ACTION_MODIFIED_STREAM";
        REMOVED_BY_DELETE = 9, "FILE_ACTION_REMOVED_BY_DELETE";
        ID_NOT_TUNNELLED = 10, "FILE_ACTION_ID_NOT_TUNNELLED";
        TUNNELLED_ID_COLLISION = 11, "FILE_ACTION_TUNNELLED_ID_COLLISION";
    }
}

/// A list of FILE_NOTIFY_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotifyRecords<'a>(pub &'a [u8]);

impl<'a> NotifyRecords<'a> {
    /// The changes, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<NotifyRecord<'a>, ParseError>> + use<'a> {
        chained(self.0, NotifyRecord::parse)
    }
}

wire_list!(NotifyRecords);

/// FILE_NOTIFY_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NotifyRecord<'a> {
    /// Action.
    pub action: NotifyAction,
    /// FileName, from the directory that is watched on.
    pub file_name: Utf16<'a>,
}

impl<'a> NotifyRecord<'a> {
    fn parse(element: &'a [u8]) -> Result<Self, ParseError> {
        let (rest, (action, length)) = parse(Layer::Fscc, element, fixed)?;
        let name = rest.get(..widen(length)).ok_or(cut(element.len(), "FileName"))?;
        Ok(Self { action: NotifyAction(action), file_name: Utf16::new(name) })
    }
}

impl Examine for NotifyRecord<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

fn fixed(input: &[u8]) -> Read<'_, (u32, u32)> {
    fields!(input => rest; _next: le_u32, action: le_u32, length: le_u32);
    Ok((rest, (action, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_changes() {
        let bytes = [
            &[16, 0, 0, 0][..], // NextEntryOffset
            &[4, 0, 0, 0],      // Action
            &[2, 0, 0, 0],      // FileNameLength
            b"a\0\0\0",         // FileName, padding
            &[0, 0, 0, 0],      // NextEntryOffset
            &[5, 0, 0, 0],      // Action
            &[4, 0, 0, 0],      // FileNameLength
            b"b\0c\0",          // FileName
        ]
        .concat();
        let list: Vec<_> = NotifyRecords(&bytes).iter().map(Result::unwrap).collect();
        assert_eq!(
            (list[0].action, list[0].file_name.to_string()),
            (NotifyAction::RENAMED_OLD_NAME, "a".into())
        );
        assert_eq!(
            (list[1].action, list[1].file_name.to_string()),
            (NotifyAction::RENAMED_NEW_NAME, "bc".into())
        );
        // What ends where the next element begins is a whole list.
        for length in (1..bytes.len()).filter(|length| *length != 16) {
            let errors = NotifyRecords(&bytes[..length]).iter().filter(|item| item.is_err()).count();
            assert_eq!(errors, 1, "at {length}");
        }
        assert_eq!(NotifyRecords(b"").iter().count(), 0);
    }
}
