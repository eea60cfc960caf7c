//! The endpoint mapper (C706 appendix O, \[MS-RPCE\] 2.2.1.2): which interface listens where.

use core::net::Ipv4Addr;

use uuid::Uuid;

use super::arguments::{Arguments, Record, Value, arguments, number};
use crate::dcerpc::SyntaxId;
use crate::dcerpc::ndr::{Encoding, Ndr};
use crate::error::{Layer, ParseError, Parsed, Reason, parse};
use crate::wire::{guid, le_u16, take};

/// `ept_lookup`.
const LOOKUP: u16 = 2;
/// `ept_map`.
const MAP: u16 = 3;

/// A protocol tower (C706 appendix L): an interface, its transfer syntax and how to reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tower<'a>(pub &'a [u8]);

/// One floor of a tower: a protocol identifier with its data, and its address data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Floor<'a> {
    /// The left hand side: the protocol identifier, and for the first two floors a UUID and a major version.
    pub lhs: &'a [u8],
    /// The right hand side: a minor version, a port, an address, a name.
    pub rhs: &'a [u8],
}

impl<'a> Tower<'a> {
    /// The floors, as many as are there.
    pub fn floors(&self) -> impl Iterator<Item = Floor<'a>> + use<'a> {
        let counted = parse(Layer::DceRpc, self.0, le_u16);
        let (mut rest, mut left) = counted.unwrap_or((&[], 0));
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let (after, floor) = parse(Layer::DceRpc, rest, floor).ok()?;
            rest = after;
            Some(floor)
        })
    }

    /// The interface, which is the first floor.
    #[must_use]
    pub fn interface(&self) -> Option<SyntaxId> {
        self.floors().next()?.syntax()
    }

    /// Address and port, if it is reached by TCP over IPv4.
    #[must_use]
    pub fn tcp(&self) -> Option<(Ipv4Addr, u16)> {
        let port = self.floors().find_map(|floor| match floor {
            Floor { lhs: [0x07], rhs: [high, low] } => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        })?;
        let address = self.floors().find_map(|floor| match floor {
            Floor { lhs: [0x09], rhs } => Some(Ipv4Addr::from(*rhs.first_chunk::<4>()?)),
            _ => None,
        })?;
        Some((address, port))
    }

    /// The protocol sequence and endpoint, as `ncacn_ip_tcp:10.0.0.1[135]`, or what of the floors is known.
    #[must_use]
    pub fn binding(&self) -> String {
        let parts = self.floors().skip(2).map(|floor| floor.shown());
        parts.collect::<Vec<_>>().join(" ")
    }
}

impl Floor<'_> {
    fn syntax(self) -> Option<SyntaxId> {
        let rest = self.lhs.strip_prefix(&[0x0d])?;
        let (rest, uuid) = parse(Layer::DceRpc, rest, guid).ok()?;
        let (_, version) = parse(Layer::DceRpc, rest, le_u16).ok()?;
        let minor = parse(Layer::DceRpc, self.rhs, le_u16).map_or(0, |(_, minor)| minor);
        Some(SyntaxId { uuid, version, minor })
    }

    fn shown(self) -> String {
        let name = || crate::wire::ascii(self.rhs);
        match (self.lhs, self.rhs) {
            ([0x0b], _) => "ncacn".to_owned(),
            ([0x0a], _) => "ncadg".to_owned(),
            ([0x0c], _) => "ncalrpc".to_owned(),
            ([0x07], [high, low]) => format!("tcp:{}", u16::from_be_bytes([*high, *low])),
            ([0x08], [high, low]) => format!("udp:{}", u16::from_be_bytes([*high, *low])),
            ([0x1f], [high, low]) => format!("http:{}", u16::from_be_bytes([*high, *low])),
            ([0x09], [a, b, c, d]) => format!("ip:{}", Ipv4Addr::new(*a, *b, *c, *d)),
            ([0x0f | 0x10], _) => format!("np:{}", name()),
            ([0x11], _) => format!("nb:{}", name()),
            (lhs, rhs) => format!("{}:{}", crate::wire::hex(lhs), crate::wire::hex(rhs)),
        }
    }
}

fn floor(input: &[u8]) -> Parsed<'_, Floor<'_>> {
    let (rest, length) = le_u16(input)?;
    let (rest, lhs) = take("floor", length.into())(rest)?;
    let (rest, length) = le_u16(rest)?;
    let (rest, rhs) = take("floor", length.into())(rest)?;
    Ok((rest, Floor { lhs, rhs }))
}

/// The request of `ept_lookup` or `ept_map`.
#[must_use]
pub fn request<'a>(opnum: u16, stub: &'a [u8], encoding: Encoding) -> Option<Arguments<'a>> {
    let read: fn(&mut Ndr<'a>, &mut Record<'a>) -> Result<(), ParseError> = match opnum {
        LOOKUP => |ndr, fields| {
            fields.add("inquiry_type", number(ndr, "inquiry_type")?);
            fields.add("object", object(ndr)?);
            fields.add("interface_id", interface_id(ndr)?);
            fields.add("vers_option", number(ndr, "vers_option")?);
            fields.add("entry_handle", Value::Shown(ndr.context_handle("entry_handle")?.to_string()));
            fields.add("max_ents", number(ndr, "max_ents")?);
            Ok(())
        },
        MAP => |ndr, fields| {
            fields.add("object", object(ndr)?);
            let tower = if ndr.pointer("map_tower")? { shown(tower(ndr)?) } else { Value::Null };
            fields.add("map_tower", tower);
            fields.add("entry_handle", Value::Shown(ndr.context_handle("entry_handle")?.to_string()));
            fields.add("max_towers", number(ndr, "max_towers")?);
            Ok(())
        },
        _ => return None,
    };
    Some(arguments(stub, encoding, read))
}

/// The response of `ept_lookup` or `ept_map`.
#[must_use]
pub fn response<'a>(opnum: u16, stub: &'a [u8], encoding: Encoding) -> Option<Arguments<'a>> {
    let read: fn(&mut Ndr<'a>, &mut Record<'a>) -> Result<(), ParseError> = match opnum {
        LOOKUP => |ndr, fields| {
            fields.add("entry_handle", Value::Shown(ndr.context_handle("entry_handle")?.to_string()));
            fields.add("num_ents", number(ndr, "num_ents")?);
            let count = varying(ndr, "entries")?;
            let mut entries = Vec::new();
            for _ in 0..count {
                ndr.align_to_pointer();
                let object = uuid(ndr, "object")?;
                let tower = ndr.pointer("tower")?;
                entries.push((object, tower, annotation(ndr)?));
            }
            let mut list = Vec::new();
            for (object, has_tower, annotation) in entries {
                let tower = if has_tower { shown(tower(ndr)?) } else { Value::Null };
                let object = ("object", Value::Shown(object.to_string()));
                list.push(Value::Record(Record(vec![
                    object,
                    ("tower", tower),
                    ("annotation", Value::Shown(annotation)),
                ])));
            }
            fields.add("entries", Value::List(list));
            fields.add("status", number(ndr, "status")?);
            Ok(())
        },
        MAP => |ndr, fields| {
            fields.add("entry_handle", Value::Shown(ndr.context_handle("entry_handle")?.to_string()));
            fields.add("num_towers", number(ndr, "num_towers")?);
            let towers = towers(ndr)?;
            fields.add("towers", Value::List(towers.into_iter().map(shown).collect()));
            fields.add("status", number(ndr, "status")?);
            Ok(())
        },
        _ => return None,
    };
    Some(arguments(stub, encoding, read))
}

/// The towers that a response of `ept_map` gives.
#[must_use]
pub fn mapped<'a>(stub: &'a [u8], encoding: Encoding) -> Vec<Tower<'a>> {
    let mut ndr = Ndr::new(stub, encoding);
    let head = ndr.context_handle("entry_handle").and_then(|_| ndr.u32("num_towers"));
    head.and_then(|_| towers(&mut ndr)).unwrap_or_default()
}

fn towers<'a>(ndr: &mut Ndr<'a>) -> Result<Vec<Tower<'a>>, ParseError> {
    let count = varying(ndr, "towers")?;
    let present = (0..count).map(|_| ndr.pointer("towers")).collect::<Result<Vec<_>, _>>()?;
    present.into_iter().filter(|present| *present).map(|_| tower(ndr)).collect()
}

/// The counts of a conformant varying array: how many elements follow.
fn varying(ndr: &mut Ndr<'_>, field: &'static str) -> Result<u64, ParseError> {
    let (max_count, offset, actual_count) = (ndr.uptr(field)?, ndr.uptr(field)?, ndr.uptr(field)?);
    let fits = offset.checked_add(actual_count).is_some_and(|end| end <= max_count);
    let there = usize::try_from(actual_count).is_ok_and(|count| count <= ndr.unread());
    if fits && there {
        Ok(actual_count)
    } else {
        Err(ndr.error(Reason::BadValue { field, value: actual_count }))
    }
}

/// `twr_t`: a conformant structure of a length and as many bytes.
fn tower<'a>(ndr: &mut Ndr<'a>) -> Result<Tower<'a>, ParseError> {
    let max_count = ndr.uptr("tower_octet_string")?;
    let length = ndr.u32("tower_length")?;
    if u64::from(length) != max_count {
        return Err(ndr.error(Reason::BadValue { field: "tower_length", value: length.into() }));
    }
    Ok(Tower(ndr.bytes("tower_octet_string", max_count)))
}

fn shown(tower: Tower<'_>) -> Value<'static> {
    let mut record = Record::default();
    if let Some(interface) = tower.interface() {
        let name = super::name(&interface.uuid).map_or_else(|| interface.uuid.to_string(), str::to_owned);
        record.add("interface", Value::Shown(name));
        record.add("uuid", Value::Shown(interface.uuid.to_string()));
        record.add("version", Value::Number(interface.version.into()));
    }
    record.add("binding", Value::Shown(tower.binding()));
    Value::Record(record)
}

fn uuid(ndr: &mut Ndr<'_>, field: &'static str) -> Result<Uuid, ParseError> {
    let (low, mid, high) = (ndr.u32(field)?, ndr.u16(field)?, ndr.u16(field)?);
    let mut rest = [0; 8];
    for byte in &mut rest {
        *byte = ndr.u8(field)?;
    }
    Ok(Uuid::from_fields(low, mid, high, &rest))
}

fn object<'a>(ndr: &mut Ndr<'a>) -> Result<Value<'a>, ParseError> {
    let present = ndr.pointer("object")?;
    Ok(if present { Value::Shown(uuid(ndr, "object")?.to_string()) } else { Value::Null })
}

/// `rpc_if_id`.
fn interface_id<'a>(ndr: &mut Ndr<'a>) -> Result<Value<'a>, ParseError> {
    if !ndr.pointer("interface_id")? {
        return Ok(Value::Null);
    }
    let uuid = uuid(ndr, "interface_id")?;
    let (major, minor) = (ndr.u16("interface_id")?, ndr.u16("interface_id")?);
    Ok(Value::Shown(format!("{uuid} {major}.{minor}")))
}

/// A varying string of 8-bit characters.
fn annotation(ndr: &mut Ndr<'_>) -> Result<String, ParseError> {
    let (_offset, actual_count) = (ndr.uptr("annotation")?, ndr.uptr("annotation")?);
    Ok(crate::wire::ascii(ndr.bytes("annotation", actual_count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tower of drsuapi over TCP.
    #[rustfmt::skip]
    const TOWER: [u8; 75] = [
        5, 0,                                                                                           // floors
        19, 0, 0x0d, 0x35, 0x42, 0x51, 0xe3, 0x06, 0x4b, 0xd1, 0x11, 0xab, 0x04, 0, 0xc0, 0x4f, 0xc2, 0xdc, 0xd2, 4, 0,
        2, 0, 0, 0,                                                                                     // minor
        19, 0, 0x0d, 0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60, 2, 0,
        2, 0, 0, 0,                                                                                     // NDR 2.0
        1, 0, 0x0b, 2, 0, 0, 0,                                                                         // RPC, connections
        1, 0, 0x07, 2, 0, 0xc2, 0x03,                                                                   // TCP port
        1, 0, 0x09, 4, 0, 192, 0, 2, 7,                                                                 // IP address
    ];

    fn answer() -> Vec<u8> {
        let number = |value: u32| value.to_le_bytes().to_vec();
        [
            vec![0; 20], // entry_handle
            number(1),   // num_towers
            number(4),   // size of the array
            number(0),   // offset
            number(1),   // elements
            number(3),   // pointer
            number(75),  // size of the tower
            number(75),  // tower_length
            TOWER.to_vec(),
            vec![0],   // padding
            number(0), // status
        ]
        .concat()
    }

    #[test]
    fn an_interface_is_mapped_to_an_endpoint() {
        let stub = answer();
        let encoding = Encoding::default();
        let response = response(MAP, &stub, encoding).unwrap();
        assert_eq!((response.stopped, response.unread), (None, 0));
        let towers = mapped(&stub, encoding);
        assert_eq!(towers[0].tcp(), Some((Ipv4Addr::new(192, 0, 2, 7), 0xc203)));
        assert_eq!(towers[0].binding(), "ncacn tcp:49667 ip:192.0.2.7");
        let interface = towers[0].interface().unwrap();
        assert_eq!((super::super::name(&interface.uuid), interface.version), (Some("drsuapi"), 4));
        for length in 0..stub.len() {
            assert!(
                super::response(MAP, &stub[..length], encoding).unwrap().stopped.is_some(),
                "at {length}"
            );
        }
        for length in 0..TOWER.len() {
            let cut = Tower(&TOWER[..length]);
            assert!(cut.floors().count() < 5 && cut.tcp().is_none());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes(opnum in 2..4_u16, bytes: Vec<u8>) {
            let _ = request(opnum, &bytes, Encoding::default());
            let _ = response(opnum, &bytes, Encoding::default());
            let _ = mapped(&bytes, Encoding::default());
            let _ = Tower(&bytes).binding();
        }
    }
}
