//! DCE/RPC: one row a PDU.

use smbscope::dcerpc::{Bind, BindAck, Body, Pdu, ResultCode, datagram};
use smbscope::interface::{self, Handle, SPOOLSS};
use smbscope::session::RpcCall;

use super::{hex, list, ntlm};

/// What a PDU has in its body, each column empty if it has none.
#[derive(Default)]
struct Columns {
    contexts: String,
    opnum: String,
    alloc_hint: String,
    interfaces: String,
    results: String,
    transfer_syntaxes: String,
    address: String,
    max_xmit: String,
    max_recv: String,
    group: String,
    status: String,
    object: String,
}

pub(super) fn columns(pdu: &Pdu<'_>, call: Option<&RpcCall<'_>>) -> Vec<String> {
    let header = &pdu.header;
    let columns = body(&pdu.body);
    let auth = pdu.auth.map(|auth| format!("{}/{}/{}", auth.kind.0, auth.level.0, auth.pad_length));
    [
        header.version.to_string(),
        header.kind.0.to_string(),
        hex(header.flags.bits()),
        header.frag_length.to_string(),
        header.auth_length.to_string(),
        header.call_id.to_string(),
        columns.contexts,
        columns.opnum,
        columns.alloc_hint,
        auth.unwrap_or_default(),
        columns.interfaces,
        columns.results,
        columns.transfer_syntaxes,
        columns.address,
        columns.max_xmit,
        columns.max_recv,
        columns.group,
        columns.status,
        columns.object,
        pdu.auth.map(|auth| ntlm(auth.value)).unwrap_or_default(),
        call.and_then(|call| interface::name(&call.interface?.uuid)).unwrap_or_default().to_owned(),
    ]
    .into_iter()
    .chain(call.and_then(|call| spooler(pdu, call)).unwrap_or_default())
    .collect()
}

/// Opnum, handle and return value of a call of the print spooler.
fn spooler(pdu: &Pdu<'_>, call: &RpcCall<'_>) -> Option<[String; 3]> {
    let opnum = call.opnum?;
    let is_spooler = call.interface.is_some_and(|interface| interface.uuid == SPOOLSS.uuid);
    let procedure = SPOOLSS.procedure(opnum).filter(|_| is_spooler)?;
    let whole = call.whole.filter(|whole| whole.complete && !whole.sealed)?;
    let digits = |handle: Handle| {
        let digits: Vec<String> = handle.handle.0.iter().map(|byte| format!("{byte:02x}")).collect();
        digits.join(":")
    };
    let ([handle, ..], value) = match pdu.body {
        Body::Request(_) => (procedure.request_handles(&whole.stub, call.encoding).ok()?, None),
        _ => {
            let facts = procedure.response_facts(&whole.stub, call.encoding).ok()?;
            (facts.handles, facts.return_value)
        }
    };
    Some([opnum.to_string(), handle.map(digits).unwrap_or_default(), value.map(hex).unwrap_or_default()])
}

/// A connectionless PDU.
pub(super) fn datagram_columns(datagram: &[u8]) -> Vec<String> {
    let Ok(pdu) = datagram::Pdu::parse(datagram) else { return Vec::new() };
    let header = &pdu.header;
    let mut columns = vec![String::new(); 21];
    let set = [
        (0, "4".to_owned()),
        (1, header.ptype.0.to_string()),
        (2, hex(header.flags1.bits())),
        (3, header.len.to_string()),
        (5, header.seqnum.to_string()),
        (7, header.opnum.to_string()),
        (10, format!("{}:{}", header.if_id, header.if_vers)),
        (18, header.act_id.to_string()),
    ];
    for (column, value) in set {
        columns[column] = value;
    }
    if let datagram::Body::Status { status } = pdu.body {
        columns[17] = hex(status.0);
    }
    columns
}

fn body(body: &Body<'_>) -> Columns {
    let mut columns = Columns::default();
    match body {
        Body::Bind(bind) | Body::AlterContext(bind) => self::bind(bind, &mut columns),
        Body::BindAck(ack) | Body::AlterContextResponse(ack) => bind_ack(ack, &mut columns),
        Body::BindNak(nak) => columns.status = hex(nak.reason.0),
        Body::Request(request) => {
            columns.contexts = request.context_id.to_string();
            columns.opnum = request.opnum.to_string();
            columns.alloc_hint = request.alloc_hint.to_string();
            columns.object = request.object.map(|object| object.to_string()).unwrap_or_default();
        }
        Body::Response(response) => {
            columns.contexts = response.context_id.to_string();
            columns.alloc_hint = response.alloc_hint.to_string();
        }
        Body::Fault(fault) => {
            columns.contexts = fault.context_id.to_string();
            columns.alloc_hint = fault.alloc_hint.to_string();
            columns.status = hex(fault.status.0);
        }
        _ => {}
    }
    columns
}

fn bind(bind: &Bind<'_>, columns: &mut Columns) {
    let contexts = || bind.contexts();
    columns.contexts = list(contexts().map(|context| context.id));
    columns.interfaces = list(contexts().map(|context| {
        let interface = context.abstract_syntax;
        format!("{}:{}.{}", interface.uuid, interface.version, interface.minor)
    }));
    let syntaxes = contexts().flat_map(|context| context.transfer_syntaxes().collect::<Vec<_>>());
    columns.transfer_syntaxes = list(syntaxes.map(|syntax| syntax.uuid));
    columns.max_xmit = bind.max_xmit_frag.to_string();
    columns.max_recv = bind.max_recv_frag.to_string();
    columns.group = hex(bind.assoc_group_id);
}

fn bind_ack(ack: &BindAck<'_>, columns: &mut Columns) {
    columns.results = list(ack.results().map(|result| match result.result {
        ResultCode::PROVIDER_REJECTION | ResultCode::USER_REJECTION => {
            format!("{}:{}", result.result.0, result.reason.0)
        }
        accepted => accepted.0.to_string(),
    }));
    columns.transfer_syntaxes = list(ack.results().map(|result| result.transfer_syntax.uuid));
    columns.address = smbscope::wire::ascii(ack.secondary_address);
    columns.max_xmit = ack.max_xmit_frag.to_string();
    columns.max_recv = ack.max_recv_frag.to_string();
    columns.group = hex(ack.assoc_group_id);
}
