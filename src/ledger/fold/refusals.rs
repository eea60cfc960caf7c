//! What was turned away, and who held the slots then.

use crate::capture::Origin;
use crate::ledger::{Denial, Denied, Ledger, Refusal, RefusalAnswer};
use crate::session::ConnectionId;

/// Sessions named as the holders of the slots in one refusal.
const HOLDERS: usize = 64;

impl Ledger {
    pub(super) fn refused(&mut self, at: Origin, connection: ConnectionId, answer: RefusalAnswer) {
        let Some(ends) = self.connections.get(&connection) else { return };
        if self.refusals.len() >= self.limits.refusals {
            self.evicted("refusals");
            return;
        }
        let (client, server) = (ends.client, ends.server);
        let (slots, mut held_by) = self.slots_with_holders(connection);
        held_by.truncate(HOLDERS);
        self.refusals.push(Refusal { at, server, client, answer, slots, held_by });
    }

    pub(super) fn denied(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        what: Denied,
        status: crate::wire::Status,
    ) {
        let Some(ends) = self.connections.get(&connection) else { return };
        if self.denials.len() >= self.limits.refusals {
            self.evicted("denials");
            return;
        }
        let (client, server) = (ends.client, ends.server);
        self.denials.push(Denial { at, connection, server, client, what, status });
    }
}
