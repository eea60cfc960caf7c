//! Events: the one border between the wire and its meaning.
//!
//! An event says what happened, on which connection, in which frame. It owns its few strings, and names sessions, trees
//! and opens by their ids on the wire, each in a type that says how far the id reaches.
//!
//! Events stand alone. The first of a connection is [`ConnectionEvent::Opened`], which has its addresses; the last is
//! [`ConnectionEvent::Closed`], unless [`ConnectionEvent::Resumed`] has them again. What can be told only later than it
//! happened is told with the packet it happened in: when something was last used or seen, what has no answer, and that a
//! direction is missing, before it ends or at the end of the captures; what is not read at the end. Everything else is told
//! in the order of the packets of its connection. So a fold takes events as they come, and whoever lists them sorts them by
//! [`Event::at`].
//!
//! [`stream`](super::stream) writes events down and reads them again.

use uuid::Uuid;

use super::idle::Idle;
use super::ids::ConnectionId;
pub(super) use super::ids::{OpenId, SessionId, TreeId};
pub(super) use super::loss::Loss;
use super::words::Word;
#[cfg(feature = "serde")]
use super::{status, words};
use crate::auth::Identity;
use crate::auth::ntlm::Version;
use crate::capture::Origin;
use crate::dcerpc::SyntaxId;
use crate::interface::{ContextHandle, ObjectKind, ProcedureId, Task};
use crate::net::Endpoint;
use crate::net::Host;
use crate::rap::ServerType;
use crate::wire::{Status, Timestamp};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// The packet that completed it.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub at: Origin,
    /// The connection it happened on; none for what datagrams announce, and for what is told of the captures as a whole.
    pub connection: Option<ConnectionId>,
    /// What happened.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub kind: EventKind,
}

/// What happened, by what it is about.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "about", rename_all = "snake_case"))]
pub enum EventKind {
    /// About the TCP connection.
    Connection(ConnectionEvent),
    /// About an SMB session.
    Session(SessionEvent),
    /// About a tree connect.
    Tree(TreeEvent),
    /// About an open file or pipe.
    Open(OpenEvent),
    /// About DCE/RPC on a pipe.
    Rpc(RpcEvent),
    /// About a context handle.
    Handle(HandleEvent),
    /// Something of use to a diagnosis.
    Notice(Notice),
    /// What could not be followed.
    Loss(Loss),
    /// About the captures as a whole.
    Capture(CaptureEvent),
}

/// About the captures as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum CaptureEvent {
    /// A file, or a part of it, could not be read: anything may be in it.
    Unread {
        /// The file.
        name: String,
    },
    /// The captures go on to this time at least, although no packet tells so. Told at the end.
    Ended {
        /// The time.
        until: Timestamp,
    },
}

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Direction {
    /// From the client.
    ToServer,
    /// From the server.
    ToClient,
}

/// How SMB is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Transport {
    /// NetBIOS session service, TCP port 139.
    #[cfg_attr(feature = "serde", serde(rename = "netbios"))]
    NetBios,
    /// Direct TCP, port 445 or another.
    Direct,
    /// NetBIOS frames over LLC, without IP.
    #[cfg_attr(feature = "serde", serde(rename = "netbeui"))]
    NetBeui,
}

impl Transport {
    /// True if the connection is a NetBIOS session.
    #[must_use]
    pub const fn is_netbios(self) -> bool {
        matches!(self, Self::NetBios | Self::NetBeui)
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ConnectionEnd {
    /// A FIN; over NetBEUI a SESSION_END, or a DISC of the link.
    Fin,
    /// A RST; over NetBEUI a SESSION_END that tells of a failure, or a DM or FRMR of the link.
    Rst,
    /// Another connection took its ports; over NetBEUI another session its number, or the link was set up anew.
    PortReused,
}

impl ConnectionEnd {
    /// The word for it in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fin => "fin",
            Self::Rst => "rst",
            Self::PortReused => "port_reused",
        }
    }
}

impl From<ConnectionEnd> for &'static str {
    fn from(end: ConnectionEnd) -> Self {
        end.as_str()
    }
}

/// Why nobody can say what became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Doubt {
    /// Requests are missing from the capture, and what was answered to them, if anything, was not seen.
    RequestMissing,
    /// A request that would end it was sent, and its answer is missing from the capture.
    AnswerMissing,
    /// An answer shows that one of several things ended, and its request, which named it, is missing.
    EndedOneOfSeveral,
    /// The capture has one direction of the connection alone.
    OneDirection,
    /// The analyzer let go of what it knew because a table was full.
    Evicted,
    /// Nothing was captured for a while, between two captures.
    NotCaptured,
}

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Party {
    /// The end that connected.
    Client,
    /// The end that was connected to.
    Server,
}

/// About the TCP connection.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum ConnectionEvent {
    /// The first packet of it.
    Opened {
        /// The end that connected.
        client: Endpoint,
        /// The end that was connected to.
        server: Endpoint,
        /// How it carries SMB.
        transport: Transport,
        /// Whether the TCP handshake, or that of the NetBEUI session, was seen.
        start_seen: bool,
    },
    /// A NetBIOS session request (RFC 1002 4.3.2), or a NetBEUI session whose NAME_QUERY was seen.
    NetBiosNamed {
        /// The server's name as the client calls it.
        called: String,
        /// The client's name.
        calling: String,
    },
    /// The server has no room for the connection: a NetBIOS negative session response of "insufficient resources", or
    /// of "unspecified error", which servers at their limit send.
    NetBiosRefused {
        /// The reason code of RFC 1002 4.3.4.
        reason: u8,
    },
    /// Bytes are missing from the capture.
    Gap {
        /// Whose bytes.
        direction: Direction,
        /// How many; 0 if nobody can say (NetBEUI).
        bytes: u64,
        /// True if they all lay within one message whose kind is known and which ends nothing.
        harmless: bool,
    },
    /// Everything that was open on the connection at this moment may have ended, unless it was used with success
    /// later. Where the capture has one direction alone, nothing is ever sure.
    InDoubt {
        /// The last packet before what is missing.
        from: Origin,
        /// Why.
        why: Doubt,
    },
    /// The capture has the packets of one end alone (told when the connection ends, or at the end).
    OneDirection {
        /// The end whose packets were captured.
        captured: Party,
    },
    /// A message is cut so that it is not known what it was about.
    Cut,
    /// A session's messages are encrypted from here on.
    Encrypted {
        /// The session.
        session: SessionId,
    },
    /// When each end was last seen; told at the end of the capture for connections still open, and before.
    LastSeen {
        /// The last packet of the client.
        client: Option<Origin>,
        /// The last packet of the server, or the client's last one if the server has acknowledged everything before it.
        server: Option<Origin>,
        /// Bytes that the client sent.
        to_server: u64,
        /// Bytes that the server sent.
        to_client: u64,
        /// Packets of both.
        packets: u64,
    },
    /// It ended.
    Closed {
        /// How.
        by: ConnectionEnd,
        /// Who ended it, unless its ports were just taken.
        side: Option<Party>,
    },
    /// It goes on although it seemed to have ended: both ends carry on behind the FIN or RST. What was open on it still
    /// is. What it was opened with is told again, for those who have forgotten it.
    Resumed {
        /// The end that connected.
        client: Endpoint,
        /// The end that was connected to.
        server: Endpoint,
        /// NetBIOS or direct.
        transport: Transport,
        /// Whether the TCP handshake was seen.
        start_seen: bool,
    },
}

/// About an SMB session.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum SessionEvent {
    /// The two ends agreed on a dialect. Told once for a connection, before its sessions.
    Negotiated {
        /// The dialect as the specification writes it.
        dialect: String,
        /// SMB2 and SMB1 with extended security: the server's GUID.
        server_guid: Option<Uuid>,
        /// True if that GUID is made as Samba makes it.
        samba: bool,
        /// SMB2.1 and later: the client's GUID.
        client_guid: Option<Uuid>,
    },
    /// What the ends say of themselves in an SMB1 session setup.
    Native {
        /// The client's operating system.
        client_os: Option<String>,
        /// The server's operating system.
        server_os: Option<String>,
        /// The server's LAN manager, as which Samba gives its name.
        server_lan_manager: Option<String>,
    },
    /// The server tells its names, or whether it is in a domain, while it authenticates a client.
    ServerNamed {
        /// Its NetBIOS name.
        name: Option<String>,
        /// Its name in the DNS, with its domain.
        dns_name: Option<String>,
        /// Whether the server is a member of a domain, if it says so.
        domain_member: Option<bool>,
    },
    /// The server tells the version of its system while it authenticates a client, in its NTLM challenge.
    ServerVersion {
        /// The version.
        version: Version,
    },
    /// A process id that used the session.
    Pid {
        /// The session.
        session: SessionId,
        /// The process id.
        pid: u32,
    },
    /// The session was used although its set-up was not seen.
    FirstSeen {
        /// The session.
        session: SessionId,
    },
    /// The session was set up.
    SetUp {
        /// The session.
        session: SessionId,
        /// Who.
        identity: Identity,
        /// False if the server's answer is missing and the set-up is known from the session's use.
        answer_seen: bool,
        /// The session that this one replaces (SMB2 PreviousSessionId).
        previous: Option<SessionId>,
        /// SMB1 VcNumber was 0: the client says that this is its first connection.
        vc_zero: bool,
    },
    /// The session was bound to a further connection (SMB 3 multichannel).
    ChannelJoined {
        /// The session.
        session: SessionId,
    },
    /// Credentials were presented anew on a session that was set up.
    Reauthenticated {
        /// The session.
        session: SessionId,
        /// Who, now.
        identity: Identity,
        /// The first packet after which it may have been so, if the answer was not seen.
        asked: Option<Origin>,
    },
    /// A negotiate, or a set-up, was turned away because a limit is reached.
    Refused {
        /// True if it was the negotiate.
        negotiate: bool,
        /// The status.
        #[cfg_attr(feature = "serde", serde(with = "status"))]
        status: Status,
        /// Who asked.
        identity: Identity,
    },
    /// An anonymous set-up was turned down.
    Denied {
        /// The id that the answer gives.
        session: SessionId,
        /// The status.
        #[cfg_attr(feature = "serde", serde(with = "status"))]
        status: Status,
        /// Who asked.
        identity: Identity,
    },
    /// A set-up with an account failed for another reason than a limit.
    LogonFailed {
        /// The status.
        #[cfg_attr(feature = "serde", serde(with = "status"))]
        status: Status,
        /// Who asked.
        identity: Identity,
    },
    /// The session was in use up to this moment (told at the end, and before anything of it ends).
    LastUsed {
        /// The session.
        session: SessionId,
        /// The last request that was answered with success.
        succeeded: Option<Origin>,
        /// For how long it was not used.
        idle: Box<Idle>,
    },
    /// Something was seen that only a user's key can make: a signature.
    Signed {
        /// The session.
        session: SessionId,
    },
    /// An anonymous set-up, or one whose credentials were not seen, has no answer (told at the end): the session may be
    /// there, or it was denied.
    SetUpUnanswered {
        /// The id that the request has.
        session: SessionId,
        /// Who asked.
        identity: Identity,
    },
    /// A request of the session has no answer (told at the end), or was answered after long.
    Waiting {
        /// The session.
        session: SessionId,
        /// The request's command.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "words::word"))]
        command: Word,
        /// What it is about: a tree's path, an open's name.
        target: Option<String>,
        /// When it was answered after all.
        answered: Option<Origin>,
    },
    /// The session ended.
    Closed {
        /// The session.
        session: SessionId,
        /// How.
        by: CloseReason,
    },
    /// Nobody can say whether the session goes on.
    InDoubt {
        /// The session.
        session: SessionId,
        /// Why.
        why: Doubt,
    },
}

/// How a session, tree or open ended by a message of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum CloseReason {
    /// LOGOFF, TREE_DISCONNECT or CLOSE succeeded.
    OwnClose,
    /// The server answered that it does not know it (STATUS_USER_SESSION_DELETED and its kin).
    ServerDeniesIt,
}

/// What a tree is connected to, or a share is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ShareKind {
    /// A disk share.
    Disk,
    /// `IPC$`.
    Pipe,
    /// A printer.
    Print,
    /// Not seen, or something else.
    Unknown,
}

impl ShareKind {
    /// The kind of a share type (\[MS-SRVS\] 2.2.2.4): its lowest 28 bits.
    #[must_use]
    pub const fn of_type(share_type: u32) -> Self {
        match share_type & 0x0fff_ffff {
            0 => Self::Disk,
            1 => Self::Print,
            3 => Self::Pipe,
            _ => Self::Unknown,
        }
    }
}

/// About a tree connect.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum TreeEvent {
    /// It was granted.
    Connected {
        /// The session that asked.
        session: SessionId,
        /// The tree.
        tree: TreeId,
        /// The share's path, if the request was seen.
        path: Option<String>,
        /// What kind of share it is.
        share: ShareKind,
        /// False if the server's answer is missing and the tree is known from its use.
        answer_seen: bool,
    },
    /// It was used although its connect was not seen.
    FirstSeen {
        /// The session that used it.
        session: SessionId,
        /// The tree.
        tree: TreeId,
    },
    /// What is done in it shows what kind of share it is, which its connect did not tell.
    Shown {
        /// The tree.
        tree: TreeId,
        /// What kind of share it is.
        share: ShareKind,
    },
    /// An anonymous tree connect was answered with access denied.
    Denied {
        /// The session that asked.
        session: SessionId,
        /// The share's path.
        path: Option<String>,
        /// The status.
        #[cfg_attr(feature = "serde", serde(with = "status"))]
        status: Status,
    },
    /// A tree connect was turned away because a limit is reached.
    Refused {
        /// The session that asked.
        session: SessionId,
        /// The share's path.
        path: Option<String>,
        /// The status.
        #[cfg_attr(feature = "serde", serde(with = "status"))]
        status: Status,
    },
    /// It ended.
    Closed {
        /// The tree.
        tree: TreeId,
        /// How.
        by: CloseReason,
    },
    /// Nobody can say whether it goes on.
    InDoubt {
        /// The tree.
        tree: TreeId,
        /// Why.
        why: Doubt,
    },
}

/// What was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OpenKind {
    /// A named pipe.
    Pipe,
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A printer (a spool file on a printer share).
    Printer,
    /// Not seen.
    Unknown,
}

/// About an open file, directory, printer or pipe.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum OpenEvent {
    /// It was granted, or first seen in use.
    Opened {
        /// The session that asked.
        session: SessionId,
        /// The tree it lies in.
        tree: TreeId,
        /// The open.
        open: OpenId,
        /// Its name; a pipe's without `\PIPE\`.
        name: Option<String>,
        /// What it is.
        what: OpenKind,
        /// False if it was in use before anything of its opening was seen.
        answer_seen: bool,
    },
    /// An anonymous open was answered with access denied, or the open of a pipe for want of instances or resources.
    Denied {
        /// The session that asked.
        session: SessionId,
        /// The name.
        name: Option<String>,
        /// The status.
        #[cfg_attr(feature = "serde", serde(with = "status"))]
        status: Status,
    },
    /// The open of a pipe was turned away because a limit is reached.
    Refused {
        /// The session that asked.
        session: SessionId,
        /// The name.
        name: Option<String>,
        /// The status.
        #[cfg_attr(feature = "serde", serde(with = "status"))]
        status: Status,
    },
    /// Byte ranges of a file were locked and unlocked.
    Locks {
        /// The open.
        open: OpenId,
        /// How many were locked.
        taken: u32,
        /// How many were unlocked.
        freed: u32,
    },
    /// It was in use up to this moment (told at the end, and before it ends).
    LastUsed {
        /// The open.
        open: OpenId,
        /// The last request that was answered with success.
        succeeded: Option<Origin>,
    },
    /// It ended.
    Closed {
        /// The open.
        open: OpenId,
        /// How.
        by: CloseReason,
    },
    /// Nobody can say whether it goes on.
    InDoubt {
        /// The open.
        open: OpenId,
        /// Why.
        why: Doubt,
    },
}

/// The client as a print call describes it (SPLCLIENT_INFO, \[MS-RPRN\] 2.2.1.3.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ClientMachine {
    /// The client computer.
    pub machine: Option<String>,
    /// The user.
    pub user: Option<String>,
    /// The build number of its operating system.
    pub build: Option<u32>,
}

/// About DCE/RPC on a pipe.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum RpcEvent {
    /// A presentation context was accepted.
    Bound {
        /// The pipe.
        open: OpenId,
        /// The context's id.
        context: u16,
        /// The interface.
        interface: SyntaxId,
        /// True for NDR64.
        ndr64: bool,
        /// The association group the server named.
        group: u32,
        /// True if the client asked to join that group, false if it asked for a new one.
        joined: bool,
    },
    /// The bind was refused.
    Refused {
        /// The pipe.
        open: OpenId,
        /// The reason code of the bind_nak, or of the rejected context.
        reason: u16,
    },
    /// A call was sent.
    Call {
        /// The pipe.
        open: OpenId,
        /// Which call of the pipe.
        call: u32,
        /// The procedure.
        procedure: ProcedureId,
        /// The name of what the call opens: of a printer or server, a service, a key, an account.
        object: Option<String>,
        /// The client as the call describes it.
        client: Option<ClientMachine>,
        /// True if the call may wait as long as it likes for its answer.
        waits_by_design: bool,
        /// True if its arguments are sealed.
        sealed: bool,
    },
    /// Its answer came.
    Answered {
        /// The pipe.
        open: OpenId,
        /// Which call of the pipe.
        call: u32,
        /// The procedure.
        procedure: ProcedureId,
        /// The return value, where the procedure is known to have one.
        return_value: Option<u32>,
    },
    /// It was answered with a fault, or the pipe failed under it.
    Faulted {
        /// The pipe.
        open: OpenId,
        /// Which call of the pipe.
        call: u32,
        /// The procedure.
        procedure: ProcedureId,
        /// The fault's status, or the NTSTATUS of the failed request.
        status: u32,
    },
    /// The client cancelled it.
    Cancelled {
        /// The pipe.
        open: OpenId,
        /// Which call of the pipe.
        call: u32,
        /// The procedure.
        procedure: ProcedureId,
    },
    /// Its answer, or a part of it, is missing from the capture or encrypted.
    AnswerLost {
        /// The pipe.
        open: OpenId,
        /// Which call of the pipe.
        call: u32,
        /// The procedure.
        procedure: ProcedureId,
        /// True if the answer may have granted a handle.
        may_grant: bool,
        /// True if it came, sealed.
        sealed: bool,
    },
}

/// About a context handle. It is named by the pipe it was seen on; the pipe's association group gives its scope.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum HandleEvent {
    /// A call's answer granted it.
    Granted {
        /// The pipe.
        open: OpenId,
        /// The handle.
        handle: ContextHandle,
        /// The opening call, if its request was seen.
        opened_by: Option<ProcedureId>,
        /// What it stands for.
        stands_for: Option<ObjectKind>,
        /// The name of that: of a printer or server, a service, a key, an account.
        object: Option<String>,
        /// The client as the opening call describes it.
        client: Option<ClientMachine>,
        /// The packet that completed the opening call's request, if that was seen.
        asked: Option<Origin>,
        /// Of a channel for notifications: the number of the registration it belongs to (`dwPrinterRemote`).
        printer_remote: Option<u32>,
    },
    /// A call named it.
    Used {
        /// The pipe.
        open: OpenId,
        /// The handle.
        handle: ContextHandle,
        /// The procedure.
        procedure: ProcedureId,
        /// What it stands for, if the procedure takes handles of one kind alone.
        stands_for: Option<ObjectKind>,
    },
    /// A call that named it succeeded.
    Proved {
        /// The pipe.
        open: OpenId,
        /// The handle.
        handle: ContextHandle,
    },
    /// Something began at it: a document, or notifications of changes.
    Began {
        /// The pipe.
        open: OpenId,
        /// The handle.
        handle: ContextHandle,
        /// What.
        task: Task,
        /// The document's name, or the machine that is told.
        name: Option<String>,
    },
    /// That ended by a call of its own.
    Ended {
        /// The pipe.
        open: OpenId,
        /// The handle.
        handle: ContextHandle,
        /// What.
        task: Task,
    },
    /// ClosePrinter or its like succeeded.
    Closed {
        /// The pipe.
        open: OpenId,
        /// The handle, if the request was seen or only one can be meant.
        handle: ContextHandle,
    },
    /// The server answered that it does not know the handle.
    Stale {
        /// The pipe.
        open: OpenId,
        /// The handle.
        handle: ContextHandle,
    },
    /// Nobody can say whether it goes on.
    InDoubt {
        /// The pipe.
        open: OpenId,
        /// The handle, or none if any handle of the pipe may be meant.
        handle: Option<ContextHandle>,
        /// Why.
        why: Doubt,
    },
}

/// What a computer says of itself, or another one of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Told {
    /// Its name.
    pub name: String,
    /// Its address, if it speaks for itself.
    pub address: Option<Host>,
    /// What it is and offers.
    pub server_type: ServerType,
    /// The version of its operating system: major and minor.
    pub version: (u32, u32),
    /// How many users it takes at a time, if it says so.
    pub users: Option<u32>,
    /// What it is said to be for.
    pub comment: Option<String>,
    /// How it is known: `announcement`, `server_enum` or `srvsvc`.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "words::word"))]
    pub by: Word,
}

/// Something of use to a diagnosis.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Notice {
    /// A call asks for notifications of changes: the server is to connect to a machine.
    NotifyRegistered {
        /// The pipe.
        open: OpenId,
        /// Which call of the pipe.
        call: u32,
        /// The printer handle.
        handle: Option<ContextHandle>,
        /// The machine to be called back.
        machine: String,
        /// The number by which the channel back names the registration (`dwPrinterLocal`).
        printer_local: Option<u32>,
    },
    /// The server lists a share.
    Share {
        /// Its name.
        name: String,
        /// What kind of share it is.
        share: ShareKind,
        /// What it is said to be for.
        remark: Option<String>,
        /// How it was asked for: `srvsvc` or `rap`.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "words::word"))]
        by: Word,
    },
    /// A computer announces itself, describes itself in answer to a call, or is listed by one that knows it.
    Computer(Told),
    /// A call of the remote administration protocol (\[MS-RAP\]) was sent.
    Rap {
        /// The session.
        session: SessionId,
        /// The call's number.
        opcode: u16,
    },
    /// A call ends sessions (NetrSessionDel, \[MS-SRVS\] 3.1.4.6), and the server did so.
    SessionsDeleted {
        /// The pipe.
        open: OpenId,
        /// Whose: the client computer, or any if it is not named.
        client: Option<String>,
        /// Whose: the user, or any.
        user: Option<String>,
    },
    /// A call adds a driver of which a file lies on another machine.
    DriverPath {
        /// The pipe.
        open: OpenId,
        /// Which call of the pipe.
        call: u32,
        /// The path.
        path: String,
    },
}
