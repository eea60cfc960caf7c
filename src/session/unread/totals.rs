//! Sums of what is not read.

use super::{MayHold, Origin, Unseen, UnseenKind};
use crate::net::Foreign;

/// Sums by kind and name that are kept; what is beyond is added to others of its kind.
const ROWS: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Totals {
    packets: Vec<(Foreign, Unseen)>,
    rows: Vec<Unseen>,
}

impl Totals {
    /// A packet of a kind that is not read.
    pub(super) fn packet(&mut self, foreign: Foreign, at: Origin) {
        if let Some((_, unseen)) = self.packets.iter_mut().find(|(known, _)| *known == foreign) {
            unseen.packets = unseen.packets.saturating_add(1);
            (unseen.first, unseen.last) = (unseen.first.min(at), unseen.last.max(at));
            return;
        }
        let (what, may_hold) = match foreign {
            Foreign::Link(_) => (UnseenKind::LinkType, MayHold::Always),
            Foreign::Carrier(_) => (UnseenKind::Encapsulation, MayHold::Always),
            Foreign::Encrypted(_) => (UnseenKind::Encapsulation, MayHold::Never),
        };
        if self.packets.len() < ROWS {
            self.packets.push((foreign, Unseen::at(what, foreign.to_string(), may_hold, at)));
        } else {
            drop(self.add(Unseen::at(what, "others", may_hold, at)));
        }
    }

    /// Adds what is not read. Gives it back if it must be told by itself: it matters how long it lasts.
    pub(super) fn add(&mut self, unseen: Unseen) -> Option<Unseen> {
        if unseen.may_hold == MayHold::IfLasting && unseen.start_seen {
            return Some(unseen);
        }
        let connections = unseen.connections;
        self.sum(unseen, connections);
        None
    }

    /// Adds a packet of a connection for which there was no place. Nobody knows whose it is, so connections are counted by
    /// the packets that begin one, and the first stands for those that began before.
    pub(super) fn beyond(&mut self, packet: Unseen) {
        let begun = packet.start_seen.into();
        self.sum(Unseen { start_seen: false, connections: 1, ..packet }, begun);
    }

    /// Adds to the sum of its kind and name, where it counts for so many `connections`; if it is the first, for its own.
    fn sum(&mut self, unseen: Unseen, connections: u64) {
        let alike =
            |row: &Unseen| (row.what, row.may_hold, row.user) == (unseen.what, unseen.may_hold, unseen.user);
        let named = self.rows.iter().position(|row| alike(row) && row.name == unseen.name);
        let full = self.rows.len() >= ROWS;
        let place = named.or_else(|| self.rows.iter().position(alike).filter(|_| full));
        match place.and_then(|place| self.rows.get_mut(place)) {
            Some(row) => {
                row.packets = row.packets.saturating_add(unseen.packets);
                row.connections = row.connections.saturating_add(connections);
                (row.first, row.last) = (row.first.min(unseen.first), row.last.max(unseen.last));
                row.ended &= unseen.ended;
                row.examples.add(&unseen.examples);
            }
            None => self.rows.push(unseen),
        }
    }

    /// The sums, in the order of their first packets.
    pub(super) fn into_unseen(self) -> Vec<Unseen> {
        let packets = self.packets.into_iter().map(|(_, unseen)| unseen);
        let mut rows: Vec<Unseen> = packets.chain(self.rows).collect();
        rows.sort_by_key(|unseen| (unseen.first, unseen.what, unseen.may_hold));
        rows
    }
}
