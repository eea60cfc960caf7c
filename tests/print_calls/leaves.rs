//! The values of a call without its structures, as both sides can tell them.

use smbscope::dcerpc::ndr::{Asked, Record, Value};

use crate::captured::Stub;

/// A value without its name, as both sides can tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leaf {
    Integer(i128),
    Text(String),
    Bytes(String),
    /// A UUID, a SID, an error's name.
    Word(String),
}

/// A value of this library's, in the ways in which Samba may tell it.
pub(crate) type Own = (String, Vec<Leaf>);

/// What this library says.
pub(crate) fn ours(stub: &Stub) -> Result<Vec<Own>, String> {
    let Stub { procedure, encoding, .. } = *stub;
    let call = match &stub.request {
        None => procedure.request(&stub.bytes, encoding).unwrap(),
        Some(request) => {
            let request = procedure.request(request, encoding).unwrap();
            let asked = Asked::of(&request.arguments.fields).unwrap_or_default();
            procedure.response(&stub.bytes, encoding, &asked).unwrap()
        }
    };
    if !call.arguments.anomalies.is_empty() || call.arguments.unread > 0 {
        return Err(format!("{} unread, {:?}", call.arguments.unread, call.arguments.anomalies));
    }
    let mut leaves = Vec::new();
    record_leaves("", &call.arguments.fields, &mut leaves);
    Ok(leaves)
}

fn record_leaves(around: &str, record: &Record<'_>, leaves: &mut Vec<Own>) {
    if let Some(time) = system_time(record) {
        return leaves.push((around.to_owned(), vec![Leaf::Text(time)]));
    }
    for (name, value) in &record.0 {
        let name = if around == "pData" { format!("pData.{name}") } else { (*name).to_owned() };
        value_leaves(&name, value, leaves);
    }
}

fn value_leaves(name: &str, value: &Value<'_>, leaves: &mut Vec<Own>) {
    let ways = match value {
        Value::Number(number) => integer(*number),
        Value::Named(number, meaning) => {
            let mut ways = integer(*number);
            ways.extend(meaning.as_deref().map(|name| Leaf::Word(error_name(name))));
            ways
        }
        // Samba has no signs.
        Value::Signed(number) => {
            let short = u16::from_le_bytes([number.to_le_bytes()[0], number.to_le_bytes()[1]]);
            vec![Leaf::Integer((*number).into()), Leaf::Integer(short.into())]
        }
        Value::Text(text) => vec![Leaf::Text(text.to_string()), Leaf::Bytes(hex(text.as_bytes()))],
        Value::Ascii(text) => {
            let shown = String::from_utf8_lossy(text).trim_end_matches('\0').to_owned();
            vec![Leaf::Text(shown), Leaf::Bytes(hex(text))]
        }
        Value::Handle(handle) => {
            let (kind, uuid) = handle.0.split_first_chunk::<4>().unwrap();
            leaves.push((name.to_owned(), integer(u32::from_le_bytes(*kind).into())));
            vec![Leaf::Word(uuid::Uuid::from_slice_le(uuid).unwrap().to_string())]
        }
        Value::Float(number) => integer(number.to_bits().into()),
        Value::Shown(text) => {
            let mut ways = vec![Leaf::Word(text.clone())];
            if let Ok(time) = text.parse::<jiff::Timestamp>() {
                let ticks = (time.as_second() + 11_644_473_600) * 10_000_000;
                ways.push(Leaf::Integer(ticks.into()));
                ways.push(Leaf::Word(time.strftime("%a %b %e %T %Y UTC").to_string()));
            }
            ways
        }
        Value::Bytes([]) | Value::Undefined([]) => return,
        Value::Bytes(bytes) | Value::Undefined(bytes) => vec![Leaf::Bytes(hex(bytes))],
        Value::Record(record) => return record_leaves(name, record, leaves),
        Value::List(list) => return list.iter().for_each(|value| value_leaves(name, value, leaves)),
        Value::Security(security) => {
            return security_leaves(&serde_json::to_value(security).unwrap(), leaves);
        }
        _ => return,
    };
    leaves.push((name.to_owned(), ways));
}

fn integer(number: u64) -> Vec<Leaf> {
    let mut ways = vec![Leaf::Integer(number.into())];
    if let Ok(number) = u32::try_from(number) {
        // Samba's enumerations have a sign.
        ways.push(Leaf::Integer(number.cast_signed().into()));
        ways.push(Leaf::Bytes(hex(&number.to_le_bytes())));
    }
    ways
}

/// `ERROR_X` as Samba writes it.
fn error_name(name: &str) -> String {
    match name.strip_prefix("ERROR_") {
        Some("SUCCESS") => "WERR_OK".to_owned(),
        Some(name) => format!("WERR_{name}"),
        None => name.to_owned(),
    }
}

/// A `SYSTEMTIME` as Samba writes it.
fn system_time(record: &Record<'_>) -> Option<String> {
    let number = |name| record.number(name).and_then(|number| i8::try_from(number).ok());
    let year = i16::try_from(record.number("wYear")?).ok()?;
    let [month, day, hour, minute, second] = ["wMonth", "wDay", "wHour", "wMinute", "wSecond"].map(number);
    let time = jiff::civil::DateTime::new(year, month?, day?, hour?, minute?, second?, 0);
    // A time of zeros is none.
    let written = |time: jiff::civil::DateTime| time.strftime("%a %b %e %T %Y UTC").to_string();
    Some(time.map_or_else(|_| "Tue Nov 30 00:00:00 -1 UTC".to_owned(), written))
}

/// The SIDs and the access masks.
fn security_leaves(value: &serde_json::Value, leaves: &mut Vec<Own>) {
    match value {
        serde_json::Value::String(text) if text.starts_with("S-1-") => {
            leaves.push(("SID".to_owned(), vec![Leaf::Word(text.clone())]));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| security_leaves(value, leaves)),
        serde_json::Value::Object(fields) => {
            let mask = fields.get("mask").and_then(|mask| mask.as_str()?.strip_prefix("0x"));
            let mask = mask.map(|digits| u64::from_str_radix(digits, 16).unwrap());
            leaves.extend(mask.map(|mask| ("mask".to_owned(), integer(mask))));
            fields.values().for_each(|value| security_leaves(value, leaves));
        }
        _ => {}
    }
}

/// What one has and the other has not.
pub(crate) fn difference(theirs: &[(String, Leaf)], ours: Result<Vec<Own>, String>) -> Vec<String> {
    let ours = match ours {
        Ok(ours) => ours,
        Err(why) => return vec![why],
    };
    // Samba leaves what printer data consists of to its callers.
    let (parts, mut left): (Vec<_>, Vec<_>) = ours.iter().partition(|(name, _)| name.starts_with("pData."));
    let mut difference = Vec::new();
    // The names first: a number of ours may have one.
    let (words, others): (Vec<_>, Vec<_>) =
        theirs.iter().partition(|(_, leaf)| matches!(leaf, Leaf::Word(_)));
    for (name, leaf) in words.into_iter().chain(others) {
        // Samba shows of printer data the whole buffer, not what of it is used.
        let is_part = |(own_name, ways): &Own| {
            own_name == "pData"
                && name == "data"
                && ways.iter().any(|own| match (own, leaf) {
                    (Leaf::Bytes(own), Leaf::Bytes(whole)) => whole.starts_with(own),
                    _ => false,
                })
        };
        match left.iter().position(|own| own.1.contains(leaf) || is_part(own)) {
            Some(place) => drop(left.remove(place)),
            // The size of what follows, which stands beside it once more.
            None if name.starts_with("_ndr_size") => {}
            None if name == "data" && !parts.is_empty() => {}
            None => difference.push(format!("samba {name} {leaf:?}")),
        }
    }
    difference.extend(left.iter().map(|(name, leaf)| format!("ours {name} {leaf:?}")));
    difference
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
