//! The procedures of `srvsvc` (\[MS-SRVS\] 3.1.4).

use uuid::uuid;

use crate::dcerpc::ndr::{
    Arm, Meaning, Member, Parameter, Type, Union, counted, in_out, input, member, output, switched,
};
use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named, win32};

/// The interface, version 3.0.
pub static SRVSVC: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("4b324fc8-1670-01d3-1278-5a47bf6ee188"), (3, 0), "share listing")
};

static PROCEDURES: [Procedure; 47] = [
    named(8, "NetrConnectionEnum"),
    named(9, "NetrFileEnum"),
    named(10, "NetrFileGetInfo"),
    named(11, "NetrFileClose"),
    win32(12, "NetrSessionEnum", SESSION_ENUM),
    win32(13, "NetrSessionDel", SESSION_DEL),
    named(14, "NetrShareAdd"),
    win32(15, "NetrShareEnum", SHARE_ENUM),
    win32(16, "NetrShareGetInfo", SHARE_GET_INFO),
    named(17, "NetrShareSetInfo"),
    named(18, "NetrShareDel"),
    named(19, "NetrShareDelSticky"),
    named(20, "NetrShareCheck"),
    win32(21, "NetrServerGetInfo", SERVER_GET_INFO),
    named(22, "NetrServerSetInfo"),
    named(23, "NetrServerDiskEnum"),
    named(24, "NetrServerStatisticsGet"),
    named(25, "NetrServerTransportAdd"),
    named(26, "NetrServerTransportEnum"),
    named(27, "NetrServerTransportDel"),
    named(28, "NetrRemoteTOD"),
    named(30, "NetprPathType"),
    named(31, "NetprPathCanonicalize"),
    named(32, "NetprPathCompare"),
    named(33, "NetprNameValidate"),
    named(34, "NetprNameCanonicalize"),
    named(35, "NetprNameCompare"),
    win32(36, "NetrShareEnumSticky", SHARE_ENUM),
    named(37, "NetrShareDelStart"),
    named(38, "NetrShareDelCommit"),
    named(39, "NetrpGetFileSecurity"),
    named(40, "NetrpSetFileSecurity"),
    named(41, "NetrServerTransportAddEx"),
    named(43, "NetrDfsGetVersion"),
    named(44, "NetrDfsCreateLocalPartition"),
    named(45, "NetrDfsDeleteLocalPartition"),
    named(46, "NetrDfsSetLocalVolumeState"),
    named(48, "NetrDfsCreateExitPoint"),
    named(49, "NetrDfsDeleteExitPoint"),
    named(50, "NetrDfsModifyPrefix"),
    named(51, "NetrDfsFixLocalVolume"),
    named(52, "NetrDfsManagerReportSiteInfo"),
    named(53, "NetrServerTransportDelEx"),
    named(54, "NetrServerAliasAdd"),
    named(55, "NetrServerAliasEnum"),
    named(56, "NetrServerAliasDel"),
    named(57, "NetrShareDelEx"),
];

/// A string behind a unique pointer.
const TEXT: Type = Type::Unique(&Type::Text);

/// The parameters of a procedure, in the order of the stub.
type Call = &'static [Parameter];

const SERVER_NAME: Parameter = input(member("ServerName", TEXT));
const LEVEL: Parameter = input(member("Level", Type::U32));
const PREFERRED_LENGTH: Parameter = input(member("PreferedMaximumLength", Type::U32));
const TOTAL_ENTRIES: Parameter = output(member("TotalEntries", Type::U32));
const RESUME_HANDLE: Parameter = in_out(member("ResumeHandle", Type::Unique(&Type::U32)));

const SESSION_ENUM: Call = &[
    SERVER_NAME,
    input(member("ClientName", TEXT)),
    input(member("UserName", TEXT)),
    in_out(member(
        "InfoStruct",
        Type::Struct(&[member("Level", Type::U32), switched("SessionInfo", SESSIONS, "Level")]),
    )),
    PREFERRED_LENGTH,
    TOTAL_ENTRIES,
    RESUME_HANDLE,
];

const SESSION_DEL: Call = &[SERVER_NAME, input(member("ClientName", TEXT)), input(member("UserName", TEXT))];

const SHARE_ENUM: Call = &[
    SERVER_NAME,
    in_out(member(
        "InfoStruct",
        Type::Struct(&[member("Level", Type::U32), switched("ShareInfo", SHARES, "Level")]),
    )),
    PREFERRED_LENGTH,
    TOTAL_ENTRIES,
    RESUME_HANDLE,
];

const SHARE_GET_INFO: Call = &[
    SERVER_NAME,
    input(member("NetName", Type::Text)),
    LEVEL,
    output(member("InfoStruct", Type::Union(SHARE))),
];

const SERVER_GET_INFO: Call = &[SERVER_NAME, LEVEL, output(member("InfoStruct", Type::Union(SERVER)))];

/// A union of pointers to containers: a number of entries and a pointer to as many structures.
macro_rules! containers {
    ($($tag:literal $name:literal $of:ident),* $(,)?) => {
        &Union { is_enum: false, arms: &[$(Arm { tag: $tag, name: $name, of: Type::Unique(&Type::Struct(&[
            member("EntriesRead", Type::U32),
            counted("Buffer", Type::Unique(&Type::Array(&Type::Struct($of))), "EntriesRead"),
        ])) }),*] }
    };
}

/// A union of pointers to structures.
macro_rules! structures {
    ($($tag:literal $name:literal $of:ident),* $(,)?) => {
        &Union { is_enum: false, arms: &[$(Arm { tag: $tag, name: $name, of: Type::Unique(&Type::Struct($of)) }),*] }
    };
}

/// SHARE_ENUM_UNION (\[MS-SRVS\] 2.2.3.5).
const SHARES: &Union = containers! {
    0 "Level0" SHARE_INFO_0,
    1 "Level1" SHARE_INFO_1,
    2 "Level2" SHARE_INFO_2,
    501 "Level501" SHARE_INFO_501,
    502 "Level502" SHARE_INFO_502,
    503 "Level503" SHARE_INFO_503,
};

/// SHARE_INFO (\[MS-SRVS\] 2.2.3.6).
const SHARE: &Union = structures! {
    0 "ShareInfo0" SHARE_INFO_0,
    1 "ShareInfo1" SHARE_INFO_1,
    2 "ShareInfo2" SHARE_INFO_2,
    501 "ShareInfo501" SHARE_INFO_501,
    502 "ShareInfo502" SHARE_INFO_502,
    503 "ShareInfo503" SHARE_INFO_503,
};

/// SESSION_ENUM_UNION (\[MS-SRVS\] 2.2.3.3).
const SESSIONS: &Union = containers! {
    0 "Level0" SESSION_INFO_0,
    1 "Level1" SESSION_INFO_1,
    2 "Level2" SESSION_INFO_2,
    10 "Level10" SESSION_INFO_10,
    502 "Level502" SESSION_INFO_502,
};

/// SERVER_INFO (\[MS-SRVS\] 2.2.3.7).
const SERVER: &Union = structures! {
    100 "ServerInfo100" SERVER_INFO_100,
    101 "ServerInfo101" SERVER_INFO_101,
    102 "ServerInfo102" SERVER_INFO_102,
};

/// \[MS-SRVS\] 2.2.4.22 to .27.
const SHARE_INFO_0: &[Member] = &[member("shi0_netname", TEXT)];

/// \[MS-SRVS\] 2.2.4.22 to .27.
const SHARE_INFO_1: &[Member] =
    &[member("shi1_netname", TEXT), member("shi1_type", Type::U32), member("shi1_remark", TEXT)];

/// \[MS-SRVS\] 2.2.4.22 to .27.
const SHARE_INFO_2: &[Member] = &[
    member("shi2_netname", TEXT),
    member("shi2_type", Type::U32),
    member("shi2_remark", TEXT),
    member("shi2_permissions", Type::U32),
    member("shi2_max_uses", Type::U32),
    member("shi2_current_uses", Type::U32),
    member("shi2_path", TEXT),
    member("shi2_passwd", TEXT),
];

/// \[MS-SRVS\] 2.2.4.22 to .27.
const SHARE_INFO_501: &[Member] = &[
    member("shi501_netname", TEXT),
    member("shi501_type", Type::U32),
    member("shi501_remark", TEXT),
    member("shi501_flags", Type::U32),
];

/// \[MS-SRVS\] 2.2.4.22 to .27.
const SHARE_INFO_502: &[Member] = &[
    member("shi502_netname", TEXT),
    member("shi502_type", Type::U32),
    member("shi502_remark", TEXT),
    member("shi502_permissions", Type::U32),
    member("shi502_max_uses", Type::U32),
    member("shi502_current_uses", Type::U32),
    member("shi502_path", TEXT),
    member("shi502_passwd", TEXT),
    member("shi502_reserved", Type::U32),
    counted("shi502_security_descriptor", SECURITY_DESCRIPTOR, "shi502_reserved"),
];

/// \[MS-SRVS\] 2.2.4.22 to .27.
const SHARE_INFO_503: &[Member] = &[
    member("shi503_netname", TEXT),
    member("shi503_type", Type::U32),
    member("shi503_remark", TEXT),
    member("shi503_permissions", Type::U32),
    member("shi503_max_uses", Type::U32),
    member("shi503_current_uses", Type::U32),
    member("shi503_path", TEXT),
    member("shi503_passwd", TEXT),
    member("shi503_servername", TEXT),
    member("shi503_reserved", Type::U32),
    counted("shi503_security_descriptor", SECURITY_DESCRIPTOR, "shi503_reserved"),
];

/// \[MS-SRVS\] 2.2.4.11 to .15.
const SESSION_INFO_0: &[Member] = &[member("sesi0_cname", TEXT)];

/// \[MS-SRVS\] 2.2.4.11 to .15.
const SESSION_INFO_1: &[Member] = &[
    member("sesi1_cname", TEXT),
    member("sesi1_username", TEXT),
    member("sesi1_num_opens", Type::U32),
    member("sesi1_time", Type::U32),
    member("sesi1_idle_time", Type::U32),
    member("sesi1_user_flags", Type::U32),
];

/// \[MS-SRVS\] 2.2.4.11 to .15.
const SESSION_INFO_2: &[Member] = &[
    member("sesi2_cname", TEXT),
    member("sesi2_username", TEXT),
    member("sesi2_num_opens", Type::U32),
    member("sesi2_time", Type::U32),
    member("sesi2_idle_time", Type::U32),
    member("sesi2_user_flags", Type::U32),
    member("sesi2_cltype_name", TEXT),
];

/// \[MS-SRVS\] 2.2.4.11 to .15.
const SESSION_INFO_10: &[Member] = &[
    member("sesi10_cname", TEXT),
    member("sesi10_username", TEXT),
    member("sesi10_time", Type::U32),
    member("sesi10_idle_time", Type::U32),
];

/// \[MS-SRVS\] 2.2.4.11 to .15.
const SESSION_INFO_502: &[Member] = &[
    member("sesi502_cname", TEXT),
    member("sesi502_username", TEXT),
    member("sesi502_num_opens", Type::U32),
    member("sesi502_time", Type::U32),
    member("sesi502_idle_time", Type::U32),
    member("sesi502_user_flags", Type::U32),
    member("sesi502_cltype_name", TEXT),
    member("sesi502_transport", TEXT),
];

/// \[MS-DTYP\] 2.3.11 and .12, \[MS-SRVS\] 2.2.4.42.
const SERVER_INFO_100: &[Member] = &[member("sv100_platform_id", Type::U32), member("sv100_name", TEXT)];

/// \[MS-DTYP\] 2.3.11 and .12, \[MS-SRVS\] 2.2.4.42.
const SERVER_INFO_101: &[Member] = &[
    member("sv101_platform_id", Type::U32),
    member("sv101_name", TEXT),
    member("sv101_version_major", Type::U32),
    member("sv101_version_minor", Type::U32),
    member("sv101_type", Type::U32),
    member("sv101_comment", TEXT),
];

/// \[MS-DTYP\] 2.3.11 and .12, \[MS-SRVS\] 2.2.4.42.
const SERVER_INFO_102: &[Member] = &[
    member("sv102_platform_id", Type::U32),
    member("sv102_name", TEXT),
    member("sv102_version_major", Type::U32),
    member("sv102_version_minor", Type::U32),
    member("sv102_type", Type::U32),
    member("sv102_comment", TEXT),
    member("sv102_users", Type::U32),
    member("sv102_disc", Type::U32),
    member("sv102_hidden", Type::U32),
    member("sv102_announce", Type::U32),
    member("sv102_anndelta", Type::U32),
    member("sv102_licenses", Type::U32),
    member("sv102_userpath", TEXT),
];

/// A self-relative security descriptor.
const SECURITY_DESCRIPTOR: Type = Type::Unique(&Type::Bytes(Meaning::SECURITY_DESCRIPTOR));
