//! Which PDUs are printed.

use std::ops::RangeInclusive;

use clap::{Args, ValueEnum};
use smbscope::dcerpc::{Body, datagram};
use smbscope::interface;
use smbscope::net::Host;
use smbscope::session::{Content, Direction, Pdu, Peer};

/// The options that choose. What is not given lets everything pass.
#[derive(Args)]
pub(crate) struct Filter {
    /// Only these protocols
    #[arg(long, value_enum, value_name = "PROTOCOL", value_delimiter = ',')]
    protocol: Vec<Protocol>,
    /// Only PDUs from and to this server
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = place)]
    server: Option<Place>,
    /// Only PDUs from and to this client
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = place)]
    client: Option<Place>,
    /// Only these frames: `N`, `N-M`, `N-` or `-M`
    #[arg(long, value_name = "FRAMES", value_parser = frames, allow_hyphen_values = true)]
    frames: Option<RangeInclusive<u64>>,
    /// Only the DCE/RPC calls, binds and answers of an interface: its short name, its UUID, or `winspool` for the
    /// print spooler's
    #[arg(long, value_name = "INTERFACE", value_parser = only)]
    only: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// NetBIOS session service
    Nbss,
    /// NetBIOS name service
    Nbns,
    /// NetBIOS datagram service
    Nbdgm,
    /// NetBIOS frames over LLC
    Nbf,
    /// NetBIOS over IPX
    Nbipx,
    /// SMB 1
    Smb1,
    /// SMB 2 and 3
    Smb2,
    /// Encrypted and compressed SMB2
    Xfrm,
    /// DCE/RPC
    Rpc,
}

/// An address, perhaps with a port or the number of a NetBEUI session.
#[derive(Clone, Copy)]
struct Place {
    host: Host,
    /// The port, or the number of the NetBEUI session.
    port: Option<u16>,
}

impl Filter {
    /// True if a PDU is to be printed.
    pub(crate) fn passes(&self, pdu: &Pdu<'_>) -> bool {
        let (client, server) = match pdu.direction {
            Direction::ToServer => (pdu.source, pdu.destination),
            Direction::ToClient => (pdu.destination, pdu.source),
        };
        self.frames.as_ref().is_none_or(|frames| frames.contains(&pdu.at.frame))
            && (self.protocol.is_empty() || self.protocol.contains(&protocol(&pdu.content)))
            && self.server.is_none_or(|place| place.is(server))
            && self.client.is_none_or(|place| place.is(client))
            && self.only.as_deref().is_none_or(|wanted| is_about(wanted, &pdu.content))
    }
}

impl Place {
    fn is(self, peer: Peer) -> bool {
        match peer {
            Peer::Ip(endpoint) => {
                self.host == endpoint.host() && self.port.is_none_or(|port| port == endpoint.port)
            }
            Peer::Mac(mac) => self.host == Host::Mac(mac) && self.port.is_none(),
        }
    }
}

fn protocol(content: &Content<'_>) -> Protocol {
    match content {
        Content::NameService(_) => Protocol::Nbns,
        Content::DatagramService(_) => Protocol::Nbdgm,
        Content::Smb1 { .. } | Content::Raw { .. } => Protocol::Smb1,
        Content::Smb2 { .. } => Protocol::Smb2,
        Content::Encrypted(_) | Content::Compressed(_) => Protocol::Xfrm,
        Content::Rpc { .. } | Content::RpcDatagram(_) => Protocol::Rpc,
        Content::Llc(_) => Protocol::Nbf,
        Content::NetBiosIpx { .. } => Protocol::Nbipx,
        _ => Protocol::Nbss,
    }
}

/// The name of the interfaces of the print spooler.
const WINSPOOL: &str = "winspool";
/// Interfaces that an error names.
const NAMED: [&str; 9] =
    ["spoolss", "iremotewinspool", "srvsvc", "wkssvc", "lsarpc", "samr", "netlogon", "winreg", "svcctl"];

/// An interface that has a name or is a UUID.
fn only(text: &str) -> Result<String, String> {
    let is_known = || interface::names().any(|name| name.eq_ignore_ascii_case(text));
    if text.eq_ignore_ascii_case(WINSPOOL) || uuid::Uuid::parse_str(text).is_ok() || is_known() {
        return Ok(text.to_owned());
    }
    let named = NAMED.join(", ");
    Err(format!("no interface has this name; expected a UUID, {WINSPOOL}, or a short name such as {named}"))
}

/// True for RPC that calls or binds the interface.
fn is_about(wanted: &str, content: &Content<'_>) -> bool {
    let is = |uuid: uuid::Uuid| {
        let named = interface::name(&uuid).is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        let spooler = wanted.eq_ignore_ascii_case(WINSPOOL) && interface::spooler(&uuid).is_some();
        spooler || named || uuid::Uuid::parse_str(wanted).is_ok_and(|wanted| wanted == uuid)
    };
    match content {
        Content::Rpc { pdu, call, .. } => match (&pdu.body, call) {
            (Body::Bind(bind) | Body::AlterContext(bind), _) => {
                bind.contexts().any(|context| is(context.abstract_syntax.uuid))
            }
            (_, Some(call)) => call.interface.is_some_and(|interface| is(interface.uuid)),
            _ => false,
        },
        Content::RpcDatagram(bytes) => datagram::Pdu::parse(bytes).is_ok_and(|pdu| is(pdu.header.if_id)),
        _ => false,
    }
}

fn place(text: &str) -> Result<Place, String> {
    if let Ok(address) = text.parse::<std::net::SocketAddr>() {
        return Ok(Place { host: address.ip().into(), port: Some(address.port()) });
    }
    let expected = || "expected an IP or MAC address, with or without a port".to_owned();
    let (address, number) = text.split_once('/').map_or((text, None), |(mac, number)| (mac, Some(number)));
    let host: Host = address.parse().map_err(|_| expected())?;
    match (host, number) {
        (_, None) => Ok(Place { host, port: None }),
        (Host::Mac(_), Some(number)) => {
            Ok(Place { host, port: Some(number.parse().map_err(|_| expected())?) })
        }
        (Host::Ip(_), Some(_)) => Err(expected()),
    }
}

fn frames(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = |text: &str| match text.parse() {
        Ok(0) | Err(_) => Err(format!("{text:?} is no frame number; frames are counted from 1")),
        Ok(frame) => Ok(frame),
    };
    match text.split_once('-') {
        Some(("", "")) => Err("expected N, N-M, N- or -M".to_owned()),
        Some((first, "")) => Ok(number(first)?..=u64::MAX),
        Some(("", last)) => Ok(1..=number(last)?),
        Some((first, last)) => match (number(first)?, number(last)?) {
            (first, last) if first > last => {
                Err(format!("the range is backwards, no frame is after {first} and before {last}"))
            }
            (first, last) => Ok(first..=last),
        },
        None => number(text).map(|frame| frame..=frame),
    }
}
