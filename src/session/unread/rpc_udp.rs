//! DCE/RPC over UDP (`ncadg_ip_udp`): activities by the interface that they call.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{MayHold, Origin, Totals, Unseen, UnseenKind};
use crate::dcerpc::PduType;
use crate::dcerpc::datagram::Header;
use crate::interface;
use crate::rprn;

/// Activities that are kept.
const ACTIVITIES: usize = 1024;

/// The activities of all clients (C706 9.5.3).
#[derive(Debug, Default)]
pub(super) struct RpcOverUdp {
    activities: BTreeMap<Uuid, Unseen>,
}

impl RpcOverUdp {
    /// Takes a datagram.
    pub(super) fn take(&mut self, datagram: &[u8], at: Origin, totals: &mut Totals) {
        let Ok((_, header)) = Header::parse(datagram) else { return };
        // Whoever protects the calls has a key.
        let by_user = header.auth_proto != 0;
        if let Some(unseen) = self.activities.get_mut(&header.act_id) {
            unseen.packets = unseen.packets.saturating_add(1);
            unseen.last = unseen.last.max(at);
            if by_user {
                unseen.may_hold = MayHold::Never;
            }
            return;
        }
        let spooler = rprn::spooler(&header.if_id).is_some();
        let may_hold = if spooler && !by_user { MayHold::IfLasting } else { MayHold::Never };
        let name = interface::name_or_uuid(&header.if_id);
        let unseen = Unseen {
            connections: 1,
            // The calls of an activity are counted from 0 on.
            start_seen: header.seqnum == 0,
            ..Unseen::at(UnseenKind::RpcUdp, name, may_hold, at)
        };
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
