//! The endpoint mapper (C706 appendix O, \[MS-RPCE\] 2.2.1.2): which interface listens where.
//!
//! ```
//! use core::net::Ipv4Addr;
//!
//! use smbscope::interface::epmapper::Tower;
//!
//! let bytes = [
//!     2, 0, // floors; those of interface and transfer syntax are left out here
//!     1, 0, 0x07, 2, 0, 0xc2, 0x03, // TCP: lengths, protocol identifier, port
//!     1, 0, 0x09, 4, 0, 192, 0, 2, 7, // IP: lengths, protocol identifier, address
//! ];
//! assert_eq!(Tower(&bytes).tcp(), Some((Ipv4Addr::new(192, 0, 2, 7), 49667)));
//! ```

use core::net::Ipv4Addr;

use super::names::name;
use crate::dcerpc::SyntaxId;
use crate::dcerpc::ndr::{Encoding, Ndr, Record, Value};
use crate::error::{Layer, ParseError, Read, Reason, parse};
use crate::wire::{guid, le_u16, take};

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

fn floor(input: &[u8]) -> Read<'_, Floor<'_>> {
    let (rest, length) = le_u16(input)?;
    let (rest, lhs) = take("floor", length.into())(rest)?;
    let (rest, length) = le_u16(rest)?;
    let (rest, rhs) = take("floor", length.into())(rest)?;
    Ok((rest, Floor { lhs, rhs }))
}

/// The towers that a response of `ept_map` gives.
#[must_use]
pub fn mapped<'a>(stub: &'a [u8], encoding: Encoding) -> Vec<Tower<'a>> {
    let mut ndr = Ndr::new(stub, encoding);
    let head = ndr.context_handle("entry_handle").and_then(|_| ndr.u32("num_towers"));
    head.and_then(|_| towers(&mut ndr)).unwrap_or_default()
}

fn towers<'a>(ndr: &mut Ndr<'a>) -> Result<Vec<Tower<'a>>, ParseError> {
    let count = ndr.varying("towers")?;
    if usize::try_from(count).map_or(true, |count| count > ndr.unread()) {
        return Err(ndr.error(Reason::BadValue { field: "towers", value: count }));
    }
    let present = (0..count).map(|_| ndr.pointer("towers")).collect::<Result<Vec<_>, _>>()?;
    present.into_iter().filter(|present| *present).map(|_| tower(ndr)).collect()
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

/// What arguments show of a tower.
pub(super) fn shown(tower: Tower<'_>) -> Value<'static> {
    let mut record = Record::default();
    if let Some(interface) = tower.interface() {
        let name = name(&interface.uuid).map_or_else(|| interface.uuid.to_string(), str::to_owned);
        record.add("interface", Value::Shown(name));
        record.add("uuid", Value::Shown(interface.uuid.to_string()));
        record.add("version", Value::Number(interface.version.into()));
    }
    record.add("binding", Value::Shown(tower.binding()));
    Value::Record(record)
}

#[cfg(test)]
mod tests {
    use super::super::EPMAPPER;
    use super::*;
    use crate::dcerpc::ndr::Asked;

    /// The tower of drsuapi over TCP.
    #[rustfmt::skip]
    const DRSUAPI: [u8; 75] = [
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
            DRSUAPI.to_vec(),
            vec![0],   // padding
            number(0), // status
        ]
        .concat()
    }

    #[test]
    fn an_interface_is_mapped_to_an_endpoint() {
        let stub = answer();
        let encoding = Encoding::default();
        let answer = |stub| {
            EPMAPPER.procedure(3).unwrap().response(stub, encoding, &Asked::default()).unwrap().arguments
        };
        let response = answer(&stub);
        assert!(response.anomalies.is_empty() && response.unread == 0, "{response:?}");
        let Some([Value::Record(tower)]) = response.fields.list("towers") else { panic!("{response:?}") };
        assert_eq!(tower.record("tower_octet_string").unwrap().number("version"), Some(4));
        let towers = mapped(&stub, encoding);
        assert_eq!(towers[0].tcp(), Some((Ipv4Addr::new(192, 0, 2, 7), 0xc203)));
        assert_eq!(towers[0].binding(), "ncacn tcp:49667 ip:192.0.2.7");
        let interface = towers[0].interface().unwrap();
        assert_eq!((name(&interface.uuid), interface.version), (Some("drsuapi"), 4));
        for length in 0..stub.len() {
            assert!(!answer(&stub[..length]).anomalies.is_empty(), "at {length}");
        }
        for length in 0..DRSUAPI.len() {
            let cut = Tower(&DRSUAPI[..length]);
            assert!(cut.floors().count() < 5 && cut.tcp().is_none());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            let _ = mapped(&bytes, Encoding::default());
            let _ = Tower(&bytes).binding();
        }
    }
}
