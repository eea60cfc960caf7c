//! Shares, computers, calls of the remote administration protocol, and print calls worth a word.

use crate::capture::Origin;
use crate::ledger::{Asked, AskedFor, Computer, Ledger, Share};
use crate::rap::ServerType;
use crate::session::{ConnectionId, Notice, OpenId, ShareKind, Told};

impl Ledger {
    pub(super) fn fold_notice(&mut self, at: Origin, connection: ConnectionId, notice: Notice) {
        match notice {
            Notice::Share { name, share, remark, by } => {
                self.share_seen(at, connection, &name, share, remark, by);
            }
            Notice::Computer(told) => self.computer_seen(at, told),
            Notice::Rap { session, opcode } => {
                if let Some(session) = self.session_mut(connection, session) {
                    let count = session.rap_calls.entry(opcode).or_default();
                    *count = count.saturating_add(1);
                }
            }
            Notice::NotifyRegistered { open, call, handle, machine, printer_local } => {
                let row = self.open_row(connection, open);
                let handle = row.zip(handle).and_then(|(row, handle)| self.find_handle(row, handle));
                let what = AskedFor::Notification { machine, printer_local };
                self.asked_for(at, connection, (open, call), what);
                if let Some(asked) = self.asked.last_mut().filter(|asked| asked.at == at) {
                    asked.handle = handle;
                    // As many as there are rows of what was asked.
                    let ends = self.connections.get(&connection);
                    let ends = ends.map(|ends| (ends.client.host(), ends.server.host()));
                    self.index.registered.extend(ends);
                }
            }
            Notice::SessionsDeleted { open, client, user } => {
                self.sessions_deleted(at, connection, open, client, user);
            }
            Notice::DriverPath { open, call, path } => {
                self.asked_for(at, connection, (open, call), AskedFor::DriverFromUnc { path });
            }
        }
    }

    pub(super) fn share_seen(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        name: &str,
        kind: ShareKind,
        remark: Option<String>,
        by: &'static str,
    ) {
        let Some(server) = self.server_of(connection) else { return };
        let key = (server, name.to_uppercase());
        if !self.shares.contains_key(&key) && self.shares.len() >= self.limits.shares {
            return self.evicted("shares");
        }
        let share = self.shares.entry(key).or_insert_with(|| Share {
            name: name.to_owned(),
            kind,
            remark: None,
            seen_by: std::collections::BTreeSet::new(),
            first_seen: at,
        });
        share.seen_by.insert(by);
        share.remark = remark.or(share.remark.take());
        if share.kind == ShareKind::Unknown {
            share.kind = kind;
        }
    }

    pub(super) fn computer_seen(&mut self, at: Origin, told: Told) {
        let Told { name, address, server_type, version, users, comment, by } = told;
        let key = name.to_uppercase();
        if !self.computers.contains_key(&key) && self.computers.len() >= self.limits.computers {
            return self.evicted("computers");
        }
        if let Some(address) = address
            && self.index.computers.len() < self.limits.computers
        {
            self.index.computers.insert(address, key.clone());
        }
        let computer = self.computers.entry(key).or_insert_with(|| Computer {
            name,
            address: None,
            shares_printers: None,
            server_type,
            version,
            users: None,
            comment: None,
            seen_by: std::collections::BTreeSet::new(),
            first_seen: at,
        });
        computer.seen_by.insert(by);
        computer.address = address.or(computer.address);
        computer.users = users.or(computer.users);
        // What it says of itself counts more than what others say of it.
        if address.is_some() {
            (computer.server_type, computer.version) = (server_type, version);
        }
        computer.comment = comment.or(computer.comment.take());
        if server_type.contains(ServerType::PRINTQ_SERVER) {
            computer.shares_printers.get_or_insert(at);
        }
    }

    fn asked_for(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (open, call): (OpenId, u32),
        what: AskedFor,
    ) {
        let Some(row) = self.open_row(connection, open) else { return };
        let Some(session) = self.opens.get(&row).map(|open| open.session) else { return };
        if self.asked.len() >= self.limits.asked {
            return self.evicted("calls worth a word");
        }
        // A call may ask for several things; the first stands for all.
        let is_same = |last: &Asked| (last.open, last.call, last.at) == (row, call, at);
        if !self.asked.last().is_some_and(is_same) {
            self.unanswered.insert((row, call), self.asked.len());
        }
        let (handle, answered, returned) = (None, None, None);
        self.asked.push(Asked { at, session, open: row, call, handle, what, answered, returned });
    }

    /// A call was answered, by a value or by a fault.
    pub(super) fn answered(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (open, call): (OpenId, u32),
        returned: Option<u32>,
    ) {
        // Nearly always there is none.
        if self.unanswered.is_empty() {
            return;
        }
        let row = self.open_row(connection, open);
        let place = row.and_then(|row| self.unanswered.remove(&(row, call)));
        let asked = place.and_then(|place| self.asked.get_mut(place..)).unwrap_or_default();
        let first = asked.first().map(|first| (first.open, first.call, first.at));
        for asked in asked.iter_mut().take_while(|it| Some((it.open, it.call, it.at)) == first) {
            (asked.answered, asked.returned) = (Some(at), returned);
        }
    }
}
