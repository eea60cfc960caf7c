//! The procedures of the endpoint mapper (C706 appendix O), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 7] = [
    "ept_insert",
    "ept_delete",
    "ept_lookup",
    "ept_map",
    "ept_lookup_handle_free",
    "ept_inq_object",
    "ept_mgmt_delete",
];
