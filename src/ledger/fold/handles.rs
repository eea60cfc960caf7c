//! Association groups and the handles that their pipes share.

use std::collections::BTreeMap;

use crate::capture::Origin;
use crate::interface::ContextHandle;
use crate::ledger::{Group, GroupRowId, Handle, HandleRowId, Ledger, OpenRowId, Use};
use crate::session::{ConnectionId, OpenId};

/// Handles of a pipe among which an ended one is looked for.
const LATEST: usize = 64;

impl Ledger {
    pub(super) fn join_group(
        &mut self,
        pipe: OpenRowId,
        connection: ConnectionId,
        number: u32,
        joined: bool,
    ) {
        if self
            .opens
            .get(&pipe)
            .is_none_or(|open| open.group.is_some_and(|group| self.group_is(group, number)))
        {
            return;
        }
        let ends = self.connections.get(&connection).map(|ends| (ends.server.host(), ends.client.host()));
        let known = ends.and_then(|(server, client)| {
            let row = *self.index.groups.get(&(server, number))?;
            let group = self.groups.get(&row)?;
            // Some servers give every client the same number. A group that somebody joined before it was seen to be
            // made is the one that is made now.
            (group.client == Some(client) && (joined || !group.made)).then_some(row)
        });
        let row = known.unwrap_or_else(|| GroupRowId(self.next_row()));
        let group = self.groups.entry(row).or_default();
        group.number = number;
        group.made |= !joined;
        group.server = ends.map(|(server, _)| server);
        group.client = ends.map(|(_, client)| client);
        group.pipes.insert(pipe);
        if let Some((server, _)) = ends {
            self.index.groups.insert((server, number), row);
        }
        // Handles that were seen on the pipe before its bind move with it.
        let before = self.opens.get_mut(&pipe).and_then(|open| open.group.replace(row));
        if let Some(before) = before {
            self.merge_group(before, row, pipe);
        }
    }

    pub(super) fn group_is(&self, group: GroupRowId, number: u32) -> bool {
        self.groups.get(&group).is_some_and(|group| group.number == number)
    }

    pub(super) fn merge_group(&mut self, from: GroupRowId, into: GroupRowId, pipe: OpenRowId) {
        let Some(old) = self.groups.get_mut(&from) else { return };
        old.pipes.remove(&pipe);
        if !old.pipes.is_empty() {
            return;
        }
        let Some(old) = self.groups.remove(&from) else { return };
        for row in old.handles {
            if let Some(handle) = self.handles.get(&row) {
                self.index.handles.remove(&(from, handle.handle));
                self.index.handles.insert((into, handle.handle), row);
            }
            if let Some(group) = self.groups.get_mut(&into) {
                group.handles.insert(row);
            }
        }
    }

    /// The pipe's group; a group of its own if its bind was not seen.
    pub(super) fn group_of(&mut self, pipe: OpenRowId) -> Option<GroupRowId> {
        if let Some(group) = self.opens.get(&pipe)?.group {
            return Some(group);
        }
        let row = GroupRowId(self.next_row());
        let open = self.opens.get_mut(&pipe)?;
        open.group = Some(row);
        let ends =
            self.connections.get(&open.connection).map(|ends| (ends.server.host(), ends.client.host()));
        let mut group =
            Group { number: 0, server: ends.map(|e| e.0), client: ends.map(|e| e.1), ..Group::default() };
        group.pipes.insert(pipe);
        self.groups.insert(row, group);
        Some(row)
    }

    pub(super) fn find_handle(&mut self, pipe: OpenRowId, handle: ContextHandle) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        if let Some(row) = self.index.handles.get(&(group, handle)) {
            return Some(*row);
        }
        // The same client on the same server: this pipe's bind was not seen, or that of the pipe that has the handle.
        let (server, client, number) =
            self.groups.get(&group).map(|group| (group.server, group.client, group.number))?;
        let may_be_same = |other: &Group| {
            other.server == server && other.client == client && (other.number == 0 || number == 0)
        };
        let open = self.opens.get(&pipe)?;
        let connection = self.connections.get(&open.connection)?;
        let sessions = connection.sessions.iter().filter_map(|row| self.sessions.get(row));
        sessions
            .flat_map(|session| self.opens_of(session))
            .filter_map(|open| open.group)
            .filter(|other| self.groups.get(other).is_some_and(may_be_same))
            .find_map(|other| self.index.handles.get(&(other, handle)).copied())
    }

    /// The handle of these bytes that has ended on one of the group's pipes, among the latest of each.
    pub(super) fn ended_handle(&mut self, pipe: OpenRowId, handle: ContextHandle) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        let pipes = self.groups.get(&group)?.pipes.iter().filter_map(|pipe| self.opens.get(pipe));
        let mut rows = pipes.flat_map(|open| open.handles.iter().rev().take(LATEST));
        let is_it = |row: &&HandleRowId| {
            self.handles.get(row).is_some_and(|known| known.handle == handle && known.closed.is_some())
        };
        rows.find(is_it).copied()
    }

    /// The handle that is granted here, if a pipe of the group on another connection was told to use it before: their
    /// packets were captured in another order. It belongs to the pipe that it was granted on.
    pub(super) fn used_before_granted(
        &mut self,
        at: Origin,
        pipe: OpenRowId,
        handle: ContextHandle,
    ) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        let closed = self.groups.get(&group)?.closed_unopened.get(&handle);
        let row = *self.index.handles.get(&(group, handle)).or(closed)?;
        let known = self.handles.get_mut(&row)?;
        if known.opened.is_some() || known.closed.is_some_and(|closing| closing.at < at) {
            return None;
        }
        let before = core::mem::replace(&mut known.open, pipe);
        if let Some(open) = self.opens.get_mut(&before) {
            open.handles.remove(&row);
        }
        self.opens.get_mut(&pipe)?.handles.insert(row);
        Some(row)
    }

    pub(super) fn new_handle(
        &mut self,
        at: Origin,
        pipe: OpenRowId,
        handle: ContextHandle,
    ) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        let row = HandleRowId(self.next_row());
        let open = self.opens.get_mut(&pipe)?;
        if open.handles.len() >= self.limits.handles {
            let oldest_ended = open
                .handles
                .iter()
                .find(|row| self.handles.get(row).is_none_or(|h| h.closed.is_some()))
                .copied();
            let Some(oldest) = oldest_ended else {
                self.evicted("handles of a pipe");
                return None;
            };
            open.handles.remove(&oldest);
            self.handles.remove(&oldest);
        }
        let open = self.opens.get_mut(&pipe)?;
        open.handles.insert(row);
        self.handles.insert(
            row,
            Handle {
                open: pipe,
                handle,
                opened_by: None,
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
            },
        );
        self.index.handles.insert((group, handle), row);
        if let Some(group) = self.groups.get_mut(&group) {
            group.handles.insert(row);
        }
        Some(row)
    }

    /// A handle is named on a pipe: known, or learnt from this use.
    pub(super) fn handle_used(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        pipe: OpenId,
        handle: ContextHandle,
        succeeded: Option<Origin>,
    ) -> Option<HandleRowId> {
        let pipe = self.open_row(connection, pipe)?;
        let row = match self.find_handle(pipe, handle) {
            Some(row) => row,
            // A handle that has ended may be named all the same; only success would make it another one.
            None if succeeded.is_none() && self.ended_handle(pipe, handle).is_some() => return None,
            None => {
                let row = self.new_handle(at, pipe, handle)?;
                // The oldest opening call whose answer is missing must have granted it.
                let grant = self.opens.get_mut(&pipe).and_then(|open| open.grants_lost.pop_first());
                if let (Some((_, call)), Some(row)) = (grant, self.handles.get_mut(&row)) {
                    row.opened_by = call.opener();
                    row.object = call.object;
                    row.client = call.client;
                }
                row
            }
        };
        if let Some(handle) = self.handles.get_mut(&row) {
            handle.used.touch(at, succeeded);
        }
        Some(row)
    }
}
