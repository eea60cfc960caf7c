//! SPNEGO: RFC 4178, \[MS-SPNG\].
//!
//! ```
//! use smbscope::auth::Oid;
//! use smbscope::auth::spnego::{NegState, NegTokenResp};
//!
//! let token = [
//!     0xa1, 21, 0x30, 19, // NegTokenResp
//!     0xa0, 3, 0x0a, 1, 1, // negState
//!     0xa1, 12, 6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10, // supportedMech
//! ];
//! let answer = NegTokenResp::parse(&token)?;
//! assert_eq!(answer.state, Some(NegState::ACCEPT_INCOMPLETE));
//! assert_eq!(answer.supported_mechanism, Some(Oid::NTLMSSP));
//! assert_eq!(answer.response_token, None);
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Oid;
use super::der::{
    self, ENUMERATED, INITIAL_CONTEXT_TOKEN, OCTET_STRING, OID, SEQUENCE, content, context, each, inside,
    integer,
};
use crate::error::{Layer, ParseError, Read, parse};
use crate::wire::wire_enum;

/// The mechanisms of a NegTokenInit, the preferred one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mechanisms<'a>(&'a [u8]);

impl<'a> Iterator for Mechanisms<'a> {
    type Item = Oid<'a>;

    fn next(&mut self) -> Option<Oid<'a>> {
        let (rest, oid) = content(OID, "mechType")(self.0).ok()?;
        self.0 = rest;
        Some(Oid(oid))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Mechanisms<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::wire::serialise::list(*self, serializer)
    }
}

/// NegTokenInit (RFC 4178 4.2.1) or NegTokenInit2 (\[MS-SPNG\] 2.2.1): the first token of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NegTokenInit<'a> {
    /// mechTypes.
    pub mechanisms: Mechanisms<'a>,
    /// mechToken: the first token of the preferred mechanism.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_option"))]
    pub mech_token: Option<&'a [u8]>,
    /// hintName of negHints, which servers send.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_option"))]
    pub hint_name: Option<&'a [u8]>,
}

impl<'a> NegTokenInit<'a> {
    /// Reads a NegTokenInit in the GSS-API frame of RFC 2743 3.1, or without one. What is cut off behind is missing
    /// from the result.
    ///
    /// # Errors
    /// The token is no NegTokenInit, or an element in it has another type than it should.
    pub fn parse(token: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Auth, token, |input| {
            if input.first() == Some(&context(0)) {
                return Self::negotiation(input);
            }
            inside(INITIAL_CONTEXT_TOKEN, "InitialContextToken", |input| {
                let (rest, _spnego) = content(OID, "thisMech")(input)?;
                Self::negotiation(rest)
            })(input)
        })
        .map(|(_, token)| token)
    }

    fn negotiation(input: &'a [u8]) -> Read<'a, Self> {
        inside(context(0), "NegTokenInit", |input| inside(SEQUENCE, "NegTokenInit", Self::fields)(input))(
            input,
        )
    }

    fn fields(input: &'a [u8]) -> Read<'a, Self> {
        let mut token = Self::default();
        let (rest, ()) = each(input, |tag, field| {
            if tag == context(0) {
                token.mechanisms = Mechanisms(content(SEQUENCE, "mechTypes")(field)?.1);
            } else if tag == context(2) {
                token.mech_token = Some(content(OCTET_STRING, "mechToken")(field)?.1);
            } else if tag == context(3) && field.first() == Some(&SEQUENCE) {
                token.hint_name = hint_name(field);
            }
            Ok(())
        })?;
        Ok((rest, token))
    }
}

fn hint_name(hints: &[u8]) -> Option<&[u8]> {
    let (_, hints) = content(SEQUENCE, "negHints")(hints).ok()?;
    let (_, name) = content(context(0), "hintName")(hints).ok()?;
    let (_, name) = der::element(name).ok()?;
    Some(name.content)
}

wire_enum! {
    /// negState (RFC 4178 4.2.2).
    pub struct NegState(i32) {
        ACCEPT_COMPLETED = 0, "accept-completed";
        ACCEPT_INCOMPLETE = 1, "accept-incomplete";
        REJECT = 2, "reject";
        REQUEST_MIC = 3, "request-mic";
    }
}

/// NegTokenResp (RFC 4178 4.2.2): every further token of either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NegTokenResp<'a> {
    /// negState.
    pub state: Option<NegState>,
    /// supportedMech: the mechanism that the acceptor chose.
    pub supported_mechanism: Option<Oid<'a>>,
    /// responseToken: the next token of the mechanism.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_option"))]
    pub response_token: Option<&'a [u8]>,
}

impl<'a> NegTokenResp<'a> {
    /// Reads a NegTokenResp. What is cut off behind is missing from the result.
    ///
    /// # Errors
    /// The token is no NegTokenResp, or an element in it has another type than it should.
    pub fn parse(token: &'a [u8]) -> Result<Self, ParseError> {
        parse(
            Layer::Auth,
            token,
            inside(context(1), "NegTokenResp", |input| inside(SEQUENCE, "NegTokenResp", Self::fields)(input)),
        )
        .map(|(_, token)| token)
    }

    fn fields(input: &'a [u8]) -> Read<'a, Self> {
        let mut token = Self::default();
        let (rest, ()) = each(input, |tag, field| {
            if tag == context(0) {
                token.state = Some(NegState(integer(ENUMERATED, "negState")(field)?.1));
            } else if tag == context(1) {
                token.supported_mechanism = Some(Oid(content(OID, "supportedMech")(field)?.1));
            } else if tag == context(2) {
                token.response_token = Some(content(OCTET_STRING, "responseToken")(field)?.1);
            }
            Ok(())
        })?;
        Ok((rest, token))
    }
}

#[cfg(test)]
mod tests {
    use super::super::der::application;
    use super::super::der::tests::encode;
    use super::*;
    use crate::error::Reason;

    fn init(last: &[u8]) -> Vec<u8> {
        let types = encode(
            SEQUENCE, // mechTypes
            &[&encode(OID, &[Oid::MS_KERBEROS.0]), &encode(OID, &[Oid::NTLMSSP.0])],
        );
        let fields = [
            encode(context(0), &[&types]),                               // mechTypes
            encode(context(2), &[&encode(OCTET_STRING, &[b"NTLMSSP"])]), // mechToken
            encode(context(3), &[last]),                                 // mechListMIC or negHints
        ]
        .concat();
        encode(
            application(0), // InitialContextToken
            &[
                &encode(OID, &[Oid::SPNEGO.0]),                        // thisMech
                &encode(context(0), &[&encode(SEQUENCE, &[&fields])]), // NegTokenInit
            ],
        )
    }

    #[test]
    fn neg_token_init_with_a_mic_and_with_hints() {
        let bytes = init(&encode(OCTET_STRING, &[b"mic"]));
        let token = NegTokenInit::parse(&bytes).unwrap();
        assert_eq!(token.mechanisms.collect::<Vec<_>>(), [Oid::MS_KERBEROS, Oid::NTLMSSP]);
        assert_eq!((token.mech_token, token.hint_name), (Some(&b"NTLMSSP"[..]), None));

        let name =
            encode(context(0), &[&encode(der::GENERAL_STRING, &[b"not_defined_in_RFC4178@please_ignore"])]);
        let bytes = init(&encode(SEQUENCE, &[&name]));
        let token = NegTokenInit::parse(&bytes).unwrap();
        assert_eq!(token.hint_name, Some(&b"not_defined_in_RFC4178@please_ignore"[..]));
    }

    #[test]
    fn neg_token_init_without_its_frame() {
        let framed = init(&[]);
        let bare = &framed[2 + 8..];
        assert_eq!(NegTokenInit::parse(bare), NegTokenInit::parse(&framed));
    }

    #[test]
    fn a_cut_token_gives_what_is_there() {
        let bytes = init(&encode(OCTET_STRING, &[b"mic"]));
        let at = bytes.windows(7).position(|window| window == b"NTLMSSP").unwrap();
        let token = NegTokenInit::parse(&bytes[..at + 4]).unwrap();
        assert_eq!((token.mech_token, token.mechanisms.count()), (Some(&b"NTLM"[..]), 2));
        for length in 0..bytes.len() {
            match NegTokenInit::parse(&bytes[..length]) {
                Ok(token) => assert!(token.mechanisms.count() <= 2),
                Err(error) => assert!(error.offset <= length && length < 36, "{error} at {length}"),
            }
        }
    }

    #[test]
    fn neg_token_resp() {
        let fields = [
            encode(context(0), &[&encode(ENUMERATED, &[&[1]])]), // negState
            encode(context(1), &[&encode(OID, &[Oid::NTLMSSP.0])]), // supportedMech
            encode(context(2), &[&encode(OCTET_STRING, &[b"NTLMSSP"])]), // responseToken
        ]
        .concat();
        let bytes = encode(context(1), &[&encode(SEQUENCE, &[&fields])]);
        let token = NegTokenResp::parse(&bytes).unwrap();
        assert_eq!(token.state, Some(NegState::ACCEPT_INCOMPLETE));
        assert_eq!(token.supported_mechanism, Some(Oid::NTLMSSP));
        assert_eq!(token.response_token, Some(&b"NTLMSSP"[..]));
        for length in 0..bytes.len() {
            if let Err(error) = NegTokenResp::parse(&bytes[..length]) {
                assert!(error.offset <= length);
            }
        }
    }

    #[test]
    fn another_type_than_expected_is_an_error_with_its_place() {
        let fields = encode(context(1), &[&encode(OCTET_STRING, &[b"x"])]);
        let bytes = encode(context(1), &[&encode(SEQUENCE, &[&fields])]);
        let error = NegTokenResp::parse(&bytes).unwrap_err();
        assert_eq!((error.offset, error.reason), (6, Reason::BadValue { field: "supportedMech", value: 4 }));
        assert_eq!(NegTokenInit::parse(&bytes).unwrap_err().offset, 0);
    }
}
