//! QUIC, which may carry SMB (\[MS-SMB2\] 2.1): flows by what their clients offer to speak.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use super::{Known, MayHold, Origin, Totals, Unseen, UnseenKind};
use crate::net::{Datagram, FlowKey, Host, Side};
use crate::quic::{Hello, LongHeader, Version};
use crate::session::offer;
use crate::session::tables::Map;

/// The port of SMB over QUIC, and of the web.
const PORT: u16 = 443;
/// Flows that are kept.
const FLOWS: usize = 65_536;
/// Flows whose clients' first messages are held while they are not complete.
const HELLOS: usize = 1024;
/// The least bytes of a datagram with a client's Initial packet (RFC 9000 14.1).
const INITIAL: u32 = 1200;
/// The protocol's name of SMB (\[MS-SMB2\] 2.1).
const SMB: &[u8] = b"smb";

/// The flows of QUIC.
#[derive(Debug, Default)]
pub(super) struct Quic {
    flows: Map<FlowKey, Flow>,
    /// The flows that began last: first messages are put together of these alone.
    young: VecDeque<FlowKey>,
    /// Flows on other ports than that of the web.
    elsewhere: usize,
}

#[derive(Debug)]
struct Flow {
    first: Origin,
    last: Origin,
    packets: u64,
    /// The side that is connected to.
    server: Side,
    /// What the client has said, while its offer is not complete.
    hello: Option<Box<Hello>>,
    offer: Offer,
}

/// What a client offers to speak.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Offer {
    /// It was not read.
    Unread,
    Smb,
    /// Something else: the first of it.
    Other(String),
}

impl Quic {
    /// Takes a datagram, if it is one of QUIC.
    pub(super) fn take(&mut self, datagram: &Datagram<'_>, at: Origin, known: &Known, totals: &mut Totals) {
        let web = datagram.source.port == PORT || datagram.destination.port == PORT;
        let version = LongHeader::version(datagram.payload);
        // Behind the first packets the port alone, or what came before, tells QUIC from anything else.
        let initial = version.is_some_and(Version::is_known) && datagram.length >= INITIAL;
        if !web && !initial && self.elsewhere == 0 {
            return;
        }
        let (key, side) = FlowKey::between(datagram.source, datagram.destination);
        if let Some(flow) = self.flows.get_mut(&key) {
            return flow.take(datagram, side, at);
        }
        let plausible = match version {
            Some(version) if web => version != Version::NEGOTIATION,
            Some(_) => initial,
            None => web && datagram.payload.first().is_some_and(|first| first & 0xc0 == 0x40),
        };
        if !plausible {
            return;
        }
        let to_server = datagram.source.port != PORT || datagram.destination.port == PORT;
        let google = version.is_some_and(Version::is_google);
        let mut flow = Flow {
            first: at,
            last: at,
            packets: 0,
            server: if to_server { side.other() } else { side },
            hello: version.map(|_| Box::default()),
            offer: if google { Offer::Other("Google QUIC".to_owned()) } else { Offer::Unread },
        };
        flow.take(datagram, side, at);
        if self.flows.len() >= FLOWS {
            let start_seen = flow.hello.is_some() && flow.server != side;
            return totals.beyond(Unseen { start_seen, ..flow.unseen(&key, known) });
        }
        if flow.hello.is_some() {
            self.young.push_back(key);
            let full = self.young.len() > HELLOS;
            if let Some(old) =
                full.then(|| self.young.pop_front()).flatten().and_then(|key| self.flows.get_mut(&key))
            {
                old.hello = None;
            }
        }
        self.elsewhere = self.elsewhere.saturating_add((!web).into());
        self.flows.insert(key, flow);
    }

    /// Adds up what was seen.
    pub(super) fn finish(&mut self, known: &Known, totals: &mut Totals) {
        let flows: BTreeMap<FlowKey, Flow> = self.flows.drain().collect();
        for (key, flow) in &flows {
            drop(totals.add(flow.unseen(key, known)));
        }
    }
}

impl Flow {
    fn take(&mut self, datagram: &Datagram<'_>, side: Side, at: Origin) {
        self.packets = self.packets.saturating_add(1);
        self.last = self.last.max(at);
        let long = LongHeader::version(datagram.payload).is_some();
        let Some(hello) = self.hello.as_mut().filter(|_| long && self.offer == Offer::Unread) else { return };
        if hello.take(datagram.payload) {
            self.offer = offered(hello.alpn().unwrap_or_default());
            self.server = side.other();
            self.hello = None;
        }
    }

    fn unseen(&self, key: &FlowKey, known: &Known) -> Unseen {
        let server = key.endpoint(self.server).host();
        let (name, may_hold) = match &self.offer {
            Offer::Smb => (offer::SMB.to_owned(), MayHold::Always),
            Offer::Other(name) => (name.clone(), MayHold::Never),
            Offer::Unread if is_private(server) || known.is_smb_server(server) => {
                (offer::UNREAD.to_owned(), MayHold::Always)
            }
            Offer::Unread => (offer::UNREAD.to_owned(), MayHold::Never),
        };
        let (first, last, packets) = (self.first, self.last, self.packets);
        let unseen = Unseen::at(UnseenKind::Quic, name, may_hold, first);
        Unseen { last, packets, connections: 1, ..unseen }
            .between(key.endpoint(self.server.other()), key.endpoint(self.server))
    }
}

fn offered(alpn: &[Vec<u8>]) -> Offer {
    match alpn {
        _ if alpn.iter().any(|name| name == SMB) => Offer::Smb,
        [first, ..] => Offer::Other(crate::wire::ascii(first.get(..32).unwrap_or(first))),
        [] => Offer::Other("nothing offered".to_owned()),
    }
}

/// True for addresses that are not of the Internet at large (RFC 1918, RFC 3927, RFC 4193, RFC 4291 2.5).
fn is_private(address: Host) -> bool {
    match address.ip() {
        Some(IpAddr::V4(v4)) => v4.is_private() || v4.is_link_local() || v4.is_loopback(),
        Some(IpAddr::V6(v6)) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback(),
        None => true,
    }
}
