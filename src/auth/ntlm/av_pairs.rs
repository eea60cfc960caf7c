//! AV_PAIRs: what a server says of itself, and what a client says back.

use crate::error::Read;
use crate::wire::{Utf16, fields, le_u16, wire_enum};

wire_enum! {
    /// AvId (\[MS-NLMP\] 2.2.2.1).
    pub struct AvId(u16) {
        EOL = 0, "MsvAvEOL";
        NB_COMPUTER_NAME = 1, "MsvAvNbComputerName";
        NB_DOMAIN_NAME = 2, "MsvAvNbDomainName";
        DNS_COMPUTER_NAME = 3, "MsvAvDnsComputerName";
        DNS_DOMAIN_NAME = 4, "MsvAvDnsDomainName";
        DNS_TREE_NAME = 5, "MsvAvDnsTreeName";
        FLAGS = 6, "MsvAvFlags";
        TIMESTAMP = 7, "MsvAvTimestamp";
        SINGLE_HOST = 8, "MsvAvSingleHost";
        TARGET_NAME = 9, "MsvAvTargetName";
        CHANNEL_BINDINGS = 10, "MsvAvChannelBindings";
    }
}

/// A list of AV_PAIRs (\[MS-NLMP\] 2.2.2.1), up to its end mark or to where it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AvPairs<'a>(pub(super) &'a [u8]);

impl<'a> AvPairs<'a> {
    /// The value of the first pair with this id.
    #[must_use]
    pub fn find(mut self, id: AvId) -> Option<&'a [u8]> {
        Iterator::find(&mut self, |pair| pair.0 == id).map(|(_, value)| value)
    }

    /// The value of the first pair with this id, one of the names.
    #[must_use]
    pub fn text(self, id: AvId) -> Option<Utf16<'a>> {
        self.find(id).map(Utf16::until_nul)
    }
}

impl<'a> Iterator for AvPairs<'a> {
    type Item = (AvId, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (rest, (id, value)) = pair(self.0).ok().filter(|(_, (id, _))| *id != AvId::EOL)?;
        self.0 = rest;
        Some((id, value))
    }
}

/// Names as texts, flags and times as such, everything else in hexadecimal digits.
#[cfg(feature = "serde")]
impl serde::Serialize for AvPairs<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use crate::wire::{FileTime, hex, le_u32, le_u64};
        let mut map = serializer.serialize_map(None)?;
        for (id, value) in *self {
            let text = match id.0 {
                1..=5 | 9 => Utf16::new(value).to_string(),
                6 => le_u32(value).map(|(_, flags)| format!("{flags:#x}")).unwrap_or_else(|_| hex(value)),
                7 => le_u64(value).map(|(_, time)| FileTime(time).to_string()).unwrap_or_else(|_| hex(value)),
                _ => hex(value),
            };
            serde::ser::SerializeMap::serialize_entry(&mut map, &id, &text)?;
        }
        serde::ser::SerializeMap::end(map)
    }
}

fn pair(input: &[u8]) -> Read<'_, (AvId, &[u8])> {
    fields!(input => rest; id: le_u16, length: le_u16);
    let (value, rest) = rest.split_at_checked(length.into()).unwrap_or((rest, &[]));
    Ok((rest, (AvId(id), value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_pairs_up_to_the_end_mark_or_the_cut() {
        let bytes = [
            &[2, 0][..],   // AvId: MsvAvNbDomainName
            &[4, 0],       // AvLen
            b"D\0O\0",     // Value
            &[0x77, 0],    // AvId: unknown
            &[1, 0],       // AvLen
            &[9],          // Value
            &[1, 0],       // AvId: MsvAvNbComputerName
            &[6, 0],       // AvLen
            b"S\0R\0V\0",  // Value
            &[0, 0],       // AvId: MsvAvEOL
            &[0, 0],       // AvLen
            &[3, 0, 0, 0], // behind the end
        ]
        .concat();
        let pairs = AvPairs(&bytes);
        let ids: Vec<_> = pairs.map(|(id, value)| (id.0, value.len())).collect();
        assert_eq!(ids, [(2, 4), (0x77, 1), (1, 6)]);
        assert_eq!(pairs.text(AvId::NB_COMPUTER_NAME).unwrap().to_string(), "SRV");
        assert_eq!(pairs.text(AvId::DNS_COMPUTER_NAME), None);
        for length in 0..bytes.len() {
            assert!(AvPairs(&bytes[..length]).count() <= 3);
        }
        assert_eq!(AvPairs(&bytes[..19]).text(AvId::NB_COMPUTER_NAME).unwrap().to_string(), "S");
    }
}
