//! Context handles.

use std::collections::BTreeMap;

use super::{GroupRowId, HandleRowId, InDoubt, Map, OpenRowId, Use, lookups};
use crate::capture::Origin;
use crate::interface::{ContextHandle, ObjectKind, ProcedureId, Task};
use crate::ledger::ends::{Closing, HandleEnd};
use crate::session::ClientMachine;

/// A context handle.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Handle {
    /// The id of this row.
    pub row: HandleRowId,
    /// The pipe that it was granted or first used on.
    pub open: OpenRowId,
    /// The 20 bytes.
    pub handle: ContextHandle,
    /// The opening call.
    pub opened_by: Option<ProcedureId>,
    /// What it stands for, by the call that opened it or by one that names it.
    pub stands_for: Option<ObjectKind>,
    /// The name of that: of a printer or server, a service, a key, an account.
    pub object: Option<String>,
    /// The client as the opening call describes it.
    pub client: Option<ClientMachine>,
    /// The packet that completed the opening call's request, if that was seen.
    pub asked: Option<Origin>,
    /// Of a channel for notifications: the number of the registration it belongs to (`dwPrinterRemote`).
    pub printer_remote: Option<u32>,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its use.
    pub used: Use,
    /// How often each call named it.
    pub calls: BTreeMap<ProcedureId, u64>,
    /// The latest document and the latest notifications of changes that began at it.
    pub tasks: BTreeMap<Task, HandleTask>,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// Its end.
    pub closed: Option<Closing<HandleEnd>>,
    /// The first answer to a use of it that says that it is not known, or not any more.
    pub stale: Option<Origin>,
}

/// Something that goes on at a handle. The end of the handle ends it too.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandleTask {
    /// The document's name, or the machine that is told.
    pub name: Option<String>,
    /// The answer that began it.
    pub began: Origin,
    /// The answer that ended it, if a call of its own did.
    pub ended: Option<Origin>,
}

/// The handles, and which of them are open.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(in crate::ledger) struct Handles {
    rows: Map<HandleRowId, Handle>,
    live: Map<ContextHandle, BTreeMap<GroupRowId, HandleRowId>>,
}

lookups!(Handles, HandleRowId => Handle);

impl Handles {
    /// The open handle of these bytes in a group.
    pub(in crate::ledger) fn live(&self, group: GroupRowId, handle: ContextHandle) -> Option<HandleRowId> {
        self.live.get(&handle)?.get(&group).copied()
    }

    /// The open handles of these bytes, by group.
    pub(in crate::ledger) fn live_anywhere(
        &self,
        handle: ContextHandle,
    ) -> impl Iterator<Item = (GroupRowId, HandleRowId)> {
        self.live.get(&handle).into_iter().flatten().map(|(group, row)| (*group, *row))
    }

    #[cfg(test)]
    pub(in crate::ledger) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(in crate::ledger) fn insert(&mut self, group: GroupRowId, handle: Handle) {
        self.live.entry(handle.handle).or_default().insert(group, handle.row);
        self.rows.insert(handle.row, handle);
    }

    /// A handle turns out to be another group's.
    pub(in crate::ledger) fn regroup(&mut self, row: HandleRowId, from: GroupRowId, into: GroupRowId) {
        let Some(handle) = self.rows.get(&row) else { return };
        let groups = self.live.entry(handle.handle).or_default();
        groups.remove(&from);
        groups.insert(into, row);
    }

    /// Ends a handle of a group.
    pub(in crate::ledger) fn close(
        &mut self,
        row: HandleRowId,
        group: Option<GroupRowId>,
        closing: Closing<HandleEnd>,
    ) {
        let Some(handle) = self.rows.get_mut(&row) else { return };
        handle.closed = Some(closing);
        let (Some(group), Some(groups)) = (group, self.live.get_mut(&handle.handle)) else { return };
        groups.remove(&group);
        if groups.is_empty() {
            self.live.remove(&handle.handle);
        }
    }

    /// A handle of a group goes on although it seemed to have ended.
    pub(in crate::ledger) fn revive(&mut self, row: HandleRowId, group: GroupRowId) {
        let Some(handle) = self.rows.get_mut(&row) else { return };
        handle.closed = None;
        self.live.entry(handle.handle).or_default().entry(group).or_insert(row);
    }

    /// Lets go of a handle.
    pub(in crate::ledger) fn remove(&mut self, row: HandleRowId) {
        self.rows.remove(&row);
    }
}

impl Handle {
    /// A handle that is first seen on a pipe.
    pub(in crate::ledger) fn new(
        at: Origin,
        row: HandleRowId,
        open: OpenRowId,
        handle: ContextHandle,
    ) -> Self {
        Self {
            row,
            open,
            handle,
            opened_by: None,
            stands_for: None,
            object: None,
            client: None,
            asked: None,
            printer_remote: None,
            opened: None,
            used: Use::since(at),
            calls: BTreeMap::new(),
            tasks: BTreeMap::new(),
            in_doubt: None,
            closed: None,
            stale: None,
        }
    }
}
