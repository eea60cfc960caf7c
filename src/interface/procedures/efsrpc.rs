//! The procedures of `efsrpc` (\[MS-EFSR\] 3.1.4.2).

use uuid::{Uuid, uuid};

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface on `\PIPE\efsrpc`, version 1.0.
pub(super) static EFSRPC: Interface = interface(uuid!("df1941c5-fe89-4e79-bf10-463657acf44d"));

/// The same on `\PIPE\lsarpc`, which has a UUID of its own (\[MS-EFSR\] 1.9).
pub(super) static EFSRPC_ON_LSARPC: Interface = interface(uuid!("c681d488-d850-11d0-8c52-00c04fd90f7e"));

const fn interface(uuid: Uuid) -> Interface {
    Interface { procedures: &PROCEDURES, ..Interface::new(uuid, (1, 0), "encrypted files") }
}

static PROCEDURES: [Procedure; 20] = [
    named(0, "EfsRpcOpenFileRaw"),
    named(1, "EfsRpcReadFileRaw"),
    named(2, "EfsRpcWriteFileRaw"),
    named(3, "EfsRpcCloseRaw"),
    named(4, "EfsRpcEncryptFileSrv"),
    named(5, "EfsRpcDecryptFileSrv"),
    named(6, "EfsRpcQueryUsersOnFile"),
    named(7, "EfsRpcQueryRecoveryAgents"),
    named(8, "EfsRpcRemoveUsersFromFile"),
    named(9, "EfsRpcAddUsersToFile"),
    named(11, "EfsRpcNotSupported"),
    named(12, "EfsRpcFileKeyInfo"),
    named(13, "EfsRpcDuplicateEncryptionInfoFile"),
    named(15, "EfsRpcAddUsersToFileEx"),
    named(16, "EfsRpcFileKeyInfoEx"),
    named(18, "EfsRpcGetEncryptedFileMetadata"),
    named(19, "EfsRpcSetEncryptedFileMetadata"),
    named(20, "EfsRpcFlushEfsCache"),
    named(21, "EfsRpcEncryptFileExSrv"),
    named(22, "EfsRpcQueryProtectors"),
];
