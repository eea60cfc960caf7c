//! The procedures of the remote management interface (C706 appendix Q).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 1.0.
pub(super) static MGMT: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("afa8bd80-7d8a-11c9-bef4-08002b102989"), (1, 0), "RPC management")
};

static PROCEDURES: [Procedure; 5] = [
    named(0, "rpc_mgmt_inq_if_ids"),
    named(1, "rpc_mgmt_inq_stats"),
    named(2, "rpc_mgmt_is_server_listening"),
    named(3, "rpc_mgmt_stop_server_listening"),
    named(4, "rpc_mgmt_inq_princ_name"),
];
