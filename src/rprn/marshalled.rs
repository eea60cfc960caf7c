//! Structures in buffers that NDR passes as bytes (\[MS-RPRN\] 2.2.2): little-endian, in the form of 32-bit systems,
//! with offsets where a stub has pointers. An offset counts from the start of the structure that it stands in.

use crate::dcerpc::ndr::{By, Meaning, Member, NdrString, Record, Scope, Type, Value};
use crate::error::{Anomalies, Layer, ParseError, Reason};
use crate::wire::{FileTime, widen};

/// How often over the bytes of a buffer may be told: structures may share a text, but what a buffer yields must stay in
/// proportion to it.
const SHARING: usize = 64;

/// True in a response that says that it failed: its buffers hold nothing.
pub(super) fn failed(scope: &Scope<'_, '_>) -> bool {
    scope.parameters.number("return") != Some(0)
}

/// The part of a response's array that another parameter says was filled.
pub(super) fn valid<'a>(bytes: &'a [u8], scope: &Scope<'_, 'a>, by: &str) -> &'a [u8] {
    let count = scope.parameters.number(by).and_then(|count| usize::try_from(count).ok());
    count.and_then(|count| bytes.get(..count)).unwrap_or(bytes)
}

/// A text alone.
pub(super) fn text<'a>(bytes: &'a [u8], scope: &Scope<'_, 'a>, _anomalies: &mut Anomalies) -> Value<'a> {
    if scope.is_request || failed(scope) {
        Value::Undefined(bytes)
    } else {
        Value::Text(NdrString::new(bytes, false))
    }
}

/// Information of the level that the request asks for: as many structures as `pcReturned` says, or one where there is
/// no such parameter.
pub(super) fn information<'a>(
    bytes: &'a [u8],
    scope: &Scope<'_, 'a>,
    anomalies: &mut Anomalies,
    layout: fn(u32) -> Option<&'static [Member]>,
) -> Value<'a> {
    if scope.is_request || failed(scope) {
        return Value::Undefined(bytes);
    }
    let level = scope.asked.level;
    let Some(layout) = level.and_then(layout) else {
        let field = if level.is_some() { "Level" } else { "Level of a request that was not seen" };
        let reason = Reason::Unknown { field, value: level.unwrap_or_default().into() };
        anomalies.add(ParseError { layer: Layer::Rprn, offset: 0, reason });
        return Value::Bytes(bytes);
    };
    structures_of(bytes, scope, anomalies, layout)
}

/// Information of one kind.
pub(super) fn structures_of<'a>(
    bytes: &'a [u8],
    scope: &Scope<'_, 'a>,
    anomalies: &mut Anomalies,
    layout: &'static [Member],
) -> Value<'a> {
    if scope.is_request || failed(scope) {
        return Value::Undefined(bytes);
    }
    match scope.parameters.number("pcReturned") {
        Some(count) => Value::List(list(bytes, layout, count, scope, anomalies)),
        None => list(bytes, layout, 1, scope, anomalies).pop().unwrap_or_default(),
    }
}

/// So many structures at the start of a buffer, with what they point to.
pub(super) fn list<'a>(
    bytes: &'a [u8],
    layout: &[Member],
    count: u64,
    scope: &Scope<'_, 'a>,
    anomalies: &mut Anomalies,
) -> Vec<Value<'a>> {
    let left = bytes.len().saturating_mul(SHARING);
    Buffer { bytes, left, scope, anomalies }.structures(layout, 0, count, None)
}

/// The beginning of one structure that may be shorter than its declaration.
pub(super) fn beginning<'a>(
    bytes: &'a [u8],
    layout: &[Member],
    scope: &Scope<'_, 'a>,
    anomalies: &mut Anomalies,
) -> Record<'a> {
    let left = bytes.len().saturating_mul(SHARING);
    Buffer { bytes, left, scope, anomalies }.structure(layout, 0, 0)
}

/// The size of a structure.
pub(super) fn size(layout: &[Member]) -> usize {
    extent(&Type::Struct(&[])).0.max(layout_extent(layout).0)
}

fn layout_extent(layout: &[Member]) -> (usize, usize) {
    let start = (0_usize, 1_usize);
    let (end, alignment) = layout.iter().fold(start, |(at, widest), member| {
        let (size, alignment) = extent(&member.of);
        (at.next_multiple_of(alignment).saturating_add(size), widest.max(alignment))
    });
    (end.next_multiple_of(alignment), alignment)
}

/// Size and alignment of a member: pointers of all kinds are offsets of four bytes.
fn extent(of: &Type) -> (usize, usize) {
    match of {
        Type::U8 => (1, 1),
        Type::U16 | Type::I16 | Type::Named16(_) | Type::NamedBy(_) => (2, 2),
        Type::U64 | Type::I64 => (8, 8),
        Type::Guid => (16, 4),
        Type::FileTime => (8, 4),
        Type::Characters(count) => (count.saturating_mul(2), 2),
        Type::Struct(members) => layout_extent(members),
        _ => (4, 4),
    }
}

struct Buffer<'b, 's, 'a> {
    bytes: &'a [u8],
    /// Bytes that may still be told.
    left: usize,
    scope: &'b Scope<'s, 'a>,
    anomalies: &'b mut Anomalies,
}

impl<'a> Buffer<'_, '_, 'a> {
    /// Structures one behind the other from `start` on. Their offsets count from `base`, or else from where each stands.
    fn structures(
        &mut self,
        layout: &[Member],
        start: usize,
        count: u64,
        base: Option<usize>,
    ) -> Vec<Value<'a>> {
        let size = size(layout).max(1);
        let mut list = Vec::new();
        for place in (start..).step_by(size).take(usize::try_from(count).unwrap_or(usize::MAX)) {
            if place.checked_add(size).is_none_or(|end| end > self.bytes.len()) {
                self.anomaly(place, Reason::Truncated { field: "information" });
                break;
            }
            if self.left == 0 {
                break;
            }
            list.push(Value::Record(self.structure(layout, place, base.unwrap_or(place))));
        }
        list
    }

    /// A structure at `start`, as far as there is any of it.
    fn structure(&mut self, layout: &[Member], start: usize, base: usize) -> Record<'a> {
        let mut record = Record::default();
        let mut at = start;
        for member in layout {
            let (size, alignment) = extent(&member.of);
            at = at.saturating_sub(start).next_multiple_of(alignment).saturating_add(start);
            let Some(bytes) = self.bytes.get(at..).and_then(|rest| rest.get(..size)) else { break };
            let value = self.fixed(&member.of, bytes, at, base);
            record.add(member.name, value);
            at = at.saturating_add(size);
        }
        // Sizes stand behind what they are the sizes of.
        for (place, member) in layout.iter().enumerate() {
            let Some((_, value)) = record.0.get(place) else { break };
            let (is_pointer, Value::Number(offset)) =
                (matches!(member.of, Type::Unique(_) | Type::Offset(_)), value)
            else {
                continue;
            };
            if is_pointer {
                let value = self.target(member, *offset, base, &record);
                if let Some((_, place)) = record.0.get_mut(place) {
                    *place = value;
                }
            }
        }
        record
    }

    /// The fixed part of a member; of a pointer the offset.
    fn fixed(&mut self, of: &Type, bytes: &'a [u8], at: usize, base: usize) -> Value<'a> {
        let named =
            |number: u32, names: crate::dcerpc::ndr::Names| Value::Named(number.into(), names(number));
        let half = || bytes.first_chunk().map_or(0, |bytes| u16::from_le_bytes(*bytes));
        let number = || bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let long = || bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        match of {
            Type::U8 => Value::Number(bytes.first().copied().unwrap_or_default().into()),
            Type::U16 => Value::Number(half().into()),
            Type::I16 => Value::Signed(half().cast_signed().into()),
            Type::Named16(names) => named(half().into(), *names),
            Type::Named(names) => named(number(), *names),
            Type::I32 => Value::Signed(number().cast_signed().into()),
            Type::U64 => Value::Number(long()),
            Type::FileTime => Value::Shown(FileTime(long()).to_string()),
            Type::Characters(_) => Value::Text(NdrString::new(bytes, false)),
            Type::Struct(members) => Value::Record(self.structure(members, at, base)),
            _ => Value::Number(number().into()),
        }
    }

    /// What stands at an offset.
    fn target(&mut self, member: &Member, offset: u64, base: usize, siblings: &Record<'a>) -> Value<'a> {
        if offset == 0 {
            return Value::Null;
        }
        let place = usize::try_from(offset).ok().and_then(|offset| base.checked_add(offset));
        let Some((place, rest)) = place.and_then(|place| Some((place, self.bytes.get(place..)?))) else {
            self.anomaly(base, Reason::BadOffset { field: member.name, value: offset });
            return Value::Unread;
        };
        let count = match member.by {
            Some(By::Count(by)) => siblings.number(by).unwrap_or_default(),
            _ => 1,
        };
        let (value, told) = match member.of {
            Type::Unique(Type::Text) => match end(rest, 1) {
                Some(text) => (Value::Text(NdrString::new(text, false)), text.len()),
                None => (Value::Unread, 0),
            },
            Type::Unique(Type::MultiText) => match end(rest, 2) {
                Some(all) => {
                    (Value::List(NdrString::new(all, false).split().map(Value::Text).collect()), all.len())
                }
                None => (Value::Unread, 0),
            },
            Type::Unique(Type::Ascii) => match rest.iter().position(|byte| *byte == 0) {
                Some(end) => (Value::Ascii(rest.get(..end).unwrap_or_default()), end),
                None => (Value::Unread, 0),
            },
            Type::Unique(Type::Array(Type::Struct(members))) => {
                (Value::List(self.structures(members, place, count, Some(base))), 0)
            }
            Type::Unique(Type::Bytes(meaning)) => {
                let bytes = usize::try_from(count).ok().and_then(|count| rest.get(..count));
                bytes.map_or((Value::Unread, 0), |bytes| (self.meant(*meaning, bytes, siblings), bytes.len()))
            }
            Type::Offset(meaning) => {
                let before = self.anomalies.iter().count();
                let value = self.meant(meaning, rest, siblings);
                let told = if self.anomalies.iter().count() == before { told(&value) } else { rest.len() };
                (value, told)
            }
            _ => (Value::Unread, 0),
        };
        if value == Value::Unread {
            self.anomaly(place, Reason::Truncated { field: member.name });
        }
        let Some(left) = self.left.checked_sub(told) else {
            self.anomaly(place, Reason::TooDeep { field: member.name });
            self.left = 0;
            return Value::Unread;
        };
        self.left = left;
        value
    }

    fn meant(&mut self, meaning: Meaning, bytes: &'a [u8], siblings: &Record<'a>) -> Value<'a> {
        match meaning {
            Meaning::Opaque => Value::Bytes(bytes),
            Meaning::Known(meaning) => meaning(bytes, &Scope { siblings, ..*self.scope }, self.anomalies),
        }
    }

    fn anomaly(&mut self, offset: usize, reason: Reason) {
        self.anomalies.add(ParseError { layer: Layer::Rprn, offset, reason });
    }
}

/// The characters up to so many NULs in a row, and these.
fn end(bytes: &[u8], nuls: usize) -> Option<&[u8]> {
    let units = bytes.as_chunks::<2>().0;
    if nuls == 2 && units.first() == Some(&[0, 0]) {
        // A list of nothing has but one NUL.
        return bytes.get(..2);
    }
    let end = units.windows(nuls).position(|units| units.iter().all(|unit| *unit == [0, 0]))?;
    bytes.get(..end.saturating_add(nuls).saturating_mul(2))
}

/// How many bytes a structure has that says itself where it ends.
fn told(value: &Value<'_>) -> usize {
    match value {
        Value::Security(security) => security.size(),
        Value::Record(devmode) => {
            let part =
                |name| widen(u32::try_from(devmode.number(name).unwrap_or_default()).unwrap_or(u32::MAX));
            part("dmSize").saturating_add(part("dmDriverExtra"))
        }
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}
