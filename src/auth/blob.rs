//! The way into a security blob, whatever it is wrapped in.

use super::Oid;
use super::der::{self, OID, application, content, context, inside};
use super::kerberos::{ApRep, ApReq, Iakerb, KrbError, TgtReply, TgtRequest};
use super::negoex::Negoex;
use super::ntlm::{self, Authenticate, Challenge, MessageType, Negotiate};
use super::spnego::{Mechanisms, NegState, NegTokenInit, NegTokenResp};
use crate::error::{Anomalies, Examine, Layer, ParseError, Reason, parse};

/// How many wrappers are opened: SPNEGO, GSS-API, and one more of each for the odd client.
const MAX_DEPTH: usize = 4;

/// The innermost message of a security blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Token<'a> {
    /// NTLMSSP: the client begins.
    NtlmNegotiate(Negotiate<'a>),
    /// NTLMSSP: the server's challenge.
    NtlmChallenge(Challenge<'a>),
    /// NTLMSSP: the client says who it is.
    NtlmAuthenticate(Authenticate<'a>),
    /// Kerberos: the client shows a ticket.
    KerberosApReq(ApReq<'a>),
    /// Kerberos: the server proves who it is.
    KerberosApRep(ApRep),
    /// Kerberos: the server refuses.
    KerberosError(KrbError<'a>),
    /// Kerberos user to user: the client asks for the server's ticket.
    KerberosTgtRequest(TgtRequest<'a>),
    /// Kerberos user to user: the server shows its ticket.
    KerberosTgtReply(TgtReply<'a>),
    /// Kerberos by way of the server.
    Iakerb(Iakerb<'a>),
    /// NegoEx.
    Negoex(Negoex<'a>),
    /// There is nothing, or a wrapper with nothing in it.
    Empty,
    /// Something else, or something that could not be read.
    Other {
        /// The mechanism that it says it is of.
        mechanism: Option<Oid<'a>>,
        /// Its bytes.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        bytes: &'a [u8],
    },
}

/// A security blob opened: its innermost message and what the wrappers said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Blob<'a> {
    /// The innermost message.
    pub token: Token<'a>,
    /// The mechanisms that a SPNEGO NegTokenInit lists.
    pub mechanisms: Mechanisms<'a>,
    /// The state that a SPNEGO NegTokenResp says.
    pub state: Option<NegState>,
    /// What could not be read, with its offset in the blob.
    pub anomaly: Option<ParseError>,
}

/// The innermost message of a security blob: raw NTLMSSP or Kerberos, or the same wrapped in SPNEGO.
/// [`Blob::open`] gives what the wrappers said as well.
#[must_use]
pub fn token(blob: &[u8]) -> Token<'_> {
    Blob::open(blob).token
}

impl<'a> Blob<'a> {
    /// Opens a blob. What cannot be read becomes [`Token::Other`] and an anomaly.
    #[must_use]
    pub fn open(bytes: &'a [u8]) -> Self {
        let mut blob = Self {
            token: Token::Other { mechanism: None, bytes },
            mechanisms: Mechanisms::default(),
            state: None,
            anomaly: None,
        };
        let mut inner = bytes;
        for _ in 0..MAX_DEPTH {
            match blob.step(inner) {
                Ok(Step::Inside(next)) => inner = next,
                Ok(Step::Found(token)) => {
                    blob.token = token;
                    blob.anomaly =
                        missing(&token).map(|error| within(bytes, inner, error)).or_else(|| cut(bytes));
                    return blob;
                }
                Err(error) => {
                    blob.token = Token::Other { mechanism: None, bytes: inner };
                    blob.anomaly = Some(within(bytes, inner, error));
                    return blob;
                }
            }
        }
        blob.token = Token::Other { mechanism: None, bytes: inner };
        let error =
            ParseError { layer: Layer::Auth, offset: 0, reason: Reason::TooDeep { field: "security blob" } };
        blob.anomaly = Some(within(bytes, inner, error));
        blob
    }

    /// Opens one wrapper, or reads what is not wrapped.
    fn step(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, ParseError> {
        let found = match (bytes, mechanism(bytes)) {
            ([], _) => Token::Empty,
            (_, Some((Oid::SPNEGO, _))) => return self.init(bytes),
            (_, Some((Oid::NTLMSSP, inner))) => return Ok(Step::Inside(inner)),
            (_, Some((oid, [0x01, 0x00, ..]))) if oid.is_kerberos() => {
                Token::KerberosApReq(ApReq::parse(bytes)?)
            }
            (_, Some((oid, [0x02, 0x00, ..]))) if oid.is_kerberos() => {
                Token::KerberosApRep(ApRep::parse(bytes)?)
            }
            (_, Some((oid, [0x03, 0x00, ..]))) if oid.is_kerberos() => {
                Token::KerberosError(KrbError::parse(bytes)?)
            }
            (_, Some((oid, [0x04, 0x00, ..]))) if oid.is_kerberos() => {
                Token::KerberosTgtRequest(TgtRequest::parse(bytes)?)
            }
            (_, Some((oid, [0x04, 0x01, ..]))) if oid.is_kerberos() => {
                Token::KerberosTgtReply(TgtReply::parse(bytes)?)
            }
            (_, Some((Oid::IAKERB, [0x05, 0x01, ..]))) => Token::Iakerb(Iakerb::parse(bytes)?),
            (_, Some((oid, _))) => Token::Other { mechanism: Some(oid), bytes },
            ([first, ..], None) if *first == context(0) => return self.init(bytes),
            ([first, ..], None) if *first == context(1) => {
                let token = NegTokenResp::parse(bytes)?;
                self.state = token.state;
                return Ok(Step::Inside(token.response_token.unwrap_or_default()));
            }
            ([first, ..], None) if *first == application(14) => Token::KerberosApReq(ApReq::parse(bytes)?),
            ([first, ..], None) if *first == application(15) => Token::KerberosApRep(ApRep::parse(bytes)?),
            ([first, ..], None) if *first == application(30) => Token::KerberosError(KrbError::parse(bytes)?),
            (_, None) if bytes.starts_with(&Negoex::SIGNATURE) => Token::Negoex(Negoex::new(bytes)),
            (_, None) => match ntlm::message_type(bytes) {
                Some(MessageType::NEGOTIATE) => Token::NtlmNegotiate(Negotiate::parse(bytes)?),
                Some(MessageType::CHALLENGE) => Token::NtlmChallenge(Challenge::parse(bytes)?),
                Some(MessageType::AUTHENTICATE) => Token::NtlmAuthenticate(Authenticate::parse(bytes)?),
                _ => Token::Other { mechanism: None, bytes },
            },
        };
        Ok(Step::Found(found))
    }

    fn init(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, ParseError> {
        let token = NegTokenInit::parse(bytes)?;
        self.mechanisms = token.mechanisms;
        Ok(Step::Inside(token.mech_token.unwrap_or_default()))
    }
}

impl Examine for Blob<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match (self.anomaly, &self.token) {
            (Some(anomaly), _) => anomalies.add(anomaly),
            (None, Token::Negoex(messages)) => messages.examine(anomalies),
            (None, Token::Other { bytes, .. }) => {
                let value = bytes.first().copied().unwrap_or_default().into();
                let reason = Reason::Unknown { field: "mechanism", value };
                anomalies.add(ParseError { layer: Layer::Auth, offset: 0, reason });
            }
            _ => {}
        }
    }
}

enum Step<'a> {
    Inside(&'a [u8]),
    Found(Token<'a>),
}

/// The mechanism and the inner token of a GSS-API InitialContextToken (RFC 2743 3.1).
fn mechanism(token: &[u8]) -> Option<(Oid<'_>, &[u8])> {
    let frame = inside(application(0), "InitialContextToken", |input| {
        let (rest, oid) = content(OID, "thisMech")(input)?;
        Ok((&[], (Oid(oid), rest)))
    });
    parse(Layer::Auth, token, frame).ok().map(|(_, found)| found)
}

/// A message that could be read, but not all of it.
fn missing(token: &Token<'_>) -> Option<ParseError> {
    match token {
        Token::NtlmAuthenticate(message) => message.cut(),
        _ => None,
    }
}

/// A blob whose outermost element is longer than the blob.
fn cut(blob: &[u8]) -> Option<ParseError> {
    let is_der = blob.first().is_some_and(|tag| [application(0), context(0), context(1)].contains(tag));
    let (_, outermost) = der::element(blob).ok().filter(|_| is_der)?;
    let reason = Reason::Truncated { field: "security blob" };
    outermost.is_cut.then_some(ParseError { layer: Layer::Auth, offset: blob.len(), reason })
}

/// An error of `inner`, which lies in `blob`, as one of `blob`.
fn within(blob: &[u8], inner: &[u8], error: ParseError) -> ParseError {
    let before =
        if inner.is_empty() { 0 } else { inner.as_ptr().addr().saturating_sub(blob.as_ptr().addr()) };
    error.behind(before)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::der::tests::encode;
    use super::super::der::{ENUMERATED, OCTET_STRING, SEQUENCE};
    use super::super::kerberos;
    use super::super::ntlm::authenticate_fixtures::{alice, anonymous};
    use super::*;

    /// A NegTokenInit with this token.
    fn init(token: &[u8]) -> Vec<u8> {
        let types = encode(SEQUENCE, &[&encode(OID, &[Oid::NTLMSSP.0])]);
        let fields =
            [encode(context(0), &[&types]), encode(context(2), &[&encode(OCTET_STRING, &[token])])].concat();
        let negotiation = encode(context(0), &[&encode(SEQUENCE, &[&fields])]);
        encode(application(0), &[&encode(OID, &[Oid::SPNEGO.0]), &negotiation])
    }

    /// A NegTokenResp with this token.
    fn response(token: &[u8]) -> Vec<u8> {
        let state = encode(context(0), &[&encode(ENUMERATED, &[&[1]])]);
        let token = encode(context(2), &[&encode(OCTET_STRING, &[token])]);
        encode(context(1), &[&encode(SEQUENCE, &[&state, &token])])
    }

    #[test]
    fn finds_ntlm_raw_and_wrapped() {
        let raw = anonymous();
        for blob in [
            raw.clone(),
            init(&raw),
            response(&raw),
            encode(application(0), &[&encode(OID, &[Oid::NTLMSSP.0]), &raw]),
        ] {
            let Token::NtlmAuthenticate(message) = token(&blob) else { panic!("{blob:02x?}") };
            assert_eq!((message.lm_length, message.nt_length), (1, 0));
            assert_eq!(Blob::open(&blob).anomaly, None);
        }
        assert_eq!(Blob::open(&init(&raw)).mechanisms.collect::<Vec<_>>(), [Oid::NTLMSSP]);
        assert_eq!(Blob::open(&response(&raw)).state, Some(NegState::ACCEPT_INCOMPLETE));
    }

    #[test]
    fn finds_kerberos_raw_and_wrapped() {
        let raw = kerberos::tests::fixture();
        for blob in [raw.clone(), init(&raw)] {
            assert!(matches!(token(&blob), Token::KerberosApReq(request) if request.realm == b"EXAMPLE.ORG"));
        }
        let answer = encode(application(15), &[&encode(SEQUENCE, &[])]);
        let reply = encode(application(0), &[&encode(OID, &[Oid::KERBEROS.0]), &[0x02, 0x00], &answer]);
        let blob = response(&reply);
        let blob = Blob::open(&blob);
        assert_eq!(blob.token, Token::KerberosApRep(ApRep::default()));
        assert_eq!(blob.anomaly, None, "an AP-REP is no anomaly");
    }

    #[test]
    fn finds_what_servers_answer_bare_and_from_user_to_user() {
        let reply = encode(application(15), &[&encode(SEQUENCE, &[])]);
        let error = encode(application(30), &[&encode(SEQUENCE, &[])]);
        let iakerb =
            encode(application(0), &[&encode(OID, &[Oid::IAKERB.0]), &[5, 1], &encode(SEQUENCE, &[])]);
        let framed = |id: [u8; 2], message: &[u8]| {
            encode(application(0), &[&encode(OID, &[Oid::KERBEROS_USER_TO_USER.0]), &id, message])
        };
        let is = |blob: &[u8], expected: fn(Token<'_>) -> bool| {
            for blob in [response(blob), init(blob)] {
                let opened = Blob::open(&blob);
                assert!(expected(opened.token) && opened.anomaly.is_none(), "{opened:?}");
                for length in 1..blob.len() {
                    let cut = Blob::open(&blob[..length]);
                    assert!(
                        cut.anomaly.is_some() || matches!(cut.token, Token::Other { .. }),
                        "{length}: {cut:?}"
                    );
                }
            }
        };
        is(&reply, |token| matches!(token, Token::KerberosApRep(_)));
        is(&framed([2, 0], &reply), |token| matches!(token, Token::KerberosApRep(_)));
        is(&error, |token| matches!(token, Token::KerberosError(_)));
        is(&framed([3, 0], &error), |token| matches!(token, Token::KerberosError(_)));
        is(&framed([4, 0], &encode(SEQUENCE, &[])), |token| matches!(token, Token::KerberosTgtRequest(_)));
        is(&kerberos::tests::tgt_reply(), |token| matches!(token, Token::KerberosTgtReply(_)));
        is(&iakerb, |token| matches!(token, Token::Iakerb(_)));
        let request = kerberos::tests::fixture();
        let bare = request.iter().position(|byte| *byte == application(14)).unwrap();
        let by_way = encode(application(0), &[&encode(OID, &[Oid::IAKERB.0]), &[1, 0], &request[bare..]]);
        is(&by_way, |token| matches!(token, Token::KerberosApReq(_)));
        is(&request[bare..], |token| matches!(token, Token::KerberosApReq(_)));
    }

    #[test]
    fn nothing_is_empty_and_noise_is_other() {
        assert_eq!(token(b""), Token::Empty);
        let no_token =
            encode(context(1), &[&encode(SEQUENCE, &[&encode(context(0), &[&encode(ENUMERATED, &[&[0]])])])]);
        assert_eq!(token(&no_token), Token::Empty);
        assert_eq!(Blob::open(&no_token).state, Some(NegState::ACCEPT_COMPLETED));
        assert_eq!(token(b"noise"), Token::Other { mechanism: None, bytes: b"noise" });
    }

    #[test]
    fn an_anomaly_has_its_place_in_the_blob() {
        let mut message = anonymous();
        message.truncate(40);
        let blob = response(&message);
        let anomaly = Blob::open(&blob).anomaly.unwrap();
        assert_eq!((anomaly.offset, anomaly.layer), (blob.len(), Layer::Auth));

        let whole = init(&alice());
        let cut = &whole[..whole.len() - 30];
        let blob = Blob::open(cut);
        let Token::NtlmAuthenticate(message) = blob.token else { panic!("{:?}", blob.token) };
        assert_eq!(message.user.to_string(), "alice");
        let reason = Reason::Truncated { field: "NtChallengeResponse" };
        assert_eq!(blob.anomaly, Some(ParseError { layer: Layer::Auth, offset: cut.len(), reason }));
    }

    #[test]
    fn wrappers_are_opened_to_a_bounded_depth() {
        let mut blob = anonymous();
        for _ in 0..3 {
            blob = response(&blob);
        }
        assert!(matches!(token(&blob), Token::NtlmAuthenticate(_)));
        let blob = response(&blob);
        let reason = Blob::open(&blob).anomaly.unwrap().reason;
        assert_eq!(reason, Reason::TooDeep { field: "security blob" });
    }

    #[test]
    fn every_truncation_is_read_or_refused() {
        for blob in [init(&alice()), response(&anonymous()), init(&kerberos::tests::fixture())] {
            assert_eq!(Blob::open(&blob).anomaly, None);
            for length in 1..blob.len() {
                let opened = Blob::open(&blob[..length]);
                let is_noise = matches!(opened.token, Token::Other { .. });
                assert!(is_noise || opened.anomaly.is_some(), "{length} of {} bytes: {opened:?}", blob.len());
                assert!(opened.anomaly.is_none_or(|anomaly| anomaly.offset <= length));
            }
        }
    }

    proptest! {
        #[test]
        fn changed_bytes_are_read_or_refused(
            at in any::<proptest::sample::Index>(), to in any::<u8>(), kerberos in any::<bool>()
        ) {
            let mut blob = init(&if kerberos { kerberos::tests::fixture() } else { alice() });
            let at = at.index(blob.len());
            blob[at] = to;
            let opened = Blob::open(&blob);
            prop_assert!(opened.anomaly.is_none_or(|anomaly| anomaly.offset <= blob.len()));
            prop_assert!(opened.mechanisms.count() <= 1);
        }
    }
}
