//! DCE/RPC over UDP (`ncadg_ip_udp`): activities by the interface that they call.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{MayHold, Origin, Totals, Unseen, UnseenKind};
use crate::dcerpc::PduType;
use crate::dcerpc::datagram::Header;
use crate::interface;
use crate::net::Datagram;
use crate::session::UserShown;

/// Activities that are kept.
const ACTIVITIES: usize = 1024;

/// The activities of all clients (C706 9.5.3).
#[derive(Debug, Default)]
pub(super) struct RpcOverUdp {
    activities: BTreeMap<Uuid, Unseen>,
}

impl RpcOverUdp {
    /// Takes a datagram.
    pub(super) fn take(&mut self, datagram: &Datagram<'_>, at: Origin, totals: &mut Totals) {
        let Ok((_, header)) = Header::parse(datagram.payload) else { return };
        // Whoever protects the calls has a key.
        let user = (header.auth_proto != 0).then_some(UserShown::Authenticated);
        if let Some(unseen) = self.activities.get_mut(&header.act_id) {
            unseen.packets = unseen.packets.saturating_add(1);
            unseen.last = unseen.last.max(at);
            if user.is_some() {
                (unseen.may_hold, unseen.user) = (MayHold::Never, user);
            }
            return;
        }
        let spooler = interface::spooler(&header.if_id).is_some();
        let may_hold = if spooler && user.is_none() { MayHold::IfLasting } else { MayHold::Never };
        let name = interface::name_or_uuid(&header.if_id);
        let unseen = Unseen {
            connections: 1,
            // The calls of an activity are counted from 0 on.
            start_seen: header.seqnum == 0,
            user,
            ..Unseen::at(UnseenKind::RpcUdp, name, may_hold, at)
        };
        let Datagram { source, destination, .. } = *datagram;
        let from_server = matches!(
            header.ptype,
            PduType::RESPONSE | PduType::FAULT | PduType::WORKING | PduType::NOCALL | PduType::REJECT
        );
        let (client, server) = if from_server { (destination, source) } else { (source, destination) };
        let unseen = unseen.between(client, server);
        if self.activities.len() < ACTIVITIES {
            self.activities.insert(header.act_id, unseen);
        } else {
            let begins = header.ptype == PduType::REQUEST && header.seqnum == 0 && header.fragnum == 0;
            totals.beyond(Unseen { start_seen: begins, ..unseen });
        }
    }

    /// What was seen.
    pub(super) fn finish(&mut self) -> impl Iterator<Item = Unseen> + use<> {
        core::mem::take(&mut self.activities).into_values()
    }
}
