//! Values as they were read from a stub, named and nested as the specification has them.

use super::{ContextHandle, NdrString};
use crate::error::Anomalies;
use crate::wire::security::Security;

/// What stands in the stub of one direction of a call.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Arguments<'a> {
    /// The parameters by their names, in the order of the stub, and the value returned as `return`.
    pub fields: Record<'a>,
    /// Bytes of the stub that no parameter claimed.
    pub unread: usize,
    /// What could not be read, or contradicts itself.
    pub anomalies: Anomalies,
}

/// Named values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record<'a>(pub Vec<(&'static str, Value<'a>)>);

/// One value.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A null pointer.
    #[default]
    Null,
    /// The target of a pointer that could not be read.
    Unread,
    /// An integer.
    Number(u64),
    /// An integer that has a sign.
    Signed(i64),
    /// An integer, and what its value is called.
    Named(u64, Option<String>),
    /// A floating-point number.
    Float(f32),
    /// 16-bit characters.
    Text(NdrString<'a>),
    /// 8-bit characters.
    Ascii(&'a [u8]),
    /// A context handle.
    Handle(ContextHandle),
    /// What prints as a text: a UUID, a time, an address.
    Shown(String),
    /// Bytes that are opaque to the procedure.
    Bytes(&'a [u8]),
    /// A buffer whose contents the specification leaves undefined.
    Undefined(&'a [u8]),
    /// A security descriptor.
    Security(Security<'a>),
    /// A structure.
    Record(Record<'a>),
    /// An array.
    List(Vec<Self>),
}

impl<'a> Record<'a> {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// The value of a field that is an integer without a sign.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Number(number) | Value::Named(number, _) => Some(*number),
            _ => None,
        }
    }

    /// The value of a field that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<NdrString<'a>> {
        match self.get(name)? {
            Value::Text(text) => Some(*text),
            _ => None,
        }
    }

    /// The value of a field that is a context handle.
    #[must_use]
    pub fn handle(&self, name: &str) -> Option<ContextHandle> {
        match self.get(name)? {
            Value::Handle(handle) => Some(*handle),
            _ => None,
        }
    }

    /// The value of a field that is a structure.
    #[must_use]
    pub fn record(&self, name: &str) -> Option<&Self> {
        match self.get(name)? {
            Value::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The value of a field that is an array.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&[Value<'a>]> {
        match self.get(name)? {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// All texts in it, those in lists too.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, NdrString<'a>)> {
        self.0.iter().flat_map(|(name, value)| {
            let values =
                if let Value::List(list) = value { list.as_slice() } else { core::slice::from_ref(value) };
            values.iter().filter_map(|value| match value {
                Value::Text(text) => Some((*name, *text)),
                _ => None,
            })
        })
    }

    /// The structure in the arm of a container: `pClientInfo` is a level and a union of pointers.
    #[must_use]
    pub fn arm(&self, container: &str) -> Option<&Self> {
        let union = self.record(container)?.0.iter().find_map(|(_, value)| match value {
            Value::Record(union) => union.0.first(),
            _ => None,
        });
        match union? {
            (_, Value::Record(arm)) => Some(arm),
            _ => None,
        }
    }

    /// The value of a field of this name, of this structure or of one inside it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Value<'a>> {
        self.get(name).or_else(|| {
            self.0.iter().find_map(|(_, value)| match value {
                Value::Record(record) => record.find(name),
                _ => None,
            })
        })
    }

    pub(crate) fn add(&mut self, name: &'static str, value: Value<'a>) {
        self.0.push((name, value));
    }
}

impl Value<'_> {
    /// The value as the name of something: a text, a number, or what prints as a text.
    pub(crate) fn as_name(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Ascii(text) => Some(crate::wire::ascii(text)),
            Self::Number(number) | Self::Named(number, _) => Some(number.to_string()),
            Self::Shown(text) => Some(text.clone()),
            _ => None,
        }
    }
}

#[cfg(feature = "serde")]
impl Value<'_> {
    /// What an integer, or each of a list of integers, is called.
    fn names(&self) -> Option<Vec<&str>> {
        match self {
            Self::Named(_, Some(name)) => Some(vec![name]),
            Self::List(list) => {
                let names = list.iter().map(|value| match value {
                    Self::Named(_, name) => Some(name.as_deref().unwrap_or_default()),
                    _ => None,
                });
                names.collect::<Option<Vec<_>>>().filter(|names| !names.is_empty())
            }
            _ => None,
        }
    }
}

/// As a map. What a number `Flags` is called stands beside it as `Flags_name`.
#[cfg(feature = "serde")]
impl serde::Serialize for Record<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
            match (value, value.names().as_deref()) {
                (Value::Named(..), Some([only])) => {
                    map.serialize_entry(&format_args!("{name}_name"), only)?
                }
                (_, Some(names)) => map.serialize_entry(&format_args!("{name}_name"), names)?,
                _ => {}
            }
        }
        map.end()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Value<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Unread => serializer.serialize_none(),
            Self::Number(number) | Self::Named(number, _) => serializer.serialize_u64(*number),
            Self::Signed(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f32(*number),
            Self::Text(text) => serializer.collect_str(text),
            Self::Ascii(text) => serializer.serialize_str(&crate::wire::ascii(text)),
            Self::Handle(handle) => handle.serialize(serializer),
            Self::Shown(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => crate::wire::serialise::hex(bytes, serializer),
            Self::Undefined(bytes) => serializer.collect_map([("undefined_bytes", bytes.len())]),
            Self::Security(security) => security.serialize(serializer),
            Self::Record(record) => record.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
        }
    }
}
