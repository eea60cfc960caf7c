//! Which interface something is of.

use uuid::Uuid;

use super::definition::Interface;
use super::procedures::ALL;
use super::procedures::iremotewinspool::IREMOTEWINSPOOL;
use super::procedures::spoolss::SPOOLSS;
use crate::dcerpc::ndr::Encoding;

/// All interfaces whose procedures are known.
pub fn all() -> impl Iterator<Item = &'static Interface> + Clone {
    ALL.iter().copied()
}

/// The interface of a UUID, if its procedures are known.
#[must_use]
pub fn of(uuid: &Uuid) -> Option<&'static Interface> {
    all().find(|interface| interface.uuid == *uuid)
}

/// The interface of a short name without regard to case, if its procedures are known; of two that have the same name, the
/// one on the pipe of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Interface> {
    all().find(|interface| interface.name.eq_ignore_ascii_case(name))
}

/// The interface that calls on a pipe are of, if nothing else is called there. The name is that of the pipe, or a path that
/// ends in it.
#[must_use]
pub fn of_pipe(name: &str) -> Option<&'static Interface> {
    let pipe = name.rsplit('\\').next()?;
    named(pipe).filter(|interface| interface.owns_pipe)
}

/// The interface that a stub is surely a request of, by its opnum and its arguments alone.
#[must_use]
pub fn recognise(opnum: u16, stub: &[u8], encoding: Encoding) -> Option<&'static Interface> {
    all().find(|interface| interface.recognises.is_some_and(|is_request| is_request(opnum, stub, encoding)))
}

/// The interface of a UUID, if it is one of the two of the print spooler.
#[must_use]
pub fn spooler(uuid: &Uuid) -> Option<&'static Interface> {
    [&SPOOLSS, &IREMOTEWINSPOOL].into_iter().find(|interface| interface.uuid == *uuid)
}
