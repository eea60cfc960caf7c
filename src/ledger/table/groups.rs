//! RPC association groups: the pipes that share their context handles.

use std::collections::{BTreeMap, BTreeSet};

use super::{GroupRowId, HandleRowId, Map, OpenRowId, lookups};
use crate::interface::ContextHandle;
use crate::net::Host;

/// Handles of a group that are remembered as closed before they were seen to be granted.
const CLOSED_UNOPENED: usize = 64;

/// An RPC association group: the pipes that share its context handles (C706 3.1.1.1 and 12.6.4.3, `assoc_group_id`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Group {
    /// Its number on the wire; 0 if no bind told it.
    pub number: u32,
    /// The bind that made it was seen.
    pub made: bool,
    /// The server's address.
    pub server: Option<Host>,
    /// The client's address.
    pub client: Option<Host>,
    /// Its pipes that are open.
    pub pipes: BTreeSet<OpenRowId>,
    /// Its handles that are open.
    pub handles: BTreeSet<HandleRowId>,
    /// Handles that were closed before they were seen to be granted; the first few.
    closed_unopened: BTreeMap<ContextHandle, HandleRowId>,
}

/// The association groups that have a pipe, and the latest of each number.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Groups {
    rows: Map<GroupRowId, Group>,
    /// The latest of a server's address that has this number.
    by_number: Map<(Host, u32), GroupRowId>,
}

lookups!(Groups, GroupRowId => Group);

impl Groups {
    /// The group that a client means by a number which it gives to a server; `joined` if it says that the group is there.
    pub(in crate::ledger) fn known(
        &self,
        (client, server): (Host, Host),
        number: u32,
        joined: bool,
    ) -> Option<GroupRowId> {
        let row = *self.by_number.get(&(server, number))?;
        let group = self.rows.get(&row)?;
        // Some servers give every client the same number. A group that somebody joined before it was seen to be
        // made is the one that is made now.
        (group.client == Some(client) && (joined || !group.made)).then_some(row)
    }

    /// A pipe joins a group, which may be new.
    pub(in crate::ledger) fn join(
        &mut self,
        row: GroupRowId,
        pipe: OpenRowId,
        hosts: Option<(Host, Host)>,
        number: u32,
        joined: bool,
    ) {
        let group = self.rows.entry(row).or_default();
        group.number = number;
        group.made |= !joined;
        (group.client, group.server) = hosts.unzip();
        group.pipes.insert(pipe);
        if let Some((_, server)) = hosts {
            self.by_number.insert((server, number), row);
        }
    }

    /// A pipe is in a group of which no number is known: alone, or again after the group was forgotten.
    pub(in crate::ledger) fn keep(&mut self, row: GroupRowId, pipe: OpenRowId, hosts: Option<(Host, Host)>) {
        let (client, server) = hosts.unzip();
        let group = self.rows.entry(row).or_insert_with(|| Group { client, server, ..Group::default() });
        group.pipes.insert(pipe);
    }

    /// A pipe leaves a group for another one. Gives the group if it was the last.
    pub(in crate::ledger) fn leave(&mut self, row: GroupRowId, pipe: OpenRowId) -> Option<Group> {
        let group = self.rows.get_mut(&row)?;
        group.pipes.remove(&pipe);
        if group.pipes.is_empty() { self.rows.remove(&row) } else { None }
    }

    /// A pipe of a group is closed. Gives the group if it was the last.
    pub(in crate::ledger) fn close(&mut self, row: GroupRowId, pipe: OpenRowId) -> Option<Group> {
        let group = self.leave(row, pipe)?;
        if let Some(server) = group.server {
            self.by_number.remove(&(server, group.number));
        }
        Some(group)
    }
}

impl Group {
    /// True if another group may be this one: they are of one client and one server, and the bind of one was not seen.
    pub(in crate::ledger) fn may_be(&self, other: &Self) -> bool {
        other.server == self.server && other.client == self.client && (other.number == 0 || self.number == 0)
    }

    /// The handle of these bytes that was closed before it was seen to be granted.
    pub(in crate::ledger) fn closed_unopened(&self, handle: ContextHandle) -> Option<HandleRowId> {
        self.closed_unopened.get(&handle).copied()
    }

    /// A handle of the group has ended; `unopened` if it was not seen to be granted.
    pub(in crate::ledger) fn handle_closed(
        &mut self,
        row: HandleRowId,
        handle: ContextHandle,
        unopened: bool,
    ) {
        self.handles.remove(&row);
        if unopened && self.closed_unopened.len() < CLOSED_UNOPENED {
            self.closed_unopened.insert(handle, row);
        }
    }
}
