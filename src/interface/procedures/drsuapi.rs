//! The procedures of `drsuapi` (\[MS-DRSR\] 4.1).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 4.0.
pub(super) static DRSUAPI: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("e3514235-4b06-11d1-ab04-00c04fc2dcd2"), (4, 0), "directory replication")
};

static PROCEDURES: [Procedure; 31] = [
    named(0, "IDL_DRSBind"),
    named(1, "IDL_DRSUnbind"),
    named(2, "IDL_DRSReplicaSync"),
    named(3, "IDL_DRSGetNCChanges"),
    named(4, "IDL_DRSUpdateRefs"),
    named(5, "IDL_DRSReplicaAdd"),
    named(6, "IDL_DRSReplicaDel"),
    named(7, "IDL_DRSReplicaModify"),
    named(8, "IDL_DRSVerifyNames"),
    named(9, "IDL_DRSGetMemberships"),
    named(10, "IDL_DRSInterDomainMove"),
    named(11, "IDL_DRSGetNT4ChangeLog"),
    named(12, "IDL_DRSCrackNames"),
    named(13, "IDL_DRSWriteSPN"),
    named(14, "IDL_DRSRemoveDsServer"),
    named(15, "IDL_DRSRemoveDsDomain"),
    named(16, "IDL_DRSDomainControllerInfo"),
    named(17, "IDL_DRSAddEntry"),
    named(18, "IDL_DRSExecuteKCC"),
    named(19, "IDL_DRSGetReplInfo"),
    named(20, "IDL_DRSAddSidHistory"),
    named(21, "IDL_DRSGetMemberships2"),
    named(22, "IDL_DRSReplicaVerifyObjects"),
    named(23, "IDL_DRSGetObjectExistence"),
    named(24, "IDL_DRSQuerySitesByCost"),
    named(25, "IDL_DRSInitDemotion"),
    named(26, "IDL_DRSReplicaDemotion"),
    named(27, "IDL_DRSFinishDemotion"),
    named(28, "IDL_DRSAddCloneDC"),
    named(29, "IDL_DRSWriteNgcKey"),
    named(30, "IDL_DRSReadNgcKey"),
];
