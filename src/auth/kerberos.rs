//! Kerberos: AP-REQ, AP-REP and KRB-ERROR (RFC 4120 5.5.1, 5.5.2 and 5.9.1) in the GSS-API token of RFC 4121 4.1. An
//! AP-REQ names the service and says how the ticket is encrypted; the client's name is inside what is encrypted.
//!
//! Also user to user (draft-swift-win2k-krb-user2user), where the server shows its own ticket first, and IAKERB
//! (draft-ietf-kitten-iakerb), where the server passes the messages on to the key distribution centre.
//!
//! ```
//! use smbscope::auth::kerberos::KrbError;
//!
//! let token = [
//!     0x7e, 18, 0x30, 16, // KRB-ERROR
//!     0xa6, 3, 2, 1, 37, // error-code
//!     0xa9, 9, 0x1b, 7, b'E', b'X', b'A', b'M', b'P', b'L', b'E', // realm
//! ];
//! let error = KrbError::parse(&token)?;
//! assert_eq!(error.error_code, 37); // the clocks of client and server differ too much
//! assert_eq!(error.realm, b"EXAMPLE");
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use core::fmt;

use super::Oid;
use super::der::{
    GENERAL_STRING, INITIAL_CONTEXT_TOKEN, INTEGER, OID, SEQUENCE, UTF8_STRING, application, content,
    context, each, inside, integer, number,
};
use crate::error::{Layer, ParseError, Read, Reason, Unread, named, parse};
use crate::wire::{ascii, be_u16, wire_enum};

wire_enum! {
    /// An encryption type (RFC 3961 8, and the registry that goes on from it).
    pub struct EncryptionType(i32) {
        DES_CBC_CRC = 1, "des-cbc-crc";
        DES_CBC_MD5 = 3, "des-cbc-md5";
        AES128_CTS_HMAC_SHA1_96 = 17, "aes128-cts-hmac-sha1-96";
        AES256_CTS_HMAC_SHA1_96 = 18, "aes256-cts-hmac-sha1-96";
        AES128_CTS_HMAC_SHA256_128 = 19, "aes128-cts-hmac-sha256-128";
        AES256_CTS_HMAC_SHA384_192 = 20, "aes256-cts-hmac-sha384-192";
        RC4_HMAC = 23, "rc4-hmac";
        RC4_HMAC_EXP = 24, "rc4-hmac-exp";
    }
}

/// An AP-REQ (RFC 4120 5.5.1): a ticket shown to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ApReq<'a> {
    /// realm of the ticket: that of the service.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub realm: &'a [u8],
    /// sname of the ticket.
    pub service: ServiceName<'a>,
    /// etype of the ticket's encrypted part.
    pub ticket_encryption: Option<EncryptionType>,
    /// etype of the authenticator.
    pub authenticator_encryption: Option<EncryptionType>,
}

/// A service's principal name (RFC 4120 5.2.2), its parts still in DER. Prints as `cifs/server`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServiceName<'a>(&'a [u8]);

#[cfg(feature = "serde")]
impl serde::Serialize for ServiceName<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'a> ServiceName<'a> {
    /// The parts: `cifs`, `server`.
    pub fn parts(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (after, part) = content(GENERAL_STRING, "name-string")(rest).ok()?;
            rest = after;
            Some(part)
        })
    }
}

impl fmt::Display for ServiceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts().enumerate() {
            let slash = if index == 0 { "" } else { "/" };
            write!(f, "{slash}{}", ascii(part))?;
        }
        Ok(())
    }
}

/// An AP-REP (RFC 4120 5.5.2): the service proves that it is the one the ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ApRep {
    /// etype of the encrypted part.
    pub encryption: Option<EncryptionType>,
}

/// A KRB-ERROR (RFC 4120 5.9.1): the service refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KrbError<'a> {
    /// error-code: 37 is "clock skew too great", 41 "message stream modified".
    pub error_code: i32,
    /// realm of the service.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub realm: &'a [u8],
    /// sname.
    pub service: ServiceName<'a>,
}

/// A KERB-TGT-REQUEST, of authentication from user to user: the client asks for the server's ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TgtRequest<'a> {
    /// server-name.
    pub service: ServiceName<'a>,
    /// realm.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub realm: &'a [u8],
}

/// A KERB-TGT-REPLY, of authentication from user to user: the server's ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TgtReply<'a> {
    /// realm of the ticket: that of the server.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub realm: &'a [u8],
    /// sname of the ticket: the ticket-granting service.
    pub service: ServiceName<'a>,
    /// etype of the ticket's encrypted part.
    pub ticket_encryption: Option<EncryptionType>,
}

wire_enum! {
    /// The application tag of a Kerberos message (RFC 4120 5.10).
    pub struct MessageTag(u8) {
        AS_REQ = 10, "AS-REQ";
        AS_REP = 11, "AS-REP";
        TGS_REQ = 12, "TGS-REQ";
        TGS_REP = 13, "TGS-REP";
        AP_REQ = 14, "AP-REQ";
        AP_REP = 15, "AP-REP";
        KRB_ERROR = 30, "KRB-ERROR";
    }
}

/// A message of IAKERB: one between the client and its key distribution centre, which goes by way of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Iakerb<'a> {
    /// target-realm: whose key distribution centre is meant.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub target_realm: &'a [u8],
    /// What the message is, if one is there.
    pub message: Option<MessageTag>,
}

/// How the messages stand in tokens: the TOK_ID (RFC 4121 4.1) and the application tag.
const AP_REQ: (u16, u8) = (0x0100, 14);
const AP_REP: (u16, u8) = (0x0200, 15);
const KRB_ERROR: (u16, u8) = (0x0300, 30);
/// This one has no application tag.
const TGT_REQ: u16 = 0x0400;
/// Nor has this one.
const TGT_REP: u16 = 0x0401;
const IAKERB_PROXY: u16 = 0x0501;
/// The tag of a Ticket (RFC 4120 5.3).
const TICKET: u8 = application(1);

/// Reads a message of one type in its GSS-API token, or bare.
fn framed<'a, T>(
    token: &'a [u8],
    (id, tag): (u16, u8),
    name: &'static str,
    fields: impl FnOnce(&'a [u8]) -> Read<'a, T>,
) -> Result<T, ParseError> {
    let message =
        |input| inside(application(tag), name, |input| inside(SEQUENCE, name, fields)(input))(input);
    parse(Layer::Auth, token, |input| {
        if input.first() == Some(&application(tag)) { message(input) } else { in_token(input, id, message) }
    })
    .map(|(_, message)| message)
}

/// Reads a message behind the mechanism and the TOK_ID of a GSS-API token.
fn in_token<'a, T>(input: &'a [u8], id: u16, message: impl FnOnce(&'a [u8]) -> Read<'a, T>) -> Read<'a, T> {
    inside(INITIAL_CONTEXT_TOKEN, "InitialContextToken", |input| {
        let (at_oid, mechanism) = content(OID, "thisMech")(input)?;
        if !Oid(mechanism).is_kerberos() {
            let value = u64::try_from(mechanism.len()).unwrap_or(u64::MAX);
            return Err(Unread::error(input, Reason::BadValue { field: "thisMech", value }));
        }
        let (rest, token_id) = named("TOK_ID", be_u16(at_oid))?;
        if token_id != id {
            let reason = Reason::BadValue { field: "TOK_ID", value: token_id.into() };
            return Err(Unread::error(at_oid, reason));
        }
        message(rest)
    })(input)
}

impl<'a> TgtRequest<'a> {
    /// Reads a KERB-TGT-REQUEST in its GSS-API token.
    ///
    /// # Errors
    /// The token is none, or an element in it has another type than it should.
    pub fn parse(token: &'a [u8]) -> Result<Self, ParseError> {
        let fields = |input| {
            let mut request = Self::default();
            let (rest, ()) = each(input, |tag, field| {
                if tag == context(2) {
                    request.service = service_name(field)?.1;
                } else if tag == context(3) {
                    request.realm = content(GENERAL_STRING, "realm")(field)?.1;
                }
                Ok(())
            })?;
            Ok((rest, request))
        };
        let message = |input| inside(SEQUENCE, "KERB-TGT-REQUEST", fields)(input);
        parse(Layer::Auth, token, |input| in_token(input, TGT_REQ, message)).map(|(_, request)| request)
    }
}

impl<'a> TgtReply<'a> {
    /// Reads a KERB-TGT-REPLY in its GSS-API token. What is cut off behind is missing from the result.
    ///
    /// # Errors
    /// The token is none, or an element in it has another type than it should.
    pub fn parse(token: &'a [u8]) -> Result<Self, ParseError> {
        let fields = |input| {
            let mut shown = ApReq::default();
            let (rest, ()) = each(input, |tag, field| {
                if tag == context(2) {
                    shown.ticket(field)?;
                }
                Ok(())
            })?;
            let ApReq { realm, service, ticket_encryption, .. } = shown;
            Ok((rest, Self { realm, service, ticket_encryption }))
        };
        let message = |input| inside(SEQUENCE, "KERB-TGT-REPLY", fields)(input);
        parse(Layer::Auth, token, |input| in_token(input, TGT_REP, message)).map(|(_, reply)| reply)
    }
}

impl<'a> Iakerb<'a> {
    /// Reads a message of IAKERB in its GSS-API token.
    ///
    /// # Errors
    /// The token is none, or an element in it has another type than it should.
    pub fn parse(token: &'a [u8]) -> Result<Self, ParseError> {
        let message = |input| {
            let mut target_realm = &[][..];
            let (rest, ()) = inside(SEQUENCE, "IAKERB-HEADER", |input| {
                each(input, |tag, field| {
                    if tag == context(1) {
                        target_realm = content(UTF8_STRING, "target-realm")(field)?.1;
                    }
                    Ok(())
                })
            })(input)?;
            let message = rest.first().map(|tag| MessageTag(number(*tag)));
            Ok((&[][..], Self { target_realm, message }))
        };
        parse(Layer::Auth, token, |input| in_token(input, IAKERB_PROXY, message)).map(|(_, message)| message)
    }
}

impl ApRep {
    /// Reads an AP-REP in its GSS-API token, or bare.
    ///
    /// # Errors
    /// The token is no AP-REP, or an element in it has another type than it should.
    pub fn parse(token: &[u8]) -> Result<Self, ParseError> {
        framed(token, AP_REP, "AP-REP", |input| {
            let mut reply = Self::default();
            let (rest, ()) = each(input, |tag, field| {
                if tag == context(2) {
                    reply.encryption = encryption_type(field)?.1;
                }
                Ok(())
            })?;
            Ok((rest, reply))
        })
    }
}

impl<'a> KrbError<'a> {
    /// Reads a KRB-ERROR in its GSS-API token, or bare.
    ///
    /// # Errors
    /// The token is no KRB-ERROR, or an element in it has another type than it should.
    pub fn parse(token: &'a [u8]) -> Result<Self, ParseError> {
        framed(token, KRB_ERROR, "KRB-ERROR", |input| {
            let mut error = Self::default();
            let (rest, ()) = each(input, |tag, field| {
                if tag == context(6) {
                    error.error_code = integer(INTEGER, "error-code")(field)?.1;
                } else if tag == context(9) {
                    error.realm = content(GENERAL_STRING, "realm")(field)?.1;
                } else if tag == context(10) {
                    error.service = service_name(field)?.1;
                }
                Ok(())
            })?;
            Ok((rest, error))
        })
    }
}

impl<'a> ApReq<'a> {
    /// Reads an AP-REQ in its GSS-API token, or bare. What is cut off behind is missing from the result.
    ///
    /// # Errors
    /// The token is no AP-REQ, or an element in it has another type than it should.
    pub fn parse(token: &'a [u8]) -> Result<Self, ParseError> {
        framed(token, AP_REQ, "AP-REQ", Self::fields)
    }

    fn fields(input: &'a [u8]) -> Read<'a, Self> {
        let mut request = Self::default();
        let (rest, ()) = each(input, |tag, field| {
            if tag == context(3) {
                request.ticket(field)?;
            } else if tag == context(4) {
                request.authenticator_encryption = encryption_type(field)?.1;
            }
            Ok(())
        })?;
        Ok((rest, request))
    }

    /// Ticket (RFC 4120 5.3).
    fn ticket(&mut self, input: &'a [u8]) -> Read<'a, ()> {
        let fields = |input| {
            each(input, |tag, field| {
                if tag == context(1) {
                    self.realm = content(GENERAL_STRING, "realm")(field)?.1;
                } else if tag == context(2) {
                    self.service = service_name(field)?.1;
                } else if tag == context(3) {
                    self.ticket_encryption = encryption_type(field)?.1;
                }
                Ok(())
            })
        };
        inside(TICKET, "ticket", |input| inside(SEQUENCE, "ticket", fields)(input))(input)
    }
}

/// PrincipalName (RFC 4120 5.2.2).
fn service_name(input: &[u8]) -> Read<'_, ServiceName<'_>> {
    inside(SEQUENCE, "sname", |input| {
        let mut name = ServiceName::default();
        let (rest, ()) = each(input, |tag, field| {
            if tag == context(1) {
                name = ServiceName(content(SEQUENCE, "name-string")(field)?.1);
            }
            Ok(())
        })?;
        Ok((rest, name))
    })(input)
}

/// The etype of an EncryptedData (RFC 4120 5.2.9).
fn encryption_type(input: &[u8]) -> Read<'_, Option<EncryptionType>> {
    inside(SEQUENCE, "EncryptedData", |input| {
        let mut etype = None;
        let (rest, ()) = each(input, |tag, field| {
            if tag == context(0) {
                etype = Some(EncryptionType(integer(INTEGER, "etype")(field)?.1));
            }
            Ok(())
        })?;
        Ok((rest, etype))
    })(input)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::der::OCTET_STRING;
    use super::super::der::tests::encode;
    use super::*;

    fn encrypted(etype: u8) -> Vec<u8> {
        encode(
            SEQUENCE, // EncryptedData
            &[
                &encode(context(0), &[&encode(INTEGER, &[&[etype]])]), // etype
                &encode(context(1), &[&encode(INTEGER, &[&[2]])]),     // kvno
                &encode(context(2), &[&encode(OCTET_STRING, &[&[0xee; 200]])]), // cipher
            ],
        )
    }

    /// An AP-REQ for cifs/SRV of EXAMPLE.ORG in its GSS-API token.
    pub(in crate::auth) fn fixture() -> Vec<u8> {
        let strings = encode(
            SEQUENCE, // name-string
            &[&encode(GENERAL_STRING, &[b"cifs"]), &encode(GENERAL_STRING, &[b"SRV"])],
        );
        let name = encode(
            SEQUENCE, // sname
            &[
                &encode(context(0), &[&encode(INTEGER, &[&[2]])]), // name-type
                &encode(context(1), &[&strings]),                  // name-string
            ],
        );
        let ticket = encode(
            SEQUENCE, // Ticket
            &[
                &encode(context(0), &[&encode(INTEGER, &[&[5]])]), // tkt-vno
                &encode(context(1), &[&encode(GENERAL_STRING, &[b"EXAMPLE.ORG"])]), // realm
                &encode(context(2), &[&name]),                     // sname
                &encode(context(3), &[&encrypted(18)]),            // enc-part
            ],
        );
        let request = encode(
            SEQUENCE, // AP-REQ
            &[
                &encode(context(0), &[&encode(INTEGER, &[&[5]])]),    // pvno
                &encode(context(1), &[&encode(INTEGER, &[&[14]])]),   // msg-type
                &encode(context(2), &[&[0x03, 5, 0, 0x20, 0, 0, 0]]), // ap-options
                &encode(context(3), &[&encode(application(1), &[&ticket])]), // ticket
                &encode(context(4), &[&encrypted(23)]),               // authenticator
            ],
        );
        encode(
            application(0), // InitialContextToken
            &[
                &encode(OID, &[Oid::KERBEROS.0]),      // thisMech
                &[0x01, 0x00],                         // TOK_ID
                &encode(application(14), &[&request]), // AP-REQ
            ],
        )
    }

    #[test]
    fn ap_req() {
        let bytes = fixture();
        let request = ApReq::parse(&bytes).unwrap();
        assert_eq!(request.realm, b"EXAMPLE.ORG");
        assert_eq!(request.service.to_string(), "cifs/SRV");
        assert_eq!(request.ticket_encryption, Some(EncryptionType::AES256_CTS_HMAC_SHA1_96));
        assert_eq!(request.authenticator_encryption, Some(EncryptionType::RC4_HMAC));
        let bare = bytes.iter().position(|byte| *byte == application(14)).unwrap();
        assert_eq!(ApReq::parse(&bytes[bare..]), Ok(request));
    }

    #[test]
    fn a_ticket_that_is_cut_still_names_its_service() {
        let bytes = fixture();
        let cipher = bytes.iter().position(|byte| *byte == 0xee).unwrap();
        let request = ApReq::parse(&bytes[..cipher + 10]).unwrap();
        assert_eq!(request.service.to_string(), "cifs/SRV");
        assert_eq!(request.authenticator_encryption, None);
        for length in 0..bytes.len() {
            if let Err(error) = ApReq::parse(&bytes[..length]) {
                assert!(error.offset <= length && length < cipher, "{error} at {length}");
                assert!(!error.is_unnamed(), "{error} at {length}");
            }
        }
    }

    #[test]
    fn other_kerberos_tokens_are_refused_at_their_token_id() {
        let mut bytes = fixture();
        let at = bytes.windows(2).position(|window| window == [0x01, 0x00]).unwrap();
        bytes[at] = 0x02;
        let error = ApReq::parse(&bytes).unwrap_err();
        assert_eq!((error.offset, error.reason), (at, Reason::BadValue { field: "TOK_ID", value: 0x0200 }));
    }

    #[test]
    fn what_services_answer() {
        let token = |id: [u8; 2], tag, fields: &[&[u8]]| {
            let message = encode(application(tag), &[&encode(SEQUENCE, fields)]);
            let mechanism = encode(OID, &[Oid::KERBEROS.0]);
            encode(application(0), &[&mechanism, &id, &message])
        };
        let version = encode(context(0), &[&encode(INTEGER, &[&[5]])]); // pvno
        let reply = token([2, 0], 15, &[&version, &encode(context(2), &[&encrypted(17)])]);
        let expected = ApRep { encryption: Some(EncryptionType::AES128_CTS_HMAC_SHA1_96) };
        assert_eq!(ApRep::parse(&reply), Ok(expected));
        let code = encode(context(6), &[&encode(INTEGER, &[&[37]])]); // error-code
        let realm = encode(context(9), &[&encode(GENERAL_STRING, &[b"EXAMPLE.ORG"])]);
        let refusal = token([3, 0], 30, &[&version, &code, &realm]);
        let error = KrbError::parse(&refusal).unwrap();
        assert_eq!((error.error_code, error.realm), (37, &b"EXAMPLE.ORG"[..]));
        assert!(ApRep::parse(&refusal).is_err() && KrbError::parse(&reply).is_err());
        for length in 0..reply.len() {
            assert!(ApRep::parse(&reply[..length]).is_err() || length > 20);
        }
    }

    #[test]
    fn user_to_user() {
        let realm = encode(context(3), &[&encode(GENERAL_STRING, &[b"PURPLE"])]);
        let message = encode(SEQUENCE, &[&encode(context(0), &[&encode(INTEGER, &[&[5]])]), &realm]);
        let mechanism = encode(OID, &[Oid::KERBEROS_USER_TO_USER.0]);
        let token = encode(application(0), &[&mechanism, &[4, 0], &message]);
        assert_eq!(TgtRequest::parse(&token).unwrap().realm, b"PURPLE");
        assert!(TgtRequest::parse(&token[..12]).is_err() && ApRep::parse(&token).is_err());
    }

    /// A KERB-TGT-REPLY with a ticket of EXAMPLE.ORG.
    pub(in crate::auth) fn tgt_reply() -> Vec<u8> {
        let request = fixture();
        let at = request.iter().position(|byte| *byte == application(1)).unwrap();
        let (_, ticket) = super::super::der::element(&request[at..]).unwrap();
        let message = encode(
            SEQUENCE, // KERB-TGT-REPLY
            &[
                &encode(context(0), &[&encode(INTEGER, &[&[5]])]),  // pvno
                &encode(context(1), &[&encode(INTEGER, &[&[17]])]), // msg-type
                &encode(context(2), &[&encode(application(1), &[ticket.content])]), // ticket
            ],
        );
        let mechanism = encode(OID, &[Oid::KERBEROS_USER_TO_USER.0]);
        encode(application(0), &[&mechanism, &[4, 1], &message])
    }

    #[test]
    fn the_servers_ticket_from_user_to_user() {
        let token = tgt_reply();
        let reply = TgtReply::parse(&token).unwrap();
        assert_eq!((reply.realm, reply.service.to_string().as_str()), (&b"EXAMPLE.ORG"[..], "cifs/SRV"));
        assert_eq!(reply.ticket_encryption, Some(EncryptionType::AES256_CTS_HMAC_SHA1_96));
        assert!(TgtRequest::parse(&token).is_err(), "it is no request");
        for length in 0..token.len() {
            match TgtReply::parse(&token[..length]) {
                Ok(cut) => assert!(reply.realm.starts_with(cut.realm)),
                Err(error) => assert!(error.offset <= length, "{error} at {length}"),
            }
        }
    }

    #[test]
    fn messages_that_the_server_passes_on() {
        let header =
            encode(SEQUENCE, &[&encode(context(1), &[&encode(UTF8_STRING, &[b"WELLKNOWN:COM.APPLE.LKDC"])])]);
        for (tag, name) in [(10, "AS-REQ"), (30, "KRB-ERROR"), (29, "0x1d")] {
            let message = encode(application(tag), &[&encode(SEQUENCE, &[])]);
            let token = encode(application(0), &[&encode(OID, &[Oid::IAKERB.0]), &[5, 1], &header, &message]);
            let read = Iakerb::parse(&token).unwrap();
            assert_eq!(read.target_realm, b"WELLKNOWN:COM.APPLE.LKDC");
            assert_eq!(read.message.unwrap().to_string(), name);
            for length in 0..token.len() {
                match Iakerb::parse(&token[..length]) {
                    Ok(cut) => assert!(read.target_realm.starts_with(cut.target_realm)),
                    Err(error) => assert!(error.offset <= length, "{error} at {length}"),
                }
            }
        }
    }
}
