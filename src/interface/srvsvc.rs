//! Calls of the Server service (\[MS-SRVS\]) that tell who shares what and who is connected.

use super::call::Call;
use super::procedures::srvsvc::SRVSVC;
use crate::dcerpc::ndr::{Asked, Encoding, NdrString, Value};

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
    let Some(answer) = answer(opnum, stub, encoding) else { return Vec::new() };
    let list = answer.arguments.fields.arm("InfoStruct").and_then(|container| container.list("Buffer"));
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
    let request = SRVSVC.procedure(opnum)?.request(stub, encoding)?;
    let text = |name| request.arguments.fields.text(name);
    Some(SessionDeletion { client: text("ClientName"), user: text("UserName") })
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
    let answer = answer(opnum, stub, encoding)?;
    let (level, info) =
        answer.arguments.fields.record("InfoStruct")?.0.iter().find_map(|(level, value)| match value {
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

fn answer(opnum: u16, stub: &[u8], encoding: Encoding) -> Option<Call<'_>> {
    SRVSVC.procedure(opnum)?.response(stub, encoding, &Asked::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::{Arguments, Encoding, Syntax, Value};

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
        super::answer(opnum, stub, encoding).unwrap().arguments
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
        let call = SRVSVC.procedure(13).unwrap().request(&stub, NDR).unwrap().arguments;
        assert!(call.anomalies.is_empty() && call.unread == 0);
        assert_eq!(call.fields.get("UserName"), Some(&Value::Null));
        assert_eq!(session_deletion(14, &stub, NDR), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_as_any_call(which in 0..6_usize, bytes: Vec<u8>, wide: bool, big_endian: bool) {
            let syntax = if wide { Syntax::Ndr64 } else { Syntax::Ndr };
            let encoding = Encoding { syntax, big_endian };
            let opnum = [12, 13, 15, 16, 21, 36][which];
            let _ = SRVSVC.procedure(opnum).unwrap().request(&bytes, encoding);
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
