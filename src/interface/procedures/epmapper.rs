//! The procedures of the endpoint mapper (C706 appendix O).

use uuid::uuid;

use crate::dcerpc::ndr::{Meaning, Parameter, Type, counted, in_out, input, member, output};
use crate::interface::definition::Interface;
use crate::interface::epmapper::{Tower, shown};
use crate::interface::procedure::{Procedure, named, status_last};

/// The interface, version 3.0.
pub static EPMAPPER: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), (3, 0), "RPC endpoint mapper")
};

static PROCEDURES: [Procedure; 7] = [
    named(0, "ept_insert"),
    named(1, "ept_delete"),
    status_last(2, "ept_lookup", EPT_LOOKUP),
    status_last(3, "ept_map", EPT_MAP),
    named(4, "ept_lookup_handle_free"),
    named(5, "ept_inq_object"),
    named(6, "ept_mgmt_delete"),
];

const EPT_LOOKUP: &[Parameter] = &[
    input(member("inquiry_type", Type::U32)),
    input(member("object", Type::Unique(&Type::Guid))),
    input(member("interface_id", Type::Unique(&INTERFACE_ID))),
    input(member("vers_option", Type::U32)),
    in_out(member("entry_handle", Type::Handle)),
    input(member("max_ents", Type::U32)),
    output(member("num_ents", Type::U32)),
    output(member("entries", Type::Varying(&ENTRY))),
    output(member("status", Type::U32)),
];

const EPT_MAP: &[Parameter] = &[
    input(member("object", Type::Unique(&Type::Guid))),
    input(member("map_tower", Type::Unique(&TOWER))),
    in_out(member("entry_handle", Type::Handle)),
    input(member("max_towers", Type::U32)),
    output(member("num_towers", Type::U32)),
    output(member("towers", Type::Varying(&Type::Unique(&TOWER)))),
    output(member("status", Type::U32)),
];

/// `rpc_if_id_t`.
const INTERFACE_ID: Type = Type::Struct(&[
    member("uuid", Type::Guid),
    member("vers_major", Type::U16),
    member("vers_minor", Type::U16),
]);

/// `ept_entry_t`.
const ENTRY: Type = Type::Struct(&[
    member("object", Type::Guid),
    member("tower", Type::Unique(&TOWER)),
    member("annotation", Type::VaryingAscii),
]);

/// `twr_t`.
const TOWER: Type = Type::Struct(&[
    member("tower_length", Type::U32),
    counted(
        "tower_octet_string",
        Type::Bytes(Meaning::Known(|bytes, _, _| shown(Tower(bytes)))),
        "tower_length",
    ),
]);
