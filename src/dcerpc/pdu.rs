//! One whole PDU: header, body and authentication trailer.

use crate::error::{Anomalies, Examine, Layer, ParseError, Parsed, Read, Reason, Unread, prefix};

use super::auth::{AuthLevel, AuthTrailer, trailer};
use super::bind::{Bind, BindAck, BindNak, bind, bind_ack, bind_nak};
use super::call::{Fault, Request, Response, fault, request, response};
use super::header::{Header, PduType, PfcFlags};

/// A connection-oriented PDU (C706 12.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Pdu<'a> {
    /// The common header.
    pub header: Header,
    /// What the type of the PDU says follows it.
    pub body: Body<'a>,
    /// The authentication trailer, if there is one and the input reaches it.
    pub auth: Option<AuthTrailer<'a>>,
    /// Bytes of this PDU that the input lacks.
    pub missing: usize,
}

/// The body of a [`Pdu`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Body<'a> {
    /// A client proposes interfaces.
    Bind(Bind<'a>),
    /// The server answers a bind.
    BindAck(BindAck<'a>),
    /// The server refuses a bind.
    BindNak(BindNak),
    /// A client proposes more interfaces.
    AlterContext(Bind<'a>),
    /// The server answers that.
    AlterContextResponse(BindAck<'a>),
    /// The third leg of an authentication; it has no answer.
    Auth3,
    /// A call.
    Request(Request<'a>),
    /// Its results.
    Response(Response<'a>),
    /// It failed.
    Fault(Fault<'a>),
    /// The client wants the call to end.
    Cancel,
    /// The client does not want the answer any more.
    Orphaned,
    /// The server asks the client to close the connection.
    Shutdown,
    /// A type this library does not know, or that belongs to datagrams.
    Other(
        PduType,
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))] &'a [u8],
    ),
}

impl<'a> Pdu<'a> {
    /// Reads exactly one PDU of `frag_length` bytes and gives what follows it. If the input is shorter, the fixed
    /// part must be there, the variable part is what there is of it, and `missing` says how much is not.
    ///
    /// # Errors
    /// No [`Header`], a fixed part that is cut, or an `auth_length` that does not fit into the PDU.
    pub fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (_, header) = Header::parse(input)?;
        let length = usize::from(header.frag_length);
        let (bytes, rest) = input.split_at_checked(length).unwrap_or((input, &[]));
        let (_, pdu) = prefix(Layer::DceRpc, bytes, |bytes| pdu(header, bytes))?;
        Ok((rest, pdu))
    }

    /// True if the stub is encrypted.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.auth.is_some_and(|auth| auth.level == AuthLevel::PKT_PRIVACY)
    }
}

impl Examine for Pdu<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match &self.body {
            Body::Bind(bind) | Body::AlterContext(bind) => bind.examine(anomalies),
            Body::BindAck(ack) | Body::AlterContextResponse(ack) => ack.examine(anomalies),
            _ => {}
        }
        if self.missing > 0 {
            let offset = usize::from(self.header.frag_length).saturating_sub(self.missing);
            let reason = Reason::Truncated { field: "frag_length" };
            anomalies.add(ParseError { layer: Layer::DceRpc, offset, reason });
        }
        if let Body::Other(kind, _) = self.body {
            let reason = Reason::BadValue { field: "PTYPE", value: kind.0.into() };
            anomalies.add(ParseError { layer: Layer::DceRpc, offset: 2, reason });
        }
    }
}

fn pdu(header: Header, bytes: &[u8]) -> Read<'_, Pdu<'_>> {
    let content = bytes.get(Header::SIZE..).unwrap_or_default();
    let missing = usize::from(header.frag_length).saturating_sub(bytes.len());
    let (content, auth) = split_auth(&header, bytes, content)?;
    let body = body(&header, content)?;
    let padding = auth.map_or(0, |auth| usize::from(auth.pad_length));
    Ok((&[], Pdu { header, body: body.without_padding(padding), auth, missing }))
}

/// The body and the authentication trailer of a PDU.
fn split_auth<'a>(
    header: &Header,
    pdu: &'a [u8],
    content: &'a [u8],
) -> Result<(&'a [u8], Option<AuthTrailer<'a>>), nom::Err<Unread>> {
    if header.auth_length == 0 {
        return Ok((content, None));
    }
    let trailer_length = usize::from(header.auth_length).saturating_add(8);
    let body_length = usize::from(header.frag_length)
        .checked_sub(Header::SIZE.saturating_add(trailer_length))
        .ok_or_else(|| {
            let reason = Reason::BadOffset { field: "auth_length", value: header.auth_length.into() };
            Unread::error(pdu.get(10..).unwrap_or_default(), reason)
        })?;
    let Some((body, rest)) = content.split_at_checked(body_length) else { return Ok((content, None)) };
    Ok((body, trailer(header.drep.is_big_endian())(rest).ok().map(|(_, auth)| auth)))
}

fn body<'a>(header: &Header, content: &'a [u8]) -> Result<Body<'a>, nom::Err<Unread>> {
    let big_endian = header.drep.is_big_endian();
    Ok(match header.kind {
        PduType::REQUEST => {
            let has_object = header.flags.contains(PfcFlags::OBJECT_UUID);
            Body::Request(request(big_endian, has_object)(content)?.1)
        }
        PduType::RESPONSE => Body::Response(response(big_endian)(content)?.1),
        PduType::FAULT => Body::Fault(fault(big_endian)(content)?.1),
        PduType::BIND => Body::Bind(bind(big_endian)(content)?.1),
        PduType::BIND_ACK => Body::BindAck(bind_ack(big_endian)(content)?.1),
        PduType::BIND_NAK => Body::BindNak(bind_nak(big_endian)(content)?.1),
        PduType::ALTER_CONTEXT => Body::AlterContext(bind(big_endian)(content)?.1),
        PduType::ALTER_CONTEXT_RESP => Body::AlterContextResponse(bind_ack(big_endian)(content)?.1),
        PduType::AUTH3 => Body::Auth3,
        PduType::SHUTDOWN => Body::Shutdown,
        PduType::CO_CANCEL => Body::Cancel,
        PduType::ORPHANED => Body::Orphaned,
        other => Body::Other(other, content),
    })
}

impl Body<'_> {
    /// The same body, its stub shorter by the padding in front of the authentication trailer.
    fn without_padding(mut self, padding: usize) -> Self {
        if let Self::Request(Request { stub, .. })
        | Self::Response(Response { stub, .. })
        | Self::Fault(Fault { stub, .. }) = &mut self
        {
            *stub = stub.get(..stub.len().saturating_sub(padding)).unwrap_or_default();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::{Uuid, uuid};

    use super::super::auth::AuthType;
    use super::super::bind::{ProviderReason, RejectReason, ResultCode, SyntaxId};
    use super::super::call::FaultStatus;
    use super::*;

    const SPOOLSS: Uuid = uuid!("12345678-1234-abcd-ef00-0123456789ab");

    /// A bind with two contexts: spoolss in NDR64, and an offer of features.
    #[rustfmt::skip]
    const BIND: &[u8] = &[
        5, 0, // rpc_vers, rpc_vers_minor
        11, // PTYPE bind
        0x03, // pfc_flags first and last fragment
        0x10, 0x00, 0x00, 0x00, // packed_drep
        0x74, 0x00, // frag_length 116
        0x00, 0x00, // auth_length
        0x02, 0x00, 0x00, 0x00, // call_id
        0xb8, 0x10, // max_xmit_frag 4280
        0xb9, 0x10, // max_recv_frag 4281
        0x00, 0x00, 0x00, 0x00, // assoc_group_id
        0x02, 0x00, 0x00, 0x00, // n_context_elem, reserved
        0x01, 0x00, // p_cont_id
        0x01, 0x00, // n_transfer_syn, reserved
        0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, // abstract syntax spoolss
        0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
        0x01, 0x00, 0x00, 0x00, // abstract syntax version 1.0
        0x33, 0x05, 0x71, 0x71, 0xba, 0xbe, 0x37, 0x49, // transfer syntax NDR64
        0x83, 0x19, 0xb5, 0xdb, 0xef, 0x9c, 0xcc, 0x36,
        0x01, 0x00, 0x00, 0x00, // transfer syntax version 1.0
        0x02, 0x00, // p_cont_id
        0x01, 0x00, // n_transfer_syn, reserved
        0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, // abstract syntax spoolss
        0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
        0x01, 0x00, 0x00, 0x00, // abstract syntax version 1.0
        0x2c, 0x1c, 0xb7, 0x6c, 0x12, 0x98, 0x40, 0x45, // bind time feature negotiation
        0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // features
        0x01, 0x00, 0x00, 0x00, // version 1.0
    ];

    /// The answer: rejected, accepted, features taken.
    #[rustfmt::skip]
    const BIND_ACK: &[u8] = &[
        5, 0, // rpc_vers, rpc_vers_minor
        12, // PTYPE bind_ack
        0x03, // pfc_flags first and last fragment
        0x10, 0x00, 0x00, 0x00, // packed_drep
        0x74, 0x00, // frag_length 116
        0x00, 0x00, // auth_length
        0x02, 0x00, 0x00, 0x00, // call_id
        0xb8, 0x10, // max_xmit_frag
        0xb8, 0x10, // max_recv_frag
        0x24, 0x7f, 0x00, 0x00, // assoc_group_id
        0x0e, 0x00, // secondary address length
        b'\\', b'p', b'i', b'p', b'e', b'\\', b's', b'p', b'o', b'o', b'l', b's', b's', 0, // secondary address
        0x03, 0x00, 0x00, 0x00, // n_results, reserved
        0x02, 0x00, 0x02, 0x00, // provider_rejection, transfer syntaxes not supported
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // no transfer syntax
        0x00, 0x00, 0x00, 0x00, // acceptance
        0x33, 0x05, 0x71, 0x71, 0xba, 0xbe, 0x37, 0x49, // transfer syntax NDR64
        0x83, 0x19, 0xb5, 0xdb, 0xef, 0x9c, 0xcc, 0x36,
        0x01, 0x00, 0x00, 0x00, // transfer syntax version 1.0
        0x03, 0x00, 0x03, 0x00, // negotiate_ack, features
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // no transfer syntax
    ];

    /// A sealed request with an object UUID, 3 bytes of authentication padding and a signature of 4 bytes.
    #[rustfmt::skip]
    const REQUEST: &[u8] = &[
        5, 0, // rpc_vers, rpc_vers_minor
        0, // PTYPE request
        0x83, // pfc_flags first and last fragment, object UUID
        0x10, 0x00, 0x00, 0x00, // packed_drep
        0x3c, 0x00, // frag_length 60
        0x04, 0x00, // auth_length
        0x07, 0x00, 0x00, 0x00, // call_id
        0x05, 0x00, 0x00, 0x00, // alloc_hint
        0x01, 0x00, // p_cont_id
        0x45, 0x00, // opnum 69
        0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, // object
        0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
        0xa1, 0xa2, 0xa3, 0xa4, 0xa5, // stub
        0x00, 0x00, 0x00, // authentication padding
        0x0a, // auth_type NTLM
        0x06, // auth_level packet privacy
        0x03, // auth_pad_length
        0x00, // auth_reserved
        0x09, 0x00, 0x00, 0x00, // auth_context_id
        0xf1, 0xf2, 0xf3, 0xf4, // auth_value
    ];

    /// A big-endian fault.
    #[rustfmt::skip]
    const FAULT: &[u8] = &[
        5, 0, // rpc_vers, rpc_vers_minor
        3, // PTYPE fault
        0x23, // pfc_flags first and last fragment, did not execute
        0x00, 0x00, 0x00, 0x00, // packed_drep big-endian
        0x00, 0x20, // frag_length 32
        0x00, 0x00, // auth_length
        0x00, 0x00, 0x00, 0x07, // call_id
        0x00, 0x00, 0x00, 0x20, // alloc_hint
        0x00, 0x01, // p_cont_id
        0x02, 0x00, // cancel_count, reserved
        0x1c, 0x00, 0x00, 0x1a, // status nca_s_fault_context_mismatch
        0x00, 0x00, 0x00, 0x00, // reserved
    ];

    /// A big-endian bind of spoolss 1.0 in NDR 2.0.
    #[rustfmt::skip]
    const BIND_BIG: &[u8] = &[
        5, 1, // rpc_vers, rpc_vers_minor
        11, // PTYPE bind
        0x03, // pfc_flags first and last fragment
        0x00, 0x00, 0x00, 0x00, // packed_drep big-endian
        0x00, 0x48, // frag_length 72
        0x00, 0x00, // auth_length
        0x00, 0x00, 0x00, 0x02, // call_id
        0x10, 0xb8, // max_xmit_frag
        0x10, 0xb8, // max_recv_frag
        0x00, 0x00, 0x00, 0x05, // assoc_group_id
        0x01, 0x00, 0x00, 0x00, // n_context_elem, reserved
        0x00, 0x07, // p_cont_id
        0x01, 0x00, // n_transfer_syn, reserved
        0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0xab, 0xcd, // abstract syntax spoolss
        0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
        0x00, 0x00, 0x00, 0x01, // abstract syntax version 1.0
        0x8a, 0x88, 0x5d, 0x04, 0x1c, 0xeb, 0x11, 0xc9, // transfer syntax NDR
        0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60,
        0x00, 0x00, 0x00, 0x02, // transfer syntax version 2.0
    ];

    const ALL: [&[u8]; 5] = [BIND, BIND_ACK, REQUEST, FAULT, BIND_BIG];

    fn read(bytes: &[u8]) -> Pdu<'_> {
        let (rest, pdu) = Pdu::parse(bytes).unwrap();
        assert_eq!((rest, pdu.missing), (&[][..], 0));
        pdu
    }

    #[test]
    fn a_bind_proposes_contexts() {
        let Body::Bind(bind) = read(BIND).body else { panic!() };
        assert_eq!((bind.max_xmit_frag, bind.max_recv_frag, bind.assoc_group_id), (4280, 4281, 0));
        let contexts: Vec<_> = bind.contexts().collect();
        assert_eq!(contexts.iter().map(|context| context.id).collect::<Vec<_>>(), [1, 2]);
        assert!(contexts.iter().all(|context| context.abstract_syntax.uuid == SPOOLSS));
        let offers: Vec<_> = contexts.iter().flat_map(|context| context.transfer_syntaxes()).collect();
        assert_eq!(offers[0], SyntaxId::NDR64);
        assert_eq!(offers.iter().map(SyntaxId::bind_time_features).collect::<Vec<_>>(), [None, Some(3)]);
    }

    #[test]
    fn a_big_endian_bind_is_no_different() {
        let Body::Bind(bind) = read(BIND_BIG).body else { panic!() };
        assert_eq!((bind.max_xmit_frag, bind.assoc_group_id), (4280, 5));
        let context = bind.contexts().next().unwrap();
        assert_eq!((context.id, context.abstract_syntax.uuid), (7, SPOOLSS));
        assert_eq!((context.abstract_syntax.version, context.abstract_syntax.minor), (1, 0));
        assert_eq!(context.transfer_syntaxes().collect::<Vec<_>>(), [SyntaxId::NDR]);
    }

    #[test]
    fn a_bind_ack_answers_each_context() {
        let Body::BindAck(ack) = read(BIND_ACK).body else { panic!() };
        assert_eq!((ack.assoc_group_id, ack.secondary_address), (0x7f24, &b"\\pipe\\spoolss\0"[..]));
        let results: Vec<_> = ack.results().collect();
        assert_eq!(
            results.iter().map(|result| result.result).collect::<Vec<_>>(),
            [ResultCode::PROVIDER_REJECTION, ResultCode::ACCEPTANCE, ResultCode::NEGOTIATE_ACK]
        );
        assert_eq!(results[0].reason, ProviderReason::PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED);
        assert_eq!(results[0].transfer_syntax, SyntaxId::NONE);
        assert_eq!(results[1].transfer_syntax, SyntaxId::NDR64);
    }

    #[test]
    fn the_results_follow_an_address_of_any_length() {
        for length in 0_u8..9 {
            let mut pdu = BIND_ACK[..24].to_vec();
            pdu.extend([length, 0]);
            pdu.resize(26 + usize::from(length), b'a');
            pdu.resize(pdu.len().next_multiple_of(4), 0);
            pdu.extend(&BIND_ACK[40..]);
            pdu[8] = u8::try_from(pdu.len()).unwrap();
            let Body::BindAck(ack) = read(&pdu).body else { panic!() };
            assert_eq!((ack.secondary_address.len(), ack.results().count()), (length.into(), 3));
        }
    }

    #[test]
    fn the_stub_of_a_request_is_neither_object_nor_padding() {
        let pdu = read(REQUEST);
        let Body::Request(request) = pdu.body else { panic!() };
        assert_eq!((request.context_id, request.opnum, request.alloc_hint), (1, 69, 5));
        assert_eq!((request.object, request.stub), (Some(SPOOLSS), &[0xa1, 0xa2, 0xa3, 0xa4, 0xa5][..]));
        let auth = pdu.auth.unwrap();
        assert_eq!((auth.kind, auth.level), (AuthType::WINNT, AuthLevel::PKT_PRIVACY));
        assert_eq!((auth.context_id, auth.value), (9, &[0xf1, 0xf2, 0xf3, 0xf4][..]));
        assert!(pdu.is_sealed());
    }

    #[test]
    fn a_fault_says_why() {
        let pdu = read(FAULT);
        assert_eq!(pdu.header.call_id, 7);
        assert!(pdu.header.flags.contains(PfcFlags::DID_NOT_EXECUTE));
        let Body::Fault(fault) = pdu.body else { panic!() };
        assert_eq!((fault.context_id, fault.cancel_count), (1, 2));
        assert_eq!(fault.status, FaultStatus::CONTEXT_MISMATCH);
        assert_eq!(fault.status.to_string(), "nca_s_fault_context_mismatch");
    }

    #[test]
    fn other_types() {
        let with_type = |kind: u8, content: &[u8]| {
            let length = u8::try_from(16 + content.len()).unwrap();
            let mut pdu = vec![5, 0, kind, 3, 0x10, 0, 0, 0, length, 0, 0, 0, 1, 0, 0, 0];
            pdu.extend(content);
            pdu
        };
        let nak = with_type(13, &[2, 0, 1, 5, 0]);
        let Body::BindNak(nak) = read(&nak).body else { panic!() };
        assert_eq!(nak.reason, RejectReason::LOCAL_LIMIT_EXCEEDED);
        assert_eq!(nak.supported_version, Some((5, 0)));
        assert_eq!(read(&with_type(18, &[])).body, Body::Cancel);
        assert_eq!(read(&with_type(19, &[])).body, Body::Orphaned);
        assert_eq!(read(&with_type(200, b"x")).body, Body::Other(PduType(200), b"x"));
    }

    #[test]
    fn every_truncation_gives_the_fixed_part_and_says_what_is_missing() {
        for fixture in ALL {
            let body = match fixture[2] {
                0 => 40, // the object is part of it
                3 => 28,
                11 => 25,
                _ => 24,
            };
            for length in 0..fixture.len() {
                match Pdu::parse(&fixture[..length]).map_err(ParseError::from) {
                    Ok((rest, pdu)) => {
                        assert!(length >= body && rest.is_empty());
                        assert_eq!(pdu.missing, fixture.len() - length);
                        let mut anomalies = Anomalies::default();
                        pdu.examine(&mut anomalies);
                        assert_eq!(anomalies.is_empty(), length == fixture.len());
                        if let Body::Bind(bind) = pdu.body {
                            assert_eq!(bind.contexts().count(), (length - 8) / 44);
                        }
                    }
                    Err(error) => {
                        assert!(length < body && error.offset <= length, "{length}: {error}");
                        assert!(!error.is_unnamed(), "{length}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_authentication_length_beyond_the_pdu_is_an_error_with_its_place() {
        let mut bytes = REQUEST.to_vec();
        bytes[10] = 60 - 16 - 8 + 1;
        let error = Pdu::parse(&bytes).map_err(ParseError::from).unwrap_err();
        assert_eq!((error.offset, error.reason), (10, Reason::BadOffset { field: "auth_length", value: 37 }));
    }

    #[test]
    fn what_follows_a_pdu_is_the_rest() {
        let two = [REQUEST, FAULT].concat();
        let (rest, first) = Pdu::parse(&two).unwrap();
        assert_eq!((rest, first), (FAULT, read(REQUEST)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            which in 0_usize..5, changes in prop::collection::vec((0_usize..120, any::<u8>()), 0..6), cut in 0_usize..120,
        ) {
            let mut bytes = ALL[which].to_vec();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(bytes.len().saturating_sub(cut / 4));
            if let Ok((rest, pdu)) = Pdu::parse(&bytes) {
                prop_assert_eq!(
                    usize::from(pdu.header.frag_length) + rest.len(),
                    bytes.len() + pdu.missing
                );
                match pdu.body {
                    Body::Bind(bind) | Body::AlterContext(bind) => {
                        let syntaxes: usize = bind.contexts().map(|context| context.transfer_syntaxes().count()).sum();
                        prop_assert!(syntaxes * SyntaxId::SIZE <= bytes.len());
                    }
                    Body::BindAck(ack) | Body::AlterContextResponse(ack) => {
                        prop_assert!(ack.results().count() * 24 <= bytes.len());
                    }
                    Body::Request(request) => prop_assert!(request.stub.len() <= bytes.len()),
                    _ => {}
                }
            }
        }
    }
}
