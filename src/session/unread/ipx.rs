//! Sessions over IPX: of NetBIOS, and of SMB hosted directly.

use std::collections::BTreeMap;

use super::{MayHold, Origin, Totals, Unseen, UnseenKind};
use crate::net::{Endpoint, IpxPacket};
use crate::netbios::nbipx::{self, Body, Packet, PacketType};
use crate::session::ipx;
use crate::smb1;

/// Sessions that are kept.
const SESSIONS: usize = 1024;

/// The sessions, each by one of its ends.
#[derive(Debug, Default)]
pub(super) struct Ipx {
    sessions: BTreeMap<Key, Unseen>,
    /// Those whose number was given to others.
    over: Vec<Unseen>,
}

/// What tells a session from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// One of NetBIOS: a node, and its number of the connection.
    NetBios([u8; 6], u16),
    /// Those of NetBIOS between two nodes of which the numbers were not captured, the lower node first.
    Cut([u8; 6], [u8; 6]),
    /// Those of SMB between two nodes, the lower one first.
    Smb([u8; 6], [u8; 6]),
}

/// What a packet does in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Begins,
    GoesOn,
    Ends,
}

/// A packet of a session.
struct Part {
    name: &'static str,
    step: Step,
    /// The sender's end.
    from: Key,
    /// The receiver's.
    to: Key,
}

impl Ipx {
    /// Takes a packet, if it is of a session.
    pub(super) fn take(&mut self, packet: &IpxPacket<'_>, at: Origin, totals: &mut Totals) {
        let Some(Part { name, step, from, to }) = netbios(packet).or_else(|| smb(packet)) else { return };
        let Self { sessions, over } = self;
        let (begins, ended) = (step == Step::Begins, step == Step::Ends);
        let unseen = Unseen::at(UnseenKind::Ipx, name, MayHold::IfLasting, at);
        let unseen = Unseen { connections: 1, start_seen: begins, ended, ..unseen };
        // Who begins connects; of a session from before the capture, whoever is heard first.
        let (client, server) = (
            Endpoint::station(packet.source, packet.source_socket),
            Endpoint::station(packet.destination, packet.destination_socket),
        );
        let key = if sessions.contains_key(&to) { to } else { from };
        let full = sessions.len().saturating_add(over.len()) >= SESSIONS;
        match sessions.get_mut(&key) {
            Some(session) if begins && session.ended && !full => {
                over.push(core::mem::replace(session, unseen.between(client, server)));
            }
            Some(session) => {
                session.packets = session.packets.saturating_add(1);
                session.last = session.last.max(at);
                session.ended = ended;
            }
            None if full => totals.beyond(unseen.between(client, server)),
            None => {
                sessions.insert(key, unseen.between(client, server));
            }
        }
    }

    /// What was seen.
    pub(super) fn finish(&mut self) -> impl Iterator<Item = Unseen> + use<> {
        let Self { sessions, over } = core::mem::take(self);
        over.into_iter().chain(sessions.into_values())
    }
}

/// A packet of a NetBIOS session. Names and datagrams are of none.
fn netbios(packet: &IpxPacket<'_>) -> Option<Part> {
    let name = "NetBIOS over IPX";
    let socket = nbipx::socket(packet.destination_socket, packet.source_socket)?;
    let (packet_type, body) = match Packet::parse(socket, packet.packet_type, packet.payload) {
        Ok(Packet::NetBios { packet_type, body, .. }) => (packet_type, Some(body)),
        // It is cut. Its second byte is the type.
        Err(_) if socket == nbipx::NETBIOS => (PacketType(*packet.payload.get(1)?), None),
        _ => return None,
    };
    let step = match packet_type {
        PacketType::SESSION_DATA => Step::GoesOn,
        PacketType::SESSION_END | PacketType::SESSION_END_ACK => Step::Ends,
        _ => return None,
    };
    let Some(Body::Session { source_connection_id, destination_connection_id, .. }) = body else {
        let (from, to) = between(packet, Key::Cut);
        return Some(Part { name, step: Step::GoesOn, from, to });
    };
    // The first packet does not know the other's number yet.
    let begins = step == Step::GoesOn && destination_connection_id == nbipx::NO_CONNECTION;
    Some(Part {
        name,
        step: if begins { Step::Begins } else { step },
        from: Key::NetBios(packet.source, source_connection_id),
        to: Key::NetBios(packet.destination, destination_connection_id),
    })
}

/// A packet of SMB.
fn smb(packet: &IpxPacket<'_>) -> Option<Part> {
    let header = ipx::smb(packet)?;
    let begins =
        header.is_some_and(|header| header.command == smb1::Command::NEGOTIATE && !header.is_response());
    let (from, to) = between(packet, Key::Smb);
    Some(Part { name: "SMB over IPX", step: if begins { Step::Begins } else { Step::GoesOn }, from, to })
}

/// The same key for both directions.
fn between(packet: &IpxPacket<'_>, key: fn([u8; 6], [u8; 6]) -> Key) -> (Key, Key) {
    let IpxPacket { source, destination, .. } = *packet;
    let key = key(source.min(destination), source.max(destination));
    (key, key)
}
