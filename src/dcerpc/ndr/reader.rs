//! Reads parameters from a stub as their types say.
//!
//! A type is read in two steps, as it stands on the wire: first its fixed part, in which pointers are referents, then
//! what these point to. When all parameters are there, arrays of bytes get their meaning.

use super::meaning::{Asked, Meaning, Scope};
use super::types::{By, Member, Names, Parameter, Type, Union};
use super::value::{Arguments, Record, Value};
use super::{Encoding, Ndr, NdrString, Syntax};
use crate::error::{Anomalies, Layer, ParseError, Reason};
use crate::wire::FileTime;

/// Reads the `[in]` parameters of a procedure from the stub of a request.
#[must_use]
pub fn request<'a>(parameters: &[Parameter], stub: &'a [u8], encoding: Encoding) -> Arguments<'a> {
    read(parameters, true, None, stub, encoding, &Asked::default())
}

/// Reads the `[out]` parameters of a procedure, and what it returns, from the stub of a response.
#[must_use]
pub fn response<'a>(
    parameters: &[Parameter],
    returns: Option<Names>,
    stub: &'a [u8],
    encoding: Encoding,
    asked: &Asked,
) -> Arguments<'a> {
    read(parameters, false, returns, stub, encoding, asked)
}

fn read<'a>(
    parameters: &[Parameter],
    is_request: bool,
    returns: Option<Names>,
    stub: &'a [u8],
    encoding: Encoding,
    asked: &Asked,
) -> Arguments<'a> {
    let members = || {
        let own = parameters.iter().filter(|parameter| parameter.direction.is_in(is_request));
        let returned = returns.map(|names| super::types::member("return", Type::Named(names)));
        own.map(|parameter| parameter.member).chain(returned)
    };
    let (mut ndr, mut fields, mut anomalies) =
        (Ndr::new(stub, encoding), Record::default(), Anomalies::default());
    let read = members().try_for_each(|member| {
        let mut value = Value::Unread;
        let read = ndr.whole(&member.of, member.name, &mut value);
        fields.add(member.name, value);
        read
    });
    if anomalies.ok(read.and_then(|()| ndr.finish())).is_some() {
        let none = Record::default();
        let around = Scope { siblings: &none, parameters: &none, asked, is_request };
        interpret_record(members(), &mut fields, None, around, &mut anomalies);
    }
    Arguments { fields, unread: ndr.unread(), anomalies }
}

impl<'a> Ndr<'a> {
    /// A parameter, or what a pointer points to: the fixed part, and what stands deferred behind it.
    fn whole(&mut self, of: &Type, name: &'static str, value: &mut Value<'a>) -> Result<(), ParseError> {
        self.fixed(of, name, value)?;
        self.deferred(of, name, value)
    }

    fn fixed(&mut self, of: &Type, name: &'static str, value: &mut Value<'a>) -> Result<(), ParseError> {
        *value = match of {
            Type::U8 => Value::Number(self.u8(name)?.into()),
            Type::U16 | Type::NamedBy(_) => Value::Number(self.u16(name)?.into()),
            Type::I16 => Value::Signed(self.u16(name)?.cast_signed().into()),
            Type::U32 => Value::Number(self.u32(name)?.into()),
            Type::I32 => Value::Signed(self.u32(name)?.cast_signed().into()),
            Type::U64 => Value::Number(self.u64(name)?),
            Type::I64 => Value::Signed(self.u64(name)?.cast_signed()),
            Type::F32 => Value::Float(f32::from_bits(self.u32(name)?)),
            Type::Uptr | Type::Offset(_) => Value::Number(self.uptr(name)?),
            Type::Named16(names) => named(self.u16(name)?.into(), *names),
            Type::Named(names) => named(self.u32(name)?, *names),
            Type::Enum(names) => named(self.enumeration(name)?, *names),
            Type::Handle => Value::Handle(self.context_handle(name)?),
            Type::Guid => Value::Shown(self.guid(name)?.to_string()),
            Type::FileTime => Value::Shown(self.file_time(name)?.to_string()),
            Type::Sid => Value::Shown(self.sid(name)?.to_string()),
            Type::Opaque(count) => Value::Bytes(self.bytes(name, u64::try_from(*count).unwrap_or(u64::MAX))),
            Type::Text => Value::Text(self.string(name)?),
            Type::Ascii => Value::Ascii(self.narrow_string(name)?),
            Type::Unique(_) => {
                if self.pointer(name)? {
                    Value::Unread
                } else {
                    Value::Null
                }
            }
            Type::Characters(count) => self.characters(name, u64::try_from(*count).unwrap_or(u64::MAX)),
            Type::Varying(_) | Type::VaryingBytes(_) => {
                let count = self.varying(name)?;
                return self.elements(of, name, count, value);
            }
            Type::VaryingAscii => {
                let (_offset, count) = (self.uptr(name)?, self.uptr(name)?);
                Value::Ascii(self.bytes(name, count))
            }
            Type::Bytes(_) | Type::Wide | Type::MultiText | Type::Array(_) => {
                let count = self.uptr(name)?;
                return self.elements(of, name, count, value);
            }
            Type::Fixed(_, count) => {
                return self.elements(of, name, u64::try_from(*count).unwrap_or(u64::MAX), value);
            }
            Type::Struct(members) => return self.structure(of, members, name, value),
            Type::Union(union) => return self.union(of, union, name, value),
        };
        Ok(())
    }

    fn structure(
        &mut self,
        of: &Type,
        members: &[Member],
        name: &'static str,
        value: &mut Value<'a>,
    ) -> Result<(), ParseError> {
        *value = Value::Record(Record::default());
        let Value::Record(record) = value else { return Ok(()) };
        // The count of an array at the end stands in front of everything.
        let conformant = members
            .last()
            .filter(|last| matches!(last.of, Type::Array(_) | Type::Bytes(_) | Type::Wide | Type::MultiText));
        let count = conformant.map(|_| self.uptr(name)).transpose()?;
        let alignment = of.alignment(self.syntax());
        self.align(alignment);
        for (place, member) in members.iter().enumerate() {
            let mut value = Value::Unread;
            let read = match count.filter(|_| place.saturating_add(1) == members.len()) {
                Some(count) => self.elements(&member.of, member.name, count, &mut value),
                None => self.fixed(&member.of, member.name, &mut value),
            };
            record.add(member.name, value);
            read?;
        }
        if self.syntax() == Syntax::Ndr64 {
            self.align(alignment);
        }
        Ok(())
    }

    fn union(
        &mut self,
        of: &Type,
        union: &'static Union,
        name: &'static str,
        value: &mut Value<'a>,
    ) -> Result<(), ParseError> {
        if self.syntax() == Syntax::Ndr64 {
            self.align(of.alignment(Syntax::Ndr64));
        }
        let tag = if union.is_enum { self.enumeration(name)? } else { self.u32(name)? };
        let Some(arm) = union.arms.iter().find(|arm| arm.tag == tag) else {
            return Err(self.error(Reason::Unknown { field: name, value: tag.into() }));
        };
        self.align(union.alignment(self.syntax()));
        *value = Value::Record(Record::default());
        let Value::Record(record) = value else { return Ok(()) };
        let mut value = Value::Unread;
        let read = self.fixed(&arm.of, arm.name, &mut value);
        record.add(arm.name, value);
        read
    }

    /// The elements of an array whose count is known.
    fn elements(
        &mut self,
        of: &Type,
        name: &'static str,
        count: u64,
        value: &mut Value<'a>,
    ) -> Result<(), ParseError> {
        let (Type::Array(element) | Type::Varying(element) | Type::Fixed(element, _)) = of else {
            *value = match of {
                Type::Bytes(_) | Type::VaryingBytes(_) => Value::Bytes(self.bytes(name, count)),
                _ => self.characters(name, count),
            };
            return Ok(());
        };
        // Every element has at least one byte, so a stub cannot ask for more than it has.
        if usize::try_from(count).map_or(true, |count| count > self.unread()) {
            return Err(self.error(Reason::Truncated { field: name }));
        }
        let mut list = Vec::new();
        let read = (0..count).try_for_each(|_| {
            let mut value = Value::Unread;
            let read = self.fixed(element, name, &mut value);
            list.push(value);
            read
        });
        *value = Value::List(list);
        read
    }

    fn characters(&mut self, name: &'static str, count: u64) -> Value<'a> {
        self.align(2);
        let bytes = self.bytes(name, count.saturating_mul(2));
        Value::Text(NdrString::new(bytes, self.is_big_endian()))
    }

    fn deferred(&mut self, of: &Type, name: &'static str, value: &mut Value<'a>) -> Result<(), ParseError> {
        match (of, value) {
            (Type::Unique(to), value @ Value::Unread) => self.whole(to, name, value),
            (Type::Struct(members), Value::Record(record)) => {
                let mut fields = members.iter().zip(&mut record.0);
                fields.try_for_each(|(member, (name, value))| self.deferred(&member.of, name, value))
            }
            (Type::Union(union), Value::Record(record)) => match record.0.first_mut() {
                Some((name, value)) => {
                    let arm = union.arms.iter().find(|arm| arm.name == *name);
                    arm.map_or(Ok(()), |arm| self.deferred(&arm.of, name, value))
                }
                None => Ok(()),
            },
            (Type::Array(of) | Type::Varying(of) | Type::Fixed(of, _), Value::List(list)) => {
                list.iter_mut().try_for_each(|value| self.deferred(of, name, value))
            }
            _ => Ok(()),
        }
    }

    fn enumeration(&mut self, name: &'static str) -> Result<u32, ParseError> {
        match self.syntax() {
            Syntax::Ndr => self.u16(name).map(u32::from),
            Syntax::Ndr64 => self.u32(name),
        }
    }

    fn file_time(&mut self, name: &'static str) -> Result<FileTime, ParseError> {
        let (low, high) = (self.u32(name)?, self.u32(name)?);
        Ok(FileTime(u64::from(high) << 32 | u64::from(low)))
    }
}

fn named<'a>(number: u32, names: Names) -> Value<'a> {
    Value::Named(number.into(), names(number))
}

/// Gives arrays of bytes their meaning, and checks what members say of each other. `all` are the parameters, `None` if
/// this record is them.
fn interpret_record<'a>(
    members: impl Iterator<Item = Member>,
    record: &mut Record<'a>,
    all: Option<&Record<'a>>,
    around: Scope<'_, 'a>,
    anomalies: &mut Anomalies,
) {
    for (place, member) in members.enumerate() {
        // Out of its place for a moment, so that it can be changed while its siblings are looked at.
        let Some((_, value)) = record.0.get_mut(place) else { return };
        let mut value = core::mem::take(value);
        check(&member, &value, record, anomalies);
        let scope = Scope { siblings: record, parameters: all.unwrap_or(record), ..around };
        interpret(&member.of, &mut value, scope, anomalies);
        if let Some((_, place)) = record.0.get_mut(place) {
            *place = value;
        }
    }
}

fn interpret<'a>(of: &Type, value: &mut Value<'a>, scope: Scope<'_, 'a>, anomalies: &mut Anomalies) {
    match (of, value) {
        (Type::Bytes(Meaning::Known(meaning)) | Type::VaryingBytes(Meaning::Known(meaning)), value) => {
            if let Value::Bytes(bytes) = *value {
                *value = meaning(bytes, &scope, anomalies);
            }
        }
        (Type::NamedBy(names), value) => {
            if let Value::Number(number) = *value {
                let name = u32::try_from(number).ok().and_then(|number| names(number, &scope));
                *value = Value::Named(number, name);
            }
        }
        (Type::MultiText, value) => {
            if let Value::Text(text) = *value {
                *value = Value::List(text.split().map(Value::Text).collect());
            }
        }
        (Type::Unique(to), value) => interpret(to, value, scope, anomalies),
        (Type::Struct(members), Value::Record(record)) => {
            let members = members.iter().copied();
            interpret_record(members, record, Some(scope.parameters), scope, anomalies);
        }
        (Type::Union(union), Value::Record(record)) => {
            if let Some((name, value)) = record.0.first_mut()
                && let Some(arm) = union.arms.iter().find(|arm| arm.name == *name)
            {
                interpret(&arm.of, value, scope, anomalies);
            }
        }
        (Type::Array(of) | Type::Varying(of) | Type::Fixed(of, _), Value::List(list)) => {
            list.iter_mut().for_each(|value| interpret(of, value, scope, anomalies));
        }
        _ => {}
    }
}

/// Compares a size or a tag with the member that should say the same.
fn check(member: &Member, value: &Value<'_>, siblings: &Record<'_>, anomalies: &mut Anomalies) {
    let (says, has) = match (member.by, value) {
        (Some(By::Count(by)), Value::Bytes(bytes)) => (siblings.number(by), bytes.len()),
        (Some(By::Count(by)), Value::List(list)) => (siblings.number(by), list.len()),
        (Some(By::Count(by)), Value::Text(text)) => (siblings.number(by), text.units().count()),
        (Some(By::Size(by)), Value::Text(text)) => {
            (siblings.number(by).map(|size| size & !1), text.as_bytes().len())
        }
        (Some(By::Switch(by, mask)), Value::Record(arm)) => {
            let Type::Union(union) = member.of else { return };
            let is =
                |name: &str, tag| union.arms.iter().any(|arm| arm.name == name && u64::from(arm.tag) == tag);
            let tag = siblings.number(by).map(|tag| tag & u64::from(mask));
            if let (Some(tag), Some((name, _))) = (tag, arm.0.first())
                && !is(name, tag)
            {
                contradiction(member.name, tag, anomalies);
            }
            return;
        }
        _ => return,
    };
    let has = u64::try_from(has).unwrap_or(u64::MAX);
    if says.is_some_and(|says| says != has) {
        contradiction(member.name, has, anomalies);
    }
}

fn contradiction(field: &'static str, value: u64, anomalies: &mut Anomalies) {
    let reason = Reason::BadValue { field, value };
    anomalies.add(ParseError { layer: Layer::Ndr, offset: 0, reason });
}
