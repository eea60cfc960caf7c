//! What a connection carries that is not read, where it is not SMB that was read.

use super::{Connection, End, Ends, Side, Standing};
use crate::netbios::looks_like_smb;
use crate::session::unread::Known;
use crate::session::{MayHold, Unseen, UnseenKind};
use crate::tcp::is_after;

/// A keep-alive of the NetBIOS session service (RFC 1002 4.3.6).
const KEEP_ALIVE: [u8; 4] = [0x85, 0, 0, 0];

impl Connection {
    /// Looks at the next bytes of a side while it is not known what the connection carries.
    pub(super) fn look_at(&mut self, bytes: &[u8], first: bool) {
        if first && self.start_seen && !self.missed {
            self.is_something_else |= looks_like_smb(bytes) == Some(false);
        }
        // A keep-alive of TCP repeats the last byte, or makes one up (RFC 9293 3.8.4).
        self.talks |= bytes.len() > 1 && bytes.chunks(KEEP_ALIVE.len()).any(|part| part != KEEP_ALIVE);
    }

    /// Nothing was captured but keep-alives and acknowledgments of a connection that began before the capture.
    pub(in crate::session) const fn is_bare(&self) -> bool {
        self.is_known_port && !self.start_seen && !self.spoke && !self.talks
    }

    /// Tells what it shows that matters for others.
    pub(in crate::session) fn teach(&self, known: &mut Known) {
        let server = self.ends().server;
        match &self.standing {
            Standing::Smb if self.server_spoke => known.add_smb_server(server.host()),
            Standing::Rpc => {
                for (port, interface) in self.rpc.iter().flat_map(|rpc| rpc.facts().mapped()) {
                    let mut spooler = server;
                    spooler.port = port;
                    known.add_spooler(spooler, interface);
                }
            }
            _ => {}
        }
    }

    /// What it carries that is not read; `None` if it is nothing, or SMB.
    pub(in crate::session) fn unread(&self, known: &Known) -> Option<Unseen> {
        let missed = self.missed || self.skips_bytes();
        let spooler = || known.spooler([self.key.low, self.key.high]);
        let mut user = None;
        let (what, name, may_hold) = match self.standing {
            Standing::Rpc => {
                let facts = self.rpc.as_ref()?.facts();
                user = facts.user();
                let (name, may_hold) = facts.weigh(spooler());
                (UnseenKind::RpcTcp, name, may_hold)
            }
            // The ledger knows of it, and of what is missing of it.
            Standing::Smb => return None,
            _ if self.start_seen && !missed => return None,
            _ if self.is_something_else => return None,
            _ if self.is_known_port => {
                let what = if self.talks || missed { UnseenKind::Gap } else { UnseenKind::KeepAlivesOnly };
                let port = self.ends().server.port.to_string();
                (what, port.into(), MayHold::IfLasting)
            }
            _ => (UnseenKind::RpcTcp, spooler()?.name.into(), MayHold::IfLasting),
        };
        let last = self.last.low.max(self.last.high).unwrap_or(self.first);
        let (low, high) = (self.end(Side::Low), self.end(Side::High));
        let reset = [low, high].iter().flatten().any(|(_, end)| *end == End::Rst);
        let ended = self.closed || reset || (low.is_some() && high.is_some());
        let (first, start_seen, packets) = (self.first, self.start_seen, self.packets);
        let Ends { client, server, .. } = self.ends();
        let unseen = Unseen::at(what, name, may_hold, first);
        let unseen = Unseen { last, packets, connections: 1, start_seen, ended, user, ..unseen };
        Some(unseen.between(client, server))
    }

    /// One end acknowledged bytes that were not captured.
    fn skips_bytes(&self) -> bool {
        [Side::Low, Side::High].iter().any(|side| {
            let unseen = |ack: u32| is_after(ack, self.sent.get(*side).wrapping_add(SYN_AND_FIN));
            self.last.get(*side).is_some() && self.acknowledged.get(side.other()).is_some_and(unseen)
        })
    }
}

/// What the SYN and the FIN take of the sequence numbers, beside the bytes.
const SYN_AND_FIN: u32 = 2;
