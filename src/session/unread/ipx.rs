//! Sessions over IPX: of NetBIOS, and of SMB hosted directly.

use std::collections::BTreeMap;

use super::{MayHold, Origin, Totals, Unseen, UnseenKind};
use crate::net::IpxPacket;
use crate::smb1;

/// Pairs of computers that are kept.
const PAIRS: usize = 1024;
/// The socket of NetBIOS.
const NETBIOS: u16 = 0x0455;
/// The sockets of the SMB server and of the redirector (\[MS-CIFS\] 2.1.2.1).
const DIRECT: [u16; 2] = [0x0550, 0x0552];

/// Sessions by the two computers.
#[derive(Debug, Default)]
pub(super) struct Ipx {
    pairs: BTreeMap<([u8; 6], [u8; 6], &'static str), Unseen>,
}

/// What a packet does in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Begins,
    GoesOn,
    Ends,
}

impl Ipx {
    /// Takes a packet, if it is of a session.
    pub(super) fn take(&mut self, packet: &IpxPacket<'_>, at: Origin, totals: &mut Totals) {
        let (name, step) = match (netbios(packet), direct(packet)) {
            (Some(step), _) => ("NetBIOS over IPX", step),
            (_, Some(step)) => ("SMB over IPX", step),
            _ => return,
        };
        let (low, high) = (packet.source.min(packet.destination), packet.source.max(packet.destination));
        if let Some(unseen) = self.pairs.get_mut(&(low, high, name)) {
            unseen.packets = unseen.packets.saturating_add(1);
            unseen.last = unseen.last.max(at);
            unseen.ended = step == Step::Ends;
            return;
        }
        let start_seen = step == Step::Begins;
        let unseen = Unseen::at(UnseenKind::Ipx, name, MayHold::IfLasting, at);
        let unseen = Unseen { connections: 1, start_seen, ended: step == Step::Ends, ..unseen };
        if self.pairs.len() < PAIRS {
            self.pairs.insert((low, high, name), unseen);
        } else {
            drop(totals.add(Unseen { start_seen: false, ..unseen }));
        }
    }

    /// What was seen.
    pub(super) fn finish(&mut self) -> impl Iterator<Item = Unseen> + use<> {
        core::mem::take(&mut self.pairs).into_values()
    }
}

/// What a packet of NetBIOS does in a session: its second byte is the type, 6 data, 7 end and 8 its acknowledgment
/// (Novell, *NetBIOS over IPX*). Names and datagrams have other types.
fn netbios(packet: &IpxPacket<'_>) -> Option<Step> {
    if packet.source_socket != NETBIOS && packet.destination_socket != NETBIOS {
        return None;
    }
    match packet.payload {
        // The first packet does not know the other's connection id yet.
        [_, 6, _, _, 0xff, 0xff, ..] => Some(Step::Begins),
        [_, 6, ..] => Some(Step::GoesOn),
        [_, 7 | 8, ..] => Some(Step::Ends),
        _ => None,
    }
}

/// What a packet of SMB does.
fn direct(packet: &IpxPacket<'_>) -> Option<Step> {
    if !DIRECT.contains(&packet.source_socket) && !DIRECT.contains(&packet.destination_socket) {
        return None;
    }
    let (_, header) = smb1::Header::parse(packet.payload).ok()?;
    let begins = header.command == smb1::Command::NEGOTIATE && !header.is_response();
    Some(if begins { Step::Begins } else { Step::GoesOn })
}
