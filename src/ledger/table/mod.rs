//! The tables of the ledger, a file each: its rows, the indexes that find them, and what is let go when it is full.
//!
//! A table knows nothing of the others. What an event does to several of them is the [fold](super::fold)'s, and what
//! ends with what is told in [`close`](super::close).

mod asked;
mod computers;
mod connections;
mod groups;
mod handles;
mod losses;
mod opens;
mod refusals;
mod servers;
mod sessions;
mod shares;
mod trees;
#[cfg(test)]
pub(in crate::ledger) mod work;

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::capture::Origin;
use crate::session::Doubt;

pub(in crate::ledger) use asked::AskedCalls;
pub use asked::{Asked, AskedFor};
pub use computers::Computer;
pub(in crate::ledger) use computers::Computers;
pub use connections::Connection;
pub(in crate::ledger) use connections::{Connections, Gap};
pub use groups::Group;
pub(in crate::ledger) use groups::Groups;
pub(in crate::ledger) use handles::Handles;
pub use handles::{Handle, HandleTask};
pub use losses::Losses;
pub(in crate::ledger) use losses::{OPEN_SESSIONS, REFUSALS};
pub use opens::{BoundInterface, CallFailure, FailedCall, Open, RefusedPrinter, WaitingCall};
pub(in crate::ledger) use opens::{OpenKey, Opens};
pub(in crate::ledger) use refusals::Refusals;
pub use refusals::{Denial, DenialAnswer, FailedLogon, Refusal, RefusalAnswer, Stage};
pub(in crate::ledger) use servers::{Deletion, Servers};
pub use servers::{Server, ToldWindows};
pub(in crate::ledger) use sessions::Sessions;
pub use sessions::{Session, Waited, WaitingRequest};
pub use shares::Share;
pub(in crate::ledger) use shares::Shares;
pub use trees::Tree;
pub(in crate::ledger) use trees::{TreeKey, Trees};

type Map<K, V> = HashMap<K, V, RandomState>;

/// Looks up the rows of a table by their ids.
macro_rules! lookups {
    ($table:ty, $id:ty => $row:ty) => {
        impl $table {
            pub(in crate::ledger) fn get(&self, id: &$id) -> Option<&$row> {
                #[cfg(test)]
                super::work::done();
                self.rows.get(id)
            }

            pub(in crate::ledger) fn get_mut(&mut self, id: &$id) -> Option<&mut $row> {
                #[cfg(test)]
                super::work::done();
                self.rows.get_mut(id)
            }
        }
    };
}
use lookups;

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(in crate::ledger) u64);

        impl $name {
            /// The number of the row, in the order in which rows of this kind were made.
            #[must_use]
            pub const fn as_raw(self) -> u64 {
                self.0
            }
        }
    )*};
}

row_ids! {
    /// The id of a [`Server`] row.
    ServerRowId;
    /// The id of a [`Session`] row.
    SessionRowId;
    /// The id of a [`Tree`] row.
    TreeRowId;
    /// The id of an [`Open`] row.
    OpenRowId;
    /// The id of a [`Handle`] row.
    HandleRowId;
    /// The id of a [`Group`] row.
    GroupRowId;
}

/// A moment after which nobody can say whether something went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InDoubt {
    /// The packet that shows it; of several, the last.
    pub at: Origin,
    /// Of several, the first packet that shows one.
    pub since: Origin,
    /// Why.
    pub why: Doubt,
}

impl InDoubt {
    pub(in crate::ledger) const fn new(at: Origin, why: Doubt) -> Self {
        Self { at, since: at, why }
    }
}

/// When something was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The first sign of it.
    pub first: Origin,
    /// The last use, whatever came of it.
    pub last: Origin,
    /// The last request that was answered with success; after it, no earlier ending can be true.
    pub succeeded: Option<Origin>,
}

impl Use {
    pub(in crate::ledger) const fn since(at: Origin) -> Self {
        Self { first: at, last: at, succeeded: None }
    }

    pub(in crate::ledger) fn touch(&mut self, at: Origin, succeeded: Option<Origin>) {
        self.last = self.last.later(at);
        if let Some(succeeded) = succeeded {
            self.succeeded = Some(self.succeeded.map_or(succeeded, |before| before.later(succeeded)));
        }
    }
}

/// Sets `slot` to the later of two doubts, which begin with the earlier one.
pub(in crate::ledger) fn doubt(slot: &mut Option<InDoubt>, at: Origin, why: Doubt) {
    let before = *slot;
    let mut doubt = before.filter(|before| before.at > at).unwrap_or(InDoubt::new(at, why));
    doubt.since = before.map_or(at, |before| before.since.min(at));
    *slot = Some(doubt);
}
