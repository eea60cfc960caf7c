//! Requests and answers: \[MS-RAP\] 2.5.1 and 2.5.2.

use super::calls::{self, Call};
use super::descriptor::{self, Value, items};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, Unread, parse};
use crate::wire::{Win32Error, fields, le_u16};

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request<'a> {
    /// RAPOpcode.
    pub opcode: u16,
    /// ParamDesc: what the parameters are.
    pub param_desc: &'a [u8],
    /// DataDesc: what an entry of the answer, or of the data, is.
    pub data_desc: &'a [u8],
    /// AuxDesc: what belongs to an entry besides; empty in most.
    pub aux_desc: &'a [u8],
    parameters: &'a [u8],
    offset: usize,
    /// RAPInData: entries that the client sends.
    pub data: &'a [u8],
}

/// What an answer can be read with only if its request is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Asked {
    /// RAPOpcode.
    pub opcode: u16,
    /// ParamDesc.
    pub param_desc: Box<[u8]>,
    /// DataDesc.
    pub data_desc: Box<[u8]>,
    /// AuxDesc.
    pub aux_desc: Box<[u8]>,
}

/// A value with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field<'a> {
    /// Its name where it is known.
    pub name: Option<&'static str>,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> Request<'a> {
    /// Reads the parameters and data of a transaction on `\PIPE\LANMAN`.
    ///
    /// # Errors
    /// Opcode or descriptors are cut.
    pub fn parse(parameters: &'a [u8], data: &'a [u8]) -> Result<Self, ParseError> {
        let (rest, (opcode, param_desc, data_desc)) = parse(Layer::Rap, parameters, |input| {
            fields!(input => rest; opcode: le_u16);
            let (rest, param_desc) = text("ParamDesc")(rest)?;
            let (rest, data_desc) = text("DataDesc")(rest)?;
            Ok((rest, (opcode, param_desc, data_desc)))
        })?;
        let offset = parameters.len().saturating_sub(rest.len());
        let mut request =
            Self { opcode, param_desc, data_desc, aux_desc: &[], parameters: rest, offset, data };
        // AuxDesc stands behind the parameters.
        let after = items(param_desc)
            .try_fold(rest, |rest, item| descriptor::parameter(item, rest).map(|(rest, _)| rest));
        request.aux_desc = after.and_then(|rest| text("AuxDesc")(rest).ok()).map_or(&[], |(_, aux)| aux);
        Ok(request)
    }

    /// The call, if its number has a name.
    #[must_use]
    pub fn call(&self) -> Option<&'static Call> {
        calls::call(self.opcode)
    }

    /// The parameters by their descriptor, up to where they are cut.
    pub fn parameters(&self) -> impl Iterator<Item = Result<Field<'a>, ParseError>> + use<'a> {
        let names = self.call().map_or(&[][..], |call| call.parameters);
        let (mut rest, mut names) = (Some(self.parameters), names.iter().copied());
        let end = self.offset.saturating_add(self.parameters.len());
        items(self.param_desc).filter_map(move |item| match descriptor::parameter(item, rest?) {
            Some((after, value)) => {
                rest = Some(after);
                value.map(|value| Ok(Field { name: names.next(), value }))
            }
            None => {
                rest = None;
                Some(Err(cut(end, "parameters")))
            }
        })
    }

    /// What its answer will be read with.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked {
            opcode: self.opcode,
            param_desc: self.param_desc.into(),
            data_desc: self.data_desc.into(),
            aux_desc: self.aux_desc.into(),
        }
    }
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response<'a> {
    /// Win32ErrorCode.
    pub win32_error_code: Win32Error,
    /// Converter: what is taken from offsets in the data.
    pub converter: u16,
    asked: &'a Asked,
    parameters: &'a [u8],
    data: &'a [u8],
}

/// An entry of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry<'a> {
    bytes: &'a [u8],
    response: Response<'a>,
}

impl<'a> Response<'a> {
    /// Reads the parameters and data of an answer.
    ///
    /// # Errors
    /// Code or converter are cut.
    pub fn parse(asked: &'a Asked, parameters: &'a [u8], data: &'a [u8]) -> Result<Self, ParseError> {
        let (parameters, (code, converter)) = parse(Layer::Rap, parameters, |input| {
            fields!(input => rest; code: le_u16, converter: le_u16);
            Ok((rest, (code, converter)))
        })?;
        let win32_error_code = Win32Error(code.into());
        Ok(Self { win32_error_code, converter, asked, parameters, data })
    }

    /// The words behind the converter, by the letters of ParamDesc that stand for what is received: `e` the entries
    /// given, `h` the entries there are, `g` a byte count, `i` a double word.
    pub fn received(&self) -> impl Iterator<Item = (u8, u32)> + use<'a> {
        let mut rest = self.parameters;
        items(&self.asked.param_desc)
            .map_while(move |item| match item.letter {
                b'e' | b'h' | b'g' | b'r' if item.letter != b'r' => {
                    let (word, after) = rest.split_first_chunk::<2>()?;
                    rest = after;
                    Some(Some((item.letter, u16::from_le_bytes(*word).into())))
                }
                b'i' => {
                    let (double, after) = rest.split_first_chunk::<4>()?;
                    rest = after;
                    Some(Some((item.letter, u32::from_le_bytes(*double))))
                }
                _ => Some(None),
            })
            .flatten()
    }

    /// How many entries the data have: as many as the answer says, or one if it says none.
    #[must_use]
    pub fn count(&self) -> u16 {
        let given = self.received().find(|(letter, _)| *letter == b'e').map(|(_, count)| count);
        let one = u16::from(!self.data.is_empty() && !self.asked.data_desc.is_empty());
        given.map_or(one, |count| u16::try_from(count).unwrap_or(u16::MAX))
    }

    /// The entries that are whole.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let this = *self;
        let size: usize = items(&this.asked.data_desc).map(descriptor::size).sum();
        let chunks = this.data.chunks_exact(size.max(1));
        let count = if size == 0 { 0 } else { usize::from(this.count()) };
        chunks.take(count).map(move |bytes| Entry { bytes, response: this })
    }
}

impl<'a> Entry<'a> {
    /// The fields by their descriptor, up to where one cannot be read.
    pub fn fields(&self) -> impl Iterator<Item = Result<Field<'a>, ParseError>> + use<'a> {
        let Response { asked, data, converter, .. } = self.response;
        let mut names = calls::fields(&asked.data_desc).iter().copied();
        let mut rest = Some(self.bytes);
        items(&asked.data_desc).filter_map(move |item| {
            match descriptor::field(item, rest?, data, converter) {
                Some((after, value)) => {
                    rest = Some(after);
                    value.map(|value| Ok(Field { name: names.next(), value }))
                }
                None => {
                    rest = None;
                    Some(Err(cut(data.len(), "entry")))
                }
            }
        })
    }
}

const fn cut(offset: usize, field: &'static str) -> ParseError {
    ParseError { layer: Layer::Rap, offset, reason: Reason::Truncated { field } }
}

/// A text up to its NUL.
fn text<'a>(field: &'static str) -> impl Fn(&'a [u8]) -> Read<'a, &'a [u8]> {
    move |input| match input.iter().position(|byte| *byte == 0) {
        Some(end) => {
            let (text, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
            Ok((rest.get(1..).unwrap_or_default(), text))
        }
        None => Err(Unread::error(&[], Reason::Truncated { field })),
    }
}

impl Examine for Request<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.parameters().filter_map(Result::err).for_each(|error| anomalies.add(error));
    }
}

impl Examine for Response<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        let size: usize = items(&self.asked.data_desc).map(descriptor::size).sum();
        if size > 0 && self.entries().count() < usize::from(self.count()) {
            anomalies.add(cut(self.data.len(), "RAPOutData"));
        }
        let fields = self.entries().flat_map(|entry| entry.fields());
        fields.filter_map(Result::err).take(Anomalies::KEPT).for_each(|error| anomalies.add(error));
    }
}

#[cfg(feature = "serde")]
mod serialise {
    use serde::ser::{Serialize, SerializeMap, Serializer};

    use super::{Entry, Field, ParseError, Request, Response};

    /// Values by name, or by `p` and their number.
    struct Fields<I>(core::cell::RefCell<I>);

    impl<'a, I: Iterator<Item = Result<Field<'a>, ParseError>>> Serialize for Fields<I> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            for (number, field) in self.0.borrow_mut().by_ref().flatten().enumerate() {
                match field.name {
                    Some(name) => map.serialize_entry(name, &field.value)?,
                    None => map.serialize_entry(&format!("p{number}"), &field.value)?,
                }
            }
            map.end()
        }
    }

    impl Serialize for Request<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("opcode", &self.opcode)?;
            map.serialize_entry("procedure", &self.call().map(|call| call.name))?;
            map.serialize_entry("param_desc", &crate::wire::ascii(self.param_desc))?;
            map.serialize_entry("data_desc", &crate::wire::ascii(self.data_desc))?;
            map.serialize_entry("args", &Fields(core::cell::RefCell::new(self.parameters())))?;
            map.end()
        }
    }

    impl Serialize for Entry<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Fields(core::cell::RefCell::new(self.fields())).serialize(serializer)
        }
    }

    impl Serialize for Response<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let call = super::calls::call(self.asked.opcode);
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("opcode", &self.asked.opcode)?;
            map.serialize_entry("procedure", &call.map(|call| call.name))?;
            map.serialize_entry("win32_error_code", &self.win32_error_code)?;
            map.serialize_entry("converter", &self.converter)?;
            for (letter, value) in self.received() {
                let name = match letter {
                    b'e' => "entries_returned",
                    b'h' => "entries_available",
                    _ => "total_bytes_available",
                };
                map.serialize_entry(name, &value)?;
            }
            map.serialize_entry("entries", &self.entries().collect::<Vec<_>>())?;
            map.end()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share_enum() -> Vec<u8> {
        [
            &[0, 0][..], // RAPOpcode: NetShareEnum
            b"WrLeh\0",  // ParamDesc
            b"B13BWz\0", // DataDesc
            &[1, 0],     // InfoLevel
            &[0, 0x10],  // ReceiveBufferSize
        ]
        .concat()
    }

    #[test]
    fn an_enumeration_of_shares() {
        let bytes = share_enum();
        let request = Request::parse(&bytes, b"").unwrap();
        assert_eq!(request.call().unwrap().name, "NetShareEnum");
        let parameters: Vec<_> = request.parameters().map(Result::unwrap).collect();
        assert_eq!(parameters[0], Field { name: Some("InfoLevel"), value: Value::Number(1) });
        assert_eq!(parameters[1], Field { name: Some("ReceiveBufferSize"), value: Value::Number(4096) });
        for length in 0..bytes.len() {
            let mut anomalies = Anomalies::default();
            match Request::parse(&bytes[..length], b"") {
                Ok(request) => request.examine(&mut anomalies),
                Err(error) => anomalies.add(error),
            }
            assert!(!anomalies.is_empty(), "at {length}");
        }

        let asked = request.asked();
        let parameters = [0, 0, 0x10, 0, 1, 0, 1, 0]; // Win32ErrorCode, Converter, EntriesReturned, EntriesAvailable
        let data = [
            &b"IPC$\0\0\0\0\0\0\0\0\0"[..], // NetworkName
            &[0],                           // Pad1
            &[3, 0],                        // Type
            &[0x24, 0, 0, 0],               // RemarkOffsetLow, RemarkOffsetHigh
            b"Remote\0",                    // Remark
        ]
        .concat();
        let response = Response::parse(&asked, &parameters, &data).unwrap();
        assert_eq!((response.win32_error_code, response.count()), (Win32Error(0), 1));
        let entry = response.entries().next().unwrap();
        let fields: Vec<_> = entry.fields().map(Result::unwrap).collect();
        assert_eq!(fields[0], Field { name: Some("NetworkName"), value: Value::Text(b"IPC$") });
        assert_eq!(fields[2], Field { name: Some("Type"), value: Value::Number(3) });
        assert_eq!(fields[3], Field { name: Some("Remark"), value: Value::Text(b"Remote") });
        for length in 0..data.len() {
            let cut = Response::parse(&asked, &parameters, &data[..length]).unwrap();
            let mut anomalies = Anomalies::default();
            cut.examine(&mut anomalies);
            assert!(!anomalies.is_empty(), "at {length}");
        }
    }

    #[test]
    fn a_call_that_nobody_knows_is_read_by_its_descriptors() {
        let bytes = [&[0x22, 0x22][..], b"zWD\0", b"B9W\0", b"name\0", &[7, 0], &[1, 0, 1, 0]].concat();
        let request = Request::parse(&bytes, b"").unwrap();
        assert_eq!(request.call(), None);
        let values: Vec<_> = request.parameters().map(|field| field.unwrap().value).collect();
        assert_eq!(values, [Value::Text(b"name"), Value::Number(7), Value::Number(0x0001_0001)]);
    }

    proptest! {
        #[test]
        fn any_descriptors(descriptor in "[A-Za-z0-9]{0,12}", parameters: Vec<u8>, data: Vec<u8>) {
            let bytes = [&[9, 0][..], descriptor.as_bytes(), &[0], descriptor.as_bytes(), &[0], &parameters].concat();
            let request = Request::parse(&bytes, &data).unwrap();
            request.examine(&mut Anomalies::default());
            let asked = request.asked();
            if let Ok(response) = Response::parse(&asked, &parameters, &data) {
                response.examine(&mut Anomalies::default());
                prop_assert!(response.entries().count() <= data.len());
            }
        }
    }
}
