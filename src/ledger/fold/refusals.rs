//! What was turned away, and who held the slots then.

use crate::capture::Origin;
use crate::ledger::{Denial, Denied, Ledger, Refusal, RefusalAnswer};
use crate::session::ConnectionId;

/// Sessions named as the holders of the slots in one refusal.
const HOLDERS: usize = 64;

impl Ledger {
    pub(super) fn refused(&mut self, at: Origin, connection: ConnectionId, answer: RefusalAnswer) {
        let server_row = self.server_of(connection);
        let Some(ends) = self.connections.get(&connection) else { return };
        if self.refusals.len() >= self.limits.refusals {
            self.evicted("refusals");
            return;
        }
        let (client, server) = (ends.client, ends.server);
        let there = server_row.and_then(|row| self.servers.get(&row));
        let slots = there.map(|server| server.slots.now).unwrap_or_default();
        let held_by = there.map(|server| server.open_sessions.iter().take(HOLDERS).copied().collect());
        let held_by = held_by.unwrap_or_default();
        self.refusals.push(Refusal { at, server_row, server, client, answer, slots, held_by });
    }

    pub(super) fn denied(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        what: Denied,
        status: crate::wire::Status,
    ) {
        if what == Denied::Session {
            self.claim_slot_of_denied(at, connection);
        }
        let server_row = self.server_of(connection);
        let Some(ends) = self.connections.get(&connection) else { return };
        if self.denials.len() >= self.limits.refusals {
            self.evicted("denials");
            return;
        }
        let (client, server) = (ends.client, ends.server);
        self.denials.push(Denial { at, connection, server_row, server, client, what, status });
    }
}
