//! The procedures of `netdfs` (\[MS-DFSNM\] 3.1.4).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 3.0.
pub(super) static NETDFS: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("4fc742e0-4a10-11cf-8273-00aa004ae673"), (3, 0), "distributed file system")
};

static PROCEDURES: [Procedure; 23] = [
    named(0, "NetrDfsManagerGetVersion"),
    named(1, "NetrDfsAdd"),
    named(2, "NetrDfsRemove"),
    named(3, "NetrDfsSetInfo"),
    named(4, "NetrDfsGetInfo"),
    named(5, "NetrDfsEnum"),
    named(6, "NetrDfsMove"),
    named(10, "NetrDfsAddFtRoot"),
    named(11, "NetrDfsRemoveFtRoot"),
    named(12, "NetrDfsAddStdRoot"),
    named(13, "NetrDfsRemoveStdRoot"),
    named(14, "NetrDfsManagerInitialize"),
    named(15, "NetrDfsAddStdRootForced"),
    named(16, "NetrDfsGetDcAddress"),
    named(17, "NetrDfsSetDcAddress"),
    named(18, "NetrDfsFlushFtTable"),
    named(19, "NetrDfsAdd2"),
    named(20, "NetrDfsRemove2"),
    named(21, "NetrDfsEnumEx"),
    named(22, "NetrDfsSetInfo2"),
    named(23, "NetrDfsAddRootTarget"),
    named(24, "NetrDfsRemoveRootTarget"),
    named(25, "NetrDfsGetSupportedNamespaceVersion"),
];
