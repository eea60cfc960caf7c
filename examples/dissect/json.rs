//! One JSON object a PDU.

use serde_json::ser::CompactFormatter;
use serde_json::{Map, Value, json};
use smbscope::dcerpc::Body;
use smbscope::dissect::{Dissection, Message};
use smbscope::session::{Content, Pdu, Stream};

use crate::plain_json;

/// The object of a PDU, on one line, of a call with its stub if that is wanted.
pub(crate) fn row(pdu: &Pdu<'_>, dissection: &Dissection<'_>, with_stub: bool) -> String {
    let mut object = object(pdu, dissection);
    if let Some(stub) = stub(pdu).filter(|_| with_stub) {
        object.insert("stub".into(), Value::String(stub));
    }
    let mut line = Vec::new();
    match plain_json::write(&mut line, &object, CompactFormatter) {
        Ok(()) => String::from_utf8_lossy(&line).into_owned(),
        // An object of texts and numbers can be written.
        Err(error) => json!({ "error": error.to_string() }).to_string(),
    }
}

/// The stub of a call in hex: all of it on its last fragment, the fragment's own before.
fn stub(pdu: &Pdu<'_>) -> Option<String> {
    let Content::Rpc { pdu, call, .. } = &pdu.content else { return None };
    let own = match pdu.body {
        Body::Request(request) => request.stub,
        Body::Response(response) => response.stub,
        Body::Fault(fault) => fault.stub,
        _ => return None,
    };
    let whole = call.and_then(|call| call.whole).filter(|whole| whole.complete);
    let bytes = whole.map_or(own, |whole| &whole.stub);
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The members that every PDU has, and then its own.
pub(crate) fn object(pdu: &Pdu<'_>, dissection: &Dissection<'_>) -> Map<String, Value> {
    let stream = match pdu.stream {
        Stream::Tcp(number) => format!("tcp.{number}"),
        Stream::NetBeui(number) => format!("netbeui.{number}"),
        Stream::Llc => "llc".to_owned(),
        Stream::Ipx => "ipx".to_owned(),
        _ => "udp".to_owned(),
    };
    let mut object = Map::new();
    object.insert("kind".into(), json!(Dissection::kind(&pdu.content)));
    object.insert("capture".into(), json!(pdu.at.capture));
    object.insert("frame".into(), json!(pdu.at.frame));
    object.insert("time".into(), json!(pdu.at.time));
    object.insert("stream".into(), json!(stream));
    object.insert("source".into(), json!(pdu.source));
    object.insert("destination".into(), json!(pdu.destination));
    match dissection.message.as_ref().map(serde_json::to_value) {
        Some(Ok(Value::Object(fields))) => object.extend(fields),
        Some(Ok(other)) => drop(object.insert("message".into(), other)),
        _ => {}
    }
    if matches!(dissection.message, Some(Message::Rpc(_)))
        && let Some(body) = object.get_mut("pdu").and_then(|pdu| pdu.get_mut("body")?.as_object_mut())
    {
        body.values_mut().filter_map(Value::as_object_mut).for_each(|call| drop(call.remove("stub")));
    }
    object.insert("anomalies".into(), json!(dissection.anomalies));
    object
}
