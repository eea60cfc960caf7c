//! Events about context handles, which the pipes of an association group share.

use crate::capture::Origin;
use crate::interface::ContextHandle;
use crate::ledger::table::doubt;
use crate::ledger::{
    Closing, GroupRowId, Handle, HandleEnd, HandleRowId, HandleTask, Ledger, OpenRowId, Rundown,
};
use crate::net::Host;
use crate::session::{ConnectionId, HandleEvent, OpenId};

/// Handles of a pipe among which an ended one is looked for, and groups and their pipes among which one is.
const LATEST: usize = 64;

impl Ledger {
    pub(super) fn fold_handle(&mut self, at: Origin, connection: ConnectionId, event: HandleEvent) {
        match event {
            HandleEvent::Granted { open, handle, .. } => self.granted(at, connection, (open, handle), event),
            HandleEvent::Used { open, handle, procedure, stands_for } => {
                if let Some(handle) = self.handle_used(at, connection, (open, handle), None) {
                    handle.stands_for = handle.stands_for.or(stands_for);
                    let count = handle.calls.entry(procedure).or_default();
                    *count = count.saturating_add(1);
                }
            }
            HandleEvent::Began { open, handle, task, name } => {
                if let Some(handle) = self.handle_used(at, connection, (open, handle), Some(at)) {
                    handle.tasks.insert(task, HandleTask { name, began: at, ended: None });
                }
            }
            HandleEvent::Ended { open, handle, task } => {
                let handle = self.handle_used(at, connection, (open, handle), Some(at));
                if let Some(task) = handle.and_then(|handle| handle.tasks.get_mut(&task)) {
                    task.ended.get_or_insert(at);
                }
            }
            HandleEvent::Proved { open, handle } => {
                self.handle_used(at, connection, (open, handle), Some(at));
            }
            HandleEvent::Closed { open, handle } => {
                if let Some(handle) = self.handle_used(at, connection, (open, handle), Some(at)) {
                    let row = handle.row;
                    self.close_handle(row, Closing { at, by: HandleEnd::CloseCall });
                }
            }
            HandleEvent::Stale { open, handle } => self.stale(at, connection, (open, handle)),
            HandleEvent::InDoubt { open, handle, why } => {
                for row in self.handles_in_doubt(connection, open, handle) {
                    if let Some(handle) = self.handles.get_mut(&row) {
                        doubt(&mut handle.in_doubt, at, why);
                    }
                }
            }
        }
    }

    /// A call granted a handle.
    fn granted(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (pipe, handle): (OpenId, ContextHandle),
        event: HandleEvent,
    ) {
        let Some(pipe) = self.open_row(connection, pipe) else { return };
        let row = self.used_before_granted(at, pipe, handle).or_else(|| self.new_handle(at, pipe, handle));
        let row = row.and_then(|row| self.handles.get_mut(&row));
        if let (
            Some(row),
            HandleEvent::Granted { opened_by, stands_for, object, client, asked, printer_remote, .. },
        ) = (row, event)
        {
            row.opened_by = opened_by;
            row.stands_for = stands_for;
            row.object = object;
            row.client = client;
            row.asked = asked;
            row.printer_remote = printer_remote;
            row.opened = Some(at);
        }
    }

    /// The server answered that it does not know a handle, or not any more.
    fn stale(&mut self, at: Origin, connection: ConnectionId, (pipe, handle): (OpenId, ContextHandle)) {
        let Some(pipe) = self.open_row(connection, pipe) else { return };
        if let Some(row) = self.find_handle(pipe, handle) {
            let by = HandleEnd::Rundown(Rundown::ServerDeniesIt);
            self.close_handle(row, Closing { at, by });
            if let Some(denied) = self.handles.get_mut(&row) {
                denied.stale = Some(at);
            }
        } else if let Some(row) = self.ended_handle(pipe, handle)
            && let Some(ended) = self.handles.get_mut(&row)
        {
            ended.stale.get_or_insert(at);
        }
    }

    /// The handle that may have ended, or all of the pipe if none is named.
    fn handles_in_doubt(
        &mut self,
        connection: ConnectionId,
        pipe: OpenId,
        handle: Option<ContextHandle>,
    ) -> Vec<HandleRowId> {
        let Some(pipe) = self.open_row(connection, pipe) else { return Vec::new() };
        match handle {
            Some(handle) => self.find_handle(pipe, handle).into_iter().collect(),
            None => {
                let pipe = self.opens.get(&pipe);
                pipe.map(|pipe| pipe.handles.iter().copied().collect()).unwrap_or_default()
            }
        }
    }

    /// The client's address and the server's.
    pub(super) fn hosts_of(&self, connection: ConnectionId) -> Option<(Host, Host)> {
        self.connections.get(&connection).map(|ends| ends.hosts())
    }

    /// A pipe is in an association group by its bind.
    pub(super) fn join_group(
        &mut self,
        pipe: OpenRowId,
        connection: ConnectionId,
        number: u32,
        joined: bool,
    ) {
        let Some(open) = self.opens.get(&pipe) else { return };
        let its = open.group.and_then(|group| self.groups.get(&group));
        if its.is_some_and(|group| group.number == number) {
            return;
        }
        let hosts = self.hosts_of(connection);
        let known = hosts.and_then(|hosts| self.groups.known(hosts, number, joined));
        let row = known.unwrap_or_else(|| GroupRowId(self.next_row()));
        self.groups.join(row, pipe, hosts, number, joined);
        // Handles that were seen on the pipe before its bind move with it.
        let before = self.opens.get_mut(&pipe).and_then(|open| open.group.replace(row));
        let Some((before, old)) = before.and_then(|before| Some((before, self.groups.leave(before, pipe)?)))
        else {
            return;
        };
        for handle in old.handles {
            self.handles.regroup(handle, before, row);
            if let Some(group) = self.groups.get_mut(&row) {
                group.handles.insert(handle);
            }
        }
    }

    /// The pipe's group; a group of its own if its bind was not seen.
    fn group_of(&mut self, pipe: OpenRowId) -> Option<GroupRowId> {
        if let Some(group) = self.opens.get(&pipe)?.group {
            return Some(group);
        }
        let row = GroupRowId(self.next_row());
        let open = self.opens.get_mut(&pipe)?;
        open.group = Some(row);
        let connection = open.connection;
        self.groups.keep(row, pipe, self.hosts_of(connection));
        Some(row)
    }

    /// The open handle of these bytes that a pipe names.
    pub(super) fn find_handle(&mut self, pipe: OpenRowId, handle: ContextHandle) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        if let Some(row) = self.handles.live(group, handle) {
            return Some(row);
        }
        // The same client on the same server: this pipe's bind was not seen, or that of the pipe that has the handle.
        let own = self.groups.get(&group)?;
        let connection = self.connections.get(&self.opens.get(&pipe)?.connection)?;
        let beside = |pipe: &OpenRowId| {
            self.opens.get(pipe).is_some_and(|open| connection.sessions.contains(&open.session))
        };
        let groups = self.handles.live_anywhere(handle).take(LATEST);
        let mut rows = groups.filter(|(group, _)| {
            let other = self.groups.get(group).filter(|other| own.may_be(other));
            other.is_some_and(|other| other.pipes.iter().take(LATEST).any(beside))
        });
        rows.next().map(|(_, row)| row)
    }

    /// The handle of these bytes that has ended on one of the group's pipes, among the latest of each.
    fn ended_handle(&mut self, pipe: OpenRowId, handle: ContextHandle) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        let pipes =
            self.groups.get(&group)?.pipes.iter().take(LATEST).filter_map(|pipe| self.opens.get(pipe));
        let mut rows = pipes.flat_map(|open| open.handles.iter().rev().take(LATEST));
        let is_it = |row: &&HandleRowId| {
            self.handles.get(row).is_some_and(|known| known.handle == handle && known.closed.is_some())
        };
        rows.find(is_it).copied()
    }

    /// The handle that is granted here, if a pipe of the group on another connection was told to use it before: their
    /// packets were captured in another order. It belongs to the pipe that it was granted on.
    fn used_before_granted(
        &mut self,
        at: Origin,
        pipe: OpenRowId,
        handle: ContextHandle,
    ) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        let closed = self.groups.get(&group)?.closed_unopened(handle);
        let row = self.handles.live(group, handle).or(closed)?;
        let known = self.handles.get_mut(&row)?;
        if known.opened.is_some() || known.closed.is_some_and(|closing| closing.at < at) {
            return None;
        }
        let (before, ended) = (core::mem::replace(&mut known.open, pipe), known.closed.is_some());
        if let Some(open) = self.opens.get_mut(&before) {
            open.handles.remove(&row);
            open.handles_ended.remove(&row);
        }
        let open = self.opens.get_mut(&pipe)?;
        open.handles.insert(row);
        if ended {
            open.handles_ended.insert(row);
        }
        Some(row)
    }

    fn new_handle(&mut self, at: Origin, pipe: OpenRowId, handle: ContextHandle) -> Option<HandleRowId> {
        let group = self.group_of(pipe)?;
        let row = HandleRowId(self.next_row());
        let open = self.opens.get_mut(&pipe)?;
        if open.handles.len() >= self.limits.handles {
            let Some(oldest) = open.handles_ended.pop_first() else {
                self.losses.evicted("handles of a pipe");
                return None;
            };
            open.handles.remove(&oldest);
            self.handles.remove(oldest);
        }
        open.handles.insert(row);
        self.handles.insert(group, Handle::new(at, row, pipe, handle));
        if let Some(group) = self.groups.get_mut(&group) {
            group.handles.insert(row);
        }
        Some(row)
    }

    /// A handle is named on a pipe: known, or learnt from this use.
    fn handle_used(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (pipe, handle): (OpenId, ContextHandle),
        succeeded: Option<Origin>,
    ) -> Option<&mut Handle> {
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
                    row.opened_by = Some(call.procedure);
                    row.stands_for = call.procedure.grants();
                    row.object = call.object;
                    row.client = call.client;
                }
                row
            }
        };
        let handle = self.handles.get_mut(&row)?;
        handle.used.touch(at, succeeded);
        Some(handle)
    }
}
