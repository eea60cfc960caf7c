//! The procedures of `IObjectExporter` (\[MS-DCOM\] 3.1.2.5.1).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 0.0.
pub(super) static IOXIDRESOLVER: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("99fcfec4-5260-101b-bbcb-00aa0021347a"), (0, 0), "DCOM")
};

static PROCEDURES: [Procedure; 6] = [
    named(0, "ResolveOxid"),
    named(1, "SimplePing"),
    named(2, "ComplexPing"),
    named(3, "ServerAlive"),
    named(4, "ResolveOxid2"),
    named(5, "ServerAlive2"),
];
