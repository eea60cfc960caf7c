//! The procedures of `IRemUnknown2` (\[MS-DCOM\] 3.1.1.5.7), which begin with those of `IRemUnknown`.

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 0.0.
pub(super) static IREMUNKNOWN2: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("00000143-0000-0000-c000-000000000046"), (0, 0), "DCOM")
};

pub(super) static PROCEDURES: [Procedure; 4] = [
    named(3, "RemQueryInterface"),
    named(4, "RemAddRef"),
    named(5, "RemRelease"),
    named(6, "RemQueryInterface2"),
];
