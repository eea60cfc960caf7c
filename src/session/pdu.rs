//! PDUs as a [`Sink`](super::Sink) hears them: lent for the call alone, with what is known around them.

use core::fmt;

use super::event::Direction;
use super::ids::{ConnectionId, OpenId, SessionId, TreeId};
use crate::dcerpc::ndr::Encoding;
use crate::dcerpc::{self, Assembled, SyntaxId};
use crate::error::ParseError;
use crate::net::Endpoint;
use crate::smb1::transaction::NtFunction;
use crate::smb1::{nt_transact, trans2};
use crate::smb2::transform::{Compressed, Encrypted};
use crate::{capture, netbios, rap, smb1, smb2};

/// A PDU and its place in the traffic.
#[derive(Debug)]
#[non_exhaustive]
pub struct Pdu<'a> {
    /// The packet that completed it.
    pub at: capture::Origin,
    /// Its connection, unless it came as a datagram.
    pub connection: Option<ConnectionId>,
    /// Which stream of packets it came in.
    pub stream: Stream,
    /// The sender.
    pub source: Peer,
    /// The receiver.
    pub destination: Peer,
    /// Whether the sender is the client, as far as known; datagrams go to the server.
    pub direction: Direction,
    /// The SMB request that it answers, if it is a response and the request was seen.
    pub request: Option<SmbRequest<'a>>,
    /// The PDU itself.
    pub content: Content<'a>,
}

/// What is known of the SMB request that a response answers.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SmbRequest<'a> {
    /// The packet that completed it, or the first packet of a transaction that came in several.
    pub at: capture::Origin,
    /// Its command, the first one of an AndX chain.
    pub command: SmbCommand,
    /// The session that asked.
    pub session: SessionId,
    /// The tree that it is about.
    pub tree: TreeId,
    /// The file or pipe that it is about.
    pub open: Option<OpenId>,
    /// The path of a tree connect, or the name of what is to be opened.
    pub name: Option<&'a str>,
    /// What it asks about, as far as the response can only be read with that.
    pub subject: &'a Subject,
}

/// A command of either dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmbCommand {
    /// Of SMB1.
    Smb1(smb1::Command),
    /// Of SMB2.
    Smb2(smb2::Command),
}

/// What a request asks about, without which its response cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Subject {
    /// Nothing that the response is read with.
    #[default]
    Nothing,
    /// The information class of an SMB2 QUERY_INFO or QUERY_DIRECTORY.
    Smb2(smb2::Asked),
    /// The subcommand and information level of a `TRANSACTION2`.
    Trans2(trans2::Asked),
    /// The function of an `NT_TRANSACT`.
    NtTransact(nt_transact::Asked),
    /// A call of the remote administration protocol.
    Rap(Box<rap::Asked>),
}

/// An SMB1 transaction that came in several messages, put together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction {
    /// What a request calls; `None` of a response.
    pub call: Option<TransactionCall>,
    /// The parameters.
    pub parameters: Vec<u8>,
    /// The data.
    pub data: Vec<u8>,
    /// True if parameters or data are shorter than the sender said.
    pub cut: bool,
}

/// What the first message of a transaction says, and the others do not repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionCall {
    /// `TRANSACTION`, `TRANSACTION2` or `NT_TRANSACT`.
    pub command: smb1::Command,
    /// The pipe or mailslot.
    pub name: String,
    /// The function of an `NT_TRANSACT`.
    pub nt_function: Option<NtFunction>,
    /// The setup words as they stand on the wire.
    pub setup: Box<[u8]>,
    /// Whether its strings are Unicode.
    pub unicode: bool,
}

/// A stream of packets, by its ordinal among those of its kind from 0 on, over all captures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stream {
    /// A TCP connection.
    Tcp(u32),
    /// UDP datagrams.
    Udp,
    /// A NetBEUI session.
    NetBeui(u32),
    /// Other NetBIOS frames straight over LLC.
    Llc,
    /// IPX packets: SMB straight over it, or NetBIOS.
    Ipx,
}

/// One end of what a [`Pdu`] came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// An IP address and a port, or a station and the number of its NetBIOS session (NetBEUI).
    Ip(Endpoint),
    /// A MAC address.
    Mac([u8; 6]),
}

impl From<Endpoint> for Peer {
    fn from(endpoint: Endpoint) -> Self {
        Self::Ip(endpoint)
    }
}

/// `192.0.2.1:445`, `02:00:00:01:02:03/7` or `02:00:00:01:02:03`.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(endpoint) => fmt::Display::fmt(endpoint, f),
            Self::Mac([a, b, c, d, e, g]) => write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Peer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a [`Pdu`] is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Content<'a> {
    /// A packet of the NetBIOS session service other than a message.
    Session(&'a netbios::Frame<'a>),
    /// A datagram of the NetBIOS name service: its bytes.
    NameService(&'a [u8]),
    /// A datagram of the NetBIOS datagram service: its bytes.
    DatagramService(&'a [u8]),
    /// A NetBIOS frame over LLC: its bytes from the LLC header on.
    Llc(&'a [u8]),
    /// A packet of NetBIOS over IPX.
    NetBiosIpx {
        /// The socket that says so.
        socket: u16,
        /// The packet type of IPX.
        packet_type: u8,
        /// The bytes behind the IPX header.
        payload: &'a [u8],
    },
    /// An SMB1 message.
    Smb1 {
        /// Its header.
        header: &'a smb1::Header,
        /// The message from its header on.
        message: &'a [u8],
        /// Bytes of it that are of use are missing from the capture.
        damaged: bool,
        /// The transaction that it completes, if that came in several messages, or why it cannot be put together.
        transaction: Option<Result<&'a Transaction, ParseError>>,
    },
    /// The raw data of a read or a write of SMB1: a message without a header.
    Raw {
        /// `READ_RAW` or `WRITE_RAW`.
        command: smb1::Command,
        /// What was read or written.
        fid: u16,
        /// The message. Of data that are no pipe's, the payload may be missing.
        frame: &'a netbios::Frame<'a>,
    },
    /// An SMB2 message, one of a compound perhaps.
    Smb2 {
        /// Its header and its bytes.
        message: &'a smb2::Message<'a>,
        /// Bytes of its frame that are of use are missing from the capture.
        damaged: bool,
    },
    /// An encrypted SMB2 message.
    Encrypted(&'a Encrypted),
    /// A compressed SMB2 message. What is inside follows as a PDU of its own, if it could be inflated.
    Compressed(&'a Compressed<'a>),
    /// A connection-oriented DCE/RPC PDU, on a pipe or straight over TCP.
    Rpc {
        /// The PDU.
        pdu: &'a dcerpc::Pdu<'a>,
        /// The call it belongs to, if it is part of one.
        call: Option<RpcCall<'a>>,
        /// The pipe, or the connection.
        open: OpenId,
    },
    /// A datagram that is a connectionless DCE/RPC PDU: its bytes.
    RpcDatagram(&'a [u8]),
}

/// What is known of the call that a request, a response or a fault belongs to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RpcCall<'a> {
    /// The interface: as it was bound, else as the pipe or the arguments show.
    pub interface: Option<SyntaxId>,
    /// The procedure; `None` in answers whose request was not seen.
    pub opnum: Option<u16>,
    /// How the stub is written.
    pub encoding: Encoding,
    /// With the last fragment, the whole.
    pub whole: Option<&'a Assembled<'a>>,
}
