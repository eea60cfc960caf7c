//! IPP messages and groups of attributes (RFC 8010 3), as far as they name and say things.

use crate::dcerpc::ndr::{Record, Scope, Value};
use crate::error::{Anomalies, Layer, Read, parse};
use crate::wire::{be_u16, be_u32, fields, take, u8};

/// Attributes, or a whole answer with its version, status and request id in front of them.
pub(super) fn meaning<'a>(bytes: &'a [u8], scope: &Scope<'_, 'a>, anomalies: &mut Anomalies) -> Value<'a> {
    let mut record = Record::default();
    let mut attributes = bytes;
    // A group begins with the tag of a delimiter, a message with the number of a version.
    if !scope.is_request && !bytes.is_empty() {
        match parse(Layer::Rprn, bytes, head) {
            Ok((rest, (version, status, request))) => {
                record.add("version-number", Value::Shown(format!("{}.{}", version >> 8, version & 0xff)));
                record.add("status-code", Value::Number(status.into()));
                record.add("request-id", Value::Number(request.into()));
                attributes = rest;
            }
            Err(error) => {
                anomalies.add(error);
                return Value::Bytes(bytes);
            }
        }
    }
    record.add("attributes", Value::List(groups(attributes, anomalies)));
    Value::Record(record)
}

fn head(input: &[u8]) -> Read<'_, (u16, u16, u32)> {
    fields!(snake input => rest; version_number: be_u16, status_code: be_u16, request_id: be_u32);
    Ok((rest, (version_number, status_code, request_id)))
}

/// Tags below this one begin a group.
const VALUES: u8 = 0x10;
/// `end-of-attributes-tag`.
const END: u8 = 0x03;

fn groups<'a>(bytes: &'a [u8], anomalies: &mut Anomalies) -> Vec<Value<'a>> {
    let mut list = Vec::new();
    let mut rest = bytes;
    while let Some((tag, after)) = rest.split_first() {
        if *tag < VALUES {
            rest = if *tag == END { &[] } else { after };
            list.push(Value::Record(Record(vec![("group", Value::Number((*tag).into()))])));
            continue;
        }
        match parse(Layer::Rprn, rest, attribute) {
            Ok((after, attribute)) => {
                list.push(Value::Record(attribute));
                rest = after;
            }
            Err(error) => {
                let before = bytes.len().saturating_sub(rest.len());
                anomalies.add(error.behind(before));
                break;
            }
        }
    }
    list
}

/// One value of an attribute; a further value of the same one has no name.
fn attribute(input: &[u8]) -> Read<'_, Record<'_>> {
    fields!(snake input => rest; value_tag: u8, name_length: be_u16);
    let (rest, name) = take("name", name_length.into())(rest)?;
    fields!(snake rest => rest; value_length: be_u16);
    let (rest, bytes) = take("value", value_length.into())(rest)?;
    let value = match (value_tag, bytes) {
        (0x21 | 0x23, [a, b, c, d]) => Value::Signed(i32::from_be_bytes([*a, *b, *c, *d]).into()),
        (0x22, [flag]) => Value::Number((*flag).into()),
        // Texts, names, keywords, URIs, character sets, languages, MIME types.
        (0x35 | 0x36 | 0x41..=0x4a, _) => Value::Ascii(bytes),
        _ => Value::Bytes(bytes),
    };
    Ok((
        rest,
        Record(vec![
            ("name", Value::Ascii(name)),
            ("tag", Value::Number(value_tag.into())),
            ("value", value),
        ]),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::Asked;

    #[rustfmt::skip]
    const ANSWER: &[u8] = &[
        1, 1,       // version-number
        0, 0,       // status-code
        0, 0, 0, 7, // request-id
        2,          // job-attributes-tag
        0x21, 0, 6, b'j', b'o', b'b', b'-', b'i', b'd', 0, 4, 0, 0, 0, 9, // an integer
        0x44, 0, 1, b'k', 0, 2, b'o', b'n',                               // a keyword
        3,          // end-of-attributes-tag
    ];

    fn read(bytes: &[u8], is_request: bool) -> (Value<'_>, Anomalies) {
        let (none, asked, mut anomalies) = (Record::default(), Asked::default(), Anomalies::default());
        let scope = Scope { siblings: &none, parameters: &none, asked: &asked, is_request };
        (meaning(bytes, &scope, &mut anomalies), anomalies)
    }

    #[test]
    fn an_answer() {
        let (Value::Record(answer), anomalies) = read(ANSWER, false) else { panic!() };
        assert!(anomalies.is_empty());
        assert_eq!(answer.number("request-id"), Some(7));
        let [_, Value::Record(job), Value::Record(keyword), _] = answer.list("attributes").unwrap() else {
            panic!()
        };
        assert_eq!(
            (job.get("name"), job.get("value")),
            (Some(&Value::Ascii(b"job-id")), Some(&Value::Signed(9)))
        );
        assert_eq!(keyword.get("value"), Some(&Value::Ascii(b"on")));
        let (group, _) = read(&ANSWER[8..], true);
        assert!(matches!(group, Value::Record(group) if group.list("attributes").unwrap().len() == 4));
    }

    #[test]
    fn cuts_are_told_unless_they_fall_between_attributes() {
        for length in 1..ANSWER.len() {
            let whole = [8, 9, 24, 32].contains(&length);
            let anomalies = read(&ANSWER[..length], false).1;
            assert_eq!(anomalies.is_empty(), whole, "at {length}");
            assert!(!anomalies.iter().any(crate::ParseError::is_unnamed), "at {length}: {anomalies:?}");
        }
    }
}
