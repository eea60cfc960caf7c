//! The procedures of `wkssvc` (\[MS-WKST\] 3.2.4).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 1.0.
pub(super) static WKSSVC: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("6bffd098-a112-3610-9833-46c3f87e345a"), (1, 0), "workstation service")
};

static PROCEDURES: [Procedure; 21] = [
    named(0, "NetrWkstaGetInfo"),
    named(1, "NetrWkstaSetInfo"),
    named(2, "NetrWkstaUserEnum"),
    named(5, "NetrWkstaTransportEnum"),
    named(6, "NetrWkstaTransportAdd"),
    named(7, "NetrWkstaTransportDel"),
    named(8, "NetrUseAdd"),
    named(9, "NetrUseGetInfo"),
    named(10, "NetrUseDel"),
    named(11, "NetrUseEnum"),
    named(13, "NetrWorkstationStatisticsGet"),
    named(20, "NetrGetJoinInformation"),
    named(22, "NetrJoinDomain2"),
    named(23, "NetrUnjoinDomain2"),
    named(24, "NetrRenameMachineInDomain2"),
    named(25, "NetrValidateName2"),
    named(26, "NetrGetJoinableOUs2"),
    named(27, "NetrAddAlternateComputerName"),
    named(28, "NetrRemoveAlternateComputerName"),
    named(29, "NetrSetPrimaryComputerName"),
    named(30, "NetrEnumerateComputerNames"),
];
