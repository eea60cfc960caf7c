//! DCE/RPC: a PDU and the call it belongs to.

use crate::net::Host;

use super::asked::{Asked, RpcAsked};
use super::endpoints::Endpoints;
use crate::auth::Blob;
use crate::dcerpc::ndr::{self, Encoding, Record};
use crate::dcerpc::{AuthType, Body, Pdu, PduType, VerificationTrailer};
use crate::error::{Anomalies, Examine, Layer, ParseError, Reason};
use crate::interface::{self, Call, Procedure};
use crate::rprn;
use crate::session::{self, Peer, RpcCall};

/// A DCE/RPC PDU and what is known of its call.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Rpc<'a> {
    /// The short name of the interface, or its UUID where it has none.
    pub interface: Option<String>,
    /// The number of the procedure, in answers too.
    pub opnum: Option<u16>,
    /// Its name.
    pub procedure: Option<&'static str>,
    /// True if the specification has it for local calls alone.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "core::ops::Not::not"))]
    pub not_used_on_wire: bool,
    /// The parameters, on the last fragment of a call, where they are read.
    pub args: Option<Record<'a>>,
    /// What security people look for in the request, on the last fragment of the request and of its response.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub signs: Vec<rprn::Sign>,
    /// What the authentication trailer of a PDU that sets up a security context holds.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub security: Option<Blob<'a>>,
    /// The verification trailer at the end of a request's whole stub.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub verification_trailer: Option<VerificationTrailer<'a>>,
    /// Bytes of the whole stub that no parameter claimed, on the last fragment of a call.
    pub unread: Option<usize>,
    /// The PDU.
    pub pdu: &'a Pdu<'a>,
}

/// What a PDU is read with.
pub(super) struct Known<'k> {
    /// Its place in the traffic.
    pub(super) of: &'k session::Pdu<'k>,
    pub(super) asked: &'k mut Asked,
    pub(super) endpoints: &'k mut Endpoints,
}

impl<'a> Rpc<'a> {
    pub(super) fn of(
        pdu: &'a Pdu<'a>,
        call: Option<&RpcCall<'a>>,
        known: Known<'_>,
        anomalies: &mut Anomalies,
    ) -> Self {
        let Known { of, asked, endpoints } = known;
        let ends = [of.source, of.destination];
        let bound = call.and_then(|call| call.interface).map(|interface| interface.uuid);
        let uuid = bound.or_else(|| endpoints.interface(ends).filter(|_| call.is_some()));
        let interface = uuid.as_ref().map(|uuid| interface::name_or_uuid(uuid).into_owned());
        let opnum = call.and_then(|call| call.opnum);
        let known = uuid.as_ref().and_then(interface::of);
        let procedure = opnum.and_then(|opnum| known?.procedure(opnum));
        let not_used_on_wire = procedure.is_some_and(|procedure| !procedure.on_wire);
        let security = security(pdu);
        security.iter().for_each(|blob| blob.examine(anomalies));
        let stub = call.and_then(|call| Stub::of(call, pdu));
        let verification_trailer = stub.as_ref().and_then(|stub| stub.trailer);
        verification_trailer.iter().for_each(|trailer| trailer.examine(anomalies));
        let mut signs = Vec::new();
        let arguments = stub.as_ref().and_then(|stub| {
            if !stub.is_request {
                let kept = asked.rpc(of, pdu);
                signs = kept.signs;
                return stub.read(procedure?, &kept.stub);
            }
            let call = stub.read(procedure?, &ndr::Asked::default())?;
            if known.is_some_and(|known| interface::spooler(&known.uuid).is_some()) {
                let found = rprn::signs(&call.arguments.fields);
                signs = found.map(|sign| seen_from(sign, of.source)).collect();
            }
            let stub = ndr::Asked::of(&call.arguments.fields).unwrap_or_default();
            asked.keep_rpc(of, pdu, RpcAsked { stub, signs: signs.clone() });
            Some(call)
        });
        let arguments = arguments.map(|call| call.arguments);
        let (args, unread) = match arguments {
            Some(arguments) => {
                arguments.anomalies.iter().for_each(|error| anomalies.add(*error));
                if arguments.anomalies.is_empty() && arguments.unread > 0 {
                    let (layer, bytes) = (Layer::Ndr, arguments.unread);
                    let offset = stub.map_or(0, |stub| stub.bytes.len().saturating_sub(bytes));
                    anomalies.add(ParseError { layer, offset, reason: Reason::LeftOver { bytes } });
                }
                (Some(arguments.fields), Some(arguments.unread))
            }
            None => (None, stub.map(|stub| stub.bytes.len())),
        };
        call.iter().for_each(|call| endpoints.learn(uuid, call, pdu));
        Self {
            interface,
            opnum,
            procedure: procedure.map(|procedure| procedure.name),
            not_used_on_wire,
            args,
            signs,
            security,
            verification_trailer,
            unread,
            pdu,
        }
    }
}

/// A sign, and whether it is of the client, as far as its address tells.
fn seen_from(mut sign: rprn::Sign, client: Peer) -> rprn::Sign {
    if let (rprn::Sign::NotifiesMachine { machine, is_client }, Peer::Ip(client)) = (&mut sign, client) {
        let address = machine.trim_start_matches('\\').parse::<Host>();
        *is_client = address.ok().map(|address| address == client.host());
    }
    sign
}

/// The token in the trailer of a bind, an alter context, their answers and the third leg.
fn security<'a>(pdu: &Pdu<'a>) -> Option<Blob<'a>> {
    let sets_up = matches!(
        pdu.header.kind,
        PduType::BIND
            | PduType::BIND_ACK
            | PduType::ALTER_CONTEXT
            | PduType::ALTER_CONTEXT_RESP
            | PduType::AUTH3
    );
    let auth = pdu.auth.filter(|_| sets_up)?;
    matches!(auth.kind, AuthType::GSS_NEGOTIATE | AuthType::WINNT | AuthType::GSS_KERBEROS)
        .then(|| Blob::open(auth.value))
}

/// A whole stub that is not sealed.
#[derive(Clone, Copy)]
struct Stub<'a> {
    is_request: bool,
    /// Without the trailer.
    bytes: &'a [u8],
    trailer: Option<VerificationTrailer<'a>>,
    encoding: Encoding,
}

impl<'a> Stub<'a> {
    fn of(call: &RpcCall<'a>, pdu: &Pdu<'_>) -> Option<Self> {
        let whole = call.whole.filter(|whole| whole.complete && !whole.sealed)?;
        let is_request = match pdu.body {
            Body::Request(_) => true,
            Body::Response(_) => false,
            _ => return None,
        };
        // Only clients send one.
        let trailer = if is_request { VerificationTrailer::find(&whole.stub) } else { None };
        let end = trailer.map_or(whole.stub.len(), |trailer| trailer.offset);
        let bytes = whole.stub.get(..end).unwrap_or(&whole.stub);
        Some(Self { is_request, bytes, trailer, encoding: call.encoding })
    }

    /// The call, if its parameters are known.
    fn read(&self, procedure: &'static Procedure, asked: &ndr::Asked) -> Option<Call<'a>> {
        if self.is_request {
            procedure.request(self.bytes, self.encoding)
        } else {
            procedure.response(self.bytes, self.encoding, asked)
        }
    }
}
