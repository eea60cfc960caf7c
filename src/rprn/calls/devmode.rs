//! The public part of a `DEVMODE` (\[MS-RPRN\] 2.2.2.1), always little-endian.

use crate::dcerpc::ndr::{Member, Scope, Type, Value, member};
use crate::error::{Anomalies, Layer, ParseError, Reason};
use crate::rprn::{marshalled, names};

/// Reads a `DEVMODE`. Clients of other versions have it shorter or longer: `dmSize` says how much of the public part
/// there is, `dmDriverExtra` how much of the driver's own stands behind it.
pub(super) fn meaning<'a>(bytes: &'a [u8], scope: &Scope<'_, 'a>, anomalies: &mut Anomalies) -> Value<'a> {
    if bytes.is_empty() {
        return Value::Null;
    }
    let number =
        |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).map(|two| u16::from_le_bytes(*two));
    let (Some(size), Some(extra)) = (number(SIZE_AT), number(SIZE_AT.saturating_add(2))) else {
        let reason = Reason::Truncated { field: "DEVMODE" };
        anomalies.add(ParseError { layer: Layer::Rprn, offset: bytes.len(), reason });
        return Value::Bytes(bytes);
    };
    let (size, extra) = (usize::from(size), usize::from(extra));
    let public = bytes.get(..size).unwrap_or_else(|| {
        let reason = Reason::BadOffset { field: "dmSize", value: u64::try_from(size).unwrap_or(u64::MAX) };
        anomalies.add(ParseError { layer: Layer::Rprn, offset: SIZE_AT, reason });
        bytes
    });
    let mut record = marshalled::beginning(public, DEVMODE, scope, anomalies);
    let private = bytes.get(size..).unwrap_or_default();
    let private = private.get(..extra).unwrap_or_else(|| {
        let reason = Reason::Truncated { field: "dmDriverExtra" };
        anomalies.add(ParseError { layer: Layer::Rprn, offset: bytes.len(), reason });
        private
    });
    if extra > 0 {
        record.add("driverExtraData", Value::Bytes(private));
    }
    Value::Record(record)
}

/// Where `dmSize` stands, and `dmDriverExtra` behind it.
const SIZE_AT: usize = 68;

const DEVMODE: &[Member] = &[
    member("dmDeviceName", Type::Characters(32)),
    member("dmSpecVersion", Type::U16),
    member("dmDriverVersion", Type::U16),
    member("dmSize", Type::U16),
    member("dmDriverExtra", Type::U16),
    member("dmFields", Type::Named(names::DEVMODE_FIELDS)),
    member("dmOrientation", Type::Named16(names::ORIENTATION)),
    member("dmPaperSize", Type::Named16(names::PAPER)),
    member("dmPaperLength", Type::I16),
    member("dmPaperWidth", Type::I16),
    member("dmScale", Type::I16),
    member("dmCopies", Type::I16),
    member("dmDefaultSource", Type::Named16(names::PAPER_SOURCE)),
    member("dmPrintQuality", Type::I16),
    member("dmColor", Type::Named16(names::COLOR)),
    member("dmDuplex", Type::Named16(names::DUPLEX)),
    member("dmYResolution", Type::I16),
    member("dmTTOption", Type::Named16(names::TRUE_TYPE)),
    member("dmCollate", Type::Named16(names::COLLATE)),
    member("dmFormName", Type::Characters(32)),
    member("reserved0", Type::U16),
    member("reserved1", Type::U32),
    member("reserved2", Type::U32),
    member("reserved3", Type::U32),
    member("dmNup", Type::Named(names::NUP)),
    member("reserved4", Type::U32),
    member("dmICMMethod", Type::Named(names::ICM_METHOD)),
    member("dmICMIntent", Type::Named(names::ICM_INTENT)),
    member("dmMediaType", Type::Named(names::MEDIA)),
    member("dmDitherType", Type::Named(names::DITHER)),
    member("reserved5", Type::U32),
    member("reserved6", Type::U32),
    member("reserved7", Type::U32),
    member("reserved8", Type::U32),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::{Asked, Record};

    fn read<'a>(bytes: &'a [u8], anomalies: &mut Anomalies) -> Value<'a> {
        let (none, asked) = (Record::default(), Asked::default());
        meaning(
            bytes,
            &Scope { siblings: &none, parameters: &none, asked: &asked, is_request: true },
            anomalies,
        )
    }

    fn devmode(size: usize, extra: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; size];
        bytes[..4].copy_from_slice(b"l\0p\0"); // dmDeviceName
        bytes[64..66].copy_from_slice(&[1, 4]); // dmSpecVersion
        bytes[68..70].copy_from_slice(&(size as u16).to_le_bytes()); // dmSize
        bytes[70..72].copy_from_slice(&(extra.len() as u16).to_le_bytes()); // dmDriverExtra
        bytes[72..76].copy_from_slice(&[1, 1, 0, 0]); // dmFields
        bytes[76] = 2; // dmOrientation
        bytes.extend(extra);
        bytes
    }

    #[test]
    fn a_whole_one() {
        let (bytes, mut anomalies) = (devmode(220, b"own"), Anomalies::default());
        let Value::Record(record) = read(&bytes, &mut anomalies) else { panic!() };
        assert!(anomalies.is_empty());
        assert_eq!(record.text("dmDeviceName").unwrap().to_string(), "lp");
        assert_eq!(
            record.get("dmFields"),
            Some(&Value::Named(0x101, Some("DM_ORIENTATION | DM_COPIES".to_owned())))
        );
        assert_eq!(
            record.get("dmOrientation"),
            Some(&Value::Named(2, Some("DMORIENT_LANDSCAPE".to_owned())))
        );
        assert_eq!(record.get("reserved8"), Some(&Value::Number(0)));
        assert_eq!(record.get("driverExtraData"), Some(&Value::Bytes(b"own")));
    }

    #[test]
    fn an_old_one_ends_earlier() {
        let (bytes, mut anomalies) = (devmode(102, b""), Anomalies::default());
        let Value::Record(record) = read(&bytes, &mut anomalies) else { panic!() };
        assert!(anomalies.is_empty());
        assert_eq!(record.0.last().map(|(name, _)| *name), Some("dmCollate"));
    }

    #[test]
    fn every_cut_is_told() {
        let bytes = devmode(220, b"own");
        for length in 1..bytes.len() {
            let mut anomalies = Anomalies::default();
            read(&bytes[..length], &mut anomalies);
            assert!(!anomalies.is_empty(), "at {length}");
        }
    }
}
