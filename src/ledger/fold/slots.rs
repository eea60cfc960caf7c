//! Slots: a session takes one on its server and gives it back.

use crate::capture::Origin;
use crate::ledger::{Ledger, SessionRowId};

impl Ledger {
    /// Counts a session as who it is now.
    pub(in crate::ledger) fn claim_slot(&mut self, at: Origin, row: SessionRowId) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        let Some(server) = session.server_row.and_then(|row| self.servers.get_mut(&row)) else { return };
        let first = session.connections.first().and_then(|id| self.connections.get(id));
        let claim = session.claim_on(server, &session.identity, first, session.encrypted.is_some());
        let before = session.claim.replace(claim.clone());
        let dropped = server.take_slot(at, row, &claim, before.as_ref(), self.limits.slot_points);
        self.points_dropped(dropped);
    }

    /// A session is over, and gives back what it counted as.
    pub(in crate::ledger) fn free_slot(&mut self, at: Origin, row: SessionRowId) {
        let Some(session) = self.sessions.get_mut(&row) else { return };
        let claim = session.claim.take();
        let Some(server) = session.server_row.and_then(|row| self.servers.get_mut(&row)) else { return };
        let dropped = server.free_slot(at, row, claim.as_ref(), self.limits.slot_points);
        self.points_dropped(dropped);
    }

    fn points_dropped(&mut self, dropped: usize) {
        for _ in 0..dropped {
            self.losses.evicted("points of a slot history");
        }
    }
}
