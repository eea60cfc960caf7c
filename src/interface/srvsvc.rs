//! Calls of the Server service (\[MS-SRVS\]) that tell who shares what and who is connected.

use super::arguments::{
    Arguments, Kind, Layout, Record, Value, arguments, number, structure, structures, unique_number,
    unique_text, unknown_level,
};
use crate::dcerpc::ndr::{Encoding, Ndr};
use crate::error::ParseError;
use crate::wire::Win32Error;

use Kind::{Bytes, Number, Size, Text};

/// SHARE_INFO_0, _1, _2, _501, _502 and _503 (\[MS-SRVS\] 2.2.4.22 to .27).
fn share(level: u32) -> Option<Layout> {
    Some(match level {
        0 => &[("shi0_netname", Text)],
        1 => &[("shi1_netname", Text), ("shi1_type", Number), ("shi1_remark", Text)],
        2 => &[
            ("shi2_netname", Text),
            ("shi2_type", Number),
            ("shi2_remark", Text),
            ("shi2_permissions", Number),
            ("shi2_max_uses", Number),
            ("shi2_current_uses", Number),
            ("shi2_path", Text),
            ("shi2_passwd", Text),
        ],
        501 => &[
            ("shi501_netname", Text),
            ("shi501_type", Number),
            ("shi501_remark", Text),
            ("shi501_flags", Number),
        ],
        502 => &[
            ("shi502_netname", Text),
            ("shi502_type", Number),
            ("shi502_remark", Text),
            ("shi502_permissions", Number),
            ("shi502_max_uses", Number),
            ("shi502_current_uses", Number),
            ("shi502_path", Text),
            ("shi502_passwd", Text),
            ("shi502_reserved", Size),
            ("shi502_security_descriptor", Bytes),
        ],
        503 => &[
            ("shi503_netname", Text),
            ("shi503_type", Number),
            ("shi503_remark", Text),
            ("shi503_permissions", Number),
            ("shi503_max_uses", Number),
            ("shi503_current_uses", Number),
            ("shi503_path", Text),
            ("shi503_passwd", Text),
            ("shi503_servername", Text),
            ("shi503_reserved", Size),
            ("shi503_security_descriptor", Bytes),
        ],
        _ => return None,
    })
}

/// SESSION_INFO_0, _1, _2, _10 and _502 (\[MS-SRVS\] 2.2.4.11 to .15).
fn session(level: u32) -> Option<Layout> {
    Some(match level {
        0 => &[("sesi0_cname", Text)],
        1 => &[
            ("sesi1_cname", Text),
            ("sesi1_username", Text),
            ("sesi1_num_opens", Number),
            ("sesi1_time", Number),
            ("sesi1_idle_time", Number),
            ("sesi1_user_flags", Number),
        ],
        2 => &[
            ("sesi2_cname", Text),
            ("sesi2_username", Text),
            ("sesi2_num_opens", Number),
            ("sesi2_time", Number),
            ("sesi2_idle_time", Number),
            ("sesi2_user_flags", Number),
            ("sesi2_cltype_name", Text),
        ],
        10 => &[
            ("sesi10_cname", Text),
            ("sesi10_username", Text),
            ("sesi10_time", Number),
            ("sesi10_idle_time", Number),
        ],
        502 => &[
            ("sesi502_cname", Text),
            ("sesi502_username", Text),
            ("sesi502_num_opens", Number),
            ("sesi502_time", Number),
            ("sesi502_idle_time", Number),
            ("sesi502_user_flags", Number),
            ("sesi502_cltype_name", Text),
            ("sesi502_transport", Text),
        ],
        _ => return None,
    })
}

/// SERVER_INFO_100, _101 and _102 (\[MS-DTYP\] 2.3.11 and .12, \[MS-SRVS\] 2.2.4.42).
fn server(level: u32) -> Option<Layout> {
    Some(match level {
        100 => &[("sv100_platform_id", Number), ("sv100_name", Text)],
        101 => &[
            ("sv101_platform_id", Number),
            ("sv101_name", Text),
            ("sv101_version_major", Number),
            ("sv101_version_minor", Number),
            ("sv101_type", Number),
            ("sv101_comment", Text),
        ],
        102 => &[
            ("sv102_platform_id", Number),
            ("sv102_name", Text),
            ("sv102_version_major", Number),
            ("sv102_version_minor", Number),
            ("sv102_type", Number),
            ("sv102_comment", Text),
            ("sv102_users", Number),
            ("sv102_disc", Number),
            ("sv102_hidden", Number),
            ("sv102_announce", Number),
            ("sv102_anndelta", Number),
            ("sv102_licenses", Number),
            ("sv102_userpath", Text),
        ],
        _ => return None,
    })
}

/// The request of a call, if it is one of those read here: NetrSessionEnum, NetrSessionDel, NetrShareEnum,
/// NetrShareGetInfo, NetrServerGetInfo and NetrShareEnumSticky (\[MS-SRVS\] 3.1.4).
#[must_use]
pub fn request<'a>(opnum: u16, stub: &'a [u8], encoding: Encoding) -> Option<Arguments<'a>> {
    let read: fn(&mut Ndr<'a>, &mut Record<'a>) -> Result<(), ParseError> = match opnum {
        12 => |ndr, fields| {
            for name in ["ServerName", "ClientName", "UserName"] {
                fields.add(name, unique_text(ndr, name)?);
            }
            enumerated(ndr, fields, session)?;
            preferred(ndr, fields)
        },
        13 => |ndr, fields| {
            for name in ["ServerName", "ClientName", "UserName"] {
                fields.add(name, unique_text(ndr, name)?);
            }
            Ok(())
        },
        15 | 36 => |ndr, fields| {
            fields.add("ServerName", unique_text(ndr, "ServerName")?);
            enumerated(ndr, fields, share)?;
            preferred(ndr, fields)
        },
        16 => |ndr, fields| {
            fields.add("ServerName", unique_text(ndr, "ServerName")?);
            fields.add("NetName", Value::Text(ndr.string("NetName")?));
            fields.add("Level", number(ndr, "Level")?);
            Ok(())
        },
        21 => |ndr, fields| {
            fields.add("ServerName", unique_text(ndr, "ServerName")?);
            fields.add("Level", number(ndr, "Level")?);
            Ok(())
        },
        _ => return None,
    };
    Some(arguments(stub, encoding, read))
}

/// The response of a call that [`request`] reads.
#[must_use]
pub fn response<'a>(opnum: u16, stub: &'a [u8], encoding: Encoding) -> Option<Arguments<'a>> {
    let read: fn(&mut Ndr<'a>, &mut Record<'a>) -> Result<(), ParseError> = match opnum {
        12 => |ndr, fields| {
            enumerated(ndr, fields, session)?;
            totals(ndr, fields)
        },
        13 => |ndr, fields| returned(ndr, fields),
        15 | 36 => |ndr, fields| {
            enumerated(ndr, fields, share)?;
            totals(ndr, fields)
        },
        16 => |ndr, fields| one(ndr, fields, share),
        21 => |ndr, fields| one(ndr, fields, server),
        _ => return None,
    };
    Some(arguments(stub, encoding, read))
}

/// `InfoStruct` of an enumeration: a level, and a union of pointers to containers.
fn enumerated<'a>(
    ndr: &mut Ndr<'a>,
    fields: &mut Record<'a>,
    layout: fn(u32) -> Option<Layout>,
) -> Result<(), ParseError> {
    ndr.align_to_pointer();
    let level = ndr.u32("Level")?;
    fields.add("Level", Value::Number(level.into()));
    // The union's own tag repeats the level.
    ndr.align_to_pointer();
    ndr.u32("Level")?;
    if !ndr.pointer("InfoStruct")? {
        fields.add("InfoStruct", Value::Null);
        return Ok(());
    }
    let layout = layout(level).ok_or_else(|| unknown_level(ndr, level))?;
    let entries_read = ndr.u32("EntriesRead")?;
    let buffer = if ndr.pointer("Buffer")? {
        Value::List(structures(ndr, layout, entries_read)?)
    } else {
        Value::Null
    };
    ndr.align(4);
    let entries_read = ("EntriesRead", Value::Number(entries_read.into()));
    fields.add("InfoStruct", Value::Record(Record(vec![entries_read, ("Buffer", buffer)])));
    Ok(())
}

/// `InfoStruct` of a single answer: a union of pointers to structures, and what is returned.
fn one<'a>(
    ndr: &mut Ndr<'a>,
    fields: &mut Record<'a>,
    layout: fn(u32) -> Option<Layout>,
) -> Result<(), ParseError> {
    let level = ndr.u32("Level")?;
    let value = if ndr.pointer("InfoStruct")? {
        let layout = layout(level).ok_or_else(|| unknown_level(ndr, level))?;
        Value::Record(structure(ndr, layout)?)
    } else {
        Value::Null
    };
    fields.add("InfoStruct", value);
    returned(ndr, fields)
}

fn preferred<'a>(ndr: &mut Ndr<'a>, fields: &mut Record<'a>) -> Result<(), ParseError> {
    fields.add("PreferedMaximumLength", number(ndr, "PreferedMaximumLength")?);
    fields.add("ResumeHandle", unique_number(ndr, "ResumeHandle")?);
    Ok(())
}

fn totals<'a>(ndr: &mut Ndr<'a>, fields: &mut Record<'a>) -> Result<(), ParseError> {
    fields.add("TotalEntries", number(ndr, "TotalEntries")?);
    fields.add("ResumeHandle", unique_number(ndr, "ResumeHandle")?);
    returned(ndr, fields)
}

fn returned<'a>(ndr: &mut Ndr<'a>, fields: &mut Record<'a>) -> Result<(), ParseError> {
    let value = Win32Error(ndr.u32("return")?);
    fields.add("return", Value::Shown(value.to_string()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::Syntax;

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

    #[test]
    fn shares_in_both_syntaxes() {
        for (encoding, wide) in [(NDR, false), (NDR64, true)] {
            let stub = shares(wide);
            let answer = response(15, &stub, encoding).unwrap();
            assert_eq!((answer.stopped, answer.unread), (None, 0), "{encoding:?}");
            let Some(Value::Record(container)) = answer.fields.get("InfoStruct") else {
                panic!("{answer:?}")
            };
            let Some(Value::List(shares)) = container.get("Buffer") else { panic!("{answer:?}") };
            let names: Vec<String> = shares
                .iter()
                .map(|share| match share {
                    Value::Record(share) => match share.get("shi1_netname") {
                        Some(Value::Text(name)) => name.to_string(),
                        other => panic!("{other:?}"),
                    },
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(names, ["IPC$", "lp1"]);
            assert_eq!(answer.fields.get("TotalEntries"), Some(&Value::Number(2)));
            assert_eq!(answer.fields.get("return"), Some(&Value::Shown("ERROR_SUCCESS".to_owned())));
            for length in 0..stub.len() {
                let cut = response(15, &stub[..length], encoding).unwrap();
                assert!(cut.stopped.is_some(), "at {length}");
            }
        }
    }

    #[test]
    fn a_count_beyond_the_stub_is_an_error_and_reserves_nothing() {
        let stub = [[1_u32, 1, 0x20, u32::MAX, 0x24, u32::MAX]].concat();
        let stub: Vec<u8> = stub.into_iter().flat_map(u32::to_le_bytes).collect();
        assert!(response(15, &stub, NDR).unwrap().stopped.is_some());
        let levels: Vec<u8> = [9_u32, 9, 0x20, 0, 0].into_iter().flat_map(u32::to_le_bytes).collect();
        let stopped = response(15, &levels, NDR).unwrap().stopped.unwrap();
        assert_eq!(stopped.to_string(), "NDR: unknown value 0x9 of Level at byte 12");
    }

    #[test]
    fn a_session_is_deleted() {
        let stub =
            [size(1, false), text("srv", false), size(2, false), text("ws", false), size(0, false)].concat();
        let call = request(13, &stub, NDR).unwrap();
        assert_eq!((call.stopped, call.unread), (None, 0));
        assert_eq!(call.fields.get("UserName"), Some(&Value::Null));
        assert!(request(14, &stub, NDR).is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_as_any_call(opnum in 8..40_u16, bytes: Vec<u8>, wide: bool, big_endian: bool) {
            let syntax = if wide { Syntax::Ndr64 } else { Syntax::Ndr };
            let encoding = Encoding { syntax, big_endian };
            let _ = request(opnum, &bytes, encoding);
            let _ = response(opnum, &bytes, encoding);
        }
    }
}
