//! The procedures of the remote management interface (C706 appendix Q), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 5] = [
    "rpc_mgmt_inq_if_ids",
    "rpc_mgmt_inq_stats",
    "rpc_mgmt_is_server_listening",
    "rpc_mgmt_stop_server_listening",
    "rpc_mgmt_inq_princ_name",
];
