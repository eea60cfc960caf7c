//! The procedures of `IRemUnknown` (\[MS-DCOM\] 3.1.1.5.6).

use uuid::uuid;

use super::iremunknown2::PROCEDURES;
use crate::interface::definition::Interface;

/// The interface, version 0.0.
pub(super) static IREMUNKNOWN: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("00000131-0000-0000-c000-000000000046"), (0, 0), "DCOM")
};
