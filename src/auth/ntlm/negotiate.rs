//! NEGOTIATE_MESSAGE: \[MS-NLMP\] 2.2.1.1.

use super::field::{Field, field};
use super::flags::version;
use super::{MessageType, NegotiateFlags, Text, Version, head};
use crate::error::{Layer, ParseError, parse};
use crate::wire::{fields, le_u32};

/// A NEGOTIATE_MESSAGE (\[MS-NLMP\] 2.2.1.1): the client's first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Negotiate<'a> {
    /// NegotiateFlags.
    pub flags: NegotiateFlags,
    /// DomainName; most clients leave it empty.
    pub domain: Text<'a>,
    /// Workstation; most clients leave it empty.
    pub workstation: Text<'a>,
    /// Version, if there is one.
    pub version: Option<Version>,
}

impl<'a> Negotiate<'a> {
    /// Reads a NEGOTIATE_MESSAGE. Old clients end it after the flags.
    ///
    /// # Errors
    /// The message has another signature or type, or is cut before the end of its flags.
    pub fn parse(message: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Auth, message, |input| {
            let (rest, ()) = head(MessageType::NEGOTIATE)(input)?;
            fields!(rest => rest; flags: le_u32);
            let flags = NegotiateFlags::from_bits_retain(flags);
            let (rest, domain) = field(message)(rest).unwrap_or((&[], Field::default()));
            let (rest, workstation) = field(message)(rest).unwrap_or((&[], Field::default()));
            let version = version(rest)
                .ok()
                .filter(|_| flags.contains(NegotiateFlags::VERSION))
                .map(|(_, version)| version);
            let negotiate = Self {
                flags,
                domain: Text::Oem(domain.bytes),
                workstation: Text::Oem(workstation.bytes),
                version,
            };
            Ok((rest, negotiate))
        })
        .map(|(_, negotiate)| negotiate)
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::tests::encode;
    use super::*;

    #[test]
    fn negotiate() {
        let bytes = [
            &b"NTLMSSP\0"[..],                 // Signature
            &[1, 0, 0, 0],                     // MessageType
            &[0x07, 0x32, 0x08, 0xa2],         // NegotiateFlags
            &encode(2, 40),                    // DomainNameFields
            &encode(5, 42),                    // WorkstationFields
            &[10, 0, 0x61, 0x4a, 0, 0, 0, 15], // Version
            b"WGWS-21",                        // Payload
        ]
        .concat();
        let negotiate = Negotiate::parse(&bytes).unwrap();
        assert_eq!(negotiate.flags.bits(), 0xa208_3207);
        assert_eq!(
            (negotiate.domain.to_string(), negotiate.workstation.to_string()),
            ("WG".into(), "WS-21".into())
        );
        assert_eq!(negotiate.version.unwrap().to_string(), "10.0.19041");
        for length in 0..bytes.len() {
            assert_eq!(Negotiate::parse(&bytes[..length]).is_ok(), length >= 16);
        }
        assert_eq!(Negotiate::parse(&bytes[..16]).unwrap().version, None);
    }
}
