//! The procedures of `atsvc` (\[MS-TSCH\] 3.2.5.2).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 1.0.
pub(super) static ATSVC: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("1ff70682-0a51-30e8-076d-740be8cee98b"), (1, 0), "task scheduler")
};

static PROCEDURES: [Procedure; 4] =
    [named(0, "NetrJobAdd"), named(1, "NetrJobDel"), named(2, "NetrJobEnum"), named(3, "NetrJobGetInfo")];
