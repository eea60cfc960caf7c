//! What a PDU says, by its protocol.

use super::asked::Asked;
use super::endpoints::Endpoints;
use super::rpc::{self, Rpc};
use super::smb1::Smb1;
use crate::dcerpc::datagram;
use crate::error::{Anomalies, Examine, Layer, ParseError, Reason};
use crate::netbios::{PacketType, SessionPacket, datagram_service, name_service, nbf, nbipx};
use crate::session::{Content, Pdu, Subject};
use crate::smb1;
use crate::smb2::transform::{Compressed, Encrypted};
use crate::smb2::{self, Body};
use crate::wire::widen;

/// Bytes that a compressed message is inflated to.
const MAX_INFLATED: usize = 1 << 17;

/// What a PDU says.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Message<'a> {
    Session {
        packet_type: PacketType,
        length: usize,
        packet: Option<SessionPacket>,
    },
    NameService(name_service::Packet<'a>),
    DatagramService(datagram_service::Packet<'a>),
    Llc {
        llc: nbf::Llc,
        frame: Option<nbf::Frame<'a>>,
    },
    NetBiosIpx(nbipx::Packet<'a>),
    Smb1(Smb1<'a>),
    Raw {
        command: smb1::Command,
        fid: u16,
        length: usize,
    },
    Smb2 {
        header: smb2::Header,
        /// `None` if it could not be read.
        body: Option<Body<'a>>,
    },
    Encrypted(Encrypted),
    Compressed(Compressed<'a>),
    Rpc(Rpc<'a>),
    RpcDatagram {
        interface: Option<&'static str>,
        #[cfg_attr(feature = "serde", serde(flatten))]
        pdu: datagram::Pdu<'a>,
    },
}

impl<'a> Message<'a> {
    pub(super) fn of(
        pdu: &'a Pdu<'a>,
        asked: &mut Asked,
        endpoints: &mut Endpoints,
        anomalies: &mut Anomalies,
    ) -> Option<Self> {
        Some(match &pdu.content {
            Content::Session(frame) => {
                let packet = anomalies.ok(SessionPacket::parse(frame.kind, frame.payload));
                Self::Session { packet_type: frame.kind, length: frame.length, packet }
            }
            Content::NameService(bytes) => {
                let packet = anomalies.ok(name_service::Packet::parse(bytes))?;
                packet.examine(anomalies);
                cut_once(Layer::NetBios, bytes, anomalies);
                Self::NameService(packet)
            }
            Content::DatagramService(bytes) => {
                let packet = anomalies.ok(datagram_service::Packet::parse(bytes))?;
                examine_datagram(&packet, anomalies);
                Self::DatagramService(packet)
            }
            Content::Llc(bytes) => {
                let (rest, llc) = anomalies.ok(nbf::Llc::parse(bytes))?;
                let frame = llc.carries_data().then(|| anomalies.ok(nbf::Frame::parse(rest))).flatten();
                Self::Llc { llc, frame }
            }
            Content::NetBiosIpx { socket, packet_type, payload } => {
                Self::NetBiosIpx(anomalies.ok(nbipx::Packet::parse(*socket, *packet_type, payload))?)
            }
            Content::Smb1 { header, message, damaged, transaction } => {
                note_damage(*damaged, Layer::Smb1, message, anomalies);
                header.examine(anomalies);
                let smb1 = Smb1::of(header, message, *transaction, pdu.request, anomalies);
                cut_once(Layer::Smb1, message, anomalies);
                Self::Smb1(smb1)
            }
            Content::Raw { command, fid, frame } => {
                note_damage(frame.damaged, Layer::Smb1, frame.payload, anomalies);
                Self::Raw { command: *command, fid: *fid, length: frame.length }
            }
            Content::Smb2 { message, damaged } => {
                // Of a compound, only the last message is cut.
                let next = widen(message.header.next_command);
                let damaged = *damaged && (next == 0 || message.bytes.len() < next);
                note_damage(damaged, Layer::Smb2, message.bytes, anomalies);
                message.header.examine(anomalies);
                let asked = match pdu.request.map(|request| request.subject) {
                    Some(Subject::Smb2(asked)) => *asked,
                    _ => smb2::Asked::Unknown,
                };
                let body = anomalies.ok(Body::parse(message, asked));
                body.iter().for_each(|body| body.examine(anomalies));
                cut_once(Layer::Smb2, message.bytes, anomalies);
                Self::Smb2 { header: message.header, body }
            }
            Content::Encrypted(header) => Self::Encrypted(**header),
            Content::Compressed(header) => {
                header.inflate(MAX_INFLATED).unread.into_iter().for_each(|error| anomalies.add(error));
                Self::Compressed(**header)
            }
            Content::Rpc { pdu: rpc, call, .. } => {
                rpc.examine(anomalies);
                let known = rpc::Known { of: pdu, asked, endpoints };
                let read = Rpc::of(rpc, call.as_ref(), known, anomalies);
                if rpc.missing > 0 {
                    anomalies.cut_once();
                }
                Self::Rpc(read)
            }
            Content::RpcDatagram(bytes) => {
                let pdu = anomalies.ok(datagram::Pdu::parse(bytes))?;
                pdu.examine(anomalies);
                Self::RpcDatagram { interface: crate::interface::name(&pdu.header.if_id), pdu }
            }
        })
    }
}

/// Bytes of the message are missing from the capture.
fn note_damage(damaged: bool, layer: Layer, message: &[u8], anomalies: &mut Anomalies) {
    if damaged {
        let reason = Reason::Truncated { field: "message: bytes are missing from the capture" };
        anomalies.add(ParseError { layer, offset: message.len(), reason });
    }
}

/// Where a message of this layer ends too early, tells it once.
fn cut_once(layer: Layer, message: &[u8], anomalies: &mut Anomalies) {
    let is_cut = |anomaly: &ParseError| {
        anomaly.layer == layer
            && anomaly.offset >= message.len()
            && matches!(anomaly.reason, Reason::Truncated { .. })
    };
    if anomalies.iter().any(is_cut) {
        anomalies.cut_once();
    }
}

/// Tells what is wrong with a datagram. That a message of SMB in it is cut is told with the message.
fn examine_datagram(packet: &datagram_service::Packet<'_>, anomalies: &mut Anomalies) {
    let mut own = Anomalies::default();
    packet.examine(&mut own);
    let inside = match packet.body {
        datagram_service::Body::Datagram { user_data, .. } => smb1::Header::parse(user_data).is_ok(),
        _ => false,
    };
    let is_the_messages =
        |anomaly: &&ParseError| inside && matches!(anomaly.reason, Reason::Truncated { field: "USER_DATA" });
    own.iter().filter(|anomaly| !is_the_messages(anomaly)).for_each(|anomaly| anomalies.add(*anomaly));
}
