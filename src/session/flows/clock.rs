//! The connections in the order in which they are asked whether they may go.

use std::collections::VecDeque;

use super::Followed;
use crate::net::FlowKey;
use crate::session::tables::Map;

/// How many are asked before one of them goes.
const ASKED: u8 = 8;

#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Those that began before the capture; they are looked at again before one of them goes.
    bare: VecDeque<FlowKey>,
    others: VecDeque<FlowKey>,
}

impl Clock {
    /// Another connection, of which nothing but keep-alives was captured if it is bare.
    pub(super) fn add(&mut self, key: FlowKey, bare: bool) {
        let place = if bare { &mut self.bare } else { &mut self.others };
        place.push_back(key);
    }

    /// The connection that had no packet for longest, as nearly as one round of the clock tells; those that say
    /// nothing, closed ones and those that carry something else before the others. It is no longer known here.
    pub(super) fn next(&mut self, followed: &mut Map<FlowKey, Box<Followed>>) -> Option<FlowKey> {
        for _ in 0..ASKED {
            let Some(key) = self.bare.pop_front() else { break };
            match followed.get(&key) {
                Some(followed) if followed.connection.is_bare() => return Some(key),
                Some(_) => self.others.push_back(key),
                None => {}
            }
        }
        for round in 0..=ASKED {
            let key = self.others.pop_front()?;
            let Some(followed) = followed.get_mut(&key) else { continue };
            let connection = &followed.connection;
            let idle = connection.is_closed() || connection.is_other() || !followed.fresh;
            if idle || round == ASKED {
                return Some(key);
            }
            followed.fresh = false;
            self.others.push_back(key);
        }
        None
    }
}
