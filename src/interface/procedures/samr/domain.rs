//! What is told of domains, groups, aliases and lists of accounts (\[MS-SAMR\] 2.2.3 to 2.2.5 and 2.2.8).

use crate::dcerpc::ndr::{Type, Union, member};
use crate::interface::parameters::{ENUM, NARROW_STRING, UNICODE_STRING, arms, entries};

/// OLD_LARGE_INTEGER (\[MS-SAMR\] 2.2.2).
pub(super) const OLD_LARGE_INTEGER: Type =
    Type::Struct(&[member("LowPart", Type::U32), member("HighPart", Type::I32)]);

/// SAMPR_DOMAIN_INFO_BUFFER (\[MS-SAMR\] 2.2.3).
pub(super) const DOMAIN_INFO: &Union = arms! {
    1 "Password" PASSWORD,
    2 "General" GENERAL,
    3 "Logoff" Type::Struct(&[member("ForceLogoff", OLD_LARGE_INTEGER)]),
    4 "Oem" Type::Struct(&[member("OemInformation", UNICODE_STRING)]),
    5 "Name" Type::Struct(&[member("DomainName", UNICODE_STRING)]),
    6 "Replication" Type::Struct(&[member("ReplicaSourceNodeName", UNICODE_STRING)]),
    7 "Role" Type::Struct(&[member("DomainServerRole", ENUM)]),
    8 "Modified" Type::Struct(&[member("DomainModifiedCount", OLD_LARGE_INTEGER), member("CreationTime", Type::FileTime)]),
    9 "State" Type::Struct(&[member("DomainServerState", ENUM)]),
    11 "General2" GENERAL2,
    12 "Lockout" LOCKOUT,
    13 "Modified2" Type::Struct(&[
        member("DomainModifiedCount", OLD_LARGE_INTEGER),
        member("CreationTime", Type::FileTime),
        member("ModifiedCountAtLastPromotion", OLD_LARGE_INTEGER),
    ]),
};

/// DOMAIN_PASSWORD_INFORMATION (\[MS-SAMR\] 2.2.3).
const PASSWORD: Type = Type::Struct(&[
    member("MinPasswordLength", Type::U16),
    member("PasswordHistoryLength", Type::U16),
    member("PasswordProperties", Type::U32),
    member("MaxPasswordAge", OLD_LARGE_INTEGER),
    member("MinPasswordAge", OLD_LARGE_INTEGER),
]);

/// SAMPR_DOMAIN_GENERAL_INFORMATION (\[MS-SAMR\] 2.2.3).
const GENERAL: Type = Type::Struct(&[
    member("ForceLogoff", OLD_LARGE_INTEGER),
    member("OemInformation", UNICODE_STRING),
    member("DomainName", UNICODE_STRING),
    member("ReplicaSourceNodeName", UNICODE_STRING),
    member("DomainModifiedCount", OLD_LARGE_INTEGER),
    member("DomainServerState", Type::U32),
    member("DomainServerRole", Type::U32),
    member("UasCompatibilityRequired", Type::U8),
    member("UserCount", Type::U32),
    member("GroupCount", Type::U32),
    member("AliasCount", Type::U32),
]);

/// SAMPR_DOMAIN_GENERAL_INFORMATION2 (\[MS-SAMR\] 2.2.3).
const GENERAL2: Type = Type::Struct(&[
    member("I1", GENERAL),
    member("LockoutDuration", Type::I64),
    member("LockoutObservationWindow", Type::I64),
    member("LockoutThreshold", Type::U16),
]);

/// SAMPR_DOMAIN_LOCKOUT_INFORMATION (\[MS-SAMR\] 2.2.3).
const LOCKOUT: Type = Type::Struct(&[
    member("LockoutDuration", Type::I64),
    member("LockoutObservationWindow", Type::I64),
    member("LockoutThreshold", Type::U16),
]);

/// SAMPR_GROUP_INFO_BUFFER (\[MS-SAMR\] 2.2.4).
pub(super) const GROUP_INFO: &Union = arms! {
    1 "General" GROUP,
    2 "Name" Type::Struct(&[member("Name", UNICODE_STRING)]),
    3 "Attribute" Type::Struct(&[member("Attributes", Type::U32)]),
    4 "AdminComment" Type::Struct(&[member("AdminComment", UNICODE_STRING)]),
    5 "DoNotUse" GROUP,
};

/// SAMPR_GROUP_GENERAL_INFORMATION (\[MS-SAMR\] 2.2.4).
const GROUP: Type = Type::Struct(&[
    member("Name", UNICODE_STRING),
    member("Attributes", Type::U32),
    member("MemberCount", Type::U32),
    member("AdminComment", UNICODE_STRING),
]);

/// SAMPR_ALIAS_INFO_BUFFER (\[MS-SAMR\] 2.2.5).
pub(super) const ALIAS_INFO: &Union = arms! {
    1 "General" Type::Struct(&[
        member("Name", UNICODE_STRING),
        member("MemberCount", Type::U32),
        member("AdminComment", UNICODE_STRING),
    ]),
    2 "Name" Type::Struct(&[member("Name", UNICODE_STRING)]),
    3 "AdminComment" Type::Struct(&[member("AdminComment", UNICODE_STRING)]),
};

/// SAMPR_DISPLAY_INFO_BUFFER (\[MS-SAMR\] 2.2.8).
pub(super) const DISPLAY_INFO: &Union = arms! {
    1 "UserInformation" entries!("EntriesRead", "Buffer", DISPLAY_USER),
    2 "MachineInformation" entries!("EntriesRead", "Buffer", DISPLAY_MACHINE),
    3 "GroupInformation" entries!("EntriesRead", "Buffer", DISPLAY_GROUP),
    4 "OemUserInformation" entries!("EntriesRead", "Buffer", DISPLAY_OEM),
    5 "OemGroupInformation" entries!("EntriesRead", "Buffer", DISPLAY_OEM),
};

/// SAMPR_DOMAIN_DISPLAY_USER (\[MS-SAMR\] 2.2.8).
const DISPLAY_USER: Type = Type::Struct(&[
    member("Index", Type::U32),
    member("Rid", Type::U32),
    member("AccountControl", Type::U32),
    member("AccountName", UNICODE_STRING),
    member("AdminComment", UNICODE_STRING),
    member("FullName", UNICODE_STRING),
]);

/// SAMPR_DOMAIN_DISPLAY_MACHINE (\[MS-SAMR\] 2.2.8).
const DISPLAY_MACHINE: Type = Type::Struct(&[
    member("Index", Type::U32),
    member("Rid", Type::U32),
    member("AccountControl", Type::U32),
    member("AccountName", UNICODE_STRING),
    member("AdminComment", UNICODE_STRING),
]);

/// SAMPR_DOMAIN_DISPLAY_GROUP (\[MS-SAMR\] 2.2.8).
const DISPLAY_GROUP: Type = Type::Struct(&[
    member("Index", Type::U32),
    member("Rid", Type::U32),
    member("Attributes", Type::U32),
    member("AccountName", UNICODE_STRING),
    member("AdminComment", UNICODE_STRING),
]);

/// SAMPR_DOMAIN_DISPLAY_OEM_USER and SAMPR_DOMAIN_DISPLAY_OEM_GROUP (\[MS-SAMR\] 2.2.8).
const DISPLAY_OEM: Type =
    Type::Struct(&[member("Index", Type::U32), member("OemAccountName", NARROW_STRING)]);
