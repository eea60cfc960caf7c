//! Calls of the Server service (\[MS-SRVS\]) that tell who shares what and who is connected.

use super::Call;
use crate::dcerpc::ndr::{
    Arm, Asked, Encoding, Meaning, Member, NdrString, Parameter, Type, Union, Value, counted, in_out, input,
    member, output, switched,
};

/// A string behind a unique pointer.
const TEXT: Type = Type::Unique(&Type::Text);

/// The calls that are read here, by their number (\[MS-SRVS\] 3.1.4).
pub(super) static CALLS: [(u16, Call); 6] = [
    (12, SESSION_ENUM),
    (13, SESSION_DEL),
    (15, SHARE_ENUM),
    (16, SHARE_GET_INFO),
    (21, SERVER_GET_INFO),
    // NetrShareEnumSticky has the parameters of NetrShareEnum.
    (36, SHARE_ENUM),
];

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

/// A share as a server lists it (`SHARE_INFO`, \[MS-SRVS\] 2.2.4.22 and following).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Share<'a> {
    /// Its name.
    pub name: NdrString<'a>,
    /// Its type (\[MS-SRVS\] 2.2.2.4); 0, a disk, at the level that does not tell.
    pub share_type: u32,
    /// What it is said to be for.
    pub remark: Option<NdrString<'a>>,
}

/// The shares in the answer of `NetrShareEnum` (15) or `NetrShareEnumSticky` (36) of srvsvc; none for other procedures.
#[must_use]
pub fn shares(opnum: u16, stub: &[u8], encoding: Encoding) -> Vec<Share<'_>> {
    if !matches!(opnum, 15 | 36) {
        return Vec::new();
    }
    let Some(answer) = super::response("srvsvc", opnum, stub, encoding, &Asked::default()) else {
        return Vec::new();
    };
    let list = answer.fields.arm("InfoStruct").and_then(|container| container.list("Buffer"));
    list.into_iter().flatten().filter_map(share).collect()
}

/// A share of any level: its fields end alike.
fn share<'a>(value: &Value<'a>) -> Option<Share<'a>> {
    let Value::Record(fields) = value else { return None };
    let ending = |end: &str| fields.0.iter().find(|(name, _)| name.ends_with(end)).map(|(_, value)| value);
    let text = |end: &str| match ending(end) {
        Some(Value::Text(text)) => Some(*text),
        _ => None,
    };
    let share_type = match ending("_type") {
        Some(Value::Number(number) | Value::Named(number, _)) => u32::try_from(*number).unwrap_or_default(),
        _ => 0,
    };
    Some(Share { name: text("_netname")?, share_type, remark: text("_remark") })
}

/// Whose sessions a call ends (\[MS-SRVS\] 3.1.4.6): every computer's or every user's, if none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionDeletion<'a> {
    /// The client computer.
    pub client: Option<NdrString<'a>>,
    /// The user.
    pub user: Option<NdrString<'a>>,
}

/// Whose sessions a request of `NetrSessionDel` (13) of srvsvc ends; `None` for other procedures.
#[must_use]
pub fn session_deletion(opnum: u16, stub: &[u8], encoding: Encoding) -> Option<SessionDeletion<'_>> {
    if opnum != 13 {
        return None;
    }
    let request = super::request("srvsvc", opnum, stub, encoding)?;
    Some(SessionDeletion { client: request.fields.text("ClientName"), user: request.fields.text("UserName") })
}

/// A server as it describes itself (`SERVER_INFO_101`, \[MS-DTYP\] 2.3.12, and `SERVER_INFO_102`, \[MS-SRVS\] 2.2.4.42).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Server<'a> {
    /// Its name.
    pub name: NdrString<'a>,
    /// The version of its operating system.
    pub version_major: u32,
    /// The version of its operating system.
    pub version_minor: u32,
    /// What it is and offers, as [`ServerType`](crate::rap::ServerType).
    pub server_type: u32,
    /// What it is said to be for.
    pub comment: Option<NdrString<'a>>,
    /// How many users may log on, at the level that tells; 0xFFFFFFFF if any number may.
    pub users: Option<u32>,
}

/// The server in the answer of `NetrServerGetInfo` (21) of srvsvc, at the levels that describe it.
#[must_use]
pub fn server(opnum: u16, stub: &[u8], encoding: Encoding) -> Option<Server<'_>> {
    if opnum != 21 {
        return None;
    }
    let answer = super::response("srvsvc", opnum, stub, encoding, &Asked::default())?;
    let (level, info) =
        answer.fields.record("InfoStruct")?.0.iter().find_map(|(level, value)| match value {
            Value::Record(info) => Some((*level, info)),
            _ => None,
        })?;
    let names = match level {
        "ServerInfo101" => {
            ["sv101_name", "sv101_version_major", "sv101_version_minor", "sv101_type", "sv101_comment"]
        }
        "ServerInfo102" => {
            ["sv102_name", "sv102_version_major", "sv102_version_minor", "sv102_type", "sv102_comment"]
        }
        _ => return None,
    };
    let [name, version_major, version_minor, server_type, comment] = names;
    let number = |name| info.number(name).and_then(|number| u32::try_from(number).ok());
    Some(Server {
        name: info.text(name)?,
        version_major: number(version_major)?,
        version_minor: number(version_minor)?,
        server_type: number(server_type)?,
        comment: info.text(comment),
        users: number("sv102_users"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::{Arguments, Asked, Encoding, Syntax, Value};

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };

    fn text(text: &str, wide: bool) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let count = units.len() / 2;
        let counts = [count, 0, count].map(|count| size(count as u32, wide)).concat();
        let mut bytes = [counts, units].concat();
        bytes.resize(bytes.len().next_multiple_of(if wide { 8 } else { 4 }), 0);
        bytes
    }

    /// A pointer or a count.
    fn size(value: u32, wide: bool) -> Vec<u8> {
        let mut bytes = value.to_le_bytes().to_vec();
        bytes.resize(if wide { 8 } else { 4 }, 0);
        bytes
    }

    /// A 32-bit number in front of something aligned to the size of a pointer.
    fn padded(value: u32, wide: bool) -> Vec<u8> {
        size(value, wide)
    }

    fn shares(wide: bool) -> Vec<u8> {
        [
            padded(1, wide),           // Level
            padded(1, wide),           // the union's tag
            size(0x20, wide),          // the container
            padded(2, wide),           // EntriesRead
            size(0x24, wide),          // Buffer
            size(2, wide),             // its size
            size(0x28, wide),          // shi1_netname
            padded(0x8000_0003, wide), // shi1_type
            size(0x2c, wide),          // shi1_remark
            size(0x30, wide),
            padded(1, wide),
            size(0, wide), // no remark
            text("IPC$", wide),
            text("Remote IPC", wide),
            text("lp1", wide),
            padded(2, wide), // TotalEntries
            size(0, wide),   // ResumeHandle
            vec![0; 4],      // return
        ]
        .concat()
    }

    fn answer(opnum: u16, stub: &[u8], encoding: Encoding) -> Arguments<'_> {
        super::super::response("srvsvc", opnum, stub, encoding, &Asked::default()).unwrap()
    }

    #[test]
    fn shares_in_both_syntaxes() {
        for (encoding, wide) in [(NDR, false), (NDR64, true)] {
            let stub = shares(wide);
            let answer = answer(15, &stub, encoding);
            assert!(answer.anomalies.is_empty() && answer.unread == 0, "{encoding:?} {answer:?}");
            let shares = answer.fields.arm("InfoStruct").and_then(|container| container.list("Buffer"));
            let names: Vec<_> = shares
                .into_iter()
                .flatten()
                .filter_map(|share| match share {
                    Value::Record(share) => share.text("shi1_netname"),
                    _ => None,
                })
                .map(|name| name.to_string())
                .collect();
            assert_eq!(names, ["IPC$", "lp1"]);
            assert_eq!(answer.fields.number("TotalEntries"), Some(2));
            assert_eq!(answer.fields.get("return"), Some(&Value::Named(0, Some("ERROR_SUCCESS".to_owned()))));
            for length in 0..stub.len() {
                assert!(
                    !super::tests::answer(15, &stub[..length], encoding).anomalies.is_empty(),
                    "at {length}"
                );
            }
        }
    }

    #[test]
    fn a_count_beyond_the_stub_is_an_error_and_reserves_nothing() {
        let stub = [[1_u32, 1, 0x20, u32::MAX, 0x24, u32::MAX]].concat();
        let stub: Vec<u8> = stub.into_iter().flat_map(u32::to_le_bytes).collect();
        assert!(!answer(15, &stub, NDR).anomalies.is_empty());
        let levels: Vec<u8> = [9_u32, 9, 0x20, 0, 0].into_iter().flat_map(u32::to_le_bytes).collect();
        let error = *answer(15, &levels, NDR).anomalies.iter().next().unwrap();
        assert_eq!(error.to_string(), "NDR: unknown value 0x9 of ShareInfo at byte 8");
    }

    #[test]
    fn a_session_is_deleted() {
        let stub =
            [size(1, false), text("srv", false), size(2, false), text("ws", false), size(0, false)].concat();
        let call = super::super::request("srvsvc", 13, &stub, NDR).unwrap();
        assert!(call.anomalies.is_empty() && call.unread == 0);
        assert_eq!(call.fields.get("UserName"), Some(&Value::Null));
        assert!(super::super::request("srvsvc", 14, &stub, NDR).is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_as_any_call(which in 0..6_usize, bytes: Vec<u8>, wide: bool, big_endian: bool) {
            let syntax = if wide { Syntax::Ndr64 } else { Syntax::Ndr };
            let encoding = Encoding { syntax, big_endian };
            let opnum = CALLS[which].0;
            let _ = super::super::request("srvsvc", opnum, &bytes, encoding);
            let _ = answer(opnum, &bytes, encoding);
        }
    }

    #[test]
    fn a_server_describes_itself() {
        let numbers = |numbers: &[u32]| -> Vec<u8> { numbers.iter().flat_map(|n| n.to_le_bytes()).collect() };
        let texts = || [text("PRNSRV", false), text("by the door", false)].concat();
        let stub = [
            // level, pointer; platform id, name, version, type, comment
            numbers(&[101, 0x20000, 500, 0x20004, 5, 1, 0x1203, 0x20008]),
            texts(),
            numbers(&[0]), // return value
        ]
        .concat();
        let told = server(21, &stub, NDR).unwrap();
        assert_eq!((told.name.to_string().as_str(), told.users), ("PRNSRV", None));
        assert_eq!((told.version_major, told.version_minor, told.server_type), (5, 1, 0x1203));
        assert_eq!(told.comment.unwrap().to_string(), "by the door");
        for end in 0..stub.len() {
            let _ = server(21, &stub[..end], NDR);
        }
        let stub = [
            numbers(&[102, 0x20000, 500, 0x20004, 5, 1, 0x1203, 0x20008]),
            numbers(&[10, 15, 0, 240, 3000, 0, 0]), // users, disc, hidden, announce, anndelta, licenses, user path
            texts(),
            numbers(&[0]),
        ]
        .concat();
        assert_eq!(server(21, &stub, NDR).unwrap().users, Some(10));
        assert_eq!(server(16, &stub, NDR), None);
    }
}
