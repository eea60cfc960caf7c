//! The arguments of a call, named and nested as their specification has them.

use crate::dcerpc::ndr::{Encoding, Ndr, NdrString};
use crate::error::{Layer, ParseError, Reason};

/// The most elements of one array that are kept.
const ELEMENTS: u64 = 65_536;

/// What stands in the stub of one direction of a call.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Arguments<'a> {
    /// The parameters by their names, in the order of the stub.
    pub fields: Record<'a>,
    /// Bytes of the stub that no parameter claimed.
    pub unread: usize,
    /// Why not all parameters could be read.
    pub stopped: Option<ParseError>,
}

/// Named values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record<'a>(pub Vec<(&'static str, Value<'a>)>);

/// One value.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Value<'a> {
    /// Null.
    Null,
    /// An integer.
    Number(u64),
    /// A string.
    Text(#[cfg_attr(feature = "serde", serde(serialize_with = "text"))] NdrString<'a>),
    /// What prints as a text: a UUID, a status, an address.
    Shown(String),
    /// Bytes that are opaque to the procedure.
    Bytes(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))] &'a [u8]),
    /// A structure.
    Record(Record<'a>),
    /// An array.
    List(Vec<Self>),
}

#[cfg(feature = "serde")]
fn text<S: serde::Serializer>(text: &NdrString<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(text)
}

/// As a map.
#[cfg(feature = "serde")]
impl serde::Serialize for Record<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'a> Record<'a> {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    pub(super) fn add(&mut self, name: &'static str, value: Value<'a>) {
        self.0.push((name, value));
    }
}

/// Reads a stub with `read`, and keeps what was read before an error.
pub(super) fn arguments<'a>(
    stub: &'a [u8],
    encoding: Encoding,
    read: impl FnOnce(&mut Ndr<'a>, &mut Record<'a>) -> Result<(), ParseError>,
) -> Arguments<'a> {
    let (mut ndr, mut fields) = (Ndr::new(stub, encoding), Record::default());
    let stopped = read(&mut ndr, &mut fields).and_then(|()| ndr.finish()).err();
    Arguments { fields, unread: ndr.unread(), stopped }
}

/// What a member of a structure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 32 bits.
    Number,
    /// A unique pointer to a string.
    Text,
    /// The size in bytes of the next [`Kind::Bytes`].
    Size,
    /// A unique pointer to a conformant array of bytes.
    Bytes,
}

/// The members of a structure.
pub(super) type Layout = &'static [(&'static str, Kind)];

/// A string behind a unique pointer, as a parameter.
pub(super) fn unique_text<'a>(ndr: &mut Ndr<'a>, name: &'static str) -> Result<Value<'a>, ParseError> {
    Ok(ndr.unique_string(name)?.map_or(Value::Null, Value::Text))
}

/// A 32-bit number behind a unique pointer, as a parameter.
pub(super) fn unique_number<'a>(ndr: &mut Ndr<'a>, name: &'static str) -> Result<Value<'a>, ParseError> {
    if ndr.pointer(name)? { number(ndr, name) } else { Ok(Value::Null) }
}

/// A 32-bit number.
pub(super) fn number<'a>(ndr: &mut Ndr<'a>, name: &'static str) -> Result<Value<'a>, ParseError> {
    ndr.u32(name).map(|number| Value::Number(number.into()))
}

/// A conformant array of `count` structures: the fixed parts of all, then what their pointers point to.
pub(super) fn structures<'a>(
    ndr: &mut Ndr<'a>,
    layout: Layout,
    count: u32,
) -> Result<Vec<Value<'a>>, ParseError> {
    let max_count = ndr.uptr("Buffer")?;
    if max_count != u64::from(count) || max_count > ELEMENTS {
        return Err(ndr.error(Reason::BadValue { field: "Buffer", value: max_count }));
    }
    // Every element has at least one byte, so a stub cannot ask for more than it has.
    if usize::try_from(count).is_ok_and(|count| count > ndr.unread()) {
        return Err(ndr.error(Reason::Truncated { field: "Buffer" }));
    }
    let fixed = (0..count).map(|_| fixed(ndr, layout)).collect::<Result<Vec<_>, _>>()?;
    fixed.into_iter().map(|fixed| deferred(ndr, layout, &fixed).map(Value::Record)).collect()
}

/// One structure, with what its pointers point to.
pub(super) fn structure<'a>(ndr: &mut Ndr<'a>, layout: Layout) -> Result<Record<'a>, ParseError> {
    let fixed = fixed(ndr, layout)?;
    deferred(ndr, layout, &fixed)
}

/// The members of the fixed part: numbers, and whether pointers are there.
fn fixed(ndr: &mut Ndr<'_>, layout: Layout) -> Result<Vec<u64>, ParseError> {
    if layout.iter().any(|(_, kind)| matches!(kind, Kind::Text | Kind::Bytes)) {
        ndr.align_to_pointer();
    }
    let member = |(name, kind): &(&'static str, Kind)| match kind {
        Kind::Number | Kind::Size => ndr.u32(name).map(u64::from),
        Kind::Text | Kind::Bytes => ndr.uptr(name),
    };
    layout.iter().map(member).collect()
}

fn deferred<'a>(ndr: &mut Ndr<'a>, layout: Layout, fixed: &[u64]) -> Result<Record<'a>, ParseError> {
    let (mut record, mut size) = (Record::default(), 0);
    for ((name, kind), fixed) in layout.iter().zip(fixed) {
        let value = match kind {
            Kind::Number => Value::Number(*fixed),
            Kind::Size => {
                size = u32::try_from(*fixed).unwrap_or(u32::MAX);
                continue;
            }
            Kind::Text | Kind::Bytes if *fixed == 0 => Value::Null,
            Kind::Text => Value::Text(ndr.string(name)?),
            Kind::Bytes => Value::Bytes(ndr.byte_array(name, size)?),
        };
        record.add(name, value);
    }
    Ok(record)
}

/// An error: the stub has a `level` for which there is no layout.
pub(super) fn unknown_level(ndr: &Ndr<'_>, level: u32) -> ParseError {
    let reason = Reason::Unknown { field: "Level", value: level.into() };
    ParseError { layer: Layer::Ndr, offset: ndr.offset(), reason }
}
