//! The rows of the ledger: connections, sessions, trees, opens, handles, and what was refused.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use uuid::Uuid;

use super::ends::{Closing, HandleEnd, OpenEnd, SessionEnd, TreeEnd};
use super::slots::{Claim, SlotHistory};
use crate::auth::Identity;
use crate::auth::ntlm::{Version, Windows};
use crate::capture::Origin;
use crate::interface::{ContextHandle, Task};
use crate::net::Endpoint;
use crate::net::Host;
use crate::rap::ServerType;
use crate::session::{
    ClientMachine, ConnectionEnd, ConnectionId, Doubt, Idle, OpenId, OpenKind, Opener, Party, SessionId,
    ShareKind, Transport, TreeId, Unseen, is_ipc,
};
use crate::wire::{Status, Win32Error};

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(super) u64);

        impl $name {
            /// The number of the row, in the order in which rows of this kind were made, from 1.
            #[must_use]
            pub const fn as_raw(self) -> u64 {
                self.0
            }
        }
    )*};
}

row_ids! {
    /// The id of a [`Server`] row.
    ServerRowId;
    /// The id of a [`Session`] row.
    SessionRowId;
    /// The id of a [`Tree`] row.
    TreeRowId;
    /// The id of an [`Open`] row.
    OpenRowId;
    /// The id of a [`Handle`] row.
    HandleRowId;
    /// The id of an RPC association group.
    GroupRowId;
}

/// A moment after which nobody can say whether something went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InDoubt {
    /// The packet that shows it; of several, the last.
    pub at: Origin,
    /// Of several, the first packet that shows one.
    pub since: Origin,
    /// Why.
    pub why: Doubt,
}

impl InDoubt {
    pub(super) const fn new(at: Origin, why: Doubt) -> Self {
        Self { at, since: at, why }
    }
}

/// Where bytes of a connection are missing that may have held an ending, a set-up or a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// The last packet before them.
    pub(super) from: Origin,
    /// The packet that shows it.
    pub(super) to: Origin,
}

/// When something was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The first sign of it.
    pub first: Origin,
    /// The last use, whatever came of it.
    pub last: Origin,
    /// The last request that was answered with success; after it, no earlier ending can be true.
    pub succeeded: Option<Origin>,
}

impl Use {
    pub(super) const fn since(at: Origin) -> Self {
        Self { first: at, last: at, succeeded: None }
    }

    pub(super) fn touch(&mut self, at: Origin, succeeded: Option<Origin>) {
        self.last = self.last.later(at);
        if let Some(succeeded) = succeeded {
            self.succeeded = Some(self.succeeded.map_or(succeeded, |before| before.later(succeeded)));
        }
    }
}

/// A server over all its ports and transports: one address, unless servers of several GUIDs answer there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Server {
    /// The id of this row.
    pub row: ServerRowId,
    /// The address at which it was first seen.
    pub ip: Host,
    /// The addresses at which it answered.
    pub addresses: BTreeSet<Host>,
    /// Its GUID, where it told one (\[MS-SMB2\] 2.2.4 ServerGuid).
    pub guid: Option<Uuid>,
    /// The ports at which it answered.
    pub ports: BTreeSet<u16>,
    /// Its NetBIOS name: as it tells it, else as clients call it.
    pub name: Option<String>,
    /// Its name in the DNS, with its domain, if it told it.
    pub dns_name: Option<String>,
    pub(super) named_itself: bool,
    /// Its connections that are open.
    pub(super) connections: usize,
    /// Whether it is a member of a domain, by its NTLM challenges (\[MS-NLMP\] 2.2.2.5, NTLMSSP_TARGET_TYPE_DOMAIN and
    /// NTLMSSP_TARGET_TYPE_SERVER).
    pub domain_member: Option<bool>,
    /// Its operating system as an SMB1 session setup tells it.
    pub os: Option<String>,
    /// Its LAN manager, told in the same place: `Samba 4.17.12-Debian`.
    pub lan_manager: Option<String>,
    /// The Windows whose version its NTLM challenge has, where it has that of one.
    pub windows: Option<ToldWindows>,
    /// Its connection slots in the course of time.
    pub slots: SlotHistory,
    /// The sessions that are open on it, and the set-ups that it denied and whose connection lasts.
    pub open_sessions: BTreeSet<SessionRowId>,
    /// When it turned somebody away.
    pub(super) refused: BTreeSet<Origin>,
    /// The calls that ended sessions there; the last few.
    pub(super) deletions: VecDeque<Deletion>,
    /// The connections that it ended itself; the last few.
    pub(super) ends: VecDeque<(Origin, Host)>,
}

/// The Windows that a server's NTLM challenge tells (\[MS-NLMP\] 2.2.2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToldWindows {
    /// The Windows that has the version.
    pub windows: Windows,
    /// The version.
    pub version: Version,
    /// The challenge that first told it.
    pub at: Origin,
}

/// A call that ended sessions (NetrSessionDel).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Deletion {
    pub(super) at: Origin,
    /// Whose sessions: the client computer, or any.
    pub(super) client: Option<String>,
    /// Whose sessions: the user, or any.
    pub(super) user: Option<String>,
    /// Who made the call.
    pub(super) by: String,
}

/// A TCP connection that carries SMB.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// The end that connected.
    pub client: Endpoint,
    /// The end that was connected to.
    pub server: Endpoint,
    /// The server it leads to, once that was seen to speak.
    pub server_row: Option<ServerRowId>,
    /// NetBIOS or direct.
    pub transport: Transport,
    /// Its first packet.
    pub opened: Origin,
    /// Whether that was the TCP handshake.
    pub start_seen: bool,
    /// NetBIOS: the server's name as called.
    pub called: Option<String>,
    /// NetBIOS: the client's name.
    pub calling: Option<String>,
    /// The dialect that was agreed on.
    pub dialect: Option<String>,
    /// The server's GUID.
    pub server_guid: Option<Uuid>,
    /// The client's GUID.
    pub client_guid: Option<Uuid>,
    /// The client's operating system as an SMB1 session setup tells it.
    pub client_os: Option<String>,
    /// The server's operating system as an SMB1 session setup tells it.
    pub server_os: Option<String>,
    /// The server's LAN manager, told in the same place.
    pub server_lan_manager: Option<String>,
    /// The sessions that used it.
    pub sessions: BTreeSet<SessionRowId>,
    /// Bytes of the client's stream, told when the connection or the capture ends.
    pub bytes_to_server: u64,
    /// Bytes of the server's stream, told when the connection or the capture ends.
    pub bytes_to_client: u64,
    /// The last packet of the client that is known of.
    pub client_last: Option<Origin>,
    /// The last packet of the server that is known of.
    pub server_last: Option<Origin>,
    /// Packets of both ends.
    pub packets: u64,
    /// SMB1: the client set up a session on another connection as its first one (VcNumber 0), which tells the server to
    /// drop this one.
    pub vc_zero: Option<Origin>,
    /// Bytes missing here may have ended anything that was not used with success later.
    pub in_doubt: Option<InDoubt>,
    /// The gaps that put it in doubt.
    pub(super) gaps: Vec<Gap>,
    /// The end whose packets were captured, if those of the other are missing.
    pub one_direction: Option<Party>,
    /// Messages are cut so that it is not known what they were about.
    pub cut: bool,
    /// The row of an anonymous set-up that was denied on it, which holds a slot while it lasts.
    pub denied: Option<SessionRowId>,
    /// The row of a set-up that has no answer.
    pub unanswered: Option<SessionRowId>,
    /// Its end.
    pub closed: Option<Closing<ConnectionEnd>>,
    /// Who ended it, unless its ports were just taken.
    pub ended_by: Option<Party>,
    /// What was not seen of it, once it has ended.
    pub(super) unseen: Option<Unseen>,
}

/// Gaps of a connection that are told apart; beyond these the last one goes on.
const GAPS: usize = 16;

impl Connection {
    /// Bytes are missing that may have held anything.
    pub(super) fn missed(&mut self, gap: Gap) {
        let full = self.gaps.len() >= GAPS;
        match self.gaps.last_mut().filter(|_| full) {
            Some(last) => (last.from, last.to) = (last.from.min(gap.from), last.to.max(gap.to)),
            None => self.gaps.push(gap),
        }
    }
}

/// An SMB session, or a set-up that the server denied.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// The id of this row.
    pub row: SessionRowId,
    /// Its id on the wire.
    pub id: SessionId,
    /// The server.
    pub server_row: Option<ServerRowId>,
    /// The server's end of its first connection.
    pub server: Endpoint,
    /// The client's end of its first connection.
    pub client: Endpoint,
    /// Its connections, in the order in which they joined.
    pub connections: Vec<ConnectionId>,
    /// Who, by the latest credentials.
    pub identity: Identity,
    /// Who it was before it was reauthenticated, each until when; the last few.
    pub identities_before: Vec<(Origin, Identity)>,
    /// The first packet after which it may have been reauthenticated, where the answer was not seen.
    pub(super) reauthenticated_after: Option<Origin>,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its use. ECHO is none.
    pub used: Use,
    /// The process ids that used it; the first few.
    pub pids: BTreeSet<u32>,
    /// Since when its messages are encrypted.
    pub encrypted: Option<Origin>,
    /// Since when its messages are signed, which takes a user's key: over SMB1 that of any user of the connection.
    pub signed: Option<Origin>,
    /// The status with which its set-up was denied: then it is no session, and holds a slot all the same.
    pub denied: Option<Status>,
    /// Its set-up has no answer, so that it is not known whether it was granted.
    pub unanswered: bool,
    /// For how long it was not used.
    pub idle: Idle,
    /// The longest time that one of its calls or requests waited for its answer, among those that have one or were
    /// cancelled.
    pub longest_wait: Option<Waited>,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// Requests without an answer that are not calls on a pipe, at the end.
    pub waiting: Vec<WaitingRequest>,
    /// How often it made each call of the remote administration protocol, by number.
    pub rap_calls: BTreeMap<u16, u64>,
    /// Its trees, and those of other sessions of the connection in which it opened something (SMB1).
    pub trees: BTreeSet<TreeRowId>,
    /// Handles of its pipes that were run down instead of closed.
    pub handles_run_down: u64,
    /// Handles of its pipes that ended, and bytes missing from the capture hide whether by a call of their own.
    pub handles_end_unknown: u64,
    /// What it counts as on the server, while it is open.
    pub(super) claim: Option<Claim>,
    /// Its end.
    pub closed: Option<Closing<SessionEnd>>,
}

/// A call or a request that waited for its answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Waited {
    /// The procedure or the command.
    pub name: String,
    /// The printer, server, tree or pipe that it opens.
    pub object: Option<String>,
    /// When it was sent.
    pub sent: Origin,
    /// When it was answered or cancelled, or its session ended.
    pub until: Origin,
    /// It is a call that opens a printer or a print server.
    pub opens_printer: bool,
    /// For how many seconds, as far as the clock of the capture can be trusted.
    pub(super) lasted: f64,
}

impl Waited {
    /// For how long, in seconds.
    #[must_use]
    pub const fn seconds(&self) -> f64 {
        self.lasted
    }
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaitingRequest {
    /// The command.
    pub command: &'static str,
    /// What it is about.
    pub target: Option<String>,
    /// When it was sent.
    pub sent: Origin,
}

/// A tree connect.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tree {
    /// The session that asked for it.
    pub session: SessionRowId,
    /// The connection it was asked for on.
    pub connection: ConnectionId,
    /// Its id on the wire.
    pub id: TreeId,
    /// The share's path.
    pub path: Option<String>,
    /// What kind of share it is.
    pub share: ShareKind,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its first sign.
    pub first_seen: Origin,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// What is open in it, and the pipes that were.
    pub opens: BTreeSet<OpenRowId>,
    /// Files and directories that were opened and closed again, which have no row any more, and pipes beyond the cap.
    pub opens_ended: u64,
    /// Its end.
    pub closed: Option<Closing<TreeEnd>>,
}

/// An open file, directory, printer or pipe.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Open {
    /// The session that asked for it.
    pub session: SessionRowId,
    /// The tree it lies in.
    pub tree: TreeRowId,
    /// The connection it was asked for on.
    pub connection: ConnectionId,
    /// Its id on the wire.
    pub id: OpenId,
    /// Its name; a pipe's without `\PIPE\`.
    pub name: Option<String>,
    /// What it is.
    pub what: OpenKind,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its use.
    pub used: Use,
    /// Byte ranges that it has locked.
    pub locks: u64,
    /// The interfaces that were bound on it.
    pub interfaces: Vec<BoundInterface>,
    /// The association group of its bind.
    pub group: Option<GroupRowId>,
    /// The handles that were granted or first used on it.
    pub handles: BTreeSet<HandleRowId>,
    /// Calls that wait for their answer, by their number on the pipe.
    pub waiting: BTreeMap<u32, WaitingCall>,
    /// How often each call was made: (interface, opnum).
    pub calls: BTreeMap<(Option<&'static str>, u16), u64>,
    /// Calls that open a handle and whose answer is missing from the capture or sealed, by their number on the pipe.
    pub grants_lost: BTreeMap<u32, WaitingCall>,
    /// The first call on it whose arguments or results are sealed.
    pub sealed: Option<Origin>,
    /// The last call on it that was given up, or that was to open a printer and failed.
    pub failed: Option<Box<FailedCall>>,
    /// The printers that the server would not open, by name without regard to case; the first few.
    pub refused_printers: BTreeMap<String, RefusedPrinter>,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// Its end.
    pub closed: Option<Closing<OpenEnd>>,
}

/// An interface that was bound on a pipe.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BoundInterface {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its version: major and minor.
    pub version: (u16, u16),
    /// Its short name.
    pub name: Option<&'static str>,
    /// The answer that accepted the bind.
    pub bound: Origin,
}

/// A call that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaitingCall {
    /// The interface's short name.
    pub interface: Option<&'static str>,
    /// The procedure's number.
    pub opnum: u16,
    /// The procedure's name.
    pub procedure: Option<&'static str>,
    /// The printer or server that the call opens.
    pub object: Option<String>,
    /// The client as the call describes it.
    pub client: Option<ClientMachine>,
    /// The packet that completed the request.
    pub sent: Origin,
    /// True if the call may wait as long as it likes.
    pub waits_by_design: bool,
    /// True if its answer came, sealed.
    pub sealed: bool,
}

/// A call that came to nothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FailedCall {
    /// The call.
    pub call: WaitingCall,
    /// The packet that shows that it came to nothing.
    pub at: Origin,
    /// How.
    pub how: CallFailure,
}

/// A printer that the server would not open: it answered with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedPrinter {
    /// Its name, as it was first asked for.
    pub name: String,
    /// How often.
    pub times: u64,
    /// The first of these calls.
    pub first: Origin,
    /// The last of them.
    pub last: Origin,
}

/// How a call came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallFailure {
    /// The client gave it up: it cancelled or orphaned it.
    Cancelled,
    /// The server answered with an error.
    Returned(Win32Error),
}

/// A context handle.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Handle {
    /// The pipe that it was granted or first used on.
    pub open: OpenRowId,
    /// The 20 bytes.
    pub handle: ContextHandle,
    /// The opening call.
    pub opened_by: Option<Opener>,
    /// The printer or server it stands for.
    pub object: Option<String>,
    /// The client as the opening call describes it.
    pub client: Option<ClientMachine>,
    /// The packet that completed the opening call's request, if that was seen.
    pub asked: Option<Origin>,
    /// Of a channel for notifications: the number of the registration it belongs to (`dwPrinterRemote`).
    pub printer_remote: Option<u32>,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Origin>,
    /// Its use.
    pub used: Use,
    /// How often each call named it: (interface, opnum).
    pub calls: BTreeMap<(Option<&'static str>, u16), u64>,
    /// The latest document and the latest notifications of changes that began at it.
    pub tasks: BTreeMap<Task, HandleTask>,
    /// Nobody can say whether it goes on.
    pub in_doubt: Option<InDoubt>,
    /// Its end.
    pub closed: Option<Closing<HandleEnd>>,
    /// The first answer to a use of it that says that it is not known, or not any more.
    pub stale: Option<Origin>,
}

/// Something that goes on at a handle. The end of the handle ends it too.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandleTask {
    /// The document's name, or the machine that is told.
    pub name: Option<String>,
    /// The answer that began it.
    pub began: Origin,
    /// The answer that ended it, if a call of its own did.
    pub ended: Option<Origin>,
}

/// A set-up, tree connect, open of a pipe or NetBIOS session that was turned away because a limit is reached.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The answer.
    pub at: Origin,
    /// The server.
    pub server_row: Option<ServerRowId>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub identity: Option<Identity>,
    /// NetBIOS: the client's name.
    pub calling: Option<String>,
    /// What was turned away.
    pub what: Stage,
    /// Of a tree connect, the share's path; of an open, the pipe's name.
    pub path: Option<String>,
    /// What the server answered.
    pub answer: RefusalAnswer,
    /// The slots in use at that moment, as far as sessions are known that took them.
    pub slots: super::Slots,
    /// Those sessions, counted.
    pub present: super::Present,
    /// Those sessions, null ones first; the first few.
    pub held_by: Vec<SessionRowId>,
}

/// The answer of a [`Refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalAnswer {
    /// An SMB status.
    Status(Status),
    /// The reason of a NetBIOS negative session response.
    NetBios(u8),
}

/// The answer with the Win32 error that a program meets: `STATUS_REQUEST_NOT_ACCEPTED (error 71)`.
impl core::fmt::Display for RefusalAnswer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Status(status) => match status.win32() {
                Some(error) => write!(f, "{status} (error {error})"),
                None => core::fmt::Display::fmt(status, f),
            },
            Self::NetBios(reason) => write!(f, "NetBIOS negative response {reason:#04x}"),
        }
    }
}

/// What was turned away or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Stage {
    /// A NetBIOS session.
    #[cfg_attr(feature = "serde", serde(rename = "netbios"))]
    NetBios,
    /// A negotiate.
    Negotiate,
    /// A session setup.
    Session,
    /// A tree connect.
    Tree,
    /// A pipe, or a file.
    Pipe,
    /// A printer or a print server, by a call that opens it.
    Printer,
}

impl Stage {
    /// What it is called: `session setup`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NetBios => "NetBIOS session",
            Self::Negotiate => "negotiate",
            Self::Session => "session setup",
            Self::Tree => "tree connect",
            Self::Pipe => "pipe",
            Self::Printer => "printer",
        }
    }
}

impl Refusal {
    /// The client computer's name, if it told one.
    #[must_use]
    pub fn client_name(&self) -> Option<&str> {
        let workstation = self.identity.as_ref().and_then(|identity| identity.workstation.as_deref());
        let named = workstation.filter(|name| !name.is_empty());
        named.or(self.calling.as_deref()).map(str::trim_end)
    }

    /// True if the server had no slot left. A tree connect that is refused after a good session setup has met the limit
    /// of users of that share alone (\[MS-CIFS\] 3.3.4.1, MaxUses), unless it is that of `IPC$`, which has none: there the
    /// limit is the server's. An open has met the limit of its pipe.
    #[must_use]
    pub fn is_for_slots(&self) -> bool {
        match self.what {
            Stage::Tree => self.path.as_deref().is_some_and(is_ipc),
            Stage::Pipe | Stage::Printer => false,
            Stage::NetBios | Stage::Negotiate | Stage::Session => true,
        }
    }
}

/// An anonymous set-up, tree, pipe or printer that was answered with access denied, or a pipe for which the server had no
/// instance or resources left.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Denial {
    /// The answer.
    pub at: Origin,
    /// The connection, which may hold a slot although the session was denied.
    pub connection: ConnectionId,
    /// The server.
    pub server_row: Option<ServerRowId>,
    /// The server's end.
    pub server: Endpoint,
    /// The client's end.
    pub client: Endpoint,
    /// Who asked, as far as it was said.
    pub identity: Option<Identity>,
    /// What was denied.
    pub what: Stage,
    /// The share's path, or the pipe's or printer's name.
    pub name: Option<String>,
    /// The answer.
    pub answer: DenialAnswer,
}

/// The answer of a [`Denial`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenialAnswer {
    /// An SMB status.
    Status(Status),
    /// The return value of a call.
    Win32(Win32Error),
}

impl DenialAnswer {
    /// The number as it stood on the wire.
    #[must_use]
    pub fn as_raw(self) -> u32 {
        match self {
            Self::Status(status) => status.as_raw(),
            Self::Win32(error) => error.0,
        }
    }

    /// True if it says that the server has no room, and not that the client may not.
    #[must_use]
    pub fn is_out_of_resources(self) -> bool {
        matches!(self, Self::Status(status) if status.is_out_of_resources())
    }
}

impl core::fmt::Display for DenialAnswer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Status(status) => core::fmt::Display::fmt(status, f),
            Self::Win32(error) => core::fmt::Display::fmt(error, f),
        }
    }
}

/// A set-up with an account that failed, on a connection from a server to a client that asked it for notifications.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FailedLogon {
    /// The answer.
    pub at: Origin,
    /// The end that was connected to.
    pub server: Endpoint,
    /// The end that connected.
    pub client: Endpoint,
    /// Who asked.
    pub identity: Identity,
    /// The answer's status.
    pub status: Status,
}

/// A share that a server was seen to have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Share {
    /// Its name, as it was first seen.
    pub name: String,
    /// What kind of share it is.
    pub kind: ShareKind,
    /// What the server says it is for.
    pub remark: Option<String>,
    /// What showed it: `tree_connect`, `srvsvc`, `rap`.
    pub seen_by: BTreeSet<&'static str>,
    /// Its first sign.
    pub first_seen: Origin,
}

/// A computer that announced itself, or that another one lists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Computer {
    /// Its name, as it was first seen.
    pub name: String,
    /// The address from which it announced itself.
    pub address: Option<Host>,
    /// The first sign that it shares a print queue.
    pub shares_printers: Option<Origin>,
    /// What it is and offers.
    pub server_type: ServerType,
    /// The version of its operating system: major and minor.
    pub version: (u32, u32),
    /// How many users it takes at a time, if it said so.
    pub users: Option<u32>,
    /// What it is said to be for.
    pub comment: Option<String>,
    /// What showed it: `announcement`, `server_enum`, `srvsvc`.
    pub seen_by: BTreeSet<&'static str>,
    /// Its first sign.
    pub first_seen: Origin,
}

/// A call that asks for something worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// The packet that completed the request.
    pub at: Origin,
    /// The session.
    pub session: SessionRowId,
    /// The pipe.
    pub open: OpenRowId,
    /// Its number on the pipe.
    pub(super) call: u32,
    /// The handle that it named.
    pub handle: Option<HandleRowId>,
    /// What it asks for.
    pub what: AskedFor,
    /// When it was answered.
    pub answered: Option<Origin>,
    /// The value that was returned, or the status of the fault.
    pub returned: Option<u32>,
}

/// What an [`Asked`] call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskedFor {
    /// That the server connects to a machine and tells it of changes.
    Notification {
        /// The machine, as a UNC.
        machine: String,
        /// The number by which the channel back names the registration (`dwPrinterLocal`, \[MS-RPRN\] 3.1.4.10.4).
        printer_local: Option<u32>,
    },
    /// That the server loads a driver of which a file lies on another machine.
    DriverFromUnc {
        /// The path.
        path: String,
    },
}

/// What was lost, counted.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Losses {
    /// Places where bytes are missing from the capture.
    pub gaps: u64,
    /// The bytes missing there.
    pub gap_bytes: u64,
    /// Of those places, the ones inside a message that ends nothing.
    pub harmless_gaps: u64,
    /// Messages that could not be read to their end.
    pub unreadable: u64,
    /// Bytes that stood where a message should begin and begin none.
    pub passed_over_bytes: u64,
    /// What was let go because a table was full, by table.
    pub evictions: BTreeMap<&'static str, u64>,
    /// Ended sessions that were aggregated because there were too many, by verdict.
    pub sessions_aggregated: BTreeMap<&'static str, u64>,
    /// The longest time in seconds for which a null session among them was stuck.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub aggregated_null_stuck: f64,
    /// The longest time in seconds for which a session among them was stuck that may have been null.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub aggregated_possibly_null_stuck: f64,
}
