//! The procedures of `IRemoteSCMActivator` (\[MS-DCOM\] 3.1.2.5.2.3).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 0.0.
pub(super) static ISYSTEMACTIVATOR: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("000001a0-0000-0000-c000-000000000046"), (0, 0), "DCOM")
};

static PROCEDURES: [Procedure; 2] = [named(3, "RemoteGetClassObject"), named(4, "RemoteCreateInstance")];
