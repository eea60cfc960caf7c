//! CHALLENGE_MESSAGE: \[MS-NLMP\] 2.2.1.2.

use super::field::{Field, field};
use super::flags::version;
use super::{AvId, AvPairs, MessageType, NegotiateFlags, Text, Version, head};
use crate::error::{Layer, ParseError, parse};
use crate::wire::{array, fields, le_u32};

/// A CHALLENGE_MESSAGE (\[MS-NLMP\] 2.2.1.2): the server's. It names the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Challenge<'a> {
    /// TargetName: the server's domain, or the server.
    pub target_name: Text<'a>,
    /// NegotiateFlags.
    pub flags: NegotiateFlags,
    /// ServerChallenge.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub server_challenge: [u8; 8],
    /// TargetInfo: names of the server and its domain.
    pub target_info: AvPairs<'a>,
    /// Version, if there is one.
    pub version: Option<Version>,
}

impl<'a> Challenge<'a> {
    /// Reads a CHALLENGE_MESSAGE. Old servers end it after the challenge.
    ///
    /// # Errors
    /// The message has another signature or type, or is cut before the end of its challenge.
    pub fn parse(message: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Auth, message, |input| {
            let (rest, ()) = head(MessageType::CHALLENGE)(input)?;
            let (rest, target_name) = field(message)(rest)?;
            fields!(rest => rest; flags: le_u32, server_challenge: array::<8>);
            let flags = NegotiateFlags::from_bits_retain(flags);
            let (rest, _reserved) = array::<8>(rest).unwrap_or((&[], [0; 8]));
            let (rest, target_info) = field(message)(rest).unwrap_or((&[], Field::default()));
            let version = version(rest)
                .ok()
                .filter(|_| flags.contains(NegotiateFlags::VERSION))
                .map(|(_, version)| version);
            let challenge = Self {
                target_name: Text::new(target_name.bytes, flags),
                flags,
                server_challenge,
                target_info: AvPairs(target_info.bytes),
                version,
            };
            Ok((rest, challenge))
        })
        .map(|(_, challenge)| challenge)
    }

    /// The NetBIOS name of the server (MsvAvNbComputerName, \[MS-NLMP\] 2.2.2.1).
    #[must_use]
    pub fn server_name(&self) -> Option<String> {
        self.target_name(AvId::NB_COMPUTER_NAME)
    }

    /// The name of the server in the DNS, with its domain (MsvAvDnsComputerName, \[MS-NLMP\] 2.2.2.1).
    #[must_use]
    pub fn server_dns_name(&self) -> Option<String> {
        self.target_name(AvId::DNS_COMPUTER_NAME)
    }

    /// Whether the server is a member of a domain: its TargetName is that of a domain or that of a server (\[MS-NLMP\]
    /// 2.2.2.5, NTLMSSP_TARGET_TYPE_DOMAIN and NTLMSSP_TARGET_TYPE_SERVER). Nothing if it says neither or both.
    #[must_use]
    pub fn is_of_domain_member(&self) -> Option<bool> {
        let says = |flag| self.flags.contains(flag);
        match (says(NegotiateFlags::TARGET_TYPE_DOMAIN), says(NegotiateFlags::TARGET_TYPE_SERVER)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }

    fn target_name(&self, id: AvId) -> Option<String> {
        let name = self.target_info.text(id)?.to_string();
        (!name.is_empty()).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::tests::encode;
    use super::*;

    #[test]
    fn challenge() {
        let bytes = [
            &b"NTLMSSP\0"[..],                // Signature
            &[2, 0, 0, 0],                    // MessageType
            &encode(4, 56),                   // TargetNameFields
            &[0x15, 0x82, 0x8a, 0x62],        // NegotiateFlags
            &[1, 2, 3, 4, 5, 6, 7, 8],        // ServerChallenge
            &[0; 8],                          // Reserved
            &encode(14, 60),                  // TargetInfoFields
            &[6, 1, 0xb1, 0x1d, 0, 0, 0, 15], // Version
            b"W\0G\0",                        // Payload: TargetName
            &[1, 0, 6, 0],                    // MsvAvNbComputerName
            b"S\0R\0V\0",
            &[0, 0, 0, 0], // MsvAvEOL
        ]
        .concat();
        let challenge = Challenge::parse(&bytes).unwrap();
        assert_eq!(challenge.target_name.to_string(), "WG");
        assert_eq!(challenge.server_challenge, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(challenge.server_name().unwrap(), "SRV");
        assert_eq!(challenge.version.unwrap().to_string(), "6.1.7601");
        for length in 0..bytes.len() {
            assert_eq!(Challenge::parse(&bytes[..length]).is_ok(), length >= 32);
        }
    }
}
