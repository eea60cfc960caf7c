//! AUTHENTICATE_MESSAGE: \[MS-NLMP\] 2.2.1.3.

use super::field::{Field, field};
use super::flags::version;
use super::{AvPairs, MessageType, NegotiateFlags, Text, Version, head};
use crate::error::{Layer, ParseError, Read, Reason, parse};
use crate::wire::{FileTime, array, fields, le_u16, le_u32, u8};

/// Where NegotiateFlags, Version, MIC and the payload of a whole message begin.
const FLAGS: usize = 60;
const VERSION: usize = 64;
const MIC: usize = 72;
const PAYLOAD: usize = 88;

/// The length of an NTLM v1 response; version 2 is longer (\[MS-NLMP\] 2.2.2.6, 2.2.2.8).
const NTLM_V1_RESPONSE: u16 = 24;

/// An AUTHENTICATE_MESSAGE (\[MS-NLMP\] 2.2.1.3): the client says who it is.
///
/// Lengths are those of the wire, so that a field which the capture cut off is not taken for an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Authenticate<'a> {
    /// LmChallengeResponse. An anonymous client sends none, or a single byte of zero.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub lm_response: &'a [u8],
    /// Length of LmChallengeResponse in bytes.
    pub lm_length: u16,
    /// NtChallengeResponse. An anonymous client sends none.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub nt_response: &'a [u8],
    /// Length of NtChallengeResponse in bytes.
    pub nt_length: u16,
    /// The NT response read, if it is of version 2.
    pub nt_v2: Option<NtlmV2Response<'a>>,
    /// DomainName.
    pub domain: Text<'a>,
    /// UserName.
    pub user: Text<'a>,
    /// Length of UserName in bytes.
    pub user_length: u16,
    /// Workstation.
    pub workstation: Text<'a>,
    /// Length of EncryptedRandomSessionKey in bytes.
    pub session_key_length: u16,
    /// NegotiateFlags, empty if an old client sends none.
    pub flags: NegotiateFlags,
    /// Version, if there is one.
    pub version: Option<Version>,
    /// MIC, if there is room for it before the payload.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_option"))]
    pub mic: Option<[u8; 16]>,
    #[cfg_attr(feature = "serde", serde(skip))]
    cut: Option<&'static str>,
    #[cfg_attr(feature = "serde", serde(skip))]
    end: usize,
}

/// An NTLMv2_RESPONSE (\[MS-NLMP\] 2.2.2.8) with its NTLMv2_CLIENT_CHALLENGE (2.2.2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NtlmV2Response<'a> {
    /// NTProofStr.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub nt_proof_str: [u8; 16],
    /// TimeStamp.
    pub time_stamp: FileTime,
    /// ChallengeFromClient.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub challenge_from_client: [u8; 8],
    /// AvPairs.
    pub av_pairs: AvPairs<'a>,
}

impl<'a> NtlmV2Response<'a> {
    /// Reads a response, which is of version 2 if it is longer than one of version 1.
    fn read(response: &'a [u8]) -> Read<'a, Self> {
        fields! {
            response => rest;
            nt_proof_str: array::<16>,
            _resp_type: u8,
            _hi_resp_type: u8,
            _reserved1: le_u16,
            _reserved2: le_u32,
            time_stamp: FileTime::read,
            challenge_from_client: array::<8>,
            _reserved: le_u32,
        }
        Ok((&[], Self { nt_proof_str, time_stamp, challenge_from_client, av_pairs: AvPairs(rest) }))
    }
}

impl<'a> Authenticate<'a> {
    /// Reads an AUTHENTICATE_MESSAGE. Session key and flags are missing in those of old clients, Version and MIC in
    /// many; where the payload begins tells.
    ///
    /// # Errors
    /// The message has another signature or type, or is cut before the end of its WorkstationFields.
    pub fn parse(message: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Auth, message, |input| {
            let (rest, ()) = head(MessageType::AUTHENTICATE)(input)?;
            let (rest, lm_response) = field(message)(rest)?;
            let (rest, nt_response) = field(message)(rest)?;
            let (rest, domain) = field(message)(rest)?;
            let (rest, user) = field(message)(rest)?;
            let (rest, workstation) = field(message)(rest)?;
            let named = [
                ("LmChallengeResponse", lm_response),
                ("NtChallengeResponse", nt_response),
                ("DomainName", domain),
                ("UserName", user),
                ("Workstation", workstation),
            ];
            let payload = named.iter().filter_map(|(_, field)| field.start).min().unwrap_or(message.len());
            let before_payload = message.get(..payload).unwrap_or(message);

            let session_key = if payload < FLAGS {
                Field::default()
            } else {
                field(message)(rest).map_or_else(|_| Field::default(), |(_, field)| field)
            };
            let flags = before_payload.get(FLAGS..).and_then(|at| le_u32(at).ok()).map(|(_, flags)| flags);
            let flags = match flags {
                Some(flags) => NegotiateFlags::from_bits_retain(flags),
                None => guess([domain, user, workstation]),
            };
            let version = before_payload
                .get(VERSION..)
                .filter(|_| flags.contains(NegotiateFlags::VERSION))
                .and_then(|at| version(at).ok())
                .map(|(_, version)| version);
            let mic =
                before_payload.get(MIC..PAYLOAD).and_then(|at| array::<16>(at).ok()).map(|(_, mic)| mic);

            let authenticate = Self {
                lm_response: lm_response.bytes,
                lm_length: lm_response.length,
                nt_response: nt_response.bytes,
                nt_length: nt_response.length,
                nt_v2: NtlmV2Response::read(nt_response.bytes).ok().map(|(_, response)| response),
                domain: Text::new(domain.bytes, flags),
                user: Text::new(user.bytes, flags),
                user_length: user.length,
                workstation: Text::new(workstation.bytes, flags),
                session_key_length: session_key.length,
                flags,
                version,
                mic,
                cut: named.iter().find(|(_, field)| field.is_cut()).map(|(name, _)| *name),
                end: message.len(),
            };
            Ok((rest, authenticate))
        })
        .map(|(_, authenticate)| authenticate)
    }

    /// True if the NT response is of version 2.
    #[must_use]
    pub const fn is_ntlm_v2(&self) -> bool {
        self.nt_length > NTLM_V1_RESPONSE
    }

    /// The AV pairs that a version 2 response gives back to the server.
    #[must_use]
    pub fn av_pairs(&self) -> AvPairs<'a> {
        self.nt_v2.map_or(AvPairs(&[]), |response| response.av_pairs)
    }

    /// The first field that points outside the message or is cut by its end, as an error.
    #[must_use]
    pub fn cut(&self) -> Option<ParseError> {
        let reason = Reason::Truncated { field: self.cut? };
        Some(ParseError { layer: Layer::Auth, offset: self.end, reason })
    }
}

/// The flags of a message that has none: UTF-16 has zeros in names, OEM character sets have not.
fn guess(names: [Field<'_>; 3]) -> NegotiateFlags {
    if names.iter().any(|name| name.bytes.contains(&0)) {
        NegotiateFlags::UNICODE
    } else {
        NegotiateFlags::empty()
    }
}

#[cfg(test)]
pub(in crate::auth) mod tests {
    use super::super::field::tests::encode;
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// alice of WG at WS-21, with an NT response of version 2 and a MIC.
    pub(in crate::auth) fn alice() -> Vec<u8> {
        [
            &b"NTLMSSP\0"[..],                 // Signature
            &[3, 0, 0, 0],                     // MessageType
            &encode(24, 112),                  // LmChallengeResponseFields
            &encode(52, 136),                  // NtChallengeResponseFields
            &encode(4, 88),                    // DomainNameFields
            &encode(10, 92),                   // UserNameFields
            &encode(10, 102),                  // WorkstationFields
            &encode(16, 188),                  // EncryptedRandomSessionKeyFields
            &[0x15, 0x82, 0x88, 0xe2],         // NegotiateFlags
            &[10, 0, 0x61, 0x4a, 0, 0, 0, 15], // Version
            &[0xcc; 16],                       // MIC
            &utf16("WG"),                      // Payload: DomainName
            &utf16("alice"),                   // UserName
            &utf16("WS-21"),                   // Workstation
            &[0; 24],                          // LmChallengeResponse
            &[0xaa; 44],                       // NtChallengeResponse
            &[6, 0, 4, 0, 2, 0, 0, 0],         // its AV pairs: MsvAvFlags
            &[0xbb; 16],                       // EncryptedRandomSessionKey
        ]
        .concat()
    }

    /// Anonymous, with an LM response of one byte, as Windows and Samba send it; the empty key sits at the very end.
    pub(in crate::auth) fn anonymous() -> Vec<u8> {
        [
            &b"NTLMSSP\0"[..],         // Signature
            &[3, 0, 0, 0],             // MessageType
            &encode(1, 64),            // LmChallengeResponseFields
            &encode(0, 65),            // NtChallengeResponseFields
            &encode(0, 64),            // DomainNameFields
            &encode(0, 64),            // UserNameFields
            &encode(0, 64),            // WorkstationFields
            &encode(0, 65),            // EncryptedRandomSessionKeyFields
            &[0x15, 0x8a, 0x88, 0x60], // NegotiateFlags
            &[0],                      // Payload: LmChallengeResponse
        ]
        .concat()
    }

    #[test]
    fn a_user_with_a_mic() {
        let bytes = alice();
        let message = Authenticate::parse(&bytes).unwrap();
        let names = [message.domain, message.user, message.workstation].map(|text| text.to_string());
        assert_eq!(names, ["WG", "alice", "WS-21"]);
        assert_eq!((message.lm_length, message.nt_length, message.user_length), (24, 52, 10));
        assert_eq!((message.lm_response.len(), message.nt_response.len()), (24, 52));
        assert_eq!(message.session_key_length, 16);
        assert_eq!(message.flags.bits(), 0xe288_8215);
        assert_eq!(message.version.unwrap().build, 19041);
        assert_eq!(message.mic, Some([0xcc; 16]));
        assert!(message.is_ntlm_v2());
        assert_eq!(message.av_pairs().find(super::super::AvId::FLAGS), Some(&[2, 0, 0, 0][..]));
        assert_eq!(message.cut(), None);
    }

    #[test]
    fn an_anonymous_client_with_an_empty_key_at_the_end_of_the_message() {
        for (empty, lm) in [(65, 1), (66, 1), (u32::MAX, 1), (0, 0)] {
            let mut bytes = anonymous();
            bytes[52..60].copy_from_slice(&encode(0, empty)); // EncryptedRandomSessionKeyFields
            bytes[20..28].copy_from_slice(&encode(0, empty)); // NtChallengeResponseFields
            bytes[12..20].copy_from_slice(&encode(lm, 64)); // LmChallengeResponseFields
            let message = Authenticate::parse(&bytes).unwrap();
            assert_eq!((message.lm_length, message.nt_length), (lm, 0));
            assert_eq!(message.lm_response, &[0][..lm.into()]);
            assert!(message.user.is_empty() && message.domain.is_empty());
            assert!(message.flags.contains(NegotiateFlags::ANONYMOUS));
            assert_eq!((message.version, message.mic, message.cut()), (None, None, None));
        }
    }

    #[test]
    fn an_old_client_sends_neither_key_nor_flags() {
        for (user, is_unicode) in [(b"bob".to_vec(), false), (utf16("bob"), true)] {
            let length = user.len() as u16;
            let bytes = [
                &b"NTLMSSP\0"[..],                   // Signature
                &[3, 0, 0, 0],                       // MessageType
                &encode(24, 52 + u32::from(length)), // LmChallengeResponseFields
                &encode(0, 0),                       // NtChallengeResponseFields
                &encode(0, 0),                       // DomainNameFields
                &encode(length, 52),                 // UserNameFields
                &encode(0, 0),                       // WorkstationFields
                &user,                               // Payload: UserName
                &[0xff; 24],                         // LmChallengeResponse
            ]
            .concat();
            let message = Authenticate::parse(&bytes).unwrap();
            assert_eq!(message.user.to_string(), "bob");
            assert_eq!((message.lm_response, message.session_key_length), (&[0xff; 24][..], 0));
            assert_eq!(message.flags.contains(NegotiateFlags::UNICODE), is_unicode);
        }
    }

    #[test]
    fn a_cut_message_keeps_its_lengths_and_says_what_is_missing() {
        let bytes = alice();
        for length in 0..bytes.len() {
            match Authenticate::parse(&bytes[..length]) {
                Ok(message) => {
                    assert!(length >= 52);
                    assert_eq!((message.nt_length, message.user_length), (52, 10));
                    assert_eq!(message.cut().is_some(), length < 188, "{length} bytes");
                }
                Err(error) => assert!(length < 52 && error.offset <= length),
            }
        }
        let message = Authenticate::parse(&bytes[..140]).unwrap();
        assert_eq!(message.user.to_string(), "alice");
        let reason = Reason::Truncated { field: "NtChallengeResponse" };
        assert_eq!(message.cut(), Some(ParseError { layer: Layer::Auth, offset: 140, reason }));
    }
}
