//! A session with all that it holds, as the JSON has it.

use core::time::Duration;

use uuid::Uuid;

use super::{Ending, Moment};
use crate::auth;
use crate::finding;
use crate::interface::{self, ContextHandle, ProcedureId};
use crate::ledger::{self, Ledger, ServerRowId, SessionRowId, Stuck, Verdict};
use crate::net::Endpoint;
use crate::session::{ClientMachine, OpenId, OpenKind, SessionId, Transport, TreeId};
use crate::wire::Timestamp;
#[cfg(feature = "serde")]
use crate::wire::serialise;

/// A session with all that it holds.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SessionReport<'a> {
    /// Its row in the ledger.
    #[cfg_attr(feature = "serde", serde(serialize_with = "id"))]
    pub id: SessionRowId,
    /// The server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub server_row: Option<ServerRowId>,
    /// The server's end of its first connection; in a server's tables, of the first that is still there.
    pub server: Endpoint,
    /// The client's end of the same connection.
    pub client: Endpoint,
    /// Its connections, in the order in which they joined.
    pub connections: Vec<ConnectionReport>,
    /// How it is carried.
    pub transport: Option<Transport>,
    /// The dialect as the specification writes it.
    pub dialect: Option<&'a str>,
    /// The SMB2 SessionId or the SMB1 UID.
    #[cfg_attr(feature = "serde", serde(serialize_with = "forms::session"))]
    pub session_id: SessionId,
    /// The process ids that used it; the first few.
    pub pids: Vec<u32>,
    /// The client's operating system as an SMB1 session setup tells it.
    pub native_os: Option<&'a str>,
    /// The client's GUID.
    pub client_guid: Option<Uuid>,
    /// The components of the client that it shows, by its pipes, calls and shares.
    pub components: Vec<&'static str>,
    /// The name by which the client goes: as its print calls tell it, else its credentials, else NetBIOS.
    pub client_name: Option<&'a str>,
    /// Who.
    pub who: IdentityReport<'a>,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Moment>,
    /// Its first sign.
    pub first_seen: Moment,
    /// Its end.
    pub closed: Option<Ending>,
    /// The time from its set-up, or from its first sign, to its end or the end of the capture.
    #[cfg_attr(feature = "serde", serde(rename = "age_seconds", serialize_with = "serialise::seconds"))]
    pub age: Duration,
    /// For how long it has held its slot, or did so.
    #[cfg_attr(feature = "serde", serde(rename = "held_seconds", serialize_with = "serialise::seconds"))]
    pub held: Duration,
    /// The longest time for which it held pipes and used none, or held none and was not used.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "longest_idle_seconds", serialize_with = "serialise::seconds")
    )]
    pub longest_idle: Duration,
    /// The time from its last use to the end of the capture, if it is still open.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "idle_seconds", serialize_with = "serialise::seconds_option")
    )]
    pub idle: Option<Duration>,
    /// What became of it.
    pub verdict: Verdict,
    /// Of an unknown verdict, those that what was captured allows; the worst first.
    pub possible_verdicts: Vec<Verdict>,
    /// Whether it is stuck, or was.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub stuck: Stuck,
    /// Why, as one sentence without its full stop.
    pub why: String,
    /// True if its credentials were not captured whole, and nothing shows a user or a guest.
    pub possibly_null: bool,
    /// Since when its messages are encrypted: what it opens is not seen.
    pub encrypted: Option<Moment>,
    /// Its trees, in the order in which they were first seen.
    pub trees: Vec<TreeReport<'a>>,
    /// Until when it was a null session, if it was stuck then and is a user's or a guest's now.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub null_until: Option<Moment>,
    /// It is a set-up that has no answer.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) unanswered: bool,
    /// Its last use.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub last_used: Moment,
    /// Since when it hangs, if it does.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub hung_since: Option<Moment>,
}

/// A connection of a session.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConnectionReport {
    /// The client's end.
    pub client: Endpoint,
    /// The server's end.
    pub server: Endpoint,
    /// Its TCP handshake, if that was seen.
    pub opened: Option<Moment>,
    /// Its end.
    pub closed: Option<Ending>,
}

/// Who a session is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct IdentityReport<'a> {
    /// `null`, `guest`, `user` or `unknown`.
    pub kind: auth::Who,
    /// The account.
    pub account: Option<&'a str>,
    /// Its domain.
    pub domain: Option<&'a str>,
    /// The client computer as its credentials name it.
    pub workstation: Option<&'a str>,
    /// How the client showed its credentials, if they were seen.
    pub mechanism: Option<auth::Mechanism>,
    /// The version of its NTLM response, 1 or 2, if there is one.
    pub ntlm_version: Option<u8>,
    /// The version of the client's system as NTLMSSP tells it.
    pub client_version: Option<&'a str>,
    /// What shows it.
    pub evidence: &'a [auth::Evidence],
}

/// A tree connect.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TreeReport<'a> {
    /// The share's path.
    pub path: Option<&'a str>,
    /// Its id on the wire.
    #[cfg_attr(feature = "serde", serde(serialize_with = "forms::tree"))]
    pub tree_id: TreeId,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Moment>,
    /// Its end.
    pub closed: Option<Ending>,
    /// What is open in it, and the pipes that were.
    pub opens: Vec<OpenReport<'a>>,
    /// It was this session that connected it: over SMB1 others of the connection may use it.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub own: bool,
}

/// An open file, directory, printer or pipe.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OpenReport<'a> {
    /// Its name; a pipe's without `\PIPE\`.
    pub name: Option<&'a str>,
    /// What it is.
    pub kind: OpenKind,
    /// Its id on the wire.
    #[cfg_attr(feature = "serde", serde(serialize_with = "forms::open"))]
    pub file_id: OpenId,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Moment>,
    /// Its end.
    pub closed: Option<Ending>,
    /// Byte ranges that it has locked.
    pub locks: u64,
    /// The interfaces that were bound on it.
    pub interfaces: Vec<InterfaceReport>,
    /// The first call on it whose arguments or results are sealed: what handles it gives is not seen.
    pub sealed: Option<Moment>,
    /// The handles that were granted or first used on it.
    pub handles: Vec<HandleReport<'a>>,
    /// The calls that wait for their answer.
    pub waiting: Vec<Waiting>,
}

/// An interface that was bound on a pipe.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct InterfaceReport {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its version: `1.0`.
    pub version: String,
    /// Its short name.
    pub name: Option<&'static str>,
}

/// A context handle.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HandleReport<'a> {
    /// The 20 bytes.
    pub handle: ContextHandle,
    /// The call that opened it.
    pub opened_by: Option<OpenedBy>,
    /// The printer or server it stands for.
    pub object: Option<&'a str>,
    /// The client as the opening call describes it.
    pub client: Option<&'a ClientMachine>,
    /// The answer that granted it, if that was seen.
    pub opened: Option<Moment>,
    /// Its last use.
    pub last_used: Moment,
    /// How often each call named it.
    pub calls: Vec<CallCount>,
    /// The latest document that was started at it.
    pub document: Option<TaskReport<'a>>,
    /// The latest notifications of changes that were registered at it.
    pub notification: Option<TaskReport<'a>>,
    /// Its end.
    pub closed: Option<Ending>,
}

/// How often a call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CallCount {
    /// Its number.
    pub opnum: u16,
    /// Its name, if it is known.
    pub procedure: Option<&'static str>,
    /// How often.
    pub count: u64,
}

/// Something that goes on at a handle.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TaskReport<'a> {
    /// The document's name, or the machine that is told of changes.
    pub name: Option<&'a str>,
    /// The answer that began it.
    pub began: Moment,
    /// The answer that ended it; if there is none, the end of the handle ends it.
    pub ended: Option<Moment>,
}

/// The call that opened a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OpenedBy {
    /// Its number.
    pub opnum: u16,
    /// Its name.
    pub procedure: Option<&'static str>,
}

/// A call that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Waiting {
    /// The interface's short name.
    pub interface: Option<&'static str>,
    /// The procedure's number.
    pub opnum: u16,
    /// The procedure's name.
    pub procedure: Option<&'static str>,
    /// The packet that completed the request.
    pub sent: Moment,
}

impl<'a> SessionReport<'a> {
    /// A session of the ledger at `end`, judged with a grace.
    pub(super) fn of(
        ledger: &'a Ledger,
        row: SessionRowId,
        session: &'a ledger::Session,
        end: Timestamp,
        grace: Duration,
    ) -> Option<Self> {
        let judgement = ledger.judge(row, grace)?;
        let while_null = ledger.stuck_while_null(session, grace);
        let connections = || session.connections.iter().filter_map(|id| ledger.connection(*id));
        let last_used = ledger.last_use(session);
        let start = session.opened.unwrap_or(session.used.first);
        let lasted = match session.closed {
            Some(closing) => ledger.time_between(start, closing.at),
            None => ledger.time_until(end, start),
        };
        let hung_call = finding::hung_call(ledger, session, end, grace).map(|(_, call)| call.sent);
        let hung_since = hung_call.or_else(|| session.waiting.iter().map(|request| request.sent).min());
        Some(Self {
            id: row,
            server_row: session.server_row,
            server: session.server,
            client: session.client,
            connections: connections().map(ConnectionReport::of).collect(),
            transport: connections().next().map(|connection| connection.transport),
            dialect: connections().find_map(|connection| connection.dialect.as_deref()),
            session_id: session.id,
            pids: session.pids.iter().copied().collect(),
            native_os: connections().find_map(|connection| connection.client_os.as_deref()),
            client_guid: connections().find_map(|connection| connection.client_guid),
            components: finding::components(ledger, session),
            client_name: finding::client_name(ledger, session),
            who: IdentityReport::of(&session.identity),
            opened: session.opened.map(Moment::from),
            first_seen: session.used.first.into(),
            closed: session.closed.map(|closing| Ending::of_session(ledger, session, closing)),
            age: lasted,
            held: lasted,
            longest_idle: ledger.longest_idle(session),
            idle: session.closed.is_none().then(|| ledger.time_until(end, last_used)),
            verdict: judgement.verdict,
            possible_verdicts: judgement.possible,
            stuck: while_null.map_or(judgement.stuck, |(stuck, _)| stuck),
            null_until: while_null.map(|(_, until)| until.into()),
            why: match while_null {
                None => judgement.why,
                Some((_, until)) => {
                    format!("{}; it was a null session until frame {}", judgement.why, until.frame)
                }
            },
            possibly_null: ledger.is_possibly_null(session),
            encrypted: session.encrypted.map(Moment::from),
            trees: ledger.trees(session).map(|tree| TreeReport::of(ledger, session, tree)).collect(),
            unanswered: session.unanswered,
            last_used: last_used.into(),
            hung_since: hung_since.filter(|_| judgement.verdict == Verdict::Hung).map(Moment::from),
        })
    }

    /// True for a session of the main question: null, or possibly so.
    pub(super) fn is_candidate(&self) -> bool {
        self.is_null() || self.possibly_null || self.null_until.is_some()
    }

    /// True if what happened in it is worth telling: it holds, or held, what it does not use, or waits, or waited.
    #[must_use]
    pub const fn has_story(&self) -> bool {
        matches!(self.verdict, Verdict::Hung | Verdict::Leaked | Verdict::WasHung | Verdict::WasLeaked)
    }

    /// True for a null session.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.who.kind == auth::Who::Null
    }
}

impl ConnectionReport {
    fn of(connection: &ledger::Connection) -> Self {
        Self {
            client: connection.client,
            server: connection.server,
            opened: connection.start_seen.then(|| connection.opened.into()),
            closed: connection.closed.map(Ending::of),
        }
    }
}

impl<'a> IdentityReport<'a> {
    pub(super) fn of(identity: &'a auth::Identity) -> Self {
        Self {
            kind: identity.who,
            account: identity.account.as_deref(),
            domain: identity.domain.as_deref(),
            workstation: identity.workstation.as_deref(),
            mechanism: identity.mechanism,
            ntlm_version: identity.ntlm_version,
            client_version: identity.client_version.as_deref(),
            evidence: &identity.evidence,
        }
    }
}

impl<'a> TreeReport<'a> {
    fn of(ledger: &'a Ledger, session: &'a ledger::Session, tree: &'a ledger::Tree) -> Self {
        Self {
            path: tree.path.as_deref(),
            tree_id: tree.id,
            opened: tree.opened.map(Moment::from),
            closed: tree.closed.map(Ending::of),
            opens: ledger.opens_in(session, tree).map(|open| OpenReport::of(ledger, open)).collect(),
            own: tree.session == session.row,
        }
    }
}

impl<'a> OpenReport<'a> {
    fn of(ledger: &'a Ledger, open: &'a ledger::Open) -> Self {
        Self {
            name: open.name.as_deref(),
            kind: open.what,
            file_id: open.id,
            opened: open.opened.map(Moment::from),
            closed: open.closed.map(Ending::of),
            locks: open.locks,
            interfaces: open.interfaces.iter().map(InterfaceReport::of).collect(),
            sealed: open.sealed.map(Moment::from),
            handles: ledger.handles(open).map(HandleReport::of).collect(),
            waiting: open.waiting.values().map(Waiting::of).collect(),
        }
    }
}

impl InterfaceReport {
    fn of(bound: &ledger::BoundInterface) -> Self {
        let (major, minor) = bound.version;
        Self { uuid: bound.uuid, version: format!("{major}.{minor}"), name: bound.name }
    }
}

impl<'a> HandleReport<'a> {
    fn of(handle: &'a ledger::Handle) -> Self {
        let task = |task| {
            handle.tasks.get(&task).map(|task| TaskReport {
                name: task.name.as_deref(),
                began: task.began.into(),
                ended: task.ended.map(Moment::from),
            })
        };
        Self {
            calls: handle.calls.iter().map(CallCount::of).collect(),
            document: task(interface::Task::Document),
            notification: task(interface::Task::Notification),
            handle: handle.handle,
            opened_by: handle.opened_by.map(|by| OpenedBy { opnum: by.opnum, procedure: by.name() }),
            object: handle.object.as_deref(),
            client: handle.client.as_ref(),
            opened: handle.opened.map(Moment::from),
            last_used: handle.used.last.into(),
            closed: handle.closed.map(Ending::of_handle),
        }
    }
}

impl CallCount {
    /// How often a call was made. Its number has a name on a known interface only.
    fn of((call, &count): (&ProcedureId, &u64)) -> Self {
        Self { opnum: call.opnum, procedure: call.name(), count }
    }
}

impl Waiting {
    fn of(call: &ledger::WaitingCall) -> Self {
        Self {
            interface: call.procedure.interface_name(),
            opnum: call.procedure.opnum,
            procedure: call.procedure.name(),
            sent: call.sent.into(),
        }
    }
}

#[cfg(feature = "serde")]
fn id<S: serde::Serializer>(row: &SessionRowId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:#x}", row.as_raw()))
}

#[cfg(feature = "serde")]
pub(super) fn ids<S: serde::Serializer>(rows: &[SessionRowId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| format!("{:#x}", row.as_raw())))
}

/// Ids as reports have them: the numbers, which their places in the report say the scope of.
#[cfg(feature = "serde")]
mod forms {
    use serde::Serializer;

    use crate::session::{OpenId, SessionId, TreeId};

    pub(super) fn session<S: Serializer>(id: &SessionId, serializer: S) -> Result<S::Ok, S::Error> {
        match id {
            SessionId::Unnamed => serializer.serialize_none(),
            id => serializer.collect_str(&format_args!("{:#x}", id.as_raw())),
        }
    }

    pub(super) fn tree<S: Serializer>(id: &TreeId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#x}", id.as_raw()))
    }

    pub(super) fn open<S: Serializer>(id: &OpenId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0x{}", id.digits()))
    }
}
