//! One JSON object a PDU.

use serde_json::{Map, Value, json};
use smbscope::dissect::{Dissection, Message};
use smbscope::session::{Pdu, Stream};

/// The object of a PDU, on one line.
pub(crate) fn row(pdu: &Pdu<'_>, dissection: &Dissection<'_>) -> String {
    Value::Object(object(pdu, dissection)).to_string()
}

/// The members that every PDU has, and then its own.
pub(crate) fn object(pdu: &Pdu<'_>, dissection: &Dissection<'_>) -> Map<String, Value> {
    let stream = match pdu.stream {
        Stream::Tcp(number) => format!("tcp.{number}"),
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
    if matches!(dissection.message, Some(Message::Rpc(_))) {
        object.entry("args").or_insert(Value::Null);
    }
    object.insert("anomalies".into(), json!(dissection.anomalies));
    object
}
