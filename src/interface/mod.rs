//! Which interface a UUID names, and which procedure an opnum.

pub mod epmapper;
mod procedures;
mod srvsvc;
mod table;

use std::borrow::Cow;

use uuid::Uuid;

use crate::dcerpc::ndr::{self, Arguments, Asked, Encoding, Names, Parameter};
use crate::wire::Win32Error;

pub use procedures::procedure;
pub use srvsvc::{Server, SessionDeletion, Share, server, session_deletion, shares};
use table::INTERFACES;

/// The short name of a well-known interface: its pipe, or what its specification calls it; failing that, the name of
/// the specification, or of the module that serves it.
#[must_use]
pub fn name(uuid: &Uuid) -> Option<&'static str> {
    let index = INTERFACES.binary_search_by_key(uuid, |(uuid, _)| *uuid).ok()?;
    INTERFACES.get(index).map(|(_, name)| *name)
}

/// The short names of the interfaces that are known, of which several may have the same.
pub fn names() -> impl Iterator<Item = &'static str> {
    INTERFACES.iter().map(|(_, name)| *name)
}

/// The short name of an interface, or its UUID where it has none.
#[must_use]
pub fn name_or_uuid(uuid: &Uuid) -> Cow<'static, str> {
    name(uuid).map_or_else(|| uuid.to_string().into(), Cow::Borrowed)
}

/// The parameters of a procedure, in the order of the stub.
type Call = &'static [Parameter];

/// What stands in the stub of a request; `None` for procedures whose arguments are not read.
#[must_use]
pub fn request<'a>(interface: &str, opnum: u16, stub: &'a [u8], encoding: Encoding) -> Option<Arguments<'a>> {
    Some(ndr::request(parameters(interface, opnum)?, stub, encoding))
}

/// What stands in the stub of a response; `None` for procedures whose arguments are not read.
#[must_use]
pub fn response<'a>(
    interface: &str,
    opnum: u16,
    stub: &'a [u8],
    encoding: Encoding,
    asked: &Asked,
) -> Option<Arguments<'a>> {
    // The endpoint mapper has its status as a parameter.
    let returns: Option<Names> = match interface {
        "epmapper" => None,
        _ => Some(|value| Win32Error(value).name().map(str::to_owned)),
    };
    Some(ndr::response(parameters(interface, opnum)?, returns, stub, encoding, asked))
}

fn parameters(interface: &str, opnum: u16) -> Option<Call> {
    let calls: &[(u16, Call)] = match interface {
        "epmapper" => &epmapper::CALLS,
        "srvsvc" => &srvsvc::CALLS,
        _ => return None,
    };
    calls.iter().find(|(own, _)| *own == opnum).map(|(_, call)| *call)
}

#[cfg(test)]
mod tests {
    use uuid::uuid;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_row_is_found() {
        assert!(INTERFACES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(INTERFACES.iter().all(|(uuid, short)| name(uuid) == Some(*short)));
    }

    #[test]
    fn unknown_interfaces_have_no_name() {
        assert_eq!(name(&uuid!("12345678-1234-abcd-ef00-0123456789ab")), Some("spoolss"));
        assert_eq!(name(&uuid!("12345678-1234-abcd-ef00-0123456789aa")), None);
    }
}
