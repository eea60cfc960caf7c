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
    let unread = call.arguments.unread;
    let is_known = UNREAD.iter().any(|known| (known.0, known.1) == (procedure.name, unread));
    if !call.arguments.anomalies.is_empty() || unread > 0 && !is_known {
        return Err(format!("{} unread, {:?}", call.arguments.unread, call.arguments.anomalies));
    }
    let mut leaves = Vec::new();
    record_leaves("", &call.arguments.fields, &mut leaves);
    Ok(leaves)
}

/// Bytes that clients send behind the parameters of a request.
const UNREAD: [(&str, usize, &str); 2] = [
    ("SamrCloseHandle", 4, "impacket sends a DesiredAccess too"),
    ("SamrSetInformationDomain", 2, "the roles and states of Samba have 32 bits"),
];

fn record_leaves(around: &str, record: &Record<'_>, leaves: &mut Vec<Own>) {
    if let Some(time) = system_time(record) {
        return leaves.push((around.to_owned(), vec![Leaf::Text(time)]));
    }
    if is_halves(around, record.0.iter().map(|(name, _)| *name)) {
        let half = |name| i64::try_from(record.number(name).unwrap_or_default()).unwrap();
        let high = match record.get("HighPart") {
            Some(Value::Signed(high)) => *high,
            _ => 0,
        };
        return leaves.push((around.to_owned(), time(i128::from(high) << 32 | i128::from(half("LowPart")))));
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
            let mut ways = vec![Leaf::Integer((*number).into()), Leaf::Integer(short.into())];
            if name.contains("Time") {
                ways.extend(time((*number).into()));
            }
            ways
        }
        Value::Text(text) => {
            let mut ways = vec![Leaf::Text(text.to_string()), Leaf::Bytes(hex(text.as_bytes()))];
            // Samba shows a single character as a number.
            ways.extend(
                text.as_bytes()
                    .first_chunk::<2>()
                    .map(|unit| Leaf::Integer(u16::from_le_bytes(*unit).into())),
            );
            ways
        }
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
            // A time that is none.
            if let Some(Ok(ticks)) = text.strip_prefix("0x").map(|digits| u64::from_str_radix(digits, 16)) {
                ways.extend(time(ticks.into()));
            }
            if let Ok(time) = text.parse::<jiff::Timestamp>() {
                ways.extend(self::time(time.as_nanosecond() / 100 + 116_444_736_000_000_000));
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

/// True for the halves of a time, which Samba reads as one number. Those of a LUID it reads as two.
pub(crate) fn is_halves<'a>(around: &str, names: impl Iterator<Item = &'a str>) -> bool {
    names.eq(["LowPart", "HighPart"]) && !["Luid", "LocalValue", "Value"].contains(&around)
}

/// A time or a duration in 100 ns, as Samba may write it.
fn time(ticks: i128) -> Vec<Leaf> {
    let mut ways = vec![Leaf::Integer(ticks), Leaf::Word(format!("NTTIME({ticks})"))];
    let second = i64::try_from((ticks + 5_000_000) / 10_000_000 - 11_644_473_600).unwrap();
    ways.push(Leaf::Word(match jiff::Timestamp::from_second(second) {
        Ok(time) if ticks >= 0 => time.strftime("%a %b %e %T %Y UTC").to_string(),
        _ => OUT_OF_RANGE.to_owned(),
    }));
    ways
}

/// What Samba writes for a time that is none.
const OUT_OF_RANGE: &str = "Thu Sep 14 02:48:05 30828 UTC";

/// `ERROR_X` or `STATUS_X` as Samba writes it.
fn error_name(name: &str) -> String {
    if name == "STATUS_SUCCESS" {
        return "NT_STATUS_OK".to_owned();
    }
    if name.starts_with("STATUS_") {
        return format!("NT_{name}");
    }
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
    // Samba shows some security descriptors as the bytes that they are.
    let in_bytes =
        !theirs.iter().any(|(_, leaf)| matches!(leaf, Leaf::Word(word) if word.starts_with("S-1-")));
    let is_security = |(name, _): &&Own| in_bytes && (name == "SID" || name == "mask");
    let has_security = ours.iter().any(|own| is_security(&own));
    let ours: Vec<Own> = ours.iter().filter(|own| !is_security(own)).cloned().collect();
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
        // An error whose name only Samba knows.
        let is_error = |(own_name, ways): &Own| {
            let is_named = |word: &String| {
                ["NT_STATUS_", "STATUS_", "WERR_", "DOS code "].iter().any(|start| word.starts_with(start))
            };
            let has_name = ways.iter().any(|own| matches!(own, Leaf::Word(word) if is_named(word)));
            match leaf {
                Leaf::Word(word) if is_named(word) => ERRORS.contains(&own_name.as_str()) && !has_name,
                _ => false,
            }
        };
        let same = |own: &&Own| own.1.contains(leaf) || is_part(own);
        match left.iter().position(same).or_else(|| left.iter().position(|own| is_error(own))) {
            Some(place) => drop(left.remove(place)),
            // The size of what follows, which stands beside it once more.
            None if name.starts_with("_ndr_size") => {}
            None if name == "data" && !parts.is_empty() => {}
            None if has_security && ["buffer", "data"].contains(&name.as_str()) => {}
            None => difference.push(format!("samba {name} {leaf:?}")),
        }
    }
    // An array of nothing is not shown, and no password is.
    left.retain(|(_, ways)| {
        !ways.iter().any(|own| matches!(own, Leaf::Bytes(hex) if PASSWORDS.contains(&(hex.len() / 2))))
    });
    difference.extend(left.iter().map(|(name, leaf)| format!("ours {name} {leaf:?}")));
    difference
}

/// Nothing, and the sizes of encrypted passwords.
const PASSWORDS: [usize; 3] = [0, 516, 532];

/// Fields that are errors, whose names Samba knows all of.
const ERRORS: [&str; 2] = ["return", "dwWin32ExitCode"];

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
