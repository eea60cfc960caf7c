//! Registrations for notifications of changes: whom they name, and which channel back belongs to which
//! (\[MS-RPRN\] 3.1.4.10.4 and 3.2.4.1.4).

use std::collections::BTreeMap;

use super::names::{Names, Whose, address, label};
use crate::capture::Origin;
use crate::ledger::{Asked, AskedFor, Handle, Ledger, Session};
use crate::net::Host;

/// Whom a registration names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Another,
    /// Nobody knows, since nothing tells what the client is called.
    Unknown,
    /// The client, by its address.
    ByAddress,
    ByName,
}

impl Named {
    pub(super) fn of(ledger: &Ledger, session: &Session, machine: &str) -> Self {
        match address(machine) {
            // What goes to a loopback address stays within the computer.
            Some(address) if address.is_loopback() => Self::ByName,
            Some(address) if address == session.client.host() => Self::ByAddress,
            Some(_) => Self::Another,
            None => {
                let client = Names::of_client(ledger, session);
                match client.whose(machine) {
                    Whose::Own => Self::ByName,
                    Whose::Anothers if client.is_empty() && !is_elsewhere(ledger, session, machine) => {
                        Self::Unknown
                    }
                    Whose::Anothers => Self::Another,
                }
            }
        }
    }

    /// True if it is the client, as far as a name can tell.
    const fn is_own(self) -> bool {
        matches!(self, Self::ByAddress | Self::ByName)
    }
}

/// True if a computer at another address than the session's client is called so.
fn is_elsewhere(ledger: &Ledger, session: &Session, machine: &str) -> bool {
    let (client, name) = (session.client.host(), label(machine));
    let computer = ledger.computer_called(&name).and_then(|computer| computer.address);
    computer.is_some_and(|address| address != client)
        || ledger.server_called(&name).is_some_and(|server| !server.addresses.contains(&client))
}

/// The registrations by which clients name themselves: by client and server, the first with each number.
#[derive(Default)]
pub(super) struct Registrations(BTreeMap<(Host, Host), BTreeMap<Option<u32>, Origin>>);

impl Registrations {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let mut own: BTreeMap<(Host, Host), BTreeMap<Option<u32>, Origin>> = BTreeMap::new();
        for asked in ledger.asked() {
            let AskedFor::Notification { machine, printer_local } = &asked.what else { continue };
            let Some(session) = ledger.session(asked.session) else { continue };
            if Named::of(ledger, session, machine).is_own() {
                let ends = (session.client.host(), session.server.host());
                own.entry(ends).or_default().entry(*printer_local).or_insert(asked.at);
            }
        }
        Self(own)
    }

    /// True if a channel back may belong to a registration: it has its number, and is not that of a registration by which
    /// the client names itself.
    pub(super) fn is_answered_by(
        &self,
        ledger: &Ledger,
        (asked, there): (&Asked, &Session),
        handle: &Handle,
    ) -> bool {
        let AskedFor::Notification { machine, printer_local } = &asked.what else { return false };
        let Some(opened) = handle.opened.filter(|opened| handle.is_back_channel() && *opened >= asked.at)
        else {
            return false;
        };
        let ends = (there.client.host(), there.server.host());
        may_be_same(*printer_local, handle.printer_remote)
            && (!self.claims(ends, handle.printer_remote, opened)
                || Named::of(ledger, there, machine).is_own())
    }

    /// True if a client registered itself with a number before a channel with that number was opened.
    fn claims(&self, ends: (Host, Host), number: Option<u32>, opened: Origin) -> bool {
        let own = self.0.get(&ends).into_iter().flatten();
        own.filter(|(own, _)| may_be_same(**own, number)).any(|(_, at)| *at <= opened)
    }
}

/// True unless both numbers were seen, and differ.
fn may_be_same(one: Option<u32>, other: Option<u32>) -> bool {
    one.is_none() || other.is_none() || one == other
}
