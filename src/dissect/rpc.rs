//! DCE/RPC: a PDU and the call it belongs to.

use crate::dcerpc::{Body, Pdu};
use crate::session::RpcCall;
use crate::{interface, rprn};

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
    /// Bytes of the whole stub that no parameter claimed, on the last fragment of a call.
    pub unread: Option<usize>,
    /// The PDU.
    pub pdu: &'a Pdu<'a>,
}

impl<'a> Rpc<'a> {
    pub(super) fn of(pdu: &'a Pdu<'a>, call: Option<&RpcCall<'_>>) -> Self {
        let uuid = call.and_then(|call| call.interface).map(|interface| interface.uuid);
        let name = call.and_then(|call| call.name).or_else(|| uuid.as_ref().and_then(interface::name));
        let opnum = call.and_then(|call| call.opnum);
        let procedure = opnum.and_then(|opnum| procedure(name?, opnum));
        let unread = call.and_then(|call| unread(name, call, pdu));
        let interface = name.map(str::to_owned).or_else(|| uuid.map(|uuid| uuid.to_string()));
        Self { interface, opnum, procedure, unread, pdu }
    }
}

/// The name of a procedure.
fn procedure(interface: &str, opnum: u16) -> Option<&'static str> {
    match interface {
        "spoolss" => rprn::procedure(opnum).map(|procedure| procedure.name),
        _ => interface::procedure(interface, opnum),
    }
}

/// Bytes of a whole stub that nothing claimed; all of them where the arguments are not decoded.
fn unread(name: Option<&str>, call: &RpcCall<'_>, pdu: &Pdu<'_>) -> Option<usize> {
    let whole = call.whole?;
    let all = whole.stub.len();
    if name != Some("spoolss") || whole.sealed || !matches!(pdu.body, Body::Request(_)) {
        return Some(all);
    }
    let facts = rprn::request_facts(call.opnum?, &whole.stub, call.encoding).ok();
    Some(facts.and_then(|facts| facts.unread).unwrap_or(all))
}
