//! Values of printer data, which are values of the registry.

use super::marshalled;
use crate::dcerpc::ndr::{Member, NdrString, Scope, Type, Value, member};
use crate::error::Anomalies;

/// The value that a request sets or a response gives, whose type is a parameter.
pub(super) fn data<'a>(bytes: &'a [u8], scope: &Scope<'_, 'a>, anomalies: &mut Anomalies) -> Value<'a> {
    let parameters = scope.parameters;
    if scope.is_request {
        let name = parameters.text("pValueName").map(|name| name.to_string());
        return value(parameters.number("Type"), name.as_deref(), bytes, scope, anomalies);
    }
    if marshalled::failed(scope) {
        return Value::Undefined(bytes);
    }
    let size = if parameters.get("pcbData").is_some() { "pcbData" } else { "pcbNeeded" };
    let (bytes, name) = (marshalled::valid(bytes, scope, size), scope.asked.name.as_deref());
    value(parameters.number("pType"), name, bytes, scope, anomalies)
}

/// A value in a list of values, with its type beside it.
pub(super) fn enumerated<'a>(bytes: &'a [u8], scope: &Scope<'_, 'a>, anomalies: &mut Anomalies) -> Value<'a> {
    let name = scope.siblings.text("pValueName").map(|name| name.to_string());
    value(scope.siblings.number("dwType"), name.as_deref(), bytes, scope, anomalies)
}

/// Bytes as a value of a type (\[MS-RRP\] 3.1.1.5). Those that are too few for it stay as they are.
fn value<'a>(
    of: Option<u64>,
    name: Option<&str>,
    bytes: &'a [u8],
    scope: &Scope<'_, 'a>,
    anomalies: &mut Anomalies,
) -> Value<'a> {
    let text = NdrString::new(bytes, false);
    let number = match of {
        Some(REG_DWORD) => bytes.try_into().ok().map(|bytes| u32::from_le_bytes(bytes).into()),
        Some(REG_DWORD_BIG_ENDIAN) => bytes.try_into().ok().map(|bytes| u32::from_be_bytes(bytes).into()),
        Some(REG_QWORD) => bytes.try_into().ok().map(u64::from_le_bytes),
        _ => None,
    };
    match of {
        Some(REG_SZ | REG_EXPAND_SZ) => Value::Text(text),
        Some(REG_MULTI_SZ) => Value::List(text.split().map(Value::Text).collect()),
        Some(REG_BINARY) if name == Some("OSVersion") && bytes.len() >= marshalled::size(OS_VERSION) => {
            Value::Record(marshalled::beginning(bytes, OS_VERSION, scope, anomalies))
        }
        Some(REG_BINARY) if name == Some("OSVersionEx") && bytes.len() >= marshalled::size(OS_VERSION_EX) => {
            Value::Record(marshalled::beginning(bytes, OS_VERSION_EX, scope, anomalies))
        }
        _ => number.map_or(Value::Bytes(bytes), Value::Number),
    }
}

const REG_SZ: u64 = 1;
const REG_EXPAND_SZ: u64 = 2;
const REG_BINARY: u64 = 3;
const REG_DWORD: u64 = 4;
const REG_DWORD_BIG_ENDIAN: u64 = 5;
const REG_MULTI_SZ: u64 = 7;
const REG_QWORD: u64 = 11;

/// `OSVERSIONINFO` (\[MS-RPRN\] 2.2.3.10.1).
const OS_VERSION: &[Member] = &[
    member("dwOSVersionInfoSize", Type::U32),
    member("dwMajorVersion", Type::U32),
    member("dwMinorVersion", Type::U32),
    member("dwBuildNumber", Type::U32),
    member("dwPlatformId", Type::U32),
    member("szCSDVersion", Type::Characters(128)),
];

/// `OSVERSIONINFOEX` (\[MS-RPRN\] 2.2.3.10.2).
const OS_VERSION_EX: &[Member] = &[
    member("dwOSVersionInfoSize", Type::U32),
    member("dwMajorVersion", Type::U32),
    member("dwMinorVersion", Type::U32),
    member("dwBuildNumber", Type::U32),
    member("dwPlatformId", Type::U32),
    member("szCSDVersion", Type::Characters(128)),
    member("wServicePackMajor", Type::U16),
    member("wServicePackMinor", Type::U16),
    member("wSuiteMask", Type::U16),
    member("wProductType", Type::U8),
    member("wReserved", Type::U8),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::{Asked, Record};

    fn read<'a>(of: u64, name: &str, bytes: &'a [u8]) -> Value<'a> {
        let (none, asked) = (Record::default(), Asked::default());
        let scope = Scope { siblings: &none, parameters: &none, asked: &asked, is_request: true };
        value(Some(of), Some(name), bytes, &scope, &mut Anomalies::default())
    }

    #[test]
    fn each_type() {
        assert_eq!(read(REG_DWORD, "", &[1, 2, 0, 0]), Value::Number(0x201));
        assert_eq!(read(REG_DWORD_BIG_ENDIAN, "", &[0, 0, 2, 1]), Value::Number(0x201));
        assert_eq!(read(REG_QWORD, "", &[1, 0, 0, 0, 1, 0, 0, 0]), Value::Number(0x1_0000_0001));
        assert_eq!(read(REG_DWORD, "", &[1, 2, 0]), Value::Bytes(&[1, 2, 0]));
        let Value::Text(text) = read(REG_SZ, "", b"a\0b\0\0\0") else { panic!() };
        assert_eq!(text.to_string(), "ab");
        let Value::List(texts) = read(REG_MULTI_SZ, "", b"a\0\0\0b\0\0\0\0\0") else { panic!() };
        assert_eq!(texts.len(), 2);
        assert_eq!(read(REG_BINARY, "", &[7]), Value::Bytes(&[7]));
    }

    #[test]
    fn the_version_of_the_server() {
        assert_eq!((marshalled::size(OS_VERSION), marshalled::size(OS_VERSION_EX)), (276, 284));
        let mut bytes = vec![0; 276];
        bytes[..5].copy_from_slice(&[0x14, 1, 0, 0, 5]);
        let Value::Record(version) = read(REG_BINARY, "OSVersion", &bytes) else { panic!() };
        assert_eq!(
            (version.number("dwOSVersionInfoSize"), version.number("dwMajorVersion")),
            (Some(276), Some(5))
        );
        assert_eq!(read(REG_BINARY, "OSVersion", &bytes[..275]), Value::Bytes(&bytes[..275]));
    }
}
