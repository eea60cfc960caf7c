//! Which interface a UUID names, and which procedure an opnum.

mod arguments;
pub mod epmapper;
mod procedures;
pub mod srvsvc;
mod table;

use uuid::Uuid;

pub use arguments::{Arguments, Record, Value};
pub use procedures::procedure;
use table::INTERFACES;

/// The short name of a well-known interface: its pipe, or what its specification calls it; failing that, the name of
/// the specification, or of the module that serves it.
#[must_use]
pub fn name(uuid: &Uuid) -> Option<&'static str> {
    let index = INTERFACES.binary_search_by_key(uuid, |(uuid, _)| *uuid).ok()?;
    INTERFACES.get(index).map(|(_, name)| *name)
}

/// What stands in the stub of one direction of a call; `None` for procedures whose arguments are not read.
#[must_use]
pub fn arguments<'a>(
    interface: &str,
    opnum: u16,
    is_request: bool,
    stub: &'a [u8],
    encoding: crate::dcerpc::ndr::Encoding,
) -> Option<Arguments<'a>> {
    match (interface, is_request) {
        ("epmapper", true) => epmapper::request(opnum, stub, encoding),
        ("epmapper", false) => epmapper::response(opnum, stub, encoding),
        ("srvsvc", true) => srvsvc::request(opnum, stub, encoding),
        ("srvsvc", false) => srvsvc::response(opnum, stub, encoding),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::uuid;

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
