//! The fold: each event is routed to the tables that it is about.

mod connections;
mod handles;
mod notices;
mod opens;
mod refusals;
mod rpc;
mod servers;
mod sessions;
mod slots;
mod trees;

use crate::capture::Origin;
use crate::ledger::Ledger;
use crate::ledger::table::doubt;
use crate::session::{CaptureEvent, Doubt, Event, EventKind, Loss, Notice};

impl Ledger {
    pub(super) fn fold(&mut self, event: Event) {
        let Event { at, connection, kind } = event;
        self.told_refusals.take();
        if let EventKind::Capture(event) = kind {
            return self.fold_capture(event);
        }
        self.extend_to_packet(at);
        let Some(connection) = connection else { return self.fold_of_no_connection(at, kind) };
        self.revive_answered(at, connection, &kind);
        match kind {
            EventKind::Connection(event) => self.fold_connection(at, connection, event),
            EventKind::Session(event) => self.fold_session(at, connection, event),
            EventKind::Tree(event) => self.fold_tree(at, connection, event),
            EventKind::Open(event) => self.fold_open(at, connection, event),
            EventKind::Rpc(event) => self.fold_rpc(at, connection, event),
            EventKind::Handle(event) => self.fold_handle(at, connection, event),
            EventKind::Notice(event) => self.fold_notice(at, connection, event),
            EventKind::Loss(Loss::Evicted { table }) => {
                self.losses.evicted(table.as_str());
                // What was let go may have been anything of the connection.
                if let Some(row) = self.connections.get_mut(&connection)
                    && table.holds_knowledge()
                {
                    doubt(&mut row.in_doubt, at, Doubt::Evicted);
                }
            }
            EventKind::Loss(loss) => self.fold_loss(at, loss),
            EventKind::Capture(event) => self.fold_capture(event),
        }
    }

    /// What datagrams announce, and what is told of the captures as a whole.
    fn fold_of_no_connection(&mut self, at: Origin, kind: EventKind) {
        match kind {
            EventKind::Notice(Notice::Computer(told)) => {
                self.computers.see(at, told, self.limits.computers, &mut self.losses);
            }
            EventKind::Loss(loss) => self.fold_loss(at, loss),
            // Everything else is about a connection.
            _ => {}
        }
    }

    fn fold_capture(&mut self, event: CaptureEvent) {
        match event {
            CaptureEvent::Unread { name } => self.add_unread_file(&name),
            CaptureEvent::Ended { until } => self.extend_to(until),
        }
    }

    fn fold_loss(&mut self, at: Origin, loss: Loss) {
        match loss {
            Loss::Evicted { table } => self.losses.evicted(table.as_str()),
            Loss::PassedOver { bytes, .. } => {
                self.losses.passed_over_bytes = self.losses.passed_over_bytes.saturating_add(bytes);
            }
            Loss::Unreadable { .. } => self.losses.unreadable = self.losses.unreadable.saturating_add(1),
            Loss::Unseen(unseen) => self.fold_unseen(unseen),
            Loss::ClockWentBack { from, silent } => self.clock_set(at, from, silent.as_secs_f64()),
            Loss::ClockWentForward { from } => self.clock_set(at, from, 0.0),
            Loss::NotCaptured { from } => self.not_captured(at, from),
        }
    }
}
