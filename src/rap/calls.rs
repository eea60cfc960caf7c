//! The calls of the LAN Manager API by number (\[MS-RAP\] 2.5.1 and the API of LAN Manager 2.0), with the names of
//! their parameters and of the fields of their entries where \[MS-RAP\] has them.
//!
//! ```
//! use smbscope::rap::calls;
//!
//! assert_eq!(calls::call(104).map(|call| call.name), Some("NetServerEnum2"));
//! assert_eq!(calls::call(60).map(|call| call.name), None);
//! assert_eq!(calls::fields(b"B13BWz"), ["NetworkName", "Pad1", "Type", "Remark"]);
//! ```

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// RAPOpcode.
    pub opcode: u16,
    /// Its name.
    pub name: &'static str,
    /// The names of the parameters that the wire has, in their order.
    pub parameters: &'static [&'static str],
}

/// The call of a number, if it has a name.
#[must_use]
pub fn call(opcode: u16) -> Option<&'static Call> {
    let index = CALLS.binary_search_by_key(&opcode, |call| call.opcode).ok()?;
    CALLS.get(index)
}

/// The names of the fields of an entry, by its descriptor (\[MS-RAP\] 2.5.5 to 2.5.10); empty for others.
#[must_use]
pub fn fields(descriptor: &[u8]) -> &'static [&'static str] {
    match descriptor {
        b"B13" => &["NetworkName"],
        b"B13BWz" => &["NetworkName", "Pad1", "Type", "Remark"],
        b"B13BWzWWWzB9B" => &[
            "NetworkName",
            "Pad1",
            "Type",
            "Remark",
            "Permissions",
            "MaxUses",
            "CurrentUses",
            "PathName",
            "Password",
            "Pad2",
        ],
        b"B16" => &["ServerName"],
        b"B16BBDz" => &["ServerName", "MajorVersion", "MinorVersion", "ServerType", "ServerComment"],
        b"B13BWWWzzzzzWW" => &[
            "QueueName",
            "Pad1",
            "Priority",
            "StartTime",
            "UntilTime",
            "SeparatorFile",
            "PrintProcessor",
            "PrintDestinations",
            "PrintParameterString",
            "CommentString",
            "PrintQStatus",
            "PrintJobCount",
        ],
        b"B13BWWWzzzzzWN" => &[
            "QueueName",
            "Pad1",
            "Priority",
            "StartTime",
            "UntilTime",
            "SeparatorFile",
            "PrintProcessor",
            "PrintDestinations",
            "PrintParameterString",
            "CommentString",
            "PrintQStatus",
            "PrintJobCount",
        ],
        b"zWWWWzzzzWWzzl" | b"zWWWWzzzzWNzzl" => &[
            "PrinterName",
            "Priority",
            "StartTime",
            "UntilTime",
            "Pad1",
            "SeparatorFile",
            "PrintProcessor",
            "Parameters",
            "Comment",
            "PrintQStatus",
            "PrintJobCount",
            "Printers",
            "DriverName",
            "PrintDriverData",
        ],
        b"W" => &["JobID"],
        b"WB21BB16B10zWWzDDz" => &[
            "JobID",
            "UserName",
            "Pad",
            "NotifyName",
            "DataType",
            "PrintParameterString",
            "JobPosition",
            "JobStatus",
            "JobStatusString",
            "TimeSubmitted",
            "JobSize",
            "JobCommentString",
        ],
        b"WWzWWDDzz" => &[
            "JobID",
            "Priority",
            "UserName",
            "JobPosition",
            "JobStatus",
            "TimeSubmitted",
            "JobSize",
            "CommentString",
            "DocumentName",
        ],
        b"zzzBBDDzzzzz" | b"zzzBBzz" => &[
            "ComputerName",
            "UserName",
            "LanGroup",
            "VerMajor",
            "VerMinor",
            "LogonDomain",
            "AllOtherDomains",
        ],
        b"B21" => &["UserName"],
        b"B21BzzzWDDzzDDWWzWzDWb21W" | b"B21Bzzz" => &["Name", "Pad", "Comment", "UserComment", "FullName"],
        b"B21BB16DWzzWW" => &[
            "Name",
            "Pad",
            "Password",
            "PasswordAge",
            "Privilege",
            "HomeDir",
            "Comment",
            "Flags",
            "ScriptPath",
        ],
        b"WB21BWDWWDDDDDDDzzzD" => &[
            "Code",
            "EffectiveName",
            "Pad1",
            "Privilege",
            "AuthFlags",
            "NumLogons",
            "BadPWCount",
            "LastLogon",
            "LastLogoff",
            "LogoffTime",
            "KickOffTime",
            "PasswordAge",
            "PasswordCanChange",
            "PasswordMustChange",
            "Computer",
            "Domain",
            "ScriptPath",
            "Reserved",
        ],
        b"DDDDDDDDDD" => &["ElapsedTime", "Milliseconds", "Hours", "Minutes"],
        _ => &[],
    }
}

macro_rules! calls {
    ($($opcode:literal $name:literal [$($parameter:literal),*];)*) => {
        /// Sorted by number.
        static CALLS: &[Call] = &[$(
            Call { opcode: $opcode, name: $name, parameters: &[$($parameter),*] },
        )*];
    };
}

calls! {
    0 "NetShareEnum" ["InfoLevel", "ReceiveBufferSize"];
    1 "NetShareGetInfo" ["ShareName", "InfoLevel", "ReceiveBufferSize"];
    2 "NetShareSetInfo" ["ShareName", "InfoLevel", "SendBufferSize", "ParmNum"];
    3 "NetShareAdd" ["InfoLevel", "SendBufferSize"];
    4 "NetShareDel" ["ShareName", "Reserved"];
    5 "NetShareCheck" ["DeviceName"];
    6 "NetSessionEnum" ["InfoLevel", "ReceiveBufferSize"];
    7 "NetSessionGetInfo" ["ClientName", "InfoLevel", "ReceiveBufferSize"];
    8 "NetSessionDel" ["ClientName", "Reserved"];
    9 "NetConnectionEnum" ["Qualifier", "InfoLevel", "ReceiveBufferSize"];
    10 "NetFileEnum" ["BasePath", "InfoLevel", "ReceiveBufferSize"];
    11 "NetFileGetInfo" ["FileID", "InfoLevel", "ReceiveBufferSize"];
    12 "NetFileClose" ["FileID"];
    13 "NetServerGetInfo" ["InfoLevel", "ReceiveBufferSize"];
    14 "NetServerSetInfo" ["InfoLevel", "SendBufferSize", "ParmNum"];
    15 "NetServerDiskEnum" ["InfoLevel", "ReceiveBufferSize"];
    16 "NetServerAdminCommand" ["Command", "ReceiveBufferSize"];
    17 "NetAuditOpen" [];
    18 "NetAuditClear" [];
    19 "NetErrorLogOpen" [];
    20 "NetErrorLogClear" [];
    21 "NetCharDevEnum" ["InfoLevel", "ReceiveBufferSize"];
    22 "NetCharDevGetInfo" ["DeviceName", "InfoLevel", "ReceiveBufferSize"];
    23 "NetCharDevControl" ["DeviceName", "Opcode"];
    24 "NetCharDevQEnum" ["UserName", "InfoLevel", "ReceiveBufferSize"];
    25 "NetCharDevQGetInfo" ["QueueName", "UserName", "InfoLevel", "ReceiveBufferSize"];
    26 "NetCharDevQSetInfo" ["QueueName", "InfoLevel", "SendBufferSize", "ParmNum"];
    27 "NetCharDevQPurge" ["QueueName"];
    28 "NetCharDevQPurgeSelf" ["QueueName", "ComputerName"];
    29 "NetMessageNameEnum" ["InfoLevel", "ReceiveBufferSize"];
    30 "NetMessageNameGetInfo" ["Name", "InfoLevel", "ReceiveBufferSize"];
    31 "NetMessageNameAdd" ["Name", "ForwardAction"];
    32 "NetMessageNameDel" ["Name", "ForwardAction"];
    33 "NetMessageNameFwd" ["Name", "ForwardName", "DeleteForward"];
    34 "NetMessageNameUnFwd" ["Name"];
    35 "NetMessageBufferSend" ["Recipient", "SendBufferSize"];
    36 "NetMessageFileSend" ["Recipient", "FileName"];
    37 "NetMessageLogFileSet" ["FileName", "On"];
    38 "NetMessageLogFileGet" ["ReceiveBufferSize"];
    39 "NetServiceEnum" ["InfoLevel", "ReceiveBufferSize"];
    40 "NetServiceInstall" ["Service", "SendBufferSize", "ReceiveBufferSize"];
    41 "NetServiceControl" ["Service", "Opcode", "Arg", "ReceiveBufferSize"];
    42 "NetAccessEnum" ["BasePath", "Recursive", "InfoLevel", "ReceiveBufferSize"];
    43 "NetAccessGetInfo" ["Resource", "InfoLevel", "ReceiveBufferSize"];
    44 "NetAccessSetInfo" ["Resource", "InfoLevel", "SendBufferSize", "ParmNum"];
    45 "NetAccessAdd" ["InfoLevel", "SendBufferSize"];
    46 "NetAccessDel" ["Resource"];
    47 "NetGroupEnum" ["InfoLevel", "ReceiveBufferSize"];
    48 "NetGroupAdd" ["InfoLevel", "SendBufferSize"];
    49 "NetGroupDel" ["GroupName"];
    50 "NetGroupAddUser" ["GroupName", "UserName"];
    51 "NetGroupDelUser" ["GroupName", "UserName"];
    52 "NetGroupGetUsers" ["GroupName", "InfoLevel", "ReceiveBufferSize"];
    53 "NetUserEnum" ["InfoLevel", "ReceiveBufferSize"];
    54 "NetUserAdd" ["InfoLevel", "SendBufferSize"];
    55 "NetUserDel" ["UserName"];
    56 "NetUserGetInfo" ["UserName", "InfoLevel", "ReceiveBufferSize"];
    57 "NetUserSetInfo" ["UserName", "InfoLevel", "SendBufferSize", "ParmNum"];
    58 "NetUserPasswordSet" ["UserName", "OldPassword", "NewPassword"];
    59 "NetUserGetGroups" ["UserName", "InfoLevel", "ReceiveBufferSize"];
    62 "NetWkstaSetUID" [];
    63 "NetWkstaGetInfo" ["InfoLevel", "ReceiveBufferSize"];
    64 "NetWkstaSetInfo" ["InfoLevel", "SendBufferSize", "ParmNum"];
    65 "NetUseEnum" ["InfoLevel", "ReceiveBufferSize"];
    66 "NetUseAdd" ["InfoLevel", "SendBufferSize"];
    67 "NetUseDel" ["UseName", "ForceLevel"];
    68 "NetUseGetInfo" ["UseName", "InfoLevel", "ReceiveBufferSize"];
    69 "NetPrintQEnum" ["InfoLevel", "ReceiveBufferSize"];
    70 "NetPrintQGetInfo" ["PrintQueueName", "InfoLevel", "ReceiveBufferSize"];
    71 "NetPrintQSetInfo" ["PrintQueueName", "InfoLevel", "SendBufferSize", "ParmNum"];
    72 "NetPrintQAdd" ["InfoLevel", "SendBufferSize"];
    73 "NetPrintQDel" ["PrintQueueName"];
    74 "NetPrintQPause" ["PrintQueueName"];
    75 "NetPrintQContinue" ["PrintQueueName"];
    76 "NetPrintJobEnum" ["PrintQueueName", "InfoLevel", "ReceiveBufferSize"];
    77 "NetPrintJobGetInfo" ["JobID", "InfoLevel", "ReceiveBufferSize"];
    78 "NetPrintJobSetInfo" ["JobID", "InfoLevel", "SendBufferSize", "ParamNum"];
    79 "NetPrintJobAdd" [];
    80 "NetPrintJobSchedule" ["JobID"];
    81 "NetPrintJobDelete" ["JobID"];
    82 "NetPrintJobPause" ["JobID"];
    83 "NetPrintJobContinue" ["JobID"];
    84 "NetPrintDestEnum" ["InfoLevel", "ReceiveBufferSize"];
    85 "NetPrintDestGetInfo" ["DestinationName", "InfoLevel", "ReceiveBufferSize"];
    86 "NetPrintDestControl" ["DestinationName", "Opcode"];
    87 "NetProfileSave" [];
    88 "NetProfileLoad" [];
    89 "NetStatisticsGet" ["Service", "InfoLevel", "ReceiveBufferSize"];
    90 "NetStatisticsClear" [];
    91 "NetRemoteTOD" ["ReceiveBufferSize"];
    92 "NetBiosEnum" ["InfoLevel", "ReceiveBufferSize"];
    93 "NetBiosGetInfo" ["Name", "InfoLevel", "ReceiveBufferSize"];
    94 "NetServerEnum" ["InfoLevel", "ReceiveBufferSize"];
    95 "I_NetServerEnum" ["InfoLevel", "ReceiveBufferSize"];
    96 "NetServiceGetInfo" ["Service", "InfoLevel", "ReceiveBufferSize"];
    103 "NetPrintQPurge" ["PrintQueueName"];
    104 "NetServerEnum2" ["InfoLevel", "ReceiveBufferSize", "ServerType", "Domain"];
    105 "NetAccessGetUserPerms" ["UserName", "Resource"];
    106 "NetGroupGetInfo" ["GroupName", "InfoLevel", "ReceiveBufferSize"];
    107 "NetGroupSetInfo" ["GroupName", "InfoLevel", "SendBufferSize", "ParmNum"];
    108 "NetGroupSetUsers" ["GroupName", "InfoLevel", "SendBufferSize", "Entries"];
    109 "NetUserSetGroups" ["UserName", "InfoLevel", "SendBufferSize", "Entries"];
    110 "NetUserModalsGet" ["InfoLevel", "ReceiveBufferSize"];
    111 "NetUserModalsSet" ["InfoLevel", "SendBufferSize", "ParmNum"];
    112 "NetFileEnum2" ["BasePath", "UserName", "InfoLevel", "ReceiveBufferSize", "ResumeKey"];
    113 "NetUserAdd2" ["InfoLevel", "SendBufferSize", "DataEncryption", "PasswordLength"];
    114 "NetUserSetInfo2" ["UserName", "InfoLevel", "SendBufferSize", "ParmNum", "DataEncryption", "PasswordLength"];
    115 "NetUserPasswordSet2" ["UserName", "OldPassword", "NewPassword", "EncryptedPassword", "RealPasswordLength"];
    116 "I_NetServerEnum2" ["InfoLevel", "ReceiveBufferSize", "ServerType", "Domain"];
    127 "NetGetDCName" ["Domain", "ReceiveBufferSize"];
    131 "NetWkstaUserLogoff" ["UserName", "ComputerName"];
    132 "NetWkstaUserLogon" ["InfoLevel", "SendBufferSize", "ReceiveBufferSize"];
    138 "NetUserCheck" [];
    215 "NetServerEnum3" ["InfoLevel", "ReceiveBufferSize", "ServerType", "Domain", "FirstNameToReturn"];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rap::descriptor::items;

    #[test]
    fn the_table_is_sorted_and_found() {
        assert!(CALLS.is_sorted_by(|a, b| a.opcode < b.opcode));
        assert_eq!(call(104).unwrap().name, "NetServerEnum2");
        assert_eq!(call(60), None);
    }

    #[test]
    fn fields_have_names_as_many_as_their_descriptors_say() {
        for descriptor in [
            &b"B13BWz"[..],
            b"B16BBDz",
            b"B13BWzWWWzB9B",
            b"B13BWWWzzzzzWN",
            b"WWzWWDDzz",
            b"WB21BB16B10zWWzDDz",
        ] {
            assert_eq!(fields(descriptor).len(), items(descriptor).count(), "{descriptor:?}");
        }
    }
}
